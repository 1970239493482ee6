//! Times within a session: seconds as a number, or clock times.

/// Seconds out of `12.5`, `1:02`, `00:01:02`, `00:01:02.500`, `00:01:02,500`. Anything else is `None`.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 24 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let text = text.replace(',', ".");
    let parts: Vec<&str> = text.split(':').collect();
    let whole = |part: &str, limit: Option<u32>| -> Option<f64> {
        let digits = !part.is_empty() && part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit());
        let value: u32 = part.parse().ok().filter(|_| digits)?;
        limit.is_none_or(|limit| value < limit).then_some(f64::from(value))
    };
    let tail = |part: &str| -> Option<f64> {
        let fine = part.starts_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        part.parse().ok().filter(|_| fine)
    };
    match parts.as_slice() {
        [s] => tail(s),
        [m, s] => Some(whole(m, None)? * 60.0 + tail(s).filter(|&s| s < 60.0)?),
        [h, m, s] => {
            Some(whole(h, None)? * 3600.0 + whole(m, Some(60))? * 60.0 + tail(s).filter(|&s| s < 60.0)?)
        }
        _ => None,
    }
}

/// Like [`seconds`], but only for what looks like a clock: at least one colon.
pub(super) fn clock(text: &str) -> Option<f64> {
    text.contains(':').then(|| seconds(text)).flatten()
}

/// What follows the half of a day, `am` or `pm`, that begins a text.
pub(super) fn behind_half(text: &str) -> Option<&str> {
    let (half, rest) = text.split_at_checked(2)?;
    (half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm")).then_some(rest)
}

/// A time where transcripts mark one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stamp {
    pub(super) start: f64,
    pub(super) end: Option<f64>,
    /// Whether it can be nothing else: a clock with hours in brackets. `at 10:30` and `[3:16]` may be words, and `[2 min]` a silence.
    pub(super) sure: bool,
}

/// What brackets a time may stand in; behind `@` and alone it has none.
const BRACKETS: [(char, char); 5] = [('[', ']'), ('(', ')'), ('<', '>'), ('{', '}'), ('#', '#')];

/// The longest stamp, in bytes.
const MAX_STAMP: usize = 40;

/// The time that a text begins with, and what follows: `[00:02:00.5] …`, `<02:00> …`, `#00:02:00-2# …`, `@02:00 …`, `02m00s …`,
/// `10:02:00 AM …`, `00:02:00 --> 00:02:05 …`.
pub(super) fn leading(text: &str) -> Option<(Stamp, &str)> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    if let Some((open, close)) = BRACKETS.into_iter().find(|(open, _)| *open == first) {
        let end = 1 + text.bytes().skip(1).take(MAX_STAMP).position(|byte| char::from(byte) == close)?;
        return Some((bracketed(&text[open.len_utf8()..end])?, text[end + 1..].trim_start()));
    }
    let bare = text.strip_prefix('@').unwrap_or(text);
    let ends = bare.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let ends = ends.take(3).chain([bare.len()]).filter(|&end| end <= MAX_STAMP);
    // The longest: the half of the day, or another time, may stand behind the first.
    let (stamp, end) = ends.filter_map(|end| Some((unbracketed(&bare[..end])?, end))).last()?;
    Some((stamp, bare[end..].trim_start().trim_start_matches(['-', '–', '—']).trim_start()))
}

/// The time that a text ends with, and what stands before it.
pub(super) fn trailing(text: &str) -> Option<(Stamp, &str)> {
    let text = text.trim_end();
    let last = text.chars().next_back()?;
    if let Some((open, close)) = BRACKETS.into_iter().find(|(_, close)| *close == last) {
        let inner = &text[..text.len() - close.len_utf8()];
        let at = inner.rfind(open).filter(|at| inner.len() - at <= MAX_STAMP)?;
        let stamp = bracketed(&inner[at + open.len_utf8()..])?;
        // `I got up early (5:30)`
        return Some((Stamp { sure: stamp.sure && open != '(', ..stamp }, inner[..at].trim_end()));
    }
    let bare = text.trim_end_matches(['-', '–', '—', ' ']);
    let begins = bare.char_indices().rev().filter(|(_, c)| c.is_whitespace());
    let begins =
        begins.take(3).map(|(at, c)| at + c.len_utf8()).filter(|begin| bare.len() - begin <= MAX_STAMP);
    let stamp = |begin: usize| unbracketed(bare[begin..].trim_start_matches('@'));
    let (stamp, begin) = begins.filter_map(|begin| Some((stamp(begin)?, begin))).last()?;
    let before = bare[..begin].trim_end();
    // `I woke at 10:30`
    let ended = before.ends_with(|c: char| !c.is_alphanumeric() && c != ',');
    ended.then_some((stamp, before))
}

fn bracketed(inner: &str) -> Option<Stamp> {
    let inner = inner.trim();
    if let Some(stamp) = unbracketed(inner) {
        // With hours: `[3:16]` is a verse and `[10:30]` the time of a bus, where nothing else has times.
        return Some(Stamp { sure: inner.matches(':').count() > 1, ..stamp });
    }
    let minutes = inner.strip_suffix("min").or_else(|| inner.strip_suffix("mins")).map(str::trim_end);
    let start = minutes.filter(|minutes| !minutes.contains([':', '.', ',']));
    let start = start.and_then(seconds).map(|minutes| minutes * 60.0).or_else(|| dotted(inner))?;
    Some(Stamp { start, end: None, sure: false })
}

/// `00.02.00`, which may be a date as well.
fn dotted(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split('.').collect();
    (parts.len() == 3 && parts.iter().all(|part| part.len() == 2))
        .then(|| clock(&text.replace('.', ":")))
        .flatten()
}

fn unbracketed(text: &str) -> Option<Stamp> {
    let stamp = |start, end| Stamp { start, end, sure: false };
    if let Some(start) = one(text) {
        return Some(stamp(start, None));
    }
    let (first, second) = ["-->", "-", "–", "—"].into_iter().find_map(|between| text.split_once(between))?;
    // F4 writes tenths of a second behind a hyphen.
    let tenths = second.len() == 1 && second.bytes().all(|byte| byte.is_ascii_digit());
    match (one(first.trim())?, one(second.trim())) {
        (start, None) if tenths => Some(stamp(start + second.parse::<f64>().ok()? / 10.0, None)),
        (start, end) => end.map(|end| stamp(start, Some(end))),
    }
}

/// `05:21`, `10:05:21 AM`, `05m21s`.
fn one(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let half = lower.strip_suffix("am").or_else(|| lower.strip_suffix("pm")).map(str::trim_end);
    if let Some(seconds) = clock(half.unwrap_or(&lower)) {
        return Some(seconds);
    }
    let (minutes, rest) = lower.strip_suffix('s')?.split_once('m')?;
    clock(&format!("{}:{rest}", minutes.replace('h', ":")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_clocks() {
        for (text, value) in [
            ("0", 0.0),
            ("12.5", 12.5),
            ("12,5", 12.5),
            ("1:02", 62.0),
            ("00:03:12", 192.0),
            ("00:00:01.250", 1.25),
            ("00:00:01,250", 1.25),
            ("120:00", 7200.0),
        ] {
            assert_eq!(seconds(text), Some(value), "{text}");
        }
        for text in ["", "abc", "-1", "1:60", "1:2:3:4", "1:-2", "nan", "inf", "1e9", ":12", "1:", "00:61:00"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(clock("12"), None);
    }

    #[test]
    fn stamps() {
        for (mark, start, sure) in [
            ("[00:02:00.5]", 120.5, true),
            ("(02:00)", 120.0, false),
            ("<02:00>", 120.0, false),
            ("{02:00}", 120.0, false),
            ("#00:02:00-2#", 120.2, true),
            ("[00:02:00 - 00:02:05]", 120.0, true),
            ("[00.02.00]", 120.0, false),
            ("[02 min]", 120.0, false),
            ("@02:00", 120.0, false),
            ("02m00s", 120.0, false),
            ("02:00 -", 120.0, false),
            ("00:02:00,250", 120.25, false),
            ("10:02:00 AM", 36120.0, false),
            ("00:02:00 --> 00:02:05", 120.0, false),
        ] {
            for (text, found) in [
                (format!("{mark} Well so?"), leading as fn(&str) -> Option<(Stamp, &str)>),
                (format!("Well so? {mark}"), trailing),
            ] {
                let (stamp, rest) = found(&text).unwrap_or_else(|| panic!("{text}"));
                let sure = sure && !text.ends_with(')');
                assert_eq!((stamp.start, stamp.sure, rest), (start, sure, "Well so?"), "{text}");
            }
            assert_eq!(leading(mark).map(|(_, rest)| rest), Some(""), "{mark}");
        }
        assert_eq!(leading("00:02 --> 00:05 x").and_then(|(stamp, _)| stamp.end), Some(5.0));
        for text in [
            "",
            "[laughs] no",
            "3 times",
            "5m away",
            "@home",
            "(2) no",
            "[inaudible 00:02] x",
            "01/02/2024",
            "\u{1f600}:",
        ] {
            assert_eq!((leading(text), trailing(text)), (None, None), "{text}");
        }
    }
}
