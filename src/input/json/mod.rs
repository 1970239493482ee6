//! JSON: one object a line (JSONL), or one text whose objects stand in an array; with the keys of the tables.
//!
//! An object that is no row but holds some ([`inner`]) is read as these: what programs for recognition write, and exports
//! with one object a session.

mod inner;
mod whole;

use super::columns::{ColumnMap, Key, Unusable, whole_number};
use super::encoding::Decoded;
use super::lines::{Line, Lines, MAX_LINE};
use super::marks::{bare, is_mark};
use super::rows::{Broken, Row, RowError, RowSource, Sessions, sessionless};
use super::sink::Context;
use super::{MAX_WHOLE_FILE, lines, markup, speakers, stored, table, turns};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};
use std::sync::Arc;

pub(super) use whole::is_whole;

/// The objects of a file.
pub(super) struct Json {
    source: Source,
    /// Objects that are found and still to be read.
    ready: VecDeque<Ready>,
    map: ColumnMap,
    stem: String,
    record: u64,
    /// Objects that are sessions or may be, so far.
    sessions: u64,
    /// Whether times are milliseconds.
    milliseconds: bool,
}

/// Where objects stand.
enum Source {
    /// One a line.
    Lines(Lines),
    /// In a text that was read whole.
    Whole(whole::Elements),
}

/// One object.
struct Element {
    /// The line it begins on.
    line: u64,
    object: Result<Map<String, Value>, String>,
    /// The session it was found in, where that has no other id.
    session: Option<String>,
    /// Which of the sessions it is, if it is one.
    number: u64,
    /// How long it is in the file.
    bytes: usize,
}

impl Element {
    fn broken(line: u64, reason: String) -> Element {
        Element { line, object: Err(reason), session: None, number: 0, bytes: 0 }
    }
}

/// What is found, and still to be read.
enum Ready {
    /// Parsed already.
    Element(Element),
    /// Text of an object in a session: parsed, a file takes many times its size in memory.
    Text { line: u64, text: String, about: Arc<Map<String, Value>>, session: Option<String>, number: u64 },
}

impl Ready {
    fn element(self, map: &ColumnMap) -> Element {
        match self {
            Ready::Element(element) => element,
            Ready::Text { line, text, about, session, number } => {
                let mut object = parse(&text);
                if let Ok(object) = &mut object {
                    inner::inherit(object, &about, map);
                }
                Element { line, object, session, number, bytes: text.len() }
            }
        }
    }
}

/// Looks at the first lines. An error is the reason to refuse the file.
pub(super) fn lines(source: Decoded, context: Context) -> Result<Sessions<Json>, String> {
    open(Source::Lines(Lines::new(source)), context)
}

/// Reads the whole text. An error is the reason to refuse the file.
pub(super) fn whole(source: Decoded, context: Context) -> Result<Sessions<Json>, String> {
    let elements = elements(source)?;
    if elements.is_empty() {
        return Err("the file is empty".to_owned());
    }
    open(Source::Whole(elements), context)
}

fn elements(source: Decoded) -> Result<whole::Elements, String> {
    let mut bytes = Vec::new();
    let read = source.take(MAX_WHOLE_FILE + 1).read_to_end(&mut bytes);
    read.map_err(|error| stored::explain(&error))?;
    if bytes.len() as u64 > MAX_WHOLE_FILE {
        let most = MAX_WHOLE_FILE >> 20;
        return Err(format!("JSON of more than {most} MiB; write one object a line (jq -c '.[]')"));
    }
    Ok(whole::elements(&lines::text_of(bytes)))
}

/// Whether sound JSON holds no words of anybody: settings, say.
pub(super) fn is_about_else(source: Decoded, map: &ColumnMap) -> bool {
    let Ok(mut elements) = elements(source) else { return false };
    let nobody = |text: &str| {
        parse(text).is_ok_and(|object| {
            let at = map.places(object.keys().map(String::as_str));
            let words = [Key::Text, Key::Note].iter().any(|&key| at[key as usize].is_some());
            !words && inner::turns(text, map).is_none()
        })
    };
    std::iter::from_fn(|| elements.next()).all(|element| nobody(&element.text)) && elements.broken().is_none()
}

fn open(source: Source, context: Context) -> Result<Sessions<Json>, String> {
    let (map, stem) = (context.options.map.clone(), context.stem.clone());
    let ready = VecDeque::new();
    let mut json = Json { source, ready, map, stem, record: 0, sessions: 0, milliseconds: false };
    let remarks = json.look(&context.options.therapist)?;
    Ok(Sessions::new(json, context).with_remarks(remarks))
}

impl Json {
    fn row(&self, element: &Element) -> Result<Row, String> {
        let object = element.object.as_ref().map_err(Clone::clone)?;
        let at = self.map.places(object.keys().map(String::as_str));
        let get = |key: Key| value_of(key, at[key as usize].and_then(|at| object.values().nth(at)));
        let mut wrong = None;
        let mut row = Row::fill(self.record, element.line, |key| match get(key) {
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
        if self.milliseconds {
            for time in [&mut row.start, &mut row.end] {
                *time = time.take().map(|time| inner::seconds(&time));
            }
        }
        let (text, note) = (get(Key::Text)?, get(Key::Note)?);
        if at[Key::Speaker as usize].is_some() {
            row.speaker.get_or_insert_default();
        } else if note.is_none() && (row.utterance_id.is_some() || row.start.is_some() || row.end.is_some()) {
            return Err(SPEECHLESS.to_owned());
        }
        let named = note.is_some();
        let words = if row.speaker.is_some() { text.or(note) } else { note.or(text) };
        let named_so = |key: Key| at[key as usize].is_some();
        let unnamed = if named_so(Key::Text) || named_so(Key::Note) {
            "the value of text is null; write \"\" where nothing was said"
        } else if object.values().any(|value| value.as_array().is_some_and(Vec::is_empty)) {
            "no key 'text' or 'note', and an array without anything in it; leave empty sessions out"
        } else {
            "no key 'text' or 'note'; name the one with the words: --map text=KEY"
        };
        row.unspoken = row.speaker.is_none() && !named;
        // What programs for recognition write has all words in one piece beside the turns.
        if (words.is_none() || row.unspoken) && holds_objects(object) {
            return Err(NESTED.to_owned());
        }
        row.text = words.ok_or(unnamed)?;
        let number = row.session_id.as_deref().filter(|_| row.counts).and_then(whole_number);
        if number.is_some() && row.client_id.is_none() && element.session.is_some() {
            // Of whom, nobody says: others have it too.
            row.number = std::mem::replace(&mut row.session_id, element.session.clone());
            row.counts = false;
        } else if at[Key::SessionId as usize].is_some() {
            sessionless(row.session_id.as_deref()).map_or(Ok(()), Err)?;
        } else if element.session.is_some() {
            row.session_id.clone_from(&element.session);
        } else if row.speaker.is_none() {
            row.session_id = Some(format!("{}-{}", self.stem, element.number));
        }
        Ok(row)
    }

    /// The next line that is not empty, or the next element of a whole text.
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let lines = match &mut self.source {
            Source::Lines(lines) => lines,
            Source::Whole(elements) => return Ok(elements.next()),
        };
        loop {
            match lines.next()? {
                Some(line) if line.text.trim().is_empty() && !line.too_long => {}
                found => return Ok(found),
            }
        }
    }

    fn next_element(&mut self) -> io::Result<Option<Element>> {
        if let Some(ready) = self.ready.pop_front() {
            return Ok(Some(ready.element(&self.map)));
        }
        let Some(line) = self.next_line()? else { return Ok(self.broken()) };
        if let Some(inner) = inner::turns(&line.text, &self.map) {
            let alone = matches!(&self.source, Source::Whole(elements) if elements.alone);
            self.expand(inner, line.number, alone);
            return Ok(self.ready.pop_front().map(|ready| ready.element(&self.map)));
        }
        let (object, bytes) = (object(&line), line.text.len());
        self.sessions += 1;
        Ok(Some(Element { line: line.number, object, session: None, number: self.sessions, bytes }))
    }

    /// Behind everything else: what cannot be read of a whole text.
    fn broken(&mut self) -> Option<Element> {
        let Source::Whole(elements) = &mut self.source else { return None };
        let (line, column) = elements.broken()?;
        let reason = format!("not JSON at column {column}; from here on nothing can be read");
        Some(Element::broken(line, reason))
    }

    /// Makes elements of the turns in an object that begins on a line; it is a session if nothing else stands beside it.
    fn expand(&mut self, inner: inner::Turns<'_>, line: u64, alone: bool) {
        if let Some(reason) = inner.refused {
            let broken = Element::broken(line, reason.to_owned());
            return self.ready.push_back(Ready::Element(broken));
        }
        let single = inner.items.len() == 1;
        let session = if alone || inner.sessions {
            None
        } else if inner.notes {
            inner.id.filter(|_| single)
        } else {
            self.sessions += 1;
            Some(inner.id.unwrap_or_else(|| format!("{}-{}", self.stem, self.sessions)))
        };
        let about = Arc::new(inner::about(&inner.outer, &self.map));
        for (below, text) in inner.items {
            let line = line + below;
            if inner.sessions
                && let Some(mut turns) = inner::turns(text, &self.map)
            {
                inner::inherit(&mut turns.outer, &about, &self.map);
                self.expand(turns, line, alone && single);
                continue;
            }
            let (text, about, session) = (text.to_owned(), Arc::clone(&about), session.clone());
            self.sessions += u64::from(session.is_none());
            self.ready.push_back(Ready::Text { line, text, about, session, number: self.sessions });
        }
    }

    /// Looks at the first objects, and refuses those that nobody is said to speak if another key holds the labels of
    /// speakers. What is to be said before the first session.
    fn look(&mut self, therapists: &[String]) -> Result<Vec<String>, String> {
        let ahead = table::look_ahead(|| self.next_element(), |element| element.bytes);
        let ahead = ahead.map_err(|error| stored::explain(&error))?;
        let objects: Vec<_> = ahead.iter().filter_map(|element| element.object.as_ref().ok()).collect();
        let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut words = Vec::new();
        let (mut timed, mut spoken) = (false, false);
        for object in &objects {
            let at = self.map.places(object.keys().map(String::as_str));
            let has = |key: Key| at[key as usize].is_some();
            spoken |= has(Key::Speaker) || has(Key::Note) || !has(Key::Text);
            timed |= has(Key::UtteranceId) || has(Key::Start) || has(Key::End);
            if !has(Key::Text) || has(Key::Speaker) || has(Key::Note) {
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
        if timed && !spoken {
            return Err(SPEECHLESS.to_owned());
        }
        self.milliseconds = inner::in_milliseconds(&objects, &self.map);
        for element in ahead.into_iter().rev() {
            self.ready.push_front(Ready::Element(element));
        }
        let remark = || "start and end are whole numbers, far too long for seconds: read as milliseconds";
        Ok(self.milliseconds.then(|| remark().to_owned()).into_iter().collect())
    }
}

/// Why an object is refused that holds the turns where they are not found.
const NESTED: &str = "an object that holds others, and no turns with words are found among them; write one turn a line, or name keys with --map (that of a note: --map note=KEY)";
/// Why an object is refused that is not one session.
const TORN: &str = "turns or notes stand in several places of one object; write one turn or note a line, or one session a line";
/// Why words are refused that nobody is said to speak.
const SPEECHLESS: &str =
    "no key says who speaks; name it with --map speaker=KEY (or, if the words are notes, --map note=KEY)";

/// Whether an array in what [`parse`] makes of an object has objects in it.
fn holds_objects(object: &Map<String, Value>) -> bool {
    object.values().any(|value| match value {
        Value::Array(all) => all.iter().any(Value::is_object),
        Value::Object(inner) => !inner.is_empty(),
        _ => false,
    })
}

/// The object of a line, or what is wrong with it.
fn object(line: &Line) -> Result<Map<String, Value>, String> {
    if line.too_long {
        return Err(format!("a line of more than {} MiB", MAX_LINE >> 20));
    }
    parse(line.text.trim_start_matches(is_mark))
}

/// Only what may be a key is built: a value that holds others, which may be many times its size in memory, is what [`shallow`]
/// makes of it.
fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let fields = fields(text).map_err(|error| {
        // The message of serde_json may quote the input: only its place is used.
        match serde_json::from_str::<&RawValue>(text) {
            Ok(value) if !value.get().starts_with('{') => NO_OBJECT.to_owned(),
            _ => broken_at(error.column()),
        }
    })?;
    let value = |(name, value): (String, &RawValue)| {
        let column = || text[..value.get().as_ptr() as usize - text.as_ptr() as usize].chars().count() + 1;
        Ok((name, shallow(value.get()).ok_or_else(|| broken_at(column()))?))
    };
    fields.into_iter().map(value).collect()
}

/// The values of an object, in their order.
fn fields(text: &str) -> serde_json::Result<Vec<(String, &RawValue)>> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
    let mut fields: Vec<_> = fields.into_iter().collect();
    fields.sort_by_key(|(_, value)| value.get().as_ptr() as usize);
    Ok(fields)
}

const NO_OBJECT: &str = "not a JSON object; write one object a line";

fn broken_at(column: usize) -> String {
    format!("not JSON at column {column}; write one object a line")
}

/// A value; of an array only whether it has anything in it, and of it or an object whether an array in it has objects: then there
/// is one, or something, in it.
fn shallow(value: &str) -> Option<Value> {
    let holds = holds(value, inner::DEPTH);
    let inside = if holds { Value::Object(Map::new()) } else { Value::Null };
    match value.as_bytes().first()? {
        b'[' if value[1..].trim_start().starts_with(']') => Some(Value::Array(Vec::new())),
        b'[' => Some(Value::Array(vec![inside])),
        b'{' => Some(Value::Object(holds.then(|| (String::new(), inside)).into_iter().collect())),
        _ => serde_json::from_str(value).ok(),
    }
}

/// Whether an array has objects in it, or one in an object, so many objects deep.
fn holds(value: &str, depth: usize) -> bool {
    if value.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
        return items.iter().any(|item| item.get().starts_with('{'));
    }
    let fields = || fields(value).unwrap_or_default();
    value.starts_with('{') && depth > 0 && fields().iter().any(|(_, value)| holds(value.get(), depth - 1))
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

impl RowSource for Json {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        let element = match self.next_element() {
            Err(error) => return Some(Err(RowError::Io(stored::explain(&error)))),
            Ok(element) => element?,
        };
        self.record += 1;
        let (record, line) = (self.record, element.line);
        let row = self.row(&element);
        Some(row.map_err(|reason| RowError::Broken(Broken { record, line, reason })))
    }
}
