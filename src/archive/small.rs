//! Small files, gathered until there is enough of them for a thread: each is compressed whole and by itself, so that
//! its bytes do not depend on who stands beside it.

use super::container::Prepared;
use super::deflate;
use super::directory::Entry;
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Bytes that are worth handing over.
const ENOUGH: usize = 128 * 1024;

/// Files that stand one after the other in the zip.
#[derive(Default)]
pub(super) struct Gathered {
    data: Vec<u8>,
    files: Vec<Small>,
}

/// A file among others.
struct Small {
    path: String,
    crc: u32,
    content: Content,
}

enum Content {
    /// Its place among the bytes.
    Data(Range<usize>),
    /// Compressed before.
    Prepared(Arc<Prepared>),
}

/// Files as they stand in the zip, each with its header.
pub(super) struct Packed {
    /// Their bytes.
    pub bytes: Vec<u8>,
    /// What the directory will say of each, offsets counted from the first byte.
    pub entries: Vec<Entry>,
    /// The gathering, empty, to be used again.
    pub spent: Gathered,
}

impl Gathered {
    /// The bytes, at whose end the next file grows.
    pub fn data(&mut self) -> &mut Vec<u8> {
        &mut self.data
    }

    /// Makes a file of what stands from here to the end.
    pub fn file(&mut self, path: String, crc: u32, start: usize) {
        let content = Content::Data(start..self.data.len());
        self.files.push(Small { path, crc, content });
    }

    /// Adds a file that was compressed before.
    pub fn prepared(&mut self, path: String, file: Arc<Prepared>) {
        self.files.push(Small { path, crc: file.crc, content: Content::Prepared(file) });
    }

    /// How many bytes there are to compress.
    pub fn size(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether they are worth handing over.
    pub fn is_full(&self) -> bool {
        self.data.len() >= ENOUGH || self.files.len() >= 4096
    }

    /// Compresses each file.
    ///
    /// # Errors
    /// When there is no such level.
    pub fn pack(mut self, level: u32) -> io::Result<Packed> {
        let mut bytes = Vec::with_capacity(self.data.len() * 3 / 4 + 128 * self.files.len());
        let mut entries = Vec::with_capacity(self.files.len());
        let mut packed = Vec::new();
        for Small { path, crc, content } in self.files.drain(..) {
            packed.clear();
            let (deflated, size, content) = match &content {
                Content::Data(place) => {
                    let data = &self.data[place.clone()];
                    let deflated = level > 0 && deflate::whole(data, level, &mut packed)?;
                    (deflated, data.len(), if deflated { packed.as_slice() } else { data })
                }
                Content::Prepared(file) => (file.is_deflated, file.bytes, file.packed.as_slice()),
            };
            let entry = Entry {
                path,
                deflated,
                crc,
                packed: content.len() as u64,
                bytes: size as u64,
                streamed: false,
                offset: bytes.len() as u64,
            };
            entry.write_header(&mut bytes);
            bytes.extend_from_slice(content);
            entries.push(entry);
        }
        self.data.clear();
        Ok(Packed { bytes, entries, spent: self })
    }
}
