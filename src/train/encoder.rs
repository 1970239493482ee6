//! Training of the network on coded sessions.

use super::corpus::{Session, Source};
use super::network::{
    Batch, Learner, Sequence, Settings, States, Taught, batch, optimise, positive_weight, predict, sequences,
};
use crate::codebook::{CODE_COUNT, Code};
use crate::model::encode::Encoder;
use crate::model::rust_bert::{LargeReader, Plain, Pooled, Upper};
use tch::{Kind, Tensor, nn};

/// A session of the corpus as the network takes it.
pub struct Prepared<'a> {
    /// The session.
    pub session: &'a Session,
    /// What the network reads.
    pub sequence: Sequence,
}

impl AsRef<Sequence> for Prepared<'_> {
    fn as_ref(&self) -> &Sequence {
        &self.sequence
    }
}

/// Tokenises sessions.
///
/// # Errors
/// If the tokenizer fails.
pub fn prepare<'a>(
    sessions: &'a [Session],
    encoder: &Encoder,
) -> Result<Vec<Prepared<'a>>, crate::model::Error> {
    let words = sessions.iter().map(|s| s.units.iter().map(|unit| (unit.speaker, unit.text.as_str())));
    let sequences = sequences(words, encoder)?;
    Ok(sessions.iter().zip(sequences).map(|(session, sequence)| Prepared { session, sequence }).collect())
}

/// The second reader, or one over the large encoder: over what its encoder made once.
struct OverStates<'a> {
    variables: &'a nn::VarStore,
    pooled: &'a Pooled,
    states: &'a States,
    /// Mean and deviation that are taken out of the states, while they are not in the weights.
    scale: Option<(&'a Tensor, &'a Tensor)>,
}

impl Learner for OverStates<'_> {
    fn variables(&self) -> &nn::VarStore {
        self.variables
    }

    fn forward(&self, sessions: &[&Sequence], train: bool) -> Tensor {
        let Batch { roles, sessions: lengths } = batch(sessions);
        let (mut states, tokens) = self.states.of(sessions);
        if let Some((mean, deviation)) = self.scale {
            states = (states - mean) / deviation;
        }
        self.pooled.reader.score(&self.pooled.pool(&states, &tokens), &roles, &lengths, train)
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
    let (mean, deviation) = train_pooled(&plain.vs, &plain.pooled, states, sessions, settings, progress);
    plain.pooled.take_in_scale(&mean, &deviation);
}

/// Teaches a reader over states that were made once; gives mean and deviation of the states (every fiftieth token tells them well
/// enough), which were taken out of them.
fn train_pooled(
    variables: &nn::VarStore,
    pooled: &Pooled,
    states: &States,
    sessions: &[&Prepared<'_>],
    settings: &Settings,
    progress: &mut dyn FnMut(usize, f64, f64),
) -> (Tensor, Tensor) {
    let sample = states.tokens.slice(0, 0, None, 50).to_kind(Kind::Float);
    let mean = sample.mean_dim([0].as_slice(), false, Kind::Float);
    let deviation = sample.std_dim([0].as_slice(), true, false).clamp_min(LEAST_DEVIATION);
    let learner = OverStates { variables, pooled, states, scale: Some((&mean, &deviation)) };
    optimise(&learner, sessions, settings, &loss(sessions), progress);
    (mean, deviation)
}

/// Teaches a reader over the large encoder with sessions; `states` are that encoder's.
pub fn train_large(
    large: &mut LargeReader,
    states: &States,
    sessions: &[&Prepared<'_>],
    settings: &Settings,
    progress: &mut dyn FnMut(usize, f64, f64),
) {
    let (mean, deviation) = train_pooled(&large.vs, &large.pooled, states, sessions, settings, progress);
    large.pooled.take_in_scale(&mean, &deviation);
}

/// What a reader over the large encoder says of them.
#[must_use]
pub fn predict_large(
    large: &LargeReader,
    states: &States,
    sessions: &[&Prepared<'_>],
) -> Vec<Vec<[f32; CODE_COUNT]>> {
    let learner = OverStates { variables: &large.vs, pooled: &large.pooled, states, scale: None };
    predict_codes(&learner, sessions)
}

/// What the second reader says of them.
#[must_use]
pub fn predict_plain(
    plain: &Plain,
    states: &States,
    sessions: &[&Prepared<'_>],
) -> Vec<Vec<[f32; CODE_COUNT]>> {
    let learner = OverStates { variables: &plain.vs, pooled: &plain.pooled, states, scale: None };
    predict_codes(&learner, sessions)
}

/// Comments have no context and one pass of codes only.
fn source_weight(source: Source) -> f32 {
    if source == Source::Comments { 0.5 } else { 1.0 }
}

/// Weights of positives, per code.
fn positive_weights(sessions: &[&Prepared<'_>]) -> [f32; CODE_COUNT] {
    let mut positives = [0.0_f32; CODE_COUNT];
    let mut all = [0.0_f32; CODE_COUNT];
    for unit in sessions.iter().flat_map(|s| &s.session.units) {
        for code in Code::ALL.into_iter().filter(|&code| unit.speaker.may_carry(code)) {
            positives[code as usize] += unit.targets[code as usize];
            all[code as usize] += 1.0;
        }
    }
    std::array::from_fn(|c| positive_weight(positives[c], all[c]))
}

/// The loss of a step of a training with these sessions: cross-entropy code by code, over the codes that a side may carry.
fn loss(all: &[&Prepared<'_>]) -> impl Fn(&[&Prepared<'_>], &Tensor, &[(usize, usize)]) -> Tensor {
    let positive = Tensor::from_slice(&positive_weights(all));
    move |sessions, logits, units| {
        let (mut targets, mut weights) = (Vec::new(), Vec::new());
        for &(s, u) in units {
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
            Some(&positive),
            tch::Reduction::Sum,
        );
        per_code / weights.sum(Kind::Float)
    }
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
    optimise(&Taught { upper, states }, sessions, settings, &loss(sessions), progress);
}

/// Logits of every unit of the sessions by the first reader, in order; a unit without a token has −∞ throughout.
#[must_use]
pub fn predict_taught(
    upper: &Upper,
    states: &States,
    sessions: &[&Prepared<'_>],
) -> Vec<Vec<[f32; CODE_COUNT]>> {
    predict_codes(&Taught { upper, states }, sessions)
}

fn predict_codes(learner: &dyn Learner, sessions: &[&Prepared<'_>]) -> Vec<Vec<[f32; CODE_COUNT]>> {
    let row = |row: Option<Vec<f32>>| {
        row.and_then(|row| <[f32; CODE_COUNT]>::try_from(row).ok()).unwrap_or([f32::NEG_INFINITY; CODE_COUNT])
    };
    sessions.iter().map(|s| predict(learner, &s.sequence).into_iter().map(row).collect()).collect()
}
