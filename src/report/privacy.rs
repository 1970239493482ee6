//! `privacy.csv`: where something stands that may still identify a person.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use crate::finding::{Field, Kind, Searched};

/// One row per find, in input order.
#[derive(Debug)]
pub struct Privacy;

impl Table for Privacy {
    type Record = Searched;
    const FILE: &'static str = "privacy.csv";
    const ABOUT: &'static str = "One row per place of the input that may still identify a person, as read, before anything is \
        redacted. In the order of the session: texts, speaker labels, identifiers. A table with no rows says that nothing was \
        found, not that nothing is there.";

    fn columns() -> Vec<Column> {
        let kinds: Vec<_> = Kind::ALL.into_iter().map(Kind::name).collect();
        vec![
            Column::new("file", "The file, as it was named or found."),
            Column::new("session_id", "Session, as given in the input, or the name of its file."),
            Column::new("utterance_id", "Unit, as in `utterances.csv`.")
                .or_empty("the find is in a label or an identifier of the session"),
            Column::new("kind", "What it seems to be.").words(kinds.join(", ")),
            Column::new(
                "field",
                "Where it stands: in the text of the unit, a speaker label, or an identifier that tables take over.",
            )
            .words("text, speaker, session_id, client_id, therapist_id, date, utterance_id"),
            Column::new("start", "First character of the find in its field, before redaction.")
                .integer("characters (Unicode code points), from 0", "0 or more"),
            Column::new("end", "One past its last character.")
                .integer("characters (Unicode code points), from 0", "more than start"),
            Column::new("text", "The words found.").or_empty("unless `--privacy-text`"),
        ]
    }

    fn write(searched: &Searched, options: Options, rows: &mut Rows) -> Result<(), Error> {
        let session = &searched.session;
        for find in &searched.finds {
            rows.text(&session.source.to_string_lossy());
            rows.text(&session.id);
            let unit = match find.field {
                Field::Text(index) | Field::UtteranceId(index) => session.units.get(index),
                _ => None,
            };
            rows.text_or_empty(unit.map(|unit| unit.id.as_str()));
            rows.shown(find.kind);
            rows.shown(find.field.name());
            rows.shown(find.span.start);
            rows.shown(find.span.end);
            rows.text_or_empty(options.found.then(|| find.words(session)));
            rows.end()?;
        }
        Ok(())
    }
}
