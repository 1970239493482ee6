//! `utterances.csv`: the codes of every unit.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use crate::codebook::Code;
use crate::coding::CodedSession;

/// One row per unit of the input, in input order.
#[derive(Debug)]
pub struct Utterances;

impl Table for Utterances {
    type Record = CodedSession;
    const FILE: &'static str = "utterances.csv";
    const ABOUT: &'static str = "One row per unit of the input (a turn of a transcript, a sentence of a note), in input order. \
        `session_id` with `utterance_id` leads back to the words, which are not in this table.";

    fn columns() -> Vec<Column> {
        let mut columns = vec![
            Column::new("session_id", "Session, as given in the input, or the name of its file."),
            Column::new("utterance_id", "Unit, as given in the input, or its running number in the session."),
            Column::new("speaker", "Who speaks; a note carries the letter of its section.")
                .words("therapist, client, client 2…, note, note:S…"),
            Column::new(
                "codes",
                "Codes whose probability is at or over their threshold, in codebook order, joined by `|`.",
            )
            .words("names of codes")
            .or_empty("no code"),
        ];
        columns.extend(Code::ALL.map(|code| {
            let meaning = format!("Calibrated probability that the unit carries `{code}`{}.", rule(code));
            Column::new(code.name(), meaning).decimal("probability", "0 to 1")
        }));
        columns
    }

    fn write(record: &CodedSession, _: Options, rows: &mut Rows) -> Result<(), Error> {
        for (unit, coding) in record.session.units.iter().zip(&record.codings) {
            rows.text(&record.session.id);
            rows.text(&unit.id);
            rows.shown(unit.speaker);
            rows.shown(coding.codes);
            for code in Code::ALL {
                if unit.speaker.may_carry(code) {
                    rows.decimal(coding.probability(code).into());
                } else {
                    // A number, so that the column stays numeric everywhere, yet no rounded probability.
                    rows.shown(0);
                }
            }
            rows.end()?;
        }
        Ok(())
    }
}

fn rule(code: Code) -> &'static str {
    use crate::codebook::Side;
    match code.side() {
        Side::Client => "; a bare `0` on a therapist's turn, which cannot",
        Side::Therapist => "; a bare `0` on a client's turn, which cannot",
        Side::Either => "",
    }
}
