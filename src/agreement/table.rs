//! The figures of a report as CSV: every figure with its interval, and the points of the reliability curves.

use super::calibration::Bin;
use super::report::{Figure, Report};

impl Report {
    /// One row per source, label and figure: `source, label, figure, value, low, high`. Labels are the codes,
    /// `resistance` of any kind, and `four_tags`, `all_codes` and `sessions_without_breakthrough` for what is not of
    /// one code. A value that is not defined is an empty cell.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn figures_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["source", "label", "figure", "value", "low", "high"])?;
        for source in &self.sources {
            let mut row = |label: &str, name: &str, figure: Figure| {
                let bounds = figure.interval.map_or([f64::NAN; 2], |i| [i.low, i.high]);
                let [low, high] = bounds.map(number);
                table.write_record([&source.source, label, name, &number(figure.value), &low, &high])
            };
            let count = |n: f64| Figure { value: n, interval: None };
            for label in &source.labels {
                row(label.name, "units_with_it", count(label.counts.positives() as f64))?;
                row(label.name, "given", count(label.counts.predicted() as f64))?;
                row(label.name, "precision", label.precision)?;
                row(label.name, "recall", label.recall)?;
                row(label.name, "f1", label.f1)?;
                row(label.name, "average_precision", label.average_precision)?;
                row(label.name, "calibration_error", label.calibration_error)?;
            }
            for (label, means) in [("four_tags", source.four_tags), ("all_codes", source.all_codes)] {
                row(label, "units", count(source.units as f64))?;
                row(label, "clusters", count(source.clusters as f64))?;
                row(label, "macro_f1", means.f1)?;
                row(label, "macro_average_precision", means.average_precision)?;
            }
            let (label, alarms) = ("sessions_without_breakthrough", source.false_alarms);
            row(label, "sessions", count(alarms.sessions as f64))?;
            row(label, "client_units", count(alarms.client_units as f64))?;
            row(label, "false_breakthrough_tags", count(alarms.tags as f64))?;
            row(label, "false_breakthrough_tags_per_150", alarms.rate)?;
        }
        bytes(table)
    }

    /// One row per source, label and bin that is not empty:
    /// `source, label, lower, upper, units, mean_probability, observed`.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn reliability_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["source", "label", "lower", "upper", "units", "mean_probability", "observed"])?;
        for source in &self.sources {
            for label in &source.labels {
                for bin in label.reliability.bins.iter().filter(|bin| bin.units > 0) {
                    let place = [source.source.clone(), label.name.to_owned()];
                    table.write_record(place.into_iter().chain(bin_cells(bin)))?;
                }
            }
        }
        bytes(table)
    }
}

/// Lower and upper edge, units, mean probability and share of positives of a bin of a reliability curve.
pub(super) fn bin_cells(bin: &Bin) -> [String; 5] {
    let [lower, upper] = [bin.lower, bin.upper].map(|edge| format!("{edge:.1}"));
    [lower, upper, bin.units.to_string(), number(bin.mean_predicted), number(bin.observed)]
}

/// Six decimals without trailing zeros; empty for what is not defined.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn bytes(table: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_row() {
        let report = super::super::report::tests::small();
        let text = String::from_utf8(report.figures_csv().unwrap()).unwrap();
        // 14 labels of 7 figures, 2 means of 4, 4 counts of false alarms, for 3 sources; and the header.
        assert_eq!(text.lines().count(), 3 * (14 * 7 + 2 * 4 + 4) + 1);
        assert!(text.contains("talk,cognitive,f1,1,"), "{text}");
        let text = String::from_utf8(report.reliability_csv().unwrap()).unwrap();
        assert!(text.contains("talk,cognitive,0.8,0.9,1,0.9,1\n"), "{text}");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.5, 12.0, 1.0 / 3.0, f64::NAN].map(number), ["0.5", "12", "0.333333", ""]);
    }
}
