//! Multi-head self-attention within one window.
//!
//! Per head two small products, of keys with queries and of weights with values, in single precision. Sixteen queries stand
//! side by side in the lanes, so that the softmax over the keys needs no sum across lanes.

use super::exact::Weights;
use super::panels::{LANES, Line, in_tiles, rows_of};
use super::processor::{Machine, Processor, for_every_processor};
use super::rows::exp_negative;

/// Room for what attention works on, to be used again.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Sixteen queries, a line per dimension.
    queries: Vec<Weights>,
    /// Values by sixteen dimensions, a line per token.
    values: Vec<Weights>,
    /// The weights of sixteen queries, a line per key.
    weights: Vec<Weights>,
}

for_every_processor! {
    /// `qkv` is `[tokens, 3 · width]`, `out` is `[tokens, width]`. `distances` is what is added for every head and distance
    /// of a query from a key, as [`by_distance`] lays it out, or nothing.
    pub fn attend(qkv: &[f32], out: &mut [f32], width: usize, heads: usize, distances: &[f32], scratch: &mut Scratch) = all_heads
}

/// What [`attend`] takes as `distances`, from a row a head of what is added for distances of a query from a key, in tokens, from
/// −n to n: with room behind each for queries of the sixteen that are not there.
#[must_use]
pub fn by_distance(rows: &[f32], heads: usize) -> Vec<f32> {
    let length = (rows.len() / heads).max(1);
    rows.chunks_exact(length).flat_map(|row| row.iter().copied().chain([0.0; LANES])).collect()
}

#[inline(always)]
fn all_heads<M: Machine>(
    m: M,
    qkv: &[f32],
    out: &mut [f32],
    width: usize,
    heads: usize,
    distances: &[f32],
    scratch: &mut Scratch,
) {
    let size = width / heads;
    let tokens = out.len() / width;
    let scale = 1.0 / (size as f32).sqrt();
    let Scratch { queries, values, weights } = scratch;
    queries.resize(size, Line([0.0; LANES]));
    values.resize(size.div_ceil(LANES) * tokens, Line([0.0; LANES]));
    weights.resize(tokens, Line([0.0; LANES]));
    let by_head = distances.len() / heads;
    for (head, at) in (0..width).step_by(size).enumerate() {
        lay_out(&qkv[2 * width + at..], 3 * width, size, values);
        for first in (0..tokens).step_by(LANES) {
            let count = LANES.min(tokens - first);
            for (token, row) in qkv[first * 3 * width..].chunks(3 * width).take(count).enumerate() {
                for (line, query) in queries.iter_mut().zip(&row[at..][..size]) {
                    line.0[token] = *query * scale;
                }
            }
            let panel = queries.as_chunks::<1>().0;
            let keys = &qkv[width + at..];
            in_tiles!(tokens, 8, |row| keys_by_queries::<R, _>(m, keys, 3 * width, row, panel, weights));
            add_distances(&distances[head * by_head..][..by_head], first, weights);
            let inverse = softmax(m, weights);
            for (block, values) in values.chunks_exact(tokens).enumerate() {
                let to = first * width + at + block * LANES;
                let columns = LANES.min(size - block * LANES);
                for half in (0..count).step_by(8) {
                    let mut sums = [[[0.0; LANES]; 1]; 8];
                    m.add_products_of_lanes(weights, half, values.as_chunks::<1>().0, &mut sums);
                    for (r, [sums]) in sums.iter_mut().enumerate().take(count - half) {
                        sums.iter_mut().for_each(|sum| *sum *= inverse[half + r]);
                        let out = &mut out[to + (half + r) * width..][..columns];
                        // A length that is known is copied in one instruction.
                        if columns == LANES {
                            out.copy_from_slice(sums);
                        } else {
                            out.copy_from_slice(&sums[..columns]);
                        }
                    }
                }
            }
        }
    }
}

/// Values by sixteen dimensions, a line per token; `rows` begin `stride` apart.
#[inline(always)]
fn lay_out(rows: &[f32], stride: usize, size: usize, values: &mut [Weights]) {
    let tokens = rows.chunks(stride).len();
    for (token, row) in rows.chunks(stride).enumerate() {
        for (block, part) in row[..size].chunks(LANES).enumerate() {
            let line = &mut values[block * tokens + token].0;
            match <&[f32; LANES]>::try_from(part) {
                Ok(whole) => *line = *whole,
                Err(_) => line[..part.len()].copy_from_slice(part),
            }
        }
    }
}

/// The products of `R` keys from `row` on with sixteen queries.
#[inline(always)]
fn keys_by_queries<const R: usize, M: Machine>(
    m: M,
    keys: &[f32],
    stride: usize,
    row: usize,
    queries: &[[Weights; 1]],
    products: &mut [Weights],
) {
    let mut sums = [[[0.0; LANES]; 1]; R];
    m.add_products(rows_of(keys, row, stride, queries.len()), queries, &mut sums);
    for (line, [sums]) in products[row..].iter_mut().zip(sums) {
        line.0 = sums;
    }
}

/// Adds what is added for the distance of each of sixteen queries, from `first` on, from each key.
#[inline(always)]
fn add_distances(distances: &[f32], first: usize, products: &mut [Weights]) {
    if distances.is_empty() {
        return;
    }
    // Where the first query stands on its key.
    let middle = (distances.len() - LANES) / 2 + first;
    for (key, line) in products.iter_mut().enumerate() {
        line.0.iter_mut().zip(&distances[middle - key..][..LANES]).for_each(|(x, added)| *x += added);
    }
}

/// In place of products the exponentials that softmax divides by their sum; one divided by that sum, a lane a query.
#[inline(always)]
fn softmax<M: Machine>(m: M, lines: &mut [Weights]) -> [f32; LANES] {
    let mut most = [f32::NEG_INFINITY; LANES];
    for line in lines.iter() {
        most.iter_mut().zip(&line.0).for_each(|(most, x)| *most = most.max(*x));
    }
    let mut sum = [0.0; LANES];
    for line in lines.iter_mut() {
        for ((x, most), sum) in line.0.iter_mut().zip(&most).zip(&mut sum) {
            *x = exp_negative(m, *x - most);
            *sum += *x;
        }
    }
    sum.map(|sum| 1.0 / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::embedded::kernels::processor::Portable;
    use crate::model::embedded::kernels::tests::numbers;

    /// Attention as its formula has it, in double precision.
    fn attend_by_definition(qkv: &[f32], width: usize, heads: usize, rows: &[f32]) -> Vec<f64> {
        let distances = rows;
        let size = width / heads;
        let rows: Vec<Vec<f64>> =
            qkv.chunks_exact(3 * width).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect();
        let mut out = Vec::new();
        for (query, row) in rows.iter().enumerate() {
            for column in 0..width {
                let (at, by_head) = (column / size * size, distances.len() / heads);
                let weight = |(key, other): (usize, &Vec<f64>)| {
                    let dot: f64 = (0..size).map(|d| row[at + d] * other[width + at + d]).sum();
                    // Without distances the difference may be below 0.
                    let place = (column / size * by_head + by_head / 2 + query).checked_sub(key);
                    let added = place.and_then(|place| distances.get(place));
                    (dot / (size as f64).sqrt() + added.map_or(0.0, |&added| f64::from(added))).exp()
                };
                let total: f64 = rows.iter().enumerate().map(&weight).sum();
                let sum: f64 = rows.iter().enumerate().map(|o| weight(o) * o.1[2 * width + column]).sum();
                out.push(sum / total);
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
                for distances in [vec![], numbers(heads * 127, 5)] {
                    let laid_out = by_distance(&distances, heads);
                    attend(processor, &qkv, &mut out, width, heads, &laid_out, &mut scratch);
                    for (got, want) in out.iter().zip(attend_by_definition(&qkv, width, heads, &distances)) {
                        assert!((f64::from(*got) - want).abs() < 1e-5, "{got} {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn softmax_sums_to_one_and_survives_extremes() {
        let mut lines = [1e4, 1e4, -1e4].map(|x| Line([x; LANES]));
        let inverse = softmax(Portable, &mut lines);
        let weights = lines.map(|line| line.0[7] * inverse[7]);
        assert!((weights[0] - 0.5).abs() < 1e-6 && weights[2] < 1e-30);
    }
}
