//! Why no configuration is proposed, and what to do.

use crate::archive::ArchiveError;
use crate::controller::ConfigurationError;
use crate::stores::StoreError;
use std::path::PathBuf;

/// A failure of `art20 init`.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Nothing says what to look at.
    #[error("no store is named")]
    NothingToLookAt,
    /// A URL makes no sense.
    #[error("`--from` cannot be read: {0}")]
    Url(String),
    /// Two stores would have one name.
    #[error("two stores would be called `{0}`")]
    SameName(String),
    /// A dataset annotation cannot be read.
    #[error("the dataset {} cannot be read: {cause}", path.display())]
    Dataset {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The configuration that is to be updated is none.
    #[error(transparent)]
    Configuration(ConfigurationError),
    /// Somebody else wrote the configuration in the meantime.
    #[error("{} was changed while the stores were looked at", .0.display())]
    Changed(PathBuf),
    /// The configuration could not be replaced.
    #[error("the configuration {} cannot be replaced: {cause}", path.display())]
    Replace {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The configuration would not be one: a fault of art20.
    #[error("what would be written is no configuration: {0}")]
    Proposal(ConfigurationError),
    /// A store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] ArchiveError),
}

impl InitError {
    /// What to do.
    pub fn advice(&self) -> String {
        match self {
            InitError::NothingToLookAt => {
                "Name it: --from sqlite:FILE, sql:FILE, postgres://HOST/DATABASE, csv:DIR, jsonl:DIR, maildir:DIR, mbox:FILE or fides:DATASET.yml.".into()
            }
            InitError::Url(_) => "Correct the URL; passwords go into PGPASSWORD or ~/.pgpass.".into(),
            InitError::SameName(_) => "Give one of them another name: --from NAME=URL.".into(),
            InitError::Dataset { .. } => {
                "Name a file of fides with `dataset`, its `collections` and their `fields`, each once.".into()
            }
            InitError::Configuration(_) => {
                "Name the configuration to update with -c FILE, and correct what is wrong with it first; without --update a new one is written.".into()
            }
            InitError::Changed(_) => "Nothing was written. Run it again.".into(),
            InitError::Replace { .. } => {
                "It is as it was before, or the new one as a whole. Check free space and the permissions of its folder, and run again.".into()
            }
            InitError::Proposal(_) => {
                "Nothing was written. Write the configuration by hand, and report the names of the tables and columns."
                    .into()
            }
            InitError::Store(error) => error.advice().to_owned(),
            InitError::Write(ArchiveError::Exists(_)) => {
                "To add to it what is new, run with --update; for another one, choose another name with --output, or move the file away: art20 never overwrites.".into()
            }
            InitError::Write(error) => error.advice().to_owned(),
        }
    }
}
