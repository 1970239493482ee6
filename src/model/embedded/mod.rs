//! The default engine: BERT and the context layers in Rust, on packed windows without padding.
//!
//! Windows are laid end to end in packs of about [`PACK`] tokens, one pack a task; every linear layer then
//! is one matrix product over the pack, and attention stays within each window. Weights are kept once, in
//! the layout of the file.

mod context;
mod math;

use super::config::Config;
use super::weights::Weights;
use super::{Engine, Error};
use crate::codebook::CODE_COUNT;
use context::Context;
use half::f16;
use math::{add_and_normalise, gelu, linear, normalise, softmax};
use rayon::prelude::*;

/// Tokens per pack: large enough for the matrix products, small enough for the cache.
const PACK: usize = 256;

struct Linear {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Layer {
    /// Query, key and value in one matrix.
    attention: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    output: Linear,
    output_norm: Norm,
}

/// The embedded engine.
pub struct Embedded {
    hidden: usize,
    heads: usize,
    /// Half precision: the table is half of the model and each row is used seldom.
    words: Vec<f16>,
    /// Position embeddings with the one token type that is used added on.
    positions: Vec<f32>,
    embedding_norm: Norm,
    layers: Vec<Layer>,
    context: Context,
}

impl Embedded {
    /// Takes the tensors of a weights file.
    ///
    /// # Errors
    /// If a tensor is missing or has not the shape that `config` says.
    pub fn new(config: &Config, weights: &Weights<'_>) -> Result<Embedded, Error> {
        let shape = &config.encoder;
        let hidden = shape.hidden;
        let norm = |name: &str| -> Result<Norm, Error> {
            Ok(Norm {
                weight: weights.f32(&format!("{name}.weight"), &[hidden])?,
                bias: weights.f32(&format!("{name}.bias"), &[hidden])?,
            })
        };
        let linear = |name: &str, outputs: usize, inputs: usize| -> Result<Linear, Error> {
            Ok(Linear {
                weight: weights.f32(&format!("{name}.weight"), &[outputs, inputs])?,
                bias: weights.f32(&format!("{name}.bias"), &[outputs])?,
            })
        };
        let layer = |n: usize| -> Result<Layer, Error> {
            let name = |part: &str| format!("encoder.layer.{n}.{part}");
            let mut attention = Linear { weight: Vec::new(), bias: Vec::new() };
            for part in ["query", "key", "value"] {
                let one = linear(&name(&format!("attention.self.{part}")), hidden, hidden)?;
                attention.weight.extend(one.weight);
                attention.bias.extend(one.bias);
            }
            Ok(Layer {
                attention,
                attention_output: linear(&name("attention.output.dense"), hidden, hidden)?,
                attention_norm: norm(&name("attention.output.LayerNorm"))?,
                intermediate: linear(&name("intermediate.dense"), shape.intermediate, hidden)?,
                output: linear(&name("output.dense"), hidden, shape.intermediate)?,
                output_norm: norm(&name("output.LayerNorm"))?,
            })
        };
        let mut positions =
            weights.f32("embeddings.position_embeddings.weight", &[shape.positions, hidden])?;
        let types = weights.f32("embeddings.token_type_embeddings.weight", &[2, hidden])?;
        for row in positions.chunks_exact_mut(hidden) {
            row.iter_mut().zip(&types).for_each(|(x, t)| *x += t);
        }
        Ok(Embedded {
            hidden,
            heads: shape.heads,
            words: weights.f16("embeddings.word_embeddings.weight", &[shape.vocabulary, hidden])?,
            positions,
            embedding_norm: norm("embeddings.LayerNorm")?,
            layers: (0..shape.layers).map(layer).collect::<Result<_, _>>()?,
            context: Context::new(config, weights)?,
        })
    }

    /// Vectors of the windows of one pack.
    fn encode_pack(&self, windows: &[&[u32]]) -> Vec<f32> {
        let width = self.hidden;
        let tokens: usize = windows.iter().map(|window| window.len()).sum();
        let mut x = Vec::with_capacity(tokens * width);
        for window in windows {
            for (&id, position) in window.iter().zip(self.positions.chunks_exact(width)) {
                let word = &self.words[id as usize * width..][..width];
                x.extend(word.iter().zip(position).map(|(w, p)| w.to_f32() + p));
            }
        }
        x.chunks_exact_mut(width)
            .for_each(|row| normalise(row, &self.embedding_norm.weight, &self.embedding_norm.bias));

        let wide = self.layers.iter().map(|layer| layer.intermediate.bias.len()).max().unwrap_or(0);
        let mut qkv = vec![0.0; tokens * 3 * width];
        let mut mixed = vec![0.0; tokens * width];
        let mut inner = vec![0.0; tokens * wide];
        let mut y = vec![0.0; tokens * width];
        let mut scratch = Vec::new();
        for layer in &self.layers {
            linear(&x, &layer.attention.weight, &layer.attention.bias, &mut qkv);
            let mut start = 0;
            for window in windows {
                let (from, to) = (start, start + window.len());
                attend(
                    &qkv[from * 3 * width..to * 3 * width],
                    &mut mixed[from * width..to * width],
                    width,
                    self.heads,
                    &mut scratch,
                );
                start = to;
            }
            linear(&mixed, &layer.attention_output.weight, &layer.attention_output.bias, &mut y);
            add_and_normalise(&mut y, &x, &layer.attention_norm.weight, &layer.attention_norm.bias);
            linear(&y, &layer.intermediate.weight, &layer.intermediate.bias, &mut inner);
            inner.iter_mut().for_each(|v| *v = gelu(*v));
            linear(&inner, &layer.output.weight, &layer.output.bias, &mut x);
            add_and_normalise(&mut x, &y, &layer.output_norm.weight, &layer.output_norm.bias);
        }

        let mut means = Vec::with_capacity(windows.len() * width);
        let mut rows = x.chunks_exact(width);
        for window in windows {
            let mut mean = vec![0.0; width];
            for row in rows.by_ref().take(window.len()) {
                mean.iter_mut().zip(row).for_each(|(m, v)| *m += v);
            }
            let scale = 1.0 / window.len() as f32;
            means.extend(mean.iter().map(|m| m * scale));
        }
        means
    }
}

/// Multi-head self-attention within one window: `qkv` is `[tokens, 3 · width]`, `out` is `[tokens, width]`.
fn attend(qkv: &[f32], out: &mut [f32], width: usize, heads: usize, scratch: &mut Vec<f32>) {
    let size = width / heads;
    let tokens = out.len() / width;
    let scale = 1.0 / (size as f32).sqrt();
    scratch.clear();
    scratch.resize((size + 1) * tokens, 0.0);
    let (keys, weights) = scratch.split_at_mut(size * tokens);
    for head in 0..heads {
        let at = head * size;
        // Keys transposed: a row of scores then is a sum of whole rows, which vectorises.
        for (t, row) in qkv.chunks_exact(3 * width).enumerate() {
            for (d, &key) in row[width + at..][..size].iter().enumerate() {
                keys[d * tokens + t] = key;
            }
        }
        for (t, row) in qkv.chunks_exact(3 * width).enumerate() {
            weights.fill(0.0);
            for (&query, key) in row[at..][..size].iter().zip(keys.chunks_exact(tokens)) {
                let query = query * scale;
                weights.iter_mut().zip(key).for_each(|(w, k)| *w += query * k);
            }
            softmax(weights);
            let out = &mut out[t * width + at..][..size];
            out.fill(0.0);
            for (&weight, row) in weights.iter().zip(qkv.chunks_exact(3 * width)) {
                let value = &row[2 * width + at..][..size];
                out.iter_mut().zip(value).for_each(|(o, v)| *o += weight * v);
            }
        }
    }
}

impl Engine for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn encode(&self, windows: &[&[u32]]) -> Result<Vec<f32>, Error> {
        let mut packs = Vec::new();
        let mut start = 0;
        let mut tokens = 0;
        for (i, window) in windows.iter().enumerate() {
            if tokens + window.len() > PACK && i > start {
                packs.push(&windows[start..i]);
                (start, tokens) = (i, 0);
            }
            tokens += window.len();
        }
        packs.push(&windows[start..]);
        let parts: Vec<Vec<f32>> = packs.par_iter().map(|pack| self.encode_pack(pack)).collect();
        Ok(parts.concat())
    }

    fn score(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        Ok(self.context.score(vectors, roles))
    }

    fn states(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        Ok(self.context.states(vectors, roles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for tokens in [1, 2, 17] {
            let (width, heads) = (24, 3);
            let qkv: Vec<f32> =
                (0..tokens * 3 * width).map(|i| ((i * 7919 % 1009) as f32 - 500.0) / 250.0).collect();
            let mut out = vec![0.0; tokens * width];
            attend(&qkv, &mut out, width, heads, &mut Vec::new());
            for (got, want) in out.iter().zip(attend_by_definition(&qkv, width, heads)) {
                assert!((f64::from(*got) - want).abs() < 1e-5, "{got} {want}");
            }
        }
    }
}
