//! Theil-Sen slope: the median of the slopes between all pairs of sessions, with the interval of Sen.
//!
//! P. K. Sen (1968), Estimates of the Regression Coefficient Based on Kendall's Tau, JASA 63; computed as
//! `scipy.stats.theilslopes`. With few sessions the bounds are the smallest and the largest slope and hold less than
//! they promise.

use super::mann_kendall::variance;
use crate::coding::case::Estimate;

/// Longest series that gets a slope: five sessions a week for four years. There are half as many slopes as the square of
/// the sessions, and where a client has more of these, one `client_id` most likely stands for many people.
pub const MOST: usize = 1000;
/// Two-sided 95 % of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Slope per session of values at sessions 0, 1, 2, …, with a 95 % interval; `None` for fewer than two, or more
/// than [`MOST`].
#[must_use]
pub fn theil_sen(values: &[f64]) -> Option<Estimate> {
    if values.len() > MOST {
        return None;
    }
    let mut slopes: Vec<f64> = (0..values.len())
        .flat_map(|j| (0..j).map(move |i| (values[j] - values[i]) / (j - i) as f64))
        .collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let last = slopes.len().checked_sub(1)?;
    let value = f64::midpoint(slopes[last / 2], slopes[slopes.len() / 2]);
    let half = Z * variance(values).sqrt();
    let pairs = slopes.len() as f64;
    let high = (f64::midpoint(pairs, half).round_ties_even() as usize).min(last);
    let low = ((pairs - half) / 2.0).round_ties_even() - 1.0;
    // A negative number becomes 0.
    Some(Estimate { value, low: slopes[low as usize], high: slopes[high] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope() {
        let line: Vec<f64> = (0..12).map(|i| f64::from(i) * 2.5 - 4.0).collect();
        assert_eq!(theil_sen(&line), Some(Estimate { value: 2.5, low: 2.5, high: 2.5 }));
        assert_eq!(theil_sen(&[1.0]), None);
        assert_eq!(theil_sen(&[1.0, 3.0]).map(|slope| slope.value), Some(2.0));
        let (longest, longer) = ([1.0; MOST], [1.0; MOST + 1]);
        assert!(theil_sen(&longest).is_some() && theil_sen(&longer).is_none());
    }
}
