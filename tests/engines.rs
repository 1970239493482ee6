//! The engines against a reference made with Python's transformers (`tests/reference/engine.py`), and against
//! each other.
#![allow(missing_docs, clippy::unwrap_used)]

use breakthrough::model::Engine;
use breakthrough::model::config::{Config, role};
use breakthrough::model::embedded::{Embedded, Precision};
use breakthrough::model::encode::Encoder;
use breakthrough::model::files::{CONFIG, Files, LARGE, LARGE_WORDS, TOKENIZER, WEIGHTS};
use breakthrough::model::weights::Weights;
use breakthrough::transcript::Speaker;
use serde::Deserialize;
use std::path::Path;

/// In largest logits, which are 82: no logit may be 1e-4 away. Single precision rounds away that much over sums of thousands of
/// products.
const TOLERANCE: f32 = 1.2e-6;
/// The same; this much makes another code of one unit in several thousand.
const FAST_TOLERANCE: f32 = 5e-4;

#[derive(Deserialize)]
struct Reference {
    sessions: Vec<Vec<Unit>>,
}

#[derive(Deserialize)]
struct Unit {
    speaker: String,
    text: String,
    ids: Vec<u32>,
    logits: Vec<f32>,
    /// Of the model without its large encoder.
    logits_small: Vec<f32>,
}

fn reference() -> Reference {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/engine.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn model() -> (Files, Config) {
    let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm")).unwrap();
    let config = serde_json::from_slice(files.bytes(CONFIG).unwrap()).unwrap();
    (files, config)
}

/// Largest difference of any logit from the reference, in largest logits of the reference.
fn largest_difference(engine: &dyn Engine, of: fn(&Unit) -> &[f32]) -> f32 {
    let (mut largest, mut scale) = (0.0_f32, 0.0_f32);
    let mut units = 0;
    for session in reference().sessions {
        let windows: Vec<&[u32]> = session.iter().map(|unit| unit.ids.as_slice()).collect();
        let roles: Vec<usize> =
            session.iter().map(|unit| role(Speaker::from_role(&unit.speaker).unwrap())).collect();
        let logits = engine.score(&engine.encode(&windows).unwrap(), &roles).unwrap();
        assert_eq!(logits.len(), session.len());
        for (unit, row) in session.iter().zip(&logits) {
            units += 1;
            for (want, got) in of(unit).iter().zip(row) {
                assert!(got.is_finite());
                largest = largest.max((want - got).abs());
                scale = scale.max(want.abs());
            }
        }
    }
    assert!(units > 250, "only {units} units in the reference");
    largest / scale
}

#[test]
fn tokens_are_those_of_the_reference() {
    let (files, config) = model();
    let encoder = Encoder::new(files.bytes(TOKENIZER).unwrap(), config.encoder.window).unwrap();
    for unit in reference().sessions.iter().flatten() {
        let windows = encoder.windows(&unit.text).unwrap();
        assert_eq!(windows.len(), 1);
        assert_eq!(windows[0].ids, unit.ids, "{:?}", unit.text);
    }
}

fn embedded(precision: Precision) -> Embedded {
    let (files, config) = model();
    Embedded::large(&config, &Weights::of(&files, &[LARGE, LARGE_WORDS]).unwrap(), precision).unwrap()
}

fn embedded_small(precision: Precision) -> Embedded {
    let (files, config) = model();
    Embedded::small(&config.small(), &Weights::of(&files, &[WEIGHTS]).unwrap(), precision).unwrap()
}

#[test]
fn embedded_engine_agrees_with_transformers() {
    for (precision, tolerance) in [(Precision::Exact, TOLERANCE), (Precision::Fast, FAST_TOLERANCE)] {
        let largest = largest_difference(&embedded(precision), |unit| &unit.logits);
        assert!(largest < tolerance, "largest difference {largest}, {precision:?}");
        let largest = largest_difference(&embedded_small(precision), |unit| &unit.logits_small);
        assert!(largest < tolerance, "largest difference {largest}, {precision:?}, small");
    }
}

fn bits(vectors: &[f32]) -> Vec<u32> {
    vectors.iter().map(|x| x.to_bits()).collect()
}

/// A run that was stopped goes on with other packs, and another machine has other threads: no bit may change.
#[test]
fn vectors_depend_neither_on_packs_nor_on_threads() {
    let reference = reference();
    let units: Vec<&Unit> = reference.sessions.iter().flatten().take(60).collect();
    let windows: Vec<&[u32]> = units.iter().map(|unit| unit.ids.as_slice()).collect();
    let small_too = |precision| [embedded(precision), embedded_small(precision)];
    for (precision, engine) in
        [Precision::Fast, Precision::Exact].into_iter().flat_map(|p| small_too(p).map(|engine| (p, engine)))
    {
        let threads = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        let together = threads(3).install(|| engine.encode(&windows).unwrap());
        let alone: Vec<f32> =
            threads(1).install(|| windows.iter().flat_map(|w| engine.encode(&[w]).unwrap()).collect());
        assert!(bits(&together) == bits(&alone), "{precision:?}");
        let shifted = engine.encode(&windows[7..]).unwrap();
        assert!(bits(&shifted) == bits(&together[together.len() - shifted.len()..]), "{precision:?}");
        assert!(engine.encode(&[]).unwrap().is_empty());
    }
}

/// What evidence asks of an engine is what scoring the changed session would say.
#[test]
fn instead_is_the_same_as_scoring_again() {
    let engine = embedded(Precision::Fast);
    let reference = reference();
    let session = &reference.sessions[0][..9];
    let windows: Vec<&[u32]> = session.iter().map(|unit| unit.ids.as_slice()).collect();
    let vectors = engine.encode(&windows).unwrap();
    let width = vectors.len() / windows.len();
    let instead = engine.encode(&[&windows[3][..4], &windows[4][..5]]).unwrap();
    let roles = [0, 1, 0, 1, 0, 1, 0, 1, 0];
    for place in [0, 4, 8] {
        let got = engine.score_instead(&vectors, &roles, place, &instead).unwrap();
        for (instead, got) in instead.chunks_exact(width).zip(got) {
            let mut changed = vectors.clone();
            changed[place * width..][..width].copy_from_slice(instead);
            assert!(bits(&engine.score(&changed, &roles).unwrap()[place]) == bits(&got), "{place}");
        }
    }
}

#[cfg(feature = "rust-bert")]
#[test]
fn rust_bert_engine_agrees_with_transformers() {
    use breakthrough::model::rust_bert::RustBert;

    let (files, config) = model();
    let large = RustBert::large(&config, &Weights::of(&files, &[LARGE, LARGE_WORDS]).unwrap()).unwrap();
    let largest = largest_difference(&large, |unit| &unit.logits);
    assert!(largest < TOLERANCE, "largest difference {largest}");
    let small = RustBert::small(&config.small(), &Weights::of(&files, &[WEIGHTS]).unwrap()).unwrap();
    let largest = largest_difference(&small, |unit| &unit.logits_small);
    assert!(largest < TOLERANCE, "largest difference {largest}, small");
    assert_eq!([large.name(), small.name()], ["rust-bert", "rust-bert, small"]);
}

/// Whole sessions, long units and moments with evidence among them: every code the same from both engines.
#[cfg(feature = "rust-bert")]
#[test]
fn engines_give_the_same_codes() {
    use breakthrough::input::{self, Event, Source};
    use breakthrough::model::{EngineKind, Model};

    let (files, _) = model();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let mut sessions = Vec::new();
    for source in input::find(&[sample], None, &input::Options::default()).unwrap().sources {
        let Source::File(path) = source else { unreachable!("a folder was given") };
        sessions.extend(input::open(&path, &input::Options::default()).filter_map(|event| match event {
            Event::Session(session) => Some(session),
            Event::Reject(_) | Event::Notice(_) => None,
        }));
    }
    // A turn of several windows.
    let long = sessions[0].units.iter().map(|unit| unit.text.as_str()).collect::<Vec<_>>().join(" ");
    sessions[0].units[1].text = long;

    let code = |engine| {
        breakthrough::pipeline::code(&Model::load(&files, engine).unwrap(), sessions.clone()).unwrap()
    };
    let (embedded, rust_bert) = (code(EngineKind::Exact), code(EngineKind::RustBert));
    for (a, b) in embedded.iter().zip(&rust_bert) {
        for (a, b) in a.codings.iter().zip(&b.codings) {
            assert_eq!(a.codes, b.codes);
            for (p, q) in a.probabilities.iter().zip(&b.probabilities) {
                assert!((p - q).abs() < 1e-4, "{p} {q}");
            }
        }
        let shape = |m: &breakthrough::coding::Moment| (m.code, m.first, m.last, m.peak, m.evidence);
        assert!(a.moments.iter().map(shape).eq(b.moments.iter().map(shape)));
    }
}
