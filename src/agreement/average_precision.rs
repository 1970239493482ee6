//! Average precision: how well scores rank the units that carry a label, whatever the threshold.
//!
//! The step-wise sum over thresholds of (gain in recall) × precision, without interpolation. Equal scores share
//! one threshold, so the order of equal scores does not matter. Without a positive unit it is not
//! defined; figures call it 0 there, as scikit-learn does.

/// Units ranked once by score, so that the figure can be computed many times over resampled clusters.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// Highest score first. What comes after the last positive unit cannot change the figure and is cut.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    cluster: u32,
    positive: bool,
    /// Whether the next unit has a lower score, so that a threshold may lie here.
    last_of_ties: bool,
}

impl Ranking {
    /// Ranks units given as (cluster, carries the label, score). NaN scores rank by IEEE total order.
    #[must_use]
    pub fn new(units: impl IntoIterator<Item = (u32, bool, f32)>) -> Ranking {
        // -0 and 0 are one score.
        let mut units: Vec<_> = units.into_iter().map(|(c, y, score)| (c, y, score + 0.0)).collect();
        units.sort_by(|a, b| b.2.total_cmp(&a.2));
        let mut steps: Vec<Step> = units
            .iter()
            .enumerate()
            .map(|(i, &(cluster, positive, score))| Step {
                cluster,
                positive,
                last_of_ties: units.get(i + 1).is_none_or(|next| next.2.total_cmp(&score).is_ne()),
            })
            .collect();
        let last_positive = steps.iter().rposition(|step| step.positive);
        let end = last_positive
            .and_then(|i| (i..steps.len()).find(|&j| steps[j].last_of_ties))
            .map_or(0, |j| j + 1);
        steps.truncate(end);
        Ranking { steps }
    }

    /// Average precision, 0..=1, when every unit stands there as often as its cluster was drawn; `None` without a
    /// positive unit. A cluster beyond the end of `times` counts as not drawn.
    #[must_use]
    pub fn defined(&self, times: &[u32]) -> Option<f64> {
        let (mut seen, mut hits, mut new_hits) = (0u64, 0u64, 0u64);
        let mut sum = 0.0;
        for step in &self.steps {
            let n = u64::from(times.get(step.cluster as usize).copied().unwrap_or(0));
            seen += n;
            new_hits += if step.positive { n } else { 0 };
            if step.last_of_ties && new_hits > 0 {
                hits += new_hits;
                sum += new_hits as f64 * hits as f64 / seen as f64;
                new_hits = 0;
            }
        }
        (hits > 0).then(|| sum / hits as f64)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::*;

    fn of(gold: &[bool], scores: &[f32]) -> Option<f64> {
        Ranking::new(gold.iter().zip(scores).map(|(&positive, &score)| (0, positive, score))).defined(&[1])
    }

    #[test]
    fn perfect_worst_and_tied() {
        assert_eq!(of(&[true, true, false], &[0.9, 0.8, 0.1]), Some(1.0));
        assert_eq!(of(&[false, true], &[0.9, 0.1]), Some(0.5));
        // All equal: the base rate, in any order.
        assert_eq!(of(&[true, false, false, false], &[0.5; 4]), Some(0.25));
        assert_eq!(of(&[false, false, false, true], &[0.5; 4]), Some(0.25));
    }

    #[test]
    fn without_positives_it_is_not_defined() {
        assert_eq!(of(&[false; 3], &[0.3, 0.2, 0.1]), None);
        assert_eq!(of(&[], &[]), None);
        assert_eq!(Ranking::new([(0, true, 0.5)]).defined(&[0]), None);
        assert_eq!(Ranking::new([(7, true, 0.5)]).defined(&[1]), None);
    }

    #[test]
    fn a_cluster_drawn_twice_is_its_units_twice() {
        let ranking = Ranking::new([(0, false, 0.9), (1, true, 0.8), (0, true, 0.7), (1, false, 0.6)]);
        let gold = [false, true, true, true, false, false];
        let scores = [0.9, 0.8, 0.8, 0.7, 0.6, 0.6];
        assert!((ranking.defined(&[1, 2]).unwrap() - of(&gold, &scores).unwrap()).abs() < 1e-12);
    }
}
