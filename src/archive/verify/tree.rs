//! An archive to be read: the files of a zip or of a folder, listed once, each opened when it is its turn.

use super::beside;
use super::fault::{FaultCode, Faults};
use super::folder::Folder;
use super::limits::Limits;
pub use super::list::Entry;
use super::list::List;
use super::source::Source as ZipSource;
use super::verification::shown;
use super::zip::Zip;
use crate::archive::secrecy::{Keys, UnlockError, Unlocked};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Bytes for which a thread is worth starting.
const WORTH_A_THREAD: u64 = 1 << 20;

/// Where the archive stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArchiveKind {
    /// One zip file.
    Zip,
    /// An unpacked folder.
    Folder,
}

/// The files of an archive, sorted by the bytes of their names.
#[derive(Debug)]
pub struct Tree {
    path: PathBuf,
    list: List,
    folders: Vec<String>,
    source: Source,
    encrypted: bool,
}

#[derive(Debug)]
enum Source {
    Zip(Zip),
    Folder(Folder),
}

/// Why nothing could be said about an archive.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file or folder, or a part of it, cannot be read.
    #[error("cannot read {}: {source}", shown(&path.to_string_lossy()))]
    Unreadable {
        /// What was to be verified, or the part of it that cannot be read.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The archive is encrypted, and the keys do not open it.
    #[error(transparent)]
    Locked(#[from] UnlockError),
}

impl VerifyError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            VerifyError::Unreadable { .. } => {
                "Check the path, that this account may read it, and that its disk is sound."
            }
            VerifyError::Locked(error) => error.advice(),
        }
    }
}

impl Tree {
    /// Lists the archive at a path, decrypted by `keys` where it is encrypted; whatever is wrong with it becomes a
    /// fault. What has to be laid aside for decrypting goes to the temporary folder, unreadable there.
    ///
    /// # Errors
    /// If the path cannot be opened at all, or the keys are not those of the archive.
    pub fn open(path: &Path, keys: &Keys, limits: &Limits, faults: &mut Faults) -> Result<Tree, VerifyError> {
        let unreadable = |source| VerifyError::Unreadable { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            let (folder, list) = Folder::open(path, limits, faults).map_err(unreadable)?;
            return Ok(Tree::of(path, list, Vec::new(), Source::Folder(folder)));
        }
        let file = File::open(path).map_err(unreadable)?;
        let source = match keys.unlock(file, limits.total_bytes)? {
            Unlocked::Plain(file) => ZipSource::of_file(file).map_err(unreadable)?,
            Unlocked::Opened(ciphertext) => ZipSource::of_decrypted(ciphertext),
            Unlocked::Locked => {
                faults.add_global(FaultCode::Encrypted, "the file is encrypted by age");
                return Ok(Tree::of_zip(path, Zip::unread(), true));
            }
            Unlocked::Broken(detail) => {
                faults.add_global(FaultCode::CiphertextBroken, detail);
                return Ok(Tree::of_zip(path, Zip::unread(), true));
            }
        };
        let encrypted = source.is_decrypted();
        Ok(Tree::of_zip(path, Zip::open(source, limits, faults), encrypted))
    }

    fn of_zip(path: &Path, (zip, list, folders): (Zip, List, Vec<String>), encrypted: bool) -> Tree {
        Tree { encrypted, ..Tree::of(path, list, folders, Source::Zip(zip)) }
    }

    fn of(path: &Path, mut list: List, mut folders: Vec<String>, source: Source) -> Tree {
        list.sort();
        folders.sort();
        Tree { path: path.to_owned(), list, folders, source, encrypted: false }
    }

    /// What was opened.
    pub fn kind(&self) -> ArchiveKind {
        match self.source {
            Source::Zip(_) => ArchiveKind::Zip,
            Source::Folder(_) => ArchiveKind::Folder,
        }
    }

    /// Whether the file was encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether a part of it did not decrypt.
    pub(super) fn is_broken(&self) -> bool {
        matches!(&self.source, Source::Zip(zip) if zip.is_broken())
    }

    /// Which file the system could not read, and what it said, which says nothing of the archive.
    pub fn failure(&self) -> Option<(PathBuf, io::Error)> {
        match &self.source {
            Source::Zip(zip) => zip.failure().map(|source| (self.path.clone(), source)),
            Source::Folder(folder) => folder.failure(),
        }
    }

    /// The files, by name.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> + Clone {
        self.list.iter()
    }

    /// How many files there are.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// The file at a position.
    pub(super) fn entry(&self, at: usize) -> Option<Entry<'_>> {
        self.list.get(at)
    }

    /// The folders that a zip lists as entries of their own, without the last `/`.
    pub fn folders(&self) -> &[String] {
        &self.folders
    }

    /// The first file with this name.
    pub fn position(&self, name: &str) -> Option<usize> {
        let at = self.list.not_before(name);
        self.list.get(at).filter(|entry| entry.name == name).map(|_| at)
    }

    /// Whether there is a file with this name.
    pub fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The files whose names begin with this text.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = Entry<'a>> {
        self.list.from(self.list.not_before(prefix)).take_while(move |entry| entry.name.starts_with(prefix))
    }

    /// How many threads are worth it for so many bytes. What is decrypted has one place at which it is read.
    pub(super) fn threads(&self, bytes: u64) -> usize {
        if self.encrypted || bytes < WORTH_A_THREAD {
            return 1;
        }
        beside::most()
    }

    /// A reader over the bytes of a file. It never gives more than the declared size, and fails with a [`Broken`] where
    /// what it reads is not what was declared.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open_entry(&self, at: usize) -> io::Result<Box<dyn Read + '_>> {
        let entry = self.list.get(at).ok_or(io::ErrorKind::NotFound)?;
        match &self.source {
            Source::Zip(zip) => zip.reader(&entry),
            Source::Folder(folder) => folder.reader(&entry),
        }
    }

    /// What `look` makes of a small file that is whole, without the cost of a reader. `None` if it is not small, or not
    /// as declared, about which [`Tree::open_entry`] has more to say.
    pub(super) fn whole<T>(&self, at: usize, look: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let entry = self.list.get(at).filter(|entry| entry.readable)?;
        match &self.source {
            Source::Zip(zip) => zip.whole(&entry, look),
            Source::Folder(_) => None,
        }
    }
}

/// Finds files by their names. What names them, a manifest or a descriptor, mostly has those of a folder in their order,
/// so that the next one of some folder is looked at first.
#[derive(Debug)]
pub(super) struct Finder<'t> {
    tree: &'t Tree,
    recent: [usize; 4],
    oldest: usize,
}

impl<'t> Finder<'t> {
    pub(super) fn new(tree: &'t Tree) -> Finder<'t> {
        Finder { tree, recent: [0; 4], oldest: 0 }
    }

    /// The same as [`Tree::position`].
    pub(super) fn position(&mut self, name: &str) -> Option<usize> {
        let is = |at: usize, name| self.tree.list.get(at).is_some_and(|entry| entry.name == name);
        if let Some(near) = self.recent.iter().position(|at| is(at + 1, name) && !is(*at, name)) {
            self.recent[near] += 1;
            return Some(self.recent[near]);
        }
        let found = self.tree.position(name)?;
        self.recent[self.oldest] = found;
        self.oldest = (self.oldest + 1) % self.recent.len();
        Some(found)
    }
}

/// Why a file could not be read to its end, inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct Broken {
    /// The fault that it is.
    pub code: FaultCode,
    /// What exactly.
    pub detail: String,
}

impl Broken {
    /// The error that carries it.
    pub(super) fn error(code: FaultCode, detail: impl Into<String>) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Broken { code, detail: detail.into() })
    }
}
