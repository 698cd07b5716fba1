//! Work that several threads do beside each other: the same to many things, or two things at once.

use super::fault::Faults;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many a thread takes at once: so few that no thread waits long for the last one.
const TAKEN: usize = 64;

/// More threads than this gain little: the directory is one, and so is the disk.
const MOST_THREADS: usize = 8;

/// How many threads this machine is worth.
pub(super) fn most() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS)
}

/// What `work` gives for each, in their order. This thread works too, and where no other can be had it does all of it.
pub(super) fn each<T: Sync, R: Send>(things: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if threads < 2 || things.len() < 2 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Vec<R>)>> = Mutex::default();
    let worker = || {
        loop {
            let from = next.fetch_add(TAKEN, Ordering::Relaxed);
            let Some(taken) = things.get(from..things.len().min(from + TAKEN)).filter(|taken| !taken.is_empty()) else {
                break;
            };
            let results = taken.iter().map(&work).collect();
            done.lock().unwrap_or_else(PoisonError::into_inner).push((from, results));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            if thread::Builder::new().name("art20-verify".into()).spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        worker();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(from, _)| *from);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

/// Does both, the second by a thread of its own if there may be two. The faults of the first stand before those of the
/// second.
pub(super) fn both<A, B: Send>(
    threads: usize,
    faults: &mut Faults,
    one: impl FnOnce(&mut Faults) -> A,
    two: impl Fn(&mut Faults) -> B + Sync,
) -> (A, B) {
    if threads < 2 {
        return (one(faults), two(faults));
    }
    let empty = faults.another();
    thread::scope(|scope| {
        let other = thread::Builder::new().name("art20-verify".into()).spawn_scoped(scope, || {
            let mut faults = empty;
            let result = two(&mut faults);
            (result, faults)
        });
        let one = one(faults);
        match other.map(thread::ScopedJoinHandle::join) {
            Ok(Ok((two, others))) => {
                faults.append(others);
                (one, two)
            }
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => (one, two(faults)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_stand_in_the_order_of_the_things_whoever_did_the_work() {
        for count in [0, 1, TAKEN, TAKEN + 1, 10 * TAKEN - 3] {
            let things: Vec<usize> = (0..count).collect();
            for threads in [1, 2, 3, 8] {
                let doubled = each(&things, threads, |thing| thing * 2);
                assert_eq!(doubled, things.iter().map(|thing| thing * 2).collect::<Vec<_>>(), "{count} by {threads}");
            }
        }
    }
}
