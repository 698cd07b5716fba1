//! Stores that outgrew one machine: tables that are spread over two servers, read through one of them.

use crate::common::postgres::{PASSWORD, Server};
use crate::common::scratch;
use crate::common::unpacked::{records, unpacked};
use crate::instant::{until, waits};
use crate::run::{collection, configuration, export, exporting, failure};
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;

fn notes(path: &Path, output: &Path) -> Vec<String> {
    let run = export(path, "customer:c1", output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    noted(output)
}

fn noted(output: &Path) -> Vec<String> {
    let note = |mut record: Value| record["additional"]["note"].take().as_str().unwrap().to_owned();
    let mut notes: Vec<String> = records(&unpacked(output)).into_iter().map(note).collect();
    notes.sort_unstable();
    notes
}

fn on(name: &str, table: &str) -> String {
    collection(name, table, "\"id\"", "owner == subject.customer", &["id", "owner", "note"])
}

#[test]
fn tables_that_are_partitioned_across_two_servers_are_exported_through_one() {
    let (Some(near), Some(far)) = (Server::start(&[]), Server::start(&[])) else { return };
    let (mut here, mut there) = (near.database("shop"), far.database("shop"));
    let folder = scratch();
    there
        .batch_execute(
            "CREATE TABLE orders_far (id bigint PRIMARY KEY, owner text, note text);
             CREATE TABLE lines_far (order_id bigint, position integer, owner text, note text, PRIMARY KEY (order_id, position));
             GRANT SELECT, INSERT ON orders_far, lines_far TO reader",
        )
        .unwrap();
    here.batch_execute(&format!(
        "CREATE EXTENSION postgres_fdw;
         CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{}', dbname 'shop');
         CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'reader', password '{PASSWORD}');
         CREATE TABLE orders (id bigint, owner text, note text) PARTITION BY RANGE (id);
         CREATE TABLE orders_near PARTITION OF orders FOR VALUES FROM (0) TO (1500);
         CREATE FOREIGN TABLE orders_far PARTITION OF orders FOR VALUES FROM (1500) TO (9000) SERVER far;
         CREATE TABLE lines (order_id bigint, position integer, owner text, note text) PARTITION BY HASH (order_id);
         CREATE TABLE lines_near PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 0);
         CREATE FOREIGN TABLE lines_far PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 1) SERVER far;
         INSERT INTO orders SELECT n, 'c' || n % 2, 'order ' || n FROM generate_series(1, 3000) n;
         INSERT INTO lines SELECT n, p, 'c' || n % 2, 'line ' || n || '-' || p FROM generate_series(1, 3000) n, generate_series(1, 2) p;
         GRANT SELECT ON orders, lines, orders_far, lines_far TO reader",
        far.port
    ))
    .unwrap();
    let everywhere = there.query_one("SELECT (SELECT count(*) FROM orders_far), (SELECT count(*) FROM lines_far)", &[]);
    let everywhere = everywhere.unwrap();
    assert_eq!(everywhere.get::<_, i64>(0), 1501);
    assert!(everywhere.get::<_, i64>(1) > 2000);
    let lines = collection(
        "lines",
        "lines",
        "\"order_id\", \"position\"",
        "order_id = orders.id",
        &["order_id", "position", "owner", "note"],
    );
    let path =
        configuration(folder.path(), &format!("url = \"{}\"", near.url("shop")), &(on("orders", "orders") + &lines));
    let notes = notes(&path, &folder.path().join("both.zip"));
    let mut expected: Vec<String> = (1..=3000)
        .filter(|n| n % 2 == 1)
        .flat_map(|n| [format!("order {n}"), format!("line {n}-1"), format!("line {n}-2")])
        .collect();
    expected.sort_unstable();
    assert_eq!(notes, expected);
    // When the other server goes, there is no partial read.
    drop(there);
    drop(far);
    let said = failure(exporting(&path, "customer:c1", &folder.path().join("out.zip")), folder.path(), 1);
    assert!(said.contains("the store `shop`"), "{said}");
}

#[test]
fn what_others_write_on_the_other_server_meanwhile_does_not_show_and_its_tables_cannot_be_emptied() {
    let (Some(near), Some(far)) = (Server::start(&[]), Server::start(&[])) else { return };
    let (mut here, mut there) = (near.database("shop"), far.database("shop"));
    let folder = scratch();
    for table in ["letters", "orders"] {
        there
            .batch_execute(&format!(
                "CREATE TABLE {table} (id bigint PRIMARY KEY, owner text, note text, secret text);
                 INSERT INTO {table} SELECT n, 'c1', 'before', 'CANARY' FROM generate_series(1, 500) n;
                 GRANT SELECT (id, owner, note) ON {table} TO reader"
            ))
            .unwrap();
    }
    here.batch_execute(&format!(
        "CREATE EXTENSION postgres_fdw;
         CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{}', dbname 'shop');
         CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'reader', password '{PASSWORD}');
         CREATE TABLE people (id bigint PRIMARY KEY, owner text, note text); INSERT INTO people VALUES (1, 'c1', 'before');
         CREATE FOREIGN TABLE letters (id bigint, owner text, note text) SERVER far;
         CREATE FOREIGN TABLE orders (id bigint, owner text, note text) SERVER far;
         GRANT SELECT ON people, letters, orders TO reader; SELECT pg_advisory_lock(20)",
        far.port
    ))
    .unwrap();
    let wait = "where = \"pg_advisory_lock_shared(20) IS NOT NULL\"\n[collection.people.columns]";
    let people = on("people", "people").replace("[collection.people.columns]", wait);
    let collections = people + &on("letters", "letters") + &on("orders", "orders");
    let path = configuration(folder.path(), &format!("url = \"{}\"", near.url("shop")), &collections);
    let output = folder.path().join("out.zip");
    let export = exporting(&path, "customer:c1", &output).stderr(Stdio::piped()).spawn().unwrap();
    until("the export waits", || waits(&mut here));
    there.batch_execute("UPDATE letters SET note = 'after'; DELETE FROM orders WHERE id > 100").unwrap();
    for table in ["letters", "orders"] {
        let error = there.batch_execute(&format!("SET lock_timeout = 50; TRUNCATE {table}")).unwrap_err();
        assert_eq!(error.code().map(|code| code.code()), Some("55P03"), "{table}");
    }
    here.batch_execute("SELECT pg_advisory_unlock(20)").unwrap();
    let run = export.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(noted(&output), vec!["before"; 1001]);
}
