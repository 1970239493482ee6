//! Whom a note is about and who signed it: names at the head of a line (`Patient: Thandeka Mbatha`, `Thandeka Mbatha,
//! 34 y.o.`) and surnames behind initials (`J. Kowalczyk, LPC`).

use super::super::compile;
use super::super::whereabouts::is_no_place;
use super::cues::{self, Strength};
use super::lists::{Class, class, is_calendar, is_in};
use super::words::{Gap, Shape, Word, words};
use super::{extent, is_function_word, is_no_person};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What the head of a note calls the person that it is about, with colon or dash, at the beginning of a line or sentence.
/// Subjects of letters are many other things: "re" stands in a group.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?im)(?:^|[.;!?|]\s)[\s*_#>-]*(?:patient|client|pt|service[ -]user|resident|member|author|(re))[*_]*\s*(?::[*_]*|\s[-–—])[ \t]*[*_]*",
    )
});

/// The beginning of a line or sentence.
static OPENING: LazyLock<Regex> = LazyLock::new(|| compile(r"(?m)(?:^|[.;!?|]\s)[\s*_#>-]*"));

/// An age behind a name.
static AGE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)^[*_]*(?:,\s*(?:(?:an?|is|aged?|age:)\s+)*(?:1[01]\d|\d{1,2})(?:[\s-]*(?:y\.?\s?/?o\b|yrs?\b|years?\b)|\s?[mf]\b)|\s*\((?:aged?\s)?(?:1[01]\d|\d{1,2})(?:\s?(?:y\.?/?o\.?|yrs?|years?(?: old)?|[mf]))?\)|,\s*aged?\s+(?:1[01]\d|\d{1,2})\b|,\s*[1-9]\d,)",
    )
});

/// What may stand behind a name at the head of a note: the end of the line or sentence, a comma, brackets, figures, another field.
static REST: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)^[*_]*[ \t]*(?:$|[\n\r\t.,;(|/#\[]|[-–—]\s|\d|(?:d\.?o\.?b|mrn|nhs|id|age|aged|date|born|ssn|chi)\b)",
    )
});

/// The end of the line.
static LINE_END: LazyLock<Regex> = LazyLock::new(|| compile(r"^[*_]*[ \t]*\.?[*_]*[ \t]*(?:$|[\n\r])"));

/// Degrees and registrations behind the name of who signs.
const DEGREES: &str = r"(?:M\.?A|M\.?S|M\.?S\.?c|M\.?Ed|M\.?S\.?W|B\.?A|B\.?Sc|Ph\.?D|Psy\.?D|Ed\.?D|M\.?D|D\.?O|R\.?N|NP|APRN|PMHNP|PA-C|LPC|LPCC|LCPC|LMHC|LCSW|LICSW|LMSW|LSW|LMFT|LAC|LCADC|CADC|NCC|BCBA|OTR|MFT|MBACP|UKCP|BABCP|BACP|CPsychol|DClinPsy|FRCPsych|MRCPsych|RMN|RGN|RNLD|RNMH|RSW|BSW|DipSW|RP|R\.?Psych|AMFT|APCC|ASW|ACSW|LCMHC|LPCA|MIACP|IACP|CPN|AMHP|FRANZCP|FRCPC|MBBS|MBChB|MRCP|RCC|CCC|FNP|DNP|PMHNP-BC|MAPS|CADC)\b";

static CREDENTIALS: LazyLock<Regex> = LazyLock::new(|| compile(&format!(r"^,?\s+{DEGREES}")));

/// The same anywhere.
static CREDENTIAL: LazyLock<Regex> = LazyLock::new(|| compile(&format!(r",\s+{DEGREES}")));

/// What may stand behind the degree of a surname alone.
static SIGNED_END: LazyLock<Regex> = LazyLock::new(|| compile(r"^\.?\s*(?:$|[\n\r,;\d])"));

/// "Hargreaves, Denise" at the beginning of a line, before a colon, a bracket or its end.
static REVERSED: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?m)^[\s*_#>-]*(\p{Lu}[\p{L}'’-]+, \p{Lu}[\p{L}'’-]+)[*_]*\s*(?:[:(]|$)"));

/// Names of whom a note is about and of who signs it, in bytes.
pub(super) fn find(text: &str, all: &[Word<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.contains(':') || text.contains(" - ") || text.contains(['–', '—']) {
        for groups in HEAD.captures_iter(text) {
            let start = groups.get(0).map_or(0, |whole| whole.end());
            found.extend(headed(&text[start..], groups.get(1).is_some()).map(|name| shifted(&name, start)));
        }
    }
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        for opening in OPENING.find_iter(text) {
            let start = opening.end();
            found.extend(aged(&text[start..]).map(|name| shifted(&name, start)));
        }
    }
    for credential in CREDENTIAL.find_iter(text) {
        let ends = || SIGNED_END.is_match(&text[credential.end()..]);
        found.extend(
            signed(all, credential.start()).or_else(|| surname(all, credential.start()).filter(|_| ends())),
        );
    }
    if text.contains(", ") {
        found
            .extend(REVERSED.captures_iter(text).filter_map(|groups| reversed(text, groups.get(1)?.range())));
    }
    found.extend((1..all.len()).filter_map(|at| initialled(text, all, at)));
    found.extend((1..all.len()).filter_map(|at| abbreviated(text, all, at)));
    found
}

fn shifted(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// The name that ends at a byte, before a degree: two words with capitals or more, none of them of every day.
fn signed(all: &[Word<'_>], end: usize) -> Option<Range<usize>> {
    let last = all.partition_point(|word| word.bytes.end < end);
    let ends = all.get(last).is_some_and(|word| word.bytes.end == end && word.shape != Shape::Lower);
    let joined = |at: &usize| {
        let (word, before) = (&all[*at], &all[*at - 1]);
        let stop = word.gap == Gap::Stop && is_initial(before);
        before.shape != Shape::Lower && !before.owns && (word.gap == Gap::Space || stop)
    };
    let first = last - (1..=last).rev().take_while(joined).take(3).count();
    let name = all.get(first..=last).filter(|name| ends && name.len() > 1)?;
    let somebody = |word: &Word<'_>| {
        is_initial(word) || !(is_everyday(word) || is_barred(word) || is_function_word(&word.lower()))
    };
    name.iter().all(somebody).then(|| name[0].bytes.start..end)
}

/// A surname alone that begins a line or sentence and ends at a byte: "Okafor, RMN".
fn surname(all: &[Word<'_>], end: usize) -> Option<Range<usize>> {
    let word = all.get(all.partition_point(|word| word.bytes.end < end))?;
    let stands = word.bytes.end == end && word.opens && word.shape == Shape::Capital;
    let unknown = class(&word.lower()) == Class::Unknown && word.text.chars().count() > 3;
    (stands && unknown && !is_everyday(word) && !is_barred(word)).then(|| word.bytes.clone())
}

/// A surname and a first name at the beginning of a line, with the comma between: "Hargreaves, Denise: session 3".
fn reversed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let name = words(&text[range.clone()]);
    let [surname, first] = name.as_slice() else { return None };
    let unknown = class(&surname.lower()) == Class::Unknown && !is_everyday(surname) && !is_barred(surname);
    (unknown && class(&first.lower()) == Class::Sure).then_some(range)
}

/// Capitalised words that a text begins with, as one name, in its own order or "Mbatha, Thandeka".
fn leading(text: &str) -> Vec<Word<'_>> {
    // Names have few words; a line may be long, and is not read to its end for each of its sentences.
    let line = &text[..text.floor_char_boundary(100)];
    let line = line.split(['\n', '\r']).next().unwrap_or_default();
    let all = words(line);
    let mut count = 0;
    while let Some(word) = all.get(count) {
        let joined = match count {
            0 => word.bytes.start == 0,
            1 => word.gap == Gap::Space || line[all[0].bytes.end..].starts_with(", "),
            _ => word.gap == Gap::Space || word.gap == Gap::Stop && is_initial(&all[count - 1]),
        };
        if !joined || word.shape == Shape::Lower || count == 4 {
            break;
        }
        count += 1;
        if word.owns {
            break;
        }
    }
    all.into_iter().take(count).collect()
}

/// The name behind `Patient:`. One word alone has to end the line, and behind `Re:` it is none.
fn headed(text: &str, letter: bool) -> Option<Range<usize>> {
    let mut name = leading(text);
    while name.len() > 1 && !is_name_part(&name[name.len() - 1], text) {
        name.pop();
    }
    let (first, last) = (name.first()?, name.last()?);
    let rest = &text[last.bytes.end..];
    let range = first.bytes.start..last.bytes.end;
    if is_aged(rest, &name) && is_somebody(&name) {
        return Some(range);
    }
    let shouted = |word: &Word<'_>| word.shape == Shape::Upper && word.text.len() < 5;
    let unlikely = name.iter().all(|word| is_initial(word) || is_everyday(word) || shouted(word));
    let known = |word: &Word<'_>| {
        let lower = word.lower();
        class(&lower) == Class::Common || is_function_word(&lower)
    };
    if unlikely || name.iter().any(|word| known(word) || is_barred(word)) {
        return None;
    }
    // "Mbatha, Thandeka", but not "Agitated, Paranoid".
    if name.len() > 1 && name[1].gap == Gap::Comma && name.iter().any(is_everyday) {
        return None;
    }
    let parts = name.iter().filter(|word| !is_initial(word)).count();
    let alone = parts == 1 && name.len() == 1;
    let stands = if alone {
        !letter
            && class(&first.lower()) == Class::Unknown
            && first.text.chars().count() > 2
            && LINE_END.is_match(rest)
    } else {
        REST.is_match(rest) || last.owns
    };
    stands.then_some(range)
}

/// Whether a last word belongs to a name and to no field that follows: "Thandeka Mbatha DOB 4/11/87".
fn is_name_part(word: &Word<'_>, text: &str) -> bool {
    let field = ["dob", "mrn", "nhs", "id", "age", "aged", "date", "born", "ssn", "chi", "he", "she", "they"];
    let stop = is_initial(word) && !text[word.bytes.end..].starts_with('.');
    !(field.contains(&word.lower().as_str())
        || stop && REST.is_match(&text[word.bytes.end..]) && word.is("i"))
}

/// "Thandeka Mbatha, 34 y.o.": two words or three, and then an age.
fn aged(text: &str) -> Option<Range<usize>> {
    if !text.starts_with(char::is_uppercase) {
        return None;
    }
    let name = leading(text);
    let last = name.last()?;
    let range = name[0].bytes.start..last.bytes.end;
    (is_aged(&text[last.bytes.end..], &name) && is_somebody(&name)).then_some(range)
}

/// Whether an age follows; a number in brackets may be a score or a dose, and then no word may be one of every day.
fn is_aged(rest: &str, name: &[Word<'_>]) -> bool {
    let bare = rest.trim_start().starts_with('(');
    AGE.is_match(rest) && !(bare && name.iter().any(is_everyday))
}

/// Whether words before an age are a name: no first word of every day, and no word for people or for what is measured.
fn is_somebody(name: &[Word<'_>]) -> bool {
    const NOBODY: &str = " male female man woman lady gentleman boy girl person adult teen teenager child client patient veteran student mother father widow widower parent total score severity inventory scale index anxiety depression state trait ";
    let barred = |word: &Word<'_>| {
        let lower = word.lower();
        is_barred(word) || is_function_word(&lower) || is_in(NOBODY, &lower)
    };
    let (Some(first), Some(last)) = (name.first(), name.last()) else { return false };
    let class = class(&first.lower());
    let unknown = matches!(class, Class::Unknown | Class::Sure);
    let surname = name.len() > 1 && !is_initial(last) && last.text.chars().count() > 2;
    // "Ruby (34)".
    let alone = name.len() == 1 && (class == Class::Sure || cues::is_person(&first.lower()));
    (unknown && surname || alone)
        && !is_everyday(first)
        && !name.iter().any(barred)
        && !cues::is_eponym(&first.lower())
}

fn is_initial(word: &Word<'_>) -> bool {
    word.shape != Shape::Lower && word.text.chars().count() == 1
}

/// What no name has as a part: days, months, peoples, titles, medicines and makes.
pub(super) fn is_barred(word: &Word<'_>) -> bool {
    const MEDICINES: [&str; 20] = [
        "azepam",
        "azolam",
        "oxetine",
        "apine",
        "idone",
        "prazole",
        "opram",
        "traline",
        "faxine",
        "olol",
        "statin",
        "sartan",
        "mycin",
        "cillin",
        "azine",
        "triptyline",
        "rigine",
        "virin",
        "cycline",
        "pentin",
    ];
    const FIRST: &str =
        " vitamin hepatitis plan axis nope yep yup mhm mmm hmm hmmm ugh nah wow whoa okie permanente ";
    let lower = word.lower();
    is_calendar(&lower) && !matches!(lower.as_str(), "april" | "may" | "june" | "august")
        || is_no_person(&lower)
        || cues::is_title(word.text)
        || is_no_place(&lower)
        || lower.starts_with("i'")
        || is_in(FIRST, &lower)
        || MEDICINES.iter().any(|end| lower.ends_with(end))
}

/// A word of the lists that is no name, or one in no list that ends as adjectives, verbs and names of states do.
pub(super) fn is_everyday(word: &Word<'_>) -> bool {
    const ENDINGS: [&str; 43] = [
        "oid", "ant", "ent", "ic", "ical", "ive", "ous", "ial", "ual", "ing", "ed", "able", "ible", "ful",
        "less", "tion", "sion", "ment", "ness", "ism", "ity", "ology", "osis", "itis", "oria", "ly", "ish",
        "ian", "ese", "ional", "ions", "ings", "ments", "ics", "ants", "ents", "phobia", "cholia", "hedonia",
        "noia", "arousal", "backs", "drama",
    ];
    const STATES: &str = " bipolar deceased unwell alive divorced unknown nil none distraught panicky grumpy weepy teary jumpy fidgety moody edgy chatty groggy upset withdrawn spouse bollocks invoice query enquiry perinatal gastro cafcass translator ";
    let lower = word.lower();
    let part = lower.split('-').next().unwrap_or_default();
    match class(&lower) {
        Class::Common => true,
        Class::Unknown if is_in(STATES, &lower) => true,
        Class::Unknown => class(part) == Class::Common || ENDINGS.iter().any(|end| lower.ends_with(end)),
        _ => false,
    }
}

/// How many initials stand before a word: "J. Kowalczyk", "J.R. Kowalczyk", "J R Kowalczyk".
pub(super) fn initials(text: &str, all: &[Word<'_>], at: usize) -> usize {
    let joins = |index: &usize| {
        let between = &text[all[*index].bytes.end..all[index + 1].bytes.start];
        is_initial(&all[*index]) && matches!(between, "." | ". " | " " | ".\u{a0}")
    };
    (0..at).rev().take_while(joins).take(3).count()
}

/// A surname behind initials, with them: behind a cue, before a degree, or in no list and inside a sentence.
fn initialled(text: &str, all: &[Word<'_>], at: usize) -> Option<Range<usize>> {
    let word = &all[at];
    if word.shape == Shape::Lower || word.text.chars().count() < 3 || !is_initial(&all[at - 1]) {
        return None;
    }
    let first = at - initials(text, all, at);
    let lower = word.lower();
    if first == at || is_barred(word) || is_function_word(&lower) {
        return None;
    }
    let end = all[extent(all, at) - 1].bytes.end;
    let rest = &text[end..];
    let dotted = text[all[at - 1].bytes.end..].starts_with('.');
    let unknown = class(&lower) == Class::Unknown && !is_everyday(word);
    let named = unknown || matches!(class(&lower), Class::Sure | Class::Word | Class::Cue);
    let titled = all[..first].last().is_some_and(|before| cues::is_title(before.text));
    let (cued, headed) = (cues::before(all, first), is_headed(text, all[first].bytes.start));
    let signed = CREDENTIALS.is_match(rest) && !is_letter(all, first);
    let ends = LINE_END.is_match(rest) && !rest.starts_with('.');
    let stands = match cued {
        _ if signed => named || class(&lower) == Class::Common,
        // "Ask Dr B. Will he come?"
        Some(Strength::Strong) if titled => {
            unknown || class(&lower) == Class::Sure || named && rest.starts_with(',')
        }
        Some(Strength::Strong) => unknown || named && rest.starts_with(',') || ends && dotted,
        _ if headed => unknown || named && (ends || rest.starts_with(',')),
        Some(Strength::Kin) => unknown && dotted,
        Some(Strength::Role) if all[first - 1].is("by") => unknown,
        _ => {
            let spaced = word.gap == Gap::Stop && word.shape == Shape::Capital;
            let stands = is_inside(all, first) || cues::after(all, at);
            unknown && spaced && stands && !is_letter(all, first)
        }
    };
    stands.then(|| all[first].bytes.start..end)
}

/// `Patient:` directly before a place in the text.
fn is_headed(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let start = at - (at - line).min(60);
    let before = &text[text.floor_char_boundary(start)..at];
    let head = HEAD.find_iter(before).last();
    head.is_some_and(|head| head.end() == before.len())
}

/// A letter that numbers something, or a field of a note: "vitamin B. Complex", "Plan A. Continue", "U.S. Marshals".
fn is_letter(all: &[Word<'_>], first: usize) -> bool {
    const NUMBERED: &str = " vitamin vitamins hepatitis hep homework goal plan axis type group option part section step ward grade appendix unit item point phase class level cluster block wing room school influenza strep factor the a an option criterion criteria ";
    all[..first].last().is_some_and(|before| is_in(NUMBERED, &before.lower()))
}

/// Whether an initial stands inside a sentence: fields of notes (`A. Anxious`) begin one.
fn is_inside(all: &[Word<'_>], first: usize) -> bool {
    !all[first].opens && all[first].gap == Gap::Space && !all[first].is("i")
}

/// "Pt. Thandeka M. reported": a first name in no list before an initial, behind the word for whom the note is about or
/// before what only people do.
fn abbreviated(text: &str, all: &[Word<'_>], at: usize) -> Option<Range<usize>> {
    let (word, initial) = (&all[at - 1], &all[at]);
    let joined = is_initial(initial) && initial.gap == Gap::Space && !word.owns && !initial.owns;
    if !joined || word.shape != Shape::Capital || word.text.chars().count() < 3 {
        return None;
    }
    let lower = word.lower();
    let sure = class(&lower) == Class::Sure;
    if !(sure || class(&lower) == Class::Unknown) || is_everyday(word) || is_barred(word) {
        return None;
    }
    let dotted = text[initial.bytes.end..].starts_with('.');
    let about = all[..at - 1].last().is_some_and(|before| {
        let spaced = matches!(word.gap, Gap::Space | Gap::Comma) || before.is("pt") && word.gap == Gap::Stop;
        spaced && ["pt", "patient", "client", "resident", "member"].contains(&before.lower().as_str())
    });
    let acts = all.get(at + 1).is_some_and(|next| {
        next.shape == Shape::Lower
            && matches!(next.gap, Gap::Stop | Gap::Space)
            && cues::is_deed(&next.lower())
    });
    let shown = about && dotted || acts && (dotted || about);
    shown.then_some(word.bytes.start..initial.bytes.end)
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{finds, finds_nothing};

    #[test]
    fn heads_of_notes() {
        for (text, name) in [
            ("Patient: Thandeka Mbatha", "Thandeka Mbatha"),
            ("Client: Thandeka Mbatha, seen alone.", "Thandeka Mbatha"),
            ("Pt: Thandeka Nomvula Mbatha", "Thandeka Nomvula Mbatha"),
            ("Service user: Thandeka Mbatha (0483)", "Thandeka Mbatha"),
            ("Resident: Thandeka Mbatha\nSeen at home.", "Thandeka Mbatha"),
            ("Member: Thandeka Mbatha 4/11", "Thandeka Mbatha"),
            ("Re: Thandeka Mbatha", "Thandeka Mbatha"),
            ("**Patient:** Thandeka Mbatha", "Thandeka Mbatha"),
            ("**Patient**: Thandeka Mbatha", "Thandeka Mbatha"),
            ("PATIENT: THANDEKA MBATHA", "THANDEKA MBATHA"),
            ("Patient - Thandeka Mbatha", "Thandeka Mbatha"),
            ("Patient: Mbatha, Thandeka", "Mbatha, Thandeka"),
            ("Patient: Thandeka Mbatha, 34 y.o.", "Thandeka Mbatha"),
            ("Patient: Thandeka Mbatha DOB 4", "Thandeka Mbatha"),
            ("Progress note. Patient: Thandeka Mbatha. Seen alone.", "Thandeka Mbatha"),
            ("Patient: Grace Young", "Grace Young"),
            ("Patient: Thandeka", "Thandeka"),
            ("Client: Thandeka\nSeen at home.", "Thandeka"),
            ("Thandeka Mbatha, 34 y.o., seen alone.", "Thandeka Mbatha"),
            ("Thandeka Mbatha, a 34-year-old nurse.", "Thandeka Mbatha"),
            ("Thandeka Mbatha (34) came.", "Thandeka Mbatha"),
            ("Seen.\nThandeka Mbatha, 34F.", "Thandeka Mbatha"),
            ("Thandeka Mbatha, 34, lives alone.", "Thandeka Mbatha"),
            ("Seen. Ruby, 34, lives alone.", "Ruby"),
            ("Ruby (34) lives alone.", "Ruby"),
        ] {
            finds("name", text, name);
        }
    }

    #[test]
    fn heads_of_notes_without_names() {
        for text in [
            "Client: Anxious",
            "Client: Tearful and Flat",
            "Client: Tearful, Flat",
            "Patient: Denies SI",
            "Client: Yes. Monday.",
            "Client: Nope",
            "Client: Distraught",
            "Client: Hypervigilant",
            "Patient: Agitated, Paranoid",
            "Lamotrigine Titration (25)",
            "Emdr Processing (12)",
            "Hep C. Ribavirin stopped.",
            "Client: Hope",
            "Client: Will Continue",
            "Client: Euthymic. Engaged.",
            "Patient: Euthymic, Cooperative",
            "Patient: Oriented X3",
            "PATIENT: ADHD PTSD",
            "Re: Housing",
            "Re: Sertraline Dose",
            "Re: Universal Credit",
            "Member: Slimming World",
            "Client: Duloxetine",
            "Patient: [NAME]",
            "Caucasian Male, 34 y.o.",
            "African American, 34 y.o.",
            "Retired Nurse, 34 y.o.",
            "Hamilton Depression (24)",
            "Sertraline Hydrochloride (50)",
            "Step Three, 12 years on.",
        ] {
            finds_nothing(text);
        }
    }

    #[test]
    fn surnames_behind_initials() {
        for (text, name) in [
            ("Electronically signed by J. Kowalczyk, LPC", "J. Kowalczyk"),
            ("Electronically signed by: J. Kowalczyk, LPC", "J. Kowalczyk"),
            ("Signed: J. Abernethy-Okoro, MA, LPC", "J. Abernethy-Okoro"),
            ("J. Kowalczyk, LPC", "J. Kowalczyk"),
            ("Therapist: J. Kowalczyk", "J. Kowalczyk"),
            ("Therapist: J.R. Kowalczyk", "J.R. Kowalczyk"),
            ("Therapist: J. R. Kowalczyk.", "J. R. Kowalczyk"),
            ("Therapist: J Kowalczyk", "J Kowalczyk"),
            ("Therapist: J. Young", "J. Young"),
            ("J. Brown, LCSW", "J. Brown"),
            ("Okafor, RMN", "Okafor"),
            ("Seen and settled. Okafor, RMN, 14:20", "Okafor"),
            ("Entered by K Sandhu, STR worker.", "K Sandhu"),
            ("Author: Okafor, Jude", "Okafor, Jude"),
            ("Hargreaves, Denise: session 3 of 12.", "Hargreaves, Denise"),
            ("Hargreaves, Denise (F)", "Hargreaves, Denise"),
            ("Counselor: I. Kowalczyk", "I. Kowalczyk"),
            ("Signed: J. Kowalczyk Nowak, LCSW", "J. Kowalczyk Nowak"),
            ("J. Kowalczyk LPC", "J. Kowalczyk"),
            ("Patient: T. Mbatha", "T. Mbatha"),
            ("Patient: T Mbatha, seen alone.", "T Mbatha"),
            ("Pt. Thandeka M. reported less.", "Thandeka M"),
            ("Then Thandeka M. said no.", "Thandeka M"),
            ("Seen with J. Kowalczyk on the ward.", "J. Kowalczyk"),
        ] {
            finds("name", text, name);
        }
    }

    #[test]
    fn letters_that_are_no_initials() {
        for text in [
            "Takes vitamin B. Complex picture.",
            "Plan A. Continue. Axis I. Major. Axis I. Dysthymia.",
            "S. Client tearful.\nA. Anxious.\nP. Continue.",
            "A. Euthymic. B. Dysthymia. P. Sertraline.",
            "A. Dysthymia\nP. Duloxetine, MD to review.",
            "Spoke to J. Reframed it. Then with K. Euthymic, M. Sertraline went up.",
            "J. came by, and M. too, with Dr B. Will he come? With Dr B. Sadly, no.",
            "The U.S. Marshals came at 9 A.M. Psychoeducation followed.",
            "Patient A. Anxious.",
            "Client: A. Anxious",
            "Four years of B.Pharm and then nothing.",
            "I Kept it.",
        ] {
            finds_nothing(text);
        }
    }
}
