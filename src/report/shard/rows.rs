//! Rows of one table out of the folders of many shards, in any order of shards, with few files open at a time.

use super::set::Error;
use csv::{Reader, ReaderBuilder, StringRecord};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Files that may be open at once; systems allow a program about a thousand.
const MOST_OPEN: usize = 400;

/// One table of every shard, read from its first row to its last.
pub(super) struct Feed {
    paths: Vec<PathBuf>,
    /// Where the next row of a file that is not open begins.
    next: Vec<u64>,
    open: BTreeMap<usize, (u64, Reader<File>)>,
}

impl Feed {
    pub(super) fn new<'a>(folders: impl Iterator<Item = &'a Path>, file: &str) -> Feed {
        let paths: Vec<_> = folders.map(|folder| folder.join(file)).collect();
        Feed { next: vec![0; paths.len()], paths, open: BTreeMap::new() }
    }

    /// The header of a shard's table.
    pub(super) fn header(&self, shard: usize) -> Result<StringRecord, Error> {
        let (mut reader, mut cells) = (self.reader(shard, 0)?, StringRecord::new());
        reader.read_record(&mut cells).map_err(|error| self.failed(shard, error))?;
        Ok(cells)
    }

    /// Reads the next row of a shard's table; `false` at its end.
    pub(super) fn read(&mut self, shard: usize, cells: &mut StringRecord) -> Result<bool, Error> {
        if !self.open.contains_key(&shard) {
            if self.open.len() >= MOST_OPEN {
                for (shard, (start, reader)) in std::mem::take(&mut self.open) {
                    self.next[shard] = start + reader.position().byte();
                }
            }
            let start = self.next[shard];
            let mut reader = self.reader(shard, start)?;
            if start == 0 {
                // The header.
                reader.read_record(cells).map_err(|error| self.failed(shard, error))?;
            }
            self.open.insert(shard, (start, reader));
        }
        match self.open.get_mut(&shard).map(|(_, reader)| reader.read_record(cells)) {
            Some(Err(error)) => Err(self.failed(shard, error)),
            Some(Ok(more)) => Ok(more),
            None => Ok(false),
        }
    }

    /// Reads a row that must be there.
    pub(super) fn must_read(&mut self, shard: usize, cells: &mut StringRecord) -> Result<(), Error> {
        if self.read(shard, cells)? {
            Ok(())
        } else {
            Err(self.damaged(shard, "has fewer rows than its shard.csv says"))
        }
    }

    /// Makes sure that no row is left over.
    pub(super) fn end(mut self) -> Result<(), Error> {
        let mut cells = StringRecord::new();
        for shard in 0..self.paths.len() {
            if self.read(shard, &mut cells)? {
                return Err(self.damaged(shard, "has more rows than its shard.csv says"));
            }
        }
        Ok(())
    }

    pub(super) fn damaged(&self, shard: usize, fault: &str) -> Error {
        Error::Damaged { path: self.paths[shard].clone(), fault: fault.to_owned() }
    }

    fn reader(&self, shard: usize, start: u64) -> Result<Reader<File>, Error> {
        let path = &self.paths[shard];
        let opened = File::open(path).and_then(|mut file| {
            file.seek(SeekFrom::Start(start))?;
            Ok(file)
        });
        let file = opened.map_err(|cause| Error::Unreadable { path: path.clone(), cause })?;
        Ok(ReaderBuilder::new().has_headers(false).from_reader(file))
    }

    fn failed(&self, shard: usize, error: csv::Error) -> Error {
        let path = self.paths[shard].clone();
        match error.into_kind() {
            csv::ErrorKind::Io(cause) => Error::Unreadable { path, cause },
            // Without what stands there.
            _ => Error::Damaged { path, fault: "is not a table".to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More files than may be open, taken in turns, with cells that stand on several lines.
    #[test]
    fn rows_go_on_where_a_file_was_closed() {
        let dir = tempfile::tempdir().unwrap();
        let folders: Vec<_> = (0..MOST_OPEN + 7).map(|i| dir.path().join(i.to_string())).collect();
        for (i, folder) in folders.iter().enumerate() {
            std::fs::create_dir(folder).unwrap();
            let rows = format!("a,b\n{i},\"x\r\n\"\"y\"\"\n\"\n,é\n");
            std::fs::write(folder.join("t.csv"), rows).unwrap();
        }
        let mut feed = Feed::new(folders.iter().map(PathBuf::as_path), "t.csv");
        assert_eq!(feed.header(3).unwrap(), vec!["a", "b"]);
        let mut cells = StringRecord::new();
        for i in 0..folders.len() {
            feed.must_read(i, &mut cells).unwrap();
            assert_eq!(cells, vec![i.to_string().as_str(), "x\r\n\"y\"\n"]);
        }
        for i in (0..folders.len()).rev() {
            feed.must_read(i, &mut cells).unwrap();
            assert_eq!(cells, vec!["", "é"]);
        }
        assert!(feed.must_read(5, &mut cells).unwrap_err().to_string().contains("fewer rows"));
        feed.end().unwrap();
        let mut feed = Feed::new(folders.iter().map(PathBuf::as_path), "t.csv");
        feed.must_read(0, &mut cells).unwrap();
        assert!(feed.end().unwrap_err().to_string().contains("more rows"));
    }
}
