//! Finds replaced by placeholders of their kind. The same person has the same placeholder within a session.

use crate::finding::{Field, Find, Kind, Searched};
use crate::transcript::Session;

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
    let replacements: Vec<Option<String>> =
        finds.iter().map(|find| cast.placeholder(find, &session)).collect();
    // From the last to the first, so that earlier spans stay where they are.
    for (find, replacement) in finds.iter().zip(replacements).rev() {
        if let (Field::Text(unit), Some(replacement)) = (find.field, replacement)
            && let Some(unit) = session.units.get_mut(unit)
            && unit.text.get(find.bytes.clone()).is_some()
        {
            unit.text.replace_range(find.bytes.clone(), &replacement);
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
struct Cast {
    /// What was met, with its kind's stem and its number.
    met: Vec<(&'static str, Identity, usize)>,
    /// Numbers that the input uses, by stem.
    used: Vec<(&'static str, usize)>,
}

/// What makes two finds the same.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Identity {
    /// Parts of a name in small letters, and the title before it.
    Person { parts: Vec<String>, title: Option<&'static str> },
    /// Letters and digits of anything else.
    Thing(String),
}

impl Cast {
    fn of(session: &Session) -> Cast {
        let mut used = Vec::new();
        let texts = || session.units.iter().map(|unit| unit.text.as_str()).filter(|text| text.contains('['));
        for kind in Kind::ALL {
            let stem = stem(kind);
            for text in texts() {
                for (at, found) in text.match_indices('[') {
                    let Some(rest) = text[at + found.len()..].strip_prefix(stem) else { continue };
                    let number = match rest.strip_prefix(['_', ' ']).unwrap_or(rest).split_once(']') {
                        Some(("", _)) => Some(1),
                        Some((number, _)) => number.parse().ok(),
                        None => None,
                    };
                    used.extend(number.map(|number| (stem, number)));
                }
            }
        }
        Cast { met: Vec::new(), used }
    }

    fn placeholder(&mut self, find: &Find, session: &Session) -> Option<String> {
        let Field::Text(_) = find.field else { return None };
        let stem = stem(find.kind);
        let identity = Identity::of(find, session);
        let known = self.met.iter_mut().find(|(other, known, _)| *other == stem && known.is_same(&identity));
        let number = if let Some((_, known, number)) = known {
            known.add(identity);
            *number
        } else {
            let taken = |number| {
                self.used.contains(&(stem, number))
                    || self.met.iter().any(|(other, _, n)| *other == stem && *n == number)
            };
            let number = (1..).find(|&number| !taken(number))?;
            self.met.push((stem, identity, number));
            number
        };
        Some(if number == 1 { format!("[{stem}]") } else { format!("[{stem}_{number}]") })
    }
}

impl Identity {
    fn of(find: &Find, session: &Session) -> Identity {
        let words = find.words(session);
        if find.kind != Kind::Name {
            let sign = |c: char| c.is_alphanumeric().then(|| c.to_lowercase()).into_iter().flatten();
            return Identity::Thing(words.chars().flat_map(sign).collect());
        }
        let parts =
            words.split([' ', '\u{a0}', '.']).filter(|part| part.chars().count() > 1).map(str::to_lowercase);
        Identity::Person { parts: parts.collect(), title: title(&find.field.of(session)[..find.bytes.start]) }
    }

    /// Whether one name is part of the other, and no title speaks against it: "Anna" and "Anna Smith", not "Mr Smith" and
    /// "Mrs Smith".
    fn is_same(&self, other: &Identity) -> bool {
        match (self, other) {
            (Identity::Thing(one), Identity::Thing(two)) => one == two,
            (Identity::Person { parts: one, title: a }, Identity::Person { parts: two, title: b }) => {
                let part_of = |few: &[String], many: &[String]| {
                    !few.is_empty() && few.iter().all(|part| many.contains(part))
                };
                let contrary = matches!((a, b), (Some(a), Some(b)) if a != b && *a != "dr" && *b != "dr");
                !contrary && (part_of(one, two) || part_of(two, one))
            }
            _ => false,
        }
    }

    /// Learns what another find of the same person says.
    fn add(&mut self, other: Identity) {
        if let (Identity::Person { parts, title }, Identity::Person { parts: more, title: said }) =
            (self, other)
        {
            *title = title.or(said);
            more.into_iter().for_each(|part| {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            });
        }
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
            ]),
            [
                "[NAME] rang, and [NAME_2] too. [NAME]'s fine.",
                "[NAME]. Mrs [NAME], I mean, not Mr [NAME_3].",
                "Ring [PHONE] or [PHONE], not [PHONE_2].",
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
