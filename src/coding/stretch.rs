//! What is remembered of a session to say what all sessions come to: ids and numbers, no words.

use crate::codebook::{CODE_COUNT, Code};

/// Contributing codes, which end the codebook.
pub const FACTOR_COUNT: usize = CODE_COUNT - Code::Motivation as usize;

/// For every contributing code and both outcomes (breakthrough, resistance): units with the factor before them and with
/// the outcome, with the factor and without the outcome, without the factor and with the outcome, without either.
pub type Tallies = [[[u32; 4]; 2]; FACTOR_COUNT];

/// One session, or a stretch of one that the input interrupts or that is long.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stretch {
    /// The same for all stretches of a session and for no other: half of a SHA-256 of file, client and id.
    pub identity: [u8; 16],
    /// Client identifier, where given.
    pub client_id: Option<String>,
    /// Number of the session in the client's course, where given.
    pub number: Option<u32>,
    /// Date as written, where given.
    pub date: Option<String>,
    /// Therapist identifier, where given.
    pub therapist_id: Option<String>,
    /// Turns of clients and sentences of notes.
    pub client_units: usize,
    /// Units that carry each code, in codebook order.
    pub counts: [usize; CODE_COUNT],
    /// Units that carry any breakthrough code.
    pub breakthroughs: usize,
    /// Units that carry any resistance code.
    pub resistances: usize,
    /// Units that the probabilities lead to expect with a breakthrough, and with resistance.
    pub expected: [f64; 2],
    /// What stands before breakthroughs and resistance.
    pub tallies: Tallies,
}
