//! The statistics of `agreement` against scikit-learn, statsmodels, krippendorff and numpy
//! (`tests/reference/agreement.py` makes the numbers).

mod workbook;

use breakthrough::agreement::average_precision::Ranking;
use breakthrough::agreement::bootstrap::{Bootstrap, quantile};
use breakthrough::agreement::coders::{Aligned, Coder, compare};
use breakthrough::agreement::confusion::Confusion;
use breakthrough::agreement::kappa::Pair;
use breakthrough::agreement::report::{Scored, SourceFigures, evaluate};
use breakthrough::codebook::{CODE_COUNT, Code, CodeSet};
use breakthrough::coding::Coding;
use breakthrough::transcript::Speaker;
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

fn one(gold: bool, predicted: bool) -> Confusion {
    let mut counts = Confusion::default();
    counts.record(gold, predicted);
    counts
}

/// All units as a report has them: sentences of notes, which may carry every code.
fn figures(reference: &Reference) -> SourceFigures {
    let (gold, codes) = (sets(&reference.gold), sets(&reference.predicted));
    let unit = |i: usize| Scored {
        source: "s",
        cluster: "c",
        session: "c",
        speaker: Speaker::Note(None),
        gold: gold[i],
        coding: Coding { probabilities: reference.probabilities[i], codes: codes[i] },
    };
    let units: Vec<Scored> = (0..gold.len()).map(unit).collect();
    let mut report = evaluate(&units, &Bootstrap { resamples: 0, ..Bootstrap::default() });
    report.sources.swap_remove(0)
}

#[test]
fn precision_recall_f1() {
    let reference = reference();
    let ours = figures(&reference);
    for (ours, theirs) in ours.labels.iter().zip(&reference.codes) {
        close(ours.precision.value, theirs.precision, ours.name);
        close(ours.recall.value, theirs.recall, ours.name);
        close(ours.f1.value, theirs.f1, ours.name);
    }
    close(ours.all_codes.f1.value, reference.f1.of_labels, "macro");
    let all = ours.labels[..CODE_COUNT].iter().map(|label| label.counts);
    close(all.sum::<Confusion>().f1(), reference.f1.micro, "micro");
}

#[test]
fn cohens_kappa() {
    let reference = reference();
    let (gold, predicted) = (sets(&reference.gold), sets(&reference.predicted));
    for (code, theirs) in Code::ALL.into_iter().zip(&reference.codes) {
        let mut pair = Pair::new(2);
        let has = |set: &CodeSet| Some(usize::from(set.contains(code)));
        gold.iter().zip(&predicted).for_each(|(gold, predicted)| pair.record(has(gold), has(predicted)));
        match (pair.kappa(), theirs.kappa) {
            (Some(ours), Some(theirs)) => close(ours, theirs, code.name()),
            (ours, theirs) => assert_eq!(ours, theirs, "{code}"),
        }
    }
}

#[test]
fn average_precision_with_ties() {
    let reference = reference();
    for (ours, theirs) in figures(&reference).labels.iter().zip(&reference.codes) {
        close(ours.average_precision.value, theirs.average_precision, ours.name);
    }
}

#[test]
fn resampled_clusters_are_weights() {
    let reference = reference();
    let (gold, predicted) = (sets(&reference.gold), sets(&reference.predicted));
    for (code, theirs) in Code::ALL.into_iter().zip(&reference.codes) {
        let (y, p) = column(&reference, code);
        let units = reference.cluster.iter().zip(y).zip(p).map(|((&cluster, y), p)| (cluster, y, p));
        let ours = Ranking::new(units).defined(&reference.times).unwrap_or(0.0);
        close(ours, theirs.average_precision_resampled, code.name());
        let drawn = gold.iter().zip(&predicted).zip(&reference.cluster).map(|((g, c), &cluster)| {
            one(g.contains(code), c.contains(code)) * reference.times[cluster as usize]
        });
        close(drawn.sum::<Confusion>().f1(), theirs.f1_resampled, code.name());
    }
}

#[test]
fn calibration() {
    let reference = reference();
    for (ours, theirs) in figures(&reference).labels.iter().zip(&reference.codes) {
        let filled: Vec<_> = ours.reliability.bins.iter().filter(|bin| bin.units > 0).collect();
        let theirs = &theirs.calibration;
        assert_eq!(filled.iter().map(|bin| bin.units).collect::<Vec<_>>(), theirs.n, "{}", ours.name);
        for ((bin, &observed), &predicted) in filled.iter().zip(&theirs.observed).zip(&theirs.predicted) {
            close(bin.observed, observed, ours.name);
            close(bin.mean_predicted, predicted, ours.name);
        }
        close(ours.calibration_error.value, theirs.ece, ours.name);
    }
}

#[test]
fn resistance_of_any_kind() {
    let reference = reference();
    let ours = &figures(&reference).labels[CODE_COUNT];
    close(ours.average_precision.value, reference.any_resistance.average_precision, "average precision");
    close(ours.f1.value, reference.any_resistance.f1, "F1");
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
        let of_unit = |i: usize| one(y[i], predicted[i]) * times[reference.cluster[i] as usize];
        vec![(0..y.len()).map(of_unit).sum::<Confusion>().f1(), ranking.defined(times).unwrap_or(f64::NAN)]
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

/// A coder's sheet is what it is as CSV, and where there are others a notice says which one is read.
#[test]
fn codes_in_a_workbook() {
    use workbook::Cell::{self, Nothing, Number, Text};
    let dir = tempfile::tempdir().unwrap();
    let header: &[Cell] = &[Text("Session ID"), Text("utterance_id"), Text("codes"), Text("cognitive")];
    let rows: [(usize, &[Cell]); 4] = [
        (1, header),
        (2, &[Text("s1"), Number("1"), Text("cognitive|openness"), Number("0.75")]),
        (3, &[Text("s1"), Number("2"), Nothing, Number("0")]),
        (6, &[Number("2"), Number("1"), Text("NA"), Number("0.5")]),
    ];
    let codebook: [(usize, &[Cell]); 1] = [(1, &[Text("code"), Text("meaning")])];
    let path = dir.path().join("anna.xlsx");
    let (codes, legend) = (workbook::Sheet("a", false, &rows), workbook::Sheet("b", false, &codebook));
    std::fs::write(&path, workbook::workbook(&[legend, codes])).unwrap();
    let csv = dir.path().join("anna.csv");
    std::fs::write(
        &csv,
        "Session ID,utterance_id,codes,cognitive\ns1,1,cognitive|openness,0.75\ns1,2,,0\n2,1,NA,0.5\n",
    )
    .unwrap();
    let [mut found, wanted] = [path, csv].map(|path| Coder::read(&path, "codes").unwrap());
    assert_eq!(found.notices.remove(0), "of 2 sheets number 2 is read");
    assert_eq!(found, wanted);
}
