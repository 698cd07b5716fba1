//! Keys and passphrases: from files and descriptors only, so that neither a process list nor the environment shows them.

use super::args::{KeyOptions, ProtectionOptions};
use super::failure::Failure;
use crate::archive::secrecy::{Keys, Passphrase, Secrecy, SecrecyError};
use crate::archive::signature::{SignatureError, SigningKey};
use crate::export::Protection;
use std::fs::File;
use std::io::{BufReader, IsTerminal, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// A key file is a few lines.
const LONGEST_KEY_FILE: u64 = 16 * 1024;

/// How the archive is to be encrypted and signed. `request` is the file of the request, which may be standard input.
pub fn protection(options: &ProtectionOptions, request: Option<&Path>) -> Result<Protection, Failure> {
    let files = [&options.passphrase_file, &options.zip_passphrase_file, &options.sign_key_passphrase_file];
    one_reads_standard_input(files.into_iter().flatten().map(|path| path.as_path()).chain(request))?;
    let secrecy = if let Some(path) = &options.passphrase_file {
        Secrecy::Passphrase(passphrase(path, "passphrase-file")?)
    } else if let Some(path) = &options.zip_passphrase_file {
        let option = "zip-passphrase-file";
        Secrecy::zip(passphrase(path, option)?).map_err(|error| secrecy_failure(error, option))?
    } else if options.recipient.is_empty() {
        Secrecy::Open
    } else {
        Secrecy::recipients(&options.recipient).map_err(|error| secrecy_failure(error, "recipient"))?
    };
    let signing = match &options.sign_key {
        Some(path) => Some(signing_key(path, options.sign_key_passphrase_file.as_deref())?),
        None => None,
    };
    Ok(Protection { secrecy, signing })
}

/// What may open an archive.
pub fn keys(options: &KeyOptions) -> Result<Keys, Failure> {
    let passphrases = [&options.passphrase_file, &options.zip_passphrase_file].into_iter().flatten();
    one_reads_standard_input(options.identity.iter().chain(passphrases).map(|path| path.as_path()))?;
    let mut keys = Keys::default();
    for path in &options.identity {
        let failure = |error| secrecy_failure(error, "identity");
        let file = open(path).map_err(|error| failure(SecrecyError::Unreadable(error)))?;
        keys.add_identities(BufReader::new(file)).map_err(failure)?;
    }
    if let Some(path) = &options.passphrase_file {
        keys.set_passphrase(passphrase(path, "passphrase-file")?);
    }
    if let Some(path) = &options.zip_passphrase_file {
        keys.set_zip_passphrase(passphrase(path, "zip-passphrase-file")?);
    }
    Ok(keys)
}

fn one_reads_standard_input<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<(), Failure> {
    if paths.filter(|path| path.as_os_str() == "-").count() > 1 {
        let what = "two options read standard input";
        return Err(Failure::new(2, what, "Give one of them a file or a descriptor, such as /dev/fd/3."));
    }
    Ok(())
}

fn open(path: &Path) -> std::io::Result<Box<dyn Read>> {
    Ok(if path.as_os_str() == "-" { Box::new(std::io::stdin()) } else { Box::new(File::open(path)?) })
}

fn passphrase(path: &Path, option: &str) -> Result<Passphrase, Failure> {
    open(path)
        .map_err(SecrecyError::Unreadable)
        .and_then(Passphrase::read)
        .map_err(|error| secrecy_failure(error, option))
}

fn signing_key(path: &Path, password: Option<&Path>) -> Result<SigningKey, Failure> {
    let option = "sign-key";
    let mut text = Zeroizing::new(String::new());
    let read = open(path).and_then(|file| file.take(LONGEST_KEY_FILE).read_to_string(&mut text));
    let read = read.map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => SignatureError::NoSecretKey,
        _ => SignatureError::Unreadable(error),
    });
    read.map_err(|error| signature_failure(&error, option))?;
    let given = match password {
        Some(path) => Some(passphrase(path, "sign-key-passphrase-file")?),
        None => None,
    };
    let key = match SigningKey::read(&text, given.as_ref()) {
        Err(SignatureError::PasswordWanted) if std::io::stdin().is_terminal() => {
            let asked = Zeroizing::new(
                rpassword::prompt_password("Password of the signature key: ")
                    .map_err(|error| signature_failure(&SignatureError::Unreadable(error), option))?,
            );
            let asked = Passphrase::new(asked.as_bytes()).map_err(|error| secrecy_failure(error, option))?;
            SigningKey::read(&text, Some(&asked))
        }
        key => key,
    };
    key.map_err(|error| signature_failure(&error, option))
}

/// A key that cannot be used is a fault of the command line.
fn secrecy_failure(error: SecrecyError, option: &str) -> Failure {
    Failure::new(2, format!("--{option}: {error}"), error.advice())
}

/// The same of a key for signatures.
pub fn signature_failure(error: &SignatureError, option: &str) -> Failure {
    Failure::new(2, format!("--{option}: {error}"), error.advice())
}
