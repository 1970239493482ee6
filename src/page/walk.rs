//! Sessions with their units, moments and words.
//!
//! The tables speak of sessions by id, and ids may repeat where the input interrupts a session; their order does
//! not; two clients may even have sessions and units of the same ids. So units, moments and excerpts are given to the stretch of
//! a session that they stand in by walking all tables in step, and by the codes of the units.

use super::Error;
use super::data::{Found, Session};
use super::read::{self, Excerpt, Moment, Utterance, cell};
use super::units::{Ids, Kinds};
use crate::codebook::Code;
use crate::report::excerpts::{AFTER, BEFORE};
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::path::PathBuf;
use std::vec::IntoIter;

/// The tables that run in step with `sessions.csv`.
pub(super) struct Walk {
    pub(super) path: PathBuf,
    pub(super) units: IntoIter<Utterance>,
    pub(super) moments: Peekable<IntoIter<Moment>>,
    pub(super) excerpts: Peekable<IntoIter<Excerpt>>,
}

impl Walk {
    fn broken(&self, file: &str, fault: &str) -> Error {
        Error::Broken { path: self.path.join(file), line: None, fault: fault.to_owned() }
    }

    /// Takes what belongs to the next session.
    pub(super) fn session(
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

    /// Takes the moments of these units: those whose code the units at their ends carry, each once, in order.
    fn moments(&mut self, session: &str, units: &[Utterance]) -> Result<Vec<Found>, Error> {
        let mut moments = Vec::new();
        while let Some((first, peak)) =
            self.moments.peek().and_then(|moment| place(moment, session, units, &moments))
        {
            let found = self.moments.next().and_then(|moment| found(moment, first, peak));
            moments.push(found.ok_or_else(|| {
                self.broken("moments.csv", "'type' names a code that is not in the codebook")
            })?);
        }
        Ok(moments)
    }

    /// Takes the words of these units, which stand at moments; those of the same ids may be another session's.
    fn words(&mut self, session: &str, units: &[Utterance], moments: &[Found]) -> Vec<(usize, String)> {
        let near = |at: usize| moments.iter().any(|m| at + BEFORE >= m.first && at <= m.last + AFTER);
        let mut words = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            let here = |next: &Excerpt| {
                next.session_id == session && next.utterance_id == unit.utterance_id && near(at)
            };
            if let Some(excerpt) = self.excerpts.next_if(here) {
                words.push((at, excerpt.text));
            }
        }
        words
    }

    /// Nothing may be left over: it would be missing from the page in silence.
    pub(super) fn ended(mut self) -> Result<(), Error> {
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

/// Where in these units the moment begins and has its peak: not before the last of those `taken`, nor where one of them has its
/// code.
fn place(moment: &Moment, session: &str, units: &[Utterance], taken: &[Found]) -> Option<(usize, usize)> {
    let length = moment.units.max(1);
    let is = |at: usize, id: &str| units.get(at).is_some_and(|unit| unit.utterance_id == id);
    if moment.session_id != session || length > units.len() {
        return None;
    }
    let from = taken.last().map_or(0, |last| last.first);
    let code = moment.code.parse::<Code>().ok().map(|code| code as usize);
    let is_taken = |at: usize| {
        let mut here = taken.iter().rev().take_while(|other| other.first == at);
        here.any(|other| Some(other.code) == code)
    };
    let carries = |at: &usize| units[*at].codes.split('|').any(|code| code == moment.code);
    let begins = |&at: &usize| {
        let last = at + length - 1;
        is(at, &moment.first_utterance_id)
            && is(last, &moment.last_utterance_id)
            && carries(&at)
            && carries(&last)
            && !is_taken(at)
    };
    let first = (from..=units.len() - length).find(begins)?;
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
