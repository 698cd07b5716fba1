//! The zip records around the files (APPNOTE 6.3.10): a header before each, and the directory at the end. The directory
//! grows in a spool, so that a million files take no memory.
//!
//! Every entry has the same fixed metadata, and sizes stand before the data wherever they are known by then.

use super::secrecy::Spool;
use std::io::{self, Write};

/// Field values from which on zip64 says them (APPNOTE 4.4.1.4).
const LARGE: u32 = u32::MAX;
const DATA_DESCRIPTOR: u16 = 1 << 3;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// 1980-01-01, the first day that zip can say: the same in every archive.
const DATE: u16 = 1 << 5 | 1;
/// Made on Unix (3), as of version 4.5 of the specification.
const MADE_BY: u16 = 3 << 8 | 45;
/// A regular file that its owner writes and everybody reads.
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// What the directory says of a file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its path.
    pub path: String,
    /// Whether it is compressed.
    pub deflated: bool,
    /// The CRC-32 of its bytes.
    pub crc: u32,
    /// Its size in the zip.
    pub packed: u64,
    /// Its size.
    pub bytes: u64,
    /// Whether its header was written before anything of this was known.
    pub streamed: bool,
    /// Where its header begins.
    pub offset: u64,
}

impl Entry {
    /// The record before the data.
    pub fn write_header(&self, out: &mut Vec<u8>) {
        let (crc, packed, bytes) = if self.streamed { (0, 0, 0) } else { (self.crc, self.packed, self.bytes) };
        let large = is_large(packed) || is_large(bytes);
        let size = |size| if large { LARGE } else { small(size) };
        out.extend(0x0403_4b50u32.to_le_bytes());
        self.write_common(out, large, crc);
        out.extend(size(packed).to_le_bytes());
        out.extend(size(bytes).to_le_bytes());
        out.extend(short(self.path.len()).to_le_bytes());
        out.extend((if large { 20u16 } else { 0 }).to_le_bytes());
        out.extend(self.path.as_bytes());
        if large {
            write_zip64(out, &[bytes, packed]);
        }
    }

    /// The record behind the data of a streamed file.
    pub fn write_descriptor(&self, out: &mut Vec<u8>) {
        out.extend(0x0807_4b50u32.to_le_bytes());
        out.extend(self.crc.to_le_bytes());
        for size in [self.packed, self.bytes] {
            // Readers take eight bytes for a size where the directory needs them.
            if is_large(self.packed) || is_large(self.bytes) {
                out.extend(size.to_le_bytes());
            } else {
                out.extend(small(size).to_le_bytes());
            }
        }
    }

    /// The record in the directory.
    fn write_record(&self, out: &mut Vec<u8>) {
        let sizes = [self.bytes, self.packed, self.offset];
        let large: Vec<u64> = sizes.into_iter().filter(|size| is_large(*size)).collect();
        out.extend(0x0201_4b50u32.to_le_bytes());
        out.extend(MADE_BY.to_le_bytes());
        self.write_common(out, !large.is_empty(), self.crc);
        out.extend(small(self.packed).to_le_bytes());
        out.extend(small(self.bytes).to_le_bytes());
        out.extend(short(self.path.len()).to_le_bytes());
        out.extend(short(if large.is_empty() { 0 } else { 4 + 8 * large.len() }).to_le_bytes());
        // No comment, on the first disk, no internal attributes.
        out.extend([0; 6]);
        out.extend(ATTRIBUTES.to_le_bytes());
        out.extend(small(self.offset).to_le_bytes());
        out.extend(self.path.as_bytes());
        if !large.is_empty() {
            write_zip64(out, &large);
        }
    }

    /// The fields that both records have, from the version that is needed to the CRC-32.
    fn write_common(&self, out: &mut Vec<u8>, large: bool, crc: u32) {
        let version: u16 = if large { 45 } else { 20 };
        let flags = if self.streamed { DATA_DESCRIPTOR } else { 0 };
        let method = if self.deflated { DEFLATED } else { STORED };
        for field in [version, flags, method, 0, DATE] {
            out.extend(field.to_le_bytes());
        }
        out.extend(crc.to_le_bytes());
    }
}

/// The directory under way.
pub(super) struct Directory {
    records: Spool,
    count: u64,
    bytes: u64,
    record: Vec<u8>,
}

impl Directory {
    /// A directory that grows there.
    pub fn new(records: Spool) -> Directory {
        Directory { records, count: 0, bytes: 0, record: Vec::new() }
    }

    /// Adds a file, in the order in which they stand in the zip.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn add(&mut self, entry: &Entry) -> io::Result<()> {
        self.record.clear();
        entry.write_record(&mut self.record);
        self.count += 1;
        self.bytes += self.record.len() as u64;
        self.records.write_all(&self.record)
    }

    /// Writes the directory and the end of the zip; the directory begins at `offset`.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn finish(self, offset: u64, out: &mut impl Write) -> io::Result<()> {
        io::copy(&mut self.records.into_reader()?, out)?;
        let mut end = Vec::new();
        let many = self.count >= u64::from(u16::MAX);
        if many || is_large(self.bytes) || is_large(offset) {
            end.extend(0x0606_4b50u32.to_le_bytes());
            end.extend(44u64.to_le_bytes());
            end.extend(MADE_BY.to_le_bytes());
            end.extend(45u16.to_le_bytes());
            end.extend([0; 8]);
            for number in [self.count, self.count, self.bytes, offset] {
                end.extend(number.to_le_bytes());
            }
            end.extend(0x0706_4b50u32.to_le_bytes());
            end.extend([0; 4]);
            end.extend((offset + self.bytes).to_le_bytes());
            end.extend(1u32.to_le_bytes());
        }
        end.extend(0x0605_4b50u32.to_le_bytes());
        end.extend([0; 4]);
        let count = u16::try_from(self.count).unwrap_or(u16::MAX);
        end.extend(count.to_le_bytes());
        end.extend(count.to_le_bytes());
        end.extend(small(self.bytes).to_le_bytes());
        end.extend(small(offset).to_le_bytes());
        end.extend([0; 2]);
        out.write_all(&end)
    }
}

fn write_zip64(out: &mut Vec<u8>, sizes: &[u64]) {
    out.extend(1u16.to_le_bytes());
    out.extend(short(8 * sizes.len()).to_le_bytes());
    sizes.iter().for_each(|size| out.extend(size.to_le_bytes()));
}

fn is_large(size: u64) -> bool {
    size >= u64::from(LARGE)
}

/// A size as the short field says it.
fn small(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(LARGE)
}

/// Paths of an archive are far shorter than a field can say.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::secrecy::Spools;
    use super::*;

    /// Sizes that no test writes, as a reader of its own finds them.
    #[test]
    fn sizes_and_places_beyond_four_gigabytes_are_told_by_zip64() {
        let huge = 5 << 32;
        let entries = [
            (1, huge + 7, huge, false),
            (u64::from(LARGE), 3, 40, false),
            (9, u64::from(LARGE) - 1, u64::from(LARGE), true),
            (huge, huge, huge, true),
        ];
        let mut directory = Directory::new(Spools::new(&std::env::temp_dir()).unwrap().spool());
        for (packed, bytes, offset, streamed) in entries {
            let path = format!("data/{packed}-{bytes}");
            directory.add(&Entry { path, deflated: true, crc: 1, packed, bytes, streamed, offset }).unwrap();
        }
        let mut zip = Vec::new();
        directory.finish(0, &mut zip).unwrap();
        let archive = rawzip::ZipArchive::from_slice(&zip).unwrap();
        let mut found = archive.entries();
        for (packed, bytes, offset, streamed) in entries {
            let header = found.next_entry().unwrap().unwrap();
            let sizes = (header.compressed_size_hint(), header.uncompressed_size_hint(), header.local_header_offset());
            assert_eq!((sizes, header.flags().has_data_descriptor()), ((packed, bytes, offset), streamed));
        }
        assert!(found.next_entry().unwrap().is_none());
    }
}
