//! Who sent the archive: the signature beside the delivered file, checked before anything in the file is looked at.

use super::fault::{FaultCode, Faults};
use super::tree::VerifyError;
use super::verification::Sender;
use crate::archive::signature::{Doubt, PublicKey, signature_path};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// No signature of minisign is longer.
const LONGEST: u64 = 16 * 1024;

/// Checks the signature of the file at a path by the key; whatever is wrong with it becomes a fault.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn check(path: &Path, key: &PublicKey, faults: &mut Faults) -> Result<Sender, VerifyError> {
    let unreadable = |source| VerifyError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        faults.add_global(FaultCode::SignatureMissing, "a folder has none: give the file that was delivered");
        return Ok(Sender::Unproven);
    }
    let mut signature = String::new();
    match File::open(signature_path(path)).and_then(|file| file.take(LONGEST).read_to_string(&mut signature)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            faults.add_global(FaultCode::SignatureMissing, "no file with the name of the archive and .minisig");
            return Ok(Sender::Unproven);
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => signature.clear(),
        Err(source) => return Err(VerifyError::Unreadable { path: signature_path(path), source }),
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let code = match key.check(&mut file, &signature).map_err(unreadable)? {
        Ok(comment) => return Ok(Sender::Proven { comment }),
        Err(Doubt::Syntax) => FaultCode::SignatureSyntax,
        Err(Doubt::Key) => FaultCode::SignatureKey,
        Err(Doubt::Wrong) => FaultCode::SignatureWrong,
    };
    faults.add_global(code, "by the public key that was given");
    Ok(Sender::Unproven)
}
