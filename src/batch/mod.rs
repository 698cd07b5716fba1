//! Many requests in one run: each is fulfilled by the very function that answers a single one, by workers that keep
//! their stores open, and fails alone.
//!
//! Archives grow in a hidden workroom inside the folder. A window of them is made durable by one sync and then given
//! its names, so at whatever moment the process is killed, a name stands for a whole archive with its receipt; the
//! next run skips those and clears the workroom. A worker reads some hundred requests from one snapshot of every
//! store before it takes a new one, so that a long batch does not hold up writers for ever.

mod ahead;
mod crew;
mod error;
mod results;
mod shard;
mod standing;
mod window;
mod workroom;

pub use error::BatchError;
pub use results::{ResultLine, ResultsError, Status};
pub use shard::{Shard, ShardError};

use crate::controller::Controller;
use crate::export::{ExportError, Order, Place, Ready, Session, seal};
use crate::fulfil::{FulfilError, Watcher};
use crate::request::{Listed, PortabilityRequest, RequestFault};
use crate::stores::{StoreError, Surroundings};
use crew::Sign;
use results::Results;
use schemars::JsonSchema;
use serde::Serialize;
use standing::{Standing, clear, standing};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use window::{Outcome, Window};
use workroom::Workroom;

/// How many requests a worker answers from one snapshot of every store, and for how long at most.
const SNAPSHOT: (usize, Duration) = (500, Duration::from_secs(30));
/// How often a request is tried when somebody writes to a store that cannot be locked.
const ATTEMPTS: usize = 3;

/// What a batch needs besides its requests.
pub struct Batch<'a> {
    /// The controller.
    pub controller: &'a Controller,
    /// The clock, and the wish to stop.
    pub surroundings: &'a Surroundings,
    /// Stores that cannot be read may be left out.
    pub allow_partial: bool,
    /// The orders.
    pub orders: &'a dyn Orders,
    /// The exit status and the words for a failure.
    pub explain: &'a (dyn Fn(Failed) -> (u8, String) + Sync),
    /// Where the archives go; made if it is not there.
    pub folder: &'a Path,
    /// Only the requests of this shard.
    pub shard: Option<Shard>,
    /// How many requests are answered at the same time.
    pub jobs: usize,
    /// What an earlier run has written is done anew.
    pub restart: bool,
}

/// Makes the order for a request: what `art20 export` would do with it.
pub trait Orders: Sync {
    /// The order for this request.
    fn order<'r>(&'r self, request: &'r PortabilityRequest) -> Order<'r>;
}

/// Why one request has no archive.
pub enum Failed {
    /// The request itself is faulty.
    Request(Vec<RequestFault>),
    /// It could not be fulfilled.
    Export(Box<ExportError>),
    /// An archive and a receipt of another request stand there under its reference.
    Foreign,
    /// art20 itself has a fault.
    Panicked,
}

/// The version of the summary's format.
pub const FORMAT: &str = "art20-batch/1";

/// What a batch came to; what `--json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// `art20-batch/1`.
    pub format: &'static str,
    /// Requests of the file, or of the shard.
    pub requests: usize,
    /// Requests that have their archive now.
    pub done: usize,
    /// Those of them that had it before this run.
    #[serde(rename = "done_before")]
    pub standing: usize,
    /// Those of them whose archive lacks a store.
    pub partial: usize,
    /// Requests that have none, each with its reason in the result.
    pub failed: usize,
    /// Requests whose turn did not come, because the run was interrupted.
    pub waiting: usize,
    /// The name of the file with a line for each request.
    pub result: String,
}

/// Answers the requests, the earliest received first. `progress` is told how many of how many are finished.
///
/// # Errors
/// When nothing at all can be done. What fails for one request is a line of the result.
pub fn run(
    batch: &Batch<'_>,
    listed: Vec<Listed>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Summary, BatchError> {
    // What would fail for every request fails at once, before anything is written.
    Session::new(batch.controller, batch.surroundings, batch.allow_partial).open()?;
    if batch.folder.exists() && !batch.folder.is_dir() {
        return Err(BatchError::NoFolder(batch.folder.to_owned()));
    }
    let suffix = batch.shard.map(|shard| format!("-{}", shard.number())).unwrap_or_default();
    let path = batch.folder.join(format!("batch-result{suffix}.csv"));
    let earlier = Results::earlier(&path)?.filter(|_| !batch.restart).unwrap_or_default();
    let requests = referenced(listed, batch.shard, &earlier)?;
    let workroom = Workroom::enter(batch.folder, batch.shard)?;
    let unusable = |cause| BatchError::Folder { folder: batch.folder.to_owned(), cause };
    if batch.restart {
        requests.iter().try_for_each(|(reference, _)| clear(batch.folder, reference)).map_err(unusable)?;
    }
    let mut known: HashMap<String, ResultLine> =
        earlier.into_iter().map(|line| (line.reference.clone(), line)).collect();
    let mut begin = |reference: &String| match known.remove(reference) {
        Some(line) if matches!(line.status, Status::Done | Status::Partial) => line,
        _ => ResultLine::waiting(reference),
    };
    let lines = requests.iter().map(|(reference, _)| begin(reference)).collect();
    let mut results = Results::new(path, lines);
    results.write(workroom.path())?;
    let answered = answer(batch, &requests, &workroom, results, progress);
    drop(workroom);
    answered
}

type Referenced = (String, Result<PortabilityRequest, Vec<RequestFault>>);

/// The requests of the shard, each with a reference. One that the file does not give is taken from the earlier result,
/// where the lines are in the same order, so that a made-up one stays.
fn referenced(
    listed: Vec<Listed>,
    shard: Option<Shard>,
    earlier: &[ResultLine],
) -> Result<Vec<Referenced>, BatchError> {
    let nameless = listed.iter().find(|one| one.reference.is_none()).map(|one| one.line);
    if let Some(line) = nameless {
        if shard.is_some() {
            return Err(BatchError::NoReference { line });
        }
        let fits =
            |(one, line): (&Listed, &ResultLine)| one.reference.as_ref().is_none_or(|own| *own == line.reference);
        if !earlier.is_empty() && (earlier.len() != listed.len() || !listed.iter().zip(earlier).all(fits)) {
            return Err(BatchError::OtherRequests { line });
        }
    }
    let mut all = Vec::with_capacity(listed.len());
    for (at, one) in listed.into_iter().enumerate() {
        let mut request = one.request;
        let reference = match (one.reference, &request) {
            (Some(reference), _) => reference,
            (None, _) if !earlier.is_empty() => earlier[at].reference.clone(),
            (None, Ok(request)) => request.reference.clone(),
            (None, Err(_)) => uuid::Uuid::new_v4().to_string(),
        };
        if shard.is_none_or(|shard| shard.has(&reference)) {
            if let Ok(request) = &mut request {
                request.reference.clone_from(&reference);
            }
            all.push((reference, request));
        }
    }
    Ok(all)
}

fn answer(
    batch: &Batch<'_>,
    requests: &[Referenced],
    workroom: &Workroom,
    results: Results,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Summary, BatchError> {
    let mut order: Vec<usize> = (0..requests.len()).collect();
    let received = |at: &usize| requests[*at].1.as_ref().ok().and_then(|request| request.received);
    // What was received earliest is due first; what has no time of receipt comes last.
    order.sort_by_key(|at| (received(at).is_none(), received(at)));
    // Set when nobody asked to stop, but going on is of no use.
    let broken = AtomicBool::new(false);
    let mut window = Window::new(batch, requests, workroom.path(), results);
    let mut trouble = None;
    let make = || Worker::new(batch, requests, workroom.path(), &broken);
    let finished = crew::work(&order, batch.jobs.max(1), &batch.surroundings.interrupted, make, |sign| {
        let kept = match sign {
            Sign::Finished(at, outcome) => window.take(at, outcome),
            Sign::Panicked(at) => window.take(at, Outcome::Failed(Failed::Panicked)),
            Sign::Quiet => window.close_if_old(),
        };
        if let Err(error) = kept {
            broken.store(true, Ordering::Relaxed);
            trouble.get_or_insert(error);
        }
        progress(window.finished(), requests.len());
    });
    finished.map_err(BatchError::NoWorker)?;
    let ended = window.end(requests.len());
    match trouble {
        Some(error) => Err(error),
        None => ended,
    }
}

/// Answers one request after the other on stores that stay open.
struct Worker<'a> {
    batch: &'a Batch<'a>,
    requests: &'a [Referenced],
    workroom: &'a Path,
    broken: &'a AtomicBool,
    session: Session<'a>,
    answered: usize,
    since: Instant,
}

impl<'a> Worker<'a> {
    fn new(batch: &'a Batch<'a>, requests: &'a [Referenced], workroom: &'a Path, broken: &'a AtomicBool) -> Worker<'a> {
        let session = Session::new(batch.controller, batch.surroundings, batch.allow_partial);
        Worker { batch, requests, workroom, broken, session, answered: 0, since: Instant::now() }
    }

    fn answer(&mut self, (_, request): &'a Referenced) -> Outcome {
        if self.broken.load(Ordering::Relaxed) {
            return Outcome::Unanswered;
        }
        let request = match request {
            Ok(request) => request,
            Err(faults) => return Outcome::Failed(Failed::Request(faults.clone())),
        };
        let unusable = |cause| {
            let error = crate::archive::ArchiveError::doing("looking at what stands in the folder")(cause);
            Outcome::Failed(Failed::Export(Box::new(error.into())))
        };
        match standing(self.batch.folder, request) {
            Ok(Standing::Nothing) => {}
            Ok(Standing::Whole(line)) => return Outcome::Stood(line),
            Ok(Standing::Foreign) => return Outcome::Failed(Failed::Foreign),
            Ok(Standing::Half) => {
                if let Err(error) = clear(self.batch.folder, &request.reference) {
                    return unusable(error);
                }
            }
            Err(error) => return unusable(error),
        }
        match self.fulfil(request) {
            Ok(ready) => Outcome::Ready(Box::new(ready)),
            Err(ExportError::Fulfil(FulfilError::Interrupted)) => Outcome::Unanswered,
            Err(error) => Outcome::Failed(Failed::Export(Box::new(error))),
        }
    }

    /// Requests whose turn comes next and that have no receipt yet, those of an earlier run.
    fn open(&self, tasks: &[usize]) -> Vec<&'a PortabilityRequest> {
        let requests = tasks.iter().filter_map(|at| self.requests[*at].1.as_ref().ok());
        let stands = |request: &&PortabilityRequest| {
            self.batch.folder.join(format!("{}.receipt.json", request.reference)).exists()
        };
        requests.filter(|request| !stands(request)).collect()
    }

    fn fulfil(&mut self, request: &PortabilityRequest) -> Result<Ready, ExportError> {
        if self.answered >= SNAPSHOT.0 || self.since.elapsed() >= SNAPSHOT.1 {
            self.session.let_go();
            (self.answered, self.since) = (0, Instant::now());
        }
        self.answered += 1;
        let output = self.batch.folder.join(format!("{}.zip", request.reference));
        let order = self.batch.orders.order(request);
        let mut attempt = 1;
        loop {
            let place = Place { output: &output, workroom: self.workroom };
            match seal(&order, &mut self.session, place, &mut Interruptible(self.batch.surroundings)) {
                // The session has let its snapshots go, so the next attempt reads the store as it is now.
                Err(ExportError::Fulfil(FulfilError::Store(StoreError::Changed { .. }))) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                other => return other,
            }
        }
    }
}

impl crew::Worker<Outcome> for Worker<'_> {
    fn ahead(&mut self) -> usize {
        if ahead::pays(self.batch.controller, &mut self.session) { ahead::REQUESTS } else { 1 }
    }

    fn begin(&mut self, tasks: &[usize]) {
        if tasks.len() > 1 {
            let open = self.open(tasks);
            ahead::read_ahead(self.batch.controller, &mut self.session, &open, &self.batch.surroundings.interrupted);
        }
    }

    fn task(&mut self, at: usize) -> Outcome {
        self.answer(&self.requests[at])
    }
}

/// Watches nothing but the wish to stop.
struct Interruptible<'a>(&'a Surroundings);

impl Watcher for Interruptible<'_> {
    fn begin(&mut self, _rows: u64) {}

    fn row(&mut self) {}

    fn interrupted(&self) -> bool {
        self.0.interrupted.load(Ordering::Relaxed)
    }
}
