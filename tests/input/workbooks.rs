//! Excel workbooks.

use super::{Got, read, read_with, reasons, units};
use breakthrough::input::{Format, Options};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// A cell: text, a shared string, a number, a day, a time of day, a duration, the result of a formula, or nothing.
enum Cell {
    Text(&'static str),
    Shared(usize),
    Number(&'static str),
    Day(&'static str),
    Clock(&'static str),
    Duration(&'static str),
    Formula(&'static str),
    Nothing,
}

use Cell::{Clock, Day, Duration, Formula, Nothing, Number, Shared, Text};

/// A sheet: its name, whether it is hidden, and its rows, each with its number.
struct Sheet<'a>(&'a str, bool, &'a [(usize, &'a [Cell])]);

impl Sheet<'_> {
    fn xml(&self) -> String {
        let mut xml = String::from(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
        );
        for (number, cells) in self.2 {
            let _ = write!(xml, "<row r=\"{number}\">");
            for (at, cell) in cells.iter().enumerate() {
                let place = format!("{}{number}", char::from(b'A' + at as u8));
                let cell = match cell {
                    Text(text) => format!(
                        "<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>"
                    ),
                    Shared(at) => format!("<c r=\"{place}\" t=\"s\"><v>{at}</v></c>"),
                    Number(value) => format!("<c r=\"{place}\"><v>{value}</v></c>"),
                    Day(value) => format!("<c r=\"{place}\" s=\"1\"><v>{value}</v></c>"),
                    Clock(value) => format!("<c r=\"{place}\" s=\"2\"><v>{value}</v></c>"),
                    Duration(value) => format!("<c r=\"{place}\" s=\"3\"><v>{value}</v></c>"),
                    Formula(text) => format!("<c r=\"{place}\" t=\"str\"><f>A1</f><v>{text}</v></c>"),
                    Nothing => continue,
                };
                xml.push_str(&cell);
            }
            xml.push_str("</row>");
        }
        xml.push_str("</sheetData></worksheet>");
        xml
    }
}

const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
    <numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"[hh]:mm:ss\"/></numFmts>\
    <cellXfs count=\"4\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"21\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
/// The second is in two runs.
const STRINGS: &str = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"2\" uniqueCount=\"2\">\
    <si><t>How was &amp; is it?</t></si><si><r><t xml:space=\"preserve\">I </t></r><r><rPr><b/></rPr><t>cried.</t></r></si></sst>";

fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org";
    let (mut listed, mut related) = (String::new(), String::new());
    for (at, Sheet(name, hidden, _)) in sheets.iter().enumerate() {
        let state = if *hidden { " state=\"hidden\"" } else { "" };
        let n = at + 1;
        let _ = write!(listed, "<sheet name=\"{name}\" sheetId=\"{n}\"{state} r:id=\"rId{n}\"/>");
        let _ = write!(
            related,
            "<Relationship Id=\"rId{n}\" Type=\"{MAIN}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        );
    }
    let book = format!(
        "<workbook xmlns=\"{MAIN}/spreadsheetml/2006/main\" xmlns:r=\"{MAIN}/officeDocument/2006/relationships\"><sheets>{listed}</sheets></workbook>"
    );
    let related =
        format!("<Relationships xmlns=\"{MAIN}/package/2006/relationships\">{related}</Relationships>");
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| {
        archive.start_file(name, SimpleFileOptions::default()).expect("a part");
        archive.write_all(text.as_bytes()).expect("a part");
    };
    let root = format!(
        "<Relationships xmlns=\"{MAIN}/package/2006/relationships\"><Relationship Id=\"rId1\" \
         Type=\"{MAIN}/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    add("_rels/.rels", &root);
    add("xl/workbook.xml", &book);
    add("xl/_rels/workbook.xml.rels", &related);
    add("xl/styles.xml", STYLES);
    add("xl/sharedStrings.xml", STRINGS);
    for (at, sheet) in sheets.iter().enumerate() {
        add(&format!("xl/worksheets/sheet{}.xml", at + 1), &sheet.xml());
    }
    archive.finish().expect("an archive").into_inner()
}

const HEADER: &[Cell] =
    &[Text("Session"), Text("Speaker"), Text("Text"), Text("Date"), Text("Start"), Text("End")];

fn one(rows: &[(usize, &[Cell])]) -> Got {
    read("talk.xlsx", workbook(&[Sheet("Anna", false, rows)]))
}

#[test]
fn cells_are_what_they_hold() {
    let got = one(&[
        (3, HEADER),
        (4, &[Text("s1"), Text("T"), Shared(0), Day("45360"), Clock("0.00001157407"), Duration("0.5")]),
        (5, &[Text("s1"), Text("C"), Shared(1), Nothing, Number("2.5"), Duration("1.5")]),
        (7, &[Nothing, Nothing, Text("")]),
        (8, &[Text("s1"), Text("C"), Number("12.50"), Nothing, Nothing, Nothing, Text("beside the table")]),
        (9, &[Text("s1"), Text("C"), Formula("A &lt;3 B\n=1")]),
        (10, &[Text("s1"), Text("nobody at all"), Text("x")]),
        (11, &[Number("2"), Text("C"), Text(" kept ")]),
    ]);
    assert_eq!(
        units(&got.sessions[0]),
        ["0 therapist|How was & is it?", "1 client|I cried.", "2 client|12.5", "3 client|A <3 B\n=1"]
    );
    assert_eq!(units(&got.sessions[1]), ["0 client| kept "]);
    assert_eq!((got.sessions[1].id.as_str(), got.sessions[0].date.as_deref()), ("2", Some("2024-03-09")));
    let times: Vec<_> = got.sessions[0].units.iter().map(|unit| (unit.start, unit.end)).collect();
    assert_eq!(times[..2], [(Some(1.0), Some(43_200.0)), (Some(2.5), Some(129_600.0))]);
    let [(record, line, reason)] = reasons(&got)[..] else { panic!("{:?}", got.rejects) };
    assert_eq!((record, line), (Some(5), Some(10)));
    assert!(reason.contains("--therapist"), "{reason}");
    assert_eq!((got.report.read, got.report.format), (6, Some(Format::Xlsx)));
}

#[test]
fn every_sheet_that_is_a_table() {
    let header: &[Cell] = &[Text("speaker"), Text("utterance")];
    let rows: [(usize, &[Cell]); 3] =
        [(1, header), (2, &[Text("T"), Text("Well?")]), (3, &[Text("C"), Text("No.")])];
    let codes: [(usize, &[Cell]); 1] = [(1, &[Text("code"), Text("meaning")])];
    let book = workbook(&[
        Sheet("Anna 1", false, &rows),
        Sheet("Codes", false, &codes),
        Sheet("Anna 2", false, &[rows[0], rows[1], (3, &[Text("?"), Text("No.")]), (4, header)]),
        Sheet("Old", true, &rows),
        Sheet("Empty", false, &[]),
    ]);
    let got = read("talk.xlsx", &book);
    assert_eq!(got.sessions.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["talk-1", "talk-3"]);
    assert_eq!((units(&got.sessions[0]).len(), units(&got.sessions[1]).len()), (2, 1));
    assert!(
        got.rejects[0].reason.starts_with("sheet 3: ") || got.rejects[0].reason.contains("--therapist"),
        "{:?}",
        got.rejects
    );
    assert!(got.notices.iter().any(|text| text.ends_with("are not read: 2, 4")), "{:?}", got.notices);
    // One alone is called after the file.
    assert_eq!(one(&rows).sessions[0].id, "talk");
    let notes =
        one(&[(1, &[Text("client_id"), Text("note")]), (2, &[Text("K1"), Text("Pt cried. Pt left.")])]);
    assert_eq!((units(&notes.sessions[0]).len(), notes.sessions[0].id.as_str()), (2, "talk-1"));
}

#[test]
fn what_is_refused() {
    let refused = |got: Got, reason: &str| {
        assert!(
            got.sessions.is_empty() && got.rejects[0].reason.contains(reason),
            "{reason}: {:?}",
            got.rejects
        );
    };
    refused(one(&[]), "the workbook is empty");
    refused(one(&[(1, &[Text("a"), Text("b")])]), "--map text=COLUMN");
    refused(
        one(&[(1, &[Text("by"), Text("text")]), (2, &[Text("T"), Text("a")]), (3, &[Text("C"), Text("b")])]),
        "seems to say who speaks",
    );
    let hidden = workbook(&[Sheet("a", true, &[(1, HEADER), (2, &[Text("s"), Text("T"), Text("a")])])]);
    refused(read("a.xlsx", &hidden), "every sheet is hidden");
    refused(read("a.xlsx", &hidden[..hidden.len() / 2]), "broken or cut short");
    let asked = Options { format: Some(Format::Csv), ..Options::default() };
    refused(read_with("a.xlsx", &hidden, &asked), "leave --format away");
    let asked = Options { format: Some(Format::Xlsx), ..Options::default() };
    refused(read_with("a.csv", "speaker,text\nT,a\n", &asked), "not an XLSX file");
}

/// Whatever byte of the archive or of a sheet is another one: nothing panics, and all adds up.
#[test]
fn damaged_workbooks() {
    let rows: [(usize, &[Cell]); 3] = [
        (1, HEADER),
        (2, &[Text("s"), Text("T"), Shared(0), Day("45360")]),
        (3, &[Text("s"), Text("C"), Shared(1)]),
    ];
    let book = workbook(&[Sheet("a", false, &rows)]);
    for at in 0..book.len() {
        let mut damaged = book.clone();
        damaged[at] ^= 0x55;
        read("a.xlsx", damaged);
    }
}
