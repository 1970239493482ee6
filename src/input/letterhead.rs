//! The lines over a note, as electronic records print them: titles, rules, fields that are known and fields that are not.
//!
//! Known fields count wherever they stand before the first heading and the first prose. What stands beside them and is no
//! word of the note is left out: titles, what offices write of a session (`Provider: …`, `Duration: …`), and other keys between two known
//! fields of one block, or what forms hold down to the first heading. In doubt it is words, and without a known field nothing is left out.

use super::header::{self, Fields, Key};
use super::{note, turns};

/// The longest head that is looked through, in lines.
pub(super) const MAX_HEAD: usize = 40;

/// The longest title, or value beside an unknown key, in bytes.
const MAX_SHORT: usize = 60;

/// What offices write of a session, and notes do not tell.
const OFFICE: [&str; 72] = [
    "name",
    "client name",
    "patient name",
    "full name",
    "dob",
    "d.o.b.",
    "date of birth",
    "birth date",
    "age",
    "sex",
    "gender",
    "mrn",
    "medical record number",
    "nhs number",
    "address",
    "phone",
    "telephone",
    "tel",
    "email",
    "insurance",
    "insurer",
    "payer",
    "policy",
    "provider",
    "therapist",
    "clinician",
    "counsellor",
    "counselor",
    "therapist name",
    "clinician name",
    "provider name",
    "supervisor",
    "author",
    "location",
    "place of service",
    "clinic",
    "site",
    "facility",
    "department",
    "service",
    "service type",
    "type of service",
    "session type",
    "modality",
    "format",
    "duration",
    "session length",
    "length of session",
    "time",
    "start time",
    "end time",
    "time in",
    "time out",
    "cpt",
    "cpt code",
    "billing code",
    "participants",
    "attendees",
    "encounter",
    "visit type",
    "note type",
    "printed",
    "dx",
    "diagnosis",
    "diagnoses",
    "icd",
    "icd 10",
    "icd code",
    "start",
    "end",
    "signed",
    "signature",
];

/// What titles of notes are called.
const NAMED: [&str; 6] = ["note", "notes", "record", "records", "confidential", "summary"];

/// A line on its own.
enum Line<'a> {
    Blank,
    Fields(Fields<'a>),
    Office,
    /// Another key, with something short; with whether that is what forms hold, and not words.
    Pair(bool),
    /// With whether it says itself that it is one.
    Title(bool),
}

/// What is done with a line of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Nothing,
    Field,
    LeftOut,
    Words,
}

/// The head of a note.
pub(super) struct Head<'a> {
    /// What is done with each of its lines.
    pub(super) uses: Vec<Use>,
    /// The known fields, each with the line it is on, counted from the first of the head.
    pub(super) fields: Vec<(usize, Fields<'a>)>,
    /// Whether it begins, behind other words, so that nothing of them is in it.
    pub(super) sharp: bool,
}

impl<'a> Head<'a> {
    /// The head that these lines begin with; `None` if they have none.
    pub(super) fn of(lines: &[&'a str]) -> Option<Head<'a>> {
        let found: Vec<Line<'a>> = lines.iter().take(MAX_HEAD).map_while(|line| look(line)).collect();
        let found = one(found);
        let last = found.iter().rposition(|line| matches!(line, Line::Fields(_)))?;
        let counted = found.iter().filter(|line| matches!(line, Line::Fields(_))).count();
        if counted < 2 && !lines[..=last].iter().any(|line| header::fields(line).is_some()) {
            return None;
        }
        let beyond = found[last + 1..]
            .iter()
            .take_while(|line| matches!(line, Line::Blank | Line::Office | Line::Title(true)));
        // Down to the first heading all is a form, whatever its keys are; but `Risk: wants to die` is words.
        let form = lines.get(found.len()).is_some_and(|line| note::heading(line).is_some())
            && found[last + 1..].iter().any(|line| matches!(line, Line::Pair(true)));
        let end = if form { found.len() } else { last + 1 + beyond.count() };
        let uses = (0..end).map(|at| match found[at] {
            Line::Pair(true) if form && at > last => Use::LeftOut,
            Line::Pair(false) if form && at > last => Use::Words,
            Line::Title(false) if at > last && !is_over_form(&found[at + 1..]) => Use::Words,
            _ => use_of(&found, at, last),
        });
        let uses = uses.collect();
        let mut block = found.iter().take_while(|line| !matches!(line, Line::Blank));
        let sharp = found.iter().find(|line| !matches!(line, Line::Blank));
        let sharp = matches!(sharp, Some(Line::Fields(_) | Line::Office | Line::Title(true)))
            || block.any(|line| matches!(line, Line::Fields(_)));
        let fields = found.into_iter().enumerate();
        let fields = fields
            .filter_map(|(at, line)| if let Line::Fields(fields) = line { Some((at, fields)) } else { None });
        Some(Head { uses, fields: fields.collect(), sharp })
    }

    /// All known fields.
    pub(super) fn known(&self) -> Vec<(Key, &'a str)> {
        self.fields.iter().flat_map(|(_, fields)| fields.known.iter().copied()).collect()
    }
}

fn look(line: &str) -> Option<Line<'_>> {
    let line = line.trim();
    if line.is_empty() || header::is_rule(line) {
        return Some(Line::Blank);
    }
    if note::heading(line).is_some() {
        return None;
    }
    // A note has no turns, so `Client: K-12` and `Therapist: Dr M` are never one.
    if let Some(fields) = header::loose_fields(line, true) {
        return Some(Line::Fields(fields));
    }
    let ended = line.ends_with(['.', '?', '!', '…', ',']);
    if let Some((key, value)) = header::split(line) {
        let office = OFFICE.contains(&key.as_str())
            || matches!(key.as_str(), "client" | "patient" | "pt" | "ct") && turns::is_name_like(value);
        let fits = value.len() <= MAX_SHORT && (!ended || value.split_whitespace().count() <= 5);
        return match (office && fits, value.len() <= MAX_SHORT && !ended) {
            (true, _) => Some(Line::Office),
            (false, true) => Some(Line::Pair(is_of_form(value))),
            (false, false) => None,
        };
    }
    // `F33.1 Major depressive disorder, moderate`
    let coded = !ended && line.len() <= MAX_SHORT && line.as_bytes()[0].is_ascii_uppercase();
    if coded && line.bytes().skip(1).take(2).all(|byte| byte.is_ascii_digit()) && line.len() > 3 {
        return Some(Line::Office);
    }
    is_title(line, ended).map(Line::Title)
}

/// Whether the next of these lines is one of a form, so that a title over it is one of the form.
fn is_over_form(below: &[Line<'_>]) -> bool {
    matches!(below.iter().find(|line| !matches!(line, Line::Blank)), Some(Line::Pair(true)))
}

/// Whether this is what stands in forms: names, codes, figures and terms (`2:00 PM - 2:50 PM`, `Licensed Counselor`).
fn is_of_form(value: &str) -> bool {
    const SMALL: [&str; 8] = ["of", "and", "am", "pm", "min", "mins", "minutes", "to"];
    let word = |word: &str| !word.starts_with(char::is_lowercase) || SMALL.contains(&word);
    value.split_whitespace().all(word) && value.split_whitespace().count() <= 6
}

/// Whether a line is a title; with whether it says so.
fn is_title(line: &str, ended: bool) -> Option<bool> {
    const SMALL: [&str; 10] = ["of", "and", "for", "the", "with", "in", "on", "no", "at", "by"];
    if ended || line.len() > MAX_SHORT {
        return None;
    }
    let words: Vec<&str> =
        line.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty()).collect();
    let is = |word: &str, known: &[&str]| known.contains(&word.to_lowercase().as_str());
    let fits = |word: &&str| {
        word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
            || is(word, &SMALL)
            || is(word, &NAMED)
    };
    let marked = line.starts_with('#');
    let title = words.len() <= 8 && (marked || words.iter().all(fits));
    title.then(|| words.len() <= 4 && words.iter().any(|word| is(word, &NAMED)))
}

/// The lines of one head: a key that comes again in a later block, with something else beside it, is of another note.
fn one(mut lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut before: Vec<(Key, &str)> = Vec::new();
    let (mut begin, mut block) = (0, Vec::new());
    let mut cut = None;
    for (at, line) in lines.iter().enumerate() {
        match line {
            Line::Blank => {
                before.append(&mut block);
                begin = at;
            }
            Line::Fields(fields) => {
                let other =
                    |(key, value)| before.iter().any(|&(known, other)| known == key && other != value);
                if fields.known.iter().copied().any(other) {
                    cut = Some(begin);
                    break;
                }
                block.extend_from_slice(&fields.known);
            }
            _ => {}
        }
    }
    lines.truncate(cut.unwrap_or(lines.len()));
    lines
}

fn use_of(lines: &[Line<'_>], at: usize, last: usize) -> Use {
    match lines[at] {
        Line::Blank => Use::Nothing,
        Line::Fields(_) => Use::Field,
        Line::Office | Line::Title(_) => Use::LeftOut,
        Line::Pair(_) => {
            let block = |line: &&Line<'_>| !matches!(line, Line::Blank);
            let known = |line: &Line<'_>| matches!(line, Line::Fields(_));
            let between = lines[..at].iter().rev().take_while(block).any(known)
                && lines[at..=last].iter().take_while(block).any(known);
            if between { Use::LeftOut } else { Use::Words }
        }
    }
}
