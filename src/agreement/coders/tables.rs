//! A comparison as Markdown and as CSV, and the list of units in dispute.

use super::aligned::Aligned;
use super::compare::{Comparison, Nominal, pairs};
use super::read::Key;
use crate::agreement::bootstrap::Bootstrap;
use crate::agreement::markdown::{cell, with_interval};
use crate::agreement::report::Figure;
use crate::agreement::table::{bin_cells, bytes, number};
use crate::transcript::counted;
use std::collections::BTreeMap;
use std::fmt::Write;

impl Comparison {
    /// Units and what is missing, agreement per label and of whole sets, and every coding against the first. Ends with a
    /// line feed.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_markdown(&mut out);
        out
    }

    fn write_markdown(&self, out: &mut String) -> std::fmt::Result {
        let [all, common] = self.units;
        let cluster = self.cluster;
        let (units, sessions) = (counted(all, "unit"), counted(self.sessions, cluster));
        writeln!(out, "{units} of {sessions}, {common} of them in every coding.")?;
        for (name, missing) in self.coders.iter().zip(&self.missing).filter(|(_, missing)| **missing > 0) {
            let are = if *missing == 1 { "is" } else { "are" };
            writeln!(out, "{} {are} not in {}.", counted(*missing, "unit"), cell(name))?;
        }
        let [compared, of] = self.compared;
        if compared < all {
            let (units, sessions) = (counted(compared, "unit"), counted(of, cluster));
            writeln!(out, "Compared: {units} of {sessions}, those in two codings or more.")?;
        }
        let (percent, least) = ((self.confidence * 100.0).round(), Bootstrap::LEAST_CLUSTERS);
        if self.sets.agreement.interval.is_some() {
            writeln!(
                out,
                "In brackets: {percent} % percentile intervals, resampling whole {cluster}s; a dash where what a figure is \
                 of stands in fewer than {least} of them."
            )?;
        }
        writeln!(out)?;

        let given: Vec<String> = self.coders.iter().map(|name| format!("given by {}", cell(name))).collect();
        writeln!(
            out,
            "| label | {} | agreement | Cohen's kappa | Fleiss' kappa | Krippendorff's alpha |\n|---|{}---|---|---|---|",
            given.join(" | "),
            "--:|".repeat(given.len())
        )?;
        for label in &self.labels {
            let given: Vec<String> = label.given.iter().map(usize::to_string).collect();
            writeln!(out, "| {} | {} | {} |", cell(&label.name), given.join(" | "), nominal(&label.nominal))?;
        }
        writeln!(out, "| *whole sets of labels* |{} {} |", " |".repeat(given.len()), nominal(&self.sets))?;
        if self.coders.len() > 2 {
            writeln!(
                out,
                "\nAgreement and Cohen's kappa are means over pairs of codings; those of each pair are in agreement.csv (--out)."
            )?;
        }
        for (c, name) in self.coders.iter().enumerate().skip(1) {
            self.write_against(out, c - 1, name)?;
        }
        Ok(())
    }

    fn write_against(&self, out: &mut String, c: usize, name: &str) -> std::fmt::Result {
        writeln!(
            out,
            "\n### {} against {}\n\n| label | precision | recall | F1 | average precision | ECE |\n|---|---|---|---|---|---|",
            cell(name),
            cell(&self.coders[0])
        )?;
        for label in &self.labels {
            let of = &label.against[c];
            let figures = [of.precision, of.recall, of.f1].map(shown).join(" | ");
            let probabilities = of.probabilities.as_ref().map_or(["–".to_owned(), "–".to_owned()], |p| {
                [shown(p.average_precision), shown(p.calibration_error)]
            });
            writeln!(out, "| {} | {figures} | {} |", cell(&label.name), probabilities.join(" | "))?;
        }
        let overall = self.overall[c];
        let (f1, precision) = (shown(overall.macro_f1), shown(overall.macro_average_precision));
        writeln!(out, "| *macro* | | | {f1} | {precision} | |")?;
        writeln!(out, "| *micro* | | | {} | | |", shown(overall.micro_f1))
    }

    /// One row per label and figure: `label, coding, figure, value, low, high`; `coding` is empty for what is of all of
    /// them, and `a|b` for what is of two of more, without an interval. Labels are joined by `whole sets of labels` and `all labels`. A value that is not defined is an empty cell.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["label", "coding", "figure", "value", "low", "high"])?;
        let mut row = |label: &str, coding: &str, name: &str, figure: Figure| {
            let [low, high] = figure.interval.map_or([f64::NAN; 2], |i| [i.low, i.high]).map(number);
            table.write_record([label, coding, name, &number(figure.value), &low, &high])
        };
        let alone = |value: f64| Figure { value, interval: None };
        let count = |n: usize| alone(n as f64);
        let several = self.coders.len() > 2;
        let sets = ("whole sets of labels", &self.sets);
        for (label, of) in self.labels.iter().map(|label| (label.name.as_str(), &label.nominal)).chain([sets])
        {
            row(label, "", "agreement", of.agreement)?;
            row(label, "", "cohen_kappa", of.cohen)?;
            row(label, "", "fleiss_kappa", of.fleiss)?;
            row(label, "", "krippendorff_alpha", of.alpha)?;
            for ((i, j), &[agreement, cohen]) in pairs(self.coders.len()).zip(&of.pairs).filter(|_| several) {
                let both = format!("{}|{}", self.coders[i], self.coders[j]);
                row(label, &both, "agreement", alone(agreement))?;
                row(label, &both, "cohen_kappa", alone(cohen))?;
            }
        }
        for label in &self.labels {
            for (coding, &given) in self.coders.iter().zip(&label.given) {
                row(&label.name, coding, "given", count(given))?;
            }
            for (coding, of) in self.coders.iter().skip(1).zip(&label.against) {
                row(&label.name, coding, "precision", of.precision)?;
                row(&label.name, coding, "recall", of.recall)?;
                row(&label.name, coding, "f1", of.f1)?;
                if let Some(p) = &of.probabilities {
                    row(&label.name, coding, "average_precision", p.average_precision)?;
                    row(&label.name, coding, "calibration_error", p.calibration_error)?;
                }
            }
        }
        for (coding, &missing) in self.coders.iter().zip(&self.missing) {
            row("all labels", coding, "missing_units", count(missing))?;
        }
        for (coding, of) in self.coders.iter().skip(1).zip(&self.overall) {
            row("all labels", coding, "macro_f1", of.macro_f1)?;
            row("all labels", coding, "micro_f1", of.micro_f1)?;
            row("all labels", coding, "macro_average_precision", of.macro_average_precision)?;
        }
        bytes(table)
    }

    /// Points of the reliability curves: `label, coding, lower, upper, units, mean_probability, observed`.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn reliability_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["label", "coding", "lower", "upper", "units", "mean_probability", "observed"])?;
        for label in &self.labels {
            for (coding, of) in self.coders.iter().skip(1).zip(&label.against) {
                let curve = of.probabilities.iter().flat_map(|p| &p.reliability.bins);
                for bin in curve.filter(|bin| bin.units > 0) {
                    let place = [label.name.clone(), coding.clone()];
                    table.write_record(place.into_iter().chain(bin_cells(bin)))?;
                }
            }
        }
        bytes(table)
    }
}

/// Units on which codings differ: `session_id, utterance_id, differ, not_coded_by` (codings that do not have the unit, joined
/// by `|`: their cells are empty too), a column of labels per coding, and `text` if any words are given.
///
/// # Errors
/// Never in practice: it writes to memory.
pub fn disagreements(aligned: &Aligned, texts: &BTreeMap<Key, String>) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let words = (!texts.is_empty()).then_some("text");
    let ids = ["session_id", "utterance_id", "differ", "not_coded_by"];
    table.write_record(ids.into_iter().chain(aligned.coders.iter().map(String::as_str)).chain(words))?;
    for (unit, labels) in aligned.disputed() {
        let key = &aligned.units[unit];
        let names: Vec<&str> = labels.iter().map(|&k| aligned.labels[k].as_str()).collect();
        let said: Vec<Option<String>> =
            (0..aligned.coders.len()).map(|coder| aligned.joined(unit, coder)).collect();
        let without = aligned.coders.iter().zip(&said).filter(|(_, said)| said.is_none());
        let without: Vec<&str> = without.map(|(name, _)| name.as_str()).collect();
        let mut row = vec![key.0.clone(), key.1.clone(), names.join("|"), without.join("|")];
        row.extend(said.into_iter().map(Option::unwrap_or_default));
        row.extend(words.map(|_| texts.get(key).cloned().unwrap_or_default()));
        table.write_record(row)?;
    }
    bytes(table)
}

fn nominal(of: &Nominal) -> String {
    [of.agreement, of.cohen, of.fleiss, of.alpha].map(shown).join(" | ")
}

fn shown(figure: Figure) -> String {
    if figure.value.is_nan() { "–".to_owned() } else { with_interval(figure) }
}

#[cfg(test)]
mod tests {
    use super::super::aligned::tests::coder;
    use super::super::compare::compare;
    use super::*;
    use crate::agreement::bootstrap::Bootstrap;

    fn three() -> Aligned {
        let mut c = coder("c", &[("s", "1", "joy"), ("s", "2", "")]);
        c.probabilities.insert("joy".into(), vec![0.9, 0.2]);
        Aligned::new(&[
            coder("a", &[("s", "1", "joy"), ("s", "2", "a|b")]),
            coder("b", &[("s", "1", ""), ("t", "1", "joy")]),
            c,
        ])
    }

    #[test]
    fn tables_have_equal_rows() {
        let text = compare(&three(), &Bootstrap { resamples: 20, ..Bootstrap::default() }).to_markdown();
        for table in text.split("\n\n").filter(|part| part.starts_with('|')) {
            let cells: Vec<_> = table.lines().map(|line| line.matches('|').count()).collect();
            assert!(cells.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
        }
        assert!(
            text.starts_with("3 units of 2 sessions, 1 of them in every coding.\n1 unit is not in a.\n")
                && text.contains("Compared: 2 units of 1 session, those in two codings or more.\n"),
            "{text}"
        );
        // Two sessions say nothing about the next ones.
        assert!(text.contains("In brackets") && text.contains(" [–] |"), "{text}");
        assert!(text.contains("### c against a") && !text.contains("NaN"), "{text}");
    }

    #[test]
    fn csv_and_disputes() {
        let aligned = three();
        let comparison = compare(&aligned, &Bootstrap { resamples: 0, ..Bootstrap::default() });
        assert!(!comparison.to_markdown().contains("In brackets"));
        let text = String::from_utf8(comparison.to_csv().unwrap()).unwrap();
        assert!(text.contains("joy,c,average_precision,1,,\n"), "{text}");
        assert!(text.contains("all labels,b,missing_units,1,,\n"), "{text}");
        // Of a and b one unit is compared, of a and c two; b and c have the first alone.
        assert!(
            text.contains("joy,a|b,agreement,0,,\njoy,a|b,cohen_kappa,0,,\njoy,a|c,agreement,1,,\n"),
            "{text}"
        );
        assert!(text.contains("joy,b|c,agreement,0,,\njoy,b|c,cohen_kappa,0,,\n"), "{text}");
        let curve = String::from_utf8(comparison.reliability_csv().unwrap()).unwrap();
        assert_eq!(curve.lines().count(), 3, "{curve}");
        let texts = BTreeMap::from([(("s".to_owned(), "2".to_owned()), "Hello, you".to_owned())]);
        let list = String::from_utf8(disagreements(&aligned, &texts).unwrap()).unwrap();
        assert_eq!(
            list,
            "session_id,utterance_id,differ,not_coded_by,a,b,c,text\ns,1,joy,,joy,,joy,\ns,2,a|b,b,a|b,,,\"Hello, you\"\n"
        );
        let list = String::from_utf8(disagreements(&aligned, &BTreeMap::new()).unwrap()).unwrap();
        assert!(list.starts_with("session_id,utterance_id,differ,not_coded_by,a,b,c\n"));
    }
}
