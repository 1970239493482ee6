//! A linear layer in the precision that was chosen.

use super::kernels::rows::Then;
use super::kernels::{Exact, Integer, Processor, Quantised};

/// How precisely the encoder computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// Products in 16-bit integers: about thirteen bits of every weight and input.
    #[default]
    Fast,
    /// Products in single precision.
    Exact,
}

/// A linear layer of the encoder; its weights are kept once, in the order in which its kernel reads them.
pub(super) enum Linear {
    Exact(Exact),
    Fast(Integer),
}

impl Linear {
    pub(super) fn new(processor: Processor, precision: Precision, weight: &[f32], bias: Vec<f32>) -> Linear {
        match precision {
            Precision::Exact => Linear::Exact(Exact::new(processor, weight, bias)),
            Precision::Fast => Linear::Fast(Integer::new(processor, weight, bias)),
        }
    }

    /// The same of weights that are bytes, and what each row of them is to be multiplied with.
    pub(super) fn of_bytes(
        processor: Processor,
        precision: Precision,
        weight: &[i8],
        scales: Vec<f32>,
        bias: Vec<f32>,
    ) -> Linear {
        match precision {
            Precision::Exact => {
                let rows = weight.chunks_exact(weight.len() / scales.len()).zip(&scales);
                let weight: Vec<f32> =
                    rows.flat_map(|(row, scale)| row.iter().map(move |&w| f32::from(w) * scale)).collect();
                Linear::Exact(Exact::new(processor, &weight, bias))
            }
            Precision::Fast => Linear::Fast(Integer::of_bytes(processor, weight, scales, bias)),
        }
    }

    pub(super) fn outputs(&self) -> usize {
        match self {
            Linear::Exact(layer) => layer.outputs(),
            Linear::Fast(layer) => layer.outputs(),
        }
    }

    /// `y = x · wᵀ + bias`, then what `then` says; `integers` is room to work in.
    pub(super) fn apply(&self, x: &[f32], then: Then, y: &mut [f32], integers: &mut Quantised) {
        match self {
            Linear::Exact(layer) => layer.apply_then(x, then, y),
            Linear::Fast(layer) => {
                integers.set(layer, x);
                layer.apply_then(integers, then, y);
            }
        }
    }
}
