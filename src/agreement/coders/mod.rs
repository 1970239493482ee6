//! Two or more codings of the same units held against each other: coders, or a coder and a program. Labels are words;
//! they need not be those of the codebook.
//!
//! [`read`] takes tables, [`aligned`] puts them side by side, [`spelling`] looks for labels of one coding, [`prose`] for labels that are none, [`compare`] computes figures, [`tables`] writes them.

pub mod aligned;
pub mod compare;
pub mod prose;
pub mod read;
pub mod spelling;
pub mod tables;

pub use aligned::Aligned;
pub use compare::{Comparison, compare};
pub use read::{Coder, Error};
pub use spelling::lonely;
