//! The keys of found rows, packed: there may be a million, and each is needed only until the rows are in their order.

use super::order::cells_order;
use crate::records::Cell;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::num::NonZeroU64;

/// Keys, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Keys {
    bytes: Vec<u8>,
}

/// Where a key stands among others: the place behind its first byte, so that there being none takes no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyPlace(NonZeroU64);

/// One value of a key.
#[derive(Debug, Clone, Copy)]
enum Part<'k> {
    Null,
    Integer(i64),
    Real(f64),
    Exact(&'k [u8]),
    Text(&'k [u8]),
    Blob(&'k [u8]),
}

impl Keys {
    /// Keeps a key.
    pub(super) fn keep(&mut self, cells: &[Cell]) -> KeyPlace {
        let place = NonZeroU64::MIN.saturating_add(self.bytes.len() as u64);
        self.bytes.push(u8::try_from(cells.len()).unwrap_or(u8::MAX));
        for cell in cells {
            let (kind, fixed, bytes): (u8, [u8; 8], &[u8]) = match cell {
                Cell::Null | Cell::Large(_) => (0, [0; 8], &[]),
                Cell::Integer(number) => (1, number.to_le_bytes(), &[]),
                Cell::Real(number) => (2, number.to_le_bytes(), &[]),
                Cell::Exact(digits) => (3, (digits.len() as u64).to_le_bytes(), digits),
                Cell::Text(text) => (4, (text.len() as u64).to_le_bytes(), text),
                Cell::Blob(bytes) => (5, (bytes.len() as u64).to_le_bytes(), bytes),
            };
            self.bytes.push(kind);
            // A length hardly ever needs more than four bytes.
            self.bytes.extend_from_slice(if matches!(kind, 1 | 2) { &fixed } else { &fixed[..4] });
            self.bytes.extend_from_slice(bytes);
        }
        KeyPlace(place)
    }

    /// The values of a key.
    fn parts(&self, place: KeyPlace) -> impl Iterator<Item = Part<'_>> {
        let start = usize::try_from(place.0.get() - 1).unwrap_or(usize::MAX);
        let (count, mut rest) = match self.bytes.get(start..).and_then(<[u8]>::split_first) {
            Some((count, rest)) => (usize::from(*count), rest),
            None => (0, &[][..]),
        };
        (0..count).map_while(move |_| {
            let (kind, behind) = rest.split_first()?;
            if let 1 | 2 = kind {
                let (number, behind) = behind.split_first_chunk()?;
                rest = behind;
                return Some(match kind {
                    1 => Part::Integer(i64::from_le_bytes(*number)),
                    _ => Part::Real(f64::from_le_bytes(*number)),
                });
            }
            let (length, behind) = behind.split_first_chunk()?;
            let (bytes, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = behind;
            Some(match kind {
                0 => Part::Null,
                3 => Part::Exact(bytes),
                4 => Part::Text(bytes),
                _ => Part::Blob(bytes),
            })
        })
    }

    /// Whether a value is missing.
    pub(super) fn has_null(&self, place: KeyPlace) -> bool {
        self.parts(place).any(|part| matches!(part, Part::Null))
    }

    /// The order of keys.
    pub(super) fn order(&self, a: KeyPlace, b: KeyPlace) -> Ordering {
        let (mut a, mut b) = (self.parts(a), self.parts(b));
        loop {
            let order = match (a.next(), b.next()) {
                (None, None) => return Ordering::Equal,
                (Some(Part::Integer(a)), Some(Part::Integer(b))) => a.cmp(&b),
                (Some(Part::Text(a)), Some(Part::Text(b))) => a.cmp(b),
                (Some(a), Some(b)) => cells_order(&[a.cell()], &[b.cell()]),
                (a, b) => a.is_some().cmp(&b.is_some()),
            };
            if order.is_ne() {
                return order;
            }
        }
    }

    /// Whether two of these keys are the same, or have the same text, from which the names of records are made.
    pub(super) fn repeated(&self, places: impl Iterator<Item = KeyPlace> + Clone) -> bool {
        let Some(first) = places.clone().next() else { return false };
        let alike = |place: KeyPlace| self.parts(place).map(Part::sort).eq(self.parts(first).map(Part::sort));
        if places.clone().all(alike) {
            let mut places: Vec<KeyPlace> = places.collect();
            places.sort_unstable_by(|a, b| self.order(*a, *b));
            return places.windows(2).any(|pair| self.order(pair[0], pair[1]).is_eq());
        }
        let mut seen = HashSet::new();
        places
            .map(|place| self.parts(place).map(|part| part.cell().text().map(Cow::into_owned)).collect::<Vec<_>>())
            .any(|texts| !seen.insert(texts))
    }
}

impl Part<'_> {
    fn cell(self) -> Cell {
        match self {
            Part::Null => Cell::Null,
            Part::Integer(number) => Cell::Integer(number),
            Part::Real(number) => Cell::Real(number),
            Part::Exact(digits) => Cell::Exact(digits.to_vec()),
            Part::Text(text) => Cell::Text(text.to_vec()),
            Part::Blob(bytes) => Cell::Blob(bytes.to_vec()),
        }
    }

    /// Numbers of every type are of one sort; equal ones differ in their text if it is not the same.
    fn sort(self) -> u8 {
        match self {
            Part::Integer(_) | Part::Real(_) | Part::Exact(_) => 0,
            Part::Text(_) => 1,
            Part::Null | Part::Blob(_) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = Cell> {
        let bytes = || prop::collection::vec(prop::sample::select(&b"01.-a\xe4\xb8\xad\0"[..]), 0..4);
        prop_oneof![
            Just(Cell::Null),
            prop::sample::select(vec![-1, 0, 7, 10, i64::MAX]).prop_map(Cell::Integer),
            prop::sample::select(vec![-1.0, 0.5, 7.0, 1e19]).prop_map(Cell::Real),
            prop::sample::select(vec!["7.0", "-0.5", "10.25", "9223372036854775808"])
                .prop_map(|text| Cell::Exact(text.into())),
            bytes().prop_map(Cell::Text),
            bytes().prop_map(Cell::Blob),
        ]
    }

    proptest! {
        #[test]
        fn packed_keys_are_told_apart_and_ordered_as_their_cells(
            keys in prop::collection::vec(prop::collection::vec(cell(), 2), 1..12))
        {
            let mut packed = Keys::default();
            let places: Vec<KeyPlace> = keys.iter().map(|key| packed.keep(key)).collect();
            for (a, own) in keys.iter().zip(&places) {
                prop_assert_eq!(packed.has_null(*own), a.iter().any(Cell::is_null));
                prop_assert_eq!(&packed.parts(*own).map(Part::cell).collect::<Vec<_>>(), a);
                for (b, other) in keys.iter().zip(&places) {
                    prop_assert_eq!(packed.order(*own, *other), cells_order(a, b));
                }
            }
            let repeated = super::super::order::repeated(keys.iter().map(Vec::as_slice));
            prop_assert_eq!(packed.repeated(places.into_iter()), repeated);
        }
    }
}
