//! A stored value as the engine gives it, before anybody says what it means.

use std::borrow::Cow;
use std::cmp::Ordering;

/// One value of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A binary fraction.
    Real(f64),
    /// Text as its bytes, which are not always UTF-8.
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
    /// A value of this many bytes that was left in the store, to be read in pieces.
    Large(u64),
}

impl Cell {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Cell::Null)
    }

    /// Its exact text, whatever the column's type: what links between collections compare. NULL has none.
    pub fn text(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Cell::Null | Cell::Large(_) => None,
            Cell::Integer(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            Cell::Real(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            Cell::Text(bytes) | Cell::Blob(bytes) => Some(Cow::Borrowed(bytes)),
        }
    }

    /// Its text, if that is UTF-8.
    pub fn utf8(&self) -> Option<String> {
        self.text().and_then(|text| String::from_utf8(text.into_owned()).ok())
    }

    /// Whether a column of flags says yes: anything but NULL, 0, empty and false (contract 6).
    pub fn is_true(&self) -> bool {
        match self {
            Cell::Null => false,
            Cell::Large(_) => true,
            Cell::Integer(number) => *number != 0,
            Cell::Real(number) => *number != 0.0,
            Cell::Text(bytes) | Cell::Blob(bytes) => {
                let text = bytes.trim_ascii();
                !(text.is_empty() || text.eq_ignore_ascii_case(b"false") || text == b"0")
            }
        }
    }

    /// The order of keys (law 5): NULL, numbers as numbers, text by its bytes, other bytes.
    pub fn key_order(&self, other: &Cell) -> Ordering {
        match (self, other) {
            (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
            (Cell::Integer(a), Cell::Real(b)) => compare(*a, *b),
            (Cell::Real(a), Cell::Integer(b)) => compare(*b, *a).reverse(),
            (Cell::Real(a), Cell::Real(b)) => a.total_cmp(b),
            (Cell::Text(a), Cell::Text(b)) | (Cell::Blob(a), Cell::Blob(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Cell::Null => 0,
            Cell::Integer(_) | Cell::Real(_) => 1,
            Cell::Text(_) => 2,
            Cell::Blob(_) | Cell::Large(_) => 3,
        }
    }
}

/// A whole number against a binary fraction, exact also beyond 2^53.
fn compare(whole: i64, fraction: f64) -> Ordering {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if fraction >= LIMIT {
        return Ordering::Less;
    }
    if fraction < -LIMIT {
        return Ordering::Greater;
    }
    // Within the limits, so the cast is exact but for the fraction, which decides a tie.
    let floor = fraction.floor();
    whole.cmp(&(floor as i64)).then(if fraction > floor { Ordering::Less } else { Ordering::Equal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_with_numbers_as_numbers_and_text_by_its_bytes() {
        let text = |text: &str| Cell::Text(text.into());
        let ordered = [
            Cell::Null,
            Cell::Integer(-1),
            Cell::Integer(2),
            Cell::Real(2.5),
            Cell::Integer(10),
            Cell::Integer(i64::MAX),
            Cell::Real(1e19),
            text("10"),
            text("9"),
            text("a"),
            text("é"),
            Cell::Blob(vec![0]),
        ];
        for pair in ordered.windows(2) {
            assert_eq!(pair[0].key_order(&pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(pair[1].key_order(&pair[0]), Ordering::Greater, "{pair:?}");
        }
    }

    #[test]
    fn the_text_of_a_number_does_not_depend_on_its_type() {
        assert_eq!(Cell::Integer(7).text(), Cell::Text(b"7".to_vec()).text());
        assert_eq!(Cell::Real(7.0).text(), Cell::Integer(7).text());
        assert_eq!(Cell::Null.text(), None);
    }
}
