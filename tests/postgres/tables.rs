//! Which tables count, under which names, and as how many.

use crate::common::postgres::{PASSWORD, Server};
use crate::common::scratch;
use crate::common::unpacked::{records, unpacked};
use crate::run::{collection, configuration, export, exporting, failure};
use serde_json::Value;
use std::path::Path;

fn url(server: &Server) -> String {
    format!("url = \"{}\"", server.url("shop"))
}

fn notes(folder: &Path, path: &Path) -> Vec<String> {
    let output = folder.join(format!("{}.zip", uuid::Uuid::new_v4()));
    let run = export(path, "customer:c1", &output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let note = |mut record: Value| record["additional"]["note"].take().as_str().unwrap().to_owned();
    let mut notes: Vec<String> = records(&unpacked(&output)).into_iter().map(note).collect();
    notes.sort_unstable();
    notes
}

const COLUMNS: [&str; 3] = ["id", "owner", "note"];

fn on(name: &str, table: &str) -> String {
    collection(name, table, "\"id\"", "owner == subject.customer", &COLUMNS)
}

#[test]
fn every_table_counts_that_is_not_the_systems_and_parts_count_with_their_whole() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    client
        .batch_execute(
            "CREATE SCHEMA other; CREATE SCHEMA \"Odd.one\"; CREATE EXTENSION citext;
             CREATE TABLE people (id integer PRIMARY KEY, owner text, note text);
             CREATE TABLE other.people (LIKE people); CREATE TABLE \"Odd.one\".\"T \"\"q\" (LIKE people);
             CREATE TABLE logs (id integer, owner text, note text) PARTITION BY RANGE (id);
             CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10);
             CREATE TABLE other.logs_2 PARTITION OF logs FOR VALUES FROM (10) TO (20);
             CREATE TABLE parent (id integer, owner text, note text); CREATE TABLE child () INHERITS (parent);
             CREATE TABLE animals (id integer, owner text, note text);
             CREATE TABLE birds (wings integer) INHERITS (animals);
             CREATE VIEW everybody AS SELECT * FROM people; CREATE MATERIALIZED VIEW stored AS SELECT * FROM people;
             CREATE UNLOGGED TABLE hidden (id integer);
             INSERT INTO people VALUES (1, 'c1', 'a person'); INSERT INTO other.people VALUES (1, 'c1', 'another');
             INSERT INTO \"Odd.one\".\"T \"\"q\" VALUES (1, 'c1', 'odd');
             INSERT INTO logs VALUES (1, 'c1', 'log 1'), (11, 'c1', 'log 11'), (12, 'c2', 'log 12');
             INSERT INTO parent VALUES (1, 'c1', 'old'); INSERT INTO child VALUES (2, 'c1', 'young');
             INSERT INTO animals VALUES (1, 'c1', 'animal'); INSERT INTO birds VALUES (2, 'c1', 'bird', 2);
             GRANT USAGE ON SCHEMA other, \"Odd.one\" TO reader;
             GRANT SELECT ON people, other.people, \"Odd.one\".\"T \"\"q\", logs, parent, animals, birds TO reader",
        )
        .unwrap();
    let mut collections = "[store.shop.ignore]\nhidden = \"nothing in it\"\n".to_owned();
    for (name, table) in [
        ("people", "people"),
        ("others", "other.people"),
        ("odd", "Odd.one.T \"q"),
        ("logs", "logs"),
        ("parents", "parent"),
        ("animals", "animals"),
    ] {
        collections.push_str(&on(name, table));
    }
    let birds = ["id", "owner", "note", "wings"];
    let without_birds = configuration(folder.path(), &url(&server), &collections);
    let output = folder.path().join("out.zip");
    let said = failure(exporting(&without_birds, "customer:c1", &output), folder.path(), 3);
    assert!(said.contains("the table `birds` of the store `shop` is not classified"), "{said}");
    assert_eq!(said.matches("not classified").count(), 1, "{said}");
    collections.push_str(&collection("birds", "birds", "\"id\"", "owner == subject.customer", &birds));
    let path = configuration(folder.path(), &url(&server), &collections);
    let expected = ["a person", "animal", "another", "bird", "log 1", "log 11", "odd", "old", "young"];
    assert_eq!(notes(folder.path(), &path), expected);
    // A view counts where it is named.
    client.batch_execute("GRANT SELECT ON everybody TO reader").unwrap();
    let path = configuration(folder.path(), &url(&server), &(collections + &on("view", "everybody")));
    assert_eq!(notes(folder.path(), &path).len(), expected.len() + 1);
}

#[test]
fn a_new_table_or_column_stops_the_run_even_if_the_role_may_not_read_it() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    client
        .batch_execute(
            "CREATE TABLE people (id integer PRIMARY KEY, owner text, note text); GRANT SELECT (id, owner, note) ON people TO reader;
             INSERT INTO people VALUES (1, 'c1', 'n')",
        )
        .unwrap();
    let path = configuration(folder.path(), &url(&server), &on("people", "people"));
    assert_eq!(notes(folder.path(), &path), ["n"]);
    let output = folder.path().join("out.zip");
    client.batch_execute("ALTER TABLE people ADD COLUMN added text").unwrap();
    let said = failure(exporting(&path, "customer:c1", &output), folder.path(), 3);
    assert!(said.contains("the column `added` of the table `people`"), "{said}");
    client.batch_execute("ALTER TABLE people DROP COLUMN added; CREATE SCHEMA s; CREATE TABLE s.added ()").unwrap();
    let said = failure(exporting(&path, "customer:c1", &output), folder.path(), 3);
    assert!(said.contains("the table `s.added` of the store `shop`"), "{said}");
}

#[test]
fn check_names_the_columns_that_lack_an_index() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    client
        .batch_execute(
            "CREATE TABLE people (id integer PRIMARY KEY, owner text, note text); GRANT SELECT ON people TO reader",
        )
        .unwrap();
    let path = configuration(folder.path(), &url(&server), &on("people", "people"));
    let check = || {
        let run =
            crate::common::art20().arg("check").arg("-c").arg(&path).env("PGPASSWORD", PASSWORD).output().unwrap();
        String::from_utf8(run.stdout).unwrap()
    };
    assert!(check().contains("missing-index"), "{}", check());
    client
        .batch_execute("CREATE INDEX ON people (owner) WHERE id > 7; CREATE INDEX ON people USING brin (owner)")
        .unwrap();
    assert!(check().contains("missing-index"), "neither of these serves");
    client.batch_execute("CREATE INDEX ON people (owner, id)").unwrap();
    assert!(!check().contains("missing-index"), "{}", check());
}
