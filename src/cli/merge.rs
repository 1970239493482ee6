//! `breakthrough merge`

use super::analyze::conclude;
use super::log::{self, Log};
use super::{Exit, counted};
use breakthrough::pipeline::{self, Progress};
use breakthrough::report::Run;
use clap::Args;
use std::path::PathBuf;

/// Puts the shards of a run together: the tables of one run over everything, byte by byte.
///
/// Takes the folders that `breakthrough analyze --shard I/N` has written, in any order, all N of them. Nothing is coded anew
/// and the input is not read again. Shards of different runs, programs, models, options or inputs are refused, as is a shard
/// that is missing, given twice, or whose tables were changed.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Folders of all shards of one run.
    #[arg(required = true, value_name = "SHARD_DIR")]
    shards: Vec<PathBuf>,

    /// Folder for the tables; made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    /// Makes DIR/report.html too, as `breakthrough report DIR` does.
    #[arg(long)]
    report: bool,

    /// Says nothing but errors.
    #[arg(short, long, help_heading = "Log")]
    quiet: bool,

    /// Form of the lines on stderr, as for `analyze`.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Log")]
    log_format: log::Format,
}

const EXAMPLES: &str = "\
Examples:
  Two processes, each with half of the sessions, and the whole:
    breakthrough analyze sessions/ --shard 1/2 --out parts/1 &
    breakthrough analyze sessions/ --shard 2/2 --out parts/2
    wait
    breakthrough merge parts/1 parts/2 --out out --report";

pub(super) fn run(arguments: &Arguments) -> Exit {
    let log = Log::new(arguments.log_format, arguments.quiet);
    merge(arguments, &log).unwrap_or_else(|error| {
        log.error(&format!("{error:#}"));
        super::exit_for(&error)
    })
}

fn merge(arguments: &Arguments, log: &Log) -> anyhow::Result<Exit> {
    let run = pipeline::merge(&arguments.shards, &arguments.out, &mut |progress| {
        if let Progress::Notice(notice) = progress {
            log.notice(notice);
        }
    })?;
    conclude(&run, &summary(&run, arguments), arguments.report.then_some(&arguments.out), log)
}

fn summary(run: &Run, arguments: &Arguments) -> Vec<String> {
    let totals = &run.totals;
    let mut lines = vec![format!(
        "{}, {}, {} put together from {}",
        counted(totals.sessions, "session"),
        counted(totals.written, "unit"),
        counted(totals.moments, "moment"),
        counted(arguments.shards.len(), "shard")
    )];
    if totals.rejected > 0 {
        lines.push(format!("{} could not be read: see rejects.csv", counted(totals.rejected, "record")));
    }
    lines.push(format!("tables are in {}", arguments.out.display()));
    lines
}
