//! Text with the dashes and spaces that a keyboard has, as the expressions know them.
//!
//! Word processors write `313‑555‑0142` with dashes that do not break, `07700 900 461` with thin spaces, and put signs of
//! no width into words.

use super::Hit;
use std::borrow::Cow;
use std::ops::Range;

/// A text in which something is looked for, and the way back to the text as it was read.
pub(super) struct Plain<'a> {
    pub(super) text: Cow<'a, str>,
    /// Behind each sign whose length has changed: bytes here, and bytes in the text as it was read. Rising.
    moved: Vec<(usize, usize)>,
}

impl<'a> Plain<'a> {
    pub(super) fn of(text: &'a str) -> Plain<'a> {
        let special = |c: char| !c.is_ascii() && !c.is_alphanumeric() && replaced(c, true) != Some(c);
        if text.is_ascii() || !text.contains(special) {
            return Plain { text: Cow::Borrowed(text), moved: Vec::new() };
        }
        let (mut plain, mut moved) = (String::with_capacity(text.len()), Vec::new());
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            let next = || text[end..].chars().next().unwrap_or(' ');
            let number = before.is_ascii_digit() && next().is_alphanumeric()
                || before.is_alphanumeric() && next().is_ascii_digit();
            let new = replaced(c, number);
            plain.extend(new);
            if new != Some(c) {
                moved.push((plain.len(), end));
            }
            before = c;
        }
        Plain { text: Cow::Owned(plain), moved }
    }

    /// Hits in the text as it was read.
    pub(super) fn back(&self, hits: Vec<Hit>) -> Vec<Hit> {
        let place = |at: usize, moved: &(usize, usize)| at - moved.0 + moved.1;
        let back = |bytes: Range<usize>| {
            let before = |until: usize| self.moved[..until].last().copied().unwrap_or_default();
            // A sign of no width before a find is outside of it, as is one behind it.
            let start = self.moved.partition_point(|moved| moved.0 <= bytes.start);
            let end = self.moved.partition_point(|moved| moved.0 < bytes.end);
            let changed = self.text[..bytes.end].ends_with(['-', ' ']);
            let ends = self.moved.get(end).filter(|moved| changed && moved.0 == bytes.end);
            place(bytes.start, &before(start))..ends.map_or(place(bytes.end, &before(end)), |moved| moved.1)
        };
        if self.moved.is_empty() {
            return hits;
        }
        hits.into_iter().map(|hit| Hit { kind: hit.kind, bytes: back(hit.bytes) }).collect()
    }
}

/// What a sign becomes: a hyphen, a space, nothing. Long dashes part words, except within numbers.
fn replaced(c: char, number: bool) -> Option<char> {
    match c {
        '\u{2010}' | '\u{2011}' => Some('-'),
        '\u{2012}'..='\u{2015}' | '\u{2212}' if number => Some('-'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => None,
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::finds;

    #[test]
    fn dashes_and_spaces_of_word_processors() {
        for (kind, text, words) in [
            ("phone", "Ring 313\u{2011}555\u{2011}0142, she said.", "313\u{2011}555\u{2011}0142"),
            ("phone", "Ring 07700\u{2009}900\u{2009}461.", "07700\u{2009}900\u{2009}461"),
            ("phone", "Ring\u{a0}07700\u{a0}900461\u{a0}today.", "07700\u{a0}900461"),
            ("social_security", "SSN 219\u{2013}09\u{2013}4321.", "219\u{2013}09\u{2013}4321"),
            ("birth_date", "DOB: 12\u{2013}02\u{2013}1985", "12\u{2013}02\u{2013}1985"),
            ("name", "I saw Mrs\u{a0}Abu\u{ad}bakar\u{200b} there.", "Abu\u{ad}bakar"),
            ("name", "It was Siobh\u{e1}n\u{2014}she came.", "Siobh\u{e1}n"),
        ] {
            finds(kind, text, words);
        }
    }
}
