//! What is written beside the tables where it is asked for: forms that other tools open.

use super::convokit::Convokit;
use super::eaf::Eaf;
use super::folder::{Error, Folder, Whole};
use super::qdpx::Qdpx;
use super::run::Model;
use crate::coding::CodedSession;
use std::fmt;
use std::str::FromStr;

/// A form beside CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Also {
    /// Every table as Parquet too, for pandas, R and Arrow.
    Parquet,
    /// A REFI-QDA project, for `QualCoder`, `NVivo`, `ATLAS.ti`, `MAXQDA`.
    Qdpx,
    /// A `ConvoKit` corpus folder.
    Convokit,
    /// An ELAN file for every session with times.
    Eaf,
}

impl Also {
    /// All of them, in the order in which help texts list them.
    pub const ALL: [Also; 4] = [Also::Parquet, Also::Qdpx, Also::Convokit, Also::Eaf];

    /// The name that `--also` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Also::Parquet => "parquet",
            Also::Qdpx => "qdpx",
            Also::Convokit => "convokit",
            Also::Eaf => "eaf",
        }
    }

    /// The file or folder that it is, beside the tables.
    pub(super) const fn place(self) -> Option<&'static str> {
        match self {
            Also::Parquet => None,
            Also::Qdpx => Some(super::qdpx::FILE),
            Also::Convokit => Some(super::convokit::FOLDER),
            Also::Eaf => Some(super::eaf::FOLDER),
        }
    }

    /// Whether it is nothing without the words of the sessions.
    #[must_use]
    pub const fn needs_words(self) -> bool {
        !matches!(self, Also::Parquet)
    }
}

impl fmt::Display for Also {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is none of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a form to write; choose from {names}", names = Also::ALL.map(Also::name).join(", "))]
pub struct UnknownForm(pub String);

impl FromStr for Also {
    type Err = UnknownForm;

    fn from_str(name: &str) -> Result<Self, UnknownForm> {
        let wanted = name.trim().to_lowercase();
        Also::ALL.into_iter().find(|also| also.name() == wanted).ok_or_else(|| UnknownForm(name.to_owned()))
    }
}

/// The forms of a run that hold sessions, while they are written.
#[derive(Debug, Default)]
pub(super) struct Beside {
    qdpx: Option<Qdpx>,
    convokit: Option<Convokit>,
    eaf: Option<Eaf>,
}

impl Beside {
    pub(super) fn create(folder: &Folder, also: &[Also], model: &Model) -> Result<Beside, Error> {
        let wanted = |form| also.contains(&form);
        Ok(Beside {
            qdpx: wanted(Also::Qdpx).then(|| Qdpx::create(folder, model)).transpose()?,
            convokit: wanted(Also::Convokit).then(|| Convokit::create(folder, model)).transpose()?,
            eaf: wanted(Also::Eaf).then(|| Eaf::new(folder.clone(), model)),
        })
    }

    pub(super) fn write(&mut self, session: &CodedSession) -> Result<(), Error> {
        if let Some(qdpx) = &mut self.qdpx {
            qdpx.write(session)?;
        }
        if let Some(convokit) = &mut self.convokit {
            convokit.write(session)?;
        }
        if let Some(eaf) = &mut self.eaf {
            eaf.write(session)?;
        }
        Ok(())
    }

    /// Whether ELAN files are asked for and no session had times.
    pub(super) fn lacks_times(&self) -> bool {
        self.eaf.as_ref().is_some_and(Eaf::is_empty)
    }

    pub(super) fn seal(self) -> Result<Vec<Whole>, Error> {
        let mut whole = Vec::new();
        if let Some(qdpx) = self.qdpx {
            whole.push(qdpx.seal()?);
        }
        if let Some(convokit) = self.convokit {
            whole.extend(convokit.seal()?);
        }
        if let Some(eaf) = self.eaf {
            whole.extend(eaf.seal());
        }
        Ok(whole)
    }
}

/// Removes what an earlier run wrote beside its tables: it would belie the new ones.
pub(super) fn remove_older(folder: &Folder) -> Result<(), Error> {
    folder.remove(super::qdpx::FILE)?;
    super::convokit::FILES.into_iter().try_for_each(|file| folder.remove(file))?;
    folder.remove_ending(super::eaf::FOLDER, ".eaf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for also in Also::ALL {
            assert_eq!(also.to_string().parse(), Ok(also));
        }
        let message = "elan".parse::<Also>().unwrap_err().to_string();
        assert_eq!(message, "'elan' is not a form to write; choose from parquet, qdpx, convokit, eaf");
    }
}
