//! SIGINT and SIGTERM: the first ends a run at the next chunk, the second at once. A file that may grow no more is an error like a
//! full disk, and kills nobody.

use super::Exit;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What has been caught.
#[derive(Debug, Default)]
pub(super) struct Signals {
    stop: Arc<AtomicBool>,
    which: Arc<AtomicUsize>,
}

impl Signals {
    /// Catches both from now on.
    pub(super) fn catch() -> io::Result<Signals> {
        let signals = Signals::default();
        // Once it is caught, writing fails instead.
        #[cfg(unix)]
        flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
        for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
            // In this order: the first signal must find the flag down.
            flag::register_conditional_shutdown(signal, exit as i32, Arc::clone(&signals.stop))?;
            flag::register_usize(signal, Arc::clone(&signals.which), signal as usize)?;
            flag::register(signal, Arc::clone(&signals.stop))?;
        }
        Ok(signals)
    }

    /// What the pipeline looks at.
    pub(super) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// The exit code of a run that was stopped.
    pub(super) fn exit(&self) -> Exit {
        if self.which.load(Ordering::Relaxed) == SIGTERM as usize {
            Exit::Terminated
        } else {
            Exit::Interrupted
        }
    }
}
