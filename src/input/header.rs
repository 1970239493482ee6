//! The `key: value` lines that stand over a transcript or a note.
//!
//! Header lines stand before the first turn (or sentence) of a session, and only known keys count, in any
//! case, with space, `_` or `-` between the words, and in Markdown (`**Date:** 2024-01-02`, `- Date: …`):
//! `session_id`, `session`, `session number`, `client_id`, `client number`, `patient id`, `date`,
//! `session date`, `therapist_id`. `Session: 4` is the number, `Session: K12-4` the id.
//!
//! `Client: …` and `Therapist: …` are turns, with one exception: in a block of header lines (see [`begins_block`]) and with
//! a single word holding a digit (`Client: K-12`) they are ids, and so is a title with the name of a therapist, or her
//! initials (`Therapist: Dr M`, `Therapist: JF`), at the end of a block of header lines or within it. With the name of a client it is none: ids
//! are not redacted. In a block that a blank line closes such a line is left out, see [`names_somebody`].

use super::columns::whole_number;
use super::sink::Sink;
use super::speakers;
use crate::transcript::Session;

/// What a header line can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    SessionId,
    Session,
    Number,
    ClientId,
    Date,
    TherapistId,
}

/// The key and the value, without Markdown's marks of emphasis around them, or of a list or a quotation before them.
fn split(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.split_once(':')?;
    let value = value.trim();
    let marked = key.contains('*') || key.trim_start().starts_with('_') || value.starts_with('*');
    let value = if marked { value.trim_matches(['*', '_', ' ']) } else { value };
    if key.len() > 32 || value.is_empty() {
        return None;
    }
    let key: Vec<&str> = key.split([' ', '_', '-', '*', '>']).filter(|word| !word.is_empty()).collect();
    Some((key.join(" ").to_lowercase(), value))
}

/// The key and value of a line that can be nothing but a header line.
pub(super) fn field(line: &str) -> Option<(Key, &str)> {
    let (key, value) = split(line)?;
    let key = match key.as_str() {
        "session id" | "note id" => Key::SessionId,
        "session" => Key::Session,
        "session number" | "session no" | "session no." | "session nr" | "session #" => Key::Number,
        "client id" | "client number" | "client no" | "client no." | "client code" | "patient id" => {
            Key::ClientId
        }
        "date" | "session date" | "date of session" => Key::Date,
        "therapist id" | "therapist number" | "therapist code" | "clinician id" | "counsellor id" => {
            Key::TherapistId
        }
        _ => return None,
    };
    Some((key, value))
}

/// Like [`field`], with `Client: K-12` and `Therapist: T4`: for lines in a block of header lines. `Therapist: Dr M` may be one
/// only if it is `closed`: no turn follows that it would be the first of.
pub(super) fn loose_field(line: &str, closed: bool) -> Option<(Key, &str)> {
    if let Some(found) = field(line) {
        return Some(found);
    }
    let (key, value) = split(line)?;
    let code = !value.contains(' ') && value.contains(|c: char| c.is_ascii_digit());
    match key.as_str() {
        _ if value.len() > 24 => None,
        "client" | "patient" if code => Some((Key::ClientId, value)),
        "therapist" | "clinician" | "counsellor" | "counselor" if code || closed && is_titled(value) => {
            Some((Key::TherapistId, value))
        }
        _ => None,
    }
}

/// Whether no turn can follow above this line: it is blank, a header line, or no line at all.
pub(super) fn closes(next: Option<&&str>) -> bool {
    next.is_none_or(|next| next.trim().is_empty() || loose_field(next, false).is_some())
}

/// The longest block of header lines that is looked through.
const MAX_BLOCK: usize = 16;

/// Whether these lines begin with a block of header lines, which ids may stand in: one of them can be nothing else, or they
/// are two at least and a blank line follows.
pub(super) fn begins_block(lines: &[&str]) -> bool {
    for (above, line) in lines.iter().take(MAX_BLOCK).enumerate() {
        if line.trim().is_empty() {
            return above > 1;
        }
        if field(line).is_some() {
            return true;
        }
        if loose_field(line, true).is_none() {
            return names_somebody(&lines[above..]);
        }
    }
    false
}

/// Whether the first of these lines names somebody in a header, and is no turn: down to the next blank line there is none but
/// `key: value`, none of a speaker is longer than a name, and one below can be nothing but a header line.
pub(super) fn names_somebody(lines: &[&str]) -> bool {
    let Some(end) = lines.iter().take(MAX_BLOCK + 1).position(|line| line.trim().is_empty()) else {
        return false;
    };
    let fits = |line: &&str| {
        line.len() <= 120
            && split(line).is_some_and(|(key, value)| speakers::role(&key).is_none() || is_name(value))
            || line.len() <= 120 && loose_field(line, true).is_some()
    };
    lines[..end].iter().all(fits) && lines[..end].iter().skip(1).any(|line| field(line).is_some())
}

/// `Thandeka Mbatha`, `I. Okwuosa`, `Maria de Souza`: up to four words like names, and no sentence.
fn is_name(value: &str) -> bool {
    const WITHIN: [&str; 9] = ["de", "da", "di", "del", "van", "von", "der", "bin", "la"];
    let words: Vec<&str> = value.split_whitespace().collect();
    let short = |word: &str| word.trim_end_matches('.').chars().count() <= 4;
    let is = |word: &str| {
        (word.starts_with(char::is_uppercase) || WITHIN.contains(&word))
            && !word.ends_with([',', '?', '!', '…', ';'])
            && (!word.ends_with('.') || short(word))
    };
    let ended = words.last().is_some_and(|word| word.ends_with('.') && word.chars().count() > 2);
    words.len() <= 4 && !ended && value.starts_with(char::is_uppercase) && words.into_iter().all(is)
}

/// Short words that somebody says, in a transcript in capitals.
const SAID: [&str; 14] =
    ["AH", "AND", "BUT", "HI", "HM", "HOW", "MM", "NO", "OH", "OK", "SO", "WHY", "WOW", "YES"];

/// `Dr M`, `Ms. Field`, `JF`: as nobody begins to speak.
fn is_titled(value: &str) -> bool {
    let initials = (2..=3).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_uppercase());
    if initials && !SAID.contains(&value) {
        return true;
    }
    let mut words = value.split_whitespace();
    let title = words.next().map(|word| word.trim_end_matches('.').to_lowercase()).unwrap_or_default();
    let names = words.clone().count();
    matches!(title.as_str(), "dr" | "prof" | "mr" | "mrs" | "ms" | "miss")
        && (1..=2).contains(&names)
        && words.all(|name| name.starts_with(char::is_uppercase) && !name.ends_with([',', '?', '!']))
}

/// Whether the line, after a blank one, begins the header of another session of the same file. An item of a list may be one
/// of talk or of a note.
pub(super) fn begins_session(line: &str) -> bool {
    let listed = line.starts_with(['-', '>']) || line.starts_with("* ");
    !listed && matches!(field(line), Some((Key::SessionId | Key::Session, _)))
}

/// Writes the header line of this number into the session. A later line does not overwrite an earlier one.
pub(super) fn apply(
    (key, value): (Key, &str),
    line: impl std::fmt::Display,
    session: &mut Session,
    id_given: &mut bool,
    sink: &mut Sink,
) {
    let text = || Some(value.to_owned());
    match key {
        Key::Session if whole_number(value).is_some() => {
            session.number = session.number.or(whole_number(value));
        }
        Key::Session | Key::SessionId => {
            if !std::mem::replace(id_given, true) {
                value.clone_into(&mut session.id);
            }
        }
        Key::Number => {
            if whole_number(value).is_none() {
                sink.notice(format!("the session number at line {line} is not a whole number: left empty"));
            }
            session.number = session.number.or(whole_number(value));
        }
        Key::ClientId => session.client_id = session.client_id.take().or_else(text),
        Key::Date => session.date = session.date.take().or_else(text),
        Key::TherapistId => session.therapist_id = session.therapist_id.take().or_else(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_only() {
        assert_eq!(field("Client ID: K-12"), Some((Key::ClientId, "K-12")));
        assert_eq!(field("session_number: 4"), Some((Key::Number, "4")));
        assert_eq!(field("Session: K12-4"), Some((Key::Session, "K12-4")));
        for line in ["Client: hello", "Client: K-12", "Therapist: T4", "Mood: low", "date:", "no colon"] {
            assert_eq!(field(line), None, "{line}");
        }
        assert_eq!(loose_field("Client: K-12", false), Some((Key::ClientId, "K-12")));
        assert_eq!(loose_field("Therapist: Dr M", true), Some((Key::TherapistId, "Dr M")));
        assert_eq!(loose_field("Therapist: Dr M", false), None);
        assert_eq!(loose_field("Therapist: JF", true), Some((Key::TherapistId, "JF")));
        for line in [
            "Therapist: Dr",
            "Therapist: OK",
            "Client: JF",
            "Therapist: Dr Who?",
            "Therapist: Hello Anna",
            "Therapist: Miss the bus",
            "Client: it was 4 years ago",
            "Client: hello",
            "Client: Mr Okonkwo",
            "Patient: Mrs Okonkwo",
        ] {
            assert_eq!(loose_field(line, true), None, "{line}");
        }
    }
}
