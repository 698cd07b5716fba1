//! A disk that takes what is written in small pieces, with interruptions, and fails when so many bytes are on it, for
//! tests.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// The most that it takes at once.
const PIECE: usize = 777;

/// How it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// With this error, when the next byte is written.
    Error(io::ErrorKind),
    /// It says that it took nothing, when the next byte is written.
    Nothing,
    /// When it is asked to make sure of what it took.
    Flush,
}

impl Failure {
    /// What whoever writes gets to know.
    pub fn kind(self) -> io::ErrorKind {
        match self {
            Failure::Error(kind) => kind,
            Failure::Nothing => io::ErrorKind::WriteZero,
            Failure::Flush => io::ErrorKind::StorageFull,
        }
    }
}

/// The disk.
pub(crate) struct Disk {
    taken: Arc<Mutex<Vec<u8>>>,
    room: usize,
    failure: Failure,
    calls: usize,
}

impl Disk {
    /// A disk that takes so many bytes, which can be seen there.
    pub fn of(room: usize, failure: Failure, taken: &Arc<Mutex<Vec<u8>>>) -> Disk {
        Disk { taken: taken.clone(), room, failure, calls: 0 }
    }
}

impl Write for Disk {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut taken = self.taken.lock().unwrap();
        let most = data.len().min(PIECE).min(self.room - taken.len());
        if most == 0 && !data.is_empty() && self.failure != Failure::Nothing {
            return Err(self.failure.kind().into());
        }
        taken.extend_from_slice(&data[..most]);
        Ok(most)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.failure {
            Failure::Flush => Err(self.failure.kind().into()),
            _ => Ok(()),
        }
    }
}
