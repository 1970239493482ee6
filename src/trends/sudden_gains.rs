//! Sudden gains and losses between one session and the next.
//!
//! T. Z. Tang, R. J. DeRubeis (1999), Sudden Gains and Critical Sessions in Cognitive-Behavioral Therapy for Depression,
//! J. Consult. Clin. Psychol. 67, with the critical values of W. Lutz et al. (2013), as the R package `suddengains` 0.7.2
//! has them. From session n to n + 1 there is a gain if
//!
//! 1. it is at least the cutoff,
//! 2. it is at least a quarter of the value at n,
//! 3. the mean of the up to three sessions before exceeds that of the up to three after by more than t · s, where s is
//!    the pooled standard deviation (not its standard error: the criterion is kept as the field has it) and t the
//!    two-sided 5 % point of Student's distribution; at least two sessions on either side.
//!
//! Less is the gain here, as with symptom scores; [`changes`] turns the sign of measures where more is. A loss is the
//! mirror image in all three criteria.

/// Sessions that the third criterion looks at on either side.
const SIDE: usize = 3;

/// Gains and losses of a series, as the indices of the sessions after them.
///
/// `cutoffs[k]` is the least reliable difference between session k and the one before, above 0; there is no change where it
/// is missing. Falls are the gains if `less_is_gain`, else rises are.
#[must_use]
pub fn changes(values: &[f64], cutoffs: &[f64], less_is_gain: bool) -> (Vec<usize>, Vec<usize>) {
    let falls_and_rises = [1.0, -1.0].map(|sign| {
        let at = |&k: &usize| {
            let (before, after) =
                (&values[k.saturating_sub(SIDE)..k], &values[k..values.len().min(k + SIDE)]);
            cutoffs.get(k).is_some_and(|cutoff| *cutoff > 0.0 && step(before, after, *cutoff, sign))
        };
        (1..values.len()).filter(at).collect::<Vec<_>>()
    });
    let [falls, rises] = falls_and_rises;
    if less_is_gain { (falls, rises) } else { (rises, falls) }
}

/// Whether the step from the last of `before` to the first of `after` is a fall (`sign` 1) or a rise (-1) by all three
/// criteria.
fn step(before: &[f64], after: &[f64], cutoff: f64, sign: f64) -> bool {
    let (Some(last), Some(first)) = (before.last(), after.first()) else { return false };
    let fall = sign * (last - first);
    if fall < cutoff || fall < 0.25 * last {
        return false;
    }
    if before.len() < 2 || after.len() < 2 {
        return false;
    }
    let (mean_before, squares_before) = moments(before);
    let (mean_after, squares_after) = moments(after);
    let freedom = before.len() + after.len() - 2;
    let pooled = ((squares_before + squares_after) / freedom as f64).sqrt();
    sign * (mean_before - mean_after) > critical(freedom) * pooled
}

/// Mean and sum of squared differences from it.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|x| (x - mean).powi(2)).sum())
}

/// Two-sided 5 % point of Student's distribution with 2, 3 or 4 degrees of freedom.
fn critical(freedom: usize) -> f64 {
    match freedom {
        0..=2 => 4.302_652_729_911_275,
        3 => 3.182_446_305_284_263,
        _ => 2.776_445_105_198_653,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_package() {
        let gain = |before: [f64; 3], after: [f64; 3]| step(&before, &after, 7.0, 1.0);
        assert!(gain([32.0, 31.0, 33.0], [5.0, 6.0, 7.0]));
        assert!(!gain([32.0, 31.0, 33.0], [27.0, 26.0, 25.0]), "below the cutoff");
        assert!(!gain([40.0, 39.0, 41.0], [33.0, 32.0, 33.0]), "below a quarter");
        // A loss with two values before: 14 − 6 > 3.182 · √((2 + 8) / 3).
        assert!(step(&[5.0, 7.0], &[16.0, 12.0, 14.0], 7.0, -1.0));
        assert!(!step(&[5.0, 7.0], &[16.0, 8.0, 12.0], 7.0, -1.0));
    }

    #[test]
    fn too_little_on_a_side() {
        let (before, after) = ([30.0, 31.0], [5.0, 5.0]);
        assert!(step(&before, &after, 7.0, 1.0));
        assert!(!step(&before[1..], &after, 7.0, 1.0) && !step(&before, &after[..1], 7.0, 1.0));
        assert!(!step(&[], &[], 7.0, 1.0));
    }

    #[test]
    fn a_series_knows_which_way_is_up() {
        let values = [0.0, 1.0, 0.0, 30.0, 31.0, 29.0, 0.0, 1.0, 0.0];
        let cutoffs = [10.0; 9];
        assert_eq!(changes(&values, &cutoffs, false), (vec![3], vec![6]));
        assert_eq!(changes(&values, &cutoffs, true), (vec![6], vec![3]));
        assert_eq!(changes(&[], &[], true), (vec![], vec![]));
    }
}
