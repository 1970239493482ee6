//! Layers of their own under the labels of an own codebook, beside those of the thirteen codes.

use super::context::Context;
use super::{Embedded, Error, Layer};
use crate::model::config::Config;
use crate::model::weights::Weights;
use rayon::prelude::*;

/// The third branch over the layers that both encoders share: what was taught with own labels.
pub(super) struct Own {
    pub(super) layers: Vec<Layer>,
    pub(super) context: Context,
}

impl Embedded {
    /// Adds the network of an own codebook with so many labels; `weights` has the layers above the shared ones and a reader,
    /// under the names that those of the thirteen codes have.
    ///
    /// # Errors
    /// If the model has no layers that two encoders share, or a tensor is missing or of another shape.
    pub fn with_own(
        mut self,
        config: &Config,
        weights: &Weights<'_>,
        labels: usize,
    ) -> Result<Embedded, Error> {
        let from = config.shared().map_err(Error::Engine)?.shared;
        let (processor, precision, shape) = (self.processor, self.precision, &config.encoder);
        let layers = (from..shape.layers)
            .into_par_iter()
            .map(|n| Layer::read(processor, precision, shape, weights, "", n))
            .collect::<Result<_, _>>()?;
        self.own = Some(Own { layers, context: Context::own(processor, config, weights, labels)? });
        self.width += self.hidden;
        Ok(self)
    }

    /// Length of the own network's part of a window's vector.
    pub(super) fn own_width(&self) -> usize {
        if self.own.is_some() { self.hidden } else { 0 }
    }

    /// Logits of the own labels, row by row; none without an own network.
    pub(super) fn own_scores(&self, vectors: &[f32], roles: &[usize]) -> Vec<f32> {
        let own = |own: &Own| {
            let vectors = self.columns(vectors, self.width - self.own_width()..self.width);
            own.context.logits(&vectors, roles)
        };
        self.own.as_ref().map(own).unwrap_or_default()
    }
}
