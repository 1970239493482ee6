//! Invented sessions, quick to code: their texts are few, and each is encoded once a chunk.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is said in them, in turn; one in seven is a moment.
const SAID: [&str; 14] = [
    "Mm-hmm.",
    "I don't know.",
    "We went to the shops.",
    "What was that like?",
    "It rained all week.",
    "Yeah.",
    "I told him no. It just came out of me.",
    "The bus was late again.",
    "Go on.",
    "She rang on Tuesday, about the boiler.",
    "Right.",
    "Not really.",
    "I can't see the point of the diary.",
    "Fine, thanks.",
];

/// Units in every session.
pub(crate) const UNITS: usize = 64;

pub(crate) const TABLES: [&str; 9] = [
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

/// The store of finished work.
pub(crate) const STORE: &str = ".breakthrough.finished";

/// Sessions as a CSV file, no two alike. `first` is the number of the first one.
pub(crate) fn table(first: usize, sessions: usize) -> String {
    let mut table = String::from("session_id,utterance_id,speaker,text,client_id,session_number\n");
    for session in first..first + sessions {
        for unit in 0..UNITS {
            // The digits of its number tell a session from all others.
            let shift = (session >> (unit % 12)) & 1;
            let text = SAID[(unit * 5 + shift * 3 + session) % SAID.len()];
            let speaker = if unit % 2 == 0 { "therapist" } else { "client" };
            writeln!(table, "s{session},{unit},{speaker},\"{text}\",c{},{}", session / 8, session % 8 + 1)
                .unwrap();
        }
    }
    table
}

/// Writes such a table into a folder.
pub(crate) fn write(folder: &Path, name: &str, first: usize, sessions: usize) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, table(first, sessions)).unwrap();
    path
}

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

pub(crate) fn breakthrough(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

pub(crate) fn analyze(input: &Path, out: &Path, more: &[&str]) -> Output {
    let (input, out) = (input.to_str().unwrap(), out.to_str().unwrap());
    breakthrough(&[&["analyze", input, "--out", out], more].concat())
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The tables of a folder, in order; `None` where one is not there.
pub(crate) fn tables(out: &Path) -> Vec<Option<Vec<u8>>> {
    TABLES.iter().map(|name| fs::read(out.join(name)).ok()).collect()
}

pub(crate) fn run_json(out: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(out.join("run.json")).unwrap()).unwrap()
}

/// What a user sees in a folder: names that are not hidden.
pub(crate) fn visible(out: &Path) -> Vec<String> {
    names(out).into_iter().filter(|name| !name.starts_with('.')).collect()
}

/// Drafts that somebody left behind.
pub(crate) fn drafts(out: &Path) -> Vec<String> {
    names(out).into_iter().filter(|name| name.ends_with(".partial")).collect()
}

fn names(out: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(out) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
