//! A session with its codes, for the tests of outputs that hold whole sessions.

use super::run::Model;
use crate::codebook::{CODE_COUNT, Code, CodeSet};
use crate::coding::{CodedSession, Coding, Moment, Summary};
use crate::transcript::{Session, Span, Speaker, Unit};
use std::path::Path;

pub(super) fn model() -> Model {
    Model { name: "minilm".to_owned(), version: "1.1.0".to_owned(), sha256: "00".to_owned(), own_codes: None }
}

/// A question and two answers with times, words outside the basic plane, and evidence.
pub(super) fn session() -> CodedSession {
    let mut session = Session::new("s <1>".to_owned(), Path::new("in.csv").into());
    session.client_id = Some("k1".to_owned());
    let unit = |id: &str, speaker, text: &str, start, end| Unit {
        id: id.to_owned(),
        speaker,
        text: text.to_owned(),
        start: Some(start),
        end: Some(end),
    };
    session.units = vec![
        unit("1", Speaker::Therapist, "What came up?", 0.0, 1.5),
        unit(
            "2",
            Speaker::Client(1),
            "Well 😶\u{200d}🌫\u{fe0f} –\r\nI’ve never said it, “it’s me”",
            1.25,
            4.0,
        ),
        unit("003", Speaker::Client(1), "No, it just hit me", 3.5, 5.0),
    ];
    let codings = vec![
        coding(&[(Code::Guidance, 0.75)]),
        coding(&[(Code::Cognitive, 0.875), (Code::ResistanceFear, 0.5)]),
        coding(&[(Code::Cognitive, 0.625)]),
    ];
    let start = "Well 😶\u{200d}🌫\u{fe0f} –\r\nI’ve never said it, ".chars().count();
    let moment = Moment {
        last: 2,
        evidence: Some(Span { start, end: start + "“it’s me”".chars().count() }),
        ..Moment::of_unit(Code::Cognitive, 1, 0.875)
    };
    // Fear has the whole unit for its evidence.
    let fear = Moment {
        evidence: Some(Span { start: 0, end: session.units[1].text.chars().count() }),
        ..Moment::of_unit(Code::ResistanceFear, 1, 0.5)
    };
    let summary = Summary {
        units: 3,
        client_units: 2,
        client_words: 11,
        counts: [0; CODE_COUNT],
        breakthroughs: 2,
        resistances: 1,
        expected_breakthroughs: 1.5,
        expected_resistances: 0.5,
        course: [vec![], vec![], vec![]],
        first_breakthrough: Some(0.5),
        peak_breakthrough: Some(0.5),
    };
    CodedSession { session, codings, own: None, moments: vec![moment, fear], summary }
}

fn coding(codes: &[(Code, f32)]) -> Coding {
    let mut probabilities = [0.0; CODE_COUNT];
    for &(code, probability) in codes {
        probabilities[code as usize] = probability;
    }
    Coding { probabilities, codes: codes.iter().map(|&(code, _)| code).collect::<CodeSet>() }
}
