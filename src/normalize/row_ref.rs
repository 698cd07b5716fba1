//! Where a row stands.

use crate::controller::Collection;
use crate::records::Cell;
use std::fmt;

/// Where a row stands, in words that show nothing personal (law 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRef {
    /// The store.
    pub store: String,
    /// The collection.
    pub collection: String,
    /// The key, its values as text.
    pub key: Vec<String>,
    /// Its place in the order of the keys, from 1.
    pub number: usize,
}

impl RowRef {
    /// The reference of a row with these key cells.
    pub fn new(collection: &Collection, key: &[Cell], number: usize) -> RowRef {
        RowRef {
            store: collection.store.clone(),
            collection: collection.name.clone(),
            key: key.iter().map(key_text).collect(),
            number,
        }
    }
}

impl fmt::Display for RowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let harmless = |text: &String| text.parse::<i64>().is_ok() || uuid::Uuid::parse_str(text).is_ok();
        write!(f, "store `{}`, collection `{}`, ", self.store, self.collection)?;
        if self.key.iter().all(harmless) {
            write!(f, "key {}", self.key.join(", "))
        } else {
            write!(f, "row {}", self.number)
        }
    }
}

fn key_text(cell: &Cell) -> String {
    let bytes = cell.text().unwrap_or_default().into_owned();
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().map(|b| format!("{b:02x}")).collect())
}
