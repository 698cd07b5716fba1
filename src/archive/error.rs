//! Why an archive could not be written, and what to do about it.

use std::io;
use std::path::PathBuf;

/// A failure to write. Never shows what was to be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is something at the output path. Exit status 2.
    #[error("the output exists already: {0}")]
    Exists(PathBuf),
    /// The folder of the output path does not exist. Exit status 2.
    #[error("the folder of the output does not exist: {0}")]
    NoFolder(PathBuf),
    /// Writing failed.
    #[error("the archive cannot be written: {doing}: {cause}")]
    Write {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        cause: io::Error,
    },
    /// A value of the store could not be read while it was written.
    #[error("a file of a record cannot be read from its store: {0}")]
    Content(io::Error),
    /// What was written is not what was decided: a fault of art20 itself.
    #[error(
        "the archive does not hold what was decided: collection `{collection}`: {decided} decided, {written} written"
    )]
    Unbalanced {
        /// The collection.
        collection: String,
        /// Rows that were decided to be portable.
        decided: u64,
        /// Rows that the writer wrote.
        written: u64,
    },
}

impl ArchiveError {
    /// A failure while doing something.
    pub fn doing(doing: &'static str) -> impl FnOnce(io::Error) -> ArchiveError {
        move |cause| ArchiveError::Write { doing, cause }
    }

    /// The same failure for another archive that it concerns.
    pub fn again(&self) -> ArchiveError {
        match self {
            ArchiveError::Exists(path) => ArchiveError::Exists(path.clone()),
            ArchiveError::NoFolder(path) => ArchiveError::NoFolder(path.clone()),
            ArchiveError::Write { doing, cause } => ArchiveError::Write { doing, cause: same(cause) },
            ArchiveError::Content(cause) => ArchiveError::Content(same(cause)),
            ArchiveError::Unbalanced { collection, decided, written } => {
                ArchiveError::Unbalanced { collection: collection.clone(), decided: *decided, written: *written }
            }
        }
    }

    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            ArchiveError::Exists(_) => {
                "Choose another name with --output, or move the file away; art20 never overwrites."
            }
            ArchiveError::NoFolder(_) => "Make the folder first, or choose another with --output.",
            ArchiveError::Write { .. } => {
                "Check free space and permissions of the output folder, and run again; nothing was left behind."
            }
            ArchiveError::Content(_) => {
                "Check that the store can be read as a whole, and run again; nothing was left behind."
            }
            ArchiveError::Unbalanced { .. } => "Nothing was written. Please report this as a fault of art20.",
        }
    }
}

fn same(cause: &io::Error) -> io::Error {
    io::Error::new(cause.kind(), cause.to_string())
}
