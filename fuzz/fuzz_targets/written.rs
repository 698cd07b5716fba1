//! Fuzzes the target `written`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| art20_fuzz::targets::written::written(bytes));
