#![no_main]
#[path = "../targets.rs"]
#[allow(dead_code)]
mod targets;
libfuzzer_sys::fuzz_target!(init: targets::let_guarded_panics_pass(), |bytes: &[u8]| targets::sniff(bytes));
