//! Text as words with their shapes, for the search for names.

use std::ops::Range;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `Anna`, `McKay`, `O'Brien`.
    Capital,
    /// `ANNA`; one letter is a capital.
    Upper,
    /// Anything else.
    Lower,
}

/// What stands between a word and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// One space or more.
    Space,
    /// A full stop and a space, as behind `Dr.`.
    Stop,
    /// A comma, a colon or a dash, with spaces.
    Comma,
    /// Anything else, or nothing before.
    Other,
}

/// One word, without a possessive or contracted verb at its end.
#[derive(Debug, Clone)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: Range<usize>,
    pub(super) shape: Shape,
    pub(super) gap: Gap,
    /// Whether a sentence or a quotation begins with it.
    pub(super) opens: bool,
    /// Whether a possessive was taken off.
    pub(super) owns: bool,
}

impl Word<'_> {
    pub(super) fn lower(&self) -> String {
        self.text.to_lowercase().replace('’', "'")
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

/// The words of a text in order.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::with_capacity(text.len() / 5);
    let mut end = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find(char::is_alphabetic).map(|offset| at + offset) {
        let stop = word_end(text, start);
        let full = &text[start..stop];
        let bare = bare(full);
        let between = &text[end..start];
        let gap = match (between, words.last()) {
            // "Mr.Achterberg", "seen w/ Achterberg".
            (".", Some(before)) if super::cues::is_abbreviated(&before.lower()) => Gap::Stop,
            ("/" | "/ ", Some(before)) if before.is("w") => Gap::Space,
            _ => gap(between, words.is_empty()),
        };
        words.push(Word {
            text: bare,
            bytes: start..start + bare.len(),
            shape: shape(bare),
            gap,
            opens: opens(between, words.last()),
            owns: bare.len() < full.len(),
        });
        end = stop;
        at = stop;
    }
    words
}

/// Letters, with apostrophes and hyphens between letters.
fn word_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut letters = text[start..].char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let inner =
            matches!(c, '\'' | '’' | '-') && letters.peek().is_some_and(|(_, next)| next.is_alphabetic());
        if !(c.is_alphabetic() || inner || is_mark(c)) {
            break;
        }
        end = start + at + c.len_utf8();
    }
    end
}

/// Combining marks, as in names that are written decomposed.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{93a}'..='\u{94f}')
}

/// Without `'s`, `'ll`, `'d`, `'ve`, `'re`.
fn bare(word: &str) -> &str {
    match word.rfind(['\'', '’']) {
        Some(at) if at > 0 => {
            let tail = word[at..].trim_start_matches(['\'', '’']);
            if ["s", "ll", "d", "ve", "re", "S"].contains(&tail) { &word[..at] } else { word }
        }
        _ => word,
    }
}

fn shape(word: &str) -> Shape {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    if !letters.next().is_some_and(char::is_uppercase) {
        return Shape::Lower;
    }
    let mut rest = letters.peekable();
    if rest.peek().is_some() && rest.all(char::is_uppercase) { Shape::Upper } else { Shape::Capital }
}

fn gap(between: &str, first: bool) -> Gap {
    let trimmed = between.trim();
    match trimmed {
        "" if !first && !between.is_empty() && !between.contains('\n') => Gap::Space,
        "." if between.ends_with(' ') => Gap::Stop,
        "," | ":" | "-" | "–" | "—" | "(" | ", (" => Gap::Comma,
        _ => Gap::Other,
    }
}

/// After a full stop that ends no title, any sign but a comma, and at the beginning.
fn opens(between: &str, before: Option<&Word<'_>>) -> bool {
    let Some(before) = before else { return true };
    let signs = between.trim_matches(|c: char| {
        c == ' ' || c == ',' || c == '’' || c == '\'' || c == '(' || c == ')' || c == '/' || c == '&'
    });
    if signs.is_empty() {
        return between.contains('\n');
    }
    !(signs == "." && super::cues::is_title(before.text))
}

#[cfg(test)]
mod tests {
    use super::Shape::{Capital, Lower, Upper};
    use super::*;

    #[test]
    fn words_with_their_shapes() {
        let text = "Dr. O’Brien's sister – Zoë-May, I’m told. Will NHS";
        let words = words(text);
        let seen: Vec<_> = words.iter().map(|word| (word.text, word.shape, word.opens, word.owns)).collect();
        assert_eq!(
            seen,
            [
                ("Dr", Capital, true, false),
                ("O’Brien", Capital, false, true),
                ("sister", Lower, false, false),
                ("Zoë-May", Capital, true, false),
                ("I’m", Capital, false, false),
                ("told", Lower, false, false),
                ("Will", Capital, true, false),
                ("NHS", Upper, false, false),
            ]
        );
        assert!(words.iter().all(|word| &text[word.bytes.clone()] == word.text));
    }
}
