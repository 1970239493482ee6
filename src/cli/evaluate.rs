//! `breakthrough evaluate`

use super::models::ModelArguments;
use super::output::{writable, write_all};
use super::{Exit, Misuse, counted, print, tell, whole};
use breakthrough::agreement::bootstrap::Bootstrap;
use breakthrough::agreement::report::Report;
use breakthrough::evaluate::coded::Material;
use breakthrough::evaluate::{evidence, talk_type};
use breakthrough::train::calibrate::Policy;
use breakthrough::train::corpus::{self, Places, Source};
use breakthrough::train::folds::{self, Evaluation};
use clap::Args;
use std::path::{Path, PathBuf};

/// How good a model is: on your coded material, or on the corpus out of fold (the figures of the model card).
///
/// With tables it runs the model on them and compares its codes with theirs. Without, it reads the out-of-fold scores
/// that the model was shipped with (folds.csv.gz) and the codes of the data set: no text and no model run is needed.
/// Figures go to standard output as Markdown.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Tables in CSV, packed with gzip or Zstandard or not, or in Parquet, with columns for session, speaker, text and codes as in data/corpus.
    #[arg(value_name = "CODED")]
    coded: Vec<PathBuf>,

    /// Folder for the figures as CSV and reliability curves as SVG.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Measures evidence too: how far the probability of a code falls without its evidence, and without as many random
    /// words of the same unit.
    #[arg(long, requires = "coded")]
    evidence: bool,

    /// Resamples for the intervals; 0 for none.
    #[arg(long, value_name = "N", value_parser = whole::<usize>, default_value_t = Bootstrap::default().resamples)]
    resamples: usize,

    /// Seed of resamples and of random words.
    #[arg(long, value_name = "N", value_parser = whole::<u64>, default_value_t = Bootstrap::default().seed)]
    seed: u64,

    /// Says nothing but errors.
    #[arg(short, long, help_heading = "Log")]
    quiet: bool,

    #[command(flatten)]
    model: ModelArguments,

    /// Out-of-fold scores [default: folds.csv.gz in the folder of --model, or in models/minilm].
    #[arg(long, value_name = "FILE", help_heading = "Out of fold", conflicts_with = "coded")]
    folds: Option<PathBuf>,

    /// Folder of the data set.
    #[arg(long, value_name = "DIR", default_value = "data/corpus", help_heading = "Out of fold")]
    written: PathBuf,

    /// Folds of the data set.
    #[arg(long, value_name = "FILE", default_value = "data/splits.csv", help_heading = "Out of fold")]
    splits: PathBuf,

    /// Your folder with what scripts/annomi.py makes, for the talk types of AnnoMI's experts.
    #[arg(long, value_name = "DIR", help_heading = "Out of fold", conflicts_with = "coded")]
    corpus: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  The out-of-fold figures of the model card, from a fresh clone:
    breakthrough evaluate
  With AnnoMI at hand, talk types too:
    python3 scripts/annomi.py AnnoMI-simple.csv > my_corpus/annomi_train.csv
    breakthrough evaluate --corpus my_corpus
  On your own coded sessions (session_id, speaker, text, codes; utterance_id, group and client_id if there are any), with figures as CSV and reliability curves as SVG:
    breakthrough evaluate coded.csv --evidence --out figures";

impl Arguments {
    /// Something that is not an error.
    fn say(&self, line: &str) {
        if !self.quiet {
            tell(line);
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let bootstrap =
        Bootstrap { resamples: arguments.resamples, seed: arguments.seed, ..Bootstrap::default() };
    if arguments.coded.is_empty() {
        out_of_fold(arguments, &bootstrap)
    } else {
        on_coded(arguments, &bootstrap)
    }
}

fn on_coded(arguments: &Arguments, bootstrap: &Bootstrap) -> anyhow::Result<Exit> {
    let material = Material::read(&arguments.coded)?;
    material.notices.iter().for_each(|notice| arguments.say(notice));
    match material.repeated() {
        0 => {}
        units => arguments.say(&format!("{}: kept, and counted each time", repeated(units))),
    }
    match material.off_side() {
        0 => {}
        units => arguments.say(&format!(
            "codes that the side of their unit cannot have: {}; the model gives none there, and is held to be wrong",
            counted(units, "unit")
        )),
    }
    if let Some(out) = &arguments.out {
        writable(out, &FILES)?;
    }
    let model = arguments.model.load()?;
    let codings =
        material.code(&model, &mut |units| arguments.say(&format!("{} coded", counted(units, "unit"))))?;
    let report = material.report(&codings, bootstrap);
    let mut text = report.to_markdown();
    let mut files = tables(&report)?;
    if arguments.evidence {
        let watch = &mut |units| arguments.say(&format!("evidence of {} measured", counted(units, "unit")));
        let drops = evidence::measure(&model, &material, &codings, bootstrap.seed, watch)?;
        let summaries = drops.summarise(&material, bootstrap);
        let table = evidence::to_markdown(&summaries, drops.whole_units);
        text = [&text, "\n### Evidence\n\n", &table].concat();
        files.push(("evidence.md", table.into_bytes()));
    }
    finish(arguments, &text, files)
}

fn out_of_fold(arguments: &Arguments, bootstrap: &Bootstrap) -> anyhow::Result<Exit> {
    if arguments.model.small() {
        let what = "--small runs no model here, and the out-of-fold scores are those of the large encoder; give tables to evaluate on";
        return Err(Misuse(what.into()).into());
    }
    if !arguments.splits.is_file() {
        let what = format!(
            "{}: there are no folds of the data set; give coded tables to evaluate on, or run it in a clone of the repository",
            arguments.splits.display()
        );
        return Err(Misuse(what).into());
    }
    let places = Places { written: &arguments.written, own: None, splits: &arguments.splits };
    let gold = corpus::gold(&places)?;
    gold.missing.iter().for_each(|line| arguments.say(line));
    let folder = arguments.model.folder().unwrap_or(Path::new("models/minilm"));
    let path = arguments.folds.clone().unwrap_or_else(|| folder.join(folds::FILE));
    if !path.is_file() {
        let what = format!(
            "{}: there are no out-of-fold scores; give --folds, or coded tables to evaluate on, or run it in a clone of the repository",
            path.display()
        );
        return Err(Misuse(what).into());
    }
    let (evaluation, missing) = Evaluation::open(&path, &gold.sessions)?;
    if missing > 0 {
        arguments.say(&format!(
            "not measured out of fold, and left out: {} of the data set",
            counted(missing, "session")
        ));
    }
    let report = evaluation.report(&Policy::default(), bootstrap);
    let mut text = report.to_markdown();
    if let Some(own) = &arguments.corpus {
        let types = talk_type::read(&own.join("annomi_train.csv"))?;
        let table = talk_type::to_markdown(&talk_types(&evaluation, &types, bootstrap));
        text = [&text, "\n### Talk type of AnnoMI's experts\n\n", &table].concat();
    }
    finish(arguments, &text, tables(&report)?)
}

fn talk_types(
    evaluation: &Evaluation<'_>,
    types: &talk_type::TalkTypes,
    bootstrap: &Bootstrap,
) -> Vec<talk_type::Figures> {
    let mut turns = Vec::new();
    for (session, codings) in evaluation.codings(&Policy::default()) {
        if session.source != Source::Annomi {
            continue;
        }
        for (unit, coding) in session.units.iter().zip(codings) {
            if let Some(&gold) = types.get(&(session.id.clone(), unit.id.clone())) {
                let (group, fold, codes) = (session.group.as_str(), session.fold, unit.codes);
                turns.push(talk_type::Turn { group, fold, gold, codes, coding });
            }
        }
    }
    talk_type::evaluate(&turns, bootstrap)
}

type Files = Vec<(&'static str, Vec<u8>)>;

/// All that may be written.
const FILES: [&str; 4] = ["figures.csv", "reliability.csv", "reliability.svg", "evidence.md"];

fn tables(report: &Report) -> anyhow::Result<Files> {
    let svg = report.to_svg().unwrap_or_default();
    Ok(vec![
        ("figures.csv", report.figures_csv()?),
        ("reliability.csv", report.reliability_csv()?),
        ("reliability.svg", svg.into_bytes()),
    ])
}

fn finish(arguments: &Arguments, text: &str, files: Files) -> anyhow::Result<Exit> {
    if let Some(out) = &arguments.out {
        write_all(out, files, &FILES)?;
        arguments.say(&format!("figures and curves are in {}", out.display()));
    }
    print(text)?;
    Ok(Exit::Done)
}

/// Says that units stand there more than once.
pub(super) fn repeated(units: usize) -> String {
    format!("session_id and utterance_id are those of another unit in {}", counted(units, "unit"))
}
