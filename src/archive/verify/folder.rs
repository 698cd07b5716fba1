//! Reading an unpacked archive. Symbolic links are never followed below the folder itself. What the system could not
//! read is remembered: it says nothing of the archive, which may be whole. What is gone or changed under way is a fault.

use super::fault::{FaultCode, Faults};
use super::limits::Limits;
use super::list::{Entry, Found, List};
use super::tree::Broken;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Deeper nesting is not followed; an archive needs four levels.
const MAX_DEPTH: usize = 32;

/// The folder that holds the archive.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// The path of each entry below the root, in the order in which they were found.
    paths: Vec<PathBuf>,
    /// A path that the system could not read, and what it said: of several the first by name, whoever came first.
    failure: Mutex<Option<(PathBuf, io::Error)>>,
}

/// The walk through a folder and what it has found so far.
struct Walk<'a> {
    limits: &'a Limits,
    faults: &'a mut Faults,
    folder: Folder,
    list: List,
    total: u64,
}

impl Folder {
    /// Lists every file below a folder.
    ///
    /// # Errors
    /// If the folder itself cannot be listed.
    pub(super) fn open(root: &Path, limits: &Limits, faults: &mut Faults) -> io::Result<(Folder, List)> {
        fs::read_dir(root)?;
        let folder = Folder { root: root.to_owned(), paths: Vec::new(), failure: Mutex::default() };
        let mut walk = Walk { limits, faults, folder, list: List::default(), total: 0 };
        walk.visit(Path::new(""), "", 0);
        if walk.total > limits.total_bytes {
            let detail = format!("{} bytes, at most {} are allowed", walk.total, limits.total_bytes);
            walk.faults.add_global(FaultCode::TooLarge, detail);
        }
        Ok((walk.folder, walk.list))
    }

    /// A reader over a file, which fails if the file has grown since it was listed.
    pub(super) fn reader(&self, entry: &Entry<'_>) -> io::Result<Box<dyn Read + '_>> {
        let path =
            usize::try_from(entry.found.start).ok().and_then(|at| self.paths.get(at)).ok_or(io::ErrorKind::NotFound)?;
        let file = File::open(self.root.join(path)).map_err(|error| self.failed(path, &error))?;
        Ok(Box::new(Listed { folder: self, path, file, left: entry.bytes }))
    }

    /// The first path, by name, that the system could not read, and what it said.
    pub(super) fn failure(&self) -> Option<(PathBuf, io::Error)> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.as_ref().map(|(path, error)| (path.clone(), io::Error::new(error.kind(), error.to_string())))
    }

    /// Remembers what says nothing of the archive.
    fn note(&self, path: &Path, error: &io::Error) {
        use io::ErrorKind::{Interrupted, IsADirectory, NotADirectory, NotFound};
        let changed = matches!(error.kind(), NotFound | NotADirectory | IsADirectory);
        if let Some(code) = error.raw_os_error()
            && !changed
            && error.kind() != Interrupted
        {
            let path = self.root.join(path);
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            if failure.as_ref().is_none_or(|(known, _)| path < *known) {
                *failure = Some((path, io::Error::from_raw_os_error(code)));
            }
        }
    }

    fn failed(&self, path: &Path, error: &io::Error) -> io::Error {
        self.note(path, error);
        if error.kind() == io::ErrorKind::Interrupted {
            // Whoever reads tries again.
            return error.kind().into();
        }
        Broken::error(FaultCode::FileUnreadable, error.kind().to_string())
    }
}

impl Walk<'_> {
    fn visit(&mut self, path: &Path, name: &str, depth: usize) {
        let listing = fs::read_dir(self.folder.root.join(path)).and_then(|list| list.collect::<io::Result<Vec<_>>>());
        let mut children = match listing {
            Ok(children) => children,
            Err(error) => return self.unreadable(path, name, &error),
        };
        children.sort_by_key(fs::DirEntry::file_name);
        for child in children {
            let file_name = child.file_name();
            let text = file_name.to_string_lossy();
            let name = if name.is_empty() { text.to_string() } else { format!("{name}/{text}") };
            if file_name.to_str().is_none() {
                self.faults.add(FaultCode::NameNotPortable, &name, "not UTF-8");
            }
            self.take(&child, path.join(&file_name), name, depth);
            if self.faults.has(FaultCode::TooManyEntries) {
                return;
            }
        }
    }

    fn unreadable(&mut self, path: &Path, name: &str, error: &io::Error) {
        self.folder.note(path, error);
        self.faults.add(FaultCode::FileUnreadable, name, error.kind().to_string());
    }

    fn take(&mut self, child: &fs::DirEntry, path: PathBuf, name: String, depth: usize) {
        // Of the entry itself, not of what a link points to.
        let metadata = match child.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return self.unreadable(&path, &name, &error),
        };
        if metadata.is_dir() && depth < MAX_DEPTH {
            return self.visit(&path, &name, depth + 1);
        }
        if metadata.is_symlink() {
            self.faults.add(FaultCode::SymbolicLink, &name, "in the folder");
        } else if metadata.is_dir() {
            self.faults.add(FaultCode::NameUnsafe, &name, format!("nested deeper than {MAX_DEPTH} folders"));
        } else if !metadata.is_file() {
            self.faults.add(FaultCode::NotAFile, &name, "neither a file nor a folder");
        }
        let count = u64::try_from(self.list.len()).unwrap_or(u64::MAX);
        if count >= self.limits.entries {
            let detail = format!("more than {}", self.limits.entries);
            return self.faults.add_global(FaultCode::TooManyEntries, detail);
        }
        let readable = metadata.is_file();
        let bytes = if readable { metadata.len() } else { 0 };
        self.total = self.total.saturating_add(bytes);
        let found = Found { start: self.folder.paths.len() as u64, ..Found::default() };
        self.list.push(Entry { name: &name, bytes, readable, found });
        self.folder.paths.push(path);
    }
}

/// A file that must have the size it was listed with.
struct Listed<'f> {
    folder: &'f Folder,
    path: &'f Path,
    file: File,
    left: u64,
}

impl Read for Listed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer).map_err(|error| self.folder.failed(self.path, &error))?;
        let counted = u64::try_from(read).unwrap_or(u64::MAX);
        let changed = counted > self.left || (read == 0 && !buffer.is_empty() && self.left > 0);
        if changed {
            return Err(Broken::error(FaultCode::FileUnreadable, "changed while it was read"));
        }
        self.left -= counted;
        Ok(read)
    }
}
