//! How surely the place of a turn is known.

/// Share of belief that the sessions named hold.
const BELIEF: f64 = 0.95;

/// First and last of the sessions that the turn may have come at, as indices: the smallest set of change points that
/// holds 95 % of the belief.
///
/// A series with one change of level and normal errors of one unknown size, every place as likely beforehand (A. F. M.
/// Smith 1975, Biometrika 62): belief in a change before session k goes as RSS(k)^(−(n−2)/2) / √(k (n − k)), where
/// RSS are the squared errors around the two means. `None` for fewer than four values.
#[must_use]
pub fn range(values: &[f64]) -> Option<(usize, usize)> {
    let n = values.len();
    if n < 4 {
        return None;
    }
    // So that a perfect fit has no infinite weight: a millionth of the spread.
    let least = squares(values).max(f64::MIN_POSITIVE) * 1e-6;
    let logs: Vec<f64> = (1..n)
        .map(|k| {
            let (before, after) = values.split_at(k);
            let rss = (squares(before) + squares(after)).max(least);
            -((n - 2) as f64 * rss.ln() + ((k * (n - k)) as f64).ln()) / 2.0
        })
        .collect();
    let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut places: Vec<(usize, f64)> =
        logs.iter().enumerate().map(|(i, log)| (i + 1, libm::exp(log - highest))).collect();
    places.sort_by(|a, b| b.1.total_cmp(&a.1));
    let all: f64 = places.iter().map(|place| place.1).sum();
    let mut held = 0.0;
    let mut range = (n, 0);
    for (k, belief) in places {
        range = (range.0.min(k), range.1.max(k));
        held += belief;
        if held >= BELIEF * all {
            break;
        }
    }
    Some(range)
}

fn squares(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.iter().map(|x| (x - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_turn_has_one_place_and_noise_has_many() {
        assert_eq!(range(&[0.0, 1.0, 0.0, 1.0, 30.0, 31.0, 30.0, 31.0]), Some((4, 4)));
        assert_eq!(range(&[0.0, 0.0, 0.0, 9.0, 9.0]), Some((3, 3)));
        let (low, high) = range(&[3.0, 9.0, 1.0, 7.0, 4.0, 8.0, 2.0, 6.0]).unwrap();
        assert!(high - low >= 5, "{low} to {high}");
        assert_eq!(range(&[1.0, 2.0, 3.0]), None);
        assert!(range(&[5.0; 6]).is_some());
    }
}
