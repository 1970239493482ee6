//! What an own codebook is learned on: for every unit what the model makes of it and of the units around it.

use crate::codebook::CODE_COUNT;
use crate::model::config::Config;

/// What the model makes of one unit.
#[derive(Debug, Clone)]
pub(in crate::model) struct Said {
    /// Mean over its windows of [`crate::model::Engine::states`].
    pub states: Vec<f32>,
    /// Logits of the thirteen codes, of network and n-grams; −∞ without words.
    pub logits: [[f32; CODE_COUNT]; 2],
}

/// Logits are cut off here, so that no single one outweighs all others.
const MOST: f32 = 12.0;

/// Widths of the parts of a row of features, in order. Each part counts the same before anything is learned, however
/// wide it is.
#[must_use]
pub fn parts(config: &Config) -> [usize; 2] {
    let states = 2 * config.context.hidden;
    [config.widths().into_iter().map(|width| width + states).sum(), 2 * CODE_COUNT]
}

/// A row of features per unit; `None` for a unit without words, about which nothing can be said.
pub(in crate::model) fn features(units: Vec<Said>) -> Vec<Option<Vec<f32>>> {
    units
        .into_iter()
        .map(|Said { mut states, logits }| {
            if states.is_empty() {
                return None;
            }
            states.extend(logits.as_flattened().iter().map(|logit| logit.clamp(-MOST, MOST)));
            Some(states)
        })
        .collect()
}
