//! As a release of feeling; looked for with `emotional` alone.

use super::Cue;

/// Words of release. The bracketed remarks of transcribers are words too: "[crying]".
pub(super) const CUES: &[Cue] = &[
    (r"(cry|cries|cried|crying)", "I did cry, on the stairs, with my coat on."),
    (
        r"(sob|sobs|sobbed|sobbing|weep|weeps|wept|weeping)",
        "Pt wept at length, which he has not done here before.",
    ),
    (
        r"(bawl|bawled|bawling|howl|howled|howling|wail|wailed|wailing|blub|blubbed|blubbing)",
        "im sat in aisle 34 bawling like a kid",
    ),
    (r"(tears|tearful|teary|welled up|welling up)", "Ct became tearful when she said his name."),
    (
        r"eyes (were |are |have |had )?(filled|wet|streaming|brimmed|brimming)",
        "She laid her own hand on them and her eyes filled.",
    ),
    (
        r"(broke|breaking|broken|breaks|break) down",
        "She broke down, said the names to me one after the other.",
    ),
    (
        r"(voice|laugh) (breaks|broke|breaking|cracks|cracked|cracking|wobbling|wobbled|shaking)",
        "He has not let himself be scared since his second tour, and his voice broke.",
    ),
    (
        r"(shoulders|whole body) (shaking|shook|were shaking)",
        "[shoulders shaking] I thought I'd be sick if I said it.",
    ),
    (r"choked up", "I was stroking me own head. I was all choked up."),
    (
        r"(scream|screamed|screaming|roar|roared|roaring|yelled|yelling|shouted|shouting|bellowed)",
        "He stood up and roared it, you took my name.",
    ),
    (
        r"(hits|hit|hitting|pounded|punched|thumped|beat) (the |a )?(cushion|pillow|mattress)",
        "[hits cushion] You wicked, wicked man!",
    ),
    (
        r"(i'm|i am|so|she was|he was|be|get to be|bloody) (bloody |so |absolutely )?furious",
        "I am FURIOUS with him for going off and leaving me here.",
    ),
    (r"how (bloody )?dare (you|ye|he|she|they)", "How dare you! I was thirteen!"),
    (
        r"(let|lets|letting) (it|it all|everything|that|all of it|the tears|myself|himself|herself|themselves)( all)? (out|go|run|come|flow|fall|cry|feel|be)",
        "Let the tears run, reported feeling wrung out.",
    ),
    (r"(i|he|she|they)( just| finally)* let go", "I sat down on the bed with it and I let go."),
    (
        r"(it|everything|that)('s)?( all| just| only)* (came|come|comes|coming|poured|pouring|flooded|burst) out",
        "It's kind of, it's just coming out, it's like air.",
    ),
    (
        r"(couldn't|can't|could not|cannot|couldnae|didn't even try to) (stop|hold (it|them) (back|in)|keep it in)",
        "[crying for some time] I'm sorry. I can't, I can't stop it.",
    ),
    (r"(floodgates?|like (some|a) (tap|dam|pressure valve|cork))", "The floodgates opened in the car."),
    (r"off (my|his|her|me) chest", "I got it off my chest and he just nodded."),
    (
        r"(never|not|haven't|hasn't|hadn't|didn't|first) (ever )?(told|said|say|tell|spoken)( [a-z']+){0,3}( to)? (anyone|anybody|nobody|a soul|a living|any living|out loud|aloud)",
        "I've never said it to a living person.",
    ),
    (
        r"(the first time|finally) (i've |i |she |he |she's |he's |has |had )?(ever )?(said|told|cried|let|allowed|felt)",
        "She finally allowed herself to be angry with him.",
    ),
    (
        r"weight( has| have| had| was| been| is| just|'s)* (off|lifted|gone|come off)",
        "It's like a weight's been lifted, daft as it sounds.",
    ),
    (r"(can|could|able to) (finally |actually |just )?breathe", "I can breathe again after saying that."),
    (
        r"(breathe|breathes|breathed|breathing) (out|again|easier|easily|more easily)",
        "Client was breathing more easily by the end and ate a biscuit.",
    ),
    (
        r"(pounds|stone|bit|lot|much|so|feel|feels|felt|feeling|almost) (lighter|light|emptied|unburdened|relieved|cleansed)",
        "I feel about two stone lighter.",
    ),
    (
        r"(such a|what a|quite a|a huge|a great|a big|sense of|with) relief",
        "It's quite a relief to just not be shouting for a second.",
    ),
    (
        r"(chest|shoulders|jaw|stomach)( [a-z']+){0,3} (lighter|looser|loosened|easier|dropped|less tight|soft|softened|room)",
        "She wept and afterwards said her chest felt less tight.",
    ),
    (r"(worn|wrung) out", "I'm worn out. But in a nice way."),
    (
        r"(cathar(sis|tic)|(emotional|affective) (release|discharge))",
        "Session ended in catharsis; affect congruent.",
    ),
];

/// Sentences without any of them.
#[cfg(test)]
pub(super) const NEAR_MISSES: &[&str] = &[
    "I didn't cry at the funeral.",
    "I have never really cried about it.",
    "He hasn\u{2019}t even wept.",
    "I sat there and there was nothing, no tears.",
    "I let the dog out.",
    "The light came on in the hall.",
    "She turned the light off.",
    "My car broke and I was late.",
    "Client denied tearfulness.",
];
