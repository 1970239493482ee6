//! Names of people: by cues, titles, signatures and greetings; by a list of first names; and again wherever the session
//! repeats a name that a cue has shown.

mod again;
pub(super) mod cues;
pub(super) mod lists;
mod services;
mod subject;
mod words;

pub(super) use again::{Known, again};

use super::Hit;
use super::whereabouts::{is_large, is_no_place};
use crate::finding::Kind;
use cues::Strength;
use lists::{Class, class, is_calendar};
use std::ops::Range;
use words::{Gap, Shape, Word, words};

/// Finds names in a text; those behind a cue become known.
pub(super) fn look(text: &str, known: &mut Known, hits: &mut Vec<Hit>) {
    let words = words(text);
    for bytes in subject::find(text, &words) {
        known.learn(&text[bytes.clone()]);
        hits.push(Hit { kind: Kind::Name, bytes });
    }
    let (mut at, mut earlier) = (0, 0);
    // Where a list of names goes on.
    let mut listed = None;
    while at < words.len() {
        let goes_on = listed == Some(at) && is_listed(&words[at]);
        let Some(shown) = starts(&words, at).or_else(|| goes_on.then_some(Shown::ByCue)) else {
            let placeholder = text[..words[at].bytes.start].ends_with('[');
            if placeholder && (listed == Some(at) || cues::is_plural(&words, at)) {
                listed = next_listed(text, &words, at + 1, true);
            }
            at += 1;
            continue;
        };
        let end = extent(&words, at);
        let first = reach_back(&words, at, earlier);
        let bytes = words[first].bytes.start..words[end - 1].bytes.end;
        if shown == Shown::ByCue || end > at + 1 {
            known.learn(&text[bytes.clone()]);
        }
        hits.push(Hit { kind: Kind::Name, bytes });
        listed = next_listed(text, &words, end, goes_on || cues::is_plural(&words, first));
        at = end;
        earlier = end;
    }
}

/// The word that a list of names may go on with behind the one before `end`: several are spoken of, or ages stand in brackets.
fn next_listed(text: &str, words: &[Word<'_>], end: usize, several: bool) -> Option<usize> {
    let (last, next) = (words.get(end - 1)?, words.get(end)?);
    let between = text[last.bytes.end..next.bytes.start].trim_start_matches(']').trim();
    let aged = between.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let aged = aged.filter(|(age, _)| age.len() < 3 && age.bytes().all(|byte| byte.is_ascii_digit()));
    let between = aged.map_or(between, |(_, rest)| rest.trim());
    let and = next.is("and") && matches!(between, "" | ",");
    let joined = and || matches!(between, "," | ";" | "&" | "+");
    (joined && !last.owns && (several || aged.is_some())).then_some(end + usize::from(and))
}

/// Whether a word may be the next name of a list: no word of every day, no place of learning, no shop.
fn is_listed(word: &Word<'_>) -> bool {
    let lower = word.lower();
    word.shape == Shape::Capital
        && lower.chars().count() > 2
        && class(&lower) != Class::Common
        && !(is_calendar(&lower) || is_no_person(&lower) || is_function_word(&lower))
        && !(subject::is_everyday(word) || is_no_place(&lower) || cues::is_title(&lower))
}

/// A first name in no list stands before a surname that something follows: "Zbylut Kelly said".
fn reach_back(words: &[Word<'_>], at: usize, earlier: usize) -> usize {
    let joined = at > earlier && words[at].gap == Gap::Space;
    let before = words[..at].last().filter(|before| joined && before.shape == Shape::Capital && !before.owns);
    let unknown = |before: &Word<'_>| {
        let lower = before.lower();
        let part = |part: &str| class(part) == Class::Common || cues::is_cue(part);
        let compound = lower.contains('-') && lower.split('-').any(part);
        let name =
            class(&lower) == Class::Unknown && !compound && !is_calendar(&lower) && !is_no_person(&lower);
        name && !subject::is_everyday(before)
            && lower.chars().count() > 2
            && !lower.starts_with("i'")
            && !cues::is_title(before.text)
    };
    if before.is_some_and(unknown) { at - 1 } else { at }
}

/// How a name was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    ByCue,
    ByList,
}

/// Whether a name begins with this word.
fn starts(words: &[Word<'_>], at: usize) -> Option<Shown> {
    let word = &words[at];
    if word.shape == Shape::Lower {
        // As a machine writes speech: known names behind a cue alone, and what is no word behind a title.
        if cues::is_small_title(words, at) && is_surname(word) {
            return Some(Shown::ByCue);
        }
        let cue = (class(word.text) == Class::Sure).then(|| cues::before(words, at)).flatten()?;
        let long = word.text.len() > if cue == Strength::Weak { 3 } else { 2 };
        return long.then_some(Shown::ByCue);
    }
    let lower = word.lower();
    if lower.chars().count() < 2 || lower.starts_with("i'") || cues::is_title(&lower) {
        return None;
    }
    let country =
        || words[..at].last().is_some_and(|before| before.is("in") || before.is("near")) && is_large(&lower);
    if is_no_person(&lower) || cues::names_a_thing(words, at) || country() {
        return None;
    }
    let class = class_of(&lower);
    if word.shape == Shape::Upper {
        return in_capitals(words, at, class);
    }
    let cue = cues::before(words, at);
    let titled = words[..at].last().is_some_and(|before| cues::is_title(before.text));
    let noted = || word.gap == Gap::Comma && subject::is_everyday(word) && !cues::asks_surname(words, at);
    // "Seen by Podiatry", "Dad: Absent".
    if cue.is_some()
        && class != Class::Sure
        && (services::is_service(words, at, titled) || class == Class::Unknown && noted())
    {
        return None;
    }
    let by_cue = |least: Strength| (cue >= Some(least)).then_some(Shown::ByCue);
    // "Seen w/ StepChange", "compliant w/ Keppra".
    let made = || {
        word.text.chars().skip(1).any(char::is_uppercase)
            && !lower.starts_with("mc")
            && !lower.contains(['\'', '-'])
    };
    let by_role = || {
        let barred = || subject::is_everyday(word) || subject::is_barred(word) || is_no_place(&lower);
        by_cue(Strength::Role).filter(|_| !barred() && !made())
    };
    let placed = words[..at].last().is_some_and(|before| before.is("in") || before.is("near"));
    let by_verb = || (!placed && cues::after(words, at)).then_some(Shown::ByCue);
    match class {
        Class::Sure => {
            let saint = words[..at].last().is_some_and(|before| before.is("st") || before.is("saint"));
            (!saint).then(|| by_cue(Strength::Kin).unwrap_or(Shown::ByList))
        }
        Class::Word => {
            let inside = || is_inside(words, at).then_some(Shown::ByList);
            // "Hope died in me" shows nobody who is called so.
            let shows = !word.opens || cues::is_said(words, at);
            let by_verb = || by_verb().map(|by| if shows { by } else { Shown::ByList });
            let together = || cues::and_i(words, at).then_some(Shown::ByList);
            let noted = || (cues::has(words, at) || cues::lives(words, at)).then_some(Shown::ByCue);
            let named = || by_cue(Strength::Weak).filter(|_| is_inside(words, at));
            by_cue(Strength::Role)
                .or_else(named)
                .or_else(by_verb)
                .or_else(noted)
                .or_else(inside)
                .or_else(together)
        }
        Class::Cue if is_calendar(&lower) => {
            let name = matches!(lower.as_str(), "april" | "may" | "june" | "august" | "summer" | "autumn");
            let dated = words.get(at + 1).is_none_or(|next| next.gap == Gap::Other && !next.opens);
            let told = || by_verb().filter(|_| name);
            by_cue(Strength::Kin).filter(|_| name && (!dated || at + 1 == words.len())).or_else(told)
        }
        Class::Cue => {
            let told = || by_verb().filter(|_| !word.opens || cues::is_moved(words, at));
            by_cue(Strength::Kin).or_else(by_role).or_else(told)
        }
        Class::Common => by_cue(Strength::Strong).filter(|_| !word.opens && !is_function_word(&lower)),
        Class::Unknown if is_calendar(&lower) => None,
        Class::Unknown => {
            let itself = || cues::announces_itself(words, at).then_some(Shown::ByCue);
            let noted = || cues::has(words, at).then_some(Shown::ByCue);
            let acts = || by_verb().or_else(noted).filter(|_| !(word.opens && subject::is_everyday(word)));
            by_cue(Strength::Kin).or_else(by_role).or_else(acts).or_else(itself)
        }
    }
}

/// Whether a word in small letters behind a title is a surname: no word of every day and nothing that is done.
fn is_surname(word: &Word<'_>) -> bool {
    let lower = word.lower();
    lower.len() > 2
        && class(&lower) != Class::Common
        && !(is_calendar(&lower)
            || is_function_word(&lower)
            || cues::is_title(&lower)
            || cues::is_cue(&lower))
        && !(subject::is_everyday(word) || cues::is_deed(&lower) || is_no_place(&lower))
}

/// `ANNA SMITH`: shouting and headings are written so too, as are abbreviations.
fn in_capitals(words: &[Word<'_>], at: usize, class: Class) -> Option<Shown> {
    // The label of a national insurance number.
    let long = words[at].text.chars().count() > 3 && words[at].text != "NINO";
    match class {
        Class::Sure if long => Some(Shown::ByList),
        Class::Sure | Class::Word => (cues::before(words, at) >= Some(Strength::Kin)).then_some(Shown::ByCue),
        Class::Unknown if long => (cues::before(words, at) == Some(Strength::Strong)).then_some(Shown::ByCue),
        _ => None,
    }
}

/// The class of a word, or of its first part: `Anna-Marie`, `McKenna` as they are.
fn class_of(lower: &str) -> Class {
    match (class(lower), lower.split_once('-')) {
        (Class::Unknown, Some((first, _))) if class(first) == Class::Sure => Class::Sure,
        // "Jean-François".
        (Class::Unknown, Some((first, second)))
            if class(first) == Class::Word && class(second) == Class::Sure =>
        {
            Class::Sure
        }
        (class, _) => class,
    }
}

/// Whether the word stands within a sentence where a name may stand: not behind an article, not within other capitals.
fn is_inside(words: &[Word<'_>], at: usize) -> bool {
    let word = &words[at];
    let Some(before) = words[..at].last().filter(|_| !word.opens && word.gap != Gap::Other) else {
        return false;
    };
    let lower = before.lower();
    let article =
        ["the", "of", "a", "an", "this", "that", "every", "no", "each", "any", "some", "st", "saint"]
            .contains(&lower.as_str());
    let within = before.shape != Shape::Lower
        && before.text.len() > 1
        && !lower.starts_with("i'")
        && before.gap != Gap::Other
        && !before.opens;
    let goes_on = words.get(at + 1).is_some_and(|next| {
        next.gap == Gap::Space && next.shape == Shape::Capital && class(&next.lower()) == Class::Common
    });
    !(article || within || goes_on)
}

/// One past the last word of the name that begins here: middle names, initials, particles, surnames.
fn extent(words: &[Word<'_>], at: usize) -> usize {
    const PARTICLES: [&str; 17] = [
        "de", "van", "der", "von", "den", "bin", "bint", "al", "el", "da", "dos", "di", "du", "la", "le",
        "ni", "ter",
    ];
    let mut end = at + 1;
    let mut ahead = end;
    while ahead < words.len() && ahead - at < 5 && !words[end - 1].owns {
        let word = &words[ahead];
        let initial = words[ahead - 1].text.chars().count() == 1 && word.gap == Gap::Stop;
        if word.gap != Gap::Space && !initial {
            break;
        }
        let lower = word.lower();
        if word.shape == Shape::Lower {
            if !PARTICLES.contains(&lower.as_str()) {
                break;
            }
        } else if word.text.chars().count() == 1 {
            // An initial counts with the name behind it; "I" is none.
            if word.is("i") {
                break;
            }
        } else if goes_on(words, at, ahead, &lower) {
            end = ahead + 1;
        } else {
            break;
        }
        ahead += 1;
    }
    end
}

/// Whether a word with a capital behind a name belongs to it.
fn goes_on(words: &[Word<'_>], at: usize, ahead: usize, lower: &str) -> bool {
    let word = &words[ahead];
    let shouted = word.shape == Shape::Upper && words[at].shape != Shape::Upper;
    let date = is_calendar(lower) && !matches!(lower, "may" | "june" | "winter" | "summer");
    let kin = ["mum", "mom", "mam", "dad", "nan", "gran"].contains(&lower);
    // "AISHA DENIES SI" is written in capitals to its end.
    let sentence =
        word.shape == Shape::Upper && (subject::is_everyday(word) || cues::is_deed(lower) || lower == "name");
    !(shouted
        || sentence
        || date
        || kin
        || lower.starts_with("i'")
        || is_function_word(lower)
        || cues::is_title(word.text))
}

/// Who is spoken of like a person and is none, and where people come from.
pub(super) fn is_no_person(lower: &str) -> bool {
    const NEVER: &str = " god lord allah jesus christ heaven satan buddha samaritans irish english scottish welsh british french german italian spanish portuguese polish romanian russian ukrainian greek turkish chinese japanese korean vietnamese thai indian pakistani bangladeshi nigerian ghanaian kenyan african jamaican american canadian australian mexican brazilian european asian arab muslim hindu sikh jewish catholic protestant sis hubby doc gemini unknown admin santa ";
    lists::is_in(NEVER, lower) || lower.ends_with("n't")
}

/// Words that stand with a capital for other reasons than a name, also behind "Miss" or "Doctor".
fn is_function_word(lower: &str) -> bool {
    const WORDS: &str = " you i me he she it we they what when where who why how which the a an and but or so if that this these those there then no not yes yeah ok okay well oh is was are were am be been do does did don't have has had can could will would shall should just like please thanks thank sorry said says to for from of on in at by with about because cause his her their my your our all any some one two maybe actually anyway now here also even only never always really very ";
    lists::is_in(WORDS, lower)
}

/// Where a speaker label that is no role word holds a name.
pub(super) fn label(label: &str) -> Vec<Range<usize>> {
    const GENERIC: &str = " speaker unknown moderator facilitator mum mom dad mother father staff nurse supervisor participant person voice all both group member host guest user admin system coach trainer student male female husband wife partner observer worker social caller operator leader assistant trainee role actor narrator man woman boy girl child son daughter brother sister other someone team family she her he him they them hers his ";
    let words = words(label);
    // In small letters what is no word of the language: `thandeka_m`.
    let strange = |word: &Word<'_>| {
        word.text.chars().count() > 2 && matches!(class(&word.lower()), Class::Sure | Class::Unknown)
    };
    let is_name = |word: &Word<'_>| {
        (word.shape != Shape::Lower || strange(word))
            && word.text.chars().count() > 1
            && !cues::is_title(word.text)
            && !lists::is_in(GENERIC, &word.lower())
    };
    let (Some(first), Some(last)) =
        (words.iter().find(|word| is_name(word)), words.iter().rfind(|word| is_name(word)))
    else {
        return Vec::new();
    };
    std::iter::once(first.bytes.start..last.bytes.end).collect()
}

/// Where an identifier holds a first name that is no word, or any behind a title, with what follows it: `anna_smith_s3`,
/// `Dr Okonkwo`.
pub(super) fn in_identifier(id: &str) -> Option<Range<usize>> {
    const TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor"];
    let is_letter = |c: char| c.is_alphabetic();
    let mut at = 0;
    let mut titled = false;
    let mut found: Option<Range<usize>> = None;
    while let Some(start) = id[at..].find(is_letter).map(|offset| at + offset) {
        let end = id[start..].find(|c: char| !is_letter(c)).map_or(id.len(), |offset| start + offset);
        // "DeniseHargreaves"; a hash has letters of both cases by chance, but hardly four that are a name.
        let second = id[start..end]
            .char_indices()
            .skip(1)
            .find(|&(at, c)| c.is_uppercase() && at > 3 && id[..start + at].ends_with(char::is_lowercase));
        let end = second.map_or(end, |(at, _)| start + at);
        let part = &id[start..end];
        let class = class(&part.to_lowercase());
        let behind_title = titled && part.starts_with(char::is_uppercase) && part.chars().nth(1).is_some();
        // `MS_Pre` is a code: in front of anything but a space only what is written like a title is one.
        let written = part.starts_with(char::is_uppercase) && !part.chars().skip(1).any(char::is_uppercase);
        titled = TITLES.contains(&part.to_lowercase().as_str())
            && (written || id[end..].trim_start_matches('.').starts_with(' '));
        match &mut found {
            None if class == Class::Sure && part.chars().count() > 2 || behind_title && !titled => {
                found = Some(start..end);
            }
            Some(range) if start - range.end < 2 && class != Class::Common && part.chars().count() > 2 => {
                range.end = end;
            }
            _ => {}
        }
        at = end;
    }
    found.or_else(|| id.contains(". ").then(|| initialled(id)).flatten())
}

/// A surname in no list behind its initial, with it: `J. Okafor`.
fn initialled(id: &str) -> Option<Range<usize>> {
    let all = words(id);
    let surname = |at: &usize| {
        let word = &all[*at];
        let unknown = class(&word.lower()) == Class::Unknown && word.text.chars().count() > 3;
        unknown
            && word.shape == Shape::Capital
            && word.gap == Gap::Stop
            && !(subject::is_everyday(word) || subject::is_barred(word))
            && subject::initials(id, &all, *at) > 0
    };
    let at = (1..all.len()).find(surname)?;
    Some(all[at - subject::initials(id, &all, at)].bytes.start..all[at].bytes.end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finds, finds_nothing};
    use super::*;

    /// The name in every sentence of the cue lists is found.
    #[test]
    fn cues_announce_names() {
        for (cue, sentence) in
            [cues::INTRODUCTIONS, cues::GREETINGS, cues::KIN, cues::ROLES, cues::MAYBE].concat()
        {
            let mut hits = Vec::new();
            look(sentence, &mut Known::default(), &mut hits);
            assert!(!hits.is_empty(), "{cue}: {sentence}");
            assert!(sentence.to_lowercase().contains(cue), "{cue}: {sentence}");
        }
    }

    #[test]
    fn names() {
        for (text, name) in [
            ("Then Darren said he'd come.", "Darren"),
            ("Anna Okonkwo-Price rang.", "Anna Okonkwo-Price"),
            ("I saw Mrs Abubakar on Monday.", "Abubakar"),
            ("She went to Dr. Field about it.", "Field"),
            ("Ask Mary J. Blythe then.", "Mary J. Blythe"),
            ("It's Siobhán's house.", "Siobhán"),
            ("He met Ludwig van Houten there.", "Ludwig van Houten"),
            ("I live with Will and the cats.", "Will"),
            ("Grace told me to come.", "Grace"),
            ("And then Zbylut McElnay walked out.", "Zbylut McElnay"),
            ("hello my name is anna and i drink", "anna"),
            ("my sister priya moved out", "priya"),
            ("That was Mark, on the phone.", "Mark"),
            ("Dictated by Dr P. Venkataraman, typed.", "P. Venkataraman"),
            ("CLIENT: DARREN PIKE", "DARREN PIKE"),
            ("Tunji said no.", "Tunji"),
            ("Zbylut speaking, how can I help?", "Zbylut"),
            ("I dropped Mia at school.", "Mia"),
            ("Mia Thornton attended.", "Mia Thornton"),
            ("Josh won't sleep.", "Josh"),
            ("Jean-Philippe came.", "Jean-Philippe"),
            ("Grace was tearful.", "Grace"),
            ("Dawn was still crying.", "Dawn"),
            ("Ruby was late.", "Ruby"),
            ("Ruby would like to sleep.", "Ruby"),
            ("Ruby Tilling was low.", "Ruby Tilling"),
            ("Hope discussed her sleep.", "Hope"),
            ("Hope's mood was low.", "Hope"),
            ("My surname is Baker.", "Baker"),
            ("Last name: Hargreaves", "Hargreaves"),
            ("Surname: Tilling", "Tilling"),
            ("SURNAME: HARGREAVES", "HARGREAVES"),
            ("Therapist Achterberg noted a shift.", "Achterberg"),
            ("It was for my sister May.", "May"),
        ] {
            finds("name", text, name);
        }
    }

    #[test]
    fn eponyms_and_makes_are_no_people() {
        for text in [
            "Beck Depression Inventory at intake.",
            "Administered the Beck scale, the Young Mania Rating Scale and the Beck Anxiety Inventory.",
            "Screened for Down's syndrome. Wilson disease was ruled out.",
            "I drank Jack Daniels. A bottle of Jack Daniel's, then Jim Beam.",
        ] {
            finds_nothing(text);
        }
        finds("name", "Then Beck came.", "Beck");
        finds("name", "I told Wilson he failed the test.", "Wilson");
        finds("name", "I saw Jack yesterday.", "Jack");
        finds("name", "So Darren Beck rang.", "Darren Beck");
    }

    #[test]
    fn names_of_notes() {
        for (text, name) in [
            ("Mr.Achterberg came.", "Achterberg"),
            ("AISHA DENIES SI.", "AISHA"),
            ("Ex-husband Oyinlola texted.", "Oyinlola"),
            ("Her brother-in-law Oyinlola came.", "Oyinlola"),
            ("Cllr. Achterberg came.", "Achterberg"),
            ("CPN Achterberg came.", "Achterberg"),
            ("K. Adjei, RMN", "K. Adjei"),
            ("Signed by Okwudili Anyanwu, MSW", "Okwudili Anyanwu"),
            ("Hannelora denied SI.", "Hannelora"),
            ("Hannelora states \"no\".", "Hannelora"),
            ("Oyinlola's mood was low.", "Oyinlola"),
            ("Seen w/ Achterberg today.", "Achterberg"),
            ("i saw dr smith at the surgery", "smith"),
            ("and sergeant mcallister came", "mcallister"),
            ("It was Jean-François who rang.", "Jean-François"),
        ] {
            finds("name", text, name);
        }
        for (texts, count) in [
            ("Her sons Oyinlola and Gurvinda came.", 2),
            ("Children: Tahminda (9), Oyinlola (7), Rayhano (2).", 3),
            ("Twins [NAME] and Gurvinda came.", 1),
            ("Her friends Oyinlola, Gurvinda and Housing came.", 2),
        ] {
            assert_eq!(times(&[texts]), count, "{texts}");
        }
    }

    #[test]
    fn services_and_states_are_nobody() {
        for text in [
            "Seen by Podiatry. Seen by Crisis Team. Referred by Occupational Health.",
            "Nurse Practitioner reviewed. Yours sincerely, Psychology Team",
            "Dad: Absent. Mum: Bipolar. Supervisor: Consulted.",
            "Balanced thought: it passed. Delusions denied. Suicidality denied by pt.",
            "Carer Assessment done. Compliant w/ Keppra. Debt plan w/ StepChange. Carer Support.",
            "Ee states it is fine. Stu stated no. He saw dr tomorrow, and dr told him.",
            "Senior Psychotherapist, MBACP. Attended, RN present. The Attorney General.",
            "CPN Visit. DC Comics. HV Assessment. Therapist Validated, Counsellor Reflective.",
            "Liaised with Housing. Referral to Psychology. Call to Duty. Handover to Nights. Completed by Student.",
            "Medication reviewed, RMN to chase. Sertraline, MD aware. Tearful, Flat.",
        ] {
            finds_nothing(text);
        }
    }

    /// How often the name is found in a session.
    fn times(texts: &[&str]) -> usize {
        let session = super::super::tests::session(texts);
        super::super::find(&session).len()
    }

    #[test]
    fn shown_names_that_are_words_begin_sentences() {
        for text in [
            "Will would not stop shouting.",
            "Will's at home.",
            "Will didn’t ring.",
            "Will never came.",
            "Will shouted.",
            "Will and I talked.",
            "Will, come here.",
            "So who was it? Will.",
        ] {
            assert_eq!(times(&["My son Will is back.", text]), 2, "{text}");
        }
        for texts in [
            ["My daughter Hope hid.", "Hope was crying."],
            ["My mother Rose came.", "Rose is eighty."],
            ["My sister May rang.", "May has a key."],
            ["Mr Brown called.", "Brown was cross."],
            ["I met Grace Okonkwo there.", "Grace was kind."],
            ["Met with Hope today.", "Hope was low."],
            ["Spoke with Hope by phone.", "Hope feels stuck."],
            ["I saw Hope.", "Hope lives alone."],
            ["Client Hope attended.", "Hope agrees."],
            ["I'm Hope.", "Hope's sleep is poor."],
            ["Hope said no.", "Hope has been struggling."],
            ["I married Jean-Philippe.", "Jean Philippe left."],
        ] {
            assert_eq!(times(&texts), 2, "{texts:?}");
        }
    }

    #[test]
    fn shown_names_stay_words_where_nothing_speaks_for_a_name() {
        for text in [
            "Will you come?",
            "Will let you know. Will need more time. Will never forget it.",
            "I said I WILL go.",
            "Will things change? Will it? Will they?",
        ] {
            assert_eq!(times(&["My son Will is back.", text]), 1, "{text}");
        }
        for texts in [
            ["My daughter Hope hid.", "Hope so. Hope you are well. Hope things get better."],
            ["My sister May rang.", "May I sit? In May it rained. May, June and July."],
            ["My mate Mark came.", "Mark my words."],
            ["My mother Rose came.", "Rose at six, had breakfast."],
        ] {
            assert_eq!(times(&texts), 1, "{texts:?}");
        }
        // Nobody was shown.
        assert_eq!(times(&["Hope died in me.", "Hope was all I had. Will is a word."]), 1);
    }

    #[test]
    fn accents_make_nobody_else() {
        assert_eq!(times(&["My mate Żbylut came.", "Zbylut sat down.", "Żbylut left."]), 3);
    }

    #[test]
    fn no_names() {
        for text in [
            "Will you come? Mark my words.",
            "May I sit? In May, June or August.",
            "Hope is hard. There is no hope, no grace, no faith.",
            "Rose early and had a rose in a vase.",
            "Hope was low. Joy was absent. Grace is hard. Max was 40mg. Faith has been a struggle.",
            "Hope discussed. Faith described in the leaflet. Dawn arrived. Surname: Unknown. Hope (12).",
            "Referral to Cruse. Liaised with Barnardo's. Lives with Crohn's. Call from Vodafone. AKA Doomscrolling.",
            "Will attend next week. Will be angry. Ruby red slippers. Art therapy was engaged with.",
            "I'm fine. Thanks, love.",
            "I said I WILL go. OK?",
            "J. came by, and M. too, with Dr B.",
            "Hi there. Hello, you. Thanks, God.",
            "The Rose and Crown, the Grace of God.",
            "Miss you, Mum. Miss School. Doctor Who.",
            "We prayed at St Mary's in Lent.",
            "It's Easter. It's Sunday. I'm English.",
            "We go away in May and I pay. Since June and me not sleeping.",
            "The Johari window, Peppa Pig, Ginger tea. I'm a Gemini. I went to McDonald's.",
            "My mum in India. Sis rang. Hubby shouted. Thanks Doc. RiO checked. Re: Kaiser Permanente",
            "My dad Sunday, my mum Monday.",
            "[NAME] said to [NAME_2] that XXXX called.",
            "Sertraline, CBT, EMDR, PHQ-9 and GAD-7.",
            "My therapist. Supervisor was informed.",
        ] {
            finds_nothing(text);
        }
    }

    #[test]
    fn labels() {
        for (text, name) in [
            ("Anna Smith", Some("Anna Smith")),
            ("Dr. Field", Some("Field")),
            ("SPEAKER 2", None),
            ("Mum", None),
            ("Anna (she/her)", Some("Anna")),
            ("thandeka", Some("thandeka")),
            ("client_k7", None),
            ("observer", None),
        ] {
            assert_eq!(label(text).first().map(|range| &text[range.clone()]), name, "{text}");
        }
    }
}
