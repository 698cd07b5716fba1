//! A store whose every value is one that broke somebody's export: the attacks of `fixtures/attacks/`, names of 200 bytes, `From ` lines, a subject of 1 MB, empty bodies, amounts without exponents.

use rusqlite::{Connection, params};
use std::path::{Path, PathBuf};

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "“Extreme” & Söhne <GmbH> 极端"
id = "https://extreme.example"
email = "privacy@extreme.example"
country = "DE"
time_zone = "Europe/Berlin"
languages = ["en", "zh-CN"]
own_addresses = ["@extreme.example"]
[activity.everything]
title = { en = "Everything", zh-CN = "一切" }
legal_basis = "contract"
purpose = { en = "Trying what breaks", zh-CN = "尝试会出错的内容" }
[store.s]
url = "sqlite:extreme.db"
[collection.contacts]
store = "s"
table = "contacts"
kind = "contact"
activity = "everything"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
learn = { owner = ["owner"] }
[collection.contacts.columns]
id = { omit = "number" }
owner = "additional.owner"
email = "emails"
phone = "phones"
name = "name.full"
street = "address.street"
notes = "notes"
url = "url"
birthday = "birthday"
[collection.transactions]
store = "s"
table = "transactions"
kind = "transaction"
activity = "everything"
origin = "provided"
key = ["id"]
match = ["owner == subject.owner"]
[collection.transactions.columns]
id = "reference"
owner = { omit = "link" }
at = "occurred_at"
value = "amount.value"
currency = "amount.currency"
description = "description"
counterparty = "counterparty.name"
[collection.lines]
store = "s"
table = "lines"
kind = "line"
parent = "transactions"
activity = "everything"
origin = "provided"
key = ["id"]
match = ["invoice = transactions.id"]
[collection.lines.columns]
id = { omit = "number" }
invoice = { omit = "link" }
description = "description"
quantity = "quantity"
value = "amount.value"
[collection.messages]
store = "s"
table = "messages"
kind = "message"
activity = "everything"
key = ["id"]
match = ["owner == subject.owner"]
[collection.messages.columns]
id = { omit = "number" }
owner = { omit = "link" }
channel = "channel"
sender = "from"
recipients = "to"
hidden = "bcc"
at = "sent_at"
subject = "subject"
body = "text"
html = "html"
thread = "thread"
message_id = "message_id"
in_reply_to = "in_reply_to"
raw = "raw"
recording = "recording"
media_type = "recording.media_type"
transcript = "transcript"
[collection.files]
store = "s"
table = "files"
kind = "attachment"
parent = "messages"
activity = "everything"
origin = "provided"
key = ["id"]
match = ["message = messages.id"]
[collection.files.columns]
id = { omit = "number" }
message = { omit = "link" }
name = "name"
media_type = "media_type"
content = "content"
"#;

const SCHEMA: &str = "
CREATE TABLE contacts (id INTEGER PRIMARY KEY, owner TEXT, email TEXT, phone TEXT, name TEXT, street TEXT, notes TEXT,
    url TEXT, birthday TEXT);
CREATE TABLE transactions (id TEXT PRIMARY KEY, owner TEXT, at TEXT, value, currency TEXT, description TEXT,
    counterparty TEXT);
CREATE TABLE lines (id INTEGER PRIMARY KEY, invoice TEXT, description TEXT, quantity, value);
CREATE TABLE messages (id INTEGER PRIMARY KEY, owner TEXT, channel TEXT, sender TEXT, recipients TEXT, hidden TEXT,
    at TEXT, subject TEXT, body TEXT, html TEXT, thread TEXT, message_id TEXT, in_reply_to TEXT, raw BLOB,
    recording BLOB, media_type TEXT, transcript TEXT);
CREATE TABLE files (id INTEGER PRIMARY KEY, message INTEGER, name TEXT, media_type TEXT, content BLOB);";

/// The identifier of the person whose data are extreme.
pub const SUBJECT: &str = "email:xi@example.org";

/// Texts that broke something somewhere: those of `fixtures/attacks/texts.jsonl`, and a long one.
pub fn texts() -> Vec<String> {
    let mut texts = super::strings("attacks/texts.jsonl");
    texts.push("长".repeat(400));
    texts
}

/// Names of files that broke something somewhere: those of `fixtures/attacks/file-names.jsonl`, and a long one.
fn file_names() -> Vec<String> {
    let mut names = super::strings("attacks/file-names.jsonl");
    names.push(format!("{}.docx", "合同附件".repeat(16)));
    names
}

/// Writes configuration and store to a folder: the path of the configuration.
pub fn write(folder: &Path) -> PathBuf {
    let configuration = folder.join("extreme.toml");
    std::fs::write(&configuration, CONFIGURATION).unwrap();
    let mut store = Connection::open(folder.join("extreme.db")).unwrap();
    let store = store.transaction().unwrap();
    store.execute_batch(SCHEMA).unwrap();
    for (nth, text) in texts().iter().enumerate() {
        contact(&store, nth, text);
        transaction(&store, nth, text);
        // Two channels for each text, so that every channel meets a third of them, and the judges come to an end.
        let channels = ["email", "chat", "sms", "form", "phone", "post"].into_iter().enumerate();
        for (at, channel) in channels.filter(|(at, _)| at % 3 == nth % 3) {
            message(&store, i64::try_from(nth * 10 + at).unwrap(), channel, text);
        }
    }
    // Subjects of 100 kB, in a message that is made, and of 1 MB, in one that is stored. Python's reader takes memory by
    // the square of the number of encoded words: ten times the first would be 20 GB.
    let long = "Sehr lange Betreffzeile 很长的主题 ".repeat(2_700);
    message(&store, 9_000, "email", "stored");
    let raw = format!(
        "From: Xi <xi@example.org>\r\nTo: team@extreme.example\r\nSubject: {}\r\n\r\nbody\r\n",
        "long ".repeat(200_000)
    );
    store.execute("UPDATE messages SET raw = ? WHERE id = 9000", [raw.as_bytes()]).unwrap();
    message(&store, 9_001, "email", "files");
    message(&store, 9_003, "email", &long);
    for (nth, name) in file_names().iter().enumerate() {
        for message in [0, 3, 9_001] {
            let content = format!("content {nth}\r\n\0").into_bytes();
            let media_type = ["application/pdf", "text/plain\r\nX: y", "", "image/png"][nth % 4];
            store
                .execute(
                    "INSERT INTO files (message, name, media_type, content) VALUES (?, ?, ?, ?)",
                    params![message, name, media_type, content],
                )
                .unwrap();
        }
    }
    store
        .execute_batch("INSERT INTO files (message, name, content) VALUES (0, 'empty', x''), (3, 'null', NULL)")
        .unwrap();
    store.commit().unwrap();
    configuration
}

fn contact(store: &Connection, nth: usize, text: &str) {
    store
        .execute(
            "INSERT INTO contacts VALUES (?, 'xi', 'xi@example.org', ?, ?, ?, ?, ?, ?)",
            params![
                i64::try_from(nth).unwrap() + 1,
                if nth.is_multiple_of(2) { "+49 30 1234567" } else { text },
                text,
                text,
                text,
                text,
                if nth.is_multiple_of(2) { "2000-02-29" } else { text }
            ],
        )
        .unwrap();
}

fn transaction(store: &Connection, nth: usize, text: &str) {
    let amounts = [("0.10", "EUR"), ("1000", "JPY"), ("1.234", "BHD"), ("12345678901234.56", "USD"), ("-0.01", "EUR")];
    let (value, currency) = amounts[nth % amounts.len()];
    store
        .execute(
            "INSERT INTO transactions VALUES (?, 'xi', ?, ?, ?, ?, ?)",
            params![
                format!("T-{nth}"),
                if nth % 7 == 6 { "0000-00-00" } else { "2024-02-29 23:30:00" },
                value,
                currency,
                text,
                text
            ],
        )
        .unwrap();
    store
        .execute(
            "INSERT INTO lines (invoice, description, quantity, value) VALUES (?, ?, 1.5, ?)",
            params![format!("T-{nth}"), text, value],
        )
        .unwrap();
}

fn message(store: &Connection, id: i64, channel: &str, text: &str) {
    let (sender, recipients) = match id % 2 {
        0 => (format!("{} <xi@example.org>", quoted(text)), "team@extreme.example".to_owned()),
        _ => ("team@extreme.example".to_owned(), format!("{} <xi@example.org>, b@example.com", quoted(text))),
    };
    let recording = (channel == "phone").then(|| b"RIFF\0\0\0\0WAVE".to_vec());
    store
        .execute(
            "INSERT INTO messages VALUES (?, 'xi', ?, ?, ?, 'hidden@example.com', '2024-03-31T02:30:00', ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?)",
            params![
                id,
                channel,
                sender,
                recipients,
                text,
                text,
                format!("<p>{text}</p>"),
                if id % 3 == 0 { "thread" } else { text },
                format!("<{id}@extreme.example>"),
                if id > 10 { format!("<{}@extreme.example>", id - 10) } else { text.to_owned() },
                recording,
                recording.as_ref().map(|_| "audio/wav"),
                (channel == "phone").then_some(text),
            ],
        )
        .unwrap();
}

/// A display name in quotation marks, as far as a header can hold it.
fn quoted(text: &str) -> String {
    let name: String = text.chars().filter(|c| !c.is_control() && *c != '"' && *c != '\\').take(60).collect();
    format!("\"{name}\"")
}
