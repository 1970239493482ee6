//! Coded tables of a user: sessions, what must not be parted from them, and the labels of their units.

use crate::agreement::coders::aligned::unlike;
use crate::agreement::coders::read::{
    NA, Separator, Table, labels as split, na_is_missing, place, stem, told_missing,
};
use crate::transcript::{Session, Speaker, Unit};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What can be wrong with coded material.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be opened.
    #[error("{0}: cannot be read: {1}")]
    Io(PathBuf, std::io::Error),
    /// A file that is no such table.
    #[error("{0}: {1}")]
    Csv(PathBuf, csv::Error),
    /// A column that is needed, and how columns were parted.
    #[error(
        "{0}: there is no column '{1}' (columns are parted by {2}): coded tables have session_id, speaker, text and a column \
         of labels"
    )]
    Column(PathBuf, String, Separator),
    /// A record that makes no sense.
    #[error("{path}: record {record}: {reason}")]
    Record {
        /// The file.
        path: PathBuf,
        /// Data record, from 1.
        record: usize,
        /// What is wrong, and the mend.
        reason: String,
    },
    /// A file without any record.
    #[error("{0}: there is no unit in it")]
    Empty(PathBuf),
}

/// A session with its coding; `T` is what one cell of labels becomes.
#[derive(Debug, Clone)]
pub struct Coded<T> {
    /// The session.
    pub session: Session,
    /// The file it is from, without extensions; of several with one name the second is `codes (2)`.
    pub source: String,
    /// What must not be parted from it, by folds or resamples: `group`, else `client_id`, else the session.
    pub cluster: String,
    /// The coder's labels, one value a unit.
    pub gold: Vec<T>,
}

/// What tables hold.
#[derive(Debug, Clone)]
pub struct Tables<T> {
    /// Sessions in the order of the tables.
    pub sessions: Vec<Coded<T>>,
    /// What is to be told about how they were read.
    pub notices: Vec<String>,
}

/// Reads tables in CSV (parted by commas, semicolons or tabs), packed with gzip or Zstandard or not, or in Parquet, with the columns `session_id, speaker, text`, the column of labels, and
/// where they are there `utterance_id, group, client_id`; others are left alone. Speakers are `therapist`, `client`,
/// `client 2`, `note`, `note:S`. Rows of a session stand together. `parse` reads a cell of labels; its error is the reason
/// why it cannot. `NA`, as R writes a missing cell, is an empty one; not so where it stands beside another label. Rows without
/// anything in them are passed over.
///
/// # Errors
/// If a file cannot be read, lacks a column, has no unit, or has a record that makes no sense.
pub fn read<T>(
    paths: &[PathBuf],
    column: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Tables<T>, Error> {
    let mut all = Tables { sessions: Vec::new(), notices: Vec::new() };
    let mut sources: Vec<String> = Vec::new();
    for path in paths {
        let before = all.sessions.len();
        let source = unlike(&stem(path), &sources);
        add(path, &source, column, &parse, &mut all)?;
        if all.sessions.len() == before {
            return Err(Error::Empty(path.clone()));
        }
        sources.push(source);
    }
    Ok(all)
}

fn add<T>(
    path: &Path,
    source: &str,
    column: &str,
    parse: &impl Fn(&str) -> Result<T, String>,
    Tables { sessions: all, notices }: &mut Tables<T>,
) -> Result<(), Error> {
    let csv_error = |error| Error::Csv(path.to_owned(), error);
    let file: Arc<Path> = path.into();
    let mut table = Table::open(path).map_err(|e| Error::Io(path.to_owned(), e))?;
    let (header, separator) = (table.header.clone(), table.separator);
    let place = |name: &str| place(&header, name);
    let needed =
        |name: &str| place(name).ok_or_else(|| Error::Column(path.to_owned(), name.to_owned(), separator));
    let [session_id, speaker, text, labels] =
        [needed("session_id")?, needed("speaker")?, needed("text")?, needed(column)?];
    let [utterance_id, group, client_id] = ["utterance_id", "group", "client_id"].map(place);
    let first = all.len();
    let rows = table.rows().collect::<Result<Vec<_>, _>>().map_err(csv_error)?;
    let missing = na_is_missing(rows.iter().map(|(_, row)| split(row.get(labels).unwrap_or_default())));
    let (mut emptied, mut nobody) = (0, false);
    for (record, row) in &rows {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let mut given = |at: Option<usize>| {
            let cell = at.map(cell).filter(|cell| !cell.is_empty());
            nobody |= cell == Some(NA);
            cell.filter(|cell| *cell != NA).map(str::to_owned)
        };
        let wrong = |reason: String| Error::Record { path: path.to_owned(), record: *record, reason };
        // Not quoted: where columns are shifted, words of the session stand here.
        let speaker = Speaker::from_role(cell(speaker)).ok_or_else(|| {
            wrong("the speaker is none of therapist, client, client 2, note, note:S: write it so, as utterances.csv of analyze does".to_owned())
        })?;
        let label = match cell(labels).trim() {
            NA if missing => {
                emptied += 1;
                parse("")
            }
            _ => parse(cell(labels)),
        };
        let label = label.map_err(wrong)?;
        if all[first..].last().is_none_or(|last| last.session.id != cell(session_id)) {
            let session = Session::new(cell(session_id).to_owned(), Arc::clone(&file));
            let cluster = given(group).or_else(|| given(client_id)).unwrap_or_else(|| session.id.clone());
            all.push(Coded { session, source: source.to_owned(), cluster, gold: Vec::new() });
        }
        if let Some(Coded { session, gold, .. }) = all.last_mut() {
            let id = given(utterance_id).unwrap_or_else(|| session.units.len().to_string());
            session.units.push(Unit { id, speaker, text: cell(text).to_owned(), start: None, end: None });
            gold.push(label);
        }
    }
    let ids =
        nobody.then(|| "an id of unit, group or client is NA: read as empty, here and elsewhere".to_owned());
    let told = [table.notice, told_missing(column, emptied), ids];
    notices.extend(told.into_iter().flatten().map(|notice| format!("{}: {notice}", path.display())));
    Ok(())
}
