//! The plain encoder, cut off low, with the second reader above it.

use super::bert::Bert;
use super::{HEAD_GROUP, Pooled, take};
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
    /// What is learned.
    pub pooled: Pooled,
    shared: usize,
}

impl Plain {
    /// Random weights of the given shape; `dropout` acts only while training.
    #[must_use]
    pub fn new(config: &Config, plain: &PlainConfig, dropout: f64) -> Plain {
        let vs = nn::VarStore::new(Device::Cpu);
        let bert = Bert::new(vs.root(), &config.encoder, plain.layers);
        let root = vs.root().set_group(HEAD_GROUP);
        let sizes = [plain.pools, plain.width, config.codes.len()];
        let pooled = Pooled::new(&root / "plain", &config.context, config.encoder.hidden, sizes, dropout);
        let named: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
        for (_, tensor) in named.into_iter().filter(|(name, _)| !name.starts_with("plain.")) {
            let _ = tensor.set_requires_grad(false);
        }
        Plain { vs, bert, pooled, shared: plain.shared }
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

    /// States of all tokens as [`Plain::states`], in single precision, and how many tokens each window has.
    pub(super) fn precise(&self, windows: &[&[u32]]) -> (Tensor, Vec<i64>) {
        let lengths = windows.iter().map(|window| window.len() as i64).collect();
        (self.bert.states(windows, Kind::Float), lengths)
    }
}
