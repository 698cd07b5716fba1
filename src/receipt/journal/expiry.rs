//! The retention of the journal itself (requirement I3): lines that are older go, and the chain stays whole. A
//! checkpoint with number and hash of the last dropped line takes their place, and a line at the end of the chain says
//! the same, so that nobody can cut a journal short by writing a checkpoint.

use super::append::{End, line};
use super::chain::{Chain, JournalFault, sha256};
use super::head::Head;
use super::line::{Dropped, Entry, Event};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::Path;

/// A journal is shortened once a day at most, because it is written anew each time.
const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// What is left.
pub(super) enum Kept {
    /// Everything: nothing is due.
    All,
    /// The lines since a checkpoint, in another file that is locked as the one before was, and its end.
    Since(File, End),
    /// The chain is not whole, so nothing was dropped.
    Broken(JournalFault),
}

/// Drops the lines that are older than `retention`. The journal is locked and `end` is its end.
pub(super) fn without_expired(
    path: &Path,
    file: &mut File,
    head: &Head,
    end: &End,
    retention: Span,
    now: Timestamp,
) -> io::Result<Kept> {
    if !end.torn.is_empty() || !is_due(file, retention, now)? {
        return Ok(Kept::All);
    }
    // All of it must be whole, else the evidence of what is not would be dropped with it.
    file.rewind()?;
    let mut dropped: Option<Dropped> = None;
    let mut kept = Vec::new();
    let mut going = true;
    let chain = Chain::read(BufReader::new(&*file), Some(head), |entry, text| {
        going &= entry.event == "checkpoint" || expired(entry, retention, now);
        if !going {
            kept.extend_from_slice(text.as_bytes());
        } else if entry.event != "checkpoint" {
            dropped = Some(Dropped { through: entry.number, last: sha256(text.as_bytes()) });
        }
        Ok(())
    })?;
    if let Some(fault) = chain.faults.first() {
        return Ok(Kept::Broken(fault.clone()));
    }
    let Some(dropped) = dropped else { return Ok(Kept::All) };
    let said = line(end.number + 1, &end.sha256, now, &Event::Expired(dropped.clone()))?;
    let end = End { number: end.number + 1, sha256: sha256(&said), torn: Vec::new() };
    let mut text = line(0, &dropped.last, now, &Event::Checkpoint(dropped.clone()))?;
    text.extend(kept);
    text.extend(said);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let shorter = tempfile::Builder::new().prefix(".art20-").suffix(".part").append(true).tempfile_in(folder)?;
    shorter.as_file().write_all(&text)?;
    shorter.as_file().sync_all()?;
    // Locked before it has the name, so that whoever waits for the old one meets the lock of the new one.
    shorter.as_file().lock()?;
    let file = shorter.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    Head::new(end.number, end.sha256.clone()).write(path)?;
    Ok(Kept::Since(file, end))
}

/// Whether the oldest line is too old, and the last shortening long enough ago.
fn is_due(file: &mut File, retention: Span, now: Timestamp) -> io::Result<bool> {
    file.rewind()?;
    let mut lines = BufReader::new(&*file);
    let mut first = || -> io::Result<Option<Entry>> {
        let mut text = Vec::new();
        lines.by_ref().take(1 << 20).read_until(b'\n', &mut text)?;
        Ok(serde_json::from_slice(&text).ok())
    };
    let Some(entry) = first()? else { return Ok(false) };
    if entry.event != "checkpoint" {
        return Ok(expired(&entry, retention, now));
    }
    let paused = entry.at.parse::<Timestamp>().is_ok_and(|at| at.saturating_add(PAUSE).is_ok_and(|until| until > now));
    Ok(!paused && first()?.is_some_and(|entry| expired(&entry, retention, now)))
}

fn expired(entry: &Entry, retention: Span, now: Timestamp) -> bool {
    let at = entry.at.parse::<Timestamp>().ok().map(|at| at.to_zoned_datetime(TimeZone::UTC));
    at.and_then(|at| at.checked_add(retention).ok()).is_some_and(|until| until.timestamp() < now)
}
