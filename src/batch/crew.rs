//! Workers that take one task after the other. A worker that panics loses its task and nothing else.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, scope};
use std::time::Duration;

/// Finished tasks that may wait; more of them hold the workers up. A whole window, so that they go on while one is made
/// durable.
const WAITING: usize = 1_024;
/// How long nothing may happen before the caller is told.
const QUIET: Duration = Duration::from_millis(250);
/// After so many single tasks a worker asks again whether it pays to prepare several together.
const SINGLE: usize = 200;
/// The stack of a worker: what the system gives the thread of a single export. Mails within mails take room there.
const STACK: usize = 8 << 20;

/// What the workers have come to.
pub(super) enum Sign<R> {
    /// A task is finished.
    Finished(usize, R),
    /// A task ended in a fault of art20 itself.
    Panicked(usize),
    /// Nothing has happened for a while.
    Quiet,
}

/// Who does the tasks.
pub(super) trait Worker<R> {
    /// How many tasks are wanted at once at most, so that they can be prepared together.
    fn ahead(&mut self) -> usize;

    /// Prepares tasks that come next.
    fn begin(&mut self, tasks: &[usize]);

    /// Does a task.
    fn task(&mut self, task: usize) -> R;
}

/// The tasks that nobody has taken yet.
struct Pile<'t> {
    tasks: &'t [usize],
    workers: usize,
    next: Mutex<usize>,
}

impl<'t> Pile<'t> {
    /// The next tasks; towards the end fewer, so that all workers end together.
    fn take(&self, most: usize) -> &'t [usize] {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let left = &self.tasks[*next..];
        let taken = &left[..most.min(left.len() / (2 * self.workers)).max(1).min(left.len())];
        *next += taken.len();
        taken
    }
}

/// What the worker came to. What a panic leaves half done stays in the worker, which is replaced.
fn or_new<W, T>(worker: &mut W, make: &impl Fn() -> W, work: impl FnOnce(&mut W) -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(|| work(worker))).ok();
    if result.is_none() {
        *worker = make();
    }
    result
}

/// Has `workers` threads, each with a worker of its own made by `make`, take the tasks in their order until all are
/// taken or `stop` is set. `sink` is called on this thread.
///
/// # Errors
/// When not even one thread can be had.
pub(super) fn work<R: Send, W: Worker<R>>(
    tasks: &[usize],
    workers: usize,
    stop: &AtomicBool,
    make: impl Fn() -> W + Sync,
    mut sink: impl FnMut(Sign<R>),
) -> io::Result<()> {
    let workers = workers.min(tasks.len());
    let pile = Pile { tasks, workers, next: Mutex::new(0) };
    let (sender, receiver) = sync_channel(WAITING);
    scope(|threads| {
        for nth in 0..workers {
            let (sender, pile, make) = (sender.clone(), &pile, &make);
            let spawned = Builder::new().stack_size(STACK).spawn_scoped(threads, move || {
                let mut worker = make();
                let mut single = 0;
                loop {
                    let most = if single == 0 { or_new(&mut worker, make, Worker::ahead).unwrap_or(1) } else { 1 };
                    single = if most > 1 { 0 } else { (single + 1) % SINGLE };
                    let taken = pile.take(most);
                    if taken.is_empty() {
                        return;
                    }
                    if most > 1 {
                        // A fault in preparing is met again by the task itself.
                        let _ = or_new(&mut worker, make, |worker| worker.begin(taken));
                    }
                    for task in taken {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let sign = match or_new(&mut worker, make, |worker| worker.task(*task)) {
                            Some(result) => Sign::Finished(*task, result),
                            None => Sign::Panicked(*task),
                        };
                        if sender.send(sign).is_err() {
                            return;
                        }
                    }
                }
            });
            match spawned {
                // Fewer threads than wished do the same work.
                Err(error) if nth == 0 => return Err(error),
                _ => {}
            }
        }
        drop(sender);
        loop {
            match receiver.recv_timeout(QUIET) {
                Ok(sign) => sink(sign),
                Err(RecvTimeoutError::Timeout) => sink(Sign::Quiet),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that does what it is told, and prepares so many tasks at once.
    struct Told<F>(usize, F);

    impl<F: Fn(usize) -> usize> Worker<usize> for Told<F> {
        fn ahead(&mut self) -> usize {
            self.0
        }

        fn begin(&mut self, tasks: &[usize]) {
            assert!(!tasks.contains(&40), "preparing fails, on purpose");
        }

        fn task(&mut self, task: usize) -> usize {
            (self.1)(task)
        }
    }

    /// Finished and panicked tasks, each in order.
    fn run(
        workers: usize,
        ahead: usize,
        stop: &AtomicBool,
        worker: impl Fn(usize) -> usize + Sync,
    ) -> (Vec<usize>, Vec<usize>) {
        let (mut finished, mut panicked) = (Vec::new(), Vec::new());
        let tasks: Vec<usize> = (0..50).collect();
        let sink = |sign| match sign {
            Sign::Finished(task, result) => {
                assert_eq!(result, task * 10);
                finished.push(task);
            }
            Sign::Panicked(task) => panicked.push(task),
            Sign::Quiet => {}
        };
        work(&tasks, workers, stop, || Told(ahead, &worker), sink).unwrap();
        finished.sort_unstable();
        panicked.sort_unstable();
        (finished, panicked)
    }

    #[test]
    fn every_task_is_done_once_however_many_workers_there_are() {
        for workers in [1, 2, 8, 100] {
            for ahead in [1, 7, 1_000] {
                let (finished, panicked) = run(workers, ahead, &AtomicBool::new(false), |task| task * 10);
                assert_eq!((finished, panicked), ((0..50).collect(), Vec::new()));
            }
        }
    }

    #[test]
    fn a_panic_costs_its_own_task_only() {
        let worker = |task: usize| {
            assert!(!task.is_multiple_of(7), "on purpose");
            task * 10
        };
        let (finished, panicked) = run(3, 1, &AtomicBool::new(false), worker);
        assert_eq!(panicked, [0, 7, 14, 21, 28, 35, 42, 49]);
        assert_eq!(finished.len() + panicked.len(), 50);
    }

    #[test]
    fn workers_that_are_told_to_stop_finish_what_they_have_in_hand() {
        let stop = AtomicBool::new(false);
        let worker = |task: usize| {
            stop.store(true, Ordering::Relaxed);
            task * 10
        };
        let (finished, panicked) = run(1, 20, &stop, worker);
        assert_eq!((finished, panicked), (vec![0], Vec::new()));
    }
}
