//! The head: number and hash of the last line, in a small file beside the journal. A chain cannot know that its last
//! lines are missing; the head does. Replaced as a whole, so that a crash leaves the old or the new one.

use super::line::NOTHING_BEFORE;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const FORMAT: &str = "art20-journal-head/1";

/// The last line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    format: String,
    /// Its number; 0 before the first line.
    pub number: u64,
    /// Its hash.
    pub sha256: String,
}

impl Head {
    pub(super) fn new(number: u64, sha256: String) -> Head {
        Head { format: FORMAT.to_owned(), number, sha256 }
    }

    /// Before the first line.
    pub(super) fn none() -> Head {
        Head::new(0, NOTHING_BEFORE.to_owned())
    }

    /// The head of a journal; none if there is none or it cannot be read as one.
    ///
    /// # Errors
    /// When the disk fails.
    pub(super) fn read(journal: &Path) -> io::Result<Option<Head>> {
        let mut text = String::new();
        match File::open(path(journal)) {
            Ok(file) => file.take(4096).read_to_string(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(serde_json::from_str(&text).ok().filter(|head: &Head| head.format == FORMAT))
    }

    /// Replaces the head of a journal, durably.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub(super) fn write(&self, journal: &Path) -> io::Result<()> {
        let path = path(journal);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".art20-").suffix(".part").tempfile_in(folder)?;
        serde_json::to_writer(&mut file, self)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

/// The head's place: beside the journal, with its name and `.head`.
pub(super) fn path(journal: &Path) -> PathBuf {
    let mut name = journal.file_name().unwrap_or_default().to_owned();
    name.push(".head");
    journal.with_file_name(name)
}
