//! Nothing personal outside the archive: canaries are in every value of everybody, and are looked for in what a run says
//! at its loudest, in receipts, journal, results and file names, in the process list, in temporary and core files, after
//! success, after every sort of failure, and after a kill.

use crate::common::assurance;
use crate::judge::{empty, files};
use crate::strace::{can_trace, stopped};
use crate::world::{AS_OF, CANARY, SUBJECT, export, run_in, world};
use std::fs;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, Output};

/// Whether a text has a canary, in any case or as an escape of JSON.
fn has_canary(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    text.contains(CANARY) || text.contains("金丝雀") || text.contains("\\u91d1")
}

/// What a failure is made of: what is spoilt, the command, the exit status.
type Case = (&'static str, fn(&Path), &'static [&'static str], i32);

fn nothing(_: &Path) {}

fn write(at: &Path, path: &str, text: &str) {
    fs::write(at.join(path), text).unwrap();
}

fn in_configuration(at: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(at.join("art20.toml")).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(at.join("art20.toml"), text.replacen(from, to, 1)).unwrap();
}

fn sql(at: &Path, sql: &str) {
    rusqlite::Connection::open(at.join("stores/crm.db")).unwrap().execute_batch(sql).unwrap();
}

const EXPORT: &[&str] =
    &["export", "-v", "--identity-check", "account-login", "--as-of", AS_OF, "-s", SUBJECT, "-o", "out/r-1.zip"];
const REQUEST: &[&str] = &["export", "-v", "--request", "request", "-o", "out/r-1.zip"];
const BATCH: &[&str] = &["batch", "requests.csv", "-v", "-o", "out", "--jobs", "2"];

const CASES: &[Case] = &[
    ("all is well", nothing, EXPORT, 0),
    ("a plan", nothing, &["plan", "-v", "--identity-check", "other", "-s", SUBJECT], 0),
    ("a plan as JSON", nothing, &["plan", "-v", "--json", "--identity-check", "other", "-s", SUBJECT], 0),
    ("a plan that shows to no terminal", nothing, &["plan", "--reveal", "--identity-check", "other", "-s", SUBJECT], 2),
    ("a check", nothing, &["check"], 0),
    ("a batch", nothing, BATCH, 7),
    (
        "nobody",
        nothing,
        &["export", "-v", "--identity-check", "other", "-s", "email:nobody.canary@example.org", "-o", "out/x.zip"],
        4,
    ),
    (
        "several",
        nothing,
        &["export", "-v", "--identity-check", "other", "-s", "email:shared.canary@example.org", "-o", "out/x.zip"],
        5,
    ),
    (
        "two persons",
        nothing,
        &[
            "export",
            "-v",
            "--identity-check",
            "other",
            "-s",
            SUBJECT,
            "-s",
            "email:bob.canary@example.org",
            "-o",
            "out/x.zip",
        ],
        5,
    ),
    (
        "several, by a key that is a name",
        |at| {
            sql(at, "UPDATE people SET number = name; ALTER TABLE people RENAME COLUMN id TO ident");
            in_configuration(
                at,
                "key = [\"id\"]\nmatch = [\"email = subject.email\"]\nperson",
                "key = [\"email\", \"name\"]\nmatch = [\"email = subject.email\"]\nperson",
            );
            in_configuration(at, "id = { omit = \"row number\" }", "ident = { omit = \"row number\" }");
        },
        &["export", "-v", "--identity-check", "other", "-s", "email:shared.canary@example.org", "-o", "out/x.zip"],
        5,
    ),
    (
        "a key that names two rows",
        |at| {
            sql(at, "INSERT INTO people VALUES (9, 'CANARY-1', 'Ann Canary', 'ann.canary@example.org', '')");
            in_configuration(
                at,
                "key = [\"id\"]\nmatch = [\"email = subject.email\"]\nperson",
                "key = [\"email\"]\nmatch = [\"email = subject.email\"]\nperson",
            );
        },
        EXPORT,
        3,
    ),
    (
        "a child without its parent",
        |at| {
            in_configuration(
                at,
                "match = [\"chat = chats.id\"]",
                "match = [\"chat = chats.id\", \"name = subject.customer\"]",
            );
            sql(at, "INSERT INTO files VALUES (77, 99, 'CANARY-1', x'00')");
        },
        EXPORT,
        3,
    ),
    ("no identity check", nothing, &["export", "-v", "-s", SUBJECT, "-o", "out/x.zip"], 2),
    ("an identity check that is a name", nothing, &["export", "--identity-check", "Ann Canary", "-s", SUBJECT], 2),
    ("an identity check that failed", nothing, &["export", "--identity-check", "failed:Ann Canary", "-s", SUBJECT], 2),
    (
        "a reference that is a name",
        nothing,
        &["export", "--identity-check", "other", "-s", SUBJECT, "--reference", "Ann Canary"],
        2,
    ),
    (
        "a time that is a name",
        nothing,
        &["export", "--identity-check", "other", "-s", SUBJECT, "--received", "canary"],
        2,
    ),
    ("a type that nobody looks for", nothing, &["export", "--identity-check", "other", "-s", "canary:canary"], 2),
    (
        "an identifier without a type",
        nothing,
        &["export", "--identity-check", "other", "-s", "ann.canary@example.org"],
        2,
    ),
    ("an address that is none", nothing, &["export", "--identity-check", "other", "-s", "email:ann canary"], 2),
    ("a word too many", nothing, &["export", "ann.canary@example.org"], 2),
    ("a command that is a name", nothing, &["ann.canary@example.org"], 2),
    ("third parties that are a name", nothing, &["export", "--third-parties", "canary", "-s", SUBJECT], 2),
    ("an output that exists", |at| fs::write(at.join("out/r-1.zip"), "").unwrap(), EXPORT, 2),
    ("a request of torn JSON", |at| write(at, "request", "{\"email\": \"ann.canary@example.org\""), REQUEST, 2),
    ("a request with an unknown field", |at| write(at, "request", "{\"ann.canary@example.org\": \"x\"}"), REQUEST, 2),
    (
        "a request with a wrong type",
        |at| write(at, "request", "{\"email\": {\"ann.canary@example.org\": \"canary\"}}"),
        REQUEST,
        2,
    ),
    (
        "a request as CSV with too many cells",
        |at| write(at, "request", "email\nann.canary@example.org,canary\n"),
        REQUEST,
        2,
    ),
    (
        "a request as CSV with two rows",
        |at| write(at, "request", "email\nann.canary@example.org\nbob.canary@example.org\n"),
        REQUEST,
        2,
    ),
    (
        "a batch with torn cells",
        |at| write(at, "requests.csv", "email,identity_check\n\"ann.canary@example.org,x\n"),
        BATCH,
        2,
    ),
    (
        "a batch with faults in every cell",
        |at| {
            write(
                at,
                "requests.csv",
                "email,identity_check,reference,received,third_parties\nann canary,canary,r 1,canary,canary\n",
            );
        },
        BATCH,
        2,
    ),
    (
        "a table with a torn line",
        |at| write(at, "stores/sales/orders.csv", "id,customer,total,description\n1,CANARY-1,\"two canaries\n"),
        EXPORT,
        1,
    ),
    (
        "a table with too many cells",
        |at| write(at, "stores/sales/orders.csv", "id,customer,total,description\n1,CANARY-1,2,canary,canary,canary\n"),
        EXPORT,
        1,
    ),
    (
        "lines that are no JSON",
        |at| write(at, "stores/notes/notes.jsonl", "{\"id\":1,\"customer\":\"CANARY-1\",\"note\":\"a canary}\n"),
        EXPORT,
        1,
    ),
    (
        "lines of JSON with an unknown column",
        |at| {
            write(
                at,
                "stores/notes/notes.jsonl",
                "{\"id\":1,\"customer\":\"CANARY-1\",\"note\":\"a\",\"more\":\"canary\"}\n",
            );
        },
        EXPORT,
        3,
    ),
    (
        "a script with a fault beside a value",
        |at| {
            write(
                at,
                "stores/small.sql",
                "CREATE TABLE settings (id INTEGER PRIMARY KEY, customer TEXT, setting TEXT);\nINSERT INTO settings VALUES (1, 'CANARY-1' 'canary sings');\n",
            );
        },
        EXPORT,
        1,
    ),
    (
        "a script with a value that does not fit",
        |at| {
            write(
                at,
                "stores/small.sql",
                "CREATE TABLE settings (id INTEGER PRIMARY KEY, customer TEXT UNIQUE, setting TEXT CHECK (setting != 'canary'));\nINSERT INTO settings VALUES (1, 'CANARY-1', 'canary');\n",
            );
        },
        EXPORT,
        1,
    ),
    (
        "a script with an open text",
        |at| {
            write(
                at,
                "stores/small.sql",
                "CREATE TABLE settings (id INTEGER PRIMARY KEY, customer TEXT, setting TEXT);\nINSERT INTO settings VALUES (1, 'CANARY-1', 'canary sings);\n",
            );
        },
        EXPORT,
        1,
    ),
    (
        "a script with a bare word",
        |at| {
            write(
                at,
                "stores/small.sql",
                "CREATE TABLE settings (id INTEGER PRIMARY KEY, customer TEXT, setting TEXT);\nINSERT INTO settings VALUES (1, CANARY, canary);\n",
            );
        },
        EXPORT,
        1,
    ),
    (
        "a damaged database",
        |at| {
            let mut bytes = fs::read(at.join("stores/crm.db")).unwrap();
            let from = bytes.len() / 3;
            bytes[from..].fill(0xA5);
            fs::write(at.join("stores/crm.db"), bytes).unwrap();
        },
        EXPORT,
        1,
    ),
    (
        "a value of an activity that is not there",
        |at| {
            sql(at, "ALTER TABLE people ADD COLUMN what TEXT; UPDATE people SET what = 'canary'");
            in_configuration(
                at,
                "kind = \"contact\"\nactivity = \"shop\"",
                "kind = \"contact\"\nactivity = { column = \"what\", values = { a = \"shop\" } }",
            );
            in_configuration(
                at,
                "[collection.people.columns]\n",
                "[collection.people.columns]\nwhat = { omit = \"which\" }\n",
            );
        },
        EXPORT,
        3,
    ),
    (
        "an origin that is none",
        |at| {
            sql(at, "ALTER TABLE people ADD COLUMN what TEXT; UPDATE people SET what = 'canary'");
            in_configuration(
                at,
                "origin = \"provided\"\nkey = [\"id\"]\nmatch = [\"email",
                "origin = { column = \"what\" }\nkey = [\"id\"]\nmatch = [\"email",
            );
            in_configuration(
                at,
                "[collection.people.columns]\n",
                "[collection.people.columns]\nwhat = { omit = \"which\" }\n",
            );
        },
        EXPORT,
        3,
    ),
    (
        "a key of JSON that is not classified",
        |at| {
            sql(at, "UPDATE people SET name = '{\"ann.canary@example.org\": \"canary\"}'");
            in_configuration(
                at,
                "name = \"name.full\"",
                "name = { field = \"additional.name\", format = \"json\", keys = [\"a\"] }",
            );
        },
        EXPORT,
        3,
    ),
    (
        "a column that is not classified",
        |at| sql(at, "ALTER TABLE people ADD COLUMN more TEXT DEFAULT 'canary'"),
        EXPORT,
        3,
    ),
    (
        "a folder that may not be written",
        |at| {
            let _ = fs::remove_dir(at.join("out"));
            fs::write(at.join("out"), "").unwrap();
        },
        EXPORT,
        2,
    ),
    ("an archive that is none", |at| fs::write(at.join("canary"), "canary").unwrap(), &["verify", "requests.csv"], 6),
    ("an import of what is no archive", nothing, &["import", "requests.csv", "--into", "sqlite:out/x.db"], 6),
    ("a delivery to a name", nothing, &["journal", "delivered", "r-1", "--channel", "to ann.canary@example.org"], 2),
    ("a refusal for a name", nothing, &["refuse", "--reason", "Ann Canary", "--reference", "r-1"], 2),
];

/// Everything that a run said.
fn said(output: &Output) -> Vec<u8> {
    [output.stdout.as_slice(), &output.stderr].concat()
}

/// Names and contents of all that a run may have left, but for the stores, the keys, the requests and the archive.
fn looked_through(at: &Path, story: &str) {
    for (path, bytes) in files(at) {
        let name = path.to_string_lossy().into_owned();
        let given =
            name.starts_with("stores/") || ["art20.toml", "requests.csv", "request", "canary"].contains(&&*name);
        let archive = name.ends_with(".zip") || name.ends_with("letter.txt");
        if given || archive || name.ends_with(".log") {
            continue;
        }
        assert!(!has_canary(name.as_bytes()), "{name} names somebody: {story}");
        assert!(!has_canary(&bytes), "{name} holds personal data: {story}");
        let core = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core"));
        assert!(!core, "{name} is a core file: {story}");
    }
}

#[test]
fn no_message_receipt_journal_or_result_holds_anybodys_data_whatever_goes_wrong() {
    let mut wrong = Vec::new();
    for (what, spoil, arguments, status) in CASES {
        let folder = world();
        let at = folder.path();
        spoil(at);
        let output = run_in(at, arguments).output().unwrap();
        let story = format!("{what}: {}: {}", output.status, String::from_utf8_lossy(&said(&output)));
        if output.status.code() != Some(*status) || has_canary(&said(&output)) {
            wrong.push(story.clone());
        }
        if at.join("out").is_dir() {
            looked_through(at, &story);
        }
    }
    assert!(wrong.is_empty(), "another exit status, or personal data:\n{}", wrong.join("\n"));
    assurance::tell(
        "personal data in logs, errors, receipts, the journal, results and file names",
        "a canary in every value; commands at their loudest, with success and with every sort of failure",
        CASES.len(),
        "no canary outside the archive",
    );
}

/// What other users of the machine may see of a process.
fn in_the_process_list(process: &str) -> Vec<u8> {
    let read = |name: &str| fs::read(format!("/proc/{process}/{name}")).unwrap_or_default();
    let mut all = [read("cmdline"), read("comm"), read("environ"), read("status"), read("maps")].concat();
    for entry in fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
        all.extend(fs::read(entry.path().join("comm")).unwrap_or_default());
    }
    for entry in fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten() {
        all.extend(fs::read_link(entry.path()).unwrap_or_default().to_string_lossy().as_bytes());
        all.push(b'\n');
    }
    all
}

#[test]
fn neither_the_process_list_nor_a_temporary_file_names_anybody_under_way_or_after_a_kill() {
    if !can_trace() {
        return;
    }
    let mut looks = 0;
    // The request comes from a file, as real ones do.
    let request =
        format!("{{\"email\": \"{}\", \"identity_check\": \"account-login\", \"reference\": \"r-1\"}}", &SUBJECT[6..]);
    for (call, nth) in
        [("pread64", 6), ("pread64", 20), ("write", 1), ("write", 3), ("fsync", 1), ("fsync", 3), ("renameat2", 2)]
    {
        for kill in [false, true] {
            let folder = world();
            let at = folder.path();
            fs::write(at.join("request"), &request).unwrap();
            let recipient = fs::read_to_string(at.join("age.pub")).unwrap();
            let command = run_in(
                at,
                &[
                    "export",
                    "-v",
                    "--request",
                    "request",
                    "--as-of",
                    AS_OF,
                    "--recipient",
                    recipient.trim(),
                    "-o",
                    "out/r-1.zip",
                ],
            );
            let log = at.join("strace.log");
            let mut shown = Vec::new();
            let output = stopped(&command, &log, (call, nth, None), || {
                let text = fs::read_to_string(&log).unwrap();
                let line = text.lines().find(|line| line.contains("stopped by SIGSTOP")).unwrap();
                let process = line.split_whitespace().next().unwrap();
                shown = in_the_process_list(process);
                // Encrypted, so that not even what is laid aside can be read.
                looked_through(at, &format!("under way at {call} {nth}"));
                if kill {
                    assert!(Command::new("kill").args(["-s", "KILL", process]).status().unwrap().success());
                }
            });
            let Some(output) = output else { continue };
            assert!(!shown.is_empty() && !has_canary(&shown), "{}", String::from_utf8_lossy(&shown));
            assert!(!has_canary(&said(&output)), "{}", String::from_utf8_lossy(&said(&output)));
            looked_through(at, &format!("after {call} {nth}, killed: {kill}"));
            looks += 1;
        }
    }
    assert!(looks >= 12, "only {looks}");
    assurance::tell(
        "personal data in the process list, in temporary files and in their names",
        "an encrypted export with its request from a file, stopped or killed at several calls of the system",
        looks,
        "no canary: not in the command line, the environment, open files, nor in anything that lies in a folder",
    );
}

#[test]
fn a_crash_leaves_no_core_file() {
    if !can_trace() {
        return;
    }
    let mut crashes = 0;
    for signal in ["ABRT", "QUIT", "ILL", "FPE"] {
        let folder = world();
        let at = folder.path();
        empty(&at.join("out"));
        // The limit of the shell that starts it is none.
        let export = export(at);
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -c unlimited; exec strace -f -qq -o strace.log -e trace=write -e \"$0\" -- \"$@\""]);
        shell.arg(format!("inject=write:signal={signal}:when=1")).arg(export.get_program()).args(export.get_args());
        let output = shell.current_dir(at).env("TMPDIR", at.join("tmp")).process_group(0).output().unwrap();
        assert!(!output.status.success() && !output.status.core_dumped(), "{signal}: {}", output.status);
        let log = fs::read_to_string(at.join("strace.log")).unwrap();
        assert!(log.contains(&format!("killed by SIG{signal}")) && !log.contains("core dumped"), "{log}");
        // What lies there is the archive under its temporary name, which nobody else may read.
        crate::judge::only_temporary(&at.join("out"), signal);
        empty(&at.join("out"));
        looked_through(at, signal);
        crashes += 1;
    }
    assurance::tell(
        "personal data in core files",
        "export crashes (SIGABRT, SIGQUIT, SIGILL, SIGFPE) where core files are allowed",
        crashes,
        "no core file",
    );
}
