//! AnnoMI's talk type (change, neutral, sustain; coded by experts) from the thirteen codes.
//!
//! The rule: **change** talk carries `motivation` or a breakthrough, **sustain** talk a resistance of any kind, all
//! other client turns are **neutral**. Where both hold, the likelier one counts. Nothing is learned from talk types, but for
//! the two thresholds of the second row, where the one counts whose probability is the larger multiple of its threshold.

use super::Error;
use crate::agreement::bootstrap::{Bootstrap, Interval};
use crate::agreement::confusion::{Confusion, macro_f1, resampled_macro_f1};
use crate::codebook::{Code, CodeSet, Family};
use crate::coding::Coding;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

/// Names of the talk types, in the order of every number here.
pub const TYPES: [&str; 3] = ["change", "neutral", "sustain"];
const NEUTRAL: usize = 1;

/// Thresholds that are tried.
const GRID: [f32; 22] = [
    0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24, 0.26, 0.28, 0.3, 0.34, 0.38, 0.42,
    0.46, 0.5, 0.55, 0.6,
];

/// (session, unit) to talk type, of client turns.
pub type TalkTypes = HashMap<(String, String), usize>;

/// Reads `session_id, utterance_id, talk_type` of `annomi_train.csv`.
///
/// # Errors
/// If the file cannot be read or has an unknown talk type.
pub fn read(path: &Path) -> Result<TalkTypes, Error> {
    #[derive(Deserialize)]
    struct Row {
        session_id: String,
        utterance_id: String,
        talk_type: String,
    }
    let csv_error = |error| Error::Csv(path.to_owned(), error);
    let mut types = TalkTypes::new();
    for (i, row) in csv::Reader::from_path(path).map_err(csv_error)?.deserialize().enumerate() {
        let row: Row = row.map_err(csv_error)?;
        if row.talk_type.is_empty() {
            continue;
        }
        let known = TYPES.iter().position(|&name| name == row.talk_type);
        let known = known.ok_or_else(|| Error::Record {
            path: path.to_owned(),
            record: i + 1,
            reason: "talk_type is none of change, neutral, sustain".into(),
        })?;
        types.insert((row.session_id, row.utterance_id), known);
    }
    Ok(types)
}

/// A client turn with its talk type.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// Its source video.
    pub group: &'a str,
    /// The fold of its video.
    pub fold: usize,
    /// What the experts said.
    pub gold: usize,
    /// The codes of our coder.
    pub codes: CodeSet,
    /// What the model said, out of fold.
    pub coding: Coding,
}

/// The figures of one way to derive talk types.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// What was derived from what.
    pub name: &'static str,
    /// Hits and misses of every talk type.
    pub counts: [Confusion; 3],
    /// Mean F1 over the three.
    pub macro_f1: f64,
    /// Its interval over videos.
    pub interval: Option<Interval>,
}

/// The rule over codes, of the coder or of the model, with the highest probabilities of either side.
fn by_codes(codes: CodeSet, change: f32, sustain: f32) -> usize {
    let (changes, sustains) = (codes.iter().any(is_change), codes.iter().any(is_sustain));
    match (changes, sustains) {
        (false, false) => NEUTRAL,
        (true, true) => by_strength(change, sustain),
        (true, false) => 0,
        (false, true) => 2,
    }
}

fn by_strength(change: f32, sustain: f32) -> usize {
    if change >= sustain { 0 } else { 2 }
}

fn is_change(code: Code) -> bool {
    code == Code::Motivation || code.family() == Family::Breakthrough
}

fn is_sustain(code: Code) -> bool {
    code.family() == Family::Resistance
}

/// Highest probabilities for change and for sustain.
fn strengths(coding: &Coding) -> [f32; 2] {
    let highest = |of: fn(Code) -> bool| {
        Code::ALL
            .into_iter()
            .filter(|&code| of(code))
            .map(|code| coding.probability(code))
            .fold(0.0, f32::max)
    };
    [highest(is_change), highest(is_sustain)]
}

fn by_thresholds(strengths: [f32; 2], thresholds: [f32; 2]) -> usize {
    let [change, sustain] = [strengths[0] / thresholds[0], strengths[1] / thresholds[1]];
    if change < 1.0 && sustain < 1.0 { NEUTRAL } else { by_strength(change, sustain) }
}

/// The pair of thresholds with the best macro-F1.
fn best_thresholds(turns: &[(usize, [f32; 2])]) -> [f32; 2] {
    let mut best = (-1.0, [0.5; 2]);
    for change in GRID {
        for sustain in GRID {
            let mut counts = [Confusion::default(); 3];
            for &(gold, p) in turns {
                let said = by_thresholds(p, [change, sustain]);
                (0..3).for_each(|k| counts[k].record(gold == k, said == k));
            }
            let f1 = macro_f1(&counts);
            if f1 > best.0 {
                best = (f1, [change, sustain]);
            }
        }
    }
    best.1
}

/// Derives talk types three ways: from the model's codes; from its probabilities, with two thresholds chosen on the
/// other folds; and, for comparison, from the codes of our coder.
#[must_use]
pub fn evaluate(turns: &[Turn<'_>], bootstrap: &Bootstrap) -> Vec<Figures> {
    let folds = turns.iter().map(|turn| turn.fold).max().unwrap_or(0);
    let thresholds: Vec<[f32; 2]> = (0..=folds)
        .map(|fold| {
            let others = turns.iter().filter(|turn| turn.fold != fold);
            best_thresholds(&others.map(|turn| (turn.gold, strengths(&turn.coding))).collect::<Vec<_>>())
        })
        .collect();
    let from_codes = |turn: &Turn<'_>| {
        let [change, sustain] = strengths(&turn.coding);
        by_codes(turn.coding.codes, change, sustain)
    };
    let from_probabilities = |turn: &Turn<'_>| by_thresholds(strengths(&turn.coding), thresholds[turn.fold]);
    let from_coder = |turn: &Turn<'_>| by_codes(turn.codes, 1.0, 1.0);
    vec![
        figures("the model's codes", turns, from_codes, bootstrap),
        figures(
            "the model's probabilities, two thresholds chosen on the other folds",
            turns,
            from_probabilities,
            bootstrap,
        ),
        figures("the codes of our coder", turns, from_coder, bootstrap),
    ]
}

fn figures(
    name: &'static str,
    turns: &[Turn<'_>],
    derive: impl Fn(&Turn<'_>) -> usize,
    bootstrap: &Bootstrap,
) -> Figures {
    let mut groups: BTreeMap<&str, [Confusion; 3]> = BTreeMap::new();
    for turn in turns {
        let said = derive(turn);
        let counts = groups.entry(turn.group).or_default();
        (0..3).for_each(|k| counts[k].record(turn.gold == k, said == k));
    }
    let groups: Vec<[Confusion; 3]> = groups.into_values().collect();
    let sum = |times: &[u32]| -> [Confusion; 3] {
        std::array::from_fn(|k| groups.iter().zip(times).map(|(group, &n)| group[k] * n).sum())
    };
    let counts = sum(&vec![1; groups.len()]);
    let interval = bootstrap.intervals(groups.len(), |times| vec![resampled_macro_f1(&sum(times), &counts)]);
    Figures { name, counts, macro_f1: macro_f1(&counts), interval: interval.first().copied() }
}

/// A Markdown table of figures.
#[must_use]
pub fn to_markdown(figures: &[Figures]) -> String {
    let mut out = String::from(
        "| talk type from | client turns | macro-F1 | F1 change | F1 neutral | F1 sustain |\n|---|--:|---|--:|--:|--:|\n",
    );
    for of in figures {
        let interval = of.interval.map(|i| i.shown(|bound| format!("{bound:.3}"))).unwrap_or_default();
        let [change, neutral, sustain] = of.counts.map(|counts| format!("{:.3}", counts.f1()));
        let (name, turns, f1) = (of.name, of.counts[0].units(), of.macro_f1);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {name} | {turns} | {f1:.3}{interval} | {change} | {neutral} | {sustain} |");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::CODE_COUNT;

    #[test]
    fn the_rule() {
        let of = |codes: &str, change, sustain| TYPES[by_codes(codes.parse().unwrap(), change, sustain)];
        assert_eq!(of("", 0.9, 0.9), "neutral");
        assert_eq!(of("self_awareness|openness", 0.9, 0.9), "neutral");
        assert_eq!(of("motivation", 0.2, 0.9), "change");
        assert_eq!(of("behavioural", 0.2, 0.9), "change");
        assert_eq!(of("resistance_fear", 0.9, 0.2), "sustain");
        assert_eq!(of("motivation|resistance_change", 0.9, 0.2), "change");
        assert_eq!(of("motivation|resistance_change", 0.2, 0.9), "sustain");
    }

    /// Every turn is right, and one of eight videos has all sustain talk.
    #[test]
    fn a_resample_without_a_type_says_nothing_about_it() {
        let turn = |group, gold: usize, codes: &str| {
            let codes = codes.parse().unwrap();
            let coding = Coding { probabilities: [0.0; CODE_COUNT], codes };
            Turn { group, fold: 0, gold, codes, coding }
        };
        let videos = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let mut turns: Vec<_> =
            videos.iter().flat_map(|video| [turn(video, 0, "motivation"), turn(video, 1, "")]).collect();
        turns.push(turn("h", 2, "resistance_fear"));
        let figures = &evaluate(&turns, &Bootstrap::default())[0];
        assert_eq!((figures.macro_f1, figures.interval), (1.0, Some(Interval { low: 1.0, high: 1.0 })));
    }

    #[test]
    fn thresholds_come_from_the_other_folds() {
        let turn = |fold, gold: usize, p: f32| {
            let mut probabilities = [0.0; CODE_COUNT];
            probabilities[Code::Motivation as usize] = p;
            let coding = Coding { probabilities, codes: CodeSet::EMPTY };
            Turn { group: "v", fold, gold, codes: CodeSet::EMPTY, coding }
        };
        let mut turns = vec![];
        for fold in [0, 1] {
            turns.extend([turn(fold, 0, 0.11), turn(fold, 1, 0.05), turn(fold, 1, 0.01)]);
        }
        let figures = evaluate(&turns, &Bootstrap { resamples: 10, ..Bootstrap::default() });
        // No sustain talk: two of three classes can be right.
        assert!((figures[1].macro_f1 - 2.0 / 3.0).abs() < 1e-12);
        assert!(figures[0].macro_f1 < 0.5);
        assert_eq!(to_markdown(&figures).lines().count(), 5);
    }
}
