//! The product of [`super::Integer`] with AMX, the matrix unit of recent Intel processors.
//!
//! The unit multiplies squares of bytes: 16 rows by 64 inputs with 64 inputs by 16 outputs. A 16-bit integer is
//! 256 times its high byte, which has the sign, and its low byte, which has none; a product of two such integers is
//! four products of bytes. Nothing is rounded and sums wrap round as everywhere else, so that the results are those
//! of the other processors to the bit, at several times their speed.
#![allow(unsafe_code)]

use super::integer::Outputs;
use super::panels::LANES;
use super::rows::Then;
use super::x86::Avx512;
use std::arch::asm;
use std::arch::x86_64::{
    __cpuid_count, __m512i, _mm256_storeu_si256, _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi16_epi8,
    _mm512_cvtepi32_ps, _mm512_load_si512, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mask_storeu_ps,
    _mm512_mul_ps, _mm512_set1_ps, _mm512_slli_epi32, _mm512_srai_epi16, _mm512_storeu_ps,
    _mm512_storeu_si512, _xgetbv,
};

/// Rows of a square of inputs, and outputs of a square of weights.
const ROWS: usize = 16;
/// Inputs of a square.
const INPUTS: usize = 64;
/// Squares of rows whose turn comes together, so that weights are fetched once for all of them.
const BLOCK: usize = 2;

/// Weights as the unit reads them.
pub(super) trait Weight: Copy {
    /// Whether they are bytes, so that a product of integers is two products of bytes, not four.
    const BYTES: bool;
    /// Squares of a row of the input that are multiplied before the next rows' turn: as many as fit into the first-level
    /// cache with those of the weights.
    const TOGETHER: usize;
    /// Squares of weights that are multiplied with all rows before the next ones' turn: so many that they stay in the
    /// second-level cache, and rows are not fetched too often.
    const GROUP: usize;
}

impl Weight for Square {
    const BYTES: bool = false;
    const TOGETHER: usize = 6;
    const GROUP: usize = 96;
}

impl Weight for Bytes {
    const BYTES: bool = true;
    const TOGETHER: usize = 12;
    const GROUP: usize = 768;
}

/// 16 rows of 64 integers, or 64 inputs of 16 outputs, in the order in which the unit reads them.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Square {
    high: [[i8; 64]; 16],
    low: [[u8; 64]; 16],
}

/// 64 inputs of 16 outputs whose weights are bytes, in the same order.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Bytes([[i8; 64]; 16]);

/// What the unit adds up for 16 rows by 16 outputs: products of high with high bytes, low with high, high with low,
/// low with low. With weights that are bytes, the first two only.
#[repr(C, align(64))]
struct Sums([[[i32; LANES]; ROWS]; 4]);

const EMPTY_SUMS: Sums = Sums([[[0; LANES]; ROWS]; 4]);

/// Whether the processor has AMX, and the system lets this process use it.
pub(super) fn available() -> bool {
    cfg!(all(target_os = "linux", not(miri))) && in_processor() && allowed()
}

fn in_processor() -> bool {
    const TILES_AND_BYTES: u32 = 0b11 << 24;
    /// The system saves configuration and tiles when it switches threads.
    const SAVED: u64 = 0b11 << 17;
    #[target_feature(enable = "xsave")]
    fn saved() -> u64 {
        // SAFETY: register 0 exists wherever the instruction does.
        unsafe { _xgetbv(0) }
    }
    // Who has AVX-512, which comes first, has leaf 7.
    std::arch::is_x86_feature_detected!("avx512vnni")
        && std::arch::is_x86_feature_detected!("xsave")
        && __cpuid_count(7, 0).edx & TILES_AND_BYTES == TILES_AND_BYTES
        // SAFETY: the instruction has just been found.
        && unsafe { saved() } & SAVED == SAVED
}

/// Asks Linux for the use of tiles, which a process must do once (`arch_prctl(2)`, `ARCH_REQ_XCOMP_PERM`).
fn allowed() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const REQUEST: i64 = 0x1023;
    const TILES: i64 = 18;
    let answer: i64;
    // SAFETY: the call reads and writes no memory of this process; the registers that it changes are named.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") ARCH_PRCTL => answer,
            in("rdi") REQUEST,
            in("rsi") TILES,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    answer == 0
}

/// Squares of the weights `[outputs, inputs]`: for every sixteen outputs those of all inputs in order.
pub(super) fn weights(pairs: &[[i16; 2]], outputs: usize, inputs: usize) -> Vec<Square> {
    let (rows, steps) = (pairs.as_flattened(), inputs.div_ceil(INPUTS));
    let length = inputs.next_multiple_of(2);
    let mut squares = vec![EMPTY; outputs.div_ceil(LANES) * steps];
    for (output, row) in rows.chunks_exact(length).enumerate() {
        for (input, &weight) in row.iter().enumerate() {
            let square = &mut squares[output / LANES * steps + input / INPUTS];
            let (line, place) = (input % INPUTS / 4, output % LANES * 4 + input % 4);
            square.high[line][place] = (weight >> 8) as i8;
            square.low[line][place] = weight as u8;
        }
    }
    squares
}

/// The same of weights that are bytes.
pub(super) fn bytes(weight: &[i8], outputs: usize, inputs: usize) -> Vec<Bytes> {
    let steps = inputs.div_ceil(INPUTS);
    let mut squares = vec![Bytes([[0; 64]; 16]); outputs.div_ceil(LANES) * steps];
    for (output, row) in weight.chunks_exact(inputs).enumerate() {
        for (group, four) in row.chunks(4).enumerate() {
            let line = &mut squares[output / LANES * steps + group / 16].0[group % 16];
            line[output % LANES * 4..][..four.len()].copy_from_slice(four);
        }
    }
    squares
}

const EMPTY: Square = Square { high: [[0; 64]; 16], low: [[0; 64]; 16] };

/// Puts rows of integers into squares, in place of what was there.
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn split_here(pairs: &[[i16; 2]], inputs: usize, squares: &mut Vec<Square>) {
    let (length, steps) = (inputs.next_multiple_of(2), inputs.div_ceil(INPUTS));
    let rows = pairs.as_flattened().chunks_exact(length);
    squares.resize(rows.len().div_ceil(ROWS) * steps, EMPTY);
    for (row, integers) in rows.enumerate() {
        let (tile, line) = (row / ROWS, row % ROWS);
        let (whole, rest) = integers.as_chunks::<INPUTS>();
        let mut squares = squares[tile * steps..][..steps].iter_mut();
        for (integers, square) in whole.iter().zip(squares.by_ref()) {
            halve(integers, &mut square.high[line], &mut square.low[line]);
        }
        // Behind the last input stand zeros among the weights: what stands here makes no difference.
        for (square, integers) in squares.zip(rest.chunks(INPUTS)) {
            square.high[line]
                .iter_mut()
                .zip(integers)
                .for_each(|(byte, integer)| *byte = (integer >> 8) as i8);
            square.low[line].iter_mut().zip(integers).for_each(|(byte, integer)| *byte = *integer as u8);
        }
    }
}

/// The high and the low bytes of integers.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn halve(integers: &[i16; INPUTS], high: &mut [i8; INPUTS], low: &mut [u8; INPUTS]) {
    for half in 0..2 {
        // SAFETY: 32 integers are read, and as many bytes written, where twice as many stand.
        unsafe {
            let integers = _mm512_loadu_si512(integers.as_ptr().add(32 * half).cast());
            _mm256_storeu_si256(low.as_mut_ptr().add(32 * half).cast(), _mm512_cvtepi16_epi8(integers));
            let upper = _mm512_cvtepi16_epi8(_mm512_srai_epi16::<8>(integers));
            _mm256_storeu_si256(high.as_mut_ptr().add(32 * half).cast(), upper);
        }
    }
}

/// Puts rows of integers into squares, in place of what was there.
pub(super) fn split(pairs: &[[i16; 2]], inputs: usize, squares: &mut Vec<Square>) {
    // SAFETY: squares are only made where AMX was found, and AVX-512 with it.
    unsafe { split_here(pairs, inputs, squares) }
}

/// The product of rows with all weights.
///
/// # Panics
/// If the lengths do not fit together.
pub(super) fn product<W: Weight>(
    x: &[Square],
    scales: &[f32],
    weights: &[W],
    outputs: &Outputs,
    then: Then,
    y: &mut [f32],
) {
    let tiles = scales.len().div_ceil(ROWS);
    if tiles == 0 {
        return;
    }
    assert_eq!(y.len(), scales.len() * outputs.count);
    let steps = weights.len() / outputs.count.div_ceil(LANES);
    // SAFETY: weights are only put in squares where AMX was found, and AVX-512 with it.
    unsafe {
        configure();
        product_here(&x[..tiles * steps], scales, steps, weights, outputs, then, y);
        asm!("tilerelease", options(nostack, nomem));
    }
}

/// Sets all tiles to 16 rows of 64 bytes, until they are released.
///
/// # Safety
/// The processor must have AMX.
unsafe fn configure() {
    #[repr(C, align(64))]
    struct Configuration([u8; 64]);
    let mut configuration = Configuration([0; 64]);
    configuration.0[0] = 1;
    for tile in 0..8 {
        configuration.0[16 + 2 * tile] = 64;
        configuration.0[48 + tile] = 16;
    }
    // SAFETY: the instruction reads 64 bytes.
    unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const configuration, options(nostack, readonly)) };
}

/// Products of as many squares of inputs as of weights.
///
/// # Safety
/// Tiles must be configured.
#[inline]
unsafe fn multiply<W: Weight>(x: &[Square], weights: &[W], sums: &mut Sums) {
    assert!(x.len() == weights.len() && !x.is_empty());
    if W::BYTES {
        // SAFETY: the loop runs once a square and reads it whole; the last two instructions write half of `sums`.
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "2:",
                "tileloadd tmm4, [{x} + {line}]",
                "tileloadd tmm6, [{w} + {line}]",
                "tdpbssd tmm0, tmm4, tmm6",
                "tileloadd tmm5, [{x} + {line} + 1024]",
                "tdpbusd tmm1, tmm5, tmm6",
                "add {x}, 2048",
                "add {w}, 1024",
                "dec {left}",
                "jnz 2b",
                "tilestored [{sums} + {line}], tmm0",
                "tilestored [{sums} + {line} + 1024], tmm1",
                x = inout(reg) x.as_ptr() => _,
                w = inout(reg) weights.as_ptr() => _,
                left = inout(reg) x.len() => _,
                sums = in(reg) &raw mut *sums,
                line = in(reg) 64_usize,
                out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm5") _, out("tmm6") _,
                options(nostack),
            );
        }
        return;
    }
    // SAFETY: the loop runs once a square and reads it whole; the last four instructions write `sums` whole.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{x} + {line}]",
            "tileloadd tmm6, [{w} + {line}]",
            "tdpbssd tmm0, tmm4, tmm6",
            "tileloadd tmm5, [{x} + {line} + 1024]",
            "tdpbusd tmm1, tmm5, tmm6",
            "tileloadd tmm7, [{w} + {line} + 1024]",
            "tdpbsud tmm2, tmm4, tmm7",
            "tdpbuud tmm3, tmm5, tmm7",
            "add {x}, 2048",
            "add {w}, 2048",
            "dec {left}",
            "jnz 2b",
            "tilestored [{sums} + {line}], tmm0",
            "tilestored [{sums} + {line} + 1024], tmm1",
            "tilestored [{sums} + {line} + 2048], tmm2",
            "tilestored [{sums} + {line} + 3072], tmm3",
            x = inout(reg) x.as_ptr() => _,
            w = inout(reg) weights.as_ptr() => _,
            left = inout(reg) x.len() => _,
            sums = in(reg) &raw mut *sums,
            line = in(reg) 64_usize,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// Some weights, so few that they stay in the second-level cache, are multiplied with a few rows, so few that these stay in the
/// first-level cache, then with the next rows. While the unit works on one part, the sums of the one before are added up.
///
/// # Safety
/// Tiles must be configured.
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn product_here<W: Weight>(
    x: &[Square],
    scales: &[f32],
    steps: usize,
    weights: &[W],
    outputs: &Outputs,
    then: Then,
    y: &mut [f32],
) {
    let mut all = [[[0; LANES]; ROWS]; BLOCK];
    let mut finish = |part: &Part, sums: &Sums| {
        let all = &mut all[part.tile % BLOCK];
        if !part.last {
            return add_up::<W>(sums, all, !part.first);
        }
        let rows = part.tile * ROWS..scales.len().min((part.tile + 1) * ROWS);
        let (column, scales) = (part.panel * LANES, &scales[rows.clone()]);
        let y = &mut y[rows.start * outputs.count..rows.end * outputs.count];
        if part.first {
            put(|row| whole::<W>(sums, row), scales, outputs, column, then, y);
        } else {
            // SAFETY: sixteen numbers are read where sixteen stand.
            let before = |row: usize| unsafe { _mm512_loadu_si512(all[row].as_ptr().cast()) };
            put(|row| _mm512_add_epi32(whole::<W>(sums, row), before(row)), scales, outputs, column, then, y);
        }
    };
    let mut sums = [EMPTY_SUMS; 2];
    let [now, before] = &mut sums;
    let (mut now, mut before, mut waiting) = (now, before, None);
    let (panels, tiles) = (weights.len() / steps, x.len() / steps);
    let group = (W::GROUP / steps).max(1);
    for (from, block) in
        (0..panels).step_by(group).flat_map(|from| (0..tiles).step_by(BLOCK).map(move |b| (from, b)))
    {
        for panel in from..panels.min(from + group) {
            for first in (0..steps).step_by(W::TOGETHER) {
                let length = W::TOGETHER.min(steps - first);
                for tile in block..tiles.min(block + BLOCK) {
                    let part = |row: usize| row * steps + first..row * steps + first + length;
                    // SAFETY: tiles are configured, as the caller says.
                    unsafe { multiply(&x[part(tile)], &weights[part(panel)], now) };
                    let part = Part { panel, tile, first: first == 0, last: first + length == steps };
                    if let Some(part) = waiting.replace(part) {
                        finish(&part, before);
                    }
                    std::mem::swap(&mut now, &mut before);
                }
            }
        }
    }
    if let Some(part) = waiting {
        finish(&part, before);
    }
}

/// Which part of a product some sums are.
struct Part {
    panel: usize,
    tile: usize,
    /// Over the first inputs, over the last ones.
    first: bool,
    last: bool,
}

/// The sums of the integers' products out of those of their bytes, a row a register.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn whole<W: Weight>(parts: &Sums, row: usize) -> __m512i {
    // SAFETY: a line is 64 bytes long, and those of `parts` are aligned to as many.
    let sum = |part: usize| unsafe { _mm512_load_si512(parts.0[part][row].as_ptr().cast()) };
    if W::BYTES {
        return _mm512_add_epi32(_mm512_slli_epi32::<8>(sum(0)), sum(1));
    }
    let [high, one, other, low] = std::array::from_fn(sum);
    let mixed = _mm512_slli_epi32::<8>(_mm512_add_epi32(one, other));
    _mm512_add_epi32(_mm512_add_epi32(_mm512_slli_epi32::<16>(high), mixed), low)
}

/// Adds sums to what is there, or puts them there.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn add_up<W: Weight>(parts: &Sums, all: &mut [[i32; LANES]; ROWS], go_on: bool) {
    for (row, all) in all.iter_mut().enumerate() {
        let mut sum = whole::<W>(parts, row);
        // SAFETY: sixteen numbers are read and written where sixteen stand.
        unsafe {
            if go_on {
                sum = _mm512_add_epi32(sum, _mm512_loadu_si512(all.as_ptr().cast()));
            }
            _mm512_storeu_si512(all.as_mut_ptr().cast(), sum);
        }
    }
}

/// The numbers of sums, into up to sixteen columns of `y`, whose rows are `outputs.count` long.
#[inline]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn put(
    sums: impl Fn(usize) -> __m512i,
    scales: &[f32],
    outputs: &Outputs,
    column: usize,
    then: Then,
    y: &mut [f32],
) {
    let (factors, biases) = (&outputs.scales[column..][..LANES], &outputs.biases[column..][..LANES]);
    // SAFETY: sixteen numbers are read where sixteen stand.
    let (factors, biases) = unsafe { (_mm512_loadu_ps(factors.as_ptr()), _mm512_loadu_ps(biases.as_ptr())) };
    for ((row, scale), y) in scales.iter().enumerate().zip(y.chunks_exact_mut(outputs.count)) {
        let scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sums(row)), _mm512_set1_ps(*scale));
        let mut numbers = _mm512_add_ps(_mm512_mul_ps(scaled, factors), biases);
        if then == Then::Gelu {
            let mut array = [0.0; LANES];
            // SAFETY: sixteen numbers are written and read where sixteen stand.
            unsafe {
                _mm512_storeu_ps(array.as_mut_ptr(), numbers);
                then.apply(Avx512::new(), &mut array);
                numbers = _mm512_loadu_ps(array.as_ptr());
            }
        }
        let y = &mut y[column..];
        let there = if y.len() < LANES { (1 << y.len()) - 1 } else { u16::MAX };
        // SAFETY: as many numbers are written as there are columns left, at most sixteen.
        unsafe { _mm512_mask_storeu_ps(y.as_mut_ptr(), there, numbers) };
    }
}
