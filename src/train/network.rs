//! What is common to all trainings of a network on whole sessions: sequences of windows, the states of the layers that are not
//! taught, and the optimisation.

use crate::model::Error;
use crate::model::config::role;
use crate::model::encode::{Encoder, Window};
use crate::model::rust_bert::{HEAD_GROUP, Upper};
use crate::transcript::Speaker;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::ops::Range;
use tch::nn::OptimizerConfig;
use tch::{Kind, Tensor, nn};

/// What the training is run with. The defaults are those of the shipped model.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Passes of the encoder and the first reader over the material.
    pub epochs: usize,
    /// Passes of the readers whose encoder is not taught.
    pub plain_epochs: usize,
    /// Peak learning rate of the encoder.
    pub encoder_rate: f64,
    /// Peak learning rate of the layers above it.
    pub head_rate: f64,
    /// Dropout in the encoder; twice as much above it.
    pub dropout: f64,
    /// Tokens per step.
    pub step_tokens: usize,
    /// Seed of shuffling, dropout and initial weights.
    pub seed: u64,
}

impl Settings {
    /// Those for a codebook of one's own, which is learned from much less.
    #[must_use]
    pub fn own() -> Settings {
        Settings { epochs: 3, encoder_rate: 1e-4, step_tokens: 700, ..Settings::default() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            epochs: 2,
            plain_epochs: 4,
            encoder_rate: 2e-4,
            head_rate: 1.5e-3,
            dropout: 0.1,
            step_tokens: 1500,
            seed: 1,
        }
    }
}

/// A session as a network takes it.
pub struct Sequence {
    /// Windows of every unit, in order.
    pub windows: Vec<Vec<Window>>,
    /// Row of the role table of every unit.
    roles: Vec<i64>,
    /// Of every unit, whether the layers below the reader learn from how it is read; else it is what others are read among.
    pub(super) through: Vec<bool>,
    /// Its first window among those of all sessions that were read together.
    first: usize,
    /// Tokens of all windows.
    pub tokens: usize,
}

impl Sequence {
    /// Some of its units in a row, as a sequence of their own.
    pub(super) fn part(&self, units: Range<usize>) -> Sequence {
        let first = self.first + self.windows[..units.start].iter().map(Vec::len).sum::<usize>();
        let windows = self.windows[units.clone()].to_vec();
        let tokens = tokens(&windows);
        Sequence {
            windows,
            roles: self.roles[units.clone()].to_vec(),
            through: self.through[units].to_vec(),
            first,
            tokens,
        }
    }

    /// Units of sequences of about so many tokens that it can be cut into, all of like length.
    pub(super) fn stretches(&self, most: usize) -> Vec<Range<usize>> {
        let pieces = self.tokens.div_ceil(most).max(1);
        let (mut stretches, mut start, mut seen) = (Vec::new(), 0, 0);
        for (unit, windows) in self.windows.iter().enumerate() {
            seen += tokens(std::slice::from_ref(windows));
            if seen * pieces >= (stretches.len() + 1) * self.tokens || unit + 1 == self.windows.len() {
                stretches.push(start..unit + 1);
                start = unit + 1;
            }
        }
        stretches
    }
}

fn tokens(windows: &[Vec<Window>]) -> usize {
    windows.iter().flatten().map(|window| window.ids.len()).sum()
}

/// Tokenises sessions, each given as speakers with their words.
///
/// # Errors
/// If the tokenizer fails.
pub fn sequences<'a, S>(
    sessions: impl IntoIterator<Item = S>,
    encoder: &Encoder,
) -> Result<Vec<Sequence>, Error>
where
    S: IntoIterator<Item = (Speaker, &'a str)>,
{
    let mut first = 0;
    let sequence = |session: S| {
        let mut sequence =
            Sequence { windows: Vec::new(), roles: Vec::new(), through: Vec::new(), first, tokens: 0 };
        for (speaker, text) in session {
            let windows = encoder.windows(text)?;
            first += windows.len();
            sequence.windows.push(windows);
            sequence.roles.push(role(speaker) as i64);
            sequence.through.push(true);
        }
        sequence.tokens = tokens(&sequence.windows);
        Ok(sequence)
    };
    sessions.into_iter().map(sequence).collect()
}

/// Something that is trained.
pub(super) trait Learner {
    /// What may change.
    fn variables(&self) -> &nn::VarStore;

    /// Logits of the windows of sessions, `[windows, outputs]`; with dropout if this is training.
    fn forward(&self, sessions: &[&Sequence], train: bool) -> Tensor;
}

/// The states of the tokens of all sessions that were read together, by an encoder that does not change, so that they are
/// made once.
pub struct States {
    /// Of all different windows, `[tokens, hidden]`, in half precision.
    pub(super) tokens: Tensor,
    /// Where each different window begins.
    starts: Vec<usize>,
    /// Which different window each window is.
    which: Vec<usize>,
}

impl States {
    /// `make` gives the states of windows of tokens, one window after another.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn new<'a, E>(
        all: impl IntoIterator<Item = &'a Sequence>,
        make: impl FnOnce(&[&[u32]]) -> Result<Tensor, E>,
    ) -> Result<States, E> {
        // "Mm-hm." is said a thousand times.
        let mut known: HashMap<&'a [u32], usize> = HashMap::new();
        let mut different: Vec<&'a [u32]> = Vec::new();
        let (mut starts, mut which) = (vec![0], Vec::new());
        for window in all.into_iter().flat_map(|sequence| sequence.windows.iter().flatten()) {
            which.push(*known.entry(&window.ids).or_insert_with(|| {
                different.push(&window.ids);
                starts.push(starts[different.len() - 1] + window.ids.len());
                different.len() - 1
            }));
        }
        Ok(States { tokens: make(&different)?, starts, which })
    }

    /// States of the tokens of sessions, in single precision, and how many tokens each window has.
    pub(super) fn of(&self, sessions: &[&Sequence]) -> (Tensor, Vec<i64>) {
        let (mut rows, mut lengths) = (Vec::new(), Vec::new());
        for session in sessions {
            let count = session.windows.iter().map(Vec::len).sum::<usize>();
            for &window in &self.which[session.first..session.first + count] {
                let tokens = self.starts[window]..self.starts[window + 1];
                lengths.push(tokens.len() as i64);
                rows.extend(tokens.map(|row| row as i64));
            }
        }
        (self.tokens.index_select(0, &Tensor::from_slice(&rows)).to_kind(Kind::Float), lengths)
    }
}

/// The upper layers and the first reader over states that were made once.
pub(super) struct Taught<'a> {
    pub(super) upper: &'a Upper,
    pub(super) states: &'a States,
}

impl Learner for Taught<'_> {
    fn variables(&self) -> &nn::VarStore {
        &self.upper.vs
    }

    fn forward(&self, sessions: &[&Sequence], train: bool) -> Tensor {
        let Batch { roles, sessions: lengths } = batch(sessions);
        let (states, tokens) = self.states.of(sessions);
        let through = sessions.iter().flat_map(|session| {
            let units = session.through.iter().zip(&session.windows);
            units.flat_map(|(&through, windows)| windows.iter().map(move |_| through))
        });
        let through: Vec<bool> = through.collect();
        let vectors = if train && through.contains(&false) {
            self.upper.encode_partly(&states, &tokens, &through)
        } else {
            self.upper.encode(&states, &tokens, train)
        };
        self.upper.reader.score(&vectors, &roles, &lengths, train)
    }
}

/// Several sessions as a reader takes them.
pub(super) struct Batch {
    /// Row of the role table of every window.
    pub(super) roles: Vec<i64>,
    /// Number of windows of every session.
    pub(super) sessions: Vec<usize>,
}

pub(super) fn batch(sessions: &[&Sequence]) -> Batch {
    let mut batch = Batch { roles: Vec::new(), sessions: Vec::new() };
    for sequence in sessions {
        let before = batch.roles.len();
        for (role, windows) in sequence.roles.iter().zip(&sequence.windows) {
            batch.roles.extend(windows.iter().map(|_| role));
        }
        batch.sessions.push(batch.roles.len() - before);
    }
    batch
}

/// Logits of units, `[units with text, outputs]`, from logits of windows: the largest over the windows of a
/// unit. Returns the units as (session, unit) beside them.
pub(super) fn unit_logits(sessions: &[&Sequence], window_logits: &Tensor) -> (Tensor, Vec<(usize, usize)>) {
    let most = sessions.iter().flat_map(|s| &s.windows).map(Vec::len).max().unwrap_or(1).max(1);
    let (mut rows, mut units) = (Vec::new(), Vec::new());
    let mut next = 0_i64;
    for (s, sequence) in sessions.iter().enumerate() {
        for (u, windows) in sequence.windows.iter().enumerate() {
            let count = windows.len() as i64;
            if count > 0 {
                rows.extend((0..most as i64).map(|i| next + i.min(count - 1)));
                units.push((s, u));
            }
            next += count;
        }
    }
    let gathered = window_logits.index_select(0, &Tensor::from_slice(&rows));
    let logits = gathered.view([units.len() as i64, most as i64, -1]).amax([1].as_slice(), false);
    (logits, units)
}

/// Weights of positives: half the square root of negatives per positive, within 1 to 4.
pub(super) fn positive_weight(positives: f32, all: f32) -> f32 {
    (((all - positives) / positives.max(1.0)).sqrt() / 2.0).clamp(1.0, 4.0)
}

/// Makes one number of a step: of its sessions, the logits of their units, `[units with text, outputs]`, and which units these
/// are, by session and unit.
pub(super) type Loss<'a, T> = dyn Fn(&[&T], &Tensor, &[(usize, usize)]) -> Tensor + 'a;

/// Teaches with sessions, so that `loss` becomes small; `progress` hears epoch, share of the epoch done, and the mean loss since it
/// was last told.
pub(super) fn optimise<T: AsRef<Sequence>>(
    learner: &dyn Learner,
    sessions: &[&T],
    settings: &Settings,
    loss: &Loss<'_, T>,
    progress: &mut dyn FnMut(usize, f64, f64),
) {
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
    let optimiser = nn::AdamW { wd: 0.01, ..nn::AdamW::default() };
    let mut optimiser = optimiser
        .build(learner.variables(), settings.encoder_rate)
        .expect("an optimiser can be made of any variables");

    let size = |session: &&T| AsRef::<Sequence>::as_ref(*session).tokens;
    let tokens: usize = sessions.iter().map(size).sum();
    let total = (tokens * settings.epochs) as f64;
    let mut seen = 0;
    for epoch in 0..settings.epochs {
        let mut order = sessions.to_vec();
        order.shuffle(&mut rng);
        let (mut losses, mut told) = (Vec::new(), seen);
        let mut rest = &order[..];
        while !rest.is_empty() {
            let mut step = 0;
            let count = rest.iter().take_while(|s| {
                let room = step < settings.step_tokens;
                step += size(s);
                room
            });
            let (now, later) = rest.split_at(count.count());
            rest = later;

            let done = seen as f64 / total;
            let rate = (done / 0.06).min((1.0 - done) / 0.94).max(1e-3);
            optimiser.set_lr(settings.encoder_rate * rate);
            optimiser.set_lr_group(HEAD_GROUP, settings.head_rate * rate);
            let read: Vec<&Sequence> = now.iter().map(|session| (*session).as_ref()).collect();
            let (logits, units) = unit_logits(&read, &learner.forward(&read, true));
            let loss = loss(now, &logits, &units);
            optimiser.backward_step_clip_norm(&loss, 1.0);

            losses.push(loss.double_value(&[]));
            seen += now.iter().map(size).sum::<usize>();
            if seen - told > tokens / 20 || rest.is_empty() {
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                progress(epoch, seen as f64 / tokens as f64 - epoch as f64, mean);
                (losses, told) = (Vec::new(), seen);
            }
        }
    }
}

/// Logits of every unit of sessions, row by row, without dropout; `None` for a unit without a token.
pub(super) fn predict(learner: &dyn Learner, session: &Sequence) -> Vec<Option<Vec<f32>>> {
    let _no_grad = tch::no_grad_guard();
    let mut rows = vec![None; session.windows.len()];
    if session.tokens > 0 {
        let (logits, units) = unit_logits(&[session], &learner.forward(&[session], false));
        let width = logits.size()[1] as usize;
        for (row, &(_, unit)) in units.iter().enumerate() {
            let mut values = vec![0.0; width];
            logits.get(row as i64).copy_data(&mut values, width);
            rows[unit] = Some(values);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_cover_a_session_and_keep_their_place() {
        let window = |tokens: usize| Window { ids: vec![0; tokens], bytes: 0..0 };
        // A unit without words, and one of two windows.
        let windows =
            vec![vec![window(30)], vec![], vec![window(20), window(10)], vec![window(40)], vec![window(9)]];
        let sequence = Sequence {
            roles: vec![0, 1, 2, 3, 4],
            through: vec![true; 5],
            first: 7,
            tokens: tokens(&windows),
            windows,
        };
        assert_eq!(sequence.stretches(1000).first(), Some(&(0..5)));
        let stretches = sequence.stretches(55);
        assert_eq!(stretches, [0..3, 3..5]);
        let part = sequence.part(stretches[1].clone());
        assert_eq!((part.first, part.tokens, part.roles), (10, 49, vec![3, 4]));
        let silent =
            Sequence { windows: vec![vec![]], roles: vec![0], through: vec![true], first: 0, tokens: 0 };
        assert_eq!(silent.stretches(55).first(), Some(&(0..1)));
    }
}
