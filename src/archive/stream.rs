//! A file of the archive under way: gathered in blocks, of which each is hashed once and compressed by itself.

use super::deflate::{self, BLOCK};
use super::pool::{Pool, Promise};
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Arc;

/// Size, SHA-256 and CRC-32 of what has passed.
#[derive(Default)]
pub(super) struct Meter {
    bytes: u64,
    sha256: Sha256,
    crc: crc32fast::Hasher,
}

/// The measures of a whole file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub bytes: u64,
    pub sha256: [u8; 32],
    pub crc: u32,
}

impl Meter {
    fn update(&mut self, data: &[u8]) {
        self.bytes += data.len() as u64;
        self.sha256.update(data);
        self.crc.update(data);
    }

    fn finish(self) -> Measured {
        Measured { bytes: self.bytes, sha256: self.sha256.finalize().into(), crc: self.crc.finalize() }
    }
}

impl Measured {
    /// Of bytes that are all there.
    pub fn of(data: &[u8]) -> Measured {
        let mut meter = Meter::default();
        meter.update(data);
        meter.finish()
    }
}

/// What is written to it comes out compressed, in order.
pub(super) struct Stream {
    pool: Arc<Pool>,
    level: u32,
    meter: Meter,
    block: Vec<u8>,
    /// A block that was compressed already, to be filled again.
    spare: Vec<u8>,
    coming: VecDeque<Promise<io::Result<Deflated>>>,
}

/// A file as a stream has taken it in.
pub(super) enum Taken {
    /// It fits into one block; nothing of it has come out.
    Whole(Vec<u8>),
    /// All of it has come out.
    Out(Measured),
}

/// A block that was compressed.
struct Deflated {
    packed: Vec<u8>,
    spent: Vec<u8>,
}

impl Stream {
    /// An empty file that will be compressed at this level; at level 0 it comes out as it is.
    pub fn new(pool: &Arc<Pool>, level: u32) -> Stream {
        Stream {
            pool: pool.clone(),
            level,
            meter: Meter::default(),
            block: Vec::new(),
            spare: Vec::new(),
            coming: VecDeque::new(),
        }
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.meter.bytes + self.block.len() as u64
    }

    /// Takes data, and gives what is compressed by now to `out`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn write(&mut self, mut data: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !data.is_empty() {
            // A full block goes only when more follows, so that the last one can end the stream.
            if self.block.len() == BLOCK {
                self.send(false)?;
                self.take_ready(out)?;
            }
            let (now, later) = data.split_at(data.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            data = later;
        }
        Ok(())
    }

    /// Ends the file; one that fits into a block is given back.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self, out: &mut dyn Write) -> io::Result<Taken> {
        if self.meter.bytes == 0 {
            return Ok(Taken::Whole(self.block));
        }
        self.send(true)?;
        while let Some(promise) = self.coming.pop_front() {
            self.put(promise, out)?;
        }
        Ok(Taken::Out(self.meter.finish()))
    }

    fn send(&mut self, last: bool) -> io::Result<()> {
        self.meter.update(&self.block);
        let block = std::mem::replace(&mut self.block, std::mem::take(&mut self.spare));
        self.block.clear();
        let level = self.level;
        if level == 0 {
            self.coming.push_back(Promise::Kept(Ok(Deflated { packed: block, spent: Vec::new() })));
            return Ok(());
        }
        self.coming.push_back(self.pool.run(block.len(), move || {
            let mut packed = Vec::new();
            deflate::block(&block, last, level, &mut packed)?;
            Ok(Deflated { packed, spent: block })
        }));
        Ok(())
    }

    fn take_ready(&mut self, out: &mut dyn Write) -> io::Result<()> {
        while self.coming.front_mut().is_some_and(Promise::is_ready)
            && let Some(promise) = self.coming.pop_front()
        {
            self.put(promise, out)?;
        }
        Ok(())
    }

    fn put(&mut self, promise: Promise<io::Result<Deflated>>, out: &mut dyn Write) -> io::Result<()> {
        let Deflated { packed, spent } = self.pool.wait(promise)??;
        out.write_all(&packed)?;
        self.spare = if self.level == 0 { packed } else { spent };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn streamed(data: &[u8], piece: usize, level: u32, threads: usize) -> (Vec<u8>, Measured) {
        let mut stream = Stream::new(&Pool::new(Some(threads)), level);
        let mut out = Vec::new();
        for part in data.chunks(piece.max(1)) {
            stream.write(part, &mut out).unwrap();
        }
        assert_eq!(stream.bytes(), data.len() as u64);
        match stream.finish(&mut out).unwrap() {
            Taken::Out(measured) => (out, measured),
            Taken::Whole(block) => {
                assert!(out.is_empty() && block == data && data.len() <= BLOCK);
                (block, Measured::of(data))
            }
        }
    }

    #[test]
    fn the_bytes_depend_neither_on_the_pieces_nor_on_the_threads() {
        let text: Vec<u8> = (0..300_000u32).flat_map(|n| format!("line {} of {n}\n", n % 97).into_bytes()).collect();
        for size in [0, 1, BLOCK, BLOCK + 1, 2 * BLOCK, text.len()] {
            let data = &text[..size];
            for level in [0, 1, 6, 9] {
                let (packed, measured) = streamed(data, data.len(), level, 1);
                for (piece, threads) in [(1000, 1), (8192, 2), (65_536, 8), (700_001, 3)] {
                    assert!(streamed(data, piece, level, threads).0 == packed, "{size} at {level} by {threads}");
                }
                let mut back = Vec::new();
                if level == 0 || size <= BLOCK {
                    back.clone_from(&packed);
                } else {
                    flate2::read::DeflateDecoder::new(packed.as_slice()).read_to_end(&mut back).unwrap();
                }
                assert!(back == data);
                let digest: [u8; 32] = Sha256::digest(data).into();
                let seen = (measured.bytes, measured.sha256, measured.crc);
                assert_eq!(seen, (data.len() as u64, digest, crc32fast::hash(data)));
            }
        }
    }

    #[test]
    fn a_disk_that_fails_is_an_error_and_no_panic() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut stream = Stream::new(&Pool::new(Some(2)), 6);
        let data = vec![b'x'; 5 * BLOCK];
        let failed = stream.write(&data, &mut Full).and_then(|()| stream.finish(&mut Full).map(|_| ()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
