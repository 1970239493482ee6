//! The statistics of `trends` against scipy, pymannkendall and statsmodels (`tests/reference/trends.py` makes the
//! numbers), and the verdicts: on six written cases, on shuffled sessions, on noise.
//!
//! `tests/reference/cases.csv` holds the counts of the written cases session by session: as the coder has them, as the
//! shipped model has them, and as models have them that did not learn from the case (out of fold).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use breakthrough::coding::case::Verdict;
use breakthrough::trends::benjamini_hochberg::adjust;
use breakthrough::trends::change_point::change_point;
use breakthrough::trends::course::smooth;
use breakthrough::trends::lagged::{Tally, log_odds};
use breakthrough::trends::mann_kendall::{exact, mann_kendall, normal, s, variance};
use breakthrough::trends::sudden_gains::changes;
use breakthrough::trends::theil_sen::theil_sen;
use breakthrough::trends::turn;
use breakthrough::trends::verdict::{EASING_RATE, ERROR_RATE, Judgement, Point, Turn, judge};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Reference {
    series: Vec<Series>,
    walks: Vec<Walk>,
    lagged: Lagged,
    p: Vec<f64>,
    q: Vec<f64>,
    course: Course,
}

#[derive(Deserialize)]
struct Series {
    values: Vec<f64>,
    slope: [f64; 3],
    s: i64,
    variance: f64,
    normal_p: f64,
    exact_p: Option<f64>,
    untied_p: Option<f64>,
    change_point: Option<Change>,
    range: (usize, usize),
}

#[derive(Deserialize)]
struct Change {
    at: usize,
    p: f64,
}

#[derive(Deserialize)]
struct Walk {
    values: Vec<f64>,
    cutoff: f64,
    gains: Vec<usize>,
    losses: Vec<usize>,
}

#[derive(Deserialize)]
struct Lagged {
    tables: Vec<[[u32; 2]; 2]>,
    sessions: usize,
    log_odds: f64,
    low: f64,
    high: f64,
    p: f64,
    error: f64,
    bootstrap_error: f64,
}

#[derive(Deserialize)]
struct Course {
    position: Vec<f64>,
    value: Vec<f64>,
    is: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/trends.json"))
        .expect("the fixture is as the script writes it")
}

#[track_caller]
fn close(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() < 1e-9, "{what}: {ours}, reference {theirs}");
}

#[test]
fn theil_sen_slopes() {
    for series in reference().series {
        let ours = theil_sen(&series.values).unwrap();
        close(ours.value, series.slope[0], "slope");
        close(ours.low, series.slope[1], "lower bound");
        close(ours.high, series.slope[2], "upper bound");
    }
}

#[test]
fn mann_kendall_with_and_without_ties() {
    let mut compared = [0; 2];
    for series in reference().series {
        let values = &series.values;
        assert_eq!(s(values), series.s);
        close(variance(values), series.variance, "variance");
        close(normal(values, series.s), series.normal_p, "normal p");
        if let Some(p) = series.exact_p {
            close(exact(values, series.s), p, "exact p");
            close(mann_kendall(values).1, p, "p of a short series");
            compared[0] += 1;
        }
        if let Some(p) = series.untied_p {
            close(exact(values, series.s), p, "exact p without ties");
            compared[1] += 1;
        }
        if values.len() > 30 {
            close(mann_kendall(values).1, series.normal_p, "p of a long series");
        }
    }
    assert!(compared[0] >= 8 && compared[1] >= 5, "{compared:?}");
}

#[test]
fn change_points() {
    let mut compared = 0;
    for series in reference().series {
        if let Some(theirs) = series.change_point {
            let (at, p) = change_point(&series.values).unwrap();
            assert_eq!(at, theirs.at, "{:?}", series.values);
            close(p, theirs.p, "permutation p");
            compared += 1;
        }
    }
    assert!(compared >= 8);
}

#[test]
fn places_of_a_turn() {
    for series in reference().series {
        assert_eq!(turn::range(&series.values), Some(series.range), "{:?}", series.values);
    }
}

#[test]
fn sudden_gains_and_losses() {
    for walk in reference().walks {
        let cutoffs = vec![walk.cutoff; walk.values.len()];
        let (gains, losses) = changes(&walk.values, &cutoffs, true);
        assert_eq!((gains, losses), (walk.gains, walk.losses), "{:?}", walk.values);
    }
}

#[test]
fn lagged_log_odds() {
    let theirs = reference().lagged;
    let ours = log_odds(theirs.tables.iter().map(|&[[a, b], [c, d]]| Tally {
        exposed_outcomes: a,
        exposed_rest: b,
        unexposed_outcomes: c,
        unexposed_rest: d,
    }));
    let (low, high, p) = ours.interval.unwrap();
    assert_eq!(ours.sessions, theirs.sessions);
    close(ours.value.unwrap(), theirs.log_odds, "log odds");
    // The reference takes numerical derivatives.
    for (ours, theirs, what) in [(low, theirs.low, "low"), (high, theirs.high, "high"), (p, theirs.p, "p")] {
        assert!((ours - theirs).abs() < 1e-5, "{what}: {ours}, reference {theirs}");
    }
    assert!(
        (theirs.error / theirs.bootstrap_error - 1.0).abs() < 0.15,
        "and the bootstrap agrees up to chance"
    );
}

#[test]
fn false_discovery_rates() {
    let Reference { p, q, .. } = reference();
    let ours = adjust(&p.into_iter().map(Some).collect::<Vec<_>>());
    for (ours, theirs) in ours.into_iter().zip(q) {
        close(ours.unwrap(), theirs, "q");
    }
}

#[test]
fn courses() {
    let Course { position, value, is } = reference().course;
    let units: Vec<_> = position.into_iter().zip(value).collect();
    for (ours, theirs) in smooth(&units).into_iter().zip(is) {
        close(ours, theirs, "smoothed");
    }
}

#[derive(Deserialize)]
struct Row {
    source: String,
    client_id: String,
    units: usize,
    breakthroughs: usize,
    resistances: usize,
    expected_breakthroughs: f64,
    expected_resistances: f64,
}

/// What the author of the cases says of each, with the turning point as an index.
const KEY: [(&str, Verdict, Option<usize>); 6] = [
    ("K-L105-1", Verdict::SuddenLasting, Some(4)),
    ("K-L105-2", Verdict::Gradual, None),
    ("K-L105-3", Verdict::SuddenLasting, Some(2)),
    ("K-L105-4", Verdict::SuddenLost, Some(3)),
    ("K-L105-5", Verdict::Stuck, None),
    ("K-L105-6", Verdict::SuddenLasting, Some(6)),
];

const SOURCES: [&str; 3] = ["coder", "model", "out_of_fold"];

fn cases() -> HashMap<(String, String), Vec<Point>> {
    let mut cases: HashMap<_, Vec<Point>> = HashMap::new();
    for row in csv::Reader::from_reader(&include_bytes!("reference/cases.csv")[..]).deserialize::<Row>() {
        let row = row.unwrap();
        let point = Point {
            units: row.units,
            breakthroughs: row.breakthroughs,
            resistances: row.resistances,
            expected_breakthroughs: row.expected_breakthroughs,
            expected_resistances: row.expected_resistances,
        };
        cases.entry((row.source, row.client_id)).or_default().push(point);
    }
    cases
}

#[test]
fn written_cases_are_named_rightly() {
    let cases = cases();
    for source in SOURCES {
        for (client, verdict, at) in KEY {
            let Judgement { verdict: ours, turn, .. } =
                judge(&cases[&(source.to_owned(), client.to_owned())]);
            assert_eq!((ours, turn.map(|turn| turn.at)), (verdict, at), "{client} by {source}: {turn:?}");
            if let Some(Turn { at, low, high, lost_by }) = turn {
                assert!(
                    low <= at && at <= high && lost_by.is_none_or(|lost| lost > at),
                    "{client}: {turn:?}"
                );
            }
        }
    }
}

/// Shares of verdicts over seeded trials.
fn shares(trials: u64, mut sessions: impl FnMut(&mut ChaCha8Rng) -> Vec<Point>) -> HashMap<Verdict, f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(17);
    let drawn: Vec<_> = (0..trials).map(|_| sessions(&mut rng)).collect();
    let verdicts: Vec<_> = drawn.par_iter().map(|points| judge(points).verdict).collect();
    let mut shares: HashMap<_, f64> = Verdict::ALL.map(|verdict| (verdict, 0.0)).into();
    verdicts.into_iter().for_each(|verdict| *shares.entry(verdict).or_default() += 1.0 / trials as f64);
    shares
}

/// The share of trials by which a count may exceed its rate by chance: three standard errors.
fn slack(rate: f64, trials: u64) -> f64 {
    3.0 * (rate * (1.0 - rate) / trials as f64).sqrt()
}

#[test]
fn shuffled_sessions_have_no_turning_point_beyond_the_error_rate() {
    const TRIALS: u64 = 150;
    let cases = cases();
    for source in SOURCES {
        let (mut lasting, mut lost) = (0.0, 0.0);
        for (client, ..) in KEY {
            let points = &cases[&(source.to_owned(), client.to_owned())];
            let shares = shares(TRIALS, |rng| {
                let mut points = points.clone();
                points.shuffle(rng);
                points
            });
            println!("{source} {client} {shares:?}");
            lasting += shares[&Verdict::SuddenLasting] / KEY.len() as f64;
            lost += shares[&Verdict::SuddenLost] / KEY.len() as f64;
        }
        println!("{source}: lasting {lasting:.3}, lost {lost:.3} of shuffled cases");
        let trials = TRIALS * KEY.len() as u64;
        assert!(lasting <= ERROR_RATE + slack(ERROR_RATE, trials), "{source}: {lasting}");
        assert!(lasting + lost <= 2.0 * ERROR_RATE, "{source}: {lasting} and {lost}");
    }
}

#[test]
fn noise_gives_no_clear_change() {
    const TRIALS: u64 = 300;
    for (length, units, breakthrough, resistance) in [
        (5, 13, 0.05, 0.1),
        (6, 40, 0.1, 0.1),
        (8, 13, 0.25, 0.15),
        (8, 40, 0.02, 0.1),
        (12, 25, 0.1, 0.2),
        (20, 13, 0.05, 0.05),
        (30, 40, 0.2, 0.1),
    ] {
        let shares = shares(TRIALS, |rng| {
            let mut session = |_| {
                let mut point = Point {
                    units,
                    breakthroughs: 0,
                    resistances: 0,
                    expected_breakthroughs: 0.0,
                    expected_resistances: 0.0,
                };
                for _ in 0..units {
                    let (up, down) = (rng.random_bool(breakthrough), rng.random_bool(resistance));
                    point.breakthroughs += usize::from(up);
                    point.resistances += usize::from(down);
                    // Probabilities know more than codes, but not all.
                    point.expected_breakthroughs += if up { 0.5 } else { 0.03 } * rng.random_range(0.5..1.5);
                    point.expected_resistances += if down { 0.4 } else { 0.08 } * rng.random_range(0.5..1.5);
                }
                point
            };
            (0..length).map(&mut session).collect()
        });
        let turns = shares[&Verdict::SuddenLasting] + shares[&Verdict::SuddenLost];
        let other = shares[&Verdict::Gradual] + shares[&Verdict::Easing] + shares[&Verdict::Declining];
        println!("{length} sessions of {units} units, {breakthrough} and {resistance}: {shares:?}");
        assert!(turns <= ERROR_RATE + slack(ERROR_RATE, TRIALS), "{shares:?}");
        let rate = ERROR_RATE + 2.0 * EASING_RATE;
        assert!(other <= rate + slack(rate, TRIALS), "{shares:?}");
    }
}

/// Sessions of 20 units with these numbers of breakthrough and resistance units, known for certain.
fn course(counts: &[(usize, usize)]) -> Vec<Point> {
    let point = |&(up, down): &(usize, usize)| Point {
        units: 20,
        breakthroughs: up,
        resistances: down,
        expected_breakthroughs: up as f64,
        expected_resistances: down as f64,
    };
    counts.iter().map(point).collect()
}

#[test]
fn other_courses_are_named_too() {
    let named = |counts: &[(usize, usize)]| {
        let Judgement { verdict, turn, .. } = judge(&course(counts));
        (verdict, turn.map(|turn| (turn.at, turn.lost_by)))
    };
    // Too short to say anything.
    assert_eq!(named(&[(0, 5), (0, 5), (9, 0), (9, 0)]), (Verdict::TooFewSessions, None));
    assert_eq!(named(&[]), (Verdict::TooFewSessions, None));
    // A turn late in a long therapy.
    let mut long = vec![(0, 4), (1, 5), (0, 3), (0, 4), (1, 4), (0, 5), (0, 3), (1, 4), (0, 4), (0, 5)];
    long.extend([(8, 0), (7, 1), (6, 0), (8, 1), (7, 0)]);
    assert_eq!(named(&long), (Verdict::SuddenLasting, Some((10, None))));
    // The same turn, and then four sessions as before.
    long.extend([(0, 5), (0, 4), (1, 5), (0, 4), (0, 6)]);
    assert_eq!(named(&long), (Verdict::SuddenLost, Some((10, Some(15)))));
    // Resistance goes, nothing breaks through.
    let easing = [(0, 9), (0, 8), (0, 8), (0, 6), (0, 5), (0, 4), (0, 2), (0, 1), (0, 1)];
    assert_eq!(named(&easing), (Verdict::Easing, None));
    let gradual: Vec<_> = (0..12).map(|i| (i / 2, 3)).collect();
    assert_eq!(named(&gradual), (Verdict::Gradual, None));
    // What came goes again, for good; bit by bit, and at once; resistance alone.
    let declining = [(5, 0), (5, 1), (4, 0), (4, 2), (3, 2), (2, 4), (1, 4), (0, 5)];
    assert_eq!(named(&declining), (Verdict::Declining, None));
    let fallen = [(4, 0), (4, 0), (4, 0), (4, 0), (0, 4), (0, 4), (0, 4), (0, 4)];
    assert_eq!(named(&fallen), (Verdict::Declining, None));
    let hardening: Vec<_> = (0..9).map(|i| (0, i)).collect();
    assert_eq!(named(&hardening), (Verdict::Declining, None));
    // Nothing at all, and the same every time.
    assert_eq!(named(&[(0, 0); 9]), (Verdict::NoClearChange, None));
    assert_eq!(named(&[(2, 2); 9]), (Verdict::NoClearChange, None));
    assert_eq!(named(&[(0, 6); 9]), (Verdict::Stuck, None));
}

/// The verdict with the sessions that it names, as indices.
fn named(counts: &[(usize, usize)]) -> (Verdict, Vec<usize>) {
    let Judgement { verdict, turn, named } = judge(&course(counts));
    assert!(turn.is_none() || named.is_empty());
    (verdict, named)
}

/// A perfect turn comes once in ten orders of five sessions, and once in fifteen of six unless it halves them.
#[test]
fn a_turn_that_so_few_sessions_cannot_tell_from_chance_is_called_that() {
    let turned = |before: usize, after: usize| [vec![(0, 15); before], vec![(10, 0); after]].concat();
    assert_eq!(named(&turned(2, 3)), (Verdict::TooFewSessions, vec![2]));
    assert_eq!(named(&turned(3, 2)), (Verdict::TooFewSessions, vec![3]));
    assert_eq!(named(&turned(2, 4)), (Verdict::TooFewSessions, vec![2]));
    assert_eq!(named(&turned(4, 2)), (Verdict::TooFewSessions, vec![4]));
    assert_eq!(named(&turned(3, 3)), (Verdict::SuddenLasting, vec![]));
    assert_eq!(named(&turned(2, 5)), (Verdict::SuddenLasting, vec![]));
    assert_eq!(named(&turned(5, 2)), (Verdict::SuddenLasting, vec![]));
    // A rise that other orders have as well is no clear change, however few the sessions.
    assert_eq!(named(&[(3, 2), (0, 3), (3, 2), (0, 2), (3, 1)]), (Verdict::NoClearChange, vec![]));
    // What can be shown is shown, and the rest said beside it.
    assert_eq!(named(&[(0, 15), (0, 14), (11, 9), (10, 7), (9, 4), (10, 1)]), (Verdict::Easing, vec![2]));
}

#[test]
fn nobody_is_stuck_whose_breakthroughs_came() {
    let among = |good: &[usize], n: usize| {
        (0..n).map(|i| if good.contains(&i) { (10, 0) } else { (0, 15) }).collect::<Vec<_>>()
    };
    for (good, n) in [(&[2][..], 5), (&[2], 6), (&[2], 7), (&[2, 3], 8), (&[0], 6), (&[1, 5], 9)] {
        assert_eq!(named(&among(good, n)), (Verdict::NoClearChange, good.to_vec()), "{n} sessions");
    }
    // One good session at the end is no turn yet.
    let late = [(0, 5), (0, 4), (0, 5), (1, 5), (0, 4), (0, 5), (0, 5), (6, 0)];
    assert_eq!(named(&late), (Verdict::NoClearChange, vec![7]));
    // Three sessions on either side show that a turn was lost.
    assert_eq!(named(&among(&[3], 7)), (Verdict::SuddenLost, vec![]));
    // A breakthrough now and then is not enough.
    let rare = [(0, 6), (1, 5), (0, 6), (0, 7), (2, 6), (0, 5), (1, 6), (0, 6)];
    assert_eq!(named(&rare), (Verdict::Stuck, vec![]));
}
