//! Workers that take one task after the other. A worker that panics loses its task and nothing else.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::{Builder, scope};
use std::time::Duration;

/// Finished tasks that may wait; more of them hold the workers up.
const WAITING: usize = 256;
/// How long nothing may happen before the caller is told.
const QUIET: Duration = Duration::from_millis(250);

/// What the workers have come to.
pub(super) enum Sign<R> {
    /// A task is finished.
    Finished(usize, R),
    /// A task ended in a fault of art20 itself.
    Panicked(usize),
    /// Nothing has happened for a while.
    Quiet,
}

/// Has `workers` threads, each with a worker of its own made by `make`, take the tasks in their order until all are
/// taken or `stop` is set. `sink` is called on this thread.
///
/// # Errors
/// When not even one thread can be had.
pub(super) fn work<R: Send, W: FnMut(usize) -> R>(
    tasks: &[usize],
    workers: usize,
    stop: &AtomicBool,
    make: impl Fn() -> W + Sync,
    mut sink: impl FnMut(Sign<R>),
) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = sync_channel(WAITING);
    scope(|threads| {
        for nth in 0..workers.min(tasks.len()) {
            let (sender, next, make) = (sender.clone(), &next, &make);
            let spawned = Builder::new().spawn_scoped(threads, move || {
                let mut worker = make();
                while !stop.load(Ordering::Relaxed) {
                    let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    // What a panic leaves half done stays in the worker, which is replaced.
                    let sign = match catch_unwind(AssertUnwindSafe(|| worker(*task))) {
                        Ok(result) => Sign::Finished(*task, result),
                        Err(_) => {
                            worker = make();
                            Sign::Panicked(*task)
                        }
                    };
                    if sender.send(sign).is_err() {
                        return;
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

    /// Finished and panicked tasks, each in order.
    fn run(workers: usize, stop: &AtomicBool, worker: impl Fn(usize) -> usize + Sync) -> (Vec<usize>, Vec<usize>) {
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
        work(&tasks, workers, stop, || &worker, sink).unwrap();
        finished.sort_unstable();
        panicked.sort_unstable();
        (finished, panicked)
    }

    #[test]
    fn every_task_is_done_once_however_many_workers_there_are() {
        for workers in [1, 2, 8, 100] {
            let (finished, panicked) = run(workers, &AtomicBool::new(false), |task| task * 10);
            assert_eq!((finished, panicked), ((0..50).collect(), Vec::new()));
        }
    }

    #[test]
    fn a_panic_costs_its_own_task_only() {
        let worker = |task: usize| {
            assert!(!task.is_multiple_of(7), "on purpose");
            task * 10
        };
        let (finished, panicked) = run(3, &AtomicBool::new(false), worker);
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
        let (finished, panicked) = run(1, &stop, worker);
        assert_eq!((finished, panicked), (vec![0], Vec::new()));
    }
}
