//! The privacy stage as its users meet it, and as it is measured: `tests/reference/privacy.csv` has sentences with what in
//! them identifies a person.
#![allow(missing_docs, clippy::unwrap_used)]

use assert_cmd::Command;
use breakthrough::finding::{Find, Searched};
use breakthrough::privacy;
use breakthrough::transcript::{Session, Speaker, Unit};
use proptest::strategy::Strategy as _;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

fn analyze(input: &Path, out: &Path, more: &[&str]) -> Output {
    let paths = [input.to_str().unwrap(), "--out", out.to_str().unwrap()];
    Command::new(env!("CARGO_BIN_EXE_breakthrough")).arg("analyze").args(paths).args(more).output().unwrap()
}

fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        // What is locked during a run; it holds the names of what was written.
        .filter(|name| name != ".breakthrough.lock")
        .collect();
    names.sort();
    names
}

const MARKER: &str = "Zanzibarquark";

/// A folder with a transcript in which people and numbers stand, and one of names as labels.
fn input() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let table = format!(
        "session_id,utterance_id,speaker,text\n\
         a,1,therapist,What happened with Darren?\n\
         a,2,client,\"I told Darren Pike no. First time in ten years, I'm {MARKER} proud. Ring me on 07700 900123.\"\n\
         a,3,client,=SUM(A1) Darren's been and I poured it all down the sink and went for a walk. I haven't had a drink since.\n\
         a,4,nobody,{MARKER} is not read\n\
         b,1,client,It rained and I said nothing about it.\n"
    );
    fs::write(dir.path().join("talk.csv"), table).unwrap();
    dir
}

#[test]
fn finds_are_listed_and_never_quoted() {
    let (dir, out) = (input(), tempfile::tempdir().unwrap());
    let output = analyze(dir.path(), out.path(), &[]);
    assert!(stderr(&output).contains("4 places may still identify a person"), "{}", stderr(&output));
    let finds = rows(&out.path().join("privacy.csv"));
    let seen: Vec<_> = finds
        .iter()
        .map(|row| {
            format!(
                "{}/{} {} {}-{}",
                row["session_id"], row["utterance_id"], row["kind"], row["start"], row["end"]
            )
        })
        .collect();
    assert_eq!(seen, ["a/1 name 19-25", "a/2 name 7-18", "a/2 phone 84-96", "a/3 name 9-15"]);
    assert!(finds.iter().all(|row| row["text"].is_empty() && row["field"] == "text"));
    analyze(dir.path(), out.path(), &["--privacy-text"]);
    let finds = rows(&out.path().join("privacy.csv"));
    assert_eq!((finds[1]["text"].as_str(), finds[2]["text"].as_str()), ("Darren Pike", "07700 900123"));
}

/// What is redacted is in no output, and spans point into the redacted text.
#[test]
fn redaction_comes_before_everything() {
    let (dir, out) = (input(), tempfile::tempdir().unwrap());
    let output = analyze(dir.path(), out.path(), &["--redact", "--therapist", "Dr Okonkwo"]);
    for name in names(out.path()) {
        let text = fs::read_to_string(out.path().join(&name)).unwrap();
        for word in ["Darren", "Pike", "07700", "Okonkwo"] {
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
    assert!(!stderr(&output).contains("Darren"));
    assert!(stderr(&output).contains("redacted: see privacy.csv"), "{}", stderr(&output));
    let redacted = HashMap::from([
        ("2", format!("I told [NAME] no. First time in ten years, I'm {MARKER} proud. Ring me on [PHONE].")),
        (
            "3",
            "=SUM(A1) [NAME]'s been and I poured it all down the sink and went for a walk. I haven't had a drink since."
                .to_owned(),
        ),
    ]);
    let moments = rows(&out.path().join("moments.csv"));
    assert!(!moments.is_empty());
    for moment in moments {
        let at = |name: &str| moment[name].parse::<usize>().unwrap();
        let text = redacted[moment["peak_utterance_id"].as_str()].chars();
        let words: String =
            text.skip(at("evidence_start")).take(at("evidence_end") - at("evidence_start")).collect();
        assert_eq!(words, moment["evidence"]);
    }
}

#[test]
fn an_unclean_input_stops_with_its_own_code() {
    let (dir, out) = (input(), tempfile::tempdir().unwrap());
    let output = analyze(dir.path(), out.path(), &["--require-clean"]);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("4 places may identify a person, 0 are allowed"));
    // One record of the input cannot be read.
    assert!(
        stderr(&output).ends_with("; 1 record could not be read: see unread.csv\n"),
        "{}",
        stderr(&output)
    );
    assert_eq!(names(out.path()), ["privacy.csv", "unread.csv"]);
    assert_eq!(rows(&out.path().join("privacy.csv")).len(), 4);
    assert_eq!(rows(&out.path().join("unread.csv")).len(), 1);
    assert_eq!(analyze(dir.path(), out.path(), &["--require-clean=3"]).status.code(), Some(5));
    assert_eq!(analyze(dir.path(), out.path(), &["--require-clean=4"]).status.code(), Some(1));
    assert!(names(out.path()).contains(&"run.json".to_owned()));
    assert!(!names(out.path()).contains(&"unread.csv".to_owned()));
    // The tables of the earlier run stay, but no longer as a run.
    analyze(dir.path(), out.path(), &["--require-clean=0"]);
    assert!(!names(out.path()).contains(&"run.json".to_owned()));
}

/// An id that is a code and a name too would stop every run, for ids are not redacted.
#[test]
fn what_is_allowed_is_no_find() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let input = dir.path().join("talk.csv");
    fs::write(
        &input,
        "session_id,client_id,speaker,text\nREED-1,REED,client,I said nothing.\nREED-1,REED,client,Reed rang.\n",
    )
    .unwrap();
    let fields = |more: &[&str]| -> Vec<String> {
        let output = analyze(&input, out.path(), &[&["--require-clean"], more].concat());
        assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
        rows(&out.path().join("privacy.csv")).iter().map(|row| row["field"].clone()).collect()
    };
    assert_eq!(fields(&[]), ["text", "session_id", "client_id"]);
    assert_eq!(fields(&["--allow", "MARY,REED"]), ["text"]);
    assert_eq!(fields(&["--allow", "MARY, REED"]), ["text"]);
    assert_eq!(analyze(dir.path(), out.path(), &["--allow", "MARY,"]).status.code(), Some(2));
}

/// Words of the sessions are in the evidence of moments and in excerpts alone, and on stderr in no case.
#[test]
fn words_of_sessions_stay_where_they_may_be() {
    let (dir, out) = (input(), tempfile::tempdir().unwrap());
    for more in [&[][..], &["--no-text"], &["--redact"], &["--require-clean"], &["--excel", "--privacy-text"]]
    {
        let output = analyze(dir.path(), out.path(), more);
        assert!(!stderr(&output).contains(MARKER), "{more:?}");
        assert!(output.stdout.is_empty());
        let may =
            |name: &str| ["moments.csv", "excerpts.csv"].contains(&name) && !more.contains(&"--no-text");
        for name in names(out.path()).iter().filter(|name| !may(name)) {
            let text = fs::read_to_string(out.path().join(name)).unwrap();
            assert!(!text.contains(MARKER), "{more:?}: {name} holds words of the session");
        }
    }
}

#[cfg(unix)]
#[test]
fn outputs_are_their_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, out) = (input(), tempfile::tempdir().unwrap());
    let below = out.path().join("made");
    for more in [&[][..], &["--excel", "--redact", "--privacy-text"], &["--require-clean"]] {
        analyze(dir.path(), &below, more);
        for name in names(&below) {
            let mode = fs::metadata(below.join(&name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
    assert_eq!(fs::metadata(&below).unwrap().permissions().mode() & 0o777, 0o700);
}

/// With `--excel` a byte order mark and a guard; without, the bytes as they were said.
#[test]
fn spreadsheets_are_guarded_on_request() {
    let (dir, plain, guarded) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let said = "I poured it all down the sink and went for a walk instead.";
    let table = format!(
        "session_id,utterance_id,speaker,text\n=HYPERLINK(1),@1,client,{said}\n-s,+2,client,{said}\n"
    );
    fs::write(dir.path().join("talk.csv"), table).unwrap();
    analyze(dir.path(), plain.path(), &[]);
    analyze(dir.path(), guarded.path(), &["--excel"]);
    for name in names(plain.path()).iter().filter(|name| *name != "run.json") {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap();
        let (plain, guarded) = (read(plain.path()), read(guarded.path()));
        assert!(!plain.starts_with('\u{feff}') && guarded.starts_with('\u{feff}'), "{name}");
        let mut bare = csv::Reader::from_reader(plain.as_bytes());
        let mut safe = csv::Reader::from_reader(guarded.trim_start_matches('\u{feff}').as_bytes());
        for (bare, safe) in bare.records().zip(safe.records()) {
            for (bare, safe) in bare.unwrap().iter().zip(&safe.unwrap()) {
                let formula = bare.starts_with(['=', '+', '-', '@']);
                assert_eq!(safe, if formula { format!("'{bare}") } else { bare.to_owned() }, "{name}");
            }
        }
    }
    assert!(fs::read_to_string(plain.path().join("utterances.csv")).unwrap().contains("\n=HYPERLINK(1),@1,"));
}

fn said(text: &str) -> Session {
    let unit = Unit {
        id: "0".to_owned(),
        speaker: Speaker::Client(1),
        text: text.to_owned(),
        start: None,
        end: None,
    };
    Session { units: vec![unit], ..Session::new("s".to_owned(), PathBuf::from("s.csv").into()) }
}

/// A field of a megabyte is looked through in pieces, all of it.
#[test]
fn long_fields_are_looked_through() {
    let session = said(&"Ça va, Darren said. Ring 07700 900123. ".repeat(25_000));
    let finds = privacy::find(&session);
    assert!(finds.len() >= 49_980, "{}", finds.len());
    assert!(
        finds.iter().take(2000).all(|find| find.span.words(&session.units[0].text) == find.words(&session))
    );
    let text = privacy::redact(Searched { session, finds }).units.remove(0).text;
    assert!(text.starts_with("Ça va, [NAME] said. Ring [PHONE]. Ça va, [NAME] said. Ring [PHONE]."));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(400))]

    /// Whatever is said: no panic, finds in order that do not overlap, spans that point at the words.
    #[test]
    fn spans_hold_for_any_text(
        parts in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::string::string_regex(r"\PC{0,12}").unwrap(),
                proptest::string::string_regex(r"[0-9+() ./-]{1,16}").unwrap(),
                proptest::sample::select(vec![
                    "Darren", "Mrs ", "my name is ", "’s ", "٠١٢٣٤٥٦٧٨٩", "\u{212a}", "[NAME]", "\u{2011}", "12\u{2013}02\u{2013}", "\u{200b}", "\u{2009}", " Street", "MRN ", "@", "SW2 1RW", "é",
                    "😀", "\n", ". ", "GB29 NWBK 6016 1331 9268 19", "born on ", "I live in ", " dot com", "ninety ", "nhs: ", "+٤٤",
                ]).prop_map(str::to_owned),
            ],
            0..12,
        ),
    ) {
        let session = said(&parts.concat());
        let finds = privacy::find(&session);
        let text = &session.units[0].text;
        for find in &finds {
            assert!(!find.bytes.is_empty() && find.span.words(text) == &text[find.bytes.clone()]);
        }
        assert!(finds.windows(2).all(|pair| pair[0].bytes.end <= pair[1].bytes.start));
        let _ = privacy::redact(Searched { session, finds });
    }
}

/// Found and wanted of a kind; right and given.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    found: usize,
    wanted: usize,
    right: usize,
    given: usize,
}

/// Recall and precision by kind on the reference sentences: a span counts as found if half of it is covered, whatever the
/// kind, for redaction would then remove it; a find is right if half of it is wanted.
fn scores(part: &str) -> BTreeMap<String, Score> {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/privacy.csv");
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for row in rows(&reference).into_iter().filter(|row| row["part"] == part) {
        let unit = Unit {
            id: "0".to_owned(),
            speaker: Speaker::Client(1),
            text: row["text"].clone(),
            start: None,
            end: None,
        };
        let session =
            Session { units: vec![unit], ..Session::new("s".to_owned(), PathBuf::from("s.csv").into()) };
        let finds: Vec<Find> = privacy::find(&session);
        let wanted: Vec<(&str, usize, usize)> = row["spans"].split(';').filter_map(span).collect();
        for &(kind, start, end) in &wanted {
            let covered = (start..end)
                .filter(|&at| finds.iter().any(|find| find.span.start <= at && at < find.span.end));
            let score = scores.entry(kind.to_owned()).or_default();
            score.wanted += 1;
            score.found += usize::from(covered.count() * 2 >= end - start);
        }
        for find in &finds {
            let range = find.span.start..find.span.end;
            let right =
                range.clone().filter(|at| wanted.iter().any(|&(_, start, end)| (start..end).contains(at)));
            let score = scores.entry(find.kind.to_string()).or_default();
            score.given += 1;
            score.right += usize::from(right.count() * 2 >= range.len());
        }
    }
    scores
}

fn span(text: &str) -> Option<(&str, usize, usize)> {
    let (kind, range) = text.split_once(':')?;
    let (start, end) = range.split_once('-')?;
    Some((kind, start.parse().ok()?, end.parse().ok()?))
}

/// The bars stand a little under what was measured (docs/privacy.md); a cue that breaks another shows here.
#[test]
fn recall_and_precision_hold() {
    for (part, names, places) in [("generated", 0.75, 0.7), ("written", 0.9, 0.75)] {
        for (kind, score) in scores(part) {
            println!("{part:>9} {kind:<15} {score:?}");
            let recall = score.found as f64 / score.wanted.max(1) as f64;
            let precision = score.right as f64 / score.given.max(1) as f64;
            let least = match kind.as_str() {
                "name" => names,
                "place" | "organisation" | "address" | "age" | "record" => places,
                _ => 0.99,
            };
            assert!(score.wanted == 0 || recall >= least, "{part} {kind}: recall {recall:.3}");
            assert!(score.given == 0 || precision >= 0.85, "{part} {kind}: precision {precision:.3}");
        }
    }
}
