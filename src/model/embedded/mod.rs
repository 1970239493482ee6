//! The default engine: BERT and the context layers in Rust, on packed windows without padding.
//!
//! Windows are laid end to end in packs of about [`PACK`] tokens, one pack a task; every linear layer then
//! is one matrix product over the pack, and attention stays within each window. Weights are kept once, in the
//! order in which the products read them.

mod context;
pub mod kernels;
mod linear;

pub use linear::Precision;

use super::config::Config;
use super::weights::Weights;
use super::{Engine, Error};
use crate::codebook::CODE_COUNT;
use context::Context;
use half::f16;
use kernels::attention::{self, attend};
use kernels::rows::{Norm, add_and_normalise, gelu, normalise};
use kernels::{Processor, Quantised};
use linear::Linear;
use rayon::prelude::*;

/// Tokens per pack: large enough for the matrix products, small enough for the cache.
const PACK: usize = 256;

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
    processor: Processor,
    precision: Precision,
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
    pub fn new(config: &Config, weights: &Weights<'_>, precision: Precision) -> Result<Embedded, Error> {
        Embedded::on(Processor::here(), config, weights, precision)
    }

    fn on(
        processor: Processor,
        config: &Config,
        weights: &Weights<'_>,
        precision: Precision,
    ) -> Result<Embedded, Error> {
        let shape = &config.encoder;
        let hidden = shape.hidden;
        let norm = |name: &str| -> Result<Norm, Error> {
            Ok(Norm {
                weight: weights.f32(&format!("{name}.weight"), &[hidden])?,
                bias: weights.f32(&format!("{name}.bias"), &[hidden])?,
            })
        };
        // Several of the same input stand in one matrix.
        let linear = |names: &[&str], outputs: usize, inputs: usize| -> Result<Linear, Error> {
            let (mut weight, mut bias) = (Vec::new(), Vec::new());
            for name in names {
                weight.extend(weights.f32(&format!("{name}.weight"), &[outputs, inputs])?);
                bias.extend(weights.f32(&format!("{name}.bias"), &[outputs])?);
            }
            Ok(Linear::new(processor, precision, &weight, bias))
        };
        let layer = |n: usize| -> Result<Layer, Error> {
            let name = |part: &str| format!("encoder.layer.{n}.{part}");
            let attention = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
            Ok(Layer {
                attention: linear(&attention.each_ref().map(String::as_str), hidden, hidden)?,
                attention_output: linear(&[&name("attention.output.dense")], hidden, hidden)?,
                attention_norm: norm(&name("attention.output.LayerNorm"))?,
                intermediate: linear(&[&name("intermediate.dense")], shape.intermediate, hidden)?,
                output: linear(&[&name("output.dense")], hidden, shape.intermediate)?,
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
            processor,
            precision,
            hidden,
            heads: shape.heads,
            words: weights.f16("embeddings.word_embeddings.weight", &[shape.vocabulary, hidden])?,
            positions,
            embedding_norm: norm("embeddings.LayerNorm")?,
            layers: (0..shape.layers).into_par_iter().map(layer).collect::<Result<_, _>>()?,
            context: Context::new(processor, config, weights)?,
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
        normalise(self.processor, &mut x, &self.embedding_norm);

        let wide = self.layers.iter().map(|layer| layer.intermediate.outputs()).max().unwrap_or(0);
        let (mut y, mut mixed) = (vec![0.0; tokens * width], vec![0.0; tokens * width]);
        // Queries, keys and values are done with when the wide layer begins.
        let mut inner = vec![0.0; tokens * wide.max(3 * width)];
        let (mut scratch, mut integers) = (attention::Scratch::default(), Quantised::default());
        for layer in &self.layers {
            let mut product = |linear: &Linear, x: &[f32], y: &mut [f32]| {
                linear.apply(self.processor, x, y, &mut integers);
            };
            let qkv = &mut inner[..tokens * 3 * width];
            product(&layer.attention, &x, qkv);
            let mut start = 0;
            for window in windows {
                let (from, to) = (start * width, (start + window.len()) * width);
                let (qkv, out) = (&qkv[3 * from..3 * to], &mut mixed[from..to]);
                attend(self.processor, qkv, out, width, self.heads, &mut scratch);
                start += window.len();
            }
            product(&layer.attention_output, &mixed, &mut y);
            add_and_normalise(self.processor, &mut y, &x, &layer.attention_norm);
            let inner = &mut inner[..tokens * layer.intermediate.outputs()];
            product(&layer.intermediate, &y, inner);
            gelu(self.processor, inner);
            product(&layer.output, inner, &mut x);
            add_and_normalise(self.processor, &mut x, &y, &layer.output_norm);
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

impl Engine for Embedded {
    fn name(&self) -> &'static str {
        match self.precision {
            Precision::Fast => "embedded",
            Precision::Exact => "embedded, exact",
        }
    }

    fn encode(&self, windows: &[&[u32]]) -> Result<Vec<f32>, Error> {
        if windows.is_empty() {
            return Ok(Vec::new());
        }
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

    fn score_instead(
        &self,
        vectors: &[f32],
        roles: &[usize],
        place: usize,
        instead: &[f32],
    ) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        Ok(self.context.score_instead(vectors, roles, place, instead))
    }
}
