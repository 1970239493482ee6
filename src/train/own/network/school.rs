//! Teaching: one network, and those of a cross-validation.

use super::lesson::Lesson;
use super::loss::loss;
use super::{FineTuning, Start};
use crate::coding::own::OwnCodebook;
use crate::model;
use crate::model::config::{Config, PlainConfig};
use crate::model::rust_bert::Upper;
use crate::model::weights::Weights;
use crate::train::network::{States, Taught, optimise, predict};
use crate::train::own::Error;

/// What all networks of a job have in common.
pub(super) struct School<'a> {
    pub job: &'a FineTuning<'a>,
    pub config: &'a Config,
    pub shape: &'a PlainConfig,
    pub states: &'a States,
    pub book: &'a OwnCodebook,
}

impl School<'_> {
    /// Logits of the units of lessons, by networks that were taught without the fold of each; `None` for a unit without words, and
    /// in a lesson that no start has not seen.
    pub(super) fn out_of_fold(
        &self,
        lessons: &[Lesson],
        folds: usize,
        model: &Weights<'_>,
        say: &mut dyn FnMut(String),
    ) -> Result<Vec<Vec<Option<Vec<f32>>>>, Error> {
        let mut logits: Vec<_> = lessons.iter().map(|lesson| vec![None; lesson.targets.len()]).collect();
        for fold in 0..folds {
            let others: Vec<&Lesson> = lessons.iter().filter(|lesson| lesson.fold != Some(fold)).collect();
            for part in 0..self.job.unseen.as_ref().map_or(1, |unseen| unseen.starts.len()) {
                let is_held = |lesson: &Lesson| lesson.fold == Some(fold) && lesson.part == Some(part);
                if !lessons.iter().any(is_held) {
                    continue;
                }
                say(format!("fold {} of {folds}: teaching", fold + 1));
                let upper = match &self.job.unseen {
                    None => self.teach(&others, model)?,
                    Some(unseen) => {
                        let (path, bytes) = &unseen.starts[part];
                        self.teach(&others, &Weights::new(bytes, path)?)?
                    }
                };
                let learner = Taught { upper: &upper, states: self.states };
                for (lesson, logits) in lessons.iter().zip(&mut logits).filter(|(lesson, _)| is_held(lesson))
                {
                    *logits = predict(&learner, &lesson.sequence);
                }
            }
        }
        Ok(logits)
    }

    /// A network taught with lessons; `start` is what it starts from where that is no pre-trained encoder.
    pub(super) fn teach(&self, lessons: &[&Lesson], start: &Weights<'_>) -> Result<Upper, Error> {
        let settings = &self.job.teaching;
        tch::manual_seed(settings.seed as i64);
        let mut upper = Upper::new(self.config, self.shape, self.book.labels.len(), settings.dropout);
        match (self.job.start, &self.job.unseen) {
            (Start::Encoder(path), None) => upper.start_from(path).map_err(|error| torch(&error))?,
            _ => upper.start_below_output(start)?,
        }
        // Long sessions in stretches: otherwise there are few steps, and a session of an hour is one of them.
        let stretches = lessons.iter().flat_map(|lesson| lesson.stretches(settings.step_tokens));
        let stretches: Vec<Lesson> = stretches.filter(Lesson::teaches).collect();
        let lessons: Vec<&Lesson> = stretches.iter().collect();
        let learner = Taught { upper: &upper, states: self.states };
        let loss = loss(&lessons, self.book);
        optimise(&learner, &lessons, settings, &loss, &mut |_, _, _| {});
        Ok(upper)
    }
}

fn torch(error: &tch::TchError) -> Error {
    Error::Model(model::Error::Engine(error.to_string()))
}
