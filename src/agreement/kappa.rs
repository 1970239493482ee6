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

/// Two coders on any number of nominal categories: what the units that both coded add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    units: f64,
    agreeing: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Pair {
    /// No unit yet, of `categories` categories.
    #[must_use]
    pub fn new(categories: usize) -> Pair {
        Pair { units: 0.0, agreeing: 0.0, first: vec![0.0; categories], second: vec![0.0; categories] }
    }

    /// Adds one unit; nothing is added when a coder did not code it or a category is out of range.
    pub fn record(&mut self, first: Option<usize>, second: Option<usize>) {
        let (Some(first), Some(second)) = (first, second) else { return };
        if first.max(second) < self.first.len() {
            self.units += 1.0;
            self.agreeing += f64::from(u8::from(first == second));
            self.first[first] += 1.0;
            self.second[second] += 1.0;
        }
    }

    /// Adds the units of another, each as often as `times` says.
    pub fn add(&mut self, other: &Pair, times: u32) {
        let times = f64::from(times);
        self.units += times * other.units;
        self.agreeing += times * other.agreeing;
        self.first.iter_mut().zip(&other.first).for_each(|(sum, one)| *sum += times * one);
        self.second.iter_mut().zip(&other.second).for_each(|(sum, one)| *sum += times * one);
    }

    /// Share of units on which both agree, 0..=1; `None` without units.
    #[must_use]
    pub fn agreement(&self) -> Option<f64> {
        (self.units > 0.0).then(|| self.agreeing / self.units)
    }

    /// Cohen's kappa, -1..=1; `None` without units, or when both gave all units the same category.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let observed = self.agreement()?;
        let chance: f64 = self.first.iter().zip(&self.second).map(|(a, b)| a * b).sum();
        let expected = chance / (self.units * self.units);
        (expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
    }
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
    fn two_categories_are_one_label() {
        let counts =
            Confusion { true_positive: 20, false_positive: 5, false_negative: 10, true_negative: 15 };
        let mut pair = Pair::new(2);
        for (gold, said, times) in [(1, 1, 20), (0, 1, 5), (1, 0, 10), (0, 0, 15)] {
            let mut one = Pair::new(2);
            one.record(Some(gold), Some(said));
            pair.add(&one, times);
        }
        assert!((pair.kappa().unwrap() - cohen(counts).unwrap()).abs() < 1e-12);
        assert_eq!(pair.agreement(), Some(0.7));
        let mut same = Pair::new(3);
        same.record(Some(2), Some(2));
        same.record(None, Some(2));
        same.record(Some(3), Some(2));
        assert_eq!((same.agreement(), same.kappa(), Pair::new(2).kappa()), (Some(1.0), None, None));
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
