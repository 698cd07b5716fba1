//! Keeping an archive secret on its way (contract 5): age files for those who have age, an AES-256 zip for those who
//! have only 7-Zip or Keka. The archive goes through a [`Sealer`] while it is written and comes back through [`Keys`];
//! in neither direction does plaintext touch the disk.

mod aes_zip;
mod age_file;
mod error;
mod keys;
mod passphrase;
mod sealer;
mod spool;
#[cfg(test)]
mod tests;

pub use error::{SecrecyError, UnlockError};
pub use keys::{Ciphertext, Keys, Unlocked};
pub use passphrase::Passphrase;
pub use sealer::Sealer;
pub use spool::{Spool, SpoolPiece, SpoolReader, Spools};

use std::path::{Path, PathBuf};

/// How the delivered file is kept secret.
#[derive(Default)]
pub enum Secrecy {
    /// Not at all: the delivered file is the archive.
    #[default]
    Open,
    /// An age file that any of these recipients can open.
    Recipients(Vec<age::x25519::Recipient>),
    /// An age file that a passphrase opens.
    Passphrase(Passphrase),
    /// A zip file encrypted by AES-256, which holds the archive under one name that says nothing.
    ZipPassphrase(Passphrase),
}

impl Secrecy {
    /// An age file for these public keys, each `age1…`.
    ///
    /// # Errors
    /// When one is no public key of age.
    pub fn recipients(keys: &[String]) -> Result<Secrecy, SecrecyError> {
        let recipient = |key: &String| {
            let key = key.trim();
            if key.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
                return Err(SecrecyError::SecretKeyAsRecipient);
            }
            key.parse().map_err(|_| SecrecyError::NoRecipient)
        };
        keys.iter().map(recipient).collect::<Result<_, _>>().map(Secrecy::Recipients)
    }

    /// A zip file that this passphrase opens.
    ///
    /// # Errors
    /// When programs would disagree about the bytes of the passphrase, or would refuse its length.
    pub fn zip(passphrase: Passphrase) -> Result<Secrecy, SecrecyError> {
        let text = passphrase.text();
        if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return Err(SecrecyError::ZipPassphraseNotAscii);
        }
        if text.len() > aes_zip::LONGEST_PASSPHRASE {
            return Err(SecrecyError::ZipPassphraseTooLong(aes_zip::LONGEST_PASSPHRASE));
        }
        Ok(Secrecy::ZipPassphrase(passphrase))
    }

    /// Whether anybody who has the delivered file can read it.
    pub fn is_open(&self) -> bool {
        matches!(self, Secrecy::Open)
    }

    /// The delivered file of the archive `X.zip`: `X.zip.age` where it is an age file. Another name stays as it is.
    pub fn place(&self, output: &Path) -> PathBuf {
        let age = matches!(self, Secrecy::Recipients(_) | Secrecy::Passphrase(_));
        match output.file_name() {
            Some(name) if age && output.extension().is_some_and(|extension| extension == "zip") => {
                let mut name = name.to_owned();
                name.push(".age");
                output.with_file_name(name)
            }
            _ => output.to_owned(),
        }
    }
}
