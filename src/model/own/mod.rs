//! An own codebook on top of a model: `own.json` and `own.safetensors` of a model folder.
//!
//! A linear layer per label over the states of the network and one over hashed n-grams, learned by
//! [`crate::train::own`]. The encoder below stays as it is, and so do the thirteen codes beside it.

mod features;

pub use features::parts;
pub(super) use features::{Said, features};

use super::calibration::sigmoid;
use super::ngrams::features::{count, weigh};
use super::weights::Weights;
use super::{Config, Error};
use crate::coding::own::{OwnCodebook, OwnCoding};
use crate::transcript::Unit;
use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// How the logit of a label becomes a decision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Added to the logit of the weights.
    pub bias: f32,
    /// Least probability at which the label is given; of labels of which a unit has one, the label is given whose
    /// probability is the largest multiple of its threshold.
    pub threshold: f32,
}

/// What `own.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// The labels.
    pub codebook: OwnCodebook,
    /// One for every label.
    pub decisions: Vec<Decision>,
}

/// What `own.safetensors` holds, all in half precision.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnWeights {
    /// A row of features for every label, `[labels, features]`.
    pub states: Vec<f16>,
    /// Inverse document frequency of every bucket of n-grams.
    pub idf: Vec<f16>,
    /// A row of labels for every bucket, `[buckets, labels]`.
    pub ngrams: Vec<f16>,
}

/// A learned codebook, ready to code.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnModel {
    codebook: Arc<OwnCodebook>,
    decisions: Vec<Decision>,
    states: Vec<f32>,
    idf: Vec<f32>,
    ngrams: Vec<f32>,
}

/// Buckets of n-grams.
pub const BUCKETS: usize = 1 << 16;

impl OwnModel {
    /// Puts a learned codebook together.
    ///
    /// # Errors
    /// One line, if its parts do not fit together or hold a number out of range.
    pub fn new(own: Own, weights: &OwnWeights) -> Result<OwnModel, String> {
        own.codebook.check()?;
        let labels = own.codebook.labels.len();
        let sound = |d: &Decision| d.bias.is_finite() && d.threshold > 0.0 && d.threshold <= 1.0;
        if own.decisions.len() != labels || !own.decisions.iter().all(sound) {
            return Err("its biases and thresholds are not those of its labels, or out of range".into());
        }
        let fits = weights.states.len().is_multiple_of(labels)
            && weights.idf.len() == BUCKETS
            && weights.ngrams.len() == BUCKETS * labels;
        if !fits {
            return Err("its weights are not those of its labels".into());
        }
        let single = |values: &[f16]| values.iter().map(|x| x.to_f32()).collect::<Vec<f32>>();
        let [states, idf, ngrams] = [&weights.states, &weights.idf, &weights.ngrams].map(|v| single(v));
        if ![&states, &idf, &ngrams].into_iter().flatten().all(|x| x.is_finite()) {
            return Err("its weights are not finite: are two columns of labels the same?".into());
        }
        Ok(OwnModel { codebook: own.codebook.into(), decisions: own.decisions, states, idf, ngrams })
    }

    /// Reads the two files.
    ///
    /// # Errors
    /// If they are not what they should be.
    pub(super) fn read(
        [json, tensors]: [&[u8]; 2],
        [json_path, path]: [&Path; 2],
        config: &Config,
    ) -> Result<OwnModel, Error> {
        let own: Own = serde_json::from_slice(json)
            .map_err(|source| Error::file(json_path, format!("not as it should be: {source}")))?;
        let file = Weights::new(tensors, path)?;
        let labels = own.codebook.labels.len();
        let weights = OwnWeights {
            states: file.f16("states", &[labels, parts(config).iter().sum()])?,
            idf: file.f16("idf", &[BUCKETS])?,
            ngrams: file.f16("ngrams", &[BUCKETS, labels])?,
        };
        OwnModel::new(own, &weights).map_err(|reason| Error::file(json_path, reason))
    }

    /// The labels.
    #[must_use]
    pub fn codebook(&self) -> &Arc<OwnCodebook> {
        &self.codebook
    }

    /// Codes one unit from its features; `None` for a unit without words, which gets no label.
    #[must_use]
    pub fn code(&self, unit: &Unit, features: Option<&[f32]>) -> OwnCoding {
        let book = &self.codebook;
        let labels = book.labels.len();
        let may = |k: usize| book.may_carry(unit.speaker, k);
        let Some(features) = features else {
            let probabilities = (0..labels).map(|k| may(k).then_some(0.0)).collect();
            return OwnCoding { probabilities, given: Vec::new() };
        };
        let mut logits: Vec<f32> = self.decisions.iter().map(|decision| decision.bias).collect();
        for (logit, weights) in logits.iter_mut().zip(self.states.chunks_exact(features.len())) {
            *logit += weights.iter().zip(features).map(|(w, x)| w * x).sum::<f32>();
        }
        for (bucket, value) in weigh(&count(&unit.text, self.idf.len()), &self.idf) {
            let weights = &self.ngrams[bucket as usize * labels..][..labels];
            logits.iter_mut().zip(weights).for_each(|(logit, w)| *logit += w * value);
        }
        let probabilities =
            (0..labels).map(|k| may(k).then(|| sigmoid(logits[k]).max(f32::MIN_POSITIVE))).collect();
        decide(probabilities, &self.decisions, book.single)
    }
}

/// Labels from probabilities; where a unit has one label, the probabilities are made to add up to 1.
#[must_use]
pub fn decide(mut probabilities: Vec<Option<f32>>, decisions: &[Decision], single: bool) -> OwnCoding {
    if single {
        let sum: f32 = probabilities.iter().flatten().sum();
        probabilities.iter_mut().flatten().for_each(|p| *p /= sum);
    }
    let times = |k: usize| probabilities[k].map(|p| p / decisions[k].threshold);
    let over = (0..probabilities.len()).filter_map(|k| times(k).map(|times| (k, times)));
    let given = if single {
        // The first of equals.
        over.reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map(|(k, _)| k)
            .into_iter()
            .collect()
    } else {
        over.filter(|&(_, times)| times >= 1.0).map(|(k, _)| k).collect()
    };
    OwnCoding { probabilities, given }
}

impl OwnWeights {
    /// The bytes of `own.safetensors`.
    ///
    /// # Errors
    /// Never in practice: the format holds any tensor.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let bytes = |values: &[f16]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
        let [states, idf, ngrams] = [&self.states, &self.idf, &self.ngrams].map(|v| bytes(v));
        let labels = self.ngrams.len() / self.idf.len().max(1);
        let width = self.states.len() / labels.max(1);
        let tensors = [
            ("states", TensorView::new(Dtype::F16, vec![labels, width], &states)?),
            ("idf", TensorView::new(Dtype::F16, vec![self.idf.len()], &idf)?),
            ("ngrams", TensorView::new(Dtype::F16, vec![self.idf.len(), labels], &ngrams)?),
        ];
        safetensors::serialize(tensors, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_or_any_number() {
        let decisions = [0.6, 0.2, 0.5].map(|threshold| Decision { bias: 0.0, threshold });
        let p = vec![Some(0.5), Some(0.3), None];
        let any = decide(p.clone(), &decisions, false);
        assert_eq!((any.given, any.probabilities), (vec![1], p.clone()));
        let one = decide(p, &decisions, true);
        assert_eq!(one.given, [1], "0.375 is further over 0.2 than 0.625 is over 0.6");
        assert!((one.probabilities[0].unwrap() - 0.625).abs() < 1e-6 && one.probabilities[2].is_none());
        assert_eq!(decide(vec![None; 3], &decisions, true).given, Vec::<usize>::new());
    }
}
