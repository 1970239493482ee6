//! Bit by bit.

use super::Cue;

/// Words of any breakthrough.
pub(super) const CUES: &[Cue] = &[
    (
        r"(bit|little|step|piece|inch|day|week|month|session|night) by (bit|little|step|piece|inch|day|week|month|session|night)",
        "It has come down week by week, and since Sunday she has asked him twice a day and no more.",
    ),
    (
        r"(by|in) (degrees|stages|(little|small|tiny) (pieces|steps|bits))",
        "I think it's kind of been coming, in little pieces.",
    ),
    (
        r"(little|bit|few|couple)( of)?( [a-z]+)? (at a time|each (day|week|night|time)|every (day|week|fortnight|month|few))",
        "A bit off every fortnight, and I've kept to it.",
    ),
    (r"(one|two|ten) (at a time|a night)", "I did ten a night, on my break, on the flour bins."),
    (
        r"(gradual|progressive|incremental)(ly)?",
        "Over the course of treatment she gradually took up each of these again.",
    ),
    (
        r"slowly,? (slowly|but|start[a-z]*|beg[a-z]+|get[a-z]*|got|com[a-z]+|came|learn[a-z]*|becom[a-z]+|chang[a-z]+|realis[a-z]*|realiz[a-z]*)",
        "I slowly started to see that I can say no.",
    ),
    (
        r"(com[a-z]+|came|been|has|have|chang[a-z]+|shift[a-z]+|mov[a-z]+|going|improv[a-z]+)( (on|in|down|up|very|so|that|just))* slow(ly)?",
        "It came on slowly, but she doesn't think of herself any more as someone who is not drinking.",
    ),
    (r"slow (but|progress)", "Discarding slow but under way."),
    (
        r"(didn't|didnae|hardly|barely|only) notice(d)? (it|till|until|last|that it)",
        "It came down slow, like. I didn't notice it going.",
    ),
    (
        r"(increasing(ly)?|more and more|less and less)",
        "Client is using distress tolerance skills with increasing consistency.",
    ),
    (
        r"(creeping|edging|inching|easing|chipping)",
        "Washing is down to about 15 a day, creeping down since item 8.",
    ),
    (
        r"(built|building) up (a little|slowly|from|over)",
        "Items 1-9 of 12 done, built up a little each fortnight and holding.",
    ),
    (
        r"over(, i don't know,)? (the|these|this|those|recent|several|many|some|a few)( past| last| recent| whole| course of| few| couple of| two| three| four| five| six)* (weeks|months|sessions|years|year|summer|winter|treatment)",
        "Over the last months I've stopped checking, I couldn't say when.",
    ),
    (
        r"(this|the) past (week|month) or two",
        "It's been coming to me, this past week or two, since I did them windows.",
    ),
    (r"since about", "It's been since about the summer, to be fair."),
    (r"(over|with) time,? (i|he|she|it|they|we|ct|pt|client)", "Over time I just minded less."),
    (
        r"(more|less|easier|better|quieter|lighter|further|longer|room) (each|every|by the) (week|time|day|month|session|night)",
        "I feel like my chest has more room each week.",
    ),
    (
        r"(down|up) from (about |approx\.? |around )?[0-9]+",
        "Conviction in \"I will pass out at the wheel\" now 55%, down from 85% at start of tx.",
    ),
    (
        r"(wk ?)?[0-9]+[,;] (wk ?[0-9]+ )?[0-9]+[,;] (wk ?[0-9]+ )?[0-9]+",
        "Tallies down across the month 60, 44, 31, 19.",
    ),
    (
        r"(reducing|decreasing|lessening|softening|loosening|fading)",
        "Good progress with in vivo exposure; safety behaviours reducing.",
    ),
    (r"bits? here and there", "A wee bit here and there since the back end of last year."),
    (
        r"(just )?sort of (went|gone|worn off|crept|been coming|been leaking|been creeping)",
        "It's sort of worn off, I couldn't tell you when.",
    ),
    (
        r"(it's|it has|it'd|it) (just )?(sort of |kind of )?(worn|wore|crept) (off|down|in)",
        "It's sort of crept down, I'll give you that.",
    ),
    (
        r"(it's|it has) (sort of |kind of )?(come down|been (sort of |kind of )?(coming|growing|shifting|building))",
        "It's been kind of coming, ever since the funeral.",
    ),
    (
        r"(couldn't|can't|could not) (tell you|say) when",
        "I wouldn't say that now. I couldn't tell you when it changed.",
    ),
    (
        r"then it (got to be|was (only|just|mostly|most|every|once|twice|half|down|one|two|three))",
        "It used to be about every day. Then it got to be Mondays, mostly.",
    ),
    (
        r"(first|initially|at first)[^.;]{2,80}(, |\. )(then|after that|now|by) ",
        "First I only listen one song. Then I look one photo.",
    ),
    (
        r"(has|have) been (turning|coming|growing|shifting) ",
        "It has been turning round in his mind over the winter.",
    ),
    (
        r"(beginning|starting|started|begun|began) to (doubt|shift|soften|loosen)",
        "She assumed people would drop her, and is beginning to doubt it.",
    ),
    (
        r"(didn't|hasn't|not|wasn't|doesn't|never) (happen |happened |come |came |go |stop |change )?(overnight|(all )?at once|in one go)",
        "It didn't happen overnight, it took the whole summer.",
    ),
    (
        r"as (the )?(weeks|months|sessions|days|time) (went|go|goes|have gone|has gone|wore|passed) ?(by|on)?",
        "As the weeks went by I minded the silence less.",
    ),
    (r"(baby|small) steps", "Baby steps, but I've been out every day."),
    (r"slow and steady", "Slow and steady, I'm down to one a week."),
    (
        r"(took|taken)( me| him| her| us)? (weeks|months|years|a long time|a long while)",
        "It took me months, but I don't check the stove any more.",
    ),
    (r"(evolved|evolving)", "Her view of the accident has been evolving since spring."),
    (
        r"(starting|beginning|started|begun|began|learning) to (see|feel|notice|realise|realize|trust|believe|accept)",
        "I'm starting to see it wasn't my fault.",
    ),
    (
        r"(a little|a bit|slightly) (better|easier|less|more|calmer|lighter|longer|further) (now|than|every|each)",
        "I stay a bit longer every time.",
    ),
];

/// Sentences without any of them.
#[cfg(test)]
pub(super) const NEAR_MISSES: &[&str] = &[
    "After settling him said slowly, \"He isn't cross with me.\"",
    "I'm a bit tired and a little late.",
    "Every week he brings the washing.",
    "It was not gradual, it was one phone call.",
    "It didn't come on slowly, I just woke up done.",
    "There is more where that came from.",
    "He works nights and I work days.",
    "First of all I want to say sorry.",
    "I rang at 9, and 10.",
];
