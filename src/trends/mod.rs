//! Sessions in numbers: within one session, over a client's sessions, and across a corpus.
//!
//! [`summarise`] counts one session; [`Cases`] remembers the counts of all and makes clients, trends and factors of
//! them. One statistic a file, each held against an independent implementation by `tests/trends.rs`.

pub mod benjamini_hochberg;
mod cases;
pub mod change_point;
pub mod course;
pub mod dates;
pub mod lagged;
pub mod mann_kendall;
pub mod permutation;
pub mod preceding;
pub mod reliable_change;
mod series;
mod session;
pub mod sudden_gains;
pub mod theil_sen;
pub mod turn;
pub mod verdict;

pub use cases::{Cases, Findings, stretch};
pub use session::summarise;
