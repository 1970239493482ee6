//! Cohen's kappa: agreement of two coders on one label beyond what their rates of using it would give by chance.
//!
//! Cohen (1960), A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20, 37-46.

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

    /// Two coders on one label: units to which both give it, only the second, only the first, and neither.
    fn pair(both: u32, second: u32, first: u32, neither: u32) -> Pair {
        let mut pair = Pair::new(2);
        for (of_first, of_second, times) in [(1, 1, both), (0, 1, second), (1, 0, first), (0, 0, neither)] {
            let mut one = Pair::new(2);
            one.record(Some(of_first), Some(of_second));
            pair.add(&one, times);
        }
        pair
    }

    #[test]
    fn a_known_table() {
        // 50 grant proposals, the usual worked example: agreement .7, expected .5.
        let pair = pair(20, 5, 10, 15);
        assert!((pair.kappa().unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(pair.agreement(), Some(0.7));
    }

    #[test]
    fn what_one_did_not_code_is_not_counted() {
        let mut same = Pair::new(3);
        same.record(Some(2), Some(2));
        same.record(None, Some(2));
        same.record(Some(3), Some(2));
        assert_eq!((same.agreement(), same.kappa(), Pair::new(2).kappa()), (Some(1.0), None, None));
    }

    #[test]
    fn bounds_and_undefined() {
        assert_eq!(pair(3, 0, 0, 7).kappa(), Some(1.0));
        assert_eq!(pair(0, 5, 5, 0).kappa(), Some(-1.0));
        for constant in [pair(0, 0, 0, 0), pair(0, 0, 0, 9), pair(9, 0, 0, 0)] {
            assert_eq!(constant.kappa(), None);
        }
    }
}
