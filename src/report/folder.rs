//! An output folder whose files appear whole or not at all.

use super::lock::Lock;
use sha2::{Digest as _, Sha256};
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// An output that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}: {cause}; {mend}", path = path.display(), mend = mend(cause))]
pub struct Error {
    /// What was tried, e.g. `write`.
    pub action: &'static str,
    /// The file or folder, under its final name.
    pub path: PathBuf,
    /// What the operating system said.
    pub cause: io::Error,
}

impl Error {
    /// That somebody's own file, or a link, stands where one of ours goes.
    pub(crate) fn foreign(action: &'static str, path: PathBuf) -> Error {
        let cause = io::Error::new(io::ErrorKind::AlreadyExists, "no run has written what stands there");
        Error { action, path, cause }
    }
}

fn mend(cause: &io::Error) -> &'static str {
    // Of the process, and of the machine: they have no kind.
    if cfg!(unix) && matches!(cause.raw_os_error(), Some(23 | 24)) {
        return "raise the limit on open files (ulimit -n) and run again";
    }
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space and run again",
        io::ErrorKind::FileTooLarge => "raise the limit on the size of files (ulimit -f) and run again",
        io::ErrorKind::ResourceBusy => "wait until it has ended or choose another output folder",
        io::ErrorKind::NotFound => "the folder has gone: leave it where it is during a run, and run again",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose an output folder that you may write to"
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
            "move what stands there out of the way or choose another output folder"
        }
        _ => "choose another output folder or try again",
    }
}

/// A folder that exists and takes outputs: of this run alone, as long as it or a clone of it is there.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    lock: Lock,
}

impl Folder {
    /// Opens the folder, making it (and those above it) if it is absent; on Unix what is made is its owner's only.
    /// Drafts that killed runs left in it are removed.
    ///
    /// # Errors
    /// If it cannot be made, something other than a folder stands there, it may not be written to, or another run
    /// has it open.
    pub fn open(path: &Path) -> Result<Folder, Error> {
        let fail = |cause| Error { action: "make the output folder", path: path.to_owned(), cause };
        make(path).map_err(fail)?;
        Ok(Folder { path: path.to_owned(), lock: Lock::take(path)? })
    }

    /// Says that what stands under these names in the folder is this program's, from now on.
    ///
    /// # Errors
    /// If that cannot be written down.
    pub fn record(&self, names: &[&str]) -> Result<(), Error> {
        let fail = |cause| Error { action: "write into", path: self.path.clone(), cause };
        self.lock.record(names).map_err(fail)
    }

    /// Sees that nobody's own file stands under one of these names.
    ///
    /// # Errors
    /// If one does.
    pub fn check(&self, names: &[&str]) -> Result<(), Error> {
        let foreign = |name: &&&str| !self.lock.knows(name) && self.path_of(name).symlink_metadata().is_ok();
        let Some(name) = names.iter().find(foreign) else { return Ok(()) };
        Err(Error::foreign("replace", self.path_of(name)))
    }

    /// Whether this program has written what stands under a name, or the folder that it is in.
    fn is_ours(&self, name: &str) -> bool {
        self.lock.knows(name.split('/').next().unwrap_or(name))
    }

    /// Where an output of this name stands when it is whole.
    #[must_use]
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Begins an output: a temporary file in the folder, on Unix readable and writable by its owner only. A name with a
    /// `/` stands in a folder below, which is made when the output is whole.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn draft(&self, name: &str) -> Result<Draft, Error> {
        let path = self.path_of(name);
        let last = name.rsplit('/').next().unwrap_or(name);
        // The name tells what a killed run has left behind: `lock` removes it.
        tempfile::Builder::new()
            .prefix(&format!(".{last}."))
            .suffix(".partial")
            .tempfile_in(&self.path)
            .map(|file| {
                let (file, temporary) = file.into_parts();
                Draft { path: path.clone(), file: BufWriter::with_capacity(1 << 16, file), temporary }
            })
            .map_err(|cause| Error { action: "make", path, cause })
    }

    /// Removes an output of an earlier run, if there is one. Nobody's own file goes.
    ///
    /// # Errors
    /// If it is there and cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        if !self.is_ours(name) {
            return Ok(());
        }
        let path = self.path_of(name);
        match fs::remove_file(&path) {
            Err(cause) if !is_absent(&cause) => Err(Error { action: "replace", path, cause }),
            _ => {
                // The folder that was made for it, where that is empty now.
                if let Some(above) = path.parent().filter(|above| *above != self.path) {
                    let _ = fs::remove_dir(above);
                }
                Ok(())
            }
        }
    }

    /// Removes the outputs of an earlier run in a folder below whose names end so.
    ///
    /// # Errors
    /// If the folder is there and cannot be looked into, or one of them cannot be removed.
    pub fn remove_ending(&self, below: &str, ending: &str) -> Result<(), Error> {
        if !self.is_ours(below) {
            return Ok(());
        }
        let path = self.path_of(below);
        let fail = |cause| Error { action: "look into", path: path.clone(), cause };
        let entries = match fs::read_dir(&path) {
            Err(cause) if is_absent(&cause) => return Ok(()),
            entries => entries.map_err(fail)?,
        };
        for entry in entries {
            let name = entry.map_err(fail)?.file_name();
            if let Some(name) = name.to_str().filter(|name| name.ends_with(ending)) {
                self.remove(&format!("{below}/{name}"))?;
            }
        }
        Ok(())
    }

    /// A file in the folder that has no name and goes when it is closed.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn scratch(&self) -> Result<File, Error> {
        tempfile::tempfile_in(&self.path).map_err(|cause| Error {
            action: "write into",
            path: self.path.clone(),
            cause,
        })
    }

    /// Asks the system to keep the names of the files; a system that cannot is not asked twice.
    pub fn sync(&self) {
        if cfg!(unix) {
            let _ = File::open(&self.path).and_then(|folder| folder.sync_all());
        }
    }
}

/// Makes a folder and those above it, on Unix its owner's only.
fn make(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn is_absent(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// An output that is being written. Dropped before [`Whole::publish`], it leaves no file.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    // Dropped before the name: not every system removes a file that is open.
    file: BufWriter<File>,
    temporary: TempPath,
}

impl Draft {
    /// Writes out what is buffered and waits until it is on the disk.
    ///
    /// # Errors
    /// If the disk is full or fails.
    pub fn seal(self) -> Result<Whole, Error> {
        let Draft { path, file, temporary } = self;
        match file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all()) {
            Ok(()) => Ok(Whole { path, temporary }),
            Err(cause) => Err(Error { action: "write", path, cause }),
        }
    }
}

impl Seek for Draft {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The SHA-256 of a file in hexadecimal.
pub(super) fn checksum(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hash)?;
    Ok(format!("{:x}", hash.finalize()))
}

/// An output that is complete on the disk but still has its temporary name.
#[derive(Debug)]
pub struct Whole {
    path: PathBuf,
    temporary: TempPath,
}

impl Whole {
    /// Its name in the output folder, or that of the folder below which it is in.
    pub(super) fn place_in(&self, folder: &Folder) -> String {
        let below = self.path.strip_prefix(&folder.path).unwrap_or(&self.path);
        below.iter().next().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether it will have this name in the output folder.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.path.file_name().is_some_and(|own| own == name)
    }

    /// Its name in the output folder, and its SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// If it cannot be read back.
    pub(super) fn sum(&self) -> Result<(String, String), Error> {
        let sum = checksum(&self.temporary);
        let sum = sum.map_err(|cause| Error { action: "read", path: self.path.clone(), cause })?;
        Ok((self.path.file_name().unwrap_or_default().to_string_lossy().into_owned(), sum))
    }

    /// Gives the file its own name, replacing one of that name.
    ///
    /// # Errors
    /// If the file cannot be renamed.
    pub fn publish(self) -> Result<(), Error> {
        let path = self.path.clone();
        self.publish_as(path)
    }

    /// Gives the file another name than its own.
    ///
    /// # Errors
    /// As [`Whole::publish`].
    pub(super) fn publish_as(self, path: PathBuf) -> Result<(), Error> {
        let Whole { temporary, .. } = self;
        let placed = path.parent().map_or(Ok(()), make).and_then(|()| Ok(temporary.persist(&path)?));
        placed.map_err(|cause| Error { action: "replace", path, cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_place_and_the_mend() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("taken");
        fs::write(&file, "").unwrap();
        let error = Folder::open(&file).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot make the output folder {}: ", file.display())), "{error}");
        assert!(error.ends_with("choose another output folder"), "{error}");
    }

    #[test]
    fn nobodys_own_files_are_taken() {
        let dir = tempfile::tempdir().unwrap();
        let mine = dir.path().join("sessions.csv");
        fs::write(&mine, "mine").unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        folder.record(&["agreement.csv"]).unwrap();
        let error = folder.check(&["moments.csv", "sessions.csv"]).unwrap_err();
        assert_eq!((error.action, &error.path), ("replace", &mine));
        assert!(error.to_string().contains("no run has written"), "{error}");
        folder.remove("sessions.csv").unwrap();
        assert!(mine.exists());
        folder.check(&["moments.csv"]).unwrap();
        folder.record(&["moments.csv", "eaf"]).unwrap();
        drop(folder);
        // What was recorded is ours, also for the next one.
        let folder = Folder::open(dir.path()).unwrap();
        fs::write(dir.path().join("moments.csv"), "ours").unwrap();
        folder.check(&["moments.csv", "eaf"]).unwrap();
        folder.remove("moments.csv").unwrap();
        assert!(!dir.path().join("moments.csv").exists());
        assert!(folder.check(&["sessions.csv"]).is_err());
    }

    #[test]
    fn folders_of_before_are_ours() {
        for (name, holds) in [(".breakthrough.lock", ""), ("run.json", "{\"program\": \"breakthrough\"}")] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join("privacy.csv"), "ours").unwrap();
            fs::write(dir.path().join(name), holds).unwrap();
            Folder::open(dir.path()).unwrap().check(&["privacy.csv"]).unwrap();
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("eaf"), "mine").unwrap();
        fs::write(dir.path().join(".breakthrough.lock"), "run.json\n").unwrap();
        fs::write(dir.path().join("run.json"), "{\"program\": \"breakthrough\"}").unwrap();
        assert!(Folder::open(dir.path()).unwrap().check(&["eaf"]).is_err());
    }

    #[test]
    fn a_folder_below_comes_with_its_first_file_and_goes_with_its_last() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let below = dir.path().join("eaf");
        for name in ["eaf/a.eaf", "eaf/b.eaf"] {
            let draft = folder.draft(name).unwrap();
            assert!(!dir.path().join(name).exists());
            draft.seal().unwrap().publish().unwrap();
        }
        fs::write(below.join("mine.txt"), "").unwrap();
        folder.remove_ending("eaf", ".eaf").unwrap();
        assert_eq!(fs::read_dir(&below).unwrap().count(), 3, "not known to be ours");
        folder.record(&["eaf"]).unwrap();
        folder.remove_ending("eaf", ".eaf").unwrap();
        assert_eq!(fs::read_dir(&below).unwrap().count(), 1, "what is not ours stays");
        folder.remove("eaf/mine.txt").unwrap();
        assert!(!below.exists());
        folder.remove_ending("eaf", ".eaf").unwrap();
        folder.remove("eaf/a.eaf").unwrap();
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("x.csv")).unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let error = folder.draft("x.csv").unwrap().seal().unwrap().publish().unwrap_err();
        assert_eq!((error.action, error.path), ("replace", dir.path().join("x.csv")));
        let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.filter(|name| !name.to_string_lossy().starts_with('.')).count(), 1);
    }
}
