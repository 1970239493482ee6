//! The forms beside the tables, over the whole way of the program, and Parquet as input.
#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::naive_bytecount,
    missing_docs,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use assert_cmd::Command;
use breakthrough::agreement::coders::read::Coder;
use breakthrough::input::{self, Event, Format, Options};
use breakthrough::train::coded;
use breakthrough::transcript::{Place, Reject, Session};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

const ALL: &str = "parquet,qdpx,convokit,eaf";

fn analyze(out: &Path, more: &[&str]) -> Output {
    let root = env!("CARGO_MANIFEST_DIR");
    let arguments = ["analyze", "data/sample", "--quiet", "--out", out.to_str().unwrap()];
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.current_dir(root).args(arguments).args(more).output().unwrap()
}

/// Every file below the folder but `run.json`, which holds times.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let below = |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != "run.json")
        // What is locked during a run; it holds the names of what was written.
        .filter(|entry| entry.file_name() != ".breakthrough.lock")
        .map(|entry| (below(entry.path()), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn every_form_beside_the_tables_and_none_that_outlives_them() {
    let dir = tempfile::tempdir().unwrap();
    let (out, single) = (dir.path().join("out"), dir.path().join("single"));
    let output = analyze(&out, &["--also", ALL]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let made = files(&out);
    let tables: Vec<_> = made.keys().filter(|name| name.ends_with(".csv")).cloned().collect();
    assert_eq!(tables.len(), 9);
    for table in &tables {
        assert_twins(&out, table);
    }
    let rows = |table: &str| csv::Reader::from_path(out.join(table)).unwrap().into_records().count();
    let lines = made["convokit/utterances.jsonl"].iter().filter(|&&byte| byte == b'\n').count();
    assert_eq!(lines, rows("utterances.csv"));
    let zip = zip::ZipArchive::new(File::open(out.join("project.qdpx")).unwrap()).unwrap();
    assert_eq!(
        zip.file_names().filter(|name| name.as_ref().is_ok_and(|name| name.starts_with("sources/"))).count(),
        rows("sessions.csv")
    );
    let elan: Vec<_> = made.keys().filter(|name| name.ends_with(".eaf")).map(String::as_str).collect();
    assert_eq!(elan, ["eaf/burnout_s8.eaf", "eaf/drink_s2.eaf", "eaf/pain_s1.eaf"]);

    // The words of a table that came out read the same in both forms.
    assert_eq!(sessions(&out.join("excerpts.parquet")), sessions(&out.join("excerpts.csv")));

    analyze(&single, &["--also", ALL, "--threads", "1"]);
    assert!(files(&single) == made, "bytes depend on the number of threads");

    analyze(&out, &["--no-text"]);
    assert_eq!(files(&out).into_keys().collect::<Vec<_>>(), tables);
    assert!(!out.join("eaf").exists() && !out.join("convokit").exists());
}

#[test]
fn forms_that_are_words_are_refused_without_them() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let output = analyze(&out, &["--no-text", "--also", "parquet,eaf"]);
    assert_eq!(output.status.code(), Some(2));
    let message =
        "breakthrough: eaf cannot be written without the words of the sessions: leave out --no-text or eaf\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
    assert!(!out.exists());
    let output = analyze(&out, &["--also", "xlsx"]);
    assert_eq!(output.status.code(), Some(2));
}

/// The Parquet twin holds the cells of the table, typed.
fn assert_twins(out: &Path, table: &str) {
    let file = File::open(out.join(table.replace(".csv", ".parquet"))).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let mut twin = reader.get_row_iter(None).unwrap();
    let mut csv = csv::Reader::from_path(out.join(table)).unwrap();
    let header = csv.headers().unwrap().clone();
    for record in csv.records() {
        let (record, row) = (record.unwrap(), twin.next().unwrap().unwrap());
        assert_eq!(row.len(), header.len(), "{table}");
        for ((name, cell), (column, field)) in header.iter().zip(&record).zip(row.get_column_iter()) {
            assert_eq!(name, column);
            let same = match field {
                Field::Null => cell.is_empty(),
                Field::Str(text) => text == cell,
                Field::Long(number) => number.to_string() == cell,
                Field::Double(number) => cell.parse() == Ok(*number),
                _ => false,
            };
            assert!(same, "{table}, {name}: {field} is not {cell:?}");
        }
    }
    assert!(twin.next().is_none(), "{table}");
}

struct Got {
    sessions: Vec<Session>,
    rejects: Vec<Reject>,
}

fn read(mut reading: input::Reading) -> Got {
    let mut got = Got { sessions: Vec::new(), rejects: Vec::new() };
    for event in reading.by_ref() {
        match event {
            Event::Session(session) => got.sessions.push(session),
            Event::Reject(reject) => got.rejects.push(reject),
            Event::Notice(_) => {}
        }
    }
    let report = reading.report();
    assert_eq!(report.read, report.units + report.rejects);
    got
}

/// Sessions of a file without the file's name.
fn sessions(path: &Path) -> Vec<Session> {
    let got = read(input::open(path, &Options::default()));
    assert!(got.rejects.is_empty(), "{:?}", got.rejects);
    let nameless = |session| Session { source: Path::new("").into(), ..session };
    got.sessions.into_iter().map(nameless).collect()
}

/// A column: cells that may be null.
enum Cells<'a> {
    Text(&'a [Option<&'a [u8]>]),
    Long(&'a [Option<i64>]),
    Int(&'a [Option<i32>]),
    Double(&'a [Option<f64>]),
}

/// A file of these groups of rows.
fn table(schema: &str, groups: &[&[Cells]]) -> Vec<u8> {
    fn split<T: Copy, U>(cells: &[Option<T>], convert: impl Fn(T) -> U) -> (Vec<U>, Vec<i16>) {
        let levels = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
        (cells.iter().flatten().map(|&cell| convert(cell)).collect(), levels)
    }
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::new())).unwrap();
    for columns in groups {
        let mut group = writer.next_row_group().unwrap();
        for cells in *columns {
            let mut column = group.next_column().unwrap().unwrap();
            match cells {
                Cells::Text(cells) => {
                    let (values, levels) = split(cells, |text| ByteArray::from(text.to_vec()));
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)
                }
                Cells::Long(cells) => {
                    let (values, levels) = split(cells, |it| it);
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)
                }
                Cells::Int(cells) => {
                    let (values, levels) = split(cells, |it| it);
                    column.typed::<Int32Type>().write_batch(&values, Some(&levels), None)
                }
                Cells::Double(cells) => {
                    let (values, levels) = split(cells, |it| it);
                    column.typed::<DoubleType>().write_batch(&values, Some(&levels), None)
                }
            }
            .unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

const SCHEMA: &str = "message schema {
    optional int64 session_id;
    optional double unused;
    optional double session_number;
    optional int32 date (DATE);
    optional binary speaker (UTF8);
    optional binary text;
}";

fn mixed() -> Vec<u8> {
    let first = [
        Cells::Long(&[Some(7), Some(7), None, Some(7)]),
        Cells::Double(&[Some(0.5); 4]),
        Cells::Double(&[Some(3.0), None, None, None]),
        Cells::Int(&[Some(20_000), None, None, None]),
        Cells::Text(&[Some(b"therapist"), Some(b"client"), Some(b"client"), None]),
        Cells::Text(&[Some("Wie geht’s?".as_bytes()), None, Some(b"lost"), Some(b"who?")]),
    ];
    let second = [
        Cells::Long(&[Some(7), Some(8)]),
        Cells::Double(&[None; 2]),
        Cells::Double(&[Some(f64::NAN), Some(1.0)]),
        Cells::Int(&[None; 2]),
        Cells::Text(&[Some(b"C"), Some(b"C")]),
        Cells::Text(&[Some(b"caf\xe9"), Some(b"fine")]),
    ];
    table(SCHEMA, &[&first, &second])
}

#[test]
fn rows_of_parquet_are_rows_of_a_table() {
    let bytes = mixed();
    let got = read(input::read(bytes.as_slice(), Path::new("a.bin").into(), &Options::default()));
    let units = |session: &Session| {
        session.units.iter().map(|it| format!("{} {}|{}", it.id, it.speaker, it.text)).collect::<Vec<_>>()
    };
    let [first, second] = got.sessions.as_slice() else { panic!("{:?}", got.sessions) };
    assert_eq!(
        (first.id.as_str(), units(first)),
        ("7", vec!["0 therapist|Wie geht’s?".to_owned(), "1 client|".to_owned()])
    );
    assert_eq!((first.number, first.date.as_deref()), (Some(3), Some("2024-10-04")));
    assert_eq!((second.id.as_str(), units(second)), ("8", vec!["0 client|fine".to_owned()]));
    let rejects: Vec<_> = got.rejects.iter().map(|it| (it.record, it.place, it.reason.as_str())).collect();
    let place: Option<Place> = None;
    assert_eq!(
        rejects,
        [
            (Some(3), place, "session_id is empty"),
            (Some(4), place, "no speaker is given"),
            (Some(5), place, "a cell is not UTF-8")
        ]
    );
}

/// Own labels and codings of people come in Parquet as they do in CSV; a column of times is left alone as any other that is of no use.
#[test]
fn coded_tables_of_parquet_are_those_of_csv() {
    const SCHEMA: &str = "message schema {
        required binary session_id (UTF8); required int64 utterance_id; required binary speaker (UTF8); optional binary text (UTF8);
        optional binary codes (UTF8); optional int32 clock (TIME_MILLIS);
    }";
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let text = |cells: &'static [Option<&'static [u8]>]| Cells::Text(cells);
    let columns = [
        text(&[Some(b"s"), Some(b"s"), Some(b"t")]),
        Cells::Long(&[Some(1), Some(2), Some(1)]),
        text(&[Some(b"client"), Some(b"therapist"), Some(b"note:S")]),
        text(&[Some(b"I did, \"at last\"."), Some(b"Mm."), None]),
        text(&[Some(b"behavioural|joy"), None, Some(b"joy")]),
        Cells::Int(&[None; 3]),
    ];
    let csv = "session_id,utterance_id,speaker,text,codes\ns,1,client,\"I did, \"\"at last\"\".\",behavioural|joy\n\
               s,2,therapist,Mm.,\nt,1,note:S,,joy\n";
    let paths = [file("anna.csv", csv.as_bytes()), file("anna.parquet", &table(SCHEMA, &[&columns]))];
    let [csv, parquet] = paths.each_ref().map(|path| {
        let coded = coded::read(std::slice::from_ref(path), "codes", |cell| Ok(cell.to_owned())).unwrap();
        let units = coded.sessions.into_iter().flat_map(|it| it.session.units.into_iter().zip(it.gold));
        units.map(|(unit, gold)| (unit.id, unit.speaker, unit.text, gold)).collect::<Vec<_>>()
    });
    assert_eq!(csv.len(), 3);
    assert_eq!(csv, parquet);
    let [csv, parquet] = paths.map(|path| Coder::read(&path, "codes").unwrap());
    assert_eq!(csv, parquet);
    let cut = file("cut.parquet", &table(SCHEMA, &[&columns])[..100]);
    let error = Coder::read(&cut, "codes").unwrap_err().to_string();
    assert!(error.ends_with("is no sound Parquet file; write or copy it again"), "{error}");
}

#[test]
fn what_cannot_be_read_is_refused_with_the_mend() {
    let refusal = |bytes: &[u8], format: Option<Format>| {
        let options = Options { format, ..Options::default() };
        let got = read(input::read(bytes, Path::new("a.parquet").into(), &options));
        assert!(got.sessions.is_empty());
        got.rejects[0].reason.clone()
    };
    let cut = &mixed()[..200];
    assert_eq!(refusal(cut, None), "is no sound Parquet file; write or copy it again");
    assert_eq!(
        refusal(b"speaker,text\nT,a\n", Some(Format::Parquet)),
        "is no sound Parquet file; write or copy it again"
    );
    assert_eq!(refusal(b"speaker,text\nT,a\n", None), "this is no Parquet file, whatever its name says");
    let lists = "message schema { required binary speaker (UTF8); repeated binary text (UTF8); }";
    assert_eq!(refusal(&table(lists, &[]), None), "column 2 holds lists; write it as text");
    let flags = "message schema { required boolean speaker; required binary text (UTF8); }";
    assert!(refusal(&table(flags, &[]), None).starts_with("column 1 holds values that are neither text nor"));
    let nobody = "message schema { required binary a (UTF8); }";
    assert!(refusal(&table(nobody, &[]), None).contains("--map text=COLUMN"));
}

/// Bytes of a sound file changed one at a time: whatever becomes of it, nothing panics and everything adds up.
#[test]
fn a_damaged_file_costs_itself_only() {
    let sound = mixed();
    for at in 0..sound.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bytes = sound.clone();
            bytes[at] ^= change;
            read(input::read(bytes.as_slice(), Path::new("a.parquet").into(), &Options::default()));
        }
    }
}
