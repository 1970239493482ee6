//! From a network's logits of units that were not learned from: how sure they are, and where the thresholds lie.

use crate::coding::own::OwnCoding;
use crate::model::own::{Decision, decide, probabilities};
use crate::train::calibrate::{Pull, regress};
use crate::train::own::thresholds::{Probable, thresholds};

/// Before any data, logits are believed as they are.
const PULL: Pull = Pull { toward: [1.0, 0.0], penalty: 10.0 };
/// By what logits may be multiplied where a unit has one label: steps of a quarter of an octave, three octaves either way.
const TIMES: i32 = 12;

/// What makes decisions of logits, label by label.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    /// By what the logit is multiplied: taught to the end, networks are too sure.
    pub times: Vec<f32>,
    /// What is added then, and the threshold.
    pub decisions: Vec<Decision>,
}

/// A unit that was not learned from: its logits and targets, label by label.
pub(super) type Held<'a> = (&'a [f32], &'a [Option<bool>]);

/// Chooses for all labels. Without a unit to choose on, logits are taken as they are.
pub(super) fn settle(held: &[Held<'_>], labels: usize, single: bool) -> Settled {
    if held.is_empty() {
        let decision = Decision { bias: 0.0, threshold: 0.5 };
        return Settled { times: vec![1.0; labels], decisions: vec![decision; labels] };
    }
    let (times, biases) = if single {
        (vec![temperature(held); labels], vec![0.0; labels])
    } else {
        (0..labels).map(|label| line(held, label)).unzip()
    };
    let decision = |bias| Decision { bias, threshold: 1.0 };
    let mut settled = Settled { times, decisions: biases.into_iter().map(decision).collect() };
    let probable: Vec<Probable<'_>> = held.iter().map(|held| (settled.of(*held, single), held.1)).collect();
    let thresholds = thresholds(&probable, single);
    settled.decisions.iter_mut().zip(thresholds).for_each(|(d, threshold)| d.threshold = threshold as f32);
    settled
}

impl Settled {
    /// Probabilities of the labels of a unit.
    fn of(&self, (logits, targets): Held<'_>, single: bool) -> Vec<Option<f32>> {
        let logits = logits.iter().zip(targets).zip(self.times.iter().zip(&self.decisions));
        let settled = logits.map(|((x, target), (times, d))| target.map(|_| x * times + d.bias));
        probabilities(&settled.collect::<Vec<_>>(), single)
    }

    /// Codes a unit with what was chosen.
    pub(super) fn code(&self, held: Held<'_>, single: bool) -> OwnCoding {
        decide(self.of(held, single), &self.decisions, single)
    }
}

/// Slope and bias of one label.
fn line(held: &[Held<'_>], label: usize) -> (f32, f32) {
    let known = held.iter().filter_map(|(logits, targets)| {
        Some(([f64::from(logits[label]), 0.0, 1.0], targets[label]?, 1.0).into())
    });
    let [times, _, bias] = regress(&known.collect::<Vec<_>>(), PULL);
    (times as f32, bias as f32)
}

/// The one slope of all labels with which the labels that units have are likeliest.
fn temperature(held: &[Held<'_>]) -> f32 {
    let loss = |times: f32| -> f64 {
        let unit = |(logits, targets): &Held<'_>| {
            let scaled = logits.iter().zip(*targets).map(|(x, target)| target.map(|_| x * times));
            let p = probabilities(&scaled.collect::<Vec<_>>(), true);
            let right = p.iter().zip(*targets).find(|(_, target)| **target == Some(true));
            -f64::from(right.and_then(|(p, _)| *p).unwrap_or(1.0)).ln()
        };
        held.iter().map(unit).sum()
    };
    let tried = (-TIMES..=TIMES).map(|step| libm::exp2f(step as f32 / 4.0)).map(|times| (times, loss(times)));
    tried.reduce(|best, next| if next.1 < best.1 { next } else { best }).map_or(1.0, |(times, _)| times)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units whose logits are four times too sure: wrong in every fourth.
    fn held() -> Vec<(Vec<f32>, Vec<Option<bool>>)> {
        (0..400)
            .map(|i| {
                let (yes, right) = (i % 2 == 0, i % 8 < 6);
                let logit = if yes == right { 4.4 } else { -4.4 };
                (vec![logit / 2.0, -logit / 2.0, 9.0], vec![Some(yes), Some(!yes), None])
            })
            .collect()
    }

    #[test]
    fn what_is_too_sure_is_believed_less() {
        let held = held();
        let held: Vec<Held<'_>> = held.iter().map(|(logits, targets)| (&logits[..], &targets[..])).collect();
        for single in [true, false] {
            let settled = settle(&held, 3, single);
            let coding = settled.code(held[0], single);
            let p = coding.probabilities[0].unwrap();
            assert!((p - 0.75).abs() < 0.03, "{single}: {p}");
            assert_eq!((coding.given, coding.probabilities[2]), (vec![0], None));
            let untold = settle(&[], 3, single).code(held[0], single);
            assert!(untold.given == [0] && untold.probabilities[0].unwrap() > 0.85);
        }
    }
}
