//! How rows are looked for, as far as recognising a person needs it; the stores implement it.

use crate::controller::Collection;
use crate::records::Cell;

/// A row of a table within one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub enum RowId {
    /// The number that the engine itself gives.
    Number(i64),
    /// The values of the key columns, where the engine has no numbers.
    Key(Box<Vec<Cell>>),
}

/// A test that a column must pass.
#[derive(Debug, Clone)]
pub struct ColumnTest<'a> {
    /// The column.
    pub column: &'a str,
    /// The test.
    pub test: Test<'a>,
}

/// What is asked of a value. A store may let more rows pass; the caller decides. Values are in the order of their
/// bytes.
#[derive(Debug, Clone)]
pub enum Test<'a> {
    /// Its exact text is one of these.
    TextIn(&'a [Vec<u8>]),
    /// Its canonical form, as an identifier of this type, is one of these.
    CanonicalIn {
        /// The type of identifier.
        kind: &'a str,
        /// Canonical values.
        values: &'a [Vec<u8>],
    },
    /// It is a list in which an entry's canonical form is one of these.
    ListHas {
        /// The type of identifier; the empty type compares exact text.
        kind: &'a str,
        /// Canonical values.
        values: &'a [Vec<u8>],
    },
}

/// A row that passed.
#[derive(Debug)]
pub struct FoundRow {
    /// Which row.
    pub row: RowId,
    /// The values of the columns asked for, in their order.
    pub cells: Vec<Cell>,
    /// Whether the collection's `where` admits it; true without one.
    pub selected: bool,
}

/// Looks for rows in the snapshots of the stores.
pub trait Finder {
    /// What can go wrong.
    type Error;

    /// Visits every row of the collection's table for which all tests may hold, with these columns.
    ///
    /// # Errors
    /// When the store cannot be read, or the visitor fails.
    fn find(
        &self,
        collection: &Collection,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), Self::Error>,
    ) -> Result<(), Self::Error>;

    /// As [`Finder::find`], but without asking whether the collection's `where` admits a row, if the store can say that
    /// when the row is read: true then, and every row counts as selected.
    ///
    /// # Errors
    /// When the store cannot be read, or the visitor fails.
    fn find_whether_selected_or_not(
        &self,
        collection: &Collection,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), Self::Error>,
    ) -> Result<bool, Self::Error> {
        self.find(collection, tests, columns, visit).map(|()| false)
    }

    /// Visits these rows in the order given, with these columns; the position in `rows` comes first.
    ///
    /// # Errors
    /// When the store cannot be read, a row is not there, or the visitor fails.
    fn read(
        &self,
        collection: &Collection,
        rows: &[&RowId],
        columns: &[&str],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), Self::Error>,
    ) -> Result<(), Self::Error>;

    /// Whether the collection's key is what the engine itself names rows by.
    fn key_names_rows(&self, collection: &Collection) -> bool;
}
