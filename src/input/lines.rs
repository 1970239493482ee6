//! Physical lines with their numbers, none longer than a cap.

use super::encoding::Decoded;
use super::marks::unmarked;
use std::collections::VecDeque;
use std::io::{self, BufRead};

/// The longest physical line, in bytes. A line beyond it is no record anybody wrote.
pub(super) const MAX_LINE: usize = 4 << 20;

/// Ctrl-Z, with which DOS ended files, and some programs do.
pub(super) const END_OF_FILE: char = '\u{1a}';

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    pub(super) text: String,
    /// What ended it: LF, CRLF, CR, or nothing at the end of the file.
    pub(super) end: &'static str,
    /// Whether it was longer than [`MAX_LINE`]; then `text` is empty.
    pub(super) too_long: bool,
}

/// The text with every line ended by LF, for `str::lines` takes a lone CR, as old Macs write it, for no end; and
/// with nothing unseen before the first word of a line.
pub(super) fn unified(text: String) -> String {
    unmarked(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text })
}

/// Decoded bytes as text.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// Reads lines ended by LF, CRLF or CR; lines can be put back.
pub(super) struct Lines {
    source: Decoded,
    number: u64,
    returned: VecDeque<Line>,
}

impl Lines {
    pub(super) fn new(source: Decoded) -> Self {
        Lines { source, number: 0, returned: VecDeque::new() }
    }

    /// Puts lines back, to be read again before all others.
    pub(super) fn put_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        for line in lines.rev() {
            self.returned.push_front(line);
        }
    }

    /// What is left of the block at hand, or the next block; empty at the end.
    fn block(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                // Asked again, for the borrow would outlive the loop.
                Ok(_) => return Ok(self.source.buffer()),
            }
        }
    }

    /// The next line, `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let (mut any, mut too_long, mut end) = (false, false, "");
        while end.is_empty() {
            let block = self.block()?;
            if block.is_empty() {
                break;
            }
            any = true;
            let at = block.iter().position(|&byte| byte == b'\n' || byte == b'\r');
            let content = &block[..at.unwrap_or(block.len())];
            if bytes.len() + content.len() > MAX_LINE {
                too_long = true;
                bytes = Vec::new();
            } else if !too_long {
                bytes.extend_from_slice(content);
            }
            end = match at.map(|at| block[at]) {
                None => "",
                Some(b'\r') => "\r",
                Some(_) => "\n",
            };
            let used = content.len() + end.len();
            self.source.consume(used);
        }
        if !any {
            return Ok(None);
        }
        if end == "\r" && self.block()?.first() == Some(&b'\n') {
            self.source.consume(1);
            end = "\r\n";
        }
        self.number += 1;
        let mut text = text_of(bytes);
        if text.ends_with(END_OF_FILE) && self.block()?.is_empty() {
            text.truncate(text.trim_end_matches(END_OF_FILE).len());
        }
        Ok(Some(Line { number: self.number, text, end, too_long }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{encoding, stored::Stored};

    fn lines(text: &[u8]) -> Lines {
        let stored = Stored::Bytes(text.into());
        let charset = encoding::detect(&stored, Some(encoding_rs::UTF_8)).unwrap();
        Lines::new(encoding::decode(&stored, &charset).unwrap())
    }

    fn all(text: &[u8]) -> Vec<String> {
        let mut lines = lines(text);
        std::iter::from_fn(|| lines.next().unwrap()).map(|line| line.text).collect()
    }

    #[test]
    fn every_kind_of_line_end() {
        assert_eq!(all(b"a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(all(b"a\r\n\r\n\nb\n"), ["a", "", "", "b"]);
        assert_eq!(all(b""), Vec::<String>::new());
        assert_eq!(all(b"a\x1ab\x1a\nc\x1a\r\n\x1a\x1a\r\n"), ["a\x1ab\x1a", "c\x1a", ""]);
        assert_eq!(all(b"a\x1a"), ["a"]);
        // CR as the last byte of a block, LF as the first of the next.
        let long = format!("{}\r\nb", "a".repeat((1 << 13) - 1));
        assert_eq!(all(long.as_bytes()).len(), 2);
        let mut long = lines(long.as_bytes());
        assert_eq!(long.next().unwrap().unwrap().end, "\r\n");
        let mut ends = lines(b"a\nb\r\nc\rd");
        let ends: Vec<_> = std::iter::from_fn(|| ends.next().unwrap()).map(|line| line.end).collect();
        assert_eq!(ends, ["\n", "\r\n", "\r", ""]);
        assert_eq!(unified("a\r\rb\r\nc\n".to_owned()), "a\n\nb\nc\n");
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let text = format!("{}\nb\n", "a".repeat(MAX_LINE + 1));
        let mut lines = lines(text.as_bytes());
        let first = lines.next().unwrap().unwrap();
        assert!(first.too_long && first.text.is_empty());
        assert_eq!(
            lines.next().unwrap().unwrap(),
            Line { number: 2, text: "b".into(), end: "\n", too_long: false }
        );
    }
}
