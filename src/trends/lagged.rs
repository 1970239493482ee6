//! What precedes what: the odds of an outcome with and without a factor in the units before, compared within sessions.
//!
//! The Mantel-Haenszel odds ratio (N. Mantel, W. Haenszel 1959) over sessions as strata: only units of one session are
//! held against each other, so that sessions rich in both do not make an association. Its logarithm solves
//! Σ (Rₖ − ψ Sₖ) = 0 with R = ad/n and S = bc/n of each session; the sandwich of that equation,
//!
//! ```text
//! var(log ψ) = K / (K − 1) · Σ (Rₖ − ψ Sₖ)² / (Σ Rₖ)²,
//! ```
//!
//! takes whole sessions as the independent things, however alike their units are (K.-Y. Liang 1987, Extended
//! Mantel-Haenszel Estimating Procedure, Biometrics 43). Student's distribution with K − 1 degrees of freedom. These are
//! associations in order of time, not causes.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Fewest informative sessions for an interval.
pub const LEAST_SESSIONS: usize = 10;

/// The units of one session, by factor before and outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// With the factor before, with the outcome.
    pub exposed_outcomes: u32,
    /// With the factor before, without the outcome.
    pub exposed_rest: u32,
    /// Without the factor before, with the outcome.
    pub unexposed_outcomes: u32,
    /// Without either.
    pub unexposed_rest: u32,
}

impl Tally {
    /// R and S of the session; both 0 where it says nothing.
    fn parts(self) -> (f64, f64) {
        let cells = [self.exposed_outcomes, self.exposed_rest, self.unexposed_outcomes, self.unexposed_rest];
        let [a, b, c, d] = cells.map(f64::from);
        let n = (a + b + c + d).max(1.0);
        (a * d / n, b * c / n)
    }
}

/// A log odds ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogOdds {
    /// The estimate; `None` where no session holds both sides, or where the ratio is 0 or infinite.
    pub value: Option<f64>,
    /// Its 95 % interval and two-sided p; `None` with fewer than [`LEAST_SESSIONS`] informative sessions.
    pub interval: Option<(f64, f64, f64)>,
    /// Informative sessions.
    pub sessions: usize,
}

/// The log odds ratio within sessions, one tally each.
#[must_use]
pub fn log_odds(sessions: impl IntoIterator<Item = Tally>) -> LogOdds {
    let parts: Vec<(f64, f64)> =
        sessions.into_iter().map(Tally::parts).filter(|(r, s)| r + s > 0.0).collect();
    let (r, s) = parts.iter().fold((0.0, 0.0), |(r, s), part| (r + part.0, s + part.1));
    let count = parts.len();
    if r == 0.0 || s == 0.0 {
        return LogOdds { value: None, interval: None, sessions: count };
    }
    let ratio = r / s;
    let value = ratio.ln();
    let squares: f64 = parts.iter().map(|part| (part.0 - ratio * part.1).powi(2)).sum();
    let error = (count as f64 / (count as f64 - 1.0) * squares).sqrt() / r;
    let interval = (count >= LEAST_SESSIONS)
        .then(|| StudentsT::new(0.0, 1.0, count as f64 - 1.0).ok())
        .flatten()
        .filter(|_| error > 0.0)
        .map(|student| {
            let half = student.inverse_cdf(0.975) * error;
            (value - half, value + half, 2.0 * student.cdf(-(value / error).abs()))
        });
    LogOdds { value: Some(value), interval, sessions: count }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(a: u32, b: u32, c: u32, d: u32) -> Tally {
        Tally { exposed_outcomes: a, exposed_rest: b, unexposed_outcomes: c, unexposed_rest: d }
    }

    #[test]
    fn one_table_is_its_odds_ratio() {
        let found = log_odds([tally(8, 12, 4, 30)]);
        assert!((found.value.unwrap() - (8.0_f64 * 30.0 / (12.0 * 4.0)).ln()).abs() < 1e-12);
        assert_eq!((found.interval, found.sessions), (None, 1));
    }

    #[test]
    fn sessions_rich_in_both_make_no_association() {
        // Within each session nothing, between them much.
        let found =
            log_odds((0..20).map(|i| if i % 2 == 0 { tally(40, 40, 10, 10) } else { tally(1, 9, 9, 81) }));
        assert!(found.value.unwrap().abs() < 1e-12);
        assert_eq!(found.interval, None, "no spread, no interval");
        assert_eq!(log_odds([tally(0, 9, 0, 30)]), LogOdds { value: None, interval: None, sessions: 0 });
        assert_eq!(log_odds([]).sessions, 0);
        // Infinity and 0 have no logarithm, but sessions that say so.
        for one_sided in [tally(3, 9, 0, 30), tally(0, 9, 3, 30)] {
            assert_eq!(log_odds([one_sided; 2]), LogOdds { value: None, interval: None, sessions: 2 });
        }
    }
}
