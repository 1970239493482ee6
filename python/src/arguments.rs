//! What the functions take, from Python's types to the library's.

use crate::models::How;
use crate::{errors, models, pools};
use breakthrough::codebook::Code;
use breakthrough::input::{ColumnMap, Header, Options};
use breakthrough::model::Model;
use pyo3::prelude::*;
use rayon::ThreadPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How rows are read and coded; filled by `breakthrough._arguments`.
#[derive(FromPyObject, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "switches, as they are in Python")]
pub(crate) struct Arguments {
    model: Option<PathBuf>,
    exact: bool,
    small: bool,
    /// 0: one per processor.
    threads: usize,
    pub(crate) redact: bool,
    pub(crate) text: bool,
    map: Vec<(String, String)>,
    therapist: Vec<String>,
    pub(crate) allow: Vec<String>,
    name: String,
}

impl Arguments {
    /// How rows are read.
    pub(crate) fn options(&self) -> PyResult<Options> {
        Ok(Options { map: column_map(&self.map)?, therapist: self.therapist.clone(), ..Options::default() })
    }

    /// What stands for the name of a file.
    pub(crate) fn name(&self) -> Arc<Path> {
        Path::new(&self.name).into()
    }

    /// The threads, and the model that is loaded on them; to be called without the interpreter lock.
    pub(crate) fn engine(&self) -> PyResult<(Arc<ThreadPool>, Arc<Model>)> {
        let pool = pools::pool(self.threads)?;
        let model =
            models::model(self.model.as_deref(), How { exact: self.exact, small: self.small }, &pool)?;
        Ok((pool, model))
    }
}

fn column_map(pairs: &[(String, String)]) -> PyResult<ColumnMap> {
    let mut map = ColumnMap::default();
    for (key, column) in pairs {
        map.set(key, column).map_err(|why| errors::map(&why))?;
    }
    Ok(map)
}

/// Which of these columns are read, by their places, and whether each is needed.
#[pyfunction]
pub(crate) fn used(names: Vec<String>, map: Vec<(String, String)>) -> PyResult<Vec<(usize, bool)>> {
    let header = Header::find(&names, &column_map(&map)?).map_err(|why| errors::unusable(&why))?;
    Ok(header.used().iter().map(|&at| (at, header.needs(at))).collect())
}

/// The names of the codes in codebook order.
pub(crate) fn codes() -> Vec<&'static str> {
    Code::ALL.iter().map(|code| code.name()).collect()
}
