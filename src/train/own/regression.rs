//! Learning on a model as it is: minutes instead of a training, and no libtorch.
//!
//! Per label two logistic regressions, over what the model makes of a unit in its surroundings
//! ([`Scored::features`](crate::model::Scored::features)) and over its n-grams, mixed. No random numbers but the fixed shuffle of
//! the groups, and the number of threads changes nothing.

use super::choose::{Choice, Held, choose, code};
use super::learn::{Outcome, Table, kept, learn};
use super::{Adapted, Error, Key, Material, Settings, figures, folds, key};
use crate::agreement::bootstrap::Bootstrap;
use crate::coding::own::{OwnCodebook, OwnCoding};
use crate::model::ngrams::features::count;
use crate::model::own::{BUCKETS, Decision, Learner, Own, OwnModel, OwnWeights, parts};
use crate::model::{self, Model};
use crate::train::coded;
use half::f16;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Units that the model reads at once; bounds the memory.
const CHUNK_UNITS: usize = 4096;

/// What is done, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The model has read so many units.
    Read(usize),
    /// So many of so many models of the cross-validation are learned.
    Learned(usize, usize),
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
    let folds = material.folds(settings);
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
    let figures = figures(&material.codebook, &units, &table.targets, &codings, bootstrap);

    let (own, weights) = conclude(&material.codebook, &choose(&out_of_fold, single), &outcomes[&Vec::new()]);
    OwnModel::new(own.clone(), Some(&weights)).map_err(Error::Unfit)?;
    let weights = weights.to_safetensors().map_err(|error| Error::Unfit(error.to_string()))?;
    Ok(Adapted { own, weights, figures, units: units.len(), wordless, folds })
}

/// Has the model read all sessions and lays out what is learned from.
fn table(
    model: &Model,
    material: &Material,
    folds: usize,
    seed: u64,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<(Table, Vec<Key>, usize), Error> {
    let fold_of = material.fold_of(folds, seed);
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
                let Some(targets) = material.targets(unit, labels) else { continue };
                let Some(features) = features else {
                    wordless += 1;
                    continue;
                };
                table.features.push(features);
                table.ngrams.push(count(&unit.text, BUCKETS));
                table.fold.push(fold_of[coded.cluster.as_str()]);
                table.targets.push(targets);
                keys.push(key(coded, unit, read));
            }
        }
        watch(Step::Read(read));
    }
    Ok((table, keys, wordless))
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
    (
        Own { codebook: book.clone(), learner: Learner::Regression, decisions },
        OwnWeights { states, idf, ngrams },
    )
}
