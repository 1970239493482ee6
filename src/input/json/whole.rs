//! A text of JSON whose objects do not stand one a line.

use crate::input::lines::Line;
use crate::input::marks::is_mark;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::VecDeque;

/// Line and column, from 1.
type At = (u64, usize);

/// The objects of a text, in their order.
pub(super) struct Elements {
    objects: VecDeque<Line>,
    /// Line and column from which nothing can be read.
    broken: Option<At>,
    /// Whether there is but one.
    pub(super) alone: bool,
}

impl Elements {
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.broken.is_none()
    }

    pub(super) fn next(&mut self) -> Option<Line> {
        self.objects.pop_front()
    }

    /// Behind the last object: line and column from which nothing can be read.
    pub(super) fn broken(&mut self) -> Option<At> {
        self.broken.take()
    }
}

/// The values of a text one by one, those of an array each by itself. One that is broken ends it, not those before it.
pub(super) fn elements(text: &str) -> Elements {
    let mut objects = VecDeque::new();
    let (mut at, mut line, mut inside) = (0, 1, false);
    let broken = loop {
        let left = &text[at..];
        let skipped = left.len() - left.trim_start_matches(|c: char| c.is_whitespace() || is_mark(c)).len();
        line += newlines(&left[..skipped]);
        at += skipped;
        match text.as_bytes().get(at) {
            None if inside => break Some((line, column(text, at))),
            None => break None,
            Some(b'[') if !inside => inside = true,
            Some(b']') if inside => inside = false,
            Some(b',') if inside => {}
            Some(_) => {
                let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<&RawValue>();
                let value = match values.next() {
                    Some(Ok(value)) => value,
                    Some(Err(error)) if !error.is_eof() && text[at..].starts_with('{') => {
                        break Some(place(&error, (line, column(text, at))));
                    }
                    _ => break Some((line, column(text, at))),
                };
                let text = value.get().to_owned();
                at += values.byte_offset();
                let below = newlines(&text);
                objects.push_back(Line { number: line, text, end: "\n", too_long: false });
                line += below;
                continue;
            }
        }
        at += 1;
    };
    Elements { alone: objects.len() == 1 && broken.is_none(), objects, broken }
}

pub(super) fn newlines(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}

/// Where a value that begins at a place is broken.
fn place(error: &serde_json::Error, (line, column): At) -> At {
    let (below, along) = (error.line().max(1), error.column().max(1));
    (line + below as u64 - 1, if below == 1 { column + along - 1 } else { along })
}

/// In characters, from 1.
fn column(text: &str, at: usize) -> usize {
    text[..at].rsplit('\n').next().unwrap_or_default().chars().count() + 1
}

/// Whether a file that begins so is JSON beyond doubt, and not one object a line: `[00:01] T: …` is none.
pub(in crate::input) fn is_whole(start: &str) -> bool {
    let start = start.trim_start_matches(is_mark).trim_start();
    let mut chars = start.chars().filter(|c| !c.is_whitespace());
    match (chars.next(), chars.next()) {
        (Some('['), Some('{')) => true,
        (Some('{'), Some('"')) => goes_on(start),
        _ => false,
    }
}

/// Whether an object does not end on its line but goes on below. One that is broken costs its line only.
fn goes_on(start: &str) -> bool {
    let Some((first, below)) = start.split_once('\n') else { return false };
    let open = serde_json::from_str::<Value>(first).is_err_and(|error| error.is_eof());
    open && (first.trim_end().ends_with(['{', '[', ':', ',']) || !below.trim_start().starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Vec<(u64, String)>, Option<At>) {
        let mut found = elements(text);
        let all = std::iter::from_fn(|| found.next()).map(|line| (line.number, line.text)).collect();
        (all, found.broken())
    }

    #[test]
    fn objects_of_an_array_and_objects_one_below_the_other() {
        let (all, broken) = told("\u{feff}[\n {\"a\":\n 1},\n\n {\"b\":\"]\"}\n]\n");
        let wanted = [(2, "{\"a\":\n 1}".to_owned()), (5, "{\"b\":\"]\"}".to_owned())];
        assert_eq!((all.as_slice(), broken), (&wanted[..], None));
        assert_eq!(told("{\"a\":1}\n{\"b\":\n2}").0.len(), 2);
        assert!(elements("{\"a\":1}").alone && !elements("[1,2]").alone && elements(" \n").is_empty());
        assert_eq!(told("[]"), (Vec::new(), None));
    }

    #[test]
    fn what_is_cut_off_costs_itself() {
        let (all, broken) = told("[{\"a\":1},\n {\"b\":2},\n {\"c\":");
        assert_eq!((all.len(), broken), (2, Some((3, 2))));
        assert_eq!(told("[{\"a\":1}").1, Some((1, 9)));
        assert_eq!(told("{\"a\":1} nonsense {\"b\":2}").1, Some((1, 9)));
        assert_eq!(told("[{\"a\":1},\n {\"b\":\n  NaN}]").1, Some((3, 3)));
    }

    #[test]
    fn what_is_no_line_of_json() {
        for start in ["[{\"a\":1}]", "[\n {", "{\n \"a\": 1\n}", "{\"a\":[\n", "{ \"a\":\n 1 }"] {
            assert!(is_whole(start), "{start}");
        }
        for start in ["{\"a\":1}\n{\"b\":2}", "{\"a\":\"x\n{\"b\":2}", "[00:01] T: a", "", "{\"a\":1}"] {
            assert!(!is_whole(start), "{start}");
        }
    }
}
