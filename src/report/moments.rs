//! `moments.csv`: stretches of a session in which one breakthrough or resistance holds.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use crate::codebook::Code;
use crate::coding::CodedSession;
use crate::transcript::{Span, Unit};

/// One row per moment, in the order of first units.
#[derive(Debug)]
pub struct Moments;

impl Table for Moments {
    type Record = CodedSession;
    const FILE: &'static str = "moments.csv";
    const ABOUT: &'static str = "One row per moment: a stretch of one session in which one client (or one note) carries one \
        breakthrough or resistance code, bridging turns of the therapist and single units without the code. \
        In input order of the first unit, then codebook order.";

    fn columns() -> Vec<Column> {
        vec![
            Column::new("session_id", "Session, as given in the input, or the name of its file."),
            Column::new("client_id", "Client, as given.").or_empty("not given"),
            Column::new("session_number", "Number of the session in the client's course, as given.")
                .integer("sessions", "0 or more")
                .or_empty("not given"),
            Column::new("type", "The code that holds.").words(
                "emotional, cognitive, behavioural, resistance_change, resistance_defence, resistance_fear",
            ),
            Column::new("first_utterance_id", "The first unit that carries the code."),
            Column::new("last_utterance_id", "The last unit that carries the code."),
            Column::new(
                "peak_utterance_id",
                "The unit with the highest probability, the earliest of equals.",
            ),
            Column::new("units", "Units from the first to the last, bridged ones counted.")
                .integer("units", "1 or more"),
            Column::new("peak_probability", "Probability of the code at the peak.")
                .decimal("probability", "0 to 1"),
            Column::new("mean_probability", "Mean probability over the units that carry the code.")
                .decimal("probability", "0 to 1"),
            Column::new(
                "manner",
                "How the change comes, where the words show it; cathartic for emotional only.",
            )
            .words("sudden, gradual, cathartic")
            .or_empty("not shown, or resistance"),
            Column::new("evidence_start", "First character of the evidence in the text of the peak unit.")
                .integer("characters (Unicode code points), from 0", "0 or more")
                .or_empty("no evidence marked"),
            Column::new("evidence_end", "One past the last character of the evidence.")
                .integer("characters (Unicode code points), from 0", "evidence_start or more")
                .or_empty("no evidence marked"),
            Column::new("evidence", "The words that carry the code, exactly as in the input.")
                .or_empty("no evidence marked, or `--no-text`"),
            Column::new(
                "strength",
                "Sum of the probabilities of the units that carry the code: how many sure units it is worth.",
            )
            .decimal("units", "0 or more"),
            Column::new(
                "rise",
                "Probability at the peak less its mean over the up to four units of the same speaker before the moment.",
            )
            .decimal("probability", "-1 to 1")
            .or_empty("nothing said before"),
            Column::new("about", "What a resistance is about, where the words of the peak show it.")
                .words("change, task, therapist, topic")
                .or_empty("not shown, or a breakthrough"),
            Column::new(
                "overcame",
                "Resistance codes that the same client carried within the 10 units before, joined by `|`.",
            )
            .words("names of codes")
            .or_empty("none, or resistance"),
            Column::new(
                "prepared_by",
                "Contributing codes in the 10 units before, each with the number of its units, as `name:count`, joined by `|`.",
            )
            .or_empty("none"),
        ]
    }

    fn write(record: &CodedSession, options: Options, rows: &mut Rows) -> Result<(), Error> {
        let session = &record.session;
        let unit = |index: usize| session.units.get(index);
        let id = |index: usize| unit(index).map(|unit| unit.id.as_str());
        for moment in &record.moments {
            rows.text(&session.id);
            rows.text_or_empty(session.client_id.as_deref());
            rows.shown_or_empty(session.number);
            rows.shown(moment.code);
            rows.text_or_empty(id(moment.first));
            rows.text_or_empty(id(moment.last));
            rows.text_or_empty(id(moment.peak));
            rows.shown((moment.last + 1).saturating_sub(moment.first));
            rows.decimal(moment.peak_probability.into());
            rows.decimal(moment.mean_probability.into());
            rows.shown_or_empty(moment.manner);
            let evidence = moment.evidence.zip(unit(moment.peak)).map(|(span, unit)| within(span, unit));
            rows.shown_or_empty(evidence.map(|(span, _)| span.start));
            rows.shown_or_empty(evidence.map(|(span, _)| span.end));
            rows.text_or_empty(evidence.map(|(_, words)| words).filter(|_| options.text));
            rows.decimal(moment.strength);
            rows.decimal_or_empty(moment.rise);
            rows.shown_or_empty(moment.about);
            rows.shown(moment.overcame);
            let prepared = Code::ALL.into_iter().zip(moment.prepared_by).filter(|(_, count)| *count > 0);
            let prepared: Vec<_> = prepared.map(|(code, count)| format!("{code}:{count}")).collect();
            rows.text(&prepared.join("|"));
            rows.end()?;
        }
        Ok(())
    }
}

/// The part of the span that lies in the text, so that the offsets always are those of the words beside them.
pub(super) fn within(span: Span, unit: &Unit) -> (Span, &str) {
    let length = unit.text.chars().count();
    let start = span.start.min(length);
    let span = Span { start, end: span.end.clamp(start, length) };
    (span, span.words(&unit.text))
}
