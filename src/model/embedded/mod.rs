//! The default engine: BERT and the context layers in Rust, on packed windows without padding.
//!
//! Windows are laid end to end in packs of about [`PACK`] tokens, one pack a task; every linear layer then
//! is one matrix product over the pack, and attention stays within each window. Weights are kept once, in the
//! order in which the products read them.

mod context;
pub mod kernels;
mod large;
mod linear;
mod own;

pub use large::Large;
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
use std::ops::Range;
use std::sync::Mutex;

/// What BERT adds to a variance.
const EPSILON: f32 = 1e-12;

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
    large: Option<(Large, Vec<Context>)>,
    own: Option<Own>,
    rooms: Rooms,
}

/// The second reader and the layers of the plain encoder that are not among the taught ones.
struct Plain {
    /// Where its layers part from the taught ones.
    shared: usize,
    layers: Vec<Layer>,
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
            attention_norm: norm(weights, &name("attention.output.LayerNorm"), hidden, EPSILON)?,
            intermediate: linear(&[&name("intermediate.dense")], shape.intermediate, hidden)?,
            output: linear(&[&name("output.dense")], hidden, shape.intermediate)?,
            output_norm: norm(weights, &name("output.LayerNorm"), hidden, EPSILON)?,
        })
    }
}

fn norm(weights: &Weights<'_>, name: &str, hidden: usize, epsilon: f32) -> Result<Norm, Error> {
    Ok(Norm {
        weight: weights.f32(&format!("{name}.weight"), &[hidden])?,
        bias: weights.f32(&format!("{name}.bias"), &[hidden])?,
        epsilon,
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
            width: config.small().vector(),
            heads: shape.heads,
            words: weights.halves("embeddings.word_embeddings.weight", &[shape.vocabulary, hidden])?,
            positions,
            embedding_norm: norm(weights, "embeddings.LayerNorm", hidden, EPSILON)?,
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
                    context: Context::plain(processor, config, weights, plain)?,
                }),
            },
            large: None,
            own: None,
            rooms: Rooms::default(),
        })
    }

    /// Adds the large encoder with its readers.
    ///
    /// # Errors
    /// If `config` has none, or a tensor is missing or of another shape.
    pub fn with_large(mut self, config: &Config, weights: &Weights<'_>) -> Result<Embedded, Error> {
        let missing = || Error::Engine("the model has no large encoder".into());
        let shape = config.large.as_ref().ok_or_else(missing)?;
        let large = Large::new(shape, &config.encoder, weights, self.precision)?;
        let reader = |n: usize| Context::large(self.processor, config, weights, shape, n);
        self.large = Some((large, (0..shape.readers).map(reader).collect::<Result<_, _>>()?));
        Ok(self)
    }

    /// Vectors of the windows of one pack: of each what [`Embedded::encode_small`] makes, then what the readers of the large encoder
    /// take.
    fn encode_pack(&self, windows: &[&[u32]]) -> Vec<f32> {
        let small = self.encode_small(windows);
        match &self.large {
            None => small,
            Some((large, readers)) => {
                let states = large.states(windows);
                let add = |all: Vec<f32>, reader: &Context| {
                    beside(&all, &reader.vectors(&states, windows), windows.len())
                };
                readers.iter().fold(small, add)
            }
        }
    }

    /// Of every window the mean over its tokens of the last layer, then what the second reader takes of the last plain one, and
    /// last the mean of the last layer under own labels.
    fn encode_small(&self, windows: &[&[u32]]) -> Vec<f32> {
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

        let mut room = self.rooms.take();
        let (processor, heads) = (self.processor, self.heads);
        let mut pass = Pass { processor, width, heads, distances: &[], windows, room: &mut room };
        let Some(plain) = &self.plain else {
            pass.run(&self.layers, &mut x);
            self.rooms.leave(room);
            return self.context.vectors(&x, windows);
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
        self.rooms.leave(room);
        let taught = self.context.vectors(&x, windows);
        let both = beside(&taught, &plain.context.vectors(&other, windows), windows.len());
        match third {
            None => both,
            Some((own, third)) => beside(&both, &own.context.vectors(&third, windows), windows.len()),
        }
    }

    /// The readers of the thirteen codes, each with the part of vectors that is its own.
    fn readers<'a>(&'a self, vectors: &'a [f32]) -> Vec<(&'a Context, Vec<f32>)> {
        let mut end = 0;
        let mut part = |length: usize| {
            let start = end;
            end += length;
            self.columns(vectors, start..end)
        };
        let mut readers = vec![(&self.context, part(self.hidden))];
        if let Some(plain) = &self.plain {
            readers.push((&plain.context, part(plain.context.width())));
        }
        part(self.own_width());
        for context in self.large.iter().flat_map(|(_, readers)| readers) {
            readers.push((context, part(context.width())));
        }
        readers
    }

    /// Length of what [`Embedded::encode_pack`] makes of a window.
    fn vector(&self) -> usize {
        self.width + self.large.iter().flat_map(|(_, readers)| readers).map(Context::width).sum::<usize>()
    }

    fn columns(&self, vectors: &[f32], columns: Range<usize>) -> Vec<f32> {
        vectors.chunks_exact(self.vector()).flat_map(|row| &row[columns.clone()]).copied().collect()
    }
}

/// What packs worked in that are done with: as many as there are threads. It is left to the next ones, because memory that is
/// given back is cleared by the system before it is given out again.
#[derive(Default)]
struct Rooms(Mutex<Vec<Room>>);

impl Rooms {
    fn take(&self) -> Room {
        self.0.lock().ok().and_then(|mut rooms| rooms.pop()).unwrap_or_default()
    }

    fn leave(&self, room: Room) {
        if let Ok(mut rooms) = self.0.lock() {
            rooms.push(room);
        }
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
    processor: Processor,
    /// Length of a token's vector.
    width: usize,
    heads: usize,
    /// What is added for the distance between a query and a key, as [`attend`] takes it.
    distances: &'a [f32],
    windows: &'a [&'a [u32]],
    room: &'a mut Room,
}

impl Pass<'_> {
    /// Takes `x` of `[tokens, hidden]` through layers, in place.
    fn run(&mut self, layers: &[Layer], x: &mut [f32]) {
        let Pass { processor, width, heads, distances, windows, room } = self;
        let (processor, width, heads) = (*processor, *width, *heads);
        let Room { y, mixed, inner, scratch, integers } = room;
        let tokens = x.len() / width;
        y.resize(x.len(), 0.0);
        mixed.resize(x.len(), 0.0);
        let mut product = |linear: &Linear, x: &[f32], then: Then, y: &mut [f32]| {
            linear.apply(x, then, y, integers);
        };
        for layer in layers {
            // Queries, keys and values are done with when the wide layer begins.
            inner.resize(tokens * layer.intermediate.outputs().max(3 * width), 0.0);
            let qkv = &mut inner[..tokens * 3 * width];
            product(&layer.attention, x, Then::Nothing, qkv);
            let mut start = 0;
            for window in *windows {
                let (from, to) = (start * width, (start + window.len()) * width);
                let qkv = &qkv[3 * from..3 * to];
                attend(processor, qkv, &mut mixed[from..to], width, heads, distances, scratch);
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

/// The logits of all readers, added up.
fn sum(logits: impl IntoIterator<Item = Vec<[f32; CODE_COUNT]>>) -> Vec<[f32; CODE_COUNT]> {
    let add = |mut all: Vec<[f32; CODE_COUNT]>, more: Vec<[f32; CODE_COUNT]>| {
        for (logit, more) in all.as_flattened_mut().iter_mut().zip(more.as_flattened()) {
            *logit += more;
        }
        all
    };
    logits.into_iter().reduce(add).unwrap_or_default()
}

/// What `encode` makes of packs of windows, `width` numbers a window, in the order of the windows.
fn in_packs(windows: &[&[u32]], width: usize, encode: impl Fn(&[&[u32]]) -> Vec<f32> + Sync) -> Vec<f32> {
    if windows.is_empty() {
        return Vec::new();
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
    let mut vectors = vec![0.0; windows.len() * width];
    let mut rest = &mut vectors[..];
    let mut places = Vec::with_capacity(packs.len());
    for pack in &packs {
        let (place, later) = rest.split_at_mut(pack.len() * width);
        rest = later;
        places.push(place);
    }
    packs.par_iter().zip(places).for_each(|(pack, place)| place.copy_from_slice(&encode(pack)));
    vectors
}

impl Engine for Embedded {
    fn name(&self) -> &'static str {
        match (self.precision, &self.large) {
            (Precision::Fast, Some(_)) => "embedded",
            (Precision::Exact, Some(_)) => "embedded, exact",
            (Precision::Fast, None) => "embedded, small",
            (Precision::Exact, None) => "embedded, exact, small",
        }
    }

    fn encode(&self, windows: &[&[u32]]) -> Result<Vec<f32>, Error> {
        Ok(in_packs(windows, self.vector(), |pack| self.encode_pack(pack)))
    }

    fn score(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        let readers = self.readers(vectors);
        Ok(sum(readers.iter().map(|(reader, vectors)| reader.score(vectors, roles))))
    }

    fn states(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        let readers = self.readers(vectors);
        let states = readers.iter().map(|(reader, vectors)| reader.states(vectors, roles));
        Ok(states.reduce(|left, right| beside(&left, &right, roles.len())).unwrap_or_default())
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
        let readers = self.readers(vectors).into_iter().zip(self.readers(instead));
        Ok(sum(readers
            .map(|((reader, vectors), (_, instead))| reader.score_instead(&vectors, roles, place, &instead))))
    }
}
