//! Stores that somebody changes, locks, replaces, cuts off or takes away while they are read. The run is stopped at a
//! call of the system, the store is changed, and the run goes on.

use crate::common::assurance;
use crate::export::{prepare, whole};
use crate::judge::{names, refused, silent};
use crate::strace::{can_trace, stopped};
use crate::world::{export, world};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What happens to a store: (what, the path that is read, how).
type Change = (&'static str, &'static str, fn(&Path));
/// What happens.
const CHANGES: &[Change] = &[
    ("a database gets a row", "crm.db", |at| {
        let store = Connection::open(at.join("stores/crm.db")).unwrap();
        // The run has its lock: whoever writes has to wait, and gives up.
        let _ = store.execute_batch("INSERT INTO chats VALUES (900, 'CANARY-1', 'chat', 'x@x', 'y@y', 'late canary')");
    }),
    ("a database is taken away", "crm.db", |at| fs::remove_file(at.join("stores/crm.db")).unwrap()),
    ("a database is cut off", "crm.db", |at| cut(&at.join("stores/crm.db"))),
    ("a database is overwritten", "crm.db", |at| overwrite(&at.join("stores/crm.db"))),
    ("a table gets a line", "sales/orders.csv", |at| {
        append(&at.join("stores/sales/orders.csv"), "9,CANARY-1,1,late canary\n");
    }),
    ("a table is cut off", "sales/orders.csv", |at| cut(&at.join("stores/sales/orders.csv"))),
    ("a table is replaced", "sales/orders.csv", |at| {
        replace(&at.join("stores/sales/orders.csv"), "id,customer,total,description\n9,CANARY-1,1,late\n");
    }),
    ("a table is taken away", "sales/orders.csv", |at| fs::remove_file(at.join("stores/sales/orders.csv")).unwrap()),
    ("a table gets a line", "notes/notes.jsonl", |at| {
        append(&at.join("stores/notes/notes.jsonl"), "{\"id\":9,\"customer\":\"CANARY-1\",\"note\":\"late canary\"}\n");
    }),
    ("a table is cut off", "notes/notes.jsonl", |at| cut(&at.join("stores/notes/notes.jsonl"))),
    ("an e-mail arrives", "mail/cur/1.a:2,S", |at| {
        fs::write(at.join("stores/mail/new/3.c"), "From: ann.canary@example.org\n\nlate\n").unwrap();
    }),
    ("an e-mail is read, and its name changes", "mail/cur/1.a:2,S", |at| {
        let _ = fs::rename(at.join("stores/mail/cur/1.a:2,S"), at.join("stores/mail/cur/1.a:2,RS"));
    }),
    ("an e-mail is taken away", "mail/cur/1.a:2,S", |at| drop(fs::remove_file(at.join("stores/mail/cur/1.a:2,S")))),
    ("an e-mail is cut off", "mail/cur/1.a:2,S", |at| cut(&at.join("stores/mail/cur/1.a:2,S"))),
    ("a mailbox grows", "old.mbox", |at| {
        append(&at.join("stores/old.mbox"), "From x Mon Jan  5 10:00:00 2026\nFrom: ann.canary@example.org\n\nlate\n");
    }),
    ("a mailbox is cut off", "old.mbox", |at| cut(&at.join("stores/old.mbox"))),
    ("a mailbox is taken away", "old.mbox", |at| fs::remove_file(at.join("stores/old.mbox")).unwrap()),
];

fn cut(path: &Path) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
}

fn overwrite(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let from = bytes.len() / 2;
    bytes[from..].fill(0xA5);
    fs::write(path, bytes).unwrap();
}

fn append(path: &Path, text: &str) {
    use std::io::Write as _;
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn replace(path: &Path, text: &str) {
    let other = path.with_extension("new");
    fs::write(&other, text).unwrap();
    fs::rename(other, path).unwrap();
}

/// Moments of the reading of a store: (call, how manieth on its file).
const MOMENTS: [(&str, usize); 7] =
    [("read", 1), ("read", 2), ("read", 3), ("pread64", 4), ("pread64", 5), ("pread64", 7), ("pread64", 9)];

#[test]
fn a_store_that_changes_under_way_gives_the_archive_of_the_beginning_or_none() {
    if !can_trace() {
        return;
    }
    let whole = whole();
    let (mut tried, mut ends) = (0, BTreeMap::new());
    for (what, store, change) in CHANGES {
        // While the store is read; and when everything is read and the archive is about to be written.
        let reading = MOMENTS.map(|(call, at)| (call, at, Some(*store)));
        for (call, nth, on) in reading.into_iter().chain([("write", 1, None), ("fsync", 1, None)]) {
            // A database has no snapshot before its first page is read.
            if call == "read" && store.ends_with(".db") {
                continue;
            }
            let folder = world();
            let at = folder.path();
            prepare(at);
            let path = on.map(|on| at.join("stores").join(on));
            let moment = (call, nth, path.as_deref());
            let Some(output) = stopped(&export(at), &at.join("strace.log"), moment, || change(at)) else { continue };
            let said = String::from_utf8_lossy(&output.stderr);
            let story = format!("{what} ({store}) at {call} {nth}: {}: {said}", output.status);
            silent(&output, &story);
            let end = if output.status.success() {
                assert!(fs::read(at.join("out/r-1.zip")).unwrap() == whole[Path::new("r-1.zip")], "another: {story}");
                "the archive"
            } else {
                refused(&output, &[1], &story);
                assert_eq!(names(&at.join("out")), [""; 0], "something is left: {story}");
                "none"
            };
            println!("{story}");
            *ends.entry(end).or_insert(0) += 1;
            assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
            tried += 1;
        }
    }
    assert!(ends.len() == 2 && ends.values().all(|times| *times > 20), "{ends:?}");
    assurance::tell(
        "a store is changed, replaced, cut off or taken away under way",
        "SQLite, CSV, JSON Lines, Maildir, mbox: the run is stopped in the midst of reading, and after it",
        tried / 10 * 10,
        "the archive of the beginning, or exit status 1 and nothing left",
    );
}
