//! What a resistance is about, where the words show it: change, a task, the therapist, or a topic.
//!
//! Lists of phrases, as for the manner of a change, each with a sentence it is found in. Most resistance does not say
//! what it is about; then nothing is given. Opposition to therapist and therapy is told from being of two minds about
//! change because the former alone goes with outcome (K. Sijercic et al. 2016, Counter-Change Talk).

use crate::coding::About;
use regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

/// An expression, and a sentence it is found in.
type Cue = (&'static str, &'static str);

const THERAPIST: &[Cue] = &[
    (
        r"(therapy|counsell?ing|this|talking( to you)?) ((is|was)n'?t|is not|won'?t|doesn'?t|does not|didn'?t|never|can'?t) (going to )?(help|work|do (anything|a thing)|for me|change)",
        "Honestly, therapy doesn't work on people like me.",
    ),
    (
        r"(waste|wasting) (of )?(my |your |our |everyone'?s )?(time|money|an hour|hour)",
        "With respect, this is a waste of my time.",
    ),
    (
        r"(made|sent|forced|told|ordered|making|sending|forcing) (me|us|him|her|them) (to |here|in)(come|see|attend|be here|sit|talk|here|in)?",
        "HR sent me here, that's the only reason.",
    ),
    (
        r"(wouldn'?t|don'?t|didn'?t|doesn'?t|would not) be here( if|\b)",
        "I wouldn't be here if it was up to me.",
    ),
    (r"you (people|lot|therapists|counsell?ors|shrinks)\b", "You people always want it to be the mother."),
    (
        r"you (don'?t|do not|can'?t|couldn'?t|wouldn'?t|haven'?t|never) (really |even )?(know|understand|get it|get me|listen|had to|been|care)",
        "You wouldn't understand, you haven't got kids.",
    ),
    (
        r"(you'?re|you are) (paid|just like|the same as|not listening|on (her|his|their) side|putting words|judging|trying to)",
        "You're paid to say that.",
    ),
    (r"what (would|do) you know", "What would you know about night shifts?"),
    (
        r"(don'?t|do not|never) (really )?(need|want|believe in) (a |any |this |to see a )?(therap|counsell?|shrink|help)\w*",
        "I don't need a therapist.",
    ),
    (
        r"(the point of|what'?s the point (of|in)|how (is|does|would|will)) (this|therapy|talking|coming|sitting)( here| about it)? ?(going to |supposed to |meant to )?(help|work)?",
        "What's the point of talking about it?",
    ),
    (
        r"(questioned|doubted|dismissed|criticised|criticized|challenged) (the )?(value|usefulness|point|purpose|therapist|therapy|clinician|writer|counsell?ing|sessions)",
        "Client questioned the value of sessions.",
    ),
    (r"is this (being )?(recorded|reported|going (back|in))", "Is this going back to my manager?"),
];

const TASK: &[Cue] = &[
    (
        r"(the|this|that|your|any|my) (homework|exercise|exercises|worksheet|diary|journal|log|sheet|form|questionnaire|breathing|chair|letter|thought record|app|plan|assignment|experiment)s?\b",
        "I didn't do the worksheet, it's not me.",
    ),
    (
        r"(breathing|mindfulness|meditation|homework|journall?ing|worksheet|exposure|role.?play|empty chair)\w* (is|was|are|isn'?t|wasn'?t|does|doesn'?t|did|didn'?t|won'?t|never|thing|stuff|exercise)",
        "Breathing doesn't work for me.",
    ),
    (
        r"(write|writing|wrote) (it|that|things|them|stuff|a letter|anything)( all)? (down|out|to)",
        "I'm not writing it down, somebody will find it.",
    ),
    (
        r"(did not|didn'?t|not|hadn'?t|haven'?t|had not|forgot to|refused to|declined to|never) (do|done|complete|completed|try|tried|bring|fill|filled|practi[cs]e|practi[cs]ed|attempt) (the |his |her |their |any |agreed |in )*(task|homework|exercise|it in|worksheet|diary|log|journal|form)\w*",
        "Ct had not completed the agreed homework.",
    ),
    (r"(talk|speak|say it|say that) to (a|an|the|that) (empty )?chair", "I'm not going to talk to a chair."),
    (r"(closing|close) my eyes", "I'm not closing my eyes in front of someone."),
];

const TOPIC: &[Cue] = &[
    (
        r"(don'?t|do not|didn'?t|did not|doesn'?t|does not|not going to|rather not|refused to|declined to|won'?t|not ready to|can'?t|cannot) (want to |wish to |like to |really want to )?(talk|speak|discuss|go into|get into|think|dwell|go there)( about| on)? ?(it|that|this|him|her|them|there|my|the|his|about)",
        "I don't want to talk about my father.",
    ),
    (r"(talk|speak) about (something|anything) else", "Can we talk about something else?"),
    (
        r"(change|changed|changing|drop|leave|steer\w*|move\w*) (the )?(subject|topic)",
        "Anyway, let's change the subject.",
    ),
    (r"(subject|topic|conversation) (was |is )?(changed|closed|away|off limits)", "That topic is closed."),
    (r"nothing to (do with|tell|say|talk about)", "My mother's got nothing to do with it."),
    (
        r"(next question|let'?s (leave|drop|not go|move on)|can we (skip|leave|drop|move on|not))",
        "Can we leave it?",
    ),
    (r"any ?way,? (did you|have you|how was|what about|how'?s|so the)", "Anyway, did you see the match?"),
    (
        r"(that'?s|it'?s|it is|that is) (private|my business|none of (your|anyone'?s) business|in the past|ancient history|water under)",
        "That's in the past, it's done.",
    ),
];

const CHANGE: &[Cue] = &[
    (
        r"(can'?t|cannot|couldn'?t|won'?t|will never|not going to|don'?t want to|never going to|not ready to|don'?t need to|no intention of|refuse to) (ever |just |even )?(change|changing|stop|stopping|quit|quitting|give (it|up|them)|giv\w+ (it|up)|cut (down|back)|leave|let go|start)",
        "I'm not ready to quit.",
    ),
    (
        r"(don'?t|do not|can'?t) see (why|how|any reason|the need|what) (i|we|it|he|she|they|to|for)",
        "I don't see why I should stop.",
    ),
    (
        r"(nothing|it|things|people|i) ?(will|'?ll|is|are|'?m)? ?(never|not|ever|gonna|going to) (ever |really |going to )*(change|get better|be any different|different)s?",
        "Nothing is ever going to change.",
    ),
    (
        r"(i'?m|we'?re|he'?s|she'?s|they'?re|it'?s|things are) (perfectly |absolutely |doing )?(fine|happy|okay|ok|alright|all right) (as|the way|like|with how|with the way)",
        "I'm fine as I am.",
    ),
    (
        r"(that'?s|this is|it'?s) (just )?(who|how|the way) (i am|i'?m|it is|it goes|things are|we are)",
        "That's just who I am.",
    ),
    (
        r"not (ready|willing|prepared) (to change|for (change|that|it|this))",
        "Client states he is not ready for change.",
    ),
    (
        r"(always|tried (it|that|everything)( before)?|every time)[^.]{0,30}(never|doesn'?t|didn'?t|don'?t) (work|last|stick|help)",
        "I've tried everything and it never sticks.",
    ),
    (r"too (old|late|far gone|set in my ways)( to| for|\b)", "I'm too old to change."),
    (r"who (would i|i would|i'?d|i am|will i|i'?d even) be without", "I'm scared of who I'd be without it."),
    (
        r"(if|once) i (stop|quit|change|give (it|that) up|let (it|go)|start)",
        "If I stop, I'll have nothing left.",
    ),
    (
        r"(ambivalent|ambivalence|reluctan\w+|unsure|doubt\w*|in two minds) (about|to|regarding|toward|towards) (chang|stop|quit|cut|leav|giv|reduc|mak)\w+",
        "Pt remains ambivalent about reducing use.",
    ),
];

static LISTS: LazyLock<[(About, Regex); 4]> = LazyLock::new(|| {
    [(About::Task, TASK), (About::Therapist, THERAPIST), (About::Topic, TOPIC), (About::Change, CHANGE)]
        .map(|(about, cues)| (about, any_of(cues)))
});

/// What the words of a resisting unit say it is about: the task before the therapist before the topic before change,
/// the narrower before the wider.
#[must_use]
pub fn about(text: &str) -> Option<About> {
    // Typographic apostrophes are one byte-length away from plain ones; no place is reported, so that is no matter.
    let text = text.replace(['\u{2018}', '\u{2019}', '\u{2bc}', '`'], "'");
    LISTS.iter().find(|(_, cues)| cues.is_match(&text)).map(|(about, _)| *about)
}

#[expect(clippy::expect_used, reason = "the cues are constants and the tests compile every one")]
fn any_of(cues: &[Cue]) -> Regex {
    let phrases: Vec<_> = cues.iter().map(|(phrase, _)| *phrase).collect();
    RegexBuilder::new(&format!(r"\b({})", phrases.join("|")))
        .case_insensitive(true)
        .build()
        .expect("cues are valid expressions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cue_is_found_in_its_sentence() {
        let mut lost = Vec::new();
        for (cues, expected) in [
            (TASK, About::Task),
            (THERAPIST, About::Therapist),
            (TOPIC, About::Topic),
            (CHANGE, About::Change),
        ] {
            for &(phrase, sentence) in cues {
                let alone = any_of(&[(phrase, sentence)]).is_match(sentence);
                let curly = sentence.replace('\'', "\u{2019}").to_uppercase();
                if !alone || about(sentence) != Some(expected) || about(&curly) != Some(expected) {
                    lost.push((phrase, sentence, about(sentence)));
                }
            }
        }
        assert!(lost.is_empty(), "{lost:#?}");
    }

    #[test]
    fn near_misses_show_nothing() {
        for text in [
            "It's just a couple of drinks, everyone does it.",
            "If she didn't nag, I wouldn't shout.",
            "The bus left without me.",
            "I started to cry and he left.",
            "I told her about my week.",
            "He does his homework at the table.",
            "She never understood him.",
            "",
        ] {
            assert_eq!(about(text), None, "{text}");
        }
    }
}
