//! The network on libtorch: rust-bert's BERT under a bidirectional GRU over the windows of a session, and the same over a
//! plain encoder and over a large one.
//!
//! The reference for the embedded engine and the thing that is trained. rust-bert's own classification
//! pipelines pass no padding mask, so `BertModel` is driven with our own ids and mask.

mod bert;
mod large;
mod plain;
mod pooled;
mod reader;
mod upper;

pub use large::LargeReader;
pub use plain::Plain;
pub use pooled::Pooled;
pub use reader::Reader;
pub use upper::Upper;

use super::config::Config;
use super::weights::Weights;
use super::{Engine, Error};
use crate::codebook::CODE_COUNT;
use bert::Bert;
use half::f16;
use large::Large;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use tch::{Device, Kind, Tensor, nn};

/// Variable group of an encoder, for its own learning rate.
pub const ENCODER_GROUP: usize = 0;
/// Variable group of everything above it.
pub const HEAD_GROUP: usize = 1;

/// The taught network, whole.
struct Network {
    vs: nn::VarStore,
    bert: Bert,
    reader: Reader,
}

impl Network {
    fn new(config: &Config) -> Network {
        let vs = nn::VarStore::new(Device::Cpu);
        let bert = Bert::new(vs.root(), &config.encoder, config.encoder.layers);
        let sizes = [config.encoder.hidden, config.codes.len()];
        let reader = Reader::new(vs.root(), &config.context, sizes, None, 0.0);
        Network { vs, bert, reader }
    }
}

/// Fills variables from a weights file.
fn take(variables: impl IntoIterator<Item = (String, Tensor)>, weights: &Weights<'_>) -> Result<(), Error> {
    let _no_grad = tch::no_grad_guard();
    for (name, mut variable) in variables {
        let shape = variable.size();
        let sizes: Vec<usize> = shape.iter().map(|&size| size as usize).collect();
        variable.copy_(&Tensor::from_slice(&weights.f32(&name, &sizes)?).view(shape.as_slice()));
    }
    Ok(())
}

/// Writes variables as half-precision safetensors, under their names and in their order.
///
/// # Errors
/// If the file cannot be written.
pub fn save(variables: BTreeMap<String, Tensor>, weights: &Path) -> Result<(), tch::TchError> {
    let named: Vec<(String, Tensor)> =
        variables.into_iter().map(|(name, tensor)| (name, tensor.to_kind(Kind::Half))).collect();
    Tensor::write_safetensors(&named, weights)
}

/// The bytes of such a file.
///
/// # Errors
/// If a variable cannot be read.
pub fn to_safetensors(variables: BTreeMap<String, Tensor>) -> Result<Vec<u8>, Error> {
    let wrong = |source: &dyn std::fmt::Display| Error::Engine(source.to_string());
    let mut named = Vec::with_capacity(variables.len());
    for (name, tensor) in variables {
        let shape: Vec<usize> = tensor.size().iter().map(|&size| size as usize).collect();
        let halves = values(&tensor)?.into_iter().flat_map(|x| f16::from_f32(x).to_le_bytes());
        named.push((name, shape, halves.collect::<Vec<u8>>()));
    }
    let views = named.iter().map(|(name, shape, bytes)| {
        Ok((name.as_str(), TensorView::new(Dtype::F16, shape.clone(), bytes).map_err(|e| wrong(&e))?))
    });
    let views = views.collect::<Result<Vec<_>, Error>>()?;
    safetensors::serialize(views, None).map_err(|e| wrong(&e))
}

/// The rust-bert engine. libtorch does its own threading; one caller at a time.
pub struct RustBert(Mutex<Parts>);

/// The network, and the other readers with their encoders if the model has them.
struct Parts {
    network: Network,
    plain: Option<Plain>,
    large: Option<Large>,
    /// What an own codebook has above the layers of the plain encoder.
    own: Option<Upper>,
    /// Length of the taught encoder's part of a vector, and of the own network's.
    hidden: i64,
    /// That of the plain encoder's.
    plain_length: i64,
}

impl Parts {
    /// Vectors of windows, those of the plain encoder beside those of the taught one, then those of an own network.
    fn encode(&self, windows: &[&[u32]]) -> Tensor {
        let mut parts = vec![self.network.bert.encode(windows)];
        if let Some(plain) = &self.plain {
            let (states, lengths) = plain.precise(windows);
            parts.push(plain.pooled.reader.narrowed(&plain.pooled.pool(&states, &lengths)));
            parts.extend(self.own.as_ref().map(|own| own.encode(&states, &lengths, false)));
        }
        parts.extend(self.large.as_ref().map(|large| large.encode(windows)));
        Tensor::cat(&parts, 1)
    }

    /// Where the own network's part of a vector begins.
    fn before_own(&self) -> i64 {
        self.hidden + self.plain_length
    }

    /// What every reader makes of the vectors of one session that are its own.
    fn each(
        &self,
        vectors: &[f32],
        roles: &[usize],
        read: impl Fn(&Reader, &Tensor, &[i64]) -> Tensor,
    ) -> Vec<Tensor> {
        let (vectors, roles) = rows(vectors, roles);
        let mut each = vec![read(&self.network.reader, &vectors.narrow(1, 0, self.hidden), &roles)];
        if let Some(plain) = &self.plain {
            each.push(read(&plain.pooled.reader, &vectors.narrow(1, self.hidden, self.plain_length), &roles));
        }
        if let Some(Large { readers, .. }) = &self.large {
            let before = self.before_own() + if self.own.is_some() { self.hidden } else { 0 };
            let theirs = vectors.narrow(1, before, vectors.size()[1] - before);
            let parts = theirs.chunk(readers.len() as i64, 1);
            let readers = readers.iter().zip(&parts);
            each.extend(readers.map(|(reader, part)| read(&reader.pooled.reader, part, &roles)));
        }
        each
    }
}

/// Vectors of one session as a table, and its roles as libtorch takes them.
fn rows(vectors: &[f32], roles: &[usize]) -> (Tensor, Vec<i64>) {
    let vectors = Tensor::from_slice(vectors).view([roles.len() as i64, -1]);
    (vectors, roles.iter().map(|&role| role as i64).collect())
}

impl RustBert {
    /// Takes the tensors of a weights file.
    ///
    /// # Errors
    /// If a tensor is missing or has not the shape that `config` says.
    pub fn new(config: &Config, weights: &Weights<'_>) -> Result<RustBert, Error> {
        let network = Network::new(config);
        take(network.vs.variables(), weights)?;
        let mut plain = config.plain.as_ref().map(|plain| Plain::new(config, plain, 0.0));
        plain.as_mut().map_or(Ok(()), |plain| plain.load(weights))?;
        let hidden = config.encoder.hidden as i64;
        let plain_length = config.plain.as_ref().map_or(0, |plain| plain.width) as i64;
        Ok(RustBert(Mutex::new(Parts { network, plain, large: None, own: None, hidden, plain_length })))
    }

    /// Adds the large encoder with its readers.
    ///
    /// # Errors
    /// If `config` has none, or a tensor is missing or of another shape.
    pub fn with_large(mut self, config: &Config, weights: &Weights<'_>) -> Result<RustBert, Error> {
        let missing = || Error::Engine("the model has no large encoder".into());
        let large = Large::new(config, config.large.as_ref().ok_or_else(missing)?, weights)?;
        self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).large = Some(large);
        Ok(self)
    }

    /// Adds the network of an own codebook with so many labels.
    ///
    /// # Errors
    /// If the model has no layers that two encoders share, or a tensor is missing or of another shape.
    pub fn with_own(
        mut self,
        config: &Config,
        weights: &Weights<'_>,
        labels: usize,
    ) -> Result<RustBert, Error> {
        let mut own = Upper::new(config, config.shared().map_err(Error::Engine)?, labels, 0.0);
        own.load(weights)?;
        self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).own = Some(own);
        Ok(self)
    }

    /// Runs `with` on the network without tracking gradients.
    fn run<T>(&self, with: impl FnOnce(&Parts) -> T) -> T {
        // A caller that panicked left nothing half-changed: the network is only read.
        let parts = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _no_grad = tch::no_grad_guard();
        with(&parts)
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
        self.run(|parts| values(&parts.encode(windows)))
    }

    fn score(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<[f32; CODE_COUNT]>, Error> {
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        let logits = self.run(|parts| {
            let logits = parts.each(vectors, roles, |reader, vectors, roles| {
                reader.score_narrowed(vectors, roles, &[roles.len()], false)
            });
            values(&logits.iter().sum())
        })?;
        Ok(logits.as_chunks::<CODE_COUNT>().0.to_vec())
    }

    fn states(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|parts| {
            let states = parts.each(vectors, roles, |reader, vectors, roles| {
                reader.states(vectors, roles, &[roles.len()], false)
            });
            values(&Tensor::cat(&states, 1))
        })
    }

    fn own_logits(&self, vectors: &[f32], roles: &[usize]) -> Result<Vec<f32>, Error> {
        self.run(|parts| match &parts.own {
            Some(own) if !roles.is_empty() => {
                let (vectors, roles) = rows(vectors, roles);
                let part = vectors.narrow(1, parts.before_own(), parts.hidden);
                values(&own.reader.score(&part, &roles, &[roles.len()], false))
            }
            _ => Ok(Vec::new()),
        })
    }
}

fn values(tensor: &Tensor) -> Result<Vec<f32>, Error> {
    Vec::try_from(tensor.contiguous().view(-1))
        .map_err(|source: tch::TchError| Error::Engine(source.to_string()))
}
