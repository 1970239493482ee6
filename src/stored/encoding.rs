//! Which characters the bytes are: byte order mark, else valid UTF-8, else UTF-16 that shows, else UTF-8 with some
//! bytes of Windows-1252 between, else Windows-1252.
//!
//! The whole file is looked at, not its first block: one curly apostrophe a megabyte in decides the matter.

use super::mixed::{self, Mixed};
use super::{Bytes, Stored};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, BufReader, Read};

/// How much of a file the format is told from, in bytes of decoded text.
const HEAD: u64 = 64 << 10;

/// What was found out.
pub(crate) struct Charset {
    pub(crate) encoding: &'static Encoding,
    /// Whether bytes that are not UTF-8 are Windows-1252.
    mixed: bool,
    /// What the log should say about it.
    pub(crate) notice: Option<String>,
}

impl Charset {
    /// Whether bytes are read as Windows-1252, for they are no UTF-8.
    pub(crate) fn is_western(&self) -> bool {
        self.mixed || self.encoding == WINDOWS_1252
    }
}

/// The encoding of a file: the one asked for, or the one its bytes show.
pub(crate) fn detect(stored: &Stored, asked: Option<&'static Encoding>) -> io::Result<Charset> {
    let mut first = Vec::with_capacity(4096);
    stored.unpacked()?.take(4096).read_to_end(&mut first)?;
    if first.starts_with(&[0xff, 0xfe, 0, 0]) || first.starts_with(&[0, 0, 0xfe, 0xff]) {
        let reason = "is UTF-32, which is not read; save it as UTF-8";
        return Err(io::Error::new(io::ErrorKind::Unsupported, reason));
    }
    let marked = Encoding::for_bom(&first).map(|(encoding, _)| encoding);
    let invalid = first_invalid(stored.unpacked()?)?;
    let utf16 = || marked.filter(|&marked| marked != UTF_8).or_else(|| unmarked_utf16(&first));
    let plain = |encoding| Charset { encoding, mixed: false, notice: None };
    let mut charset = match asked.or_else(utf16) {
        Some(encoding) => plain(encoding),
        None if invalid.is_none() => plain(UTF_8),
        None if marked.is_some() || mixed::holds_utf8(stored.unpacked()?)? => {
            Charset { mixed: true, ..plain(UTF_8) }
        }
        None => plain(WINDOWS_1252),
    };
    let encoding = charset.encoding;
    let byte = invalid.unwrap_or_default();
    if charset.mixed {
        charset.notice = Some(format!(
            "UTF-8 but for some bytes, the first at {byte}: these read as windows-1252; if that is wrong, use --encoding"
        ));
    }
    if charset.mixed || encoding == UTF_8 && invalid.is_none() {
        return Ok(charset);
    }
    let mut decoded = decode(stored, &charset)?;
    io::copy(&mut decoded, &mut io::sink())?;
    charset.notice = if decoded.get_ref().damaged {
        Some(format!(
            "read as {}, but some bytes are not {0}: they became U+FFFD; name the right one with --encoding",
            encoding.name()
        ))
    } else if asked.is_some() {
        None
    } else if encoding == WINDOWS_1252 {
        Some(format!("not UTF-8 at byte {byte}: read as windows-1252; if that is wrong, use --encoding"))
    } else {
        Some(format!("read as {}", encoding.name()))
    };
    Ok(charset)
}

/// Where the bytes stop being UTF-8, if they do.
fn first_invalid(mut reader: Bytes) -> io::Result<Option<u64>> {
    let mut buffer = vec![0; 1 << 16];
    let (mut held, mut passed) = (0, 0_u64);
    loop {
        let n = match reader.read(&mut buffer[held..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if n == 0 {
            return Ok((held > 0).then_some(passed));
        }
        let end = held + n;
        let good = match std::str::from_utf8(&buffer[..end]) {
            Ok(_) => end,
            Err(error) if error.error_len().is_some() => {
                return Ok(Some(passed + error.valid_up_to() as u64));
            }
            // A character cut by the end of the block: keep its first bytes for the next.
            Err(error) => error.valid_up_to(),
        };
        buffer.copy_within(good..end, 0);
        held = end - good;
        passed += good as u64;
    }
}

/// UTF-16 without its mark: in Western text every other byte is zero.
fn unmarked_utf16(first: &[u8]) -> Option<&'static Encoding> {
    let pairs = first.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| first.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 >= pairs * 6 && even * 20 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 6 && odd * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Decoded text, buffered.
pub(crate) type Decoded = BufReader<Decoding>;

/// The text of a file as UTF-8, without its byte order mark.
pub(crate) fn decode(stored: &Stored, charset: &Charset) -> io::Result<Decoded> {
    let bytes = stored.unpacked()?;
    Ok(BufReader::new(Decoding {
        source: if charset.mixed { Box::new(Mixed::new(bytes)) } else { bytes },
        decoder: charset.encoding.new_decoder_with_bom_removal(),
        input: vec![0; 1 << 14],
        input_range: 0..0,
        output: vec![0; 1 << 15],
        output_range: 0..0,
        ended: false,
        damaged: false,
    }))
}

/// The first part of a decoded file.
pub(crate) fn head(decoded: Decoded) -> io::Result<String> {
    let mut bytes = Vec::new();
    decoded.take(HEAD).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Turns bytes of one encoding into UTF-8 as they are asked for.
pub(crate) struct Decoding {
    source: Bytes,
    decoder: Decoder,
    input: Vec<u8>,
    input_range: std::ops::Range<usize>,
    output: Vec<u8>,
    output_range: std::ops::Range<usize>,
    ended: bool,
    damaged: bool,
}

impl Decoding {
    /// Decodes one block; afterwards `output_range` is empty only at the end.
    fn fill(&mut self) -> io::Result<()> {
        while self.output_range.is_empty() && !self.ended {
            let mut last = false;
            if self.input_range.is_empty() {
                let n = match self.source.read(&mut self.input) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    other => other?,
                };
                self.input_range = 0..n;
                last = n == 0;
            }
            let (result, read, written, damaged) =
                self.decoder.decode_to_utf8(&self.input[self.input_range.clone()], &mut self.output, last);
            self.input_range.start += read;
            self.output_range = 0..written;
            self.damaged |= damaged;
            self.ended = last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl Read for Decoding {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let n = out.len().min(self.output_range.len());
        let start = self.output_range.start;
        out[..n].copy_from_slice(&self.output[start..start + n]);
        self.output_range.start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, &'static str, Option<String>) {
        let stored = Stored::Bytes(bytes.into());
        let charset = detect(&stored, None).unwrap();
        let mut text = String::new();
        decode(&stored, &charset).unwrap().read_to_string(&mut text).unwrap();
        (text, charset.encoding.name(), charset.notice)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn marks_validity_and_guesses() {
        let text = "Thérapeute: it’s “fine” — really.\n";
        assert_eq!(decoded(text.as_bytes()), (text.to_owned(), "UTF-8", None));
        let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
        assert_eq!(decoded(&marked), (text.to_owned(), "UTF-8", None));
        for big in [false, true] {
            let name = if big { "UTF-16BE" } else { "UTF-16LE" };
            for bom in ["", "\u{feff}"] {
                let (got, encoding, notice) = decoded(&utf16(&format!("{bom}{text}"), big));
                assert_eq!((got.as_str(), encoding), (text, name));
                assert_eq!(notice.unwrap(), format!("read as {name}"));
            }
        }
        let (cp1252, _, _) = WINDOWS_1252.encode(text);
        let (got, encoding, notice) = decoded(&cp1252);
        assert_eq!((got.as_str(), encoding), (text, "windows-1252"));
        assert!(notice.unwrap().starts_with("not UTF-8 at byte 2: read as windows-1252"));
        assert_eq!(decoded(b""), (String::new(), "UTF-8", None));
    }

    #[test]
    fn damage_is_told() {
        let stored = Stored::Bytes(b"abc\xffdef".as_slice().into());
        let charset = detect(&stored, Some(UTF_8)).unwrap();
        assert!(charset.notice.unwrap().contains("U+FFFD"));
    }

    #[test]
    fn stray_bytes_cost_no_others() {
        for (bytes, read) in [
            (b"it\xe2\x80\x99s caf\xe9\n".as_slice(), "it’s café\n"),
            (b"\xef\xbb\xbfcaf\xe9", "café"),
            // Half of a pair of surrogates.
            (b"caf\xc3\xa9 \xed\xa0\xbd!", "café í\u{a0}½!"),
        ] {
            let (text, name, notice) = decoded(bytes);
            assert_eq!((text.as_str(), name), (read, "UTF-8"));
            assert!(notice.unwrap().starts_with("UTF-8 but for some bytes, the first at "));
        }
        let marks: [&[u8]; 2] = [b"\xff\xfe\0\0T\0\0\0", b"\0\0\xfe\xff\0\0\0T"];
        for bytes in marks {
            let error = detect(&Stored::Bytes(bytes.into()), None).err().unwrap();
            assert!(crate::stored::explain(&error).contains("UTF-32"));
        }
    }

    #[test]
    fn a_character_across_blocks_stays_whole() {
        let text = format!("{}é{}", "a".repeat((1 << 16) - 1), "b".repeat(1 << 16));
        assert_eq!(decoded(text.as_bytes()).0, text);
        assert_eq!(decoded("trunc\u{e9}".as_bytes()[..6].as_ref()).1, "windows-1252");
    }
}
