//! DOCX: a fixture for every construct that readers of Word documents get wrong, and archives that are none.

use super::read::{self, Got};
use breakthrough::input::{Format, Options};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn document(body: &str) -> Vec<u8> {
    let xml = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"{NAMESPACE}\"><w:body>{body}</w:body></w:document>"
    );
    archive(&[("word/document.xml", xml.as_bytes())])
}

/// A paragraph of runs; what begins with `<` is markup.
fn paragraph(parts: &[&str]) -> String {
    let run = |part: &&str| {
        if part.starts_with('<') { (*part).to_owned() } else { format!("<w:r><w:t>{part}</w:t></w:r>") }
    };
    format!("<w:p>{}</w:p>", parts.iter().map(run).collect::<String>())
}

fn table(rows: &[&[&str]]) -> String {
    let cell = |cell: &&str| format!("<w:tc><w:tcPr/>{}</w:tc>", paragraph(&[cell]));
    let row = |row: &&[&str]| format!("<w:tr>{}</w:tr>", row.iter().map(cell).collect::<String>());
    format!("<w:tbl><w:tblPr/>{}</w:tbl>", rows.iter().map(row).collect::<String>())
}

fn of(body: &str) -> Got {
    read::bytes("x.docx", document(body))
}

#[test]
fn what_stands_in_a_paragraph() {
    let deleted = "<w:del><w:r><w:delText>not </w:delText></w:r></w:del>";
    let inserted = "<w:ins><w:r><w:t>so </w:t></w:r></w:ins>";
    let cases: [(&[&str], &str); 13] = [
        (&["T:", "<w:r><w:tab/></w:r>", "Hello"], "therapist|Hello"),
        (&["<w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr>", "T: a", "b"], "therapist|ab"),
        (&["T: one", "<w:r><w:br/></w:r>", "two"], "therapist|one two"),
        (&["T: I am ", deleted, inserted, "sure"], "therapist|I am so sure"),
        (
            &[
                "T: ",
                "<w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom>",
                "<w:moveTo><w:r><w:t>new</w:t></w:r></w:moveTo>",
            ],
            "therapist|new",
        ),
        (&["T: in ", "<w:smartTag><w:r><w:t>Leeds</w:t></w:r></w:smartTag>"], "therapist|in Leeds"),
        (&["T: ", "<w:fldSimple w:instr=\"DATE\"><w:r><w:t>May</w:t></w:r></w:fldSimple>"], "therapist|May"),
        (&["T: ", "<w:r><w:instrText>PAGE</w:instrText></w:r>", "4"], "therapist|4"),
        (
            &["T: ", "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>x</w:t></w:r></w:sdtContent></w:sdt>"],
            "therapist|x",
        ),
        (&["T: ", "<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>"], "therapist|link"),
        (&["T: Mum &amp; Dad&#8217;s &#x1F600;"], "therapist|Mum & Dad’s 😀"),
        (&["T: <![CDATA[a < b]]>"], "therapist|a < b"),
        (&["T: well", "<w:r><w:noBreakHyphen/></w:r>", "being\nhere"], "therapist|well-being here"),
    ];
    for (parts, unit) in cases {
        let got = of(&format!("{}{}", paragraph(parts), paragraph(&["C: Yes."])));
        assert_eq!(got.units(), [unit, "client|Yes."]);
        assert!(got.notices.is_empty(), "{:?}", got.notices);
    }
}

#[test]
fn what_stands_around_paragraphs() {
    let turn = paragraph(&["T: Hello."]);
    let box_of = |kind: &str| {
        format!("<{kind}><w:txbxContent>{}</w:txbxContent></{kind}>", paragraph(&["C: In a box."]))
    };
    let boxed = format!(
        "<mc:AlternateContent>{}{}</mc:AlternateContent>",
        box_of("mc:Choice"),
        box_of("mc:Fallback")
    );
    assert_eq!(
        of(&format!("{turn}{}", paragraph(&["C: Outside. ", &boxed]))).units(),
        ["therapist|Hello.", "client|In a box.", "client|Outside."]
    );
    // The end of the first paragraph was deleted: the second goes on with it.
    let open = "<w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr>";
    let joined = format!("{turn}{}{}", paragraph(&[open, "C: I went "]), paragraph(&["home."]));
    assert_eq!(of(&joined).units(), ["therapist|Hello.", "client|I went home."]);
    let note = paragraph(&["C: Well.", "<w:r><w:footnoteReference w:id=\"2\"/></w:r>"]);
    assert_eq!(of(&format!("{turn}{note}")).notices, ["1 footnotes, endnotes or comments are not read"]);
    // Another prefix is the same thing, and so is another name of the part.
    let xml = "<x:document><x:body><x:p><x:r><x:t>T: Hi.</x:t></x:r></x:p></x:body></x:document>";
    let rels = "<Relationships><Relationship Type=\"http://x/officeDocument\" Target=\"/word/document2.xml\"/></Relationships>";
    let got = read::bytes(
        "x",
        archive(&[("_rels/.rels", rels.as_bytes()), ("word/document2.xml", xml.as_bytes())]),
    );
    assert_eq!((got.units(), got.report.format), (vec!["therapist|Hi.".to_owned()], Some(Format::Docx)));
    // The lines of rejects are paragraphs.
    let lost =
        format!("{}<w:p/>{}{turn}", paragraph(&["Words of nobody."]), paragraph(&["Of nobody either."]));
    assert_eq!(of(&lost).lines(), [1]);
}

#[test]
fn tables_of_turns_and_of_notes() {
    let head = paragraph(&["Session ID: K1"]);
    let talk = table(&[
        &["Time", "Speaker", "Text"],
        &["00:01", "T", "Hello."],
        &["00:04", "C", "Hi."],
        &["", "", "Well."],
    ]);
    let got = of(&format!("{head}{talk}"));
    assert_eq!(
        (got.units(), got.sessions[0].id.as_str()),
        (vec!["therapist|Hello.".to_owned(), "client|Hi. Well.".to_owned()], "K1")
    );
    let bare = table(&[&["T", "Hello."], &["C", "Hi."]]);
    let nested = format!("<w:tbl><w:tr><w:tc>{bare}</w:tc></w:tr></w:tbl>");
    for table in [bare, nested] {
        assert_eq!(of(&table).units(), ["therapist|Hello.", "client|Hi."]);
    }
    let soap =
        table(&[&["Subjective", "Pt. tired. Slept 6 hrs."], &["Objective", "Flat."], &["Plan", "Weekly."]]);
    assert_eq!(
        of(&soap).units(),
        ["note:S|Pt. tired.", "note:S|Slept 6 hrs.", "note:O|Flat.", "note:P|Weekly."]
    );
}

#[test]
fn notes_with_headings_and_whole_paragraphs() {
    let long = "Client reports that the week was better than the one before it and that sleep is returning";
    let body =
        ["Assessment", long, "no change in risk", "Plan", "Weekly"].map(|line| paragraph(&[line])).concat();
    let units = [format!("note:A|{long}"), "note:A|no change in risk".to_owned(), "note:P|Weekly".to_owned()];
    assert_eq!(of(&body).units(), units);
    let options = Options { format: Some(Format::Note), ..Options::default() };
    assert_eq!(
        read::with("x.docx", document(&paragraph(&["Came late."])), &options).units(),
        ["note|Came late."]
    );
}

#[test]
fn archives_that_are_no_documents() {
    let whole = document(&paragraph(&["T: Hello."]));
    let mut locked = whole.clone();
    for (magic, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = locked.windows(4).position(|bytes| bytes == magic).unwrap();
        locked[at + flags] |= 1;
    }
    let xml = |xml: &str| archive(&[("word/document.xml", xml.as_bytes())]);
    let deep = format!("<a>{}</a>", "<w:tbl><w:tr><w:tc>".repeat(1000));
    let lost = [("Hello, how are you?"), ("Fine, thank you.")].map(|line| paragraph(&[line])).concat();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (whole[..whole.len() - 30].to_vec(), "broken or cut short"),
        (whole[..40].to_vec(), "broken or cut short"),
        (locked, "has a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest".to_vec(), "old Word or Excel file"),
        (archive(&[]), "without a Word document"),
        (archive(&[("xl/workbook.xml", b"<x/>")]), "Excel workbook"),
        (archive(&[("content.xml", b"<x/>")]), "OpenDocument"),
        (xml("<a><b></a>"), "broken at byte"),
        (xml("<a><w:p><w:r><w:t>T: cut"), "broken at byte"),
        (xml("<a>&unknown;</a>"), "broken at byte"),
        (xml("<!DOCTYPE a [<!ENTITY b \"T: x\">]><a>&b;</a>"), "broken at byte"),
        (xml(&deep), "tables within tables"),
        (xml(""), "the document is empty"),
        (document(""), "the document is empty"),
        (document(&lost), "neither speakers nor"),
        (xml(&" ".repeat((64 << 20) + 1)), "larger than 64 MiB when unpacked"),
    ];
    for (bytes, reason) in cases {
        let got = read::bytes("x.docx", bytes);
        assert!(got.refused().contains(reason), "{} is not {reason}", got.refused());
    }
    let asked = |format| Options { format: Some(format), ..Options::default() };
    assert!(read::with("x", &whole, &asked(Format::Csv)).refused().contains("not csv"));
    assert_eq!(read::with("x.docx", "T: x\n", &asked(Format::Docx)).refused(), "this is not a DOCX file");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_documents_never_panic(changes in prop::collection::vec((0_usize..600, any::<u8>()), 0..8), cut in 0_usize..200) {
        let mut bytes = document(&table(&[&["T", "Hello."], &["C", "Hi."]]));
        bytes.truncate(bytes.len() - cut);
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place ^= byte;
            }
        }
        read::bytes("x.docx", bytes);
    }

    #[test]
    fn words_come_back(words in "[a-zA-Z0-9é’,.?! ]{1,60}") {
        let got = of(&format!("{}{}", paragraph(&["T: x"]), paragraph(&["C: ", &words])));
        prop_assert_eq!(&got.sessions[0].units[1].text, words.trim());
    }
}
