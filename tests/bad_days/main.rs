//! Bad days: what happens to a run when the machine, the disk or a colleague gets in its way. The goal is that nothing
//! is lost, nothing is left half-written under a final name, and everything is said.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests may panic, and say what they skip"
)]

mod corpus;
mod disk;
mod inputs;
mod log;
mod models;
mod resume;
#[cfg(unix)]
mod signals;

use corpus::{breakthrough, stderr};
