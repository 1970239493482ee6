//! `breakthrough report`

use super::{Exit, tell};
use breakthrough::page;
use clap::Args;
use std::path::{Path, PathBuf};

/// Makes one page to look at from the tables of a run: DIR/report.html.
///
/// The page shows the caseload, every client's course, every session with its moments and their words, and what
/// stands before breakthroughs. It is one file that needs nothing else and asks no network. It holds words of
/// sessions unless the run had `--no-text`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Folder that `breakthrough analyze` has written.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Says nothing but errors.
    #[arg(short, long)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  Tables and page in one go:
    breakthrough analyze sessions/ --out out --report
  The page alone, from tables that are there:
    breakthrough report out
  A page without a word of the sessions:
    breakthrough analyze sessions/ --out out --no-text --report";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    write(&arguments.folder, |_, line| {
        if !arguments.quiet {
            tell(line);
        }
    })?;
    Ok(Exit::Done)
}

/// Makes the page; also what `analyze --report` does at its end. Events and lines about it go to `say`.
pub(super) fn write(folder: &Path, say: impl Fn(&str, &str)) -> Result<(), page::Error> {
    let written = page::write(folder)?;
    written.notices.iter().for_each(|notice| say("notice", notice));
    let line = format!("the report is {} ({:.1} MB)", written.path.display(), written.bytes as f64 / 1e6);
    say("report", &line);
    Ok(())
}
