//! Fleiss' kappa: agreement of several coders on nominal categories beyond chance, over units that all of them coded.
//!
//! Fleiss (1971), Measuring nominal scale agreement among many raters. Psychological Bulletin 76, 378-382.

/// What units add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Fleiss {
    coders: f64,
    units: f64,
    /// Ordered pairs of coders that agree, summed over units.
    agreeing: f64,
    /// How often each category was used.
    used: Vec<f64>,
}

impl Fleiss {
    /// No unit yet, of `coders` coders and `categories` categories.
    #[must_use]
    pub fn new(coders: usize, categories: usize) -> Fleiss {
        Fleiss { coders: coders as f64, units: 0.0, agreeing: 0.0, used: vec![0.0; categories] }
    }

    /// Adds one unit: the category of every coder. Nothing is added when a coder did not code it, or a category is out
    /// of range.
    pub fn record(&mut self, said: &[Option<usize>]) {
        let all: Option<Vec<usize>> = said.iter().copied().collect();
        let known = |said: &Vec<usize>| said.iter().all(|&k| k < self.used.len());
        let Some(all) = all.filter(known) else { return };
        self.units += 1.0;
        for (i, &k) in all.iter().enumerate() {
            self.used[k] += 1.0;
            self.agreeing +=
                all.iter().enumerate().filter(|&(j, &other)| i != j && other == k).count() as f64;
        }
    }

    /// Adds the units of another, each as often as `times` says.
    pub fn add(&mut self, other: &Fleiss, times: u32) {
        let times = f64::from(times);
        self.units += times * other.units;
        self.agreeing += times * other.agreeing;
        self.used.iter_mut().zip(&other.used).for_each(|(sum, one)| *sum += times * one);
    }

    /// The kappa, at most 1; `None` without units, with a single coder, or when only one category was ever used.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let said = self.units * self.coders;
        let pairs = said * (self.coders - 1.0);
        let in_use = self.used.iter().filter(|&&n| n > 0.0).count();
        if pairs <= 0.0 || in_use < 2 {
            return None;
        }
        let expected: f64 = self.used.iter().map(|n| (n / said).powi(2)).sum();
        Some((self.agreeing / pairs - expected) / (1.0 - expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_paper_in_small() {
        let mut sums = Fleiss::new(3, 2);
        for said in [[0, 0, 0], [0, 0, 1], [1, 1, 1], [1, 0, 1]] {
            sums.record(&said.map(Some));
        }
        // Observed (1 + 1/3 + 1 + 1/3) / 4 = 2/3, expected 1/2.
        assert!((sums.kappa().unwrap() - 1.0 / 3.0).abs() < 1e-12);
        let mut twice = Fleiss::new(3, 2);
        twice.add(&sums, 2);
        assert!((twice.kappa().unwrap() - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn undefined() {
        let mut sums = Fleiss::new(2, 2);
        assert_eq!(sums.kappa(), None);
        sums.record(&[Some(0), None]);
        sums.record(&[Some(0), Some(7)]);
        assert_eq!(sums, Fleiss::new(2, 2));
        sums.record(&[Some(0), Some(0)]);
        assert_eq!(sums.kappa(), None);
        let mut alone = Fleiss::new(1, 2);
        alone.record(&[Some(0)]);
        alone.record(&[Some(1)]);
        assert_eq!(alone.kappa(), None);
    }
}
