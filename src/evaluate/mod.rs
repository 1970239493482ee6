//! How good a model is: on coded material of the user's, on the corpus out of fold, in its evidence, and against
//! AnnoMI's experts.
//!
//! [`coded`] reads material and has the model code it; [`evidence`] asks whether the evidence is what the model leans
//! on; [`talk_type`] derives AnnoMI's expert coding from the codes. Figures are made in [`crate::agreement`], figures of
//! the cross-validation in [`crate::train::folds`].

pub mod coded;
pub mod evidence;
pub mod talk_type;

use std::path::PathBuf;

/// What can be wrong with coded material.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be opened.
    #[error("{0}: cannot be read: {1}")]
    Io(PathBuf, std::io::Error),
    /// A file that is not a table in CSV.
    #[error("{0}: {1}")]
    Csv(PathBuf, csv::Error),
    /// A record that makes no sense.
    #[error("{path}: record {record}: {reason}")]
    Record {
        /// The file.
        path: PathBuf,
        /// Data record, from 1.
        record: usize,
        /// What is wrong, and the mend.
        reason: String,
    },
    /// A file without any record.
    #[error("{0}: there is no unit in it")]
    Empty(PathBuf),
}
