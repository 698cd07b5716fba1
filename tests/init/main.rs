//! `art20 init`: what it proposes for a live schema is a configuration, waits for a person, and answers requests once
//! the marks are gone.

#[path = "../common/mod.rs"]
mod common;
mod fides_nested;
mod files;
mod update;

use common::postgres::{PASSWORD, Server};
use common::{art20, fixture, scratch};
use rusqlite::Connection;
use serde_json::Value;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Output;

/// The tables of a store that people are not in, hostile in every name.
const HOSTILE: &str = r#"
PRAGMA foreign_keys = OFF;
CREATE TABLE "select" ("where" INTEGER PRIMARY KEY, "from" TEXT, "E-Mail" TEXT, "a]b" TEXT, "q""uote" TEXT, "" TEXT);
INSERT INTO "select" VALUES (1, 'x', 'ann@example.org', ']', '"', '');
CREATE TABLE "a
b" ("customer
id" INTEGER PRIMARY KEY, "name'" TEXT, email TEXT, "tab	" TEXT, "back\slash" TEXT);
INSERT INTO "a
b" VALUES (1, '李娜', 'ann@example.org', 't', 'b');
CREATE TABLE "" (x, y);
CREATE TABLE "[collection.x]" ("review = true" TEXT PRIMARY KEY, "ايميل" TEXT, email TEXT);
INSERT INTO "[collection.x]" VALUES ('# no comment', 'سلام', 'ANN@example.org');
CREATE TABLE "subject" (id INTEGER PRIMARY KEY, email TEXT, "additional." TEXT, review TEXT);
INSERT INTO "subject" VALUES (1, 'ann@example.org', '', '');
CREATE TABLE "客户" ("客户编号" TEXT PRIMARY KEY, "姓名" TEXT, "邮箱" TEXT, "密码" TEXT);
INSERT INTO "客户" VALUES ('C-1', '李娜', 'ann@example.org', 'SECRET-CANARY');
CREATE TABLE "订单" ("订单号" TEXT PRIMARY KEY, "客户编号" TEXT REFERENCES "客户" ("客户编号"), "金额" NUMERIC, "下单时间" TEXT);
INSERT INTO "订单" VALUES ('D-1', 'C-1', 19.9, '2025-03-01 09:30:00');
CREATE TABLE "no key" (email TEXT, "when" TEXT);
INSERT INTO "no key" VALUES ('ann@example.org', '2025'), ('bob@example.org', '2025');
CREATE TABLE loop_a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES loop_b (id), email TEXT);
CREATE TABLE loop_b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES loop_a (id), surname TEXT);
INSERT INTO loop_a VALUES (1, 2, 'ann@example.org');
INSERT INTO loop_b VALUES (2, 1, 'Example'), (3, NULL, 'Other');
"#;

fn init(folder: &Path, arguments: &[&str]) -> Output {
    art20().arg("init").args(arguments).current_dir(folder).env("PGPASSWORD", PASSWORD).output().unwrap()
}

fn proposed(folder: &Path, arguments: &[&str]) -> String {
    let run = init(folder, arguments);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(run.stdout.is_empty(), "standard output is for data");
    assert!(said.contains("guesses wait for a person"), "{said}");
    std::fs::read_to_string(folder.join("art20.toml")).unwrap()
}

/// The findings of `check`.
fn findings(folder: &Path) -> Vec<Value> {
    let run = art20().args(["check", "--json"]).current_dir(folder).env("PGPASSWORD", PASSWORD).output().unwrap();
    let verdict: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|_| panic!("check fails: {}", String::from_utf8_lossy(&run.stderr)));
    verdict["findings"].as_array().unwrap().clone()
}

/// Takes every mark away, as a person would who agrees with everything.
fn agree(folder: &Path) {
    let path = folder.join("art20.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace(", review = true }", " }").replace("\nreview = true\n", "\n");
    std::fs::write(path, text).unwrap();
}

/// Looks at a proposal: it parses, only marks stop it, and without them a request is answered and every row accounted for.
fn answers(folder: &Path, subject: &str) -> Value {
    let errors = |codes: &[&str]| {
        let found = findings(folder);
        let errors: Vec<&Value> = found.iter().filter(|remark| remark["level"] == "error").collect();
        for remark in &errors {
            assert!(codes.contains(&remark["code"].as_str().unwrap()), "{remark}");
        }
        errors.len()
    };
    assert!(errors(&["review"]) > 0);
    let request = ["-s", subject, "--identity-check", "account-login", "--as-of", "2026-11-23T12:00:00Z"];
    for command in [&["export", "-q", "-o", "a.zip"][..], &["plan"]] {
        let run = art20().args(command).args(request).current_dir(folder).env("PGPASSWORD", PASSWORD).output().unwrap();
        assert_eq!(run.status.code(), Some(3), "a mark stops `{}`", command[0]);
        let said = String::from_utf8(run.stderr).unwrap();
        let marks = std::fs::read_to_string(folder.join("art20.toml")).unwrap().matches("review = true").count();
        assert!(said.matches("still marked for review").count() >= marks.min(3), "all marks are named at once: {said}");
    }
    agree(folder);
    assert_eq!(errors(&[]), 0);
    let run = art20()
        .args(["export", "--json", "-q", "-o", "a.zip"])
        .args(request)
        .current_dir(folder)
        .env("PGPASSWORD", PASSWORD)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let receipt: Value = serde_json::from_slice(&run.stdout).unwrap();
    for line in receipt["ledger"].as_array().unwrap() {
        let excluded: u64 = line["excluded"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(line["matched"].as_u64(), Some(line["portable"].as_u64().unwrap() + excluded), "{line}");
    }
    let verified = art20().args(["verify", "-q", "a.zip"]).current_dir(folder).status().unwrap();
    assert!(verified.success());
    receipt
}

fn matched(receipt: &Value, collection: &str) -> u64 {
    let lines = receipt["ledger"].as_array().unwrap();
    let line = lines.iter().find(|line| line["collection"] == collection);
    line.unwrap_or_else(|| panic!("no collection is called {collection}: {lines:?}"))["matched"].as_u64().unwrap()
}

fn script(name: &str) -> String {
    format!("sql:{}", fixture(&format!("trexlabel/{name}.sql")).display())
}

#[test]
fn what_is_proposed_for_the_stores_of_the_example_finds_the_rows_that_its_own_configuration_finds() {
    let folder = scratch();
    let [crm, billing, mail] = ["crm", "billing", "mail"].map(script);
    let text = proposed(folder.path(), &["--from", &crm, "--from", &billing, "--from", &mail]);
    for secret in ["SECRET-CANARY", "anna.mueller", "C-1001", "Müller"] {
        assert!(!text.contains(secret), "no value is printed: {secret}");
    }
    // Anybody may type an address into an order: whether it finds rows is for a person to say.
    assert!(text.contains("# rows of guests may have only an address: buyer_email"), "{text}");
    let receipt = answers(folder.path(), "email:anna.mueller@example.org");
    let own = art20()
        .args(["plan", "--json", "-s", "email:anna.mueller@example.org", "--as-of", "2026-11-23T12:00:00Z", "-c"])
        .arg(fixture("trexlabel/art20.toml"))
        .output()
        .unwrap();
    let own: Value = serde_json::from_slice(&own.stdout).unwrap();
    for (here, there) in [
        ("contacts", "contacts"),
        ("consents", "consents"),
        ("cookies", "cookies"),
        ("access_log", "server-logs"),
        ("tickets", "tickets"),
        ("letters", "letters"),
        ("payments", "payments"),
        ("mandates", "mandates"),
        ("attachments", "attachments"),
        ("subscriptions", "newsletter"),
    ] {
        assert_eq!(matched(&receipt, here), matched(&own, there), "{here}");
    }
}

#[test]
fn each_store_of_the_example_alone_gets_a_configuration_that_answers() {
    for (name, subject) in [
        ("crm", "email:anna.mueller@example.org"),
        ("billing", "customer:C-1001"),
        ("mail", "email:anna.mueller@example.org"),
    ] {
        let folder = scratch();
        proposed(folder.path(), &["--from", &script(name)]);
        answers(folder.path(), subject);
    }
}

#[test]
fn the_sample_database_chinook_gets_a_configuration_that_finds_every_invoice_and_line() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/chinook/chinook.sqlite");
    if !path.exists() {
        println!("skipped: the sample database is not there: {}", path.display());
        return;
    }
    let folder = scratch();
    std::fs::copy(&path, folder.path().join("chinook.sqlite")).unwrap();
    let text = proposed(folder.path(), &["--from", "sqlite:chinook.sqlite"]);
    assert!(!text.contains("SupportRepId = Employee"), "staff are not given the data of customers: {text}");
    let receipt = answers(folder.path(), "email:ftremblay@gmail.com");
    assert_eq!(matched(&receipt, "Customer"), 1);
    assert_eq!((matched(&receipt, "Invoice"), matched(&receipt, "InvoiceLine")), (7, 38));
    assert_eq!(matched(&receipt, "Employee"), 0);
}

fn dataset(name: &str) -> String {
    format!("fides:{}", fixture(&format!("fides/{name}.yml")).display())
}

#[test]
fn what_a_dataset_says_becomes_a_configuration_with_every_guess_marked() {
    let folder = scratch();
    let text = proposed(folder.path(), &["--from", &dataset("library"), "--from", &dataset("notices")]);
    for line in [
        // Identities find rows, and the number of a person is learned.
        r#"match = ["reader_no == subject.reader", "mail_1 = subject.email", "mobile = subject.phone"]"#,
        "learn = { reader = [\"reader_no\"] }",
        r#"key = ["reader_no"]"#,
        // References in both directions, and into another dataset.
        r#"match = ["card = readers.reader_no"]"#,
        r#"match = ["barcode = loans.copy"]"#,
        r#"match = ["reader = readers.reader_no"]"#,
        // Data categories, where names say nothing.
        r#"kind = "access_log""#,
        r#"peer = { field = "ip", review = true }"#,
        r#"mail_1      = { field = "emails", review = true }"#,
        r#"door_code   = { secret = true, omit = "looks like a secret", review = true }"#,
        r#"name        = { field = "name.full", description = "As written on the card", review = true }"#,
        // What is nested is a list of keys, and secrets at any depth are taken out.
        r#"website     = { field = "additional.website", format = "json", keys = ["nickname", "recovery"], secret_keys = ["word"], review = true }"#,
        r#"preferences = { field = "additional.preferences", format = "json", keys = ["reading_language", "delivery"], review = true }"#,
        "[store.library-notices]\nurl = \"sqlite:library-notices.db\"",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let mut last = "";
    for line in text.lines() {
        let part = line.trim_start_matches('[').split(['.', ']']).next().unwrap();
        if line.contains(" = { ") && !line.starts_with("learn") {
            assert!(line.ends_with("review = true }"), "a guess without its mark: {line}");
        } else if line.starts_with('[') && !line.ends_with("columns]") && !line.ends_with("set]") {
            let section = text.split(line).nth(1).unwrap().split("\n[").next().unwrap();
            assert!(section.contains("\nreview = true"), "a {part} without its mark: {line}");
            last = line;
        }
    }
    assert_eq!(last, "[collection.reminders]");
}

/// The library as a database.
fn library(folder: &Path) -> Connection {
    let store = Connection::open(folder.join("library.db")).unwrap();
    store.execute_batch(&std::fs::read_to_string(fixture("fides/library.sql")).unwrap()).unwrap();
    store
}

#[test]
fn a_dataset_alone_gives_a_configuration_that_answers_once_its_store_is_there() {
    let folder = scratch();
    proposed(folder.path(), &["--from", &dataset("library")]);
    library(folder.path()).execute_batch("ALTER TABLE readers DROP COLUMN joined_at").unwrap();
    let receipt = answers(folder.path(), "reader:R-1");
    for (collection, count) in [("readers", 1), ("loans", 2), ("copies", 2), ("web", 1)] {
        assert_eq!(matched(&receipt, collection), count, "{collection}");
    }
}

#[test]
fn a_dataset_adds_to_what_its_store_shows() {
    let folder = scratch();
    library(folder.path());
    let text = proposed(
        folder.path(),
        &["--from", "books=sqlite:library.db", "--from", &format!("books={}", dataset("library"))],
    );
    assert_eq!(text.matches("[store.").count(), 1, "{text}");
    assert!(!text.contains("SECRET-CANARY"), "{text}");
    assert!(text.contains("joined_at   = { field = \"created\", review = true }"), "{text}");
    assert!(text.contains("door_code   = { secret = true"), "{text}");
    let receipt = answers(folder.path(), "email:wang.fang@example.org");
    let archive = std::fs::File::open(folder.path().join("a.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    let (mut fang, mut canary) = (false, false);
    for at in 0..archive.len() {
        let mut bytes = Vec::new();
        archive.by_index(at).unwrap().read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        fang |= text.contains("fang\"");
        canary |= text.contains("SECRET-CANARY");
    }
    assert!(fang && !canary, "what is beside a secret leaves, the secret does not");
    for (collection, count) in [("readers", 1), ("loans", 2), ("copies", 2), ("web", 1)] {
        assert_eq!(matched(&receipt, collection), count, "{collection}");
    }
}

#[test]
fn what_is_no_dataset_is_said_with_its_place_and_nothing_is_written() {
    let twice = "dataset: [{fides_key: a, collections: [{name: b, fields: [{name: c}, {name: c}]}]}]";
    for (text, said) in [
        ("", "it has no `dataset`"),
        ("dataset: [", "line 1"),
        ("dataset:\n  - fides_key: a\n    collections: [{fields: []}]", "line 3"),
        ("dataset: [{fides_key: a, collections: [{name: b}]}]", "`b` has no `fields`"),
        (twice, "the field `c` of `b` stands twice"),
    ] {
        let folder = scratch();
        std::fs::write(folder.path().join("d.yml"), text).unwrap();
        let run = init(folder.path(), &["--from", "fides:d.yml"]);
        let error = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{error}");
        assert!(error.contains(said) && error.contains("d.yml"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

fn hostile(folder: &Path) -> PathBuf {
    let path = folder.join("hostile.db");
    Connection::open(&path).unwrap().execute_batch(HOSTILE).unwrap();
    path
}

#[test]
fn whatever_tables_and_columns_are_called_the_proposal_is_a_configuration() {
    let folder = scratch();
    hostile(folder.path());
    let text = proposed(folder.path(), &["--from", "sqlite:hostile.db"]);
    assert!(!text.contains("SECRET-CANARY") && !text.contains("example.org"), "{text}");
    assert!(text.contains(r#"= { secret = true, omit = "looks like a secret", review = true }"#), "{text}");
    let receipt = answers(folder.path(), "email:ann@example.org");
    for (collection, count) in [("select", 1), ("客户", 1), ("订单", 1), ("loop_a", 1), ("loop_b", 1), ("no-key", 1)]
    {
        assert_eq!(matched(&receipt, collection), count, "{collection}");
    }
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let folder = scratch();
    hostile(folder.path());
    std::fs::write(folder.path().join("art20.toml"), "mine\n").unwrap();
    let run = init(folder.path(), &["--from", "sqlite:hostile.db"]);
    assert_eq!(run.status.code(), Some(2), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(std::fs::read_to_string(folder.path().join("art20.toml")).unwrap(), "mine\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing temporary is left");
}

#[test]
fn paths_count_from_the_folder_of_the_configuration_that_is_written() {
    let folder = scratch();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    std::fs::create_dir_all(folder.path().join("etc")).unwrap();
    hostile(&folder.path().join("data"));
    let run = init(folder.path(), &["--from", "shop=sqlite:data/hostile.db", "-c", "etc/art20.toml"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = std::fs::read_to_string(folder.path().join("etc/art20.toml")).unwrap();
    assert!(text.contains("[store.shop]\nurl = \"sqlite:../data/hostile.db\"\n"), "{text}");
    let run = art20().args(["check", "-c", "etc/art20.toml"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(run.status.code(), Some(3), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn files_and_mailboxes_get_a_configuration_too() {
    let folder = scratch();
    std::fs::create_dir(folder.path().join("billing")).unwrap();
    std::fs::write(
        folder.path().join("billing/invoices.csv"),
        "no;customer_no;issued;total\nR-1;K-1;01.03.2025;19,90\nR-2;K-2;02.03.2025;5,00\nR-3;K-1;15.03.2025;7,50\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("inbox.mbox"),
        "From x Fri Mar  1 09:00:00 2024\nFrom: ann@example.org\nTo: shop@shop.example\nSubject: Blue?\n\nIs it?\n",
    )
    .unwrap();
    let text = proposed(folder.path(), &["--from", "csv:billing", "--from", "mbox:inbox.mbox"]);
    assert!(text.contains("delimiter = \";\""), "{text}");
    assert!(text.contains(r#"issued      = { field = "occurred_at", format = "%d.%m.%Y", review = true }"#), "{text}");
    assert!(
        text.contains(r#"total       = { field = "amount.value", format = "decimal_comma", review = true }"#),
        "{text}"
    );
    let receipt = answers(folder.path(), "customer:K-1");
    assert_eq!((matched(&receipt, "invoices"), matched(&receipt, "mails")), (2, 0));
}

#[test]
fn a_schema_of_postgresql_gets_a_configuration_by_its_foreign_keys_and_types() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let mut client = server.database("shop");
    client
        .batch_execute(
            r#"CREATE TABLE customers (id SERIAL PRIMARY KEY, full_name TEXT, email TEXT, password_hash TEXT, profile JSONB);
            CREATE SCHEMA "web.shop";
            CREATE TABLE "web.shop"."Orders ""x""" (id UUID PRIMARY KEY, buyer INTEGER REFERENCES customers, total NUMERIC(10,2), placed_at TIMESTAMPTZ, agent_id INTEGER REFERENCES customers);
            CREATE TABLE lines (order_ref UUID REFERENCES "web.shop"."Orders ""x""", pos SMALLINT, quantity INTEGER, price NUMERIC, PRIMARY KEY (order_ref, pos));
            INSERT INTO customers (full_name, email, profile) VALUES ('Ann', 'ann@example.org', '{"nick": "A"}'), ('Bob', 'bob@example.org', NULL);
            INSERT INTO "web.shop"."Orders ""x""" VALUES ('00000000-0000-0000-0000-000000000001', 1, 19.90, '2025-03-01T09:30:00Z', 2), ('00000000-0000-0000-0000-000000000002', 2, 5, '2025-03-01T09:30:00Z', 1);
            INSERT INTO lines VALUES ('00000000-0000-0000-0000-000000000001', 1, 2, 9.95);
            GRANT USAGE ON SCHEMA "web.shop" TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public, "web.shop" TO reader;"#,
        )
        .unwrap();
    let text = proposed(folder.path(), &["--from", &server.url("shop")]);
    assert!(text.contains(r#"password_hash = { secret = true"#) && text.contains(r#"keys = ["nick"]"#), "{text}");
    let receipt = answers(folder.path(), "email:ann@example.org");
    assert_eq!(matched(&receipt, "customers"), 1);
    // Each part of a name is quoted by itself, so that the statement can be run as it stands.
    let found = findings(folder.path());
    let index = found.iter().find(|remark| remark["code"] == "missing-index" && remark["column"] == "buyer").unwrap();
    let (_, statement) = index["message"].as_str().unwrap().split_once(": ").unwrap();
    assert!(statement.ends_with(r#"ON "web.shop"."Orders ""x""" ("buyer");"#), "{statement}");
    client.batch_execute(statement).unwrap();
    let again = findings(folder.path());
    assert!(!again.iter().any(|remark| remark["code"] == "missing-index" && remark["column"] == "buyer"), "{again:?}");
    // Not those in which she is only the agent.
    assert_eq!(matched(&receipt, "web-shop-Orders--x-"), 1);
    assert_eq!(matched(&receipt, "lines"), 1);
}
