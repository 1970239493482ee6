//! `sessions.csv`: every session in numbers.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use super::trends::decimals;
use crate::codebook::{Code, Family};
use crate::coding::CodedSession;
use crate::transcript::Kind;

const FAMILIES: [&str; 2] = ["breakthrough", "resistance"];

/// One row per session, or stretch of one that the input interrupts, in input order.
#[derive(Debug)]
pub struct Sessions;

impl Table for Sessions {
    type Record = CodedSession;
    const FILE: &'static str = "sessions.csv";
    const ABOUT: &'static str = "One row per session, or stretch of one that the input interrupts, in input order. \
        In a note every sentence counts as a client unit.";

    fn columns() -> Vec<Column> {
        let mut columns = vec![
            Column::new("session_id", "Session, as given in the input, or the name of its file."),
            Column::new("client_id", "Client, as given.").or_empty("not given"),
            Column::new("session_number", "Number of the session in the client's course, as given.")
                .integer("sessions", "0 or more")
                .or_empty("not given"),
            Column::new("date", "Date, as written in the input.").or_empty("not given"),
            Column::new("therapist_id", "Therapist, as given.").or_empty("not given"),
            Column::new("kind", "What the session is.").words("transcript, note"),
            Column::new("units", "Units of the session.").integer("units", "1 or more"),
            Column::new("client_units", "Units of clients, those without a word too.")
                .integer("units", "0 to `units`"),
            Column::new(
                "client_words",
                "Words in the units of clients: runs between white space with a letter or a digit.",
            )
            .integer("words", "0 or more"),
        ];
        columns.extend(Code::ALL.map(|code| {
            Column::new(format!("{code}_count"), format!("Units that carry `{code}`."))
                .integer("units", "0 to `units`")
        }));
        columns.extend(Code::ALL.map(|code| {
            Column::new(format!("{code}_per_100"), format!("`{code}_count` for every 100 client units."))
                .decimal("units per 100 client units", "0 or more")
                .or_empty("no client unit")
        }));
        columns.extend(resistances().map(|code| {
            Column::new(
                format!("{code}_share"),
                format!("`{code}_count` as a part of the three resistance counts."),
            )
            .decimal("share", "0 to 1")
            .or_empty("no resistance")
        }));
        columns.push(
            Column::new(
                "first_breakthrough",
                "Where the first unit with a breakthrough code stands in the session.",
            )
            .decimal("position", "0 (first unit) to 1 (last unit)")
            .or_empty("no breakthrough"),
        );
        columns.push(
            Column::new(
                "peak_breakthrough",
                "Where the unit with the highest probability of a breakthrough code that it carries stands.",
            )
            .decimal("position", "0 (first unit) to 1 (last unit)")
            .or_empty("no breakthrough"),
        );
        columns.extend(FAMILIES.map(|family| {
            Column::new(format!("{family}_units"), format!("Units that carry any {family} code."))
                .integer("units", "0 to `units`")
        }));
        columns.extend(FAMILIES.map(|family| {
            let meaning = format!(
                "Units with any {family} code that the probabilities lead to expect: the sum of 1 - Π (1 - p)."
            );
            Column::new(format!("{family}_expected"), meaning).decimal("units", "0 to `units`")
        }));
        columns.extend(["breakthrough", "resistance", "factor"].map(|family| {
            let meaning = format!(
                "Smoothed probability of any {family} code at 21 places from the first unit to the last, joined by `|`."
            );
            Column::new(format!("{family}_course"), meaning).or_empty("no unit that may carry one")
        }));
        columns
    }

    fn write(record: &CodedSession, _: Options, rows: &mut Rows) -> Result<(), Error> {
        let (session, summary) = (&record.session, &record.summary);
        rows.text(&session.id);
        rows.text_or_empty(session.client_id.as_deref());
        rows.shown_or_empty(session.number);
        rows.text_or_empty(session.date.as_deref());
        rows.text_or_empty(session.therapist_id.as_deref());
        rows.text(match session.kind() {
            Kind::Transcript => "transcript",
            Kind::Note => "note",
        });
        rows.shown(summary.units);
        rows.shown(summary.client_units);
        rows.shown(summary.client_words);
        for count in summary.counts {
            rows.shown(count);
        }
        for count in summary.counts {
            rows.decimal_or_empty(ratio(100 * count, summary.client_units));
        }
        let count = |code: Code| summary.counts[code as usize];
        let resistance = resistances().map(count).sum();
        for code in resistances() {
            rows.decimal_or_empty(ratio(count(code), resistance));
        }
        rows.decimal_or_empty(summary.first_breakthrough);
        rows.decimal_or_empty(summary.peak_breakthrough);
        rows.shown(summary.breakthroughs);
        rows.shown(summary.resistances);
        rows.decimal(summary.expected_breakthroughs);
        rows.decimal(summary.expected_resistances);
        for course in &summary.course {
            rows.text(&decimals(course));
        }
        rows.end()
    }
}

fn resistances() -> impl Iterator<Item = Code> {
    Code::ALL.into_iter().filter(|code| code.family() == Family::Resistance)
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
