//! What is fuzzed: for each target a function that takes any bytes at all and fails if art20 breaks a promise about
//! them. The programs in `fuzz/` call these functions with what libFuzzer invents; the test beside this file replays
//! `fixtures/fuzz/`, so that whatever was once found stays found.

pub mod archives;
pub mod mailboxes;
pub mod tables;
pub mod texts;
pub mod written;

/// A target: its name, which is that of its folder in the corpus, and what must hold of any bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 11] = [
    ("configuration", texts::configuration),
    ("identifiers", texts::identifiers),
    ("conditions", texts::conditions),
    ("numbers", texts::numbers),
    ("json", texts::json),
    ("addresses", mailboxes::addresses),
    ("mail", mailboxes::mail),
    ("mbox", mailboxes::mbox),
    ("csv", tables::csv),
    ("verify", archives::verify),
    ("written", written::written),
];

/// The letters and digits of a text: what a reader may rearrange but never lose.
pub fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
