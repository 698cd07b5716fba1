//! A controller with a store of every sort. Every value of everybody has a canary in it, so that a message, a journal or
//! a file that shows one gives itself away.

use crate::common::{art20, scratch};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The word that no message, receipt, journal or log may hold, in any case of its letters.
pub const CANARY: &str = "canary";

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "Faulty Shop"
id = "https://faulty.example.org"
country = "DE"
time_zone = "Europe/Berlin"
languages = ["en"]
own_addresses = ["desk@faulty.example.org"]
[journal]
file = "journal.jsonl"
[activity.shop]
title = "Selling"
legal_basis = "contract"
purpose = "Fulfilling orders"
[store.crm]
url = "sqlite:stores/crm.db"
[store.sales]
url = "csv:stores/sales"
[store.notes]
url = "jsonl:stores/notes"
[store.mail]
url = "maildir:stores/mail"
[store.old]
url = "mbox:stores/old.mbox"
[store.small]
url = "sql:stores/small.sql"
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
password = { secret = true, omit = "password hash" }
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
recipients = "to"
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
[collection.orders]
store = "sales"
table = "orders"
kind = "transaction"
activity = "shop"
origin = "provided"
key = ["id"]
match = ["customer == subject.customer"]
[collection.orders.columns]
id = "reference"
customer = { omit = "link" }
total = "amount.value"
description = "description"
[collection.orders.set]
"amount.currency" = "EUR"
[collection.notes]
store = "notes"
table = "notes"
kind = "other"
activity = "shop"
origin = "provided"
key = ["id"]
match = ["customer == subject.customer"]
[collection.notes.columns]
id = { omit = "row number" }
customer = { omit = "link" }
note = "additional.note"
[collection.settings]
store = "small"
table = "settings"
kind = "other"
activity = "shop"
origin = "provided"
key = ["id"]
match = ["customer == subject.customer"]
[collection.settings.columns]
id = { omit = "row number" }
customer = { omit = "link" }
setting = "additional.setting"
[collection.mails]
store = "mail"
kind = "message"
activity = "shop"
[collection.letters]
store = "old"
kind = "message"
activity = "shop"
"#;

/// The subject of the runs.
pub const SUBJECT: &str = "email:ann.canary@example.org";
/// When the exports count as made at.
pub const AS_OF: &str = "2026-06-15T12:00:00Z";

/// A folder with `art20.toml`, `stores/`, keys, and empty `out/` and `tmp/`.
pub fn world() -> tempfile::TempDir {
    let folder = scratch();
    let at = folder.path();
    for name in ["stores/sales", "stores/notes", "stores/mail/cur", "stores/mail/new", "stores/mail/tmp", "out", "tmp"]
    {
        fs::create_dir_all(at.join(name)).unwrap();
    }
    fs::write(at.join("art20.toml"), CONFIGURATION).unwrap();
    crm(&at.join("stores/crm.db"));
    let orders =
        "id,customer,total,description\n1,CANARY-1,19.90,\"two canaries, yellow\"\n2,CANARY-2,5,canary of Bob\n";
    fs::write(at.join("stores/sales/orders.csv"), orders).unwrap();
    let notes = "{\"id\":1,\"customer\":\"CANARY-1\",\"note\":\"a canary 金丝雀\"}\n{\"id\":2,\"customer\":\"CANARY-2\",\"note\":\"Bob's canary\"}\n";
    fs::write(at.join("stores/notes/notes.jsonl"), notes).unwrap();
    let settings = "CREATE TABLE settings (id INTEGER PRIMARY KEY, customer TEXT, setting TEXT);\nINSERT INTO settings VALUES (1, 'CANARY-1', 'canary sings'), (2, 'CANARY-2', 'canary sleeps');\n";
    fs::write(at.join("stores/small.sql"), settings).unwrap();
    for (name, who) in [("1.a:2,S", "ann"), ("2.b:2,S", "bob")] {
        fs::write(at.join("stores/mail/cur").join(name), mail(who)).unwrap();
    }
    let old: String = ["ann", "bob"].map(|who| format!("From x Mon Jan  5 10:00:00 2026\n{}\n", mail(who))).concat();
    fs::write(at.join("stores/old.mbox"), old).unwrap();
    let requests = "email,identity_check,reference\nann.canary@example.org,account-login,r-1\nbob.canary@example.org,account-login,r-2\nnobody.canary@example.org,account-login,r-3\n";
    fs::write(at.join("requests.csv"), requests).unwrap();
    keys(at);
    folder
}

fn crm(path: &Path) {
    let store = Connection::open(path).unwrap();
    store
        .execute_batch(
            "PRAGMA page_size = 16384; BEGIN;
            CREATE TABLE people (id INTEGER PRIMARY KEY, number TEXT, name TEXT, email TEXT, password TEXT);
            CREATE TABLE chats (id INTEGER PRIMARY KEY, customer TEXT, channel TEXT, sender TEXT, recipients TEXT, body TEXT);
            CREATE TABLE files (id INTEGER PRIMARY KEY, chat INTEGER, name TEXT, content BLOB);
            INSERT INTO people VALUES (1, 'CANARY-1', 'Ann Canary', 'ann.canary@example.org', 'canary-hash'),
                (2, 'CANARY-2', 'Bob Canary', 'bob.canary@example.org', 'canary-hash'),
                (3, 'CANARY-3', 'Cleo Canary', 'shared.canary@example.org', 'canary-hash'),
                (4, 'CANARY-4', 'Dan Canary', 'shared.canary@example.org', 'canary-hash');
            INSERT INTO chats VALUES (1, 'CANARY-1', 'chat', 'ann.canary@example.org', 'desk@faulty.example.org', 'a canary'),
                (2, 'CANARY-2', 'chat', 'bob.canary@example.org', 'desk@faulty.example.org', 'Bob''s canary');",
        )
        .unwrap();
    // More than a spool keeps in memory, so that the disk is needed, and more than a deflater can make small.
    let mut noise: Vec<u8> = Vec::new();
    let mut state = 7_u32;
    while noise.len() < 300_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.extend(state.to_be_bytes());
    }
    noise.extend(b"canary in a file");
    let sql = "INSERT INTO files VALUES (?, ?, ?, ?)";
    store.execute(sql, rusqlite::params![1, 1, "canary.bin", noise]).unwrap();
    for nth in 10..40 {
        let body = format!(
            "{nth} canaries: {}",
            noise.iter().skip(nth).step_by(500).map(|b| format!("{b:02x}")).collect::<String>()
        );
        let sql =
            "INSERT INTO chats VALUES (?, 'CANARY-1', 'chat', 'ann.canary@example.org', 'desk@faulty.example.org', ?)";
        store.execute(sql, rusqlite::params![nth as i64, body]).unwrap();
    }
    store.execute_batch("COMMIT").unwrap();
}

fn mail(who: &str) -> String {
    format!(
        "From: {who} Canary <{who}.canary@example.org>\r\nTo: desk@faulty.example.org\r\nSubject: canary of {who}\r\n\
        Date: Mon, 5 Jan 2026 10:00:00 +0100\r\nMessage-ID: <{who}.canary@example.org>\r\n\r\nThe canary of {who} sings.\r\n"
    )
}

/// A key to sign with, and one to encrypt to.
fn keys(at: &Path) {
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    fs::write(at.join("sign.key"), pair.sk.to_box(None).unwrap().to_bytes()).unwrap();
    let identity = age::x25519::Identity::generate();
    fs::write(at.join("age.pub"), identity.to_public().to_string()).unwrap();
    fs::write(at.join("age.key"), age::secrecy::ExposeSecret::expose_secret(&identity.to_string())).unwrap();
}

/// The program in a world, with its temporary files in `tmp/`.
pub fn run_in(at: &Path, arguments: &[&str]) -> Command {
    let mut command = art20();
    command.args(arguments).current_dir(at).env("TMPDIR", at.join("tmp"));
    command
}

/// The export of the subject, its letter and its signature to `out/`.
pub fn export(at: &Path) -> Command {
    run_in(
        at,
        &[
            "export",
            "-q",
            "--identity-check",
            "account-login",
            "--as-of",
            AS_OF,
            "--reference",
            "r-1",
            "-s",
            SUBJECT,
            "--letter",
            "out/letter.txt",
            "-o",
            "out/r-1.zip",
        ],
    )
}
