//! Folders of shards, held against each other: whether they are all the shards of one run, and whole.

use super::Part;
use super::rows::Feed;
use super::table::{self, Cells, Counts, Sessions};
use crate::coding::own::RESERVED;
use crate::report::excerpts::Excerpts;
use crate::report::folder::{self, checksum};
use crate::report::moments::Moments;
use crate::report::own_codes::OwnCodes;
use crate::report::privacy::Privacy;
use crate::report::rejects::Rejects;
use crate::report::run::Run;
use crate::report::table::{Options, Table as _};
use crate::report::utterances::Utterances;
use csv::StringRecord;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// Why folders cannot be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not the output of a shard.
    #[error("{} is no shard: {why}", folder.display())]
    NotAShard {
        /// The folder.
        folder: PathBuf,
        /// What it is, and the mend.
        why: &'static str,
    },
    /// One shard in two folders, or a folder named twice.
    #[error("{} and {} are both shard {number} of {of}: give every shard once", first.display(), second.display())]
    Twice {
        /// The one folder.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
        /// Which shard.
        number: u32,
        /// Of how many.
        of: u32,
    },
    /// Not all shards are there.
    #[error("{missing}: run what is missing, and give the folders of all shards")]
    Missing {
        /// Which ones, e.g. `shards 2, 4 of 5 are missing`.
        missing: String,
    },
    /// Shards of different runs.
    #[error(
        "{} does not belong with {}: {what}; run all shards with one program and model, the same options, on the same input",
        second.display(), first.display()
    )]
    Different {
        /// The folder that all others are held against.
        first: PathBuf,
        /// The one that differs.
        second: PathBuf,
        /// What differs, and how.
        what: String,
    },
    /// Tables that were changed, or do not fit one another.
    #[error("{}: {fault}; run this shard again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, without words of sessions.
        fault: String,
    },
    /// The shards together are not all of the input.
    #[error("the shards do not add up: {fault}; run all of them again")]
    Incomplete {
        /// What is wrong.
        fault: String,
    },
    /// The whole would replace one of its parts.
    #[error("{} is one of the shards: choose another output folder with --out", .0.display())]
    IntoShard(PathBuf),
    /// A file that is there and cannot be read.
    #[error("cannot read {}: {cause}; check that it is there and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// An output that could not be written.
    #[error(transparent)]
    Output(#[from] folder::Error),
}

/// The output of one shard.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) run: Run,
    part: Part,
}

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Turn {
    place: u64,
    pub(super) shard: usize,
    pub(super) rows: Counts,
}

/// All shards of one run, in the order of their numbers.
#[derive(Debug)]
pub struct Set {
    pub(super) folders: Vec<Folder>,
    /// The sessions of the input in order: about 50 bytes each.
    pub(super) turns: Vec<Turn>,
}

impl Set {
    /// Opens the folders of shards, in any order, and makes sure that they are all shards of one run, each once, with
    /// the tables that they were written with.
    ///
    /// # Errors
    /// If anything of that is not so, or a file cannot be read.
    pub fn open(paths: &[PathBuf]) -> Result<Set, Error> {
        let mut folders = paths.iter().map(|path| Folder::open(path)).collect::<Result<Vec<_>, _>>()?;
        if let Some((first, others)) = folders.split_first() {
            others.iter().try_for_each(|other| first.belongs_with(other))?;
        }
        folders.sort_by_key(|folder| folder.part.number);
        all_once(&folders)?;
        folders.iter().try_for_each(Folder::check_tables)?;
        let mut set = Set { folders, turns: Vec::new() };
        set.turns = set.turns()?;
        Ok(set)
    }

    /// Makes sure that the whole does not go where a part is.
    ///
    /// # Errors
    /// If it would.
    pub fn apart_from(&self, out: &Path) -> Result<(), Error> {
        let out = out.canonicalize().ok();
        let same = |folder: &&Folder| out.is_some() && folder.path.canonicalize().ok() == out;
        let inside = self.folders.iter().find(same);
        inside.map_or(Ok(()), |folder| Err(Error::IntoShard(folder.path.clone())))
    }

    /// The accounts of the shards; never empty.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.folders.iter().map(|folder| &folder.run)
    }

    /// How the tables of the whole are to be written. Words stand in the shards where they may.
    #[must_use]
    pub fn options(&self) -> Options {
        let parquet = self.folders.iter().any(|folder| folder.part.parquet);
        let excel = self.folders.iter().any(|folder| folder.part.excel);
        Options { excel, parquet, ..Options::default() }
    }

    /// The most finds that the whole may have.
    #[must_use]
    pub fn most_finds(&self) -> Option<u64> {
        self.folders.iter().find_map(|folder| folder.part.require_clean)
    }

    /// The labels of `own_codes.csv`, if there is one.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub fn labels(&self) -> Result<Option<Vec<String>>, Error> {
        if !self.folders.iter().any(|folder| folder.run.model.own_codes.is_some()) {
            return Ok(None);
        }
        let header = self.feed(OwnCodes::FILE).header(0)?;
        Ok(Some(header.iter().skip(RESERVED.len()).map(str::to_owned).collect()))
    }

    /// A table of all shards.
    pub(super) fn feed(&self, file: &str) -> Feed {
        Feed::new(self.folders.iter().map(|folder| folder.path.as_path()), file)
    }

    /// Puts the sessions of all shards in the order of the input.
    fn turns(&self) -> Result<Vec<Turn>, Error> {
        let mut turns = Vec::new();
        let mut feed = self.feed(Sessions::FILE);
        let mut cells = StringRecord::new();
        for (shard, folder) in self.folders.iter().enumerate() {
            let columns = feed.header(shard)?;
            let mut sum = Counts::default();
            let before = turns.len();
            while feed.read(shard, &mut cells)? {
                let (place, rows) = table::place(&by_column(&columns, &cells))
                    .ok_or_else(|| feed.damaged(shard, "holds what is no number of a session"))?;
                sum = sum.and(rows);
                turns.push(Turn { place, shard, rows });
            }
            folder.check_counts((turns.len() - before) as u64, sum)?;
        }
        turns.sort_by_key(|turn| turn.place);
        for (turn, wanted) in turns.iter().zip(1..) {
            if turn.place != wanted {
                let number = turn.place.min(wanted);
                let fault = format!("session {number} of the input is not in exactly one of them");
                return Err(Error::Incomplete { fault });
            }
        }
        let (units, read) = (
            turns.iter().map(|turn| turn.rows.units).sum::<u64>(),
            self.folders.first().map_or(0, |folder| folder.run.inputs.iter().map(|input| input.units).sum()),
        );
        if units != read {
            let fault = format!("they hold {units} units, and {read} were read");
            return Err(Error::Incomplete { fault });
        }
        Ok(turns)
    }
}

impl Counts {
    fn and(self, other: Counts) -> Counts {
        Counts {
            units: self.units + other.units,
            moments: self.moments + other.moments,
            excerpts: self.excerpts + other.excerpts,
            finds: self.finds + other.finds,
        }
    }
}

impl Folder {
    fn open(path: &Path) -> Result<Folder, Error> {
        let none = |why| Error::NotAShard { folder: path.to_owned(), why };
        let file = path.join(Run::FILE);
        let bytes = std::fs::read(&file).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => none(
                "there is no run.json in it; give folders that `analyze --shard` has written, after it has ended without an error",
            ),
            _ => Error::Unreadable { path: file, cause },
        })?;
        let run: Run = serde_json::from_slice(&bytes)
            .map_err(|_| none("its run.json is not one of this program; run this shard again"))?;
        let part = run.shard.clone();
        let part = part
            .ok_or_else(|| none("it holds a whole run; give folders that `analyze --shard` has written"))?;
        Ok(Folder { path: path.to_owned(), run, part })
    }

    /// Whether both are of one run.
    fn belongs_with(&self, other: &Folder) -> Result<(), Error> {
        let what = self.difference(other);
        let error = |what| Error::Different { first: self.path.clone(), second: other.path.clone(), what };
        what.map_or(Ok(()), |what| Err(error(what)))
    }

    fn difference(&self, other: &Folder) -> Option<String> {
        let (a, b) = (&self.run, &other.run);
        if a.version != b.version || a.program != b.program {
            return Some(format!("it was made by version {} and not {}", b.version, a.version));
        }
        if a.model != b.model {
            let name =
                |run: &Run| format!("{} {} ({:.8})", run.model.name, run.model.version, run.model.sha256);
            return Some(format!("its model is {} and not {}", name(b), name(a)));
        }
        if self.part.of != other.part.of {
            return Some(format!("it is one of {} shards and not of {}", other.part.of, self.part.of));
        }
        let names = a.options.keys().chain(b.options.keys());
        // Which changes no byte.
        let mut names = names.filter(|name| *name != "threads");
        if let Some(name) = names.find(|name| a.options.get(*name) != b.options.get(*name)) {
            return Some(format!("its option {name} is another"));
        }
        let form = |part: &Part| (part.excel, part.parquet, part.require_clean);
        if form(&self.part) != form(&other.part) {
            return Some("its options are others".to_owned());
        }
        if let Some((x, y)) = a.inputs.iter().zip(&b.inputs).find(|(x, y)| x != y) {
            return Some(if x.path == y.path {
                format!("the input {} was another", x.path)
            } else {
                format!("it read {} where the other read {}", y.path, x.path)
            });
        }
        if a.inputs.len() != b.inputs.len() {
            return Some(format!("it read {} files and not {}", b.inputs.len(), a.inputs.len()));
        }
        (self.part.tables.get(Rejects::FILE) != other.part.tables.get(Rejects::FILE))
            .then(|| "its rejects.csv is another".to_owned())
    }

    /// Whether the tables are those that the shard has written.
    fn check_tables(&self) -> Result<(), Error> {
        let own_codes = self.run.model.own_codes.is_some().then_some(OwnCodes::FILE);
        let files = [
            Utterances::FILE,
            Moments::FILE,
            crate::report::sessions::Sessions::FILE,
            Excerpts::FILE,
            Privacy::FILE,
            Rejects::FILE,
            Sessions::FILE,
        ];
        for file in files.into_iter().chain(own_codes) {
            let path = self.path.join(file);
            match checksum(&path) {
                Ok(sum) if self.part.tables.get(file) == Some(&sum) => {}
                Ok(_) => {
                    let fault = "is not the table that its run.json speaks of".to_owned();
                    return Err(Error::Damaged { path, fault });
                }
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                    return Err(Error::Damaged { path, fault: "is not there".to_owned() });
                }
                Err(cause) => return Err(Error::Unreadable { path, cause }),
            }
        }
        Ok(())
    }

    /// Whether the rows are as many as the account says.
    fn check_counts(&self, sessions: u64, sum: Counts) -> Result<(), Error> {
        let totals = &self.run.totals;
        let pairs = [
            ("sessions", sessions, totals.sessions),
            ("units", sum.units, totals.written),
            ("moments", sum.moments, totals.moments),
            ("finds", sum.finds, totals.finds),
        ];
        for (what, found, said) in pairs {
            if found != said {
                let fault = format!("says {said} {what}, its tables hold {found}");
                return Err(Error::Damaged { path: self.path.join(Run::FILE), fault });
            }
        }
        Ok(())
    }
}

/// Whether every shard is there, and once. They come in order.
fn all_once(folders: &[Folder]) -> Result<(), Error> {
    let twice = folders.iter().zip(folders.iter().skip(1)).find(|(a, b)| a.part.number == b.part.number);
    if let Some((a, b)) = twice {
        let (number, of) = (a.part.number, a.part.of);
        return Err(Error::Twice { first: a.path.clone(), second: b.path.clone(), number, of });
    }
    let of = folders.first().map_or(1, |folder| folder.part.of);
    let there: Vec<u32> = folders.iter().map(|folder| folder.part.number).collect();
    let missing: Vec<u32> = (1..=of).filter(|number| there.binary_search(number).is_err()).collect();
    let mut listed: Vec<String> = missing.iter().take(8).map(ToString::to_string).collect();
    if let more @ 1.. = missing.len().saturating_sub(listed.len()) {
        listed.push(format!("{more} more"));
    }
    let mut told = listed.join(", ");
    match missing.len() {
        0 => return Ok(()),
        1 => told = format!("shard {told} of {of} is missing"),
        _ => {
            told.insert_str(0, "shards ");
            let _ = write!(told, " of {of} are missing");
        }
    }
    Err(Error::Missing { missing: told })
}

/// The cells of a row by the names of their columns.
pub(super) fn by_column(columns: &StringRecord, cells: &StringRecord) -> Cells {
    columns.iter().map(str::to_owned).zip(cells.iter().map(str::to_owned)).collect()
}
