//! The figures of a model as Markdown tables, for a model card.

use super::bootstrap::Bootstrap;
use super::report::{FalseAlarms, Figure, Report, SourceFigures};
use std::fmt::Write;

impl Report {
    /// An overview of all sources, then one table per source. Ends with a line feed.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        let percent = (self.confidence * 100.0).round();
        if self.sources.iter().any(|source| source.all_codes.f1.interval.is_some()) {
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "In brackets: {percent} % percentile intervals, resampling whole sessions, videos or clients; a dash where \
                 what a figure is of stands in fewer than {} of them.\n",
                Bootstrap::LEAST_CLUSTERS
            );
        }
        out.push_str(
            "| source | units | clusters | macro-F1, 4 tags | AP, 4 tags | macro-F1, 13 codes | AP, 13 codes |\n\
             |---|--:|--:|---|---|---|---|\n",
        );
        for source in &self.sources {
            let (four, all) = (&source.four_tags, &source.all_codes);
            let figures = [four.f1, four.average_precision, all.f1, all.average_precision].map(with_interval);
            let name = cell(&source.source);
            let _ = writeln!(
                out,
                "| {name} | {} | {} | {} |",
                source.units,
                source.clusters,
                figures.join(" | ")
            );
        }
        for source in &self.sources {
            let _ = write!(
                out,
                "\n### {}\n\n{}\n{}\n",
                cell(&source.source),
                labels(source),
                false_alarms(&source.false_alarms)
            );
        }
        out
    }
}

fn false_alarms(alarms: &FalseAlarms) -> String {
    if alarms.client_units == 0 {
        return "False breakthrough tags: there is no session without a breakthrough to count them in."
            .into();
    }
    format!(
        "False breakthrough tags per {} client turns: {} (sessions without a breakthrough: {}, client turns in them: {})",
        FalseAlarms::PER,
        with_interval(alarms.rate),
        alarms.sessions,
        alarms.client_units,
    )
}

fn labels(source: &SourceFigures) -> String {
    let mut out = String::from(
        "| code | units with it | given | precision | recall | F1 | average precision | ECE |\n\
         |---|--:|--:|---|---|---|---|---|\n",
    );
    for label in &source.labels {
        let counts = label.counts;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            if label.name == "resistance" { "resistance (any)" } else { label.name },
            counts.positives(),
            counts.predicted(),
            with_interval(label.precision),
            with_interval(label.recall),
            with_interval(label.f1),
            with_interval(label.average_precision),
            fine(label.calibration_error),
        );
    }
    out
}

/// `.43`, `1.00`: two decimals, no leading zero.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let sign = if digits == "0.00" { "" } else { sign };
    format!("{sign}{}", digits.strip_prefix('0').unwrap_or(digits))
}

pub(super) fn with_interval(figure: Figure) -> String {
    shown(figure, short)
}

/// With three decimals, for calibration errors: they are small.
fn fine(figure: Figure) -> String {
    shown(figure, |value| format!("{value:.3}").trim_start_matches('0').to_owned())
}

fn shown(figure: Figure, number: impl Fn(f64) -> String + Copy) -> String {
    number(figure.value) + &figure.interval.map(|interval| interval.shown(number)).unwrap_or_default()
}

/// Names of sources come from outside: they must not end a cell or a line, or steer a terminal.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_equal_rows() {
        let text = super::super::report::tests::small().to_markdown();
        for table in text.split("\n\n").filter(|part| part.starts_with('|')) {
            let cells: Vec<_> = table.lines().map(|line| line.matches('|').count()).collect();
            assert!(cells.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
        }
        assert!(text.contains("| cognitive | 1 | 1 | 1.00 ["), "{text}");
        assert!(text.contains("### pooled\n"));
        assert!(text.contains("sessions without a breakthrough: 2, client turns in them: 2)"), "{text}");
        assert!(text.ends_with(")\n"));
    }

    #[test]
    fn numbers_are_short_and_cells_closed() {
        assert_eq!([0.434, 1.0, 0.0, -0.125, -0.001].map(short), [".43", "1.00", ".00", "-.12", ".00"]);
        assert_eq!(cell("a|b\nc"), "a\\|b c");
    }
}
