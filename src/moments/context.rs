//! What stands before a moment: the resistance it overcame and what prepared it.

use crate::codebook::{CODE_COUNT, Code, CodeSet, Family};
use crate::coding::Coding;
use crate::transcript::{Session, Speaker};

/// Units before a moment that are looked at: five exchanges.
pub const BEFORE: usize = 10;

/// Resistance codes that the same voice carried shortly before the unit `first`.
pub(super) fn overcome(session: &Session, codings: &[Coding], first: usize, speaker: Speaker) -> CodeSet {
    let before = first.saturating_sub(BEFORE)..first;
    before
        .filter(|&index| super::same_voice(session.units[index].speaker, speaker))
        .flat_map(|index| codings[index].codes.iter())
        .filter(|code| code.family() == Family::Resistance)
        .collect()
}

/// Units of the same voice before a moment, over which the level that it rises from is taken.
pub const LEVEL: usize = 4;

/// Mean probability of a code over the units of the same voice just before the unit `first`.
pub(super) fn level_before(
    session: &Session,
    codings: &[Coding],
    first: usize,
    speaker: Speaker,
    code: Code,
) -> Option<f64> {
    let before: Vec<f64> = (0..first)
        .rev()
        .filter(|&index| super::same_voice(session.units[index].speaker, speaker))
        .take(LEVEL)
        .map(|index| f64::from(codings[index].probability(code)))
        .collect();
    (!before.is_empty()).then(|| before.iter().sum::<f64>() / before.len() as f64)
}

/// How many units shortly before carry each contributing code.
pub(super) fn preparation(codings: &[Coding], first: usize) -> [usize; CODE_COUNT] {
    let mut counts = [0; CODE_COUNT];
    codings[first.saturating_sub(BEFORE)..first]
        .iter()
        .flat_map(|coding| coding.codes.iter())
        .filter(|code| code.family() == Family::Factor)
        .for_each(|code| counts[code as usize] += 1);
    counts
}
