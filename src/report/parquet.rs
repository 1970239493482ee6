//! A table as Parquet: the cells of its CSV twin in typed columns, nothing computed anew.
//!
//! Text and words are plain UTF-8 strings, whole numbers 64-bit integers, decimals doubles, as the columns of the table
//! say. A cell that is empty in a column that may be empty is null. Columns are written one after the other, group of
//! rows by group, packed with Snappy.

use super::folder::{Draft, Error, Folder, Whole};
use super::table::{Column, Kind};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use std::io;
use std::mem::take;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows after which a group is full.
const GROUP_ROWS: usize = 1 << 16;
/// Bytes of text after which it is.
const GROUP_BYTES: usize = 16 << 20;

/// The name of the Parquet twin of a CSV table.
pub(super) fn name(csv: &str) -> String {
    format!("{}.parquet", csv.strip_suffix(".csv").unwrap_or(csv))
}

/// A Parquet file that is being written.
#[derive(Debug)]
pub(super) struct Sheet {
    path: PathBuf,
    writer: SerializedFileWriter<Draft>,
    columns: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

/// The cells of one column since the last group was written.
#[derive(Debug)]
struct Cells {
    column: Column,
    /// For every row 1, or 0 where the cell is null.
    present: Vec<i16>,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Text(Vec<ByteArray>),
    Integer(Vec<i64>),
    Decimal(Vec<f64>),
}

impl Sheet {
    /// Begins the twin of the CSV table of this name.
    pub(super) fn create(folder: &Folder, csv: &str, columns: &[Column]) -> Result<Sheet, Error> {
        let name = name(csv);
        let path = folder.path_of(&name);
        let draft = folder.draft(&name)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer =
            schema(columns).and_then(|it| SerializedFileWriter::new(draft, it, Arc::new(properties)));
        let writer = writer.map_err(|error| failed(&path, error))?;
        let columns = columns.iter().map(Cells::of).collect();
        Ok(Sheet { path, writer, columns, rows: 0, bytes: 0 })
    }

    /// Adds a row, as it stands in the CSV table.
    pub(super) fn write(&mut self, cells: &csv::StringRecord) -> Result<(), Error> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell).map_err(|cause| Error { action: "write", path: self.path.clone(), cause })?;
        }
        self.rows += 1;
        self.bytes += cells.as_slice().len();
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.flush().map_err(|error| failed(&self.path, error))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        (self.rows, self.bytes) = (0, 0);
        let mut group = self.writer.next_row_group()?;
        for cells in &mut self.columns {
            let Some(mut column) = group.next_column()? else { break };
            let present = take(&mut cells.present);
            match &mut cells.values {
                Values::Text(values) => {
                    column.typed::<ByteArrayType>().write_batch(&take(values), Some(&present), None)?
                }
                Values::Integer(values) => {
                    column.typed::<Int64Type>().write_batch(&take(values), Some(&present), None)?
                }
                Values::Decimal(values) => {
                    column.typed::<DoubleType>().write_batch(&take(values), Some(&present), None)?
                }
            };
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Completes the file under its temporary name.
    pub(super) fn seal(mut self) -> Result<Whole, Error> {
        let rest = if self.rows > 0 { self.flush() } else { Ok(()) };
        let draft = rest.and_then(|()| self.writer.into_inner());
        draft.map_err(|error| failed(&self.path, error))?.seal()
    }
}

impl Cells {
    fn of(column: &Column) -> Cells {
        let values = match column.kind {
            Kind::Text | Kind::Word => Values::Text(Vec::new()),
            Kind::Integer => Values::Integer(Vec::new()),
            Kind::Decimal => Values::Decimal(Vec::new()),
        };
        Cells { column: column.clone(), present: Vec::new(), values }
    }

    fn push(&mut self, cell: &str) -> io::Result<()> {
        let wrong = || self.column.wrong();
        let null = self.column.is_null(cell);
        self.present.push(i16::from(!null));
        if !null {
            match &mut self.values {
                Values::Text(values) => values.push(cell.into()),
                Values::Integer(values) => values.push(cell.parse().map_err(|_| wrong())?),
                Values::Decimal(values) => values.push(cell.parse().map_err(|_| wrong())?),
            }
        }
        Ok(())
    }
}

fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Text | Kind::Word => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Decimal => (Physical::DOUBLE, None),
        };
        let column = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        column.build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    Type::group_type_builder("schema").with_fields(fields).build().map(Arc::new)
}

fn failed(path: &Path, error: ParquetError) -> Error {
    let cause = match error {
        // As the system said it, where the system said it.
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => *cause,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    };
    Error { action: "write", path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    use std::fs::File;

    #[test]
    fn cells_come_back_in_their_kinds() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let columns = [
            Column::new("text", ""),
            Column::new("client", "").or_empty("not given"),
            Column::new("units", "").integer("units", "any"),
            Column::new("p", "").decimal("p", "any").or_empty("few"),
        ];
        let mut wrong = Sheet::create(&folder, "x.csv", &columns).unwrap();
        let error = wrong.write(&["", "", "one", ""].into_iter().collect()).unwrap_err();
        assert!(error.to_string().contains("column units"), "{error}");

        // More rows than a group holds.
        let rows = GROUP_ROWS + 3;
        let mut sheet = Sheet::create(&folder, "x.csv", &columns).unwrap();
        for row in 0..rows {
            let p = if row % 2 == 0 { "-0.2500" } else { "" };
            let cells = ["", if row == 1 { "" } else { "=é 😶" }, &row.to_string(), p];
            sheet.write(&cells.into_iter().collect()).unwrap();
        }
        sheet.seal().unwrap().publish().unwrap();
        let reader = SerializedFileReader::new(File::open(dir.path().join("x.parquet")).unwrap()).unwrap();
        assert_eq!(reader.num_row_groups(), 2);
        let read: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(read.len(), rows);
        assert_eq!((read[0].get_string(0).unwrap().as_str(), read[0].get_long(2).unwrap()), ("", 0));
        assert_eq!(read[0].get_string(1).unwrap(), "=é 😶");
        assert_eq!(read[0].get_double(3).unwrap().to_bits(), (-0.25_f64).to_bits());
        assert_eq!(read[1].to_string(), "{text: \"\", client: null, units: 1, p: null}");
        assert_eq!(read[rows - 1].get_long(2).unwrap(), rows as i64 - 1);
    }

    #[test]
    fn a_table_without_rows_is_a_file_with_columns() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        Sheet::create(&folder, "x.csv", &[Column::new("a", "")]).unwrap().seal().unwrap().publish().unwrap();
        let reader = SerializedFileReader::new(File::open(dir.path().join("x.parquet")).unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        assert_eq!((metadata.num_rows(), metadata.schema_descr().column(0).name()), (0, "a"));
    }
}
