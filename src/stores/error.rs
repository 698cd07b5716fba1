//! Why a store could not be read, and what to do about it. Never shows a value of the store.

use std::path::PathBuf;

/// A failure of one store. Exit status 1, but for those that say that the configuration does not fit.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("the store `{store}` does not exist: {path}")]
    NotFound {
        /// The store.
        store: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file cannot be opened.
    #[error("the store `{store}` cannot be opened: {path}: {cause}")]
    Unreadable {
        /// The store.
        store: String,
        /// Its file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The file is no SQLite database.
    #[error("the store `{store}` is no SQLite database: {path}")]
    NotADatabase {
        /// The store.
        store: String,
        /// Its file.
        path: PathBuf,
    },
    /// The database is damaged.
    #[error("the store `{store}` is damaged or cut off")]
    Damaged {
        /// The store.
        store: String,
    },
    /// The database was not closed in order, and cannot be recovered without writing.
    #[error("the store `{store}` was not closed in order: a journal waits to be rolled back")]
    NotRecovered {
        /// The store.
        store: String,
    },
    /// Somebody else holds a lock.
    #[error("the store `{store}` is locked by another program")]
    Locked {
        /// The store.
        store: String,
    },
    /// Somebody wrote to the store while it was read.
    #[error("the store `{store}` was changed while it was read")]
    Changed {
        /// The store.
        store: String,
    },
    /// A file of a store is not written as its format demands.
    #[error("the file of the table `{table}` of the store `{store}` cannot be read at line {line}: {cause}")]
    Malformed {
        /// The store.
        store: String,
        /// The table.
        table: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        cause: String,
    },
    /// A SQL script cannot be carried out.
    #[error("the script of the store `{store}` fails at statement {statement}: {cause}")]
    Script {
        /// The store.
        store: String,
        /// Its number, from 1.
        statement: usize,
        /// The engine's word for it.
        cause: String,
    },
    /// Its last changes wait in its `-wal`, and the private copy in which they could be read cannot be made.
    #[error("the store `{store}` has changes waiting in its -wal file, and cannot be copied to read them: {cause}")]
    NotCopied {
        /// The store.
        store: String,
        /// Why.
        cause: String,
    },
    /// A `where` of the configuration is no condition on its table.
    #[error("a `where` on the table `{table}` of the store `{store}` is no condition: {cause}")]
    Selection {
        /// The store.
        store: String,
        /// The table.
        table: String,
        /// The engine's word for it.
        cause: String,
    },
    /// The table is not there.
    #[error("the store `{store}` has no table `{table}`")]
    NoTable {
        /// The store.
        store: String,
        /// The table.
        table: String,
    },
    /// A key does not name exactly one row.
    #[error("a key of the table `{table}` of the store `{store}` names {rows} rows, not one")]
    KeyNotUnique {
        /// The store.
        store: String,
        /// The table.
        table: String,
        /// How many rows it names.
        rows: usize,
    },
    /// The engine failed.
    #[error("the store `{store}` cannot be read (table `{table}`): {cause}")]
    Query {
        /// The store.
        store: String,
        /// The table.
        table: String,
        /// The engine's word for it.
        cause: String,
    },
    /// The run was told to stop.
    #[error("the run was interrupted")]
    Interrupted,
    /// What was read could not be taken further. Carries a failure of a later room through the visit of rows.
    #[error(transparent)]
    Visitor(Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// The store that failed, where one did.
    pub fn store(&self) -> Option<&str> {
        match self {
            StoreError::NotFound { store, .. }
            | StoreError::Unreadable { store, .. }
            | StoreError::NotADatabase { store, .. }
            | StoreError::Damaged { store }
            | StoreError::NotRecovered { store }
            | StoreError::Locked { store }
            | StoreError::Changed { store }
            | StoreError::Malformed { store, .. }
            | StoreError::Script { store, .. }
            | StoreError::NotCopied { store, .. }
            | StoreError::Selection { store, .. }
            | StoreError::NoTable { store, .. }
            | StoreError::KeyNotUnique { store, .. }
            | StoreError::Query { store, .. } => Some(store),
            StoreError::Interrupted | StoreError::Visitor(_) => None,
        }
    }

    /// Whether the configuration is to be corrected, not the store.
    pub fn is_about_configuration(&self) -> bool {
        matches!(self, StoreError::KeyNotUnique { .. } | StoreError::Selection { .. } | StoreError::NoTable { .. })
    }

    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            StoreError::NotFound { .. } => {
                "Check the store's `url` in the configuration; a relative path counts from the configuration's folder."
            }
            StoreError::Unreadable { .. } => {
                "Check that the store's `url` names the right file or folder, and that this account may read it."
            }
            StoreError::NotADatabase { .. } => {
                "Check the store's `url`; if the file should be a database, restore it from a backup."
            }
            StoreError::Damaged { .. } => {
                "Check the file with `PRAGMA integrity_check`, restore it from a backup if it is damaged, and run again."
            }
            StoreError::NotRecovered { .. } => {
                "Open it once with the program that owns it, so that it recovers, and run again."
            }
            StoreError::Locked { .. } => "Run again when the other program has finished.",
            StoreError::Changed { .. } => {
                "Run again; if it happens often, export from a copy or while the store is at rest."
            }
            StoreError::Malformed { .. } => {
                "Correct the file or have it written anew; where only its form differs, declare it in [store.NAME]."
            }
            StoreError::Script { .. } => "Load the script with `sqlite3` to see the whole message, and correct it.",
            StoreError::NotCopied { .. } => {
                "Make room where temporary files go (TMPDIR), or open the store once with its own program, which takes the -wal in."
            }
            StoreError::Selection { .. } => "Correct the collection's `where`: one SQL condition, without `;`.",
            StoreError::NoTable { .. } => "Run `art20 check`, and correct the collection's `table`.",
            StoreError::KeyNotUnique { .. } => "Choose columns for `key` that name each row once.",
            StoreError::Query { .. } => "Check that the store can be read as a whole, and run again.",
            StoreError::Interrupted => "Nothing was written; run again when it suits you.",
            StoreError::Visitor(_) => "See the message above.",
        }
    }
}
