//! The order in which the products read their weights.

/// Outputs per line: as many as one AVX-512 register holds.
pub(super) const LANES: usize = 16;

/// What the products read at once: as wide as a cache line and aligned to it, for a read that crosses into a second
/// line costs twice.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line<T, const N: usize>(pub(super) [T; N]);

/// `R` rows by `V` lines of results.
pub(super) type Tile<T, const V: usize, const R: usize> = [[[T; LANES]; V]; R];

/// A weight matrix of `[outputs, inputs]` in panels of [`LANES`] times `wide` outputs. Within a panel come the lines
/// of the first step over the inputs, then those of the second, and so on. Outputs that are missing from the last
/// panel are zeros.
#[derive(Debug)]
pub(super) struct Panels<L> {
    pub(super) outputs: usize,
    pub(super) steps: usize,
    pub(super) wide: usize,
    pub(super) lines: Vec<L>,
}

impl<L> Panels<L> {
    /// Makes the lines one by one: `line(output, step)` is that of the sixteen outputs from `output` on.
    pub(super) fn new(
        outputs: usize,
        steps: usize,
        wide: usize,
        line: impl Fn(usize, usize) -> L,
    ) -> Panels<L> {
        let width = wide * LANES;
        let mut lines = Vec::with_capacity(outputs.div_ceil(width) * steps * wide);
        for panel in (0..outputs).step_by(width) {
            for step in 0..steps {
                lines.extend((0..wide).map(|l| line(panel + l * LANES, step)));
            }
        }
        Panels { outputs, steps, wide, lines }
    }

    /// The panels with the first output of each.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, &[L])> {
        let width = self.wide * LANES;
        self.lines.chunks_exact((self.steps * self.wide).max(1)).enumerate().map(move |(i, p)| (i * width, p))
    }
}

/// Puts a tile of results into its place in `y` of `[rows, outputs]`; columns beyond the last output are dropped.
#[inline(always)]
pub(super) fn put<const R: usize, const V: usize>(
    tile: &Tile<f32, V, R>,
    y: &mut [f32],
    outputs: usize,
    row: usize,
    column: usize,
) {
    for (tile, y) in tile.iter().zip(y[row * outputs..].chunks_exact_mut(outputs)) {
        let y = &mut y[column..];
        if let Some(y) = y.get_mut(..V * LANES) {
            y.copy_from_slice(tile.as_flattened());
        } else {
            y.copy_from_slice(&tile.as_flattened()[..y.len()]);
        }
    }
}

/// `R` rows of `length` elements from `row` on, of a matrix whose rows start `stride` elements apart.
#[inline(always)]
pub(super) fn rows_of<T, const R: usize>(x: &[T], row: usize, stride: usize, length: usize) -> [&[T]; R] {
    std::array::from_fn(|r| &x[(row + r) * stride..][..length])
}

/// Calls a function that takes its number of rows as a constant for all of `$rows`, at most `$most` (of 8) at a time.
macro_rules! in_tiles {
    ($rows:expr, $most:expr, |$row:ident| $tile:ident::<R $(, $more:tt)*>($($arg:expr),* $(,)?)) => {{
        let mut $row = 0;
        while $row < $rows {
            match ($rows - $row).min($most) {
                1 => $tile::<1 $(, $more)*>($($arg),*),
                2 => $tile::<2 $(, $more)*>($($arg),*),
                3 => $tile::<3 $(, $more)*>($($arg),*),
                4 => $tile::<4 $(, $more)*>($($arg),*),
                5 => $tile::<5 $(, $more)*>($($arg),*),
                6 => $tile::<6 $(, $more)*>($($arg),*),
                7 => $tile::<7 $(, $more)*>($($arg),*),
                _ => $tile::<8 $(, $more)*>($($arg),*),
            }
            $row += $most;
        }
    }};
}
pub(super) use in_tiles;
