//! Finds replaced by placeholders of their kind. The same person has the same placeholder within a session.

use super::names::lists::plain;
use crate::finding::{Field, Find, Kind, Searched};
use crate::transcript::Session;
use std::collections::{HashMap, HashSet};

/// What stands in the place of a find of this kind, without number and brackets.
const fn stem(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "EMAIL",
        Kind::Url => "URL",
        Kind::Ip => "IP",
        Kind::Card => "CARD",
        Kind::Bank => "ACCOUNT",
        Kind::Record => "RECORD",
        Kind::Nhs | Kind::SocialSecurity | Kind::NationalId => "ID",
        Kind::BirthDate | Kind::Date => "DATE",
        Kind::Phone => "PHONE",
        Kind::Address => "ADDRESS",
        Kind::Postcode => "POSTCODE",
        Kind::Age => "AGE",
        Kind::Organisation => "ORGANISATION",
        Kind::Place => "PLACE",
        Kind::Name => "NAME",
        Kind::Handle => "HANDLE",
    }
}

/// The session with every find in its text replaced: `[NAME]` for the first person met, `[NAME_2]` for the second, and
/// so for all kinds. Numbers that placeholders of the input already use are left out. Labels and identifiers stay.
#[must_use]
pub fn redact(searched: Searched) -> Session {
    let Searched { mut session, finds } = searched;
    if finds.is_empty() {
        return session;
    }
    let mut cast = Cast::of(&session);
    let mut finds = finds.into_iter().peekable();
    for index in 0..session.units.len() {
        let mut text = String::new();
        let mut at = 0;
        while let Some(find) = finds.next_if(|find| find.field == Field::Text(index)) {
            let said = &session.units[index].text;
            let Some(between) = said.get(at..find.bytes.start) else { continue };
            text.push_str(between);
            text.push_str(&cast.placeholder(&find, &session));
            at = find.bytes.end;
        }
        if at > 0 {
            text.push_str(session.units[index].text.get(at..).unwrap_or_default());
            session.units[index].text = text;
        }
    }
    session
}

/// Replaces what is found in a text on its own, as in an option that names a person.
#[must_use]
pub fn redact_text(text: &str) -> String {
    if super::names::label(text).is_empty() { text.to_owned() } else { "[NAME]".to_owned() }
}

/// Who has which placeholder.
#[derive(Default)]
struct Cast {
    /// Numbers of everything but people, by stem and letters.
    things: HashMap<(&'static str, String), usize>,
    people: Vec<(Person, usize)>,
    /// People by the parts of their names.
    by_part: HashMap<String, Vec<usize>>,
    /// Numbers that the input uses, by stem.
    used: HashSet<(&'static str, usize)>,
    /// The last number given, by stem.
    last: HashMap<&'static str, usize>,
}

/// Somebody with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Person {
    /// Parts of the name in small letters without accents: "Siobhan" is "Siobhán".
    parts: Vec<String>,
    /// The title before it, as far as it tells people apart.
    title: Option<&'static str>,
}

impl Cast {
    fn of(session: &Session) -> Cast {
        let mut cast = Cast::default();
        for text in session.units.iter().map(|unit| unit.text.as_str()) {
            for (at, found) in text.match_indices('[') {
                let rest = &text[at + found.len()..];
                let Some(stem) = Kind::ALL.into_iter().map(stem).find(|stem| rest.starts_with(stem)) else {
                    continue;
                };
                let number = match rest[stem.len()..].split_once(']') {
                    Some(("", _)) => Some(1),
                    Some((number, _)) => number.trim_start_matches(['_', ' ']).parse().ok(),
                    None => None,
                };
                cast.used.extend(number.map(|number| (stem, number)));
            }
        }
        cast
    }

    fn placeholder(&mut self, find: &Find, session: &Session) -> String {
        let stem = stem(find.kind);
        let number = if find.kind == Kind::Name {
            self.person(Person::of(find, session))
        } else {
            let small = find
                .words(session)
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect();
            let key = (stem, small);
            if let Some(&number) = self.things.get(&key) {
                number
            } else {
                let number = self.next(stem);
                self.things.insert(key, number);
                number
            }
        };
        if number == 1 { format!("[{stem}]") } else { format!("[{stem}_{number}]") }
    }

    /// The next number that neither we nor the input have given.
    fn next(&mut self, stem: &'static str) -> usize {
        let last = self.last.entry(stem).or_insert(0);
        *last += 1;
        while self.used.contains(&(stem, *last)) {
            *last += 1;
        }
        *last
    }

    /// The number of a person, who is somebody met before if a name is part of the other.
    fn person(&mut self, person: Person) -> usize {
        let candidates = person.parts.iter().filter_map(|part| self.by_part.get(part)).flatten();
        let known = candidates.copied().filter(|&index| self.people[index].0.is_same(&person)).min();
        let index = known.unwrap_or_else(|| {
            let number = self.next(stem(Kind::Name));
            self.people.push((Person { parts: Vec::new(), title: None }, number));
            self.people.len() - 1
        });
        let (met, number) = &mut self.people[index];
        met.title = met.title.or(person.title);
        for part in person.parts {
            if !met.parts.contains(&part) {
                self.by_part.entry(part.clone()).or_default().push(index);
                met.parts.push(part);
            }
        }
        *number
    }
}

impl Person {
    fn of(find: &Find, session: &Session) -> Person {
        let words = find.words(session);
        let parts = words
            .split([' ', '\u{a0}', '.', '-', '\u{2010}', '\u{2011}'])
            .map(|part| part.replace(['\'', '\u{2018}', '\u{2019}', '\u{ad}'], ""))
            .filter(|part| part.chars().count() > 1)
            .map(|part| plain(&part.to_lowercase()));
        let before = find.field.of(session).get(..find.bytes.start).unwrap_or_default();
        Person { parts: parts.collect(), title: title(before) }
    }

    /// Whether one name is part of the other, and no title speaks against it: "Anna" and "Anna Smith", not "Mr Smith" and
    /// "Mrs Smith".
    fn is_same(&self, other: &Person) -> bool {
        let part_of = |few: &Person, many: &Person| few.parts.iter().all(|part| many.parts.contains(part));
        let contrary =
            matches!((self.title, other.title), (Some(a), Some(b)) if a != b && a != "dr" && b != "dr");
        !contrary && (part_of(self, other) || part_of(other, self))
    }
}

/// The title before a name, as far as it tells people apart.
fn title(before: &str) -> Option<&'static str> {
    let word =
        before.trim_end_matches([' ', '.']).rsplit(|c: char| !c.is_alphabetic()).next()?.to_lowercase();
    match word.as_str() {
        "mr" | "mister" | "sir" | "father" | "uncle" | "brother" => Some("mr"),
        "mrs" | "ms" | "miss" | "mx" | "madam" | "auntie" | "aunt" | "sister" => Some("mrs"),
        "dr" | "doctor" | "prof" | "professor" | "nurse" => Some("dr"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{find, tests::session};
    use super::*;

    fn redacted(texts: &[&str]) -> Vec<String> {
        let session = session(texts);
        let finds = find(&session);
        redact(Searched { session, finds }).units.into_iter().map(|unit| unit.text).collect()
    }

    #[test]
    fn one_person_one_placeholder() {
        assert_eq!(
            redacted(&[
                "Anna rang, and Darren too. Anna's fine.",
                "Anna Okonkwo. Mrs Okonkwo, I mean, not Mr Okonkwo.",
                "Ring 07700 900123 or 07700900123, not 07700 900124.",
                "Hello, Siobhan. It says Siobhán on the letter.",
                "A letter from Okonkwo, in Lagos.",
                "Dr O'Neill came. Then Dr O’Neill left. Anne-Marie rang, then Anne Marie.",
            ]),
            [
                "[NAME] rang, and [NAME_2] too. [NAME]'s fine.",
                "[NAME]. Mrs [NAME], I mean, not Mr [NAME_3].",
                "Ring [PHONE] or [PHONE], not [PHONE_2].",
                "Hello, [NAME_4]. It says [NAME_4] on the letter.",
                "A letter from [NAME], in [PLACE].",
                "Dr [NAME_5] came. Then Dr [NAME_5] left. [NAME_6] rang, then [NAME_6].",
            ]
        );
    }

    #[test]
    fn placeholders_of_the_input_stay_and_keep_their_numbers() {
        assert_eq!(redacted(&["[NAME] and Darren, and XXXX."]), ["[NAME] and [NAME_2], and XXXX."]);
        assert_eq!(redacted(&["[NAME_2] and Darren and Priya."]), ["[NAME_2] and [NAME] and [NAME_3]."]);
    }

    #[test]
    fn what_is_redacted_is_found_no_more() {
        let once =
            redacted(&["I'm Darren Pike, born 4 May 1990, of 14 Rose Street, LS6 3HN; darren@example.com."]);
        assert_eq!(once, ["I'm [NAME], born [DATE], of [ADDRESS], [POSTCODE]; [EMAIL]."]);
        assert!(find(&session(&[&once[0]])).is_empty());
    }
}
