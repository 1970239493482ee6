//! Signals end a run cleanly, wherever it is.

use crate::corpus::{STORE, analyze, drafts, program, run_json, stderr, tables, visible, write};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn start(arguments: &[&str], input: &Path, out: &Path) -> Child {
    let mut command = program();
    command.args(["analyze", "--out", out.to_str().unwrap()]).arg(input).args(arguments);
    command.stderr(Stdio::piped()).spawn().unwrap()
}

fn send(signal: &str, to: &Child) {
    assert!(Command::new("kill").args([signal, &to.id().to_string()]).status().unwrap().success());
}

/// Waits until something is so.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let clock = Instant::now();
    while !so() {
        assert!(clock.elapsed() < Duration::from_mins(1), "{what}: waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ended(run: Child) -> Output {
    run.wait_with_output().unwrap()
}

#[test]
fn a_signal_ends_a_run_at_the_next_chunk() {
    let dir = tempfile::tempdir().unwrap();
    let input = write(dir.path(), "a.csv", 0, 160);
    let out = dir.path().join("out");
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let run = start(&["--resume"], &input, &out);
        let before = fs::metadata(out.join(STORE)).map_or(0, |found| found.len());
        until("a chunk", || fs::metadata(out.join(STORE)).is_ok_and(|found| found.len() > before.max(1000)));
        send(signal, &run);
        let output = ended(run);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(
            said.contains("stopped before the end, no table was touched; finished work is kept"),
            "{said}"
        );
        assert!(visible(&out).is_empty() && drafts(&out).is_empty(), "{:?}", visible(&out));
    }
    assert_eq!(analyze(&input, &out, &["--resume"]).status.code(), Some(0));
    assert!(run_json(&out)["totals"]["resumed"].as_u64().unwrap() > 0);
    // The tables of an earlier run stay as they were, to the last byte.
    let before = (tables(&out), fs::read(out.join("run.json")).unwrap());
    let run = start(&["--log-format", "json"], &input, &out);
    until("drafts", || !drafts(&out).is_empty());
    // Caught only from when there is something to end cleanly: a draft is there, so it is.
    send("-TERM", &run);
    let output = ended(run);
    assert_eq!(output.status.code(), Some(143));
    let said: serde_json::Value = serde_json::from_str(stderr(&output).lines().last().unwrap()).unwrap();
    assert_eq!((&said["level"], &said["event"]), (&"error".into(), &"error".into()));
    assert!(said["message"].as_str().unwrap().contains("with --resume"), "{said}");
    assert_eq!((tables(&out), fs::read(out.join("run.json")).unwrap()), before);
    assert!(drafts(&out).is_empty());
}

/// A pipe into which nobody writes must not hold up who wants to end. What could not be read before is told.
#[test]
fn a_run_that_waits_for_its_input_ends_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let (pipe, out) = (dir.path().join("pipe.csv"), dir.path().join("out"));
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|made| made.success()) {
        eprintln!("SKIPPED: mkfifo cannot be had here");
        return;
    }
    let broken = dir.path().join("broken.csv");
    fs::write(&broken, ["session_id,speaker,text\n", &"a,Anna,secret\n".repeat(30)].concat()).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("rejects.csv"), "of an earlier run").unwrap();
    fs::write(out.join(".breakthrough.lock"), "rejects.csv\n").unwrap();
    let run = start(&[broken.to_str().unwrap()], &pipe, &out);
    until("drafts", || !drafts(&out).is_empty());
    std::thread::sleep(Duration::from_millis(200));
    send("-TERM", &run);
    let clock = Instant::now();
    let output = ended(run);
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert!(clock.elapsed() < Duration::from_secs(20), "{:?}", clock.elapsed());
    assert!(
        stderr(&output).ends_with("; 30 records could not be read: see unread.csv\n"),
        "{}",
        stderr(&output)
    );
    assert_eq!(visible(&out), ["rejects.csv", "unread.csv"]);
    assert_eq!(fs::read_to_string(out.join("rejects.csv")).unwrap(), "of an earlier run");
    let unread = fs::read_to_string(out.join("unread.csv")).unwrap();
    assert!(unread.lines().count() == 31 && !unread.contains("secret"), "{unread}");
    assert!(drafts(&out).is_empty());
}
