//! Intervals by resampling whole clusters (sessions, videos), since the units of one session are alike.
//!
//! A resample draws as many clusters as there are, with replacement; the statistic gets how often each was drawn.
//! A resample in which a statistic is not defined is left out of its interval, whatever the statistic. Where that would
//! be many, or where few clusters hold what it is of, there is no interval: it would tell what was drawn, not how sure
//! the figure is.
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

/// The bounds of a percentile interval; both NaN where none can be given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// No interval can be given.
    pub const NONE: Interval = Interval { low: f64::NAN, high: f64::NAN };

    /// Itself, if what it is of stands in enough of the clusters.
    #[must_use]
    pub(super) fn held_by(self, clusters: usize) -> Interval {
        if clusters < Bootstrap::LEAST_CLUSTERS { Interval::NONE } else { self }
    }

    /// ` [.15, .30]` after a figure, a dash for bounds that are not there.
    #[must_use]
    pub fn shown(self, number: impl Fn(f64) -> String) -> String {
        if self.low.is_nan() {
            return " [–]".to_owned();
        }
        format!(" [{}, {}]", number(self.low), number(self.high))
    }
}

impl Bootstrap {
    /// Clusters that must hold what a figure is of. Of resamples of many clusters a share of about e⁻ⁿ has none of n: with
    /// five it is less than one in a hundred, and bounds hang on no single one.
    pub const LEAST_CLUSTERS: usize = 5;
    /// Share of the resamples that must define a statistic.
    const LEAST_DEFINED: f64 = 0.9;

    /// One interval for every number that `statistic` returns for a resample of `clusters` clusters.
    ///
    /// `statistic` gets how often every cluster was drawn (length `clusters`) and always returns as many numbers;
    /// those beyond the shortest answer are dropped. NaN says that a number is not defined for a resample: it is left out,
    /// and there is no interval where more than a tenth is, or of fewer than [`Bootstrap::LEAST_CLUSTERS`] clusters.
    /// Empty when there is no cluster or no resample.
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
                let enough = values.len() as f64 >= Self::LEAST_DEFINED * answers.len() as f64;
                if !enough || clusters < Self::LEAST_CLUSTERS {
                    return Interval::NONE;
                }
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

    #[test]
    fn what_is_seldom_defined_has_no_interval() {
        let of = |clusters: usize, holding: usize| {
            let share = move |times: &[u32]| {
                let drawn: u32 = times[..holding].iter().sum();
                vec![if drawn == 0 { f64::NAN } else { f64::from(times[0]) / f64::from(drawn) }]
            };
            Bootstrap::default().intervals(clusters, share)[0]
        };
        // Without the one cluster it is not defined, with it always 1.
        assert!(of(50, 1).low.is_nan());
        assert!(of(50, 5).low.abs() < 1e-9 && of(50, 5).high > 0.4);
        assert!(of(4, 4).low.is_nan());
        assert_eq!(of(50, 5).held_by(5), of(50, 5));
        assert!(of(50, 5).held_by(4).high.is_nan());
        assert_eq!(Interval::NONE.shown(|x| x.to_string()), " [–]");
    }
}
