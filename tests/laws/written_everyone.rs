//! A controller of [`crate::everyone`] as art20 meets it: databases, files, a mailbox, a configuration, requests.

use crate::everyone::{Everyone, Message, address, name};
use rusqlite::{Connection, params};
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Of orders: in scope, by another basis, by hand.
const CONFIGURATION: &str = r#"version = 1
[controller]
name = "Everyone's"
id = "https://everyone.example"
languages = ["en"]
own_addresses = ["@own.example"]
[activity.a0]
legal_basis = "contract"
purpose = "Selling"
[activity.a1]
legal_basis = "legal_obligation"
purpose = "Book-keeping"
[activity.a2]
legal_basis = "contract"
purpose = "Paper"
means = "manual"
[activity.news]
legal_basis = "consent"
purpose = "News"
consent = "consents"
[store.crm]
url = "sqlite:crm.db"
[store.sales]
url = "SALES"
[store.mail]
url = "MAIL"
[collection.people]
store = "crm"
table = "people"
kind = "contact"
activity = "a0"
origin = "provided"
key = ["id"]
match = ["email = subject.email", "home = subject.email", "number == subject.customer"]
person = "number"
learn = { customer = ["number"], email = ["email", "home"] }
[collection.people.columns]
id = { omit = "row number" }
number = "additional.customer_number"
name = "name.full"
email = "emails"
home = { field = "emails", label = "home" }
friend = { field = "additional.friend", about = "third_party" }
score = { field = "additional.score", origin = "derived" }
agent = { field = "additional.agent", about = "staff" }
password = { secret = true, omit = "password" }
internal = { omit = "internal" }
[collection.consents]
store = "crm"
table = "consents"
kind = "consent"
activity = "a0"
origin = "provided"
key = ["id"]
match = ["number == subject.customer"]
[collection.consents.columns]
id = { omit = "row number" }
number = { omit = "link" }
what = "for_activity"
given = "given_at"
withdrawn = "withdrawn_at"
[collection.orders]
store = "sales"
table = "orders"
kind = "transaction"
activity = { column = "activity", values = { a0 = "a0", a1 = "a1", a2 = "a2" } }
origin = "provided"
key = ["id"]
match = ["number = people.number"]
[collection.orders.columns]
id = "reference"
number = { omit = "link" }
activity = { omit = "activity" }
text = "description"
[collection.lines]
store = "sales"
table = "lines"
kind = "line"
parent = "orders"
activity = "a0"
origin = "provided"
key = ["id"]
match = ["order_id = orders.id"]
[collection.lines.columns]
id = { omit = "row number" }
order_id = { omit = "link" }
text = "description"
[collection.tickets]
store = "crm"
table = "tickets"
kind = "other"
activity = "a0"
origin = "provided"
key = ["id"]
match = ["number == subject.customer"]
where = "state = 'open'"
[collection.tickets.columns]
id = { omit = "row number" }
number = { omit = "link" }
state = { omit = "state" }
text = "additional.text"
[collection.newsletters]
store = "crm"
table = "newsletters"
kind = "other"
activity = "news"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
[collection.newsletters.columns]
id = { omit = "row number" }
email = { omit = "link" }
text = "additional.text"
[collection.chats]
store = "crm"
table = "chats"
kind = "message"
activity = "a0"
key = ["id"]
match = ["sender has subject.email", "recipients has subject.email"]
[collection.chats.columns]
id = { omit = "row number" }
channel = "channel"
sender = "from"
recipients = "to"
hidden = "bcc"
agent = { field = "additional.agent", about = "staff" }
text = "text"
[collection.files]
store = "crm"
table = "files"
kind = "attachment"
parent = "chats"
activity = "a0"
origin = "provided"
key = ["id"]
match = ["chat = chats.id"]
[collection.files.columns]
id = { omit = "row number" }
chat = { omit = "link" }
name = "name"
content = "content"
[collection.mails]
store = "mail"
kind = "message"
activity = "a0"
"#;

/// A text with its own word and, perhaps, somebody's name.
fn text(word: &str, mentions: Option<usize>) -> String {
    match mentions {
        Some(who) => format!("The word {word}; ask {}, they say.", name(who)),
        None => format!("The word {word}."),
    }
}

fn crm(world: &Everyone, path: &Path) {
    let store = Connection::open(path).unwrap();
    store
        .execute_batch(
            "BEGIN;
            CREATE TABLE people (id INTEGER PRIMARY KEY, number TEXT, name TEXT, email TEXT, home TEXT, friend TEXT, score TEXT,
                agent TEXT, password TEXT, internal TEXT);
            CREATE TABLE consents (id INTEGER PRIMARY KEY, number TEXT, what TEXT, given TEXT, withdrawn TEXT);
            CREATE TABLE tickets (id INTEGER PRIMARY KEY, number TEXT, state TEXT, text TEXT);
            CREATE TABLE newsletters (id INTEGER PRIMARY KEY, email TEXT, text TEXT);
            CREATE TABLE chats (id INTEGER PRIMARY KEY, channel TEXT, sender TEXT, recipients TEXT, hidden TEXT, agent TEXT, text TEXT);
            CREATE TABLE files (id INTEGER PRIMARY KEY, chat INTEGER, name TEXT, content BLOB);",
        )
        .unwrap();
    for person in 0..world.people {
        for row in 0..1 + usize::from(world.merged[person]) {
            let home = (world.home[person] && row == 0).then_some(crate::everyone::HOME);
            let kept_out = |what: &str| format!("zq{what}{person}qz");
            store
                .execute(
                    "INSERT INTO people (number, name, email, home, friend, score, agent, password, internal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    params![
                        format!("C{person}"),
                        name(person),
                        address(person),
                        home,
                        world.friends[person].map(name),
                        kept_out("derived"),
                        kept_out("staff"),
                        kept_out("secret"),
                        kept_out("omitted"),
                    ],
                )
                .unwrap();
        }
        for (nth, given) in world.consents[person].iter().enumerate() {
            let day = format!("2026-01-{:02}", nth + 1);
            let (given, withdrawn) = if *given { (Some(&day), None) } else { (None, Some(&day)) };
            let sql = "INSERT INTO consents (number, what, given, withdrawn) VALUES (?, 'news', ?, ?)";
            store.execute(sql, params![format!("C{person}"), given, withdrawn]).unwrap();
        }
    }
    for (nth, ticket) in world.tickets.iter().enumerate() {
        let state = if ticket.open { "open" } else { "draft" };
        let text = text(&format!("zqticket{nth}qz"), ticket.mentions);
        let sql = "INSERT INTO tickets (number, state, text) VALUES (?, ?, ?)";
        store.execute(sql, params![format!("C{}", ticket.of), state, text]).unwrap();
    }
    for (nth, party) in world.newsletters.iter().enumerate() {
        let sql = "INSERT INTO newsletters (email, text) VALUES (?, ?)";
        store.execute(sql, params![party.address().to_uppercase(), text(&format!("zqnews{nth}qz"), None)]).unwrap();
    }
    for (nth, chat) in world.chats.iter().enumerate() {
        let hidden = chat.hidden.map(|_| format!("zqhiddenchat{nth}qz@hidden.example"));
        let agent = format!("zqheadchat{nth}qz");
        let said = text(&format!("zqchat{nth}qz"), chat.mentions);
        let sql = "INSERT INTO chats VALUES (?, 'chat', ?, ?, ?, ?, ?)";
        store.execute(sql, params![nth as i64, chat.from.written(), recipients(chat), hidden, agent, said]).unwrap();
        if chat.attachment {
            let content = format!("zqfile{nth}qz").into_bytes();
            store
                .execute("INSERT INTO files (chat, name, content) VALUES (?, 'f.txt', ?)", params![nth as i64, content])
                .unwrap();
        }
    }
    store.execute_batch("COMMIT").unwrap();
}

fn recipients(message: &Message) -> String {
    message.to.iter().map(|party| party.written()).collect::<Vec<_>>().join(", ")
}

fn mail(nth: usize, message: &Message) -> String {
    let mut text = format!("From: {}\r\nTo: {}\r\n", message.from.written(), recipients(message));
    if message.hidden.is_some() {
        write!(text, "Bcc: zqhiddenmail{nth}qz@hidden.example\r\n").unwrap();
    }
    let said = self::text(&format!("zqmail{nth}qz"), message.mentions);
    write!(
        text,
        "Subject: about it\r\nDate: Mon, 5 Jan 2026 10:00:{nth:02} +0000\r\nMessage-ID: <{nth}@own.example>\r\n\
        Received: from zqheadmail{nth}qz.internal.example\r\n\r\n{said}\r\n"
    )
    .unwrap();
    text
}

/// Orders and their lines, in one of three ways: the URL.
fn sales(world: &Everyone, folder: &Path) -> String {
    let orders: Vec<[String; 4]> = world
        .orders
        .iter()
        .enumerate()
        .map(|(nth, order)| {
            let said = text(&format!("zqorder{nth}qz"), order.mentions);
            [format!("O-{nth}"), format!("C{}", order.of), format!("a{}", order.activity), said]
        })
        .collect();
    let lines: Vec<[String; 3]> = world
        .orders
        .iter()
        .enumerate()
        .flat_map(|(nth, order)| {
            (0..order.lines)
                .map(move |line| [format!("{nth}-{line}"), format!("O-{nth}"), format!("zqline{nth}x{line}qz")])
        })
        .collect();
    let (orders_head, lines_head) = (["id", "number", "activity", "text"], ["id", "order_id", "text"]);
    if world.orders_as == "sqlite" {
        let store = Connection::open(folder.join("sales.db")).unwrap();
        store.execute_batch("BEGIN; CREATE TABLE orders (id TEXT PRIMARY KEY, number TEXT, activity TEXT, text TEXT); CREATE TABLE lines (id TEXT PRIMARY KEY, order_id TEXT, text TEXT);").unwrap();
        for row in &orders {
            store.execute("INSERT INTO orders VALUES (?, ?, ?, ?)", rusqlite::params_from_iter(row)).unwrap();
        }
        for row in &lines {
            store.execute("INSERT INTO lines VALUES (?, ?, ?)", rusqlite::params_from_iter(row)).unwrap();
        }
        store.execute_batch("COMMIT").unwrap();
        return "sqlite:sales.db".into();
    }
    fs::create_dir(folder.join("sales")).unwrap();
    let csv = world.orders_as == "csv";
    let table = |head: &[&str], rows: Vec<&[String]>| -> String {
        let mut out = if csv { head.join(",") + "\n" } else { String::new() };
        for row in rows {
            if csv {
                out.push_str(&row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","));
            } else {
                let object: serde_json::Map<String, serde_json::Value> =
                    head.iter().zip(row).map(|(key, cell)| ((*key).to_owned(), json!(cell))).collect();
                out.push_str(&serde_json::Value::Object(object).to_string());
            }
            out.push('\n');
        }
        out
    };
    let ending = if csv { "csv" } else { "jsonl" };
    // Without a line JSON Lines do not say which columns there are: a row of nobody.
    let nobody = ["none", "none", "a0", "none"].map(str::to_owned);
    let no_line = ["none", "none", "none"].map(str::to_owned);
    let orders = orders.iter().map(<[String; 4]>::as_slice).chain([nobody.as_slice()]).collect();
    let lines = lines.iter().map(<[String; 3]>::as_slice).chain([no_line.as_slice()]).collect();
    fs::write(folder.join(format!("sales/orders.{ending}")), table(&orders_head, orders)).unwrap();
    fs::write(folder.join(format!("sales/lines.{ending}")), table(&lines_head, lines)).unwrap();
    format!("{}:sales", world.orders_as)
}

/// Writes stores, configuration and requests.
pub fn write(world: &Everyone, folder: &Path) {
    crm(world, &folder.join("crm.db"));
    let sales = sales(world, folder);
    let mails: Vec<String> = world.mails.iter().enumerate().map(|(nth, message)| mail(nth, message)).collect();
    let mail = if world.mails_as == "maildir" {
        ["cur", "new", "tmp"].iter().for_each(|name| fs::create_dir_all(folder.join("mail").join(name)).unwrap());
        mails
            .iter()
            .enumerate()
            .for_each(|(nth, text)| fs::write(folder.join(format!("mail/cur/{nth}.m:2,S")), text).unwrap());
        "maildir:mail"
    } else {
        let text: String = mails.iter().map(|text| format!("From x Mon Jan  5 10:00:00 2026\n{text}\n")).collect();
        fs::write(folder.join("m.mbox"), text).unwrap();
        "mbox:m.mbox"
    };
    fs::write(folder.join("art20.toml"), CONFIGURATION.replace("SALES", &sales).replace("MAIL", mail)).unwrap();
    let requests: String = (0..world.people)
        .map(|person| {
            let request = json!({
                "customer": [format!("C{person}")], "reference": format!("p-{person}"),
                "identity_check": "account-login", "third_parties": world.modes[person],
            });
            format!("{request}\n")
        })
        .collect();
    fs::write(folder.join("requests.jsonl"), requests).unwrap();
}

/// The same in a few lines, for whoever has to find out what went wrong.
pub fn story(world: &Everyone) -> String {
    let written = |message: &Message| format!("{} -> {}", message.from.written(), recipients(message));
    format!(
        "{world:#?}\n{:?}\n{:?}",
        world.mails.iter().map(written).collect::<Vec<_>>(),
        world.chats.iter().map(written).collect::<Vec<_>>()
    )
}
