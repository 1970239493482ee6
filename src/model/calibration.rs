//! Logits to probabilities and codes: what `calibration.json` of a model folder holds.
//!
//! For each kind of session and each code, a logistic regression over the two logits of a unit (encoder and
//! n-grams), fitted on out-of-fold scores weighted to realistic base rates, and a threshold.

use crate::codebook::{CODE_COUNT, Code, CodeSet};
use crate::coding::Coding;
use crate::transcript::{Kind, Speaker};
use serde::{Deserialize, Serialize};

/// How the logits of one code become a probability and a decision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Name of the code, for the reader of the file.
    pub code: Code,
    /// Weight of the encoder's logit.
    pub encoder: f32,
    /// Weight of the n-gram model's logit.
    pub ngrams: f32,
    /// Added to the weighted sum.
    pub bias: f32,
    /// Least probability at which the code is given.
    pub threshold: f32,
}

impl Line {
    /// The logit of the calibrated probability.
    #[must_use]
    pub fn logit(&self, encoder: f32, ngrams: f32) -> f32 {
        self.encoder * encoder + self.ngrams * ngrams + self.bias
    }
}

/// The calibration of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// For units of transcripts, in codebook order.
    pub transcript: Vec<Line>,
    /// For sentences of notes, in codebook order.
    pub note: Vec<Line>,
    /// The same for the model without its large encoder, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small: Option<Box<Calibration>>,
}

impl Calibration {
    /// Says what is wrong if the lines are not those of the codebook, or hold numbers out of range.
    ///
    /// # Errors
    /// One line for the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        for (kind, lines) in [("transcript", &self.transcript), ("note", &self.note)] {
            if !lines.iter().map(|line| line.code).eq(Code::ALL) {
                return Err(format!(
                    "the codes of '{kind}' are not the {CODE_COUNT} of the codebook, in its order"
                ));
            }
            for line in lines {
                // Not finite fails too. Larger ones would make infinities of ordinary logits.
                let sound = [line.encoder, line.ngrams, line.bias].iter().all(|x| x.abs() <= 1e6);
                if !sound || !(0.0..=1.0).contains(&line.threshold) {
                    return Err(format!("a number of '{kind}', '{}' is out of range", line.code));
                }
            }
        }
        self.small.as_ref().map_or(Ok(()), |small| small.check())
    }

    /// The lines for units of a kind of session, in codebook order.
    #[must_use]
    pub fn lines(&self, kind: Kind) -> &[Line] {
        match kind {
            Kind::Transcript => &self.transcript,
            Kind::Note => &self.note,
        }
    }

    /// Probabilities and codes of a unit from its two logits per code; a logit of −∞ (a unit without words)
    /// gives probability 0.
    #[must_use]
    pub fn apply(&self, speaker: Speaker, encoder: &[f32; CODE_COUNT], ngrams: &[f32; CODE_COUNT]) -> Coding {
        let mut coding = Coding { probabilities: [0.0; CODE_COUNT], codes: CodeSet::EMPTY };
        for line in self.lines(speaker.kind()) {
            let c = line.code as usize;
            if !speaker.may_carry(line.code) || encoder[c] == f32::NEG_INFINITY {
                continue;
            }
            coding.probabilities[c] = sigmoid(line.logit(encoder[c], ngrams[c]));
            if coding.probabilities[c] >= line.threshold {
                coding.codes.insert(line.code);
            }
        }
        coding
    }
}

/// 1 / (1 + e⁻ˣ).
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibration() -> Calibration {
        let lines: Vec<_> = Code::ALL
            .into_iter()
            .map(|code| Line { code, encoder: 1.0, ngrams: 0.5, bias: -1.0, threshold: 0.5 })
            .collect();
        Calibration { transcript: lines.clone(), note: lines, small: None }
    }

    #[test]
    fn sides_and_thresholds_hold() {
        let high = [2.0; CODE_COUNT];
        let coding = calibration().apply(Speaker::Therapist, &high, &high);
        assert_eq!(coding.codes.to_string(), "empathy|guidance|pacing|alliance");
        assert_eq!(coding.probability(Code::Emotional).to_bits(), 0.0_f32.to_bits());
        assert!((coding.probability(Code::Empathy) - 0.880_797).abs() < 1e-5);
        let none = calibration().apply(Speaker::Note(None), &[f32::NEG_INFINITY; CODE_COUNT], &high);
        assert!(none.probabilities.iter().all(|&p| p.to_bits() == 0) && none.codes.is_empty());
    }

    #[test]
    fn foreign_files_are_refused() {
        let mut wrong = calibration();
        wrong.note.swap(0, 1);
        assert!(wrong.check().unwrap_err().contains("'note'"));
        let mut wrong = calibration();
        wrong.transcript[3].threshold = f32::NAN;
        assert!(wrong.check().unwrap_err().contains("resistance_change"));
        assert!(calibration().check().is_ok());
    }
}
