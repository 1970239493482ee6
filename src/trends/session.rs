//! Counts over one session.

use super::course::smooth;
use crate::codebook::{CODE_COUNT, Code, Family};
use crate::coding::{Coding, Summary};
use crate::transcript::{Session, Speaker};

/// Counts units, words and codes of one session and finds where its breakthroughs stand.
///
/// A word is a run of characters without white space that has a letter or a digit in it. A position is the unit's
/// index divided by the index of the last unit; the only unit of a session stands at 0. The peak is the earliest
/// unit of those with the highest probability of a breakthrough code that they carry. Expected units are the sums over
/// the units of the probability that any code of the family holds, `1 - Π (1 - p)`. `codings` has one element
/// per unit; a unit without one counts as uncoded.
#[must_use]
pub fn summarise(session: &Session, codings: &[Coding]) -> Summary {
    let of_client = || session.units.iter().filter(|unit| unit.speaker.is_client() || unit.speaker.is_note());
    let mut counts = [0; CODE_COUNT];
    let (mut breakthroughs, mut resistances) = (0, 0);
    let (mut expected_breakthroughs, mut expected_resistances) = (0.0, 0.0);
    let mut first = None;
    let mut peak: Option<(usize, f32)> = None;
    for (index, coding) in codings.iter().enumerate().take(session.units.len()) {
        let carries = |family| usize::from(coding.codes.iter().any(|code| code.family() == family));
        breakthroughs += carries(Family::Breakthrough);
        resistances += carries(Family::Resistance);
        expected_breakthroughs += any(coding, Family::Breakthrough);
        expected_resistances += any(coding, Family::Resistance);
        for code in coding.codes.iter() {
            counts[code as usize] += 1;
            if code.family() == Family::Breakthrough {
                first = first.or(Some(index));
                let probability = coding.probability(code);
                if peak.is_none_or(|(_, highest)| probability > highest) {
                    peak = Some((index, probability));
                }
            }
        }
    }
    let position = |index: usize| index as f64 / session.units.len().saturating_sub(1).max(1) as f64;
    Summary {
        units: session.units.len(),
        client_units: of_client().count(),
        client_words: of_client().map(|unit| words(&unit.text)).sum(),
        counts,
        breakthroughs,
        resistances,
        expected_breakthroughs,
        expected_resistances,
        course: [Family::Breakthrough, Family::Resistance, Family::Factor]
            .map(|family| course(session, codings, family)),
        first_breakthrough: first.map(position),
        peak_breakthrough: peak.map(|(index, _)| position(index)),
    }
}

/// Probability of any code of the family, the codes taken as independent.
fn any(coding: &Coding, family: Family) -> f64 {
    let none = |code| 1.0 - f64::from(coding.probability(code)).clamp(0.0, 1.0);
    1.0 - Code::ALL.into_iter().filter(|code| code.family() == family).map(none).product::<f64>()
}

/// The smoothed probability of any code of the family over the units that may carry one.
fn course(session: &Session, codings: &[Coding], family: Family) -> Vec<f64> {
    let last = session.units.len().saturating_sub(1).max(1) as f64;
    let may = |speaker: Speaker| Code::ALL.iter().any(|c| c.family() == family && speaker.may_carry(*c));
    let units: Vec<_> = session
        .units
        .iter()
        .zip(codings)
        .enumerate()
        .filter(|(_, (unit, _))| may(unit.speaker))
        .map(|(index, (_, coding))| (index as f64 / last, any(coding, family)))
        .collect();
    smooth(&units)
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::CodeSet;
    use crate::transcript::Unit;
    use std::path::Path;

    fn session(units: &[(Speaker, &str)]) -> Session {
        let unit = |(i, &(speaker, text)): (usize, &(Speaker, &str))| Unit {
            id: i.to_string(),
            speaker,
            text: text.to_owned(),
            start: None,
            end: None,
        };
        let units = units.iter().enumerate().map(unit).collect();
        Session { units, ..Session::new("s".to_owned(), Path::new("s.csv").into()) }
    }

    fn coding(codes: &[(Code, f32)]) -> Coding {
        let mut probabilities = [0.0; CODE_COUNT];
        for &(code, probability) in codes {
            probabilities[code as usize] = probability;
        }
        Coding { probabilities, codes: codes.iter().map(|&(code, _)| code).collect::<CodeSet>() }
    }

    #[test]
    fn counts_and_positions() {
        let session = session(&[
            (Speaker::Therapist, "How was the week?"),
            (Speaker::Client(1), "I – well… I told her no."),
            (Speaker::Therapist, "That took courage."),
            (Speaker::Client(2), "[laughs] It's 7 years!"),
            (Speaker::Client(1), "It was never my job."),
        ]);
        let codings = [
            coding(&[(Code::Guidance, 0.9)]),
            coding(&[(Code::Behavioural, 0.7), (Code::ResistanceFear, 0.99)]),
            coding(&[(Code::Empathy, 0.8)]),
            coding(&[]),
            coding(&[(Code::Cognitive, 0.8), (Code::Behavioural, 0.6)]),
        ];
        let summary = summarise(&session, &codings);
        assert_eq!((summary.units, summary.client_units, summary.client_words), (5, 3, 6 + 4 + 5));
        assert_eq!((summary.breakthroughs, summary.resistances), (2, 1));
        // 0.7 and 1 − 0.2 · 0.4.
        assert!((summary.expected_breakthroughs - 1.62).abs() < 1e-6);
        assert_eq!(summary.course.map(|course| course.len()), [21; 3]);
        assert_eq!(summary.counts, [0, 1, 2, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0]);
        assert_eq!((summary.first_breakthrough, summary.peak_breakthrough), (Some(0.25), Some(1.0)));
    }

    #[test]
    fn every_sentence_of_a_note_counts() {
        let session =
            session(&[(Speaker::Note(Some('S')), "Ct tearful."), (Speaker::Note(None), "Plan made.")]);
        let summary = summarise(&session, &[coding(&[]), coding(&[])]);
        assert_eq!((summary.client_units, summary.client_words), (2, 4));
        assert_eq!((summary.first_breakthrough, summary.peak_breakthrough), (None, None));
    }

    #[test]
    fn a_single_unit_stands_at_the_beginning() {
        let session = session(&[(Speaker::Client(1), "Oh. It was never mine.")]);
        let summary = summarise(&session, &[coding(&[(Code::Cognitive, 0.9)])]);
        assert_eq!(summary.first_breakthrough, Some(0.0));
        assert_eq!(summarise(&session, &[]).counts, [0; CODE_COUNT]);
    }
}
