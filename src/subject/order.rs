//! The order of rows: equal ones side by side, and records by their keys (law 5).

use super::finder::RowId;
use crate::records::Cell;
use std::cmp::Ordering;
use std::collections::HashSet;

/// The order of rows within one table, for putting equal ones side by side.
pub(super) fn row_order(a: &RowId, b: &RowId) -> Ordering {
    match (a, b) {
        (RowId::Number(a), RowId::Number(b)) => a.cmp(b),
        (RowId::Key(a), RowId::Key(b)) => cells_order(a, b),
        (RowId::Number(_), RowId::Key(_)) => Ordering::Less,
        (RowId::Key(_), RowId::Number(_)) => Ordering::Greater,
    }
}

/// The order of keys.
pub(super) fn cells_order(a: &[Cell], b: &[Cell]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.key_order(b)).find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len()))
}

/// Whether two of these keys are the same, or have the same text, from which the names of records are made: the number
/// 1 and the text `1` would be one record.
pub(super) fn repeated<'k>(keys: impl Iterator<Item = &'k [Cell]> + Clone) -> bool {
    let kind = |cell: &Cell| match cell {
        Cell::Integer(_) | Cell::Real(_) | Cell::Exact(_) => 0,
        Cell::Text(_) => 1,
        _ => 2,
    };
    let Some(first) = keys.clone().next() else { return false };
    let first: Vec<u8> = first.iter().map(kind).collect();
    let alike = keys.clone().all(|key| key.iter().map(kind).eq(first.iter().copied()));
    if alike {
        let mut keys: Vec<&[Cell]> = keys.collect();
        keys.sort_unstable_by(|a, b| cells_order(a, b));
        return keys.windows(2).any(|pair| cells_order(pair[0], pair[1]).is_eq());
    }
    let mut seen = HashSet::new();
    keys.map(|key| key.iter().map(Cell::text).collect::<Vec<_>>()).any(|texts| !seen.insert(texts))
}

/// A row of a table, to be looked up among others. Two rows are the same only if their keys are, value and type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RowName {
    Number(i64),
    Key(Box<[(u8, Box<[u8]>)]>),
}

impl RowName {
    pub(super) fn of(row: &RowId) -> RowName {
        match row {
            RowId::Number(number) => RowName::Number(*number),
            RowId::Key(cells) => RowName::Key(cells.iter().map(name_of).collect()),
        }
    }
}

fn name_of(cell: &Cell) -> (u8, Box<[u8]>) {
    let kind = match cell {
        Cell::Null => 0,
        Cell::Integer(_) | Cell::Real(_) | Cell::Exact(_) => 1,
        Cell::Text(_) => 2,
        Cell::Blob(_) | Cell::Large(_) => 3,
    };
    (kind, cell.text().unwrap_or_default().into_owned().into_boxed_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_the_text_of_it_are_two_rows_but_one_name_of_a_record() {
        let (number, text) = (vec![Cell::Integer(1)], vec![Cell::Text(b"1".to_vec())]);
        assert_ne!(
            RowName::of(&RowId::Key(Box::new(number.clone()))),
            RowName::of(&RowId::Key(Box::new(text.clone())))
        );
        let repeat = |keys: &[&[Cell]]| repeated(keys.iter().copied());
        assert!(repeat(&[&number, &text]));
        assert!(repeat(&[&number, &[Cell::Integer(2)], &[Cell::Real(1.0)]]));
        assert!(!repeat(&[&number, &[Cell::Integer(2)], &[Cell::Text(b"3".to_vec())]]));
        assert!(!repeat(&[]));
    }
}
