//! Payment cards and bank accounts.

use super::{Cue, Hit, add_all, any_of, checksum, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

/// Thirteen to nineteen digits in the groups that cards have, or in none.
static CARD: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"\b[2-6]\d{3}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,7})\b|\b3[0-9]{3}[ -]?\d{6}[ -]?\d{4,5}\b")
});

static IBAN: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?i)\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?\b"));

/// Account numbers have no check digit that everybody knows: a cue has to stand before them.
const ACCOUNTS: &[Cue] = &[
    (r"sort code", "The sort code is 20-45-45."),
    (r"account (?:number|no\.?)", "My account number is 31510604."),
    (r"(?:bank|building society) account", "It's bank account 31510604, the joint one."),
    (r"routing (?:number|no\.?)", "The routing number was 021000021."),
    (r"\bbsb", "The BSB is 062-000."),
];

static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i){}(?:\s+(?:is|was|number|no\.?|of))*[\s:#]+(\d[\d -]{{4,16}}\d)\b",
        any_of(ACCOUNTS)
    ))
});

/// Without "number", six to ten digits in one are an account's; so are eight beside a sort code.
static ACCOUNT_BARE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b(?:account|acct|acc|a/c)\.?(?:\s+(?:is|was|it's|number|num|no\.?))*[\s:#,]+(\d{6,10}(?:[-/]\d{1,4})?)\b|\bsort code(?:\s+is)?[\s:#]+\d{2}[ -]?\d{2}[ -]?\d{2}[\s,;/]+(?:and\s+)?(\d{8}|\d{4} \d{4})\b|\b(\d{8})[\s,;/]+(?:(?:and|with|the|my)\s+)*sort code",
    )
});

/// The last digits of a card.
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"(?i)\bcard(?: number)?(?:,| that's| is)? ending(?: in| with)?[\s:]+(\d{4})\b")
});

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    add_all(&ENDING, Kind::Card, text, hits);
    for found in CARD.find_iter(text) {
        if is_card(&values(found.as_str())) {
            hits.push(Hit { kind: Kind::Card, bytes: found.range() });
        }
    }
    for found in IBAN.find_iter(text) {
        // The last groups may be words of the sentence: the longest part that adds up is the number.
        let ends = found.as_str().char_indices().map(|(at, sign)| at + sign.len_utf8()).rev();
        if let Some(end) =
            ends.take_while(|&end| end >= 15).find(|&end| checksum::iban(&found.as_str()[..end]))
        {
            hits.push(Hit { kind: Kind::Bank, bytes: found.start()..found.start() + end });
        }
    }
    add_all(&ACCOUNT, Kind::Bank, text, hits);
    add_all(&ACCOUNT_BARE, Kind::Bank, text, hits);
}

/// The digits of a number, without what parts them.
pub(super) fn values(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect()
}

/// Begins like the cards of a known issuer, has as many digits, and adds up.
fn is_card(digits: &[u8]) -> bool {
    let first = |n: usize| digits.iter().take(n).fold(0_u32, |sum, &digit| sum * 10 + u32::from(digit));
    let issued = match digits.len() {
        13 | 19 => first(1) == 4,
        14 => matches!(first(2), 36 | 38 | 39) || matches!(first(3), 300..=305),
        15 => matches!(first(2), 34 | 37),
        16 => {
            first(1) == 4
                || matches!(first(2), 50..=58 | 60 | 62 | 64 | 65 | 67)
                || matches!(first(4), 2221..=2720 | 3528..=3589)
        }
        _ => false,
    };
    issued && checksum::luhn(digits)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};

    #[test]
    fn cards_and_accounts() {
        finds("card", "He read out 4111 1111 1111 1111 over the phone.", "4111 1111 1111 1111");
        finds("card", "It's 5500-0000-0000-0004, expiry next year.", "5500-0000-0000-0004");
        finds("card", "The card ending in 4242, she said.", "4242");
        finds("card", "Amex 378282246310005 was used.", "378282246310005");
        finds("bank", "Pay it into GB82 WEST 1234 5698 7654 32 please.", "GB82 WEST 1234 5698 7654 32");
        finds("bank", "IBAN IE29AIBK93115212345678 on the form.", "IE29AIBK93115212345678");
        finds("bank", "My account number is 31510604.", "31510604");
        finds("bank", "My account is 73920184.", "73920184");
        finds("bank", "Account no. 73920184, the joint one.", "73920184");
        finds("bank", "Acct: 73920184.", "73920184");
        finds("bank", "Acct #73920184-33.", "73920184-33");
        finds("bank", "It's 73920184, sort code on the card.", "73920184");
        cues("bank", super::ACCOUNTS);
        for beside in ["account 73920184", "73920184", "and 7392 0184"] {
            let text = format!("My sort code is 20-45-11, {beside}.");
            let session = super::super::tests::session(&[&text]);
            let found: Vec<_> =
                super::super::find(&session).iter().map(|find| find.words(&session).to_owned()).collect();
            assert_eq!(
                found,
                ["20-45-11", beside.trim_start_matches(|c: char| !c.is_ascii_digit())],
                "{text}"
            );
        }
    }

    #[test]
    fn no_cards_and_accounts() {
        for text in [
            "The ticket said 4111 1111 1111 1112 on it.",
            "Scores were 21 18 15 12 11 10 9 8 in that order.",
            "I have a bank account since 2004.",
            "On account of the 3 of them.",
            "On account of 200000 people. Take into account 12 things. My account of 2019 2020.",
        ] {
            finds_nothing(text);
        }
    }
}
