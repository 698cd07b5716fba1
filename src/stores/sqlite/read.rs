//! Rows read by what names them.

use super::super::error::StoreError;
use super::super::snapshot::{Table, Wish};
use super::SqliteSnapshot;
use super::functions::cell;
use super::query::{Parameter, admitted, quoted};
use crate::records::Cell;
use crate::subject::RowId;
use rusqlite::{CachedStatement, Row};

/// Values up to this size are read at once, larger ones in pieces.
const IN_ONE_PIECE: i64 = 64 * 1024;
/// So many rows that follow each other are read in one go.
const RUN: usize = 16;

/// What is selected of each row.
struct Columns {
    /// In SQL: first what is wished for, then what else is needed.
    list: Vec<String>,
    wished: usize,
    /// Where the columns of the key stand, if the key names the row.
    key_at: Vec<usize>,
    /// Values that may be left in the store, and where their sizes stand.
    large: Vec<(usize, usize)>,
}

/// Visits these rows in the order given.
pub(super) fn read(
    snapshot: &SqliteSnapshot,
    table: &Table,
    key: &[String],
    rows: &[&RowId],
    wishes: &[Wish<'_>],
    visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    // The number of a row that was found in this snapshot need not be read.
    let is_number = |wish: &Wish<'_>| !wish.is_condition && table.row_number.as_deref() == Some(wish.column);
    if wishes.iter().all(is_number) && rows.iter().all(|row| matches!(row, RowId::Number(_))) {
        let numbers = rows.iter().filter_map(|row| number(row));
        return numbers.enumerate().try_for_each(|(nth, number)| visit(nth, vec![Cell::Integer(number); wishes.len()]));
    }
    let columns = Columns::of(table, key, wishes);
    let error = |error| snapshot.error(&table.name, error);
    let prepare = |more: &str, condition: &str| {
        let sql = format!("SELECT {}{more} FROM {} WHERE {condition}", columns.list.join(", "), quoted(&table.name));
        snapshot.connection.prepare_cached(&sql).map_err(error)
    };
    let by_key = || {
        let terms = key.iter().enumerate().map(|(at, column)| format!("{} IS ?{}", quoted(column), at + 1));
        terms.collect::<Vec<_>>().join(" AND ")
    };
    let (mut single, mut several): (Option<CachedStatement<'_>>, Option<CachedStatement<'_>>) = (None, None);
    let mut start = 0;
    while let Some(row) = rows.get(start) {
        let length = run(&rows[start..]);
        if let (Some(first), Some(name), RUN..) = (number(row), table.row_name, length) {
            let statement = match &mut several {
                Some(statement) => statement,
                none => {
                    none.insert(prepare(&format!(", {name}"), &format!("{name} BETWEEN ?1 AND ?2 ORDER BY {name}"))?)
                }
            };
            let last = number(rows[start + length - 1]).unwrap_or(first);
            let mut found = statement.query([first, last]).map_err(error)?;
            let mut wanted = (start..).zip(first..=last);
            while let Some(row) = found.next().map_err(error)? {
                let (cells, own): (_, i64) =
                    columns.cells(row).and_then(|cells| Ok((cells, row.get(columns.list.len())?))).map_err(error)?;
                match wanted.next() {
                    Some((nth, number)) if number == own => visit(nth, cells)?,
                    // What should have come is not there, or the last one comes again.
                    Some((_, number)) if number < own => return Err(not_unique(snapshot, table, 0)),
                    _ => return Err(not_unique(snapshot, table, 2)),
                }
            }
            if wanted.next().is_some() {
                return Err(not_unique(snapshot, table, 0));
            }
        } else {
            let statement = match (&mut single, table.row_name) {
                (Some(statement), _) => statement,
                (none, Some(name)) => none.insert(prepare("", &format!("{name} = ?1"))?),
                (none, None) => none.insert(prepare("", &by_key())?),
            };
            for (nth, row) in rows[start..start + length].iter().enumerate() {
                visit(start + nth, one(snapshot, table, &columns, statement, row)?)?;
            }
        }
        start += length;
    }
    Ok(())
}

/// Reads the one row that has this name.
fn one(
    snapshot: &SqliteSnapshot,
    table: &Table,
    columns: &Columns,
    statement: &mut CachedStatement<'_>,
    id: &RowId,
) -> Result<Vec<Cell>, StoreError> {
    let error = |error| snapshot.error(&table.name, error);
    let mut found = match id {
        RowId::Number(number) => statement.query([number]),
        RowId::Key(cells) => statement.query(rusqlite::params_from_iter(cells.iter().map(Parameter))),
    }
    .map_err(error)?;
    let mut cells = None;
    while let Some(row) = found.next().map_err(error)? {
        if let RowId::Key(key) = id {
            let mut named = columns.key_at.iter().map(|at| row.get_ref(*at).map(cell));
            if !key.iter().all(|part| named.next().is_some_and(|own| own.is_ok_and(|own| own == *part))) {
                continue;
            }
        }
        if cells.is_some() {
            return Err(not_unique(snapshot, table, 2));
        }
        cells = Some(columns.cells(row).map_err(error)?);
    }
    cells.ok_or_else(|| not_unique(snapshot, table, 0))
}

fn not_unique(snapshot: &SqliteSnapshot, table: &Table, rows: usize) -> StoreError {
    StoreError::KeyNotUnique { store: snapshot.name.clone(), table: table.name.clone(), rows }
}

fn number(row: &RowId) -> Option<i64> {
    match row {
        RowId::Number(number) => Some(*number),
        RowId::Key(_) => None,
    }
}

/// How many of these rows have numbers that follow each other, at least 1.
fn run(rows: &[&RowId]) -> usize {
    let follows = |pair: &&[&RowId]| match (number(pair[0]), number(pair[1])) {
        (Some(one), Some(next)) => one.checked_add(1) == Some(next),
        _ => false,
    };
    1 + rows.windows(2).take_while(follows).count()
}

impl Columns {
    fn of(table: &Table, key: &[String], wishes: &[Wish<'_>]) -> Columns {
        let pieces = |wish: &Wish<'_>| wish.in_pieces && table.in_pieces;
        let mut list: Vec<String> = Vec::with_capacity(wishes.len());
        for wish in wishes {
            let column = quoted(wish.column);
            list.push(match pieces(wish) {
                _ if wish.is_condition => admitted(wish.column),
                true => format!("iif(octet_length({column}) > {IN_ONE_PIECE}, NULL, {column})"),
                false => column,
            });
        }
        // Where the key names the row it is read too: SQLite may take for equal what is not the same.
        let mut key_at: Vec<usize> = Vec::new();
        if table.row_name.is_none() {
            for column in key {
                let wished = wishes.iter().position(|wish| !wish.is_condition && wish.column == column);
                key_at.push(wished.unwrap_or_else(|| {
                    list.push(quoted(column));
                    list.len() - 1
                }));
            }
        }
        // What tells NULL from a value that is too large to be read at once: its size, which the row itself has.
        let mut large = Vec::new();
        for (at, wish) in wishes.iter().enumerate().filter(|(_, wish)| pieces(wish)) {
            list.push(format!("octet_length({})", quoted(wish.column)));
            large.push((at, list.len() - 1));
        }
        if list.is_empty() {
            list.push("1".into());
        }
        Columns { list, wished: wishes.len(), key_at, large }
    }

    /// The values that were wished for.
    fn cells(&self, row: &Row<'_>) -> rusqlite::Result<Vec<Cell>> {
        let mut all = Vec::with_capacity(self.wished);
        for at in 0..self.wished {
            all.push(row.get_ref(at).map(cell)?);
        }
        for (at, size) in &self.large {
            if all[*at].is_null()
                && let Some(bytes) = row.get::<_, Option<i64>>(*size)?
            {
                all[*at] = Cell::Large(bytes.unsigned_abs());
            }
        }
        Ok(all)
    }
}
