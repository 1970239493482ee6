//! Sessions as they are learned from.

use super::FineTuning;
use crate::model::encode::Encoder;
use crate::train::coded::Coded;
use crate::train::network::{Sequence, sequences};
use crate::train::own::{Error, Key, key};
use std::ops::Range;

/// A session as it is learned from.
pub(super) struct Lesson {
    pub sequence: Sequence,
    /// Targets of its units; `None` for one that is not learned from.
    pub targets: Vec<Option<Vec<Option<bool>>>>,
    pub keys: Vec<Key>,
    /// Its fold, if it has a unit that is learned from.
    pub fold: Option<usize>,
    /// Which start has not seen it, if there are any; what all of them have seen is not counted.
    pub part: Option<usize>,
}

impl AsRef<Sequence> for Lesson {
    fn as_ref(&self) -> &Sequence {
        &self.sequence
    }
}

impl Lesson {
    /// Itself in parts of about so many tokens.
    pub(super) fn stretches(&self, tokens: usize) -> Vec<Lesson> {
        let part = |units: Range<usize>| Lesson {
            sequence: self.sequence.part(units.clone()),
            targets: self.targets[units.clone()].to_vec(),
            keys: self.keys[units].to_vec(),
            ..*self
        };
        self.sequence.stretches(tokens).into_iter().map(part).collect()
    }

    /// Whether there is a unit with words in it that is learned from.
    pub(super) fn teaches(&self) -> bool {
        let units = self.targets.iter().zip(&self.sequence.windows);
        units.into_iter().any(|(targets, windows)| targets.is_some() && !windows.is_empty())
    }
}

/// All sessions of a job.
pub(super) fn lessons(job: &FineTuning<'_>, encoder: &Encoder, folds: usize) -> Result<Vec<Lesson>, Error> {
    let material = job.material;
    let fold_of = material.fold_of(folds, job.settings.seed);
    let words = material
        .sessions
        .iter()
        .map(|coded| coded.session.units.iter().map(|unit| (unit.speaker, unit.text.as_str())));
    let mut number = 0;
    let lesson = |(coded, mut sequence): (&Coded<_>, Sequence)| {
        let units = coded.session.units.iter().zip(&coded.gold);
        let (targets, keys): (Vec<_>, _) = units
            .map(|(unit, labels)| {
                number += 1;
                (material.targets(unit, labels), key(coded, unit, number))
            })
            .unzip();
        sequence.through = targets.iter().map(Option::is_some).collect();
        let fold = fold_of.get(coded.cluster.as_str()).copied();
        let part = match &job.unseen {
            None => Some(0),
            Some(unseen) => {
                let part = unseen.part_of.get(&coded.cluster).copied().ok_or(Error::NoPart)?;
                (part < unseen.starts.len()).then_some(part)
            }
        };
        Ok(Lesson { sequence, targets, keys, fold, part })
    };
    material.sessions.iter().zip(sequences(words, encoder)?).map(lesson).collect()
}
