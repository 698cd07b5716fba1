//! Tables that are ignored as having no personal data and that the schema or their rows say otherwise of: a foreign key
//! or a key of the same name leads to a person's rows, a person's rows lead there, or addresses stand in them
//! (requirement C3).

use super::Remark;
use super::personal::identifiers;
use crate::controller::{About, AboutChoice, Collection, Controller, RemarkCode, Store, StoreUrl, TermSource};
use crate::guess::columns::{is_naming, is_personal, is_secret, is_staff, named};
use crate::guess::sample::is_email;
use crate::guess::words::table_words;
use crate::guess::{joined, words};
use crate::records::Cell;
use crate::stores::{Layout, StoreError, Stores, Table};
use std::collections::BTreeSet;

/// How many rows are looked at for addresses.
const ROWS: usize = 200;

/// Everything that speaks against ignoring a table, one remark a table.
pub(super) fn ignored(controller: &Controller, stores: &Stores, remarks: &mut Vec<Remark>) -> Result<(), StoreError> {
    for store in &controller.stores {
        let mut open: Vec<(&Table, Layout)> = Vec::new();
        for table in stores.tables_of(&store.name).into_iter().filter(|table| !table.is_view) {
            if store.ignore.iter().any(|(name, _)| *name == table.name) {
                open.push((table, stores.layout(&store.name, table)?));
            }
        }
        // Another remark may tell of a table already.
        let told: Vec<String> = remarks
            .iter()
            .filter(|remark| {
                remark.code == RemarkCode::IgnoredPersonalKey && remark.store.as_deref() == Some(&store.name)
            })
            .filter_map(|remark| remark.table.clone())
            .collect();
        let mut linked: Vec<String> = Vec::new();
        // A table that is linked links those that lead to it.
        while let Some((at, column, to)) = open.iter().enumerate().find_map(|(at, (table, layout))| {
            let (column, to) = leads(controller, store, &linked, table, layout)?;
            Some((at, column, to))
        }) {
            let (table, _) = open.remove(at);
            linked.push(table.name.clone());
            if told.contains(&table.name) {
                continue;
            }
            let message = format!(
                "its column `{column}` leads to {to}: what belongs to a person's row is that person's; give the table a collection if it says anything of a person"
            );
            remarks.push(remark(RemarkCode::IgnoredLinkedTable, store, table, column, &message));
        }
        for (table, layout) in open.into_iter().filter(|(table, _)| !told.contains(&table.name)) {
            if let Some((column, from)) = led_to(controller, stores, store, table)? {
                let message = format!(
                    "rows of the collection `{from}` lead to it, and its column `{column}` is called like personal data; give the table a collection that is linked to `{from}`"
                );
                remarks.push(remark(RemarkCode::IgnoredLinkedTable, store, table, column, &message));
            } else if let Some((column, what)) = addressed(controller, stores, store, table, &layout) {
                let message = format!(
                    "{what} stand in its column `{column}`; look, and give the table a collection if they are of people who may ask"
                );
                remarks.push(remark(RemarkCode::IgnoredAddresses, store, table, column, &message));
            }
        }
    }
    Ok(())
}

fn remark(code: RemarkCode, store: &Store, table: &Table, column: String, message: &str) -> Remark {
    let message = format!(
        "[store.{}.ignore] says that the table `{}` has no personal data, and {message}",
        store.name, table.name
    );
    Remark {
        store: Some(store.name.clone()),
        table: Some(table.name.clone()),
        column: Some(column),
        ..Remark::general(code, message)
    }
}

/// The column by which the rows of a table lead to somebody's, and the words for where.
fn leads(
    controller: &Controller,
    store: &Store,
    linked: &[String],
    table: &Table,
    layout: &Layout,
) -> Option<(String, String)> {
    let own = || {
        controller.collections.iter().filter(|c| c.store == store.name && c.about != AboutChoice::Fixed(About::Staff))
    };
    for reference in &layout.references {
        let Some(column) = reference.columns.first() else { continue };
        if let Some(collection) = own().find(|collection| collection.table == reference.table) {
            return Some((column.clone(), format!("the collection `{}`", collection.name)));
        }
        if linked.contains(&reference.table) {
            return Some((column.clone(), format!("the table `{}`, which is linked itself", reference.table)));
        }
    }
    // A foreign key says where a column leads, whatever it is called.
    let keyed = |column: &&String| !layout.references.iter().any(|reference| reference.columns.contains(column));
    table.columns.iter().filter(keyed).find_map(|column| {
        let called = words(column);
        if called.len() < 2 || !is_naming(&called) {
            return None;
        }
        let same = |name: &str| joined(&words(name)) == joined(&called);
        let names = |collection: &Collection| {
            collection.table != table.name && named(&called).is_some_and(|what| what == table_words(&collection.table))
        };
        let collection = own().find(|collection| names(collection) || telling(collection).any(same))?;
        Some((column.clone(), format!("the collection `{}` by its name", collection.name)))
    })
}

/// The columns by which alone rows of a collection are told apart or found.
fn telling(collection: &Collection) -> impl Iterator<Item = &str> {
    let key = Some(&collection.key).filter(|key| key.len() == 1).into_iter().flatten();
    let alone = collection.matches.iter().filter_map(|condition| match condition.terms.as_slice() {
        [term] if matches!(term.source, TermSource::Link { .. }) => Some(&term.column),
        _ => None,
    });
    key.chain(alone).map(String::as_str)
}

/// The column of a table that is called like personal data, where a foreign key of a collection leads to the table.
fn led_to(
    controller: &Controller,
    stores: &Stores,
    store: &Store,
    table: &Table,
) -> Result<Option<(String, String)>, StoreError> {
    let Some(column) = table.columns.iter().find(|column| is_personal(&words(column))) else { return Ok(None) };
    for collection in
        controller.collections.iter().filter(|c| c.store == store.name && c.about != AboutChoice::Fixed(About::Staff))
    {
        let Some(own) = stores.table(collection) else { continue };
        let about_staff = |name: &String| {
            let mapping = collection.mappings().find(|(column, _)| column == name);
            is_staff(&words(name)) || mapping.is_some_and(|(_, mapping)| mapping.about == About::Staff)
        };
        let mut references = stores.layout(&store.name, own)?.references.into_iter();
        if references.any(|reference| reference.table == table.name && !reference.columns.iter().any(about_staff)) {
            return Ok(Some((column.clone(), collection.name.clone())));
        }
    }
    Ok(None)
}

/// A column with addresses or other identifiers of several people outside in the rows that are looked at, and what they
/// are.
fn addressed(
    controller: &Controller,
    stores: &Stores,
    store: &Store,
    table: &Table,
    layout: &Layout,
) -> Option<(String, &'static str)> {
    // The role that reads a server need not be allowed to read what is ignored.
    if !matches!(store.url, StoreUrl::Sqlite(_) | StoreUrl::SqlScript(_)) {
        return None;
    }
    let is_text = |at: usize| {
        let declared = layout.types.get(at).map(|text| text.to_lowercase()).unwrap_or_default();
        ["char", "text", "clob", "json"].iter().any(|kind| declared.contains(kind))
    };
    let columns: Vec<&str> = (0..table.columns.len())
        .filter(|at| is_text(*at) && !is_secret(&words(&table.columns[*at])))
        .map(|at| table.columns[at].as_str())
        .collect();
    if columns.is_empty() {
        return None;
    }
    let key = match layout.primary_key.as_slice() {
        [] if table.row_name.is_none() => vec![columns[0].to_owned()],
        key => key.to_vec(),
    };
    // A table that cannot be read stops no export as long as it is ignored.
    let rows = stores.sample(&store.name, table, &key, &columns, ROWS).ok()?;
    let apart = |c: char| c.is_whitespace() || "<>\"',;:()[]{}|".contains(c);
    let outside = |at: usize| {
        let texts = rows.iter().filter_map(|row| row.get(at)?.utf8());
        let found = texts.filter_map(|text| {
            let mut parts = text.split(apart).map(|part| part.trim_end_matches('.'));
            parts.find(|part| is_email(part) && !controller.is_own_address(part)).map(str::to_lowercase)
        });
        // One address in a table of settings is the controller's own more often than not.
        found.collect::<BTreeSet<String>>().len() > 1
    };
    (0..columns.len()).find_map(|at| {
        let cells: Vec<&Cell> = rows.iter().filter_map(|row| row.get(at)).collect();
        let what = if outside(at) { Some("e-mail addresses") } else { identifiers(controller, &cells) };
        Some((columns[at].to_owned(), what?))
    })
}
