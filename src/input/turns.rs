//! Speaker prefixes: what stands before the words of a turn in a line of text or a cue.

use super::marks::bare;
use super::sink::Sink;
use super::speakers::{self, Cast};
use super::time;
use crate::transcript::{Session, Speaker, Unit};
use std::collections::BTreeMap;

/// A line that begins like a turn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Prefix<'a> {
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    pub(super) label: &'a str,
    pub(super) text: &'a str,
}

/// The longest label, in characters: longer ones are sentences with a colon.
const MAX_LABEL: usize = 40;

/// `Label: text` or `Label<tab>text`, with a time in brackets, in parentheses or bare before the label or
/// after it; behind a tab times may be cells of their own.
pub(super) fn prefix(line: &str) -> Option<Prefix<'_>> {
    let (start, rest) =
        chat_stamp(line.trim()).map_or_else(|| leading_time(line.trim()), |rest| (None, rest));
    let end = start.and(closing_time(line.trim()));
    let at = label_end(rest)?;
    let (label, later) = trailing_time(&rest[..at]);
    let (mut times, mut text) = ([start.or(later), end], &rest[at + 1..]);
    if rest[at..].starts_with('\t') {
        text = cells_with_times(text, &mut times);
    }
    let label = bare(bare(label).trim_matches('*'));
    // WhisperX: `[SPEAKER_00]: …`
    let within = label.strip_prefix('[').and_then(|label| label.strip_suffix(']')).map(str::trim);
    // `[Silence]: …` is none.
    let speaks = |label: &&str| {
        label.contains(|c: char| c.is_ascii_digit()) && label.contains(char::is_alphabetic)
            || speakers::role(label).is_some()
    };
    let label = within.filter(speaks).unwrap_or(label);
    // Zoom's chat: `14:03:02 From Anna Lee to Everyone:`.
    let sender = label.strip_prefix("From ").filter(|_| start.is_some());
    let label = sender.map_or(label, |name| name.split(" to ").next().unwrap_or(name).trim());
    let words = label.split_whitespace().count();
    let fine = label.starts_with(|c: char| c.is_alphanumeric() || c == '#' || c == '+')
        && label.chars().count() <= MAX_LABEL
        && words <= 5
        && label.chars().all(|c| c.is_alphanumeric() || !c.is_ascii() || " .'-_()[]/#&,|@+\"".contains(c));
    fine.then(|| Prefix {
        start: times[0],
        end: times[1],
        label,
        text: text.trim().trim_start_matches("**").trim_start(),
    })
}

/// Takes the times from the cells that a text begins with; returns the rest.
fn cells_with_times<'a>(mut text: &'a str, times: &mut [Option<f64>; 2]) -> &'a str {
    for time in times {
        if let Some((cell, rest)) = text.split_once('\t')
            && let Some(seconds) = time::clock(cell.trim())
        {
            (*time, text) = (Some(seconds), rest);
        }
    }
    text
}

/// Where the label ends: at a tab after a role word, else at the first colon that is not part of a time.
fn label_end(rest: &str) -> Option<usize> {
    if let Some(tab) =
        rest.find('\t').filter(|&tab| !rest[..tab].contains(':') && speakers::role(&rest[..tab]).is_some())
    {
        return Some(tab);
    }
    let bytes = rest.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes
        .iter()
        .take(MAX_LABEL * 4)
        .enumerate()
        .find(|&(at, &byte)| byte == b':' && !(at > 0 && is_digit(at - 1) && is_digit(at + 1)))
        .map(|(at, _)| at)
}

/// What follows the day and the time of a message: `[14/03/2024, 15:01:12] Anna: …`, `14.03.24, 15:01 - Anna: …`. When it was
/// sent is no time within a session.
fn chat_stamp(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('[').unwrap_or(line);
    let day = inner.split([',', ' ']).next()?;
    let parts: Vec<&str> = day.split(['/', '.', '-']).collect();
    let number =
        |part: &&str| part.len() <= 4 && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() != 3 || !parts.iter().all(number) {
        return None;
    }
    let behind = inner[day.len()..].trim_start_matches([',', ' ', '\u{202f}']);
    let end = behind.find([' ', ']', '\u{202f}']).unwrap_or(behind.len());
    time::clock(&behind[..end])?;
    let rest = behind[end..].trim_start_matches([' ', '\u{202f}']);
    let rest = time::behind_half(rest).unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix(if line.starts_with('[') { ']' } else { '-' })?;
    Some(rest.trim_start_matches(['\u{200e}', ' ']))
}

/// A time before the label: `[00:03:12] T`, `(00:03) T`, `00:03:12 T`, also with a dash between.
pub(super) fn leading_time(line: &str) -> (Option<f64>, &str) {
    let close = match line.as_bytes().first() {
        Some(b'[') => ']',
        Some(b'(') => ')',
        Some(b'0'..=b'9') => ' ',
        _ => return (None, line),
    };
    let inner = if close == ' ' { line } else { &line[1..] };
    let end = inner.find(|c: char| c == close || (close == ' ' && c == '\t')).unwrap_or(inner.len());
    // `00:01:02 - 00:01:05` in one pair of brackets: the first counts.
    let first = inner[..end].split([' ', '-', '–']).next().unwrap_or_default();
    match time::clock(first) {
        Some(seconds) => {
            let rest = inner.get(end + 1..).unwrap_or_default();
            (Some(seconds), rest.trim_start_matches([' ', '\t', '-', '–', ':']))
        }
        None => (None, line),
    }
}

/// The second of two times in one pair of brackets before the label: `[00:01:02 - 00:01:05]`.
fn closing_time(line: &str) -> Option<f64> {
    let inner = line.strip_prefix(['[', '('])?;
    let inner = inner.split([']', ')']).next()?;
    let (_, second) = inner.split_once([' ', '-', '–'])?;
    time::clock(second.trim_start_matches([' ', '-', '–', '>']).trim_end())
}

/// A time after the label: `Therapist (00:03)`, `T [00:03:12]`, `Therapist 00:03`.
fn trailing_time(label: &str) -> (&str, Option<f64>) {
    let trimmed = label.trim_end().trim_end_matches([')', ']']);
    let Some(at) = trimmed.rfind([' ', '(', '[', '\t']) else { return (label, None) };
    match time::clock(&trimmed[at + 1..]) {
        Some(seconds) => (trimmed[..at].trim_end_matches([' ', '(', '[', '\t']), Some(seconds)),
        None => (label, None),
    }
}

/// The time on a line that holds nothing else. `[2 min]` and `[10 min]` are silences, `[05 min]` is none.
pub(super) fn lone_time(line: &str) -> Option<f64> {
    let (stamp, rest) = time::leading(line.trim())?;
    let silence = line.contains("min") && !line.trim_start_matches(['[', '(', '{', '<']).starts_with('0');
    (rest.is_empty() && !silence).then_some(stamp.start)
}

/// Words in small letters within names.
pub(super) const PARTICLES: [&str; 9] = ["de", "da", "di", "del", "van", "von", "der", "bin", "la"];

/// Whether a label that is no role word may be a name: up to five words that all begin like names, as
/// `Anna`, `Dr. M. O'Neill`, `SPEAKER 2`.
pub(super) fn is_name_like(label: &str) -> bool {
    // What meeting programs add: `Anna (she/her)`.
    let label = label.split('(').next().unwrap_or_default().trim();
    let mut words = label.split_whitespace();
    let named = |word: &str| {
        word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) || PARTICLES.contains(&word)
    };
    let remark = label.eq_ignore_ascii_case("note");
    !remark
        && label.starts_with(char::is_uppercase)
        && label.split_whitespace().count() <= 5
        && words.all(named)
}

/// Words that lines of talk begin with, and no label has.
const SAID: [&str; 50] = [
    "a", "also", "am", "and", "are", "because", "but", "e.g", "eg", "example", "first", "for", "goes", "he",
    "her", "him", "how", "http", "https", "i", "i.e", "if", "in", "is", "it", "like", "my", "no", "not",
    "note", "of", "oh", "ok", "okay", "on", "or", "said", "say", "says", "she", "so", "that", "the", "they",
    "think", "this", "was", "we", "well", "you",
];

/// Whether a label that looks like no name may be a speaker's all the same if it comes back: one word (`mina_p`, `07`, `美娜`), or
/// more with a sign that talk has not, as `Mina | Leeds`, `Mum & Dad`, `Mina's iPhone`.
fn is_label_like(label: &str) -> bool {
    let is_said = |word: &str| {
        let word = word.split(['\'', '’']).next().unwrap_or_default();
        SAID.contains(&word.to_lowercase().trim_end_matches(',').trim())
    };
    let marked =
        |c: char| c.is_ascii_digit() || "()[]|@+_".contains(c) || !(c.is_ascii() || c.is_alphabetic());
    let joined = label.contains(['&', ',', '"', '/']) || label.contains("'s ") || label.contains(" - ");
    let signed = label.contains(marked) || joined && !label.starts_with(char::is_lowercase);
    let one = !label.contains(char::is_whitespace);
    (one || signed) && !label.split_whitespace().any(is_said)
}

/// Whether one word in small letters, which may be the word for something (`sleep: …`).
fn is_plain_word(label: &str) -> bool {
    label.chars().all(char::is_lowercase)
}

/// Whether a label has what no words of talk have: `client_k7`, `Mina | Leeds`, `iPhone (2)`, `a@b.org`, `美娜`.
fn is_odd(label: &str) -> bool {
    label.contains(|c: char| {
        "()[]|@_".contains(c)
            || !(c.is_ascii() || c.is_lowercase() || c.is_uppercase() || "’–—…“”".contains(c))
    })
}

/// What labels of several people are called before their number.
const SERIES: [&str; 8] = ["member", "speaker", "person", "attendee", "caller", "guest", "male", "female"];

/// The word before the number of one of several people: `member` of `Member 2`.
fn series(label: &str) -> Option<String> {
    let normal = speakers::normal(label);
    let word = normal.trim_end_matches(|c: char| c.is_ascii_digit());
    let counted = word.len() < normal.len();
    let word = word.trim_end_matches([' ', '#', '-', '_']);
    (counted && SERIES.contains(&word)).then(|| word.to_owned())
}

/// Whether a label is a speaker beyond doubt: a role word, or a name given with `--therapist`.
pub(super) fn is_known(label: &str, therapists: &[String]) -> bool {
    speakers::says_role(label) || speakers::is_named(label, therapists)
}

/// Which labels of a text, or of cues, are speakers: the same rule for both.
///
/// Those that are [known](is_known) are, voice tags are, and what looks like a name is if it comes at least twice, or another
/// number of it does (`Member 2`), for words may begin so as well (`Homework: a diary`). What looks
/// [otherwise](is_label_like) is if it comes twice, one word in small letters if it comes three times; but if it is not
/// [odd](is_odd), only where nobody but the therapist would speak in the session without it. There a name that comes once is a
/// speaker, too, if `--therapist` has been given.
pub(super) struct Voices<'a> {
    often: BTreeMap<String, usize>,
    therapists: &'a [String],
}

impl<'a> Voices<'a> {
    pub(super) fn of<'b>(labels: impl Iterator<Item = &'b str>, therapists: &'a [String]) -> Self {
        let mut often = BTreeMap::new();
        for label in labels {
            *often.entry(speakers::normal(label)).or_insert(0) += 1;
            if let Some(word) = series(label) {
                *often.entry(word).or_insert(0) += 1;
            }
        }
        Voices { often, therapists }
    }

    /// Whether, of the labels of one session, nobody is a speaker beyond doubt but the therapist; beside each label, whether it
    /// is a voice tag.
    pub(super) fn are_alone<'b>(&self, mut labels: impl Iterator<Item = (&'b str, bool)>) -> bool {
        let therapist = |label: &str| {
            speakers::is_named(label, self.therapists) || speakers::role(label) == Some(Speaker::Therapist)
        };
        labels.all(|(label, tag)| therapist(label) || !(tag || self.are(label, false)))
    }

    /// Whether the label is a speaker, in a session where the therapist would else be alone or not.
    pub(super) fn are(&self, label: &str, alone: bool) -> bool {
        let times = |label: &str| self.often.get(label).copied().unwrap_or_default();
        let often = times(&speakers::normal(label));
        let least = if is_plain_word(label) { 3 } else { 2 };
        let counted = || series(label).is_some_and(|word| times(&word) > 2);
        let once = alone && !self.therapists.is_empty();
        // `Petrie, Mina` as much as `Monday, Tuesday`.
        let listed = label.contains(',');
        is_known(label, self.therapists)
            || is_name_like(label) && (once || !listed && (often > 1 || counted()))
            || is_label_like(label) && often >= least && (alone || is_odd(label))
    }
}

/// Says where a label was taken for words because it does not come often enough, if it may be a speaker's, or begins like one:
/// `Therapist note: …`.
pub(super) fn tell_once(label: &str, line: impl std::fmt::Display, sink: &mut Sink) {
    let role = || label.split(' ').next().is_some_and(speakers::says_role);
    if is_name_like(label) || is_label_like(label) || role() {
        sink.notice_once("once", || {
            format!(
                "line {line} begins like a turn of a speaker who comes only once: read as part of the turn above, \
                 here and elsewhere"
            )
        });
    }
}

/// Whether most of these words begin with labels of a therapist and of a client.
pub(super) fn are_turns<'a>(words: impl Iterator<Item = &'a str>, therapists: &[String]) -> bool {
    speakers::are_labels(words.map(|words| prefix(words).map_or("-", |prefix| prefix.label)), therapists)
}

/// Whether another turn begins within a text: a role word and a colon behind the end of a sentence.
fn runs_on(text: &str) -> bool {
    text.match_indices(": ").any(|(colon, _)| {
        let before = &text[..colon];
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let sentence = before[..before.len() - word.len()].trim_end();
        sentence.ends_with(['.', '?', '!', '…'])
            && word.starts_with(char::is_uppercase)
            && speakers::role(word).is_some()
    })
}

/// A turn with its label, before anybody knows who that is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turn {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
}

impl Turn {
    /// Adds a line or cue that goes on with the turn.
    pub(super) fn join(&mut self, text: &str) {
        if !self.text.is_empty() && !text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(text);
    }
}

/// Takes the times from the words of turns: one behind the label is the start, one at the end the end. A [sure](time::Stamp) one
/// always, another only where most turns have one there and they go on, for `at 10:30` are words, and so is the time of an alarm.
pub(super) fn take_times(turns: &mut [Turn]) {
    let most = |found: fn(&str) -> Option<(time::Stamp, &str)>| {
        let stamps = turns.iter().filter_map(|turn| found(&turn.text));
        let starts: Vec<f64> = stamps.map(|(stamp, _)| stamp.start).collect();
        starts.len() > 1 && 2 * starts.len() > turns.len() && starts.is_sorted()
    };
    let (all_leading, all_trailing) = (most(time::leading), most(time::trailing));
    for turn in turns {
        if let Some((stamp, rest)) = time::leading(&turn.text).filter(|(stamp, _)| stamp.sure || all_leading)
        {
            turn.start = turn.start.or(Some(stamp.start));
            turn.end = turn.end.or(stamp.end);
            turn.text = rest.to_owned();
        }
        if let Some((stamp, rest)) =
            time::trailing(&turn.text).filter(|(stamp, _)| stamp.sure || all_trailing)
        {
            turn.end = turn.end.or(stamp.end).or(Some(stamp.start));
            turn.text = rest.to_owned();
        }
    }
}

/// Makes units of the turns of one session; an error is the reason to refuse it.
pub(super) fn into_units(
    turns: Vec<Turn>,
    session: &mut Session,
    therapists: &[String],
    sink: &mut Sink,
) -> Result<(), String> {
    let runs_on = turns.iter().filter(|turn| runs_on(&turn.text)).count();
    // Fewer may be talk that somebody quotes.
    if runs_on > 1 && runs_on * 2 > turns.len() {
        return Err(format!(
            "several turns stand on one line, {runs_on} times: begin every turn on a line of its own"
        ));
    }
    let id = session.id.clone();
    if runs_on > 0 {
        let text = || {
            format!(
                "session '{id}': another turn may begin within a turn ({runs_on} times): read as words of it"
            )
        };
        sink.notice_some("within", text, "have turns within turns");
    }
    let labels = turns.iter().map(|turn| turn.label.as_str());
    session.labels = speakers::names(labels.clone());
    let cast = speakers::assign(labels, therapists, &mut Cast::default());
    for (turn, speaker) in turns.into_iter().zip(cast) {
        let speaker = speaker.map_err(|unclear| unclear.to_string())?;
        let id = session.units.len().to_string();
        let Turn { text, start, end, .. } = turn;
        session.units.push(Unit { id, speaker, text, start, end });
    }
    if !session.units.iter().any(|unit| unit.speaker.is_client()) {
        let text = || format!("session '{id}': nobody but the therapist speaks, as it is read");
        sink.notice_some("alone", text, "have nobody but the therapist");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        for (line, start, label, text) in [
            ("Therapist: Hello.", None, "Therapist", "Hello."),
            ("T:\tHello", None, "T", "Hello"),
            ("T\tHello: you", None, "T", "Hello: you"),
            ("Client 2: at 10:30", None, "Client 2", "at 10:30"),
            ("[00:03:12] C: yes", Some(192.0), "C", "yes"),
            ("(00:03) T: hm", Some(3.0), "T", "hm"),
            ("00:03:12 - T: hm", Some(192.0), "T", "hm"),
            ("T [00:03]: hm", Some(3.0), "T", "hm"),
            ("Therapist (1:02): hm", Some(62.0), "Therapist", "hm"),
            ("**Therapist:** hm", None, "Therapist", "hm"),
            ("C:", None, "C", ""),
            ("14:03:02\t From Anna Lee to Everyone : hm", Some(50582.0), "Anna Lee", "hm"),
        ] {
            assert_eq!(prefix(line), Some(Prefix { start, end: None, label, text }), "{line}");
        }
        for line in ["T\t00:00:01.500\t00:00:03\thm", "[00:01.5 - 00:03] T: hm", "(00:01.5-00:03) T\thm"] {
            let wanted = Prefix { start: Some(1.5), end: Some(3.0), label: "T", text: "hm" };
            assert_eq!(prefix(line), Some(wanted), "{line}");
        }
        for label in [
            "Client [K7]",
            "client_k7",
            "07",
            "#12",
            "Mum & Dad",
            "Petrie, Mina",
            "Mina | Leeds",
            "美娜",
            "Mina 🌸",
        ] {
            let line = format!("{label}: hm");
            assert_eq!(prefix(&line), Some(Prefix { label, text: "hm", ..Prefix::default() }), "{line}");
        }
        for line in ["no colon", "", ":", "10:30 was late", "(laughs): no", "we said, and it was true: no"] {
            assert_eq!(prefix(line), None, "{line}");
        }
    }

    #[test]
    fn turns_within_turns() {
        for text in ["How are you? C: Bad.", "Well. Therapist: Hm", "I see…\u{a0}T: so"] {
            assert!(runs_on(text), "{text}");
        }
        for text in ["at 10: no", "She said: C: well", "Yes. He said: no", "I wrote. client: x", "?: "] {
            assert!(!runs_on(text), "{text}");
        }
    }

    #[test]
    fn names_and_times() {
        for label in ["Anna", "Dr. M. O'Neill", "SPEAKER 2", "Anna Lee (she/her)"] {
            assert!(is_name_like(label), "{label}");
        }
        for label in ["so I said", "And then", "anna"] {
            assert!(!is_name_like(label), "{label}");
        }
        let labels = [
            "mina_p",
            "07",
            "x",
            "Mum & Dad",
            "Mina's iPhone",
            "Mina | Leeds",
            "Petrie, mina",
            "a@b.org",
            "Mina - phone",
        ];
        for label in labels {
            let voices = |times| Voices::of(std::iter::repeat_n(label, times), &[]).are(label, true);
            assert!(voices(3) && voices(2) != is_plain_word(label) && !voices(1), "{label}");
        }
        for label in ["And then", "so I said", "Well, I said", "but"] {
            assert!(!Voices::of(std::iter::repeat_n(label, 9), &[]).are(label, false), "{label}");
        }
        for (label, odd) in
            [("mina_p", true), ("美娜", true), ("thing", false), ("07", false), ("Mum’s text", false)]
        {
            assert_eq!(Voices::of(std::iter::repeat_n(label, 9), &[]).are(label, false), odd, "{label}");
        }
        let members = ["Member 1", "Member 2", "Member 3", "Step 1", "Step 2", "Step 3"];
        let members = Voices::of(members.into_iter(), &[]);
        assert!(members.are("Member 2", false) && !members.are("Step 1", false));
        assert_eq!(lone_time("[00:03:12]"), Some(192.0));
        assert_eq!(lone_time("00:03:12"), Some(192.0));
        assert_eq!(lone_time("[00:03:12] T: x"), None);
    }
}
