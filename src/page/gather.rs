//! Rows of tables to what the page shows: clients with their sessions, groups, and what the folder lacks.

use super::Error;
use super::data::{Book, Client, Data, Group, RunLine, Session, Trend, Verdict};
use super::read::{self, Tables, cell};
use super::units::Kinds;
use super::walk::Walk;
use crate::codebook::Code;
use crate::report::Run;
use std::collections::{BTreeSet, HashMap};

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
        put_in_order(client, &mut sessions);
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
        turn: row.turning_point,
        turn_low: row.turning_point_low,
        turn_high: row.turning_point_high,
        lost_by: row.lost_by,
        named: list(&row.named_sessions.unwrap_or_default()),
        note: row.note,
    }
}

/// What a cell holds joined by `|`.
fn list(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split('|').map(str::to_owned).collect() }
}

fn trend(row: read::Trend) -> (String, Trend) {
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
///
/// Trends call all sessions of a client by number or all by date: a session whose number they do not know gets its date
/// for a label if they know that.
fn put_in_order(client: &mut Client, sessions: &mut [Session]) {
    let rank: HashMap<&str, usize> = client
        .trends
        .values()
        .next()
        .map(|trend| trend.labels.iter().enumerate().map(|(rank, label)| (label.as_str(), rank)).collect())
        .unwrap_or_default();
    let ranked = |label: &Option<String>| label.as_deref().and_then(|label| rank.get(label)).copied();
    for &index in &client.sessions {
        let session = &mut sessions[index];
        if ranked(&session.label).is_none() && ranked(&session.date).is_some() {
            session.label.clone_from(&session.date);
        }
    }
    client.sessions.sort_by_key(|&index| {
        let session = &sessions[index];
        let ranked = ranked(&session.label).unwrap_or(usize::MAX);
        let label = session.label.as_deref().unwrap_or_default();
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
        notices.push("There is no run.json: the run that wrote these tables did not end, or a later one was stopped by what it found that may identify a person.".to_owned());
    }
    if let Some(shard) = tables.run.as_ref().and_then(|run| run.shard.as_ref()) {
        let (number, of) = (shard.number, shard.of);
        notices.push(format!("These are the tables of shard {number} of {of}, a part of the sessions: `breakthrough merge` makes the whole."));
        return notices;
    }
    let mut missing = |absent: bool, file: &str, what: &str| {
        if absent {
            notices.push(format!(
                "There is no {file}: an older version wrote these tables, or it was taken away, so {what}."
            ));
        }
    };
    missing(tables.clients.is_none(), "clients.csv", "clients have no verdict");
    missing(tables.trends.is_none(), "trends.csv", "courses have no trend lines");
    missing(tables.factors.is_none(), "factors.csv", "nothing is said about what precedes breakthroughs");
    missing(tables.excerpts.is_none(), "excerpts.csv", "only the words of the evidence are shown");
    notices
}
