//! Fuzzes the target `mail`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| art20_fuzz::targets::mailboxes::mail(bytes));
