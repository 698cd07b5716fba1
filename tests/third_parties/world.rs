//! A controller whose data name other people in every way that stores and mail programs know, and the exports of its
//! two data subjects. Everybody is invented.

use crate::common::{art20, scratch, unpacked::unpacked};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::path::Path;

pub type Files = BTreeMap<String, Vec<u8>>;

pub const ZOE: &str = "email:zoe@subject.example";
pub const BEN: &str = "email:ben@second.example";

/// What must not be found in any archive of Zoë's.
pub const OTHERS: [&str; 19] = [
    "Kim Novak",
    "Novak, Kim",
    "kim.novak@others.example",
    "kim@home.example",
    "Hans-Jürgen Groß",
    "hj.gross@others.example",
    "王小明",
    "xiaoming@他人.example",
    "xiaoming@xn--gmq11b.example",
    "Müller, Tobias",
    "Tobias Müller",
    "DE02120300000000202051",
    "DE02 1203 0000 0000 2020 51",
    "+49 30 9876543",
    "+49309876543",
    "Грета Лунд",
    "greta@others.example",
    "hidden@others.example",
    "others.example",
];

const CONFIGURATION: &str = r#"
version = 1
[controller]
name = "Canary Controller"
id = "https://canary.example"
email = "privacy@canary.example"
country = "DE"
time_zone = "Europe/Berlin"
languages = ["en", "zh-CN"]
own_addresses = ["@canary.example", "+49 30 111222"]
[activity.service]
title = "Service"
legal_basis = "contract"
[store.s]
url = "sqlite:s.db"
[collection.contacts]
store = "s"
table = "contacts"
kind = "contact"
activity = "service"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
learn = { phone = ["phone"], customer = ["no"] }
[collection.contacts.columns]
id = { omit = "row number" }
no = "additional.customer"
name = "name.full"
email = "emails"
phone = "phones"
notes = "notes"
street = "address.street"
relation = { field = "additional.relation", about = "third_party" }
relation_age = { field = "additional.relation_age", about = "third_party" }
profile = { field = "additional.profile", format = "json", keys = "all" }
joined = "created"
[collection.transfers]
store = "s"
table = "transfers"
kind = "transaction"
activity = "service"
origin = "provided"
key = ["id"]
match = ["customer = contacts.no"]
[collection.transfers.columns]
id = "reference"
customer = { omit = "link" }
amount = "amount.value"
name = { field = "counterparty.name", about = "third_party" }
account = { field = "counterparty.account", about = "third_party" }
own_account = "payment.account"
purpose = "description"
[collection.transfers.set]
"amount.currency" = "EUR"
[collection.mails]
store = "s"
table = "mails"
kind = "message"
activity = "service"
key = ["id"]
match = ["from has subject.email", "to has subject.email", "cc has subject.email"]
[collection.mails.columns]
id = { omit = "row number" }
from = "from"
to = "to"
cc = "cc"
bcc = "bcc"
subject = "subject"
text = "text"
html = "html"
message_id = "message_id"
in_reply_to = "in_reply_to"
raw = "raw"
[collection.mails.set]
channel = "email"
[collection.files]
store = "s"
table = "files"
kind = "attachment"
parent = "mails"
activity = "service"
origin = "exchanged"
key = ["id"]
match = ["mail = mails.id"]
[collection.files.columns]
id = { omit = "row number" }
mail = { omit = "link" }
name = "name"
type = "media_type"
content = "content"
[collection.calls]
store = "s"
table = "calls"
kind = "message"
activity = "service"
key = ["id"]
match = ["from = subject.phone", "to = subject.phone"]
[collection.calls.columns]
id = { omit = "row number" }
from = "from"
to = "to"
recording = "recording"
transcript = "transcript"
[collection.calls.set]
channel = "phone"
[collection.chats]
store = "s"
table = "chats"
kind = "message"
activity = "service"
key = ["id"]
match = ["from has subject.email", "to has subject.email"]
[collection.chats.columns]
id = { omit = "row number" }
thread = "thread"
from = { field = "from", format = "json" }
to = { field = "to", format = "json" }
text = "text"
at = "sent_at"
[collection.chats.set]
channel = "chat"
"#;

const TABLES: &str = "
CREATE TABLE contacts (id INTEGER PRIMARY KEY, no, name, email, phone, notes, street, relation, relation_age, profile, joined);
CREATE TABLE transfers (id INTEGER PRIMARY KEY, customer, amount, name, account, own_account, purpose);
CREATE TABLE mails (id INTEGER PRIMARY KEY, \"from\", \"to\", cc, bcc, subject, text, html, message_id, in_reply_to, raw BLOB);
CREATE TABLE files (id INTEGER PRIMARY KEY, mail INTEGER, name, type, content BLOB);
CREATE TABLE calls (id INTEGER PRIMARY KEY, \"from\", \"to\", recording BLOB, transcript);
CREATE TABLE chats (id INTEGER PRIMARY KEY, thread, \"from\", \"to\", text, at);
INSERT INTO contacts VALUES
  (1, 'Z-1', 'Zoë Ångström', 'zoe@subject.example', '+49 40 123456', 'Met through Kim Novak (KIM.NOVAK@OTHERS.EXAMPLE).',
   'c/o Hans-Jürgen Groß, Hauptstraße 1', 'Kim Novak', 34,
   '{\"friends\": [\"Kim Novak\", \"王小明\"], \"kim@home.example\": {\"Грета Лунд\": 1}, \"number\": 493098765431}', '26.05.2024 by Kim Novak'),
  (2, 'B-2', 'Ben Okoro', 'ben@second.example', '+49 40 654321', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO transfers VALUES
  (1, 'Z-1', '12.50', 'Kim Novak', 'DE89 3704 0044 0532 0130 00', 'DE75512108001245126199', 'for Tobias Müller, IBAN DE02 1203 0000 0000 2020 51'),
  (2, 'Z-1', '9.00', 'Müller, Tobias', 'DE02120300000000202051', 'DE75512108001245126199', 'rent'),
  (3, 'Z-1', '1.00', 'Zoë Ångström', 'DE75 5121 0800 1245 1261 99', NULL, 'to myself');
INSERT INTO calls VALUES
  (1, '+49 30 9876543', '+49 40 123456', x'0001', 'Hello, Kim Novak here, call me at 0049 (30) 987-65 43.'),
  (2, '+49 40 123456', '+49 30 111222', x'0002', 'Zoë Ångström speaking.');
INSERT INTO chats VALUES
  (1, 't1', '{\"name\": \"Грета Лунд\", \"address\": \"greta@others.example\"}', '[{\"address\": \"zoe@subject.example\"}]', 'я Грета Лунд; 王小明说你好', '2024-01-01T00:00:00Z'),
  (2, 't1', '{\"name\": \"Zoë\", \"address\": \"zoe@subject.example\"}', '[{\"name\": \"Грета Лунд\", \"address\": \"greta@others.example\"}]', 'Hi Грета Лунд', '2024-01-02T00:00:00Z');
INSERT INTO mails (id, \"from\", \"to\", cc, bcc, subject, text, html, message_id, in_reply_to) VALUES
  (1, 'Kim Novak <Kim.Novak@others.example>', 'Zoë Ångström <zoe@subject.example>, Ben Okoro <ben@second.example>', '王小明 <xiaoming@他人.example>', 'hidden@others.example',
   'From Kim Novak: plans', 'Dear Zoë,' || char(10) || 'ask Kim' || char(10) || '> Novak or 王小明的朋友, or mailto:kim.novak@others.example.',
   '<p>Dear Zo&euml;, <a href=\"mailto:kim%2Enovak@others.example\">Kim&nbsp;Novak</a> &lt;kim.novak&#64;others.example&gt; and Hans-J&uuml;rgen Gro&szlig;</p>',
   '<1.abc@mail.others.example>', NULL),
  (2, 'zoe@subject.example', 'Novak Kim <kim@home.example>, \"Novak, Kim\" <kim.novak@others.example>', 'Hans-Jürgen Groß <hj.gross@others.example>', NULL,
   'Re: From Kim Novak: plans', 'On Monday, Kim Novak <kim.novak@others.example> wrote:' || char(10) || '> Dear Zoë, regards to Ben Okoro',
   NULL, '<2@subject.example>', '<1.abc@mail.others.example>'),
  (3, 'help@canary.example', 'zoe@subject.example', NULL, NULL, 'Your ticket', 'Nobody else is named here.', NULL, '<3@canary.example>', NULL);
INSERT INTO files VALUES
  (1, 1, 'Kim_Novak CV.pdf', 'application/pdf', x'255044462d00'),
  (2, 2, 'picture.png', 'image/png', x'89504e4700'),
  (3, 2, 'list of Kim Novak.csv', 'text/csv', CAST('name,mail' || char(13,10) || 'Kim Novak,kim.novak@others.example' || char(13,10) || 'Zoë Ångström,zoe@subject.example' AS BLOB)),
  (4, 3, 'offer.pdf', 'application/pdf', x'255044462d01');
";

/// Writes stores and configuration.
pub fn write(folder: &Path) {
    let store = Connection::open(folder.join("s.db")).unwrap();
    store.execute_batch(TABLES).unwrap();
    let add = |from: &str, to: &str, raw: String| {
        let raw = raw.replace('\n', "\r\n").into_bytes();
        store.execute("INSERT INTO mails (\"from\", \"to\", raw) VALUES (?1, ?2, ?3)", params![from, to, raw]).unwrap();
    };
    add("Kim Novak <kim.novak@others.example>", "zoe@subject.example", super::mails::to_the_subject());
    add("zoe@subject.example", "kim.novak@others.example", super::mails::from_the_subject());
    add("zoe@subject.example", "help@canary.example", super::mails::harmless());
    std::fs::write(folder.join("art20.toml"), CONFIGURATION).unwrap();
}

/// Writes the stored e-mails as a mailbox in one file, of which the controller knows nothing but the headers.
pub fn write_mailbox(folder: &Path) {
    let mails = [super::mails::to_the_subject(), super::mails::from_the_subject(), super::mails::harmless()];
    let mbox: String =
        mails.iter().map(|mail| format!("From MAILER-DAEMON Fri Mar  1 09:00:00 2024\n{mail}\n")).collect();
    std::fs::write(folder.join("all.mbox"), mbox).unwrap();
    let head = CONFIGURATION.split("[store.s]").next().unwrap();
    let rest = "[store.m]\nurl = \"mbox:all.mbox\"\n[collection.m]\nstore = \"m\"\nkind = \"message\"\nactivity = \"service\"\n";
    std::fs::write(folder.join("art20.toml"), format!("{head}{rest}")).unwrap();
}

/// Exports what the controller holds about a subject.
pub fn export(folder: &Path, subject: &str, mode: &str, reference: &str, name: &str) -> Files {
    let archive = folder.join(name);
    let run = art20()
        .args(["export", "-q", "--identity-check", "account-login", "--as-of", "2026-11-23T12:00:00Z"])
        .args(["--reference", reference, "--third-parties", mode, "-s", subject, "-c"])
        .arg(folder.join("art20.toml"))
        .arg("-o")
        .arg(&archive)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let verified = art20().arg("verify").arg(&archive).output().unwrap();
    assert!(verified.status.success(), "{mode}: {}", String::from_utf8_lossy(&verified.stdout));
    unpacked(&archive)
}

/// One archive of a fresh world.
pub fn archive(subject: &str, mode: &str) -> Files {
    let folder = scratch();
    write(folder.path());
    export(folder.path(), subject, mode, "r-1", "a.zip")
}
