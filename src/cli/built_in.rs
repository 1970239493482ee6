//! The shipped model, compiled in: an installed `breakthrough` is one file and always finds its model.

use breakthrough::model::files::{CALIBRATION, CHECKSUMS, CONFIG, NAMES, NGRAMS, TOKENIZER, WEIGHTS};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/minilm/", $name))
    };
}

/// The files of `models/minilm`.
pub(super) const MINILM: [(&str, &[u8]); NAMES.len()] = [
    (CONFIG, file!("config.json")),
    (TOKENIZER, file!("tokenizer.json")),
    (WEIGHTS, file!("model.safetensors")),
    (NGRAMS, file!("ngrams.safetensors")),
    (CALIBRATION, file!("calibration.json")),
    (CHECKSUMS, file!("SHA256SUMS")),
];
