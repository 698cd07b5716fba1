//! A run that is told to stop, or killed, at every call by which it touches the world.

use crate::commands::{batch, batch_holds, batch_is_finished, whole_batch};
use crate::common::assurance;
use crate::export::{prepare, whole};
use crate::judge::{empty, files, journal_holds, names, only_temporary, refused, silent};
use crate::strace::{Kinds, Trial, Tried, can_trace};
use crate::world::{export, world};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};

/// Between two of these a run does nothing that anybody outside could see.
const CALLS: &[&str] = &["openat", "write", "fsync", "syncfs", "renameat2", "rename", "flock", "mkdir", "ftruncate"];
const ALSO_READS: &[&str] =
    &["openat", "read", "pread64", "write", "fsync", "renameat2", "rename", "flock", "getdents64"];

#[test]
fn a_run_that_is_told_to_stop_anywhere_ends_in_order() {
    if !can_trace() {
        return;
    }
    let whole = whole();
    let mut tries = 0;
    for (signal, number, calls) in [("TERM", 15, ALSO_READS), ("INT", 2, CALLS), ("HUP", 1, CALLS)] {
        let judge = |at: &Path, tried: &Tried| {
            let story = tried.story();
            silent(&tried.output, &story);
            if tried.output.status.success() {
                // It came after the last moment in which somebody looks.
                let out = files(&at.join("out"));
                assert!(out.keys().eq(whole.keys()), "not all of it: {story}");
                assert!(out[Path::new("r-1.zip")] == whole[Path::new("r-1.zip")], "another archive: {story}");
            } else {
                // Before it listens to signals it has done nothing.
                if tried.output.status.signal() != Some(number) {
                    refused(&tried.output, &[1], &story);
                    let said = String::from_utf8_lossy(&tried.output.stderr);
                    assert!(said.contains("interrupted"), "{story}");
                }
                assert_eq!(names(&at.join("out")), [""; 0], "something is left: {story}");
            }
            assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
        };
        let trial = Trial { world: &world, prepare: &prepare, command: &export, judge: &judge };
        tries += trial.sweep(Kinds::Signal(signal, calls));
    }
    assurance::tell(
        "a run is told to stop (SIGTERM, SIGINT, SIGHUP)",
        "export: the signal comes at the nth call of the system, for every n",
        tries / 100 * 100,
        "exit status 1 and nothing left, or, after the last look, the whole archive",
    );
}

#[test]
fn a_run_that_is_killed_anywhere_leaves_no_archive_or_a_whole_one_and_can_be_run_again() {
    if !can_trace() {
        return;
    }
    let whole = whole();
    let judge = |at: &Path, tried: &Tried| {
        let story = tried.story();
        let out = files(&at.join("out"));
        let named = |name: &str| out.get(Path::new(name));
        if let Some(archive) = named("r-1.zip") {
            assert!(archive == &whole[Path::new("r-1.zip")], "another archive: {story}");
            assert!(named("r-1.receipt.json").is_some() && named("letter.txt").is_some(), "no proof of it: {story}");
        }
        let papers = ["r-1.zip", "r-1.receipt.json", "letter.txt"];
        papers.iter().for_each(|name| drop(std::fs::remove_file(at.join("out").join(name))));
        only_temporary(&at.join("out"), &story);
        only_temporary(&at.join("tmp"), &story);
        let again = export(at).output().unwrap();
        assert!(again.status.success(), "{} {story}", String::from_utf8_lossy(&again.stderr));
        journal_holds(at, &story);
    };
    let trial = Trial { world: &world, prepare: &prepare, command: &export, judge: &judge };
    let tried = trial.sweep(Kinds::Signal("KILL", CALLS));
    assurance::tell(
        "a run is killed (SIGKILL, the machine stops)",
        "export with journal: killed at the nth call that opens, writes, syncs or names, for every n",
        tried / 50 * 50,
        "no archive or the whole one with its receipt; beside it only a temporary name that nobody else may read; the next run succeeds and the journal verifies",
    );
}

#[test]
fn a_batch_that_is_killed_anywhere_is_finished_by_the_next_run() {
    if !can_trace() {
        return;
    }
    let whole = whole_batch();
    let judge = |at: &Path, tried: &Tried| {
        let story = tried.story();
        batch_holds(at, &whole, &story);
        batch_is_finished(at, &whole, &story);
        let left: Vec<PathBuf> =
            files(&at.join("out")).into_keys().filter(|path| path.starts_with(".art20-batch")).collect();
        assert!(left.is_empty(), "{left:?} {story}");
        journal_holds(at, &story);
        empty(&at.join("tmp"));
    };
    let trial = Trial { world: &world, prepare: &prepare, command: &batch, judge: &judge };
    let tried =
        trial.sweep(Kinds::Signal("KILL", &["write", "fsync", "syncfs", "renameat2", "rename", "mkdir", "ftruncate"]));
    assurance::tell(
        "a run is killed (SIGKILL, the machine stops)",
        "batch with journal: killed at the nth call that writes, syncs or names, for every n, and run again",
        tried / 20 * 20,
        "every archive that has its name is whole; the next run does the rest and clears what was left; the journal verifies",
    );
}
