//! What the program says about a session: codes with probabilities for every unit, moments, a summary.
//!
//! Like `codebook` and `transcript`, these are types that other modules meet in; how they are computed is
//! the business of `model`, `moments` and `trends`.

pub mod case;
pub mod own;
pub mod stretch;

use crate::codebook::{CODE_COUNT, Code, CodeSet};
use crate::transcript::{Session, Span};
use std::fmt;

/// The codes of one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coding {
    /// Calibrated probability of every code, in codebook order, each in 0..=1; 0 where the side rules of the
    /// codebook exclude the code.
    pub probabilities: [f32; CODE_COUNT],
    /// The codes whose probability is at or over its threshold.
    pub codes: CodeSet,
}

impl Coding {
    /// The probability of one code.
    #[must_use]
    pub fn probability(&self, code: Code) -> f32 {
        self.probabilities[code as usize]
    }
}

/// How a change comes, where the words show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// All at once.
    Sudden,
    /// Bit by bit.
    Gradual,
    /// As a release of feeling; for `emotional` only.
    Cathartic,
}

impl Manner {
    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Manner::Sudden => "sudden",
            Manner::Gradual => "gradual",
            Manner::Cathartic => "cathartic",
        }
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a resistance is directed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Changing at all.
    Change,
    /// A task or method of the therapy.
    Task,
    /// The therapist or therapy itself.
    Therapist,
    /// A topic that is not to be talked about.
    Topic,
}

impl About {
    /// The word used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            About::Change => "change",
            About::Task => "task",
            About::Therapist => "therapist",
            About::Topic => "topic",
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A stretch of one session in which one breakthrough or resistance code holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The breakthrough or resistance code.
    pub code: Code,
    /// Index of its first unit in the session.
    pub first: usize,
    /// Index of its last unit.
    pub last: usize,
    /// Index of the unit with the highest probability (the earliest one of equals).
    pub peak: usize,
    /// Probability of the code at the peak.
    pub peak_probability: f32,
    /// Mean probability over the units of the moment that carry the code.
    pub mean_probability: f32,
    /// Sum of the probabilities of the units that carry the code: sure and long moments are strong.
    pub strength: f64,
    /// Probability at the peak less its mean over the up to four units of the same voice before the moment; `None`
    /// where it speaks for the first time.
    pub rise: Option<f64>,
    /// How the change comes, where the words show it; `None` for resistance.
    pub manner: Option<Manner>,
    /// What a resistance is about, where the words show it; `None` for breakthroughs.
    pub about: Option<About>,
    /// Of a breakthrough: resistance codes that the same client carried shortly before.
    pub overcame: CodeSet,
    /// Units shortly before that carry a contributing code, in codebook order; 0 for all other codes.
    pub prepared_by: [usize; CODE_COUNT],
    /// The span of the peak unit's text that carries the code; `None` until the model has been asked.
    pub evidence: Option<Span>,
}

impl Moment {
    /// A moment of one unit, of which nothing but its code and probability is known yet.
    #[must_use]
    pub fn of_unit(code: Code, unit: usize, probability: f32) -> Moment {
        Moment {
            code,
            first: unit,
            last: unit,
            peak: unit,
            peak_probability: probability,
            mean_probability: probability,
            strength: f64::from(probability),
            rise: None,
            manner: None,
            about: None,
            overcame: CodeSet::EMPTY,
            prepared_by: [0; CODE_COUNT],
            evidence: None,
        }
    }
}

/// Counts over one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Units of the session.
    pub units: usize,
    /// Client units; in a note every unit counts as one.
    pub client_units: usize,
    /// Words in client units.
    pub client_words: usize,
    /// Units that carry the code, in codebook order.
    pub counts: [usize; CODE_COUNT],
    /// Units that carry any breakthrough code.
    pub breakthroughs: usize,
    /// Units that carry any resistance code.
    pub resistances: usize,
    /// Units with any breakthrough code that the probabilities lead to expect.
    pub expected_breakthroughs: f64,
    /// The same for resistance.
    pub expected_resistances: f64,
    /// Course over the session of breakthrough, resistance and contributing codes: smoothed probabilities at equal
    /// distances from the first to the last unit; empty where nobody could carry the codes.
    pub course: [Vec<f64>; 3],
    /// Position of the first unit with a breakthrough code, 0 (first unit) to 1 (last unit).
    pub first_breakthrough: Option<f64>,
    /// Position of the unit with the highest breakthrough probability among those that carry one.
    pub peak_breakthrough: Option<f64>,
}

/// A session with all that is said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct CodedSession {
    /// The session as read.
    pub session: Session,
    /// One coding per unit, in the same order.
    pub codings: Vec<Coding>,
    /// The same in a codebook of the user's own, if the model has one.
    pub own: Option<own::OwnCodings>,
    /// Moments in order of their first unit, then of the codebook.
    pub moments: Vec<Moment>,
    /// Counts.
    pub summary: Summary,
}
