//! What each part of the way of an utterance costs: `cargo bench`. Timings never decide a test.
#![allow(missing_docs, clippy::unwrap_used)]

use breakthrough::input;
use breakthrough::model::embedded::kernels::rows::Then;
use breakthrough::model::embedded::kernels::{Exact, Integer, Processor, Quantised, attention, rows};
use breakthrough::model::encode::Encoder;
use breakthrough::model::files::{Files, TOKENIZER};
use breakthrough::model::{EngineKind, Model};
use breakthrough::pipeline;
use breakthrough::privacy;
use breakthrough::report::{Options, Tables};
use breakthrough::transcript::Session;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;

fn sample() -> Vec<Session> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = input::find(&[root.join("data/sample")], None, &input::Options::default()).unwrap();
    let mut sessions = Vec::new();
    for source in found.sources {
        let input::Source::File(path) = source else { continue };
        for event in input::open(&path, &input::Options::default()) {
            if let input::Event::Session(session) = event {
                sessions.push(session);
            }
        }
    }
    sessions
}

fn parts(criterion: &mut Criterion) {
    let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm")).unwrap();
    let model = Model::load(&files, EngineKind::Embedded).unwrap();
    let sessions = sample();
    let units = sessions.iter().map(|session| session.units.len() as u64).sum();

    let mut group = criterion.benchmark_group("sample");
    group.throughput(Throughput::Elements(units)).sample_size(10);
    group.bench_function("input", |bencher| bencher.iter(|| black_box(sample())));
    group.bench_function("privacy", |bencher| {
        bencher.iter(|| sessions.iter().map(|session| privacy::find(session).len()).sum::<usize>());
    });
    group.bench_function("tokenise and encode", |bencher| {
        bencher.iter(|| {
            black_box(model.read(&sessions).unwrap());
        });
    });
    let encoder = Encoder::new(files.bytes(TOKENIZER).unwrap(), 64).unwrap();
    group.bench_function("tokenise", |bencher| {
        let texts = || sessions.iter().flat_map(|session| &session.units).map(|unit| &unit.text);
        bencher.iter(|| texts().map(|text| encoder.windows(text).unwrap().len()).sum::<usize>());
    });
    let reading = model.read(&sessions).unwrap();
    group.bench_function("context and calibration", |bencher| {
        bencher
            .iter(|| (0..sessions.len()).map(|i| reading.score(i).unwrap().codings().len()).sum::<usize>());
    });
    group.bench_function("whole", |bencher| {
        bencher.iter(|| black_box(pipeline::code(&model, sessions.clone()).unwrap()));
    });
    let coded = pipeline::code(&model, sessions.clone()).unwrap();
    group.bench_function("tables", |bencher| {
        let out = tempfile::tempdir().unwrap();
        bencher.iter(|| {
            let mut tables = Tables::create(out.path(), Options::default()).unwrap();
            coded.iter().for_each(|session| tables.write(session).unwrap());
        });
    });
    group.finish();
    criterion.bench_function("load the model", |bencher| {
        bencher.iter(|| black_box(Model::load(&files, EngineKind::Embedded).unwrap()));
    });
}

/// The steps of one layer of the encoder over a pack of 128 tokens, on one thread.
fn layer(criterion: &mut Criterion) {
    const TOKENS: usize = 128;
    let numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|i| (i * 7919 % 1009) as f32 / 504.0 - 1.0).collect() };
    let processor = Processor::here();
    let mut group = criterion.benchmark_group(format!("layer, {}", processor.name()));
    group.throughput(Throughput::Elements(TOKENS as u64)).sample_size(20);
    // The wide layer with GELU.
    for (inputs, outputs) in [(384, 1152), (384, 384), (384, 1536), (1536, 384)] {
        let then = if outputs > 1152 { Then::Gelu } else { Then::Nothing };
        let (weight, x) = (numbers(outputs * inputs), numbers(TOKENS * inputs));
        let mut y = vec![0.0; TOKENS * outputs];
        let exact = Exact::new(processor, &weight, vec![0.0; outputs]);
        group.bench_function(format!("{inputs} to {outputs}, exact"), |bencher| {
            bencher.iter(|| exact.apply_then(&x, then, &mut y));
        });
        let integer = Integer::new(processor, &weight, vec![0.0; outputs]);
        let mut integers = Quantised::default();
        group.bench_function(format!("{inputs} to {outputs}, integers made"), |bencher| {
            bencher.iter(|| integers.set(&integer, &x));
        });
        group.bench_function(format!("{inputs} to {outputs}, integers"), |bencher| {
            bencher.iter(|| integer.apply_then(&integers, then, &mut y));
        });
    }
    let mut scratch = attention::Scratch::default();
    for tokens in [8, 24, 64] {
        let qkv = numbers(tokens * 1152);
        let mut out = vec![0.0; tokens * 384];
        group.bench_function(format!("attention, windows of {tokens}"), |bencher| {
            bencher.iter(|| {
                for _ in 0..TOKENS / tokens {
                    attention::attend(processor, &qkv, &mut out, 384, 12, &[], &mut scratch);
                }
            });
        });
    }
    let norm = rows::Norm { weight: vec![1.0; 384], bias: vec![0.0; 384], epsilon: 1e-12 };
    let (mut x, residual) = (numbers(TOKENS * 384), numbers(TOKENS * 384));
    group.bench_function("residual and layer normalisation", |bencher| {
        bencher.iter(|| rows::add_and_normalise(processor, &mut x, &residual, &norm));
    });
    group.finish();
}

criterion_group!(benches, parts, layer);
criterion_main!(benches);
