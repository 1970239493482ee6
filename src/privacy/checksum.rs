//! The check digits of official numbers.

/// Luhn (ISO/IEC 7812-1): payment cards, Canadian SIN.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let digit = u32::from(digit) * if place % 2 == 1 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&digit| digit > 0)
}

/// Weighted sum of the first digits.
fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum()
}

/// NHS and CHI number: weights 10 to 2, check digit 11 less the remainder of 11 (NHS Data Dictionary).
pub(super) fn nhs(digits: &[u8]) -> bool {
    let [.., check] = digits else { return false };
    let rest = 11 - weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    digits.len() == 10 && rest != 10 && rest % 11 == u32::from(*check) && !same(digits)
}

fn same(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}

/// IBAN: moved by four places, letters as numbers from 10, remainder 1 of 97 (ISO 13616); length by country.
pub(super) fn iban(text: &str) -> bool {
    let signs: Vec<u8> =
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()).collect();
    if !(15..=34).contains(&signs.len()) {
        return false;
    }
    let moved = signs[4..].iter().chain(&signs[..4]);
    let rest = moved.fold(0_u32, |rest, &sign| {
        let value = if sign.is_ascii_digit() { u32::from(sign - b'0') } else { u32::from(sign - b'A') + 10 };
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    rest == 1
}

/// Irish PPS number: weights 8 to 2, and 9 for the second letter (A is 1); the check letter is the remainder of 23, W for 0.
pub(super) fn pps(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((digits, letters)) = bytes.split_at_checked(7) else { return false };
    let digits: Vec<u8> = digits.iter().map(|byte| byte.wrapping_sub(b'0')).collect();
    let second = match letters.get(1) {
        Some(b'W' | b'w') | None => 0,
        Some(letter) => u32::from(letter.to_ascii_uppercase().wrapping_sub(b'A')) + 1,
    };
    let rest = (weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23;
    let wanted = if rest == 0 { b'W' } else { b'A' + rest as u8 - 1 };
    letters.first().is_some_and(|letter| letter.to_ascii_uppercase() == wanted)
}

/// Verhoeff: Indian Aadhaar.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    // The dihedral group of order ten, and the permutation that its author chose (Verhoeff 1969).
    let multiply = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let check = digits.iter().rev().enumerate().fold(0, |check, (place, &digit)| {
        let turned = (0..place % 8).fold(digit, |digit, _| PERMUTATION[usize::from(digit % 10)]);
        multiply(check, turned)
    });
    check == 0
}

/// Australian tax file number of eight or nine digits.
pub(super) fn tax_file(digits: &[u8]) -> bool {
    let weights: &[u32] =
        if digits.len() == 8 { &[10, 7, 8, 4, 6, 3, 5, 1] } else { &[1, 4, 3, 7, 5, 8, 6, 9, 10] };
    digits.len() == weights.len() && weighted(digits, weights).is_multiple_of(11)
}

/// Australian Medicare card: ten digits, with or without the number on the card.
pub(super) fn medicare(digits: &[u8]) -> bool {
    matches!(digits.len(), 10 | 11)
        && matches!(digits[0], 2..=6)
        && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == u32::from(digits[8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect()
    }

    /// Numbers that the issuers publish as examples, and the same with one digit changed.
    #[test]
    fn published_examples() {
        for card in ["4111 1111 1111 1111", "5500 0000 0000 0004", "3782 822463 10005"] {
            assert!(luhn(&digits(card)), "{card}");
        }
        assert!(!luhn(&digits("4111 1111 1111 1112")) && !luhn(&digits("0000 0000 0000 0000")));
        assert!(luhn(&digits("046 454 286")));
        for number in ["943 476 5919", "9434765870", "401 023 2137"] {
            assert!(nhs(&digits(number)), "{number}");
        }
        assert!(!nhs(&digits("943 476 5918")) && !nhs(&digits("111 111 1111")));
        for account in
            ["GB82 WEST 1234 5698 7654 32", "IE29 AIBK 9311 5212 3456 78", "DE89 3704 0044 0532 0130 00"]
        {
            assert!(iban(account), "{account}");
        }
        assert!(!iban("GB82 WEST 1234 5698 7654 33"));
        assert!(pps("1234567T") && pps("1234567FA") && !pps("1234567A"));
        assert!(verhoeff(&digits("2363")) && !verhoeff(&digits("2364")));
        assert!(tax_file(&digits("123 456 782")) && !tax_file(&digits("123 456 789")));
        assert!(medicare(&digits("2123 45670 1")) && !medicare(&digits("2123 45671 1")));
    }
}
