//! A model against coded units: figures per code, per tag and overall, for every source and pooled, with intervals.

use super::average_precision::Ranking;
use super::bootstrap::{Bootstrap, Interval};
use super::calibration::{BinSum, BinSums, Reliability, error_of_sums, record};
use super::confusion::{self, Confusion, Point, resampled_mean, zero};
use super::tags::{TAGS, tag_probabilities, tags};
use crate::codebook::{CODE_COUNT, Code, CodeSet, Family};
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
    /// Its session, for what is counted over sessions without any breakthrough; unique within its cluster.
    pub session: &'a str,
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
    /// The figure over all units; 0..=1 but for rates per turns.
    pub value: f64,
    /// Percentile interval over clusters; `None` without resamples, [`Interval::NONE`] where none can be given.
    pub interval: Option<Interval>,
}

/// The figures of one code or tag in one source.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelFigures {
    /// Name of the code, or `resistance` for resistance of any kind.
    pub name: &'static str,
    /// Hits and misses at the thresholds of the model.
    pub counts: Confusion,
    /// Precision at the thresholds of the model, 0 where undefined.
    pub precision: Figure,
    /// Recall at the thresholds of the model, 0 where undefined.
    pub recall: Figure,
    /// F1 at the thresholds of the model, 0 where undefined.
    pub f1: Figure,
    /// Average precision of the probabilities, 0 without a positive unit.
    pub average_precision: Figure,
    /// Expected calibration error over ten bins, of the units that may carry the label.
    pub calibration_error: Figure,
    /// The reliability curve that the calibration error is taken from.
    pub reliability: Reliability,
}

/// Means over several labels, each counting the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacroFigures {
    /// Mean F1.
    pub f1: Figure,
    /// Mean average precision.
    pub average_precision: Figure,
}

/// Breakthrough tags where the coder found none: over sessions without a breakthrough code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FalseAlarms {
    /// Sessions without a breakthrough code of the coder.
    pub sessions: usize,
    /// Their client turns (in a note: its sentences).
    pub client_units: u64,
    /// Breakthrough codes that the model gave there.
    pub tags: u64,
    /// Tags per [`FalseAlarms::PER`] client turns; NaN without any.
    pub rate: Figure,
}

impl FalseAlarms {
    /// Client turns that the rate is given for: about what two ordinary sessions have.
    pub const PER: f64 = 150.0;
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
    /// Over sessions without a breakthrough.
    pub false_alarms: FalseAlarms,
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

/// What the units of one cluster add up to; makes a resample cost clusters, not units.
#[derive(Clone)]
struct Sums {
    counts: [Confusion; LABELS],
    bins: [BinSums; LABELS],
    false_tags: u64,
    quiet_client_units: u64,
}

impl Sums {
    const NOTHING: Sums = Sums {
        counts: [Confusion { true_positive: 0, false_positive: 0, false_negative: 0, true_negative: 0 };
            LABELS],
        bins: [[BinSum::NOTHING; Reliability::BINS]; LABELS],
        false_tags: 0,
        quiet_client_units: 0,
    };

    fn record(&mut self, row: &Row) {
        for k in 0..LABELS {
            self.counts[k].record(row.gold[k], row.predicted[k]);
            if row.may[k] {
                record(&mut self.bins[k], row.gold[k], row.probability[k]);
            }
        }
    }

    fn add(&mut self, other: &Sums, times: u32) {
        for k in 0..LABELS {
            self.counts[k] += other.counts[k] * times;
            self.bins[k].iter_mut().zip(other.bins[k]).for_each(|(sum, one)| sum.add(one, times));
        }
        self.false_tags += other.false_tags * u64::from(times);
        self.quiet_client_units += other.quiet_client_units * u64::from(times);
    }

    fn of_resample(clusters: &[Sums], times: &[u32]) -> Sums {
        let mut sums = Sums::NOTHING;
        clusters.iter().zip(times).filter(|(_, n)| **n > 0).for_each(|(one, &n)| sums.add(one, n));
        sums
    }

    /// NaN where there was nothing to be wrong about.
    fn false_alarm_rate(&self) -> f64 {
        if self.quiet_client_units == 0 {
            return f64::NAN;
        }
        FalseAlarms::PER * self.false_tags as f64 / self.quiet_client_units as f64
    }
}

fn session_of<'a>(unit: &Scored<'a>) -> (&'a str, &'a str, &'a str) {
    (unit.source, unit.cluster, unit.session)
}

fn breakthroughs(codes: CodeSet) -> usize {
    codes.iter().filter(|code| code.family() == Family::Breakthrough).count()
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
    let mut clusters = vec![Sums::NOTHING; numbers.len()];
    let mut loud: BTreeMap<(&str, &str, &str), bool> = BTreeMap::new();
    for (unit, row) in units.iter().zip(&rows) {
        clusters[row.cluster as usize].record(row);
        *loud.entry(session_of(unit)).or_default() |= breakthroughs(unit.gold) > 0;
    }
    for (unit, row) in units.iter().zip(&rows).filter(|(unit, _)| !loud[&session_of(unit)]) {
        let sums = &mut clusters[row.cluster as usize];
        sums.false_tags += breakthroughs(unit.coding.codes) as u64;
        sums.quiet_client_units += u64::from(unit.speaker.is_client() || unit.speaker.is_note());
    }

    let rankings: Vec<Ranking> = (0..LABELS)
        .map(|k| Ranking::new(rows.iter().map(|row| (row.cluster, row.gold[k], row.probability[k]))))
        .collect();
    let once = vec![1; clusters.len()];
    let all = Sums::of_resample(&clusters, &once);
    let points: Vec<Point> =
        (0..LABELS).map(|k| Point::of(all.counts[k], rankings[k].defined(&once))).collect();
    let statistics =
        |times: &[u32]| statistics(&Sums::of_resample(&clusters, times), &rankings, times, &points);
    let values = statistics(&once);
    let intervals = bootstrap.intervals(clusters.len(), statistics);
    let holding = holding(&clusters);
    let figure = |i: usize| Figure {
        value: values[i],
        interval: intervals.get(i).zip(holding.get(i)).map(|(interval, &n)| interval.held_by(n)),
    };
    // Of a label, what is not defined is 0.
    let of_label = |i: usize| Figure { value: zero(values[i]), ..figure(i) };
    let means = |i: usize| MacroFigures { f1: figure(i), average_precision: figure(i + 1) };

    let labels = (0..LABELS).map(|k| LabelFigures {
        name: Code::ALL.get(k).map_or(TAGS[3], |code| code.name()),
        counts: all.counts[k],
        precision: of_label(OF_LABEL * k),
        recall: of_label(OF_LABEL * k + 1),
        f1: of_label(OF_LABEL * k + 2),
        average_precision: of_label(OF_LABEL * k + 3),
        calibration_error: of_label(OF_LABEL * k + 4),
        reliability: Reliability::of_sums(&all.bins[k]),
    });
    SourceFigures {
        source: name.to_owned(),
        units: rows.len(),
        clusters: clusters.len(),
        labels: labels.collect(),
        four_tags: means(OF_LABEL * LABELS),
        all_codes: means(OF_LABEL * LABELS + 2),
        false_alarms: FalseAlarms {
            sessions: loud.values().filter(|loud| !**loud).count(),
            client_units: all.quiet_client_units,
            tags: all.false_tags,
            rate: figure(OF_LABEL * LABELS + 4),
        },
    }
}

/// Figures of one label in [`statistics`].
const OF_LABEL: usize = 5;

/// Precision, recall, F1, average precision and calibration error of every label; then F1 and average precision over
/// the four tags and over the thirteen codes; then the rate of false alarms. NaN where undefined.
fn statistics(sums: &Sums, rankings: &[Ranking], times: &[u32], points: &[Point]) -> Vec<f64> {
    let label = |k: usize| {
        let [precision, recall, f1] = sums.counts[k].defined();
        let average_precision = rankings[k].defined(times).unwrap_or(f64::NAN);
        [precision, recall, f1, average_precision, error_of_sums(&sums.bins[k])]
    };
    let labels: Vec<[f64; OF_LABEL]> = (0..LABELS).map(label).collect();
    let all: Vec<usize> = (0..CODE_COUNT).collect();
    let mut out = labels.concat();
    for of in [&FOUR[..], &all] {
        let (labels, points) = (|| of.iter().map(|&k| labels[k]), || of.iter().map(|&k| points[k]));
        out.push(resampled_mean(labels().map(|label| label[2]), points().map(|point| point.f1)));
        out.push(resampled_mean(
            labels().map(|label| label[3]),
            points().map(|point| point.average_precision),
        ));
    }
    out.push(sums.false_alarm_rate());
    out
}

/// Clusters that hold what each of the [`statistics`] is of; of means any.
fn holding(clusters: &[Sums]) -> Vec<usize> {
    let label = |k: usize| confusion::holding(clusters.iter().map(|sums| sums.counts[k]));
    let mut out: Vec<usize> = (0..LABELS).flat_map(label).collect();
    out.extend([clusters.len(); 4]);
    out.push(clusters.iter().filter(|sums| sums.quiet_client_units > 0).count());
    out
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
            session: cluster,
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
    fn false_alarms_count_where_the_coder_found_none() {
        let coding =
            Coding { probabilities: [0.5; CODE_COUNT], codes: "emotional|behavioural".parse().unwrap() };
        let unit = |session, speaker, gold: &str| Scored {
            source: "talk",
            cluster: "client",
            session,
            speaker,
            gold: gold.parse().unwrap(),
            coding,
        };
        let client = Speaker::Client(1);
        let units = [
            unit("1", client, "cognitive"),
            unit("2", client, "motivation"),
            unit("2", Speaker::Therapist, ""),
        ];
        let alarms = evaluate(&units, &Bootstrap::default()).sources[0].false_alarms;
        // The therapist's tags count too, were there ever any; turns to be wrong about are the client's.
        assert_eq!((alarms.sessions, alarms.client_units, alarms.tags), (1, 1, 4));
        assert_eq!(alarms.rate.value, 4.0 * FalseAlarms::PER);
        assert!(evaluate(&units[..1], &Bootstrap::default()).sources[0].false_alarms.rate.value.is_nan());
    }

    /// A coder against herself: `clusters` of two units, `with_it` of which hold the label.
    fn herself(clusters: usize, with_it: usize) -> SourceFigures {
        let names: Vec<String> = (0..clusters).map(|i| i.to_string()).collect();
        let unit = |(i, codes): (usize, &'static str)| {
            let codes: CodeSet = if i < with_it { codes } else { "" }.parse().unwrap();
            Scored {
                source: "talk",
                cluster: names[i].as_str(),
                session: names[i].as_str(),
                speaker: Speaker::Client(1),
                gold: codes,
                coding: Coding { probabilities: Code::ALL.map(|c| f32::from(codes.contains(c))), codes },
            }
        };
        let units: Vec<_> = (0..clusters).flat_map(|i| [(i, "cognitive"), (i, "")]).map(unit).collect();
        evaluate(&units, &Bootstrap::default()).sources.remove(0)
    }

    #[test]
    fn a_resample_without_the_label_says_nothing_about_it() {
        let (few, enough) = (herself(20, 4), herself(20, 5));
        assert!(few.labels[1].f1.interval.unwrap().low.is_nan());
        assert_eq!((few.labels[1].f1.value, few.labels[1].recall.value), (1.0, 1.0));
        for figure in [enough.labels[1].f1, enough.labels[1].precision, enough.labels[1].average_precision] {
            assert_eq!((figure.value, figure.interval.unwrap()), (1.0, Interval { low: 1.0, high: 1.0 }));
        }
        // Labels that are nowhere count 0 in the mean of all units, and so in that of a resample.
        let mean = enough.four_tags.f1;
        assert_eq!((mean.value, mean.interval.unwrap()), (0.25, Interval { low: 0.25, high: 0.25 }));
        // What is nowhere is 0, and has no interval.
        let nowhere = &enough.labels[0];
        assert_eq!((nowhere.f1.value, nowhere.calibration_error.value), (0.0, 0.0));
        assert!(nowhere.f1.interval.unwrap().low.is_nan());
    }

    #[test]
    fn intervals_hold_what_was_seen() {
        let names: Vec<String> = (0..20).map(|i| i.to_string()).collect();
        let coding = |codes: &str| {
            let codes: CodeSet = codes.parse().unwrap();
            Coding { probabilities: Code::ALL.map(|c| if codes.contains(c) { 0.9 } else { 0.1 }), codes }
        };
        let unit = |i: usize| Scored {
            source: "talk",
            cluster: &names[i],
            session: &names[i],
            speaker: Speaker::Client(1),
            gold: if i < 10 { "cognitive" } else { "" }.parse().unwrap(),
            // Of ten one is missed and two are found where there is nothing.
            coding: coding(if (1..12).contains(&i) { "cognitive" } else { "" }),
        };
        let units: Vec<_> = (0..20).map(unit).collect();
        let talk = &evaluate(&units, &Bootstrap::default()).sources[0];
        let label = &talk.labels[1];
        for figure in [label.precision, label.recall, label.f1, label.average_precision, talk.four_tags.f1] {
            let bounds = figure.interval.unwrap();
            assert!(bounds.low < figure.value && figure.value < bounds.high, "{figure:?}");
        }
    }

    #[test]
    fn no_units_no_sources() {
        assert!(evaluate(&[], &Bootstrap::default()).sources.is_empty());
    }
}
