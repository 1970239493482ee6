//! Dates with day, month and year, and dates of birth.

use super::{Cue, Hit, add_all, any_of, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

const MONTH: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const DAY: &str = "(?:(?:3[01]|[12]\\d|0?[1-9])(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth)";

/// Numbers up to 99 as they are spoken, and years.
const TEENS: &str = "(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)";
const UNIT: &str = "(?:one|two|three|four|five|six|seven|eight|nine)";
const TENS: &str = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)";

/// `1987`, `'87`, "nineteen eighty seven", "nineteen oh five", "two thousand and five", "twenty ten".
fn year() -> String {
    format!(
        r"(?:(?:19|20)\d\d|['’]\d\d|(?:nineteen|twenty)[ -](?:hundred[ -](?:and[ -])?{UNIT}|(?:oh|o)[ -]{UNIT}|{TENS}(?:[ -]{UNIT})?|{TEENS})|two[ -]thousand(?:[ -](?:and[ -])?(?:{TENS}(?:[ -]{UNIT})?|{TEENS}|{UNIT}))?)"
    )
}

/// Two figures or words for a year, which count behind a day and a month of birth alone.
fn short_year() -> String {
    format!(r"(?:\d\d|{TENS}(?:[ -]{UNIT})?|{TEENS}|(?:oh|o)[ -]{UNIT})")
}

/// Day, month and year of a birth as three numbers: "four eleven eighty seven", `4 11 87`.
fn three_numbers() -> String {
    let year = format!("(?:{}|{})", year(), short_year());
    let small = format!("(?:(?:twenty|thirty)(?:[ -]{UNIT})?|{TEENS}|(?:(?:oh|o)[ -])?{UNIT})");
    format!(
        r"(?:{small},?\s+{small},?\s+{year}|(?:3[01]|[12]\d|0?[1-9]) (?:3[01]|[12]\d|0?[1-9]) (?:(?:19|20)\d\d|\d\d))"
    )
}

/// A day and a month in words; a year may follow.
fn in_words() -> String {
    format!(r"(?:{DAY}\s+(?:of\s+)?{MONTH}\b\.?|{MONTH}\.?\s+(?:the\s+)?{DAY}\b)")
}

/// `12/03/2019`, `12.3.19`, `12 / 03 / 2019`, `2019-03-12`; with the month as a word `12-Mar-2019`, `Mar/12/2019`, `2019-Mar-12`.
fn in_figures() -> String {
    let day = r"(?:0?[1-9]|[12]\d|3[01])";
    let long = r"(?:19|20)\d\d";
    let short = r"(?:(?:19|20)?\d\d|['’]\d\d)";
    format!(
        r"(?:{day}(?:/{day}/|\.(?:0?[1-9]|1[0-2])\.|-{day}-)(?:19|20)?\d\d|{day}\s?[/-]\s?{day}\s?[/-]\s?{long}|{day}(?:st|nd|rd|th)?\s?[-/.]\s?{MONTH}\s?[-/.]\s?{short}|{MONTH}[-/.]{day}[-/.]{short}|{long}[-/.](?:0?[1-9]|1[0-2]|{MONTH})[-/.](?:3[01]|[12]\d|0?[1-9]))"
    )
}

/// `120285`, `12021985`, `19850212`, which are dates behind a cue alone.
const RUN: &str =
    r"(?:(?:0[1-9]|[12]\d|3[01]){2}(?:(?:19|20)?\d\d)|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))";

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let (words, figures, year) = (in_words(), in_figures(), year());
    compile(&format!(r"(?i)(?:^|[^\w./-])((?:{words},?\s+(?:in\s+)?{year}|{figures}))(?:[^\w/-]|$)"))
});

const BIRTH: &[Cue] = &[
    (r"\bd\.?o\.?b\.?", "DOB 12/03/1984, seen alone."),
    (r"\bdate of birth", "Date of birth: 4 May 1990."),
    (r"\bborn(?: on)?(?: the)?", "I was born on the 4th of May 1990."),
    (r"\bb(?:irth ?da(?:y|te)|-?day)(?: is| was|'s)?(?: on)?(?: the)?", "My birthday is the 4th of May."),
    (r"\(b\.?", "Their mother (b. 19.2.34) was there."),
];

static OF_BIRTH: LazyLock<Regex> = LazyLock::new(|| {
    let (words, figures, numbers) = (in_words(), in_figures(), three_numbers());
    let year = format!("(?:{}|{})", year(), short_year());
    compile(&format!(
        r"(?i){}[\s:,(*_=-]+(?:is|was)?\s*(?:on\s+)?(?:the\s+)?({words}(?:,?\s+(?:in\s+)?{year})?|{DAY}\s+(?:of\s+)?(?:the\s+)?{DAY},?\s+{year}|{figures}|{RUN}|{numbers})\b",
        any_of(BIRTH)
    ))
});

static BIRTH_WORD: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)born|birth|d\.?o\.?b|\bb-?day|\(b\b"));

/// What a date without four figures has.
static SPOKEN_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b(?:nineteen|twenty|two)[ -](?:thousand|hundred|oh?\b|ten|eleven|twelve|[a-z]+teen|[a-z]+ty)",
    )
});

pub(super) fn look(text: &str, figures: bool, hits: &mut Vec<Hit>) {
    if figures || SPOKEN_YEAR.is_match(text) {
        add_all(&DATE, Kind::Date, text, hits);
    }
}

pub(super) fn of_birth(text: &str, hits: &mut Vec<Hit>) {
    if BIRTH_WORD.is_match(text) {
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
            "12 / 03 / 2019",
            "12-Mar-2019",
            "12/Mar/2019",
            "12.Mar.2019",
            "12-March-19",
            "Mar-12-2019",
            "2019-Mar-12",
            "3/12/19",
            "12.03.2019",
            "2019-03-12",
            "1 Sept 2021",
            "the fourth of November nineteen eighty seven",
            "March twenty-first, two thousand and five",
        ] {
            let date = date.trim_start_matches("the ");
            finds("date", &format!("It was on {date}, at night."), date);
        }
        cues("birth_date", super::BIRTH);
    }

    #[test]
    fn dates_of_birth_as_they_are_dictated() {
        for (text, date) in [
            ("DOB: fourth November 1987", "fourth November 1987"),
            ("DOB November fourth 1987, seen alone.", "November fourth 1987"),
            (
                "I was born on the fourth of November nineteen eighty seven.",
                "fourth of November nineteen eighty seven",
            ),
            ("Her date of birth is four eleven eighty seven.", "four eleven eighty seven"),
            ("DOB 4 Nov 87, seen alone.", "4 Nov 87"),
            ("**DOB:** 04 11 1987", "04 11 1987"),
            ("My birthday is the twenty first of May.", "twenty first of May"),
            ("DOB: 12-Feb-85, seen alone.", "12-Feb-85"),
            ("DOB - 12/Feb/1985", "12/Feb/1985"),
            ("DOB 120285, seen alone.", "120285"),
            ("Date of birth: eighth of the sixth ninety one.", "eighth of the sixth ninety one"),
            ("Her b-day is May 9.", "May 9"),
        ] {
            finds("birth_date", text, date);
        }
        for text in [
            "I was born first. She was born second, in March.",
            "Two were born, four died, one in May.",
            "The first of May, and the second of June; twenty ten-minute walks.",
            "Born at two, four or six in the morning.",
            "Nineteen eighty seven was a bad year.",
        ] {
            finds_nothing(text);
        }
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
            "Scores of 12 / 10 / 09, and 8 - 7 - 12.",
            "Seen 9-May, then 3-4 times in May. Twelve. May 20 was fine.",
            "The bday cake. The form (b. and c.) at 120285 steps.",
        ] {
            finds_nothing(text);
        }
    }
}
