//! What is fuzzed: every reader, the sniffer with what unpacks, and DOCX. The fuzzer calls these and so does
//! `tests/hostile`, which replays `seeds/`; a case that was found goes there.

use breakthrough::input::{self, Event, Format, Options};
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;

/// A target: any bytes may come, and it may not panic.
pub(crate) type Target = fn(&[u8]);

/// The targets of this file, by the names of their folders in `seeds/`.
pub(crate) const READERS: [(&str, Target); 8] = [
    ("table", table),
    ("jsonl", jsonl),
    ("text", text),
    ("note", note),
    ("subtitles", subtitles),
    ("docx", docx),
    ("xlsx", xlsx),
    ("sniff", sniff),
];

pub(crate) fn table(bytes: &[u8]) {
    read("x.csv", bytes, Some(Format::Csv));
    read("x.tsv", bytes, Some(Format::Tsv));
}

pub(crate) fn jsonl(bytes: &[u8]) {
    read("x.jsonl", bytes, Some(Format::Jsonl));
    read("x.json", bytes, Some(Format::Json));
}

pub(crate) fn text(bytes: &[u8]) {
    read("x.txt", bytes, Some(Format::Text));
    read("x.cha", bytes, Some(Format::Chat));
}

pub(crate) fn note(bytes: &[u8]) {
    read("x.txt", bytes, Some(Format::Note));
}

pub(crate) fn subtitles(bytes: &[u8]) {
    read("x.vtt", bytes, Some(Format::Vtt));
}

/// The bytes are the XML of the document, for a fuzzer does not write archives that are whole.
pub(crate) fn docx(bytes: &[u8]) {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("word/document.xml", options).unwrap();
    archive.write_all(bytes).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    read("x.docx", &archive, None);
    read("x.docx", &archive, Some(Format::Note));
}

/// The bytes are the XML of a sheet, and what follows a NUL is that of the strings.
pub(crate) fn xlsx(bytes: &[u8]) {
    const PARTS: [(&str, &str); 4] = [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        (
            "xl/styles.xml",
            "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"21\"/></cellXfs></styleSheet>",
        ),
    ];
    let mut halves = bytes.splitn(2, |&byte| byte == 0);
    let [sheet, strings] = [(); 2].map(|()| halves.next().unwrap_or_default());
    let parts = PARTS.map(|(name, text)| (name, text.as_bytes()));
    let parts =
        parts.into_iter().chain([("xl/worksheets/sheet1.xml", sheet), ("xl/sharedStrings.xml", strings)]);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    read("x.xlsx", &archive.finish().unwrap().into_inner(), None);
}

/// The bytes are a file, of whatever kind.
pub(crate) fn sniff(bytes: &[u8]) {
    for name in ["x", "x.csv.gz", "x.txt", "x.json", "x.docx", "note.txt"] {
        read(name, bytes, None);
    }
}

/// The parquet crate panics on some damaged files, and the reader catches that: libFuzzer's hook may not abort there.
#[allow(dead_code, reason = "only libFuzzer's hook aborts")]
pub(crate) fn let_guarded_panics_pass() {
    let aborts = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !breakthrough::guard::is_guarded() {
            aborts(panic);
        }
    }));
}

/// Reads and holds the account against what came out.
fn read(name: &str, bytes: &[u8], format: Option<Format>) {
    let options = Options { format, therapist: vec!["Anna".to_owned()], ..Options::default() };
    for options in [Options { therapist: Vec::new(), ..options.clone() }, options] {
        let mut reading = input::read(bytes, Path::new(name).into(), &options);
        let (mut units, mut rejects) = (0, 0);
        while let Some(event) = reading.next() {
            match event {
                Event::Session(session) => {
                    assert!(!session.units.is_empty());
                    units += session.units.len() as u64;
                }
                Event::Reject(reject) => {
                    assert!(!reject.reason.is_empty() && !reject.reason.contains('\n'));
                    // A row of Parquet has a number and no place.
                    let rows = reading.report().format == Some(Format::Parquet);
                    assert!(rows || reject.record.is_some() == reject.place.is_some());
                    rejects += 1;
                }
                Event::Notice(notice) => assert!(!notice.text.is_empty()),
            }
        }
        let report = reading.report();
        assert_eq!((report.units, report.rejects, report.read), (units, rejects, units + rejects));
    }
}
