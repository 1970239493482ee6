//! XLSX: the sheets of a workbook that are tables, each with the names of its columns in its first row.
//!
//! A cell is what it holds, not how it is shown: numbers are plain, dates are `2024-03-09`, times of day `00:03:12`, of a
//! formula the result counts. The crate reads the strings of the workbook at once and streams the sheets; since it lends
//! what it reads, that happens on a thread of its own, some rows ahead.

use super::columns::{ColumnMap, Columns, Key, Unusable};
use super::rows::{Broken, Row, RowError, RowSource, Sessions};
use super::sink::{Context, Sink};
use super::stored::{self, Seekable, Stored};
use super::{MAX_WHOLE_FILE, lines, table};
use crate::guard::guarded;
use crate::parquet::cell;
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use zip::ZipArchive;

/// The largest sheet, in bytes of XML.
const MAX_SHEET: u64 = 256 << 20;

/// Rows that are read ahead.
const AHEAD: usize = 64;

/// Why a workbook is refused that is none.
const BROKEN: &str = "the Excel workbook is broken or cut short; copy it again or save it anew";

type Book = Xlsx<Box<dyn Seekable>>;

/// A sheet that is read.
#[derive(Debug, Clone)]
struct Sheet {
    name: String,
    /// Where it stands in the workbook, from 1.
    number: usize,
    header: Vec<String>,
    columns: Columns,
}

/// A row of a sheet.
struct Line {
    /// From 1.
    number: u64,
    /// The cells under the header, or what is wrong with them.
    cells: Result<Vec<String>, String>,
}

/// Which of the sheets that are read, and a row of it; or why there are no more.
type Sent = Result<(usize, Line), String>;

/// The sheets, one after the other.
pub(super) struct Workbook {
    sheets: Vec<Sheet>,
    rows: Receiver<Sent>,
    /// Rows that have been looked at, and are still to be read.
    ahead: VecDeque<Sent>,
    record: u64,
    stem: String,
}

/// Whether an archive is a workbook.
pub(super) fn is_workbook(stored: &Stored) -> bool {
    let archive = stored.seekable().ok().and_then(|source| ZipArchive::new(source).ok());
    archive.is_some_and(|archive| archive.index_for_name("xl/workbook.xml").is_some())
}

/// Looks for sheets that are tables. An error is the reason to refuse the file.
pub(super) fn open(stored: &Stored, context: Context, sink: &mut Sink) -> Result<Sessions<Workbook>, String> {
    let source = || stored.seekable().map_err(|error| stored::explain(&error));
    is_of_usual_size(source()?)?;
    let file = source()?;
    let book = guarded(|| Xlsx::new(file)).and_then(Result::ok);
    let mut book = book.ok_or_else(|| BROKEN.to_owned())?;
    let sheets = tables(&mut book, &context.options.map, sink)?;
    let remarks = sheets.iter().flat_map(|sheet| sheet.columns.remarks(&sheet.header)).collect();
    let mut workbook = Workbook {
        rows: send(book, sheets.clone()),
        sheets,
        ahead: VecDeque::new(),
        record: 0,
        stem: context.stem.clone(),
    };
    workbook.doubt(&context.options.therapist).map_err(|why| why.to_string())?;
    Ok(Sessions::new(workbook, context).with_remarks(remarks))
}

/// Refuses a workbook that unpacks to more than anybody's sessions: its strings are held in memory, and so is the largest cell.
fn is_of_usual_size(source: Box<dyn Seekable>) -> Result<(), String> {
    let broken = |_| BROKEN.to_owned();
    let mut archive = ZipArchive::new(source).map_err(broken)?;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(broken)?;
        let name = part.name().map_err(broken)?;
        // Pictures are not read.
        if name.starts_with("xl/media/") {
            continue;
        }
        let most = if name.starts_with("xl/worksheets/") { MAX_SHEET } else { MAX_WHOLE_FILE };
        let size = std::io::copy(&mut (&mut part).take(most + 1), &mut std::io::sink());
        if size.map_err(|_| BROKEN.to_owned())? > most {
            return Err(format!(
                "a part of the workbook is larger than {} MiB when unpacked; save its sheets as CSV",
                most >> 20
            ));
        }
    }
    Ok(())
}

/// The sheets whose first row names columns that are known. The others are told by number, for a sheet may be called after
/// somebody.
fn tables(book: &mut Book, map: &ColumnMap, sink: &mut Sink) -> Result<Vec<Sheet>, String> {
    let (mut found, mut others, mut why) = (Vec::new(), Vec::new(), None);
    for (at, sheet) in book.sheets_metadata().to_vec().into_iter().enumerate() {
        let number = at + 1;
        // One without cells, such as a chart, is nothing.
        let Some(header) = guarded(|| header(book, &sheet.name)).flatten() else { continue };
        match Columns::find(&header, map) {
            Ok(columns) if sheet.visible == SheetVisible::Visible => {
                found.push(Sheet { name: sheet.name, number, header, columns });
            }
            Ok(_) => others.push(number.to_string()),
            Err(reason) => {
                others.push(number.to_string());
                why.get_or_insert(reason);
            }
        }
    }
    if found.is_empty() {
        let why = why.map(|reason| reason.to_string());
        return Err(why.unwrap_or_else(|| {
            if others.is_empty() {
                "the workbook is empty"
            } else {
                "every sheet is hidden; show those to be read"
            }
            .to_owned()
        }));
    }
    if !others.is_empty() {
        sink.notice(format!(
            "sheets that are hidden, or whose first row names no words and speakers, are not read: {}",
            others.join(", ")
        ));
    }
    Ok(found)
}

/// The first row of a sheet that is not empty.
fn header(book: &mut Book, sheet: &str) -> Option<Vec<String>> {
    let mut rows = Rows { reader: book.worksheet_cells_reader(sheet).ok()?, next: None, ended: false };
    rows.next(None).ok().flatten()?.cells.ok()
}

/// Reads sheets on a thread of its own, which ends with the last row or when nobody listens.
fn send(mut book: Book, sheets: Vec<Sheet>) -> Receiver<Sent> {
    let (sender, rows) = sync_channel(AHEAD);
    std::thread::spawn(move || {
        let sent = guarded(|| {
            sheets.iter().enumerate().try_for_each(|(at, sheet)| send_sheet(&mut book, at, sheet, &sender))
        });
        if let None | Some(Err(_)) = sent {
            // Whoever has stopped listening need not know.
            let _ = sender.send(Err(BROKEN.to_owned()));
        }
    });
    rows
}

fn send_sheet(book: &mut Book, at: usize, sheet: &Sheet, to: &SyncSender<Sent>) -> Result<(), XlsxError> {
    let mut rows = Rows { reader: book.worksheet_cells_reader(&sheet.name)?, next: None, ended: false };
    rows.next(None)?;
    while let Some(line) = rows.next(Some(sheet.header.len()))? {
        if to.send(Ok((at, line))).is_err() {
            break;
        }
    }
    Ok(())
}

/// The rows of a sheet.
struct Rows<'a> {
    reader: XlsxCellReader<'a, Box<dyn Seekable>>,
    /// The first cell of the next row.
    next: Option<(u32, u32, String)>,
    /// Whether there is no cell any more: the crate may not be asked again.
    ended: bool,
}

impl Rows<'_> {
    fn cell(&mut self) -> Result<Option<(u32, u32, String)>, XlsxError> {
        if self.next.is_some() || self.ended {
            return Ok(self.next.take());
        }
        let cell = self.reader.next_cell()?;
        self.ended = cell.is_none();
        Ok(cell.map(|cell| (cell.get_position().0, cell.get_position().1, shown(cell.get_value()))))
    }

    /// The next row with a cell that is not empty; of `width` columns, or all.
    fn next(&mut self, width: Option<usize>) -> Result<Option<Line>, XlsxError> {
        let mut number = None;
        let mut cells: Vec<String> = Vec::new();
        let mut too_long = false;
        while let Some((row, column, text)) = self.cell()? {
            if number.is_some_and(|number| number != row) {
                self.next = Some((row, column, text));
                break;
            }
            let column = column as usize;
            if text.is_empty() || width.is_some_and(|width| column >= width) {
                continue;
            }
            number = Some(row);
            if text.len() > lines::MAX_LINE {
                too_long = true;
                continue;
            }
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cells[column] = text;
        }
        cells.resize(width.unwrap_or(cells.len()), String::new());
        let cells = if too_long {
            Err(format!("a cell of more than {} MiB", lines::MAX_LINE >> 20))
        } else {
            Ok(cells)
        };
        Ok(number.map(|number| Line { number: u64::from(number) + 1, cells }))
    }
}

/// What a cell holds.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => cell::decimal(*value),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(time) => moment(*time),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A day, with a time if it is not its beginning; what is less than a day, or called a duration, is a clock.
fn moment(time: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let fine = if milli > 0 { format!(".{milli:03}") } else { String::new() };
    let days = time.as_f64();
    if time.is_duration() || days < 1.0 {
        let hours = days.max(0.0).floor() as u64 * 24 + u64::from(hour);
        return format!("{hours:02}:{minute:02}:{second:02}{fine}");
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}{fine}"),
    }
}

impl Workbook {
    fn next_line(&mut self) -> Option<Sent> {
        self.ahead.pop_front().or_else(|| self.rows.recv().ok())
    }

    /// Refuses a sheet that has lost its speakers, as far as the first rows tell.
    fn doubt(&mut self, therapists: &[String]) -> Result<(), Unusable> {
        if !self.sheets.iter().any(|sheet| sheet.columns.unspoken()) {
            return Ok(());
        }
        let size = |sent: &Sent| {
            let cells = sent.iter().flat_map(|(_, line)| line.cells.iter().flatten());
            cells.map(String::len).sum()
        };
        let Ok(ahead) = table::look_ahead(|| Ok::<_, Infallible>(self.next_line()), size);
        self.ahead = ahead.into();
        for (at, sheet) in self.sheets.iter().enumerate().filter(|(_, sheet)| sheet.columns.unspoken()) {
            let lines = self.ahead.iter().flatten().filter(|(of, _)| *of == at);
            sheet.columns.doubt(lines.filter_map(|(_, line)| line.cells.as_deref().ok()), therapists)?;
        }
        Ok(())
    }

    fn row(&self, sheet: &Sheet, line: Line) -> Result<Row, Broken> {
        let (record, number) = (self.record, line.number);
        let row = line.cells.map_err(|reason| Broken { record, line: number, reason });
        let row = row.and_then(|cells| table::row(sheet.columns, &self.stem, record, number, &cells));
        if self.sheets.len() == 1 {
            return row;
        }
        let mut row = row.map_err(|broken| {
            let reason = format!("sheet {}: {}", sheet.number, broken.reason);
            Broken { reason, ..broken }
        })?;
        if !sheet.columns.has(Key::SessionId) {
            row.session_id.get_or_insert_with(|| format!("{}-{}", self.stem, sheet.number));
        }
        Ok(row)
    }
}

impl RowSource for Workbook {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        let (at, line) = match self.next_line()? {
            Ok(sent) => sent,
            Err(reason) => return Some(Err(RowError::Io(reason))),
        };
        self.record += 1;
        let sheet = &self.sheets[at];
        if line.cells.as_ref().is_ok_and(|cells| table::is_frame(cells, &sheet.header)) {
            return Some(Err(RowError::Frame(line.number)));
        }
        Some(self.row(sheet, line).map_err(RowError::Broken))
    }
}
