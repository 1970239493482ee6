//! The coded corpus that models are trained and measured on.

use crate::codebook::{CODE_COUNT, Code, CodeSet};
use crate::stored::{Bytes, Stored};
use crate::transcript::Speaker;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A part of the corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Real demonstrations of motivational interviewing, two passes of codes.
    Annomi,
    /// Transcripts written for the project.
    Transcripts,
    /// Session notes written for the project.
    Notes,
    /// Contrastive snippets written for the project.
    Contrasts,
    /// Longitudinal cases written for the project.
    Cases,
    /// First-person comments without context.
    Comments,
}

impl Source {
    /// All sources, in the order they are read.
    pub const ALL: [Source; 6] = [
        Source::Annomi,
        Source::Transcripts,
        Source::Notes,
        Source::Contrasts,
        Source::Cases,
        Source::Comments,
    ];

    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Source::Annomi => "annomi",
            Source::Transcripts => "transcripts",
            Source::Notes => "notes",
            Source::Contrasts => "contrasts",
            Source::Cases => "cases",
            Source::Comments => "comments",
        }
    }
}

/// A coded unit.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Identifier within its session.
    pub id: String,
    /// Who speaks.
    pub speaker: Speaker,
    /// The words; empty where only the codes are at hand.
    pub text: String,
    /// The codes of the first pass: what figures are measured against.
    pub codes: CodeSet,
    /// What is trained toward: per code the share of passes that gave it, 0, ½ or 1.
    pub targets: [f32; CODE_COUNT],
}

/// A coded session.
#[derive(Debug, Clone)]
pub struct Session {
    /// The part of the corpus it belongs to.
    pub source: Source,
    /// Identifier of the session.
    pub id: String,
    /// What must not be split between training and test: video, client, snippet group, comment.
    pub group: String,
    /// The fold of its group; the largest number there is for what is learned from in every fold.
    pub fold: usize,
    /// The batch of writing or coding it came with, from 1.
    pub batch: u32,
    /// Units in order.
    pub units: Vec<Unit>,
}

/// The fold of comments that were coded later: comments are learned from but not measured on, so these need none.
const NO_FOLD: usize = usize::MAX;

impl Session {
    /// The edition of the material that it came with: 1 is what every reader learns from, 2 what only those over the large encoder
    /// learn from besides, and 3 what came after the model, so that it can be measured on what it has not seen.
    #[must_use]
    pub fn edition(&self) -> u32 {
        match (self.source, self.batch) {
            (Source::Transcripts, 8 | 10 | 12..) | (Source::Notes, 8 | 11..) | (Source::Contrasts, 3..) => 3,
            (Source::Transcripts | Source::Notes, 7..) | (Source::Contrasts | Source::Comments, 2..) => 2,
            _ => 1,
        }
    }

    /// Whether figures are measured on it out of fold: it is of the first edition, and no comment, which stands outside of any session.
    #[must_use]
    pub fn is_measured_on(&self) -> bool {
        self.source != Source::Comments && self.edition() == 1
    }
}

/// The last fold in which something is measured.
#[must_use]
pub fn last_fold(sessions: &[Session]) -> usize {
    sessions.iter().filter(|session| session.is_measured_on()).map(|session| session.fold).max().unwrap_or(0)
}

/// Where the corpus stands.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// Folder of the data set: the written parts with their text, the others as codes by id (`data/corpus`).
    pub written: &'a Path,
    /// The user's folder: AnnoMI and comments joined to their text by `scripts/annomi.py`, `scripts/goemotions.py` and
    /// `scripts/comments.py`.
    pub own: Option<&'a Path>,
    /// The folds: `group,fold`.
    pub splits: &'a Path,
}

/// What was read of the corpus.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// All sessions, source by source.
    pub sessions: Vec<Session>,
    /// What was not there and is left out, a line each, with what would bring it.
    pub missing: Vec<String>,
}

/// What can be wrong with the corpus.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder that cannot be read.
    #[error("{0}: cannot be read: {1}")]
    Io(PathBuf, std::io::Error),
    /// A file that cannot be read as CSV.
    #[error("{0}: {1}")]
    Csv(PathBuf, csv::Error),
    /// A record that makes no sense.
    #[error("{path}: record {record}: {reason}")]
    Record {
        /// The file.
        path: PathBuf,
        /// Data record, from 1.
        record: usize,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    utterance_id: Option<String>,
    #[serde(default)]
    speaker: Option<String>,
    #[serde(default)]
    text: Option<String>,
    codes: String,
    /// An empty cell is a second coder who saw nothing; `None` is no second coder.
    #[serde(default, deserialize_with = "as_it_stands")]
    codes_2: Option<String>,
}

fn as_it_stands<'de, D: serde::Deserializer<'de>>(cell: D) -> Result<Option<String>, D::Error> {
    String::deserialize(cell).map(Some)
}

/// Reads what there is of the corpus with its text, to train on: what came after the model is there to measure it, and left out.
/// Parts that are missing are named and left out.
///
/// # Errors
/// If a file is broken, a code is unknown, or a group has no fold.
pub fn read(places: &Places<'_>) -> Result<Corpus, Error> {
    let mut corpus = gather(places, true)?;
    corpus.sessions.retain(|session| session.edition() <= 2);
    Ok(corpus)
}

/// Reads the codes of the whole corpus, to measure against: AnnoMI by id, without its text. Comments are learned
/// from but not measured on, and left out.
///
/// # Errors
/// If a file is broken, a code is unknown, or a group has no fold.
pub fn gold(places: &Places<'_>) -> Result<Corpus, Error> {
    gather(places, false)
}

fn gather(places: &Places<'_>, text: bool) -> Result<Corpus, Error> {
    let folds = read_splits(places.splits)?;
    let mut corpus = Corpus::default();
    for source in Source::ALL {
        let files = match (source, text) {
            (Source::Annomi, true) => own(places.own, &[&["annomi_train.csv"]]),
            (Source::Annomi, false) => batches(places.written, "annomi_codes")?,
            (Source::Comments, true) => own(
                places.own,
                &[&["goemotions_coded.csv", "external/goemotions_coded.csv"], &["comments_coded.csv"]],
            ),
            (Source::Comments, false) => continue,
            _ => batches(places.written, &format!("written_{}", source.name()))?,
        };
        if files.is_empty() {
            corpus.missing.push(match source {
                Source::Annomi if text => {
                    "AnnoMI is left out: --corpus has no annomi_train.csv; scripts/annomi.py makes it".into()
                }
                Source::Comments => {
                    "comments are left out: --corpus has neither goemotions_coded.csv nor comments_coded.csv; scripts/goemotions.py and scripts/comments.py make them".into()
                }
                _ => format!("{} are left out: not in {}", source.name(), places.written.display()),
            });
        }
        for (batch, file) in files {
            part((source, batch), &file, &folds, text, &mut corpus.sessions)?;
        }
    }
    Ok(corpus)
}

/// The files that the user's folder has, batch by batch, each under the first of its names.
fn own(folder: Option<&Path>, batches: &[&[&str]]) -> Vec<(u32, PathBuf)> {
    let file = |names: &&[&str]| {
        let mut paths = folder.iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
        paths.find(|path| path.is_file())
    };
    (1..).zip(batches.iter().map(file)).filter_map(|(batch, path)| Some((batch, path?))).collect()
}

/// `name.csv.gz` and later batches of it, `name_2.csv.gz` and so on, with their numbers, in order; packed or not.
fn batches(folder: &Path, name: &str) -> Result<Vec<(u32, PathBuf)>, Error> {
    let io_error = |error| Error::Io(folder.to_owned(), error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io_error)? {
        let path = entry.map_err(io_error)?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = file.strip_suffix(".gz").unwrap_or(&file).strip_suffix(".csv");
        let batch = match stem.and_then(|stem| stem.strip_prefix(name)) {
            Some("") => 1,
            Some(rest) => rest.strip_prefix('_').and_then(|number| number.parse().ok()).unwrap_or(0_u32),
            None => 0,
        };
        if batch > 0 {
            found.push((batch, path));
        }
    }
    found.sort();
    found.dedup_by_key(|(batch, _)| *batch);
    Ok(found)
}

/// A table as CSV, unpacked if it has to be.
pub(crate) fn table(path: &Path) -> Result<csv::Reader<Bytes>, Error> {
    let bytes = Stored::open(path).and_then(|stored| stored.unpacked());
    Ok(csv::Reader::from_reader(bytes.map_err(|error| Error::Io(path.to_owned(), error))?))
}

fn part(
    (source, batch): (Source, u32),
    path: &Path,
    folds: &HashMap<String, usize>,
    text: bool,
    sessions: &mut Vec<Session>,
) -> Result<(), Error> {
    let csv_error = |error| Error::Csv(path.to_owned(), error);
    for (i, row) in table(path)?.deserialize().enumerate() {
        let row: Row = row.map_err(csv_error)?;
        let wrong = |reason: String| Error::Record { path: path.to_owned(), record: i + 1, reason };
        let keys = [&row.group, &row.client_id, &row.session_id, &row.id];
        let (group, fold) = keys
            .into_iter()
            .flatten()
            .find_map(|key| folds.get(key).map(|&fold| (key.clone(), fold)))
            .or_else(|| row.id.clone().filter(|_| source == Source::Comments).map(|id| (id, NO_FOLD)))
            .ok_or_else(|| wrong("its group has no fold in the splits file: run scripts/splits.py".into()))?;
        let session_id = row.session_id.or(row.id).unwrap_or_default();
        let role = row.speaker.as_deref().unwrap_or("client");
        let speaker = Speaker::from_role(role).ok_or_else(|| wrong(format!("unknown speaker '{role}'")))?;
        let codes: CodeSet = row.codes.parse().map_err(|e| wrong(format!("{e}")))?;
        let second: CodeSet = match &row.codes_2 {
            Some(second) => second.parse().map_err(|e| wrong(format!("{e}")))?,
            None => codes,
        };
        let targets = std::array::from_fn(|c| {
            let code = Code::ALL[c];
            f32::from(u8::from(codes.contains(code)) + u8::from(second.contains(code))) / 2.0
        });
        if text && row.text.is_none() {
            return Err(wrong("there is no column 'text'".into()));
        }
        let text = row.text.unwrap_or_default();
        let unit = Unit { id: row.utterance_id.unwrap_or_default(), speaker, text, codes, targets };
        match sessions.last_mut() {
            Some(last) if last.source == source && last.id == session_id => last.units.push(unit),
            _ => sessions.push(Session { source, id: session_id, group, fold, batch, units: vec![unit] }),
        }
    }
    Ok(())
}

/// The fold of every group, from a table with the columns `group, fold`.
///
/// # Errors
/// If the file is not such a table.
pub fn read_splits(path: &Path) -> Result<HashMap<String, usize>, Error> {
    let csv_error = |error| Error::Csv(path.to_owned(), error);
    table(path)?.deserialize().collect::<Result<_, _>>().map_err(csv_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(written: &Path) -> Places<'_> {
        Places { written, own: None, splits: Path::new("data/splits.csv") }
    }

    #[test]
    fn batches_are_read_in_order_and_keys_are_not() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "written_cases.csv.gz",
            "written_cases_key.csv",
            "written_cases_10.csv",
            "written_cases_2.csv.gz",
        ] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let found = batches(dir.path(), "written_cases").unwrap();
        let names: Vec<_> =
            found.iter().map(|(batch, path)| (*batch, path.file_name().unwrap().to_str().unwrap())).collect();
        let expected =
            [(1, "written_cases.csv.gz"), (2, "written_cases_2.csv.gz"), (10, "written_cases_10.csv")];
        assert_eq!(names, expected);
    }

    #[test]
    fn what_is_missing_is_said_and_left_out() {
        let corpus = read(&places(Path::new("data/corpus"))).unwrap();
        assert_eq!(corpus.missing.len(), 2, "{:?}", corpus.missing);
        assert!(corpus.missing[0].contains("scripts/annomi.py"));
        assert!(corpus.sessions.iter().all(|s| s.units.iter().all(|unit| !unit.text.is_empty())));
        let gold = gold(&places(Path::new("data/corpus"))).unwrap();
        assert!(gold.missing.is_empty(), "{:?}", gold.missing);
        assert!(gold.sessions.iter().any(|s| s.source == Source::Annomi));
    }
}
