//! What of the main line of an utterance are words: they stand between codes, scopes and the times of bullets.
//!
//! One pass over its tokens. What was said is kept as it was said, words that were taken back as well (`<I want> [//] I need`), in the
//! spelling that `[: …]` gives; fragments (`&+fr`), pauses and words that were not said (`0is`) go. What else is heard and seen
//! (`&=laughs`, `[=! crying]`) is a remark in brackets, as other transcripts have it.

/// What bullets begin and end with.
const BULLET: char = '\u{15}';

/// What linkers (`+<`) and special terminators (`+//.`) are made of, behind their plus.
const MARKS: [char; 14] = ['+', '<', '"', '“', '”', ',', '^', '/', '.', '?', '!', '…', '≋', '≈'];

/// What stands behind a word without a space.
const CLOSING: [char; 7] = ['.', '?', '!', ',', ';', '…', '”'];

/// What marks the parts of words that two say at once.
const OVERLAP: [char; 4] = ['⌈', '⌉', '⌊', '⌋'];

/// What is a filler and no fragment where nothing but `&` stands before it, as files had it before `&-`.
const FILLERS: [&str; 11] = ["um", "uh", "er", "erm", "em", "uhm", "ah", "eh", "hm", "mm", "mhm"];

/// An utterance without its codes.
#[derive(Debug, Default)]
pub(super) struct Utterance {
    pub(super) text: String,
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    /// How often somebody else says something within it.
    pub(super) others: usize,
    /// Where the word or the scope begins that a replacement is for. No open scope begins behind it.
    last: usize,
    /// Where the scopes begin that are open.
    open: Vec<usize>,
}

/// Reads what stands behind the speaker's code.
pub(super) fn read(line: &str) -> Utterance {
    let mut utterance = Utterance::default();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        rest = utterance.take(first, rest);
    }
    utterance
}

impl Utterance {
    /// Takes the first token from the rest of the line.
    fn take<'a>(&mut self, first: char, rest: &'a str) -> &'a str {
        let behind = &rest[first.len_utf8()..];
        match first {
            BULLET => return self.bullet(behind),
            '[' => return self.bracket(behind),
            '<' => {
                self.last = self.text.len();
                self.open.push(self.last);
            }
            '>' => self.last = self.open.pop().unwrap_or(self.last),
            '+' if behind.starts_with(MARKS) => {
                let words = behind.trim_start_matches(MARKS);
                self.mark(&behind[..behind.len() - words.len()]);
                return words;
            }
            _ if first.is_whitespace() => {}
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '[' | '<' | '>' | BULLET);
                let (word, rest) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
                self.word(word);
                return rest;
            }
        }
        behind
    }

    /// The times of a bullet, or its picture. One that is neither has lost its other end: what follows are words.
    fn bullet<'a>(&mut self, behind: &'a str) -> &'a str {
        let Some((inner, rest)) = behind.split_once(BULLET) else { return behind };
        let Some((start, end)) = times(inner) else {
            return if inner.starts_with('%') { rest } else { behind };
        };
        self.start = self.start.or(Some(start));
        self.end = Some(end.max(self.end.unwrap_or(end)));
        rest
    }

    /// A code in brackets; a bracket that nothing closes is none.
    fn bracket<'a>(&mut self, behind: &'a str) -> &'a str {
        match behind.find(['[', ']']) {
            Some(end) if behind[end..].starts_with(']') => {
                self.code(behind[..end].trim());
                &behind[end + 1..]
            }
            _ => behind,
        }
    }

    fn code(&mut self, code: &str) {
        if let Some(words) = code.strip_prefix(':') {
            let begin = self.last;
            self.text.truncate(begin);
            words.trim_start_matches(':').split_whitespace().for_each(|word| self.word(word));
            self.last = begin;
        } else if let Some(how) = code.strip_prefix("=!") {
            self.remark(how);
        } else if is_remark(code) {
            self.push(&format!("[{code}]"));
        }
    }

    /// A linker, or what an utterance ends with instead of a full stop.
    fn mark(&mut self, mark: &str) {
        let quotes = mark.starts_with(['"', '“', '”']);
        self.text.push_str(match mark.chars().next_back() {
            Some('?') => "?",
            Some('!') => "!",
            Some('.') if mark.starts_with('/') => "—",
            Some('.') if quotes || mark == "." => ".",
            Some('.' | '…') => "…",
            _ => "",
        });
    }

    fn word(&mut self, token: &str) {
        let word = token.trim_end_matches(CLOSING);
        if !word.is_empty() {
            self.last = self.text.len();
        }
        match word {
            "" => {}
            "‡" | "„" => self.comma(),
            "xxx" | "xx" | "yyy" | "yy" | "www" => self.push("[inaudible]"),
            _ if is_silent(word) => {}
            _ => match word.strip_prefix('&').filter(|coded| !coded.is_empty()) {
                Some(coded) => self.coded(coded),
                None => self.push(&plain(word)),
            },
        }
        match &token[word.len()..] {
            ",," => self.comma(),
            closing => self.text.push_str(closing),
        }
    }

    /// What stands behind `&`.
    fn coded(&mut self, coded: &str) {
        let seen = ["=", "{l=", "{n="].into_iter().find_map(|begin| coded.strip_prefix(begin));
        if let Some(what) = seen {
            self.remark(what);
        } else if coded.starts_with('*') {
            self.others += 1;
        } else if let Some(filler) = coded.strip_prefix('-') {
            self.push(&plain(filler));
        } else if FILLERS.contains(&coded.to_lowercase().as_str()) {
            self.push(coded);
        }
    }

    fn remark(&mut self, what: &str) {
        let what = what.replace([':', '_'], " ");
        if what.contains(char::is_alphanumeric) {
            self.push(&format!("[{}]", what.trim()));
        }
    }

    fn comma(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(',') {
            self.text.push(',');
        }
    }

    fn push(&mut self, word: &str) {
        if !self.text.is_empty() && !self.text.ends_with('“') && !word.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }
}

/// Start and end in seconds: of `1200_2400`, of `%snd:"talk"_1200_2400`, and of `1200_2400-`, which is not to be played.
fn times(bullet: &str) -> Option<(f64, f64)> {
    let (before, end) = bullet.trim_end_matches('-').rsplit_once('_')?;
    let seconds = |digits: &str| Some(f64::from(digits.parse::<u32>().ok()?) / 1000.0);
    Some((seconds(before.rsplit('_').next()?)?, seconds(end)?))
}

/// Whether what stands in brackets is no code of CHAT (`[e]`, `[x 3]`, `[//]`) but words, as other programs write them: `[laughs]`, `[NAME]`.
fn is_remark(code: &str) -> bool {
    let word = code.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    word.chars().count() > 2
}

/// A pause (`(.)`, `(1.5)`, `#`), or a word that was not said (`0`, `0is`).
fn is_silent(word: &str) -> bool {
    let inner = word.strip_prefix('(').and_then(|word| word.strip_suffix(')'));
    let counts = |inner: &str| inner.bytes().all(|byte| byte.is_ascii_digit() || b".:".contains(&byte));
    inner.is_some_and(|inner| inner.contains('.') && counts(inner))
        || word.bytes().all(|byte| byte == b'#')
        || word.strip_prefix('0').is_some_and(|left| left.is_empty() || left.starts_with(char::is_alphabetic))
}

/// `word` of `word@s:eng`, but `a@b.org`.
fn without_form(word: &str) -> &str {
    let Some((before, form)) = word.split_once('@') else { return word };
    let behind = form.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let known = (1..=3).contains(&(form.len() - behind.len()));
    let ends = behind.is_empty() || behind.starts_with([':', '$', '+']);
    if known && ends && !before.is_empty() { before } else { word }
}

/// A word as it is spelled: `because` of `(be)cause`, `ice cream` of `ice+cream`, `no` of `no::`.
fn plain(word: &str) -> String {
    let word = without_form(word);
    let opened = word.matches('(').count();
    // `(laughs)` is no part of a word.
    let whole = opened == 1 && word.starts_with('(') && word.ends_with(')');
    let parts = !whole && opened == word.matches(')').count();
    let mut plain = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    let mut above = ' ';
    while let Some(c) = chars.next() {
        let last = plain.chars().next_back().unwrap_or(' ');
        let next = chars.peek().copied().unwrap_or(' ');
        match c {
            '+' | '_' if last.is_alphanumeric() && next.is_alphanumeric() => plain.push(' '),
            '(' | ')' if parts => {}
            // A vowel that is drawn out, but `10:30`.
            ':' if last.is_alphabetic() && !next.is_ascii_digit() && next != '/' => {}
            '^' | '↑' | '↓' => {}
            _ if OVERLAP.contains(&c) => {}
            // Which of several overlaps it is.
            '0'..='9' if OVERLAP.contains(&above) => {}
            _ => plain.push(c),
        }
        above = c;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said() {
        for (line, text) in [
            ("how was the week ?", "how was the week?"),
            ("well , did you ?", "well, did you?"),
            // Retraced and overlapped words were said.
            ("<I never> [/] I never <did it> [>] !", "I never I never did it!"),
            ("I <was [//] were> [///] am +...", "I was were am…"),
            ("<<no no> [<1]> [*] <yes> [?] [!!] . [+ exc]", "no no yes."),
            ("[- spa] sí [% nods] [= yes] [=? see] [^ c] [# 2] [e] [x 3] .", "sí."),
            ("I goed [: went] [*] there .", "I went there."),
            ("I wanna [* m] [: want to] .", "I want to."),
            ("<dis is> [: this is] it , goed [:: went] .", "this is it, went."),
            ("he &+s [: so] gonna@u [: going to] <> [: go] .", "he so going to go."),
            ("he [: she] said , he [: she] did .", "she said, she did."),
            ("(be)cause (.) I (1.5) (..) (2:01.5) was goin(g) # ## .", "because I was going."),
            ("0is (laughs) (a long sigh) 0.5 007 0 .", "(laughs) (a long sigh) 0.5 007."),
            ("&=laughs I 0 [=! crying] &=clears:throat .", "[laughs] I [crying] [clears throat]."),
            ("&{l=whispers no &}l=whispers &{n=door .", "[whispers] no [door]."),
            ("&-um &-you_know &+fr &~x &uh &th Tom & I", "um you know uh Tom & I"),
            ("[laughs] [NAME 2] [PLACE], yes .", "[laughs] [NAME 2] [PLACE], yes."),
            ("woof@o b@l Haus@s:deu x@z:y a@b.org", "woof b Haus x a@b.org"),
            ("xxx yyy www . xxx.", "[inaudible] [inaudible] [inaudible]. [inaudible]."),
            ("ice+cream New_York no:: rhi^no 10:30 c++ +44", "ice cream New York no rhino 10:30 c++ +44"),
            ("+< yes +/.", "yes—"),
            ("+\" I won't +//.", "I won't—"),
            ("+^ why +/?", "why?"),
            ("+, ++ and +..?", "and?"),
            ("he said +\"/.", "he said."),
            ("what +!?", "what?"),
            ("+<so", "so"),
            ("Mum ‡ look „ no ,, yes .", "Mum, look, no, yes."),
            ("she said “go away” “ now ” .", "she said “go away” “now”."),
            ("⌈2 yeah ⌉2 ye⌊ah⌋ ↑ʃip .", "yeah yeah ʃip."),
            // What is not closed eats no words.
            ("a [ b [/] c < d > [", "a b c d"),
            ("é <[: x] é> [: yé] <é [: é]> >", "é yé é"),
            ("<<>> [: ] &= (", "("),
            ("0 .", "."),
            ("", ""),
        ] {
            assert_eq!(read(line).text, text, "{line}");
        }
    }

    #[test]
    fn bullets() {
        for (line, text, times) in [
            ("so . \u{15}1200_2450\u{15}", "so.", Some((1.2, 2.45))),
            ("a \u{15}1500_2500\u{15} b . \u{15}2500_4000-\u{15}", "a b.", Some((1.5, 4.0))),
            ("so \u{15}%snd:\"a_b\"_10_20\u{15}", "so", Some((0.01, 0.02))),
            ("so \u{15}%pic:\"x.jpg\"\u{15} .", "so.", None),
            // One that has lost its other end eats no words.
            ("so \u{15} it goes \u{15}10_20\u{15}", "so it goes", Some((0.01, 0.02))),
            ("so . \u{15}", "so.", None),
        ] {
            let utterance = read(line);
            assert_eq!(
                (utterance.text.as_str(), utterance.start.zip(utterance.end)),
                (text, times),
                "{line}"
            );
        }
    }

    #[test]
    fn somebody_else_within() {
        let utterance = read("and then &*INV:mhm I left &*INV:oh_no .");
        assert_eq!((utterance.text.as_str(), utterance.others), ("and then I left.", 2));
    }
}
