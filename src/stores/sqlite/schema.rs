//! The tables of a SQLite database as it describes them itself. The pragmas are asked and not the tables of their names:
//! these cost more than all the rest of opening a store, because behind each stands a pragma too.

use super::super::snapshot::{Layout, Reference, Table};
use super::query::quoted;
use rusqlite::Connection;

/// Every table and view but `sqlite_*` and the hidden parts of virtual tables.
pub(super) fn tables(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    let encoding: String = connection.pragma_query_value(None, "encoding", |row| row.get(0))?;
    // Schema, name, type, number of columns, whether it is WITHOUT ROWID.
    let mut rows: Vec<(String, String, bool)> = Vec::new();
    connection.pragma_query(Some("main"), "table_list", |row| {
        rows.push((row.get(1)?, row.get(2)?, row.get(4)?));
        Ok(())
    })?;
    rows.sort();
    let mut tables = Vec::new();
    for (name, kind, without_rowid) in rows {
        if name.to_ascii_lowercase().starts_with("sqlite_") || (kind == "shadow" && !holds_its_own(connection, &name)?)
        {
            continue;
        }
        let mut table = table(connection, name, &kind, without_rowid)?;
        // A value of another encoding is no text until SQLite has read it as a whole.
        table.in_pieces &= encoding == "UTF-8";
        tables.push(table);
    }
    Ok(tables)
}

/// SQLite knows the hidden parts of a virtual table by their names only. A table called `X_content` is no part of the
/// full-text index X if X was told that its contents stand elsewhere.
fn holds_its_own(connection: &Connection, shadow: &str) -> rusqlite::Result<bool> {
    let Some(index) = shadow.to_ascii_lowercase().strip_suffix("_content").map(str::to_owned) else { return Ok(false) };
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND lower(name) = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query_map([index], |row| row.get::<_, Option<String>>(0))?;
    let text = rows.next().transpose()?.flatten().unwrap_or_default().to_ascii_lowercase();
    Ok(text.match_indices("content").any(|(at, word)| text[at + word.len()..].trim_start().starts_with('=')))
}

fn table(connection: &Connection, name: String, kind: &str, without_rowid: bool) -> rusqlite::Result<Table> {
    let is_view = kind == "view";
    let rows = match columns(connection, &name) {
        Ok(rows) => rows,
        // A view of what is no longer there, or a table of a module that is not here: nobody can read it.
        Err(error) if kind != "table" && is_about_the_schema(&error) => Vec::new(),
        Err(error) => return Err(error),
    };
    // Hidden columns of virtual tables (1) are parameters, not data; generated columns (2, 3) are data.
    let rows: Vec<_> = rows.into_iter().filter(|row| row.3 != 1).collect();
    let generated = rows.iter().any(|row| row.3 > 1);
    let columns: Vec<String> = rows.iter().map(|row| row.0.clone()).collect();
    let has_rowid = !is_view && !without_rowid;
    let taken = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let row_name = ["rowid", "_rowid_", "oid"].into_iter().find(|name| has_rowid && !taken(name));
    let mut primary = rows.iter().filter(|row| row.2 > 0);
    let row_number = match (primary.next(), primary.next()) {
        (Some(only), None) if row_name.is_some() && only.1.eq_ignore_ascii_case("INTEGER") => Some(only.0.clone()),
        _ => None,
    };
    let indexes = indexes(connection, &name)?;
    // `INTEGER PRIMARY KEY DESC` is no row number; then the primary key has an index of its own.
    let row_number = row_number.filter(|_| !indexes.iter().any(|index| index.origin == "pk"));
    let mut indexed: Vec<String> = row_number.iter().cloned().collect();
    indexed.extend(indexes.into_iter().filter_map(|index| index.leading));
    if without_rowid && let Some(first) = rows.iter().find(|row| row.2 == 1) {
        indexed.push(first.0.clone());
    }
    // SQLite opens single values only in ordinary tables.
    let in_pieces = kind == "table" && row_name.is_some() && !generated;
    Ok(Table { name, columns, further: &[], is_view, row_name, row_number, indexed, in_pieces })
}

/// Types, primary key and foreign keys of a table.
pub(super) fn layout(connection: &Connection, table: &Table) -> rusqlite::Result<Layout> {
    let rows = match columns(connection, &table.name) {
        Ok(rows) => rows,
        Err(error) if table.is_view && is_about_the_schema(&error) => Vec::new(),
        Err(error) => return Err(error),
    };
    let declared = |name: &String| rows.iter().find(|row| row.0 == *name).map(|row| row.1.clone()).unwrap_or_default();
    let types = table.columns.iter().map(declared).collect();
    let mut key: Vec<(i64, String)> = rows.iter().filter(|row| row.2 > 0).map(|row| (row.2, row.0.clone())).collect();
    key.sort();
    let mut references: Vec<(i64, Reference)> = Vec::new();
    let sql = "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq";
    let mut list = connection.prepare(sql)?;
    let mut parts = list.query([&table.name])?;
    while let Some(part) = parts.next()? {
        let (number, other, target): (i64, String, Option<String>) = (part.get(0)?, part.get(1)?, part.get(3)?);
        if references.last().is_none_or(|(last, _)| *last != number) {
            references.push((number, Reference { columns: Vec::new(), table: other, targets: Vec::new() }));
        }
        if let Some((_, reference)) = references.last_mut() {
            reference.columns.push(part.get(2)?);
            reference.targets.extend(target);
        }
    }
    Ok(Layout {
        types,
        primary_key: key.into_iter().map(|(_, column)| column).collect(),
        references: references.into_iter().map(|(_, reference)| reference).collect(),
        sql_name: Some(quoted(&table.name)),
    })
}

/// Name, type, place in the primary key and kind of every column.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, String, i64, i64)>> {
    // Number, name, type, NOT NULL, default, place in the primary key, kind.
    let mut columns = Vec::new();
    connection.pragma(None, "table_xinfo", table, |row| {
        columns.push((row.get(1)?, row.get(2)?, row.get(5)?, row.get(6)?));
        Ok(())
    })?;
    Ok(columns)
}

/// An index of a table.
struct Index {
    /// What made it: `pk` stands for the primary key.
    origin: String,
    /// Its first column, if it is one and the index has every row.
    leading: Option<String>,
}

fn indexes(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Index>> {
    // Number, name, whether it is unique, origin, whether it is partial.
    let mut list: Vec<(String, String, bool)> = Vec::new();
    connection.pragma(None, "index_list", table, |row| {
        list.push((row.get(1)?, row.get(3)?, row.get(4)?));
        Ok(())
    })?;
    let index = |(name, origin, partial): (String, String, bool)| {
        let mut columns: Vec<Option<String>> = Vec::new();
        if !partial {
            // Number, number in the table, name.
            connection.pragma(None, "index_info", name, |row| {
                columns.push(row.get(2)?);
                Ok(())
            })?;
        }
        Ok(Index { origin, leading: columns.into_iter().next().flatten() })
    };
    list.into_iter().map(index).collect()
}

fn is_about_the_schema(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::Unknown)
}

/// The columns of a SELECT, quoted.
pub(super) fn select_list(columns: &[&str]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}
