//! Street addresses.

use super::whereabouts::town;
use super::{Cue, Hit, add_all, any_of, compile};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

const TYPES: &str = "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Crescent|Cres|Court|Ct|Place|Pl|Terrace|Way|Gardens|Grove|Square|Sq|Boulevard|Blvd|Row|Mews|Hill|Walk|Parade|View|Rise|Circle|Cir|Highway|Hwy|Parkway|Pkwy|Nagar|Marg|Strasse|Green|Park|Quay|Wharf|Esplanade|Loop|Trail|Turnpike|Broadway";
/// Types that are no word of everyday talk behind a name.
const SURE_TYPES: &str =
    "Street|Road|Rd|Avenue|Ave|Lane|Drive|Crescent|Terrace|Boulevard|Blvd|Mews|Close|Grove";

/// A number, one to four capitals, a type; perhaps a flat before.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b((?:(?:Flat|Apartment|Apt\.?|Unit|Suite|Room|Level)\s+\w{{1,4}},?\s+)?(?:\p{{Lu}}[\p{{L}}'’-]+(?:\s+\p{{Lu}}[\p{{L}}'’-]+)?\s+(?:House|Court|Lodge|Mansions|Point|Tower|Heights|Buildings),\s+)?(?:No\.?\s+)?\d{{1,5}}(?:[A-Za-z]|[-/]\d{{1,4}})?,?\s+(?:(?:[NSEW]\.?|North|South|East|West|Old|New|The|St\.?|Upper|Lower|Great|Little)\s+)?(?:\d{{1,3}}(?:st|nd|rd|th)\s+)?(?:\p{{Lu}}[\p{{L}}'’-]+\s+){{0,3}}(?:{TYPES})\b\.?(?:,?\s+(?:Flat|Apartment|Apt\.?|Unit|Suite|#)\s*\w{{1,4}})?)"
    ))
});

/// Without a number, behind a cue or with a type that says street.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i:{})\s+((?:(?i:number\s+)?(?:\d{{1,4}}|(?i:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty)(?:-\w+)?)\s+)?\p{{Lu}}[\p{{L}}'’-]+(?:\s+\p{{Lu}}[\p{{L}}'’-]+){{0,2}}\s+(?:{SURE_TYPES}))\b",
        any_of(NEAR)
    ))
});

const NEAR: &[Cue] = &[
    (
        r"\b(?:live|lives|lived|living|stay|stays|staying)(?: \w+){0,2} (?:on|in|at|off|near)(?: the)?",
        "We lived on Acacia Avenue for years.",
    ),
    (
        r"\b(?:house|flat|home|shop|place|room|school|surgery|clinic|hostel)(?: \w+)? (?:on|in|at|off)",
        "The house on Cemetery Road was damp.",
    ),
    (r"\b(?:corner|bottom|top|end) of", "I sat at the bottom of Alma Street."),
    (r"\b(?:address|addr)(?: is| was|:)?(?: at)?", "My address is Twelve Alma Street."),
    (r"\b(?:moved|move|moving|round|over|back|down|up) to", "We moved to Chapel Lane in the spring."),
];

/// Behind "at", a number and two capitals are an address whatever the type.
static CUED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?i:at|address(?: is| was)?:?)\s+(\d{1,5}[A-Za-z]?,?\s+\p{Lu}\p{Ll}+(?:\s+\p{Lu}\p{Ll}+){1,2}(?:\s+(?:Suite|Apt\.?|Unit|Flat)\s+\w+)?)",
    )
});

static BOX: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)\bP\.?\s?O\.?\s+Box\s+\d{1,6}\b"));

static TYPE: LazyLock<Regex> = LazyLock::new(|| compile(&format!(r"\s(?:{TYPES})\b")));

/// Places behind an address: a part of a town, and the town.
const TOWNS: usize = 2;

pub(super) fn look(text: &str, digits: bool, hits: &mut Vec<Hit>) {
    let before = hits.len();
    streets(text, digits, hits);
    for address in before..hits.len() {
        let mut end = hits[address].bytes.end;
        for _ in 0..TOWNS {
            let Some(town) = town(&text[end..]) else { break };
            hits.push(Hit { kind: Kind::Place, bytes: end + town.start..end + town.end });
            end += town.end;
        }
    }
}

fn streets(text: &str, digits: bool, hits: &mut Vec<Hit>) {
    if TYPE.is_match(text) {
        if digits {
            for found in NUMBERED.find_iter(text) {
                // "At 10 Drive home": a number, then a type alone.
                let words = found.as_str().split_whitespace().count();
                let full_stop = found.as_str().ends_with('.')
                    && !text[found.end()..].trim_start().starts_with(char::is_lowercase);
                if words > 2 {
                    let end = found.end() - usize::from(full_stop);
                    hits.push(Hit { kind: Kind::Address, bytes: found.start()..end });
                }
            }
        }
        add_all(&NAMED, Kind::Address, text, hits);
    }
    if digits {
        add_all(&CUED, Kind::Address, text, hits);
        add_all(&BOX, Kind::Address, text, hits);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing, kinds};

    #[test]
    fn streets() {
        for address in [
            "14 Rose Street",
            "221B Baker Street",
            "Flat 3, 22 Acacia Road",
            "Flat 12, Aspen House, 3 Kidbrooke Park Road",
            "1600 Pennsylvania Ave",
            "742 Evergreen Terrace",
            "Apt 4B, 1200 N Main St",
            "12/14 Old Kent Road",
            "PO Box 1123",
            "8 St Mary's Close",
            "350 5th Ave",
            "220 E 42nd Street",
            "1208 N 5th St",
        ] {
            finds("address", &format!("They sent it to {address}, of all places."), address);
        }
        cues("address", super::NEAR);
    }

    #[test]
    fn towns_behind_streets() {
        for (text, town) in [
            ("I was at 12 Mill Road, Leeds.", "Leeds"),
            ("It went to 12 Mill Road, Stow on the Wold, for years", "Stow on the Wold"),
            ("Address: 48 St Mary's Close, St Helens WA10 1AA.", "St Helens"),
            ("1600 N Lincoln Ave., Tulsa, OK 74104, is where.", "Tulsa"),
            ("We lived on Acacia Avenue, Geelong", "Geelong"),
            ("PO Box 1123, Coburg VIC 3058.", "Coburg VIC"),
        ] {
            finds("place", text, town);
        }
        let both = "I was at 12 Mill Road, Headingley, Leeds.";
        assert_eq!(kinds(both), ["address", "place", "place"]);
    }

    #[test]
    fn no_towns_behind_streets() {
        for text in [
            "I was at 12 Mill Road, Leeds was later.",
            "I was at 12 Mill Road, Monday, and at 12 Mill Road, England.",
            "I was at 12 Mill Road, Mum. I was at 12 Mill Road, Yeah. I was at 12 Mill Road, OK.",
            "I was at 12 Mill Road, Tesco, and at 12 Mill Road, CAMHS.",
        ] {
            let kinds = kinds(text);
            assert!(kinds.iter().all(|kind| kind == "address") && !kinds.is_empty(), "{text}: {kinds:?}");
        }
        finds("name", "I was at 12 Mill Road, Darren.", "Darren");
    }

    #[test]
    fn no_streets() {
        for text in [
            "I had 3 Drives that week.",
            "The Road is a book.",
            "We did 4 Way stops.",
            "I walk down the street at 9.",
            "Coronation Street was on.",
            "It was 10 Downhill from there.",
            "In Year 9 Court was the worst.",
        ] {
            finds_nothing(text);
        }
    }
}
