//! Rows of tables and lines of JSONL gathered into sessions, one session in memory at a time.

use super::columns::{Key, may_be_ids, whole_number};
use super::sink::{Context, Sink};
use super::speakers::{self, Cast};
use super::table::look_ahead;
use super::{Reader, markup, note, time};
use crate::transcript::{Session, Speaker, Unit, is_missing};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A session of more units than this is handed out in stretches, so that a table without session ids cannot
/// fill the memory.
const MAX_UNITS: usize = 100_000;

/// The same for the bytes of its rows.
const MAX_BYTES: usize = 16 << 20;

/// One record of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// Data record, from 1.
    pub(super) record: u64,
    /// The line it begins on.
    pub(super) line: u64,
    pub(super) session_id: Option<String>,
    /// Whether the id may be a number within a client.
    pub(super) counts: bool,
    pub(super) utterance_id: Option<String>,
    /// `None` for a whole note.
    pub(super) speaker: Option<String>,
    pub(super) text: String,
    /// Whether it is taken for a note for no other reason than that nobody is said to speak.
    pub(super) unspoken: bool,
    pub(super) client_id: Option<String>,
    /// The name of the column of `client_id`, if it may hold something else.
    pub(super) whose: Option<&'static str>,
    pub(super) number: Option<String>,
    pub(super) date: Option<String>,
    pub(super) therapist_id: Option<String>,
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
}

impl Row {
    /// Fills a row from whatever finds the value of a key.
    pub(super) fn fill(record: u64, line: u64, mut value: impl FnMut(Key) -> Option<String>) -> Row {
        Row {
            record,
            line,
            session_id: value(Key::SessionId),
            counts: false,
            utterance_id: value(Key::UtteranceId),
            speaker: value(Key::Speaker),
            text: String::new(),
            unspoken: false,
            client_id: value(Key::ClientId),
            whose: None,
            number: value(Key::SessionNumber),
            date: value(Key::Date),
            therapist_id: value(Key::TherapistId),
            start: value(Key::Start),
            end: value(Key::End),
        }
    }

    /// Roughly what the row holds, in bytes.
    fn size(&self) -> usize {
        let ids = [&self.session_id, &self.utterance_id, &self.speaker, &self.client_id];
        let others = [&self.number, &self.date, &self.therapist_id, &self.start, &self.end];
        self.text.len() + ids.into_iter().chain(others).flatten().map(String::len).sum::<usize>()
    }
}

/// A record that is no row.
pub(super) struct Broken {
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) reason: String,
}

/// Where rows come from.
pub(super) trait RowSource: Send {
    /// The next row; `None` at the end of the input.
    fn next_row(&mut self) -> Option<Result<Row, RowError>>;
}

/// Why there is no row.
pub(super) enum RowError {
    Broken(Broken),
    /// The row of this line is no record but part of how the table looks.
    Frame(u64),
    /// The input cannot be read on.
    Io(String),
}

/// Makes sessions out of consecutive rows.
pub(super) struct Sessions<S> {
    source: S,
    context: Context,
    /// The session that the rows at hand belong to; it stays when they are handed out before its end.
    current: Option<Current>,
    rows: Vec<Row>,
    /// What `rows` hold.
    bytes: usize,
    broken: Vec<Broken>,
    /// By hashes of the (session, client) pairs: those that came before.
    carried: HashMap<u64, Carry>,
    /// Rows that have been looked at, and are still to be read.
    ahead: VecDeque<Result<Row, RowError>>,
    /// Whether a column that may say whose the sessions are does; `None` before the first rows were looked at.
    whose: Option<bool>,
    /// What is to be said before the first session.
    remarks: Vec<String>,
}

/// What is known of the session at hand: of each cell the first that is not empty.
struct Current {
    session_id: Option<String>,
    /// The id as a number, where it may be one within a client.
    counted: Option<u32>,
    client_id: Option<String>,
    number: Option<String>,
    date: Option<String>,
    therapist_id: Option<String>,
    /// The columns in which a row was found to contradict those above.
    told: Vec<Key>,
    /// Under what `carried` keeps the session, once a stretch of it has been handed out.
    key: Option<u64>,
}

/// What one stretch of a session leaves to the next, so that ids and speakers go on.
#[derive(Default)]
struct Carry {
    next_id: usize,
    cast: Cast,
}

impl Current {
    fn new(row: &Row) -> Self {
        Current {
            session_id: row.session_id.clone(),
            counted: row.session_id.as_deref().filter(|_| row.counts).and_then(whole_number),
            client_id: None,
            number: None,
            date: None,
            therapist_id: None,
            told: Vec::new(),
            key: None,
        }
    }

    /// Session ids are often numbers within a client, so another client is another session.
    fn holds(&self, row: &Row) -> bool {
        let (a, b) = (&self.client_id, &row.client_id);
        self.session_id == row.session_id && (a.is_none() || b.is_none() || a == b)
    }

    /// Takes from the row what is not known yet; returns the columns in which it is the session's first row to contradict
    /// what is known, or itself.
    fn learn(&mut self, row: &mut Row) -> Vec<Key> {
        let mut wrong = Vec::new();
        // A row of another client is of another session.
        self.client_id = self.client_id.take().or_else(|| row.client_id.take());
        for (key, known, cell) in [
            (Key::SessionNumber, &mut self.number, &mut row.number),
            (Key::Date, &mut self.date, &mut row.date),
            (Key::TherapistId, &mut self.therapist_id, &mut row.therapist_id),
        ] {
            match (known.as_deref(), cell.as_deref()) {
                (None, _) => *known = cell.take(),
                // `4` and `4.0` are one number.
                (Some(known), Some(cell)) if known != cell => {
                    let number = whole_number(known).filter(|_| key == Key::SessionNumber);
                    if number.is_none() || number != whole_number(cell) {
                        wrong.push(key);
                    }
                }
                _ => {}
            }
            *cell = None;
        }
        let seconds = |cell: &Option<String>| cell.as_deref().and_then(time::seconds);
        if let (Some(start), Some(end)) = (seconds(&row.start), seconds(&row.end))
            && end < start
        {
            wrong.push(Key::End);
        }
        wrong.retain(|key| !self.told.contains(key));
        self.told.extend(&wrong);
        wrong
    }

    /// The id of the session; one that is a number within a client has the client before it.
    fn id(&self) -> Option<String> {
        match (&self.session_id, &self.client_id, self.counted) {
            (Some(id), Some(client), Some(_)) => Some(format!("{client}-{id}")),
            (id, ..) => id.clone(),
        }
    }

    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.session_id, &self.client_id).hash(&mut hasher);
        hasher.finish()
    }
}

impl<S: RowSource> Sessions<S> {
    pub(super) fn new(source: S, context: Context) -> Self {
        Sessions {
            source,
            context,
            current: None,
            rows: Vec::new(),
            bytes: 0,
            broken: Vec::new(),
            carried: HashMap::new(),
            ahead: VecDeque::new(),
            whose: None,
            remarks: Vec::new(),
        }
    }

    pub(super) fn with_remarks(self, remarks: Vec<String>) -> Self {
        Sessions { remarks, ..self }
    }

    /// The next row. The first rows decide whether a column that may hold the client's id does.
    fn next_row(&mut self, sink: &mut Sink) -> Option<Result<Row, RowError>> {
        let mut next = self.ahead.pop_front().or_else(|| self.source.next_row());
        let Some(Ok(row)) = &mut next else { return next };
        let Some(name) = row.whose else { return next };
        if self.whose.is_none() {
            let size = |row: &Result<Row, RowError>| row.as_ref().map_or(0, Row::size);
            let Ok(more) = look_ahead(|| Ok::<_, Infallible>(self.source.next_row()), size);
            self.ahead.extend(more);
            let rows = std::iter::once(&*row).chain(self.ahead.iter().flatten());
            let cells = rows.filter_map(|row| Some((row.session_id.as_deref(), row.client_id.as_deref()?)));
            let may = may_be_ids(name, cells.filter(|(_, id)| !is_missing(id)));
            self.whose = Some(may);
            if !may {
                sink.notice(format!(
                    "the column '{name}' is not read as client_id, for it may hold something else: if it does say whose the \
                     sessions are, --map client_id={name}"
                ));
            }
        }
        if self.whose == Some(false) {
            row.client_id = None;
        }
        next
    }

    fn push(&mut self, mut row: Row, sink: &mut Sink) {
        tell_missing(&mut row, sink);
        if let Some(current) = self.current.as_ref().filter(|current| !current.holds(&row)) {
            if current.session_id == row.session_id {
                sink.notice_once("client", || {
                    let line = row.line;
                    format!("client_id at line {line} is not that of the rows above: read as another session, here and elsewhere")
                });
            }
            self.flush(sink);
            self.current = None;
        } else if self.rows.len() >= MAX_UNITS || self.bytes >= MAX_BYTES {
            sink.notice_once("long", || {
                let most = MAX_BYTES >> 20;
                format!(
                    "a session has more than {MAX_UNITS} units or {most} MiB of text: handed on in stretches"
                )
            });
            self.flush(sink);
        }
        if row.unspoken {
            sink.notice_once("unspoken", || {
                "nothing says who speaks: read as notes; if these are turns, name what does with --map speaker=COLUMN"
                    .to_owned()
            });
        }
        let wrong = self.current.get_or_insert_with(|| Current::new(&row)).learn(&mut row);
        for key in wrong {
            self.tell_contradiction(key, &row, sink);
        }
        self.bytes += row.size();
        self.rows.push(row);
    }

    fn tell_contradiction(&self, key: Key, row: &Row, sink: &mut Sink) {
        let (name, line) = (key.name(), row.line);
        let id = row.session_id.as_deref().unwrap_or(&self.context.stem);
        let text = || match key {
            Key::End => {
                format!("session '{id}': the end at line {line} is before its start: kept, here and below")
            }
            _ => format!(
                "session '{id}': {name} at line {line} is not that of the rows above: the first one counts for all"
            ),
        };
        sink.notice_some(name, text, &format!("contradict themselves in {name}"));
    }

    fn flush(&mut self, sink: &mut Sink) {
        let rows = std::mem::take(&mut self.rows);
        let mut broken = std::mem::take(&mut self.broken);
        self.bytes = 0;
        // Broken rows alone end no session.
        if let Some(first) = rows.first()
            && let Some(mut current) = self.current.take()
        {
            let key = current.key.unwrap_or_else(|| current.hash());
            let carried = self.carried.remove(&key);
            if carried.is_some() && current.key.is_none() {
                self.tell_return(first, sink);
            }
            current.key = Some(key);
            let mut carry = carried.unwrap_or_default();
            let session = self.session(&current, rows, &mut carry, &mut broken, sink);
            self.carried.insert(key, carry);
            self.current = Some(current);
            sink.session(session);
        }
        broken.sort_by_key(|broken| broken.record);
        sink.met(broken.len());
        for Broken { record, line, reason } in broken {
            sink.reject(record, line, reason);
        }
    }

    fn tell_return(&self, first: &Row, sink: &mut Sink) {
        let id = first.session_id.as_deref().unwrap_or(&self.context.stem);
        let text = || {
            format!(
                "session '{id}' goes on at line {} after others; read as one more stretch of it (sort the rows by session to join them)",
                first.line
            )
        };
        sink.notice_some("returns", text, "come back later");
    }

    /// Rows with one id are all kept, but nobody can tell them apart in the tables. Where nothing names the session, ids that
    /// come back, or times that begin again, are a sign of several.
    fn tell_repeated(&self, rows: &[Row], sink: &mut Sink) {
        let mut seen = HashSet::new();
        let mut given = rows.iter().filter_map(|row| row.utterance_id.as_deref().map(|id| (row, id)));
        let repeated = given.find(|&(_, id)| !seen.insert(id)).map(|(row, _)| row);
        let unnamed = rows.first().is_some_and(|row| row.session_id.is_none());
        let again = || unnamed.then(|| begins_again(rows)).flatten();
        match repeated.map(|row| ("utterance_id", row)).or_else(|| Some(("start", again()?))) {
            Some((what, row)) if unnamed => sink.notice_once("unnamed", || {
                format!(
                    "nothing names the session, and {what} begins again at line {}: read as one session, '{}'; if they \
                     are several, name the column that tells them apart with --map session_id=COLUMN",
                    row.line, self.context.stem
                )
            }),
            Some(("utterance_id", row)) => sink.notice_once("ids", || {
                format!("the utterance_id at line {} stands in this session before: kept, here and elsewhere", row.line)
            }),
            _ => {}
        }
    }

    fn session(
        &self,
        current: &Current,
        rows: Vec<Row>,
        carry: &mut Carry,
        broken: &mut Vec<Broken>,
        sink: &mut Sink,
    ) -> Session {
        let mut session = self.context.session(current.id());
        if current.counted.is_some() {
            sink.notice_once("counts", || {
                "session holds numbers: read as session_number too, and in the ids of sessions with client_id before them"
                    .to_owned()
            });
        }
        session.client_id.clone_from(&current.client_id);
        session.date.clone_from(&current.date);
        session.therapist_id.clone_from(&current.therapist_id);
        session.number = current.number.as_deref().and_then(whole_number).or(current.counted);
        if let (Some(_), None, Some(first)) = (&current.number, session.number, rows.first()) {
            sink.notice_once("number", || {
                format!("session_number is not a whole number near line {}: left empty", first.line)
            });
        }
        self.tell_repeated(&rows, sink);
        let mut ids = Ids::new(&rows, carry.next_id);
        let labels =
            rows.iter().filter_map(|row| row.speaker.as_deref()).filter(|label| note_role(label).is_none());
        session.labels = speakers::names(labels.clone());
        let cast = speakers::assign(labels, &self.context.options.therapist, &mut carry.cast);
        let mut cast = cast.into_iter();
        for row in rows {
            let speaker =
                row.speaker.as_deref().and_then(|label| note_role(label).map(Ok).or_else(|| cast.next()));
            match speaker {
                None => add_note(&row, &mut ids, &mut session, broken, sink),
                Some(Err(unclear)) => {
                    let reason = unclear.to_string();
                    broken.push(Broken { record: row.record, line: row.line, reason });
                }
                Some(Ok(speaker)) => {
                    sink.met(1);
                    session.units.push(unit(row, speaker, &mut ids, sink));
                }
            }
        }
        // Later stretches are to miss the ids of this one as well.
        let above = if ids.highest > 0 { ids.highest as usize + 1 } else { 0 };
        carry.next_id = ids.next.max(above);
        session
    }
}

/// Running numbers for units without an id, none of which a row has.
struct Ids {
    given: HashSet<String>,
    next: usize,
    /// The highest number that a row has.
    highest: u32,
}

impl Ids {
    fn new(rows: &[Row], next: usize) -> Ids {
        // Rows that all have one need no other.
        let some = rows.iter().any(|row| row.utterance_id.is_none());
        let given = rows.iter().filter(|_| some).filter_map(|row| row.utterance_id.clone()).collect();
        Ids { given, next, highest: 0 }
    }

    /// The id of the next unit, which may have one. The number is the unit's place, or the next one that is free.
    fn of(&mut self, given: Option<String>) -> String {
        if let Some(id) = given {
            self.next += 1;
            self.highest = self.highest.max(id.parse().unwrap_or_default());
            return id;
        }
        while self.given.contains(&self.next.to_string()) {
            self.next += 1;
        }
        self.next += 1;
        (self.next - 1).to_string()
    }
}

/// The reason to reject a row of which nobody can tell the session, although it has a place for it: rows of unknown sessions
/// are not one session.
pub(super) fn sessionless(id: Option<&str>) -> Option<String> {
    match id {
        None => Some("session_id is empty".to_owned()),
        Some(id) if is_missing(id) => Some(format!("session_id is {id}, which is read as empty")),
        Some(_) => None,
    }
}

/// Empties cells that say they are missing: nobody's sessions become a client's. A text is missing only if it is `NA`, as R
/// writes it.
fn tell_missing(row: &mut Row, sink: &mut Sink) {
    let line = row.line;
    for (key, id) in [
        (Key::UtteranceId, &mut row.utterance_id),
        (Key::ClientId, &mut row.client_id),
        (Key::SessionNumber, &mut row.number),
        (Key::Date, &mut row.date),
        (Key::TherapistId, &mut row.therapist_id),
    ] {
        if let Some(cell) = id.take_if(|id| is_missing(id)) {
            sink.notice_once(key.name(), || {
                format!("{} at line {line} is {cell}: read as empty, here and elsewhere", key.name())
            });
        }
    }
    if row.text.trim() == "NA" {
        row.text.clear();
        sink.notice_once("text", || format!("text at line {line} is NA: read as empty, here and elsewhere"));
    }
}

/// The row with its words as they are shown, if they are markup that can be read.
fn shown(mut row: Row, sink: &mut Sink) -> Result<Row, RowError> {
    let (record, line) = (row.record, row.line);
    if markup::is_rtf(&row.text) {
        return Err(RowError::Broken(Broken { record, line, reason: markup::RTF.to_owned() }));
    }
    if let Cow::Owned(words) = markup::shown(&row.text) {
        row.text = words;
        sink.notice_once("markup", || {
            format!(
                "HTML at line {line}: read as the words that it shows, here and elsewhere; offsets are those of these words"
            )
        });
    }
    Ok(row)
}

/// The first row whose start is not after that of the first one, although there were later ones before it.
fn begins_again(rows: &[Row]) -> Option<&Row> {
    let mut starts = rows.iter().filter_map(|row| Some((row, time::seconds(row.start.as_deref()?)?)));
    let (_, first) = starts.next()?;
    starts.skip_while(|&(_, start)| start <= first).find(|&(_, start)| start <= first).map(|(row, _)| row)
}

fn add_note(row: &Row, ids: &mut Ids, session: &mut Session, broken: &mut Vec<Broken>, sink: &mut Sink) {
    let mut units = note::units(&row.text, 0);
    if units.is_empty() {
        let reason = "the note is empty".to_owned();
        broken.push(Broken { record: row.record, line: row.line, reason });
    }
    units.iter_mut().for_each(|unit| unit.id = ids.of(None));
    sink.met(units.len());
    session.units.extend(units);
}

/// `note` and `note:S`, which only tables know: in a transcript `Note:` is somebody's remark.
fn note_role(label: &str) -> Option<Speaker> {
    Speaker::from_role(label).filter(|speaker| speaker.is_note())
}

fn unit(row: Row, speaker: Speaker, ids: &mut Ids, sink: &mut Sink) -> Unit {
    let mut seconds = |cell: &Option<String>| {
        let text = cell.as_deref()?;
        let value = time::seconds(text);
        if value.is_none() {
            sink.notice_once("time", || {
                format!(
                    "start or end at line {} is neither seconds nor HH:MM:SS: left empty, here and elsewhere",
                    row.line
                )
            });
        }
        value
    };
    let (start, end) = (seconds(&row.start), seconds(&row.end));
    let id = ids.of(row.utterance_id);
    Unit { id, speaker, text: row.text, start, end }
}

impl<S: RowSource> Reader for Sessions<S> {
    fn step(&mut self, sink: &mut Sink) -> bool {
        for remark in self.remarks.drain(..) {
            sink.notice(remark);
        }
        while sink.is_empty() {
            match self.next_row(sink).map(|row| row.and_then(|row| shown(row, sink))) {
                None => {
                    self.flush(sink);
                    if sink.report().read == 0 {
                        sink.notice("no records".to_owned());
                    }
                    return false;
                }
                Some(Err(RowError::Io(reason))) => {
                    self.flush(sink);
                    sink.refuse(format!("{reason}; what came before it was read"));
                    return false;
                }
                Some(Err(RowError::Frame(line))) => sink.notice_once("frame", || {
                    format!(
                        "the names of the columns once more, or nothing but dashes, at line {line}: left out, here and elsewhere"
                    )
                }),
                Some(Err(RowError::Broken(broken))) => {
                    self.broken.push(broken);
                    if self.rows.is_empty() || self.broken.len() > MAX_UNITS {
                        self.flush(sink);
                    }
                }
                Some(Ok(row)) => self.push(row, sink),
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::input::{Event, Options, read};
    use crate::transcript::Session;
    use std::path::Path;

    fn told(name: &str, table: &str) -> (Vec<Session>, Vec<String>) {
        let (mut sessions, mut notices) = (Vec::new(), Vec::new());
        for event in read(table.as_bytes(), Path::new(name).into(), &Options::default()) {
            match event {
                Event::Session(session) => sessions.push(session),
                Event::Notice(notice) => notices.push(notice.text),
                Event::Reject(reject) => panic!("{reject:?}"),
            }
        }
        (sessions, notices)
    }

    fn clients(sessions: &[Session]) -> Vec<Option<&str>> {
        sessions.iter().map(|session| session.client_id.as_deref()).collect()
    }

    #[test]
    fn usual_names_of_whose_a_session_is() {
        let rows = "K1,1,1,T,How was it?\nK1,1,2,C,I rang her.\nK2,1,3,T,And now?\nK2,1,4,C,I rang her.\n";
        for name in
            ["client", "Patient", "participant", "Client No", "Client code", "case", "Case ID", "subject"]
        {
            let (sessions, _) = told("a.csv", &format!("{name},session,turn,speaker,text\n{rows}"));
            assert_eq!(clients(&sessions), [Some("K1"), Some("K2")], "{name}");
        }
        let json = "{\"client\":\"K1\",\"speaker\":\"T\",\"text\":\"a\"}\n{\"client\":\"K2\",\"speaker\":\"T\",\"text\":\"b\"}\n";
        assert_eq!(clients(&told("a.jsonl", json).0), [Some("K1"), Some("K2")]);
        let (sessions, _) = told("a.csv", &format!("patient,session no,turn,speaker,text\n{rows}"));
        assert_eq!((sessions[1].id.as_str(), sessions[1].number), ("K2-1", Some(1)));
        let table = "client_id,session,session no,session date,therapist code,speaker,text,onset,offset\n\
                     K,x,4,2024-01-02,D,T,a,1,2\n";
        let session = &told("a.csv", table).0[0];
        assert_eq!((session.number, session.date.as_deref()), (Some(4), Some("2024-01-02")));
        assert_eq!(session.therapist_id.as_deref(), Some("D"));
        assert_eq!((session.units[0].start, session.units[0].end), (Some(1.0), Some(2.0)));
    }

    #[test]
    fn what_is_called_client_may_be_something_else() {
        for (name, cells) in [
            ("client", ["0", "1", "0", "1"]),
            ("client", ["", "I rang her.", "", "I did."]),
            ("client", ["Anna Lee", "Anna Lee", "Ben Ash", "Ben Ash"]),
            ("participant", ["P1", "P2", "P1", "P2"]),
            ("subject", ["sleep", "sleep", "work", "work"]),
        ] {
            let rows = cells.map(|cell| format!("{cell},1,T,a\n")).concat();
            let (sessions, notices) = told("a.csv", &format!("{name},session,speaker,text\n{rows}"));
            assert_eq!(clients(&sessions), [None], "{name} {cells:?}");
            assert!(notices[0].ends_with(&format!("--map client_id={name}")), "{notices:?}");
        }
        let rows = "client,session,speaker,text\nAnna,1,T,a\nAnna,1,C,a\nBen,1,T,a\n";
        assert_eq!(clients(&told("a.csv", rows).0), [Some("Anna"), Some("Ben")]);
    }

    #[test]
    fn columns_that_are_not_read_are_told_where_they_may_say_whose_sessions_are() {
        let (_, notices) = told("a.csv", "mood,person,speaker,text\nlow,K,T,a\n");
        assert!(notices[0].contains("columns 1 and 2 of 4 are not read"), "{notices:?}");
        let (_, notices) = told("a.csv", "mood,client_id,speaker,text\nlow,K,T,a\n");
        assert!(notices.is_empty(), "{notices:?}");
        let (sessions, notices) = told("a.csv", "client_id,speaker,text,Text\nK,T,a,b\n");
        assert_eq!(sessions[0].units[0].text, "a");
        assert_eq!(notices, ["columns 3 and 4 have one name: text is read from column 3"]);
    }

    #[test]
    fn rows_of_unknown_sessions_are_no_session() {
        let table = "session_id,speaker,text\nNA,C,a\ns,C,b\nNA,C,c\n,C,d\n";
        let lines = "{\"session_id\":\"NA\",\"speaker\":\"C\",\"text\":\"a\"}\n\
                     {\"session_id\":\"s\",\"speaker\":\"C\",\"text\":\"b\"}\n\
                     {\"session_id\":\"NA\",\"note\":\"c\"}\n{\"session_id\":null,\"note\":\"d\"}\n";
        for (name, text) in [("a.csv", table), ("a.jsonl", lines)] {
            let (mut sessions, mut reasons) = (Vec::new(), Vec::new());
            for event in read(text.as_bytes(), Path::new(name).into(), &Options::default()) {
                match event {
                    Event::Session(session) => sessions.push(session.id),
                    Event::Reject(reject) => reasons.push(reject.reason),
                    Event::Notice(notice) => panic!("{notice:?}"),
                }
            }
            assert_eq!(sessions, ["s"], "{name}");
            let missing = "session_id is NA, which is read as empty";
            assert_eq!(reasons, [missing, missing, "session_id is empty"], "{name}");
        }
    }

    #[test]
    fn cells_that_say_they_are_missing_are_empty() {
        let (_, notices) = told("a.csv", "speaker,text\nT,a\nC,NA\nC,\nT,…\n");
        assert_eq!(
            notices[1],
            "3 units without a word, 2 client units among them: kept, and counted as units in all rates"
        );
        for missing in ["NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "NaN", "nan", ".", "-"] {
            let table = format!("session_id,client_id,date,speaker,text\ns,{missing},{missing},T,NA\n");
            let (sessions, notices) = told("a.csv", &table);
            let session = &sessions[0];
            assert_eq!(
                (&session.client_id, &session.date, session.units[0].text.as_str()),
                (&None, &None, "")
            );
            assert_eq!(
                notices[0],
                format!("client_id at line 2 is {missing}: read as empty, here and elsewhere")
            );
        }
        for id in ["-99", "na", "0"] {
            let (sessions, _) = told("a.csv", &format!("client_id,speaker,text\n{id},T,a\n"));
            assert_eq!(clients(&sessions), [Some(id)]);
        }
    }
}
