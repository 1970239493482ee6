//! A run in parts: what makes the output of one shard a part, and how parts become whole again.
//!
//! Every shard of a run is given all of the input and takes its sessions from it. It writes the tables that speak of
//! single sessions, plain, with the rows of its own sessions; `rejects.csv` whole; and [`table`], from which the order of
//! all rows and what all sessions come to can be had. [`Set`] is all shards of a run, checked.

mod fill;
mod rows;
mod set;
pub mod table;

pub(super) use fill::Copied;
pub use set::{Error, Set};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The most shards that a run may have: far more than any cluster runs at once.
const MOST: u32 = 100_000;

/// Which of how many shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    #[must_use]
    pub const fn of(self) -> u32 {
        self.of
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// What is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no shard: write I/N with I from 1 to N, such as 2/5, and N up to {MOST}")]
pub struct NoShard(pub String);

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Shard, NoShard> {
        let read = || {
            let (number, of) = text.split_once('/')?;
            let (number, of) = (number.parse().ok()?, of.parse().ok()?);
            (1..=MOST).contains(&of).then_some(())?;
            (1..=of).contains(&number).then_some(Shard { number, of })
        };
        read().ok_or_else(|| NoShard(text.to_owned()))
    }
}

/// What `run.json` says of a shard: how it is put together with the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
    /// Whether the tables of the whole shall be for a spreadsheet.
    pub excel: bool,
    /// Whether they shall be written as Parquet too.
    pub parquet: bool,
    /// The most finds that the whole may have.
    pub require_clean: Option<u64>,
    /// SHA-256 of every table in hexadecimal, by name.
    pub tables: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_numbered_from_one() {
        for text in ["1/1", "2/5", "100000/100000"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        for text in
            ["", "1", "0/5", "6/5", "1/0", "-1/5", "1/5/2", "a/b", "1/100001", " 1/5", "1/99999999999"]
        {
            let error = text.parse::<Shard>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("'{text}' is no shard: ")), "{error}");
        }
    }
}
