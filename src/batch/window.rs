//! Finished archives wait here until there are enough of them to be made durable by one sync; then they get their names
//! and the result its lines.

use super::results::{ResultLine, Results, Status};
use super::{Batch, BatchError, FORMAT, Failed, Referenced, Summary};
use crate::archive::ArchiveError;
use crate::archive::unnamed::make_names_durable;
use crate::export::{ExportError, Logged, Ready, log_all};
use crate::receipt::Receipt;
use crate::receipt::journal::{Event, Journal};
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
    requests: &'a [Referenced],
    journal: Option<Journal>,
    /// What the journal is still to be told.
    events: Vec<Event>,
    since: Option<Instant>,
    finished: usize,
    standing: usize,
}

impl<'a> Window<'a> {
    pub(super) fn new(
        batch: &'a Batch<'a>,
        requests: &'a [Referenced],
        workroom: &'a Path,
        results: Results,
    ) -> Window<'a> {
        let journal = batch.controller.journal.as_ref().map(Journal::new);
        let (ready, events) = (Vec::new(), Vec::new());
        Window { batch, workroom, results, ready, requests, journal, events, since: None, finished: 0, standing: 0 }
    }

    /// Requests that are finished or wait for their names.
    pub(super) fn finished(&self) -> usize {
        self.finished
    }

    /// Takes what has become of the request in place `at`.
    ///
    /// # Errors
    /// When the window had to be closed and the result cannot be written.
    pub(super) fn take(&mut self, at: usize, outcome: Outcome) -> Result<(), BatchError> {
        self.since.get_or_insert_with(Instant::now);
        match outcome {
            Outcome::Ready(ready) => self.ready.push((at, ready)),
            Outcome::Stood(line) => {
                self.standing += 1;
                self.results.enter(at, line);
            }
            Outcome::Failed(failed) => self.fail(at, failed),
            Outcome::Unanswered => {
                self.results.enter(at, ResultLine::waiting(&self.requests[at].0));
                return Ok(());
            }
        }
        self.finished += 1;
        if self.ready.len() >= WINDOW.0 { self.close() } else { self.close_if_old() }
    }

    fn fail(&mut self, at: usize, failed: Failed) {
        if let Failed::Export(error) = &failed {
            self.note(at, Logged::Failed(error));
        }
        let (status, message) = (self.batch.explain)(failed);
        self.results.enter(at, ResultLine::failed(&self.requests[at].0, status, message));
    }

    /// Keeps what the journal is to be told of a request.
    fn note(&mut self, at: usize, logged: Logged<'_>) {
        if let (Some(_), Ok(request)) = (&self.journal, &self.requests[at].1) {
            self.events.push(logged.event(&self.batch.orders.order(request)));
        }
    }

    /// Tells the journal, durably. Without its journal art20 writes no archive, so a failure ends the batch.
    fn tell(&mut self) -> Result<(), BatchError> {
        let events = std::mem::take(&mut self.events);
        match &self.journal {
            Some(journal) => log_all(journal, self.batch.surroundings, &events)
                .map_err(|error| BatchError::Export(ExportError::Journal(error))),
            None => Ok(()),
        }
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
        self.since = None;
        self.publish()?;
        Ok(self.results.write_if_due(self.workroom)?)
    }

    fn publish(&mut self) -> Result<(), BatchError> {
        let ready = std::mem::take(&mut self.ready);
        let durable = match ready.is_empty() {
            true => Ok(()),
            false => make_all_durable(self.workroom, ready.iter().map(|(_, ready)| ready.as_ref())),
        };
        if durable.is_ok() {
            ready.iter().for_each(|(at, ready)| self.note(*at, Logged::Done(ready.receipt())));
        }
        // Durable before the archives appear: no archive is without its line.
        self.tell()?;
        let mut published = Vec::new();
        for (at, ready) in ready {
            match &durable {
                Ok(()) => {
                    let receipt = ready.receipt().clone();
                    match ready.publish() {
                        Ok(receipt) => published.push((at, receipt)),
                        Err(error) => self.withdraw(at, &receipt, error),
                    }
                }
                Err(error) => self.fail(at, Failed::Export(Box::new(error.again().into()))),
            }
        }
        let named = if published.is_empty() { Ok(()) } else { make_names_durable(self.batch.folder) };
        for (at, receipt) in published {
            match &named {
                Ok(()) => self.results.enter(at, line(&receipt)),
                // The archive stands there, and the next run finds it; until then nobody may count on it.
                Err(error) => self.withdraw(at, &receipt, error.again()),
            }
        }
        self.tell()
    }

    /// An archive that the journal knows did not get its name.
    fn withdraw(&mut self, at: usize, receipt: &Receipt, error: ArchiveError) {
        self.note(at, Logged::Withdrawn(receipt));
        let (status, message) = (self.batch.explain)(Failed::Export(Box::new(error.into())));
        self.results.enter(at, ResultLine::failed(&self.requests[at].0, status, message));
    }

    /// Closes the last window and sums up.
    ///
    /// # Errors
    /// When the result cannot be written.
    pub(super) fn end(mut self, requests: usize) -> Result<Summary, BatchError> {
        let published = self.publish();
        self.results.write(self.workroom)?;
        published?;
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
