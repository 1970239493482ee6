//! Training of the n-gram model: one L2-regularised logistic regression per code over hashed TF-IDF features.
//!
//! No random numbers: the same examples give the same model, whatever the number of threads.

use super::lbfgs::Stop;
use super::logistic::{self, Point};
use crate::codebook::CODE_COUNT;
use crate::model::ngrams::features::{Counts, count, weigh};
use crate::model::ngrams::{Ngrams, NgramsError};
use rayon::prelude::*;

/// A text to learn from.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    /// The words.
    pub text: &'a str,
    /// For every code how much the text carries it, 0..=1; between them for coders who differ or a teacher's guess.
    pub targets: [f32; CODE_COUNT],
    /// The codes that may be learned from this text: false where the side rules exclude the code.
    pub mask: [bool; CODE_COUNT],
    /// How much the text counts, 0 or more; 1 is one ordinary text.
    pub weight: f32,
}

/// What to learn with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Buckets are two to the power of this, 8..=20.
    pub bits: u32,
    /// Weight of the examples against the penalty on large weights: scikit-learn's `C`.
    pub strength: f64,
    /// N-grams in fewer texts are not used.
    pub min_texts: u32,
}

impl Default for Settings {
    /// 2^17 buckets, strength 3 (the best of 1, 3, 10, 30 for the unhashed baseline on inner folds of the corpus),
    /// n-grams of two texts or more.
    fn default() -> Settings {
        Settings { bits: 17, strength: 3.0, min_texts: 2 }
    }
}

/// Why nothing can be learned.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// No example has a weight over 0.
    #[error("no example to learn from: give at least one with a weight over 0")]
    Empty,
    /// A number of an example is out of range.
    #[error("example {index} (from 0): targets must lie in 0..=1 and the weight be 0 or more and finite")]
    Example {
        /// Which example.
        index: usize,
    },
    /// A setting is out of range.
    #[error("settings: bits must lie in 8..=20 and strength be over 0 and finite")]
    Settings,
    /// The learned numbers cannot be kept.
    #[error(transparent)]
    Model(#[from] NgramsError),
}

const STOP: Stop = Stop { steps: 300, gradient: 1e-3 };

/// Learns a model.
///
/// # Errors
/// When there is nothing to learn from, or a number is out of range.
pub fn fit(examples: &[Example<'_>], settings: &Settings) -> Result<Ngrams, FitError> {
    if !(8..=20).contains(&settings.bits) || !settings.strength.is_finite() || settings.strength <= 0.0 {
        return Err(FitError::Settings);
    }
    let sound = |example: &Example<'_>| {
        let fine = example.targets.iter().all(|target| (0.0..=1.0).contains(target));
        fine && example.weight.is_finite() && example.weight >= 0.0
    };
    if let Some(index) = examples.iter().position(|example| !sound(example)) {
        return Err(FitError::Example { index });
    }
    let used: Vec<&Example<'_>> = examples.iter().filter(|example| example.weight > 0.0).collect();
    if used.is_empty() {
        return Err(FitError::Empty);
    }

    let buckets = 1usize << settings.bits;
    let counts: Vec<_> = used.par_iter().map(|example| count(example.text, buckets)).collect();
    let idf = idf(&counts, buckets, settings.min_texts);
    let rows: Vec<Vec<(u32, f32)>> = counts.par_iter().map(|counts| weigh(counts, &idf)).collect();

    let columns: Vec<Vec<f64>> = (0..CODE_COUNT)
        .into_par_iter()
        .map(|k| fit_code(&used, &rows, k, buckets, settings.strength))
        .collect();
    let weights = (0..buckets).map(|bucket| std::array::from_fn(|k| columns[k][bucket] as f32)).collect();
    let bias = std::array::from_fn(|k| columns[k][buckets] as f32);
    Ok(Ngrams::new(idf, weights, bias)?)
}

/// Inverse document frequency of every bucket; 0 for those of fewer texts than `min_texts`, which are not used.
pub(super) fn idf<'a>(
    texts: impl IntoIterator<Item = &'a Counts>,
    buckets: usize,
    min_texts: u32,
) -> Vec<f32> {
    let (mut within, mut all) = (vec![0u32; buckets], 0);
    for counts in texts {
        all += 1;
        for (bucket, _) in counts.words.iter().chain(&counts.characters) {
            within[*bucket as usize] += 1;
        }
    }
    let idf = |&n: &u32| {
        let rare = n < min_texts.max(1);
        if rare { 0.0 } else { (libm::log(f64::from(1 + all) / f64::from(1 + n)) + 1.0) as f32 }
    };
    within.iter().map(idf).collect()
}

/// The weights of one code, and its bias at the end.
fn fit_code(
    used: &[&Example<'_>],
    rows: &[Vec<(u32, f32)>],
    k: usize,
    buckets: usize,
    strength: f64,
) -> Vec<f64> {
    let points: Vec<_> = used
        .iter()
        .zip(rows)
        .filter(|(example, _)| example.mask[k])
        .map(|(example, row)| Point {
            row: row.as_slice(),
            target: f64::from(example.targets[k]),
            weight: f64::from(example.weight),
        })
        .collect();
    let mut x = vec![0.0; buckets + 1];
    logistic::fit(&points, &mut x, strength, STOP);
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::Code;

    const SMALL: Settings = Settings { bits: 12, strength: 10.0, min_texts: 1 };

    fn example<'a>(text: &'a str, codes: &[Code]) -> Example<'a> {
        let mut targets = [0.0; CODE_COUNT];
        for &code in codes {
            targets[code as usize] = 1.0;
        }
        Example { text, targets, mask: [true; CODE_COUNT], weight: 1.0 }
    }

    fn examples() -> Vec<Example<'static>> {
        vec![
            example("I told my boss no this week.", &[Code::Behavioural]),
            example("This week I told her no, and went for a walk.", &[Code::Behavioural]),
            example("I want to try it next week.", &[Code::Motivation]),
            example("I want to go for a walk and try.", &[Code::Motivation]),
            example("It rained and I was late.", &[]),
            example("We had soup again.", &[]),
        ]
    }

    #[test]
    fn learns_what_words_go_with_a_code() {
        let model = fit(&examples(), &SMALL).unwrap();
        let logits = model.logits("I told him no.");
        assert!(logits[Code::Behavioural as usize] > logits[Code::Motivation as usize]);
        assert!(logits[Code::Behavioural as usize] > model.logits("I had soup.")[Code::Behavioural as usize]);
        assert!(logits[Code::Alliance as usize] < -5.0, "a code never seen is not given");
    }

    #[test]
    fn weight_two_is_the_example_twice() {
        let mut heavy = examples();
        heavy[0].weight = 2.0;
        let mut twice = examples();
        twice.push(twice[0]);
        // Idf counts texts, not weights: take texts whose grams are all in use anyway, and compare loosely.
        let (a, b) = (fit(&heavy, &SMALL).unwrap(), fit(&twice, &SMALL).unwrap());
        let k = Code::Behavioural as usize;
        assert!((a.logits("I told my boss no.")[k] - b.logits("I told my boss no.")[k]).abs() < 0.3);
    }

    #[test]
    fn what_is_masked_is_not_learned_from() {
        let mut masked = examples();
        masked.push(example("I told my boss no this week.", &[]));
        let k = Code::Behavioural as usize;
        let confused = fit(&masked, &SMALL).unwrap().logits("I told my boss no.")[k];
        masked.last_mut().unwrap().mask[k] = false;
        assert!(fit(&masked, &SMALL).unwrap().logits("I told my boss no.")[k] > confused);
    }

    #[test]
    fn soft_targets_are_matched() {
        let k = Code::Openness as usize;
        let mut soft = vec![example("yes", &[]), example("no", &[])];
        (soft[0].targets[k], soft[1].targets[k]) = (0.8, 0.2);
        let strong = Settings { strength: 1e4, ..SMALL };
        let logit = fit(&soft, &strong).unwrap().logits("yes")[k];
        assert!((logit - (0.8f32 / 0.2).ln()).abs() < 0.05, "{logit}");
    }

    #[test]
    fn the_same_on_any_number_of_threads() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| fit(&examples(), &SMALL).unwrap())
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(matches!(fit(&[], &SMALL), Err(FitError::Empty)));
        let mut bad = examples();
        bad[3].targets[0] = f32::NAN;
        assert!(matches!(fit(&bad, &SMALL), Err(FitError::Example { index: 3 })));
        assert!(matches!(fit(&examples(), &Settings { bits: 40, ..SMALL }), Err(FitError::Settings)));
    }
}
