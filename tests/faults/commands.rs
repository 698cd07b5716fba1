//! Every other command, with every call of it failing in turn: batch, import, demo, the journal, letters, and what only
//! reads.

use crate::common::assurance;
use crate::export::whole;
use crate::judge::{files, journal_holds, names, refused, silent, statuses};
use crate::strace::{Kinds, Trial, Tried, can_trace};
use crate::world::{AS_OF, SUBJECT, export, run_in, world};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is tried of most commands: the errors of calls that touch files, and of threads.
fn sweep(
    prepare: &(dyn Fn(&Path) + Sync),
    command: &(dyn Fn(&Path) -> Command + Sync),
    judge: &(dyn Fn(&Path, &Tried) + Sync),
) -> usize {
    Trial { world: &world, prepare, command, judge }.sweep(Kinds::Errors)
}

fn prepare(at: &Path) {
    crate::export::prepare(at);
}

pub fn batch(at: &Path) -> Command {
    run_in(at, &["batch", "requests.csv", "-q", "-o", "out", "--jobs", "1", "--as-of", AS_OF])
}

/// What a batch is to come to: Ann's and Bob's archives, and a line for each request.
pub fn whole_batch() -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = world();
    let output = batch(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    files(&folder.path().join("out"))
}

/// Every archive that is there is whole and has its receipt, and the result counts on no other.
pub fn batch_holds(at: &Path, whole: &BTreeMap<PathBuf, Vec<u8>>, story: &str) {
    let out = files(&at.join("out"));
    for (path, bytes) in out.iter().filter(|(path, _)| path.extension().is_some_and(|ending| ending == "zip")) {
        assert!(whole.get(path) == Some(bytes), "another archive {}: {story}", path.display());
        assert!(out.contains_key(&path.with_extension("receipt.json")), "no receipt: {story}");
    }
    let result = String::from_utf8(out.get(Path::new("batch-result.csv")).cloned().unwrap_or_default()).unwrap();
    for line in result.lines().filter(|line| line.contains(",done,")) {
        let archive = format!("{}.zip", line.split(',').next().unwrap());
        assert!(out.contains_key(Path::new(&archive)), "the result counts on {archive}: {story}");
    }
    assert!(!result.to_lowercase().contains(crate::world::CANARY), "personal data in the result: {result} {story}");
}

/// The same command again does what is missing.
pub fn batch_is_finished(at: &Path, whole: &BTreeMap<PathBuf, Vec<u8>>, story: &str) {
    let again = batch(at).output().unwrap();
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(7), "{said} {story}");
    assert_eq!(files(&at.join("out")).keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "{said} {story}");
    batch_holds(at, whole, story);
}

#[test]
fn every_call_of_a_batch_fails_in_turn_and_the_next_run_finishes_it() {
    if !can_trace() {
        return;
    }
    let whole = whole_batch();
    let judge = |at: &Path, tried: &Tried| {
        let story = tried.story();
        silent(&tried.output, &story);
        match tried.output.status.code() {
            Some(7) => {}
            _ => refused(&tried.output, statuses(tried), &story),
        }
        batch_holds(at, &whole, &story);
        assert!(names(&at.join("out")).iter().all(|name| !name.contains(".part")), "a part is left: {story}");
        assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
        if ["write", "fsync", "syncfs", "rename", "renameat2", "mkdir", "flock", "clone3"].contains(&tried.fault.call) {
            batch_is_finished(at, &whole, &story);
            journal_holds(at, &story);
        }
    };
    let new = |call: &str| !["pread64", "newfstatat", "statx", "fcntl", "read"].contains(&call);
    let tried = Trial { world: &world, prepare: &prepare, command: &batch, judge: &judge }.sweep(Kinds::ErrorsOf(&new));
    assurance::tell(
        "a write or any other call of the system fails",
        "batch with journal: the nth call fails, for every n, and the same command is run again",
        tried / 100 * 100,
        "every archive that has its name is whole and has its receipt; the result counts on no other; the second run finishes the rest",
    );
}

/// An archive of the subject, made once.
fn with_archive() -> tempfile::TempDir {
    let folder = world();
    // A small file is imported by fewer calls.
    let small = "UPDATE files SET content = x'00'; DELETE FROM chats WHERE id > 12";
    Connection::open(folder.path().join("stores/crm.db")).unwrap().execute_batch(small).unwrap();
    assert!(export(folder.path()).output().unwrap().status.success());
    fs::rename(folder.path().join("out/r-1.zip"), folder.path().join("sent.zip")).unwrap();
    folder
}

/// The same archive, and unpacked beside it.
fn with_folder() -> tempfile::TempDir {
    let folder = with_archive();
    let file = fs::File::open(folder.path().join("sent.zip")).unwrap();
    zip::ZipArchive::new(file).unwrap().extract(folder.path().join("sent")).unwrap();
    folder
}

/// Every table of a database as text.
fn dump(path: &Path) -> String {
    let database = Connection::open(path).unwrap();
    let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(one("PRAGMA integrity_check"), "ok");
    let tables =
        one("SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name)");
    let mut text = String::new();
    for table in tables.split(' ') {
        let count = one(&format!("SELECT count(*) || '' FROM \"{table}\""));
        text.push_str(&format!("{table} {count}\n"));
    }
    text
}

#[test]
fn every_call_of_an_import_fails_in_turn_and_the_database_is_whole_or_not_there() {
    if !can_trace() {
        return;
    }
    let import = |at: &Path| run_in(at, &["import", "sent.zip", "-q", "--into", "sqlite:out/got.db"]);
    let folder = with_archive();
    prepare(folder.path());
    assert!(import(folder.path()).output().unwrap().status.success());
    let whole = dump(&folder.path().join("out/got.db"));
    let judge = |at: &Path, tried: &Tried| {
        let story = tried.story();
        silent(&tried.output, &story);
        assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
        if tried.output.status.success() {
            assert_eq!(names(&at.join("out")), ["got.db", "got.toml"], "{story}");
            assert_eq!(dump(&at.join("out/got.db")), whole, "{story}");
        } else {
            refused(&tried.output, statuses(tried), &story);
            assert_eq!(names(&at.join("out")), [""; 0], "something is left: {story}");
        }
    };
    let trial = Trial { world: &with_archive, prepare: &prepare, command: &import, judge: &judge };
    let tried = trial.sweep(Kinds::Errors);
    // Into a database that is there already, and that has all of it.
    let again = |at: &Path| {
        prepare(at);
        assert!(import(at).output().unwrap().status.success());
    };
    let judge = |at: &Path, tried: &Tried| {
        let story = tried.story();
        silent(&tried.output, &story);
        if !tried.output.status.success() {
            refused(&tried.output, statuses(tried), &story);
        }
        assert_eq!(dump(&at.join("out/got.db")), whole, "{story}");
        assert_eq!(names(&at.join("out")), ["got.db", "got.toml"], "{story}");
    };
    let writes = |call: &str| !["read", "lseek", "statx", "newfstatat"].contains(&call);
    let trial = Trial { world: &with_archive, prepare: &again, command: &import, judge: &judge };
    let tried = tried + trial.sweep(Kinds::ErrorsOf(&writes));
    assurance::tell(
        "a read, write or any other call of the system fails",
        "import into a new database and into one that is there: the nth call fails, for every n",
        tried / 100 * 100,
        "no database or a whole one; one that was there holds what it held",
    );
}

#[test]
fn every_call_of_the_demo_fails_in_turn_and_no_half_file_stays() {
    if !can_trace() {
        return;
    }
    let ways: [(&str, &[&str]); 2] = [
        ("example", &["demo", "out/demo"]),
        ("synthetic", &["demo", "out/demo", "--subjects", "2", "--messages", "3"]),
    ];
    let mut tries = 0;
    for (_, arguments) in ways {
        let demo = |at: &Path| run_in(at, arguments);
        let folder = world();
        assert!(demo(folder.path()).output().unwrap().status.success());
        let whole = files(&folder.path().join("out"));
        let judge = |at: &Path, tried: &Tried| {
            let story = tried.story();
            let out = files(&at.join("out"));
            for (path, bytes) in &out {
                assert!(whole.get(path) == Some(bytes), "{} is not whole: {story}", path.display());
            }
            match tried.output.status.success() {
                true => assert!(out.len() == whole.len(), "not all of it: {story}"),
                false => refused(&tried.output, statuses(tried), &story),
            }
        };
        tries += sweep(&prepare, &demo, &judge);
    }
    assurance::tell(
        "a read, write or any other call of the system fails",
        "demo, as the example and synthetic: the nth call fails, for every n",
        tries / 50 * 50,
        "every file that is there is whole",
    );
}

#[test]
fn every_call_of_the_journals_commands_and_of_the_letters_fails_in_turn() {
    if !can_trace() {
        return;
    }
    let with_run = || {
        let folder = world();
        assert!(export(folder.path()).output().unwrap().status.success());
        for name in ["journal.jsonl", "journal.jsonl.head"] {
            fs::copy(folder.path().join(name), folder.path().join(format!("kept-{name}"))).unwrap();
        }
        folder
    };
    let prepare = |at: &Path| {
        crate::export::prepare(at);
        for name in ["journal.jsonl", "journal.jsonl.head"] {
            fs::copy(at.join(format!("kept-{name}")), at.join(name)).unwrap();
        }
    };
    let lines = |at: &Path| fs::read_to_string(at.join("journal.jsonl")).unwrap().lines().count();
    let mut tries = 0;
    let commands: [&[&str]; 4] = [
        &["journal", "delivered", "r-1", "--channel", "portal"],
        &["journal", "show"],
        &["refuse", "-q", "--reason", "no-such-data", "--reference", "r-9", "-o", "out/letter.txt"],
        &[
            "extend",
            "-q",
            "--reason",
            "complexity",
            "--explanation",
            "many stores",
            "--received",
            AS_OF,
            "--as-of",
            AS_OF,
            "--reference",
            "r-9",
            "-o",
            "out/letter.txt",
        ],
    ];
    for arguments in commands {
        let judge = |at: &Path, tried: &Tried| {
            let story = tried.story();
            silent(&tried.output, &story);
            if !tried.output.status.success() {
                refused(&tried.output, statuses(tried), &story);
                // Standard output that takes nothing undoes nothing.
                assert_eq!(names(&at.join("out")), [""; 0], "something is left: {story}");
            }
            journal_holds(at, &story);
            // A line that is there counts, whatever came after it.
            assert!((1..=3).contains(&lines(at)), "{story}");
        };
        tries += Trial { world: &with_run, prepare: &prepare, command: &|at| run_in(at, arguments), judge: &judge }
            .sweep(Kinds::Errors);
    }
    assurance::tell(
        "a read, write or any other call of the system fails",
        "journal delivered and show, refuse, extend: the nth call fails, for every n",
        tries / 50 * 50,
        "the journal verifies, no half letter stays",
    );
}

#[test]
fn every_call_of_what_only_reads_fails_in_turn_and_nothing_counts_as_verified_that_was_not_read() {
    if !can_trace() {
        return;
    }
    let mut tries = 0;
    let plan = ["plan", "-q", "--identity-check", "account-login", "--as-of", AS_OF, "-s", SUBJECT];
    let commands: [&[&str]; 4] = [&["verify", "sent.zip"], &["verify", "sent"], &plan, &["check", "--as-of", AS_OF]];
    for arguments in commands {
        let folder = with_folder();
        let said = run_in(folder.path(), arguments).output().unwrap().stdout;
        let judge = |at: &Path, tried: &Tried| {
            let story = tried.story();
            silent(&tried.output, &story);
            match tried.output.status.success() {
                true => assert!(tried.output.stdout == said, "something else was said: {story}"),
                false => refused(&tried.output, statuses(tried), &story),
            }
            assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
        };
        let trial =
            Trial { world: &with_folder, prepare: &prepare, command: &|at| run_in(at, arguments), judge: &judge };
        let reads = |call: &str| call != "newfstatat";
        tries += trial.sweep(Kinds::ErrorsOf(&reads));
    }
    assurance::tell(
        "a read or any other call of the system fails",
        "verify of a zip and of a folder, plan and check: the nth call fails, for every n",
        tries / 50 * 50,
        "the same answer as ever, or the exit status of a failure and a sentence that helps",
    );
}

#[test]
fn what_this_account_may_not_read_of_a_folder_is_a_failure_that_names_it_and_no_fault_of_the_archive() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = with_folder();
    let at = folder.path();
    let mode = |path: &str, mode| fs::set_permissions(at.join(path), fs::Permissions::from_mode(mode)).unwrap();
    for (path, usual) in [("sent/data/records", 0o755), ("sent/README.html", 0o644), ("sent/bag-info.txt", 0o644)] {
        for arguments in [&["verify", "sent"][..], &["import", "sent", "-q", "--into", "sqlite:out/got.db"]] {
            mode(path, 0);
            let output = humble(&run_in(at, arguments)).output().unwrap();
            mode(path, usual);
            let said = String::from_utf8_lossy(&output.stderr);
            refused(&output, &[1], &said);
            assert!(
                said.contains(&format!("cannot read {path}: Permission denied")) && output.stdout.is_empty(),
                "{said}"
            );
            assert!(names(&at.join("out")).iter().all(|name| !name.starts_with("got")), "{arguments:?}: {said}");
        }
    }
    assert!(humble(&run_in(at, &["verify", "-q", "sent"])).status().unwrap().success());
}

/// The command without root's right to read what it may not.
fn humble(command: &Command) -> Command {
    let id = Command::new("id").arg("-u").output().unwrap();
    let mut humble = Command::new(if id.stdout.trim_ascii() == b"0" { "setpriv" } else { "env" });
    if humble.get_program() == "setpriv" {
        humble.args(["--bounding-set=-dac_override,-dac_read_search", "--"]);
    }
    humble.arg(command.get_program()).args(command.get_args()).current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        humble.envs(value.map(|value| (name, value)));
    }
    humble
}

#[test]
fn what_a_fault_free_run_leaves_is_what_the_others_are_held_against() {
    assert_eq!(whole().len(), 3);
    let names: Vec<String> = whole_batch().keys().map(|path| path.to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["batch-result.csv", "r-1.receipt.json", "r-1.zip", "r-2.receipt.json", "r-2.zip"]);
}
