//! Counts of hits and misses of one label, and what follows from them: precision, recall, F1.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

/// Hits and misses of one label over some units.
///
/// Wherever a figure would divide by zero it is 0, as in scikit-learn with `zero_division=0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Units that carry the label and were given it.
    pub true_positive: u64,
    /// Units that were given the label and do not carry it.
    pub false_positive: u64,
    /// Units that carry the label and were not given it.
    pub false_negative: u64,
    /// All other units.
    pub true_negative: u64,
}

impl Confusion {
    /// Counts one unit.
    pub fn record(&mut self, gold: bool, predicted: bool) {
        match (gold, predicted) {
            (true, true) => self.true_positive += 1,
            (false, true) => self.false_positive += 1,
            (true, false) => self.false_negative += 1,
            (false, false) => self.true_negative += 1,
        }
    }

    /// Units counted.
    #[must_use]
    pub fn units(self) -> u64 {
        self.positives() + self.false_positive + self.true_negative
    }

    /// Units that carry the label.
    #[must_use]
    pub fn positives(self) -> u64 {
        self.true_positive + self.false_negative
    }

    /// Units that were given the label.
    #[must_use]
    pub fn predicted(self) -> u64 {
        self.true_positive + self.false_positive
    }

    /// Share of the units given the label that carry it, 0..=1.
    #[must_use]
    pub fn precision(self) -> f64 {
        ratio(self.true_positive, self.predicted())
    }

    /// Share of the units that carry the label that were given it, 0..=1.
    #[must_use]
    pub fn recall(self) -> f64 {
        ratio(self.true_positive, self.positives())
    }

    /// Harmonic mean of precision and recall, 0..=1.
    #[must_use]
    pub fn f1(self) -> f64 {
        ratio(2 * self.true_positive, self.positives() + self.predicted())
    }

    /// Precision, recall and F1; NaN where undefined, which in a resample must not be taken for 0.
    pub(super) fn defined(self) -> [f64; 3] {
        let of = |figure: f64, whole: u64| if whole == 0 { f64::NAN } else { figure };
        [
            of(self.precision(), self.predicted()),
            of(self.recall(), self.positives()),
            of(self.f1(), self.positives() + self.predicted()),
        ]
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Add for Confusion {
    type Output = Confusion;

    fn add(self, other: Confusion) -> Confusion {
        Confusion {
            true_positive: self.true_positive + other.true_positive,
            false_positive: self.false_positive + other.false_positive,
            false_negative: self.false_negative + other.false_negative,
            true_negative: self.true_negative + other.true_negative,
        }
    }
}

impl AddAssign for Confusion {
    fn add_assign(&mut self, other: Confusion) {
        *self = *self + other;
    }
}

/// The counts as if every unit stood there that many times (how often a bootstrap drew a cluster).
impl Mul<u32> for Confusion {
    type Output = Confusion;

    fn mul(self, times: u32) -> Confusion {
        let times = u64::from(times);
        Confusion {
            true_positive: self.true_positive * times,
            false_positive: self.false_positive * times,
            false_negative: self.false_negative * times,
            true_negative: self.true_negative * times,
        }
    }
}

/// Sums counts; over labels this gives the micro average: `counts.iter().copied().sum::<Confusion>().f1()`.
impl Sum for Confusion {
    fn sum<I: Iterator<Item = Confusion>>(counts: I) -> Confusion {
        counts.fold(Confusion::default(), Add::add)
    }
}

/// How many clusters, with these counts of one label, hold what a figure of it is of: for precision units given the label, for recall
/// units with it, for F1 either, for average precision units with it, for calibration error either.
pub(super) fn holding(clusters: impl Iterator<Item = Confusion>) -> [usize; 5] {
    let (mut given, mut with_it, mut either) = (0, 0, 0);
    for counts in clusters {
        given += usize::from(counts.predicted() > 0);
        with_it += usize::from(counts.positives() > 0);
        either += usize::from(counts.predicted() + counts.positives() > 0);
    }
    [given, with_it, either, with_it, either]
}

/// Figures of a label over all units, which means are of; NaN where undefined.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) f1: f64,
    pub(super) average_precision: f64,
}

impl Point {
    /// Of the counts and the average precision over all units.
    pub(super) fn of(counts: Confusion, average_precision: Option<f64>) -> Point {
        Point { f1: counts.defined()[2], average_precision: average_precision.unwrap_or(f64::NAN) }
    }
}

/// A mean over labels in a resample, always over the same ones: a label without a figure there keeps the one of all units
/// ([`Point`]), 0 if it has none there either. NaN if the resample has a figure of no label while there are some in all units.
pub(super) fn resampled_mean(figures: impl Iterator<Item = f64>, points: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count, mut says, mut some) = (0.0, 0, false, false);
    for (figure, point) in figures.zip(points) {
        sum += zero(if figure.is_nan() { point } else { figure });
        count += 1;
        says |= !figure.is_nan();
        some |= !point.is_nan();
    }
    if some && !says { f64::NAN } else { sum / f64::from(count) }
}

/// What is not defined counts 0 as the figure of all units.
pub(super) fn zero(figure: f64) -> f64 {
    if figure.is_nan() { 0.0 } else { figure }
}

/// Mean F1 over labels, each counting the same, also one that never occurs (its F1 is 0). 0 without labels.
#[must_use]
pub fn macro_f1(counts: &[Confusion]) -> f64 {
    counts.iter().map(|label| label.f1()).sum::<f64>() / counts.len().max(1) as f64
}

/// The same of a resample of `all`: see [`resampled_mean`].
pub(crate) fn resampled_macro_f1(counts: &[Confusion], all: &[Confusion]) -> f64 {
    let f1 = |label: &Confusion| label.defined()[2];
    resampled_mean(counts.iter().map(f1), all.iter().map(f1))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::*;

    fn of(pairs: &[(bool, bool)]) -> Confusion {
        let mut counts = Confusion::default();
        pairs.iter().for_each(|&(gold, predicted)| counts.record(gold, predicted));
        counts
    }

    #[test]
    fn figures_of_a_small_table() {
        let counts = Confusion { true_positive: 6, false_positive: 2, false_negative: 4, true_negative: 88 };
        assert!((counts.precision() - 0.75).abs() < 1e-12);
        assert!((counts.recall() - 0.6).abs() < 1e-12);
        assert!((counts.f1() - 2.0 * 0.75 * 0.6 / 1.35).abs() < 1e-12);
    }

    #[test]
    fn what_is_undefined_is_zero() {
        let none = of(&[(false, false)]);
        assert_eq!((none.precision(), none.recall(), none.f1()), (0.0, 0.0, 0.0));
        assert_eq!(macro_f1(&[]), 0.0);
    }

    #[test]
    fn a_resample_without_a_label_says_nothing_about_it() {
        let points = [0.75, 0.5, f64::NAN];
        let mean = |figures: [f64; 3]| resampled_mean(figures.into_iter(), points.into_iter());
        assert_eq!(mean([1.0, 0.5, f64::NAN]), 0.5);
        // The second keeps its own, and the mean is of all three.
        assert_eq!(mean([1.0, f64::NAN, f64::NAN]), 0.5);
        assert_eq!(mean([f64::NAN, 0.0, f64::NAN]), 0.25);
        assert!(mean([f64::NAN; 3]).is_nan());
        assert_eq!(resampled_mean([f64::NAN].into_iter(), [f64::NAN].into_iter()), 0.0);
        assert!(resampled_mean([].into_iter(), [].into_iter()).is_nan());
        let missed = of(&[(true, false)]);
        assert!(missed.defined()[0].is_nan() && missed.defined()[1..] == [0.0, 0.0]);
    }

    #[test]
    fn drawing_a_cluster_twice_is_counting_it_twice() {
        let once = of(&[(true, true), (true, false), (false, true), (false, false)]);
        assert_eq!(once * 2, once + once);
        assert_eq!([once, once].into_iter().sum::<Confusion>(), once * 2);
    }
}
