//! The default engine: the encoders and the readers above them in Rust, on packed windows without padding.
//!
//! Windows are laid end to end in packs of about [`PACK`] tokens, one pack a task; every linear layer then
//! is one matrix product over the pack, and attention stays within each window. Weights are kept once, in the
//! order in which the products read them.

mod context;
pub mod kernels;
mod large;
mod linear;
mod small;

pub use large::Large;
pub use linear::Precision;

use super::config::Config;
use super::weights::Weights;
use super::{Engine, Error};
use crate::codebook::CODE_COUNT;
use context::Context;
use kernels::attention::{self, attend};
use kernels::rows::{Norm, Then, add_and_normalise};
use kernels::{Processor, Quantised};
use linear::Linear;
use rayon::prelude::*;
use small::Small;
use std::sync::Mutex;

/// Tokens per pack: large enough for the matrix products, small enough for the cache.
const PACK: usize = 128;

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
    precision: Precision,
    small: Option<Small>,
    large: Option<(Large, Vec<Context>)>,
    /// Which of [`Embedded::contexts`] reads for an own codebook.
    own: Option<usize>,
}

fn norm(weights: &Weights<'_>, name: &str, hidden: usize, epsilon: f32) -> Result<Norm, Error> {
    Ok(Norm {
        weight: weights.f32(&format!("{name}.weight"), &[hidden])?,
        bias: weights.f32(&format!("{name}.bias"), &[hidden])?,
        epsilon,
    })
}

impl Embedded {
    /// The small encoder with its two readers, from the tensors of its weights file.
    ///
    /// # Errors
    /// If a tensor is missing or has not the shape that `config` says.
    pub fn small(config: &Config, weights: &Weights<'_>, precision: Precision) -> Result<Embedded, Error> {
        let small = Small::read(precision, config, weights)?.with_readers(config, weights)?;
        Ok(Embedded { precision, small: Some(small), large: None, own: None })
    }

    /// The large encoder with its readers, from the tensors of its weights files.
    ///
    /// # Errors
    /// If `config` has none, or a tensor is missing or of another shape.
    pub fn large(config: &Config, weights: &Weights<'_>, precision: Precision) -> Result<Embedded, Error> {
        let missing = || Error::Engine("the model has no large encoder".into());
        let shape = config.large.as_ref().ok_or_else(missing)?;
        let large = Large::new(shape, &config.encoder, weights, precision)?;
        let reader = |n: usize| Context::large(Processor::here(), config, weights, shape, n);
        let readers = (0..shape.readers).map(reader).collect::<Result<_, _>>()?;
        Ok(Embedded { precision, small: None, large: Some((large, readers)), own: None })
    }

    /// Adds the network of an own codebook with so many labels: `own` has the layers above those of the small encoder that two
    /// readers share, and a reader, under the names that those of the thirteen codes have. The small encoder is read from `weights`
    /// if it is not there.
    ///
    /// # Errors
    /// If the model has no layers that two readers share, or a tensor is missing or of another shape.
    pub fn with_own(
        mut self,
        config: &Config,
        weights: &Weights<'_>,
        own: &Weights<'_>,
        labels: usize,
    ) -> Result<Embedded, Error> {
        config.shared().map_err(Error::Engine)?;
        let small = match self.small.take() {
            Some(small) => small,
            None => Small::read(self.precision, config, weights)?,
        };
        let small = small.with_own(config, own, labels)?;
        self.own = Some(small.contexts().count() - 1);
        self.small = Some(small);
        Ok(self)
    }

    /// Vectors of the windows of one pack: of each what every one of [`Embedded::contexts`] takes.
    fn encode_pack(&self, windows: &[&[u32]]) -> Vec<f32> {
        let mut parts = self.small.as_ref().map_or(Vec::new(), |small| small.vectors(windows));
        if let Some((large, readers)) = &self.large {
            let states = large.states(windows);
            parts.extend(readers.iter().map(|reader| reader.vectors(&states, windows)));
        }
        beside(&parts, windows.len())
    }

    /// All readers, in the order of their parts of a vector.
    fn contexts(&self) -> impl Iterator<Item = &Context> {
        let small = self.small.iter().flat_map(Small::contexts);
        small.chain(self.large.iter().flat_map(|(_, readers)| readers))
    }

    /// The readers that `keep` says by their number, each with the part of vectors that is its own.
    fn readers<'a>(&'a self, vectors: &[f32], keep: impl Fn(usize) -> bool) -> Vec<(&'a Context, Vec<f32>)> {
        let (length, mut end) = (self.vector(), 0);
        let mut readers = Vec::new();
        for (number, reader) in self.contexts().enumerate() {
            let start = end;
            end += reader.width();
            if keep(number) {
                let part = vectors.chunks_exact(length).flat_map(|row| &row[start..end]).copied().collect();
                readers.push((reader, part));
            }
        }
        readers
    }

    /// The readers of the thirteen codes.
    fn of_codes<'a>(&'a self, vectors: &[f32]) -> Vec<(&'a Context, Vec<f32>)> {
        self.readers(vectors, |number| Some(number) != self.own)
    }

    /// Length of what [`Embedded::encode_pack`] makes of a window.
    fn vector(&self) -> usize {
        self.contexts().map(Context::width).sum()
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

/// What the tokens of windows are before any layer, row by row: the `width` numbers that `word` gives for an id, and those of its
/// position.
fn tokens<Word: Iterator<Item = f32>>(
    windows: &[&[u32]],
    word: impl Fn(usize) -> Word,
    positions: &[f32],
    width: usize,
) -> Vec<f32> {
    let mut x = Vec::with_capacity(windows.iter().map(|window| window.len()).sum::<usize>() * width);
    for window in windows {
        for (&id, position) in window.iter().zip(positions.chunks_exact(width)) {
            x.extend(word(id as usize).zip(position).map(|(w, p)| w + p));
        }
    }
    x
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

/// Tables of so many rows side by side.
fn beside(tables: &[Vec<f32>], rows: usize) -> Vec<f32> {
    let width = |table: &Vec<f32>| table.len() / rows.max(1);
    let row = |row: usize| {
        let part = move |table: &'_ Vec<f32>| row * width(table)..(row + 1) * width(table);
        tables.iter().flat_map(move |table| &table[part(table)]).copied()
    };
    (0..rows).flat_map(row).collect()
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
        let readers = self.of_codes(vectors);
        Ok(sum(readers.iter().map(|(reader, vectors)| reader.score(vectors, roles))))
    }

    fn states(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        let readers = self.of_codes(vectors);
        let states: Vec<_> = readers.iter().map(|(reader, vectors)| reader.states(vectors, roles)).collect();
        Ok(beside(&states, roles.len()))
    }

    fn own_logits(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        let own = self.readers(vectors, |number| Some(number) == self.own);
        Ok(own.iter().flat_map(|(reader, vectors)| reader.logits(vectors, roles)).collect())
    }

    fn score_instead(
        &self,
        vectors: &[f32],
        roles: &[usize],
        place: usize,
        instead: &[f32],
    ) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        let readers = self.of_codes(vectors).into_iter().zip(self.of_codes(instead));
        Ok(sum(readers
            .map(|((reader, vectors), (_, instead))| reader.score_instead(&vectors, roles, place, &instead))))
    }
}
