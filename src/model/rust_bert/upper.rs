//! What is taught with the codes: the upper layers of the encoder and the first reader, over the states of the layers below,
//! which stay as they are.

use super::bert::{bert_config, inverse, passes, starts};
use super::{ENCODER_GROUP, HEAD_GROUP, Reader, take};
use crate::model::Error;
use crate::model::config::{Config, PlainConfig};
use crate::model::weights::Weights;
use rust_bert::bert::BertEncoder;
use std::collections::BTreeMap;
use std::path::Path;
use tch::{Device, Kind, Tensor, nn};

/// The half of a network that is taught.
pub struct Upper {
    /// All variables; layers are counted from the lowest taught one.
    pub vs: nn::VarStore,
    encoder: BertEncoder,
    /// The layers over a session.
    pub reader: Reader,
    below: usize,
}

const LAYER: &str = "encoder.layer.";
const OUTPUT: &str = "head.output.";

impl Upper {
    /// Random weights of the given shape, over the layers that both encoders share, with so many outputs; `dropout` acts only
    /// while training.
    #[must_use]
    pub fn new(config: &Config, plain: &PlainConfig, outputs: usize, dropout: f64) -> Upper {
        let vs = nn::VarStore::new(Device::Cpu);
        let below = plain.shared;
        let shape = bert_config(&config.encoder, config.encoder.layers - below, dropout);
        let encoder = BertEncoder::new(vs.root().set_group(ENCODER_GROUP) / "encoder", &shape);
        let sizes = [config.encoder.hidden, outputs];
        let reader = Reader::new(vs.root().set_group(HEAD_GROUP), &config.context, sizes, None, dropout);
        Upper { vs, encoder, reader, below }
    }

    /// Starts from a pre-trained encoder.
    ///
    /// # Errors
    /// If the file cannot be read, or a tensor has another shape.
    pub fn start_from(&mut self, weights: &Path) -> Result<(), tch::TchError> {
        let _no_grad = tch::no_grad_guard();
        let pretrained: BTreeMap<String, Tensor> = Tensor::read_safetensors(weights)?.into_iter().collect();
        for (name, mut variable) in self.variables() {
            if let Some(tensor) = pretrained.get(&name) {
                variable.f_copy_(tensor)?;
            }
        }
        Ok(())
    }

    /// Takes all but the last layer from the weights file of a network, whatever its labels.
    ///
    /// # Errors
    /// If a tensor is missing or has another shape.
    pub fn start_below_output(&mut self, weights: &Weights<'_>) -> Result<(), Error> {
        take(self.variables().into_iter().filter(|(name, _)| !name.starts_with(OUTPUT)), weights)
    }

    /// Takes every variable from the weights file of an own network.
    ///
    /// # Errors
    /// If a tensor is missing or has another shape.
    pub(super) fn load(&mut self, weights: &Weights<'_>) -> Result<(), Error> {
        take(self.variables(), weights)
    }

    /// Makes every logit so many times what it was.
    pub fn scale_outputs(&mut self, times: &[f32]) {
        let _no_grad = tch::no_grad_guard();
        let times = Tensor::from_slice(times);
        for (name, mut variable) in self.variables().into_iter().filter(|(name, _)| name.starts_with(OUTPUT))
        {
            let scaled =
                if name.ends_with("weight") { &variable * times.unsqueeze(-1) } else { &variable * &times };
            variable.copy_(&scaled);
        }
    }

    /// All variables under the names that they have in the weights file of a model.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, Tensor> {
        let stored = |name: String| match name.strip_prefix(LAYER).and_then(|rest| rest.split_once('.')) {
            Some((number, rest)) => {
                let number = number.parse::<usize>().map_or(self.below, |number| number + self.below);
                format!("{LAYER}{number}.{rest}")
            }
            None => name,
        };
        self.vs.variables().into_iter().map(|(name, tensor)| (stored(name), tensor)).collect()
    }

    /// Vectors of windows, `[windows, hidden]`, from the states of their tokens below, `[tokens, hidden]`, window after
    /// window; `lengths` says how many each has.
    pub fn encode(&self, states: &Tensor, lengths: &[i64], train: bool) -> Tensor {
        let starts = starts(lengths);
        let sizes: Vec<usize> = lengths.iter().map(|&length| length as usize).collect();
        let (mut parts, mut order) = (Vec::new(), Vec::new());
        for pass in passes(&sizes) {
            let longest = pass.iter().map(|&i| lengths[i]).max().unwrap_or(0);
            // Padding takes any token's state, and is masked.
            let rows: Vec<i64> = pass
                .iter()
                .flat_map(|&i| (0..longest).map(move |t| (i, t)))
                .map(|(i, t)| starts[i] + t.min(lengths[i] - 1))
                .collect();
            let there: Vec<f32> = pass
                .iter()
                .flat_map(|&i| (0..longest).map(move |t| f32::from(u8::from(t < lengths[i]))))
                .collect();
            let shape = [pass.len() as i64, longest];
            let mask = Tensor::from_slice(&there).view(shape);
            let input = states.index_select(0, &Tensor::from_slice(&rows)).view([shape[0], longest, -1]);
            // As rust-bert's model makes it of a mask.
            let hidden: Tensor = (1.0 - &mask) * -10_000.0;
            let hidden = hidden.unsqueeze(1).unsqueeze(1);
            let output = self.encoder.forward_t(&input, Some(&hidden), None, None, train).hidden_state;
            let mask = mask.unsqueeze(-1);
            let sum = (output * &mask).sum_dim_intlist([1].as_slice(), false, Kind::Float);
            parts.push(sum / mask.sum_dim_intlist([1].as_slice(), false, Kind::Float));
            order.extend(pass);
        }
        Tensor::cat(&parts, 0).index_select(0, &inverse(&order))
    }

    /// As [`Upper::encode`] while training, but only windows that `through` says are learned through: the others are what
    /// these are read among, and cost a third.
    pub fn encode_partly(&self, states: &Tensor, lengths: &[i64], through: &[bool]) -> Tensor {
        let starts = starts(lengths);
        let (mut parts, mut order) = (Vec::new(), Vec::new());
        for learned in [true, false] {
            let which: Vec<usize> = (0..lengths.len()).filter(|&i| through[i] == learned).collect();
            if which.is_empty() {
                continue;
            }
            let rows: Vec<i64> = which.iter().flat_map(|&i| starts[i]..starts[i] + lengths[i]).collect();
            let states = states.index_select(0, &Tensor::from_slice(&rows));
            let lengths: Vec<i64> = which.iter().map(|&i| lengths[i]).collect();
            let encode = || self.encode(&states, &lengths, true);
            parts.push(if learned { encode() } else { tch::no_grad(encode) });
            order.extend(which);
        }
        Tensor::cat(&parts, 0).index_select(0, &inverse(&order))
    }
}
