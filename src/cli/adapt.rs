//! `breakthrough adapt`

use super::evaluate::write_all;
use super::models::ModelArguments;
use super::{Exit, Misuse, print, tell};
use breakthrough::agreement::bootstrap::Bootstrap;
use breakthrough::train::own::{self, LEAST_GROUPS, Material, Settings, Step};
use clap::Args;
use std::path::PathBuf;

/// Learns a codebook of your own from sessions that you have coded, and measures how well.
///
/// Any labels, on any side, one a unit or several. The encoder stays as it is, so it takes minutes; the result is a
/// model folder for `analyze --model DIR`, which then writes `own_codes.csv` beside all other tables. Figures are
/// from cross-validation by group and go to standard output; they stand in the folder too.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Tables in CSV, packed with gzip or not: `session_id`, `speaker`, `text`, labels, and if there are any `utterance_id`, `group`, `client_id`.
    #[arg(required = true, value_name = "CODED")]
    coded: Vec<PathBuf>,

    /// Folder for the model; made if it is not there. Its name is the name of the codebook.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    /// Column of the labels, joined by `|`.
    #[arg(long, value_name = "COLUMN", default_value = "codes")]
    label: String,

    /// Every unit has one label, and one without a label was not coded [default: so where no unit of a coded side lacks a
    /// label or has two; else a unit without a label is one that carries none].
    #[arg(long)]
    single: bool,

    /// Folds of the cross-validation; sessions of one group (column `group`, else `client_id`, else `session_id`) stay together.
    #[arg(long, value_name = "N", default_value_t = Settings::default().folds, help_heading = "Figures")]
    folds: usize,

    /// Seed of folds and resamples.
    #[arg(long, value_name = "N", default_value_t = Settings::default().seed, help_heading = "Figures")]
    seed: u64,

    /// Resamples for the intervals; 0 for none.
    #[arg(long, value_name = "N", default_value_t = Bootstrap::default().resamples, help_heading = "Figures")]
    resamples: usize,

    #[command(flatten)]
    model: ModelArguments,
}

const EXAMPLES: &str = "\
Examples:
  A codebook from coded sessions, then uncoded ones in it:
    breakthrough adapt coded/*.csv --out models/mine
    breakthrough analyze sessions/ --model models/mine --out out
  Labels in another column, one for each client turn:
    breakthrough adapt annomi_train.csv --label talk_type --out models/talk_type
  How far the program and a second coder agree on what it did not learn from:
    breakthrough agreement second_coder.csv out/own_codes.csv";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    if arguments.folds < LEAST_GROUPS {
        return Err(Misuse(format!("--folds must be {LEAST_GROUPS} or more")).into());
    }
    let name = arguments.out.file_name().map_or("own".into(), |name| name.to_string_lossy());
    let material = Material::read(&arguments.coded, &arguments.label, &name, arguments.single)?;
    let book = &material.codebook;
    let kind = if book.single { "one a unit" } else { "any number a unit" };
    tell(&format!("{} labels, {kind}, in {} groups", book.labels.len(), material.groups.len()));
    let files = arguments.model.files()?;
    let model = arguments.model.start(&files)?;
    let bootstrap =
        Bootstrap { resamples: arguments.resamples, seed: arguments.seed, ..Bootstrap::default() };
    let settings = Settings { folds: arguments.folds, seed: arguments.seed };
    let adapted = own::adapt(&model, &material, settings, &bootstrap, &|step| match step {
        Step::Read(units) => tell(&format!("{units} units read")),
        Step::Learned(done, all) if done % 4 == 0 => tell(&format!("{done} of {all} models learned")),
        Step::Learned(..) => {}
    })?;
    if adapted.wordless > 0 {
        tell(&format!("{} coded units have no words and are left out", adapted.wordless));
    }
    let card = own::card(&adapted, &material, &format!("{} {}", model.name(), model.version()));
    write_all(&arguments.out, own::folder(&files, &adapted, card)?)?;
    tell(&format!("the model is in {0}: use it with analyze --model {0}", arguments.out.display()));
    print(&adapted.figures.to_markdown())?;
    Ok(Exit::Done)
}
