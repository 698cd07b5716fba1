//! Why a batch as a whole could not be done; what is wrong with one request is a line of its result.

use super::results::ResultsError;
use crate::archive::ArchiveError;
use crate::export::ExportError;
use std::io;
use std::path::PathBuf;

/// A failure of the batch. Nothing personal is in it.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The folder cannot be made or used. Exit status 1.
    #[error("the folder {folder} cannot be used: {cause}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Something else stands where the folder should be. Exit status 2.
    #[error("{0} is there and is no folder")]
    NoFolder(PathBuf),
    /// Another batch has its workroom there. Exit status 1.
    #[error("another batch is at work in {folder}")]
    AtWork {
        /// The folder.
        folder: PathBuf,
    },
    /// The result of an earlier run cannot be taken up, or the new one not be written.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// A shard cannot know to which request a made-up reference belongs. Exit status 2.
    #[error("line {line} of the requests has no reference, and a shard is taken by the reference")]
    NoReference {
        /// The line of the first such request.
        line: u64,
    },
    /// Requests without a reference are known by their place in the result, and that is of other requests. Exit 2.
    #[error("line {line} of the requests has no reference, and the result in the folder is of other requests")]
    OtherRequests {
        /// The line of the first such request.
        line: u64,
    },
    /// The stores cannot be read, or the configuration does not fit: no request could be answered.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// What an earlier run wrote cannot be taken away, or names cannot be made durable.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// No thread can be started.
    #[error("no worker can be started: {0}")]
    NoWorker(io::Error),
}

impl BatchError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            BatchError::Folder { .. } => "Check the path, free space and permissions, and run again.",
            BatchError::NoFolder(_) => "Move it away, or choose a folder with --output.",
            BatchError::AtWork { .. } => {
                "Wait until it has ended, or choose another folder; workers that share one take --shard I/N each."
            }
            BatchError::Results(error) => error.advice(),
            BatchError::NoReference { .. } => "Give every request a reference of its own.",
            BatchError::OtherRequests { .. } => {
                "Give every request a reference of its own, choose another folder, or start over with --restart."
            }
            BatchError::Export(_) => "See the message above.",
            BatchError::Archive(error) => error.advice(),
            BatchError::NoWorker(_) => "Check the limits of this account, or use fewer --jobs, and run again.",
        }
    }
}
