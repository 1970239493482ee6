//! Rows of Parquet files as cells of text, as pandas, R, Spark and `DuckDB` write them, some in memory at a time.
//!
//! Of a column it matters what its cells say, not how they are stored: text is taken over, numbers and dates are
//! written as in a CSV table, null is an empty cell.

pub mod cell;

use crate::guard;
use ::parquet::basic::{Compression, ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;
use cell::decimal;
use std::collections::VecDeque;
use std::io;

/// Rows that are decoded at once.
const BATCH: usize = 1024;

/// What a Parquet file begins with.
pub(crate) const MAGIC: &[u8] = b"PAR1";

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The file cannot be read.
    #[error("{0}")]
    Io(io::Error),
    /// It is not what its first bytes say. Messages of the crate may hold values, and are not passed on.
    #[error("is no sound Parquet file; write or copy it again")]
    Unsound,
    /// It is sound, and still not read.
    #[error("{0}")]
    Refused(String),
}

impl From<ParquetError> for Error {
    fn from(error: ParquetError) -> Error {
        match error {
            ParquetError::External(cause) => {
                cause.downcast::<io::Error>().map_or(Error::Unsound, |io| Error::Io(*io))
            }
            _ => Error::Unsound,
        }
    }
}

/// A Parquet file, its schema already read.
pub(crate) struct File(Box<dyn FileReader>);

impl File {
    /// Reads the schema.
    pub(crate) fn open<R: ChunkReader + 'static>(source: R) -> Result<File, Error> {
        let file = File(guarded(|| Ok(Box::new(SerializedFileReader::new(source)?)))?);
        // The crate takes these on trust, and panics where they are below 0.
        let negative = |column: &ColumnChunkMetaData| {
            let places = [
                Some(column.data_page_offset()),
                column.dictionary_page_offset(),
                Some(column.compressed_size()),
            ];
            places.into_iter().flatten().any(|place| place < 0)
        };
        if file.0.metadata().row_groups().iter().any(|group| group.columns().iter().any(negative)) {
            return Err(Error::Refused("it is damaged: a column begins or ends before the file does".into()));
        }
        Ok(file)
    }

    /// Names of all columns.
    pub(crate) fn names(&self) -> Vec<String> {
        let schema = self.0.metadata().file_metadata().schema_descr();
        schema.columns().iter().map(|column| column.path().string()).collect()
    }

    /// The columns that hold text, numbers or dates.
    pub(crate) fn readable(&self) -> Vec<usize> {
        (0..self.names().len()).filter(|&at| Column::of(&*self.0, at).is_ok()).collect()
    }

    /// The rows of some of the columns.
    pub(crate) fn rows(self, used: &[usize]) -> Result<Rows, Error> {
        let column = |&at: &usize| {
            let column = Column::of(&*self.0, at);
            column.map_err(|why| Error::Refused(format!("column {} {why}; write it as text", at + 1)))
        };
        let columns = used.iter().map(column).collect::<Result<_, _>>()?;
        for group in self.0.metadata().row_groups() {
            let packed =
                used.iter().filter_map(|&at| group.columns().get(at)).map(ColumnChunkMetaData::compression);
            let known = |it: &Compression| matches!(it, Compression::SNAPPY | Compression::UNCOMPRESSED);
            if let Some(packing) = packed.into_iter().find(|it| !known(it)) {
                let why = format!("it is packed with {packing}; write it with Snappy or unpacked");
                return Err(Error::Refused(why));
            }
        }
        Ok(Rows { file: self.0, columns, group: 0, readers: Vec::new(), batch: VecDeque::new() })
    }
}

/// The rows of a file, one after the other.
pub(crate) struct Rows {
    file: Box<dyn FileReader>,
    /// The columns that are read.
    columns: Vec<Column>,
    /// The next group of rows.
    group: usize,
    readers: Vec<ColumnReader>,
    batch: VecDeque<Result<Vec<String>, String>>,
}

impl Rows {
    /// The cells of the next row, or what is wrong with one of them, without its value.
    pub(crate) fn next(&mut self) -> Result<Option<Result<Vec<String>, String>>, Error> {
        if self.batch.is_empty() && !guarded(|| self.fill())? {
            return Ok(None);
        }
        Ok(self.batch.pop_front())
    }

    /// Decodes the next rows; whether there were any.
    fn fill(&mut self) -> Result<bool, ParquetError> {
        loop {
            if self.readers.is_empty() {
                if self.group >= self.file.num_row_groups() {
                    return Ok(false);
                }
                let group = self.file.get_row_group(self.group)?;
                self.group += 1;
                self.readers =
                    self.columns.iter().map(|it| group.get_column_reader(it.at)).collect::<Result<_, _>>()?;
            }
            let mut columns = Vec::with_capacity(self.columns.len());
            for (reader, column) in self.readers.iter_mut().zip(&self.columns) {
                columns.push(column.read(reader)?.into_iter());
            }
            let rows = columns.iter().map(ExactSizeIterator::len).max().unwrap_or_default();
            if columns.iter().any(|column| column.len() != rows) {
                return Err(ParquetError::General("columns of different lengths".to_owned()));
            }
            if rows == 0 {
                self.readers.clear();
                continue;
            }
            for _ in 0..rows {
                self.batch.push_back(columns.iter_mut().filter_map(Iterator::next).collect());
            }
            return Ok(true);
        }
    }
}

/// The crate panics on some damaged files.
fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    guard::guarded(work).unwrap_or_else(|| Err(ParquetError::General("damaged".to_owned())))
}

/// A column that is read.
struct Column {
    /// Where it stands in the file.
    at: usize,
    /// The level of a cell that is not null.
    full: i16,
    cell: Cell,
}

impl Column {
    fn of(file: &dyn FileReader, at: usize) -> Result<Column, &'static str> {
        let column = file.metadata().file_metadata().schema_descr().column(at);
        Ok(Column { at, full: column.max_def_level(), cell: Cell::of(&column)? })
    }

    /// The next cells, or what is wrong with them.
    fn read(&self, reader: &mut ColumnReader) -> Result<Vec<Result<String, String>>, ParquetError> {
        let whole = |value| self.cell.whole(value);
        match reader {
            ColumnReader::ByteArrayColumnReader(reader) => cells(reader, self.full, |value| {
                let text = String::from_utf8(value.data().to_vec());
                text.map_err(|_| "a cell is not UTF-8".to_owned())
            }),
            ColumnReader::Int32ColumnReader(it) => cells(it, self.full, |&value| whole(value.into())),
            ColumnReader::Int64ColumnReader(it) => cells(it, self.full, |&value| whole(value)),
            ColumnReader::FloatColumnReader(it) => cells(it, self.full, |&value| Ok(decimal(value))),
            ColumnReader::DoubleColumnReader(it) => cells(it, self.full, |&value| Ok(decimal(value))),
            _ => Err(ParquetError::General("a column that was refused before".to_owned())),
        }
    }
}

/// How the cells of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Text,
    Number,
    /// Days since 1970.
    Date,
    /// So many parts of a second since 1970.
    Time(i64),
}

impl Cell {
    /// An error says what is wrong with the column.
    fn of(column: &ColumnDescriptor) -> Result<Cell, &'static str> {
        const FOREIGN: &str = "holds values that are neither text nor numbers nor dates";
        if column.max_rep_level() > 0 {
            return Err("holds lists");
        }
        let stored = column.physical_type();
        match (stored, column.logical_type_ref(), column.converted_type()) {
            (Physical::INT32, Some(LogicalType::Date), _) | (Physical::INT32, None, ConvertedType::DATE) => {
                Ok(Cell::Date)
            }
            (Physical::INT64, Some(LogicalType::Timestamp(it)), _) => Ok(Cell::Time(match it.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            })),
            (Physical::INT64, None, ConvertedType::TIMESTAMP_MILLIS) => Ok(Cell::Time(1_000)),
            (Physical::INT64, None, ConvertedType::TIMESTAMP_MICROS) => Ok(Cell::Time(1_000_000)),
            (
                _,
                _,
                ConvertedType::DECIMAL
                | ConvertedType::INTERVAL
                | ConvertedType::TIME_MILLIS
                | ConvertedType::TIME_MICROS,
            ) => Err(FOREIGN),
            (Physical::INT32 | Physical::INT64, None | Some(LogicalType::Integer(_)), _)
            | (Physical::FLOAT | Physical::DOUBLE, _, _) => Ok(Cell::Number),
            (
                Physical::BYTE_ARRAY,
                None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json),
                _,
            ) => Ok(Cell::Text),
            _ => Err(FOREIGN),
        }
    }

    fn whole(self, value: i64) -> Result<String, String> {
        match self {
            Cell::Text | Cell::Number => Ok(value.to_string()),
            Cell::Date => cell::date(value),
            Cell::Time(parts) => cell::time(value, parts),
        }
    }
}

/// The next cells, empty where they are null: where their level is not `full`.
fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    full: i16,
    shown: impl Fn(&T::T) -> Result<String, String>,
) -> Result<Vec<Result<String, String>>, ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let (rows, ..) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
    if full == 0 {
        levels.resize(rows, 0);
    }
    let mut values = values.iter();
    let cell = |level| {
        if level == full { values.next().map_or(Ok(String::new()), &shown) } else { Ok(String::new()) }
    };
    Ok(levels.into_iter().map(cell).collect())
}
