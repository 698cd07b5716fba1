//! Each file of the archive is read once: what parses it and what measures it share one pass.

use super::fault::{FaultCode, Faults};
use super::tree::{Broken, Entry, Tree};
use sha2::{Digest, Sha256, Sha512};
use std::io::{self, BufRead, BufReader, Read};

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
    measures: Vec<Option<Measure>>,
    /// A file that cannot be read is not tried twice.
    visited: Vec<bool>,
    sha512: bool,
}

impl<'t> Files<'t> {
    /// Nothing read yet.
    pub fn new(tree: &'t Tree) -> Files<'t> {
        let sha512 = ["manifest-sha512.txt", "tagmanifest-sha512.txt"].iter().any(|name| tree.contains(name));
        let count = tree.entries().len();
        Files { tree, measures: vec![None; count], visited: vec![false; count], sha512 }
    }

    /// What the archive consists of.
    pub fn tree(&self) -> &'t Tree {
        self.tree
    }

    /// The measure of a file, none if it is absent or cannot be read.
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.measures.get(self.tree.position(name)?)?.as_ref()
    }

    /// Reads a file to its end while `parse` looks at it. `None` if it is absent, or cannot be read, which is then a
    /// fault; `parse` only passes on errors of the reader.
    pub fn read<T>(
        &mut self,
        name: &str,
        faults: &mut Faults,
        parse: impl FnOnce(&mut dyn BufRead, &Files<'t>, &mut Faults) -> io::Result<T>,
    ) -> Option<T> {
        let at = self.tree.position(name)?;
        if !self.tree.entries()[at].readable {
            return None;
        }
        self.visited[at] = true;
        let result = self.tree.open_entry(at).and_then(|inner| {
            let measured = Measured::new(inner, self.sha512);
            let mut reader = BufReader::with_capacity(buffer_size(self.tree.entries()[at].bytes), measured);
            let parsed = parse(&mut reader, self, faults)?;
            io::copy(&mut reader, &mut io::sink())?;
            Ok((parsed, reader.into_inner().finish()))
        });
        match result {
            Ok((parsed, measure)) => {
                self.measures[at] = Some(measure);
                Some(parsed)
            }
            Err(error) => {
                let broken = error.get_ref().and_then(|inner| inner.downcast_ref::<Broken>());
                match broken {
                    Some(broken) => faults.add(broken.code, name, broken.detail.clone()),
                    None => faults.add(FaultCode::FileUnreadable, name, error.kind().to_string()),
                }
                None
            }
        }
    }

    /// Reads a file into memory, up to a limit; a longer one is `Err` with its limit.
    pub fn read_whole(&mut self, name: &str, limit: u64, faults: &mut Faults) -> Option<Result<Vec<u8>, u64>> {
        self.read(name, faults, |reader, _, _| {
            let mut bytes = Vec::new();
            reader.take(limit).read_to_end(&mut bytes)?;
            Ok(if reader.fill_buf()?.is_empty() { Ok(bytes) } else { Err(limit) })
        })
    }

    /// Reads every file that nothing has looked at, only to measure it.
    pub fn read_others(&mut self, faults: &mut Faults, wanted: impl Fn(&Entry) -> bool) {
        for (at, entry) in self.tree.entries().iter().enumerate() {
            if !self.visited[at] && wanted(entry) && self.tree.position(&entry.name) == Some(at) {
                self.read(&entry.name, faults, |_, _, _| Ok(()));
            }
        }
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
struct Measured<R> {
    inner: R,
    bytes: u64,
    sha256: Sha256,
    sha512: Option<Sha512>,
}

impl<R: Read> Measured<R> {
    fn new(inner: R, sha512: bool) -> Measured<R> {
        Measured { inner, bytes: 0, sha256: Sha256::new(), sha512: sha512.then(Sha512::new) }
    }

    fn finish(self) -> Measure {
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
