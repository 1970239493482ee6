//! Long turns: 350 words of everyday talk with one telling sentence somewhere in them.
#![allow(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::process::Command;

const EVERYDAY: [&str; 3] = [
    "It is a big house, four bedrooms, with a garden that goes down to the railway, and you can hear \
     the trains at night, the goods ones mostly. The kitchen is at the back. My mother had it painted \
     yellow years ago and it has never been anything else. There is a pear tree that does not give \
     any pears. The neighbours are an older couple, he used to be on the buses, she is very deaf, so \
     their television is on loud, and the wall is thin. There is a shop on the corner that sells \
     everything, and the man in there knows everybody and everybody's business, and he is there from \
     six in the morning until late.",
    "Work is the same. There are eleven of us in the office now, it used to be fourteen, and the \
     phones do not stop. The new manager is from the Leeds branch, he is all right, a bit keen. They \
     have moved the printer to the far end so you have a walk every time. The system goes down most \
     afternoons about three. The canteen is closed on a Friday. There is a girl who sits opposite me \
     who talks about her wedding from morning to night, the flowers, the cars, what the bridesmaids \
     are going to wear, and it is not until next August.",
    "He is sixteen, nearly seventeen, tall for his age, plays the guitar, badly if I am honest. His \
     sister is the quiet one. They have different dads but you would not know it. The school is \
     twenty minutes on the bus and the bus is never on time. His form teacher is Mr [NAME], who is \
     retiring in the summer. They do the exams in May and there is a rota on the fridge for who does \
     the revision table, because there is only one table in the flat that is any use for it, the \
     other one has a leg that is not right.",
];

/// Codes with the sentence that carries each.
const TELLING: [(&str, &str); 6] = [
    (
        "emotional",
        "And I cried, I finally cried about her, properly, after all these months of nothing, and it was \
         such a relief to let it out at last.",
    ),
    (
        "cognitive",
        "And it came to me, sitting there, that I have been waiting for my father to say well done for \
         forty years and he is never going to say it, and I had never seen that before.",
    ),
    (
        "behavioural",
        "And on Tuesday, when the urge came, I did not open the bottle, I rang my sister instead, and I \
         have not had a drink since.",
    ),
    (
        "resistance_change",
        "And I know you want me to stop smoking, but I do not want to, I like it and I am not going to do \
         it.",
    ),
    (
        "resistance_fear",
        "And I am scared that if I start talking about what happened I will fall apart and not be able to \
         stop.",
    ),
    (
        "resistance_defence",
        "And I only hit the wall because she winds me up, anybody would, it is her fault for going on at \
         me.",
    ),
];

/// Every sentence in three arrangements of the everyday talk. The model does not find all of them (what it misses is in
/// docs/experiments.md), but long turns must not be what it fails at.
#[test]
fn one_telling_sentence_is_tagged_and_is_the_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("long.csv"), dir.path().join("out"));
    let mut table = "session_id,speaker,text\n".to_owned();
    for (code, telling) in TELLING {
        for first in 0..3 {
            let around: [&str; 3] = std::array::from_fn(|j| EVERYDAY[(first + j) % 3]);
            let turn = format!("{} {telling} {} {}", around[0], around[1], around[2]);
            assert!(turn.split_whitespace().count() > 300);
            writeln!(
                table,
                "{code} {first},therapist,How have things been?\n{code} {first},client,\"{turn}\""
            )
            .unwrap();
        }
    }
    std::fs::write(&input, table).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakthrough"));
    let status = command.args(["analyze", "--quiet", "--out"]).arg(&out).arg(&input).status().unwrap();
    assert_eq!(status.code(), Some(0));
    let moments: Vec<HashMap<String, String>> =
        csv::Reader::from_path(out.join("moments.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    let (mut given, mut shown) = (0, 0);
    for (code, telling) in TELLING {
        for first in 0..3 {
            let session = format!("{code} {first}");
            let moment = moments.iter().find(|row| row["session_id"] == session && row["type"] == code);
            let evidence = moment.map_or("", |moment| moment["evidence"].as_str());
            println!("{session}: {evidence}");
            given += usize::from(moment.is_some());
            shown += usize::from(!evidence.is_empty() && telling.contains(evidence));
        }
    }
    println!("{given} of 18 are given, {shown} with the sentence as evidence");
    // 1.1.0 reached 15 and 13, 1.2.0 13 and 12: thresholds have risen since, for fewer false alarms on ordinary talk.
    assert!(given >= 10 && shown >= 9, "{given} {shown}");
}
