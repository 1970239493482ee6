//! JSONL: one object a line, with the keys of the tables.

use super::columns::{ColumnMap, Key, Unusable};
use super::encoding::Decoded;
use super::lines::{Line, Lines, MAX_LINE};
use super::marks::{bare, is_mark};
use super::rows::{Broken, Row, RowError, RowSource, Sessions, sessionless};
use super::sink::Context;
use super::table;
use super::{markup, speakers, stored, turns};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Lines of JSON.
pub(super) struct Jsonl {
    lines: Lines,
    map: ColumnMap,
    stem: String,
    record: u64,
}

/// Looks at the first lines. An error is the reason to refuse the file.
pub(super) fn open(source: Decoded, context: Context) -> Result<Sessions<Jsonl>, String> {
    let (map, stem) = (context.options.map.clone(), context.stem.clone());
    let mut lines = Jsonl { lines: Lines::new(source), map, stem, record: 0 };
    lines.doubt(&context.options.therapist)?;
    Ok(Sessions::new(lines, context))
}

impl Jsonl {
    fn row(&self, line: &Line) -> Result<Row, String> {
        let object = object(line)?;
        let at = self.map.places(object.keys().map(String::as_str));
        let get = |key: Key| value_of(key, at[key as usize].and_then(|at| object.values().nth(at)));
        let mut wrong = None;
        let mut row = Row::fill(self.record, line.number, |key| match get(key) {
            Ok(value) => value.map(|value| bare(&value).to_owned()).filter(|value| !value.is_empty()),
            Err(reason) => {
                wrong.get_or_insert(reason);
                None
            }
        });
        if let Some(reason) = wrong {
            return Err(reason);
        }
        row.counts = self.map.counts(&at, object.keys().map(String::as_str));
        row.whose = self.map.whose(&at, object.keys().map(String::as_str));
        let (text, note) = (get(Key::Text)?, get(Key::Note)?);
        if at[Key::Speaker as usize].is_some() {
            row.speaker.get_or_insert_default();
        } else if note.is_none() && (row.utterance_id.is_some() || row.start.is_some() || row.end.is_some()) {
            return Err("no key says who speaks; name it with --map speaker=KEY".to_owned());
        }
        let named = note.is_some();
        let words = if row.speaker.is_some() { text.or(note) } else { note.or(text) };
        let nested = || {
            object.values().any(|value| value.as_array().is_some_and(|all| all.iter().any(Value::is_object)))
        };
        let named_so = |key: Key| at[key as usize].is_some();
        let unnamed = if named_so(Key::Text) || named_so(Key::Note) {
            "the value of text is null; write \"\" where nothing was said"
        } else {
            "no key 'text' or 'note'; name the one with the words: --map text=KEY"
        };
        row.unspoken = row.speaker.is_none() && !named;
        // What programs for recognition write has all words in one piece beside the turns.
        if (words.is_none() || row.unspoken) && nested() {
            return Err(NESTED.to_owned());
        }
        row.text = words.ok_or(unnamed)?;
        if at[Key::SessionId as usize].is_some() {
            sessionless(row.session_id.as_deref()).map_or(Ok(()), Err)?;
        } else if row.speaker.is_none() {
            row.session_id = Some(format!("{}-{}", self.stem, self.record));
        }
        Ok(row)
    }

    /// The next line that is not empty.
    fn next_line(&mut self) -> std::io::Result<Option<Line>> {
        loop {
            match self.lines.next()? {
                Some(line) if line.text.trim().is_empty() && !line.too_long => {}
                found => return Ok(found),
            }
        }
    }

    /// Refuses lines that nobody is said to speak if, in the first of them, another key holds the labels of speakers.
    fn doubt(&mut self, therapists: &[String]) -> Result<(), String> {
        let ahead = table::look_ahead(|| self.next_line(), |line| line.text.len());
        let ahead = ahead.map_err(|error| stored::explain(&error))?;
        // Elsewhere a broken line costs itself only.
        let start: Vec<&str> = ahead.iter().take(2).map(|line| line.text.trim()).collect();
        if (matches!(start.first(), Some(&("[" | "{"))) || !ahead.iter().any(|line| object(line).is_ok()))
            && let Some(whole) = whole(&start.join("\n"))
        {
            return Err(whole.to_owned());
        }
        let objects: Vec<_> = ahead.iter().filter_map(|line| object(line).ok()).collect();
        let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut words = Vec::new();
        for object in &objects {
            let at = self.map.places(object.keys().map(String::as_str));
            if at[Key::Text as usize].is_none()
                || at[Key::Speaker as usize].or(at[Key::Note as usize]).is_some()
            {
                continue;
            }
            words.extend(at[Key::Text as usize].and_then(|at| object.values().nth(at)?.as_str()));
            for (number, (name, value)) in object.iter().enumerate() {
                if let (Value::String(value), false) = (value, at.contains(&Some(number))) {
                    others.entry(name).or_default().push(value);
                }
            }
        }
        if others.values().any(|values| speakers::are_labels(values.iter().copied(), therapists)) {
            return Err(
                "a key that is not called 'speaker' seems to say who speaks; name it with --map speaker=KEY \
                 (or, if the lines are notes, --map note=KEY)"
                    .to_owned(),
            );
        }
        let words: Vec<_> = words.into_iter().map(markup::shown).collect();
        if turns::are_turns(words.iter().map(AsRef::as_ref), therapists) {
            return Err(Unusable::LabelsWithin.to_string());
        }
        self.lines.put_back(ahead.into_iter());
        Ok(())
    }
}

/// Why an array is refused.
const ARRAY: &str = "this is a JSON array; write one object a line (jq -c '.[]')";
/// Why an object is refused that holds the turns.
const NESTED: &str = "this is one JSON object; its turns are wanted, one object a line";

/// Why JSON is refused that is not one object a line, told from how the file begins.
pub(super) fn whole(start: &str) -> Option<&'static str> {
    let start = start.trim_start_matches(is_mark).trim_start();
    match start.as_bytes().first() {
        Some(b'[') => Some(ARRAY),
        Some(b'{') => goes_on(start).then_some(NESTED),
        _ => None,
    }
}

/// Whether an object does not end on its line but goes on below. One that is broken costs its line only.
fn goes_on(start: &str) -> bool {
    let Some((first, below)) = start.split_once('\n') else { return false };
    let open = serde_json::from_str::<Value>(first).is_err_and(|error| error.is_eof());
    open && (first.trim_end().ends_with(['{', '[', ':', ',']) || !below.trim_start().starts_with('{'))
}

/// Whether it is JSON beyond doubt: `[00:01] T: …` is none.
pub(super) fn is_structure(start: &str) -> bool {
    let mut chars = start.chars().filter(|c| !c.is_whitespace());
    matches!((chars.next(), chars.next()), (Some('['), Some('{')) | (Some('{'), Some('"')))
}

/// The object of a line, or what is wrong with it.
fn object(line: &Line) -> Result<Map<String, Value>, String> {
    if line.too_long {
        return Err(format!("a line of more than {} MiB", MAX_LINE >> 20));
    }
    // The message of serde_json may quote the input: only its place is used.
    let value: Value = serde_json::from_str(line.text.trim_start_matches(is_mark))
        .map_err(|error| format!("not JSON at column {}; write one object a line", error.column()))?;
    let Value::Object(object) = value else {
        return Err("not a JSON object; write one object a line".to_owned());
    };
    Ok(object)
}

/// What a value says.
fn value_of(key: Key, value: Option<&Value>) -> Result<Option<String>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        _ => Err(format!("the value of {} is neither text nor a number", key.name())),
    }
}

impl RowSource for Jsonl {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        let line = match self.next_line() {
            Err(error) => return Some(Err(RowError::Io(stored::explain(&error)))),
            Ok(line) => line?,
        };
        self.record += 1;
        let (record, number) = (self.record, line.number);
        let row = self.row(&line);
        Some(row.map_err(|reason| RowError::Broken(Broken { record, line: number, reason })))
    }
}
