//! Numbers of medical records, cases, files, policies and orders, behind the words that announce them.

use super::names::lists::is_in;
use super::{Cue, Hit, add_all, any_of, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

const CUES: &[Cue] = &[
    (r"\bmrn", "MRN 00482913, seen with mother."),
    (
        r"\b(?:medical|health|patient|hospital|clinic|chart|record|unit)(?: record)? (?:number|no\.?|num|#)",
        "Hospital no. H483920.",
    ),
    (
        r"\b(?:case|file|folder|matter|docket|incident|crime)(?: reference| ref\.?)? (?:number|no\.?|num|#|id|ref\.?)",
        "Case no. 2023-00417.",
    ),
    (r"\b(?:case|file|chart|patient|client|record|incident|mrn):?\s?#", "Case #48213 was closed."),
    (
        r"\b(?:patient|client|pt|customer|member|subscriber|student|employee|staff|service|inmate|prisoner|user) (?:id|identifier|number|no\.?)",
        "Patient ID: 7781234.",
    ),
    (
        r"\b(?:reference|ref\.?|booking|claim|policy|referral|appointment|account ref|invoice|membership|certificate)(?: (?:number|no\.?|code|id))",
        "My reference number is RF-20931.",
    ),
    (r"\b(?:our|your) ref\.?", "Our ref: KT/20931/B."),
    (r"\bref\s?:", "Ref: KT20931."),
    (r"\b(?:rio|systmone|emis|epic) (?:id|number|no\.?)", "RiO number 1029384."),
    (r"\b(?:npi|dea|gmc|nmc|hcpc|bacp)(?: (?:number|no\.?|pin|registration))?", "GMC number 7123456."),
    (
        r"\b(?:urn|uhid|upn|oen|phn|hcn|ohip|crn|imei|meid|dva)(?: (?:number|no\.?|id))?",
        "URN 00451982 was given.",
    ),
    (r"\b(?:serial (?:number|no\.?)|s/n)", "Serial number PJN448210H."),
    (
        r"\b(?:health|medical|insurance|benefits?) (?:card(?: (?:number|no\.?|id))?|plan (?:number|no\.?|id))",
        "Health card no 4532-118-906-KX.",
    ),
    (r"\b(?:auth(?:ori[sz]ation)?|authentication) code", "Auth code 7719023."),
];

/// Without a word for number: programs that keep records, and papers, with six digits, or five behind letters.
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:(?i:rio|systmone|emis|epic|carenotes|paris|datix|docket|auth(?:orisation|orization)?)|ID)[\s:#]+(\d{6,12}|[A-Z]{1,2}\d{5,12}|\d{4}-[A-Z]{1,3}-\d{3,8})\b",
    )
});

/// Behind any other word that a number, a reference or an identifier is given for: then only what looks like one will do.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b([\p{L}-]+)\s?(?:ref(?:erence)?\b|(?:number|no|num|id)\b|membership\b|#)(?:\s+(?:number|no\b|is|was))*[\s:#=.]*(\b[a-z0-9](?:[a-z0-9]|[-/.][a-z0-9]|\s\d){3,24})\b",
    )
});

/// Words whose number is a telephone's or anybody's, and those that no number of theirs follows.
const OTHERS: &str = " phone telephone mobile cell tel fax landline contact home work whatsapp my his her their our your its the a an this that same any other account acct bank card post zip pin house flat room bus page call ring text on at and or is was to there's there said say says oh ";

/// Letters and digits, or six digits and more: "room number 212", "there's no 2019 report" are none.
fn is_code(code: &str) -> bool {
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let written = code.bytes().any(|byte| byte.is_ascii_uppercase()) || code.contains(['-', '/']);
    digits >= 6 || digits >= 3 && written && code.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Letters, digits and strokes with four signs or more, of which three are digits.
static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i){}(?:['’]s)?(?:\s+(?:is|was|it's|of|given as))*[\s:#=.]*(\b[a-z0-9](?:[a-z0-9]|[-/.](?:[a-z0-9])|\s\d){{3,24}})\b",
        any_of(CUES)
    ))
});

static CUE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)number|rio\b|systmone|emis|epic|carenotes|paris|datix|docket|auth|\bno\b|#|\bid\b|ref|mrn|identifier|code|card|plan|serial|s/n|membership|\b(?:npi|dea|gmc|nmc|hcpc|bacp|urn|uhid|upn|oen|phn|hcn|ohip|crn|imei|meid|dva)\b",
    )
});

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    if !CUE.is_match(text) {
        return;
    }
    for group in RECORD.captures_iter(text).filter_map(|groups| groups.get(1)) {
        if group.as_str().bytes().filter(u8::is_ascii_digit).count() >= 3 {
            hits.push(Hit { kind: Kind::Record, bytes: group.range() });
        }
    }
    add_all(&BARE, Kind::Record, text, hits);
    for groups in NAMED.captures_iter(text) {
        let (Some(word), Some(code)) = (groups.get(1), groups.get(2)) else { continue };
        if is_code(code.as_str()) && !is_in(OTHERS, &word.as_str().to_lowercase()) {
            hits.push(Hit { kind: Kind::Record, bytes: code.range() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};

    #[test]
    fn numbers_of_records() {
        finds("record", "MRN: 00482913.", "00482913");
        finds("record", "The crime reference number is CR/12345/21, they said.", "CR/12345/21");
        for (text, number) in [
            ("Home Office ref H1234567.", "H1234567"),
            ("UC ref UC-44-8812-09.", "UC-44-8812-09"),
            ("Case reference TP-118274.", "TP-118274"),
            ("WSIB claim # 30118845.", "30118845"),
            ("Insurance ID: XEA882910447.", "XEA882910447"),
            ("Group no. 0089331", "0089331"),
            ("OHIP number is 4532-118-906-KX.", "4532-118-906-KX"),
            ("Centrelink CRN 204 556 781K.", "204 556 781K"),
            ("Policy no. VH-8834512", "VH-8834512"),
            ("RiO 1034567", "1034567"),
            ("SystmOne 1034567.", "1034567"),
            ("Carenotes 123456", "123456"),
            ("Epic E1234567", "E1234567"),
            ("ID 1034567", "1034567"),
            ("Docket 2023-CV-004512", "2023-CV-004512"),
            ("Auth A0098127", "A0098127"),
            ("Datix W12345", "W12345"),
            ("J. Adjei, AMFT #118834", "118834"),
        ] {
            finds("record", text, number);
        }
        for text in ["Tel +234 803 555 0147.", "Their phone number is +234 803 555 0147, she said."] {
            finds("phone", text, "+234 803 555 0147");
            assert_eq!(super::super::tests::kinds(text), ["phone"], "{text}");
        }
        cues("record", super::CUES);
    }

    #[test]
    fn no_numbers_of_records() {
        for text in [
            "In any case 2019 was worse.",
            "The number of 1500 people there.",
            "I refer you to page 1234.",
            "There's no 2000 pound fine.",
            "Client number two came at 10.",
            "I worked there, case 12 of 20.",
            "In room number 212, at bus no 2041. Session #12, goal #3.",
            "Paris 2024. An epic 1000 miles. Epic 10000 steps. The id 12345. I own 2023 authors 10000.",
            "My plan 2019 was a card 1234 long. It was no 2019-20 season. A ref in 2020-2021.",
            "He has no 100 pounds. The id is a number of 3000 words.",
        ] {
            finds_nothing(text);
        }
    }
}
