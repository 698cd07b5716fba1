//! Who sent an archive: a signature of minisign over the file as delivered, in a file of its own beside it.
//!
//! Keys are the key files of the minisign program, and so are signatures: whoever does not have art20 checks them with
//! `minisign -V`. Only prehashed signatures are made and accepted, as minisign does since version 0.10.

use super::secrecy::Passphrase;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What stands before the signature, for whoever opens the file.
const COMMENT: &str = "signature from art20, to be checked with minisign -V";

/// A signature is four lines.
const LONGEST: u64 = 16 * 1024;

/// Why a key cannot be used, or a signature not be made. Never shows a key or a password.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// The file is no secret key of minisign.
    #[error("it is no secret key of minisign")]
    NoSecretKey,
    /// The key is protected, and no password was given.
    #[error("the secret key is protected by a password, and none was given")]
    PasswordWanted,
    /// The password is another one.
    #[error("the password does not open the secret key")]
    WrongPassword,
    /// The text is neither a public key of minisign nor a file with one.
    #[error("it is no public key of minisign, nor a file with one")]
    NoPublicKey,
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
    /// The library failed.
    #[error("signing failed: {0}")]
    Failed(String),
}

impl SignatureError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            SignatureError::NoSecretKey => "Give the secret key file that `minisign -G` wrote.",
            SignatureError::PasswordWanted => {
                "Give the file that holds it with --sign-key-passphrase-file FILE, or run at a terminal."
            }
            SignatureError::WrongPassword => "Compare the password with the one that the key was made with.",
            SignatureError::NoPublicKey => {
                "Give the file minisign.pub, or the line of 56 characters in it that begins with RW."
            }
            SignatureError::Unreadable(_) => "Check the path, and that this account may read it.",
            SignatureError::Failed(_) => "Make a new pair of keys with `minisign -G`, and run again.",
        }
    }
}

/// A secret key, ready to sign, with the public one that checks it.
pub struct SigningKey {
    secret: minisign::SecretKey,
    public: minisign::PublicKey,
}

impl SigningKey {
    /// Reads the text of a secret key file; a protected one needs its password, which takes a second and 1 GiB.
    ///
    /// # Errors
    /// When it is none, or the password is wanted or wrong.
    pub fn read(text: &str, password: Option<&Passphrase>) -> Result<SigningKey, SignatureError> {
        let line = text.lines().nth(1).unwrap_or_default().trim();
        let bytes = Zeroizing::new(STANDARD.decode(line).map_err(|_| SignatureError::NoSecretKey)?);
        let key = match (bytes.get(..4), password) {
            // Of an unprotected key minisign 0.11 leaves the checksum empty, which its library does not expect.
            (Some(b"Ed\0\0"), _) => minisign::SecretKey::from_bytes(&bytes).map_err(|_| SignatureError::NoSecretKey)?,
            (Some(b"EdSc"), None) => return Err(SignatureError::PasswordWanted),
            (Some(b"EdSc"), Some(password)) => {
                let boxed = minisign::SecretKeyBox::from(text.to_owned());
                let key = boxed.into_secret_key(Some(password.text().to_owned()));
                key.map_err(|_| SignatureError::WrongPassword)?
            }
            _ => return Err(SignatureError::NoSecretKey),
        };
        let public = minisign::PublicKey::from_secret_key(&key).map_err(|_| SignatureError::NoSecretKey)?;
        let key = SigningKey { secret: key, public };
        // A key whose halves do not fit each other is found out now, not after the run.
        key.sign(io::empty(), "").map_err(|_| SignatureError::NoSecretKey)?;
        Ok(key)
    }

    /// Signs what the file holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn sign(&self, file: impl Read, trusted_comment: &str) -> Result<String, SignatureError> {
        let signed = minisign::sign(Some(&self.public), &self.secret, file, Some(trusted_comment), Some(COMMENT));
        signed.map(minisign::SignatureBox::into_string).map_err(|error| SignatureError::Failed(error.to_string()))
    }
}

/// The key by which a sender is known.
#[derive(Debug)]
pub struct PublicKey(minisign::PublicKey);

impl PublicKey {
    /// A public key as one line, or the path of a file that holds it, as `minisign -p` and `-P` take it.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(line_or_path: &str) -> Result<PublicKey, SignatureError> {
        if let Ok(key) = minisign::PublicKey::from_base64(line_or_path.trim()) {
            return Ok(PublicKey(key));
        }
        let mut text = String::new();
        let file = match File::open(line_or_path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SignatureError::NoPublicKey),
            Err(error) => return Err(SignatureError::Unreadable(error)),
        };
        file.take(LONGEST).read_to_string(&mut text).map_err(SignatureError::Unreadable)?;
        // With its comment line, or without.
        let key = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        minisign::PublicKey::from_base64(key.trim()).map(PublicKey).map_err(|_| SignatureError::NoPublicKey)
    }

    /// Checks the signature of a file. The trusted comment if it is good.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn check(&self, file: &mut (impl Read + Seek), signature: &str) -> io::Result<Result<String, Doubt>> {
        let Ok(signature) = minisign::SignatureBox::from_string(signature) else { return Ok(Err(Doubt::Syntax)) };
        // Older ones sign the file itself, which would have to be held in memory.
        if !signature.is_prehashed() {
            return Ok(Err(Doubt::Syntax));
        }
        if signature.keynum() != self.0.keynum() {
            return Ok(Err(Doubt::Key));
        }
        let mut file = Failing { inner: file, error: None };
        let good = minisign::verify(&self.0, &signature, &mut file, true, false, false).is_ok();
        match file.error {
            Some(error) => Err(error),
            None if good => Ok(signature.trusted_comment().map_err(|_| Doubt::Syntax)),
            None => Ok(Err(Doubt::Wrong)),
        }
    }
}

/// Why a signature proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is none that minisign makes today.
    Syntax,
    /// It was made by another key.
    Key,
    /// The file or the comment is not what was signed.
    Wrong,
}

/// The signature's place: beside the delivered file, with its name and `.minisig`.
pub fn signature_path(delivered: &Path) -> PathBuf {
    let mut name = delivered.file_name().unwrap_or_default().to_owned();
    name.push(".minisig");
    delivered.with_file_name(name)
}

/// Keeps the error of a reader that the library would only tell in words.
struct Failing<'a, R> {
    inner: &'a mut R,
    error: Option<io::Error>,
}

impl<R: Read> Read for Failing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let told = io::Error::from(error.kind());
                    self.error = Some(error);
                    return Err(told);
                }
                read => return read,
            }
        }
    }
}

impl<R: Seek> Seek for Failing<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minisign::KeyPair;
    use std::io::Cursor;

    /// A pair that nothing protects, as its texts.
    fn pair() -> (String, String) {
        let pair = KeyPair::generate_unencrypted_keypair().unwrap();
        (pair.sk.to_box(None).unwrap().into_string(), pair.pk.to_base64())
    }

    fn check(key: &str, data: &[u8], signature: &str) -> Result<String, Doubt> {
        PublicKey::read(key).unwrap().check(&mut Cursor::new(data), signature).unwrap()
    }

    #[test]
    fn a_signature_fits_its_key_its_file_and_its_comment_and_nothing_else() {
        let ((secret, public), (_, other)) = (pair(), pair());
        let signed = SigningKey::read(&secret, None).unwrap().sign(Cursor::new(b"data"), "reference:r-1").unwrap();
        assert_eq!(check(&public, b"data", &signed), Ok("reference:r-1".to_owned()));
        assert_eq!(check(&public, b"Data", &signed), Err(Doubt::Wrong));
        assert_eq!(check(&other, b"data", &signed), Err(Doubt::Key));
        assert_eq!(check(&public, b"data", &signed.replace("r-1", "r-2")), Err(Doubt::Wrong));
        for broken in ["", "untrusted comment: x\n", &signed[..signed.len() / 2]] {
            assert_eq!(check(&public, b"data", broken), Err(Doubt::Syntax));
        }
    }

    #[test]
    fn no_character_of_a_signature_can_be_changed_but_in_the_comment_that_nobody_trusts() {
        let (secret, public) = pair();
        let signed = SigningKey::read(&secret, None).unwrap().sign(Cursor::new(b"data"), "reference:r-1").unwrap();
        let start = signed.find('\n').unwrap() + 1;
        // Padding is no part of what it stands after.
        for at in (start..signed.trim_end().len()).filter(|at| signed.as_bytes()[*at] != b'=') {
            let mut bytes = signed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            let found = check(&public, b"data", &changed);
            assert!(found.is_err(), "character {at}: {found:?}\n{changed}");
        }
    }

    #[test]
    fn a_protected_key_wants_its_password() {
        let pair = KeyPair::generate_encrypted_keypair(Some("canary".into())).unwrap();
        let text = pair.sk.to_box(None).unwrap().into_string();
        let read = |password: Option<&str>| {
            SigningKey::read(&text, password.map(|p| Passphrase::new(p.as_bytes()).unwrap()).as_ref()).map(|_| ())
        };
        assert!(matches!(read(None), Err(SignatureError::PasswordWanted)));
        assert!(matches!(read(Some("other")), Err(SignatureError::WrongPassword)));
        assert!(read(Some("canary")).is_ok());
    }

    #[test]
    fn what_is_no_key_or_is_damaged_is_refused() {
        let (secret, public) = pair();
        let damaged = |at: usize| {
            let mut lines: Vec<String> = secret.lines().map(str::to_owned).collect();
            let old = lines[1].remove(at);
            lines[1].insert(at, if old == 'A' { 'B' } else { 'A' });
            lines.join("\n")
        };
        // In the half that signs, and in the half that checks.
        for text in [String::new(), "x".into(), public.clone(), damaged(90), damaged(130)] {
            assert!(matches!(SigningKey::read(&text, None), Err(SignatureError::NoSecretKey)), "{text}");
        }
        for text in ["", "RWQ", "no/such/file.pub", secret.lines().nth(1).unwrap()] {
            assert!(matches!(PublicKey::read(text), Err(SignatureError::NoPublicKey)), "{text}");
        }
    }

    #[test]
    fn a_public_key_is_a_line_or_a_file_with_it() {
        let (_, public) = pair();
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in
            [public.clone(), format!("untrusted comment: minisign public key\n{public}\n"), format!("{public}\r\n")]
        {
            std::fs::write(file.path(), text).unwrap();
            assert!(PublicKey::read(file.path().to_str().unwrap()).is_ok());
        }
        std::fs::write(file.path(), [0xff, 0xfe]).unwrap();
        assert!(PublicKey::read(file.path().to_str().unwrap()).is_err());
    }
}
