//! Opens a database so that it is read at one instant and nothing is left behind (contract 1, laws 3 and 4).
//!
//! A database in WAL mode whose side files are not there is opened as immutable and watched, because an ordinary
//! reader would create `-wal` and `-shm` and leave them. One whose `-wal` waits without `-shm` (copied, or its program
//! crashed) is read from a private copy that is unlinked as soon as it is open; only a kill in the midst of copying can
//! leave that copy, in a hidden folder of mode 0700. Otherwise SQLite's own locks serve.

use super::super::Surroundings;
use super::super::error::StoreError;
use super::super::snapshot::Snapshot as _;
use super::{SqliteSnapshot, functions, kept, store_error};
use rusqlite::config::DbConfig;
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// How long to wait for another program's lock.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many instructions of SQLite's machine between two looks at the wish to stop.
const INSTRUCTIONS: i32 = 10_000;
/// How often a database is opened anew because a side file appeared meanwhile.
const ATTEMPTS: usize = 5;

/// Notices changes of a file that SQLite was told nobody changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Watch {
    file: Option<(PathBuf, FileState)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct FileState {
    bytes: u64,
    modified: Option<SystemTime>,
    header: Vec<u8>,
}

impl Watch {
    /// Makes sure that the file is as it was.
    pub(super) fn confirm(&self, store: &str) -> Result<(), StoreError> {
        match &self.file {
            Some((path, before)) if FileState::of(path).ok().as_ref() != Some(before) => {
                Err(StoreError::Changed { store: store.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

impl FileState {
    /// Of a database, on which SQLite may hold locks.
    fn of(path: &Path) -> io::Result<FileState> {
        let file = kept::kept(path)?;
        FileState::read(&file)
    }

    /// Of a side file, on which nobody holds any.
    fn of_side(path: &Path) -> io::Result<FileState> {
        FileState::read(&File::open(path)?)
    }

    fn read(file: &File) -> io::Result<FileState> {
        let about = file.metadata()?;
        let mut header = vec![0; 100];
        let mut filled = 0;
        while filled < header.len() {
            match kept::read_at(file, &mut header[filled..], filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        header.truncate(filled);
        Ok(FileState { bytes: about.len(), modified: about.modified().ok(), header })
    }

    fn is_database(&self) -> bool {
        self.header.starts_with(b"SQLite format 3\0")
    }

    fn in_wal_mode(&self) -> bool {
        self.header.get(18) == Some(&2) || self.header.get(19) == Some(&2)
    }
}

/// Opens a database file.
pub(in crate::stores) fn open_file(
    store: &str,
    path: &Path,
    region: Option<&str>,
    surroundings: &Surroundings,
) -> Result<SqliteSnapshot, StoreError> {
    let unreadable = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => StoreError::NotFound { store: store.to_owned(), path: path.to_owned() },
        _ => StoreError::Unreadable { store: store.to_owned(), path: path.to_owned(), cause: cause.to_string() },
    };
    // Side files stand beside the file itself, not beside a link to it.
    let file = fs::canonicalize(path).map_err(unreadable)?;
    let about = fs::metadata(&file).map_err(unreadable)?;
    if !about.is_file() {
        let what = if about.is_dir() { "it is a folder, not a file" } else { "it is no file" };
        return Err(unreadable(io::Error::other(what)));
    }
    let (wal, shm, journal) = (beside(&file, "-wal"), beside(&file, "-shm"), beside(&file, "-journal"));
    for _ in 0..ATTEMPTS {
        let state = FileState::of(&file).map_err(unreadable)?;
        if !state.is_database() {
            return Err(StoreError::NotADatabase { store: store.to_owned(), path: path.to_owned() });
        }
        let wal_waits = waits(&wal);
        let at_rest = !wal.exists() || (!wal_waits && !shm.exists());
        if is_hot(&journal) || !(state.in_wal_mode() || wal_waits) {
            let connection = connect(store, &file, "mode=ro")?;
            return begin(store, connection, region, surroundings, Watch::default());
        } else if at_rest {
            let watch = Watch { file: Some((file.clone(), state)) };
            let connection = connect(store, &file, "mode=ro&immutable=1")?;
            let snapshot = begin(store, connection, region, surroundings, watch)?;
            // Somebody may have begun to write between the look and the snapshot.
            if snapshot.confirm().is_ok() && !waits(&wal) {
                return Ok(snapshot);
            }
        } else if wal_waits && !shm.exists() {
            return from_copy(store, &file, &wal, region, surroundings);
        } else {
            let connection = connect(store, &file, "mode=ro")?;
            return begin(store, connection, region, surroundings, Watch::default());
        }
    }
    Err(StoreError::Changed { store: store.to_owned() })
}

/// Whether there is something in a side file.
fn waits(side: &Path) -> bool {
    fs::metadata(side).is_ok_and(|about| about.len() > 0)
}

/// Whether a rollback journal is one that SQLite may have to roll back.
fn is_hot(journal: &Path) -> bool {
    FileState::of_side(journal).is_ok_and(|state| state.header.first().is_some_and(|byte| *byte != 0))
}

/// Loads a SQL script into memory.
pub(in crate::stores) fn open_script(
    store: &str,
    path: &Path,
    region: Option<&str>,
    surroundings: &Surroundings,
) -> Result<SqliteSnapshot, StoreError> {
    let script = fs::read(path)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8")))
        .map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => StoreError::NotFound { store: store.to_owned(), path: path.to_owned() },
            _ => StoreError::Unreadable { store: store.to_owned(), path: path.to_owned(), cause: cause.to_string() },
        })?;
    let mut connection = Connection::open_in_memory().map_err(|error| store_error(store, "", error))?;
    // A script must not reach other files.
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).map_err(|error| store_error(store, "", error))?;
    stop_when(&mut connection, surroundings).map_err(|error| store_error(store, "", error))?;
    load(&connection, &script).map_err(|(statement, error)| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OperationInterrupted) => StoreError::Interrupted,
        code => StoreError::Script {
            store: store.to_owned(),
            statement,
            cause: code.map_or_else(|| "it cannot be carried out".into(), |code| format!("{code:?}")),
        },
    })?;
    begin(store, connection, region, surroundings, Watch::default())
}

/// Carries out a script; the number of the statement that fails comes with the error.
fn load(connection: &Connection, script: &str) -> Result<(), (usize, rusqlite::Error)> {
    let mut batch = rusqlite::Batch::new(connection, script);
    let mut number = 0;
    loop {
        number += 1;
        match batch.next() {
            Ok(Some(mut statement)) => {
                let mut rows = statement.raw_query();
                while rows.next().map_err(|error| (number, error))?.is_some() {}
            }
            Ok(None) => return Ok(()),
            Err(error) => return Err((number, error)),
        }
    }
}

/// Copies database and WAL to a private folder, opens the copy and unlinks it.
fn from_copy(
    store: &str,
    path: &Path,
    wal: &Path,
    region: Option<&str>,
    surroundings: &Surroundings,
) -> Result<SqliteSnapshot, StoreError> {
    let failed = |cause: io::Error| match surroundings.interrupted.load(Ordering::Relaxed) {
        true => StoreError::Interrupted,
        false => StoreError::NotCopied { store: store.to_owned(), cause: cause.to_string() },
    };
    let state = || Ok((FileState::of(path)?, FileState::of_side(wal)?));
    let before = state().map_err(failed)?;
    let folder = tempfile::Builder::new().prefix(".art20-").tempdir().map_err(failed)?;
    let copy = folder.path().join("store");
    kept::kept(path).and_then(|file| copy_file(&file, &copy, &surroundings.interrupted)).map_err(failed)?;
    File::open(wal)
        .and_then(|file| copy_file(&file, &beside(&copy, "-wal"), &surroundings.interrupted))
        .map_err(failed)?;
    if state().map_err(failed)? != before {
        return Err(StoreError::Changed { store: store.to_owned() });
    }
    let connection = connect(store, &copy, "mode=rw")?;
    // Alone with its copy, SQLite keeps the index of the WAL in memory and needs no further file.
    let prepared = connection
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true));
    prepared.map_err(|error| store_error(store, "", error))?;
    begin(store, connection, region, surroundings, Watch::default())
}

/// Copies a file, unless the run is to stop.
fn copy_file(from: &File, to: &Path, interrupted: &AtomicBool) -> io::Result<()> {
    let mut to = File::create_new(to)?;
    let (mut buffer, mut place) = (vec![0; 1024 * 1024], 0);
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return Err(io::Error::other("the run was interrupted"));
        }
        match kept::read_at(from, &mut buffer, place) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                to.write_all(&buffer[..read])?;
                place += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn connect(store: &str, path: &Path, parameters: &str) -> Result<Connection, StoreError> {
    let uri = format!("file:{}?{parameters}", encoded(path));
    let mode = if parameters.contains("mode=rw") {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    let flags = mode | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(uri, flags).map_err(|error| StoreError::Unreadable {
        store: store.to_owned(),
        path: path.to_owned(),
        cause: error.sqlite_error_code().map_or_else(|| "unknown".into(), |code| format!("{code:?}")),
    })
}

/// A path as it stands in a URI.
fn encoded(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut uri = String::new();
    for byte in absolute.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

/// Lets statements end when the run is to stop.
fn stop_when(connection: &mut Connection, surroundings: &Surroundings) -> rusqlite::Result<()> {
    let interrupted = surroundings.interrupted.clone();
    connection.progress_handler(INSTRUCTIONS, Some(move || interrupted.load(Ordering::Relaxed)))
}

/// Makes the connection harmless and takes the snapshot: SQLite takes it at the first read, not at BEGIN.
fn begin(
    store: &str,
    mut connection: Connection,
    region: Option<&str>,
    surroundings: &Surroundings,
    watch: Watch,
) -> Result<SqliteSnapshot, StoreError> {
    let lists = functions::Lists::default();
    let mut prepare = || -> rusqlite::Result<()> {
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(256);
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // Double quotes are for names: a misspelt column must not turn into a text.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        // Sorts of SQLite would spill plaintext to files; art20 sorts keys itself.
        connection.execute_batch(
            "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;",
        )?;
        functions::register(&connection, &lists, region)?;
        rusqlite::vtab::array::load_module(&connection)?;
        stop_when(&mut connection, surroundings)?;
        connection.execute_batch("BEGIN")?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    let prepared = prepare();
    let taken_at = (surroundings.now)();
    prepared.map_err(|error| store_error(store, "sqlite_schema", error))?;
    Ok(SqliteSnapshot {
        name: store.to_owned(),
        connection,
        taken_at,
        watch,
        lists,
        sorts: super::texts::KnownSorts::default(),
    })
}
