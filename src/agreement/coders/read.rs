//! One coding as a table: `session_id, utterance_id, codes`, and where they are there `text` and a column of
//! probabilities per label.

use crate::codebook::Code;
use crate::parquet;
use crate::transcript::column_name;
use flate2::read::MultiGzDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// What can be wrong with a coding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be opened.
    #[error("{0}: cannot be read: {1}")]
    Io(PathBuf, io::Error),
    /// A file that is no such table.
    #[error("{0}: {1}")]
    Csv(PathBuf, csv::Error),
    /// A column that is needed, how columns were parted, and the mend.
    #[error("{0}: there is no column '{1}' (columns are parted by {2}); {3}")]
    Column(PathBuf, String, Separator, &'static str),
    /// A unit that stands there twice.
    #[error("{0}: record {1}: this session_id and utterance_id stood there before")]
    Twice(PathBuf, usize),
    /// A table without rows.
    #[error("{0}: there is no unit in it")]
    Empty(PathBuf),
}

/// A unit by session and utterance.
pub type Key = (String, String);

/// One coding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coder {
    /// What it is called in reports.
    pub name: String,
    /// Labels of every unit, by place in `order`.
    pub labels: Vec<BTreeSet<String>>,
    /// Units in the order of the table.
    pub order: Vec<Key>,
    /// Probabilities per label, a value per unit; NaN where a cell is empty.
    pub probabilities: BTreeMap<String, Vec<f32>>,
    /// Labels with probabilities that a unit cannot carry, as its side is not theirs: whether it is so, a value per unit.
    pub barred: BTreeMap<String, Vec<bool>>,
    /// The words, where the table has them.
    pub texts: BTreeMap<Key, String>,
}

impl Coder {
    /// Reads a table in CSV, packed with gzip or not, or in Parquet. Labels stand in `column`, joined by `|`. Every other column that is named
    /// as a code of the codebook, or as a label that occurs, and holds nothing but numbers from 0 to 1, is taken for
    /// probabilities.
    ///
    /// # Errors
    /// If the table cannot be read, lacks a column, has a unit twice, or has none.
    pub fn read(path: &Path, column: &str) -> Result<Coder, Error> {
        let csv_error = |error| Error::Csv(path.to_owned(), error);
        let (mut table, separator) = opened(path).map_err(|e| Error::Io(path.to_owned(), e))?;
        let header = table.headers().map_err(csv_error)?.clone();
        let place = |name: &str| place(&header, name);
        let needed = |name: &str, mend| {
            place(name).ok_or_else(|| Error::Column(path.to_owned(), name.into(), separator, mend))
        };
        let mend = "units are matched by session_id and utterance_id";
        let (session, unit) = (needed("session_id", mend)?, needed("utterance_id", mend)?);
        let codes = needed(column, "name the column of labels with --column")?;
        let (text, mut seen) = (place("text"), BTreeSet::new());
        let mut coder = Coder { name: name_of(path), ..Coder::default() };
        let mut cells: Vec<Vec<f32>> = vec![Vec::new(); header.len()];
        for (i, row) in table.records().enumerate() {
            let row = row.map_err(csv_error)?;
            let cell = |at: usize| row.get(at).unwrap_or_default();
            let key = (cell(session).to_owned(), cell(unit).to_owned());
            if !seen.insert(key.clone()) {
                return Err(Error::Twice(path.to_owned(), i + 1));
            }
            if let Some(text) = text {
                coder.texts.insert(key.clone(), cell(text).to_owned());
            }
            coder.order.push(key);
            coder.labels.push(labels(cell(codes)));
            for (at, cells) in cells.iter_mut().enumerate() {
                // Infinity stands for what is no probability, and rules the column out.
                cells.push(number(cell(at)).unwrap_or(f32::INFINITY));
            }
        }
        if coder.order.is_empty() {
            return Err(Error::Empty(path.to_owned()));
        }
        let used: BTreeSet<String> = coder.labels.iter().flatten().cloned().collect();
        for (at, (name, cells)) in header.iter().zip(cells).enumerate() {
            let is_label = used.contains(name) || name.parse::<Code>().is_ok();
            let in_range = cells.iter().all(|p| p.is_nan() || (0.0..=1.0).contains(p));
            if is_label && at != codes && in_range && cells.iter().any(|p| !p.is_nan()) {
                coder.probabilities.insert(name.to_owned(), cells);
            }
        }
        Ok(coder)
    }
}

/// A number as spreadsheets write it, with a point or a comma; NaN for an empty cell.
fn number(cell: &str) -> Option<f32> {
    if cell.is_empty() { Some(f32::NAN) } else { cell.replace(',', ".").parse().ok() }
}

/// The labels of a cell. The marks of manner after codes of the codebook (`cognitive!`) are left out.
fn labels(cell: &str) -> BTreeSet<String> {
    let words = cell.split('|').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let bare = word.trim_end_matches(['!', '~']);
            if bare.parse::<Code>().is_ok() { bare.to_owned() } else { word.to_owned() }
        })
        .collect()
}

/// `anna` of `codings/anna.csv.gz`; a table of ours is called by its folder: `out` of `out/utterances.csv`.
fn name_of(path: &Path) -> String {
    let stem = stem(path);
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    folder.filter(|_| stem == "utterances").unwrap_or(stem)
}

/// What parts the columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`, as spreadsheets write where a comma parts decimals.
    Semicolon,
    /// A tab.
    Tab,
}

impl Separator {
    /// The one that is most often in a header line outside quotes; of equals the comma.
    fn of(header: &[u8]) -> Separator {
        let count = |separator: Separator| {
            let mut quoted = false;
            let parts = |&&byte: &&u8| {
                quoted ^= byte == b'"';
                byte == separator.byte() && !quoted
            };
            header.iter().filter(parts).count()
        };
        let all = [Separator::Tab, Separator::Semicolon, Separator::Comma];
        // The last of equals wins, hence the order.
        all.into_iter().max_by_key(|&separator| count(separator)).unwrap_or(Separator::Comma)
    }

    fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
        }
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Separator::Comma => "commas",
            Separator::Semicolon => "semicolons",
            Separator::Tab => "tabs",
        })
    }
}

/// Where a column stands, however its name is spelt ([`column_name`]); one of that very name goes before.
pub(crate) fn place(header: &csv::StringRecord, name: &str) -> Option<usize> {
    // Spreadsheets begin a table with a byte order mark.
    let bare = |cell: &str| cell.trim_start_matches('\u{feff}').trim().to_owned();
    let exact = header.iter().position(|cell| bare(cell) == name);
    exact.or_else(|| header.iter().position(|cell| column_name(&bare(cell)) == column_name(name)))
}

/// A table as CSV, out of gzip or Parquet if its first bytes say so, and what parts its columns: told from the header line.
pub(crate) fn opened(path: &Path) -> io::Result<(csv::Reader<Box<dyn Read>>, Separator)> {
    let mut file = BufReader::new(File::open(path)?);
    let start = file.fill_buf()?;
    if start.starts_with(parquet::MAGIC) {
        let bytes = io::Cursor::new(parquet_as_csv(path)?);
        return Ok((csv::Reader::from_reader(Box::new(bytes)), Separator::Comma));
    }
    let text: Box<dyn BufRead> = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::new(MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    };
    let (mut start, mut header) = (Vec::new(), 0);
    let mut text = text.take(LONGEST_HEADER);
    // Blank lines before the header the reader of CSV leaves out.
    while start[header..].trim_ascii().is_empty() {
        header = start.len();
        if text.read_until(b'\n', &mut start)? == 0 {
            break;
        }
    }
    let separator = Separator::of(&start[header..]);
    let whole: Box<dyn Read> = Box::new(io::Cursor::new(start).chain(text.into_inner()));
    Ok((csv::ReaderBuilder::new().delimiter(separator.byte()).from_reader(whole), separator))
}

/// Bytes that are looked at for a header line, so that a file without lines is not read into memory.
const LONGEST_HEADER: u64 = 1 << 20;

/// A Parquet file as a table in CSV, without the columns whose cells are neither text nor numbers nor dates. An error holds no value.
fn parquet_as_csv(path: &Path) -> io::Result<Vec<u8>> {
    let file = parquet::File::open(File::open(path)?).map_err(io::Error::other)?;
    let (names, used) = (file.names(), file.readable());
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(used.iter().map(|&at| &names[at]))?;
    let mut rows = file.rows(&used).map_err(io::Error::other)?;
    let mut record = 0;
    while let Some(row) = rows.next().map_err(io::Error::other)? {
        record += 1;
        csv.write_record(row.map_err(|reason| io::Error::other(format!("record {record}: {reason}")))?)?;
    }
    csv.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// `anna` of `anna.csv.gz` and `anna.parquet`.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".csv", ".tsv", ".parquet"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Coder, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("anna.csv");
        std::fs::write(&path, text).unwrap();
        Coder::read(&path, "codes")
    }

    #[test]
    fn labels_probabilities_and_text() {
        let coder = read(
            "session_id,utterance_id,codes,text,joy,cognitive,utterance\n\
             s,1,joy| cognitive!,Hello,0.9,0.2,7\ns,2,wow!,Bye,,0.1,7\n",
        )
        .unwrap();
        assert_eq!(coder.name, "anna");
        let joined: Vec<_> =
            coder.labels.iter().map(|set| set.iter().cloned().collect::<Vec<_>>().join("+")).collect();
        assert_eq!(joined, ["cognitive+joy", "wow!"]);
        assert_eq!(coder.probabilities.keys().collect::<Vec<_>>(), ["cognitive", "joy"]);
        assert!(coder.probabilities["joy"][1].is_nan());
        assert_eq!(coder.texts[&("s".into(), "2".into())], "Bye");
    }

    #[test]
    fn mistakes_are_named() {
        let of = |text: &str| read(text).unwrap_err().to_string();
        assert!(of("session_id,codes\ns,\n").contains("no column 'utterance_id'"));
        assert!(of("session_id,utterance_id,code\ns,1,\n").contains("--column"));
        assert!(of("session_id,utterance_id,codes\ns,1,\ns,1,\n").contains("record 2"));
        assert!(of("session_id,utterance_id,codes\n").contains("no unit"));
    }

    #[test]
    fn semicolons_tabs_and_capitals_are_understood() {
        for separator in [",", ";", "\t"] {
            let text =
                "\u{feff}Session_ID,Utterance_id,\"a;b\",Codes\ns,1,,joy|fear\n".replace(',', separator);
            let coder = read(&text).unwrap();
            assert_eq!((coder.order.len(), coder.labels[0].len()), (1, 2), "{separator}");
        }
        let loose = read("\n\r\nSession ID;Utterance.ID;codes;joy\ns;1;joy;0,9\ns;2;;0,25\ns;3;;\n").unwrap();
        assert_eq!(loose.probabilities["joy"][..2], [0.9, 0.25]);
        let exact = read("session_id,utterance_id,CODES,codes\ns,1,no,yes\n").unwrap();
        assert!(exact.labels[0].contains("yes"));
        let told = read("session_id;utterance_id;label\ns;1;joy\n").unwrap_err().to_string();
        assert!(told.contains("no column 'codes' (columns are parted by semicolons)"), "{told}");
    }

    #[test]
    fn tables_of_ours_are_called_by_their_folder() {
        assert_eq!(name_of(Path::new("runs/out/utterances.csv")), "out");
        assert_eq!(name_of(Path::new("utterances.csv")), "utterances");
        assert_eq!(name_of(Path::new("a/b.csv.gz")), "b");
        assert_eq!(name_of(Path::new("a/b.parquet")), "b");
    }
}
