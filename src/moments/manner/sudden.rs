//! All at once.

use super::Cue;

/// Words of any breakthrough.
pub(super) const CUES: &[Cue] = &[
    (
        r"(it|that|this)( just| really| suddenly| finally| only)* (hit|struck) (me|him|her|them|us)( that| how| like| when| then| and| all| today| just now| (on|in) the (way|car|shower|bus|train|middle)| ?[,.!?:;—–-]|$)",
        "I was washing up and it just hit me.",
    ),
    (
        r"(it|that|this)( just| really| suddenly| finally| only)* dawned on (me|him|her|them|us)",
        "It dawned on me in the car park.",
    ),
    (
        r"(it|that|this|everything)( all| just| suddenly| finally)* (clicked|fell into place|made sense)",
        "And then it all just clicked, why he never rang.",
    ),
    (
        r"(it|that)( all| just| only| suddenly)* (came|come|comes) (to|over) (me|him|her|them)",
        "Ten minutes later it came to him that she was sitting there eating hers.",
    ),
    (r"it all( just)? (came|come) (up|out|together)", "How's the deposit, and it all just come up."),
    (
        r"(burst|poured|flooded) out of (me|him|her|them)",
        "Glenys had her teeth in her handbag and it burst out of me.",
    ),
    (
        r"like (some|a) (tap|dam|switch|light ?bulb|flash|bolt|slap|punch|ton of bricks)",
        "It was like some tap, I could not close it.",
    ),
    (r"penny (just |finally )?dropped", "The penny dropped, it was never about the dishes."),
    (r"(light ?bulb|aha|eureka) moment", "Client described a \"light bulb moment\" on the drive home."),
    (r"(all of a sudden|all at once|suddenly)", "It just come over me all at once, I went cold."),
    (r"out of (nowhere|the blue)", "Then, out of nowhere, \"that's my granda's voice\"."),
    (r"in (a|one) (flash|instant)", "I saw the whole thing in a flash."),
    (
        r"(in|at) (that|that very|that same|that exact|the very|the same) (moment|second|instant)",
        "In that moment I knew I was not going back to him.",
    ),
    (r"(right )?(then and there|there and then)", "I put the phone down and decided right then and there."),
    (
        r"from one (moment|minute|second|day) to the (next|other)",
        "From one day to the next I stopped wanting it.",
    ),
    (
        r"(changed|stopped|gone|quit|happened|vanished|lifted) overnight",
        "I stopped overnight, I don't know how.",
    ),
    (
        r"stopped (dead|short|mid.?(sentence|word|flow))",
        "He stopped dead in the middle, \"I am talking to myself the way the poster talks.\"",
    ),
    (
        r"(eyes|head) (flew|shot|snapped) (open|up)",
        "Half way through set 6 eyes flew open and she said there was no time.",
    ),
    (
        r"(looked|seemed) (quite |really |genuinely )?(shocked|startled|stunned|taken aback)",
        "He looked quite shocked and said, \"That's his word, that is.\"",
    ),
    (
        r"(i've|i'd|he'd|she'd|has|had) (only )?just (now )?(seen|realised|realized|noticed|clocked|twigged|got|understood)",
        "You know what it is I've just seen?",
    ),
    (
        r"(only|i) just (this second |now )?(thought of|realised|realized|clocked|twigged)",
        "I've only just thought of that.",
    ),
    (r"(never|not) once (saw|seen|noticed) it", "I've sat there eight months and I never once saw it."),
    (
        r"(i'm|i am) (hearing myself|only after hearing)",
        "I'm hearing myself. All these years I've been telling them that.",
    ),
    (r"had it (all )?backwards", "I'm thinking I had it backwards. I been blaming the needle."),
    (r"i'd have sworn", "I'd have sworn in a court of law. I put that word in. It's mine."),
    (
        r"sudden (insight|realisation|realization|recognition|shift|change|clarity)",
        "Reports sudden insight on reading the letter back.",
    ),
    (
        r"something( just| finally| suddenly)* (snapped|shifted|clicked|gave way)",
        "Something just snapped and I walked out of the meeting.",
    ),
    (
        r"that(?:'s| was) when (i|it|he|she) (saw|knew|realised|realized|understood|got it|hit)",
        "That's when I knew it had never been about the money.",
    ),
    (
        r"(saw|realised|realized|knew|understood) (it )?(right then|just then|just now|this (second|minute))",
        "I only realised just now, saying it to you.",
    ),
    (
        r"never (seen|thought|realised|realized|noticed|put|heard|looked|connected|made)[a-z ,']{0,40} (until|till|before) (just now|now|right now|today|this (second|minute|morning)|you said|you asked|i said)",
        "I've never put the two together until you said that.",
    ),
    (r"epiphany", "Pt described an epiphany while shaving."),
    (r"before i (knew it|could think|could stop myself)", "Before I could think I'd said no to her."),
    (
        r"(curtain|veil|fog|blindfold|scales)( has| had| was| just)* (lifted|fell|dropped|cleared)",
        "It was like the fog lifted and there he was, just a man.",
    ),
];

/// Cries of discovery: with `cognitive` alone, since "oh God" comes with many feelings.
pub(super) const CRIES: &[Cue] = &[
    (r"(hang|hold) on,? (so|it|that|a)", "Hang on, so I can do it to myself, it isn't my heart then."),
    (r"wait a (minute|second|moment)", "Wait a minute. That's what my dad used to do."),
    (
        r"(pause|silence)\] \W*(oh|ah|wait|huh|hell)",
        "So I put it down the neck. [pause] Hell. That's what that was.",
    ),
    (r"silence, then", "Long silence, then: \"It's after I ring home.\""),
    (
        r"(oh|ah|huh|wait)[.!…] \W*(it|it's|that|that's|is|so)",
        "Oh. It's not boredom. It's when people leave.",
    ),
    (
        r"(oh|huh),? (that's|it's|is that|so) (not|it|it's|me|my|him|her|what|why|the|every)",
        "Huh, so it's every time, isn't it?",
    ),
    (r"said,? \W?oh", "Patient said he'd think nothing of it, and then laughed and said \"oh.\""),
    (
        r"oh,? (my )?(god|gosh|days|lord|christ|no|wow|hell|man|dear|jesus)",
        "That's so what M would say though. [pause] Oh my days.",
    ),
    (
        r"(son of a (gun|bitch)|good lord)",
        "I've got the engine running out there in your parking lot. Son of a gun.",
    ),
    (
        r"that's (what|where|who) (that|it|this) (is|was)",
        "Hell, that's what that was. I always reckoned I just liked a drink.",
    ),
];

/// Sentences without any of them.
#[cfg(test)]
pub(super) const NEAR_MISSES: &[&str] = &[
    "He hit me and I didn't ring anybody.",
    "It hit me on the shoulder, the door.",
    "It's not that it suddenly changed.",
    "It's not like it just clicked.",
    "I stayed overnight at my sister's.",
    "I don't like sudden noises.",
    "At the moment I'm fine.",
    "She came to me for money.",
    "Client denied that it suddenly changed.",
    "I've never heard you say that? Until now I thought you did.",
];
