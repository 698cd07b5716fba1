//! The law row by row, where the tables of scope end: who asks and for what (A9 to A13), how long the month is (B5), and
//! secrets inside values (C23).

mod common;

use common::unpacked::{readings, records, unpacked};
use common::{art20, scratch};
use serde_json::Value;
use std::collections::BTreeMap;
use tempfile::TempDir;

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "Lender"
id = "https://lender.example"
time_zone = "Europe/Berlin"
holidays = "DE"
languages = ["en", "zh-CN"]
[activity.business]
title = "Business"
legal_basis = "contract"
[store.s]
url = "sql:s.sql"
[collection.contacts]
store = "s"
table = "contacts"
kind = "contact"
activity = "business"
origin = "provided"
key = ["id"]
match = ["email = subject.email", "no = subject.customer"]
person = "no"
learn = { customer = ["no"] }
about = { column = "sort", values = { person = "subject", company = "third_party" } }
deceased = "died"
[collection.contacts.columns]
id = { omit = "row number" }
no = "additional.no"
name = "name.full"
email = "emails"
sort = { omit = "internal" }
died = { omit = "internal" }
born = "birthday"
prefs = { field = "additional.prefs", format = "json", keys = ["theme"], secret_keys = ["api_token"] }
link = { field = "url", secret_parameters = ["token"] }
[collection.accounts]
store = "s"
table = "accounts"
kind = "transaction"
activity = "business"
origin = "provided"
key = ["id"]
match = ["no = subject.customer"]
person = "no"
joint = { column = "holder", agreed = "agreed" }
[collection.accounts.columns]
id = "reference"
no = { omit = "link" }
amount = "amount.value"
holder = { field = "additional.holder", about = "third_party" }
agreed = { omit = "internal" }
note = "description"
[collection.accounts.set]
"amount.currency" = "EUR"
[collection.entries]
store = "s"
table = "entries"
kind = "line"
parent = "accounts"
activity = "business"
origin = "provided"
key = ["id"]
match = ["account = accounts.id"]
[collection.entries.columns]
id = "reference"
account = { omit = "link" }
by = { field = "additional.by", about = "third_party" }
"#;

const STORE: &str = r#"
CREATE TABLE contacts (id INTEGER PRIMARY KEY, no TEXT, name TEXT, email TEXT, sort TEXT, died TEXT, born TEXT, prefs TEXT, link TEXT);
INSERT INTO contacts VALUES
  (1, 'C1', 'Åsa Öberg', 'asa@x.example', 'person', NULL, '1980-05-05',
   '{"theme":"dark","api_token":"SECRET-CANARY-1","more":1}', 'https://u:SECRET-CANARY-2@x.example/?a=1&token=SECRET-CANARY-3'),
  (2, 'C1', 'Öberg AB', 'asa@x.example', 'company', NULL, NULL, NULL, NULL),
  (3, 'C2', '王小明', 'ming@x.example', 'person', '2025-01-01', NULL, NULL, NULL),
  (4, 'C3', 'Kim', 'kim@x.example', 'person', '', '2015-05-05', NULL, NULL),
  (5, 'C4', 'Odd', 'odd@x.example', 'ghost', NULL, NULL, NULL, NULL),
  (6, 'C5', 'Broken', 'broken@x.example', 'person', NULL, NULL, '{"theme":"dark","api_token":"SECRET-CANARY-4","api_token":"SECRET-CANARY-5"}', '?token=SECRET-CANARY-6' || CAST(x'ff' AS TEXT));
CREATE TABLE accounts (id TEXT PRIMARY KEY, no TEXT, amount TEXT, holder TEXT, agreed INTEGER, note TEXT);
INSERT INTO accounts VALUES ('A1', 'C1', '1.00', NULL, 0, 'alone'), ('A2', 'C1', '2.00', 'HOLDER-CANARY', 0, 'joint'),
  ('A3', 'C1', '3.00', 'Olga Agreed', 1, 'agreed');
CREATE TABLE entries (id INTEGER PRIMARY KEY, account TEXT, by TEXT);
INSERT INTO entries VALUES (1, 'A1', 'Alone'), (2, 'A2', 'HOLDER-CANARY'), (3, 'A3', 'Olga Agreed');
"#;

struct Run {
    exit: Option<i32>,
    errors: String,
    receipt: Value,
    letter: String,
    files: BTreeMap<String, Vec<u8>>,
}

fn folder() -> TempDir {
    let folder = scratch();
    // One key too many in the JSON of the first contact is another test's matter.
    std::fs::write(folder.path().join("art20.toml"), CONFIGURATION).unwrap();
    std::fs::write(folder.path().join("s.sql"), STORE.replace(",\"more\":1", "")).unwrap();
    folder
}

fn export(arguments: &[&str]) -> Run {
    let folder = folder();
    let place = |name: &str| folder.path().join(name);
    let run = art20()
        .args(["export", "--json", "-q", "--as-of", "2026-06-15T12:00:00Z", "--reference", "r", "-c"])
        .arg(place("art20.toml"))
        .arg("-o")
        .arg(place("r.zip"))
        .arg("--letter")
        .arg(place("r.txt"))
        .args(if arguments.contains(&"--identity-check") { &[][..] } else { &["--identity-check", "account-login"] })
        .args(arguments)
        .output()
        .unwrap();
    let done = run.status.success();
    if done {
        let verified = art20().arg("verify").arg(place("r.zip")).output().unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    } else {
        assert!(!place("r.zip").exists() && !place("r.txt").exists());
    }
    Run {
        exit: run.status.code(),
        errors: String::from_utf8_lossy(&run.stderr).into_owned(),
        receipt: serde_json::from_slice(&run.stdout).unwrap_or_default(),
        letter: std::fs::read_to_string(place("r.txt")).unwrap_or_default().replace("\n", " "),
        files: if done { unpacked(&place("r.zip")) } else { BTreeMap::new() },
    }
}

fn line<'r>(run: &'r Run, collection: &str) -> &'r Value {
    let lines = run.receipt["ledger"].as_array().unwrap();
    lines.iter().find(|line| line["collection"] == collection).unwrap()
}

fn found(run: &Run, code: &str) -> bool {
    run.receipt["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == code)
}

fn everything(run: &Run) -> String {
    run.files.iter().map(|(path, bytes)| format!("{path}\n{}\n", readings(bytes).join("\n"))).collect()
}

#[test]
fn a_company_is_nobody_and_its_contact_person_is_somebody() {
    let run = export(&["-s", "email:asa@x.example"]);
    assert_eq!(run.exit, Some(0), "{}", run.errors);
    assert_eq!(line(&run, "contacts")["excluded"], serde_json::json!({"about-others": 1}));
    assert_eq!(line(&run, "contacts")["portable"], 1);
    assert!(!everything(&run).contains("Öberg AB"));
}

#[test]
fn a_row_of_which_nobody_knows_whom_it_is_about_stops_the_run() {
    let run = export(&["-s", "email:odd@x.example"]);
    assert_eq!(run.exit, Some(3));
    assert!(run.errors.contains("key 5: whom the row is about is not mapped"), "{}", run.errors);
    assert!(!run.errors.contains("ghost"));
}

#[test]
fn the_other_holder_of_a_joint_record_stays_out_unless_he_agreed_and_never_in_silence() {
    for mode in ["keep", "omit"] {
        let run = export(&["-s", "email:asa@x.example", "--third-parties", mode]);
        assert!(!everything(&run).contains("HOLDER-CANARY"), "{mode}");
        let records = records(&run.files);
        let joint = records.iter().find(|record| record["reference"] == "A2").unwrap();
        assert_eq!(joint["withheld"], serde_json::json!({"additional.holder": "third-party"}));
        assert_eq!(joint["lines"][0]["withheld"], serde_json::json!({"additional.by": "third-party"}));
        assert_eq!(joint["amount"]["value"], "2.00");
        assert!(found(&run, "joint-record") && found(&run, "joint-agreed"));
        for words in ["hold together with somebody else. They are here without", "由您与他人共同持有"] {
            assert!(run.letter.replace("  ", " ").contains(words), "{mode}: {words}: {}", run.letter);
        }
        let name = records.iter().find(|record| record["reference"] == "A3").unwrap()["additional"]["holder"].clone();
        assert_eq!(name, if mode == "keep" { "Olga Agreed" } else { "[withheld]" });
    }
}

#[test]
fn who_has_died_is_refused_unless_another_law_is_named_and_then_it_is_on_record() {
    let run = export(&["-s", "email:ming@x.example"]);
    assert_eq!(run.exit, Some(2));
    assert!(run.errors.contains("refuse --reason deceased") && !run.errors.contains("王小明"), "{}", run.errors);
    for (law, regime) in [("none", "gdpr"), ("GDPR Art. 20", "gdpr"), ("PIPL Art. 49", "gdpr"), ("", "pipl")] {
        let run = export(&["-s", "email:ming@x.example", "--deceased", law, "--regime", regime]);
        assert_eq!(run.exit, Some(2), "{law}");
    }
    for (law, regime) in [("PIPL Art. 49", "pipl"), ("Art. 85 loi Informatique et Libertés", "gdpr")] {
        let run = export(&["-s", "email:ming@x.example", "--deceased", law, "--regime", regime]);
        assert_eq!(run.exit, Some(0), "{}", run.errors);
        assert_eq!(run.receipt["deceased"], law);
        assert!(found(&run, "deceased") && run.letter.contains(law));
    }
    // An empty cell says that somebody lives.
    assert_eq!(export(&["-s", "email:kim@x.example"]).exit, Some(0));
}

#[test]
fn a_mandate_gives_what_it_covers_and_the_account_names_the_rest() {
    let mandate = ["--identity-check", "representative:contact data only", "--only", "contacts"];
    let run = export(&[&["-s", "email:asa@x.example"], &mandate[..]].concat());
    assert_eq!(run.exit, Some(0), "{}", run.errors);
    assert_eq!(line(&run, "accounts")["excluded"], serde_json::json!({"not-selected": 3}));
    assert_eq!(line(&run, "entries")["excluded"], serde_json::json!({"not-selected": 3}));
    assert_eq!(line(&run, "contacts")["portable"], 1);
    assert_eq!(run.receipt["only"], serde_json::json!(["contacts"]));
    assert!(run.letter.contains("Not everything was asked for, but only: contacts."), "{}", run.letter);
    let statement: Value = serde_json::from_slice(&run.files["data/statement.jsonld"]).unwrap();
    assert_eq!(statement["only"], serde_json::json!(["contacts"]));
    for wrong in ["entries", "Åsa", "", "contacts,"] {
        let run = export(&["-s", "email:asa@x.example", "--only", wrong]);
        assert_eq!(run.exit, Some(2), "{wrong}");
        assert!(!run.errors.contains("Åsa"));
    }
    assert_eq!(export(&["-s", "email:asa@x.example", "--only", "accounts, contacts"]).receipt["only"][1], "contacts");
}

#[test]
fn a_child_reads_simple_words_and_chinese_law_asks_for_a_guardian() {
    let simple = ["For you, in simple words", "用简单的话告诉你"];
    let child = export(&["-s", "email:kim@x.example", "--regime", "pipl"]);
    let report = String::from_utf8(child.files["README.html"].clone()).unwrap();
    assert!(simple.iter().all(|words| report.contains(words) && child.letter.contains(words)), "{}", child.letter);
    assert!(found(&child, "child") && found(&child, "sensitive-data") && found(&child, "guardian-not-recorded"));
    let guardian = ["--identity-check", "representative:birth certificate seen"];
    let run = export(&[&["-s", "email:kim@x.example", "--regime", "pipl"], &guardian[..]].concat());
    assert!(!found(&run, "guardian-not-recorded") && found(&run, "child"));
    assert!(!found(&export(&["-s", "email:kim@x.example"]), "guardian-not-recorded"), "under the GDPR a child may ask");
    let adult = export(&["-s", "email:asa@x.example"]);
    assert!(!adult.letter.contains(simple[0]) && !found(&adult, "child"));
}

#[test]
fn secrets_inside_json_and_urls_never_go_out_and_are_counted() {
    for (subject, count) in [("email:asa@x.example", 3), ("email:broken@x.example", 2)] {
        let run = export(&["-s", subject]);
        assert_eq!(run.exit, Some(0), "{}", run.errors);
        assert!(!everything(&run).contains("SECRET-CANARY"), "{subject}");
        assert_eq!(line(&run, "contacts")["withheld"]["secret"], count);
    }
    let records = records(&export(&["-s", "email:asa@x.example"]).files);
    let contact = records.iter().find(|record| record["kind"] == "contact").unwrap();
    assert_eq!(contact["additional"]["prefs"], serde_json::json!({"theme": "dark"}));
    assert_eq!(contact["url"], "https://u:[withheld]@x.example/?a=1&token=[withheld]");
}

#[test]
fn a_key_beside_the_secret_one_must_still_be_classified() {
    let folder = folder();
    std::fs::write(folder.path().join("s.sql"), STORE).unwrap();
    let run = art20()
        .args(["plan", "-s", "email:asa@x.example", "-c"])
        .arg(folder.path().join("art20.toml"))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&run.stderr).contains("the key `more`"));
}

#[test]
fn the_month_waits_for_the_identity_only_if_the_question_came_at_once() {
    let asked = ["-s", "email:asa@x.example", "--received", "2026-05-20T09:00:00Z", "--identity-asked"];
    let run = export(&[&asked[..], &["2026-05-22", "--identity-confirmed", "2026-06-01"]].concat());
    assert_eq!(run.exit, Some(0), "{}", run.errors);
    assert_eq!(run.receipt["deadlines"]["target"], "2026-06-20", "the original receipt counts on");
    assert_eq!(run.receipt["received"], "2026-05-20T09:00:00Z");
    let pause = &run.receipt["identity_pause"];
    assert_eq!((&pause["days"], &pause["deadlines"]["target"]), (&10.into(), &"2026-06-30".into()));
    assert_eq!(pause["deadlines"]["extended_target"], "2026-08-30");
    for words in ["On 2026-05-22 we asked", "on 2026-06-01", "ends on 2026-06-30"] {
        assert!(run.letter.contains(words), "{words}: {}", run.letter);
    }
    assert!(!found(&run, "deadline-near"), "15 days are left");
    for wrong in [
        &["2026-05-28", "--identity-confirmed", "2026-06-01"][..],
        &["2026-05-19", "--identity-confirmed", "2026-06-01"],
        &["2026-05-22", "--identity-confirmed", "2026-05-21"],
        &["2026-05-22"],
    ] {
        assert_eq!(export(&[&asked[..], wrong].concat()).exit, Some(2), "{wrong:?}");
    }
    let alone = ["-s", "email:asa@x.example", "--received", "2026-05-20", "--identity-confirmed", "2026-05-21"];
    assert_eq!(export(&alone).exit, Some(2));
}

#[test]
fn an_extension_may_be_told_while_the_month_waits_and_not_after_it() {
    let folder = folder();
    let extend = |name: &str, more: &[&str]| {
        art20()
            .args([
                "extend",
                "--json",
                "-q",
                "--reason",
                "complexity",
                "--explanation",
                "Tapes.",
                "--as-of",
                "2026-06-25",
            ])
            .args(["--received", "2026-05-20T09:00:00Z", "-c"])
            .arg(folder.path().join("art20.toml"))
            .arg("-o")
            .arg(folder.path().join(name))
            .args(more)
            .output()
            .unwrap()
    };
    assert_eq!(extend("late.txt", &[]).status.code(), Some(2), "the month ended on 2026-06-22");
    let told = extend("told.txt", &["--identity-asked", "2026-05-22", "--identity-confirmed", "2026-06-01"]);
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
    let record: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(record["identity_pause"]["days"], 10);
    let letter = std::fs::read_to_string(folder.path().join("told.txt")).unwrap();
    assert!(letter.contains("2026-08-31") && letter.contains("On 2026-05-22 we asked"), "{letter}");
}

#[test]
fn chinese_law_is_told_in_its_own_articles() {
    let run = export(&["-s", "email:asa@x.example", "--regime", "pipl", "--language", "en"]);
    assert!(run.letter.contains("[PIPL Art. 45(3); Network Data Regulations Art. 25(4)]"), "{}", run.letter);
    assert!(!run.letter.contains("[GDPR"), "{}", run.letter);
    let report = String::from_utf8(run.files["README.html"].clone()).unwrap();
    assert!(report.contains("Network Data Regulations Art. 25(4)") && !report.contains("GDPR Art. 20(4)"));
}
