//! Unpacking with a state that is used again: an archive has many small files, for which a new state costs more than
//! unpacking does.

use flate2::{Decompress, FlushDecompress, Status};
use std::cell::Cell;
use std::io::{self, BufRead, Read};

thread_local! {
    /// The state that is not in use.
    static STATE: Cell<Option<Decompress>> = const { Cell::new(None) };
}

/// Room for one small file, packed and unpacked.
#[derive(Default)]
pub(super) struct Buffers {
    packed: Vec<u8>,
    unpacked: Vec<u8>,
}

/// Lends the room of this thread.
pub(super) fn with_buffers<T>(work: impl FnOnce(&mut Buffers) -> T) -> T {
    thread_local! {
        static BUFFERS: Cell<Option<Buffers>> = const { Cell::new(None) };
    }
    let mut buffers = BUFFERS.take().unwrap_or_default();
    let result = work(&mut buffers);
    BUFFERS.set(Some(buffers));
    result
}

impl Buffers {
    /// Room for so many packed bytes.
    pub(super) fn packed(&mut self, size: usize) -> &mut [u8] {
        self.packed.resize(size, 0);
        &mut self.packed
    }

    /// Unpacks them all, if they are one deflate stream of so many bytes and nothing else.
    pub(super) fn unpack(&mut self, size: usize) -> Option<&[u8]> {
        if self.unpacked.len() < size {
            self.unpacked.resize(size, 0);
        }
        let unpacked = &mut self.unpacked[..size];
        let mut state = fresh();
        let status = state.decompress(&self.packed, unpacked, FlushDecompress::Finish);
        let whole = (state.total_in(), state.total_out()) == (self.packed.len() as u64, size as u64);
        STATE.set(Some(state));
        (matches!(status, Ok(Status::StreamEnd)) && whole).then_some(&*unpacked)
    }
}

/// A state at its beginning.
fn fresh() -> Decompress {
    match STATE.take() {
        Some(mut state) => {
            state.reset(false);
            state
        }
        None => Decompress::new(false),
    }
}

/// A raw deflate stream (RFC 1951), unpacked as it is read.
pub(super) struct Inflate<R> {
    packed: R,
    /// There until it is dropped.
    state: Option<Decompress>,
}

impl<R: BufRead> Inflate<R> {
    /// Unpacks what `packed` gives.
    pub(super) fn new(packed: R) -> Inflate<R> {
        Inflate { packed, state: Some(fresh()) }
    }
}

impl<R> Inflate<R> {
    /// How many packed bytes belonged to the stream so far.
    pub(super) fn total_in(&self) -> u64 {
        self.state.as_ref().map_or(0, Decompress::total_in)
    }
}

impl<R> Drop for Inflate<R> {
    fn drop(&mut self) {
        // At the end of a thread there is no place for it any more.
        let _ = STATE.try_with(|place| place.set(self.state.take()));
    }
}

impl<R: BufRead> Read for Inflate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(state) = &mut self.state else { return Ok(0) };
        loop {
            let input = self.packed.fill_buf()?;
            let ended = input.is_empty();
            let flush = if ended { FlushDecompress::Finish } else { FlushDecompress::None };
            let (taken, given) = (state.total_in(), state.total_out());
            let status = state.decompress(input, buffer, flush);
            let size = |from: u64, to: u64| usize::try_from(to - from).map_err(io::Error::other);
            let (taken, given) = (size(taken, state.total_in())?, size(given, state.total_out())?);
            self.packed.consume(taken);
            match status {
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidInput, error)),
                Ok(Status::Ok | Status::BufError) if given == 0 && !buffer.is_empty() => {
                    if ended {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Ok(_) => return Ok(given),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, read::DeflateEncoder};
    use std::io::BufReader;

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        DeflateEncoder::new(data, Compression::new(6)).read_to_end(&mut packed).unwrap();
        packed
    }

    #[test]
    fn a_state_that_failed_or_was_left_in_the_middle_unpacks_the_next_file() {
        let data: Vec<u8> = (0..200_000u32).flat_map(|n| format!("{} ", n % 1009).into_bytes()).collect();
        let whole = packed(&data);
        for _ in 0..3 {
            let mut back = Vec::new();
            assert!(Inflate::new(&b"\xff\xff\xff"[..]).read_to_end(&mut back).is_err());
            Inflate::new(whole.as_slice()).read_exact(&mut [0; 1000]).unwrap();
            let mut reader = Inflate::new(BufReader::with_capacity(7, whole.as_slice()));
            back.clear();
            reader.read_to_end(&mut back).unwrap();
            assert!(back == data);
            assert_eq!(reader.total_in(), whole.len() as u64);
        }
    }

    #[test]
    fn what_comes_after_the_stream_is_not_taken() {
        let mut longer = packed(b"text");
        let size = longer.len() as u64;
        longer.extend_from_slice(b"more");
        let mut reader = Inflate::new(longer.as_slice());
        let mut back = Vec::new();
        reader.read_to_end(&mut back).unwrap();
        assert_eq!((back.as_slice(), reader.total_in()), (&b"text"[..], size));
    }

    #[test]
    fn a_small_file_is_unpacked_at_once_only_if_it_is_nothing_but_one_stream_of_its_size() {
        let text = b"many words, many words, many words".repeat(50);
        let unpacks = |stream: &[u8], size: usize| {
            with_buffers(|buffers| {
                buffers.packed(stream.len()).copy_from_slice(stream);
                buffers.unpack(size).map(<[u8]>::to_vec)
            })
        };
        let stream = packed(&text);
        let longer = [&stream[..], b"x"].concat();
        for _ in 0..2 {
            assert_eq!(unpacks(&stream, text.len()), Some(text.clone()));
            assert_eq!(unpacks(&packed(b""), 0), Some(Vec::new()));
            assert_eq!(unpacks(&longer, text.len()), None);
            assert_eq!(unpacks(&stream, text.len() - 1), None);
            assert_eq!(unpacks(&stream, text.len() + 1), None);
            assert_eq!(unpacks(&stream[..stream.len() - 1], text.len()), None);
            assert_eq!(unpacks(b"\xff\xff\xff", 5), None);
        }
    }

    #[test]
    fn a_stream_that_is_cut_off_is_an_error() {
        let whole = packed(&b"many words, many words, many words".repeat(50));
        let mut back = Vec::new();
        let read = Inflate::new(&whole[..whole.len() - 1]).read_to_end(&mut back);
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
