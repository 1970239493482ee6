//! The n-gram model and its training against an implementation with numpy and scikit-learn
//! (`tests/reference/ngrams.py` makes the numbers).

use breakthrough::codebook::{CODE_COUNT, Code};
use breakthrough::train::ngrams::{Example, Settings, fit};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    bits: u32,
    strength: f64,
    texts: Vec<String>,
    new: Vec<String>,
    weights: Vec<f32>,
    behavioural: Vec<f32>,
    motivation: Vec<f32>,
    logits: Logits,
}

#[derive(Deserialize)]
struct Logits {
    behavioural: Vec<f32>,
    motivation: Vec<f32>,
}

#[test]
fn learns_the_same_logits() {
    let reference: Reference = serde_json::from_str(include_str!("reference/ngrams.json")).unwrap();
    let (done, wanted) = (Code::Behavioural as usize, Code::Motivation as usize);
    let example = |i: usize| {
        let mut targets = [0.0; CODE_COUNT];
        (targets[done], targets[wanted]) = (reference.behavioural[i], reference.motivation[i]);
        Example { text: &reference.texts[i], targets, mask: [true; CODE_COUNT], weight: reference.weights[i] }
    };
    let examples: Vec<_> = (0..reference.texts.len()).map(example).collect();
    let settings = Settings { bits: reference.bits, strength: reference.strength, min_texts: 2 };
    let model = fit(&examples, &settings).unwrap();
    for (i, text) in reference.texts.iter().chain(&reference.new).enumerate() {
        let ours = model.logits(text);
        for (k, theirs) in [(done, &reference.logits.behavioural), (wanted, &reference.logits.motivation)] {
            // Weights are kept in half precision and the descent stops at a thousandth of the first gradient.
            assert!((ours[k] - theirs[i]).abs() < 0.01, "text {i}: {}, reference {}", ours[k], theirs[i]);
        }
    }
}
