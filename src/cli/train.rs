//! `breakthrough train`

use super::{Exit, tell};
use breakthrough::train::corpus::{self, Corpus, Places};
use breakthrough::train::encoder::Settings;
use breakthrough::train::run::Training;
use clap::Args;
use std::path::PathBuf;

/// Trains a model on a coded corpus, with cross-validation, calibration and figures.
///
/// Every stage leaves its result in the work folder; the same command goes on where it was stopped. The
/// shipped model is what the defaults give.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Your folder of what may not be passed on: `annomi_train.csv` and `goemotions_coded.csv`, as scripts/annomi.py and
    /// scripts/goemotions.py make them. What is missing is left out.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,

    /// Folder of the written parts of the corpus.
    #[arg(long, value_name = "DIR", default_value = "data/corpus")]
    written: PathBuf,

    /// Folds of the corpus, one row a group.
    #[arg(long, value_name = "FILE", default_value = "data/splits.csv")]
    splits: PathBuf,

    /// Folder of the pre-trained encoder (all-MiniLM-L6-v2): model.safetensors and tokenizer.json.
    #[arg(long, value_name = "DIR")]
    base: PathBuf,

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

    /// Passes over the corpus.
    #[arg(long, value_name = "N", default_value_t = Settings::default().epochs)]
    epochs: usize,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    tch::set_num_threads(arguments.threads);
    let places =
        Places { written: &arguments.written, own: arguments.corpus.as_deref(), splits: &arguments.splits };
    let Corpus { sessions, missing } = corpus::read(&places)?;
    missing.iter().for_each(|line| tell(line));
    let folds = sessions.iter().map(|session| session.fold).max().unwrap_or(0);
    let training = Training {
        sessions: &sessions,
        base: &arguments.base,
        work: &arguments.work,
        out: &arguments.out,
        settings: Settings { seed: arguments.seed, epochs: arguments.epochs, ..Settings::default() },
        folds: arguments.only_folds.clone().unwrap_or_else(|| (0..=folds).collect()),
        finish: arguments.only_folds.is_none(),
    };
    training.run(&mut |line| tell(&line))?;
    Ok(Exit::Done)
}
