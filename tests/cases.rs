//! From transcripts and notes of whole therapies to verdicts, as a user gets them.
//!
//! `tests/reference/written_cases.csv` holds six cases written for this project: the words, without codes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn analyze(input: &Path, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.args(["analyze", "--no-text", "--out"]).arg(out).arg(input).output().unwrap()
}

fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn six_written_cases_get_the_verdicts_of_their_author() {
    let out = tempfile::tempdir().unwrap();
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/written_cases.csv");
    let output = analyze(&input, out.path());
    assert_eq!(output.status.code(), Some(0));
    let verdicts: Vec<_> = rows(&out.path().join("clients.csv"))
        .into_iter()
        .map(|row| (row["client_id"].clone(), row["verdict"].clone(), row["turning_point"].clone()))
        .collect();
    let expected = [
        ("K-L105-1", "sudden_lasting", "5"),
        ("K-L105-2", "gradual", ""),
        ("K-L105-3", "sudden_lasting", "3"),
        ("K-L105-4", "sudden_lost", "4"),
        ("K-L105-5", "stuck", ""),
        ("K-L105-6", "sudden_lasting", "7"),
    ]
    .map(|(client, verdict, turn)| (client.to_owned(), verdict.to_owned(), turn.to_owned()));
    assert_eq!(verdicts, expected);
    // The verdict rests on columns that a reader can see.
    let sessions = rows(&out.path().join("sessions.csv"));
    let turn = sessions.iter().find(|row| row["session_id"] == "L105-05").unwrap();
    let number = |column: &str| turn[column].parse::<f64>().unwrap();
    assert!(number("breakthrough_units") >= 2.0 && number("breakthrough_expected") > 1.0);
}

#[test]
fn what_keeps_sessions_out_is_said_and_the_run_goes_on() {
    let input = tempfile::tempdir().unwrap();
    let table = input.path().join("odd.csv");
    let line = |session: &str, client: &str, number: &str, date: &str, unit: usize| {
        format!("{session},{client},{number},{date},{unit},client,I did it again.\n")
    };
    let mut text = "session_id,client_id,session_number,date,utterance_id,speaker,text\n".to_owned();
    for (unit, (session, number, date)) in [
        ("a", "1", "2024-01-16"),
        ("b", "2", "03/04/2024"),
        // The first session goes on: still one session.
        ("a", "1", "2024-01-16"),
        ("c", "2", "2024-02-01"),
        ("d", "", ""),
    ]
    .into_iter()
    .enumerate()
    {
        text += &line(session, "k", number, date, unit);
    }
    text += &line("e", "lone", "", "16 Jan 2024", 9);
    text += &line("f", "", "", "", 9);
    fs::write(&table, text).unwrap();
    let out = tempfile::tempdir().unwrap();
    let output = analyze(&table, out.path());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for part in [
        "1 session cannot be put in order",
        "1 date could mean several days",
        "1 client with a session number or date given more than once",
        "1 client with one session only",
        "1 client with fewer than 5 sessions",
        "1 session without client_id",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let clients = rows(&out.path().join("clients.csv"));
    let cells = |row: usize, columns: [&str; 4]| columns.map(|column| clients[row][column].clone());
    assert_eq!(cells(0, ["client_id", "sessions", "ordered", "unordered"]), ["k", "4", "3", "1"]);
    assert_eq!(
        cells(1, ["first_session", "last_date", "verdict", "note"]),
        ["16 Jan 2024", "16 Jan 2024", "too_few_sessions", "one session only"]
    );
    let trends = rows(&out.path().join("trends.csv"));
    assert_eq!(trends[0]["labels"], "1|2|2");
}
