//! Coding a handful of sessions at once: every different text is encoded once, then each session is scored
//! over the sequence of its units.

use super::config::role;
use super::encode::Window;
use super::own::{self, OwnModel, Said};
use super::{Error, Model};
use crate::codebook::CODE_COUNT;
use crate::coding::Coding;
use crate::coding::own::OwnCodings;
use crate::transcript::Session;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// One different text of the sessions.
pub(super) struct Text {
    pub(super) windows: Vec<Window>,
    ngrams: [f32; CODE_COUNT],
    /// Row of its first window in the vectors.
    row: usize,
}

/// Sessions with everything the model knows about them; the input of codings and of evidence.
pub struct Reading<'a> {
    pub(super) model: &'a Model,
    sessions: &'a [Session],
    pub(super) texts: Vec<Text>,
    /// Which text each unit of each session has.
    units: Vec<Vec<usize>>,
    /// One vector per window of every text, row by row.
    vectors: Vec<f32>,
}

/// One window of a session in the sequence that the context layers read.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) unit: usize,
    /// Which window of its unit.
    pub(super) window: usize,
    role: usize,
    /// Row in the vectors.
    pub(super) row: usize,
}

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
    pub(super) session: &'a Session,
    /// Which text each unit has.
    pub(super) texts: &'a [usize],
    pub(super) steps: Vec<Step>,
    /// A row per step.
    pub(super) logits: Vec<[f32; CODE_COUNT]>,
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
        finite(logits.as_flattened())?;
        Ok(Scored { reading: self, session, texts, steps, logits })
    }

    /// What `layers` make of the steps of a session, `width` values a step.
    fn in_blocks<T: Clone + Send>(
        &self,
        steps: &[Step],
        width: usize,
        layers: impl Fn(&[f32], &[usize]) -> Result<Vec<T>, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        let shape = &self.model.config.context;
        // In parallel, so that one long session at the end of a run keeps all threads at work.
        let blocks = (0..steps.len().div_ceil(shape.block)).into_par_iter().map(|block| {
            let start = block * shape.block;
            let end = steps.len().min(start + shape.block);
            let from = start.saturating_sub(shape.margin);
            let (vectors, roles) = self.sequence(&steps[from..steps.len().min(end + shape.margin)]);
            let block = layers(&vectors, &roles)?;
            Ok(block[(start - from) * width..(end - from) * width].to_vec())
        });
        Ok(blocks.collect::<Result<Vec<_>, Error>>()?.concat())
    }

    /// Vectors and roles of steps, as the engine takes them.
    pub(super) fn sequence(&self, steps: &[Step]) -> (Vec<f32>, Vec<usize>) {
        let width = self.model.vector();
        let vectors = steps.iter().flat_map(|s| &self.vectors[s.row * width..][..width]).copied().collect();
        (vectors, steps.iter().map(|s| s.role).collect())
    }
}

/// Weights that are each finite can still come to numbers that are not: those would pass as a sure "no".
fn finite(logits: &[f32]) -> Result<(), Error> {
    if logits.iter().all(|logit| logit.is_finite()) {
        return Ok(());
    }
    let reason = "its numbers are not finite: the model is damaged, or none of this kind";
    Err(Error::Engine(reason.to_owned()))
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
        let read = if own.is_network() { self.own_logits(own)? } else { self.features()? };
        let units = self.session.units.iter().zip(&read);
        let units = units.map(|(unit, read)| own.code(unit, read.as_deref())).collect();
        Ok(Some(OwnCodings { codebook: Arc::clone(own.codebook()), units }))
    }

    /// Logits of the labels of an own network, a row per unit: the largest over its windows, label by label; `None` for a unit
    /// without words.
    fn own_logits(&self, own: &OwnModel) -> Result<Vec<Option<Vec<f32>>>, Error> {
        let (reading, engine) = (self.reading, &self.reading.model.engine);
        let width = own.codebook().labels.len();
        let rows =
            reading.in_blocks(&self.steps, width, |vectors, roles| engine.own_logits(vectors, roles))?;
        finite(&rows)?;
        let mut best: Vec<Option<Vec<f32>>> = vec![None; self.texts.len()];
        for (step, row) in self.steps.iter().zip(rows.chunks_exact(width)) {
            let best = best[step.unit].get_or_insert_with(|| row.to_vec());
            best.iter_mut().zip(row).for_each(|(best, &logit)| *best = best.max(logit));
        }
        Ok(best)
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
}
