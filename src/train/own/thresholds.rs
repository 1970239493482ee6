//! From probabilities of units that were not learned from: where the thresholds lie.

use super::material::LEAST_UNITS;
use crate::agreement::confusion::{Confusion, macro_f1};
use crate::model::own::{Decision, decide};
use crate::train::calibrate::threshold;

/// Least and largest threshold where a unit has any number of labels: beyond, a handful of units would decide.
const THRESHOLDS: [f64; 2] = [0.05, 0.9];
/// Least threshold of a label on fewer than [`LEAST_UNITS`] units. Their scores tell nothing of how it is ranked, and where a
/// ranking tells nothing, giving the label to every unit is best for F1: half of that lies below the rate. So it is given
/// where it is likelier than not.
const OF_A_HANDFUL: f64 = 0.5;
/// How far the rate of a label moves its threshold where a unit has one label: from the likeliest label (0) to the one
/// that is likeliest against its rate (1).
const EXPONENTS: [f64; 11] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// A unit that was not learned from: the probability of every label, and whether it carries it; `None` where its voice
/// never does.
pub(super) type Probable<'a> = (Vec<Option<f32>>, &'a [Option<bool>]);

/// A threshold for every label.
pub(super) fn thresholds(held: &[Probable<'_>], single: bool) -> Vec<f64> {
    let labels = held.first().map_or(0, |(_, targets)| targets.len());
    if !single {
        let of_label = |label: usize| {
            let ranked = held.iter().filter_map(|(probabilities, targets)| {
                Some((f64::from(probabilities[label]?), targets[label]?, 1.0))
            });
            let ranked: Vec<(f64, bool, f64)> = ranked.collect();
            let handful = ranked.iter().filter(|(_, yes, _)| *yes).count() < LEAST_UNITS;
            let least = if handful { OF_A_HANDFUL } else { THRESHOLDS[0] };
            threshold(ranked).clamp(least, THRESHOLDS[1])
        };
        return (0..labels).map(of_label).collect();
    }
    let rates: Vec<f64> = (0..labels)
        .map(|label| {
            let known = || held.iter().filter_map(|(_, targets)| targets[label]);
            // On fewer units the rate is hardly known, and against a lower one noise would give the label.
            let units = known().filter(|&yes| yes).count().max(LEAST_UNITS);
            (units as f64 / known().count().max(1) as f64).min(1.0)
        })
        .collect();
    let mut best = (f64::NEG_INFINITY, Vec::new());
    for exponent in EXPONENTS {
        let tried: Vec<f64> = rates.iter().map(|&rate| libm::pow(rate, exponent)).collect();
        let f1 = f1_of(held, &tried);
        if f1 > best.0 {
            best = (f1, tried);
        }
    }
    best.1
}

/// Macro-F1 with these thresholds, where a unit has one label.
fn f1_of(held: &[Probable<'_>], thresholds: &[f64]) -> f64 {
    let decisions: Vec<Decision> =
        thresholds.iter().map(|&threshold| Decision { bias: 0.0, threshold: threshold as f32 }).collect();
    let mut counts = vec![Confusion::default(); thresholds.len()];
    for (probabilities, targets) in held {
        let given = decide(probabilities.clone(), &decisions, true).given;
        for (label, (counts, target)) in counts.iter_mut().zip(*targets).enumerate() {
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

    #[test]
    fn rare_labels_are_found() {
        let targets: Vec<[Option<bool>; 2]> =
            (0..200).map(|i| [Some(i % 10 == 0), Some(i % 10 != 0)]).collect();
        let held: Vec<Probable<'_>> = targets
            .iter()
            .enumerate()
            .map(|(i, targets)| {
                // The rare label is never the likeliest, though it is told apart.
                let p = if targets[0] == Some(true) { 0.3 } else { 0.01 } + (i % 7) as f32 / 50.0;
                (vec![Some(p), Some(1.0 - p)], &targets[..])
            })
            .collect();
        let one = thresholds(&held, true);
        assert!(f1_of(&held, &one) > 0.99 && f1_of(&held, &[1.0, 1.0]) < 0.5, "{one:?}");
        // Half of the best F1, which is 1 for both.
        assert_eq!(thresholds(&held, false), [0.5, 0.5]);
    }

    /// One unit in 38, and probabilities that tell nothing.
    #[test]
    fn a_label_on_one_unit_is_not_given_to_everything() {
        let targets: Vec<[Option<bool>; 2]> = (0..38).map(|i| [Some(i == 20), Some(i != 20)]).collect();
        let held: Vec<Probable<'_>> = targets
            .iter()
            .enumerate()
            .map(|(i, targets)| {
                let p = 0.06 + (i * 7 % 38) as f32 / 1e3;
                (vec![Some(p), Some(1.0 - p)], &targets[..])
            })
            .collect();
        for single in [false, true] {
            let thresholds = thresholds(&held, single);
            let decisions: Vec<Decision> =
                thresholds.iter().map(|&t| Decision { bias: 0.0, threshold: t as f32 }).collect();
            let given = held.iter().filter(|(p, _)| decide(p.clone(), &decisions, single).given.contains(&0));
            assert!(given.count() <= 2, "{single}: {thresholds:?}");
        }
    }
}
