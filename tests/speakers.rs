//! Who speaks: labels as people and meeting programs write them, and what is said where nobody can tell.

mod reading;

use breakthrough::input::Options;
use reading::Got;

fn read(name: &str, text: &str, therapists: &[&str]) -> Got {
    let therapist = therapists.iter().map(|&name| name.to_owned()).collect();
    reading::with(name, text, &Options { therapist, ..Options::default() })
}

fn units(got: &Got) -> Vec<String> {
    got.units()
}

/// Nothing is read, and the reason says so.
fn is_refused(name: &str, text: &str, reason: &str) {
    let got = read(name, text, &[]);
    assert!(got.sessions.is_empty() && got.rejects[0].reason.contains(reason), "{name} {:?}", got.rejects);
}

/// A session in which the client has this label, in three forms.
fn talks(label: &str) -> [(&'static str, String); 3] {
    let plain = format!(
        "Therapist: Well?\n{label}: I cried.\nTherapist: You cried.\n{label}: Yes.\nTherapist: So.\n{label}: No.\n"
    );
    let timed = plain.lines().map(|line| format!("[00:00:01] {line}")).collect::<Vec<_>>().join("\n");
    let cues =
        plain.lines().map(|line| format!("00:01.000 --> 00:02.000\n{line}")).collect::<Vec<_>>().join("\n\n");
    [("a.txt", plain), ("a.txt", timed), ("a.vtt", format!("WEBVTT\n\n{cues}\n"))]
}

const TURNS: [&str; 6] = [
    "therapist|Well?",
    "client|I cried.",
    "therapist|You cried.",
    "client|Yes.",
    "therapist|So.",
    "client|No.",
];

#[test]
fn a_role_word_that_says_more_needs_no_help() {
    for label in
        ["Client [K7]", "client (K7)", "client_k7", "Client A", "Patient #K7", "Client (crying)", "Client-7b"]
    {
        for (name, talk) in talks(label) {
            assert_eq!(units(&read(name, &talk, &[])), TURNS, "{label}");
        }
    }
    let two = "Therapist: Well?\nClient A: I cried.\nClient B: You did.\nClient A: Yes.\n";
    let wanted = ["therapist|Well?", "client|I cried.", "client 2|You did.", "client|Yes."];
    assert_eq!(units(&read("a.txt", two, &[])), wanted);
}

#[test]
fn labels_of_every_form_are_nobodys_words() {
    for label in [
        "participant_3",
        "07",
        "#12",
        "1234",
        "mina",
        "mina_p",
        "x",
        "Mina's iPhone",
        "Client's mother",
        "Mum & Dad",
        "Petrie, Mina",
        "iPhone (2)",
        "Mina [Ext]",
        "Mina | Leeds",
        "Mina - phone",
        "Mina \"Min\" P",
        "mina@x.org",
        "美娜",
        "Mina 🌸",
        "Maria da Silva Costa Lima",
        "Mina Anna Bea Cleo Petrie",
        "+44 7700 900461",
    ] {
        for (name, talk) in talks(label) {
            let got = read(name, &talk, &["Therapist"]);
            assert_eq!(units(&got), TURNS, "{label} {:?}", got.notices);
            is_refused(name, &talk, "--therapist NAME");
        }
    }
}

#[test]
fn lines_of_talk_that_begin_like_turns_go_on_with_the_turn_where_both_sides_speak() {
    for line in [
        "thing: I was alone",
        "sleep: bad",
        "1: ring mum",
        "Mum's text: come home",
        "Monday, Tuesday: nothing",
        "and I said: no",
        "Voice 1: you are bad",
        "Child 1: he left",
    ] {
        let talk = format!("T: Well?\nC: It was bad.\n{line}\n{line}\n{line}\nT: Hm.\nC: Yes.\n");
        let said = format!("client|It was bad. {line} {line} {line}");
        // What looks like a name is a speaker if it comes back.
        let talk = if line.starts_with(['V', 'C']) {
            talk.replacen(&format!("{line}\n{line}\n"), "", 1)
        } else {
            talk
        };
        let said = if line.starts_with(['V', 'C']) { format!("client|It was bad. {line}") } else { said };
        let got = read("a.txt", &talk, &[]);
        assert_eq!(
            units(&got),
            ["therapist|Well?", &said, "therapist|Hm.", "client|Yes."],
            "{:?}",
            got.rejects
        );
        let named = talk.replace("T: ", "Ann: ").replace("C: ", "Ben: ");
        assert_eq!(units(&read("a.txt", &named, &["Ann"])).len(), 4, "{line}");
    }
    let timed = "[00:01] T: Well?\n[00:02] C: Hm.\n[00:03] Homework: I did it.\n[00:04] T: Yes.\n";
    assert_eq!(units(&read("a.txt", timed, &[])).len(), 3);
    let quoted =
        "T: We do the roleplay. Client: no, you begin.\nC: Fine. Therapist: How are you?\nT: Well.\nC: Hm.\n";
    assert_eq!(units(&read("a.txt", quoted, &[])).len(), 4);
}

#[test]
fn members_of_a_group_may_speak_once() {
    let talk = "Facilitator: Welcome.\nMember 1: Hi.\nMember 2: I want to go home.\nMember 3: Me too.\nFacilitator: Stay.\n";
    let wanted = [
        "therapist|Welcome.",
        "client|Hi.",
        "client 2|I want to go home.",
        "client 3|Me too.",
        "therapist|Stay.",
    ];
    assert_eq!(units(&read("a.txt", talk, &["Facilitator"])), wanted);
    let timed =
        "[00:01] Therapist: Well?\n[00:02] Client: Hm.\n[00:03] Wife: Hang on.\n[00:04] Client: No.\n";
    let wanted = ["therapist|Well?", "client|Hm.", "client 2|Hang on.", "client|No."];
    assert_eq!(units(&read("a.txt", timed, &["Therapist"])), wanted);
}

#[test]
fn what_is_joined_is_said() {
    for talk in [
        "T: Fine.\nTherapist note: client is tearful\nC: I just feel nothing.\n",
        "T: Fine.\nmina_p: hi\nC: No.\n",
    ] {
        let got = read("a.txt", talk, &[]);
        assert!(got.notices.iter().any(|notice| notice.contains("comes only once")), "{:?}", got.notices);
    }
    let got = read("a.txt", "T: How are you?\nT: And now?\n", &[]);
    assert!(got.notices[0].contains("nobody but the therapist speaks"), "{:?}", got.notices);
    let once = "T: How are you?\nC: Bad. She said. T: no\nT: Well?\nC: No.\nT: Hm.\n";
    assert!(read("a.txt", once, &[]).notices[0].contains("another turn may begin"));
}

#[test]
fn remarks_are_no_speakers() {
    let got = read("a.txt", "T: One.\nNote: recording paused\nC: Two.\nNote: on again\n", &[]);
    assert_eq!(units(&got), ["therapist|One. Note: recording paused", "client|Two. Note: on again"]);
}

#[test]
fn what_printers_and_programs_add_is_nobodys() {
    let talk = "T: Well?\nC: I rang her.\n- 2 -\nPage 3 of 10\n\nT: You did.\n***\nC: Page 3 was hard.\n\nTranscribed by https://otter.ai\n";
    let got = read("a.txt", talk, &[]);
    let wanted = ["therapist|Well?", "client|I rang her.", "therapist|You did.", "client|Page 3 was hard."];
    assert_eq!(units(&got), wanted);
    assert!(got.notices[0].ends_with("in 4 lines, from line 3: left out"), "{:?}", got.notices);
}

#[test]
fn several_turns_on_a_line_are_refused() {
    let line = "T: How are you? C: Bad. I cried all night. T: All night. C: Yes.\nT: And now? C: Numb.\n";
    assert!(read("a.txt", line, &[]).rejects[0].reason.contains("on a line of its own"));
    let other = "Therapist- How was it?\nClient- Bad. I cried.\nTherapist- Every night.\nClient- Yes.\n";
    assert_eq!(units(&read("a.txt", other, &[]))[1], "client|Bad. I cried.");
    let lost = other.replace('-', " =");
    assert!(read("a.txt", &lost, &[]).rejects[0].reason.contains("Therapist: or Client:"));
}

#[test]
fn notes_with_headings_in_small_letters() {
    let note = "s: Pt reports crying daily.\no: Tearful.\na: Pt realised she blames herself.\np: Journal. Return 1 wk.\n";
    let wanted = [
        "note:S|Pt reports crying daily.",
        "note:O|Tearful.",
        "note:A|Pt realised she blames herself.",
        "note:P|Journal.",
        "note:P|Return 1 wk.",
    ];
    assert_eq!(units(&read("c.txt", note, &[])), wanted);
    let alone = "Pt cried about mother and denied SI.\nGrief, some insight.\nP: Journal.\n";
    assert_eq!(units(&read("c.txt", alone, &[])).last().map(String::as_str), Some("note:P|Journal."));
}

#[test]
fn turns_inside_an_object_are_none_of_its_words() {
    let whisper = "{\"text\":\" How was it? I cried.\",\"segments\":[{\"id\":0,\"text\":\" How was it?\"}],\"language\":\"en\"}\n";
    for name in ["h.json", "h.jsonl"] {
        is_refused(name, whisper, "no key says who speaks");
    }
    let null = "{\"session_id\":\"J1\",\"speaker\":\"client\",\"text\":null}\n";
    assert!(read("h.jsonl", null, &[]).rejects[0].reason.contains("is null"));
}

#[test]
fn labels_before_the_words_of_a_table_are_no_notes() {
    let table = "session_id,text\n1,T: Hi there\n1,C: I rang my dad. I am glad.\n";
    let lines = "{\"session_id\":\"1\",\"text\":\"T: Hi\"}\n{\"session_id\":\"1\",\"text\":\"C: No\"}\n";
    for (name, text) in [("a.csv", table), ("a.jsonl", lines)] {
        is_refused(name, text, "column of their own");
    }
    let notes = "session_id,text\n1,Plan: rest. T: 36.6\n2,C: no pain. Came late.\n";
    assert_eq!(read("a.csv", notes, &[]).sessions.len(), 2);
}

#[test]
fn the_number_of_a_session_tells_sessions_apart() {
    for name in ["session_number", "Session No."] {
        let table =
            format!("client_id,{name},speaker,text\nA,1,T,Hi\nA,1,C,I rang\nA,2,T,Hi\nA,2,C,I cried\n");
        let got = read("a.csv", &table, &[]);
        let sessions: Vec<_> =
            got.sessions.iter().map(|session| (session.id.as_str(), session.number)).collect();
        assert_eq!(sessions, [("A-1", Some(1)), ("A-2", Some(2))], "{name}");
    }
    let table = "session_id,session_number,speaker,text\ns,1,T,Hi\ns,1,C,No\n";
    assert_eq!(read("a.csv", table, &[]).sessions[0].id, "s");
}

#[test]
fn what_is_remarked_of_a_voice_is_no_part_of_its_name() {
    for label in ["C (crying)", "C [crying]", "C, crying", "C. (laughs)", "C (to T)", "Ct (softly)"] {
        let talk = format!("T: Well?\nC: Hm.\nT (softly): So?\n{label}: I cried.\nT: Yes.\n");
        let wanted = ["therapist|Well?", "client|Hm.", "therapist|So?", "client|I cried.", "therapist|Yes."];
        assert_eq!(units(&read("a.txt", &talk, &[])), wanted, "{label}");
    }
    let talk = "T: Well?\nH: No.\nW: Yes.\nT (to W): So?\nW (crying): It is.\nH [laughs]: Oh.\n";
    let said = units(&read("a.txt", talk, &["T"]));
    assert_eq!(said[3..], ["therapist|So?", "client 2|It is.", "client|Oh."]);
    // Other tags may be somebody else.
    for (one, other) in [
        ("Speaker (male)", "Speaker (female)"),
        ("Anna (Kelly)", "Anna (Sally)"),
        ("Petrie, Emily", "Petrie, Mina"),
    ] {
        let talk = format!("T: Well?\n{one}: No.\n{other}: Yes.\n").repeat(3);
        let said = units(&read("a.vtt", &format!("WEBVTT\n\n{}", cues(&talk)), &["T"]));
        assert_eq!(said[..3], ["therapist|Well?", "client|No.", "client 2|Yes."], "{one}");
    }
}

fn cues(talk: &str) -> String {
    let cue = |line: &str| {
        let (label, text) = line.split_once(": ").unwrap_or_default();
        format!("00:01.000 --> 00:02.000\n<v {label}>{text}</v>\n\n")
    };
    talk.lines().map(cue).collect::<Vec<_>>().concat()
}

#[test]
fn times_behind_labels_and_at_ends_of_turns_are_no_words() {
    for mark in [
        "[00:02:00.5]",
        "(02:00)",
        "<02:00>",
        "{02:00}",
        "#00:02:00-2#",
        "[00.02.00]",
        "[02 min]",
        "@02:00",
        "02m00s",
        "02:00 -",
        "10:02:00 AM",
    ] {
        let talk = format!("T: {mark} Well?\nC: {mark} No.\nT: {mark} So,\nthen?\n");
        let got = read("a.txt", &talk, &[]);
        assert_eq!(units(&got), ["therapist|Well?", "client|No.", "therapist|So, then?"], "{mark}");
        assert!(
            got.sessions[0].units.iter().all(|unit| unit.start.is_some_and(|start| start > 100.0)),
            "{mark}"
        );
        let talk = format!("T: Well? {mark}\nC: No. {mark}\nT: So,\nthen? {mark}\n");
        let got = read("a.txt", &talk, &[]);
        assert_eq!(units(&got), ["therapist|Well?", "client|No.", "therapist|So, then?"], "{mark}");
        assert!(got.sessions[0].units.iter().all(|unit| unit.end.is_some_and(|end| end > 100.0)), "{mark}");
        let talk = format!("{mark}\nT: Well?\nC: No.\n{mark}\nT: So, then?\n");
        let got = read("a.txt", &talk, &[]);
        assert_eq!(units(&got), ["therapist|Well?", "client|No.", "therapist|So, then?"], "{mark}");
        assert!(got.sessions[0].units[2].start.is_some_and(|start| start > 100.0), "{mark}");
    }
    let talk = "T: When?\nC: 10:30 is when I woke, again at 11:15\nT: And?\nC: [2 min] No.\n[2 min]\nT: At 10:30\nC: Early (5:30)";
    let said = units(&read("a.txt", talk, &[]));
    assert_eq!(
        said[1..],
        [
            "client|10:30 is when I woke, again at 11:15",
            "therapist|And?",
            "client|[2 min] No. [2 min]",
            "therapist|At 10:30",
            "client|Early (5:30)"
        ]
    );
}

#[test]
fn labels_in_brackets_are_labels() {
    let talk = "[SPEAKER_00]: Well?\n[SPEAKER_01]: No.\n[SPEAKER_00]: So?\n[SPEAKER_01]: Yes.\n";
    let wanted = ["therapist|Well?", "client|No.", "therapist|So?", "client|Yes."];
    assert_eq!(units(&read("a.txt", talk, &["SPEAKER_00"])), wanted);
    let cues: Vec<String> = talk.lines().map(|line| format!("00:01.000 --> 00:02.000\n{line}")).collect();
    assert_eq!(units(&read("a.srt", &cues.join("\n\n"), &["SPEAKER_00"])), wanted);
}

#[test]
fn pages_that_count_up_and_ends_of_recordings_are_nobodys() {
    let pages = "CONFIDENTIAL\nPage 1 of 3\n\nT: Well?\nC: I went.\n\nCONFIDENTIAL\nPage 2 of 3\nK7 session 4\n\nT: So?\n\n\
                 CONFIDENTIAL\nPage 3 of 3\nK7 session 4\n\nC: No.\n";
    let counted = "T: Well?\nC: I went.\nPage 2\n- 3 -\nT: So?\n4\nC: No.\np. 5\n[End of session]\n";
    let repeated =
        "T: Well?\nC: I went.\nCONFIDENTIAL K7 session 4\nT: So?\nCONFIDENTIAL K7 session 4\nC: No.\n";
    let teams =
        "Ann B stopped transcription\nT: Well?\nC: I went.\nT: So?\nC: No.\nAnn B stopped transcription\n";
    for text in [pages, counted, repeated, teams] {
        let got = read("a.txt", text, &[]);
        assert_eq!(units(&got), ["therapist|Well?", "client|I went.", "therapist|So?", "client|No."]);
        assert!(got.notices.iter().any(|notice| notice.contains("left out")), "{:?}", got.notices);
    }
    // Numbers that do not count up, or that answer, and lines that come back in talk.
    let talk =
        "Therapist\nHow bad?\nClient\n4\nTherapist\nAnd now?\nClient\n5\nno more\nTherapist\nOh\nno more\n";
    let got = read("a.txt", talk, &[]);
    assert_eq!(
        units(&got)[1..],
        ["client|4", "therapist|And now?", "client|5 no more", "therapist|Oh no more"]
    );
    let got = read("a.txt", "T: How many?\nC: I had\n7\nor\n9\nT: She stopped\nrecording\n", &[]);
    assert_eq!(units(&got)[1..], ["client|I had 7 or 9", "therapist|She stopped recording"]);
}

#[test]
fn numbers_of_lines_are_no_words() {
    let talk = "Session 2\n\n1  T: Did you park in\n2     the end?\n3  C: It is free so I\n4     don't mind.\n\n5  T: You told him.\n";
    let got = read("a.txt", talk, &[]);
    assert_eq!(
        units(&got),
        [
            "therapist|Did you park in the end?",
            "client|It is free so I don't mind.",
            "therapist|You told him."
        ]
    );
    assert!(got.notices.iter().any(|notice| notice.contains("number")), "{:?}", got.notices);
    let counted = "T: Count.\nC: I do\n1 a\n2 b\n3 c\n4 d\nT: Yes.\n";
    assert_eq!(units(&read("a.txt", counted, &[]))[1], "client|I do 1 a 2 b 3 c 4 d");
}

/// What looks like what programs and printers add, and was said.
#[test]
fn answers_and_lists_stay_words() {
    for (text, words) in [
        (
            "Client: In my body it is a\n7\nTherapist: And now?\nClient: an\n8\n",
            &["client|In my body it is a 7", "therapist|And now?", "client|an 8"][..],
        ),
        (
            "Client:\n00:05\n7\nTherapist:\n00:09\nAnd now?\nClient:\n00:12\n8\n",
            &["client|7", "therapist|And now?", "client|8"],
        ),
        ("T: Count.\nC: So.\n1\n2\n3\n4\n5\n", &["therapist|Count.", "client|So. 1 2 3 4 5"]),
        (
            "T: When?\nC: 6:30\nT: And then?\nC: 5:15\nT: And on Sunday?\nC: 7:00\n",
            &[
                "therapist|When?",
                "client|6:30",
                "therapist|And then?",
                "client|5:15",
                "therapist|And on Sunday?",
                "client|7:00",
            ],
        ),
        (
            "T: Read it.\nC: [3:16] says that I am loved\nT: Yes.\n",
            &["therapist|Read it.", "client|[3:16] says that I am loved", "therapist|Yes."],
        ),
        (
            "T: And?\nC: Well.\n[Silence]: ten seconds\nT: Hm.\nC: Yes.\n[Silence]: a minute\n",
            &[
                "therapist|And?",
                "client|Well. [Silence]: ten seconds",
                "therapist|Hm.",
                "client|Yes. [Silence]: a minute",
            ],
        ),
        (
            "T: And?\nC: Well.\n[10 min]\nC: Yes.\n",
            &["therapist|And?", "client|Well. [10 min]", "client|Yes."],
        ),
        (
            "T: Who knows?\nC: It stays confidential\nT: Yes?\nC: I said\nIt stays confidential\nT: It\nIt stays confidential\n",
            &[
                "therapist|Who knows?",
                "client|It stays confidential",
                "therapist|Yes?",
                "client|I said It stays confidential",
                "therapist|It It stays confidential",
            ],
        ),
    ] {
        let got = read("a.txt", text, &[]);
        assert_eq!(units(&got), words, "{text}");
    }
}
