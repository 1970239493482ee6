//! Completions and manual pages hold every subcommand and every option that the help texts hold.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests may panic, and say what they skip"
)]

use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_breakthrough")).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every command, as the words that call it, with its options, as the help texts list them.
fn commands() -> BTreeMap<Vec<String>, BTreeSet<String>> {
    // An option begins its line; those in sentences do not.
    let option = Regex::new(r"(?m)^\s+(?:-\w, )?--([a-z][a-z-]*)").unwrap();
    let below = Regex::new(r"(?m)^  ([a-z]+)(?:\s|$)").unwrap();
    let mut found = BTreeMap::new();
    let mut waiting = vec![Vec::<String>::new()];
    while let Some(path) = waiting.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let help = said(&words);
        let before_examples = help.split("\nExamples:").next().unwrap();
        let options = option.captures_iter(before_examples).map(|it| it[1].to_owned()).collect();
        if let Some((_, rest)) = help.split_once("Commands:\n") {
            let list = rest.split("\n\n").next().unwrap();
            let names = below.captures_iter(list).map(|it| it[1].to_owned()).filter(|name| name != "help");
            waiting.extend(names.map(|name| [path.clone(), vec![name]].concat()));
        }
        found.insert(path, options);
    }
    found
}

#[test]
fn the_help_texts_are_read_as_they_are() {
    let commands = commands();
    let options = |path: &[&str]| &commands[&path.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()];
    assert!(
        ["out", "shard", "resume", "log-format", "redact", "model", "help"]
            .iter()
            .all(|it| options(&["analyze"]).contains(*it))
    );
    assert!(options(&["generate", "man"]).contains("out") && options(&["merge"]).contains("report"));
    assert!(commands.len() >= 10, "{:?}", commands.keys());
}

#[test]
fn every_command_and_option_completes_in_every_shell() {
    let commands = commands();
    for shell in SHELLS {
        let script = said(&["generate", "completions", shell]);
        for (path, options) in &commands {
            if let Some(name) = path.last() {
                assert!(script.contains(name.as_str()), "{shell}: {path:?}");
            }
            for option in options {
                // Fish has the name alone.
                let spelt = if shell == "fish" { format!("-l {option}") } else { format!("--{option}") };
                assert!(script.contains(&spelt), "{shell}: {path:?} {spelt}");
            }
        }
    }
}

#[test]
fn bash_reads_its_script_and_offers_options() {
    let script = said(&["generate", "completions", "bash"]);
    let run = |arguments: &[&str], input: &str| {
        let mut bash = Command::new("bash");
        let started =
            bash.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let Ok(mut running) = started else {
            eprintln!("SKIPPED: there is no bash");
            return None;
        };
        running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = running.wait_with_output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(String::from_utf8(output.stdout).unwrap())
    };
    run(&["-n"], &script);
    let asked = "\nCOMP_WORDS=(breakthrough analyze --sh); COMP_CWORD=2; _breakthrough breakthrough --sh analyze; echo \"${COMPREPLY[@]}\"\n";
    if let Some(offered) = run(&["-s"], &(script + asked)) {
        assert_eq!(offered.trim(), "--shard");
    }
}

#[test]
fn a_manual_page_for_every_command_with_every_option() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("man1");
    said(&["generate", "man", "--out", folder.to_str().unwrap()]);
    let mut all = String::new();
    let commands = commands();
    for (path, options) in &commands {
        let name = [vec!["breakthrough".to_owned()], path.clone()].concat().join("-");
        let page = fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();
        all.push_str(&page);
        let page = page.replace("\\-", "-");
        for option in options {
            assert!(page.contains(&format!("--{option}")), "{name}: {option}");
        }
        assert!(page.contains(".TH "), "{name}");
    }
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| !name.starts_with('.')).count(), commands.len());
    let page = fs::read_to_string(folder.join("breakthrough.1")).unwrap();
    assert!(page.contains("143"), "exit codes");
    // The same on standard output.
    let length = said(&["generate", "man"]).len();
    assert_eq!(length, all.len());
}
