//! The native half of the Python package `breakthrough`: what Python hands over as Arrow is read, coded and handed back as
//! Arrow. What a user meets is `python/breakthrough`; nothing here is promised.
//!
//! The interpreter lock is released while rows are coded. Nothing is printed, and no message holds words of a session.

mod analysis;
mod arguments;
mod bugs;
#[path = "../../src/cli/built_in.rs"]
mod built_in;
mod cells;
mod coder;
mod errors;
mod held;
mod models;
mod pools;
mod source;

use pyo3::prelude::*;

/// The module `breakthrough._native`.
#[pymodule(name = "_native")]
mod native {
    #[pymodule_export]
    use super::analysis::analyze;
    #[pymodule_export]
    use super::arguments::used;
    #[pymodule_export]
    use super::bugs::bug;
    #[pymodule_export]
    use super::coder::{Coder, empty};
    use super::errors::{InputError, ModelError};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::bugs::watch();
        let py = module.py();
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("InputError", py.get_type::<InputError>())?;
        module.add("ModelError", py.get_type::<ModelError>())?;
        module.add("CODES", super::arguments::codes())
    }
}
