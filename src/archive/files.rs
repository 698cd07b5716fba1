//! Files of records: stored e-mails, attachments and recordings are streamed from the store into the archive.

use super::container::Container;
use super::error::ArchiveError;
use super::facts::Facts;
use super::report::Digest;
use crate::records::{Content, Contents, FieldValue, FileRef, Record};

/// Writes the files of records, under names that say nothing about anybody.
#[derive(Debug, Default)]
pub struct Files {
    count: u64,
}

impl Files {
    /// Writes every file of a record and of its children, and says in the record where each is.
    ///
    /// # Errors
    /// When a file cannot be read from its store, or the disk is full or fails.
    pub fn write(
        &mut self,
        container: &mut Container,
        record: &mut Record,
        contents: &dyn Contents,
        digest: &mut Digest,
    ) -> Result<(), ArchiveError> {
        for entry in &mut record.entries {
            if let FieldValue::Content(content) = &entry.value {
                entry.value = FieldValue::File(self.file(container, content, contents, digest)?);
            }
        }
        for child in record.children.iter_mut().flatten() {
            self.write(container, child, contents, digest)?;
        }
        Ok(())
    }

    fn file(
        &mut self,
        container: &mut Container,
        content: &Content,
        contents: &dyn Contents,
        digest: &mut Digest,
    ) -> Result<FileRef, ArchiveError> {
        self.count += 1;
        let mut reader = content.reader(contents).map_err(ArchiveError::Content)?;
        let written = container.copy(format!("data/attachments/{:06}.bin", self.count), &mut *reader)?;
        digest.file(&written.path, written.bytes);
        Ok(FileRef { path: written.path.clone(), bytes: written.bytes, sha256: written.sha256_hex() })
    }

    /// Writes what can only be written at the end.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn finish(self, _: &mut Container, _: &Facts, _: &mut Digest) -> Result<(), ArchiveError> {
        Ok(())
    }
}
