//! The thirteen codes of the codebook: names, sides and meaning. The one place that knows them.
//!
//! The instrument itself, with inclusion and exclusion rules and examples, is `data/CODEBOOK.md`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Number of codes, and the length of every vector of probabilities in this crate.
pub const CODE_COUNT: usize = 13;

/// One code of the codebook (version 1), in codebook order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Code {
    /// Release of an emotion that had been held back, or relief after it.
    Emotional,
    /// New insight or a shift of thought.
    Cognitive,
    /// A tangible change in action or reaction, done or under way.
    Behavioural,
    /// Reluctance toward, or arguing against, change or the work of therapy.
    ResistanceChange,
    /// A defence mechanism at work: denial, minimising, blaming, changing the subject.
    ResistanceDefence,
    /// Fear that stands in the way of change or of the work.
    ResistanceFear,
    /// Desire, ability, reason, need or commitment to change.
    Motivation,
    /// The client observes their own feelings, thoughts or patterns, without a shift.
    SelfAwareness,
    /// Vulnerability: private or painful material disclosed.
    Openness,
    /// The therapist understands, accepts, validates.
    Empathy,
    /// The therapist uses a technique or expertise that moves the work on.
    Guidance,
    /// The therapist respects pace, choice and boundaries.
    Pacing,
    /// Trust, rapport, agreement on goals or tasks; a rupture named and repaired.
    Alliance,
}

/// Who a code can be given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Client turns only.
    Client,
    /// Therapist turns only.
    Therapist,
    /// Either side.
    Either,
}

/// The families that reports and trends speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Emotional, cognitive and behavioural breakthroughs.
    Breakthrough,
    /// Resistance to change, by defence, by fear.
    Resistance,
    /// What contributes: client and therapist factors and the alliance.
    Factor,
}

impl Family {
    /// All families in the order of the codebook.
    pub const ALL: [Family; 3] = [Family::Breakthrough, Family::Resistance, Family::Factor];

    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::Breakthrough => "breakthrough",
            Family::Resistance => "resistance",
            Family::Factor => "factor",
        }
    }
}

impl Code {
    /// All codes in codebook order; `ALL[code as usize] == code`.
    pub const ALL: [Code; CODE_COUNT] = [
        Code::Emotional,
        Code::Cognitive,
        Code::Behavioural,
        Code::ResistanceChange,
        Code::ResistanceDefence,
        Code::ResistanceFear,
        Code::Motivation,
        Code::SelfAwareness,
        Code::Openness,
        Code::Empathy,
        Code::Guidance,
        Code::Pacing,
        Code::Alliance,
    ];

    /// The name used in every table, e.g. `resistance_change`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Code::Emotional => "emotional",
            Code::Cognitive => "cognitive",
            Code::Behavioural => "behavioural",
            Code::ResistanceChange => "resistance_change",
            Code::ResistanceDefence => "resistance_defence",
            Code::ResistanceFear => "resistance_fear",
            Code::Motivation => "motivation",
            Code::SelfAwareness => "self_awareness",
            Code::Openness => "openness",
            Code::Empathy => "empathy",
            Code::Guidance => "guidance",
            Code::Pacing => "pacing",
            Code::Alliance => "alliance",
        }
    }

    /// What it means, in one sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Code::Emotional => "Release of an emotion that had been held back, or relief after it.",
            Code::Cognitive => "New insight or a shift of thought.",
            Code::Behavioural => "A tangible change in action or reaction, done or under way.",
            Code::ResistanceChange => "Reluctance toward, or arguing against, change or the work of therapy.",
            Code::ResistanceDefence => {
                "A defence mechanism at work: denial, minimising, blaming, changing the subject."
            }
            Code::ResistanceFear => "Fear that stands in the way of change or of the work.",
            Code::Motivation => "Desire, ability, reason, need or commitment to change.",
            Code::SelfAwareness => {
                "The client observes their own feelings, thoughts or patterns, without a shift."
            }
            Code::Openness => "Vulnerability: private or painful material disclosed.",
            Code::Empathy => "The therapist understands, accepts, validates.",
            Code::Guidance => "The therapist uses a technique or expertise that moves the work on.",
            Code::Pacing => "The therapist respects pace, choice and boundaries.",
            Code::Alliance => "Trust, rapport, agreement on goals or tasks; a rupture named and repaired.",
        }
    }

    /// The side whose turns may carry the code.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Code::Empathy | Code::Guidance | Code::Pacing => Side::Therapist,
            Code::Alliance => Side::Either,
            _ => Side::Client,
        }
    }

    /// The family the code belongs to.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Code::Emotional | Code::Cognitive | Code::Behavioural => Family::Breakthrough,
            Code::ResistanceChange | Code::ResistanceDefence | Code::ResistanceFear => Family::Resistance,
            _ => Family::Factor,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is not the name of a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a code of the codebook")]
pub struct UnknownCode(pub String);

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        Code::ALL.into_iter().find(|code| code.name() == name).ok_or_else(|| UnknownCode(name.to_owned()))
    }
}

/// A set of codes; displays as names joined by `|` in codebook order, the empty set as an empty string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CodeSet(u16);

impl CodeSet {
    /// The set with no code.
    pub const EMPTY: CodeSet = CodeSet(0);

    /// Adds a code.
    pub fn insert(&mut self, code: Code) {
        self.0 |= 1 << code as u16;
    }

    /// Whether the code is in the set.
    #[must_use]
    pub const fn contains(self, code: Code) -> bool {
        self.0 & (1 << code as u16) != 0
    }

    /// Whether no code is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The codes in codebook order.
    pub fn iter(self) -> impl Iterator<Item = Code> {
        Code::ALL.into_iter().filter(move |&code| self.contains(code))
    }
}

impl FromIterator<Code> for CodeSet {
    fn from_iter<I: IntoIterator<Item = Code>>(codes: I) -> Self {
        let mut set = CodeSet::EMPTY;
        codes.into_iter().for_each(|code| set.insert(code));
        set
    }
}

impl fmt::Display for CodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, code) in self.iter().enumerate() {
            if i > 0 {
                f.write_str("|")?;
            }
            f.write_str(code.name())?;
        }
        Ok(())
    }
}

impl FromStr for CodeSet {
    type Err = UnknownCode;

    /// Reads `emotional|motivation`. The manner marks `!` (sudden) and `~` (gradual) of hand-coded
    /// material are accepted and dropped.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        text.split('|')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| name.trim_end_matches(['!', '~']).parse())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_names_round_trip() {
        for (i, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, i);
            assert_eq!(code.name().parse::<Code>(), Ok(code));
        }
        assert_eq!("defence".parse::<Code>(), Err(UnknownCode("defence".into())));
    }

    #[test]
    fn sets_read_and_write_in_codebook_order() {
        let set: CodeSet = "motivation|emotional!".parse().unwrap();
        assert_eq!(set.to_string(), "emotional|motivation");
        assert_eq!("".parse::<CodeSet>().unwrap(), CodeSet::EMPTY);
        assert!("emotional|joy".parse::<CodeSet>().is_err());
    }

    #[test]
    fn sides_follow_the_codebook() {
        let therapist: Vec<_> = Code::ALL.into_iter().filter(|c| c.side() == Side::Therapist).collect();
        assert_eq!(therapist, [Code::Empathy, Code::Guidance, Code::Pacing]);
        assert_eq!(Code::Alliance.side(), Side::Either);
    }
}
