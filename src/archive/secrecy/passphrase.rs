//! A passphrase: the first line of a file, never of a command line or the environment, and wiped when it is done with.

use super::error::SecrecyError;
use age::secrecy::SecretString;
use std::fmt;
use std::io::{ErrorKind, Read};
use zeroize::Zeroizing;

/// More is no passphrase.
const LONGEST: usize = 1024;

/// A passphrase, not empty. It shows nowhere, and its memory is overwritten at the end.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The first line without its end.
    ///
    /// # Errors
    /// When it is empty, very long or not UTF-8, or cannot be read.
    pub fn read(mut reader: impl Read) -> Result<Passphrase, SecrecyError> {
        // Of fixed size from the start: a vector that grows would leave copies behind.
        let mut buffer = Zeroizing::new([0; LONGEST + 2]);
        let mut filled = 0;
        let end = loop {
            match buffer.iter().take(filled).position(|byte| *byte == b'\n') {
                Some(end) => break end,
                None if filled == buffer.len() => return Err(SecrecyError::PassphraseTooLong(LONGEST)),
                None => {}
            }
            match reader.read(&mut buffer[filled..]) {
                Ok(0) => break filled,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(SecrecyError::Unreadable(error)),
            }
        };
        let line = &buffer[..end];
        Passphrase::new(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// A passphrase of these bytes.
    ///
    /// # Errors
    /// When it is empty, very long or not UTF-8.
    pub fn new(bytes: &[u8]) -> Result<Passphrase, SecrecyError> {
        if bytes.is_empty() {
            return Err(SecrecyError::EmptyPassphrase);
        }
        if bytes.len() > LONGEST {
            return Err(SecrecyError::PassphraseTooLong(LONGEST));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| SecrecyError::PassphraseNotText)?;
        Ok(Passphrase(Zeroizing::new(text.to_owned())))
    }

    /// The text itself, for what encrypts.
    pub(in crate::archive) fn text(&self) -> &str {
        &self.0
    }

    /// The same as age takes it, which wipes it too.
    pub(super) fn secret(&self) -> SecretString {
        SecretString::from(self.0.as_str())
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase([not shown])")
    }
}
