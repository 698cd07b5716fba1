//! The bytes of a zip file: as they are, or decrypted.

use crate::archive::secrecy::Ciphertext;
use rawzip::{FileReader, ReaderAt};
use std::fs::File;
use std::io;

/// A zip file to be read.
#[derive(Debug)]
pub(super) enum Source {
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
        Ok(Source::File(FileReader::from(file), size))
    }

    /// Its size.
    pub(super) fn size(&self) -> u64 {
        match self {
            Source::File(_, size) => *size,
            Source::Decrypted(ciphertext) => ciphertext.size(),
        }
    }

    /// Whether a part of it did not decrypt.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self, Source::Decrypted(ciphertext) if ciphertext.is_broken())
    }
}

impl ReaderAt for Source {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Source::File(file, _) => file.read_at(buffer, offset),
            Source::Decrypted(ciphertext) => ciphertext.read_at(buffer, offset),
        }
    }
}
