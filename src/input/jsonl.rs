//! JSONL: one object a line, with the keys of the tables.

use super::columns::{ColumnMap, Key};
use super::encoding::Decoded;
use super::lines::{Line, Lines, MAX_LINE};
use super::marks::{bare, is_mark};
use super::rows::{Broken, Row, RowError, RowSource, Sessions};
use super::sink::Context;
use super::stored;
use serde_json::{Map, Value};

/// Lines of JSON.
pub(super) struct Jsonl {
    lines: Lines,
    map: ColumnMap,
    stem: String,
    record: u64,
}

pub(super) fn open(source: Decoded, context: Context) -> Sessions<Jsonl> {
    let (map, stem) = (context.options.map.clone(), context.stem.clone());
    Sessions::new(Jsonl { lines: Lines::new(source), map, stem, record: 0 }, context)
}

impl Jsonl {
    fn row(&self, line: &Line) -> Result<Row, String> {
        if line.too_long {
            return Err(format!("a line of more than {} MiB", MAX_LINE >> 20));
        }
        // The message of serde_json may quote the input: only its place is used.
        let value: Value = serde_json::from_str(line.text.trim_start_matches(is_mark))
            .map_err(|error| format!("not JSON at column {}; write one object a line", error.column()))?;
        let Value::Object(object) = value else {
            return Err("not a JSON object; write one object a line".to_owned());
        };
        let mut wrong = None;
        let mut row = Row::fill(self.record, line.number, |key| match self.get(&object, key) {
            Ok(value) => value.map(|value| bare(&value).to_owned()).filter(|value| !value.is_empty()),
            Err(reason) => {
                wrong.get_or_insert(reason);
                None
            }
        });
        if let Some(reason) = wrong {
            return Err(reason);
        }
        let (text, note) = (self.get(&object, Key::Text)?, self.get(&object, Key::Note)?);
        if self.has(&object, Key::Speaker) {
            row.speaker.get_or_insert_default();
        } else if note.is_none() && (row.utterance_id.is_some() || row.start.is_some() || row.end.is_some()) {
            return Err("no key says who speaks; name it with --map speaker=KEY".to_owned());
        }
        let words = if row.speaker.is_some() { text.or(note) } else { note.or(text) };
        row.text = words.ok_or("no key 'text' or 'note'; name the one with the words: --map text=KEY")?;
        if row.session_id.is_none() && row.speaker.is_none() {
            row.session_id = Some(format!("{}-{}", self.stem, self.record));
        }
        Ok(row)
    }

    fn has(&self, object: &Map<String, Value>, key: Key) -> bool {
        object.keys().any(|name| self.map.is(key, name))
    }

    fn get(&self, object: &Map<String, Value>, key: Key) -> Result<Option<String>, String> {
        let Some((_, value)) = object.iter().find(|(name, _)| self.map.is(key, name)) else {
            return Ok(None);
        };
        match value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            Value::Number(number) => Ok(Some(number.to_string())),
            _ => Err(format!("the value of {} is neither text nor a number", key.name())),
        }
    }
}

impl RowSource for Jsonl {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        loop {
            let line = match self.lines.next() {
                Err(error) => return Some(Err(RowError::Io(stored::explain(&error)))),
                Ok(None) => return None,
                Ok(Some(line)) => line,
            };
            if line.text.trim().is_empty() && !line.too_long {
                continue;
            }
            self.record += 1;
            let (record, number) = (self.record, line.number);
            let row = self.row(&line);
            return Some(row.map_err(|reason| RowError::Broken(Broken { record, line: number, reason })));
        }
    }
}
