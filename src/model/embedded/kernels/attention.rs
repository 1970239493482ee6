//! Multi-head self-attention within one window.
//!
//! Per head two small products, of queries with keys and of weights with values, in single precision; keys and values are put into its order first.

use super::exact::Weights;
use super::panels::{LANES, Line, in_tiles, rows_of};
use super::processor::{Machine, Processor, for_every_processor};
use super::rows::{exp_negative, fold};

/// Room for what attention works on, to be used again.
#[derive(Debug, Default)]
pub struct Scratch {
    keys: Vec<Weights>,
    values: Vec<Weights>,
    weights: Vec<f32>,
}

for_every_processor! {
    /// `qkv` is `[tokens, 3 · width]`, `out` is `[tokens, width]`.
    pub fn attend(qkv: &[f32], out: &mut [f32], width: usize, heads: usize, scratch: &mut Scratch) = all_heads
}

#[inline(always)]
fn all_heads<M: Machine>(
    m: M,
    qkv: &[f32],
    out: &mut [f32],
    width: usize,
    heads: usize,
    scratch: &mut Scratch,
) {
    let size = width / heads;
    let tokens = out.len() / width;
    let scale = 1.0 / (size as f32).sqrt();
    let padded = tokens.next_multiple_of(LANES);
    scratch.keys.resize(padded / LANES * size, Line([0.0; LANES]));
    scratch.values.resize(size.div_ceil(LANES) * tokens, Line([0.0; LANES]));
    scratch.weights.resize(tokens * padded, 0.0);
    for head in 0..heads {
        let at = head * size;
        lay_out(qkv, width, at, size, &mut scratch.keys, &mut scratch.values);
        for (block, keys) in scratch.keys.chunks_exact(size).enumerate() {
            let (keys, y) = (keys.as_chunks::<1>().0, &mut scratch.weights);
            let to = Place { stride: padded, column: block * LANES, columns: LANES };
            in_tiles!(tokens, 8, |row| tile::<R, _>(m, &qkv[at..], 3 * width, row, keys, y, to));
        }
        for row in scratch.weights.chunks_exact_mut(padded) {
            softmax(m, row, tokens, scale);
        }
        for (block, values) in scratch.values.chunks_exact(tokens).enumerate() {
            let (values, x) = (values.as_chunks::<1>().0, &scratch.weights);
            let column = block * LANES;
            let to = Place { stride: width, column: at + column, columns: LANES.min(size - column) };
            in_tiles!(tokens, 8, |row| tile::<R, _>(m, x, padded, row, values, out, to));
        }
    }
}

/// Keys by sixteen tokens, a line per dimension; values by sixteen dimensions, a line per token.
#[inline(always)]
fn lay_out(qkv: &[f32], width: usize, at: usize, size: usize, keys: &mut [Weights], values: &mut [Weights]) {
    let tokens = qkv.len() / (3 * width);
    for (token, row) in qkv.chunks_exact(3 * width).enumerate() {
        let keys = &mut keys[token / LANES * size..][..size];
        for (line, key) in keys.iter_mut().zip(&row[width + at..]) {
            line.0[token % LANES] = *key;
        }
        for (block, part) in row[2 * width + at..][..size].chunks(LANES).enumerate() {
            let line = &mut values[block * tokens + token].0;
            match <&[f32; LANES]>::try_from(part) {
                Ok(whole) => *line = *whole,
                Err(_) => line[..part.len()].copy_from_slice(part),
            }
        }
    }
}

/// Where a tile goes: columns of rows that start `stride` elements apart.
#[derive(Clone, Copy)]
struct Place {
    stride: usize,
    column: usize,
    columns: usize,
}

#[inline(always)]
fn tile<const R: usize, M: Machine>(
    m: M,
    x: &[f32],
    stride: usize,
    row: usize,
    panel: &[[Weights; 1]],
    y: &mut [f32],
    to: Place,
) {
    let mut sums = [[[0.0; LANES]; 1]; R];
    m.add_products(rows_of(x, row, stride, panel.len()), panel, &mut sums);
    for (r, [sums]) in sums.iter().enumerate() {
        let y = &mut y[(row + r) * to.stride + to.column..][..to.columns];
        // A length that is known is copied in one instruction.
        if to.columns == LANES { y.copy_from_slice(sums) } else { y.copy_from_slice(&sums[..to.columns]) }
    }
}

/// Softmax of the first `tokens` numbers of a row times `scale`, in place. The others, there to fill the last lanes,
/// count as −∞.
#[inline(always)]
fn softmax<M: Machine>(m: M, row: &mut [f32], tokens: usize, scale: f32) {
    row[tokens..].fill(f32::NEG_INFINITY);
    let most = fold::<LANES>(row, f32::NEG_INFINITY, f32::max, f32::max);
    row.iter_mut().for_each(|x| *x = exp_negative(m, (*x - most) * scale));
    let inverse = 1.0 / fold::<LANES>(row, 0.0, |sum, x| sum + x, |a, b| a + b);
    row.iter_mut().for_each(|x| *x *= inverse);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::embedded::kernels::processor::Portable;
    use crate::model::embedded::kernels::tests::numbers;

    /// Attention as its formula has it, in double precision.
    fn attend_by_definition(qkv: &[f32], width: usize, heads: usize) -> Vec<f64> {
        let size = width / heads;
        let rows: Vec<Vec<f64>> =
            qkv.chunks_exact(3 * width).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect();
        let mut out = Vec::new();
        for row in &rows {
            for column in 0..width {
                let at = column / size * size;
                let weight = |other: &Vec<f64>| {
                    let dot: f64 = (0..size).map(|d| row[at + d] * other[width + at + d]).sum();
                    (dot / (size as f64).sqrt()).exp()
                };
                let total: f64 = rows.iter().map(&weight).sum();
                out.push(
                    rows.iter().map(|other| weight(other) * other[2 * width + column]).sum::<f64>() / total,
                );
            }
        }
        out
    }

    #[test]
    fn attention_against_the_definition() {
        for processor in Processor::all() {
            // From long to short: what the room held before must make no difference.
            let mut scratch = Scratch::default();
            for (tokens, width, heads) in [(64, 96, 3), (17, 96, 3), (2, 24, 3), (1, 384, 12), (19, 60, 3)] {
                let qkv: Vec<f32> = numbers(tokens * 3 * width, 1).into_iter().map(|x| 2.0 * x).collect();
                let mut out = vec![f32::NAN; tokens * width];
                attend(processor, &qkv, &mut out, width, heads, &mut scratch);
                for (got, want) in out.iter().zip(attend_by_definition(&qkv, width, heads)) {
                    assert!((f64::from(*got) - want).abs() < 1e-5, "{got} {want}");
                }
            }
        }
    }

    #[test]
    fn softmax_sums_to_one_and_survives_extremes() {
        let mut row = [1e4, 1e4, -1e4, 7.0];
        softmax(Portable, &mut row, 3, 1.0);
        assert!((row[0] - 0.5).abs() < 1e-6 && row[2] < 1e-30 && row[3] < 1e-30);
    }
}
