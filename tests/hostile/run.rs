//! Bad input through the whole program.

use super::read::size;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

fn analyze(input: &Path, out: &Path, more: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.args(["analyze", "--quiet", "--out"]).arg(out).arg(input).args(more);
    let output = command.output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("a bug at"));
    output.status.code().unwrap()
}

fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// The parquet crate panics on this one. That is a damaged file, and no bug to report.
#[test]
fn a_panic_over_a_damaged_file_is_a_reject_and_no_bug() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::tempdir().unwrap();
    let damaged = root.join("fuzz/seeds/sniff/parquet_no_dictionary");
    let talk = out.path().join("talk.txt");
    fs::write(&talk, "T: Well?\n").unwrap();
    assert_eq!(analyze(&damaged, out.path(), &[talk.to_str().unwrap()]), 1);
    let rejects = rows(&out.path().join("rejects.csv"));
    assert!(rejects[0]["reason"].starts_with("is no sound Parquet file"), "{rejects:?}");
}

/// Good and broken files of all formats, two sessions that go on, a long turn.
fn mixed(folder: &Path) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    for name in ["phone.docx", "chat.txt.gz", "notes.csv", "couple.tsv"] {
        fs::copy(sample.join(name), folder.join(name)).unwrap();
    }
    let long = "I went out and came home again. ".repeat(100);
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write(
        "a.csv",
        format!("session_id,speaker,text\n1,C,\"open\n1,T,x\n2,C,{long}\n1,C,I see it now.\n").as_bytes(),
    );
    write("b.txt", b"T: it\xe2\x80\x99s caf\xe9\nC: I cried, at last.\nlost \xff\n");
    write("c.jsonl", b"{\"speaker\":\"C\",\"text\":\"I told her.\"}\n{broken\n");
    write("d.docx", b"PK\x03\x04rest");
    write("e.vtt", b"WEBVTT\n\nstray\n\n00:01.000 --> 00:02.000\nC: I can't be bothered.\n");
    write("f.csv", b"");
}

#[test]
fn threads_change_no_byte_of_any_table() {
    let input = tempfile::tempdir().unwrap();
    mixed(input.path());
    let outs = ["1", "2", "5"].map(|threads| {
        let out = tempfile::tempdir().unwrap();
        assert_eq!(analyze(input.path(), out.path(), &["--threads", threads]), 1);
        out
    });
    let tables: Vec<_> =
        fs::read_dir(outs[0].path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(tables.len() >= 10, "{tables:?}");
    for table in tables.iter().filter(|name| *name != "run.json") {
        let [one, two, five] = outs.each_ref().map(|out| fs::read(out.path().join(table)).unwrap());
        assert!(one == two && one == five, "{table:?}");
    }
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(outs[2].path().join("run.json")).unwrap()).unwrap();
    assert_eq!(run["totals"]["added_up"], true);
    assert_eq!(run["inputs"].as_array().unwrap().len(), 10);
    for reject in rows(&outs[0].path().join("rejects.csv")) {
        assert!(!reject["file"].is_empty() && !reject["reason"].is_empty(), "{reject:?}");
    }
}

/// A turn of many windows is not cut: what is said near its end is coded, and is the evidence.
#[test]
fn a_very_long_turn_is_read_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("long.txt"), dir.path().join("out"));
    let telling = "And on Tuesday, when the urge came, I did not open the bottle, I rang my sister instead, and I have not \
        had a drink since.";
    let everyday = "We had the same dinner, the bus was late again, and it rained on the way home. ";
    let most = size(3_000, 100_000);
    let around = everyday.repeat(most / everyday.split_whitespace().count() / 2 * 2);
    let (before, after) = around.split_at(around.len() - 2 * everyday.len());
    fs::write(&input, format!("T: How was it?\nC: {before}{telling} {after}\n")).unwrap();
    assert_eq!(analyze(&input, &out, &[]), 0);
    let units = rows(&out.join("utterances.csv"));
    assert_eq!(units.len(), 2);
    let moments = rows(&out.join("moments.csv"));
    let moment = moments.iter().find(|moment| moment["type"] == "behavioural").expect("a behavioural moment");
    let at = |name: &str| moment[name].parse::<usize>().unwrap();
    let said = format!("{before}{telling} {after}");
    let words: String = said
        .trim()
        .chars()
        .skip(at("evidence_start"))
        .take(at("evidence_end") - at("evidence_start"))
        .collect();
    assert_eq!(words, moment["evidence"]);
    assert!(telling.contains(&words), "{words}");
}
