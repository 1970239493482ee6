//! The arithmetic of the embedded engine: matrix products, GELU, softmax, layer normalisation.
//!
//! Elementwise functions are written as plain loops over branch-free polynomials, which the compiler turns
//! into vector code; the standard library's `exp` and `erf` would be called once per number.

/// `y = x · wᵀ + bias` for row-major `x` of `[rows, inputs]`, `w` of `[outputs, inputs]` and `y` of
/// `[rows, outputs]`.
///
/// # Panics
/// If the lengths do not fit together.
pub(super) fn linear(x: &[f32], w: &[f32], bias: &[f32], y: &mut [f32]) {
    let outputs = bias.len();
    let rows = y.len() / outputs;
    let inputs = w.len() / outputs;
    for row in y.chunks_exact_mut(outputs) {
        row.copy_from_slice(bias);
    }
    assert_eq!(y.len(), rows * outputs);
    assert_eq!(x.len(), rows * inputs);
    assert_eq!(w.len(), outputs * inputs);
    // SAFETY: the three matrices have just been checked to hold as many elements as the sizes and strides
    // below address, and `y` is borrowed mutably, so it overlaps neither `x` nor `w`.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            rows,
            outputs,
            inputs,
            y.as_mut_ptr(),
            1,
            outputs as isize,
            true,
            x.as_ptr(),
            1,
            inputs as isize,
            w.as_ptr(),
            inputs as isize,
            1,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// eˣ for x ≤ 0 with a relative error under 2e-7: Cephes' polynomial after splitting off a power of two.
/// Values under −87 give e⁻⁸⁷, which is 0 for all that is done with it here.
#[inline]
pub(super) fn exp_negative(x: f32) -> f32 {
    // Adding and subtracting 1.5 · 2²³ rounds to the nearest integer without a call.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 0.166_666_65;
    let p = p * r + 0.5;
    let p = p * r * r + r + 1.0;
    p * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

/// x · Φ(x), the exact GELU, with erf after Abramowitz and Stegun 7.1.26 (absolute error under 3e-7).
#[inline]
pub(super) fn gelu(x: f32) -> f32 {
    let a = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * a);
    let p = 1.061_405_4;
    let p = p * t - 1.453_152;
    let p = p * t + 1.421_413_7;
    let p = p * t - 0.284_496_74;
    let p = p * t + 0.254_829_6;
    let tail = 0.5 * p * t * exp_negative(-a * a);
    if x < 0.0 { x * tail } else { x - x * tail }
}

/// Softmax in place.
pub(super) fn softmax(row: &mut [f32]) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for x in row.iter_mut() {
        *x = exp_negative(*x - max);
        sum += *x;
    }
    let scale = 1.0 / sum;
    row.iter_mut().for_each(|x| *x *= scale);
}

/// Sum of a slice in eight interleaved parts, which vectorises and rounds less than one running sum.
fn sum(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let mut parts = [0.0_f32; 8];
    for (i, value) in values.enumerate() {
        parts[i % 8] += value;
    }
    parts.iter().sum()
}

/// Layer normalisation of every row of `x + residual`, in place in `x`.
pub(super) fn add_and_normalise(x: &mut [f32], residual: &[f32], weight: &[f32], bias: &[f32]) {
    let width = weight.len();
    for (row, residual) in x.chunks_exact_mut(width).zip(residual.chunks_exact(width)) {
        row.iter_mut().zip(residual).for_each(|(x, r)| *x += r);
        normalise(row, weight, bias);
    }
}

/// Layer normalisation of one row with BERT's ε of 1e-12.
pub(super) fn normalise(row: &mut [f32], weight: &[f32], bias: &[f32]) {
    let scale = 1.0 / row.len() as f32;
    let mean = sum(row.iter().copied()) * scale;
    let variance = sum(row.iter().map(|x| (x - mean) * (x - mean))) * scale;
    let inverse = 1.0 / (variance + 1e-12).sqrt();
    for ((x, w), b) in row.iter_mut().zip(weight).zip(bias) {
        *x = (*x - mean) * inverse * w + b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_against_the_definition() {
        let (rows, inputs, outputs) = (7, 13, 5);
        let value = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 50.0;
        let x: Vec<f32> = (0..rows * inputs).map(value).collect();
        let w: Vec<f32> = (0..outputs * inputs).map(|i| value(i + 3)).collect();
        let bias: Vec<f32> = (0..outputs).map(|i| value(i + 11)).collect();
        let mut y = vec![f32::NAN; rows * outputs];
        linear(&x, &w, &bias, &mut y);
        for r in 0..rows {
            for o in 0..outputs {
                let dot: f32 = (0..inputs).map(|i| x[r * inputs + i] * w[o * inputs + i]).sum();
                assert!((y[r * outputs + o] - dot - bias[o]).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn exp_and_gelu_against_libm() {
        for i in 0..=20_000 {
            let x = (f64::from(i) - 10_000.0) / 500.0;
            let gelu_exact = x * 0.5 * (1.0 + libm::erf(x / std::f64::consts::SQRT_2));
            assert!((f64::from(gelu(x as f32)) - gelu_exact).abs() < 3e-6, "gelu({x})");
            let y = -f64::from(i) / 250.0;
            let relative = f64::from(exp_negative(y as f32)) / libm::exp(f64::from(y as f32)) - 1.0;
            assert!(relative.abs() < 3e-7, "exp({y}): {relative}");
        }
    }

    #[test]
    fn softmax_sums_to_one_and_survives_extremes() {
        let mut row = [1e4, 1e4, -1e4];
        softmax(&mut row);
        assert!((row[0] - 0.5).abs() < 1e-6 && row[2] < 1e-30);
    }

    #[test]
    fn normalised_rows_have_mean_bias_and_unit_variance() {
        let mut row: Vec<f32> = (0..384).map(|i| i as f32).collect();
        normalise(&mut row, &[2.0; 384], &[1.0; 384]);
        let mean = row.iter().sum::<f32>() / 384.0;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 384.0;
        assert!((mean - 1.0).abs() < 1e-4 && (variance - 4.0).abs() < 1e-3);
    }
}
