//! Adding lines: one writer at a time, each line durable before the call returns, and the end of the journal compared
//! with its head first. A crash in between leaves a state that the next writer recognises.

use super::chain::{Chain, JournalFault, JournalFaultCode, sha256};
use super::head::{self, Head};
use super::line::{Entry, Event, FORMAT, Line};
use super::{JournalError, expiry};
use crate::controller::JournalPlace;
use jiff::{Span, Timestamp};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How much of the end is looked at first; more only where the head is not in it.
const WINDOW: u64 = 64 * 1024;

/// The journal of a controller.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    retention: Option<Span>,
    pub(super) two_people: bool,
}

/// The end of a journal, as far as whole lines go.
pub(super) struct End {
    /// The number of the last line.
    pub number: u64,
    /// Its hash.
    pub sha256: String,
    /// What stands after it without a line end.
    pub torn: Vec<u8>,
}

impl Journal {
    /// The journal at the place that the configuration names.
    pub fn new(place: &JournalPlace) -> Journal {
        let retention = place.retention.as_ref().map(|retention| retention.span.0);
        Journal { path: place.file.clone(), retention, two_people: place.two_people }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line, durably. Lines older than the retention go first.
    ///
    /// # Errors
    /// When the end of the journal is not what was written last, or the disk is full or fails.
    pub fn append(&self, now: Timestamp, event: &Event) -> Result<(), JournalError> {
        self.append_all(now, std::slice::from_ref(event))
    }

    /// Adds several lines at once, durably. Lines older than the retention go first.
    ///
    /// # Errors
    /// When the end of the journal is not what was written last, or the disk is full or fails.
    pub fn append_all(&self, now: Timestamp, events: &[Event]) -> Result<(), JournalError> {
        if events.is_empty() {
            return Ok(());
        }
        let mut file = self.lock().map_err(self.failed("opened and locked"))?;
        let head = match Head::read(&self.path).map_err(self.failed("read"))? {
            Some(head) => head,
            None if file.metadata().map_err(self.failed("read"))?.len() == 0 && !head::path(&self.path).exists() => {
                let none = Head::none();
                none.write(&self.path).map_err(self.failed("written"))?;
                none
            }
            None => return Err(self.broken(JournalFaultCode::HeadMissing)),
        };
        let end = end_of(&mut file, &head).map_err(self.failed("read"))?;
        let mut end = end.ok_or_else(|| self.broken(JournalFaultCode::End))?;
        if let Some(retention) = self.retention {
            let kept = expiry::without_expired(&self.path, &mut file, &head, &end, retention, now);
            match kept.map_err(self.failed("shortened"))? {
                expiry::Kept::All => {}
                expiry::Kept::Since(shorter, its_end) => (file, end) = (shorter, its_end),
                expiry::Kept::Broken(fault) => return Err(JournalError::Broken { path: self.path.clone(), fault }),
            }
        }
        self.write(&mut file, end, now, events).map_err(self.failed("written"))
    }

    /// Reads it from its beginning and shows each line that can be read to `visit`, with its text.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(&self, visit: impl FnMut(&Entry, &str)) -> Result<Chain, JournalError> {
        let mut visit = visit;
        let there = self.path.exists();
        if !there && !head::path(&self.path).exists() {
            return Err(JournalError::Absent(self.path.clone()));
        }
        let visit = |entry: &Entry, text: &str| {
            visit(entry, text);
            Ok(())
        };
        let chain = if there {
            let file = File::open(&self.path).and_then(|file| file.lock_shared().map(|()| file));
            let file = file.map_err(self.failed("opened and locked"))?;
            // Only now, so that no writer was between journal and head.
            let head = Head::read(&self.path).map_err(self.failed("read"))?;
            Chain::read(BufReader::new(file), head.as_ref(), visit)
        } else {
            let head = Head::read(&self.path).map_err(self.failed("read"))?;
            Chain::read(io::empty(), head.as_ref(), visit)
        };
        chain.map_err(self.failed("read"))
    }

    /// The file, locked for this writer alone; made if it is not there.
    fn lock(&self) -> io::Result<File> {
        loop {
            let mut options = OpenOptions::new();
            options.read(true).append(true).create(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&self.path)?;
            file.lock()?;
            // Whoever held the lock may have put a shorter journal into the place.
            if is_at(&file, &self.path)? {
                return Ok(file);
            }
        }
    }

    fn write(&self, file: &mut File, end: End, now: Timestamp, events: &[Event]) -> io::Result<()> {
        let (mut number, mut previous) = (end.number, end.sha256);
        let mut text = Vec::new();
        let mut add = |event: &Event| -> io::Result<()> {
            number += 1;
            let line = line(number, &previous, now, event)?;
            previous = sha256(&line);
            text.extend(line);
            Ok(())
        };
        if !end.torn.is_empty() {
            add(&Event::Recovered { torn_bytes: end.torn.len() as u64, torn_sha256: sha256(&end.torn) })?;
            let length = file.metadata()?.len();
            file.set_len(length - end.torn.len() as u64)?;
        }
        events.iter().try_for_each(&mut add)?;
        file.write_all(&text)?;
        file.sync_all()?;
        if end.number == 0 {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Head::new(number, previous).write(&self.path)
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(io::Error) -> JournalError {
        let path = self.path.clone();
        move |cause| JournalError::Io { path, doing, cause }
    }

    fn broken(&self, code: JournalFaultCode) -> JournalError {
        JournalError::Broken { path: self.path.clone(), fault: JournalFault { code, line: None } }
    }
}

/// A line with its end.
pub(super) fn line(number: u64, previous: &str, now: Timestamp, event: &Event) -> io::Result<Vec<u8>> {
    let line = Line { format: FORMAT, number, previous, at: now.to_string(), event };
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    Ok(text)
}

/// Looks for the head from the end, and follows the chain from it: a writer that crashed may have been further than its
/// head. None if the head is not there or something else follows it.
fn end_of(file: &mut File, head: &Head) -> io::Result<Option<End>> {
    let length = file.metadata()?.len();
    let mut window = WINDOW;
    loop {
        let from = length.saturating_sub(window);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(length - from).read_to_end(&mut bytes)?;
        // The first piece may be the rest of a line.
        let start = if from == 0 { 0 } else { bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1) };
        let pieces: Vec<&[u8]> = bytes[start..].split_inclusive(|byte| *byte == b'\n').collect();
        let whole = pieces.iter().filter(|piece| piece.ends_with(b"\n")).count();
        let at_head = (0..whole).rev().find(|at| is_head(pieces[*at], head)).map(|at| at + 1);
        match at_head.or((from == 0 && head.number == 0).then_some(0)) {
            Some(after) => return Ok(follow(&pieces[after..], head)),
            None if from == 0 => return Ok(None),
            None => window *= 8,
        }
    }
}

fn is_head(piece: &[u8], head: &Head) -> bool {
    if sha256(piece) == head.sha256 {
        return true;
    }
    // All lines up to the head may have been dropped before a crash.
    let entry = serde_json::from_slice::<Entry>(piece).ok().filter(|entry| entry.event == "checkpoint");
    entry.and_then(|entry| entry.dropped()).is_some_and(|it| it.through == head.number && it.last == head.sha256)
}

fn follow(pieces: &[&[u8]], head: &Head) -> Option<End> {
    let mut end = End { number: head.number, sha256: head.sha256.clone(), torn: Vec::new() };
    for piece in pieces {
        if !piece.ends_with(b"\n") {
            end.torn = piece.to_vec();
            break;
        }
        let entry: Entry = serde_json::from_slice(piece).ok()?;
        if entry.previous != end.sha256 || entry.number != end.number + 1 {
            return None;
        }
        (end.number, end.sha256) = (entry.number, sha256(piece));
    }
    Some(end)
}

/// Whether the open file is the one that has the path now.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((open.dev(), open.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere an open file cannot be replaced.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}
