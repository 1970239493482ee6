//! An own codebook on top of a model: `own.json` and `own.safetensors` of a model folder.
//!
//! Either a linear layer per label over the states of the network and one over hashed n-grams, or upper layers of the encoder and
//! a reader of its own, learned by `crate::train::own`. What the thirteen codes are made with stays as it is.

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

/// What the logits of the labels come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Learner {
    /// Regressions over the features of a unit and its n-grams: `own.safetensors` holds [`OwnWeights`].
    #[default]
    Regression,
    /// Layers of the engine: `own.safetensors` holds the upper layers of the encoder and a reader.
    Network,
}

impl Learner {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    pub(super) fn is_regression(&self) -> bool {
        *self == Learner::Regression
    }
}

/// What `own.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// The labels.
    pub codebook: OwnCodebook,
    /// What their logits come from; not said of regressions, so that older programs read them too.
    #[serde(default, skip_serializing_if = "Learner::is_regression")]
    pub learner: Learner,
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
    /// `None` where the logits are the engine's.
    regression: Option<Regression>,
}

/// [`OwnWeights`] in single precision.
#[derive(Debug, Clone, PartialEq)]
struct Regression {
    states: Vec<f32>,
    idf: Vec<f32>,
    ngrams: Vec<f32>,
}

/// Buckets of n-grams.
pub const BUCKETS: usize = 1 << 16;

impl OwnModel {
    /// Puts a learned codebook together; `weights` are those of regressions.
    ///
    /// # Errors
    /// One line, if its parts do not fit together or hold a number out of range.
    pub fn new(own: Own, weights: Option<&OwnWeights>) -> Result<OwnModel, String> {
        own.codebook.check()?;
        let labels = own.codebook.labels.len();
        let sound = |d: &Decision| d.bias.is_finite() && d.threshold > 0.0 && d.threshold <= 1.0;
        if own.decisions.len() != labels || !own.decisions.iter().all(sound) {
            return Err("its biases and thresholds are not those of its labels, or out of range".into());
        }
        let regression = weights.map(|weights| Regression::new(weights, labels)).transpose()?;
        Ok(OwnModel { codebook: own.codebook.into(), decisions: own.decisions, regression })
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
        let wrong = |reason| Error::file(json_path, reason);
        if own.learner == Learner::Network {
            return OwnModel::new(own, None).map_err(wrong);
        }
        let file = Weights::new(tensors, path)?;
        let labels = own.codebook.labels.len();
        let weights = OwnWeights {
            states: file.f16("states", &[labels, parts(config).iter().sum()])?,
            idf: file.f16("idf", &[BUCKETS])?,
            ngrams: file.f16("ngrams", &[BUCKETS, labels])?,
        };
        OwnModel::new(own, Some(&weights)).map_err(wrong)
    }

    /// Whether the logits of its labels are the engine's.
    #[must_use]
    pub fn is_network(&self) -> bool {
        self.regression.is_none()
    }

    /// The labels.
    #[must_use]
    pub fn codebook(&self) -> &Arc<OwnCodebook> {
        &self.codebook
    }

    /// Codes one unit from its features, or where there is a network from the logits of its labels; `None` for a unit without
    /// words, which gets no label.
    #[must_use]
    pub fn code(&self, unit: &Unit, read: Option<&[f32]>) -> OwnCoding {
        let book = &self.codebook;
        let labels = book.labels.len();
        let may = |k: usize| book.may_carry(unit.speaker, k);
        let Some(read) = read else {
            let probabilities = (0..labels).map(|k| may(k).then_some(0.0)).collect();
            return OwnCoding { probabilities, given: Vec::new() };
        };
        let mut logits: Vec<f32> = self.decisions.iter().map(|decision| decision.bias).collect();
        match &self.regression {
            Some(regression) => regression.add(unit, read, &mut logits),
            None => logits.iter_mut().zip(read).for_each(|(logit, x)| *logit += x),
        }
        let masked: Vec<Option<f32>> = (0..labels).map(|k| may(k).then_some(logits[k])).collect();
        let probabilities =
            if self.is_network() { probabilities(&masked, book.single) } else { each(&masked) };
        decide(probabilities, &self.decisions, book.single)
    }
}

impl Regression {
    fn new(weights: &OwnWeights, labels: usize) -> Result<Regression, String> {
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
        Ok(Regression { states, idf, ngrams })
    }

    /// Adds the products of features and n-grams of a unit to the logits of all labels.
    fn add(&self, unit: &Unit, features: &[f32], logits: &mut [f32]) {
        let labels = logits.len();
        for (logit, weights) in logits.iter_mut().zip(self.states.chunks_exact(features.len())) {
            *logit += weights.iter().zip(features).map(|(w, x)| w * x).sum::<f32>();
        }
        for (bucket, value) in weigh(&count(&unit.text, self.idf.len()), &self.idf) {
            let weights = &self.ngrams[bucket as usize * labels..][..labels];
            logits.iter_mut().zip(weights).for_each(|(logit, w)| *logit += w * value);
        }
    }
}

/// Probabilities from the logits of a network, `None` where the voice never carries the label: the softmax where a unit has one
/// label, else label by label.
#[must_use]
pub fn probabilities(logits: &[Option<f32>], single: bool) -> Vec<Option<f32>> {
    if !single {
        return each(logits);
    }
    let most = logits.iter().flatten().copied().fold(f32::NEG_INFINITY, f32::max);
    let exp: Vec<Option<f32>> = logits.iter().map(|logit| logit.map(|x| libm::expf(x - most))).collect();
    let sum: f32 = exp.iter().flatten().sum();
    exp.into_iter().map(|x| x.map(|x| (x / sum).max(f32::MIN_POSITIVE))).collect()
}

/// Probabilities label by label.
fn each(logits: &[Option<f32>]) -> Vec<Option<f32>> {
    logits.iter().map(|logit| logit.map(|x| sigmoid(x).max(f32::MIN_POSITIVE))).collect()
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
    fn logits_of_a_network_become_probabilities() {
        let logits = [Some(1.0), None, Some(1.0 + libm::logf(3.0))];
        let one = probabilities(&logits, true);
        assert!((one[0].unwrap() - 0.25).abs() < 1e-6 && (one[2].unwrap() - 0.75).abs() < 1e-6, "{one:?}");
        assert_eq!(one[1], None);
        let any = probabilities(&logits, false);
        assert!((any[0].unwrap() - 0.731_058_6).abs() < 1e-6, "{any:?}");
        assert!(probabilities(&[Some(200.0), Some(-200.0)], true)[1].unwrap() > 0.0);
        assert_eq!(probabilities(&[None, None], true), [None, None]);
    }

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
