//! Sentences of the contract that no other table holds, each tried on a small controller made for it.

mod common;

use common::unpacked::{records, unpacked};
use common::{art20, scratch};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const HEAD: &str = r#"version = 1
[controller]
name = "T"
id = "https://t.example"
time_zone = "Europe/Berlin"
languages = ["en", "zh-CN"]
[activity.business]
legal_basis = "contract"
[activity.screening]
legal_basis = "legal_obligation"
disclose = false
statute = "GwG § 47"
[store.s]
url = "sql:s.sql"
"#;

/// A finished export of the person with the address ann@x.org.
struct Exported {
    receipt: Value,
    files: BTreeMap<String, Vec<u8>>,
    records: Vec<Value>,
}

fn export(collections: &str, sql: &str) -> Exported {
    let folder = scratch();
    write(folder.path(), collections, sql);
    let run = art20()
        .args(["export", "--json", "-q", "-s", "email:ann@x.org", "--identity-check", "account-login"])
        .args(["--as-of", "2026-06-15T12:00:00Z", "-o", "out.zip"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let files = unpacked(&folder.path().join("out.zip"));
    Exported { receipt: serde_json::from_slice(&run.stdout).unwrap(), records: records(&files), files }
}

fn write(folder: &Path, collections: &str, sql: &str) {
    std::fs::write(folder.join("art20.toml"), format!("{HEAD}{collections}")).unwrap();
    std::fs::write(folder.join("s.sql"), sql).unwrap();
}

/// A collection on the table of its name, found by the column `owner`.
fn collection(name: &str, kind: &str, columns: &str) -> String {
    format!(
        r#"
[collection.{name}]
store = "s"
table = "{name}"
kind = "{kind}"
activity = "business"
origin = "provided"
key = ["id"]
match = ["owner = subject.email"]
[collection.{name}.columns]
id = {{ omit = "row number" }}
owner = {{ omit = "link" }}
{columns}
"#
    )
}

#[test]
fn base64_text_is_given_as_the_text_that_it_holds_and_verbatim_where_it_holds_none() {
    let columns = "body = { field = \"additional.body\", format = \"base64\" }\n";
    let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, body TEXT);
        INSERT INTO notes VALUES (1, 'ann@x.org', '5L2g5aW9LCBB
bm4='), (2, 'ann@x.org', '//4='), (3, 'ann@x.org', 'no base64!');";
    let notes = export(&collection("notes", "other", columns), sql).records;
    assert_eq!(notes[0]["additional"]["body"], "你好, Ann");
    for (note, stored) in notes[1..].iter().zip(["//4=", "no base64!"]) {
        assert_eq!(
            (&note["additional"]["body"], &note["verbatim"]["additional.body"]),
            (&Value::Null, &json!(stored)),
            "what stood there"
        );
    }
}

#[test]
fn a_line_takes_its_own_currency_else_its_parents_else_none() {
    let mut collections =
        collection("sales", "transaction", "total = \"amount.value\"\ncurrency = \"amount.currency\"\n");
    collections += &collection(
        "lines",
        "line",
        "price = \"unit_price.value\"\ntotal = { field = \"amount.value\", format = \"minor_units\" }\ncurrency = \"amount.currency\"\n",
    )
    .replace("match = [\"owner = subject.email\"]", "match = [\"owner = sales.id\"]\nparent = \"sales\"");
    let sql = "CREATE TABLE sales (id INTEGER PRIMARY KEY, owner TEXT, total TEXT, currency TEXT);
        INSERT INTO sales VALUES (1, 'ann@x.org', '5', 'EUR'), (2, 'ann@x.org', '5', NULL);
        CREATE TABLE lines (id INTEGER PRIMARY KEY, owner INTEGER, price TEXT, total INTEGER, currency TEXT);
        INSERT INTO lines VALUES (1, 1, '1', 200, 'JPY'), (2, 1, '1', 200, NULL), (3, 1, '1', 200, 'taler'), (4, 2, '1', 200, NULL);";
    let sales = export(&collections, sql).records;
    let money = |sale: usize, line: usize| {
        let line = &sales[sale]["lines"][line];
        (line["unit_price"].clone(), line["amount"].clone())
    };
    let of = |value: &str, currency: &str| json!({ "value": value, "currency": currency });
    assert_eq!(money(0, 0), (of("1", "JPY"), of("200", "JPY")));
    assert_eq!(money(0, 1), (of("1", "EUR"), of("2.00", "EUR")));
    // Its own cannot be read: it is not the parent's, and nobody knows how many minor units it has.
    assert_eq!(money(0, 2), (json!({ "value": "1" }), json!({ "value": null, "currency": null })));
    assert_eq!(sales[0]["lines"][2]["verbatim"], json!({ "amount.value": 200, "amount.currency": "taler" }));
    assert_eq!(money(1, 0).0, json!({ "value": "1" }));
}

#[test]
fn a_statute_that_forbids_to_tell_is_named_in_the_receipt_and_nowhere_else() {
    let hidden = collection("screens", "other", "").replace("business", "screening");
    let sql = "CREATE TABLE screens (id INTEGER PRIMARY KEY, owner TEXT);
        INSERT INTO screens VALUES (1, 'ann@x.org'), (2, 'ann@x.org');
        CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO notes VALUES (1, 'ann@x.org');";
    let exported = export(&(collection("notes", "other", "") + &hidden), sql);
    assert_eq!(
        exported.receipt["undisclosed"],
        json!([{
            "collection": "screens", "activity": "screening", "code": "legal-obligation", "rows": 2, "statute": "GwG § 47",
        }])
    );
    for (path, bytes) in &exported.files {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("GwG") && !text.contains("screen"), "{path}");
    }
}

#[test]
fn files_of_chats_stand_among_the_attachments_and_only_what_was_recorded_is_a_recording() {
    let mut collections = collection(
        "talks",
        "message",
        "channel = \"channel\"\nsender = \"from\"\nbody = \"text\"\nthread = \"thread\"\nsound = \"recording\"\n",
    );
    collections +=
        &collection("pictures", "attachment", "name = \"name\"\ntype = \"media_type\"\ndata = \"content\"\n")
            .replace("match = [\"owner = subject.email\"]", "match = [\"owner = talks.id\"]\nparent = \"talks\"");
    let sql = "CREATE TABLE talks (id INTEGER PRIMARY KEY, owner TEXT, channel TEXT, sender TEXT, body TEXT, thread TEXT, sound BLOB);
        INSERT INTO talks VALUES (1, 'ann@x.org', 'chat', 'ann@x.org', 'Hello', 'T', NULL),
            (2, 'ann@x.org', 'phone', '+493023125101', NULL, NULL, x'52494646');
        CREATE TABLE pictures (id INTEGER PRIMARY KEY, owner INTEGER, name TEXT, type TEXT, data BLOB);
        INSERT INTO pictures VALUES (1, 1, '图.png', 'image/png', x'89504E47');";
    let exported = export(&collections, sql);
    let path = exported.records[0]["attachments"][0]["path"].as_str().unwrap();
    assert_eq!(path, "data/attachments/attachment-000001.png");
    assert_eq!(exported.files[path], b"\x89PNG");
    let vcons = exported.files.iter().filter(|(path, _)| path.ends_with(".vcon.json"));
    let dialogs: Vec<(String, Value)> = vcons
        .flat_map(|(_, bytes)| {
            let vcon: Value = serde_json::from_slice(bytes).unwrap();
            vcon["dialog"].as_array().unwrap().clone()
        })
        .map(|dialog| (dialog["application"].as_str().unwrap().to_owned(), dialog["type"].clone()))
        .collect();
    assert_eq!(dialogs.len(), 2, "{dialogs:?}");
    assert!(dialogs.contains(&("chat".to_owned(), json!("text"))), "{dialogs:?}");
    assert!(dialogs.contains(&("phone".to_owned(), json!("recording"))), "{dialogs:?}");
}

#[test]
fn where_a_store_keeps_a_file_is_no_place_in_the_archive() {
    let mut collections = collection("talks", "message", "channel = \"channel\"\nsender = \"from\"\n");
    collections += &collection("pictures", "attachment", "name = \"name\"\nplace = \"path\"\n")
        .replace("match = [\"owner = subject.email\"]", "match = [\"owner = talks.id\"]\nparent = \"talks\"");
    let sql = "CREATE TABLE talks (id INTEGER PRIMARY KEY, owner TEXT, channel TEXT, sender TEXT);
        INSERT INTO talks VALUES (1, 'ann@x.org', 'chat', 'ann@x.org');
        CREATE TABLE pictures (id INTEGER PRIMARY KEY, owner INTEGER, name TEXT, place TEXT);
        INSERT INTO pictures VALUES (1, 1, 'a.png', '/srv/files/a.png'), (2, 1, 'b.png', NULL);";
    let exported = export(&collections, sql);
    let pictures = &exported.records[0]["attachments"];
    assert_eq!((&pictures[0]["path"], &pictures[1]["path"]), (&Value::Null, &Value::Null));
    assert_eq!(pictures[0]["verbatim"], json!({ "path": "/srv/files/a.png" }));
    assert_eq!(pictures[1].get("verbatim"), None);
}

#[test]
fn a_list_with_a_group_is_looked_into_and_keeps_every_word() {
    let collections = collection("circulars", "message", "channel = \"channel\"\n")
        .replace("owner = subject.email", "owner has subject.email")
        .replace("owner = { omit = \"link\" }", "owner = \"to\"");
    let sql = "CREATE TABLE circulars (id INTEGER PRIMARY KEY, owner TEXT, channel TEXT);
        INSERT INTO circulars VALUES (1, 'Team: \"Bo, B.\" <bo@x.org>, ANN@x.org;', 'email'), (2, 'Ann: bo@x.org;', 'email');";
    let found = export(&collections, sql).records;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0]["to"],
        json!([
            { "name": "Team:", "address": null },
            { "name": "Bo, B.", "address": "bo@x.org" },
            { "name": null, "address": "ANN@x.org" },
        ])
    );
}

#[test]
fn whole_numbers_of_any_length_stand_as_texts_and_the_last_day_that_there_is_stays_a_time() {
    let columns = "at = \"at\"\nsize = \"bytes\"\n";
    let sql = "CREATE TABLE visits (id INTEGER PRIMARY KEY, owner TEXT, at TEXT, size TEXT);
        INSERT INTO visits VALUES (1, 'ann@x.org', '9999-12-31T23:59:59Z', '123456789012345678901234');";
    let visits = export(&collection("visits", "access_log", columns), sql).records;
    assert_eq!(visits[0]["at"], "9999-12-31T23:59:59Z");
    assert_eq!((&visits[0]["bytes"], visits[0].get("verbatim")), (&json!("123456789012345678901234"), None));
}

#[test]
fn every_sentence_of_the_statement_stands_in_every_language_of_the_report() {
    let collections =
        collection("notes", "other", "") + &collection("scores", "other", "").replace("provided", "derived");
    let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO notes VALUES (1, 'ann@x.org');
        CREATE TABLE scores (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO scores VALUES (1, 'ann@x.org');";
    let exported = export(&collections, sql);
    let statement: Value = serde_json::from_slice(&exported.files["data/statement.jsonld"]).unwrap();
    let sentence = statement["excluded"][0]["sentence"].as_object().unwrap();
    assert_eq!(sentence.keys().collect::<Vec<_>>(), ["en", "zh-CN"]);
    let report = String::from_utf8(exported.files["README.html"].clone()).unwrap();
    assert!(report.contains("lang=\"en\"") && report.contains("lang=\"zh-CN\""));
}

#[test]
fn a_change_of_contact_data_shortly_before_the_request_is_told_to_the_operator_alone() {
    let contacts = collection("contacts", "contact", "mail_at = { omit = \"when\" }\npass_at = { omit = \"when\" }\n");
    let contacts = contacts.replace("origin =", "changed = [\"mail_at\", \"pass_at\"]\norigin =");
    for (mail_at, pass_at, told) in [
        ("'2026-06-14 12:00:00'", "NULL", true),
        ("'2020-01-01'", "'2026-06-02'", true),
        ("'2026-06-20'", "NULL", true),
        ("'2026-06-01 11:00:00'", "'2026-05-01'", false),
        ("'never'", "NULL", false),
    ] {
        let sql = format!(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, owner TEXT, mail_at TEXT, pass_at TEXT);
            INSERT INTO contacts VALUES (1, 'ann@x.org', {mail_at}, {pass_at});"
        );
        let exported = export(&contacts, &sql);
        let findings = exported.receipt["findings"].as_array().unwrap();
        let found: Vec<&Value> = findings.iter().filter(|finding| finding["code"] == "recent-change").collect();
        assert_eq!(found.len(), usize::from(told), "{mail_at} {pass_at}");
        assert!(found.iter().all(|finding| finding["count"] == 1 && finding["collection"] == "contacts"));
        let statement: Value = serde_json::from_slice(&exported.files["data/statement.jsonld"]).unwrap();
        assert!(!statement["findings"].to_string().contains("recent-change"), "the person may be somebody else");
    }
}

#[test]
fn a_language_that_is_named_twice_is_one() {
    let folder = scratch();
    let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO notes VALUES (1, 'ann@x.org');
        CREATE TABLE scores (id INTEGER PRIMARY KEY, owner TEXT); INSERT INTO scores VALUES (1, 'ann@x.org');";
    let scores = collection("scores", "other", "").replace("provided", "derived");
    write(folder.path(), &(collection("notes", "other", "") + &scores), sql);
    let path = folder.path().join("art20.toml");
    let text = std::fs::read_to_string(&path).unwrap().replacen(r#"["en", "zh-CN"]"#, r#"["en", "en", "EN"]"#, 1);
    std::fs::write(&path, text).unwrap();
    for (name, more) in [("asked.zip", &["--language", "zh-CN,en,zh-cn, en"][..]), ("configured.zip", &[])] {
        let run = art20()
            .args(["export", "-q", "-s", "email:ann@x.org", "--identity-check", "account-login", "-o", name])
            .args(more)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let run = art20().args(["verify", name]).current_dir(folder.path()).output().unwrap();
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stdout));
    }
}

#[test]
fn a_fault_of_one_section_about_another_names_its_line() {
    let folder = scratch();
    let collections =
        collection("notes", "other", "") + "[activity.news]\nlegal_basis = \"consent\"\nconsent = \"notes\"\n";
    write(folder.path(), &collections, "");
    let text = format!("{HEAD}{collections}");
    let line = 1 + text.lines().position(|line| line == "[activity.news]").unwrap();
    let run = art20().arg("check").current_dir(folder.path()).output().unwrap();
    assert_eq!(run.status.code(), Some(3));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains(&format!("art20.toml:{line}: [activity.news] `consent` names")), "{said}");
}

#[test]
fn a_retention_period_is_an_iso_8601_duration_and_nothing_else() {
    for (retention, status) in [("P3Y", 0), ("P18M", 0), ("3 years", 3), ("-P1Y", 3), ("P0D", 3)] {
        let folder = scratch();
        let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT); CREATE INDEX owners ON notes (owner);";
        write(folder.path(), &collection("notes", "other", ""), sql);
        let path = folder.path().join("art20.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replacen("legal_basis", &format!("retention = \"{retention}\"\nlegal_basis"), 1);
        std::fs::write(&path, text).unwrap();
        let run = art20().arg("check").current_dir(folder.path()).output().unwrap();
        assert_eq!(run.status.code(), Some(status), "{retention}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn a_key_of_json_that_may_be_personal_is_not_shown_in_an_error() {
    for (key, shown) in [("colour", true), ("bo@x.org", false), ("+493012345678", false), ("Bo Ek", false)] {
        let folder = scratch();
        let columns = "more = { field = \"additional.more\", format = \"json\", keys = [\"size\"] }\n";
        let sql = format!(
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner TEXT, more TEXT);
            INSERT INTO notes VALUES (1, 'ann@x.org', '{{\"size\": 1, \"{key}\": 2}}');"
        );
        write(folder.path(), &collection("notes", "other", columns), &sql);
        let run = art20().args(["plan", "-s", "email:ann@x.org"]).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert_eq!((run.status.code(), said.contains(key)), (Some(3), shown), "{said}");
    }
}
