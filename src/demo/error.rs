//! Why an example could not be made, and what to do about it.

use std::io;
use std::path::PathBuf;

/// A failure of `art20 demo`. Nothing here is about anybody: all data are invented.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Files of these names are there already.
    #[error("would overwrite {}", listed(paths))]
    Exists {
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// No store can have this size.
    #[error("a synthetic store has from 1 to {most} {what}")]
    Size {
        /// What there is too little or too much of.
        what: &'static str,
        /// The greatest number.
        most: u64,
    },
    /// The folder cannot be made.
    #[error("the folder {path} cannot be created: {cause}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written: {cause}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The engine failed.
    #[error("the store {path} cannot be built: {cause}")]
    Store {
        /// The store's file to be.
        path: PathBuf,
        /// The engine's words.
        cause: rusqlite::Error,
    },
}

impl DemoError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            DemoError::Exists { .. } => "Choose another folder, or move these files away.",
            DemoError::Size { .. } => "Correct `--subjects` or `--messages`.",
            DemoError::Folder { .. } => "Check that the folder above exists, is no file, and that you may write there.",
            DemoError::Write { .. } | DemoError::Store { .. } => {
                "Check that you may write to the folder and that the disk has room; a thousand messages take 2 MB."
            }
        }
    }
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
