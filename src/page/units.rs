//! The units of a session as a short string: a report holds hundreds of thousands of them.
//!
//! Units differ only in who speaks and in their codes, and few of the possible pairs occur. Each pair that does is
//! numbered; a strip is the numbers of its units in base 64, two or three characters each.

use crate::codebook::{Code, CodeSet};
use serde::Serialize;
use std::collections::HashMap;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Characters of a number while strips grow; enough for every pair that a run can have.
const DRAFT: usize = 4;

/// The pairs of speaker and codes met so far.
#[derive(Debug, Default)]
pub struct Kinds {
    numbers: HashMap<(String, u16), usize>,
    met: Vec<(String, u16)>,
}

impl Kinds {
    /// Adds a unit to a strip.
    pub fn add(&mut self, speaker: &str, codes: CodeSet, strip: &mut String) {
        let bits = codes.iter().fold(0, |bits, code: Code| bits | 1 << code as u16);
        let kind = (speaker.to_owned(), bits);
        let number = *self.numbers.entry(kind).or_insert_with_key(|kind| {
            self.met.push(kind.clone());
            self.met.len() - 1
        });
        for place in (0..DRAFT).rev() {
            strip.push(char::from(DIGITS[(number >> (6 * place)) & 63]));
        }
    }

    /// The pairs by number, and the characters per unit after each strip was cut to as few as are needed.
    pub fn finish<'a>(self, strips: impl Iterator<Item = &'a mut String>) -> (Vec<(String, u16)>, usize) {
        let width = (1..DRAFT).find(|width| self.met.len() <= 1 << (6 * width)).unwrap_or(DRAFT);
        for strip in strips {
            *strip = strip
                .bytes()
                .enumerate()
                .filter(|(at, _)| at % DRAFT >= DRAFT - width)
                .map(|(_, digit)| char::from(digit))
                .collect();
        }
        (self.met, width)
    }
}

/// The ids of the units of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Ids {
    /// Running numbers from this one.
    From(u32),
    /// As they are.
    All(Vec<String>),
}

impl Ids {
    /// The shorter of the two ways to say these ids.
    #[must_use]
    pub fn of(ids: Vec<String>) -> Ids {
        let first = ids.first().and_then(|id| id.parse::<u32>().ok());
        match first {
            Some(first) if ids.iter().zip(u64::from(first)..).all(|(id, n)| *id == n.to_string()) => {
                Ids::From(first)
            }
            _ => Ids::All(ids),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_are_as_short_as_they_can_be() {
        let mut kinds = Kinds::default();
        let mut strip = String::new();
        kinds.add("client", "emotional".parse().unwrap(), &mut strip);
        kinds.add("therapist", CodeSet::EMPTY, &mut strip);
        kinds.add("client", "emotional".parse().unwrap(), &mut strip);
        let (met, width) = kinds.finish([&mut strip].into_iter());
        assert_eq!((strip.as_str(), width), ("ABA", 1));
        assert_eq!(met, [("client".to_owned(), 1), ("therapist".to_owned(), 0)]);

        let mut many = Kinds::default();
        let mut strip = String::new();
        (0..65).for_each(|n| many.add(&format!("client {n}"), CodeSet::EMPTY, &mut strip));
        let (_, width) = many.finish([&mut strip].into_iter());
        assert_eq!((width, strip.len(), &strip[126..]), (2, 130, "A_BA"));
    }

    #[test]
    fn running_numbers_are_said_in_one() {
        let ids = |ids: &[&str]| Ids::of(ids.iter().map(|&id| id.to_owned()).collect());
        assert_eq!(ids(&["7", "8", "9"]), Ids::From(7));
        assert_eq!(ids(&["007", "8"]), Ids::All(vec!["007".to_owned(), "8".to_owned()]));
        assert_eq!(ids(&["1", "3"]), Ids::All(vec!["1".to_owned(), "3".to_owned()]));
        assert_eq!(ids(&["4294967295", "4294967296"]), Ids::From(u32::MAX));
    }
}
