//! The products with the instructions of x86-64, which no source in plain Rust is reliably compiled to.
#![allow(unsafe_code)]

use super::panels::{LANES, Tile};
use super::processor::Machine;
use super::{bytes, exact, integer};
use std::arch::x86_64::{
    __m256, __m256i, __m512, __m512i, _mm256_add_epi32, _mm256_fmadd_ps, _mm256_load_ps, _mm256_load_si256,
    _mm256_loadu_ps, _mm256_madd_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_si256,
    _mm256_storeu_ps, _mm256_storeu_si256, _mm512_add_epi32, _mm512_dpbusd_epi32, _mm512_dpwssd_epi32,
    _mm512_fmadd_ps, _mm512_load_ps, _mm512_load_si512, _mm512_loadu_ps, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_si512, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_storeu_si512,
};

/// A processor with AVX2 and FMA.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    pub(super) fn new() -> Avx2 {
        Avx2(())
    }
}

/// A processor with AVX-512 and its instructions for neural networks.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
    #[inline]
    pub(super) fn new() -> Avx512 {
        Avx512(())
    }
}

macro_rules! machine {
    ($machine:ident, $products:ident, $rows:literal, $integer_products:ident $(, $byte_products:ident)?) => {
        impl Machine for $machine {
            const FUSED: bool = true;

            #[inline(always)]
            fn add_products<const R: usize, const V: usize>(
                self,
                x: [&[f32]; R],
                panel: &[[exact::Weights; V]],
                sums: &mut Tile<f32, V, R>,
            ) {
                assert!(x.iter().all(|row| row.len() == panel.len()));
                // SAFETY: a machine is only made where its instructions are. The rows are as long as the panel; checking
                // that at every step costs a third of the speed.
                unsafe { $products(|row, step| *x[row].get_unchecked(step), panel, sums) }
            }

            #[inline(always)]
            fn add_products_of_lanes<const V: usize>(
                self,
                x: &[exact::Weights],
                first: usize,
                panel: &[[exact::Weights; V]],
                sums: &mut Tile<f32, V, 8>,
            ) {
                assert!(first + 8 <= LANES && x.len() == panel.len());
                for (lanes, sums) in (first..).step_by($rows).zip(sums.as_chunks_mut::<$rows>().0) {
                    // SAFETY: as above; there are eight lanes, and a line for every step.
                    unsafe {
                        $products(
                            |row, step| *x.get_unchecked(step).0.get_unchecked(lanes + row),
                            panel,
                            sums,
                        )
                    }
                }
            }

            #[inline(always)]
            fn integer_products<const R: usize, const V: usize>(
                self,
                x: [&[[i16; 2]]; R],
                panel: &[[integer::Weights; V]],
                sums: &mut Tile<i32, V, R>,
            ) {
                assert!(x.iter().all(|row| row.len() == panel.len()));
                // SAFETY: a machine is only made where its instructions are; the rows are as long as the panel.
                unsafe { $integer_products(x, panel, sums) }
            }
            $(
                #[inline(always)]
                fn byte_products<const R: usize, const V: usize>(
                    self,
                    x: &[[[[u8; 4]; R]; 2]],
                    panel: &[[bytes::Weights; V]],
                    sums: &mut Tile<i32, V, R>,
                ) {
                    // SAFETY: a machine is only made where its instructions are.
                    unsafe { $byte_products(x, panel, sums) }
                }
            )?
        }
    };
}
// Of eight rows in lanes AVX2 takes four at a time: more sums do not fit into its registers.
machine!(Avx2, products_avx2, 4, integer_products_avx2);
machine!(Avx512, products_avx512, 8, integer_products_avx512, byte_products_avx512);

/// A pair of inputs as the one number that is read and spread over a register.
#[inline(always)]
fn pair([even, odd]: [i16; 2]) -> i32 {
    i32::from(even as u16) | i32::from(odd) << 16
}

/// `x` is the number of a row at a step.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn products_avx512<const R: usize, const V: usize>(
    x: impl Fn(usize, usize) -> f32,
    panel: &[[exact::Weights; V]],
    sums: &mut Tile<f32, V, R>,
) {
    // SAFETY: sixteen numbers of 32 bits are read and written where sixteen stand; a line is aligned to 64 bytes.
    unsafe {
        let mut own: [[__m512; V]; R] =
            std::array::from_fn(|r| std::array::from_fn(|v| _mm512_loadu_ps(sums[r][v].as_ptr())));
        for (step, weights) in panel.iter().enumerate() {
            let weights: [__m512; V] = std::array::from_fn(|v| _mm512_load_ps(weights[v].0.as_ptr()));
            for (row, sums) in own.iter_mut().enumerate() {
                let x = _mm512_set1_ps(x(row, step));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm512_fmadd_ps(x, weights, *sum);
                }
            }
        }
        for (sum, own) in sums.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
            _mm512_storeu_ps(sum.as_mut_ptr(), *own);
        }
    }
}

/// `vpdpwssd` multiplies 32 pairs and adds them to 16 sums.
///
/// # Safety
/// Every row must be as long as the panel: checking at every step costs a third of the speed.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn integer_products_avx512<const R: usize, const V: usize>(
    x: [&[[i16; 2]]; R],
    panel: &[[integer::Weights; V]],
    sums: &mut Tile<i32, V, R>,
) {
    // SAFETY: as in `products_avx512`; a line holds sixteen pairs, 64 bytes.
    unsafe {
        let mut own = [[_mm512_setzero_si512(); V]; R];
        for (step, weights) in panel.iter().enumerate() {
            let weights: [__m512i; V] =
                std::array::from_fn(|v| _mm512_load_si512(weights[v].0.as_ptr().cast()));
            for (x, sums) in x.iter().zip(&mut own) {
                let x = _mm512_set1_epi32(pair(*x.get_unchecked(step)));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm512_dpwssd_epi32(*sum, x, weights);
                }
            }
        }
        for (sum, own) in sums.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
            _mm512_storeu_si512(sum.as_mut_ptr().cast(), *own);
        }
    }
}

/// `vpdpbusd` multiplies 64 bytes without a sign with as many that have one, and adds them by fours to 16 sums.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn byte_products_avx512<const R: usize, const V: usize>(
    x: &[[[[u8; 4]; R]; 2]],
    panel: &[[bytes::Weights; V]],
    sums: &mut Tile<i32, V, R>,
) {
    // SAFETY: as in `products_avx512`; a line holds sixteen fours, 64 bytes.
    unsafe {
        let mut own = [[[_mm512_setzero_si512(); V]; R]; 2];
        for (x, weights) in x.iter().zip(panel) {
            let weights: [__m512i; V] =
                std::array::from_fn(|v| _mm512_load_si512(weights[v].0.as_ptr().cast()));
            for (x, sums) in x.as_flattened().iter().zip(own.as_flattened_mut()) {
                let x = _mm512_set1_epi32(i32::from_le_bytes(*x));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm512_dpbusd_epi32(*sum, x, weights);
                }
            }
        }
        let [high, low] = own;
        let both = high.as_flattened().iter().zip(low.as_flattened());
        for (sum, (high, low)) in sums.as_flattened_mut().iter_mut().zip(both) {
            let all = _mm512_add_epi32(_mm512_slli_epi32::<8>(*high), *low);
            _mm512_storeu_si512(sum.as_mut_ptr().cast(), all);
        }
    }
}

/// As [`products_avx512`].
#[inline]
#[target_feature(enable = "avx2,fma")]
fn products_avx2<const R: usize, const V: usize>(
    x: impl Fn(usize, usize) -> f32,
    panel: &[[exact::Weights; V]],
    sums: &mut Tile<f32, V, R>,
) {
    // SAFETY: as in `products_avx512`, in halves of eight numbers.
    unsafe {
        let mut own: [[[__m256; 2]; V]; R] = std::array::from_fn(|r| {
            std::array::from_fn(|v| [0, 8].map(|half| _mm256_loadu_ps(sums[r][v].as_ptr().add(half))))
        });
        for (step, weights) in panel.iter().enumerate() {
            let weights: [[__m256; 2]; V] =
                std::array::from_fn(|v| [0, 8].map(|half| _mm256_load_ps(weights[v].0.as_ptr().add(half))));
            for (row, sums) in own.iter_mut().enumerate() {
                let x = _mm256_set1_ps(x(row, step));
                for (sum, weights) in sums.as_flattened_mut().iter_mut().zip(weights.as_flattened()) {
                    *sum = _mm256_fmadd_ps(x, *weights, *sum);
                }
            }
        }
        for (sum, own) in sums.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
            _mm256_storeu_ps(sum.as_mut_ptr(), own[0]);
            _mm256_storeu_ps(sum.as_mut_ptr().add(LANES / 2), own[1]);
        }
    }
}

/// `vpmaddwd` multiplies 16 pairs and adds the two of each; that fits, as no number is −32768 (`rows::to_integers`).
///
/// # Safety
/// Every row must be as long as the panel.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn integer_products_avx2<const R: usize, const V: usize>(
    x: [&[[i16; 2]]; R],
    panel: &[[integer::Weights; V]],
    sums: &mut Tile<i32, V, R>,
) {
    // SAFETY: as in `products_avx512`, in halves of eight pairs.
    unsafe {
        let mut own = [[[_mm256_setzero_si256(); 2]; V]; R];
        for (step, weights) in panel.iter().enumerate() {
            let weights: [[__m256i; 2]; V] = std::array::from_fn(|v| {
                [0, 8].map(|half| _mm256_load_si256(weights[v].0.as_ptr().add(half).cast()))
            });
            for (x, sums) in x.iter().zip(&mut own) {
                let x = _mm256_set1_epi32(pair(*x.get_unchecked(step)));
                for (sum, weights) in sums.as_flattened_mut().iter_mut().zip(weights.as_flattened()) {
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(x, *weights));
                }
            }
        }
        for (sum, own) in sums.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
            _mm256_storeu_si256(sum.as_mut_ptr().cast(), own[0]);
            _mm256_storeu_si256(sum.as_mut_ptr().add(LANES / 2).cast(), own[1]);
        }
    }
}
