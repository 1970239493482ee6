//! What the unit before announces: a question that asks for a name or a number, and a line of a note that the next goes on.

use super::compile;
use crate::transcript::{Speaker, Unit};
use regex::Regex;
use std::sync::LazyLock;

/// What a question asks for, near its end.
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b(?:(date of birth|d\.?o\.?b|birthday|were you born)|(sort code)|(account|acct)|(zip|post ?code|postal code|eircode)|(phone|mobile|cell|telephone|whatsapp|contact number)|(your social|social security|ssn)|(surname|(?:last|family|maiden) name)|(name|called)|(number|id|reference))\b(?:\W+\w+){0,4}\W*\?\W*$",
    )
});

/// The cue that stands for each of them.
const CUES: [&str; 9] = [
    "date of birth: ",
    "sort code: ",
    "account number: ",
    "post code: ",
    "phone: ",
    "social is ",
    "surname: ",
    "asked who: ",
    "reference number: ",
];

/// Places of the names in [`CUES`], for which an answer has a few words alone.
const NAMES: [usize; 2] = [6, 7];

/// Where a line of a note ends that announces what the next begins with.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?:^|[\n.;]\s*)([^\n.;:]{1,40}:|(?:[^\n.;:]{0,30}\b)?(?:regards|sincerely|faithfully|wishes),?)\s*$",
    )
});

/// Bytes of a unit before that are looked at.
const TAIL: usize = 120;

/// A cue for the beginning of `text`, if the unit before announces it.
pub(super) fn cue(before: &Unit, unit: &Unit, text: &str) -> Option<String> {
    let said = before.text.trim_end();
    let tail = &said[said.ceil_char_boundary(said.len().saturating_sub(TAIL))..];
    if matches!(unit.speaker, Speaker::Note(_)) {
        let line = GOES_ON.captures(tail)?.get(1)?.as_str();
        return Some(if line.ends_with([':', ',']) { format!("{line} ") } else { format!("{line}, ") });
    }
    let words = || text.split_whitespace().take(13).count();
    if !tail.ends_with('?') || before.speaker == unit.speaker || text.len() > 100 || words() > 12 {
        return None;
    }
    let groups = ASKED.captures(tail)?;
    let asked = (0..CUES.len()).find(|group| groups.get(group + 1).is_some())?;
    (!NAMES.contains(&asked) || words() < 5).then(|| CUES[asked].to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::session;
    use super::super::{Field, find};
    use crate::transcript::Speaker;

    /// What is found in the second unit.
    fn found(speakers: [Speaker; 2], texts: [&str; 2]) -> Vec<String> {
        let mut session = session(&texts);
        session.units[0].speaker = speakers[0];
        session.units[1].speaker = speakers[1];
        let finds = find(&session);
        let here = finds.iter().filter(|find| find.field == Field::Text(1));
        here.map(|find| format!("{} {}", find.kind, find.words(&session))).collect()
    }

    #[test]
    fn bare_answers() {
        for (question, answer, wanted) in [
            ("Date of birth?", "Ten twenty-two seventy-four.", "birth_date Ten twenty-two seventy-four"),
            (
                "And your date of birth, for the form?",
                "eighth of the sixth ninety one",
                "birth_date eighth of the sixth ninety one",
            ),
            ("Hello. What's your name?", "Oyinlola.", "name Oyinlola"),
            ("And the account number?", "83310294.", "bank 83310294"),
            ("And your zip?", "78041.", "postcode 78041"),
            ("What's your policy number?", "It's VH-8834512.", ""),
            ("Your policy number?", "VH-8834512.", "record VH-8834512"),
            ("What's your surname?", "Tilling.", "name Tilling"),
            ("And your last name?", "Baker.", "name Baker"),
            ("What's your name?", "Nope.", ""),
            ("What's your name?", "Why would Fintwell matter here?", ""),
            ("How many times?", "78041.", ""),
            ("What's the number?", "Seven, I think.", ""),
        ] {
            let found = found([Speaker::Therapist, Speaker::Client(1)], [question, answer]);
            let wanted: Vec<_> = Some(wanted).filter(|wanted| !wanted.is_empty()).into_iter().collect();
            assert_eq!(found, wanted, "{question} {answer}");
        }
    }

    #[test]
    fn lines_that_go_on() {
        for (line, next, wanted) in [
            ("Kind regards,", "Oyinlola Achterberg", "name Oyinlola Achterberg"),
            ("She is well. Yours faithfully,", "O. Achterberg", "name O. Achterberg"),
            ("Interpreter:", "Oyinlola", "name Oyinlola"),
            ("DOB:", "12 Feb 85", "birth_date 12 Feb 85"),
            ("Kind regards,", "Psychology Team", ""),
            ("Plan:", "Continue weekly.", ""),
            ("She has her regards.", "Tearful throughout.", ""),
        ] {
            let found = found([Speaker::Note(None); 2], [line, next]);
            let wanted: Vec<_> = Some(wanted).filter(|wanted| !wanted.is_empty()).into_iter().collect();
            assert_eq!(found, wanted, "{line} {next}");
        }
    }
}
