//! Who the data subject is: identifiers in canonical form, and the rows that they and what they teach lead to.
//!
//! [`identify()`] follows the conditions and links of the configuration to a fixed point. It sees rows only through
//! [`Finder`], which the stores implement, so nothing here knows SQL.

mod evaluate;
pub mod finder;
mod found;
pub mod identifier;
mod identify;
mod keys;
mod links;
mod matching;
mod order;
mod persons;
mod phone;
mod search;

pub use finder::{ColumnTest, Finder, FoundRow, RowId, Test};
pub use found::{FoundBySets, Matched, MatchedRow, Perhaps, RowFate};
pub use identifier::{Identifier, IdentifierError};
pub use identify::{Ambiguity, Decisions, Identification, IdentifyError, KnownIdentifier, Suggestion, identify};
pub use matching::{canonical_in, list_has};

#[cfg(test)]
mod tests;
