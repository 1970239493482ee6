//! What in a folder this program has written: a user's own files are neither replaced, nor passed over as outputs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

/// The file that a run locks; it holds the names of what was written beside it, one a line.
pub(crate) const LOCK: &str = ".breakthrough.lock";

/// The account of a run.
pub(crate) const ACCOUNT: &str = "run.json";

/// Names, without what stands behind the first dot, of the files that this program writes to a folder.
pub(crate) const STEMS: [&str; 20] = [
    "agreement",
    "clients",
    "disagreements",
    "excerpts",
    "factors",
    "figures",
    "model_card",
    "moments",
    "own_codes",
    "privacy",
    "project",
    "rejects",
    "reliability",
    "report",
    "run",
    "sessions",
    "shard",
    "trends",
    "unread",
    "utterances",
];

/// The names of what this program has written into the folder, as far as its lock file tells.
pub(crate) fn names(folder: &Path) -> BTreeSet<String> {
    names_in(&fs::read_to_string(folder.join(LOCK)).unwrap_or_default())
}

/// The names in what a lock file holds.
pub(crate) fn names_in(held: &str) -> BTreeSet<String> {
    held.lines().map(str::to_owned).collect()
}

/// Whether the folder holds the account of a run: it may have been copied without its hidden files.
pub(crate) fn has_account(folder: &Path) -> bool {
    let account = folder.join(ACCOUNT);
    // To open a pipe waits for somebody to write to it.
    if !account.is_file() {
        return false;
    }
    // The first members say it; the whole may be as long as the list of inputs.
    let mut start = Vec::new();
    let read = File::open(account).and_then(|account| account.take(256).read_to_end(&mut start));
    read.is_ok() && String::from_utf8_lossy(&start).contains("\"program\": \"breakthrough\"")
}
