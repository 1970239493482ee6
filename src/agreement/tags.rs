//! The four tags that breakthrough language is first read by: three kinds of breakthrough, and resistance of any kind.

use crate::codebook::{CODE_COUNT, Code, CodeSet, Family};

/// Names of the four tags, in the order of every array of this module.
pub const TAGS: [&str; 4] = ["emotional", "cognitive", "behavioural", "resistance"];

/// Which of the four tags a set of codes amounts to; `resistance` when it holds any of the three resistance codes.
#[must_use]
pub fn tags(codes: CodeSet) -> [bool; 4] {
    [
        codes.contains(Code::Emotional),
        codes.contains(Code::Cognitive),
        codes.contains(Code::Behavioural),
        codes.iter().any(|code| code.family() == Family::Resistance),
    ]
}

/// Probability of the four tags, 0..=1. That of `resistance` is the highest of its three codes: a lower bound, and
/// right when they are as good as one (the three are given together too often to be taken as independent).
#[must_use]
pub fn tag_probabilities(probabilities: &[f32; CODE_COUNT]) -> [f32; 4] {
    let of = |code: Code| probabilities[code as usize];
    let resistance =
        Code::ALL.into_iter().filter(|code| code.family() == Family::Resistance).map(of).fold(0.0, f32::max);
    [of(Code::Emotional), of(Code::Cognitive), of(Code::Behavioural), resistance]
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::*;

    #[test]
    fn any_resistance_is_resistance() {
        for name in ["resistance_change", "resistance_defence", "resistance_fear|motivation"] {
            assert_eq!(tags(name.parse().unwrap()), [false, false, false, true], "{name}");
        }
        assert_eq!(tags("emotional|behavioural|empathy".parse().unwrap()), [true, false, true, false]);
        assert_eq!(tags(CodeSet::EMPTY), [false; 4]);
    }

    #[test]
    fn resistance_takes_the_highest_probability() {
        let mut p = [0.01; CODE_COUNT];
        p[Code::ResistanceDefence as usize] = 0.7;
        p[Code::ResistanceFear as usize] = 0.4;
        p[Code::Motivation as usize] = 0.9;
        assert_eq!(tag_probabilities(&p), [0.01, 0.01, 0.01, 0.7]);
    }
}
