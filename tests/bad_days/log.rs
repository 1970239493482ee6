//! `--log-format json`: every line is an object that a batch system can read.

use crate::corpus::{analyze, write};
use crate::{breakthrough, stderr};
use serde_json::Value;
use std::fs;

fn lines(output: &std::process::Output) -> Vec<Value> {
    assert!(output.stdout.is_empty());
    let said = stderr(output);
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

#[test]
fn every_line_is_an_object() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("in"), dir.path().join("out"));
    fs::create_dir(&input).unwrap();
    write(&input, "a.csv", 0, 17);
    let broken = "session_id,utterance_id,speaker,text\nx,1,nobody,\"secret\nwords\"\nx,2,client,fine\n";
    fs::write(input.join("b.csv"), broken).unwrap();
    let output = analyze(&input, &out, &["--log-format", "json", "--report"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let lines = lines(&output);
    assert!(lines.iter().all(|line| line["level"].is_string() && line["event"].is_string()));
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    let reject = of("reject")[0];
    assert!(reject["file"].as_str().unwrap().ends_with("b.csv") && reject["level"] == "warning");
    assert_eq!(reject["place"], "line 2");
    assert!(of("coded").len() > 1 && of("coded").last().unwrap()["counts"]["units"] == 17 * 64 + 1);
    let end = &of("finished")[0]["counts"];
    assert_eq!(
        (&end["written"], &end["rejected"], &end["added_up"]),
        (&1089.into(), &1.into(), &true.into())
    );
    assert_eq!(of("report").len(), 1);
    assert_eq!(&lines[lines.len() - 1]["counts"], end, "the last line has the counts");
    assert!(!stderr(&output).contains("secret"));
}

#[test]
fn errors_are_objects_too_and_quiet_is_quiet() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let out = out.to_str().unwrap();
    let json = ["--log-format", "json", "--quiet", "--out", out];
    for (arguments, code) in [
        (["analyze", "no/such.csv", "--model", "models/minilm"], 3),
        (["analyze", "data/sample", "--model", "src"], 4),
        (["analyze", "data/sample", "--encoding", "klingon"], 2),
        (["analyze", "data/sample", "--shard", "9/3"], 2),
        (["analyze", "data/sample", "--unheard", "of"], 2),
    ] {
        let output = breakthrough(&[&arguments[..], &json].concat());
        assert_eq!(output.status.code(), Some(code));
        let lines = lines(&output);
        assert_eq!((lines.len(), &lines[0]["level"]), (1, &"error".into()));
        assert!(!lines[0]["message"].as_str().unwrap().is_empty());
    }
    let table = write(dir.path(), "a.csv", 0, 1);
    let output = breakthrough(&[&["analyze", table.to_str().unwrap()][..], &json].concat());
    assert!(output.status.code() == Some(0) && output.stderr.is_empty(), "{}", stderr(&output));
}
