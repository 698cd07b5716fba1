//! What columns say of a row as a whole: its activity and origin, whom it is about, and whether somebody else holds it
//! too. What the configuration leaves open stops the run.

use super::NormalizeError;
use super::row::Normalized;
use super::row_ref::RowRef;
use crate::controller::{About, AboutChoice, ActivityChoice, Collection, OriginChoice};
use crate::records::{Cell, FieldValue, Kind, Origin};

/// Whether somebody else holds a row too (requirement A13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// Nobody else.
    Sole,
    /// Somebody who has not agreed to anything.
    Joint,
    /// Somebody who has agreed that the row goes in whole.
    Agreed,
}

/// The values of one row by the names of their columns.
pub(super) struct Cells<'c> {
    pub columns: &'c [(&'c str, bool)],
    pub cells: &'c [Cell],
}

impl<'c> Cells<'c> {
    pub fn get(&self, name: &str) -> &'c Cell {
        self.columns.iter().position(|(column, _)| *column == name).map_or(&Cell::Null, |at| &self.cells[at])
    }

    /// The value of the column with this number.
    pub fn at(&self, number: usize) -> &'c Cell {
        &self.cells[number]
    }
}

pub(super) fn activity(collection: &Collection, cells: &Cells<'_>, row: &RowRef) -> Result<String, NormalizeError> {
    match &collection.activity {
        ActivityChoice::Fixed(key) => Ok(key.clone()),
        ActivityChoice::ByColumn { column, values } => {
            let text = cells.get(column).utf8();
            let found = values.iter().find(|(value, _)| Some(value) == text.as_ref());
            found.map(|(_, key)| key.clone()).ok_or_else(|| NormalizeError::UnmappedActivity { row: row.to_string() })
        }
    }
}

pub(super) fn about(collection: &Collection, cells: &Cells<'_>, row: &RowRef) -> Result<About, NormalizeError> {
    match &collection.about {
        AboutChoice::Fixed(about) => Ok(*about),
        AboutChoice::ByColumn { column, values } => {
            let text = cells.get(column).utf8();
            let found = values.iter().find(|(value, _)| Some(value) == text.as_ref());
            found.map(|(_, about)| *about).ok_or_else(|| NormalizeError::UnmappedAbout { row: row.to_string() })
        }
    }
}

/// What is nested in a row that somebody else holds too is theirs as well.
pub(super) fn holding(collection: &Collection, cells: &Cells<'_>, parent: Option<&Normalized>) -> Holding {
    match &collection.joint {
        Some(joint) if cells.get(&joint.column).is_true() => {
            let agreed = joint.agreed.as_deref().is_some_and(|column| cells.get(column).is_true());
            if agreed { Holding::Agreed } else { Holding::Joint }
        }
        _ => parent.map_or(Holding::Sole, |parent| parent.holding),
    }
}

pub(super) fn origin(
    collection: &Collection,
    cells: &Cells<'_>,
    normalized: &Normalized,
    parent: Option<&Normalized>,
) -> Result<Origin, NormalizeError> {
    match &collection.origin {
        Some(OriginChoice::Fixed(origin)) => Ok(*origin),
        Some(OriginChoice::ByColumn(column)) => cells
            .get(column)
            .utf8()
            .and_then(|word| Origin::named(&word))
            .ok_or_else(|| NormalizeError::UnmappedOrigin { row: normalized.row.to_string() }),
        None => match (normalized.kind, parent) {
            (Kind::Attachment, Some(message)) => Ok(message.origin),
            _ if normalized.get("direction").and_then(FieldValue::as_text) == Some("from_subject") => {
                Ok(Origin::Provided)
            }
            _ => Ok(Origin::Exchanged),
        },
    }
}
