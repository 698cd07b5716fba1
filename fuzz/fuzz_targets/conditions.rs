//! Fuzzes the target `conditions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| art20_fuzz::targets::texts::conditions(bytes));
