//! The data set holds to its rules: it parses, codes stand on their side and in the order of the codebook, every group
//! has a fold, no group is in two places, and the counts in the datasheet are right.

#![allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use breakthrough::codebook::{CODE_COUNT, Code, CodeSet};
use breakthrough::train::corpus::{self, Places, Session, Source};
use breakthrough::transcript::Speaker;
use flate2::read::GzDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

const WRITTEN: [&str; 13] = [
    "session_id",
    "client_id",
    "session_number",
    "date",
    "therapist_id",
    "kind",
    "school",
    "topic",
    "group",
    "utterance_id",
    "speaker",
    "text",
    "codes",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus")
}

fn gold() -> Vec<Session> {
    let (written, splits) = (folder(), folder().join("../splits.csv"));
    let corpus = corpus::gold(&Places { written: &written, own: None, splits: &splits }).unwrap();
    assert!(corpus.missing.is_empty(), "{:?}", corpus.missing);
    corpus.sessions
}

fn tables(start: &str) -> Vec<(String, Vec<csv::StringRecord>)> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    files.retain(|path| name(path).starts_with(start) && name(path).ends_with(".csv.gz"));
    let read = |path: &PathBuf| {
        let mut table = csv::Reader::from_reader(GzDecoder::new(File::open(path).unwrap()));
        let header = table.headers().unwrap().clone();
        let rows = std::iter::once(header).chain(table.records().map(Result::unwrap)).collect();
        (name(path), rows)
    };
    files.iter().map(read).collect()
}

#[test]
fn written_tables_have_one_format() {
    let files = tables("written_");
    assert!(files.len() >= 4);
    let mut sessions = BTreeSet::new();
    for (file, rows) in files {
        // Where there is a second coding it stands in a column of its own.
        let twice = rows[0].len() > WRITTEN.len();
        let columns = WRITTEN.iter().copied().chain(twice.then_some("codes_2"));
        assert!(rows[0].iter().eq(columns), "{file}");
        let mut last = (String::new(), 0);
        for row in &rows[1..] {
            let [id, client, kind, unit, speaker, text, codes] = [0, 1, 5, 9, 10, 11, 12].map(|i| &row[i]);
            if id != last.0 {
                assert!(sessions.insert(id.to_owned()), "{file}: session {id} twice");
                last = (id.to_owned(), 0);
            }
            assert_eq!(unit, last.1.to_string(), "{file}: {id}");
            last.1 += 1;
            assert!(
                !client.is_empty() && !text.trim().is_empty() && text.trim() == text,
                "{file}: {id} {unit}"
            );
            assert_eq!(kind == "note", speaker.starts_with("note"), "{file}: {id} {unit}");
            let role = Speaker::from_role(speaker).unwrap();
            for codes in [codes, row.get(13).unwrap_or_default()] {
                let bare = codes.replace(['!', '~'], "");
                let set: CodeSet = bare.parse().unwrap();
                assert_eq!(set.to_string(), bare, "{file}: {id} {unit}: order of the codebook");
                assert!(set.iter().all(|code| role.may_carry(code)), "{file}: {id} {unit}: side");
                for code in codes.split('|').filter(|code| code.ends_with(['!', '~'])) {
                    let bare = code.strip_suffix(['!', '~']).unwrap();
                    assert!(["emotional", "cognitive", "behavioural"].contains(&bare), "{file}: {id} {unit}");
                }
            }
        }
    }
}

#[test]
fn what_is_not_ours_stands_there_without_text() {
    let header = |file: &str| tables(file).remove(0).1[0].clone();
    assert_eq!(
        header("annomi_codes"),
        ["session_id", "group", "utterance_id", "speaker", "codes", "codes_2"][..]
    );
    assert_eq!(header("goemotions_codes"), ["id", "codes"][..]);
    assert_eq!(header("comments_codes"), ["id", "codes"][..]);
}

#[test]
fn codes_stand_on_their_side() {
    for session in gold() {
        for unit in session.units {
            let wrong: Vec<_> = unit.codes.iter().filter(|&code| !unit.speaker.may_carry(code)).collect();
            assert!(wrong.is_empty(), "{} {}: {wrong:?}", session.id, unit.id);
        }
    }
}

/// Reading the corpus has found a fold for every group; here: none is in the splits for nothing.
#[test]
fn every_fold_has_its_group() {
    let mut groups: BTreeSet<String> = gold().into_iter().map(|session| session.group).collect();
    groups.extend(tables("goemotions_codes").remove(0).1.iter().skip(1).map(|row| row[0].to_owned()));
    let mut table = csv::Reader::from_path(folder().join("../splits.csv")).unwrap();
    for row in table.records().map(Result::unwrap) {
        assert!(groups.remove(&row[0]), "{} has a fold and is not in the corpus", &row[0]);
    }
    assert!(groups.is_empty(), "without a fold: {groups:?}");
}

/// Sessions, units, and for every code the units that may carry it and those that do.
type Part = (usize, usize, [usize; CODE_COUNT], [usize; CODE_COUNT]);

/// The part of the datasheet that is computed.
#[test]
fn the_datasheet_counts_right() {
    let mut parts: BTreeMap<(usize, String), Part> = BTreeMap::new();
    for session in gold() {
        // Batches are told apart by what follows the letter of their ids.
        let batch =
            session.id.get(..2).filter(|id| ["S", "N", "P"].iter().any(|letter| id.starts_with(letter)));
        let place = Source::ALL.iter().position(|&source| source == session.source).unwrap();
        let name = session.source.name();
        let name = batch.map_or(name.to_owned(), |id| format!("{name} {id}…"));
        let (sessions, units, may, given) = parts.entry((place, name)).or_default();
        *sessions += 1;
        *units += session.units.len();
        for unit in &session.units {
            for code in Code::ALL {
                may[code as usize] += usize::from(unit.speaker.may_carry(code));
                given[code as usize] += usize::from(unit.codes.contains(code));
            }
        }
    }
    let mut table = String::from("| |");
    parts.keys().for_each(|(_, name)| write!(table, " {name} |").unwrap());
    write!(table, "\n|---|{}\n| sessions |", "--:|".repeat(parts.len())).unwrap();
    parts.values().for_each(|part| write!(table, " {} |", part.0).unwrap());
    table.push_str("\n| units |");
    parts.values().for_each(|part| write!(table, " {} |", part.1).unwrap());
    for code in Code::ALL {
        write!(table, "\n| `{code}` |").unwrap();
        for (_, _, may, given) in parts.values() {
            let (may, given) = (may[code as usize], given[code as usize]);
            write!(table, " {given} ({:.1} %) |", 100.0 * given as f64 / may as f64).unwrap();
        }
    }
    let datasheet = fs::read_to_string(folder().join("DATASHEET.md")).unwrap();
    assert!(datasheet.contains(&table), "DATASHEET.md should have this table:\n\n{table}\n");
}
