//! The SQL that is sent to SQLite: made from quoted names and bound parameters only.

use super::super::error::StoreError;
use super::super::snapshot::{Table, Wish};
use super::functions::cell;
use super::schema::select_list;
use super::{SqliteSnapshot, store_error};
use crate::records::Cell;
use crate::subject::{ColumnTest, FoundRow, RowId, Test};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
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
struct Parameter<'a>(&'a Cell);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null | Cell::Large(_) => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Real(number) => ValueRef::Real(*number),
            Cell::Text(bytes) => ValueRef::Text(bytes),
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

pub(super) fn find(
    snapshot: &SqliteSnapshot,
    table: &Table,
    key: &[String],
    selection: Option<&str>,
    tests: &[ColumnTest<'_>],
    columns: &[&str],
    visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut parameters = Parameters::default();
    let conditions: Vec<String> = tests.iter().map(|test| condition(snapshot, test, &mut parameters)).collect();
    // Without a row number the key names the row.
    let ids: Vec<String> = match table.row_name {
        Some(name) => vec![name.to_owned()],
        None => key.iter().map(|column| quoted(column)).collect(),
    };
    let admitted = selection.map_or_else(|| "1".to_owned(), |condition| format!("(({condition}\n) IS TRUE)"));
    let sql = format!(
        "SELECT {}, {admitted}{}{} FROM {} WHERE {}",
        ids.join(", "),
        if columns.is_empty() { "" } else { ", " },
        select_list(columns),
        quoted(&table.name),
        if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") },
    );
    let result = run(snapshot, table, &sql, &parameters, ids.len(), columns.len(), visit);
    snapshot.lists.forget(&parameters.lists);
    result
}

fn run(
    snapshot: &SqliteSnapshot,
    table: &Table,
    sql: &str,
    parameters: &Parameters,
    ids: usize,
    columns: usize,
    visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let error = |error| store_error(&snapshot.name, &table.name, error);
    let mut statement = snapshot.connection.prepare_cached(sql).map_err(error)?;
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
fn condition(snapshot: &SqliteSnapshot, test: &ColumnTest<'_>, parameters: &mut Parameters) -> String {
    let column = quoted(test.column);
    match &test.test {
        Test::TextIn(values) => texts_in(snapshot, &column, values, parameters),
        Test::CanonicalIn { kind, values } => match *kind {
            "email" | "phone" => call(snapshot, "art20_canonical_in", kind, &column, values, parameters),
            _ => texts_in(snapshot, &column, values, parameters),
        },
        Test::ListHas { kind, values } => call(snapshot, "art20_list_has", kind, &column, values, parameters),
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
    for value in values {
        let Ok(text) = String::from_utf8(value.clone()) else {
            return call(snapshot, "art20_canonical_in", "", column, values, parameters);
        };
        if let Ok(number) = text.parse::<i64>() {
            sent.push(Value::Integer(number));
        } else if let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) {
            sent.push(Value::Real(number));
        }
        sent.push(Value::Blob(value.clone()));
        sent.push(Value::Text(text));
    }
    if sent.len() > LISTED {
        parameters.values.push(Box::new(Rc::new(sent)));
        return format!("{column} IN rarray(?{})", parameters.values.len());
    }
    let mut names = Vec::new();
    for value in sent {
        parameters.values.push(Box::new(value));
        names.push(format!("?{}", parameters.values.len()));
    }
    format!("{column} IN ({})", names.join(", "))
}

pub(super) fn read(
    snapshot: &SqliteSnapshot,
    table: &Table,
    key: &[String],
    rows: &[&RowId],
    wishes: &[Wish<'_>],
    visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let error = |error| store_error(&snapshot.name, &table.name, error);
    let pieces = |wish: &Wish<'_>| wish.in_pieces && table.row_name.is_some();
    let mut list: Vec<String> = Vec::new();
    for wish in wishes {
        let column = quoted(wish.column);
        if pieces(wish) {
            list.push(format!("iif(octet_length({column}) > {IN_ONE_PIECE}, NULL, {column})"));
            list.push(format!("octet_length({column})"));
        } else {
            list.push(column);
        }
    }
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
    for (nth, id) in rows.iter().enumerate() {
        let number;
        let parameters: Vec<Parameter<'_>> = match id {
            RowId::Number(n) => {
                number = Cell::Integer(*n);
                vec![Parameter(&number)]
            }
            RowId::Key(cells) => cells.iter().map(Parameter).collect(),
        };
        let parameters: Vec<&dyn ToSql> = parameters.iter().map(|parameter| parameter as &dyn ToSql).collect();
        let mut found = statement.query(parameters.as_slice()).map_err(error)?;
        let not_unique =
            |rows| StoreError::KeyNotUnique { store: snapshot.name.clone(), table: table.name.clone(), rows };
        let cells = match found.next().map_err(error)? {
            Some(row) => {
                let mut at = 0;
                let mut cells = Vec::with_capacity(wishes.len());
                for wish in wishes {
                    let value = cell(row.get_ref(at).map_err(error)?);
                    at += 1;
                    if pieces(wish) {
                        let bytes: Option<i64> = row.get(at).map_err(error)?;
                        at += 1;
                        match bytes {
                            Some(bytes) if bytes > IN_ONE_PIECE => cells.push(Cell::Large(bytes.unsigned_abs())),
                            _ => cells.push(value),
                        }
                    } else {
                        cells.push(value);
                    }
                }
                cells
            }
            None => return Err(not_unique(0)),
        };
        if table.row_name.is_none() && found.next().map_err(error)?.is_some() {
            return Err(not_unique(2));
        }
        drop(found);
        visit(nth, cells)?;
    }
    Ok(())
}
