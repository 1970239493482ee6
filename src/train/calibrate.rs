//! From out-of-fold logits to probabilities and thresholds at realistic base rates.
//!
//! The written material is coded more densely than real talk. So its units are weighted: those with a code
//! count as if the code were as frequent as in the real transcripts (AnnoMI), pulled toward a part of the
//! written rate because some codes stand there only a handful of times; and all written units together count
//! as much as all real ones times [`Policy::written_weight`].

use super::corpus::{Session, Source};
use crate::codebook::{CODE_COUNT, Code, Family};
use crate::model::calibration::{Calibration, Line};
use crate::transcript::Kind;

/// The choices behind a calibration, fixed before any test.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// By what the rates of written transcripts are divided to be believed.
    pub transcript_density: f64,
    /// By what the rates of written notes are divided to be believed.
    pub note_density: f64,
    /// Units' worth of belief in the divided rate, beside the real units.
    pub belief: f64,
    /// Weight of all written transcripts, in weights of all real ones.
    pub written_weight: f64,
    /// Strength of the pull toward [`Policy::mix`].
    pub penalty: f64,
    /// Weights of encoder and n-grams before any data.
    pub mix: [f64; 2],
    /// Least and largest threshold.
    pub thresholds: [f64; 2],
    /// What of the best F1 on written notes is expected on real ones, of which there are none to calibrate on: the best
    /// threshold is half of that.
    pub note_transfer: f64,
    /// Least threshold of each breakthrough, in the order of the codebook: false alarms on ordinary talk cost a reader
    /// more than misses.
    pub breakthroughs: [f64; 3],
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            transcript_density: 1.5,
            note_density: 1.5,
            belief: 2000.0,
            written_weight: 0.3,
            penalty: 20.0,
            mix: [0.2, 0.5],
            thresholds: [0.06, 0.5],
            note_transfer: 0.75,
            breakthroughs: [0.20, 0.28, 0.30],
        }
    }
}

/// A session with its out-of-fold logits.
pub struct Scored<'a> {
    /// The session.
    pub session: &'a Session,
    /// Logits of the encoder, a row per unit.
    pub encoder: &'a [[f32; CODE_COUNT]],
    /// Logits of the n-gram model, a row per unit.
    pub ngrams: &'a [[f32; CODE_COUNT]],
}

/// One unit as the regression of one code sees it.
pub(super) struct Point {
    features: [f64; 3],
    positive: bool,
    weight: f64,
}

impl From<([f64; 3], bool, f64)> for Point {
    /// Two logits and a 1 for the bias, whether the unit carries the label, and how much it counts.
    fn from((features, positive, weight): ([f64; 3], bool, f64)) -> Point {
        Point { features, positive, weight }
    }
}

/// What the regression believes before any data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pull {
    /// Weights of the two logits.
    pub toward: [f64; 2],
    /// How strongly.
    pub penalty: f64,
}

/// Fits mixing weights, biases and thresholds.
#[must_use]
pub fn calibrate(scored: &[Scored<'_>], policy: &Policy) -> Calibration {
    let lines = |kind| Code::ALL.into_iter().map(|code| line(scored, kind, code, policy)).collect();
    Calibration { transcript: lines(Kind::Transcript), note: lines(Kind::Note), small: None }
}

fn line(scored: &[Scored<'_>], kind: Kind, code: Code, policy: &Policy) -> Line {
    let points = weighted_points(scored, kind, code, policy);
    let [encoder, ngrams, bias] = regress(&points, Pull { toward: policy.mix, penalty: policy.penalty });
    let probabilities: Vec<(f64, bool, f64)> = points
        .iter()
        .map(|p| (sigmoid(encoder * p.features[0] + ngrams * p.features[1] + bias), p.positive, p.weight))
        .collect();
    let [mut least, most] = policy.thresholds;
    if code.family() == Family::Breakthrough {
        least = least.max(policy.breakthroughs[code as usize]);
    }
    let transfer = if kind == Kind::Note { policy.note_transfer } else { 1.0 };
    let threshold = (threshold(probabilities) * transfer).clamp(least, most);
    Line {
        code,
        encoder: encoder as f32,
        ngrams: ngrams as f32,
        bias: bias as f32,
        threshold: (threshold * 1e4).round() as f32 / 1e4,
    }
}

fn weighted_points(scored: &[Scored<'_>], kind: Kind, code: Code, policy: &Policy) -> Vec<Point> {
    let c = code as usize;
    let mut points = Vec::new();
    // Snippets and comments are far from any real rate; they train, but do not calibrate.
    let calibrating = |source| !matches!(source, Source::Contrasts | Source::Comments);
    // Real units and positives among them, then written ones.
    let mut counts = [[0.0_f64; 2]; 2];
    for scored in scored.iter().filter(|s| calibrating(s.session.source)) {
        let written = usize::from(scored.session.source != Source::Annomi);
        for ((unit, encoder), ngrams) in scored.session.units.iter().zip(scored.encoder).zip(scored.ngrams) {
            if unit.speaker.kind() != kind || !unit.speaker.may_carry(code) || !encoder[c].is_finite() {
                continue;
            }
            let positive = unit.codes.contains(code);
            counts[written][0] += 1.0;
            counts[written][1] += f64::from(u8::from(positive));
            let features = [f64::from(encoder[c]), f64::from(ngrams[c]), 1.0];
            // The sign marks written units until the weights are known.
            points.push(Point { features, positive, weight: if written == 1 { -1.0 } else { 1.0 } });
        }
    }
    let [[real, real_positive], [written, written_positive]] = counts;
    let rate = (written_positive / written.max(1.0)).clamp(1e-6, 1.0 - 1e-6);
    let density = if kind == Kind::Note { policy.note_density } else { policy.transcript_density };
    let wanted = if real > 0.0 {
        (real_positive + policy.belief * rate / density) / (real + policy.belief)
    } else {
        rate / density
    };
    let share = if real > 0.0 { policy.written_weight * real / written.max(1.0) } else { 1.0 };
    for point in points.iter_mut().filter(|point| point.weight < 0.0) {
        point.weight = share * if point.positive { wanted / rate } else { (1.0 - wanted) / (1.0 - rate) };
    }
    points
}

/// Weighted logistic regression with a quadratic pull toward some weights, by Newton's method.
pub(super) fn regress(points: &[Point], pull: Pull) -> [f64; 3] {
    let prior = [pull.toward[0], pull.toward[1], 0.0];
    let penalty = [pull.penalty, pull.penalty, 1e-6];
    let mut beta = prior;
    let mut now = loss(points, &beta, prior, penalty);
    for _ in 0..100 {
        let mut gradient: [f64; 3] = std::array::from_fn(|i| penalty[i] * (beta[i] - prior[i]));
        let mut hessian = [[0.0; 3]; 3];
        (0..3).for_each(|i| hessian[i][i] = penalty[i]);
        for point in points {
            let x = &point.features;
            let p = sigmoid(x.iter().zip(&beta).map(|(x, b)| x * b).sum());
            let error = point.weight * (p - f64::from(u8::from(point.positive)));
            let curvature = point.weight * p * (1.0 - p);
            for i in 0..3 {
                gradient[i] += error * x[i];
                for j in 0..3 {
                    hessian[i][j] += curvature * x[i] * x[j];
                }
            }
        }
        let step = solve(hessian, gradient);
        // Far from the end a whole step may lead away: where all probabilities are near 0 and 1, the curvature says nothing.
        let moved = |share: f64| std::array::from_fn(|i| beta[i] - share * step[i]);
        let mut share = 1.0;
        let mut then = loss(points, &moved(share), prior, penalty);
        while share > 1e-9 && then > now {
            share /= 2.0;
            then = loss(points, &moved(share), prior, penalty);
        }
        let longest = step.iter().fold(0.0_f64, |most, s| most.max(s.abs()));
        (beta, now) = (moved(share), then);
        if longest < 1e-9 {
            break;
        }
    }
    beta
}

/// What the regression makes small.
fn loss(points: &[Point], beta: &[f64; 3], prior: [f64; 3], penalty: [f64; 3]) -> f64 {
    let pull: f64 = (0..3).map(|i| penalty[i] * (beta[i] - prior[i]).powi(2) / 2.0).sum();
    let surprise = |point: &Point| {
        let logit: f64 = point.features.iter().zip(beta).map(|(x, b)| x * b).sum();
        let against = if point.positive { -logit } else { logit };
        point.weight * (against.max(0.0) + libm::log1p(libm::exp(-against.abs())))
    };
    pull + points.iter().map(surprise).sum::<f64>()
}

/// Solves a positive definite system of three equations by elimination.
fn solve(mut a: [[f64; 3]; 3], mut b: [f64; 3]) -> [f64; 3] {
    for i in 0..3 {
        for j in i + 1..3 {
            let factor = a[j][i] / a[i][i];
            let row = a[i];
            a[j].iter_mut().zip(row).skip(i).for_each(|(x, y)| *x -= factor * y);
            b[j] -= factor * b[i];
        }
    }
    for i in (0..3).rev() {
        for k in i + 1..3 {
            b[i] -= a[i][k] * b[k];
        }
        b[i] /= a[i][i];
    }
    b
}

/// Half of the best weighted F1: that is where the best threshold of calibrated probabilities lies (Lipton,
/// Elkan and Naryanaswamy 2014), and unlike the threshold that happened to be best it does not follow the
/// handful of units that a rare code has.
pub(super) fn threshold(mut points: Vec<(f64, bool, f64)>) -> f64 {
    points.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives: f64 = points.iter().filter(|p| p.1).map(|p| p.2).sum();
    let (mut hits, mut given, mut best) = (0.0, 0.0, 0.0_f64);
    for (i, &(p, positive, weight)) in points.iter().enumerate() {
        given += weight;
        hits += if positive { weight } else { 0.0 };
        // Units of equal probability are given the code together.
        if points.get(i + 1).is_none_or(|next| next.0 < p) {
            best = best.max(2.0 * hits / (given + positives));
        }
    }
    best / 2.0
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of both kinds, as often as these weights of two logits say.
    fn drawn(weights: [f64; 3], logits: impl Fn(u32) -> [f64; 2]) -> Vec<Point> {
        let both = |i| {
            let [a, b] = logits(i);
            let p = sigmoid(weights[0] * a + weights[1] * b + weights[2]);
            [(true, p), (false, 1.0 - p)].map(|(positive, weight)| Point {
                features: [a, b, 1.0],
                positive,
                weight,
            })
        };
        (0..4000).flat_map(both).collect()
    }

    #[test]
    fn regression_finds_the_weights_that_made_the_data() {
        let points =
            drawn([1.5, -0.5, -1.0], |i| [f64::from(i % 61) / 10.0 - 3.0, f64::from(i % 37) / 9.0 - 2.0]);
        let pull = Pull { toward: [0.6, 0.6], penalty: 0.0 };
        for (got, want) in regress(&points, pull).into_iter().zip([1.5, -0.5, -1.0]) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
    }

    #[test]
    fn regression_ends_from_far_away() {
        // Logits ten times too large: every probability is near 0 or 1 where it begins, and whole steps go to and fro.
        let points =
            drawn([0.1, -0.5, 0.0], |i| [3.0 * f64::from(i % 61) - 90.0, f64::from(i % 37) / 9.0 - 2.0]);
        let pull = Pull { toward: [1.0, 0.5], penalty: 0.0 };
        for (got, want) in regress(&points, pull).into_iter().zip([0.1, -0.5, 0.0]) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
    }

    #[test]
    fn threshold_is_half_of_the_best_f1() {
        let points = vec![(0.9, true, 1.0), (0.8, true, 1.0), (0.2, false, 1.0), (0.1, false, 1.0)];
        assert!((threshold(points) - 0.5).abs() < 1e-12);
        // Given to all: 1 hit of weight 1 among 4, so 2 · 1 / (4 + 1).
        let points = vec![(0.5, true, 1.0), (0.5, false, 1.0), (0.5, false, 2.0)];
        assert!((threshold(points) - 0.2).abs() < 1e-12);
        assert!(threshold(Vec::new()).abs() < 1e-12);
    }
}
