//! Requests made to do harm: whatever stands in an identifier finds its own rows and no other, and no message shows it.

use crate::common::postgres::{PASSWORD, Server};
use crate::common::{art20, assurance, extreme, scratch};
use crate::{configuration, said};
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::path::Path;

fn texts() -> Vec<String> {
    extreme::texts().into_iter().filter(|text| !text.trim().is_empty()).collect()
}

/// What the row of a text holds besides.
fn value(nth: usize) -> String {
    format!("OF-{nth}-END")
}

#[test]
fn whatever_stands_in_an_identifier_finds_its_own_row_and_no_message_shows_it() {
    let folder = scratch();
    let texts = texts();
    let mut store = Connection::open(folder.path().join("s.db")).unwrap();
    let store_in = store.transaction().unwrap();
    store_in.execute_batch("CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value TEXT)").unwrap();
    for (nth, text) in texts.iter().enumerate() {
        let row = rusqlite::params![nth as i64, text, value(nth)];
        store_in.execute("INSERT INTO \"values\" VALUES (?, ?, ?)", row).unwrap();
    }
    store_in.commit().unwrap();
    answered(folder.path(), "sqlite:s.db", &texts);
    assurance::tell(
        "hostile identifiers: SQL, wildcards, controls, other scripts",
        "every text of fixtures/attacks/texts.jsonl as a request of a batch",
        texts.len(),
        "each finds its own row and no other; no message shows it",
    );
}

#[test]
fn whatever_stands_in_an_identifier_finds_its_own_row_in_postgresql_too() {
    let Some(server) = Server::start(&[]) else { return };
    let (folder, texts) = (scratch(), texts());
    let mut client = server.database("attacked");
    client.batch_execute("CREATE TABLE \"values\" (id BIGINT PRIMARY KEY, email TEXT, value TEXT)").unwrap();
    let insert = client.prepare("INSERT INTO \"values\" VALUES ($1, $2, $3)").unwrap();
    // No text of PostgreSQL can hold NUL, so nobody there is called so.
    for (nth, text) in texts.iter().enumerate().filter(|(_, text)| !text.contains('\0')) {
        client.execute(&insert, &[&(nth as i64), text, &value(nth)]).unwrap();
    }
    client.batch_execute("GRANT SELECT ON \"values\" TO reader").unwrap();
    answered(folder.path(), &server.url("attacked"), &texts);
    assurance::tell(
        "hostile identifiers: SQL, wildcards, controls, other scripts",
        "the same on PostgreSQL, where nobody can be called by NUL",
        texts.len(),
        "each finds its own row and no other; no message shows it",
    );
}

/// Asks for everybody at once: each text finds its own row.
fn answered(at: &Path, url: &str, texts: &[String]) {
    // Exactly as text: the type is the controller's own.
    let text = configuration(url).replace("email = subject.email", "email = subject.handle");
    fs::write(at.join("art20.toml"), text).unwrap();
    let requests: String = texts
        .iter()
        .enumerate()
        .map(|(nth, text)| {
            format!(
                "{}\n",
                json!({ "handle": [text], "identity_check": "account-login", "reference": format!("r-{nth}") })
            )
        })
        .collect();
    fs::write(at.join("requests.jsonl"), requests).unwrap();
    let mut command = art20();
    command.current_dir(at).args(["batch", "requests.jsonl", "-q", "-o", "out"]).env("PGPASSWORD", PASSWORD);
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 7)), "{}", said(&output));
    let mut found = 0;
    for (nth, text) in texts.iter().enumerate() {
        let archive = at.join(format!("out/r-{nth}.zip"));
        if !archive.exists() {
            // Nobody can be called by spaces alone, which the request may be refused for; but nothing else.
            assert!(text.trim().is_empty() || text.trim() != text || text.contains('\0'), "no archive for {text:?}");
            continue;
        }
        found += 1;
        let files = crate::common::unpacked::unpacked(&archive);
        let all: String = files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        for (other, its_text) in texts.iter().enumerate() {
            let there = all.contains(&format!("OF-{other}-END"));
            let same = its_text.trim() == text.trim();
            assert!(there == (other == nth) || (there && same), "{text:?} and {its_text:?}");
        }
    }
    assert!(found * 10 > texts.len() * 8, "only {found}");
    let result = fs::read_to_string(at.join("out/batch-result.csv")).unwrap() + &said(&output);
    for text in texts.iter().filter(|text| text.len() > 12) {
        assert!(!result.contains(text.as_str()), "{text:?} is shown");
    }
    // Nobody is found, or is asked for, by what they are not called; a store that fails would be something else.
    let mut rows = csv::Reader::from_path(at.join("out/batch-result.csv")).unwrap();
    for row in rows.records().map(Result::unwrap).filter(|row| &row[1] != "done") {
        assert!(["2", "4"].contains(&&row[2]), "{row:?}");
    }
}
