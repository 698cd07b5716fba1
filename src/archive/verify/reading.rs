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
/// Up to this size a file is read at once where nothing parses it.
pub(super) const SMALL: u64 = 1 << 18;
/// How many files are measured before the faults that were found are put down.
const WINDOW: usize = 8192;

/// What was found by reading a file to its end.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Its SHA-512, if a manifest asks for it.
    pub sha512: Option<[u8; 64]>,
}

/// The files of an archive and the measures of those that were read so far.
#[derive(Debug)]
pub struct Files<'t> {
    tree: &'t Tree,
    /// The SHA-256 of each file, when it has been read; none if it could not be.
    sha256: Vec<OnceLock<Option<[u8; 32]>>>,
    /// The SHA-512, if a manifest asks for it.
    sha512: Option<Vec<OnceLock<[u8; 64]>>>,
}

impl<'t> Files<'t> {
    /// Nothing read yet.
    pub fn new(tree: &'t Tree) -> Files<'t> {
        let sha512 = ["manifest-sha512.txt", "tagmanifest-sha512.txt"].iter().any(|name| tree.contains(name));
        let sha256 = tree.entries().map(|_| OnceLock::new()).collect();
        Files { tree, sha256, sha512: sha512.then(|| tree.entries().map(|_| OnceLock::new()).collect()) }
    }

    /// What the archive consists of.
    pub fn tree(&self) -> &'t Tree {
        self.tree
    }

    /// The measure of a file, none if it is absent or cannot be read.
    pub fn measure(&self, name: &str) -> Option<Measure> {
        self.measure_at(self.tree.position(name)?)
    }

    /// The measure of the file at a position.
    pub(super) fn measure_at(&self, at: usize) -> Option<Measure> {
        let sha256 = *self.sha256.get(at)?.get()?.as_ref()?;
        let sha512 = self.sha512.as_ref().and_then(|digests| digests.get(at)?.get().copied());
        // A reader ends only where the declared size does.
        Some(Measure { bytes: self.tree.entry(at)?.bytes, sha256, sha512 })
    }

    fn put_down(&self, at: usize, measure: Option<Measure>) {
        if let Some((digests, digest)) = self.sha512.as_ref().zip(measure.and_then(|measure| measure.sha512)) {
            digests[at].get_or_init(|| digest);
        }
        self.sha256[at].get_or_init(|| measure.map(|measure| measure.sha256));
    }

    fn is_new(&self, at: usize) -> bool {
        self.sha256[at].get().is_none()
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
        self.put_down(at, measure);
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
        let sha512 = |bytes: &[u8]| self.sha512.is_some().then(|| Sha512::digest(bytes).into());
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
        self.put_down(at, measured.as_ref().ok().copied());
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

impl Measure {
    /// Whether the SHA-256 is the one in these lower-case hexadecimal digits.
    pub fn has_sha256(&self, hex: &str) -> bool {
        let mut digest = [0; 32];
        decode_hex(hex, &mut digest) && digest == self.sha256
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
            sha512: self.sha512.map(|hasher| hasher.finalize().into()),
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
