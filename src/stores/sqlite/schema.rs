//! The tables of a SQLite database as it describes them itself.

use super::super::snapshot::Table;
use super::query::quoted;
use rusqlite::Connection;

/// Every table and view but `sqlite_*` and the hidden parts of virtual tables.
pub(super) fn tables(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut list =
        connection.prepare("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' ORDER BY name")?;
    let rows =
        list.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))?;
    let mut tables = Vec::new();
    for row in rows {
        let (name, kind, without_rowid) = row?;
        if name.to_ascii_lowercase().starts_with("sqlite_") || kind == "shadow" {
            continue;
        }
        tables.push(table(connection, name, kind == "view", without_rowid)?);
    }
    Ok(tables)
}

fn table(connection: &Connection, name: String, is_view: bool, without_rowid: bool) -> rusqlite::Result<Table> {
    let mut info = connection.prepare("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1)")?;
    let rows = info.query_map([&name], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
    })?;
    // Hidden columns of virtual tables (1) are parameters, not data; generated columns (2, 3) are data.
    let rows: Vec<_> = rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().filter(|row| row.3 != 1).collect();
    let columns: Vec<String> = rows.iter().map(|row| row.0.clone()).collect();
    let has_rowid = !is_view && !without_rowid;
    let taken = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let row_name = ["rowid", "_rowid_", "oid"].into_iter().find(|name| has_rowid && !taken(name));
    let mut primary = rows.iter().filter(|row| row.2 > 0);
    let row_number = match (primary.next(), primary.next()) {
        (Some(only), None) if row_name.is_some() && only.1.eq_ignore_ascii_case("INTEGER") => Some(only.0.clone()),
        _ => None,
    };
    // `INTEGER PRIMARY KEY DESC` is no row number; then the primary key has an index of its own.
    let row_number = match row_number {
        Some(column) if !has_primary_index(connection, &name)? => Some(column),
        _ => None,
    };
    let mut indexed: Vec<String> = row_number.iter().cloned().collect();
    let sql = "SELECT i.name FROM pragma_index_list(?1) l, pragma_index_info(l.name) i WHERE i.seqno = 0 AND i.name IS NOT NULL AND l.partial = 0";
    let mut leading = connection.prepare(sql)?;
    for column in leading.query_map([&name], |row| row.get::<_, String>(0))? {
        indexed.push(column?);
    }
    if without_rowid && let Some(first) = rows.iter().find(|row| row.2 == 1) {
        indexed.push(first.0.clone());
    }
    Ok(Table { name, columns, further: &[], is_view, row_name, row_number, indexed })
}

fn has_primary_index(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) FROM pragma_index_list(?1) WHERE origin = 'pk'", [table], |row| {
        row.get::<_, i64>(0).map(|count| count > 0)
    })
}

/// The columns of a SELECT, quoted.
pub(super) fn select_list(columns: &[&str]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}
