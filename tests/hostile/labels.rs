//! Labels in forms that nobody promised: read where that is plain, refused elsewhere, and never taken for a note.

use super::read;
use breakthrough::input::Format;
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
        format!("| Speaker | Text |\n|---|---|\n{}", turns_as(|who, words| format!("| {who} | {words} |"))),
        turns_as(|who, words| format!("| 00:01 | {who} | {words} |")),
        turns_as(|who, words| format!("{} {words}", who.to_uppercase())),
        beside("**", "** "),
        beside("[", "] "),
        beside("<", "> "),
        beside("", " — "),
        beside("", " | "),
        beside("", "; "),
        beside("", " = "),
        beside("", " 0:02 "),
        beside("<b>", ":</b> "),
        format!("Client: Anna\n{}", beside("", " - ")),
    ] {
        let got = read::bytes("a.txt", &text);
        assert!(got.sessions.is_empty() && got.rejects[0].reason.contains("begin every turn with"), "{text}");
    }
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
