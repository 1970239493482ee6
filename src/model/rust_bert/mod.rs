//! The network on libtorch: rust-bert's BERT under a bidirectional GRU over the windows of a session, and the same over a
//! plain encoder; or over a large one.
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

/// The readers of the thirteen codes with their encoders: over the large one, or over the taught and the plain one.
struct Parts {
    network: Option<Network>,
    plain: Option<Plain>,
    large: Option<Large>,
    /// What an own codebook has above the layers of the plain encoder.
    own: Option<Upper>,
    /// Lengths of the readers' parts of a vector, and of the own network's.
    widths: Vec<i64>,
    hidden: i64,
}

impl Parts {
    fn new(config: &Config) -> Parts {
        let widths = config.widths().into_iter().map(|width| width as i64).collect();
        let hidden = config.encoder.hidden as i64;
        Parts { network: None, plain: None, large: None, own: None, widths, hidden }
    }

    /// Vectors of windows: those of the taught encoder and of the plain one, or those of the large one; last that of an own network.
    fn encode(&self, windows: &[&[u32]]) -> Tensor {
        let mut parts: Vec<Tensor> =
            self.network.iter().map(|network| network.bert.encode(windows)).collect();
        parts.extend(self.large.as_ref().map(|large| large.encode(windows)));
        if let Some(plain) = &self.plain {
            let (states, lengths) = plain.precise(windows);
            if self.network.is_some() {
                parts.push(plain.pooled.reader.narrowed(&plain.pooled.pool(&states, &lengths)));
            }
            parts.extend(self.own.as_ref().map(|own| own.encode(&states, &lengths, false)));
        }
        Tensor::cat(&parts, 1)
    }

    /// Where the own network's part of a vector begins.
    fn before_own(&self) -> i64 {
        self.widths.iter().sum()
    }

    /// What every reader makes of the vectors of one session that are its own.
    fn each(
        &self,
        vectors: &[f32],
        roles: &[usize],
        read: impl Fn(&Reader, &Tensor, &[i64]) -> Tensor,
    ) -> Vec<Tensor> {
        let (vectors, roles) = rows(vectors, roles);
        let small = self.network.iter().map(|network| &network.reader);
        let small = small.chain(self.plain.iter().map(|plain| &plain.pooled.reader));
        let readers: Vec<&Reader> = match &self.large {
            Some(large) => large.readers.iter().map(|reader| &reader.pooled.reader).collect(),
            None => small.collect(),
        };
        let mut start = 0;
        let parts = readers.into_iter().zip(&self.widths).map(|(reader, &width)| {
            let part = vectors.narrow(1, start, width);
            start += width;
            read(reader, &part, &roles)
        });
        parts.collect()
    }
}

/// Vectors of one session as a table, and its roles as libtorch takes them.
fn rows(vectors: &[f32], roles: &[usize]) -> (Tensor, Vec<i64>) {
    let vectors = Tensor::from_slice(vectors).view([roles.len() as i64, -1]);
    (vectors, roles.iter().map(|&role| role as i64).collect())
}

impl RustBert {
    /// The small encoder with its two readers, from the tensors of its weights file.
    ///
    /// # Errors
    /// If a tensor is missing or has not the shape that `config` says.
    pub fn small(config: &Config, weights: &Weights<'_>) -> Result<RustBert, Error> {
        let network = Network::new(config);
        take(network.vs.variables(), weights)?;
        let plain = plain(config, weights)?;
        Ok(RustBert(Mutex::new(Parts { network: Some(network), plain, ..Parts::new(&config.small()) })))
    }

    /// The large encoder with its readers, from the tensors of its weights files.
    ///
    /// # Errors
    /// If `config` has none, or a tensor is missing or of another shape.
    pub fn large(config: &Config, weights: &Weights<'_>) -> Result<RustBert, Error> {
        let missing = || Error::Engine("the model has no large encoder".into());
        let large = Large::new(config, config.large.as_ref().ok_or_else(missing)?, weights)?;
        Ok(RustBert(Mutex::new(Parts { large: Some(large), ..Parts::new(config) })))
    }

    /// Adds the network of an own codebook with so many labels: `own` has what stands above the plain encoder, which is read from
    /// `weights` if it is not there.
    ///
    /// # Errors
    /// If the model has no layers that two readers share, or a tensor is missing or of another shape.
    pub fn with_own(
        mut self,
        config: &Config,
        weights: &Weights<'_>,
        own: &Weights<'_>,
        labels: usize,
    ) -> Result<RustBert, Error> {
        let mut upper = Upper::new(config, config.shared().map_err(Error::Engine)?, labels, 0.0);
        upper.load(own)?;
        let parts = self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        parts.own = Some(upper);
        if parts.plain.is_none() {
            parts.plain = plain(config, weights)?;
        }
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
        // Finished work, and shards, are told apart by it.
        self.run(|parts| if parts.large.is_some() { "rust-bert" } else { "rust-bert, small" })
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

/// The plain encoder with the second reader, if the model has them.
fn plain(config: &Config, weights: &Weights<'_>) -> Result<Option<Plain>, Error> {
    let mut plain = config.plain.as_ref().map(|plain| Plain::new(config, plain, 0.0));
    plain.as_mut().map_or(Ok(()), |plain| plain.load(weights))?;
    Ok(plain)
}

fn values(tensor: &Tensor) -> Result<Vec<f32>, Error> {
    Vec::try_from(tensor.contiguous().view(-1))
        .map_err(|source: tch::TchError| Error::Engine(source.to_string()))
}
