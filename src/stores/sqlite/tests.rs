//! Whatever a column holds and however it is kept, the rows whose texts are asked for are found, and rows are read as
//! they stand, whether they follow each other or not.

use super::super::Surroundings;
use super::super::snapshot::{Snapshot, Table, Wish};
use super::{SqliteSnapshot, open_file};
use crate::records::Cell;
use crate::stores::StoreError;
use crate::subject::{ColumnTest, RowId, Test};
use proptest::prelude::*;
use rusqlite::types::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A table whose column `v` is declared and kept so, with these rows.
fn table(at: &Path, declared: &str, indexed: bool, rows: &BTreeMap<i64, Value>) -> (SqliteSnapshot, Table) {
    let path = at.join("s.db");
    let _ = std::fs::remove_file(&path);
    let mut connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(&format!("CREATE TABLE t (id INTEGER PRIMARY KEY, v {declared})")).unwrap();
    if indexed {
        connection.execute_batch("CREATE INDEX of_v ON t (v)").unwrap();
    }
    let transaction = connection.transaction().unwrap();
    for (id, value) in rows {
        transaction.execute("INSERT INTO t VALUES (?1, ?2)", (id, value)).unwrap();
    }
    transaction.commit().unwrap();
    drop(connection);
    let snapshot = open(&path);
    let table = snapshot.tables().unwrap().remove(0);
    (snapshot, table)
}

fn open(path: &Path) -> SqliteSnapshot {
    let surroundings =
        Surroundings { now: jiff::Timestamp::now, variable: |_| None, interrupted: std::sync::Arc::default() };
    open_file("s", path, None, &surroundings).unwrap()
}

/// The rows with these numbers, as they are read.
fn read(snapshot: &SqliteSnapshot, table: &Table, ids: &[i64]) -> Result<Vec<(usize, Cell)>, StoreError> {
    let rows: Vec<RowId> = ids.iter().copied().map(RowId::Number).collect();
    let rows: Vec<&RowId> = rows.iter().collect();
    let wishes = [Wish { column: "v", in_pieces: true, is_condition: false }];
    let mut all = Vec::new();
    snapshot.read(table, &["id".to_owned()], &rows, &wishes, &mut |nth, mut cells| {
        all.push((nth, cells.remove(0)));
        Ok(())
    })?;
    Ok(all)
}

/// Which rows are found by these texts, as whoever asks decides in the end.
fn found(snapshot: &SqliteSnapshot, table: &Table, values: &[Vec<u8>]) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    let tests = [ColumnTest { column: "v", test: Test::TextIn(values) }];
    snapshot
        .find(table, &["id".to_owned()], None, &tests, &["v"], &mut |row| {
            let RowId::Number(number) = row.row else { panic!("a row without a number") };
            let text = row.cells[0].text().map(|text| text.into_owned());
            if text.is_some_and(|text| values.contains(&text)) {
                assert!(found.insert(number), "row {number} is found twice");
            }
            Ok(())
        })
        .unwrap();
    found
}

fn stored() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (-20i64..300).prop_map(Value::Integer),
        1 => prop::sample::select(vec![5.5, 7.0, 1e19, -0.5, LARGE, -LARGE]).prop_map(Value::Real),
    ]
}

/// Beside numbers, what most columns of numbers do not have.
fn odd() -> impl Strategy<Value = Value> {
    let texts = vec!["", "a", "A", "7", "007", "5.5", "1e2", "李", "12x", "9223372036854775808"];
    prop_oneof![
        Just(Value::Null),
        prop::sample::select(texts.clone()).prop_map(|text| Value::Text(text.into())),
        prop::sample::select(texts).prop_map(|text| Value::Blob(text.into())),
        Just(Value::Blob(vec![0xff, 0])),
    ]
}

/// As a text it is 1234567890123456800, which is not its exact value.
const LARGE: f64 = 1234567890123456789.0;

fn asked() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let odd = vec![
        "1234567890123456800",
        "-1234567890123456800",
        "",
        "a",
        "7.0",
        "007",
        "+5",
        "5.5",
        "1e2",
        "1e19",
        "10000000000000000000",
        "李",
        "12x",
        "NaN",
    ];
    let odd = prop::collection::vec(prop::sample::select(odd).prop_map(|text| text.as_bytes().to_vec()), 0..4);
    let broken = prop::option::of(Just(vec![0xff, 0]));
    // Close together or far apart, few or many.
    (0i64..200, 0i64..150, 1i64..4, odd, broken).prop_map(|(first, count, step, odd, broken)| {
        let numbers = (0..count).map(|nth| (first + nth * step).to_string().into_bytes());
        numbers.chain(odd).chain(broken).collect::<BTreeSet<_>>().into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_are_found_by_the_texts_of_a_column_of_any_type(
        declared in prop::sample::select(vec!["", "INTEGER", "TEXT", "NUMERIC", "REAL", "BLOB", "TEXT COLLATE NOCASE"]),
        indexed in any::<bool>(),
        numbers in prop::collection::vec(stored(), 0..120),
        others in prop_oneof![Just(Vec::new()), prop::collection::vec(odd(), 0..6)],
        asked in prop::collection::vec(asked(), 1..3))
    {
        let folder = tempfile::tempdir().unwrap();
        let rows: BTreeMap<i64, Value> = (1..).zip(others.into_iter().chain(numbers)).collect();
        let (snapshot, table) = table(folder.path(), declared, indexed, &rows);
        let ids: Vec<i64> = rows.keys().copied().collect();
        let cells = read(&snapshot, &table, &ids).unwrap();
        // Asked more than once, because what was learned of the column the first time is kept.
        for values in asked {
            let expected: BTreeSet<i64> = cells
                .iter()
                .filter(|(_, cell)| cell.text().is_some_and(|text| values.iter().any(|value| **value == *text)))
                .map(|(nth, _)| ids[*nth])
                .collect();
            prop_assert_eq!(found(&snapshot, &table, &values), expected);
        }
    }

    #[test]
    fn rows_are_read_in_the_order_given_whether_or_not_they_follow_each_other(
        gaps in prop::collection::btree_set(1i64..200, 0..8),
        order in prop_oneof![
            Just((1i64..200).collect::<Vec<_>>()),
            Just((1i64..200).rev().collect()),
            Just((1i64..200).collect::<Vec<_>>()).prop_shuffle(),
            (1i64..100, 100i64..200).prop_map(|(a, b)| (a..a + 40).chain(b..b + 15).chain([3, 2, 1]).collect()),
        ])
    {
        let folder = tempfile::tempdir().unwrap();
        let all = (1..250).filter(|id| !gaps.contains(id));
        let value = |id: i64| match id % 50 {
            0 => Value::Blob(vec![7; 70_000]),
            1 => Value::Null,
            _ => Value::Integer(id),
        };
        let rows: BTreeMap<i64, Value> = all.map(|id| (id, value(id))).collect();
        let (snapshot, table) = table(folder.path(), "", false, &rows);
        let there: Vec<i64> = order.iter().copied().filter(|id| rows.contains_key(id)).collect();
        let expected: Vec<(usize, Cell)> = there
            .iter()
            .map(|id| match id % 50 {
                0 => Cell::Large(70_000),
                1 => Cell::Null,
                _ => Cell::Integer(*id),
            })
            .enumerate()
            .collect();
        prop_assert_eq!(read(&snapshot, &table, &there).unwrap(), expected);
        // A row that is not there is never passed over.
        let whole = read(&snapshot, &table, &order);
        prop_assert_eq!(whole.is_ok(), there.len() == order.len());
        if let Err(error) = whole {
            prop_assert!(matches!(error, StoreError::KeyNotUnique { rows: 0, .. }), "{}", error);
        }
    }
}

#[test]
fn nothing_is_computed_of_a_row_that_was_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let script = "CREATE TABLE o (id INTEGER PRIMARY KEY, customer INTEGER, meta TEXT);
        CREATE INDEX of_customer ON o (customer);
        WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 300)
        INSERT INTO o SELECT n, n, '{\"a\": 1}' FROM n;
        INSERT INTO o VALUES (500, 150.5, 'of somebody else, and no JSON');
        UPDATE o SET meta = 'no JSON' WHERE id = 250";
    connection.execute_batch(script).unwrap();
    drop(connection);
    let snapshot = open(&path);
    let table = snapshot.tables().unwrap().remove(0);
    for (values, expected) in [
        ((1..300).step_by(2).collect::<Vec<i64>>(), 150),
        ((1..=249).chain(251..=300).collect(), 299),
        ((1..=249).collect(), 249),
    ] {
        let mut values: Vec<Vec<u8>> = values.iter().map(|number| number.to_string().into_bytes()).collect();
        values.sort();
        let tests = [ColumnTest { column: "customer", test: Test::TextIn(&values) }];
        let mut rows = 0;
        let selection = Some("json_extract(meta, '$.a') = 1");
        let found = snapshot.find(&table, &["id".to_owned()], selection, &tests, &["customer"], &mut |row| {
            rows += u64::from(row.selected);
            Ok(())
        });
        assert!(found.is_ok(), "{found:?}");
        assert_eq!(rows, expected);
    }
}

#[test]
fn a_row_that_stands_twice_or_not_at_all_stops_the_reading_before_any_behind_it_is_taken_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    for (change, rows, visited) in [
        ("INSERT INTO c VALUES (3, 'again')", 2, 3),
        ("INSERT INTO c VALUES (40, 'again')", 2, 40),
        ("DELETE FROM c WHERE id = 5", 0, 4),
        ("DELETE FROM c WHERE id = 40", 0, 39),
    ] {
        let _ = std::fs::remove_file(&path);
        let connection = rusqlite::Connection::open(&path).unwrap();
        let script = "CREATE TABLE c (id INTEGER, b TEXT);
            CREATE VIEW cv AS SELECT id, b FROM c;
            CREATE VIRTUAL TABLE f USING fts5 (b, content = 'cv', content_rowid = 'id');
            WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 40)
            INSERT INTO c SELECT n, 'row' || n FROM n;";
        connection.execute_batch(script).unwrap();
        connection.execute_batch(change).unwrap();
        drop(connection);
        let snapshot = open(&path);
        let table = snapshot.tables().unwrap().into_iter().find(|table| table.name == "f").unwrap();
        let ids: Vec<RowId> = (1..=40).map(RowId::Number).collect();
        let ids: Vec<&RowId> = ids.iter().collect();
        let wishes = [Wish { column: "b", in_pieces: false, is_condition: false }];
        let mut seen = Vec::new();
        let read = snapshot.read(&table, &[], &ids, &wishes, &mut |nth, cells| {
            seen.push((nth, cells));
            Ok(())
        });
        assert!(matches!(read, Err(StoreError::KeyNotUnique { rows: told, .. }) if told == rows), "{change}: {read:?}");
        let expected = |nth: usize| (nth, vec![Cell::Text(format!("row{}", nth + 1).into_bytes())]);
        assert_eq!(seen, (0..visited).map(expected).collect::<Vec<_>>(), "{change}");
    }
}
