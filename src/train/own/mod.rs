//! Learning a researcher's own codebook: on a model as it is ([`adapt`], minutes, and no libtorch), or by teaching a copy of the
//! upper half of its network (`fine_tune`, with the feature `rust-bert`).
//!
//! Groups are held out in folds: the figures are of units that were not learned from, with thresholds that were not
//! chosen on them.

mod card;
mod choose;
mod folds;
mod learn;
mod material;
#[cfg(feature = "rust-bert")]
mod network;
mod regression;
mod thresholds;

pub use card::card;
pub use material::{LEAST_GROUPS, LEAST_UNITS, Labels, Material, Rare};
#[cfg(feature = "rust-bert")]
pub use network::{FineTuning, Start, Unseen, fine_tune};
pub use regression::{Step, adapt};

use crate::agreement::bootstrap::Bootstrap;
use crate::agreement::coders::compare::{Comparison, compare};
use crate::agreement::coders::prose;
use crate::agreement::coders::{Aligned, Coder};
use crate::coding::own::{OwnCodebook, OwnCoding};
use crate::model;
use crate::model::config::Config;
use crate::model::files::{
    CHECKSUMS, CONFIG, Files, LARGE, LARGE_WORDS, NAMES, OWN, OWN_WEIGHTS, SOME, checksums, json,
};
use crate::model::own::Own;
use crate::train::coded;
use crate::transcript::Unit;

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
    /// Words of sessions in the place of labels; labels are shown.
    #[error("column '{0}' {WHY}; name the column of labels with --label, or give shorter labels", WHY = prose::WHY)]
    Prose(String),
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
    /// A group of which nothing says what has seen it.
    #[error(
        "--splits has no fold for the group of a session: it needs a row for every group (columns group, fold)"
    )]
    NoPart,
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

/// A learned codebook and what it is worth.
#[derive(Debug)]
pub struct Adapted {
    /// What `own.json` holds.
    pub own: Own,
    /// The bytes of `own.safetensors`.
    pub weights: Vec<u8>,
    /// Out-of-fold labels and probabilities against the coder's, with intervals over groups.
    pub figures: Comparison,
    /// Units that were learned from.
    pub units: usize,
    /// Units with a label but without a word, which were not.
    pub wordless: usize,
    /// Folds that were made.
    pub folds: usize,
}

/// Which unit a row is: its group, and its session with its own id.
type Key = (String, String);

/// The key of a unit; the running number tells units of one id apart.
fn key<T>(coded: &coded::Coded<T>, unit: &Unit, number: usize) -> Key {
    (coded.cluster.clone(), format!("{} {} {number}", coded.session.id, unit.id))
}

/// The coder's labels against those given out of fold; groups are what intervals resample. A label is looked at on the units that
/// may carry it: on the others nobody was asked, and that both leave it out there is no agreement.
fn figures(
    book: &OwnCodebook,
    keys: &[Key],
    targets: &[Vec<Option<bool>>],
    codings: &[OwnCoding],
    bootstrap: &Bootstrap,
) -> Comparison {
    let named =
        |labels: &mut dyn Iterator<Item = usize>| labels.map(|k| book.labels[k].name.clone()).collect();
    let coder = |name: &str| Coder { name: name.to_owned(), order: keys.to_vec(), ..Coder::default() };
    let (mut gold, mut given) = (coder("coder"), coder("out of fold"));
    for (targets, coding) in targets.iter().zip(codings) {
        let carried = &mut (0..targets.len()).filter(|&k| targets[k] == Some(true));
        gold.labels.push(named(carried));
        given.labels.push(named(&mut coding.given.iter().copied()));
    }
    for (k, label) in book.labels.iter().enumerate() {
        let column = codings.iter().map(|coding| coding.probabilities[k].unwrap_or(f32::NAN)).collect();
        let barred: Vec<bool> = targets.iter().map(|targets| targets[k].is_none()).collect();
        gold.barred.insert(label.name.clone(), barred.clone());
        given.barred.insert(label.name.clone(), barred);
        given.probabilities.insert(label.name.clone(), column);
    }
    Comparison { cluster: "group", ..compare(&Aligned::new(&[gold, given]), bootstrap) }
}

/// The names of all files that [`folder`] may give.
#[must_use]
pub fn files() -> Vec<&'static str> {
    NAMES.into_iter().chain(SOME).chain(["figures.csv", "MODEL_CARD.md"]).collect()
}

/// The files of a model folder with the codebook in it: those of the model it was learned on, its own two, the figures
/// and a card, and the checksums. What was learned without the large encoder (so says `config`) is a model without one.
///
/// # Errors
/// If the figures cannot be written as a table.
pub fn folder(
    base: &Files,
    config: &Config,
    adapted: &Adapted,
    card: String,
) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let mut files = Vec::new();
    let kept = |name: &str| match name {
        CONFIG | CHECKSUMS | OWN | OWN_WEIGHTS => false,
        LARGE | LARGE_WORDS => config.large.is_some(),
        _ => true,
    };
    for (name, bytes) in base.all().filter(|(name, _)| kept(name)) {
        files.push((name, bytes.to_vec()));
    }
    files.push((CONFIG, json(config)?));
    files.push((OWN, json(&adapted.own)?));
    files.push((OWN_WEIGHTS, adapted.weights.clone()));
    let list = checksums(files.iter().map(|(name, bytes)| (*name, &bytes[..])));
    files.push(("figures.csv", adapted.figures.to_csv()?));
    files.push(("MODEL_CARD.md", card.into_bytes()));
    // Last: where it is, the folder is whole.
    files.push((CHECKSUMS, list.into_bytes()));
    Ok(files)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::*;
    use crate::coding::own::{OwnLabel, Voice};

    #[test]
    fn a_label_is_measured_on_the_units_that_may_carry_it() {
        let label = |name: &str, voice| OwnLabel { name: name.into(), voices: [voice].into() };
        let labels = vec![label("hope", Voice::Client), label("thanks", Voice::Therapist)];
        let book = OwnCodebook { name: "mine".into(), single: false, labels };
        let keys: Vec<Key> = (0..8).map(|i| ((i / 2).to_string(), i.to_string())).collect();
        // Even units are a client's. Of two with hope one is found, and one of two without is taken for it.
        let target = |i: usize| if i.is_multiple_of(2) { [Some(i < 4), None] } else { [None, Some(true)] };
        let targets: Vec<Vec<Option<bool>>> = (0..8).map(|i| target(i).to_vec()).collect();
        let coding = |i: usize| {
            let p = if [0, 4].contains(&i) { 0.75 } else { 0.25 };
            let client = i.is_multiple_of(2);
            OwnCoding {
                probabilities: vec![client.then_some(p), (!client).then_some(1.0)],
                given: if client { (p > 0.5).then_some(0).into_iter().collect() } else { vec![1] },
            }
        };
        let codings: Vec<OwnCoding> = (0..8).map(coding).collect();
        let all =
            figures(&book, &keys, &targets, &codings, &Bootstrap { resamples: 0, ..Bootstrap::default() });
        let hope = &all.labels[0];
        let figures =
            [hope.nominal.agreement, hope.nominal.cohen, hope.against[0].f1].map(|figure| figure.value);
        assert_eq!(figures, [0.5, 0.0, 0.5]);
        let p = hope.against[0].probabilities.as_ref().unwrap();
        assert_eq!(p.reliability.bins.iter().map(|bin| bin.units).sum::<usize>(), 4);
        assert!((p.calibration_error.value - 0.25).abs() < 1e-6);
    }
}
