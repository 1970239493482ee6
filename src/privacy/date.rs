//! Dates with day, month and year, and dates of birth.

use super::{Cue, Hit, add_all, any_of, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

const MONTH: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const DAY: &str = "(?:3[01]|[12]\\d|0?[1-9])(?:st|nd|rd|th)?";
const YEAR: &str = "(?:(?:19|20)\\d\\d|'\\d\\d)";

/// A day and a month in words; a year may follow.
fn in_words() -> String {
    format!(r"(?:{DAY}\s+(?:of\s+)?{MONTH}\b\.?|{MONTH}\.?\s+(?:the\s+)?{DAY}\b)")
}

/// `12/03/2019`, `12.3.19`, `2019-03-12`.
const IN_FIGURES: &str = r"(?:(?:0?[1-9]|[12]\d|3[01])(?:/(?:0?[1-9]|[12]\d|3[01])/|\.(?:0?[1-9]|1[0-2])\.|-(?:0?[1-9]|[12]\d|3[01])-)(?:19|20)?\d\d|(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9]))";

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let words = in_words();
    compile(&format!(r"(?i)(?:^|[^\w./-])((?:{words},?\s+(?:in\s+)?{YEAR}|{IN_FIGURES}))(?:[^\w/-]|$)"))
});

const BIRTH: &[Cue] = &[
    (r"\bd\.?o\.?b\.?", "DOB 12/03/1984, seen alone."),
    (r"\bdate of birth", "Date of birth: 4 May 1990."),
    (r"\bborn(?: on)?(?: the)?", "I was born on the 4th of May 1990."),
    (r"\bbirth ?da(?:y|te)(?: is| was|'s)?(?: on)?(?: the)?", "My birthday is the 4th of May."),
];

static OF_BIRTH: LazyLock<Regex> = LazyLock::new(|| {
    let words = in_words();
    compile(&format!(
        r"(?i){}[\s:,(]+(?:is|was)?\s*(?:on\s+)?(?:the\s+)?({words}(?:,?\s+(?:in\s+)?{YEAR})?|{IN_FIGURES})\b",
        any_of(BIRTH)
    ))
});

static BIRTH_WORD: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)born|birth|d\.?o\.?b"));

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    add_all(&DATE, Kind::Date, text, hits);
}

pub(super) fn of_birth(text: &str, hits: &mut Vec<Hit>) {
    if text.bytes().any(|byte| byte.is_ascii_digit()) && BIRTH_WORD.is_match(text) {
        add_all(&OF_BIRTH, Kind::BirthDate, text, hits);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};

    #[test]
    fn full_dates() {
        for date in [
            "12 March 2019",
            "12th of March 2019",
            "March 12, 2019",
            "Mar 12th 2019",
            "12/03/2019",
            "3/12/19",
            "12.03.2019",
            "2019-03-12",
            "1 Sept 2021",
        ] {
            finds("date", &format!("It was on {date}, at night."), date);
        }
        cues("birth_date", super::BIRTH);
    }

    #[test]
    fn no_full_dates() {
        for text in [
            "In March 2019 I stopped.",
            "On the 12th of March I rang.",
            "BP 120/80, then 12/8.",
            "Scores were 12/10/9 at intake.",
            "I may 12 times a day.",
            "Since 2019 or 2020.",
            "24/7 and 9-5.",
            "I was born in 1990.",
            "Version 1.12.2 of it.",
        ] {
            finds_nothing(text);
        }
    }
}
