//! Papers beside an archive, or without one: all get their names at the end, together, or none does (law 3).

use crate::archive::ArchiveError;
use crate::archive::container::hex;
use crate::archive::unnamed::{folder_of, make_durable, persist, write_unnamed};
use crate::receipt::LetterProof;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Papers that have no names yet.
#[derive(Default)]
pub(super) struct Papers {
    all: Vec<(TempPath, PathBuf)>,
}

impl Papers {
    /// Writes a paper of mode 0600 under a temporary name in a folder of the same file system as its later place.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub(super) fn add(&mut self, folder: &Path, path: &Path, bytes: &[u8]) -> Result<LetterProof, ArchiveError> {
        self.all.push((write_unnamed(folder, bytes)?, path.to_owned()));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(LetterProof { name, bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) })
    }

    /// Makes what they say durable.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub(super) fn make_durable(&self) -> Result<(), ArchiveError> {
        self.all.iter().try_for_each(|(paper, _)| make_durable(paper))
    }

    /// The folders of their later places.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.all.iter().map(|(_, path)| folder_of(path)).collect()
    }

    /// Gives each its name, then does what comes last; takes all back when anything fails.
    ///
    /// # Errors
    /// When something is there meanwhile, the folder cannot be written, or `last` fails.
    pub(super) fn publish(self, last: impl FnOnce() -> Result<(), ArchiveError>) -> Result<(), ArchiveError> {
        let mut named: Vec<PathBuf> = Vec::new();
        let result = self.all.into_iter().try_for_each(|(paper, path)| {
            persist(paper, &path)?;
            named.push(path);
            Ok(())
        });
        result.and_then(|()| last()).inspect_err(|_| {
            for path in &named {
                let _ = std::fs::remove_file(path);
            }
        })
    }
}

/// Whether two paths, the first in this folder, name the same file that is still to be written.
pub(super) fn is_same(folder: &Path, path: &Path, other: &Path) -> bool {
    let parent = other.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let same_folder = match (folder.canonicalize(), parent.canonicalize()) {
        (Ok(one), Ok(two)) => one == two,
        _ => folder == parent,
    };
    same_folder && path.file_name() == other.file_name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_appear_together_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let names = || {
            let mut names: Vec<_> =
                std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let two = || {
            let mut papers = Papers::default();
            papers.add(folder.path(), &place("a.txt"), b"a").unwrap();
            papers.add(folder.path(), &place("b.json"), b"b").unwrap();
            papers
        };
        assert!(two().publish(|| Err(ArchiveError::Exists(place("c.zip")))).is_err());
        assert_eq!(names(), [""; 0]);
        let late = two();
        std::fs::write(place("b.json"), "somebody else's").unwrap();
        assert!(late.publish(|| Ok(())).is_err());
        assert_eq!(names(), ["b.json"], "what was there stays, and nothing else");
        std::fs::remove_file(place("b.json")).unwrap();
        two().publish(|| Ok(())).unwrap();
        assert_eq!(names(), ["a.txt", "b.json"]);
        assert_eq!(std::fs::read(place("b.json")).unwrap(), b"b");
    }

    #[test]
    fn the_same_file_is_known_by_another_path() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, around) = (folder.path().join("a"), folder.path().join(".").join("a"));
        assert!(is_same(folder.path(), &plain, &around));
        assert!(!is_same(folder.path(), &plain, &folder.path().join("b")));
        assert!(is_same(Path::new("."), Path::new("a"), Path::new("./a")));
    }
}
