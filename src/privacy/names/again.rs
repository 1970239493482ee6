//! What a session has shown, and finding it again wherever the session repeats it.

use super::super::Hit;
use super::super::whereabouts::is_no_place;
use super::lists::{Class, class, is_calendar, is_in, plain};
use super::words::{Shape, Word, words};
use super::{cues, is_inside, reach_back, subject};
use crate::finding::Kind;
use std::collections::{HashMap, HashSet};

/// First names that are words in small letters.
const WORDS: &str = " ann barrie bo buster dick elmer henna jerry karen randy romeo teddy tom bob brent carol casper chad dash derrick faye gene harry ira jack jimmy jo ken kim lou marina matt max mike min mo nick norman pat peter reed ron sally sherry sid tyler vie elsa holly jean josh lee martin mason pete rob taylor victor ";

/// What stands before things: "his teddy".
const BEFORE_THINGS: &str = " a an the his her my your our their such every ";

/// Parts of names that the session has shown, in small letters without accents; and its places and organisations.
#[derive(Debug, Default)]
pub(in super::super) struct Known {
    /// What the lists would not find again.
    parts: HashSet<String>,
    /// First names of the lists, which are found again in small letters.
    first: HashSet<String>,
    /// Places and organisations, word by word as they were written.
    places: HashMap<String, Kind>,
}

/// Words of a place or an organisation.
const LONGEST: usize = 5;

impl Known {
    pub(in super::super) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.first.is_empty() && self.places.is_empty()
    }

    /// Keeps the parts of a name that a cue has shown.
    pub(in super::super) fn learn(&mut self, name: &str) {
        let all = words(name);
        for word in all.iter().filter(|word| word.shape != Shape::Lower) {
            let lower = word.lower();
            // "Jean-Philippe" is "Jean Philippe" too; "Mary-Kate's" is in the lists.
            let parts = lower.split('-').filter(|part| part.len() < lower.len());
            for part in std::iter::once(lower.as_str()).chain(parts) {
                if class(part) != Class::Sure && part.chars().count() > 2 {
                    self.parts.insert(plain(part));
                }
            }
        }
    }

    /// Keeps first names, places and organisations of what was found in a text.
    pub(in super::super) fn learn_found(&mut self, text: &str, hits: &[Hit]) {
        for hit in hits {
            let all = words(&text[hit.bytes.clone()]);
            match hit.kind {
                Kind::Name => {
                    let first = all.iter().map(Word::lower).filter(|lower| class(lower) == Class::Sure);
                    let first = first.filter(|lower| lower.len() > 2 && !is_in(WORDS, lower));
                    self.first.extend(first.map(|lower| plain(&lower)));
                }
                // "I went into Tai Chi" is one find too many, not one each time.
                Kind::Place if all.first().is_some_and(|word| is_no_place(&word.lower())) => {}
                Kind::Place | Kind::Organisation if all.len() <= LONGEST => {
                    self.places.insert(phrase(&all), hit.kind);
                }
                _ => {}
            }
        }
    }

    fn has(&self, lower: &str) -> bool {
        self.parts.contains(lower) || !lower.is_ascii() && self.parts.contains(&plain(lower))
    }
}

fn phrase(words: &[Word<'_>]) -> String {
    words.iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
}

/// Finds what the session has shown.
pub(in super::super) fn again(text: &str, known: &Known, hits: &mut Vec<Hit>) {
    let words = words(text);
    // As a machine writes speech, or somebody in haste.
    let small =
        words.iter().all(|word| word.shape == Shape::Lower || word.is("i") || word.text.starts_with("I'"));
    for (at, word) in words.iter().enumerate() {
        let lower = word.lower();
        if word.shape == Shape::Lower {
            let thing = words[..at].last().is_some_and(|before| is_in(BEFORE_THINGS, &before.lower()));
            let listed = known.first.contains(&lower) && !thing;
            let unknown = || small && class(&lower) == Class::Unknown && known.has(&lower);
            if (listed || unknown() && !subject::is_everyday(word)) && !is_found(hits, word) {
                hits.push(Hit { kind: Kind::Name, bytes: word.bytes.clone() });
            }
            continue;
        }
        if let Some(hit) = hits.iter_mut().find(|hit| hit.bytes.contains(&word.bytes.start)) {
            // "A letter from Okonkwo" is from a place only where nobody is called so.
            let from = words[..at].last().is_some_and(|before| before.is("from"));
            if from && hit.kind == Kind::Place && hit.bytes == word.bytes && known.has(&lower) {
                hit.kind = Kind::Name;
            }
            continue;
        }
        // A word that begins sentences is a name inside one, or if what follows speaks of somebody.
        let article =
            words[..at].last().is_some_and(|before| before.is("the") || before.is("a") || before.is("an"));
        let alone = class(&lower) == Class::Unknown && !is_calendar(&lower) && !article;
        let everyday = is_calendar(&lower) || class(&lower) == Class::Word && word.shape == Shape::Upper;
        let stands = || !everyday && is_inside(&words, at) || cues::acts(&words, at);
        if known.has(&lower) && (alone || stands()) {
            // "Nomsa Achterberg", of whom "Mrs Achterberg" was shown.
            let first = reach_back(&words, at, 0);
            let first = if is_found(hits, &words[first]) { at } else { first };
            hits.push(Hit { kind: Kind::Name, bytes: words[first].bytes.start..word.bytes.end });
        } else if let Some(hit) = place(&words, at, known) {
            hits.push(hit);
        }
    }
}

fn is_found(hits: &[Hit], word: &Word<'_>) -> bool {
    hits.iter().any(|hit| hit.bytes.contains(&word.bytes.start))
}

/// The longest place or organisation of the session that begins with this word; a word of every day is none.
fn place(words: &[Word<'_>], at: usize, known: &Known) -> Option<Hit> {
    if known.places.is_empty() {
        return None;
    }
    let most = LONGEST.min(words.len() - at);
    let (count, kind) = (1..=most)
        .rev()
        .find_map(|count| known.places.get(&phrase(&words[at..at + count])).map(|&kind| (count, kind)))?;
    let lower = words[at].lower();
    let stands = match class(&lower) {
        _ if count > 1 => true,
        Class::Unknown => !is_calendar(&lower) && words[at].shape == Shape::Capital,
        Class::Common => false,
        _ => !is_calendar(&lower) && (is_inside(words, at) || cues::acts(words, at)),
    };
    stands.then(|| Hit { kind, bytes: words[at].bytes.start..words[at + count - 1].bytes.end })
}
