//! Rows of tables to what the page shows.
//!
//! The tables speak of sessions by id, and ids may repeat where the input interrupts a session; their order does
//! not. So units, moments and excerpts are given to the stretch of a session that they stand in by walking all
//! tables in step.

use super::Error;
use super::read::{self, Excerpt, Factor, Moment, Tables, Utterance};
use super::units::{Ids, Kinds};
use crate::codebook::Code;
use crate::report::Run;
use crate::report::excerpts::{AFTER, BEFORE};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter::Peekable;
use std::path::PathBuf;
use std::vec::IntoIter;

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
    pub codes: [&'static str; crate::codebook::CODE_COUNT],
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
    /// Session number, else date, as given; what trends call the session.
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
    pub share: Option<f64>,
    pub turn: Option<String>,
    pub turn_low: Option<String>,
    pub turn_high: Option<String>,
    pub lost_by: Option<String>,
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

/// A column is good for grouping if it has at most so many values.
const MOST_VALUES: usize = 40;

/// Puts the rows together.
///
/// # Errors
/// If the tables do not belong to one another.
pub fn gather(tables: Tables) -> Result<Book, Error> {
    let notices = notices(&tables);
    let groups = groups(&tables.sessions);
    let mut kinds = Kinds::default();
    let mut walk = Walk {
        path: tables.folder.clone(),
        units: tables.utterances.into_iter(),
        moments: tables.moments.into_iter().peekable(),
        excerpts: tables.excerpts.unwrap_or_default().into_iter().peekable(),
    };
    let mut clients: Vec<Client> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut sessions = Vec::with_capacity(tables.sessions.len());
    let mut words = Vec::with_capacity(tables.sessions.len());
    for (index, row) in tables.sessions.iter().enumerate() {
        let (mut session, said) = walk.session(row, &mut kinds)?;
        session.groups = groups.iter().map(|group| position(group, row)).collect();
        session.client = cell(row, "client_id").map(|id| {
            *known.entry(id.to_owned()).or_insert_with(|| {
                clients.push(Client { id: id.to_owned(), ..Client::default() });
                clients.len() - 1
            })
        });
        if let Some(client) = session.client {
            clients[client].sessions.push(index);
        }
        sessions.push(session);
        words.push(said);
    }
    walk.ended()?;
    let verdicts = tables.clients.is_some();
    for row in tables.clients.unwrap_or_default() {
        if let Some(&client) = known.get(&row.client_id) {
            clients[client].verdict = Some(verdict(row));
        }
    }
    for row in tables.trends.unwrap_or_default() {
        if let Some(&client) = known.get(&row.client_id) {
            let (measure, trend) = trend(row);
            clients[client].trends.insert(measure, trend);
        }
    }
    for client in &mut clients {
        put_in_order(client, &sessions);
    }
    let text = words.iter().any(|session| !session.is_empty());
    let (kinds, width) = kinds.finish(sessions.iter_mut().map(|session| &mut session.strip));
    let data = Data {
        run: tables.run.as_ref().map(run_line),
        codes: Code::ALL.map(Code::name),
        kinds,
        width,
        sessions,
        clients,
        groups,
        factors: tables.factors,
        verdicts,
        text,
        notices,
    };
    Ok(Book { data, words: if text { words } else { Vec::new() } })
}

/// The tables that run in step with `sessions.csv`.
struct Walk {
    path: PathBuf,
    units: IntoIter<Utterance>,
    moments: Peekable<IntoIter<Moment>>,
    excerpts: Peekable<IntoIter<Excerpt>>,
}

impl Walk {
    fn broken(&self, file: &str, fault: &str) -> Error {
        Error::Broken { path: self.path.join(file), line: None, fault: fault.to_owned() }
    }

    /// Takes what belongs to the next session.
    fn session(
        &mut self,
        row: &read::Session,
        kinds: &mut Kinds,
    ) -> Result<(Session, Vec<(usize, String)>), Error> {
        let number = |column: &str| -> Result<usize, Error> {
            let text = cell(row, column).unwrap_or_default();
            text.parse().map_err(|_| {
                self.broken("sessions.csv", &format!("'{column}' is not a whole number in every row"))
            })
        };
        let (length, client_units) = (number("units")?, number("client_units")?);
        let id = row.get("session_id").cloned().unwrap_or_default();
        // A count in a broken table must not become an allocation.
        let units: Vec<Utterance> = self.units.by_ref().take(length).collect();
        if units.len() < length || units.iter().any(|unit| unit.session_id != id) {
            return Err(
                self.broken("utterances.csv", "does not hold the units of the sessions in sessions.csv")
            );
        }
        let mut strip = String::new();
        for unit in &units {
            let codes = unit.codes.parse().map_err(|_| {
                self.broken("utterances.csv", "'codes' names a code that is not in the codebook")
            })?;
            kinds.add(&unit.speaker, codes, &mut strip);
        }
        let moments = self.moments(&id, &units)?;
        let words = self.words(&id, &units, &moments);
        let moments = moments.into_iter().map(|found| without_known_words(found, &words)).collect();
        let text = |column| cell(row, column).map(str::to_owned);
        let session = Session {
            label: text("session_number").or_else(|| text("date")),
            date: text("date"),
            client: None,
            client_units,
            strip,
            ids: Ids::of(units.into_iter().map(|unit| unit.utterance_id).collect()),
            groups: Vec::new(),
            courses: courses(row),
            moments,
            id,
        };
        Ok((session, words))
    }

    /// Takes the moments of these units.
    fn moments(&mut self, session: &str, units: &[Utterance]) -> Result<Vec<Found>, Error> {
        let mut moments = Vec::new();
        let mut from = 0;
        while let Some((first, peak)) =
            self.moments.peek().and_then(|moment| place(moment, session, units, from))
        {
            from = first;
            let found = self.moments.next().and_then(|moment| found(moment, first, peak));
            moments.push(found.ok_or_else(|| {
                self.broken("moments.csv", "'type' names a code that is not in the codebook")
            })?);
        }
        Ok(moments)
    }

    /// Takes the words of these units. An id that several units share is that of the one at a moment.
    fn words(&mut self, session: &str, units: &[Utterance], moments: &[Found]) -> Vec<(usize, String)> {
        let mut times: HashMap<&str, usize> = HashMap::new();
        units.iter().for_each(|unit| *times.entry(&unit.utterance_id).or_default() += 1);
        let near = |at: usize| moments.iter().any(|m| at + BEFORE >= m.first && at <= m.last + AFTER);
        let mut words = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            let here = |next: &Excerpt| {
                next.session_id == session
                    && next.utterance_id == unit.utterance_id
                    && (times[unit.utterance_id.as_str()] == 1 || near(at))
            };
            if let Some(excerpt) = self.excerpts.next_if(here) {
                words.push((at, excerpt.text));
            }
        }
        words
    }

    /// Nothing may be left over: it would be missing from the page in silence.
    fn ended(mut self) -> Result<(), Error> {
        if self.units.next().is_some() {
            return Err(self.broken("utterances.csv", "holds units of sessions that are not in sessions.csv"));
        }
        if self.moments.next().is_some() {
            return Err(self.broken("moments.csv", "holds moments of units that are not in utterances.csv"));
        }
        if self.excerpts.next().is_some() {
            return Err(self.broken("excerpts.csv", "holds units that are not in utterances.csv"));
        }
        Ok(())
    }
}

/// Where in these units the moment begins and has its peak, not before unit `from`.
fn place(moment: &Moment, session: &str, units: &[Utterance], from: usize) -> Option<(usize, usize)> {
    let length = moment.units.max(1);
    let is = |at: usize, id: &str| units.get(at).is_some_and(|unit| unit.utterance_id == id);
    if moment.session_id != session || length > units.len() {
        return None;
    }
    let begins =
        |&at: &usize| is(at, &moment.first_utterance_id) && is(at + length - 1, &moment.last_utterance_id);
    let first = (from..=units.len() - length).find(begins)?;
    let carries = |at: &usize| units[*at].codes.split('|').any(|code| code == moment.code);
    let peaks = |at: &usize| is(*at, &moment.peak_utterance_id);
    let peak =
        (first..first + length).filter(peaks).find(carries).or_else(|| (first..first + length).find(peaks));
    Some((first, peak.unwrap_or(first)))
}

fn found(moment: Moment, first: usize, peak: usize) -> Option<Found> {
    Some(Found {
        code: moment.code.parse::<Code>().ok()? as usize,
        first,
        last: first + moment.units.max(1) - 1,
        peak,
        p: moment.peak_probability,
        manner: moment.manner,
        span: moment.evidence_start.zip(moment.evidence_end),
        evidence: moment.evidence,
        strength: moment.strength,
        about: moment.about,
        overcame: moment.overcame,
        prepared: moment.prepared_by,
    })
}

/// The evidence is a part of the words of its unit: where these are known, it need not stand in the page twice.
fn without_known_words(found: Found, words: &[(usize, String)]) -> Found {
    let known = words.binary_search_by_key(&found.peak, |(at, _)| *at).is_ok();
    Found { evidence: found.evidence.filter(|_| !known), ..found }
}

fn cell<'a>(row: &'a read::Session, column: &str) -> Option<&'a str> {
    row.get(column).map(String::as_str).filter(|text| !text.is_empty())
}

/// The courses of a session, where they can be drawn.
fn courses(row: &read::Session) -> BTreeMap<&'static str, Vec<f64>> {
    let course = |family| {
        let values = cell(row, &format!("{family}_course"))?.split('|').map(str::parse);
        let values: Vec<f64> = values.collect::<Result<_, _>>().ok()?;
        let drawn = values.len() > 1 && values.iter().all(|value| (0.0..=1.0).contains(value));
        drawn.then(|| (family, values.iter().map(|value| (100.0 * value).round() / 100.0).collect()))
    };
    ["breakthrough", "resistance", "factor"].into_iter().filter_map(course).collect()
}

/// Columns that say which session it is or what was counted in it: no good for grouping.
fn is_measure(column: &str) -> bool {
    let named =
        ["session_id", "client_id", "session_number", "date", "units", "client_units", "client_words"];
    named.contains(&column)
        || ["_count", "_per_100", "_share", "_breakthrough", "_units", "_expected", "_course"]
            .iter()
            .any(|end| column.ends_with(end))
}

fn groups(sessions: &[read::Session]) -> Vec<Group> {
    let Some(first) = sessions.first() else { return Vec::new() };
    let columns = first.keys().filter(|column| !is_measure(column));
    let group = |column: &String| {
        let values: BTreeSet<&str> =
            sessions.iter().map(|row| cell(row, column).unwrap_or_default()).collect();
        let few = (2..=MOST_VALUES).contains(&values.len());
        few.then(|| Group { column: column.clone(), values: values.into_iter().map(str::to_owned).collect() })
    };
    columns.filter_map(group).collect()
}

fn position(group: &Group, row: &read::Session) -> usize {
    let value = cell(row, &group.column).unwrap_or_default();
    group.values.binary_search_by(|other| other.as_str().cmp(value)).unwrap_or_default()
}

fn verdict(row: read::Client) -> Verdict {
    Verdict {
        word: row.verdict,
        text: row.verdict_text,
        unordered: row.unordered.unwrap_or_default(),
        last: row.last_session,
        share: row.resistance_share,
        turn: row.turning_point,
        turn_low: row.turning_point_low,
        turn_high: row.turning_point_high,
        lost_by: row.lost_by,
        note: row.note,
    }
}

fn trend(row: read::Trend) -> (String, Trend) {
    let list = |text: &str| -> Vec<String> {
        if text.is_empty() { Vec::new() } else { text.split('|').map(str::to_owned).collect() }
    };
    let trend = Trend {
        labels: list(&row.labels),
        values: list(&row.values)
            .iter()
            .map(|value| value.parse().ok().filter(|v: &f64| v.is_finite()))
            .collect(),
        slope: row
            .slope
            .zip(row.slope_low)
            .zip(row.slope_high)
            .map(|((slope, low), high)| [slope, low, high]),
        p: row.mann_kendall_p,
        change: row.change_point,
        change_p: row.change_p,
        gains: row.sudden_gains.as_deref().map(list).unwrap_or_default(),
        losses: row.sudden_losses.as_deref().map(list).unwrap_or_default(),
        reliable: row.reliable_change,
    };
    (row.measure, trend)
}

/// The order of the course is that of the trends; without them, that of session numbers, then of dates as far as
/// they sort as they are written. Sessions that neither places stand at the end, in input order.
fn put_in_order(client: &mut Client, sessions: &[Session]) {
    let rank: HashMap<&str, usize> = client
        .trends
        .values()
        .next()
        .map(|trend| trend.labels.iter().enumerate().map(|(rank, label)| (label.as_str(), rank)).collect())
        .unwrap_or_default();
    client.sessions.sort_by_key(|&index| {
        let session = &sessions[index];
        let label = session.label.as_deref().unwrap_or_default();
        let ranked = rank.get(label).copied().unwrap_or(usize::MAX);
        let number = label.parse::<u64>().unwrap_or(u64::MAX);
        (ranked, label.is_empty(), number, session.date.clone())
    });
}

fn run_line(run: &Run) -> RunLine {
    RunLine {
        program: run.program.clone(),
        version: run.version.clone(),
        model: run.model.name.clone(),
        model_version: run.model.version.clone(),
        model_sha256: run.model.sha256.clone(),
        finished: format!("{:.0}", run.finished),
        units: run.totals.written,
        rejected: run.totals.rejected,
        inputs: run.inputs.len(),
        no_text: run.options.get("no_text").and_then(serde_json::Value::as_bool).unwrap_or_default(),
    }
}

fn notices(tables: &Tables) -> Vec<String> {
    let mut notices = Vec::new();
    if tables.run.is_none() {
        notices.push("There is no run.json: the run that wrote these tables did not end.".to_owned());
    }
    let mut missing = |absent: bool, file: &str, what: &str| {
        if absent {
            notices.push(format!("There is no {file}: an older version wrote these tables, so {what}."));
        }
    };
    missing(tables.clients.is_none(), "clients.csv", "clients have no verdict");
    missing(tables.trends.is_none(), "trends.csv", "courses have no trend lines");
    missing(tables.factors.is_none(), "factors.csv", "nothing is said about what precedes breakthroughs");
    missing(tables.excerpts.is_none(), "excerpts.csv", "only the words of the evidence are shown");
    notices
}
