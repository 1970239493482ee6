//! Neighbouring codes to moments: the stretches of a session in which one breakthrough or resistance holds.
//!
//! A moment belongs to one code and one speaker. It begins and ends with a unit that carries the code; between two
//! such units may stand any number of therapist turns, and at most [`MAX_GAP`] other units without it.

mod about;
pub mod context;
pub mod manner;

pub use about::about;

use crate::codebook::{Code, CodeSet, Family};
use crate::coding::{Coding, Moment};
use crate::transcript::{Session, Speaker};
use regex::{Regex, RegexBuilder};

/// Units without the code that a moment bridges (therapist turns are not counted).
///
/// One, because what stands between two halves of a moment is most often a single "yeah" or "[pause]"; with two,
/// separate resistances to separate questions of the therapist begin to run together.
pub const MAX_GAP: usize = 1;

/// Joins neighbouring units of one breakthrough or resistance code into moments, in order of their first unit,
/// then of the codebook.
///
/// In a note all sentences count as one speaker, whatever their section; in a couple or group a turn of another
/// client is a unit without the code. `codings` has one element per unit; what is over on either side is left out.
/// `evidence` is `None`.
#[must_use]
pub fn gather(session: &Session, codings: &[Coding]) -> Vec<Moment> {
    let length = session.units.len().min(codings.len());
    let mut moments = Vec::new();
    for code in Code::ALL.into_iter().filter(|code| code.family() != Family::Factor) {
        let mut open: Vec<Stretch> = Vec::new();
        for (index, coding) in codings.iter().enumerate().take(length) {
            if !coding.codes.contains(code) {
                continue;
            }
            let speaker = session.units[index].speaker;
            match open.iter_mut().rev().find(|stretch| same_voice(stretch.speaker, speaker)) {
                Some(stretch) if gap(session, stretch.last() + 1..index) <= MAX_GAP => {
                    stretch.units.push(index);
                }
                _ => open.push(Stretch { speaker, units: vec![index] }),
            }
        }
        moments.extend(open.iter().map(|stretch| stretch.moment(code, session, codings)));
    }
    // Stable: moments that begin together stay in codebook order.
    moments.sort_by_key(|moment| moment.first);
    moments
}

/// The units of a moment that carry its code.
struct Stretch {
    speaker: Speaker,
    /// Never empty, ascending.
    units: Vec<usize>,
}

impl Stretch {
    fn last(&self) -> usize {
        self.units[self.units.len() - 1]
    }

    fn moment(&self, code: Code, session: &Session, codings: &[Coding]) -> Moment {
        let probability = |index: usize| codings[index].probability(code);
        let first = self.units[0];
        let peak = self
            .units
            .iter()
            .fold(first, |best, &index| if probability(index) > probability(best) { index } else { best });
        let sum: f64 = self.units.iter().map(|&index| f64::from(probability(index))).sum();
        let resisting = code.family() == Family::Resistance;
        // The peak has the first word: what the strongest unit shows counts before its surroundings.
        let manner = std::iter::once(&peak)
            .chain(self.units.iter().filter(|&&index| index != peak))
            .find_map(|&index| manner::shown(code, &session.units[index].text))
            .map(|(manner, _)| manner);
        Moment {
            code,
            first,
            last: self.last(),
            peak,
            peak_probability: probability(peak),
            mean_probability: (sum / self.units.len() as f64) as f32,
            strength: sum,
            rise: context::level_before(session, codings, first, self.speaker, code)
                .map(|level| f64::from(probability(peak)) - level),
            manner,
            // Of the peak alone: these are the words that stand beside it.
            about: if resisting { about(&session.units[peak].text) } else { None },
            overcame: if resisting {
                CodeSet::EMPTY
            } else {
                context::overcome(session, codings, first, self.speaker)
            },
            prepared_by: context::preparation(codings, first),
            evidence: None,
        }
    }
}

/// Whether two units are one person's, so that they can be parts of one moment.
fn same_voice(a: Speaker, b: Speaker) -> bool {
    a == b || (a.is_note() && b.is_note())
}

/// Units between two parts of a moment that are not the therapist's.
fn gap(session: &Session, between: std::ops::Range<usize>) -> usize {
    session.units[between].iter().filter(|unit| unit.speaker != Speaker::Therapist).count()
}

/// An expression in either case, whose groups only group: room for what captures is kept in every thread and for every state of
/// the expression, tens of megabytes for a long list. What is learned about texts may take 2 MB a thread by default; moments are
/// few, and can wait.
fn expression(pattern: &str) -> Result<Regex, regex::Error> {
    let pattern = pattern.replace('(', "(?:").replace("(?:?", "(?");
    RegexBuilder::new(&pattern).case_insensitive(true).dfa_size_limit(1 << 18).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::CODE_COUNT;
    use crate::coding::{About, Manner};
    use crate::transcript::Unit;
    use std::path::Path;

    /// `c:emotional=0.9|cognitive=0.5` makes a client unit with two codes; `t`, `c2`, `n` the other speakers;
    /// words after a space are the text.
    fn session(units: &[&str]) -> (Session, Vec<Coding>) {
        let mut codings = Vec::new();
        let mut read = Vec::new();
        for (i, unit) in units.iter().enumerate() {
            let (head, text) = unit.split_once(' ').unwrap_or((unit, "Words."));
            let (who, codes) = head.split_once(':').unwrap_or((head, ""));
            let mut coding = Coding { probabilities: [0.0; CODE_COUNT], codes: CodeSet::EMPTY };
            for part in codes.split('|').filter(|part| !part.is_empty()) {
                let (name, probability) = part.split_once('=').unwrap();
                let code: Code = name.parse().unwrap();
                coding.codes.insert(code);
                coding.probabilities[code as usize] = probability.parse().unwrap();
            }
            codings.push(coding);
            let speaker = match who {
                "t" => Speaker::Therapist,
                "n" => Speaker::Note(Some('S')),
                "a" => Speaker::Note(Some('A')),
                "c2" => Speaker::Client(2),
                _ => Speaker::Client(1),
            };
            read.push(Unit { id: i.to_string(), speaker, text: text.to_owned(), start: None, end: None });
        }
        (Session { units: read, ..Session::new("s".to_owned(), Path::new("s.csv").into()) }, codings)
    }

    fn stretches(units: &[&str]) -> Vec<(&'static str, usize, usize)> {
        let (session, codings) = session(units);
        gather(&session, &codings).iter().map(|m| (m.code.name(), m.first, m.last)).collect()
    }

    #[test]
    fn therapist_turns_and_one_uncoded_unit_are_bridged() {
        let units = ["c:emotional=0.6", "t", "t", "c", "t", "c:emotional=0.8", "c", "c", "c:emotional=0.9"];
        assert_eq!(stretches(&units), [("emotional", 0, 5), ("emotional", 8, 8)]);
    }

    #[test]
    fn order_is_first_unit_then_codebook() {
        let units = ["c:cognitive=0.6|resistance_fear=0.5", "c:emotional=0.8|cognitive=0.9|motivation=0.9"];
        assert_eq!(stretches(&units), [("cognitive", 0, 1), ("resistance_fear", 0, 0), ("emotional", 1, 1)]);
    }

    #[test]
    fn peak_is_the_earliest_of_equals_and_mean_is_over_coded_units() {
        let (session, codings) =
            session(&["c:cognitive=0.5", "t", "c:cognitive=0.75", "c", "c:cognitive=0.75", "c"]);
        let moment = &gather(&session, &codings)[0];
        assert_eq!((moment.first, moment.last, moment.peak), (0, 4, 2));
        assert!((moment.peak_probability - 0.75).abs() < 1e-6);
        assert!((moment.mean_probability - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!(moment.evidence, None);
    }

    #[test]
    fn two_clients_have_two_moments() {
        let units = ["c:cognitive=0.5", "c2:cognitive=0.5", "c:cognitive=0.5", "c2", "c2:cognitive=0.5"];
        assert_eq!(stretches(&units), [("cognitive", 0, 2), ("cognitive", 1, 1), ("cognitive", 4, 4)]);
    }

    #[test]
    fn a_note_is_one_voice() {
        assert_eq!(stretches(&["n:behavioural=0.7", "a", "a:behavioural=0.7"]), [("behavioural", 0, 2)]);
    }

    #[test]
    fn manner_of_the_peak_comes_first_and_resistance_has_none() {
        let (session, codings) = session(&[
            "c:cognitive=0.6|resistance_change=0.5 It just hit me.",
            "c:cognitive=0.9 Bit by bit, over the months.",
        ]);
        let moments = gather(&session, &codings);
        assert_eq!(moments[0].manner, Some(Manner::Gradual));
        assert_eq!((moments[1].code, moments[1].manner), (Code::ResistanceChange, None));
    }

    #[test]
    fn what_stands_before_a_moment() {
        let (session, codings) = session(&[
            "c:resistance_fear=0.6|motivation=0.5 I'm scared to try the exercise.",
            "t:empathy=0.9",
            "c2:resistance_change=0.6",
            "t:empathy=0.9|guidance=0.8",
            "c:emotional=0.75|resistance_defence=0.5",
            "c:emotional=0.5",
        ]);
        let moments = gather(&session, &codings);
        let emotional = moments.iter().find(|moment| moment.code == Code::Emotional).unwrap();
        assert!((emotional.strength - 1.25).abs() < 1e-6);
        assert!((emotional.rise.unwrap() - 0.75).abs() < 1e-6 && moments[0].rise.is_none());
        assert_eq!(emotional.overcame.to_string(), "resistance_fear");
        let prepared = |code: Code| emotional.prepared_by[code as usize];
        assert_eq!(
            (prepared(Code::Empathy), prepared(Code::Guidance), prepared(Code::Motivation)),
            (2, 1, 1)
        );
        assert_eq!((moments[0].about, moments[0].overcame), (Some(About::Task), CodeSet::EMPTY));
        assert_eq!((moments[0].prepared_by, emotional.about), ([0; CODE_COUNT], None));
    }

    #[test]
    fn what_a_resistance_is_about_is_said_by_its_peak_alone() {
        let about = |first: &str, second: &str| {
            let (session, codings) = session(&[
                &format!("c:resistance_change={first} I don't count."),
                &format!("c:resistance_change={second} I just don't see the point in this."),
            ]);
            gather(&session, &codings)[0].about
        };
        assert_eq!((about("0.9", "0.6"), about("0.6", "0.9")), (None, Some(About::Change)));
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(stretches(&[]).is_empty());
        let (session, _) = session(&["c", "t"]);
        assert!(gather(&session, &[]).is_empty());
    }
}
