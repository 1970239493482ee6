//! A reader over the states of an encoder that is not taught: every window's are brought to one vector first.

use super::Reader;
use crate::model::config::ContextConfig;
use std::borrow::Borrow;
use tch::{Device, Kind, Tensor, nn};

/// Means of the states of a window's tokens, all alike and weighted, under the layers over a session.
pub struct Pooled {
    /// What the weights of the tokens are products with, `[pools, hidden]`.
    pools: Tensor,
    /// The layers over a session.
    pub reader: Reader,
}

impl Pooled {
    /// Random layers under `path` for states of `hidden` numbers: so many weighted means beside the plain one, brought to `width`;
    /// `dropout` acts only while training.
    pub(super) fn new<'a>(
        path: impl Borrow<nn::Path<'a>>,
        context: &ContextConfig,
        hidden: usize,
        [pools, width, outputs]: [usize; 3],
        dropout: f64,
    ) -> Pooled {
        let root = path.borrow();
        let bound = 0.25 / (hidden as f64).sqrt();
        let weights = (root / "pool").uniform("weight", &[pools as i64, hidden as i64], -bound, bound);
        let sizes = [hidden * (1 + pools), outputs];
        Pooled { pools: weights, reader: Reader::new(root, context, sizes, Some(width), dropout) }
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
}
