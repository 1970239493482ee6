//! Learning by teaching: a copy of the upper half of a model's network and its first reader, with an output for every label.
//!
//! The layers below stay as they are, so that one run of them serves the thirteen codes and the own labels.

use super::settle::{Held, Settled, settle};
use super::{Adapted, Error, Key, Material, Settings, figures, key};
use crate::agreement::bootstrap::Bootstrap;
use crate::coding::own::OwnCodebook;
use crate::model::config::{Config, PlainConfig};
use crate::model::encode::Encoder;
use crate::model::files::{Files, TOKENIZER, WEIGHTS};
use crate::model::own::{Learner, Own, OwnModel};
use crate::model::rust_bert::{self, Plain, Upper};
use crate::model::weights::Weights;
use crate::model::{self, config};
use crate::train::network::{
    Sequence, Settings as Teaching, States, Taught, optimise, positive_weight, predict, sequences,
};
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tch::{Kind, Reduction, Tensor};

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
    /// Weights files, as `train` leaves them in its work folder, `network0.safetensors` and so on; with their paths.
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

/// A session as it is learned from.
struct Lesson {
    sequence: Sequence,
    /// Targets of its units; `None` for one that is not learned from.
    targets: Vec<Option<Vec<Option<bool>>>>,
    keys: Vec<Key>,
    /// Its fold, if it has a unit that is learned from.
    fold: Option<usize>,
    /// Which start has not seen it, if there are any; what all of them have seen is not counted.
    part: Option<usize>,
}

impl AsRef<Sequence> for Lesson {
    fn as_ref(&self) -> &Sequence {
        &self.sequence
    }
}

impl Lesson {
    /// Itself in parts of about so many tokens.
    fn stretches(&self, tokens: usize) -> Vec<Lesson> {
        let part = |units: Range<usize>| Lesson {
            sequence: self.sequence.part(units.clone()),
            targets: self.targets[units.clone()].to_vec(),
            keys: self.keys[units].to_vec(),
            ..*self
        };
        self.sequence.stretches(tokens).into_iter().map(part).collect()
    }

    /// Whether there is a unit with words in it that is learned from.
    fn teaches(&self) -> bool {
        let units = self.targets.iter().zip(&self.sequence.windows);
        units.into_iter().any(|(targets, windows)| targets.is_some() && !windows.is_empty())
    }
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
    let shape = config.plain.clone().filter(|_| config.shared().is_ok());
    let shape = shape.ok_or_else(|| model::Error::Engine(config.shared().err().unwrap_or_default()))?;
    let encoder = Encoder::new(job.files.bytes(TOKENIZER)?, config.encoder.window)
        .map_err(|reason| model::Error::file(&job.files.path(TOKENIZER), reason))?;
    let lessons = job.lessons(&encoder, folds)?;
    let path = job.files.path(WEIGHTS);
    let weights = Weights::new(job.files.bytes(WEIGHTS)?, &path)?;
    let mut plain = Plain::new(&config, &shape, 0.0);
    plain.load(&weights)?;
    say("reading everything with the layers that are not taught".into());
    let states = States::new(lessons.iter().map(|lesson| &lesson.sequence), |windows| {
        let _no_grad = tch::no_grad_guard();
        Ok::<_, Error>(plain.states(windows))
    })?;
    let school = School { job, config: &config, shape: &shape, states: &states, book };

    let mut logits: Vec<Vec<Option<Vec<f32>>>> =
        lessons.iter().map(|l| vec![None; l.targets.len()]).collect();
    for fold in 0..folds {
        let others: Vec<&Lesson> = lessons.iter().filter(|lesson| lesson.fold != Some(fold)).collect();
        for part in 0..job.unseen.as_ref().map_or(1, |unseen| unseen.starts.len()) {
            let is_held = |lesson: &Lesson| lesson.fold == Some(fold) && lesson.part == Some(part);
            if !lessons.iter().any(is_held) {
                continue;
            }
            say(format!("fold {} of {folds}: teaching", fold + 1));
            let upper = match &job.unseen {
                None => school.teach(&others, &weights)?,
                Some(unseen) => {
                    let (path, bytes) = &unseen.starts[part];
                    school.teach(&others, &Weights::new(bytes, path)?)?
                }
            };
            let learner = Taught { upper: &upper, states: &states };
            for (lesson, logits) in lessons.iter().zip(&mut logits).filter(|(lesson, _)| is_held(lesson)) {
                *logits = predict(&learner, &lesson.sequence);
            }
        }
    }

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

impl FineTuning<'_> {
    fn lessons(&self, encoder: &Encoder, folds: usize) -> Result<Vec<Lesson>, Error> {
        let material = self.material;
        let fold_of = material.fold_of(folds, self.settings.seed);
        let words = material
            .sessions
            .iter()
            .map(|coded| coded.session.units.iter().map(|unit| (unit.speaker, unit.text.as_str())));
        let mut number = 0;
        let lesson = |(coded, mut sequence): (&crate::train::coded::Coded<_>, Sequence)| {
            let units = coded.session.units.iter().zip(&coded.gold);
            let (targets, keys): (Vec<_>, _) = units
                .map(|(unit, labels)| {
                    number += 1;
                    (material.targets(unit, labels), key(coded, unit, number))
                })
                .unzip();
            sequence.through = targets.iter().map(Option::is_some).collect();
            let fold = fold_of.get(coded.cluster.as_str()).copied();
            let part = match &self.unseen {
                None => Some(0),
                Some(unseen) => {
                    let part = unseen.part_of.get(&coded.cluster).copied().ok_or(Error::NoPart)?;
                    (part < unseen.starts.len()).then_some(part)
                }
            };
            Ok(Lesson { sequence, targets, keys, fold, part })
        };
        material.sessions.iter().zip(sequences(words, encoder)?).map(lesson).collect()
    }
}

/// What all networks of a job have in common.
struct School<'a> {
    job: &'a FineTuning<'a>,
    config: &'a Config,
    shape: &'a PlainConfig,
    states: &'a States,
    book: &'a OwnCodebook,
}

impl School<'_> {
    /// A network taught with lessons; `start` is what it starts from where that is no pre-trained encoder.
    fn teach(&self, lessons: &[&Lesson], start: &Weights<'_>) -> Result<Upper, Error> {
        let settings = &self.job.teaching;
        tch::manual_seed(settings.seed as i64);
        let mut upper = Upper::new(self.config, self.shape, self.book.labels.len(), settings.dropout);
        match (self.job.start, &self.job.unseen) {
            (Start::Encoder(path), None) => upper.start_from(path).map_err(torch)?,
            _ => upper.start_below_output(start)?,
        }
        // Long sessions in stretches: otherwise there are few steps, and a session of an hour is one of them.
        let stretches = lessons.iter().flat_map(|lesson| lesson.stretches(settings.step_tokens));
        let stretches: Vec<Lesson> = stretches.filter(Lesson::teaches).collect();
        let lessons: Vec<&Lesson> = stretches.iter().collect();
        let learner = Taught { upper: &upper, states: self.states };
        let loss = loss(&lessons, self.book);
        optimise(&learner, &lessons, settings, &loss, &mut |_, _, _| {});
        Ok(upper)
    }
}

fn torch(error: tch::TchError) -> Error {
    Error::Model(model::Error::Engine(error.to_string()))
}

/// A logit that no probability is left of, for labels that a voice never carries.
const NEVER: f32 = -1e4;

/// The loss of a step of a training with these lessons, over the labels that each voice may carry: cross-entropy of the
/// softmax where a unit has one label, else label by label.
fn loss(all: &[&Lesson], book: &OwnCodebook) -> impl Fn(&[&Lesson], &Tensor, &[(usize, usize)]) -> Tensor {
    let (labels, single) = (book.labels.len(), book.single);
    let (mut positives, mut known) = (vec![0.0; labels], vec![0.0; labels]);
    for targets in all.iter().flat_map(|lesson| lesson.targets.iter().flatten()) {
        for (label, target) in targets.iter().enumerate() {
            known[label] += f32::from(u8::from(target.is_some()));
            positives[label] += f32::from(u8::from(*target == Some(true)));
        }
    }
    let positive: Vec<f32> = positives.iter().zip(&known).map(|(&p, &n)| positive_weight(p, n)).collect();
    let positive = Tensor::from_slice(&positive);
    move |lessons: &[&Lesson], logits: &Tensor, units: &[(usize, usize)]| {
        let (mut targets, mut masks) = (Vec::new(), Vec::new());
        for &(lesson, unit) in units {
            let unit = &lessons[lesson].targets[unit];
            let target = |label: usize| unit.as_ref().and_then(|targets| targets[label]);
            targets.extend((0..labels).map(|label| f32::from(u8::from(target(label) == Some(true)))));
            masks.extend((0..labels).map(|label| f32::from(u8::from(target(label).is_some()))));
        }
        let shape = [units.len() as i64, labels as i64];
        let targets = Tensor::from_slice(&targets).view(shape);
        let mask = Tensor::from_slice(&masks).view(shape);
        if single {
            let never: Tensor = (1.0 - &mask) * f64::from(NEVER);
            let likelihood = ((logits + never).log_softmax(-1, Kind::Float) * &targets).sum(Kind::Float);
            -likelihood / targets.sum(Kind::Float).clamp_min(1.0)
        } else {
            let sum = logits.binary_cross_entropy_with_logits::<&Tensor>(
                &targets,
                Some(&mask),
                Some(&positive),
                Reduction::Sum,
            );
            sum / mask.sum(Kind::Float).clamp_min(1.0)
        }
    }
}
