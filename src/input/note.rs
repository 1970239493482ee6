//! Session notes as text: SOAP, DAP, BIRP, GIRP, PIRP headings or none, split into sentences.
//!
//! Headings are `S:`, `Subjective:`, `SUBJECTIVE` on a line of its own, `Plan -`, also in Markdown and also
//! within a line after the end of a sentence. The section stays in the speaker, `note:S`; sentences before
//! the first heading have none. Line breaks end a sentence unless the line was wrapped: it is long and the
//! next one goes on, or the next one begins in lower case. A bullet begins a sentence.

use super::header;
use super::sentences::sentences;
use super::sink::{Context, Sink};
use crate::transcript::{Session, Speaker, Unit};

/// Lines at least this long, in characters, may have been wrapped.
const WRAPPED: usize = 60;

/// The section letter of a heading written out.
fn section_of_word(word: &str) -> Option<char> {
    Some(match word.to_lowercase().as_str() {
        "subjective" => 'S',
        "objective" => 'O',
        "assessment" => 'A',
        "plan" | "problem" | "problems" | "presentation" => 'P',
        "data" => 'D',
        "behavior" | "behaviour" => 'B',
        "intervention" | "interventions" => 'I',
        "response" => 'R',
        "goal" | "goals" => 'G',
        _ => return None,
    })
}

fn section_of_letter(word: &str) -> Option<char> {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(letter), None) if "SOAPDBIRG".contains(letter) => Some(letter),
        _ => None,
    }
}

/// The section a line begins, and what follows the heading.
pub(super) fn heading(line: &str) -> Option<(char, &str)> {
    let line = line.trim().trim_start_matches('#').trim_start().trim_start_matches('*').trim_start();
    let end = line.find(|c: char| !c.is_alphabetic()).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let letter = section_of_letter(word);
    let section =
        letter.or_else(|| section_of_word(word).filter(|_| word.starts_with(char::is_uppercase)))?;
    let rest = rest.trim_start_matches('*').trim_start();
    if rest.is_empty() {
        return Some((section, ""));
    }
    let after = rest.strip_prefix(':').or_else(|| {
        // `Plan - weekly`, but not `I - we`, and not `Plan-do-check`.
        let spaced = line[end..].starts_with(' ') && letter.is_none();
        rest.strip_prefix(['-', '–', '—'])
            .filter(|after| spaced && (after.is_empty() || after.starts_with(' ')))
    })?;
    Some((section, after.trim_start_matches('*').trim()))
}

/// Cuts a line where another heading begins after the end of a sentence: `… today. O: Flat. P: Weekly.`
fn cut_inline(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in line.match_indices([';', '.']).filter(|(at, _)| line[at + 1..].starts_with(' ')) {
        let rest = line[at + 2..].trim_start();
        // No heading is longer, and a look to the end of the line from every full stop would take for ever.
        let colon = rest.bytes().take(15).position(|byte| byte == b':');
        let is_heading = colon.is_some_and(|colon| heading(&rest[..=colon]).is_some());
        if is_heading && at + 1 > start {
            pieces.push(&line[start..=at]);
            start = at + 1;
        }
    }
    pieces.push(&line[start..]);
    pieces
}

/// The text of a bullet or numbered item.
fn bullet(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix(['-', '*', '•', '–', '·', '◦']) {
        return rest.starts_with([' ', '\t']).then(|| rest.trim());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line[digits..].strip_prefix(['.', ')'])?;
    (matches!(digits, 1 | 2) && rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// A run of lines that are one paragraph, and its section.
#[derive(Default)]
struct Paragraphs {
    done: Vec<(Option<char>, String)>,
    section: Option<char>,
    /// The length of the line that was added last.
    last: usize,
    open: bool,
    /// Whether every line is a paragraph.
    unwrapped: bool,
}

impl Paragraphs {
    fn line(&mut self, line: &str) {
        if line.is_empty() {
            self.open = false;
            return;
        }
        for piece in cut_inline(line) {
            self.piece(piece.trim());
        }
    }

    fn piece(&mut self, piece: &str) {
        if let Some((section, rest)) = heading(piece) {
            self.section = Some(section);
            self.open = false;
            if !rest.is_empty() {
                self.add(bullet(rest).unwrap_or(rest));
            }
            return;
        }
        if let Some(rest) = bullet(piece) {
            self.open = false;
            self.add(rest);
            return;
        }
        let ended = self.done.last().is_some_and(|(_, text)| text.ends_with(['.', '!', '?', ':']));
        let wrapped = self.last >= WRAPPED || piece.starts_with(char::is_lowercase);
        if self.unwrapped || !(wrapped || ended) {
            self.open = false;
        }
        self.add(piece);
    }

    fn add(&mut self, text: &str) {
        self.last = text.chars().count();
        if let (true, Some((_, paragraph))) = (self.open, self.done.last_mut()) {
            paragraph.push(' ');
            paragraph.push_str(text);
        } else {
            self.done.push((self.section, text.to_owned()));
        }
        self.open = true;
    }

    fn units(&self, first_id: usize) -> Vec<Unit> {
        let mut units = Vec::new();
        for (section, paragraph) in &self.done {
            for sentence in sentences(paragraph) {
                units.push(Unit {
                    id: (first_id + units.len()).to_string(),
                    speaker: Speaker::Note(*section),
                    text: sentence.to_owned(),
                    start: None,
                    end: None,
                });
            }
        }
        units
    }
}

/// The sentences of one note as units with running ids from `first_id`.
pub(super) fn units(text: &str, first_id: usize) -> Vec<Unit> {
    let mut paragraphs = Paragraphs::default();
    // A table keeps the line ends of its cells as they are.
    for line in text.lines().flat_map(|line| line.split('\r')) {
        paragraphs.line(line.trim());
    }
    paragraphs.units(first_id)
}

pub(super) fn parse(text: &str, context: &Context, sink: &mut Sink) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let (mut session, mut id_given) = (context.session(None), false);
    let empty = || Paragraphs { unwrapped: !context.wraps, ..Paragraphs::default() };
    let mut paragraphs = empty();
    let (mut blank, mut block) = (true, false);
    for (number, &line) in lines.iter().enumerate() {
        let after_blank = std::mem::replace(&mut blank, line.is_empty());
        block &= !blank;
        let written = !paragraphs.done.is_empty();
        if written && after_blank && header::begins_session(line) {
            let next = std::mem::replace(&mut session, context.session(None));
            hand_out(next, &std::mem::replace(&mut paragraphs, empty()), sink);
            id_given = false;
        }
        if paragraphs.done.is_empty() && paragraphs.section.is_none() {
            // A note has no turns, so `Client: K-12` and `Therapist: Dr M` are never one.
            block |= header::begins_block(&lines[number..]);
            let found = if block { header::loose_field(line, true) } else { header::field(line) };
            if let Some((key, value)) = found {
                block = true;
                header::apply((key, value), number + 1, &mut session, &mut id_given, sink);
                continue;
            }
        }
        paragraphs.line(line);
    }
    hand_out(session, &paragraphs, sink);
}

fn hand_out(mut session: Session, paragraphs: &Paragraphs, sink: &mut Sink) {
    session.units = paragraphs.units(0);
    if session.units.is_empty() {
        sink.refuse("the note is empty".to_owned());
    }
    sink.met(session.units.len());
    sink.session(session);
}
