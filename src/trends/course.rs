//! The course of something over one session: probabilities of units, smoothed.
//!
//! A kernel average (E. A. Nadaraya 1964; G. S. Watson 1964) with a Gaussian kernel, at equal distances from the first
//! to the last unit.

/// Points of a course.
pub const POINTS: usize = 21;
/// Standard deviation of the kernel as a part of the session.
pub const BANDWIDTH: f64 = 0.08;

/// Smoothed values at [`POINTS`] positions from 0 to 1; `units` are positions in the session (0 to 1) with values.
///
/// Empty without units. A unit far from all others still carries the points around it.
#[must_use]
pub fn smooth(units: &[(f64, f64)]) -> Vec<f64> {
    if units.is_empty() {
        return Vec::new();
    }
    let at = |point: usize| {
        let position = point as f64 / (POINTS - 1) as f64;
        // Taken from the nearest unit, so that no distance can make all weights vanish.
        let distance = |&(place, _): &(f64, f64)| ((place - position) / BANDWIDTH).powi(2);
        let nearest = units.iter().map(distance).fold(f64::INFINITY, f64::min);
        let (sum, weights) = units.iter().fold((0.0, 0.0), |(sum, weights), unit| {
            let weight = libm::exp((nearest - distance(unit)) / 2.0);
            (sum + weight * unit.1, weights + weight)
        });
        sum / weights
    };
    (0..POINTS).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_level_stays_level() {
        let units: Vec<_> = (0..40).map(|i| (f64::from(i) / 39.0, 0.3)).collect();
        assert!(smooth(&units).iter().all(|value| (value - 0.3).abs() < 1e-12));
        assert!(smooth(&[]).is_empty());
    }

    #[test]
    fn a_peak_stays_where_it_is_and_ends_are_held() {
        let course = smooth(&[(0.0, 0.0), (0.5, 1.0), (1.0, 0.2)]);
        assert_eq!(course.len(), POINTS);
        assert!((course[10] - 1.0).abs() < 1e-6 && course[0] < 1e-6 && (course[20] - 0.2).abs() < 1e-6);
    }
}
