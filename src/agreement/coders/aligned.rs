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
    /// Per coding and label: whether it says of each unit that it cannot carry the label, where it says so of any.
    pub barred: Vec<Vec<Option<Vec<bool>>>>,
}

impl Aligned {
    /// Puts codings side by side.
    #[must_use]
    pub fn new(codings: &[Coder]) -> Aligned {
        let mut coders: Vec<String> = Vec::new();
        for coding in codings {
            coders.push(unlike(&coding.name, &coders));
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
        let (session, sessions) = numbered(units.iter().map(|(session, _)| session));

        let mut given = vec![vec![None; codings.len()]; units.len()];
        let mut probabilities = vec![vec![None; labels.len()]; codings.len()];
        let mut barred = vec![vec![None; labels.len()]; codings.len()];
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
                barred[c][k] = coding.barred.get(label).map(|column| {
                    let mut all = vec![false; units.len()];
                    coding.order.iter().zip(column).for_each(|(key, &bars)| all[places[key]] = bars);
                    all
                });
            }
        }
        Aligned { coders, labels, units, session, sessions, given, probabilities, barred }
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
        (0..self.units.len()).any(|i| self.is_compared(i))
    }

    fn is_compared(&self, unit: usize) -> bool {
        self.given[unit].iter().flatten().count() > 1
    }

    /// The units that are compared, those of two codings or more, with the labels that stand on them and the sessions they
    /// are of: what only one coding has says nothing about agreement.
    #[must_use]
    pub fn compared(&self) -> Aligned {
        let kept: Vec<usize> = (0..self.units.len()).filter(|&i| self.is_compared(i)).collect();
        let mut carried = vec![false; self.labels.len()];
        for given in kept.iter().flat_map(|&i| self.given[i].iter().flatten()) {
            carried.iter_mut().zip(given).for_each(|(carried, given)| *carried |= given);
        }
        let labels: Vec<usize> = (0..carried.len()).filter(|&k| carried[k]).collect();
        let of_labels = |given: &Vec<bool>| labels.iter().map(|&k| given[k]).collect();
        let of_unit = |&i: &usize| self.given[i].iter().map(|given| given.as_ref().map(of_labels)).collect();
        let (session, sessions) = numbered(kept.iter().map(|&i| self.session[i]));
        Aligned {
            coders: self.coders.clone(),
            labels: labels.iter().map(|&k| self.labels[k].clone()).collect(),
            units: kept.iter().map(|&i| self.units[i].clone()).collect(),
            session,
            sessions,
            given: kept.iter().map(of_unit).collect(),
            probabilities: columns(&self.probabilities, &labels, &kept),
            barred: columns(&self.barred, &labels, &kept),
        }
    }

    /// Whether each coding gives a unit a label, `None` if it does not have the unit. Where all that have it say that it cannot
    /// carry the label nothing was asked, and it is `None` for all.
    #[must_use]
    pub(super) fn said(&self, unit: usize, label: usize) -> Vec<Option<bool>> {
        let given = &self.given[unit];
        let asked = |(c, given): (usize, &Option<Vec<bool>>)| given.is_some() && !self.bars(c, label, unit);
        if !given.iter().enumerate().any(asked) {
            return vec![None; given.len()];
        }
        given.iter().map(|given| given.as_ref().map(|given| given[label])).collect()
    }

    /// Whether a coding says that a unit cannot carry a label.
    pub(super) fn bars(&self, coder: usize, label: usize, unit: usize) -> bool {
        self.barred[coder][label].as_ref().is_some_and(|barred| barred[unit])
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
    pub fn joined(&self, unit: usize, coder: usize) -> Option<String> {
        let given = self.given.get(unit)?.get(coder)?.as_ref()?;
        let names = self.labels.iter().zip(given).filter(|(_, given)| **given).map(|(name, _)| name.as_str());
        Some(names.collect::<Vec<_>>().join("|"))
    }
}

/// A name that is none of those before it: `anna`, `anna (2)`.
pub(crate) fn unlike(name: &str, before: &[String]) -> String {
    let is_new = |name: &String| !before.contains(name);
    let again = (2..).map(|again: usize| format!("{name} ({again})"));
    std::iter::once(name.to_owned()).chain(again).find(is_new).unwrap_or_default()
}

/// Running numbers from 0 in the order of first appearance, and how many different ones there are.
fn numbered<T: Ord>(of: impl Iterator<Item = T>) -> (Vec<u32>, usize) {
    let mut numbers: BTreeMap<T, u32> = BTreeMap::new();
    let all = of.map(|one| {
        let next = numbers.len() as u32;
        *numbers.entry(one).or_insert(next)
    });
    let all = all.collect();
    (all, numbers.len())
}

/// The columns of some labels at some units.
fn columns<T: Copy>(
    of: &[Vec<Option<Vec<T>>>],
    labels: &[usize],
    units: &[usize],
) -> Vec<Vec<Option<Vec<T>>>> {
    let cut = |column: &Option<Vec<T>>| column.as_ref().map(|all| units.iter().map(|&i| all[i]).collect());
    of.iter().map(|coding| labels.iter().map(|&k| cut(&coding[k])).collect()).collect()
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
        assert_eq!([aligned.joined(0, 0), aligned.joined(0, 1)], [Some("cognitive|joy".into()), None]);
    }
}
