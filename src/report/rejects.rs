//! `rejects.csv`: what could not be read, so that nothing is lost in silence.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use crate::transcript::{Place, Reject};

/// One row per record that could not be read.
#[derive(Debug)]
pub struct Rejects;

impl Table for Rejects {
    type Record = Reject;
    const FILE: &'static str = "rejects.csv";
    const ABOUT: &'static str = "One row per record of the input that could not be read, or per file that could not. \
        A table with no rows says that everything was read.";

    fn columns() -> Vec<Column> {
        vec![
            Column::new("file", "The file, as it was named or found."),
            Column::new("record", "Number of the record in the file; a header does not count.")
                .integer("records, from 1", "1 or more")
                .or_empty("the whole file"),
            Column::new("line", "Line of the file where the record begins.")
                .integer("lines, from 1", "1 or more")
                .or_empty("not known, or given as a byte"),
            Column::new("byte", "Byte of the file, as stored, where the fault stands.")
                .integer("bytes, from 0", "0 or more")
                .or_empty("not known, or given as a line"),
            Column::new("reason", "What is wrong, in one line, without words of the session."),
        ]
    }

    fn write(reject: &Reject, _: Options, rows: &mut Rows) -> Result<(), Error> {
        let (line, byte) = match reject.place {
            Some(Place::Line(line)) => (Some(line), None),
            Some(Place::Byte(byte)) => (None, Some(byte)),
            None => (None, None),
        };
        rows.text(&reject.file.to_string_lossy());
        rows.shown_or_empty(reject.record);
        rows.shown_or_empty(line);
        rows.shown_or_empty(byte);
        rows.text(&reject.reason);
        rows.end()
    }
}
