//! Splitting a clinician's prose into sentences.
//!
//! General splitters know `Dr.` but not `Pt.`, `hrs.` or `b/c`, and end a sentence inside a quotation. The
//! rules here are few: a sentence ends at `.`, `!`, `?` or `…` before white space, unless it ends in an
//! abbreviation that cannot, stands in quotes or parentheses that go on, or is nothing but a number or an
//! abbreviation itself.

/// Never the end of a sentence.
const INSIDE: [&str; 35] = [
    "dr", "mr", "mrs", "ms", "prof", "rev", "st", "vs", "e.g", "i.e", "eg", "ie", "approx", "incl", "esp",
    "re", "w", "cf", "viz", "v", "cont", "ref", "collab", "indiv", "sgt", "cpl", "capt", "insp", "supt",
    "cllr", "fr", "sr", "smt", "d.o.b", "hon",
];
/// Not the end before a number or a code, or small letters.
const NUMBERED: [&str; 5] = ["no", "reg", "lic", "ext", "nos"];
/// The end of a sentence only before a capital letter.
const EITHER: [&str; 75] = [
    "pt", "pts", "ct", "cts", "cl", "th", "tx", "dx", "hx", "rx", "sx", "hr", "hrs", "min", "mins", "sec",
    "secs", "wk", "wks", "mo", "mos", "yr", "yrs", "appt", "appts", "meds", "med", "wt", "ht", "mg", "tab",
    "tabs", "sess", "prev", "hosp", "dept", "etc", "a.m", "p.m", "am", "pm", "u.s", "u.k", "b/c", "assoc",
    "max", "temp", "tel", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "jan",
    "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "vol", "res", "ind", "pos",
    "neg",
];
/// The longest quotation or parenthesis, in bytes, that is kept in one sentence.
const LONGEST_ASIDE: usize = 400;

/// The sentences of a paragraph, trimmed, in order; each a slice of `text`. No words are left out.
#[must_use]
pub fn sentences(text: &str) -> Vec<&str> {
    let asides = asides(text);
    let mut asides = asides.iter().peekable();
    let mut found = Vec::new();
    // Always at the first letter of a sentence: white space before it is looked at once, however long.
    let mut start = text.len() - text.trim_start().len();
    let mut chars = text.char_indices().peekable();
    // Asks about ends in rising order.
    let mut within = |end: usize| {
        while asides.next_if(|aside| aside.end <= end).is_some() {}
        asides.peek().is_some_and(|aside| aside.contains(&end))
    };
    while let Some((at, c)) = chars.next() {
        if !matches!(c, '.' | '!' | '?' | '…') {
            continue;
        }
        let mut end = at + c.len_utf8();
        let mut mark = c;
        let mut several = false;
        // The rest of `?!` or `...`, then what closes around it.
        while let Some((next, c)) =
            chars.next_if(|(_, c)| matches!(c, '.' | '!' | '?' | '…' | '"' | '”' | '’' | '\'' | ')' | ']'))
        {
            several |= matches!(c, '.' | '…');
            if matches!(c, '!' | '?') {
                mark = c;
            }
            end = next + c.len_utf8();
        }
        let rest = &text[end..];
        let next = rest.trim_start();
        if rest.len() == next.len() || next.is_empty() || within(end) {
            continue;
        }
        let closed = !several && text[at + c.len_utf8()..end].chars().any(|c| !matches!(c, '!' | '?'));
        if ends(&text[start..at], mark, several || c == '…', closed, next) {
            found.push(text[start..end].trim());
            start = text.len() - next.len();
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// Whether a sentence `inner` ends at `mark` before `next`.
fn ends(inner: &str, mark: char, ellipsis: bool, closed: bool, next: &str) -> bool {
    let first = next.trim_start_matches(['"', '“', '‘', '\'', '(', '[']).chars().next().unwrap_or(' ');
    let goes_on = first.is_lowercase();
    if mark != '.' || ellipsis || closed {
        // `"Why?" she said`, `well ... no`.
        return !goes_on;
    }
    let word =
        inner.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“')).next().unwrap_or("");
    let lower = word.to_lowercase();
    let alone = word.len() == inner.len();
    if NUMBERED.contains(&lower.as_str()) {
        // `no.` is an answer, and a number only before one.
        let code = is_code(next) || lower == "reg" && next.starts_with("no.");
        return !(code || lower != "no" && goes_on);
    }
    if INSIDE.contains(&lower.as_str()) {
        return false;
    }
    if let Some(before) = inner.trim_end_matches(word).strip_suffix(". ").filter(|_| are_initials(word)) {
        // `Mr. J.R. came in`.
        let title = before.rsplit(char::is_whitespace).next().unwrap_or("").to_lowercase();
        return !INSIDE.contains(&title.as_str());
    }
    if EITHER.contains(&lower.as_str()) {
        return !alone && !goes_on && !first.is_ascii_digit();
    }
    if word.chars().count() == 1 && word.starts_with(char::is_uppercase) {
        // An initial, `Mr A. came in`.
        return false;
    }
    // `1. Continue weekly.`
    !(alone && word.chars().all(|c| c.is_ascii_digit()))
}

/// Whether a number or a code begins here: `417`, `#417`, `VH-8834512`, `C 28 114 993`.
fn is_code(next: &str) -> bool {
    let mut words = next.split_whitespace();
    let first = words.next().unwrap_or("").trim_start_matches('#');
    let digits = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let capitals =
        first.len() < 4 && !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_uppercase());
    let begins = first.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
    begins && digits(first)
        || capitals && words.next().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()))
}

/// `J.R`, whose last full stop is not there.
fn are_initials(word: &str) -> bool {
    let mut parts = word.split('.');
    word.contains('.')
        && parts.all(|part| part.len() == 1 && part.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// The byte ranges of quotations and parentheses, without their last byte: no sentence ends within.
fn asides(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        match (open, c) {
            (Some((start, close)), c) if c == close || at - start > LONGEST_ASIDE => {
                // A mark just before the closing sign may end the sentence after it.
                if c == close {
                    ranges.push(start..at);
                }
                open = None;
            }
            (None, '"') => open = Some((at, '"')),
            (None, '“') => open = Some((at, '”')),
            (None, '(') => open = Some((at, ')')),
            _ => {}
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clinicians_prose() {
        let cases: [&[&str]; 20] = [
            &["Policy no. VH-8834512 and file No. C 28 114 993.", "He said no.", "Then he left."],
            &["Asked again, and no.", "I said so."],
            &["IACP reg. M12-0334, or reg. no. CP2.", "Takes it reg.", "Sleeps."],
            &["Spoke with Sgt. Fintwell and Sr. Abeni.", "Fr. Tunji came."],
            &["D.O.B. 12 Feb 85.", "Seen alone."],
            &["Mr. J.R. Fintwell came.", "He moved to D.C.", "Then home."],
            &["Pt. reports sleeping 6 hrs. most nights.", "Denies SI/HI."],
            &["Dr. [NAME] reviewed meds.", "Ct. tearful, e.g. when asked about home."],
            &["Slept 4 hrs.", "Woke at 3 a.m. and paced."],
            &["Said \"I can't. I won't.\"", "Then wept."],
            &["\"Why bother?\" she said.", "No plan."],
            &["Mr A. came in late.", "Talked about the flat."],
            &["PHQ-9 11, GAD-7 13 (prev 12, 16).", "BP 120/80."],
            &["1. Continue weekly.", "2. Exposure step 3."],
            &["Late b/c of the bus.", "w/ mother."],
            &["Well ... not sure.", "Maybe!", "Yes."],
            &["BAC at arrest of .14 but believes machine was \"off\"."],
            &["Saw GP (Dr. [NAME], see letter. Not yet read) on Tues.", "Meds unchanged."],
            &["denies SI.", "sleeping ok.", "eating ok"],
            &["Asked if it helped.", "Said no.", "Left."],
        ];
        for case in cases {
            assert_eq!(sentences(&case.join(" ")), case);
        }
    }

    #[test]
    fn nothing_is_lost() {
        for text in
            ["", " ", ".", "...", "a.b", "\"open. Never closed. Yes", "(a. b", "“x. y", "é. É. ü", "?!"]
        {
            let joined: String = sentences(text).concat().split_whitespace().collect();
            assert_eq!(joined, text.split_whitespace().collect::<String>(), "{text}");
        }
    }
}
