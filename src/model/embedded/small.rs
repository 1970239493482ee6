//! The small encoder: BERT, whose layers part into branches above those that all of them share, each under a reader.

use super::context::Context;
use super::kernels::Processor;
use super::kernels::rows::{Norm, normalise};
use super::linear::Linear;
use super::{Error, Layer, Pass, Precision, Rooms, norm, tokens};
use crate::model::config::{Config, EncoderConfig};
use crate::model::weights::{Halves, Weights};
use rayon::prelude::*;
use std::ops::Range;

/// What BERT adds to a variance.
const EPSILON: f32 = 1e-12;

/// BERT, as far as its branches share it, and the branches.
pub(super) struct Small {
    processor: Processor,
    precision: Precision,
    hidden: usize,
    heads: usize,
    /// Half precision: the table is half of the model and each row is used seldom.
    words: Halves,
    /// Position embeddings with the one token type that is used added on.
    positions: Vec<f32>,
    embedding_norm: Norm,
    shared: Vec<Layer>,
    branches: Vec<Branch>,
    rooms: Rooms,
}

/// The layers above the shared ones, and the reader over them.
struct Branch {
    layers: Vec<Layer>,
    context: Context,
}

impl Layer {
    /// The layer `n` of the encoder that stands under the prefix `of`.
    fn read_small(
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

/// How many layers every branch stands on.
fn below_branches(config: &Config) -> usize {
    config.plain.as_ref().map_or(0, |plain| plain.shared)
}

impl Small {
    /// Takes embeddings and shared layers; there is no branch yet.
    pub(super) fn read(precision: Precision, config: &Config, weights: &Weights<'_>) -> Result<Small, Error> {
        let (processor, shape) = (Processor::here(), &config.encoder);
        let hidden = shape.hidden;
        let mut positions =
            weights.f32("embeddings.position_embeddings.weight", &[shape.positions, hidden])?;
        let types = weights.f32("embeddings.token_type_embeddings.weight", &[2, hidden])?;
        for row in positions.chunks_exact_mut(hidden) {
            row.iter_mut().zip(&types).for_each(|(x, t)| *x += t);
        }
        let mut small = Small {
            processor,
            precision,
            hidden,
            heads: shape.heads,
            words: weights.halves("embeddings.word_embeddings.weight", &[shape.vocabulary, hidden])?,
            positions,
            embedding_norm: norm(weights, "embeddings.LayerNorm", hidden, EPSILON)?,
            shared: Vec::new(),
            branches: Vec::new(),
            rooms: Rooms::default(),
        };
        small.shared = small.layers(config, weights, "", 0..below_branches(config))?;
        Ok(small)
    }

    /// Adds the readers of the thirteen codes with their layers: over the taught encoder, and over the plain one if there is one.
    pub(super) fn with_readers(mut self, config: &Config, weights: &Weights<'_>) -> Result<Small, Error> {
        let layers = self.layers(config, weights, "", below_branches(config)..config.encoder.layers)?;
        self.branches.push(Branch { layers, context: Context::taught(self.processor, config, weights)? });
        if let Some(plain) = &config.plain {
            let layers = self.layers(config, weights, "plain.", plain.shared..plain.layers)?;
            let context = Context::plain(self.processor, config, weights, plain)?;
            self.branches.push(Branch { layers, context });
        }
        Ok(self)
    }

    /// Adds a reader of so many own labels with its layers.
    pub(super) fn with_own(
        mut self,
        config: &Config,
        weights: &Weights<'_>,
        labels: usize,
    ) -> Result<Small, Error> {
        let layers = self.layers(config, weights, "", below_branches(config)..config.encoder.layers)?;
        self.branches
            .push(Branch { layers, context: Context::own(self.processor, config, weights, labels)? });
        Ok(self)
    }

    fn layers(
        &self,
        config: &Config,
        weights: &Weights<'_>,
        of: &str,
        numbers: Range<usize>,
    ) -> Result<Vec<Layer>, Error> {
        let layer =
            |n: usize| Layer::read_small(self.processor, self.precision, &config.encoder, weights, of, n);
        numbers.into_par_iter().map(layer).collect()
    }

    /// The readers, in the order of the branches.
    pub(super) fn contexts(&self) -> impl Iterator<Item = &Context> {
        self.branches.iter().map(|branch| &branch.context)
    }

    /// What each of them takes of the windows of one pack, row by row.
    pub(super) fn vectors(&self, windows: &[&[u32]]) -> Vec<Vec<f32>> {
        let width = self.hidden;
        let word = |id: usize| self.words.of(id * width..(id + 1) * width);
        let mut x = tokens(windows, word, &self.positions, width);
        normalise(self.processor, &mut x, &self.embedding_norm);
        let mut room = self.rooms.take();
        let (processor, heads) = (self.processor, self.heads);
        let mut pass = Pass { processor, width, heads, distances: &[], windows, room: &mut room };
        pass.run(&self.shared, &mut x);
        let mut own = Vec::new();
        let vectors = |branch: &Branch| {
            own.clone_from(&x);
            pass.run(&branch.layers, &mut own);
            branch.context.vectors(&own, windows)
        };
        let vectors = self.branches.iter().map(vectors).collect();
        self.rooms.leave(room);
        vectors
    }
}
