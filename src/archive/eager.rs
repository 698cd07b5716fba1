//! A file that goes to the disk while it is still being written: what is made durable in the end is there already, and
//! nobody waits for gigabytes then.

use std::fs::File;
use std::io::{self, Write};

/// Bytes after which the system is told.
const STEP: u64 = 16 << 20;

/// Writes to a file, and from time to time has the system begin to bring it to the disk.
pub(super) struct Eager {
    file: File,
    written: u64,
    told: u64,
}

impl Eager {
    /// Over an empty file.
    pub fn new(file: File) -> Eager {
        Eager { file, written: 0, told: 0 }
    }
}

impl Write for Eager {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.file.write(data)?;
        self.written += written as u64;
        if self.written - self.told >= STEP {
            begin_to_store(&self.file, self.told, self.written - self.told);
            self.told = self.written;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// It is a wish: where it is not heard, the file is brought to the disk when it is made durable.
#[cfg(target_os = "linux")]
fn begin_to_store(file: &File, from: u64, bytes: u64) {
    use rustix::fs::{Advice, fadvise};
    // Of what is said to be no more needed Linux begins to write what is not on the disk yet, and waits for none of it
    // unless the disk's own queue is full. Nothing of it leaves memory before it was written.
    fadvise(file, from, std::num::NonZeroU64::new(bytes), Advice::DontNeed).unwrap_or_default();
}

#[cfg(not(target_os = "linux"))]
fn begin_to_store(_: &File, _: u64, _: u64) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek};

    #[test]
    fn whatever_the_system_is_told_the_bytes_are_all_there() {
        let file = tempfile::tempfile().unwrap();
        let mut eager = Eager::new(file.try_clone().unwrap());
        let piece: Vec<u8> = (0..3_000_017u32).map(|n| (n % 251) as u8).collect();
        for _ in 0..13 {
            eager.write_all(&piece).unwrap();
        }
        assert_eq!((eager.written, eager.told > 0), (13 * 3_000_017, true));
        let (mut file, mut read) = (file, Vec::new());
        file.rewind().unwrap();
        file.read_to_end(&mut read).unwrap();
        assert!(read.len() == 13 * piece.len() && read.chunks(piece.len()).all(|chunk| chunk == piece));
    }
}
