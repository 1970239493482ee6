//! The default engine: BERT and the context layers in Rust, on packed windows without padding.
//!
//! Windows are laid end to end in packs of about [`PACK`] tokens, one pack a task; every linear layer then
//! is one matrix product over the pack, and attention stays within each window. Weights are kept once, in the
//! order in which the products read them.

mod context;
pub mod kernels;
mod linear;
mod own;

pub use linear::Precision;

use super::config::{Config, EncoderConfig};
use super::weights::{Halves, Weights};
use super::{Engine, Error};
use crate::codebook::CODE_COUNT;
use context::Context;
use kernels::attention::{self, attend};
use kernels::rows::{Norm, Then, add_and_normalise, normalise};
use kernels::{Processor, Quantised};
use linear::Linear;
use own::Own;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Mutex;

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
    /// Length of a window's vector: of the parts of all encoders.
    width: usize,
    heads: usize,
    /// Half precision: the table is half of the model and each row is used seldom.
    words: Halves,
    /// Position embeddings with the one token type that is used added on.
    positions: Vec<f32>,
    embedding_norm: Norm,
    layers: Vec<Layer>,
    context: Context,
    plain: Option<Plain>,
    own: Option<Own>,
    /// What packs worked in that are done with: as many as there are threads.
    rooms: Mutex<Vec<Room>>,
}

/// The second reader and the layers of the plain encoder that are not among the taught ones.
struct Plain {
    /// Where its layers part from the taught ones.
    shared: usize,
    layers: Vec<Layer>,
    /// What the weights of the tokens are products with, a row of `hidden` a weighted mean.
    pools: Vec<f32>,
    context: Context,
}

impl Layer {
    /// The layer `n` of the encoder that stands under the prefix `of`.
    fn read(
        processor: Processor,
        precision: Precision,
        shape: &EncoderConfig,
        weights: &Weights<'_>,
        of: &str,
        n: usize,
    ) -> Result<Layer, Error> {
        let hidden = shape.hidden;
        // Several of the same input stand in one matrix.
        let linear = |names: &[&str], outputs: usize, inputs: usize| -> Result<Linear, Error> {
            let (mut weight, mut bias) = (Vec::new(), Vec::new());
            for name in names {
                weight.extend(weights.f32(&format!("{name}.weight"), &[outputs, inputs])?);
                bias.extend(weights.f32(&format!("{name}.bias"), &[outputs])?);
            }
            Ok(Linear::new(processor, precision, &weight, bias))
        };
        let name = |part: &str| format!("{of}encoder.layer.{n}.{part}");
        let attention = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
        Ok(Layer {
            attention: linear(&attention.each_ref().map(String::as_str), hidden, hidden)?,
            attention_output: linear(&[&name("attention.output.dense")], hidden, hidden)?,
            attention_norm: norm(weights, &name("attention.output.LayerNorm"), hidden)?,
            intermediate: linear(&[&name("intermediate.dense")], shape.intermediate, hidden)?,
            output: linear(&[&name("output.dense")], hidden, shape.intermediate)?,
            output_norm: norm(weights, &name("output.LayerNorm"), hidden)?,
        })
    }
}

fn norm(weights: &Weights<'_>, name: &str, hidden: usize) -> Result<Norm, Error> {
    Ok(Norm {
        weight: weights.f32(&format!("{name}.weight"), &[hidden])?,
        bias: weights.f32(&format!("{name}.bias"), &[hidden])?,
    })
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
        let layer = |of: &str, n: usize| Layer::read(processor, precision, shape, weights, of, n);
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
            width: config.vector(),
            heads: shape.heads,
            words: weights.halves("embeddings.word_embeddings.weight", &[shape.vocabulary, hidden])?,
            positions,
            embedding_norm: norm(weights, "embeddings.LayerNorm", hidden)?,
            layers: (0..shape.layers).into_par_iter().map(|n| layer("", n)).collect::<Result<_, _>>()?,
            context: Context::taught(processor, config, weights)?,
            plain: match &config.plain {
                None => None,
                Some(plain) => Some(Plain {
                    shared: plain.shared,
                    layers: (plain.shared..plain.layers)
                        .into_par_iter()
                        .map(|n| layer("plain.", n))
                        .collect::<Result<_, _>>()?,
                    pools: weights.f32("plain.pool.weight", &[plain.pools, hidden])?,
                    context: Context::plain(processor, config, weights, plain)?,
                }),
            },
            own: None,
            rooms: Mutex::default(),
        })
    }

    /// Vectors of the windows of one pack: of each the mean over its tokens of the last layer, then that of the last plain
    /// one, then its weighted means, and last that of the last layer under own labels.
    fn encode_pack(&self, windows: &[&[u32]]) -> Vec<f32> {
        let width = self.hidden;
        let tokens: usize = windows.iter().map(|window| window.len()).sum();
        let mut x = Vec::with_capacity(tokens * width);
        for window in windows {
            for (&id, position) in window.iter().zip(self.positions.chunks_exact(width)) {
                let start = id as usize * width;
                x.extend(self.words.of(start..start + width).zip(position).map(|(w, p)| w + p));
            }
        }
        normalise(self.processor, &mut x, &self.embedding_norm);

        let mut room = self.rooms.lock().ok().and_then(|mut rooms| rooms.pop()).unwrap_or_default();
        let mut pass = Pass { engine: self, windows, room: &mut room };
        let Some(plain) = &self.plain else {
            pass.run(&self.layers, &mut x);
            self.leave(room);
            return means(&x, windows, &[], width);
        };
        let (shared, taught) = self.layers.split_at(plain.shared);
        pass.run(shared, &mut x);
        let mut other = x.clone();
        let mut third = self.own.as_ref().map(|own| (own, x.clone()));
        pass.run(taught, &mut x);
        pass.run(&plain.layers, &mut other);
        if let Some((own, third)) = &mut third {
            pass.run(&own.layers, third);
        }
        self.leave(room);
        let (taught, plain) = (means(&x, windows, &[], width), means(&other, windows, &plain.pools, width));
        let both = beside(&taught, &plain, windows.len());
        match third {
            None => both,
            Some((_, third)) => beside(&both, &means(&third, windows, &[], width), windows.len()),
        }
    }

    /// Leaves what a pack worked in to the next one: memory that is given back is cleared by the system before it
    /// is given out again.
    fn leave(&self, room: Room) {
        if let Ok(mut rooms) = self.rooms.lock() {
            rooms.push(room);
        }
    }

    /// The part of vectors that the taught encoder made.
    fn taught<'a>(&self, vectors: &'a [f32]) -> Cow<'a, [f32]> {
        match &self.plain {
            None => Cow::Borrowed(vectors),
            Some(_) => Cow::Owned(self.columns(vectors, 0..self.hidden)),
        }
    }

    /// The second reader with the part of vectors that is its own.
    fn second(&self, vectors: &[f32]) -> Option<(&Context, Vec<f32>)> {
        let plain = self.plain.as_ref()?;
        Some((&plain.context, self.columns(vectors, self.hidden..self.width - self.own_width())))
    }

    fn columns(&self, vectors: &[f32], columns: Range<usize>) -> Vec<f32> {
        vectors.chunks_exact(self.width).flat_map(|row| &row[columns.clone()]).copied().collect()
    }
}

/// What a pack works in on its way through the layers.
#[derive(Default)]
struct Room {
    y: Vec<f32>,
    mixed: Vec<f32>,
    inner: Vec<f32>,
    scratch: attention::Scratch,
    integers: Quantised,
}

/// One pack on its way.
struct Pass<'a> {
    engine: &'a Embedded,
    windows: &'a [&'a [u32]],
    room: &'a mut Room,
}

impl Pass<'_> {
    /// Takes `x` of `[tokens, hidden]` through layers, in place.
    fn run(&mut self, layers: &[Layer], x: &mut [f32]) {
        let Pass { engine, windows, room: Room { y, mixed, inner, scratch, integers } } = self;
        let (processor, width) = (engine.processor, engine.hidden);
        let tokens = x.len() / width;
        y.resize(x.len(), 0.0);
        mixed.resize(x.len(), 0.0);
        let mut product = |linear: &Linear, x: &[f32], then: Then, y: &mut [f32]| {
            linear.apply(processor, x, then, y, integers);
        };
        for layer in layers {
            // Queries, keys and values are done with when the wide layer begins.
            inner.resize(tokens * layer.intermediate.outputs().max(3 * width), 0.0);
            let qkv = &mut inner[..tokens * 3 * width];
            product(&layer.attention, x, Then::Nothing, qkv);
            let mut start = 0;
            for window in *windows {
                let (from, to) = (start * width, (start + window.len()) * width);
                attend(processor, &qkv[3 * from..3 * to], &mut mixed[from..to], width, engine.heads, scratch);
                start += window.len();
            }
            product(&layer.attention_output, mixed, Then::Nothing, y);
            add_and_normalise(processor, y, x, &layer.attention_norm);
            let inner = &mut inner[..tokens * layer.intermediate.outputs()];
            product(&layer.intermediate, y, Then::Gelu, inner);
            product(&layer.output, inner, Then::Nothing, x);
            add_and_normalise(processor, x, y, &layer.output_norm);
        }
    }
}

/// Of every window the mean over its tokens, then for every row of `pools` the mean weighted by the softmax of the
/// tokens' products with it.
fn means(x: &[f32], windows: &[&[u32]], pools: &[f32], width: usize) -> Vec<f32> {
    let mut means = Vec::with_capacity(windows.len() * (width + pools.len()));
    let mut rest = x;
    for window in windows {
        let (tokens, later) = rest.split_at(window.len() * width);
        rest = later;
        let mut put = |weights: &dyn Fn(usize) -> f32, scale: f32| {
            let mut mean = vec![0.0; width];
            for (token, row) in tokens.chunks_exact(width).enumerate() {
                let weight = weights(token);
                mean.iter_mut().zip(row).for_each(|(m, v)| *m += weight * v);
            }
            means.extend(mean.iter().map(|m| m * scale));
        };
        put(&|_| 1.0, 1.0 / window.len() as f32);
        for pool in pools.chunks_exact(width) {
            let product = |row: &[f32]| row.iter().zip(pool).map(|(x, w)| x * w).sum::<f32>();
            let mut weights: Vec<f32> = tokens.chunks_exact(width).map(product).collect();
            let most = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            weights.iter_mut().for_each(|weight| *weight = libm::expf(*weight - most));
            put(&|token| weights[token], 1.0 / weights.iter().sum::<f32>());
        }
    }
    means
}

/// The rows of two tables side by side.
fn beside(left: &[f32], right: &[f32], rows: usize) -> Vec<f32> {
    let [width, other] = [left, right].map(|table| (table.len() / rows.max(1)).max(1));
    let rows = left.chunks_exact(width).zip(right.chunks_exact(other));
    rows.flat_map(|(left, right)| left.iter().chain(right)).copied().collect()
}

/// The logits of both readers, added up.
fn sum(mut logits: Vec<[f32; CODE_COUNT]>, others: &[[f32; CODE_COUNT]]) -> Vec<[f32; CODE_COUNT]> {
    for (logit, other) in logits.as_flattened_mut().iter_mut().zip(others.as_flattened()) {
        *logit += other;
    }
    logits
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
        let mut vectors = vec![0.0; windows.len() * self.width];
        let mut rest = &mut vectors[..];
        let mut places = Vec::with_capacity(packs.len());
        for pack in &packs {
            let (place, later) = rest.split_at_mut(pack.len() * self.width);
            rest = later;
            places.push(place);
        }
        packs.par_iter().zip(places).for_each(|(pack, place)| place.copy_from_slice(&self.encode_pack(pack)));
        Ok(vectors)
    }

    fn score(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        let logits = self.context.score(&self.taught(vectors), roles);
        let Some((second, vectors)) = self.second(vectors) else { return Ok(logits) };
        Ok(sum(logits, &second.score(&vectors, roles)))
    }

    fn states(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        let states = self.context.states(&self.taught(vectors), roles);
        let Some((second, vectors)) = self.second(vectors) else { return Ok(states) };
        Ok(beside(&states, &second.states(&vectors, roles), roles.len()))
    }

    fn own_logits(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        Ok(self.own_scores(vectors, roles))
    }

    fn score_instead(
        &self,
        vectors: &[f32],
        roles: &[usize],
        place: usize,
        instead: &[f32],
    ) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        let (taught, taught_instead) = (self.taught(vectors), self.taught(instead));
        let logits = self.context.score_instead(&taught, roles, place, &taught_instead);
        let Some((second, vectors)) = self.second(vectors) else { return Ok(logits) };
        let Some((_, instead)) = self.second(instead) else { return Ok(logits) };
        Ok(sum(logits, &second.score_instead(&vectors, roles, place, &instead)))
    }
}
