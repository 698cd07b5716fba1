//! The same texts through every reader of tables: each comes out as it stood there, the same from every engine.

use crate::common::postgres::Server;
use crate::common::unpacked::{records, unpacked};
use crate::common::{assurance, extreme, scratch};
use crate::{configuration, exported};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Whose row it is: every other row is somebody else's.
fn owner(nth: usize) -> &'static str {
    if nth.is_multiple_of(2) { "xi@example.org" } else { "other@example.org" }
}

fn sqlite(folder: &Path, texts: &[String]) -> String {
    let mut store = Connection::open(folder.join("s.db")).unwrap();
    let store = store.transaction().unwrap();
    store.execute_batch("CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value TEXT)").unwrap();
    for (nth, text) in texts.iter().enumerate() {
        store
            .execute("INSERT INTO \"values\" VALUES (?, ?, ?)", rusqlite::params![nth as i64, owner(nth), text])
            .unwrap();
    }
    store.commit().unwrap();
    "sqlite:s.db".into()
}

fn script(folder: &Path, texts: &[String]) -> String {
    let mut sql = String::from("CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value TEXT);\n");
    for (nth, text) in texts.iter().enumerate() {
        // A script is text: what it cannot hold as it is stands as the number of the character.
        let value: Vec<String> = match text.contains('\0') {
            true => text.chars().map(|c| format!("char({})", u32::from(c))).collect(),
            false => vec![format!("'{}'", text.replace('\'', "''"))],
        };
        sql.push_str(&format!("INSERT INTO \"values\" VALUES ({nth}, '{}', {});\n", owner(nth), value.join(" || ")));
    }
    fs::write(folder.join("s.sql"), sql).unwrap();
    "sql:s.sql".into()
}

fn csv(folder: &Path, texts: &[String]) -> String {
    fs::create_dir(folder.join("csv")).unwrap();
    let mut text = String::from("id,email,value\r\n");
    for (nth, value) in texts.iter().enumerate() {
        text.push_str(&format!("{nth},{},\"{}\"\r\n", owner(nth), value.replace('"', "\"\"")));
    }
    fs::write(folder.join("csv/values.csv"), text).unwrap();
    "csv:csv".into()
}

fn json_lines(folder: &Path, texts: &[String]) -> String {
    fs::create_dir(folder.join("jsonl")).unwrap();
    let lines: String = texts
        .iter()
        .enumerate()
        .map(|(nth, value)| format!("{}\n", json!({ "id": nth, "email": owner(nth), "value": value })))
        .collect();
    fs::write(folder.join("jsonl/values.jsonl"), lines).unwrap();
    "jsonl:jsonl".into()
}

#[test]
fn every_text_comes_out_of_every_engine_as_it_stood_there_and_nobody_elses_does() {
    let texts: Vec<String> =
        extreme::texts().into_iter().flat_map(|text| [text.clone(), format!("OTHER-{text}")]).collect();
    let expected: Vec<&String> = texts.iter().step_by(2).collect();
    let engines: [fn(&Path, &[String]) -> String; 4] = [sqlite, script, csv, json_lines];
    let mut archives = Vec::new();
    for engine in engines {
        let folder = scratch();
        let url = engine(folder.path(), &texts);
        fs::write(folder.path().join("art20.toml"), configuration(&url)).unwrap();
        exported(folder.path());
        let files = unpacked(&folder.path().join("a.zip"));
        let found: Vec<Value> =
            records(&files).into_iter().map(|mut record| record["additional"]["value"].take()).collect();
        for (found, expected) in found.iter().zip(&expected) {
            assert!(found.as_str() == Some(expected.as_str()), "{url}: {found} is not {expected:?}");
        }
        assert_eq!(found.len(), expected.len(), "{url}");
        for (path, bytes) in &files {
            assert!(!bytes.windows(6).any(|window| window == b"OTHER-"), "{url}: somebody else's text in {path}");
        }
        harmless(&files, &url);
        archives.push(files["data/records/other.ndjson"].clone());
    }
    // The store's name is the same, so the records are.
    assert!(archives.windows(2).all(|two| two[0] == two[1]));
    assurance::tell(
        "hostile texts: formulas, markup, header and card injection, SQL, bidi controls, NUL, terminal escapes",
        "fixtures/attacks/texts.jsonl through SQLite, SQL scripts, CSV and JSON Lines, every other row somebody else's",
        engines.len() * texts.len(),
        "every text of the person in the archive as it stood there, the same from every engine, and none of anybody else",
    );
}

/// The report runs nothing and loads nothing, and a spreadsheet takes no cell for a formula.
pub fn harmless(files: &std::collections::BTreeMap<String, Vec<u8>>, story: &str) {
    let report = String::from_utf8(files["README.html"].clone()).unwrap().to_lowercase();
    for tag in
        ["<script", "<img", "<iframe", "<base", "<form", "<object", "<link", "http-equiv=\"refresh\"", "<svg onload"]
    {
        assert!(!report.contains(tag), "{story}: {tag} in the report");
    }
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".csv")) {
        let mut reader = ::csv::ReaderBuilder::new().flexible(false).from_reader(&bytes[3..]);
        for row in reader.byte_records() {
            let row = row.unwrap_or_else(|error| panic!("{story}: {path}: {error}"));
            for cell in &row {
                let begins = cell.first().is_some_and(|first| b"=+-@\t\r".contains(first));
                let text = String::from_utf8_lossy(cell);
                let number = text.chars().skip(1).all(|c| c.is_ascii_digit() || " .-()/".contains(c)) && text.len() > 1;
                assert!(!begins || number, "{story}: {path}: {text:?} begins like a formula");
            }
        }
    }
}

#[test]
fn every_text_that_postgresql_can_hold_comes_out_of_it_as_out_of_sqlite() {
    let Some(server) = Server::start(&[]) else { return };
    let mut texts: Vec<String> =
        extreme::texts().into_iter().flat_map(|text| [text.clone(), format!("OTHER-{text}")]).collect();
    let all = texts.len();
    // No text of PostgreSQL can hold this character.
    texts.retain(|text| !text.contains('\0'));
    assert!(texts.len() < all && all - texts.len() < all / 10, "{} of {all}", texts.len());
    let (here, there) = (scratch(), scratch());
    let mut client = server.database("attacked");
    client.batch_execute("CREATE TABLE \"values\" (id BIGINT PRIMARY KEY, email TEXT, value TEXT)").unwrap();
    let insert = client.prepare("INSERT INTO \"values\" VALUES ($1, $2, $3)").unwrap();
    for (nth, text) in texts.iter().enumerate() {
        client.execute(&insert, &[&(nth as i64), &owner(nth), text]).unwrap();
    }
    client.batch_execute("GRANT SELECT ON \"values\" TO reader").unwrap();
    fs::write(here.path().join("art20.toml"), configuration(&sqlite(here.path(), &texts))).unwrap();
    fs::write(there.path().join("art20.toml"), configuration(&server.url("attacked"))).unwrap();
    exported(here.path());
    exported(there.path());
    let files = unpacked(&there.path().join("a.zip"));
    let found: Vec<Value> =
        records(&files).into_iter().map(|mut record| record["additional"]["value"].take()).collect();
    let expected: Vec<Value> = texts.iter().step_by(2).map(|text| json!(text)).collect();
    assert_eq!(found, expected);
    assert!(fs::read(here.path().join("a.zip")).unwrap() == fs::read(there.path().join("a.zip")).unwrap());
    assurance::tell(
        "hostile texts: formulas, markup, header and card injection, SQL, bidi controls, terminal escapes",
        "those of fixtures/attacks/texts.jsonl without NUL, which PostgreSQL cannot hold, through PostgreSQL, every other row somebody else's",
        texts.len(),
        "the same archive as from SQLite, byte for byte",
    );
}

#[test]
fn bytes_that_are_no_text_stay_verbatim_and_the_run_goes_on() {
    let folder = scratch();
    let store = Connection::open(folder.path().join("s.db")).unwrap();
    store
        .execute_batch(
            "CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value);
            INSERT INTO \"values\" VALUES (1, 'xi@example.org', CAST(x'ff00fe' AS TEXT)), (2, 'xi@example.org', CAST(x'c3' AS TEXT)),
                (3, 'xi@example.org', CAST(x'eda080' AS TEXT)), (4, 'xi@example.org', x'00ff'), (5, 'xi@example.org', 9e999),
                (6, 'xi@example.org', -9e999), (7, 'xi@example.org', 5e-324), (8, 'xi@example.org', -9223372036854775808),
                (9, CAST(x'7869ff40' AS TEXT), 'not hers'), (11, 'xi@example.org', 0.1 + 0.2), (12, 'xi@example.org', 1e300), (10, 'xi@example.org', CAST(x'f4908080' AS TEXT));",
        )
        .unwrap();
    drop(store);
    fs::write(folder.path().join("art20.toml"), configuration("sqlite:s.db")).unwrap();
    exported(folder.path());
    let files = unpacked(&folder.path().join("a.zip"));
    let all = records(&files);
    assert_eq!(all.len(), 11);
    let verbatim = |nth: usize| all[nth]["verbatim"]["additional.value"]["base64"].as_str();
    assert_eq!([0, 1, 2, 8].map(verbatim), [Some("/wD+"), Some("ww=="), Some("7aCA"), Some("9JCAgA==")], "{all:?}");
    assert_eq!(all[7]["additional"]["value"], json!("-9223372036854775808"));
    assert_eq!(all[9]["additional"]["value"].to_string(), "0.30000000000000004");
    assert_eq!(all[10]["additional"]["value"], json!(format!("1{}", "0".repeat(300))));
    harmless(&files, "bytes");
    assurance::tell(
        "bytes that are no text: invalid UTF-8, surrogates, infinities, the least integer",
        "as values of SQLite",
        all.len(),
        "verbatim or exact, and the run goes on",
    );
}
