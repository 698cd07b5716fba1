//! The bytes of a zip file: as they are, or decrypted. What the system could not read is remembered: it says nothing of
//! the archive, which may be whole.

use crate::archive::secrecy::Ciphertext;
use rawzip::{FileReader, ReaderAt};
use std::fs::File;
use std::io;
use std::sync::OnceLock;

/// A zip file to be read.
#[derive(Debug)]
pub(super) struct Source {
    bytes: Bytes,
    failure: OnceLock<io::Error>,
}

#[derive(Debug)]
enum Bytes {
    /// A file, with its size.
    File(FileReader, u64),
    /// What an encrypted file holds.
    Decrypted(Ciphertext),
}

impl Source {
    /// A file as it is.
    ///
    /// # Errors
    /// If its size cannot be read.
    pub(super) fn of_file(file: File) -> io::Result<Source> {
        let size = file.metadata()?.len();
        Ok(Source { bytes: Bytes::File(FileReader::from(file), size), failure: OnceLock::new() })
    }

    /// What an encrypted file holds.
    pub(super) fn of_decrypted(ciphertext: Ciphertext) -> Source {
        Source { bytes: Bytes::Decrypted(ciphertext), failure: OnceLock::new() }
    }

    /// Whether it was encrypted.
    pub(super) fn is_decrypted(&self) -> bool {
        matches!(self.bytes, Bytes::Decrypted(_))
    }

    /// What the system said when it could not read a part of it.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failure.get().map(|error| io::Error::new(error.kind(), error.to_string()))
    }

    /// Its size.
    pub(super) fn size(&self) -> u64 {
        match &self.bytes {
            Bytes::File(_, size) => *size,
            Bytes::Decrypted(ciphertext) => ciphertext.size(),
        }
    }

    /// Whether a part of it did not decrypt.
    pub(super) fn is_broken(&self) -> bool {
        matches!(&self.bytes, Bytes::Decrypted(ciphertext) if ciphertext.is_broken())
    }
}

impl ReaderAt for Source {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = match &self.bytes {
            Bytes::File(file, _) => file.read_at(buffer, offset),
            Bytes::Decrypted(ciphertext) => ciphertext.read_at(buffer, offset),
        };
        read.inspect_err(|error| {
            if let Some(code) = error.raw_os_error()
                && error.kind() != io::ErrorKind::Interrupted
            {
                let _ = self.failure.set(io::Error::from_raw_os_error(code));
            }
        })
    }
}
