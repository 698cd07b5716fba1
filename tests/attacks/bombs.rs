//! What is small and becomes large, or is just very large: JSON of ten thousand levels, values of 100 MB, mails of
//! thousands of parts.

use crate::common::unpacked::{records, unpacked};
use crate::common::{assurance, scratch};
use crate::{configuration, export, exported, said};
use rusqlite::Connection;
use serde_json::json;
use std::fs;

const LEVELS: usize = 10_000;

fn store(folder: &std::path::Path, format: &str, values: &[&str]) {
    let mut store = Connection::open(folder.join("s.db")).unwrap();
    let store = store.transaction().unwrap();
    store.execute_batch("CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value TEXT)").unwrap();
    for value in values {
        store.execute("INSERT INTO \"values\" (email, value) VALUES ('xi@example.org', ?)", [value]).unwrap();
    }
    store.commit().unwrap();
    let text = configuration("sqlite:s.db");
    let column = format!("value = {{ field = \"additional.value\"{format} }}");
    fs::write(folder.join("art20.toml"), text.replace("value = \"additional.value\"", &column)).unwrap();
}

/// JSON that is deep, long, double, torn, or no text.
fn documents() -> Vec<String> {
    vec![
        "[".repeat(LEVELS) + &"]".repeat(LEVELS),
        "{\"a\":".repeat(LEVELS) + "1" + &"}".repeat(LEVELS),
        "[".repeat(LEVELS),
        "[{\"a\":".repeat(LEVELS),
        format!("[{}1]", "1,".repeat(200_000)),
        "{\"a\":1,\"a\":2}".into(),
        r#"{"lone": "\ud800", "pair": "\ud83e\udd9c", "backwards": "\udc00\ud800"}"#.into(),
        r#"{"\u0000": "\u0000", "__proto__": {"x": 1}, "": ""}"#.into(),
        format!("{{\"n\": {}, \"small\": 1e-99999, \"large\": 1e99999, \"zero\": -0.0}}", "9".repeat(5000)),
        "\u{feff}{\"mark\": true}".into(),
        "{\"a\": 1} trailing".into(),
        "nul".into(),
        "'single'".into(),
        String::new(),
    ]
}

#[test]
fn json_columns_of_ten_thousand_levels_and_lone_surrogates_are_exported_or_stay_verbatim() {
    let documents = documents();
    let values: Vec<&str> = documents.iter().map(String::as_str).collect();
    for format in [", format = \"json\", keys = \"all\"", ""] {
        let folder = scratch();
        store(folder.path(), format, &values);
        exported(folder.path());
        let all = records(&unpacked(&folder.path().join("a.zip")));
        assert_eq!(all.len(), values.len());
        for (record, value) in all.iter().zip(&values).filter(|(_, value)| !value.is_empty()) {
            let there = [&record["additional"]["value"], &record["verbatim"]["additional.value"]];
            assert!(there.iter().any(|value| !value.is_null()), "{} is lost", &value[..value.len().min(40)]);
        }
    }
    assurance::tell(
        "JSON made to exhaust a parser: ten thousand levels, 200,000 elements, numbers of 5,000 digits, lone surrogates",
        "as columns of JSON and of text",
        2 * values.len(),
        "exported or verbatim, none lost, the archive verifies",
    );
}

#[test]
fn json_lines_and_requests_of_ten_thousand_levels_are_values_or_faults_and_nothing_ends_the_process() {
    let deep = "[".repeat(LEVELS) + &"]".repeat(LEVELS);
    let lines = [
        format!("{{\"id\":1,\"email\":\"xi@example.org\",\"value\":{deep}}}\n"),
        format!("{{\"id\":1,\"email\":{deep},\"value\":1}}\n"),
        format!("{deep}\n"),
        "[".repeat(LEVELS),
        format!("{{\"id\":1,\"email\":\"xi@example.org\",\"value\":\"{}\"}}\n", "\\ud800"),
    ];
    let mut tried = 0;
    for line in &lines {
        let folder = scratch();
        fs::create_dir(folder.path().join("jsonl")).unwrap();
        fs::write(folder.path().join("jsonl/values.jsonl"), line).unwrap();
        fs::write(folder.path().join("art20.toml"), configuration("jsonl:jsonl")).unwrap();
        let output = export(folder.path());
        assert!(matches!(output.status.code(), Some(0 | 1 | 4)), "{}", said(&output));
        assert!(output.status.success() == folder.path().join("a.zip").exists());
        tried += 1;
    }
    let folder = scratch();
    store(folder.path(), "", &["x"]);
    let request = folder.path().join("request.json");
    for text in [format!("{{\"email\": {deep}}}"), deep.clone(), "{\"email\":".repeat(LEVELS), "[".repeat(LEVELS)] {
        fs::write(&request, text).unwrap();
        let output = crate::common::art20()
            .current_dir(folder.path())
            .args(["export", "-q", "--request", "request.json"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        tried += 1;
    }
    // A configuration is the controller's own, and is told what is wrong with it all the same.
    let text = configuration("sqlite:s.db");
    for nested in [
        format!("x = {deep}\n"),
        format!("x = {}", "{ a = ".repeat(LEVELS)),
        format!("[{}]\n", "a.".repeat(LEVELS) + "a"),
    ] {
        fs::write(folder.path().join("art20.toml"), format!("{text}{nested}")).unwrap();
        let output = export(folder.path());
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        tried += 1;
    }
    assurance::tell(
        "JSON made to exhaust a parser",
        "as lines of a store, requests and configurations of ten thousand levels",
        tried,
        "a value, or an exit status and a sentence; no stack runs over",
    );
}

#[test]
fn a_text_and_a_file_of_100_mb_are_exported_as_they_are() {
    let folder = scratch();
    let at = folder.path();
    let store = Connection::open(at.join("s.db")).unwrap();
    store
        .execute_batch(
            "CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value TEXT);
            CREATE TABLE chats (id INTEGER PRIMARY KEY, email TEXT, channel TEXT);
            CREATE TABLE files (id INTEGER PRIMARY KEY, chat INTEGER, name TEXT, content BLOB);
            INSERT INTO \"values\" VALUES (1, 'xi@example.org', CAST(replace(hex(zeroblob(100000)), '00', 'Zoë 李 ' || substr(replace(hex(zeroblob(500)), '00', 'tail'), 1, 1000)) AS TEXT));
            INSERT INTO chats VALUES (1, 'xi@example.org', 'chat');
            INSERT INTO files VALUES (1, 1, 'zeros.bin', zeroblob(100000000));",
        )
        .unwrap();
    drop(store);
    let more = "[collection.chats]\nstore = \"s\"\ntable = \"chats\"\nkind = \"message\"\nactivity = \"all\"\nkey = [\"id\"]\n\
        match = [\"email = subject.email\"]\n[collection.chats.columns]\nid = { omit = \"number\" }\nemail = \"from\"\nchannel = \"channel\"\n\
        [collection.files]\nstore = \"s\"\ntable = \"files\"\nkind = \"attachment\"\nparent = \"chats\"\nactivity = \"all\"\norigin = \"provided\"\n\
        key = [\"id\"]\nmatch = [\"chat = chats.id\"]\n[collection.files.columns]\nid = { omit = \"number\" }\nchat = { omit = \"link\" }\n\
        name = \"name\"\ncontent = \"content\"\n";
    fs::write(at.join("art20.toml"), configuration("sqlite:s.db") + more).unwrap();
    let output = export(at);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let verified = crate::common::art20().current_dir(at).args(["verify", "a.zip"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    let files = unpacked(&at.join("a.zip"));
    let all = records(&files);
    let other = all.iter().find(|record| record["kind"] == "other").unwrap();
    let text = other["additional"]["value"].as_str().unwrap();
    let piece = format!("Zoë 李 {}", "tail".repeat(250));
    assert!(text.len() == 100_000 * piece.len() && text.len() > 100_000_000);
    assert!(text.as_bytes().chunks(piece.len()).all(|chunk| chunk == piece.as_bytes()));
    let attachment = &all.iter().find(|record| record["kind"] == "message").unwrap()["attachments"][0];
    assert_eq!(attachment["name"], json!("zeros.bin"));
    let zeros = |bytes: &Vec<u8>| bytes.len() == 100_000_000 && bytes.iter().all(|byte| *byte == 0);
    assert!(files.values().any(zeros), "the file is not there: {attachment}");
    assurance::tell(
        "values of more than 100 MB",
        "a text and an attachment in SQLite",
        2,
        "in the archive, byte for byte",
    );
}
