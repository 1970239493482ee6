//! `clients.csv`: every client over all sessions.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use crate::coding::case::Client;

/// One row per client.
#[derive(Debug)]
pub struct Clients;

impl Table for Clients {
    type Record = Client;
    const FILE: &'static str = "clients.csv";
    const ABOUT: &'static str = "One row per client with a `client_id`, in order of appearance. Sessions are put in order by \
        `session_number`, or by `date` where more sessions have a readable one; those without it are left out. A session \
        that the input interrupts counts once. The sessions of a client are called by their numbers where all in order have \
        one, or else by their dates as written.";

    fn columns() -> Vec<Column> {
        vec![
            Column::new("client_id", "Client, as given."),
            Column::new("sessions", "Sessions of the client.").integer("sessions", "1 or more"),
            Column::new("ordered", "Sessions that could be put in order and have a client unit.")
                .integer("sessions", "0 to `sessions`"),
            Column::new("unordered", "The others: they take no part in what follows.")
                .integer("sessions", "0 to `sessions`"),
            Column::new("first_session", "The first session in order.").or_empty("no session in order"),
            Column::new("last_session", "The last session in order.").or_empty("no session in order"),
            Column::new("last_date", "Date of the last session in order, as written.").or_empty("not given"),
            Column::new("therapist_ids", "Therapists in order of appearance, joined by `|`.")
                .or_empty("not given"),
            Column::new(
                "breakthrough_per_100",
                "Units with a breakthrough code for every 100 client units, mean over the sessions in order.",
            )
            .decimal("units per 100 client units", "0 or more")
            .or_empty("no session in order"),
            Column::new("resistance_per_100", "The same for resistance codes.")
                .decimal("units per 100 client units", "0 or more")
                .or_empty("no session in order"),
            Column::new(
                "resistance_share",
                "Units with resistance as a part of units with resistance and units with a breakthrough.",
            )
            .decimal("share", "0 to 1")
            .or_empty("neither"),
            Column::new(
                "verdict",
                "What the course over the sessions comes to; the rules are in `docs/method.md`. `too_few_sessions` also where five or six sessions are too few to tell a turning point from chance, however clear it is.",
            )
            .words("sudden_lasting, sudden_lost, gradual, easing, declining, stuck, no_clear_change, too_few_sessions"),
            Column::new("verdict_text", "The verdict in words, with its sessions: also where too few sessions may have a turning point, or where breakthroughs stand out that make no clear change."),
            Column::new("turning_point", "The first session after a sudden turning point.")
                .or_empty("no sudden turning point"),
            Column::new("turning_point_low", "The earliest session that it may have come at (95 %).")
                .or_empty("no sudden turning point"),
            Column::new("turning_point_high", "The latest session that it may have come at (95 %).")
                .or_empty("no sudden turning point"),
            Column::new("lost_by", "The first session after it was lost again.").or_empty("not lost"),
            Column::new("named_sessions", "Sessions that the verdict names without a turning point, joined by `|`.")
                .or_empty("none"),
            Column::new("note", "What was wrong with the sessions of the client, joined by `; `.")
                .or_empty("nothing"),
        ]
    }

    fn write(client: &Client, _: Options, rows: &mut Rows) -> Result<(), Error> {
        rows.text(&client.id);
        rows.shown(client.sessions);
        rows.shown(client.ordered);
        rows.shown(client.unordered);
        rows.text_or_empty(client.first_session.as_deref());
        rows.text_or_empty(client.last_session.as_deref());
        rows.text_or_empty(client.last_date.as_deref());
        rows.text(&client.therapist_ids.join("|"));
        rows.decimal_or_empty(client.breakthrough_per_100);
        rows.decimal_or_empty(client.resistance_per_100);
        rows.decimal_or_empty(client.resistance_share);
        rows.shown(client.verdict);
        rows.text(&client.verdict_text());
        let turn = client.turning_point.as_ref();
        rows.text_or_empty(turn.map(|turn| turn.at.as_str()));
        rows.text_or_empty(turn.map(|turn| turn.low.as_str()));
        rows.text_or_empty(turn.map(|turn| turn.high.as_str()));
        rows.text_or_empty(turn.and_then(|turn| turn.lost_by.as_deref()));
        rows.text(&client.named_sessions.join("|"));
        rows.text(&client.notes.join("; "));
        rows.end()
    }
}
