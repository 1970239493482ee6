//! The product in single precision.

use super::panels::{LANES, Line, Panels, in_tiles, put, rows_of};
use super::processor::{Level, Machine, Processor, for_every_processor};
use super::rows::Then;

/// Sixteen outputs of one input.
pub(super) type Weights = Line<f32, LANES>;

/// A linear layer in single precision.
pub struct Exact {
    processor: Processor,
    panels: Panels<Weights>,
    bias: Vec<f32>,
}

impl Exact {
    /// Packs `weight` of `[outputs, inputs]`, row by row; there is an output for every element of `bias`.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    #[must_use]
    pub fn new(processor: Processor, weight: &[f32], bias: Vec<f32>) -> Exact {
        let outputs = bias.len();
        let inputs = weight.len() / outputs;
        assert_eq!(weight.len(), outputs * inputs);
        let line = |output: usize, input: usize| {
            Line(std::array::from_fn(|i| weight.get((output + i) * inputs + input).copied().unwrap_or(0.0)))
        };
        Exact { processor, panels: Panels::new(outputs, inputs, wide(processor), line), bias }
    }

    /// How many numbers a row of the input holds.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.panels.steps
    }

    /// How many numbers a row of the result holds.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// `y = x · wᵀ + bias` for row-major `x` of `[rows, inputs]` and `y` of `[rows, outputs]`.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    pub fn apply(&self, x: &[f32], y: &mut [f32]) {
        self.apply_then(x, Then::Nothing, y);
    }

    /// The same, and then what `then` says.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    pub fn apply_then(&self, x: &[f32], then: Then, y: &mut [f32]) {
        let rows = y.len() / self.outputs();
        assert_eq!(y.len(), rows * self.outputs());
        assert_eq!(x.len(), rows * self.panels.steps);
        product(self.processor, x, &self.panels, &self.bias, then, y);
    }
}

/// Lines per panel: 24 accumulators of the 32 registers of AVX-512, 12 of the 16 of AVX2.
fn wide(processor: Processor) -> usize {
    match processor.level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 | Level::Amx => 3,
        _ => 1,
    }
}

for_every_processor! {
    fn product(x: &[f32], panels: &Panels<Weights>, bias: &[f32], then: Then, y: &mut [f32]) = product_by_panels
}

#[inline(always)]
fn product_by_panels<M: Machine>(
    machine: M,
    x: &[f32],
    panels: &Panels<Weights>,
    bias: &[f32],
    then: Then,
    y: &mut [f32],
) {
    let rows = y.len() / panels.outputs;
    for (column, panel) in panels.each() {
        if panels.wide == 3 {
            let panel = panel.as_chunks::<3>().0;
            in_tiles!(rows, 8, |row| tile::<R, 3, _>(machine, x, row, panel, bias, column, then, y));
        } else {
            let panel = panel.as_chunks::<1>().0;
            in_tiles!(rows, 6, |row| tile::<R, 1, _>(machine, x, row, panel, bias, column, then, y));
        }
    }
}

/// `R` rows by one panel, from `row` and `column` on.
#[allow(clippy::too_many_arguments, reason = "a tile is where everything meets")]
#[inline(always)]
fn tile<const R: usize, const V: usize, M: Machine>(
    machine: M,
    x: &[f32],
    row: usize,
    panel: &[[Weights; V]],
    bias: &[f32],
    column: usize,
    then: Then,
    y: &mut [f32],
) {
    let mut first = [[0.0; LANES]; V];
    first.as_flattened_mut().iter_mut().zip(&bias[column..]).for_each(|(sum, bias)| *sum = *bias);
    let mut sums = [first; R];
    machine.add_products(rows_of(x, row, panel.len(), panel.len()), panel, &mut sums);
    then.apply(machine, sums.as_flattened_mut().as_flattened_mut());
    put(&sums, y, bias.len(), row, column);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::embedded::kernels::tests::{ROWS, SHAPES, numbers};

    #[test]
    fn every_processor_against_the_definition() {
        for (outputs, inputs) in SHAPES {
            let (weight, bias) = (numbers(outputs * inputs, 3), numbers(outputs, 11));
            for rows in ROWS {
                let x = numbers(rows * inputs, 0);
                for processor in Processor::all() {
                    let mut y = vec![f32::NAN; rows * outputs];
                    Exact::new(processor, &weight, bias.clone()).apply(&x, &mut y);
                    for (i, got) in y.iter().enumerate() {
                        let (r, o) = (i / outputs, i % outputs);
                        let terms = x[r * inputs..].iter().zip(&weight[o * inputs..][..inputs]);
                        let want: f64 = terms.map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
                        let want = want + f64::from(bias[o]);
                        assert!(
                            (f64::from(*got) - want).abs() < 3e-6 * (8.0 + want.abs()),
                            "{processor:?} {got} {want}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_is_the_same_to_the_bit_alone_and_among_others() {
        for processor in Processor::all() {
            let layer = Exact::new(processor, &numbers(50 * 37, 1), numbers(50, 2));
            let x = numbers(21 * 37, 5);
            let mut all = vec![0.0; 21 * 50];
            layer.apply(&x, &mut all);
            for (x, among) in x.chunks_exact(37).zip(all.chunks_exact(50)) {
                let mut alone = vec![0.0; 50];
                layer.apply(x, &mut alone);
                assert!(alone.iter().zip(among).all(|(a, b)| a.to_bits() == b.to_bits()));
            }
        }
    }

    #[test]
    fn processors_that_fuse_agree_to_the_bit() {
        let results: Vec<Vec<u32>> = Processor::all()
            .into_iter()
            .filter(|processor| processor.level() != Level::Portable)
            .map(|processor| {
                let mut y = vec![0.0; 13 * 192];
                Exact::new(processor, &numbers(192 * 640, 1), numbers(192, 2))
                    .apply(&numbers(13 * 640, 5), &mut y);
                y.into_iter().map(f32::to_bits).collect()
            })
            .collect();
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
