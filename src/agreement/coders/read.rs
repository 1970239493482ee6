//! One coding as a table: `session_id, utterance_id, codes`, and where they are there `text` and a column of
//! probabilities per label.

use crate::codebook::Code;
use crate::parquet;
pub use crate::stored::Separator;
use crate::stored::{Stored, encoding};
use crate::transcript::{Speaker, column_name, counted, is_missing};
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read};
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
    /// A row of which nobody can tell the unit, and the column that says nothing.
    #[error("{0}: record {1}: {reason}", reason = without(.2))]
    Without(PathBuf, usize, &'static str),
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
    /// Columns that are probabilities if a label has their name, a value per unit; NaN where a cell is empty.
    pub probabilities: BTreeMap<String, Vec<f32>>,
    /// Labels with probabilities that a unit cannot carry, as its side is not theirs: whether it is so, a value per unit.
    pub barred: BTreeMap<String, Vec<bool>>,
    /// The words, where the table has them.
    pub texts: BTreeMap<Key, String>,
    /// What is to be told about how the table was read.
    pub notices: Vec<String>,
}

impl Coder {
    /// Reads a table in CSV, packed with gzip or Zstandard or not, in Parquet or in a sheet of a workbook. Labels stand in `column`, joined by `|`. Every other column that
    /// holds nothing but numbers from 0 to 1 is kept as probabilities: they count if any coding has a label of that name.
    /// What says that a cell is missing ([`is_missing`]) is an empty one; not so where it stands beside another label. Rows without
    /// anything in them are passed over.
    ///
    /// # Errors
    /// If the table cannot be read, lacks a column or an id, has a unit twice, or has none.
    pub fn read(path: &Path, column: &str) -> Result<Coder, Error> {
        let csv_error = |error| Error::Csv(path.to_owned(), error);
        let mut table = Table::open(path).map_err(|e| Error::Io(path.to_owned(), e))?;
        let (header, separator) = (table.header.clone(), table.separator);
        let place = |name: &str| place(&header, name);
        let needed = |name: &str, mend| {
            place(name).ok_or_else(|| Error::Column(path.to_owned(), name.into(), separator, mend))
        };
        let mend = "units are matched by session_id and utterance_id";
        let (session, unit) = (needed("session_id", mend)?, needed("utterance_id", mend)?);
        let codes = needed(column, "name the column of labels with --column")?;
        let (text, speaker, mut seen) = (place("text"), place("speaker"), BTreeSet::new());
        let mut coder = Coder { name: name_of(path), ..Coder::default() };
        let mut speakers = Vec::new();
        let mut cells: Vec<Vec<f32>> = vec![Vec::new(); header.len()];
        for row in table.rows() {
            let (record, row) = row.map_err(csv_error)?;
            let cell = |at: usize| row.get(at).unwrap_or_default();
            let id = |at: usize, name| {
                let id = given(cell(at)).map(str::to_owned);
                id.ok_or_else(|| Error::Without(path.to_owned(), record, name))
            };
            let key = (id(session, "session_id")?, id(unit, "utterance_id")?);
            if !seen.insert(key.clone()) {
                return Err(Error::Twice(path.to_owned(), record));
            }
            if let Some(text) = text {
                coder.texts.insert(key.clone(), cell(text).to_owned());
            }
            coder.order.push(key);
            coder.labels.push(labels(cell(codes)));
            speakers.push(speaker.and_then(|at| Speaker::from_role(cell(at))));
            for (at, cells) in cells.iter_mut().enumerate() {
                // Infinity stands for what is no probability, and rules the column out.
                cells.push(number(cell(at)).unwrap_or(f32::INFINITY));
            }
        }
        if coder.order.is_empty() {
            return Err(Error::Empty(path.to_owned()));
        }
        coder.notices.extend(table.notice.take());
        coder.notices.extend(told_guarded(&coder.order));
        let missing = Missing::among(&coder.labels);
        let emptied: Vec<String> =
            coder.labels.iter_mut().filter(|labels| missing.is(labels)).flat_map(std::mem::take).collect();
        coder.notices.extend(told_missing(column, &emptied));
        for (at, (name, cells)) in header.iter().zip(cells).enumerate() {
            let in_range = cells.iter().all(|p| p.is_nan() || (0.0..=1.0).contains(p));
            if at == codes || !in_range || cells.iter().all(|p| p.is_nan()) {
                continue;
            }
            if let Ok(code) = name.parse::<Code>() {
                let bars =
                    |speaker: &Option<Speaker>| speaker.is_some_and(|speaker| !speaker.may_carry(code));
                coder.barred.insert(name.to_owned(), speakers.iter().map(bars).collect());
            }
            coder.probabilities.insert(name.to_owned(), cells);
        }
        Ok(coder)
    }
}

/// Which labels say that a cell is missing: not those that stand beside another one somewhere.
pub(crate) struct Missing {
    labels: BTreeSet<String>,
}

impl Missing {
    /// Looks at all units of a table.
    pub(crate) fn among<T: Borrow<BTreeSet<String>>>(units: impl IntoIterator<Item = T>) -> Missing {
        let mut labels = BTreeSet::new();
        for unit in units {
            let unit = unit.borrow();
            labels.extend(unit.iter().filter(|label| unit.len() > 1 && is_missing(label)).cloned());
        }
        Missing { labels }
    }

    /// Whether the labels of a unit say that it has none.
    pub(crate) fn is(&self, labels: &BTreeSet<String>) -> bool {
        labels.len() == 1 && labels.iter().all(|label| is_missing(label) && !self.labels.contains(label))
    }
}

/// What to tell of cells that were emptied, of which these were the words, if there are any.
pub(crate) fn told_missing(column: &str, emptied: &[String]) -> Option<String> {
    let words: BTreeSet<&str> = emptied.iter().map(String::as_str).collect();
    let (words, cells) = (Vec::from_iter(words).join(" or "), counted(emptied.len(), "cell"));
    (!emptied.is_empty())
        .then(|| format!("column '{column}' is {words} in {cells}: read as empty, a unit that was coded and has no label; leave out rows that nobody coded, and call a label something else"))
}

/// What to tell of ids as `analyze --excel` writes them, which are other ids to whatever reads them.
fn told_guarded(units: &[Key]) -> Option<String> {
    let guarded =
        |id: &String| id.strip_prefix('\'').is_some_and(|bare| bare.starts_with(['=', '+', '-', '@']));
    let units = units.iter().filter(|(session, unit)| guarded(session) || guarded(unit)).count();
    (units > 0).then(|| {
        let units = counted(units, "unit");
        format!("ids begin with an apostrophe before =, +, - or @ in {units}, as analyze --excel writes them: they match no ids without it; write the table without --excel")
    })
}

/// An id, unless its cell is empty or says that it is missing.
pub(crate) fn given(cell: &str) -> Option<&str> {
    let bare = cell.trim();
    (!bare.is_empty() && !is_missing(bare)).then_some(cell)
}

/// The reason to refuse a row without an id: rows of unknown sessions are not one session.
pub(crate) fn without(column: &str) -> String {
    format!(
        "{column} is empty or says that it is missing: every row needs it; where cells were merged, unmerge them and fill it down"
    )
}

/// A number as spreadsheets write it, with a point or a comma; NaN for an empty cell.
fn number(cell: &str) -> Option<f32> {
    if cell.is_empty() || is_missing(cell) { Some(f32::NAN) } else { cell.replace(',', ".").parse().ok() }
}

/// The labels of a cell. The marks of manner after codes of the codebook (`cognitive!`) are left out.
pub(crate) fn labels(cell: &str) -> BTreeSet<String> {
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

/// Where a column stands, however its name is spelt ([`column_name`]); one of that very name goes before.
pub(crate) fn place(header: &csv::StringRecord, name: &str) -> Option<usize> {
    // Spreadsheets begin a table with a byte order mark.
    let bare = |cell: &str| cell.trim_start_matches('\u{feff}').trim().to_owned();
    let exact = header.iter().position(|cell| bare(cell) == name);
    exact.or_else(|| header.iter().position(|cell| column_name(&bare(cell)) == column_name(name)))
}

/// A table as CSV, unpacked, or out of Parquet or a workbook, if its first bytes say so.
pub(crate) struct Table {
    reader: csv::Reader<Box<dyn Read>>,
    /// What parts its columns: told from the header line.
    pub(crate) separator: Separator,
    /// Names of its columns.
    pub(crate) header: csv::StringRecord,
    /// What is to be told about how it is read.
    pub(crate) notice: Option<String>,
}

impl Table {
    /// Opens a table and reads its header.
    pub(crate) fn open(path: &Path) -> io::Result<Table> {
        let stored = Stored::open(path)?;
        let start = stored.first(4)?;
        if start == parquet::MAGIC {
            let bytes = io::Cursor::new(parquet_as_csv(&stored)?);
            return Table::of(Box::new(bytes), Separator::Comma, None);
        }
        if start == ZIP && stored.is_workbook() {
            let (bytes, notice) = workbook_as_csv(&stored)?;
            return Table::of(Box::new(io::Cursor::new(bytes)), Separator::Comma, notice);
        }
        if start == ZIP || start == OLD_OFFICE {
            return Err(io::Error::other(
                "this is an old workbook or another packed file; save the sheet as XLSX or CSV",
            ));
        }
        let charset = encoding::detect(&stored, None)?;
        let notice = charset
            .is_western()
            .then(|| "not UTF-8: read as windows-1252; if that is wrong, save it as UTF-8".to_owned());
        let text = encoding::decode(&stored, &charset)?;
        let (mut start, mut header, mut told) = (Vec::new(), 0, None);
        let mut text = text.take(LONGEST_HEADER);
        while text.read_until(b'\n', &mut start)? > 0 {
            let line = String::from_utf8_lossy(&start[header..]);
            let said = Separator::said(&line);
            if said.is_none() && !line.trim().is_empty() {
                break;
            }
            told = said.or(told);
            // A blank line the reader of CSV leaves out, and counts.
            start.truncate(header);
            start.push(b'\n');
            header = start.len();
        }
        let separator = told.unwrap_or_else(|| parting(&String::from_utf8_lossy(&start[header..])));
        let whole = io::Cursor::new(start).chain(text.into_inner());
        Table::of(Box::new(whole), separator, notice)
    }

    fn of(text: Box<dyn Read>, separator: Separator, notice: Option<String>) -> io::Result<Table> {
        let mut reader = csv::ReaderBuilder::new().delimiter(separator.byte()).from_reader(text);
        let header = reader.headers()?.clone();
        Ok(Table { reader, separator, header, notice })
    }

    /// The rows that have anything in them, with the number of their record from 1.
    pub(crate) fn rows(&mut self) -> impl Iterator<Item = csv::Result<(usize, csv::StringRecord)>> {
        let rows = self.reader.records().zip(1..).map(|(row, record)| Ok((record, row?)));
        // Spreadsheets write the rows below a table that once held something.
        let empty = |row: &csv::StringRecord| row.iter().all(|cell| cell.trim().is_empty());
        rows.filter(move |row| !row.as_ref().is_ok_and(|(_, row)| empty(row)))
    }
}

/// What parts the columns of a header line: what is there most often, unless another one alone makes a column of sessions, for
/// columns of probabilities are called as labels, which may have semicolons in them.
fn parting(header: &str) -> Separator {
    let most = Separator::of(header);
    let names_sessions = |separator: &Separator| {
        let mut reader = csv::ReaderBuilder::new().delimiter(separator.byte()).from_reader(header.as_bytes());
        reader.headers().is_ok_and(|header| place(header, "session_id").is_some())
    };
    let all = [most, Separator::Comma, Separator::Semicolon, Separator::Tab];
    all.into_iter().find(names_sessions).unwrap_or(most)
}

/// What a workbook begins with, new and old.
const ZIP: &[u8] = b"PK\x03\x04";
const OLD_OFFICE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// Bytes that are looked at for a header line, so that a file without lines is not read into memory.
const LONGEST_HEADER: u64 = 1 << 20;

/// A Parquet file as a table in CSV, without the columns whose cells are neither text nor numbers nor dates. An error holds no value.
fn parquet_as_csv(stored: &Stored) -> io::Result<Vec<u8>> {
    let file = stored.parquet().map_err(io::Error::other)?;
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

/// The first sheet of a workbook that is shown and has a column of sessions, or else the first that is shown, as a table in CSV; and
/// what is to be told where there are others.
fn workbook_as_csv(stored: &Stored) -> io::Result<(Vec<u8>, Option<String>)> {
    let book = stored.workbook().map_err(io::Error::other)?;
    let shown: Vec<_> = book.sheets.iter().filter(|sheet| sheet.visible).cloned().collect();
    let names_sessions = |header: &[String]| place(&header.iter().collect(), "session_id").is_some();
    let sheet = shown.iter().find(|sheet| names_sessions(&sheet.header)).or(shown.first());
    let sheet = sheet.ok_or_else(|| io::Error::other("the workbook has no sheet with a table"))?.clone();
    let notice =
        (shown.len() > 1).then(|| format!("of {} sheets number {} is read", shown.len(), sheet.number));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(&sheet.header)?;
    for sent in book.rows(vec![sheet]) {
        let (_, line) = sent.map_err(io::Error::other)?;
        let cells =
            line.cells.map_err(|reason| io::Error::other(format!("row {}: {reason}", line.number)))?;
        csv.write_record(cells)?;
    }
    Ok((csv.into_inner().map_err(csv::IntoInnerError::into_error)?, notice))
}

/// `anna` of `anna.csv.gz` and `anna.parquet`.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    [".csv", ".tsv", ".parquet", ".xlsx"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
        .to_owned()
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
        let merged = of("session_id,utterance_id,codes\ns,1,\n,2,\n");
        assert!(
            merged.contains("record 2: session_id is empty") && merged.contains("fill it down"),
            "{merged}"
        );
        assert!(of("session_id,utterance_id,codes\ns,nan,\n").contains("record 1: utterance_id is empty"));
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
        let said = read("\u{feff}sep=;\r\nsession_id;utterance_id;codes;a,b,c,d\r\ns;1;joy;\r\n").unwrap();
        assert!(said.labels[0].contains("joy"));
        let labels = read("session_id,utterance_id,codes,a;b;c;d;e\ns,1,a;b;c;d;e,0.5\n").unwrap();
        assert_eq!(labels.probabilities["a;b;c;d;e"], [0.5]);
        assert_eq!(read("sep=|\nsession_id|utterance_id|codes\ns|1|joy\n").unwrap().order.len(), 1);
        let exact = read("session_id,utterance_id,CODES,codes\ns,1,no,yes\n").unwrap();
        assert!(exact.labels[0].contains("yes"));
        let told = read("session_id;utterance_id;label\ns;1;joy\n").unwrap_err().to_string();
        assert!(told.contains("no column 'codes' (columns are parted by semicolons)"), "{told}");
    }

    #[test]
    fn missing_cells_and_rows_are_empty() {
        let coder =
            read("session_id,utterance_id,codes,joy\ns,1,joy,0.9\ns,2,NA,NA\n,,,\n , ,,\ns,3,NAY,0.1\n")
                .unwrap();
        assert_eq!((coder.order.len(), coder.labels[1].len(), coder.probabilities["joy"].len()), (3, 0, 3));
        assert!(coder.probabilities["joy"][1].is_nan());
        assert!(coder.notices.concat().contains("'codes' is NA in 1 cell"), "{:?}", coder.notices);
        for word in ["nan", "NaN", "None", "NULL", "N/A"] {
            let text = "session_id,utterance_id,codes,joy\ns,1,joy,0.9\ns,2,nan,nan\n".replace("nan", word);
            let coder = read(&text).unwrap();
            assert!(coder.labels[1].is_empty() && coder.probabilities["joy"][1].is_nan(), "{word}");
            assert!(coder.notices.concat().contains(&format!("is {word} in 1 cell")), "{:?}", coder.notices);
        }
        // Beside another it is a label.
        let label = read("session_id,utterance_id,codes\ns,1,NA|joy\ns,2,NA\n").unwrap();
        assert!(label.labels[1].contains("NA") && label.notices.is_empty());
    }

    #[test]
    fn ids_with_an_apostrophe_before_them_are_told() {
        let coder = read("session_id,utterance_id,codes\n'+49,1,joy\ns,'-1,joy\n'90s,+1,joy\n").unwrap();
        assert!(coder.notices.concat().contains("in 2 units"), "{:?}", coder.notices);
    }

    #[test]
    fn what_the_side_of_a_unit_cannot_have_is_barred() {
        let coder = read(
            "session_id,utterance_id,speaker,codes,cognitive,joy\ns,1,client,,0.2000,0\ns,2,therapist,,0,0\ns,3,,,0,0\n",
        )
        .unwrap();
        assert_eq!(coder.barred["cognitive"], [false, true, false]);
        assert!(!coder.barred.contains_key("joy"));
    }

    #[test]
    fn other_encodings_are_understood_and_workbooks_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("anna.csv");
        let of = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Coder::read(&path, "codes")
        };
        let text = "session_id;utterance_id;codes\ns;1;Ärger|joy\n";
        let utf16: Vec<u8> =
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let western: Vec<u8> = text.chars().map(|c| c as u8).collect();
        for (bytes, notices) in [(text.as_bytes(), 0), (&utf16, 0), (&utf16[2..], 0), (&western, 1)] {
            let coder = of(bytes).unwrap();
            assert!(coder.labels[0].contains("Ärger"), "{:?}", coder.labels);
            assert_eq!(coder.notices.len(), notices, "{:?}", coder.notices);
        }
        let packed = of(b"PK\x03\x04...").unwrap_err().to_string();
        assert!(packed.contains("save the sheet as XLSX or CSV"), "{packed}");
    }

    #[test]
    fn tables_of_ours_are_called_by_their_folder() {
        assert_eq!(name_of(Path::new("runs/out/utterances.csv")), "out");
        assert_eq!(name_of(Path::new("utterances.csv")), "utterances");
        assert_eq!(name_of(Path::new("a/b.csv.gz")), "b");
        assert_eq!(name_of(Path::new("a/b.csv.zst")), "b");
        assert_eq!(name_of(Path::new("a/b.parquet")), "b");
    }
}
