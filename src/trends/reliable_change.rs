//! Reliable change: how large a difference between two sessions is, measured by the error of the measure.
//!
//! N. S. Jacobson, P. Truax (1991), Clinical Significance, J. Consult. Clin. Psychol. 59: the difference divided by
//! √(SEM₁² + SEM₂²); beyond 1.96 it is more than error. SEM² is half the mean squared difference between two readings of
//! the same session, here the model's and the coder's.
//!
//! The error of a rate shrinks with the length of the session, so what is taken from the model's agreement figures is its
//! ratio to the binomial variance of a rate: [`error_ratio`]. Out of fold, over all sessions of written transcripts,
//! notes, cases and AnnoMI with five client units or more (n client units, rates x of the model and y of the coder in
//! per cent, m the mean of both over all sessions of the same source):
//!
//! ```text
//! ratio = Σ (x − y)² / 2  /  Σ m (100 − m) / n        (100 − m counted as 20 at least)
//! ```
//!
//! `scripts/error_ratio.py` makes them from the scores in a model folder.
//! Of a rare code the client's own rate says too little: one unit in thirty makes it 3 %, and the session with this unit
//! stands out by more than two errors. The variance is therefore never taken for less than that of a count of which one
//! unit is expected in the shorter of the two sessions (Poisson). With one success and one failure added (A. Agresti, B. A. Coull 1998) a single unit would be reliable again
//! over many sessions; with the rate of a corpus, a client's numbers would hang on other clients.
//!
//! Every session is thus taken as coded once by one coder, and the coder's own error is part of the ratio.

use crate::codebook::Code;
use crate::coding::case::Measure;

/// Two-sided 95 % of the normal distribution.
pub const RELIABLE: f64 = 1.96;
/// The version of `minilm` that [`error_ratio`] is of.
pub const MODEL_VERSION: &str = "1.8.0";

/// Measurement error of a session's rate as a part of its binomial variance; out of fold, `minilm` [`MODEL_VERSION`].
#[must_use]
#[expect(clippy::match_same_arms, reason = "a table: every code has its own number")]
pub const fn error_ratio(measure: Measure) -> f64 {
    match measure {
        Measure::Breakthrough => 0.36,
        Measure::Resistance => 0.52,
        Measure::Code(code) => match code {
            // .26 (and `pacing` .25); below that a single unit in the shorter of two sessions could be reliable.
            Code::Emotional => 0.27,
            Code::Cognitive => 0.29,
            Code::Behavioural => 0.46,
            Code::ResistanceChange => 0.48,
            Code::ResistanceDefence => 0.59,
            Code::ResistanceFear => 0.33,
            Code::Motivation => 0.40,
            Code::SelfAwareness => 0.50,
            Code::Openness => 0.66,
            Code::Empathy => 0.35,
            Code::Guidance => 0.35,
            Code::Pacing => 0.27,
            Code::Alliance => 0.50,
        },
    }
}

/// Standard error of the difference between the rates of two sessions, in units per 100 client units.
///
/// `mean` is the rate over all sessions of the client, in the same unit, so that two quiet sessions are not taken for
/// errorless; `units` are the client units of the two. Never 0.
#[must_use]
pub fn standard_error(measure: Measure, mean: f64, units: [usize; 2]) -> f64 {
    let [a, b] = units.map(|n| n.max(1) as f64);
    // Codes of the therapist can be more than one per client unit. At least the variance of a count of one unit.
    let spread = (mean * (100.0 - mean).max(20.0)).max(100.0 * 100.0 / a.min(b));
    (error_ratio(measure) * spread * (1.0 / a + 1.0 / b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_sessions_err_less() {
        let error = |n| standard_error(Measure::Breakthrough, 10.0, [n, n]);
        // √(ratio · 10 · 90 · 2 / 14) with the ratio of all breakthroughs
        assert!((error(14) - (0.36_f64 * 10.0 * 90.0 * 2.0 / 14.0).sqrt()).abs() < 1e-12);
        assert!((error(14) / error(56) - 2.0).abs() < 1e-12);
    }

    /// Another model has other errors: `scripts/error_ratio.py` says which.
    #[test]
    fn the_ratios_are_those_of_the_shipped_model() {
        let config = include_str!("../../models/minilm/config.json");
        assert!(config.contains(&format!("\"version\": \"{MODEL_VERSION}\"")), "{config}");
    }

    /// From none to one unit, over two sessions or many, short or long ones.
    #[test]
    fn a_single_unit_is_no_reliable_change() {
        for measure in Measure::ALL {
            for (a, b) in (1..60_usize).flat_map(|a| (1..60_usize).map(move |b| (a, b))) {
                for others in [0, 20, 2000] {
                    let rate = 100.0 / (a + b + others) as f64;
                    let index = 100.0 / b as f64 / standard_error(measure, rate, [a, b]);
                    assert!(
                        index < RELIABLE,
                        "{measure:?} in {b} units, before {a}, others {others}: {index}"
                    );
                }
            }
        }
        // Where a unit and more a session are the rule, the client's own rate counts.
        let plain = (0.52_f64 * 20.0 * 80.0 * 2.0 / 13.0).sqrt();
        assert!((standard_error(Measure::Resistance, 20.0, [13, 13]) - plain).abs() < 1e-12);
    }
}
