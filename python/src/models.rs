//! Models, each loaded once a process.

use crate::{built_in, errors};
use breakthrough::model::files::{CHECKSUMS, Files, checksum};
use breakthrough::model::{EngineKind, Model};
use pyo3::PyErr;
use rayon::ThreadPool;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// By folder (none: built in), the checksum of its list of checksums, and how it runs.
type Key = (Option<PathBuf>, String, How);

/// Whether single precision was asked for, and whether it is the small encoder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct How {
    pub(crate) exact: bool,
    pub(crate) small: bool,
}

static MODELS: Mutex<BTreeMap<Key, Arc<Model>>> = Mutex::new(BTreeMap::new());

/// The model of this folder, or the one that is built in. A folder whose `SHA256SUMS` has changed is another model. To be
/// called without the interpreter lock: another thread may be loading.
pub(crate) fn model(folder: Option<&Path>, how: How, pool: &ThreadPool) -> Result<Arc<Model>, PyErr> {
    let list = folder.and_then(|folder| std::fs::read(folder.join(CHECKSUMS)).ok()).unwrap_or_default();
    let key = (folder.map(Path::to_owned), checksum(&list), how);
    let mut models = MODELS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(model) = models.get(&key) {
        return Ok(Arc::clone(model));
    }
    let engine = if how.exact { EngineKind::Exact } else { EngineKind::Embedded };
    let load = || {
        let files = folder.map_or_else(|| Ok(Files::built_in(built_in::MINILM)), Files::read)?;
        if how.small { Model::load_small(&files, engine) } else { Model::load(&files, engine) }
    };
    let model = Arc::new(pool.install(load).map_err(|error| errors::model(&error))?);
    models.insert(key, Arc::clone(&model));
    Ok(model)
}
