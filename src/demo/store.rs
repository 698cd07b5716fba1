//! One store under construction: the example's schema, then rows, then the indexes.

use super::error::DemoError;
use rusqlite::types::Value;
use rusqlite::{Connection, Statement, params_from_iter};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// The files of one store.
pub(super) struct Plan {
    /// The file to be, such as `crm.db`.
    pub(super) file: &'static str,
    /// The example's script, from which the schema comes.
    pub(super) script: &'static str,
    /// Tables about nobody, whose rows are taken over from the script.
    pub(super) as_they_are: &'static [&'static str],
}

/// Builds a store under a temporary name in the folder and gives it its own when it is whole.
pub(super) fn build(
    dir: &Path,
    plan: &Plan,
    fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<PathBuf, DemoError> {
    let path = dir.join(plan.file);
    let unwritable = |cause| DemoError::Write { path: path.clone(), cause };
    let temporary = tempfile::Builder::new().prefix(".art20-demo-").suffix(".db").tempfile_in(dir);
    let temporary: TempPath = temporary.map_err(unwritable)?.into_temp_path();
    write(&temporary, plan, fill).map_err(|cause| DemoError::Store { path: path.clone(), cause })?;
    temporary.persist_noclobber(&path).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => DemoError::Exists { paths: vec![path.clone()] },
        _ => DemoError::Write { path: path.clone(), cause: error.error },
    })?;
    Ok(path)
}

fn write(path: &Path, plan: &Plan, fill: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let example = Connection::open_in_memory()?;
    example.execute_batch(plan.script)?;
    let connection = Connection::open(path)?;
    // Nobody else sees the file, and it is thrown away if anything fails. Lines come before the invoice they add up to.
    connection.execute_batch(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA cache_size = -65536; PRAGMA foreign_keys = OFF; BEGIN",
    )?;
    for statement in schema(&example, "table")? {
        connection.execute_batch(&statement)?;
    }
    for table in plan.as_they_are {
        take_over(&example, &connection, table)?;
    }
    fill(&connection)?;
    // Sorting once is faster than keeping order all the time.
    for statement in schema(&example, "index")? {
        // Addresses stand here in canonical form, and `==` needs an index that compares bytes.
        connection.execute_batch(&statement.replace(" COLLATE NOCASE", ""))?;
    }
    connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE")?;
    connection.close().map_err(|(_, error)| error)
}

/// The statements that made the tables, or the indexes.
fn schema(example: &Connection, kind: &str) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT sql FROM sqlite_schema WHERE type = ?1 AND sql IS NOT NULL ORDER BY rowid";
    example.prepare(sql)?.query_map([kind], |row| row.get(0))?.collect()
}

fn take_over(from: &Connection, to: &Connection, table: &str) -> rusqlite::Result<()> {
    let mut select = from.prepare(&format!("SELECT * FROM {table}"))?;
    let columns: Vec<String> = select.column_names().map(str::to_owned).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut insert = inserting(to, table, &columns)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let values: Vec<Value> = (0..columns.len()).map(|at| row.get(at)).collect::<rusqlite::Result<_>>()?;
        insert.execute(params_from_iter(values))?;
    }
    Ok(())
}

/// A statement that adds a row with these columns.
pub(super) fn inserting<'c>(
    connection: &'c Connection,
    table: &str,
    columns: &[&str],
) -> rusqlite::Result<Statement<'c>> {
    let places = vec!["?"; columns.len()].join(", ");
    connection.prepare(&format!("INSERT INTO {table} (\"{}\") VALUES ({places})", columns.join("\", \"")))
}
