//! Speaker prefixes: what stands before the words of a turn in a line of text or a cue.

use super::marks::bare;
use super::sink::Sink;
use super::speakers::{self, Cast};
use super::time;
use crate::transcript::{Session, Speaker, Unit};
use std::collections::BTreeMap;

/// A line that begins like a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prefix<'a> {
    pub(super) start: Option<f64>,
    pub(super) label: &'a str,
    pub(super) text: &'a str,
}

/// The longest label, in characters: longer ones are sentences with a colon.
const MAX_LABEL: usize = 40;

/// `Label: text` or `Label<tab>text`, with a time in brackets, in parentheses or bare before the label or
/// after it.
pub(super) fn prefix(line: &str) -> Option<Prefix<'_>> {
    let (start, rest) = leading_time(line.trim());
    let colon = label_end(rest)?;
    let (before, after) = (&rest[..colon], &rest[colon + 1..]);
    let (label, later) = trailing_time(before);
    let label = bare(bare(label).trim_matches('*'));
    // Zoom's chat: `14:03:02 From Anna Lee to Everyone:`.
    let sender = label.strip_prefix("From ").filter(|_| start.is_some());
    let label = sender.map_or(label, |name| name.split(" to ").next().unwrap_or(name).trim());
    let words = label.split_whitespace().count();
    let fine = label.starts_with(char::is_alphabetic)
        && label.chars().count() <= MAX_LABEL
        && words <= 5
        && label.chars().all(|c| c.is_alphanumeric() || " .'’-_()/#".contains(c));
    fine.then(|| Prefix {
        start: start.or(later),
        label,
        text: after.trim().trim_start_matches("**").trim_start(),
    })
}

/// Where the label ends: at a tab after a role word, else at the first colon that is not part of a time.
fn label_end(rest: &str) -> Option<usize> {
    if let Some(tab) =
        rest.find('\t').filter(|&tab| !rest[..tab].contains(':') && speakers::role(&rest[..tab]).is_some())
    {
        return Some(tab);
    }
    let bytes = rest.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes
        .iter()
        .take(MAX_LABEL * 4)
        .enumerate()
        .find(|&(at, &byte)| byte == b':' && !(at > 0 && is_digit(at - 1) && is_digit(at + 1)))
        .map(|(at, _)| at)
}

/// A time before the label: `[00:03:12] T`, `(00:03) T`, `00:03:12 T`, also with a dash between.
pub(super) fn leading_time(line: &str) -> (Option<f64>, &str) {
    let close = match line.as_bytes().first() {
        Some(b'[') => ']',
        Some(b'(') => ')',
        Some(b'0'..=b'9') => ' ',
        _ => return (None, line),
    };
    let inner = if close == ' ' { line } else { &line[1..] };
    let end = inner.find(|c: char| c == close || (close == ' ' && c == '\t')).unwrap_or(inner.len());
    // `00:01:02 - 00:01:05` in one pair of brackets: the first counts.
    let first = inner[..end].split([' ', '-', '–']).next().unwrap_or_default();
    match time::clock(first) {
        Some(seconds) => {
            let rest = inner.get(end + 1..).unwrap_or_default();
            (Some(seconds), rest.trim_start_matches([' ', '\t', '-', '–', ':']))
        }
        None => (None, line),
    }
}

/// A time after the label: `Therapist (00:03)`, `T [00:03:12]`, `Therapist 00:03`.
fn trailing_time(label: &str) -> (&str, Option<f64>) {
    let trimmed = label.trim_end().trim_end_matches([')', ']']);
    let Some(at) = trimmed.rfind([' ', '(', '[', '\t']) else { return (label, None) };
    match time::clock(&trimmed[at + 1..]) {
        Some(seconds) => (trimmed[..at].trim_end_matches([' ', '(', '[', '\t']), Some(seconds)),
        None => (label, None),
    }
}

/// The time on a line that holds nothing else.
pub(super) fn lone_time(line: &str) -> Option<f64> {
    match leading_time(line.trim()) {
        (Some(seconds), "") => Some(seconds),
        _ => None,
    }
}

/// Whether a label that is no role word may be a name: up to four words that all begin like names, as
/// `Anna`, `Dr. M. O'Neill`, `SPEAKER 2`.
pub(super) fn is_name_like(label: &str) -> bool {
    // What meeting programs add: `Anna (she/her)`.
    let label = label.split('(').next().unwrap_or_default().trim();
    let mut words = label.split_whitespace();
    let named = |word: &str| word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let remark = label.eq_ignore_ascii_case("note");
    !remark
        && label.starts_with(char::is_uppercase)
        && label.split_whitespace().count() <= 4
        && words.all(named)
}

/// Whether a label is a speaker beyond doubt: a role word, or a name given with `--therapist`.
pub(super) fn is_known(label: &str, therapists: &[String]) -> bool {
    speakers::role(label).is_some() || speakers::is_named(label, therapists)
}

/// Which labels of a text, or of cues, are speakers: the same rule for both.
///
/// Those that are [known](is_known) are, voice tags are, and what looks like a name is if it comes at least twice, for words
/// may begin so as well (`Homework: a diary`). One that comes once is a speaker only where `--therapist` has been given and
/// nobody but the therapist would speak in the session without it.
pub(super) struct Voices<'a> {
    often: BTreeMap<String, usize>,
    therapists: &'a [String],
}

impl<'a> Voices<'a> {
    pub(super) fn of<'b>(labels: impl Iterator<Item = &'b str>, therapists: &'a [String]) -> Self {
        let mut often = BTreeMap::new();
        for label in labels {
            *often.entry(speakers::normal(label)).or_insert(0) += 1;
        }
        Voices { often, therapists }
    }

    /// Whether, of the labels of one session, those that come once are speakers too; beside each label, whether it is a
    /// voice tag.
    pub(super) fn count_once<'b>(&self, mut labels: impl Iterator<Item = (&'b str, bool)>) -> bool {
        let therapist = |label: &str| {
            speakers::is_named(label, self.therapists) || speakers::role(label) == Some(Speaker::Therapist)
        };
        !self.therapists.is_empty()
            && labels.all(|(label, tag)| therapist(label) || !(tag || self.are(label, false)))
    }

    /// Whether the label is a speaker, in a session where those that come once are or are not.
    pub(super) fn are(&self, label: &str, once: bool) -> bool {
        let often = || once || self.often.get(&speakers::normal(label)).is_some_and(|&n| n > 1);
        is_known(label, self.therapists) || is_name_like(label) && often()
    }
}

/// Says where a label was taken for words because it comes once, if it may be a name.
pub(super) fn tell_once(label: &str, line: impl std::fmt::Display, sink: &mut Sink) {
    if is_name_like(label) {
        sink.notice_once("once", || {
            format!(
                "line {line} begins like a turn of a speaker who comes only once: read as part of the turn above, \
                 here and elsewhere"
            )
        });
    }
}

/// A turn with its label, before anybody knows who that is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turn {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
}

impl Turn {
    /// Adds a line or cue that goes on with the turn.
    pub(super) fn join(&mut self, text: &str) {
        if !self.text.is_empty() && !text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(text);
    }
}

/// Makes units of the turns of one session; an error is the reason to refuse it.
pub(super) fn into_units(
    turns: Vec<Turn>,
    session: &mut Session,
    therapists: &[String],
) -> Result<(), String> {
    let labels = turns.iter().map(|turn| turn.label.as_str());
    session.labels = speakers::names(labels.clone());
    let cast = speakers::assign(labels, therapists, &mut Cast::default());
    for (turn, speaker) in turns.into_iter().zip(cast) {
        let speaker = speaker.map_err(|unclear| unclear.to_string())?;
        let id = session.units.len().to_string();
        let Turn { text, start, end, .. } = turn;
        session.units.push(Unit { id, speaker, text, start, end });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        for (line, start, label, text) in [
            ("Therapist: Hello.", None, "Therapist", "Hello."),
            ("T:\tHello", None, "T", "Hello"),
            ("T\tHello: you", None, "T", "Hello: you"),
            ("Client 2: at 10:30", None, "Client 2", "at 10:30"),
            ("[00:03:12] C: yes", Some(192.0), "C", "yes"),
            ("(00:03) T: hm", Some(3.0), "T", "hm"),
            ("00:03:12 - T: hm", Some(192.0), "T", "hm"),
            ("T [00:03]: hm", Some(3.0), "T", "hm"),
            ("Therapist (1:02): hm", Some(62.0), "Therapist", "hm"),
            ("**Therapist:** hm", None, "Therapist", "hm"),
            ("C:", None, "C", ""),
            ("14:03:02\t From Anna Lee to Everyone : hm", Some(50582.0), "Anna Lee", "hm"),
        ] {
            assert_eq!(prefix(line), Some(Prefix { start, label, text }), "{line}");
        }
        for line in ["no colon", "", ":", "10:30 was late", "(laughs): no", "we said, and it was true: no"] {
            assert_eq!(prefix(line), None, "{line}");
        }
    }

    #[test]
    fn names_and_times() {
        for label in ["Anna", "Dr. M. O'Neill", "SPEAKER 2", "Anna Lee (she/her)"] {
            assert!(is_name_like(label), "{label}");
        }
        for label in ["so I said", "And then", "anna"] {
            assert!(!is_name_like(label), "{label}");
        }
        assert_eq!(lone_time("[00:03:12]"), Some(192.0));
        assert_eq!(lone_time("00:03:12"), Some(192.0));
        assert_eq!(lone_time("[00:03:12] T: x"), None);
    }
}
