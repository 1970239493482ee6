//! A run in shards: put together they are one run over everything, byte by byte, and nothing else is taken for it.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may panic")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn breakthrough(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakthrough")).current_dir(folder).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn run_json(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("run.json")).unwrap()).unwrap()
}

/// Every file below the folder that a user sees, with `run.json` less its times, and the page less the time it names.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with('.') {
            continue;
        }
        let mut bytes = fs::read(&path).unwrap();
        if name == "run.json" {
            let mut run = run_json(folder);
            for time in ["started", "finished", "timings"] {
                assert!(run.as_object_mut().unwrap().remove(time).is_some(), "{time}");
            }
            bytes = run.to_string().into_bytes();
        } else if name == "report.html" {
            let finished = run_json(folder)["finished"].as_str().unwrap()[..19].to_owned();
            let page = String::from_utf8(bytes).unwrap();
            assert!(page.contains(&finished), "{finished}");
            bytes = hashes_out(&page.replace(&finished, "")).into_bytes();
        }
        files.insert(name, bytes);
    }
    files
}

/// The page without the hashes of its policy, should they depend on what was taken out.
fn hashes_out(page: &str) -> String {
    page.split("'sha256-").map(|part| part.split_once('\'').map_or(part, |(_, rest)| rest)).collect()
}

/// Invented sessions in many kinds of file. Rows of one session come back after those of others; clients go on from file to
/// file; there are names to redact, formulas, line breaks, and three records that cannot be read.
fn corpus(folder: &Path) {
    let input = folder.join("in");
    fs::create_dir_all(input.join("deep")).unwrap();
    for name in [
        "gambling.csv",
        "couple.tsv",
        "pain_zoom.vtt",
        "notes.csv",
        "widow.txt",
        "phone.docx",
        "note_soap.txt",
    ] {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample").join(name);
        fs::copy(sample, input.join(name)).unwrap();
    }
    let said = [
        "I told him no. It just came out of me.",
        "=1+1, \"no\"\nI can't see the point of the diary.",
        "My name is Agatha Morrow, ring me on 020 7946 0958.",
        "It rained all week.",
        "I've never told anybody. I cried and it was a relief.",
        "NA",
    ];
    let mut table =
        "session_id,utterance_id,speaker,text,client_id,session_number,date,therapist_id\n".to_owned();
    for round in 0..2 {
        for session in 0..9 {
            for unit in 0..4 {
                let text = said[(session * 5 + unit * 3 + round) % said.len()].replace('"', "\"\"");
                let speaker = if unit % 2 == 0 { "client" } else { "therapist" };
                let number = if session == 8 { String::new() } else { (session % 4 + 1).to_string() };
                let id = round * 4 + unit;
                writeln!(
                    table,
                    "s{session},{id},{speaker},\"{text} {session}\",k{},{number},,t1",
                    session / 4
                )
                .unwrap();
            }
        }
    }
    // Two rows without a speaker, and a file that is none.
    table.push_str("s8,98,,Who was that?,k2,,,\ns8,99,,Who said this?,k2,,,\n");
    fs::write(input.join("back_and_forth.csv"), table).unwrap();
    fs::write(input.join("deep/broken.csv"), b"\x00\x01\x02\x00").unwrap();
    let later = "session_id,utterance_id,speaker,text,client_id,session_number,date\n\
                 s9,1,client,I rang my sister on Sunday. First time in four years.,k0,5,2026-02-30\n\
                 s9,2,therapist,What was that like?,k0,5,2026-02-30\n\
                 s10,1,client,=HYPERLINK,k1,5,1 March 2026\n";
    fs::write(input.join("deep/later.csv"), later).unwrap();
}

/// Runs all shards and puts them together; gives the folder and what was said.
fn in_shards(folder: &Path, name: &str, shards: usize, more: &[&str]) -> (PathBuf, Output) {
    let mut parts = Vec::new();
    for number in 1..=shards {
        let (shard, part) = (format!("{number}/{shards}"), format!("{name}-{number}"));
        // Which changes no byte.
        let threads = if number % 2 == 0 { "1" } else { "2" };
        let own =
            ["analyze", "in", "in/*.csv", "--quiet", "--shard", &shard, "--out", &part, "--threads", threads];
        let output = breakthrough(folder, &[&own, more].concat());
        assert_eq!(output.status.code(), Some(1), "{shard}: {}", stderr(&output));
        parts.push(part);
    }
    // In an order that nobody asked for.
    parts.reverse();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let output = breakthrough(folder, &[&["merge", "--out", name, "--report"], &parts[..]].concat());
    (folder.join(name), output)
}

fn whole(folder: &Path, name: &str, more: &[&str]) -> PathBuf {
    let own = ["analyze", "in", "in/*.csv", "--report", "--out", name, "--threads", "2"];
    let output = breakthrough(folder, &[&own, more].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    folder.join(name)
}

fn assert_same(merged: &Path, whole: &Path) {
    let (merged, whole) = (files(merged), files(whole));
    assert_eq!(merged.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>());
    for (name, bytes) in &whole {
        let (a, b) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&merged[name]));
        assert!(merged[name] == *bytes, "{name}:\n{a:.2000}\n---\n{b:.2000}");
    }
}

#[test]
fn shards_together_are_one_run_byte_by_byte() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path());
    let wanted = whole(dir.path(), "whole", &[]);
    let table = |name: &str| csv::Reader::from_path(wanted.join(name)).unwrap().into_records().count();
    // The corpus is one that can fail: all tables have rows, and sessions come back.
    assert_eq!(table("rejects.csv"), 3);
    assert!(
        ["clients.csv", "trends.csv", "factors.csv", "privacy.csv", "moments.csv", "excerpts.csv"]
            .iter()
            .all(|name| table(name) > 2)
    );
    for shards in [1, 2, 3, 5] {
        let (merged, output) = in_shards(dir.path(), &format!("merged{shards}"), shards, &[]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("3 records could not be read") && said.contains("left out of trends"),
            "{said}"
        );
        assert_same(&merged, &wanted);
        let part = dir.path().join(format!("merged{shards}-1"));
        let run = run_json(&part);
        assert_eq!((&run["shard"]["number"], &run["shard"]["of"]), (&1.into(), &shards.into()));
        assert_eq!(run["totals"]["added_up"], true);
        let left = run["totals"]["elsewhere"].as_u64().unwrap_or(0);
        let read = run_json(&wanted)["totals"]["written"].as_u64().unwrap();
        assert_eq!(run["totals"]["written"].as_u64().unwrap() + left, read);
        assert!(shards == 1 || left > 0);
        for name in ["clients.csv", "trends.csv", "factors.csv", "report.html"] {
            assert!(!part.join(name).exists(), "{name}");
        }
    }
}

#[test]
fn more_shards_than_sessions() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    let table = "session_id,speaker,text\na,client,I told him no.\na,,Who?\nb,client,It rained.\n";
    fs::write(dir.path().join("in/a.csv"), table).unwrap();
    let wanted = whole(dir.path(), "whole", &[]);
    let (merged, output) = in_shards(dir.path(), "merged", 5, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_same(&merged, &wanted);
    let empty =
        (1..=5).filter(|i| run_json(&dir.path().join(format!("merged-{i}")))["totals"]["sessions"] == 0);
    assert!(empty.count() >= 3);
}

#[test]
fn options_of_output_and_privacy() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path());
    let options: [(&str, &[&str]); 4] = [
        ("redact", &["--redact", "--privacy-text"]),
        ("silent", &["--no-text"]),
        ("forms", &["--excel", "--also", "parquet"]),
        ("exact", &["--exact", "--no-text", "--therapist", "Dr Field", "--require-clean=1000"]),
    ];
    for (name, options) in options {
        let wanted = whole(dir.path(), &format!("{name}-whole"), options);
        let (merged, output) = in_shards(dir.path(), name, 3, options);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_same(&merged, &wanted);
    }
    let words = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert!(
        words("redact/privacy.csv").contains("Agatha") && !words("redact/excerpts.csv").contains("Agatha")
    );
    // No words, and of the forms nothing but the tables.
    for shard in 1..=3 {
        let beyond = words(&format!("silent-{shard}/shard.csv"));
        assert!(
            beyond.lines().skip(1).all(|line| line.chars().all(|c| "0123456789abcdef,.|".contains(c))),
            "{beyond}"
        );
        let part = files(&dir.path().join(format!("forms-{shard}")));
        assert!(part.keys().all(|name| !name.ends_with(".parquet")), "{:?}", part.keys());
    }
}

/// Labels of one's own, in a model that the test makes.
#[test]
fn own_codes() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path());
    let mut coded = "session_id,utterance_id,speaker,text,codes\n".to_owned();
    let said = ["I slept badly again.", "The tomatoes came up.", "I could not sleep at all.", "We had soup."];
    let labels = ["sleep", "garden", "sleep", ""];
    for unit in 0..96 {
        let (session, text) = (unit / 8, (unit + unit / 8) % 4);
        writeln!(coded, "c{session},{unit},client,\"Well {session}. {}\",{}", said[text], labels[text])
            .unwrap();
    }
    fs::write(dir.path().join("coded.csv"), coded).unwrap();
    let output = breakthrough(dir.path(), &["adapt", "coded.csv", "--resamples", "0", "--out", "mine"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let options = ["--model", "mine", "--also", "parquet"];
    let wanted = whole(dir.path(), "whole", &options);
    let table = fs::read_to_string(wanted.join("own_codes.csv")).unwrap();
    assert!(table.starts_with("session_id,utterance_id,speaker,codes,garden,sleep\n"));
    let (merged, output) = in_shards(dir.path(), "merged", 3, &options);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_same(&merged, &wanted);
    assert!(merged.join("own_codes.parquet").exists());
}

/// What each shard may have, all together may not.
#[test]
fn finds_are_counted_over_all_shards() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path());
    let wanted = whole(dir.path(), "whole", &[]);
    let finds = run_json(&wanted)["totals"]["finds"].as_u64().unwrap();
    let most = format!("--require-clean={}", finds - 1);
    let (merged, output) = in_shards(dir.path(), "merged", 2, &[&most]);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(
        stderr(&output).contains(&format!("{finds} places may identify a person")),
        "{}",
        stderr(&output)
    );
    assert!(stderr(&output).contains("or redact it"), "{}", stderr(&output));
    let (_, output) = in_shards(dir.path(), "redacted", 2, &[&most, "--redact"]);
    assert!(stderr(&output).contains("--redact alone replaces them"), "{}", stderr(&output));
    assert_eq!(files(&merged).keys().collect::<Vec<_>>(), ["privacy.csv", "unread.csv"]);
    assert_eq!(files(&merged)["privacy.csv"], files(&wanted)["privacy.csv"]);
    assert_eq!(files(&merged)["unread.csv"], files(&wanted)["rejects.csv"]);
    // A shard that has too much alone ends so too, and is then no shard.
    let own = ["analyze", "in", "--quiet", "--shard", "1/1", "--require-clean", "--out", "alone"];
    assert_eq!(breakthrough(dir.path(), &own).status.code(), Some(5));
    let output = breakthrough(dir.path(), &["merge", "alone", "--out", "x"]);
    assert!(
        output.status.code() == Some(3) && stderr(&output).contains("no run.json"),
        "{}",
        stderr(&output)
    );
}

/// A session keeps its shard, and with it its finished work, when others come before it.
#[test]
fn finished_work_is_taken_up_in_shards() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path());
    let resumed = |name: &str, i: usize| {
        run_json(&dir.path().join(format!("{name}-{i}")))["totals"]["resumed"].as_u64().unwrap()
    };
    in_shards(dir.path(), "a", 3, &["--resume"]);
    let sessions = run_json(&dir.path().join("a"))["totals"]["sessions"].as_u64().unwrap();
    let new = "session_id,speaker,text\nfirst,client,It rained and rained.\nfirst,therapist,And then?\n";
    fs::write(dir.path().join("in/a_first.csv"), new).unwrap();
    let (merged, output) = in_shards(dir.path(), "a", 3, &["--resume"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!((1..=3).map(|i| resumed("a", i)).sum::<u64>(), sessions);
    let run = run_json(&merged);
    assert_eq!(
        (&run["totals"]["resumed"], &run["totals"]["sessions"]),
        (&sessions.into(), &(sessions + 1).into())
    );
    let wanted = whole(dir.path(), "whole", &[]);
    let (mut merged, mut wanted) = (files(&merged), files(&wanted));
    // Where it says how many were taken up.
    assert!(merged.remove("run.json").is_some() && wanted.remove("run.json").is_some());
    assert!(merged == wanted);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    fs::create_dir(root.join("in")).unwrap();
    let table = "session_id,speaker,text\na,client,I told him no.\nb,client,It rained.\nc,client,\"My name is Agatha Morrow.\"\n";
    fs::write(root.join("in/a.csv"), table).unwrap();
    let shard = |shard: &str, out: &str, more: &[&str]| {
        let own = ["analyze", "in", "--quiet", "--shard", shard, "--out", out];
        let output = breakthrough(root, &[&own, more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    let refused = |parts: &[&str], told: &str| {
        let output = breakthrough(root, &[&["merge", "--out", "out"], parts].concat());
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{parts:?}: {said}");
        assert!(said.starts_with("breakthrough: ") && said.contains(told), "{parts:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains("Agatha"), "{said}");
        assert!(!root.join("out/utterances.csv").exists());
    };
    for i in 1..=3 {
        shard(&format!("{i}/3"), &format!("p{i}"), &[]);
    }
    refused(&["p1", "p3"], "shard 2 of 3 is missing: run what is missing");
    refused(&["p3"], "shards 1, 2 of 3 are missing");
    refused(&["p1", "p2", "p2", "p3"], "p2 and p2 are both shard 2 of 3");
    refused(&["p1", "p2", "nowhere"], "nowhere is no shard: there is no run.json");
    refused(&["p1", "in/a.csv"], "in/a.csv is no shard");
    shard("2/3", "again", &[]);
    refused(&["p1", "p2", "again", "p3"], "p2 and again are both shard 2 of 3");
    shard("2/2", "half", &[]);
    refused(&["p1", "half"], "half does not belong with p1: it is one of 2 shards and not of 3");
    shard("2/3", "silent", &["--no-text"]);
    refused(&["p1", "silent", "p3"], "silent does not belong with p1: its option no_text is another");
    let output = breakthrough(root, &["analyze", "in", "--quiet", "--out", "whole"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    refused(&["p1", "whole", "p3"], "whole is no shard: it holds a whole run");
    let output = breakthrough(root, &["merge", "p1", "p2", "p3", "--out", "./p2/../p2"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("p2 is one of the shards: choose another"), "{}", stderr(&output));

    // Accounts that say something else than is there.
    let edited = |name: &str, edit: &dyn Fn(&mut Value)| {
        copy(&root.join("p2"), &root.join(name));
        let mut run = run_json(&root.join(name));
        edit(&mut run);
        fs::write(root.join(name).join("run.json"), run.to_string()).unwrap();
    };
    edited("version", &|run| run["version"] = "9.9.9".into());
    refused(&["p1", "version", "p3"], "it was made by version 9.9.9 and not");
    edited("model", &|run| run["model"]["sha256"] = "0".repeat(64).into());
    refused(&["p1", "model", "p3"], "model does not belong with p1: its model is minilm");
    edited("totals", &|run| run["totals"]["written"] = 77.into());
    refused(&["p1", "totals", "p3"], "totals/run.json: says 77 units, its tables hold");
    edited("rejected", &|run| run["totals"]["rejected"] = 1.into());
    refused(&["p1", "rejected", "p3"], "rejects.csv: has not as many rows as run.json says");
    fs::write(root.join("version/run.json"), "{}").unwrap();
    refused(&["p1", "version", "p3"], "its run.json is not one of this program");
    // One that takes what another has taken.
    copy(&root.join("p1"), &root.join("thief"));
    let mut run = run_json(&root.join("thief"));
    run["shard"]["number"] = 2.into();
    fs::write(root.join("thief/run.json"), run.to_string()).unwrap();
    refused(&["p1", "thief", "p3"], "of the input is not in exactly one of them");

    // Tables that were changed.
    for name in [
        "utterances.csv",
        "moments.csv",
        "sessions.csv",
        "excerpts.csv",
        "privacy.csv",
        "rejects.csv",
        "shard.csv",
    ] {
        copy(&root.join("p2"), &root.join("torn"));
        let path = root.join("torn").join(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes.push(b'\n');
        fs::write(&path, bytes).unwrap();
        refused(&["p1", "torn", "p3"], &format!("{name}: is not the table that its run.json speaks of"));
        fs::remove_file(&path).unwrap();
        refused(&["p1", "torn", "p3"], &format!("{name}: is not there"));
    }

    // Another input, of the same name; and one more.
    fs::write(root.join("in/a.csv"), table.replace("rained", "snowed")).unwrap();
    shard("2/3", "snow", &[]);
    refused(&["p1", "snow", "p3"], "snow does not belong with p1: the input in/a.csv was another");
    fs::write(root.join("in/a.csv"), table).unwrap();
    fs::write(root.join("in/b.csv"), table).unwrap();
    shard("2/3", "more", &[]);
    refused(&["p1", "more", "p3"], "more does not belong with p1: it read 2 files and not 1");

    let output = breakthrough(root, &["merge", "p3", "p1", "p2", "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn arguments_that_make_no_shard_are_wrong_usage() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.txt"), "C: It rained.\n").unwrap();
    let analyze =
        |more: &[&str]| breakthrough(dir.path(), &[&["analyze", "a.txt", "--out", "out"], more].concat());
    for (more, told) in [
        (&["--shard", "0/3"][..], "'0/3' is no shard: write I/N"),
        (&["--shard", "4/3"], "'4/3' is no shard"),
        (&["--shard", "2"], "'2' is no shard"),
        (&["--shard", "1/2", "--report"], "cannot be used with"),
        (&["--shard", "1/2", "--also", "qdpx"], "qdpx cannot be written by shards"),
    ] {
        let output = analyze(more);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{more:?}: {}", stderr(&output));
    }
    assert_eq!(breakthrough(dir.path(), &["merge", "--out", "out"]).status.code(), Some(2));
    assert!(!dir.path().join("out").exists());
}

/// No folder holds tables of a shard beside tables of a whole.
#[test]
fn a_shard_and_a_whole_replace_each_other() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.txt"), "C: It rained. I told him no.\nT: Go on.\n").unwrap();
    let names = |more: &[&str]| {
        let output = breakthrough(
            dir.path(),
            &[&["analyze", "a.txt", "--out", "out", "--log-format", "json"], more].concat(),
        );
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        files(&dir.path().join("out")).into_keys().collect::<Vec<_>>()
    };
    let whole = names(&["--report", "--also", "parquet"]);
    assert!(whole.contains(&"clients.csv".to_owned()) && whole.contains(&"report.html".to_owned()));
    let part = names(&["--shard", "1/2"]);
    let left = [
        "excerpts.csv",
        "moments.csv",
        "privacy.csv",
        "rejects.csv",
        "run.json",
        "sessions.csv",
        "shard.csv",
        "utterances.csv",
    ];
    assert_eq!(part, left);
    // A page of it says what it is.
    assert_eq!(breakthrough(dir.path(), &["report", "out", "--quiet"]).status.code(), Some(0));
    let page = fs::read_to_string(dir.path().join("out/report.html")).unwrap();
    assert!(page.contains("tables of shard 1 of 2"));
    assert_eq!(names(&["--report", "--also", "parquet"]), whole);
}
