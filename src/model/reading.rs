//! Coding a handful of sessions at once: every different text is encoded once, then each session is scored
//! over the sequence of its units.

use super::clauses::clauses;
use super::config::role;
use super::encode::Window;
use super::own::{self, Said};
use super::{Error, Model};
use crate::codebook::{CODE_COUNT, Code};
use crate::coding::own::OwnCodings;
use crate::coding::{Coding, Moment};
use crate::transcript::{Session, Span};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// One different text of the sessions.
struct Text {
    windows: Vec<Window>,
    ngrams: [f32; CODE_COUNT],
    /// Row of its first window in the vectors.
    row: usize,
}

/// Sessions with everything the model knows about them; the input of codings and of evidence.
pub struct Reading<'a> {
    model: &'a Model,
    sessions: &'a [Session],
    texts: Vec<Text>,
    /// Which text each unit of each session has.
    units: Vec<Vec<usize>>,
    /// One vector per window of every text, row by row.
    vectors: Vec<f32>,
}

/// One window of a session in the sequence that the context layers read.
#[derive(Clone, Copy)]
struct Step {
    unit: usize,
    /// Which window of its unit.
    window: usize,
    role: usize,
    /// Row in the vectors.
    row: usize,
}

/// Windows on either side of a unit that evidence for it is computed with.
const EVIDENCE_CONTEXT: usize = 24;

impl Model {
    /// Tokenises and encodes sessions. Results do not depend on the number of threads; texts that stand in
    /// the sessions several times are encoded once.
    ///
    /// # Errors
    /// If the tokenizer or the engine fails.
    pub fn read<'a>(&'a self, sessions: &'a [Session]) -> Result<Reading<'a>, Error> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut different = Vec::new();
        let units = sessions
            .iter()
            .map(|session| {
                let text_of = |text: &'a str| {
                    *known.entry(text).or_insert_with(|| {
                        different.push(text);
                        different.len() - 1
                    })
                };
                session.units.iter().map(|unit| unit.text.as_str()).map(text_of).collect()
            })
            .collect();
        let mut texts = different
            .into_par_iter()
            .map(|text| {
                Ok(Text { windows: self.encoder.windows(text)?, ngrams: self.ngrams.logits(text), row: 0 })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let mut windows: Vec<&[u32]> = Vec::new();
        for text in &mut texts {
            text.row = windows.len();
            windows.extend(text.windows.iter().map(|window| window.ids.as_slice()));
        }
        let vectors = self.engine.encode(&windows)?;
        Ok(Reading { model: self, sessions, texts, units, vectors })
    }
}

/// One session of a [`Reading`], scored.
pub struct Scored<'a> {
    reading: &'a Reading<'a>,
    session: &'a Session,
    /// Which text each unit has.
    texts: &'a [usize],
    steps: Vec<Step>,
    /// A row per step.
    logits: Vec<[f32; CODE_COUNT]>,
}

impl Reading<'_> {
    /// Scores one session over the sequence of its windows. A long session is read in overlapping blocks, which
    /// bounds what a session of any length costs, and makes no difference to what stands further apart than the
    /// margin.
    ///
    /// # Errors
    /// If the engine fails.
    ///
    /// # Panics
    /// If there are not so many sessions.
    pub fn score(&self, session: usize) -> Result<Scored<'_>, Error> {
        let (texts, session) = (&self.units[session], &self.sessions[session]);
        let mut steps = Vec::new();
        for (unit, (said, &text)) in session.units.iter().zip(texts).enumerate() {
            let (role, text) = (role(said.speaker), &self.texts[text]);
            steps.extend((0..text.windows.len()).map(|window| Step {
                unit,
                window,
                role,
                row: text.row + window,
            }));
        }
        let engine = &self.model.engine;
        let logits = self.in_blocks(&steps, 1, |vectors, roles| engine.score(vectors, roles))?;
        // Weights that are each finite can still come to numbers that are not: those would pass as a sure "no".
        if logits.as_flattened().iter().any(|logit| !logit.is_finite()) {
            let reason = "its numbers are not finite: the model is damaged, or none of this kind";
            return Err(Error::Engine(reason.to_owned()));
        }
        Ok(Scored { reading: self, session, texts, steps, logits })
    }

    /// What `layers` make of the steps of a session, `width` values a step.
    fn in_blocks<T: Clone>(
        &self,
        steps: &[Step],
        width: usize,
        layers: impl Fn(&[f32], &[usize]) -> Result<Vec<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let shape = &self.model.config.context;
        let mut values = Vec::with_capacity(steps.len() * width);
        for start in (0..steps.len()).step_by(shape.block) {
            let end = steps.len().min(start + shape.block);
            let from = start.saturating_sub(shape.margin);
            let (vectors, roles) = self.sequence(&steps[from..steps.len().min(end + shape.margin)]);
            let block = layers(&vectors, &roles)?;
            values.extend_from_slice(&block[(start - from) * width..(end - from) * width]);
        }
        Ok(values)
    }

    /// Vectors and roles of steps, as the engine takes them.
    fn sequence(&self, steps: &[Step]) -> (Vec<f32>, Vec<usize>) {
        let width = self.model.config.encoder.hidden;
        let vectors = steps.iter().flat_map(|s| &self.vectors[s.row * width..][..width]).copied().collect();
        (vectors, steps.iter().map(|s| s.role).collect())
    }
}

impl Scored<'_> {
    /// Codings of the units, in order.
    #[must_use]
    pub fn codings(&self) -> Vec<Coding> {
        let calibration = &self.reading.model.calibration;
        let units = self.session.units.iter().zip(self.texts).zip(self.unit_logits());
        units
            .map(|((unit, &text), encoder)| {
                calibration.apply(unit.speaker, &encoder, &self.reading.texts[text].ngrams)
            })
            .collect()
    }

    /// Codings in the model's own codebook, if it has one.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn own_codings(&self) -> Result<Option<OwnCodings>, Error> {
        let Some(own) = self.reading.model.own() else { return Ok(None) };
        let features = self.features()?;
        let units = self.session.units.iter().zip(&features);
        let units = units.map(|(unit, features)| own.code(unit, features.as_deref())).collect();
        Ok(Some(OwnCodings { codebook: Arc::clone(own.codebook()), units }))
    }

    /// What own codebooks are learned on: a row per unit, of the width that [`own::parts`] add up to; `None` for a unit
    /// without words.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn features(&self) -> Result<Vec<Option<Vec<f32>>>, Error> {
        let (reading, engine) = (self.reading, &self.reading.model.engine);
        let [width, _] = own::parts(&reading.model.config);
        let states = reading.in_blocks(&self.steps, width, |vectors, roles| engine.states(vectors, roles))?;
        let mut said: Vec<Said> = self
            .unit_logits()
            .into_iter()
            .zip(self.texts)
            .map(|(encoder, &text)| Said {
                states: Vec::new(),
                logits: [encoder, reading.texts[text].ngrams],
            })
            .collect();
        for windows in self.steps.chunk_by(|a, b| a.unit == b.unit) {
            let first = self.steps.partition_point(|step| step.unit < windows[0].unit);
            let mut mean = vec![0.0; width];
            for row in states[first * width..][..windows.len() * width].chunks_exact(width) {
                mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / windows.len() as f32);
            }
            said[windows[0].unit].states = mean;
        }
        Ok(own::features(said))
    }

    /// Logits of the units, in order: the largest over the windows of a unit, code by code; −∞ without words.
    fn unit_logits(&self) -> Vec<[f32; CODE_COUNT]> {
        let mut best = vec![[f32::NEG_INFINITY; CODE_COUNT]; self.texts.len()];
        for (step, row) in self.steps.iter().zip(&self.logits) {
            for (best, logit) in best[step.unit].iter_mut().zip(row) {
                *best = best.max(*logit);
            }
        }
        best
    }

    /// Fills in the evidence of moments: the sentence, or the clause of a single sentence, of the peak unit
    /// without which the code's logit is lowest (occlusion). The network sees the unit without it, in the same
    /// surroundings; of a unit of several windows, the window that speaks loudest.
    ///
    /// # Errors
    /// If the tokenizer or the engine fails.
    pub fn find_evidence(&self, moments: &mut [Moment]) -> Result<(), Error> {
        let loudest: Vec<Option<usize>> = moments.iter().map(|m| self.loudest(m.peak, m.code)).collect();
        // What a window is without one of its parts does not depend on code or surroundings: a window that
        // several moments peak in, or that is said again and again, is taken apart once.
        let steps: BTreeMap<usize, Step> =
            loudest.iter().flatten().map(|&at| (self.steps[at].row, self.steps[at])).collect();
        let mut occlusions = BTreeMap::new();
        let mut next = 0;
        for (row, step) in steps {
            let occlusion = self.occlude(step, next)?;
            next += occlusion.without.len();
            occlusions.insert(row, occlusion);
        }
        let left = occlusions.values().flat_map(|occlusion| &occlusion.without);
        let ids: Vec<&[u32]> = left.map(|(window, _)| window.ids.as_slice()).collect();
        let vectors = self.reading.model.engine.encode(&ids)?;
        moments.par_iter_mut().zip(loudest).try_for_each(|(moment, loudest)| {
            let Some(at) = loudest else {
                return Ok(());
            };
            let occlusion = &occlusions[&self.steps[at].row];
            let part = self.decisive_part(at, moment.code, occlusion, &vectors)?;
            let text = &self.session.units[moment.peak].text;
            moment.evidence = Some(Span::of_bytes(text, part));
            Ok(())
        })
    }

    /// The step of a unit with the largest logit of a code; `None` if the unit has no words.
    fn loudest(&self, unit: usize, code: Code) -> Option<usize> {
        let first = self.steps.partition_point(|step| step.unit < unit);
        let after = self.steps.partition_point(|step| step.unit <= unit);
        let logit = |at: usize| self.logits[at][code as usize];
        (first..after).reduce(|best, at| if logit(at) > logit(best) { at } else { best })
    }

    /// Takes a window apart; `row` is where the vectors of what is left will stand.
    fn occlude(&self, step: Step, row: usize) -> Result<Occlusion, Error> {
        let model = self.reading.model;
        let text = &self.session.units[step.unit].text;
        let window = self.reading.texts[self.texts[step.unit]].windows[step.window].bytes.clone();
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
        Ok(Occlusion { window: trimmed(text, window), parts, without, row })
    }

    /// The bytes of the unit's text without which the code's logit is lowest.
    fn decisive_part(
        &self,
        at: usize,
        code: Code,
        occlusion: &Occlusion,
        vectors: &[f32],
    ) -> Result<Range<usize>, Error> {
        let (reading, c) = (self.reading, code as usize);
        let width = reading.model.config.encoder.hidden;
        let around = at.saturating_sub(EVIDENCE_CONTEXT)..self.steps.len().min(at + EVIDENCE_CONTEXT + 1);
        let place = at - around.start;
        let (mut sequence, roles) = reading.sequence(&self.steps[around]);
        let kind = self.session.units[self.steps[at].unit].speaker.kind();
        let line = reading.model.calibration.lines(kind)[c];
        let mut lowest = (f32::INFINITY, &occlusion.window);
        for (i, (part, (_, ngrams))) in occlusion.parts.iter().zip(&occlusion.without).enumerate() {
            let vector = &vectors[(occlusion.row + i) * width..][..width];
            sequence[place * width..][..width].copy_from_slice(vector);
            let scored = reading.model.engine.score(&sequence, &roles)?;
            let logit = line.logit(scored[place][c], ngrams[c]);
            if logit < lowest.0 {
                lowest = (logit, part);
            }
        }
        Ok(lowest.1.clone())
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

/// The range without white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let words = &text[range.clone()];
    let start = range.start + words.len() - words.trim_start().len();
    start..start + words.trim().len()
}
