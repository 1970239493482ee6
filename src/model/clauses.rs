//! Where a text can be cut for evidence: sentences, or within a single sentence its clauses.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Byte ranges of the parts of `text` that can be evidence for themselves, in order, without white space at
/// the ends. More than one sentence gives sentences; a single one is cut at commas, semicolons, colons and
/// dashes. Parts of fewer than two words join the part before them (the first joins the next).
pub(super) fn clauses(text: &str) -> Vec<Range<usize>> {
    let sentences = split(text, |c| matches!(c, '.' | '?' | '!' | '…' | '\n'));
    if sentences.len() > 1 {
        return sentences;
    }
    split(text, |c| matches!(c, '.' | '?' | '!' | '…' | '\n' | ',' | ';' | ':' | '—' | '–' | '-'))
}

/// Cuts after every run of end marks that is followed by white space or the end of the text.
fn split(text: &str, ends: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    let mut pending: Option<Range<usize>> = None;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let last = next.is_none();
        let ends_here = ends(c) && next.is_some_and(char::is_whitespace);
        if !ends_here && !last {
            continue;
        }
        let end = at + c.len_utf8();
        let part = pending.take().map_or(start, |before| before.start)..end;
        start = end;
        let words = text[part.clone()].unicode_words().take(2).count();
        match parts.last_mut() {
            _ if words >= 2 => parts.push(part),
            Some(before) => before.end = part.end,
            None if last => parts.push(part),
            None => pending = Some(part),
        }
    }
    parts.retain_mut(|part| {
        let words = &text[part.clone()];
        part.start += words.len() - words.trim_start().len();
        part.end = part.start + words.trim().len();
        part.start < part.end
    });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        clauses(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_first() {
        assert_eq!(
            parts("It was fine. I told her no, flat out! Then we ate."),
            ["It was fine.", "I told her no, flat out!", "Then we ate."]
        );
    }

    #[test]
    fn a_single_sentence_is_cut_at_clauses() {
        assert_eq!(
            parts("I went in, sat down - and I told her no."),
            ["I went in,", "sat down -", "and I told her no."]
        );
    }

    #[test]
    fn short_parts_join_their_neighbours() {
        assert_eq!(parts("Yeah. No, I rang him. Twice."), ["Yeah. No,", "I rang him. Twice."]);
        assert_eq!(
            parts("Yeah. I rang him myself. And he came."),
            ["Yeah. I rang him myself.", "And he came."]
        );
    }

    #[test]
    fn numbers_and_empty_text() {
        assert_eq!(parts("PHQ-9 down to 7.5 from 12.1 since May"), ["PHQ-9 down to 7.5 from 12.1 since May"]);
        assert_eq!(parts(""), Vec::<&str>::new());
        assert_eq!(parts("  \n "), Vec::<&str>::new());
        assert_eq!(parts("…"), ["…"]);
    }
}
