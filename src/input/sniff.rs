//! Which format a file is, told from its name and its first part.
//!
//! What cannot be mistaken (`WEBVTT`, cue times) goes before the extension, the extension before a guess.
//! Plain text is a transcript if role words or repeated names begin its lines, and a note if it has note
//! headings or is written like one. Role words of both sides before the lines, in whatever form, are a transcript. `P:` is the patient next to a therapist's label, else the plan. Text
//! that shows neither is refused: it may be a transcript that has lost its speakers.

use super::columns::{ColumnMap, Key};
use super::{Format, chat, header, json, labels, markup, note, speakers, subtitles, table, turns};
use crate::transcript::Speaker;
use std::collections::BTreeMap;
use std::path::Path;

/// Words that notes use and talk does not.
const NOTE_WORDS: [&str; 27] = [
    "client",
    "clt",
    "cl",
    "ct",
    "pt",
    "patient",
    "th",
    "therapist",
    "writer",
    "reports",
    "reported",
    "denies",
    "denied",
    "endorses",
    "endorsed",
    "presents",
    "presented",
    "states",
    "stated",
    "affect",
    "tx",
    "hx",
    "rx",
    "f/u",
    "si",
    "hi",
    "appt",
];

/// Lines in which the fields over a note without a heading are looked for.
const MAX_FIELDS: usize = 8;

/// Why prose is refused.
pub(super) const NEITHER: &str = "neither speakers nor the headings of a note found; begin every turn with Therapist: or \
     Client:, or say what it is with --format text or --format note";

/// The format; an error is the reason to refuse the file.
pub(super) fn sniff(name: &Path, head: &str, therapists: &[String]) -> Result<Format, String> {
    if let Some(what) = foreign(head) {
        return Err(format!("this is {what}, which cannot be read; save it as plain text or as a CSV table"));
    }
    let start = head.trim_start();
    if start.starts_with("WEBVTT") {
        return Ok(Format::Vtt);
    }
    if start.starts_with("MSH|") {
        return Err("this is an HL7 message; export the note's text".to_owned());
    }
    let extension = extension(name);
    match extension.as_str() {
        "csv" => return Ok(Format::Csv),
        "tsv" | "tab" => return Ok(Format::Tsv),
        "jsonl" | "ndjson" => return Ok(Format::Jsonl),
        "vtt" => return Ok(Format::Vtt),
        "parquet" => return Err("this is no Parquet file, whatever its name says".to_owned()),
        "srt" => return Ok(Format::Srt),
        "cha" => return Ok(Format::Chat),
        _ => {}
    }
    if start.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if chat::is_chat(start) {
        return Ok(Format::Chat);
    }
    if subtitles_begin(start) {
        return Ok(Format::Srt);
    }
    let first = start.lines().next().unwrap_or_default();
    if let Some(format) = json_begins(first, start, extension == "json") {
        return Ok(format);
    }
    if extension == "json" {
        return Err("this is not JSON, whatever its name says; give --format".to_owned());
    }
    if let Some(format) = table_begins(first, start) {
        return Ok(format);
    }
    prose(name, &markup::shown(head), therapists)
}

/// The extension that counts, in lower case: `csv` of `a.CSV.gz`.
pub(super) fn extension(name: &Path) -> String {
    let name = name.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.rsplit_once('.').map_or("", |(_, extension)| extension).to_owned()
}

/// What a file is that is no text at all.
fn foreign(head: &str) -> Option<&'static str> {
    if head.starts_with("PK\u{3}\u{4}") {
        Some("a Word, Excel or zip file packed once more")
    } else if head.starts_with("PAR1") {
        Some("a Parquet file packed once more")
    } else if head.starts_with("%PDF") {
        Some("a PDF")
    } else if markup::is_rtf(head) {
        Some("an RTF file")
    } else if head.trim_start().starts_with("<?xml") && !head.contains("<html") {
        Some("an XML file")
    } else if head.chars().take(4096).filter(|&c| c == '\0').count() > 8 {
        Some("not text")
    } else {
        None
    }
}

/// `named`: whether its name says that it is JSON.
fn json_begins(first: &str, start: &str, named: bool) -> Option<Format> {
    let object = || first.starts_with('{') && serde_json::from_str::<serde_json::Value>(first).is_ok();
    let more = || start.lines().skip(1).any(|line| line.trim_start().starts_with('{'));
    // A line that is longer than what is looked at.
    let cut = || {
        let told = serde_json::from_str::<serde_json::Value>(start);
        !start.contains('\n') && start.starts_with("{\"") && told.is_err_and(|error| error.is_eof())
    };
    if json::is_whole(start) || cut() {
        Some(Format::Json)
    } else if object() && (!named || more()) {
        Some(Format::Jsonl)
    } else {
        (named && start.starts_with(['{', '['])).then_some(Format::Json)
    }
}

fn subtitles_begin(start: &str) -> bool {
    start.lines().take(2).any(|line| line.contains("-->") && subtitles::is_timing(line))
}

fn table_begins(first: &str, start: &str) -> Option<Format> {
    let delimiter = table::delimiter_of(first, &ColumnMap::default());
    let below = start.lines().skip(1).find(|line| !line.trim().is_empty());
    table_of(first, below, delimiter).then_some(if delimiter == b'\t' { Format::Tsv } else { Format::Csv })
}

/// Whether the line is the header line of a table, with this line below it.
fn table_of(first: &str, below: Option<&str>, delimiter: u8) -> bool {
    let cells = table::header_cells(first, delimiter);
    let at = ColumnMap::default().places(cells.iter().map(String::as_str));
    let has = |key: Key| at[key as usize].is_some();
    // `Client, note` may be the title of a note: then nothing below is parted so.
    let parted = || {
        let row = below.map_or_else(Vec::new, |line| table::header_cells(line, delimiter));
        // One that goes on below has no end here.
        row.is_empty() || row.len() == cells.len()
    };
    let told = [Key::ClientId, Key::SessionNumber, Key::Date, Key::TherapistId].into_iter().any(has);
    (has(Key::Text) || has(Key::Note)) && (has(Key::SessionId) || has(Key::Speaker) || told && parted())
}

/// Transcript or note. An error is the reason to refuse the file.
pub(super) fn prose(name: &Path, head: &str, therapists: &[String]) -> Result<Format, String> {
    let (mut talk, mut headings, mut patient) = (0, 0, 0);
    let mut therapist = false;
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    let usual = note::usual(head);
    let lines: Vec<&str> = usual.lines().collect();
    let back = |order: &[&str]| order.windows(3).filter(|three| three[0] == three[2]).count();
    let (mut block, mut turns_back) = (false, 0);
    for (number, &line) in lines.iter().enumerate() {
        block = header::begins_block(&lines[number..]) || block && header::loose_fields(line, true).is_some();
        if block {
            // The sections of the next note begin anew.
            turns_back += back(&order);
            order.clear();
            continue;
        }
        let heading = note::heading(line).is_some();
        let Some(prefix) = turns::prefix(line) else {
            headings += usize::from(heading);
            continue;
        };
        let role = speakers::role(prefix.label);
        let known = turns::is_known(prefix.label, therapists);
        if (known || heading || turns::is_name_like(prefix.label)) && order.last() != Some(&prefix.label) {
            order.push(prefix.label);
        }
        therapist |= role == Some(Speaker::Therapist);
        if prefix.label.eq_ignore_ascii_case("p") {
            patient += 1;
        } else if known {
            talk += 1;
        } else if heading {
            headings += 1;
        } else if turns::is_name_like(prefix.label) {
            *names.entry(prefix.label).or_insert(0) += 1;
        }
    }
    // One turn of a patient and nobody else's is none.
    if therapist || headings == 0 && (talk > 0 || patient > 1) {
        talk += patient;
    } else {
        headings += patient;
    }
    // Question and answer, `Q: A: Q: A:`: the sections of a note do not come back in turns.
    turns_back += back(&order);
    let repeated = names.values().filter(|&&count| count > 1).count();
    let labels = labels::Survey::of(head);
    // A note may list what both sides did under its headings.
    let labelled = labels.is_transcript() && labels.count() > 3 * headings
        || labels::are_timed_names(head, therapists)
        || labels::are_names_behind_times(head, therapists);
    if labelled && labels.are_joined() && is_narrative(name, head, labels.count()) {
        Err(labels::LOST.to_owned())
    } else if labelled || talk > headings || turns_back > 1 {
        Ok(Format::Text)
    } else if is_lost(head, headings) {
        Err(labels::LOST.to_owned())
    } else if headings > 0 {
        Ok(Format::Note)
    } else if repeated > 1 {
        // Names: the reader asks for --therapist.
        Ok(Format::Text)
    } else if is_narrative(name, head, labels.count()) {
        Ok(Format::Note)
    } else {
        Err(NEITHER.to_owned())
    }
}

/// Whether lines begin with role words of both sides, in turns, in a form that a note does not have and nothing reads:
/// `1,Therapist,"…"`, `Therapist says: …`, `TH. Hello`.
fn is_lost(head: &str, headings: usize) -> bool {
    let sides: Vec<Speaker> = head.lines().filter_map(side).collect();
    let therapist = |speaker: Speaker| speaker == Speaker::Therapist;
    let changes = sides.windows(2).filter(|two| therapist(two[0]) != therapist(two[1])).count();
    changes > 1 && sides.len() > 3 * headings
}

fn side(line: &str) -> Option<Speaker> {
    const SAYS: [&str; 10] =
        ["says", "said", "asks", "asked", "replies", "replied", "answers", "answered", "speaks", "speaking"];
    let whole = |word: &str| speakers::role(word.trim_matches(['"', ' ', '\t']));
    // A cell of a row, which has others behind it.
    let cells: Vec<&str> = line.splitn(5, [',', ';', '|', '\t']).collect();
    let row = cells.len() > 2 || cells.len() == 2 && line.contains(['|', '\t']);
    if let Some(speaker) = cells[..cells.len() - 1].iter().filter(|_| row).find_map(|cell| whole(cell)) {
        return Some(speaker);
    }
    let (word, rest) = line.trim().split_at_checked(line.trim().find([' ', '.'])?)?;
    let speaker = speakers::role(word).filter(|_| word.len() > 1)?;
    let says = rest.split_once(':').is_some_and(|(verb, _)| SAYS.contains(&verb.trim()));
    // `Pt. came late` is a sentence of a note.
    let dotted = rest.strip_prefix(". ").is_some_and(|words| words.starts_with(char::is_uppercase));
    (says || dotted).then_some(speaker)
}

/// Whether prose without headings is a clinician's: the file says so, or the words do. Labels are no
/// sign of it.
fn is_narrative(name: &Path, head: &str, labels: usize) -> bool {
    let called = name.file_stem().is_some_and(|stem| stem.to_string_lossy().to_lowercase().contains("note"));
    let titled = head.lines().take(5).any(|line| {
        let line = line.trim().to_lowercase();
        line.len() <= 60 && (line.contains(" note") || line.starts_with("note"))
    });
    let (mut written, mut spoken) = (0_usize, 0);
    let (mut others, mut oneself) = (0_usize, 0);
    for word in head.split(|c: char| !(c.is_alphanumeric() || c == '/')) {
        let word = word.to_lowercase();
        written += usize::from(NOTE_WORDS.contains(&word.as_str()));
        others += usize::from(matches!(word.as_str(), "she" | "he" | "they" | "her" | "his" | "their"));
        oneself += usize::from(matches!(word.as_str(), "i" | "me" | "my"));
        spoken += usize::from(matches!(word.as_str(), "you" | "your" | "i'm" | "yeah" | "um"));
    }
    spoken += head.matches('?').count();
    // One alone may be a quotation.
    let written = written.saturating_sub(if labels > 1 { labels } else { 0 });
    // The ids and the date of a session over words about somebody, and nobody is spoken to.
    let fields = head.lines().take(MAX_FIELDS).filter_map(header::fields).map(|fields| fields.known.len());
    let about = fields.sum::<usize>() > 1 && spoken == 0 && written + others > 0 && oneself == 0;
    (called || titled) && written >= spoken || written >= 2 && written > spoken || about
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, head: &str) -> Result<Format, String> {
        sniff(Path::new(name), head, &[])
    }

    #[test]
    fn names_and_signatures() {
        assert_eq!(told("a.CSV.gz", "x"), Ok(Format::Csv));
        assert_eq!(told("a.tab", "x"), Ok(Format::Tsv));
        assert_eq!(told("a.txt", "WEBVTT\n\n"), Ok(Format::Vtt));
        assert_eq!(told("a.txt", "1\n00:00:01,000 --> 00:00:02,000\nhi"), Ok(Format::Srt));
        assert_eq!(told("-", "{\"text\":\"a\"}\n"), Ok(Format::Jsonl));
        assert_eq!(told("-", "session_id;speaker;text\n"), Ok(Format::Csv));
        assert_eq!(told("-", "session_id\tspeaker\ttext\n"), Ok(Format::Tsv));
        assert!(told("a.docx", "PK\u{3}\u{4}...").unwrap_err().contains("Word"));
        assert_eq!(told("a.json", "[\n{}]"), Ok(Format::Json));
        assert_eq!(told("a.json", "{\"turns\":[{}]}"), Ok(Format::Json));
        assert_eq!(told("a.json", "{\"text\":\"a\"}\n{\"text\":\"b\"}"), Ok(Format::Jsonl));
        assert_eq!(told("-", "[{\"text\":\"a\"}]"), Ok(Format::Json));
        assert!(told("a.json", "T: Well?").unwrap_err().contains("not JSON"));
        assert!(
            told("a.txt", "<?xml version=\"1.0\"?><notes><note>x</note></notes>")
                .unwrap_err()
                .contains("XML")
        );
        assert_eq!(told("a.txt", "client_id;date;note\nK1;2024-03-09;x\n"), Ok(Format::Csv));
        assert_eq!(told("a.txt", "client_id\tnote\nK1\tx\n"), Ok(Format::Tsv));
        assert!(told("a.txt", "  \n").unwrap_err().contains("empty"));
    }

    #[test]
    fn transcript_or_note() {
        assert_eq!(told("a.txt", "T: Hello.\nP: Hi.\nT: Well?\nP: Fine."), Ok(Format::Text));
        assert_eq!(told("a.txt", "S: Pt tired.\nO: Flat.\nA: Low.\nP: Weekly."), Ok(Format::Note));
        assert_eq!(told("a.txt", "Data: Ct late.\nAssessment: same\nPlan: weekly"), Ok(Format::Note));
        assert_eq!(told("a.txt", "S: Pt tired. O: Flat. A: Low. P: Weekly."), Ok(Format::Note));
        assert_eq!(told("a.txt", "Doctor: hm\nPatient: yes\nP: no"), Ok(Format::Text));
        assert_eq!(told("a.txt", "Q: a?\nA: b\nQ: c?\nA: d\nA: e"), Ok(Format::Text));
        assert_eq!(told("a.txt", "T: a\nS: b\nT: c\nS: d\nS: e"), Ok(Format::Text));
        assert_eq!(told("a.txt", "P: a\nI: b\nI: c\nR: d\nP: e"), Ok(Format::Note));
        assert_eq!(told("a.txt", "Client: K-12\nDate: 1 May\n\nPt came late. Denies SI."), Ok(Format::Note));
        assert_eq!(told("a.txt", "Anna: a\nBen: b\nAnna: c\nBen: d"), Ok(Format::Text));
        assert_eq!(
            told("a.txt", "Client reported feeling low. Denied SI. Plan to meet weekly."),
            Ok(Format::Note)
        );
        let titled = "## Therapist\n\nHow was it?\n\n## Client\n\nI told her. Pt denied it, client reported.\n\n## Therapist\n\nHm.\n";
        assert_eq!(told("a.md", titled), Ok(Format::Text));
        let note = "# Therapist\nDr M\n# Client\nK-12\n# Data\nCt late.\n# Assessment\nsame\n# Plan\nweekly";
        assert_eq!(told("a.md", note), Ok(Format::Note));
        let free = "Client ID: Q1\nDate: 2024-05-01\n\nShe came late and talked about the move. We agreed to read the letters.";
        assert_eq!(told("a.txt", free), Ok(Format::Note));
        for lost in ["Well, how was it?\nShe was late.", "I told her.\nMm.\nAnd my mum knew it."] {
            assert!(told("a.txt", &format!("Client ID: Q1\nDate: 2024-05-01\n\n{lost}")).is_err(), "{lost}");
        }
        let lost = "Hello, how are you?\nFine.\nWhat happened since you came to the last session?\nNot much.";
        assert!(told("a.txt", lost).unwrap_err().contains("--format note"));
    }
}
