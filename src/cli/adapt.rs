//! `breakthrough adapt`

use super::models::ModelArguments;
use super::own::{OwnArguments, finish};
use super::{Exit, counted, whole};
use breakthrough::train::own::{Settings, Step, adapt};
use clap::Args;
use std::path::PathBuf;

/// Learns a codebook of your own from sessions that you have coded, and measures how well.
///
/// Any labels but `session_id`, `utterance_id`, `speaker` and `codes`, on any side, one a unit or several. The encoder stays as it is, so it takes minutes; the result is a
/// model folder for `analyze --model DIR`, which then writes `own_codes.csv` beside all other tables. Figures are
/// from cross-validation by group and go to standard output; they stand in the folder too.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Tables in CSV, packed with gzip or Zstandard or not, in Parquet or in Excel workbooks: `session_id`, `speaker`, `text`, labels, and if there are any `utterance_id`, `group`, `client_id`.
    #[arg(required = true, value_name = "CODED")]
    coded: Vec<PathBuf>,

    /// Folder for the model; made if it is not there. Its name is the name of the codebook.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    own: OwnArguments,

    /// Seed of folds and resamples.
    #[arg(long, value_name = "N", value_parser = whole::<u64>, default_value_t = Settings::default().seed, help_heading = "Figures")]
    seed: u64,

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
    let Arguments { coded, out, own, seed, .. } = arguments;
    let material = own.material(coded, out)?;
    let files = arguments.model.files()?;
    let model = arguments.model.start(&files)?;
    let adapted = adapt(&model, &material, own.settings(*seed), &own.bootstrap(*seed), &|step| match step {
        Step::Read(units) => own.say(&format!("{} read", counted(units, "unit"))),
        Step::Learned(done, all) if done % 4 == 0 => own.say(&format!("{done} of {all} models learned")),
        Step::Learned(..) => {}
    })?;
    finish(own, &adapted, &material, (&files, model.config()), out)
}
