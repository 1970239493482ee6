//! Coded tables of a user: sessions, what must not be parted from them, and the labels of their units.

use crate::agreement::coders::read::{Separator, opened, place, stem};
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
    /// The file it is from, without extensions.
    pub source: String,
    /// What must not be parted from it, by folds or resamples: `group`, else `client_id`, else the session.
    pub cluster: String,
    /// The coder's labels, one value a unit.
    pub gold: Vec<T>,
}

/// Reads tables in CSV (parted by commas, semicolons or tabs), packed with gzip or not, or in Parquet, with the columns `session_id, speaker, text`, the column of labels, and
/// where they are there `utterance_id, group, client_id`; others are left alone. Speakers are `therapist`, `client`,
/// `client 2`, `note`, `note:S`. Rows of a session stand together. `parse` reads a cell of labels; its error is the reason
/// why it cannot.
///
/// # Errors
/// If a file cannot be read, lacks a column, has no unit, or has a record that makes no sense.
pub fn read<T>(
    paths: &[PathBuf],
    column: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<Coded<T>>, Error> {
    let mut all = Vec::new();
    for path in paths {
        let before = all.len();
        add(path, column, &parse, &mut all)?;
        if all.len() == before {
            return Err(Error::Empty(path.clone()));
        }
    }
    Ok(all)
}

fn add<T>(
    path: &Path,
    column: &str,
    parse: &impl Fn(&str) -> Result<T, String>,
    all: &mut Vec<Coded<T>>,
) -> Result<(), Error> {
    let csv_error = |error| Error::Csv(path.to_owned(), error);
    let file: Arc<Path> = path.into();
    let source = stem(path);
    let (mut table, separator) = opened(path).map_err(|e| Error::Io(path.to_owned(), e))?;
    let header = table.headers().map_err(csv_error)?.clone();
    let place = |name: &str| place(&header, name);
    let needed =
        |name: &str| place(name).ok_or_else(|| Error::Column(path.to_owned(), name.to_owned(), separator));
    let [session_id, speaker, text, labels] =
        [needed("session_id")?, needed("speaker")?, needed("text")?, needed(column)?];
    let [utterance_id, group, client_id] = ["utterance_id", "group", "client_id"].map(place);
    let first = all.len();
    for (i, row) in table.records().enumerate() {
        let row = row.map_err(csv_error)?;
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let given = |at: Option<usize>| at.map(cell).filter(|cell| !cell.is_empty()).map(str::to_owned);
        let wrong = |reason: String| Error::Record { path: path.to_owned(), record: i + 1, reason };
        // Not quoted: where columns are shifted, words of the session stand here.
        let speaker = Speaker::from_role(cell(speaker)).ok_or_else(|| {
            wrong("the speaker is none of therapist, client, client 2, note, note:S: write it so, as utterances.csv of analyze does".to_owned())
        })?;
        let label = parse(cell(labels)).map_err(wrong)?;
        if all[first..].last().is_none_or(|last| last.session.id != cell(session_id)) {
            let session = Session::new(cell(session_id).to_owned(), Arc::clone(&file));
            let cluster = given(group).or_else(|| given(client_id)).unwrap_or_else(|| session.id.clone());
            all.push(Coded { session, source: source.clone(), cluster, gold: Vec::new() });
        }
        if let Some(Coded { session, gold, .. }) = all.last_mut() {
            let id = given(utterance_id).unwrap_or_else(|| session.units.len().to_string());
            session.units.push(Unit { id, speaker, text: cell(text).to_owned(), start: None, end: None });
            gold.push(label);
        }
    }
    Ok(())
}
