//! The product in 16-bit integers with 32-bit sums: twice as fast as single precision where the processor has an
//! instruction for it.
//!
//! Every row of weights and every row of inputs is scaled to integers, so that |Σ x·w| ≤ ‖x‖·‖w‖ < 2³¹ after
//! Cauchy and Schwarz: the sum fits its 32 bits whatever the numbers are, and the scale is as fine as that allows
//! (for numbers about as wide as a normal distribution, 13 bits of precision). Partial sums may wrap round; that
//! makes no difference to the whole. Nothing is calibrated, and integer sums are the same on every processor.

#[cfg(target_arch = "x86_64")]
use super::amx;
use super::bytes;
use super::panels::{LANES, Line, Panels, Tile, in_tiles, put, rows_of};
use super::processor::{Level, Machine, Processor, for_every_processor};
use super::rows::{Then, to_integers};

/// Sixteen outputs of a pair of inputs.
pub(super) type Weights = Line<[i16; 2], LANES>;

/// A linear layer in integers.
pub struct Integer {
    processor: Processor,
    inputs: usize,
    weights: Packed,
    outputs: Outputs,
}

/// Weights in the order in which they are read.
enum Packed {
    Panels(Panels<Weights>),
    /// Weights that are bytes, where their products are as fast.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    Bytes(bytes::Bytes),
    #[cfg(target_arch = "x86_64")]
    Squares(Vec<amx::Square>),
    #[cfg(target_arch = "x86_64")]
    SquaresOfBytes(Vec<amx::Bytes>),
}

/// What turns the integer sums of the outputs into numbers, filled up with zeros to whole panels.
pub(super) struct Outputs {
    pub(super) count: usize,
    pub(super) scales: Vec<f32>,
    pub(super) biases: Vec<f32>,
}

/// Rows of numbers as integers, each with the scale that gives the numbers back.
#[derive(Debug, Default)]
pub struct Quantised {
    inputs: usize,
    scales: Vec<f32>,
    pairs: Vec<[i16; 2]>,
    /// The same for weights in bytes without AMX.
    halves: bytes::Halves,
    /// The same for AMX, where there is one.
    #[cfg(target_arch = "x86_64")]
    squares: Vec<amx::Square>,
}

impl Quantised {
    /// Takes the rows of `x`, as many numbers each as `layer` takes, in place of what was here.
    pub fn set(&mut self, layer: &Integer, x: &[f32]) {
        let (processor, inputs) = (layer.processor, layer.inputs);
        let rows = x.len() / inputs;
        self.inputs = inputs;
        self.scales.resize(rows, 0.0);
        self.pairs.resize(rows * inputs.div_ceil(2), [0; 2]);
        to_integers(processor, x, inputs, &mut self.pairs, &mut self.scales);
        #[cfg(target_arch = "x86_64")]
        if processor.level() == Level::Amx {
            amx::split(&self.pairs, inputs, &mut self.squares);
        }
        if matches!(layer.weights, Packed::Bytes(_)) {
            self.halves.set(processor, &self.pairs, inputs);
        }
    }
}

impl Integer {
    /// Packs `weight` of `[outputs, inputs]`, row by row; there is an output for every element of `bias`.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    #[must_use]
    pub fn new(processor: Processor, weight: &[f32], bias: Vec<f32>) -> Integer {
        let outputs = bias.len();
        let inputs = weight.len() / outputs;
        assert_eq!(weight.len(), outputs * inputs);
        let (mut pairs, mut scales) = (vec![[0; 2]; outputs * inputs.div_ceil(2)], vec![0.0; outputs]);
        to_integers(processor, weight, inputs, &mut pairs, &mut scales);
        let weights = match processor.level() {
            #[cfg(target_arch = "x86_64")]
            Level::Amx => Packed::Squares(amx::weights(&pairs, outputs, inputs)),
            _ => Packed::in_panels(processor, outputs, inputs, |output, input| {
                pairs[output * inputs.div_ceil(2) + input / 2][input % 2]
            }),
        };
        Integer::with(processor, inputs, weights, scales, bias)
    }

    /// The same with weights that are bytes already, and what each row of them is to be multiplied with.
    ///
    /// The norm of a row of bytes is far below that of a row of inputs as integers, so that sums fit as before.
    ///
    /// # Panics
    /// If the lengths do not fit together, or rows are so long (over 100,000 bytes) that sums might not fit.
    #[must_use]
    pub fn of_bytes(processor: Processor, weight: &[i8], scales: Vec<f32>, bias: Vec<f32>) -> Integer {
        let outputs = bias.len();
        let inputs = weight.len() / outputs;
        assert!(weight.len() == outputs * inputs && scales.len() == outputs && inputs <= 100_000);
        let at = |output: usize, input: usize| weight[output * inputs + input];
        let weights = match processor.level() {
            #[cfg(target_arch = "x86_64")]
            Level::Amx => Packed::SquaresOfBytes(amx::bytes(weight, outputs, inputs)),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Packed::Bytes(bytes::Bytes::new(weight, outputs, inputs)),
            _ => Packed::in_panels(processor, outputs, inputs, |output, input| at(output, input).into()),
        };
        Integer::with(processor, inputs, weights, scales, bias)
    }

    fn with(
        processor: Processor,
        inputs: usize,
        weights: Packed,
        scales: Vec<f32>,
        bias: Vec<f32>,
    ) -> Integer {
        let count = bias.len();
        let filled = |mut values: Vec<f32>| {
            // To whole panels, of whichever width: one, two or three lines.
            values.resize(count.next_multiple_of(6 * LANES), 0.0);
            values
        };
        let outputs = Outputs { count, scales: filled(scales), biases: filled(bias) };
        Integer { processor, inputs, weights, outputs }
    }

    /// How many numbers a row of the input holds.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many numbers a row of the result holds.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs.count
    }

    /// `y = x · wᵀ + bias` for `x` of `[rows, inputs]` and row-major `y` of `[rows, outputs]`, then what `then` says.
    ///
    /// # Panics
    /// If the lengths do not fit together.
    pub fn apply_then(&self, x: &Quantised, then: Then, y: &mut [f32]) {
        assert_eq!(x.inputs, self.inputs);
        assert_eq!(y.len(), x.scales.len() * self.outputs());
        match &self.weights {
            Packed::Panels(panels) => {
                product(self.processor, &x.pairs, &x.scales, panels, &self.outputs, then, y);
            }
            Packed::Bytes(weights) => {
                bytes::product(self.processor, &x.halves, &x.scales, weights, &self.outputs, then, y);
            }
            #[cfg(target_arch = "x86_64")]
            Packed::Squares(weights) => amx::product(&x.squares, &x.scales, weights, &self.outputs, then, y),
            #[cfg(target_arch = "x86_64")]
            Packed::SquaresOfBytes(weights) => {
                amx::product(&x.squares, &x.scales, weights, &self.outputs, then, y);
            }
        }
    }
}

impl Packed {
    /// Panels of the weights that `at` gives by output and input.
    fn in_panels(
        processor: Processor,
        outputs: usize,
        inputs: usize,
        at: impl Fn(usize, usize) -> i16,
    ) -> Packed {
        let there = |output, input| if output < outputs && input < inputs { at(output, input) } else { 0 };
        let panels = Panels::new(outputs, inputs.div_ceil(2), wide(processor), |output, step| {
            Line(std::array::from_fn(|i| [0, 1].map(|of_pair| there(output + i, 2 * step + of_pair))))
        });
        Packed::Panels(panels)
    }
}

/// Lines per panel, as for [`super::Exact`].
fn wide(processor: Processor) -> usize {
    match processor.level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => 3,
        _ => 1,
    }
}

for_every_processor! {
    fn product(pairs: &[[i16; 2]], scales: &[f32], panels: &Panels<Weights>, outputs: &Outputs, then: Then, y: &mut [f32]) = product_by_panels
}

#[inline(always)]
fn product_by_panels<M: Machine>(
    machine: M,
    pairs: &[[i16; 2]],
    scales: &[f32],
    panels: &Panels<Weights>,
    outputs: &Outputs,
    then: Then,
    y: &mut [f32],
) {
    let (rows, x) = (scales.len(), (pairs, scales));
    let (mut wide, mut narrow) = (Scratch::<3>::default(), Scratch::<1>::default());
    for (column, panel) in panels.each() {
        if panels.wide == 3 {
            let panel = panel.as_chunks::<3>().0;
            let scratch = &mut wide;
            in_tiles!(rows, 8, |row| tile::<R, 3, _>(
                machine, x, row, panel, outputs, column, then, scratch, y
            ));
        } else {
            let panel = panel.as_chunks::<1>().0;
            let scratch = &mut narrow;
            in_tiles!(rows, 6, |row| tile::<R, 1, _>(
                machine, x, row, panel, outputs, column, then, scratch, y
            ));
        }
    }
}

/// `R` rows by one panel, from `row` and `column` on.
#[allow(clippy::too_many_arguments, reason = "a tile is where everything meets")]
#[inline(always)]
fn tile<const R: usize, const V: usize, M: Machine>(
    machine: M,
    (pairs, by_row): (&[[i16; 2]], &[f32]),
    row: usize,
    panel: &[[Weights; V]],
    outputs: &Outputs,
    column: usize,
    then: Then,
    scratch: &mut Scratch<V>,
    y: &mut [f32],
) {
    let (sums, numbers) = scratch.of_rows::<R>();
    machine.integer_products(rows_of(pairs, row, panel.len(), panel.len()), panel, sums);
    finish(machine, sums, &by_row[row..], outputs, column, then, numbers, y, row);
}

/// What tiles of `V` lines are worked out in, one after the other: clearing it for each cost a tenth of the time.
pub(super) struct Scratch<const V: usize> {
    sums: Tile<i32, V, 8>,
    numbers: Tile<f32, V, 8>,
}

impl<const V: usize> Default for Scratch<V> {
    fn default() -> Scratch<V> {
        Scratch { sums: [[[0; LANES]; V]; 8], numbers: [[[0.0; LANES]; V]; 8] }
    }
}

impl<const V: usize> Scratch<V> {
    /// Sums and numbers for at most eight rows, whatever is in them.
    #[inline(always)]
    pub(super) fn of_rows<const R: usize>(&mut self) -> (&mut Tile<i32, V, R>, &mut Tile<f32, V, R>) {
        let rows = self.sums.first_chunk_mut().zip(self.numbers.first_chunk_mut());
        rows.expect("a tile has at most eight rows")
    }
}

/// Puts the numbers that the sums of a tile stand for into their place.
#[allow(clippy::too_many_arguments, reason = "a tile is where everything meets")]
#[inline(always)]
pub(super) fn finish<const R: usize, const V: usize, M: Machine>(
    machine: M,
    sums: &Tile<i32, V, R>,
    by_row: &[f32],
    outputs: &Outputs,
    column: usize,
    then: Then,
    tile: &mut Tile<f32, V, R>,
    y: &mut [f32],
    row: usize,
) {
    let scales = outputs.scales[column..].as_chunks::<LANES>().0;
    let biases = outputs.biases[column..].as_chunks::<LANES>().0;
    for ((tile, sums), by_row) in tile.iter_mut().zip(sums).zip(by_row) {
        for (((tile, sums), scales), biases) in tile.iter_mut().zip(sums).zip(scales).zip(biases) {
            for (((y, sum), scale), bias) in tile.iter_mut().zip(sums).zip(scales).zip(biases) {
                *y = *sum as f32 * by_row * scale + bias;
            }
        }
    }
    then.apply(machine, tile.as_flattened_mut().as_flattened_mut());
    put(tile, y, outputs.count, row, column);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::embedded::kernels::tests::{ROWS, SHAPES, numbers};

    fn apply(processor: Processor, x: &[f32], inputs: usize, weight: &[f32], bias: &[f32]) -> Vec<f32> {
        apply_layer(&Integer::new(processor, weight, bias.to_vec()), x, inputs)
    }

    fn apply_layer(layer: &Integer, x: &[f32], inputs: usize) -> Vec<f32> {
        apply_in(&mut Quantised::default(), layer, x, inputs)
    }

    fn apply_in(rows: &mut Quantised, layer: &Integer, x: &[f32], inputs: usize) -> Vec<f32> {
        let mut y = vec![f32::NAN; x.len() / inputs * layer.outputs()];
        rows.set(layer, x);
        layer.apply_then(rows, Then::Nothing, &mut y);
        y
    }

    #[test]
    fn bytes_are_close_to_the_definition_and_the_same_on_every_processor() {
        // Whatever was in it before.
        let mut rows_before = Quantised::default();
        for (outputs, inputs) in SHAPES.into_iter().chain([(33, 768), (19, 3072), (33, 71), (40, 130)]) {
            let weight: Vec<i8> =
                (0..outputs * inputs).map(|i| ((i * 7919 % 255) as i16 - 127) as i8).collect();
            let (scales, bias) = (numbers(outputs, 3), numbers(outputs, 11));
            for rows in ROWS {
                let x = numbers(rows * inputs, 0);
                let layer = |processor| Integer::of_bytes(processor, &weight, scales.clone(), bias.clone());
                let results: Vec<_> = Processor::all()
                    .into_iter()
                    .map(|p| apply_in(&mut rows_before, &layer(p), &x, inputs))
                    .collect();
                for (i, got) in results[0].iter().enumerate() {
                    assert!(results.iter().all(|other| other[i].to_bits() == got.to_bits()));
                    let (r, o) = (i / outputs, i % outputs);
                    let terms = x[r * inputs..].iter().zip(&weight[o * inputs..][..inputs]);
                    let want = terms.map(|(x, &w)| x * f32::from(w)).sum::<f32>() * scales[o] + bias[o];
                    let bound = 0.04 * (inputs as f32).sqrt();
                    assert!((got - want).abs() < bound, "{outputs} {inputs}: {got} {want}");
                }
            }
        }
    }

    #[test]
    fn close_to_the_definition_and_the_same_on_every_processor() {
        for (outputs, inputs) in SHAPES {
            let (weight, bias) = (numbers(outputs * inputs, 3), numbers(outputs, 11));
            for rows in ROWS {
                let x = numbers(rows * inputs, 0);
                let results: Vec<_> = Processor::all()
                    .into_iter()
                    .map(|processor| apply(processor, &x, inputs, &weight, &bias))
                    .collect();
                for (i, got) in results[0].iter().enumerate() {
                    assert!(results.iter().all(|other| other[i].to_bits() == got.to_bits()));
                    let (r, o) = (i / outputs, i % outputs);
                    let terms = x[r * inputs..].iter().zip(&weight[o * inputs..][..inputs]);
                    let want = terms.map(|(x, w)| x * w).sum::<f32>() + bias[o];
                    let bound = 3e-4 * (inputs as f32).sqrt();
                    assert!((got - want).abs() < bound, "{outputs} {inputs}: {got} {want}");
                }
            }
        }
    }

    /// The largest sums there can be: inputs along the weights, of one size, of one large element, and of signs that
    /// all agree. A wrapped sum would be off by its whole size.
    #[test]
    fn sums_fit_whatever_the_numbers_are() {
        let ends = [f32::MAX, f32::MIN_POSITIVE, 65504.0, 1.0, 0.0, -1e-20];
        for inputs in [1, 2, 7, 384, 1536, 4096] {
            let same = vec![1.0; inputs];
            let mut one = vec![1e-9; inputs];
            one[inputs / 2] = -3.0;
            for x in [same, one, numbers(inputs, 4)] {
                for processor in Processor::all() {
                    let y = apply(processor, &x, inputs, &x, &[0.0]);
                    let want: f32 = x.iter().map(|x| x * x).sum();
                    assert!((y[0] - want).abs() <= 2e-3 * want, "{inputs}: {} {want}", y[0]);
                }
            }
            let extreme: Vec<f32> = ends.iter().copied().cycle().take(inputs).collect();
            for processor in Processor::all() {
                let (mut pairs, mut scales) = (vec![[0; 2]; inputs.div_ceil(2)], [0.0]);
                to_integers(processor, &extreme, inputs, &mut pairs, &mut scales);
                assert!(scales[0].is_finite());
                let squares = pairs.as_flattened().iter().map(|&q| i64::from(q).pow(2)).sum::<i64>();
                assert!(squares < 1 << 31, "{squares}");
            }
        }
    }

    #[test]
    fn a_row_is_the_same_to_the_bit_alone_and_among_others() {
        for processor in Processor::all() {
            let (weight, bias, x) = (numbers(50 * 37, 1), numbers(50, 2), numbers(21 * 37, 5));
            let all = apply(processor, &x, 37, &weight, &bias);
            for (x, among) in x.chunks_exact(37).zip(all.chunks_exact(50)) {
                let alone = apply(processor, x, 37, &weight, &bias);
                assert!(alone.iter().zip(among).all(|(a, b)| a.to_bits() == b.to_bits()));
            }
        }
    }
}
