//! Which model to use: the one given, or the one compiled into the program.

use super::built_in;
use breakthrough::model::files::Files;
use breakthrough::model::{EngineKind, Error, Model};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct ModelArguments {
    /// Model folder to use instead of the model that is built into the program.
    #[arg(long, value_name = "DIR", help_heading = "Model")]
    model: Option<PathBuf>,

    /// What runs the network.
    #[arg(long, value_enum, default_value_t, help_heading = "Model")]
    pub(super) engine: Engine,

    /// Computes the encoder in single precision instead of 16-bit integers, which is slower.
    #[arg(long, help_heading = "Model")]
    exact: bool,

    /// Codes with the small encoder instead of the large one: several times as fast, but less sure (see the model card).
    #[arg(long, help_heading = "Model")]
    small: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Engine {
    /// Pure Rust, built in.
    #[default]
    Embedded,
    /// rust-bert on libtorch; for comparison.
    #[cfg(feature = "rust-bert")]
    RustBert,
}

/// The files of the model in a folder, or of the one that is built in.
pub(super) fn files(folder: Option<&Path>) -> Result<Files, Error> {
    folder.map_or_else(|| Ok(Files::built_in(built_in::MINILM)), Files::read)
}

impl ModelArguments {
    /// The folder that was given.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.model.as_deref()
    }

    /// Whether the small encoder was asked for.
    pub(super) fn small(&self) -> bool {
        self.small
    }

    /// The files of the model.
    pub(super) fn files(&self) -> Result<Files, Error> {
        files(self.folder())
    }

    /// The model of these files, on the engine that was asked for.
    pub(super) fn start(&self, files: &Files) -> Result<Model, Error> {
        let engine = match self.engine {
            Engine::Embedded if self.exact => EngineKind::Exact,
            Engine::Embedded => EngineKind::Embedded,
            #[cfg(feature = "rust-bert")]
            Engine::RustBert => EngineKind::RustBert,
        };
        if self.small { Model::load_small(files, engine) } else { Model::load(files, engine) }
    }

    pub(super) fn load(&self) -> Result<Model, Error> {
        self.start(&self.files()?)
    }
}
