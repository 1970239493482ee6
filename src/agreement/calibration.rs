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

impl Reliability {
    /// Number of bins that reports use.
    pub const BINS: usize = 10;

    /// The curve over `bins` bins (at least 1). Probabilities outside 0..=1 fall into the outermost bins, NaN is
    /// left out, and so are units beyond the shorter of the two slices.
    #[must_use]
    pub fn new(gold: &[bool], probabilities: &[f32], bins: usize) -> Reliability {
        let count = bins.max(1);
        let edge = |i: usize| i as f64 * (1.0 / count as f64);
        let inner: Vec<f64> = (1..count).map(edge).collect();
        let mut sums = vec![(0usize, 0.0f64, 0usize); count];
        for (&positive, &p) in gold.iter().zip(probabilities).filter(|(_, p)| !p.is_nan()) {
            let p = f64::from(p);
            let (units, total, hits) = &mut sums[inner.partition_point(|&edge| edge < p)];
            *units += 1;
            *total += p;
            *hits += usize::from(positive);
        }
        let bins = sums.into_iter().enumerate().map(|(i, (units, total, hits))| {
            let (lower, upper) = (edge(i), edge(i + 1));
            let of_units = |sum: f64, empty: f64| if units == 0 { empty } else { sum / units as f64 };
            Bin {
                lower,
                upper,
                units,
                mean_predicted: of_units(total, f64::midpoint(lower, upper)),
                observed: of_units(hits as f64, 0.0),
            }
        });
        Reliability { bins: bins.collect() }
    }

    /// Expected calibration error, 0..=1: the distance between probability and observed share, averaged over
    /// bins by their number of units. 0 without units.
    #[must_use]
    pub fn expected_error(&self) -> f64 {
        let units: usize = self.bins.iter().map(|bin| bin.units).sum();
        let apart = |bin: &Bin| bin.units as f64 * (bin.mean_predicted - bin.observed).abs();
        self.bins.iter().map(apart).sum::<f64>() / units.max(1) as f64
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::*;

    #[test]
    fn edges_belong_to_the_bin_below() {
        let curve = Reliability::new(&[true; 5], &[0.0, 0.5, 0.500_01, 1.0, 1.5], 2);
        assert_eq!(curve.bins.iter().map(|b| b.units).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn error_of_a_small_example() {
        let curve = Reliability::new(&[false, false, true, true], &[0.25, 0.25, 0.75, 0.75], 10);
        assert!((curve.expected_error() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_nonsense() {
        assert_eq!(Reliability::new(&[], &[], 10).expected_error(), 0.0);
        let curve = Reliability::new(&[true], &[f32::NAN], 0);
        assert_eq!((curve.bins.len(), curve.bins[0].units), (1, 0));
    }
}
