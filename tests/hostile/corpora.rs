//! Other people's collections of what breaks readers: the Big List of Naughty Strings and csv-spectrum.

use super::read;
use breakthrough::input::{Format, Options};
use serde_json::Value;
use std::fs;

fn naughty() -> Vec<String> {
    let list: Vec<String> =
        serde_json::from_slice(&fs::read(read::beside("data/blns.json")).unwrap()).unwrap();
    assert!(list.len() > 400);
    list
}

/// Whether it may be HTML, which is read as what it shows.
fn may_be_markup(text: &str) -> bool {
    text.contains('<') && text.contains('>') || text.contains('&') && text.contains(';')
}

/// Holds every unit against its string, but for those that may be HTML.
fn compare(got: &read::Got, naughty: &[String], name: &str) {
    let units = &got.sessions[0].units;
    assert_eq!(units.len(), naughty.len(), "{name}");
    let kept = units.iter().zip(naughty).filter(|(_, text)| !may_be_markup(text));
    assert!(kept.inspect(|(unit, text)| assert_eq!(&unit.text, *text, "{name}")).count() > 200);
    let changed = units.iter().zip(naughty).any(|(unit, text)| unit.text != *text);
    assert!(
        changed && got.notices.iter().any(|notice| notice.starts_with("HTML at line ")),
        "{:?}",
        got.notices
    );
}

fn asked(format: Format) -> Options {
    Options { format: Some(format), ..Options::default() }
}

#[test]
fn naughty_strings_come_back_from_tables_as_they_are() {
    let naughty = naughty();
    for (name, delimiter) in [("x.csv", b','), ("x.tsv", b'\t'), ("x.csv", b';')] {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["session_id", "speaker", "text"]).unwrap();
        for text in &naughty {
            writer.write_record(["s", "C", text]).unwrap();
        }
        let got = read::bytes(name, writer.into_inner().unwrap());
        assert!(got.rejects.is_empty(), "{:?}", got.rejects);
        compare(&got, &naughty, name);
    }
    let lines =
        naughty.iter().map(|text| serde_json::json!({"speaker": "C", "text": text}).to_string() + "\n");
    let got = read::bytes("x.jsonl", lines.collect::<String>());
    compare(&got, &naughty, "x.jsonl");
}

/// As ids, labels, column names, whole files and words of every format they may become rejects, never more.
#[test]
fn naughty_strings_everywhere_else_break_nothing() {
    let naughty = naughty();
    let mut talk = String::new();
    for text in &naughty {
        for format in Format::ALL {
            read::with("x", text, &asked(format));
        }
        read::bytes(&format!("{}.csv", text.replace(['/', '\0'], "_")), "speaker,text\nT,x\n");
        talk.extend(["T: ", text, "\nC: yes\n"]);
    }
    let got = read::with("x.txt", &talk, &asked(Format::Text));
    assert!(got.rejects.is_empty());
    let clients = got.units().iter().filter(|unit| unit.starts_with("client|yes")).count();
    assert!(clients >= naughty.len() - 20, "{clients}");
    // What separates words, such as U+2028, ends no line.
    let said = got.units().concat();
    for text in naughty.iter().filter(|text| !text.contains(['\n', '\r']) && !may_be_markup(text)) {
        let trimmed = text.trim().trim_start_matches("**").trim();
        assert!(said.contains(trimmed), "{trimmed}");
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["session_id", "utterance_id", "speaker", "text"]).unwrap();
    for text in &naughty {
        writer.write_record([text, text, "C", "x"]).unwrap();
        writer.write_record(["s", "1", text, "x"]).unwrap();
    }
    let got = read::bytes("x.csv", writer.into_inner().unwrap());
    assert_eq!(got.report.read, 2 * naughty.len() as u64);
}

/// Every column of every file as the words, the first one as the speaker; what is to be read stands beside it as JSON.
#[test]
fn csv_spectrum() {
    let mut files = 0;
    for entry in fs::read_dir(read::beside("data/csv-spectrum")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        files += 1;
        let json: Value = serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap();
        // A single row is no list.
        let rows = if let Value::Array(rows) = json { rows } else { vec![json] };
        let columns: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
        let cell = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
        for column in &columns[1..] {
            let options = Options {
                map: format!("speaker={},text={column}", columns[0]).parse().unwrap(),
                // One telephone number is another in its JSON.
                therapist: rows
                    .iter()
                    .map(|row| cell(row, columns[0]))
                    .chain(["2095257564".to_owned()])
                    .collect(),
                ..Options::default()
            };
            let got = read::with("x.csv", fs::read(&path).unwrap(), &options);
            assert!(got.rejects.is_empty(), "{path:?} {column} {:?}", got.rejects);
            let texts: Vec<&str> = got.sessions[0].units.iter().map(|unit| unit.text.as_str()).collect();
            assert_eq!(
                texts,
                rows.iter().map(|row| cell(row, column)).collect::<Vec<_>>(),
                "{path:?} {column}"
            );
        }
    }
    assert_eq!(files, 12);
}
