//! The SQL that is sent to SQLite: made from quoted names and bound parameters only.

use super::super::error::StoreError;
use super::super::snapshot::{Table, Wish};
use super::SqliteSnapshot;
use super::functions::cell;
use super::schema::select_list;
use crate::records::Cell;
use crate::subject::{ColumnTest, FoundRow, RowId, Test};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use std::borrow::Borrow;
use std::rc::Rc;

/// Values up to this size are read at once, larger ones in pieces.
const IN_ONE_PIECE: i64 = 64 * 1024;
/// Up to here values stand in the statement one by one, which every planner understands.
const LISTED: usize = 64;

/// A name as SQL writes it, whatever it is made of.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A stored value as a parameter; text that is not UTF-8 is sent as its bytes.
struct Parameter<C>(C);

impl<C: Borrow<Cell>> ToSql for Parameter<C> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0.borrow() {
            Cell::Null | Cell::Large(_) => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Real(number) => ValueRef::Real(*number),
            Cell::Exact(bytes) | Cell::Text(bytes) => ValueRef::Text(bytes),
            Cell::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// One statement's parameters, and the lists kept for it.
#[derive(Default)]
struct Parameters {
    values: Vec<Box<dyn ToSql>>,
    lists: Vec<i64>,
}

/// What is asked of a table.
struct Question<'a> {
    table: &'a Table,
    key: &'a [String],
    selection: Option<&'a str>,
    tests: &'a [ColumnTest<'a>],
    columns: &'a [&'a str],
    /// Without indexes, because the store needs an order of text that is not known here.
    unordered: bool,
}

pub(super) fn find(
    snapshot: &SqliteSnapshot,
    table: &Table,
    key: &[String],
    selection: Option<&str>,
    tests: &[ColumnTest<'_>],
    columns: &[&str],
    visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let question = Question { table, key, selection, tests, columns, unordered: false };
    match ask(snapshot, &question, visit) {
        // SQLite says so before it reads anything, so no row has been visited.
        Err(StoreError::Query { cause, .. } | StoreError::Selection { cause, .. })
            if cause.starts_with("no such collation sequence") =>
        {
            ask(snapshot, &Question { unordered: true, ..question }, visit)
        }
        other => other,
    }
}

fn ask(
    snapshot: &SqliteSnapshot,
    question: &Question<'_>,
    visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let Question { table, key, selection, tests, columns, unordered } = question;
    let mut parameters = Parameters::default();
    let conditions: Vec<String> =
        tests.iter().map(|test| condition(snapshot, question, test, &mut parameters)).collect();
    // Without a row number the key names the row.
    let ids: Vec<String> = match table.row_name {
        Some(name) => vec![name.to_owned()],
        None => key.iter().map(|column| quoted(column)).collect(),
    };
    let sql = format!(
        "SELECT {}, {}{}{} FROM {}{} WHERE {}",
        ids.join(", "),
        selection.map_or_else(|| "1".to_owned(), admitted),
        if columns.is_empty() { "" } else { ", " },
        select_list(columns),
        quoted(&table.name),
        if *unordered { " NOT INDEXED" } else { "" },
        if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") },
    );
    let result = run(snapshot, question, &sql, &parameters, ids.len(), visit);
    snapshot.lists.forget(&parameters.lists);
    result
}

fn run(
    snapshot: &SqliteSnapshot,
    question: &Question<'_>,
    sql: &str,
    parameters: &Parameters,
    ids: usize,
    visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (table, columns) = (question.table, question.columns.len());
    let error = |error| snapshot.error(&table.name, error);
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(|failure| match error(failure) {
        // Everything else in the statement is made of names that the schema has.
        StoreError::Query { store, table, cause } if question.selection.is_some() => {
            StoreError::Selection { store, table, cause }
        }
        other => other,
    })?;
    let values: Vec<&dyn ToSql> = parameters.values.iter().map(AsRef::as_ref).collect();
    let mut rows = statement.query(values.as_slice()).map_err(error)?;
    while let Some(row) = rows.next().map_err(error)? {
        let at = |index: usize| row.get_ref(index).map(cell).map_err(error);
        let id = match (table.row_name, at(0)?) {
            (Some(_), Cell::Integer(number)) => RowId::Number(number),
            _ => RowId::Key(Box::new((0..ids).map(at).collect::<Result<_, _>>()?)),
        };
        let selected = at(ids)? == Cell::Integer(1);
        let cells = (ids + 1..ids + 1 + columns).map(at).collect::<Result<_, _>>()?;
        visit(FoundRow { row: id, cells, selected })?;
    }
    Ok(())
}

/// A test as SQL that lets every matching row pass and, where an index can serve it, is served by it.
fn condition(
    snapshot: &SqliteSnapshot,
    question: &Question<'_>,
    test: &ColumnTest<'_>,
    parameters: &mut Parameters,
) -> String {
    let table = question.table;
    let mut column = quoted(test.column);
    if question.unordered {
        column.push_str(" COLLATE BINARY");
    }
    let (function, kind, values) = match &test.test {
        Test::TextIn(values) => return texts_in(snapshot, &column, values, parameters),
        Test::CanonicalIn { kind, values } => match *kind {
            "email" | "phone" => ("art20_canonical_in", kind, values),
            _ => return texts_in(snapshot, &column, values, parameters),
        },
        Test::ListHas { kind, values } => ("art20_list_has", kind, values),
    };
    let call = call(snapshot, function, kind, &column, values, parameters);
    match table.row_name {
        // Every value has to be looked at, but in the index, which is smaller than the table.
        Some(row) if !question.unordered && table.indexed.iter().any(|indexed| indexed == test.column) => {
            format!("{row} IN (SELECT {row} FROM {} WHERE {call})", quoted(&table.name))
        }
        _ => call,
    }
}

fn call(
    snapshot: &SqliteSnapshot,
    function: &str,
    kind: &str,
    column: &str,
    values: &[Vec<u8>],
    parameters: &mut Parameters,
) -> String {
    let list = snapshot.lists.keep(values);
    parameters.lists.push(list);
    parameters.values.push(Box::new(kind.to_owned()));
    parameters.values.push(Box::new(list));
    let last = parameters.values.len();
    format!("{function}(?{}, {column}, ?{last})", last - 1)
}

/// The column's text is one of these, whatever its type: each text is sent as every value that has it.
fn texts_in(snapshot: &SqliteSnapshot, column: &str, values: &[Vec<u8>], parameters: &mut Parameters) -> String {
    let mut sent: Vec<Value> = Vec::new();
    let mut broken: Vec<Vec<u8>> = Vec::new();
    for value in values {
        sent.push(Value::Blob(value.clone()));
        let Ok(text) = String::from_utf8(value.clone()) else {
            broken.push(value.clone());
            continue;
        };
        if let Ok(number) = text.parse::<i64>() {
            sent.push(Value::Integer(number));
        } else if let Some(number) = text.parse::<f64>().ok().filter(|number| !number.is_nan()) {
            sent.push(Value::Real(number));
        }
        sent.push(Value::Text(text));
    }
    if broken.len() > LISTED {
        return call(snapshot, "art20_canonical_in", "", column, values, parameters);
    }
    let mut name = |value: Box<dyn ToSql>| {
        parameters.values.push(value);
        format!("?{}", parameters.values.len())
    };
    // Text that is not UTF-8 can only stand in the statement one by one.
    let mut names: Vec<String> = broken.into_iter().map(|bytes| name(Box::new(Parameter(Cell::Text(bytes))))).collect();
    if sent.len() > LISTED {
        let list = format!("{column} IN rarray({})", name(Box::new(Rc::new(sent))));
        if names.is_empty() {
            return list;
        }
        return format!("({list} OR {column} IN ({}))", names.join(", "));
    }
    names.extend(sent.into_iter().map(|value| name(Box::new(value))));
    format!("{column} IN ({})", names.join(", "))
}

/// What SQL says of a row that a condition admits: NULL admits none.
fn admitted(condition: &str) -> String {
    format!("(({condition}\n) IS TRUE)")
}

/// Whether a condition can be asked of rows by their number. One that SQLite does not understand cannot: whoever looks
/// for rows with it is told so.
pub(super) fn tells(snapshot: &SqliteSnapshot, table: &Table, condition: &str) -> bool {
    let sql = format!("SELECT {} FROM {}", admitted(condition), quoted(&table.name));
    table.row_name.is_some() && snapshot.connection.prepare_cached(&sql).is_ok()
}

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
        let numbers = rows.iter().filter_map(|row| match row {
            RowId::Number(number) => Some(Cell::Integer(*number)),
            RowId::Key(_) => None,
        });
        return numbers.enumerate().try_for_each(|(nth, number)| visit(nth, vec![number; wishes.len()]));
    }
    let error = |error| snapshot.error(&table.name, error);
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
    let large: Vec<(usize, usize)> = wishes
        .iter()
        .enumerate()
        .filter(|(_, wish)| pieces(wish))
        .map(|(at, wish)| {
            list.push(format!("octet_length({})", quoted(wish.column)));
            (at, list.len() - 1)
        })
        .collect();
    if list.is_empty() {
        list.push("1".into());
    }
    let condition = match table.row_name {
        Some(name) => format!("{name} = ?1"),
        None => {
            let terms: Vec<String> =
                key.iter().enumerate().map(|(at, column)| format!("{} IS ?{}", quoted(column), at + 1)).collect();
            terms.join(" AND ")
        }
    };
    let sql = format!("SELECT {} FROM {} WHERE {condition}", list.join(", "), quoted(&table.name));
    let mut statement = snapshot.connection.prepare_cached(&sql).map_err(error)?;
    let not_unique = |rows| StoreError::KeyNotUnique { store: snapshot.name.clone(), table: table.name.clone(), rows };
    for (nth, id) in rows.iter().enumerate() {
        let mut found = match id {
            RowId::Number(number) => statement.query([number]),
            RowId::Key(cells) => statement.query(rusqlite::params_from_iter(cells.iter().map(Parameter))),
        }
        .map_err(error)?;
        let mut cells = None;
        while let Some(row) = found.next().map_err(error)? {
            if let RowId::Key(key) = id {
                let mut named = key_at.iter().map(|at| row.get_ref(*at).map(cell));
                if !key.iter().all(|part| named.next().is_some_and(|own| own.is_ok_and(|own| own == *part))) {
                    continue;
                }
            }
            if cells.is_some() {
                return Err(not_unique(2));
            }
            let mut all = Vec::with_capacity(wishes.len());
            for at in 0..wishes.len() {
                all.push(row.get_ref(at).map(cell).map_err(error)?);
            }
            for (at, size) in &large {
                if all[*at].is_null()
                    && let Some(bytes) = row.get::<_, Option<i64>>(*size).map_err(error)?
                {
                    all[*at] = Cell::Large(bytes.unsigned_abs());
                }
            }
            cells = Some(all);
        }
        drop(found);
        let Some(cells) = cells else { return Err(not_unique(0)) };
        visit(nth, cells)?;
    }
    Ok(())
}
