//! An archive with its papers, whole, before anything of it has a name.

use super::papers::Papers;
use crate::archive::ArchiveError;
use crate::archive::unnamed::{folder_of, make_durable, make_names_durable, persist};
use crate::receipt::Receipt;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Where an archive will be.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its path; the receipt's is made from it.
    pub output: &'a Path,
    /// The folder for temporary names, in the same file system.
    pub workroom: &'a Path,
}

/// An archive, its receipt, its signature and its letter, all whole, under temporary names; they vanish unless they are published.
pub struct Ready {
    archive: TempPath,
    papers: Papers,
    output: PathBuf,
    receipt: Receipt,
}

impl Ready {
    pub(super) fn new(archive: TempPath, papers: Papers, output: &Path, receipt: Receipt) -> Ready {
        Ready { archive, papers, output: output.to_owned(), receipt }
    }

    /// The receipt.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Makes what the files hold durable.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn make_durable(&self) -> Result<(), ArchiveError> {
        make_durable(&self.archive)?;
        self.papers.make_durable()
    }

    /// Gives the files their names, never replacing one. The names are not durable yet.
    ///
    /// # Errors
    /// When something is there meanwhile, or a folder cannot be written; then nothing is there.
    pub fn publish(self) -> Result<Receipt, ArchiveError> {
        self.name(|_| Ok(()))
    }

    /// Gives the files their names, never replacing one, and makes the names durable.
    ///
    /// # Errors
    /// When something is there meanwhile, or a folder cannot be written; then nothing is there.
    pub fn publish_durably(self) -> Result<Receipt, ArchiveError> {
        let folders = self.papers.folders();
        self.name(|output| {
            let own = folder_of(output);
            folders.iter().filter(|folder| **folder != own).try_for_each(|folder| make_names_durable(folder))?;
            make_names_durable(&own)
        })
    }

    fn name(self, last: impl FnOnce(&Path) -> Result<(), ArchiveError>) -> Result<Receipt, ArchiveError> {
        let (archive, output) = (self.archive, self.output);
        // The papers first: an archive never stands there without its proof.
        self.papers.publish(|| {
            persist(archive, &output)?;
            last(&output).inspect_err(|_| {
                let _ = std::fs::remove_file(&output);
            })
        })?;
        Ok(self.receipt)
    }
}
