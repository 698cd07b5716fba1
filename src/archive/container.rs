//! The zip file: entries with fixed metadata, written once from front to back while everything is hashed.

use super::deflate::Deflater;
use super::error::ArchiveError;
use super::secrecy::{Sealer, Secrecy, Spool, Spools};
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

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
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The way of every byte to the disk: encrypted if so asked, then hashed and counted as delivered.
type Delivered = Sealer<Hashing<BufWriter<File>>>;

/// A zip file under way. Large files grow beside each other in spools and are appended when they are whole.
pub struct Container {
    zip: ZipArchiveWriter<Delivered>,
    level: u32,
    spools: Spools,
    payload: Payload,
}

/// What was written below `data/`: the manifest grows with it, so that a million files take no memory.
struct Payload {
    manifest: Part,
    described: Vec<Written>,
    bytes: u64,
    files: u64,
}

/// Hashes and counts what passes.
pub struct Hashing<W> {
    inner: W,
    sha256: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    fn new(inner: W) -> Hashing<W> {
        Hashing { inner, sha256: Sha256::new(), bytes: 0 }
    }
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

/// A file of the archive that grows while others do.
pub struct Part {
    path: String,
    deflater: Deflater<Spool>,
    sha256: Sha256,
    crc: crc32fast::Hasher,
    bytes: u64,
}

impl Write for Part {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.deflater.write_all(data)?;
        self.sha256.update(data);
        self.crc.update(data);
        self.bytes += data.len() as u64;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Part {
    fn new(path: String, spools: &Spools, level: u32) -> Part {
        let deflater = Deflater::new(spools.spool(), level);
        Part { path, deflater, sha256: Sha256::new(), crc: crc32fast::Hasher::new(), bytes: 0 }
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// A file that is the same in every archive: hashed and compressed once.
pub struct Constant {
    deflated: Vec<u8>,
    sha256: [u8; 32],
    crc: u32,
    bytes: u64,
}

impl Constant {
    /// A file of these bytes, compressed at this level.
    ///
    /// # Errors
    /// When the compressor fails.
    pub fn new(bytes: &[u8], level: u32) -> Result<Constant, ArchiveError> {
        let mut deflater = Deflater::new(Vec::new(), level);
        let deflated = deflater.write_all(bytes).and_then(|()| deflater.finish());
        Ok(Constant {
            deflated: deflated.map_err(ArchiveError::doing("compressing a file"))?,
            sha256: Sha256::digest(bytes).into(),
            crc: crc32fast::hash(bytes),
            bytes: bytes.len() as u64,
        })
    }
}

impl Container {
    /// A container written to `file` as `secrecy` asks; spools go to `folder`, have no name and cannot be read there.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn new(file: File, folder: &Path, level: u32, secrecy: &Secrecy) -> Result<Container, ArchiveError> {
        let doing = "beginning the archive";
        let file = Hashing::new(BufWriter::with_capacity(256 * 1024, file));
        let zip = ZipArchiveWriter::new(Sealer::new(file, secrecy).map_err(ArchiveError::doing(doing))?);
        let spools = Spools::new(folder).map_err(ArchiveError::doing(doing))?;
        let manifest = Part::new(super::bag::MANIFEST.into(), &spools, level);
        let payload = Payload { manifest, described: Vec::new(), bytes: 0, files: 0 };
        Ok(Container { zip, level, spools, payload })
    }

    /// Begins a file that grows while others do.
    pub fn part(&self, path: impl Into<String>) -> Part {
        Part::new(path.into(), &self.spools, self.level)
    }

    /// Appends a file that has grown.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn append(&mut self, part: Part) -> Result<Written, ArchiveError> {
        let written = self.put(part)?;
        self.note(written)
    }

    fn put(&mut self, part: Part) -> Result<Written, ArchiveError> {
        let doing = "putting a file into the archive";
        let spool = part.deflater.finish().map_err(ArchiveError::doing(doing))?;
        let mut spool = spool.into_reader().map_err(ArchiveError::doing(doing))?;
        let mut entry = entry(&mut self.zip, &part.path, self.level)?;
        io::copy(&mut spool, &mut entry).map_err(ArchiveError::doing(doing))?;
        entry.finish(DataDescriptorOutput::new(part.crc.finalize(), part.bytes)).map_err(zip_error)?;
        Ok(Written { path: part.path, bytes: part.bytes, sha256: part.sha256.finalize().into() })
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
        let path = path.into();
        let level = self.level;
        let entry = entry(&mut self.zip, &path, level)?;
        let mut out = Direct {
            deflater: Deflater::new(entry, level),
            sha256: Sha256::new(),
            crc: crc32fast::Hasher::new(),
            bytes: 0,
        };
        let result = fill(&mut out)?;
        let Direct { deflater, sha256, crc, bytes } = out;
        let entry = deflater.finish().map_err(ArchiveError::doing("putting a file into the archive"))?;
        entry.finish(DataDescriptorOutput::new(crc.finalize(), bytes)).map_err(zip_error)?;
        Ok((result, self.note(Written { path, bytes, sha256: sha256.finalize().into() })?))
    }

    /// Writes one file from bytes.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn bytes(&mut self, path: impl Into<String>, bytes: &[u8]) -> Result<Written, ArchiveError> {
        self.file(path, |out| out.write_all(bytes).map_err(ArchiveError::doing("putting a file into the archive")))
            .map(|((), written)| written)
    }

    /// Writes a file that is the same in every archive; it must have been made for [`Container::level`].
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn constant(&mut self, path: impl Into<String>, file: &Constant) -> Result<Written, ArchiveError> {
        let path = path.into();
        let mut entry = entry(&mut self.zip, &path, self.level)?;
        entry.write_all(&file.deflated).map_err(ArchiveError::doing("putting a file into the archive"))?;
        entry.finish(DataDescriptorOutput::new(file.crc, file.bytes)).map_err(zip_error)?;
        self.note(Written { path, bytes: file.bytes, sha256: file.sha256 })
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
            let mut buffer = vec![0; 64 * 1024];
            loop {
                match reader.read(&mut buffer) {
                    Ok(0) => return Ok(()),
                    Ok(read) => out
                        .write_all(&buffer[..read])
                        .map_err(ArchiveError::doing("putting a file into the archive"))?,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(ArchiveError::Content(error)),
                }
            }
        })
        .map(|((), written)| written)
    }

    /// The payload files so far that `datapackage.json` names, in the order in which they were written.
    pub fn described(&self) -> &[Written] {
        &self.payload.described
    }

    /// The size of the payload so far, and how many files it has.
    pub fn payload(&self) -> (u64, u64) {
        (self.payload.bytes, self.payload.files)
    }

    /// Writes the manifest of the payload, in the order in which its files were written. The payload ends here.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn manifest(&mut self) -> Result<Written, ArchiveError> {
        let next = Part::new(super::bag::MANIFEST.into(), &self.spools, self.level);
        let manifest = std::mem::replace(&mut self.payload.manifest, next);
        self.put(manifest)
    }

    /// Writes the central directory: size and digest of the file as delivered, which is not durable yet.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn finish(self) -> Result<(u64, [u8; 32]), ArchiveError> {
        let doing = "writing the end of the archive";
        let sealer = self.zip.finish().map_err(zip_error)?;
        let mut out = sealer.finish().map_err(ArchiveError::doing(doing))?;
        out.flush().map_err(ArchiveError::doing(doing))?;
        Ok((out.bytes, out.sha256.finalize().into()))
    }

    fn note(&mut self, written: Written) -> Result<Written, ArchiveError> {
        if written.path.starts_with("data/") {
            let line = super::bag::manifest_line(&written);
            let doing = ArchiveError::doing("listing the files of the archive");
            self.payload.manifest.write_all(line.as_bytes()).map_err(doing)?;
            self.payload.bytes += written.bytes;
            self.payload.files += 1;
            if super::datapackage::describes(&written.path) {
                self.payload.described.push(written.clone());
            }
        }
        Ok(written)
    }
}

type Entry<'a> = rawzip::ZipEntryWriter<'a, Delivered>;

/// Opens an entry with the metadata that every entry has.
fn entry<'a>(zip: &'a mut ZipArchiveWriter<Delivered>, path: &str, level: u32) -> Result<Entry<'a>, ArchiveError> {
    let method = if level == 0 { CompressionMethod::STORE } else { CompressionMethod::DEFLATE };
    let mut file = zip.new_file(path).compression_method(method).unix_permissions(0o100_644);
    if let Some(epoch) = rawzip::time::UtcDateTime::from_components(1980, 1, 1, 0, 0, 0, 0) {
        file = file.last_modified(epoch);
    }
    file.start().map(|(entry, _)| entry).map_err(zip_error)
}

fn zip_error(error: rawzip::Error) -> ArchiveError {
    // The zip library wraps what the disk said; the person needs that, not the wrapping.
    let cause = match std::error::Error::source(&error).and_then(|source| source.downcast_ref::<io::Error>()) {
        Some(cause) => io::Error::new(cause.kind(), cause.to_string()),
        None => io::Error::other(error.to_string()),
    };
    ArchiveError::Write { doing: "putting a file into the archive", cause }
}

/// A file that goes straight into the zip.
struct Direct<'a> {
    deflater: Deflater<Entry<'a>>,
    sha256: Sha256,
    crc: crc32fast::Hasher,
    bytes: u64,
}

impl Write for Direct<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.deflater.write_all(data)?;
        self.sha256.update(data);
        self.crc.update(data);
        self.bytes += data.len() as u64;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
