//! The arithmetic of the embedded engine, for the processor at hand: the one place with `unsafe` but for
//! `model/pages.rs`.
//!
//! Two products of matrices, [`Exact`] in single precision and [`Integer`] in 16-bit integers, and the work on rows
//! between them ([`rows`], [`attention`]). Everything but the integer products is plain Rust that is compiled once
//! for every [`Processor`]; which of the compilations runs is decided when the program starts. On 64-bit Arm, NEON
//! is part of every processor, so that the portable compilation is the NEON one there (it could not be run where
//! this was written).
//!
//! Every element of a product is one sum over the inputs in their order, whatever rows stand around it. Results
//! therefore depend neither on how windows are packed nor on the number of threads, and AVX2 and AVX-512 give the
//! same bits. The portable compilation for x86-64 has no fused multiply-add and differs in the last bits.

#![allow(
    clippy::inline_always,
    reason = "a body that is compiled for several processors must end up within each"
)]

#[cfg(target_arch = "x86_64")]
mod amx;
pub mod attention;
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
mod bytes;
mod exact;
mod integer;
mod panels;
mod processor;
pub mod rows;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use exact::Exact;
pub use integer::{Integer, Quantised};
pub use processor::Processor;

#[cfg(test)]
mod tests {
    /// Rows to try: none, one, around and beyond what a tile holds.
    pub(super) const ROWS: [usize; 10] = [0, 1, 5, 6, 7, 8, 9, 13, 17, 70];

    /// Outputs and inputs to try: odd ones, and those of the model.
    pub(super) const SHAPES: [(usize, usize); 8] =
        [(5, 13), (1, 1), (17, 2), (48, 384), (13, 192), (192, 640), (50, 1536), (97, 33)];

    /// Numbers between −1 and 1 in no order that a kernel could get right by chance.
    pub(super) fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| (((i + seed) * 7919 % 1009) as f32 - 504.0) / 504.0).collect()
    }
}
