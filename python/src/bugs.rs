//! A panic, should there be one: an exception that says where, and never what, since the message of a panic may quote the
//! text it was about.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

static PLACE: Mutex<String> = Mutex::new(String::new());

/// Keeps the place of a panic instead of printing its message. The hook is this module's own: other native modules have
/// theirs.
pub(crate) fn watch() {
    set_hook(Box::new(|bug| {
        let place = bug.location().map(ToString::to_string).unwrap_or_default();
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

/// Does the work; a panic in it becomes a `RuntimeError`.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, PyErr>) -> Result<T, PyErr> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Err(PyRuntimeError::new_err(format!("a bug at {place}: please report it")))
    })
}

/// Panics with these words in its message: there is no other way to test what is said of a bug.
#[pyfunction]
pub(crate) fn bug(words: &str) -> PyResult<()> {
    caught(|| panic!("not a boundary of {words}"))
}
