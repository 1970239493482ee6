//! Cohen's kappa: agreement of two coders on one label beyond what their rates of using it would give by chance.
//!
//! Cohen (1960), A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20, 37-46.

use super::confusion::Confusion;

/// Cohen's kappa of one label, -1..=1; it does not matter which coder is called gold.
/// `None` where it is undefined: without units, or when both coders gave all units the same answer.
#[must_use]
pub fn cohen(counts: Confusion) -> Option<f64> {
    let constant =
        counts.positives() == counts.predicted() && [0, counts.units()].contains(&counts.positives());
    let units = counts.units() as f64;
    let (first, second) = (counts.positives() as f64, counts.predicted() as f64);
    let expected = (first * second + (units - first) * (units - second)) / (units * units);
    (!constant).then(|| (counts.observed_agreement() - expected) / (1.0 - expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_table() {
        // 50 grant proposals, the usual worked example: agreement .7, expected .5.
        let counts =
            Confusion { true_positive: 20, false_positive: 5, false_negative: 10, true_negative: 15 };
        assert!((cohen(counts).unwrap() - 0.4).abs() < 1e-12);
    }

    #[test]
    fn bounds_and_undefined() {
        let full = Confusion { true_positive: 3, true_negative: 7, ..Confusion::default() };
        assert_eq!(cohen(full), Some(1.0));
        let opposite = Confusion { false_positive: 5, false_negative: 5, ..Confusion::default() };
        assert_eq!(cohen(opposite), Some(-1.0));
        assert_eq!(cohen(Confusion::default()), None);
        assert_eq!(cohen(Confusion { true_negative: 9, ..Confusion::default() }), None);
        assert_eq!(cohen(Confusion { true_positive: 9, ..Confusion::default() }), None);
    }
}
