//! From scores of units that were not learned from: which strength, how to mix, and where the thresholds lie.

use super::learn::{STRENGTHS, Score};
use crate::agreement::confusion::{Confusion, macro_f1};
use crate::coding::own::OwnCoding;
use crate::model::own::{Decision, decide};
use crate::train::calibrate::{Pull, regress, threshold};

/// Before any data, what the model makes of a unit counts in full and its n-grams by half.
const PULL: Pull = Pull { toward: [1.0, 0.5], penalty: 10.0 };
/// Least and largest threshold where a unit has any number of labels: beyond, a handful of units would decide.
const THRESHOLDS: [f64; 2] = [0.05, 0.9];
/// How far the rate of a label moves its threshold where a unit has one label: from the likeliest label (0) to the one
/// that is likeliest against its rate (1).
const EXPONENTS: [f64; 11] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// What was chosen for one label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    /// Place in [`STRENGTHS`].
    pub strength: usize,
    /// Weights of the two scores, and a bias.
    pub mix: [f64; 3],
    /// See [`Decision::threshold`].
    pub threshold: f64,
}

/// A unit that was not learned from: its scores and targets, label by label.
pub(super) type Held<'a> = (&'a [Score], &'a [Option<bool>]);

/// Chooses for all labels.
pub(super) fn choose(held: &[Held<'_>], single: bool) -> Vec<Choice> {
    let labels = held.first().map_or(0, |(scores, _)| scores.len());
    let mut choices: Vec<Choice> = (0..labels).map(|label| mixed(held, label)).collect();
    if single {
        let rates: Vec<f64> = (0..labels)
            .map(|label| {
                let known = || held.iter().filter_map(|(_, targets)| targets[label]);
                let rate = known().filter(|&yes| yes).count() as f64 / known().count().max(1) as f64;
                rate.max(1e-4)
            })
            .collect();
        let mut best = f64::NEG_INFINITY;
        let likeliest = choices.clone();
        for exponent in EXPONENTS {
            let mut tried = likeliest.clone();
            tried
                .iter_mut()
                .zip(&rates)
                .for_each(|(choice, &rate)| choice.threshold = libm::pow(rate, exponent));
            let f1 = f1_of(held, &tried);
            if f1 > best {
                (best, choices) = (f1, tried);
            }
        }
    }
    choices
}

/// The strength whose mixture has the least loss, and its threshold where a unit has any number of labels.
fn mixed(held: &[Held<'_>], label: usize) -> Choice {
    let known = || held.iter().filter_map(|(scores, targets)| Some((scores[label], targets[label]?)));
    let mut best = (f64::INFINITY, Choice { strength: 0, mix: [0.0; 3], threshold: 1.0 });
    for strength in 0..STRENGTHS.len() {
        let points = known().map(|(score, yes)| ([score.states[strength], score.ngrams, 1.0], yes, 1.0));
        let mix = regress(&points.map(Into::into).collect::<Vec<_>>(), PULL);
        let loss: f64 = known()
            .map(|(score, yes)| {
                let logit = mixture(&score, strength, mix);
                let wrong = if yes { -logit } else { logit };
                wrong.max(0.0) + libm::log1p(libm::exp(-wrong.abs()))
            })
            .sum();
        if loss < best.0 {
            best = (loss, Choice { strength, mix, threshold: 1.0 });
        }
    }
    let mut choice = best.1;
    let ranked = known().map(|(score, yes)| (probability(&score, &choice), yes, 1.0)).collect();
    choice.threshold = threshold(ranked).clamp(THRESHOLDS[0], THRESHOLDS[1]);
    choice
}

fn mixture(score: &Score, strength: usize, [states, ngrams, bias]: [f64; 3]) -> f64 {
    states * score.states[strength] + ngrams * score.ngrams + bias
}

fn probability(score: &Score, choice: &Choice) -> f64 {
    1.0 / (1.0 + libm::exp(-mixture(score, choice.strength, choice.mix)))
}

/// Codes a unit with what was chosen.
pub(super) fn code((scores, targets): Held<'_>, choices: &[Choice], single: bool) -> OwnCoding {
    let probabilities = scores.iter().zip(targets).zip(choices).map(|((score, target), choice)| {
        target.map(|_| (probability(score, choice) as f32).max(f32::MIN_POSITIVE))
    });
    let decisions: Vec<Decision> = choices.iter().map(Choice::decision).collect();
    decide(probabilities.collect(), &decisions, single)
}

impl Choice {
    /// The threshold; the bias follows from the weights and is not known here.
    pub(super) fn decision(&self) -> Decision {
        Decision { bias: 0.0, threshold: self.threshold as f32 }
    }
}

fn f1_of(held: &[Held<'_>], choices: &[Choice]) -> f64 {
    let mut counts = vec![Confusion::default(); choices.len()];
    for &(scores, targets) in held {
        let given = code((scores, targets), choices, true).given;
        for (label, (counts, target)) in counts.iter_mut().zip(targets).enumerate() {
            if let Some(yes) = target {
                counts.record(*yes, given.contains(&label));
            }
        }
    }
    macro_f1(&counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units whose first score tells the label at every strength but the first, which tells nothing.
    fn held() -> Vec<(Vec<Score>, Vec<Option<bool>>)> {
        (0..200)
            .map(|i| {
                let yes = i % 10 == 0;
                let told = if yes { 1.0 } else { -1.0 } + f64::from(i % 7) / 3.0 - 1.0;
                let score = |sign: f64| {
                    let mut states = [sign * told; STRENGTHS.len()];
                    states[0] = f64::from(i % 3) - 1.0;
                    Score { states, ngrams: f64::from(i % 4) - 1.5 }
                };
                (vec![score(1.0), score(-1.0)], vec![Some(yes), Some(!yes)])
            })
            .collect()
    }

    #[test]
    fn what_tells_is_chosen_and_rare_labels_are_found() {
        let held = held();
        let held: Vec<Held<'_>> = held.iter().map(|(scores, targets)| (&scores[..], &targets[..])).collect();
        for single in [false, true] {
            let choices = choose(&held, single);
            assert!(choices.iter().all(|choice| choice.strength > 0), "{choices:?}");
            assert!(choices[0].mix[0] > 4.0 * choices[0].mix[1].abs(), "{choices:?}");
            assert!(f1_of(&held, &choices) > 0.7 || !single);
            assert!(choices[0].threshold < 0.5, "{choices:?}");
        }
        // Thresholds all alike would be the likeliest label.
        let mut likeliest = choose(&held, true);
        likeliest.iter_mut().for_each(|choice| choice.threshold = 1.0);
        assert!(f1_of(&held, &choose(&held, true)) >= f1_of(&held, &likeliest));
    }
}
