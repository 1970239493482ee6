//! Batches as rows.

use crate::cells::Column;
use crate::errors::{self, InputError};
use arrow_array::RecordBatch;
use breakthrough::input::{ColumnMap, Header};
use pyo3::PyErr;

/// One row: its cells, or why it cannot be read.
pub(crate) type Row = Result<Vec<String>, String>;

/// The names of all columns of a batch.
pub(crate) fn names(batch: &RecordBatch) -> Vec<String> {
    batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect()
}

/// The header of batches with these names.
pub(crate) fn header(names: &[String], map: &ColumnMap) -> Result<Header, PyErr> {
    Header::find(names, map).map_err(|why| errors::unusable(&why))
}

/// The rows of one batch. The batch stays where it is; the words of a row are taken out of it when it is read.
pub(crate) struct Rows {
    /// With whether it is needed; none that is not if it cannot be read.
    columns: Vec<(bool, Option<Column>)>,
    rows: std::ops::Range<usize>,
}

impl Rows {
    pub(crate) fn new(batch: &RecordBatch, header: &Header) -> Result<Rows, PyErr> {
        let column = |&at: &usize| match Column::new(batch.column(at).clone()) {
            Err(why) if header.needs(at) => {
                let name = batch.schema_ref().field(at).name();
                Err(InputError::new_err(format!("column {name:?} {why}: make it text")))
            }
            column => Ok((header.needs(at), column.ok())),
        };
        let columns = header.used().iter().map(column).collect::<Result<_, _>>()?;
        Ok(Rows { columns, rows: 0..batch.num_rows() })
    }
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let row = self.rows.next()?;
        let cell = |(needed, column): &(bool, Option<Column>)| match column
            .as_ref()
            .map(|column| column.cell(row))
        {
            Some(Err(why)) if *needed => Err(why),
            cell => Ok(cell.and_then(Result::ok).unwrap_or_default()),
        };
        Some(self.columns.iter().map(cell).collect())
    }
}
