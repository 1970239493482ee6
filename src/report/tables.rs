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
use super::shard::{self, Copied};
use super::table::{Options, Sheet, Table as _};
use super::trends::Trends;
use super::utterances::Utterances;
use crate::coding::CodedSession;
use crate::coding::case::{Client, Factor, Trend};
use crate::coding::stretch::Stretch;
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
    /// Of a shard alone.
    parts: Option<Sheet<shard::table::Sessions>>,
    beside: Beside,
}

/// The rejects of a run that ended without tables: the `rejects.csv` of an earlier run stays with its tables.
pub const UNREAD: &str = "unread.csv";

/// The names of all tables.
const FILES: [&str; 12] = [
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
    shard::table::Sessions::FILE,
    UNREAD,
];

impl Tables {
    /// Opens the output folder, making it if need be, and begins all tables in it.
    ///
    /// # Errors
    /// If the folder or a file in it cannot be made, or somebody's own file stands where one of them goes.
    pub fn create(folder: &Path, options: Options) -> Result<Tables, Error> {
        let folder = Folder::open(folder)?;
        let twins = FILES.map(parquet::name);
        let mut names: Vec<&str> = FILES.into_iter().chain([PAGE, Run::FILE]).collect();
        names.extend(twins.iter().map(String::as_str));
        folder.check(&names)?;
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
            parts: None,
            beside: Beside::default(),
            folder,
        })
    }

    /// Begins `own_codes.csv` too, if there are labels of an own codebook.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn with_own_codes(mut self, labels: Option<&[String]>, options: Options) -> Result<Tables, Error> {
        self.own_codes = labels.map(|labels| OwnCodes::sheet(&self.folder, options, labels)).transpose()?;
        Ok(self)
    }

    /// Makes them those of a shard: without what all sessions together come to, and with `shard.csv`, into which
    /// [`Tables::write_part`] writes.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn of_shard(mut self) -> Result<Tables, Error> {
        self.parts = Some(Sheet::create(&self.folder, Options::default())?);
        Ok(self)
    }

    /// Begins the forms that hold whole sessions, to be written beside the tables; before the first session.
    /// [`Also::Parquet`], which is a matter of every table, is [`Options::parquet`].
    ///
    /// # Errors
    /// If a file cannot be made.
    pub fn beside(mut self, also: &[Also], model: &Model) -> Result<Tables, Error> {
        self.folder.check(&also.iter().filter_map(|also| also.place()).collect::<Vec<_>>())?;
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

    /// Adds the rows of one session of a shard: its place in the input, its rows of `privacy.csv` that were written
    /// before, and what is to be remembered of it.
    ///
    /// # Errors
    /// As [`Tables::write`].
    pub fn write_part(
        &mut self,
        session: &CodedSession,
        place: u64,
        finds: u64,
        stretch: Stretch,
    ) -> Result<(), Error> {
        let rows = |tables: &Tables| [tables.moments.written(), tables.excerpts.written()];
        let before = rows(self);
        self.write(session)?;
        let after = rows(self);
        let units = session.session.units.len() as u64;
        let rows = shard::table::Counts {
            units,
            moments: after[0] - before[0],
            excerpts: after[1] - before[1],
            finds,
        };
        let record = shard::table::Record { place, rows, stretch };
        self.parts.as_mut().map_or(Ok(()), |parts| parts.write(&record))
    }

    /// Adds a row of a shard's table.
    pub(super) fn copy(&mut self, table: Copied, cells: &csv::StringRecord) -> Result<(), Error> {
        match table {
            Copied::Utterances => self.utterances.copy(cells),
            Copied::OwnCodes => self.own_codes.as_mut().map_or(Ok(()), |table| table.copy(cells)),
            Copied::Moments => self.moments.copy(cells),
            Copied::Sessions => self.sessions.copy(cells),
            Copied::Excerpts => self.excerpts.copy(cells),
            Copied::Privacy => self.privacy.copy(cells),
            Copied::Rejects => self.rejects.copy(cells),
        }
    }

    /// Adds what the sessions of one client come to.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn client(&mut self, client: &Client, trends: &[Trend]) -> Result<(), Error> {
        self.clients.write(client)?;
        trends.iter().try_for_each(|trend| self.trends.write(trend))
    }

    /// Adds what all sessions together come to.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn factors(&mut self, factors: &[Factor]) -> Result<(), Error> {
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

    /// Whether ELAN files are asked for and no session had times, so that there will be none.
    #[must_use]
    pub fn lacks_times(&self) -> bool {
        self.beside.lacks_times()
    }

    /// Writes `run.json` and gives all files their own names, replacing those of an earlier run.
    ///
    /// The `run.json` of an earlier run goes first and the new one comes last: where there is one, the tables beside
    /// it are whole and belong to it, even if the machine stops in between. That of a shard also holds the checksums of
    /// its tables.
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
            parts,
            beside,
        } = self;
        let mut tables = vec![
            utterances.seal()?,
            moments.seal()?,
            sessions.seal()?,
            excerpts.seal()?,
            privacy.seal()?,
            rejects.seal()?,
            own_codes.map(Sheet::seal).transpose()?.unwrap_or_default(),
        ];
        let mut run = run.clone();
        match parts {
            // What a part of the sessions comes to would be taken for what all do.
            Some(parts) => tables.push(parts.seal()?),
            None => tables.extend([clients.seal()?, trends.seal()?, factors.seal()?, beside.seal()?]),
        }
        let tables: Vec<Whole> = tables.into_iter().flatten().collect();
        if let Some(part) = &mut run.shard {
            part.tables = tables.iter().map(Whole::sum).collect::<Result<_, _>>()?;
        }
        let run = run.seal(&folder)?;
        folder.remove(Run::FILE)?;
        record(&folder, tables.iter().chain([&run]))?;
        folder.remove(PAGE)?;
        let fresh = |name: &str| tables.iter().any(|table| table.is_called(name));
        for older in FILES.into_iter().filter(|name| !fresh(name)) {
            folder.remove(older)?;
        }
        FILES.into_iter().try_for_each(|file| folder.remove(&parquet::name(file)))?;
        also::remove_older(&folder)?;
        tables.into_iter().try_for_each(Whole::publish)?;
        folder.sync();
        run.publish()?;
        folder.sync();
        Ok(())
    }

    /// Gives `privacy.csv` its own name, and the rejects theirs as [`Tables::give_up`] does, where what was found forbids the
    /// rest. The `run.json` of an earlier run goes, and its page: its tables no longer have the `privacy.csv` that belongs to them.
    ///
    /// # Errors
    /// As [`Tables::finish`].
    pub fn refuse(self) -> Result<(), Error> {
        let Tables { folder, privacy, rejects, .. } = self;
        let privacy = privacy.seal()?;
        folder.remove(Run::FILE)?;
        record(&folder, &privacy)?;
        // What was made of the older one.
        folder.remove(PAGE)?;
        folder.remove(&parquet::name(Privacy::FILE))?;
        privacy.into_iter().try_for_each(Whole::publish)?;
        keep(&folder, rejects)
    }

    /// Writes the rejects alone, where there are any, as [`UNREAD`]: the run ends here, and the outputs of an earlier one
    /// stay as they are.
    ///
    /// # Errors
    /// As [`Tables::finish`].
    pub fn give_up(self) -> Result<(), Error> {
        let Tables { folder, rejects, .. } = self;
        keep(&folder, rejects)
    }
}

/// Says that these will be ours.
fn record<'a>(folder: &Folder, outputs: impl IntoIterator<Item = &'a Whole>) -> Result<(), Error> {
    let names: Vec<String> = outputs.into_iter().map(|output| output.place_in(folder)).collect();
    folder.record(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Gives the rejects of a run without tables their name, or removes those of an earlier one.
fn keep(folder: &Folder, rejects: Sheet<Rejects>) -> Result<(), Error> {
    let any = rejects.written() > 0;
    let table = rejects.seal()?.into_iter().find(|table| any && table.is_called(Rejects::FILE));
    match table {
        Some(table) => {
            folder.record(&[UNREAD])?;
            table.publish_as(folder.path_of(UNREAD))?;
        }
        None => folder.remove(UNREAD)?,
    }
    folder.sync();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own_files::STEMS;

    #[test]
    fn the_next_run_knows_every_output_by_its_name() {
        let outputs = FILES.into_iter().chain([PAGE, Run::FILE]);
        for name in outputs {
            assert!(
                STEMS.iter().any(|stem| name.split_once('.').is_some_and(|(own, _)| own == *stem)),
                "{name}"
            );
        }
    }
}
