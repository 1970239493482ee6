//! Logistic regression with an L2 penalty, over rows that are dense or sparse.

use super::lbfgs::{Stop, minimise};

/// The features of one example.
pub(super) trait Row {
    /// `start` + the sum over features of weight × value.
    fn dot(&self, weights: &[f64], start: f64) -> f64;
    /// Adds `times` × value to the gradient of every feature.
    fn add_to(&self, gradient: &mut [f64], times: f64);
}

/// Places and values; all other features are 0.
impl Row for &[(u32, f32)] {
    fn dot(&self, weights: &[f64], start: f64) -> f64 {
        self.iter().fold(start, |sum, &(i, value)| sum + weights[i as usize] * f64::from(value))
    }

    fn add_to(&self, gradient: &mut [f64], times: f64) {
        for &(i, value) in *self {
            gradient[i as usize] += times * f64::from(value);
        }
    }
}

/// A value for every feature.
impl Row for &[f32] {
    fn dot(&self, weights: &[f64], start: f64) -> f64 {
        // Eight sums side by side vectorise, one does not.
        let mut parts = [0.0; 8];
        let (values, rest) = self.as_chunks::<8>();
        let (weights, last) = weights.as_chunks::<8>();
        for (values, weights) in values.iter().zip(weights) {
            for ((part, &value), weight) in parts.iter_mut().zip(values).zip(weights) {
                *part += weight * f64::from(value);
            }
        }
        rest.iter().zip(last).fold(start + parts.iter().sum::<f64>(), |sum, (&x, w)| sum + w * f64::from(x))
    }

    fn add_to(&self, gradient: &mut [f64], times: f64) {
        gradient.iter_mut().zip(*self).for_each(|(g, &value)| *g += times * f64::from(value));
    }
}

/// One example.
pub(super) struct Point<R> {
    /// Its features.
    pub row: R,
    /// How much it carries the label, 0..=1.
    pub target: f64,
    /// How much it counts.
    pub weight: f64,
}

/// Logit of a label that no example carries.
const NEVER: f64 = -10.0;

/// Moves `x`, a weight per feature and the bias last, to the least of `strength` × loss + ½ |weights|²: scikit-learn's
/// `C` is `strength`. A label that all examples carry, or none, gets a bias and no weights.
pub(super) fn fit<R: Row>(points: &[Point<R>], x: &mut [f64], strength: f64, stop: Stop) {
    let Some(features) = x.len().checked_sub(1) else { return };
    let mass: f64 = points.iter().map(|point| point.weight).sum();
    let hits: f64 = points.iter().map(|point| point.target * point.weight).sum();
    if hits <= 0.0 || hits >= mass {
        x.fill(0.0);
        x[features] = if hits > 0.0 { -NEVER } else { NEVER };
        return;
    }
    if x.iter().all(|weight| weight.to_bits() == 0) {
        // From the base rate on, so that the first steps are not spent on it.
        x[features] = libm::log(hits / (mass - hits));
    }
    minimise(x, stop, |x, gradient| {
        gradient.fill(0.0);
        let (weights, bias) = (&x[..features], x[features]);
        let mut loss = 0.0;
        for Point { row, target, weight } in points {
            let logit = row.dot(weights, bias);
            // ln(1 + e^logit), and the logistic function, without overflow.
            let small = libm::exp(-logit.abs());
            let softplus = logit.max(0.0) + libm::log1p(small);
            let p = if logit >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
            loss += weight * (softplus - target * logit);
            let pull = strength * weight * (p - target);
            row.add_to(&mut gradient[..features], pull);
            gradient[features] += pull;
        }
        let square: f64 = weights.iter().map(|w| w * w).sum();
        gradient.iter_mut().zip(weights).for_each(|(g, w)| *g += w);
        strength * loss + 0.5 * square
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_and_sparse_rows_give_the_same_weights() {
        let value = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 25.0;
        let (rows, width) = (60, 19);
        let dense: Vec<f32> = (0..rows * width).map(value).collect();
        let target = |r: usize| f64::from(u8::from(dense[r * width] + dense[r * width + 3] > 0.2));
        let sparse: Vec<Vec<(u32, f32)>> = dense
            .chunks_exact(width)
            .map(|row| row.iter().enumerate().map(|(i, &x)| (i as u32, x)).collect())
            .collect();
        let stop = Stop { steps: 300, gradient: 1e-9 };
        let mut fitted = [vec![0.0; width + 1], vec![0.0; width + 1]];
        let points: Vec<_> = (0..rows)
            .map(|r| Point { row: &dense[r * width..][..width], target: target(r), weight: 1.0 })
            .collect();
        fit(&points, &mut fitted[0], 2.0, stop);
        let points: Vec<_> =
            (0..rows).map(|r| Point { row: sparse[r].as_slice(), target: target(r), weight: 1.0 }).collect();
        fit(&points, &mut fitted[1], 2.0, stop);
        for (a, b) in fitted[0].iter().zip(&fitted[1]) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
        // At the least of a penalised loss every weight is what its feature still pulls.
        let pull: f64 = points
            .iter()
            .map(|p| {
                2.0 * (p.target - 1.0 / (1.0 + (-p.row.dot(&fitted[1][..width], fitted[1][width])).exp()))
            })
            .sum();
        assert!(pull.abs() < 1e-5, "{pull}");
    }
}
