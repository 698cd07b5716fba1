//! Recognising the data subject: what goes in, what comes out, and why it may fail. [`super::search`] does it.

use super::finder::{Finder, RowId};
use super::found::{FoundBySets, Matched};
use super::identifier::Identifier;
use super::search::Search;
use crate::controller::Controller;

/// What the operator has decided about doubtful cases.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decisions {
    /// Rows found through shared identifiers are taken as the subject's.
    pub accept_shared: bool,
    /// Several persons are one.
    pub same_person: bool,
}

/// An identifier of the subject.
#[derive(Debug, Clone)]
pub struct KnownIdentifier {
    /// The identifier.
    pub identifier: Identifier,
    /// The collection that taught it; none if the request named it.
    pub taught_by: Option<String>,
    /// It leads to someone else too.
    pub shared: bool,
}

/// An identifier that the subject merely typed in. Never followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suggestion {
    /// The identifier.
    pub identifier: Identifier,
    /// The collection that holds it.
    pub collection: String,
}

/// Who the subject is, and which rows are theirs.
#[derive(Debug, Clone)]
pub struct Identification {
    /// Every identifier, those of the request first.
    pub identifiers: Vec<KnownIdentifier>,
    /// Identifiers to ask the subject about.
    pub suggestions: Vec<Suggestion>,
    /// The rows of each collection, in the order of the configuration.
    pub matched: Vec<Matched>,
    /// The sets that rows refer to.
    pub found_by: FoundBySets,
}

/// Why it cannot be said who the subject is. Exit status 5.
#[derive(Debug, Clone, PartialEq)]
pub struct Ambiguity {
    /// Whether unshared identifiers found several persons; else only shared ones found any.
    pub several: bool,
    /// The types of the identifiers concerned.
    pub kinds: Vec<String>,
    /// A row of each person: (position of the collection, row, its place in the order of the keys, from 1).
    pub rows: Vec<(usize, RowId, usize)>,
    /// How many persons.
    pub persons: usize,
}

/// Why recognising the subject failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyError<E> {
    /// A store cannot be read.
    #[error(transparent)]
    Store(E),
    /// It is not certain who the subject is.
    #[error("the identifiers fit more than one person")]
    Ambiguous(Ambiguity),
    /// A row has no key.
    #[error("a row of the collection `{collection}` that is the subject's has NULL in its key")]
    NullKey {
        /// The collection.
        collection: String,
    },
    /// Two rows have one key.
    #[error("two rows of the collection `{collection}` that are the subject's have the same key")]
    RepeatedKey {
        /// The collection.
        collection: String,
    },
    /// A child's parent is not the subject's.
    #[error("a row of the collection `{collection}` is the subject's, but its parent is not")]
    NoParent {
        /// The collection.
        collection: String,
    },
    /// The links lead on and on.
    #[error("what the rows teach leads on without end")]
    Endless,
}

/// Finds the subject's rows in every collection.
///
/// # Errors
/// When a store cannot be read, a key is missing or repeated, or it is uncertain who the subject is.
pub fn identify<F: Finder>(
    controller: &Controller,
    requested: &[Identifier],
    decisions: Decisions,
    finder: &F,
) -> Result<Identification, IdentifyError<F::Error>> {
    let mut search = Search::begin(controller, requested, decisions, finder);
    search.until_nothing_is_new()?;
    search.finish()
}
