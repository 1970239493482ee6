//! Panics of other people's readers on damaged files, which become rejects.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is that of a damaged file, which becomes a reject. A panic hook that calls every panic a
/// bug should ask; libFuzzer's would end the run.
#[must_use]
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// What the work comes to; `None` if it panics. What it worked on is done with after that.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    GUARDED.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    done.ok()
}
