//! What may still identify a person in "anonymised" text, and its replacement by placeholders.
//!
//! [`find`] looks through a session: structured identifiers by their form and their checksums, names by cues, titles
//! and a list of first names, places and employers by cues alone. One file a kind or a family of kinds; every cue
//! stands beside a sentence that it is found in. [`redact`] replaces what was found.
//!
//! It is a safety net, not an anonymiser: names that are in no list and follow no cue, nicknames, and everything that
//! identifies by its content alone are not found. What is promised and what is not, with figures: `docs/privacy.md`.
//!
//! Placeholders that the input already carries (`[NAME]`, `<PERSON>`, `XXXX`, `***`, `J.`) are left alone.

mod across;
mod address;
mod age;
mod checksum;
mod date;
mod digits;
mod ids;
mod names;
mod net;
mod phone;
mod placeholder;
mod plain;
mod postcode;
mod record;
mod redact;
mod spoken;
mod whereabouts;

pub use redact::{redact, redact_text};

use crate::finding::{Field, Find, Kind};
use crate::transcript::{Session, Span};
use plain::Plain;
use regex::{Regex, RegexBuilder};
use std::ops::Range;

/// Something found in one text, in bytes, before overlaps are settled.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    kind: Kind,
    bytes: Range<usize>,
}

/// Everything in the session that may identify a person, in the order of the session: its text, then speaker labels
/// and identifiers. Finds in one field do not overlap.
///
/// Names met behind a cue, or as speaker labels, are then found everywhere in the session.
#[must_use]
pub fn find(session: &Session) -> Vec<Find> {
    let labels: Vec<_> = session.labels.iter().map(|label| names::label(label)).collect();
    let mut known = names::Known::default();
    for (label, range) in session.labels.iter().zip(&labels) {
        range.iter().for_each(|range| known.learn(&label[range.clone()]));
    }
    let texts: Vec<_> = session.units.iter().map(|unit| Plain::of(&unit.text)).collect();
    let mut hits: Vec<Vec<Hit>> = Vec::with_capacity(texts.len());
    for (index, plain) in texts.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &session.units[before]);
        let cue = before.and_then(|before| across::cue(before, &session.units[index], &plain.text));
        hits.push(in_unit(&plain.text, cue, &mut known));
    }
    texts.iter().zip(&hits).for_each(|(plain, hits)| known.learn_found(&plain.text, hits));
    if !known.is_empty() {
        for (plain, hits) in texts.iter().zip(&mut hits) {
            in_pieces(&plain.text, hits, |piece, hits| names::again(piece, &known, hits));
        }
    }
    let mut finds = Vec::new();
    for (index, (plain, hits)) in texts.iter().zip(hits).enumerate() {
        finds.extend(placed(Field::Text(index), &session.units[index].text, plain.back(hits)));
    }
    for (index, (label, ranges)) in session.labels.iter().zip(labels).enumerate() {
        let hits = ranges.into_iter().map(|bytes| Hit { kind: Kind::Name, bytes }).collect();
        finds.extend(placed(Field::Speaker(index), label, hits));
    }
    let units = (0..session.units.len()).map(Field::UtteranceId);
    for field in [Field::SessionId, Field::ClientId, Field::TherapistId, Field::Date].into_iter().chain(units)
    {
        let id = field.of(session);
        finds.extend(placed(field, id, ids::in_identifier(id, session.date.as_deref())));
    }
    finds
}

/// Hits in their order as finds; characters are counted once along the text.
fn placed(field: Field, text: &str, hits: Vec<Hit>) -> impl Iterator<Item = Find> {
    let (mut byte, mut characters) = (0, 0);
    hits.into_iter().map(move |Hit { kind, bytes }| {
        let start = characters + text[byte..bytes.start].chars().count();
        let end = start + text[bytes.clone()].chars().count();
        (byte, characters) = (bytes.end, end);
        Find { field, kind, span: Span { start, end }, bytes }
    })
}

/// Settled hits of the text of a unit, to whose beginning a cue in the unit before may belong.
fn in_unit(text: &str, mut cue: Option<String>, known: &mut names::Known) -> Vec<Hit> {
    let mut hits = Vec::new();
    in_pieces(text, &mut hits, |piece, hits| {
        hits.extend(in_text(piece, known));
        if let Some(cue) = cue.take() {
            hits.extend(behind(&cue, piece, known));
        }
    });
    hits
}

/// Bytes of a text that a cue in the unit before may belong to.
const HEAD: usize = 200;

/// What a cue finds at the beginning of a text.
fn behind(cue: &str, text: &str, known: &mut names::Known) -> Vec<Hit> {
    let head = text.lines().next().unwrap_or_default();
    let head = &head[..head.floor_char_boundary(HEAD)];
    let hits = in_text(&format!("{cue}{head}"), known).into_iter().filter(|hit| hit.bytes.start >= cue.len());
    hits.map(|hit| Hit { kind: hit.kind, bytes: hit.bytes.start - cue.len()..hit.bytes.end - cue.len() })
        .collect()
}

/// Bytes of text that are looked through at once. A turn is hardly ever as long: a field that is, costs no memory so.
const PIECE: usize = 1 << 16;

/// Lets `look` add to the hits of each piece of a text, which it sees with offsets in the piece, and settles them.
fn in_pieces(text: &str, hits: &mut Vec<Hit>, mut look: impl FnMut(&str, &mut Vec<Hit>)) {
    let mut all = Vec::new();
    let mut earlier = std::mem::take(hits).into_iter().peekable();
    let mut start = 0;
    while start < text.len() {
        let end = piece_end(text, start);
        let shift = |hit: Hit, by: isize| Hit {
            kind: hit.kind,
            bytes: hit.bytes.start.wrapping_add_signed(by)..hit.bytes.end.wrapping_add_signed(by),
        };
        let mut found: Vec<Hit> = std::iter::from_fn(|| earlier.next_if(|hit| hit.bytes.start < end))
            .map(|hit| shift(hit, -(start as isize)))
            .collect();
        look(&text[start..end], &mut found);
        all.extend(settle(found, &text[start..end]).into_iter().map(|hit| shift(hit, start as isize)));
        start = end;
    }
    *hits = all;
}

/// Where a piece that begins at `start` ends: behind a line or a word, on a character boundary in any case.
fn piece_end(text: &str, start: usize) -> usize {
    if text.len() - start <= PIECE {
        return text.len();
    }
    let most = text.floor_char_boundary(start + PIECE);
    let piece = &text[start..most];
    let cut = piece.rfind('\n').or_else(|| piece.rfind(". ").map(|at| at + 1)).or_else(|| piece.rfind(' '));
    cut.map_or(most, |at| start + at + 1)
}

/// Looks through one text; names behind cues are added to `known`.
fn in_text(text: &str, known: &mut names::Known) -> Vec<Hit> {
    let mut hits = Vec::new();
    let traits = Traits::of(text);
    if traits.at || traits.joined || traits.strokes > 0 {
        net::look(text, &traits, &mut hits);
    }
    if traits.digits > 0 {
        if traits.digits >= 2 {
            ids::look(text, &mut hits);
        }
        if traits.digits >= 4 {
            postcode::with_digits(text, &mut hits);
            record::look(text, &mut hits);
            digits::look(text, &mut hits);
        }
        if traits.digits >= 6 {
            phone::look(text, &mut hits);
        }
        postcode::look(text, &mut hits);
    }
    date::look(text, traits.digits >= 4, &mut hits);
    date::of_birth(text, &mut hits);
    age::look(text, traits.digits > 1, &mut hits);
    spoken::look(text, &mut hits);
    if traits.upper {
        address::look(text, traits.digits > 0, &mut hits);
        whereabouts::look(text, &mut hits);
    }
    names::look(text, known, &mut hits);
    hits
}

/// What a text has at all: most texts have hardly anything, and most searches need not begin.
#[derive(Debug, Default, Clone, Copy)]
struct Traits {
    digits: usize,
    at: bool,
    /// A full stop or a colon with something directly behind.
    joined: bool,
    /// Figures and strokes behind letters, as names of accounts have.
    strokes: usize,
    upper: bool,
}

impl Traits {
    fn of(text: &str) -> Traits {
        let mut traits = Traits::default();
        let bytes = text.as_bytes();
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    traits.digits += 1;
                    let behind = at > 0 && !matches!(bytes[at - 1], b'0'..=b'9' | b' ' | b',' | b'.' | b':');
                    traits.strokes += usize::from(behind);
                }
                b'_' => traits.strokes += 1,
                b'@' => traits.at = true,
                b'.' => traits.joined |= bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
                b':' => traits.joined |= bytes.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace()),
                b'A'..=b'Z' | 0x80.. => traits.upper = true,
                _ => {}
            }
        }
        traits
    }
}

/// Keeps what does not overlap: of numbers the longest, then earlier kinds before later ones and longer before shorter;
/// nothing within a placeholder.
fn settle(mut hits: Vec<Hit>, text: &str) -> Vec<Hit> {
    if hits.is_empty() {
        return hits;
    }
    // Nine digits of a telephone number add up to an official one by chance.
    let rank = |kind| match kind {
        // "Kez_Thorne" is no Thorne.
        Kind::Handle => Kind::Url,
        kind if (Kind::Card..=Kind::Phone).contains(&kind) => Kind::Card,
        kind => kind,
    };
    hits.sort_by_key(|hit| (rank(hit.kind), usize::MAX - hit.bytes.len(), hit.kind, hit.bytes.start));
    let mut taken = placeholder::spans(text);
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        if taken.iter().all(|range| range.end <= hit.bytes.start || hit.bytes.end <= range.start) {
            taken.push(hit.bytes.clone());
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| hit.bytes.start);
    kept
}

/// An expression for a phrase, and a sentence that it is found in. A space stands for any white space, an apostrophe for
/// any of its forms or none, a letter for either case.
type Cue = (&'static str, &'static str);

/// The alternatives of some cues, for an expression of [`compile`].
fn any_of(cues: &[Cue]) -> String {
    let phrases: Vec<_> =
        cues.iter().map(|(phrase, _)| phrase.replace(" ?", r"\s*").replace(' ', r"\s+")).collect();
    format!("(?:{})", phrases.join("|").replace('\'', "['\u{2018}\u{2019}]?"))
}

/// Bytes that an expression may keep in a thread of what it has learned about texts; by default it is 2 MB, which the expressions
/// and threads of a long run fill one by one.
const AUTOMATON: usize = 1 << 18;

#[expect(clippy::expect_used, reason = "the expressions are constants and the tests compile every one")]
fn compile(pattern: &str) -> Regex {
    // Checksums know ASCII digits alone.
    let pattern = pattern.replace(r"\d", "[0-9]");
    RegexBuilder::new(&pattern).dfa_size_limit(AUTOMATON).build().expect("the expressions are valid")
}

/// Adds the group of every match, or the whole match where the expression has none.
fn add_all(regex: &Regex, kind: Kind, text: &str, hits: &mut Vec<Hit>) {
    if regex.captures_len() == 1 {
        hits.extend(regex.find_iter(text).map(|found| Hit { kind, bytes: found.range() }));
    } else {
        hits.extend(groups_in(regex, text).map(|group| Hit { kind, bytes: group.range() }));
    }
}

/// The group of every match: of several, as alternatives have, the first that takes part in it.
fn groups_in<'a>(regex: &Regex, text: &'a str) -> impl Iterator<Item = regex::Match<'a>> {
    regex.captures_iter(text).filter_map(|groups| groups.iter().skip(1).flatten().next())
}

#[cfg(test)]
mod tests;
