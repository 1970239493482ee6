//! The bytes of a file as they are stored: opened as often as needed, unpacked by magic bytes, summed.
//!
//! What unpacks to more than anybody's words ever do is no session: see [`RATIO`].

pub(crate) mod encoding;
mod mixed;
mod separator;

pub use separator::Separator;

use crate::{parquet, workbook};
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A stream of bytes that may cross threads.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// How many times its size a packed file may unpack to, beyond [`FREE`]. Talk packs to a third, a table that says the
/// same thing all over to a hundredth; gzip ends at a thousandth, Zstandard far beyond.
const RATIO: u64 = 200;

/// What any packed file may unpack to, in bytes.
const FREE: u64 = 64 << 20;

/// A stream of bytes that can be read from any place.
pub(crate) trait Seekable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Seekable for T {}

/// Something that can be read from its beginning more than once.
pub(crate) enum Stored {
    File(PathBuf),
    Bytes(Arc<[u8]>),
}

impl Stored {
    /// What a path leads to. What can be read only once, such as a pipe, is held in memory.
    pub(crate) fn open(path: &Path) -> io::Result<Stored> {
        let once = path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir());
        if once { Stored::hold(File::open(path)?) } else { Ok(Stored::File(path.to_owned())) }
    }

    /// All of a stream, held in memory.
    pub(crate) fn hold(mut stream: impl Read) -> io::Result<Stored> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Ok(Stored::Bytes(bytes.into()))
    }

    fn raw(&self) -> io::Result<Bytes> {
        Ok(match self {
            Stored::File(path) => Box::new(File::open(path)?),
            Stored::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// The stored bytes, to be read from any place.
    pub(crate) fn seekable(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match self {
            Stored::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Stored::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// The first bytes as stored, at most so many.
    pub(crate) fn first(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut first = Vec::new();
        self.raw()?.take(most).read_to_end(&mut first)?;
        Ok(first)
    }

    /// A Parquet file, its schema already read.
    pub(crate) fn parquet(&self) -> Result<parquet::File, parquet::Error> {
        match self {
            Stored::File(path) => parquet::File::open(File::open(path).map_err(parquet::Error::Io)?),
            Stored::Bytes(bytes) => parquet::File::open(bytes::Bytes::from_owner(Arc::clone(bytes))),
        }
    }

    /// Whether it is an Excel workbook, if it is an archive.
    pub(crate) fn is_workbook(&self) -> bool {
        self.seekable().is_ok_and(workbook::is_workbook)
    }

    /// An Excel workbook, the first rows of its sheets already read.
    pub(crate) fn workbook(&self) -> Result<workbook::Book<Box<dyn Seekable>>, workbook::Error> {
        workbook::Book::open(|| self.seekable())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(match self {
            Stored::File(path) => path.metadata()?.len(),
            Stored::Bytes(bytes) => bytes.len() as u64,
        })
    }

    /// SHA-256 in hex, and the length in bytes.
    pub(crate) fn checksum(&self) -> io::Result<(String, u64)> {
        let mut reader = self.raw()?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        let mut length = 0;
        loop {
            let n = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hasher.update(&buffer[..n]);
            length += n as u64;
        }
        let hex = hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Ok((hex, length))
    }

    /// The content, out of gzip or Zstandard if the first bytes say so.
    pub(crate) fn unpacked(&self) -> io::Result<Bytes> {
        let mut raw = self.raw()?;
        let mut magic = Vec::with_capacity(4);
        raw.by_ref().take(4).read_to_end(&mut magic)?;
        let packing = magic.clone();
        let whole = Cursor::new(magic).chain(raw);
        let content: Bytes = match packing.as_slice() {
            [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(whole)),
            [0x28, 0xb5, 0x2f, 0xfd] => Box::new(Zstd::new(Box::new(whole))),
            _ => return Ok(Box::new(whole)),
        };
        let left = self.size()?.saturating_mul(RATIO).saturating_add(FREE);
        Ok(Box::new(Bounded { content, left }))
    }
}

/// Unpacked bytes, as many as are believed.
struct Bounded {
    content: Bytes,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.content.read(out)?;
        self.left = self.left.checked_sub(n as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(n)
    }
}

/// Zstandard files may be several frames one after the other; the decoder stops after each.
struct Zstd {
    state: State,
}

enum State {
    Between(BufReader<Bytes>),
    // Boxed: the decoder is a large thing to keep in an enum.
    Within(Box<StreamingDecoder<BufReader<Bytes>, FrameDecoder>>),
    Done,
}

impl Zstd {
    fn new(source: Bytes) -> Self {
        Zstd { state: State::Between(BufReader::new(source)) }
    }
}

impl Read for Zstd {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Between(mut source) => {
                    if source.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let decoder = StreamingDecoder::new(source).map_err(io::Error::other)?;
                    self.state = State::Within(Box::new(decoder));
                }
                State::Within(mut decoder) => {
                    let n = decoder.read(out)?;
                    if n > 0 || out.is_empty() {
                        self.state = State::Within(decoder);
                        return Ok(n);
                    }
                    self.state = State::Between(decoder.into_inner());
                }
            }
        }
    }
}

/// Why a file cannot be read, in words that say what to do where that is known.
pub(crate) fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read; check the permissions of the file".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder, not a file".to_owned(),
        io::ErrorKind::FileTooLarge => {
            format!(
                "unpacks to more than {RATIO} times its size, as no session does; unpack it first if it is one"
            )
        }
        io::ErrorKind::Unsupported => error.to_string(),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::InvalidData
        | io::ErrorKind::Other => {
            format!("the packed data is broken or cut short ({error}); pack or copy the file again")
        }
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn unpack(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        Stored::Bytes(bytes.into()).unpacked()?.read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn gzip_zstd_and_plain() {
        let text = "session_id,speaker,text\n".repeat(1000);
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(text.as_bytes()).unwrap();
        let gz = gz.finish().unwrap();
        let zst =
            ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
        assert_eq!(unpack(gz.clone()).unwrap(), text);
        assert_eq!(unpack([gz.clone(), gz.clone()].concat()).unwrap(), text.repeat(2));
        assert_eq!(unpack(zst.clone()).unwrap(), text);
        assert_eq!(unpack([zst.clone(), zst.clone()].concat()).unwrap(), text.repeat(2));
        assert_eq!(unpack(text.clone().into_bytes()).unwrap(), text);
        assert!(unpack(gz[..gz.len() / 2].to_vec()).is_err());
        assert!(unpack(zst[..zst.len() / 2].to_vec()).is_err());
        assert_eq!(unpack(Vec::new()).unwrap(), "");
    }

    #[test]
    fn what_unpacks_without_end_is_refused() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let block = vec![0; 1 << 20];
        (0..100).for_each(|_| gz.write_all(&block).unwrap());
        // A frame of blocks of the one byte again and again, 128 KB in four bytes.
        let mut zst = b"\x28\xb5\x2f\xfd\x00\x38".to_vec();
        (0..1000).for_each(|_| zst.extend(b"\x02\x00\x10A"));
        for bytes in [gz.finish().unwrap(), zst] {
            let mut content = Stored::Bytes(bytes.into()).unpacked().unwrap();
            let error = io::copy(&mut content, &mut io::sink()).unwrap_err();
            assert!(explain(&error).contains("200 times its size"), "{error:?}");
        }
    }

    #[test]
    fn checksum_is_of_the_stored_bytes() {
        let (hex, length) = Stored::Bytes(b"abc".to_vec().into()).checksum().unwrap();
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(length, 3);
    }
}
