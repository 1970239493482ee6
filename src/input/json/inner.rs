//! Turns that stand inside an object: `{"text": …, "segments": [{"speaker": …, "text": …}]}`, `{"id": …, "turns": […]}`.

use super::{holds_objects, parse, whole};
use crate::input::columns::{ColumnMap, Key};
use crate::input::marks::is_mark;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How many objects deep turns are looked for.
const DEPTH: usize = 4;

/// Arrays that hold words one by one, beside one of turns.
const WORDS: [&str; 2] = ["words", "tokens"];

/// What an object says about the session that stands inside it.
const SESSION: [Key; 5] = [Key::SessionId, Key::ClientId, Key::SessionNumber, Key::Date, Key::TherapistId];

/// What an array holds, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Objects in which somebody says something.
    Turns,
    /// Objects that hold such arrays.
    Sessions,
    /// Objects with words that nobody is said to speak.
    Words,
}

/// What stands inside an object.
pub(super) struct Turns<'a> {
    /// How many lines below the object's first each begins, and its text.
    pub(super) items: Vec<(u64, &'a str)>,
    /// What the object itself says, without arrays.
    pub(super) outer: Map<String, Value>,
    /// Whether the items hold the turns in their turn.
    pub(super) sessions: bool,
    /// Whether they are pieces of words that the object has as a whole, and nobody is said to speak.
    pub(super) speechless: bool,
    /// What the object is called, if not by one of the names of a session's id.
    pub(super) id: Option<String>,
}

impl Turns<'_> {
    /// Takes over what an object around this one says of the session.
    pub(super) fn inherit(&mut self, outer: &Map<String, Value>, map: &ColumnMap) {
        inherit(&mut self.outer, outer, map);
    }
}

/// The turns inside the object that a text is, if there are any.
pub(super) fn turns<'a>(text: &'a str, map: &ColumnMap) -> Option<Turns<'a>> {
    let Found { kind, items, outer } = search(text.trim_start_matches(is_mark), map, 0)?;
    let mut last = (0, 0);
    let mut below = |item: &str| {
        let at = item.as_ptr() as usize - text.as_ptr() as usize;
        last = (at, last.1 + whole::newlines(&text[last.0..at]));
        last.1
    };
    let items = items.into_iter().map(|item| (below(item.get()), item.get())).collect();
    let id = outer.get("id").and_then(|id| match id {
        Value::String(id) if !id.trim().is_empty() => Some(id.trim().to_owned()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
    let whole = map.places(outer.keys().map(String::as_str))[Key::Text as usize].is_some();
    Some(Turns {
        items,
        outer,
        sessions: kind == Kind::Sessions,
        speechless: kind == Kind::Words && whole,
        id,
    })
}

struct Found<'a> {
    kind: Kind,
    items: Vec<&'a RawValue>,
    outer: Map<String, Value>,
}

fn search<'a>(text: &'a str, map: &ColumnMap, depth: usize) -> Option<Found<'a>> {
    let fields: BTreeMap<String, &'a RawValue> = serde_json::from_str(text).ok()?;
    let mut best: Option<Found<'a>> = None;
    let mut outer = Map::new();
    for (name, value) in fields {
        let found = match value.get().as_bytes().first() {
            Some(b'{') if depth < DEPTH => search(value.get(), map, depth + 1),
            Some(b'[') if !WORDS.contains(&name.as_str()) => array(value.get(), map, depth),
            Some(b'{' | b'[') => None,
            _ => {
                outer.insert(name, serde_json::from_str(value.get()).ok()?);
                None
            }
        };
        if let Some(found) = found
            && best.as_ref().is_none_or(|best| found.kind < best.kind)
        {
            best = Some(found);
        }
    }
    let mut best = best?;
    // What stands nearer to the turns counts.
    for (name, value) in outer {
        best.outer.entry(name).or_insert(value);
    }
    Some(best)
}

/// The items of an array, if the first object among them is a turn or holds some.
fn array<'a>(text: &'a str, map: &ColumnMap, depth: usize) -> Option<Found<'a>> {
    let items: Vec<&'a RawValue> = serde_json::from_str(text).ok()?;
    let first = items.iter().find(|item| item.get().starts_with('{'))?;
    let object = parse(first.get()).ok()?;
    let at = map.places(object.keys().map(String::as_str));
    let has = |key: Key| at[key as usize].is_some();
    let words = has(Key::Text) || has(Key::Note);
    let inner = || depth < DEPTH && holds_objects(&object) && search(first.get(), map, depth + 1).is_some();
    let kind = if words && has(Key::Speaker) {
        Kind::Turns
    } else if inner() {
        Kind::Sessions
    } else if words {
        Kind::Words
    } else {
        return None;
    };
    Some(Found { kind, items, outer: Map::new() })
}

/// Gives an object what the one around it says of the session, and it does not.
pub(super) fn inherit(object: &mut Map<String, Value>, outer: &Map<String, Value>, map: &ColumnMap) {
    let [own, around] = [&*object, outer].map(|it| map.places(it.keys().map(String::as_str)));
    for key in SESSION {
        if let (None, Some(at)) = (own[key as usize], around[key as usize])
            && let Some((name, value)) = outer.iter().nth(at)
        {
            object.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Seconds a word from which on times are milliseconds. People take half a second, or ten with a long silence.
const SLOW: u64 = 30;

/// Whether the times of the first turns are whole numbers that are far too large for seconds.
pub(super) fn in_milliseconds(objects: &[&Map<String, Value>], map: &ColumnMap) -> bool {
    let (mut lasted, mut words) = (0, 0);
    for object in objects {
        let at = map.places(object.keys().map(String::as_str));
        let value = |key: Key| at[key as usize].and_then(|at| object.values().nth(at));
        let (Some(start), Some(end)) = (value(Key::Start), value(Key::End)) else { continue };
        let (Some(start), Some(end)) = (start.as_u64(), end.as_u64()) else { return false };
        let text = value(Key::Text).and_then(Value::as_str).unwrap_or_default();
        lasted += end.saturating_sub(start);
        words += text.split_whitespace().count() as u64;
    }
    words > 0 && lasted / words >= SLOW
}

/// Milliseconds as seconds; anything else as it is.
pub(super) fn seconds(milliseconds: &str) -> String {
    milliseconds
        .parse()
        .map_or_else(|_| milliseconds.to_owned(), |time: u64| format!("{}.{:03}", time / 1000, time % 1000))
}
