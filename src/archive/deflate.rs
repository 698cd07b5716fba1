//! Deflate in independent blocks: the bytes depend on the data and the level only, never on how they arrive.
//!
//! zlib-rs gives other bytes when the same data come in other pieces, and a reused state may do so too; so every block
//! has a fixed size and a fresh state, and blocks are joined by sync flushes into one stream.

use flate2::{Compress, Compression, FlushCompress, Status};
use std::io::{self, Write};

/// Large enough that the loss against one stream is below half a percent.
const BLOCK: usize = 512 * 1024;

/// Compresses what is written to it into `inner`; level 0 passes it on as it is.
pub struct Deflater<W: Write> {
    inner: W,
    level: u32,
    block: Vec<u8>,
    compressed: Vec<u8>,
}

impl<W: Write> Deflater<W> {
    /// A compressor of this level, 0 to 9.
    pub fn new(inner: W, level: u32) -> Deflater<W> {
        Deflater { inner, level, block: Vec::new(), compressed: Vec::new() }
    }

    /// Writes the end of the stream and gives the inner writer back.
    ///
    /// # Errors
    /// When the inner writer fails.
    pub fn finish(mut self) -> io::Result<W> {
        if self.level > 0 {
            self.flush_block(true)?;
        }
        Ok(self.inner)
    }

    fn flush_block(&mut self, last: bool) -> io::Result<()> {
        let mut state = Compress::new(Compression::new(self.level), false);
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
        self.compressed.clear();
        loop {
            self.compressed.reserve(self.block.len() / 2 + 1024);
            let read = usize::try_from(state.total_in()).map_err(io::Error::other)?;
            let status =
                state.compress_vec(&self.block[read..], &mut self.compressed, flush).map_err(io::Error::other)?;
            let all_read = state.total_in() == self.block.len() as u64;
            let room = self.compressed.len() < self.compressed.capacity();
            match status {
                Status::StreamEnd => break,
                Status::Ok | Status::BufError if !last && all_read && room => break,
                _ => {}
            }
        }
        self.inner.write_all(&self.compressed)?;
        self.block.clear();
        Ok(())
    }
}

impl<W: Write> Write for Deflater<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.level == 0 {
            return self.inner.write(data);
        }
        // A full block is written only when more follows, so that the last one can end the stream.
        if self.block.len() == BLOCK {
            self.flush_block(false)?;
        }
        let taken = data.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&data[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn deflated(data: &[u8], piece: usize, level: u32) -> Vec<u8> {
        let mut deflater = Deflater::new(Vec::new(), level);
        for part in data.chunks(piece.max(1)) {
            deflater.write_all(part).unwrap();
        }
        deflater.finish().unwrap()
    }

    #[test]
    fn the_bytes_do_not_depend_on_the_pieces_and_inflate_to_the_data() {
        let text: Vec<u8> = (0..300_000u32).flat_map(|n| format!("line {} of {n}\n", n % 97).into_bytes()).collect();
        for data in [&text[..0], &text[..1], &text[..BLOCK], &text[..BLOCK + 1], &text[..2 * BLOCK], &text[..]] {
            for level in [1, 6, 9] {
                let whole = deflated(data, data.len(), level);
                for piece in [1000, 8192, 65_536] {
                    assert_eq!(deflated(data, piece, level), whole);
                }
                let mut back = Vec::new();
                flate2::read::DeflateDecoder::new(whole.as_slice()).read_to_end(&mut back).unwrap();
                assert!(back == data);
            }
        }
    }
}
