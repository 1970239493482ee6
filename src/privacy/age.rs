//! Ages over 89: so few people are as old that an age identifies them.

use super::{Hit, add_all, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

const FIGURES: &str = r"(?:9\d|1[01]\d|12[0-2])";
const WORDS: &str = r"(?:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: and (?:one|two|three|four|five|six|seven|eight|nine|ten))?)";

/// What may follow an age: "95 now on SUDs" is a score.
const AFTER: &str = r"(?:\s*(?:$|[.,](?:[^\d]|$)|[;:!?)]|(?:and|but|in|last|next|this|so)\b|now\s*(?:$|[.,;:!?)]|and\b|but\b)))";

/// People who are spoken of with their age.
const PEOPLE: &str = "mum|mom|mam|mother|dad|father|nan|nana|gran|granny|grandma|grandmother|grandad|grandpa|grandfather|aunt|auntie|uncle|wife|husband|sister|brother|widow|widower|neighbour|neighbor|friend|pt|patient|client|resident|man|woman|lady|gentleman";

/// The word before or after tells an age from a weight, a score or a speed.
static AGE: LazyLock<[Regex; 6]> = LazyLock::new(|| {
    let age = format!("({FIGURES}|{WORDS})");
    [
        compile(&format!(
            r"(?i)\b(?:aged?|turned|turning|turns|(?:died|dead|passed away|passed|lived)(?:\s+(?:at|to|to be))(?:\s+the age)?)(?:\s+(?:of|is|was|just))*[\s:=]+{age}{AFTER}"
        )),
        compile(&format!(
            r"(?i)\b{age}[\s-]*(?:years?[\s-]old|year[\s-]old|yrs?[\s-]old|years of age|y/o|yo\b|y\.o\.)"
        )),
        compile(&format!(
            r"(?i)\b(?:i'm|i’m|i am|he's|he’s|she's|she’s|he is|she is|he was|she was|they're|who's|who’s|who is|who was|(?:{PEOPLE})(?:['’]s| is| was))(?:\s+(?:now|nearly|almost|only|already|about))?\s+{age}{AFTER}"
        )),
        compile(&format!(
            r"(?i)\b(?:i|he|she|they|who|{PEOPLE})(?:['’]ll be|\s+will be|['’]d be|\s+would be|\s+would have been|\s+would['’]ve been|['’]d have been)(?:\s+(?:now|nearly|almost))?\s+{age}{AFTER}"
        )),
        compile(&format!(
            r"(?i)\b(?:{PEOPLE})(?:\s*\((?:aged?\s+)?{age}\)|,\s+(?:aged?\s+)?({FIGURES}),\s+(?:is|was|has|had|who|lives|died)\b)"
        )),
        // `93F with low mood`, or behind a name: elsewhere it is a temperature.
        compile(&format!(
            r"(?:(?:\b(?:pt|patient|client|a|an)\s+|\p{{Lu}}\p{{L}}+,\s+)({FIGURES})\s?(?:[MF]|yo[MF]?)\b(?:[\s,.;:)]|$)|(?:^|\n)\s*({FIGURES})\s?(?:[MF]|yo[MF]?)\s+(?:with|who|present\w*|seen|referred|attend\w*|liv\w+)\b)"
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
            ("Age: 94. Sex: F.", "94"),
            ("93F with low mood.", "93"),
            ("Her mum (96) lives alone.", "96"),
            ("Her mum, 96, is frail.", "96"),
            ("Nan died at 97.", "97"),
            ("She'll be ninety-six in May.", "ninety-six"),
            ("Dad would have been 93 this week.", "93"),
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
            "She is 95 now on SUDs.",
            "Fever again. 101F at noon. It was (98F) later.\n99F by night.",
            "Temp: 98F, then 101 F. Fever to 101F.",
            "It'll be 95 in total. He passed at 98 percent.",
            "Mood (95), her mum (95%), dad 96, 97.",
        ] {
            finds_nothing(text);
        }
    }
}
