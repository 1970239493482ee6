//! Labels in forms that nobody promised: read where that is plain, refused elsewhere, and never taken for a note.

use super::read;
use breakthrough::input::{Format, Options};
use breakthrough::transcript::Speaker::{Client, Therapist};

/// Four turns, each written by `form`, of the label and the words.
fn turns_as(form: impl Fn(&str, &str) -> String) -> String {
    let said = ["How was it?", "Bad, I told her.", "What did the client there say?", "Nothing much."];
    let labels = ["Therapist", "Client"].into_iter().cycle();
    labels.zip(said).map(|(label, words)| form(label, words) + "\n").collect()
}

#[test]
fn labels_without_a_colon_are_read_or_refused() {
    let above =
        |before: &str, behind: &str| turns_as(|who, words| format!("{before}{who}{behind}\n{words}\n"));
    let beside = |before: &str, behind: &str| turns_as(|who, words| format!("{before}{who}{behind}{words}"));
    for text in [
        above("", ""),
        above("", "  0:02"),
        above("", " [00:00:02]"),
        above("[", "] 10:00:02"),
        above("### ", ""),
        above("### ", ":"),
        turns_as(|who, words| format!("{}\n{words}", who.to_uppercase())),
        beside("- **", ":** "),
        beside("[02/05/2024, 10:02:11] ", ": "),
        beside("02/05/2024, 10:02 - ", ": "),
        beside("@", ": "),
        beside("", "："),
        turns_as(|who, words| format!("{} {words}", who.to_uppercase())),
        beside("**", "** "),
        beside("[", "] "),
        beside("<", "> "),
        beside("", " — "),
        beside("", " 0:02 "),
        format!("Session: 4\nClient: K-12\n\n{}", above("", "")),
    ] {
        let got = read::bytes("a.txt", &text);
        assert!(got.rejects.is_empty() && got.notices.is_empty(), "{text}");
        assert_eq!(got.units()[..2], ["therapist|How was it?", "client|Bad, I told her."], "{text}");
        assert_eq!(got.report.units, 4, "{text}");
    }
    let got = read::bytes("a.txt", above("", "  1:02"));
    assert_eq!(got.sessions[0].units[3].start, Some(62.0));
    for text in [
        turns_as(|who, words| format!("| 00:01 | {who} | {words} |")),
        beside("", " | "),
        beside("", "; "),
        beside("", " = "),
        format!("Client: Anna\n{}", beside("", " - ")),
    ] {
        let got = read::bytes("a.txt", &text);
        assert!(got.sessions.is_empty() && got.rejects[0].reason.contains("begin every turn with"), "{text}");
    }
    let table =
        format!("| Speaker | Text |\n|---|---|\n{}", turns_as(|who, words| format!("| {who} | {words} |")));
    assert_eq!(
        read::bytes("a.txt", table).units()[..2],
        ["therapist| How was it? ", "client| Bad, I told her. "]
    );
    assert_eq!(read::bytes("a.txt", beside("<b>", ":</b> ")).units()[1], "client|Bad, I told her.");
    // Two turns are too few to be sure, and no note.
    assert!(read::bytes("a.txt", "Therapist | How was it?\nClient | Bad.\n").sessions.is_empty());
}

#[test]
fn numbers_of_turns_make_no_crowd() {
    let talk: String =
        (1..=300).map(|n| [format!("T{n}: Well?\n"), format!("C{n}: No.\n")].concat()).collect();
    let got = read::bytes("a.txt", &talk);
    assert_eq!((got.report.units, got.notices.len(), got.rejects.len()), (600, 1, 0), "{:?}", got.notices);
    assert!(got.sessions[0].units.iter().all(|unit| matches!(unit.speaker, Therapist | Client(1))));
    let got = read::bytes("a.txt", "T1: a\nC1: b\nC2: c\nT2: d\nC3: e\nC1: f\nT1: g\n");
    assert_eq!((got.sessions[0].units[4].speaker, got.notices.len()), (Client(3), 0));
}

#[test]
fn tables_with_names_of_rows() {
    for table in [
        "\"session_id\"\t\"speaker\"\t\"text\"\n\"1\"\t\"s\"\t\"T\"\t\"Well?\"\n\"3\"\t\"s\"\t\"C\"\t\"\"\n",
        "session_id\tspeaker\ttext\n1\ts\tT\tWell?\n3\ts\tC\t\n",
        "\"session_id\",\"speaker\",\"text\"\n\"1\",\"s\",\"T\",\"Well?\"\n\"3\",\"s\",\"C\",\"\"\n",
    ] {
        let got = read::bytes(if table.contains(',') { "a.csv" } else { "a.tsv" }, table);
        assert_eq!(got.units(), ["therapist|Well?", "client|"], "{table}");
        assert_eq!((got.sessions[0].id.as_str(), got.report.rejects), ("s", 0));
    }
    // An unquoted comma is none, nor are empty cells on the right.
    let got = read::bytes("a.csv", "session_id,speaker,text\n1,T,Well, then?\n1,C,No, I am\n");
    assert_eq!(got.rejects[0].reason, "4 cells where the header has 3");
    let got = read::bytes("a.tsv", "session_id\tspeaker\ttext\n1\tT\tWell?\t\n2\tC\tNo.\t\n");
    assert_eq!((got.sessions.len(), got.report.rejects), (2, 0));
}

#[test]
fn notes_may_begin_lines_with_role_words() {
    for note in [
        "Client reports low mood.\nTherapist reflected on it.\nClient tearful.\nTherapist offered a break.\n",
        "- Client reports low mood.\n- Therapist reflected.\n- **Client** tearful.\n- Therapist waited.\n",
        "CLIENT REPORTS LOW MOOD.\nTHERAPIST OFFERED A BREAK.\nCLIENT DENIES SI.\n",
        "D: Client late.\n- Client: tired\n- Therapist: validated\n- Client: calmer\nA: Same.\nP: Weekly.\n",
        "Client denies SI, affect flat. Patient's mood low.\n\nClient\nTherapist\n",
    ] {
        assert_eq!(read::bytes("a.txt", note).report.format, Some(Format::Note), "{note}");
    }
}

fn therapist(name: &str) -> Options {
    Options { therapist: vec![name.to_owned()], ..Options::default() }
}

/// One rule for text and subtitles, with and without `--therapist`.
#[test]
fn a_label_that_comes_once_is_no_speaker_beside_others() {
    let cues = |lines: &[&str]| {
        let cue = |(n, line): (usize, &&str)| format!("00:{n:02}.000 --> 00:{n:02}.900\n{line}\n\n");
        format!("WEBVTT\n\n{}", lines.iter().enumerate().map(cue).collect::<String>())
    };
    let all = |name: &str, lines: &[&str]| {
        let options = if name.is_empty() { Options::default() } else { therapist(name) };
        let text =
            read::with("a.txt", lines.join("\n"), &Options { format: Some(Format::Text), ..options.clone() });
        let subtitles = read::with("a.vtt", cues(lines), &options);
        assert!(text.rejects.is_empty() && subtitles.rejects.is_empty(), "{:?}", text.rejects);
        assert_eq!(text.units(), subtitles.units(), "{lines:?}");
        assert_eq!(text.notices.len(), subtitles.notices.len(), "{:?}", subtitles.notices);
        (text.units(), text.notices)
    };
    let aside = ["T: One.", "C: Two.", "Homework: a diary", "T: Three."];
    for name in ["", "Anna"] {
        let (turns, notices) = all(name, &aside);
        assert_eq!(turns, ["therapist|One.", "client|Two. Homework: a diary", "therapist|Three."], "{name}");
        assert!(notices[0].contains("begins like a turn of a speaker who comes only once"), "{notices:?}");
    }
    let named = ["Anna: One.", "Ben: Two.", "Anna: Three.", "Homework: a diary", "Ben: Four."];
    assert_eq!(
        all("anna", &named).0,
        ["therapist|One.", "client|Two.", "therapist|Three. Homework: a diary", "client|Four."]
    );
    // Whoever speaks once speaks, where else the therapist would be alone.
    let (turns, notices) = all("Anna", &["Anna: One.", "Ben: Two.", "Anna: Three."]);
    assert_eq!(
        (turns.as_slice(), notices.len()),
        (&["therapist|One.", "client|Two.", "therapist|Three."].map(str::to_owned)[..], 0)
    );
    // `BEN` and `Ben` are one.
    assert_eq!(all("Anna", &["Anna: One.", "C: x", "Ben: Two.", "BEN: Three."]).0.len(), 4);
    // A voice tag is no word of the text.
    let tags = cues(&["<v Anna>One.", "<v Client>Two.", "<v Ben>Three.", "Plan: more"]);
    assert_eq!(
        read::with("a.vtt", tags, &therapist("Anna")).units(),
        ["therapist|One.", "client|Two.", "client 2|Three. Plan: more"]
    );
}

#[test]
fn headers_in_markdown_are_headers() {
    let talk = "\n**T:** Well?\n\n**C:** No.\n";
    for [client, therapist, date] in [
        ["**Client:** K12", "**Therapist:** Dr. X", "**Date:** 2024-01-02"],
        ["- **Client**: K12", "- **Therapist**: Dr. X", "- **Date**: 2024-01-02"],
        ["> Client: K12  ", "> Therapist: Dr. X  ", "> Date: 2024-01-02"],
        ["* *Client: K12*", "* _Therapist: Dr. X_", "* __Date:__ **2024-01-02**"],
    ] {
        let got = read::bytes(
            "a.md",
            format!("# Session 2\n\n{client}\n{therapist}\n{date}\n**Room:** Three\n{talk}"),
        );
        let session = &got.sessions[0];
        assert_eq!(got.units(), ["therapist|Well?", "client|No."], "{client}");
        assert_eq!(
            (session.client_id.as_deref(), session.therapist_id.as_deref(), session.date.as_deref()),
            (Some("K12"), Some("Dr. X"), Some("2024-01-02")),
            "{client}"
        );
        let got = read::bytes("a.md", format!("{client}\n{date}\n\n## Plan\n\nWeekly. Denies SI.\n"));
        assert_eq!((got.sessions[0].client_id.as_deref(), got.report.units), (Some("K12"), 2), "{client}");
    }
    // Without a date too, and without emphasis; alone it is a turn, and a name in such a block is neither id nor turn.
    for mark in ["", "**"] {
        let got =
            read::bytes("a.txt", format!("{mark}Client:{mark} K12\n{mark}Therapist:{mark} Dr. X\n{talk}"));
        assert_eq!((got.sessions[0].client_id.as_deref(), got.report.units), (Some("K12"), 2));
    }
    let got = read::bytes("a.md", "**Client:** K12\n**Therapist:** Sorry?\n");
    assert_eq!(got.units(), ["client|K12", "therapist|Sorry?"]);
    let got = read::bytes("a.md", format!("**Client:** Obi Okonkwo\n**Date:** 2024-01-02\n{talk}"));
    assert_eq!((got.sessions[0].client_id.as_deref(), got.report.units), (None, 2));
    // A heading in bold begins the next session, an item of a list none.
    let two = format!("**Session:** K1\n{talk}\n**Session:** K2\n{talk}\n- Session: hard\n");
    let got = read::bytes("a.md", two);
    assert_eq!(got.sessions.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["K1", "K2"]);
}
