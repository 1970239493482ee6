//! Tables in memory, for programs that go on with them instead of reading files: the cells of the CSV tables in typed
//! columns, nothing computed anew.

use super::clients::Clients;
use super::factors::Factors;
use super::folder::Error;
use super::moments::Moments;
use super::own_codes::OwnCodes;
use super::privacy::Privacy;
use super::rejects::Rejects;
use super::sessions::Sessions;
use super::table::{Column, Kind, Options, Sheet, Table};
use super::trends::Trends;
use super::utterances::Utterances;
use crate::coding::CodedSession;
use crate::coding::case::{Client, Factor, Trend};
use crate::coding::own::OwnCodebook;
use crate::finding::Searched;
use crate::transcript::Reject;
use std::borrow::Cow;
use std::io;

/// A table in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The name of its CSV file without the ending.
    pub name: &'static str,
    /// Its columns, in order and all of one length.
    pub columns: Vec<HeldColumn>,
    /// What the cells are read by.
    described: Vec<Column>,
}

/// A column of a table in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldColumn {
    /// Its name in the header.
    pub name: Cow<'static, str>,
    /// Its cells.
    pub values: Values,
}

/// The cells of a column, `None` where the CSV table has an empty cell in a column that may have one.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Text and words.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Decimal numbers, of four places.
    Decimal(Vec<Option<f64>>),
}

impl Held {
    pub(super) fn new(file: &'static str, described: Vec<Column>) -> Held {
        let column = |column: &Column| HeldColumn {
            name: column.name.clone(),
            values: match column.kind {
                Kind::Text | Kind::Word => Values::Text(Vec::new()),
                Kind::Integer => Values::Integer(Vec::new()),
                Kind::Decimal => Values::Decimal(Vec::new()),
            },
        };
        let name = file.strip_suffix(".csv").unwrap_or(file);
        Held { name, columns: described.iter().map(column).collect(), described }
    }

    /// Makes a table of its own of some records.
    ///
    /// # Errors
    /// If a cell is not of its column's kind, which would be a fault of the table.
    pub fn of<'a, T: Table>(
        records: impl IntoIterator<Item = &'a T::Record>,
        options: Options,
    ) -> Result<Held, Error>
    where
        T::Record: 'a,
    {
        let mut sheet = Sheet::<T>::in_memory(options, T::columns());
        records.into_iter().try_for_each(|record| sheet.write(record))?;
        Ok(sheet.into_held().unwrap_or_else(|| Held::new(T::FILE, T::columns())))
    }

    /// Adds a row, as it would stand in the CSV table.
    pub(super) fn push(&mut self, cells: &csv::StringRecord) -> io::Result<()> {
        if cells.len() != self.columns.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row has not a cell for each column"));
        }
        for ((held, column), cell) in self.columns.iter_mut().zip(&self.described).zip(cells) {
            let given = (!column.is_null(cell)).then_some(cell);
            match &mut held.values {
                Values::Text(values) => values.push(given.map(str::to_owned)),
                Values::Integer(values) => values.push(parsed(given, column)?),
                Values::Decimal(values) => values.push(parsed(given, column)?),
            }
        }
        Ok(())
    }
}

fn parsed<N: std::str::FromStr>(cell: Option<&str>, column: &Column) -> io::Result<Option<N>> {
    cell.map(|cell| cell.parse().map_err(|_| column.wrong())).transpose()
}

/// The tables of a run that stays in memory, or of a part of it.
#[derive(Debug)]
pub struct HeldTables {
    utterances: Sheet<Utterances>,
    moments: Sheet<Moments>,
    sessions: Sheet<Sessions>,
    clients: Sheet<Clients>,
    trends: Sheet<Trends>,
    factors: Sheet<Factors>,
    privacy: Sheet<Privacy>,
    rejects: Sheet<Rejects>,
    own_codes: Option<Sheet<OwnCodes>>,
}

impl HeldTables {
    /// Begins all tables: those of a run but `excerpts`, which a program has in its own rows, and `own_codes` where the
    /// model has a codebook for it.
    #[must_use]
    pub fn new(options: Options, own: Option<&OwnCodebook>) -> HeldTables {
        HeldTables {
            utterances: sheet(options),
            moments: sheet(options),
            sessions: sheet(options),
            clients: sheet(options),
            trends: sheet(options),
            factors: sheet(options),
            privacy: sheet(options),
            rejects: sheet(options),
            own_codes: own.map(|codebook| Sheet::in_memory(options, OwnCodes::columns_of(&codebook.names()))),
        }
    }

    /// Adds the rows of one session.
    ///
    /// # Errors
    /// If a cell is not of its column's kind, which would be a fault of the table; so all others here.
    pub fn write(&mut self, session: &CodedSession) -> Result<(), Error> {
        self.utterances.write(session)?;
        self.moments.write(session)?;
        self.sessions.write(session)?;
        self.own_codes.as_mut().map_or(Ok(()), |table| table.write(session))
    }

    /// Adds what the sessions of one client come to.
    ///
    /// # Errors
    /// As [`HeldTables::write`].
    pub fn client(&mut self, client: &Client, trends: &[Trend]) -> Result<(), Error> {
        self.clients.write(client)?;
        trends.iter().try_for_each(|trend| self.trends.write(trend))
    }

    /// Adds what all sessions together come to.
    ///
    /// # Errors
    /// As [`HeldTables::write`].
    pub fn factors(&mut self, factors: &[Factor]) -> Result<(), Error> {
        factors.iter().try_for_each(|factor| self.factors.write(factor))
    }

    /// Adds what was found in one session that may identify a person.
    ///
    /// # Errors
    /// As [`HeldTables::write`].
    pub fn search(&mut self, searched: &Searched) -> Result<(), Error> {
        self.privacy.write(searched)
    }

    /// Adds a record that could not be read.
    ///
    /// # Errors
    /// As [`HeldTables::write`].
    pub fn reject(&mut self, reject: &Reject) -> Result<(), Error> {
        self.rejects.write(reject)
    }

    /// All tables, also those without rows.
    #[must_use]
    pub fn into_held(self) -> Vec<Held> {
        [
            self.utterances.into_held(),
            self.moments.into_held(),
            self.sessions.into_held(),
            self.clients.into_held(),
            self.trends.into_held(),
            self.factors.into_held(),
            self.privacy.into_held(),
            self.rejects.into_held(),
            self.own_codes.and_then(Sheet::into_held),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn sheet<T: Table>(options: Options) -> Sheet<T> {
    Sheet::in_memory(options, T::columns())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn cells_are_those_of_the_csv_in_their_kinds() {
        let held = Held::of::<Moments>([&sample::session()], Options::default()).unwrap();
        assert_eq!(held.name, "moments");
        let column = |name: &str| {
            let found = held.columns.iter().find(|column| column.name == name);
            &found.unwrap().values
        };
        let words =
            |words: &[Option<&str>]| Values::Text(words.iter().map(|it| it.map(str::to_owned)).collect());
        assert_eq!(*column("type"), words(&[Some("cognitive"), Some("resistance_fear")]));
        assert_eq!(*column("units"), Values::Integer(vec![Some(2), Some(1)]));
        assert_eq!(*column("peak_probability"), Values::Decimal(vec![Some(0.875), Some(0.5)]));
        assert_eq!(*column("manner"), words(&[None, None]));
        assert_eq!(*column("session_number"), Values::Integer(vec![None, None]));
        let silent = Held::of::<Moments>([&sample::session()], Options { text: false, ..Options::default() });
        let silent = silent.unwrap();
        let evidence = silent.columns.iter().find(|column| column.name == "evidence").unwrap();
        assert_eq!(evidence.values, words(&[None, None]));
    }

    #[test]
    fn a_cell_of_the_wrong_kind_is_an_error() {
        let mut held = Held::new("x.csv", vec![Column::new("units", "").integer("units", "any")]);
        held.push(&["7"].into_iter().collect()).unwrap();
        assert!(held.push(&["one"].into_iter().collect()).is_err());
        assert!(held.push(&["1", "2"].into_iter().collect()).is_err());
    }

    #[test]
    fn tables_without_rows_have_their_columns() {
        let tables = HeldTables::new(Options::default(), None).into_held();
        let names: Vec<_> = tables.iter().map(|table| table.name).collect();
        let expected =
            ["utterances", "moments", "sessions", "clients", "trends", "factors", "privacy", "rejects"];
        assert_eq!(names, expected);
        assert_eq!(tables[0].columns.len(), Utterances::columns().len());
    }
}
