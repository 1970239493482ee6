//! The files of a model folder, checked against its list of checksums.

use super::Error;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The shape of the network.
pub const CONFIG: &str = "config.json";
/// The tokenizer, in Hugging Face's format.
pub const TOKENIZER: &str = "tokenizer.json";
/// The network.
pub const WEIGHTS: &str = "model.safetensors";
/// The n-gram model.
pub const NGRAMS: &str = "ngrams.safetensors";
/// Mixing, calibration, thresholds.
pub const CALIBRATION: &str = "calibration.json";
/// The large encoder with its readers, if the model has one, but for its table of words.
pub const LARGE: &str = "large.safetensors";
/// That table.
pub const LARGE_WORDS: &str = "large_words.safetensors";
/// Checksums of all of the above, as `sha256sum` writes them.
pub const CHECKSUMS: &str = "SHA256SUMS";

/// The files that every model consists of, checksums last.
pub const NAMES: [&str; 6] = [CONFIG, TOKENIZER, WEIGHTS, NGRAMS, CALIBRATION, CHECKSUMS];

/// An own codebook, in a folder that `adapt` made.
pub const OWN: &str = "own.json";
/// What was learned for it.
pub const OWN_WEIGHTS: &str = "own.safetensors";

/// The files that some models have beside these.
pub const SOME: [&str; 4] = [LARGE, LARGE_WORDS, OWN, OWN_WEIGHTS];

/// The contents of a model folder, from disk or from the program itself.
pub struct Files {
    folder: PathBuf,
    files: Vec<(&'static str, Cow<'static, [u8]>)>,
}

impl Files {
    /// Reads a model folder and checks every file against `SHA256SUMS`.
    ///
    /// # Errors
    /// If a file is missing, unreadable, not on the list, or not what the list says.
    pub fn read(folder: &Path) -> Result<Files, Error> {
        let mut files = Vec::new();
        // One that was taken away is missed because the list names it.
        let list = std::fs::read_to_string(folder.join(CHECKSUMS)).unwrap_or_default();
        let some = SOME
            .into_iter()
            .filter(|name| folder.join(name).exists() || list.lines().any(|line| line.ends_with(name)));
        for name in NAMES.into_iter().chain(some) {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).map_err(|source| {
                Error::file(
                    &path,
                    format!("cannot be read ({source}): is {} a model folder?", folder.display()),
                )
            })?;
            files.push((name, Cow::Owned(bytes)));
        }
        let files = Files { folder: folder.to_owned(), files };
        files.check()?;
        Ok(files)
    }

    /// Takes files that were compiled into the program, as `(name, contents)`. They are not checked at every start,
    /// which would take a quarter of it: they can no more change than the program can, and a test of the program
    /// holds them to their list with [`Files::check`].
    #[must_use]
    pub fn built_in(files: &[(&'static str, &'static [u8])]) -> Files {
        let files = files.iter().map(|&(name, bytes)| (name, Cow::Borrowed(bytes))).collect();
        Files { folder: PathBuf::from("built-in model"), files }
    }

    /// Checks every file against `SHA256SUMS`.
    ///
    /// # Errors
    /// If a file is not on the list, or not what the list says.
    pub fn check(&self) -> Result<(), Error> {
        let list = String::from_utf8_lossy(self.bytes(CHECKSUMS)?).into_owned();
        for (name, bytes) in self.files.iter().filter(|(name, _)| *name != CHECKSUMS) {
            let listed = list.lines().find_map(|line| {
                let (sum, file) = line.split_once(char::is_whitespace)?;
                (file.trim_start_matches([' ', '*']) == *name).then_some(sum)
            });
            let listed = listed.ok_or_else(|| {
                Error::file(&self.path(CHECKSUMS), format!("does not list {name}: make it anew"))
            })?;
            if !checksum(bytes).eq_ignore_ascii_case(listed) {
                let reason = format!("is damaged or was changed: its SHA-256 is not the one in {CHECKSUMS}");
                return Err(Error::file(&self.path(name), reason));
            }
        }
        Ok(())
    }

    /// Names and bytes of all files.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (*name, &**bytes))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn bytes(&self, name: &str) -> Result<&[u8], Error> {
        self.files
            .iter()
            .find(|(file, _)| *file == name)
            .map(|(_, bytes)| &**bytes)
            .ok_or_else(|| Error::file(&self.path(name), "is missing"))
    }

    /// The bytes of a file, if it is compiled in and so stays where it is.
    #[must_use]
    pub fn lasting(&self, name: &str) -> Option<&'static [u8]> {
        self.files.iter().find(|(file, _)| *file == name).and_then(|(_, bytes)| match bytes {
            Cow::Borrowed(bytes) => Some(*bytes),
            Cow::Owned(_) => None,
        })
    }

    /// The path of a file, for messages.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// One checksum for the whole model: the SHA-256 of `SHA256SUMS`.
    ///
    /// # Errors
    /// If there is no list.
    pub fn checksum(&self) -> Result<String, Error> {
        Ok(checksum(self.bytes(CHECKSUMS)?))
    }
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes `SHA256SUMS` for the other files of a model folder.
///
/// # Errors
/// If a file cannot be read or the list cannot be written.
pub fn write_checksums(folder: &Path) -> std::io::Result<()> {
    let mut files = Vec::new();
    let large = [LARGE, LARGE_WORDS].into_iter().filter(|name| folder.join(name).exists());
    for name in NAMES.into_iter().filter(|&name| name != CHECKSUMS).chain(large) {
        files.push((name, std::fs::read(folder.join(name))?));
    }
    std::fs::write(folder.join(CHECKSUMS), checksums(files.iter().map(|(name, bytes)| (*name, &**bytes))))
}

/// Removes from a model folder what the model there had, as its list of checksums says, and the one of these files has not:
/// [`Files::read`] takes no file that is not on the list.
///
/// # Errors
/// If one is there and cannot be removed.
pub fn remove_older(folder: &Path, names: &[&str]) -> std::io::Result<()> {
    let list = std::fs::read_to_string(folder.join(CHECKSUMS)).unwrap_or_default();
    let listed = |name: &str| list.lines().any(|line| line.ends_with(name));
    for name in SOME.into_iter().filter(|name| listed(name) && !names.contains(name)) {
        match std::fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// A value as it stands in a JSON file of a model folder.
///
/// # Errors
/// If it cannot be said in JSON.
pub fn json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The list of checksums of some files, as `sha256sum` writes it.
#[must_use]
pub fn checksums<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    files.into_iter().fold(String::new(), |mut list, (name, bytes)| {
        let _ = writeln!(list, "{}  {name}", checksum(bytes));
        list
    })
}
