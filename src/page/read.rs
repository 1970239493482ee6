//! The tables of an output folder as rows.
//!
//! Columns are found by name, so that tables with further columns read too. Columns that came later than the first
//! version may be missing; a cell that cannot be what its column says is an error that names file, line and column,
//! and never the cell.

use super::Error;
use crate::report::Run;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

/// A row of `utterances.csv`; probabilities are not needed.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "columns, described in docs/columns.md; so in all rows below")]
pub struct Utterance {
    pub session_id: String,
    pub utterance_id: String,
    pub speaker: String,
    pub codes: String,
}

/// A row of `moments.csv`.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "columns")]
pub struct Moment {
    pub session_id: String,
    #[serde(rename = "type")]
    pub code: String,
    pub first_utterance_id: String,
    pub last_utterance_id: String,
    pub peak_utterance_id: String,
    pub units: usize,
    pub peak_probability: f64,
    pub mean_probability: f64,
    pub manner: Option<String>,
    pub evidence_start: Option<usize>,
    pub evidence_end: Option<usize>,
    pub evidence: Option<String>,
    #[serde(default)]
    pub strength: Option<f64>,
    #[serde(default)]
    pub about: Option<String>,
    #[serde(default)]
    pub overcame: Option<String>,
    #[serde(default)]
    pub prepared_by: Option<String>,
}

/// A row of `sessions.csv`; all cells by column, so that sessions can be grouped by any of them.
pub type Session = BTreeMap<String, String>;

/// A row of `clients.csv`.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "columns")]
pub struct Client {
    pub client_id: String,
    pub sessions: usize,
    pub ordered: Option<usize>,
    pub unordered: Option<usize>,
    pub first_session: Option<String>,
    pub last_session: Option<String>,
    pub last_date: Option<String>,
    pub therapist_ids: Option<String>,
    pub breakthrough_per_100: Option<f64>,
    pub resistance_per_100: Option<f64>,
    pub resistance_share: Option<f64>,
    pub verdict: String,
    pub verdict_text: String,
    pub turning_point: Option<String>,
    pub turning_point_low: Option<String>,
    pub turning_point_high: Option<String>,
    pub lost_by: Option<String>,
    #[serde(default)]
    pub named_sessions: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
}

/// A row of `trends.csv`.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "columns")]
pub struct Trend {
    pub client_id: String,
    pub measure: String,
    pub labels: String,
    pub values: String,
    pub slope: Option<f64>,
    pub slope_low: Option<f64>,
    pub slope_high: Option<f64>,
    pub mann_kendall_p: Option<f64>,
    pub change_point: Option<String>,
    pub change_p: Option<f64>,
    pub sudden_gains: Option<String>,
    pub sudden_losses: Option<String>,
    pub reliable_change: Option<f64>,
}

/// A row of `factors.csv`.
#[derive(Debug, Deserialize, serde::Serialize)]
#[expect(missing_docs, reason = "columns")]
pub struct Factor {
    pub factor: String,
    pub outcome: String,
    pub window: Option<usize>,
    pub exposed: Option<u64>,
    pub unexposed: Option<u64>,
    pub exposed_outcomes: Option<u64>,
    pub unexposed_outcomes: Option<u64>,
    pub log_odds: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub p: Option<f64>,
    pub q: Option<f64>,
    pub sessions: Option<u64>,
}

/// A row of `excerpts.csv`.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "columns")]
pub struct Excerpt {
    pub session_id: String,
    pub utterance_id: String,
    pub text: String,
}

/// All that a folder holds; `None` for a table that an older run did not write.
#[derive(Debug)]
#[expect(missing_docs, reason = "the tables by name")]
pub struct Tables {
    pub folder: std::path::PathBuf,
    pub run: Option<Run>,
    pub sessions: Vec<Session>,
    pub utterances: Vec<Utterance>,
    pub moments: Vec<Moment>,
    pub clients: Option<Vec<Client>>,
    pub trends: Option<Vec<Trend>>,
    pub factors: Option<Vec<Factor>>,
    pub excerpts: Option<Vec<Excerpt>>,
}

/// Reads the tables of an output folder.
///
/// # Errors
/// If `sessions.csv`, `utterances.csv` or `moments.csv` is missing, or a table is broken.
pub fn read(folder: &Path) -> Result<Tables, Error> {
    let needed = |file| Error::NotAnOutput { folder: folder.to_owned(), file };
    Ok(Tables {
        folder: folder.to_owned(),
        sessions: table(folder, "sessions.csv")?.ok_or_else(|| needed("sessions.csv"))?,
        utterances: table(folder, "utterances.csv")?.ok_or_else(|| needed("utterances.csv"))?,
        moments: table(folder, "moments.csv")?.ok_or_else(|| needed("moments.csv"))?,
        clients: table(folder, "clients.csv")?,
        trends: table(folder, "trends.csv")?,
        factors: table(folder, "factors.csv")?,
        excerpts: table(folder, "excerpts.csv")?,
        run: run(folder)?,
    })
}

fn run(folder: &Path) -> Result<Option<Run>, Error> {
    let path = folder.join(Run::FILE);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::Broken {
            line: (error.line() > 0).then_some(error.line() as u64),
            path,
            fault: "is not the account of a run".to_owned(),
        }),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Error::Unreadable { path, cause }),
    }
}

fn table<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<Option<Vec<T>>, Error> {
    let path = folder.join(file);
    let opened = match File::open(&path) {
        Ok(opened) => opened,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(Error::Unreadable { path, cause }),
    };
    let mut csv = csv::Reader::from_reader(std::io::BufReader::with_capacity(1 << 16, opened));
    let columns = csv.headers().map_err(|error| fault(&path, None, error))?.clone();
    csv.deserialize()
        .map(|row| row.map_err(|error| fault(&path, Some(&columns), error)))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// What is wrong, without a word of what stands there.
fn fault(path: &Path, columns: Option<&csv::StringRecord>, error: csv::Error) -> Error {
    let line = error.position().map(csv::Position::line);
    let fault = match error.into_kind() {
        csv::ErrorKind::Io(cause) => return Error::Unreadable { path: path.to_owned(), cause },
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("a row has {len} cells where the header has {expected_len}")
        }
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err.field().and_then(|field| columns?.get(field as usize));
            match (column, err.kind()) {
                (Some(column), _) => format!("'{column}' is not a number of its kind"),
                // Serde names the column that it misses, one of ours.
                (None, csv::DeserializeErrorKind::Message(says)) if says.starts_with("missing field") => {
                    says.replace("missing field", "there is no column")
                }
                _ => "a row is not of this table".to_owned(),
            }
        }
        _ => "is not a table".to_owned(),
    };
    Error::Broken { path: path.to_owned(), line, fault }
}

/// The cell of a column; `None` if it is empty or there is no such column.
pub(super) fn cell<'a>(row: &'a Session, column: &str) -> Option<&'a str> {
    row.get(column).map(String::as_str).filter(|text| !text.is_empty())
}
