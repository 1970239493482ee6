//! Which words carry a moment: what the model says about its peak without them (occlusion).

use super::clauses::clauses;
use super::encode::Window;
use super::reading::{Reading, Scored, Step};
use super::{Error, Model};
use crate::codebook::{CODE_COUNT, Code};
use crate::coding::Moment;
use crate::transcript::Span;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// Windows on either side of a unit that evidence for it is computed with.
const AROUND: usize = 24;

impl Reading<'_> {
    /// Fills in the evidence of the moments of sessions, `moments[i]` being those of `scored[i]`: the sentence, or the
    /// clause of a single sentence, of the peak unit without which the code's logit is lowest. The network sees the
    /// unit without it, in the same surroundings; of a unit of several windows, the window that speaks loudest.
    ///
    /// All sessions are done at once, because the windows of one would fill the packs of the engine badly.
    ///
    /// # Errors
    /// If the tokenizer or the engine fails.
    pub fn find_evidence(&self, scored: &[Scored<'_>], moments: &mut [Vec<Moment>]) -> Result<(), Error> {
        let mut peaks: Vec<(&Scored<'_>, usize, &mut Moment)> = Vec::new();
        for (scored, moments) in scored.iter().zip(moments) {
            for moment in moments {
                if let Some(at) = scored.loudest(moment.peak, moment.code) {
                    peaks.push((scored, at, moment));
                }
            }
        }
        // What a window is without one of its parts does not depend on code or surroundings: a window that
        // several moments peak in, or that is said again and again, is taken apart once.
        let windows: BTreeMap<usize, (&str, &Window)> = peaks
            .iter()
            .map(|(scored, at, _)| (scored.steps[*at].row, self.said(scored, scored.steps[*at])))
            .collect();
        let mut occlusions = windows
            .into_par_iter()
            .map(|(row, (text, window))| Ok((row, Occlusion::new(self.model, text, window)?)))
            .collect::<Result<BTreeMap<_, _>, Error>>()?;
        let mut left: Vec<&[u32]> = Vec::new();
        for occlusion in occlusions.values_mut() {
            occlusion.row = left.len();
            left.extend(occlusion.without.iter().map(|(window, _)| window.ids.as_slice()));
        }
        let vectors = self.model.engine.encode(&left)?;
        peaks.into_par_iter().try_for_each(|(scored, at, moment)| {
            let occlusion = &occlusions[&scored.steps[at].row];
            let part = self.decisive_part(scored, at, moment.code, occlusion, &vectors)?;
            moment.evidence = Some(Span::of_bytes(&scored.session.units[moment.peak].text, part));
            Ok(())
        })
    }

    /// The text of a step's unit, and its window of it.
    fn said<'a>(&'a self, scored: &'a Scored<'_>, step: Step) -> (&'a str, &'a Window) {
        let text = &self.texts[scored.texts[step.unit]];
        (&scored.session.units[step.unit].text, &text.windows[step.window])
    }

    /// The bytes of the unit's text without which the code's logit is lowest.
    fn decisive_part(
        &self,
        scored: &Scored<'_>,
        at: usize,
        code: Code,
        occlusion: &Occlusion,
        vectors: &[f32],
    ) -> Result<Range<usize>, Error> {
        let width = self.model.vector();
        let around = at.saturating_sub(AROUND)..scored.steps.len().min(at + AROUND + 1);
        let place = at - around.start;
        let (sequence, roles) = self.sequence(&scored.steps[around]);
        let kind = scored.session.units[scored.steps[at].unit].speaker.kind();
        let line = self.model.calibration.lines(kind)[code as usize];
        let instead = &vectors[occlusion.row * width..][..occlusion.without.len() * width];
        let logits = self.model.engine.score_instead(&sequence, &roles, place, instead)?;
        let mut lowest = (f32::INFINITY, &occlusion.window);
        for ((part, (_, ngrams)), encoder) in occlusion.parts.iter().zip(&occlusion.without).zip(&logits) {
            let logit = line.logit(encoder[code as usize], ngrams[code as usize]);
            if logit < lowest.0 {
                lowest = (logit, part);
            }
        }
        Ok(lowest.1.clone())
    }
}

impl Scored<'_> {
    /// The step of a unit with the largest logit of a code; `None` if the unit has no words.
    fn loudest(&self, unit: usize, code: Code) -> Option<usize> {
        let first = self.steps.partition_point(|step| step.unit < unit);
        let after = self.steps.partition_point(|step| step.unit <= unit);
        let logit = |at: usize| self.logits[at][code as usize];
        (first..after).reduce(|best, at| if logit(at) > logit(best) { at } else { best })
    }
}

/// A window taken apart.
struct Occlusion {
    /// Bytes of the whole window in its unit's text, without white space at the ends.
    window: Range<usize>,
    /// Bytes of its parts.
    parts: Vec<Range<usize>>,
    /// What is left without each part, as tokens and as n-gram logits; empty if there is nothing to compare.
    without: Vec<(Window, [f32; CODE_COUNT])>,
    /// Row of the first of these in the vectors.
    row: usize,
}

impl Occlusion {
    fn new(model: &Model, text: &str, window: &Window) -> Result<Occlusion, Error> {
        let window = window.bytes.clone();
        let words = &text[window.clone()];
        let parts = clauses(words);
        let mut without = Vec::new();
        if parts.len() > 1 {
            for part in &parts {
                let rest = [&words[..part.start], &words[part.end..]].concat();
                // A part may hold every word there is; then nothing is left to compare.
                let Some(left) = model.encoder.windows(&rest)?.into_iter().next() else {
                    without.clear();
                    break;
                };
                without.push((left, model.ngrams.logits(&rest)));
            }
        }
        let parts = parts.iter().map(|part| window.start + part.start..window.start + part.end).collect();
        Ok(Occlusion { window: trimmed(text, window), parts, without, row: 0 })
    }
}

/// The range without white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let words = &text[range.clone()];
    let start = range.start + words.len() - words.trim_start().len();
    start..start + words.trim().len()
}
