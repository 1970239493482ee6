//! UTF-8 with bytes of Windows-1252 between, as files become that were joined from several programs.
//!
//! Read as Windows-1252 altogether, one stray byte would turn every curly apostrophe of the file into three
//! characters.

use super::Bytes;
use encoding_rs::WINDOWS_1252;
use std::io::{self, Read};

const BLOCK: usize = 1 << 14;

/// Whether the bytes hold characters as UTF-8 alone writes them. Windows-1252 has such sequences too, but those of
/// three bytes are no word of any language, and of those of two bytes `Â` or `Ã` before a sign is none.
pub(super) fn holds_utf8(mut bytes: Bytes) -> io::Result<bool> {
    let mut blocks = Blocks::default();
    while blocks.fill(&mut bytes)? {
        let utf8 = |c: char| c.len_utf8() > 2 || matches!(c, '\u{80}'..='\u{ff}');
        if blocks.ready().utf8_chunks().any(|chunk| chunk.valid().contains(utf8)) {
            return Ok(true);
        }
        blocks.clear();
    }
    Ok(false)
}

/// Turns the stray bytes into UTF-8.
pub(super) struct Mixed {
    source: Bytes,
    blocks: Blocks,
    text: Vec<u8>,
    given: usize,
}

impl Mixed {
    pub(super) fn new(source: Bytes) -> Self {
        Mixed { source, blocks: Blocks::default(), text: Vec::new(), given: 0 }
    }
}

impl Read for Mixed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && self.blocks.fill(&mut self.source)? {
            self.text.clear();
            self.given = 0;
            for chunk in self.blocks.ready().utf8_chunks() {
                self.text.extend_from_slice(chunk.valid().as_bytes());
                let (stray, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
                self.text.extend_from_slice(stray.as_bytes());
            }
            self.blocks.clear();
        }
        let left = &self.text[self.given..];
        let n = left.len().min(out.len());
        out[..n].copy_from_slice(&left[..n]);
        self.given += n;
        Ok(n)
    }
}

/// Blocks of bytes that cut no character.
#[derive(Default)]
struct Blocks {
    bytes: Vec<u8>,
    /// How many of them are whole characters or strays.
    ready: usize,
}

impl Blocks {
    /// Reads on; false at the end.
    fn fill(&mut self, source: &mut Bytes) -> io::Result<bool> {
        let before = self.bytes.len();
        source.by_ref().take(BLOCK as u64).read_to_end(&mut self.bytes)?;
        let ended = self.bytes.len() == before;
        let tail = self.bytes.utf8_chunks().last().map_or(b"".as_slice(), |chunk| chunk.invalid());
        // The first bytes of a character that goes on in the next block.
        let cut = std::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none());
        self.ready = self.bytes.len() - if cut && !ended { tail.len() } else { 0 };
        Ok(!self.bytes.is_empty())
    }

    fn ready(&self) -> &[u8] {
        &self.bytes[..self.ready]
    }

    fn clear(&mut self) {
        self.bytes.drain(..self.ready);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: Vec<u8>) -> String {
        let mut text = String::new();
        Mixed::new(Box::new(io::Cursor::new(bytes))).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn characters_across_blocks_stay_whole() {
        for shift in 0..4 {
            let mut bytes = vec![b'a'; BLOCK - shift];
            bytes.extend("é’😀".as_bytes());
            bytes.push(0xe9);
            assert_eq!(read(bytes).trim_start_matches('a'), "é’😀é");
        }
        // A character that the end of the file cuts is stray bytes.
        assert_eq!(read(b"a\xe2\x80".to_vec()), "aâ€");
    }
}
