//! XLSX: the sheets of a workbook that are tables, each with the names of its columns in its first row.

use super::columns::{ColumnMap, Columns, Key, Unusable};
use super::rows::{Broken, Row, RowError, RowSource, Sessions};
use super::sink::{Context, Sink};
use super::stored::{self, Stored};
use super::table;
use crate::workbook::{Error, Line, Sent, Sheet};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::mpsc::Receiver;

/// The sheets, one after the other.
pub(super) struct Workbook {
    sheets: Vec<(Sheet, Columns)>,
    rows: Receiver<Sent>,
    /// Rows that have been looked at, and are still to be read.
    ahead: VecDeque<Sent>,
    record: u64,
    stem: String,
}

/// Looks for sheets that are tables. An error is the reason to refuse the file.
pub(super) fn open(stored: &Stored, context: Context, sink: &mut Sink) -> Result<Sessions<Workbook>, String> {
    let book = stored.workbook().map_err(|error| explain(&error))?;
    let sheets = tables(&book.sheets, &context.options.map, sink)?;
    let mut remarks: Vec<String> =
        sheets.iter().flat_map(|(sheet, columns)| columns.remarks(&sheet.header)).collect();
    // Sheets mostly have the same columns.
    remarks.dedup();
    let rows = book.rows(sheets.iter().map(|(sheet, _)| sheet.clone()).collect());
    let stem = context.stem.clone();
    let mut workbook = Workbook { sheets, rows, ahead: VecDeque::new(), record: 0, stem };
    workbook.doubt(&context.options.therapist).map_err(|why| why.to_string())?;
    Ok(Sessions::new(workbook, context).with_remarks(remarks))
}

fn explain(error: &Error) -> String {
    match error {
        Error::Io(error) => stored::explain(error),
        _ => error.to_string(),
    }
}

/// The sheets whose first row names columns that are known. The others are told by number.
fn tables(sheets: &[Sheet], map: &ColumnMap, sink: &mut Sink) -> Result<Vec<(Sheet, Columns)>, String> {
    let (mut found, mut others, mut why) = (Vec::new(), Vec::new(), None);
    for sheet in sheets {
        match Columns::find(&sheet.header, map) {
            Ok(columns) if sheet.visible => found.push((sheet.clone(), columns)),
            Ok(_) => others.push(sheet.number.to_string()),
            Err(reason) => {
                others.push(sheet.number.to_string());
                why.get_or_insert(reason);
            }
        }
    }
    if found.is_empty() {
        let hidden = "every sheet is hidden; show those to be read";
        let nothing = if sheets.is_empty() { "the workbook is empty" } else { hidden };
        return Err(why.map_or_else(|| nothing.to_owned(), |reason| reason.to_string()));
    }
    if !others.is_empty() {
        sink.notice(format!(
            "sheets that are hidden, or whose first row names no words and speakers, are not read: {}",
            others.join(", ")
        ));
    }
    Ok(found)
}

impl Workbook {
    fn next_line(&mut self) -> Option<Sent> {
        self.ahead.pop_front().or_else(|| self.rows.recv().ok())
    }

    /// Refuses a sheet that has lost its speakers, as far as the first rows tell.
    fn doubt(&mut self, therapists: &[String]) -> Result<(), Unusable> {
        if !self.sheets.iter().any(|(_, columns)| columns.unspoken()) {
            return Ok(());
        }
        let size = |sent: &Sent| {
            let cells = sent.iter().flat_map(|(_, line)| line.cells.iter().flatten());
            cells.map(String::len).sum()
        };
        let Ok(ahead) = table::look_ahead(|| Ok::<_, Infallible>(self.next_line()), size);
        self.ahead = ahead.into();
        for (at, (_, columns)) in
            self.sheets.iter().enumerate().filter(|(_, (_, columns))| columns.unspoken())
        {
            let lines = self.ahead.iter().flatten().filter(|(of, _)| *of == at);
            columns.doubt(lines.filter_map(|(_, line)| line.cells.as_deref().ok()), therapists)?;
        }
        Ok(())
    }

    fn row(&self, at: usize, line: Line) -> Result<Row, Broken> {
        let (sheet, columns) = &self.sheets[at];
        let (record, number) = (self.record, line.number);
        let row = line.cells.map_err(|reason| Broken { record, line: number, reason });
        let row = row.and_then(|cells| table::row(*columns, &self.stem, record, number, &cells));
        if self.sheets.len() == 1 {
            return row;
        }
        let mut row = row.map_err(|broken| {
            let reason = format!("sheet {}: {}", sheet.number, broken.reason);
            Broken { reason, ..broken }
        })?;
        if !columns.has(Key::SessionId) {
            row.session_id.get_or_insert_with(|| format!("{}-{}", self.stem, sheet.number));
        }
        Ok(row)
    }
}

impl RowSource for Workbook {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        let (at, line) = match self.next_line()? {
            Ok(sent) => sent,
            Err(error) => return Some(Err(RowError::Io(explain(&error)))),
        };
        self.record += 1;
        let header = &self.sheets[at].0.header;
        if line.cells.as_ref().is_ok_and(|cells| table::is_frame(cells, header)) {
            return Some(Err(RowError::Frame(line.number)));
        }
        Some(self.row(at, line).map_err(RowError::Broken))
    }
}
