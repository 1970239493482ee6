//! Codings side by side: one row per unit that any of them has.

use super::read::{Coder, Key};
use crate::codebook::Code;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Codings of the same units.
#[derive(Debug, Clone)]
pub struct Aligned {
    /// Names of the codings, made different.
    pub coders: Vec<String>,
    /// Labels that at least one coding gives: codes of the codebook in its order, then others by alphabet.
    pub labels: Vec<String>,
    /// Units: those of the first coding in its order, then what only later ones have.
    pub units: Vec<Key>,
    /// Which session a unit belongs to, as a running number.
    pub session: Vec<u32>,
    /// Number of sessions.
    pub sessions: usize,
    /// Per unit and coding: whether it gives each label; `None` if it does not have the unit.
    pub given: Vec<Vec<Option<Vec<bool>>>>,
    /// Per coding and label: a probability per unit, where it has them (NaN where not).
    pub probabilities: Vec<Vec<Option<Vec<f32>>>>,
}

impl Aligned {
    /// Puts codings side by side.
    #[must_use]
    pub fn new(codings: &[Coder]) -> Aligned {
        let mut coders: Vec<String> = Vec::new();
        for coding in codings {
            let mut name = coding.name.clone();
            let mut again = 2;
            while coders.contains(&name) {
                name = format!("{} ({again})", coding.name);
                again += 1;
            }
            coders.push(name);
        }
        let used: BTreeSet<&String> =
            codings.iter().flat_map(|coding| coding.labels.iter().flatten()).collect();
        let own = used.iter().filter(|label| label.parse::<Code>().is_err()).map(|label| (*label).clone());
        let known = Code::ALL.iter().map(|code| code.name().to_owned()).filter(|name| used.contains(name));
        let labels: Vec<String> = known.chain(own).collect();

        let mut places: HashMap<&Key, usize> = HashMap::new();
        let mut units: Vec<Key> = Vec::new();
        for key in codings.iter().flat_map(|coding| &coding.order) {
            places.entry(key).or_insert_with(|| {
                units.push(key.clone());
                units.len() - 1
            });
        }
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let session = units
            .iter()
            .map(|(session, _)| {
                let next = numbers.len() as u32;
                *numbers.entry(session).or_insert(next)
            })
            .collect();
        let sessions = numbers.len();

        let mut given = vec![vec![None; codings.len()]; units.len()];
        let mut probabilities = vec![vec![None; labels.len()]; codings.len()];
        for (c, coding) in codings.iter().enumerate() {
            for (key, said) in coding.order.iter().zip(&coding.labels) {
                given[places[key]][c] = Some(labels.iter().map(|label| said.contains(label)).collect());
            }
            for (k, label) in labels.iter().enumerate() {
                probabilities[c][k] = coding.probabilities.get(label).map(|column| {
                    let mut all = vec![f32::NAN; units.len()];
                    coding.order.iter().zip(column).for_each(|(key, &p)| all[places[key]] = p);
                    all
                });
            }
        }
        Aligned { coders, labels, units, session, sessions, given, probabilities }
    }

    /// Units that a coding lacks while another has them.
    #[must_use]
    pub fn missing(&self, coder: usize) -> usize {
        self.given.iter().filter(|unit| unit.get(coder).is_none_or(Option::is_none)).count()
    }

    /// Units that every coding has.
    #[must_use]
    pub fn common(&self) -> usize {
        self.given.iter().filter(|unit| unit.iter().all(Option::is_some)).count()
    }

    /// Whether any unit is in two codings or more.
    #[must_use]
    pub fn shares(&self) -> bool {
        self.given.iter().any(|unit| unit.iter().flatten().count() > 1)
    }

    /// Units on which codings that have them differ, with the labels in dispute.
    #[must_use]
    pub fn disputed(&self) -> Vec<(usize, Vec<usize>)> {
        let in_dispute = |unit: &Vec<Option<Vec<bool>>>, k: usize| {
            let mut said = unit.iter().flatten().map(|labels| labels[k]);
            let first = said.next();
            said.any(|one| Some(one) != first)
        };
        let of = |(i, unit): (usize, &Vec<Option<Vec<bool>>>)| {
            let labels: Vec<usize> = (0..self.labels.len()).filter(|&k| in_dispute(unit, k)).collect();
            (!labels.is_empty()).then_some((i, labels))
        };
        self.given.iter().enumerate().filter_map(of).collect()
    }

    /// The labels that a coding gives a unit, joined by `|`; `None` if it does not have the unit.
    #[must_use]
    pub fn said(&self, unit: usize, coder: usize) -> Option<String> {
        let given = self.given.get(unit)?.get(coder)?.as_ref()?;
        let names = self.labels.iter().zip(given).filter(|(_, given)| **given).map(|(name, _)| name.as_str());
        Some(names.collect::<Vec<_>>().join("|"))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A coding of (session, unit, labels).
    pub(in crate::agreement::coders) fn coder(name: &str, units: &[(&str, &str, &str)]) -> Coder {
        let mut coder = Coder { name: name.into(), ..Coder::default() };
        for (session, unit, labels) in units {
            coder.order.push(((*session).into(), (*unit).into()));
            coder.labels.push(labels.split('|').filter(|l| !l.is_empty()).map(str::to_owned).collect());
        }
        coder
    }

    #[test]
    fn units_and_labels_are_joined() {
        let a = coder("x", &[("s", "1", "joy|cognitive"), ("s", "2", "")]);
        let b = coder("x", &[("t", "1", "anger"), ("s", "2", "joy")]);
        let aligned = Aligned::new(&[a, b]);
        assert_eq!(aligned.coders, ["x", "x (2)"]);
        assert_eq!(aligned.labels, ["cognitive", "anger", "joy"]);
        assert_eq!((aligned.units.len(), aligned.common(), aligned.sessions), (3, 1, 2));
        assert_eq!([aligned.missing(0), aligned.missing(1)], [1, 1]);
        assert_eq!(aligned.disputed(), [(1, vec![2])]);
        assert_eq!([aligned.said(0, 0), aligned.said(0, 1)], [Some("cognitive|joy".into()), None]);
    }
}
