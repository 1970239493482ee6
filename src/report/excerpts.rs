//! `excerpts.csv`: the words of moments and of the turns around them.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use crate::coding::CodedSession;

/// Units before a moment whose words are kept: enough to see what it answers.
pub const BEFORE: usize = 4;
/// Units after it: enough to see how it was taken up.
pub const AFTER: usize = 2;

/// One row per unit of a moment or near one, in input order.
#[derive(Debug)]
pub struct Excerpts;

impl Table for Excerpts {
    type Record = CodedSession;
    const FILE: &'static str = "excerpts.csv";
    const ABOUT: &'static str = "One row per unit that belongs to a moment or stands up to 4 units before or 2 after \
        one, in input order; what the report shows as words. Without a row with `--no-text`.";

    fn columns() -> Vec<Column> {
        vec![
            Column::new("session_id", "Session, as given in the input, or the name of its file."),
            Column::new("utterance_id", "Unit, as given in the input, or its running number in the session."),
            Column::new("speaker", "Who speaks; a note carries the letter of its section.")
                .words("therapist, client, client 2…, note, note:S…"),
            Column::new("text", "The words of the unit, exactly as in the input."),
        ]
    }

    fn write(record: &CodedSession, options: Options, rows: &mut Rows) -> Result<(), Error> {
        if !options.text {
            return Ok(());
        }
        let units = &record.session.units;
        let stretches = record.moments.iter().map(|moment| (moment.first, moment.last));
        for (unit, _) in units.iter().zip(kept(stretches, units.len())).filter(|(_, kept)| *kept) {
            rows.text(&record.session.id);
            rows.text(&unit.id);
            rows.shown(unit.speaker);
            rows.text(&unit.text);
            rows.end()?;
        }
        Ok(())
    }
}

/// For each of the units whether its words are kept; moments as their first and last unit.
fn kept(moments: impl Iterator<Item = (usize, usize)>, units: usize) -> Vec<bool> {
    let mut kept = vec![false; units];
    for (first, last) in moments {
        let (from, to) = (first.saturating_sub(BEFORE), (last + AFTER + 1).min(units));
        if let Some(stretch) = kept.get_mut(from..to) {
            stretch.fill(true);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turns_around_are_cut_at_the_ends_of_the_session() {
        let positions = |moments: &[(usize, usize)], units| -> Vec<usize> {
            let kept = kept(moments.iter().copied(), units);
            (0..units).zip(kept).filter(|(_, kept)| *kept).map(|(unit, _)| unit).collect()
        };
        assert_eq!(positions(&[(6, 7)], 20), [2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(positions(&[(1, 1), (8, 8)], 9), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert!(positions(&[], 3).is_empty());
        // Out of the session: nothing is kept and nothing panics.
        assert!(positions(&[(9, 9)], 2).is_empty());
    }
}
