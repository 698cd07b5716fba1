//! The keys that open an encrypted archive, and what they open: read from any place, without plaintext on the disk.

use super::error::{SecrecyError, UnlockError};
use super::passphrase::Passphrase;
use super::{aes_zip, age_file};
use age::{Identity, IdentityFile};
use rawzip::ReaderAt;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a receiver has to open archives with; by default nothing.
#[derive(Default)]
pub struct Keys {
    identities: Vec<Box<dyn Identity + Send + Sync>>,
    passphrase: Option<Passphrase>,
    zip_passphrase: Option<Passphrase>,
}

impl Keys {
    /// Adds the secret keys of an identity file, as `age-keygen` writes it.
    ///
    /// # Errors
    /// When it is none, or cannot be read.
    pub fn add_identities(&mut self, file: impl BufRead) -> Result<(), SecrecyError> {
        let none = |error: io::Error| match error.raw_os_error() {
            Some(_) => SecrecyError::Unreadable(error),
            None => SecrecyError::NoIdentity(error.to_string()),
        };
        let identities = IdentityFile::from_buffer(file).map_err(none)?.into_identities();
        let identities = identities.map_err(|error| SecrecyError::NoIdentity(error.to_string()))?;
        if identities.is_empty() {
            return Err(SecrecyError::NoIdentity("there is no key in it".into()));
        }
        self.identities.extend(identities);
        Ok(())
    }

    /// Adds the passphrase of an age file.
    pub fn set_passphrase(&mut self, passphrase: Passphrase) {
        self.passphrase = Some(passphrase);
    }

    /// Adds the passphrase of an encrypted zip file.
    pub fn set_zip_passphrase(&mut self, passphrase: Passphrase) {
        self.zip_passphrase = Some(passphrase);
    }

    /// Opens a file if it is encrypted and there are keys of its kind; of an encrypted zip at most so many bytes.
    ///
    /// # Errors
    /// When the keys are not those of the file, or the system fails.
    pub fn unlock(&self, mut file: File, most: u64) -> Result<Unlocked, UnlockError> {
        let mut head = Vec::new();
        let longest = age_file::MAGIC.iter().map(|magic| magic.len()).max().unwrap_or(0);
        (&file).take(longest as u64).read_to_end(&mut head)?;
        file.rewind()?;
        if age_file::MAGIC.iter().any(|magic| head.starts_with(magic)) {
            if self.identities.is_empty() && self.passphrase.is_none() {
                return Ok(Unlocked::Locked);
            }
            return Ok(match age_file::open(file, &self.identities, self.passphrase.as_ref())? {
                age_file::Attempt::Opened(plaintext) => Ciphertext::of(plaintext)?,
                age_file::Attempt::Broken(detail) => Unlocked::Broken(detail),
            });
        }
        let attempt = aes_zip::open(&file, self.zip_passphrase.as_ref(), &tempfile::env::temp_dir(), most)?;
        file.rewind()?;
        Ok(match attempt {
            aes_zip::Attempt::Opened(plaintext) => Ciphertext::of(plaintext)?,
            aes_zip::Attempt::Broken(detail) => Unlocked::Broken(detail),
            aes_zip::Attempt::Other => Unlocked::Plain(file),
        })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys([not shown])")
    }
}

/// A file that was looked at with keys in hand.
pub enum Unlocked {
    /// It is not encrypted as a whole.
    Plain(File),
    /// It was encrypted, and is open.
    Opened(Ciphertext),
    /// It is encrypted, and no key was given.
    Locked,
    /// It is encrypted, but was changed or cut off: what is wrong with it.
    Broken(&'static str),
}

trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// An encrypted file that is read as its plaintext, at any place.
pub struct Ciphertext {
    plaintext: Mutex<Box<dyn Source>>,
    size: u64,
    broken: AtomicBool,
}

impl Ciphertext {
    fn of(mut plaintext: impl Source + 'static) -> Result<Unlocked, UnlockError> {
        // The end of an age file is authenticated with its size.
        match plaintext.seek(SeekFrom::End(0)) {
            Ok(size) => {
                let plaintext: Mutex<Box<dyn Source>> = Mutex::new(Box::new(plaintext));
                Ok(Unlocked::Opened(Ciphertext { plaintext, size, broken: AtomicBool::new(false) }))
            }
            Err(error) if error.raw_os_error().is_some() => Err(UnlockError::Io(error)),
            Err(_) => Ok(Unlocked::Broken("its end is cut off or was changed")),
        }
    }

    /// The size of the plaintext.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether a place was met that does not decrypt.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ciphertext").field("size", &self.size).finish_non_exhaustive()
    }
}

impl ReaderAt for Ciphertext {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "the encrypted file was changed");
        if self.is_broken() {
            return Err(broken());
        }
        if offset >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let mut plaintext = self.plaintext.lock().map_err(|_| broken())?;
        let read = plaintext.seek(SeekFrom::Start(offset)).and_then(|_| plaintext.read(buffer));
        read.inspect_err(|error| {
            if error.raw_os_error().is_none() {
                self.broken.store(true, Ordering::Relaxed);
            }
        })
    }
}
