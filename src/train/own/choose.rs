//! From scores of units that were not learned from: which strength, and how to mix.

use super::learn::{STRENGTHS, Score};
use super::thresholds::{Probable, thresholds};
use crate::coding::own::OwnCoding;
use crate::model::own::{Decision, decide};
use crate::train::calibrate::{Pull, regress};

/// Before any data, what the model makes of a unit counts in full and its n-grams by half.
const PULL: Pull = Pull { toward: [1.0, 0.5], penalty: 10.0 };
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
    let probable: Vec<Probable<'_>> =
        held.iter().map(|held| (probabilities(*held, &choices), held.1)).collect();
    let thresholds = thresholds(&probable, single);
    choices.iter_mut().zip(thresholds).for_each(|(choice, threshold)| choice.threshold = threshold);
    choices
}

/// The strength whose mixture has the least loss.
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
    best.1
}

fn mixture(score: &Score, strength: usize, [states, ngrams, bias]: [f64; 3]) -> f64 {
    states * score.states[strength] + ngrams * score.ngrams + bias
}

fn probability(score: &Score, choice: &Choice) -> f64 {
    1.0 / (1.0 + libm::exp(-mixture(score, choice.strength, choice.mix)))
}

/// Probabilities of the labels of a unit.
fn probabilities((scores, targets): Held<'_>, choices: &[Choice]) -> Vec<Option<f32>> {
    let each = scores.iter().zip(targets).zip(choices).map(|((score, target), choice)| {
        target.map(|_| (probability(score, choice) as f32).max(f32::MIN_POSITIVE))
    });
    each.collect()
}

/// Codes a unit with what was chosen.
pub(super) fn code(held: Held<'_>, choices: &[Choice], single: bool) -> OwnCoding {
    let decisions: Vec<Decision> = choices.iter().map(Choice::decision).collect();
    decide(probabilities(held, choices), &decisions, single)
}

impl Choice {
    /// The threshold; the bias follows from the weights and is not known here.
    pub(super) fn decision(&self) -> Decision {
        Decision { bias: 0.0, threshold: self.threshold as f32 }
    }
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
            let right = |held: &&Held<'_>| {
                code(**held, &choices, single).given == [usize::from(held.1[0] != Some(true))]
            };
            assert!(held.iter().filter(right).count() > 180, "{choices:?}");
            assert!(choices[0].threshold < 0.5, "{choices:?}");
        }
    }
}
