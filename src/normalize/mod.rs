//! A source row becomes the values of a record. What cannot be normalised is kept verbatim and counted; only what the
//! configuration leaves open (an activity, an origin, a JSON key) stops the run.

mod columns;
mod direction;
mod imported;
mod row;
mod row_ref;
mod said;
mod secrets;
mod value;

pub use direction::SubjectNames;
pub use imported::Form;
pub use row::{NormalValue, Normalized, RowReader, unclassified_key};
pub use row_ref::RowRef;
pub use said::Holding;
pub use value::{Reading, Settings, read_value};

/// Why a row cannot be normalised: the configuration does not say what it is. Exit status 3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NormalizeError {
    /// The text of the activity's column is not among its `values`.
    #[error("{row}: the activity of the row is not mapped")]
    UnmappedActivity {
        /// Where.
        row: String,
    },
    /// The origin's column holds no origin.
    #[error("{row}: the origin of the row is none of provided, observed, exchanged, derived, inferred")]
    UnmappedOrigin {
        /// Where.
        row: String,
    },
    /// The text of the column that says whom the row is about is not among its `values`.
    #[error("{row}: whom the row is about is not mapped")]
    UnmappedAbout {
        /// Where.
        row: String,
    },
    /// A JSON value has a key that nobody classified.
    #[error("{row}: the JSON in the column `{column}` has the key `{key}`, which is not classified")]
    UnclassifiedKey {
        /// Where.
        row: String,
        /// The column.
        column: String,
        /// The key.
        key: String,
    },
    /// A JSON value has an object, and no key is classified.
    #[error("{row}: what a store holds in `{field}` cannot be read")]
    BrokenImport {
        /// Where.
        row: String,
        /// `uid`, `withheld`, `verbatim` or `form`.
        field: &'static str,
    },
}

impl NormalizeError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            NormalizeError::UnmappedActivity { .. } => "Add the value to the `values` of the collection's `activity`.",
            NormalizeError::UnmappedAbout { .. } => "Add the value to the `values` of the collection's `about`.",
            NormalizeError::UnmappedOrigin { .. } => "Correct the column, or give the collection a fixed `origin`.",
            NormalizeError::UnclassifiedKey { .. } => {
                "Add the key to the column's `keys` or `secret_keys`, write `keys = \"all\"`, or keep the column out with `omit`."
            }
            NormalizeError::BrokenImport { .. } => "Map the column to another field, or import the archive anew.",
        }
    }
}
