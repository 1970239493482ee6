#![no_main]
#[path = "../codes.rs"]
#[allow(dead_code)]
mod targets;
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::privacy(bytes));
