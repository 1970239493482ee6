//! Official numbers: health, social security, national insurance, tax, passports; and identifiers of the input that
//! hold a name.

use super::digits::values;
use super::{Cue, Hit, add_all, address, any_of, checksum, compile, digits, names, net, phone, postcode};
use crate::finding::Kind;
use regex::Regex;
use std::sync::LazyLock;

/// Ten digits in the groups of an NHS number, or in none.
static TEN: LazyLock<Regex> = LazyLock::new(|| compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b"));

const NHS: &[Cue] = &[
    (r"\bnhs (?:number|no\.?|num)", "NHS number 943 476 5919 on the letter."),
    (r"\bnhs", "NHS: 9434765919."),
    (r"\bchi(?: (?:number|no\.?))?", "CHI 010101 0014."),
    (r"\bh&c (?:number|no\.?)", "The H&C number is 320 000 0010."),
];

static NHS_CUED: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(r"(?i){}(?:\s+(?:is|was))?[\s:#=]+(\d[\d -]{{7,12}}\d)\b", any_of(NHS)))
});

static SSN: LazyLock<Regex> = LazyLock::new(|| compile(r"\b(\d{3})([- ])(\d{2})([- ])(\d{4})\b"));

const SOCIAL: &[Cue] = &[
    (r"\bssn", "SSN 536 90 4399 is on the form."),
    (r"\bsocial security (?:number|no\.?)", "My social security number is 536904399."),
    (r"\bsocial(?: is| was)", "My social is 536-90-4399."),
    (r"\bitin", "ITIN: 912-70-1234."),
    (r"\bssn", "SSN ending 6789."),
    (r"\bssn", "SSN xxx-xx-6789."),
    (r"\blast four of (?:my|his|her) social(?: are| is)", "The last four of my social are 4399."),
];

static SSN_CUED: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i){}(?:\s+(?:is|was|number|ending|in))*[\s:#=]+(?:[x*]{{3}}-?[x*]{{2}}-?)?(\d{{3}}[- ]?\d{{2}}[- ]?\d{{4}}|\d{{4}})\b",
        any_of(SOCIAL)
    ))
});

/// Numbers with letters that nothing else looks like: national insurance (UK), PAN (IN), driving licence (UK), number
/// plates (UK) with their space, Medicare (US).
static LETTERED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]|[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]|[A-Z]{2,5}9{0,3}\d{6}[A-Z9]{2}\d[A-Z]{2}|[A-HJ-PR-Y]{2}\d{2} [A-HJ-PR-Z]{3}|[1-9][A-Z][A-Z0-9]\d-[A-Z][A-Z0-9]\d-[A-Z]{2}\d{2})\b",
    )
});

/// A number plate without its space, or older, or of Ireland and California; and a driving licence of the US.
static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b(?:car|van|bike|vehicle|reg|registration|plates?)(?:['’]s)?(?:\s+(?:is|was|are|it's|reg|plates?|number))*[\s:#,]+((?-i:[A-Z]{2}\d{2}[A-Z]{3}|\d[A-Z]{3}\d{3}|[A-Z]\d{1,3} ?[A-Z]{3}|\d{2,3}[- ][A-Z]{1,2}[- ]\d{3,6}))\b|(?-i:\bDL)[\s:#]+((?-i:[A-Z]\d{7,8}))\b",
    )
});

static PPS: LazyLock<Regex> = LazyLock::new(|| compile(r"\b\d{7}[A-Wa-w][A-IWa-iw]?\b"));

/// Groups that Aadhaar (4-4-4), SIN (3-3-3), Medicare (4-5-1) and tax file numbers are written in.
static GROUPED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:[2-9]\d{3}[ -]\d{4}[ -]\d{4}|\d{3}[ -]\d{3}[ -]\d{3}|[2-6]\d{3}[ -]\d{5}[ -]\d(?:[ -/]\d)?)\b",
    )
});

const OFFICIAL: &[Cue] = &[
    (r"\bnational insurance(?: (?:number|no\.?))?", "National insurance number: AB 12 34 56 C."),
    (r"\bni (?:number|no\.?)", "My NI number is AB123456C."),
    (r"\bpps(?:n| number| no\.?)", "Her PPS number is 1234567T."),
    (r"\baadhaar(?: card)?(?: (?:number|no\.?))?", "My Aadhaar number is 2345 6789 0124."),
    (r"\b(?:pan|tan) (?:card|number|no\.?)(?: (?:number|no\.?))?", "PAN card number ABCPE1234F."),
    (r"\b(?:tfn|tax file (?:number|no\.?))", "My tax file number is 123 456 782."),
    (r"\bmedicare(?: card)?(?: (?:number|no\.?|id))?", "Her Medicare number is 2123 45670 1."),
    (r"\bmedicaid(?: (?:number|no\.?|id))?", "Medicaid ID AB12345C."),
    (r"\b(?:sin|social insurance)(?: (?:number|no\.?))", "SIN number 046 454 286."),
    (r"\bnin(?: (?:number|no\.?))?", "My NIN is 12345678901."),
    (r"\bbvn(?: (?:number|no\.?))?", "The BVN is 22123456789."),
    (r"\bnhi(?: (?:number|no\.?))?", "NHI: ZAC5361."),
    (r"\bird (?:number|no\.?)", "The IRD number is 49-091-850."),
    (r"\bpassport(?: (?:number|no\.?))?", "Passport number 533401372."),
    (
        r"\b(?:driver'?s?|driving) licen[cs]e(?: (?:number|no\.?))?",
        "His driver's license number was D1234567.",
    ),
    (r"\b(?:number|licen[cs]e|registration) plate", "The number plate is AB12 CDE."),
    (r"\bmbi(?: (?:number|no\.?))?", "MBI 1EG4TE5MK73."),
    (r"\bihi(?: (?:number|no\.?))?", "IHI 8003 6081 6669 0503."),
    (r"\bnino", "NINO: AB 12 34 56 C."),
    (r"\bvoter(?: id| card)(?: (?:number|no\.?))?", "Voter ID ABC1234567."),
];

/// Behind a cue any run of letters and digits will do, with three digits at the least; a year is none.
static OFFICIAL_CUED: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?i){}(?:['’]s)?(?:\s+(?:is|was|it's|number|no\.?))*[\s:#=]+((?-i:[A-Z]{{0,5}}[ -]?\d(?:[ -]?[A-Z0-9]){{4,15}})|[A-Z]{{3}}\d{{4}}|[a-z]{{0,3}}\d[a-z0-9]{{5,14}})\b",
        any_of(OFFICIAL)
    ))
});

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    add_all(&NHS_CUED, Kind::Nhs, text, hits);
    for found in TEN.find_iter(text) {
        let digits = values(found.as_str());
        // Numbers given out so far; others with ten digits are telephones.
        if matches!(digits[0], 4 | 6 | 7 | 9)
            && checksum::nhs(&digits)
            && !after_phone(&text[..found.start()])
        {
            hits.push(Hit { kind: Kind::Nhs, bytes: found.range() });
        }
    }
    add_all(&SSN_CUED, Kind::SocialSecurity, text, hits);
    for groups in SSN.captures_iter(text) {
        let part = |n: usize| groups.get(n).map_or("", |group| group.as_str());
        let dashes = part(2) == "-" && part(4) == "-";
        let never = part(1) == "000" || part(1) == "666" || part(3) == "00" || part(5) == "0000";
        if dashes
            && !never
            && let Some(whole) = groups.get(0)
        {
            hits.push(Hit { kind: Kind::SocialSecurity, bytes: whole.range() });
        }
    }
    add_all(&OFFICIAL_CUED, Kind::NationalId, text, hits);
    add_all(&LETTERED, Kind::NationalId, text, hits);
    add_all(&PLATE, Kind::NationalId, text, hits);
    let adds_up = |found: &regex::Match<'_>| checksum::pps(found.as_str());
    hits.extend(
        PPS.find_iter(text).filter(adds_up).map(|found| Hit { kind: Kind::NationalId, bytes: found.range() }),
    );
    for found in GROUPED.find_iter(text) {
        let digits = values(found.as_str());
        let adds_up = match digits.len() {
            12 => checksum::verhoeff(&digits),
            10 | 11 => checksum::medicare(&digits),
            _ => checksum::luhn(&digits) || checksum::tax_file(&digits),
        };
        if adds_up {
            hits.push(Hit { kind: Kind::NationalId, bytes: found.range() });
        }
    }
}

fn after_phone(before: &str) -> bool {
    let start = before.char_indices().rev().nth(24).map_or(0, |(at, _)| at);
    let before = before[start..].to_ascii_lowercase();
    ["phone", "tel", "mobile", "cell", "call", "ring", "text", "fax"].iter().any(|word| before.contains(word))
}

/// A full date in an identifier; its year is the second, third or fourth group. The first says that it is one of birth, for
/// which two figures of a year do.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let (day, month) = (r"(?:3[01]|[12]\d|0?[1-9])", r"(?:1[0-2]|0[1-9])");
    let two = r"(?:3[01]|[12]\d|0[1-9])";
    compile(&format!(
        r"(?i)(?:^|[^a-z\d]|(\b(?:d\.?o\.?b|born|birth)|_(?:dob|born|birth))[^a-z\d]*)({day}[-_. ]{day}[-_. ]((?:19|20)\d\d|\d\d)|((?:19|20)\d\d)[-_. ]?{month}[-_. ]?{two}|{two}{two}((?:19|20)\d\d))(?:$|[^\d])"
    ))
});

/// Years before its session that a date has to lie to be one of birth and no other session's.
const YOUNGEST: u16 = 15;

/// The year of a session whose date is not known: the present one when this was written. No clock is asked, so that a run gives
/// the same tables in every year.
const NEWEST: u16 = 2026;

/// Dates of birth in an identifier. A full date is that of a session as a rule (`2024-03-09_K7`).
fn births(id: &str, date: Option<&str>) -> impl Iterator<Item = Hit> {
    let newest = date.and_then(|date| {
        let mut years = date.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() == 4);
        years.find_map(|year| year.parse().ok())
    });
    let latest = newest.unwrap_or(NEWEST).saturating_sub(YOUNGEST + 1);
    DATE.captures_iter(id).filter_map(move |groups| {
        let found = groups.get(2)?;
        let year = (3..6).find_map(|group| groups.get(group))?.as_str();
        let early = year.len() == 4 && year.parse::<u16>().is_ok_and(|year| year <= latest);
        (early || groups.get(1).is_some()).then(|| Hit { kind: Kind::BirthDate, bytes: found.range() })
    })
}

/// An identifier that says which official number or record it is.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"(?i)(?:^|[^a-z])(?:(mrn|hosp(?:ital)?)|(nhs|chi)|(ssn))(?:[-_ .:#]|no)*(\d[\d -]{3,14}\d)\b")
});

/// Numbers and addresses in an identifier. A bare run of digits is an identifier and no more: only what adds up, or has groups
/// or a beginning that nothing else has, is one of these.
fn numbers(id: &str) -> Vec<Hit> {
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let mut hits = Vec::new();
    // A stroke is part of a word, and digits behind it would not begin one.
    let plain = id.replace('_', "-");
    if digits >= 4 {
        let kinds = [Kind::Record, Kind::Nhs, Kind::SocialSecurity];
        for groups in LABELLED.captures_iter(&plain) {
            let kind = (1..4).find(|&group| groups.get(group).is_some()).map(|group| kinds[group - 1]);
            hits.extend(kind.zip(groups.get(4)).map(|(kind, found)| Hit { kind, bytes: found.range() }));
        }
        look(&plain, &mut hits);
        digits::look(&plain, &mut hits);
    }
    if digits >= 6 {
        phone::look(&plain, &mut hits);
    }
    if digits >= 2 && id.contains(' ') {
        postcode::look(id, &mut hits);
        address::look(id, true, &mut hits);
    }
    hits.retain(|hit| is_typical(hit.kind, &plain[hit.bytes.clone()]));
    hits
}

/// Whether what was found in an identifier has a form that codes do not have.
fn is_typical(kind: Kind, found: &str) -> bool {
    static PHONE: LazyLock<Regex> = LazyLock::new(|| {
        compile(r"^(?:\+.*|\(?07\d{3}\)?[ -]?\d{3}[ -]?\d{3}|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4})$")
    });
    match kind {
        Kind::Phone => PHONE.is_match(found),
        Kind::Postcode => found.contains(' '),
        Kind::Bank => !found.bytes().any(|byte| byte.is_ascii_lowercase()),
        _ => true,
    }
}

/// Identifiers are taken over into tables as they are: a name, an address or a date of birth in them identifies. The date is
/// that of the session as written.
pub(super) fn in_identifier(id: &str, date: Option<&str>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if id.contains('@') {
        net::look(id, &super::Traits { at: true, ..super::Traits::default() }, &mut hits);
    }
    if id.bytes().filter(u8::is_ascii_digit).count() >= 4 {
        hits.extend(births(id, date));
    }
    if id.len() > 6 {
        hits.extend(numbers(id));
    }
    hits.extend(names::in_identifier(id).into_iter().map(|bytes| Hit { kind: Kind::Name, bytes }));
    super::settle(hits, "")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};
    use super::*;

    #[test]
    fn official_numbers() {
        finds("nhs", "It's 943 476 5919, she told the desk.", "943 476 5919");
        finds("social_security", "The form wanted 536-90-4399 again.", "536-90-4399");
        finds("national_id", "AB 12 34 56 C is what it says.", "AB 12 34 56 C");
        finds("national_id", "Down as 1234567T at the office.", "1234567T");
        finds("national_id", "They typed 046 454 286 twice.", "046 454 286");
        finds("national_id", "It says 2123 45670 1 on the card.", "2123 45670 1");
        finds("national_id", "My car is YK19 XRT.", "YK19 XRT");
        finds("national_id", "The plate 7ABC123.", "7ABC123");
        finds("national_id", "His reg K123 ABC.", "K123 ABC");
        finds("national_id", "Car registration 191-D-12345.", "191-D-12345");
        finds("national_id", "DL D1234567 (CA).", "D1234567");
        finds("national_id", "It says 1EG4-TE5-MK73.", "1EG4-TE5-MK73");
        finds("national_id", "It was a white van, YK19XRT, on the kerb.", "YK19XRT");
        cues("nhs", NHS);
        cues("social_security", SOCIAL);
        cues("national_id", OFFICIAL);
    }

    #[test]
    fn no_official_numbers() {
        for text in [
            "The scores were 111 222 333, if you like.",
            "NHS waiting lists are at 18 weeks.",
            "I got my passport in 2019 and went.",
            "My driving licence came back after 6 months.",
            "Medicare paid for 10 sessions.",
            "My car is 19 now. PHQ9 was 19. The room is AB12DEF.",
        ] {
            finds_nothing(text);
        }
    }

    #[test]
    fn identifiers_with_names() {
        for (id, at) in [
            ("anna_smith_s3", Some(0..10)),
            ("S101-01", None),
            ("widow_s6", None),
            ("2024-Darren", Some(5..11)),
            ("grace_2", None),
            ("Dr Okonkwo", Some(3..10)),
            ("Mrs. Obi Okonkwo", Some(5..16)),
            ("prof Venkata 2", Some(5..12)),
            ("Dr M", None),
            ("MS_Pre_01", None),
            ("St Helens 2", None),
            ("J. Okafor", Some(0..9)),
            ("K7 O. Okafor", Some(3..12)),
            ("Mia Tilling", Some(0..11)),
            ("DeniseHargreaves", Some(0..16)),
            ("HargreavesDenise1981", Some(10..16)),
            ("xKaiQ9", None),
            ("SessionOne", None),
            ("P. Intake report", None),
        ] {
            assert_eq!(in_identifier(id, None).first().map(|hit| hit.bytes.clone()), at, "{id}");
        }
        assert_eq!(in_identifier("a.b@example.com", None)[0].kind, Kind::Email);
    }

    #[test]
    fn identifiers_that_are_numbers() {
        for (id, kind, at) in [
            ("9434765919", Kind::Nhs, 0..10),
            ("943-476-5919", Kind::Nhs, 0..12),
            ("NHS 943 476 5918", Kind::Nhs, 4..16),
            ("523-45-6789", Kind::SocialSecurity, 0..11),
            ("smith_j_07700900123", Kind::Phone, 8..19),
            ("MRN00482913", Kind::Record, 3..11),
            ("JG103759A", Kind::NationalId, 0..9),
            ("1EG4-TE5-MK73", Kind::NationalId, 0..13),
            ("GB29NWBK60161331926819", Kind::Bank, 0..22),
            ("4111111111111111", Kind::Card, 0..16),
            ("SN1 4AB", Kind::Postcode, 0..7),
            ("12 High Street", Kind::Address, 0..14),
        ] {
            let found = in_identifier(id, None);
            assert_eq!(
                found.iter().map(|hit| (hit.kind, hit.bytes.clone())).collect::<Vec<_>>(),
                [(kind, at)],
                "{id}"
            );
        }
        for id in [
            "9434765918",
            "0123456789",
            "00481987",
            "S10-1AB",
            "A1B2C3-7",
            "K7-2024-03-09-12",
            "7f3e12ab-99c0-4412-8a1e",
            "site 04 client 0017",
            "P-0001-0002-0003",
            "01632960983",
            "1200345678",
        ] {
            assert_eq!(in_identifier(id, None), [], "{id}");
        }
    }

    #[test]
    fn identifiers_with_dates_of_birth() {
        for (id, date, birth) in [
            ("0483_04-11-1987", None, Some("04-11-1987")),
            ("K7 1987-11-04", None, Some("1987-11-04")),
            ("19871104-K7", None, Some("19871104")),
            ("K7_04111987", None, Some("04111987")),
            ("dob_2012-03-04", None, Some("2012-03-04")),
            ("K7-DOB 04.11.87", None, Some("04.11.87")),
            ("2024-03-09_K7", None, None),
            ("20240309_K7", None, None),
            ("K7_04-11-2012", None, None),
            ("1998-03-09_K7", Some("9 March 1998"), None),
            ("1998-03-09_K7", Some("2015-01-02"), Some("1998-03-09")),
            ("P-01-02-55", None, None),
            ("00481987", None, None),
            ("1119871104", None, None),
            ("newborn_2020-01-02", None, None),
        ] {
            let found = in_identifier(id, date);
            let words = found.first().map(|hit| (hit.kind, &id[hit.bytes.clone()]));
            assert_eq!(words, birth.map(|birth| (Kind::BirthDate, birth)), "{id}");
        }
    }
}
