//! The output folder as a user finds it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use breakthrough::codebook::{CODE_COUNT, Code};
use breakthrough::coding::{CodedSession, Coding};
use breakthrough::report::{Input, Model, Options, Run, Table, Tables, Totals, Written, dictionary};
use breakthrough::transcript::{Place, Reject, Session, Span, Speaker, Unit};
use breakthrough::{moments, report, trends};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

type Said<'a> = (&'a str, Speaker, &'a str, &'a [(Code, f32)]);

/// A session whose moments have the words after the first comma of their peak as evidence.
fn coded(id: &str, units: &[Said]) -> CodedSession {
    let unit = |&(id, speaker, text, _): &Said| Unit {
        id: id.to_owned(),
        speaker,
        text: text.to_owned(),
        start: None,
        end: None,
    };
    let coding = |(_, _, _, codes): &Said| {
        let mut probabilities = [0.0; CODE_COUNT];
        for &(code, probability) in *codes {
            probabilities[code as usize] = probability;
        }
        Coding {
            probabilities,
            codes: codes.iter().filter(|(_, p)| *p >= 0.5).map(|&(code, _)| code).collect(),
        }
    };
    let session = Session {
        id: id.to_owned(),
        client_id: Some("=cmd|'/c calc'!A1".to_owned()),
        number: Some(3),
        date: Some("2026-02-01".to_owned()),
        therapist_id: None,
        source: Path::new("in.csv").into(),
        labels: Vec::new(),
        units: units.iter().map(unit).collect(),
    };
    let codings: Vec<Coding> = units.iter().map(coding).collect();
    let mut moments = moments::gather(&session, &codings);
    for moment in &mut moments {
        let text = &session.units[moment.peak].text;
        moment.evidence = text.find(", ").map(|byte| Span::of_bytes(text, byte + 2..text.len()));
    }
    let summary = trends::summarise(&session, &codings);
    CodedSession { session, codings, own: None, moments, summary }
}

fn sample() -> CodedSession {
    coded("s, \"1\"", &sample_units())
}

fn sample_units() -> Vec<Said<'static>> {
    let quoted = "Well 😶\u{200d}🌫\u{fe0f} – I’ve never said it, “it’s me”\nNA 😶";
    vec![
        ("1", Speaker::Therapist, "What came up?", &[(Code::Guidance, 0.75)]),
        ("2", Speaker::Client(1), quoted, &[(Code::Cognitive, 0.875), (Code::ResistanceFear, 0.25)]),
        (
            "003",
            Speaker::Client(1),
            "=cmd, - no, it just hit me",
            &[(Code::Cognitive, 0.625), (Code::ResistanceFear, 0.5)],
        ),
    ]
}

fn run() -> Run {
    Run {
        program: "breakthrough".to_owned(),
        version: "0.1.0".to_owned(),
        model: Model {
            name: "m".to_owned(),
            version: "1".to_owned(),
            sha256: "00".to_owned(),
            own_codes: None,
        },
        options: serde_json::Map::new(),
        shard: None,
        inputs: vec![Input {
            path: "in.csv".to_owned(),
            units: 3,
            records: 4,
            rejected: 1,
            ..Input::default()
        }],
        totals: Totals::new(&[], Written::default()),
        started: "2026-02-01T09:30:00.25Z".parse().unwrap(),
        finished: "2026-02-01T09:30:02Z".parse().unwrap(),
        timings: BTreeMap::from([("total".to_owned(), 1.75)]),
    }
}

fn reject() -> Reject {
    Reject {
        file: Path::new("in, put.csv").into(),
        record: Some(4),
        place: Some(Place::Line(9)),
        reason: "no text".to_owned(),
    }
}

/// Writes these sessions to a new folder.
fn folder(sessions: &[CodedSession], options: Options) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), sessions, options);
    dir
}

fn write(folder: &Path, sessions: &[CodedSession], options: Options) {
    let mut tables = Tables::create(folder, options).unwrap();
    let mut cases = trends::Cases::default();
    for session in sessions {
        tables.write(session).unwrap();
        cases.add(session);
    }
    let found = cases.findings(|client, trends| tables.client(client, trends)).unwrap();
    tables.factors(&found.factors).unwrap();
    tables.reject(&reject()).unwrap();
    tables.finish(&run()).unwrap();
}

fn rows(dir: &tempfile::TempDir, file: &str) -> Vec<BTreeMap<String, String>> {
    let mut csv = csv::Reader::from_path(dir.path().join(file)).unwrap();
    csv.deserialize().collect::<Result<_, _>>().unwrap()
}

/// The files that a user sees: the lock is hidden.
fn names(dir: &tempfile::TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".breakthrough.lock");
    names.sort();
    names
}

const FILES: [&str; 10] = [
    "clients.csv",
    "excerpts.csv",
    "factors.csv",
    "moments.csv",
    "privacy.csv",
    "rejects.csv",
    "run.json",
    "sessions.csv",
    "trends.csv",
    "utterances.csv",
];

fn header<T: Table>(dir: &tempfile::TempDir) -> Vec<String> {
    let columns: Vec<_> = T::columns().into_iter().map(|column| column.name.into_owned()).collect();
    let mut csv = csv::Reader::from_path(dir.path().join(T::FILE)).unwrap();
    assert_eq!(csv.headers().unwrap().iter().collect::<Vec<_>>(), columns);
    columns
}

#[test]
fn nine_files_with_the_columns_of_the_dictionary() {
    let dir = folder(&[sample()], Options::default());
    assert_eq!(names(&dir), FILES);
    let utterances = header::<report::utterances::Utterances>(&dir);
    assert_eq!(utterances[..4], ["session_id", "utterance_id", "speaker", "codes"]);
    assert_eq!(utterances[4..], Code::ALL.map(|code| code.name().to_owned()));
    header::<report::moments::Moments>(&dir);
    header::<report::sessions::Sessions>(&dir);
    header::<report::excerpts::Excerpts>(&dir);
    header::<report::clients::Clients>(&dir);
    header::<report::trends::Trends>(&dir);
    header::<report::factors::Factors>(&dir);
    header::<report::rejects::Rejects>(&dir);
}

#[test]
fn utterances_keep_ids_and_give_numbers() {
    let rows = rows(&folder(&[sample()], Options::default()), "utterances.csv");
    assert_eq!(rows.iter().map(|row| row["utterance_id"].as_str()).collect::<Vec<_>>(), ["1", "2", "003"]);
    assert_eq!(rows[2]["session_id"], "s, \"1\"");
    assert_eq!(rows[2]["codes"], "cognitive|resistance_fear");
    assert_eq!((rows[1]["cognitive"].as_str(), rows[1]["emotional"].as_str()), ("0.8750", "0.0000"));
    // Excluded by the side rules, not merely improbable.
    assert_eq!((rows[0]["cognitive"].as_str(), rows[1]["empathy"].as_str()), ("0", "0"));
    assert_eq!(rows[0]["guidance"], "0.7500");
}

#[test]
fn evidence_offsets_point_at_the_quoted_words() {
    let moments = rows(&folder(&[sample()], Options::default()), "moments.csv");
    let sample = sample();
    assert_eq!(moments.len(), 2);
    for moment in &moments {
        let unit = sample.session.units.iter().find(|unit| unit.id == moment["peak_utterance_id"]).unwrap();
        let offset = |column: &str| moment[column].parse::<usize>().unwrap();
        let (start, end) = (offset("evidence_start"), offset("evidence_end"));
        assert_eq!(moment["evidence"], unit.text.chars().skip(start).take(end - start).collect::<String>());
    }
    let cells = |row: usize, columns: [&str; 4]| columns.map(|column| moments[row][column].clone());
    assert_eq!(
        cells(0, ["type", "manner", "evidence", "client_id"]),
        ["cognitive", "sudden", "“it’s me”\nNA 😶", "=cmd|'/c calc'!A1"]
    );
    assert_eq!(
        cells(0, ["first_utterance_id", "last_utterance_id", "units", "mean_probability"]),
        ["2", "003", "2", "0.7500"]
    );
    assert_eq!(
        cells(1, ["type", "manner", "evidence", "session_number"]),
        ["resistance_fear", "", "- no, it just hit me", "3"]
    );
}

#[test]
fn evidence_beyond_the_text_is_cut_not_invented() {
    let mut session = sample();
    session.moments[0].evidence = Some(Span { start: 30, end: 999 });
    session.moments[1].evidence = Some(Span { start: 99, end: 3 });
    session.moments[1].peak = 77;
    let length = session.session.units[1].text.chars().count();
    let moments = rows(&folder(&[session], Options::default()), "moments.csv");
    assert_eq!(moments[0]["evidence_end"], length.to_string());
    assert_eq!((moments[1]["peak_utterance_id"].as_str(), moments[1]["evidence_start"].as_str()), ("", ""));
}

#[test]
fn no_text_leaves_no_word_and_the_same_columns() {
    let dir = folder(&[sample()], Options { text: false, ..Options::default() });
    for name in names(&dir) {
        let content = fs::read_to_string(dir.path().join(&name)).unwrap();
        for word in ["came up", "never", "hit me", "it’s", "😶", "Well"] {
            assert!(!content.contains(word), "{word} in {name}");
        }
    }
    header::<report::moments::Moments>(&dir);
    header::<report::excerpts::Excerpts>(&dir);
    let moments = rows(&dir, "moments.csv");
    assert_eq!(moments[1]["evidence"], "");
    assert_eq!((moments[1]["evidence_start"].as_str(), moments[1]["evidence_end"].as_str()), ("6", "26"));
}

#[test]
fn only_evidence_and_excerpts_hold_words() {
    let dir = folder(&[sample()], Options::default());
    for name in FILES.into_iter().filter(|name| !["moments.csv", "excerpts.csv"].contains(name)) {
        let content = fs::read_to_string(dir.path().join(name)).unwrap();
        assert!(!content.contains("never") && !content.contains("hit me"), "{name}");
    }
}

#[test]
fn excerpts_are_the_words_around_moments() {
    let far: Vec<Said> = (0..9).map(|_| ("u", Speaker::Client(1), "far off", [].as_slice())).collect();
    let mut units = sample_units();
    units.extend(far);
    let excerpts = rows(&folder(&[coded("s", &units)], Options::default()), "excerpts.csv");
    let ids: Vec<_> = excerpts.iter().map(|row| row["utterance_id"].as_str()).collect();
    assert_eq!(ids, ["1", "2", "003", "u", "u"]);
    assert_eq!(
        (excerpts[0]["speaker"].as_str(), excerpts[0]["text"].as_str()),
        ("therapist", "What came up?")
    );
    assert_eq!(excerpts[1]["text"], sample().session.units[1].text);
}

#[test]
fn an_older_page_and_older_words_do_not_outlive_their_tables() {
    let dir = folder(&[sample()], Options::default());
    fs::write(dir.path().join(report::PAGE), "never said it").unwrap();
    report::folder::Folder::open(dir.path()).unwrap().record(&[report::PAGE]).unwrap();
    write(dir.path(), &[sample()], Options { text: false, ..Options::default() });
    assert_eq!(names(&dir), FILES);
    assert!(rows(&dir, "excerpts.csv").is_empty());
}

#[test]
fn sessions_give_counts_rates_and_shares() {
    let dir = tempfile::tempdir().unwrap();
    let mut tables = Tables::create(dir.path(), Options::default()).unwrap();
    tables.write(&sample()).unwrap();
    tables.write(&coded("quiet", &[("1", Speaker::Therapist, "Hello.", &[])])).unwrap();
    assert_eq!(tables.written(), Written { sessions: 2, units: 4, moments: 2, rejects: 0, finds: 0 });
    tables.finish(&run()).unwrap();
    let sessions = rows(&dir, "sessions.csv");
    let first = |column: &str| sessions[0][column].as_str();
    assert_eq!((first("kind"), first("units"), first("client_units")), ("transcript", "3", "2"));
    assert_eq!((first("cognitive_count"), first("cognitive_per_100")), ("2", "100.0000"));
    assert_eq!((first("guidance_count"), first("guidance_per_100")), ("1", "50.0000"));
    assert_eq!((first("resistance_fear_share"), first("resistance_change_share")), ("1.0000", "0.0000"));
    assert_eq!((first("first_breakthrough"), first("peak_breakthrough")), ("0.5000", "0.5000"));
    assert_eq!((first("breakthrough_units"), first("resistance_units")), ("2", "1"));
    // 0.875 and 0.625; the odds of resistance below its threshold count too.
    assert_eq!((first("breakthrough_expected"), first("resistance_expected")), ("1.5000", "0.7500"));
    assert_eq!(first("breakthrough_course").split('|').count(), 21);
    assert_eq!((first("session_number"), first("date"), first("therapist_id")), ("3", "2026-02-01", ""));
    let second = |column: &str| sessions[1][column].as_str();
    assert_eq!((second("cognitive_count"), second("cognitive_per_100")), ("0", ""));
    assert_eq!((second("resistance_fear_share"), second("first_breakthrough")), ("", ""));
}

#[test]
fn moments_say_what_stands_before_them() {
    let moments = rows(&folder(&[sample()], Options::default()), "moments.csv");
    let cells = |row: usize| {
        ["strength", "rise", "about", "overcame", "prepared_by"].map(|c| moments[row][c].as_str())
    };
    assert_eq!(cells(0), ["1.5000", "", "", "", "guidance:1"]);
    assert_eq!(cells(1), ["0.5000", "0.2500", "", "", "guidance:1"]);
}

#[test]
fn clients_trends_and_factors() {
    let mut sessions: Vec<_> = (0..4)
        .map(|i| {
            let mut session =
                coded(&format!("s{i}"), &[("1", Speaker::Client(1), "No.", &[(Code::Motivation, 0.75)])]);
            session.session.number = Some(i);
            session
        })
        .collect();
    sessions.push(sample());
    let dir = folder(&sessions, Options::default());
    let clients = rows(&dir, "clients.csv");
    assert_eq!(clients.len(), 1);
    let client = |column: &str| clients[0][column].as_str();
    assert_eq!((client("sessions"), client("ordered"), client("unordered")), ("5", "5", "0"));
    assert_eq!(
        (client("first_session"), client("last_session"), client("last_date")),
        ("0", "3", "2026-02-01")
    );
    assert_eq!((client("resistance_share"), client("breakthrough_per_100")), ("0.3333", "20.0000"));
    assert_eq!((client("verdict"), client("verdict_text")), ("no_clear_change", "no clear change"));
    assert_eq!(client("named_sessions"), "");
    assert_eq!((client("turning_point"), client("note")), ("", "given more than once: session 3"));
    let trends = rows(&dir, "trends.csv");
    assert_eq!(trends.len(), 15);
    assert_eq!(trends[0]["labels"], "0|1|2|3|3");
    assert_eq!(trends[0]["values"], "0.0000|0.0000|0.0000|0.0000|100.0000");
    assert_eq!((trends[8]["measure"].as_str(), trends[8]["slope"].as_str()), ("motivation", "0.0000"));
    let factors = rows(&dir, "factors.csv");
    assert_eq!(factors.len(), 14);
    assert_eq!(
        (factors[0]["factor"].as_str(), factors[0]["outcome"].as_str()),
        ("motivation", "breakthrough")
    );
    assert_eq!((factors[0]["exposed"].as_str(), factors[0]["q"].as_str()), ("0", ""));
}

#[test]
fn rejects_say_where() {
    let dir = tempfile::tempdir().unwrap();
    let mut tables = Tables::create(dir.path(), Options::default()).unwrap();
    tables.reject(&reject()).unwrap();
    tables.reject(&Reject { place: Some(Place::Byte(0)), record: None, ..reject() }).unwrap();
    tables.finish(&run()).unwrap();
    let text = fs::read_to_string(dir.path().join("rejects.csv")).unwrap();
    assert_eq!(
        text,
        "file,record,line,byte,reason\n\"in, put.csv\",4,9,,no text\n\"in, put.csv\",,,0,no text\n"
    );
}

#[test]
fn run_json_reads_back_and_is_described() {
    let dir = folder(&[sample()], Options::default());
    let text = fs::read_to_string(dir.path().join("run.json")).unwrap();
    assert_eq!(serde_json::from_str::<Run>(&text).unwrap(), run());
    assert!(text.contains("\"started\": \"2026-02-01T09:30:00.250Z\""), "{text}");
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let members = Run::MEMBERS.iter().map(|(member, _)| *member);
    let described: Vec<_> = members.filter(|member| *member != "shard").collect();
    assert_eq!(object.keys().collect::<Vec<_>>(), described);
}

#[test]
fn without_finish_nothing_is_left_and_the_earlier_run_stays() {
    let dir = folder(&[sample()], Options::default());
    let before = fs::read(dir.path().join("utterances.csv")).unwrap();
    let mut tables = Tables::create(dir.path(), Options::default()).unwrap();
    tables.write(&coded("other", &[])).unwrap();
    assert_eq!(names(&dir).len(), FILES.len() + 9);
    drop(tables);
    assert_eq!(names(&dir), FILES);
    assert_eq!(fs::read(dir.path().join("utterances.csv")).unwrap(), before);
}

#[test]
fn foreign_files_stay_and_our_own_are_replaced() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine.csv"), "kept").unwrap();
    let moments = dir.path().join("moments.csv");
    fs::write(&moments, "mine too").unwrap();
    let error = Tables::create(dir.path(), Options::default()).unwrap_err();
    assert_eq!((error.action, &error.path), ("replace", &moments));
    assert_eq!(fs::read_to_string(&moments).unwrap(), "mine too");
    fs::remove_file(&moments).unwrap();
    write(dir.path(), &[], Options::default());
    fs::write(&moments, "old").unwrap();
    write(dir.path(), &[], Options::default());
    assert_eq!(fs::read_to_string(dir.path().join("mine.csv")).unwrap(), "kept");
    assert!(fs::read_to_string(dir.path().join("moments.csv")).unwrap().starts_with("session_id,"));
}

#[test]
fn the_same_sessions_give_the_same_bytes() {
    let (a, b) = (folder(&[sample()], Options::default()), folder(&[sample()], Options::default()));
    for name in FILES {
        assert_eq!(fs::read(a.path().join(name)).unwrap(), fs::read(b.path().join(name)).unwrap());
    }
}

#[test]
fn numbers_that_are_none_are_empty_cells() {
    let mut session = sample();
    session.codings[1].probabilities = [f32::NAN; CODE_COUNT];
    session.moments[0].mean_probability = f32::INFINITY;
    let dir = folder(&[session], Options::default());
    assert_eq!(rows(&dir, "utterances.csv")[1]["cognitive"], "");
    assert_eq!(rows(&dir, "moments.csv")[0]["mean_probability"], "");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("new/out");
    write(&out, &[sample()], Options::default());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&out), mode(&dir.path().join("new"))), (0o700, 0o700));
    assert!(FILES.iter().all(|name| mode(&out.join(name)) == 0o600));
}

#[test]
fn a_table_that_cannot_be_put_in_place_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let tables = Tables::create(dir.path(), Options::default()).unwrap();
    fs::create_dir(dir.path().join("sessions.csv")).unwrap();
    let error = tables.finish(&run()).unwrap_err();
    assert_eq!(error.path, dir.path().join("sessions.csv"));
    assert!(!dir.path().join("run.json").exists(), "nothing vouches for half a run");
}

#[test]
fn a_session_that_the_verdict_names_has_a_cell_of_its_own() {
    let session = |i: u32| {
        let ids: Vec<String> = (0..20).map(|unit| unit.to_string()).collect();
        let codes: &[(Code, f32)] = if i > 3 { &[(Code::Cognitive, 0.9)] } else { &[] };
        let units: Vec<_> = ids.iter().map(|id| (id.as_str(), Speaker::Client(1), "Well.", codes)).collect();
        let mut session = coded(&format!("s{i}"), &units);
        session.session.number = Some(i);
        session
    };
    let sessions: Vec<_> = (1..=5).map(session).collect();
    let client = &rows(&folder(&sessions, Options::default()), "clients.csv")[0];
    assert_eq!((client["verdict"].as_str(), client["named_sessions"].as_str()), ("too_few_sessions", "4"));
    assert!(client["verdict_text"].contains("session 4"), "{}", client["verdict_text"]);
}

#[test]
fn the_column_dictionary_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/columns.md");
    if std::env::var_os("BREAKTHROUGH_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, dictionary()).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == dictionary(),
        "stale docs/columns.md: run BREAKTHROUGH_UPDATE=1 cargo test --release --test tables"
    );
}
