//! Where readers put what they find, and the account that is kept of it.

use super::{Event, Format, Notice, Options};
use crate::transcript::{Place, Reject, Session, counted};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

/// The account of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The file.
    pub file: Arc<Path>,
    /// SHA-256 of the bytes as stored, in lower-case hex; empty when they could not be read.
    pub sha256: String,
    /// Size as stored, in bytes.
    pub bytes: u64,
    /// The format it was read as; `None` when it was refused before that was known.
    pub format: Option<Format>,
    /// The name of the encoding it was read with.
    pub encoding: Option<&'static str>,
    /// Sessions, or stretches of them, handed out.
    pub sessions: u64,
    /// Records met: rows, JSON lines, turns, sentences of notes; a file refused whole is one record.
    /// Counted where records are met, not where they are handed out: `read == units + rejects`.
    pub read: u64,
    /// Units handed out.
    pub units: u64,
    /// Rejects handed out.
    pub rejects: u64,
}

/// What every reader needs to know.
pub(super) struct Context {
    pub(super) file: Arc<Path>,
    pub(super) options: Options,
    /// The id of a session that has none.
    pub(super) stem: String,
    /// Whether lines may end where the page did, and not where a paragraph does.
    pub(super) wraps: bool,
}

impl Context {
    pub(super) fn new(file: Arc<Path>, options: Options) -> Self {
        let stem = options.stems.stem(&file);
        Context { file, options, stem, wraps: true }
    }

    /// A session of this file without units.
    pub(super) fn session(&self, id: Option<String>) -> Session {
        Session::new(id.unwrap_or_else(|| self.stem.clone()), Arc::clone(&self.file))
    }
}

/// The queue between a reader and whoever iterates.
pub(super) struct Sink {
    queue: VecDeque<Event>,
    report: Report,
    said: BTreeSet<&'static str>,
    /// By the kind of a notice.
    causes: BTreeMap<&'static str, Causes>,
    /// Units without a word, and those of clients among them.
    wordless: [usize; 2],
}

impl Sink {
    pub(super) fn new(file: Arc<Path>) -> Self {
        let report = Report {
            file,
            sha256: String::new(),
            bytes: 0,
            format: None,
            encoding: None,
            sessions: 0,
            read: 0,
            units: 0,
            rejects: 0,
        };
        Sink {
            queue: VecDeque::new(),
            report,
            said: BTreeSet::new(),
            causes: BTreeMap::new(),
            wordless: [0; 2],
        }
    }

    pub(super) fn report(&self) -> &Report {
        &self.report
    }

    pub(super) fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.queue.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Counts records that were met.
    pub(super) fn met(&mut self, records: usize) {
        self.report.read += records as u64;
    }

    /// Hands out a session; one without units is nothing.
    pub(super) fn session(&mut self, session: Session) {
        if session.units.is_empty() {
            return;
        }
        self.report.sessions += 1;
        self.report.units += session.units.len() as u64;
        for unit in session.units.iter().filter(|unit| !unit.text.contains(char::is_alphanumeric)) {
            self.wordless[0] += 1;
            self.wordless[1] += usize::from(unit.speaker.is_client());
        }
        self.queue.push_back(Event::Session(session));
    }

    /// Hands out the reject of one record that was met.
    pub(super) fn reject(&mut self, record: u64, line: u64, reason: String) {
        self.report.rejects += 1;
        let file = Arc::clone(&self.report.file);
        // The rows of Parquet, and those in memory, which have no format, stand on no lines.
        let lines = self.report.format.is_some_and(|format| format != Format::Parquet);
        let place = lines.then_some(Place::Line(line));
        self.queue.push_back(Event::Reject(Reject { file, record: Some(record), place, reason }));
    }

    /// Says at the end of the input what was met all over it.
    pub(super) fn close(&mut self) {
        let [units, clients] = self.wordless;
        if units > 0 {
            let (units, clients) = (counted(units, "unit"), counted(clients, "client unit"));
            self.notice(format!(
                "{units} without a word, {clients} among them: kept, and counted as units in all rates"
            ));
        }
    }

    /// Refuses the file, or what is left of it, as one record.
    pub(super) fn refuse(&mut self, reason: String) {
        self.report.read += 1;
        self.report.rejects += 1;
        let file = Arc::clone(&self.report.file);
        self.queue.push_back(Event::Reject(Reject { file, record: None, place: None, reason }));
    }

    pub(super) fn notice(&mut self, text: String) {
        self.queue.push_back(Event::Notice(Notice { file: Arc::clone(&self.report.file), text }));
    }

    /// A notice that a file gives once, however often it has cause to.
    pub(super) fn notice_once(&mut self, kind: &'static str, text: impl FnOnce() -> String) {
        if self.said.insert(kind) {
            self.notice(text());
        }
    }

    /// A notice about a session that a file gives [`MOST`] times; then it says of more sessions what they do (`more`).
    pub(super) fn notice_some(&mut self, kind: &'static str, text: impl FnOnce() -> String, more: &str) {
        if let Some(text) = self.causes.entry(kind).or_default().tell(text, more) {
            self.notice(text);
        }
    }
}

/// How often there was cause for a notice about a session that is not given without end.
#[derive(Default)]
pub(crate) struct Causes(usize);

/// Notices of one kind that are given before it is said that there are more.
const MOST: usize = 10;

impl Causes {
    /// The notice for one more session, the first [`MOST`] times; then once that more sessions do so (`more`).
    pub(crate) fn tell(&mut self, text: impl FnOnce() -> String, more: &str) -> Option<String> {
        self.0 += 1;
        match self.0 {
            1..=MOST => Some(text()),
            n if n == MOST + 1 => Some(format!("more sessions {more}; not listed")),
            _ => None,
        }
    }
}
