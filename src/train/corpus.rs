//! The coded corpus that models are trained and measured on.

use crate::codebook::{CODE_COUNT, Code, CodeSet};
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
    /// All sources with the file each stands in.
    pub const ALL: [(Source, &'static str); 6] = [
        (Source::Annomi, "annomi_train.csv"),
        (Source::Transcripts, "written_transcripts.csv"),
        (Source::Notes, "written_notes.csv"),
        (Source::Contrasts, "written_contrasts.csv"),
        (Source::Cases, "written_cases.csv"),
        (Source::Comments, "external/goemotions_coded.csv"),
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
    /// The words.
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
    /// The fold of its group.
    pub fold: usize,
    /// Units in order.
    pub units: Vec<Unit>,
}

/// What can be wrong with the corpus.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
    text: String,
    codes: String,
    #[serde(default)]
    codes_2: Option<String>,
}

/// Reads the whole corpus of a folder with the folds of a splits file (`group,fold`).
///
/// # Errors
/// If a file is missing or broken, a code is unknown, or a group has no fold.
pub fn read(folder: &Path, splits: &Path) -> Result<Vec<Session>, Error> {
    let folds = read_splits(splits)?;
    let mut sessions: Vec<Session> = Vec::new();
    for (source, file) in Source::ALL {
        let path = folder.join(file);
        let csv_error = |error| Error::Csv(path.clone(), error);
        let mut reader = csv::Reader::from_path(&path).map_err(csv_error)?;
        for (i, row) in reader.deserialize().enumerate() {
            let row: Row = row.map_err(csv_error)?;
            let wrong = |reason: String| Error::Record { path: path.clone(), record: i + 1, reason };
            let keys = [&row.group, &row.client_id, &row.session_id, &row.id];
            let (group, fold) = keys
                .into_iter()
                .flatten()
                .find_map(|key| folds.get(key).map(|&fold| (key.clone(), fold)))
                .ok_or_else(|| wrong("its group has no fold in the splits file".into()))?;
            let session_id = row.session_id.or(row.id).unwrap_or_default();
            let role = row.speaker.as_deref().unwrap_or("client");
            let speaker =
                Speaker::from_role(role).ok_or_else(|| wrong(format!("unknown speaker '{role}'")))?;
            let codes: CodeSet = row.codes.parse().map_err(|e| wrong(format!("{e}")))?;
            let second: CodeSet = match (source, &row.codes_2) {
                (Source::Annomi, Some(second)) => second.parse().map_err(|e| wrong(format!("{e}")))?,
                _ => codes,
            };
            let targets = std::array::from_fn(|c| {
                let code = Code::ALL[c];
                f32::from(u8::from(codes.contains(code)) + u8::from(second.contains(code))) / 2.0
            });
            let unit =
                Unit { id: row.utterance_id.unwrap_or_default(), speaker, text: row.text, codes, targets };
            match sessions.last_mut() {
                Some(last) if last.source == source && last.id == session_id => last.units.push(unit),
                _ => sessions.push(Session { source, id: session_id, group, fold, units: vec![unit] }),
            }
        }
    }
    Ok(sessions)
}

fn read_splits(path: &Path) -> Result<HashMap<String, usize>, Error> {
    let csv_error = |error| Error::Csv(path.to_owned(), error);
    let mut reader = csv::Reader::from_path(path).map_err(csv_error)?;
    reader.deserialize().collect::<Result<_, _>>().map_err(csv_error)
}
