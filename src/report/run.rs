//! `run.json`: what was run on what, and whether everything added up.

use super::folder::{Error, Folder, Whole};
use super::shard::Part;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Write as _;

/// One run of the program. The only output with times in it: all others are the same for the same input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Name of the program.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The model that gave the codes.
    pub model: Model,
    /// The options of the run by name, defaults included.
    pub options: Map<String, Value>,
    /// Of a part of a run: which one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Part>,
    /// The input files in the order they were read.
    pub inputs: Vec<Input>,
    /// Everything counted.
    pub totals: Totals,
    /// When the run began, ISO 8601 in UTC.
    #[serde(with = "iso8601")]
    pub started: Timestamp,
    /// When its tables were whole.
    #[serde(with = "iso8601")]
    pub finished: Timestamp,
    /// Seconds by stage.
    pub timings: BTreeMap<String, f64>,
}

/// The model of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its list of checksums in hexadecimal: one value for all its files.
    pub sha256: String,
    /// Name of the codebook of `own_codes.csv`, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_codes: Option<String>,
}

/// One file of the input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The file as it was named or found; `-` is standard input.
    pub path: String,
    /// SHA-256 of its bytes in hexadecimal, as stored; `null` if it could not be read.
    pub sha256: Option<String>,
    /// Format it was read as, `null` if none was found.
    pub format: Option<String>,
    /// Encoding of its text.
    pub encoding: Option<String>,
    /// Records met in it, good and bad.
    pub records: u64,
    /// Units that the good ones became.
    pub units: u64,
    /// Records rejected; 1 for a file that is rejected whole.
    pub rejected: u64,
}

/// Rows written to the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows of `sessions.csv`.
    pub sessions: u64,
    /// Rows of `utterances.csv`.
    pub units: u64,
    /// Rows of `moments.csv`.
    pub moments: u64,
    /// Rows of `rejects.csv`.
    pub rejects: u64,
    /// Rows of `privacy.csv`.
    pub finds: u64,
}

/// The sums of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Sessions written.
    pub sessions: u64,
    /// Units and rejected records that the readers counted.
    pub read: u64,
    /// Units written.
    pub written: u64,
    /// Rejected records written.
    pub rejected: u64,
    /// Moments written.
    pub moments: u64,
    /// Places found that may identify a person.
    #[serde(default)]
    pub finds: u64,
    /// Sessions that came from the finished work of an earlier run.
    #[serde(default)]
    pub resumed: u64,
    /// Units that were left to other shards.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub elsewhere: u64,
    /// Files in folders of the input that were passed over.
    #[serde(default)]
    pub passed_over: u64,
    /// Whether everything read was either written, rejected or left to other shards.
    pub added_up: bool,
}

impl Totals {
    /// Holds what the readers counted against what the tables counted; two counts of different origin, so that a
    /// unit lost between them shows.
    #[must_use]
    pub fn new(inputs: &[Input], written: Written) -> Totals {
        Totals::of_shard(inputs, written, 0)
    }

    /// The same for a shard that left so many units to others.
    #[must_use]
    pub fn of_shard(inputs: &[Input], written: Written, elsewhere: u64) -> Totals {
        let units: u64 = inputs.iter().map(|input| input.units).sum();
        let rejected: u64 = inputs.iter().map(|input| input.rejected).sum();
        Totals {
            sessions: written.sessions,
            read: units + rejected,
            written: written.units,
            rejected: written.rejects,
            moments: written.moments,
            finds: written.finds,
            resumed: 0,
            elsewhere,
            passed_over: 0,
            added_up: units == written.units + elsewhere && rejected == written.rejects,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands on a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Run {
    /// Name of the file in the output folder.
    pub const FILE: &'static str = "run.json";

    /// The members of the file and what they say, for the dictionary.
    pub const MEMBERS: &'static [(&'static str, &'static str)] = &[
        ("program", "Name of the program."),
        ("version", "Version of the program."),
        (
            "model",
            "`name`, `version` and `sha256` (of its `SHA256SUMS`) of the model that gave the codes; `own_codes`, the name of its own codebook, if it has one.",
        ),
        ("options", "The options of the run by name, defaults included."),
        (
            "shard",
            "With `--shard` alone: its `number`, `of` how many, `excel`, `parquet` and `require_clean` for the whole, and \
             the SHA-256 of its `tables`.",
        ),
        (
            "inputs",
            "The files in the order they were read: `path`, `sha256` of the stored bytes, `format`, `encoding`, \
             `records` met, `units` that the good ones became, records `rejected` (1 for a whole file); \
             `null` where a file could not be read that far.",
        ),
        (
            "totals",
            "`sessions`, `written` units and `moments` in the tables; `read`, the units and rejected records that the \
             readers counted; `rejected`, the rows of `rejects.csv`; `finds`, those of `privacy.csv`; `resumed`, the sessions \
             that came from finished work of an earlier run; `elsewhere`, of a shard, the units left to others; `passed_over`, the files in folders of \
             the input that were not read: of other kinds, hidden (a hidden folder is one), outputs of earlier runs, or no files (those of the output \
             folder do not count); `added_up`, whether read = written + rejected + elsewhere.",
        ),
        ("started", "When the run began, ISO 8601 in UTC."),
        ("finished", "When it ended."),
        ("timings", "Seconds by stage."),
    ];

    pub(super) fn seal(&self, folder: &Folder) -> Result<Whole, Error> {
        let mut draft = folder.draft(Run::FILE)?;
        let written = serde_json::to_writer_pretty(&mut draft, self)
            .map_err(std::io::Error::from)
            .and_then(|()| draft.write_all(b"\n"));
        match written {
            Ok(()) => draft.seal(),
            Err(cause) => Err(Error { action: "write", path: folder.path_of(Run::FILE), cause }),
        }
    }
}

mod iso8601 {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        // Milliseconds are as much as a log of runs can use.
        to.collect_str(&format_args!("{time:.3}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_notice_a_lost_unit() {
        let inputs = [
            Input { units: 7, rejected: 1, ..Input::default() },
            Input { units: 0, rejected: 1, ..Input::default() },
        ];
        let written = Written { sessions: 1, units: 7, moments: 2, rejects: 2, finds: 0 };
        let totals = Totals::new(&inputs, written);
        assert_eq!((totals.read, totals.written, totals.rejected, totals.added_up), (9, 7, 2, true));
        let short = Written { units: 6, ..written };
        assert!(!Totals::new(&inputs, short).added_up);
        assert!(
            Totals::of_shard(&inputs, short, 1).added_up && !Totals::of_shard(&inputs, short, 2).added_up
        );
        // Too much here does not make up for too little there.
        assert!(!Totals::new(&inputs, Written { units: 8, rejects: 1, ..written }).added_up);
    }
}
