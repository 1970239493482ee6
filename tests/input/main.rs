//! Every format, from bytes to sessions: what is read, what is rejected, and that it adds up.

mod exports;
mod properties;
#[path = "../reading/mod.rs"]
mod reading;
#[path = "../workbook/mod.rs"]
mod workbook;
mod workbooks;

use breakthrough::input::{self, Format, Options};
use breakthrough::transcript::Speaker::{Client, Therapist};
use breakthrough::transcript::{Kind, Place, Reject, Session};
use reading::{Got, all, bytes as read, with as read_with};
use std::path::PathBuf;

fn therapist(name: &str) -> Options {
    Options { therapist: vec![name.to_owned()], ..Options::default() }
}

/// `id speaker text` of every unit.
fn units(session: &Session) -> Vec<String> {
    session.units.iter().map(|u| format!("{} {}|{}", u.id, u.speaker, u.text)).collect()
}

fn reasons(got: &Got) -> Vec<(Option<u64>, Option<u64>, &str)> {
    let line = |reject: &Reject| if let Some(Place::Line(line)) = reject.place { Some(line) } else { None };
    got.rejects.iter().map(|reject| (reject.record, line(reject), reject.reason.as_str())).collect()
}

#[test]
fn csv_with_every_column() {
    let got = read(
        "a.csv",
        "session_id,client_id,session_number,date,therapist_id,utterance_id,speaker,text,start,end,extra\n\
         s1,k1,1,2024-01-02,t1,u1,therapist,\"Hello, you\",0,1.5,x\n\
         s1,k1,1,2024-01-02,t1,u2,Client,\"He said \"\"no\"\"\nand left\",00:00:02,00:00:03.25,y\n\
         s2,k1,2.0,,,u1,client 2,,,,\n",
    );
    assert!(got.rejects.is_empty());
    assert_eq!(got.notices.len(), 1, "the unit without a word: {:?}", got.notices);
    assert_eq!(units(&got.sessions[0]), ["u1 therapist|Hello, you", "u2 client|He said \"no\"\nand left"]);
    let first = &got.sessions[0];
    assert_eq!((first.client_id.as_deref(), first.number), (Some("k1"), Some(1)));
    assert_eq!((first.date.as_deref(), first.therapist_id.as_deref()), (Some("2024-01-02"), Some("t1")));
    assert_eq!((first.units[1].start, first.units[1].end), (Some(2.0), Some(3.25)));
    // An empty cell of words is a unit all the same.
    assert_eq!(units(&got.sessions[1]), ["u1 client 2|"]);
    assert_eq!(got.sessions[1].number, Some(2));
    assert_eq!(got.report.format, Some(Format::Csv));
    assert_eq!(got.report.read, 3);
}

#[test]
fn excel_dialects() {
    let semicolons = "\u{feff}sep=;\r\nsession_id;speaker;text;;\r\ns;T;a, b;;\r\n;;;;\r\ns;C;c;;\r\n";
    let got = read("a.csv", semicolons);
    assert_eq!(units(&got.sessions[0]), ["0 therapist|a, b", "1 client|c"]);
    let utf16: Vec<u8> = "\u{feff}session_id\tspeaker\ttext\r\ns\tT\té\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let got = read("a.txt.tsv", utf16);
    assert_eq!(units(&got.sessions[0]), ["0 therapist|é"]);
    assert_eq!(got.notices, ["read as UTF-16LE"]);
    let got = read("a.csv", b"speaker,text\nT,caf\xe9 \x93ok\x94\n");
    assert_eq!(units(&got.sessions[0]), ["0 therapist|café “ok”"]);
    assert!(got.notices[0].contains("windows-1252"));
    assert_eq!(got.sessions[0].id, "a");
}

#[test]
fn a_public_corpus_reads_as_it_is_with_a_map() {
    let map = "session_id=transcript_id,speaker=interlocutor,text=utterance_text".parse().unwrap();
    let got = read_with(
        "x.csv",
        "mi_quality,transcript_id,video_title,video_url,topic,utterance_id,interlocutor,timestamp,utterance_text,\
         annotator_id,main_therapist_behaviour,client_talk_type\n\
         high,0,\"A, b\",http://x,smoking,0,therapist,00:00:13,Good morning.,3,question,n/a\n\
         high,0,\"A, b\",http://x,smoking,1,client,00:00:15,Morning.,3,n/a,neutral\n",
        &Options { map, ..Options::default() },
    );
    assert_eq!(units(&got.sessions[0]), ["0 therapist|Good morning.", "1 client|Morning."]);
    assert_eq!(got.sessions[0].id, "0");
}

#[test]
fn broken_rows_cost_themselves_only() {
    let got = read(
        "a.csv",
        "session_id,speaker,text\n\
         s,T,one\n\
         s,C\n\
         s,Anna,two\n\
         ,C,three\n\
         s,C,four\n\
         s,,five\n",
    );
    assert_eq!(units(&got.sessions[0]), ["0 therapist|one", "1 client|four"]);
    let reasons = reasons(&got);
    assert_eq!(reasons[0], (Some(2), Some(3), "2 cells where the header has 3"));
    assert!(reasons[1].2.contains("--therapist NAME") && reasons[1].0 == Some(3));
    assert_eq!(reasons[2], (Some(4), Some(5), "session_id is empty"));
    assert_eq!(reasons[3], (Some(6), Some(7), "no speaker is given"));
    assert_eq!(got.report.read, 6);
}

#[test]
fn an_unbalanced_quote_does_not_eat_the_file() {
    // Closed by the next quote, by nothing, and in a cell of its own.
    for (bad, good) in [
        ("s,C,\"oh no\n", "s,T,\"well, fine\"\ns,C,so\n"),
        ("s,C,\"oh no\n", "s,T,\"well, fine\"\ns,C,so \"\"quoted\"\"\n"),
        ("s,C,\"\n", "s,T,\"well, fine\"\ns,C,so\n"),
    ] {
        let got = read("a.csv", format!("session_id,speaker,text\n{bad}{good}"));
        assert_eq!(got.sessions[0].units.len(), 2, "{bad}{good}");
        assert_eq!(got.sessions[0].units[0].text, "well, fine");
        assert_eq!(got.rejects.len(), 1);
        assert!(got.rejects[0].reason.contains("quote"), "{}", got.rejects[0].reason);
        assert_eq!(got.rejects[0].place, Some(Place::Line(2)));
    }
    // Without quoting, as many programs write tabs, a quote is a quote.
    let got = read("a.tsv", "speaker\ttext\nT\t\"Yes,\" he said\nC\t\"oh\nT\t\"a\tb\"\nC\t\"fine\"\n");
    let texts: Vec<_> = got.sessions[0].units.iter().map(|unit| unit.text.as_str()).collect();
    assert_eq!(texts, ["\"Yes,\" he said", "\"oh", "a\tb", "fine"]);
    let got = read("a.csv", format!("speaker,text\nT,\"x\n{}\nC,y\n", "z".repeat(5 << 20)));
    assert_eq!((got.report.units, got.report.rejects), (1, 2));
    let rest = "s,T,fine\n".repeat(20_000);
    let got = read("a.csv", format!("session_id,speaker,text\ns,C,\"oh no\n{rest}"));
    assert_eq!((got.report.units, got.report.rejects), (20_000, 1));
}

#[test]
fn sessions_are_stretches_of_rows() {
    let got =
        read("a.csv", "session_id,client_id,speaker,text\n1,a,T,x\n1,b,T,x\n2,b,T,x\n1,a,C,y\n1,a,C,z\n");
    let ids: Vec<_> = got.sessions.iter().map(|s| (s.id.as_str(), s.units.len())).collect();
    assert_eq!(ids, [("1", 1), ("1", 1), ("2", 1), ("1", 2)]);
    assert_eq!(got.notices.len(), 2);
    assert!(got.notices[0].starts_with("client_id at line 3 is not that of the rows above: read as another"));
    assert!(got.notices[1].starts_with("session '1' goes on at line 5"));
}

#[test]
fn stretches_go_on_with_ids_and_speakers() {
    let csv = "session_id,speaker,text\n1,Ben,a\n1,Anna,b\n1,Cy,c\n2,Anna,d\n1,Cy,e\n1,Ben,f\n2,Ben,g\n";
    let got = read_with("a.csv", csv, &therapist("Anna"));
    assert!(got.rejects.is_empty(), "{:?}", got.rejects);
    let ids: Vec<_> = got.sessions.iter().map(units).collect();
    assert_eq!(ids[0], ["0 client|a", "1 therapist|b", "2 client 2|c"]);
    assert_eq!(ids[1], ["0 therapist|d"]);
    assert_eq!(ids[2], ["3 client 2|e", "4 client|f"]);
    assert_eq!(ids[3], ["1 client|g"]);
    assert_eq!(got.notices.len(), 2);

    // Cut for its length, and for its bytes; neither is a return.
    let long = format!("speaker,text\nAnna,x\nBen,x\n{}", "Cy,x\n".repeat(100_000));
    let big = format!("speaker,text\nAnna,x\nBen,x\n{}", format!("Cy,{}\n", "x".repeat(3 << 20)).repeat(8));
    for text in [long, big] {
        let got = read_with("a.csv", text, &therapist("Anna"));
        assert_eq!((got.sessions.len(), got.rejects.len(), got.notices.len()), (2, 0, 1));
        assert!(got.notices[0].contains("handed on in stretches"));
        let ids: Vec<_> = got.sessions.iter().flat_map(|s| &s.units).map(|unit| unit.id.clone()).collect();
        assert!(ids.iter().enumerate().all(|(n, id)| *id == n.to_string()));
        assert!(got.sessions[1].units.iter().all(|unit| unit.speaker == Client(2)));
    }
    // Cut for its broken rows: still the same session.
    let broken = "s,T\n".repeat(100_002);
    let got = read("a.csv", format!("session_id,speaker,text\ns,T,a\n{broken}s,C,b\n"));
    assert_eq!(units(&got.sessions[1]), ["1 client|b"]);
    assert!(got.notices.is_empty(), "{:?}", got.notices);
}

#[test]
fn an_empty_client_id_joins_no_two_clients() {
    let got = read("a.csv", "session_id,client_id,speaker,text\n1,,T,x\n1,A,C,y\n1,,T,z\n1,B,C,w\n1,,T,v\n");
    let found: Vec<_> = got.sessions.iter().map(|s| (s.client_id.as_deref(), s.units.len())).collect();
    assert_eq!(found, [(Some("A"), 3), (Some("B"), 2)]);
    // As R writes a missing cell.
    let got = read("a.csv", "session_id,client_id,speaker,text\n1,NA,C,NA\n1,NA,T,x\n");
    assert_eq!((got.sessions[0].client_id.as_deref(), got.notices.len()), (None, 3));
}

#[test]
fn words_before_the_first_turn_are_rejected() {
    let got = read(
        "a.txt",
        "Session: K1\nRoom: Three\n-----\nHello there.\n\nHow are you?\nDate: 2024-01-02\nand so on\n\
         T: Hello.\nC: Hi.\n\nSession: K2\n\nlost\nT: Again.\n",
    );
    let lost: Vec<_> = got.rejects.iter().map(|reject| (reject.record, reject.place)).collect();
    let line = |line| Some(Place::Line(line));
    assert_eq!(lost, [(Some(1), line(4)), (Some(2), line(8)), (Some(5), line(14))]);
    assert!(got.rejects[0].reason.starts_with("words before the first turn"));
    assert_eq!(got.sessions.iter().map(|s| s.units.len()).collect::<Vec<_>>(), [2, 1]);
    assert!(got.notices[0].contains("left out, from line 2"), "{:?}", got.notices);
}

#[test]
fn rows_that_contradict_their_session_are_told() {
    let got = read(
        "a.csv",
        "session_id,session_number,date,therapist_id,speaker,text,start,end\n\
         s,1,2024-01-02,t1,T,a,1,2\ns,1.0,2024-01-03,t1,C,b,4,3\ns,2,2024-01-04,t2,C,c,9,5\n\
         r,3,2024-01-05,,T,d,0,1\nr,3,,t1,C,e,1,1\n",
    );
    assert_eq!(got.sessions[0].date.as_deref(), Some("2024-01-02"));
    assert_eq!(
        got.notices,
        [
            "session 's': date at line 3 is not that of the rows above: the first one counts for all",
            "session 's': the end at line 3 is before its start: kept, here and below",
            "session 's': session_number at line 4 is not that of the rows above: the first one counts for all",
            "session 's': therapist_id at line 4 is not that of the rows above: the first one counts for all",
        ]
    );
}

#[test]
fn many_contradictions_of_one_column_hide_no_other() {
    let late = (0..11).map(|n| format!("{n},2024-01-02,T,a,4,3\n")).collect::<Vec<_>>().concat();
    let rows = "x,2024-01-02,T,a,1,2\nx,2024-01-03,C,b,2,3\n";
    let got = read("a.csv", format!("session_id,date,speaker,text,start,end\n{late}{rows}"));
    assert_eq!(got.notices.len(), 12);
    assert_eq!(got.notices[10], "more sessions contradict themselves in end; not listed");
    assert!(got.notices[11].starts_with("session 'x': date at line 14"), "{:?}", got.notices);
}

#[test]
fn made_ids_are_nobody_elses() {
    let got = read("a.csv", "utterance_id,speaker,text\n,T,a\n5,C,b\n,T,c\n,C,d\n3,T,e\n,T,f\n");
    let ids: Vec<_> = got.sessions[0].units.iter().map(|unit| unit.id.as_str()).collect();
    assert_eq!(ids, ["0", "5", "2", "4", "3", "6"]);
    let got = read("a.csv", "utterance_id,speaker,text\na,T,a\n,C,b\n2,T,c\n");
    assert_eq!(units(&got.sessions[0]), ["a therapist|a", "1 client|b", "2 therapist|c"]);
    assert!(got.notices.is_empty());
    // In a later stretch of the session too.
    let got = read("a.csv", "session_id,utterance_id,speaker,text\ns,2,T,a\nt,,T,b\ns,,C,c\ns,,C,d\n");
    assert_eq!(units(&got.sessions[2]), ["3 client|c", "4 client|d"]);
}

#[test]
fn headings_and_headers_over_a_text() {
    for heading in [
        "# Session 2",
        "## Anna's",
        "Session 4 - transcript",
        "Transcript of session 4",
        "**Interview 3**",
        "Interview with Anna",
    ] {
        for name in ["a.txt", "a.md"] {
            let got = read(name, format!("{heading}\n\nT: Well?\nC: No.\n"));
            assert_eq!((got.report.units, got.rejects.len()), (2, 0), "{heading} {:?}", got.rejects);
            // The number of a session is a field of the header.
            let told = got.notices.first().is_some_and(|notice| notice.starts_with("line 1 is a heading"));
            let number = heading == "# Session 2";
            assert_eq!(
                (told, got.sessions[0].number.is_some()),
                (!number, number),
                "{heading} {:?}",
                got.notices
            );
        }
    }
    for speech in [
        "I hated that session",
        "The last session helped.",
        "Session after session after session after session goes by",
        "Great session today, thanks Bob",
        "Great session",
        "Session went well",
        "# I feel awful and want to die",
        "# Is this a session?",
    ] {
        let got = read("a.txt", format!("# Session 2\n{speech}\n\nT: Well?\nC: No.\n"));
        assert_eq!((got.report.units, got.rejects.len(), got.notices.len()), (2, 1, 0), "{speech}");
        assert_eq!(got.rejects[0].place, Some(Place::Line(2)));
    }
    let got = read("a.txt", format!("{}T: Well?\nC: No.\n", "# Week 2\n".repeat(3)));
    assert_eq!(got.notices, ["3 lines are headings over a first turn, as they look: left out, from line 1"]);
    let got = read("a.txt", "client_id: K\nTherapist: Dr M\nsession_number: five\n\nT: Well?\nC: No.\n");
    assert_eq!((got.sessions[0].therapist_id.as_deref(), got.report.units), (Some("Dr M"), 2));
    assert_eq!(got.notices, ["the session number at line 3 is not a whole number: left empty"]);
    // A turn under the header is a turn.
    for said in ["Hello Anna", "Mr Smith"] {
        let got = read("a.txt", format!("client_id: K\nTherapist: {said}\nClient: Yes?\n"));
        assert_eq!((got.sessions[0].therapist_id.as_deref(), got.report.units), (None, 2), "{said}");
    }
    let got = read("a.txt", "date: 1 May\nTherapist: Dr M\nClient: K-12\n\nT: Well?\nC: No.\n");
    assert_eq!((got.sessions[0].therapist_id.as_deref(), got.report.units), (Some("Dr M"), 2));
    // The name of a client is no id, for those are not redacted, and no turn.
    for names in [
        "Client: Mr Obi Okonkwo\n",
        "Therapist: Dr Okwuosa\nClient: Thandeka Mbatha\nLocation: the new room\n",
        "Client ID: K7\nTherapist: I. Okwuosa\n",
    ] {
        let got = read("a.txt", format!("{names}Date: 2024-01-02\nSession: 4\n\nT: Well?\nC: No.\n"));
        assert_eq!((got.sessions[0].number, got.report.units), (Some(4), 2), "{names}");
        assert!(got.notices[0].contains("of the header"), "{:?}", got.notices);
    }
    let got = read("note.txt", "Patient: Mrs Okonkwo\nDate: 2024-01-02\n\nS: Pt. came late.\n");
    assert_eq!((got.sessions[0].client_id.as_deref(), got.sessions[0].units.len()), (None, 1));
    assert_eq!(got.sessions[0].date.as_deref(), Some("2024-01-02"));
}

#[test]
fn every_output_is_known_as_one() {
    let dir = tempfile::tempdir().unwrap();
    let docs = include_str!("../../docs/columns.md");
    let files = docs.lines().filter_map(|line| line.strip_prefix("## ")).filter(|name| name.contains('.'));
    for name in files.chain(["report.html", "project.qdpx", "utterances.parquet"]) {
        std::fs::write(dir.path().join(name), "").unwrap();
    }
    std::fs::write(dir.path().join("run.json"), "{\"program\": \"breakthrough\"}").unwrap();
    let error = input::find(&[dir.path().to_owned()], None, &Options::default()).unwrap_err();
    assert!(matches!(error, input::Error::OnlyOutputs(_)), "{error}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_account_of_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("run.json")).status();
    std::fs::write(dir.path().join("sessions.csv"), "").unwrap();
    if made.is_ok_and(|status| status.success()) {
        let found = input::find(&[dir.path().to_owned()], None, &Options::default()).unwrap();
        assert_eq!((found.sources.len(), found.passed_over), (1, 1));
    }
}

#[test]
fn tables_of_notes() {
    let text =
        "session_id,note\nn1,\"S: Pt. tired. Slept 6 hrs. most nights.\nP: Weekly.\"\nn2,\nn3,Came late.\n";
    let got = read("a.csv", text);
    assert_eq!(
        units(&got.sessions[0]),
        ["0 note:S|Pt. tired.", "1 note:S|Slept 6 hrs. most nights.", "2 note:P|Weekly."]
    );
    assert_eq!(got.sessions[0].kind(), Kind::Note);
    assert_eq!(reasons(&got), [(Some(2), Some(4), "the note is empty")]);
    let got = read("b.csv", "text\nCame late.\nDid not come.\n");
    let ids: Vec<_> = got.sessions.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["b-1", "b-2"]);
    let got = read("a.csv", "session_id,speaker,text\nn,note:S,One. Two.\nn,note,Three.\n");
    assert_eq!(units(&got.sessions[0]), ["0 note:S|One. Two.", "1 note|Three."]);
}

#[test]
fn usual_names_of_columns_are_known() {
    let rows = "A,1,therapist,What would you like to try?\nA,2,client,I told her no on Monday.\n";
    for header in [
        "SessionID,UtteranceID,Role,Text",
        "Session ID,Turn,Who Spoke,Verbatim",
        "session,line,participant,utterance",
        "transcript.id,Turn No,Interlocutor,utterance_text",
    ] {
        let got = read("roles.csv", format!("{header}\n{rows}"));
        let talk = ["1 therapist|What would you like to try?", "2 client|I told her no on Monday."];
        assert_eq!(got.sessions.iter().map(units).collect::<Vec<_>>(), [talk], "{header}");
        assert_eq!((got.sessions[0].id.as_str(), got.notices.len()), ("A", 0), "{header}");
    }
    let json = "{\"id\":\"A\",\"Role\":\"therapist\",\"text\":\"Well?\"}\n";
    assert_eq!(units(&read("a.jsonl", json).sessions[0]), ["0 therapist|Well?"]);
    // What is called as it should be is what it says; what is mapped is nothing else.
    let got = read("a.csv", "role,who,Session.ID,session,speaker,text,utterance\nx,y,s,1,T,a,b\n");
    assert_eq!(
        (got.sessions[0].id.as_str(), units(&got.sessions[0])),
        ("s", vec!["0 therapist|a".to_owned()])
    );
    // Two columns that may hold the words: nobody guesses which does.
    let got = read("a.csv", "session,utterance,speaker,content\n1,1,T,What now?\n1,2,C,I told her\n");
    assert!(got.rejects[0].reason.contains("--map text=COLUMN"), "{:?}", got.rejects);
    let map = "session_id=turn".parse().unwrap();
    let got = read_with("a.csv", "turn,role,text\nx,T,a\n", &Options { map, ..Options::default() });
    assert_eq!(
        (got.sessions[0].id.as_str(), units(&got.sessions[0])),
        ("x", vec!["0 therapist|a".to_owned()])
    );
}

#[test]
fn a_session_that_is_a_number_is_one_of_its_client() {
    let rows = "K,1,T,a\nK,2,T,b\nL,1,T,c\n,3,T,d\nL,x,T,e\n";
    let got = read("a.csv", format!("client_id,session,speaker,text\n{rows}"));
    let ids: Vec<_> = got.sessions.iter().map(|s| (s.id.as_str(), s.number)).collect();
    assert_eq!(ids, [("K-1", Some(1)), ("K-2", Some(2)), ("L-1", Some(1)), ("3", Some(3)), ("x", None)]);
    assert_eq!(got.notices.len(), 1, "{:?}", got.notices);
    let got = read("a.jsonl", "{\"client_id\":\"K\",\"session\":2,\"speaker\":\"T\",\"text\":\"a\"}\n");
    assert_eq!((got.sessions[0].id.as_str(), got.sessions[0].number), ("K-2", Some(2)));
    // Where somebody says that it is the id, or another column is the number, it is the id.
    let got = read("a.csv", format!("client_id,session_id,speaker,text\n{rows}"));
    assert_eq!((got.sessions[0].id.as_str(), got.sessions[0].number), ("1", None));
    let got = read("a.csv", "client_id,session,session_number,speaker,text\nK,7,1,T,a\n");
    assert_eq!((got.sessions[0].id.as_str(), got.sessions[0].number), ("7", Some(1)));
}

#[test]
fn a_table_that_lost_its_speakers_is_no_table_of_notes() {
    let got = read("a.csv", "session_id,by,text\ns,T,Well?\ns,C,No.\n");
    assert_eq!((got.report.units, got.rejects.len(), got.rejects[0].record), (0, 1, None));
    assert!(got.rejects[0].reason.starts_with("column 2 seems to say who speaks"), "{:?}", got.rejects);
    assert!(got.rejects[0].reason.contains("--map speaker=COLUMN"));
    let json = "{\"by\":\"client\",\"text\":\"Well?\"}\n{\"by\":\"therapist\",\"text\":\"No.\"}\n";
    let got = read("a.jsonl", json);
    assert_eq!((got.report.units, got.rejects.len(), got.rejects[0].record), (0, 1, None));
    assert!(got.rejects[0].reason.contains("--map speaker=KEY"), "{:?}", got.rejects);
    // Notes, by people and about people; and notes because somebody says so.
    let map = "note=text".parse().unwrap();
    let said = Options { map, ..Options::default() };
    let quiet = read_with("a.csv", "by,text\nT,Came.\nC,Left.\n", &said);
    assert_eq!((quiet.sessions.len(), quiet.notices.len()), (2, 0));
    for table in ["participant,text\nP01,Came.\nP02,Left.\n", "by,text\npsychologist,Came.\nnurse,Left.\n"] {
        let got = read("a.csv", table);
        assert_eq!(got.sessions.len(), 2, "{table}");
        assert_eq!(got.notices.len(), 1, "{:?}", got.notices);
        assert!(got.notices[0].starts_with("nothing says who speaks: read as notes"));
    }
    let got = read("a.jsonl", "{\"text\":\"Came.\"}\n{\"text\":\"Left.\"}\n");
    assert_eq!((got.sessions.len(), got.notices.len()), (2, 1));
    assert!(read("a.jsonl", "{\"note\":\"Came.\"}\n").notices.is_empty());
}

#[test]
fn tables_that_are_refused() {
    for (text, part) in [
        ("", "empty"),
        ("a,b\n1,2\n", "--map text=COLUMN"),
        ("session_id,utterance_id,text\ns,1,x\n", "--map speaker=COLUMN"),
        ("\"session_id,text\ns,x\n", "header line is broken"),
    ] {
        let got = read("a.csv", text);
        assert_eq!(got.rejects.len(), 1, "{text}");
        assert!(got.rejects[0].reason.contains(part), "{}", got.rejects[0].reason);
        assert_eq!(got.rejects[0].record, None);
    }
    assert_eq!(read("a.csv", "speaker,text\n").notices, ["no records"]);
}

#[test]
fn hostile_text_takes_no_time() {
    let start = std::time::Instant::now();
    for piece in ["<v ", "<v a>", "&", "<", "S. ", "a. \"", "(a. ", "T:", "\"", "a:b;", "a; ", "\n\n", "{\\"]
    {
        let text = piece.repeat(300_000);
        for format in [Format::Vtt, Format::Note, Format::Text, Format::Csv, Format::Jsonl] {
            let head = if format == Format::Vtt {
                "WEBVTT\n\n00:01.000 --> 00:02.000\nT: "
            } else {
                "speaker,text\n"
            };
            read_with("x", format!("{head}{text}"), &Options { format: Some(format), ..Options::default() });
        }
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn jsonl() {
    let got = read(
        "a.jsonl",
        "{\"session_id\":\"s\",\"utterance_id\":7,\"speaker\":\"T\",\"text\":\"a\\nb\",\"start\":1.5,\"x\":[1]}\n\
         \n\
         {broken\n\
         [1]\n\
         {\"session_id\":\"s\",\"speaker\":\"C\",\"text\":{}}\n\
         {\"session_id\":\"s\",\"speaker\":\"C\"}\n\
         {\"session_id\":\"s\",\"utterance_id\":1,\"text\":\"lost\"}\n\
         {\"session_id\":\"s\",\"speaker\":\"C\",\"text\":\"\"}\n\
         {\"session_id\":\"n\",\"note\":\"One. Two.\"}\n",
    );
    assert_eq!(units(&got.sessions[0]), ["7 therapist|a\nb", "1 client|"]);
    assert_eq!(got.sessions[0].units[0].start, Some(1.5));
    assert_eq!(units(&got.sessions[1]), ["0 note|One.", "1 note|Two."]);
    let reasons = reasons(&got);
    assert_eq!(reasons.len(), 5);
    assert_eq!(reasons[0], (Some(2), Some(3), "not JSON at column 2; write one object a line"));
    assert!(reasons[4].2.contains("--map speaker=KEY"));
    assert_eq!(got.report.read, 9);
}

#[test]
fn plain_text() {
    let got = read(
        "talk.txt",
        "Session ID: K12-4\nClient: K-12\nDate: 2024-05-01\nLocation: Room 3\n\n\
         [00:03:12] T: Hello\n  there.\n\nClient:\tFine: thanks.\n(04:10) T1: Mm.\nC: \nstill here\n00:05:00\nT: Bye.\n00:45:00\n\n\
         Session: K12-5\nClient ID: K-12\n\nTherapist: Again.\nClient 2: Again.\n",
    );
    assert!(got.rejects.is_empty(), "{:?}", got.rejects);
    assert_eq!(
        units(&got.sessions[0]),
        [
            "0 therapist|Hello there.",
            "1 client|Fine: thanks.",
            "2 therapist|Mm.",
            "3 client|still here",
            "4 therapist|Bye."
        ]
    );
    let starts: Vec<_> = got.sessions[0].units.iter().map(|unit| unit.start).collect();
    assert_eq!(starts, [Some(192.0), None, Some(250.0), None, Some(300.0)]);
    assert_eq!((got.sessions[0].id.as_str(), got.sessions[0].client_id.as_deref()), ("K12-4", Some("K-12")));
    assert_eq!((got.sessions[1].id.as_str(), got.sessions[1].units.len()), ("K12-5", 2));
    // The time that the first session ends with is not the next one's.
    assert_eq!(got.sessions[1].units[0].start, None);
    assert!(got.notices[0].contains("left out, from line 4"), "{:?}", got.notices);
    // Without header lines around it, `Client:` is a turn.
    let got = read("talk.txt", "Client: K-12\nTherapist: Sorry?\n");
    assert_eq!(units(&got.sessions[0]), ["0 client|K-12", "1 therapist|Sorry?"]);
    assert_eq!(got.sessions[0].id, "talk");
}

#[test]
fn names_and_lost_speakers() {
    let talk = "Anna: Hello.\nBen: Hi.\nAnna: Well?\nBen: I said:\nso there.\nCy: Me too.\nCy: And me.\n";
    let got = read("a.txt", talk);
    assert!(got.sessions.is_empty() && got.rejects[0].reason.contains("--therapist NAME"));
    let got = read_with("a.txt", talk, &therapist("anna"));
    let speakers: Vec<_> = got.sessions[0].units.iter().map(|unit| unit.speaker).collect();

    assert_eq!(speakers, [Therapist, Client(1), Therapist, Client(1), Client(2), Client(2)]);
    assert_eq!(got.sessions[0].units[3].text, "I said: so there.");
    let got = read_with("a.txt", talk, &therapist("Zoe"));
    assert!(got.rejects[0].reason.contains("add the one used here"));
    let mut options = Options { format: Some(Format::Text), ..Options::default() };
    for text in ["Hello.\nHi.\n", "so: no\n"] {
        assert!(read_with("a.txt", text, &options).rejects[0].reason.contains("no speakers found"));
    }
    options.format = None;
    let lost = "Hello, how are you?\nFine, thank you.\nWhat shall we do today?\n";
    assert!(read_with("a.txt", lost, &options).rejects[0].reason.contains("neither speakers nor"));
}

#[test]
fn notes_as_text() {
    let got = read(
        "n.txt",
        "Client: K-3\nSession number: 5\n\nS: Pt. came late. Said \"I can't. I won't.\"\nO: Flat.\n\nAssessment\n\
         Low mood, improving over\nthe last weeks. No change in risk\n\nPLAN -\n- Continue weekly\n- Call GP\n",
    );
    assert_eq!(
        units(&got.sessions[0]),
        [
            "0 note:S|Pt. came late.",
            "1 note:S|Said \"I can't. I won't.\"",
            "2 note:O|Flat.",
            "3 note:A|Low mood, improving over the last weeks.",
            "4 note:A|No change in risk",
            "5 note:P|Continue weekly",
            "6 note:P|Call GP",
        ]
    );
    assert_eq!((got.sessions[0].client_id.as_deref(), got.sessions[0].number), (Some("K-3"), Some(5)));
    let got = read("n.txt", "S: Pt. tired. O: Flat; A: Low. P: Weekly.\n");
    let speakers: Vec<_> = got.sessions[0].units.iter().map(|unit| unit.speaker.to_string()).collect();
    assert_eq!(speakers, ["note:S", "note:O", "note:A", "note:P"]);
    let got = read("n.txt", "Client reports low mood. Denies SI.\n");
    assert_eq!(units(&got.sessions[0]), ["0 note|Client reports low mood.", "1 note|Denies SI."]);
}

#[test]
fn zoom_and_teams() {
    let zoom = "WEBVTT\n\nNOTE\nclient_id: K-1 | date: 2024-03-09\n\nSTYLE\n::cue { color: red }\n\n1\n00:01.000 --> 00:02.000 align:start\n\
         Therapist: Hello &amp; <i>welcome</i>\n\n2\n00:02.000 --> 00:03.000\nTherapist: again\n\n\
         3\n00:00:04.000 --> 00:00:05.500\nClient: Hi\nthere\n\n4\nbad --> worse\nClient: x\n\nstray words\n";
    let got = read("z.vtt", zoom);
    assert_eq!(units(&got.sessions[0]), ["0 therapist|Hello & welcome again", "1 client|Hi there"]);
    assert_eq!((got.sessions[0].units[0].start, got.sessions[0].units[0].end), (Some(1.0), Some(3.0)));
    assert_eq!(got.sessions[0].client_id.as_deref(), Some("K-1"));
    assert_eq!(got.sessions[0].date.as_deref(), Some("2024-03-09"));
    let reasons = reasons(&got);
    assert_eq!(reasons[0].0, Some(4));
    assert_eq!(reasons[1].0, Some(5));
    let teams = "WEBVTT\n\n0f3a/1-0\n00:00:01.000 --> 00:00:02.000\n<v Anna Lee>Hello\nyou</v>\n\n\
         0f3a/2-0\n00:00:02.000 --> 00:00:03.000\n<v.loud Ben>No</v>\n";
    assert!(read("t.vtt", teams).rejects[0].reason.contains("--therapist NAME"));
    let got = read_with("t.vtt", teams, &therapist("Anna Lee"));
    assert_eq!(units(&got.sessions[0]), ["0 therapist|Hello you", "1 client|No"]);
    let bare = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
    assert!(read("t.vtt", bare).rejects[0].reason.contains("no speakers found"));
}

#[test]
fn srt_with_and_without_blank_lines() {
    for gap in ["\r\n", ""] {
        let text = format!(
            "1\r\n00:00:01,000 --> 00:00:02,000\r\nT: {{\\an8}}One\r\n{gap}2\r\n00:00:02,500 --> 00:00:03,000\r\nC: Two\r\n"
        );
        let got = read("a.srt", text);
        assert_eq!(units(&got.sessions[0]), ["0 therapist|One", "1 client|Two"], "{gap:?}");
    }
}

#[test]
fn packed_files_and_files_that_are_none() {
    use std::io::Write;
    let dir = tempfile::tempdir().unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(b"T: Hello.\nC: Hi.\n").unwrap();
    let gz = gz.finish().unwrap();
    let zst = ruzstd::encoding::compress_to_vec(
        b"speaker,text\nT,x\n".as_slice(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    std::fs::write(dir.path().join("a.txt.gz"), &gz).unwrap();
    std::fs::write(dir.path().join("b.csv.zst"), zst).unwrap();
    std::fs::write(dir.path().join("c.txt.gz"), &gz[..gz.len() - 9]).unwrap();
    let open = |name: &str| all(input::open(&dir.path().join(name), &Options::default()));
    let got = open("a.txt.gz");
    assert_eq!((got.sessions[0].id.as_str(), got.sessions[0].units.len()), ("a", 2));
    assert_eq!((got.report.bytes, got.report.sha256.len()), (gz.len() as u64, 64));
    assert_eq!(open("b.csv.zst").sessions[0].id, "b");
    assert!(open("c.txt.gz").rejects[0].reason.contains("broken or cut short"));
    assert!(open("none.csv").rejects[0].reason.contains("does not exist"));
    assert!(open(".").rejects[0].reason.contains("folder"));
    assert!(read("a.docx", b"PK\x03\x04rest").rejects[0].reason.contains("Word"));
    assert!(read("a.txt", "").rejects[0].reason.contains("empty"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("calls.csv");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let found = input::find(std::slice::from_ref(&path), None, &Options::default()).unwrap();
    assert_eq!(found.sources, [input::Source::File(path.clone())]);
    let rows = "s,T,Hello.\n".repeat(20_000);
    let writer = {
        let path = path.clone();
        std::thread::spawn(move || std::fs::write(path, format!("session_id,speaker,text\n{rows}")))
    };
    let got = all(input::open(&path, &Options::default()));
    writer.join().unwrap().unwrap();
    assert_eq!((got.report.units, got.report.rejects), (20_000, 0));
    assert_eq!(got.report.bytes, 24 + 20_000 * 11);
}

#[test]
fn a_lone_cr_ends_a_line() {
    let talk = ["T: Hello.", "C: Hi.", "T: Well?", ""];
    let subtitles = "1\r00:00:01,000 --> 00:00:02,000\rT: One\r\r2\r00:00:02,500 --> 00:00:03,000\rC: Two\r";
    for name in ["a.txt", "a"] {
        assert_eq!(read(name, talk.join("\r")).report.units, 3);
    }
    assert_eq!(read("a.srt", subtitles).report.units, 2);
    assert_eq!(read("a.vtt", format!("WEBVTT\r\r{subtitles}")).report.units, 2);
    let note = "S: Pt. tired.\rO: Flat.\rP: Weekly.\r";
    assert_eq!(read("a.txt", note).report.units, 3);
    let table = read("a.csv", format!("session_id,note\rn,\"{note}\"\r"));
    assert_eq!(units(&table.sessions[0])[2], "2 note:P|Weekly.");
}

#[test]
fn quoted_cells_keep_their_line_ends() {
    let got = read("a.csv", "speaker,text\r\nT,\"one\r\ntwo\nthree\rfour\"\r\nC,\"x\r\n\"\r\n");
    assert_eq!(units(&got.sessions[0]), ["0 therapist|one\r\ntwo\nthree\rfour", "1 client|x\r\n"]);
    assert!(got.rejects.is_empty());
}

#[test]
fn too_large_is_not_called_broken() {
    let text = "é".repeat(usize::try_from(input::MAX_WHOLE_FILE).unwrap() / 2 + 1);
    let options = Options { format: Some(Format::Text), ..Options::default() };
    let got = read_with("a.txt", text, &options);
    assert_eq!(got.rejects[0].reason, "larger than 64 MiB as text; split it, or give it as a table");
}

#[test]
fn the_sample_data_reads_without_a_word_lost() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data");
    let found = input::find(&[root.join("sample")], None, &Options::default()).unwrap();
    let mut ids = Vec::new();
    let mut formats = Vec::new();
    for source in found.sources {
        let input::Source::File(path) = source else { panic!("no stdin here") };
        let got = all(input::open(&path, &Options::default()));
        assert!(
            got.rejects.is_empty() && got.notices.is_empty(),
            "{path:?} {:?} {:?}",
            got.rejects,
            got.notices
        );
        formats.extend(got.report.format);
        for session in got.sessions {
            ids.extend(session.units.iter().map(|unit| (session.id.clone(), unit.id.clone())));
        }
    }
    // No samples: `tests/interchange.rs` writes and reads Parquet, and what programs export stands in `exports.rs` and `workbooks.rs`.
    let samples = Format::ALL
        .iter()
        .filter(|format| !matches!(format, Format::Parquet | Format::Json | Format::Xlsx | Format::Chat));
    assert!(samples.into_iter().all(|format| formats.contains(format)), "{formats:?}");
    let mut coded: Vec<(String, String)> = csv::Reader::from_path(root.join("sample_codes.csv"))
        .unwrap()
        .records()
        .map(|record| record.map(|record| (record[0].to_owned(), record[1].to_owned())).unwrap())
        .collect();
    coded.sort();
    ids.sort();
    assert_eq!(ids, coded);
}

/// A speaker's letter between commas, on a line of its own within a cell, is no row: it has no session.
#[test]
fn a_line_of_a_cell_is_no_row_without_its_session() {
    let got = read("x.csv", b"session_id,speaker,text\ns,C,\"\n,P,\n\"\ns,T,Yes.\n");
    let units: Vec<_> = got.sessions[0].units.iter().map(|unit| unit.text.as_str()).collect();
    assert_eq!(units, ["\n,P,\n", "Yes."]);
    assert!(got.rejects.is_empty());
}
