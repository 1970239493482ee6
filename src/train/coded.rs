//! Coded tables of a user: sessions, what must not be parted from them, and the labels of their units.

use crate::agreement::coders::aligned::unlike;
use crate::agreement::coders::read::{
    self, Missing, Separator, Table, labels as split, place, stem, told_missing,
};
use crate::transcript::{Session, Speaker, Unit, counted, is_missing};
use std::collections::{BTreeSet, HashMap, HashSet};
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
    /// What must not be parted from it, by folds or resamples: `group`, else `client_id`, else the session, the first given in its
    /// rows.
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
/// `client 2`, `note`, `note:S`. Rows of a session (one
/// file, id and client) are brought together in the order of the table. `parse` reads a cell of labels; its error is the reason
/// why it cannot. What says that a cell is missing ([`is_missing`]) is an empty one; not so where it stands beside another label. Rows without
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

/// Units of which client, session and id are those of another one.
pub(crate) fn repeated<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> usize {
    let ids = sessions.into_iter().flat_map(|session| {
        session.units.iter().map(move |unit| (&session.client_id, &session.id, &unit.id))
    });
    let mut seen = HashSet::new();
    ids.filter(|ids| !seen.insert(*ids)).count()
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
    let rows = table.rows().collect::<Result<Vec<_>, _>>().map_err(csv_error)?;
    let missing = Missing::among(rows.iter().map(|(_, row)| split(row.get(labels).unwrap_or_default())));
    let (mut emptied, mut nobody) = (Vec::new(), None);
    let (first, mut parts) = (all.len(), Parts::default());
    for (record, row) in &rows {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let mut given = |at: Option<usize>| {
            let cell = at.map(cell)?;
            nobody = nobody.take().or_else(|| Some(cell.trim().to_owned()).filter(|cell| is_missing(cell)));
            read::given(cell).map(str::to_owned)
        };
        let wrong = |reason: String| Error::Record { path: path.to_owned(), record: *record, reason };
        // Not quoted: where columns are shifted, words of the session stand here.
        let speaker = Speaker::from_role(cell(speaker)).ok_or_else(|| {
            wrong("the speaker is none of therapist, client, client 2, note, note:S: write it so, as utterances.csv of analyze does".to_owned())
        })?;
        let said = split(cell(labels));
        let label = if missing.is(&said) {
            emptied.extend(said);
            parse("")
        } else {
            parse(cell(labels))
        };
        let label = label.map_err(wrong)?;
        let id = read::given(cell(session_id)).ok_or_else(|| wrong(read::without("session_id")))?;
        let session =
            Session { client_id: given(client_id), ..Session::new(id.to_owned(), Arc::clone(&file)) };
        let at = parts.place(all, session, source);
        let Coded { session, cluster, gold, .. } = &mut all[at];
        if cluster.is_empty() {
            *cluster = given(group).unwrap_or_default();
        }
        let id = given(utterance_id).unwrap_or_else(|| session.units.len().to_string());
        session.units.push(Unit { id, speaker, text: cell(text).to_owned(), start: None, end: None });
        gold.push(label);
    }
    let alone = put_together(&mut all[first..]);
    let ids = nobody
        .map(|word| format!("an id of unit, group or client is {word}: read as empty, here and elsewhere"));
    let told = [table.notice, told_missing(column, &emptied), ids, parts.told(), alone];
    notices.extend(told.into_iter().flatten().map(|notice| format!("{}: {notice}", path.display())));
    Ok(())
}

/// Which sessions of a file there are, so that rows of one find together wherever they stand.
#[derive(Default)]
struct Parts {
    by_id: HashMap<String, Vec<usize>>,
    /// Whose the row above is.
    last: usize,
    /// Those that were gone on with after others.
    apart: BTreeSet<usize>,
}

impl Parts {
    /// Where the session of a row stands, which may be a new one: ids are often numbers within a client, so another client is
    /// another session, and a row that names none is of the session above.
    fn place<T>(&mut self, all: &mut Vec<Coded<T>>, row: Session, source: &str) -> usize {
        let of_id = self.by_id.entry(row.id.clone()).or_default();
        let holds = |at: &usize| {
            let known = &all[*at].session.client_id;
            known.is_none() || row.client_id.is_none() || *known == row.client_id
        };
        let above = of_id.iter().copied().find(|at| *at == self.last && holds(at));
        let found = above.or_else(|| of_id.iter().copied().find(holds));
        if let Some(at) = found {
            let known = &mut all[at].session.client_id;
            *known = known.take().or(row.client_id);
            if above.is_none() {
                self.apart.insert(at);
            }
        } else {
            of_id.push(all.len());
            let (source, cluster) = (source.to_owned(), String::new());
            all.push(Coded { session: row, source, cluster, gold: Vec::new() });
        }
        self.last = found.unwrap_or(all.len() - 1);
        self.last
    }

    fn told(&self) -> Option<String> {
        let sessions = counted(self.apart.len(), "session");
        (!self.apart.is_empty()).then(|| {
            format!("rows of {sessions} do not stand together: brought together, in the order of the table")
        })
    }
}

/// Says of every session without a group what must not be parted from it; what to tell of sessions that lack what others have.
fn put_together<T>(sessions: &mut [Coded<T>]) -> Option<String> {
    let names = sessions.iter().flat_map(|coded| [Some(&coded.cluster), coded.session.client_id.as_ref()]);
    let names: HashSet<String> = names.flatten().cloned().collect();
    let grouped = sessions.iter().filter(|coded| !coded.cluster.is_empty()).count();
    let named = sessions.iter().filter(|coded| coded.session.client_id.is_some()).count();
    for Coded { session, cluster, .. } in sessions.iter_mut().filter(|coded| coded.cluster.is_empty()) {
        *cluster = match &session.client_id {
            Some(client) => client.clone(),
            // Ids are often numbers: session 1 is not of client 1.
            None if names.contains(&session.id) => format!("session {}", session.id),
            None => session.id.clone(),
        };
    }
    let (column, given, instead) = match grouped {
        0 => ("client_id", named, "is a group of its own"),
        _ => ("group", grouped, "goes with its client_id, or else is a group of its own"),
    };
    let without = counted(sessions.len() - given, "session");
    (0 < given && given < sessions.len())
        .then(|| format!("{without} of {} without {column}: each {instead}", sessions.len()))
}
