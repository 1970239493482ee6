//! A codebook with a network of its own: a branch of its own in the engines, beside the thirteen codes.
//!
//! The network is the shipped model's own first reader with some of its outputs, so what it must say is known.
#![allow(missing_docs, clippy::unwrap_used)]

use assert_cmd::Command;
use breakthrough::codebook::Code;
use breakthrough::coding::own::{OwnCodebook, OwnLabel, Voice};
use breakthrough::model::Engine;
use breakthrough::model::config::{Config, role};
use breakthrough::model::embedded::{Embedded, Precision};
use breakthrough::model::encode::Encoder;
use breakthrough::model::files::{
    CHECKSUMS, CONFIG, Files, LARGE, LARGE_WORDS, NAMES, OWN, OWN_WEIGHTS, TOKENIZER, WEIGHTS, checksums,
};
use breakthrough::model::own::{Decision, Learner, Own};
use breakthrough::model::weights::Weights;
use breakthrough::transcript::Speaker;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The labels, by alphabet, and the codes whose outputs they have.
const LABELS: [(&str, Code); 3] =
    [("leaps", Code::Behavioural), ("moved", Code::Emotional), ("wants", Code::Motivation)];
const WIDTH: usize = 192;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm")
}

/// Tensors of the shipped model whose names `keep` says, with `change` made to their bytes.
fn tensors(keep: impl Fn(&str) -> bool, change: impl Fn(&str, Vec<u8>) -> (Vec<usize>, Vec<u8>)) -> Vec<u8> {
    let file = fs::read(shipped().join(WEIGHTS)).unwrap();
    let all = SafeTensors::deserialize(&file).unwrap();
    let kept: Vec<_> = all
        .iter()
        .filter(|(name, _)| keep(name))
        .map(|(name, view)| {
            let (shape, bytes) = change(name, view.data().to_vec());
            let shape = if shape.is_empty() { view.shape().to_vec() } else { shape };
            (name.to_owned(), shape, bytes)
        })
        .collect();
    let views = kept
        .iter()
        .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F16, shape.clone(), bytes).unwrap()));
    serialize(views, None).unwrap()
}

/// `own.safetensors`: upper layers and first reader of the shipped model, with the outputs of [`LABELS`].
fn own_weights() -> Vec<u8> {
    let upper = |name: &str| {
        ["encoder.layer.3.", "encoder.layer.4.", "encoder.layer.5."].iter().any(|l| name.starts_with(l))
    };
    tensors(
        |name| upper(name) || name.starts_with("context.") || name.starts_with("head."),
        |name, bytes| {
            let row = match name {
                "head.output.weight" => 2 * WIDTH,
                "head.output.bias" => 2,
                _ => return (Vec::new(), bytes),
            };
            let rows = LABELS.iter().flat_map(|(_, code)| &bytes[*code as usize * row..][..row]);
            let shape = if row > 2 { vec![LABELS.len(), WIDTH] } else { vec![LABELS.len()] };
            (shape, rows.copied().collect())
        },
    )
}

fn own(single: bool) -> Own {
    let label = |(name, _): &(&str, Code)| OwnLabel {
        name: (*name).to_owned(),
        voices: [Voice::Client, Voice::Note].into_iter().collect(),
    };
    let labels = LABELS.iter().map(label).collect();
    let decision = Decision { bias: 0.25, threshold: 0.3 };
    Own {
        codebook: OwnCodebook { name: "mine".into(), single, labels },
        learner: Learner::Network,
        decisions: vec![decision; LABELS.len()],
    }
}

/// Writes the model folder; `weights` is `own.safetensors`.
fn folder(to: &Path, own: &Own, weights: Vec<u8>) {
    fs::create_dir_all(to).unwrap();
    let mut files: Vec<(&str, Vec<u8>)> = NAMES
        .into_iter()
        .chain([LARGE, LARGE_WORDS])
        .filter(|name| *name != CHECKSUMS)
        .map(|name| (name, fs::read(shipped().join(name)).unwrap()))
        .collect();
    files.push((OWN, serde_json::to_vec_pretty(own).unwrap()));
    files.push((OWN_WEIGHTS, weights));
    let list = checksums(files.iter().map(|(name, bytes)| (*name, &bytes[..])));
    files.push((CHECKSUMS, list.into_bytes()));
    files.into_iter().for_each(|(name, bytes)| fs::write(to.join(name), bytes).unwrap());
}

/// Windows and roles of an invented session with a note in it.
fn session() -> (Vec<Vec<u32>>, Vec<usize>) {
    let files = Files::read(&shipped()).unwrap();
    let encoder = Encoder::new(files.bytes(TOKENIZER).unwrap(), 64).unwrap();
    let said = [
        ("therapist", "What happened then?"),
        ("client", "I told him no. It just came out of me, and I did not even shake."),
        ("therapist", "You did it."),
        ("client", "I want to keep doing that, I really want to."),
        ("note", "Cried when she spoke of the hospital."),
        ("client", "Mm."),
    ];
    said.iter()
        .map(|(speaker, text)| {
            let window = encoder.windows(text).unwrap().remove(0).ids;
            (window, role(Speaker::from_role(speaker).unwrap()))
        })
        .unzip()
}

fn config() -> Config {
    let files = Files::read(&shipped()).unwrap();
    serde_json::from_slice(files.bytes(CONFIG).unwrap()).unwrap()
}

#[test]
fn the_branch_says_what_the_layers_say_where_they_came_from() {
    let config = config().small();
    // A model whose second reader says nothing: its logits are those of the first.
    let silent = tensors(
        |_| true,
        |name, bytes| {
            (Vec::new(), if name.starts_with("plain.head.output") { vec![0; bytes.len()] } else { bytes })
        },
    );
    let (path, own_weights) = (PathBuf::from("tensors"), own_weights());
    let (silent, own) = (Weights::new(&silent, &path).unwrap(), Weights::new(&own_weights, &path).unwrap());
    let (windows, roles) = session();
    let windows: Vec<&[u32]> = windows.iter().map(Vec::as_slice).collect();
    for precision in [Precision::Fast, Precision::Exact] {
        let alone = Embedded::small(&config, &silent, precision).unwrap();
        let engine = Embedded::small(&config, &silent, precision).unwrap();
        let engine = engine.with_own(&config, &silent, &own, LABELS.len()).unwrap();
        let vectors = engine.encode(&windows).unwrap();
        let codes = engine.score(&vectors, &roles).unwrap();
        let labels = engine.own_logits(&vectors, &roles).unwrap();
        assert_eq!(labels.len(), windows.len() * LABELS.len());
        for (codes, labels) in codes.iter().zip(labels.chunks_exact(LABELS.len())) {
            for (&(_, code), label) in LABELS.iter().zip(labels) {
                assert_eq!(codes[code as usize].to_bits(), label.to_bits(), "{precision:?}");
            }
        }
        // What it does for the thirteen codes is the same with and without.
        let without = alone.encode(&windows).unwrap();
        assert_eq!(codes, alone.score(&without, &roles).unwrap());
        assert_eq!(engine.states(&vectors, &roles).unwrap(), alone.states(&without, &roles).unwrap());
        let (instead, instead_alone) =
            (&engine.encode(&windows[..2]).unwrap(), &alone.encode(&windows[..2]).unwrap());
        assert_eq!(
            engine.score_instead(&vectors, &roles, 3, instead).unwrap(),
            alone.score_instead(&without, &roles, 3, instead_alone).unwrap()
        );
    }
    assert!(own.all_taken().is_ok());
}

fn analyze(input: &Path, out: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    command.arg("analyze").arg(input).arg("--out").arg(out).args(more);
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn analyze_takes_a_folder_with_a_network() {
    let dir = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample/widow.txt");
    let (model, out) = (dir.path().join("model"), dir.path().join("out"));
    let with = ["--model", model.to_str().unwrap()];
    let table = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    for single in [false, true] {
        folder(&model, &own(single), own_weights());
        let (code, said) = analyze(&sample, &out, &with);
        assert_eq!(code, Some(0), "{said}");
        let mut rows = csv::Reader::from_path(out.join("own_codes.csv")).unwrap();
        let (mut given, mut clients) = (0, 0);
        for row in rows.deserialize() {
            let row: std::collections::HashMap<String, String> = row.unwrap();
            let p: Vec<f64> = LABELS.iter().filter_map(|(name, _)| row[*name].parse().ok()).collect();
            if row["speaker"] == "therapist" {
                assert!(p.is_empty() && row["codes"].is_empty(), "{row:?}");
                continue;
            }
            clients += 1;
            given += row["codes"].split('|').filter(|label| !label.is_empty()).count();
            assert!(p.len() == LABELS.len() && p.iter().all(|p| (0.0..=1.0).contains(p)), "{row:?}");
            assert!(!single || (p.iter().sum::<f64>() - 1.0).abs() < 2e-4, "{row:?}");
        }
        assert!(clients > 10 && given > 0 && (!single || given == clients), "{given} of {clients}");
    }
    let (with_it, moments) = (table("utterances.csv"), table("moments.csv"));
    analyze(&sample, &out, &[]);
    assert!(with_it == table("utterances.csv") && moments == table("moments.csv"));

    // Tensors that are not of these labels, or not of this network.
    let mut more = own(false);
    more.codebook.labels.push(OwnLabel { name: "zest".into(), ..more.codebook.labels[0].clone() });
    more.decisions.push(more.decisions[0]);
    let too_many = tensors(|name| !name.contains("word_embeddings"), |_, bytes| (Vec::new(), bytes));
    for (own, weights, says) in [
        (&more, own_weights(), "head.output"),
        (&own(false), too_many, "head.output"),
        (
            &own(false),
            tensors(|name| name.starts_with("head."), |_, bytes| (Vec::new(), bytes)),
            "encoder.layer.3",
        ),
    ] {
        folder(&model, own, weights);
        let (code, said) = analyze(&sample, &dir.path().join("other"), &with);
        let said_of = said.contains(OWN_WEIGHTS) && said.contains("tensor '");
        assert!(code == Some(4) && said_of && said.trim().lines().count() == 1, "{says}: {said}");
    }
}

/// Both engines, a unit of several windows among them.
#[cfg(feature = "rust-bert")]
#[test]
fn engines_agree_on_own_labels() {
    use breakthrough::model::{EngineKind, Model};
    use breakthrough::transcript::{Session, Unit};

    let dir = tempfile::tempdir().unwrap();
    folder(dir.path(), &own(false), own_weights());
    let files = Files::read(dir.path()).unwrap();
    let mut session = Session::new("s".into(), Path::new("invented").into());
    let said =
        ["I told him no. It just came out of me.", "Mm.", "...", "I want to keep doing that, and I will."];
    let long = said.join(" ").repeat(8);
    for (i, text) in said.into_iter().chain([long.as_str()]).cycle().take(20).enumerate() {
        let speaker = Speaker::from_role(["client", "therapist", "note"][i % 3]).unwrap();
        session.units.push(Unit { id: i.to_string(), speaker, text: text.into(), start: None, end: None });
    }
    let sessions = [session];
    let codings = |kind| {
        let model = Model::load(&files, kind).unwrap();
        model.read(&sessions).unwrap().score(0).unwrap().own_codings().unwrap().unwrap().units
    };
    let reference = codings(EngineKind::RustBert);
    let (mut most, mut apart) = (0.0_f32, 0);
    for (kind, tolerance) in [(EngineKind::Exact, 1e-3), (EngineKind::Embedded, 5e-3)] {
        for (a, b) in codings(kind).iter().zip(&reference) {
            assert_eq!(
                a.probabilities.iter().map(Option::is_some).collect::<Vec<_>>(),
                b.probabilities.iter().map(Option::is_some).collect::<Vec<_>>()
            );
            for (p, q) in a.probabilities.iter().flatten().zip(b.probabilities.iter().flatten()) {
                assert!((p - q).abs() < tolerance, "{kind:?}: {p} {q}");
                (most, apart) = (most.max(*p), apart + usize::from(*p > 0.0));
            }
        }
    }
    assert!(most > 0.1 && apart > 10, "{most}, {apart}: the labels are never likely");
}
