//! The product of 16-bit integers with weights that are bytes, where the processor multiplies bytes by fours (VNNI): as fast as
//! with weights of 16 bits, which would take twice the memory.
//!
//! An input is 256 · high + low, both of them bytes without a sign once 128 is added to the high one. The products of the high
//! bytes are summed up, moved up by eight bits, and those of the low bytes added; what the 128 has brought in is taken out
//! at the end. Sums wrap round on the way, and are those of [`super::Integer`] to the bit.

use super::integer::{Outputs, Scratch, finish};
use super::panels::{LANES, Line, Panels, in_tiles};
use super::processor::{Machine, Processor, for_every_processor};
use super::rows::Then;

/// Sixteen outputs of four inputs.
pub(super) type Weights = Line<[i8; 4], LANES>;

/// Lines per panel, and rows per tile: with a sum for either half of every row 24 accumulators of 32.
const WIDE: usize = 2;
const ROWS: usize = 6;

/// Weights in the order in which they are read.
pub(super) struct Bytes {
    panels: Panels<Weights>,
    /// What the 128 in every high byte brings into the sum of an output.
    surplus: Vec<i32>,
}

/// The bytes of rows of integers in the order in which they are read: by tiles of [`ROWS`] rows (the last of what is left), in
/// a tile by fours of inputs, of each first the high bytes of all rows, then the low ones.
#[derive(Debug, Default)]
pub(super) struct Halves(Vec<[u8; 4]>);

impl Halves {
    /// Takes rows of `inputs` integers, in pairs, in place of what was here.
    pub(super) fn set(&mut self, processor: Processor, pairs: &[[i16; 2]], inputs: usize) {
        self.0.resize(pairs.len() / inputs.div_ceil(2) * 2 * inputs.div_ceil(4), [0; 4]);
        halve(processor, pairs, inputs, &mut self.0);
    }
}

for_every_processor! {
    fn halve(pairs: &[[i16; 2]], inputs: usize, tiles: &mut [[u8; 4]]) = halve_all
}

#[inline(always)]
fn halve_all<M: Machine>(_: M, pairs: &[[i16; 2]], inputs: usize, tiles: &mut [[u8; 4]]) {
    /// Inputs that are halved at once, and put to their places then.
    const BLOCK: usize = 64;
    let (length, fours) = (inputs.div_ceil(2), inputs.div_ceil(4));
    for (pairs, tile) in pairs.chunks(ROWS * length).zip(tiles.chunks_mut(ROWS * 2 * fours)) {
        let rows = pairs.len() / length;
        for (row, pairs) in pairs.chunks_exact(length).enumerate() {
            for (block, tile) in pairs.chunks(BLOCK / 2).zip(tile.chunks_mut(BLOCK / 4 * 2 * rows)) {
                // What is missing from the last four meets weights of 0.
                let mut halves = [[0; BLOCK]; 2];
                let [high, low] = &mut halves;
                high.iter_mut().zip(block.as_flattened()).for_each(|(high, q)| *high = (q >> 8) as u8 ^ 0x80);
                low.iter_mut().zip(block.as_flattened()).for_each(|(low, q)| *low = *q as u8);
                let [high, low] = halves.each_ref().map(|half| half.as_chunks::<4>().0);
                for (tile, (high, low)) in tile.chunks_exact_mut(2 * rows).zip(high.iter().zip(low)) {
                    (tile[row], tile[rows + row]) = (*high, *low);
                }
            }
        }
    }
}

impl Bytes {
    pub(super) fn new(weight: &[i8], outputs: usize, inputs: usize) -> Bytes {
        let fours = inputs.div_ceil(4);
        let mut rows = vec![[0; 4]; outputs * fours];
        for (fours, row) in rows.chunks_exact_mut(fours).zip(weight.chunks_exact(inputs)) {
            fours.as_flattened_mut()[..inputs].copy_from_slice(row);
        }
        // Outputs that are missing from the last panel are behind the last row.
        let of = |output: usize, step: usize| rows.get(output * fours + step).copied().unwrap_or_default();
        let panels = Panels::new(outputs, fours, WIDE, |output, step| {
            Line(std::array::from_fn(|i| of(output + i, step)))
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
    let mut scratch = Scratch::default();
    for (column, panel) in weights.panels.each() {
        let panel = panel.as_chunks::<WIDE>().0;
        let surplus = &weights.surplus[column..];
        in_tiles!(scales.len(), ROWS, |row| tile::<R, _>(
            machine,
            x,
            scales,
            row,
            panel,
            surplus,
            outputs,
            column,
            then,
            &mut scratch,
            y
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
    scratch: &mut Scratch<WIDE>,
    y: &mut [f32],
) {
    let (sums, numbers) = scratch.of_rows::<R>();
    let (rows, _) = x.0[2 * row * panel.len()..][..2 * R * panel.len()].as_chunks::<R>();
    machine.byte_products(rows.as_chunks::<2>().0, panel, sums);
    for sums in &mut *sums {
        for (sum, surplus) in sums.as_flattened_mut().iter_mut().zip(surplus) {
            *sum = sum.wrapping_sub(*surplus);
        }
    }
    finish(machine, sums, &scales[row..], outputs, column, then, numbers, y, row);
}
