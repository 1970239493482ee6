//! One run at a time in an output folder, and no leavings of those that were killed.

use super::folder::Error;
use crate::own_files::{self, LOCK};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A folder that no other run may use; held until the last clone is dropped, however the program ends. The file stays:
/// removing it would let two runs hold a lock each.
///
/// A file system without locks is used as if it had been locked: refusing it would help nobody.
#[derive(Debug, Clone)]
pub(super) struct Lock {
    file: Arc<File>,
    /// The names of what was written into the folder.
    names: Arc<Mutex<BTreeSet<String>>>,
    /// Whether it was written to by a version that kept no names.
    older: bool,
}

impl Lock {
    /// Locks the folder and removes what killed runs left in it.
    pub(super) fn take(folder: &Path) -> Result<Lock, Error> {
        let fail = |cause| Error { action: "use", path: folder.to_owned(), cause };
        let mut options = OpenOptions::new();
        // Windows locks no file that is open for appending alone.
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let path = folder.join(LOCK);
        let found = path.symlink_metadata();
        // A link would have somebody else's file locked, and written to.
        if found.as_ref().is_ok_and(|found| !found.is_file()) {
            return Err(Error::foreign("lock", path));
        }
        let existed = found.is_ok();
        let mut file = options.open(path).map_err(fail)?;
        match file.try_lock() {
            // Only who holds a lock knows that nobody writes what looks left behind.
            Ok(()) => sweep(folder),
            Err(TryLockError::WouldBlock) => {
                let cause = io::Error::new(io::ErrorKind::ResourceBusy, "another run is writing there");
                return Err(fail(cause));
            }
            Err(TryLockError::Error(cause)) if cause.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(cause)) => return Err(fail(cause)),
        }
        if !existed {
            // Versions that kept no names left an empty file: this one is told from theirs even if the run is refused.
            file.write_all(b"\n").map_err(fail)?;
        }
        let mut held = Vec::new();
        file.read_to_end(&mut held).map_err(fail)?;
        let names = own_files::names_in(&String::from_utf8_lossy(&held));
        let older = (existed && held.is_empty() || own_files::has_account(folder))
            && !names.contains(own_files::ACCOUNT);
        Ok(Lock { file: Arc::new(file), names: Arc::new(Mutex::new(names)), older })
    }

    /// Keeps the names as those of files that this program writes into the folder.
    pub(super) fn record(&self, names: &[&str]) -> io::Result<()> {
        let mut known = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<&str> = names.iter().copied().filter(|name| !known.contains(*name)).collect();
        if new.is_empty() {
            return Ok(());
        }
        (&*self.file).write_all(format!("{}\n", new.join("\n")).as_bytes())?;
        self.file.sync_all()?;
        known.extend(new.into_iter().map(str::to_owned));
        Ok(())
    }

    /// Whether a file or folder of this name is one of those, as far as anybody knows.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.older || self.names.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }
}

/// Removes drafts of runs that were killed. What cannot be removed does no harm but takes space.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let of_a_run = entry.file_name().to_str().is_some_and(is_draft);
        if of_a_run && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file is called as [`super::folder::Folder::draft`] calls them: `.NAME.xxxxxx.partial`.
fn is_draft(name: &str) -> bool {
    let Some((name, random)) = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(".partial"))
        .and_then(|name| name.rsplit_once('.'))
    else {
        return false;
    };
    !name.is_empty() && random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::folder::Folder;
    use super::*;

    #[test]
    fn the_second_is_told_so_until_the_first_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::open(dir.path()).unwrap();
        let draft = first.draft("x.csv").unwrap();
        let error = Folder::open(dir.path()).unwrap_err().to_string();
        let told = "another run is writing there; wait until it has ended or choose another output folder";
        assert_eq!(error, format!("cannot use {}: {told}", dir.path().display()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "the first keeps its draft");
        drop((draft, first));
        assert!(Folder::open(dir.path()).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn nobodys_file_is_locked_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (out, theirs) = (dir.path().join("out"), dir.path().join("theirs"));
        fs::create_dir(&out).unwrap();
        fs::write(&theirs, "theirs").unwrap();
        std::os::unix::fs::symlink(&theirs, out.join(LOCK)).unwrap();
        assert!(Folder::open(&out).unwrap_err().to_string().starts_with("cannot lock "));
        assert_eq!(fs::read_to_string(theirs).unwrap(), "theirs");
    }

    #[test]
    fn drafts_of_killed_runs_go_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let ours = [".x.csv.aB3dE6.partial", ".run.json.000000.partial"];
        let others = [".partial", "x.csv.aB3dE6.partial", ".x.partial", ".x.csv.abc.partial", "x.csv"];
        for name in ours.iter().chain(&others) {
            fs::write(dir.path().join(name), "").unwrap();
        }
        fs::create_dir(dir.path().join(".d.aaaaaa.partial")).unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        assert!(ours.iter().all(|name| !folder.path_of(name).exists()));
        assert!(others.iter().all(|name| folder.path_of(name).exists()));
        assert!(folder.path_of(".d.aaaaaa.partial").exists());
        // A draft of today is called as those of yesterday.
        let _draft = folder.draft("y.csv").unwrap();
        let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.filter(|name| name.to_str().is_some_and(is_draft)).count(), 2);
    }
}
