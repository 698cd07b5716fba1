//! A Maildir: one file a message in `cur` and `new`, and folders of the same shape inside it, however they are named.
//!
//! The files are listed once. Programs rename them meanwhile, because the flags of a message stand in its name: a file
//! that is gone is looked for by its name without flags, and must be the very same file.

use super::header::Header;
use super::index::Indexing;
use crate::stores::error::StoreError;
use crate::stores::watched::{FileState, unreadable};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// No folder is nested deeper.
const DEEPEST: usize = 50;
/// The parts of a Maildir that hold messages; what is in `tmp` is still being delivered. Messages go from `new` to
/// `cur`, so in this order none is overlooked.
const PARTS: [&str; 2] = ["new", "cur"];
/// How often a folder is listed anew because it changes meanwhile.
const ATTEMPTS: usize = 10;

/// A message and its file.
#[derive(Debug)]
struct Letter {
    /// The position of its folder.
    folder: u32,
    part: &'static str,
    name: OsString,
    state: FileState,
}

/// Parts and names of files, by their names without flags.
type Renamed = HashMap<Vec<u8>, (&'static str, OsString)>;
/// Makes the key of a message.
type KeyOf<'a> = &'a dyn Fn(&Letter) -> Vec<u8>;

/// The messages of a Maildir, in the order of their keys.
#[derive(Debug)]
pub(super) struct Maildir {
    root: PathBuf,
    /// Below the root.
    folders: Vec<PathBuf>,
    letters: Vec<(Vec<u8>, Letter)>,
    /// Where files of a folder are now that were renamed: by their names without flags.
    renamed: RefCell<HashMap<u32, Renamed>>,
}

/// The name of a message's file without its flags.
fn without_flags(name: &OsString) -> &[u8] {
    let name = name.as_encoded_bytes();
    &name[..memchr::memchr(b':', name).unwrap_or(name.len())]
}

impl Maildir {
    /// Lists the messages.
    ///
    /// # Errors
    /// When a folder cannot be read, or there is none.
    pub(super) fn list(store: &str, root: &Path) -> Result<Maildir, StoreError> {
        let failure = |cause: &io::Error| unreadable(store, root, cause);
        let mut folders = Vec::new();
        find_folders(root, Path::new(""), 0, &mut folders).map_err(|cause| failure(&cause))?;
        if folders.is_empty() {
            return Err(failure(&io::Error::other("it is no Maildir: it has no `cur` and no `new`")));
        }
        folders.sort();
        let mut maildir = Maildir { root: root.to_owned(), folders, letters: Vec::new(), renamed: RefCell::default() };
        let mut letters = Vec::new();
        for (folder, path) in (0..).zip(&maildir.folders) {
            let files = settled(&root.join(path)).map_err(|cause| failure(&cause))?;
            let files = files.ok_or_else(|| StoreError::Changed { store: store.to_owned() })?;
            letters.extend(files.into_iter().map(|(part, name, state)| Letter { folder, part, name, state }));
        }
        maildir.letters = maildir.keyed(letters);
        Ok(maildir)
    }

    /// Gives each message its key: the name of its file without flags; where several have the same, what else tells
    /// them apart.
    fn keyed(&self, letters: Vec<Letter>) -> Vec<(Vec<u8>, Letter)> {
        let short = |letter: &Letter| without_flags(&letter.name).to_vec();
        let longer = |letter: &Letter| [self.below(letter).as_os_str().as_encoded_bytes(), &short(letter)].join(&b'/');
        let whole = |letter: &Letter| self.below(letter).join(&letter.name).into_os_string().into_encoded_bytes();
        let keys: [KeyOf<'_>; 2] = [&short, &longer];
        let mut unique = Vec::with_capacity(letters.len());
        let mut open = letters;
        for key in keys {
            let mut count: HashMap<Vec<u8>, usize> = HashMap::new();
            open.iter().for_each(|letter| *count.entry(key(letter)).or_default() += 1);
            let (alone, several) = open.into_iter().partition(|letter| count[&key(letter)] == 1);
            let alone: Vec<Letter> = alone;
            unique.extend(alone.into_iter().map(|letter| (key(&letter), letter)));
            open = several;
        }
        unique.extend(open.into_iter().map(|letter| (whole(&letter), letter)));
        unique.sort_by(|a, b| a.0.cmp(&b.0));
        unique
    }

    fn below(&self, letter: &Letter) -> PathBuf {
        self.folders[letter.folder as usize].join(letter.part)
    }

    /// How many messages there are.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    /// The key of the message at this position.
    pub(super) fn key(&self, at: usize) -> &[u8] {
        &self.letters[at].0
    }

    /// The size of the message at this position.
    pub(super) fn bytes(&self, at: usize) -> u64 {
        self.letters[at].1.state.bytes
    }

    /// Puts the addresses of every message into the index; false if the run is to stop.
    ///
    /// # Errors
    /// When a message cannot be read.
    pub(super) fn index(
        &self,
        store: &str,
        indexing: &mut Indexing,
        interrupted: &AtomicBool,
    ) -> Result<bool, StoreError> {
        let mut held = vec![0; 16 * 1024];
        for at in 0..self.len() {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let mut file = self.open(store, at)?;
            let mut header = Header::new();
            while !header.is_over() {
                match file.read(&mut held) {
                    Ok(0) => break,
                    Ok(read) => header.take(&held[..read], indexing),
                    Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                    Err(cause) => return Err(unreadable(store, &self.root, &cause)),
                }
            }
            header.finish(indexing);
            indexing.next_message();
        }
        Ok(true)
    }

    /// The file of the message at this position, wherever it is by now.
    ///
    /// # Errors
    /// When it is gone, is another file, or cannot be read. The message names no file: file names may name people.
    pub(super) fn open(&self, store: &str, at: usize) -> Result<File, StoreError> {
        let letter = &self.letters[at].1;
        let changed = || StoreError::Changed { store: store.to_owned() };
        let folder = self.root.join(&self.folders[letter.folder as usize]);
        let mut found = File::open(folder.join(letter.part).join(&letter.name));
        // A file may be renamed again between a look at the folder and the next step.
        for _ in 0..3 {
            let file = match found {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                    found = match self.renamed_to(&folder, letter, at) {
                        Some((part, name)) => File::open(folder.join(part).join(name)),
                        None => Err(io::ErrorKind::NotFound.into()),
                    };
                    continue;
                }
                Err(cause) => return Err(unreadable(store, &self.root, &cause)),
                Ok(file) => file,
            };
            let about = file.metadata().map_err(|cause| unreadable(store, &self.root, &cause))?;
            return if FileState::of(&about) == letter.state { Ok(file) } else { Err(changed()) };
        }
        Err(changed())
    }

    fn renamed_to(&self, folder: &Path, letter: &Letter, at: usize) -> Option<(&'static str, OsString)> {
        let base = without_flags(&letter.name);
        let mut renamed = self.renamed.borrow_mut();
        let known = renamed.get(&letter.folder).and_then(|names| names.get(base)).cloned();
        // A name that was found before and leads nowhere now is looked for anew.
        if let Some((part, name)) = known.filter(|(part, name)| folder.join(part).join(name).exists()) {
            return Some((part, name));
        }
        let mut names = HashMap::new();
        for (part, name, state) in files(folder).ok()? {
            let own = without_flags(&name).to_vec();
            // Two files of one name differ in what they are.
            if own != base || state == self.letters[at].1.state {
                names.insert(own, (part, name));
            }
        }
        let found = names.get(base).cloned();
        renamed.insert(letter.folder, names);
        found
    }
}

/// A file of a folder: its part, its name, and what it is.
type Found = (&'static str, OsString, FileState);

/// The messages of a folder, once two looks at it show the same; `None` if it does not come to rest.
fn settled(folder: &Path) -> io::Result<Option<Vec<Found>>> {
    let names = |files: &[Found]| {
        let mut names: Vec<Vec<u8>> = files.iter().map(|(_, name, _)| without_flags(name).to_vec()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let mut before: Option<Vec<Vec<u8>>> = None;
    for _ in 0..ATTEMPTS {
        let mut files = files(folder)?;
        let now = names(&files);
        if before.as_ref() == Some(&now) {
            // A message that was moved between the looks at the two parts was seen twice.
            files.sort_by(|a, b| without_flags(&a.1).cmp(without_flags(&b.1)).then_with(|| a.0.cmp(b.0)));
            files.dedup_by(|a, b| a.2 == b.2 && without_flags(&a.1) == without_flags(&b.1));
            return Ok(Some(files));
        }
        before = Some(now);
    }
    Ok(None)
}

/// The files of a folder that are messages. A part that is not there is empty.
fn files(folder: &Path) -> io::Result<Vec<Found>> {
    let mut files = Vec::new();
    for part in PARTS {
        let entries = match fs::read_dir(folder.join(part)) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // A link counts as the file that it leads to. What is gone again shows in the next look.
            match fs::metadata(entry.path()) {
                Ok(about) if about.is_file() => files.push((part, entry.file_name(), FileState::of(&about))),
                Ok(_) => {}
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => return Err(cause),
            }
        }
    }
    Ok(files)
}

/// Every folder that has `cur` or `new`, the root included.
fn find_folders(root: &Path, below: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if depth > DEEPEST {
        return Err(io::Error::other("its folders are nested too deep"));
    }
    let folder = root.join(below);
    if PARTS.iter().any(|part| folder.join(part).is_dir()) {
        found.push(below.to_owned());
    }
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if ["cur", "new", "tmp"].iter().any(|part| name == *part) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_symlink() && fs::metadata(entry.path()).is_ok_and(|about| about.is_dir()) {
            // It may lead anywhere, also back to here.
            return Err(io::Error::other("one of its folders is a symbolic link, which is not followed"));
        }
        if kind.is_dir() {
            find_folders(root, &below.join(&name), depth + 1, found)?;
        }
    }
    Ok(())
}
