//! What is known of a word: whether it is a first name, a word, or both.
//!
//! `sure.txt`, `word.txt` and `cue.txt` hold first names of people born in the US since 1930 (Social Security
//! Administration, in the public domain) and some of the British Isles, India, Nigeria and Poland; `common.txt` holds
//! words of the project's written sessions. `scripts/first_names.py` makes them.

use crate::transcript::MONTHS;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a word with a capital may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A name wherever it stands.
    Sure,
    /// A name or a word; a name inside a sentence.
    Word,
    /// A name behind a cue, else a word or a place.
    Cue,
    /// A word that is no first name.
    Common,
    /// Not in any list.
    Unknown,
}

static CLASSES: LazyLock<HashMap<&'static str, Class>> = LazyLock::new(|| {
    let lists = [
        (include_str!("common.txt"), Class::Common),
        (include_str!("sure.txt"), Class::Sure),
        (include_str!("word.txt"), Class::Word),
        (include_str!("cue.txt"), Class::Cue),
    ];
    let words = |(list, class): (&'static str, Class)| {
        let lines = list.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_ascii_whitespace).map(move |word| (word, class))
    };
    lists.into_iter().flat_map(words).collect()
});

/// The class of a word in small letters.
pub(crate) fn class(lower: &str) -> Class {
    CLASSES.get(lower).copied().unwrap_or_else(|| {
        if lower.is_ascii() {
            Class::Unknown
        } else {
            CLASSES.get(plain(lower).as_str()).copied().unwrap_or(Class::Unknown)
        }
    })
}

/// Without the accents of the languages whose names the lists hold in plain letters.
pub(crate) fn plain(lower: &str) -> String {
    let letter = |c| match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' | 'ā' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ẹ' | 'ē' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ī' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'ọ' | 'ō' => 'o',
        'ś' | 'š' | 'ṣ' => 's',
        'ú' | 'ù' | 'û' | 'ü' | 'ū' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    };
    // Marks that stand on their own.
    lower.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).map(letter).collect()
}

/// Whether a word in small letters is one of a list, in which each stands between blanks.
pub(crate) fn is_in(list: &str, lower: &str) -> bool {
    list.contains(&format!(" {lower} "))
}

/// Days, months and feasts, which stand with a capital behind many cues.
pub(crate) fn is_calendar(lower: &str) -> bool {
    const DAYS_AND_FEASTS: [&str; 24] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "christmas",
        "easter",
        "ramadan",
        "eid",
        "diwali",
        "halloween",
        "thanksgiving",
        "xmas",
        "lent",
        "passover",
        "hanukkah",
        "spring",
        "summer",
        "autumn",
        "fall",
        "winter",
        "mondays",
    ];
    MONTHS.contains(&lower)
        || DAYS_AND_FEASTS.contains(&lower)
        || lower.len() > 5 && lower.ends_with("days") && DAYS_AND_FEASTS.contains(&&lower[..lower.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (word, expected) in [
            ("anna", Class::Sure),
            ("tunde", Class::Sure),
            ("will", Class::Word),
            ("grace", Class::Word),
            ("may", Class::Cue),
            ("said", Class::Cue),
            ("because", Class::Common),
            ("okonkwo", Class::Unknown),
        ] {
            assert_eq!(class(word), expected, "{word}");
        }
        assert!(is_calendar("tuesdays") && is_calendar("may") && !is_calendar("anna"));
    }
}
