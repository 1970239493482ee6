//! Numbers and addresses as they are spoken: "oh seven seven double oh", "anna at example dot com".

use super::names::lists::is_in;
use super::{Hit, add_all, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

/// Five numbers or more, as words or in figures; [`is_number`] says how many digits they have to have.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    let digit = r"(?:(?:double|triple|treble)[\s-]+)?(?:oh|o|zero|nought|one|two|three|four|five|six|seven|eight|nine|[0-9]{1,4})(?:\s+hundred)?";
    compile(&format!(r"(?i)\b(?:plus\s+)?{digit}(?:[\s,-]+(?:(?:er|erm|um|uh)[\s,]+)?{digit}){{4,}}\b"))
});

/// With the ending of the domain, or of a provider that everybody knows and a name in parts.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let sign = r"(?:\s+(?:dot|underscore|under score|dash|hyphen|plus)\s+|[._-])";
    compile(&format!(
        r"(?i)\b((?:[a-z0-9]+\s+){{0,2}}[a-z0-9]+(?:{sign}[a-z0-9]+){{0,4}}\s+at\s+[a-z0-9-]+(?:\s+dot\s+(?:com|org|net|edu|gov|co|uk|ie|au|in|nz|ca|ng))+|(?:[a-z0-9]+(?:{sign}[a-z0-9]+){{1,4}}|[a-z]+[0-9]+)\s+at\s+(?:{PROVIDERS}))\b"
    ))
});

const PROVIDERS: &str = "gmail|googlemail|hotmail|yahoo|outlook|icloud|aol|btinternet|protonmail";

/// What announces an address and is no part of it.
const BEFORE: &str = " it s is its it's me my to at on email mail e-mail address that that's the a i i'm im send write use and so or yeah yes work look ";

/// Whether a text may hold a spoken address.
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| compile(&format!(r"(?i)\sdot\s|\sat\s+(?:{PROVIDERS})\b")));

/// As it is hidden from machines: `m_anna (at) example.org`.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b([a-z0-9][a-z0-9._%+-]*\s?[(\[]at[)\]]\s?[a-z0-9-]+(?:\s?(?:\.|[(\[]dot[)\]])\s?[a-z0-9-]+)*(?:\.|\s?[(\[]dot[)\]]\s?)[a-z]{2,24})\b",
    )
});

static AT: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)[(\[]at[)\]]"));

/// The digits of numbers as words and in figures; one that stands double counts twice.
fn digits(words: &str) -> Vec<u8> {
    const WORDS: [&str; 10] = ["oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let lower = words.to_lowercase();
    let mut digits = Vec::new();
    let mut times = 1;
    for word in lower.split(|c: char| !c.is_alphanumeric()) {
        match word {
            "double" => times = 2,
            "triple" | "treble" => times = 3,
            "hundred" => digits.extend([0, 0]),
            _ if word.starts_with(|c: char| c.is_ascii_digit()) => digits.extend(super::digits::values(word)),
            _ => {
                let zero = matches!(word, "o" | "zero" | "nought").then_some(0);
                let digit = zero.or_else(|| WORDS.iter().position(|digit| *digit == word));
                digits.extend(digit.into_iter().flat_map(|digit| std::iter::repeat_n(digit as u8, times)));
                times = if digit.is_some() { 1 } else { times };
            }
        }
    }
    digits
}

/// Seven digits as words, or nine with figures among them that begin as numbers do. Counting aloud is no number.
fn is_number(words: &str) -> bool {
    let digits = digits(words);
    let mixed = words.bytes().any(|byte| byte.is_ascii_digit());
    let counted = digits.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < 2).count();
    let hundreds = words.to_ascii_lowercase().matches("hundred").count() > 2;
    let spoken = words.bytes().any(|byte| byte.is_ascii_alphabetic());
    let begins = digits.first() == Some(&0) || words.to_ascii_lowercase().contains("double");
    let different = (0..10).filter(|digit| digits.contains(digit)).count();
    spoken
        && !hundreds
        && different > 2
        && (begins || counted * 4 < (digits.len() - 1) * 3)
        && digits.len() >= if mixed { 9 } else { 7 }
        && (begins || !mixed)
}

/// A spoken address without the words that announce it.
fn address(found: &str) -> &str {
    let mut rest = found;
    while let Some((word, after)) = rest.split_once(char::is_whitespace) {
        if !is_in(BEFORE, &word.to_lowercase()) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    if SPOKEN.is_match(text) {
        for found in EMAIL.find_iter(text) {
            let address = address(found.as_str());
            if address.to_ascii_lowercase().contains(" at ") {
                hits.push(Hit { kind: Kind::Email, bytes: found.end() - address.len()..found.end() });
            }
        }
    }
    if AT.is_match(text) {
        add_all(&HIDDEN, Kind::Email, text, hits);
    }
    let found = DIGITS.find_iter(text).filter(|found| is_number(found.as_str()));
    hits.extend(found.map(|found| Hit { kind: Kind::Phone, bytes: found.range() }));
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finds, finds_nothing};

    #[test]
    fn as_it_is_spoken() {
        finds(
            "phone",
            "It's oh seven seven double oh nine one two three, ring after six.",
            "oh seven seven double oh nine one two three",
        );
        finds(
            "phone",
            "My number is oh seven seven double-o, nine hundred, one two three.",
            "oh seven seven double-o, nine hundred, one two three",
        );
        finds("email", "That's anna dot smith at example dot com.", "anna dot smith at example dot com");
        finds("email", "Write to m_anna (at) example.org, she said.", "m_anna (at) example.org");
        finds_nothing("Breathe: one, two, three, four, five, six, seven, eight.");
        finds_nothing(
            "One hundred, two hundred, three hundred, four hundred, five hundred, six hundred, seven hundred.",
        );
        finds_nothing("It was seven or eight, maybe nine.");
        finds_nothing("Oh oh oh oh oh oh oh no. Zero one zero one zero one zero. I look at gmail dot com.");
        finds_nothing("Nine, eight, seven, six, five, four, three. One one two two three three four four.");
        finds_nothing("One 12, two 14, three 15, four 18. At gmail it just bounced, dot com bubble stuff.");
        finds_nothing(
            "I look at it, dot by dot. I am at gmail all day. Seven seven double three, four five.",
        );
        for number in [
            "four one five five five five oh one three two",
            "OH SEVEN SEVEN DOUBLE OH NINE ONE TWO THREE FOUR FIVE",
            "07 7 double 0 900 123",
            "oh 7 7 double 0 9 double 0 1 2 3",
            "oh seven seven oh oh, er, nine double oh one two three",
            "six one six, two two three, four five oh one",
        ] {
            finds("phone", &format!("My cell is {number}."), number);
        }
        for address in [
            "john underscore smith at gmail dot com",
            "john smith at gmail dot com",
            "j smith 84 at yahoo dot com",
            "john dot smith at gmail",
            "smithy84 at hotmail",
            "JOHN DOT SMITH AT GMAIL DOT COM",
            "keisha underscore b at hotmail dot co dot uk",
            "j.smith [at] nhs [dot] net",
        ] {
            finds("email", &format!("My email is {address}, all small."), address);
        }
    }
}
