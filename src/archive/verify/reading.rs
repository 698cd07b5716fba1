//! Each file of the archive is read once: what parses it and what measures it share one pass. Large files are unpacked
//! ahead of the parser (`ahead`), and files that nothing parses are measured beside each other (`beside`).

use super::fault::{FaultCode, Faults};
use super::tree::{Broken, Entry, Tree};
use super::{ahead, beside};
use sha2::{Digest, Sha256, Sha512};
use std::io::{self, BufRead, BufReader, Read};
use std::sync::OnceLock;

/// From this size on a thread of its own unpacks a file for the one that parses it.
const AHEAD: u64 = 1 << 20;
/// How many files are measured before what was found is put down.
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
    /// Of each file, when it has been read; none if it could not be.
    measures: Vec<OnceLock<Option<Measure>>>,
    sha512: bool,
}

impl<'t> Files<'t> {
    /// Nothing read yet.
    pub fn new(tree: &'t Tree) -> Files<'t> {
        let sha512 = ["manifest-sha512.txt", "tagmanifest-sha512.txt"].iter().any(|name| tree.contains(name));
        Files { tree, measures: tree.entries().iter().map(|_| OnceLock::new()).collect(), sha512 }
    }

    /// What the archive consists of.
    pub fn tree(&self) -> &'t Tree {
        self.tree
    }

    /// The measure of a file, none if it is absent or cannot be read.
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.measures.get(self.tree.position(name)?)?.get()?.as_ref()
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
        let entry = &self.tree.entries()[at];
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
        self.measures[at].get_or_init(|| measure);
        parsed
    }

    fn open(&self, at: usize) -> io::Result<BufReader<Measured<Box<dyn Read + 't>>>> {
        Ok(BufReader::with_capacity(buffer_size(self.tree.entries()[at].bytes), self.measured(at)?))
    }

    fn measured(&self, at: usize) -> io::Result<Measured<Box<dyn Read + 't>>> {
        Ok(Measured::new(self.tree.open_entry(at)?, self.sha512))
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
        let files = self.tree.entries().iter().zip(&self.measures);
        files.filter(|(_, measure)| measure.get().is_none()).map(|(entry, _)| entry.bytes).fold(0, u64::saturating_add)
    }

    /// Reads every file that nothing has looked at, only to measure it. Several threads do it where there are many
    /// bytes; what is said of the files does not depend on how many.
    pub fn read_others(&self, faults: &mut Faults, wanted: impl Fn(&Entry) -> bool) {
        let entries = self.tree.entries();
        let is_other = |at: &usize| {
            let entry = &entries[*at];
            let is_new = self.measures[*at].get().is_none() && entry.readable;
            is_new && wanted(entry) && self.tree.position(&entry.name) == Some(*at)
        };
        let others: Vec<usize> = (0..entries.len()).filter(is_other).collect();
        let threads = self.tree.threads(others.iter().map(|at| entries[*at].bytes).fold(0, u64::saturating_add));
        for window in others.chunks(WINDOW) {
            let measured = beside::each(window, threads, |at| {
                let mut reader = self.open(*at)?;
                io::copy(&mut reader, &mut io::sink())?;
                Ok(reader.into_inner().finish())
            });
            for (&at, measure) in window.iter().zip(measured) {
                let measure = measure.map_err(|error| add(&error, &entries[at].name, faults));
                self.measures[at].get_or_init(|| measure.ok());
            }
        }
    }
}

/// The fault that a file has which could not be read.
fn add(error: &io::Error, name: &str, faults: &mut Faults) {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Broken>()) {
        Some(broken) => faults.add(broken.code, name, broken.detail.clone()),
        None => faults.add(FaultCode::FileUnreadable, name, error.kind().to_string()),
    }
}

impl Measure {
    /// Whether the SHA-256 is the one in these lower-case hexadecimal digits.
    pub fn has_sha256(&self, hex: &str) -> bool {
        decode_hex(hex).is_some_and(|digest| digest == self.sha256)
    }
}

/// A buffer for a file of this size: archives have many small ones, for which a large buffer costs more than reading.
pub(super) fn buffer_size(bytes: u64) -> usize {
    usize::try_from(bytes.clamp(1 << 9, 1 << 16)).unwrap_or(1 << 16)
}

/// The bytes of lower-case hexadecimal digits.
pub fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()).flatten()
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
