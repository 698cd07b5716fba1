//! One instant: whatever others write, lock or break while an export reads.

use crate::common::postgres::Server;
use crate::common::scratch;
use crate::common::unpacked::{records, unpacked};
use crate::run::{collection, configuration, export, exporting, failure};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const ROWS: usize = 3_000;

fn two_collections() -> String {
    collection("people", "people", "\"id\"", "owner == subject.customer", &["id", "owner", "version"])
        + &collection("orders", "orders", "\"id\"", "owner == subject.customer", &["id", "owner", "version"])
}

fn schema() -> String {
    let mut sql = String::new();
    for table in ["people", "orders"] {
        sql.push_str(&format!("CREATE TABLE {table} (id bigint PRIMARY KEY, owner text, version bigint);"));
        let rows: Vec<String> = (0..ROWS).map(|id| format!("({id}, 'c1', 0)")).collect();
        sql.push_str(&format!("INSERT INTO {table} VALUES {};", rows.join(", ")));
        sql.push_str(&format!("CREATE INDEX {table}_owner ON {table} (owner);"));
    }
    sql
}

/// One transaction: every row gets a new version, one goes and one comes.
fn change(version: u64) -> String {
    let id = version + ROWS as u64;
    ["people", "orders"]
        .map(|table| {
            format!(
                "UPDATE {table} SET version = {version}; DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table});
             INSERT INTO {table} VALUES ({id}, 'c1', {version});"
            )
        })
        .concat()
}

/// Exports while `write` commits one version after the other; the archive must show one of them, in all its rows.
fn one_instant_shows(path: &Path, folder: &Path, mut write: impl FnMut(u64)) {
    let committed = AtomicU64::new(0);
    let exports = || {
        for round in 0..3 {
            let output = folder.join(format!("{round}.zip"));
            let before = committed.load(Ordering::Relaxed);
            let run = export(path, "customer:c1", &output);
            let after = committed.load(Ordering::Relaxed);
            assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
            let records = records(&unpacked(&output));
            assert_eq!(records.len(), 2 * ROWS);
            let versions: BTreeSet<String> = records.iter().map(|r| r["additional"]["version"].to_string()).collect();
            assert_eq!(versions.len(), 1, "one instant: {versions:?}");
            assert!(after > before, "something was written meanwhile");
        }
    };
    std::thread::scope(|scope| {
        let exports = scope.spawn(exports);
        while !exports.is_finished() {
            let version = committed.load(Ordering::Relaxed) + 1;
            write(version);
            committed.store(version, Ordering::Relaxed);
        }
        exports.join().unwrap();
    });
}

#[test]
fn a_writer_beside_an_export_from_postgresql_does_not_show() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    client.batch_execute(&schema()).unwrap();
    client.batch_execute("GRANT SELECT ON people, orders TO reader").unwrap();
    let folder = scratch();
    let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &two_collections());
    one_instant_shows(&path, folder.path(), |version| {
        client.batch_execute(&format!("BEGIN; {} COMMIT", change(version))).unwrap();
    });
}

#[test]
fn a_writer_beside_an_export_from_sqlite_does_not_show() {
    let folder = scratch();
    let client = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
    client.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF").unwrap();
    client.execute_batch(&schema()).unwrap();
    let path = configuration(folder.path(), "url = \"sqlite:shop.db\"", &two_collections());
    one_instant_shows(&path, folder.path(), |version| {
        client.execute_batch(&format!("BEGIN IMMEDIATE; {} COMMIT", change(version))).unwrap();
    });
}

/// A database whose second collection waits in its `where` until the test lets it go on.
fn waiting(server: &Server, folder: &Path) -> (postgres::Client, std::path::PathBuf) {
    let mut client = server.database("shop");
    client.batch_execute(&schema()).unwrap();
    client.batch_execute("GRANT SELECT ON people, orders TO reader; SELECT pg_advisory_lock(20)").unwrap();
    let wait = "where = \"pg_advisory_lock_shared(20) IS NOT NULL\"\n[collection.orders.columns]";
    let collections = two_collections().replace("[collection.orders.columns]", wait);
    let path = configuration(folder, &format!("url = \"{}\"", server.url("shop")), &collections);
    (client, path)
}

#[test]
fn a_table_of_which_only_some_columns_may_be_read_cannot_be_emptied_under_the_export_either() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let (mut client, path) = waiting(&server, folder.path());
    // What is read last: a table with a secret column, and a view of a table that the role may not read itself.
    client
        .batch_execute(
            "CREATE TABLE letters (id bigint PRIMARY KEY, owner text, version bigint, secret text);
             CREATE TABLE behind (id bigint PRIMARY KEY, owner text, version bigint);
             INSERT INTO letters VALUES (1, 'c1', 0, 'CANARY'); INSERT INTO behind VALUES (1, 'c1', 0);
             CREATE VIEW shown AS SELECT id, owner, version FROM behind; GRANT SELECT ON shown TO reader;
             CREATE VIEW broken AS SELECT 1 / id AS one FROM letters; REVOKE ALL ON broken FROM reader;
             GRANT SELECT (id, owner, version) ON letters TO reader",
        )
        .unwrap();
    let own = |name: &str, table: &str| {
        collection(name, table, "\"id\"", "owner == subject.customer", &["id", "owner", "version"])
    };
    let more = format!(
        "{}secret = {{ secret = true, omit = \"password\" }}\n{}[store.shop.ignore]\nbehind = \"shown by a view\"\n",
        own("letters", "letters"),
        own("shown", "shown")
    );
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + &more).unwrap();
    let output = folder.path().join("out.zip");
    let export = exporting(&path, "customer:c1", &output).stderr(Stdio::piped()).spawn().unwrap();
    until("the export waits", || waits(&mut client));
    for table in ["letters", "behind"] {
        let error = client.batch_execute(&format!("SET lock_timeout = 50; TRUNCATE {table}")).unwrap_err();
        assert_eq!(error.code().map(|code| code.code()), Some("55P03"), "{table}");
    }
    client.batch_execute("SELECT pg_advisory_unlock(20)").unwrap();
    let run = export.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(records(&unpacked(&output)).len(), 2 * ROWS + 2);
}

/// Looks until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether an export waits for the test.
pub fn waits(client: &mut postgres::Client) -> bool {
    let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    client.query_one(sql, &[]).unwrap().get::<_, i64>(0) > 0
}

#[test]
fn what_is_committed_between_two_reads_stays_outside_and_tables_cannot_be_emptied_under_the_export() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let (mut client, path) = waiting(&server, folder.path());
    let output = folder.path().join("out.zip");
    let export = exporting(&path, "customer:c1", &output).stderr(Stdio::piped()).spawn().unwrap();
    until("the export waits", || waits(&mut client));
    client.batch_execute(&format!("BEGIN; {} COMMIT", change(7))).unwrap();
    // A snapshot does not protect from these; the lock does.
    for sql in ["TRUNCATE orders", "ALTER TABLE orders ALTER version TYPE integer", "DROP TABLE orders"] {
        let error = client.batch_execute(&format!("SET lock_timeout = 50; {sql}")).unwrap_err();
        assert_eq!(error.code().map(|code| code.code()), Some("55P03"), "{sql}");
    }
    client.batch_execute("SELECT pg_advisory_unlock(20)").unwrap();
    let run = export.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let records = records(&unpacked(&output));
    assert_eq!(records.len(), 2 * ROWS);
    assert!(records.iter().all(|record| record["additional"]["version"] == 0));
}

#[test]
fn a_server_that_is_killed_in_the_middle_leaves_nothing_but_a_sentence() {
    let Some(mut server) = Server::start(&[]) else { return };
    let folder = scratch();
    let (mut client, path) = waiting(&server, folder.path());
    let output = folder.path().join("out.zip");
    let export = exporting(&path, "customer:c1", &output).stderr(Stdio::piped()).spawn().unwrap();
    until("the export waits", || waits(&mut client));
    server.kill();
    let run = export.wait_with_output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("the server of the store `shop` is gone"), "{said}");
    assert!(said.contains("what to do: Nothing was written."), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the configuration is there");
    // And a server that is not there at all.
    let said = failure(exporting(&path, "customer:c1", &output), folder.path(), 1);
    assert!(said.contains("cannot be reached: connection refused"), "{said}");
}

#[test]
fn an_interrupted_export_ends_its_query_on_the_server() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let (mut client, path) = waiting(&server, folder.path());
    let output = folder.path().join("out.zip");
    let export = exporting(&path, "customer:c1", &output).stderr(Stdio::piped()).spawn().unwrap();
    until("the export waits", || waits(&mut client));
    let sent = std::process::Command::new("kill").arg("-TERM").arg(export.id().to_string()).status().unwrap();
    assert!(sent.success());
    let run = export.wait_with_output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("the run was interrupted"), "{said}");
    until("the query ends", || !waits(&mut client));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the configuration is there");
}

#[test]
fn a_step_that_takes_too_long_is_ended_and_said() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let (_client, path) = waiting(&server, folder.path());
    let text = std::fs::read_to_string(&path).unwrap();
    let with = |options: &str| {
        std::fs::write(&path, text.replace("/shop\"", &format!("/shop?options={options}\""))).unwrap();
        failure(exporting(&path, "customer:c1", &folder.path().join("out.zip")), folder.path(), 1)
    };
    let said = with("-c%20statement_timeout%3D200");
    assert!(said.contains("took longer than it may for one step on the table `orders`"), "{said}");
    let said = with("-c%20lock_timeout%3D200");
    assert!(said.contains("the store `shop` is locked by another program"), "{said}");
}

#[test]
fn the_time_that_a_statement_may_take_counts_for_each_portion_and_not_for_the_whole() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let mut client = server.database("shop");
    // Every 500th row takes 0.3 seconds: a portion has at most three of them, all rows have sixteen.
    client
        .batch_execute(
            "CREATE TABLE notes (id integer PRIMARY KEY, note text); INSERT INTO notes SELECT n, 'n' FROM generate_series(1, 8000) n;
             CREATE FUNCTION slowly(id integer) RETURNS text LANGUAGE plpgsql AS $$
             BEGIN IF id % 500 = 0 THEN PERFORM pg_sleep(0.3); END IF; RETURN 'c1'; END $$;
             CREATE VIEW slow AS SELECT id, slowly(id) AS owner, note FROM notes; GRANT SELECT ON slow TO reader",
        )
        .unwrap();
    let all = client.batch_execute("SET statement_timeout = 3500; SELECT count(*) FROM slow WHERE owner = 'c1'");
    assert_eq!(all.unwrap_err().code().map(|code| code.code()), Some("57014"));
    let collections = collection("slow", "slow", "\"id\"", "owner == subject.customer", &["id", "note"])
        + "owner = { omit = \"number\" }\n[store.shop.ignore]\nnotes = \"shown by a view\"\n";
    let url = format!("url = \"{}?options=-c%20statement_timeout%3D3500\"", server.url("shop"));
    let path = configuration(folder.path(), &url, &collections);
    let output = folder.path().join("out.zip");
    let run = export(&path, "customer:c1", &output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(records(&unpacked(&output)).len(), 8_000);
}

#[test]
fn a_snapshot_that_the_server_cannot_keep_is_taken_anew_with_the_whole_run() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let mut client = server.database("shop");
    client.batch_execute(&schema()).unwrap();
    // What a transaction leaves behind that fails: it asks another one to count it.
    let socket = format!("host={} port={} dbname=shop user=postgres", server.socket().display(), server.port);
    client
        .batch_execute(&format!(
            "CREATE EXTENSION dblink; CREATE TABLE attempts (id serial); CREATE TABLE allowed AS SELECT 2 AS attempts;
             CREATE FUNCTION kept() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
             BEGIN
               PERFORM dblink_exec('{socket}', 'INSERT INTO attempts DEFAULT VALUES');
               IF (SELECT n FROM dblink('{socket}', 'SELECT max(id) FROM attempts') AS t(n integer)) <= (SELECT attempts FROM allowed) THEN
                 RAISE EXCEPTION 'CANARY' USING ERRCODE = '40001';
               END IF;
               RETURN true;
             END $$;
             DELETE FROM people WHERE id > 1; GRANT SELECT ON people, orders TO reader"
        ))
        .unwrap();
    let keep = "where = \"kept()\"\n[collection.people.columns]";
    let collections = two_collections().replace("[collection.people.columns]", keep)
        + "[store.shop.ignore]\nattempts = \"counts\"\nallowed = \"counts\"\n";
    let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &collections);
    let output = folder.path().join("out.zip");
    let run = export(&path, "customer:c1", &output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(records(&unpacked(&output)).len(), 2 + ROWS);
    client.batch_execute("UPDATE allowed SET attempts = 1000").unwrap();
    let said = failure(exporting(&path, "customer:c1", &folder.path().join("other.zip")), folder.path(), 1);
    assert!(said.contains("could not keep its snapshot"), "{said}");
}
