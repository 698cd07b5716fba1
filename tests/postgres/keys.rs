//! Keys: the order of the records, and what is no key.

use crate::common::postgres::Server;
use crate::common::scratch;
use crate::common::unpacked::{records, unpacked};
use crate::run::{collection, configuration, export, exporting, failure};
use std::path::Path;

fn store(server: &Server, database: &str) -> String {
    format!("url = \"{}\"", server.url(database))
}

/// The notes of the customer c1, in the order of the records.
fn notes(path: &Path, output: &Path) -> Vec<String> {
    let run = export(path, "customer:c1", output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let records = records(&unpacked(output));
    records.iter().map(|record| record["additional"]["note"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn records_are_in_the_order_of_their_keys_whatever_order_the_server_has() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    // (type, keys in their order).
    let kinds = [
        ("integer", vec!["-3", "2", "10", "100"]),
        ("numeric", vec!["-10.5", "-9.75", "0.10", "2", "9.5", "10.25", "10.5"]),
        ("numeric(30)", vec!["7", "9223372036854775807", "9223372036854775808", "18446744073709551615"]),
        ("double precision", vec!["-1.5", "2", "10", "10.5"]),
        // By UTF-8: what a dictionary of German or Chinese would order otherwise.
        ("text COLLATE \"de-x-icu\"", vec!["'10'", "'9'", "'Z'", "'a'", "'b'", "'ä'", "'中'", "'𠮷'"]),
        ("varchar(9) COLLATE insensitive", vec!["'B'", "'a'", "'É'"]),
        ("date", vec!["'0999-01-01'", "'2026-02-03'", "'2026-12-01'"]),
        ("timestamptz", vec!["'2026-02-03 10:00:00+08'", "'2026-02-03 04:00:00+00'"]),
        ("boolean", vec!["false", "true"]),
        ("uuid", vec!["'0fffffff-9c0b-4ef8-bb6d-6bb9bd380a11'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]),
    ];
    let insensitive =
        "CREATE COLLATION insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
    client.batch_execute(insensitive).unwrap();
    for (at, (kind, keys)) in kinds.into_iter().enumerate() {
        // From the last to the first.
        let rows: Vec<String> =
            (0..keys.len()).rev().map(|nth| format!("({}, 'c1', 'note {nth}')", keys[nth])).collect();
        client
            .batch_execute(&format!(
                "DROP TABLE IF EXISTS things; CREATE TABLE things (key {kind} PRIMARY KEY, owner text, note text);
                 INSERT INTO things VALUES {}; GRANT SELECT ON things TO reader",
                rows.join(", ")
            ))
            .unwrap();
        let collections =
            collection("things", "things", "\"key\"", "owner == subject.customer", &["key", "owner", "note"]);
        let path = configuration(folder.path(), &store(&server, "shop"), &collections);
        let expected: Vec<String> = (0..keys.len()).map(|nth| format!("note {nth}")).collect();
        assert_eq!(notes(&path, &folder.path().join(format!("{at}.zip"))), expected, "{kind}");
    }
}

#[test]
fn a_key_that_is_missing_or_stands_twice_stops_the_run() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    client
        .batch_execute(
            "CREATE TABLE things (a text, b numeric, owner text, note text); GRANT SELECT ON things TO reader;
             INSERT INTO things VALUES ('x', 1.0, 'c1', 'one'), ('x', 2, 'c1', 'two'), ('X', 1.0, 'c2', 'other')",
        )
        .unwrap();
    let columns = ["a", "b", "owner", "note"];
    let collections = collection("things", "things", "\"a\", \"b\"", "owner == subject.customer", &columns);
    let path = configuration(folder.path(), &store(&server, "shop"), &collections);
    assert_eq!(notes(&path, &folder.path().join("0.zip")), ["one", "two"]);
    for (change, what) in [
        ("INSERT INTO things VALUES ('x', 2, 'c1', 'CANARY')", "key"),
        // The other one is somebody else's.
        ("UPDATE things SET owner = 'c2' WHERE note = 'CANARY'", "key"),
        ("DELETE FROM things WHERE note = 'CANARY'; UPDATE things SET b = NULL WHERE b = 2", "NULL in its key"),
    ] {
        client.batch_execute(change).unwrap();
        let said = failure(exporting(&path, "customer:c1", &folder.path().join("out.zip")), folder.path(), 3);
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn text_of_a_database_in_another_encoding_is_found_and_comes_exactly() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let databases = [
        ("latin", "LATIN1", "'Müller'", "ann@m\u{fc}nchen.example"),
        ("chinese", "EUC_CN", "'李娜'", "ann@m\u{fc}nchen.example"),
        ("nothing", "SQL_ASCII", "'Müller 李𠮷'", "ann@m\u{fc}nchen.example"),
    ];
    for (name, encoding, text, address) in databases {
        drop(server.database(&format!("unused_{name}")));
        let mut admin = server.admin("postgres");
        admin
            .batch_execute(&format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"))
            .unwrap();
        let mut client = server.admin(name);
        // EUC_CN has no ü.
        let address = if encoding == "EUC_CN" { "Ann@XN--mnchen-3ya.example" } else { address };
        client
            .batch_execute(&format!(
                "CREATE TABLE people (id integer PRIMARY KEY, mail text, list text, note text, other bytea);
                 GRANT SELECT ON people TO reader;
                 INSERT INTO people VALUES (1, '{address}', '', {text}), (2, '', 'b@y, <{address}>', {text}), (3, 'b@y', 'joann@m.example', 'CANARY')"
            ))
            .unwrap();
        let columns = ["id", "mail", "list", "note", "other"];
        let collections =
            collection("people", "people", "\"id\"", "mail = subject.email', 'list has subject.email", &columns);
        let path = configuration(folder.path(), &store(&server, name), &collections);
        let output = folder.path().join(format!("{name}.zip"));
        let run = export(&path, "email:ann@münchen.example", &output);
        assert_eq!(run.status.code(), Some(0), "{encoding}: {}", String::from_utf8_lossy(&run.stderr));
        let records = records(&unpacked(&output));
        assert_eq!(records.len(), 2, "{encoding}");
        assert!(records.iter().all(|record| format!("'{}'", record["additional"]["note"].as_str().unwrap()) == text));
    }
    // Bytes that are no text in any encoding.
    let mut client = server.admin("nothing");
    client.batch_execute("UPDATE people SET note = convert_from('\\xff41', 'SQL_ASCII') WHERE id = 1").unwrap();
    let columns = ["id", "mail", "list", "note", "other"];
    let collections = collection("people", "people", "\"id\"", "mail = subject.email", &columns);
    let path = configuration(folder.path(), &store(&server, "nothing"), &collections);
    let output = folder.path().join("bytes.zip");
    let run = export(&path, "email:ann@münchen.example", &output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let records = records(&unpacked(&output));
    assert_eq!(records[0]["verbatim"]["additional.note"]["base64"], "/0E=");
}

#[test]
fn names_are_whatever_people_write() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    client
        .batch_execute(
            "CREATE TABLE \"Select\" (\"Id\" integer PRIMARY KEY, id text, \"user name\" text, \"say \"\"hi\"\"; --\" text, \"列\" text);
             INSERT INTO \"Select\" VALUES (1, 'c1', 'a', 'b', 'c'), (2, 'c2', 'CANARY', 'CANARY', 'CANARY');
             GRANT SELECT ON \"Select\" TO reader",
        )
        .unwrap();
    let collections = r#"[collection.things]
store = "shop"
table = "Select"
kind = "other"
activity = "account"
origin = "provided"
key = ["Id"]
match = ['id == subject.customer', '"user name" == subject.name', '"say ""hi""; --" == subject.name', '"列" == subject.name']
[collection.things.columns]
Id = "additional.number"
id = "additional.customer"
"user name" = "additional.first"
'say "hi"; --' = "additional.second"
"列" = "additional.third"
"#;
    let path = configuration(folder.path(), &store(&server, "shop"), collections);
    for (at, subject) in ["customer:c1", "name:a", "name:b", "name:c"].into_iter().enumerate() {
        let output = folder.path().join(format!("{at}.zip"));
        let run = export(&path, subject, &output);
        assert_eq!(run.status.code(), Some(0), "{subject}: {}", String::from_utf8_lossy(&run.stderr));
        let records = records(&unpacked(&output));
        assert_eq!(records.len(), 1);
        assert_eq!(records[0]["additional"]["third"], "c");
    }
}
