//! Two logistic regressions per label, over what the model makes of a unit and over its n-grams.

use super::folds::Without;
use crate::model::ngrams::features::{Counts, weigh};
use crate::model::own::BUCKETS;
use crate::train::lbfgs::Stop;
use crate::train::logistic::{Point, Row, fit};
use crate::train::ngrams::idf;
use rayon::prelude::*;

/// Strengths of the regression over what the model makes of a unit; which one is good depends on how much is coded and
/// how plain it is.
pub(super) const STRENGTHS: [f64; 5] = [0.03, 0.1, 0.3, 1.0, 3.0];
/// Of n-grams one strength does for all: they have the smaller say.
const NGRAM_STRENGTH: f64 = 1.0;
const STOP: Stop = Stop { steps: 200, gradient: 1e-3 };

/// What is learned from, a row per unit.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Widths of the parts of a row of features.
    pub parts: Vec<usize>,
    /// What the model makes of the unit.
    pub features: Vec<Vec<f32>>,
    /// Its n-grams.
    pub ngrams: Vec<Counts>,
    /// Its fold.
    pub fold: Vec<usize>,
    /// Whether it carries each label; `None` where its voice never does.
    pub targets: Vec<Vec<Option<bool>>>,
}

/// What the two regressions of a label say about a unit that they did not learn from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Score {
    /// Over what the model makes of it, with every strength.
    pub states: [f64; STRENGTHS.len()],
    /// Over its n-grams.
    pub ngrams: f64,
}

/// A weight per feature, and a bias.
#[derive(Debug, Clone, Default)]
pub(super) struct Linear {
    pub weights: Vec<f64>,
    pub bias: f64,
}

/// What was learned for one label.
#[derive(Debug, Clone)]
pub(super) struct Learned {
    /// Over the features as they are, with every strength.
    pub states: Vec<Linear>,
    /// Over n-grams: a weight for every bucket in use, see [`kept`].
    pub ngrams: Linear,
}

/// What was learned without some folds.
pub(super) struct Outcome {
    /// Scores of the units of these folds, label by label; empty for all others.
    pub scores: Vec<Vec<Score>>,
    /// What was learned of everything, label by label; of less only the scores are needed.
    pub labels: Vec<Learned>,
    /// Inverse document frequencies of the n-grams.
    pub idf: Vec<f32>,
}

/// Learns all labels from the units that are not of the folds `without`.
pub(super) fn learn(table: &Table, without: &Without) -> Outcome {
    let (held, used): (Vec<usize>, Vec<usize>) =
        (0..table.fold.len()).partition(|&unit| without.contains(&table.fold[unit]));
    let scale = Scale::of(table, &used);
    let rows: Vec<Vec<f32>> = used.iter().map(|&unit| scale.apply(&table.features[unit])).collect();
    let idf = idf(used.iter().map(|&unit| &table.ngrams[unit]), BUCKETS, 2);
    // Only buckets in use have a weight to be found: in a small table they are few.
    let kept = kept(&idf);
    let mut places = vec![0; idf.len()];
    kept.iter().enumerate().for_each(|(place, &bucket)| places[bucket] = place as u32);
    let weighed = |counts| -> Vec<(u32, f32)> {
        weigh(counts, &idf).into_iter().map(|(bucket, value)| (places[bucket as usize], value)).collect()
    };
    let grams: Vec<Vec<(u32, f32)>> = table.ngrams.par_iter().map(weighed).collect();
    let labels: Vec<Learned> = (0..table.targets.first().map_or(0, Vec::len))
        .into_par_iter()
        .map(|label| {
            let states = points(table, &used, label, |i, _| rows[i].as_slice());
            let mut x = vec![0.0; rows.first().map_or(0, Vec::len) + 1];
            // From the strongest penalty on: each start is near the next end.
            let states = STRENGTHS.map(|strength| {
                fit(&states, &mut x, strength, STOP);
                scale.unscaled(&x)
            });
            let ngrams = points(table, &used, label, |_, unit| grams[unit].as_slice());
            let mut weights = vec![0.0; kept.len() + 1];
            fit(&ngrams, &mut weights, NGRAM_STRENGTH, STOP);
            let bias = weights.pop().unwrap_or_default();
            Learned { states: states.to_vec(), ngrams: Linear { weights, bias } }
        })
        .collect();
    let mut scores = vec![Vec::new(); table.fold.len()];
    for unit in held {
        let features = table.features[unit].as_slice();
        let of = |label: &Learned| Score {
            states: std::array::from_fn(|s| features.dot(&label.states[s].weights, label.states[s].bias)),
            ngrams: grams[unit].as_slice().dot(&label.ngrams.weights, label.ngrams.bias),
        };
        scores[unit] = labels.iter().map(of).collect();
    }
    Outcome { scores, labels: if without.is_empty() { labels } else { Vec::new() }, idf }
}

/// The buckets in use.
pub(super) fn kept(idf: &[f32]) -> Vec<usize> {
    (0..idf.len()).filter(|&bucket| idf[bucket] > 0.0).collect()
}

/// Units that may carry a label, with the row that `row` gives for a place in `used` and its unit.
fn points<R>(table: &Table, used: &[usize], label: usize, row: impl Fn(usize, usize) -> R) -> Vec<Point<R>> {
    let with_target = used.iter().enumerate().filter_map(|(i, &unit)| {
        let target = table.targets[unit][label]?;
        Some(Point { row: row(i, unit), target: f64::from(u8::from(target)), weight: 1.0 })
    });
    with_target.collect()
}

/// Puts features on one scale: mean 0, and a deviation of one over the root of the width of their part.
struct Scale {
    mean: Vec<f64>,
    times: Vec<f64>,
}

impl Scale {
    fn of(table: &Table, used: &[usize]) -> Scale {
        let widths = table.parts.iter().flat_map(|&width| std::iter::repeat_n(width as f64, width));
        let count = used.len().max(1) as f64;
        let columns = widths.enumerate().map(|(i, width)| {
            let values = || used.iter().map(|&unit| f64::from(table.features[unit][i]));
            let mean = values().sum::<f64>() / count;
            let variance = values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
            // What hardly differs tells nothing, and must not be blown up.
            (mean, if variance > 1e-8 { 1.0 / (variance * width).sqrt() } else { 0.0 })
        });
        let (mean, times) = columns.unzip();
        Scale { mean, times }
    }

    fn apply(&self, row: &[f32]) -> Vec<f32> {
        let scaled = row.iter().zip(&self.mean).zip(&self.times);
        scaled.map(|((&x, mean), times)| ((f64::from(x) - mean) * times) as f32).collect()
    }

    /// The same function of features as they are; of `x` the last is the bias.
    fn unscaled(&self, x: &[f64]) -> Linear {
        let weights: Vec<f64> = x.iter().zip(&self.times).map(|(w, times)| w * times).collect();
        let shift: f64 = weights.iter().zip(&self.mean).map(|(w, mean)| w * mean).sum();
        Linear { weights, bias: x.last().copied().unwrap_or_default() - shift }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ngrams::features::count;

    #[test]
    fn held_out_units_are_scored_by_what_did_not_see_them() {
        let words = ["we had soup", "I told him no", "it rained", "I told her no"];
        let mut table = Table { parts: vec![2, 1], ..Table::default() };
        for i in 0..80 {
            let yes = i % 2 == 1;
            let x = if yes { 5.0 } else { -5.0 } + (i % 7) as f32 / 7.0;
            // The last feature is the same everywhere, and far off.
            table.features.push(vec![x, (i % 5) as f32, 1e3]);
            table.ngrams.push(count(words[i % 4], BUCKETS));
            table.fold.push(i / 20);
            table.targets.push(vec![Some(yes), None]);
        }
        let outcome = learn(&table, &vec![1]);
        for unit in 0..80 {
            if table.fold[unit] == 1 {
                let Score { states, ngrams } = outcome.scores[unit][0];
                let yes = table.targets[unit][0] == Some(true);
                assert!(states.iter().all(|&logit| (logit > 0.0) == yes) && (ngrams > 0.0) == yes, "{unit}");
                assert!(states[0].abs() < states[4].abs(), "less penalty, surer");
                let never = outcome.scores[unit][1];
                assert!(never.states[0] < -5.0 && never.ngrams < -5.0, "no example, no label");
            } else {
                assert!(outcome.scores[unit].is_empty());
            }
        }
        assert_eq!((outcome.labels.len(), learn(&table, &Vec::new()).labels.len()), (0, 2));
    }
}
