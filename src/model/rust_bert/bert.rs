//! rust-bert's BERT on windows of tokens.

use crate::model::config::EncoderConfig;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use std::borrow::Borrow;
use std::ops::AddAssign;
use tch::{Kind, Tensor, nn};

/// Padded tokens that one pass of the encoder may hold. A pass holds windows of like length only: padding
/// would otherwise triple the work.
const PASS_TOKENS: usize = 2048;

/// The shape of the first `layers` layers of an encoder, as rust-bert takes it.
pub(super) fn bert_config(encoder: &EncoderConfig, layers: usize, dropout: f64) -> BertConfig {
    BertConfig {
        hidden_act: rust_bert::Activation::gelu,
        attention_probs_dropout_prob: 0.0,
        hidden_dropout_prob: dropout,
        hidden_size: encoder.hidden as i64,
        initializer_range: 0.02,
        intermediate_size: encoder.intermediate as i64,
        max_position_embeddings: encoder.positions as i64,
        num_attention_heads: encoder.heads as i64,
        num_hidden_layers: layers as i64,
        type_vocab_size: 2,
        vocab_size: encoder.vocabulary as i64,
        output_attentions: None,
        output_hidden_states: None,
        is_decoder: None,
        id2label: None,
        label2id: None,
    }
}

/// An encoder: windows of token ids to vectors.
pub(super) struct Bert(BertModel<BertEmbeddings>);

impl Bert {
    /// The first `layers` layers of an encoder, with random weights, under `path`.
    pub(super) fn new<'a>(path: impl Borrow<nn::Path<'a>>, encoder: &EncoderConfig, layers: usize) -> Bert {
        let config = bert_config(encoder, layers, 0.0);
        Bert(BertModel::new_with_optional_pooler(path, &config, false))
    }

    /// Vectors of windows, `[windows, hidden]`: the mean over all tokens of the last layer.
    pub(super) fn encode(&self, windows: &[&[u32]]) -> Tensor {
        let (mut parts, mut order) = (Vec::new(), Vec::new());
        for pass in passes(&lengths(windows)) {
            let (hidden, mask) = self.padded(&pass, windows);
            let mask = mask.to_kind(Kind::Float).unsqueeze(-1);
            let sum = (hidden * &mask).sum_dim_intlist([1].as_slice(), false, Kind::Float);
            parts.push(sum / mask.sum_dim_intlist([1].as_slice(), false, Kind::Float));
            order.extend(pass);
        }
        Tensor::cat(&parts, 0).index_select(0, &inverse(&order))
    }

    /// The last layer's states of all tokens, window after window, `[tokens, hidden]`, in the precision that is asked for.
    pub(super) fn states(&self, windows: &[&[u32]], kind: Kind) -> Tensor {
        let lengths = lengths(windows);
        let (starts, mut parts, mut order) = (starts(&lengths), Vec::new(), Vec::new());
        for pass in passes(&lengths) {
            let (hidden, mask) = self.padded(&pass, windows);
            let width = hidden.size()[2];
            let there = mask.view(-1).nonzero().view(-1);
            parts.push(hidden.view([-1, width]).index_select(0, &there).to_kind(kind));
            order.extend(pass.iter().flat_map(|&i| starts[i]..starts[i] + windows[i].len()));
        }
        Tensor::cat(&parts, 0).index_select(0, &inverse(&order))
    }

    /// The last layer of some of the windows, `[windows, longest, hidden]`, and where there are tokens.
    fn padded(&self, which: &[usize], windows: &[&[u32]]) -> (Tensor, Tensor) {
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
            .0
            .forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false)
            .expect("ids are given and no embeddings, which is all that forward_t can object to");
        (output.hidden_state, mask)
    }
}

fn lengths(windows: &[&[u32]]) -> Vec<usize> {
    windows.iter().map(|window| window.len()).collect()
}

/// Where each window begins if one stands behind the other, given their lengths.
pub(super) fn starts<T: Copy + Default + AddAssign>(lengths: &[T]) -> Vec<T> {
    let mut end = T::default();
    let start = |&length: &T| {
        let start = end;
        end += length;
        start
    };
    lengths.iter().map(start).collect()
}

/// Windows of like length together, as many as a pass may hold, given their lengths.
pub(super) fn passes(lengths: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&i| lengths[i]);
    let mut passes = Vec::new();
    let mut rest = &order[..];
    while !rest.is_empty() {
        let longest = lengths[rest[0]] * 5 / 4 + 2;
        let alike = rest.iter().take_while(|&&i| lengths[i] <= longest).count();
        let (now, later) = rest.split_at(alike.min(PASS_TOKENS / longest).max(1));
        passes.push(now.to_vec());
        rest = later;
    }
    passes
}

/// Where each of `0..n` stands in `order`.
pub(super) fn inverse(order: &[usize]) -> Tensor {
    let mut place = vec![0_i64; order.len()];
    for (i, &row) in order.iter().enumerate() {
        place[row] = i as i64;
    }
    Tensor::from_slice(&place)
}
