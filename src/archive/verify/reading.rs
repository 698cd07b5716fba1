//! Each file of the archive is read once: what parses it and what measures it share one pass. Large files are unpacked
//! ahead of the parser (`ahead`), and files that nothing parses are measured beside each other (`beside`).

use super::fault::{FaultCode, Faults};
use super::keys::{Hashed, Hashing};
use super::tree::{Broken, Entry, Tree};
use super::{ahead, beside};
use sha2::{Digest, Sha256, Sha512};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// From this size on a thread of its own unpacks a file for the one that parses it.
const AHEAD: u64 = 1 << 20;
/// Up to this size a file is read at once where nothing parses it.
pub(super) const SMALL: u64 = 1 << 18;
/// How many files are measured before the faults that were found are put down.
const WINDOW: usize = 8192;

/// What was found by reading a file to its end.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Its SHA-512, if a manifest asks for it.
    pub sha512: Option<Box<[u8; 64]>>,
}

/// The files of an archive and the measures of those that were read so far.
#[derive(Debug)]
pub struct Files<'t> {
    tree: &'t Tree,
    hashing: Hashing,
    /// What became of each file.
    states: Vec<AtomicU8>,
    /// The SHA-256 that each has to have by the manifest, hashed.
    expected: OnceLock<Arc<Vec<Hashed>>>,
    /// The SHA-256 of those that were read and have another, or that the manifest does not list.
    others: Mutex<BTreeMap<usize, Hashed>>,
    /// The SHA-512, if a manifest asks for it.
    sha512: Option<Vec<OnceLock<Hashed>>>,
}

/// Not read yet.
const NEW: u8 = 0;
/// It could not be read.
const FAILED: u8 = 1;
/// It has the SHA-256 that it has to have.
const AS_EXPECTED: u8 = 2;
/// Its SHA-256 is among the others.
const OTHER: u8 = 3;

/// What is known of a file that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) bytes: u64,
    sha256: Hashed,
}

impl<'t> Files<'t> {
    /// Nothing read yet.
    pub fn new(tree: &'t Tree) -> Files<'t> {
        let sha512 = ["manifest-sha512.txt", "tagmanifest-sha512.txt"].iter().any(|name| tree.contains(name));
        Files {
            tree,
            hashing: Hashing::default(),
            states: tree.entries().map(|_| AtomicU8::new(NEW)).collect(),
            expected: OnceLock::new(),
            others: Mutex::default(),
            sha512: sha512.then(|| tree.entries().map(|_| OnceLock::new()).collect()),
        }
    }

    /// What the archive consists of.
    pub fn tree(&self) -> &'t Tree {
        self.tree
    }

    /// What is known of a file, none if it is absent or cannot be read.
    pub(super) fn known(&self, name: &str) -> Option<Known> {
        let at = self.tree.position(name)?;
        // A reader ends only where the declared size does.
        Some(Known { bytes: self.tree.entry(at)?.bytes, sha256: self.sha256(at)? })
    }

    /// Whether a file has the SHA-256 of these lower-case hexadecimal digits.
    pub(super) fn is_sha256(&self, known: &Known, hex: &str) -> bool {
        let mut digest = [0; 32];
        decode_hex(hex, &mut digest) && self.hashed(&digest) == known.sha256
    }

    /// A digest as it is kept, to be compared with others of this run.
    pub(super) fn hashed(&self, digest: &[u8]) -> Hashed {
        self.hashing.of([digest].into_iter())
    }

    /// Takes what the manifest lists, by position, so that it need not be kept twice.
    pub(super) fn expect(&self, digests: &Arc<Vec<Hashed>>) {
        self.expected.get_or_init(|| Arc::clone(digests));
    }

    /// The SHA-256 of the file at a position, if it has been read.
    pub(super) fn sha256(&self, at: usize) -> Option<Hashed> {
        match self.states.get(at)?.load(Ordering::Acquire) {
            AS_EXPECTED => self.expected.get()?.get(at).copied(),
            OTHER => self.others.lock().unwrap_or_else(PoisonError::into_inner).get(&at).copied(),
            _ => None,
        }
    }

    /// The SHA-512, if it has been read and a manifest asks for it.
    pub(super) fn sha512(&self, at: usize) -> Option<Hashed> {
        self.sha512.as_ref()?.get(at)?.get().copied()
    }

    fn put_down(&self, at: usize, measure: Option<&Measure>) {
        if !self.is_new(at) {
            return;
        }
        let state = match measure {
            None => FAILED,
            Some(measure) => {
                if let Some((digests, digest)) = self.sha512.as_ref().zip(measure.sha512.as_deref()) {
                    digests[at].get_or_init(|| self.hashed(digest));
                }
                let digest = self.hashed(&measure.sha256);
                if self.expected.get().and_then(|expected| expected.get(at)) == Some(&digest) {
                    AS_EXPECTED
                } else {
                    self.others.lock().unwrap_or_else(PoisonError::into_inner).insert(at, digest);
                    OTHER
                }
            }
        };
        self.states[at].store(state, Ordering::Release);
    }

    fn is_new(&self, at: usize) -> bool {
        self.states[at].load(Ordering::Acquire) == NEW
    }

    /// Reads a file to its end while `parse` looks at it. `None` if it is absent, or cannot be read, which is then a
    /// fault; `parse` only passes on errors of the reader.
    pub fn read<T>(
        &self,
        name: &str,
        faults: &mut Faults,
        parse: impl FnOnce(&mut dyn BufRead, &Files<'t>, &mut Faults) -> io::Result<T>,
    ) -> Option<T> {
        let at = self.tree.position(name)?;
        let entry = self.tree.entry(at)?;
        if !entry.readable {
            return None;
        }
        let result = if entry.bytes < AHEAD {
            self.open(at).and_then(|mut reader| {
                let parsed = parse(&mut reader, self, faults)?;
                io::copy(&mut reader, &mut io::sink())?;
                Ok((parsed, reader.into_inner().finish()))
            })
        } else {
            ahead::read(|| self.measured(at), |reader| parse(reader, self, faults))
        };
        let (parsed, measure) = result.map_err(|error| add(&error, name, faults)).ok().unzip();
        self.put_down(at, measure.as_ref());
        parsed
    }

    fn open(&self, at: usize) -> io::Result<BufReader<Measured<Box<dyn Read + 't>>>> {
        let bytes = self.tree.entry(at).map_or(0, |entry| entry.bytes);
        Ok(BufReader::with_capacity(buffer_size(bytes), self.measured(at)?))
    }

    fn measured(&self, at: usize) -> io::Result<Measured<Box<dyn Read + 't>>> {
        Ok(Measured::new(self.tree.open_entry(at)?, self.sha512.is_some()))
    }

    /// Reads a file into memory, up to a limit; a longer one is `Err` with its limit.
    pub fn read_whole(&self, name: &str, limit: u64, faults: &mut Faults) -> Option<Result<Vec<u8>, u64>> {
        self.read(name, faults, |reader, _, _| {
            let mut bytes = Vec::new();
            reader.take(limit).read_to_end(&mut bytes)?;
            Ok(if reader.fill_buf()?.is_empty() { Ok(bytes) } else { Err(limit) })
        })
    }

    /// The bytes of the files that nothing has looked at.
    pub fn left(&self) -> u64 {
        let files = self.tree.entries().enumerate();
        files.filter(|(at, _)| self.is_new(*at)).map(|(_, entry)| entry.bytes).fold(0, u64::saturating_add)
    }

    /// Reads every file that nothing has looked at, only to measure it. Several threads do it where there are many
    /// bytes; what is said of the files does not depend on how many.
    pub fn read_others(&self, faults: &mut Faults, wanted: impl Fn(&Entry<'_>) -> bool) {
        let (mut others, mut bytes, mut previous) = (Vec::new(), 0u64, None);
        for (at, entry) in self.tree.entries().enumerate() {
            // Of two files of one name the first counts.
            let is_first = previous.replace(entry.name) != Some(entry.name);
            if is_first && entry.readable && self.is_new(at) && wanted(&entry) {
                others.push(u32::try_from(at).unwrap_or(u32::MAX));
                bytes = bytes.saturating_add(entry.bytes);
            }
        }
        let threads = self.tree.threads(bytes);
        for window in others.chunks(WINDOW) {
            let errors = beside::each(window, threads, |at| self.measure_one(*at as usize).err());
            for (at, error) in window.iter().zip(errors) {
                if let Some((error, entry)) = error.zip(self.tree.entry(*at as usize)) {
                    add(&error, entry.name, faults);
                }
            }
        }
    }

    fn measure_one(&self, at: usize) -> io::Result<()> {
        let sha512 = |bytes: &[u8]| self.sha512.is_some().then(|| Box::new(Sha512::digest(bytes).into()));
        let measure = |bytes: &[u8]| Measure {
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes).into(),
            sha512: sha512(bytes),
        };
        let measured = self.tree.whole(at, measure).map_or_else(
            || {
                let mut reader = self.open(at)?;
                io::copy(&mut reader, &mut io::sink())?;
                Ok(reader.into_inner().finish())
            },
            Ok,
        );
        self.put_down(at, measured.as_ref().ok());
        measured.map(|_| ())
    }
}

/// The fault that a file has which could not be read.
fn add(error: &io::Error, name: &str, faults: &mut Faults) {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Broken>()) {
        Some(broken) => faults.add(broken.code, name, broken.detail.clone()),
        None => faults.add(FaultCode::FileUnreadable, name, error.kind().to_string()),
    }
}

/// A buffer for a file of this size: archives have many small ones, for which a large buffer costs more than reading.
pub(super) fn buffer_size(bytes: u64) -> usize {
    usize::try_from(bytes.clamp(1 << 9, 1 << 16)).unwrap_or(1 << 16)
}

/// Whether a text is lower-case hexadecimal digits for exactly these bytes, which are then set.
pub(super) fn decode_hex(text: &str, bytes: &mut [u8]) -> bool {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let fits = rest.is_empty() && pairs.len() == bytes.len();
    fits && pairs.iter().zip(bytes).all(|([high, low], byte)| {
        let value = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low);
        value.map(|value| *byte = value).is_some()
    })
}

/// Counts and hashes what passes through.
pub(super) struct Measured<R> {
    inner: R,
    bytes: u64,
    sha256: Sha256,
    sha512: Option<Sha512>,
}

impl<R: Read> Measured<R> {
    pub(super) fn new(inner: R, sha512: bool) -> Measured<R> {
        Measured { inner, bytes: 0, sha256: Sha256::new(), sha512: sha512.then(Sha512::new) }
    }

    /// What was found, when all of it has been read.
    pub(super) fn finish(self) -> Measure {
        Measure {
            bytes: self.bytes,
            sha256: self.sha256.finalize().into(),
            sha512: self.sha512.map(|hasher| Box::new(hasher.finalize().into())),
        }
    }
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += u64::try_from(read).unwrap_or(0);
        self.sha256.update(&buffer[..read]);
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(&buffer[..read]);
        }
        Ok(read)
    }
}
