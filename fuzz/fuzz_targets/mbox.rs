//! Fuzzes the target `mbox`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| art20_fuzz::targets::mailboxes::mbox(bytes));
