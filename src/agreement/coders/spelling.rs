//! Labels that only one coding gives: another word for what the others mean, or the same word spelled otherwise. Such a
//! label is one of its own, with a kappa of 0, and nothing else would say so.

use super::aligned::Aligned;
use std::fmt;

/// Labels of a coding that are told.
const TOLD: usize = 20;

/// Letters of the longest label that is told: what is longer is no label but words of a session.
const LONGEST: usize = 40;

/// The labels that one coding gives and no other.
#[derive(Debug, Clone, PartialEq)]
pub struct Lonely {
    /// Its name.
    pub coder: String,
    /// Whether there are units that are not compared, on which others may give them.
    pub part: bool,
    /// The first labels, each with the nearest label of the others, where one is near.
    pub labels: Vec<(String, Option<String>)>,
    /// How many more there are.
    pub more: usize,
    /// How many there are besides that are too long to be labels.
    pub long: usize,
}

impl fmt::Display for Lonely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = if self.part { " on the units compared" } else { "" };
        write!(f, "labels that only {} gives{on}: ", self.coder)?;
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
        if self.more > 0 {
            write!(f, " and {} more", self.more)?;
        }
        if self.long > 0 {
            let and = if self.labels.is_empty() { "" } else { ", and " };
            write!(f, "{and}{} of more than {LONGEST} letters (is this a column of labels?)", self.long)?;
        }
        Ok(())
    }
}

/// Per coding, the labels that it alone gives to units that are compared; codings without any are left out.
#[must_use]
pub fn lonely(aligned: &Aligned) -> Vec<Lonely> {
    let (all, aligned) = (aligned.units.len(), aligned.compared());
    let part = aligned.units.len() < all;
    let coders = aligned.coders.len();
    let mut gives = vec![vec![false; aligned.labels.len()]; coders];
    for unit in &aligned.given {
        for (gives, given) in gives.iter_mut().zip(unit) {
            gives.iter_mut().zip(given.iter().flatten()).for_each(|(gives, given)| *gives |= given);
        }
    }
    let of_coder = |c: usize| {
        let given_by_others = |k: usize| (0..coders).any(|other| other != c && gives[other][k]);
        let (others, own): (Vec<usize>, Vec<usize>) =
            (0..aligned.labels.len()).partition(|&k| given_by_others(k));
        let named = |k: usize| &aligned.labels[k];
        let others: Vec<&String> = others.into_iter().map(named).filter(|label| !is_long(label)).collect();
        let (long, alone): (Vec<&String>, Vec<&String>) =
            own.into_iter().filter(|&k| gives[c][k]).map(named).partition(|label| is_long(label));
        let told = alone.iter().take(TOLD).map(|label| ((*label).clone(), nearest(label, &others)));
        Lonely {
            coder: aligned.coders[c].clone(),
            part,
            labels: told.collect(),
            more: alone.len().saturating_sub(TOLD),
            long: long.len(),
        }
    };
    (0..coders).map(of_coder).filter(|coding| !coding.labels.is_empty() || coding.long > 0).collect()
}

fn is_long(label: &str) -> bool {
    label.chars().count() > LONGEST
}

/// The label that is spelt most alike, where one is near.
fn nearest(label: &str, others: &[&String]) -> Option<String> {
    let near = others.iter().map(|other| (apart(label, other), other));
    near.min().filter(|(apart, _)| is_near(*apart, label)).map(|(_, other)| (*other).clone())
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
        assert!(lonely(&Aligned::new(&[a.clone(), a.clone()])).is_empty());
        // What she gives where nobody else coded is compared with nothing.
        assert!(lonely(&Aligned::new(&[a, coder("ben", &[("s", "3", "sad")])])).is_empty());
    }

    #[test]
    fn words_of_sessions_are_not_told_and_not_compared() {
        let units: Vec<(String, String)> = (0..3000)
            .map(|i| (i.to_string(), format!("word {i}{}", " and so on".repeat(if i < 30 { 0 } else { 8 }))))
            .collect();
        let of = |name, text: &'static str| {
            let units: Vec<(&str, &str, String)> =
                units.iter().map(|(unit, said)| ("s", unit.as_str(), format!("{text}{said}"))).collect();
            let units: Vec<_> = units.iter().map(|(s, unit, said)| (*s, *unit, said.as_str())).collect();
            coder(name, &units)
        };
        let told = lonely(&Aligned::new(&[of("anna", "a "), of("ben", "other ")])).remove(0).to_string();
        assert!(
            told.ends_with("' and 10 more, and 2970 of more than 40 letters (is this a column of labels?)"),
            "{told}"
        );
        assert!(!told.contains("so on") && told.len() < 600, "{told}");
    }

    #[test]
    fn letters_apart() {
        assert_eq!([apart("emotonal", "Emotional"), apart("", "ab"), apart("joy", "sad")], [1, 2, 3]);
    }
}
