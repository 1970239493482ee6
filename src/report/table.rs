//! What a table is, and the one place where cells become bytes.

use super::folder::{Draft, Error, Folder, Whole};
use super::held::Held;
use super::parquet;
use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// What holds for all tables of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "choices that are independent of each other")]
pub struct Options {
    /// Whether words of the session may be written. Columns are the same either way.
    pub text: bool,
    /// Whether the words that may identify a person may be written into `privacy.csv`.
    pub found: bool,
    /// Whether the tables are for a spreadsheet: a byte order mark at the beginning, and an apostrophe before text that
    /// would be taken for a formula.
    pub excel: bool,
    /// Whether every table is written as Parquet too, under the same name with another ending.
    pub parquet: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { text: true, found: false, excel: false, parquet: false }
    }
}

/// The type of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text taken over as given; read it as text even where it looks like a number.
    Text,
    /// One of a few words.
    Word,
    /// A whole number.
    Integer,
    /// A decimal number with four places.
    Decimal,
}

impl Kind {
    /// The word used in the dictionary.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Word => "word",
            Kind::Integer => "integer",
            Kind::Decimal => "decimal",
        }
    }
}

/// What one column of a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: Cow<'static, str>,
    /// The type of its cells.
    pub kind: Kind,
    /// Unit of measurement, or `-`.
    pub unit: &'static str,
    /// The values it may take.
    pub range: Cow<'static, str>,
    /// What an empty cell says; `None` if no cell is empty.
    pub empty: Option<&'static str>,
    /// What it says, in one line.
    pub meaning: Cow<'static, str>,
}

impl Column {
    /// A column of free text without unit that is never empty; the rest is added by the methods below.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, meaning: impl Into<Cow<'static, str>>) -> Column {
        Column {
            name: name.into(),
            kind: Kind::Text,
            unit: "-",
            range: Cow::Borrowed("any"),
            empty: None,
            meaning: meaning.into(),
        }
    }

    /// The column with one of these words in every cell.
    #[must_use]
    pub fn words(self, words: impl Into<Cow<'static, str>>) -> Column {
        Column { kind: Kind::Word, range: words.into(), ..self }
    }

    /// The column with whole numbers in this unit and range.
    #[must_use]
    pub fn integer(self, unit: &'static str, range: &'static str) -> Column {
        Column { kind: Kind::Integer, unit, range: Cow::Borrowed(range), ..self }
    }

    /// The column with decimal numbers in this unit and range.
    #[must_use]
    pub fn decimal(self, unit: &'static str, range: &'static str) -> Column {
        Column { kind: Kind::Decimal, unit, range: Cow::Borrowed(range), ..self }
    }

    /// The column with empty cells that mean this.
    #[must_use]
    pub fn or_empty(self, meaning: &'static str) -> Column {
        Column { empty: Some(meaning), ..self }
    }

    /// Whether a cell is null where cells have types: it is empty, and not an empty string in a column of text that is
    /// always given.
    pub(super) fn is_null(&self, cell: &str) -> bool {
        cell.is_empty() && (self.empty.is_some() || !matches!(self.kind, Kind::Text | Kind::Word))
    }

    /// What is wrong with a cell that is not of the column's kind.
    pub(super) fn wrong(&self) -> io::Error {
        let text = format!("a cell of column {} is not of the kind that the table says", self.name);
        io::Error::new(io::ErrorKind::InvalidData, text)
    }
}

/// A table: its name, its columns, and how something becomes rows of it.
pub trait Table {
    /// What one call turns into rows.
    type Record;
    /// Name of the file in the output folder.
    const FILE: &'static str;
    /// What a row is, in one or two sentences.
    const ABOUT: &'static str;

    /// The columns in order.
    fn columns() -> Vec<Column>;

    /// Writes the rows of one record: for each, one cell per column and then [`Rows::end`].
    ///
    /// # Errors
    /// If the file cannot be written.
    fn write(record: &Self::Record, options: Options, rows: &mut Rows) -> Result<(), Error>;
}

/// Takes cells and writes rows.
#[derive(Debug)]
pub struct Rows {
    path: PathBuf,
    cells: csv::StringRecord,
    cell: String,
    target: Target,
    written: u64,
}

/// Where rows go.
#[derive(Debug)]
enum Target {
    Files(Box<Files>),
    Memory(Held),
}

/// The CSV file and its Parquet twin.
#[derive(Debug)]
struct Files {
    /// For a spreadsheet: which columns hold text that would be taken for a formula.
    guarded: Option<Vec<bool>>,
    csv: csv::Writer<Draft>,
    parquet: Option<parquet::Sheet>,
}

impl Rows {
    /// A cell of text, as given.
    pub fn text(&mut self, text: &str) {
        self.cells.push_field(text);
    }

    /// A cell of text that may be missing.
    pub fn text_or_empty(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    /// A whole number or a word of ours.
    pub fn shown(&mut self, value: impl Display) {
        self.cell.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.cell, "{value}");
        self.cells.push_field(&self.cell);
    }

    /// The same that may be missing.
    pub fn shown_or_empty(&mut self, value: Option<impl Display>) {
        match value {
            Some(value) => self.shown(value),
            None => self.empty(),
        }
    }

    /// A decimal number with four places; one that is not finite is missing, never `NaN`.
    pub fn decimal(&mut self, value: f64) {
        if value.is_finite() {
            self.shown(format_args!("{:.4}", unsigned_zero(value)));
        } else {
            self.empty();
        }
    }

    /// A decimal number that may be missing.
    pub fn decimal_or_empty(&mut self, value: Option<f64>) {
        self.decimal(value.unwrap_or(f64::NAN));
    }

    /// An empty cell.
    pub fn empty(&mut self) {
        self.cells.push_field("");
    }

    /// Ends the row.
    ///
    /// # Errors
    /// If the file cannot be written, or the row has not as many cells as the table has columns.
    pub fn end(&mut self) -> Result<(), Error> {
        let cells = std::mem::take(&mut self.cells);
        match &mut self.target {
            Target::Files(files) => {
                let outcome = match &files.guarded {
                    Some(columns) => files.csv.write_record(&guarded(&cells, columns)),
                    None => files.csv.write_record(&cells),
                };
                outcome.map_err(|error| write_error(&self.path, error))?;
                if let Some(parquet) = &mut files.parquet {
                    parquet.write(&cells)?;
                }
            }
            Target::Memory(held) => {
                let failed = |cause| Error { action: "hold", path: self.path.clone(), cause };
                held.push(&cells).map_err(failed)?;
            }
        }
        self.cells = cells;
        self.cells.clear();
        self.written += 1;
        Ok(())
    }
}

/// The row with an apostrophe before text that would be taken for a formula.
fn guarded(cells: &csv::StringRecord, columns: &[bool]) -> csv::StringRecord {
    let column = |index: usize| columns.get(index).copied().unwrap_or(true);
    let guard = |(index, cell): (usize, &str)| {
        if column(index) && is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
    };
    cells.iter().enumerate().map(guard).collect()
}

/// Whether a spreadsheet may calculate with the cell: OWASP's list of first signs, their full-width forms, and what is left of
/// them behind white space.
fn is_formula(text: &str) -> bool {
    let first = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    first(text) || first(text.trim_start())
}

fn write_error(path: &Path, error: csv::Error) -> Error {
    let cause = match error.into_kind() {
        // As the system said it: `From` would hide that the disk is full.
        csv::ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    };
    Error { action: "write", path: path.to_owned(), cause }
}

/// What tells a spreadsheet that a table is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A table that is being written.
#[derive(Debug)]
pub struct Sheet<T> {
    rows: Rows,
    options: Options,
    table: PhantomData<T>,
}

impl<T: Table> Sheet<T> {
    /// Begins the table with its header.
    ///
    /// # Errors
    /// If the file cannot be made or written.
    pub fn create(folder: &Folder, options: Options) -> Result<Self, Error> {
        Sheet::with_columns(folder, options, &T::columns())
    }

    /// Begins a table whose columns depend on more than its kind.
    pub(super) fn with_columns(folder: &Folder, options: Options, columns: &[Column]) -> Result<Self, Error> {
        let path = folder.path_of(T::FILE);
        let mut draft = folder.draft(T::FILE)?;
        if options.excel {
            draft.write_all(BYTE_ORDER_MARK).map_err(|cause| Error {
                action: "write",
                path: path.clone(),
                cause,
            })?;
        }
        let mut csv = csv::Writer::from_writer(draft);
        let names: csv::StringRecord = columns.iter().map(|column| column.name.as_ref()).collect();
        // Labels of a codebook from outside are names of columns, and words in cells.
        let names = if options.excel { guarded(&names, &vec![true; names.len()]) } else { names };
        csv.write_record(&names).map_err(|error| write_error(&path, error))?;
        let may_be_formula = |column: &Column| matches!(column.kind, Kind::Text | Kind::Word);
        let files = Files {
            guarded: options.excel.then(|| columns.iter().map(may_be_formula).collect()),
            csv,
            parquet: options.parquet.then(|| parquet::Sheet::create(folder, T::FILE, columns)).transpose()?,
        };
        let rows = Rows {
            path,
            cells: csv::StringRecord::new(),
            cell: String::new(),
            target: Target::Files(Box::new(files)),
            written: 0,
        };
        Ok(Sheet { rows, options, table: PhantomData })
    }

    /// Begins a table that stays in memory.
    pub(super) fn in_memory(options: Options, columns: Vec<Column>) -> Self {
        let rows = Rows {
            path: PathBuf::from(T::FILE),
            cells: csv::StringRecord::new(),
            cell: String::new(),
            target: Target::Memory(Held::new(T::FILE, columns)),
            written: 0,
        };
        Sheet { rows, options, table: PhantomData }
    }

    /// The table, if it stayed in memory.
    pub(super) fn into_held(self) -> Option<Held> {
        match self.rows.target {
            Target::Memory(held) => Some(held),
            Target::Files(_) => None,
        }
    }

    /// Adds the rows of one record.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&mut self, record: &T::Record) -> Result<(), Error> {
        T::write(record, self.options, &mut self.rows)
    }

    /// Adds a row that stands in another table of this kind.
    pub(super) fn copy(&mut self, cells: &csv::StringRecord) -> Result<(), Error> {
        self.rows.cells.clone_from(cells);
        self.rows.end()
    }

    /// Rows written so far, without the header.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.rows.written
    }

    /// Completes the file, and its Parquet twin where there is one, under temporary names. A table in memory has none.
    ///
    /// # Errors
    /// If the disk is full or fails.
    pub fn seal(self) -> Result<Vec<Whole>, Error> {
        let Rows { path, target, .. } = self.rows;
        let Target::Files(files) = target else { return Ok(Vec::new()) };
        let Files { csv, parquet, .. } = *files;
        let csv = csv.into_inner().map_err(|error| write_error(&path, error.into_error().into()))?;
        let mut whole = vec![csv.seal()?];
        if let Some(parquet) = parquet {
            whole.push(parquet.seal()?);
        }
        Ok(whole)
    }
}

/// A number without the sign that it would lose its meaning with: none that is 0 in four places is negative.
pub(super) fn unsigned_zero(value: f64) -> f64 {
    if value.abs() < 0.00005 { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_calculate() {
        for text in ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=1"] {
            assert!(is_formula(text), "{text:?}");
        }
        for text in ["", "a=1", "'=1", "no", "\u{2013} no", "1-2"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
