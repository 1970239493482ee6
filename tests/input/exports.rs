//! Exports of programs for recognition, of stores of sessions and of chats: JSON in all its shapes, labels in other forms; and CHAT.

use super::{Got, read, read_with, reasons, units};
use breakthrough::input::{Format, Options};

const TURNS: &str = "{\"speaker\": \"T\", \"text\": \"Well?\"},\n  {\"speaker\": \"C\", \"text\": \"No.\"}";
const UNITS: [&str; 2] = ["0 therapist|Well?", "1 client|No."];

fn heard(name: &str, json: &str, therapist: &str) -> Got {
    read_with(name, json, &super::therapist(therapist))
}

#[test]
fn json_that_is_not_one_object_a_line() {
    let array = format!("[\n  {TURNS}\n]\n");
    let inside = format!("{{\n \"language\": \"en\", \"turns\": [\n  {TURNS}\n ]\n}}\n");
    for name in ["a.json", "a.jsonl", "a.txt"] {
        for (json, line) in [(&array, 3), (&inside, 4)] {
            for (json, line) in [(json.clone(), line), (json.replace('\n', ""), 1)] {
                let got = read(name, &json);
                assert_eq!(got.sessions.len(), 1, "{name} {json}");
                assert_eq!(units(&got.sessions[0]), UNITS, "{name} {json}");
                let wrong = json.replace("\"No.\"", "[7.5]");
                let got = read(name, &wrong);
                assert_eq!(
                    reasons(&got),
                    [(Some(2), Some(line), "the value of text is neither text nor a number")],
                    "{name}"
                );
            }
        }
        assert_eq!(read(name, array.replace("]\n", "")).report.rejects, 1);
    }
    assert_eq!(read("a.json", &array).report.format, Some(Format::Json));
    let asked = Options { format: Some(Format::Json), ..Options::default() };
    assert_eq!(
        read_with("a.txt", format!("{{\"text\":\"x\",\"turns\":[{TURNS}]}}"), &asked).units().len(),
        2
    );
}

#[test]
fn a_session_an_object() {
    let session = |about: &str| format!("{{{about}, \"client_id\": \"K1\", \"turns\": [{TURNS}]}}");
    let two = [
        session("\"id\": \"s1\", \"date\": \"2024-01-02\""),
        session("\"id\": \"s2\", \"date\": \"2024-01-09\""),
    ];
    for (name, json) in [
        ("a.json", format!("[{}]", two.join(",\n"))),
        ("b.json", format!("{{\"clinic\": \"x\", \"sessions\": [\n{}]}}", two.join(",\n"))),
        ("c.jsonl", two.each_ref().map(|one| one.replace('\n', "")).join("\n")),
        ("d.json", two.join("\n")),
    ] {
        let got = read(name, &json);
        let about = |n: usize| {
            (
                got.sessions[n].id.as_str(),
                got.sessions[n].client_id.as_deref(),
                got.sessions[n].date.as_deref(),
            )
        };
        assert_eq!(got.sessions.len(), 2, "{name}");
        assert_eq!(
            (about(0), about(1)),
            (("s1", Some("K1"), Some("2024-01-02")), ("s2", Some("K1"), Some("2024-01-09"))),
            "{name}"
        );
        assert_eq!(units(&got.sessions[1]), UNITS, "{name}");
    }
    // Nothing names them.
    let two = [session("\"x\": 1"), session("\"x\": 2")];
    let got = read("talks.json", format!("[{}]", two.join(",")));
    assert_eq!(got.sessions.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["talks-1", "talks-2"]);
    let alone = read("talk.json", session("\"session\": 3"));
    assert_eq!((alone.sessions[0].id.as_str(), alone.sessions[0].number), ("K1-3", Some(3)));
    assert_eq!(read("talk.json", session("\"x\": 3")).sessions[0].id, "talk");
}

#[test]
fn what_programs_for_recognition_write() {
    let whisper = "{\"text\": \" Well? No.\", \"segments\": [\
        {\"id\": 0, \"start\": 0.0, \"end\": 1.5, \"text\": \" Well?\", \"tokens\": [1], \"speaker\": \"SPEAKER_00\", \"words\": [{\"word\": \"Well?\", \"speaker\": \"SPEAKER_00\"}]},\
        {\"id\": 1, \"start\": 1.5, \"end\": 3.0, \"text\": \" No.\", \"tokens\": [2], \"speaker\": \"SPEAKER_01\", \"words\": []}], \"language\": \"en\"}";
    let assembly = "{\"id\": \"5f\", \"text\": \"Well? No.\", \
        \"words\": [{\"text\": \"Well?\", \"start\": 0, \"end\": 1500, \"speaker\": \"A\"}],\
        \"utterances\": [{\"speaker\": \"A\", \"text\": \"Well?\", \"start\": 0, \"end\": 1500, \"words\": [{\"text\": \"Well?\", \"speaker\": \"A\"}]},\
        {\"speaker\": \"B\", \"text\": \"No.\", \"start\": 1500, \"end\": 3000}]}";
    let deepgram = "{\"metadata\": {\"duration\": 3}, \"results\": {\
        \"channels\": [{\"alternatives\": [{\"transcript\": \"Well? No.\", \"words\": [{\"word\": \"Well?\", \"start\": 0, \"end\": 1}]}]}],\
        \"utterances\": [{\"start\": 0.0, \"end\": 1.5, \"transcript\": \"Well?\", \"speaker\": 0}, {\"start\": 1.5, \"end\": 3.0, \"transcript\": \"No.\", \"speaker\": 1}]}}";
    let aws = "{\"jobName\": \"j\", \"results\": {\"transcripts\": [{\"transcript\": \"Well? No.\"}],\
        \"items\": [{\"start_time\": \"0.0\", \"alternatives\": [{\"content\": \"Well\"}]}],\
        \"audio_segments\": [{\"id\": 0, \"transcript\": \"Well?\", \"start_time\": \"0.0\", \"end_time\": \"1.5\", \"speaker_label\": \"spk_0\"},\
        {\"id\": 1, \"transcript\": \"No.\", \"start_time\": \"1.5\", \"end_time\": \"3.0\", \"speaker_label\": \"spk_1\"}]}}";
    for (json, therapist) in [(whisper, "SPEAKER_00"), (assembly, "A"), (deepgram, "0"), (aws, "spk_0")] {
        let got = heard("h.json", json, therapist);
        assert_eq!(
            got.units(),
            ["therapist|Well?", "client|No."]
                .map(|unit| { if json == whisper { unit.replace('|', "| ") } else { unit.to_owned() } }),
            "{json}"
        );
        let times: Vec<_> = got.sessions[0].units.iter().map(|unit| (unit.start, unit.end)).collect();
        assert_eq!(times, [(Some(0.0), Some(1.5)), (Some(1.5), Some(3.0))], "{json}");
        assert_eq!((got.sessions[0].id.as_str(), got.rejects.len()), ("h", 0));
        assert_eq!(got.notices.iter().any(|text| text.contains("milliseconds")), json == assembly);
    }
    // An answer behind a time is nobody's name.
    let answers =
        "[00:01] T: Well?\n[00:03] Okay\n[00:04] C: No.\n[00:05] Yeah\n[00:06] Okay\n[00:07] Yeah\n";
    assert_eq!(
        heard("a.txt", answers, "T").units(),
        ["therapist|Well? [00:03] Okay", "client|No. [00:05] Yeah [00:06] Okay [00:07] Yeah"]
    );
    // Nobody was told apart.
    let unheard = whisper.replace("\"speaker\"", "\"s\"").replace("SPEAKER", "x y");
    assert!(
        read("h.json", unheard.replace("SPEAKER", "x y")).rejects[0].reason.contains("--map speaker=KEY")
    );
}

#[test]
fn json_without_turns() {
    let got = read("a.json", "{\"results\": [{\"alternatives\": [{\"confidence\": 0.9}]}]}");
    assert!(got.rejects[0].reason.contains("no turns"), "{:?}", got.rejects);
    assert!(read("a.json", " \n").rejects[0].reason.contains("empty"));
    assert!(read("a.json", "{\"a\": ").rejects[0].reason.contains("from here on nothing can be read"));
    let deep = format!("{}{}", "[{\"a\":".repeat(10_000), "}]".repeat(10_000));
    assert_eq!(read("a.json", deep).report.rejects, 1);
    assert!(read("a.json", "[]").sessions.is_empty());
    // Brackets within words are none.
    let note =
        read("a.jsonl", "{\"text\": \"Came late.\", \"tags\": [\"[x] {y}\"], \"by\": {\"who\": [\"{\"]}}\n");
    assert_eq!(note.units(), ["note|Came late."]);
}

/// Ids and words of what is read, and why the rest is not.
fn told(json: &str) -> (Vec<String>, String) {
    let got = read("t.json", json);
    let session = |it: &breakthrough::transcript::Session| {
        let client = it.client_id.as_deref().unwrap_or("-");
        format!(
            "{} {client} {}",
            it.id,
            it.units.iter().map(|unit| unit.text.as_str()).collect::<Vec<_>>().join(" ")
        )
    };
    let reasons = got.rejects.iter().map(|reject| reject.reason.as_str()).collect::<Vec<_>>().join("\n");
    (got.sessions.iter().map(session).collect(), reasons)
}

#[test]
fn what_stands_in_several_places_is_not_read_in_part() {
    let others = TURNS.replace("Well?", "And?").replace("No.", "Yes.");
    for json in [
        format!("{{\"s2\": {{\"turns\": [{TURNS}]}}, \"s1\": {{\"turns\": [{others}]}}}}"),
        format!("{{\"s2\": [{TURNS}], \"s1\": [{others}]}}"),
        format!("[{{\"note\": \"Late.\", \"turns\": [{TURNS}]}}]"),
        format!("{{\"notes\": [{{\"note\": \"Late.\"}}], \"sessions\": [{{\"turns\": [{TURNS}]}}]}}"),
        "{\"text\": \"Late.\", \"notes\": [{\"note\": \"Low.\"}]}".to_owned(),
    ] {
        let (sessions, reasons) = told(&json);
        assert!(sessions.is_empty() && reasons.contains("several places"), "{json}: {sessions:?} {reasons}");
    }
    // The same words in other pieces: the first in the file.
    let pieces = "{\"utterances\": [{\"speaker\": \"T\", \"text\": \"Well? So.\"}, {\"speaker\": \"C\", \"text\": \"No.\"}],\
        \"sentences\": [{\"speaker\": \"T\", \"text\": \"Well?\"}, {\"speaker\": \"T\", \"text\": \"So.\"}, {\"speaker\": \"C\", \"text\": \"No.\"}]}";
    assert_eq!(read("t.json", pieces).units(), ["therapist|Well? So.", "client|No."]);
    // A note of nothing is none.
    assert_eq!(told(&format!("{{\"note\": \"\", \"turns\": [{TURNS}]}}")).0, ["t - Well? No."]);
}

#[test]
fn words_that_are_neither_turns_nor_notes() {
    let code = "{\"code\": \"F32\", \"text\": \"Low\"}";
    let (sessions, _) = told(&format!("{{\"notes\": [{{\"note\": \"Came late.\", \"codes\": [{code}]}}]}}"));
    assert_eq!(sessions, ["t-1 - Came late."]);
    for json in [
        // The note has a name that is not known.
        format!("[{{\"note_text\": \"Came late.\", \"codes\": [{code}]}}]"),
        // Words of one speaker each.
        "{\"monologues\": [{\"speaker\": \"T\", \"elements\": [{\"text\": \"Well\"}]}]}".to_owned(),
        // What may have been heard, word by word.
        "{\"results\": [{\"alternatives\": [{\"content\": \"Well\", \"speaker\": \"T\"}]}]}".to_owned(),
    ] {
        let (sessions, reasons) = told(&json);
        assert!(sessions.is_empty() && reasons.contains("--map note=KEY"), "{json}: {sessions:?} {reasons}");
    }
    let spans = "[{\"text\": \"Came late.\", \"label\": [{\"start\": 0, \"end\": 4, \"text\": \"Came\"}]}]";
    assert!(told(spans).1.contains("--map note=KEY"));
}

#[test]
fn every_session_has_an_id_of_its_own() {
    let with = |about: &str| format!("{{{about}, \"turns\": [{TURNS}]}}");
    let [a, b] = ["\"id\": \"a\", \"session_number\": 1", "\"id\": \"b\", \"session_number\": 1"].map(with);
    assert_eq!(told(&format!("[{a}, {b}]")).0, ["a - Well? No.", "b - Well? No."]);
    let got = read("t.json", format!("[{a}, {b}]"));
    assert_eq!(got.sessions[1].number, Some(1));
    let [a, b] =
        ["\"client\": \"K1\", \"session_number\": 1", "\"client\": \"K2\", \"session_number\": 1"].map(with);
    assert_eq!(told(&format!("[{a}, {b}]")).0, ["K1-1 K1 Well? No.", "K2-1 K2 Well? No."]);
    // A client's notes are a session each.
    let notes = "[{\"client_id\": \"K1\", \"notes\": [{\"note\": \"One.\"}, {\"note\": \"Two.\"}]}, \
        {\"client_id\": \"K2\", \"notes\": [{\"note\": \"Three.\"}]}]";
    assert_eq!(told(notes).0, ["t-1 K1 One.", "t-2 K1 Two.", "t-3 K2 Three."]);
    let mixed = format!("[{{\"note\": \"One.\"}}, {}, {{\"note\": \"Two.\"}}]", with("\"x\": 1"));
    assert_eq!(told(&mixed).0, ["t-1 - One.", "t-2 - Well? No.", "t-3 - Two."]);
}

#[test]
fn what_is_empty_or_broken_costs_itself() {
    let session = format!("{{\"id\": \"b\", \"turns\": [{TURNS}]}}");
    let empty = "{\"id\": \"a\", \"turns\": []}";
    for json in [format!("[{empty}, {session}]"), format!("{{\"sessions\": [{empty}, {session}]}}")] {
        let (sessions, reasons) = told(&json);
        assert_eq!(sessions, ["b - Well? No."], "{json}");
        assert!(reasons.contains("leave empty sessions out"), "{reasons}");
        // In a folder it is not passed over for its beginning.
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("t.json"), &json).unwrap();
        let found = breakthrough::input::find(&[dir.path().to_owned()], None, &Options::default()).unwrap();
        assert_eq!(found.sources.len(), 1, "{json}");
    }
    let (sessions, reasons) = told(&session.replace("Well?", "\\ud83d"));
    assert_eq!((sessions.len(), reasons.contains("column")), (1, true), "{reasons}");
    let got = read("t.json", session.replace("\"No.\"", "\"No.\", \"score\": NaN"));
    assert_eq!(reasons_at(&got), [Some(2)]);
    // A line longer than what is looked at, whatever the name.
    let many = format!("{{\"turns\": [{TURNS}{}]}}", format!(", {TURNS}").repeat(20_000)).replace('\n', "");
    assert_eq!(read("t.txt", many).report.units, 40_002);
    // A time that is missing says nothing of the others.
    let timed = "[{\"speaker\": \"T\", \"text\": \"Well?\", \"start\": 500, \"end\": 1500}, \
        {\"speaker\": \"C\", \"text\": \"No.\", \"start\": null, \"end\": null}]";
    assert_eq!(read("t.json", timed).sessions[0].units[0].start, Some(0.5));
}

#[test]
fn json_takes_no_time() {
    let start = std::time::Instant::now();
    let many =
        |one: &dyn Fn(usize) -> String, number: usize| (0..number).map(one).collect::<Vec<_>>().join(",");
    let keys = many(&|at| format!("\"k{at}\": 1"), 50_000);
    let turns = many(&|_| TURNS.to_owned(), 2_000);
    assert_eq!(read("a.json", format!("{{{keys}, \"turns\": [{turns}]}}")).report.units, 4_000);
    let empty = "[{\"speaker\": \"T\", \"text\": \"\"}]";
    let places = many(&|at| format!("\"k{at}\": {empty}"), 5_000);
    read("a.json", format!("{{\"turns\": [{}], {places}}}", turns.replace("Well?", "").replace("No.", "")));
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

fn reasons_at(got: &Got) -> Vec<Option<u64>> {
    reasons(got).iter().map(|reason| reason.1).collect()
}

#[test]
fn words_that_follow_a_label_without_a_colon() {
    type Line = fn(&str, usize, &str) -> String;
    let said = ["Well?", "No, I said.", "And?", "It felt good."];
    let talk = |line: &dyn Fn(&str, usize, &str) -> String, sides: [&str; 2]| {
        said.iter().enumerate().map(|(at, words)| line(sides[at % 2], at, words)).collect::<String>()
    };
    let forms: [(Line, bool); 6] = [
        (|side, at, words| format!("{side} [00:00:0{at}] {words}\n\n"), true),
        (|side, at, words| format!("- **{side}** (0:0{at}): {words}\n"), true),
        (|side, _, words| format!("{side} - {words}\n"), false),
        (|side, _, words| format!("{side} — {words}\n"), false),
        (|side, _, words| format!("[{side}] {words}\n"), false),
        (|side, _, words| format!("{} {words}\n", side.to_uppercase()), false),
    ];
    for (line, timed) in forms {
        let text = talk(&line, ["Therapist", "Client"]);
        let got = read("a.txt", &text);
        assert_eq!(
            got.units(),
            ["therapist|Well?", "client|No, I said.", "therapist|And?", "client|It felt good."],
            "{text}"
        );
        let starts: Vec<_> = got.sessions[0].units.iter().filter_map(|unit| unit.start).collect();
        assert_eq!(starts, if timed { vec![0.0, 1.0, 2.0, 3.0] } else { Vec::new() }, "{text}");
    }
    let chats: [Line; 4] = [
        |side, at, words| format!("[14/03/2024, 15:0{at}:12] {side}: {words}\n"),
        |side, at, words| format!("[3/14/24, 3:0{at}:12\u{202f}PM] {side}: {words}\n"),
        |side, at, words| format!("14.03.24, 15:0{at} - {side}: {words}\n"),
        |side, at, words| format!("[15:0{at}] {side}\n{words}\n\n"),
    ];
    for line in chats {
        let text = talk(&line, ["Dr Field", "Anna"]);
        let got = heard("a.txt", &text, "Dr Field");
        assert_eq!(
            got.units(),
            ["therapist|Well?", "client|No, I said.", "therapist|And?", "client|It felt good."],
            "{text}"
        );
    }
    // A list of what both did is no talk.
    let note = "Session note\nClient - Reported low mood and denied SI.\nTherapist - Offered support.\nClient - Agreed.\nTherapist - Planned.\n";
    assert!(read("a.txt", note).rejects[0].reason.contains("not in a form that is read"));
}

#[test]
fn chat() {
    let file = |therapist: &str| {
        format!(
            "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tINV Dr_Field {therapist}, CLI Anna Client\n\
             @ID:\teng|x|CLI|34;|female|||Client|||\n@Date:\t09-MAR-2024\n@Comment:\tshe came late\n\
             *INV:\thow was the week ? \u{15}1500_2500\u{15}\n%mor:\tadv|how cop|be&PAST\n\
             *CLI:\tI told her (.) no\n\tfor the first time . \u{15}2500_6000\u{15}\n*CLI:\tand &=cries it felt good .\n\
             who said this\n*ANN:\tlate .\n@End\n"
        )
    };
    let text = file("Therapist").replace("*ANN", "*CLI");
    for name in ["talk.cha", "talk.txt"] {
        let got = read(name, &text);
        assert_eq!(got.report.format, Some(Format::Chat));
        assert_eq!(
            units(&got.sessions[0]),
            [
                "0 therapist|how was the week?",
                "1 client|I told her no for the first time.",
                "2 client|and [cries] it felt good.",
                "3 client|late."
            ]
        );
        let about = &got.sessions[0];
        assert_eq!((about.id.as_str(), about.date.as_deref()), ("talk", Some("09-MAR-2024")));
        assert_eq!((about.units[1].start, about.units[1].end), (Some(2.5), Some(6.0)));
        assert_eq!(reasons(&got)[0].0.zip(reasons(&got)[0].1), Some((4, 13)));
        assert!(reasons(&got)[0].2.starts_with("neither an utterance (*), a header (@) nor a tier (%)"));
        // Her name is searched for in what is said.
        assert_eq!(about.labels, ["Anna", "Dr Field"]);
    }
    // Who is the therapist may be said by code, by name and by role.
    let text = file("Investigator");
    assert!(read("talk.cha", &text).rejects[0].reason.contains("--therapist NAME"));
    for therapist in ["INV", "Dr Field", "Investigator"] {
        let got = heard("talk.cha", &text, therapist);
        assert_eq!(
            got.units()[..2],
            ["therapist|how was the week?", "client|I told her no for the first time."],
            "{therapist}"
        );
        assert_eq!(got.units()[3], "client 2|late.");
    }
    assert!(read("talk.cha", "@UTF8\n@Begin\n@End\n").rejects[0].reason.contains("no utterance"));
}

#[test]
fn chat_of_several() {
    let head = "@UTF8\n@Begin\n@Participants:\tTHE Therapist, CL1 Mina Client,\n\tCL2 Client, OBS Observer\n";
    let talk = "*THE:\tso .\n*CL1:\tand then &*THE:mhm I left .\n*cl2:\tme too .\n*CL1:\tyes .\n";
    let got = read("couple.cha", format!("{head}{talk}*THE so .\n*she said: no .\n@End\n"));
    assert_eq!(
        got.units(),
        ["therapist|so.", "client|and then I left.", "client 2|me too.", "client|yes."],
        "{:?}",
        got.rejects
    );
    assert_eq!(reasons(&got).iter().map(|reason| reason.1).collect::<Vec<_>>(), [Some(9), Some(10)]);
    assert!(got.rejects.iter().all(|reject| reject.reason.contains("*CODE:")));
    assert!(got.notices[0].contains("1 time: left out"), "{:?}", got.notices);
    // One transcript behind another, and a code that stands in no header.
    let got = read("a.cha", format!("{head}{talk}@End\n{head}{talk}*PT:\twho ?\n@End\n"));
    let ids: Vec<_> = got.sessions.iter().map(|session| (session.id.as_str(), session.units.len())).collect();
    assert_eq!(ids, [("a", 4), ("a-2", 5)]);
    assert!(got.notices[0].contains("line 18 has a speaker whom"), "{:?}", got.notices);
    let nobody = format!("{head}{talk}@End\n@Begin\n*THE:\tso .\n@End\n");
    let got = read("a.cha", nobody);
    assert_eq!(got.sessions.len(), 1);
    assert!(got.rejects[0].reason.starts_with("the session from line 10: "), "{:?}", got.rejects);
    for therapist in ["Dr_Field", "dr field"] {
        let text =
            "@Begin\n@Participants:\tINV Dr Field Investigator, PAR Participant\n*INV:\tso .\n*PAR:\tno .\n";
        let got = heard("a.cha", text, therapist);
        assert_eq!(got.units(), ["therapist|so.", "client|no."]);
        // `PAR` is nobody's name.
        assert!(got.sessions[0].labels.iter().all(|label| label.to_lowercase().contains("field")));
    }
}

#[test]
fn chat_takes_no_time() {
    let start = std::time::Instant::now();
    for piece in ["[", "<", "<a", "&", "+", "\u{15}", "\u{15}1_2", "(", "[: a]", "“", "a+", ":", "⌈1", "x "]
    {
        read("a.cha", format!("@Begin\n*T:\t{}\n", piece.repeat(300_000)));
        read("a.cha", format!("@Begin\n@Participants:\tT {}\n*T:\tx\n", piece.repeat(300_000)));
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
