//! What teaching makes small.

use super::lesson::Lesson;
use crate::coding::own::OwnCodebook;
use crate::train::network::positive_weight;
use tch::{Kind, Reduction, Tensor};

/// A logit that no probability is left of, for labels that a voice never carries.
const NEVER: f32 = -1e4;

/// The loss of a step of a training with these lessons, over the labels that each voice may carry: cross-entropy of the
/// softmax where a unit has one label, else label by label.
pub(super) fn loss(
    all: &[&Lesson],
    book: &OwnCodebook,
) -> impl Fn(&[&Lesson], &Tensor, &[(usize, usize)]) -> Tensor {
    let (labels, single) = (book.labels.len(), book.single);
    let (mut positives, mut known) = (vec![0.0; labels], vec![0.0; labels]);
    for targets in all.iter().flat_map(|lesson| lesson.targets.iter().flatten()) {
        for (label, target) in targets.iter().enumerate() {
            known[label] += f32::from(u8::from(target.is_some()));
            positives[label] += f32::from(u8::from(*target == Some(true)));
        }
    }
    let positive: Vec<f32> = positives.iter().zip(&known).map(|(&p, &n)| positive_weight(p, n)).collect();
    let positive = Tensor::from_slice(&positive);
    move |lessons: &[&Lesson], logits: &Tensor, units: &[(usize, usize)]| {
        let (mut targets, mut masks) = (Vec::new(), Vec::new());
        for &(lesson, unit) in units {
            let unit = &lessons[lesson].targets[unit];
            let target = |label: usize| unit.as_ref().and_then(|targets| targets[label]);
            targets.extend((0..labels).map(|label| f32::from(u8::from(target(label) == Some(true)))));
            masks.extend((0..labels).map(|label| f32::from(u8::from(target(label).is_some()))));
        }
        let shape = [units.len() as i64, labels as i64];
        let targets = Tensor::from_slice(&targets).view(shape);
        let mask = Tensor::from_slice(&masks).view(shape);
        if single {
            let never: Tensor = (1.0 - &mask) * f64::from(NEVER);
            let likelihood = ((logits + never).log_softmax(-1, Kind::Float) * &targets).sum(Kind::Float);
            -likelihood / targets.sum(Kind::Float).clamp_min(1.0)
        } else {
            let sum = logits.binary_cross_entropy_with_logits::<&Tensor>(
                &targets,
                Some(&mask),
                Some(&positive),
                Reduction::Sum,
            );
            sum / mask.sum(Kind::Float).clamp_min(1.0)
        }
    }
}
