//! A large file is unpacked and hashed by a thread of its own, which is a few blocks ahead of the one that parses it.

use super::reading::{Measure, Measured};
use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// The size of a block.
const BLOCK: usize = 128 * 1024;
/// How many blocks may wait.
const WAITING: usize = 4;

/// Reads what `open` opens to its end while `parse` looks at it, which only passes on errors of the reader. Where no
/// thread can be had, this one does both.
///
/// # Errors
/// When it cannot be opened or read.
pub(super) fn read<T, R: Read>(
    open: impl Fn() -> io::Result<Measured<R>> + Sync,
    parse: impl FnOnce(&mut dyn BufRead) -> io::Result<T>,
) -> io::Result<(T, Measure)> {
    let (blocks, coming) = sync_channel(WAITING);
    let (give_back, spent) = channel();
    thread::scope(|scope| {
        let unpacker = thread::Builder::new().name("art20-unpack".into()).spawn_scoped(scope, || {
            let (blocks, spent) = (blocks, spent);
            match open().and_then(|file| unpack(file, &blocks, &spent)) {
                Ok(measure) => measure,
                Err(error) => {
                    // Where nobody waits any more, the parser has failed by itself.
                    let _ = blocks.send(Err(error));
                    None
                }
            }
        });
        let Ok(unpacker) = unpacker else {
            let mut reader = io::BufReader::with_capacity(BLOCK, open()?);
            let parsed = parse(&mut reader)?;
            io::copy(&mut reader, &mut io::sink())?;
            return Ok((parsed, reader.into_inner().finish()));
        };
        let mut reader = Ahead { coming, give_back, block: Vec::new(), at: 0 };
        let parsed = parse(&mut reader).and_then(|parsed| io::copy(&mut reader, &mut io::sink()).map(|_| parsed));
        drop(reader);
        let measure = unpacker.join().map_err(|_| io::Error::other("a thread failed"))?;
        Ok((parsed?, measure.ok_or(io::ErrorKind::UnexpectedEof)?))
    })
}

/// Sends every block of a file; nothing if nobody waits for them any more.
fn unpack<R: Read>(
    mut file: Measured<R>,
    blocks: &SyncSender<io::Result<Vec<u8>>>,
    spent: &Receiver<Vec<u8>>,
) -> io::Result<Option<Measure>> {
    loop {
        let mut block = spent.try_recv().unwrap_or_default();
        block.resize(BLOCK, 0);
        let mut filled = 0;
        while filled < BLOCK {
            match file.read(&mut block[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if filled == 0 {
            return Ok(Some(file.finish()));
        }
        block.truncate(filled);
        if blocks.send(Ok(block)).is_err() {
            return Ok(None);
        }
    }
}

/// The blocks as one file.
struct Ahead {
    coming: Receiver<io::Result<Vec<u8>>>,
    give_back: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
}

impl BufRead for Ahead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.block.len()
            && let Ok(block) = self.coming.recv()
        {
            let spent = std::mem::replace(&mut self.block, block?);
            self.at = 0;
            // Whether it is used again is nothing to wait for.
            let _ = self.give_back.send(spent);
        }
        Ok(&self.block[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.block.len().min(self.at + amount);
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many bytes, then an error if there is one.
    struct Bytes(usize, Option<io::ErrorKind>);

    impl Read for Bytes {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.min(buffer.len()).min(70_001);
            buffer[..read].fill(b'x');
            self.0 -= read;
            match self.1 {
                Some(kind) if read == 0 => Err(kind.into()),
                _ => Ok(read),
            }
        }
    }

    fn read_to<T>(
        size: usize,
        error: Option<io::ErrorKind>,
        parse: impl FnOnce(&mut dyn BufRead) -> io::Result<T>,
    ) -> io::Result<(T, Measure)> {
        read(|| Ok(Measured::new(Bytes(size, error), false)), parse)
    }

    #[test]
    fn the_whole_file_is_parsed_and_measured() {
        for size in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 9 * BLOCK + 5] {
            let (parsed, measure) = read_to(size, None, |reader| io::copy(reader, &mut io::sink())).unwrap();
            assert_eq!((parsed, measure.bytes), (size as u64, size as u64));
        }
    }

    #[test]
    fn a_file_whose_parser_stops_is_measured_to_its_end() {
        let ((), measure) = read_to(50 * BLOCK, None, |reader| reader.read_exact(&mut [0; 10])).unwrap();
        assert_eq!(measure.bytes, 50 * BLOCK as u64);
    }

    #[test]
    fn an_error_in_the_middle_reaches_the_parser_and_whoever_called() {
        let failing = Some(io::ErrorKind::InvalidData);
        let mut seen = 0;
        let result = read_to(20 * BLOCK, failing, |reader| {
            let copied = io::copy(reader, &mut io::sink());
            seen = usize::from(copied.is_err());
            copied
        });
        assert_eq!((seen, result.unwrap_err().kind()), (1, io::ErrorKind::InvalidData));
        let stopped = read_to(20 * BLOCK, failing, |_| Ok(()));
        assert_eq!(stopped.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_parser_that_fails_does_not_wait_for_the_rest() {
        let result = read_to(1000 * BLOCK, None, |_| Err::<(), _>(io::ErrorKind::OutOfMemory.into()));
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::OutOfMemory);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_an_error() {
        let closed = || Err::<Measured<Bytes>, _>(io::ErrorKind::PermissionDenied.into());
        let result = read(closed, |reader| io::copy(reader, &mut io::sink()));
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}
