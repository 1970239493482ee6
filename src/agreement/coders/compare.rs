//! The figures of codings held against each other, per label and overall, with intervals over sessions.
//!
//! Agreement of equals: percent, Cohen's kappa (of several coders the mean over pairs: Light 1971), Fleiss' kappa and
//! Krippendorff's alpha. Against a reference, the first coding: precision, recall, F1, and where a coding has
//! probabilities average precision and calibration error. Pairs are compared on the units that both have, Fleiss' kappa
//! takes those that all have, alpha those that two have or more. What one coding alone has counts nowhere: no label, no
//! session and no unit of it ([`Aligned::compared`]).

use super::aligned::Aligned;
use crate::agreement::average_precision::Ranking;
use crate::agreement::bootstrap::Bootstrap;
use crate::agreement::calibration::{BinSum, BinSums, Reliability, error_of_sums, record};
use crate::agreement::confusion::{self, Confusion, Point, resampled_mean, zero};
use crate::agreement::fleiss::Fleiss;
use crate::agreement::kappa::Pair;
use crate::agreement::krippendorff::Alpha;
use crate::agreement::report::Figure;
use std::collections::{BTreeMap, BTreeSet};

/// How far codings agree on one label, or on whole sets of labels. What is undefined is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Nominal {
    /// Share of units on which two codings agree; of several the mean over pairs.
    pub agreement: Figure,
    /// Cohen's kappa; of several codings the mean over pairs.
    pub cohen: Figure,
    /// Fleiss' kappa.
    pub fleiss: Figure,
    /// Krippendorff's alpha.
    pub alpha: Figure,
    /// What the means are of: agreement and Cohen's kappa of every pair, in the order of [`pairs`].
    pub pairs: Vec<[f64; 2]>,
}

/// Every two of so many codings: the first with each after it, then the second.
pub(super) fn pairs(coders: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..coders).flat_map(move |i| (i + 1..coders).map(move |j| (i, j)))
}

/// One coding against the reference on one label.
#[derive(Debug, Clone, PartialEq)]
pub struct Against {
    /// Hits and misses on units that both have.
    pub counts: Confusion,
    /// Precision, 0 where undefined; like recall and F1 NaN where neither of the two gives the label.
    pub precision: Figure,
    /// Recall, 0 where undefined.
    pub recall: Figure,
    /// F1, 0 where undefined.
    pub f1: Figure,
    /// What its probabilities are worth, where it has them.
    pub probabilities: Option<Probabilities>,
}

/// Probabilities against the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities {
    /// Average precision, 0 without a positive unit.
    pub average_precision: Figure,
    /// Expected calibration error over ten bins.
    pub calibration_error: Figure,
    /// The reliability curve.
    pub reliability: Reliability,
}

/// One label.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Units that each coding gives it to, of those compared.
    pub given: Vec<usize>,
    /// Agreement of all codings.
    pub nominal: Nominal,
    /// Every coding but the first against the first.
    pub against: Vec<Against>,
}

/// One coding against the reference over all labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overall {
    /// Mean F1 over labels that either of the two gives; NaN without any, as is the next.
    pub macro_f1: Figure,
    /// F1 of all decisions taken together.
    pub micro_f1: Figure,
    /// Mean average precision over those of them with probabilities; NaN without any.
    pub macro_average_precision: Figure,
}

/// All figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Names of the codings; the first is the reference.
    pub coders: Vec<String>,
    /// Units that each lacks while another has them.
    pub missing: Vec<usize>,
    /// Units in all, and units that every coding has.
    pub units: [usize; 2],
    /// Sessions.
    pub sessions: usize,
    /// Units that are compared, being in two codings or more, and the sessions that they are of.
    pub compared: [usize; 2],
    /// What these are called in reports: `session`, or what else units were put together by.
    pub cluster: &'static str,
    /// Labels that at least one coding gives to a unit that is compared.
    pub labels: Vec<Label>,
    /// Whole sets of labels, each different set a category: for labels of which a unit has one, this is the agreement
    /// on the unit.
    pub sets: Nominal,
    /// Every coding but the first against the first.
    pub overall: Vec<Overall>,
    /// Share of resamples within the intervals.
    pub confidence: f64,
}

fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// What the units of a session add up to for one nominal question.
#[derive(Clone)]
struct Question {
    pairs: Vec<Pair>,
    fleiss: Fleiss,
    alpha: Alpha,
}

impl Question {
    fn new(coders: usize, categories: usize) -> Question {
        Question {
            pairs: pairs(coders).map(|_| Pair::new(categories)).collect(),
            fleiss: Fleiss::new(coders, categories),
            alpha: Alpha::new(categories),
        }
    }

    fn record(&mut self, said: &[Option<usize>]) {
        for (pair, (i, j)) in self.pairs.iter_mut().zip(pairs(said.len())) {
            pair.record(said[i], said[j]);
        }
        self.fleiss.record(said);
        self.alpha.record(said);
    }

    fn add(&mut self, other: &Question, times: u32) {
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(sum, one)| sum.add(one, times));
        self.fleiss.add(&other.fleiss, times);
        self.alpha.add(&other.alpha, times);
    }

    fn numbers(&self) -> [f64; 4] {
        let mean = |of: fn(&Pair) -> Option<f64>| {
            let values: Vec<f64> = self.pairs.iter().filter_map(of).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        [mean(Pair::agreement), mean(Pair::kappa), or_nan(self.fleiss.kappa()), or_nan(self.alpha.alpha())]
    }

    fn of_pairs(&self) -> Vec<[f64; 2]> {
        self.pairs.iter().map(|pair| [pair.agreement(), pair.kappa()].map(or_nan)).collect()
    }
}

/// What the units of a session add up to.
#[derive(Clone)]
struct Sums {
    /// A question per label, then the sets.
    questions: Vec<Question>,
    /// Per coding but the first and label.
    counts: Vec<Vec<Confusion>>,
    bins: Vec<Vec<BinSums>>,
}

impl Sums {
    fn add(&mut self, other: &Sums, times: u32) {
        self.questions.iter_mut().zip(&other.questions).for_each(|(sum, one)| sum.add(one, times));
        for (sum, one) in self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()) {
            *sum += *one * times;
        }
        for (sum, one) in self.bins.iter_mut().flatten().zip(other.bins.iter().flatten()) {
            sum.iter_mut().zip(one).for_each(|(sum, one)| sum.add(*one, times));
        }
    }
}

/// Codings, made ready for resampling.
struct Prepared<'a> {
    aligned: &'a Aligned,
    empty: Sums,
    sessions: Vec<Sums>,
    /// Per coding but the first and label, where it has probabilities.
    rankings: Vec<Vec<Option<Ranking>>>,
}

/// Computes all figures; sessions with a unit that is compared are what is resampled.
#[must_use]
pub fn compare(whole: &Aligned, bootstrap: &Bootstrap) -> Comparison {
    let aligned = &whole.compared();
    let prepared = prepare(aligned);
    let once = vec![1; aligned.sessions];
    let all = prepared.sums(&once);
    let points = points(&all, &prepared.rankings, &once);
    let values = prepared.numbers(&once, &points);
    let intervals = bootstrap.intervals(aligned.sessions, |times| prepared.numbers(times, &points));
    let mut figures = values.iter().zip(prepared.holding()).enumerate().map(|(i, (&value, sessions))| {
        Figure { value, interval: intervals.get(i).map(|interval| interval.held_by(sessions)) }
    });
    let undefined = Figure { value: f64::NAN, interval: None };
    let mut next = || figures.next().unwrap_or(undefined);
    // Against the reference, what is not defined is 0, of a label that either gives.
    let or_zero = |figure: Figure| Figure { value: zero(figure.value), ..figure };

    let nominal = |next: &mut dyn FnMut() -> Figure, k: usize| Nominal {
        agreement: next(),
        cohen: next(),
        fleiss: next(),
        alpha: next(),
        pairs: all.questions[k].of_pairs(),
    };

    let mut labels = Vec::new();
    for (k, name) in aligned.labels.iter().enumerate() {
        let nominal = nominal(&mut next, k);
        let mut against = Vec::new();
        for (c, rankings) in prepared.rankings.iter().enumerate() {
            let [precision, recall, f1, average_precision, calibration_error] =
                [next(), next(), next(), next(), next()]
                    .map(|figure| if points[c][k].f1.is_nan() { figure } else { or_zero(figure) });
            let probabilities = rankings[k].as_ref().map(|_| Probabilities {
                average_precision,
                calibration_error,
                reliability: Reliability::of_sums(&all.bins[c][k]),
            });
            against.push(Against { counts: all.counts[c][k], precision, recall, f1, probabilities });
        }
        let gives = |coder: usize| {
            aligned.given.iter().filter(|unit| unit[coder].as_ref().is_some_and(|given| given[k])).count()
        };
        labels.push(Label {
            name: name.clone(),
            given: (0..aligned.coders.len()).map(gives).collect(),
            nominal,
            against,
        });
    }
    let sets = nominal(&mut next, labels.len());
    let overall = (prepared.rankings.iter())
        .map(|_| Overall { macro_f1: next(), micro_f1: next(), macro_average_precision: next() })
        .collect();
    Comparison {
        coders: aligned.coders.clone(),
        missing: (0..whole.coders.len()).map(|coder| whole.missing(coder)).collect(),
        units: [whole.units.len(), whole.common()],
        sessions: whole.sessions,
        compared: [aligned.units.len(), aligned.sessions],
        cluster: "session",
        labels,
        sets,
        overall,
        confidence: bootstrap.confidence,
    }
}

fn prepare(aligned: &Aligned) -> Prepared<'_> {
    let (coders, labels) = (aligned.coders.len(), aligned.labels.len());
    let mut sets: BTreeMap<&Vec<bool>, usize> = BTreeMap::new();
    for said in aligned.given.iter().flatten().flatten() {
        let next = sets.len();
        sets.entry(said).or_insert(next);
    }
    let mut questions = vec![Question::new(coders, 2); labels];
    questions.push(Question::new(coders, sets.len()));
    let others = coders.saturating_sub(1);
    let empty = Sums {
        questions,
        counts: vec![vec![Confusion::default(); labels]; others],
        bins: vec![vec![[BinSum::NOTHING; Reliability::BINS]; labels]; others],
    };
    let mut sessions = vec![empty.clone(); aligned.sessions];
    for (unit, (given, &session)) in aligned.given.iter().zip(&aligned.session).enumerate() {
        let sums = &mut sessions[session as usize];
        for k in 0..labels {
            let said: Vec<Option<usize>> =
                aligned.said(unit, k).into_iter().map(|said| said.map(usize::from)).collect();
            sums.questions[k].record(&said);
        }
        let said: Vec<Option<usize>> =
            given.iter().map(|given| given.as_ref().and_then(|given| sets.get(given).copied())).collect();
        sums.questions[labels].record(&said);
        let Some(gold) = given.first().and_then(Option::as_ref) else { continue };
        for (c, other) in given.iter().enumerate().skip(1) {
            let Some(other) = other else { continue };
            for k in 0..labels {
                sums.counts[c - 1][k].record(gold[k], other[k]);
                if let Some(p) = aligned.probabilities[c][k].as_ref().filter(|_| !aligned.bars(c, k, unit)) {
                    record(&mut sums.bins[c - 1][k], gold[k], p[unit]);
                }
            }
        }
    }
    let ranking = |c: usize, k: usize| {
        aligned.probabilities[c][k].as_ref().map(|p| {
            let units = aligned.given.iter().zip(&aligned.session).zip(p);
            Ranking::new(units.filter_map(|((given, &session), &p)| {
                let gold = given.first()?.as_ref()?;
                (!p.is_nan()).then_some((session, gold[k], p))
            }))
        })
    };
    let rankings = (1..coders).map(|c| (0..labels).map(|k| ranking(c, k)).collect()).collect();
    Prepared { aligned, empty, sessions, rankings }
}

impl Prepared<'_> {
    fn sums(&self, times: &[u32]) -> Sums {
        let mut sums = self.empty.clone();
        self.sessions.iter().zip(times).filter(|(_, n)| **n > 0).for_each(|(one, &n)| sums.add(one, n));
        sums
    }

    /// All numbers in the order in which [`compare`] takes them; NaN where undefined.
    fn numbers(&self, times: &[u32], points: &[Vec<Point>]) -> Vec<f64> {
        let sums = self.sums(times);
        let labels = self.aligned.labels.len();
        let precision =
            |c: usize, k: usize| self.rankings[c][k].as_ref().map(|ranking| or_nan(ranking.defined(times)));
        let mut out = Vec::new();
        for k in 0..labels {
            out.extend(sums.questions[k].numbers());
            for c in 0..self.rankings.len() {
                out.extend(sums.counts[c][k].defined());
                out.extend([or_nan(precision(c, k)), error_of_sums(&sums.bins[c][k])]);
            }
        }
        out.extend(sums.questions[labels].numbers());
        for (c, counts) in sums.counts.iter().enumerate() {
            // A label that neither of the two gives to a unit of both is none of theirs.
            let theirs = || (0..labels).filter(|&k| !points[c][k].f1.is_nan());
            out.push(resampled_mean(
                theirs().map(|k| counts[k].defined()[2]),
                theirs().map(|k| points[c][k].f1),
            ));
            out.push(counts.iter().copied().sum::<Confusion>().defined()[2]);
            let ranked = || theirs().filter_map(|k| Some((precision(c, k)?, points[c][k].average_precision)));
            out.push(resampled_mean(ranked().map(|of| of.0), ranked().map(|of| of.1)));
        }
        out
    }

    /// Sessions that hold what each of the [`Prepared::numbers`] is of. Agreement is on giving a label as much as on leaving it
    /// out: the fewer of the sessions where anybody does either; for Fleiss' kappa on units that all have. Against the reference:
    /// [`confusion::holding`]; of means the sessions with a unit of both.
    fn holding(&self) -> Vec<usize> {
        let aligned = self.aligned;
        let all_have = |i: &usize| aligned.given[*i].iter().all(Option::is_some);
        let compared: Vec<usize> = (0..aligned.units.len()).collect();
        let common: Vec<usize> = compared.iter().copied().filter(all_have).collect();
        let where_any = |units: &[usize], k: usize, gives: bool| {
            let units = units.iter().filter(|&&i| aligned.said(i, k).contains(&Some(gives)));
            units.map(|&i| aligned.session[i]).collect::<BTreeSet<_>>().len()
        };
        let either = |units: &[usize], k: usize| where_any(units, k, true).min(where_any(units, k, false));
        let mut out = Vec::new();
        for k in 0..aligned.labels.len() {
            let (of_compared, of_common) = (either(&compared, k), either(&common, k));
            out.extend([of_compared, of_compared, of_common, of_compared]);
            for c in 0..self.rankings.len() {
                out.extend(confusion::holding(self.sessions.iter().map(|one| one.counts[c][k])));
            }
        }
        let (of_compared, of_common) = (self.divided(&compared), self.divided(&common));
        out.extend([of_compared, of_compared, of_common, of_compared]);
        for c in 0..self.rankings.len() {
            let shared =
                self.sessions.iter().filter(|one| one.counts[c].iter().any(|counts| counts.units() > 0));
            out.extend([shared.count(); 3]);
        }
        out
    }

    /// Sessions of some units, less the most in which everybody gives every one of them one and the same set of labels.
    fn divided(&self, units: &[usize]) -> usize {
        let mut sets: BTreeMap<u32, BTreeSet<&Vec<bool>>> = BTreeMap::new();
        for &i in units {
            sets.entry(self.aligned.session[i]).or_default().extend(self.aligned.given[i].iter().flatten());
        }
        let mut alone: BTreeMap<&Vec<bool>, usize> = BTreeMap::new();
        for sets in sets.values().filter(|sets| sets.len() == 1) {
            sets.iter().for_each(|set| *alone.entry(set).or_default() += 1);
        }
        sets.len() - alone.into_values().max().unwrap_or(0)
    }
}

/// Per coding but the first and label.
fn points(all: &Sums, rankings: &[Vec<Option<Ranking>>], once: &[u32]) -> Vec<Vec<Point>> {
    let of = |(&counts, ranking): (&Confusion, &Option<Ranking>)| {
        Point::of(counts, ranking.as_ref().and_then(|ranking| ranking.defined(once)))
    };
    all.counts
        .iter()
        .zip(rankings)
        .map(|(counts, rankings)| counts.iter().zip(rankings).map(of).collect())
        .collect()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::super::aligned::tests::coder;
    use super::super::read::Coder;
    use super::*;

    #[test]
    fn own_labels_of_two_coders() {
        let a = coder("a", &[("s", "1", "joy"), ("s", "2", "anger"), ("t", "1", "joy"), ("t", "2", "anger")]);
        let b =
            coder("b", &[("s", "1", "joy"), ("s", "2", "anger"), ("t", "1", "anger"), ("t", "2", "anger")]);
        let all = compare(&Aligned::new(&[a, b]), &Bootstrap::default());
        assert_eq!((all.units, all.sessions, all.missing.clone()), ([4, 4], 2, vec![0, 0]));
        // One label a unit: sets agree as either label does.
        assert_eq!(all.sets.agreement.value, 0.75);
        assert_eq!(all.sets.cohen.value, 0.5);
        assert_eq!(all.labels[0].nominal.cohen.value, 0.5);
        assert_eq!(all.labels[1].given, [2, 1]);
        assert_eq!(all.labels[1].against[0].precision.value, 1.0);
        assert_eq!(all.labels[1].against[0].recall.value, 0.5);
        assert_eq!(all.overall[0].micro_f1.value, 0.75);
        assert!(all.overall[0].macro_average_precision.value.is_nan());
        assert!(all.sets.agreement.interval.unwrap().low.is_nan(), "two sessions are too few");
    }

    #[test]
    fn a_coder_against_herself_is_sure_or_says_nothing() {
        let names: Vec<String> = (0..20).map(|i| i.to_string()).collect();
        let unit = |i: usize, unit, labels| (names[i].as_str(), unit, labels);
        let units: Vec<_> = (0..20)
            .flat_map(|i| {
                let rare = if i < 4 { "rare|joy" } else { "joy" };
                [unit(i, "1", rare), unit(i, "2", "")]
            })
            .collect();
        let all = compare(&Aligned::new(&[coder("a", &units), coder("b", &units)]), &Bootstrap::default());
        let bounds = |figure: Figure| figure.interval.map(|interval| (interval.low, interval.high));
        let [joy, rare] = [&all.labels[0], &all.labels[1]];
        for figure in [rare.nominal.cohen, rare.nominal.alpha, rare.against[0].f1] {
            assert!(figure.value == 1.0 && figure.interval.unwrap().low.is_nan(), "{figure:?}");
        }
        let sure = [joy.nominal.cohen, joy.against[0].f1, all.overall[0].macro_f1, all.sets.alpha];
        assert!(sure.into_iter().all(|figure| bounds(figure) == Some((1.0, 1.0))), "{sure:?}");
    }

    #[test]
    fn a_mean_is_of_the_same_labels_in_every_resample() {
        let names: Vec<String> = (0..30).map(|i| i.to_string()).collect();
        // Of two labels the one is always right, and the other, in one session of thirty, always wrong.
        let coding = |name, wrong: &'static str| {
            let said = |i: usize| if i == 0 { wrong } else { "" };
            let units = (0..30).flat_map(|i| [(i, "1", "joy"), (i, "2", said(i))]);
            coder(name, &units.map(|(i, unit, said)| (names[i].as_str(), unit, said)).collect::<Vec<_>>())
        };
        let all =
            compare(&Aligned::new(&[coding("a", "rare"), coding("b", "")]), &Bootstrap::default()).overall;
        let mean = all[0].macro_f1;
        assert_eq!((mean.value, mean.interval.unwrap().low, mean.interval.unwrap().high), (0.5, 0.5, 0.5));
    }

    #[test]
    fn of_two_labels_that_part_all_units_either_has_the_interval_of_the_other() {
        let names: Vec<String> = (0..20).map(|i| i.to_string()).collect();
        let with_yes = |sessions: usize| {
            let coding = |name, wrong: usize| {
                let said = |i: usize| if (i < sessions) == (i != wrong) { "yes" } else { "no" };
                let units = (0..20).flat_map(|i| [(i, "1", said(i)), (i, "2", "no")]);
                let units: Vec<_> = units.map(|(i, unit, said)| (names[i].as_str(), unit, said)).collect();
                coder(name, &units)
            };
            compare(&Aligned::new(&[coding("a", 99), coding("b", 1)]), &Bootstrap::default())
        };
        for (sessions, any) in [(4, false), (6, true)] {
            let all = with_yes(sessions);
            let [no, yes] = [&all.labels[0], &all.labels[1]].map(|label| label.nominal.cohen);
            assert_eq!((no.value, all.sets.cohen.value), (yes.value, yes.value));
            for interval in [no, yes, all.sets.cohen].map(|figure| figure.interval.unwrap()) {
                assert_eq!(!interval.low.is_nan(), any, "{interval:?}");
                assert!(!any || interval.low <= no.value && no.value <= interval.high, "{interval:?}");
            }
        }
    }

    #[test]
    fn nothing_in_common_is_undefined() {
        let all = compare(
            &Aligned::new(&[coder("a", &[("s", "1", "joy")]), coder("b", &[("s", "2", "joy")])]),
            &Bootstrap::default(),
        );
        assert_eq!((all.units, all.missing.clone(), all.compared), ([2, 0], vec![1, 1], [0, 0]));
        assert!(all.sets.agreement.value.is_nan() && all.labels.is_empty());
        assert!(all.overall[0].macro_f1.value.is_nan() && all.overall[0].micro_f1.value.is_nan());
    }

    #[test]
    fn what_one_coding_alone_has_changes_no_figure() {
        let names: Vec<String> = (0..40).map(|i| i.to_string()).collect();
        let units = |sessions: std::ops::Range<usize>, wrong: usize| -> Vec<_> {
            let said = move |i: usize| if i == wrong { "" } else { "joy" };
            let of = |i: usize| [(names[i].as_str(), "1", said(i)), (names[i].as_str(), "2", "")];
            sessions.flat_map(of).collect()
        };
        let run = |codings: &[Coder]| compare(&Aligned::new(codings), &Bootstrap::default());
        let (anna, ben) = (coder("anna", &units(0..6, 99)), coder("ben", &units(0..6, 1)));
        let mut more = units(0..40, 99);
        more.push(("s", "3", "only|joy"));
        let all = run(&[coder("anna", &more), ben.clone()]);
        assert_eq!((all.units, all.sessions, all.compared), ([81, 12], 41, [12, 6]));
        let part = run(&[anna, ben]);
        assert_eq!(
            (&all.labels, all.sets, all.overall[0].macro_f1),
            (&part.labels, part.sets, part.overall[0].macro_f1)
        );
        assert_eq!((all.labels[0].given.clone(), all.labels.len()), (vec![6, 5], 1));
        // Sessions without a unit of both do not hold it.
        let few = run(&[coder("anna", &more), coder("ben", &units(0..4, 1))]);
        let figures = [few.overall[0].macro_f1, few.labels[0].nominal.agreement, few.sets.alpha];
        assert!(figures.iter().all(|figure| figure.interval.unwrap().low.is_nan()), "{figures:?}");
    }

    #[test]
    fn of_three_a_pair_has_its_own_labels_and_sessions() {
        let names: Vec<String> = (0..12).map(|i| i.to_string()).collect();
        let units = |sessions: std::ops::Range<usize>, label: &'static str| -> Vec<_> {
            sessions.flat_map(|i| [(names[i].as_str(), "1", label), (names[i].as_str(), "2", "")]).collect()
        };
        let (a, b, c) = (units(0..6, "joy"), units(0..12, "joy"), units(4..12, "joy|fear"));
        let all = compare(
            &Aligned::new(&[coder("a", &a), coder("b", &b), coder("c", &c)]),
            &Bootstrap { resamples: 200, ..Bootstrap::default() },
        );
        let fear = &all.labels[0];
        assert_eq!((fear.name.as_str(), fear.given.clone()), ("fear", vec![0, 0, 8]));
        // Neither a nor b gives it: no label of theirs. c gives it and a does not.
        assert!(fear.against[0].f1.value.is_nan());
        assert_eq!((fear.against[1].f1.value, fear.against[1].recall.value), (0.0, 0.0));
        assert_eq!([all.overall[0].macro_f1.value, all.overall[1].macro_f1.value], [1.0, 0.5]);
        // a and c share two sessions, all three two, a and b six.
        let has = |figure: Figure| !figure.interval.unwrap().low.is_nan();
        assert_eq!([all.overall[0].macro_f1, all.overall[1].macro_f1].map(has), [true, false]);
        let joy = &all.labels[1].nominal;
        assert_eq!([joy.alpha, joy.cohen, joy.fleiss].map(has), [true, true, false]);
    }

    #[test]
    fn probabilities_are_measured_where_they_are() {
        let a = coder("a", &[("s", "1", "joy"), ("s", "2", ""), ("s", "3", "")]);
        let mut b = coder("b", &[("s", "1", "joy"), ("s", "2", "joy"), ("s", "3", "")]);
        b.probabilities.insert("joy".into(), vec![0.75, 0.95, f32::NAN]);
        let all = compare(&Aligned::new(&[a, b]), &Bootstrap { resamples: 0, ..Bootstrap::default() });
        let p = all.labels[0].against[0].probabilities.as_ref().unwrap();
        assert_eq!(p.average_precision.value, 0.5);
        assert!((p.calibration_error.value - 0.6).abs() < 1e-6);
        assert_eq!(p.reliability.bins.iter().map(|bin| bin.units).sum::<usize>(), 2);
    }

    #[test]
    fn a_column_of_a_label_that_only_the_reference_gives_is_probabilities() {
        let units = [("s", "1", "x"), ("s", "2", "y"), ("s", "3", ""), ("s", "4", "x"), ("s", "5", "y")];
        let a = coder("a", &units);
        let mut b = coder("b", &units.map(|(s, unit, said)| (s, unit, if said == "x" { "x" } else { "" })));
        b.probabilities.insert("x".into(), vec![0.9, 0.2, 0.1, 0.8, 0.1]);
        b.probabilities.insert("y".into(), vec![0.1, 0.2, 0.4, 0.3, 0.1]);
        b.barred.insert("y".into(), vec![true, false, false, false, false]);
        let all = compare(&Aligned::new(&[a, b]), &Bootstrap { resamples: 0, ..Bootstrap::default() });
        let y = &all.labels[1];
        let p = y.against[0].probabilities.as_ref().unwrap();
        assert!((p.average_precision.value - 0.3667).abs() < 1e-4);
        assert!((all.overall[0].macro_average_precision.value - 0.6833).abs() < 1e-4);
        // What one of the two bars is no unit of the calibration, but the other could have given the label there.
        assert_eq!(p.reliability.bins.iter().map(|bin| bin.units).sum::<usize>(), 4);
        assert_eq!(y.nominal.agreement.value, 0.6);
    }
}
