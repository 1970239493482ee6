//! Sessions of the same client brought together: what is kept of each, their order, and what is wrong with it.

use super::dates;
use super::preceding::{self, Tallies};
use super::series;
use super::theil_sen;
use super::verdict::{Judgement, LEAST_SESSIONS, Point, judge};
use crate::codebook::CODE_COUNT;
use crate::coding::CodedSession;
use crate::coding::case::{Client, Factor, Trend, TurningPoint};
use crate::coding::stretch::Stretch;
use crate::transcript::{Session, counted};
use indexmap::map::Entry;
use indexmap::{IndexMap, IndexSet};
use jiff::civil::{Date, Time};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// All that is remembered of the sessions of a run: counts, never words. It grows with every session, so each takes little.
#[derive(Debug, Default)]
pub struct Cases {
    sessions: IndexMap<Identity, Packed>,
    /// Clients, dates and therapists, each once.
    names: IndexSet<Box<str>>,
}

/// What the sessions of a run come to, but for their clients.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// One for each contributing code and outcome.
    pub factors: Vec<Factor>,
    /// What the user should know, a line each, without words of sessions.
    pub notices: Vec<String>,
}

/// Where a name stands in [`Cases::names`].
type Name = u32;

/// A [`Remembered`] as bytes: most of its counts are small, and take one byte each instead of four.
#[derive(Debug)]
struct Packed(Box<[u8]>);

impl Packed {
    fn of(session: &Remembered) -> Packed {
        Packed(postcard::to_allocvec(session).expect("counts can be written").into())
    }

    fn unpacked(&self) -> Remembered {
        postcard::from_bytes(&self.0).expect("what was packed can be unpacked")
    }
}

/// One session, with all its stretches.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Remembered {
    client: Option<Name>,
    number: Option<u32>,
    date: Option<Name>,
    therapist: Option<Name>,
    units: u32,
    counts: [u32; CODE_COUNT],
    breakthroughs: u32,
    resistances: u32,
    expected: [f64; 2],
    tallies: Tallies,
}

/// The same among the sessions of its client.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    number: Option<u32>,
    date: Option<&'a str>,
    day: Option<Date>,
    time: Option<Time>,
    therapist_id: Option<&'a str>,
    pub(super) units: usize,
    pub(super) counts: [usize; CODE_COUNT],
    pub(super) breakthroughs: usize,
    pub(super) resistances: usize,
    expected: [f64; 2],
}

impl Visit<'_> {
    /// Its number, or its date as it was written, so that it can be found again.
    fn label(&self, by_number: bool) -> String {
        let number = self.number.filter(|_| by_number).map(|number| number.to_string());
        number.or_else(|| self.date.map(str::to_owned)).unwrap_or_default()
    }

    fn point(&self) -> Point {
        Point {
            units: self.units,
            breakthroughs: self.breakthroughs,
            resistances: self.resistances,
            expected_breakthroughs: self.expected[0],
            expected_resistances: self.expected[1],
        }
    }
}

/// Half of a SHA-256 of a session's file, client and id: the names themselves would take several times the memory, and
/// no two sessions will ever share one.
type Identity = [u8; 16];

fn identity(session: &Session) -> Identity {
    let mut hash = Sha256::new();
    let file = session.source.as_os_str().as_encoded_bytes();
    let client = session.client_id.as_deref();
    // With its length before each, so that no two of them run together; no client is not a client without a name.
    for part in [file, client.unwrap_or_default().as_bytes(), session.id.as_bytes()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update([u8::from(client.is_some())]);
    hash.finalize().first_chunk().copied().unwrap_or_default()
}

/// What [`Cases`] remembers of a session, or of one more stretch of it.
#[must_use]
pub fn stretch(coded: &CodedSession) -> Stretch {
    let (session, summary) = (&coded.session, &coded.summary);
    Stretch {
        identity: identity(session),
        client_id: session.client_id.clone(),
        number: session.number,
        date: session.date.clone(),
        therapist_id: session.therapist_id.clone(),
        client_units: summary.client_units,
        counts: summary.counts,
        breakthroughs: summary.breakthroughs,
        resistances: summary.resistances,
        expected: [summary.expected_breakthroughs, summary.expected_resistances],
        tallies: preceding::remembered(session, &coded.codings),
    }
}

impl Cases {
    /// Remembers a session, or one more stretch of it: sessions of the same file, client and identifier are one.
    pub fn add(&mut self, coded: &CodedSession) {
        self.add_stretch(stretch(coded));
    }

    /// The same with what [`stretch`] has made of it; in input order.
    pub fn add_stretch(&mut self, stretch: Stretch) {
        let mut name = |given: Option<String>| {
            let given = given?;
            let known = self.names.get_index_of(given.as_str());
            Some(known.unwrap_or_else(|| self.names.insert_full(given.into()).0) as Name)
        };
        let client = name(stretch.client_id);
        let known = self.sessions.entry(stretch.identity);
        let mut session = match &known {
            Entry::Occupied(earlier) => earlier.get().unpacked(),
            Entry::Vacant(_) => Remembered::default(),
        };
        session.client = client;
        session.number = session.number.or(stretch.number);
        session.therapist = session.therapist.or_else(|| name(stretch.therapist_id));
        session.date = session.date.or_else(|| name(stretch.date));
        let more = |all: &mut u32, count: usize| {
            *all = all.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        };
        more(&mut session.units, stretch.client_units);
        more(&mut session.breakthroughs, stretch.breakthroughs);
        more(&mut session.resistances, stretch.resistances);
        session.expected.iter_mut().zip(stretch.expected).for_each(|(all, more)| *all += more);
        session.counts.iter_mut().zip(stretch.counts).for_each(|(all, count)| more(all, count));
        session.tallies.add(&stretch.tallies);
        known.insert_entry(Packed::of(&session));
    }

    fn name(&self, name: Option<Name>) -> Option<&str> {
        Some(self.names.get_index(name? as usize)?)
    }

    fn visit(&self, session: &Remembered) -> Visit<'_> {
        let date = self.name(session.date);
        Visit {
            number: session.number,
            date,
            day: date.and_then(dates::read),
            time: date.and_then(dates::time),
            therapist_id: self.name(session.therapist),
            units: session.units as usize,
            counts: session.counts.map(|count| count as usize),
            breakthroughs: session.breakthroughs as usize,
            resistances: session.resistances as usize,
            expected: session.expected,
        }
    }

    /// Puts every client's sessions in order. `each` hears of one client after the other, in order of appearance, what they come
    /// to, with a trend for each measure: a client's trends take ten times the memory of what is remembered of the sessions.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn findings<E>(
        &self,
        mut each: impl FnMut(&Client, &[Trend]) -> Result<(), E>,
    ) -> Result<Findings, E> {
        let mut of_client: IndexMap<Name, Vec<&Packed>> = IndexMap::new();
        let mut faults = Faults::default();
        for packed in self.sessions.values() {
            match packed.unpacked().client {
                Some(client) => of_client.entry(client).or_default().push(packed),
                None => faults.nameless += 1,
            }
        }
        let of_client: Vec<_> = of_client.into_iter().collect();
        for some in of_client.chunks(CLIENTS_AT_ONCE) {
            let found = some.par_iter().map(|(name, sessions)| {
                let visits: Vec<_> = sessions.iter().map(|session| self.visit(&session.unpacked())).collect();
                client(self.name(Some(*name)).unwrap_or_default(), &visits)
            });
            for (client, trends, wrong) in &found.collect::<Vec<_>>() {
                faults.add(client, wrong);
                each(client, trends)?;
            }
        }
        let tallies = self.sessions.values().map(|packed| packed.unpacked().tallies);
        Ok(Findings { notices: faults.notices(), factors: preceding::factors(&tallies) })
    }
}

/// Clients whose trends are in memory together.
const CLIENTS_AT_ONCE: usize = 256;

/// What keeps sessions out of the order of a client, or of all, or makes it doubtful.
#[derive(Debug, Default)]
struct Faults {
    clients: usize,
    /// Clients with one session, with too few for a verdict, and with more than there are slopes for.
    single: usize,
    few: usize,
    endless: usize,
    unordered: usize,
    unread_dates: usize,
    /// Where the first of them stands.
    first_unread: Option<String>,
    silent: usize,
    /// Labels that several sessions have.
    doubles: Vec<String>,
    clients_with_doubles: usize,
    nameless: usize,
}

impl Faults {
    fn add(&mut self, client: &Client, other: &Faults) {
        self.clients += 1;
        self.single += usize::from(client.sessions == 1);
        self.few += usize::from(client.sessions > 1 && client.ordered < LEAST_SESSIONS);
        self.endless += usize::from(client.ordered > theil_sen::MOST);
        self.unordered += other.unordered;
        self.unread_dates += other.unread_dates;
        self.first_unread = self.first_unread.take().or_else(|| other.first_unread.clone());
        self.silent += other.silent;
        self.clients_with_doubles += usize::from(!other.doubles.is_empty());
    }

    /// For the client's row.
    fn notes(&self, sessions: usize, ordered: usize) -> Vec<String> {
        let mut notes = Vec::new();
        if sessions == 1 {
            notes.push("one session only".to_owned());
        }
        if self.unordered > 0 {
            notes.push(format!(
                "{} without number or readable date left out",
                counted(self.unordered, "session")
            ));
        }
        if self.unread_dates > 0 {
            notes.push(format!("{} not read; write 2024-01-31", counted(self.unread_dates, "date")));
        }
        if self.silent > 0 {
            notes.push(format!("{} without a client unit left out", counted(self.silent, "session")));
        }
        if ordered > theil_sen::MOST {
            notes.push(format!("more than {} sessions: no slopes", theil_sen::MOST));
        }
        if !self.doubles.is_empty() {
            notes.push(format!("given more than once: session {}", self.doubles.join(", ")));
        }
        notes
    }

    /// For the user, over all clients.
    fn notices(&self) -> Vec<String> {
        let said = |count: usize, text: String| (count > 0).then_some(text);
        [
            said(
                self.unordered,
                format!(
                    "{} cannot be put in order and left out of trends: give session_number or date",
                    counted(self.unordered, "session")
                ),
            ),
            said(
                self.unread_dates,
                format!(
                    "{} could mean several days or none and cannot be read (the first is of {}): write 2024-01-31",
                    counted(self.unread_dates, "date"),
                    self.first_unread.as_deref().unwrap_or_default()
                ),
            ),
            said(
                self.clients_with_doubles,
                format!(
                    "{} with a session number or date given more than once: kept in input order, see `note`",
                    counted(self.clients_with_doubles, "client")
                ),
            ),
            said(
                self.silent,
                format!("{} without a client unit left out of trends", counted(self.silent, "session")),
            ),
            said(self.single, format!("{} with one session only: no trend", counted(self.single, "client"))),
            said(
                self.few,
                format!(
                    "{} with fewer than {LEAST_SESSIONS} sessions in order: no verdict",
                    counted(self.few, "client")
                ),
            ),
            said(
                self.endless,
                format!(
                    "{} with more than {} sessions: no slopes; is client_id one for many people?",
                    counted(self.endless, "client"),
                    theil_sen::MOST
                ),
            ),
            said(
                if self.clients == 0 { 0 } else { self.nameless },
                format!("{} without client_id in no trend", counted(self.nameless, "session")),
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// By number or by date, whichever orders more sessions, number at par; equals by the other, then as they came. Also says whether
/// it is by number.
fn in_order<'a>(visits: &'a [Visit<'a>]) -> (Vec<&'a Visit<'a>>, bool) {
    let numbered = visits.iter().filter(|visit| visit.number.is_some()).count();
    let dated = visits.iter().filter(|visit| visit.day.is_some()).count();
    let by_number = numbered >= dated;
    let mut ordered: Vec<&Visit<'_>> = visits.iter().collect();
    ordered.retain(|visit| if by_number { visit.number.is_some() } else { visit.day.is_some() });
    if by_number {
        ordered.sort_by_key(|visit| (visit.number, visit.day, visit.time));
    } else {
        ordered.sort_by_key(|visit| (visit.day, visit.time, visit.number));
    }
    (ordered, by_number)
}

fn client(id: &str, visits: &[Visit<'_>]) -> (Client, Vec<Trend>, Faults) {
    let (mut ordered, by_number) = in_order(visits);
    let mut faults = Faults { unordered: visits.len() - ordered.len(), ..Faults::default() };
    let unread = visits.iter().filter(|visit| visit.date.is_some() && visit.day.is_none());
    faults.first_unread =
        unread.clone().next().map(|visit| format!("client {id}, session {}", visit.label(true)));
    faults.unread_dates = unread.count();
    let before = ordered.len();
    ordered.retain(|visit| visit.units > 0);
    faults.silent = before - ordered.len();

    let labels: Arc<[String]> = ordered.iter().map(|visit| visit.label(by_number)).collect();
    faults.doubles = labels
        .chunk_by(|a, b| a == b)
        .filter(|same| same.len() > 1)
        .filter_map(|same| same.first().cloned())
        .collect();

    let points: Vec<Point> = ordered.iter().map(|visit| visit.point()).collect();
    let Judgement { verdict, turn, named } = judge(&points);
    let labelled = |index: usize| labels.get(index).cloned().unwrap_or_default();
    let mut therapist_ids: Vec<String> = Vec::new();
    for therapist in visits.iter().filter_map(|visit| visit.therapist_id) {
        if !therapist_ids.iter().any(|known| known == therapist) {
            therapist_ids.push(therapist.to_owned());
        }
    }
    let mean = |of: fn(&Visit<'_>) -> usize| {
        let rates = ordered.iter().map(|visit| 100.0 * of(visit) as f64 / visit.units as f64);
        (!ordered.is_empty()).then(|| rates.sum::<f64>() / ordered.len() as f64)
    };
    let sum = |of: fn(&Visit<'_>) -> usize| ordered.iter().map(|visit| of(visit)).sum::<usize>();
    let (up, down) = (sum(|visit| visit.breakthroughs), sum(|visit| visit.resistances));
    let client = Client {
        id: id.to_owned(),
        sessions: visits.len(),
        ordered: ordered.len(),
        unordered: visits.len() - ordered.len(),
        first_session: labels.first().cloned(),
        last_session: labels.last().cloned(),
        last_date: ordered.last().and_then(|visit| visit.date).map(str::to_owned),
        therapist_ids,
        breakthrough_per_100: mean(|visit| visit.breakthroughs),
        resistance_per_100: mean(|visit| visit.resistances),
        resistance_share: (up + down > 0).then(|| down as f64 / (up + down) as f64),
        verdict,
        turning_point: turn.map(|turn| TurningPoint {
            at: labelled(turn.at),
            low: labelled(turn.low),
            high: labelled(turn.high),
            lost_by: turn.lost_by.map(labelled),
        }),
        named_sessions: named.into_iter().map(labelled).collect(),
        notes: faults.notes(visits.len(), ordered.len()),
    };
    (client, series::trends(id, &labels, &ordered), faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::case::Verdict;
    use crate::transcript::{Speaker, Unit};
    use std::path::Path;

    /// A session of three client turns without codes.
    fn session(id: &str, client: &str, number: Option<u32>, date: Option<&str>) -> CodedSession {
        let unit = Unit {
            id: "1".to_owned(),
            speaker: Speaker::Client(1),
            text: "Well.".to_owned(),
            start: None,
            end: None,
        };
        let session = Session {
            client_id: (!client.is_empty()).then(|| client.to_owned()),
            number,
            date: date.map(str::to_owned),
            units: vec![unit; 3],
            ..Session::new(id.to_owned(), Path::new("s.csv").into())
        };
        let summary = super::super::summarise(&session, &[]);
        CodedSession { session, codings: Vec::new(), own: None, moments: Vec::new(), summary }
    }

    struct Found {
        clients: Vec<Client>,
        trends: Vec<Trend>,
        notices: Vec<String>,
    }

    fn findings(sessions: &[CodedSession]) -> Found {
        let mut cases = Cases::default();
        sessions.iter().for_each(|session| cases.add(session));
        let (mut clients, mut trends) = (Vec::new(), Vec::new());
        let each = |client: &Client, of_client: &[Trend]| {
            clients.push(client.clone());
            trends.extend_from_slice(of_client);
            Ok::<_, std::convert::Infallible>(())
        };
        let Findings { notices, .. } = cases.findings(each).unwrap();
        Found { clients, trends, notices }
    }

    #[test]
    fn numbers_order_and_stretches_are_one_session() {
        let found = findings(&[
            session("b", "k", Some(10), None),
            session("a", "k", Some(9), Some("nonsense")),
            session("b", "k", Some(10), None),
        ]);
        let client = &found.clients[0];
        assert_eq!((client.sessions, client.ordered, client.unordered), (2, 2, 0));
        assert_eq!(found.trends[0].labels[..], ["9", "10"]);
        assert_eq!(client.notes, ["1 date not read; write 2024-01-31"]);
        assert_eq!(client.verdict, Verdict::TooFewSessions);
        assert_eq!(found.trends.len(), crate::coding::case::MEASURE_COUNT);
    }

    #[test]
    fn dates_order_where_numbers_are_missing() {
        let found = findings(&[
            session("c", "k", None, Some("2 March 2024")),
            session("a", "k", Some(7), Some("2024-01-16")),
            session("b", "k", None, Some("16.02.2024")),
            session("d", "k", None, Some("03/04/2024")),
            session("e", "k", None, None),
        ]);
        let client = &found.clients[0];
        assert_eq!(found.trends[0].labels[..], ["2024-01-16", "16.02.2024", "2 March 2024"]);
        assert_eq!(
            (client.ordered, client.unordered, client.last_date.as_deref()),
            (3, 2, Some("2 March 2024"))
        );
        assert_eq!(client.notes.len(), 2, "{:?}", client.notes);
        assert!(found.notices[0].starts_with("2 sessions cannot be put in order"), "{:?}", found.notices);
    }

    #[test]
    fn times_order_the_sessions_of_a_day() {
        let dates = ["2025-04-03T16:00", "2025-04-03T09:00", "2025-04-03T12:00"];
        let sessions = dates.map(|date| session(date, "k", None, Some(date)));
        assert_eq!(findings(&sessions).trends[0].labels[..], [dates[1], dates[2], dates[0]]);
    }

    #[test]
    fn what_is_ordered_by_date_is_called_by_its_date() {
        let mut silent = session("c", "k", None, Some("2024-03-01"));
        silent.summary.client_units = 0;
        let found = findings(&[
            session("a", "k", Some(3), Some("2024-01-01")),
            session("b", "k", Some(1), Some("2024-02-01")),
            silent,
        ]);
        assert_eq!(found.trends[0].labels[..], ["2024-01-01", "2024-02-01"]);
        assert_eq!(found.clients[0].last_session.as_deref(), Some("2024-02-01"));
    }

    #[test]
    fn everything_odd_is_said_and_nothing_is_fatal() {
        let found = findings(&[
            session("a", "k", Some(1), None),
            session("b", "k", Some(2), None),
            session("c", "k", Some(2), None),
            session("x", "lone", Some(1), None),
            session("y", "", None, None),
            session("z", "lost", None, None),
        ]);
        assert_eq!(found.clients.len(), 3);
        assert_eq!(found.clients[0].notes, ["given more than once: session 2"]);
        assert_eq!(found.clients[1].notes, ["one session only"]);
        assert_eq!((found.clients[2].ordered, found.clients[2].first_session.as_deref()), (0, None));
        assert_eq!(found.clients[2].breakthrough_per_100, None);
        assert_eq!(found.trends[2 * 15].values, [] as [f64; 0]);
        assert_eq!(found.notices.len(), 5, "{:?}", found.notices);
        assert_eq!(findings(&[]).notices, [] as [String; 0]);
    }

    #[test]
    fn a_turn_that_five_sessions_cannot_tell_from_chance_is_named_by_its_session() {
        let sessions: Vec<_> = (1..=5)
            .map(|number| {
                let mut session = session(&number.to_string(), "k", Some(number), None);
                let (up, down) = if number > 2 { (12, 0) } else { (0, 18) };
                session.summary.client_units = 18;
                (session.summary.breakthroughs, session.summary.resistances) = (up, down);
                session.summary.expected_breakthroughs = up as f64;
                session.summary.expected_resistances = down as f64;
                session
            })
            .collect();
        let found = findings(&sessions);
        let client = &found.clients[0];
        assert_eq!((client.verdict, &client.turning_point), (Verdict::TooFewSessions, &None));
        assert_eq!(
            client.verdict_text(),
            "too few sessions to tell a turning point at session 3 from chance"
        );
        assert_eq!(found.notices, [] as [String; 0], "five are enough for other verdicts");
    }

    /// As many sessions as one `client_id` for a whole corpus makes.
    #[test]
    fn a_client_without_end_has_no_slopes_and_is_told_of() {
        let sessions: Vec<_> =
            (0..=1000).map(|number| session(&number.to_string(), "all", Some(number), None)).collect();
        let found = findings(&sessions);
        assert_eq!(found.clients[0].notes, ["more than 1000 sessions: no slopes"]);
        assert_eq!(
            found.notices,
            ["1 client with more than 1000 sessions: no slopes; is client_id one for many people?"]
        );
        assert!(found.trends.iter().all(|trend| trend.slope.is_none() && trend.mann_kendall.is_some()));
    }

    #[test]
    fn a_session_without_a_client_unit_is_no_zero() {
        let mut silent = session("b", "k", Some(2), None);
        silent.summary.client_units = 0;
        let found = findings(&[session("a", "k", Some(1), None), silent]);
        assert_eq!((found.clients[0].ordered, found.clients[0].unordered), (1, 1));
        assert_eq!(found.clients[0].notes, ["1 session without a client unit left out"]);
    }
}
