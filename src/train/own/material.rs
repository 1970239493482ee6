//! Coded tables of the user as what an own codebook is learned from.

use super::{Error, Settings, folds};
use crate::agreement::coders::prose::is_prose;
use crate::coding::own::{OwnCodebook, OwnLabel, Voice};
use crate::train::coded::{self, Coded};
use crate::transcript::{Unit, counted};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

/// Labels of one unit.
pub type Labels = BTreeSet<String>;

/// Coded sessions and the codebook that they show.
#[derive(Debug)]
pub struct Material {
    /// Sessions with a set of labels per unit.
    pub sessions: Vec<Coded<Labels>>,
    /// The labels, the voices they were seen on, and whether a unit has one.
    pub codebook: OwnCodebook,
    /// What must stay on one side of a fold, in the order of first appearance, with its coded units.
    pub groups: Vec<(String, usize)>,
    /// What is to be told about how tables were read.
    pub notices: Vec<String>,
}

/// The least number of groups: two to learn from wherever one is held out, so that strengths and thresholds too can be
/// chosen on what was not learned from.
pub const LEAST_GROUPS: usize = 3;

/// The least number of units of a label from which it can be learned, and a threshold chosen for it.
pub const LEAST_UNITS: usize = 5;

/// A label that stands on too few units, or in too few groups, to be learned or measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rare<'a> {
    /// Its name.
    pub label: &'a str,
    /// Units that carry it.
    pub units: usize,
    /// Groups that they are of.
    pub groups: usize,
}

impl fmt::Display for Rare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rare { label, units, groups } = *self;
        write!(f, "'{label}' ({} in {})", counted(units, "unit"), counted(groups, "group"))
    }
}

impl Material {
    /// Reads tables as [`coded::read`] does, with labels in `column`, joined by `|`. A unit has one label where `single`
    /// says so, or where every unit of every voice that is coded has exactly one.
    ///
    /// # Errors
    /// If a table cannot be read, or nothing can be learned from it.
    pub fn read(paths: &[PathBuf], column: &str, name: &str, single: bool) -> Result<Material, Error> {
        let coded::Tables { sessions, notices } = coded::read(paths, column, labels)?;
        if is_prose(units(&sessions).map(|(_, labels)| labels)) {
            return Err(Error::Prose(column.to_owned()));
        }
        let mut voices: BTreeMap<&str, BTreeSet<Voice>> = BTreeMap::new();
        for (unit, labels) in units(&sessions) {
            for label in labels {
                voices.entry(label).or_default().insert(Voice::of(unit.speaker));
            }
        }
        let coded: BTreeSet<Voice> = voices.values().flatten().copied().collect();
        let of_coded = || units(&sessions).filter(|(unit, _)| coded.contains(&Voice::of(unit.speaker)));
        if single && units(&sessions).any(|(_, labels)| labels.len() > 1) {
            return Err(Error::Several(column.to_owned()));
        }
        let single = single || of_coded().all(|(_, labels)| labels.len() == 1);
        let labels: Vec<OwnLabel> = voices
            .iter()
            .map(|(name, voices)| OwnLabel { name: (*name).to_owned(), voices: voices.clone() })
            .collect();
        match labels.as_slice() {
            [] => return Err(Error::NoLabel(column.to_owned())),
            [only] if single || of_coded().all(|(_, labels)| labels.contains(&only.name)) => {
                return Err(Error::OneLabel(column.to_owned()));
            }
            _ => {}
        }
        let codebook = OwnCodebook { name: name.to_owned(), single, labels };
        let mut groups: Vec<(String, usize)> = Vec::new();
        for session in &sessions {
            let learned = session.session.units.iter().zip(&session.gold);
            let learned =
                learned.filter(|(unit, labels)| learns(&codebook, Voice::of(unit.speaker), labels)).count();
            match groups.iter_mut().find(|(group, _)| *group == session.cluster) {
                Some((_, units)) => *units += learned,
                None => groups.push((session.cluster.clone(), learned)),
            }
        }
        groups.retain(|(_, units)| *units > 0);
        if groups.len() < LEAST_GROUPS {
            return Err(Error::Groups(groups.len()));
        }
        Ok(Material { sessions, codebook, groups, notices })
    }

    /// Units whose ids of client, session and utterance another one has as well. Each is learned from.
    #[must_use]
    pub fn repeated(&self) -> usize {
        coded::repeated(self.sessions.iter().map(|coded| &coded.session))
    }

    /// Labels on fewer than [`LEAST_UNITS`] units or in fewer than [`LEAST_GROUPS`] groups, in the order of the codebook.
    #[must_use]
    pub fn rare(&self) -> Vec<Rare<'_>> {
        let of_label = |label: &OwnLabel| {
            let with_it =
                |session: &&Coded<Labels>| session.gold.iter().any(|labels| labels.contains(&label.name));
            let units = units(&self.sessions).filter(|(_, labels)| labels.contains(&label.name)).count();
            let groups: BTreeSet<&str> =
                self.sessions.iter().filter(with_it).map(|session| session.cluster.as_str()).collect();
            (units, groups.len())
        };
        let all = self.codebook.labels.iter().map(|label| {
            let (units, groups) = of_label(label);
            Rare { label: &label.name, units, groups }
        });
        all.filter(|rare| rare.units < LEAST_UNITS || rare.groups < LEAST_GROUPS).collect()
    }

    /// Labels that differ in capitals alone, each with those that it is like: learned as different.
    #[must_use]
    pub fn alike(&self) -> Vec<Vec<&str>> {
        let mut spelt: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for OwnLabel { name, .. } in &self.codebook.labels {
            spelt.entry(name.to_lowercase()).or_default().push(name);
        }
        spelt.into_values().filter(|names| names.len() > 1).collect()
    }

    /// Folds of the cross-validation: no more than there are groups.
    pub(super) fn folds(&self, settings: Settings) -> usize {
        settings.folds.clamp(LEAST_GROUPS, self.groups.len())
    }

    /// The fold of every group that is learned from.
    pub(super) fn fold_of(&self, folds: usize, seed: u64) -> BTreeMap<&str, usize> {
        let sizes: Vec<usize> = self.groups.iter().map(|(_, units)| *units).collect();
        self.groups.iter().map(|(group, _)| group.as_str()).zip(folds::assign(&sizes, folds, seed)).collect()
    }

    /// Whether a unit carries each label, `None` where its voice never does; `None` for a unit that is not learned from.
    pub(super) fn targets(&self, unit: &Unit, labels: &Labels) -> Option<Vec<Option<bool>>> {
        let book = &self.codebook;
        if !learns(book, Voice::of(unit.speaker), labels) {
            return None;
        }
        let target = |(k, label): (usize, &OwnLabel)| {
            book.may_carry(unit.speaker, k).then(|| labels.contains(&label.name))
        };
        Some(book.labels.iter().enumerate().map(target).collect())
    }
}

/// Whether a unit is learned from: it may carry a label, and where a unit has one label, it has it.
fn learns(book: &OwnCodebook, voice: Voice, labels: &Labels) -> bool {
    book.labels.iter().any(|label| label.voices.contains(&voice)) && !(book.single && labels.is_empty())
}

fn units(sessions: &[Coded<Labels>]) -> impl Iterator<Item = (&Unit, &Labels)> {
    sessions.iter().flat_map(|session| session.session.units.iter().zip(&session.gold))
}

/// The labels of a cell.
fn labels(cell: &str) -> Result<Labels, String> {
    let names = cell.split('|').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| OwnCodebook::check_name(name).map(|()| name.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, single: bool) -> Result<Material, Error> {
        read_times(1, text, single)
    }

    /// So many files that hold the same.
    fn read_times(files: usize, text: &str, single: bool) -> Result<Material, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("talk.csv");
        std::fs::write(&path, ["session_id,group,speaker,text,codes\n", text].concat()).unwrap();
        Material::read(&vec![path; files], "codes", "mine", single)
    }

    #[test]
    fn one_label_a_unit_is_seen_where_no_coded_side_has_gaps() {
        let text = "a,,client,x,yes\na,,therapist,y,\nb,,client,x,no\nc,,client,x,no\n";
        let material = read(text, false).unwrap();
        let voices: Vec<_> =
            material.codebook.labels.iter().map(|label| label.voices.iter().copied().collect()).collect();
        assert_eq!((material.codebook.single, voices), (true, vec![vec![Voice::Client]; 2]));
        assert_eq!(material.groups.iter().map(|group| group.1).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!((material.repeated(), read_times(2, text, false).unwrap().repeated()), (0, 4));
        // A gap: most units simply have no label. With --single it says that the unit was not coded.
        let gap = [text, "c,,client,x,\n"].concat();
        let [any, one] = [false, true].map(|single| read(&gap, single).unwrap());
        assert_eq!((any.codebook.single, any.groups[2].1), (false, 2));
        assert_eq!((one.codebook.single, one.groups[2].1), (true, 1));
    }

    #[test]
    fn labels_on_a_handful_of_units_are_rare() {
        let of = |group: &str, label: &str, times| format!("{group},,client,x,{label}\n").repeat(times);
        let text = of("a", "yes", 3) + &of("b", "yes", 1) + &of("c", "yes|once", 1) + &of("c", "here", 9);
        let material = read(&text, false).unwrap();
        let told: Vec<String> = material.rare().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["'here' (9 units in 1 group)", "'once' (1 unit in 1 group)"]);
    }

    #[test]
    fn missing_cells_are_no_labels_and_capitals_are_told() {
        let material =
            read("a,NA,client,x,yes\nb,NA,client,x,no\nc,NA,client,x,NA\n,,,,\nd,,client,x,No\n", false);
        let Material { codebook, groups, notices, .. } = material.as_ref().unwrap();
        assert_eq!((codebook.names(), groups.len()), (vec!["No".into(), "no".into(), "yes".into()], 4));
        assert_eq!(notices.len(), 2, "{notices:?}");
        assert_eq!(material.unwrap().alike(), [["No", "no"]]);
        let label = read("a,,client,x,yes|NA\nb,,client,x,no\nc,,client,x,NA\n", false).unwrap();
        assert_eq!(
            (label.codebook.names(), label.notices.len()),
            (vec!["NA".into(), "no".into(), "yes".into()], 0)
        );
    }

    #[test]
    fn what_cannot_be_learned_is_named_with_the_mend() {
        let of = |text: &str, single| read(text, single).unwrap_err().to_string();
        let three = |labels: [&str; 3]| {
            labels
                .iter()
                .zip(["a", "b", "c"])
                .fold(String::new(), |text, (l, s)| format!("{text}{s},,client,x,{l}\n"))
        };
        assert!(of(&three(["", "", ""]), false).contains("no label"));
        assert!(of(&three(["yes", "yes", "yes"]), false).contains("one label"));
        assert!(of(&three(["yes", "", "yes"]), true).contains("one label"));
        assert!(read(&three(["yes", "", "yes"]), false).is_ok());
        assert!(of(&three(["yes|no", "no", "yes"]), true).contains("--single"));
        assert!(of("a,g,client,x,yes\nb,g,client,x,no\n", false).contains("1 group"));
        let shifted = of("a,g,never told anyone,client,yes\n", false);
        assert!(
            shifted.contains("record 1: the speaker is none of") && !shifted.contains("told"),
            "{shifted}"
        );
        let said = of(&three(["never told anyone", "I never told her", "She was never told"]), false);
        assert!(said.contains("--label") && !said.contains("told"), "{said}");
        let column = of(&three(["yes", "speaker", "no"]), false);
        assert!(column.contains("record 2") && column.contains("like a column of own_codes.csv"), "{column}");
        let marks = read(&three(["yes", "\"yes, but\"", "\"say \"\"no\"\"; go\""]), false).unwrap();
        assert_eq!(marks.codebook.names(), ["say \"no\"; go", "yes", "yes, but"]);
        assert!(of(&three(["yes", "\"ye\ns\"", "no"]), false).contains("line break"));
    }
}
