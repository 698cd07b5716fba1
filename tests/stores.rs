//! SQLite files as they are in real life: with changes that wait in a `-wal`, in folders that nobody may write, locked,
//! cut off, damaged, changed under way, and with schemas made to do harm. Either the archive is whole or there is none,
//! and the store's folder is afterwards as it was.

mod common;

use common::unpacked::{records, unpacked};
use common::{art20, fixture, scratch};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "T"
id = "https://t.example"
languages = ["en"]
[activity.business]
legal_basis = "contract"
purpose = "Selling"
[store.s]
url = "sqlite:store/s.db"
[collection.people]
store = "s"
table = "people"
kind = "contact"
activity = "business"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
learn = { customer = ["number"] }
[collection.people.columns]
id = { omit = "number" }
number = "additional.customer_number"
email = "emails"
name = "name.full"
[collection.notes]
store = "s"
table = "notes"
kind = "other"
activity = "business"
origin = "provided"
key = ["id"]
match = ["owner == subject.customer"]
[collection.notes.columns]
id = { omit = "number" }
owner = { omit = "link" }
note = "additional.note"
"#;

const SCHEMA: &str = "CREATE TABLE people (id INTEGER PRIMARY KEY, number TEXT, email TEXT, name TEXT);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, note TEXT);
    CREATE INDEX owner ON notes (owner);
    INSERT INTO people VALUES (1, 'c1', 'ann@example.org', 'Ann'), (2, 'c2', 'bob@example.org', 'Bob');
    INSERT INTO notes VALUES (1, 'c1', 'first'), (2, 'c2', 'of Bob');";

/// A folder with the configuration and `store/s.db`, made by `script`.
fn world(script: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = scratch();
    fs::write(folder.path().join("art20.toml"), CONFIGURATION).unwrap();
    fs::create_dir(folder.path().join("store")).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    let store = folder.path().join("store/s.db");
    Connection::open(&store).unwrap().execute_batch(script).unwrap();
    (folder, store)
}

/// The export of Ann to `out/`, with `tmp/` for temporary files.
fn export(folder: &Path) -> Command {
    let temporary = folder.join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut command = art20();
    command
        .args(["export", "-q", "--json", "--identity-check", "account-login", "--as-of", "2026-06-15T12:00:00Z"])
        .args(["-s", "email:ann@example.org", "-c"])
        .arg(folder.join("art20.toml"))
        .arg("-o")
        .arg(folder.join("out/ann.zip"))
        .env("TMPDIR", &temporary);
    command
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What every file below a folder holds.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.insert(path.clone(), fs::read(&path).unwrap());
    }
    all
}

/// The notes of the archive that an export wrote.
fn notes(folder: &Path) -> Vec<String> {
    let files = unpacked(&folder.join("out/ann.zip"));
    let note = |record: &Value| record["additional"]["note"].as_str().unwrap().to_owned();
    records(&files).iter().filter(|record| record["kind"] == "other").map(note).collect()
}

/// Nothing was written, nothing temporary stays, and the sentence helps.
fn refused(folder: &Path, output: &Output, status: i32, what: &str) {
    let said = errors(output);
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(said.contains(what), "{said}");
    assert!(said.contains("what to do:"), "{said}");
    for word in ["ann@", "Ann", "Bob", "c1"] {
        assert!(!said.contains(word), "{said}");
    }
    nothing_left(folder);
}

fn nothing_left(folder: &Path) {
    assert_eq!(contents(&folder.join("out")).keys().collect::<Vec<_>>(), Vec::<&PathBuf>::new());
    assert_eq!(contents(&folder.join("tmp")).keys().collect::<Vec<_>>(), Vec::<&PathBuf>::new());
}

/// An export that is done, leaves the store's folder as it was, and has these notes.
fn exported(folder: &Path, expected: &[&str]) {
    let before = contents(&folder.join("store"));
    let output = export(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(contents(&folder.join("store")) == before, "the export changed the folder of the store");
    assert_eq!(contents(&folder.join("tmp")).len(), 0, "something temporary stays");
    assert_eq!(notes(folder), expected);
}

/// A database whose last changes wait in its `-wal`, as a crash or a copy leaves it.
fn with_waiting_wal() -> (tempfile::TempDir, PathBuf) {
    let (folder, store) = world(&format!("PRAGMA journal_mode = WAL; {SCHEMA}"));
    let writer = Connection::open(&store).unwrap();
    writer.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO notes VALUES (3, 'c1', 'in the wal')").unwrap();
    let copy = folder.path().join("copied");
    fs::create_dir(&copy).unwrap();
    for name in ["s.db", "s.db-wal"] {
        fs::copy(folder.path().join("store").join(name), copy.join(name)).unwrap();
    }
    drop(writer);
    fs::remove_dir_all(folder.path().join("store")).unwrap();
    fs::rename(&copy, folder.path().join("store")).unwrap();
    (folder, store)
}

#[test]
fn a_database_at_rest_in_wal_mode_is_read_without_side_files() {
    let (folder, store) = world(&format!("PRAGMA journal_mode = WAL; {SCHEMA}"));
    assert!(!store.with_extension("db-wal").exists());
    exported(folder.path(), &["first"]);
}

#[test]
fn changes_that_wait_in_a_wal_without_its_index_are_read_and_nothing_is_written_beside_it() {
    let (folder, _) = with_waiting_wal();
    exported(folder.path(), &["first", "in the wal"]);
}

#[test]
fn a_folder_that_nobody_may_write_is_enough() {
    for (folder, expected) in [
        (world(&format!("PRAGMA journal_mode = WAL; {SCHEMA}")).0, vec!["first"]),
        (with_waiting_wal().0, vec!["first", "in the wal"]),
    ] {
        let store = folder.path().join("store");
        fs::set_permissions(&store, fs::Permissions::from_mode(0o555)).unwrap();
        exported(folder.path(), &expected);
        fs::set_permissions(&store, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn what_a_running_program_has_committed_is_read_and_what_it_has_not_is_not() {
    for mode in ["WAL", "DELETE"] {
        let (folder, store) = world(&format!("PRAGMA journal_mode = {mode}; {SCHEMA}"));
        let writer = Connection::open(&store).unwrap();
        writer.execute_batch("INSERT INTO notes VALUES (3, 'c1', 'committed')").unwrap();
        writer.execute_batch("BEGIN; INSERT INTO notes VALUES (4, 'c1', 'not committed')").unwrap();
        let output = export(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{mode}: {}", errors(&output));
        assert_eq!(notes(folder.path()), ["first", "committed"], "{mode}");
        writer.execute_batch("COMMIT").unwrap();
    }
}

#[test]
fn a_database_that_stays_locked_is_said_to_be_locked() {
    let (folder, store) = world(SCHEMA);
    let writer = Connection::open(&store).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE; INSERT INTO notes VALUES (3, 'c1', 'x')").unwrap();
    let output = export(folder.path()).output().unwrap();
    refused(folder.path(), &output, 1, "locked");
}

#[test]
fn a_link_to_a_database_is_followed_to_its_wal() {
    let (folder, store) = with_waiting_wal();
    let real = folder.path().join("elsewhere");
    fs::rename(store.parent().unwrap(), &real).unwrap();
    fs::create_dir(folder.path().join("store")).unwrap();
    std::os::unix::fs::symlink(real.join("s.db"), &store).unwrap();
    let output = export(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(notes(folder.path()), ["first", "in the wal"]);
}

#[test]
fn a_database_that_may_not_be_read_is_named() {
    let (folder, store) = world(SCHEMA);
    fs::set_permissions(&store, fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for below in ["out", "tmp"] {
        fs::create_dir_all(folder.path().join(below)).unwrap();
        fs::set_permissions(folder.path().join(below), fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut command = export(folder.path());
    // The superuser may read everything, so somebody else has to try.
    let superuser = fs::File::open(&store).is_ok();
    if superuser {
        // The program stands where only its owner may look.
        let program = folder.path().join("art20");
        fs::copy(env!("CARGO_BIN_EXE_art20"), &program).unwrap();
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        command = Command::new(program);
        command.args(arguments).env("TMPDIR", folder.path().join("tmp")).current_dir(folder.path()).uid(65534);
    }
    let output = command.output().unwrap();
    refused(folder.path(), &output, 1, "the store `s` cannot be opened");
}

#[test]
fn a_file_cut_off_anywhere_gives_the_whole_archive_or_none() {
    let mut script = SCHEMA.to_owned();
    for n in 10..400 {
        script.push_str(&format!("INSERT INTO notes VALUES ({n}, 'c{}', '{}');", n % 2 + 1, "word ".repeat(60)));
    }
    let (folder, store) = world(&script);
    let whole = fs::read(&store).unwrap();
    assert!(export(folder.path()).output().unwrap().status.success());
    let expected = fs::read(folder.path().join("out/ann.zip")).unwrap();
    let (mut refusals, mut lengths) = (0, vec![0, 1, 99, 100, 512, 4095, 4096, 4097, whole.len() - 1]);
    lengths.extend((0..whole.len()).step_by(whole.len() / 12));
    for length in lengths {
        fs::write(&store, &whole[..length]).unwrap();
        fs::remove_dir_all(folder.path().join("out")).unwrap();
        fs::create_dir(folder.path().join("out")).unwrap();
        let output = export(folder.path()).output().unwrap();
        if output.status.success() {
            assert!(
                fs::read(folder.path().join("out/ann.zip")).unwrap() == expected,
                "{length} bytes: another archive"
            );
        } else {
            refused(folder.path(), &output, 1, "the store `s`");
            refusals += 1;
        }
    }
    assert!(refusals > 12, "only {refusals} lengths were refused");
}

#[test]
fn a_page_that_is_damaged_in_the_midst_of_reading_leaves_nothing() {
    let mut script = SCHEMA.to_owned();
    for n in 10..2_000 {
        script.push_str(&format!("INSERT INTO notes VALUES ({n}, 'c1', '{}');", "word ".repeat(100)));
    }
    let (folder, store) = world(&script);
    let mut bytes = fs::read(&store).unwrap();
    // A leaf of the notes, far behind: the first rows can be read, and have been written, when it is met.
    let page = (bytes.len() / 4096 * 3 / 4) * 4096;
    bytes[page..page + 4096].fill(0xA5);
    fs::write(&store, &bytes).unwrap();
    let output = export(folder.path()).output().unwrap();
    refused(folder.path(), &output, 1, "damaged");
}

#[test]
fn a_disk_that_is_full_leaves_nothing() {
    let mut script = SCHEMA.to_owned();
    for n in 10..3_000 {
        script.push_str(&format!("INSERT INTO notes VALUES ({n}, 'c1', hex(randomblob(500)));"));
    }
    let (folder, _) = world(&script);
    let export = export(folder.path());
    let mut limited = Command::new("sh");
    // A file may have 64 blocks of 512 bytes, as if the disk ended there.
    limited.args(["-c", "ulimit -f 64; exec \"$0\" \"$@\""]).arg(export.get_program()).args(export.get_args());
    limited.env("TMPDIR", folder.path().join("tmp"));
    refused(folder.path(), &limited.output().unwrap(), 1, "cannot be written");
}

#[test]
fn a_schema_made_to_do_harm_does_none() {
    let (folder, store) = world(&format!(
        "{SCHEMA}
        CREATE TABLE \"x'); DROP TABLE people; --\" (\"a\"\"b\" TEXT, \"[c]\" TEXT);
        CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM people; END;
        CREATE VIEW v AS SELECT load_extension('/tmp/x'), fts3_tokenizer('simple') FROM people;
        CREATE TABLE g (a TEXT, b TEXT GENERATED ALWAYS AS (upper(a)) VIRTUAL);"
    ));
    let configuration = fs::read_to_string(folder.path().join("art20.toml")).unwrap();
    // All but the table with the evil name are classified: the view counts only where it is named.
    let more = "[store.s.ignore]\n\"g\" = \"empty\"\n\"x'); DROP TABLE people; --\" = \"empty\"\n";
    let before = fs::read(&store).unwrap();
    let output = export(folder.path()).output().unwrap();
    refused(folder.path(), &output, 3, "x'); DROP TABLE people; --");
    fs::write(folder.path().join("art20.toml"), format!("{configuration}{more}")).unwrap();
    exported(folder.path(), &["first"]);
    assert!(fs::read(&store).unwrap() == before);
    // A view that wants to run what reads may not: it counts as one without columns, and nothing is run.
    let view = "[collection.v]\nstore = \"s\"\ntable = \"v\"\nkind = \"other\"\nactivity = \"business\"\n\
        origin = \"provided\"\nkey = [\"a\"]\nmatch = [\"a = subject.email\"]\n[collection.v.columns]\na = \"additional.a\"\nb = \"additional.b\"\n";
    fs::remove_file(folder.path().join("out/ann.zip")).unwrap();
    fs::remove_file(folder.path().join("out/ann.receipt.json")).unwrap();
    Connection::open(&store)
        .unwrap()
        .execute_batch("DROP VIEW v; CREATE VIEW v (a, b) AS SELECT email, load_extension('x') FROM people")
        .unwrap();
    fs::write(folder.path().join("art20.toml"), format!("{configuration}{more}{view}")).unwrap();
    let output = export(folder.path()).output().unwrap();
    refused(folder.path(), &output, 3, "which the table `v` of the store `s` does not have");
}

#[test]
fn a_run_that_is_told_to_stop_leaves_nothing() {
    let mut script = format!("{SCHEMA} BEGIN;");
    for n in 10..60_000 {
        script.push_str(&format!("INSERT INTO notes VALUES ({n}, 'c1', '{n} {n} {n} {n}');"));
    }
    script.push_str("COMMIT;");
    let (folder, _) = world(&script);
    for signal in ["INT", "TERM", "HUP"] {
        let child = export(folder.path()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the run had ended before it could be told to stop");
        let output = child.wait_with_output().unwrap();
        refused(folder.path(), &output, 1, "interrupted");
    }
}

#[test]
fn the_example_is_the_same_from_files_as_from_scripts() {
    let folder = scratch();
    let demo = art20().arg("demo").arg(folder.path().join("demo")).output().unwrap();
    assert!(demo.status.success(), "{}", errors(&demo));
    let mut archives = Vec::new();
    let from_files = folder.path().join("demo/art20.toml");
    for (name, configuration) in [("files", from_files), ("scripts", fixture("trexlabel/art20.toml"))] {
        let archive = folder.path().join(format!("{name}.zip"));
        let run = art20()
            .args(["export", "-q", "--identity-check", "account-login", "--as-of", "2026-11-23T12:00:00Z"])
            .args(["--reference", "r", "-s", "email:anna.mueller@example.org", "-c"])
            .arg(configuration)
            .arg("-o")
            .arg(&archive)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", errors(&run));
        archives.push(unpacked(&archive));
    }
    let of = |at: usize| archives[at].iter().filter(|(path, _)| path.starts_with("data/records/")).collect::<Vec<_>>();
    assert!(!of(0).is_empty() && of(0) == of(1));
}

#[test]
fn a_worker_that_looks_at_a_store_takes_no_lock_of_another_snapshot_away() {
    if !common::tool("python3") {
        return;
    }
    let (folder, store) = world(SCHEMA);
    let controller = art20::controller::Controller::read(&folder.path().join("art20.toml")).unwrap();
    let surroundings = art20::stores::Surroundings {
        now: jiff::Timestamp::now,
        variable: |_| None,
        interrupted: std::sync::Arc::default(),
    };
    let open = || art20::stores::Stores::open(&controller, &surroundings, &[]).unwrap();
    let first = open();
    drop(open());
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=0)\n\
        c.execute('CREATE TABLE later (a)')\nc.commit()";
    let write = || Command::new("python3").args(["-c", script]).arg(&store).output().unwrap();
    let refused = write();
    assert!(errors(&refused).contains("locked"), "a snapshot lasts as long as it is read: {}", errors(&refused));
    drop(first);
    let written = write();
    assert!(written.status.success(), "{}", errors(&written));
}
