//! The one trait behind which every engine stands: a store at one instant, read-only.

use super::error::StoreError;
use crate::records::{BlobAddress, Cell};
use crate::subject::{ColumnTest, FoundRow, RowId};
use jiff::Timestamp;
use std::io::Read;

/// A table of a store.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its full name.
    pub name: String,
    /// Its columns, in order, generated ones included.
    pub columns: Vec<String>,
    /// Columns that can be asked for besides, and that hold nothing of their own: nobody has to classify them.
    pub further: &'static [&'static str],
    /// Views hold nothing of their own.
    pub is_view: bool,
    /// The name under which the engine's own row number can be read, if rows have one.
    pub row_name: Option<&'static str>,
    /// The column that is that number, if one is.
    pub row_number: Option<String>,
    /// Columns that an index begins with, the row number included; all of them where there could be no index.
    pub indexed: Vec<String>,
    /// Whether large values can be left in the store and opened later.
    pub in_pieces: bool,
}

/// What a store says of a table besides its columns: asked for where a configuration is proposed or judged, never by an
/// export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The declared type of each column, in the order of the columns; none where nothing is declared.
    pub types: Vec<String>,
    /// The columns of the primary key, in its order.
    pub primary_key: Vec<String>,
    /// Its foreign keys.
    pub references: Vec<Reference>,
    /// The name in SQL, each part quoted by itself.
    pub sql_name: Option<String>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that it leads to, by its full name.
    pub table: String,
    /// The columns there, one for each; none stand for the primary key.
    pub targets: Vec<String>,
}

/// A column to read.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Its name.
    pub column: &'a str,
    /// A large value may be left in the store, to be opened later.
    pub in_pieces: bool,
    /// It is no column but a condition: 1 is read where it holds, 0 elsewhere. Only of a table of which
    /// [`Snapshot::tells`] it.
    pub is_condition: bool,
}

/// A store at one instant.
pub trait Snapshot {
    /// Every table and view but the engine's own.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn tables(&self) -> Result<Vec<Table>, StoreError>;

    /// What is known of a table besides its columns; nothing where the store knows no more.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn layout(&self, _: &Table) -> Result<Layout, StoreError> {
        Ok(Layout::default())
    }

    /// The instant.
    fn taken_at(&self) -> Timestamp;

    /// Makes sure that nobody changed the store under the run.
    ///
    /// # Errors
    /// When somebody did.
    fn confirm(&self) -> Result<(), StoreError>;

    /// Whether reading a row means waiting for a disk, so that it pays to read rows in the order in which they lie there.
    fn is_cold(&self) -> bool {
        false
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn count(&self, table: &Table) -> Result<u64, StoreError>;

    /// Visits every row for which all tests may hold; it may visit more.
    ///
    /// # Errors
    /// When the store cannot be read or the visitor fails.
    fn find(
        &self,
        table: &Table,
        key: &[String],
        selection: Option<&str>,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Whether [`Snapshot::read`] can say of a row that is read anyway whether this condition holds, so that no row has
    /// to be fetched for it before.
    fn tells(&self, _table: &Table, _condition: &str) -> bool {
        false
    }

    /// Visits these rows in the order given.
    ///
    /// # Errors
    /// When the store cannot be read, a row is missing or stands twice, or the visitor fails.
    fn read(
        &self,
        table: &Table,
        key: &[String],
        rows: &[&RowId],
        wishes: &[Wish<'_>],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// A reader over a value that was left in the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn open_value<'a>(&'a self, address: &BlobAddress) -> Result<Box<dyn Read + 'a>, StoreError>;
}
