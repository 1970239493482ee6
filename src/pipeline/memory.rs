//! The corridor without files: events in, tables in memory out, chunk by chunk, at the pace of whoever asks.
//!
//! The same way as [`analyze`](super::analyze), with the same rows: `tests/memory.rs` holds them against each other.

use super::{Error, Privacy, code, read, released, searched};
use crate::input::{Event, Notice};
use crate::model::Model;
use crate::report;
use crate::report::held::{Held, HeldTables};
use crate::transcript::{Reject, Session};
use crate::trends::Cases;

/// What came in until there was enough to work on.
#[derive(Debug, Default, PartialEq)]
pub struct Chunk {
    /// Whole sessions, about 1,024 units or 1 MB of them, or what is left at the end.
    pub sessions: Vec<Session>,
    /// Records that could not be read.
    pub rejects: Vec<Reject>,
    /// Lines for the log.
    pub notices: Vec<Notice>,
}

/// Events gathered into chunks; see [`chunks`].
#[derive(Debug)]
pub struct Chunks<E> {
    events: E,
}

/// Gathers events into chunks. A chunk takes no more of the events than it needs.
pub fn chunks<E: Iterator<Item = Event>>(events: E) -> Chunks<E> {
    Chunks { events }
}

impl<E: Iterator<Item = Event>> Iterator for Chunks<E> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let mut chunk = Chunk::default();
        let mut gathered = read::Chunk::default();
        for event in self.events.by_ref() {
            match event {
                Event::Reject(reject) => chunk.rejects.push(reject),
                Event::Notice(notice) => chunk.notices.push(of_row(notice)),
                Event::Session(session) => {
                    // Places are for runs in parts.
                    if let Some(full) = gathered.add(0, session) {
                        return Some(Chunk { sessions: full.sessions, ..chunk });
                    }
                }
            }
        }
        chunk.sessions = gathered.sessions;
        (chunk != Chunk::default()).then_some(chunk)
    }
}

/// What is told of a line of a file, told of a row, for rows in memory have no line.
fn of_row(notice: Notice) -> Notice {
    let text = notice.text.replace(" at line ", " at row ").replace(" near line ", " near row ");
    Notice { text, ..notice }
}

/// The sessions with what may identify a person replaced, but for words that are [`Privacy::allowed`].
#[must_use]
pub fn clean(sessions: Vec<Session>, allowed: &[String]) -> Vec<Session> {
    released(searched(sessions, allowed), true)
}

/// A run that stays in memory. It keeps the counts of every session to the end, and no words.
pub struct InMemory<'m> {
    model: &'m Model,
    options: report::Options,
    privacy: Privacy,
    cases: Cases,
}

impl<'m> InMemory<'m> {
    /// Begins a run. Of `privacy`, [`Privacy::most`] is left to the caller, who gets the finds with every chunk.
    #[must_use]
    pub fn new(model: &'m Model, text: bool, privacy: Privacy) -> InMemory<'m> {
        let options = report::Options { text, found: privacy.found, ..report::Options::default() };
        InMemory { model, options, privacy, cases: Cases::default() }
    }

    fn tables(&self) -> HeldTables {
        HeldTables::new(self.options, self.model.own().map(|own| &**own.codebook()))
    }

    /// Codes a chunk; gives the rows that it adds to the tables, every table once.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn take(&mut self, chunk: Chunk) -> Result<Vec<Held>, Error> {
        let mut tables = self.tables();
        for reject in &chunk.rejects {
            tables.reject(reject)?;
        }
        let searched = searched(chunk.sessions, &self.privacy.allowed);
        for session in &searched {
            tables.search(session)?;
        }
        for coded in &code(self.model, released(searched, self.privacy.redact))? {
            tables.write(coded)?;
            self.cases.add(coded);
        }
        Ok(tables.into_held())
    }

    /// Gives the rows of what all sessions together come to, every table once, and what kept sessions out of it.
    ///
    /// # Errors
    /// Never, if the tables are sound.
    pub fn finish(self) -> Result<(Vec<Held>, Vec<String>), Error> {
        let mut tables = self.tables();
        let found = self.cases.findings(|client, trends| tables.client(client, trends))?;
        tables.factors(&found.factors)?;
        Ok((tables.into_held(), found.notices))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn notices_speak_of_rows() {
        let of = |text: &str| {
            let notice = Notice { file: Path::new("rows").into(), text: text.to_owned() };
            chunks(std::iter::once(Event::Notice(notice))).next().unwrap().notices[0].text.clone()
        };
        assert_eq!(
            of("client_id at line 25 is null: read as empty"),
            "client_id at row 25 is null: read as empty"
        );
        assert_eq!(of("the column 'line' is not read"), "the column 'line' is not read");
    }
}
