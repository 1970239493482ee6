//! Krippendorff's alpha for nominal categories: agreement of any number of coders beyond chance, with units that some
//! coders left out.
//!
//! Krippendorff (2011), Computing Krippendorff's alpha-reliability. A unit that fewer than two coders coded says nothing.

/// What units add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Alpha {
    /// Ordered pairs of different categories within units, each unit weighted by 1 / (coders of it − 1).
    differing: f64,
    /// How often each category was used, in units of two coders or more.
    used: Vec<f64>,
}

impl Alpha {
    /// No unit yet, of `categories` categories.
    #[must_use]
    pub fn new(categories: usize) -> Alpha {
        Alpha { differing: 0.0, used: vec![0.0; categories] }
    }

    /// Adds one unit: the category of every coder, `None` where one did not code it. Categories out of range count as
    /// not coded.
    pub fn record(&mut self, said: &[Option<usize>]) {
        let said: Vec<usize> = said.iter().copied().flatten().filter(|&k| k < self.used.len()).collect();
        if said.len() < 2 {
            return;
        }
        let mut differing = 0;
        for &k in &said {
            self.used[k] += 1.0;
            differing += said.iter().filter(|&&other| other != k).count();
        }
        self.differing += differing as f64 / (said.len() - 1) as f64;
    }

    /// Adds the units of another, each as often as `times` says.
    pub fn add(&mut self, other: &Alpha, times: u32) {
        let times = f64::from(times);
        self.differing += times * other.differing;
        self.used.iter_mut().zip(&other.used).for_each(|(sum, one)| *sum += times * one);
    }

    /// The alpha, at most 1; `None` without units, or when only one category was ever used.
    #[must_use]
    pub fn alpha(&self) -> Option<f64> {
        let all: f64 = self.used.iter().sum();
        let expected: f64 = self.used.iter().map(|n| n * (all - n)).sum::<f64>() / (all - 1.0);
        (all > 0.0 && expected > 0.0).then(|| 1.0 - self.differing / expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_coders_ten_units() {
        // Krippendorff (2011), section B: binary data, two observers, ten units; alpha is 0.095.
        let first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
        let second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
        let mut sums = Alpha::new(2);
        first.iter().zip(second).for_each(|(&a, b)| sums.record(&[Some(a), Some(b)]));
        assert!((sums.alpha().unwrap() - 0.095).abs() < 5e-4, "{:?}", sums.alpha());
    }

    #[test]
    fn undefined_and_left_out() {
        let mut sums = Alpha::new(2);
        assert_eq!(sums.alpha(), None);
        sums.record(&[Some(1), None, None]);
        sums.record(&[Some(1), Some(9)]);
        assert_eq!(sums, Alpha::new(2));
        sums.record(&[Some(1), None, Some(1)]);
        assert_eq!(sums.alpha(), None);
    }
}
