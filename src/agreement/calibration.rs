//! Calibration: whether of the units with probability .7 seven in ten carry the label.

/// One bin of a reliability curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lower edge; a probability equal to it belongs to the bin below (0 belongs to the first bin).
    pub lower: f64,
    /// Upper edge, included.
    pub upper: f64,
    /// Units in the bin.
    pub units: usize,
    /// Mean probability of its units; the middle of the bin when it has none.
    pub mean_predicted: f64,
    /// Share of its units that carry the label; 0 when it has none.
    pub observed: f64,
}

/// A reliability curve over bins of equal width.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    /// Lowest bin first; empty bins are kept.
    pub bins: Vec<Bin>,
}

/// What units of one bin add up to; sums of clusters make a resample cost clusters, not units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BinSum {
    units: u64,
    total: f64,
    hits: u64,
}

/// The sums of all bins.
pub(super) type BinSums = [BinSum; Reliability::BINS];

impl BinSum {
    pub(super) const NOTHING: BinSum = BinSum { units: 0, total: 0.0, hits: 0 };

    /// Adds what a cluster drawn so many times brings.
    pub(super) fn add(&mut self, other: BinSum, times: u32) {
        self.units += other.units * u64::from(times);
        self.total += other.total * f64::from(times);
        self.hits += other.hits * u64::from(times);
    }

    fn record(&mut self, positive: bool, p: f64) {
        self.add(BinSum { units: 1, total: p, hits: u64::from(positive) }, 1);
    }
}

/// Puts one unit into its bin; NaN is left out.
pub(super) fn record(sums: &mut [BinSum], positive: bool, p: f32) {
    if p.is_nan() {
        return;
    }
    let p = f64::from(p);
    let count = sums.len();
    let bin = (1..count).filter(|&i| edge(i, count) < p).count();
    sums[bin].record(positive, p);
}

fn edge(i: usize, count: usize) -> f64 {
    i as f64 * (1.0 / count as f64)
}

impl Reliability {
    /// Number of bins that reports use.
    pub const BINS: usize = 10;

    pub(super) fn of_sums(sums: &[BinSum]) -> Reliability {
        let bins = sums.iter().enumerate().map(|(i, sum)| {
            let (lower, upper) = (edge(i, sums.len()), edge(i + 1, sums.len()));
            let of_units =
                |total: f64, empty: f64| if sum.units == 0 { empty } else { total / sum.units as f64 };
            Bin {
                lower,
                upper,
                units: sum.units as usize,
                mean_predicted: of_units(sum.total, f64::midpoint(lower, upper)),
                observed: of_units(sum.hits as f64, 0.0),
            }
        });
        Reliability { bins: bins.collect() }
    }
}

/// Expected calibration error, 0..=1: the distance between probability and observed share, averaged over bins by their
/// number of units. NaN without units.
pub(super) fn error_of_sums(sums: &[BinSum]) -> f64 {
    let units: u64 = sums.iter().map(|sum| sum.units).sum();
    sums.iter().map(|sum| (sum.total - sum.hits as f64).abs()).sum::<f64>() / units as f64
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::*;

    fn sums(bins: usize, units: &[(bool, f32)]) -> Vec<BinSum> {
        let mut sums = vec![BinSum::NOTHING; bins];
        units.iter().for_each(|&(positive, p)| record(&mut sums, positive, p));
        sums
    }

    #[test]
    fn edges_belong_to_the_bin_below() {
        let sums = sums(2, &[0.0, 0.5, 0.500_01, 1.0, 1.5].map(|p| (true, p)));
        assert_eq!(Reliability::of_sums(&sums).bins.iter().map(|bin| bin.units).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn error_of_a_small_example() {
        let sums = sums(10, &[(false, 0.25), (false, 0.25), (true, 0.75), (true, 0.75)]);
        assert!((error_of_sums(&sums) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_nonsense() {
        assert!(error_of_sums(&sums(10, &[])).is_nan());
        assert_eq!(sums(1, &[(true, f32::NAN)]), [BinSum::NOTHING]);
    }
}
