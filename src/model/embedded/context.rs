//! The layers over a session: a bidirectional GRU over the windows' vectors, then two linear layers. Readers over an
//! encoder that was not taught weigh the tokens of a window in their own way, and bring what comes of it to a width of their own first.

use super::kernels::rows::gru_step;
use super::kernels::{Exact, Processor};
use super::{Error, means};
use crate::codebook::CODE_COUNT;
use crate::model::config::{Config, LargeConfig, PlainConfig};
use crate::model::weights::Weights;

/// One direction of the GRU: reset, update and new gate in one matrix, as torch has it.
struct Gru {
    processor: Processor,
    input: Exact,
    hidden: Exact,
}

/// What brings the states of a window's tokens to one vector.
struct Narrow {
    /// What the weights of the tokens are products with, a row as long as a token's state a weighted mean.
    pools: Vec<f32>,
    /// Length of a token's state.
    state: usize,
    layer: Exact,
}

/// The layers of one reader.
pub(super) struct Context {
    /// First layers of the readers over what was not taught; the others take the vectors as they are.
    narrow: Option<Narrow>,
    width: usize,
    states: usize,
    roles: Vec<f32>,
    forward: Gru,
    backward: Gru,
    hidden: Exact,
    output: Exact,
}

impl Context {
    /// The reader over the taught encoder.
    pub(super) fn taught(
        processor: Processor,
        config: &Config,
        weights: &Weights<'_>,
    ) -> Result<Context, Error> {
        Context::new(processor, config, weights, "", [config.encoder.hidden, CODE_COUNT])
    }

    /// The reader of an own codebook.
    pub(super) fn own(
        processor: Processor,
        config: &Config,
        weights: &Weights<'_>,
        labels: usize,
    ) -> Result<Context, Error> {
        Context::new(processor, config, weights, "", [config.encoder.hidden, labels])
    }

    /// The reader over the plain encoder.
    pub(super) fn plain(
        processor: Processor,
        config: &Config,
        weights: &Weights<'_>,
        plain: &PlainConfig,
    ) -> Result<Context, Error> {
        let sizes = [config.encoder.hidden, plain.pools, plain.width];
        Context::narrowing(processor, config, weights, "plain.", sizes)
    }

    /// One of the readers over the large encoder, counted from 0.
    pub(super) fn large(
        processor: Processor,
        config: &Config,
        weights: &Weights<'_>,
        large: &LargeConfig,
        reader: usize,
    ) -> Result<Context, Error> {
        let sizes = [large.hidden, large.pools, large.width];
        Context::narrowing(processor, config, weights, &LargeConfig::prefix(reader), sizes)
    }

    /// A reader of the thirteen codes that takes states of so many numbers, weighs tokens in so many ways, and brings what comes of it
    /// to a width of its own.
    fn narrowing(
        processor: Processor,
        config: &Config,
        weights: &Weights<'_>,
        of: &str,
        [state, pools, width]: [usize; 3],
    ) -> Result<Context, Error> {
        let mut context = Context::new(processor, config, weights, of, [width, CODE_COUNT])?;
        let weight = weights.f32(&format!("{of}input.weight"), &[width, state * (1 + pools)])?;
        let bias = weights.f32(&format!("{of}input.bias"), &[width])?;
        let pools = weights.f32(&format!("{of}pool.weight"), &[pools, state])?;
        context.narrow = Some(Narrow { pools, state, layer: Exact::new(processor, &weight, bias) });
        Ok(context)
    }

    fn new(
        processor: Processor,
        config: &Config,
        weights: &Weights<'_>,
        of: &str,
        [width, outputs]: [usize; 2],
    ) -> Result<Context, Error> {
        let shape = &config.context;
        let layer = |weight: &str, bias: &str, outputs: usize, inputs: usize| -> Result<Exact, Error> {
            let bias = weights.f32(bias, &[outputs])?;
            Ok(Exact::new(processor, &weights.f32(weight, &[outputs, inputs])?, bias))
        };
        let gru = |direction: &str| -> Result<Gru, Error> {
            let part = |kind: &str, inputs: usize| {
                let name = |what: &str| format!("{of}context.gru.{what}_{kind}_l0{direction}");
                layer(&name("weight"), &name("bias"), 3 * shape.hidden, inputs)
            };
            Ok(Gru { processor, input: part("ih", width)?, hidden: part("hh", shape.hidden)? })
        };
        let head = |name: &str, outputs: usize, inputs: usize| {
            layer(&format!("{of}head.{name}.weight"), &format!("{of}head.{name}.bias"), outputs, inputs)
        };
        Ok(Context {
            narrow: None,
            width,
            states: shape.hidden,
            roles: weights.f32(&format!("{of}context.role.weight"), &[shape.roles, width])?,
            forward: gru("")?,
            backward: gru("_reverse")?,
            hidden: head("hidden", shape.head, width + 2 * shape.hidden)?,
            output: head("output", outputs, shape.head)?,
        })
    }

    /// Logits of the thirteen codes for the windows of one session.
    pub(super) fn score(&self, vectors: &[f32], roles: &[usize]) -> Vec<[f32; CODE_COUNT]> {
        self.logits(vectors, roles).as_chunks::<CODE_COUNT>().0.to_vec()
    }

    /// Logits of the windows of one session, row by row.
    pub(super) fn logits(&self, vectors: &[f32], roles: &[usize]) -> Vec<f32> {
        let input = self.input(vectors, roles.iter().copied());
        let (ahead, back) =
            rayon::join(|| self.forward.run(&input, false), || self.backward.run(&input, true));
        self.output(&input, &ahead, &back)
    }

    /// Logits of the window at `place`, once for every vector of `instead`: what is before and after it is read once.
    pub(super) fn score_instead(
        &self,
        vectors: &[f32],
        roles: &[usize],
        place: usize,
        instead: &[f32],
    ) -> Vec<[f32; CODE_COUNT]> {
        let around = self.input(vectors, roles.iter().copied());
        let (before, after) = (&around[..place * self.width], &around[(place + 1) * self.width..]);
        let input = self.input(instead, std::iter::repeat(roles[place]));
        let step = |gru: &Gru, states: Vec<f32>, end: Option<usize>| {
            let state =
                end.map_or(vec![0.0; self.states], |at| states[at * self.states..][..self.states].to_vec());
            gru.step_each(&input, &state)
        };
        let ahead = step(&self.forward, self.forward.run(before, false), place.checked_sub(1));
        let back = step(&self.backward, self.backward.run(after, true), (!after.is_empty()).then_some(0));
        self.output(&input, &ahead, &back).as_chunks::<CODE_COUNT>().0.to_vec()
    }

    /// What the output layers read: of every window its vector with its role, and the states of both directions.
    pub(super) fn states(&self, vectors: &[f32], roles: &[usize]) -> Vec<f32> {
        let input = self.input(vectors, roles.iter().copied());
        let (ahead, back) =
            rayon::join(|| self.forward.run(&input, false), || self.backward.run(&input, true));
        self.joined(&input, &ahead, &back)
    }

    /// Vectors of windows, of the length that the reader takes, from the states `x` of their tokens.
    pub(super) fn vectors(&self, x: &[f32], windows: &[&[u32]]) -> Vec<f32> {
        let Some(Narrow { pools, state, layer }) = &self.narrow else {
            return means(x, windows, &[], self.width);
        };
        let mut vectors = vec![0.0; windows.len() * self.width];
        layer.apply(&means(x, windows, pools, *state), &mut vectors);
        vectors
    }

    /// That length.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Vectors with those of their roles added on.
    fn input(&self, vectors: &[f32], roles: impl Iterator<Item = usize>) -> Vec<f32> {
        let mut input = vectors.to_vec();
        for (row, role) in input.chunks_exact_mut(self.width).zip(roles) {
            row.iter_mut().zip(&self.roles[role * self.width..]).for_each(|(x, r)| *x += r);
        }
        input
    }

    /// The layers after the GRU, row by row.
    fn output(&self, input: &[f32], ahead: &[f32], back: &[f32]) -> Vec<f32> {
        let joined = self.joined(input, ahead, back);
        let rows = input.len() / self.width;
        let mut inner = vec![0.0; rows * self.hidden.outputs()];
        self.hidden.apply(&joined, &mut inner);
        inner.iter_mut().for_each(|x| *x = x.max(0.0));
        let mut logits = vec![0.0; rows * self.output.outputs()];
        self.output.apply(&inner, &mut logits);
        logits
    }

    /// Input and both states of every row, side by side.
    fn joined(&self, input: &[f32], ahead: &[f32], back: &[f32]) -> Vec<f32> {
        let rows = input.len() / self.width;
        let states = ahead.chunks_exact(self.states).zip(back.chunks_exact(self.states));
        let mut joined = Vec::with_capacity(rows * (self.width + 2 * self.states));
        for (x, (a, b)) in input.chunks_exact(self.width).zip(states) {
            joined.extend_from_slice(x);
            joined.extend_from_slice(a);
            joined.extend_from_slice(b);
        }
        joined
    }
}

impl Gru {
    /// Hidden states of every row, read forwards or backwards.
    fn run(&self, input: &[f32], reverse: bool) -> Vec<f32> {
        let gates = self.hidden.outputs();
        let size = gates / 3;
        let from_input = self.gates_of(input);
        let rows = from_input.len() / gates;
        let mut states = vec![0.0; rows * size];
        let mut state = vec![0.0; size];
        let mut from_state = vec![0.0; gates];
        for step in 0..rows {
            let row = if reverse { rows - 1 - step } else { step };
            self.hidden.apply(&state, &mut from_state);
            gru_step(self.processor, &from_input[row * gates..][..gates], &from_state, &mut state);
            states[row * size..][..size].copy_from_slice(&state);
        }
        states
    }

    /// The state after each row, if each were the next after `state`.
    fn step_each(&self, input: &[f32], state: &[f32]) -> Vec<f32> {
        let gates = self.hidden.outputs();
        let mut from_state = vec![0.0; gates];
        self.hidden.apply(state, &mut from_state);
        let mut states = Vec::new();
        for from_input in self.gates_of(input).chunks_exact(gates) {
            let mut next = state.to_vec();
            gru_step(self.processor, from_input, &from_state, &mut next);
            states.extend(next);
        }
        states
    }

    /// What the gates of every row get from its input.
    fn gates_of(&self, input: &[f32]) -> Vec<f32> {
        let rows = input.len() / self.input.inputs();
        let mut gates = vec![0.0; rows * self.input.outputs()];
        self.input.apply(input, &mut gates);
        gates
    }
}
