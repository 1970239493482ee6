//! What each part of the way of an utterance costs: `cargo bench`. Timings never decide a test.
#![allow(missing_docs, clippy::unwrap_used)]

use breakthrough::input;
use breakthrough::model::files::Files;
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
    let found = input::find(&[root.join("data/sample")], None).unwrap();
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

criterion_group!(benches, parts);
criterion_main!(benches);
