//! The layers over a session: a bidirectional GRU over the windows' vectors, then two linear layers.

use super::math::linear;
use super::{Error, Linear};
use crate::codebook::CODE_COUNT;
use crate::model::calibration::sigmoid;
use crate::model::config::Config;
use crate::model::weights::Weights;

/// One direction of the GRU: reset, update and new gate in one matrix, as torch has it.
struct Gru {
    input: Linear,
    /// Transposed, `[hidden, gates]`: a step then adds up whole rows, which vectorises.
    hidden: Vec<f32>,
    hidden_bias: Vec<f32>,
}

/// The context layers.
pub(super) struct Context {
    width: usize,
    roles: Vec<f32>,
    forward: Gru,
    backward: Gru,
    hidden: Linear,
    output: Linear,
}

impl Context {
    pub(super) fn new(config: &Config, weights: &Weights<'_>) -> Result<Context, Error> {
        let (width, shape) = (config.encoder.hidden, &config.context);
        let gru = |direction: &str| -> Result<Gru, Error> {
            let part = |kind: &str, inputs: usize| -> Result<Linear, Error> {
                let name = |what: &str| format!("context.gru.{what}_{kind}_l0{direction}");
                Ok(Linear {
                    weight: weights.f32(&name("weight"), &[3 * shape.hidden, inputs])?,
                    bias: weights.f32(&name("bias"), &[3 * shape.hidden])?,
                })
            };
            let hidden = part("hh", shape.hidden)?;
            let gates = hidden.bias.len();
            let mut transposed = vec![0.0; hidden.weight.len()];
            for (gate, row) in hidden.weight.chunks_exact(shape.hidden).enumerate() {
                row.iter().enumerate().for_each(|(i, w)| transposed[i * gates + gate] = *w);
            }
            Ok(Gru { input: part("ih", width)?, hidden: transposed, hidden_bias: hidden.bias })
        };
        let head = |name: &str, outputs: usize, inputs: usize| -> Result<Linear, Error> {
            Ok(Linear {
                weight: weights.f32(&format!("head.{name}.weight"), &[outputs, inputs])?,
                bias: weights.f32(&format!("head.{name}.bias"), &[outputs])?,
            })
        };
        Ok(Context {
            width,
            roles: weights.f32("context.role.weight", &[shape.roles, width])?,
            forward: gru("")?,
            backward: gru("_reverse")?,
            hidden: head("hidden", shape.head, width + 2 * shape.hidden)?,
            output: head("output", CODE_COUNT, shape.head)?,
        })
    }

    /// Logits of the windows of one session.
    pub(super) fn score(&self, vectors: &[f32], roles: &[usize]) -> Vec<[f32; CODE_COUNT]> {
        let rows = roles.len();
        if rows == 0 {
            return Vec::new();
        }
        let joined = self.states(vectors, roles);
        let mut inner = vec![0.0; rows * self.hidden.bias.len()];
        linear(&joined, &self.hidden.weight, &self.hidden.bias, &mut inner);
        inner.iter_mut().for_each(|x| *x = x.max(0.0));
        let mut logits = vec![0.0; rows * CODE_COUNT];
        linear(&inner, &self.output.weight, &self.output.bias, &mut logits);
        let (logits, _) = logits.as_chunks::<CODE_COUNT>();
        logits.to_vec()
    }

    /// What the output layers read: of every window its vector with its role, and the states of both directions.
    pub(super) fn states(&self, vectors: &[f32], roles: &[usize]) -> Vec<f32> {
        let rows = roles.len();
        if rows == 0 {
            return Vec::new();
        }
        let mut input = vectors.to_vec();
        for (row, &role) in input.chunks_exact_mut(self.width).zip(roles) {
            row.iter_mut().zip(&self.roles[role * self.width..]).for_each(|(x, r)| *x += r);
        }
        let ahead = self.forward.run(&input, rows, false);
        let back = self.backward.run(&input, rows, true);
        let states = self.forward.hidden_bias.len() / 3;
        let mut joined = Vec::with_capacity(rows * (self.width + 2 * states));
        for ((x, a), b) in
            input.chunks_exact(self.width).zip(ahead.chunks_exact(states)).zip(back.chunks_exact(states))
        {
            joined.extend_from_slice(x);
            joined.extend_from_slice(a);
            joined.extend_from_slice(b);
        }
        joined
    }
}

impl Gru {
    /// Hidden states of every row, read forwards or backwards.
    fn run(&self, input: &[f32], rows: usize, reverse: bool) -> Vec<f32> {
        let gates = self.hidden_bias.len();
        let size = gates / 3;
        let mut from_input = vec![0.0; rows * gates];
        linear(input, &self.input.weight, &self.input.bias, &mut from_input);
        let mut states = vec![0.0; rows * size];
        let mut state = vec![0.0; size];
        let mut from_state = vec![0.0; gates];
        for step in 0..rows {
            let row = if reverse { rows - 1 - step } else { step };
            from_state.copy_from_slice(&self.hidden_bias);
            for (h, weights) in state.iter().zip(self.hidden.chunks_exact(gates)) {
                from_state.iter_mut().zip(weights).for_each(|(sum, w)| *sum += h * w);
            }
            let x = &from_input[row * gates..][..gates];
            for (i, h) in state.iter_mut().enumerate() {
                let reset = sigmoid(x[i] + from_state[i]);
                let update = sigmoid(x[size + i] + from_state[size + i]);
                let new = libm::tanhf(x[2 * size + i] + reset * from_state[2 * size + i]);
                *h = (1.0 - update) * new + update * *h;
            }
            states[row * size..][..size].copy_from_slice(&state);
        }
        states
    }
}
