//! Adjusted p-values that keep the false discovery rate: Y. Benjamini, Y. Hochberg (1995), J. R. Stat. Soc. B 57.

/// For each p, the smallest false discovery rate at which it is still a discovery; `None` stays so and counts not.
#[must_use]
pub fn adjust(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut known: Vec<(usize, f64)> = p.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))).collect();
    known.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut adjusted = vec![None; p.len()];
    let mut least = 1.0_f64;
    for (place, &(i, p)) in known.iter().enumerate() {
        least = least.min(p * known.len() as f64 / (known.len() - place) as f64);
        adjusted[i] = Some(least);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let q = adjust(&[Some(0.01), None, Some(0.04), Some(0.03), Some(0.9)]);
        let expected = [Some(0.04), None, Some(0.16 / 3.0), Some(0.16 / 3.0), Some(0.9)];
        for (ours, theirs) in q.into_iter().zip(expected) {
            assert_eq!(ours.is_some(), theirs.is_some());
            assert!((ours.unwrap_or(0.0) - theirs.unwrap_or(0.0)).abs() < 1e-12);
        }
        assert!(adjust(&[]).is_empty());
    }
}
