//! Who is who: role words, names given with `--therapist`, and refusal instead of guessing.
//!
//! Understood without help, in any case, with an optional number (`T1`, `Client 2`):
//! - therapist: `therapist th ther t counsellor counselor psychotherapist psychologist clinician doctor
//!   practitioner interviewer`
//! - client: `client cl ct c patient pt p interviewee`
//!
//! Every therapist is the therapist, whatever the number; clients keep theirs, unless the numbers count the turns of a
//! text (`T1 C1 T2 C2 …`). A role word may say more than that ([`tagged`]): `client_k7` and `Client B` are clients,
//! numbered like names, `Client (crying)` is the client. `C` and `P` in one session
//! may be counsellor and patient as well as two clients, so that is refused until `--therapist` decides.
//! With `--therapist NAME` every other name is a client, numbered by first appearance, beginning with the
//! lowest number no role word of the session has taken.

use super::marks::bare;
use crate::transcript::Speaker;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

const THERAPIST: [&str; 11] = [
    "therapist",
    "th",
    "ther",
    "t",
    "counsellor",
    "counselor",
    "psychotherapist",
    "psychologist",
    "clinician",
    "practitioner",
    "interviewer",
];
const CLIENT: [&str; 8] = ["client", "cl", "ct", "c", "patient", "pt", "p", "interviewee"];

/// Who may sit beside a client: in brackets behind the word for one, somebody else.
const BESIDE: [&str; 18] = [
    "partner",
    "wife",
    "husband",
    "spouse",
    "mother",
    "mum",
    "mom",
    "father",
    "dad",
    "parent",
    "son",
    "daughter",
    "brother",
    "sister",
    "boyfriend",
    "girlfriend",
    "friend",
    "carer",
];

/// The reason why nobody can say who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unclear {
    Missing,
    Name,
    NobodyIsTherapist,
    ClientOrCounsellor,
    TooMany,
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unclear::Missing => "no speaker is given",
            Unclear::Name => {
                "the speaker is neither therapist nor client; say which name is the therapist, and all others are clients: \
                 --therapist NAME"
            }
            Unclear::NobodyIsTherapist => {
                "nobody in this session has a name given with --therapist; add the one used here"
            }
            Unclear::ClientOrCounsellor => {
                "C and P in one session may be two clients or counsellor and patient; \
                 say which label is the therapist: --therapist C"
            }
            Unclear::TooMany => "more than 255 clients in one session",
        })
    }
}

/// The form in which labels are compared: without what is remarked of how somebody speaks.
pub(super) fn normal(label: &str) -> String {
    whole(unremarked(label).unwrap_or(label))
}

fn whole(label: &str) -> String {
    let label = bare(label).trim_end_matches([':', '.']);
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The name in `W (crying)`, `H [softly]`, `T (to W)`, and of role words in `C, crying` and `C. (laughs)`. With another tag, or
/// one in capitals, it may be somebody else: `Speaker (male)`, `Speaker 1 (Kelly)`.
fn unremarked(label: &str) -> Option<&str> {
    const REMARKS: [&str; 13] = [
        "laughs", "laughter", "cries", "sighs", "sobs", "tearful", "quiet", "whispers", "shouts", "nods",
        "smiles", "pause", "silent",
    ];
    let label = bare(label).trim_end_matches(':');
    let bracketed = label.strip_suffix([')', ']']).and_then(|label| label.rsplit_once(['(', '[']));
    let (name, remark) = bracketed.or_else(|| label.rsplit_once(", "))?;
    let name = name.trim_end_matches([' ', '.', ',']);
    let small = remark.starts_with(char::is_lowercase) && !remark.contains(' ');
    let ends = remark.len() > 4 && (remark.ends_with("ing") || remark.ends_with("ly"));
    let manner =
        small && (ends || REMARKS.contains(&remark)) || bracketed.is_some() && remark.starts_with("to ");
    (!name.is_empty() && manner && (bracketed.is_some() || role(name).is_some())).then_some(name)
}

/// What a role word means; `None` for names.
pub(super) fn role(label: &str) -> Option<Speaker> {
    let label = whole(label);
    let word = label.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &label[word.len()..];
    let word = word.trim_end_matches([' ', '#', '-', '_']);
    let number = if number.is_empty() { Some(1) } else { number.parse::<u8>().ok().filter(|&n| n > 0) };
    if THERAPIST.contains(&word) || word == "doctor" || word == "dr" {
        number.map(|_| Speaker::Therapist)
    } else if CLIENT.contains(&word) {
        number.map(Speaker::Client)
    } else {
        None
    }
}

/// What a label says that begins with a role word and goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tagged {
    /// No more than the role word does: `Therapist (Dr M)`, `Client (crying)`.
    Role(Speaker),
    /// Which client it is: `Client [K7]`, `client_k7`, `Client A`, `Client (wife)`.
    Client,
}

fn tagged(label: &str) -> Option<Tagged> {
    const SHORTEST: usize = 5;
    if role(label).is_some() {
        return None;
    }
    // `C (crying)`, but `C (K7)` may be anything.
    if let Some(speaker) = unremarked(label).and_then(role) {
        return Some(Tagged::Role(speaker));
    }
    let label = whole(label);
    let (word, rest) = label.split_at(label.find(|c: char| !c.is_alphabetic())?);
    let speaker =
        role(word).filter(|_| word.len() >= SHORTEST && rest.starts_with([' ', '_', '-', '(', '[', '#']))?;
    let tag = rest.trim_matches(|c: char| !c.is_alphanumeric());
    let bracketed = rest.trim_start().starts_with(['(', '[']) && rest.ends_with([')', ']']);
    let code = !tag.is_empty()
        && !tag.contains(char::is_whitespace)
        && (tag.chars().count() == 1 || tag.contains(|c: char| c.is_ascii_digit()));
    match speaker {
        Speaker::Client(_) if code || bracketed && BESIDE.contains(&tag) => Some(Tagged::Client),
        _ => (code || bracketed).then_some(Tagged::Role(speaker)),
    }
}

/// Whether the label says who somebody is to a client.
pub(super) fn is_relative(label: &str) -> bool {
    BESIDE.contains(&normal(label).as_str())
}

/// Whether the label is a role word, or one that says more.
pub(super) fn says_role(label: &str) -> bool {
    role(label).is_some() || tagged(label).is_some()
}

/// The role word and the number of a label: `T`, 12 of `T12`. The number may be larger than that of any client.
pub(super) fn numbered(label: &str) -> Option<(&str, u32)> {
    let word = label.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = label[word.len()..].parse().ok()?;
    role(word).map(|_| (word.trim_end(), number))
}

/// Whether the numbers of the labels, one a turn, count the turns and not the speakers, `T1 C1 T2 C2 T3 C3`: they never go
/// down, no label comes back, and both sides have at least three.
pub(super) fn count_turns<'a>(labels: impl Iterator<Item = &'a str>) -> bool {
    let (mut last, mut sides) = (0, [BTreeSet::new(), BTreeSet::new()]);
    for label in labels {
        let Some((word, number)) = numbered(label) else { return false };
        let side = &mut sides[usize::from(role(word) == Some(Speaker::Therapist))];
        if number < last || !side.insert(number) {
            return false;
        }
        last = number;
    }
    sides.iter().all(|numbers| numbers.len() > 2)
}

/// The labels that are no role words, or what these say more, each once, in the order of their first appearance.
pub(super) fn names<'a>(labels: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: Vec<&str> = Vec::new();
    for label in labels.map(|label| unremarked(label).unwrap_or(label).trim()) {
        if !seen.contains(&label) && seen.len() < MAX_NAMES {
            seen.push(label);
        }
    }
    let others = seen.into_iter().filter(|label| !label.is_empty() && role(label).is_none());
    let named = |label: &str| {
        let tag = label.find(|c: char| !c.is_alphabetic()).filter(|_| tagged(label).is_some());
        label[tag.unwrap_or(0)..].to_owned()
    };
    others.map(named).collect()
}

/// Whether values, as those of a column that nobody called the speaker's, mostly are labels of a therapist and of a
/// client. Client labels alone are no sign: `P01` and `C2` may as well be whom a note is about.
pub(super) fn are_labels<'a>(values: impl Iterator<Item = &'a str>, therapists: &[String]) -> bool {
    let (mut filled, mut therapist, mut client) = (0, 0, 0);
    for value in values.filter(|value| !bare(value).is_empty()) {
        filled += 1;
        match role(value) {
            Some(Speaker::Client(_)) => client += 1,
            Some(_) => therapist += 1,
            None => therapist += usize::from(is_named(value, therapists)),
        }
    }
    therapist > 0 && client > 0 && 2 * (therapist + client) > filled
}

/// More names than a session has speakers: a table whose speaker column holds something else costs no time.
const MAX_NAMES: usize = 255;

/// Whether the label is one of the names given with `--therapist`.
pub(super) fn is_named(label: &str, therapists: &[String]) -> bool {
    let label = normal(label);
    !label.is_empty() && therapists.iter().any(|name| normal(name) == label)
}

/// What the stretches of a session so far have settled. It is kept for every session of a table, so labels
/// are kept as hashes.
#[derive(Debug, Clone, Default)]
pub(super) struct Cast {
    therapist: bool,
    /// Whether `C` and `P` have been met as labels.
    letters: [bool; 2],
    /// Clients by the hashes of their normal labels; only kept with `--therapist` and beside [`Tagged::Client`], for else a label
    /// means the same everywhere.
    clients: Vec<(u64, u8)>,
}

impl Cast {
    fn client(&self, normal: &str) -> Option<Speaker> {
        let hash = hash(normal);
        self.clients.iter().find(|(known, _)| *known == hash).map(|&(_, n)| Speaker::Client(n))
    }

    fn keep(&mut self, normal: &str, n: u8) {
        if self.client(normal).is_none() {
            self.clients.push((hash(normal), n));
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Gives the labels of one session, in order, their speakers. `cast` is what its earlier stretches have
/// settled, and then what this one has as well.
pub(super) fn assign<'a>(
    labels: impl Iterator<Item = &'a str> + Clone,
    therapists: &[String],
    cast: &mut Cast,
) -> Vec<Result<Speaker, Unclear>> {
    let mut known: BTreeMap<&str, Result<Speaker, Unclear>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for label in labels.clone() {
        known.entry(label).or_insert_with(|| {
            order.push(label);
            Err(Unclear::Name)
        });
    }
    for (letter, met) in ["c", "p"].into_iter().zip(&mut cast.letters) {
        *met |= order.iter().any(|label| normal(label) == letter && !is_named(label, therapists));
    }
    let both = cast.letters == [true; 2];
    let several = order.iter().any(|label| tagged(label) == Some(Tagged::Client));
    let (mut names, mut clients): (Vec<&str>, Vec<&str>) = Default::default();
    for &label in &order {
        let normal = normal(label);
        let unclear = both && matches!(normal.as_str(), "c" | "p");
        let result = if bare(label).is_empty() {
            Err(Unclear::Missing)
        } else if is_named(label, therapists) {
            Ok(Speaker::Therapist)
        } else if let Some(client) = cast.client(&normal) {
            Ok(client)
        } else if unclear && therapists.is_empty() {
            Err(Unclear::ClientOrCounsellor)
        } else if let Some(speaker) = role(label).filter(|_| !unclear) {
            if let (Speaker::Client(n), true) = (speaker, several || !therapists.is_empty()) {
                cast.keep(&normal, n);
            }
            Ok(speaker)
        } else {
            match tagged(label) {
                Some(Tagged::Role(speaker)) => Ok(speaker),
                // Who of several they are is numbered below.
                Some(Tagged::Client) => {
                    clients.push(label);
                    Err(Unclear::Name)
                }
                None => {
                    names.push(label);
                    Err(Unclear::Name)
                }
            }
        };
        cast.therapist |= result == Ok(Speaker::Therapist);
        known.insert(label, result);
    }
    number(&clients, &mut known, cast);
    if !therapists.is_empty() && cast.therapist {
        number(&names, &mut known, cast);
    } else if !therapists.is_empty() {
        known.extend(names.iter().map(|name| (*name, Err(Unclear::NobodyIsTherapist))));
    }
    labels.map(|label| known.get(label).copied().unwrap_or(Err(Unclear::Name))).collect()
}

/// Makes clients of the names.
fn number<'a>(names: &[&'a str], known: &mut BTreeMap<&'a str, Result<Speaker, Unclear>>, cast: &mut Cast) {
    // Looked for no more once there was none: names may be a hundred thousand.
    let mut free = true;
    for &name in names {
        // `ANNA` and `Anna` are one person.
        let normal = normal(name);
        let result = if let Some(client) = cast.client(&normal) {
            Ok(client)
        } else if let Some(n) =
            (1..=u8::MAX).find(|n| free && cast.clients.iter().all(|(_, taken)| taken != n))
        {
            cast.keep(&normal, n);
            Ok(Speaker::Client(n))
        } else {
            free = false;
            Err(Unclear::TooMany)
        };
        known.insert(name, result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Speaker::{Client, Therapist};

    fn cast(labels: &[&str], therapists: &[&str]) -> Vec<Result<Speaker, Unclear>> {
        let therapists: Vec<String> = therapists.iter().map(|&name| name.to_owned()).collect();
        assign(labels.iter().copied(), &therapists, &mut Cast::default())
    }

    #[test]
    fn role_words() {
        for label in ["Therapist", "T", "t:", "T1", "T 2", "TH", "Counsellor", "counselor", "Doctor", "Dr."] {
            assert_eq!(role(label), Some(Therapist), "{label}");
        }
        for (label, n) in [("C", 1), ("C2", 2), ("Client 2", 2), ("PT", 1), ("Patient", 1), ("p", 1)] {
            assert_eq!(role(label), Some(Client(n)), "{label}");
        }
        for label in ["", "Anna", "Tom", "C0", "Client 300", "Dr Smith", "2", "S", "note", "note:s"] {
            assert_eq!(role(label), None, "{label}");
        }
    }

    #[test]
    fn names_need_the_therapist() {
        assert_eq!(cast(&["Anna", "Ben"], &[]), [Err(Unclear::Name), Err(Unclear::Name)]);
        assert_eq!(
            cast(&["Ben", "ANNA", "Cy", "ben", "T"], &["anna"]),
            [Ok(Client(1)), Ok(Therapist), Ok(Client(2)), Ok(Client(1)), Ok(Therapist)]
        );
        assert_eq!(cast(&["Ben", "Cy"], &["Anna"]), [Err(Unclear::NobodyIsTherapist); 2]);
        assert_eq!(
            cast(&["Ben", "client", "Therapist"], &["x"]),
            [Ok(Client(2)), Ok(Client(1)), Ok(Therapist)]
        );
        assert_eq!(cast(&["T", "", "C"], &[]), [Ok(Therapist), Err(Unclear::Missing), Ok(Client(1))]);
    }

    #[test]
    fn role_words_may_say_more() {
        for (label, says) in [
            ("Client [K7]", Tagged::Client),
            ("client (K7)", Tagged::Client),
            ("client_k7", Tagged::Client),
            ("Client B", Tagged::Client),
            ("Patient (wife)", Tagged::Client),
            ("Client (crying)", Tagged::Role(Client(1))),
            ("Therapist (Dr M)", Tagged::Role(Therapist)),
            ("Therapist A", Tagged::Role(Therapist)),
        ] {
            assert_eq!(tagged(label), Some(says), "{label}");
        }
        for label in
            ["Therapist note", "Client's mother", "Client reports", "P.M", "C (K7)", "Client 2", "Client"]
        {
            assert_eq!(tagged(label), None, "{label}");
        }
        assert_eq!(
            cast(&["Client [K7]", "T", "Client [partner]", "client [k7]", "Client (crying)"], &[]),
            [Ok(Client(1)), Ok(Therapist), Ok(Client(2)), Ok(Client(1)), Ok(Client(1))]
        );
        assert_eq!(
            cast(&["Client", "Client (wife)", "client_3"], &[]),
            [Ok(Client(1)), Ok(Client(2)), Ok(Client(3))]
        );
    }

    #[test]
    fn labels_that_are_names_are_kept() {
        let labels = ["T", " Anna Lee", "T", "Anna Lee", "Client 2", "Dr. Field", "", "Client (Ben)"];
        assert_eq!(names(labels.into_iter()), ["Anna Lee", "Dr. Field", " (Ben)"]);
    }

    #[test]
    fn c_and_p_together_are_not_guessed() {
        assert_eq!(cast(&["C", "P"], &[]), [Err(Unclear::ClientOrCounsellor); 2]);
        assert_eq!(cast(&["C", "P"], &["C"]), [Ok(Therapist), Ok(Client(1))]);
        assert_eq!(cast(&["T", "P", "C"], &["T"]), [Ok(Therapist), Ok(Client(1)), Ok(Client(2))]);
        assert_eq!(cast(&["T", "P"], &[]), [Ok(Therapist), Ok(Client(1))]);
    }

    #[test]
    fn numbers_of_turns_are_none_of_speakers() {
        for labels in
            [&["T1", "C1", "T2", "C2", "T3", "C3"], &["T 254", "C 255", "T 256", "C 257", "T 258", "C 259"]]
        {
            assert!(count_turns(labels.iter().copied()), "{labels:?}");
        }
        for labels in [
            &["T1", "C1", "T1", "C2", "T1", "C3", "T1"][..],
            &["T1", "C1", "T2", "C2"],
            &["T1", "C3", "T2", "C1", "T3", "C2"],
            &["T1", "C1", "T2", "C2", "T3", "C3", "C"],
            &["C1", "C2", "C3", "C4", "C5", "C6"],
        ] {
            assert!(!count_turns(labels.iter().copied()), "{labels:?}");
        }
    }

    #[test]
    fn a_crowd_does_not_overflow() {
        let labels: Vec<String> = (0..400).map(|n| format!("Person {n}")).collect();
        let mut labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        labels.push("Anna");
        let cast = cast(&labels, &["Anna"]);
        assert_eq!((cast[254], cast[255]), (Ok(Client(255)), Err(Unclear::TooMany)));
    }

    #[test]
    fn a_later_stretch_goes_on_with_the_cast() {
        let named = ["Anna".to_owned()];
        let mut cast = Cast::default();
        let mut next = |labels: &[&str], named: &[String]| assign(labels.iter().copied(), named, &mut cast);
        assert_eq!(
            next(&["Ben", "Anna", "Cy", "Client 3"], &named),
            [Ok(Client(1)), Ok(Therapist), Ok(Client(2)), Ok(Client(3))]
        );
        assert_eq!(next(&["CY", "Dee", "ben"], &named), [Ok(Client(2)), Ok(Client(4)), Ok(Client(1))]);
        let mut cast = Cast::default();
        assert_eq!(assign(["T", "C"].into_iter(), &[], &mut cast), [Ok(Therapist), Ok(Client(1))]);
        assert_eq!(assign(["P"].into_iter(), &[], &mut cast), [Err(Unclear::ClientOrCounsellor)]);
    }
}
