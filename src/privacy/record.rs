//! Numbers of medical records, cases, files, policies and orders, behind the words that announce them.

use super::{Cue, Hit, any_of, compile};
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
];

/// Letters, digits and strokes with four signs or more, of which three are digits.
static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i){}(?:['’]s)?(?:\s+(?:is|was|it's|of|given as))*[\s:#=.]*(\b[a-z0-9](?:[a-z0-9]|[-/.](?:[a-z0-9])|\s\d){{3,24}})\b",
        any_of(CUES)
    ))
});

static CUE: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"(?i)number|\bno\b|#|\bid\b|ref|mrn|identifier|code|\b(?:npi|dea|gmc|nmc|hcpc|bacp)\b")
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
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};

    #[test]
    fn numbers_of_records() {
        finds("record", "MRN: 00482913.", "00482913");
        finds("record", "The crime reference number is CR/12345/21, they said.", "CR/12345/21");
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
        ] {
            finds_nothing(text);
        }
    }
}
