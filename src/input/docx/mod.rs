//! DOCX: the paragraphs and tables of a Word document as lines, which then go the way of plain text and notes.
//!
//! What a reader of the document sees once all changes are accepted: insertions are in, deletions are not, a field
//! is its result. Headers, footers, footnotes, endnotes and comments stand beside the talk and are left out, the
//! last three with a notice. A line is a paragraph (an empty one too), what follows a line break, or a table row; the
//! lines that rejects name are counted so.

mod rows;
mod walk;

use super::sink::{Context, Sink};
use super::stored::{self, Stored};
use super::{Format, note, text};
use super::{MAX_WHOLE_FILE, encoding, sniff};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::{Read, Seek};
use zip::ZipArchive;
use zip::result::ZipError;

/// What a file is by its first bytes, if it is one of those that office programs write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Office {
    /// A zip archive, as DOCX is one.
    Zip,
    /// The container of old `.doc` files, and of DOCX with a password.
    Compound,
}

impl Office {
    pub(super) fn told(magic: &[u8]) -> Option<Office> {
        if magic.starts_with(b"PK\x03\x04") || magic.starts_with(b"PK\x05\x06") {
            Some(Office::Zip)
        } else if magic.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            Some(Office::Compound)
        } else {
            None
        }
    }
}

/// How the text of a document is read.
pub(super) type Parse = fn(&str, &Context, &mut Sink);

/// The lines of a document, and the reader for them: the one `--format` names, else what the words show. An error is
/// the reason to refuse the file.
pub(super) fn open(stored: &Stored, context: &Context, sink: &mut Sink) -> Result<(String, Parse), String> {
    let asked = context.options.format.filter(|&format| format != Format::Docx);
    if let Some(format) = asked.filter(|format| !matches!(format, Format::Text | Format::Note)) {
        return Err(format!("this is a Word, Excel or zip file and not {format}; leave --format away"));
    }
    let source = stored.seekable().map_err(|error| stored::explain(&error))?;
    let mut archive = ZipArchive::new(source).map_err(|error| explain(&error))?;
    let name = main_part(&mut archive)?;
    let Some(xml) = part(&mut archive, &name)? else { return Err(other_kind(&archive).to_owned()) };
    let xml = Stored::Bytes(xml.into());
    let charset = encoding::detect(&xml, None).map_err(|error| stored::explain(&error))?;
    sink.report_mut().encoding = Some(charset.encoding.name());
    let mut decoded = String::new();
    let read = encoding::decode(&xml, &charset).and_then(|mut text| text.read_to_string(&mut decoded));
    read.map_err(|error| stored::explain(&error))?;
    let document = walk::walk(&decoded, &context.options.map)?;
    if document.asides > 0 {
        sink.notice(format!("{} footnotes, endnotes or comments are not read", document.asides));
    }
    document.notices.into_iter().for_each(|notice| sink.notice(notice));
    let format = match asked {
        Some(format) => format,
        None if document.text.trim().is_empty() => return Err("the document is empty".to_owned()),
        None => sniff::prose(&context.file, &document.text, &context.options.therapist)?,
    };
    Ok((document.text, if format == Format::Note { note::parse } else { text::parse }))
}

/// The name of the part that is the document, as `_rels/.rels` says: mostly `word/document.xml`.
fn main_part<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<String, String> {
    let given = part(archive, "_rels/.rels")?.and_then(|rels| target(&String::from_utf8_lossy(&rels)));
    let given = given.map(|target| target.trim_start_matches('/').to_owned());
    Ok(given.filter(|name| name.starts_with("word/")).unwrap_or_else(|| "word/document.xml".to_owned()))
}

fn target(rels: &str) -> Option<String> {
    let mut reader = Reader::from_str(rels);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.local_name().into_inner() == "Relationship" => {
                let value =
                    |name| tag.try_get_attribute(name).ok().flatten().map(|found| found.value.into_owned());
                if value("Type").is_some_and(|kind| kind.ends_with("/officeDocument")) {
                    return value("Target");
                }
            }
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// The bytes of a part of the archive; `None` if it has none of this name.
fn part<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Result<Option<Vec<u8>>, String> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(explain(&error)),
    };
    let mut bytes = Vec::new();
    entry.take(MAX_WHOLE_FILE + 1).read_to_end(&mut bytes).map_err(|error| explain(&error.into()))?;
    if bytes.len() as u64 > MAX_WHOLE_FILE {
        return Err(format!(
            "the document is larger than {} MiB when unpacked; split it",
            MAX_WHOLE_FILE >> 20
        ));
    }
    Ok(Some(bytes))
}

/// What an archive is that holds no Word document.
fn other_kind<R: Read + Seek>(archive: &ZipArchive<R>) -> &'static str {
    let holds = |name: &str| archive.index_for_name(name).is_some();
    if holds("xl/workbook.bin") {
        "this is a binary Excel workbook; save it as XLSX"
    } else if holds("content.xml") {
        "this is an OpenDocument file; save it as DOCX, as XLSX or as plain text"
    } else {
        "this is a zip file without a Word document in it; unpack it first"
    }
}

fn explain(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            "the Word, Excel or zip file has a password; save it without one".to_owned()
        }
        _ => "the Word, Excel or zip file is broken or cut short; copy it again or save it anew".to_owned(),
    }
}
