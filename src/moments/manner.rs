//! The manner of a change, where the words show it: sudden, gradual or cathartic.
//!
//! A cue is a phrase. It counts unless a negation stands in the three words before it in the same clause ("it
//! never really hit me"). The cues know words, not the world: "all of a sudden the bus came" is a sudden bus, and
//! only the code that the unit carries says that it is about a change. They are English, of speech and of clinical
//! notes.
//!
//! On the hand-marked breakthroughs of the project's written material, which they were tuned on: sudden 37 of 73
//! found and 12 more given, gradual 48 of 64 and 3 more (cognitive and behavioural codes; what is unmarked is not
//! proved to have no manner). What is missed is mostly shown by the turns before, not by words. Half of the emotional
//! units have a cathartic cue.

mod cathartic;
mod gradual;
mod sudden;

use super::expression;
use crate::codebook::Code;
use crate::coding::Manner;
use crate::transcript::Span;
use regex::Regex;
use std::sync::LazyLock;

/// An expression for a phrase, and a sentence that it is found in. A space stands for any white space, an apostrophe
/// for any of its forms or none, a letter for either case; words match whole words.
type Cue = (&'static str, &'static str);

/// The manner that the words of a unit show for a code it carries, with the words that show it; `None` for codes
/// other than breakthroughs.
///
/// Where the words show more than one: gradual goes before sudden, since a gradual change is often told by its
/// latest step; for `emotional`, cathartic stands between them, since release is nearly always sudden and says more.
#[must_use]
pub fn shown(code: Code, text: &str) -> Option<(Manner, Span)> {
    let looked_for: &[(Manner, &LazyLock<Regex>)] = match code {
        Code::Emotional => {
            &[(Manner::Gradual, &GRADUAL), (Manner::Cathartic, &CATHARTIC), (Manner::Sudden, &SUDDEN)]
        }
        Code::Cognitive => &[(Manner::Gradual, &GRADUAL), (Manner::Sudden, &DISCOVERY)],
        Code::Behavioural => &[(Manner::Gradual, &GRADUAL), (Manner::Sudden, &SUDDEN)],
        _ => &[],
    };
    looked_for.iter().find_map(|&(manner, cues)| Some((manner, find(cues, text)?)))
}

static GRADUAL: LazyLock<Regex> = LazyLock::new(|| any_of(&[gradual::CUES]));
static CATHARTIC: LazyLock<Regex> = LazyLock::new(|| any_of(&[cathartic::CUES]));
static SUDDEN: LazyLock<Regex> = LazyLock::new(|| any_of(&[sudden::CUES]));
static DISCOVERY: LazyLock<Regex> = LazyLock::new(|| any_of(&[sudden::CUES, sudden::CRIES]));

/// The first words that are a cue and not negated.
fn find(cues: &Regex, text: &str) -> Option<Span> {
    let found = cues.find_iter(text).find(|found| !negated(&text[..found.start()]))?;
    Some(Span::of_bytes(text, found.range()))
}

/// A negation, then up to three small words, up to the cue. "Can't stop" is not one: "stop" is no small word.
static NEGATION: LazyLock<Regex> = LazyLock::new(|| {
    let verbs = "do|does|did|is|are|was|were|have|has|had|wo|would|ca|could|should|must|need|ai";
    let negation =
        format!("not|no|never|without|nor|neither|hardly|cannot|denie[sd]|denying|unable to|({verbs})n't");
    let small =
        "even|really|ever|once|actually|been|be|have|had|it|just|i|to|let|quite|like|all|do|did|so|that";
    compile(&format!(r"\b({negation})( ({small})){{0,3}} $"))
});

fn negated(before: &str) -> bool {
    // Enough for a negation and three small words, and cut on a character boundary.
    let start = before.char_indices().rev().nth(40).map_or(0, |(byte, _)| byte);
    NEGATION.is_match(&before[start..])
}

const APOSTROPHES: &str = "'\u{2018}\u{2019}\u{2bc}`";

fn any_of(lists: &[&[Cue]]) -> Regex {
    let phrases: Vec<_> = lists.iter().copied().flatten().map(|(phrase, _)| *phrase).collect();
    compile(&format!(r"\b({})(\b|\W|$)", phrases.join("|")))
}

#[expect(clippy::expect_used, reason = "the cues are constants and the tests compile every one")]
fn compile(pattern: &str) -> Regex {
    let mut written = String::with_capacity(2 * pattern.len());
    // Within brackets stand single letters.
    let mut class = false;
    for c in pattern.chars() {
        class = c == '[' || class && c != ']';
        match c {
            ' ' => written.push_str(if class { r"\s" } else { r"(?:\s+)" }),
            '\'' if class => written.push_str(APOSTROPHES),
            '\'' => written.extend(["[", APOSTROPHES, "]?"]),
            c => written.push(c),
        }
    }
    expression(&written).expect("cues are valid expressions")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: [(&[Cue], Code, Manner); 4] = [
        (gradual::CUES, Code::Behavioural, Manner::Gradual),
        (sudden::CUES, Code::Behavioural, Manner::Sudden),
        (sudden::CRIES, Code::Cognitive, Manner::Sudden),
        (cathartic::CUES, Code::Emotional, Manner::Cathartic),
    ];

    fn manner(code: Code, text: &str) -> Option<Manner> {
        shown(code, text).map(|(manner, _)| manner)
    }

    #[test]
    fn every_cue_is_found_in_its_sentence() {
        let mut lost = Vec::new();
        for (cues, code, expected) in LISTS {
            for &(phrase, sentence) in cues {
                let alone = find(&any_of(&[&[(phrase, sentence)]]), sentence);
                if alone.is_none() || manner(code, sentence) != Some(expected) {
                    lost.push((phrase, sentence));
                }
            }
        }
        assert!(lost.is_empty(), "{lost:#?}");
    }

    #[test]
    fn case_and_apostrophes_do_not_matter() {
        let mut lost = Vec::new();
        for (cues, code, expected) in LISTS {
            for (_, sentence) in cues {
                let shouted = sentence.to_uppercase();
                let curly = sentence.replace('\'', "\u{2019}");
                let bare = sentence.replace('\'', "").replace(' ', "\u{a0}\n");
                let variants = [shouted, curly, bare];
                lost.extend(variants.into_iter().filter(|text| manner(code, text) != Some(expected)));
            }
        }
        assert!(lost.is_empty(), "{lost:#?}");
    }

    #[test]
    fn near_misses_show_nothing() {
        let mut found = Vec::new();
        for text in sudden::NEAR_MISSES.iter().chain(gradual::NEAR_MISSES) {
            found.extend([Code::Cognitive, Code::Behavioural].map(|code| (text, shown(code, text))));
        }
        found.extend(cathartic::NEAR_MISSES.iter().map(|text| (text, shown(Code::Emotional, text))));
        found.retain(|(_, shown)| shown.is_some());
        assert!(found.is_empty(), "{found:#?}");
    }

    #[test]
    fn words_that_show_it_are_pointed_at() {
        let text = "😶 – I’ve cried. All of a  sudden";
        let (manner, span) = shown(Code::Emotional, text).unwrap();
        assert_eq!((manner, span.words(text)), (Manner::Cathartic, "cried"));
    }

    #[test]
    fn other_codes_have_no_manner() {
        for code in [Code::ResistanceFear, Code::Motivation, Code::Empathy] {
            assert_eq!(shown(code, "All of a sudden I was crying, bit by bit."), None);
        }
    }

    #[test]
    fn the_first_of_several_manners() {
        let text = "Bit by bit, and then all of a sudden I was crying.";
        assert_eq!(manner(Code::Emotional, text), Some(Manner::Gradual));
        assert_eq!(manner(Code::Emotional, &text[11..]), Some(Manner::Cathartic));
        assert_eq!(manner(Code::Behavioural, &text[11..]), Some(Manner::Sudden));
    }

    /// A limit that is known: the cues do not see what is sudden.
    #[test]
    fn a_sudden_bus_is_sudden() {
        assert_eq!(manner(Code::Behavioural, "All of a sudden the bus came."), Some(Manner::Sudden));
    }
}
