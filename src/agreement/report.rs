//! A model against coded units: figures per code, per tag and overall, for every source and pooled, with intervals.

use super::average_precision::Ranking;
use super::bootstrap::{Bootstrap, Interval};
use super::calibration::Reliability;
use super::confusion::{Confusion, macro_f1};
use super::tags::{TAGS, tag_probabilities, tags};
use crate::codebook::{CODE_COUNT, Code, CodeSet};
use crate::coding::Coding;
use crate::transcript::Speaker;
use std::collections::BTreeMap;

/// The name under which the figures over all sources stand.
pub const POOLED: &str = "pooled";

/// One unit with what the coder and what the model said.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// Where the unit comes from; figures are given per source.
    pub source: &'a str,
    /// What the unit must not be resampled without: its session, video or client; unique within its source.
    pub cluster: &'a str,
    /// Who speaks: codes that the side rules exclude are left out of the calibration error.
    pub speaker: Speaker,
    /// The codes of the coder.
    pub gold: CodeSet,
    /// Probabilities and codes of the model.
    pub coding: Coding,
}

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The figure over all units, 0..=1.
    pub value: f64,
    /// Percentile interval over clusters; `None` without resamples.
    pub interval: Option<Interval>,
}

/// The figures of one code or tag in one source.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelFigures {
    /// Name of the code, or `resistance` for resistance of any kind.
    pub name: &'static str,
    /// Hits and misses at the thresholds of the model.
    pub counts: Confusion,
    /// F1 at the thresholds of the model, 0 where undefined.
    pub f1: Figure,
    /// Average precision of the probabilities, 0 without a positive unit.
    pub average_precision: Figure,
    /// Expected calibration error over ten bins, of the units that may carry the label.
    pub calibration_error: f64,
}

/// Means over several labels, each counting the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacroFigures {
    /// Mean F1.
    pub f1: Figure,
    /// Mean average precision.
    pub average_precision: Figure,
}

/// The figures of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceFigures {
    /// Name of the source, or [`POOLED`].
    pub source: String,
    /// Units.
    pub units: usize,
    /// Clusters.
    pub clusters: usize,
    /// The thirteen codes in codebook order, then `resistance` of any kind.
    pub labels: Vec<LabelFigures>,
    /// Over emotional, cognitive, behavioural and resistance of any kind.
    pub four_tags: MacroFigures,
    /// Over the thirteen codes.
    pub all_codes: MacroFigures,
}

/// Figures of all sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// In order of first appearance, then [`POOLED`] when there are several.
    pub sources: Vec<SourceFigures>,
    /// Share of resamples within the intervals, e.g. 0.95.
    pub confidence: f64,
}

/// The codes, then resistance of any kind.
const LABELS: usize = CODE_COUNT + 1;
/// Where the four tags stand among the labels.
const FOUR: [usize; 4] = [0, 1, 2, CODE_COUNT];

/// Computes all figures.
#[must_use]
pub fn evaluate(units: &[Scored<'_>], bootstrap: &Bootstrap) -> Report {
    let mut names: Vec<&str> = Vec::new();
    for unit in units {
        if !names.contains(&unit.source) {
            names.push(unit.source);
        }
    }
    let of = |name| units.iter().filter(|unit| unit.source == name).collect::<Vec<_>>();
    let mut sources: Vec<_> = names.iter().map(|&name| source(name, &of(name), bootstrap)).collect();
    if names.len() > 1 {
        sources.push(source(POOLED, &units.iter().collect::<Vec<_>>(), bootstrap));
    }
    Report { sources, confidence: bootstrap.confidence }
}

/// What one unit says about every label.
struct Row {
    cluster: u32,
    may: [bool; LABELS],
    gold: [bool; LABELS],
    predicted: [bool; LABELS],
    probability: [f32; LABELS],
}

impl Row {
    fn new(unit: &Scored<'_>, cluster: u32) -> Row {
        let any = |codes: CodeSet| tags(codes)[3];
        let label = |k: usize| Code::ALL.get(k).copied();
        let says = |codes: CodeSet| {
            std::array::from_fn(|k| label(k).map_or(any(codes), |code| codes.contains(code)))
        };
        let p = &unit.coding.probabilities;
        Row {
            cluster,
            may: std::array::from_fn(|k| unit.speaker.may_carry(label(k).unwrap_or(Code::ResistanceChange))),
            gold: says(unit.gold),
            predicted: says(unit.coding.codes),
            probability: std::array::from_fn(|k| {
                label(k).map_or(tag_probabilities(p)[3], |code| p[code as usize])
            }),
        }
    }
}

fn source(name: &str, units: &[&Scored<'_>], bootstrap: &Bootstrap) -> SourceFigures {
    let mut numbers: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let rows: Vec<Row> = units
        .iter()
        .map(|unit| {
            let next = numbers.len() as u32;
            Row::new(unit, *numbers.entry((unit.source, unit.cluster)).or_insert(next))
        })
        .collect();
    let clusters = numbers.len();

    // Sums per cluster make a resample of F1 cost clusters, not units.
    let mut by_cluster = vec![[Confusion::default(); LABELS]; clusters];
    for row in &rows {
        for (k, counts) in by_cluster[row.cluster as usize].iter_mut().enumerate() {
            counts.record(row.gold[k], row.predicted[k]);
        }
    }
    let rankings: Vec<Ranking> = (0..LABELS)
        .map(|k| Ranking::new(rows.iter().map(|row| (row.cluster, row.gold[k], row.probability[k]))))
        .collect();
    let statistics = |times: &[u32]| statistics(&by_cluster, &rankings, times);
    let values = statistics(&vec![1; clusters]);
    let intervals = bootstrap.intervals(clusters, statistics);
    let figure = |i: usize| Figure { value: values[i], interval: intervals.get(i).copied() };
    let means = |i: usize| MacroFigures { f1: figure(i), average_precision: figure(i + 1) };

    let labels = (0..LABELS).map(|k| LabelFigures {
        name: Code::ALL.get(k).map_or(TAGS[3], |code| code.name()),
        counts: by_cluster.iter().map(|counts| counts[k]).sum(),
        f1: figure(2 * k),
        average_precision: figure(2 * k + 1),
        calibration_error: calibration_error(&rows, k),
    });
    SourceFigures {
        source: name.to_owned(),
        units: rows.len(),
        clusters,
        labels: labels.collect(),
        four_tags: means(2 * LABELS),
        all_codes: means(2 * LABELS + 2),
    }
}

/// F1 and average precision of every label, then their means over the four tags and over the thirteen codes.
fn statistics(by_cluster: &[[Confusion; LABELS]], rankings: &[Ranking], times: &[u32]) -> Vec<f64> {
    let mut counts = [Confusion::default(); LABELS];
    for (cluster, &n) in by_cluster.iter().zip(times).filter(|(_, n)| **n > 0) {
        for (sum, &one) in counts.iter_mut().zip(cluster) {
            *sum += one * n;
        }
    }
    let precisions: Vec<f64> = rankings.iter().map(|ranking| ranking.weighted(times)).collect();
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let mut out: Vec<f64> = counts.iter().zip(&precisions).flat_map(|(c, &ap)| [c.f1(), ap]).collect();
    out.extend([macro_f1(&FOUR.map(|k| counts[k])), mean(&FOUR.map(|k| precisions[k]))]);
    out.extend([macro_f1(&counts[..CODE_COUNT]), mean(&precisions[..CODE_COUNT])]);
    out
}

fn calibration_error(rows: &[Row], k: usize) -> f64 {
    let (gold, p): (Vec<bool>, Vec<f32>) =
        rows.iter().filter(|row| row.may[k]).map(|row| (row.gold[k], row.probability[k])).unzip();
    Reliability::new(&gold, &p, Reliability::BINS).expected_error()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
pub(super) mod tests {
    use super::*;

    /// Two sources, three clusters, codings that are right but for one unit.
    pub(in crate::agreement) fn small() -> Report {
        let coding = |codes: &str, p: f32| {
            let codes: CodeSet = codes.parse().unwrap();
            Coding { probabilities: Code::ALL.map(|c| if codes.contains(c) { p } else { 0.1 }), codes }
        };
        let unit = |source, cluster, gold: &str, coding| Scored {
            source,
            cluster,
            speaker: Speaker::Client(1),
            gold: gold.parse().unwrap(),
            coding,
        };
        let units = [
            unit("talk", "a", "cognitive", coding("cognitive", 0.9)),
            unit("talk", "a", "", coding("", 0.0)),
            unit("talk", "b", "resistance_fear", coding("resistance_change", 0.8)),
            unit("notes", "a", "motivation", coding("motivation", 0.7)),
        ];
        evaluate(&units, &Bootstrap { resamples: 50, ..Bootstrap::default() })
    }

    #[test]
    fn sources_then_pooled() {
        let report = small();
        let names: Vec<_> = report.sources.iter().map(|s| (s.source.as_str(), s.units, s.clusters)).collect();
        assert_eq!(names, [("talk", 3, 2), ("notes", 1, 1), ("pooled", 4, 3)]);
        assert!(report.sources.iter().all(|s| s.labels.len() == LABELS));
    }

    #[test]
    fn the_wrong_kind_of_resistance_is_still_resistance() {
        let talk = &small().sources[0];
        let of = |name| talk.labels.iter().find(|l| l.name == name).unwrap();
        assert_eq!(of("resistance_change").f1.value, 0.0);
        assert_eq!(of("resistance_fear").f1.value, 0.0);
        assert_eq!(of("resistance").f1.value, 1.0);
        assert_eq!(talk.four_tags.f1.value, 0.5);
        assert!((talk.all_codes.f1.value - 1.0 / 13.0).abs() < 1e-12);
    }

    #[test]
    fn intervals_hold_what_was_seen() {
        let report = small();
        let of = report.sources[2].four_tags.f1;
        let bounds = of.interval.unwrap();
        assert!(bounds.low <= of.value && of.value <= bounds.high);
    }

    #[test]
    fn no_units_no_sources() {
        assert!(evaluate(&[], &Bootstrap::default()).sources.is_empty());
    }
}
