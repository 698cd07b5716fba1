//! Fuzzes the target `csv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| art20_fuzz::targets::tables::csv(bytes));
