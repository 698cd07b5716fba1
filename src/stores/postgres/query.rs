//! The SQL that is sent: made from quoted names and bound parameters only, but for the configuration's own `where`.

use super::PostgresSnapshot;
use super::catalog::Relation;
use super::column::{Column, Compared, Stored};
use super::condition::{Values, condition};
use super::names::{name_of, named, names_of_rows, row_id};
use crate::records::Cell;
use crate::stores::error::StoreError;
use crate::stores::snapshot::{Table, Wish};
use crate::subject::{ColumnTest, FoundRow, RowId};
use postgres::Row;
use std::collections::{HashMap, HashSet};

/// Values up to this size are read at once, larger ones in pieces.
const IN_ONE_PIECE: u64 = 64 * 1024;
/// How many rows are read at once as long as nobody knows how large they are.
pub(super) const FIRST: usize = 128;
/// How many rows are read at once at most.
const MOST: usize = 1_000;
/// About how many bytes are read at once.
const PORTION: usize = 1024 * 1024;

/// How many rows to read at once next, after `before` at once, of which the last so many had so many bytes.
pub(super) fn next(before: usize, rows: usize, bytes: usize) -> usize {
    let fitting = PORTION / (bytes / rows.max(1)).max(1);
    fitting.clamp(1, MOST).min(before.max(1) * 4)
}

pub(super) fn count(snapshot: &PostgresSnapshot, table: &Table) -> Result<u64, StoreError> {
    let relation = snapshot.relation(&table.name)?;
    let rows = snapshot.session.all(&format!("SELECT count(*)::int8 FROM {}", relation.from), Vec::new());
    let rows = rows.map_err(|trouble| snapshot.error(&table.name, false, &trouble))?;
    let count = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok());
    count.map(i64::unsigned_abs).ok_or_else(|| snapshot.not_understood("it cannot count"))
}

/// The columns of these names.
pub(super) fn columns_of<'r>(
    snapshot: &PostgresSnapshot,
    table: &Table,
    relation: &'r Relation,
    names: impl Iterator<Item = impl AsRef<str>>,
) -> Result<Vec<&'r Column>, StoreError> {
    let none = |name: &str| StoreError::Query {
        store: snapshot.name.clone(),
        table: table.name.clone(),
        cause: format!("there is no column `{name}`"),
    };
    names.map(|name| relation.column(name.as_ref()).ok_or_else(|| none(name.as_ref()))).collect()
}

/// The cells of some columns of a row, from this place on.
pub(super) fn cells(
    snapshot: &PostgresSnapshot,
    row: &Row,
    from: usize,
    columns: &[&Column],
) -> Result<Vec<Cell>, StoreError> {
    let cell = |(at, column): (usize, &&Column)| {
        let raw = row.try_get::<_, Option<Stored<'_>>>(at).map_err(|_| "it sent fewer columns than were asked for");
        raw.and_then(|raw| column.cell(raw.map(|raw| raw.0))).map_err(|what| snapshot.not_understood(what))
    };
    (from..).zip(columns).map(cell).collect()
}

pub(super) fn find(
    snapshot: &PostgresSnapshot,
    table: &Table,
    key: &[String],
    selection: Option<&str>,
    tests: &[ColumnTest<'_>],
    columns: &[&str],
    visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let relation = snapshot.relation(&table.name)?;
    let ids = columns_of(snapshot, table, relation, names_of_rows(table, key).iter())?;
    let wanted = columns_of(snapshot, table, relation, columns.iter())?;
    let tested = columns_of(snapshot, table, relation, tests.iter().map(|test| test.column))?;
    let mut sent = Values::default();
    let conditions: Vec<String> =
        tested.iter().zip(tests).map(|(column, test)| condition(column, test, snapshot.utf8, &mut sent)).collect();
    let mut list = vec![selection.map_or_else(|| "true".to_owned(), |condition| format!("(({condition}\n) IS TRUE)"))];
    list.extend(ids.iter().chain(&wanted).map(|column| column.reading()));
    let sql = format!(
        "SELECT {} FROM {} WHERE {}",
        list.join(", "),
        relation.from,
        if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") }
    );
    let trouble = |trouble: &_| snapshot.error(&table.name, selection.is_some(), trouble);
    snapshot.session.each(&sql, sent.0, trouble, |row| {
        let selected = row.try_get(0).map_err(|_| snapshot.not_understood("a condition is neither true nor false"))?;
        let id = row_id(table, cells(snapshot, row, 1, &ids)?);
        visit(FoundRow { row: id, cells: cells(snapshot, row, 1 + ids.len(), &wanted)?, selected })
    })
}

/// A statement that reads rows by their names.
struct Reading<'a> {
    snapshot: &'a PostgresSnapshot,
    table: &'a Table,
    ids: Vec<&'a Column>,
    wishes: &'a [Wish<'a>],
    wanted: Vec<&'a Column>,
    list: String,
    from: &'a str,
}

pub(super) fn read(
    snapshot: &PostgresSnapshot,
    table: &Table,
    key: &[String],
    rows: &[&RowId],
    wishes: &[Wish<'_>],
    visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let relation = snapshot.relation(&table.name)?;
    let ids = columns_of(snapshot, table, relation, names_of_rows(table, key).iter())?;
    let wanted = columns_of(snapshot, table, relation, wishes.iter().map(|wish| wish.column))?;
    let mut list: Vec<String> = ids.iter().map(|column| column.reading()).collect();
    for (column, wish) in wanted.iter().zip(wishes) {
        match in_pieces(snapshot, table, column, wish) {
            Some(bytes) => list.push(format!(
                "CASE WHEN octet_length({bytes}) > {IN_ONE_PIECE} THEN NULL ELSE {} END, octet_length({bytes})::int8",
                column.reading()
            )),
            None => list.push(column.reading()),
        }
    }
    let reading = Reading { snapshot, table, ids, wishes, wanted, list: list.join(", "), from: &relation.from };
    let mut start = 0;
    while start < rows.len() {
        let portion = &rows[start..rows.len().min(start + relation.at_once.get())];
        let (found, bytes) = reading.portion(portion)?;
        let at_once = next(relation.at_once.get(), portion.len(), bytes);
        relation.at_once.set(at_once);
        for (at, cells) in (start..).zip(found) {
            visit(at, cells)?;
        }
        start += portion.len();
    }
    Ok(())
}

impl Reading<'_> {
    /// The cells of these rows, in their order, and how many bytes came.
    fn portion(&self, rows: &[&RowId]) -> Result<(Vec<Vec<Cell>>, usize), StoreError> {
        let not_unique = |rows| {
            Err(StoreError::KeyNotUnique { store: self.snapshot.name.clone(), table: self.table.name.clone(), rows })
        };
        let is_null = |row: &&RowId| matches!(row, RowId::Key(cells) if cells.iter().any(Cell::is_null));
        if rows.iter().any(is_null) {
            return not_unique(0);
        }
        let mut sent = Values::default();
        let sql = format!("SELECT {} FROM {} WHERE {}", self.list, self.from, named(&self.ids, rows, &mut sent));
        let found = self.snapshot.session.all(&sql, sent.0);
        let found = found.map_err(|trouble| self.snapshot.error(&self.table.name, false, &trouble))?;
        let mut by_name: HashMap<Vec<u8>, Vec<Cell>> = HashMap::with_capacity(found.len());
        // The server may find more: what it takes for equal is not always the same.
        let asked: HashSet<Vec<u8>> = rows.iter().map(|row| name_of(row)).collect();
        let mut bytes = 0;
        for row in &found {
            bytes += row.raw_size_bytes();
            let name = name_of(&row_id(self.table, cells(self.snapshot, row, 0, &self.ids)?));
            if asked.contains(&name) && by_name.insert(name, self.wanted(row)?).is_some() {
                return not_unique(2);
            }
        }
        drop(found);
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            match by_name.get_mut(&name_of(row)) {
                Some(cells) if asked.len() == rows.len() => all.push(std::mem::take(cells)),
                Some(cells) => all.push(cells.clone()),
                None => return not_unique(0),
            }
        }
        Ok((all, bytes))
    }

    fn wanted(&self, row: &Row) -> Result<Vec<Cell>, StoreError> {
        let mut at = self.ids.len();
        let mut all = Vec::with_capacity(self.wanted.len());
        for (column, wish) in self.wanted.iter().zip(self.wishes) {
            let mut cell = cells(self.snapshot, row, at, &[column])?;
            at += 1;
            if in_pieces(self.snapshot, self.table, column, wish).is_some() {
                let bytes = row.try_get::<_, Option<i64>>(at).map_err(|_| self.snapshot.not_understood("a length"))?;
                at += 1;
                let large = bytes.map(i64::unsigned_abs).filter(|bytes| *bytes > IN_ONE_PIECE);
                all.push(large.map_or_else(|| cell.pop().unwrap_or(Cell::Null), Cell::Large));
            } else {
                all.extend(cell);
            }
        }
        Ok(all)
    }
}

/// The column's bytes, if a large value of it is to be left in the store.
fn in_pieces(snapshot: &PostgresSnapshot, table: &Table, column: &Column, wish: &Wish<'_>) -> Option<String> {
    let can = wish.in_pieces && table.in_pieces;
    column.in_bytes().filter(|_| can && (snapshot.utf8 || column.compared == Compared::Bytes))
}
