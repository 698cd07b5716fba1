//! Fuzzes the target `verify`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| art20_fuzz::targets::archives::verify(bytes));
