//! Finished archives wait here until there are enough of them to be made durable by one sync; then they get their names
//! and the result its lines.

use super::results::{ResultLine, Results, Status};
use super::{Batch, BatchError, FORMAT, Failed, Summary};
use crate::archive::ArchiveError;
use crate::archive::unnamed::make_names_durable;
use crate::export::Ready;
use crate::receipt::Receipt;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

/// How many archives are made durable at once, and how long the first of them waits at most.
const WINDOW: (usize, Duration) = (1_000, Duration::from_secs(2));

/// What a worker has come to with one request.
pub(super) enum Outcome {
    /// An archive that has no name yet.
    Ready(Box<Ready>),
    /// Its archive stood there already.
    Stood(ResultLine),
    /// There is none.
    Failed(Failed),
    /// The run ended before.
    Unanswered,
}

/// The archives that wait, and the result.
pub(super) struct Window<'a> {
    batch: &'a Batch<'a>,
    workroom: &'a Path,
    results: Results,
    ready: Vec<(usize, Box<Ready>)>,
    since: Option<Instant>,
    finished: usize,
    standing: usize,
}

impl<'a> Window<'a> {
    pub(super) fn new(batch: &'a Batch<'a>, workroom: &'a Path, results: Results) -> Window<'a> {
        Window { batch, workroom, results, ready: Vec::new(), since: None, finished: 0, standing: 0 }
    }

    /// Requests that are finished or wait for their names.
    pub(super) fn finished(&self) -> usize {
        self.finished
    }

    /// Takes what has become of the request in place `at`.
    ///
    /// # Errors
    /// When the window had to be closed and the result cannot be written.
    pub(super) fn take(&mut self, at: usize, reference: &str, outcome: Outcome) -> Result<(), BatchError> {
        self.since.get_or_insert_with(Instant::now);
        match outcome {
            Outcome::Ready(ready) => self.ready.push((at, ready)),
            Outcome::Stood(line) => {
                self.standing += 1;
                self.results.enter(at, line);
            }
            Outcome::Failed(failed) => self.fail(at, reference, failed),
            Outcome::Unanswered => {
                self.results.enter(at, ResultLine::waiting(reference));
                return Ok(());
            }
        }
        self.finished += 1;
        if self.ready.len() >= WINDOW.0 { self.close() } else { self.close_if_old() }
    }

    fn fail(&mut self, at: usize, reference: &str, failed: Failed) {
        let (status, message) = (self.batch.explain)(failed);
        self.results.enter(at, ResultLine::failed(reference, status, message));
    }

    /// Closes the window if its first archive has waited long enough.
    ///
    /// # Errors
    /// When the result cannot be written.
    pub(super) fn close_if_old(&mut self) -> Result<(), BatchError> {
        if self.since.is_some_and(|since| since.elapsed() >= WINDOW.1) { self.close() } else { Ok(()) }
    }

    /// One sync, then the names, then the lines.
    fn close(&mut self) -> Result<(), BatchError> {
        self.publish();
        self.since = None;
        Ok(self.results.write_if_due(self.workroom)?)
    }

    fn publish(&mut self) {
        let ready = std::mem::take(&mut self.ready);
        if ready.is_empty() {
            return;
        }
        let durable = make_all_durable(self.workroom, ready.iter().map(|(_, ready)| ready.as_ref()));
        let mut published = Vec::new();
        for (at, ready) in ready {
            let reference = ready.reference().to_owned();
            let named = match &durable {
                Ok(()) => ready.publish(),
                Err(error) => Err(error.again()),
            };
            match named {
                Ok(receipt) => published.push((at, line(&receipt))),
                Err(error) => self.fail(at, &reference, Failed::Export(Box::new(error.into()))),
            }
        }
        if let Err(error) = make_names_durable(self.batch.folder) {
            // The archives stand there, and the next run finds them; until then nobody may count on them.
            for (at, line) in published {
                self.fail(at, &line.reference, Failed::Export(Box::new(error.again().into())));
            }
            return;
        }
        for (at, line) in published {
            self.results.enter(at, line);
        }
    }

    /// Closes the last window and sums up.
    ///
    /// # Errors
    /// When the result cannot be written.
    pub(super) fn end(mut self, requests: usize) -> Result<Summary, BatchError> {
        self.publish();
        self.results.write(self.workroom)?;
        let count = |status| self.results.lines.iter().filter(|line| line.status == status).count();
        let (partial, failed, waiting) = (count(Status::Partial), count(Status::Failed), count(Status::Waiting));
        Ok(Summary {
            format: FORMAT,
            requests,
            done: count(Status::Done) + partial,
            standing: self.standing,
            partial,
            failed,
            waiting,
            result: self.results.name(),
        })
    }
}

/// The line of an archive that has its name.
fn line(receipt: &Receipt) -> ResultLine {
    let partial = !receipt.missing_stores.is_empty();
    let lines = &receipt.ledger;
    ResultLine {
        reference: receipt.reference.clone(),
        status: if partial { Status::Partial } else { Status::Done },
        exit_code: Some(if partial { 9 } else { 0 }),
        archive: receipt.archive.as_ref().map(|archive| archive.name.clone()),
        sha256: receipt.archive.as_ref().map(|archive| archive.sha256.clone()),
        matched: Some(lines.iter().map(|line| line.matched).sum()),
        portable: Some(lines.iter().map(|line| line.portable).sum()),
        excluded: Some(lines.iter().map(|line| line.excluded.values().sum::<u64>()).sum()),
        message: String::new(),
    }
}

/// Makes everything in the file system of the workroom durable at once: a sync for each archive would take longer
/// than making it.
#[cfg(target_os = "linux")]
fn make_all_durable<'r>(workroom: &Path, _ready: impl Iterator<Item = &'r Ready>) -> Result<(), ArchiveError> {
    File::open(workroom)
        .and_then(|folder| Ok(rustix::fs::syncfs(folder)?))
        .map_err(ArchiveError::doing("making a window of archives durable"))
}

/// Makes one archive after the other durable, where the system knows no other way.
#[cfg(not(target_os = "linux"))]
fn make_all_durable<'r>(_workroom: &Path, mut ready: impl Iterator<Item = &'r Ready>) -> Result<(), ArchiveError> {
    ready.try_for_each(Ready::make_durable)
}
