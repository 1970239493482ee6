//! Role words that begin a line without a colon behind them: `Therapist` or `Therapist  0:02` above its words, as Otter,
//! Teams and Zoom write; behind a bullet, `#`, `@` or the date of a chat; `[Client] …`, `Client — …`, `Client (0:02) …`,
//! `| Client | …`.
//!
//! Names stand so too: `Marguerite Dubois  0:02` above her words, always with a time.
//!
//! One of them says nothing, for notes begin sentences with `Client reports`, and a role word that ordinary words follow
//! is none. Several of both sides, in turns, are a transcript. What leaves no doubt where the words begin is read; the
//! rest is refused, for it needs only its colons.

use super::turns::{self, Prefix};
use super::{speakers, time};
use crate::transcript::Speaker;
use std::collections::BTreeMap;

/// Why a transcript is refused whose labels are of another kind.
pub(super) const LOST: &str = "lines begin with words for therapist and client, but not in a form that is read; begin every turn with \
     Therapist: or Client:, or put the word alone on the line above (for a session note use --format note)";

/// The longest piece before a label, in bytes: a date with a time and what stands around it.
const MAX_BEFORE: usize = 48;

/// The longest line that is a name and a time, in bytes.
const MAX_TIMED: usize = 120;

/// What a label is that stands at the beginning of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Label<'a> {
    Read(Prefix<'a>),
    /// The same, where words follow without a colon.
    Joined(Prefix<'a>),
    /// Whose it is, but not where the words begin or end.
    Other(Speaker),
}

/// What labels the lines of a text have.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Lines with a role word and a colon.
    plain: usize,
    read: usize,
    /// Of these, where words follow without a colon.
    joined: usize,
    other: usize,
    /// How often the next label is of the other side.
    changes: usize,
}

impl Survey {
    pub(super) fn of(text: &str) -> Survey {
        let mut survey = Survey::default();
        let mut last = None;
        for line in text.lines() {
            if turns::prefix(line).is_some_and(|prefix| speakers::role(prefix.label).is_some()) {
                survey.plain += 1;
                continue;
            }
            let speaker = match label(line) {
                None => continue,
                Some(found @ (Label::Read(prefix) | Label::Joined(prefix))) => {
                    survey.read += 1;
                    survey.joined += usize::from(matches!(found, Label::Joined(_)));
                    speakers::role(prefix.label)
                }
                Some(Label::Other(speaker)) => {
                    survey.other += 1;
                    Some(speaker)
                }
            };
            let therapist = speaker == Some(Speaker::Therapist);
            survey.changes += usize::from(last.replace(therapist).is_some_and(|last| last != therapist));
        }
        survey
    }

    /// Lines that begin so.
    pub(super) fn count(&self) -> usize {
        self.read + self.other
    }

    /// Whether these are the labels of the text.
    pub(super) fn is_transcript(&self) -> bool {
        self.changes > 1 && self.count() > self.plain
    }

    /// Whether a note may have them too, as a list of what both sides did.
    pub(super) fn are_joined(&self) -> bool {
        self.joined > 0
    }

    /// Whether every one of them can be read. Beside labels without a colon `Client: Anna` is no turn.
    pub(super) fn is_readable(&self) -> bool {
        self.is_transcript() && self.other == 0 && (self.joined == 0 || self.plain == 0)
    }
}

/// The label of a line in a text whose labels stand so.
pub(super) fn prefix(line: &str) -> Option<Prefix<'_>> {
    let plain = turns::prefix(line);
    match label(line) {
        Some(Label::Read(prefix) | Label::Joined(prefix))
            if plain.is_none_or(|plain| speakers::role(plain.label).is_none()) =>
        {
            Some(prefix)
        }
        _ => plain,
    }
}

/// Like [`prefix`], where names with a time stand alone on their lines.
pub(super) fn prefix_or_name(line: &str) -> Option<Prefix<'_>> {
    timed_name(line).or_else(|| prefix(line))
}

/// Like [`prefix`], where names stand alone behind a time.
pub(super) fn prefix_or_name_behind_time(line: &str) -> Option<Prefix<'_>> {
    name_behind_time(line).or_else(|| prefix(line))
}

/// Whether it may be a name beside a time, by its letters.
fn may_be_name(label: &str) -> bool {
    let sound = label.chars().all(|c| c.is_alphanumeric() || " ,.'’-_()/".contains(c));
    sound && turns::is_name_like(label)
}

/// `[14:03] Tobias Reed`: nothing but a time in brackets and what may be a name.
fn name_behind_time(line: &str) -> Option<Prefix<'_>> {
    let line = line.trim();
    let (start, label) = turns::leading_time(line);
    let alone = line.len() <= MAX_TIMED && line.starts_with(['[', '(']) && may_be_name(label);
    start.filter(|_| alone).map(|start| Prefix { start: Some(start), label, ..Prefix::default() })
}

/// `Marguerite Dubois  0:02`, `[Tobias Reed] 14:03:02`: nothing but a role word or what may be a name, and a time.
fn timed_name(line: &str) -> Option<Prefix<'_>> {
    let line = line.trim();
    if line.len() > MAX_TIMED {
        return None;
    }
    let start = line.char_indices().rev().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    // The half of a day may stand behind the time.
    let (at, (seconds, rest)) =
        start.take(2).find_map(|at| Some((at, time_behind(line[at..].trim_start())?)))?;
    let label = line[..at].trim_end_matches([' ', '\t', '(', '[', '-', '–', '—', '|']);
    let label = label.strip_prefix('[').and_then(|label| label.strip_suffix(']')).unwrap_or(label).trim();
    (rest.is_empty() && may_be_name(label)).then_some(Prefix {
        start: Some(seconds),
        label,
        ..Prefix::default()
    })
}

/// Whether a text has [names](timed_name) of at least two before its turns. Where none of them is known to be a speaker, one
/// has to come back: a note may say when it began and ended.
pub(super) fn are_timed_names(text: &str, therapists: &[String]) -> bool {
    let mut often: BTreeMap<String, usize> = BTreeMap::new();
    let mut known = false;
    for prefix in text.lines().filter_map(timed_name) {
        known |= turns::is_known(prefix.label, therapists);
        *often.entry(speakers::normal(prefix.label)).or_default() += 1;
    }
    let named = often.keys().any(|label| speakers::role(label).is_none());
    let twice = often.values().filter(|&&times| times > 1).count();
    named && often.len() > 1 && (known || twice > 1)
}

/// Whether a text has [names behind times](name_behind_time), one of them the therapist's: `[00:03] Okay` is an answer.
pub(super) fn are_names_behind_times(text: &str, therapists: &[String]) -> bool {
    text.lines().filter_map(name_behind_time).any(|prefix| turns::is_known(prefix.label, therapists))
}

fn label(line: &str) -> Option<Label<'_>> {
    let line = line.trim();
    let (before, rest, markup) = opened(line)?;
    let (name, after) = rest.split_at(name_end(rest));
    let speaker = speakers::role(name)?;
    let letter = name.trim_end_matches(|c: char| !c.is_alphabetic()).chars().count() == 1;
    let other = Some(Label::Other(speaker));
    let start = turns::leading_time(line).0;
    let read = |start, text| Some(Label::Read(Prefix { start, label: name, text, end: None }));
    let closed = before.ends_with(['[', '<', '(', '*', '_', '/']);
    let body = after.trim_start_matches(|c| closed && "]>)*_/".contains(c));
    let bracketed = closed && after.starts_with([']', '>']);
    let closed = body.len() < after.len();
    let body = body.trim_start();
    let table = before.contains('|');
    if let Some(text) = body.strip_prefix([':', '：']) {
        let text = text.trim_start_matches(['*', '_']).trim_start();
        return if markup || table || text.starts_with("</") { other } else { read(start, text) };
    }
    let joined = |start, text| Some(Label::Joined(Prefix { start, label: name, text, end: None }));
    if let Some((seconds, text)) = time_behind(body) {
        let start = start.or(Some(seconds));
        return match text {
            _ if markup || table => other,
            "" => read(start, text),
            _ => joined(start, text),
        };
    }
    if letter {
        return None;
    }
    if body.is_empty() {
        return if markup || table { other } else { read(start, "") };
    }
    let goes_on = body.starts_with(char::is_lowercase);
    let dash = ["—", "–", "- "].into_iter().find_map(|mark| Some(body.strip_prefix(mark)?.trim_start()));
    let dash = dash.filter(|words| !words.starts_with(char::is_lowercase));
    let words = dash.or_else(|| (closed && (bracketed || !goes_on) || is_loud(name, body)).then_some(body));
    if let Some(words) = words.filter(|_| !markup && !table) {
        return joined(start, words);
    }
    let marked = body.starts_with(['|', ';', '=', '—', '–', '>', ']'])
        || body.starts_with("</")
        || body.starts_with("- ");
    if marked || words.is_some() { other } else { None }
}

/// What stands before the first word that may be a label, that word and all behind it, and whether HTML is before it.
fn opened(line: &str) -> Option<(&str, &str, bool)> {
    const TAGS: [&str; 10] = ["p", "b", "strong", "i", "em", "span", "div", "li", "td", "tr"];
    let is_letter = |c: char| c.is_alphabetic();
    let mut markup = false;
    let mut at = line.find(is_letter)?;
    // `<tr><td><b>`, and `am` behind a time.
    while at <= MAX_BEFORE {
        let end = line[at..].find(|c| !is_letter(c)).map_or(line.len(), |end| at + end);
        let word = line[at..end].to_lowercase();
        let tag = line[..at].ends_with('<') && TAGS.contains(&word.as_str());
        let half = line[..at].contains(':') && matches!(word.as_str(), "am" | "pm");
        if !(tag || half) {
            return Some((&line[..at], &line[at..], markup));
        }
        markup |= tag;
        at = end + line[end..].find(is_letter)?;
    }
    None
}

/// Where a label ends that begins the text: `Client`, `Client 2`, but not `Client 0:02`.
fn name_end(text: &str) -> usize {
    let word = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let digits = word + usize::from(text[word..].starts_with([' ', '#', '-', '_']));
    let end = digits + text[digits..].bytes().take_while(u8::is_ascii_digit).count();
    let mut next = text[end..].chars();
    let next = (next.next(), next.next());
    let clock = matches!(next, (Some(':' | '.' | ','), Some('0'..='9')));
    let ended = end > digits && !clock && next.0.is_none_or(|c| !c.is_alphanumeric());
    if ended { end } else { word }
}

/// A time that begins the text, and what follows: `0:02`, `(0:02)`, `[00:01:02]`, `- 10:02 AM`.
fn time_behind(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start_matches(['(', '[', '-', '–', '—', '|', ' ']);
    let end = text.find(|c: char| c.is_whitespace() || c == ')' || c == ']').unwrap_or(text.len());
    let seconds = time::clock(&text[..end])?;
    let rest = text[end..].trim_start_matches([')', ']', ' ', '\t']);
    let rest = time::behind_half(rest).map_or(rest, str::trim_start);
    Some((seconds, rest.trim_start_matches([':', '*', ' '])))
}

/// `THERAPIST How was it`, but not `CLIENT REPORTS LOW MOOD`: a label in capitals, and words that are not.
fn is_loud(name: &str, body: &str) -> bool {
    let word = body.split_whitespace().next().unwrap_or_default();
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    name.len() > 4
        && name.chars().all(|c| !c.is_lowercase())
        && letters.next().is_some_and(char::is_uppercase)
        && letters.all(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Event, Options, read};
    use std::path::Path;

    #[test]
    fn labels_that_are_read() {
        for (line, start, label, text) in [
            ("Therapist", None, "Therapist", ""),
            ("CLIENT 2", None, "CLIENT 2", ""),
            ("### Therapist:", None, "Therapist", ""),
            ("**Client**", None, "Client", ""),
            ("Client  0:02", Some(2.0), "Client", ""),
            ("Client 2 0:02", Some(2.0), "Client 2", ""),
            ("T  0:02", Some(2.0), "T", ""),
            ("Therapist [00:01:02]", Some(62.0), "Therapist", ""),
            ("[Therapist] 10:00:02", Some(36002.0), "Therapist", ""),
            ("Therapist   10:02 AM", Some(602.0), "Therapist", ""),
            ("0:02 Therapist", Some(2.0), "Therapist", ""),
            ("- **Therapist:** hm", None, "Therapist", "hm"),
            ("@Therapist: hm", None, "Therapist", "hm"),
            ("Therapist：hm", None, "Therapist", "hm"),
            ("[02/05/2024, 10:02:11] Client: hm", None, "Client", "hm"),
            ("02/05/2024, 10:02 pm - C: hm", None, "C", "hm"),
        ] {
            assert_eq!(
                super::label(line),
                Some(Label::Read(Prefix { start, label, text, end: None })),
                "{line}"
            );
        }
    }

    #[test]
    fn labels_that_words_follow() {
        for (line, start, label, text) in [
            ("Therapist 0:02 hm", Some(2.0), "Therapist", "hm"),
            ("**Therapist** (00:02): hm", Some(2.0), "Therapist", "hm"),
            ("Client [00:00:04] I said", Some(4.0), "Client", "I said"),
            ("Therapist — Hm", None, "Therapist", "Hm"),
            ("Therapist - “Hm”", None, "Therapist", "“Hm”"),
            ("[Therapist] hm", None, "Therapist", "hm"),
            ("<Therapist> hm", None, "Therapist", "hm"),
            ("(Therapist) Hm", None, "Therapist", "Hm"),
            ("/Therapist/ Hm", None, "Therapist", "Hm"),
            ("**Therapist** Hm", None, "Therapist", "Hm"),
            ("THERAPIST How so", None, "THERAPIST", "How so"),
        ] {
            let wanted = Label::Joined(Prefix { start, label, text, end: None });
            assert_eq!(super::label(line), Some(wanted), "{line}");
        }
    }

    #[test]
    fn labels_that_are_told_and_not_read() {
        for line in [
            "| Therapist | hm |",
            "| 00:01 | Therapist | hm |",
            "Therapist | hm",
            "Therapist — hm",
            "Therapist - hm",
            "Therapist- hm",
            "Therapist; hm",
            "Therapist = hm",
            "<b>Therapist:</b> hm",
            "<p><b>Therapist</b>: hm</p>",
        ] {
            assert_eq!(label(line), Some(Label::Other(Speaker::Therapist)), "{line}");
        }
        for line in [
            "Therapist reflected on it.",
            "- Client reports low mood.",
            "**Client** reports low mood.",
            "CLIENT REPORTS LOW MOOD.",
            "Client's affect: flat",
            "Therapist-client rapport is good",
            "Client Denies SI",
            "P - weekly",
            "T",
            "Plan: weekly",
            "",
            "12:30",
        ] {
            assert_eq!(label(line), None, "{line}");
        }
    }

    #[test]
    fn names_with_a_time_alone_on_their_lines() {
        let named = |text: &str, therapist: &str| are_timed_names(text, &[therapist.to_owned()]);
        for (name, other, line) in [
            ("Marguerite Dubois", "Tobias Reed", "Marguerite Dubois  0:02"),
            ("Speaker 1", "Speaker 2", "Speaker 1 10:02 AM"),
            ("Anna", "Ben", "[Anna] 14:03:02"),
            ("Anna", "Ben", "Anna (0:02)"),
            ("Halloran, Dr", "Petrie, Mina", "Halloran, Dr   0:02"),
        ] {
            assert_eq!(prefix_or_name(line).map(|prefix| prefix.label), Some(name), "{line}");
            let talk = format!("{line}\nHello.\n\n{other}  0:07\nHi.\n\n");
            assert!(named(&talk, name) && !named(&talk, "Zoe"), "{line}");
            assert!(are_timed_names(&talk.repeat(2), &[]), "{line}");
            let read = |talk: &str, therapist: &[String]| {
                let options = Options { therapist: therapist.to_vec(), ..Options::default() };
                read(talk.as_bytes(), Path::new("a.txt").into(), &options).next()
            };
            let Some(Event::Session(session)) = read(&talk, &[name.to_owned()]) else { panic!("{line}") };
            let said: Vec<_> = session.units.iter().map(|unit| (unit.speaker, unit.text.as_str())).collect();
            assert_eq!(said, [(Speaker::Therapist, "Hello."), (Speaker::Client(1), "Hi.")]);
            let Some(Event::Reject(reject)) = read(&talk.repeat(2), &[]) else { panic!("{line}") };
            assert!(reject.reason.contains("--therapist NAME"), "{}", reject.reason);
        }
        for note in ["Start Time 10:00\nPt. came.\nEnd Time 10:50", "Client 0:02\na\nTherapist 0:03\nb"] {
            assert!(!are_timed_names(note, &[]), "{note}");
        }
    }

    #[test]
    fn both_sides_in_turns_are_a_transcript() {
        assert!(Survey::of("Therapist\nHello.\nClient\nHi.\nTherapist\nWell?").is_readable());
        assert!(Survey::of("Client — a\nTherapist — b\nClient\nc").is_transcript());
        for text in
            ["Client\nReports.\nTherapist\nOffered.", "Client\na\nClient\nb", "T: a\nC: b\nT: Client\nC: c"]
        {
            assert!(!Survey::of(text).is_transcript(), "{text}");
        }
    }
}
