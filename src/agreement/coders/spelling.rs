//! Labels that only one coding gives: another word for what the others mean, or the same word spelled otherwise. Such a
//! label is one of its own, with a kappa of 0, and nothing else would say so.

use super::aligned::Aligned;
use std::fmt;

/// The labels that one coding gives and no other.
#[derive(Debug, Clone, PartialEq)]
pub struct Lonely {
    /// Its name.
    pub coder: String,
    /// The labels, each with the nearest label of the others, where one is near.
    pub labels: Vec<(String, Option<String>)>,
}

impl fmt::Display for Lonely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "labels that only {} gives: ", self.coder)?;
        for (i, (label, near)) in self.labels.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}'{label}'")?;
            match near {
                Some(near) => write!(f, " (do you mean '{near}'?)")?,
                None if label.contains([';', ',', '/']) => {
                    f.write_str(" (several labels are joined by |)")?;
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// Per coding, the labels that it alone gives; codings without any are left out.
#[must_use]
pub fn lonely(aligned: &Aligned) -> Vec<Lonely> {
    let coders = aligned.coders.len();
    let mut gives = vec![vec![false; aligned.labels.len()]; coders];
    for unit in &aligned.given {
        for (gives, given) in gives.iter_mut().zip(unit) {
            gives.iter_mut().zip(given.iter().flatten()).for_each(|(gives, given)| *gives |= given);
        }
    }
    let of_coder = |c: usize| {
        let others = |k: usize| (0..coders).any(|other| other != c && gives[other][k]);
        let alone = (0..aligned.labels.len()).filter(|&k| gives[c][k] && !others(k));
        let near = |label: &str| {
            let others = (0..aligned.labels.len()).filter(|&k| others(k)).map(|k| &aligned.labels[k]);
            others.map(|other| (apart(label, other), other)).min().filter(|(apart, _)| is_near(*apart, label))
        };
        let labels = alone.map(|k| {
            let label = &aligned.labels[k];
            (label.clone(), near(label).map(|(_, other)| other.clone()))
        });
        Lonely { coder: aligned.coders[c].clone(), labels: labels.collect() }
    };
    (0..coders).map(of_coder).filter(|coding| !coding.labels.is_empty()).collect()
}

/// One letter in four may differ; of a shorter word of three one, of initials none.
fn is_near(apart: usize, label: &str) -> bool {
    let letters = label.chars().count();
    apart <= (letters / 4).max(usize::from(letters > 2))
}

/// Letters to put in, leave out or change to come from one label to the other (Levenshtein), whatever their case.
fn apart(one: &str, other: &str) -> usize {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let mut costs: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut before = std::mem::replace(&mut costs[0], i + 1);
        for (j, b) in other.chars().enumerate() {
            let changed = before + usize::from(a != b);
            before = costs[j + 1];
            costs[j + 1] = changed.min(before + 1).min(costs[j] + 1);
        }
    }
    costs.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::aligned::tests::coder;
    use super::*;

    #[test]
    fn a_label_of_one_coding_is_told_with_the_nearest() {
        let a =
            coder("anna", &[("s", "1", "emotional"), ("s", "2", "resistance_fear|a|b"), ("s", "3", "sad")]);
        let b =
            coder("ben", &[("s", "1", "emotonal"), ("s", "2", "Resistance_Fear|a;b|b"), ("s", "3", "joy")]);
        let told: Vec<String> =
            lonely(&Aligned::new(&[a.clone(), b])).iter().map(ToString::to_string).collect();
        assert_eq!(
            told[1],
            "labels that only ben gives: 'Resistance_Fear' (do you mean 'resistance_fear'?), 'a;b' (several labels are \
             joined by |), 'emotonal' (do you mean 'emotional'?), 'joy'"
        );
        assert!(
            told[0].starts_with("labels that only anna gives: ") && told[0].ends_with("'sad'"),
            "{}",
            told[0]
        );
        assert!(lonely(&Aligned::new(&[a.clone(), a])).is_empty());
    }

    #[test]
    fn letters_apart() {
        assert_eq!([apart("emotonal", "Emotional"), apart("", "ab"), apart("joy", "sad")], [1, 2, 3]);
    }
}
