//! Deflate: the bytes depend on the data and the level only, never on how they arrive or who compresses them.
//!
//! Two libraries, each for what it alone does well. libdeflate is the faster one and packs better, but it only makes
//! whole streams: it takes the files that fit into a [`BLOCK`], one by one. zlib-rs can end a piece without ending the
//! stream: larger files are cut into blocks of a fixed size, compressed without knowing each other and joined by sync
//! flushes. It gives other bytes when the same data come in other pieces, so a block is always given whole; and a state
//! is used again after a reset, without a dictionary, with which its bytes would depend on what it did before.

use flate2::{Compress, Compression, FlushCompress, Status};
use libdeflater::{CompressionLvl, Compressor};
use std::cell::RefCell;
use std::io;

/// Files up to this size are compressed as a whole, larger ones in blocks of it: large enough that the loss against
/// one stream is below half a percent.
pub(super) const BLOCK: usize = 512 * 1024;

/// What a level is for each library. Their second levels are no faster than the third and pack less; libdeflate's first
/// packs small files nearly as well as its third at half the time, zlib-rs's first makes large files by half larger.
/// Level 2 is therefore the fast one of the first and the good one of the second.
const fn levels(level: u32) -> (u32, u32) {
    match level {
        2 => (1, 3),
        other => (other, other),
    }
}

/// The states of a thread that are not in use, each with its level: a new one costs more than most files do.
#[derive(Default)]
struct States {
    whole: Option<(u32, Compressor)>,
    /// Room for what a compressor makes, kept, so that it is not cleared anew for every file.
    room: Vec<u8>,
    block: Option<(u32, Compress)>,
}

thread_local! {
    static STATES: RefCell<States> = RefCell::default();
}

/// Appends a file of its own to `out`, compressed. Where that is no smaller, nothing is appended, and false given.
///
/// # Errors
/// When there is no such level.
pub(super) fn whole(data: &[u8], level: u32, out: &mut Vec<u8>) -> io::Result<bool> {
    let (level, _) = levels(level);
    let own = STATES.with_borrow_mut(|states| states.whole.take()).filter(|(own, _)| *own == level);
    let mut compressor = match own {
        Some((_, compressor)) => compressor,
        None => {
            let number = i32::try_from(level).unwrap_or(i32::MAX);
            Compressor::new(CompressionLvl::new(number).map_err(|_| io::ErrorKind::InvalidInput)?)
        }
    };
    STATES.with_borrow_mut(|states| {
        if states.room.len() < data.len() {
            // As much as there will ever be to do: so large a piece the system gives cleared, and what is not written to
            // takes no memory.
            states.room = vec![0; data.len().max(BLOCK)];
        }
        // Without room for more than the data it gives up where they do not shrink.
        let room = &mut states.room[..data.len()];
        let packed = compressor.deflate_compress(data, room).ok().filter(|packed| *packed < data.len());
        out.extend_from_slice(&room[..packed.unwrap_or(0)]);
        states.whole = Some((level, compressor));
        Ok(packed.is_some())
    })
}

/// Appends a block of a larger file to `out`, compressed; the last one ends the stream.
///
/// # Errors
/// When the library fails.
pub(super) fn block(data: &[u8], last: bool, level: u32, out: &mut Vec<u8>) -> io::Result<()> {
    let (_, level) = levels(level);
    let own = STATES.with_borrow_mut(|states| states.block.take()).filter(|(own, _)| *own == level);
    let mut state = match own {
        Some((_, mut state)) => {
            state.reset();
            state
        }
        None => Compress::new(Compression::new(level), false),
    };
    compress(&mut state, data, last, out)?;
    STATES.with_borrow_mut(|states| states.block = Some((level, state)));
    Ok(())
}

fn compress(state: &mut Compress, data: &[u8], last: bool, out: &mut Vec<u8>) -> io::Result<()> {
    let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
    loop {
        out.reserve(data.len() / 2 + 1024);
        let read = usize::try_from(state.total_in()).map_err(io::Error::other)?;
        let status = state.compress_vec(&data[read..], out, flush).map_err(io::Error::other)?;
        let all_read = state.total_in() == data.len() as u64;
        let room = out.len() < out.capacity();
        match status {
            Status::StreamEnd => return Ok(()),
            Status::Ok | Status::BufError if !last && all_read && room => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn inflated(packed: &[u8]) -> Vec<u8> {
        let mut back = Vec::new();
        flate2::read::DeflateDecoder::new(packed).read_to_end(&mut back).unwrap();
        back
    }

    /// Noise, text and repetition in turn, so that what a state remembers would show.
    fn pieces() -> Vec<Vec<u8>> {
        let mut seed = 1u32;
        let mut piece = |nth: usize| -> Vec<u8> {
            let bytes = (0..(nth * 7_919) % 40_000).map(|at| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match nth % 3 {
                    0 => (seed >> 24) as u8,
                    1 => b"name,address and so on; "[(seed >> 28) as usize + at % 8],
                    _ => b'a' + (at % 5) as u8,
                }
            });
            bytes.collect()
        };
        (0..300).map(&mut piece).collect()
    }

    #[test]
    fn a_state_that_was_used_before_gives_the_bytes_of_a_new_one() {
        for data in pieces() {
            for level in [6, 6, 1, 9] {
                let (mut used, mut fresh) = (Vec::new(), Vec::new());
                block(&data, true, level, &mut used).unwrap();
                compress(&mut Compress::new(Compression::new(level), false), &data, true, &mut fresh).unwrap();
                assert!(used == fresh && inflated(&used) == data, "{} at {level}", data.len());
                let (mut used, mut fresh) = (Vec::new(), vec![0; data.len() + 100]);
                let smaller = whole(&data, level, &mut used).unwrap();
                let number = i32::try_from(level).unwrap();
                let mut new = Compressor::new(CompressionLvl::new(number).unwrap());
                let packed = new.deflate_compress(&data, &mut fresh).unwrap();
                fresh.truncate(packed);
                assert_eq!(smaller, fresh.len() < data.len());
                assert!(!smaller || (used == fresh && inflated(&used) == data), "{} at {level}", data.len());
            }
        }
    }

    #[test]
    fn blocks_that_do_not_know_each_other_are_one_stream() {
        let mut packed = Vec::new();
        let all = pieces();
        for (nth, data) in all.iter().enumerate() {
            block(data, nth + 1 == all.len(), 6, &mut packed).unwrap();
        }
        assert!(inflated(&packed) == all.concat());
    }

    #[test]
    fn the_second_level_is_the_fast_one_for_small_files_and_the_good_one_for_blocks() {
        let data = &pieces()[151];
        let packed = |pack: &dyn Fn(u32, &mut Vec<u8>), level| {
            let mut out = Vec::new();
            pack(level, &mut out);
            out
        };
        let small = |level, out: &mut Vec<u8>| assert!(whole(data, level, out).unwrap());
        let large = |level, out: &mut Vec<u8>| block(data, true, level, out).unwrap();
        assert!(packed(&small, 2) == packed(&small, 1) && packed(&small, 2) != packed(&small, 3));
        assert!(packed(&large, 2) == packed(&large, 3) && packed(&large, 2) != packed(&large, 1));
    }

    #[test]
    fn what_does_not_shrink_is_left_as_it_is() {
        let noise = &pieces()[30];
        let mut out = b"before".to_vec();
        assert!(!whole(noise, 6, &mut out).unwrap() && !whole(b"", 6, &mut out).unwrap());
        assert_eq!(out, b"before");
    }
}
