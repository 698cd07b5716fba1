//! `batch-result.csv`: one line for each request, in the order of the requests, from the moment that the batch begins.

use crate::archive::unnamed::{make_names_durable, write_unnamed};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its archive and receipt stand in the folder.
    Done,
    /// The same, but a store could not be read, and the archive says so.
    Partial,
    /// It has no archive; the message says why.
    Failed,
    /// Its turn has not come.
    Waiting,
}

/// One line of the result. Nothing personal is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultLine {
    /// The reference of the request.
    pub reference: String,
    /// What has become of it.
    pub status: Status,
    /// The exit status that `art20 export` would have had; none while it waits.
    pub exit_code: Option<u8>,
    /// The name of the archive.
    pub archive: Option<String>,
    /// Its SHA-256.
    pub sha256: Option<String>,
    /// Rows that were found.
    pub matched: Option<u64>,
    /// Rows in the archive.
    pub portable: Option<u64>,
    /// Rows that stayed out.
    pub excluded: Option<u64>,
    /// Why there is no archive, and what to do.
    pub message: String,
}

impl ResultLine {
    /// The line of a request whose turn has not come.
    pub(super) fn waiting(reference: &str) -> ResultLine {
        ResultLine::without_archive(reference, Status::Waiting, None, String::new())
    }

    /// The line of a request that has no archive.
    pub(super) fn failed(reference: &str, exit_code: u8, message: String) -> ResultLine {
        ResultLine::without_archive(reference, Status::Failed, Some(exit_code), message)
    }

    fn without_archive(reference: &str, status: Status, exit_code: Option<u8>, message: String) -> ResultLine {
        ResultLine {
            reference: reference.to_owned(),
            status,
            exit_code,
            archive: None,
            sha256: None,
            matched: None,
            portable: None,
            excluded: None,
            message,
        }
    }
}

/// Why a result cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// There is something else of that name. Exit status 2.
    #[error("{0} is there and is not the result of a batch")]
    Foreign(PathBuf),
    /// It cannot be read or written. Exit status 1.
    #[error("the result {path} cannot be {doing}: {cause}")]
    Io {
        /// Its path.
        path: PathBuf,
        /// `read` or `written`.
        doing: &'static str,
        /// Why.
        cause: io::Error,
    },
}

impl ResultsError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            ResultsError::Foreign(_) => "Move it away, or choose another folder with --output.",
            ResultsError::Io { .. } => "Check free space and permissions of the folder, and run again.",
        }
    }
}

/// The result of a batch under way.
pub(super) struct Results {
    path: PathBuf,
    /// Every line, in the order of the requests.
    pub(super) lines: Vec<ResultLine>,
    news: usize,
}

/// A rewriting costs as much as there are lines, so it waits until this part of them is new.
const PART: usize = 16;

impl Results {
    /// The result of an earlier run, if there is one.
    ///
    /// # Errors
    /// When what is there cannot be read or is none.
    pub(super) fn earlier(path: &Path) -> Result<Option<Vec<ResultLine>>, ResultsError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(ResultsError::Io { path: path.to_owned(), doing: "read", cause }),
        };
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let lines: Result<Vec<ResultLine>, _> = reader.deserialize().collect();
        match lines {
            Ok(lines) if reader.headers().is_ok_and(|headings| headings == HEADINGS.as_slice()) => Ok(Some(lines)),
            _ => Err(ResultsError::Foreign(path.to_owned())),
        }
    }

    /// Begins a result with these lines.
    pub(super) fn new(path: PathBuf, lines: Vec<ResultLine>) -> Results {
        Results { path, lines, news: 0 }
    }

    /// The name of the file.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Enters what has become of a request.
    pub(super) fn enter(&mut self, at: usize, line: ResultLine) {
        if let Some(place) = self.lines.get_mut(at) {
            *place = line;
            self.news += 1;
        }
    }

    /// Writes the file anew if there is enough that is new.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write_if_due(&mut self, workroom: &Path) -> Result<(), ResultsError> {
        if self.news > self.lines.len() / PART { self.write(workroom) } else { Ok(()) }
    }

    /// Writes the file anew: durable, under a temporary name, and then in one step in the place of the old one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&mut self, workroom: &Path) -> Result<(), ResultsError> {
        let failed = |cause| ResultsError::Io { path: self.path.clone(), doing: "written", cause };
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        let rows = writer.write_record(HEADINGS).and_then(|()| self.lines.iter().try_for_each(|l| writer.serialize(l)));
        rows.map_err(|error| failed(error.into()))?;
        let bytes = writer.into_inner().map_err(|error| failed(io::Error::other(error.to_string())))?;
        let place = write_unnamed(workroom, &bytes).map_err(|error| failed(io::Error::other(error)))?;
        std::fs::File::open(&place).and_then(|file| file.sync_all()).map_err(failed)?;
        place.persist(&self.path).map_err(|error| failed(error.error))?;
        if let Some(folder) = self.path.parent() {
            make_names_durable(folder).map_err(|error| failed(io::Error::other(error)))?;
        }
        self.news = 0;
        Ok(())
    }
}

const HEADINGS: [&str; 9] =
    ["reference", "status", "exit_code", "archive", "sha256", "matched", "portable", "excluded", "message"];
