//! Ages over 89: so few people are as old that an age identifies them.

use super::{Hit, add_all, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

const FIGURES: &str = r"(?:9\d|1[01]\d|12[0-2])";
const WORDS: &str = r"(?:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: and (?:one|two|three|four|five|six|seven|eight|nine|ten))?)";

/// The word before or after tells an age from a weight, a score or a speed.
static AGE: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    let age = format!("({FIGURES}|{WORDS})");
    [
        compile(&format!(
            r"(?i)\b(?:aged?|turned|turning|turns)(?:\s+(?:of|is|was|just))*\s+{age}(?:\s*(?:$|[.,;:!?)]|and\b|but\b|in\b|last\b|next\b|this\b|now\b|so\b))"
        )),
        compile(&format!(
            r"(?i)\b{age}[\s-]*(?:years?[\s-]old|year[\s-]old|yrs?[\s-]old|years of age|y/o|yo\b|y\.o\.)"
        )),
        compile(&format!(
            r"(?i)\b(?:i'm|i’m|i am|he's|he’s|she's|she’s|he is|she is|he was|she was|they're|who's|who’s|who is|who was|mum's|mum’s|mum is|dad's|dad’s|dad is|gran's|gran’s|gran is|nan's|nan’s|nan is|grandad's|grandmother is|grandfather is|mother is|father is)(?:\s+(?:now|nearly|almost|only|already|about))?\s+{age}(?:\s*(?:$|[.,;:!?)]|and\b|but\b|now\b|next\b|this\b|in\b))"
        )),
    ]
});

static MAY_BE: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)ninety|hundred|\b9\d|\b1[012]\d"));

pub(super) fn look(text: &str, digits: bool, hits: &mut Vec<Hit>) {
    let spelled = || text.contains("inety") || text.contains("undred");
    if (digits || spelled()) && MAY_BE.is_match(text) {
        for regex in &*AGE {
            add_all(regex, Kind::Age, text, hits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finds, finds_nothing};

    #[test]
    fn high_ages() {
        for (text, age) in [
            ("My gran is 94 and still drives.", "94"),
            ("He's ninety-two next month.", "ninety-two"),
            ("A 91-year-old widow.", "91"),
            ("Pt is 96 years old, lives alone.", "96"),
            ("She turned 100 last May.", "100"),
            ("Aged 93, he told nobody.", "93"),
            ("I'm 90.", "90"),
            ("94 y/o male.", "94"),
            ("She was a hundred and two.", "a hundred and two"),
        ] {
            finds("age", text, age);
        }
    }

    #[test]
    fn no_high_ages() {
        for text in [
            "I'm 89, you know.",
            "She's 94 kilos now.",
            "He is 90% sure.",
            "I'm a hundred percent behind it.",
            "I was 95 days sober.",
            "It turned 90 degrees.",
            "She's 100 times better.",
            "At 98 beats a minute.",
            "The pupil was ninety minutes late.",
        ] {
            finds_nothing(text);
        }
    }
}
