//! The same data give the same archives, whichever engine keeps them.

use crate::common::postgres::PASSWORD;
use crate::common::postgres::Server;
use crate::common::unpacked::unpacked;
use crate::common::{art20, fixture, scratch, strict};
use crate::run::export;
use crate::translated::{quoted, translate};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn records(path: &Path) -> BTreeMap<String, Vec<u8>> {
    unpacked(path).into_iter().filter(|(name, _)| name.starts_with("data/records/")).collect()
}

/// Everything that identifies somebody in the example, and nobody.
fn subjects(crm: &rusqlite::Connection) -> Vec<String> {
    let sql = "SELECT DISTINCT 'customer:' || customer_no FROM contacts WHERE email IS NULL
               UNION SELECT 'email:' || email FROM contacts WHERE email LIKE '%@%'
               UNION SELECT 'phone:' || phone FROM contacts WHERE phone <> ''
               UNION SELECT 'visitor:' || visitor_id FROM cookies WHERE visitor_id <> '' ORDER BY 1";
    let mut statement = crm.prepare(sql).unwrap();
    let mut all: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    all.extend(["email:hana.sato@example.net", "email:nobody@example.org"].map(str::to_owned));
    all
}

#[test]
fn the_example_controller_gives_the_same_archives_from_postgresql_byte_for_byte() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let mut configuration = std::fs::read_to_string(fixture("trexlabel/art20.toml")).unwrap();
    let mut people = Vec::new();
    for store in ["crm", "billing", "mail"] {
        let script = std::fs::read_to_string(fixture(&format!("trexlabel/{store}.sql"))).unwrap();
        let sqlite = rusqlite::Connection::open_in_memory().unwrap();
        sqlite.execute_batch(&script).unwrap();
        let mut client = server.database(store);
        translate(&sqlite, &mut client);
        client.batch_execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader").unwrap();
        if store == "crm" {
            people = subjects(&sqlite);
            // Secret columns are never read, so they need not be granted.
            let sql = "SELECT name FROM pragma_table_info('contacts') WHERE name <> 'pw_hash'";
            let mut columns = sqlite.prepare(sql).unwrap();
            let columns = columns.query_map([], |row| row.get::<_, String>(0)).unwrap();
            let columns: Vec<String> = columns.map(|name| quoted(&name.unwrap())).collect();
            let columns = columns.join(", ");
            client
                .batch_execute(&format!(
                    "REVOKE SELECT ON contacts FROM reader; GRANT SELECT ({columns}) ON contacts TO reader"
                ))
                .unwrap();
        }
        configuration = configuration.replace(&format!("sql:{store}.sql"), &server.url(store));
    }
    let path = folder.path().join("art20.toml");
    std::fs::write(&path, configuration).unwrap();
    let mut written = 0;
    for (at, subject) in people.iter().enumerate() {
        let (here, there) = (folder.path().join(format!("{at}-a.zip")), folder.path().join(format!("{at}-b.zip")));
        let sqlite = export(&fixture("trexlabel/art20.toml"), subject, &here);
        let postgres = export(&path, subject, &there);
        let said = String::from_utf8_lossy(&postgres.stderr);
        assert_eq!(sqlite.status.code(), postgres.status.code(), "{said}");
        assert_eq!(String::from_utf8_lossy(&sqlite.stderr), said);
        assert_eq!(here.exists(), there.exists());
        if here.exists() {
            written += 1;
            assert_eq!(records(&here), records(&there), "subject {at}");
            assert!(std::fs::read(&here).unwrap() == std::fs::read(&there).unwrap(), "the archives of subject {at}");
        }
    }
    assert!(written > 30, "{written}");
}

/// The sample database, as SQLite file and as PostgreSQL script, if it is there.
fn chinook() -> Option<(PathBuf, String)> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = shared.join("data/chinook");
    let script = std::fs::read_to_string(folder.join("chinook.postgresql.sql"));
    let required = strict() && shared.exists();
    assert!(!required || script.is_ok(), "the sample database is missing: {}", folder.display());
    match script {
        Ok(script) => Some((folder.join("chinook.sqlite"), script)),
        Err(_) => {
            println!("skipped: the sample database is not there: {}", folder.display());
            None
        }
    }
}

/// `CustomerId` as the other script writes it.
fn in_small_words(name: &str) -> String {
    let parted = |(at, c): (usize, char)| if at > 0 && c.is_uppercase() { vec!['_', c] } else { vec![c] };
    name.char_indices().flat_map(parted).collect::<String>().to_lowercase()
}

/// The configuration with the names that the other script gives to tables and columns, and only to them.
fn renamed(configuration: &str, sqlite: &rusqlite::Connection) -> String {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'
               UNION SELECT c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'";
    let mut statement = sqlite.prepare(sql).unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let renamed = |line: &str| {
        let is_text = ["title", "purpose", "name", "#"].iter().any(|start| line.starts_with(start));
        let (code, rest) = line.split_once(" #").unwrap_or((line, ""));
        if is_text || code.starts_with("url_env") {
            return line.to_owned();
        }
        let mut words: Vec<String> = vec![String::new()];
        for c in code.chars() {
            if words.last().unwrap().ends_with(char::is_alphanumeric) != c.is_alphanumeric() {
                words.push(String::new());
            }
            words.last_mut().unwrap().push(c);
        }
        // What stands after `omit =` is for people.
        let until = code.find("omit").unwrap_or(code.len());
        let mut at = 0;
        for word in &mut words {
            at += word.len();
            if names.contains(word) && at <= until {
                *word = in_small_words(word);
            }
        }
        format!("{} #{rest}", words.concat())
    };
    configuration.lines().map(|line| renamed(line) + "\n").collect()
}

fn fill(client: &mut postgres::Client, script: &str) {
    let script: Vec<&str> = script
        .lines()
        .filter(|line| !["DROP DATABASE", "CREATE DATABASE", "\\c "].iter().any(|start| line.starts_with(start)))
        .collect();
    // PostgreSQL takes N'…' for a text of fixed width and drops blanks at its end, which SQLite's file has.
    let script = script.join("\n").replace(", N'", ", '").replace("(N'", "('");
    client.batch_execute(script.trim_start_matches('\u{feff}')).unwrap();
    client.batch_execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader").unwrap();
}

#[test]
fn chinook_is_proposed_the_same_and_the_proposal_finds_the_rows_of_every_customer() {
    let Some((file, script)) = chinook() else { return };
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    fill(&mut client, &script);
    let folder = scratch();
    let sqlite = rusqlite::Connection::open_with_flags(&file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let proposed = |name: &str, url: &str| {
        let path = folder.path().join(name);
        let mut run = art20();
        run.args(["init", "--from", &format!("shop={url}"), "-o"]).arg(&path).env("PGPASSWORD", PASSWORD);
        let run = run.output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        (std::fs::read_to_string(&path).unwrap(), path)
    };
    let (here, _) = proposed("sqlite.toml", &format!("sqlite:{}", file.display()));
    let (there, path) = proposed("postgres.toml", &server.url("shop"));
    // The tables stand in the order of their names, and lines are filled up to the longest of them.
    let plain = |text: &str| -> BTreeSet<String> {
        let blocks = text.split("\n[").map(|block| {
            let lines = block.lines().filter(|line| !line.starts_with("url = "));
            let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
            let mut lines: Vec<String> = lines.filter(|line| !line.is_empty() && line != "#").collect();
            lines[1..].sort();
            lines.join("\n")
        });
        blocks.collect()
    };
    let unmarked = renamed(&here, &sqlite).replace(" #\n", "\n");
    assert_eq!(plain(&unmarked), plain(&there));
    std::fs::write(&path, there.replace(", review = true }", " }").replace("\nreview = true\n", "\n")).unwrap();
    for customer in [1, 33, 59] {
        let count = |sql: &str| sqlite.query_row(sql, [customer], |row| row.get::<_, u32>(0)).unwrap();
        let invoices = count("SELECT count(*) FROM Invoice WHERE CustomerId = ?");
        let lines = count("SELECT count(*) FROM InvoiceLine JOIN Invoice USING (InvoiceId) WHERE CustomerId = ?");
        let output = folder.path().join(format!("{customer}.zip"));
        let run = export(&path, &format!("customer:{customer}"), &output);
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
        let receipt = std::fs::read_to_string(output.with_extension("receipt.json")).unwrap();
        let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
        for line in receipt["ledger"].as_array().unwrap() {
            let excluded: u64 = line["excluded"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
            assert_eq!(line["matched"].as_u64().unwrap(), line["portable"].as_u64().unwrap() + excluded, "{line}");
            let expected = match line["collection"].as_str().unwrap() {
                "customer" => 1,
                "invoice" => invoices,
                "invoice_line" => lines,
                _ => continue,
            };
            assert_eq!(line["matched"], expected, "{line}");
        }
    }
}

#[test]
fn chinook_gives_the_same_records_for_every_customer() {
    let Some((file, script)) = chinook() else { return };
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    fill(&mut client, &script);
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let sqlite = rusqlite::Connection::open_with_flags(&file, flags).unwrap();
    let configuration = std::fs::read_to_string(fixture("chinook/art20.toml")).unwrap();
    let folder = scratch();
    let url = "url_env = \"CHINOOK_URL\"";
    let (here, there) = (folder.path().join("sqlite.toml"), folder.path().join("postgres.toml"));
    std::fs::write(&here, configuration.replace(url, &format!("url = \"sqlite:{}\"", file.display()))).unwrap();
    let of_postgres = renamed(&configuration, &sqlite).replace(url, &format!("url = \"{}\"", server.url("shop")));
    std::fs::write(&there, of_postgres).unwrap();
    for customer in 1..=59 {
        let (a, b) = (folder.path().join(format!("{customer}-a.zip")), folder.path().join(format!("{customer}-b.zip")));
        for (configuration, output) in [(&here, &a), (&there, &b)] {
            let run = export(configuration, &format!("customer:{customer}"), output);
            assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
        }
        for (path, there) in records(&b) {
            let here = String::from_utf8(records(&a)[&path].clone()).unwrap();
            assert_eq!(String::from_utf8(there).unwrap(), here, "customer {customer}: {path}");
        }
        assert_eq!(records(&a).len(), records(&b).len(), "customer {customer}");
    }
}
