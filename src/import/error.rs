//! Why an archive could not be imported, and what to do about it. Never shows what the archive holds.

use crate::archive::import::ReadError;
use crate::archive::verify::{Verification, VerifyError};
use std::io;
use std::path::PathBuf;

/// A failure; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The archive cannot be opened at all.
    #[error(transparent)]
    Unreadable(#[from] VerifyError),
    /// The archive is incomplete or invalid. Exit status 6.
    #[error("the archive is incomplete or invalid, so nothing was imported")]
    Refused(Box<Verification>),
    /// The archive cannot be read without loss.
    #[error(transparent)]
    Archive(#[from] ReadError),
    /// The folder of the database does not exist. Exit status 2.
    #[error("the folder of the database does not exist: {0}")]
    NoFolder(PathBuf),
    /// The name of the database cannot be that of a database with a configuration beside it. Exit status 2.
    #[error("the database cannot have this name: {0}")]
    Name(PathBuf),
    /// What stands at the path is no database, or one that art20 import did not make. Exit status 2.
    #[error("{0} is no database of art20 import")]
    Foreign(PathBuf),
    /// The database was made by a version that keeps data in another way. Exit status 2.
    #[error("{path} has the layout {found}, and this version of art20 writes the layout {known}")]
    Layout {
        /// The database.
        path: PathBuf,
        /// Its layout.
        found: i64,
        /// The layout of this version.
        known: i64,
    },
    /// The configuration beside the database is not what art20 import wrote. Exit status 2.
    #[error("the configuration {0} is not as art20 import wrote it, and would have to change")]
    Configuration(PathBuf),
    /// Something took the place of the database or its configuration meanwhile. Exit status 2.
    #[error("the output exists already: {0}")]
    Exists(PathBuf),
    /// The database cannot be read or written.
    #[error("the database cannot be written: {0}")]
    Database(String),
    /// A file of the archive is larger than a value of the database can be.
    #[error("a file of the archive has {0} bytes, and a SQLite database holds values of at most {LARGEST} bytes")]
    TooLarge(u64),
    /// Writing failed.
    #[error("cannot write: {doing}: {cause}")]
    Write {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        cause: io::Error,
    },
    /// What was written could not be read again: a fault of art20 itself.
    #[error("the configuration that would be written is not valid: {0}")]
    Invalid(String),
    /// The run was told to stop.
    #[error("the run was interrupted")]
    Interrupted,
}

/// The largest value of a SQLite database with its standard limits, less some room for the rest of the row.
pub const LARGEST: u64 = 999_000_000;

impl ImportError {
    /// A failure while doing something.
    pub fn doing(doing: &'static str) -> impl FnOnce(io::Error) -> ImportError {
        move |cause| ImportError::Write { doing, cause }
    }

    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            ImportError::Unreadable(error) => error.advice(),
            ImportError::Refused(_) => "Ask the sender for the archive once more; `art20 verify` says the same of it.",
            ImportError::Archive(ReadError::Unknown { .. }) => {
                "A newer version of art20 may know it; nothing was imported, because it would be lost."
            }
            ImportError::Archive(_) => {
                "Check that the archive can be read as a whole, and run again; nothing was imported."
            }
            ImportError::NoFolder(_) => "Make the folder first, or choose another with --into.",
            ImportError::Name(_) => "Write --into sqlite:FILE with a FILE that does not end with `.toml`.",
            ImportError::Foreign(_) => {
                "Name a file that does not exist yet, or a database that art20 import made; it adds to no other."
            }
            ImportError::Layout { .. } => "Import into a new database with this version.",
            ImportError::Configuration(_) | ImportError::Exists(_) => {
                "Move that file away and import again; art20 overwrites only what it wrote itself. Nothing was imported."
            }
            ImportError::Database(_) => {
                "Check that nobody else writes to it, free space and permissions; nothing was imported."
            }
            ImportError::TooLarge(_) => {
                "Nothing was imported; such a file can only be taken out of the archive by hand."
            }
            ImportError::Write { .. } => {
                "Check free space and permissions of the folder, and run again; nothing was imported."
            }
            ImportError::Invalid(_) => "Nothing was imported. Please report this as a fault of art20.",
            ImportError::Interrupted => "Nothing was imported; run again when it suits you.",
        }
    }
}

impl From<rusqlite::Error> for ImportError {
    /// SQLite's own texts may hold values, so only what kind of failure it was is told.
    fn from(error: rusqlite::Error) -> ImportError {
        ImportError::Database(
            error.sqlite_error_code().map_or_else(|| "an unexpected answer".into(), |code| format!("{code:?}")),
        )
    }
}
