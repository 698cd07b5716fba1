//! Tests of values for stores without a query language: by the very code that decides in the end.

use crate::records::Cell;
use crate::subject::{Test, canonical_in, list_has};

/// Whether a value passes a test.
pub(super) fn passes(test: &Test<'_>, cell: &Cell, region: Option<&str>) -> bool {
    match test {
        Test::TextIn(values) => canonical_in(cell, "", region, values).is_some(),
        Test::CanonicalIn { kind, values } => canonical_in(cell, kind, region, values).is_some(),
        Test::ListHas { kind, values } => !list_has(cell, kind, region, values).is_empty(),
    }
}
