//! The large encoder on libtorch: MPNet's layers, which rust-bert does not have, and the readers above them.

use super::bert::{inverse, passes};
use super::{HEAD_GROUP, Pooled, take};
use crate::model::Error;
use crate::model::config::{Config, LargeConfig};
use crate::model::weights::Weights;
use std::collections::BTreeMap;
use tch::{Device, Kind, Tensor, nn};

/// What MPNet adds to a variance.
const EPSILON: f64 = 1e-5;

/// A reader over the large encoder.
pub struct LargeReader {
    /// All variables, under [`LargeConfig::prefix`].
    pub vs: nn::VarStore,
    /// What is learned.
    pub pooled: Pooled,
}

impl LargeReader {
    /// Random weights of the given shape for one of the readers, counted from 0; `dropout` acts only while training.
    #[must_use]
    pub fn new(config: &Config, large: &LargeConfig, reader: usize, dropout: f64) -> LargeReader {
        let vs = nn::VarStore::new(Device::Cpu);
        let root = vs.root().set_group(HEAD_GROUP);
        let sizes = [large.pools, large.width, config.codes.len()];
        let prefix = LargeConfig::prefix(reader);
        let path = prefix.split_terminator('.').fold(root, |path, part| path / part);
        let pooled = Pooled::new(path, &config.context, large.hidden, sizes, dropout);
        LargeReader { vs, pooled }
    }

    /// All variables under the names that they have in the weights file of a model.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, Tensor> {
        self.vs.variables().into_iter().collect()
    }
}

/// The encoder with its readers.
pub(super) struct Large {
    heads: i64,
    words: Tensor,
    positions: Tensor,
    embedding_norm: [Tensor; 2],
    /// By head, query and key.
    distances: Tensor,
    layers: Vec<Layer>,
    pub(super) readers: Vec<LargeReader>,
}

struct Layer {
    /// Weight and bias of queries, keys and values, of what comes of them, and of the two wide ones.
    linear: [[Tensor; 2]; 4],
    norms: [[Tensor; 2]; 2],
}

impl Large {
    /// Takes the tensors of a weights file.
    ///
    /// # Errors
    /// If one is missing or has another shape.
    pub(super) fn new(config: &Config, large: &LargeConfig, weights: &Weights<'_>) -> Result<Large, Error> {
        let (hidden, wide, window) = (large.hidden, large.intermediate, config.encoder.window);
        let halves = |name: &str, shape: &[usize]| -> Result<Tensor, Error> {
            let sizes: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
            Ok(Tensor::from_slice(&weights.f32(name, shape)?).view(sizes.as_slice()))
        };
        let bytes = |name: &str, rows: usize, inputs: usize| -> Result<Tensor, Error> {
            let weight = weights.i8(&format!("{name}.weight"), &[rows, inputs])?;
            let scale = halves(&format!("{name}.scale"), &[rows])?.unsqueeze(-1);
            Ok(Tensor::from_slice(&weight).view([rows as i64, inputs as i64]).to_kind(Kind::Float) * scale)
        };
        let norm = |name: &str| -> Result<[Tensor; 2], Error> {
            let part = |part: &str| halves(&format!("{name}.{part}"), &[hidden]);
            Ok([part("weight")?, part("bias")?])
        };
        let layer = |n: usize| -> Result<Layer, Error> {
            let name = |part: &str| format!("large.layer.{n}.{part}");
            let linear = |part: &str, outputs: usize, inputs: usize| -> Result<[Tensor; 2], Error> {
                let name = name(part);
                Ok([bytes(&name, outputs, inputs)?, halves(&format!("{name}.bias"), &[outputs])?])
            };
            Ok(Layer {
                linear: [
                    linear("attention", 3 * hidden, hidden)?,
                    linear("attention_output", hidden, hidden)?,
                    linear("intermediate", wide, hidden)?,
                    linear("output", hidden, wide)?,
                ],
                norms: [norm(&name("attention_norm"))?, norm(&name("output_norm"))?],
            })
        };
        // By distance of a query from a key, from −(window − 1) on.
        let by_distance = halves("large.distance.weight", &[large.heads, 2 * window - 1])?;
        let steps = Tensor::arange(window as i64, (Kind::Int64, Device::Cpu));
        let distance: Tensor = steps.unsqueeze(1) - steps.unsqueeze(0) + (window as i64 - 1);
        let distances = by_distance.index_select(1, &distance.view(-1));
        let reader = |n: usize| -> Result<LargeReader, Error> {
            let reader = LargeReader::new(config, large, n, 0.0);
            take(reader.variables(), weights)?;
            Ok(reader)
        };
        Ok(Large {
            heads: large.heads as i64,
            words: bytes("large.word", config.encoder.vocabulary, hidden)?,
            positions: halves("large.position.weight", &[window, hidden])?,
            embedding_norm: norm("large.embedding_norm")?,
            distances: distances.view([large.heads as i64, window as i64, window as i64]),
            layers: (0..large.layers).map(layer).collect::<Result<_, _>>()?,
            readers: (0..large.readers).map(reader).collect::<Result<_, _>>()?,
        })
    }

    /// Vectors of windows, as the readers take them, side by side. Windows of one length go together, so that nothing is padded.
    pub(super) fn encode(&self, windows: &[&[u32]]) -> Tensor {
        let lengths: Vec<usize> = windows.iter().map(|window| window.len()).collect();
        let (mut parts, mut order) = (Vec::new(), Vec::new());
        for pass in passes(&lengths) {
            for same in pass.chunk_by(|&a, &b| lengths[a] == lengths[b]) {
                let ids: Vec<i64> = same.iter().flat_map(|&i| windows[i]).map(|&id| i64::from(id)).collect();
                parts.push(self.encode_alike(&ids, lengths[same[0]] as i64));
                order.extend_from_slice(same);
            }
        }
        Tensor::cat(&parts, 0).index_select(0, &inverse(&order))
    }

    /// Vectors of windows of one length.
    fn encode_alike(&self, ids: &[i64], length: i64) -> Tensor {
        let hidden = self.positions.size()[1];
        let norm = |x: &Tensor, [weight, bias]: &[Tensor; 2]| {
            x.layer_norm([hidden], Some(weight), Some(bias), EPSILON, false)
        };
        let words = self.words.index_select(0, &Tensor::from_slice(ids)).view([-1, length, hidden]);
        let mut x = norm(&(words + self.positions.narrow(0, 0, length)), &self.embedding_norm);
        let distances = self.distances.narrow(1, 0, length).narrow(2, 0, length);
        let size = hidden / self.heads;
        for Layer { linear: [attention, attention_output, intermediate, output], norms } in &self.layers {
            let linear = |x: &Tensor, [weight, bias]: &[Tensor; 2]| x.linear(weight, Some(bias));
            let by_head = linear(&x, attention)
                .view([-1, length, 3, self.heads, size])
                .permute([2, 0, 3, 1, 4])
                .contiguous();
            let [queries, keys, values] = [0, 1, 2].map(|part| by_head.get(part));
            let products = queries.matmul(&keys.transpose(-1, -2)) / (size as f64).sqrt() + &distances;
            let mixed = products.softmax(-1, Kind::Float).matmul(&values);
            let mixed = mixed.permute([0, 2, 1, 3]).contiguous().view([-1, length, hidden]);
            x = norm(&(linear(&mixed, attention_output) + x), &norms[0]);
            let inner = linear(&x, intermediate).gelu("none");
            x = norm(&(linear(&inner, output) + x), &norms[1]);
        }
        let windows = x.size()[0] as usize;
        let (states, lengths) = (x.view([-1, hidden]), vec![length; windows]);
        let read = |LargeReader { pooled, .. }: &LargeReader| {
            pooled.reader.narrowed(&pooled.pool(&states, &lengths))
        };
        Tensor::cat(&self.readers.iter().map(read).collect::<Vec<_>>(), 1)
    }
}
