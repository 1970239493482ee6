//! Rows in memory come to the same tables as the same rows in a file.

#![allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use breakthrough::input::{self, Header, Options, Source};
use breakthrough::model::files::Files;
use breakthrough::model::{EngineKind, Model};
use breakthrough::pipeline::{self, Chunk, InMemory, Job, Privacy};
use breakthrough::report::held::{Held, Values};
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

const TABLES: [&str; 8] =
    ["utterances", "moments", "sessions", "clients", "trends", "factors", "privacy", "rejects"];

/// Some more than one chunk of written transcripts, with two rows among them that cannot be read.
fn table() -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus/written_transcripts.csv.gz");
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(GzDecoder::new(File::open(path).unwrap()));
    let mut rows: Vec<_> = reader.records().take(1200).map(Result::unwrap).collect();
    let header = rows[0].clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    for (row, column, cell) in [(40, at("speaker"), "someone"), (1100, at("session_id"), "")] {
        rows[row] =
            rows[row].iter().enumerate().map(|(i, old)| if i == column { cell } else { old }).collect();
    }
    let (text, words) = (at("text"), "Call me on 07700 900123, ask for Margaret Hughes.");
    rows[60] = rows[60].iter().enumerate().map(|(i, old)| if i == text { words } else { old }).collect();
    rows
}

fn cells(values: &Values, kind_of_zero: &[String]) -> Vec<String> {
    let zero = |row: usize| kind_of_zero.get(row).is_some_and(|cell| cell == "0");
    match values {
        Values::Text(cells) => cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect(),
        Values::Integer(cells) => {
            cells.iter().map(|cell| cell.map_or_else(String::new, |n| n.to_string())).collect()
        }
        // A code that cannot be given is a bare 0 in the file, which a number cannot show.
        Values::Decimal(cells) => cells
            .iter()
            .enumerate()
            .map(|(row, cell)| match cell {
                Some(0.0) if zero(row) => "0".to_owned(),
                Some(number) => format!("{number:.4}"),
                None => String::new(),
            })
            .collect(),
    }
}

#[test]
fn rows_in_memory_come_to_the_tables_of_the_file() {
    let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm")).unwrap();
    let model = Model::load(&files, EngineKind::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("t.csv"), dir.path().join("out"));
    let rows = table();
    let mut file = csv::Writer::from_path(&input).unwrap();
    rows.iter().for_each(|row| file.write_record(row).unwrap());
    file.flush().unwrap();
    let privacy = Privacy { redact: true, found: true, ..Privacy::default() };
    let job = Job {
        sources: vec![Source::File(input.clone())],
        passed_over: 3,
        input: Options::default(),
        text: true,
        privacy: privacy.clone(),
        excel: false,
        also: Vec::new(),
        resume: false,
        stop: std::sync::Arc::default(),
        options: serde_json::Map::new(),
        shard: None,
    };
    let run = pipeline::analyze(&job, &model, &out, &mut |_| ()).unwrap();
    assert_eq!((run.totals.rejected, run.totals.passed_over), (2, 3));

    let names: Vec<String> = rows[0].iter().map(str::to_owned).collect();
    let header = Header::find(&names, &Options::default().map).unwrap();
    let used = header.used().to_vec();
    let given =
        rows.into_iter().skip(1).map(move |row| Ok(used.iter().map(|&at| row[at].to_owned()).collect()));
    let events = input::rows(&header, given, input.as_path().into(), &Options::default()).unwrap();
    let mut memory = InMemory::new(&model, true, privacy);
    let mut made: BTreeMap<&str, Vec<Held>> = BTreeMap::new();
    let mut chunks = 0;
    let mut keep =
        |tables: Vec<Held>| tables.into_iter().for_each(|held| made.entry(held.name).or_default().push(held));
    for chunk in pipeline::chunks(events) {
        chunks += 1;
        assert!(chunk.notices.is_empty(), "{:?}", chunk.notices);
        keep(memory.take(chunk).unwrap());
    }
    keep(memory.finish().unwrap().0);
    assert_eq!(chunks, 2);

    for name in TABLES {
        let mut file = csv::Reader::from_path(out.join(format!("{name}.csv"))).unwrap();
        let header: Vec<String> = file.headers().unwrap().iter().map(str::to_owned).collect();
        let records: Vec<csv::StringRecord> = file.records().map(Result::unwrap).collect();
        for (at, column) in header.iter().enumerate() {
            let expected: Vec<String> = records.iter().map(|record| record[at].to_owned()).collect();
            let mut found = Vec::new();
            for held in &made[name] {
                assert_eq!(held.columns[at].name, *column);
                found.extend(cells(&held.columns[at].values, &expected[found.len()..]));
            }
            if (name, column.as_str()) == ("rejects", "line") {
                assert_eq!(found, ["", ""], "rows in memory stand on no lines");
            } else {
                assert_eq!(found, expected, "{name}.{column}");
            }
        }
    }
    let words = fs::read_to_string(out.join("privacy.csv")).unwrap();
    assert!(words.contains("07700 900123"), "{words}");
}

#[test]
fn chunks_take_no_more_than_they_need() {
    let names = ["session_id", "speaker", "text"].map(str::to_owned);
    let header = Header::find(&names, &Options::default().map).unwrap();
    let taken = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&taken);
    let given = (0..5000_usize).map(move |row| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let speaker = if row == 3 { "somebody" } else { "client" };
        Ok(vec![(row / 100).to_string(), speaker.to_owned(), "word".to_owned()])
    });
    let events = input::rows(&header, given, Path::new("rows").into(), &Options::default()).unwrap();
    let mut chunks = pipeline::chunks(events);
    let first = chunks.next().unwrap();
    // 1,024 units are full with the eleventh session, which is whole when the twelfth begins.
    assert_eq!((first.sessions.len(), first.rejects.len()), (11, 1));
    assert_eq!(taken.load(std::sync::atomic::Ordering::Relaxed), 1101);
    let rest: Vec<Chunk> = chunks.collect();
    assert_eq!(rest.iter().map(|chunk| chunk.sessions.len()).sum::<usize>(), 39);
    assert!(pipeline::chunks(std::iter::empty()).next().is_none());
}

#[test]
fn clean_sessions_are_redacted() {
    let talk = "C: Call me on 07700 900123.\n";
    let options = Options { format: Some(input::Format::Text), ..Options::default() };
    let sessions = input::read(talk.as_bytes(), Path::new("talk.txt").into(), &options)
        .filter_map(|event| if let input::Event::Session(session) = event { Some(session) } else { None })
        .collect::<Vec<_>>();
    let said = |allowed: &[String]| pipeline::clean(sessions.clone(), allowed)[0].units[0].text.clone();
    assert_eq!(said(&[]), "Call me on [PHONE].");
    assert_eq!(said(&["07700 900123".to_owned()]), "Call me on 07700 900123.");
}
