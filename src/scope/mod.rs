//! What Art. 20 covers: one total function from a row to its decision, one from a value to its (contract 6).
//!
//! Only this room can make a [`PortableRecord`], and the archive takes nothing else (law 2).

mod consent;
mod error;
mod portable;
mod rules;
mod third_parties;

#[cfg(test)]
mod tests;

pub use consent::{ConsentBook, ConsentState, Withdrawal};
pub use error::ScopeError;
pub use portable::{Circumstances, PortableRecord, ScopeDecision, Tally, decide, retention_ended};
pub use rules::{Hold, OwnActivity, RowFacts, ValueFacts, decide_row, decide_value};
pub use third_parties::{Replaced, Replacer, Sightings};
