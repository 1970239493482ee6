//! `adapt`: a codebook of one's own is learned from coded sessions, and comes back out of `analyze`.
#![allow(missing_docs, clippy::unwrap_used)]

use assert_cmd::Command;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

fn breakthrough(arguments: &[&str], threads: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.env("RAYON_NUM_THREADS", threads).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

type Row = HashMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Turns with their labels: `sleep` and `garden` on the client's side, `sleep` on the therapist's too, `thanks` there alone.
const CLIENT: [(&str, &str); 8] = [
    ("I slept badly again and woke at four.", "sleep"),
    ("The tomatoes came up in the garden.", "garden"),
    ("My sister rang about the wedding.", ""),
    ("I could not sleep, so I weeded the garden at dawn.", "garden|sleep"),
    ("Work was quiet on Monday.", ""),
    ("I lay awake and the sleep would not come.", "sleep"),
    ("I planted beans in the garden with Tom.", "garden"),
    ("We had soup and watched the football.", ""),
];
const THERAPIST: [(&str, &str); 4] = [
    ("Thank you for telling me that.", "thanks"),
    ("How was your sleep last week?", "sleep"),
    ("What did you do then?", ""),
    ("Thank you for coming in the rain.", "thanks"),
];

/// Invented sessions; the words of each differ a little from those of the others.
fn coded(sessions: std::ops::Range<usize>) -> String {
    let mut text = "session_id,utterance_id,speaker,text,mine\n".to_owned();
    for s in sessions {
        for i in 0..16 {
            let ((said, labels), speaker) = if i % 2 == 0 {
                (CLIENT[(i / 2 + s) % CLIENT.len()], "client")
            } else {
                (THERAPIST[(i / 2 * 3 + s) % THERAPIST.len()], "therapist")
            };
            let day = ["Anyway.", "Well.", "So.", "Right.", "Hm."][(i * 7 + s * 3) % 5];
            let _ = writeln!(text, "s{s},{i},{speaker},\"{day} {said}\",{labels}");
        }
    }
    text
}

/// Columns for session, turn, speaker and words only.
fn uncoded(table: &str) -> String {
    table.lines().fold(String::new(), |text, line| text + line.rsplit_once(',').unwrap().0 + "\n")
}

#[test]
fn an_own_codebook_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("coded.csv"), coded(0..8)).unwrap();
    let new = coded(8..11);
    fs::write(path("new.csv"), uncoded(&new)).unwrap();
    fs::write(path("truth.csv"), &new).unwrap();

    let (coded, new_table, model) = (path("coded.csv"), path("new.csv"), path("model"));
    let adapt = |out: &str, threads| {
        let out = path(out);
        let arguments = ["adapt", &coded, "--label", "mine", "--resamples", "20", "--out", &out];
        let output = breakthrough(&arguments, threads);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        output
    };
    let said = adapt("model", "2");
    assert!(stderr(&said).contains("3 labels, any number a unit, in 8 groups"), "{}", stderr(&said));
    let figures = String::from_utf8(said.stdout).unwrap();
    assert!(figures.contains("| garden |") && figures.contains("| *macro* |"), "{figures}");
    let card = fs::read_to_string(path("model/MODEL_CARD.md")).unwrap();
    assert!(card.contains("Cross-validation in 5 folds") && card.contains("Not for diagnosis"), "{card}");
    assert!(
        card.contains("| sleep | client, therapist |") && card.contains("| thanks | therapist |"),
        "{card}"
    );
    // The number of threads changes no byte.
    adapt("again", "1");
    for file in ["own.json", "own.safetensors", "figures.csv"] {
        let [one, two] = ["model", "again"].map(|folder| fs::read(path(folder) + "/" + file).unwrap());
        let same = if file == "own.json" {
            String::from_utf8(one).unwrap()
                == String::from_utf8(two).unwrap().replace("\"again\"", "\"model\"")
        } else {
            one == two
        };
        assert!(same, "{file}");
    }

    let to = path("out");
    let analyze = |more: &[&str]| {
        let output = breakthrough(&[&["analyze", &new_table, "--out", &to], more].concat(), "2");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    analyze(&["--model", &model]);
    let out = dir.path().join("out");
    let units = rows(&out.join("own_codes.csv"));
    let truth = rows(Path::new(&path("truth.csv")));
    assert_eq!(units.len(), truth.len());
    let right = units.iter().zip(&truth).filter(|(unit, truth)| unit["codes"] == truth["mine"]).count();
    assert!(right * 10 >= units.len() * 9, "{right} of {}", units.len());
    for unit in &units {
        assert_eq!(unit["thanks"].is_empty(), unit["speaker"] == "client", "{unit:?}");
        assert!(unit["sleep"].parse::<f64>().is_ok_and(|p| (0.0..=1.0).contains(&p)), "{unit:?}");
    }
    let run: serde_json::Value = serde_json::from_slice(&fs::read(out.join("run.json")).unwrap()).unwrap();
    assert_eq!(run["model"]["own_codes"], "model");

    // The thirteen codes are what they are without it, and its table goes with it.
    let beside = fs::read(out.join("utterances.csv")).unwrap();
    analyze(&[]);
    assert_eq!(beside, fs::read(out.join("utterances.csv")).unwrap());
    assert!(!out.join("own_codes.csv").exists());

    // A folder that was tampered with is not used.
    let json = fs::read_to_string(path("model/own.json")).unwrap();
    fs::write(path("model/own.json"), json.replace("thanks", "thinks")).unwrap();
    let other = path("out2");
    let refused = ["analyze", &new_table, "--out", &other, "--model", &model];
    let output = breakthrough(&refused, "2");
    assert!(output.status.code() == Some(4) && stderr(&output).contains("own.json"), "{}", stderr(&output));
    fs::remove_file(path("model/own.json")).unwrap();
    let output = breakthrough(&refused, "2");
    assert!(output.status.code() == Some(4) && stderr(&output).contains("own.json"), "{}", stderr(&output));
}

/// What was learned on the small encoder is a model without the large one, and needs no option to be used.
#[test]
fn a_codebook_of_the_small_encoder_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("coded.csv"), coded(0..6)).unwrap();
    fs::write(path("new.csv"), uncoded(&coded(8..10))).unwrap();
    let run = |arguments: &[&str]| {
        let output = breakthrough(arguments, "2");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    let (coded, new, model) = (path("coded.csv"), path("new.csv"), path("model"));
    // Left by a model with the large encoder, and not on the list of the new one.
    fs::create_dir(&model).unwrap();
    fs::write(path("model/large.safetensors"), "old").unwrap();
    fs::write(path("model/.breakthrough.lock"), "large.safetensors\n").unwrap();
    fs::write(path("model/own.json"), "mine").unwrap();
    let taken = ["adapt", &coded, "--label", "mine", "--small", "--out", &model];
    assert_eq!(breakthrough(&taken, "2").status.code(), Some(3), "somebody's own file is kept");
    fs::remove_file(path("model/own.json")).unwrap();
    run(&["adapt", &coded, "--label", "mine", "--resamples", "0", "--small", "--out", &model]);
    assert!(!dir.path().join("model/large.safetensors").exists());
    let out = |name: &str| fs::read(path(name)).unwrap();
    run(&["analyze", &new, "--model", &model, "--out", &path("out")]);
    run(&["analyze", &new, "--model", &model, "--small", "--out", &path("same")]);
    assert_eq!(out("out/own_codes.csv"), out("same/own_codes.csv"));
    assert!(rows(&dir.path().join("out/own_codes.csv")).iter().any(|unit| !unit["codes"].is_empty()));
    run(&["analyze", &new, "--small", "--out", &path("thirteen")]);
    assert_eq!(out("out/utterances.csv"), out("thirteen/utterances.csv"));
}

#[test]
fn one_label_a_unit_gives_one_label_a_unit() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let table = coded(0..6);
    let one = table.lines().map(|line| {
        let (unit, labels) = line.rsplit_once(',').unwrap();
        let label = match (line.contains(",client,"), labels) {
            (true, "") => "other",
            (true, labels) => labels.split('|').next().unwrap(),
            (false, "mine") => "mine",
            (false, _) => "",
        };
        format!("{unit},{label}\n")
    });
    let (coded_table, new_table, model, out) = (path("coded.csv"), path("new.csv"), path("m"), path("out"));
    fs::write(&coded_table, one.collect::<String>()).unwrap();
    fs::write(&new_table, uncoded(&coded(6..8))).unwrap();
    let adapt =
        ["adapt", &coded_table, "--label", "mine", "--folds", "3", "--resamples", "0", "--out", &model];
    let output = breakthrough(&adapt, "2");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("3 labels, one a unit"), "{}", stderr(&output));
    let output = breakthrough(&["analyze", &new_table, "--model", &model, "--out", &out], "2");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for unit in rows(&dir.path().join("out/own_codes.csv")) {
        let labels = unit["codes"].split('|').filter(|label| !label.is_empty()).count();
        assert_eq!(labels, usize::from(unit["speaker"] == "client"), "{unit:?}");
        if unit["speaker"] == "client" {
            let sum: f64 =
                ["garden", "other", "sleep"].iter().map(|l| unit[*l].parse::<f64>().unwrap()).sum();
            assert!((sum - 1.0).abs() < 2e-4, "{unit:?}");
        }
    }
}

/// The same material, taught to layers of its own.
#[cfg(feature = "rust-bert")]
#[test]
fn taught_labels_come_back_in_any_build() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("coded.csv"), coded(0..8)).unwrap();
    let truth = coded(8..11);
    fs::write(path("new.csv"), uncoded(&truth)).unwrap();
    fs::write(path("truth.csv"), &truth).unwrap();
    let (coded, new_table, model, out) = (path("coded.csv"), path("new.csv"), path("model"), path("out"));
    let train = ["train", "--codes", &coded, "--label", "mine", "--out", &model, "--resamples", "0"];
    let quick = ["--folds", "3", "--epochs", "12", "--step-tokens", "300"];
    let output = breakthrough(&[&train[..], &quick].concat(), "2");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(String::from_utf8(output.stdout).unwrap().contains("| *macro* |"));
    let card = fs::read_to_string(path("model/MODEL_CARD.md")).unwrap();
    assert!(card.contains("train --codes") && card.contains("Cross-validation in 3 folds"), "{card}");

    // The engine of the default build.
    let output = breakthrough(&["analyze", &new_table, "--model", &model, "--out", &out], "2");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (units, truth) = (rows(&dir.path().join("out/own_codes.csv")), rows(Path::new(&path("truth.csv"))));
    let right = units.iter().zip(&truth).filter(|(unit, truth)| unit["codes"] == truth["mine"]).count();
    assert!(right * 10 >= units.len() * 9, "{right} of {}", units.len());

    // A start per part of the groups: the splits must say which, for every group.
    let start = path("model/model.safetensors");
    fs::write(path("splits.csv"), "group,fold\ns0,0\ns1,1\n").unwrap();
    let splits = path("splits.csv");
    let unseen = ["--start", &start, &start, "--splits", &splits];
    let output = breakthrough(&[&train[..], &quick, &unseen].concat(), "2");
    assert!(output.status.code() == Some(3) && stderr(&output).contains("--splits"), "{}", stderr(&output));
}

#[test]
fn mistakes_are_named_in_one_line_with_the_mend() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let header = "session_id,speaker,text,codes\n";
    let three = |labels: [&str; 3]| {
        let unit = |(i, label): (usize, &&str)| format!("s{i},client,words,{label}\n");
        header.to_owned() + &labels.iter().enumerate().map(unit).collect::<String>()
    };
    let cases: [(String, &[&str], i32, &str); 8] = [
        (three(["a", "b", "a"]), &["--label", "kind"], 3, "no column 'kind'"),
        (three(["", "", ""]), &[], 3, "--label"),
        (three(["a", "a", "a"]), &[], 3, "nothing to tell apart"),
        (format!("{header}s,client,x,a\n,client,y,b\n"), &[], 3, "record 2: session_id is empty"),
        (three(["a", "\"b\nc\"", "a"]), &[], 3, "record 2: a label has a line break"),
        (three(["a", "codes", "a"]), &[], 3, "rename it"),
        (format!("{header}s,client,x,a\ns,client,y,b\n"), &[], 3, "1 group(s)"),
        (three(["a", "b", "a"]), &["--folds", "2"], 2, "--folds must be 3 or more"),
    ];
    for (table, more, code, says) in cases {
        let (coded, out) = (path("coded.csv"), path("m"));
        fs::write(&coded, table).unwrap();
        let output = breakthrough(&[&["adapt", &coded, "--out", &out], more].concat(), "1");
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(says) && said.trim().lines().count() == 1, "{says}: {said}");
        assert!(!dir.path().join("m").exists(), "{says}");
    }
}

/// What cannot be kept is not learned, and what cannot be learned is told before.
#[test]
fn the_folder_is_tried_before_learning() {
    let dir = tempfile::tempdir().unwrap();
    let coded = dir.path().join("coded.csv");
    fs::write(&coded, "Session_ID;speaker;text;codes\na;client;x;yes\nb;client;y;no\nc;client;z;yes\n")
        .unwrap();
    let coded = coded.to_str().unwrap();
    let output = breakthrough(&["adapt", coded, "--out", coded], "1");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("'no' (1 unit in 1 group)") && said.contains("cannot make the output folder"),
        "{said}"
    );
    assert!(!said.contains(" read\n"), "{said}");
    assert_eq!(stderr(&breakthrough(&["adapt", coded, "--out", coded, "--quiet"], "1")).lines().count(), 1);
}
