//! Turns that stand inside an object: `{"text": …, "segments": [{"speaker": …, "text": …}]}`, `{"id": …, "turns": […]}`.

use super::{NESTED, SPEECHLESS, TORN, whole};
use crate::input::columns::{ColumnMap, Key, Places};
use crate::input::marks::is_mark;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::cell::OnceCell;

/// How many objects deep turns are looked for.
pub(super) const DEPTH: usize = 4;

/// Arrays that hold words one by one, beside one of turns, or what may have been said instead.
const WORDS: [&str; 3] = ["words", "tokens", "alternatives"];

/// What an object says about the session that stands inside it.
const SESSION: [Key; 5] = [Key::SessionId, Key::ClientId, Key::SessionNumber, Key::Date, Key::TherapistId];

/// What an array holds, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Objects in which somebody says something.
    Turns,
    /// Objects with a note.
    Notes,
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
    /// Whether each of the items is a session, for it is a note.
    pub(super) notes: bool,
    /// Why they are not to be read.
    pub(super) refused: Option<&'static str>,
    /// What the object is called, if not by one of the names of a session's id.
    pub(super) id: Option<String>,
}

/// The turns inside the object that a text is, if there are any and it is no turn or note itself.
pub(super) fn turns<'a>(text: &'a str, map: &ColumnMap) -> Option<Turns<'a>> {
    if !text.bytes().skip(1).any(|byte| matches!(byte, b'{' | b'[')) {
        return None;
    }
    let object = text.trim_start_matches(is_mark);
    let fields = Fields::of(object, map)?;
    if fields.has(Key::Speaker) && fields.says(Key::Text) {
        return None;
    }
    let noted = fields.says(Key::Note);
    let found = search(fields, map, 0)?;
    if noted && found.kind == Kind::Words {
        return None;
    }
    let refused = if noted { Some(TORN) } else { found.refused(map) };
    let mut last = (0, 0);
    let mut below = |item: &str| {
        let at = item.as_ptr() as usize - text.as_ptr() as usize;
        last = (at, last.1 + whole::newlines(&text[last.0..at]));
        last.1
    };
    let Found { kind, sessions, items, outer, .. } = found;
    let items = items.into_iter().map(|item| (below(item.get()), item.get())).collect();
    let id = outer.get("id").and_then(|id| match id {
        Value::String(id) if !id.trim().is_empty() => Some(id.trim().to_owned()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
    Some(Turns { items, outer, sessions, notes: kind != Kind::Turns, refused, id })
}

/// The values of one object, in their order, and which of them are the keys.
struct Fields<'a> {
    all: Vec<(String, &'a RawValue)>,
    at: Places,
}

impl<'a> Fields<'a> {
    fn of(text: &'a str, map: &ColumnMap) -> Option<Fields<'a>> {
        let all = super::fields(text).ok()?;
        let at = map.places(all.iter().map(|(name, _)| name.as_str()));
        Some(Fields { all, at })
    }

    fn has(&self, key: Key) -> bool {
        self.at[key as usize].is_some()
    }

    /// Whether there is something but white space under a key.
    fn says(&self, key: Key) -> bool {
        self.at[key as usize].is_some_and(|at| {
            let value = self.all[at].1.get();
            value != "null" && !value.trim_matches('"').trim().is_empty()
        })
    }

    /// The words, if they are a string.
    fn text(&self) -> Option<String> {
        self.at[Key::Text as usize].and_then(|at| serde_json::from_str(self.all[at].1.get()).ok())
    }
}

struct Found<'a> {
    kind: Kind,
    /// Whether the items hold what there is in their turn.
    sessions: bool,
    items: Vec<&'a RawValue>,
    outer: Map<String, Value>,
    /// Whether there is more of it in another place.
    torn: bool,
    /// What is said in all items, without white space; gathered once.
    words: OnceCell<String>,
}

impl<'a> Found<'a> {
    /// The better one of two, which is torn if the other holds anything else.
    fn or(self, other: Found<'a>, map: &ColumnMap) -> Found<'a> {
        let both = self.kind != Kind::Words && other.kind != Kind::Words;
        let plain = !self.sessions && !other.sessions;
        let torn = self.torn || other.torn || both && !(plain && self.is_same(&other, map));
        let better = (other.kind, other.sessions) < (self.kind, self.sessions);
        Found { torn, ..if better { other } else { self } }
    }

    /// Whether the words of one are those of the other, in other pieces: sentences beside turns.
    fn is_same(&self, other: &Found, map: &ColumnMap) -> bool {
        let words = |it: &Found| it.texts(map).concat().split_whitespace().collect();
        let [one, two] = [self, other].map(|it| it.words.get_or_init(|| words(it)));
        one == two
    }

    fn texts(&self, map: &ColumnMap) -> Vec<String> {
        self.items.iter().filter_map(|item| Fields::of(item.get(), map)?.text()).collect()
    }

    /// Why it is not to be read.
    fn refused(&self, map: &ColumnMap) -> Option<&'static str> {
        let at = map.places(self.outer.keys().map(String::as_str));
        let around = |key: Key| at[key as usize].is_some();
        if self.torn || self.kind == Kind::Notes && around(Key::Text) {
            return Some(TORN);
        }
        if self.kind != Kind::Words || self.sessions {
            return None;
        }
        if around(Key::Text) {
            return Some(SPEECHLESS);
        }
        // Beside something longer they are no notes, but its codes.
        let longest = self.texts(map).iter().map(String::len).max().unwrap_or_default();
        let longer = self.outer.values().filter_map(Value::as_str).any(|value| value.len() > longest);
        (around(Key::Speaker) || longer).then_some(NESTED)
    }
}

fn search<'a>(fields: Fields<'a>, map: &ColumnMap, depth: usize) -> Option<Found<'a>> {
    let mut best: Option<Found<'a>> = None;
    let mut outer = Map::new();
    for (name, value) in fields.all {
        let found = match value.get().as_bytes().first() {
            Some(b'{') if depth < DEPTH => {
                Fields::of(value.get(), map).and_then(|fields| search(fields, map, depth + 1))
            }
            Some(b'[') if !WORDS.contains(&name.as_str()) => array(value.get(), map, depth),
            Some(b'{' | b'[') => None,
            _ => {
                // What is broken is nothing.
                outer.insert(name, serde_json::from_str(value.get()).unwrap_or_default());
                None
            }
        };
        if let Some(found) = found {
            best = Some(match best {
                Some(best) => best.or(found, map),
                None => found,
            });
        }
    }
    let mut best = best?;
    // What stands nearer to the turns counts.
    for (name, value) in outer {
        best.outer.entry(name).or_insert(value);
    }
    Some(best)
}

/// The items of an array, if one among them is a turn or a note, or holds some: the first that does, for sessions may be
/// empty.
fn array<'a>(text: &'a str, map: &ColumnMap, depth: usize) -> Option<Found<'a>> {
    let items: Vec<&'a RawValue> = serde_json::from_str(text).ok()?;
    let mut objects = items.iter().filter(|item| item.get().starts_with('{'));
    let (kind, sessions) = objects.find_map(|item| kind_of(item.get(), map, depth))?;
    Some(Found { kind, sessions, items, outer: Map::new(), torn: false, words: OnceCell::new() })
}

/// What an object in an array is, and whether it only holds that.
fn kind_of(text: &str, map: &ColumnMap, depth: usize) -> Option<(Kind, bool)> {
    let fields = Fields::of(text, map)?;
    let words = fields.has(Key::Text) || fields.has(Key::Note);
    if words && fields.has(Key::Speaker) {
        return Some((Kind::Turns, false));
    }
    if fields.says(Key::Note) {
        return Some((Kind::Notes, false));
    }
    let plain = if fields.has(Key::Note) { Kind::Notes } else { Kind::Words };
    let inner = if depth < DEPTH { search(fields, map, depth + 1) } else { None };
    inner.map(|found| (found.kind, true)).or_else(|| words.then_some((plain, false)))
}

/// What an object says of the session that stands inside it.
pub(super) fn about(outer: &Map<String, Value>, map: &ColumnMap) -> Map<String, Value> {
    let at = places_around(outer, map);
    let said = SESSION.iter().filter_map(|&key| outer.iter().nth(at[key as usize]?.checked_sub(1)?));
    said.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Where the keys stand, plus one: some names are known only beside words.
fn places_around(outer: &Map<String, Value>, map: &ColumnMap) -> Places {
    map.places(std::iter::once(Key::Note.name()).chain(outer.keys().map(String::as_str)))
}

/// Gives an object what the one around it says of the session, and it does not.
pub(super) fn inherit(object: &mut Map<String, Value>, about: &Map<String, Value>, map: &ColumnMap) {
    if about.is_empty() {
        return;
    }
    let (own, around) = (map.places(object.keys().map(String::as_str)), places_around(about, map));
    for key in SESSION {
        if let (None, Some(at)) = (own[key as usize], around[key as usize])
            && let Some((name, value)) = at.checked_sub(1).and_then(|at| about.iter().nth(at))
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
        let value = |key: Key| {
            at[key as usize].and_then(|at| object.values().nth(at)).filter(|value| !value.is_null())
        };
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
