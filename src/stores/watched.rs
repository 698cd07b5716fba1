//! Files that are read in place: at any position, in bounded pieces, and watched for changes (law 4).

use super::error::StoreError;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How much of a file is held at once.
const HELD: usize = 256 * 1024;
/// So much of a line is always held together, so that its beginning can be looked at.
const TOGETHER: usize = 4 * 1024;

/// What shows that a file is still the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileState {
    pub bytes: u64,
    modified: Option<SystemTime>,
    number: u64,
}

impl FileState {
    pub(super) fn of(about: &Metadata) -> FileState {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(about);
        #[cfg(not(unix))]
        let number = 0;
        FileState { bytes: about.len(), modified: about.modified().ok(), number }
    }
}

/// An open file, as it was when it was opened.
#[derive(Debug)]
pub(super) struct WatchedFile {
    path: PathBuf,
    file: File,
    state: FileState,
}

impl WatchedFile {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// When it is not there, is no file, or may not be read.
    pub(super) fn open(store: &str, path: &Path) -> Result<WatchedFile, StoreError> {
        let open = || {
            // Before it is opened: opening a pipe would wait for somebody to write into it.
            regular(&std::fs::metadata(path)?)?;
            let file = File::open(path)?;
            let about = file.metadata()?;
            regular(&about)?;
            Ok(WatchedFile { path: path.to_owned(), file, state: FileState::of(&about) })
        };
        open().map_err(|cause| unreadable(store, path, &cause))
    }

    /// How long it is.
    pub(super) fn bytes(&self) -> u64 {
        self.state.bytes
    }

    /// Makes sure that neither the open file nor what stands at its path has changed.
    ///
    /// # Errors
    /// When it has, or when it was removed.
    pub(super) fn confirm(&self, store: &str) -> Result<(), StoreError> {
        let same = |about: io::Result<Metadata>| about.is_ok_and(|about| FileState::of(&about) == self.state);
        if same(self.file.metadata()) && same(std::fs::metadata(&self.path)) {
            Ok(())
        } else {
            Err(StoreError::Changed { store: store.to_owned() })
        }
    }

    /// A reader over the bytes from `start` to before `end`.
    pub(super) fn stretch(&self, start: u64, end: u64) -> Stretch<'_> {
        Stretch { file: &self.file, at: start, end: end.min(self.state.bytes) }
    }

    /// The failure of a read: that of the file, or that it was changed, which explains any other.
    pub(super) fn failure(&self, store: &str, cause: &io::Error) -> StoreError {
        self.confirm(store).err().unwrap_or_else(|| unreadable(store, &self.path, cause))
    }
}

fn regular(about: &Metadata) -> io::Result<()> {
    match about.is_file() {
        true => Ok(()),
        false if about.is_dir() => Err(io::Error::other("it is a folder, not a file")),
        false => Err(io::Error::other("it is no regular file")),
    }
}

/// A failure of the file system in art20's words.
pub(super) fn unreadable(store: &str, path: &Path, cause: &io::Error) -> StoreError {
    let (store, path) = (store.to_owned(), path.to_owned());
    match cause.kind() {
        io::ErrorKind::NotFound => StoreError::NotFound { store, path },
        _ => StoreError::Unreadable { store, path, cause: cause.to_string() },
    }
}

/// A part of a file. Several may be read at the same time.
#[derive(Debug)]
pub(super) struct Stretch<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl Read for Stretch<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at.min(self.end)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, &mut buffer[..wanted], self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, &mut buffer[..wanted], self.at)?;
        if read == 0 {
            // What was there at the start is gone.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        Ok(read)
    }
}

/// A line or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'b> {
    /// Its bytes, the line end included.
    pub bytes: &'b [u8],
    /// Where it stands, counted from the start of what is read.
    pub at: u64,
    /// Whether a line begins here.
    pub begins: bool,
    /// Whether the line ends here.
    pub ends: bool,
}

/// Cuts what is read into lines that end with LF; lines that are longer than what is held come in parts.
#[derive(Debug)]
pub(super) struct Pieces<R> {
    source: R,
    held: Vec<u8>,
    start: usize,
    end: usize,
    at: u64,
    begins: bool,
    finished: bool,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(source: R) -> Pieces<R> {
        Pieces { source, held: vec![0; HELD], start: 0, end: 0, at: 0, begins: true, finished: false }
    }

    /// How much was given so far.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Whether a line begins here.
    pub(super) fn at_line_start(&self) -> bool {
        self.begins
    }

    /// The next line or part of one; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        let mut looked_at = 0;
        let length = loop {
            let bytes = &self.held[self.start..self.end];
            if let Some(found) = memchr::memchr(b'\n', &bytes[looked_at..]) {
                break looked_at + found + 1;
            }
            looked_at = bytes.len();
            if self.finished || (looked_at >= TOGETHER && (!self.begins || self.end == self.held.len())) {
                break looked_at;
            }
            self.fill()?;
        };
        if length == 0 {
            return Ok(None);
        }
        let (from, begins, at) = (self.start, self.begins, self.at);
        self.start += length;
        self.at += length as u64;
        let bytes = &self.held[from..from + length];
        let ends = bytes.ends_with(b"\n");
        self.begins = ends;
        Ok(Some(Piece { bytes, at, begins, ends }))
    }

    /// Whether what follows begins with these few bytes.
    pub(super) fn followed_by(&mut self, accept: impl Fn(&[u8]) -> bool) -> io::Result<bool> {
        while self.end - self.start < TOGETHER && !self.finished {
            self.fill()?;
        }
        Ok(accept(&self.held[self.start..self.end]))
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 && self.held.len() - self.end < HELD / 2 {
            self.held.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.held.len() {
            return Ok(());
        }
        loop {
            match self.source.read(&mut self.held[self.end..]) {
                Ok(0) => self.finished = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_any_length_come_whole_or_in_parts_and_no_byte_is_lost() {
        let mut text = b"a\r\n\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', 3 * HELD));
        text.extend(b"\nFrom me\nlast");
        let mut pieces = Pieces::new(text.as_slice());
        let (mut all, mut lines) = (Vec::new(), 0);
        while let Some(piece) = pieces.next().unwrap() {
            assert_eq!(piece.at, all.len() as u64);
            assert_eq!(piece.begins, all.is_empty() || all.ends_with(b"\n"));
            assert!(piece.bytes.len() >= TOGETHER || piece.ends || text.ends_with(piece.bytes) || !piece.begins);
            lines += usize::from(piece.begins);
            all.extend_from_slice(piece.bytes);
        }
        assert_eq!((all == text, lines), (true, 5));
    }

    #[test]
    fn what_follows_can_be_looked_at_without_being_taken() {
        let mut pieces = Pieces::new(&b"one\ntwo"[..]);
        pieces.next().unwrap();
        assert!(pieces.followed_by(|bytes| bytes == b"two").unwrap());
        assert_eq!(pieces.next().unwrap().unwrap().bytes, b"two");
    }
}
