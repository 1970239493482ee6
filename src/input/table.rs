//! CSV and TSV.
//!
//! The csv crate reads one unbalanced quote as a cell that goes on to the next quote, possibly at the end of
//! the file, without an error. So its core machine is fed line by line here, and a record over several lines
//! must prove itself: its quotes close where a cell ends, none of its lines is a row of its own, its cells are as
//! many as the header's, and it is no longer than [`MAX_RECORD`]. A record that fails costs its first line; the lines
//! after it are read again.
//!
//! Every line is read again once at most: a second line that opens a quote is where the first one's quote closes, or
//! closes badly.

use super::columns::{ColumnMap, Columns, Key};
use super::encoding::Decoded;
use super::lines::{Line, Lines, MAX_LINE};
use super::marks::bare;
use super::rows::{Broken, Row, RowError, RowSource, Sessions, sessionless};
use super::sink::Context;
use super::{speakers, stored};
use crate::stored::Separator;
use csv_core::ReadRecordResult;
use std::collections::{BTreeSet, VecDeque};
use std::io;

/// The longest record over several lines, in bytes.
const MAX_RECORD: usize = MAX_LINE;

/// The line a record begins on, and its cells.
type Record = (u64, Vec<String>);

/// A table, its header already read.
pub(super) struct Table {
    lines: Lines,
    splitter: Splitter,
    columns: Columns,
    header: Vec<String>,
    width: usize,
    record: u64,
    stem: String,
    therapists: Vec<String>,
    /// Records that have been looked at, and are still to be read.
    ahead: VecDeque<Result<Record, Broken>>,
}

/// How many records are looked at for the speakers that a table seems to lack.
pub(super) const RECORDS_AHEAD: usize = 200;

/// And how many bytes of them.
const BYTES_AHEAD: usize = 1 << 20;

/// The first of what `next` gives, as many as are looked at before one is read: [`RECORDS_AHEAD`], or fewer if they come to
/// [`BYTES_AHEAD`].
pub(super) fn look_ahead<T, E>(
    mut next: impl FnMut() -> Result<Option<T>, E>,
    size: impl Fn(&T) -> usize,
) -> Result<Vec<T>, E> {
    let (mut ahead, mut bytes) = (Vec::new(), 0);
    while ahead.len() < RECORDS_AHEAD
        && bytes < BYTES_AHEAD
        && let Some(one) = next()?
    {
        bytes += size(&one);
        ahead.push(one);
    }
    Ok(ahead)
}

/// Reads the header. An error is the reason to refuse the file.
pub(super) fn open(
    source: Decoded,
    delimiter: Option<u8>,
    context: Context,
) -> Result<Sessions<Table>, String> {
    let mut lines = Lines::new(source);
    let mut delimiter = delimiter;
    let header = loop {
        let line = lines.next().map_err(|error| stored::explain(&error))?;
        let line = line.ok_or("the file is empty")?;
        match Separator::said(&line.text) {
            Some(said) => delimiter = Some(said.byte()),
            _ if line.text.trim().is_empty() && !line.too_long => {}
            _ => break line,
        }
    };
    let delimiter = delimiter.unwrap_or_else(|| delimiter_of(&header.text, &context.options.map));
    let mut splitter = Splitter::new(delimiter);
    if header.too_long || !splitter.feed(&header.text, "\n") {
        return Err(
            "the header line is broken: a quote is opened and not closed, or it is far too long".to_owned()
        );
    }
    let quoted = header.text.starts_with('"');
    let mut header = splitter.take();
    if (quoted || delimiter == b'\t')
        && has_row_names(&mut lines, &mut splitter, header.len()).map_err(|error| stored::explain(&error))?
    {
        header.insert(0, String::new());
    }
    let columns = Columns::find(&header, &context.options.map).map_err(|why| why.to_string())?;
    let remarks = columns.remarks(&header);
    let width = header.len();
    let (stem, therapists) = (context.stem.clone(), context.options.therapist.clone());
    let ahead = VecDeque::new();
    let mut table = Table { lines, splitter, columns, header, width, record: 0, stem, therapists, ahead };
    if columns.unspoken() {
        table.look_ahead().map_err(|error| stored::explain(&error))?;
        let rows = table.ahead.iter().flatten().map(|(_, cells)| cells.as_slice());
        let rows = rows.filter(|cells| !is_frame(cells, &table.header));
        columns.doubt(rows, &table.therapists).map_err(|why| why.to_string())?;
    }
    Ok(Sessions::new(table, context).with_remarks(remarks))
}

/// What parts the columns: what is usual, and what is not where only that gives columns that are known, or any at all.
pub(super) fn delimiter_of(header: &str, map: &ColumnMap) -> u8 {
    let usual = Separator::of(header).byte();
    let cells = |delimiter: u8| header_cells(header, delimiter);
    let known = |&delimiter: &u8| Columns::find(&cells(delimiter), map).is_ok();
    if known(&usual) {
        return usual;
    }
    let columns = cells(usual).len();
    let more = || UNUSUAL.into_iter().filter(|&delimiter| cells(delimiter).len() > columns.max(1));
    more().find(known).or_else(|| more().next().filter(|_| columns < 2)).unwrap_or(usual)
}

/// What parts columns too: `|`, `^`, and the mark of ASCII for it. Who writes these does not quote.
const UNUSUAL: [u8; 3] = [b'|', b'^', 0x1f];

/// How many rows are looked at for names of rows.
const NAMED_ROWS: usize = 20;

/// Whether the rows begin with their names, which the header has no cell for, as R writes tables: each of the first is one cell
/// longer than the header and has a number that no other has. The lines are read again after this.
fn has_row_names(lines: &mut Lines, splitter: &mut Splitter, width: usize) -> io::Result<bool> {
    let mut looked: Vec<Line> = Vec::new();
    let mut numbers = BTreeSet::new();
    let (mut named, mut filled) = (true, false);
    while named
        && looked.len() < NAMED_ROWS
        && let Some(line) = lines.next()?
    {
        splitter.reset();
        let blank = line.text.trim().is_empty();
        let whole = blank || splitter.feed(&line.text, "\n");
        if whole && !blank {
            let cells = splitter.take();
            let number = cells.first().and_then(|cell| cell.parse::<u64>().ok());
            // Spreadsheets add empty cells on the right.
            filled |= cells.last().is_some_and(|cell| !cell.is_empty());
            named = cells.len() == width + 1 && number.is_some_and(|number| numbers.insert(number));
        }
        looked.push(line);
        // A record over several lines says nothing here.
        if !whole {
            break;
        }
    }
    splitter.reset();
    lines.put_back(looked.into_iter());
    Ok(named && filled && !numbers.is_empty())
}

/// Cells of the header line of a text, as far as they can be told.
pub(super) fn header_cells(line: &str, delimiter: u8) -> Vec<String> {
    let mut splitter = Splitter::new(delimiter);
    if splitter.feed(line, "\n") { splitter.take() } else { Vec::new() }
}

impl Table {
    fn look_ahead(&mut self) -> io::Result<()> {
        let size = |record: &Result<Record, Broken>| {
            record.iter().flat_map(|(_, cells)| cells).map(String::len).sum()
        };
        self.ahead = look_ahead(|| self.next_record(), size)?.into();
        Ok(())
    }

    /// The cells of the next record, or what is wrong with it.
    fn next_record(&mut self) -> io::Result<Option<Result<Record, Broken>>> {
        if let Some(record) = self.ahead.pop_front() {
            return Ok(Some(record));
        }
        let first = loop {
            match self.lines.next()? {
                None => return Ok(None),
                Some(line) if line.text.trim().is_empty() && !line.too_long => {}
                Some(line) => break line,
            }
        };
        let line = first.number;
        self.splitter.reset();
        if first.too_long {
            let reason = format!("a line of more than {} MiB", MAX_LINE >> 20);
            return Ok(Some(Err(self.broken(line, reason))));
        }
        let mut quotes = Quotes::new(self.splitter.delimiter);
        let mut sound = quotes.close_well(&first);
        let mut done = self.splitter.feed(&first.text, first.end);
        let mut length = first.text.len();
        let mut more: Vec<Line> = Vec::new();
        // Told once: the first line may be as long as a record can be, and the lines after it many.
        let session = if sound && !done { self.session_of(&self.cells(&first.text)) } else { None };
        while sound && !done && length <= MAX_RECORD {
            let Some(next) = self.lines.next()? else { break };
            sound =
                !next.too_long && !self.is_row(&next.text, session.as_deref()) && quotes.close_well(&next);
            done = sound && self.splitter.feed(&next.text, next.end);
            length += next.text.len() + 1;
            more.push(next);
        }
        let cells = if done { self.trimmed() } else { Vec::new() };
        let unquoted = self.splitter.delimiter == b'\t' || UNUSUAL.contains(&self.splitter.delimiter);
        // Within one line of CSV a stray quote does no harm.
        let sound = done && (sound || more.is_empty() && !unquoted);
        if sound && cells.len() == self.width {
            return Ok(Some(Ok((line, cells))));
        }
        self.lines.put_back(more.into_iter());
        if unquoted && !sound {
            // Many programs write tabs without any quoting: then a quote is a quote.
            let cells = self.cells(&first.text);
            if cells.len() == self.width {
                return Ok(Some(Ok((line, cells))));
            }
        }
        let reason = if sound {
            format!("{} cells where the header has {}", cells.len(), self.width)
        } else if length > MAX_RECORD {
            format!("a record of more than {} MiB, or a quote that is never closed", MAX_RECORD >> 20)
        } else {
            "a quote is opened and not closed where the cell ends; double the quotes inside the cell"
                .to_owned()
        };
        Ok(Some(Err(self.broken(line, reason))))
    }

    /// The cells of the record, without the empty ones that spreadsheets add on the right.
    fn trimmed(&mut self) -> Vec<String> {
        let mut cells = self.splitter.take();
        while cells.len() > self.width && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        cells
    }

    /// Whether a line within a quoted cell is a row of its own, so that the quote before it was never meant to be
    /// open: as many cells as the header, and a speaker where the speaker stands, or the session of the row that
    /// opened the quote.
    fn is_row(&self, line: &str, session: Option<&str>) -> bool {
        if line.contains('"') {
            return false;
        }
        let cells = self.cells(line);
        // `Doctor, I said` is talk.
        if cells.len() != self.width || cells.iter().skip(1).any(|cell| cell.starts_with(' ')) {
            return false;
        }
        // A row that would be refused for want of its session is no reason to doubt a quote.
        if self.columns.has(Key::SessionId) && self.session_of(&cells).is_none() {
            return false;
        }
        self.columns.cell(Key::Speaker, &cells).is_some_and(|label| {
            speakers::role(label).is_some()
                || speakers::is_named(label, &self.therapists)
                || self.width > 2 && session.is_some() && self.session_of(&cells).as_deref() == session
        })
    }

    /// The cells of a line without a look at its quotes.
    fn cells(&self, line: &str) -> Vec<String> {
        line.split(char::from(self.splitter.delimiter)).map(str::to_owned).collect()
    }

    fn session_of(&self, cells: &[String]) -> Option<String> {
        let id = self.columns.cell(Key::SessionId, cells).filter(|id| sessionless(Some(id)).is_none())?;
        Some(id.to_owned())
    }

    fn broken(&mut self, line: u64, reason: String) -> Broken {
        self.record += 1;
        Broken { record: self.record, line, reason }
    }

    fn row(&mut self, line: u64, cells: &[String]) -> Result<Row, Broken> {
        self.record += 1;
        row(self.columns, &self.stem, self.record, line, cells)
    }
}

/// Whether a row is no record: the names of the columns once more, as files have them that were joined, or the rule that
/// programs for SQL draw below these.
pub(super) fn is_frame(cells: &[String], header: &[String]) -> bool {
    let mut same = cells.iter().zip(header);
    let rule = |cell: &String| cell.trim().bytes().all(|byte| byte == b'-');
    same.all(|(cell, name)| bare(cell) == bare(name))
        || cells.iter().all(rule) && cells.iter().any(|cell| cell.contains("--"))
}

/// The row that these cells are, in a table with these columns.
pub(super) fn row(
    columns: Columns,
    stem: &str,
    record: u64,
    line: u64,
    cells: &[String],
) -> Result<Row, Broken> {
    let mut row = Row::fill(record, line, |key| columns.cell(key, cells).map(str::to_owned));
    columns.words(cells).clone_into(&mut row.text);
    row.unspoken = columns.unspoken();
    row.counts = columns.counts;
    row.whose = columns.whose;
    if columns.has(Key::SessionId) {
        if let Some(reason) = sessionless(row.session_id.as_deref()) {
            return Err(Broken { record, line, reason });
        }
    } else if columns.notes {
        row.session_id = Some(format!("{stem}-{record}"));
    }
    if !columns.notes {
        // An empty cell is a speaker that is missing, not a note.
        row.speaker.get_or_insert_default();
    }
    Ok(row)
}

impl RowSource for Table {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        loop {
            return match self.next_record() {
                Err(error) => Some(Err(RowError::Io(stored::explain(&error)))),
                Ok(None) => None,
                Ok(Some(Err(broken))) => Some(Err(RowError::Broken(broken))),
                // What spreadsheets leave under a table is no record.
                Ok(Some(Ok((_, cells)))) if cells.iter().all(|cell| cell.trim().is_empty()) => continue,
                Ok(Some(Ok((line, cells)))) if is_frame(&cells, &self.header) => {
                    self.record += 1;
                    Some(Err(RowError::Frame(line)))
                }
                Ok(Some(Ok((line, cells)))) => Some(self.row(line, &cells).map_err(RowError::Broken)),
            };
        }
    }
}

/// Looks, line by line, at where the quotes of one record close.
struct Quotes {
    delimiter: u8,
    /// Whether a quoted cell goes on in the next line.
    inside: bool,
}

impl Quotes {
    fn new(delimiter: u8) -> Quotes {
        Quotes { delimiter, inside: false }
    }

    /// Whether every quoted cell that closes in the next line ends there too.
    fn close_well(&mut self, line: &Line) -> bool {
        let bytes = line.text.as_bytes();
        let mut at = 0;
        loop {
            // At the start of a cell, or inside a quoted one.
            if !self.inside && bytes.get(at) == Some(&b'"') {
                self.inside = true;
                at += 1;
            }
            while self.inside {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) => return true,
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), Some(&after)) if after != self.delimiter => return false,
                    (Some(b'"'), _) => {
                        self.inside = false;
                        at += 1;
                    }
                    _ => at += 1,
                }
            }
            // On to the next cell.
            match bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == self.delimiter)) {
                Some(end) => at += end + 1,
                None => return true,
            }
        }
    }
}

/// The csv machine with its buffers.
struct Splitter {
    delimiter: u8,
    core: csv_core::Reader,
    text: Vec<u8>,
    text_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
}

impl Splitter {
    fn new(delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Splitter { delimiter, core, text: Vec::new(), text_len: 0, ends: Vec::new(), ends_len: 0 }
    }

    fn reset(&mut self) {
        self.core.reset();
        self.text_len = 0;
        self.ends_len = 0;
    }

    /// Takes one line and what ends it, which a quoted cell keeps; whether it completes the record.
    fn feed(&mut self, line: &str, end: &str) -> bool {
        let end = if end.is_empty() { "\n" } else { end };
        for piece in [line.as_bytes(), end.as_bytes()] {
            let mut piece = piece;
            while !piece.is_empty() {
                // Never full, for an empty input means the end of the file to the machine.
                self.text.resize(self.text.len().max(self.text_len + piece.len() + 8), 0);
                self.ends.resize(self.ends.len().max(self.ends_len + piece.len() + 8), 0);
                let (result, read, written, ended) = self.core.read_record(
                    piece,
                    &mut self.text[self.text_len..],
                    &mut self.ends[self.ends_len..],
                );
                piece = &piece[read..];
                self.text_len += written;
                self.ends_len += ended;
                if matches!(result, ReadRecordResult::Record | ReadRecordResult::End) {
                    return true;
                }
            }
        }
        false
    }

    /// The cells of the record, and ready for the next.
    fn take(&mut self) -> Vec<String> {
        let mut start = 0;
        let cells = self.ends[..self.ends_len]
            .iter()
            .map(|&end| {
                let cell = self.text.get(start..end.min(self.text_len)).unwrap_or_default();
                start = end;
                String::from_utf8_lossy(cell).into_owned()
            })
            .collect();
        self.reset();
        cells
    }
}
