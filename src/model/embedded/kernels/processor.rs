//! What the processor can do, found out at run time.

use super::panels::Tile;
use super::{bytes, exact, integer};

/// A processor that the kernels are compiled for. A value is only made where the processor has been found to be
/// one, which is what makes calling its compilations sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processor(Level);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Portable,
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 F, BW, DQ, VL and VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// That, and AMX for bytes.
    #[cfg(target_arch = "x86_64")]
    Amx,
}

impl Processor {
    /// The best that this machine can do.
    #[must_use]
    pub fn here() -> Processor {
        Processor::all()[0]
    }

    /// All that this machine can do, the best first.
    #[must_use]
    pub fn all() -> Vec<Processor> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx2 = has!("avx2") && has!("fma");
            let avx512 = has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl");
            let avx512 = avx2 && avx512 && has!("avx512vnni");
            if avx512 && super::amx::available() {
                all.push(Processor(Level::Amx));
            }
            if avx512 {
                all.push(Processor(Level::Avx512));
            }
            if avx2 {
                all.push(Processor(Level::Avx2));
            }
        }
        all.push(Processor(Level::Portable));
        all
    }

    pub(super) fn level(self) -> Level {
        self.0
    }

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Portable if cfg!(target_arch = "aarch64") => "NEON",
            Level::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "AVX-512 with VNNI",
            #[cfg(target_arch = "x86_64")]
            Level::Amx => "AMX and AVX-512",
        }
    }
}

/// What a compilation has of its own. A value is only made by [`for_every_processor`], where the processor is known to
/// have the instructions.
pub(super) trait Machine: Copy {
    /// Whether it multiplies and adds in one instruction.
    const FUSED: bool;

    /// Adds to `sums` the products of `R` rows and one panel, input by input.
    fn add_products<const R: usize, const V: usize>(
        self,
        x: [&[f32]; R],
        panel: &[[exact::Weights; V]],
        sums: &mut Tile<f32, V, R>,
    );

    /// The same for eight rows that stand side by side in the lanes from `first` on, a line per input.
    fn add_products_of_lanes<const V: usize>(
        self,
        x: &[exact::Weights],
        first: usize,
        panel: &[[exact::Weights; V]],
        sums: &mut Tile<f32, V, 8>,
    );

    /// The same in integers, pair by pair, in place of what the sums were; they wrap round.
    fn integer_products<const R: usize, const V: usize>(
        self,
        x: [&[[i16; 2]]; R],
        panel: &[[integer::Weights; V]],
        sums: &mut Tile<i32, V, R>,
    );

    /// The same with the high bytes of rows and with the low ones, four by four: products of the high ones count 256 times.
    #[inline(always)]
    fn byte_products<const R: usize, const V: usize>(
        self,
        x: &[[[[u8; 4]; R]; 2]],
        panel: &[[bytes::Weights; V]],
        sums: &mut Tile<i32, V, R>,
    ) {
        sums.as_flattened_mut().as_flattened_mut().fill(0);
        for (halves, weights) in x.iter().zip(panel) {
            for (x, worth) in halves.iter().zip([256, 1]) {
                for (x, sums) in x.iter().zip(sums.iter_mut()) {
                    for (weight, sum) in weights.iter().flat_map(|line| &line.0).zip(sums.as_flattened_mut())
                    {
                        let products = x.iter().zip(weight).map(|(&x, &w)| i32::from(x) * i32::from(w));
                        *sum = sum.wrapping_add(products.sum::<i32>().wrapping_mul(worth));
                    }
                }
            }
        }
    }

    /// `a · b + c`: rounded once where the processor does that in one instruction, because doing so without is slow.
    #[inline(always)]
    fn multiply_add(self, a: f32, b: f32, c: f32) -> f32 {
        if Self::FUSED { a.mul_add(b, c) } else { a * b + c }
    }
}

/// Plain Rust, for any processor.
#[derive(Clone, Copy)]
pub(super) struct Portable;

impl Machine for Portable {
    const FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

    #[inline(always)]
    fn add_products<const R: usize, const V: usize>(
        self,
        x: [&[f32]; R],
        panel: &[[exact::Weights; V]],
        sums: &mut Tile<f32, V, R>,
    ) {
        for (x, sums) in x.iter().zip(sums) {
            for (x, weights) in x.iter().zip(panel) {
                for (weight, sum) in weights.iter().flat_map(|line| &line.0).zip(sums.as_flattened_mut()) {
                    *sum = self.multiply_add(*x, *weight, *sum);
                }
            }
        }
    }

    #[inline(always)]
    fn add_products_of_lanes<const V: usize>(
        self,
        x: &[exact::Weights],
        first: usize,
        panel: &[[exact::Weights; V]],
        sums: &mut Tile<f32, V, 8>,
    ) {
        for (x, weights) in x.iter().zip(panel) {
            for (x, sums) in x.0[first..].iter().zip(sums.iter_mut()) {
                for (weight, sum) in weights.iter().flat_map(|line| &line.0).zip(sums.as_flattened_mut()) {
                    *sum = self.multiply_add(*x, *weight, *sum);
                }
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
        sums.as_flattened_mut().as_flattened_mut().fill(0);
        for (x, sums) in x.iter().zip(sums) {
            for (x, weights) in x.iter().zip(panel) {
                for (weight, sum) in weights.iter().flat_map(|line| &line.0).zip(sums.as_flattened_mut()) {
                    let [even, odd] = [0, 1].map(|i| i32::from(x[i]) * i32::from(weight[i]));
                    *sum = sum.wrapping_add(even).wrapping_add(odd);
                }
            }
        }
    }
}

/// Compiles a function for every [`Processor`] and chooses at run time. The body is an `#[inline(always)]` function
/// that takes the [`Machine`] before the arguments.
macro_rules! for_every_processor {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) = $body:ident) => {
        $(#[$meta])*
        $vis fn $name(processor: Processor, $($arg: $type),*) {
            use $crate::model::embedded::kernels::processor::{Level, Portable};
            #[cfg(target_arch = "x86_64")]
            use $crate::model::embedded::kernels::x86::{Avx2, Avx512};

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $type),*) {
                $body(Avx2::new(), $($arg),*);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
            fn avx512($($arg: $type),*) {
                $body(Avx512::new(), $($arg),*);
            }
            match processor.level() {
                Level::Portable => $body(Portable, $($arg),*),
                // SAFETY: a `Processor` of this level is only made where these instructions have been found.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code)]
                Level::Avx2 => unsafe { avx2($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code)]
                Level::Avx512 | Level::Amx => unsafe { avx512($($arg),*) },
            }
        }
    };
}
pub(super) use for_every_processor;
