//! The rows that were found, kept small: a subject may have a million.

use super::finder::RowId;
use crate::records::Cell;
use std::collections::HashMap;
use std::num::NonZero;

/// What is known of a matched row before it is read: 32 bytes, because it stays in memory as long as the run.
#[derive(Debug, Clone)]
pub struct MatchedRow {
    /// Which row.
    pub row: RowId,
    /// Which identifiers found it, as a set of [`FoundBySets`].
    pub found_by: u32,
    /// The position of its parent among the parent's matched rows.
    pub parent: Perhaps,
    /// What recognising the subject says of it.
    pub fate: RowFate,
    /// The person that the row names, where the collection declares `person`.
    pub(super) person: Perhaps,
    /// Whether the collection's `where` admits it.
    pub(super) selected: bool,
}

/// A number or none, in the room of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Perhaps(Option<NonZero<u32>>);

impl From<Option<u32>> for Perhaps {
    fn from(number: Option<u32>) -> Perhaps {
        Perhaps(number.map(|number| NonZero::<u32>::MIN.saturating_add(number)))
    }
}

impl Perhaps {
    /// The number, if there is one.
    pub fn get(self) -> Option<u32> {
        self.0.map(|number| number.get() - 1)
    }
}

/// What recognising the subject says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFate {
    /// It is the subject's.
    Subject,
    /// It would stay out as shared, but the operator accepted it. It teaches nothing.
    Accepted,
    /// Found only through an identifier that is shared with someone else, or another person's.
    SharedIdentifier,
    /// The subject's, but no collection's `where` admits it.
    NotSelected,
}

/// The matched rows of one collection, in the order of their keys.
#[derive(Debug, Clone, Default)]
pub struct Matched {
    /// In the order of the records; children in the order of their parents, then of their keys.
    pub rows: Vec<MatchedRow>,
    /// Whether any condition could be followed at all.
    pub reached: bool,
    /// Whether `where` admits a row is still to be asked, when the row is read.
    pub selection_open: bool,
}

impl Matched {
    /// What becomes of a row by all that is known when it was read: its cells end with what `where` says of it, if that
    /// was still to be asked.
    pub fn fate_of(&self, row: &MatchedRow, cells: &[Cell]) -> RowFate {
        let left_out = self.selection_open && cells.last() != Some(&Cell::Integer(1));
        match row.fate {
            RowFate::Subject if left_out => RowFate::NotSelected,
            fate => fate,
        }
    }

    /// The children of the parent at this position. Rows of children are sorted by parent.
    pub fn children_of(&self, parent: u32) -> &[MatchedRow] {
        let start = self.rows.partition_point(|row| row.parent.get().is_some_and(|p| p < parent));
        let end = self.rows.partition_point(|row| row.parent.get().is_some_and(|p| p <= parent));
        &self.rows[start..end]
    }
}

/// Sets of identifiers, each stored once.
#[derive(Debug, Clone, Default)]
pub struct FoundBySets {
    sets: Vec<Vec<u32>>,
    index: HashMap<Vec<u32>, u32>,
}

impl FoundBySets {
    /// The number of the set with these identifiers.
    pub fn intern(&mut self, mut identifiers: Vec<u32>) -> u32 {
        identifiers.sort_unstable();
        identifiers.dedup();
        if let Some(number) = self.index.get(&identifiers) {
            return *number;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(identifiers.clone());
        self.index.insert(identifiers, number);
        number
    }

    /// The identifiers of a set, as positions in the list of known identifiers.
    pub fn get(&self, number: u32) -> &[u32] {
        self.sets.get(number as usize).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_rows_take_as_many_times_32_bytes() {
        assert_eq!(size_of::<MatchedRow>(), 32);
        for number in [None, Some(0), Some(7), Some(u32::MAX - 1)] {
            assert_eq!(Perhaps::from(number).get(), number);
        }
        assert!(Perhaps::from(None) < Perhaps::from(Some(0)) && Perhaps::from(Some(0)) < Perhaps::from(Some(1)));
    }
}
