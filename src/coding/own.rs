//! A researcher's own codebook, and what is said about a unit in it.

use crate::transcript::Speaker;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whose words a unit is: what a label may be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Voice {
    /// Any client's.
    Client,
    /// The therapist's.
    Therapist,
    /// A clinician's, in a note.
    Note,
}

impl Voice {
    /// The voice of a speaker.
    #[must_use]
    pub fn of(speaker: Speaker) -> Voice {
        match speaker {
            Speaker::Client(_) => Voice::Client,
            Speaker::Therapist => Voice::Therapist,
            Speaker::Note(_) => Voice::Note,
        }
    }
}

/// One label of an own codebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnLabel {
    /// Its name, as the coder wrote it.
    pub name: String,
    /// Whose units it was seen on; it is given to no others.
    pub voices: BTreeSet<Voice>,
}

/// A codebook that somebody brought along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnCodebook {
    /// What it is called in reports.
    pub name: String,
    /// Whether a unit of a voice that is coded has exactly one label, or any number of them.
    pub single: bool,
    /// The labels, by alphabet.
    pub labels: Vec<OwnLabel>,
}

/// Columns that stand beside those of the labels, whose names no label may have.
pub const RESERVED: [&str; 4] = ["session_id", "utterance_id", "speaker", "codes"];

impl OwnCodebook {
    /// Whether a unit of this speaker may carry the label.
    ///
    /// # Panics
    /// If there are not so many labels.
    #[must_use]
    pub fn may_carry(&self, speaker: Speaker, label: usize) -> bool {
        self.labels[label].voices.contains(&Voice::of(speaker))
    }

    /// Names of all labels, in their order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.labels.iter().map(|label| label.name.clone()).collect()
    }

    /// Names of labels, joined by `|`.
    ///
    /// # Panics
    /// If there are not so many labels.
    #[must_use]
    pub fn joined(&self, labels: &[usize]) -> String {
        labels.iter().map(|&k| self.labels[k].name.as_str()).collect::<Vec<_>>().join("|")
    }

    /// Says what is wrong with a name of a label, if it cannot be told from others in a table.
    ///
    /// # Errors
    /// One line with the mend, without the name: a column that is no column of labels may hold words of a session.
    pub fn check_name(name: &str) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("a label {what}"));
        if name.contains(char::is_control) {
            wrong("has a line break or a tab in it: is this the column of labels? name it with --label")
        } else if name.chars().count() > 60 {
            wrong("is longer than 60 characters: is this the column of labels? name it with --label")
        } else if RESERVED.contains(&name) {
            wrong(
                "is called like a column of own_codes.csv (session_id, utterance_id, speaker, codes): rename it",
            )
        } else {
            Ok(())
        }
    }

    /// Says what is wrong with a codebook that came from outside.
    ///
    /// # Errors
    /// One line for the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        self.labels.iter().try_for_each(|label| OwnCodebook::check_name(&label.name))?;
        if self.labels.len() < 2 && self.single || self.labels.is_empty() {
            return Err("it has too few labels".into());
        }
        if !self.labels.is_sorted_by(|a, b| a.name < b.name) {
            return Err("its labels are not different and in order".into());
        }
        Ok(())
    }
}

/// One unit in an own codebook.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCoding {
    /// A probability per label, 0..=1; `None` where the label is not given to this voice.
    pub probabilities: Vec<Option<f32>>,
    /// Places of the labels that are given.
    pub given: Vec<usize>,
}

/// A session in an own codebook.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCodings {
    /// What the numbers mean.
    pub codebook: Arc<OwnCodebook>,
    /// One coding per unit, in the same order.
    pub units: Vec<OwnCoding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_table_cannot_hold_are_refused() {
        for name in ["two\nlines", "codes", "speaker", &"x".repeat(61)] {
            assert!(OwnCodebook::check_name(name).is_err(), "{name:?}");
        }
        for name in ["change", "Widerstand (Ärger)", "CR+", "7", "Reflection, complex", "a;b", "say \"no\""]
        {
            assert_eq!(OwnCodebook::check_name(name), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn labels_are_given_to_the_voices_they_were_seen_on() {
        let label = |name: &str, voices: &[Voice]| OwnLabel {
            name: name.to_owned(),
            voices: voices.iter().copied().collect(),
        };
        let mut book = OwnCodebook {
            name: "mine".into(),
            single: false,
            labels: vec![label("a", &[Voice::Client]), label("b", &[Voice::Client, Voice::Note])],
        };
        assert!(book.may_carry(Speaker::Client(2), 0) && !book.may_carry(Speaker::Therapist, 0));
        assert!(book.may_carry(Speaker::Note(Some('S')), 1) && !book.may_carry(Speaker::Note(None), 0));
        assert_eq!(book.check(), Ok(()));
        book.labels.reverse();
        assert!(book.check().is_err());
    }
}
