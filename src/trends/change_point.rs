//! Where a series changes its level: the split with the largest standardised difference of mean ranks.
//!
//! For each split the rank sum of the sessions before it is held against what it is on average over all orders, in
//! standard deviations: the z of the Wilcoxon rank-sum test (F. Wilcoxon 1945), maximal over all splits, as the
//! statistic of A. N. Pettitt (1979) but standardised, so that a change near an end is found as well as one in the
//! middle. Its p is a permutation p: it allows for the choice of the split.

use super::permutation::p_values;

/// Fewest sessions on either side.
const LEAST: usize = 2;

/// Index of the first value after the change, and the p of a change either way; `None` for fewer than four values, or if
/// at every split both sides rank alike.
#[must_use]
pub fn change_point(values: &[f64]) -> Option<(usize, f64)> {
    let n = values.len();
    let scores = scores(values);
    if n < 2 * LEAST {
        return None;
    }
    let factors: Vec<f64> = (0..n).map(|k| 1.0 / ((k * (n - k)).max(1) as f64).sqrt()).collect();
    let largest = |order: &[usize]| {
        let (mut sum, mut best) = (0_i64, (0, 0.0));
        for k in 1..=n - LEAST {
            sum += scores[order[k - 1]];
            let z = sum.abs() as f64 * factors[k];
            // The earliest of equals.
            if k >= LEAST && z > best.1 + 1e-12 {
                best = (k, z);
            }
        }
        best
    };
    let order: Vec<usize> = (0..n).collect();
    let (at, z) = largest(&order);
    if z == 0.0 {
        return None;
    }
    let [p] = p_values(n, |order| [largest(order).1]);
    Some((at, p))
}

/// Twice the mid-rank of each value, less its mean: values below it minus values above it.
fn scores(values: &[f64]) -> Vec<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let below = |x: &f64| sorted.partition_point(|y| y < x);
    let not_above = |x: &f64| sorted.partition_point(|y| y <= x);
    values.iter().map(|x| (below(x) + not_above(x)) as i64 - values.len() as i64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_split() {
        let (at, p) = change_point(&[1.0, 2.0, 1.0, 2.0, 9.0, 8.0, 9.0, 8.0]).unwrap();
        assert_eq!(at, 4);
        // Two of the 70 ways to choose four of eight.
        assert!((p - 2.0 / 70.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_find() {
        assert_eq!(change_point(&[1.0, 1.0, 5.0]), None);
        assert_eq!(change_point(&[0.0; 12]), None);
        // The one split that leaves two on either side has the same ranks there.
        assert_eq!(change_point(&[20.0, 30.0, 30.0, 20.0]), None);
        assert!(change_point(&[1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 1.0]).unwrap().1 > 0.5);
    }
}
