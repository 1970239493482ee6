//! The statistics of `agreement` against scikit-learn, statsmodels, krippendorff and numpy
//! (`tests/reference/agreement.py` makes the numbers).

use breakthrough::agreement::average_precision::{Ranking, average_precision};
use breakthrough::agreement::bootstrap::{Bootstrap, quantile};
use breakthrough::agreement::calibration::Reliability;
use breakthrough::agreement::coders::{Aligned, Coder, compare};
use breakthrough::agreement::confusion::{Confusion, by_code, macro_f1};
use breakthrough::agreement::kappa;
use breakthrough::agreement::tags::{tag_probabilities, tags};
use breakthrough::codebook::{CODE_COUNT, Code, CodeSet};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    cluster: Vec<u32>,
    times: Vec<u32>,
    gold: Vec<Vec<usize>>,
    predicted: Vec<Vec<usize>>,
    probabilities: Vec<[f32; CODE_COUNT]>,
    codes: Vec<OfCode>,
    f1: Averages,
    any_resistance: AnyResistance,
    quantiles: Quantiles,
    bootstrap: Bounds,
    coders: Coders,
}

#[derive(Deserialize)]
struct Coders {
    labels: Vec<String>,
    session: Vec<u32>,
    has: Vec<Vec<bool>>,
    said: Vec<Vec<[u8; 4]>>,
    probabilities: Vec<[f32; 4]>,
    nominal: Vec<Nominal>,
    sets: Nominal,
    against: Vec<Against>,
}

#[derive(Deserialize)]
struct Nominal {
    agreement: f64,
    cohen: f64,
    fleiss: f64,
    alpha: f64,
}

#[derive(Deserialize)]
struct Against {
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    #[serde(rename = "macro")]
    of_labels: f64,
    micro: f64,
    average_precision: Option<Vec<f64>>,
    ece: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct OfCode {
    precision: f64,
    recall: f64,
    f1: f64,
    f1_resampled: f64,
    average_precision: f64,
    average_precision_resampled: f64,
    kappa: Option<f64>,
    calibration: Calibration,
}

#[derive(Deserialize)]
struct Calibration {
    n: Vec<usize>,
    observed: Vec<f64>,
    predicted: Vec<f64>,
    ece: f64,
}

#[derive(Deserialize)]
struct Averages {
    #[serde(rename = "macro")]
    of_labels: f64,
    micro: f64,
}

#[derive(Deserialize)]
struct AnyResistance {
    f1: f64,
    average_precision: f64,
}

#[derive(Deserialize)]
struct Quantiles {
    values: Vec<f64>,
    q: Vec<f64>,
    is: Vec<f64>,
}

#[derive(Deserialize)]
struct Bounds {
    code: usize,
    f1: [f64; 2],
    average_precision: [f64; 2],
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/agreement.json"))
        .expect("the fixture is as the script writes it")
}

fn sets(rows: &[Vec<usize>]) -> Vec<CodeSet> {
    rows.iter().map(|row| row.iter().map(|&k| Code::ALL[k]).collect()).collect()
}

#[track_caller]
fn close(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() < 1e-9, "{what}: {ours}, reference {theirs}");
}

/// Of one code: whether every unit carries it, and its probabilities.
fn column(reference: &Reference, code: Code) -> (Vec<bool>, Vec<f32>) {
    let gold = sets(&reference.gold).iter().map(|set| set.contains(code)).collect();
    (gold, reference.probabilities.iter().map(|p| p[code as usize]).collect())
}

#[test]
fn precision_recall_f1() {
    let reference = reference();
    let counts = by_code(&sets(&reference.gold), &sets(&reference.predicted));
    for (code, theirs) in Code::ALL.into_iter().zip(&reference.codes) {
        let ours = counts[code as usize];
        close(ours.precision(), theirs.precision, code.name());
        close(ours.recall(), theirs.recall, code.name());
        close(ours.f1(), theirs.f1, code.name());
    }
    close(macro_f1(&counts), reference.f1.of_labels, "macro");
    close(counts.into_iter().sum::<Confusion>().f1(), reference.f1.micro, "micro");
}

#[test]
fn cohens_kappa() {
    let reference = reference();
    let counts = by_code(&sets(&reference.gold), &sets(&reference.predicted));
    for (code, theirs) in Code::ALL.into_iter().zip(&reference.codes) {
        match (kappa::cohen(counts[code as usize]), theirs.kappa) {
            (Some(ours), Some(theirs)) => close(ours, theirs, code.name()),
            (ours, theirs) => assert_eq!(ours, theirs, "{code}"),
        }
    }
}

#[test]
fn average_precision_with_ties() {
    let reference = reference();
    for (code, theirs) in Code::ALL.into_iter().zip(&reference.codes) {
        let (gold, p) = column(&reference, code);
        close(average_precision(&gold, &p), theirs.average_precision, code.name());
    }
}

#[test]
fn resampled_clusters_are_weights() {
    let reference = reference();
    let (gold, predicted) = (sets(&reference.gold), sets(&reference.predicted));
    for (code, theirs) in Code::ALL.into_iter().zip(&reference.codes) {
        let (y, p) = column(&reference, code);
        let units = reference.cluster.iter().zip(y).zip(p).map(|((&cluster, y), p)| (cluster, y, p));
        let ours = Ranking::new(units).weighted(&reference.times);
        close(ours, theirs.average_precision_resampled, code.name());
        let drawn = gold.iter().zip(&predicted).zip(&reference.cluster).map(|((g, c), &cluster)| {
            Confusion::of([(g.contains(code), c.contains(code))]) * reference.times[cluster as usize]
        });
        close(drawn.sum::<Confusion>().f1(), theirs.f1_resampled, code.name());
    }
}

#[test]
fn calibration() {
    let reference = reference();
    for (code, theirs) in Code::ALL.into_iter().zip(&reference.codes) {
        let (gold, p) = column(&reference, code);
        let ours = Reliability::new(&gold, &p, Reliability::BINS);
        let filled: Vec<_> = ours.bins.iter().filter(|bin| bin.units > 0).collect();
        let theirs = &theirs.calibration;
        assert_eq!(filled.iter().map(|bin| bin.units).collect::<Vec<_>>(), theirs.n, "{code}");
        for ((bin, &observed), &predicted) in filled.iter().zip(&theirs.observed).zip(&theirs.predicted) {
            close(bin.observed, observed, code.name());
            close(bin.mean_predicted, predicted, code.name());
        }
        close(ours.expected_error(), theirs.ece, code.name());
    }
}

#[test]
fn resistance_of_any_kind() {
    let reference = reference();
    let any = |rows: &[Vec<usize>]| sets(rows).into_iter().map(|set| tags(set)[3]).collect::<Vec<_>>();
    let (gold, predicted) = (any(&reference.gold), any(&reference.predicted));
    let p: Vec<f32> = reference.probabilities.iter().map(|p| tag_probabilities(p)[3]).collect();
    close(average_precision(&gold, &p), reference.any_resistance.average_precision, "average precision");
    close(Confusion::of(gold.into_iter().zip(predicted)).f1(), reference.any_resistance.f1, "F1");
}

#[test]
fn quantiles() {
    let Quantiles { mut values, q, is } = reference().quantiles;
    values.sort_by(f64::total_cmp);
    for (&q, &theirs) in q.iter().zip(&is) {
        close(quantile(&values, q), theirs, &format!("quantile {q}"));
    }
}

#[test]
fn bootstrap_bounds_agree_up_to_chance() {
    let reference = reference();
    let code = Code::ALL[reference.bootstrap.code];
    let (y, p) = column(&reference, code);
    let predicted: Vec<bool> = sets(&reference.predicted).iter().map(|set| set.contains(code)).collect();
    let ranking = Ranking::new(reference.cluster.iter().zip(&y).zip(&p).map(|((&c, &y), &p)| (c, y, p)));
    let statistic = |times: &[u32]| {
        let of_unit = |i: usize| Confusion::of([(y[i], predicted[i])]) * times[reference.cluster[i] as usize];
        vec![(0..y.len()).map(of_unit).sum::<Confusion>().f1(), ranking.weighted(times)]
    };
    let bootstrap = Bootstrap { resamples: 4000, ..Bootstrap::default() };
    let ours = bootstrap.intervals(reference.times.len(), statistic);
    for (ours, theirs) in ours.iter().zip([reference.bootstrap.f1, reference.bootstrap.average_precision]) {
        assert!((ours.low - theirs[0]).abs() < 0.01, "{ours:?}, reference {theirs:?}");
        assert!((ours.high - theirs[1]).abs() < 0.01, "{ours:?}, reference {theirs:?}");
    }
}

/// Three codings with labels of their own and units missing, written as tables and read as a user's would be.
#[test]
fn several_coders() {
    let theirs = reference().coders;
    let dir = tempfile::tempdir().expect("a folder can be made");
    let codings: Vec<Coder> = (0..3)
        .map(|c| {
            let path = dir.path().join(format!("coder{c}.csv"));
            let mut table = csv::Writer::from_path(&path).expect("a table can be made");
            let mut header = vec!["session_id".to_owned(), "utterance_id".into(), "codes".into()];
            header.extend(theirs.labels.iter().filter(|_| c == 2).cloned());
            table.write_record(header).expect("a row can be written");
            for unit in (0..theirs.session.len()).filter(|&unit| theirs.has[c][unit]) {
                let given = theirs.labels.iter().zip(theirs.said[c][unit]).filter(|(_, said)| *said == 1);
                let labels: Vec<&str> = given.map(|(label, _)| label.as_str()).collect();
                let mut row = vec![theirs.session[unit].to_string(), unit.to_string(), labels.join("|")];
                row.extend(theirs.probabilities[unit].iter().filter(|_| c == 2).map(f32::to_string));
                table.write_record(row).expect("a row can be written");
            }
            drop(table);
            Coder::read(&path, "codes").expect("the table can be read")
        })
        .collect();
    let ours = compare(&Aligned::new(&codings), &Bootstrap { resamples: 0, ..Bootstrap::default() });
    let nominal = |name: &str, ours: &breakthrough::agreement::coders::compare::Nominal, theirs: &Nominal| {
        close(ours.agreement.value, theirs.agreement, name);
        close(ours.cohen.value, theirs.cohen, name);
        close(ours.fleiss.value, theirs.fleiss, name);
        close(ours.alpha.value, theirs.alpha, name);
    };
    assert_eq!(ours.labels.len(), theirs.labels.len());
    for label in &ours.labels {
        let k = theirs.labels.iter().position(|name| *name == label.name).expect("the label is known");
        nominal(&label.name, &label.nominal, &theirs.nominal[k]);
        for (ours, theirs) in label.against.iter().zip(&theirs.against) {
            close(ours.precision.value, theirs.precision[k], &label.name);
            close(ours.recall.value, theirs.recall[k], &label.name);
            close(ours.f1.value, theirs.f1[k], &label.name);
            let p = ours.probabilities.as_ref();
            assert_eq!(p.is_some(), theirs.ece.is_some());
            if let (Some(p), Some(precision), Some(ece)) = (p, &theirs.average_precision, &theirs.ece) {
                close(p.average_precision.value, precision[k], &label.name);
                close(p.calibration_error.value, ece[k], &label.name);
            }
        }
    }
    nominal("sets", &ours.sets, &theirs.sets);
    for (ours, theirs) in ours.overall.iter().zip(&theirs.against) {
        close(ours.macro_f1.value, theirs.of_labels, "macro");
        close(ours.micro_f1.value, theirs.micro, "micro");
    }
}
