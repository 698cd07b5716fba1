//! What the catalogue says of a table besides its columns: declared types, primary key, foreign keys.

use super::PostgresSnapshot;
use super::catalog::{DECLARED, REFERENCES};
use super::session::{Trouble, Value};
use crate::stores::error::StoreError;
use crate::stores::snapshot::{Layout, Reference, Table};

/// Asks for it.
///
/// # Errors
/// When the server cannot be asked.
pub(super) fn layout(snapshot: &PostgresSnapshot, table: &Table) -> Result<Layout, StoreError> {
    let relation = snapshot.relation(&table.name)?;
    let ask = |sql: &str| {
        let answer = snapshot.session.all(sql, vec![Value::Whole(i64::from(relation.oid))]);
        answer.map_err(|trouble| snapshot.error("pg_catalog", false, &trouble))
    };
    let read = |error| snapshot.error("pg_catalog", false, &Trouble::Running(error));
    let mut layout = Layout { sql_name: Some(relation.sql_name.clone()), ..Layout::default() };
    let mut key: Vec<(i64, String)> = Vec::new();
    for row in ask(DECLARED)? {
        let (name, place): (String, i64) = (row.try_get(0).map_err(read)?, row.try_get(2).map_err(read)?);
        layout.types.push(row.try_get::<_, Option<String>>(1).map_err(read)?.unwrap_or_default());
        if place > 0 {
            key.push((place, name));
        }
    }
    key.sort();
    layout.primary_key = key.into_iter().map(|(_, name)| name).collect();
    let mut last = None;
    for row in ask(REFERENCES)? {
        let (number, other): (u32, u32) = (row.try_get(0).map_err(read)?, row.try_get(1).map_err(read)?);
        // A part of a partitioned table is no table of its own here.
        let named = snapshot.relations.iter().find(|(_, relation)| relation.oid == other);
        let Some((name, _)) = named else { continue };
        if last != Some(number) {
            layout.references.push(Reference { columns: Vec::new(), table: name.clone(), targets: Vec::new() });
        }
        last = Some(number);
        if let Some(reference) = layout.references.last_mut() {
            reference.columns.push(row.try_get(2).map_err(read)?);
            reference.targets.push(row.try_get(3).map_err(read)?);
        }
    }
    Ok(layout)
}
