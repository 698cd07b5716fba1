//! A SQLite database as the same tables and rows in PostgreSQL, each column in the type that it would have there.

use postgres::types::ToSql;
use rusqlite::types::Value;
use std::fmt::Write as _;

/// A name as SQL writes it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes every table of one database in the other, with its rows, keys and indexes.
pub fn translate(from: &rusqlite::Connection, to: &mut postgres::Client) {
    let mut tables = from.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for table in tables {
        self::table(from, to, &table);
    }
}

/// (name, declared type, place in the primary key).
type Column = (String, String, i64);

fn table(from: &rusqlite::Connection, to: &mut postgres::Client, table: &str) {
    let mut info = from.prepare("SELECT name, type, pk FROM pragma_table_xinfo(?1)").unwrap();
    let columns = info.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let columns: Vec<Column> = columns.map(Result::unwrap).collect();
    let mut select = from.prepare(&format!("SELECT * FROM {}", quoted(table))).unwrap();
    let mut found = select.query([]).unwrap();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    while let Some(row) = found.next().unwrap() {
        rows.push((0..columns.len()).map(|at| value(row.get_ref(at).unwrap())).collect());
    }
    let types: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, (_, declared, _))| postgres_type(declared, &rows.iter().map(|row| &row[at]).collect::<Vec<_>>()))
        .collect();
    let mut sql = format!("CREATE TABLE {} (", quoted(table));
    for ((name, _, _), kind) in columns.iter().zip(&types) {
        write!(sql, "{} {kind}, ", quoted(name)).unwrap();
    }
    let mut key: Vec<&Column> = columns.iter().filter(|column| column.2 > 0).collect();
    key.sort_by_key(|column| column.2);
    let key: Vec<String> = key.iter().map(|column| quoted(&column.0)).collect();
    to.batch_execute(&format!("{}PRIMARY KEY ({}))", sql, key.join(", "))).unwrap();
    let places: Vec<String> =
        types.iter().enumerate().map(|(at, kind)| format!("${}::{}", at + 1, sent_as(kind))).collect();
    let casts: Vec<String> = places.iter().zip(&types).map(|(place, kind)| format!("{place}::{kind}")).collect();
    let insert = to.prepare(&format!("INSERT INTO {} VALUES ({})", quoted(table), casts.join(", "))).unwrap();
    for row in &rows {
        let values: Vec<Box<dyn ToSql + Sync>> =
            row.iter().zip(&types).map(|(value, kind)| parameter(value, kind)).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(AsRef::as_ref).collect();
        to.execute(&insert, &values).unwrap();
    }
    let mut indexed = from
        .prepare("SELECT i.name FROM pragma_index_list(?1) l, pragma_index_info(l.name) i WHERE l.origin = 'c' AND i.seqno = 0")
        .unwrap();
    for column in indexed.query_map([table], |row| row.get::<_, String>(0)).unwrap() {
        to.batch_execute(&format!("CREATE INDEX ON {} ({})", quoted(table), quoted(&column.unwrap()))).unwrap();
    }
}

/// A value; text that PostgreSQL cannot hold as text is bytes.
fn value(value: rusqlite::types::ValueRef<'_>) -> Value {
    match value {
        rusqlite::types::ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Value::Text(text.to_owned()),
            _ => Value::Blob(bytes.to_vec()),
        },
        other => Value::try_from(other).unwrap(),
    }
}

fn postgres_type(declared: &str, values: &[&Value]) -> String {
    let all = |fits: &dyn Fn(&Value) -> bool| values.iter().all(|value| **value == Value::Null || fits(value));
    let text = |fits: &dyn Fn(&str) -> bool| all(&|value| matches!(value, Value::Text(text) if fits(text)));
    let whole = all(&|value| matches!(value, Value::Integer(_)));
    let number = all(&|value| match value {
        Value::Integer(_) | Value::Real(_) => true,
        Value::Text(text) => text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !text.is_empty(),
        _ => false,
    });
    let (word, length) = declared.split_once('(').unwrap_or((declared, ""));
    let length: usize = length.trim_end_matches(')').parse().unwrap_or(usize::MAX);
    let wanted = match word {
        "INTEGER" if whole => "bigint",
        "REAL" if number => "double precision",
        "NUMERIC" | "" if number => "numeric",
        "DATE" if text(&|text| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()) => "date",
        "DATETIME" if text(&|text| text.len() == 19 && text.parse::<jiff::civil::DateTime>().is_ok()) => "timestamp",
        "JSON" if text(&|text| serde_json::from_str::<serde_json::Value>(text).is_ok()) => "json",
        "VARCHAR" | "NVARCHAR" if text(&|text| text.chars().count() <= length) => return format!("varchar({length})"),
        // Blanks at the end of `char` mean nothing.
        "CHAR" if text(&|text| text.chars().count() <= length && !text.ends_with(' ')) => {
            return format!("char({length})");
        }
        _ if text(&|_| true) => "text",
        _ => "bytea",
    };
    wanted.to_owned()
}

/// The type in which a value is sent, before it becomes what the column holds.
fn sent_as(kind: &str) -> &str {
    match kind {
        "bigint" | "bytea" | "double precision" => kind,
        _ => "text",
    }
}

fn parameter(value: &Value, kind: &str) -> Box<dyn ToSql + Sync> {
    match (value, sent_as(kind)) {
        (Value::Integer(number), "bigint") => Box::new(Some(*number)),
        (Value::Real(number), "double precision") => Box::new(Some(*number)),
        (Value::Integer(number), "double precision") => Box::new(Some(f64::from(i32::try_from(*number).unwrap()))),
        (Value::Blob(bytes), _) => Box::new(Some(bytes.clone())),
        (Value::Text(text), "bytea") => Box::new(Some(text.clone().into_bytes())),
        (Value::Text(text), _) => Box::new(Some(text.clone())),
        (Value::Integer(number), "bytea") => Box::new(Some(number.to_string().into_bytes())),
        (Value::Integer(number), _) => Box::new(Some(number.to_string())),
        (Value::Real(number), "bytea") => Box::new(Some(number.to_string().into_bytes())),
        (Value::Real(number), _) => Box::new(Some(number.to_string())),
        (Value::Null, "bigint") => Box::new(None::<i64>),
        (Value::Null, "bytea") => Box::new(None::<Vec<u8>>),
        (Value::Null, "double precision") => Box::new(None::<f64>),
        (Value::Null, _) => Box::new(None::<String>),
    }
}
