//! What was written below `data/`: the manifest grows with it, and what the descriptor will say of files of which there
//! may be millions is laid aside, so that they take no memory.

use super::container::{Part, Written};
use super::error::ArchiveError;
use super::secrecy::{Spool, SpoolReader};
use super::{bag, datapackage};
use std::io::{self, BufReader, Read, Write};

/// The payload so far.
pub(super) struct Listing {
    pub manifest: Part,
    /// Files of which there are few, whatever is exported.
    few: Vec<Written>,
    /// Files of single records, in the order in which they were written.
    many: Spool,
    bytes: u64,
    files: u64,
}

/// The files that the descriptor names.
pub struct Described {
    few: Vec<Written>,
    many: SpoolReader,
}

impl Listing {
    /// Nothing written yet.
    pub fn new(manifest: Part, many: Spool) -> Listing {
        Listing { manifest, few: Vec::new(), many, bytes: 0, files: 0 }
    }

    /// The size of the payload, and how many files it has.
    pub fn size(&self) -> (u64, u64) {
        (self.bytes, self.files)
    }

    /// Lists a file.
    pub fn note(&mut self, written: &Written) -> Result<(), ArchiveError> {
        let doing = ArchiveError::doing("listing the files of the archive");
        self.bytes += written.bytes;
        self.files += 1;
        self.list(written).map_err(doing)
    }

    fn list(&mut self, written: &Written) -> io::Result<()> {
        self.manifest.write_all(bag::manifest_line(written).as_bytes())?;
        if !datapackage::describes(&written.path) {
            return Ok(());
        }
        if !is_of_one_record(&written.path) {
            self.few.push(written.clone());
            return Ok(());
        }
        let length = u16::try_from(written.path.len()).map_err(io::Error::other)?;
        self.many.write_all(&written.sha256)?;
        self.many.write_all(&written.bytes.to_le_bytes())?;
        self.many.write_all(&length.to_le_bytes())?;
        self.many.write_all(written.path.as_bytes())
    }

    /// The files that the descriptor names; the manifest goes on in `manifest`, and nothing more can be described.
    pub fn end(self) -> io::Result<(Part, Described)> {
        Ok((self.manifest, Described { few: self.few, many: self.many.into_reader()? }))
    }
}

impl Described {
    /// Visits every file: the few by their paths, then those of single records as they were written.
    ///
    /// # Errors
    /// When the disk fails or the visitor does.
    pub fn each(mut self, mut visit: impl FnMut(&Written) -> io::Result<()>) -> io::Result<()> {
        self.few.sort_by(|a, b| a.path.cmp(&b.path));
        self.few.iter().try_for_each(&mut visit)?;
        let mut many = BufReader::new(self.many);
        let mut path = Vec::new();
        loop {
            let mut sha256 = [0; 32];
            match many.read(&mut sha256[..1])? {
                0 => return Ok(()),
                _ => many.read_exact(&mut sha256[1..])?,
            }
            let (mut bytes, mut length) = ([0; 8], [0; 2]);
            many.read_exact(&mut bytes)?;
            many.read_exact(&mut length)?;
            path.resize(usize::from(u16::from_le_bytes(length)), 0);
            many.read_exact(&mut path)?;
            let path = String::from_utf8(path.clone()).map_err(io::Error::other)?;
            visit(&Written { path, bytes: u64::from_le_bytes(bytes), sha256 })?;
        }
    }
}

/// Whether there is a file like this for each record, so that there may be millions.
fn is_of_one_record(path: &str) -> bool {
    let whole = ["data/contacts/contacts.vcf", "data/contacts/address-book.json"];
    let folders = ["data/contacts/", "data/conversations/", "data/attachments/"];
    folders.iter().any(|folder| path.starts_with(folder)) && !whole.contains(&path)
}
