//! Handles of database files, opened once and never closed.
//!
//! When a process closes any handle of a file, POSIX takes away every lock that the process has on it, whoever took it.
//! A worker of a batch that looked at a store and closed it would take the lock of another worker's snapshot away, and
//! a writer could change what that worker is still reading.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The handle of this file.
///
/// # Errors
/// When it cannot be opened.
#[cfg(unix)]
pub(super) fn kept(path: &Path) -> io::Result<Arc<File>> {
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::{Mutex, PoisonError};
    /// Device and inode, which name a file as long as it is open.
    type Name = (u64, u64);
    static KEPT: Mutex<Vec<(Name, Arc<File>)>> = Mutex::new(Vec::new());
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let about = std::fs::metadata(path)?;
    let name = (about.dev(), about.ino());
    if let Some((_, file)) = all.iter().find(|(known, _)| *known == name) {
        return Ok(file.clone());
    }
    let file = Arc::new(File::open(path)?);
    // What stands there now may be another file than a moment ago.
    let about = file.metadata()?;
    all.push(((about.dev(), about.ino()), file.clone()));
    Ok(file)
}

/// Elsewhere a lock belongs to its handle.
#[cfg(not(unix))]
pub(super) fn kept(path: &Path) -> io::Result<Arc<File>> {
    Ok(Arc::new(File::open(path)?))
}

/// Reads at a place without moving the handle, which others use too.
#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

/// Reads at a place.
#[cfg(windows)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}

/// Whether most of a file is on the disk only, by a look at places spread over it. A small file counts as read.
#[cfg(target_os = "linux")]
pub(super) fn is_cold(path: &Path) -> bool {
    use rustix::io::{Errno, ReadWriteFlags, preadv2};
    const SMALL: u64 = 64 * 1024 * 1024;
    const LOOKS: u64 = 64;
    let Ok(file) = kept(path) else { return false };
    let Ok(bytes) = file.metadata().map(|about| about.len()) else { return false };
    let mut absent = 0;
    for nth in 0..LOOKS {
        let mut byte = [0];
        let place = bytes / LOOKS * nth;
        match preadv2(&*file, &mut [io::IoSliceMut::new(&mut byte)], place, ReadWriteFlags::NOWAIT) {
            Ok(_) => {}
            Err(Errno::AGAIN) => absent += 1,
            // A file system that cannot tell.
            Err(_) => return false,
        }
    }
    bytes > SMALL && absent > LOOKS / 2
}

/// Elsewhere nobody can tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_cold(_path: &Path) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_opened_once_and_another_of_its_name_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        std::fs::write(&path, "one").unwrap();
        let first = kept(&path).unwrap();
        assert!(Arc::ptr_eq(&first, &kept(&path).unwrap()));
        assert!(!is_cold(&path), "it is small");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "another").unwrap();
        let second = kept(&path).unwrap();
        let mut text = [0; 10];
        assert_eq!(read_at(&second, &mut text, 2).unwrap(), 5);
        assert_eq!(&text[..5], b"other");
        assert_eq!(read_at(&first, &mut text, 0).unwrap(), 3);
    }
}
