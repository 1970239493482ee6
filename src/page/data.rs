//! What the page shows, as its script reads it.

use super::read::Factor;
use super::units::Ids;
use crate::codebook::CODE_COUNT;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything on the page.
#[derive(Debug)]
pub struct Book {
    /// Numbers and ids.
    pub data: Data,
    /// Words by session, in its order: position of the unit in the session, and its words. Empty without text.
    pub words: Vec<Vec<(usize, String)>>,
}

/// The numbers of the page; field names are those of the script.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Data {
    /// The account of the run; `None` if it did not end.
    pub run: Option<RunLine>,
    /// Names of the thirteen codes; sets of codes are bits in this order.
    pub codes: [&'static str; CODE_COUNT],
    /// The different kinds of unit, speaker and set of codes, that strips refer to.
    pub kinds: Vec<(String, u16)>,
    /// Characters of a strip per unit.
    pub width: usize,
    /// Sessions, in input order.
    pub sessions: Vec<Session>,
    /// Clients, in order of their first session.
    pub clients: Vec<Client>,
    /// Columns of `sessions.csv` with few values, and these values, by which sessions can be grouped.
    pub groups: Vec<Group>,
    /// What precedes breakthroughs and resistance; `None` if the table is not there.
    pub factors: Option<Vec<Factor>>,
    /// Whether there are verdicts.
    pub verdicts: bool,
    /// Whether there are words.
    pub text: bool,
    /// What the folder lacks, a sentence each.
    pub notices: Vec<String>,
}

/// What the page says of the run.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "see `Run`")]
pub struct RunLine {
    pub program: String,
    pub version: String,
    pub model: String,
    pub model_version: String,
    pub model_sha256: String,
    pub finished: String,
    pub units: u64,
    pub rejected: u64,
    pub inputs: usize,
    pub no_text: bool,
}

/// A session, or a stretch of one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// As in the tables.
    pub id: String,
    /// Index of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<usize>,
    /// What trends call the session, its number or its date as given; if they do not, its number, else its date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Date as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Units of clients, or all units of a note.
    pub client_units: usize,
    /// Every unit by kind, see [`Kinds`].
    pub strip: String,
    /// Ids of the units: the first, if each is one more than the one before, else all.
    pub ids: Ids,
    /// For each of the groups, index of the value that this session has.
    pub groups: Vec<usize>,
    /// Smoothed probability of a family of codes, at places from the first unit to the last; two digits are plenty
    /// to draw.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub courses: BTreeMap<&'static str, Vec<f64>>,
    /// Moments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moments: Vec<Found>,
}

/// A moment; positions count units of the session from 0.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "see the columns of `moments.csv`")]
pub struct Found {
    pub code: usize,
    pub first: usize,
    pub last: usize,
    pub peak: usize,
    pub p: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
    /// Only where the words of the unit are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overcame: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared: Option<String>,
}

/// A client with the trends of their measures.
#[derive(Debug, Default, Serialize)]
#[expect(missing_docs, reason = "see the columns of `clients.csv`")]
pub struct Client {
    pub id: String,
    /// Indices of sessions, in the order of the course as far as there is one.
    pub sessions: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub trends: BTreeMap<String, Trend>,
}

/// The row of a client in `clients.csv`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "see the columns of `clients.csv`")]
pub struct Verdict {
    pub word: String,
    pub text: String,
    pub unordered: usize,
    pub last: Option<String>,
    pub turn: Option<String>,
    pub turn_low: Option<String>,
    pub turn_high: Option<String>,
    pub lost_by: Option<String>,
    pub named: Vec<String>,
    pub note: Option<String>,
}

/// The row of a measure in `trends.csv`.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "see the columns of `trends.csv`")]
pub struct Trend {
    pub labels: Vec<String>,
    pub values: Vec<Option<f64>>,
    pub slope: Option<[f64; 3]>,
    pub p: Option<f64>,
    pub change: Option<String>,
    pub change_p: Option<f64>,
    pub gains: Vec<String>,
    pub losses: Vec<String>,
    pub reliable: Option<f64>,
}

/// A column by which sessions can be grouped.
#[derive(Debug, Serialize)]
pub struct Group {
    /// Its name.
    pub column: String,
    /// Its values in order; an empty one means that none was given.
    pub values: Vec<String>,
}
