//! The large encoder: MPNet, cut off low, with weights that are bytes.

use super::kernels::Processor;
use super::kernels::attention::by_distance;
use super::kernels::rows::{Norm, normalise};
use super::linear::Linear;
use super::{Error, Layer, Pass, Precision, Rooms, norm, tokens};
use crate::model::config::{EncoderConfig, LargeConfig};
use crate::model::weights::{Bytes, Weights};
use rayon::prelude::*;

/// What MPNet adds to a variance.
const EPSILON: f32 = 1e-5;

/// MPNet, up to a layer.
pub struct Large {
    processor: Processor,
    hidden: usize,
    heads: usize,
    /// The table of words, a row a token of the tokenizer, and what each row is to be multiplied with.
    words: Bytes,
    scales: Vec<f32>,
    positions: Vec<f32>,
    embedding_norm: Norm,
    layers: Vec<Layer>,
    /// What is added to products of queries with keys for the distance between them.
    distances: Vec<f32>,
    rooms: Rooms,
}

impl Layer {
    /// The layer `n` of a large encoder.
    fn read_large(
        processor: Processor,
        precision: Precision,
        shape: &LargeConfig,
        weights: &Weights<'_>,
        n: usize,
    ) -> Result<Layer, Error> {
        let (hidden, wide) = (shape.hidden, shape.intermediate);
        let name = |part: &str| format!("large.layer.{n}.{part}");
        let linear = |part: &str, outputs: usize, inputs: usize| -> Result<Linear, Error> {
            let weight = weights.i8(&name(&format!("{part}.weight")), &[outputs, inputs])?;
            let scales = weights.f32(&name(&format!("{part}.scale")), &[outputs])?;
            let bias = weights.f32(&name(&format!("{part}.bias")), &[outputs])?;
            Ok(Linear::of_bytes(processor, precision, &weight, scales, bias))
        };
        Ok(Layer {
            attention: linear("attention", 3 * hidden, hidden)?,
            attention_output: linear("attention_output", hidden, hidden)?,
            attention_norm: norm(weights, &name("attention_norm"), hidden, EPSILON)?,
            intermediate: linear("intermediate", wide, hidden)?,
            output: linear("output", hidden, wide)?,
            output_norm: norm(weights, &name("output_norm"), hidden, EPSILON)?,
        })
    }
}

impl Large {
    /// Takes the tensors of a weights file; `encoder` has the windows and the vocabulary that it shares.
    ///
    /// # Errors
    /// If a tensor is missing or has not the shape that is said.
    pub fn new(
        shape: &LargeConfig,
        encoder: &EncoderConfig,
        weights: &Weights<'_>,
        precision: Precision,
    ) -> Result<Large, Error> {
        let processor = Processor::here();
        let (hidden, window) = (shape.hidden, encoder.window);
        let distances = weights.f32("large.distance.weight", &[shape.heads, 2 * window - 1])?;
        let layer = |n: usize| Layer::read_large(processor, precision, shape, weights, n);
        Ok(Large {
            processor,
            hidden,
            heads: shape.heads,
            words: weights.bytes("large.word.weight", &[encoder.vocabulary, hidden])?,
            scales: weights.f32("large.word.scale", &[encoder.vocabulary])?,
            positions: weights.f32("large.position.weight", &[window, hidden])?,
            embedding_norm: norm(weights, "large.embedding_norm", hidden, EPSILON)?,
            layers: (0..shape.layers).into_par_iter().map(layer).collect::<Result<_, _>>()?,
            distances: by_distance(&distances, shape.heads),
            rooms: Rooms::default(),
        })
    }

    /// The states of the tokens of windows, one behind the other, row by row: as many windows as are worth working on at once.
    #[must_use]
    pub fn states(&self, windows: &[&[u32]]) -> Vec<f32> {
        let width = self.hidden;
        let word = |id: usize| {
            let scale = self.scales[id];
            self.words.of(id * width..(id + 1) * width).map(move |w| f32::from(w) * scale)
        };
        let mut x = tokens(windows, word, &self.positions, width);
        normalise(self.processor, &mut x, &self.embedding_norm);
        let mut room = self.rooms.take();
        let (processor, heads, distances) = (self.processor, self.heads, &self.distances[..]);
        let mut pass = Pass { processor, width, heads, distances, windows, room: &mut room };
        pass.run(&self.layers, &mut x);
        self.rooms.leave(room);
        x
    }
}
