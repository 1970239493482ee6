//! Output folders to make pages from: invented people, from a fixed seed.

use breakthrough::codebook::{CODE_COUNT, Code};
use breakthrough::coding::{CodedSession, Coding};
use breakthrough::report::{Input, Model, Options, Run, Tables, Totals};
use breakthrough::transcript::{Session, Span, Speaker, Unit};
use breakthrough::{moments, trends};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs;
use std::path::Path;

const VERDICTS: [(&str, &str); 8] = [
    ("sudden_lasting", "sudden turning point at session 5, lasting"),
    ("no_clear_change", "no clear change"),
    ("gradual", "gradual change"),
    ("easing", "resistance easing"),
    ("no_clear_change", "no clear change: breakthroughs stand out in session 3 and did not hold"),
    ("sudden_lost", "sudden turning point at session 4, lost by session 7"),
    ("stuck", "stuck"),
    ("declining", "declining: breakthroughs rarer or resistance more frequent"),
];
const WORDS: [&str; 24] = [
    "and",
    "then",
    "I",
    "saw",
    "that",
    "the",
    "kettle",
    "was",
    "never",
    "mine",
    "so",
    "we",
    "walked",
    "home",
    "slowly",
    "because",
    "it",
    "rained",
    "on",
    "my",
    "brother’s",
    "old",
    "coat",
    "again",
];

/// The account of a run that gave these numbers.
pub(crate) fn run(text: bool, sessions: u64, units: u64, moments: u64) -> Run {
    Run {
        program: "breakthrough".to_owned(),
        version: "0.1.0".to_owned(),
        model: Model {
            name: "minilm".to_owned(),
            version: "1.0.0".to_owned(),
            sha256: "00".repeat(32),
            own_codes: None,
        },
        options: [("no_text".to_owned(), (!text).into())].into_iter().collect(),
        shard: None,
        inputs: vec![Input { path: "in.csv".to_owned(), units, ..Input::default() }],
        totals: Totals {
            sessions,
            read: units,
            written: units,
            rejected: 0,
            finds: 0,
            resumed: 0,
            elsewhere: 0,
            moments,
            passed_over: 0,
            added_up: true,
        },
        started: "2026-02-01T09:30:00Z".parse().unwrap(),
        finished: "2026-02-01T09:31:00Z".parse().unwrap(),
        timings: [("total".to_owned(), 60.0)].into(),
    }
}

/// A caseload of so many clients with so many sessions each.
pub(crate) fn caseload(folder: &Path, clients: usize, sessions: u32, text: bool) {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut tables = Tables::create(folder, Options { text, ..Options::default() }).unwrap();
    let (mut client_rows, mut trend_rows) = (Vec::new(), Vec::new());
    for client in 0..clients {
        let id = format!("K-{client:03}");
        let therapist = format!("T{}", client % 9 + 1);
        let (word, words) = VERDICTS[client % VERDICTS.len()];
        let course: Vec<CodedSession> = (1..=sessions)
            .map(|number| {
                let turned =
                    word.starts_with("sudden") && number >= 5 && !(word == "sudden_lost" && number > 7);
                let grown = if word == "gradual" { f64::from(number) / f64::from(sessions) } else { 0.2 };
                let rate = if turned { 0.09 } else { 0.06 * grown };
                let resisting = if word == "stuck" { 0.1 } else { 0.05 * (1.2 - grown) };
                session(&mut rng, &id, &therapist, number, rate, resisting)
            })
            .collect();
        course.iter().for_each(|session| tables.write(session).unwrap());
        let turn = if word.starts_with("sudden") { "5,5,6" } else { ",," };
        let lost = if word == "sudden_lost" { "8" } else { "" };
        let named = if words.contains("stand out in session 3") { "3" } else { "" };
        client_rows.push(format!(
            "{id},{sessions},{sessions},0,1,{sessions},2026-03-{:02},{therapist},2.5,4.1,{:.4},{word},\"{words}\",{turn},{lost},{named},",
            client % 28 + 1,
            rng.random_range(0.0..1.0)
        ));
        trend_rows.extend(series(&id, &course));
    }
    let written = tables.written();
    tables.finish(&run(text, written.sessions, written.units, written.moments)).unwrap();
    put(folder, "clients.csv", CLIENTS, &client_rows);
    put(folder, "trends.csv", TRENDS, &trend_rows);
    put(folder, "factors.csv", FACTORS, &factors(&mut rng));
}

pub(crate) const CLIENTS: &str = "client_id,sessions,ordered,unordered,first_session,last_session,last_date,therapist_ids,\
    breakthrough_per_100,resistance_per_100,resistance_share,verdict,verdict_text,turning_point,turning_point_low,\
    turning_point_high,lost_by,named_sessions,note";
pub(crate) const TRENDS: &str = "client_id,measure,sessions,labels,values,slope,slope_low,slope_high,mann_kendall_s,\
    mann_kendall_p,change_point,change_p,sudden_gains,sudden_losses,reliable_change";
pub(crate) const FACTORS: &str = "factor,outcome,window,exposed,unexposed,exposed_outcomes,unexposed_outcomes,log_odds,low,\
    high,p,q,sessions";

pub(crate) fn put(folder: &Path, file: &str, header: &str, rows: &[String]) {
    fs::write(folder.join(file), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
}

fn session(
    rng: &mut ChaCha8Rng,
    client: &str,
    therapist: &str,
    number: u32,
    rate: f64,
    resisting: f64,
) -> CodedSession {
    let length = rng.random_range(80..220);
    let units: Vec<Unit> = (0..length)
        .map(|at| Unit {
            id: at.to_string(),
            speaker: if at % 2 == 0 { Speaker::Therapist } else { Speaker::Client(1) },
            text: (0..rng.random_range(4..24))
                .map(|_| *WORDS.choose(rng).unwrap())
                .collect::<Vec<_>>()
                .join(" "),
            start: None,
            end: None,
        })
        .collect();
    let codings: Vec<Coding> = units.iter().map(|unit| coding(rng, unit.speaker, rate, resisting)).collect();
    let session = Session {
        id: format!("{client}-{number:02}"),
        client_id: Some(client.to_owned()),
        number: Some(number),
        date: Some(format!("2026-{:02}-{:02}", (number - 1) % 12 + 1, number % 28 + 1)),
        therapist_id: Some(therapist.to_owned()),
        labels: Vec::new(),
        source: Path::new("in.csv").into(),
        units,
    };
    whole(session, codings)
}

/// Two clients whose sessions and units have the same ids, as files of one name in a folder a client; of the first nothing is
/// coded, the second one has a moment.
pub(crate) fn namesakes(folder: &Path) {
    let mut tables = Tables::create(folder, Options { text: true, ..Options::default() }).unwrap();
    for client in ["K1", "K2"] {
        let unit = |at: usize| Unit {
            id: at.to_string(),
            speaker: Speaker::Client(1),
            text: format!("words of {client}"),
            start: None,
            end: None,
        };
        let none = Coding { probabilities: [0.0; CODE_COUNT], codes: std::iter::empty().collect() };
        let mut codings = vec![none; 4];
        if client == "K2" {
            codings[1].codes.insert(Code::Emotional);
            codings[1].probabilities[0] = 0.9;
        }
        let session = Session {
            id: "session1".to_owned(),
            client_id: Some(client.to_owned()),
            number: None,
            date: None,
            therapist_id: None,
            labels: Vec::new(),
            source: Path::new("session1.txt").into(),
            units: (0..4).map(unit).collect(),
        };
        tables.write(&whole(session, codings)).unwrap();
    }
    tables.finish(&run(true, 2, 8, 1)).unwrap();
}

/// The session with its moments and counts; the first three words of a peak are its evidence.
pub(crate) fn whole(session: Session, codings: Vec<Coding>) -> CodedSession {
    let mut moments = moments::gather(&session, &codings);
    for moment in &mut moments {
        moment.evidence =
            Some(Span { start: 0, end: session.units[moment.peak].text.chars().count().min(14) });
    }
    let summary = trends::summarise(&session, &codings);
    CodedSession { session, codings, own: None, moments, summary }
}

fn coding(rng: &mut ChaCha8Rng, speaker: Speaker, rate: f64, resisting: f64) -> Coding {
    let mut coding = Coding { probabilities: [0.0; CODE_COUNT], codes: std::iter::empty().collect() };
    for (i, code) in Code::ALL.into_iter().enumerate().filter(|(_, code)| speaker.may_carry(*code)) {
        let chance = match i {
            0..3 => rate / 2.0,
            3..6 => resisting / 2.0,
            _ => 0.12,
        };
        if rng.random_bool(chance) {
            coding.probabilities[i] = rng.random_range(0.35..1.0);
            coding.codes.insert(code);
        }
    }
    coding
}

fn series(client: &str, course: &[CodedSession]) -> Vec<String> {
    let with = |session: &CodedSession, codes: &[Code]| {
        session.codings.iter().filter(|unit| codes.iter().any(|&code| unit.codes.contains(code))).count()
    };
    let measures = [("breakthrough", &Code::ALL[0..3]), ("resistance", &Code::ALL[3..6])]
        .into_iter()
        .chain(Code::ALL.iter().map(|code| (code.name(), std::slice::from_ref(code))));
    let row = |(measure, codes): (&str, &[Code])| {
        let rates: Vec<f64> = course
            .iter()
            .map(|session| 100.0 * with(session, codes) as f64 / session.summary.client_units as f64)
            .collect();
        let labels: Vec<String> = (1..=rates.len()).map(|label| label.to_string()).collect();
        let slope = (rates[rates.len() - 1] - rates[0]) / rates.len() as f64;
        let values: Vec<String> = rates.iter().map(|rate| format!("{rate:.4}")).collect();
        format!(
            "{client},{measure},{},{},{},{slope:.4},{:.4},{:.4},3,0.2100,5,0.3400,,,0.4000",
            rates.len(),
            labels.join("|"),
            values.join("|"),
            slope - 0.4,
            slope + 0.4
        )
    };
    measures.map(row).collect()
}

fn factors(rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut rows = Vec::new();
    for outcome in ["breakthrough", "resistance"] {
        for code in &Code::ALL[6..] {
            let log: f64 = rng.random_range(-0.9..0.9);
            let (low, high) = (log - 0.35, log + 0.35);
            rows.push(format!(
                "{code},{outcome},10,900,2100,80,120,{log:.4},{low:.4},{high:.4},0.0100,{:.4},300",
                if low * high > 0.0 { 0.02 } else { 0.4 }
            ));
        }
    }
    rows
}

/// One session whose ids and words try to be markup, to leave their place or to turn the text around.
pub(crate) fn nasty(folder: &Path) {
    let texts = [
        "</script><script>document.title='taken'</script>",
        "<img src=x onerror=\"document.title='taken'\"> & <!-- <b>",
        "\u{202e}desrever \u{2066}and isolated, 😀 it just hit me\u{2028}new line\u{feff}",
        "{{data}} {{script}} ${document.title} `x` \\u003cb\\u003e",
    ];
    let mut codings =
        vec![Coding { probabilities: [0.0; CODE_COUNT], codes: std::iter::empty().collect() }; 4];
    for (unit, code) in [(0, Code::Cognitive), (1, Code::ResistanceFear), (2, Code::Emotional)] {
        codings[unit].codes.insert(code);
        codings[unit].probabilities[code as usize] = 0.8;
    }
    let unit = |(at, text): (usize, &&str)| Unit {
        id: format!("<i>{at}"),
        speaker: Speaker::Client(1),
        text: (*text).to_owned(),
        start: None,
        end: None,
    };
    let session = Session {
        id: "</script><b>s</b>".to_owned(),
        client_id: Some("<img src=x onerror=alert(1)>\u{202e}".to_owned()),
        number: Some(1),
        date: Some("<b>today".to_owned()),
        therapist_id: Some("<script>".to_owned()),
        labels: Vec::new(),
        source: Path::new("in.csv").into(),
        units: texts.iter().enumerate().map(unit).collect(),
    };
    let mut tables = Tables::create(folder, Options::default()).unwrap();
    tables.write(&whole(session, codings)).unwrap();
    tables.finish(&run(true, 1, 4, 3)).unwrap();
}

/// A folder of a run that read nothing.
pub(crate) fn empty(folder: &Path) {
    Tables::create(folder, Options::default()).unwrap().finish(&run(true, 0, 0, 0)).unwrap();
}
