//! Files of age (age-encryption.org/v1), written and read as streams; a reader can go to any place without decrypting
//! what is before it.

use super::error::UnlockError;
use super::passphrase::Passphrase;
use age::armor::ArmoredReader;
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, EncryptError, Encryptor, Identity, Recipient, scrypt, x25519};
use std::fs::File;
use std::io::{self, BufReader, Write};

/// The bytes that begin an age file, and one written as text.
pub(super) const MAGIC: [&[u8]; 2] = [b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED"];

/// 2^18 rounds of scrypt, about a second: what the age program takes too.
const WORK: u8 = 18;

/// More than this asks for more than a quarter of a minute and 4 GiB: the most that the age program takes too.
const MOST_WORK: u8 = 22;

/// The plaintext of an age file.
pub(super) type Plaintext = StreamReader<ArmoredReader<BufReader<File>>>;

/// Begins an age file that each of the recipients can open.
pub(super) fn to_recipients<W: Write>(inner: W, recipients: &[x25519::Recipient]) -> io::Result<StreamWriter<W>> {
    begin(inner, recipients.iter().map(|recipient| recipient as &dyn Recipient))
}

/// Begins an age file that the passphrase opens.
pub(super) fn to_passphrase<W: Write>(inner: W, passphrase: &Passphrase) -> io::Result<StreamWriter<W>> {
    let mut recipient = scrypt::Recipient::new(passphrase.secret());
    recipient.set_work_factor(WORK);
    begin(inner, std::iter::once(&recipient as &dyn Recipient))
}

fn begin<'a, W: Write>(inner: W, recipients: impl Iterator<Item = &'a dyn Recipient>) -> io::Result<StreamWriter<W>> {
    let encryptor = Encryptor::with_recipients(recipients).map_err(|error| match error {
        EncryptError::Io(cause) => cause,
        other => io::Error::other(other.to_string()),
    })?;
    encryptor.wrap_output(inner)
}

/// What became of an attempt to open an age file.
pub(super) enum Attempt {
    /// It is open.
    Opened(Box<Plaintext>),
    /// Its header was changed or cut off.
    Broken(&'static str),
}

/// Opens an age file with the keys of its kind.
pub(super) fn open(
    file: File,
    identities: &[Box<dyn Identity + Send + Sync>],
    passphrase: Option<&Passphrase>,
) -> Result<Attempt, UnlockError> {
    let broken = |error| match error {
        DecryptError::Io(cause) if cause.kind() != io::ErrorKind::UnexpectedEof && is_of_the_system(&cause) => {
            Err(UnlockError::Io(cause))
        }
        DecryptError::UnknownFormat => Ok(Attempt::Broken("it is of a later version of age")),
        _ => Ok(Attempt::Broken("its header was changed or cut off")),
    };
    let decryptor = match Decryptor::new_buffered(ArmoredReader::new(file)) {
        Ok(decryptor) => decryptor,
        Err(error) => return broken(error),
    };
    let by_passphrase = decryptor.is_scrypt();
    let opened = match (by_passphrase, passphrase) {
        (true, None) => return Err(UnlockError::OtherKind("with a passphrase")),
        (false, _) if identities.is_empty() => return Err(UnlockError::OtherKind("to a key")),
        (true, Some(passphrase)) => {
            let mut identity = scrypt::Identity::new(passphrase.secret());
            identity.set_max_work_factor(MOST_WORK);
            decryptor.decrypt(std::iter::once(&identity as &dyn Identity))
        }
        (false, _) => decryptor.decrypt(identities.iter().map(|identity| &**identity as &dyn Identity)),
    };
    match opened {
        Ok(plaintext) => Ok(Attempt::Opened(Box::new(plaintext))),
        Err(DecryptError::ExcessiveWork { .. }) => Err(UnlockError::ExcessiveWork),
        Err(DecryptError::NoMatchingKeys) => Err(UnlockError::WrongKey),
        Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => {
            Err(if by_passphrase { UnlockError::WrongPassphrase } else { UnlockError::WrongKey })
        }
        Err(error) => broken(error),
    }
}

/// Whether the system failed, not the file.
fn is_of_the_system(error: &io::Error) -> bool {
    error.raw_os_error().is_some()
}
