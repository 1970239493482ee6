//! Mann-Kendall test for a monotone trend: S is the number of pairs of sessions in which the later value is larger,
//! less those in which it is smaller.
//!
//! Exact for up to [`EXACT`] sessions, also with ties: if all orders are equally likely, S falls short of its maximum by
//! twice a number of inversions, and that number is a sum of independent Mann-Whitney counts, one for each group of
//! equal values met by the groups before it. Beyond, the normal approximation with tie correction and continuity
//! correction, as pymannkendall has it (H. B. Mann 1945; M. G. Kendall 1975, Rank Correlation Methods).

/// Longest series that is tested exactly.
pub const EXACT: usize = 30;

/// S of the values in order, in n log n steps: how many of the values before each are smaller, less how many are larger, by a tree of
/// counts over their ranks (P. M. Fenwick 1994).
#[must_use]
pub fn s(values: &[f64]) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = |x: f64, or_equal: bool| sorted.partition_point(|&y| y < x || or_equal && y <= x);
    let mut tree = vec![0; values.len() + 1];
    let (mut s, mut before) = (0, 0);
    for &x in values {
        let up_to = |mut at: usize| {
            let mut sum = 0_i64;
            while at > 0 {
                sum += tree[at];
                at &= at - 1;
            }
            sum
        };
        let (first, last) = (rank(x, false), rank(x, true));
        s += up_to(first) - (before - up_to(last));
        before += 1;
        let mut at = first + 1;
        while at < tree.len() {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    s
}

/// Variance of S when all orders are equally likely.
#[must_use]
pub fn variance(values: &[f64]) -> f64 {
    let term = |n: usize| (n * n.saturating_sub(1) * (2 * n + 5)) as f64;
    (term(values.len()) - ties(values).into_iter().map(term).sum::<f64>()) / 18.0
}

/// S and its two-sided p; 1 where all values are equal.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> (i64, f64) {
    let s = s(values);
    if s == 0 {
        return (s, 1.0);
    }
    (s, if values.len() <= EXACT { exact(values, s) } else { normal(values, s) })
}

/// P(|S| ≥ |s|) over all orders of the values.
#[must_use]
pub fn exact(values: &[f64], s: i64) -> f64 {
    let mut inversions = vec![1.0];
    let mut before = 0;
    for size in ties(values) {
        inversions = convolve(&inversions, &mann_whitney(before, size));
        before += size;
    }
    // S = untied pairs − 2 · inversions; the distribution is symmetric.
    let untied = inversions.len() as i64 - 1;
    let far = |&(i, _): &(usize, &f64)| (untied - 2 * i as i64).abs() >= s.abs();
    inversions.iter().enumerate().filter(far).map(|(_, p)| p).sum::<f64>().min(1.0)
}

/// The normal approximation.
#[must_use]
pub fn normal(values: &[f64], s: i64) -> f64 {
    let z = (s.abs() - 1).max(0) as f64 / variance(values).sqrt();
    libm::erfc(z / std::f64::consts::SQRT_2)
}

/// Sizes of the groups of equal values; a value that is alone is a group of one.
fn ties(values: &[f64]) -> Vec<usize> {
    // Adding zero makes -0 and 0 one value.
    let mut sorted: Vec<f64> = values.iter().map(|x| x + 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(<[f64]>::len).collect()
}

/// Probabilities of 0, 1, …, m · n for the number of pairs in which one of `m` comes after one of `n`.
fn mann_whitney(m: usize, n: usize) -> Vec<f64> {
    // Row j holds the distribution for i of the m and j of the n, built up over i. The last of i + j is one of the m
    // with probability i / (i + j), and then it comes after all j.
    let mut rows: Vec<Vec<f64>> = vec![vec![1.0]; n + 1];
    for i in 1..=m {
        for j in 1..=n {
            let (of_m, of_n) = (i as f64 / (i + j) as f64, j as f64 / (i + j) as f64);
            let mut row = vec![0.0; i * j + 1];
            rows[j].iter().enumerate().for_each(|(u, p)| row[u + j] += of_m * p);
            rows[j - 1].iter().enumerate().for_each(|(u, p)| row[u] += of_n * p);
            rows[j] = row;
        }
    }
    rows.swap_remove(n)
}

fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        b.iter().enumerate().for_each(|(j, y)| sum[i + j] += x * y);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_order_of_five() {
        let (s, p) = mann_kendall(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(s, 10);
        assert!((p - 2.0 / 120.0).abs() < 1e-12);
        assert_eq!(mann_kendall(&[3.0; 9]), (0, 1.0));
        assert_eq!(mann_kendall(&[]), (0, 1.0));
    }

    #[test]
    fn s_is_the_sum_over_all_pairs() {
        for n in [0, 1, 2, 7, 40, 41] {
            let values: Vec<f64> = (0..n).map(|i| f64::from((i * 17 + 5) % 13) / 3.0 - 2.0).collect();
            let sign = |a: f64, b: f64| i64::from(b > a) - i64::from(b < a);
            let pairs = (0..values.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
            assert_eq!(s(&values), pairs.map(|(i, j)| sign(values[i], values[j])).sum::<i64>());
        }
        assert_eq!(s(&[0.0, -0.0, 0.0]), 0);
    }

    #[test]
    fn normal_meets_exact_where_series_are_long() {
        let values: Vec<f64> = (0..30).map(|i| f64::from((i * 7) % 30) + 0.4 * f64::from(i)).collect();
        let s = s(&values);
        assert!((exact(&values, s) - normal(&values, s)).abs() < 0.005);
    }
}
