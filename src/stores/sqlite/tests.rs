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
    let surroundings =
        Surroundings { now: jiff::Timestamp::now, variable: |_| None, interrupted: std::sync::Arc::default() };
    let snapshot = open_file("s", &path, None, &surroundings).unwrap();
    let table = snapshot.tables().unwrap().remove(0);
    (snapshot, table)
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
        1 => prop::sample::select(vec![5.5, 7.0, 1e19, -0.5]).prop_map(Value::Real),
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

fn asked() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let odd = vec!["", "a", "7.0", "007", "+5", "5.5", "1e2", "1e19", "10000000000000000000", "李", "12x", "NaN"];
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
