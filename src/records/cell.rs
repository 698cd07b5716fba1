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
    /// An exact number as its decimal digits, where neither of the others holds it.
    Exact(Vec<u8>),
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
            Cell::Exact(bytes) | Cell::Text(bytes) | Cell::Blob(bytes) => Some(Cow::Borrowed(bytes)),
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
            Cell::Exact(digits) => digits.iter().any(|digit| !b"-+.0".contains(digit)),
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
            (Cell::Exact(a), _) if other.rank() == 1 => exact_order(a, &other.text().unwrap_or_default()),
            (_, Cell::Exact(b)) if self.rank() == 1 => exact_order(&self.text().unwrap_or_default(), b),
            (Cell::Text(a), Cell::Text(b)) | (Cell::Blob(a), Cell::Blob(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Cell::Null => 0,
            Cell::Integer(_) | Cell::Real(_) | Cell::Exact(_) => 1,
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

/// Numbers as their digits; what PostgreSQL has besides stands where PostgreSQL sorts it. Equal numbers that are written
/// differently are in the order of their bytes.
fn exact_order(a: &[u8], b: &[u8]) -> Ordering {
    let parts = |text: &[u8]| {
        let place = match text {
            b"NaN" => 2,
            b"Infinity" | b"inf" => 1,
            b"-Infinity" | b"-inf" => -1,
            _ => 0,
        };
        let negative = text.first() == Some(&b'-');
        let plain = text.strip_prefix(b"-").unwrap_or(text);
        let point = plain.iter().position(|byte| *byte == b'.').unwrap_or(plain.len());
        let zeros = plain[..point].iter().take_while(|byte| **byte == b'0').count();
        let fraction = plain.get(point + 1..).unwrap_or_default();
        let end = fraction.iter().rposition(|byte| *byte != b'0').map_or(0, |at| at + 1);
        let (whole, fraction) = (plain[zeros..point].to_vec(), fraction[..end].to_vec());
        // There is but one zero.
        (place, negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction)
    };
    let (a_parts, b_parts) = (parts(a), parts(b));
    let size = || (a_parts.2.len(), &a_parts.2, &a_parts.3).cmp(&(b_parts.2.len(), &b_parts.2, &b_parts.3));
    let by_number = a_parts.0.cmp(&b_parts.0).then_with(|| match (a_parts.1, b_parts.1) {
        _ if a_parts.0 != 0 => Ordering::Equal,
        (false, false) => size(),
        (true, true) => size().reverse(),
        (a_negative, _) => {
            if a_negative {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
    });
    by_number.then_with(|| a.cmp(b))
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
    fn exact_numbers_are_ordered_as_numbers_among_all_others() {
        let exact = |text: &str| Cell::Exact(text.into());
        let ordered = [
            exact("-Infinity"),
            exact("-12345678901234567890"),
            exact("-10.5"),
            exact("-9.50"),
            Cell::Integer(-9),
            exact("-0.10"),
            exact("0.0"),
            Cell::Real(0.05),
            exact("0.1"),
            exact("0.10"),
            exact("9.50"),
            exact("9.6"),
            Cell::Integer(10),
            exact("10.25"),
            Cell::Real(10.5),
            Cell::Integer(i64::MAX),
            exact("9223372036854775808"),
            exact("18446744073709551615"),
            exact("Infinity"),
            exact("NaN"),
            Cell::Text(b"-1".to_vec()),
        ];
        for (at, a) in ordered.iter().enumerate() {
            for (nth, b) in ordered.iter().enumerate() {
                assert_eq!(a.key_order(b), at.cmp(&nth), "{a:?} {b:?}");
            }
        }
        assert!(exact("0.01").is_true() && !exact("0.00").is_true() && !exact("-0").is_true());
    }

    #[test]
    fn the_text_of_a_number_does_not_depend_on_its_type() {
        assert_eq!(Cell::Integer(7).text(), Cell::Text(b"7".to_vec()).text());
        assert_eq!(Cell::Real(7.0).text(), Cell::Integer(7).text());
        assert_eq!(Cell::Null.text(), None);
    }
}
