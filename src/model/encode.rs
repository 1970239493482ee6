//! Text to token ids: a unit becomes one or more windows of tokens.
//!
//! A window is what the encoder reads at once. A unit that does not fit is cut at the ends of sentences,
//! and every window is scored for itself, so that one telling sentence in a long turn is not averaged away.

use super::Error;
use std::ops::Range;
use tokenizers::Tokenizer;

/// A stretch of a unit's text as token ids, `[CLS]` first and `[SEP]` last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Token ids.
    pub ids: Vec<u32>,
    /// The bytes of the unit's text that the window covers. Where a word longer than a window is cut within a character of several
    /// tokens (한 is two), both windows have it.
    pub bytes: Range<usize>,
}

/// Cuts text into windows of token ids.
pub struct Encoder {
    tokenizer: Tokenizer,
    /// Tokens per window without `[CLS]` and `[SEP]`.
    room: usize,
    cls: u32,
    sep: u32,
}

/// Texts longer than this are tokenised piece by piece: the tokenizer needs a hundred times the memory of
/// its input.
const PIECE: usize = 16 * 1024;

impl Encoder {
    /// Reads a `tokenizer.json` (Hugging Face format, WordPiece); `window` is the number of tokens per window
    /// including the two special ones.
    ///
    /// # Errors
    /// One line that says what is wrong, if the bytes are not a tokenizer or it lacks `[CLS]` or `[SEP]`.
    pub fn new(json: &[u8], window: usize) -> Result<Encoder, String> {
        let mut tokenizer =
            Tokenizer::from_bytes(json).map_err(|source| format!("not a tokenizer: {source}"))?;
        tokenizer.with_padding(None);
        // Somebody's "[SEP]" is text like any other, not the end of a window.
        tokenizer.set_encode_special_tokens(true);
        tokenizer.with_truncation(None).map_err(|source| format!("cannot turn truncation off: {source}"))?;
        let special =
            |token: &str| tokenizer.token_to_id(token).ok_or_else(|| format!("has no {token} token"));
        let (cls, sep) = (special("[CLS]")?, special("[SEP]")?);
        Ok(Encoder { tokenizer, room: window.saturating_sub(2).max(1), cls, sep })
    }

    /// One above the largest token id that can come out.
    #[must_use]
    pub fn vocabulary(&self) -> usize {
        self.tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id as usize + 1)
    }

    /// The windows of one unit, in order; none if the text has no letter or digit: there is nothing to code.
    ///
    /// # Errors
    /// If the tokenizer fails on the text.
    pub fn windows(&self, text: &str) -> Result<Vec<Window>, Error> {
        let mut windows = Vec::new();
        if !text.contains(char::is_alphanumeric) {
            return Ok(windows);
        }
        for piece in pieces(text) {
            let offset = piece.start;
            let encoding = self
                .tokenizer
                .encode(&text[piece], false)
                .map_err(|source| Error::Tokenise(source.to_string()))?;
            let (ids, offsets) = (encoding.get_ids(), encoding.get_offsets());
            for range in cut(encoding.get_tokens(), self.room) {
                let mut window = Vec::with_capacity(range.len() + 2);
                window.push(self.cls);
                window.extend_from_slice(&ids[range.clone()]);
                window.push(self.sep);
                let bytes = offset + offsets[range.start].0..offset + offsets[range.end - 1].1;
                windows.push(Window { ids: window, bytes });
            }
        }
        Ok(windows)
    }
}

/// Byte ranges of `text` of at most [`PIECE`] bytes, cut at white space where there is any.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let mut end = text.len();
        if end - start > PIECE {
            let limit = text.floor_char_boundary(start + PIECE);
            end = text[start..limit]
                .rfind(char::is_whitespace)
                .map_or(limit, |space| start + space)
                .max(start + 1);
            end = text.ceil_char_boundary(end);
        }
        let piece = start..end;
        start = end;
        Some(piece)
    })
}

/// Cuts tokens into ranges of at most `room`: after the last sentence end that fits, else after the last
/// comma-like mark, else before the last word start, else at `room`.
fn cut(tokens: &[String], room: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    // Of no token nothing would come, without end.
    let least = (room / 4).max(1);
    while tokens.len() - start > room {
        let fits = &tokens[start..start + room];
        let after_last = |marks: &[&str]| {
            fits.iter()
                .rposition(|token| marks.contains(&token.as_str()))
                .map(|i| i + 1)
                .filter(|&n| n >= least)
        };
        let length = after_last(&[".", "?", "!", "…"])
            .or_else(|| after_last(&[",", ";", ":", "-", "—", "–"]))
            .or_else(|| {
                let next = &tokens[start..=start + room];
                next.iter().rposition(|token| !token.starts_with("##")).filter(|&n| n >= least)
            })
            .unwrap_or(room);
        ranges.push(start..start + length);
        start += length;
    }
    if start < tokens.len() {
        ranges.push(start..tokens.len());
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn short_text_is_one_range() {
        assert_eq!(cut(&words("a b c"), 4).as_slice(), std::slice::from_ref(&(0..3)));
        assert!(cut(&[], 4).is_empty());
    }

    #[test]
    fn long_text_is_cut_at_sentences_then_commas_then_words() {
        assert_eq!(cut(&words("a b . c d e f g"), 6), [0..3, 3..8]);
        assert_eq!(cut(&words("a b , c d e f g"), 6), [0..3, 3..8]);
        assert_eq!(cut(&words("a b c d ##e ##f g"), 5), [0..3, 3..7]);
        assert_eq!(cut(&words("a ##b ##c ##d ##e ##f"), 4), [0..4, 4..6]);
        assert_eq!(cut(&words("a ##b ##c d"), 1), [0..1, 1..2, 2..3, 3..4]);
        assert_eq!(cut(&words("a ##b ##c ##d e"), 3), [0..3, 3..5]);
    }

    #[test]
    fn pieces_cover_the_text_without_gap() {
        let text = "é ".repeat(PIECE) + &"ü".repeat(2 * PIECE);
        let mut end = 0;
        for piece in pieces(&text) {
            assert_eq!(piece.start, end);
            assert!(piece.len() <= PIECE + 4);
            end = piece.end;
        }
        assert_eq!(end, text.len());
    }
}
