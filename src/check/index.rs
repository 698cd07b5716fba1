//! Columns that every request looks up and that no index serves, each with the index that would.

use super::Remark;
use crate::controller::{Collection, Comparison, RemarkCode, TermSource};
use crate::stores::{StoreError, Stores};

/// Conditions that no index serves.
pub(super) fn missing(collection: &Collection, stores: &Stores, remarks: &mut Vec<Remark>) -> Result<(), StoreError> {
    for condition in &collection.matches {
        let columns: Vec<&str> = condition
            .terms
            .iter()
            .filter(|term| term.comparison != Comparison::Has && !matches!(term.source, TermSource::Literal(_)))
            .map(|term| term.column.as_str())
            .collect();
        let without = stores.columns_without_index(collection, &columns);
        // One indexed column serves a whole condition.
        if without.len() < columns.len() || columns.is_empty() {
            continue;
        }
        let Some(table) = stores.table(collection) else { continue };
        // Every part of a name is quoted by itself, as only the store knows its parts.
        let Some(name) = stores.layout(&collection.store, table)?.sql_name else { continue };
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let column = without[0];
        let message = format!(
            "no index serves the condition `{condition}` of the collection `{}`, so every request reads the whole table: CREATE INDEX {} ON {name} ({});",
            collection.name,
            quoted(&format!("{}_{column}", table.name.replace(['.', '"'], "_"))),
            quoted(column)
        );
        let remark =
            Remark { column: Some(column.to_owned()), ..Remark::about(RemarkCode::MissingIndex, collection, message) };
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
    Ok(())
}
