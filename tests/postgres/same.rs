//! The same data give the same archives, whichever engine keeps them.

use crate::common::postgres::{PASSWORD, Server};
use crate::common::unpacked::unpacked;
use crate::common::{art20, fixture, scratch};
use crate::translated::{quoted, translate};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

const AS_OF: &str = "2026-11-23T12:00:00Z";

fn export(configuration: &Path, subject: &str, output: &Path) -> Output {
    art20()
        .args([
            "export",
            "-q",
            "--identity-check",
            "account-login",
            "--as-of",
            AS_OF,
            "--reference",
            "r",
            "-s",
            subject,
        ])
        .arg("-c")
        .arg(configuration)
        .arg("-o")
        .arg(output)
        .env("PGPASSWORD", PASSWORD)
        .output()
        .unwrap()
}

fn records(path: &Path) -> BTreeMap<String, Vec<u8>> {
    unpacked(path).into_iter().filter(|(name, _)| name.starts_with("data/records/")).collect()
}

/// Everything that identifies somebody in the example, and nobody.
fn subjects(crm: &rusqlite::Connection) -> Vec<String> {
    let sql = "SELECT DISTINCT 'customer:' || customer_no FROM contacts WHERE customer_no IS NOT NULL
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
    assert!(written > 40, "{written}");
}
