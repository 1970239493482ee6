//! Runs that are taken up: the same bytes, whatever was kept of the runs before.

use crate::corpus::{STORE, TABLES, analyze, drafts, program, run_json, stderr, tables, visible, write};
use breakthrough::input::{self, Event, Format};
use breakthrough::model::files::Files;
use breakthrough::model::{EngineKind, Model};
use breakthrough::pipeline;
use breakthrough::transcript::Session;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

fn sample() -> Vec<Session> {
    let files = input::find(
        &[Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample")],
        None,
        &input::Options::default(),
    )
    .unwrap();
    let mut sessions = Vec::new();
    for source in files.sources {
        let input::Source::File(path) = source else { continue };
        sessions.extend(input::open(&path, &input::Options::default()).filter_map(|event| match event {
            Event::Session(session) => Some(session),
            _ => None,
        }));
    }
    sessions
}

/// Without this, finished work would change digits: a session that is coded alone has other neighbours in its matrices.
#[test]
fn what_is_said_of_a_session_does_not_depend_on_its_company() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm");
    let model = Model::load(&Files::read(&folder).unwrap(), EngineKind::default()).unwrap();
    let sessions = sample();
    let together = pipeline::code(&model, sessions.clone()).unwrap();
    let mut reversed = sessions.clone();
    reversed.reverse();
    let reversed = pipeline::code(&model, reversed).unwrap();
    assert!(sessions.len() > 3 && together.iter().any(|coded| !coded.moments.is_empty()));
    // One word is the shortest window there is, one unit the shortest session.
    let options = input::Options { format: Some(Format::Text), ..input::Options::default() };
    let short = input::read("C: Yes.\n".as_bytes(), Path::new("short.txt").into(), &options);
    let short: Vec<_> = short
        .filter_map(|event| if let Event::Session(session) = event { Some(session) } else { None })
        .collect();
    let with_short = pipeline::code(&model, [short.clone(), sessions.clone()].concat()).unwrap();
    let only_short = pipeline::code(&model, short).unwrap();
    for (i, session) in sessions.into_iter().enumerate() {
        let alone = &pipeline::code(&model, vec![session]).unwrap()[0];
        for company in [&together[i], &reversed[reversed.len() - 1 - i], &with_short[i + 1]] {
            assert!(same(alone, company), "{}", alone.session.id);
        }
    }
    assert!(same(&only_short[0], &with_short[0]));
}

/// To the last bit.
fn same(a: &breakthrough::coding::CodedSession, b: &breakthrough::coding::CodedSession) -> bool {
    let bits = |coded: &breakthrough::coding::CodedSession| -> Vec<u32> {
        coded.codings.iter().flat_map(|coding| coding.probabilities.map(f32::to_bits)).collect()
    };
    bits(a) == bits(b) && a.moments == b.moments && a.summary == b.summary
}

#[test]
fn only_what_is_new_or_changed_is_coded() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out, fresh) = (dir.path().join("in"), dir.path().join("out"), dir.path().join("fresh"));
    fs::create_dir(&input).unwrap();
    write(&input, "a.csv", 0, 8);
    write(&input, "b.csv", 100, 8);
    let resumed = |more: &[&str]| {
        let output = analyze(&input, &out, &[&["--resume"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        (run_json(&out)["totals"]["resumed"].as_u64().unwrap(), stderr(&output))
    };
    let undisturbed = |more: &[&str]| {
        assert_eq!(analyze(&input, &fresh, more).status.code(), Some(0));
        tables(&fresh)
    };
    assert_eq!(resumed(&[]).0, 0);
    assert_eq!(tables(&out), undisturbed(&[]));
    let (all, said) = resumed(&[]);
    assert!(all == 16 && said.contains("16 sessions were taken up"), "{all}: {said}");
    assert_eq!(tables(&out), undisturbed(&[]));
    // Tables of another form, and a file of another name, need nothing from the engine.
    fs::rename(input.join("b.csv"), input.join("c.csv")).unwrap();
    assert_eq!(resumed(&["--no-text", "--excel"]).0, 16);
    assert_eq!(tables(&out), undisturbed(&["--no-text", "--excel"]));
    // One word changed in one session, one session gone, one new.
    let text = fs::read_to_string(input.join("c.csv")).unwrap().replacen("late again", "early again", 1);
    fs::write(input.join("c.csv"), text).unwrap();
    write(&input, "a.csv", 1, 8);
    assert_eq!(resumed(&[]).0, 14);
    assert_eq!(tables(&out), undisturbed(&[]));
    let kept = fs::read(out.join(STORE)).unwrap();
    assert_eq!(resumed(&[]).0, 16);
    assert_eq!(fs::read(out.join(STORE)).unwrap().len(), kept.len(), "what is not used does not pile up");
    for name in [STORE, ".breakthrough.lock"] {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(out.join(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name}");
        }
    }
    assert!(!kept.windows(6).any(|bytes| bytes == b"Mm-hmm"), "words are kept");
}

#[test]
fn finished_work_that_is_torn_or_damaged_is_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (write(dir.path(), "a.csv", 0, 8), dir.path().join("out"));
    let resumed = || {
        let output = analyze(&input, &out, &["--resume"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        (run_json(&out)["totals"]["resumed"].as_u64().unwrap(), stderr(&output))
    };
    resumed();
    let (whole, wanted) = (fs::read(out.join(STORE)).unwrap(), tables(&out));
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let at = starts(&whole);
    assert_eq!(at.len(), 8);
    let cases: [(&str, Vec<u8>, u64, &str); 7] = [
        ("torn", whole[..whole.len() - 5].to_vec(), 7, "cut short"),
        ("torn in a head", whole[..at[2] + 10].to_vec(), 2, "cut short"),
        ("damaged in the middle", flipped(at[3] + 1000), 7, "1 records are damaged"),
        ("damaged at the end", flipped(whole.len() - 1), 7, "1 records are damaged"),
        ("a length damaged", flipped(at[0] + 3), 0, "cut short"),
        ("of another kind", b"something else altogether, and long enough".to_vec(), 0, "coded again"),
        ("empty", Vec::new(), 0, ""),
    ];
    for (what, bytes, taken_up, told) in cases {
        fs::write(out.join(STORE), bytes).unwrap();
        let (count, said) = resumed();
        assert_eq!(count, taken_up, "{what}: {said}");
        assert!(said.contains(told), "{what}: {said}");
        assert_eq!(tables(&out), wanted, "{what}");
        assert_eq!(fs::read(out.join(STORE)).unwrap().len(), whole.len(), "{what}: it is whole again");
    }
}

/// Where the records of a store begin: a line, then records of a length, 32 bytes, so many bytes, and 8.
fn starts(store: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = store.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    while at < store.len() {
        starts.push(at);
        at += 44 + u32::from_le_bytes(*store[at..].first_chunk().unwrap()) as usize;
    }
    starts
}

/// What a folder may hold under final names: nothing, or tables each of which is one of these; all of one run where
/// there is a `run.json`.
fn whole(out: &Path, references: &[Vec<Option<Vec<u8>>>]) {
    let found = tables(out);
    if out.join("run.json").exists() {
        let run = run_json(out);
        assert_eq!(run["totals"]["added_up"], true);
        assert!(references.contains(&found), "tables of several runs beside a run.json");
    }
    for (i, table) in found.iter().enumerate().filter(|(_, table)| table.is_some()) {
        assert!(references.iter().any(|all| all[i] == *table), "{} is not whole", TABLES[i]);
    }
    let known = |name: &String| TABLES.contains(&name.as_str()) || name == "run.json";
    assert!(visible(out).iter().all(known), "{:?}", visible(out));
}

/// Kills runs at random moments, as many as fit into 20 seconds, or `BREAKTHROUGH_KILLS` of them; `BREAKTHROUGH_SEED`
/// chooses the moments.
#[test]
fn killed_at_any_moment_nothing_is_lost() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (wanted, seed) = (number("BREAKTHROUGH_KILLS"), number("BREAKTHROUGH_SEED").unwrap_or(1));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    // Two inputs that have half of their sessions in common, and differ in every table that has rows.
    let inputs = [write(dir.path(), "a.csv", 0, 64), write(dir.path(), "b.csv", 32, 56)];
    let mut longest = Duration::ZERO;
    let references: Vec<_> = (0..2)
        .map(|i| {
            let (clock, calm) = (Instant::now(), dir.path().join(format!("calm{i}")));
            assert_eq!(analyze(&inputs[i], &calm, &["--quiet"]).status.code(), Some(0));
            longest = longest.max(clock.elapsed());
            tables(&calm)
        })
        .collect();

    let clock = Instant::now();
    let (mut kills, mut ended, mut left, mut taken_up) = (0_u64, 0, 0, 0);
    while wanted.map_or(clock.elapsed() < Duration::from_secs(20), |wanted| kills < wanted) {
        let mut run = program()
            .args(["analyze", "--resume", "--quiet", "--out", out.to_str().unwrap()])
            .arg(&inputs[random.random_range(0..2)])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(longest.mul_f64(random.random_range(0.0..1.0)));
        run.kill().unwrap();
        let output = run.wait_with_output().unwrap();
        assert!(output.stderr.is_empty(), "{}", stderr(&output));
        whole(&out, &references);
        left += u64::from(!drafts(&out).is_empty());
        if output.status.success() {
            // Killed too late. Begun anew, so that the next kills meet work.
            ended += 1;
            taken_up += u64::from(run_json(&out)["totals"]["resumed"] != 0);
            fs::remove_file(out.join(STORE)).unwrap();
        } else {
            kills += 1;
        }
    }
    for (input, reference) in inputs.iter().zip(&references) {
        let output = analyze(input, &out, &["--resume"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(tables(&out), *reference);
        assert!(drafts(&out).is_empty(), "leavings are removed");
        assert_eq!(run_json(&out)["totals"]["written"], run_json(&out)["totals"]["read"]);
    }
    eprintln!(
        "{kills} runs killed at random moments of {longest:.1?} (seed {seed}), {left} times drafts were left; \
         {ended} ended before, {taken_up} of these with finished work; nothing lost"
    );
    assert!(kills > 0);
}
