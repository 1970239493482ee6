//! Text to probabilities: tokens, the encoder with its context, n-grams, calibration, evidence.

pub mod calibration;
mod clauses;
pub mod config;
pub mod embedded;
pub mod encode;
mod evidence;
pub mod files;
pub mod ngrams;
pub mod own;
mod pages;
mod reading;
#[cfg(feature = "rust-bert")]
pub mod rust_bert;
pub mod weights;

pub use reading::{Reading, Scored};

use crate::codebook::CODE_COUNT;
use calibration::Calibration;
use config::Config;
use embedded::{Embedded, Precision};
use encode::Encoder;
use files::{CALIBRATION, CONFIG, Files, LARGE, LARGE_WORDS, NGRAMS, OWN, OWN_WEIGHTS, TOKENIZER, WEIGHTS};
use ngrams::Ngrams;
use own::{Own, OwnModel};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use weights::Weights;

/// What can be wrong with a model, or with running it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the model folder is missing, damaged, or not what it should be.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The tokenizer failed on a text.
    #[error("the tokenizer failed: {0}")]
    Tokenise(String),
    /// The engine failed.
    #[error("the engine failed: {0}")]
    Engine(String),
}

impl Error {
    pub(crate) fn file(path: &Path, reason: impl Into<String>) -> Error {
        Error::File { path: path.to_owned(), reason: reason.into() }
    }
}

/// What runs the network. Engines differ in speed and in what they need, not in what they say.
pub trait Engine: Send + Sync {
    /// The name used on the command line.
    fn name(&self) -> &'static str;

    /// One vector per window of token ids, row by row. Windows are not empty and ids are in the vocabulary.
    ///
    /// # Errors
    /// If the engine fails.
    fn encode(&self, windows: &[&[u32]]) -> Result<Vec<f32>, Error>;

    /// Logits of the windows of one session from their vectors (row by row) and roles, in order.
    ///
    /// # Errors
    /// If the engine fails.
    fn score(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<[f32; CODE_COUNT]>, Error>;

    /// What the output layers of [`Engine::score`] read, row by row: the vector with its role added, then the states
    /// of the context forwards and backwards. Own codebooks are learned on it.
    ///
    /// # Errors
    /// If the engine fails.
    fn states(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error>;

    /// Logits of the labels of an own codebook that has a network, row by row, from the same; none without one.
    ///
    /// # Errors
    /// If the engine fails.
    fn own_logits(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error>;

    /// Logits of the window at `place` of a session, once for every vector of `instead` that could stand there.
    ///
    /// # Errors
    /// If the engine fails.
    fn score_instead(
        &self,
        vectors: &[f32],
        roles: &[usize],
        place: usize,
        instead: &[f32],
    ) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        let width = vectors.len() / roles.len();
        let mut vectors = vectors.to_vec();
        let score = |vector: &[f32]| {
            vectors[place * width..][..width].copy_from_slice(vector);
            Ok(self.score(&vectors, roles)?[place])
        };
        instead.chunks_exact(width).map(score).collect()
    }
}

/// The engines by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EngineKind {
    /// Pure Rust; always there. The encoder's products in integers.
    #[default]
    Embedded,
    /// The same in single precision.
    Exact,
    /// rust-bert on libtorch.
    #[cfg(feature = "rust-bert")]
    RustBert,
}

/// A model, ready to code sessions.
pub struct Model {
    config: Config,
    encoder: Encoder,
    engine: Box<dyn Engine>,
    ngrams: Ngrams,
    calibration: Calibration,
    own: Option<OwnModel>,
    checksum: String,
}

/// What an engine is made of.
struct Tensors<'a> {
    config: &'a Config,
    small: Weights<'a>,
    large: Option<Weights<'a>>,
    /// Those of an own codebook with so many labels.
    network: Option<(usize, Weights<'a>)>,
}

impl Tensors<'_> {
    fn embedded(&self, precision: Precision) -> Result<Embedded, Error> {
        let engine = match &self.large {
            Some(large) => Embedded::large(self.config, large, precision)?,
            None => Embedded::small(self.config, &self.small, precision)?,
        };
        match &self.network {
            None => Ok(engine),
            Some((labels, own)) => engine.with_own(self.config, &self.small, own, *labels),
        }
    }

    #[cfg(feature = "rust-bert")]
    fn rust_bert(&self) -> Result<rust_bert::RustBert, Error> {
        let engine = match &self.large {
            Some(large) => rust_bert::RustBert::large(self.config, large)?,
            None => rust_bert::RustBert::small(self.config, &self.small)?,
        };
        match &self.network {
            None => Ok(engine),
            Some((labels, own)) => engine.with_own(self.config, &self.small, own, *labels),
        }
    }

    /// Checks that no tensor is left over of those that all belong to the engine.
    fn all_taken(&self) -> Result<(), Error> {
        self.large.as_ref().unwrap_or(&self.small).all_taken()?;
        self.network.as_ref().map_or(Ok(()), |(_, own)| own.all_taken())
    }
}

impl Model {
    /// Takes the files of a model and starts an engine on them.
    ///
    /// # Errors
    /// If a file is not what it should be; nothing is run on tensors that do not fit together. Of the small encoder, where the large one
    /// is there, only the checksum is looked at.
    pub fn load(files: &Files, engine: EngineKind) -> Result<Model, Error> {
        Model::of(files, config::read(files)?, engine)
    }

    /// The same without the large encoder, if the model has one.
    ///
    /// # Errors
    /// As [`Model::load`], and if an own codebook was learned on what the large encoder says.
    pub fn load_small(files: &Files, engine: EngineKind) -> Result<Model, Error> {
        let config = config::read(files)?;
        // A network of its own stands over the small encoder in any case.
        if config.large.is_some()
            && files.bytes(OWN).is_ok()
            && json::<Own>(files, OWN)?.learner.is_regression()
        {
            let reason = "was learned on the large encoder, which --small leaves out";
            return Err(Error::file(&files.path(OWN), reason));
        }
        Model::of(files, config.small(), engine)
    }

    fn of(files: &Files, config: Config, engine: EngineKind) -> Result<Model, Error> {
        let wrong = |name: &str, reason: String| Error::File { path: files.path(name), reason };
        let mut calibration: Calibration = json(files, CALIBRATION)?;
        calibration.check().map_err(|reason| wrong(CALIBRATION, reason))?;
        if let Some(small) = calibration.small.take_if(|_| config.large.is_none()) {
            calibration = *small;
        }
        let own = match (files.bytes(OWN), files.bytes(OWN_WEIGHTS)) {
            (Ok(json), Ok(tensors)) => {
                let (json_path, path) = (files.path(OWN), files.path(OWN_WEIGHTS));
                Some(OwnModel::read([json, tensors], [&json_path, &path], &config)?)
            }
            (Err(_), Err(_)) => None,
            (Err(missing), _) | (_, Err(missing)) => return Err(missing),
        };
        // Each takes some 50 ms, which are most of what a run of few units takes.
        let (words, engine) =
            rayon::join(|| words(files, &config), || start(files, &config, own.as_ref(), engine));
        let ((encoder, ngrams), engine) = (words?, engine?);
        Ok(Model { config, encoder, engine, ngrams, calibration, own, checksum: files.checksum()? })
    }

    /// Name of the model.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Version of the model.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.config.version
    }

    /// SHA-256 of the model's list of checksums: one value for all its files.
    #[must_use]
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// The codebook that the model knows beside the thirteen codes.
    #[must_use]
    pub fn own(&self) -> Option<&OwnModel> {
        self.own.as_ref()
    }

    /// The shape of the network.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Length of what the engine makes of a window.
    pub(crate) fn vector(&self) -> usize {
        let own = self.own.as_ref().is_some_and(OwnModel::is_network);
        self.config.widths().iter().sum::<usize>() + if own { self.config.encoder.hidden } else { 0 }
    }

    /// Name of the engine in use.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        self.engine.name()
    }
}

/// What looks at words themselves.
fn words(files: &Files, config: &Config) -> Result<(Encoder, Ngrams), Error> {
    let wrong = |name: &str, reason: String| Error::File { path: files.path(name), reason };
    let encoder = Encoder::new(files.bytes(TOKENIZER)?, config.encoder.window)
        .map_err(|reason| wrong(TOKENIZER, reason))?;
    let (entries, needed) = (encoder.vocabulary(), config.encoder.vocabulary);
    if entries != needed {
        let reason = format!("has {entries} entries, but {CONFIG} says {needed}: not of this model");
        return Err(wrong(TOKENIZER, reason));
    }
    let ngrams =
        Ngrams::from_safetensors(files.bytes(NGRAMS)?).map_err(|error| wrong(NGRAMS, error.to_string()))?;
    Ok((encoder, ngrams))
}

/// The engine that is asked for.
fn start(
    files: &Files,
    config: &Config,
    own: Option<&OwnModel>,
    engine: EngineKind,
) -> Result<Box<dyn Engine>, Error> {
    let large = config.large.as_ref().map(|_| Weights::of(files, &[LARGE, LARGE_WORDS])).transpose()?;
    // Labels with a network of their own, and its tensors.
    let network = match own.filter(|own| own.is_network()) {
        None => None,
        Some(own) => {
            let tensors = Weights::new(files.bytes(OWN_WEIGHTS)?, &files.path(OWN_WEIGHTS))?;
            Some((own.codebook().labels.len(), tensors))
        }
    };
    let tensors = Tensors { config, small: Weights::of(files, &[WEIGHTS])?, large, network };
    let engine: Box<dyn Engine> = match engine {
        EngineKind::Embedded => Box::new(tensors.embedded(Precision::Fast)?),
        EngineKind::Exact => Box::new(tensors.embedded(Precision::Exact)?),
        #[cfg(feature = "rust-bert")]
        EngineKind::RustBert => Box::new(tensors.rust_bert()?),
    };
    tensors.all_taken()?;
    Ok(engine)
}

fn json<T: DeserializeOwned>(files: &Files, name: &str) -> Result<T, Error> {
    serde_json::from_slice(files.bytes(name)?).map_err(|source| Error::File {
        path: files.path(name),
        reason: format!("not as it should be: {source}"),
    })
}
