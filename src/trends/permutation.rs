//! Permutation p-values: how often sessions in another order give as large a statistic.
//!
//! All orders are tried for up to [`EXACT`] sessions, beyond that [`SHUFFLES`] seeded shuffles and the order as it is,
//! which counts as one of them, so that p is never 0 (B. Phipson, G. K. Smyth 2010, Permutation P-values Should Never
//! Be Zero).

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Longest series whose orders are all tried: 8! = 40,320.
pub const EXACT: usize = 8;
/// Shuffles of longer series.
pub const SHUFFLES: usize = 4999;
/// Two sums of the same numbers in another order differ by less.
const ROUNDING: f64 = 1e-9;

/// For each of `K` statistics, the share of orders in which it is at least as large as in the order `0, 1, …, n - 1`.
///
/// `statistics` gets the indices of the sessions in an order. The result is the same on every run and machine.
pub fn p_values<const K: usize>(n: usize, mut statistics: impl FnMut(&[usize]) -> [f64; K]) -> [f64; K] {
    let mut order: Vec<usize> = (0..n).collect();
    let limit = statistics(&order).map(|observed| observed - ROUNDING);
    let mut reached = [0_u64; K];
    let mut orders = 0_u64;
    let mut count = |order: &[usize]| {
        let values = statistics(order);
        (0..K).for_each(|k| reached[k] += u64::from(values[k] >= limit[k]));
        orders += 1;
    };
    if n <= EXACT {
        every_order(&mut order, &mut count);
    } else {
        count(&order);
        let mut rng = ChaCha8Rng::seed_from_u64(n as u64);
        for _ in 0..SHUFFLES {
            order.shuffle(&mut rng);
            count(&order);
        }
    }
    reached.map(|reached| reached as f64 / orders as f64)
}

/// Heap's algorithm: every order once, the given one first.
fn every_order(order: &mut [usize], visit: &mut impl FnMut(&[usize])) {
    let mut turns = vec![0; order.len()];
    visit(order);
    let mut i = 1;
    while i < order.len() {
        if turns[i] < i {
            order.swap(if i % 2 == 0 { 0 } else { turns[i] }, i);
            visit(order);
            turns[i] += 1;
            i = 1;
        } else {
            turns[i] = 0;
            i += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_order_is_met_once() {
        let mut met = HashSet::new();
        every_order(&mut [0, 1, 2, 3, 4], &mut |order| assert!(met.insert(order.to_vec())));
        assert_eq!(met.len(), 120);
        p_values(0, |_| [0.0]);
    }

    #[test]
    fn a_perfect_order_is_one_of_all() {
        let rising =
            |order: &[usize]| [order.windows(2).filter(|pair| pair[0] < pair[1]).count() as f64, 0.0];
        for (n, orders) in [(5, 120.0), (20, 5000.0)] {
            let [p, certain] = p_values(n, rising);
            assert!((p - 1.0 / orders).abs() < 1e-12 && (certain - 1.0).abs() < 1e-12);
        }
    }
}
