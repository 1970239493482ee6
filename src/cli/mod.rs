//! The command line: arguments, progress, messages, exit codes. One file a subcommand; no logic that a user
//! of the library would miss.

mod adapt;
mod agreement;
mod analyze;
mod built_in;
mod evaluate;
mod generate;
mod log;
mod merge;
mod models;
mod output;
mod own;
mod privacy;
mod report;
mod signals;
#[cfg(feature = "rust-bert")]
mod train;

use anyhow::Context as _;
use breakthrough::transcript::counted;
use breakthrough::{input, model, pipeline, train::own as codebook};
use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::num::{IntErrorKind, ParseIntError};
use std::process::ExitCode;
use std::str::FromStr;

/// Finds breakthrough language in therapy talk: emotional, cognitive and behavioural breakthroughs,
/// resistance, and what contributes, in transcripts and session notes. Everything runs on this machine;
/// nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Analyze(analyze::Arguments),
    Merge(merge::Arguments),
    Report(report::Arguments),
    Agreement(agreement::Arguments),
    Evaluate(evaluate::Arguments),
    Adapt(adapt::Arguments),
    #[cfg(feature = "rust-bert")]
    Train(train::Arguments),
    Generate(generate::Arguments),
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  done, but some records could not be read: see rejects.csv
  2  wrong usage
  3  the input or the output folder cannot be used, or nothing of the input could be read: no table was touched
  4  the model cannot be used
  5  more may identify a person than --require-clean allows: see privacy.csv
  130, 143  stopped by SIGINT (Ctrl-C) or SIGTERM before the end: no table was touched
Where nothing could be read, and with 5, 130 and 143, the reasons stand in unread.csv.

Codes are suggestions to look at, given by a model, not findings about a person.";

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Done = 0,
    Rejects = 1,
    Usage = 2,
    Input = 3,
    Model = 4,
    NotClean = 5,
    /// As shells have it: 128 + SIGINT.
    Interrupted = 130,
    /// 128 + SIGTERM.
    Terminated = 143,
}

/// Runs the subcommand; what goes wrong is one line on stderr.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    on_a_bug(|report| tell(&format!("breakthrough: {report}")));
    let result = match arguments.command {
        Command::Analyze(arguments) => Ok(analyze::run(&arguments)),
        Command::Merge(arguments) => Ok(merge::run(&arguments)),
        Command::Report(arguments) => report::run(&arguments),
        Command::Agreement(arguments) => agreement::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Adapt(arguments) => adapt::run(&arguments),
        #[cfg(feature = "rust-bert")]
        Command::Train(arguments) => train::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
    };
    let exit = result.unwrap_or_else(|error| {
        tell(&format!("breakthrough: {error:#}"));
        exit_for(&error)
    });
    ExitCode::from(exit as u8)
}

/// What clap answers instead of running anything: help on stdout, or a mistake on stderr, as JSON to who asked for that.
pub(crate) fn refuse(answer: &clap::Error) -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let json = words.iter().any(|word| word == "--log-format=json")
        || words.windows(2).any(|two| two[0] == "--log-format" && two[1] == "json");
    if json && answer.use_stderr() {
        log::Log::new(log::Format::Json, true).error(answer.to_string().trim_end());
    } else {
        // As in `write_line`.
        let _ = answer.print();
    }
    ExitCode::from(answer.exit_code() as u8)
}

fn exit_for(error: &anyhow::Error) -> Exit {
    if error.is::<model::Error>()
        || matches!(error.downcast_ref(), Some(pipeline::Error::Model(_)))
        || matches!(error.downcast_ref(), Some(codebook::Error::Model(_)))
    {
        return Exit::Model;
    }
    if let Some(pipeline::Error::NotClean { .. }) = error.downcast_ref() {
        return Exit::NotClean;
    }
    if let Some(pipeline::Error::NeedsWords(_) | pipeline::Error::NeedsWhole(_)) = error.downcast_ref() {
        return Exit::Usage;
    }
    match error.downcast_ref::<input::Error>() {
        Some(
            input::Error::BadPattern { .. }
            | input::Error::UnknownFormat(_)
            | input::Error::BadMap(_)
            | input::Error::UnknownKey(_)
            | input::Error::TwiceMapped(_),
        ) => return Exit::Usage,
        Some(_) => return Exit::Input,
        None => {}
    }
    if error.is::<Misuse>() { Exit::Usage } else { Exit::Input }
}

/// A mistake in the arguments that clap cannot see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Misuse(String);

/// Of a bug only its place is told: the message of a panic may quote the text that it happened on.
fn on_a_bug(tell: impl Fn(&str) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |bug| {
        if !breakthrough::guard::is_guarded() {
            let place = bug.location().map(ToString::to_string).unwrap_or_default();
            tell(&format!("a bug at {place} ended the run: please report it"));
        }
    }));
}

/// A line on stderr, for people. Names of files and ids come from outside: what would steer a terminal, or break the line
/// in two, is written out.
fn tell(line: &str) {
    write_line(&plain(line));
}

/// A line on stderr as it is. A full disk or a closed pipe behind the log must not end a night's run.
fn write_line(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Control characters written out: `\u{1b}`, `\n`.
fn plain(line: &str) -> String {
    line.chars().fold(String::with_capacity(line.len()), |mut out, c| {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
        out
    })
}

/// A number of the command line; the error of Rust's own reader does not say what is wanted.
fn whole<N: FromStr<Err = ParseIntError>>(text: &str) -> Result<N, String> {
    text.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => "a smaller number is needed".to_owned(),
        _ => "a whole number is needed".to_owned(),
    })
}

/// What was asked for, on stdout. Who closes the pipe early has read enough.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output; send it to where there is space")
        }
        _ => Ok(()),
    }
}
