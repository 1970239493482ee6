//! `breakthrough analyze`

use super::log::{self, Log};
use super::models::ModelArguments;
use super::privacy::{self, PrivacyArguments};
use super::signals::Signals;
use super::{Exit, Misuse, counted, exit_for, on_a_bug, whole};
use anyhow::Context as _;
use breakthrough::input::{self, ColumnMap, Format};
use breakthrough::pipeline::{self, Job, Progress};
use breakthrough::report::shard::Shard;
use breakthrough::report::{Also, Run};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Tags every utterance of transcripts and every sentence of session notes, and writes tables.
///
/// Reads CSV, TSV, Excel workbooks (XLSX), JSONL, JSON, Parquet, plain text with speaker prefixes, WebVTT, SubRip, CHAT,
/// session notes (SOAP, DAP, BIRP, GIRP, PIRP or free) and Word documents (DOCX) of transcripts and notes, packed
/// with gzip or zstd or not, and tells them apart by content and name.
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

    /// The therapist's name where speakers have names; every other name is a client, in text and
    /// subtitles if it comes twice or is the only one. May be repeated.
    #[arg(long, value_name = "NAME", value_parser = name, help_heading = "Input")]
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

    /// Tables for looking at in a spreadsheet, not for going on with: a byte order mark, and an apostrophe before text and
    /// ids that look like a formula.
    #[arg(long, help_heading = "Output")]
    excel: bool,

    /// Beside the CSV tables: `parquet` (all tables), `qdpx` (REFI-QDA project), `convokit` (corpus folder), `eaf` (ELAN,
    /// for sessions with times). All but `parquet` hold the words.
    #[arg(long, value_delimiter = ',', value_parser = |name: &str| name.parse::<Also>(), value_name = "LIST", help_heading = "Output")]
    also: Vec<Also>,

    /// Keeps the work done in DIR and takes it up where it is there: only sessions that are new or changed are coded. The
    /// tables come out the same, byte by byte.
    ///
    /// For unattended runs: killed at any moment, the same command again goes on from there. What is kept is a hidden
    /// file, .breakthrough.finished, with numbers and no words. Another version of the program or of the model begins anew.
    #[arg(long)]
    resume: bool,

    /// Codes the I-th of N parts of the sessions alone, for job arrays; give every shard the same input, and `breakthrough
    /// merge` all their folders: that makes the tables of one run over everything, byte by byte.
    ///
    /// A session stays with its shard when others are added. A shard's folder holds no clients, trends and factors. --excel
    /// and --also parquet take effect when shards are put together.
    #[arg(long, value_parser = |text: &str| text.parse::<Shard>(), value_name = "I/N", conflicts_with = "report")]
    shard: Option<Shard>,

    /// Says nothing but errors.
    #[arg(short, long, help_heading = "Log")]
    quiet: bool,

    /// When to show a progress bar on stderr.
    #[arg(long, value_enum, default_value_t, help_heading = "Log")]
    progress: Show,

    /// Form of the lines on stderr. With json each is an object with level, event and, where they apply, file, place,
    /// message and counts; there is no progress bar.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Log")]
    log_format: log::Format,

    #[command(flatten)]
    privacy: PrivacyArguments,

    #[command(flatten)]
    model: ModelArguments,

    /// Threads to use [default: one per processor]. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = threads)]
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
  For pandas or R, for QualCoder or NVivo, and for ELAN:
    breakthrough analyze calls/ --also parquet,qdpx,eaf --out out
  Every night, going on where the last run was stopped, for a batch system:
    breakthrough analyze sessions/ --resume --log-format json --out out
  The second of five parts, as a job of an array:
    breakthrough analyze sessions/ --shard 2/5 --out parts/2
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

fn threads(text: &str) -> Result<u16, String> {
    let wrong = || "a whole number from 1 to 1024 is needed".to_owned();
    whole(text).ok().filter(|n| (1..=1024).contains(n)).ok_or_else(wrong)
}

fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("a name is needed".to_owned()) } else { Ok(text.to_owned()) }
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut log = Log::new(arguments.log_format, arguments.quiet);
    let format = arguments.log_format;
    on_a_bug(move |report| Log::new(format, true).error(report));
    analyze(arguments, &mut log).unwrap_or_else(|error| {
        log.error(&format!("{error:#}"));
        exit_for(&error)
    })
}

fn analyze(arguments: &Arguments, log: &mut Log) -> anyhow::Result<Exit> {
    let encoding = arguments.encoding.as_deref().map(|label| {
        let unknown = format!("--encoding does not know '{label}'; try utf-8, utf-16le or windows-1252");
        encoding_rs::Encoding::for_label(label.as_bytes()).ok_or(Misuse(unknown))
    });
    let options = input::Options {
        format: arguments.format,
        map: arguments.map.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
        therapist: arguments.therapist.clone(),
        encoding: encoding.transpose()?,
        ..input::Options::default()
    };
    if let Some(threads) = arguments.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
        #[cfg(feature = "rust-bert")]
        tch::set_num_threads(threads.into());
    }
    if let Some(number) = arguments.privacy.stray_number(&arguments.inputs) {
        let what = format!(
            "'{number}' does not exist; as the number of --require-clean write --require-clean={number}"
        );
        return Err(Misuse(what).into());
    }
    let found = input::find(&arguments.inputs, Some(&arguments.out), &options)?;
    let model = arguments.model.load()?;
    let signals = Signals::catch().context("signals cannot be caught")?;
    let job = Job {
        sources: found.sources,
        passed_over: found.passed_over,
        input: options,
        text: !arguments.no_text,
        privacy: arguments.privacy.job(),
        excel: arguments.excel,
        also: arguments.also.clone(),
        resume: arguments.resume,
        shard: arguments.shard,
        stop: signals.stop(),
        options: recorded(arguments, model.engine()),
    };

    let bar = progress_bar(arguments);
    for notice in &found.notices {
        bar.suspend(|| log.notice(notice));
    }
    let run = pipeline::analyze(&job, &model, &arguments.out, &mut |progress| match progress {
        Progress::Notice(notice) => bar.suspend(|| log.notice(notice)),
        Progress::Reject(reject) => bar.suspend(|| log.reject(reject)),
        Progress::Coded(units) => {
            bar.set_position(units);
            log.coded(units);
        }
    });
    bar.finish_and_clear();
    let run = match run {
        Err(stopped @ pipeline::Error::Stopped { .. }) => {
            log.error(&stopped.to_string());
            return Ok(signals.exit());
        }
        ended => ended?,
    };
    conclude(&run, &summary(&run, arguments), arguments.report.then_some(&arguments.out), log)
}

/// Says how a run ended, and makes its page in this folder if one is wanted.
pub(super) fn conclude(
    run: &Run,
    summary: &[String],
    page: Option<&PathBuf>,
    log: &Log,
) -> anyhow::Result<Exit> {
    log.end("finished", summary, &json!(run.totals));
    if let Some(out) = page {
        let said = |event: &str, text: &str| log.end(event, &[text.to_owned()], &json!(run.totals));
        super::report::write(out, said).context("the tables are whole, but report.html is not made")?;
    }
    let lossless = run.totals.rejected == 0 && run.totals.added_up;
    Ok(if lossless { Exit::Done } else { Exit::Rejects })
}

fn progress_bar(arguments: &Arguments) -> ProgressBar {
    let people = arguments.log_format == log::Format::Text && !arguments.quiet;
    if !people || arguments.progress == Show::Never {
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
        ("also", json!(arguments.also.iter().map(|also| also.name()).collect::<Vec<_>>())),
        ("engine", json!(engine)),
        ("threads", json!(rayon::current_num_threads())),
    ];
    entries
        .into_iter()
        .chain(arguments.privacy.recorded())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn summary(run: &Run, arguments: &Arguments) -> Vec<String> {
    let totals = &run.totals;
    let seconds = run.timings.get("total").copied().unwrap_or_default();
    let rate = totals.written as f64 / seconds.max(1e-3);
    let mut lines = vec![format!(
        "{}, {}, {} in {seconds:.1} s ({rate:.0} units/s) with {} {}",
        counted(totals.sessions, "session"),
        counted(totals.written, "unit"),
        counted(totals.moments, "moment"),
        run.model.name,
        run.model.version
    )];
    if totals.resumed > 0 {
        let were = if totals.resumed == 1 { "was" } else { "were" };
        lines.push(format!("{} {were} taken up from an earlier run", counted(totals.resumed, "session")));
    }
    if totals.rejected > 0 {
        lines.push(format!("{} could not be read: see rejects.csv", counted(totals.rejected, "record")));
    }
    if totals.passed_over > 0 {
        let were = if totals.passed_over == 1 { "was" } else { "were" };
        lines.push(format!(
            "{} in folders {were} passed over: see the notices",
            counted(totals.passed_over, "file")
        ));
    }
    lines.push(privacy::summary(totals.finds, arguments.privacy.redact));
    if !totals.added_up {
        lines.push("read and written do not add up: please report this".to_owned());
    }
    lines.push(format!("tables are in {}", arguments.out.display()));
    if let Some(shard) = arguments.shard {
        lines.push(format!("this was shard {shard}: breakthrough merge puts all of them together"));
    }
    lines
}
