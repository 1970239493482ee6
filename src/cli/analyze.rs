//! `breakthrough analyze`

use super::models::ModelArguments;
use super::privacy::{self, PrivacyArguments};
use super::{Exit, Misuse, tell};
use breakthrough::input::{self, ColumnMap, Format};
use breakthrough::pipeline::{self, Job, Progress};
use breakthrough::report::Run;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Tags every utterance of transcripts and every sentence of session notes, and writes tables.
///
/// Reads CSV, TSV, JSONL, plain text with speaker prefixes, WebVTT, SubRip, session notes (SOAP, DAP, BIRP,
/// GIRP, PIRP or free) and Word documents (DOCX) of transcripts and notes, packed with gzip or zstd or not, and
/// tells them apart by content and name.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are independent")]
pub(super) struct Arguments {
    /// Files, folders (read with all below them), globs, or - for standard input.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Folder for the tables; made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    /// Format of all inputs, instead of telling by content and name.
    #[arg(short, long, value_parser = |name: &str| name.parse::<Format>(), value_name = "FORMAT", help_heading = "Input")]
    format: Option<Format>,

    /// Names of columns that differ, e.g. `text=utterance_text,speaker=interlocutor`.
    #[arg(long, value_parser = |map: &str| map.parse::<ColumnMap>().map(|_| map.to_owned()), value_name = "KEY=COLUMN,…", help_heading = "Input")]
    map: Option<String>,

    /// The therapist's name where speakers have names; every other name is a client. May be repeated.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    therapist: Vec<String>,

    /// Encoding of all inputs, e.g. windows-1252, instead of telling by their bytes.
    #[arg(long, value_name = "LABEL", help_heading = "Input")]
    encoding: Option<String>,

    /// Writes no word of any session, only codes, numbers and offsets.
    #[arg(long, help_heading = "Output")]
    no_text: bool,

    /// Makes DIR/report.html too, as `breakthrough report DIR` does.
    #[arg(long, help_heading = "Output")]
    report: bool,

    /// Tables for a spreadsheet: a byte order mark, and an apostrophe before text that looks like a formula.
    #[arg(long, help_heading = "Output")]
    excel: bool,

    /// Says nothing but errors.
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,

    /// When to show a progress bar on stderr.
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    progress: Show,

    #[command(flatten)]
    privacy: PrivacyArguments,

    #[command(flatten)]
    model: ModelArguments,

    /// Threads to use [default: one per processor]. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

const EXAMPLES: &str = "\
Examples:
  Everything in a folder, tables into out/:
    breakthrough analyze sessions/ --out out
  AnnoMI as it is published:
    breakthrough analyze AnnoMI-simple.csv --out out \\
      --map session_id=transcript_id,text=utterance_text,speaker=interlocutor
  Zoom and Teams transcripts where speakers have names:
    breakthrough analyze 'calls/*.vtt' --therapist 'Dr Field' --out out
  Names, numbers and addresses replaced before anything is coded or written:
    breakthrough analyze sessions/ --redact --out out
  Nothing but a list of them, if there is any:
    breakthrough analyze sessions/ --require-clean --out out
  From a pipe, without a word of the session in the output:
    zcat notes.jsonl.gz | breakthrough analyze - --format jsonl --no-text --out out";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Show {
    /// If stderr is a terminal.
    #[default]
    Auto,
    /// Never.
    Never,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let encoding = arguments.encoding.as_deref().map(|label| {
        let unknown = format!("--encoding does not know '{label}'; try utf-8, utf-16le or windows-1252");
        encoding_rs::Encoding::for_label(label.as_bytes()).ok_or(Misuse(unknown))
    });
    let options = input::Options {
        format: arguments.format,
        map: arguments.map.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
        therapist: arguments.therapist.clone(),
        encoding: encoding.transpose()?,
    };
    if let Some(threads) = arguments.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
        #[cfg(feature = "rust-bert")]
        tch::set_num_threads(threads.into());
    }
    let found = input::find(&arguments.inputs, Some(&arguments.out))?;
    let model = arguments.model.load()?;
    let job = Job {
        sources: found.sources,
        input: options,
        text: !arguments.no_text,
        privacy: arguments.privacy.job(),
        excel: arguments.excel,
        options: recorded(arguments, model.engine()),
    };

    let bar = progress_bar(arguments);
    let say = |line: String| {
        if !arguments.quiet {
            bar.suspend(|| tell(&line));
        }
    };
    for notice in &found.notices {
        say(format!("{}: {}", notice.file.display(), notice.text));
    }
    let mut rejects = 0_u64;
    let run = pipeline::analyze(&job, &model, &arguments.out, &mut |progress| match progress {
        Progress::Notice(notice) => say(format!("{}: {}", notice.file.display(), notice.text)),
        Progress::Reject(reject) => {
            rejects += 1;
            if rejects <= SHOWN_REJECTS {
                let place = reject.place.map(|place| format!("{place}: ")).unwrap_or_default();
                say(format!("{}: {place}{}", reject.file.display(), reject.reason));
            }
        }
        Progress::Coded(units) => bar.set_position(units),
    });
    bar.finish_and_clear();
    let run = run?;
    if !arguments.quiet {
        tell(&summary(&run, arguments));
    }
    if arguments.report {
        super::report::write(&arguments.out, arguments.quiet)?;
    }
    let lossless = run.totals.rejected == 0 && run.totals.added_up;
    Ok(if lossless { Exit::Done } else { Exit::Rejects })
}

/// Rejects that are told on stderr; all of them stand in the table.
const SHOWN_REJECTS: u64 = 20;

fn progress_bar(arguments: &Arguments) -> ProgressBar {
    if arguments.quiet || arguments.progress == Show::Never {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {human_pos} units, {per_sec}, {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
}

/// The options that can change results, for `run.json`.
fn recorded(arguments: &Arguments, engine: &str) -> Map<String, Value> {
    let entries = [
        ("format", json!(arguments.format.map(Format::name))),
        ("map", json!(arguments.map)),
        ("therapist", json!(arguments.privacy.names(&arguments.therapist))),
        ("encoding", json!(arguments.encoding)),
        ("no_text", json!(arguments.no_text)),
        ("excel", json!(arguments.excel)),
        ("engine", json!(engine)),
        ("threads", json!(rayon::current_num_threads())),
    ];
    entries
        .into_iter()
        .chain(arguments.privacy.recorded())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn summary(run: &Run, arguments: &Arguments) -> String {
    let totals = &run.totals;
    let seconds = run.timings.get("total").copied().unwrap_or_default();
    let rate = totals.written as f64 / seconds.max(1e-3);
    let mut lines = vec![format!(
        "{} sessions, {} units, {} moments in {seconds:.1} s ({rate:.0} units/s) with {} {}",
        totals.sessions, totals.written, totals.moments, run.model.name, run.model.version
    )];
    if totals.rejected > 0 {
        lines.push(format!("{} records could not be read: see rejects.csv", totals.rejected));
    }
    lines.push(privacy::summary(totals.finds, arguments.privacy.job().redact));
    if !totals.added_up {
        lines.push("read and written do not add up: please report this".to_owned());
    }
    lines.push(format!("tables are in {}", arguments.out.display()));
    lines.join("\n")
}
