//! The cheap model: a linear layer over hashed n-grams.
//!
//! It knows words, not sense, but ranks differently from the encoder, so that the two together rank better than
//! either; alone it is a first look at text at hundreds of thousands of words a second.

pub mod features;

use crate::codebook::CODE_COUNT;
use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A hashed n-gram model of the thirteen codes.
#[derive(Debug, Clone, PartialEq)]
pub struct Ngrams {
    /// Inverse document frequency of every bucket; 0: the bucket is not used.
    idf: Vec<f32>,
    /// A row of thirteen for every bucket.
    weights: Vec<[f32; CODE_COUNT]>,
    bias: [f32; CODE_COUNT],
}

/// Why a model of n-grams cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum NgramsError {
    /// The file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not a safetensors file, or a broken one.
    #[error("n-gram model is not a whole safetensors file ({0}); fetch or train it again")]
    Format(#[from] SafeTensorError),
    /// A tensor is not there.
    #[error("n-gram model has no tensor '{0}'; it needs idf, weights and bias")]
    Missing(&'static str),
    /// A tensor is of another kind or size.
    #[error("n-gram model: tensor '{name}' is {found}, expected {expected}")]
    Shape {
        /// Name of the tensor.
        name: &'static str,
        /// Type and shape in the file.
        found: String,
        /// Type and shape that were expected.
        expected: String,
    },
    /// A tensor holds NaN or infinity.
    #[error("n-gram model: tensor '{0}' holds a value that is not finite; train it again")]
    NotFinite(&'static str),
}

impl Ngrams {
    /// A model of `idf.len()` buckets (a power of two), with one row of `weights` per bucket. Values are rounded to
    /// what the file can hold, so that a model scores the same before and after it is saved.
    ///
    /// # Errors
    /// When the sizes do not fit or a value, rounded to half precision, is not finite.
    pub fn new(
        idf: Vec<f32>,
        weights: Vec<[f32; CODE_COUNT]>,
        bias: [f32; CODE_COUNT],
    ) -> Result<Ngrams, NgramsError> {
        let rounded = |value: f32| f16::from_f32(value).to_f32();
        let idf: Vec<f32> = idf.into_iter().map(rounded).collect();
        let weights: Vec<_> = weights.into_iter().map(|row| row.map(rounded)).collect();
        if !idf.len().is_power_of_two() || u32::try_from(idf.len()).is_err() {
            return Err(wrong("idf", Dtype::F16, &[idf.len()], "a power of two of F16"));
        }
        if weights.len() != idf.len() {
            let expected = format!("F16 [{}, {CODE_COUNT}]", idf.len());
            return Err(wrong("weights", Dtype::F16, &[weights.len(), CODE_COUNT], &expected));
        }
        let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
        for (name, fine) in
            [("idf", finite(&idf)), ("weights", finite(weights.as_flattened())), ("bias", finite(&bias))]
        {
            if !fine {
                return Err(NgramsError::NotFinite(name));
            }
        }
        Ok(Ngrams { idf, weights, bias })
    }

    /// The logit of every code for a text, in codebook order. Side rules are not applied.
    #[must_use]
    pub fn logits(&self, text: &str) -> [f32; CODE_COUNT] {
        let mut sums = self.bias;
        for (bucket, value) in features::weigh(&features::count(text, self.idf.len()), &self.idf) {
            for (sum, weight) in sums.iter_mut().zip(&self.weights[bucket as usize]) {
                *sum += value * weight;
            }
        }
        sums
    }

    /// Number of buckets.
    #[must_use]
    pub fn buckets(&self) -> usize {
        self.idf.len()
    }

    /// Reads a model from the bytes of a safetensors file: `idf` F16 [buckets], `weights` F16 [buckets, 13],
    /// `bias` F32 [13].
    ///
    /// # Errors
    /// When the bytes are no such file; the error names the tensor and what was expected.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Ngrams, NgramsError> {
        let file = SafeTensors::deserialize(bytes)?;
        let idf = values(&file, "idf", None)?;
        let weights = values(&file, "weights", Some((Dtype::F16, &[idf.len(), CODE_COUNT])))?;
        let bias = values(&file, "bias", Some((Dtype::F32, &[CODE_COUNT])))?;
        let (rows, _) = weights.as_chunks();
        let mut all = [0.0; CODE_COUNT];
        all.copy_from_slice(&bias);
        Ngrams::new(idf, rows.to_vec(), all)
    }

    /// The bytes of the safetensors file; the same model gives the same bytes.
    ///
    /// # Errors
    /// When the format cannot hold the model.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, NgramsError> {
        let half = |values: &[f32]| -> Vec<u8> {
            values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect()
        };
        let (idf, weights) = (half(&self.idf), half(self.weights.as_flattened()));
        let bias: Vec<u8> = self.bias.iter().flat_map(|value| value.to_le_bytes()).collect();
        let buckets = self.idf.len();
        let tensors = [
            ("idf", TensorView::new(Dtype::F16, vec![buckets], &idf)?),
            ("weights", TensorView::new(Dtype::F16, vec![buckets, CODE_COUNT], &weights)?),
            ("bias", TensorView::new(Dtype::F32, vec![CODE_COUNT], &bias)?),
        ];
        Ok(safetensors::serialize(tensors, None)?)
    }

    /// Writes the model to a file, under another name first, so that no half file is ever seen.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), NgramsError> {
        let bytes = self.to_safetensors()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&bytes)?;
            file.persist(path).map_err(|error| error.error)
        };
        write().map(|_| ()).map_err(|source| NgramsError::Write { path: path.to_owned(), source })
    }
}

/// The values of a tensor, checked against type and shape; without them F16 of one dimension is wanted.
fn values(
    file: &SafeTensors<'_>,
    name: &'static str,
    expected: Option<(Dtype, &[usize])>,
) -> Result<Vec<f32>, NgramsError> {
    let tensor = file.tensor(name).map_err(|_| NgramsError::Missing(name))?;
    let (dtype, shape) = (tensor.dtype(), tensor.shape());
    match expected {
        Some(expected) if (dtype, shape) != expected => {
            return Err(wrong(name, dtype, shape, &format!("{:?} {:?}", expected.0, expected.1)));
        }
        None if dtype != Dtype::F16 || shape.len() != 1 => {
            return Err(wrong(name, dtype, shape, "F16 of one dimension"));
        }
        _ => {}
    }
    let data = tensor.data();
    Ok(if dtype == Dtype::F16 {
        data.as_chunks().0.iter().map(|&bytes| f16::from_le_bytes(bytes).to_f32()).collect()
    } else {
        data.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    })
}

fn wrong(name: &'static str, dtype: Dtype, shape: &[usize], expected: &str) -> NgramsError {
    NgramsError::Shape { name, found: format!("{dtype:?} {shape:?}"), expected: expected.to_owned() }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is compared is exact")]
mod tests {
    use super::*;

    fn small() -> Ngrams {
        let row = |i: usize| std::array::from_fn(|k| (i * 13 + k) as f32 / 100.0 - 0.3);
        Ngrams::new(vec![1.0; 8], (0..8).map(row).collect(), [0.5; CODE_COUNT]).unwrap()
    }

    #[test]
    fn a_saved_model_is_the_same_model() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ngrams.safetensors");
        small().save(&path).unwrap();
        let loaded = Ngrams::from_safetensors(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(loaded, small());
        assert_eq!(loaded.logits("I told him."), small().logits("I told him."));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn without_words_only_the_bias_speaks() {
        assert_eq!(small().logits(""), [0.5; CODE_COUNT]);
        assert_ne!(small().logits("no"), [0.5; CODE_COUNT]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let say = |bytes: &[u8]| Ngrams::from_safetensors(bytes).unwrap_err().to_string();
        assert!(say(b"nonsense").contains("not a whole safetensors file"));
        let whole = small().to_safetensors().unwrap();
        assert!(say(&whole[..whole.len() - 1]).contains("not a whole"));
        let zeros = [0u8; 64];
        let view =
            |dtype, shape: &[usize], bytes| TensorView::new(dtype, shape.to_vec(), &zeros[..bytes]).unwrap();
        let of = |tensors: Vec<(&str, TensorView<'_>)>| say(&safetensors::serialize(tensors, None).unwrap());
        assert!(of(vec![("bias", view(Dtype::F32, &[13], 52))]).contains("no tensor 'idf'"));
        let text = of(vec![("idf", view(Dtype::F16, &[2], 4)), ("weights", view(Dtype::F16, &[2, 12], 48))]);
        assert_eq!(text, "n-gram model: tensor 'weights' is F16 [2, 12], expected F16 [2, 13]");
        assert!(Ngrams::new(vec![1.0; 3], vec![[0.0; 13]; 3], [0.0; 13]).is_err());
        assert!(Ngrams::new(vec![1.0; 2], vec![[1e9; 13]; 2], [0.0; 13]).is_err());
        assert!(Ngrams::new(Vec::new(), Vec::new(), [0.0; 13]).is_err());
    }
}
