//! Writes small workbooks, for the tests of what reads them.
#![allow(dead_code, reason = "every test asks for a part of it")]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// A cell: text, a shared string, a number, a day, a time of day, a duration, the result of a formula, or nothing.
pub(crate) enum Cell {
    Text(&'static str),
    Shared(usize),
    Number(&'static str),
    Day(&'static str),
    Clock(&'static str),
    Duration(&'static str),
    Formula(&'static str),
    Nothing,
}

use self::Cell::{Clock, Day, Duration, Formula, Nothing, Number, Shared, Text};

/// A sheet: its name, whether it is hidden, and its rows, each with its number.
pub(crate) struct Sheet<'a>(pub(crate) &'a str, pub(crate) bool, pub(crate) &'a [(usize, &'a [Cell])]);

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

/// The bytes of a workbook with these sheets.
pub(crate) fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
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
