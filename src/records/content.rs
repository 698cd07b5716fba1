//! Files inside records: stored bytes before they are written, and what the record says of the file afterwards.

use std::io::{self, Read};

/// The bytes of a stored e-mail, attachment or recording: small ones held, large ones left in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The bytes themselves.
    Inline(Vec<u8>),
    /// Where to read them from, in pieces.
    Stored(BlobAddress),
}

/// Where a large value stands; only the store that made it can open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobAddress {
    /// The configured name of the store.
    pub store: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The row.
    pub row: RowAddress,
    /// The size in bytes.
    pub bytes: u64,
    /// Whether the stored bytes are base64 text of the content.
    pub base64: bool,
}

/// How a store finds the row of a large value again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowAddress {
    /// By the row's own number in the store.
    Number(i64),
    /// By columns and the texts of their values, where rows have no numbers.
    Key(Vec<(String, Vec<u8>)>),
}

/// Opens large values in pieces; implemented by the stores.
pub trait Contents {
    /// A reader over the bytes of a large value.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn open<'a>(&'a self, address: &BlobAddress) -> io::Result<Box<dyn Read + 'a>>;
}

/// No store at all: only inline contents can be read.
pub struct NoContents;

impl Contents for NoContents {
    fn open<'a>(&'a self, _: &BlobAddress) -> io::Result<Box<dyn Read + 'a>> {
        Err(io::Error::other("no store holds this content"))
    }
}

impl Content {
    /// A reader over the bytes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reader<'a>(&'a self, contents: &'a dyn Contents) -> io::Result<Box<dyn Read + 'a>> {
        match self {
            Content::Inline(bytes) => Ok(Box::new(bytes.as_slice())),
            Content::Stored(address) => {
                let stored = contents.open(address)?;
                if address.base64 {
                    let engine = &base64::engine::general_purpose::STANDARD;
                    Ok(Box::new(base64::read::DecoderReader::new(SkipWhitespace(stored), engine)))
                } else {
                    Ok(stored)
                }
            }
        }
    }
}

/// Base64 in stores is often broken into lines.
struct SkipWhitespace<R>(R);

impl<R: Read> Read for SkipWhitespace<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buffer)?;
            if read == 0 {
                return Ok(0);
            }
            let mut kept = 0;
            for at in 0..read {
                if !buffer[at].is_ascii_whitespace() {
                    buffer[kept] = buffer[at];
                    kept += 1;
                }
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

/// What a record says of a file of the archive: its path from the archive's root, its size and its digest.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileRef {
    /// The path, with `/`.
    pub path: String,
    /// The size in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}
