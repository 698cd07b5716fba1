//! A file that is written in one go, of a size that nobody knows before: with the small ones as long as it is small, else
//! straight into the zip.

use super::super::deflate::BLOCK;
use super::super::directory::Entry;
use super::super::stream::{Measured, Stream, Taken};
use super::{Container, Written};
use std::io::{self, Write};

/// The file.
pub(super) struct Filling<'c> {
    container: &'c mut Container,
    path: String,
    /// Where it begins in the gathering.
    start: usize,
    /// Where its header and its data begin in the zip, and what compresses it, if it is large.
    large: Option<(u64, u64, Stream)>,
}

impl<'c> Filling<'c> {
    pub fn begin(container: &'c mut Container, path: String) -> Filling<'c> {
        let start = container.gathered.size();
        Filling { container, path, start, large: None }
    }

    /// What the directory says of a large file. Its header is written before this is known.
    fn entry(&self, offset: u64, packed: u64, bytes: u64, crc: u32) -> Entry {
        let deflated = self.container.level > 0;
        Entry { path: self.path.clone(), deflated, crc, packed, bytes, streamed: true, offset }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn finish(mut self) -> io::Result<Written> {
        let Some((offset, begin, stream)) = self.large.take() else {
            let measured = Measured::of(&self.container.gathered.data()[self.start..]);
            self.container.gather(&self.path, measured.crc, self.start)?;
            return Ok(Written { path: self.path, bytes: measured.bytes, sha256: measured.sha256 });
        };
        let out = &mut self.container.out;
        let Measured { bytes, sha256, crc } = match stream.finish(out)? {
            Taken::Out(measured) => measured,
            Taken::Whole(block) => {
                out.write_all(&block)?;
                Measured::of(&block)
            }
        };
        let entry = self.entry(offset, self.container.out.at - begin, bytes, crc);
        let mut descriptor = Vec::new();
        entry.write_descriptor(&mut descriptor);
        self.container.out.write_all(&descriptor)?;
        self.container.directory.add(&entry)?;
        Ok(Written { path: self.path, bytes, sha256 })
    }
}

impl Write for Filling<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if let Some((.., stream)) = &mut self.large {
            stream.write(data, &mut self.container.out)?;
            return Ok(data.len());
        }
        let gathered = self.container.gathered.data();
        gathered.extend_from_slice(data);
        if gathered.len() - self.start > BLOCK {
            let begun = gathered.split_off(self.start);
            self.container.settle()?;
            let offset = self.container.out.at;
            let mut header = Vec::new();
            self.entry(offset, 0, 0, 0).write_header(&mut header);
            self.container.out.write_all(&header)?;
            let mut stream = Stream::new(&self.container.pool, self.container.level);
            let begin = self.container.out.at;
            stream.write(&begun, &mut self.container.out)?;
            self.large = Some((offset, begin, stream));
        }
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
