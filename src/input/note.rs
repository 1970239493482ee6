//! Session notes as text: SOAP, DAP, BIRP, GIRP, PIRP headings or none, split into sentences.
//!
//! Headings are `S:`, `Subjective:`, `SUBJECTIVE` on a line of its own, `Plan -`, `S)` and what follows it so, other forms of a letter
//! where a note has all of them in order ([`usual`]), also
//! with a number before them, in Markdown and within a line after the end of a sentence. The section stays in the speaker, `note:S`; sentences before
//! the first heading have none. Line breaks end a sentence unless the line was wrapped: it is long and the
//! next one goes on, or the next one begins in lower case. A bullet begins a sentence.
//!
//! What stands over a note is its head (`letterhead`); behind its words another head begins the next note of the file.

use super::letterhead::{Head, MAX_HEAD, Use};
use super::sentences::sentences;
use super::sink::{Context, Sink};
use super::{header, text};
use crate::transcript::{Session, Speaker, Unit, counted};
use std::borrow::Cow;

/// Lines at least this long, in characters, may have been wrapped.
const WRAPPED: usize = 60;

/// The section letter of a heading written out.
fn section_of_word(word: &str) -> Option<char> {
    Some(match word.to_lowercase().as_str() {
        "subjective" => 'S',
        "objective" => 'O',
        "assessment" | "clinical assessment" => 'A',
        "plan" | "problem" | "problems" | "presentation" | "treatment plan" | "presenting problem" => 'P',
        "data" => 'D',
        "behavior" | "behaviour" => 'B',
        "intervention" | "interventions" => 'I',
        "response" | "client response" | "patient response" => 'R',
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

/// What follows the number of a numbered heading: `1. `, `2) `, `IV. `.
fn unnumbered(line: &str) -> Option<&str> {
    let end = line.bytes().take(5).position(|byte| matches!(byte, b'.' | b')'))?;
    let number = &line[..end];
    let counts =
        number.bytes().all(|byte| byte.is_ascii_digit()) || number.bytes().all(|byte| b"IVX".contains(&byte));
    let rest = &line[end + 1..];
    ((1..=4).contains(&end) && counts && rest.starts_with([' ', '\t'])).then(|| rest.trim_start())
}

/// Whether the first sentence is nothing but a number: `P: 72.` is a pulse.
fn is_figure(text: &str) -> bool {
    let first = text.split(". ").next().unwrap_or_default();
    let first = first.split(';').next().unwrap_or_default().trim_end_matches('.');
    !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Without the marks of Markdown before a heading.
fn plain(line: &str) -> &str {
    line.trim_start_matches(['#', '=', ' ', '\t']).trim_start_matches('*').trim_start()
}

/// Letters with something else than a colon, where a note has those of all its sections in order, as letters with a colon: `S - …`,
/// `(S) …`, `[S] …`, `S. …`, `S/ …`.
pub(super) fn usual(text: &str) -> Cow<'_, str> {
    const KINDS: [&str; 5] = ["SOAP", "DAP", "BIRP", "GIRP", "PIRP"];
    const FORMS: [(&str, &str); 6] =
        [("", " - "), ("", " – "), ("(", ") "), ("[", "] "), ("", ". "), ("", "/ ")];
    let letter = |line: &'_ str, (before, after): (&str, &str)| {
        let line = line.trim_start().strip_prefix(before)?;
        let letter = section_of_letter(line.get(..1)?)?;
        let rest = line[1..].strip_prefix(after)?.trim_end();
        // `D. Smith` is somebody.
        let told = rest.ends_with(['.', '!', '?', ';']) || rest.split(' ').nth(2).is_some();
        told.then_some(letter)
    };
    let has = |form| {
        let letters: String = text.lines().filter_map(|line| letter(line, form)).collect();
        KINDS.iter().any(|kind| letters.contains(kind))
    };
    let Some(form) = FORMS.into_iter().find(|&form| has(form)) else { return Cow::Borrowed(text) };
    let rewritten = text.split_inclusive('\n').map(|line| match letter(line, form) {
        Some(letter) => {
            let begin = line.len() - line.trim_start().len() + form.0.len() + 1 + form.1.len();
            format!("{letter}: {}", &line[begin..])
        }
        None => line.to_owned(),
    });
    Cow::Owned(rewritten.collect())
}

/// The section a line begins, and what follows the heading.
pub(super) fn heading(line: &str) -> Option<(char, &str)> {
    let line = plain(line.trim());
    heading_of(unnumbered(line).map_or(line, plain))
}

fn heading_of(line: &str) -> Option<(char, &str)> {
    let end = line.find(|c: char| !c.is_alphabetic()).unwrap_or(line.len());
    let end = two_words(line, end).unwrap_or(end);
    let (word, rest) = line.split_at(end);
    let rest = rest.trim_start_matches(['*', '=', ' ', '\t']);
    // `Subjective/Data: …`
    let rest = rest.strip_prefix('/').map_or(rest, |other| other.trim_start_matches(char::is_alphabetic));
    // In small letters only with a colon: `plan` may begin a line that was wrapped.
    let capital = word.starts_with(char::is_uppercase) || rest.starts_with(':');
    let letter = section_of_letter(&word.to_uppercase()).filter(|_| capital);
    let section = letter.or_else(|| section_of_word(word).filter(|_| capital))?;
    if rest.is_empty() {
        return Some((section, ""));
    }
    let after =
        rest.strip_prefix(':').or_else(|| rest.strip_prefix(')').filter(|_| word == "S")).or_else(|| {
            // `Plan - weekly`, but not `I - we`, and not `Plan-do-check`.
            let spaced = line[end..].starts_with(' ') && letter.is_none();
            rest.strip_prefix(['-', '–', '—'])
                .filter(|after| spaced && (after.is_empty() || after.starts_with(' ')))
        })?;
    let after = after.trim_start_matches('*').trim();
    (letter.is_none() || !is_figure(after)).then_some((section, after))
}

/// Where a heading of two words ends, before its colon: `Client Response: …`.
fn two_words(line: &str, first: usize) -> Option<usize> {
    let second = line[first..].strip_prefix(' ')?;
    let end = second.find(|c: char| !c.is_alphabetic())?;
    let end = first + 1 + end;
    (line[end..].starts_with(':') && section_of_word(&line[..end]).is_some()).then_some(end)
}

/// Cuts a line where another heading begins after the end of a sentence: `… today. O: Flat. P: Weekly.`
fn cut_inline(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in line.match_indices([';', '.']).filter(|(at, _)| line[at + 1..].starts_with(' ')) {
        let rest = line[at + 2..].trim_start();
        // No heading is longer, and a look to the end of the line from every full stop would take for ever.
        let colon = rest.bytes().take(20).position(|byte| byte == b':');
        let is_heading = rest.chars().take(8).find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase)
            && colon.is_some_and(|colon| heading(&rest[..=colon]).is_some() && !is_sign(rest, colon));
        // The number of a heading is no sentence before it.
        let number = unnumbered(line[start..].trim_start()).is_some_and(|after| after.len() == rest.len());
        if is_heading && !number && at + 1 > start {
            pieces.push(&line[start..=at]);
            start = at + 1;
        }
    }
    pieces.push(&line[start..]);
    pieces
}

/// Whether, within a line, this is a vital sign (`P: 72 bpm. R: 14.`): a letter, and a number with a word at most.
fn is_sign(text: &str, colon: usize) -> bool {
    let mut words = text[colon + 1..].split_whitespace();
    let figure = words.next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    colon == 1
        && figure.is_some_and(|figure| {
            let ended = |word: &str| word.ends_with(['.', ';', ',']);
            ended(figure) || words.next().is_none_or(ended)
        })
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
    /// Whether the headings are `S)`, `O)` and so on; else `A)` counts something up.
    lettered: bool,
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
        self.lettered |= piece.starts_with("S) ");
        let lettered = piece.split_once(") ").filter(|_| self.lettered);
        let lettered = lettered.and_then(|(letter, rest)| Some((section_of_letter(letter)?, rest.trim())));
        let above = self.done.last().map_or("", |(_, text)| text);
        let ended = above.ends_with(['.', '!', '?', ':']);
        // A line that was wrapped may go on with `plan: …`.
        let goes_on = self.open && !ended && !above.ends_with(';') && piece.starts_with(char::is_lowercase);
        if let Some((section, rest)) = lettered.or_else(|| heading(piece)).filter(|_| !goes_on) {
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
    for line in usual(text).lines().flat_map(|line| line.split('\r')) {
        paragraphs.line(line.trim());
    }
    paragraphs.units(first_id)
}

/// One note of the file, being read.
struct Draft {
    session: Session,
    id_given: bool,
    paragraphs: Paragraphs,
    /// The known fields of its head.
    known: Vec<(header::Key, String)>,
    /// The section it begins with.
    first: Option<char>,
    /// Whether that comes once more behind others, as in another note.
    anew: bool,
    /// Whether something of its head is left out, which may name another client.
    unknown: bool,
    /// Who or what stands behind the date of an entry of a journal.
    entry: Option<String>,
}

impl Draft {
    fn new(session: Session, context: &Context) -> Draft {
        let paragraphs = Paragraphs { unwrapped: !context.wraps, ..Paragraphs::default() };
        Draft {
            session,
            id_given: false,
            paragraphs,
            known: Vec::new(),
            first: None,
            anew: false,
            unknown: false,
            entry: None,
        }
    }

    fn is_begun(&self) -> bool {
        !self.paragraphs.done.is_empty() || self.paragraphs.section.is_some()
    }

    fn line(&mut self, line: &str) {
        let above = self.paragraphs.section;
        self.paragraphs.line(line);
        let section = self.paragraphs.section;
        self.anew |= above.is_some() && above != section && section == self.first;
        self.first = self.first.or(section);
    }

    /// Reads the head; `at` is the number of lines above it.
    fn head(
        &mut self,
        head: &Head<'_>,
        lines: &[&str],
        at: usize,
        left_out: &mut Vec<usize>,
        sink: &mut Sink,
    ) {
        for (number, fields) in &head.fields {
            fields.apply(at + number + 1, &mut self.session, &mut self.id_given, left_out, sink);
        }
        let behind = |line: &&str| {
            header::stamped(line).map(|(_, rest)| rest.split("  ").next().unwrap_or_default().to_owned())
        };
        self.entry = lines[..head.uses.len()].iter().find_map(behind).or(self.entry.take());
        // A line that is not understood may be the next client's.
        self.unknown |= head.uses.iter().any(|of| matches!(of, Use::LeftOut | Use::Words))
            || head.fields.iter().any(|(_, of)| of.others > 0);
        for (number, line) in lines.iter().enumerate().take(head.uses.len()) {
            match head.uses[number] {
                Use::LeftOut => left_out.push(at + number + 1),
                Use::Words => self.line(line),
                Use::Field | Use::Nothing => self.line(""),
            }
        }
        self.known.extend(head.known().iter().map(|&(key, value)| (key, value.to_owned())));
    }

    fn has(&self, (key, value): (header::Key, &str)) -> bool {
        self.known.iter().any(|(known, other)| *known == key && other == value)
    }

    /// Whether a head is the date and time of an entry of a journal, and this note is one of another.
    fn is_other_entry(&self, head: &Head<'_>, lines: &[&str]) -> bool {
        let entry = lines[..head.uses.len()]
            .iter()
            .any(|line| header::stamped(line).is_some_and(|(_, rest)| !rest.is_empty()));
        entry && self.entry.as_ref().is_some_and(|who| !who.is_empty())
    }

    /// What a head is behind words of this note. Nothing of it may be the sign-off of the note, which nothing follows, or
    /// the date of an addendum.
    fn meets(&self, head: &Head<'_>, lines: &[&str]) -> Meeting {
        let rest = &lines[head.uses.len()..];
        let Some(next) = rest.iter().find(|line| !line.is_empty() && !header::is_rule(line)) else {
            return Meeting::Words;
        };
        let anew = self.first.is_some() && heading(next).map(|(section, _)| section) == self.first;
        let known = head.known();
        if !head.sharp || header::fields(next).is_some() {
            Meeting::Words
        } else if !anew && known.iter().all(|&field| self.has(field)) {
            Meeting::Same
        } else if anew || header::tells_of_another(&known) || self.is_other_entry(head, lines) {
            Meeting::Another
        } else {
            Meeting::Words
        }
    }
}

/// `Page 1 of 2`, `Signed electronically by H. F. on 03/14/2024`: what a program has added to a note.
fn is_added(line: &str) -> bool {
    const SIGNED: [&str; 6] = [
        "signed electronically",
        "electronically signed",
        "digitally signed",
        "this note was digitally signed",
        "this note was electronically signed",
        "validated by ",
    ];
    let lower = line.get(..40).unwrap_or(line).to_lowercase();
    let signed = SIGNED.iter().any(|begin| lower.starts_with(begin)) && line.len() <= 120;
    // The day or the time of day ends it, and no sentence follows.
    let ends = line.rsplit(' ').take(2).any(|word| word.contains(|c: char| c.is_ascii_digit()));
    signed && ends
        || (line.starts_with("Page ") || line.starts_with("PAGE ")) && text::page_number(line).is_some()
}

/// What a head is that stands behind the words of a note.
enum Meeting {
    Words,
    /// That of the note, once more, as the pages of a print have it.
    Same,
    Another,
}

pub(super) fn parse(text: &str, context: &Context, sink: &mut Sink) {
    let text = &usual(text);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let pages: Vec<bool> = text.lines().map(|line| line.starts_with('\u{c}')).collect();
    let (mut draft, mut notes) = (Draft::new(context.session(None), context), 1);
    let mut above = header::Above::default();
    let (mut wrote, mut added) = (None, Vec::new());
    let (mut left_out, mut at, mut blank) = (Vec::new(), 0, true);
    // The next line that is one of a head, if any is.
    let mut field =
        lines.iter().position(|line| header::loose_fields(line, true).is_some()).unwrap_or(lines.len());
    while let Some(&line) = lines.get(at) {
        let after_blank =
            std::mem::replace(&mut blank, line.is_empty() || header::is_rule(line)) || pages[at];
        let rest = &lines[at..];
        if field < at {
            let is_field = |line: &&str| header::loose_fields(line, true).is_some();
            field = rest.iter().position(is_field).map_or(lines.len(), |ahead| at + ahead);
        }
        let near = after_blank && !blank && field < lines.len() && field - at < MAX_HEAD;
        let head = Some(rest).filter(|_| near).and_then(Head::of);
        let begun = draft.is_begun() || !draft.known.is_empty();
        let meeting = match &head {
            Some(_) if !begun => Meeting::Same,
            _ if begun && after_blank && header::begins_session(line) => Meeting::Another,
            Some(head) => draft.meets(head, rest),
            None => Meeting::Words,
        };
        if let Meeting::Another = meeting {
            notes += 1;
            let next = Draft::new(header::next_session(notes, context), context);
            wrote.clone_from(&draft.entry);
            hand_out(std::mem::replace(&mut draft, next), &mut above, sink);
        }
        if let (Some(head), Meeting::Same | Meeting::Another) = (head, meeting) {
            draft.head(&head, rest, at, &mut left_out, sink);
            // Whoever stands over the entry above as well wrote both of them, and nobody else is named.
            let only = head.fields.iter().map(|(_, of)| of.others).sum::<usize>() == 1
                && !head.uses.contains(&Use::LeftOut);
            draft.unknown &= !(only && draft.entry.is_some() && draft.entry == wrote);
            at += head.uses.len();
            blank = true;
        } else {
            if is_added(line) {
                added.push(at + 1);
                blank = true;
            }
            draft.line(if blank { "" } else { line });
            at += 1;
        }
    }
    if let [line, ..] = added.as_slice() {
        let lines = counted(added.len(), "line");
        sink.notice(format!("page numbers or signatures in {lines}, from line {line}: left out"));
    }
    header::tell_left_out(&left_out, sink);
    hand_out(draft, &mut above, sink);
}

fn hand_out(draft: Draft, above: &mut header::Above, sink: &mut Sink) {
    let Draft { mut session, paragraphs, unknown, anew, .. } = draft;
    above.hand_down(&mut session, unknown, sink);
    if anew {
        let text = || {
            format!(
                "session '{}': its headings begin anew, as those of another note would: read as one note; if there are two, put \
                 `Date: …` or `Client ID: …` over each",
                session.id
            )
        };
        sink.notice_some("anew", text, "have headings that begin anew");
    }
    session.units = paragraphs.units(0);
    if session.units.is_empty() {
        sink.refuse("the note is empty".to_owned());
    }
    sink.met(session.units.len());
    sink.session(session);
}
