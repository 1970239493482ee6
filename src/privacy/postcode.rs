//! Postal codes: of the UK with a known area, Canada, Ireland; US ZIP codes, Australian and Indian ones in the position of
//! an address or behind a cue.

use super::names::lists::{Class, class};
use super::{Cue, Hit, add_all, any_of, compile, groups_in};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

/// The 124 areas (Royal Mail), outward and inward code; never C, I, K, M, O, V in the inward letters.
static UK: LazyLock<Regex> = LazyLock::new(|| {
    let areas = "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE";
    compile(&format!(r"\b(?:{areas})\d[\dA-HJKMNPR-Y]?\s?\d[ABD-HJLNP-UW-Z]{{2}}\b"))
});

static CANADA: LazyLock<Regex> =
    LazyLock::new(|| compile(r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d\b"));

/// Eircode: a routing key and four signs, of which one at the least is a figure and one a letter.
static IRELAND: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b[AC-FHKNPRTV-Y]\d[\dW]\s?(?:[0-9][0-9AC-FHKNPRTV-Y]{3}|[AC-FHKNPRTV-Y][0-9AC-FHKNPRTV-Y]{0,2}[0-9][0-9AC-FHKNPRTV-Y]{0,2})\b",
    )
});

/// A state, then figures.
static STATE: LazyLock<Regex> = LazyLock::new(|| {
    let us = "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC";
    let long = "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming";
    compile(&format!(
        r"\b(?:{us}|{long})\.?,?\s+(\d{{5}}(?:-\d{{4}})?)\b|\b(?:NSW|VIC|QLD|TAS|ACT|New South Wales|Victoria|Queensland|Tasmania|South Australia|Western Australia)\.?,?\s+(\d{{4}})\b|\bWA,?\s+(6\d{{3}})\b|\bSA,?\s+(5\d{{3}})\b|\bNT,?\s+(0[89]\d{{2}})\b"
    ))
});

/// A town before the abbreviation of a state or province and its code.
static TOWN: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(\p{Lu}\p{Ll}[\p{L}'’-]*(?: \p{Lu}\p{Ll}[\p{L}'’-]*){0,2}),? (?:[A-Z]{2}|NSW|VIC|Vic|QLD|Qld|TAS|Tas|ACT),? (?:\d{4,5}\b|[A-Z]\d[A-Z] ?\d[A-Z]\d\b)",
    )
});

const CUES: &[Cue] = &[
    (r"\bzip(?: ?code)?", "My zip code is 90210."),
    (r"\bpost ?code", "Postcode 3056, by the park."),
    (r"\bpostal code", "The postal code is 560034."),
    (r"\bpin ?code", "PIN code 560 034."),
    (r"\beircode", "Eircode d02 x285."),
];

static CUED: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i){}(?:\s+(?:is|was|it's|of))*[\s:]+(\d{{5}}(?:-\d{{4}})?|\d{{3}} ?\d{{3}}|\d{{4}}|[a-z]{{1,2}}\d[a-z\d]?(?: ?\d[a-z]{{2}})?|[a-z]\d[a-z\d] ?[a-z\d]{{3,4}})\b",
        any_of(CUES)
    ))
});

static CUE: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)zip|post|pin|eircode"));

/// Those that may have only two figures.
pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    add_all(&UK, Kind::Postcode, text, hits);
    add_all(&CANADA, Kind::Postcode, text, hits);
    // `A123456` is the number of a batch.
    let mixed = |found: &regex::Match<'_>| found.as_str()[3..].bytes().any(|byte| byte.is_ascii_alphabetic());
    let found = IRELAND.find_iter(text).filter(mixed);
    hits.extend(found.map(|found| Hit { kind: Kind::Postcode, bytes: found.range() }));
    if CUE.is_match(text) {
        add_all(&CUED, Kind::Postcode, text, hits);
    }
}

pub(super) fn with_digits(text: &str, hits: &mut Vec<Hit>) {
    let before = hits.len();
    add_all(&STATE, Kind::Postcode, text, hits);
    if hits.len() == before && !CANADA.is_match(text) {
        return;
    }
    for town in groups_in(&TOWN, text) {
        // "Then Toledo, OH 43604".
        let common = |word: &&str| class(&word.to_lowercase()) == Class::Common;
        let skipped: usize = town.as_str().split(' ').take_while(common).map(|word| word.len() + 1).sum();
        if skipped < town.len() {
            hits.push(Hit { kind: Kind::Place, bytes: town.start() + skipped..town.end() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};

    #[test]
    fn codes_of_the_post() {
        for code in [
            "LS6 3HN", "SW1A 2AA", "M1 1AE", "EH12 9DN", "BT7 1NN", "EC1M 4AB", "K1A 0B1", "D02 X285",
            "A65 F4E2",
        ] {
            finds("postcode", &format!("It went to {code} by mistake."), code);
        }
        finds("postcode", "Somewhere in Tulsa, OK 74104.", "74104");
        finds("postcode", "He moved to Texas 75001-1234 then.", "75001-1234");
        finds("postcode", "Coburg, VIC 3058.", "3058");
        finds("postcode", "Perth WA 6000.", "6000");
        finds("postcode", "Adelaide SA 5000.", "5000");
        finds("postcode", "Darwin NT 0800.", "0800");
        finds("place", "Then Toledo, OH 43604.", "Toledo");
        finds("place", "Sydney NSW 2000.", "Sydney");
        finds("place", "At 240, Montréal QC H2X 1Z8.", "Montréal");
        cues("postcode", super::CUES);
    }

    #[test]
    fn no_codes_of_the_post() {
        for text in [
            "B12 3ml once a week.",
            "On the M1 1 hour each way.",
            "Ward A5 4 beds. Batch A123456 given.",
            "It cost 75001 in the end.",
            "OK 5 times then.",
            "Question B4 2 points.",
            "We were in GCSE set 3 in Y11.",
            "I paid it by post in 2019.",
        ] {
            finds_nothing(text);
        }
    }
}
