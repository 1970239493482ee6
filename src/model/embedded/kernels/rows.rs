//! Work on the rows between the products: GELU, layer normalisation, integers for the next product.
//!
//! Plain loops over branch-free polynomials, which the compiler turns into vector code for every processor; the
//! standard library's `exp` and `erf` would be called once per number. Sums run in as many lanes whatever the
//! processor, so that they come out the same.

use super::processor::{Machine, Processor, for_every_processor};

/// A layer normalisation.
pub struct Norm {
    /// One per column.
    pub weight: Vec<f32>,
    /// One per column.
    pub bias: Vec<f32>,
    /// What is added to the variance: 1e-12 in BERT, 1e-5 in MPNet.
    pub epsilon: f32,
}

/// What is done to the results of a product while they are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Nothing,
    /// GELU of every number.
    Gelu,
}

impl Then {
    #[inline(always)]
    pub(super) fn apply<M: Machine>(self, m: M, values: &mut [f32]) {
        if self == Then::Gelu {
            values.iter_mut().for_each(|x| *x = gelu_of_one(m, *x));
        }
    }
}

for_every_processor! {
    /// Layer normalisation of every row, in place.
    pub fn normalise(x: &mut [f32], norm: &Norm) = normalise_all
}

for_every_processor! {
    /// Layer normalisation of every row of `x + residual`, in place in `x`.
    pub fn add_and_normalise(x: &mut [f32], residual: &[f32], norm: &Norm) = add_and_normalise_all
}

for_every_processor! {
    /// Rows of `inputs` numbers as pairs of integers (the last of an odd row beside a 0), and the scales that turn
    /// them back. No integer is below −32767, and the squares of a row's integers add up to less than 2³¹.
    pub(super) fn to_integers(x: &[f32], inputs: usize, pairs: &mut [[i16; 2]], scales: &mut [f32]) = all_to_integers
}

for_every_processor! {
    /// One step of a GRU: `input` and `from_state` hold what the gates get, reset, update and new one after another.
    pub fn gru_step(input: &[f32], from_state: &[f32], state: &mut [f32]) = gru_step_of_all
}

/// eˣ for x ≤ 0 with a relative error under 3e-7: Cephes' polynomial after splitting off a power of two.
/// Values under −80 give e⁻⁸⁰, which is 0 for all that is done with it here, but leaves no product of it so small that
/// the processor slows down a hundredfold.
#[inline(always)]
pub(super) fn exp_negative<M: Machine>(m: M, x: f32) -> f32 {
    // Adding and subtracting 1.5 · 2²³ rounds to the nearest integer without a call.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-80.0);
    let shifted = m.multiply_add(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = m.multiply_add(n, -0.693_359_4, x);
    let r = m.multiply_add(n, 2.121_944_4e-4, r);
    let p = m.multiply_add(1.987_569_1e-4, r, 1.398_199_9e-3);
    let p = m.multiply_add(p, r, 8.333_452e-3);
    let p = m.multiply_add(p, r, 4.166_579_6e-2);
    let p = m.multiply_add(p, r, 0.166_666_65);
    let p = m.multiply_add(p, r, 0.5);
    let p = m.multiply_add(p, r * r, r + 1.0);
    // The integer stands in the low bits of the shifted number; moved up, it is the exponent of a power of two.
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// 1 / x for x from 1 to 2¹²⁰ with a relative error under 2e-7, in a third of the time of a division: turning the exponent
/// round gives a first guess, and every step of Newton's squares its error.
#[inline(always)]
fn inverse<M: Machine>(m: M, x: f32) -> f32 {
    let mut guess = f32::from_bits(0x7EF3_11C7_u32.wrapping_sub(x.to_bits()));
    for _ in 0..3 {
        guess = m.multiply_add(guess, m.multiply_add(-x, guess, 1.0), guess);
    }
    guess
}

/// x · Φ(x), the exact GELU, with erf after Abramowitz and Stegun 7.1.26 (absolute error under 3e-7).
#[inline(always)]
fn gelu_of_one<M: Machine>(m: M, x: f32) -> f32 {
    let a = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = inverse(m, m.multiply_add(0.327_591_1, a, 1.0));
    let p = m.multiply_add(1.061_405_4, t, -1.453_152);
    let p = m.multiply_add(p, t, 1.421_413_7);
    let p = m.multiply_add(p, t, -0.284_496_74);
    let p = m.multiply_add(p, t, 0.254_829_6);
    let tail = 0.5 * p * t * exp_negative(m, -a * a);
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
fn sigmoid<M: Machine>(m: M, x: f32) -> f32 {
    let e = exp_negative(m, -x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

#[inline(always)]
fn tanh<M: Machine>(m: M, x: f32) -> f32 {
    let e = exp_negative(m, -2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

#[inline(always)]
fn gru_step_of_all<M: Machine>(m: M, input: &[f32], from_state: &[f32], state: &mut [f32]) {
    let size = state.len();
    let gate = |n: usize| input[n * size..][..size].iter().zip(&from_state[n * size..][..size]);
    for (((h, reset), update), new) in state.iter_mut().zip(gate(0)).zip(gate(1)).zip(gate(2)) {
        let reset = sigmoid(m, reset.0 + reset.1);
        let update = sigmoid(m, update.0 + update.1);
        let new = tanh(m, m.multiply_add(reset, *new.1, *new.0));
        *h = m.multiply_add(update, *h - new, new);
    }
}

/// Combines all numbers of a row in `N` lanes (a power of two), then the lanes by halves. With several registers of
/// lanes no step has to wait for the one before.
#[inline(always)]
pub(super) fn fold<const N: usize>(
    row: &[f32],
    start: f32,
    step: impl Fn(f32, f32) -> f32,
    join: impl Fn(f32, f32) -> f32,
) -> f32 {
    let mut lanes = [start; N];
    let (whole, rest) = row.as_chunks::<N>();
    for part in whole {
        lanes.iter_mut().zip(part).for_each(|(lane, x)| *lane = step(*lane, *x));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, x)| *lane = step(*lane, *x));
    let mut half = N / 2;
    while half > 0 {
        let (low, high) = lanes.split_at_mut(half);
        low.iter_mut().zip(high).for_each(|(a, b)| *a = join(*a, *b));
        half /= 2;
    }
    lanes[0]
}

/// Layer normalisation of one row.
#[inline(always)]
fn normalise_one<M: Machine>(m: M, row: &mut [f32], norm: &Norm) {
    let scale = 1.0 / row.len() as f32;
    let mean = fold::<64>(row, 0.0, |sum, x| sum + x, |a, b| a + b) * scale;
    let square = |sum, x: f32| m.multiply_add(x - mean, x - mean, sum);
    let variance = fold::<64>(row, 0.0, square, |a, b| a + b) * scale;
    let inverse = 1.0 / (variance + norm.epsilon).sqrt();
    for ((x, w), b) in row.iter_mut().zip(&norm.weight).zip(&norm.bias) {
        *x = m.multiply_add((*x - mean) * inverse, *w, *b);
    }
}

#[inline(always)]
fn normalise_all<M: Machine>(m: M, x: &mut [f32], norm: &Norm) {
    x.chunks_exact_mut(norm.weight.len()).for_each(|row| normalise_one(m, row, norm));
}

#[inline(always)]
fn add_and_normalise_all<M: Machine>(m: M, x: &mut [f32], residual: &[f32], norm: &Norm) {
    let width = norm.weight.len();
    for (row, residual) in x.chunks_exact_mut(width).zip(residual.chunks_exact(width)) {
        row.iter_mut().zip(residual).for_each(|(x, r)| *x += r);
        normalise_one(m, row, norm);
    }
}

/// Integers of at most 32767 whose squares add up to less than 46,340². Rounding moves a row by at most half the
/// square root of its length, and the norm is computed to one part in 10⁵. Nothing is fused: the integers are the
/// same on every processor.
#[inline(always)]
fn all_to_integers<M: Machine>(_: M, x: &[f32], inputs: usize, pairs: &mut [[i16; 2]], scales: &mut [f32]) {
    /// Rows of nothing larger count as zeros: what would come of them is nothing beside any bias.
    const NOTHING: f32 = 1e-30;
    /// Adding 1.5 · 2²³ leaves the nearest integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let most = 46_340.0 - 0.5 * (inputs as f32).sqrt() - 2.0;
    let rows = x.chunks_exact(inputs).zip(pairs.chunks_exact_mut(inputs.div_ceil(2)));
    for ((row, pairs), scale) in rows.zip(scales) {
        let largest = fold::<64>(row, NOTHING, |most, x| most.max(x.abs()), f32::max);
        // Relative to the largest the squares neither overflow nor vanish.
        let inverse = 1.0 / largest;
        let square = |sum, x: f32| sum + (x * inverse) * (x * inverse);
        let norm = fold::<64>(row, 0.0, square, |a, b| a + b).sqrt();
        // A whole number, so that numbers of one size stay exact.
        let top = ((most / norm).min(32_767.0) as i32) as f32;
        let factor = top / largest;
        *scale = largest / top;
        let integer = |x: f32| (x * factor + ROUND).to_bits() as i16;
        let integers = pairs.as_flattened_mut();
        integers[inputs..].fill(0);
        integers.iter_mut().zip(row).for_each(|(q, x)| *q = integer(*x));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::embedded::kernels::Exact;
    use crate::model::embedded::kernels::processor::Portable;
    use crate::model::embedded::kernels::tests::numbers;

    #[test]
    fn exp_and_gelu_against_libm() {
        let points: Vec<f32> = (-10_000..=10_000).map(|i| i as f32 / 500.0).collect();
        for processor in Processor::all() {
            // A layer of one input and the weight 1 leaves it as it is.
            let mut values = vec![0.0; points.len()];
            Exact::new(processor, &[1.0], vec![0.0]).apply_then(&points, Then::Gelu, &mut values);
            for (x, got) in points.iter().map(|&x| f64::from(x)).zip(values) {
                let want = x * 0.5 * (1.0 + libm::erf(x / std::f64::consts::SQRT_2));
                assert!((f64::from(got) - want).abs() < 3e-6, "gelu({x}) on {processor:?}");
            }
        }
        for i in 0..20_000 {
            let x = -(i as f32) / 250.0;
            let relative = f64::from(exp_negative(Portable, x)) / libm::exp(f64::from(x)) - 1.0;
            assert!(relative.abs() < 3e-7, "exp({x}): {relative}");
        }
        assert!(exp_negative(Portable, f32::NEG_INFINITY) < 1e-34);
    }

    #[test]
    fn gru_step_against_its_formula() {
        for processor in Processor::all() {
            let (input, from_state) = (numbers(3 * 37, 1), numbers(3 * 37, 2));
            let input: Vec<f32> = input.into_iter().map(|x| 9.0 * x).collect();
            let before = numbers(37, 3);
            let mut state = before.clone();
            gru_step(processor, &input, &from_state, &mut state);
            for i in 0..37 {
                let [x, h] = [&input, &from_state].map(|v| [0, 1, 2].map(|gate| f64::from(v[gate * 37 + i])));
                let [reset, update] = [0, 1].map(|gate| 1.0 / (1.0 + libm::exp(-x[gate] - h[gate])));
                let new = libm::tanh(x[2] + reset * h[2]);
                let want = (1.0 - update) * new + update * f64::from(before[i]);
                assert!((f64::from(state[i]) - want).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn normalised_rows_have_mean_bias_and_unit_variance() {
        let norm = Norm { weight: vec![2.0; 390], bias: vec![1.0; 390], epsilon: 1e-12 };
        for processor in Processor::all() {
            let mut x = numbers(3 * 390, 1);
            let residual = numbers(3 * 390, 7);
            let mut sums: Vec<f32> = x.iter().zip(&residual).map(|(x, r)| x + r).collect();
            add_and_normalise(processor, &mut x, &residual, &norm);
            for row in x.chunks_exact(390) {
                let mean = row.iter().sum::<f32>() / 390.0;
                let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 390.0;
                assert!((mean - 1.0).abs() < 1e-4 && (variance - 4.0).abs() < 1e-3);
            }
            normalise(processor, &mut sums, &norm);
            assert!(sums.iter().zip(&x).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }

    #[test]
    fn integers_give_the_numbers_back() {
        for inputs in [1, 7, 384] {
            let x = numbers(5 * inputs, 2);
            for processor in Processor::all() {
                let mut pairs = vec![[0; 2]; 5 * inputs.div_ceil(2)];
                let mut scales = [0.0; 5];
                to_integers(processor, &x, inputs, &mut pairs, &mut scales);
                for (row, x) in x.chunks_exact(inputs).enumerate() {
                    let integers = &pairs.as_flattened()[row * inputs.next_multiple_of(2)..];
                    for (x, q) in x.iter().zip(integers) {
                        assert!((f32::from(*q) * scales[row] - x).abs() <= 0.51 * scales[row]);
                        assert!(scales[row] < 1e-3 && *q > i16::MIN);
                    }
                }
            }
        }
    }
}
