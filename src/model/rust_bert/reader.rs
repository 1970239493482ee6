//! The layers over a session on libtorch: what is trained above an encoder.

use crate::model::config::ContextConfig;
use std::borrow::Borrow;
use tch::nn::{self, Module as _};
use tch::{Device, Kind, Tensor};

/// One reader: roles, a bidirectional GRU, two linear layers, and where vectors are brought to a width of its own a layer
/// before them.
pub struct Reader {
    narrow: Option<nn::Linear>,
    roles: Tensor,
    gru: Vec<Tensor>,
    hidden: nn::Linear,
    output: nn::Linear,
    gru_width: i64,
    dropout: f64,
}

impl Reader {
    /// Random layers under `path` for vectors of `inputs` numbers, brought to `width` first if that is given, with
    /// `codes` outputs. `dropout` acts only while training, twice as much as said.
    pub fn new<'a>(
        path: impl Borrow<nn::Path<'a>>,
        context: &ContextConfig,
        [inputs, codes]: [usize; 2],
        width: Option<usize>,
        dropout: f64,
    ) -> Reader {
        let root = path.borrow();
        let linear = |path: nn::Path<'a>, inputs: i64, outputs: i64| {
            nn::linear(path, inputs, outputs, nn::LinearConfig::default())
        };
        let (gru_width, head) = (context.hidden as i64, context.head as i64);
        let narrow = width.map(|width| linear(root / "input", inputs as i64, width as i64));
        let width = width.unwrap_or(inputs) as i64;
        let roles = (root / "context" / "role").randn("weight", &[context.roles as i64, width], 0.0, 0.02);
        let mut gru = Vec::new();
        let path = root / "context" / "gru";
        let bound = 1.0 / (gru_width as f64).sqrt();
        for direction in ["", "_reverse"] {
            let mut variable = |name: &str, shape: &[i64]| {
                gru.push(path.uniform(&format!("{name}_l0{direction}"), shape, -bound, bound));
            };
            variable("weight_ih", &[3 * gru_width, width]);
            variable("weight_hh", &[3 * gru_width, gru_width]);
            variable("bias_ih", &[3 * gru_width]);
            variable("bias_hh", &[3 * gru_width]);
        }
        let hidden = linear(root / "head" / "hidden", width + 2 * gru_width, head);
        let output = linear(root / "head" / "output", head, codes as i64);
        Reader { narrow, roles, gru, hidden, output, gru_width, dropout }
    }

    /// Makes a reader that learned from `(vectors − mean) / deviation` read the vectors themselves.
    ///
    /// # Panics
    /// If it takes vectors as they are: there is no layer to put this into.
    pub(super) fn take_in_scale(&mut self, mean: &Tensor, deviation: &Tensor) {
        let _no_grad = tch::no_grad_guard();
        let layer = self.narrow.as_mut().expect("a reader of scaled vectors has a first layer");
        let weight = &layer.ws / deviation;
        if let Some(bias) = &mut layer.bs {
            let moved = &*bias - weight.matmul(mean);
            bias.copy_(&moved);
        }
        layer.ws.copy_(&weight);
    }

    /// Logits of windows, `[windows, codes]`, from their vectors and roles, session by session.
    pub fn score(&self, vectors: &Tensor, roles: &[i64], sessions: &[usize], train: bool) -> Tensor {
        self.score_narrowed(&self.narrowed(vectors), roles, sessions, train)
    }

    /// The same of what [`Reader::narrowed`] gives.
    pub(super) fn score_narrowed(
        &self,
        vectors: &Tensor,
        roles: &[i64],
        sessions: &[usize],
        train: bool,
    ) -> Tensor {
        let joined = self.states(vectors, roles, sessions, train).dropout(2.0 * self.dropout, train);
        joined.apply(&self.hidden).relu().dropout(2.0 * self.dropout, train).apply(&self.output)
    }

    /// Vectors brought to the width that is read.
    pub(super) fn narrowed(&self, vectors: &Tensor) -> Tensor {
        self.narrow.as_ref().map_or_else(|| vectors.shallow_clone(), |layer| layer.forward(vectors))
    }

    /// What the output layers read, `[windows, width + 2 · context]`: narrowed vectors with their roles, then the states of
    /// both directions.
    pub(super) fn states(&self, vectors: &Tensor, roles: &[i64], sessions: &[usize], train: bool) -> Tensor {
        let input = vectors + self.roles.index_select(0, &Tensor::from_slice(roles));
        // Sessions of one length go through the GRU together: snippets and comments come by the hundred.
        let mut starts = Vec::with_capacity(sessions.len());
        let mut next = 0_i64;
        for &length in sessions {
            starts.push(next);
            next += length as i64;
        }
        let mut by_length: Vec<usize> = (0..sessions.len()).filter(|&s| sessions[s] > 0).collect();
        by_length.sort_by_key(|&s| sessions[s]);
        let (mut parts, mut order) = (Vec::new(), Vec::new());
        for same in by_length.chunk_by(|&a, &b| sessions[a] == sessions[b]) {
            let length = sessions[same[0]] as i64;
            let rows: Vec<i64> = same.iter().flat_map(|&s| starts[s]..starts[s] + length).collect();
            let shape = [same.len() as i64, length, -1];
            let sequence = input.index_select(0, &Tensor::from_slice(&rows)).view(shape);
            let start = Tensor::zeros([2, same.len() as i64, self.gru_width], (Kind::Float, Device::Cpu));
            let (states, _) = sequence.gru(&start, &self.gru, true, 1, 0.0, train, true, true);
            parts.push(states.reshape([-1, 2 * self.gru_width]));
            order.extend(rows);
        }
        let mut place = vec![0_i64; order.len()];
        for (i, &row) in order.iter().enumerate() {
            place[row as usize] = i as i64;
        }
        let context = Tensor::cat(&parts, 0).index_select(0, &Tensor::from_slice(&place));
        Tensor::cat(&[input, context], 1)
    }
}
