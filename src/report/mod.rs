//! The tables that a run writes: one file an output, all behind one trait.
//!
//! | file | module | rows |
//! |---|---|---|
//! | `utterances.csv` | [`utterances`] | one per unit |
//! | `moments.csv` | [`moments`] | one per moment |
//! | `sessions.csv` | [`sessions`] | one per session |
//! | `privacy.csv` | [`privacy`] | one per place that may identify a person |
//! | `rejects.csv` | [`rejects`] | one per record that could not be read |
//! | `run.json` | [`run`] | what was run on what |
//!
//! [`Tables`] opens them all; `docs/columns.md` is [`dictionary`]. Files grow under temporary names beside their
//! place and get their own name when all are whole ([`folder`]).
//!
//! The CSV files are UTF-8 without a byte order mark, comma, `\n`, RFC 4180 quoting where needed. They hold exactly
//! what was read and computed: the same input gives the same bytes. [`Options::excel`] makes them fit for spreadsheets.

pub mod dictionary;
pub mod folder;
pub mod moments;
pub mod privacy;
pub mod rejects;
pub mod run;
pub mod sessions;
pub mod table;
mod tables;
pub mod utterances;

pub use dictionary::dictionary;
pub use folder::Error;
pub use run::{Input, Model, Run, Totals, Written};
pub use table::{Column, Kind, Options, Table};
pub use tables::Tables;
