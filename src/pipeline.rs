//! The corridor: sessions are read, coded and written chunk by chunk, so that memory does not grow with the
//! corpus and the bytes written do not depend on the number of threads.
//!
//! A thread of its own reads ahead by one chunk while the engine works; results leave in input order.

use crate::coding::CodedSession;
use crate::finding::Searched;
use crate::input::{self, Event, Notice, Source};
use crate::model::{self, Model};
use crate::report::{self, Run, Tables, Totals};
use crate::transcript::{Reject, Session};
use crate::trends::Cases;
use crate::{moments, privacy, trends};
use jiff::Timestamp;
use rayon::prelude::*;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Units after which a chunk is full. Chunks depend on the input alone, so threads change no digit.
const CHUNK_UNITS: usize = 4096;
/// Bytes of text after which a chunk is full.
const CHUNK_BYTES: usize = 1 << 20;

/// What to analyse and how.
pub struct Job {
    /// The inputs, as [`input::find`] gives them.
    pub sources: Vec<Source>,
    /// How to read them.
    pub input: input::Options,
    /// Whether words of sessions may be written.
    pub text: bool,
    /// What to do about words that may identify a person.
    pub privacy: Privacy,
    /// Whether the tables are for a spreadsheet: [`report::Options::excel`].
    pub excel: bool,
    /// The options of the run by name, for `run.json`.
    pub options: Map<String, Value>,
}

/// What to do about words that may identify a person. They are looked for in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Privacy {
    /// Whether they are replaced before anything else sees them.
    pub redact: bool,
    /// The most that may be found; with more, nothing but `privacy.csv` is written.
    pub most: Option<u64>,
    /// Whether `privacy.csv` may hold them.
    pub found: bool,
}

/// What happens during a run, for whoever watches.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Something about a file that the user should know.
    Notice(&'a Notice),
    /// A record could not be read; it stands in `rejects.csv`.
    Reject(&'a Reject),
    /// So many units have been coded in all.
    Coded(u64),
}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model or its engine failed.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// An output could not be written.
    #[error(transparent)]
    Output(#[from] report::Error),
    /// More was found that may identify a person than is allowed.
    #[error(
        "{finds} places may identify a person, {most} are allowed: see privacy.csv, then mend the input or redact it"
    )]
    NotClean {
        /// What was found.
        finds: u64,
        /// What was allowed.
        most: u64,
    },
}

/// Reads everything in `job`, codes it with `model` and writes the tables into `folder`.
///
/// # Errors
/// If the engine fails or an output cannot be written; what an earlier run left in `folder` then stays as it
/// was. Broken input is no error: it becomes rejects.
pub fn analyze(
    job: &Job,
    model: &Model,
    folder: &Path,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<Run, Error> {
    let started = Timestamp::now();
    let clock = Instant::now();
    let mut made = Made {
        tables: Tables::create(folder, report_options(job))?,
        cases: Cases::default(),
        inputs: Vec::new(),
        times: Times::default(),
    };
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(1);
        scope.spawn(move || read(job, &send));
        receive.into_iter().try_for_each(|message| made.take(message, job.privacy, model, watch))
    })?;
    let Made { mut tables, cases, inputs, times } = made;
    conclude(&cases, &mut tables, watch)?;
    let written = tables.written();
    if let Some(most) = job.privacy.most.filter(|&most| written.finds > most) {
        tables.refuse()?;
        return Err(Error::NotClean { finds: written.finds, most });
    }
    let run = Run {
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: report::Model {
            name: model.name().to_owned(),
            version: model.version().to_owned(),
            sha256: model.checksum().to_owned(),
        },
        options: job.options.clone(),
        totals: Totals::new(&inputs, written),
        inputs,
        started,
        finished: Timestamp::now(),
        timings: [("privacy", times.privacy), ("coding", times.coding), ("total", clock.elapsed())]
            .map(|(stage, time)| (stage.to_owned(), (time.as_secs_f64() * 1e3).round() / 1e3))
            .into(),
    };
    tables.finish(&run)?;
    Ok(run)
}

fn report_options(job: &Job) -> report::Options {
    report::Options { text: job.text, found: job.privacy.found, excel: job.excel }
}

/// Time by stage.
#[derive(Debug, Default)]
struct Times {
    privacy: Duration,
    coding: Duration,
}

/// What the reading thread hands on.
enum Message {
    Notice(Notice),
    Reject(Reject),
    Chunk(Vec<Session>),
    File(report::Input),
}

/// Reads all sources; ends early when nobody listens any more.
fn read(job: &Job, send: &SyncSender<Message>) -> Option<()> {
    let mut chunk = Vec::new();
    let (mut units, mut bytes) = (0, 0);
    let mut first_seen: HashMap<String, usize> = HashMap::new();
    for (file, source) in job.sources.iter().enumerate() {
        let mut reading = match source {
            Source::File(path) => input::open(path, &job.input),
            Source::Stdin => input::read(std::io::stdin().lock(), Path::new("-").into(), &job.input),
        };
        for event in reading.by_ref() {
            match event {
                Event::Notice(notice) => send.send(Message::Notice(notice)).ok()?,
                Event::Reject(reject) => send.send(Message::Reject(reject)).ok()?,
                Event::Session(session) => {
                    if *first_seen.entry(session.id.clone()).or_insert(file) != file {
                        let text = "a session of this id was in another file too; give session_id to tell them apart";
                        let notice = Notice { file: Arc::clone(&session.source), text: text.to_owned() };
                        send.send(Message::Notice(notice)).ok()?;
                    }
                    units += session.units.len();
                    bytes += session.units.iter().map(|unit| unit.text.len()).sum::<usize>();
                    chunk.push(session);
                    if units >= CHUNK_UNITS || bytes >= CHUNK_BYTES {
                        send.send(Message::Chunk(std::mem::take(&mut chunk))).ok()?;
                        (units, bytes) = (0, 0);
                    }
                }
            }
        }
        send.send(Message::File(account(reading.report()))).ok()?;
    }
    send.send(Message::Chunk(chunk)).ok()
}

fn account(report: &input::Report) -> report::Input {
    report::Input {
        path: report.file.display().to_string(),
        sha256: (!report.sha256.is_empty()).then(|| report.sha256.clone()),
        format: report.format.map(|format| format.name().to_owned()),
        encoding: report.encoding.map(str::to_owned),
        records: report.read,
        units: report.units,
        rejected: report.rejects,
    }
}

/// What a run has come to so far.
struct Made {
    tables: Tables,
    cases: Cases,
    inputs: Vec<report::Input>,
    times: Times,
}

impl Made {
    /// Works on what the reading thread hands on.
    fn take(
        &mut self,
        message: Message,
        privacy: Privacy,
        model: &Model,
        watch: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Error> {
        match message {
            Message::Notice(notice) => watch(Progress::Notice(&notice)),
            Message::Reject(reject) => {
                self.tables.reject(&reject)?;
                watch(Progress::Reject(&reject));
            }
            Message::File(account) => self.inputs.push(account),
            Message::Chunk(sessions) => {
                let clock = Instant::now();
                let sessions = search(privacy, sessions, &mut self.tables)?;
                self.times.privacy += clock.elapsed();
                let clock = Instant::now();
                let coded = code(model, sessions)?;
                self.times.coding += clock.elapsed();
                for session in &coded {
                    self.tables.write(session)?;
                    self.cases.add(session);
                }
                watch(Progress::Coded(self.tables.written().units));
            }
        }
        Ok(())
    }
}

/// Writes what all sessions together come to, and says what kept sessions out of it.
fn conclude(cases: &Cases, tables: &mut Tables, watch: &mut dyn FnMut(Progress<'_>)) -> Result<(), Error> {
    let found = cases.findings();
    for text in found.notices {
        watch(Progress::Notice(&Notice { file: Path::new("clients.csv").into(), text }));
    }
    Ok(tables.cases(&found.clients, &found.trends, &found.factors)?)
}

/// Looks for what may identify a person, writes it down, and hands on what may be coded: nothing once too much was found.
fn search(privacy: Privacy, sessions: Vec<Session>, tables: &mut Tables) -> Result<Vec<Session>, Error> {
    let searched: Vec<Searched> = sessions
        .into_par_iter()
        .map(|session| Searched { finds: privacy::find(&session), session })
        .collect();
    for session in &searched {
        tables.search(session)?;
    }
    if privacy.most.is_some_and(|most| tables.written().finds > most) {
        return Ok(Vec::new());
    }
    let redact = |searched| if privacy.redact { privacy::redact(searched) } else { searched.session };
    Ok(searched.into_par_iter().map(redact).collect())
}

/// Codes sessions and gathers their moments and summaries; the whole way of a session through the program.
///
/// # Errors
/// If the tokenizer or the engine fails.
pub fn code(model: &Model, sessions: Vec<Session>) -> Result<Vec<CodedSession>, model::Error> {
    let reading = model.read(&sessions)?;
    let scored = (0..sessions.len()).into_par_iter().map(|i| reading.score(i));
    let scored = scored.collect::<Result<Vec<_>, _>>()?;
    let (codings, mut moments): (Vec<_>, Vec<_>) = (&scored, &sessions)
        .into_par_iter()
        .map(|(scored, session)| {
            let codings = scored.codings();
            let moments = moments::gather(session, &codings);
            (codings, moments)
        })
        .unzip();
    reading.find_evidence(&scored, &mut moments)?;
    Ok((sessions, codings, moments)
        .into_par_iter()
        .map(|(session, codings, moments)| {
            let summary = trends::summarise(&session, &codings);
            CodedSession { session, codings, moments, summary }
        })
        .collect())
}
