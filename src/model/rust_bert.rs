//! The network on libtorch: rust-bert's BERT under a bidirectional GRU over the windows of a session.
//!
//! The reference for the embedded engine and the thing that is trained. rust-bert's own classification
//! pipelines pass no padding mask, so `BertModel` is driven with our own ids and mask.

use super::config::Config;
use super::weights::Weights;
use super::{Engine, Error};
use crate::codebook::CODE_COUNT;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use tch::{Device, Kind, Tensor, nn};

/// Variable group of the encoder, for its own learning rate.
pub const ENCODER_GROUP: usize = 0;
/// Variable group of everything above it.
pub const HEAD_GROUP: usize = 1;

/// The trainable network.
pub struct Network {
    /// All variables; names are those of the weights file.
    pub vs: nn::VarStore,
    bert: BertModel<BertEmbeddings>,
    roles: Tensor,
    gru: Vec<Tensor>,
    hidden: nn::Linear,
    output: nn::Linear,
    gru_width: i64,
    dropout: f64,
}

/// Windows of tokens of several sessions, ready for the network.
pub struct Batch<'a> {
    /// Token ids of every window.
    pub windows: Vec<&'a [u32]>,
    /// Row of the role table of every window.
    pub roles: Vec<i64>,
    /// Number of windows of every session, in order; their sum is the number of windows.
    pub sessions: Vec<usize>,
}

/// Padded tokens that one pass of the encoder may hold. A pass holds windows of like length only: padding
/// would otherwise triple the work.
const PASS_TOKENS: usize = 2048;

impl Network {
    /// A network of the given shape with random weights; `dropout` acts only while training.
    #[must_use]
    pub fn new(config: &Config, dropout: f64) -> Network {
        let vs = nn::VarStore::new(Device::Cpu);
        let encoder = &config.encoder;
        let bert_config = BertConfig {
            hidden_act: rust_bert::Activation::gelu,
            attention_probs_dropout_prob: 0.0,
            hidden_dropout_prob: dropout,
            hidden_size: encoder.hidden as i64,
            initializer_range: 0.02,
            intermediate_size: encoder.intermediate as i64,
            max_position_embeddings: encoder.positions as i64,
            num_attention_heads: encoder.heads as i64,
            num_hidden_layers: encoder.layers as i64,
            type_vocab_size: 2,
            vocab_size: encoder.vocabulary as i64,
            output_attentions: None,
            output_hidden_states: None,
            is_decoder: None,
            id2label: None,
            label2id: None,
        };
        let bert =
            BertModel::new_with_optional_pooler(vs.root().set_group(ENCODER_GROUP), &bert_config, false);

        let root = vs.root().set_group(HEAD_GROUP);
        let (width, context) = (encoder.hidden as i64, &config.context);
        let gru_width = context.hidden as i64;
        let roles = (&root / "context" / "role").randn("weight", &[context.roles as i64, width], 0.0, 0.02);
        let mut gru = Vec::new();
        let path = &root / "context" / "gru";
        let bound = 1.0 / (gru_width as f64).sqrt();
        for direction in ["", "_reverse"] {
            let mut variable = |name: &str, shape: &[i64]| {
                gru.push(path.uniform(&format!("{name}_l0{direction}"), shape, -bound, bound));
            };
            variable("weight_ih", &[3 * gru_width, width]);
            variable("weight_hh", &[3 * gru_width, gru_width]);
            variable("bias_ih", &[3 * gru_width]);
            variable("bias_hh", &[3 * gru_width]);
        }
        let head = context.head as i64;
        let hidden =
            nn::linear(&root / "head" / "hidden", width + 2 * gru_width, head, nn::LinearConfig::default());
        let output = nn::linear(
            &root / "head" / "output",
            head,
            config.codes.len() as i64,
            nn::LinearConfig::default(),
        );
        Network { vs, bert, roles, gru, hidden, output, gru_width, dropout }
    }

    /// All variables in the order of their names: the store itself has no order.
    fn variables(&self) -> BTreeMap<String, Tensor> {
        self.vs.variables().into_iter().collect()
    }

    /// Starts from a pre-trained encoder, or from a whole network: takes every tensor of a safetensors file that
    /// has the name of a variable, whatever its precision.
    ///
    /// # Errors
    /// If the file cannot be read, or a tensor has another shape.
    pub fn start_from(&mut self, weights: &Path) -> Result<(), tch::TchError> {
        let _no_grad = tch::no_grad_guard();
        let mut variables = self.variables();
        for (name, tensor) in Tensor::read_safetensors(weights)? {
            if let Some(variable) = variables.get_mut(&name) {
                variable.f_copy_(&tensor)?;
            }
        }
        Ok(())
    }

    /// Takes every variable from the weights file of a model.
    ///
    /// # Errors
    /// If one is missing or has another shape.
    pub fn load(&mut self, weights: &Weights<'_>) -> Result<(), Error> {
        let _no_grad = tch::no_grad_guard();
        for (name, mut variable) in self.variables() {
            let shape = variable.size();
            let sizes: Vec<usize> = shape.iter().map(|&size| size as usize).collect();
            variable.copy_(&Tensor::from_slice(&weights.f32(&name, &sizes)?).view(shape.as_slice()));
        }
        Ok(())
    }

    /// Keeps the embeddings and the lowest `layers` layers of the encoder as they are.
    pub fn freeze(&mut self, layers: usize) {
        let frozen: Vec<String> = (0..layers).map(|layer| format!("encoder.layer.{layer}.")).collect();
        for (name, tensor) in self.variables() {
            if name.starts_with("embeddings.") || frozen.iter().any(|prefix| name.starts_with(prefix)) {
                let _ = tensor.set_requires_grad(false);
            }
        }
    }

    /// Vectors of windows, `[windows, hidden]`: the mean over all tokens of the last layer.
    pub fn encode(&self, windows: &[&[u32]], train: bool) -> Tensor {
        let mut order: Vec<usize> = (0..windows.len()).collect();
        order.sort_by_key(|&i| windows[i].len());
        let mut parts = Vec::new();
        let mut rest = &order[..];
        while !rest.is_empty() {
            let longest = windows[rest[0]].len() * 5 / 4 + 2;
            let alike = rest.iter().take_while(|&&i| windows[i].len() <= longest).count();
            let (now, later) = rest.split_at(alike.min(PASS_TOKENS / longest).max(1));
            parts.push(self.encode_padded(now, windows, train));
            rest = later;
        }
        let mut place = vec![0_i64; order.len()];
        for (i, &window) in order.iter().enumerate() {
            place[window] = i as i64;
        }
        Tensor::cat(&parts, 0).index_select(0, &Tensor::from_slice(&place))
    }

    fn encode_padded(&self, which: &[usize], windows: &[&[u32]], train: bool) -> Tensor {
        let longest = which.iter().map(|&i| windows[i].len()).max().unwrap_or(0);
        let mut ids = vec![0_i64; which.len() * longest];
        let mut mask = vec![0_i64; ids.len()];
        for (row, &i) in which.iter().enumerate() {
            for (column, &id) in windows[i].iter().enumerate() {
                ids[row * longest + column] = i64::from(id);
                mask[row * longest + column] = 1;
            }
        }
        let shape = [which.len() as i64, longest as i64];
        let ids = Tensor::from_slice(&ids).view(shape);
        let mask = Tensor::from_slice(&mask).view(shape);
        let output = self
            .bert
            .forward_t(Some(&ids), Some(&mask), None, None, None, None, None, train)
            .expect("ids are given and no embeddings, which is all that forward_t can object to");
        let mask = mask.to_kind(Kind::Float).unsqueeze(-1);
        (output.hidden_state * &mask).sum_dim_intlist([1].as_slice(), false, Kind::Float)
            / mask.sum_dim_intlist([1].as_slice(), false, Kind::Float)
    }

    /// Logits of windows, `[windows, codes]`, from their vectors and roles, session by session.
    pub fn score(&self, vectors: &Tensor, roles: &[i64], sessions: &[usize], train: bool) -> Tensor {
        let joined = self.states(vectors, roles, sessions, train).dropout(2.0 * self.dropout, train);
        joined.apply(&self.hidden).relu().dropout(2.0 * self.dropout, train).apply(&self.output)
    }

    /// What the output layers read, `[windows, hidden + 2 · context]`: vectors with their roles, then the states of
    /// both directions.
    fn states(&self, vectors: &Tensor, roles: &[i64], sessions: &[usize], train: bool) -> Tensor {
        let input = vectors + self.roles.index_select(0, &Tensor::from_slice(roles));
        // Sessions of one length go through the GRU together: snippets and comments come by the hundred.
        let mut starts = Vec::with_capacity(sessions.len());
        let mut next = 0_i64;
        for &length in sessions {
            starts.push(next);
            next += length as i64;
        }
        let mut by_length: Vec<usize> = (0..sessions.len()).filter(|&s| sessions[s] > 0).collect();
        by_length.sort_by_key(|&s| sessions[s]);
        let (mut parts, mut order) = (Vec::new(), Vec::new());
        for same in by_length.chunk_by(|&a, &b| sessions[a] == sessions[b]) {
            let length = sessions[same[0]] as i64;
            let rows: Vec<i64> = same.iter().flat_map(|&s| starts[s]..starts[s] + length).collect();
            let shape = [same.len() as i64, length, -1];
            let sequence = input.index_select(0, &Tensor::from_slice(&rows)).view(shape);
            let start = Tensor::zeros([2, same.len() as i64, self.gru_width], (Kind::Float, Device::Cpu));
            let (states, _) = sequence.gru(&start, &self.gru, true, 1, 0.0, train, true, true);
            parts.push(states.reshape([-1, 2 * self.gru_width]));
            order.extend(rows);
        }
        let mut place = vec![0_i64; order.len()];
        for (i, &row) in order.iter().enumerate() {
            place[row as usize] = i as i64;
        }
        let context = Tensor::cat(&parts, 0).index_select(0, &Tensor::from_slice(&place));
        Tensor::cat(&[input, context], 1)
    }

    /// Logits of a batch, `[windows, codes]`.
    pub fn forward(&self, batch: &Batch<'_>, train: bool) -> Tensor {
        let vectors = self.encode(&batch.windows, train);
        self.score(&vectors, &batch.roles, &batch.sessions, train)
    }

    /// Writes all variables as half-precision safetensors, under their names.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, weights: &Path) -> Result<(), tch::TchError> {
        let named: Vec<(String, Tensor)> =
            self.variables().into_iter().map(|(name, tensor)| (name, tensor.to_kind(Kind::Half))).collect();
        Tensor::write_safetensors(&named, weights)
    }
}

/// The rust-bert engine. libtorch does its own threading; one caller at a time.
pub struct RustBert(Mutex<Network>);

impl RustBert {
    /// Takes the tensors of a weights file.
    ///
    /// # Errors
    /// If a tensor is missing or has not the shape that `config` says.
    pub fn new(config: &Config, weights: &Weights<'_>) -> Result<RustBert, Error> {
        let mut network = Network::new(config, 0.0);
        network.load(weights)?;
        Ok(RustBert(Mutex::new(network)))
    }

    /// Runs `with` on the network without tracking gradients.
    fn run<T>(&self, with: impl FnOnce(&Network) -> T) -> T {
        // A caller that panicked left nothing half-changed: the network is only read.
        let network = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _no_grad = tch::no_grad_guard();
        with(&network)
    }
}

impl Engine for RustBert {
    fn name(&self) -> &'static str {
        "rust-bert"
    }

    fn encode(&self, windows: &[&[u32]]) -> Result<Vec<f32>, Error> {
        if windows.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|network| values(&network.encode(windows, false)))
    }

    fn score(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        let logits = self.run(|network| {
            let vectors = Tensor::from_slice(vectors).view([roles.len() as i64, -1]);
            let roles: Vec<i64> = roles.iter().map(|&role| role as i64).collect();
            values(&network.score(&vectors, &roles, &[roles.len()], false))
        })?;
        Ok(logits.as_chunks::<CODE_COUNT>().0.to_vec())
    }

    fn states(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|network| {
            let vectors = Tensor::from_slice(vectors).view([roles.len() as i64, -1]);
            let roles: Vec<i64> = roles.iter().map(|&role| role as i64).collect();
            values(&network.states(&vectors, &roles, &[roles.len()], false))
        })
    }
}

fn values(tensor: &Tensor) -> Result<Vec<f32>, Error> {
    Vec::try_from(tensor.contiguous().view(-1))
        .map_err(|source: tch::TchError| Error::Engine(source.to_string()))
}
