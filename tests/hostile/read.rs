//! What these tests ask of a reading, and the files that they read.

pub(crate) use crate::reading::{Got, all, bytes, with};
use breakthrough::transcript::{Place, Reject};
use std::path::{Path, PathBuf};

impl Got {
    /// The reason for which the whole file was refused, and nothing else.
    pub(crate) fn refused(&self) -> &str {
        assert!(self.sessions.is_empty() && self.rejects.len() == 1, "{:?} {:?}", self.units(), self.rejects);
        &self.rejects[0].reason
    }

    /// The lines of the rejects.
    pub(crate) fn lines(&self) -> Vec<u64> {
        let line = |reject: &Reject| match reject.place {
            Some(Place::Line(line)) => line,
            _ => 0,
        };
        self.rejects.iter().map(line).collect()
    }
}

/// A file beside these tests.
pub(crate) fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile").join(path)
}

/// `small`, or `full` if that was asked for.
pub(crate) fn size(small: usize, full: usize) -> usize {
    if std::env::var_os("BREAKTHROUGH_FULL").is_some() { full } else { small }
}
