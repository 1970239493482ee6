//! All tables of a run, written together and put in place together.

use super::PAGE;
use super::also::{self, Also, Beside};
use super::clients::Clients;
use super::excerpts::Excerpts;
use super::factors::Factors;
use super::folder::{Error, Folder, Whole};
use super::moments::Moments;
use super::own_codes::OwnCodes;
use super::parquet;
use super::privacy::Privacy;
use super::rejects::Rejects;
use super::run::{Model, Run, Written};
use super::sessions::Sessions;
use super::table::{Options, Sheet, Table as _};
use super::trends::Trends;
use super::utterances::Utterances;
use crate::coding::CodedSession;
use crate::coding::case::{Client, Factor, Trend};
use crate::coding::own::OwnCodebook;
use crate::finding::Searched;
use crate::transcript::Reject;
use std::path::Path;

/// The outputs of a run while they are written.
///
/// Rows go to disk as they come, so memory does not grow with the corpus. Nothing stands under its own name before
/// [`Tables::finish`]; dropped without it, the temporary files are removed.
#[derive(Debug)]
pub struct Tables {
    folder: Folder,
    utterances: Sheet<Utterances>,
    moments: Sheet<Moments>,
    sessions: Sheet<Sessions>,
    excerpts: Sheet<Excerpts>,
    clients: Sheet<Clients>,
    trends: Sheet<Trends>,
    factors: Sheet<Factors>,
    privacy: Sheet<Privacy>,
    rejects: Sheet<Rejects>,
    own_codes: Option<Sheet<OwnCodes>>,
    beside: Beside,
}

/// The names of all tables.
const FILES: [&str; 10] = [
    Utterances::FILE,
    Moments::FILE,
    Sessions::FILE,
    Excerpts::FILE,
    Clients::FILE,
    Trends::FILE,
    Factors::FILE,
    Privacy::FILE,
    Rejects::FILE,
    OwnCodes::FILE,
];

impl Tables {
    /// Opens the output folder, making it if need be, and begins all tables in it.
    ///
    /// # Errors
    /// If the folder or a file in it cannot be made.
    pub fn create(folder: &Path, options: Options) -> Result<Tables, Error> {
        let folder = Folder::open(folder)?;
        Ok(Tables {
            utterances: Sheet::create(&folder, options)?,
            moments: Sheet::create(&folder, options)?,
            sessions: Sheet::create(&folder, options)?,
            excerpts: Sheet::create(&folder, options)?,
            clients: Sheet::create(&folder, options)?,
            trends: Sheet::create(&folder, options)?,
            factors: Sheet::create(&folder, options)?,
            privacy: Sheet::create(&folder, options)?,
            rejects: Sheet::create(&folder, options)?,
            own_codes: None,
            beside: Beside::default(),
            folder,
        })
    }

    /// Begins `own_codes.csv` too, if there is a codebook for it.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn with_own_codes(
        mut self,
        codebook: Option<&OwnCodebook>,
        options: Options,
    ) -> Result<Tables, Error> {
        self.own_codes =
            codebook.map(|codebook| OwnCodes::sheet(&self.folder, options, codebook)).transpose()?;
        Ok(self)
    }

    /// Begins the forms that hold whole sessions, to be written beside the tables; before the first session.
    /// [`Also::Parquet`], which is a matter of every table, is [`Options::parquet`].
    ///
    /// # Errors
    /// If a file cannot be made.
    pub fn beside(mut self, also: &[Also], model: &Model) -> Result<Tables, Error> {
        self.beside = Beside::create(&self.folder, also, model)?;
        Ok(self)
    }

    /// The folder they are written into.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Adds the rows of one session to the tables that speak of sessions.
    ///
    /// # Errors
    /// If a file cannot be written, e.g. because the disk is full.
    pub fn write(&mut self, session: &CodedSession) -> Result<(), Error> {
        self.utterances.write(session)?;
        self.moments.write(session)?;
        self.sessions.write(session)?;
        self.own_codes.as_mut().map_or(Ok(()), |table| table.write(session))?;
        self.excerpts.write(session)?;
        self.beside.write(session)
    }

    /// Adds what all sessions together come to.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn cases(&mut self, clients: &[Client], trends: &[Trend], factors: &[Factor]) -> Result<(), Error> {
        clients.iter().try_for_each(|client| self.clients.write(client))?;
        trends.iter().try_for_each(|trend| self.trends.write(trend))?;
        factors.iter().try_for_each(|factor| self.factors.write(factor))
    }

    /// Adds what was found in one session that may identify a person.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn search(&mut self, searched: &Searched) -> Result<(), Error> {
        self.privacy.write(searched)
    }

    /// Adds a record that could not be read.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn reject(&mut self, reject: &Reject) -> Result<(), Error> {
        self.rejects.write(reject)
    }

    /// Rows written so far.
    #[must_use]
    pub fn written(&self) -> Written {
        Written {
            sessions: self.sessions.written(),
            units: self.utterances.written(),
            moments: self.moments.written(),
            rejects: self.rejects.written(),
            finds: self.privacy.written(),
        }
    }

    /// Writes `run.json` and gives all files their own names, replacing those of an earlier run.
    ///
    /// The `run.json` of an earlier run goes first and the new one comes last: where there is one, the tables beside
    /// it are whole and belong to it, even if the machine stops in between.
    ///
    /// # Errors
    /// If the disk is full or fails, or a file cannot be replaced. Up to the first rename the outputs of an earlier
    /// run stay as they are.
    pub fn finish(self, run: &Run) -> Result<(), Error> {
        let Tables {
            folder,
            utterances,
            moments,
            sessions,
            excerpts,
            clients,
            trends,
            factors,
            privacy,
            rejects,
            own_codes,
            beside,
        } = self;
        let run = run.seal(&folder)?;
        let tables = [
            utterances.seal()?,
            moments.seal()?,
            sessions.seal()?,
            excerpts.seal()?,
            clients.seal()?,
            trends.seal()?,
            factors.seal()?,
            privacy.seal()?,
            rejects.seal()?,
            beside.seal()?,
        ];
        let own_codes = own_codes.map(Sheet::seal).transpose()?;
        folder.remove(Run::FILE)?;
        folder.remove(PAGE)?;
        if own_codes.is_none() {
            folder.remove(OwnCodes::FILE)?;
        }
        FILES.into_iter().try_for_each(|file| folder.remove(&parquet::name(file)))?;
        also::remove_older(&folder)?;
        tables.into_iter().flatten().chain(own_codes.into_iter().flatten()).try_for_each(Whole::publish)?;
        folder.sync();
        run.publish()?;
        folder.sync();
        Ok(())
    }

    /// Gives `privacy.csv` alone its own name, where what was found forbids the rest. The `run.json` of an earlier run goes:
    /// its tables no longer have the `privacy.csv` that belongs to them.
    ///
    /// # Errors
    /// As [`Tables::finish`].
    pub fn refuse(self) -> Result<(), Error> {
        let Tables { folder, privacy, .. } = self;
        let privacy = privacy.seal()?;
        folder.remove(Run::FILE)?;
        privacy.into_iter().try_for_each(Whole::publish)?;
        folder.sync();
        Ok(())
    }
}
