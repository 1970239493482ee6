//! Rows that are in memory already, such as those of a data frame: a table without a file.
//!
//! They are read as the rows of a CSV file are: the same columns, the same rules, the same rejects. Only lines there are
//! none: a reject stands where its record number says.

use super::columns::{Columns, Unusable};
use super::rows::{Broken, Row, RowError, RowSource, Sessions};
use super::sink::{Context, Sink};
use super::{ColumnMap, Options, Reading, table};
use std::path::Path;
use std::sync::Arc;

/// Which columns of a table are read.
#[derive(Debug, Clone)]
pub struct Header {
    columns: Columns,
    /// The names of the columns that are used.
    names: Vec<String>,
    used: Vec<usize>,
    needed: Vec<usize>,
    remarks: Vec<String>,
}

impl Header {
    /// Finds the columns that are read among all names of a table. Where nobody is said to speak these are all, for another
    /// one may hold the labels of speakers.
    ///
    /// # Errors
    /// If a column is missing without which the rows say nothing.
    pub fn find(names: &[String], map: &ColumnMap) -> Result<Header, Unusable> {
        let columns = Columns::find(names, map)?;
        let (needed, remarks) = (columns.used(), columns.remarks(names));
        let used = if columns.unspoken() { (0..names.len()).collect() } else { needed.clone() };
        let names: Vec<String> = used.iter().map(|&at| names[at].clone()).collect();
        Ok(Header { columns: Columns::find(&names, map)?, names, used, needed, remarks })
    }

    /// Where they stand among all names, in their order. A row for [`rows`] has one cell for each.
    #[must_use]
    pub fn used(&self) -> &[usize] {
        &self.used
    }

    /// Whether the column at this place of all names is needed. A cell of one that is not may be empty whatever it holds.
    #[must_use]
    pub fn needs(&self, at: usize) -> bool {
        self.needed.contains(&at)
    }
}

/// Reads rows as they come: each the cells of the columns that are [used](Header::used), null as an empty one, or why it
/// cannot be read, without words of the session. The name stands for the file, and without its ending for the id of a
/// session that has none. A session is held until the first row of the next one has come, or the rows end.
///
/// # Errors
/// If no column is the speaker's and another one holds labels of speakers in the first rows, which are read at once for it.
pub fn rows<I>(header: &Header, rows: I, name: Arc<Path>, options: &Options) -> Result<Reading, Unusable>
where
    I: IntoIterator<Item = Result<Vec<String>, String>>,
    I::IntoIter: Send + 'static,
{
    let mut rows = rows.into_iter();
    let looked = if header.columns.unspoken() { table::RECORDS_AHEAD } else { 0 };
    let first: Vec<_> = rows.by_ref().take(looked).collect();
    header.columns.doubt(first.iter().flatten().map(Vec::as_slice), &options.therapist)?;
    let rows = first.into_iter().chain(rows);
    let sink = Sink::new(Arc::clone(&name));
    let context = Context::new(name, options.clone());
    let stem = context.stem.clone();
    let memory = Memory { rows, columns: header.columns, names: header.names.clone(), record: 0, stem };
    let sessions = Sessions::new(memory, context).with_remarks(header.remarks.clone());
    Ok(Reading { sink, reader: Some(Box::new(sessions)) })
}

struct Memory<I> {
    rows: I,
    columns: Columns,
    names: Vec<String>,
    record: u64,
    stem: String,
}

impl<I: Iterator<Item = Result<Vec<String>, String>> + Send> RowSource for Memory<I> {
    fn next_row(&mut self) -> Option<Result<Row, RowError>> {
        let cells = self.rows.next()?;
        self.record += 1;
        let record = self.record;
        if cells.as_ref().is_ok_and(|cells| table::is_frame(cells, &self.names)) {
            return Some(Err(RowError::Frame(record)));
        }
        let row = cells
            .map_err(|reason| Broken { record, line: record, reason })
            .and_then(|cells| table::row(self.columns, &self.stem, record, record, &cells));
        Some(row.map_err(RowError::Broken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Event, read};
    use crate::transcript::{Reject, Session};

    const TABLE: &str = "session_id,mood,utterance_id,speaker,text\n\
        session_id,mood,utterance_id,speaker,text\n\
        a,low,1,therapist,How was it?\na,low,2,client,\"Hard, and good\"\na,low,3,nobody else,x\n\
        b,low,1,client,Fine\n,low,2,client,Lost\nb,low,3,client,Still fine\n";

    fn header(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    fn parted(reading: Reading) -> (Vec<Session>, Vec<Reject>) {
        let (mut sessions, mut rejects) = (Vec::new(), Vec::new());
        for event in reading {
            match event {
                Event::Session(session) => sessions.push(session),
                Event::Reject(reject) => rejects.push(Reject { place: None, ..reject }),
                Event::Notice(_) => {}
            }
        }
        (sessions, rejects)
    }

    #[test]
    fn rows_are_what_they_are_in_a_file() {
        let (name, options) = (Path::new("t.csv"), Options::default());
        let found = Header::find(&header("session_id,mood,utterance_id,speaker,text"), &options.map).unwrap();
        assert_eq!(found.used(), [0, 2, 3, 4]);
        let cells = |record: csv::StringRecord| -> Vec<String> {
            found.used().iter().map(|&at| record[at].to_owned()).collect()
        };
        let table: Vec<_> = csv::Reader::from_reader(TABLE.as_bytes())
            .into_records()
            .map(|record| Ok(cells(record.unwrap())))
            .collect();
        let expected = parted(read(TABLE.as_bytes(), name.into(), &options));
        assert_eq!(expected.0.len(), 2);
        assert_eq!(expected.1.len(), 2, "{:?}", expected.1);
        assert_eq!(parted(rows(&found, table, name.into(), &options).unwrap()), expected);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_a_reject_without_a_line() {
        let options = Options::default();
        let found = Header::find(&header("speaker,text"), &options.map).unwrap();
        let row = |text: &str| Ok(vec!["client".to_owned(), text.to_owned()]);
        let given = [row("one"), Err("a date is out of range".to_owned()), row("two")];
        let mut reading = rows(&found, given, Path::new("frame").into(), &options).unwrap();
        let events: Vec<_> = reading.by_ref().collect();
        let [Event::Session(session), Event::Reject(reject)] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!((session.id.as_str(), session.units.len()), ("frame", 2));
        assert_eq!((reject.record, reject.place), (Some(2), None));
        assert_eq!((reading.report().read, reading.report().units, reading.report().rejects), (3, 2, 1));
    }

    #[test]
    fn a_session_is_held_until_the_next_one_begins() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let options = Options::default();
        let found = Header::find(&header("session_id,speaker,text"), &options.map).unwrap();
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let given = ["a", "a", "b", "c"].map(str::to_owned).into_iter().map(move |id| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(vec![id, "client".to_owned(), "word".to_owned()])
        });
        let mut reading = rows(&found, given, Path::new("frame").into(), &options).unwrap();
        let Some(Event::Session(session)) = reading.next() else { panic!("a session") };
        assert_eq!((session.units.len(), taken.load(Ordering::Relaxed)), (2, 3));
    }

    #[test]
    fn a_table_that_lost_its_speakers_is_no_table_of_notes() {
        let options = Options::default();
        let found = Header::find(&header("mood,by,text"), &options.map).unwrap();
        assert_eq!(
            (found.used(), [0, 1, 2].map(|at| found.needs(at))),
            (&[0, 1, 2][..], [false, false, true])
        );
        let read = |labels: [&str; 2]| {
            let given = labels.map(|label| Ok(["low", label, "Well?"].map(str::to_owned).to_vec()));
            rows(&found, given, Path::new("frame").into(), &options)
        };
        assert_eq!(read(["T", "C"]).unwrap_err(), Unusable::LostSpeaker { column: 2 });
        let (notes, rejects) = parted(read(["nurse", "psychologist"]).unwrap());
        assert_eq!((notes.len(), rejects.len()), (2, 0));
    }

    #[test]
    fn columns_that_say_nothing_are_refused() {
        let find = |names: &str, map: &str| Header::find(&header(names), &map.parse().unwrap()).unwrap_err();
        assert_eq!(find("a,b", ""), Unusable::NoWords { columns: 2 });
        assert_eq!(find("utterance_id,text", ""), Unusable::NoSpeaker);
        let missing = Unusable::Unmapped { column: "words".to_owned(), key: "text" };
        assert_eq!(find("speaker,text", "text=words"), missing);
    }
}
