//! One export, with every call of it failing in turn.

use crate::common::assurance;
use crate::judge::{empty, files, journal_holds, names, refused, silent, statuses};
use crate::strace::{Kinds, Trial, Tried, can_trace};
use crate::world::{export, run_in, world};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is in `out/` when all went well.
pub fn whole() -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = world();
    let output = export(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all = files(&folder.path().join("out"));
    assert_eq!(names(&folder.path().join("out")), ["letter.txt", "r-1.receipt.json", "r-1.zip"]);
    all
}

pub fn prepare(at: &Path) {
    ["out", "tmp"].iter().for_each(|name| empty(&at.join(name)));
    for name in ["journal.jsonl", "journal.jsonl.head"] {
        let _ = fs::remove_file(at.join(name));
    }
}

/// All of it, or nothing.
fn all_or_nothing(at: &Path, tried: &Tried, whole: &BTreeMap<PathBuf, Vec<u8>>) {
    let story = tried.story();
    silent(&tried.output, &story);
    let out = files(&at.join("out"));
    if tried.output.status.success() {
        assert!(out.keys().eq(whole.keys()), "not all of it: {:?} {story}", out.keys());
        let same = |name: &str| out[Path::new(name)] == whole[Path::new(name)];
        assert!(same("r-1.zip") && same("letter.txt"), "another archive: {story}");
    } else {
        refused(&tried.output, statuses(tried), &story);
        assert_eq!(names(&at.join("out")), [""; 0], "something is left: {story}");
    }
    assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
    if ["write", "fsync", "flock", "rename", "renameat2", "openat"].contains(&tried.fault.call) {
        journal_holds(at, &story);
    }
}

/// Encrypted to a key and signed, to the same folder.
fn protected(at: &Path) -> Command {
    let recipient = fs::read_to_string(at.join("age.pub")).unwrap();
    let mut command = export(at);
    command.args(["--sign-key", "sign.key", "--recipient", recipient.trim()]);
    command
}

/// All of it, and it can be opened, or nothing.
fn opens_or_nothing(at: &Path, tried: &Tried) {
    let story = tried.story();
    silent(&tried.output, &story);
    let found = names(&at.join("out"));
    if tried.output.status.success() {
        assert_eq!(found, ["letter.txt", "r-1.receipt.json", "r-1.zip.age", "r-1.zip.age.minisig"], "{story}");
        let verified = run_in(at, &["verify", "-q", "out/r-1.zip.age", "--identity", "age.key"]).output().unwrap();
        assert!(verified.status.success(), "another archive: {story}");
    } else {
        refused(&tried.output, statuses(tried), &story);
        assert_eq!(found, [""; 0], "something is left: {story}");
    }
    assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
}

#[test]
fn every_call_of_an_encrypted_and_signed_export_fails_in_turn() {
    if !can_trace() {
        return;
    }
    // Of the reading nothing is new.
    let new = |call: &str| ["openat", "write", "fsync", "renameat2", "lseek"].contains(&call);
    let trial = Trial { world: &world, prepare: &prepare, command: &protected, judge: &opens_or_nothing };
    let tried = trial.sweep(Kinds::ErrorsOf(&new));
    assurance::tell(
        "a write or any other call of the system fails",
        "export encrypted to a key of age and signed: the nth call that opens, writes or names fails, for every n",
        tried / 50 * 50,
        "nothing, or an archive that its key opens, with signature, receipt and letter",
    );
}

#[test]
fn a_call_that_a_signal_interrupts_is_made_again() {
    if !can_trace() {
        return;
    }
    let whole = whole();
    let judge = |at: &Path, tried: &Tried| {
        assert!(tried.output.status.success(), "{}", tried.story());
        all_or_nothing(at, tried, &whole);
    };
    let trial = Trial { world: &world, prepare: &prepare, command: &export, judge: &judge };
    let tried = trial.sweep(Kinds::Interruptions);
    assurance::tell(
        "a call of the system is interrupted (EINTR)",
        "export: the nth read, write or sync is interrupted once, for every n",
        tried / 50 * 50,
        "the same archive",
    );
}

#[test]
fn every_call_of_an_export_fails_in_turn_and_there_is_a_whole_archive_or_none() {
    if !can_trace() {
        return;
    }
    let whole = whole();
    let judge = |at: &Path, tried: &Tried| all_or_nothing(at, tried, &whole);
    let trial = Trial { world: &world, prepare: &prepare, command: &export, judge: &judge };
    let tried = trial.sweep(Kinds::Errors);
    assurance::tell(
        "a read, write or any other call of the system fails",
        "export from stores of every sort, with letter and journal: the nth call fails, for every n",
        tried / 100 * 100,
        "no archive or the whole one, nothing beside it, a sentence that helps, no personal data in it, the journal whole",
    );
}
