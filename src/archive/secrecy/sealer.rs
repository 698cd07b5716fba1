//! Encrypts what is written, on its way to the file: no step back, nothing laid aside.

use super::{Secrecy, aes_zip, age_file};
use std::io::{self, Write};

/// A writer that encrypts as asked, or not at all.
pub enum Sealer<W: Write> {
    /// Passes everything on.
    Open(W),
    /// Writes an age file.
    Age(age::stream::StreamWriter<W>),
    /// Writes an encrypted zip file around it.
    Zip(Box<aes_zip::ZipSealer<W>>),
}

impl<W: Write> Sealer<W> {
    /// Begins a file; a passphrase costs a second of work, so that guessing costs a second a guess.
    ///
    /// # Errors
    /// When `inner` fails.
    pub fn new(inner: W, secrecy: &Secrecy) -> io::Result<Sealer<W>> {
        Ok(match secrecy {
            Secrecy::Open => Sealer::Open(inner),
            Secrecy::Recipients(recipients) => Sealer::Age(age_file::to_recipients(inner, recipients)?),
            Secrecy::Passphrase(passphrase) => Sealer::Age(age_file::to_passphrase(inner, passphrase)?),
            Secrecy::ZipPassphrase(passphrase) => Sealer::Zip(Box::new(aes_zip::seal(inner, passphrase)?)),
        })
    }

    /// Ends the file and gives the inner writer back, not flushed.
    ///
    /// # Errors
    /// When the inner writer fails.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Sealer::Open(inner) => Ok(inner),
            Sealer::Age(stream) => stream.finish(),
            Sealer::Zip(zip) => aes_zip::finish(*zip),
        }
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self {
            Sealer::Open(inner) => inner.write(data),
            Sealer::Age(stream) => stream.write(data),
            Sealer::Zip(zip) => zip.write(data),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sealer::Open(inner) => inner.flush(),
            Sealer::Age(stream) => stream.flush(),
            Sealer::Zip(zip) => zip.flush(),
        }
    }
}
