//! Limited-memory BFGS for smooth convex functions (Nocedal and Wright 2006, Numerical Optimization, algorithm 7.5).

use std::collections::VecDeque;

/// Steps whose curvature is remembered.
const MEMORY: usize = 10;
/// Share of the expected decrease that a step must bring (Armijo).
const SUFFICIENT: f64 = 1e-4;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stop {
    /// After so many steps.
    pub steps: usize,
    /// When the gradient is this short against the one at the start.
    pub gradient: f64,
}

/// Moves `x` to a minimum of `function`, which returns the value at a point and writes the gradient there.
/// Deterministic. Stops early when no step decreases the value any more. Returns the number of steps taken.
pub(super) fn minimise(
    x: &mut [f64],
    stop: Stop,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> usize {
    let mut gradient = vec![0.0; x.len()];
    let mut value = function(x, &mut gradient);
    let enough = dot(&gradient, &gradient) * stop.gradient * stop.gradient;
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::with_capacity(MEMORY);
    for taken in 0..stop.steps {
        let square = dot(&gradient, &gradient);
        if square <= enough || !value.is_finite() {
            return taken;
        }
        let mut direction = direction(&gradient, &memory);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            // Rounding has spoilt the memory: start again downhill.
            memory.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = -square;
        }
        let mut length = if memory.is_empty() { 1.0 / square.sqrt() } else { 1.0 };
        let mut next = vec![0.0; x.len()];
        let mut next_gradient = vec![0.0; x.len()];
        let mut halvings = 0;
        let next_value = loop {
            for ((next, x), d) in next.iter_mut().zip(&*x).zip(&direction) {
                *next = x + length * d;
            }
            let next_value = function(&next, &mut next_gradient);
            if next_value <= value + SUFFICIENT * length * slope {
                break next_value;
            }
            halvings += 1;
            if halvings == 30 {
                return taken;
            }
            length /= 2.0;
        };
        let moved: Vec<f64> = next.iter().zip(&*x).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-12 * dot(&turned, &turned) {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            memory.push_back((moved, turned, 1.0 / curvature));
        }
        x.copy_from_slice(&next);
        (value, gradient) = (next_value, next_gradient);
    }
    stop.steps
}

/// The gradient turned by what is remembered of the curvature, downhill (the two-loop recursion).
fn direction(gradient: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for (moved, turned, inverse) in memory.iter().rev() {
        let share = inverse * dot(moved, &q);
        add(&mut q, -share, turned);
        shares.push(share);
    }
    if let Some((_, turned, inverse)) = memory.back() {
        let scale = 1.0 / (inverse * dot(turned, turned));
        for q in &mut q {
            *q *= scale;
        }
    }
    for ((moved, turned, inverse), share) in memory.iter().zip(shares.iter().rev()) {
        let back = inverse * dot(turned, &q);
        add(&mut q, share - back, moved);
    }
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOP: Stop = Stop { steps: 500, gradient: 1e-9 };

    #[test]
    fn a_stretched_bowl() {
        let mut x = [5.0, -3.0, 8.0];
        let steps = minimise(&mut x, STOP, |x, g| {
            let away = [x[0], x[1] - 1.0, x[2] - 2.0];
            g.copy_from_slice(&[away[0], 100.0 * away[1], 10_000.0 * away[2]]);
            away.iter().zip(&*g).map(|(a, g)| 0.5 * a * g).sum()
        });
        assert!(steps < 60);
        assert!(x.iter().enumerate().all(|(i, x)| (x - i as f64).abs() < 1e-6), "{x:?}");
    }

    #[test]
    fn the_rosenbrock_valley() {
        let mut x = [-1.2, 1.0];
        minimise(&mut x, STOP, |x, g| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            g[0] = -2.0 * a - 400.0 * x[0] * b;
            g[1] = 200.0 * b;
            a * a + 100.0 * b * b
        });
        assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{x:?}");
    }

    #[test]
    fn nonsense_ends() {
        assert_eq!(minimise(&mut [1.0], STOP, |_, _| f64::NAN), 0);
        assert_eq!(minimise(&mut [], STOP, |_, _| 0.0), 0);
    }
}
