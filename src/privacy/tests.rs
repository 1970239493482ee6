//! What the tests of all kinds use, and what holds for all of them.

use super::*;
use crate::transcript::{Speaker, Unit};
use std::path::Path;

/// A session in which these things are said.
pub(super) fn session(texts: &[&str]) -> Session {
    let unit = |(index, text): (usize, &&str)| Unit {
        id: index.to_string(),
        speaker: Speaker::Client(1),
        text: (*text).to_owned(),
        start: None,
        end: None,
    };
    let units = texts.iter().enumerate().map(unit).collect();
    Session { units, ..Session::new("s1".to_owned(), Path::new("s.csv").into()) }
}

fn found(text: &str) -> Vec<(String, String)> {
    let session = session(&[text]);
    find(&session).iter().map(|find| (find.kind.to_string(), find.words(&session).to_owned())).collect()
}

/// The kinds of what is found in a text.
pub(super) fn kinds(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(kind, _)| kind).collect()
}

/// The text holds this of this kind, and nothing else of it.
#[track_caller]
pub(super) fn finds(kind: &str, text: &str, words: &str) {
    let found = found(text);
    let of_kind: Vec<_> =
        found.iter().filter(|(found, _)| found == kind).map(|(_, words)| words.as_str()).collect();
    assert_eq!(of_kind, [words], "{kind} in: {text}\nfound: {found:?}");
}

#[track_caller]
pub(super) fn finds_nothing(text: &str) {
    assert_eq!(found(text), [], "{text}");
}

/// Every sentence of a list of cues holds something of the kind.
#[track_caller]
pub(super) fn cues(kind: &str, cues: &[Cue]) {
    for (cue, sentence) in cues {
        let found = found(sentence);
        assert!(found.iter().any(|(found, _)| found == kind), "{cue}: {sentence}: {found:?}");
        let cue = compile(&format!("(?i){}", any_of(&[(cue, sentence)])));
        assert!(cue.is_match(sentence), "{cue}: {sentence}");
    }
}

#[test]
fn spans_count_characters_and_do_not_overlap() {
    let text = "Ça va, Zoë 😀? Ring Darren’s mum on 07700 900123 or darren@example.com – Siobhán said so.";
    let session = session(&[text]);
    let finds = find(&session);
    assert_eq!(finds.len(), 5, "{finds:?}");
    for pair in finds.windows(2) {
        assert!(pair[0].bytes.end <= pair[1].bytes.start);
    }
    for find in &finds {
        assert_eq!(find.span.words(text), find.words(&session));
    }
}

#[test]
fn a_name_shown_once_is_found_everywhere() {
    let session = session(&["My mate Fintwell came.", "And Fintwell sat down.", "Fintwell's like that."]);
    assert_eq!(find(&session).len(), 3);
}

#[test]
fn labels_and_identifiers_are_looked_at() {
    let mut session = session(&["I asked how Zbylut was.", "Zbylut again."]);
    session.labels = vec!["Zbylut Kowal".to_owned(), "SPEAKER 2".to_owned()];
    session.client_id = Some("darren_07".to_owned());
    session.date = Some("Darren's birthday 14/03/1988".to_owned());
    session.units[1].id = "Darren Pike 1".to_owned();
    let fields: Vec<_> = find(&session).iter().map(|find| find.field).collect();
    let texts = [Field::Text(0), Field::Text(1), Field::Speaker(0)];
    assert_eq!(fields, [&texts[..], &[Field::ClientId, Field::Date, Field::UtteranceId(1)]].concat());
}

/// What a session has shown is found in small letters too, and so are its places; words of every day are not.
#[test]
fn what_is_shown_is_found_again() {
    let found = |texts: &[&str]| -> Vec<String> {
        let session = session(texts);
        find(&session).iter().map(|find| format!("{} {}", find.kind, find.words(&session))).collect()
    };
    assert_eq!(found(&["Ok, Priya.", "priya is tired."]), ["name Priya", "name priya"]);
    assert_eq!(found(&["My mate Fintwell.", "fintwell came."]), ["name Fintwell", "name fintwell"]);
    assert_eq!(found(&["My son Will is here.", "i will come. Nick's nice.", "in the nick of time"]).len(), 2);
    assert_eq!(
        found(&["I grew up in Todmorden.", "Todmorden was rough. It's todmorden."]),
        ["place Todmorden", "place Todmorden"]
    );
    assert_eq!(found(&["I grew up in Bradford.", "Bradford was rough."]).len(), 2);
    assert_eq!(found(&["I work at Leeds Beckett.", "So Leeds Beckett pays."]).len(), 2);
    assert_eq!(
        found(&["I work at Next.", "Next week. Next, we talked."]).len(),
        found(&["I work at Next."]).len()
    );
    assert_eq!(found(&["Mrs Achterberg came.", "Nomsa Achterberg signed."])[1], "name Nomsa Achterberg");
}
