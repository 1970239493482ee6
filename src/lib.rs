//! Finds breakthrough language in therapy talk: reads anonymised session transcripts and session notes, gives
//! every utterance (in a note: every sentence) the codes of a codebook, gathers codes into moments and sessions
//! into numbers, and writes tables. Offline: nothing in the default build can reach a network.
//!
//! # The way of an utterance
//!
//! ```text
//! file ──input──▶ Session{ Unit… } ──privacy──▶ Session ──model──▶ Coding ──moments──▶ Moment
//!           │                           │                           └─────trends───▶ Summary ──all sessions──▶ Client · Trend · Factor
//!           ▼ bad record                ▼ find                                          │ report
//!      rejects.csv                 privacy.csv     utterances · moments · sessions · excerpts · clients · trends · factors .csv, run.json
//!                                                                                       │ page
//!                                                                                  report.html
//! ```
//!
//! 1. [`input`] tells a file's encoding and format, and turns it into [`transcript::Session`]s of
//!    [`transcript::Unit`]s. A record that cannot be read becomes a [`transcript::Reject`]: it costs itself, not
//!    the run, and is never dropped in silence.
//! 2. [`privacy`] looks for what may still identify a person, a [`finding::Find`] each, and redacts it if so asked,
//!    before anything else sees it.
//! 3. [`model`] encodes every different text once, reads the vectors of a session in their order, mixes in a
//!    model of n-grams, and gives a calibrated probability for each of the thirteen codes of [`codebook`]: a
//!    [`coding::Coding`] per unit.
//! 4. [`moments`] joins neighbouring units of one breakthrough or resistance code into [`coding::Moment`]s and
//!    looks in their words for the manner of the change; the model is then asked for the span that carries the
//!    code.
//! 5. [`trends`] counts over the session: a [`coding::Summary`]; and when all sessions have been seen, says what
//!    they come to: [`coding::case`].
//! 6. [`report`] writes the tables, all of them whole or none; [`page`] makes one page to look at from them.
//!
//! One direction, nothing goes back. [`pipeline`] is the corridor: it streams sessions in chunks and works on a
//! chunk in parallel; results leave in input order, so memory does not grow with the corpus and the bytes written
//! do not depend on the number of threads. Beside it stand [`agreement`], which holds codings against each other,
//! [`evaluate`], which says how good a model is, and [`train`], which makes models.
//!
//! The library never prints, never exits and never reads the environment. It may fail with an error that says
//! what is wrong, where, and the mend; errors never hold words of a session.
//!
//! # Example
//!
//! ```no_run
//! use breakthrough::input::{self, Event, Format};
//! use breakthrough::model::files::Files;
//! use breakthrough::model::{EngineKind, Model};
//! use breakthrough::pipeline;
//! use std::path::Path;
//!
//! let files = Files::read(Path::new("models/minilm"))?;
//! let model = Model::load(&files, EngineKind::default())?;
//!
//! let talk = "T: What was different this time?\nC: I told him no. It just came out of me.\n";
//! let options = input::Options { format: Some(Format::Text), ..input::Options::default() };
//! let mut sessions = Vec::new();
//! for event in input::read(talk.as_bytes(), Path::new("talk.txt").into(), &options) {
//!     match event {
//!         Event::Session(session) => sessions.push(session),
//!         Event::Reject(reject) => eprintln!("{}: {}", reject.file.display(), reject.reason),
//!         Event::Notice(notice) => eprintln!("{}: {}", notice.file.display(), notice.text),
//!     }
//! }
//!
//! for coded in pipeline::code(&model, sessions)? {
//!     for (unit, coding) in coded.session.units.iter().zip(&coded.codings) {
//!         println!("{}\t{}\t{}", unit.id, unit.speaker, coding.codes);
//!     }
//!     for moment in &coded.moments {
//!         let words = moment.evidence.map(|span| span.words(&coded.session.units[moment.peak].text));
//!         println!("{} {:.2} {words:?}", moment.code, moment.peak_probability);
//!     }
//! }
//! # Ok::<(), breakthrough::model::Error>(())
//! ```
//!
//! To read files into tables as the program does, fill a [`pipeline::Job`] and call [`pipeline::analyze`].
//!
//! Codes are suggestions to look at, given by a model; they are no findings about a person.

pub mod agreement;
pub mod codebook;
pub mod coding;
pub mod evaluate;
pub mod finding;
pub mod guard;
pub mod input;
pub mod model;
pub mod moments;
mod own_files;
pub mod page;
pub mod parquet;
pub mod pipeline;
pub mod privacy;
pub mod report;
mod stored;
pub mod train;
pub mod transcript;
pub mod trends;
mod workbook;
