//! What names and samples of tables and columns suggest: who is named, what is secret, which kind of record a row may be.
//! A guess decides nothing: `art20 init` marks each for review, and `art20 check` warns where the configuration says
//! something else. No value of a store leaves this room but the keys of JSON objects, which are names of columns too.

pub mod columns;
mod fields;
pub mod sample;
pub mod tables;
pub mod words;

pub use fields::field;
pub use sample::Sample;
pub use words::{joined, singular, words};
