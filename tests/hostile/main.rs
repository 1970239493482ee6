//! Bad input: files that are broken, hostile or out of measure. Nothing panics, nothing is lost in silence, what is
//! refused has a place and a reason, and the next file is read all the same. docs/robustness.md has the table.
//!
//! `BREAKTHROUGH_FULL=1` runs the large cases at their full size.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it is wrong, and says what it did"
)]

#[path = "../../fuzz/codes.rs"]
mod codes;
mod corpora;
mod docx;
mod labels;
mod large;
mod read;
#[path = "../reading/mod.rs"]
mod reading;
mod replay;
mod run;
mod small;
mod subtitles;
#[path = "../../fuzz/targets.rs"]
mod targets;
