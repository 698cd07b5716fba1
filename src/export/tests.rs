//! A run whose stores fail at the nth time that something is asked of them, for every n: nothing is left, and what is
//! said of it names the store and nobody.

use super::*;
use crate::request::RawRequest;
use crate::stores::failing::{Left, failing};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

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

/// Runs with stores that give so many answers: what came of it, with how many answers that were left.
fn run(
    controller: &Controller,
    third_parties: &str,
    answers: usize,
    out: &Path,
) -> (Result<Ready, ExportError>, usize) {
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
    let place = Place { output: &out.join("r-1.zip"), workroom: out };
    (seal(&order, &mut session, place, &mut Nobody), left.get())
}

#[test]
fn every_answer_of_a_store_fails_in_turn_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("art20.toml"), CONFIGURATION).unwrap();
    std::fs::write(folder.path().join("web.sql"), WEB).unwrap();
    rusqlite::Connection::open(folder.path().join("crm.db")).unwrap().execute_batch(CRM).unwrap();
    let controller = Controller::read(&folder.path().join("art20.toml")).unwrap();
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
