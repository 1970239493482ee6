//! Reading: files of twelve formats become sessions, and what cannot be read becomes a reject.
//!
//! One file a format behind the small trait `Reader`. Everything a file says arrives as [`Event`]s in file
//! order: a [`Session`], a [`Reject`] or a [`Notice`]. Nothing here stops a run: a broken record costs that
//! record, a broken file costs that file. Tables, JSONL, Parquet and workbooks stream, so memory holds one session at a time; the
//! other formats are read whole, up to [`MAX_WHOLE_FILE`].
//!
//! Text of tables and JSONL is what the cell or the string holds, character by character, with the line ends
//! inside quoted cells as in the file: offsets agree with those of other programs. Only HTML is what it shows. In the
//! other formats a turn, cue or paragraph may stand on several lines, and the text is as its reader joins them, with spaces.
//!
//! Adding up: when the iterator ends, [`Reading::report`] has `read == units + rejects`.

mod chat;
mod columns;
mod docx;
mod find;
mod header;
mod json;
mod labels;
mod letterhead;
mod lines;
mod marks;
mod markup;
mod memory;
mod note;
mod parquet;
mod rows;
mod sentences;
mod sink;
mod sniff;
mod speakers;
mod stems;
mod subtitles;
mod table;
mod text;
mod time;
mod turns;
mod xlsx;

pub use columns::{ColumnMap, Unusable};
pub use find::{EXTENSIONS, Found, Source, find};
pub use memory::{Header, rows};
pub use sentences::sentences;
pub(crate) use sink::Causes;
pub use sink::Report;
pub use stems::Stems;

use crate::stored::{self, Stored, encoding};
use crate::transcript::{Reject, Session};
use sink::{Context, Sink};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// The largest decoded file, in bytes, of the formats that are read whole (JSON that is not one object a line, text, notes, subtitles, DOCX).
pub const MAX_WHOLE_FILE: u64 = 64 << 20;

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma- or semicolon-separated table with a header line.
    Csv,
    /// Tab-separated table with a header line.
    Tsv,
    /// One JSON object a line, with the keys of the tables.
    Jsonl,
    /// JSON objects in an array, or inside an object.
    Json,
    /// Transcript as plain text with a speaker before every turn.
    Text,
    /// WebVTT subtitles, as Zoom and Teams write them.
    Vtt,
    /// SubRip subtitles.
    Srt,
    /// CHAT, as CLAN and `TalkBank` write transcripts.
    Chat,
    /// A clinician's session note as plain text.
    Note,
    /// A Word document that holds a transcript or a note.
    Docx,
    /// Parquet with the columns of the tables.
    Parquet,
    /// An Excel workbook whose sheets are tables.
    Xlsx,
}

impl Format {
    /// Every format, in the order in which help texts list them.
    pub const ALL: [Format; 12] = [
        Format::Csv,
        Format::Tsv,
        Format::Jsonl,
        Format::Json,
        Format::Text,
        Format::Vtt,
        Format::Srt,
        Format::Chat,
        Format::Note,
        Format::Docx,
        Format::Parquet,
        Format::Xlsx,
    ];

    /// The name that `--format` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Jsonl => "jsonl",
            Format::Json => "json",
            Format::Text => "text",
            Format::Vtt => "vtt",
            Format::Srt => "srt",
            Format::Chat => "chat",
            Format::Note => "note",
            Format::Docx => "docx",
            Format::Parquet => "parquet",
            Format::Xlsx => "xlsx",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let wanted = name.trim().to_lowercase();
        Format::ALL
            .into_iter()
            .find(|format| format.name() == wanted)
            .ok_or_else(|| Error::UnknownFormat(name.to_owned()))
    }
}

/// What the user says about the input.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The format of every file; without it content and extension decide.
    pub format: Option<Format>,
    /// Other names for the columns of tables and the keys of JSONL.
    pub map: ColumnMap,
    /// Speaker labels, in any case, that are the therapist. With at least one of them every label that is
    /// not a role word becomes client 1, 2, … in the order of appearance within its session.
    pub therapist: Vec<String>,
    /// The encoding of every file; without it the bytes decide.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// What files lend to sessions without an id; the pipeline knows it of all its files.
    pub stems: Stems,
}

/// What a file says, piece by piece.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A session, or one more stretch of a session whose id came before.
    Session(Session),
    /// A record, or a whole file, that could not be read.
    Reject(Reject),
    /// Something the user should know that costs nothing.
    Notice(Notice),
}

/// A line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The file it is about.
    pub file: Arc<Path>,
    /// One line of text, without words of the session.
    pub text: String,
}

/// What is wrong with what the user typed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such file or folder.
    #[error("'{}' does not exist; check the path", .0.display())]
    NotFound(PathBuf),
    /// A glob that matches nothing.
    #[error("'{0}' matches no file; check the pattern and the folder you are in")]
    NoMatch(String),
    /// A glob that cannot be read.
    #[error("'{pattern}' is not a pattern: {reason}")]
    BadPattern {
        /// What was typed.
        pattern: String,
        /// What the glob reader says.
        reason: String,
    },
    /// A folder that cannot be looked into.
    #[error("'{}' cannot be looked into: {reason}; check its permissions", folder.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The output folder as the only input.
    #[error("'{}' is the output folder as well; choose another one with --out", .0.display())]
    IsOutput(PathBuf),
    /// A file that outputs would replace.
    #[error("'{}' is where an output goes, which would replace it; choose another output folder with --out", .0.display())]
    Replaced(PathBuf),
    /// Nothing but what this program has written.
    #[error(
        "nothing to read in '{}' but what earlier runs have written, which is passed over; name its files to read them",
        .0.display()
    )]
    OnlyOutputs(PathBuf),
    /// Folders without a single file of a known kind.
    #[error(
        "nothing to read in '{}': no file there ends in one of {}",
        .0.display(),
        EXTENSIONS.join(", ")
    )]
    Nothing(PathBuf),
    /// A `--format` that is none.
    #[error("'{0}' is not a format; choose one of {names}", names = Format::ALL.map(Format::name).join(", "))]
    UnknownFormat(String),
    /// A `--map` that is none.
    #[error("'{0}' is not a column mapping; write --map text=utterance_text,speaker=interlocutor")]
    BadMap(String),
    /// A `--map` with a key that does not exist.
    #[error("--map does not know '{0}'; its keys are {keys}", keys = columns::names())]
    UnknownKey(String),
    /// A `--map` with the same key twice.
    #[error("--map names '{0}' twice; give every key one column")]
    TwiceMapped(String),
}

/// A format: reads on until it has queued at least one event, or the input ends.
trait Reader: Send {
    /// Returns whether there may be more to read.
    fn step(&mut self, sink: &mut Sink) -> bool;
}

/// The events of one file, and at the end the account of it.
pub struct Reading {
    sink: Sink,
    reader: Option<Box<dyn Reader>>,
}

impl Reading {
    /// The account of the file so far; complete when the iterator has ended.
    #[must_use]
    pub fn report(&self) -> &Report {
        self.sink.report()
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("report", self.report()).finish_non_exhaustive()
    }
}

impl Iterator for Reading {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.sink.pop() {
                return Some(event);
            }
            let reader = self.reader.as_mut()?;
            if !reader.step(&mut self.sink) {
                self.reader = None;
                self.sink.close();
            }
        }
    }
}

/// Reads a file. Whatever is wrong with it comes as a [`Reject`]; this never fails and never panics.
///
/// The stored bytes are passed over for their checksum and their encoding before the first event, so a
/// packed file that is broken at its end is refused before anything of it is used. What can be read only
/// once, such as a pipe, is read as by [`read`].
#[must_use]
pub fn open(path: &Path, options: &Options) -> Reading {
    begin(Stored::open(path), path.into(), options)
}

/// Reads from anything, such as standard input, under the name given. The input is held in memory, for its
/// encoding can be told only from the whole of it.
#[must_use]
pub fn read(reader: impl Read, name: Arc<Path>, options: &Options) -> Reading {
    begin(Stored::hold(reader), name, options)
}

fn begin(stored: io::Result<Stored>, name: Arc<Path>, options: &Options) -> Reading {
    let mut sink = Sink::new(name);
    let stored = stored.map_err(|error| stored::explain(&error));
    let reader = match stored.and_then(|stored| prepare(&stored, options, &mut sink)) {
        Ok(reader) => Some(reader),
        Err(reason) => {
            sink.refuse(reason);
            None
        }
    };
    Reading { sink, reader }
}

/// Checksum, encoding and format; then the reader of that format. An error is the reason to refuse the file.
fn prepare(stored: &Stored, options: &Options, sink: &mut Sink) -> Result<Box<dyn Reader>, String> {
    let name = &Arc::clone(&sink.report().file);
    let (sha256, bytes) = stored.checksum().map_err(|error| stored::explain(&error))?;
    sink.report_mut().sha256 = sha256;
    sink.report_mut().bytes = bytes;
    let mut context = Context::new(Arc::clone(name), options.clone());
    let magic = stored.first(8).map_err(|error| stored::explain(&error))?;
    if options.format.map_or(magic.starts_with(crate::parquet::MAGIC), |format| format == Format::Parquet) {
        sink.report_mut().format = Some(Format::Parquet);
        return Ok(Box::new(parquet::open(stored, context)?));
    }
    match docx::Office::told(&magic) {
        Some(docx::Office::Zip) if stored.is_workbook() => {
            if let Some(format) = options.format.filter(|&format| format != Format::Xlsx) {
                return Err(format!("this is an Excel workbook and not {format}; leave --format away"));
            }
            sink.report_mut().format = Some(Format::Xlsx);
            return Ok(Box::new(xlsx::open(stored, context, sink)?));
        }
        Some(docx::Office::Zip) => {
            sink.report_mut().format = Some(Format::Docx);
            context.wraps = false;
            let (text, parse) = docx::open(stored, &context, sink)?;
            return Ok(Box::new(Whole { source: Some(Box::new(Cursor::new(text))), context, parse }));
        }
        Some(docx::Office::Compound) => {
            return Err(
                "this is an old Word or Excel file, or one with a password; save it as DOCX or XLSX, without a \
                 password, or as plain text"
                    .to_owned(),
            );
        }
        None if options.format == Some(Format::Docx) => return Err("this is not a DOCX file".to_owned()),
        None if options.format == Some(Format::Xlsx) => return Err("this is not an XLSX file".to_owned()),
        None => {}
    }
    let charset = encoding::detect(stored, options.encoding).map_err(|error| stored::explain(&error))?;
    sink.report_mut().encoding = Some(charset.encoding.name());
    if let Some(text) = &charset.notice {
        sink.notice(text.clone());
    }
    let decode = || encoding::decode(stored, &charset).map_err(|error| stored::explain(&error));
    let head = lines::unified(encoding::head(decode()?).map_err(|error| stored::explain(&error))?);
    let format = match options.format {
        Some(format) => format,
        None => sniff::sniff(name, &head, &options.therapist)?,
    };
    sink.report_mut().format = Some(format);
    let whole = |source: encoding::Decoded| -> Option<stored::Bytes> { Some(Box::new(source)) };
    Ok(match format {
        Format::Csv => Box::new(table::open(decode()?, None, context)?),
        Format::Tsv => Box::new(table::open(decode()?, Some(b'\t'), context)?),
        Format::Jsonl if !json::is_whole(&head) => Box::new(json::lines(decode()?, context)?),
        Format::Jsonl | Format::Json => Box::new(json::whole(decode()?, context)?),
        Format::Text => Box::new(Whole { source: whole(decode()?), context, parse: text::parse }),
        Format::Chat => Box::new(Whole { source: whole(decode()?), context, parse: chat::parse }),
        Format::Note => Box::new(Whole { source: whole(decode()?), context, parse: note::parse }),
        Format::Vtt | Format::Srt => {
            Box::new(Whole { source: whole(decode()?), context, parse: subtitles::parse })
        }
        Format::Docx | Format::Xlsx => return Err("this is not what its name says".to_owned()),
        Format::Parquet => Box::new(parquet::open(stored, context)?),
    })
}

/// A format that looks at the whole text at once.
struct Whole {
    source: Option<stored::Bytes>,
    context: Context,
    parse: fn(&str, &Context, &mut Sink),
}

impl Reader for Whole {
    fn step(&mut self, sink: &mut Sink) -> bool {
        let Some(source) = self.source.take() else { return false };
        // Bytes, not text: the cap may cut a character in two.
        let mut bytes = Vec::new();
        if let Err(error) = source.take(MAX_WHOLE_FILE + 1).read_to_end(&mut bytes) {
            sink.refuse(stored::explain(&error));
            return false;
        }
        if bytes.len() as u64 > MAX_WHOLE_FILE {
            sink.refuse(format!(
                "larger than {} MiB as text; split it, or give it as a table",
                MAX_WHOLE_FILE >> 20
            ));
            return false;
        }
        let mut text = lines::unified(lines::text_of(bytes));
        if text.trim_end().ends_with(lines::END_OF_FILE) {
            text.truncate(text.trim_end().trim_end_matches(lines::END_OF_FILE).len());
        }
        if matches!(sink.report().format, Some(Format::Text | Format::Note))
            && let Cow::Owned(words) = markup::shown(&text)
        {
            sink.notice(
                "HTML: read as the words that it shows; lines and offsets are those of these words"
                    .to_owned(),
            );
            text = words;
        }
        if text.trim().is_empty() {
            sink.refuse("the file is empty".to_owned());
        } else if markup::is_rtf(&text) {
            sink.refuse(markup::RTF.to_owned());
        } else {
            (self.parse)(&text, &self.context, sink);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_names_round_trip() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        }
        assert_eq!("CSV".parse::<Format>().unwrap(), Format::Csv);
        let message = "pdf".parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            message,
            "'pdf' is not a format; choose one of csv, tsv, jsonl, json, text, vtt, srt, chat, note, docx, parquet, xlsx"
        );
    }
}
