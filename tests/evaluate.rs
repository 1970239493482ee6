//! `evaluate`: the figures of the model card follow from the repository, and evidence is what the model leans on.

use assert_cmd::Command;
use breakthrough::agreement::bootstrap::Bootstrap;
use breakthrough::evaluate::coded::Material;
use breakthrough::evaluate::evidence;
use breakthrough::model::files::Files;
use breakthrough::model::{EngineKind, Model};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn breakthrough(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.current_dir(root()).args(arguments).output().expect("the program can be started")
}

/// Every macro figure of this model in the card, with its interval, is what `evaluate` says.
#[test]
fn the_model_card_is_reproduced() {
    let output = breakthrough(&["evaluate"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let card = fs::read_to_string(root().join("models/minilm/MODEL_CARD.md")).unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    for source in ["annomi", "transcripts", "notes", "contrasts", "cases", "pooled"] {
        let line = |text: &str, start: &str| cells(text.lines().find(|l| l.starts_with(start)).unwrap());
        let card = line(&card, &format!("| {source}, **this model** |"));
        let said = line(&said, &format!("| {source} |"));
        // The card has both macro-F1 before both average precisions.
        let theirs = [&card[2], &card[3], &card[4], &card[6], &card[5], &card[7]];
        for (ours, theirs) in said[2..8].iter().zip(theirs) {
            let apart = |i: usize| (number(ours, i) - number(theirs, i)).abs();
            // Bounds of intervals may fall to the other side of a half.
            assert!(
                apart(0) < 1e-9 && apart(1) < 0.011 && apart(2) < 0.011,
                "{source}: {ours}, card {theirs}"
            );
        }
    }
}

/// The i-th number of `.15 [.11, .19]`; 0 where there are fewer.
fn number(cell: &str, i: usize) -> f64 {
    let numbers = cell.split([' ', '[', ',', ']']).filter(|part| !part.is_empty());
    numbers.filter_map(|part| part.parse().ok()).nth(i).unwrap_or(0.0)
}

#[test]
fn coded_tables_give_figures_curves_and_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let (coded, out) = (dir.path().join("coded.csv"), dir.path().join("out"));
    let text = "session_id,speaker,text,codes\n\
                a,therapist,How was the week?,\n\
                a,client,\"I told him no, and then I went home and slept for the first time in weeks.\",behavioural\n\
                b,client,\"It rained, so we stayed in.\",\n";
    fs::write(&coded, text).unwrap();
    let (coded, out) = (coded.to_str().unwrap(), out.to_str().unwrap());
    let output = breakthrough(&["evaluate", coded, "--evidence", "--resamples", "20", "--out", out]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("| coded | 3 | 2 |") && said.contains("### Evidence"), "{said}");
    for file in ["figures.csv", "reliability.csv", "reliability.svg", "evidence.md"] {
        assert!(Path::new(out).join(file).metadata().unwrap().len() > 50, "{file}");
    }
}

#[test]
fn mistakes_are_named_in_one_line() {
    let cases: [(&[&str], i32, &str); 5] = [
        (&["evaluate", "no/such.csv"], 3, "no/such.csv"),
        (&["evaluate", "data/sample/gambling.csv"], 3, "codes"),
        (&["evaluate", "--model", "src"], 2, "--folds"),
        (&["evaluate", "--evidence"], 2, "CODED"),
        (&["evaluate", "--small"], 2, "--small"),
    ];
    for (arguments, code, says) in cases {
        let output = breakthrough(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}

/// On a sample of written notes: without its evidence a code loses more than without as many random words.
#[test]
fn evidence_is_what_the_model_leans_on() {
    let files = Files::read(&root().join("models/minilm")).unwrap();
    let model = Model::load(&files, EngineKind::default()).unwrap();
    let mut material = Material::read(&[root().join("data/corpus/written_notes.csv.gz")]).unwrap();
    material.sessions.truncate(48);
    material.about.truncate(48);
    let codings = material.code(&model, &mut |_| {}).unwrap();
    let drops = evidence::measure(&model, &material, &codings, 1, &mut |_| {}).unwrap();
    let all = drops.summarise(&material, &Bootstrap::default()).pop().unwrap();
    assert!(all.code.is_none() && all.tags >= 20, "{all:?}");
    let [evidence, random, difference] = all.means;
    assert!(evidence > random && all.intervals[2].unwrap().low > 0.0, "{evidence} {random} {difference}");
}
