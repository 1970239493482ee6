//! Pages of the program's own file: what is compiled in counts as its memory once it has been read, and need not any more once it
//! has been copied.
#![cfg_attr(target_os = "linux", allow(unsafe_code))]

/// Bytes that lie in the program's file, as it was laid into memory.
#[derive(Clone, Copy)]
pub(super) struct OfTheProgram(#[cfg_attr(not(target_os = "linux"), allow(dead_code))] &'static [u8]);

#[cfg(target_os = "linux")]
impl OfTheProgram {
    /// Nothing, if these bytes lie anywhere else.
    pub(super) fn find(bytes: &'static [u8]) -> Option<OfTheProgram> {
        let from = bytes.as_ptr() as usize;
        let to = from + bytes.len();
        let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
        let holds = |line: &str| {
            // 55d0c8a00000-55d0cf600000 r--p 00000000 fd:00 1234567 /usr/bin/breakthrough
            let mut words = line.split_ascii_whitespace();
            let (start, end) = words.next()?.split_once('-')?;
            let [start, end] = [start, end].map(|hex| usize::from_str_radix(hex, 16).ok());
            let of_a_file = words.next()? == "r--p" && words.nth(2)? != "0";
            Some(of_a_file && start? <= from && to <= end?)
        };
        maps.lines().any(|line| holds(line) == Some(true)).then_some(OfTheProgram(bytes))
    }

    /// Says that a part of them is done with. Whoever reads it all the same finds it as it was, and waits for the disk.
    pub(super) fn let_go(self, part: &[u8]) {
        use rustix::mm::{Advice, madvise};
        let page = rustix::param::page_size();
        let inside = self.0.as_ptr_range();
        let range = part.as_ptr_range();
        if range.start < inside.start || range.end > inside.end {
            return;
        }
        // Only pages that hold nothing else.
        let start = (range.start as usize).next_multiple_of(page);
        let end = range.end as usize / page * page;
        if start < end {
            // SAFETY: these pages are mapped from a file, privately and not to be written to, as `find` has seen; and nobody has
            // written to them before, for they are bytes of a constant. The system takes them from the file again when they are read.
            let _ = unsafe { madvise(start as *mut _, end - start, Advice::LinuxDontNeed) };
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl OfTheProgram {
    /// Elsewhere nothing is known of pages.
    pub(super) fn find(_: &'static [u8]) -> Option<OfTheProgram> {
        None
    }

    /// Does nothing.
    pub(super) fn let_go(self, _: &[u8]) {}
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    static CONSTANT: [u8; 1 << 16] = [7; 1 << 16];

    #[test]
    fn what_was_let_go_is_as_it_was() {
        let bytes = OfTheProgram::find(&CONSTANT).unwrap();
        let sum = || CONSTANT.iter().map(|&byte| u64::from(std::hint::black_box(byte))).sum::<u64>();
        assert_eq!(sum(), 7 << 16);
        bytes.let_go(&CONSTANT);
        bytes.let_go(&CONSTANT[100..200]);
        assert_eq!(sum(), 7 << 16);
    }

    #[test]
    fn what_lies_elsewhere_is_left_alone() {
        let heap: &'static [u8] = Box::leak(vec![1_u8; 1 << 16].into_boxed_slice());
        assert!(OfTheProgram::find(heap).is_none());
        let heap = vec![2_u8; 1 << 16];
        OfTheProgram::find(&CONSTANT).unwrap().let_go(&heap);
        assert!(heap.iter().all(|&byte| byte == 2));
    }
}
