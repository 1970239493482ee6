//! Folds by group, and what is learned without them.
//!
//! Of `n` folds a model is learned without each one and without each pair. The models without a pair give scores for
//! the inside of the cross-validation: a unit of fold `b` is scored for the test of fold `a` by the model that saw neither.
//! Strengths, mixing weights and thresholds for fold `a` are chosen on these alone.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// The fold of every group: shuffled, then the largest first into the lightest fold.
pub(super) fn assign(units: &[usize], folds: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order.sort_by_key(|&group| std::cmp::Reverse(units[group]));
    let (mut weight, mut fold_of) = (vec![(0, 0); folds], vec![0; units.len()]);
    for group in order {
        // By units, then by groups, so that groups of no size are spread too.
        let lightest = (0..folds).min_by_key(|&fold| weight[fold]).unwrap_or(0);
        weight[lightest] = (weight[lightest].0 + units[group], weight[lightest].1 + 1);
        fold_of[group] = lightest;
    }
    fold_of
}

/// The folds that a model does not learn from: none, one, or two in ascending order.
pub(super) type Without = Vec<usize>;

/// Everything that is learned: without each pair, without each fold, and of everything.
pub(super) fn plan(folds: usize) -> Vec<Without> {
    let pairs = (0..folds).flat_map(|a| (a + 1..folds).map(move |b| vec![a, b]));
    pairs.chain((0..folds).map(|a| vec![a])).chain([Vec::new()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_even_and_fixed() {
        let units: Vec<usize> = (0..40).map(|i| 10 + i % 7 * 20).collect();
        let fold_of = assign(&units, 5, 1);
        assert_eq!(fold_of, assign(&units, 5, 1));
        assert_ne!(fold_of, assign(&units, 5, 2));
        let sizes: Vec<usize> = (0..5)
            .map(|fold| fold_of.iter().zip(&units).filter(|(f, _)| **f == fold).map(|(_, n)| n).sum())
            .collect();
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 130, "{sizes:?}");
    }

    #[test]
    fn every_fold_and_pair_is_left_out_once() {
        let plan = plan(4);
        assert_eq!(plan.len(), 6 + 4 + 1);
        assert_eq!((&plan[0], &plan[6], &plan[10]), (&vec![0, 1], &vec![0], &vec![]));
    }
}
