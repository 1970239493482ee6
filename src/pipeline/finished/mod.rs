//! Finished work: what the engine said of sessions, kept in the output folder, so that a run that was stopped at any
//! moment is taken up and not begun anew.
//!
//! One hidden file to which records are added, one a session, under a checksum of all that decides what the engine
//! says of it: program, model, engine, and who says what. A record holds probabilities, codes and spans, never words.
//! Everything else is computed anew from them, so that tables come out the same by construction.

mod record;

use super::Work;
use crate::model::Model;
use crate::report::Error;
use crate::report::folder::Folder;
use crate::transcript::Session;
use record::{Frame, Key};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// The file in the output folder.
pub const FILE: &str = ".breakthrough.finished";

/// How the file begins. Another layout has another number.
const MAGIC: &[u8] = b"breakthrough finished work 1\n";
/// How it begins in any layout.
const OURS: &[u8] = b"breakthrough finished work ";

/// A checksum of who says what in a session.
pub(super) fn words(session: &Session) -> [u8; 32] {
    record::key(&Sha256::default(), session)
}

/// The finished work of an output folder. In memory it takes about 70 bytes a session.
pub(super) struct Finished {
    folder: Folder,
    path: PathBuf,
    file: File,
    /// Where the next record goes.
    end: u64,
    records: BTreeMap<Key, Place>,
    /// The checksum of what is the same for all sessions, to be gone on with.
    seed: Sha256,
}

/// Where a record begins, whether this run has used it, and whether an earlier one left it.
struct Place {
    start: u64,
    used: bool,
    earlier: bool,
}

impl Finished {
    /// Opens the finished work of a folder for this model, or begins it. The second value says what could not be taken
    /// up, if anything: that is coded again.
    pub(super) fn open(folder: &Folder, model: &Model) -> Result<(Finished, Option<String>), Error> {
        let path = folder.path_of(FILE);
        let foreign = || Error::foreign("replace", path.clone());
        if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Err(foreign());
        }
        let ours = folder.check(&[FILE]).is_ok();
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(&path).and_then(|mut file| {
            let found = survey(&mut file, ours)?;
            Ok((file, found))
        });
        let (file, found) = opened.map_err(|cause| Error { action: "read", path: path.clone(), cause })?;
        let ((records, end), notice) = found.ok_or_else(foreign)?;
        folder.record(&[FILE])?;
        let seed = record::seed([env!("CARGO_PKG_VERSION"), model.checksum(), model.engine()]);
        Ok((Finished { folder: folder.clone(), path, file, end, records, seed }, notice))
    }

    /// What the engine said of this session, if that is known, and whether it said so in an earlier run.
    pub(super) fn find(&mut self, session: &Session) -> Option<(Work, bool)> {
        let key = record::key(&self.seed, session);
        let place = self.records.get_mut(&key)?;
        self.file.seek(SeekFrom::Start(place.start)).ok()?;
        // A disk that fails here costs the work, not the run.
        let frame = Frame::read(&mut self.file, self.end - place.start).ok()??;
        let work =
            record::unpack(frame.payload()?).filter(|work| work.codings.len() == session.units.len())?;
        place.used = true;
        Some((work, place.earlier))
    }

    /// Adds what the engine said of these sessions, and waits until it is on the disk.
    pub(super) fn keep<'a>(
        &mut self,
        sessions: impl Iterator<Item = (&'a Session, Work)>,
    ) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for (session, work) in sessions {
            let key = record::key(&self.seed, session);
            let start = self.end + bytes.len() as u64;
            // Larger than a length can say: about eighty million units. It is coded again.
            if record::pack(key, &work, &mut bytes).is_some() {
                self.records.insert(key, Place { start, used: true, earlier: false });
            }
        }
        let written = self
            .file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(&bytes))
            .and_then(|()| self.file.sync_data());
        self.end += bytes.len() as u64;
        written.map_err(|cause| Error { action: "write", path: self.path.clone(), cause })
    }

    /// Forgets what this run had no use for, by writing the rest to a new file.
    pub(super) fn tidy(mut self) -> Result<(), Error> {
        let mut starts: Vec<u64> =
            self.records.values().filter(|place| place.used).map(|place| place.start).collect();
        starts.sort_unstable();
        let mut draft = self.folder.draft(FILE)?;
        let copied = draft.write_all(MAGIC).and_then(|()| {
            starts.into_iter().try_for_each(|start| {
                self.file.seek(SeekFrom::Start(start))?;
                let frame = Frame::read(&mut self.file, self.end - start)?;
                frame.map_or(Ok(()), |frame| draft.write_all(frame.bytes()))
            })
        });
        copied.map_err(|cause| Error { action: "write", path: self.path.clone(), cause })?;
        draft.seal()?.publish()
    }
}

/// Where records stand, and where the last whole one ends.
type Found = (BTreeMap<Key, Place>, u64);

/// Goes through the file and cuts off what is no record at its end: the next record must follow a whole one. `None` where it
/// is somebody's own: not `ours`, as far as the folder knows, and nothing like it.
fn survey(file: &mut File, ours: bool) -> io::Result<Option<(Found, Option<String>)>> {
    let length = file.metadata()?.len();
    let start = MAGIC.len() as u64;
    let mut reader = BufReader::with_capacity(1 << 16, &*file);
    let mut magic = Vec::new();
    reader.by_ref().take(start).read_to_end(&mut magic)?;
    if magic != MAGIC {
        if !ours && !magic.starts_with(OURS) && !OURS.starts_with(&magic) {
            return Ok(None);
        }
        // A run may have been killed while it wrote the first line.
        let notice = (!MAGIC.starts_with(&magic))
            .then(|| "is not finished work of this version: all is coded again".to_owned());
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(MAGIC)?;
        return Ok(Some(((BTreeMap::new(), start), notice)));
    }
    let mut records = BTreeMap::new();
    let (mut at, mut end, mut damaged) = (start, start, 0_u64);
    while let Some(frame) = Frame::read(&mut reader, length - at)? {
        let next = at + frame.bytes().len() as u64;
        if frame.payload().is_some() {
            records.insert(frame.key(), Place { start: at, used: false, earlier: true });
            end = next;
        } else {
            damaged += 1;
        }
        at = next;
    }
    let mut lost = Vec::new();
    if damaged > 0 {
        lost.push(format!("{damaged} records are damaged"));
    }
    if at < length {
        lost.push("the last record is cut short, as when a run is killed".to_owned());
    }
    if end < length {
        file.set_len(end)?;
    }
    let notice = (!lost.is_empty()).then(|| format!("{}: what they held is coded again", lost.join(", ")));
    Ok(Some(((records, end), notice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebodys_own_file_is_no_finished_work() {
        let held = |bytes: &[u8], ours: bool| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            file.rewind().unwrap();
            let found = survey(&mut file, ours).unwrap();
            (found, file.metadata().unwrap().len() as usize)
        };
        let (found, length) = held(b"precious", false);
        assert!(found.is_none() && length == 8);
        let (found, length) = held(b"damaged", true);
        assert!(found.is_some() && length == MAGIC.len());
        for begun in [&b""[..], b"breakthr", MAGIC, b"breakthrough finished work 0\nof before"] {
            let (found, length) = held(begun, false);
            assert!(found.is_some() && length == MAGIC.len());
        }
    }
}
