//! `breakthrough train`

use super::own::{OwnArguments, finish};
use super::{Exit, models, tell};
use anyhow::Context as _;
use breakthrough::model::config;
use breakthrough::train::corpus::{self, Corpus, Places};
use breakthrough::train::network::Settings;
use breakthrough::train::own::{FineTuning, Start, Unseen, fine_tune};
use breakthrough::train::run::Training;
use clap::Args;
use std::path::{Path, PathBuf};

/// Trains a model on a coded corpus, with cross-validation, calibration and figures.
///
/// Every stage leaves its result in the work folder; the same command goes on where it was stopped. The
/// shipped model is what the defaults give.
///
/// With `--codes` it teaches a codebook of your own instead, as `adapt` does, but with layers of its own above the lower half
/// of the model's network; any build of the program takes the result with `analyze --model DIR`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Your folder of what may not be passed on: `annomi_train.csv`, `goemotions_coded.csv` and `comments_coded.csv`, as
    /// scripts/annomi.py, scripts/goemotions.py and scripts/comments.py make them. What is missing is left out.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,

    /// Folder of the written parts of the corpus.
    #[arg(long, value_name = "DIR", default_value = "data/corpus")]
    written: PathBuf,

    /// Folds of the corpus, one row a group.
    #[arg(long, value_name = "FILE", default_value = "data/splits.csv")]
    splits: PathBuf,

    /// Folder of the pre-trained encoder (all-MiniLM-L6-v2): model.safetensors and tokenizer.json. With --codes, own labels
    /// start from its layers instead of the model's.
    #[arg(long, value_name = "DIR", required_unless_present = "codes")]
    base: Option<PathBuf>,

    /// Folder of the large pre-trained encoder (all-mpnet-base-v2): model.safetensors and tokenizer.json.
    #[arg(long, value_name = "DIR", required_unless_present = "codes", conflicts_with = "codes")]
    large: Option<PathBuf>,

    /// Folder for what the stages leave.
    #[arg(long, value_name = "DIR", default_value = "train-out")]
    work: PathBuf,

    /// Folder for the finished model.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,

    /// Trains and scores only these folds, and no final model: for spreading folds over machines.
    #[arg(long, value_name = "N", value_delimiter = ',')]
    only_folds: Option<Vec<usize>>,

    /// Threads of libtorch.
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: i32,

    /// Seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Passes over the corpus [default: 2, with --codes 3].
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,

    /// Peak learning rate of the encoder.
    #[arg(long, hide = true)]
    encoder_rate: Option<f64>,

    /// Peak learning rate of the layers above it.
    #[arg(long, hide = true)]
    head_rate: Option<f64>,

    /// Dropout in the encoder; twice as much above it.
    #[arg(long, hide = true)]
    dropout: Option<f64>,

    /// Tokens per step.
    #[arg(long, hide = true)]
    step_tokens: Option<usize>,

    /// Coded tables as `adapt` takes them: teaches your labels instead of the thirteen codes.
    #[arg(long, value_name = "CODED", num_args = 1.., help_heading = OWN, conflicts_with_all = ["corpus", "only_folds"])]
    codes: Vec<PathBuf>,

    /// Model folder to build upon instead of the model that is built into the program.
    #[arg(long, value_name = "DIR", help_heading = OWN, requires = "codes")]
    model: Option<PathBuf>,

    /// Networks that did not learn from fold 0, 1 and so on of --splits, as a training leaves them in its work folder: each session is
    /// scored by what started from one that never saw its group, and not counted where there is none. For figures of material that
    /// the model has learned from.
    #[arg(long, value_name = "NETWORK", num_args = 1.., help_heading = OWN, requires = "codes", conflicts_with = "base")]
    start: Vec<PathBuf>,

    #[command(flatten, next_help_heading = OWN)]
    own: OwnArguments,
}

const OWN: &str = "Your own codes";

const EXAMPLES: &str = "\
Examples:
  A codebook of your own from coded sessions, then uncoded ones in it:
    breakthrough train --codes coded/*.csv --out models/mine
    breakthrough analyze sessions/ --model models/mine --out out
  The shipped model:
    breakthrough train --base all-MiniLM-L6-v2 --large all-mpnet-base-v2 --corpus corpus --out models/minilm";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    tch::set_num_threads(arguments.threads);
    if !arguments.codes.is_empty() {
        return own_codes(arguments);
    }
    let base = arguments.base.as_deref().context("--base is missing")?;
    let large = arguments.large.as_deref().context("--large is missing")?;
    let places =
        Places { written: &arguments.written, own: arguments.corpus.as_deref(), splits: &arguments.splits };
    let Corpus { sessions, missing } = corpus::read(&places)?;
    missing.iter().for_each(|line| tell(line));
    let training = Training {
        sessions: &sessions,
        base,
        large,
        work: &arguments.work,
        out: &arguments.out,
        settings: arguments.settings(&Settings::default()),
        folds: arguments.only_folds.clone().unwrap_or_else(|| (0..=corpus::last_fold(&sessions)).collect()),
        finish: arguments.only_folds.is_none(),
    };
    training.run(&mut |line| tell(&line))?;
    Ok(Exit::Done)
}

fn own_codes(arguments: &Arguments) -> anyhow::Result<Exit> {
    let Arguments { codes, out, own, seed, .. } = arguments;
    let material = own.material(codes, out)?;
    let files = models::files(arguments.model.as_deref())?;
    let base = arguments.base.as_ref().map(|folder| folder.join("model.safetensors"));
    let job = FineTuning {
        files: &files,
        material: &material,
        settings: own.settings(*seed),
        teaching: arguments.settings(&Settings::own()),
        start: base.as_deref().map_or(Start::Model, Start::Encoder),
        unseen: unseen(&arguments.start, &arguments.splits)?,
    };
    let adapted = fine_tune(&job, &own.bootstrap(*seed), &mut |line| own.say(&line))?;
    finish(own, &adapted, &material, (&files, &config::read(&files)?), out)
}

fn unseen(starts: &[PathBuf], splits: &Path) -> anyhow::Result<Option<Unseen>> {
    if starts.is_empty() {
        return Ok(None);
    }
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        Ok((path.clone(), bytes))
    };
    let starts = starts.iter().map(read).collect::<anyhow::Result<_>>()?;
    Ok(Some(Unseen { starts, part_of: corpus::read_splits(splits)? }))
}

impl Arguments {
    /// How to teach: what was said, else as in `defaults`.
    fn settings(&self, defaults: &Settings) -> Settings {
        Settings {
            seed: self.seed,
            epochs: self.epochs.unwrap_or(defaults.epochs),
            encoder_rate: self.encoder_rate.unwrap_or(defaults.encoder_rate),
            head_rate: self.head_rate.unwrap_or(defaults.head_rate),
            dropout: self.dropout.unwrap_or(defaults.dropout),
            step_tokens: self.step_tokens.unwrap_or(defaults.step_tokens),
            ..defaults.clone()
        }
    }
}
