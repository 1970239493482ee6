//! Reliability curves as one SVG picture: a small square for every code.

use super::report::{Report, SourceFigures};
use std::fmt::Write as _;

/// Side of a square, in pixels.
const SIDE: f64 = 120.0;
/// Room for a square with its name and its edges.
const CELL: (f64, f64) = (190.0, 165.0);
const COLUMNS: usize = 5;

impl Report {
    /// The curves of the last source (of several, the pooled one): observed share against mean probability of every
    /// bin with units in it, the area of a point growing with their number; the diagonal is perfect calibration.
    /// `None` without a source.
    #[must_use]
    pub fn to_svg(&self) -> Option<String> {
        self.sources.last().map(picture)
    }
}

fn picture(source: &SourceFigures) -> String {
    let rows = source.labels.len().div_ceil(COLUMNS);
    let (width, height) = (CELL.0 * COLUMNS as f64, CELL.1 * rows as f64 + 24.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"15\" y=\"16\">Observed share (upward) against probability, 0 to 1: {}, {} units</text>\n",
        escaped(&source.source),
        source.units
    );
    for (i, label) in source.labels.iter().enumerate() {
        let (x, y) = (15.0 + CELL.0 * (i % COLUMNS) as f64, 42.0 + CELL.1 * (i / COLUMNS) as f64);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<g transform=\"translate({x} {y})\"><text y=\"-4\">{} (ECE {:.3})</text>\
             <rect width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#888\"/>\
             <path d=\"M0 {SIDE}L{SIDE} 0\" stroke=\"#bbb\" stroke-dasharray=\"3\"/>",
            if label.name == "resistance" { "resistance (any)" } else { label.name },
            label.calibration_error.value
        );
        let bins: Vec<_> = label.reliability.bins.iter().filter(|bin| bin.units > 0).collect();
        let units: usize = bins.iter().map(|bin| bin.units).sum();
        let mut path = String::new();
        for (j, bin) in bins.iter().enumerate() {
            let (px, py) = (SIDE * bin.mean_predicted, SIDE * (1.0 - bin.observed));
            let _ = write!(path, "{}{px:.1} {py:.1}", if j == 0 { 'M' } else { 'L' });
            let radius = 1.5 + 4.5 * (bin.units as f64 / units as f64).sqrt();
            let _ = writeln!(out, "<circle cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"{radius:.1}\" fill=\"#2a6\"/>");
        }
        if !path.is_empty() {
            let _ = writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"#2a6\"/>");
        }
        out.push_str("</g>\n");
    }
    out + "</svg>\n"
}

/// Names of sources come from outside.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_square_for_every_label() {
        let mut report = super::super::report::tests::small();
        report.sources[2].source = "a<b & c".into();
        let svg = report.to_svg().unwrap();
        assert_eq!(svg.matches("<g ").count(), 14);
        assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
        assert!(svg.contains("a&lt;b &amp; c, 4 units") && svg.contains("<circle"));
        report.sources.clear();
        assert!(report.to_svg().is_none());
    }
}
