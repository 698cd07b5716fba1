//! Decisions that the tables of scope do not show: what proves a consent, and what a statute forbids to tell.

mod common;

use common::unpacked::{readings, records, unpacked};
use common::{art20, scratch};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const HEAD: &str = r#"version = 1
[controller]
name = "T"
id = "https://t.example"
languages = ["en"]
[activity.business]
legal_basis = "contract"
[activity.screening]
title = "Money-laundering screening"
legal_basis = "legal_obligation"
disclose = false
statute = "GwG § 47"
[activity.watching]
title = "Screening by contract"
legal_basis = "contract"
disclose = false
statute = "GwG § 47"
[activity.images]
held = false
[store.s]
url = "sql:s.sql"
"#;

/// Runs one export; the exit status, the ledger by collection, and the unpacked archive.
struct Run {
    exit: Option<i32>,
    errors: String,
    ledger: BTreeMap<String, Value>,
    undisclosed: Value,
    files: BTreeMap<String, Vec<u8>>,
}

fn run(collections: &str, sql: &str, arguments: &[&str]) -> Run {
    let folder = scratch();
    std::fs::write(folder.path().join("art20.toml"), format!("{HEAD}{collections}")).unwrap();
    std::fs::write(folder.path().join("s.sql"), sql).unwrap();
    let output = folder.path().join("out.zip");
    let run = art20()
        .args(["export", "--json", "-q", "--identity-check", "account-login", "--as-of", "2026-06-15T12:00:00Z"])
        .args(arguments)
        .arg("-c")
        .arg(folder.path().join("art20.toml"))
        .arg("-o")
        .arg(&output)
        .output()
        .unwrap();
    let (mut ledger, mut undisclosed) = (BTreeMap::new(), Value::Null);
    if run.status.success() {
        let receipt: Value = serde_json::from_slice(&run.stdout).unwrap();
        for line in receipt["ledger"].as_array().unwrap() {
            ledger.insert(line["collection"].as_str().unwrap().to_owned(), line.clone());
        }
        undisclosed = receipt["undisclosed"].clone();
        verified(&output);
    }
    let files = if run.status.success() { unpacked(&output) } else { BTreeMap::new() };
    let errors = String::from_utf8_lossy(&run.stderr).into_owned();
    Run { exit: run.status.code(), errors, ledger, undisclosed, files }
}

fn verified(archive: &Path) {
    let verified = art20().args(["verify"]).arg(archive).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

fn everything(files: &BTreeMap<String, Vec<u8>>) -> String {
    files.iter().map(|(path, bytes)| format!("{path}\n{}\n", readings(bytes).join("\n"))).collect()
}

#[test]
fn a_row_that_is_accepted_though_shared_proves_no_consent() {
    let collections = r#"
[activity.newsletter]
legal_basis = "consent"
consent = "consents"
[collection.contacts]
store = "s"
table = "contacts"
kind = "contact"
activity = "business"
origin = "provided"
key = ["id"]
match = ["no = subject.customer", "email = subject.email"]
person = "no"
learn = { email = ["email"] }
[collection.contacts.columns]
id = { omit = "row number" }
no = "additional.no"
email = "emails"
[collection.consents]
store = "s"
table = "consents"
kind = "consent"
activity = "business"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
[collection.consents.columns]
id = { omit = "row number" }
email = { omit = "stands in the contact data" }
what = "for_activity"
given = "given_at"
[collection.letters]
store = "s"
table = "letters"
kind = "other"
activity = "newsletter"
origin = "provided"
key = ["id"]
match = ["no = subject.customer"]
[collection.letters.columns]
id = "additional.id"
no = { omit = "stands in the contact data" }
"#;
    let sql = "CREATE TABLE contacts (id INTEGER PRIMARY KEY, no TEXT, email TEXT);
        INSERT INTO contacts VALUES (1, 'C1', 'home@x.org'), (2, 'C2', 'home@x.org');
        CREATE TABLE consents (id INTEGER PRIMARY KEY, email TEXT, what TEXT, given TEXT);
        INSERT INTO consents VALUES (1, 'home@x.org', 'newsletter', '2026-01-01');
        CREATE TABLE letters (id INTEGER PRIMARY KEY, no TEXT);
        INSERT INTO letters VALUES (1, 'C1');";
    for accept in [&["-s", "customer:C1"][..], &["-s", "customer:C1", "--accept-shared", "one household"]] {
        let run = run(collections, sql, accept);
        assert_eq!(run.exit, Some(0), "{}", run.errors);
        assert_eq!(run.ledger["letters"]["excluded"]["no-consent-on-record"], 1);
        let accepted = u64::from(accept.len() > 2);
        assert_eq!(run.ledger["consents"]["portable"], accepted);
        assert_eq!(run.ledger["contacts"]["portable"], 1 + accepted);
    }
}

const ORDERS: &str = r#"
[collection.orders]
store = "s"
table = "orders"
kind = "transaction"
activity = { column = "why", values = { b = "business", s = "screening", w = "watching" } }
origin = "provided"
key = ["id"]
match = ["no = subject.customer"]
[collection.orders.columns]
id = "reference"
no = { omit = "stands in the contact data" }
why = { omit = "internal" }
note = "description"
flag = { field = "additional.flag", activity = "screening" }
mark = { field = "additional.mark", activity = "watching" }
[collection.lines]
store = "s"
table = "lines"
kind = "line"
parent = "orders"
activity = "business"
origin = "provided"
key = ["id"]
match = ["order_id = orders.id"]
[collection.lines.columns]
id = "reference"
order_id = { omit = "internal" }
"#;

#[test]
fn what_a_statute_forbids_to_tell_stands_in_the_receipt_alone() {
    let sql = "CREATE TABLE orders (id INTEGER PRIMARY KEY, no TEXT, why TEXT, note TEXT, flag TEXT, mark TEXT);
        INSERT INTO orders VALUES (1, 'C1', 'b', 'PLAIN', 'CANARY-1', 'CANARY-2'),
            (2, 'C1', 's', 'CANARY-3', NULL, NULL), (3, 'C1', 'w', 'CANARY-4', NULL, NULL);
        CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER);
        INSERT INTO lines VALUES (11, 1), (12, 2), (13, 2), (14, 3);";
    let run = run(ORDERS, sql, &["-s", "customer:C1"]);
    assert_eq!(run.exit, Some(0), "{}", run.errors);
    // The operator is told of everything.
    assert_eq!(run.ledger["orders"]["matched"], 3);
    assert_eq!(run.ledger["orders"]["excluded"]["legal-obligation"], 2);
    assert_eq!(run.ledger["orders"]["withheld"]["omitted"], 4, "two columns left out, two values kept back untold");
    assert_eq!(run.ledger["lines"]["excluded"]["legal-obligation"], 3);
    let values = run.undisclosed.as_array().unwrap().iter().filter(|entry| entry["code"] == "omitted");
    let value = |activity| json!({ "collection": "orders", "activity": activity, "code": "omitted", "rows": 0, "values": 1, "statute": "GwG § 47" });
    assert!(values.eq(&[value("screening"), value("watching")]), "{}", run.undisclosed);
    // The person is told of the plain order alone, and that it is all there is.
    let statement: Value = serde_json::from_slice(&run.files["data/statement.jsonld"]).unwrap();
    let ledger = statement["ledger"].as_array().unwrap();
    let told: Vec<(u64, u64)> = ["matched", "portable"]
        .map(|key| ledger.iter().map(|line| line[key].as_u64().unwrap()).collect::<Vec<_>>())
        .into_iter()
        .reduce(|a, b| [a, b].concat())
        .map(|all| (0..ledger.len()).map(|at| (all[at], all[at + ledger.len()])).collect())
        .unwrap();
    assert_eq!(told, [(1, 1), (1, 1)]);
    assert_eq!(ledger[0]["withheld"]["omitted"], 2, "the two columns left out");
    let all = everything(&run.files);
    assert!(all.contains("PLAIN"));
    for word in ["CANARY", "screening", "Screening", "watching", "GwG", "additional.flag", "legal-obligation\":"] {
        assert!(!all.contains(word), "{word}");
    }
    assert_eq!(records(&run.files).len(), 1);
}

#[test]
fn a_value_of_an_activity_without_a_basis_stops_the_run() {
    let collections = ORDERS.replace("activity = \"screening\" }", "activity = \"images\" }");
    let table = "CREATE TABLE orders (id INTEGER PRIMARY KEY, no TEXT, why TEXT, note TEXT, flag TEXT, mark TEXT);
        CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER);";
    let with = |flag: &str| format!("{table} INSERT INTO orders VALUES (1, 'C1', 'b', 'PLAIN', {flag}, NULL);");
    let stopped = run(&collections, &with("'CANARY'"), &["-s", "customer:C1"]);
    assert_eq!(stopped.exit, Some(3), "{}", stopped.errors);
    assert!(stopped.errors.contains("`images` has no legal basis") && !stopped.errors.contains("CANARY"));
    // Where nothing stands, nothing is held.
    assert_eq!(run(&collections, &with("NULL"), &["-s", "customer:C1"]).exit, Some(0));
}

#[test]
fn a_key_of_a_view_that_names_two_rows_stops_the_run_and_loses_none() {
    let collections = r#"
[store.s.ignore]
"base" = "seen through a view"
[collection.notes]
store = "s"
table = "notes"
kind = "other"
activity = "business"
origin = "provided"
key = ["id"]
match = ["no = subject.customer"]
[collection.notes.columns]
id = "additional.id"
no = { omit = "internal" }
"#;
    let sql = |second: u8| {
        format!(
            "CREATE TABLE base (id INTEGER, no TEXT); INSERT INTO base VALUES (1, 'C1'), ({second}, 'C1');
             CREATE VIEW notes AS SELECT * FROM base;"
        )
    };
    let stopped = run(collections, &sql(1), &["-s", "customer:C1"]);
    assert_eq!(stopped.exit, Some(3), "{}", stopped.errors);
    assert_eq!(run(collections, &sql(2), &["-s", "customer:C1"]).ledger["notes"]["portable"], 2);
}
