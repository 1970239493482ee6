//! The product of 16-bit integers with weights that are bytes, where the processor multiplies bytes by fours (VNNI): as fast as
//! with weights of 16 bits, which would take twice the memory.
//!
//! An input is 256 · high + low, both of them bytes without a sign once 128 is added to the high one. The products of the high
//! bytes are summed up, moved up by eight bits, and those of the low bytes added; what the 128 has brought in is taken out
//! at the end. Sums wrap round on the way, and are those of [`super::Integer`] to the bit.

use super::integer::{Outputs, finish};
use super::panels::{LANES, Line, Panels, in_tiles, rows_of};
use super::processor::{Machine, Processor, for_every_processor};
use super::rows::Then;

/// Sixteen outputs of four inputs.
pub(super) type Weights = Line<[i8; 4], LANES>;

/// Lines per panel.
const WIDE: usize = 3;

/// Weights in the order in which they are read.
pub(super) struct Bytes {
    panels: Panels<Weights>,
    /// What the 128 in every high byte brings into the sum of an output.
    surplus: Vec<i32>,
}

/// The bytes of rows of integers, by fours of inputs.
#[derive(Debug, Default)]
pub(super) struct Halves {
    high: Vec<[u8; 4]>,
    low: Vec<[u8; 4]>,
}

impl Halves {
    /// Takes rows of `inputs` integers, in pairs, in place of what was here.
    pub(super) fn set(&mut self, pairs: &[[i16; 2]], inputs: usize) {
        let fours = inputs.div_ceil(4);
        let rows = pairs.chunks_exact(inputs.div_ceil(2));
        let length = rows.len() * fours;
        // What is missing from the last four meets weights of 0.
        self.high.resize(length, [0; 4]);
        self.low.resize(length, [0; 4]);
        let halves = self.high.chunks_exact_mut(fours).zip(self.low.chunks_exact_mut(fours));
        for (row, (high, low)) in rows.zip(halves) {
            let bytes = high.as_flattened_mut().iter_mut().zip(low.as_flattened_mut());
            for (&q, (high, low)) in row.as_flattened().iter().zip(bytes) {
                *high = ((q >> 8) as u8) ^ 0x80;
                *low = q as u8;
            }
        }
    }
}

impl Bytes {
    pub(super) fn new(weight: &[i8], outputs: usize, inputs: usize) -> Bytes {
        let at = |output: usize, input: usize| {
            if output < outputs && input < inputs { weight[output * inputs + input] } else { 0 }
        };
        let panels = Panels::new(outputs, inputs.div_ceil(4), WIDE, |output, step| {
            Line(std::array::from_fn(|i| [0, 1, 2, 3].map(|of_four| at(output + i, 4 * step + of_four))))
        });
        let sum = |row: &[i8]| row.iter().map(|&w| i32::from(w)).sum::<i32>();
        let mut surplus: Vec<i32> =
            weight.chunks_exact(inputs).map(|row| sum(row).wrapping_shl(15)).collect();
        surplus.resize(outputs.next_multiple_of(WIDE * LANES), 0);
        Bytes { panels, surplus }
    }
}

for_every_processor! {
    /// As [`super::Integer::apply_then`].
    pub(super) fn product(x: &Halves, scales: &[f32], weights: &Bytes, outputs: &Outputs, then: Then, y: &mut [f32]) = product_by_panels
}

#[inline(always)]
fn product_by_panels<M: Machine>(
    machine: M,
    x: &Halves,
    scales: &[f32],
    weights: &Bytes,
    outputs: &Outputs,
    then: Then,
    y: &mut [f32],
) {
    for (column, panel) in weights.panels.each() {
        let panel = panel.as_chunks::<WIDE>().0;
        let surplus = &weights.surplus[column..];
        in_tiles!(scales.len(), 8, |row| tile::<R, _>(
            machine, x, scales, row, panel, surplus, outputs, column, then, y
        ));
    }
}

/// `R` rows by one panel, from `row` and `column` on.
#[allow(clippy::too_many_arguments, reason = "a tile is where everything meets")]
#[inline(always)]
fn tile<const R: usize, M: Machine>(
    machine: M,
    x: &Halves,
    scales: &[f32],
    row: usize,
    panel: &[[Weights; WIDE]],
    surplus: &[i32],
    outputs: &Outputs,
    column: usize,
    then: Then,
    y: &mut [f32],
) {
    let mut sums = [[[0; LANES]; WIDE]; R];
    machine.add_byte_products(rows_of(&x.high, row, panel.len(), panel.len()), panel, &mut sums);
    for sum in sums.as_flattened_mut().as_flattened_mut() {
        *sum = sum.wrapping_shl(8);
    }
    machine.add_byte_products(rows_of(&x.low, row, panel.len(), panel.len()), panel, &mut sums);
    for sums in &mut sums {
        for (sum, surplus) in sums.as_flattened_mut().iter_mut().zip(surplus) {
            *sum = sum.wrapping_sub(*surplus);
        }
    }
    finish::<R, WIDE, M>(machine, &sums, &scales[row..], outputs, column, then, y, row);
}
