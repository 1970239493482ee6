//! Model folders that are damaged, cut short or foreign: refused with what is wrong, never run into the ground.

use crate::corpus::{analyze, stderr, visible};
use breakthrough::model::files::{
    self, CALIBRATION, CHECKSUMS, CONFIG, LARGE, LARGE_WORDS, NGRAMS, TOKENIZER, WEIGHTS,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The files of the shipped model.
const NAMES: [&str; 8] = [CONFIG, TOKENIZER, WEIGHTS, LARGE, LARGE_WORDS, NGRAMS, CALIBRATION, CHECKSUMS];

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm")
}

/// A model folder in which one file can be exchanged, and something to code with it.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("model")).unwrap();
        fs::write(dir.path().join("in.txt"), "T: Well?\nC: I told him no. It just came out of me.\n")
            .unwrap();
        NAMES
            .iter()
            .for_each(|name| drop(fs::copy(shipped().join(name), dir.path().join("model").join(name))));
        Bench(dir)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join("model").join(name)
    }

    /// Exit code, standard error, and the coded table; then the folder is as it was. What belongs to the large encoder is looked at
    /// without `--small`, all else with it.
    fn run(&self, changed: &str, list_mended: bool) -> (Option<i32>, String, String) {
        self.run_sized(changed, list_mended, !matches!(changed, LARGE | LARGE_WORDS))
    }

    fn run_sized(&self, changed: &str, list_mended: bool, small: bool) -> (Option<i32>, String, String) {
        if list_mended {
            files::write_checksums(&self.0.path().join("model")).unwrap();
        }
        let out = self.0.path().join("out");
        let folder = self.file("");
        let arguments = ["--model", folder.to_str().unwrap(), "--quiet", "--small"];
        let arguments = &arguments[..if small { 4 } else { 3 }];
        let output = analyze(&self.0.path().join("in.txt"), &out, arguments);
        let table = fs::read_to_string(out.join("utterances.csv")).unwrap_or_default();
        assert_eq!(output.status.success(), !visible(&out).is_empty());
        let _ = fs::remove_dir_all(&out);
        let _ = fs::remove_dir(self.file(changed));
        for name in [changed, CHECKSUMS] {
            fs::copy(shipped().join(name), self.file(name)).unwrap();
        }
        (output.status.code(), stderr(&output), table)
    }

    fn refuses(&self, what: &str, changed: &str, list_mended: bool, says: &[&str]) {
        let (code, said, _) = self.run(changed, list_mended);
        assert_eq!(code, Some(4), "{what}: {said}");
        assert_eq!(said.lines().count(), 1, "{what}: {said}");
        assert!(says.iter().all(|part| said.contains(part)), "{what}: {said}");
    }
}

#[test]
fn damage_to_every_file_is_found_by_its_checksum() {
    let bench = Bench::new();
    for name in NAMES {
        let whole = fs::read(shipped().join(name)).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        // What is wrong with the list itself shows in the first file that it does not fit.
        let says = if name == CHECKSUMS { "" } else { name };
        for (what, bytes) in
            [("empty", &[][..]), ("cut short", &whole[..whole.len() / 2]), ("a bit", &flipped)]
        {
            fs::write(bench.file(name), bytes).unwrap();
            bench.refuses(&format!("{name}, {what}"), name, false, &[says]);
        }
        fs::remove_file(bench.file(name)).unwrap();
        bench.refuses(&format!("{name} missing"), name, false, &[name, "is"]);
        fs::remove_file(bench.file(name)).unwrap();
        fs::create_dir(bench.file(name)).unwrap();
        bench.refuses(&format!("{name} a folder"), name, false, &[name, "cannot be read"]);
    }
}

/// The tensors of a file, with one of them changed.
fn with_tensor(
    file: &str,
    name: &str,
    change: impl Fn(Dtype, &[usize], &mut Vec<u8>) -> (Dtype, Vec<usize>),
) -> Vec<u8> {
    let bytes = fs::read(shipped().join(file)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let all: Vec<_> = tensors
        .tensors()
        .into_iter()
        .map(|(tensor, view)| {
            let (mut dtype, mut shape, mut data) =
                (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            if tensor == name {
                (dtype, shape) = change(view.dtype(), view.shape(), &mut data);
            }
            (tensor, dtype, shape, data)
        })
        .collect();
    let views = all.iter().map(|(name, dtype, shape, data)| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    serialize(views.collect::<Vec<_>>(), None).unwrap()
}

fn edited(file: &str, from: &str, to: &str) -> Vec<u8> {
    let text = fs::read_to_string(shipped().join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    text.replacen(from, to, 1).into_bytes()
}

/// All with a list of checksums that fits: only looking at what is in the files can find these.
#[test]
fn foreign_models_are_found_by_their_shape() {
    let half = |value: f32| half::f16::from_f32(value).to_le_bytes();
    let fill = |value: f32| {
        move |dtype: Dtype, shape: &[usize], data: &mut Vec<u8>| {
            data.chunks_exact_mut(2).for_each(|pair| pair.copy_from_slice(&half(value)));
            (dtype, shape.to_vec())
        }
    };
    let (query, norm) =
        ("encoder.layer.2.attention.self.query.weight", "encoder.layer.2.output.LayerNorm.weight");
    let wide = "encoder.layer.0.intermediate.dense.weight";
    let turned = |dtype, shape: &[usize], _: &mut Vec<u8>| (dtype, shape.iter().rev().copied().collect());
    let single = |_, shape: &[usize], data: &mut Vec<u8>| {
        *data = vec![0; shape.iter().product::<usize>() * 4];
        (Dtype::F32, shape.to_vec())
    };
    let shorter = |dtype, shape: &[usize], data: &mut Vec<u8>| {
        data.truncate(data.len() / shape[0] * (shape[0] - 1));
        (dtype, [&[shape[0] - 1], &shape[1..]].concat())
    };
    let words = "embeddings.word_embeddings.weight";
    let (large_words, large_wide) = ("large.word.weight", "large.layer.0.intermediate.weight");
    let no_separator =
        fs::read_to_string(shipped().join(TOKENIZER)).unwrap().replace("[SEP]", "[SAP]").into_bytes();
    let bench = Bench::new();
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("turned", WEIGHTS, with_tensor(WEIGHTS, wide, turned), wide),
        ("single precision", WEIGHTS, with_tensor(WEIGHTS, query, single), query),
        ("a word too few", WEIGHTS, with_tensor(WEIGHTS, words, shorter), words),
        ("NaN", WEIGHTS, with_tensor(WEIGHTS, query, fill(f32::NAN)), "not finite"),
        ("infinite", WEIGHTS, with_tensor(WEIGHTS, norm, fill(f32::INFINITY)), "not finite"),
        ("far too large", WEIGHTS, with_tensor(WEIGHTS, norm, fill(65504.0)), ""),
        ("another vocabulary", CONFIG, edited(CONFIG, "30522", "28996"), "28996"),
        ("another width", CONFIG, edited(CONFIG, "384", "768"), "768"),
        ("fewer layers", CONFIG, edited(CONFIG, "\"layers\": 6", "\"layers\": 5"), "tensors too many"),
        ("more layers", CONFIG, edited(CONFIG, "\"layers\": 6", "\"layers\": 7"), "has no tensor"),
        (
            "layers without end",
            CONFIG,
            edited(CONFIG, "\"layers\": 6", "\"layers\": 9999999999"),
            "larger than",
        ),
        ("other codes", CONFIG, edited(CONFIG, "\"empathy\"", "\"warmth\""), "codebook"),
        ("a key unknown", CONFIG, edited(CONFIG, "\"layers\"", "\"strata\""), "strata"),
        ("a word less", TOKENIZER, edited(TOKENIZER, "\"##～\":30521", "\"##～\":30520"), "30521 entries"),
        ("no separator", TOKENIZER, no_separator, "has no [SEP] token"),
        ("not a tokenizer", TOKENIZER, b"{}".to_vec(), TOKENIZER),
        ("other codes", CALIBRATION, edited(CALIBRATION, "\"empathy\"", "\"pacing\""), "codebook"),
        (
            "no number",
            CALIBRATION,
            edited(CALIBRATION, "\"threshold\": 0", "\"threshold\": 1e40"),
            CALIBRATION,
        ),
        ("NaN", NGRAMS, with_tensor(NGRAMS, "weights", fill(f32::NAN)), "not finite"),
        ("turned", NGRAMS, with_tensor(NGRAMS, "weights", turned), "weights"),
        ("the other's", NGRAMS, fs::read(shipped().join(CONFIG)).unwrap(), "safetensors"),
        ("the other's", WEIGHTS, fs::read(shipped().join(NGRAMS)).unwrap(), "tensor"),
        ("turned", LARGE, with_tensor(LARGE, large_wide, turned), large_wide),
        ("single precision", LARGE, with_tensor(LARGE, large_wide, single), large_wide),
        (
            "infinite",
            LARGE,
            with_tensor(LARGE, "large.layer.5.output.scale", fill(f32::INFINITY)),
            "not finite",
        ),
        ("a word too few", LARGE_WORDS, with_tensor(LARGE_WORDS, large_words, shorter), large_words),
        ("the other's", LARGE, fs::read(shipped().join(WEIGHTS)).unwrap(), "tensor"),
    ];
    for (what, name, bytes, says) in cases {
        fs::write(bench.file(name), bytes).unwrap();
        let (code, said, table) = bench.run(name, true);
        if code == Some(0) && says.is_empty() {
            sound(&table, what);
            continue;
        }
        assert_eq!(code, Some(4), "{name}, {what}: {said}");
        assert!(said.lines().count() == 1 && said.contains(says), "{name}, {what}: {said}");
    }
    for (what, from, to, says) in [
        ("of before", "\"format\": 2,", "", "format 1"),
        ("a reader less", "\"readers\": 4", "\"readers\": 3", "tensors too many"),
        ("a reader more", "\"readers\": 4", "\"readers\": 5", "has no tensor"),
    ] {
        fs::write(bench.file(CONFIG), edited(CONFIG, from, to)).unwrap();
        let (code, said, _) = bench.run_sized(CONFIG, true, false);
        assert_eq!(code, Some(4), "{what}: {said}");
        assert!(said.lines().count() == 1 && said.contains(says), "{what}: {said}");
    }
    for name in NAMES.into_iter().filter(|&name| name != CHECKSUMS) {
        let whole = fs::read(shipped().join(name)).unwrap();
        for length in [0, whole.len() / 2, whole.len() - 2] {
            fs::write(bench.file(name), &whole[..length]).unwrap();
            bench.refuses(&format!("{name}, {length} bytes"), name, true, &[name]);
        }
    }
}

/// One bit somewhere, and a list of checksums that fits it. Many such models are as good as before; what no look at the
/// files can find must at least not end in a panic or in numbers that are none.
#[test]
fn a_bit_that_the_list_agrees_with_never_ends_in_a_panic() {
    let bench = Bench::new();
    let mut random = ChaCha8Rng::seed_from_u64(6);
    for (name, first, times) in [
        (CONFIG, 577, 8),
        (CALIBRATION, 3952, 8),
        (TOKENIZER, 466_247, 8),
        (WEIGHTS, 12_280, 6),
        (LARGE, 12_280, 6),
        (NGRAMS, 240, 4),
    ] {
        for _ in 0..times {
            let mut bytes = fs::read(shipped().join(name)).unwrap();
            // Mostly where the structure is.
            let at = random.random_range(0..first.min(bytes.len()));
            bytes[at] ^= 1 << random.random_range(0..8);
            fs::write(bench.file(name), bytes).unwrap();
            let (code, said, table) = bench.run(name, true);
            let what = format!("{name}, byte {at}");
            assert!(matches!(code, Some(0 | 4)), "{what}: {code:?} {said}");
            match code {
                Some(0) => sound(&table, &what),
                _ => assert_eq!(said.lines().count(), 1, "{what}: {said}"),
            }
        }
    }
}

/// Whether every probability is one.
fn sound(table: &str, what: &str) {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let first = reader.headers().unwrap().iter().position(|name| name == "emotional").unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        for cell in row.iter().skip(first).take(13) {
            assert!(cell.parse().is_ok_and(|p: f64| (0.0..=1.0).contains(&p)), "{what}: {cell}");
        }
    }
}
