//! What stands in the turns before a breakthrough or a resistance begins, counted session by session.
//!
//! A unit counts if a client (or a note) speaks it and none of the [`WINDOW`] units before carries the outcome already:
//! what is asked is what comes before an outcome begins, not what a therapist answers to it.

use super::benjamini_hochberg::adjust;
use super::lagged::{Tally, log_odds};
use crate::codebook::{Code, Family};
use crate::coding::Coding;
use crate::coding::case::{Factor, Measure};
use crate::coding::stretch::{self, FACTOR_COUNT};
use crate::transcript::{Session, Speaker};
use serde::{Deserialize, Serialize};

/// Units before, in which a factor is looked for: two exchanges.
pub const WINDOW: usize = 4;

const OUTCOMES: [(Measure, Family); 2] =
    [(Measure::Breakthrough, Family::Breakthrough), (Measure::Resistance, Family::Resistance)];
/// Contributing codes end the codebook.
const FIRST_FACTOR: usize = Code::Motivation as usize;

/// Of one session: units with either outcome and without, each counted once, since a session is remembered to the end of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Tallies {
    /// For both outcomes: with it, without it.
    all: [[u32; 2]; 2],
    /// Those of them that have a contributing code before them.
    exposed: [[[u32; 2]; 2]; FACTOR_COUNT],
}

impl Tallies {
    fn of(&self, factor: usize, outcome: usize) -> Tally {
        let ([outcomes, rest], [with, without]) = (self.all[outcome], self.exposed[factor][outcome]);
        Tally {
            exposed_outcomes: with,
            exposed_rest: without,
            // Of one's own making they are no less.
            unexposed_outcomes: outcomes.saturating_sub(with),
            unexposed_rest: rest.saturating_sub(without),
        }
    }

    /// Adds what was remembered of a stretch.
    pub(super) fn add(&mut self, stretch: &stretch::Tallies) {
        for (outcome, all) in self.all.iter_mut().enumerate() {
            let [a, b, c, d] = stretch[0][outcome];
            add(all, [a.saturating_add(c), b.saturating_add(d)]);
        }
        let cells = stretch.iter().flatten();
        for (exposed, &[a, b, ..]) in self.exposed.iter_mut().flatten().zip(cells) {
            add(exposed, [a, b]);
        }
    }
}

fn add(all: &mut [u32; 2], more: [u32; 2]) {
    all.iter_mut().zip(more).for_each(|(all, more)| *all = all.saturating_add(more));
}

/// What is remembered of the units of a session, or of a stretch of it.
pub(super) fn remembered(session: &Session, codings: &[Coding]) -> stretch::Tallies {
    let mut tallies = stretch::Tallies::default();
    let units = session.units.iter().zip(codings).enumerate().skip(1);
    for (index, (_, coding)) in units.filter(|(_, (unit, _))| unit.speaker != Speaker::Therapist) {
        let before = &codings[index.saturating_sub(WINDOW)..index];
        let carries = |coding: &Coding, family| coding.codes.iter().any(|code| code.family() == family);
        for (outcome, &(_, family)) in OUTCOMES.iter().enumerate() {
            if before.iter().any(|coding| carries(coding, family)) {
                continue;
            }
            let happens = carries(coding, family);
            for (cells, &factor) in tallies.iter_mut().zip(&Code::ALL[FIRST_FACTOR..]) {
                let exposed = before.iter().any(|coding| coding.codes.contains(factor));
                // In the order of `stretch::Tallies`.
                cells[outcome][2 * usize::from(!exposed) + usize::from(!happens)] += 1;
            }
        }
    }
    tallies
}

/// One row for each contributing code and outcome, over sessions as clusters.
pub(super) fn factors(sessions: &(impl Iterator<Item = Tallies> + Clone)) -> Vec<Factor> {
    let mut factors = Vec::with_capacity(FACTOR_COUNT * OUTCOMES.len());
    for (place, &factor) in Code::ALL[FIRST_FACTOR..].iter().enumerate() {
        for (outcome, &(measure, _)) in OUTCOMES.iter().enumerate() {
            let tallies = || sessions.clone().map(|session| session.of(place, outcome));
            let sum = |of: fn(&Tally) -> u32| tallies().map(|tally| u64::from(of(&tally))).sum::<u64>();
            let found = log_odds(tallies());
            factors.push(Factor {
                factor,
                outcome: measure,
                window: WINDOW,
                exposed: sum(|tally| tally.exposed_outcomes + tally.exposed_rest),
                unexposed: sum(|tally| tally.unexposed_outcomes + tally.unexposed_rest),
                exposed_outcomes: sum(|tally| tally.exposed_outcomes),
                unexposed_outcomes: sum(|tally| tally.unexposed_outcomes),
                log_odds: found.value,
                interval: found.interval.map(|(low, high, _)| (low, high)),
                p: found.interval.map(|(_, _, p)| p),
                q: None,
                sessions: found.sessions,
            });
        }
    }
    let q = adjust(&factors.iter().map(|factor| factor.p).collect::<Vec<_>>());
    factors.iter_mut().zip(q).for_each(|(factor, q)| factor.q = q);
    factors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{CODE_COUNT, CodeSet};
    use crate::transcript::Unit;
    use std::path::Path;

    /// `t:empathy` is a therapist's turn with a code, `c` a client's without.
    fn tallies(units: &[&str]) -> Tallies {
        let mut session = Session::new("s".to_owned(), Path::new("s.csv").into());
        let mut codings = Vec::new();
        for unit in units {
            let (who, codes) = unit.split_once(':').unwrap_or((unit, ""));
            let speaker = if who == "t" { Speaker::Therapist } else { Speaker::Client(1) };
            let (id, text) = (String::new(), String::new());
            session.units.push(Unit { id, speaker, text, start: None, end: None });
            codings
                .push(Coding { probabilities: [0.0; CODE_COUNT], codes: codes.parse::<CodeSet>().unwrap() });
        }
        let mut tallies = Tallies::default();
        tallies.add(&remembered(&session, &codings));
        tallies
    }

    fn of(tallies: &Tallies, code: Code, outcome: usize) -> [u32; 4] {
        let tally = tallies.of(code as usize - FIRST_FACTOR, outcome);
        [tally.exposed_outcomes, tally.exposed_rest, tally.unexposed_outcomes, tally.unexposed_rest]
    }

    #[test]
    fn factors_before_count_and_what_follows_does_not() {
        let tallies =
            tallies(&["t:empathy", "c:cognitive", "t:empathy", "c:cognitive", "t", "c", "t", "c", "t", "c"]);
        // The second unit begins the breakthrough; until it is out of the window nothing can begin.
        assert_eq!(of(&tallies, Code::Empathy, 0), [1, 0, 0, 1]);
        assert_eq!(of(&tallies, Code::Guidance, 0), [0, 0, 1, 1]);
        // No resistance at all: client units with empathy in the four before, and without.
        assert_eq!(of(&tallies, Code::Empathy, 1), [0, 3, 0, 2]);
    }

    #[test]
    fn the_first_unit_has_nothing_before_it() {
        assert_eq!(of(&tallies(&["c:emotional"]), Code::Empathy, 0), [0; 4]);
        assert_eq!(of(&tallies(&[]), Code::Empathy, 0), [0; 4]);
        assert_eq!(factors(&std::iter::empty()).len(), 14);
    }
}
