//! Why an archive cannot be encrypted as asked, or opened again. Never shows a key or a passphrase.

use std::io;

/// What is wrong with the keys that an archive is to be encrypted with.
#[derive(Debug, thiserror::Error)]
pub enum SecrecyError {
    /// The text is no public key of age.
    #[error("a recipient is no public key of age")]
    NoRecipient,
    /// The text is a secret key, which nobody but its owner may have.
    #[error("a recipient is a secret key of age, not a public one")]
    SecretKeyAsRecipient,
    /// There is no text on the first line.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The first line does not end, or is very long.
    #[error("the passphrase is longer than {0} bytes")]
    PassphraseTooLong(usize),
    /// The first line is not UTF-8.
    #[error("the passphrase is not UTF-8")]
    PassphraseNotText,
    /// Zip has no encoding for it.
    #[error("the passphrase of a zip file has other characters than letters, digits and signs of ASCII")]
    ZipPassphraseNotAscii,
    /// 7-Zip would refuse it.
    #[error("the passphrase of a zip file is longer than {0} characters")]
    ZipPassphraseTooLong(usize),
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
    /// An identity file has a line that is no secret key, by its number.
    #[error("it is no identity file of age: {0}")]
    NoIdentity(String),
}

impl SecrecyError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            SecrecyError::NoRecipient => {
                "Give the public key that `age-keygen` printed: it begins with `age1` and has 62 characters."
            }
            SecrecyError::SecretKeyAsRecipient => {
                "Take the public key (`age-keygen -y FILE` prints it), and make a new pair: this secret key was on a command line."
            }
            SecrecyError::EmptyPassphrase => "Put the passphrase on the first line of the file.",
            SecrecyError::PassphraseTooLong(_) => {
                "Put the passphrase on the first line of the file and end the line; several words chosen by chance are enough."
            }
            SecrecyError::PassphraseNotText => "Write the file in UTF-8.",
            SecrecyError::ZipPassphraseNotAscii => {
                "Choose one of ASCII: programs that open zip files disagree about all other characters."
            }
            SecrecyError::ZipPassphraseTooLong(_) => "Choose a shorter one: 7-Zip takes no longer one.",
            SecrecyError::Unreadable(_) => "Check the path, and that this account may read it.",
            SecrecyError::NoIdentity(_) => {
                "Give the file that `age-keygen -o FILE` wrote; one that is itself encrypted has to be decrypted first (`age -d`)."
            }
        }
    }
}

/// Why an encrypted archive cannot be opened. That it was changed is a fault of the archive instead.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// None of the keys is a key of this archive.
    #[error("the archive is encrypted, and none of the given keys opens it")]
    WrongKey,
    /// The passphrase is another one.
    #[error("the archive is encrypted, and the given passphrase does not open it")]
    WrongPassphrase,
    /// A passphrase was given for a file that wants a key, or the reverse.
    #[error("the archive is encrypted {0}, and nothing that opens such a file was given")]
    OtherKind(&'static str),
    /// Whoever made the file asks for more work than is reasonable.
    #[error("opening the archive would take more work than any honest sender asks for")]
    ExcessiveWork,
    /// Reading or spooling failed.
    #[error("the encrypted archive cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl UnlockError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            UnlockError::WrongKey => "Give the identity file whose public key the sender used, with --identity FILE.",
            UnlockError::WrongPassphrase => {
                "Compare the passphrase with what the sender gave you, letter by letter; only the first line of the file counts."
            }
            UnlockError::OtherKind(_) => {
                "An age file wants --identity FILE or --passphrase-file FILE, an encrypted zip --zip-passphrase-file FILE."
            }
            UnlockError::ExcessiveWork => "Ask the sender for a file made by the age program as it is.",
            UnlockError::Io(_) => "Check that the file can be read and that the temporary folder has room for it.",
        }
    }
}
