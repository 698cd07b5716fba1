//! Files that get their names only when they are whole and durable, and never replace another (law 3).

use super::error::ArchiveError;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// The beginning and the end of every temporary name; what stands between is chance.
pub const TEMPORARY: (&str, &str) = (".art20-", ".part");

/// The folder of an output path, if it is there and nothing stands at the path.
///
/// # Errors
/// When something is there, or the folder is not.
pub fn folder_for(output: &Path) -> Result<PathBuf, ArchiveError> {
    let folder = folder_of(output);
    if !folder.is_dir() {
        return Err(ArchiveError::NoFolder(folder));
    }
    if fs::symlink_metadata(output).is_ok() {
        return Err(ArchiveError::Exists(output.to_owned()));
    }
    Ok(folder)
}

/// The folder that an output path is in.
pub fn folder_of(output: &Path) -> PathBuf {
    match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A file of mode 0600 whose name says nothing; it vanishes unless it is given its own name.
///
/// # Errors
/// When the folder cannot be written.
pub fn temporary(folder: &Path) -> Result<NamedTempFile, ArchiveError> {
    tempfile::Builder::new()
        .prefix(TEMPORARY.0)
        .suffix(TEMPORARY.1)
        .tempfile_in(folder)
        .map_err(ArchiveError::doing("making a file in the output folder"))
}

/// Writes a small file of mode 0600 under a temporary name. It is not durable yet.
///
/// # Errors
/// When the disk is full or fails.
pub fn write_unnamed(folder: &Path, bytes: &[u8]) -> Result<TempPath, ArchiveError> {
    let mut file = temporary(folder)?;
    file.write_all(bytes).map_err(ArchiveError::doing("writing a file beside the archive"))?;
    Ok(file.into_temp_path())
}

/// Makes what a file holds durable.
///
/// # Errors
/// When the disk is full or fails.
pub fn make_durable(file: &Path) -> Result<(), ArchiveError> {
    File::open(file).and_then(|file| file.sync_all()).map_err(ArchiveError::doing("making a file durable"))
}

/// Makes the names in a folder durable.
///
/// # Errors
/// When the disk fails.
pub fn make_names_durable(folder: &Path) -> Result<(), ArchiveError> {
    // Only Unix can open a folder; elsewhere renaming is as durable as it gets.
    if cfg!(unix) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(ArchiveError::doing("making the name durable"))?;
    }
    Ok(())
}

/// Gives a finished file its name, never replacing a file.
///
/// # Errors
/// When something is there, or the folder cannot be written.
pub fn persist(place: TempPath, output: &Path) -> Result<(), ArchiveError> {
    place.persist_noclobber(output).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => ArchiveError::Exists(output.to_owned()),
        _ => ArchiveError::Write { doing: "giving the file its name", cause: error.error },
    })
}

/// Writes a small file of mode 0600 durably under a temporary name beside its later place.
///
/// # Errors
/// When something is at that place, or the disk is full or fails.
pub fn prepare(output: &Path, bytes: &[u8]) -> Result<TempPath, ArchiveError> {
    let place = write_unnamed(&folder_for(output)?, bytes)?;
    make_durable(&place)?;
    Ok(place)
}

/// Gives a finished file its name, never replacing a file, and makes the name durable.
///
/// # Errors
/// When something is there, or the folder cannot be written; then nothing of it is there.
pub fn persist_durably(place: TempPath, output: &Path) -> Result<(), ArchiveError> {
    persist(place, output)?;
    // A name that may be gone after a crash is no success, and a failure leaves nothing.
    make_names_durable(&folder_of(output)).inspect_err(|_| drop(fs::remove_file(output)))
}

/// Replaces a file that is there in one step by one of the same owner and mode, and makes that durable. Where it is a link, the link
/// stays.
///
/// # Errors
/// When the disk is full or fails; then the file is as it was, or, if only its name could not be made durable, the new one.
pub fn replace_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = fs::canonicalize(path)?;
    let folder = folder_of(&path);
    // Opened before, so that what may not be read is told while nothing has changed. Only Unix can open a folder.
    let names = if cfg!(unix) { Some(File::open(&folder)?) } else { None };
    let mut file = tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(&folder)?;
    file.write_all(bytes)?;
    let before = fs::metadata(&path)?;
    keep_owner(file.as_file(), &before)?;
    file.as_file().set_permissions(before.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    names.map_or(Ok(()), |names| names.sync_all())
}

/// Gives a file the owner and the group of the one whose place it takes, so that whoever could read that one still can.
#[cfg(unix)]
fn keep_owner(file: &File, before: &fs::Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let now = file.metadata()?;
    let (user, group) = (before.uid(), before.gid());
    if (now.uid(), now.gid()) == (user, group) { Ok(()) } else { fchown(file, Some(user), Some(group)) }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) -> std::io::Result<()> {
    Ok(())
}
