//! Learning by teaching: a copy of the upper half of a model's network and its first reader, with an output for every label.
//!
//! The layers below stay as they are. With `--small` one run of them serves the thirteen codes and the own labels.

mod lesson;
mod loss;
mod school;
mod settle;

use super::{Adapted, Error, Material, Settings, figures};
use crate::agreement::bootstrap::Bootstrap;
use crate::model;
use crate::model::config;
use crate::model::encode::Encoder;
use crate::model::files::{Files, TOKENIZER, WEIGHTS};
use crate::model::own::{Learner, Own, OwnModel};
use crate::model::rust_bert::{self, Plain};
use crate::model::weights::Weights;
use crate::train::network::{Settings as Teaching, States};
use lesson::lessons;
use school::School;
use settle::{Held, Settled, settle};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What the taught layers are before they are taught.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// Those of the model's first reader, which knows the thirteen codes.
    Model,
    /// Those of a pre-trained encoder (`model.safetensors`), under a reader that knows nothing.
    Encoder(&'a Path),
}

/// Networks that did not learn from a part of the groups, for figures of material that the model has learned from: a session
/// is scored by what was taught from a start that never saw its group, and is left out if there is no such start.
#[derive(Debug)]
pub struct Unseen {
    /// Weights files, as `train` leaves them in its work folder, `first0.safetensors` and so on; with their paths.
    pub starts: Vec<(PathBuf, Vec<u8>)>,
    /// Which of them has not seen a group.
    pub part_of: HashMap<String, usize>,
}

/// What to learn from and how.
pub struct FineTuning<'a> {
    /// The model whose layers are built upon.
    pub files: &'a Files,
    /// The coded sessions.
    pub material: &'a Material,
    /// Folds and their seed.
    pub settings: Settings,
    /// How to teach.
    pub teaching: Teaching,
    /// What the network that is kept starts from, and without `unseen` those of the folds too.
    pub start: Start<'a>,
    /// What the networks of the folds start from.
    pub unseen: Option<Unseen>,
}

/// Teaches own labels and measures them by cross-validation: a network for every fold, and one of everything, which is kept.
/// Thresholds of a fold are chosen on the other folds, out of fold. `say` hears what goes on.
///
/// # Errors
/// If the model has no layers to build upon, a start is not of its shape, or libtorch fails.
pub fn fine_tune(
    job: &FineTuning<'_>,
    bootstrap: &Bootstrap,
    say: &mut dyn FnMut(String),
) -> Result<Adapted, Error> {
    let book = &job.material.codebook;
    let (labels, single) = (book.labels.len(), book.single);
    let folds = job.material.folds(job.settings);
    let config = config::read(job.files)?;
    let shape = config.shared().map_err(model::Error::Engine)?;
    let encoder = Encoder::new(job.files.bytes(TOKENIZER)?, config.encoder.window)
        .map_err(|reason| model::Error::file(&job.files.path(TOKENIZER), reason))?;
    let lessons = lessons(job, &encoder, folds)?;
    let path = job.files.path(WEIGHTS);
    let weights = Weights::new(job.files.bytes(WEIGHTS)?, &path)?;
    let mut plain = Plain::new(&config, shape, 0.0);
    plain.load(&weights)?;
    say("reading everything with the layers that are not taught".into());
    let states = States::new(lessons.iter().map(|lesson| &lesson.sequence), |windows| {
        let _no_grad = tch::no_grad_guard();
        Ok::<_, Error>(plain.states(windows))
    })?;
    let school = School { job, config: &config, shape, states: &states, book };

    let logits = school.out_of_fold(&lessons, folds, &weights, say)?;
    // All units that were learned from and have words, out of fold.
    let (mut held, mut fold_of, mut keys, mut wordless) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (lesson, logits) in lessons.iter().zip(&logits).filter(|(lesson, _)| lesson.part.is_some()) {
        for ((targets, logits), key) in lesson.targets.iter().zip(logits).zip(&lesson.keys) {
            match (targets, logits) {
                (Some(targets), Some(logits)) => {
                    held.push((&logits[..], &targets[..]));
                    fold_of.push(lesson.fold.unwrap_or_default());
                    keys.push(key.clone());
                }
                (Some(_), None) => wordless += 1,
                (None, _) => {}
            }
        }
    }
    if held.is_empty() {
        return Err(Error::NoWords);
    }
    let without = |fold: usize| -> Vec<Held<'_>> {
        held.iter().zip(&fold_of).filter(|(_, of)| **of != fold).map(|(held, _)| *held).collect()
    };
    let settled: Vec<Settled> = (0..folds).map(|fold| settle(&without(fold), labels, single)).collect();
    let codings: Vec<_> =
        held.iter().zip(&fold_of).map(|(held, &fold)| settled[fold].code(*held, single)).collect();
    let targets: Vec<Vec<Option<bool>>> = held.iter().map(|(_, targets)| targets.to_vec()).collect();
    let figures = figures(book, &keys, &targets, &codings, bootstrap);

    say("teaching with everything".into());
    let mut upper = school.teach(&lessons.iter().collect::<Vec<_>>(), &weights)?;
    let Settled { times, decisions } = settle(&held, labels, single);
    upper.scale_outputs(&times);
    let own = Own { codebook: book.clone(), learner: Learner::Network, decisions };
    OwnModel::new(own.clone(), None).map_err(Error::Unfit)?;
    let weights = rust_bert::to_safetensors(upper.variables())?;
    Ok(Adapted { own, weights, figures, units: held.len(), wordless, folds })
}
