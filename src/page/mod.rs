//! The report: one page, made from the tables of an output folder, that opens anywhere and asks nobody.
//!
//! | part | what it does |
//! |---|---|
//! | [`read`] | the tables as rows; what is broken is named, what an older run did not write is noted |
//! | `walk` | units, moments and words to the sessions they stand in |
//! | [`gather`] | rows to what the page shows: sessions, clients, groups; [`data`] says what that is |
//! | [`units`] | the units of a session as a short string |
//! | [`html`] | the frame: style, script and data in one file, under a policy that lets nothing else in |
//!
//! The page itself is in `page.html`, `css/` and `js/`: a small script without a framework, put together when the
//! program is built. Data stand in it once, as JSON that no browser runs; details are drawn when they are asked for.
//!
//! Reads tables only: whatever made them, the page says what they say.

pub mod data;
pub mod gather;
pub mod html;
pub mod read;
pub mod units;
mod walk;

use crate::report::folder::Folder;
use crate::report::{self, PAGE};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table without which there is nothing to show.
    #[error("{} has no {file}: give a folder that `breakthrough analyze` has written", folder.display())]
    NotAnOutput {
        /// The folder.
        folder: PathBuf,
        /// The table.
        file: &'static str,
    },
    /// A file that is there and cannot be read.
    #[error("cannot read {}: {cause}; check its permissions or write the tables anew", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// A table that is not what the program writes. Never holds what stands in a cell.
    #[error("{}{}: {fault}; write the tables anew with `breakthrough analyze`", path.display(), line.map(|n| format!(", line {n}")).unwrap_or_default())]
    Broken {
        /// The table.
        path: PathBuf,
        /// Line where the row begins, from 1.
        line: Option<u64>,
        /// What is wrong.
        fault: String,
    },
    /// The page could not be written.
    #[error(transparent)]
    Output(#[from] report::Error),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// What the folder lacks and the page therefore cannot show, a sentence each.
    pub notices: Vec<String>,
}

/// Makes the page from the tables in `folder`. The same tables give the same bytes.
///
/// # Errors
/// If a table that is needed is not there, or a table is broken.
pub fn render(folder: &Path) -> Result<String, Error> {
    Ok(html::page(&gather::gather(read::read(folder)?)?))
}

/// Makes the page and puts it into `folder` as `report.html`, on Unix readable by its owner only.
///
/// # Errors
/// As [`render`]; or if the page cannot be written, in which case an earlier one stays.
pub fn write(folder: &Path) -> Result<Written, Error> {
    let book = gather::gather(read::read(folder)?)?;
    let page = html::page(&book);
    let folder = Folder::open(folder)?;
    let path = folder.path_of(PAGE);
    folder.check(&[PAGE])?;
    folder.record(&[PAGE])?;
    let mut draft = folder.draft(PAGE)?;
    draft.write_all(page.as_bytes()).map_err(|cause| report::Error {
        action: "write",
        path: path.clone(),
        cause,
    })?;
    draft.seal()?.publish()?;
    folder.sync();
    Ok(Written { path, bytes: page.len() as u64, notices: book.data.notices })
}
