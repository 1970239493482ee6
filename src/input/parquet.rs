//! Parquet: the columns of the tables, whatever they are stored as.

use super::columns::Columns;
use super::rows::{Broken, Row, RowError, RowSource, Sessions};
use super::sink::Context;
use super::stored::{self, Stored};
use super::table;
use crate::parquet::{Error, Rows};
use std::convert::Infallible;

/// A Parquet file with the columns of sessions.
pub(super) struct Parquet {
    rows: Rows,
    /// What the columns are that are read, in the same order.
    columns: Columns,
    /// Their names.
    names: Vec<String>,
    record: u64,
    stem: String,
}

/// Reads the schema. An error is the reason to refuse the file.
pub(super) fn open(stored: &Stored, context: Context) -> Result<Sessions<Parquet>, String> {
    let file = stored.parquet().map_err(explain)?;
    let names = file.names();
    let map = &context.options.map;
    let columns = Columns::find(&names, map).map_err(|why| why.to_string())?;
    if columns.unspoken() {
        doubt(stored, columns, &context)?;
    }
    let remarks = columns.remarks(&names);
    let used = columns.used();
    let rows = file.rows(&used).map_err(explain)?;
    let names: Vec<String> = used.iter().map(|&at| names[at].clone()).collect();
    let columns = Columns::find(&names, map).map_err(|why| why.to_string())?;
    let stem = context.stem.clone();
    Ok(Sessions::new(Parquet { rows, columns, names, record: 0, stem }, context).with_remarks(remarks))
}

/// Refuses a table that has lost its speakers, as far as its first rows tell.
fn doubt(stored: &Stored, columns: Columns, context: &Context) -> Result<(), String> {
    let file = stored.parquet().map_err(explain)?;
    let (width, readable) = (file.names().len(), file.readable());
    // Columns that are not asked for may be packed or broken in ways that stop nobody.
    let Ok(mut rows) = file.rows(&readable) else { return Ok(()) };
    let mut next = || {
        // What cannot be read is told where it is read.
        let Ok(Some(row)) = rows.next() else { return Ok::<_, Infallible>(None) };
        let mut cells = vec![String::new(); width];
        for (&at, cell) in readable.iter().zip(row.into_iter().flatten()) {
            cells[at] = cell;
        }
        Ok(Some(cells))
    };
    let Ok(first) = table::look_ahead(&mut next, |cells| cells.iter().map(String::len).sum());
    let doubt = columns.doubt(first.iter().map(Vec::as_slice), &context.options.therapist);
    doubt.map_err(|why| why.to_string())
}

fn explain(error: Error) -> String {
    match error {
        Error::Io(error) => stored::explain(&error),
        Error::Unsound | Error::Refused(_) => error.to_string(),
    }
}

impl RowSource for Parquet {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        let row = match self.rows.next() {
            Ok(row) => row?,
            Err(error) => return Some(Err(RowError::Io(explain(error)))),
        };
        self.record += 1;
        let record = self.record;
        // Parquet has no lines: a row is where its number says.
        if row.as_ref().is_ok_and(|cells| table::is_frame(cells, &self.names)) {
            return Some(Err(RowError::Frame(record)));
        }
        let row = row.map_err(|reason| Broken { record, line: record, reason });
        let row = row.and_then(|cells| table::row(self.columns, &self.stem, record, record, &cells));
        Some(row.map_err(RowError::Broken))
    }
}
