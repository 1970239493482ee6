//! The plain encoder, cut off low, with the second reader above it.

use super::bert::Bert;
use super::{HEAD_GROUP, Reader, take};
use crate::model::Error;
use crate::model::config::{Config, PlainConfig};
use crate::model::weights::Weights;
use std::collections::BTreeMap;
use std::path::Path;
use tch::{Device, Kind, Tensor, nn};

/// The second half of a network: an encoder that is not taught, and what is learned above it.
pub struct Plain {
    /// All variables, the encoder's under the names they have in a file of one, the reader's under `plain.`.
    pub vs: nn::VarStore,
    bert: Bert,
    /// What the weights of the tokens are products with, `[pools, hidden]`.
    pools: Tensor,
    /// The layers over a session.
    pub reader: Reader,
    shared: usize,
}

impl Plain {
    /// Random weights of the given shape; `dropout` acts only while training.
    #[must_use]
    pub fn new(config: &Config, plain: &PlainConfig, dropout: f64) -> Plain {
        let vs = nn::VarStore::new(Device::Cpu);
        let bert = Bert::new(vs.root(), &config.encoder, plain.layers);
        let root = vs.root().set_group(HEAD_GROUP);
        let hidden = config.encoder.hidden;
        let shape = [plain.pools as i64, hidden as i64];
        let bound = 0.25 / (hidden as f64).sqrt();
        let pools = (&root / "plain" / "pool").uniform("weight", &shape, -bound, bound);
        let sizes = [plain.vector(hidden), config.codes.len()];
        let reader = Reader::new(&root / "plain", &config.context, sizes, Some(plain.width), dropout);
        let named: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
        for (_, tensor) in named.into_iter().filter(|(name, _)| !name.starts_with("plain.")) {
            let _ = tensor.set_requires_grad(false);
        }
        Plain { vs, bert, pools, reader, shared: plain.shared }
    }

    /// Takes the encoder from a file of a pre-trained one, rounded to half precision as it is shipped.
    ///
    /// # Errors
    /// If the file cannot be read, or a tensor has another shape.
    pub fn start_from(&mut self, weights: &Path) -> Result<(), tch::TchError> {
        let _no_grad = tch::no_grad_guard();
        let mut variables = self.vs.variables();
        for (name, tensor) in Tensor::read_safetensors(weights)? {
            if let Some(variable) = variables.get_mut(&name) {
                variable.f_copy_(&tensor.to_kind(Kind::Half))?;
            }
        }
        Ok(())
    }

    /// Takes every variable from the weights file of a model.
    ///
    /// # Errors
    /// If one is missing or has another shape.
    pub fn load(&mut self, weights: &Weights<'_>) -> Result<(), Error> {
        take(self.variables(), weights)
    }

    /// All variables under the names that they have in the weights file of a model: what both encoders share among them.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, Tensor> {
        self.vs.variables().into_iter().map(|(name, tensor)| (self.stored_name(&name), tensor)).collect()
    }

    /// What a variable is called in the weights file of a model: layers that are shared stand there once.
    fn stored_name(&self, name: &str) -> String {
        let layer = name.strip_prefix("encoder.layer.").and_then(|rest| rest.split('.').next());
        match layer.and_then(|number| number.parse::<usize>().ok()) {
            Some(number) if number >= self.shared => format!("plain.{name}"),
            _ => name.to_owned(),
        }
    }

    /// States of all tokens, window after window, `[tokens, hidden]`, in half precision.
    pub fn states(&self, windows: &[&[u32]]) -> Tensor {
        self.bert.states(windows, Kind::Half)
    }

    /// Vectors of windows, `[windows, (1 + pools) · hidden]`, from the states of their tokens; `lengths` says how many each
    /// window has.
    pub fn pool(&self, states: &Tensor, lengths: &[i64]) -> Tensor {
        let windows = lengths.len() as i64;
        let lengths = Tensor::from_slice(lengths);
        let window = Tensor::arange(windows, (Kind::Int64, Device::Cpu))
            .repeat_interleave_self_tensor(&lengths, None, None);
        let per_window = |rows: &Tensor| {
            Tensor::zeros([windows, rows.size()[1]], (Kind::Float, Device::Cpu)).index_add(0, &window, rows)
        };
        let products = states.matmul(&self.pools.tr());
        let weights = (&products - products.max().detach()).exp();
        let mut vectors = vec![per_window(states) / lengths.unsqueeze(-1)];
        for weight in weights.split(1, 1) {
            vectors.push(per_window(&(states * &weight)) / per_window(&weight));
        }
        Tensor::cat(&vectors, 1)
    }

    /// Makes what was learned from `(states − mean) / deviation` read the states themselves.
    pub fn take_in_scale(&mut self, mean: &Tensor, deviation: &Tensor) {
        let _no_grad = tch::no_grad_guard();
        let pools = &self.pools / deviation;
        self.pools.copy_(&pools);
        let times = self.pools.size()[0] + 1;
        self.reader.take_in_scale(&mean.repeat([times]), &deviation.repeat([times]));
    }

    /// States of all tokens as [`Plain::states`], in single precision, and how many tokens each window has.
    pub(super) fn precise(&self, windows: &[&[u32]]) -> (Tensor, Vec<i64>) {
        let lengths = windows.iter().map(|window| window.len() as i64).collect();
        (self.bert.states(windows, Kind::Float), lengths)
    }
}
