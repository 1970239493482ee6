//! Excel workbooks.

use super::workbook::Cell::{self, Clock, Day, Duration, Formula, Nothing, Number, Shared, Text};
use super::workbook::{Sheet, workbook};
use super::{Got, read, read_with, reasons, units};
use breakthrough::input::{Format, Options};

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
    let coded: [(usize, &[Cell]); 2] =
        [(1, &[Text("speaker"), Text("text"), Text("x")]), (2, &[Text("T"), Text("a")])];
    let told = read("a.xlsx", workbook(&[Sheet("a", false, &coded), Sheet("b", false, &coded)])).notices;
    assert_eq!(told.iter().filter(|text| text.contains("column 3 of 3")).count(), 1, "{told:?}");
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
    // Sheets whose XML is broken, in the first row and further down.
    refused(one(&[(1, &[Text("<!-- ")])]), "broken or cut short");
    let sound: [(usize, &[Cell]); 2] = [(1, HEADER), (2, &[Text("s"), Text("T"), Text("a")])];
    let second = workbook(&[Sheet("a", false, &sound), Sheet("b", false, &[(1, &[Text("<!-- ")])])]);
    refused(read("a.xlsx", second), "broken or cut short");
    // Whether the last row before the break is whole cannot be told.
    let torn = one(&[sound[0], sound[1], (3, sound[1].1), (4, &[Text("<!-- ")])]);
    assert_eq!((torn.units().len(), torn.rejects.len()), (1, 1));
    assert!(torn.rejects[0].reason.contains("what came before it was read"), "{:?}", torn.rejects);
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
