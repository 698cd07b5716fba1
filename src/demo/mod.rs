//! The T-Rex Label example as it is, to try art20 on.

mod error;

#[cfg(test)]
mod tests;

pub use error::DemoError;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

const CONFIGURATION: &str = include_str!("../../fixtures/trexlabel/art20.toml");
const CRM: &str = include_str!("../../fixtures/trexlabel/crm.sql");
const BILLING: &str = include_str!("../../fixtures/trexlabel/billing.sql");
const MAIL: &str = include_str!("../../fixtures/trexlabel/mail.sql");

/// Writes the T-Rex Label example into a folder, which is made if it is not there.
///
/// # Errors
/// When a file of the same name is there, or a file cannot be written.
pub fn example(dir: &Path) -> Result<Vec<PathBuf>, DemoError> {
    let files = [("art20.toml", CONFIGURATION), ("billing.sql", BILLING), ("crm.sql", CRM), ("mail.sql", MAIL)];
    prepare(dir, &files.map(|(name, _)| name))?;
    files.iter().map(|(name, text)| write(dir, name, text)).collect()
}

/// Makes the folder, and sure that none of the files is there.
fn prepare(dir: &Path, names: &[&str]) -> Result<(), DemoError> {
    fs::create_dir_all(dir).map_err(|cause| DemoError::Folder { path: dir.to_owned(), cause })?;
    let paths: Vec<PathBuf> = names.iter().map(|name| dir.join(name)).filter(|path| taken(path)).collect();
    if paths.is_empty() { Ok(()) } else { Err(DemoError::Exists { paths }) }
}

/// Whether anything has this name, be it a link to nowhere.
fn taken(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn write(dir: &Path, name: &str, text: &str) -> Result<PathBuf, DemoError> {
    let path = dir.join(name);
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(path),
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => Err(DemoError::Exists { paths: vec![path] }),
        Err(cause) => Err(DemoError::Write { path, cause }),
    }
}
