//! The program as its users meet it: exit codes, messages, tables, and what must never happen.
#![allow(missing_docs, clippy::unwrap_used)]

use assert_cmd::Command;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn breakthrough(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakthrough")).current_dir(root()).args(arguments).output().unwrap()
}

fn analyze(input: &str, out: &Path, more: &[&str]) -> Output {
    let out = out.to_str().unwrap();
    breakthrough(&[&["analyze", input, "--out", out], more].concat())
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn run_json(out: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(out.join("run.json")).unwrap()).unwrap()
}

const TABLES: [&str; 9] = [
    "utterances.csv",
    "moments.csv",
    "sessions.csv",
    "excerpts.csv",
    "clients.csv",
    "trends.csv",
    "factors.csv",
    "privacy.csv",
    "rejects.csv",
];

/// Without its large encoder the same model says something else of most units, and the same codes of most.
#[test]
fn the_small_half_of_the_model() {
    let dir = tempfile::tempdir().unwrap();
    let units = |name: &str, more: &[&str]| {
        let output = analyze("data/sample", &dir.path().join(name), more);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        rows(&dir.path().join(name).join("utterances.csv"))
    };
    let (whole, small) = (units("whole", &[]), units("small", &["--small"]));
    let same = |column: &str| whole.iter().zip(&small).filter(|(a, b)| a[column] == b[column]).count();
    assert_eq!(whole.len(), small.len());
    assert!(same("motivation") < whole.len() / 2 + whole.len() / 4);
    assert!(same("codes") > whole.len() / 2 && same("codes") < whole.len());
    assert_eq!(run_json(&dir.path().join("small"))["options"]["engine"], "embedded, small");
}

#[test]
fn sample_data_is_coded_and_adds_up() {
    let out = tempfile::tempdir().unwrap();
    let output = analyze("data/sample", out.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    assert!(stderr(&output).contains("tables are in"));

    let units = rows(&out.path().join("utterances.csv"));
    let codes = rows(&root().join("data/sample_codes.csv"));
    assert_eq!(units.len(), codes.len(), "one row per unit of the sample");
    assert_eq!(rows(&out.path().join("rejects.csv")).len(), 0);
    let run = run_json(out.path());
    assert_eq!(run["totals"]["added_up"], true);
    assert_eq!(run["totals"]["written"], units.len());

    for unit in &units {
        let client_codes = ["emotional", "cognitive", "behavioural", "motivation", "openness"];
        if unit["speaker"] == "therapist" {
            assert!(client_codes.iter().all(|code| !unit["codes"].contains(code)));
        }
        if unit["speaker"].starts_with("client") {
            assert!(["empathy", "guidance", "pacing"].iter().all(|code| !unit["codes"].contains(code)));
        }
    }
}

/// The hand codes of the sample were not trained on. The bar is far below what is measured, and far above
/// what a broken model, a swapped column or a lost context reaches.
#[test]
fn codes_of_the_sample_are_mostly_those_of_the_coder() {
    let out = tempfile::tempdir().unwrap();
    analyze("data/sample", out.path(), &["--quiet"]);
    let units = rows(&out.path().join("utterances.csv"));
    let gold: HashMap<(String, String), String> = rows(&root().join("data/sample_codes.csv"))
        .into_iter()
        .map(|row| ((row["session_id"].clone(), row["utterance_id"].clone()), row["codes"].clone()))
        .collect();
    let (mut hits, mut given, mut wanted) = (0, 0, 0);
    for unit in &units {
        let gold = &gold[&(unit["session_id"].clone(), unit["utterance_id"].clone())];
        let gold: Vec<&str> = gold.split('|').filter(|code| !code.is_empty()).collect();
        let got: Vec<&str> = unit["codes"].split('|').filter(|code| !code.is_empty()).collect();
        hits += got.iter().filter(|code| gold.contains(code)).count();
        given += got.len();
        wanted += gold.len();
    }
    let f1 = 2.0 * hits as f64 / (given + wanted) as f64;
    assert!(f1 > 0.45, "micro-F1 {f1:.3}");
}

#[test]
fn threads_change_no_byte() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    analyze("data/sample", one.path(), &["--threads", "1"]);
    analyze("data/sample", two.path(), &["--threads", "3"]);
    for table in TABLES {
        let read = |folder: &Path| fs::read(folder.join(table)).unwrap();
        assert_eq!(read(one.path()), read(two.path()), "{table}");
    }
}

#[test]
fn evidence_stands_where_the_offsets_point() {
    let out = tempfile::tempdir().unwrap();
    let input = tempfile::tempdir().unwrap();
    let table = input.path().join("s.csv");
    let said = "Ça va… The kids are fine 😀. I've not had a drink since Sunday, I poured it down the sink and went \
                for a walk. Then it rained.";
    let head = "session_id,utterance_id,speaker,text\ns,0,therapist,And the drinking?\n";
    fs::write(&table, format!("{head}s,1,client,\"{said}\"\n")).unwrap();
    analyze(table.to_str().unwrap(), out.path(), &["--quiet"]);
    let moments = rows(&out.path().join("moments.csv"));
    let moment = moments.iter().find(|m| m["type"] == "behavioural").expect("a behavioural moment");
    let text: Vec<char> = said.chars().collect();
    let at = |name: &str| moment[name].parse::<usize>().unwrap();
    let words: String = text[at("evidence_start")..at("evidence_end")].iter().collect();
    assert_eq!(words, moment["evidence"]);
    assert!(words.starts_with("I've not had a drink"), "{words}");
}

#[test]
fn no_text_writes_no_word() {
    let out = tempfile::tempdir().unwrap();
    analyze("data/sample", out.path(), &["--no-text"]);
    let full = tempfile::tempdir().unwrap();
    analyze("data/sample", full.path(), &[]);
    let words = rows(&full.path().join("moments.csv"));
    assert!(words.iter().any(|m| !m["evidence"].is_empty()));
    for moment in words.iter().filter(|m| m["evidence"].len() > 12) {
        for table in TABLES.into_iter().chain(["run.json"]) {
            let written = fs::read_to_string(out.path().join(table)).unwrap();
            assert!(!written.contains(&moment["evidence"]), "{table} holds words");
        }
    }
}

#[test]
fn a_folder_of_broken_files_loses_nothing() {
    let input = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(input.path().join(name), bytes).unwrap();
    write(
        "good.csv",
        b"session_id,utterance_id,speaker,text\na,1,client,I see it now.\na,2,therapist,Mm-hmm.\n",
    );
    write(
        "ragged.csv",
        b"session_id,utterance_id,speaker,text\nb,1,client,fine\nb,2\nb,3,nobody,what\nb,4,client,ok\n",
    );
    write(
        "quotes.csv",
        b"session_id,utterance_id,speaker,text\nc,1,client,\"open\nc,2,client,two\nc,3,client,three\n",
    );
    write("empty.csv", b"");
    write("bytes.csv", &[0xff, 0xfe, 0x00, 0xd8, 0x0a, 0x00]);
    write(
        "noise.jsonl",
        b"{\"session_id\": \"d\", \"speaker\": \"client\", \"text\": \"hm\"}\nnot json\n{}\n",
    );
    write("latin.csv", b"session_id,utterance_id,speaker,text\ne,1,client,caf\xe9\n");
    write("lost.txt", b"hello there\nno speakers here\n");
    write("packed.csv.gz", b"\x1f\x8b\x08\x00broken");
    fs::create_dir(input.path().join("folder.csv")).unwrap();
    let out = tempfile::tempdir().unwrap();
    let output = analyze(input.path().to_str().unwrap(), out.path(), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"));
    let run = run_json(out.path());
    assert_eq!(run["totals"]["added_up"], true, "{run}");
    let units = rows(&out.path().join("utterances.csv"));
    let texts_of = |session: &str| units.iter().filter(|unit| unit["session_id"] == session).count();
    assert_eq!((texts_of("a"), texts_of("b"), texts_of("d"), texts_of("e")), (2, 2, 1, 1));
    assert!(texts_of("c") >= 2, "rows after a stray quote are kept");
    for reject in rows(&out.path().join("rejects.csv")) {
        assert!(!reject["file"].is_empty() && !reject["reason"].is_empty());
    }
}

#[test]
fn standard_input_needs_only_a_format() {
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.args(["analyze", "-", "--format", "jsonl", "--quiet", "--out", out.path().to_str().unwrap()]);
    let input =
        r#"{"session_id":"x","utterance_id":"7","speaker":"client","text":"I don't see why I should stop."}"#;
    let output = command.write_stdin(input).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty() && output.stdout.is_empty());
    assert_eq!(rows(&out.path().join("utterances.csv"))[0]["utterance_id"], "7");
}

/// Every misuse gets its exit code and one line that names the mistake.
#[test]
fn mistakes_are_named_in_one_line() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let damaged = tempfile::tempdir().unwrap();
    for file in fs::read_dir(root().join("models/minilm")).unwrap() {
        let path: PathBuf = file.unwrap().path();
        fs::copy(&path, damaged.path().join(path.file_name().unwrap())).unwrap();
    }
    let weights = damaged.path().join("model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&weights, bytes).unwrap();
    let damaged = damaged.path().to_str().unwrap();

    let cases: [(&[&str], i32, &str); 12] = [
        (&["analyze", "data/sample", "--out", out, "--threads", "x"], 2, "a whole number from 1 to 1024"),
        (&["analyze", "data/sample", "--out", out, "--require-clean=x"], 2, "a whole number"),
        (&["agreement", "a.csv", "b.csv", "--seed", "99999999999999999999"], 2, "a smaller number"),
        (&["analyze", "data/sample", "--out", out, "--require-clean", "20"], 2, "write --require-clean=20"),
        (&["analyze", "data/sample", "--out", out, "--therapist", " "], 2, "a name is needed"),
        (&["evaluate", "--splits", "no/splits.csv"], 2, "a clone of the repository"),
        (&["analyze", "no/such/file.csv", "--out", out], 3, "no/such/file.csv"),
        (&["analyze", "data/sample", "--out", out, "--map", "words=text"], 2, "words"),
        (&["analyze", "data/sample", "--out", out, "--encoding", "klingon"], 2, "klingon"),
        (&["analyze", "data/sample", "--out", out, "--model", "src"], 4, "model folder"),
        (&["analyze", "data/sample", "--out", out, "--model", damaged], 4, "SHA-256"),
        (&["analyze", "data/sample", "--out", "Cargo.toml/out"], 3, "Cargo.toml"),
    ];
    for (arguments, code, says) in cases {
        let output = breakthrough(arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(breakthrough(&["analyze", "data/sample"]).status.code(), Some(2));
    assert_eq!(
        breakthrough(&["analyze", "data/sample", "--out", out, "--format", "pdf"]).status.code(),
        Some(2)
    );
}

#[test]
fn help_shows_worked_examples_and_exit_codes() {
    let help = breakthrough(&["analyze", "--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("Examples:") && text.contains("--map session_id=transcript_id"));
    let text = String::from_utf8(breakthrough(&["--help"]).stdout).unwrap();
    assert!(text.contains("Exit codes:") && text.contains("4  the model cannot be used"));
}

#[test]
fn agreement_of_coders_and_of_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let anna = file(
        "anna.csv",
        "session_id,utterance_id,codes,text\ns,1,hope,\"=Well, yes\"\ns,2,,No\nt,1,hope|doubt,So\n",
    );
    let ben = file("ben.csv", "session_id,utterance_id,label\ns,1,hope\ns,2,doubt\n");
    let out = dir.path().join("out");
    let (columns, out) = (["--column", "codes", "--column", "label"], out.to_str().unwrap());
    let output = breakthrough(&[&["agreement", &anna, &ben, "--out", out][..], &columns].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.starts_with("3 units of 2 sessions, 2 of them in every coding.\n1 unit is not in ben label.\n"),
        "{said}"
    );
    let list = rows(&Path::new(out).join("disagreements.csv"));
    assert_eq!(
        (list.len(), list[0]["ben label"].as_str(), list[0]["text"].as_str()),
        (1, "doubt", "No"),
        "{list:?}"
    );
    assert!(
        Path::new(out).join("agreement.csv").is_file() && Path::new(out).join("reliability.csv").is_file()
    );

    let cleo = file("cleo.csv", "session_id;utterance_id;Codes\nS;1;hope\n");
    let dora = file("dora.csv", "Session_ID\tutterance_id\tcodes\ns\t1\t hop \ns\t2\tdoubt\n");
    let output = breakthrough(&["agreement", &anna, &dora, "--resamples", "0"]);
    // What anna gives the unit that dora lacks is not compared.
    let told = "labels that only anna gives on the units compared: 'hope' (do you mean 'hop'?)\n\
                labels that only dora gives on the units compared: 'doubt', 'hop' (do you mean 'hope'?)\n";
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), told));
    assert!(!String::from_utf8(output.stdout).unwrap().contains("In brackets"));
    assert!(breakthrough(&["agreement", &anna, &dora, "--quiet"]).stderr.is_empty());

    // Labels are printed; words of a session never are.
    let elsa = file(
        "elsa.csv",
        "session_id,utterance_id,words\ns,1,I kept it all in a shoebox\ns,2,Yeah.\ns,3,and the shoebox burned down\n",
    );
    let output = breakthrough(&["agreement", &elsa, &elsa, "--column", "words"]);
    let said = stderr(&output);
    assert!(output.status.code() == Some(3) && output.stdout.is_empty(), "{said}");
    assert!(said.lines().count() == 1 && said.contains("--column") && !said.contains("shoebox"), "{said}");

    let cases: [(&[&str], i32, &str); 5] = [
        (
            &["agreement", &anna, &cleo],
            3,
            "anna begins with session_id 's', utterance_id '1', cleo begins with session_id 'S'",
        ),
        (&["agreement", &anna], 2, "2 values"),
        (&["agreement", &anna, &ben], 3, "--column"),
        (&["agreement", &anna, "no/such.csv"], 3, "no/such.csv"),
        (&["agreement", &anna, &ben, &anna, "--column", "codes", "--column", "label"], 2, "3 tables"),
    ];
    for (arguments, code, says) in cases {
        let output = breakthrough(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
}

/// Names of files come from outside: they steer no terminal and break no line. With a page, too, the log ends with counts.
#[cfg(unix)]
#[test]
fn names_of_files_are_written_out_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("in");
    fs::create_dir(&input).unwrap();
    fs::write(input.join("e\u{1b}]0;HELLO\u{7}\n.csv"), "").unwrap();
    fs::write(input.join("good.csv"), "session_id,speaker,text\na,client,Yes.\n").unwrap();
    let (input, out) = (input.to_str().unwrap(), dir.path().join("out"));
    let said = stderr(&analyze(input, &out, &["--small"]));
    assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'), "{said:?}");
    assert!(said.contains("e\\u{1b}]0;HELLO\\u{7}\\n.csv: "), "{said}");
    assert!(said.contains("1 session, 1 unit, ") && said.contains("\n1 record could not be read"), "{said}");

    let said = stderr(&analyze(input, &out, &["--small", "--report", "--log-format", "json"]));
    let last: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["counts"]["written"]), (&"report".into(), &1.into()), "{said}");
}
