//! The shipped model, compiled in: an installed `breakthrough` is one file and always finds its model. The Python package
//! (`python/`) takes in this same file.

use breakthrough::model::files::{
    CALIBRATION, CHECKSUMS, CONFIG, LARGE, LARGE_WORDS, NGRAMS, TOKENIZER, WEIGHTS,
};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../models/minilm/", $name))
    };
}

/// The files of `models/minilm`. Static, for a constant would stand in the program wherever it is used.
pub(super) static MINILM: &[(&str, &[u8])] = &[
    (CONFIG, file!("config.json")),
    (TOKENIZER, file!("tokenizer.json")),
    (WEIGHTS, file!("model.safetensors")),
    (LARGE, file!("large.safetensors")),
    (LARGE_WORDS, file!("large_words.safetensors")),
    (NGRAMS, file!("ngrams.safetensors")),
    (CALIBRATION, file!("calibration.json")),
    (CHECKSUMS, file!("SHA256SUMS")),
];

#[cfg(test)]
mod tests {
    use super::MINILM;
    use breakthrough::model::files::Files;

    /// Checked here, so that it need not be at every start.
    #[test]
    fn the_built_in_model_is_what_its_checksums_say() {
        Files::built_in(MINILM).check().unwrap();
    }
}
