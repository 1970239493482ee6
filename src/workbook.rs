//! Sheets of Excel workbooks (XLSX) as rows of cells of text.
//!
//! A cell is what it holds, not how it is shown: numbers are plain, dates are `2024-03-09`, times of day `00:03:12`, of a
//! formula the result counts. The crate reads the strings of the workbook at once and streams the sheets; since it lends
//! what it reads, that happens on a thread of its own, some rows ahead.

use crate::guard::guarded;
use crate::parquet::cell;
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use std::io::{self, Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use zip::ZipArchive;

/// The largest sheet, in bytes of XML.
const MAX_SHEET: u64 = 256 << 20;

/// What of strings there may be, in bytes of XML: they are held in memory.
const MAX_STRINGS: u64 = 64 << 20;

/// The same of styles and lists of parts, of which memory takes many times as much.
const MAX_STYLES: u64 = 8 << 20;

/// The longest cell, in bytes. Excel's own are 32,767 characters at most.
const MAX_CELL: usize = 4 << 20;

/// Rows that are read ahead.
const AHEAD: usize = 64;

/// Why a workbook is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The file cannot be read.
    #[error("{0}")]
    Io(io::Error),
    /// It is not what its first bytes say. Messages of the crate may hold values, and are not passed on.
    #[error("the Excel workbook is broken or cut short; copy it again or save it anew")]
    Broken,
    /// It unpacks to more than anybody's sessions.
    #[error("a part of the workbook is larger than {} MiB when unpacked; save its sheets as CSV", .0 >> 20)]
    Large(u64),
}

/// A workbook whose first rows have been read.
pub(crate) struct Book<R> {
    book: Xlsx<R>,
    /// Those that have cells, in their order.
    pub(crate) sheets: Vec<Sheet>,
}

/// A sheet with cells.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    name: String,
    /// Where it stands in the workbook, from 1. What it is called may be somebody's name.
    pub(crate) number: usize,
    /// Whether it is shown.
    pub(crate) visible: bool,
    /// The cells of the first row that has any.
    pub(crate) header: Vec<String>,
}

/// A row of a sheet.
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    /// The cells under the header, or what is wrong with them.
    pub(crate) cells: Result<Vec<String>, String>,
}

/// Which of the sheets that are read, and a row of it; or why there are no more.
pub(crate) type Sent = Result<(usize, Line), Error>;

/// Whether a file is a workbook, if it is an archive at all.
pub(crate) fn is_workbook(source: impl Read + Seek) -> bool {
    ZipArchive::new(source).is_ok_and(|archive| archive.index_for_name("xl/workbook.xml").is_some())
}

impl<R: Read + Seek + Send + 'static> Book<R> {
    /// Reads what the workbook has beside the rows of its sheets. The source is opened twice.
    pub(crate) fn open(source: impl Fn() -> io::Result<R>) -> Result<Book<R>, Error> {
        is_of_usual_size(source().map_err(Error::Io)?)?;
        let file = source().map_err(Error::Io)?;
        let mut book = guarded(|| Xlsx::new(file)).and_then(Result::ok).ok_or(Error::Broken)?;
        let mut sheets = Vec::new();
        for (at, sheet) in book.sheets_metadata().to_vec().into_iter().enumerate() {
            let header =
                guarded(|| header(&mut book, &sheet.name)).and_then(Result::ok).ok_or(Error::Broken)?;
            if let Some(header) = header {
                let visible = sheet.visible == SheetVisible::Visible;
                sheets.push(Sheet { name: sheet.name, number: at + 1, visible, header });
            }
        }
        Ok(Book { book, sheets })
    }

    /// The rows below the headers of some sheets, one sheet after the other. They are read on a thread of its own, which ends
    /// with the last row or when nobody listens.
    pub(crate) fn rows(self, sheets: Vec<Sheet>) -> Receiver<Sent> {
        let (sender, rows) = sync_channel(AHEAD);
        let mut book = self.book;
        std::thread::spawn(move || {
            let sent = guarded(|| {
                let mut sheets = sheets.iter().enumerate();
                sheets.try_for_each(|(at, sheet)| send(&mut book, at, sheet, &sender))
            });
            if let None | Some(Err(_)) = sent {
                // Whoever has stopped listening need not know.
                let _ = sender.send(Err(Error::Broken));
            }
        });
        rows
    }
}

/// Refuses what unpacks to more than the strings, and the largest cell, that memory shall hold.
fn is_of_usual_size(source: impl Read + Seek) -> Result<(), Error> {
    let mut archive = ZipArchive::new(source).map_err(|_| Error::Broken)?;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|_| Error::Broken)?;
        let name = part.name().map_err(|_| Error::Broken)?.to_lowercase();
        let most = match name.rsplit('/').next().unwrap_or_default() {
            // Pictures are not read.
            _ if name.starts_with("xl/media/") => continue,
            "styles.xml" | "workbook.xml" | "theme1.xml" => MAX_STYLES,
            name if name.rsplit('.').next() == Some("rels") => MAX_STYLES,
            "sharedstrings.xml" => MAX_STRINGS,
            _ => MAX_SHEET,
        };
        let size = io::copy(&mut (&mut part).take(most + 1), &mut io::sink());
        if size.map_err(|_| Error::Broken)? > most {
            return Err(Error::Large(most));
        }
    }
    Ok(())
}

/// The first row of a sheet that is not empty. A chart has none.
fn header(book: &mut Xlsx<impl Read + Seek>, sheet: &str) -> Result<Option<Vec<String>>, XlsxError> {
    let reader = match book.worksheet_cells_reader(sheet) {
        Err(XlsxError::NotAWorksheet(_)) => return Ok(None),
        reader => reader?,
    };
    let first = Rows::of(reader).next(None)?;
    // A cell that is too long names no column.
    Ok(first.map(|line| line.cells.unwrap_or_default()))
}

fn send(
    book: &mut Xlsx<impl Read + Seek>,
    at: usize,
    sheet: &Sheet,
    to: &SyncSender<Sent>,
) -> Result<(), XlsxError> {
    let mut rows = Rows::of(book.worksheet_cells_reader(&sheet.name)?);
    rows.next(None)?;
    while let Some(line) = rows.next(Some(sheet.header.len()))? {
        if to.send(Ok((at, line))).is_err() {
            break;
        }
    }
    Ok(())
}

/// The rows of a sheet.
struct Rows<'a, R: Read + Seek> {
    reader: XlsxCellReader<'a, R>,
    /// The first cell of the next row.
    next: Option<(u32, u32, String)>,
    /// Whether there is no cell any more: the crate may not be asked again.
    ended: bool,
}

impl<'a, R: Read + Seek> Rows<'a, R> {
    fn of(reader: XlsxCellReader<'a, R>) -> Self {
        Rows { reader, next: None, ended: false }
    }

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
            if text.len() > MAX_CELL {
                too_long = true;
                continue;
            }
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cells[column] = text;
        }
        cells.resize(width.unwrap_or(cells.len()), String::new());
        let cells =
            if too_long { Err(format!("a cell of more than {} MiB", MAX_CELL >> 20)) } else { Ok(cells) };
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
