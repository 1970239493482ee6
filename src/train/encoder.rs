//! Training of the network on coded sessions.

use super::corpus::{Session, Source};
use crate::codebook::{CODE_COUNT, Code};
use crate::model::config::role;
use crate::model::encode::{Encoder, Window};
use crate::model::rust_bert::{HEAD_GROUP, Plain, Upper};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use tch::nn::OptimizerConfig;
use tch::{Kind, Tensor, nn};

/// What the training is run with. The defaults are those of the shipped model.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Passes of the encoder and the first reader over the material.
    pub epochs: usize,
    /// Passes of the second reader.
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

/// A session as the network takes it.
pub struct Prepared<'a> {
    /// The session.
    pub session: &'a Session,
    /// Windows of every unit, in order.
    pub windows: Vec<Vec<Window>>,
    /// Its first window among those of all sessions that were prepared together.
    first: usize,
    tokens: usize,
}

/// Tokenises sessions.
///
/// # Errors
/// If the tokenizer fails.
pub fn prepare<'a>(
    sessions: &'a [Session],
    encoder: &Encoder,
) -> Result<Vec<Prepared<'a>>, crate::model::Error> {
    let mut next = 0;
    sessions
        .iter()
        .map(|session| {
            let windows =
                session.units.iter().map(|u| encoder.windows(&u.text)).collect::<Result<Vec<_>, _>>()?;
            let tokens = windows.iter().flatten().map(|window| window.ids.len()).sum();
            let first = next;
            next += windows.iter().map(Vec::len).sum::<usize>();
            Ok(Prepared { session, windows, first, tokens })
        })
        .collect()
}

/// Something that is trained.
trait Learner {
    /// What may change.
    fn variables(&self) -> &nn::VarStore;

    /// Logits of the windows of sessions, `[windows, codes]`; with dropout if this is training.
    fn forward(&self, sessions: &[&Prepared<'_>], train: bool) -> Tensor;
}

/// The plain encoder's states of the tokens of all sessions that were prepared together: it does not change, so they are
/// made once.
pub struct States {
    /// Of all different windows, `[tokens, hidden]`, in half precision.
    tokens: Tensor,
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
    pub fn new<E>(
        all: &[Prepared<'_>],
        make: impl FnOnce(&[&[u32]]) -> Result<Tensor, E>,
    ) -> Result<States, E> {
        // "Mm-hm." is said a thousand times.
        let mut known: HashMap<&[u32], usize> = HashMap::new();
        let mut different: Vec<&[u32]> = Vec::new();
        let (mut starts, mut which) = (vec![0], Vec::new());
        for window in all.iter().flat_map(|prepared| prepared.windows.iter().flatten()) {
            which.push(*known.entry(&window.ids).or_insert_with(|| {
                different.push(&window.ids);
                starts.push(starts[different.len() - 1] + window.ids.len());
                different.len() - 1
            }));
        }
        Ok(States { tokens: make(&different)?, starts, which })
    }

    /// States of the tokens of sessions, in single precision, and how many tokens each window has.
    fn of(&self, sessions: &[&Prepared<'_>]) -> (Tensor, Vec<i64>) {
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
struct Taught<'a> {
    upper: &'a Upper,
    states: &'a States,
}

impl Learner for Taught<'_> {
    fn variables(&self) -> &nn::VarStore {
        &self.upper.vs
    }

    fn forward(&self, sessions: &[&Prepared<'_>], train: bool) -> Tensor {
        let Batch { roles, sessions: lengths } = batch(sessions);
        let (states, tokens) = self.states.of(sessions);
        let vectors = self.upper.encode(&states, &tokens, train);
        self.upper.reader.score(&vectors, &roles, &lengths, train)
    }
}

/// The second reader over the same states.
struct OverStates<'a> {
    plain: &'a Plain,
    states: &'a States,
    /// Mean and deviation that are taken out of the states, while they are not in the weights.
    scale: Option<(&'a Tensor, &'a Tensor)>,
}

impl Learner for OverStates<'_> {
    fn variables(&self) -> &nn::VarStore {
        &self.plain.vs
    }

    fn forward(&self, sessions: &[&Prepared<'_>], train: bool) -> Tensor {
        let Batch { roles, sessions: lengths } = batch(sessions);
        let (mut states, tokens) = self.states.of(sessions);
        if let Some((mean, deviation)) = self.scale {
            states = (states - mean) / deviation;
        }
        let vectors = self.plain.pool(&states, &tokens);
        self.plain.reader.score(&vectors, &roles, &lengths, train)
    }
}

/// Least deviation of a value of a state that is believed: what hardly varies must not be made large, and weights over it
/// must fit half precision.
const LEAST_DEVIATION: f64 = 0.01;

/// Teaches the second reader with sessions.
pub fn train_plain(
    plain: &mut Plain,
    states: &States,
    sessions: &[&Prepared<'_>],
    settings: &Settings,
    progress: &mut dyn FnMut(usize, f64, f64),
) {
    // Every fiftieth token tells mean and deviation well enough, in single precision.
    let sample = states.tokens.slice(0, 0, None, 50).to_kind(Kind::Float);
    let mean = sample.mean_dim([0].as_slice(), false, Kind::Float);
    let deviation = sample.std_dim([0].as_slice(), true, false).clamp_min(LEAST_DEVIATION);
    let learner = OverStates { plain, states, scale: Some((&mean, &deviation)) };
    optimise(&learner, sessions, settings, progress);
    plain.take_in_scale(&mean, &deviation);
}

/// What the second reader says of them.
#[must_use]
pub fn predict_plain(
    plain: &Plain,
    states: &States,
    sessions: &[&Prepared<'_>],
) -> Vec<Vec<[f32; CODE_COUNT]>> {
    predict(&OverStates { plain, states, scale: None }, sessions)
}

/// Comments have no context and one pass of codes only.
fn source_weight(source: Source) -> f32 {
    if source == Source::Comments { 0.5 } else { 1.0 }
}

/// Weights of positives, per code: half the square root of negatives per positive, within 1 to 4.
fn positive_weights(sessions: &[&Prepared<'_>]) -> [f32; CODE_COUNT] {
    let mut positives = [0.0_f32; CODE_COUNT];
    let mut all = [0.0_f32; CODE_COUNT];
    for unit in sessions.iter().flat_map(|s| &s.session.units) {
        for code in Code::ALL.into_iter().filter(|&code| unit.speaker.may_carry(code)) {
            positives[code as usize] += unit.targets[code as usize];
            all[code as usize] += 1.0;
        }
    }
    std::array::from_fn(|c| (((all[c] - positives[c]) / positives[c].max(1.0)).sqrt() / 2.0).clamp(1.0, 4.0))
}

/// Several sessions as a reader takes them.
struct Batch {
    /// Row of the role table of every window.
    roles: Vec<i64>,
    /// Number of windows of every session.
    sessions: Vec<usize>,
}

fn batch(sessions: &[&Prepared<'_>]) -> Batch {
    let mut batch = Batch { roles: Vec::new(), sessions: Vec::new() };
    for prepared in sessions {
        let before = batch.roles.len();
        for (unit, windows) in prepared.session.units.iter().zip(&prepared.windows) {
            batch.roles.extend(windows.iter().map(|_| role(unit.speaker) as i64));
        }
        batch.sessions.push(batch.roles.len() - before);
    }
    batch
}

/// Logits of units, `[units with text, codes]`, from logits of windows: the largest over the windows of a
/// unit. Returns the units as (session, unit) beside them.
fn unit_logits(sessions: &[&Prepared<'_>], window_logits: &Tensor) -> (Tensor, Vec<(usize, usize)>) {
    let most = sessions.iter().flat_map(|s| &s.windows).map(Vec::len).max().unwrap_or(1).max(1);
    let (mut rows, mut units) = (Vec::new(), Vec::new());
    let mut next = 0_i64;
    for (s, prepared) in sessions.iter().enumerate() {
        for (u, windows) in prepared.windows.iter().enumerate() {
            let count = windows.len() as i64;
            if count > 0 {
                rows.extend((0..most as i64).map(|i| next + i.min(count - 1)));
                units.push((s, u));
            }
            next += count;
        }
    }
    let gathered = window_logits.index_select(0, &Tensor::from_slice(&rows));
    let logits =
        gathered.view([units.len() as i64, most as i64, CODE_COUNT as i64]).amax([1].as_slice(), false);
    (logits, units)
}

fn loss(learner: &dyn Learner, sessions: &[&Prepared<'_>], positive: &Tensor) -> Tensor {
    let window_logits = learner.forward(sessions, true);
    let (logits, units) = unit_logits(sessions, &window_logits);
    let (mut targets, mut weights) = (Vec::new(), Vec::new());
    for &(s, u) in &units {
        let session = sessions[s].session;
        let unit = &session.units[u];
        targets.extend_from_slice(&unit.targets);
        let weight = source_weight(session.source);
        weights.extend(Code::ALL.map(|code| if unit.speaker.may_carry(code) { weight } else { 0.0 }));
    }
    let shape = [units.len() as i64, CODE_COUNT as i64];
    let targets = Tensor::from_slice(&targets).view(shape);
    let weights = Tensor::from_slice(&weights).view(shape);
    let per_code = logits.binary_cross_entropy_with_logits::<&Tensor>(
        &targets,
        Some(&weights),
        Some(positive),
        tch::Reduction::Sum,
    );
    per_code / weights.sum(Kind::Float)
}

/// Teaches the upper layers and the first reader with sessions; `progress` hears epoch, share of the epoch done, and the
/// mean loss since it was last told.
pub fn train(
    upper: &Upper,
    states: &States,
    sessions: &[&Prepared<'_>],
    settings: &Settings,
    progress: &mut dyn FnMut(usize, f64, f64),
) {
    optimise(&Taught { upper, states }, sessions, settings, progress);
}

fn optimise(
    learner: &dyn Learner,
    sessions: &[&Prepared<'_>],
    settings: &Settings,
    progress: &mut dyn FnMut(usize, f64, f64),
) {
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
    let optimiser = nn::AdamW { wd: 0.01, ..nn::AdamW::default() };
    let mut optimiser = optimiser
        .build(learner.variables(), settings.encoder_rate)
        .expect("an optimiser can be made of any variables");
    let positive = Tensor::from_slice(&positive_weights(sessions));

    let tokens: usize = sessions.iter().map(|s| s.tokens).sum();
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
                step += s.tokens;
                room
            });
            let (now, later) = rest.split_at(count.count());
            rest = later;

            let done = seen as f64 / total;
            let rate = (done / 0.06).min((1.0 - done) / 0.94).max(1e-3);
            optimiser.set_lr(settings.encoder_rate * rate);
            optimiser.set_lr_group(HEAD_GROUP, settings.head_rate * rate);
            let loss = loss(learner, now, &positive);
            optimiser.backward_step_clip_norm(&loss, 1.0);

            losses.push(loss.double_value(&[]));
            seen += now.iter().map(|s| s.tokens).sum::<usize>();
            if seen - told > tokens / 20 || rest.is_empty() {
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                progress(epoch, seen as f64 / tokens as f64 - epoch as f64, mean);
                (losses, told) = (Vec::new(), seen);
            }
        }
    }
}

/// Logits of every unit of the sessions by the first reader, in order; a unit without a token has −∞ throughout.
#[must_use]
pub fn predict_taught(
    upper: &Upper,
    states: &States,
    sessions: &[&Prepared<'_>],
) -> Vec<Vec<[f32; CODE_COUNT]>> {
    predict(&Taught { upper, states }, sessions)
}

fn predict(learner: &dyn Learner, sessions: &[&Prepared<'_>]) -> Vec<Vec<[f32; CODE_COUNT]>> {
    let _no_grad = tch::no_grad_guard();
    sessions
        .iter()
        .map(|session| {
            let mut rows = vec![[f32::NEG_INFINITY; CODE_COUNT]; session.windows.len()];
            let one = [*session];
            if session.tokens > 0 {
                let (logits, units) = unit_logits(&one, &learner.forward(&one, false));
                for (row, &(_, unit)) in units.iter().enumerate() {
                    logits.get(row as i64).copy_data(&mut rows[unit], CODE_COUNT);
                }
            }
            rows
        })
        .collect()
}
