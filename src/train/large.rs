//! The large encoder, out of the files of all-mpnet-base-v2: its lower layers, with weights that are bytes, under the token
//! ids of the model's own tokenizer.

use crate::model::config::{EncoderConfig, LargeConfig};
use anyhow::Context as _;
use half::f16;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::path::Path;
use tokenizers::Tokenizer;

/// A tensor under its name: what it is made of, its shape, its bytes.
pub type Stored = (String, Dtype, Vec<usize>, Vec<u8>);

/// The encoder of a folder that holds `model.safetensors` and `tokenizer.json` of an MPNet, as [`LargeConfig`] wants it.
///
/// `tokenizer` is the one of the model: each of its tokens takes the row that the same token has in the folder, `[CLS]` and
/// `[SEP]` those of `<s>` and `</s>`.
///
/// # Errors
/// If a file cannot be read, is of another shape, or knows other tokens.
pub fn encoder(
    folder: &Path,
    tokenizer: &[u8],
    shape: &LargeConfig,
    small: &EncoderConfig,
) -> anyhow::Result<Vec<Stored>> {
    let path = folder.join("model.safetensors");
    let bytes = std::fs::read(&path).with_context(|| format!("no {}", path.display()))?;
    let base = Base(SafeTensors::deserialize(&bytes)?);
    let (hidden, wide) = (shape.hidden, shape.intermediate);
    let mut all = Vec::new();

    let own = Tokenizer::from_bytes(tokenizer).map_err(anyhow::Error::msg)?;
    let theirs =
        Tokenizer::from_file(folder.join("tokenizer.json")).map_err(anyhow::Error::msg)?.get_vocab(true);
    let table = base.read("embeddings.word_embeddings.weight", &[theirs.len(), hidden])?;
    let mut words = vec![0.0; small.vocabulary * hidden];
    for id in 0..small.vocabulary {
        let token = own.id_to_token(id as u32).with_context(|| format!("the tokenizer has no token {id}"))?;
        let same = match token.as_str() {
            "[CLS]" => "<s>",
            "[SEP]" => "</s>",
            other => other,
        };
        let row = *theirs.get(same).with_context(|| format!("the large encoder does not know {token:?}"))?;
        words[id * hidden..][..hidden].copy_from_slice(&table[row as usize * hidden..][..hidden]);
    }
    all.extend(in_bytes("large.word", &words, hidden));

    // Positions are counted from behind that of padding.
    let positions = base.rows("embeddings.position_embeddings.weight", hidden)?;
    let positions = positions.get(2 * hidden..(2 + small.window) * hidden).context("too few positions")?;
    all.push(halves("large.position.weight".into(), vec![small.window, hidden], positions));
    let norm = |to: &str, from: &str| -> anyhow::Result<[Stored; 2]> {
        let one = |part: &str| -> anyhow::Result<Stored> {
            let values = base.read(&format!("{from}.{part}"), &[hidden])?;
            Ok(halves(format!("{to}.{part}"), vec![hidden], &values))
        };
        Ok([one("weight")?, one("bias")?])
    };
    all.extend(norm("large.embedding_norm", "embeddings.LayerNorm")?);

    let buckets = base.rows("encoder.relative_attention_bias.weight", shape.heads)?;
    let most = small.window as i64 - 1;
    let distances: Vec<f32> = (0..shape.heads)
        .flat_map(|head| (-most..=most).map(move |distance| (head, distance)))
        .map(|(head, distance)| buckets[bucket(distance, buckets.len() / shape.heads) * shape.heads + head])
        .collect();
    all.push(halves("large.distance.weight".into(), vec![shape.heads, 2 * small.window - 1], &distances));

    for n in 0..shape.layers {
        let mut linear = |to: &str, from: &[&str], outputs: usize, inputs: usize| -> anyhow::Result<()> {
            let (mut weight, mut bias) = (Vec::new(), Vec::new());
            for from in from {
                let from = format!("encoder.layer.{n}.{from}");
                weight.extend(base.read(&format!("{from}.weight"), &[outputs, inputs])?);
                bias.extend(base.read(&format!("{from}.bias"), &[outputs])?);
            }
            let to = format!("large.layer.{n}.{to}");
            all.extend(in_bytes(&to, &weight, inputs));
            all.push(halves(format!("{to}.bias"), vec![bias.len()], &bias));
            Ok(())
        };
        linear("attention", &["attention.attn.q", "attention.attn.k", "attention.attn.v"], hidden, hidden)?;
        linear("attention_output", &["attention.attn.o"], hidden, hidden)?;
        linear("intermediate", &["intermediate.dense"], wide, hidden)?;
        linear("output", &["output.dense"], hidden, wide)?;
        let layer = |part: &str| format!("encoder.layer.{n}.{part}");
        all.extend(norm(&format!("large.layer.{n}.attention_norm"), &layer("attention.LayerNorm"))?);
        all.extend(norm(&format!("large.layer.{n}.output_norm"), &layer("output.LayerNorm"))?);
    }
    Ok(all)
}

/// The bytes of a weights file with these tensors.
///
/// # Errors
/// If a tensor has not the shape that is said of it.
pub fn file(tensors: &[Stored]) -> anyhow::Result<Vec<u8>> {
    let views = tensors
        .iter()
        .map(|(name, of, shape, bytes)| Ok((name.as_str(), TensorView::new(*of, shape.clone(), bytes)?)));
    Ok(safetensors::serialize(views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?, None)?)
}

/// A file of tensors in single precision.
struct Base<'a>(SafeTensors<'a>);

impl Base<'_> {
    fn read(&self, name: &str, shape: &[usize]) -> anyhow::Result<Vec<f32>> {
        let tensor = self.0.tensor(name).with_context(|| format!("the large encoder has no {name}"))?;
        anyhow::ensure!(tensor.shape() == shape, "{name} is {:?}, not {shape:?}", tensor.shape());
        anyhow::ensure!(tensor.dtype() == Dtype::F32, "{name} is not in single precision");
        Ok(tensor.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
    }

    /// A table of rows of so many numbers.
    fn rows(&self, name: &str, width: usize) -> anyhow::Result<Vec<f32>> {
        let tensor = self.0.tensor(name).with_context(|| format!("the large encoder has no {name}"))?;
        self.read(name, &[tensor.shape()[0], width])
    }
}

/// Rows as bytes: the largest number of each becomes 127, and what that is worth stands in half precision beside it.
fn in_bytes(name: &str, values: &[f32], inputs: usize) -> [Stored; 2] {
    let rows = values.len() / inputs;
    let (mut bytes, mut scales) = (Vec::with_capacity(values.len()), Vec::with_capacity(rows));
    for row in values.chunks_exact(inputs) {
        let largest = row.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        // What a row of zeros is worth makes no difference.
        let scale = f16::from_f32((largest / 127.0).max(1e-4)).to_f32();
        bytes.extend(row.iter().map(|x| (x / scale).round().clamp(-127.0, 127.0) as i8 as u8));
        scales.push(scale);
    }
    [
        (format!("{name}.weight"), Dtype::I8, vec![rows, inputs], bytes),
        halves(format!("{name}.scale"), vec![rows], &scales),
    ]
}

fn halves(name: String, shape: Vec<usize>, values: &[f32]) -> Stored {
    let bytes = values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect();
    (name, Dtype::F16, shape, bytes)
}

/// Which of so many buckets a distance of a query from a key falls into, in T5's way: half of them for either direction, of these
/// half for one distance each, the others ever wider up to a distance of 128.
fn bucket(distance: i64, buckets: usize) -> usize {
    let half = buckets / 2;
    let (exact, far) = (half / 2, distance.unsigned_abs() as usize);
    let direction = if distance < 0 { half } else { 0 };
    let within = if far < exact {
        far
    } else {
        let ratio = (far as f64 / exact as f64).ln() / (128.0 / exact as f64).ln();
        (exact + (ratio * (half - exact) as f64) as usize).min(half - 1)
    };
    direction + within
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of `MPNetEncoder.relative_position_bucket` of transformers, whose relative position is minus ours.
    #[test]
    fn buckets_are_those_of_transformers() {
        let got: Vec<usize> =
            [0, 1, 7, 8, 11, 12, 16, 23, 32, 45, 63, -1, -8, -63].map(|d| bucket(d, 32)).into();
        assert_eq!(got, [0, 1, 7, 8, 8, 9, 10, 11, 12, 12, 13, 17, 24, 29]);
    }

    #[test]
    fn bytes_are_within_half_a_step() {
        let values = [0.5, -0.26, 0.001, 0.0, 0.0, 0.0];
        let [(_, _, shape, bytes), (.., scales)] = in_bytes("x", &values, 3);
        assert_eq!(shape, [2, 3]);
        let scales: Vec<f32> =
            scales.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect();
        for (i, (byte, value)) in bytes.iter().zip(values).enumerate() {
            let scale = scales[i / 3];
            assert!((f32::from(byte.cast_signed()) * scale - value).abs() <= 0.51 * scale);
        }
    }
}
