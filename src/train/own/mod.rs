//! Learning a researcher's own codebook on a model as it is: minutes instead of a training, and no libtorch.
//!
//! Per label two logistic regressions, over what the model makes of a unit in its surroundings
//! ([`Scored::features`](crate::model::Scored::features)) and over its n-grams, mixed. Groups are held out in folds: the
//! figures are of units that nothing, not even a threshold, was chosen on. No random numbers but the fixed shuffle of
//! the groups, and the number of threads changes nothing.

mod card;
mod choose;
mod folds;
mod learn;
mod material;

pub use card::card;
pub use material::{LEAST_GROUPS, Labels, Material};

use crate::agreement::bootstrap::Bootstrap;
use crate::agreement::coders::compare::{Comparison, compare};
use crate::agreement::coders::{Aligned, Coder};
use crate::coding::own::{OwnCodebook, OwnCoding, OwnLabel, Voice};
use crate::model::files::{CHECKSUMS, Files, NAMES, OWN, OWN_WEIGHTS, checksums};
use crate::model::ngrams::features::count;
use crate::model::own::{BUCKETS, Decision, Own, OwnModel, OwnWeights, parts};
use crate::model::{self, Model};
use crate::train::coded;
use choose::{Choice, Held, choose, code};
use half::f16;
use learn::{Outcome, Table, kept, learn};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Units that the model reads at once; bounds the memory.
const CHUNK_UNITS: usize = 4096;

/// Why an own codebook cannot be learned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The tables cannot be read.
    #[error(transparent)]
    Read(#[from] coded::Error),
    /// The model failed.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// No unit has a label.
    #[error("there is no label in column '{0}'; name the column of labels with --label")]
    NoLabel(String),
    /// Nothing to tell apart.
    #[error(
        "all coded units have one label in column '{0}'; there is nothing to tell apart: give units with other labels \
         too, or leave out --single where units without a label are units that do not carry it"
    )]
    OneLabel(String),
    /// Several labels where there is to be one.
    #[error("a unit has several labels in column '{0}'; leave out --single, or give each unit one")]
    Several(String),
    /// Too few groups to hold some out.
    #[error(
        "the coded units are of {0} group(s), and {LEAST_GROUPS} are needed to hold some out: code more sessions, or give \
         a column group that parts them"
    )]
    Groups(usize),
    /// Nothing but silence.
    #[error("no coded unit has a word in it; the words stand in the column text")]
    NoWords,
    /// The codebook does not fit into what a model can hold.
    #[error("the learned codebook cannot be kept: {0}")]
    Unfit(String),
}

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Folds of the cross-validation, at least 3; no more than there are groups.
    pub folds: usize,
    /// Seed of the folds.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { folds: 5, seed: 1 }
    }
}

/// What is done, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The model has read so many units.
    Read(usize),
    /// So many of so many models of the cross-validation are learned.
    Learned(usize, usize),
}

/// A learned codebook and what it is worth.
#[derive(Debug)]
pub struct Adapted {
    /// What `own.json` holds.
    pub own: Own,
    /// What `own.safetensors` holds.
    pub weights: OwnWeights,
    /// Out-of-fold labels and probabilities against the coder's, with intervals over groups.
    pub figures: Comparison,
    /// Units that were learned from.
    pub units: usize,
    /// Units with a label but without a word, which were not.
    pub wordless: usize,
    /// Folds that were made.
    pub folds: usize,
}

/// Learns a codebook and measures it by cross-validation.
///
/// # Errors
/// If the model fails on the material.
pub fn adapt(
    model: &Model,
    material: &Material,
    settings: Settings,
    bootstrap: &Bootstrap,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<Adapted, Error> {
    let single = material.codebook.single;
    let folds = settings.folds.clamp(LEAST_GROUPS, material.groups.len());
    let (table, units, wordless) = table(model, material, folds, settings.seed, watch)?;
    if units.is_empty() {
        return Err(Error::NoWords);
    }
    let plan = folds::plan(folds);
    let done = std::sync::atomic::AtomicUsize::new(0);
    let outcomes: BTreeMap<_, Outcome> = plan
        .par_iter()
        .map(|without| {
            let outcome = learn(&table, without);
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            watch(Step::Learned(done, plan.len()));
            (without.clone(), outcome)
        })
        .collect();

    let of_all = 0..table.fold.len();
    // Units outside a fold, scored by what saw neither the fold nor them.
    let inside = |fold: usize| -> Vec<Held<'_>> {
        let others = of_all.clone().filter(|&unit| table.fold[unit] != fold);
        let held = others.map(|unit| {
            let pair = vec![fold.min(table.fold[unit]), fold.max(table.fold[unit])];
            (&outcomes[&pair].scores[unit][..], &table.targets[unit][..])
        });
        held.collect()
    };
    let chosen: Vec<Vec<Choice>> =
        (0..folds).into_par_iter().map(|fold| choose(&inside(fold), single)).collect();
    let out_of_fold: Vec<Held<'_>> = of_all
        .clone()
        .map(|unit| (&outcomes[&vec![table.fold[unit]]].scores[unit][..], &table.targets[unit][..]))
        .collect();
    let codings: Vec<OwnCoding> =
        of_all.map(|unit| code(out_of_fold[unit], &chosen[table.fold[unit]], single)).collect();
    let figures = figures(&material.codebook, &units, &table, &codings, bootstrap);

    let (own, weights) = conclude(&material.codebook, &choose(&out_of_fold, single), &outcomes[&Vec::new()]);
    OwnModel::new(own.clone(), &weights).map_err(Error::Unfit)?;
    Ok(Adapted { own, weights, figures, units: units.len(), wordless, folds })
}

/// Which unit a row of the table is: its group, and its session with its own id.
type Key = (String, String);

/// Has the model read all sessions and lays out what is learned from.
fn table(
    model: &Model,
    material: &Material,
    folds: usize,
    seed: u64,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<(Table, Vec<Key>, usize), Error> {
    let sizes: Vec<usize> = material.groups.iter().map(|(_, units)| *units).collect();
    let groups = material.groups.iter().map(|(group, _)| group.as_str());
    let fold_of: BTreeMap<&str, usize> = groups.zip(folds::assign(&sizes, folds, seed)).collect();
    let book = &material.codebook;
    let mut table = Table { parts: parts(model.config()).to_vec(), ..Table::default() };
    let (mut keys, mut read, mut wordless, mut rest) = (Vec::new(), 0, 0, &material.sessions[..]);
    while !rest.is_empty() {
        let mut units = 0;
        let fits = |coded: &&coded::Coded<_>| {
            units += coded.session.units.len();
            units <= CHUNK_UNITS
        };
        let (chunk, later) = rest.split_at(rest.iter().take_while(fits).count().max(1));
        rest = later;
        let sessions: Vec<_> = chunk.iter().map(|coded| coded.session.clone()).collect();
        let reading = model.read(&sessions)?;
        let features = (0..sessions.len()).into_par_iter().map(|i| reading.score(i)?.features());
        let features = features.collect::<Result<Vec<_>, model::Error>>()?;
        for (coded, features) in chunk.iter().zip(features) {
            for ((unit, labels), features) in coded.session.units.iter().zip(&coded.gold).zip(features) {
                read += 1;
                if !material::learns(book, Voice::of(unit.speaker), labels) {
                    continue;
                }
                let Some(features) = features else {
                    wordless += 1;
                    continue;
                };
                let target = |(k, label): (usize, &OwnLabel)| {
                    book.may_carry(unit.speaker, k).then(|| labels.contains(&label.name))
                };
                table.features.push(features);
                table.ngrams.push(count(&unit.text, BUCKETS));
                table.fold.push(fold_of[coded.cluster.as_str()]);
                table.targets.push(book.labels.iter().enumerate().map(target).collect());
                // The running number tells units of one id apart.
                keys.push((coded.cluster.clone(), format!("{} {} {read}", coded.session.id, unit.id)));
            }
        }
        watch(Step::Read(read));
    }
    Ok((table, keys, wordless))
}

/// The coder's labels against those given out of fold; groups are what intervals resample.
fn figures(
    book: &OwnCodebook,
    keys: &[Key],
    table: &Table,
    codings: &[OwnCoding],
    bootstrap: &Bootstrap,
) -> Comparison {
    let named =
        |labels: &mut dyn Iterator<Item = usize>| labels.map(|k| book.labels[k].name.clone()).collect();
    let coder = |name: &str| Coder { name: name.to_owned(), order: keys.to_vec(), ..Coder::default() };
    let (mut gold, mut given) = (coder("coder"), coder("out of fold"));
    for (targets, coding) in table.targets.iter().zip(codings) {
        let carried = &mut (0..targets.len()).filter(|&k| targets[k] == Some(true));
        gold.labels.push(named(carried));
        given.labels.push(named(&mut coding.given.iter().copied()));
    }
    for (k, label) in book.labels.iter().enumerate() {
        let column = codings.iter().map(|coding| coding.probabilities[k].unwrap_or(0.0)).collect();
        given.probabilities.insert(label.name.clone(), column);
    }
    Comparison { cluster: "group", ..compare(&Aligned::new(&[gold, given]), bootstrap) }
}

/// Puts what was learned of everything together with what was chosen: mixing weights go into the weights, all biases
/// into one.
fn conclude(book: &OwnCodebook, choices: &[Choice], all: &Outcome) -> (Own, OwnWeights) {
    let labels = choices.len();
    let (mut states, mut ngrams) = (Vec::new(), vec![f16::ZERO; BUCKETS * labels]);
    let (kept, mut decisions) = (kept(&all.idf), Vec::with_capacity(labels));
    for (k, (choice, learned)) in choices.iter().zip(&all.labels).enumerate() {
        let ([mix, ngram_mix, bias], of_states) = (choice.mix, &learned.states[choice.strength]);
        states.extend(of_states.weights.iter().map(|w| f16::from_f64(mix * w)));
        for (&bucket, w) in kept.iter().zip(&learned.ngrams.weights) {
            ngrams[bucket * labels + k] = f16::from_f64(ngram_mix * w);
        }
        let bias = mix * of_states.bias + ngram_mix * learned.ngrams.bias + bias;
        decisions.push(Decision { bias: bias as f32, ..choice.decision() });
    }
    let idf = all.idf.iter().map(|&x| f16::from_f32(x)).collect();
    (Own { codebook: book.clone(), decisions }, OwnWeights { states, idf, ngrams })
}

/// The files of a model folder with the codebook in it: those of the model it was learned on, its own two, the figures
/// and a card, and the checksums.
///
/// # Errors
/// If a file of the model is missing.
pub fn folder(base: &Files, adapted: &Adapted, card: String) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let mut files = Vec::new();
    for name in NAMES.into_iter().filter(|&name| name != CHECKSUMS) {
        files.push((name, base.bytes(name)?.to_vec()));
    }
    files.push((OWN, [&serde_json::to_vec_pretty(&adapted.own)?[..], b"\n"].concat()));
    files.push((OWN_WEIGHTS, adapted.weights.to_safetensors()?));
    let list = checksums(files.iter().map(|(name, bytes)| (*name, &bytes[..])));
    files.push(("figures.csv", adapted.figures.to_csv()?));
    files.push(("MODEL_CARD.md", card.into_bytes()));
    // Last: where it is, the folder is whole.
    files.push((CHECKSUMS, list.into_bytes()));
    Ok(files)
}
