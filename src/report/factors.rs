//! `factors.csv`: what precedes breakthroughs and resistance, over the whole input.

use super::folder::Error;
use super::table::{Column, Options, Rows, Table};
use crate::coding::case::Factor;

/// One row per contributing code and outcome.
#[derive(Debug)]
pub struct Factors;

impl Table for Factors {
    type Record = Factor;
    const FILE: &'static str = "factors.csv";
    const ABOUT: &'static str = "One row per contributing code and outcome: whether the outcome begins more often where the code \
        stands in the units just before. Client units (in notes all) are counted that have a unit before them and no \
        outcome within the window. These are associations in order of time, as the model tags it, never causes.";

    fn columns() -> Vec<Column> {
        let undetermined = "no session holds both sides, or the ratio is 0 or infinite";
        let few = "fewer than 10 informative sessions, no `log_odds`, or no spread between sessions";
        let units = |name: &'static str, meaning: &'static str| {
            Column::new(name, meaning).integer("units", "0 or more")
        };
        vec![
            Column::new("factor", "The contributing code.").words("names of codes"),
            Column::new("outcome", "What begins: any code of the family.").words("breakthrough, resistance"),
            Column::new("window", "Units before, in which the factor is looked for.").integer("units", "1 or more"),
            units("exposed", "Units with the factor in the window."),
            units("unexposed", "Units without."),
            units("exposed_outcomes", "Units with the factor in the window that carry the outcome."),
            units("unexposed_outcomes", "Units without the factor in the window that carry the outcome."),
            Column::new(
                "log_odds",
                "Logarithm of the Mantel-Haenszel odds ratio within sessions: over 0, the outcome begins more often after the factor.",
            )
            .decimal("log odds", "any")
            .or_empty(undetermined),
            Column::new("low", "Lower bound of its 95 % interval, clustered by session.")
                .decimal("log odds", "any")
                .or_empty(few),
            Column::new("high", "Upper bound of its 95 % interval.").decimal("log odds", "any").or_empty(few),
            Column::new("p", "Its two-sided p.").decimal("p", "0 to 1").or_empty(few),
            Column::new("q", "p adjusted for all rows of the table (Benjamini and Hochberg).")
                .decimal("q", "0 to 1")
                .or_empty(few),
            Column::new("sessions", "Sessions that inform the odds ratio.").integer("sessions", "0 or more"),
        ]
    }

    fn write(factor: &Factor, _: Options, rows: &mut Rows) -> Result<(), Error> {
        rows.shown(factor.factor);
        rows.shown(factor.outcome.name());
        rows.shown(factor.window);
        rows.shown(factor.exposed);
        rows.shown(factor.unexposed);
        rows.shown(factor.exposed_outcomes);
        rows.shown(factor.unexposed_outcomes);
        rows.decimal_or_empty(factor.log_odds);
        rows.decimal_or_empty(factor.interval.map(|(low, _)| low));
        rows.decimal_or_empty(factor.interval.map(|(_, high)| high));
        rows.decimal_or_empty(factor.p);
        rows.decimal_or_empty(factor.q);
        rows.shown(factor.sessions);
        rows.end()
    }
}
