//! Deflate in independent blocks: the bytes depend on the data and the level only, never on how they arrive.
//!
//! zlib-rs gives other bytes when the same data come in other pieces, so every block has a fixed size, and blocks are
//! joined by sync flushes into one stream. A state is used again after a reset, without a dictionary, because most files
//! are small and a new one costs more than they do; with a dictionary its bytes would depend on what it did before.

use flate2::{Compress, Compression, FlushCompress, Status};
use std::cell::RefCell;
use std::io::{self, Write};

thread_local! {
    /// The state of this thread that is not in use, with its level.
    static STATE: RefCell<Option<(u32, Compress)>> = const { RefCell::new(None) };
}

/// Gives a state as good as new for the time of a block.
fn with_state<T>(level: u32, block: impl FnOnce(&mut Compress) -> T) -> T {
    let mut state = match STATE.take() {
        Some((own, mut state)) if own == level => {
            state.reset();
            state
        }
        _ => Compress::new(Compression::new(level), false),
    };
    let result = block(&mut state);
    STATE.set(Some((level, state)));
    result
}

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
        self.compressed.clear();
        with_state(self.level, |state| deflate_block(state, &self.block, last, &mut self.compressed))?;
        self.inner.write_all(&self.compressed)?;
        self.block.clear();
        Ok(())
    }
}

fn deflate_block(state: &mut Compress, block: &[u8], last: bool, compressed: &mut Vec<u8>) -> io::Result<()> {
    let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
    loop {
        compressed.reserve(block.len() / 2 + 1024);
        let read = usize::try_from(state.total_in()).map_err(io::Error::other)?;
        let status = state.compress_vec(&block[read..], compressed, flush).map_err(io::Error::other)?;
        let all_read = state.total_in() == block.len() as u64;
        let room = compressed.len() < compressed.capacity();
        match status {
            Status::StreamEnd => return Ok(()),
            Status::Ok | Status::BufError if !last && all_read && room => return Ok(()),
            _ => {}
        }
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

    #[test]
    fn a_state_that_was_used_before_gives_the_bytes_of_a_new_one() {
        let fresh = |data: &[u8], level: u32| {
            let mut compressed = Vec::new();
            let mut state = Compress::new(Compression::new(level), false);
            deflate_block(&mut state, data, true, &mut compressed).unwrap();
            compressed
        };
        let mut seed = 1u32;
        for nth in 0..300usize {
            // Noise, text and repetition in turn, so that what a state remembers would show.
            let data: Vec<u8> = (0..(nth * 7_919) % 40_000)
                .map(|at| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    match nth % 3 {
                        0 => (seed >> 24) as u8,
                        1 => b"name,address and so on; "[(seed >> 28) as usize + at % 8],
                        _ => b'a' + (at % 5) as u8,
                    }
                })
                .collect();
            for level in [6, 6, 1, 9] {
                assert!(deflated(&data, data.len(), level) == fresh(&data, level), "{nth} at {level}");
            }
        }
    }
}
