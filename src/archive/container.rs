//! The zip file: entries with fixed metadata, written once from front to back while everything is hashed.

mod filling;
#[cfg(test)]
mod tests;

use super::deflate;
use super::directory::{Directory, Entry};
use super::error::ArchiveError;
use super::listing::{Described, Listing};
use super::pool::{Pool, Promise};
use super::secrecy::{Sealer, Secrecy, Spool, Spools};
use super::small::{Gathered, Packed};
use super::stream::{Measured, Stream, Taken};
use filling::Filling;
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

/// What became of one file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The path from the archive's root.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

impl Written {
    /// The digest in lower-case hexadecimal digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The way of every byte to the disk: encrypted if so asked, then hashed and counted as delivered.
type Delivered = Sealer<Hashing<BufWriter<Box<dyn Write + Send>>>>;

/// A zip file under way. Small files are gathered, compressed beside each other and written in their order; large ones
/// grow beside each other in spools and are appended when they are whole.
pub struct Container {
    out: Counting<Delivered>,
    level: u32,
    pool: Arc<Pool>,
    spools: Spools,
    gathered: Gathered,
    coming: VecDeque<Promise<io::Result<Packed>>>,
    directory: Directory,
    listing: Option<Listing>,
}

/// Hashes and counts what passes.
pub struct Hashing<W> {
    inner: W,
    sha256: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(data)?;
        self.sha256.update(&data[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Knows where in the zip the next byte goes.
struct Counting<W> {
    inner: W,
    at: u64,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(data)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A file of the archive that grows while others do.
pub struct Part {
    path: String,
    stream: Stream,
    spool: Counting<Spool>,
}

impl Write for Part {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.stream.write(data, &mut self.spool)?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Part {
    fn new(path: String, pool: &Arc<Pool>, spools: &Spools, level: u32) -> Part {
        Part { path, stream: Stream::new(pool, level), spool: Counting { inner: spools.spool(), at: 0 } }
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.stream.bytes()
    }
}

/// A file that is hashed and compressed before it is put into an archive, or into many.
pub struct Prepared {
    pub(super) packed: Vec<u8>,
    pub(super) is_deflated: bool,
    pub(super) crc: u32,
    pub(super) bytes: usize,
    sha256: [u8; 32],
}

impl Prepared {
    /// A file of these bytes, compressed at this level.
    ///
    /// # Errors
    /// When the compressor fails.
    pub fn new(bytes: &[u8], level: u32) -> Result<Prepared, ArchiveError> {
        let mut packed = Vec::new();
        let is_deflated = level > 0
            && deflate::whole(bytes, level, &mut packed).map_err(ArchiveError::doing("compressing a file"))?;
        if !is_deflated {
            packed = bytes.to_vec();
        }
        let Measured { crc, sha256, .. } = Measured::of(bytes);
        Ok(Prepared { packed, is_deflated, crc, bytes: bytes.len(), sha256 })
    }
}

/// Pieces of a spool that are read before they can be written.
const PIECES_AHEAD: usize = 4;

const PUTTING: &str = "putting a file into the archive";

impl Container {
    /// A container written to `file` as `secrecy` asks; spools go to `folder`, have no name and cannot be read there.
    /// `threads` is how many at most work at the same time; by default as many as there are cores.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn new(
        file: impl Write + Send + 'static,
        folder: &Path,
        level: u32,
        secrecy: &Secrecy,
        threads: Option<usize>,
    ) -> Result<Container, ArchiveError> {
        let doing = "beginning the archive";
        let file: Box<dyn Write + Send> = Box::new(file);
        let file = BufWriter::with_capacity(64 * 1024, file);
        let file = Hashing { inner: file, sha256: Sha256::new(), bytes: 0 };
        let out = Counting { inner: Sealer::new(file, secrecy).map_err(ArchiveError::doing(doing))?, at: 0 };
        let spools = Spools::new(folder).map_err(ArchiveError::doing(doing))?;
        let pool = Pool::new(threads);
        let manifest = Part::new(super::bag::MANIFEST.into(), &pool, &spools, level);
        let listing = Some(Listing::new(manifest, spools.spool()));
        let directory = Directory::new(spools.spool());
        let (gathered, coming) = (Gathered::default(), VecDeque::new());
        Ok(Container { out, level, pool, spools, gathered, coming, directory, listing })
    }

    /// Begins a file that grows while others do.
    pub fn part(&self, path: impl Into<String>) -> Part {
        Part::new(path.into(), &self.pool, &self.spools, self.level)
    }

    /// Appends a file that has grown.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn append(&mut self, part: Part) -> Result<Written, ArchiveError> {
        let written = self.put(part).map_err(ArchiveError::doing(PUTTING))?;
        self.note(written)
    }

    fn put(&mut self, part: Part) -> io::Result<Written> {
        let Part { path, stream, mut spool } = part;
        let Measured { bytes, sha256, crc } = match stream.finish(&mut spool)? {
            Taken::Whole(block) => {
                let measured = Measured::of(&block);
                let data = self.gathered.data();
                let start = data.len();
                data.extend_from_slice(&block);
                self.gather(&path, measured.crc, start)?;
                return Ok(Written { path, bytes: measured.bytes, sha256: measured.sha256 });
            }
            Taken::Out(measured) => measured,
        };
        self.settle()?;
        let (packed, offset, deflated) = (spool.at, self.out.at, self.level > 0);
        let entry = Entry { path, deflated, crc, packed, bytes, streamed: false, offset };
        let mut header = Vec::new();
        entry.write_header(&mut header);
        self.out.write_all(&header)?;
        self.take_back(spool.inner)?;
        self.directory.add(&entry)?;
        Ok(Written { path: entry.path, bytes, sha256 })
    }

    /// Writes what was laid aside; whoever is free reads and decrypts ahead of it.
    fn take_back(&mut self, spool: Spool) -> io::Result<()> {
        let mut coming = VecDeque::new();
        for piece in spool.into_pieces()? {
            coming.push_back(self.pool.run(piece.bytes(), move || piece.read()));
            if coming.len() > PIECES_AHEAD
                && let Some(promise) = coming.pop_front()
            {
                self.out.write_all(&self.pool.wait(promise)??)?;
            }
        }
        coming.into_iter().try_for_each(|promise| self.out.write_all(&self.pool.wait(promise)??))
    }

    /// Writes one file as a whole. What `fill` writes is streamed.
    ///
    /// # Errors
    /// When `fill` fails, or the disk is full or fails.
    pub fn file<T>(
        &mut self,
        path: impl Into<String>,
        fill: impl FnOnce(&mut dyn Write) -> Result<T, ArchiveError>,
    ) -> Result<(T, Written), ArchiveError> {
        let mut filling = Filling::begin(self, path.into());
        let result = fill(&mut filling)?;
        let written = filling.finish().map_err(ArchiveError::doing(PUTTING))?;
        Ok((result, self.note(written)?))
    }

    /// Writes one file from bytes.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn bytes(&mut self, path: impl Into<String>, bytes: &[u8]) -> Result<Written, ArchiveError> {
        self.file(path, |out| out.write_all(bytes).map_err(ArchiveError::doing(PUTTING))).map(|((), written)| written)
    }

    /// Writes one of the few large files that an archive has but once. It is compressed where it stands: a copy among the
    /// small ones would be the first touch of many pages.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn document(&mut self, path: impl Into<String>, text: &str) -> Result<Written, ArchiveError> {
        if text.len() > deflate::BLOCK {
            return self.bytes(path, text.as_bytes());
        }
        self.prepared(path, Arc::new(Prepared::new(text.as_bytes(), self.level)?))
    }

    /// Writes a file that is compressed already; it must have been made for [`Container::level`].
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn prepared(&mut self, path: impl Into<String>, file: Arc<Prepared>) -> Result<Written, ArchiveError> {
        let path = path.into();
        let written = Written { path: path.clone(), bytes: file.bytes as u64, sha256: file.sha256 };
        self.gathered.prepared(path, file);
        self.hand_over(false).map_err(ArchiveError::doing(PUTTING))?;
        self.note(written)
    }

    /// The level of compression, 0 to 9.
    pub fn level(&self) -> u32 {
        self.level
    }

    /// Copies a file from a reader of a store.
    ///
    /// # Errors
    /// When the store cannot be read, or the disk is full or fails.
    pub fn copy(&mut self, path: impl Into<String>, reader: &mut dyn Read) -> Result<Written, ArchiveError> {
        self.file(path, |out| {
            let mut buffer = [0; 16 * 1024];
            loop {
                match reader.read(&mut buffer) {
                    Ok(0) => return Ok(()),
                    Ok(read) => out.write_all(&buffer[..read]).map_err(ArchiveError::doing(PUTTING))?,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(ArchiveError::Content(error)),
                }
            }
        })
        .map(|((), written)| written)
    }

    /// The size of the payload so far, and how many files it has.
    pub fn payload(&self) -> (u64, u64) {
        self.listing.as_ref().map_or((0, 0), Listing::size)
    }

    /// Ends the payload: its manifest, in the order in which its files were written, and what the descriptor names.
    ///
    /// # Errors
    /// When the disk is full or fails, or the payload ended before.
    pub fn end_payload(&mut self) -> Result<(Part, Described), ArchiveError> {
        let listing = self.listing.take().ok_or(io::Error::from(io::ErrorKind::InvalidInput));
        listing.and_then(Listing::end).map_err(ArchiveError::doing("listing the files of the archive"))
    }

    /// Writes the central directory: size and digest of the file as delivered, which is not durable yet.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn finish(mut self) -> Result<(u64, [u8; 32]), ArchiveError> {
        let doing = "writing the end of the archive";
        self.settle().map_err(ArchiveError::doing(doing))?;
        let Container { mut out, directory, .. } = self;
        directory.finish(out.at, &mut out).map_err(ArchiveError::doing(doing))?;
        let mut out = out.inner.finish().map_err(ArchiveError::doing(doing))?;
        out.flush().map_err(ArchiveError::doing(doing))?;
        Ok((out.bytes, out.sha256.finalize().into()))
    }

    fn note(&mut self, written: Written) -> Result<Written, ArchiveError> {
        if written.path.starts_with("data/") {
            let ended = || ArchiveError::doing("listing the files of the archive")(io::ErrorKind::InvalidInput.into());
            self.listing.as_mut().ok_or_else(ended)?.note(&written)?;
        }
        Ok(written)
    }

    /// Makes a small file of what stands behind `start` in the gathering.
    fn gather(&mut self, path: &str, crc: u32, start: usize) -> io::Result<()> {
        self.gathered.file(path.to_owned(), crc, start);
        self.hand_over(false)
    }

    /// Has the gathered files compressed if there are enough of them, or `all` are to go, and writes what is ready.
    fn hand_over(&mut self, all: bool) -> io::Result<()> {
        if self.gathered.is_full() || (all && !self.gathered.is_empty()) {
            let (gathered, level) = (std::mem::take(&mut self.gathered), self.level);
            self.coming.push_back(self.pool.run(gathered.size(), move || gathered.pack(level)));
            while self.coming.front_mut().is_some_and(Promise::is_ready) {
                self.write_next()?;
            }
        }
        Ok(())
    }

    /// Writes every file so far, so that one can follow directly.
    fn settle(&mut self) -> io::Result<()> {
        self.hand_over(true)?;
        while !self.coming.is_empty() {
            self.write_next()?;
        }
        Ok(())
    }

    fn write_next(&mut self) -> io::Result<()> {
        let Some(promise) = self.coming.pop_front() else { return Ok(()) };
        let Packed { bytes, entries, spent } = self.pool.wait(promise)??;
        let start = self.out.at;
        self.out.write_all(&bytes)?;
        for mut entry in entries {
            entry.offset += start;
            self.directory.add(&entry)?;
        }
        if self.gathered.is_empty() && self.gathered.size() == 0 {
            self.gathered = spent;
        }
        Ok(())
    }
}
