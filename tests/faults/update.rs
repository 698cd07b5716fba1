//! A configuration that is added to: whatever fails and whenever it is killed, it is the one before or the one after.

use crate::common::assurance;
use crate::judge::{empty, files, names, refused, silent, statuses};
use crate::strace::{Kinds, Trial, Tried, can_trace};
use crate::world::{run_in, world};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The controller, whose stores know more than the configuration.
fn changed_world() -> tempfile::TempDir {
    let folder = world();
    Connection::open(folder.path().join("stores/crm.db"))
        .unwrap()
        .execute_batch(
            "ALTER TABLE people ADD COLUMN phone TEXT; UPDATE people SET phone = 'canary';
             CREATE TABLE refunds (id INTEGER PRIMARY KEY, chat INTEGER REFERENCES chats, amount NUMERIC);",
        )
        .unwrap();
    fs::copy(folder.path().join("art20.toml"), folder.path().join("before.toml")).unwrap();
    folder
}

fn update(at: &Path) -> Command {
    run_in(at, &["init", "--update"])
}

fn temporary(at: &Path) -> Vec<String> {
    names(at).into_iter().filter(|name| name.contains(".art20-")).collect()
}

fn prepare(at: &Path) {
    ["out", "tmp"].iter().for_each(|name| empty(&at.join(name)));
    temporary(at).iter().for_each(|name| fs::remove_file(at.join(name)).unwrap());
    fs::copy(at.join("before.toml"), at.join("art20.toml")).unwrap();
}

/// The configuration before and after.
fn both() -> (Vec<u8>, Vec<u8>) {
    let folder = changed_world();
    let read = || fs::read(folder.path().join("art20.toml")).unwrap();
    let before = read();
    let run = update(folder.path()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let after = read();
    assert!(before != after && files(folder.path()).values().any(|bytes| *bytes == after));
    (before, after)
}

#[test]
fn every_call_of_an_update_fails_in_turn_and_the_configuration_is_as_it_was_or_whole() {
    if !can_trace() {
        return;
    }
    let (before, after) = both();
    let judge = |at: &Path, tried: &Tried| {
        let story = tried.story();
        silent(&tried.output, &story);
        let now = fs::read(at.join("art20.toml")).unwrap();
        if tried.output.status.success() {
            assert!(now == after, "another configuration: {story}");
        } else {
            // The configuration is read before the stores are, and again before it is replaced.
            let is_configuration = tried.line.as_deref().unwrap_or_default().contains("art20.toml>");
            let may = if tried.fault.call == "read" && is_configuration { &[1, 3] } else { statuses(tried) };
            refused(&tried.output, may, &story);
            // Once it has its name, only making that durable can fail.
            assert!(now == before || (now == after && tried.fault.call == "fsync"), "half of it: {story}");
        }
        assert_eq!(temporary(at), [""; 0], "something temporary is left: {story}");
        assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
    };
    let tried =
        Trial { world: &changed_world, prepare: &prepare, command: &update, judge: &judge }.sweep(Kinds::Errors);
    assurance::tell(
        "a configuration is added to (`init --update`)",
        "the nth call of the system fails, for every n and every sort of call",
        tried / 50 * 50,
        "the configuration before, or the whole one after; a sentence that helps; nothing temporary",
    );
}

#[test]
fn an_update_that_is_killed_anywhere_leaves_a_configuration_and_can_be_run_again() {
    if !can_trace() {
        return;
    }
    let (before, after) = both();
    let judge = |at: &Path, tried: &Tried| {
        let story = tried.story();
        let now = fs::read(at.join("art20.toml")).unwrap();
        assert!(now == before || now == after, "half of it: {story}");
        let again = update(at).output().unwrap();
        assert!(again.status.success(), "{} {story}", String::from_utf8_lossy(&again.stderr));
        assert!(fs::read(at.join("art20.toml")).unwrap() == after, "another configuration: {story}");
    };
    let calls = &["openat", "write", "fsync", "rename", "renameat2", "fchmodat", "chmod"];
    let tried = Trial { world: &changed_world, prepare: &prepare, command: &update, judge: &judge }
        .sweep(Kinds::Signal("KILL", calls));
    assurance::tell(
        "a configuration is added to (`init --update`)",
        "killed at the nth call that opens, writes, syncs or names, for every n, and run again",
        tried / 10 * 10,
        "the configuration before, or the whole one after; the next run gives the whole one",
    );
}
