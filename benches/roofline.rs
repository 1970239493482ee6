//! How much of what the processor can multiply the engine makes use of, on one thread:
//! `cargo bench --bench roofline`. A minute on a machine that does nothing else.
//!
//! The peak is measured on registers alone; then the products of the model's shapes; then whole encoders, for which
//! the operations of its linear layers are counted and nothing else. Timings never decide a test.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use breakthrough::model::Engine as _;
use breakthrough::model::config::Config;
use breakthrough::model::embedded::kernels::rows::Then;
use breakthrough::model::embedded::kernels::{Exact, Integer, Processor, Quantised};
use breakthrough::model::embedded::{Embedded, Large, Precision};
use breakthrough::model::files::{CONFIG, Files, LARGE, LARGE_WORDS, WEIGHTS};
use breakthrough::model::weights::Weights;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Operations a second in the best of many tries over two seconds, in thousand millions.
fn rate(operations: usize, mut work: impl FnMut()) -> f64 {
    let (began, mut best) = (Instant::now(), Duration::MAX);
    while began.elapsed() < Duration::from_secs(2) {
        let clock = Instant::now();
        work();
        best = best.min(clock.elapsed());
    }
    operations as f64 / best.as_secs_f64() / 1e9
}

/// Peaks in single precision and in 16-bit integers, where it is known how to reach them.
#[cfg(target_arch = "x86_64")]
fn peaks(processor: Processor) -> Option<(f64, f64)> {
    use std::arch::x86_64::{
        _mm512_add_epi32, _mm512_add_ps, _mm512_dpwssd_epi32, _mm512_fmadd_ps, _mm512_set1_epi32,
        _mm512_set1_ps,
    };
    const STEPS: usize = 50_000;
    const SUMS: usize = 24;

    #[target_feature(enable = "avx512f")]
    fn single() {
        let (mut sums, x) = ([_mm512_set1_ps(1.0); SUMS], black_box(_mm512_set1_ps(0.5)));
        for _ in 0..STEPS {
            sums.iter_mut().for_each(|sum| *sum = _mm512_fmadd_ps(*sum, x, x));
        }
        black_box(sums.into_iter().reduce(|a, b| _mm512_add_ps(a, b)));
    }
    #[target_feature(enable = "avx512f,avx512vnni")]
    fn integer() {
        let (mut sums, x) = ([_mm512_set1_epi32(1); SUMS], black_box(_mm512_set1_epi32(3)));
        for _ in 0..STEPS {
            // Its own sum as a factor: the compiler cannot know the result beforehand.
            sums.iter_mut().for_each(|sum| *sum = _mm512_dpwssd_epi32(*sum, *sum, x));
        }
        black_box(sums.into_iter().reduce(|a, b| _mm512_add_epi32(a, b)));
    }
    if !processor.name().contains("AVX-512") {
        return None;
    }
    // SAFETY: the processor has just been found to have these instructions.
    #[allow(unsafe_code)]
    let (single, integer) = (|| unsafe { single() }, || unsafe { integer() });
    let single = rate(STEPS * SUMS * 32, single);
    if processor.name().contains("AMX") {
        return Some((single, matrix_unit()));
    }
    Some((single, rate(STEPS * SUMS * 64, integer)))
}

/// The peak of AMX in products of 16-bit integers, each of which is four products of bytes.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
fn matrix_unit() -> f64 {
    use std::arch::asm;
    const STEPS: usize = 50_000;
    #[repr(C, align(64))]
    struct Configuration([u8; 64]);
    let mut tiles = Configuration([0; 64]);
    tiles.0[0] = 1;
    for tile in 0..8 {
        tiles.0[16 + 2 * tile] = 64;
        tiles.0[48 + tile] = 16;
    }
    let work = || {
        // SAFETY: the processor has the instructions, and this process has been let use them; nothing but 64 bytes is read.
        unsafe {
            asm!(
                "ldtilecfg [{tiles}]",
                "2:",
                "tdpbssd tmm0, tmm4, tmm6",
                "tdpbusd tmm1, tmm5, tmm6",
                "tdpbsud tmm2, tmm4, tmm7",
                "tdpbuud tmm3, tmm5, tmm7",
                "dec {left}",
                "jnz 2b",
                "tilerelease",
                tiles = in(reg) &raw const tiles,
                left = inout(reg) STEPS => _,
                out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            );
        }
    };
    rate(STEPS * 2 * 16 * 16 * 64, work)
}

#[cfg(not(target_arch = "x86_64"))]
fn peaks(_: Processor) -> Option<(f64, f64)> {
    None
}

fn main() {
    let processor = Processor::here();
    let peaks = peaks(processor);
    // With weights that are bytes the matrix unit does half of the work; other units do all of it.
    let half = if processor.name().contains("AMX") { 2.0 } else { 1.0 };
    let row = |name: &str, rates: [f64; 2], bytes: bool| {
        let peaks = peaks.map(|(single, integer)| (single, if bytes { half * integer } else { integer }));
        let share = |rate: f64, peak: Option<f64>| {
            peak.map_or(String::new(), |p| format!(" ({:.0} %)", 100.0 * rate / p))
        };
        let (single, integer) = (share(rates[0], peaks.map(|p| p.0)), share(rates[1], peaks.map(|p| p.1)));
        println!("| {name} | {:.0}{single} | {:.0}{integer} |", rates[0], rates[1]);
    };
    println!("One thread, {}\n", processor.name());
    println!("| 10⁹ operations a second | single precision | 16-bit integers |\n|---|--:|--:|");
    if let Some((single, integer)) = peaks {
        row("peak, registers only", [single, integer], false);
    }
    let numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|i| (i * 7919 % 1009) as f32 / 504.0 - 1.0).collect() };
    // Those of the large encoder have weights that are bytes.
    for (inputs, outputs, bytes) in [
        (384, 1152, false),
        (384, 384, false),
        (384, 1536, false),
        (1536, 384, false),
        (768, 2304, true),
        (768, 768, true),
        (768, 3072, true),
        (3072, 768, true),
    ] {
        let rows = 256;
        let (weight, x) = (numbers(outputs * inputs), numbers(rows * inputs));
        let mut y = vec![0.0; rows * outputs];
        let exact = Exact::new(processor, &weight, vec![0.0; outputs]);
        let integer = if bytes {
            let weight: Vec<i8> = weight.iter().map(|w| (w * 127.0) as i8).collect();
            Integer::of_bytes(processor, &weight, vec![1.0; outputs], vec![0.0; outputs])
        } else {
            Integer::new(processor, &weight, vec![0.0; outputs])
        };
        let mut integers = Quantised::default();
        integers.set(&integer, &x);
        let operations = 2 * rows * inputs * outputs;
        let single = rate(operations, || exact.apply(&x, &mut y));
        row(
            &format!("product {inputs} to {outputs}{}", if bytes { ", bytes" } else { "" }),
            [single, rate(operations, || integer.apply_then(&integers, Then::Nothing, &mut y))],
            bytes,
        );
    }

    let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm")).unwrap();
    let config: Config = serde_json::from_slice(files.bytes(CONFIG).unwrap()).unwrap();
    let path = files.path(WEIGHTS);
    let weights = Weights::new(files.bytes(WEIGHTS).unwrap(), &path).unwrap();
    let shape = &config.encoder;
    // Windows as long as those of real talk: a third are short, the mean is 24 tokens.
    let lengths = [4, 6, 15, 24, 31, 64];
    let windows: Vec<Vec<u32>> =
        (0..120).map(|i| (0..lengths[i % 6]).map(|t| 2000 + (i as u32 * 31 + t) % 9000).collect()).collect();
    let windows: Vec<&[u32]> = windows.iter().map(Vec::as_slice).collect();
    let tokens: usize = windows.iter().map(|window| window.len()).sum();
    // Layers that both encoders share are run once.
    let layers = shape.layers + config.plain.as_ref().map_or(0, |plain| plain.layers - plain.shared);
    let per_token = 2 * layers * (4 * shape.hidden * shape.hidden + 2 * shape.hidden * shape.intermediate);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let whole = [Precision::Exact, Precision::Fast].map(|precision| {
        let engine = Embedded::small(&config, &weights, precision).unwrap();
        pool.install(|| rate(tokens * per_token, || drop(black_box(engine.encode(&windows)))))
    });
    row("the small encoder, whole", whole, false);
    println!("\n{:.2} million operations a token", per_token as f64 / 1e6);

    let shape = config.large.as_ref().unwrap();
    let per_token =
        2 * shape.layers * (4 * shape.hidden * shape.hidden + 2 * shape.hidden * shape.intermediate);
    let weights = Weights::of(&files, &[LARGE, LARGE_WORDS]).unwrap();
    let whole = [Precision::Exact, Precision::Fast].map(|precision| {
        let large = Large::new(shape, &config.encoder, &weights, precision).unwrap();
        pool.install(|| {
            rate(tokens * per_token, || {
                // As many at once as a pack has.
                windows.chunks(5).for_each(|pack| drop(black_box(large.states(pack))));
            })
        })
    });
    row("the large encoder, whole", whole, true);
    println!("\n{:.2} million operations a token", per_token as f64 / 1e6);
}
