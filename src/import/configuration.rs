//! The configuration that exports the same records from the database again: the archive's activities, a collection for
//! each of its own over the new tables, and the way from an identifier to everything of one data subject.

use super::error::ImportError;
use super::tables::{BOOKKEEPING, IDENTIFIERS, additional, columns, table};
use crate::controller::written::{list as array, quoted};
use crate::records::{Json, Kind, LegalBasis};
use jiff::tz::TimeZone;
use rusqlite::Connection;
use std::fmt::Write as _;

/// A collection of the database.
struct Collection {
    name: String,
    store: String,
    kind: Kind,
    parent: Option<String>,
}

/// The text of the configuration for a database of this file name.
///
/// # Errors
/// When the database cannot be read.
pub fn configuration(connection: &Connection, file_name: &str) -> Result<String, ImportError> {
    let mut text = String::from("version = 1\n");
    controller(connection, &mut text)?;
    text.push_str(
        "\n[archive]\ndrop_headers = []            # what came in was already without what is not the person's\n",
    );
    activities(connection, &mut text)?;
    let collections = collections(connection)?;
    stores(&collections, file_name, &mut text);
    if !collections.is_empty() {
        identifiers(connection, &collections, &mut text)?;
    }
    for collection in &collections {
        section(connection, collection, &collections, &mut text)?;
    }
    Ok(text)
}

fn controller(connection: &Connection, text: &mut String) -> Result<(), ImportError> {
    let sql =
        "SELECT url, name, email, time_zone, languages, supervisory_authority FROM controllers ORDER BY id LIMIT 1";
    let row = |row: &rusqlite::Row<'_>| {
        let texts: [Option<String>; 6] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
        Ok(texts)
    };
    let [url, name, email, time_zone, languages, authority] = connection.query_row(sql, [], row)?;
    text.push_str("\n[controller]                  # whom the records came from; uids, times and activities do not depend on it\n");
    let time_zone = time_zone.filter(|name| TimeZone::get(name).is_ok());
    let known =
        [("name", name), ("id", url), ("email", email), ("time_zone", time_zone), ("supervisory_authority", authority)];
    for (key, value) in known {
        if let Some(value) = value {
            line(text, key, &quoted(&value));
        }
    }
    let languages = list(languages.as_deref().unwrap_or("[]"));
    if !languages.is_empty() {
        line(text, "languages", &array(&languages));
    }
    Ok(())
}

fn activities(connection: &Connection, text: &mut String) -> Result<(), ImportError> {
    let sql = "SELECT key, title, policy, legal_basis, legal_basis_pipl, purpose, recipients, retention, automated, voluntary, held FROM activities ORDER BY rowid";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let of = |at| row.get::<_, Option<String>>(at);
        let key = of(0)?.unwrap_or_default();
        writeln!(text, "\n[activity.{}]", quoted(&key)).unwrap_or_default();
        if let Some(title) = of(1)? {
            line(text, "title", &languages(&title));
        }
        if let Some(policy) = of(2)? {
            line(text, "policy", &quoted(&policy));
        }
        match (of(3)?, of(4)?) {
            // The PIPL knows no legitimate interests; where an archive under it names them, they are those of the GDPR.
            (Some(gdpr), Some(pipl)) if gdpr != pipl && pipl != LegalBasis::LegitimateInterests.name() => {
                line(text, "legal_basis", &format!("{{ gdpr = {}, pipl = {} }}", quoted(&gdpr), quoted(&pipl)));
            }
            (Some(basis), _) | (None, Some(basis)) => line(text, "legal_basis", &quoted(&basis)),
            (None, None) => {}
        }
        if let Some(purpose) = of(5)? {
            line(text, "purpose", &languages(&purpose));
        }
        let recipients = list(&of(6)?.unwrap_or_default());
        if !recipients.is_empty() {
            line(text, "recipients", &array(&recipients));
        }
        if let Some(retention) = of(7)? {
            line(text, "retention", &quoted(&retention));
        }
        for (at, key, value) in [(8, "means", "\"manual\""), (10, "held", "false")] {
            if !row.get::<_, bool>(at)? {
                line(text, key, value);
            }
        }
        if row.get(9)? {
            line(text, "voluntary", "true");
        }
    }
    Ok(())
}

fn collections(connection: &Connection) -> Result<Vec<Collection>, ImportError> {
    let sql = "SELECT name, store, kind, parent FROM collections ORDER BY position, name";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let kind: String = row.get(2)?;
        Ok(Kind::named(&kind).map(|kind| (row.get(0), row.get(1), kind, row.get(3))))
    })?;
    let mut all = Vec::new();
    for row in rows {
        if let Some((name, store, kind, parent)) = row? {
            all.push(Collection { name: name?, store: store?, kind, parent: parent? });
        }
    }
    Ok(all)
}

/// A store of each name, because records say which they stood in; all of them are the one database.
fn stores(collections: &[Collection], file_name: &str, text: &mut String) {
    let mut names: Vec<&str> = Vec::new();
    for collection in collections {
        if !names.contains(&collection.store.as_str()) {
            names.push(&collection.store);
        }
    }
    if names.is_empty() {
        names.push("received");
    }
    for (nth, store) in names.iter().enumerate() {
        writeln!(text, "\n[store.{}]", quoted(store)).unwrap_or_default();
        line(text, "url", &quoted(&format!("sqlite:{file_name}")));
        writeln!(text, "[store.{}.ignore]", quoted(store)).unwrap_or_default();
        for (name, what) in BOOKKEEPING {
            line(text, &quoted(name), &quoted(what));
        }
        if nth > 0 || collections.is_empty() {
            line(text, IDENTIFIERS, &quoted("read in the first store of this file"));
        }
        for kind in Kind::ALL {
            if !collections.iter().any(|collection| collection.store == **store && collection.kind == kind) {
                line(text, &quoted(&table(kind)), &quoted("no record of this store is in it"));
            }
        }
    }
}

/// The way in: the identifiers that the records name, each with the number of its data subject. They are made from the
/// records, so nothing of them is exported.
fn identifiers(connection: &Connection, collections: &[Collection], text: &mut String) -> Result<(), ImportError> {
    let name = index_name(collections);
    let mut statement = connection.prepare("SELECT DISTINCT activity FROM identifiers ORDER BY activity")?;
    let keys = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let store = collections.first().map_or("received", |collection| collection.store.as_str());
    writeln!(text, "\n[collection.{}]", quoted(&name)).unwrap_or_default();
    line(text, "store", &quoted(store));
    line(text, "table", &quoted(IDENTIFIERS));
    line(text, "kind", "\"other\"");
    line(text, "activity", &by_column(&keys));
    line(text, "origin", "\"derived\"");
    line(text, "key", "[\"id\"]");
    text.push_str("match = [\n");
    for (kind, comparison) in [("import", "=="), ("email", "=="), ("phone", "=")] {
        let condition = format!("type = '{kind}' and value {comparison} subject.{kind}");
        writeln!(text, "  {},", quoted(&condition)).unwrap_or_default();
    }
    text.push_str("]\n");
    line(text, "person", "\"data_subject\"");
    writeln!(text, "[collection.{}.columns]", quoted(&name)).unwrap_or_default();
    for (column, reason) in [
        ("id", "internal row number"),
        ("data_subject", "number of the data subject in this database"),
        ("type", "which identifier it is"),
    ] {
        line(text, column, &format!("{{ omit = {} }}", quoted(reason)));
    }
    line(text, "value", "\"additional.identifier\"");
    line(text, "activity", &format!("{{ omit = {} }}", quoted("tells the activity")));
    Ok(())
}

/// What the collection of identifiers is called: any name that no collection of an archive has.
fn index_name(collections: &[Collection]) -> String {
    let mut name = IDENTIFIERS.to_owned();
    while collections.iter().any(|collection| collection.name == name) {
        name.push_str("-of-import");
    }
    name
}

fn section(
    connection: &Connection,
    collection: &Collection,
    all: &[Collection],
    text: &mut String,
) -> Result<(), ImportError> {
    let name = quoted(&collection.name);
    writeln!(text, "\n[collection.{name}]").unwrap_or_default();
    line(text, "store", &quoted(&collection.store));
    line(text, "table", &quoted(&table(collection.kind)));
    line(text, "kind", &quoted(collection.kind.name()));
    let selected = format!("collection = '{}'", collection.name.replace('\'', "''"));
    let condition = match &collection.parent {
        Some(parent) => {
            line(text, "parent", &quoted(parent));
            format!("parent = {parent}.id and {selected}")
        }
        None => format!("data_subject = {}.data_subject and {selected}", index_name(all)),
    };
    // A collection of children without rows has the activities of its parents.
    let mut keys = Vec::new();
    for owner in [Some(&collection.name), collection.parent.as_ref()].into_iter().flatten() {
        if keys.is_empty() {
            let sql = "SELECT activity FROM collection_activities WHERE collection = ?1 ORDER BY activity";
            let mut statement = connection.prepare_cached(sql)?;
            keys = statement.query_map([owner], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        }
    }
    line(text, "activity", &by_column(&keys));
    line(text, "origin", "{ column = \"origin\" }");
    line(text, "key", "[\"position\", \"id\"]");
    line(text, "match", &array(&[condition]));
    line(text, "restricted", "\"restricted\"");
    writeln!(text, "[collection.{name}.columns]").unwrap_or_default();
    let own: &[(&str, &str)] = match collection.parent {
        Some(_) => &[("parent", "link to the record that it belongs to"), ("position", "order of the records")],
        None => &[
            ("data_subject", "number of the data subject in this database"),
            ("archive", "number of the archive in this database"),
            ("position", "order of the records"),
            ("digest", "tells whether a later archive says something else"),
        ],
    };
    let common = [
        ("id", "internal row number"),
        ("collection", "the collection of the record, which says it"),
        ("activity", "the activity of the record, which says it"),
        ("origin", "the origin of the record, which says it"),
        ("restricted", "mark of a restriction under Art. 18, which the record says"),
    ];
    for (column, reason) in common.iter().chain(own) {
        line(text, column, &format!("{{ omit = {} }}", quoted(reason)));
    }
    for column in ["uid", "withheld", "verbatim", "form"] {
        line(text, column, &quoted(column));
    }
    for column in columns(collection.kind) {
        let plain = quoted(&column.path);
        let value = match column.mapping.format {
            Some(_) => format!("{{ field = {plain}, format = \"json\" }}"),
            None => plain,
        };
        line(text, &quoted(&column.name), &value);
    }
    let sql = "SELECT column_name, field, max(collection = ?2) FROM additional_columns WHERE kind = ?1 GROUP BY column_name ORDER BY min(rowid)";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([collection.kind.name(), &collection.name])?;
    while let Some(row) = rows.next()? {
        let (column, field): (String, String) = (row.get(0)?, row.get(1)?);
        let value = match row.get::<_, bool>(2)? {
            true => quoted(&additional(column.clone(), &field).path),
            false => format!("{{ omit = {} }}", quoted("no record of this collection has it")),
        };
        line(text, &quoted(&column), &value);
    }
    Ok(())
}

/// The activity by its column, which holds its key.
fn by_column(keys: &[String]) -> String {
    let values: Vec<String> = keys.iter().map(|key| format!("{0} = {0}", quoted(key))).collect();
    format!("{{ column = \"activity\", values = {{ {} }} }}", values.join(", "))
}

fn line(text: &mut String, key: &str, value: &str) {
    writeln!(text, "{key} = {value}").unwrap_or_default();
}

/// A text that the database holds as JSON: one string, or one per language.
fn languages(json: &str) -> String {
    match Json::parse(json) {
        Ok(Json::Object(members)) => {
            let variants =
                members.iter().map(|(tag, text)| format!("{} = {}", quoted(tag), quoted(text.as_str().unwrap_or(""))));
            format!("{{ {} }}", variants.collect::<Vec<_>>().join(", "))
        }
        Ok(Json::String(text)) => quoted(&text),
        _ => quoted(""),
    }
}

fn list(json: &str) -> Vec<String> {
    match Json::parse(json) {
        Ok(Json::Array(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
