//! Files out of measure: one endless field, a million turns, ten thousand files, bombs. The sizes are cut down but for
//! `BREAKTHROUGH_FULL=1`; what is asserted does not depend on them.

use super::read::{self, size};
use breakthrough::input::{self, Format, Options};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

const MB: usize = 1 << 20;

fn streamed(name: &str, pieces: &[(&str, usize)], format: Format) -> read::Got {
    let mut stream: Box<dyn Read> = Box::new(std::io::empty());
    for &(piece, times) in pieces {
        let bytes = piece.as_bytes().iter().copied().cycle().take(piece.len() * times);
        stream = Box::new(stream.chain(std::io::Cursor::new(bytes.collect::<Vec<u8>>())));
    }
    read::all(input::read(
        stream,
        Path::new(name).into(),
        &Options { format: Some(format), ..Options::default() },
    ))
}

#[test]
fn one_endless_field() {
    let most = size(20, 200) * MB;
    let head = [("speaker,text\nT,a\nC,", 1)];
    for (field, rejects) in [("x", 1), ("many words ", 1)] {
        let got = streamed("x.csv", &[head[0], (field, most / field.len()), ("\nC,b\n", 1)], Format::Csv);
        assert_eq!(
            (got.units(), got.rejects.len()),
            (vec!["therapist|a".to_owned(), "client|b".to_owned()], rejects)
        );
        assert_eq!((got.lines(), got.rejects[0].reason.as_str()), (vec![3], "a line of more than 4 MiB"));
    }
    // Quoted and on many lines: more than a cell can be, so its lines are read for themselves.
    let lines = most / 100;
    let got = streamed(
        "x.csv",
        &[head[0], ("\"", 1), (&format!("{}\n", "y".repeat(99)), lines), ("\"\nC,b\n", 1)],
        Format::Csv,
    );
    assert_eq!(got.units(), ["therapist|a", "client|b"]);
    assert!(got.rejects[0].reason.contains("or a quote that is never closed"), "{}", got.rejects[0].reason);
    let open = "{\"speaker\":\"C\",\"text\":\"";
    let got = streamed(
        "x.jsonl",
        &[(open, 1), ("x", most), ("\"}\n", 1), ("{\"speaker\":\"C\",\"text\":\"b\"}\n", 1)],
        Format::Jsonl,
    );
    assert_eq!((got.units(), got.lines()), (vec!["client|b".to_owned()], vec![1]));
    // Read whole: up to 64 MiB it is one turn.
    let got = streamed("x.txt", &[("T: ", 1), ("x", most)], Format::Text);
    assert_eq!(got.rejects.len(), usize::from(most > 64 * MB));
}

#[test]
fn a_table_of_open_quotes_is_read_once() {
    // Every line opens a quote, whether it is read from within one or not.
    let lines = size(100_000, 2_000_000);
    let got = streamed("x.csv", &[("speaker,text\n", 1), ("\"b\",c,\"\n", lines)], Format::Csv);
    assert_eq!(got.report.read, lines as u64);
    let block = format!("T,\"open\n{}", "C,a\n".repeat(100));
    let got = streamed("x.csv", &[("speaker,text\n", 1), (&block, lines / 100)], Format::Csv);
    assert_eq!((got.report.units, got.report.rejects), (lines as u64, lines as u64 / 100));
}

/// Every line under a long one that opens a quote is held against it, without reading the long one again.
#[test]
fn a_long_line_that_opens_a_quote_is_looked_at_once() {
    let rows = size(150_000, 300_000);
    let clock = std::time::Instant::now();
    let got = streamed(
        "x.csv",
        &[
            ("session_id,speaker,text\n1,C,\"", 1),
            ("x", 2 * MB),
            ("\n", 1),
            ("2,somebody,b\n", rows),
            ("2,C,b\n", 1),
        ],
        Format::Csv,
    );
    assert_eq!((got.report.read, got.report.rejects), (rows as u64 + 2, rows as u64 + 1));
    // When every line read the long one again, 300,000 of them took over 65 s of processor time and were not done.
    assert!(clock.elapsed().as_secs() < 30, "{:?}", clock.elapsed());
}

#[test]
fn a_million_turns_of_one_word() {
    let turns = size(50_000, 500_000);
    let cases: [(&str, &str, &str, Format); 5] = [
        ("x.csv", "session_id,speaker,text\n", "s,T,yes\ns,C,no\n", Format::Csv),
        (
            "x.jsonl",
            "",
            "{\"speaker\":\"T\",\"text\":\"yes\"}\n{\"speaker\":\"C\",\"text\":\"no\"}\n",
            Format::Jsonl,
        ),
        ("x.txt", "", "T: yes\nC: no\n", Format::Text),
        (
            "x.vtt",
            "WEBVTT\n\n",
            "00:01.000 --> 00:02.000\n<v T>yes\n\n00:01.000 --> 00:02.000\n<v C>no\n\n",
            Format::Vtt,
        ),
        ("x.note", "", "Yes.\nNo.\n", Format::Note),
    ];
    for (name, head, pair, format) in cases {
        let got = streamed(name, &[(head, 1), (pair, turns)], format);
        assert_eq!((got.report.units, got.rejects.len()), (2 * turns as u64, 0), "{name}");
    }
}

#[test]
fn a_turn_of_a_hundred_thousand_words_is_one_turn() {
    let words = "and then we went home, ".repeat(20_000);
    let lines = words.replace(", ", "\n");
    let json = serde_json::json!({"speaker": "C", "text": words}).to_string();
    for (name, file) in [
        ("x.csv", format!("speaker,text\nC,\"{words}\"\n")),
        ("x.csv", format!("speaker,text\nC,\"{lines}\"\n")),
        ("x.tsv", format!("speaker\ttext\nC\t{words}\n")),
        ("x.jsonl", json),
        ("x.txt", format!("C: {words}\n")),
        ("x.txt", format!("C: {lines}\n")),
        ("x.srt", format!("1\n00:00:01,000 --> 00:00:02,000\nC: {words}\n")),
    ] {
        let got = read::bytes(name, file);
        assert!(got.rejects.is_empty(), "{name} {:?}", got.rejects);
        let turn = &got.sessions[0].units[0].text;
        assert_eq!((got.report.units, turn.split_whitespace().count()), (1, 100_000), "{name}");
    }
}

#[test]
fn ten_thousand_tiny_files() {
    let dir = tempfile::tempdir().unwrap();
    let files = size(2_000, 10_000);
    for n in 0..files {
        fs::write(dir.path().join(format!("{n}.txt")), if n % 10 == 0 { "" } else { "T: a\nC: b\n" })
            .unwrap();
    }
    let found = input::find(&[dir.path().to_owned()], None, &input::Options::default()).unwrap();
    let (mut units, mut rejects) = (0, 0);
    for source in &found.sources {
        let input::Source::File(path) = source else { panic!("no stdin here") };
        let got = read::all(input::open(path, &Options::default()));
        units += got.report.units;
        rejects += got.report.rejects;
    }
    assert_eq!((units, rejects), (files as u64 / 10 * 18, files as u64 / 10));
}

/// Small files that unpack to gigabytes.
#[test]
fn bombs_are_refused() {
    let gigabytes = size(1, 10);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let block = vec![b'x'; MB];
    (0..gigabytes * 1024 / 4).for_each(|_| gz.write_all(&block).unwrap());
    // A Zstandard frame of run-length blocks: 128 KB in four bytes.
    let mut zst = b"\x28\xb5\x2f\xfd\x00\x38".to_vec();
    (0..gigabytes * 8192).for_each(|_| zst.extend(b"\x02\x00\x10x"));
    for (name, bomb) in [("x.csv.gz", gz.finish().unwrap()), ("x.txt.zst", zst)] {
        let got = read::bytes(name, bomb);
        assert!(got.refused().starts_with("unpacks to more than 200 times its size"), "{}", got.refused());
    }
    // What is only very regular is read.
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(format!("speaker,text\n{}", "T,yes\nC,no\n".repeat(100_000)).as_bytes()).unwrap();
    assert_eq!(read::bytes("x.csv.gz", gz.finish().unwrap()).report.units, 200_000);
}
