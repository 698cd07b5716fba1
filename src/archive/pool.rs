//! Threads that compress, and that read what was laid aside, beside the one that writes the archive. Who computes a piece is decided here, never what it
//! is or where it stands: results are taken in the order in which they were asked for.
//!
//! Threads start only when [`ENOUGH`] was handed over: most archives are written before a thread would be there. The
//! writing thread works too wherever it would wait, so that no core idles and nothing depends on a thread being alive.

use std::collections::VecDeque;
use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// Bytes from which on threads are worth their start.
const ENOUGH: u64 = 1 << 20;
/// One thread reads and feeds the others; more of them would only take memory.
const MOST_THREADS: usize = 8;
/// Pieces that may wait for each thread: it never runs out of work, and memory stays flat.
const WAITING: usize = 2;

type Work = Box<dyn FnOnce() + Send>;

/// The threads of one archive.
pub(super) struct Pool {
    threads: usize,
    queue: Arc<Queue>,
    crew: Mutex<Crew>,
}

#[derive(Default)]
struct Crew {
    handed: u64,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    work: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    pieces: VecDeque<Work>,
    closed: bool,
}

/// A result that is there or will be.
pub(super) enum Promise<T> {
    /// It was computed at once.
    Kept(T),
    /// Somebody computes it.
    Open(Receiver<T>),
}

impl Pool {
    /// A pool of so many threads, the writing one included; by default one for each core.
    pub fn new(threads: Option<usize>) -> Arc<Pool> {
        // Asked once: where the system keeps its answer in files, that takes as long as opening a store.
        static CORES: OnceLock<usize> = OnceLock::new();
        let cores = || *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZero::get));
        let threads = threads.unwrap_or_else(cores).clamp(1, MOST_THREADS);
        Arc::new(Pool { threads, queue: Arc::default(), crew: Mutex::default() })
    }

    /// Has work done on so many bytes: at once where there is little of it, else by whoever comes first.
    pub fn run<T: Send + 'static>(&self, bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Promise<T> {
        if !self.is_staffed(bytes) {
            return Promise::Kept(work());
        }
        let (keep, open) = sync_channel(1);
        // Whoever asked may be gone after a failure elsewhere.
        let piece = move || keep.send(work()).unwrap_or_default();
        lock(&self.queue.work).pieces.push_back(Box::new(piece));
        self.queue.changed.notify_one();
        while lock(&self.queue.work).pieces.len() > WAITING * self.threads {
            self.help();
        }
        Promise::Open(open)
    }

    /// The result, for which the caller works while it is not there.
    ///
    /// # Errors
    /// When the work panicked.
    pub fn wait<T>(&self, promise: Promise<T>) -> io::Result<T> {
        let open = match promise {
            Promise::Kept(result) => return Ok(result),
            Promise::Open(open) => open,
        };
        loop {
            match open.try_recv() {
                Ok(result) => return Ok(result),
                Err(TryRecvError::Disconnected) => return Err(lost()),
                // With nothing left to do, the work is in somebody's hands.
                Err(TryRecvError::Empty) if !self.help() => return open.recv().map_err(|_| lost()),
                Err(TryRecvError::Empty) => {}
            }
        }
    }

    /// Does the work that waits longest; false if none does.
    fn help(&self) -> bool {
        let piece = lock(&self.queue.work).pieces.pop_front();
        piece.map(perform).is_some()
    }

    /// Whether there are threads to share with, which start as soon as they are worth it.
    fn is_staffed(&self, bytes: usize) -> bool {
        if self.threads == 1 {
            return false;
        }
        let mut crew = lock(&self.crew);
        crew.handed = crew.handed.saturating_add(bytes as u64);
        if crew.workers.is_empty() && crew.handed >= ENOUGH {
            // Where the system gives no thread, the writing one does all the work.
            let worker = |_| {
                let queue = self.queue.clone();
                std::thread::Builder::new().name("art20-deflate".into()).spawn(move || serve(&queue)).ok()
            };
            crew.workers = (1..self.threads).filter_map(worker).collect();
        }
        !crew.workers.is_empty()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut waiting = lock(&self.queue.work);
        waiting.pieces.clear();
        waiting.closed = true;
        drop(waiting);
        self.queue.changed.notify_all();
        for worker in std::mem::take(&mut lock(&self.crew).workers) {
            // A worker catches what its work throws.
            worker.join().unwrap_or_default();
        }
    }
}

impl<T> Promise<T> {
    /// Whether waiting takes no time. A result that will never come counts, so that it is noticed.
    pub fn is_ready(&mut self) -> bool {
        if let Promise::Open(open) = self {
            match open.try_recv() {
                Ok(result) => *self = Promise::Kept(result),
                Err(TryRecvError::Disconnected) => {}
                Err(TryRecvError::Empty) => return false,
            }
        }
        true
    }
}

/// What a worker does until the pool is gone.
fn serve(queue: &Queue) {
    let mut waiting = lock(&queue.work);
    while !waiting.closed {
        match waiting.pieces.pop_front() {
            Some(piece) => {
                drop(waiting);
                perform(piece);
                waiting = lock(&queue.work);
            }
            None => waiting = queue.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// A panic takes the promise with it and nothing else.
fn perform(work: Work) {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_default();
}

fn lost() -> io::Error {
    io::Error::other("a thread that works for the archive failed")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUCH: usize = 1 << 21;

    #[test]
    fn results_come_in_the_order_in_which_they_were_asked_for_whoever_computes_them() {
        for threads in [1, 2, 8] {
            let pool = Pool::new(Some(threads));
            let squares = |number: u64| (0..number * 1000).fold(number, |sum, _| std::hint::black_box(sum));
            let promises: Vec<Promise<u64>> = (0..300).map(|number| pool.run(MUCH, move || squares(number))).collect();
            let results: Vec<u64> = promises.into_iter().map(|promise| pool.wait(promise).unwrap()).collect();
            assert!(results.into_iter().eq(0..300), "{threads}");
        }
    }

    #[test]
    fn little_work_starts_no_thread() {
        let pool = Pool::new(Some(8));
        let here = std::thread::current().id();
        for _ in 0..100 {
            let promise = pool.run(1000, move || std::thread::current().id() == here);
            assert!(matches!(promise, Promise::Kept(true)));
        }
        assert!(lock(&pool.crew).workers.is_empty());
        pool.run(MUCH, || ());
        assert_eq!(lock(&pool.crew).workers.len(), 7);
    }

    #[test]
    fn a_panic_becomes_an_error_and_the_others_come_through() {
        let pool = Pool::new(Some(3));
        let work = |number: u32| move || if number % 10 == 3 { std::panic::panic_any(number) } else { number };
        let promises: Vec<Promise<u32>> = (0..60).map(|number| pool.run(MUCH, work(number))).collect();
        for (number, promise) in (0..).zip(promises) {
            let result = pool.wait(promise);
            assert_eq!(result.ok(), (number % 10 != 3).then_some(number));
        }
    }

    #[test]
    fn whoever_gives_up_leaves_nothing_running() {
        let pool = Pool::new(Some(4));
        let gone = Arc::new(());
        for _ in 0..200 {
            let held = gone.clone();
            drop(pool.run(MUCH, move || drop(held)));
        }
        drop(pool);
        assert_eq!(Arc::strong_count(&gone), 1);
    }
}
