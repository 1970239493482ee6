//! Words that announce a name or follow one. Every cue stands beside a sentence that it is found in.

use super::lists::{Class, class, is_calendar, is_in};
use super::subject;
use super::words::{Gap, Shape, Word};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A phrase in small letters, and a sentence whose name it announces.
type Phrase = (&'static str, &'static str);

/// How much a cue says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A word of the lists is a name, also in small letters.
    Weak,
    /// So is a word in no list that does not look like one of every day.
    Role,
    /// A word that is none of the common ones is a name.
    Kin,
    /// Whatever has a capital is a name, and known names without one are too.
    Strong,
}

/// Titles: what stands behind with a capital is a name.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "doctor",
    "sir",
    "dame",
    "lady",
    "rev",
    "reverend",
    "fr",
    "father",
    "sr",
    "sister",
    "brother",
    "nurse",
    "pc",
    "sgt",
    "sergeant",
    "officer",
    "detective",
    "judge",
    "pastor",
    "imam",
    "rabbi",
    "uncle",
    "auntie",
    "aunt",
    "aunty",
    "nana",
    "nan",
    "granny",
    "grandma",
    "grandad",
    "grandpa",
    "coach",
    "cousin",
    "captain",
    "corporal",
    "inspector",
    "constable",
    "mister",
    "missus",
    "madam",
    "chief",
    "alhaji",
    "oga",
    "tita",
    "tito",
    "tia",
    "tio",
    "chacha",
    "didi",
    "cllr",
    "councillor",
    "insp",
    "capt",
    "cpl",
    "supt",
    "garda",
    "smt",
    "shri",
    "sheikh",
    "chaplain",
    "haji",
    "maulana",
    "gogo",
    "halmoni",
    "nonna",
    "nonno",
    "abuela",
    "abuelo",
];

/// Ranks that are surnames or abbreviations of other things too.
const RANKS: &[&str] = &["Justice", "Bishop", "DC", "DI", "DS", "DCI", "PCSO", "CPN", "AMHP", "HV", "SW"];

/// Titles that a full stop stands behind.
pub(super) fn is_abbreviated(title: &str) -> bool {
    const ABBREVIATED: &str = " mr mrs ms mx dr prof rev fr sr sgt cllr insp capt cpl supt smt ";
    is_in(ABBREVIATED, title)
}

/// Of these some are words too, and only those of a person that is spoken of behind a name are titles.
const NOT_AFTER: &[&str] = &[
    "christmas",
    "right",
    "universe",
    "world",
    "who",
    "act",
    "god",
    "jesus",
    "sam",
    "nature",
    "time",
    "ramos",
    "superior",
    "school",
    "england",
    "piggy",
    "abbot",
];

/// Whether a word is a title, with its full stop or without.
pub(super) fn is_title(word: &str) -> bool {
    TITLES.iter().any(|title| word.eq_ignore_ascii_case(title)) || word.eq_ignore_ascii_case("st")
}

/// Somebody is introduced.
pub(super) const INTRODUCTIONS: &[Phrase] = &[
    ("my name is", "Hello, my name is Zbylut and I'm new."),
    ("my name's", "My name's Okonedo."),
    ("name is", "His name is Fintwell, he's four."),
    ("name was", "Her name was Abeni."),
    ("names are", "Their names are Fintwell and Ben."),
    ("named", "A boy named Fintwell sat by me."),
    ("called him", "They called him Tunji."),
    ("called her", "We called her Abeni, after my nan."),
    ("call me", "Everybody calls me, well, you can call me Abeni."),
    ("calls me", "Nobody calls me Fintwell any more."),
    ("known as", "Better known as Fintwell."),
    ("goes by", "He goes by Fintwell these days."),
    ("signed", "Signed: Fintwell."),
    ("signed by", "Electronically signed by Fintwell."),
    ("sincerely", "Yours sincerely, Fintwell."),
    ("regards", "Kind regards, Fintwell."),
    ("faithfully", "Yours faithfully, Fintwell."),
    ("wishes", "Best wishes, Fintwell."),
    ("patient name", "Patient name: Fintwell."),
    ("client name", "Client name: Fintwell."),
    ("name", "Name: Fintwell."),
    ("next of kin", "Next of kin: Fintwell."),
    ("nok", "NOK Fintwell, lives nearby."),
    ("dictated by", "Dictated by Fintwell."),
    ("referred by", "Referred by Fintwell."),
    ("seen by", "Seen by Fintwell."),
    ("cancelled by", "Session cancelled by Abeni."),
    ("written by", "A letter written by Fintwell."),
    ("supervisor", "Supervisor: Fintwell."),
    ("clinician", "Clinician: Fintwell."),
    ("therapist", "Therapist: Fintwell."),
    ("counsellor", "Counsellor: Fintwell."),
    ("speaker", "Speaker: Fintwell."),
    ("provider", "Provider: Fintwell."),
    ("counselor", "Counselor: Fintwell."),
    ("surname", "Surname: Fintwell."),
    ("surname is", "My surname is Fintwell."),
    ("author", "Author: Fintwell."),
];

/// Somebody is spoken to.
pub(super) const GREETINGS: &[Phrase] = &[
    ("hi", "Hi Fintwell, come in."),
    ("hello", "Hello, Fintwell."),
    ("hiya", "Hiya Fintwell."),
    ("hey", "Hey Fintwell, wait."),
    ("dear", "Dear Fintwell, it began."),
    ("thanks", "Thanks, Fintwell."),
    ("thank you", "Thank you, Fintwell."),
    ("good morning", "Good morning, Fintwell."),
    ("morning", "Morning, Fintwell."),
    ("good afternoon", "Good afternoon, Fintwell."),
    ("welcome", "Welcome, Fintwell."),
    ("bye", "Bye, Fintwell."),
    ("goodbye", "Goodbye Fintwell."),
    ("well done", "Well done, Fintwell."),
    ("sorry", "Sorry, Fintwell."),
    ("happy birthday", "Happy birthday, Fintwell."),
];

/// Somebody is spoken of as somebody's.
pub(super) const KIN: &[Phrase] = &[
    ("sister", "My sister Fintwell rang."),
    ("brother", "My brother, Fintwell, he's in the army."),
    ("mother", "His mother Abeni came."),
    ("father", "My father Fintwell."),
    ("mum", "My mum Abeni."),
    ("mom", "My mom, Abeni, she never said."),
    ("dad", "Their dad Fintwell left."),
    ("wife", "My wife Abeni says I snore."),
    ("husband", "My husband Fintwell says so."),
    ("partner", "Her partner Fintwell came too."),
    ("girlfriend", "My girlfriend Abeni knows."),
    ("boyfriend", "Her boyfriend Fintwell."),
    ("fiancé", "My fiancé Fintwell."),
    ("fiancée", "My fiancée Abeni."),
    ("ex", "My ex, Fintwell, rang."),
    ("son", "My son Fintwell is six."),
    ("daughter", "His daughter Abeni is six."),
    ("baby", "My baby Fintwell is here."),
    ("twins", "The twins, Fintwell and Abeni."),
    ("grandson", "My grandson Fintwell."),
    ("granddaughter", "My granddaughter Abeni."),
    ("niece", "My niece Abeni."),
    ("nephew", "My nephew Fintwell."),
    ("friend", "My best friend Fintwell moved."),
    ("mate", "My mate Fintwell says."),
    ("boss", "My boss Fintwell is all right."),
    ("manager", "The manager, Fintwell, called me in."),
    ("colleague", "My colleague Fintwell."),
    ("neighbour", "My neighbour Fintwell has a key."),
    ("neighbor", "My neighbor Fintwell has a key."),
    ("flatmate", "My flatmate Fintwell."),
    ("roommate", "My roommate Fintwell."),
    ("sponsor", "My sponsor Fintwell picked up."),
    ("keyworker", "Her keyworker Fintwell."),
    ("gp", "My GP Fintwell signed it."),
    ("a girl called", "A girl called Abeni."),
    ("called", "A lad called Fintwell."),
    ("stepdad", "My stepdad Fintwell."),
    ("stepmum", "My stepmum Abeni."),
    ("landlord", "My landlord Fintwell."),
    ("teacher", "My teacher Fintwell."),
    ("told", "I told Fintwell, and he laughed."),
    ("asked", "I asked Abeni."),
    ("texted", "I texted Abeni."),
    ("phoned", "I phoned Fintwell."),
    ("rang", "So I rang Fintwell."),
    ("married", "I married Fintwell at twenty."),
    ("hugged", "I hugged Abeni."),
    ("live with", "I live with Fintwell and the cat."),
    ("lived with", "I lived with Abeni then."),
    ("living with", "She's living with Fintwell now."),
    ("was with", "I was with Abeni when it happened."),
    ("went with", "I went with Fintwell, from the group."),
    ("been with", "I've been with Abeni nine years."),
    ("slept with", "He slept with Abeni."),
    ("argument with", "Argument with Fintwell over rent."),
    ("row with", "I'd a row with Abeni."),
    ("conflict with", "Reports conflict with Fintwell."),
    ("relationship with", "Her relationship with Fintwell ended."),
    ("me and", "Me and Abeni split up."),
    ("said to", "So I said to Fintwell, no."),
    ("say to", "What would you say to Abeni?"),
    ("spoke to", "I spoke to Fintwell about it."),
    ("spoken to", "I haven't spoken to Abeni since."),
    ("speak to", "I can't speak to Fintwell."),
    ("talk to", "I'll talk to Abeni."),
    ("talked to", "We talked to Fintwell's mum."),
    ("stepfather", "Her stepfather (Fintwell) came."),
    ("stepmother", "His stepmother, Abeni, drove."),
    ("stepson", "My stepson Fintwell."),
    ("stepdaughter", "My stepdaughter Abeni."),
    ("cousin", "My cousin Fintwell."),
    ("nan", "My nan Abeni."),
    ("gran", "My gran Abeni."),
    ("grandma", "Her grandma Abeni."),
    ("grandmother", "Her grandmother Abeni."),
    ("grandad", "His grandad Fintwell."),
    ("grandfather", "His grandfather Fintwell."),
    ("aunt", "Her aunt Abeni."),
    ("uncle", "Her uncle Fintwell."),
    ("housemate", "My housemate Fintwell."),
    ("classmate", "His classmate Fintwell."),
    ("godson", "My godson Fintwell."),
    ("goddaughter", "My goddaughter Abeni."),
    ("my boy", "It was my boy Fintwell."),
    ("my girl", "It was my girl Abeni."),
    ("my lad", "It was my lad Fintwell."),
];

/// Somebody is spoken of by what they are to a client, or met; offices and papers stand behind these too.
pub(super) const ROLES: &[Phrase] = &[
    ("carer", "Carer Fintwell present."),
    ("caregiver", "Her caregiver Abeni came."),
    ("midwife", "Midwife Abeni rang back."),
    ("social worker", "Social worker Fintwell came."),
    ("health visitor", "Health visitor Abeni weighed him."),
    ("support worker", "Her support worker Fintwell."),
    ("key worker", "Key worker: Abeni."),
    ("care coordinator", "Care coordinator: Fintwell."),
    ("case manager", "Case manager Fintwell."),
    ("caseworker", "Her caseworker Abeni."),
    ("probation officer", "His probation officer Abeni."),
    ("attorney", "Attorney: Fintwell."),
    ("solicitor", "Her solicitor Abeni."),
    ("lawyer", "Her lawyer Fintwell."),
    ("barrister", "Barrister: Abeni."),
    ("interpreter", "Interpreter: Fintwell."),
    ("guardian", "Her guardian Abeni."),
    ("advocate", "Advocate: Fintwell."),
    ("psychiatrist", "Psychiatrist: Fintwell."),
    ("psychologist", "Psychologist: Abeni."),
    ("facilitator", "Facilitator: Abeni."),
    ("tutor", "His tutor Abeni."),
    ("nanny", "Their nanny Abeni."),
    ("emergency contact", "Emergency contact: Fintwell."),
    ("nearest relative", "Nearest relative: Abeni."),
    ("cc", "cc: Fintwell."),
    ("child", "Her child Abeni."),
    ("children", "Children: Fintwell, Abeni."),
    ("kids", "His kids, Fintwell and Abeni."),
    ("siblings", "Siblings: Fintwell, Abeni."),
    ("parents", "Parents Fintwell and Abeni came."),
    ("spouse", "Spouse: Abeni."),
    ("supervised by", "Supervised by Fintwell."),
    ("reviewed by", "Reviewed by Abeni."),
    ("assessed by", "Assessed by Fintwell."),
    ("accompanied by", "Accompanied by Abeni."),
    ("met with", "Met with Fintwell today."),
    ("discussed with", "Discussed with Abeni, who agrees."),
    ("visited by", "Visited by Fintwell."),
    ("session with", "Couple session with Abeni and Ben."),
    ("seen with", "Seen with Fintwell."),
    ("asked who", "Asked who: Fintwell."),
    ("seen w", "Seen w/ Fintwell, who drove."),
    ("met w", "Met w/ Abeni."),
    ("spoke w", "Spoke w/ Fintwell."),
    ("spoke with", "Spoke with Fintwell by phone."),
    ("session w", "Session w/ Abeni."),
    ("lives with", "Lives with Fintwell."),
    ("lives w", "Lives w/ Abeni."),
    ("aka", "AKA Fintwell."),
    ("discussed w", "Discussed w/ Fintwell re meds."),
    ("liaised w", "Liaised w/ Fintwell."),
    ("liaised with", "Liaised with Abeni."),
    ("d/w", "D/W Abeni re meds."),
    ("t/c w", "T/C w/ Fintwell."),
    ("t/c to", "T/C to Abeni."),
    ("t/c from", "T/C from Abeni."),
    ("tc to", "TC to Fintwell."),
    ("tc from", "TC from Abeni."),
    ("call to", "Call to Fintwell."),
    ("call from", "Call from Abeni."),
    ("call with", "Phone call with Fintwell."),
    ("email to", "Email to Abeni."),
    ("email from", "Email from Fintwell."),
    ("handover to", "Handover to Fintwell on nights."),
    ("handover from", "Handover from Abeni."),
    ("handed over to", "Handed over to Abeni."),
    ("allocated to", "Allocated to Fintwell."),
    ("referral to", "Referral to Abeni."),
    ("escorted by", "Escorted by Fintwell."),
    ("brought in by", "Brought in by Abeni."),
    ("entered by", "Entered by Fintwell."),
    ("documented by", "Documented by Abeni."),
    ("completed by", "Completed by Fintwell."),
    ("visit with", "Joint visit with Abeni."),
    ("visit by", "Home visit by Fintwell."),
    ("visit from", "Had a visit from Abeni."),
    ("covering for", "Covering for Fintwell."),
    ("cpn", "CPN: Abeni."),
    ("ot", "OT Fintwell to visit."),
    ("cco", "CCO Abeni informed."),
    ("care co", "Care co: Fintwell."),
    ("care co-ordinator", "Care co-ordinator Abeni to visit."),
    ("co-therapist", "Co-therapist Fintwell led."),
    ("consultant", "Consultant Abeni."),
];

/// Somebody may be named; other words stand here too.
pub(super) const MAYBE: &[Phrase] = &[
    ("i'm", "i'm lauren and i'm new"),
    ("im", "hi im lauren"),
    ("i am", "i am darren"),
    ("this is", "this is lauren"),
    ("it's", "hello it's darren again"),
    ("met", "i met darren there"),
    ("saw", "i saw darren there"),
    ("pt", "pt darren left"),
    ("ct", "ct darren left"),
    ("client", "client darren left"),
    ("patient", "patient darren left"),
];

/// Directly behind a name: what only people do.
const AFTER: &str = " said says told tells asked asks rang rings texted texts phoned thinks thought wants wanted knows knew hates loves reckons laughed cried shouted died walked attended reports reported disclosed denies smiled shrugged nodded married hugged hit ";

/// Directly behind a name in notes, where more follows: "Ioana denied SI", not "Delusions denied".
const NOTED: &str = " denied states stated describes described endorses endorsed presents presented appeared agreed expressed acknowledged explained shared identified recalled declined requested verbalised verbalized confirmed mentioned admitted c/o ";

/// Behind a name that begins a sentence, where the session has shown the name: what the word could not be followed by if
/// it asked or wished. Forms that a question or a wish has too ("Will let you know", "Hope works") are left out, or are
/// so rare that a find too many is the lesser evil.
const ACTS: &str = " is was has had does did would could should can will might must isn't wasn't hasn't hadn't doesn't didn't wouldn't couldn't shouldn't can't won't came comes went goes got gets gave gives took takes made makes left leaves kept keeps lives works likes needs feels felt looks sat sits stood ran runs saw sees hid slept sleeps drank drinks drove drives found finds lost broke brought brings began spoke speaks met spent sent paid wrote writes fell held grew won agrees appears attends became continues describes discusses engages notices owes presents remains reports seems struggles understood wants ";

/// The words of a phrase before its last one, backwards, and what the phrase says.
type Rest = (Vec<&'static str>, Strength);

static BY_LAST: LazyLock<HashMap<&'static str, Vec<Rest>>> = LazyLock::new(|| {
    let lists = [
        (INTRODUCTIONS, Strength::Strong),
        (GREETINGS, Strength::Kin),
        (KIN, Strength::Kin),
        (ROLES, Strength::Role),
        (MAYBE, Strength::Weak),
    ];
    let mut by_last: HashMap<_, Vec<_>> = HashMap::new();
    for (phrases, strength) in lists {
        for (phrase, _) in phrases {
            let mut words: Vec<&str> = phrase.split([' ', '/']).collect();
            let Some(last) = words.pop() else { continue };
            words.reverse();
            by_last.entry(last).or_default().push((words, strength));
        }
    }
    by_last
});

/// The strongest cue that stands before the word, if one does.
pub(super) fn before(words: &[Word<'_>], at: usize) -> Option<Strength> {
    let previous = words[..at].last()?;
    let word = &words[at];
    if word.gap == Gap::Other {
        return None;
    }
    let last = full_lower(previous);
    let titled = (word.gap == Gap::Space || word.gap == Gap::Stop && is_abbreviated(&last))
        && TITLES.contains(&last.as_str())
        && is_used_as_title(words, at);
    if titled && !NOT_AFTER.contains(&word.lower().as_str()) {
        return Some(Strength::Strong);
    }
    if word.gap == Gap::Stop {
        return None;
    }
    if word.gap == Gap::Space && RANKS.contains(&previous.text) {
        return Some(Strength::Role);
    }
    let Some(phrases) = BY_LAST.get(last.as_str()) else {
        let stem = kin_stem(&last);
        let kin = BY_LAST.get(stem)?.iter().filter(|(rest, _)| stem != last && rest.is_empty());
        return kin.map(|&(_, strength)| strength).filter(|&strength| strength <= Strength::Kin).max();
    };
    let stands = |rest: &[&str]| {
        rest.len() < at
            && rest.iter().zip(words[..at - 1].iter().rev()).all(|(wanted, word)| full_lower(word) == *wanted)
    };
    let found = phrases
        .iter()
        .filter(|(rest, _)| stands(rest))
        .map(|&(ref rest, strength)| limited(rest, strength, &last, word));
    found.flatten().max()
}

/// One of those that a word for kin or a role speaks of: "sons", "brother-in-law", "ex-husband".
fn kin_stem(lower: &str) -> &str {
    const BEFORE: [&str; 8] = ["ex-", "step-", "half-", "foster-", "great-", "co-", "grand-", "god-"];
    let one = lower.strip_suffix("-in-law").unwrap_or(lower);
    let one = BEFORE.iter().find_map(|before| one.strip_prefix(before)).unwrap_or(one);
    let many = one.len() > 3 && one.ends_with('s') && !BY_LAST.contains_key(one);
    if many { &one[..one.len() - 1] } else { one }
}

/// Whether a word, or a part of it with a hyphen, announces names.
pub(super) fn is_cue(lower: &str) -> bool {
    BY_LAST.contains_key(lower) || BY_LAST.contains_key(kin_stem(lower))
}

/// Whether a field for a surname stands before the word, which may end as words of every day do.
pub(super) fn asks_surname(words: &[Word<'_>], at: usize) -> bool {
    let before = |back: usize, list: &str| at >= back && is_in(list, &words[at - back].lower());
    before(1, " surname ") || before(1, " name ") && before(2, " last family maiden ")
}

/// Whether the word before speaks of several people, whose names may all follow.
pub(super) fn is_plural(words: &[Word<'_>], at: usize) -> bool {
    let Some(before) = words[..at].last() else { return false };
    let lower = before.lower();
    let kin =
        || lower.ends_with('s') && BY_LAST.get(kin_stem(&lower)).is_some_and(|rest| rest[0].0.is_empty());
    !before.owns
        && (is_in(" children kids twins triplets grandchildren siblings ", &lower)
            || kin() && kin_stem(&lower) != lower)
}

/// Whether a title stands before a word in small letters, as a machine writes speech: "i saw dr smith".
pub(super) fn is_small_title(words: &[Word<'_>], at: usize) -> bool {
    const SMALL: &str = " mr mrs dr prof sgt sergeant ";
    words[..at].last().is_some_and(|title| {
        matches!(words[at].gap, Gap::Space | Gap::Stop) && is_in(SMALL, &title.lower()) && !title.owns
    })
}

/// "Name" announces only with a colon, and role words more with one; "called" only with what is none of a word's.
fn limited(rest: &[&str], strength: Strength, last: &str, word: &Word<'_>) -> Option<Strength> {
    // "Therapist Nnadi noted a shift."
    const POSTS: &str = " supervisor clinician therapist counsellor counselor ";
    let colon = word.gap == Gap::Comma;
    let bare = rest.is_empty()
        && [
            "name",
            "supervisor",
            "clinician",
            "therapist",
            "counsellor",
            "speaker",
            "provider",
            "counselor",
            "surname",
            "author",
            "signed",
            "regards",
            "sincerely",
            "faithfully",
            "wishes",
            "cc",
        ]
        .contains(&last);
    let close = matches!(
        last,
        "with"
            | "about"
            | "told"
            | "asked"
            | "texted"
            | "phoned"
            | "rang"
            | "married"
            | "hugged"
            | "to"
            | "and"
            | "met"
            | "im"
            | "i'm"
            | "am"
            | "is"
            | "it's"
            | "named"
            | "called"
    );
    match (bare && !colon, close && colon) {
        (true, _) if is_in(POSTS, last) => Some(Strength::Role),
        (false, false) => Some(strength),
        _ => None,
    }
}

/// "Sister Mary" has a capital; "my sister mary" is kin, and "father" in small letters no title.
fn is_used_as_title(words: &[Word<'_>], at: usize) -> bool {
    let title = &words[at - 1];
    title.shape != Shape::Lower
        || matches!(
            title.lower().as_str(),
            "mr" | "mrs"
                | "ms"
                | "miss"
                | "dr"
                | "doctor"
                | "auntie"
                | "uncle"
                | "aunt"
                | "aunty"
                | "nurse"
                | "prof"
                | "professor"
        )
}

/// The word with what was taken off it: "my name's".
fn full_lower(word: &Word<'_>) -> String {
    let mut lower = word.lower();
    if word.owns {
        lower.push_str("'s");
    }
    lower
}

/// Whether what follows says that the word is a name.
pub(super) fn after(words: &[Word<'_>], at: usize) -> bool {
    let Some(next) = words.get(at + 1) else { return false };
    next.gap == Gap::Space
        && next.shape == Shape::Lower
        && (is_in(AFTER, &next.lower()) || is_noted(words, at) || is_moved(words, at))
}

/// Whether the word does in a note what a verb with an object says.
fn is_noted(words: &[Word<'_>], at: usize) -> bool {
    const PASSIVE: &str = " by at in on and or but when after before during today throughout from via ";
    const SHORT: &str = " stu fam bro sib emp mgr ";
    const DONE: &str = " denied described endorsed presented expressed acknowledged explained shared identified recalled requested verbalised verbalized confirmed mentioned admitted ";
    const OBJECTS: &str = " that her his their the a an any being feeling having no ongoing poor low some she he they how what ";
    let word = &words[at];
    let [next, object, ..] = &words[at + 1..] else { return false };
    if word.text.chars().count() < 3 || is_in(SHORT, &word.lower()) {
        return false;
    }
    let verb = next.lower();
    let says = matches!(verb.as_str(), "states" | "stated") || next.is("c") && object.is("o");
    // "Flashbacks described nightly", "Anhedonia endorsed most days".
    let done = is_in(DONE, &verb) && !(is_in(OBJECTS, &object.lower()) || object.shape == Shape::Upper);
    let goes_on = object.gap == Gap::Space && !is_in(PASSIVE, &object.lower()) && !done;
    !(word.owns || word.lower().ends_with('s')) && (says || goes_on && is_in(NOTED, &verb))
}

/// Whether a verb before which a word that begins a sentence is a name as a rule follows: "Ruby said", not "Hope died".
pub(super) fn is_said(words: &[Word<'_>], at: usize) -> bool {
    const DOUBTFUL: &str =
        " died hit hates loves knows knew wants wanted thought walked hugged appeared agreed ";
    words.get(at + 1).is_some_and(|next| !is_in(DOUBTFUL, &next.lower()))
}

/// Whether the word is somebody in a state that only people are in: "Grace was tearful".
pub(super) fn is_moved(words: &[Word<'_>], at: usize) -> bool {
    const BEING: &str = " was is were became becomes appeared appears seemed seems looked looks remained remains been felt feels ";
    const BETWEEN: &str = " very so really also quite again still initially visibly been being a bit more less too all rather clearly ";
    const STATES: &str = " tearful crying drunk sobbing shouting screaming asleep sober pregnant angry upset furious distressed agitated guarded cooperative engaged talkative struggling drinking sectioned anxious nervous worried sleeping ";
    let word = &words[at];
    let spaced = |next: &&Word<'_>| next.gap == Gap::Space && next.shape == Shape::Lower;
    let mut follows = words[at + 1..].iter().take_while(spaced).take(5).map(Word::lower);
    let named = word.text.chars().count() > 2 && !word.owns && !word.lower().ends_with('s');
    let being = follows.next().is_some_and(|verb| is_in(BEING, &verb) || verb == "has" || verb == "had");
    named && being && follows.find(|next| !is_in(BETWEEN, next)).is_some_and(|state| is_in(STATES, &state))
}

/// Names that are words too, but hardly ever where a sentence begins with them and a verb follows.
const PERSONS: &str = " daisy dean don drew eve glen hazel heather iris ivy jackson jade jay jordan kit kitty lily madison mark morgan pat pearl penny poppy ray robin rosemary rowan ruby sandy skye stanley stella sue violet warren willow woody wren ";

/// Whether a name that is a word too is hardly ever one at the beginning of a sentence.
pub(super) fn is_person(lower: &str) -> bool {
    is_in(PERSONS, lower)
}

/// Whether a name that is a word too begins a sentence and does there what people do in notes, or is hardly ever a word:
/// "Hope discussed her sleep", "Ruby was late".
pub(super) fn lives(words: &[Word<'_>], at: usize) -> bool {
    const NOTED: &str = " attended engaged presented presents participated reflected apologised apologized verbalised verbalized disengaged self-harmed wouldn't ";
    const SAID: &str = " discussed discusses noticed notices described describes declined denied completed ";
    const OBJECTS: &str = " that her his their the a an how what she he being feeling having to ";
    let word = &words[at];
    let Some(next) = words.get(at + 1).filter(|next| next.gap == Gap::Space && !word.owns) else {
        return false;
    };
    let verb = next.lower();
    let person = is_person(&word.lower());
    // "Hope discussed." may be about hope.
    let object = || words.get(at + 2).is_some_and(|object| is_in(OBJECTS, &object.lower()));
    let noted = || {
        is_in(NOTED, &verb) || is_in(SAID, &verb) && object() || person && verb != "and" && acts(words, at)
    };
    let surname = || {
        let verb = words.get(at + 2).filter(|verb| verb.gap == Gap::Space && verb.shape == Shape::Lower);
        class(&next.lower()) == Class::Unknown
            && (person || !subject::is_everyday(next))
            && verb.is_some_and(|verb| is_act(&verb.lower()))
    };
    word.opens && if next.shape == Shape::Lower { noted() } else { next.shape == Shape::Capital && surname() }
}

/// Whether the word has what people have in a note: "Ioana's mood".
pub(super) fn has(words: &[Word<'_>], at: usize) -> bool {
    const THINGS: &str = " mum mom mother father dad parents sister brother wife husband partner son daughter children mood affect anxiety sleep risk medication presentation ";
    let next = words.get(at + 1).filter(|next| words[at].owns && next.gap == Gap::Space);
    next.is_some_and(|next| next.shape == Shape::Lower && is_in(THINGS, &next.lower()))
}

/// Whether a verb says what only people do.
pub(super) fn is_deed(lower: &str) -> bool {
    is_in(AFTER, lower)
}

/// People whose names tests, scales and illnesses bear.
const EPONYMS: &str = " beck hamilton young zung conners rosenberg wechsler rorschach hare barratt epworth edinburgh montgomery asberg goldberg raven stroop trier burns maslach liebowitz spielberger eysenck vanderbilt bayley vineland achenbach padua kessler holmes rahe leeds whitely addenbrooke tourette asperger down rett turner klinefelter crohn graves addison cushing parkinson alzheimer huntington wilson korsakoff wernicke williams marfan ehlers danlos raynaud sjogren hodgkin munchausen capgras cotard meniere hashimoto paget charles bonnet ";

pub(super) fn is_eponym(lower: &str) -> bool {
    is_in(EPONYMS, lower.split('-').next().unwrap_or(lower))
}

/// Whether a name is that of a thing: "Beck Depression Inventory", "Down's syndrome", "Jack Daniels".
pub(super) fn names_a_thing(words: &[Word<'_>], at: usize) -> bool {
    const BRANDS: [(&str, &str); 12] = [
        ("peppa", "pig"),
        ("johari", "window"),
        ("ginger", "tea"),
        ("kaiser", "permanente"),
        ("gran", "canaria"),
        ("guardian", "angel"),
        ("nan", "bread"),
        ("jack", "daniels"),
        ("jack", "daniel"),
        ("jim", "beam"),
        ("johnnie", "walker"),
        ("johnny", "walker"),
    ];
    const THINGS: &str =
        " inventory inventories scale scales index questionnaire checklist test tests syndrome disease ";
    let word = &words[at];
    let pair = |one: &Word<'_>, two: &Word<'_>| {
        let daniel = !two.is("daniel") || two.owns;
        two.gap == Gap::Space && daniel && BRANDS.iter().any(|&(a, b)| one.is(a) && two.is(b))
    };
    let brand = words.get(at + 1).is_some_and(|next| pair(word, next))
        || words[..at].last().is_some_and(|before| pair(before, word));
    let borne = || {
        let follows = words[at + 1..].iter().take(4).take_while(|next| {
            next.gap == Gap::Space && (next.shape == Shape::Capital || class(&next.lower()) == Class::Common)
        });
        let mut follows = follows.map(Word::lower);
        // "Young was asked to fill in a scale": only words of every day that name what is measured stand between.
        follows.by_ref().find(|next| !is_in(MEASURED, next)).is_some_and(|last| is_in(THINGS, &last))
    };
    let shop =
        word.is("mcdonald") && word.owns && !words[..at].last().is_some_and(|before| is_title(before.text));
    brand || shop || word.text == "RiO" || is_eponym(&word.lower()) && borne()
}

/// What stands between the name of a scale and the word for it.
const MEASURED: &str = " depression anxiety mania rating hopelessness suicide suicidal ideation self self-esteem esteem obsessive compulsive obsessive-compulsive impulsiveness sleepiness postnatal fatigue social burnout intelligence memory adult child youth behavior behaviour personality stress psychopathy insight cognitive brown asberg rahe ";

/// Whether a sentence begins with the word, and what follows speaks of somebody: "Hope was crying", "Will, come here",
/// "Rose and I", the name alone; not "Hope so", "Will you come?".
pub(super) fn acts(words: &[Word<'_>], at: usize) -> bool {
    let word = &words[at];
    if !word.opens || word.shape != Shape::Capital {
        return false;
    }
    let Some(next) = words.get(at + 1).filter(|next| !word.owns && !next.opens) else { return true };
    let lower = next.lower();
    match (next.gap, lower.as_str()) {
        (Gap::Comma, _) => !is_calendar(&lower),
        (Gap::Space, "and") => words.get(at + 2).is_some_and(|other| other.shape != Shape::Lower),
        (Gap::Space, "never" | "always" | "still" | "also" | "just") => {
            words.get(at + 2).is_some_and(|verb| is_act(&verb.lower()))
        }
        (Gap::Space, _) => next.shape == Shape::Lower && is_act(&lower),
        _ => false,
    }
}

/// A verb that speaks of one person or of what has happened.
fn is_act(lower: &str) -> bool {
    let past = lower.len() > 4 && lower.ends_with("ed") && !lower.ends_with("eed");
    past || is_in(ACTS, lower) || is_in(AFTER, lower)
}

/// Whether a sentence begins with the word and "and I".
pub(super) fn and_i(words: &[Word<'_>], at: usize) -> bool {
    let next = |ahead: usize, wanted: &str| words.get(at + ahead).is_some_and(|word| word.is(wanted));
    words[at].opens && next(1, "and") && (next(2, "i") || next(2, "me"))
}

/// Whether "speaking" or "here" follows at the end of what is said.
pub(super) fn announces_itself(words: &[Word<'_>], at: usize) -> bool {
    let Some(next) = words.get(at + 1) else { return false };
    next.gap == Gap::Space
        && (next.is("speaking")
            || next.is("here") && words[..at].last().is_some_and(|word| word.is("it") || word.is("is")))
}
