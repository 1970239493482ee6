//! `trends.csv`: what becomes more or less over a client's sessions.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table, unsigned_zero};
use crate::coding::case::{Estimate, Trend};
use std::fmt::Write;

/// One row per client and measure.
#[derive(Debug)]
pub struct Trends;

impl Table for Trends {
    type Record = Trend;
    const FILE: &'static str = "trends.csv";
    const ABOUT: &'static str = "One row per client of `clients.csv` and measure: `breakthrough` and `resistance` (units with \
        any code of the family), their codes, and the contributing codes. The series holds the sessions in order. The \
        statistics are described in `docs/method.md`; a gain is more of everything but resistance, and less of resistance.";

    fn columns() -> Vec<Column> {
        let few = "fewer than 3 sessions";
        let few_or_endless = "fewer than 3 sessions, or more than 1000";
        vec![
            Column::new("client_id", "Client, as given."),
            Column::new("measure", "What is counted.").words("breakthrough, resistance, names of codes"),
            Column::new("sessions", "Sessions in order.").integer("sessions", "0 or more"),
            Column::new("labels", "The sessions in order, joined by `|`.").or_empty("no session in order"),
            Column::new("values", "Units per 100 client units in each session, four places, joined by `|`.")
                .or_empty("no session in order"),
            Column::new("slope", "Theil-Sen slope: change from one session to the next.")
                .decimal("units per 100 client units per session", "any")
                .or_empty(few_or_endless),
            Column::new("slope_low", "Lower bound of its 95 % interval.")
                .decimal("units per 100 client units per session", "any")
                .or_empty(few_or_endless),
            Column::new("slope_high", "Upper bound of its 95 % interval.")
                .decimal("units per 100 client units per session", "any")
                .or_empty(few_or_endless),
            Column::new("mann_kendall_s", "Mann-Kendall S: pairs of sessions that rise less pairs that fall.")
                .integer("pairs", "any")
                .or_empty(few),
            Column::new("mann_kendall_p", "Its two-sided p, exact for up to 30 sessions, with ties.")
                .decimal("p", "0 to 1")
                .or_empty(few),
            Column::new("change_point", "The first session after the largest change of level, a change or not.")
                .or_empty("fewer than 4 sessions, or no split with two on either side shows a difference"),
            Column::new("change_p", "Its permutation p.")
                .decimal("p", "0 to 1")
                .or_empty("fewer than 4 sessions, or no split with two on either side shows a difference"),
            Column::new("sudden_gains", "Sessions after a sudden gain (Tang and DeRubeis), joined by `|`.")
                .or_empty("none"),
            Column::new("sudden_losses", "Sessions after a sudden loss, joined by `|`.").or_empty("none"),
            Column::new(
                "reliable_change",
                "Last session less first, in standard errors of a difference (Jacobson and Truax): reliable beyond 1.96. A single unit never is.",
            )
            .decimal("standard errors", "any")
            .or_empty("fewer than 2 sessions"),
        ]
    }

    fn write(trend: &Trend, _: Options, rows: &mut Rows) -> Result<(), Error> {
        let label = |index: &usize| trend.labels.get(*index).map_or("", String::as_str);
        let labels = |indices: &[usize]| indices.iter().map(label).collect::<Vec<_>>().join("|");
        rows.text(&trend.client_id);
        rows.shown(trend.measure.name());
        rows.shown(trend.values.len());
        rows.text(&trend.labels.join("|"));
        rows.text(&decimals(&trend.values));
        let slope = |part: fn(Estimate) -> f64| trend.slope.map(part);
        rows.decimal_or_empty(slope(|slope| slope.value));
        rows.decimal_or_empty(slope(|slope| slope.low));
        rows.decimal_or_empty(slope(|slope| slope.high));
        rows.shown_or_empty(trend.mann_kendall.map(|(s, _)| s));
        rows.decimal_or_empty(trend.mann_kendall.map(|(_, p)| p));
        rows.text_or_empty(trend.change_point.map(|(at, _)| label(&at)));
        rows.decimal_or_empty(trend.change_point.map(|(_, p)| p));
        rows.text(&labels(&trend.sudden_gains));
        rows.text(&labels(&trend.sudden_losses));
        rows.decimal_or_empty(trend.reliable_change);
        rows.end()
    }
}

/// Numbers with four places, joined by `|`.
pub(super) fn decimals(values: &[f64]) -> String {
    let mut text = String::new();
    for (i, value) in values.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{:.4}", if i > 0 { "|" } else { "" }, unsigned_zero(*value));
    }
    text
}
