//! Numbers and addresses as they are spoken: "oh seven seven double oh", "anna at example dot com".

use super::{Hit, add_all, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

/// Seven spoken digits or more. Counting aloud is no number: what begins like it is left out.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    let digit = r"(?:(?:double|triple|treble)[\s-]+)?(?:oh|o|zero|nought|one|two|three|four|five|six|seven|eight|nine)(?:\s+hundred)?";
    compile(&format!(r"(?i)\b{digit}(?:[\s,-]+{digit}){{6,}}\b"))
});

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b([a-z0-9]+(?:(?:\s+dot\s+|[._-])[a-z0-9]+){0,3}\s+at\s+[a-z0-9-]+(?:\s+dot\s+(?:com|org|net|edu|gov|co|uk|ie|au|in|nz|ca|ng))+)\b",
    )
});

/// As it is hidden from machines: `m_anna (at) example.org`.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b([a-z0-9][a-z0-9._%+-]*\s?\(at\)\s?[a-z0-9-]+(?:\s?(?:\.|\(dot\))\s?[a-z0-9-]+)*(?:\.|\(dot\)\s?)[a-z]{2,24})\b",
    )
});

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    if text.contains(" dot ") {
        add_all(&EMAIL, Kind::Email, text, hits);
    }
    if text.contains("(at)") || text.contains("(AT)") {
        add_all(&HIDDEN, Kind::Email, text, hits);
    }
    if text.contains("seven")
        || text.contains("eight")
        || text.contains("nine")
        || text.contains("double")
        || text.contains("zero")
    {
        let counted = |words: &str| {
            let words = words.to_lowercase().replace([',', '-'], "");
            ["one two three", "three two one", "two three four", "one hundred two hundred"]
                .iter()
                .any(|count| words.starts_with(count))
        };
        let found = DIGITS.find_iter(text).filter(|found| !counted(found.as_str()));
        hits.extend(found.map(|found| Hit { kind: Kind::Phone, bytes: found.range() }));
    }
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
    }
}
