//! The tables that a run writes: one file an output, all behind one trait.
//!
//! | file | module | rows |
//! |---|---|---|
//! | `utterances.csv` | [`utterances`] | one per unit |
//! | `moments.csv` | [`moments`] | one per moment |
//! | `sessions.csv` | [`sessions`] | one per session |
//! | `own_codes.csv` | [`own_codes`] | one per unit, with a model that has a codebook of the user's own |
//! | `excerpts.csv` | [`excerpts`] | one per unit of a moment or near one: the words |
//! | `clients.csv` | [`clients`] | one per client |
//! | `trends.csv` | [`trends`] | one per client and measure |
//! | `factors.csv` | [`factors`] | one per contributing code and outcome |
//! | `privacy.csv` | [`privacy`] | one per place that may identify a person |
//! | `rejects.csv` | [`rejects`] | one per record that could not be read |
//! | `shard.csv` | [`shard::table`] | one per session, of a shard alone: what makes it whole again with the others |
//! | `run.json` | [`run`] | what was run on what |
//!
//! Where it is asked for ([`Also`]), every table is written as Parquet too (`parquet`), and beside them a REFI-QDA project
//! (`qdpx`), a ConvoKit corpus (`convokit`) and ELAN files (`eaf`).
//!
//! [`Tables`] opens them all; [`held`] keeps them in memory instead; `docs/columns.md` is [`dictionary`]. Files grow under temporary names beside their
//! place and get their own name when all are whole ([`folder`]).
//!
//! The CSV files are UTF-8 without a byte order mark, comma, `\n`, RFC 4180 quoting where needed. They hold exactly
//! what was read and computed: the same input gives the same bytes. [`Options::excel`] makes them fit for spreadsheets.

mod also;
pub mod clients;
mod convokit;
pub mod dictionary;
mod eaf;
pub mod excerpts;
pub mod factors;
pub mod folder;
pub mod held;
mod lock;
pub mod moments;
pub mod own_codes;
mod parquet;
pub mod privacy;
mod qdpx;
pub mod rejects;
pub mod run;
#[cfg(test)]
mod sample;
pub mod sessions;
pub mod shard;
pub mod table;
mod tables;
pub mod trends;
pub mod utterances;
mod xml;

pub use also::{Also, UnknownForm};
pub use dictionary::dictionary;
pub use folder::Error;
pub use run::{Input, Model, Run, Totals, Written};
pub use table::{Column, Kind, Options, Table};
pub use tables::{Tables, UNREAD};

/// Name of the page that is made from the tables; a new run removes an older one, which would belie its tables.
pub const PAGE: &str = "report.html";
