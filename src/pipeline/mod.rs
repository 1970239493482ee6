//! The corridor: sessions are read, coded and written chunk by chunk, so that memory does not grow with the
//! corpus and the bytes written do not depend on the number of threads.
//!
//! A thread of its own reads ahead by one chunk while the engine works; results leave in input order. What the engine
//! said can be kept from chunk to chunk, for a run that is stopped to be taken up.

mod code;
mod deal;
mod finished;
mod memory;
mod merge;
mod read;

pub use code::code;
pub use finished::FILE as FINISHED;
pub use memory::{Chunk, Chunks, InMemory, chunks, clean};
pub use merge::merge;

use crate::coding::{CodedSession, Coding};
use crate::finding::Searched;
use crate::input::{self, Notice, Source};
use crate::model::{self, Model};
use crate::privacy;
use crate::report::shard::{self, Part, Shard};
use crate::report::{self, Also, Run, Tables, Totals};
use crate::transcript::{Reject, Session, Span, counted};
use crate::trends::{self, Cases};
use finished::Finished;
use jiff::Timestamp;
use rayon::prelude::*;
use read::Message;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

/// How often a run that waits for its input looks whether it shall stop.
const LOOK: Duration = Duration::from_millis(50);

/// What to analyse and how.
pub struct Job {
    /// The inputs, as [`input::find`] gives them.
    pub sources: Vec<Source>,
    /// How many files were passed over beside them, for `run.json`.
    pub passed_over: u64,
    /// How to read them.
    pub input: input::Options,
    /// Whether words of sessions may be written.
    pub text: bool,
    /// What to do about words that may identify a person.
    pub privacy: Privacy,
    /// Whether the tables are for a spreadsheet: [`report::Options::excel`].
    pub excel: bool,
    /// What is written beside the CSV tables.
    pub also: Vec<Also>,
    /// Whether finished work is kept in the output folder ([`FINISHED`]), and taken up where it is there.
    pub resume: bool,
    /// The part of the sessions that is to be coded; without it all of them. Its tables are for [`merge`].
    pub shard: Option<Shard>,
    /// Whoever sets this ends the run at the next chunk.
    pub stop: Arc<AtomicBool>,
    /// The options of the run by name, for `run.json`.
    pub options: Map<String, Value>,
}

/// What to do about words that may identify a person. They are looked for in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privacy {
    /// Whether they are replaced before anything else sees them.
    pub redact: bool,
    /// The most that may be found; with more, nothing but `privacy.csv` is written.
    pub most: Option<u64>,
    /// Whether `privacy.csv` may hold them.
    pub found: bool,
    /// What identifies nobody, letter by letter as it would be found: a code that is a name too.
    pub allowed: Vec<String>,
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
    /// A form was asked for that is nothing without words, and words may not be written.
    #[error("{0} cannot be written without the words of the sessions: leave out --no-text or {0}")]
    NeedsWords(Also),
    /// A form was asked for that cannot be put together from parts.
    #[error(
        "{0} cannot be written by shards: it holds all words, and only tables are put together; leave out --shard or {0}"
    )]
    NeedsWhole(Also),
    /// Folders that cannot be put together.
    #[error(transparent)]
    Shards(#[from] shard::Error),
    /// No folder to put together.
    #[error("there is no shard to put together: give the folders that `analyze --shard` has written")]
    NoShards,
    /// Somebody set [`Job::stop`].
    #[error(
        "stopped before the end, no table was touched; {}{}",
        if *.kept {
            "finished work is kept: the same command goes on from there"
        } else {
            "with --resume, the work done would have been kept"
        },
        rejected(*.rejects)
    )]
    Stopped {
        /// Whether finished work is kept.
        kept: bool,
        /// How many records could not be read up to then; they stand in [`report::UNREAD`].
        rejects: u64,
    },
    /// Not one unit could be read.
    #[error("nothing could be read, no table was touched; {}", reason(.first.as_deref(), *.rejects))]
    NothingRead {
        /// The first record that could not be read.
        first: Option<Box<Reject>>,
        /// How many could not; they stand in [`report::UNREAD`].
        rejects: u64,
    },
    /// More was found that may identify a person than is allowed.
    #[error(
        "{finds} places may identify a person, {most} are allowed: see privacy.csv, then {}{}",
        if *.redact {
            "mend the input, or leave out --require-clean: --redact alone replaces them"
        } else {
            "mend the input or redact it"
        },
        rejected(*.rejects)
    )]
    NotClean {
        /// What was found.
        finds: u64,
        /// What was allowed.
        most: u64,
        /// Whether they would have been redacted.
        redact: bool,
        /// How many records could not be read; they stand in [`report::UNREAD`].
        rejects: u64,
    },
}

/// Where the rejects of a run without tables are, if there are any.
fn rejected(rejects: u64) -> String {
    match rejects {
        0 => String::new(),
        _ => format!("; {} could not be read: see {}", counted(rejects, "record"), report::UNREAD),
    }
}

/// Why nothing could be read: the first reject, or that there was none.
fn reason(first: Option<&Reject>, rejects: u64) -> String {
    let Some(Reject { file, place, reason, .. }) = first else {
        return "the input holds no record, only headers".to_owned();
    };
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    let all =
        if rejects > 1 { format!("; all {rejects} reasons: {}", report::UNREAD) } else { String::new() };
    format!("first of all {}: {place}{reason}{all}", file.display())
}

/// Reads everything in `job`, codes it with `model` and writes the tables into `folder`.
///
/// # Errors
/// If the engine fails, an output cannot be written, not one unit could be read, or the run is told to stop; what an earlier run left in `folder`
/// then stays as it was, and the rejects stand in [`report::UNREAD`] in the last two cases. Broken input beside what can be read is no error: it becomes rejects.
///
/// # Panics
/// If the reading thread does.
pub fn analyze(
    job: &Job,
    model: &Model,
    folder: &Path,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<Run, Error> {
    if let Some(form) = job.also.iter().find(|also| !job.text && also.needs_words()) {
        return Err(Error::NeedsWords(*form));
    }
    if let Some(form) = job.also.iter().find(|also| job.shard.is_some() && also.needs_words()) {
        return Err(Error::NeedsWhole(*form));
    }
    let started = Timestamp::now();
    let clock = Instant::now();
    let mut made = Made::new(job, model, folder, watch)?;
    let (send, receive) = sync_channel(1);
    // In no scope, which would wait for it: it may itself be waiting for a pipe into which nobody writes.
    let (sources, options, shard) = (job.sources.clone(), job.input.clone(), job.shard);
    let reader = std::thread::spawn(move || read::read(&sources, &options, shard, &send));
    if !made.work(&receive, job, model, watch)? {
        let rejects = made.tables.written().rejects;
        made.tables.give_up()?;
        return Err(Error::Stopped { kept: job.resume, rejects });
    }
    if let Err(panic) = reader.join() {
        std::panic::resume_unwind(panic);
    }
    if made.inputs.iter().all(|input| input.units == 0) {
        let (first, rejects) = (made.first_reject.map(Box::new), made.tables.written().rejects);
        made.tables.give_up()?;
        return Err(Error::NothingRead { first, rejects });
    }
    let Made { mut tables, finished, resumed, cases, inputs, elsewhere, times, .. } = made;
    if job.shard.is_none() {
        conclude(&cases, &mut tables, watch)?;
    }
    let written = tables.written();
    if let Some(most) = job.privacy.most.filter(|&most| written.finds > most) {
        tables.refuse()?;
        return Err(Error::NotClean {
            finds: written.finds,
            most,
            redact: job.privacy.redact,
            rejects: written.rejects,
        });
    }
    if tables.lacks_times() {
        let text = "no unit has a start and an end: no ELAN file is written".to_owned();
        watch(Progress::Notice(&Notice { file: folder.join("eaf").into(), text }));
    }
    let run = Run {
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: about(model),
        options: job.options.clone(),
        shard: part(job),
        totals: Totals {
            resumed,
            passed_over: job.passed_over,
            ..Totals::of_shard(&inputs, written, elsewhere)
        },
        inputs,
        started,
        finished: Timestamp::now(),
        timings: [("privacy", times.privacy), ("coding", times.coding), ("total", clock.elapsed())]
            .map(|(stage, time)| (stage.to_owned(), (time.as_secs_f64() * 1e3).round() / 1e3))
            .into(),
    };
    tables.finish(&run)?;
    if let Some(Err(error)) = finished.map(Finished::tidy) {
        // The tables are whole and in their place: this costs disk space, and is no reason to fail.
        let text = format!("finished work could not be tidied up: {error}");
        watch(Progress::Notice(&Notice { file: folder.join(FINISHED).into(), text }));
    }
    Ok(run)
}

fn report_options(job: &Job) -> report::Options {
    // A shard's tables are plain: what is made of cells is made of those of the whole.
    let whole = job.shard.is_none();
    let parquet = whole && job.also.contains(&Also::Parquet);
    report::Options { text: job.text, found: job.privacy.found, excel: whole && job.excel, parquet }
}

fn part(job: &Job) -> Option<Part> {
    job.shard.map(|shard| Part {
        number: shard.number(),
        of: shard.of(),
        excel: job.excel,
        parquet: job.also.contains(&Also::Parquet),
        require_clean: job.privacy.most,
        tables: BTreeMap::new(),
    })
}

fn about(model: &Model) -> report::Model {
    report::Model {
        name: model.name().to_owned(),
        version: model.version().to_owned(),
        sha256: model.checksum().to_owned(),
        own_codes: model.own().map(|own| own.codebook().name.clone()),
    }
}

/// What only the engine can say of a session.
struct Work {
    codings: Vec<Coding>,
    /// One for each moment, in order.
    evidence: Vec<Option<Span>>,
}

impl Work {
    fn of(coded: &CodedSession) -> Work {
        let evidence = coded.moments.iter().map(|moment| moment.evidence).collect();
        Work { codings: coded.codings.clone(), evidence }
    }
}

/// Time by stage.
#[derive(Debug, Default)]
struct Times {
    privacy: Duration,
    coding: Duration,
}

/// What a run has come to so far.
struct Made {
    tables: Tables,
    finished: Option<Finished>,
    /// Sessions that came from finished work.
    resumed: u64,
    cases: Cases,
    inputs: Vec<report::Input>,
    first_reject: Option<Reject>,
    /// Whether it is a part of a run, and units that were left to other parts.
    parted: bool,
    elsewhere: u64,
    times: Times,
}

impl Made {
    fn new(
        job: &Job,
        model: &Model,
        folder: &Path,
        watch: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Made, Error> {
        let options = report_options(job);
        let labels = model.own().map(|own| own.codebook().names());
        let tables = Tables::create(folder, options)?
            .beside(&job.also, &about(model))?
            .with_own_codes(labels.as_deref(), options)?;
        let tables = if job.shard.is_some() { tables.of_shard()? } else { tables };
        let mut finished = None;
        if job.resume && labels.is_some() {
            let text = "with a codebook of one's own every session is coded anew: finished work does not hold its labels";
            watch(Progress::Notice(&Notice { file: folder.join(FINISHED).into(), text: text.to_owned() }));
        } else if job.resume {
            let (found, notice) = Finished::open(tables.folder(), model)?;
            finished = Some(found);
            if let Some(text) = notice {
                watch(Progress::Notice(&Notice { file: folder.join(FINISHED).into(), text }));
            }
        }
        Ok(Made {
            tables,
            finished,
            resumed: 0,
            cases: Cases::default(),
            inputs: Vec::new(),
            first_reject: None,
            parted: job.shard.is_some(),
            elsewhere: 0,
            times: Times::default(),
        })
    }

    /// Works on all that the reading thread hands on; false if it was told to stop before the end.
    fn work(
        &mut self,
        receive: &Receiver<Message>,
        job: &Job,
        model: &Model,
        watch: &mut dyn FnMut(Progress<'_>),
    ) -> Result<bool, Error> {
        while !job.stop.load(Ordering::Relaxed) {
            match receive.recv_timeout(LOOK) {
                Ok(message) => self.take(message, &job.privacy, model, watch)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(true),
            }
        }
        Ok(false)
    }

    fn take(
        &mut self,
        message: Message,
        privacy: &Privacy,
        model: &Model,
        watch: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Error> {
        match message {
            Message::Notice(notice) => watch(Progress::Notice(&notice)),
            Message::Reject(reject) => {
                self.tables.reject(&reject)?;
                watch(Progress::Reject(&reject));
                self.first_reject.get_or_insert(reject);
            }
            Message::File(account, elsewhere) => {
                self.inputs.push(account);
                self.elsewhere += elsewhere;
            }
            Message::Chunk(read::Chunk { sessions, places, .. }) => {
                let clock = Instant::now();
                let (sessions, finds) = search(privacy, sessions, &mut self.tables)?;
                self.times.privacy += clock.elapsed();
                let clock = Instant::now();
                let (coded, resumed) = match &mut self.finished {
                    Some(finished) => code::take_up(model, sessions, finished)?,
                    None => (code(model, sessions)?, 0),
                };
                self.resumed += resumed;
                self.times.coding += clock.elapsed();
                for (session, (place, finds)) in coded.iter().zip(places.into_iter().zip(finds)) {
                    if self.parted {
                        self.tables.write_part(session, place, finds, trends::stretch(session))?;
                    } else {
                        self.tables.write(session)?;
                        self.cases.add(session);
                    }
                }
                watch(Progress::Coded(self.tables.written().units));
            }
        }
        Ok(())
    }
}

/// Writes what all sessions together come to, and says what kept sessions out of it.
fn conclude(cases: &Cases, tables: &mut Tables, watch: &mut dyn FnMut(Progress<'_>)) -> Result<(), Error> {
    let found = cases.findings(|client, trends| tables.client(client, trends))?;
    for text in found.notices {
        watch(Progress::Notice(&Notice { file: Path::new("clients.csv").into(), text }));
    }
    Ok(tables.factors(&found.factors)?)
}

/// Looks for what may identify a person, writes it down, and hands on what may be coded: nothing once too much was found.
/// Also says how much was found in each session.
fn search(
    privacy: &Privacy,
    sessions: Vec<Session>,
    tables: &mut Tables,
) -> Result<(Vec<Session>, Vec<u64>), Error> {
    let searched = searched(sessions, &privacy.allowed);
    for session in &searched {
        tables.search(session)?;
    }
    if privacy.most.is_some_and(|most| tables.written().finds > most) {
        return Ok((Vec::new(), Vec::new()));
    }
    let finds = searched.iter().map(|searched| searched.finds.len() as u64).collect();
    Ok((released(searched, privacy.redact), finds))
}

/// Looks for what may identify a person; what is just one of `allowed` does not.
fn searched(sessions: Vec<Session>, allowed: &[String]) -> Vec<Searched> {
    let search = |session| {
        let mut finds = privacy::find(&session);
        finds.retain(|find| !allowed.iter().any(|word| word == find.words(&session)));
        Searched { session, finds }
    };
    sessions.into_par_iter().map(search).collect()
}

/// What may be coded of what was searched.
fn released(searched: Vec<Searched>, redact: bool) -> Vec<Session> {
    let release = |searched| if redact { privacy::redact(searched) } else { searched.session };
    searched.into_par_iter().map(release).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_redact_what_would_have_been() {
        let said = |redact| Error::NotClean { finds: 2, most: 0, redact, rejects: 0 }.to_string();
        assert!(said(false).ends_with("mend the input or redact it"));
        assert!(said(true).ends_with("or leave out --require-clean: --redact alone replaces them"));
    }
}
