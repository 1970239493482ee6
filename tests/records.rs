//! Notes as electronic records export them: what stands over them, several in one file, and what only looks like one.

mod reading;

use breakthrough::transcript::Session;
use reading::Got;

fn read(text: impl AsRef<str>) -> Got {
    read_as("a.txt", text)
}

fn read_as(name: &str, text: impl AsRef<str>) -> Got {
    reading::bytes(name, text.as_ref())
}

/// `client|number|date` of a session.
fn about(session: &Session) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = session.number.map(|number| number.to_string()).unwrap_or_default();
    format!("{}|{number}|{}", text(&session.client_id), text(&session.date))
}

fn units(session: &Session) -> Vec<String> {
    session.units.iter().map(|unit| format!("{}|{}", unit.speaker, unit.text)).collect()
}

const NOTE: &str = "SUBJECTIVE\nPt came late.\nPLAN\nMeet weekly.\n";
const WORDS: [&str; 2] = ["note:S|Pt came late.", "note:P|Meet weekly."];

#[test]
fn several_fields_on_one_line_are_several_fields() {
    for (line, wanted) in [
        ("Client ID: 0483    Name: Thandeka Mbatha    DOB: 04/11/1987", "0483||"),
        ("Client ID: K7 | Session: 4 | Date: 2024-03-09", "K7|4|2024-03-09"),
        ("Name: Thandeka Mbatha; Client ID: K7; Session: 4 of 12", "K7|4|"),
    ] {
        let got = read(format!("{line}\n\n{NOTE}"));
        assert_eq!(about(&got.sessions[0]), wanted, "{line}");
        assert_eq!(units(&got.sessions[0]), WORDS, "{line}");
        assert_eq!(got.sessions[0].id, "a");
        let told = got.notices.iter().any(|notice| notice.contains("left out, from line 1"));
        assert_eq!(told, line.contains("Name"), "{:?}", got.notices);
        let got = read(format!("{line}\n\nT: Well?\nC: No.\n"));
        assert_eq!((about(&got.sessions[0]).as_str(), got.sessions[0].units.len()), (wanted, 2), "{line}");
    }
    let got = read(format!("Client ID: 0483 Name: Thandeka Mbatha\n\n{NOTE}"));
    assert_eq!(about(&got.sessions[0]), "||");
    assert_eq!(
        got.notices,
        ["the client id at line 1 is too long, is words or holds another field: left empty"]
    );
}

#[test]
fn titles_and_unknown_lines_do_not_end_the_head() {
    let fields = "Client ID: K7\nSession: 3\nDate: 2024-03-09\n";
    for (title, told) in [
        ("PROGRESS NOTE\n", 1),
        ("# Progress note\n\n", 1),
        ("SOAP NOTE\n", 1),
        ("Confidential\n", 1),
        ("---\n", 0),
        ("=====\n", 0),
        ("Northgate Counselling Service\n12 High Street\n\n", 1),
        ("Name: Thandeka Mbatha\nDOB: 04/11/1987\n", 1),
        ("Patient: Thandeka Mbatha\n", 1),
    ] {
        let got = read(format!("{title}{fields}\n{NOTE}"));
        assert_eq!(about(&got.sessions[0]), "K7|3|2024-03-09", "{title}");
        assert_eq!(units(&got.sessions[0]), WORDS, "{title}");
        assert_eq!(got.notices.len(), told, "{:?}", got.notices);
    }
    for between in ["Duration: 50 min", "Provider: T1", "Room: blue"] {
        let text =
            format!("Client ID: K7\n{between}\nSession: 3\nDate: 2024-03-09\nLocation: here\n\n{NOTE}");
        let got = read(text);
        assert_eq!(about(&got.sessions[0]), "K7|3|2024-03-09", "{between}");
        assert_eq!(units(&got.sessions[0]), WORDS, "{between}");
        assert_eq!(
            got.notices,
            ["2 lines or fields of the header are not known: left out, from line 2"],
            "{between}"
        );
    }
}

#[test]
fn words_at_the_beginning_of_a_note_are_words() {
    let first = |text: &str| units(&read_as("note.txt", text).sessions[0])[0].clone();
    for (text, words) in [
        ("Mood: low\nPlan: weekly\n", "note|Mood: low"),
        ("Mood: low\nDate: 2024-03-09\n\nPt came late.\n", "note|Mood: low"),
        ("Date: 2024-03-09\nMood: low\n\nPt came late.\n", "note|Mood: low"),
        ("Date: 2024-03-09\n\nLow Mood\n\nPt came late.\n", "note|Low Mood"),
        ("Pt came late.\nDate: 2024-03-09\n", "note|Pt came late."),
        ("PROGRESS NOTE\n\nS: Pt came late.\nO: Flat.\n", "note|PROGRESS NOTE"),
        ("Provider: T1\n\nS: Pt came late.\nO: Flat.\n", "note|Provider: T1"),
    ] {
        assert_eq!(first(text), words, "{text}");
    }
}

#[test]
fn a_head_behind_words_begins_the_next_note() {
    for (between, next) in [
        ("\n", "Date: 2024-03-16\nClient ID: C-13\n"),
        ("\n", "Client ID: C-13\n\nDate: 2024-03-16\n"),
        ("-----\n", "PROGRESS NOTE\nDate: 2024-03-16\nClient ID: C-13\nProvider: T1\n"),
        ("=====\n\n", "Client ID: C-13 | Date: 2024-03-16\n"),
        ("\u{c}", "Date: 2024-03-16\nClient ID: C-13\n"),
    ] {
        let got = read(format!("Date: 2024-03-09\nClient ID: C-12\n\n{NOTE}{between}{next}\n{NOTE}"));
        let sessions: Vec<_> = got.sessions.iter().map(about).collect();
        assert_eq!(sessions, ["C-12||2024-03-09", "C-13||2024-03-16"], "{next}");
        assert_eq!((got.sessions[0].id.as_str(), got.sessions[1].id.as_str()), ("a", "a-2"));
        assert!(got.sessions.iter().all(|session| units(session) == WORDS), "{next}");
        assert!(got.rejects.is_empty());
    }
    // The same client, and a date over headings that begin anew.
    let got = read(format!("Client ID: K7\nDate: 1 May\n\n{NOTE}\nClient ID: K7\nDate: 8 May\n\n{NOTE}"));
    assert_eq!(got.sessions.iter().map(about).collect::<Vec<_>>(), ["K7||1 May", "K7||8 May"]);
    let got = read(format!("Date: 1 May\n\n{NOTE}\nDate: 8 May\n\n{NOTE}"));
    assert_eq!(got.sessions.iter().map(about).collect::<Vec<_>>(), ["||1 May", "||8 May"]);
    // Letters of sections that come back are no turns.
    let got = read("Session: 1\n\nS: Pt late.\nP: Weekly.\n\nSession: 2\n\nS: Pt early.\nP: Weekly.\n");
    assert_eq!(got.sessions.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["a", "a-2"]);
}

#[test]
fn a_head_that_ends_a_note_begins_none() {
    for end in [
        "\nDate: 2024-03-10\nClient called to cancel.\n",
        "\nTherapist ID: T4\nDate: 2024-03-09\n",
        "\nClient ID: C-12\nDate: 2024-03-09\n",
        "\nTherapist ID: T4\nDate: 2024-03-10\n\nAddendum: client called.\n",
    ] {
        let got = read(format!("Date: 2024-03-09\nClient ID: C-12\n\n{NOTE}{end}"));
        assert_eq!((got.sessions.len(), got.rejects.len()), (1, 0), "{end}");
        assert!(got.sessions[0].units.len() > 2, "{end}");
    }
    // The head of a page that is printed once more.
    let got = read(
        "Client ID: K7\nDate: 1 May\n\nSUBJECTIVE\nPt late.\n\u{c}Client ID: K7\nDate: 1 May\n\nPLAN\nWeekly.\n",
    );
    assert_eq!(units(&got.sessions[0]), ["note:S|Pt late.", "note:P|Weekly."]);
    // A sign-off over the head of the next note is of neither.
    let got = read(format!(
        "Client ID: K7\nDate: 1 May\n\n{NOTE}\nTherapist ID: T4\nDate: 2 May\n\nClient ID: K8\nDate: 8 May\n\n{NOTE}"
    ));
    assert_eq!(got.sessions.iter().map(about).collect::<Vec<_>>(), ["K7||1 May", "K8||8 May"]);
}

#[test]
fn a_client_id_begins_the_next_session_of_a_transcript() {
    for (next, clients) in [
        ("\nClient ID: C-13\nDate: 2024-03-16\n\n", 2),
        ("-----\nClient ID: C-13\n", 2),
        ("\u{c}Client ID: C-13\n", 2),
        ("\u{c}Client ID: C-12\n", 1),
        ("\nClient ID: C-12\n\n", 1),
    ] {
        let got = read(format!("Client ID: C-12\n\nT: Well?\nC: No.\n{next}T: And you?\nC: Yes.\n"));
        assert_eq!((got.sessions.len(), got.rejects.len()), (clients, 0), "{next}");
        let last = got.sessions.last().unwrap();
        assert_eq!(last.client_id.as_deref(), Some(if clients == 2 { "C-13" } else { "C-12" }));
        assert_eq!(last.units.last().unwrap().text, "Yes.");
        assert!(
            got.sessions.iter().flat_map(|session| &session.units).all(|unit| !unit.text.contains("C-1"))
        );
    }
}

#[test]
fn numbered_headings_and_vital_signs() {
    for headings in [
        ["1. SUBJECTIVE: ", "2. OBJECTIVE: ", "3. PLAN: "],
        ["1) Subjective:\n", "2) Objective:\n", "3) Plan:\n"],
        ["1. Subjective\n", "2. Objective\n", "3. Plan\n"],
        ["I. SUBJECTIVE: ", "II. OBJECTIVE: ", "III. PLAN: "],
        ["S) ", "O) ", "P) "],
        ["## 1. Subjective\n\n", "## 2. Objective\n\n", "## 3. Plan\n\n"],
    ] {
        let [s, o, p] = headings;
        let got = read_as("note.txt", format!("{s}Pt came late.\n{o}Flat.\n{p}Meet weekly.\n"));
        let wanted = ["note:S|Pt came late.", "note:O|Flat.", "note:P|Meet weekly."];
        assert_eq!(units(&got.sessions[0]), wanted, "{headings:?}");
    }
    let got = read("1. Behavior: Pt late. 2. Intervention: CBT. 3. Response: Calm. 4. Plan: Weekly.\n");
    assert_eq!(units(&got.sessions[0]), ["note:B|Pt late.", "note:I|CBT.", "note:R|Calm.", "note:P|Weekly."]);
    let signs = "OBJECTIVE\nC: oriented. T: 36.8. P: 72. R: 14 bpm.\nP: 72\nPLAN\nA) GP. B) Group. P: 2 more sessions.\n";
    let got = read(format!("SUBJECTIVE\nPt came late.\n{signs}"));
    let sections: String =
        got.sessions[0].units.iter().filter_map(|unit| unit.speaker.to_string().pop()).collect();
    assert!(sections.starts_with("SO") && !sections.contains('R') && !sections.contains('A'), "{sections}");
    assert!(
        got.sessions[0]
            .units
            .iter()
            .filter(|unit| unit.text.contains("72"))
            .all(|unit| unit.speaker.to_string() == "note:O")
    );
}

#[test]
fn what_is_no_note_is_refused() {
    for text in [
        "1,Therapist,\"Client reports?\"\n2,Client,\"Denies.\"\n3,Therapist,\"Hm.\"\n4,Client,\"Yes.\"\n",
        "Therapist says: How was it?\nClient says: I denied it.\nTherapist says: Hm.\nClient says: Yes.\n",
        "TH. How was it, client?\nCL. Patient denied it.\nTH. Hm.\nCL. Yes.\n",
    ] {
        let got = read_as("note.txt", text);
        assert!(
            got.sessions.is_empty() && got.rejects[0].reason.contains("begin every turn"),
            "{:?}",
            got.rejects
        );
    }
    for note in [
        "Pt. came late.\nTh. offered tea.\nPt. agreed.\nTh. listened. Client denies SI.\n",
        "Client said, quietly, no.\nTherapist asked, again, why.\nClient said, again, no.\n",
    ] {
        assert_eq!(read_as("note.txt", note).sessions.len(), 1, "{note}");
    }
    let got = read("MSH|^~\\&|EHR|CLINIC\nOBX|1|TX|note\n");
    assert!(got.sessions.is_empty());
    assert_eq!(got.reasons(), ["this is an HL7 message; export the note's text"]);
}

#[test]
fn a_date_alone_or_a_session_without_a_colon_begins_the_next_note() {
    let soap = "S: Pt came late.\nO: Flat.\nA: Low.\nP: Meet weekly.\n";
    for line in [
        "2024-01-08",
        "----\n2024-01-08",
        "15 January 2024",
        "Date: 2024-01-08",
        "Session 2",
        "Session #2, 02/02/2024, 50 min",
    ] {
        let got = read(format!("Client ID: N88\nDate: 2024-01-01\n\n{soap}\n{line}\n{soap}"));
        assert_eq!(got.sessions.len(), 2, "{line}");
        let (first, second) = (&got.sessions[0], &got.sessions[1]);
        assert_eq!((first.units.len(), second.units.len()), (4, 4), "{line}: {:?}", units(second));
        assert!(second.date.is_some() || second.number == Some(2), "{line}");
        // Nothing else is known of the second one.
        assert_eq!(second.client_id.as_deref(), Some("N88"), "{line}");
        assert!(got.notices.iter().any(|notice| notice.contains("names no client")), "{:?}", got.notices);
        let got =
            read(format!("Client ID: N88\nDate: 2024-01-01\n\n{soap}\n{line}\nName: Ann Lee\n\n{soap}"));
        assert_eq!((got.sessions.len(), got.sessions[1].client_id.as_deref()), (2, None), "{line}");
    }
    let talk = "Client ID: N88\nSession: 1\n\nT: Well?\nC: No.\n\nSession 2\n\nT: And now?\nC: Yes.\n";
    let got = read(talk);
    assert_eq!(got.sessions.iter().map(about).collect::<Vec<_>>(), ["N88|1|", "N88|2|"]);
    // No header: a date of which a note tells.
    let got = read(format!("{soap}\n2024-01-08\nPt rang.\n"));
    assert_eq!(got.sessions.len(), 1);
}

#[test]
fn nobody_inherits_a_client_from_whom_something_parts_them() {
    let first = "Client ID: K1\nSession: 1\n\nT: a\nC: b\n\n";
    for next in ["Session: 2\nMaria Souza\n\nT: c\nC: d\n", "Session: 1\n\nT: c\nC: d\n"] {
        let got = read(format!("{first}{next}"));
        assert_eq!(got.sessions[1].client_id, None, "{next}");
    }
    let got = read(format!("{first}Session: 2\n\nT: c\nC: d\n"));
    assert_eq!(got.sessions[1].client_id.as_deref(), Some("K1"));
}

#[test]
fn small_headings_begin_no_line_that_was_wrapped() {
    let note = "S: Client said she had made a\nplan: to ring her sister and to tell her about the\nproblem: her drinking.\nO: Flat.\n";
    let wanted = [
        "note:S|Client said she had made a plan: to ring her sister and to tell her about the problem: her drinking.",
        "note:O|Flat.",
    ];
    assert_eq!(units(&read(note).sessions[0]), wanted);
    // What a semicolon ends has ended for a heading, and goes on in no other line.
    let listed = "S: Slept badly;\nAte little.\nCried twice;\nplan: weekly.\n";
    let wanted = ["note:S|Slept badly;", "note:S|Ate little.", "note:S|Cried twice;", "note:P|weekly."];
    assert_eq!(units(&read(listed).sessions[0]), wanted);
    let present = "Group note\nD. Smith\nA. Jones\nP. Brown\nPt denied SI, client reported low mood.\n";
    assert!(units(&read(present).sessions[0]).iter().all(|unit| unit.starts_with("note|")));
}

#[test]
fn what_offices_write_under_an_id_is_no_sentence() {
    let head =
        "Client ID: 4431\nDx: F41.1\nCPT: 90834\nSession #6, 02/02/2024, 50 min\nTherapist: J. K., LPC\n";
    let got = read(format!("{head}\n{NOTE}"));
    assert_eq!(about(&got.sessions[0]), "4431|6|02/02/2024");
    assert_eq!(units(&got.sessions[0]), WORDS);
}

#[test]
fn letters_in_other_forms_are_headings_where_all_are_there() {
    for (before, after) in [("", " - "), ("", " – "), ("(", ") "), ("[", "] "), ("", ". "), ("", "/ ")] {
        let line = |letter: char, text: &str| format!("{before}{letter}{after}{text}\n");
        let note = line('S', "Pt came late.")
            + &line('O', "Flat.")
            + &line('A', "Low.")
            + &line('P', "Meet weekly.");
        let wanted = ["note:S|Pt came late.", "note:O|Flat.", "note:A|Low.", "note:P|Meet weekly."];
        assert_eq!(units(&read(&note).sessions[0]), wanted, "{note}");
        let initials = line('S', "came late, pt reports low mood.") + &line('P', "was here, denies SI.");
        assert!(
            read(initials)
                .sessions
                .iter()
                .all(|session| units(session).iter().all(|unit| unit.starts_with("note|")))
        );
    }
    let words = "== Subjective ==\nPt came late.\nSubjective/Data: Flat.\nClient Response: Low.\nTreatment Plan: Meet weekly.\n";
    let wanted = ["note:S|Pt came late.", "note:S|Flat.", "note:R|Low.", "note:P|Meet weekly."];
    assert_eq!(units(&read(words).sessions[0]), wanted);
}

#[test]
fn tables_of_notes_are_told_by_their_header() {
    for (delimiter, names) in [
        ("|", &["a.csv", "a.txt"][..]),
        ("^", &["a.csv", "a.txt"]),
        ("\u{1f}", &["a.csv", "a.txt"]),
        (",", &["a.txt"]),
    ] {
        let table = "client_id,date,note\nK1,2024-03-09,\"Late\" again.\nK2,2024-03-09,Flat.\n";
        let table = table.replace("\"Late\"", if delimiter == "," { "Late" } else { "\"Late\"" });
        for name in names {
            let got = read_as(name, table.replace(',', delimiter));
            assert!(got.rejects.is_empty() && got.notices.is_empty(), "{name} {delimiter} {:?}", got.rejects);
            let about: Vec<_> = got.sessions.iter().map(about).collect();
            assert_eq!(about, ["K1||2024-03-09", "K2||2024-03-09"], "{name} {delimiter}");
        }
    }
    let got = read("session_id|speaker|text\ns|Therapist|Well?\ns|Client|No.\n");
    assert_eq!(units(&got.sessions[0]), ["therapist|Well?", "client|No."]);
    // A column that is not known can be mapped; a title over a note is none.
    let reason = &read_as("a.csv", "who|what\nK1|Late.\n").rejects[0].reason;
    assert!(reason.starts_with("the first line has 2 columns"), "{reason}");
    let got = read("Client, note\nPt came late. Denies SI, reports low mood, endorses guilt.\n");
    assert_eq!((got.sessions.len(), about(&got.sessions[0]).as_str()), (1, "||"));
}

#[test]
fn html_is_read_as_the_words_that_it_shows() {
    let html = "<div><p><b>S:</b> Pt came late.</p><p>P: Meet Dr&nbsp;O&#39;Shea.</p></div>";
    let plain = ["note:S|Pt came late.", "note:P|Meet Dr O'Shea."];
    let turns = format!("speaker,text\nT,{html}\n");
    let json = format!("{{\"client_id\":\"K1\",\"note\":\"{html}\"}}\n");
    for (name, text) in [
        ("a.csv", format!("client_id,note\nK1,{html}\nK2,I <3 Pt &amp; {html}\n")),
        ("a.tsv", format!("client_id\tnote\nK1\t{html}\n")),
        ("a.jsonl", json),
        ("a.txt", html.to_owned()),
    ] {
        let got = read_as(name, text);
        assert_eq!(units(&got.sessions[0]), plain, "{name}");
        assert!(got.rejects.is_empty() && got.notices.len() == 1, "{name} {:?}", got.notices);
        assert!(got.notices[0].contains("read as the words that it shows"), "{:?}", got.notices);
    }
    let got = read_as("a.csv", turns);
    assert_eq!(units(&got.sessions[0]), ["therapist|S: Pt came late.\n\nP: Meet Dr O'Shea."]);
    let labelled =
        ["T: Well?", "C: No.", "T: So?", "C: Yes."].map(|turn| format!("s,<p>{turn}</p>\n")).concat();
    let got = read_as("a.csv", format!("session_id,text\n{labelled}"));
    assert!(got.rejects[0].reason.contains("begin with labels of speakers"), "{:?}", got.rejects);
    let got = read("T: Hi&nbsp;Ann\nC: It&rsquo;s <laughs> fine\nT: I <3 it\n");
    assert_eq!(
        units(&got.sessions[0]),
        ["therapist|Hi Ann", "client|It’s <laughs> fine", "therapist|I <3 it"]
    );
    let kept = "a\u{a0}<NAME> <b AT&T  &bogus;";
    let got = read_as("a.csv", format!("speaker,text\nT,{kept}\n"));
    assert_eq!((units(&got.sessions[0]), got.notices.len()), (vec![format!("therapist|{kept}")], 0));
}

#[test]
fn rtf_in_a_cell_costs_its_row() {
    let got = read_as("a.csv", "client_id,note\nK1,{\\rtf1\\ansi Pt came late.\\par}\nK2,Pt came late.\n");
    assert_eq!(got.reasons(), ["the words are RTF, which cannot be read; export them as plain text"]);
    assert_eq!(about(&got.sessions[0]), "K2||");
}

#[test]
fn what_joined_tables_and_spreadsheets_leave_is_no_record() {
    for frame in ["client_id,note", "\u{c}client_id,\"note\"", "---------,----"] {
        let got = read_as("a.csv", format!("client_id,note\nK1,Late.\n{frame}\nK2,Flat.\n"));
        let about: Vec<_> = got.sessions.iter().map(about).collect();
        assert_eq!(
            (about.as_slice(), got.rejects.len()),
            (&["K1||".to_owned(), "K2||".to_owned()][..], 0),
            "{frame}"
        );
        assert!(got.notices[0].contains("or nothing but dashes, at line 3: left out"), "{:?}", got.notices);
    }
    let got = read_as("a.csv", "client_id,note\n=\"0012\",Late.\n-,-\n");
    assert_eq!((about(&got.sessions[0]).as_str(), got.sessions.len()), ("0012||", 2));
}

#[test]
fn entries_of_a_journal_are_sessions() {
    for entry in [
        "15/05/2024 14:00 H. Field",
        "15-May-2024 14:00",
        "Session note - 15 May 2024",
        "Wed 15 May 2024 14:02  Surgery: North  H. Field",
    ] {
        let next = entry.replace("15", "22");
        let got = read(format!("Client ID: K7\n\n{entry}\n{NOTE}\n{next}\n{NOTE}"));
        let clients: Vec<_> = got.sessions.iter().map(|session| session.client_id.as_deref()).collect();
        assert_eq!(clients, [Some("K7"); 2], "{entry}");
        assert!(got.sessions.iter().all(|session| units(session) == WORDS), "{entry}");
        assert!(got.sessions[1].date.as_ref().is_some_and(|date| date.contains("22")), "{entry}");
    }
    let prose = |who: &str| {
        format!(
            "15/05/2024 14:00  FIELD, H  Clinic\nCame on time.\n\n22/05/2024 14:00  {who}  Telephone\nNo childcare.\n"
        )
    };
    for (who, client) in [("FIELD, H", Some("K7")), ("SMITH, J", None)] {
        let got = read_as("note.txt", format!("Client ID: K7\n\n{}", prose(who)));
        let clients: Vec<_> = got.sessions.iter().map(|session| session.client_id.as_deref()).collect();
        assert_eq!(clients, [Some("K7"), client], "{who}");
    }
    // An addendum belongs to its note.
    let got =
        read(format!("Client ID: K7\nDate: 15/05/2024\n\n{NOTE}\n22/05/2024 14:00 H. Field\nRang back.\n"));
    assert_eq!(got.sessions.len(), 1);
}

#[test]
fn unknown_keys_of_a_form_are_no_sentences() {
    let head = "Client ID: K7\nDate of Service: 03/14/2024\nSession Time: 2:00 PM - 2:50 PM\nCPT: 90834\nService Code: 90834\n\n\
                Current Mental Status\nMood: Euthymic\nAffect: Congruent\n\n";
    let got = read(format!("{head}{NOTE}"));
    assert_eq!(units(&got.sessions[0]), WORDS);
    assert!(
        got.notices.iter().any(|notice| notice.contains("lines or fields of the header")),
        "{:?}",
        got.notices
    );
    let signed = "Signed electronically by H. F. on 03/14/2024\nPage 1 of 1\n";
    let got = read(format!("Client ID: K7\nDate: 2024-03-14\n\n{NOTE}{signed}"));
    assert_eq!(units(&got.sessions[0]), WORDS);
    assert_eq!(got.notices, ["page numbers or signatures in 2 lines, from line 8: left out"]);
    let said = "Validated by her mother on 3 May. She was glad.\n";
    assert_eq!(units(&read(format!("{NOTE}{said}")).sessions[0]).len(), 4);
}

#[test]
fn a_table_of_notes_says_what_it_does_not_read() {
    let table =
        "Client Name,Appointment Date,Clinician,Note\nK-40,03/14/2024 02:00 PM,H,D: Late. P: Weekly.\n";
    let got = read_as("a.csv", table);
    assert_eq!(about(&got.sessions[0]), "||03/14/2024 02:00 PM");
    assert!(got.notices.iter().any(|notice| notice.contains("--map client_id=COLUMN")), "{:?}", got.notices);
}

/// Whatever stands over the next note may name somebody else, if it is not understood.
#[test]
fn nobody_gets_the_note_of_another() {
    let note = "S: Cried.\nO: Flat.\nA: Low.\nP: Rest.\n";
    for who in ["Pt: 449913", "Chart #: 449913", "Hospital No: 449913", "Resident: Marek Nowak", "PID: 7"] {
        let got = read(format!("Client ID: K1\nDate: 2025-04-03\n{note}\n{who}\nDate: 2025-04-04\n{note}"));
        assert_eq!(got.sessions.len(), 2, "{who}");
        assert_ne!(got.sessions[1].client_id.as_deref(), Some("K1"), "{who}");
    }
    for (who, id) in [("Client  ID : K2", "K2"), ("Pt ID: 7", "7"), ("Case #: 12", "12")] {
        let got = read(format!("Client ID: K1\nDate: 2025-04-03\n{note}\n{who}\nDate: 2025-04-04\n{note}"));
        assert_eq!(got.sessions[1].client_id.as_deref(), Some(id), "{who}");
    }
    let got = read(format!("MRN 449912 04/03/2025\n{note}\n\nMRN 449913 04/04/2025\n{note}"));
    assert_eq!(got.sessions.len(), 1);
    assert!(got.notices.iter().any(|text| text.contains("its headings begin anew")), "{:?}", got.notices);
    let got = read(format!("Session: told of a quarrel with Thandeka\n{note}"));
    assert_eq!(got.sessions[0].id, "a");
    assert!(got.notices.iter().all(|text| !text.contains("quarrel")), "{:?}", got.notices);
}

#[test]
fn words_beside_the_note_are_told() {
    let got = read_as("a.csv", "client_id,note,addendum,note_id,treatment plan\nK1,Late.,Cried.,7,Rest.\n");
    assert_eq!(units(&got.sessions[0]), ["note|Late."]);
    let told = "column 3, as 1 more, seems to hold words of the note too, and is not read";
    assert!(got.notices.iter().any(|text| text.starts_with(told)), "{:?}", got.notices);
    let got = read_as("a.csv", "client_id,note,note_id,note_type\nK1,Late.,7,DAP\n");
    assert_eq!(got.notices, [] as [String; 0]);
}

/// Words over a heading are no form, and what is told within an entry of a journal no entry.
#[test]
fn words_between_head_and_headings_stay() {
    let head = "Client ID: K7\nDate: 2024-03-14\nService Code: 90834\n";
    for words in [
        "Risk: wants to die, has 30 tablets at home",
        "Client states: I feel free",
        "Her Father Died On Sunday",
    ] {
        let got = read(format!("{head}{words}\n\n{NOTE}"));
        assert_eq!(units(&got.sessions[0])[0], format!("note|{words}"));
        assert_eq!(units(&got.sessions[0])[1..], WORDS);
    }
    let diary = "29/04/2024 09:00 Panic in the bus";
    let got = read(format!(
        "Client ID: K7\n\n02/05/2024 14:00 H. Field\nShe read from her diary.\n\n{diary}\nShe got off.\n\n{NOTE}"
    ));
    assert_eq!(got.sessions.len(), 1);
    assert!(
        units(&got.sessions[0]).iter().any(|unit| unit.contains("Panic in the bus")),
        "{:?}",
        units(&got.sessions[0])
    );
}
