//! `own_codes.csv`: the labels of a codebook of the user's own.

use super::folder::{Error, Folder};
use super::table::{Column, Options, Rows, Sheet, Table};
use crate::coding::CodedSession;
use crate::coding::own::RESERVED;

/// One row per unit of the input, in input order, as in `utterances.csv`.
#[derive(Debug)]
pub struct OwnCodes;

impl OwnCodes {
    /// Begins the table for the labels of a codebook, with a column for each.
    pub(super) fn sheet(
        folder: &Folder,
        options: Options,
        labels: &[String],
    ) -> Result<Sheet<OwnCodes>, Error> {
        Sheet::with_columns(folder, options, &OwnCodes::columns_of(labels))
    }

    /// The columns that the table has for the labels of a codebook.
    pub(super) fn columns_of(labels: &[String]) -> Vec<Column> {
        let mut columns = OwnCodes::columns();
        // In place of the one that speaks of all labels.
        columns.truncate(RESERVED.len());
        columns.extend(labels.iter().map(|label| {
            Column::new(label.clone(), "")
                .decimal("probability", "0 to 1")
                .or_empty("the label was never seen on this side")
        }));
        columns
    }
}

impl Table for OwnCodes {
    type Record = CodedSession;
    const FILE: &'static str = "own_codes.csv";
    const ABOUT: &'static str = "One row per unit, as in `utterances.csv`, with the labels of your own codebook. Written only with a \
        model that `breakthrough adapt` or `train --codes` made.";

    fn columns() -> Vec<Column> {
        let [session_id, utterance_id, speaker, codes] = RESERVED;
        vec![
            Column::new(session_id, "Session, as in `utterances.csv`."),
            Column::new(utterance_id, "Unit, as in `utterances.csv`."),
            Column::new(speaker, "Who speaks.").words("therapist, client, client 2…, note, note:S…"),
            Column::new(
                codes,
                "Labels that are given, by alphabet, joined by `|`: those whose probability is at or over their \
                 threshold; of a codebook with one label a unit, the label furthest over its threshold.",
            )
            .words("labels of your codebook")
            .or_empty("no label"),
            Column::new("(each label)", "Probability that the unit carries the label; a column for each, under its name.")
                .decimal("probability", "0 to 1")
                .or_empty("the label was never seen on this side"),
        ]
    }

    fn write(record: &CodedSession, _: Options, rows: &mut Rows) -> Result<(), Error> {
        let Some(own) = &record.own else { return Ok(()) };
        for (unit, coding) in record.session.units.iter().zip(&own.units) {
            rows.text(&record.session.id);
            rows.text(&unit.id);
            rows.shown(unit.speaker);
            rows.text(&own.codebook.joined(&coding.given));
            for &probability in &coding.probabilities {
                rows.decimal_or_empty(probability.map(f64::from));
            }
            rows.end()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::folder::Whole;
    use super::super::sample;
    use super::*;
    use crate::coding::own::{OwnCodebook, OwnCoding, OwnCodings, OwnLabel};
    use std::sync::Arc;

    #[test]
    fn labels_that_a_spreadsheet_would_calculate_are_guarded() {
        let label = |name: &str| OwnLabel { name: name.to_owned(), voices: [].into() };
        let labels = ["+1", "=cmd!A1", "a-b", "say, \"so\""].map(label).to_vec();
        let codebook = Arc::new(OwnCodebook { name: "mine".to_owned(), single: false, labels });
        let unit = OwnCoding { probabilities: vec![Some(0.75), Some(0.5), None, None], given: vec![1, 2] };
        let own = OwnCodings { codebook: Arc::clone(&codebook), units: vec![unit; 3] };
        let session = CodedSession { own: Some(own), ..sample::session() };
        let written = |excel| {
            let dir = tempfile::tempdir().unwrap();
            let folder = Folder::open(dir.path()).unwrap();
            let options = Options { excel, ..Options::default() };
            let mut sheet = OwnCodes::sheet(&folder, options, &codebook.names()).unwrap();
            sheet.write(&session).unwrap();
            sheet.seal().unwrap().into_iter().try_for_each(Whole::publish).unwrap();
            std::fs::read_to_string(dir.path().join(OwnCodes::FILE)).unwrap()
        };
        let table = written(true);
        assert!(table.contains(",codes,'+1,'=cmd!A1,a-b,\"say, \"\"so\"\"\"\n"), "{table}");
        assert!(table.contains(",'=cmd!A1|a-b,0.7500,0.5000,,\n"), "{table}");
        assert!(!written(false).contains('\''));
    }
}
