//! The database file: made under a temporary name and named when it is complete, or extended in one transaction.

use super::error::ImportError;
use super::tables::{APPLICATION, LAYOUT, definition};
use crate::archive::ArchiveError;
use crate::archive::unnamed::{persist_durably, prepare};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempPath;

/// How long to wait for another program's lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// A database in a transaction that is still open. Dropped, it leaves everything as it was.
#[derive(Debug)]
pub struct Database {
    /// To it, inside the transaction.
    pub connection: Connection,
    path: PathBuf,
    /// Where a new one stands until it is complete.
    place: Option<TempPath>,
}

impl Database {
    /// Opens the database at the path for writing, or begins a new one.
    ///
    /// # Errors
    /// When what stands there is no database of art20 import, or it cannot be written.
    pub fn open(path: &Path) -> Result<Database, ImportError> {
        match std::fs::symlink_metadata(path) {
            Ok(_) => Database::existing(path),
            Err(_) => Database::new(path),
        }
    }

    /// Whether nothing stood at the path.
    pub fn is_new(&self) -> bool {
        self.place.is_some()
    }

    fn new(path: &Path) -> Result<Database, ImportError> {
        let place = prepare(path, &[]).map_err(from_archive)?;
        let connection = Connection::open_with_flags(&place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // Nobody else knows the file, and whatever fails deletes it: it needs no journal.
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY;",
        )?;
        connection.execute_batch(&definition())?;
        begin(&connection)?;
        Ok(Database { connection, path: path.to_owned(), place: Some(place) })
    }

    fn existing(path: &Path) -> Result<Database, ImportError> {
        let foreign = || ImportError::Foreign(path.to_owned());
        if !path.is_file() {
            return Err(foreign());
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(PATIENCE)?;
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        match number("application_id") {
            Ok(APPLICATION) => {}
            Err(error) if error.sqlite_error_code() != Some(rusqlite::ErrorCode::NotADatabase) => {
                return Err(error.into());
            }
            _ => return Err(foreign()),
        }
        let found = number("user_version")?;
        if found != LAYOUT {
            return Err(ImportError::Layout { path: path.to_owned(), found, known: LAYOUT });
        }
        connection.execute_batch("PRAGMA temp_store = MEMORY;")?;
        begin(&connection)?;
        Ok(Database { connection, path: path.to_owned(), place: None })
    }

    /// Ends the transaction and gives a new database its name.
    ///
    /// # Errors
    /// When the disk is full or fails, or something took the place meanwhile.
    pub fn commit(self) -> Result<(), ImportError> {
        let Database { connection, path, place } = self;
        connection.execute_batch("COMMIT")?;
        connection.close().map_err(|(_, error)| ImportError::from(error))?;
        if let Some(place) = place {
            let doing = "making the database durable";
            File::open(&place).and_then(|file| file.sync_all()).map_err(ImportError::doing(doing))?;
            persist_durably(place, &path).map_err(from_archive)?;
        }
        Ok(())
    }
}

/// Nothing changes for anybody until the end: a second import waits.
fn begin(connection: &Connection) -> Result<(), ImportError> {
    // A list of all columns that a kind can have, once for each that records really have.
    connection.set_prepared_statement_cache_capacity(256);
    connection.execute_batch("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE;")?;
    Ok(())
}

/// Failures of files, in the words of an import.
pub fn from_archive(error: ArchiveError) -> ImportError {
    match error {
        ArchiveError::NoFolder(folder) => ImportError::NoFolder(folder),
        ArchiveError::Exists(path) => ImportError::Exists(path),
        ArchiveError::Write { doing, cause } => ImportError::Write { doing, cause },
        other => ImportError::Write { doing: "writing a file", cause: std::io::Error::other(other.to_string()) },
    }
}
