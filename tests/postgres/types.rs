//! The types and the shapes of tables that a real schema has.

use crate::common::postgres::Server;
use crate::common::scratch;
use crate::common::unpacked::{records, unpacked};
use crate::run::{collection, configuration, export};
use serde_json::{Value, json};
use std::path::Path;

/// What one collection on this table gives for the customer c1.
fn exported(server: &Server, folder: &Path, table: &str, key: &str, columns: &[&str]) -> Vec<Value> {
    let collections = collection("rows", table, key, "owner == subject.customer", columns);
    let path = configuration(folder, &format!("url = \"{}\"", server.url("shop")), &collections);
    let output = folder.join(format!("{}.zip", uuid::Uuid::new_v4()));
    let run = export(&path, "customer:c1", &output);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    records(&unpacked(&output)).into_iter().map(|mut record| record["additional"].take()).collect()
}

/// (name, type, value as SQL, what the record holds).
fn values() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let digits = "12345678901234567890123456789012345678.0123456789012345678901234567890";
    vec![
        ("small", "smallint", "-32768", json!(-32768)),
        ("large", "bigint", "9223372036854775807", json!("9223372036854775807")),
        ("object", "oid", "4294967295", json!(4_294_967_295_u64)),
        ("exact", "numeric", Box::leak(digits.to_owned().into_boxed_str()), json!(digits)),
        ("price", "numeric(10,2)", "19.90", json!("19.90")),
        ("count", "numeric(10,0)", "7", json!(7)),
        ("cash", "money", "'1234.50'", json!("1234.50")),
        ("half", "real", "0.1", json!(0.1)),
        ("whole", "double precision", "0.30000000000000004", json!(0.30000000000000004)),
        ("endless", "double precision", "'Infinity'", json!(null)),
        ("yes", "boolean", "true", json!(1)),
        ("label", "varchar(20)", "'O''Neil \"x\" 李𠮷'", json!("O'Neil \"x\" 李𠮷")),
        ("padded", "char(8)", "'ab'", json!("ab")),
        ("folded", "shared.citext", "'Ann@X.org'", json!("Ann@X.org")),
        ("at", "timestamptz", "'2026-02-03 10:12:00.25+08'", json!("2026-02-03T02:12:00.25+00:00")),
        ("since", "timestamp", "'2026-02-03 10:12:00'", json!("2026-02-03 10:12:00")),
        ("never", "timestamptz", "'infinity'", json!("infinity")),
        ("day", "date", "'2026-02-03'", json!("2026-02-03")),
        ("clock", "time", "'10:12:00'", json!("10:12:00")),
        ("span", "interval", "'1 year 2 mons 3 days 04:05:06.5'", json!("P1Y2M3DT4H5M6.5S")),
        ("token", "uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", json!("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        ("kept", "json", "'{\"b\":  1.10, \"a\": null}'", json!("{\"b\":  1.10, \"a\": null}")),
        ("binary", "jsonb", "'{\"b\":1.10}'", json!("{\"b\": 1.10}")),
        ("tags", "text[]", "ARRAY['a,b', 'c\"d', NULL]", json!("[\"a,b\",\"c\\\"d\",null]")),
        ("grid", "numeric[]", "'{{1.10,2},{3,4}}'", json!("[[1.10,2],[3,4]]")),
        (
            "times",
            "timestamptz[]",
            "ARRAY['2026-02-03 10:12:00+08'::timestamptz]",
            json!("[\"2026-02-03T02:12:00+00:00\"]"),
        ),
        ("mood", "shared.mood", "'so so'", json!("so so")),
        ("place", "shared.place", "ROW('Main \"St\"', 7)", json!("{\"street\":\"Main \\\"St\\\"\",\"number\":7}")),
        ("ip", "inet", "'192.0.2.7'", json!("192.0.2.7")),
        ("net", "inet", "'192.0.2.7/24'", json!("192.0.2.7/24")),
        ("block", "cidr", "'2001:db8::/32'", json!("2001:db8::/32")),
        ("card", "macaddr", "'08:00:2b:01:02:03'", json!("08:00:2b:01:02:03")),
        ("rooms", "int4range", "'[1,5)'", json!("[1,5)")),
        ("flags", "bit varying(8)", "B'0101'", json!("0101")),
        ("markup", "xml", "'<a b=\"c\">d</a>'", json!("<a b=\"c\">d</a>")),
        ("zip", "shared.zip", "'01234'", json!("01234")),
        ("share", "shared.share", "0.5", json!("0.5")),
        ("raw", "bytea", "'\\x68c3a9'", json!("hé")),
        ("nothing", "numeric", "NULL", json!(null)),
        ("nan", "numeric", "'NaN'", json!("NaN")),
        ("pairs", "shared.hstore", "'a=>1, \"b c\"=>NULL'", json!("\"a\"=>\"1\", \"b c\"=>NULL")),
        ("weeks", "datemultirange", "'{[2026-01-01,2026-01-08)}'", json!("{[2026-01-01,2026-01-08)}")),
        ("moods", "shared.mood[]", "'{\"so so\",fine}'", json!("[\"so so\",\"fine\"]")),
        ("zips", "shared.zip[]", "'{01234}'", json!("[\"01234\"]")),
        ("home", "shared.home", "ROW('Main', 7)", json!("{\"street\":\"Main\",\"number\":7}")),
        ("places", "shared.place[]", "ARRAY[ROW('a', 1)]::shared.place[]", json!("[{\"street\":\"a\",\"number\":1}]")),
        ("chunks", "bytea[]", "ARRAY['\\x6869'::bytea]", json!("[\"\\\\x6869\"]")),
        ("later", "timetz", "'10:12:00+08'", json!("10:12:00+08")),
        ("letter", "\"char\"", "'x'", json!("x")),
        ("named", "name", "'n'", json!("n")),
        ("relation", "regclass", "'pg_catalog.pg_class'", json!("pg_class")),
        ("words", "tsvector", "'a fat cat'", json!("'a' 'cat' 'fat'")),
        ("spot", "point", "'(1.5,-2)'", json!("(1.5,-2)")),
        ("path", "jsonpath", "'$.a'", json!("$.\"a\"")),
        ("mac", "macaddr8", "'08:00:2b:01:02:03:04:05'", json!("08:00:2b:01:02:03:04:05")),
        ("loss", "money", "'-0.05'", json!("-0.05")),
        ("ago", "interval", "'-1 mons +2 days -00:00:03'", json!("P-1M2DT-3S")),
    ]
}

#[test]
fn every_type_is_read_without_losing_anything() {
    let Some(server) = Server::start(&["lc_monetary=C"]) else { return };
    let mut client = server.database("shop");
    let values = values();
    client
        .batch_execute(
            "CREATE SCHEMA shared; CREATE EXTENSION citext SCHEMA shared; CREATE EXTENSION hstore SCHEMA shared;
             CREATE TYPE shared.mood AS ENUM ('fine', 'so so'); CREATE TYPE shared.place AS (street text, number integer);
             CREATE DOMAIN shared.home AS shared.place;
             CREATE DOMAIN shared.zip AS text CHECK (VALUE ~ '^[0-9]{5}$');
             CREATE DOMAIN shared.quantity AS numeric; CREATE DOMAIN shared.share AS shared.quantity;
             GRANT USAGE ON SCHEMA shared TO reader",
        )
        .unwrap();
    let columns: Vec<String> = values.iter().map(|(name, kind, _, _)| format!("\"{name}\" {kind}")).collect();
    let row: Vec<&str> = values.iter().map(|(_, _, value, _)| *value).collect();
    client
        .batch_execute(&format!(
            "CREATE TABLE kinds (id integer PRIMARY KEY, owner text, twice integer GENERATED ALWAYS AS (id * 2) STORED, {});
             INSERT INTO kinds VALUES (1, 'c1', DEFAULT, {}); GRANT SELECT ON kinds TO reader;
             ALTER ROLE reader SET datestyle = 'SQL, DMY'; ALTER ROLE reader SET timezone = 'Asia/Shanghai';
             ALTER ROLE reader SET intervalstyle = 'postgres'; ALTER ROLE reader SET extra_float_digits = 0",
            columns.join(", "),
            row.join(", ")
        ))
        .unwrap();
    let folder = scratch();
    let mut names = vec!["id", "owner", "twice"];
    names.extend(values.iter().map(|(name, _, _, _)| *name));
    let records = exported(&server, folder.path(), "kinds", "\"id\"", &names);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["twice"], 2);
    for (name, kind, _, expected) in values {
        assert_eq!(records[0][name], expected, "{kind}");
    }
}

/// (type, value as SQL, the record's `created`, what is verbatim).
fn times() -> Vec<(&'static str, &'static str, Value, Value)> {
    let kept = |text: &str| (Value::Null, json!({ "created": text }));
    let times = [
        ("timestamptz", "'2026-02-03 10:12:00.123456+08'", "2026-02-03T02:12:00.123456Z"),
        ("timestamp", "'2026-02-03 10:12:00.5'", "2026-02-03T10:12:00.5+01:00"),
        ("date", "'2026-02-03'", "2026-02-03"),
        ("timestamptz", "'0001-01-01 00:00:00+00'", "0001-01-01T00:00:00Z"),
        // In some places the year after has begun.
        ("timestamptz", "'9999-12-31 20:00:00+00'", "9999-12-31T20:00:00Z"),
        ("text", "'2026-02-03T10:12:00+08:00'", "2026-02-03T10:12:00+08:00"),
    ];
    let beyond = [
        ("timestamptz", "'infinity'", "infinity"),
        ("timestamp", "'-infinity'", "-infinity"),
        ("date", "'infinity'", "infinity"),
        ("timestamptz", "'0044-03-15 12:00:00+00 BC'", "0044-03-15T12:00:00+00:00 BC"),
        ("timestamp", "'0044-03-15 12:00:00 BC'", "0044-03-15 12:00:00 BC"),
        ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
        ("timestamptz", "'12345-01-02 03:04:05+00'", "12345-01-02T03:04:05+00:00"),
        ("timestamp", "'12345-01-02 03:04:05'", "12345-01-02 03:04:05"),
        ("date", "'12345-01-02'", "12345-01-02"),
        // An hour that was left out in Berlin.
        ("timestamp", "'2026-03-29 02:30:00'", "2026-03-29 02:30:00"),
    ];
    let times = times.into_iter().map(|(kind, value, time)| (kind, value, json!(time), Value::Null));
    let beyond = beyond.into_iter().map(|(kind, value, text)| {
        let (created, verbatim) = kept(text);
        (kind, value, created, verbatim)
    });
    times.chain(beyond).collect()
}

#[test]
fn times_that_no_calendar_of_records_has_are_kept_as_they_stand() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    for (at, (kind, value, created, verbatim)) in times().into_iter().enumerate() {
        client
            .batch_execute(&format!(
                "DROP TABLE IF EXISTS times; CREATE TABLE times (id integer PRIMARY KEY, owner text, made {kind});
                 INSERT INTO times VALUES (1, 'c1', {value}); GRANT SELECT ON times TO reader"
            ))
            .unwrap();
        let collections = collection("times", "times", "\"id\"", "owner == subject.customer", &["id", "owner"]);
        let store = format!("url = \"{}\"", server.url("shop"));
        let path = configuration(folder.path(), &store, &(collections + "made = \"created\"\n"));
        let output = folder.path().join(format!("{at}.zip"));
        let run = export(&path, "customer:c1", &output);
        assert_eq!(run.status.code(), Some(0), "{value}: {}", String::from_utf8_lossy(&run.stderr));
        let records = records(&unpacked(&output));
        assert_eq!((&records[0]["created"], &records[0]["verbatim"]), (&created, &verbatim), "{kind} {value}");
    }
}

#[test]
fn rows_are_found_and_named_by_keys_and_links_of_every_type() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    client
        .batch_execute("CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE people (id integer PRIMARY KEY, owner text, link text); GRANT SELECT ON people TO reader")
        .unwrap();
    // (type, two values as SQL, the text of the first).
    let kinds = [
        ("smallint", "7", "8", "7"),
        ("numeric", "19.90", "19.9001", "19.90"),
        ("double precision", "0.1", "0.2", "0.1"),
        ("real", "0.1", "0.2", "0.1"),
        ("boolean", "true", "false", "1"),
        ("varchar(9)", "'it''s'", "'its'", "it's"),
        ("char(9)", "'ab'", "'ac'", "ab"),
        ("citext", "'Ab'", "'Ac'", "Ab"),
        (
            "uuid",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        ),
        ("timestamptz", "'2026-02-03 10:12:00+08'", "'2026-02-03 10:12:01+08'", "2026-02-03T02:12:00+00:00"),
        ("timestamp", "'2026-02-03 10:12:00'", "'2026-02-03 10:12:01'", "2026-02-03 10:12:00"),
        ("date", "'2026-02-03'", "'2026-02-04'", "2026-02-03"),
        ("inet", "'192.0.2.7'", "'192.0.2.8'", "192.0.2.7"),
        ("mood", "'a'", "'b'", "a"),
        ("bytea", "'\\x61'", "'\\x62'", "a"),
        ("text[]", "'{a,b}'", "'{a,c}'", "[\"a\",\"b\"]"),
        ("money", "'1.50'", "'1.51'", "1.50"),
    ];
    for (kind, first, second, text) in kinds {
        client
            .batch_execute(&format!(
                "DROP TABLE IF EXISTS things; CREATE TABLE things (a {kind}, b {kind}, number integer, note text);
                 INSERT INTO things VALUES ({first}, {second}, 1, 'mine'), ({second}, {second}, 2, 'other'), ({first}, {first}, 3, 'mine too');
                 GRANT SELECT ON things TO reader;
                 DELETE FROM people; INSERT INTO people VALUES (1, 'c1', '{}')",
                text.replace('\'', "''")
            ))
            .unwrap();
        let collections =
            collection("people", "people", "\"id\"", "owner == subject.customer", &["id", "owner", "link"])
                + &collection(
                    "things",
                    "things",
                    "\"a\", \"b\", \"number\"",
                    "a = people.link",
                    &["a", "b", "number", "note"],
                );
        let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &collections);
        let output = folder.path().join(format!("{}.zip", uuid::Uuid::new_v4()));
        let run = export(&path, "customer:c1", &output);
        assert_eq!(run.status.code(), Some(0), "{kind}: {}", String::from_utf8_lossy(&run.stderr));
        let notes: Vec<Value> =
            records(&unpacked(&output)).into_iter().map(|mut record| record["additional"]["note"].take()).collect();
        let mut notes: Vec<&str> = notes.iter().filter_map(Value::as_str).collect();
        notes.sort_unstable();
        assert_eq!(notes, ["mine", "mine too"], "{kind}");
    }
}

#[test]
fn addresses_and_numbers_are_found_however_they_are_written() {
    let Some(server) = Server::start(&[]) else { return };
    let mut client = server.database("shop");
    let folder = scratch();
    client
        .batch_execute(
            "CREATE TABLE people (id integer PRIMARY KEY, mail text, tel text, list text, several text[], whose text)",
        )
        .unwrap();
    let insert =
        client.prepare("INSERT INTO people VALUES ((SELECT count(*) FROM people), $1, $2, $3, $4, $5)").unwrap();
    let mut add =
        |mail: Option<&str>, tel: Option<&str>, list: Option<&str>, several: Option<Vec<&str>>, mine: bool| {
            let whose = if mine { "mine" } else { "other" };
            client.execute(&insert, &[&mail, &tel, &list, &several, &whose]).unwrap();
        };
    for mail in [
        "ann@münchen.example",
        "ANN@MÜNCHEN.example",
        "ann@xn--mnchen-3ya.example",
        " \tAnn@XN--MNCHEN-3YA.example\n",
        "ann@mu\u{308}nchen.example",
    ] {
        add(Some(mail), None, None, None, true);
    }
    for tel in ["+493023125101", "030 23125-101", "0049 (30) 23125 101", "\u{ff0b}49 30 23125101"] {
        add(None, Some(tel), None, None, true);
    }
    for list in [
        "Bob <b@y>, \"Ann, A.\" <ANN@münchen.example>",
        "[\"\\u0061nn@xn--mnchen-3ya.example\"]",
        "b@y; Ann@xn--Mnchen-3ya.example",
    ] {
        add(None, None, Some(list), None, true);
    }
    add(None, None, None, Some(vec!["b@y", "ann@münchen.example"]), true);
    add(
        Some("joann@münchen.example"),
        Some("+493023125102"),
        Some("joann@xn--mnchen-3ya.example"),
        Some(vec!["a@y"]),
        false,
    );
    add(Some("100%@x.example"), Some(""), Some("\\"), None, false);
    client.batch_execute("GRANT SELECT ON people TO reader").unwrap();
    let matches = "mail = subject.email', 'tel = subject.phone', 'list has subject.email', 'several has subject.email";
    let columns = ["id", "mail", "tel", "list", "several", "whose"];
    let collections = collection("people", "people", "\"id\"", matches, &columns);
    let path = configuration(folder.path(), &format!("url = \"{}\"", server.url("shop")), &collections);
    let output = folder.path().join("out.zip");
    let mut command = crate::run::exporting(&path, "email:ann@münchen.example", &output);
    let run = command.args(["-s", "phone:+49 30 23125 101"]).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let records = records(&unpacked(&output));
    assert!(records.iter().all(|record| record["additional"]["whose"] == "mine"));
    assert_eq!(records.len(), 13);
}
