//! What `check` finds in the rows of a server: in a sample of them, and over the borders of types and stores.

use crate::common::postgres::{PASSWORD, Server};
use crate::common::{art20, scratch};
use crate::run::{collection, configuration};
use serde_json::Value;
use std::path::Path;

/// The codes that `check` finds, each with its collection and column.
fn found(path: &Path) -> Vec<String> {
    let run = art20().args(["check", "--json", "-c"]).arg(path).env("PGPASSWORD", PASSWORD).output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    let verdict: Value =
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&run.stderr)));
    for value in ["example.org", "+49"] {
        assert!(!said.contains(value), "no value is shown: {said}");
    }
    let of = |remark: &Value| {
        ["code", "collection", "column"].map(|key| remark[key].as_str().unwrap_or_default().to_owned()).join(" ")
    };
    let all = verdict["findings"].as_array().unwrap().iter().map(of);
    let mut all: Vec<String> = all.filter(|of| !of.starts_with("missing-index") && !of.starts_with("no-")).collect();
    all.sort();
    all
}

#[test]
fn links_and_identifiers_are_judged_by_the_rows_whatever_the_types_of_their_columns() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    // Links over types; of the last rows of `links`, one alone has a counterpart, far behind the rows that are looked at.
    client
        .batch_execute(
            "CREATE TABLE people (id integer PRIMARY KEY, owner text, code uuid, extra jsonb, reach text, kept text, never text);
             INSERT INTO people SELECT n, 'c' || n, md5(n::text)::uuid, jsonb_build_object('m', 'p' || n || '@example.org'),
                '+49 30 12345' || n, 'p' || n || '@example.org', 'SECRET-CANARY' FROM generate_series(1, 1000) n;
             CREATE TABLE links (id integer PRIMARY KEY, person text, code char(40), nobody bigint, nothing numeric);
             INSERT INTO links SELECT n, 1000 + n, md5(n::text)::uuid::text, 100000 + n, NULL FROM generate_series(1, 500) n;
             INSERT INTO links VALUES (900, '999', NULL, 7000, NULL);
             GRANT SELECT ON links TO reader;
             GRANT SELECT (id, owner, code, extra, reach) ON people TO reader",
        )
        .unwrap();
    let links = |column: &str, to: &str| {
        collection(column, "links", "\"id\"", &format!("{column} = people.{to}"), &["id"])
            + "person = { omit = \"link\" }\ncode = { omit = \"link\" }\nnobody = { omit = \"link\" }\nnothing = { omit = \"link\" }\n"
    };
    let people = collection(
        "people",
        "people",
        "\"id\"",
        "owner == subject.customer",
        &["id", "owner", "code", "extra", "reach"],
    ) + "kept = { omit = \"may not be read\" }\nnever = { secret = true, omit = \"a secret\" }\n";
    let people = people
        .replace("[collection.people.columns]", "learn = { customer = [\"owner\"] }\n[collection.people.columns]");
    let collections =
        people + &links("person", "id") + &links("code", "code") + &links("nobody", "id") + &links("nothing", "id");
    let folder = scratch();
    let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &collections);
    assert_eq!(
        found(&path),
        ["json-addresses people extra", "link-without-target nobody nobody", "unmatched-identifier people reach",]
    );
}
