//! The walk through `word/document.xml`.
//!
//! Everything is descended into (insertions, smart tags, fields, content controls, text boxes), and few things are
//! not: deletions, the old place of what was moved, properties, and the copy of a text box for older programs.
//! Names are compared without their prefix, for the prefix is the writer's choice.

use super::rows;
use crate::input::columns::ColumnMap;
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};
use std::collections::BTreeSet;

/// Tables in tables, text boxes in paragraphs: nobody goes deeper.
const MOST_NESTED: usize = 200;

/// What is read of a document.
pub(super) struct Document {
    pub(super) text: String,
    /// Footnotes, endnotes and comments, which are not read.
    pub(super) asides: usize,
    /// What is to be said of tables of which something is left out.
    pub(super) notices: BTreeSet<String>,
}

/// What is open and collects what it holds.
enum Frame {
    /// The document or a cell: lines.
    Block(Vec<String>),
    Paragraph {
        text: String,
        /// Whether its end was deleted, so that the next one goes on with it.
        joined: bool,
    },
    Table(Vec<Vec<String>>),
    Row(Vec<String>),
}

struct Walker<'a> {
    map: &'a ColumnMap,
    frames: Vec<Frame>,
    /// How many elements deep within one that is left out; 0 outside.
    left_out: usize,
    /// Whether that is the properties of a paragraph.
    properties: bool,
    /// Whether characters are text.
    in_text: bool,
    /// What the next paragraph goes on with.
    begun: String,
    asides: usize,
    notices: BTreeSet<String>,
}

/// The lines of a document; an error is the reason to refuse it, without a word of it.
pub(super) fn walk(xml: &str, map: &ColumnMap) -> Result<Document, String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut walker = Walker {
        map,
        frames: vec![Frame::Block(Vec::new())],
        left_out: 0,
        properties: false,
        in_text: false,
        begun: String::new(),
        asides: 0,
        notices: BTreeSet::new(),
    };
    let mut depth = 0_usize;
    loop {
        let broken = |at: u64| format!("the XML of the document is broken at byte {at}; save it anew");
        match reader.read_event() {
            Err(_) => return Err(broken(reader.error_position())),
            Ok(Event::Start(tag)) => {
                depth += 1;
                walker.start(tag.local_name().into_inner());
                if walker.frames.len() > MOST_NESTED {
                    return Err("the document has tables within tables without end".to_owned());
                }
            }
            Ok(Event::End(tag)) => {
                depth = depth.saturating_sub(1);
                walker.end(tag.local_name().into_inner())?;
            }
            Ok(Event::Text(text)) => walker.text(&text.xml10_content()),
            Ok(Event::CData(text)) => walker.text(&text.xml10_content()),
            Ok(Event::GeneralRef(name)) => match character(&name) {
                Some(text) => walker.text(&text),
                None => return Err(broken(reader.buffer_position())),
            },
            Ok(Event::Eof) if depth > 0 => return Err(broken(reader.buffer_position())),
            Ok(Event::Eof) => break,
            Ok(_) => {}
        }
    }
    Ok(walker.finish())
}

/// What `&amp;` and `&#8217;` stand for. Entities that a document defines itself are no matter of Word's.
fn character(name: &BytesRef<'_>) -> Option<String> {
    match name.resolve_char_ref() {
        Ok(Some(c)) => Some(c.to_string()),
        Ok(None) => resolve_xml_entity(name).map(str::to_owned),
        Err(_) => None,
    }
}

impl Walker<'_> {
    fn start(&mut self, name: &str) {
        if self.left_out > 0 {
            self.left_out += 1;
            let end_deleted = self.properties && matches!(name, "del" | "moveFrom");
            if let (true, Some(Frame::Paragraph { joined, .. })) = (end_deleted, self.frames.last_mut()) {
                *joined = true;
            }
            return;
        }
        match name {
            "del" | "moveFrom" | "Fallback" => (self.left_out, self.properties) = (1, false),
            "pPr" => (self.left_out, self.properties) = (1, true),
            "p" => {
                let text = std::mem::take(&mut self.begun);
                self.frames.push(Frame::Paragraph { text, joined: false });
            }
            "tbl" => self.frames.push(Frame::Table(Vec::new())),
            "tr" => self.frames.push(Frame::Row(Vec::new())),
            "tc" => self.frames.push(Frame::Block(Vec::new())),
            "t" => self.in_text = true,
            "tab" | "ptab" => self.push("\t"),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "footnoteReference" | "endnoteReference" | "commentReference" => self.asides += 1,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), String> {
        if self.left_out > 0 {
            self.left_out -= 1;
            return Ok(());
        }
        match name {
            "t" => self.in_text = false,
            "p" | "tbl" | "tr" | "tc" => match self.frames.pop() {
                Some(Frame::Paragraph { text, joined: true }) => self.begun = text,
                Some(Frame::Paragraph { text, .. }) => self.line(text),
                Some(Frame::Table(rows)) => {
                    for line in rows::lines(&rows, self.map, &mut self.notices)? {
                        self.line(line);
                    }
                }
                Some(Frame::Row(cells)) => self.row(cells),
                Some(Frame::Block(lines)) => self.cell(lines.join("\n")),
                None => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.in_text && self.left_out == 0 {
            // A line end in the XML is a space to Word.
            self.push(&text.replace('\n', " "));
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(Frame::Paragraph { text: paragraph, .. }) = self.frames.last_mut() {
            paragraph.push_str(text);
        }
    }

    /// A line of the block at hand. Of a text box within a paragraph the lines stand before that paragraph.
    fn line(&mut self, text: String) {
        let block = self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Block(lines) => Some(lines),
            _ => None,
        });
        if let Some(lines) = block {
            lines.push(text);
        }
    }

    /// A row outside a table is lines, and so is a cell outside a row: nothing that was read is lost.
    fn row(&mut self, cells: Vec<String>) {
        match self.frames.last_mut() {
            Some(Frame::Table(rows)) => rows.push(cells),
            _ => cells.into_iter().for_each(|cell| self.line(cell)),
        }
    }

    fn cell(&mut self, text: String) {
        match self.frames.last_mut() {
            Some(Frame::Row(cells)) => cells.push(text),
            _ => self.line(text),
        }
    }

    fn finish(mut self) -> Document {
        if !self.begun.is_empty() {
            let begun = std::mem::take(&mut self.begun);
            self.line(begun);
        }
        let text = match self.frames.pop() {
            Some(Frame::Block(lines)) => lines.join("\n"),
            _ => String::new(),
        };
        Document { text, asides: self.asides, notices: self.notices }
    }
}
