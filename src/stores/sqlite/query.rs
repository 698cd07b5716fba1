//! The SQL that is sent to SQLite: made from quoted names and bound parameters only.

use super::super::error::StoreError;
use super::super::snapshot::Table;
use super::SqliteSnapshot;
use super::functions::cell;
use super::schema::select_list;
use super::texts::texts_in;
use crate::records::Cell;
use crate::subject::{ColumnTest, FoundRow, RowId, Test};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use std::borrow::Borrow;

/// A name as SQL writes it, whatever it is made of.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A stored value as a parameter; text that is not UTF-8 is sent as its bytes.
pub(super) struct Parameter<C>(pub C);

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
pub(super) struct Parameters {
    values: Vec<Box<dyn ToSql>>,
    lists: Vec<i64>,
}

impl Parameters {
    /// Takes a value and says what stands for it in the statement.
    pub fn name(&mut self, value: Box<dyn ToSql>) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }
}

/// What is asked of a table.
pub(super) struct Question<'a> {
    pub table: &'a Table,
    key: &'a [String],
    selection: Option<&'a str>,
    tests: &'a [ColumnTest<'a>],
    columns: &'a [&'a str],
    /// Without indexes, because the store needs an order of text that is not known here.
    pub unordered: bool,
}

impl Question<'_> {
    /// A column as a test of it names it.
    pub fn column(&self, name: &str) -> String {
        quoted(name) + if self.unordered { " COLLATE BINARY" } else { "" }
    }

    /// Whether an index begins with a column and may be used.
    pub fn has_index(&self, name: &str) -> bool {
        !self.unordered && self.table.indexed.iter().any(|indexed| indexed == name)
    }
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
    let column = question.column(test.column);
    let (function, kind, values) = match &test.test {
        Test::TextIn(values) => return texts_in(snapshot, question, test.column, values, parameters),
        Test::CanonicalIn { kind, values } => match *kind {
            "email" | "phone" => ("art20_canonical_in", kind, values),
            _ => return texts_in(snapshot, question, test.column, values, parameters),
        },
        Test::ListHas { kind, values } => ("art20_list_has", kind, values),
    };
    let call = call(snapshot, function, kind, &column, values, parameters);
    match table.row_name {
        // Every value has to be looked at, but in the index, which is smaller than the table.
        Some(row) if question.has_index(test.column) => {
            format!("{row} IN (SELECT {row} FROM {} WHERE {call})", quoted(&table.name))
        }
        _ => call,
    }
}

/// A test of a column by a function of art20's own.
pub(super) fn call(
    snapshot: &SqliteSnapshot,
    function: &str,
    kind: &str,
    column: &str,
    values: &[Vec<u8>],
    parameters: &mut Parameters,
) -> String {
    let list = snapshot.lists.keep(values);
    parameters.lists.push(list);
    let (kind, list) = (parameters.name(Box::new(kind.to_owned())), parameters.name(Box::new(list)));
    format!("{function}({kind}, {column}, {list})")
}

/// What SQL says of a row that a condition admits: NULL admits none.
pub(super) fn admitted(condition: &str) -> String {
    format!("(({condition}\n) IS TRUE)")
}

/// Whether a condition can be asked of rows by their number. One that SQLite does not understand cannot: whoever looks
/// for rows with it is told so.
pub(super) fn tells(snapshot: &SqliteSnapshot, table: &Table, condition: &str) -> bool {
    let sql = format!("SELECT {} FROM {}", admitted(condition), quoted(&table.name));
    table.row_name.is_some() && snapshot.connection.prepare_cached(&sql).is_ok()
}
