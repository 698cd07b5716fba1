//! The configuration beside the database: written whole or not at all, and never over a file that is not as art20 import
//! wrote it for this database.

use super::database::from_archive;
use super::error::ImportError;
use crate::archive::container::hex;
use crate::archive::unnamed::{persist_durably, prepare};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

const MARK: &str = "# Written by `art20 import` for the database ";
const SUM: &str = "# SHA-256 of the lines below: ";
const ADVICE: &str = "# Importing again writes it anew while nobody has changed it; else it is left alone, or import asks to move it away.\n";

/// What is to become of the configuration.
#[derive(Debug)]
pub struct Paper {
    path: PathBuf,
    text: Option<Vec<u8>>,
    /// Whether the file that stands there was changed by hand, and may stay.
    pub changed_by_hand: bool,
}

/// A configuration that is written but for its name.
#[derive(Debug)]
pub struct Prepared {
    path: PathBuf,
    place: Option<TempPath>,
    replaces: bool,
}

/// The path of the configuration of a database.
///
/// # Errors
/// When it would be the database itself.
pub fn path_beside(database: &Path) -> Result<PathBuf, ImportError> {
    let path = database.with_extension("toml");
    if database.file_name().is_none() || path == database {
        return Err(ImportError::Name(database.to_owned()));
    }
    Ok(path)
}

impl Paper {
    /// Decides what is to become of the file at the path. `database` names the database for ever, `is_new` says that it
    /// did not exist, so that no file can have been written for it.
    ///
    /// # Errors
    /// When there is a file that must not be replaced and would have to change.
    pub fn of(path: &Path, database: &str, is_new: bool, body: &str) -> Result<Paper, ImportError> {
        let sum = hex(&Sha256::digest(body.as_bytes()));
        let text = format!("{MARK}{database}.\n{ADVICE}{SUM}{sum}\n{body}");
        let paper = |text, changed_by_hand| Paper { path: path.to_owned(), text, changed_by_hand };
        if std::fs::symlink_metadata(path).is_err() {
            return Ok(paper(Some(text.into_bytes()), false));
        }
        if is_new {
            return Err(ImportError::Exists(path.to_owned()));
        }
        let there = std::fs::read(path).map_err(ImportError::doing("reading the configuration"))?;
        if there == text.as_bytes() {
            return Ok(paper(None, false));
        }
        let refused = || ImportError::Configuration(path.to_owned());
        let there = String::from_utf8(there).map_err(|_| refused())?;
        let (written_for, written, rest) = marks(&there).ok_or_else(refused)?;
        if written_for != database {
            return Err(refused());
        }
        if hex(&Sha256::digest(rest.as_bytes())) == written {
            return Ok(paper(Some(text.into_bytes()), false));
        }
        // Changed by hand since: that is fine as long as nothing has to change.
        if written == sum { Ok(paper(None, true)) } else { Err(refused()) }
    }

    /// Writes the file under a temporary name.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn prepare(self) -> Result<Prepared, ImportError> {
        let replaces = std::fs::symlink_metadata(&self.path).is_ok();
        // A name of its own in the same folder, so that it can be given the right one in one step.
        let beside = self.path.with_extension("toml.art20-new");
        let place = self.text.map(|text| prepare(&beside, &text).map_err(from_archive)).transpose()?;
        Ok(Prepared { path: self.path, place, replaces })
    }
}

impl Prepared {
    /// Gives the file its name.
    ///
    /// # Errors
    /// When something took the place meanwhile.
    pub fn publish(self) -> Result<(), ImportError> {
        match self.place {
            Some(place) if self.replaces => place
                .persist(&self.path)
                .map_err(|error| ImportError::Write { doing: "replacing the configuration", cause: error.error }),
            Some(place) => persist_durably(place, &self.path).map_err(from_archive),
            None => Ok(()),
        }
    }
}

/// For which database a file was written, the sum of what was written then, and what stands there now.
fn marks(text: &str) -> Option<(&str, &str, &str)> {
    let (database, rest) = text.strip_prefix(MARK)?.split_once(".\n")?;
    let (sum, rest) = rest.strip_prefix(ADVICE)?.strip_prefix(SUM)?.split_once('\n')?;
    Some((database, sum, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_replaced_only_while_it_is_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("received.toml");
        let write = |is_new, body: &str| Paper::of(&path, "urn:uuid:a", is_new, body)?.prepare()?.publish();
        write(true, "a = 1\n").unwrap();
        assert!(matches!(write(true, "a = 1\n"), Err(ImportError::Exists(_))));
        write(false, "a = 2\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("a = 2\n"));
        assert!(matches!(Paper::of(&path, "urn:uuid:b", false, "a = 2\n"), Err(ImportError::Configuration(_))));
        std::fs::write(&path, text + "# mine\n").unwrap();
        assert!(Paper::of(&path, "urn:uuid:a", false, "a = 2\n").unwrap().changed_by_hand);
        assert!(matches!(write(false, "a = 3\n"), Err(ImportError::Configuration(_))));
        std::fs::write(&path, "mine\n").unwrap();
        assert!(matches!(write(false, "a = 2\n"), Err(ImportError::Configuration(_))));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing temporary is left");
    }
}
