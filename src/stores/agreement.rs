//! Default deny (law 2): a table or column of a store that the configuration does not name stops the run, and so does
//! a name in the configuration that no store has.

use super::Stores;
use crate::controller::{Controller, RemarkCode};

/// One disagreement between the configuration and a store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// A permanent code.
    pub code: RemarkCode,
    /// The store.
    pub store: String,
    /// The table.
    pub table: String,
    /// The column, if it is about one.
    pub column: Option<String>,
    /// The collection, if it is about one.
    pub collection: Option<String>,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Everything in which the configuration and the stores disagree, in a fixed order.
pub fn disagreements(controller: &Controller, stores: &Stores) -> Vec<Disagreement> {
    let mut all = Vec::new();
    for store in controller.stores.iter().filter(|store| !stores.is_missing(&store.name)) {
        for table in stores.tables_of(&store.name) {
            let named = controller.collections.iter().any(|c| c.store == store.name && c.table == table.name);
            let ignored = store.ignore.iter().any(|(name, _)| *name == table.name);
            if !named && !ignored && !table.is_view {
                all.push(Disagreement {
                    code: RemarkCode::UnclassifiedTable,
                    store: store.name.clone(),
                    table: table.name.clone(),
                    column: None,
                    collection: None,
                    message: format!(
                        "the table `{}` of the store `{}` is not classified: give it a collection, or name it in [store.{}.ignore] with the reason",
                        table.name, store.name, store.name
                    ),
                });
            }
        }
    }
    for collection in controller.collections.iter().filter(|collection| !stores.is_missing(&collection.store)) {
        let about = |code: RemarkCode, column: Option<&str>, message: String| Disagreement {
            code,
            store: collection.store.clone(),
            table: collection.table.clone(),
            column: column.map(str::to_owned),
            collection: Some(collection.name.clone()),
            message,
        };
        let Some(table) = stores.table(collection) else {
            let message = format!(
                "the collection `{}` is on the table `{}`, which the store `{}` does not have",
                collection.name, collection.table, collection.store
            );
            all.push(about(RemarkCode::NoSuchTable, None, message));
            continue;
        };
        for column in &table.columns {
            if collection.column(column).is_none() {
                let message = format!(
                    "the column `{column}` of the table `{}` of the store `{}` is not classified: map it in [collection.{}.columns], or keep it out with `omit` and the reason",
                    table.name, collection.store, collection.name
                );
                all.push(about(RemarkCode::UnclassifiedColumn, Some(column), message));
            }
        }
        for column in &collection.columns {
            if !table.columns.contains(&column.name) && !table.further.contains(&column.name.as_str()) {
                let message = format!(
                    "[collection.{}.columns] names the column `{}`, which the table `{}` of the store `{}` does not have",
                    collection.name, column.name, table.name, collection.store
                );
                all.push(about(RemarkCode::NoSuchColumn, Some(&column.name), message));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}
