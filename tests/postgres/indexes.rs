//! Rows of one person are looked up by the indexes that the tables have, whatever the types of their columns; values are
//! parameters, never a part of a statement.

use crate::common::postgres::{PASSWORD, Server};
use crate::common::scratch;
use crate::common::unpacked::{records, unpacked};
use crate::run::{collection, configuration, export};
use std::time::{Duration, Instant};

/// How often a table was looked through, and looked up in by an index.
fn scans(client: &mut postgres::Client, table: &str) -> (i64, i64) {
    // What this connection itself did before must not be counted later.
    client.batch_execute("SELECT pg_stat_force_next_flush()").unwrap();
    let sql =
        "SELECT pg_stat_clear_snapshot(), seq_scan, coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = $1";
    let row = client.query_one(sql, &[&table]).unwrap();
    (row.get(1), row.get(2))
}

/// (type, how a number becomes a value, the text of the value of 7).
const KINDS: [(&str, &str, &str); 13] = [
    ("smallint", "n", "7"),
    ("integer", "n", "7"),
    ("bigint", "n", "7"),
    ("numeric", "n + 0.50", "7.50"),
    ("numeric(38)", "n + 10000000000000000000000000000", "10000000000000000000000000007"),
    ("double precision", "n + 0.1", "7.1"),
    ("real", "n + 0.1", "7.1"),
    ("uuid", "md5(n::text)::uuid", "8f14e45f-ceea-167a-5a36-dedd4bea2543"),
    ("text", "'no ' || n", "no 7"),
    ("varchar(20)", "'no ' || n", "no 7"),
    ("char(20)", "'no ' || n", "no 7"),
    ("citext", "'No ' || n", "No 7"),
    ("inet", "'192.0.2.0'::inet + n", "192.0.2.7"),
];

#[test]
fn a_column_that_is_compared_as_it_stands_is_looked_up_by_its_index_whatever_its_type() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    client.batch_execute("CREATE EXTENSION citext").unwrap();
    let folder = scratch();
    for (at, (kind, value, text)) in KINDS.into_iter().enumerate() {
        let table = format!("things_{at}");
        client
            .batch_execute(&format!(
                "CREATE TABLE {table} (id integer PRIMARY KEY, no {kind}, note text);
                 INSERT INTO {table} SELECT n, {value}, 'note ' || n FROM generate_series(1, 20000) n;
                 CREATE INDEX ON {table} (no); ANALYZE {table}; GRANT SELECT ON {table} TO reader"
            ))
            .unwrap();
        let collections = collection("things", &table, "\"id\"", "no == subject.thing", &["id", "no", "note"])
            + "[store.shop.ignore]\n"
            + &(0..at).map(|other| format!("things_{other} = \"another type\"\n")).collect::<String>();
        let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &collections);
        let before = scans(&mut client, &table);
        let output = folder.path().join(format!("{at}.zip"));
        let run = export(&path, &format!("thing:{text}"), &output);
        assert_eq!(run.status.code(), Some(0), "{kind}: {}", String::from_utf8_lossy(&run.stderr));
        let records = records(&unpacked(&output));
        assert_eq!(records.len(), 1, "{kind}");
        assert_eq!(records[0]["additional"]["note"], "note 7", "{kind}");
        // What a connection did is counted a moment after its end.
        let start = Instant::now();
        let after = loop {
            let after = scans(&mut client, &table);
            if after.1 > before.1 || start.elapsed() > Duration::from_secs(20) {
                break after;
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(after.1 > before.1, "{kind}: by its index");
        assert_eq!(after.0, before.0, "{kind}: and never row by row");
    }
}

#[test]
fn what_the_request_says_is_never_a_part_of_a_statement() {
    let Some(server) = Server::start(&["log_statement=all"]) else { return };
    let mut client = server.database("shop");
    client
        .batch_execute(
            "CREATE TABLE people (id integer PRIMARY KEY, owner text, mail text, tel text, list text);
             GRANT SELECT ON people TO reader;
             INSERT INTO people VALUES (1, 'x'' OR ''1''=''1', 'n@x.org', '', ''), (2, 'y', 'm@x.org', '', '')",
        )
        .unwrap();
    let matches = "owner == subject.customer', 'mail = subject.email', 'list has subject.email', 'tel = subject.phone";
    let columns = ["id", "owner", "mail", "tel", "list"];
    let collections = collection("people", "people", "\"id\"", matches, &columns);
    let folder = scratch();
    let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &collections);
    let output = folder.path().join("out.zip");
    let subjects = ["email:statement'); DROP TABLE people; --@canary.example", "phone:+49 30 23125 101"];
    let mut command = crate::run::exporting(&path, "customer:x' OR '1'='1", &output);
    let run = command.args(["-s", subjects[0], "-s", subjects[1]]).env("PGPASSWORD", PASSWORD).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(records(&unpacked(&output)).len(), 1);
    let asks = |line: &String| line.contains("FROM \"public\".\"people\" WHERE");
    let start = Instant::now();
    while !server.said().iter().any(asks) {
        assert!(start.elapsed() < Duration::from_secs(20), "statements are logged");
        std::thread::sleep(Duration::from_millis(50));
    }
    // Parameters stand on lines of their own.
    for value in ["canary.example", "OR '1'", "3125"] {
        let shows = |line: &&String| line.contains(value) && line.contains("SELECT") && !line.contains("DETAIL:");
        assert_eq!(server.said().iter().find(shows), None, "{value}");
    }
}
