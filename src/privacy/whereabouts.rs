//! Places and employers, where the words around make them likely: "I live in …", "I work at …", "… Primary School".

use super::names::is_no_person;
use super::names::lists::{self, Class, is_in};
use super::{Cue, Hit, any_of, compile, groups_in};
use crate::finding::Kind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

const CAPITAL: &str = r"\p{Lu}\p{L}[\p{L}'’&]*(?:-\p{L}+)*";

/// Capitals, with the small words that names of places have between.
fn place_name() -> String {
    format!(r"(?:St\.? )?{CAPITAL}(?:[ -](?:(?:of|upon|on|the|under|le|la|de)[ -]){{0,2}}{CAPITAL}){{0,3}}")
}

/// The same for firms and schools, also `Hardy, Saunders and Shaw`.
fn firm_name() -> String {
    format!(
        r"{CAPITAL}(?:, {CAPITAL})+ (?:and|&) {CAPITAL}|(?:St\.? )?{CAPITAL}(?:[ -](?:(?:of|the|and|&|for|in)[ -]){{0,2}}{CAPITAL}){{0,4}}"
    )
}

const PLACES: &[Cue] = &[
    (
        r"\b(?:live|lives|lived|living|based|settled|housed|homeless|stay|stays|stayed|staying)(?: (?:over|out|up|down|back|just|now|alone|there))? (?:in|near|outside)",
        "I live in Chorlton with my nan.",
    ),
    (
        r"\b(?:i'm|i am|he's|she's|they're|we're|is|was|are|were|come|comes|came|family's) (?:originally )?from",
        "My dad's family's from Mayo and hers isn't.",
    ),
    (
        r"\b(?:moved?|moving|went back|going back|go back|sent|drove|drives?|driving|flew|fly|flies|travels?|travelled|commutes?|commuting|relocated|emigrated|sent (?:him|her|me|us|them)) (?:up |down |over |out |back |away |home )?(?:to|from)",
        "We moved to Luton when I was nine.",
    ),
    (r"\b(?:grew up|born|raised|brought up|schooled|bred) in", "I grew up in Geelong, by the water."),
    (
        r"\b(?:work|works|worked|working|job|flat|house|place|home|room|bedsit|hostel|cottage) (?:up |down |over )?in",
        "I've a flat in Headingley now.",
    ),
    (
        r"\b(?:home ?town|village|town|city|suburb|estate|area) (?:of|called|is|was)",
        "It's a village called Badsworth.",
    ),
    (r"\bback (?:home )?in", "Back in Ibadan it was different."),
    (r"\b(?:resident|native|citizen|outskirts|north|south|east|west) of", "Resident of Todmorden."),
];

static PLACE: LazyLock<Regex> =
    LazyLock::new(|| compile(&format!(r"(?i:{})\s+(?:the\s+)?({})", any_of(PLACES), place_name())));

const EMPLOYERS: &[Cue] = &[
    (
        r"\b(?:work|works|worked|working|job|shift|shifts|employed|contract|temping|apprenticeship|apprentice|placement|interview) (?:over |down |up |part-time |full-time |nights |days )?(?:at|for|by|with)",
        "I work at Greggs, the early shift.",
    ),
    (
        r"\b(?:manager|cashier|supervisor|nurse|teacher|driver|clerk|cleaner|guard|chef|cook|porter|lecturer|partner|engineer|assistant|director|secretary|receptionist|carer|volunteer) (?:at|for|with)",
        "She's a teacher at Saint Cuthbert's.",
    ),
    (r"\b(?:job|post|role|position) (?:at|with|from)", "They gave me a job at Rolls-Royce."),
    (
        r"\b(?:studied|studying|studies|study|student|pupil|enrolled|degree|lectures|lessons) (?:at|with)",
        "He's studying at Leeds Beckett now.",
    ),
    (
        r"\b(?:laid off|fired|sacked|let go|made redundant|retired|resigned) (?:by|from)",
        "I was sacked from Lidl.",
    ),
    (r"\b(?:employer|workplace|company)(?: is| was|:)?", "Employer: Northern Rail."),
    (
        r"\b(?:ward(?: \w+)?|a&e|icu|intensive care|maternity|admitted|appointment|operation|scan) (?:at|to)",
        "I'm a nurse on ward 12 at St James's.",
    ),
];

static EMPLOYER: LazyLock<Regex> =
    LazyLock::new(|| compile(&format!(r"(?i:{})\s+(?:the\s+)?({})", any_of(EMPLOYERS), firm_name())));

const INSTITUTIONS: &str = "School|Primary|Secondary|Academy|College|University|Hospital|Infirmary|Clinic|Surgery|Practice|Medical Cent(?:re|er)|Health Cent(?:re|er)|Hospice|Church|Mosque|Temple|Synagogue|Prison|Barracks|Care Home|Nursing Home|Lodge|Ltd|Limited|Inc|LLC|PLC|plc|Council|Constabulary|Infants|Juniors|Nursery|Institute|CMHT|IAPT|CAMHS|UHB|NHS (?:Foundation )?Trust|Foundation Trust|Ward";

/// Names that say of themselves what they are.
static INSTITUTION: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b((?:St\.?\s+)?{CAPITAL}(?:\s+(?:(?:of|and|&|the)\s+)?{CAPITAL}){{0,3}}?\s+(?:{INSTITUTIONS})(?:\s+(?:School|Hospital|College|Practice))?)\b|\b((?:(?:University|College|Bank|City|Borough) of (?:the )?|HMP |HMYOI |YOI ){CAPITAL}(?:\s+{CAPITAL})?)"
    ))
});

/// Of these, those that many words of every day stand before.
const TEAMS: [&str; 5] = [" CMHT", " IAPT", " CAMHS", " UHB", " Ward"];

const INSTITUTIONS_SMALL: &str =
    "surgery|clinic|practice|hospital|hospice|school|college|academy|nursery|prison";

/// The same in small letters, and hospitals that are known by less: "the Meadow Lane surgery", "at Leeds General".
static INSTITUTION_SMALL: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?:at|to|in|into|near|from|by|the|The) ((?:St\.? )?{CAPITAL}(?: {CAPITAL}){{0,3}} (?:{INSTITUTIONS_SMALL}))\b|\b(?:at|to|in|into) (?:the )?({CAPITAL}(?: {CAPITAL})? General)\b"
    ))
});

/// Places behind no more than a small word: "my sister in Lagos". The name is in no list, and [`is_no_place`] does not know it.
static NEAR: LazyLock<Regex> =
    LazyLock::new(|| compile(&format!(r"\b(?:in|near|from|outside) ({})", place_name())));

/// Behind a place that somebody comes from: "from Bilbao to Swansea".
static ONWARD: LazyLock<Regex> = LazyLock::new(|| compile(&format!(r"^ (?:to|and|via) ({})", place_name())));

/// Behind a street address: "12 Mill Road, Leeds". The sentence ends there, a comma follows, or a postcode.
static TOWN: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"^\.?,\s+({})(?:\s*(?:[,.;:?!)]|$)|\s+(?:[A-Z]{{1,2}}\d|(?:[A-Z]{{2,3}}\s+)?\d{{4,6}}\b))",
        place_name()
    ))
});

/// What stands with a capital behind a small word and is no place.
const NO_PLACE: [&str; 8] = [
    // Months and titles.
    " jan feb mar apr jun jul aug sep sept oct nov dec mr mrs ms dr ",
    // Languages.
    " hindi urdu tamil kannada gujarati punjabi bengali telugu malayalam yoruba igbo hausa twi arabic farsi latin gaelic tigrinya mandarin cantonese danish swedish norwegian finnish dutch hungarian czech slovak bulgarian croatian serbian albanian hebrew yiddish persian pashto dari somali swahili zulu afrikaans amharic marathi sinhala nepali malay tagalog filipino burmese catalan basque esperanto cornish creole patois braille makaton ",
    // Shops, makes and banks.
    " tesco asda lidl aldi morrisons sainsbury sainsburys waitrose wilko argos primark poundland costa costco starbucks nando nandos pret greggs mcdonald mcdonalds ikea boots spar coles woolworths walmart walgreens kroger safeway publix halfords screwfix homebase wickes dunelm superdrug matalan debenhams specsavers wetherspoon wetherspoons wagamama domino dominos ocado uber lyft vinted deliveroo doordash grubhub instacart etsy depop gumtree temu shein asos zara evri hermes yodel airbnb klarna paypal monzo revolut barclays natwest lloyds santander lego playmobil barbie lycra velcro tupperware crocs adidas nike vodafone barnardo barnardos cruse relate mencap talkspace betterhelp ",
    // Programs and what is read and seen.
    " amazon ebay netflix facebook instagram tiktok whatsapp youtube google excel powerpoint reddit snapchat twitter discord twitch spotify tinder bumble hinge grindr linkedin pinterest tumblr messenger zoom teams skype facetime outlook gmail hotmail duolingo headspace strava fitbit alexa siri chatgpt wikipedia kindle mumsnet bluetooth eastenders emmerdale hollyoaks bridgerton vogue cosmopolitan evernote bitcoin hamlet macbeth coronation ",
    // Games and what is made up.
    " minecraft fortnite roblox pokemon pokémon tetris zelda warcraft skyrim valorant overwatch nintendo playstation xbox monopoly scrabble sudoku wordle warhammer hogwarts gryffindor hufflepuff ravenclaw slytherin narnia mordor gotham neverland wonderland nirvana ",
    // Illnesses and medicines.
    " covid corona coronavirus alzheimer alzheimers parkinson parkinsons asperger aspergers tourette tourettes crohn crohns fibromyalgia prozac zoloft sertraline citalopram escitalopram fluoxetine mirtazapine venlafaxine lexapro effexor wellbutrin seroquel quetiapine olanzapine lithium valium diazepam xanax ativan lorazepam zopiclone ambien ritalin adderall concerta methadone subutex suboxone tramadol pregabalin gabapentin propranolol ventolin menopause keppra lamictal depakote abilify risperdal zyprexa cymbalta paxil celexa klonopin trazodone vyvanse strattera latuda topamax metformin codeine morphine oxycontin fentanyl nurofen paracetamol ibuprofen calpol botox ozempic wegovy mounjaro ",
    // Faiths, therapies and what one goes to.
    " islam sufi wicca quran koran bible torah talmud gita psalms genesis exodus leviticus reiki tai mindfulness gestalt yoga zumba pilates qigong judo karate taekwondo al-anon alateen scouts cubs brownies guides rangers camhs ofsted ofgem brexit parliament universal slimming lamaze jehovah physics maths crown ",
    // Signs of the zodiac.
    " aries taurus gemini virgo scorpio sagittarius capricorn aquarius pisces ward wing ",
];

/// Faiths and fields of study: "in Buddhism", "in Christianity", "in Psychology".
const NO_PLACE_ENDINGS: [&str; 6] = ["ism", "ity", "ology", "bleness", "fulness", "iveness"];

/// Languages, shops, programs, games, medicines, faiths: what stands with a capital and is nowhere.
pub(super) fn is_no_place(lower: &str) -> bool {
    NO_PLACE.iter().any(|list| is_in(list, lower))
        || NO_PLACE_ENDINGS.iter().any(|ending| lower.len() > ending.len() + 3 && lower.ends_with(ending))
}

static INSTITUTION_WORD: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?:{INSTITUTIONS}|{INSTITUTIONS_SMALL}|General|University|Bank|City|Borough|HMP|HMYOI|YOI)\b"
    ))
});

/// What stands before an institution and names none.
const GENERIC: &str = " school hospital college church miss year each any no high primary secondary grammar boarding sunday middle junior infant the my our his her their a an nursery special local general old new community catholic methodist baptist private state public medical city county town parish and in at to but so gp then day acute maternity labour older adult adults inpatient outpatient female male psychiatric rehab forensic step-down early respite assessment admission mental crisis on from his under referred our discharged perinatal adolescent weekly elderly specialist tier team stroke mild locked open burns oncology ";

/// A country or a state of the US holds too many people to identify one.
const LARGE: &str = " england scotland wales ireland britain america canada australia india pakistan nigeria ghana kenya poland romania spain france germany italy portugal greece turkey china japan brazil mexico jamaica africa asia europe iraq iran syria libya kuwait yugoslavia afghanistan bangladesh somalia sudan ethiopia eritrea egypt uganda zimbabwe philippines vietnam thailand malaysia indonesia singapore russia ukraine hungary bulgaria albania kosovo croatia serbia bosnia sweden norway denmark finland holland netherlands belgium switzerland austria israel palestine lebanon jordan cuba haiti colombia peru chile argentina ecuador venezuela nepal cyprus malta iceland alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia wisconsin wyoming usa uk us gb eu uae states kingdom earth heaven hell god mass ";

pub(super) fn look(text: &str, hits: &mut Vec<Hit>) {
    for (regex, kind) in [(&PLACE, Kind::Place), (&EMPLOYER, Kind::Organisation)] {
        for group in groups_in(regex, text) {
            let rest = &group.as_str()[leading_generic(group.as_str())..];
            if is_named(group.as_str(), kind) && !is_in(GENERIC, &rest.to_lowercase()) {
                hits.push(Hit { kind, bytes: group.start()..group.start() + length(group.as_str()) });
            }
        }
    }
    for group in groups_in(&NEAR, text) {
        if is_somewhere(group.as_str()) {
            let end = group.start() + length(group.as_str());
            hits.push(Hit { kind: Kind::Place, bytes: group.start()..end });
            let onward = || ONWARD.captures(&text[end..]).and_then(|groups| groups.get(1));
            if text[..group.start()].ends_with("from ")
                && let Some(other) = onward().filter(|other| is_somewhere(other.as_str()))
            {
                let start = end + other.start();
                hits.push(Hit { kind: Kind::Place, bytes: start..start + length(other.as_str()) });
            }
        }
    }
    if INSTITUTION_WORD.is_match(text) {
        for group in groups_in(&INSTITUTION_SMALL, text) {
            let skipped = leading_generic(group.as_str());
            if is_proper(&group.as_str()[skipped..]) {
                hits.push(Hit { kind: Kind::Organisation, bytes: group.start() + skipped..group.end() });
            }
        }
        for group in groups_in(&INSTITUTION, text) {
            let skipped = leading_generic(group.as_str());
            let rest = &group.as_str()[skipped..];
            // "High School" alone is no name.
            let first = rest.split(' ').next().unwrap_or_default().to_lowercase();
            // "Older Adult CMHT", "Weekly Ward Round".
            let team = TEAMS.iter().any(|team| rest.ends_with(team));
            if rest.contains(' ')
                && !is_in(GENERIC, &first)
                && (!team || is_proper(rest) && !is_no_place(&first))
            {
                hits.push(Hit { kind: Kind::Organisation, bytes: group.start() + skipped..group.end() });
                // "Sunnybank Care Home, Todmorden".
                let place = |town: &Range<usize>| is_somewhere(&text[group.end()..][town.clone()]);
                let town = town(&text[group.end()..]).filter(place);
                hits.extend(town.map(|town| Hit {
                    kind: Kind::Place,
                    bytes: group.end() + town.start..group.end() + town.end,
                }));
            }
        }
    }
}

/// Whether a word in small letters is a country or a state.
pub(super) fn is_large(lower: &str) -> bool {
    is_in(LARGE, lower)
}

/// Whether a name is that of a place in no list and no name.
fn is_somewhere(name: &str) -> bool {
    let first = name.split([' ', '\'', '’']).next().unwrap_or_default().to_lowercase();
    lists::class(&first) == Class::Unknown && !is_no_place(&first) && is_proper(name) && !is_housing(name)
}

/// "Lives in Sheltered Housing".
fn is_housing(name: &str) -> bool {
    [" Housing", " Accommodation", " Living", " Care"].iter().any(|end| name.ends_with(end))
}

/// Where in the text directly behind a street address a place stands: the name is no word, no first name and no country.
pub(super) fn town(text: &str) -> Option<Range<usize>> {
    let group = TOWN.captures(text)?.get(1)?;
    let first = group.as_str().split([' ', '\'', '’']).next().unwrap_or_default().to_lowercase();
    let named = lists::class(&first) == Class::Sure || is_no_place(&first) || KIN.contains(&first.as_str());
    (is_proper(group.as_str()) && !named).then(|| group.start()..group.start() + length(group.as_str()))
}

/// Whether a name begins with a word that is one: no day, no language, no abbreviation, nothing of every day.
fn is_proper(name: &str) -> bool {
    let first = name.split(' ').next().unwrap_or_default();
    let lower = first.to_lowercase();
    is_saint(name)
        || !(lists::is_calendar(&lower)
            || is_in(LARGE, &lower)
            || is_in(GENERIC, &lower)
            || is_no_person(&lower)
            || lists::class(&lower) == Class::Common
            || first.chars().nth(1).is_none_or(char::is_uppercase))
}

fn is_saint(name: &str) -> bool {
    name.starts_with("St ") || name.starts_with("St. ")
}

/// Bytes of generic words at the beginning, with what follows them; "Attends the" in front of a name is none of it.
fn leading_generic(name: &str) -> usize {
    let article = name.find(" the ").filter(|&at| !name[..at].contains(' '));
    let mut at = article.map_or(0, |at| at + " the ".len());
    while let Some((word, rest)) = name[at..].split_once(' ') {
        if !is_in(GENERIC, &word.to_lowercase()) || rest.is_empty() {
            break;
        }
        at += word.len() + 1;
    }
    at
}

/// Without a day or a month, or a possessive, at the end.
fn length(name: &str) -> usize {
    if let Some((rest, last)) = name.rsplit_once(' ')
        && lists::is_calendar(&last.to_lowercase())
    {
        return rest.trim_end_matches([',', ' ']).trim_end_matches(" in").trim_end_matches(" on").len();
    }
    let lost = |end: &str| {
        name.strip_suffix(end).map(str::len).filter(|_| !name.contains("St") && !name.contains("Saint"))
    };
    lost("'s").or_else(|| lost("’s")).unwrap_or(name.len())
}

fn is_named(name: &str, kind: Kind) -> bool {
    if is_saint(name) {
        return true;
    }
    let first = name.split([' ', '\'', '’']).next().unwrap_or_default();
    let one = !name.contains(' ');
    let lower = first.to_lowercase();
    let class = lists::class(&lower);
    let calendar = lists::is_calendar(&lower) || first.len() < 3 || is_in(LARGE, &lower) && one;
    let word = is_housing(name) && kind == Kind::Place
        || one && (class == Class::Common || kind == Kind::Place && is_no_place(&lower));
    // "I worked with Darren": a person. "I'm from Jordan" is somewhere.
    let person = class == Class::Sure || class == Class::Word && kind == Kind::Organisation;
    !(calendar || word || person || lower.starts_with("i'") || first == "I" || KIN.contains(&lower.as_str()))
}

const KIN: [&str; 16] = [
    "mum", "mom", "mam", "dad", "mummy", "daddy", "nan", "gran", "grandad", "granny", "auntie", "uncle",
    "sister", "brother", "father", "mother",
];

#[cfg(test)]
mod tests {
    use super::super::tests::{cues, finds, finds_nothing};

    #[test]
    fn places_and_employers() {
        finds("place", "I live in Stow on the Wold now.", "Stow on the Wold");
        finds("place", "We moved up to Newcastle-under-Lyme in the summer.", "Newcastle-under-Lyme");
        finds("organisation", "He goes to Alma Primary School now.", "Alma Primary School");
        finds("organisation", "They took her to the Royal Preston Hospital.", "Royal Preston Hospital");
        finds("organisation", "I did it at the University of Ibadan.", "University of Ibadan");
        finds("organisation", "He's at the Meadow Lane surgery now.", "Meadow Lane surgery");
        finds("organisation", "Kieran's at Leeds General.", "Leeds General");
        finds("organisation", "I'm a nurse on ward 12 at St James's.", "St James's");
        finds("organisation", "She's a teacher at St. Cuthbert's.", "St. Cuthbert's");
        for team in [
            "Lambeth CMHT",
            "Southwark IAPT",
            "Kent and Medway NHS Trust",
            "Betsi Cadwaladr UHB",
            "Juniper Ward",
            "HMP Wandsworth",
        ] {
            finds("organisation", &format!("Now under {team}, since March."), team);
        }
        finds("place", "I live in St Helens.", "St Helens");
        finds("place", "She married in Lagos.", "Lagos");
        finds("place", "There was a farm near Slemish.", "Slemish");
        finds("place", "A card came from Dunedin on Monday.", "Dunedin");
        finds("place", "Discharged to Sunnybank Care Home, Todmorden.", "Todmorden");
        finds("organisation", "Attends the East London Mosque.", "East London Mosque");
        let session = super::super::tests::session(&["They moved from Bilbao to Swansea."]);
        assert_eq!(super::super::find(&session).len(), 2);
        cues("place", super::PLACES);
        cues("organisation", super::EMPLOYERS);
    }

    #[test]
    fn no_places_and_employers() {
        for text in [
            "I live in England.",
            "I was born in March.",
            "She came from Mum's side.",
            "I live in fear of it.",
            "He went to High School and Sunday School.",
            "We moved to Monday.",
            "I'm from Texas.",
            "I work for God.",
            "It was my Year 9 School.",
            "The Monday clinic, the Catholic school, the NHS hospital, my GP surgery, the special school.",
            "At the school, in hospital. The Attorney General. In General I am well.",
            "In Feb I was in Tesco's, in CBT, in English, in Punjabi. A note from Mr [NAME], from Mum.",
            "I prayed at St Mary's.",
            "Referred to CAMHS. Under Adult CMHT. On the Acute Ward. Weekly Ward round. NHS IAPT. Perinatal CMHT. Oncology Ward. Monday Ward. Building Trust in Therapy.",
            "In Covid I slept. It comes from Prozac, I got that from Sertraline, like his nan in Alzheimer's.",
            "I found peace in Buddhism, in Christianity, in Islam and in Reiki. I'm from Catholicism.",
            "He lives in Minecraft, in Fortnite, in Gryffindor. I read it in Reddit, I moved from Uber to Ocado.",
            "Lives in Sheltered Housing. Low in Agreeableness. Seen outside Tesco.",
            "A coat from Vinted, a curry from Deliveroo. A degree in Psychology.",
        ] {
            finds_nothing(text);
        }
    }
}
