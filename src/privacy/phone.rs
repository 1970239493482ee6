//! Telephone numbers of the UK, the US and Canada, Ireland, India, Australia, New Zealand, Nigeria, and international
//! ones. Scores, doses, times, years and sums have not their length or their groups.

use super::digits::values;
use super::{Cue, Hit, any_of, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

/// Digits in groups, perhaps with a plus, brackets, dots and dashes.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?:\+|\b00)?\(?\+?\d(?:(?:\.|[ \u{a0}/–-]{0,2})\(?\d\)?){5,16}(?:\s?(?:x|ext\.?|extension)\s?\d{1,5})?\b",
    )
});

const CUES: &[Cue] = &[
    (r"\b(?:tele)?phone(?: (?:number|no\.?))?", "His phone number is 555-0142."),
    (r"\btel(?:\.|ephone)?", "Tel: 284 4312."),
    (r"\bmobile(?: (?:number|no\.?))?", "Her mobile is 9123 4567."),
    (r"\b(?:cell|landline|fax|whatsapp)(?: (?:number|no\.?))?", "My cell is 555 0142, okay?"),
    (
        r"\b(?:ring|call|text|reach|contact)(?:ed)? (?:me|him|her|us|them)?(?: (?:on|at))?",
        "You can call me at 5550142.",
    ),
    (r"\b(?:my|his|her|the|their|a) number(?:'s| is| was)?", "My number's 284 4312."),
];

static CUED: LazyLock<Regex> =
    LazyLock::new(|| compile(&format!(r"(?i){}(?:\s+(?:is|was|it's|on|at))*[\s:]*$", any_of(CUES))));

/// What stands behind a quantity and never behind a telephone number.
static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)^\s?(?:mg|mcg|ml|kg|g|km|steps|calories|pounds|quid|euros?|dollars?|naira|rupees|years|people|times|%|percent)\b",
    )
});

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    for found in NUMBER.find_iter(text) {
        let (before, after) = (&text[..found.start()], &text[found.end()..]);
        // Part of a longer word or number, or money.
        if before.ends_with(|c: char| c.is_alphanumeric() || "£$€₦₹.#".contains(c))
            || QUANTITY.is_match(after)
        {
            continue;
        }
        let number = found.as_str().trim_start_matches(['/', ' ']);
        if is_phone(number) || (is_long(number) && CUED.is_match(tail(before))) {
            hits.push(Hit { kind: Kind::Phone, bytes: found.end() - number.len()..found.end() });
        }
    }
}

/// The last words of a text, cut on a character boundary.
fn tail(text: &str) -> &str {
    let start = text.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
    &text[start..]
}

/// Seven digits or more, and no list of scores, which has a group for every one or two digits; no range of years.
fn is_long(number: &str) -> bool {
    let groups: Vec<_> =
        number.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let digits: usize = groups.iter().map(|group| group.len()).sum();
    let years = groups.len() == 2
        && groups
            .iter()
            .all(|group| group.len() == 4 && (group.starts_with("19") || group.starts_with("20")));
    (7..=15).contains(&digits)
        && groups.iter().any(|group| group.len() >= 3)
        && !years
        && !number.contains('/')
}

/// A number in the form that a country's numbers have.
fn is_phone(number: &str) -> bool {
    let groups: Vec<usize> =
        number.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::len).collect();
    let digits = values(number.split(['x', 'e']).next().unwrap_or_default());
    if number.contains('/') || groups.iter().all(|&length| length < 3) && !number.starts_with(['+', '0', '('])
    {
        return false;
    }
    let starts = |prefix: &[u8]| digits.starts_with(prefix);
    if number.starts_with('+') || number.starts_with("(+") {
        return (8..=15).contains(&digits.len()) && digits[0] != 0;
    }
    if starts(&[0, 0]) {
        return (10..=16).contains(&digits.len()) && digits[2] != 0;
    }
    match digits.len() {
        // UK, IE, AU, NZ, IN with a trunk prefix; dates like 01-02-2003 have eight digits.
        9 => starts(&[0]) && matches!(digits[1], 1..=4 | 6 | 7 | 9) && groups.len() > 1,
        10 => {
            let trunk = starts(&[0]) && digits[1] != 0;
            let service = (starts(&[1, 3, 0, 0]) || starts(&[1, 8, 0, 0])) && groups.len() > 1;
            let american = is_american(&digits) && matches!(groups.as_slice(), [3, 3, 4, ..]);
            let indian = matches!(digits[0], 6..=9) && matches!(groups.as_slice(), [5, 5] | [4, 3, 3] | [10]);
            trunk || service || american || indian
        }
        11 => {
            let american = starts(&[1]) && is_american(&digits[1..]) && groups.len() > 1;
            (starts(&[0]) && matches!(digits[1], 1 | 2 | 3 | 5 | 7..=9)) || american
        }
        12 => matches!(digits[..], [9, 1, 6..=9, ..] | [4, 4, 7, ..]) && groups.len() < 4,
        _ => false,
    }
}

/// Area code and exchange of the North American plan begin with 2 to 9.
fn is_american(digits: &[u8]) -> bool {
    digits.len() == 10 && digits[0] >= 2 && digits[3] >= 2
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};

    #[test]
    fn numbers_of_many_countries() {
        for number in [
            "07700 900123",
            "020 7946 0958",
            "(0161) 496 0123",
            "+44 7700 900123",
            "+44 (0)20 7946 0958",
            "01632 960983",
            "(415) 555-0132",
            "415-555-0132",
            "415.555.0132",
            "1-800-555-0199",
            "+1 415 555 0132",
            "087 123 4567",
            "+353 86 123 4567",
            "01 496 0123",
            "+91 98765 43210",
            "98765 43210",
            "9812345678",
            "0412 345 678",
            "(02) 5550 1234",
            "1300 975 707",
            "021 123 4567",
            "0803 123 4567",
            "+234 803 123 4567",
            "0044 7700 900123",
        ] {
            finds("phone", &format!("She said it was {number}, I think."), number);
        }
        cues("phone", super::CUES);
    }

    #[test]
    fn numbers_that_are_none() {
        for text in [
            "PHQ-9 14 12 11 9 8 7 over the weeks.",
            "Scores 21, 18, 15, 12, 9, 7, 6.",
            "Sertraline 50 100 150 mg over 2020-2021.",
            "From 2008 2012 2016 and so on.",
            "I earned 1200000 naira.",
            "It was 10:30 12:45 and 14:15.",
            "She walked 10 000 steps a day.",
            "Between 1998-2004 I drank.",
            "GAD-7 18-15-12-10-9-8.",
            "BP was 120/80 130/85 and 125/82.",
            "I owe £12,500 20,000 or so.",
            "Every 4 6 8 hours 20 20 20.",
            "We counted 1 2 3 4 5 6 7 8 9 10.",
            "That was 1 000 000 to one.",
            "Text 741741. 988 is the lifeline.",
        ] {
            finds_nothing(text);
        }
    }
}
