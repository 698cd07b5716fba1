//! An archive as whoever receives it reads it: verified first and completely, then its statement, its records one by
//! one, and its files as streams. What is done with them is not known here.

mod record;
mod statement;

pub use record::{ArchivedRecord, ArchivedValue};
pub use statement::{ArchivedActivity, ArchivedCollection, ArchivedStatement};

use super::secrecy::Keys;
use super::verify::reading::Files;
use super::verify::{Faults, Limits, Tree, Verification, VerifyError, verify_tree};
use crate::records::{FileRef, Json, Kind};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Why a verified archive cannot be read as records.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The archive is not what it was when it was verified.
    #[error("the archive changed while it was read: {0}")]
    Changed(String),
    /// A record has something that this version of art20 does not know, and that would be lost.
    #[error("{file}, line {line}: `{what}` is nothing that this version of art20 knows")]
    Unknown {
        /// The file of the archive.
        file: String,
        /// The line, from 1.
        line: u64,
        /// A key of the record.
        what: String,
    },
    /// The statement does not say what an import needs to know.
    #[error("data/statement.jsonld does not say {0}")]
    Statement(&'static str),
    /// Reading failed.
    #[error("the archive cannot be read: {0}")]
    Unreadable(io::Error),
}

/// An archive that is complete and valid.
#[derive(Debug)]
pub struct VerifiedArchive {
    tree: Tree,
    limits: Limits,
    /// The verdict.
    pub verification: Verification,
}

/// What became of the attempt to open an archive.
#[derive(Debug)]
pub enum Opened {
    /// It is complete and valid.
    Valid(Box<VerifiedArchive>),
    /// It is not; the faults say why.
    Refused(Box<Verification>),
}

/// Opens and verifies the archive at a path, decrypted by `keys` where it is encrypted. This is the one place where an
/// import opens anything.
///
/// # Errors
/// If the path cannot be opened at all, a part of it cannot be read, or the keys are not those of the archive.
pub fn open(path: &Path, keys: &Keys, limits: Limits) -> Result<Opened, VerifyError> {
    let mut faults = Faults::new(limits.faults);
    let tree = Tree::open(path, keys, &limits, &mut faults)?;
    let verification = verify_tree(&tree, &limits, faults);
    // What the system could not read may be whole.
    if let Some((path, source)) = tree.failure() {
        return Err(VerifyError::Unreadable { path, source });
    }
    Ok(if verification.complete && verification.valid {
        Opened::Valid(Box::new(VerifiedArchive { tree, limits, verification }))
    } else {
        Opened::Refused(Box::new(verification))
    })
}

impl VerifiedArchive {
    /// What tells this archive from every other: the SHA-256 of its manifest, in lower-case hexadecimal digits.
    ///
    /// # Errors
    /// If it cannot be read any more.
    pub fn digest(&self) -> Result<String, ReadError> {
        Ok(super::container::hex(&Sha256::digest(self.whole("manifest-sha256.txt")?)))
    }

    /// What the archive says of itself.
    ///
    /// # Errors
    /// If it does not say enough.
    pub fn statement(&self) -> Result<ArchivedStatement, ReadError> {
        statement::read(&self.whole("data/statement.jsonld")?, &self.whole(super::formats::pdparchive::ARCHIVE)?)
    }

    /// Visits the records of a kind with their line numbers, in their order. Lines and attachments stand in them.
    ///
    /// # Errors
    /// If a record cannot be read without loss, or the visitor fails.
    pub fn records<E: From<ReadError>>(
        &self,
        kind: Kind,
        visit: &mut dyn FnMut(u64, ArchivedRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = super::writer::records_path(kind);
        let Some(at) = self.tree.position(&name) else { return Ok(()) };
        let unreadable = |error| ReadError::Unreadable(error);
        let mut reader = BufReader::new(self.tree.open_entry(at).map_err(unreadable)?);
        let (mut line, mut number) = (String::new(), 0);
        loop {
            line.clear();
            let limit = self.limits.piece_bytes;
            if (&mut reader).take(limit).read_line(&mut line).map_err(unreadable)? == 0 {
                return Ok(());
            }
            number += 1;
            let changed = || ReadError::Changed(format!("{name}, line {number}"));
            let Ok(Json::Object(members)) = Json::parse(line.trim_end_matches('\n')) else {
                return Err(changed().into());
            };
            let record = record::read(members, kind).map_err(|what| ReadError::Unknown {
                file: name.clone(),
                line: number,
                what,
            })?;
            visit(number, record)?;
        }
    }

    /// Copies a file that a record points to, and makes sure that it is the one that the record means.
    ///
    /// # Errors
    /// If it is not, cannot be read, or `out` cannot be written.
    pub fn copy(&self, file: &FileRef, out: &mut dyn io::Write) -> io::Result<()> {
        let at = self.tree.position(&file.path).ok_or(io::ErrorKind::NotFound)?;
        let mut reader = self.tree.open_entry(at)?;
        let (mut buffer, mut hasher, mut bytes) = (vec![0; 64 * 1024], Sha256::new(), 0_u64);
        loop {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            bytes += read as u64;
            hasher.update(&buffer[..read]);
            out.write_all(&buffer[..read])?;
        }
        let same = bytes == file.bytes && super::container::hex(&hasher.finalize()) == file.sha256;
        if same { Ok(()) } else { Err(io::Error::other("a file of the archive is not the one that was verified")) }
    }

    fn whole(&self, name: &str) -> Result<Vec<u8>, ReadError> {
        let mut faults = Faults::new(1);
        let read = Files::new(&self.tree).read_whole(name, self.limits.index_bytes, &mut faults);
        read.and_then(Result::ok).ok_or_else(|| match self.tree.failure() {
            Some((_, cause)) => ReadError::Unreadable(cause),
            None => ReadError::Changed(name.to_owned()),
        })
    }
}
