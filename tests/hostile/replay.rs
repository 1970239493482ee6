//! The fuzz targets on `fuzz/seeds`, as they are and mutated. `BREAKTHROUGH_FUZZ=SECONDS` mutates so long per target;
//! the real fuzzer, which sees what the code does, is in `fuzz`.

use super::codes::{codes, privacy};
use super::targets::{READERS, Target};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// What readers listen to.
const WORDS: [&str; 40] = [
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "T: ",
    "C: ",
    "Anna: ",
    "S:",
    "Plan -",
    "[00:03]",
    "00:01.000 --> 00:02.000",
    "-->",
    "WEBVTT",
    "NOTE ",
    "<v A>",
    "</v>",
    "&amp;",
    "&#x41;",
    "{\"speaker\":\"C\",\"text\":\"x\"}",
    "\\ud800",
    "\0",
    "\u{feff}",
    "\u{200e}",
    "é",
    "’",
    "😀",
    "session_id",
    "speaker,text",
    "Session: 3",
    "<w:p>",
    "</w:p>",
    "<w:tc>",
    "</w:tr>",
    "<w:tab/>",
    "<w:t>T: x</w:t>",
];

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn mutated(seeds: &[(PathBuf, Vec<u8>)], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seeds.choose(random).unwrap().1.clone();
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..=bytes.len());
        let end = (at + random.random_range(0..64)).min(bytes.len());
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.extend_from_within(at..end),
            3 => drop(bytes.splice(at..at, [random.random::<u8>()])),
            4 => {
                let other = &seeds.choose(random).unwrap().1;
                let cut = random.random_range(0..=other.len());
                bytes.splice(at.., other[cut..].iter().copied());
            }
            _ => drop(bytes.splice(at..end, WORDS.choose(random).unwrap().bytes())),
        }
    }
    bytes
}

fn all(name: &str, target: Target, few: usize) {
    let seeds = seeds(name);
    assert!(seeds.len() > 2, "{name}");
    for (_, bytes) in &seeds {
        target(bytes);
    }
    let time = std::env::var("BREAKTHROUGH_FUZZ")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    // Another start with every long run.
    let now = || SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs());
    let start = if time.is_some() { now() } else { 1 };
    let (mut random, clock) = (ChaCha8Rng::seed_from_u64(start), Instant::now());
    let mut done = 0_u64;
    while time.map_or(done < few as u64, |time| clock.elapsed() < time) {
        let bytes = mutated(&seeds, &mut random);
        if std::panic::catch_unwind(|| target(&bytes)).is_err() {
            let found = std::env::temp_dir().join(format!("breakthrough-{name}-{done}"));
            fs::write(&found, bytes).unwrap();
            panic!("{name}: kept as {}; make it small and put it into fuzz/seeds/{name}", found.display());
        }
        done += 1;
    }
    println!("{name}: {done} mutations of {} seeds in {:.0?}", seeds.len(), clock.elapsed());
}

#[test]
fn readers_on_seeds_and_mutated_seeds() {
    for (name, target) in READERS {
        all(name, target, 500);
    }
}

#[test]
fn privacy_on_seeds_and_mutated_seeds() {
    all("privacy", privacy, 500);
}

#[test]
fn codes_on_seeds_and_mutated_seeds() {
    all("codes", codes, 20);
}
