//! Intervals by resampling whole clusters (sessions, videos), since the units of one session are alike.
//!
//! A resample draws as many clusters as there are, with replacement; the statistic gets how often each was drawn.
//! Percentile intervals: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Number of resamples; 0 gives no intervals.
    pub resamples: usize,
    /// Share of resamples between the two bounds, 0..1, e.g. 0.95.
    pub confidence: f64,
    /// Seed. The same seed gives the same bounds, whatever the number of threads.
    pub seed: u64,
}

impl Default for Bootstrap {
    /// 1,000 resamples, 95 %, seed 1.
    fn default() -> Bootstrap {
        Bootstrap { resamples: 1000, confidence: 0.95, seed: 1 }
    }
}

/// The bounds of a percentile interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Bootstrap {
    /// One interval for every number that `statistic` returns for a resample of `clusters` clusters.
    ///
    /// `statistic` gets how often every cluster was drawn (length `clusters`) and always returns as many numbers;
    /// those beyond the shortest answer are dropped, NaN is left out of its interval. Empty when there is no cluster
    /// or no resample.
    #[must_use]
    pub fn intervals<F>(&self, clusters: usize, statistic: F) -> Vec<Interval>
    where
        F: Fn(&[u32]) -> Vec<f64> + Sync,
    {
        if clusters == 0 {
            return Vec::new();
        }
        let resample = |i: usize| {
            // A stream of its own for every resample, so that threads cannot change what is drawn.
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(i as u64);
            let mut times = vec![0u32; clusters];
            (0..clusters).for_each(|_| times[rng.random_range(0..clusters)] += 1);
            statistic(&times)
        };
        let answers: Vec<Vec<f64>> = (0..self.resamples).into_par_iter().map(resample).collect();
        let numbers = answers.iter().map(Vec::len).min().unwrap_or(0);
        let tail = (1.0 - self.confidence.clamp(0.0, 1.0)) / 2.0;
        (0..numbers)
            .map(|k| {
                let mut values: Vec<f64> =
                    answers.iter().map(|answer| answer[k]).filter(|x| !x.is_nan()).collect();
                values.sort_by(f64::total_cmp);
                Interval { low: quantile(&values, tail), high: quantile(&values, 1.0 - tail) }
            })
            .collect()
    }
}

/// The value below which the share `q` (0..=1) of ascending `sorted` values lies, interpolated linearly between
/// neighbours (type 7 of Hyndman and Fan, numpy's default). NaN without values.
#[must_use]
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = q.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_bounds_on_any_number_of_threads() {
        let mean = |times: &[u32]| {
            vec![times.iter().enumerate().map(|(i, &n)| i as f64 * f64::from(n)).sum::<f64>()]
        };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Bootstrap::default().intervals(40, mean))
        };
        assert_eq!(run(1), run(3));
        let other = Bootstrap { seed: 2, ..Bootstrap::default() }.intervals(40, mean);
        assert_ne!(run(1), other);
    }

    #[test]
    fn a_mean_gets_the_interval_of_theory() {
        // Mean of 0..100: standard error of the bootstrap is sd / sqrt(n) = 28.87 / 10.
        let mean = |times: &[u32]| {
            let sum: f64 = times.iter().enumerate().map(|(i, &n)| i as f64 * f64::from(n)).sum();
            vec![sum / 100.0]
        };
        let bounds = Bootstrap { resamples: 4000, ..Bootstrap::default() }.intervals(100, mean)[0];
        assert!((bounds.low - (49.5 - 1.96 * 2.887)).abs() < 0.4, "{bounds:?}");
        assert!((bounds.high - (49.5 + 1.96 * 2.887)).abs() < 0.4, "{bounds:?}");
    }

    #[test]
    fn nothing_to_draw_from() {
        assert!(Bootstrap::default().intervals(0, |_| vec![1.0]).is_empty());
        assert!(Bootstrap { resamples: 0, ..Bootstrap::default() }.intervals(5, |_| vec![1.0]).is_empty());
        assert!(Bootstrap::default().intervals(5, |_| vec![f64::NAN])[0].low.is_nan());
    }
}
