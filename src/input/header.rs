//! The `key: value` lines that stand over a transcript or a note.
//!
//! Header lines stand before the first turn (or sentence) of a session, and only known keys count, in any
//! case, with space, `_` or `-` between the words, and in Markdown (`**Date:** 2024-01-02`, `- Date: …`):
//! `session_id`, `session`, `session number`, `client_id`, `client number`, `patient id`, `date`,
//! `session date`, `therapist_id`. `Session: 4` and `Session: 4 of 12` are the number, `Session: K12-4` the id. Without a colon
//! `Session #6, 02/02/2024, 50 min` and a date alone on its line say the same. Several fields
//! may stand on one line ([`Fields`]); what holds another field or is no id in length is none.
//!
//! `Client: …` and `Therapist: …` are turns, with one exception: in a block of header lines (see [`begins_block`]) and with
//! a single word holding a digit (`Client: K-12`) they are ids, and so is a title with the name of a therapist, or her
//! initials (`Therapist: Dr M`, `Therapist: JF`), at the end of a block of header lines or within it. With the name of a client it is none: ids
//! are not redacted. In a block that a blank line closes such a line is left out, see [`names_somebody`].

use super::columns::whole_number;
use super::sink::{Context, Sink};
use super::speakers;
use super::turns::PARTICLES;
use crate::transcript::{MONTHS, Session};

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

/// The fields of one header line: `Client ID: K7 | Session: 4`, `Client ID: K7    Name: …    Date: 2024-03-09`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Fields<'a> {
    pub(super) known: Vec<(Key, &'a str)>,
    /// How many others stand beside them, which are left out.
    pub(super) others: usize,
}

/// The longest line, in bytes, that is looked through for several fields.
const MAX_LINE: usize = 400;

/// The longest line that names somebody, in bytes.
const MAX_PAIR: usize = 120;

/// The longest id, in characters.
const MAX_ID: usize = 40;

/// The pieces of a line that begin with a key of their own: behind `|`, `;`, a tab or two spaces any key, behind a comma a known
/// one.
fn pieces(line: &str) -> Vec<&str> {
    let is_gap = |c: char| matches!(c, ' ' | '\t' | '|' | ';' | ',');
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(gap) = line[at..].find(is_gap).map(|gap| at + gap).filter(|_| line.len() <= MAX_LINE) {
        let rest = line[gap..].trim_start_matches(is_gap);
        at = line.len() - rest.len();
        let between = &line[gap..at];
        // Two spaces may stand within a key: `Client  ID : K2`.
        let spaced = between.len() > 1 && !between.contains(',') && line[start..gap].contains(':');
        let parts = spaced || between.contains(['\t', '|', ';']);
        if parts && begins_with_key(rest) || between.contains(',') && field(rest).is_some() {
            pieces.push(&line[start..gap]);
            start = at;
        }
    }
    pieces.push(line[start..].trim_end_matches(is_gap));
    pieces.retain(|piece| !piece.trim_matches(is_gap).is_empty());
    pieces
}

/// `Date of birth: …`, `**DOB:** …`
fn begins_with_key(text: &str) -> bool {
    let text = text.trim_start_matches(['*', '_']);
    let end = text.find(|c: char| !(c.is_alphanumeric() || " _-#.()/*".contains(c))).unwrap_or(text.len());
    text.starts_with(char::is_alphabetic) && (1..=32).contains(&end) && text[end..].starts_with(':')
}

fn gather<'a>(
    line: &'a str,
    closed: bool,
    of: impl Fn(&'a str) -> Option<(Key, &'a str)>,
) -> Option<Fields<'a>> {
    let pieces = pieces(line);
    let known: Vec<_> = pieces.iter().filter_map(|piece| of(piece)).collect();
    let first = pieces.first()?;
    // Behind an unknown key, or a speaker, the rest of the line may be talk.
    let begins = of(first).is_some()
        || split(first).is_some_and(|(key, _)| {
            let named = known.iter().any(|(key, _)| *key == Key::ClientId);
            closed || named && speakers::role(&key).is_none()
        });
    let others = pieces.len() - known.len();
    (begins && !known.is_empty()).then_some(Fields { known, others })
}

/// The fields of a line that can be nothing but a header line.
pub(super) fn fields(line: &str) -> Option<Fields<'_>> {
    gather(line, false, field).or_else(|| unmarked(line))
}

/// The fields of a line without a colon: `Session 4`, `## Session 4/12`, `Session #6, 02/02/2024, 50 min`, `15 January 2024`.
fn unmarked(line: &str) -> Option<Fields<'_>> {
    const LONGEST: usize = 60;
    if let Some((date, rest)) = stamped(line).or_else(|| dated_title(line)) {
        return Some(Fields { known: vec![(Key::Date, date)], others: usize::from(!rest.is_empty()) });
    }
    let line = if line.len() < 2 * LONGEST { line.trim_matches(['#', '*', ' ', '\t']) } else { return None };
    if line.len() > LONGEST
        || !line.contains(|c: char| c.is_ascii_digit())
        || line.ends_with(['.', '?', '!', '…'])
        || line.contains(':')
    {
        return None;
    }
    if is_date(line) {
        return Some(Fields { known: vec![(Key::Date, line)], others: 0 });
    }
    let named = line.get(..7).filter(|word| word.eq_ignore_ascii_case("session"))?;
    let rest = line[named.len()..].trim_start_matches([' ', '#']);
    let number = &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()];
    let behind = &rest[number.len()..];
    let parted = behind.trim_start().starts_with([',', ';', '|', '/', '(', '-', '–', '—']);
    if number.is_empty() || number.len() > 4 || !(behind.is_empty() || parted || behind.starts_with(" of ")) {
        return None;
    }
    let parts = behind.split([',', ';', '|', '(', ')']).map(|part| part.trim_matches([' ', '-', '–', '—']));
    // What is no figure may be words of the note: `Session 3 - practised breathing`.
    let counts = |part: &str| part.is_empty() || part.contains(|c: char| c.is_ascii_digit());
    if !parts.clone().all(counts) {
        return None;
    }
    let date = parts.into_iter().find(|part| is_date(part)).map(|date| (Key::Date, date));
    Some(Fields { known: std::iter::once((Key::Session, number)).chain(date).collect(), others: 0 })
}

/// The day and time that an entry of a journal begins with, and who wrote it or where: `15/05/2024 14:00 H. Field`, `Wed 15 May 2024
/// 14:02  Surgery: North`. A sentence behind it is none.
pub(super) fn stamped(line: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 120;
    let line = Some(line.trim()).filter(|line| line.len() <= LONGEST)?;
    let colon = line.find(':')?;
    let begin = line[..colon].rfind(' ')?;
    let end = line[begin + 1..].find(char::is_whitespace).map_or(line.len(), |end| begin + 1 + end);
    super::time::clock(line[begin + 1..end].trim_end_matches(','))?;
    let half = super::time::behind_half(line[end..].trim_start());
    let end = half.map_or(end, |rest| line.len() - rest.len());
    let rest = line[end..].trim();
    // `Panic on the bus` is what happened, and no writer.
    let like_name = |word: &str| !word.starts_with(char::is_lowercase) || PARTICLES.contains(&word);
    let named = rest.split_whitespace().all(like_name) && !rest.ends_with(['.', '?', '!', '…', ',']);
    (named && is_date(line[..begin].trim_end_matches([' ', ','])))
        .then(|| (line[..end].trim_end_matches(','), rest))
}

/// `Session note - 15 May 2024`: what a note is called, and its day.
fn dated_title(line: &str) -> Option<(&str, &str)> {
    let line = Some(line.trim_matches(['#', '*', ' ', '\t'])).filter(|line| line.len() <= 60)?;
    let (title, date) = [" - ", " – ", ": ", ", "].into_iter().find_map(|by| line.split_once(by))?;
    let called = title.split(' ').any(|word| ["note", "notes"].contains(&word.to_lowercase().as_str()));
    (called && title.split(' ').count() <= 4 && is_date(date)).then_some((date, ""))
}

/// `2024-01-08`, `08/01/2024`, `Mon 15th January 2024`, `Jan 15, 2024`, and nothing else.
fn is_date(text: &str) -> bool {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let begins = |word: &str, known: &[&str]| {
        let is = |known: &&str| known.starts_with(word) || known.len() == 3 && word.starts_with(known);
        word.len() > 2 && known.iter().any(is)
    };
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.first().is_some_and(|word| begins(word, &DAYS) && word.chars().all(char::is_alphabetic)) {
        words.remove(0);
    }
    let is_figure = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let day = |word: &&String| {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ordinal = matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th");
        ordinal && matches!(digits.len(), 1 | 2) && is_figure(digits)
    };
    let months = words.iter().filter(|word| begins(word, &MONTHS)).count();
    let years = words.iter().filter(|word| word.len() == 4 && is_figure(word)).count();
    let short = words.iter().filter(day).count();
    words.len() == 3 && years == 1 && short + months == 2 && months < 2
}

/// The fields of a line in a block of header lines; see [`loose_field`].
pub(super) fn loose_fields(line: &str, closed: bool) -> Option<Fields<'_>> {
    gather(line, closed, |piece| loose_field(piece, closed)).or_else(|| unmarked(line))
}

/// The key and the value, without Markdown's marks of emphasis around them, or of a list or a quotation before them.
pub(super) fn split(line: &str) -> Option<(String, &str)> {
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
        "client id" | "client number" | "client no" | "client no." | "client code" | "client #"
        | "patient id" | "patient number" | "patient no" | "patient no." | "patient code" | "patient #"
        | "pt id" | "pt no" | "pt no." | "pt #" | "case id" | "case number" | "case no" | "case no."
        | "case #" => Key::ClientId,
        "date" | "session date" | "date of session" | "date of service" | "date and time" | "date/time"
        | "appointment date" | "service date" | "visit date" | "dos" => Key::Date,
        "therapist id" | "therapist number" | "therapist code" | "clinician id" | "counsellor id" => {
            Key::TherapistId
        }
        _ => return None,
    };
    Some((key, value))
}

/// Like [`field`], with `Client: K-12` and `Therapist: T4`: for lines in a block of header lines. `Therapist: Dr M` may be one
/// only if it is `closed`: no turn follows that it would be the first of.
fn loose_field(line: &str, closed: bool) -> Option<(Key, &str)> {
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
    next.is_none_or(|next| next.trim().is_empty() || loose_fields(next, false).is_some())
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
        if fields(line).is_some() {
            return true;
        }
        if loose_fields(line, true).is_none() {
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
        let named = |(key, value): (String, &str)| speakers::role(&key).is_none() || is_name(value);
        line.len() <= MAX_PAIR && (split(line).is_some_and(named) || loose_fields(line, true).is_some())
    };
    lines[..end].iter().all(fits) && lines[..end].iter().skip(1).any(|line| fields(line).is_some())
}

/// `Thandeka Mbatha`, `I. Okwuosa`, `Maria de Souza`: up to four words like names, and no sentence.
fn is_name(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    let short = |word: &str| word.trim_end_matches('.').chars().count() <= 4;
    let is = |word: &str| {
        (word.starts_with(char::is_uppercase) || PARTICLES.contains(&word))
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

/// Whether the line, after a blank one, begins the header of another session of the same file, beyond doubt by its colon. An item
/// of a list may be one of talk or of a note.
pub(super) fn begins_session(line: &str) -> bool {
    line.contains(':') && !is_listed(line) && fields(line).is_some_and(|fields| fields.say_which())
}

/// Whether this is an item of a list, or a quotation.
fn is_listed(line: &str) -> bool {
    line.starts_with(['-', '>']) || line.starts_with("* ")
}

/// Whether these fields, behind the words of a session, tell of another: they name its client, or they are two and say which
/// session it is.
pub(super) fn tells_of_another(known: &[(Key, &str)]) -> bool {
    let has = |wanted: &[Key]| known.iter().any(|(key, _)| wanted.contains(key));
    let several = known.iter().any(|(key, _)| Some(key) != known.first().map(|(first, _)| first));
    has(&[Key::ClientId]) || several && has(&[Key::SessionId, Key::Session, Key::Number])
}

/// The fields of the first of these lines of a transcript if it begins, after a blank one, the header of another session;
/// with whether it does not repeat what the header `above` says, as the pages of a print do.
pub(super) fn begins_next<'a>(lines: &[&'a str], above: &[(Key, &str)]) -> Option<(Fields<'a>, bool)> {
    let line = *lines.first()?;
    let first = fields(line)?;
    if is_listed(line) {
        return None;
    }
    if first.say_which() {
        return Some((first, true));
    }
    let block = lines.iter().take(MAX_BLOCK).map_while(|line| loose_fields(line, true));
    let block: Vec<_> = block.collect();
    let known: Vec<_> = block.iter().flat_map(|fields| fields.known.iter().copied()).collect();
    let talk = lines[block.len()..].iter().any(|line| !line.trim().is_empty());
    let next = talk && tells_of_another(&known);
    next.then(|| (first, !known.iter().all(|field| above.contains(field))))
}

/// A line of dashes, of `=` and the like.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2 && line.bytes().all(|byte| b"-=_*~#+ ".contains(&byte))
}

/// A session after the first of its file, this one being the `nth`: without an id of its own it must not have that of
/// another.
pub(super) fn next_session(nth: usize, context: &Context) -> Session {
    context.session(Some(format!("{}-{nth}", context.stem)))
}

/// What is known of the session above one.
#[derive(Debug, Default)]
pub(super) struct Above {
    client: Option<String>,
    number: Option<u32>,
}

impl Above {
    /// Gives a session without a client of its own that of the session above it in the file, unless something of its header was
    /// left out, which may name somebody else, or its number is not higher. Then it is the one above.
    pub(super) fn hand_down(&mut self, session: &mut Session, unknown: bool, sink: &mut Sink) {
        let begins_anew = session.number.zip(self.number).is_some_and(|(this, above)| this <= above);
        if session.client_id.is_none() && self.client.is_some() && !unknown && !begins_anew {
            session.client_id = self.client.take();
            sink.notice_once("inherited", || {
                format!("session '{}' names no client: read as one of the client above it in the file, as others that name none", session.id)
            });
        }
        *self = Above { client: session.client_id.clone(), number: session.number };
    }
}

/// Says which lines of the header were left out.
pub(super) fn tell_left_out(lines: &[usize], sink: &mut Sink) {
    match lines {
        [] => {}
        [line] => {
            sink.notice(format!("1 line or field of the header is not known: left out, from line {line}"));
        }
        [line, ..] => {
            let count = lines.len();
            sink.notice(format!(
                "{count} lines or fields of the header are not known: left out, from line {line}"
            ));
        }
    }
}

/// The number in `4`, `4 of 12`, `4/12`, `4 (by telephone)`.
fn session_number(value: &str) -> Option<u32> {
    let value = value.split(" (").next()?.trim();
    let of = value.split_once(" of ").or_else(|| value.split_once('/'));
    match of.map(|(number, all)| (whole_number(number.trim()), whole_number(all.trim()))) {
        Some((Some(number), Some(all))) if number <= all => Some(number),
        _ => whole_number(value),
    }
}

/// Whether this can be an id. Ids are not redacted, so what may be another field, with a name, is none.
fn is_id(value: &str) -> bool {
    let parted = value.contains([':', '|', ';']) && value.contains(char::is_whitespace);
    !parted && !value.contains("  ") && !value.contains('\t') && value.chars().count() <= MAX_ID
}

impl Fields<'_> {
    /// Whether they say which session it is.
    fn say_which(&self) -> bool {
        self.known.iter().any(|(key, _)| matches!(key, Key::SessionId | Key::Session))
    }

    /// Writes the fields of the line of this number into the session, and the line to those of which something is left out.
    pub(super) fn apply(
        &self,
        line: usize,
        session: &mut Session,
        id_given: &mut bool,
        left_out: &mut Vec<usize>,
        sink: &mut Sink,
    ) {
        for &field in &self.known {
            apply(field, line, session, id_given, sink);
        }
        left_out.extend((self.others > 0).then_some(line));
    }
}

/// Writes the header line of this number into the session. A later line does not overwrite an earlier one.
pub(super) fn apply(
    (key, value): (Key, &str),
    line: impl std::fmt::Display,
    session: &mut Session,
    id_given: &mut bool,
    sink: &mut Sink,
) {
    let number = matches!(key, Key::Session | Key::Number).then(|| session_number(value)).flatten();
    let what = match key {
        Key::Session | Key::SessionId => "session",
        Key::ClientId => "client",
        Key::TherapistId => "therapist",
        Key::Number | Key::Date => "",
    };
    // `Session: told of the crash` is no id. What is one is never redacted.
    let words = key == Key::Session && value.contains(' ') && !value.contains(|c: char| c.is_ascii_digit());
    if number.is_none() && !what.is_empty() && (words || !is_id(value)) {
        return sink.notice(format!(
            "the {what} id at line {line} is too long, is words or holds another field: left empty"
        ));
    }
    let text = || Some(value.to_owned());
    match key {
        Key::Session if number.is_some() => session.number = session.number.or(number),
        Key::Session | Key::SessionId => {
            if !std::mem::replace(id_given, true) {
                value.clone_into(&mut session.id);
            }
        }
        Key::Number => {
            if number.is_none() {
                sink.notice(format!("the session number at line {line} is not a whole number: left empty"));
            }
            session.number = session.number.or(number);
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
    fn several_fields_on_a_line() {
        let of = |line| fields(line).map(|fields| (fields.known, fields.others));
        let id = (Key::ClientId, "0483");
        let date = (Key::Date, "2024-03-09");
        for (line, known, others) in [
            ("Client ID: 0483    Name: Thandeka Mbatha    DOB: 04/11/1987", vec![id], 2),
            ("Client ID: 0483 | Session: 4 | Date: 2024-03-09", vec![id, (Key::Session, "4"), date], 0),
            ("| **Client ID:** 0483 | **Date:** 2024-03-09 |", vec![id, date], 0),
            ("Client ID: 0483; Age: 36; Date: 2024-03-09", vec![id, date], 1),
            ("Client ID: 0483\tDate: 2024-03-09", vec![id, date], 0),
            ("Client ID: 0483, Date: 2024-03-09", vec![id, date], 0),
            ("Name: Thandeka Mbatha | Client ID: 0483", vec![id], 1),
            ("Date: Saturday, 9 March", vec![(Key::Date, "Saturday, 9 March")], 0),
            ("Date: 2024-03-09  10:30", vec![(Key::Date, "2024-03-09  10:30")], 0),
        ] {
            assert_eq!(of(line), Some((known, others)), "{line}");
        }
        for line in ["Client: I wrote it down; date: 3 May", "Anna: Yes; session: four", "so; Date: 3 May"] {
            assert_eq!(of(line), None, "{line}");
        }
        for value in ["K-12", "Dr Anna M", "urn:x:4", "C-13/2"] {
            assert!(is_id(value), "{value}");
        }
        for value in ["0483 Name: Thandeka", "0483   Thandeka", "0483 | Thandeka", &"x".repeat(41)] {
            assert!(!is_id(value), "{value}");
        }
        for (value, number) in
            [("4 of 12", Some(4)), ("4/12", Some(4)), ("12/4", None), ("4 (online)", Some(4))]
        {
            assert_eq!(session_number(value), number, "{value}");
        }
        assert_eq!(session_number("K12-4"), None);
    }

    #[test]
    fn fields_without_a_colon() {
        let (session, date) = (|n| (Key::Session, n), |day| (Key::Date, day));
        for (line, known) in [
            ("Session 4", vec![session("4")]),
            ("## Session 4/12", vec![session("4")]),
            ("SESSION 4 of 12", vec![session("4")]),
            ("Session #6, 02/02/2024, 50 min", vec![session("6"), date("02/02/2024")]),
            ("Session 2 - 15 January 2024", vec![session("2"), date("15 January 2024")]),
            ("2024-01-08", vec![date("2024-01-08")]),
            ("08/01/2024", vec![date("08/01/2024")]),
            ("Monday, 15th January 2024", vec![date("Monday, 15th January 2024")]),
            ("Jan 15, 2024", vec![date("Jan 15, 2024")]),
        ] {
            assert_eq!(fields(line).map(|fields| fields.known), Some(known), "{line}");
        }
        for line in [
            "Session 3 was hard",
            "Session 3 - practised breathing",
            "Session",
            "Session four",
            "May 2024",
            "3 2 1",
            "Sessions 1, 2",
            "January 2024 was",
        ] {
            assert_eq!(fields(line), None, "{line}");
        }
    }

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
