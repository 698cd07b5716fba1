//! SQLite: database files and scripts that are loaded into memory.

mod functions;
mod kept;
mod open;
mod query;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod texts;

use super::error::StoreError;
use super::snapshot::{Layout, Snapshot, Table, Wish};
use crate::records::{BlobAddress, Cell, RowAddress};
use crate::subject::{ColumnTest, FoundRow, RowId};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode};
use std::io::Read;

pub(super) use open::{open_file, open_script};

/// A SQLite database in one read transaction.
pub(super) struct SqliteSnapshot {
    name: String,
    connection: Connection,
    taken_at: Timestamp,
    watch: open::Watch,
    lists: functions::Lists,
    sorts: texts::KnownSorts,
}

impl SqliteSnapshot {
    /// The failure in art20's words, without any value of the store.
    fn error(&self, table: &str, error: rusqlite::Error) -> StoreError {
        match store_error(&self.name, table, error) {
            // What looks like damage is somebody else's writing, if the file is not as it was.
            StoreError::Damaged { store } => match self.confirm() {
                Err(changed) => changed,
                Ok(()) => StoreError::Damaged { store },
            },
            other => other,
        }
    }
}

/// The failure in art20's words. SQLite's own texts are used only where they cannot hold a value.
fn store_error(store: &str, table: &str, error: rusqlite::Error) -> StoreError {
    let store = store.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => StoreError::Interrupted,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { store },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { store },
        Some(ErrorCode::ReadOnly) => StoreError::NotRecovered { store },
        _ => StoreError::Query { store, table: table.to_owned(), cause: cause(&error) },
    }
}

/// Why, without a value of the store: while a statement runs, SQLite's texts may quote what it read.
fn cause(error: &rusqlite::Error) -> String {
    match error {
        // "no such column", "near ...: syntax error": names of the schema and the words of the statement.
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(_, Some(msg)) if msg.starts_with("no such ") => msg.clone(),
        other => match other.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
                "a file of it cannot be opened".to_owned()
            }
            Some(ErrorCode::SystemIoFailure) => "the file system fails, or the file is cut off".to_owned(),
            Some(ErrorCode::TooBig) => "a value or a statement is too large".to_owned(),
            Some(ErrorCode::OutOfMemory) => "there is not enough memory".to_owned(),
            Some(ErrorCode::Unknown) => "a value cannot be computed, as of a view or a generated column".to_owned(),
            Some(code) => format!("{code:?}"),
            None => "the value cannot be read".to_owned(),
        },
    }
}

impl Snapshot for SqliteSnapshot {
    fn tables(&self) -> Result<Vec<Table>, StoreError> {
        schema::tables(&self.connection).map_err(|error| self.error("sqlite_schema", error))
    }

    fn layout(&self, table: &Table) -> Result<Layout, StoreError> {
        schema::layout(&self.connection, table).map_err(|error| self.error(&table.name, error))
    }

    fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    fn confirm(&self) -> Result<(), StoreError> {
        self.watch.confirm(&self.name)
    }

    fn is_cold(&self) -> bool {
        self.connection.path().is_some_and(|path| !path.is_empty() && kept::is_cold(path.as_ref()))
    }

    fn count(&self, table: &Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", query::quoted(&table.name));
        let count = self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|error| self.error(&table.name, error))
    }

    fn find(
        &self,
        table: &Table,
        key: &[String],
        selection: Option<&str>,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        query::find(self, table, key, selection, tests, columns, visit)
    }

    fn tells(&self, table: &Table, condition: &str) -> bool {
        query::tells(self, table, condition)
    }

    fn read(
        &self,
        table: &Table,
        key: &[String],
        rows: &[&RowId],
        wishes: &[Wish<'_>],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        read::read(self, table, key, rows, wishes, visit)
    }

    fn open_value<'a>(&'a self, address: &BlobAddress) -> Result<Box<dyn Read + 'a>, StoreError> {
        let none = || StoreError::NoTable { store: self.name.clone(), table: address.table.clone() };
        let RowAddress::Number(row) = address.row else { return Err(none()) };
        let blob = self
            .connection
            .blob_open(rusqlite::MAIN_DB, address.table.as_str(), address.column.as_str(), row, true)
            .map_err(|error| self.error(&address.table, error))?;
        Ok(Box::new(blob))
    }
}
