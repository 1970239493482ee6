//! What everything else talks about: sessions, their units, who speaks, and spans of text.

use crate::codebook::{Code, Side};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Who a unit belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The therapist, counsellor, coach.
    Therapist,
    /// A client; 1 is the only or first one, 2 the second of a couple, family or group.
    Client(u8),
    /// A sentence of a clinician's note, with the letter of its section (`S`, `O`, `A`, `P`, …) if it has one.
    Note(Option<char>),
}

impl Speaker {
    /// Reads the role words that tables use: `therapist`, `client`, `client 2`, `note`, `note:S`
    /// (case-insensitive). Anything else is `None`: readers decide what names and prefixes mean.
    #[must_use]
    pub fn from_role(word: &str) -> Option<Speaker> {
        let word = word.trim().to_lowercase();
        match word.as_str() {
            "therapist" => return Some(Speaker::Therapist),
            "client" => return Some(Speaker::Client(1)),
            "note" => return Some(Speaker::Note(None)),
            _ => {}
        }
        if let Some(number) = word.strip_prefix("client") {
            return number.trim().parse().ok().filter(|&n| n > 0).map(Speaker::Client);
        }
        let mut section = word.strip_prefix("note:")?.trim().chars();
        match (section.next(), section.next()) {
            (None, _) => Some(Speaker::Note(None)),
            (Some(letter), None) if letter.is_ascii_alphabetic() => {
                Some(Speaker::Note(Some(letter.to_ascii_uppercase())))
            }
            _ => None,
        }
    }

    /// Whether a unit of this speaker may carry the code: client codes on client turns, therapist codes on
    /// therapist turns, `alliance` on both, every code in a note.
    #[must_use]
    pub fn may_carry(self, code: Code) -> bool {
        match self {
            Speaker::Note(_) => true,
            Speaker::Client(_) => code.side() != Side::Therapist,
            Speaker::Therapist => code.side() != Side::Client,
        }
    }

    /// Whether this is a client's turn.
    #[must_use]
    pub fn is_client(self) -> bool {
        matches!(self, Speaker::Client(_))
    }

    /// Whether this is a sentence of a note.
    #[must_use]
    pub fn is_note(self) -> bool {
        matches!(self, Speaker::Note(_))
    }

    /// Whether this is the talk of a transcript or a sentence of a note.
    #[must_use]
    pub fn kind(self) -> Kind {
        if self.is_note() { Kind::Note } else { Kind::Transcript }
    }
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Speaker::Therapist => f.write_str("therapist"),
            Speaker::Client(0 | 1) => f.write_str("client"),
            Speaker::Client(n) => write!(f, "client {n}"),
            Speaker::Note(None) => f.write_str("note"),
            Speaker::Note(Some(section)) => write!(f, "note:{section}"),
        }
    }
}

/// A half-open range of characters (Unicode code points, not bytes) in the text of a unit.
///
/// Tables and REFI-QDA count code points, Rust slices count bytes: keeping the two apart in types is
/// cheaper than finding out in a report which one was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

impl Span {
    /// The span of a byte range of `text`.
    ///
    /// # Panics
    /// If the range does not lie on character boundaries of `text`.
    #[must_use]
    pub fn of_bytes(text: &str, bytes: std::ops::Range<usize>) -> Span {
        let start = text[..bytes.start].chars().count();
        Span { start, end: start + text[bytes].chars().count() }
    }

    /// The words the span covers; what lies beyond the end of `text` is left out.
    #[must_use]
    pub fn words(self, text: &str) -> &str {
        let byte_at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(byte, _)| byte);
        &text[byte_at(self.start)..byte_at(self.end.max(self.start))]
    }
}

/// One utterance of a transcript or one sentence of a note: what codes are given to.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The identifier as the input gave it, or a running number within the session.
    pub id: String,
    /// Who speaks.
    pub speaker: Speaker,
    /// The words, as given.
    pub text: String,
    /// Start in seconds, where the input has times.
    pub start: Option<f64>,
    /// End in seconds, where the input has times.
    pub end: Option<f64>,
}

/// Whether a session is a transcript of talk or a clinician's note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Turns of speech.
    Transcript,
    /// Sentences of a session note.
    Note,
}

/// One session: a transcript or a note, with what the input says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The identifier as the input gave it, or the name of the file without its extension.
    pub id: String,
    /// Client identifier, where given.
    pub client_id: Option<String>,
    /// Number of the session in the client's course, where given.
    pub number: Option<u32>,
    /// Date as written in the input, where given.
    pub date: Option<String>,
    /// Therapist identifier, where given.
    pub therapist_id: Option<String>,
    /// The file the session was read from.
    pub source: Arc<Path>,
    /// Speaker labels of the input that are no role words, in the order of their first appearance. They are written to
    /// no table; the search for identifying words needs them.
    pub labels: Vec<String>,
    /// The units in input order; never empty when it comes from a reader.
    pub units: Vec<Unit>,
}

impl Session {
    /// A session of which nothing is known but its identifier and its file, without units.
    #[must_use]
    pub fn new(id: String, source: Arc<Path>) -> Session {
        Session {
            id,
            client_id: None,
            number: None,
            date: None,
            therapist_id: None,
            source,
            labels: Vec::new(),
            units: Vec::new(),
        }
    }

    /// A note if any unit is a note sentence, else a transcript.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if self.units.iter().any(|unit| unit.speaker.is_note()) { Kind::Note } else { Kind::Transcript }
    }
}

/// A record that could not be read, kept so that nothing is lost in silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file it stands in.
    pub file: Arc<Path>,
    /// Number of the record in the file, from 1 (data records: a header does not count); `None` when the
    /// whole file is refused.
    pub record: Option<u64>,
    /// Where in the file.
    pub place: Option<Place>,
    /// What is wrong, in one line, without words of the session.
    pub reason: String,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Line, from 1.
    Line(u64),
    /// Byte of the file as stored, from 0.
    Byte(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(n) => write!(f, "line {n}"),
            Place::Byte(n) => write!(f, "byte {n}"),
        }
    }
}

/// The months in small letters.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The name of a column as it is compared: `Session ID`, `session-id`, `Session.ID`, `SessionID` and `session_id` are one.
#[must_use]
pub fn column_name(name: &str) -> String {
    name.to_lowercase().replace([' ', '-', '_', '.'], "")
}

/// Whether a cell says that it is missing, as programs write it and nobody writes an id.
#[must_use]
pub fn is_missing(cell: &str) -> bool {
    matches!(cell, "NA" | "N/A" | "n/a" | "#N/A" | "NULL" | "null" | "None" | "NaN" | "nan" | "." | "-")
}

/// `1 session`, `2 sessions`.
pub fn counted<N: Copy + fmt::Display + PartialEq + From<u8>>(n: N, noun: &str) -> String {
    let s = if n == N::from(1) { "" } else { "s" };
    format!("{n} {noun}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_and_display() {
        for word in ["therapist", "client", "client 2", "note", "note:S"] {
            assert_eq!(Speaker::from_role(word).unwrap().to_string(), word);
        }
        assert_eq!(Speaker::from_role(" Client 1"), Some(Speaker::Client(1)));
        assert_eq!(Speaker::from_role("Client2"), Some(Speaker::Client(2)));
        assert_eq!(Speaker::from_role("note:"), Some(Speaker::Note(None)));
        for word in ["", "Anna", "client x", "client 0", "note:SS", "note:1"] {
            assert_eq!(Speaker::from_role(word), None, "{word}");
        }
    }

    #[test]
    fn names_of_columns_and_counts() {
        for name in ["Session ID", "session-id", "Session.ID", "SessionID", "session_id"] {
            assert_eq!(column_name(name), "sessionid");
        }
        assert_eq!(
            [counted(0, "unit"), counted(1, "unit"), counted(2, "unit")],
            ["0 units", "1 unit", "2 units"]
        );
    }

    #[test]
    fn side_rules_of_the_codebook() {
        assert!(!Speaker::Therapist.may_carry(Code::Cognitive));
        assert!(!Speaker::Client(2).may_carry(Code::Empathy));
        assert!(Speaker::Client(1).may_carry(Code::Alliance) && Speaker::Therapist.may_carry(Code::Alliance));
        assert!(Code::ALL.iter().all(|&code| Speaker::Note(None).may_carry(code)));
    }

    #[test]
    fn spans_count_characters() {
        let text = "Ça alors — c'était moi.";
        let bytes = text.find("c'était").unwrap();
        let span = Span::of_bytes(text, bytes..bytes + "c'était".len());
        assert_eq!((span.start, span.end), (11, 18));
        assert_eq!(span.words(text), "c'était");
        assert_eq!(Span { start: 20, end: 99 }.words(text), "oi.");
    }
}
