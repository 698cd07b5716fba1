//! What fails in the rooms that a run goes through, as a failure of the run: with the row and the advice.

use super::FulfilError;
use crate::archive::ArchiveError;
use crate::controller::Controller;
use crate::normalize::{NormalizeError, RowRef};
use crate::stores::{StoreError, Stores};
use crate::subject::{Ambiguity, IdentifyError};

/// A file of a record cannot be read.
pub(super) fn unreadable(cause: std::io::Error) -> FulfilError {
    from_archive(ArchiveError::Content(cause))
}

/// A failure of the archive, unless the store is what failed while a value was read from it in pieces.
pub(super) fn from_archive(error: ArchiveError) -> FulfilError {
    match error {
        ArchiveError::Content(cause) => match cause.downcast::<StoreError>() {
            Ok(error) => back(error),
            Err(cause) => FulfilError::Archive(ArchiveError::Content(cause)),
        },
        other => FulfilError::Archive(other),
    }
}

/// Carries a failure through the visit of rows.
pub(super) fn through(error: FulfilError) -> StoreError {
    match error {
        FulfilError::Store(error) => error,
        other => StoreError::Visitor(Box::new(other)),
    }
}

/// Takes a failure out of the visit of rows.
pub(super) fn back(error: StoreError) -> FulfilError {
    match error {
        StoreError::Interrupted => FulfilError::Interrupted,
        error if error.is_about_configuration() => FulfilError::Configuration(error.to_string(), error.advice()),
        StoreError::Visitor(inner) => match inner.downcast::<FulfilError>() {
            Ok(error) => *error,
            Err(other) => FulfilError::Store(StoreError::Visitor(other)),
        },
        other => FulfilError::Store(other),
    }
}

pub(super) fn from_normalize(error: NormalizeError) -> FulfilError {
    FulfilError::Configuration(error.to_string(), error.advice())
}

/// Names a row of each person that may be the subject.
fn ambiguous(controller: &Controller, stores: &Stores, ambiguity: Ambiguity) -> FulfilError {
    let mut rows = Vec::new();
    for (at, row, number) in &ambiguity.rows {
        let collection = &controller.collections[*at];
        let key: Vec<&str> = collection.key.iter().map(String::as_str).collect();
        let read = crate::subject::Finder::read(stores, collection, &[row], &key, &mut |_, cells| {
            rows.push(RowRef::new(collection, &cells, *number).to_string());
            Ok(())
        });
        if let Err(error) = read {
            return back(error);
        }
    }
    FulfilError::Ambiguous { several: ambiguity.several, kinds: ambiguity.kinds, rows }
}

pub(super) fn from_identify(controller: &Controller, stores: &Stores, error: IdentifyError<StoreError>) -> FulfilError {
    let advice = match error {
        IdentifyError::Store(error) => return back(error),
        IdentifyError::Ambiguous(ambiguity) => return ambiguous(controller, stores, ambiguity),
        IdentifyError::NullKey { .. } => "Choose columns for `key` that are never NULL.",
        IdentifyError::RepeatedKey { .. } => "Choose columns for `key` that name each row once.",
        IdentifyError::NoParent { .. } => {
            "Let `match` of the parent find every row that its children's `match` finds, or take away the condition that finds children without it."
        }
        IdentifyError::Endless => "Take a column out of `learn`: it teaches identifiers of more and more rows.",
    };
    FulfilError::Configuration(error.to_string(), advice)
}
