//! What a resistance is about, where the words show it: change, a task, the therapist, or a topic.
//!
//! Lists of phrases, as for the manner of a change, each with a sentence it is found in. Most resistance does not say
//! what it is about, or says it in words of its own; then nothing is given. Of the project's written resistance the lists
//! place 13 % of turns and 8 % of sentences in notes; of other client units they match 2.5 %, where they are not asked. Opposition to therapist and therapy is told from being of two minds about
//! change because the former alone goes with outcome (K. Sijercic et al. 2016, Counter-Change Talk).

use super::expression;
use crate::coding::About;
use regex::Regex;
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
    (
        r"you (people|lot|therapists|counsell?ors|shrinks) (always|all|do|just|only|say|think|want|never|don'?t)",
        "You people always want it to be the mother.",
    ),
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
    (r"(get|gets|getting) paid (to|whether|for|either way)", "You get paid whether I cry or not."),
    (
        r"(her|his|their|my (wife|husband|mum|mam|mom|mother|boss|doctor|gp|daughter|son|partner)'?s) idea,? (not|i )",
        "It was her idea, not mine.",
    ),
    (r"(you|you'?d) (want|like) me to (say|cry|tell you|admit|be)", "You want me to say I'm sorry?"),
    (r"(pleas(e|ing)|humou?r(ing)?) you\b", "I'd be saying it to please you."),
];

const TASK: &[Cue] = &[
    (
        r"(the|this|that|your|any|my) (homework|exercise|exercises|worksheet|diary|journal|log|sheet|form|questionnaire|breathing|letter|thought record|app|plan|assignment|experiment)s?\b",
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
    (
        r"(the|that|an) (empty )?chair (work|thing|exercise)|(to|with|in) the (empty )?chair",
        "By the end he agrees to talk to the chair.",
    ),
    (
        r"(i'?m|am|i am) not (doing|writing|trying|reading|filling|drawing|keeping|promising)",
        "I'm not doing a circle.",
    ),
    (r"(not|won'?t be|no) (promising|promises)", "Pt will look at it but was making no promises."),
    (
        r"(declined|refused|reluctant|unwilling|did not want|didn'?t want|would not agree|won'?t agree) (to )?(try|do|practi[cs]e|attempt|complete|attend|go to|read|write|keep|start|join)",
        "He declined to try the group.",
    ),
    (r"(i'?d|i would|he'?d|she'?d) rather not( do|,|\.|$)", "I'd rather not, to be honest."),
    (r"not (doing|saying|trying) (it|this|that) (today|this week|now|here)", "We're not doing it today."),
    (r"not (today|this week)(\.|,|$)", "Not today."),
    (r"i'?m not saying (yes|i'?ll|i will)", "I'll take it. I'm not saying I'll read it."),
];

const TOPIC: &[Cue] = &[
    (
        r"(don'?t|do not|didn'?t|did not|doesn'?t|does not|not going to|rather not|refused to|declined to|won'?t|not ready to|can'?t|cannot) (want to |wish to |like to |really want to )?(talk about|speak about|speak of|discuss|go into|get into|think about|dwell on|go there)",
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
    (
        r"(moved|moves|switched|turned|went|jumped|drifted) (straight |back )?(on|off) ?(to|onto) ",
        "Asked about his mother, client moved on to his website.",
    ),
    (
        r"(would|did|could) not (say (any )?more|elaborate|be drawn)",
        "He would not say more and pulled his sleeves down.",
    ),
    (
        r"i'?m not (saying (it|what|that|more)|going into|getting into|telling|talking about)",
        "I'm not going into that.",
    ),
    (r"(deflected|joked|laughed it off|made a joke|shrugged)", "Deflected with a joke about the weather."),
    (
        r"can (i|we) (get|have|open|do) (some |the |a |another )?(water|coffee|window|break|bit)",
        "I don't know. Can I get some water?",
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
    (
        r"not (that|the|a) (sort|kind|type) of (person|man|woman|guy|family)",
        "I'm just not that sort of person.",
    ),
    (
        r"(don'?t|do not|can'?t) see (the|any|a|much) (point|use|reason|need|problem)",
        "It'd just make me, I don't see the point.",
    ),
    (r"(there'?s|there is|is there|what'?s) (no|the|any) point", "There's no point though, is there."),
    (r"(yes|yeah),? but", "Yes, but where would I put it?"),
    (
        r"(i )?(can'?t|couldn'?t) (see (it|myself)|imagine (it|myself))",
        "I can't see myself, with her, at her age.",
    ),
    (
        r"(don'?t|do not|didn'?t) want to (do anything|change|stop|lose|give|be (different|without))",
        "I just don't want to do anything about it yet.",
    ),
    (
        r"(after|till|until|wait for|once) (the )?(christmas|easter|summer|new year|holidays?|cup|appraisal|wedding|spring|autumn)",
        "We can consider it after Easter.",
    ),
    (
        r"(thought|reasons|felt|feels|believes|believed|said) (it|they|that|this|nothing) (would|will|could|did|does) ?(not|n'?t|never) (work|help|change|last|make)",
        "Answers every suggestion, said it would not work.",
    ),
    (
        r"(happy|content|comfortable|better off|used to it|rather be|good at it)( as| the way|,? (me|this))",
        "I'm used to it, me.",
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
    expression(&format!(r"\b({})", phrases.join("|"))).expect("cues are valid expressions")
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
