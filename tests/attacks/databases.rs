//! Databases made to do harm: names that are SQL, triggers and views with side effects, and files with any byte changed.

use crate::common::unpacked::{records, unpacked};
use crate::common::{assurance, scratch};
use crate::{configuration, export, exported, said};
use rusqlite::Connection;
use std::fs;

/// Names that would do harm where they are not quoted.
const NAMES: [&str; 12] = [
    "x'; DROP TABLE people; --",
    "a\"\"b",
    "[c]",
    "select",
    "d`e",
    "f.g",
    "per%cent",
    "new\nline",
    "Zoë 李",
    "semi;colon",
    "back\\slash",
    "$1",
];

#[test]
fn names_that_are_sql_are_names() {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let toml = |name: &str| serde_json::to_string(name).unwrap();
    for table in NAMES {
        let folder = scratch();
        let at = folder.path();
        let store = Connection::open(at.join("s.db")).unwrap();
        let columns: Vec<String> = NAMES.iter().map(|name| format!("{} TEXT", quoted(name))).collect();
        store
            .execute_batch(&format!(
                "CREATE TABLE {} (id INTEGER PRIMARY KEY, email TEXT, {})",
                quoted(table),
                columns.join(", ")
            ))
            .unwrap();
        for (id, email) in [(1, "xi@example.org"), (2, "other@example.org")] {
            let values: Vec<String> = NAMES.iter().enumerate().map(|(nth, _)| format!("'{email} {nth}'")).collect();
            store
                .execute_batch(&format!(
                    "INSERT INTO {} VALUES ({id}, '{email}', {})",
                    quoted(table),
                    values.join(", ")
                ))
                .unwrap();
        }
        drop(store);
        let text = configuration("sqlite:s.db").replace("table = \"values\"", &format!("table = {}", toml(table)));
        let columns: String =
            NAMES.iter().enumerate().map(|(nth, name)| format!("{} = \"additional.v{nth}\"\n", toml(name))).collect();
        fs::write(at.join("art20.toml"), text.replace("value = \"additional.value\"\n", &columns)).unwrap();
        exported(at);
        let all = records(&unpacked(&at.join("a.zip")));
        assert_eq!(all.len(), 1, "{table:?}");
        for nth in 0..NAMES.len() {
            assert_eq!(
                all[0]["additional"][format!("v{nth}")],
                format!("xi@example.org {nth}"),
                "{table:?} {:?}",
                NAMES[nth]
            );
        }
    }
    assurance::tell(
        "SQL in the names of tables and columns",
        "twelve names, each as a table with all of them as columns",
        NAMES.len() * NAMES.len(),
        "read as names; the person's values and no others",
    );
}

/// What a schema may hold that acts when it is read: (what, the statements).
const SCHEMAS: [(&str, &str); 9] = [
    ("a trigger that deletes", "CREATE TRIGGER t AFTER INSERT ON \"values\" BEGIN DELETE FROM \"values\"; END;"),
    ("a view that loads code", "CREATE VIEW v AS SELECT load_extension('x') AS a FROM \"values\";"),
    (
        "a view that writes files",
        "CREATE VIEW v AS SELECT writefile('/tmp/x', email) AS a, readfile('/etc/passwd') AS b FROM \"values\";",
    ),
    (
        "a view without end",
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;",
    ),
    ("a view that is not there", "CREATE VIEW v AS SELECT * FROM nowhere;"),
    (
        "a generated column that fails",
        "CREATE TABLE g (id INTEGER PRIMARY KEY, a TEXT, b TEXT GENERATED ALWAYS AS (json_extract(a, '$.x')) VIRTUAL);",
    ),
    (
        "an index on an expression",
        "CREATE INDEX i ON \"values\" (lower(value)); CREATE INDEX j ON \"values\" (email) WHERE value > 'a';",
    ),
    ("a check that fails", "CREATE TABLE c (a TEXT CHECK (abs(-9223372036854775808) > 0));"),
    ("a search index", "CREATE VIRTUAL TABLE f USING fts5(a);"),
];

#[test]
fn a_schema_that_acts_when_it_is_read_does_nothing() {
    for (what, sql) in SCHEMAS {
        let folder = scratch();
        let at = folder.path();
        let store = Connection::open(at.join("s.db")).unwrap();
        let values = "CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value TEXT);
            INSERT INTO \"values\" VALUES (1, 'xi@example.org', 'hers'), (2, 'other@example.org', 'OTHER-CANARY');";
        store.execute_batch(values).unwrap();
        store.execute_batch(sql).unwrap_or_else(|error| panic!("{what}: {error}"));
        let tables: Vec<String> = store
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name != 'values'",
            )
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        drop(store);
        let ignored: String = tables.iter().map(|name| format!("{name} = \"not anybody's\"\n")).collect();
        let text = configuration("sqlite:s.db");
        fs::write(
            at.join("art20.toml"),
            text.replace("[collection.values]\n", &format!("[store.s.ignore]\n{ignored}[collection.values]\n")),
        )
        .unwrap();
        let before = fs::read(at.join("s.db")).unwrap();
        exported(at);
        assert!(fs::read(at.join("s.db")).unwrap() == before, "{what}: the store was changed");
        let files = unpacked(&at.join("a.zip"));
        assert_eq!(records(&files).len(), 1, "{what}");
        assert!(!files.values().any(|bytes| bytes.windows(12).any(|window| window == b"OTHER-CANARY")), "{what}");
    }
    assurance::tell(
        "SQLite files with schemas that act: triggers, views with side effects or without end, generated columns",
        "nine schemas beside the person's table",
        SCHEMAS.len(),
        "nothing is run, the file stays as it was, the person's rows and no others",
    );
}

#[test]
fn a_file_with_any_byte_changed_gives_an_archive_or_a_sentence_and_never_somebody_elses_row() {
    let folder = scratch();
    let at = folder.path();
    let mut store = Connection::open(at.join("s.db")).unwrap();
    let rows = store.transaction().unwrap();
    rows.execute_batch("PRAGMA page_size = 1024; CREATE TABLE \"values\" (id INTEGER PRIMARY KEY, email TEXT, value TEXT); CREATE INDEX i ON \"values\" (email);").unwrap();
    for nth in 0..120 {
        let (email, value) =
            if nth % 2 == 0 { ("xi@example.org", "hers") } else { ("other@example.org", "OTHER-CANARY") };
        rows.execute(
            "INSERT INTO \"values\" VALUES (?, ?, ?)",
            rusqlite::params![nth, email, format!("{value} {}", "word ".repeat(20))],
        )
        .unwrap();
    }
    rows.commit().unwrap();
    drop(store);
    fs::write(at.join("art20.toml"), configuration("sqlite:s.db")).unwrap();
    let whole = fs::read(at.join("s.db")).unwrap();
    let (mut tried, mut refused, mut state) = (0, 0, 1_u64);
    let mut chance = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    // The header and the schema byte by byte, the rest by chance; one byte, and a stretch.
    let places: Vec<usize> = (0..100).step_by(3).chain((0..90).map(|_| 0)).collect();
    for place in places {
        let at_byte = if place == 0 { chance(whole.len()) } else { place };
        for stretch in [1, 16] {
            let mut bytes = whole.clone();
            for byte in bytes.iter_mut().skip(at_byte).take(stretch) {
                *byte ^= u8::try_from(1 + chance(255)).unwrap();
            }
            fs::write(at.join("s.db"), bytes).unwrap();
            let output = export(at);
            let told = said(&output);
            assert!(matches!(output.status.code(), Some(0 | 1 | 3 | 4)), "byte {at_byte}: {told}");
            assert!(
                !told.contains("xi@") && !told.contains("other@") && !told.contains("CANARY"),
                "byte {at_byte}: {told}"
            );
            assert_eq!(output.status.success(), at.join("a.zip").exists());
            tried += 1;
            if !output.status.success() {
                assert!(told.contains("what to do:"), "byte {at_byte}: {told}");
                refused += 1;
            }
        }
    }
    assert!(refused > tried / 10, "only {refused} of {tried} were refused");
    assurance::tell(
        "SQLite files that are damaged",
        "bytes of header, schema and pages changed, one and sixteen at a time",
        tried,
        "an archive, or exit status and sentence; no crash, nobody named",
    );
}
