//! The folder in which archives of a batch grow, inside the folder where they will be: hidden, of mode 0700, locked by
//! the process that uses it. What a killed process left in its own is cleared away by the next one; one in use is not.

use super::BatchError;
use super::shard::Shard;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const NAME: &str = ".art20-batch";
const LOCK: &str = "lock";
/// A room that another process clears away at this moment is made anew, and one that it looks at is waited for: so
/// often, with such a pause.
const ATTEMPTS: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// A room of one's own. It vanishes with its contents when it is dropped.
pub(super) struct Workroom {
    path: PathBuf,
    /// Held for as long as the room is.
    _lock: File,
}

impl Workroom {
    /// Takes the room of this shard in the folder, which is made if it is not there.
    ///
    /// # Errors
    /// When another batch is at work there, or the folder cannot be written.
    pub(super) fn enter(folder: &Path, shard: Option<Shard>) -> Result<Workroom, BatchError> {
        let unusable = |cause| BatchError::Folder { folder: folder.to_owned(), cause };
        fs::create_dir_all(folder).map_err(unusable)?;
        let name = shard.map_or_else(|| NAME.to_owned(), |shard| format!("{NAME}-{}", shard.number()));
        let path = folder.join(name);
        for _ in 0..ATTEMPTS {
            match lock(&path, true).map_err(unusable)? {
                Taken::Yes(lock) => {
                    let room = Workroom { path, _lock: lock };
                    room.clear().map_err(unusable)?;
                    clear_others(folder).map_err(unusable)?;
                    return Ok(room);
                }
                // By a batch, or for a moment by another shard that clears away what the dead left.
                Taken::BySomebody => std::thread::sleep(PAUSE),
                Taken::Vanished => {}
            }
        }
        Err(BatchError::AtWork { folder: folder.to_owned() })
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes everything but the lock.
    fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name() != LOCK {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for Workroom {
    fn drop(&mut self) {
        // What cannot be removed now, the next run removes.
        let _ = self.clear();
        let _ = fs::remove_file(self.path.join(LOCK));
        let _ = fs::remove_dir(&self.path);
    }
}

/// Rooms that killed processes left, of other shards too: nobody may ever run those again.
fn clear_others(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_room = name.to_str().and_then(|name| name.strip_prefix(NAME)).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
        });
        if is_room
            && entry.file_type()?.is_dir()
            && let Taken::Yes(lock) = lock(&entry.path(), false)?
        {
            drop(Workroom { path: entry.path(), _lock: lock });
        }
    }
    Ok(())
}

enum Taken {
    Yes(File),
    BySomebody,
    /// It was cleared away between two looks.
    Vanished,
}

/// Locks a room. The lock ends with the process, however that ends.
fn lock(path: &Path, make: bool) -> io::Result<Taken> {
    if make {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let place = path.join(LOCK);
    let file = match OpenOptions::new().write(true).create(true).truncate(false).open(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Taken::Vanished),
        other => other?,
    };
    match file.try_lock() {
        Ok(()) if is_still(&place, &file)? => Ok(Taken::Yes(file)),
        Ok(()) => Ok(Taken::Vanished),
        Err(TryLockError::WouldBlock) => Ok(Taken::BySomebody),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether the locked file is the one that has the name: its last owner may have removed it meanwhile.
#[cfg(unix)]
fn is_still(place: &Path, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    match fs::metadata(place) {
        Ok(there) => Ok((there.dev(), there.ino()) == (own.dev(), own.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_still(place: &Path, _file: &File) -> io::Result<bool> {
    Ok(place.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_used_by_one_and_clears_what_the_dead_left() {
        let folder = tempfile::tempdir().unwrap();
        let shard = |text: &str| Some(text.parse::<Shard>().unwrap());
        fs::create_dir(folder.path().join(".art20-batch-7")).unwrap();
        fs::write(folder.path().join(".art20-batch-7/.art20-x.part"), "half").unwrap();
        fs::write(folder.path().join("mine.txt"), "not art20's").unwrap();
        let first = Workroom::enter(folder.path(), None).unwrap();
        assert!(!folder.path().join(".art20-batch-7").exists());
        assert!(matches!(Workroom::enter(folder.path(), None), Err(BatchError::AtWork { .. })));
        let second = Workroom::enter(folder.path(), shard("1/2")).unwrap();
        fs::write(second.path().join("whole.part"), "").unwrap();
        let third = Workroom::enter(folder.path(), shard("0/2")).unwrap();
        assert!(second.path().join("whole.part").exists(), "one in use is left alone");
        drop((first, second, third));
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["mine.txt"]);
    }

    #[test]
    fn a_room_that_another_process_looks_at_for_a_moment_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let room = folder.path().join(".art20-batch-1");
        let Taken::Yes(looked_at) = lock(&room, true).unwrap() else { panic!("nobody else knows the folder") };
        let looker = std::thread::spawn(move || {
            std::thread::sleep(4 * PAUSE);
            drop(looked_at);
        });
        assert!(Workroom::enter(folder.path(), Some("1/2".parse().unwrap())).is_ok());
        looker.join().unwrap();
    }
}
