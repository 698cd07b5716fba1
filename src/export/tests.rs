//! A run whose stores fail at the nth time that something is asked of them, for every n, or whose disk fails when so
//! many bytes are on it: nothing is left, and what is said of it names the store and nobody.

use super::*;
use crate::archive::failing::{Disk, Failure};
use crate::archive::secrecy::{Keys, Passphrase};
use crate::archive::unnamed::temporary;
use crate::archive::verify::{Limits, verify_with};
use crate::request::RawRequest;
use crate::stores::failing::{Left, failing};
use sha2::Digest as _;
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "Failing Shop"
id = "https://failing.example.org"
languages = ["en"]
[activity.shop]
legal_basis = "contract"
purpose = "Selling"
[activity.news]
legal_basis = "consent"
purpose = "News"
consent = "consents"
[store.crm]
url = "sqlite:crm.db"
[store.web]
url = "sql:web.sql"
[collection.people]
store = "crm"
table = "people"
kind = "contact"
activity = "shop"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
person = "number"
learn = { customer = ["number"] }
[collection.people.columns]
id = { omit = "row number" }
number = "additional.customer_number"
name = "name.full"
email = "emails"
friend = { field = "additional.friend", about = "third_party" }
[collection.chats]
store = "crm"
table = "chats"
kind = "message"
activity = "shop"
key = ["id"]
match = ["customer == subject.customer"]
[collection.chats.columns]
id = { omit = "row number" }
customer = { omit = "link" }
channel = "channel"
sender = "from"
body = "text"
[collection.files]
store = "crm"
table = "files"
kind = "attachment"
parent = "chats"
activity = "shop"
origin = "provided"
key = ["id"]
match = ["chat = chats.id"]
[collection.files.columns]
id = { omit = "row number" }
chat = { omit = "link" }
name = "name"
content = "content"
[collection.consents]
store = "web"
table = "consents"
kind = "consent"
activity = "shop"
origin = "provided"
key = ["id"]
match = ["customer == subject.customer"]
[collection.consents.columns]
id = { omit = "row number" }
customer = { omit = "link" }
what = "for_activity"
given = "given_at"
[collection.lists]
store = "web"
table = "lists"
kind = "other"
activity = "news"
origin = "provided"
key = ["id"]
match = ["customer == subject.customer"]
[collection.lists.columns]
id = { omit = "row number" }
customer = { omit = "link" }
list = "additional.list"
"#;

const CRM: &str = "CREATE TABLE people (id INTEGER PRIMARY KEY, number TEXT, name TEXT, email TEXT, friend TEXT);
    CREATE TABLE chats (id INTEGER PRIMARY KEY, customer TEXT, channel TEXT, sender TEXT, body TEXT);
    CREATE TABLE files (id INTEGER PRIMARY KEY, chat INTEGER, name TEXT, content BLOB);
    INSERT INTO people VALUES (1, 'C-1', 'Ann Canary', 'ann.canary@example.org', 'Cleo Canary'),
        (2, 'C-2', 'Bob Canary', 'bob.canary@example.org', NULL);
    INSERT INTO chats VALUES (1, 'C-1', 'chat', 'ann.canary@example.org', 'a canary with Cleo Canary'),
        (2, 'C-2', 'chat', 'bob.canary@example.org', 'Bob'), (3, 'C-1', 'chat', 'ann.canary@example.org', 'another canary');
    INSERT INTO files VALUES (1, 1, 'canary.bin', randomblob(400000)), (2, 2, 'canary.bin', x'00');";

const WEB: &str = "CREATE TABLE consents (id INTEGER PRIMARY KEY, customer TEXT, what TEXT, given TEXT);
    CREATE TABLE lists (id INTEGER PRIMARY KEY, customer TEXT, list TEXT);
    INSERT INTO consents VALUES (1, 'C-1', 'news', '2026-01-01'), (2, 'C-2', 'news', '2026-01-01');
    INSERT INTO lists VALUES (1, 'C-1', 'canaries of the week'), (2, 'C-2', 'canaries of the week');";

struct Nobody;

impl Watcher for Nobody {
    fn begin(&mut self, _: u64) {}

    fn row(&mut self) {}

    fn interrupted(&self) -> bool {
        false
    }
}

/// Does something with stores that give so many answers: what came of it, with how many answers that were left.
fn with_stores<T>(
    controller: &Controller,
    third_parties: &str,
    answers: usize,
    act: impl FnOnce(&Order<'_>, &mut Session<'_>) -> T,
) -> (T, usize) {
    let surroundings =
        Surroundings { now: Timestamp::now, variable: |_| None, interrupted: Arc::new(AtomicBool::new(false)) };
    let raw = RawRequest {
        subjects: vec![(None, "email:ann.canary@example.org".into())],
        identity_check: Some("account-login".into()),
        reference: Some("r-1".into()),
        third_parties: Some(third_parties.into()),
        ..RawRequest::default()
    };
    let request = raw.validate(controller).unwrap();
    let order = Order {
        controller,
        request: &request,
        as_of: "2026-06-15T12:00:00Z".parse().unwrap(),
        operator: None,
        allow_empty: false,
        allow_partial: false,
        level: 1,
        protection: &Protection::default(),
        letter: None,
        surroundings: &surroundings,
    };
    let left: Left = Rc::new(Cell::new(answers));
    let stores = failing(Stores::open(controller, &surroundings, &[]).unwrap(), &left);
    let mut session = Session::on(stores, controller, &surroundings);
    (act(&order, &mut session), left.get())
}

/// Runs with stores that give so many answers.
fn run(
    controller: &Controller,
    third_parties: &str,
    answers: usize,
    out: &Path,
) -> (Result<Ready, ExportError>, usize) {
    let place = Place { output: &out.join("r-1.zip"), workroom: out };
    with_stores(controller, third_parties, answers, |order, session| seal(order, session, place, &mut Nobody))
}

/// A controller with two stores in a folder of its own.
fn controller() -> (tempfile::TempDir, Controller) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("art20.toml"), CONFIGURATION).unwrap();
    std::fs::write(folder.path().join("web.sql"), WEB).unwrap();
    rusqlite::Connection::open(folder.path().join("crm.db")).unwrap().execute_batch(CRM).unwrap();
    let controller = Controller::read(&folder.path().join("art20.toml")).unwrap();
    (folder, controller)
}

#[test]
fn every_answer_of_a_store_fails_in_turn_and_nothing_is_left() {
    let (_folder, controller) = controller();
    for third_parties in ["keep", "pseudonymise", "omit"] {
        let out = tempfile::tempdir().unwrap();
        let (whole, left) = run(&controller, third_parties, 100_000, out.path());
        let sha256 = whole.unwrap().receipt().archive.as_ref().unwrap().sha256.clone();
        let needed = 100_000 - left;
        assert!(needed > 40, "{needed}");
        for answers in 0..needed {
            let (result, _) = run(&controller, third_parties, answers, out.path());
            let Err(error) = result else { panic!("{third_parties}: an archive after {answers} of {needed} answers") };
            let at_a_store = matches!(
                error,
                ExportError::Fulfil(FulfilError::Store(_) | FulfilError::Archive(ArchiveError::Content(_)))
            );
            let said = error.to_string();
            assert!(at_a_store && said.contains("disk I/O error"), "{answers}: {error:?}");
            assert!(!said.to_lowercase().contains("canary"), "{answers}: {said}");
            assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0, "{answers}: something is left");
        }
        let (again, _) = run(&controller, third_parties, needed, out.path());
        assert_eq!(again.unwrap().receipt().archive.as_ref().unwrap().sha256, sha256);
    }
}

/// Writes the archive to a disk that takes so many bytes: what came of it, and the bytes that the disk took.
fn written(
    controller: &Controller,
    secrecy: &Secrecy,
    room: usize,
    failure: Failure,
    out: &Path,
) -> (Result<String, ExportError>, Vec<u8>) {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let act = |order: &Order<'_>, session: &mut Session<'_>| {
        session.read(|stores, missing| {
            let mut facts = facts::facts(order, missing);
            let place = temporary(out)?.into_temp_path();
            let disk = Disk::of(room, failure, &taken);
            let mut writer = ArchiveWriter::over(disk, place, out, &facts, order.level, secrecy)?;
            let account = road(order, (stores, &[]), &mut writer, &mut Nobody)?;
            complete(&mut facts, &account, order.controller);
            Ok(writer.seal(&facts)?.sha256)
        })
    };
    let (result, _) = with_stores(controller, "keep", usize::MAX, act);
    let taken = std::mem::take(&mut *taken.lock().unwrap());
    (result, taken)
}

#[test]
fn a_disk_that_fails_after_any_number_of_bytes_leaves_nothing_and_no_archive_that_is_taken_for_whole() {
    let (_folder, controller) = controller();
    let identity = age::x25519::Identity::generate();
    let mut keys = Keys::default();
    keys.add_identities(age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).as_bytes()).unwrap();
    let passphrase = || Passphrase::new(b"invented").unwrap();
    keys.set_zip_passphrase(passphrase());
    let recipients = Secrecy::recipients(&[identity.to_public().to_string()]).unwrap();
    let errors = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::Other].map(Failure::Error);
    for secrecy in [Secrecy::Open, recipients, Secrecy::zip(passphrase()).unwrap()] {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("as-delivered");
        // What a receiving controller makes of the bytes.
        let passes = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            let verified = verify_with(&file, &keys, None, &Limits::default());
            std::fs::remove_file(&file).unwrap();
            verified.is_ok_and(|verified| verified.complete && verified.valid)
        };
        // Pieces and interruptions alone change nothing.
        let (done, whole) = written(&controller, &secrecy, usize::MAX, Failure::Nothing, out.path());
        assert_eq!(done.unwrap(), crate::archive::container::hex(&sha2::Sha256::digest(&whole)));
        assert!(passes(&whole));
        // The header of an age file holds lines of chance, so that its length is not always the same.
        let nearly = whole.len() - if matches!(secrecy, Secrecy::Recipients(_)) { 2000 } else { 1 };
        let rooms = (0..nearly).step_by(nearly / 20).chain([1, nearly]);
        let failures = errors.into_iter().chain([Failure::Nothing]).cycle();
        for (room, failure) in rooms.zip(failures).chain([(usize::MAX, Failure::Flush)]) {
            let (result, taken) = written(&controller, &secrecy, room, failure, out.path());
            let cause = match result {
                Err(ExportError::Fulfil(FulfilError::Archive(ArchiveError::Write { cause, .. }))) => cause,
                Err(ExportError::Archive(ArchiveError::Write { cause, .. })) => cause,
                other => panic!("{failure:?} after {room} of {} bytes: {other:?}", whole.len()),
            };
            assert_eq!(cause.kind(), failure.kind(), "after {room} bytes");
            assert!(failure == Failure::Flush || !passes(&taken), "{failure:?} after {room} bytes: whole");
            assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0, "{room}: something is left");
        }
    }
}
