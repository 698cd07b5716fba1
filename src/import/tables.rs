//! The tables of the database: one for each kind of record, made from the catalogue of fields, and what they refer to.

use crate::controller::{Field, Format, Mapping};
use crate::records::record::ADDITIONAL;
use crate::records::{Kind, Shape};

/// Marks a database as one of art20 import: `PRAGMA application_id`, "A20I".
pub const APPLICATION: i64 = 0x4132_3049;
/// The version of the layout: `PRAGMA user_version`.
pub const LAYOUT: i64 = 1;

/// Tables that hold no records, with what they hold.
pub const BOOKKEEPING: [(&str, &str); 8] = [
    ("controllers", "who sent the archives; no personal data"),
    ("data_subjects", "numbers of data subjects, which the records name"),
    ("archives", "which archives were imported; no personal data"),
    ("activities", "the processing activities, as they stand in this file"),
    ("controller_activities", "what each controller calls its activities"),
    ("collections", "the collections, as they stand in this file"),
    ("collection_activities", "which activities each collection has"),
    ("additional_columns", "which column holds which additional field"),
];

/// The table of identifiers: personal data, and so a collection of its own.
pub const IDENTIFIERS: &str = "identifiers";

const BOOKS: &str = "
CREATE TABLE controllers (
  id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, name TEXT NOT NULL, email TEXT, time_zone TEXT,
  languages TEXT NOT NULL, supervisory_authority TEXT, as_of TEXT NOT NULL) STRICT;
CREATE TABLE data_subjects (
  id INTEGER PRIMARY KEY, controller INTEGER NOT NULL REFERENCES controllers (id)) STRICT;
CREATE TABLE archives (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL, manifest_sha256 TEXT NOT NULL UNIQUE,
  data_subject INTEGER NOT NULL REFERENCES data_subjects (id), as_of TEXT NOT NULL, regime TEXT NOT NULL) STRICT;
CREATE TABLE activities (
  key TEXT PRIMARY KEY, controller INTEGER NOT NULL REFERENCES controllers (id), as_of TEXT NOT NULL,
  title TEXT NOT NULL, policy TEXT, legal_basis TEXT, legal_basis_pipl TEXT, purpose TEXT, recipients TEXT NOT NULL,
  retention TEXT, automated INTEGER NOT NULL, voluntary INTEGER NOT NULL, held INTEGER NOT NULL) STRICT;
CREATE TABLE controller_activities (
  controller INTEGER NOT NULL REFERENCES controllers (id), name TEXT NOT NULL,
  activity TEXT NOT NULL REFERENCES activities (key), PRIMARY KEY (controller, name)) STRICT;
CREATE TABLE collections (
  name TEXT PRIMARY KEY, store TEXT NOT NULL, source_name TEXT NOT NULL, kind TEXT NOT NULL,
  parent TEXT REFERENCES collections (name), position INTEGER NOT NULL, as_of TEXT NOT NULL) STRICT;
CREATE TABLE collection_activities (
  collection TEXT NOT NULL REFERENCES collections (name), activity TEXT NOT NULL REFERENCES activities (key),
  PRIMARY KEY (collection, activity)) STRICT;
CREATE TABLE additional_columns (
  kind TEXT NOT NULL, column_name TEXT NOT NULL, field TEXT NOT NULL, collection TEXT NOT NULL REFERENCES collections (name),
  PRIMARY KEY (kind, field, collection)) STRICT;
CREATE TABLE identifiers (
  id INTEGER PRIMARY KEY, data_subject INTEGER NOT NULL REFERENCES data_subjects (id), type TEXT NOT NULL,
  value TEXT NOT NULL, activity TEXT NOT NULL REFERENCES activities (key), UNIQUE (type, value, data_subject)) STRICT;
CREATE INDEX identifiers_value ON identifiers (value);
";

/// Lists inside records, for whoever asks in SQL. Views hold nothing of their own.
const VIEWS: &str = "
CREATE VIEW contact_emails AS SELECT contacts.id AS contact, entry.key + 1 AS position,
  entry.value ->> 'address' AS address, entry.value ->> 'label' AS label
  FROM contacts, json_each(contacts.emails) AS entry;
CREATE VIEW contact_phones AS SELECT contacts.id AS contact, entry.key + 1 AS position,
  entry.value ->> 'number' AS number, entry.value ->> 'label' AS label
  FROM contacts, json_each(contacts.phones) AS entry;
CREATE VIEW contact_addresses AS SELECT contacts.id AS contact, entry.key + 1 AS position,
  entry.value ->> 'street' AS street, entry.value ->> 'locality' AS locality, entry.value ->> 'region' AS region,
  entry.value ->> 'postcode' AS postcode, entry.value ->> 'country' AS country, entry.value ->> 'label' AS label
  FROM contacts, json_each(contacts.addresses) AS entry;
CREATE VIEW message_parties AS
  SELECT id AS message, 'from' AS role, 1 AS position, \"from\" ->> 'name' AS name, \"from\" ->> 'address' AS address
  FROM messages WHERE \"from\" IS NOT NULL
  UNION ALL SELECT messages.id, 'to', entry.key + 1, entry.value ->> 'name', entry.value ->> 'address'
  FROM messages, json_each(messages.\"to\") AS entry
  UNION ALL SELECT messages.id, 'cc', entry.key + 1, entry.value ->> 'name', entry.value ->> 'address'
  FROM messages, json_each(messages.cc) AS entry;
";

/// A column that holds the values of one field.
#[derive(Debug, Clone)]
pub struct FieldColumn {
    /// Its name.
    pub name: String,
    /// The path of the field.
    pub path: String,
    /// How it is mapped in the configuration.
    pub mapping: Mapping,
}

/// The table of a kind.
pub fn table(kind: Kind) -> String {
    kind.file_stem().replace('-', "_")
}

/// A name as it stands in SQL.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The columns of every field of a kind that the catalogue knows.
pub fn columns(kind: Kind) -> Vec<FieldColumn> {
    let mut columns: Vec<FieldColumn> = Vec::new();
    for (place, spec) in kind.fields().enumerate() {
        if kind == Kind::Attachment && spec.path == "path" {
            // Where the file stands is said of its content.
            continue;
        }
        if kind == Kind::Contact && spec.shape == Shape::Postal {
            if columns.last().is_none_or(|last| last.path != "addresses") {
                let mapping = Mapping::plain(Field::Addresses);
                columns.push(FieldColumn { name: "addresses".into(), path: "addresses".into(), mapping });
            }
            continue;
        }
        let mut mapping = Mapping::plain(Field::Known { place, spec });
        if matches!(spec.shape, Shape::Emails | Shape::Phones | Shape::Party | Shape::Parties) {
            mapping.format = Some(Format::Json);
        }
        columns.push(FieldColumn { name: spec.path.replace('.', "_"), path: spec.path.into(), mapping });
    }
    columns
}

/// The column of an additional field. Its name is given when the field is first met.
pub fn additional(name: String, field: &str) -> FieldColumn {
    let path = format!("{ADDITIONAL}{field}");
    FieldColumn { name, path, mapping: Mapping::plain(Field::Additional(field.to_owned())) }
}

/// The type of a column. Whole numbers may be larger than SQLite's, and additional fields are anything.
fn column_type(column: &FieldColumn) -> &'static str {
    match &column.mapping.field {
        Field::Known { spec, .. } => match spec.shape {
            Shape::Content => "BLOB",
            Shape::Integer => "ANY",
            _ => "TEXT",
        },
        Field::Additional(_) => "ANY",
        _ => "TEXT",
    }
}

/// Everything that makes an empty database.
pub fn definition() -> String {
    let mut sql = format!("PRAGMA application_id = {APPLICATION};\nPRAGMA user_version = {LAYOUT};\n{BOOKS}");
    for kind in Kind::ALL {
        let name = table(kind);
        let (belongs, unique) = match kind.parent() {
            Some(parent) => (
                format!("parent INTEGER NOT NULL REFERENCES {} (id) ON DELETE CASCADE,\n  position INTEGER NOT NULL", table(parent)),
                "UNIQUE (parent, uid)",
            ),
            None => (
                "data_subject INTEGER NOT NULL REFERENCES data_subjects (id),\n  archive INTEGER NOT NULL REFERENCES archives (id),\n  position INTEGER NOT NULL, digest TEXT NOT NULL".to_owned(),
                "UNIQUE (uid, data_subject)",
            ),
        };
        sql.push_str(&format!(
            "CREATE TABLE {name} (\n  id INTEGER PRIMARY KEY, uid TEXT NOT NULL, {belongs},\n  collection TEXT NOT NULL REFERENCES collections (name), activity TEXT NOT NULL REFERENCES activities (key),\n  origin TEXT NOT NULL, restricted INTEGER NOT NULL, withheld TEXT, verbatim TEXT, form TEXT NOT NULL",
        ));
        // Large values last: what stands behind them is slow to reach.
        let (large, small): (Vec<_>, Vec<_>) =
            columns(kind).into_iter().partition(|column| column_type(column) == "BLOB");
        for column in small.iter().chain(&large) {
            sql.push_str(&format!(",\n  {} {}", quoted(&column.name), column_type(column)));
        }
        sql.push_str(&format!(",\n  {unique}) STRICT;\n"));
        if kind.parent().is_none() {
            sql.push_str(&format!("CREATE INDEX {name}_data_subject ON {name} (data_subject, collection);\n"));
        }
    }
    sql.push_str(VIEWS);
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_made_and_every_column_has_one_meaning() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&definition()).unwrap();
        for view in ["contact_emails", "contact_phones", "contact_addresses", "message_parties"] {
            connection.execute_batch(&format!("SELECT * FROM {view}")).unwrap();
        }
        for kind in Kind::ALL {
            let count = |column: &str| {
                let sql = format!("SELECT count(*) FROM pragma_table_info('{}') WHERE name = ?1", table(kind));
                connection.query_row(&sql, [column], |row| row.get::<_, i64>(0)).unwrap()
            };
            for column in columns(kind) {
                assert_eq!(count(&column.name), 1, "{kind:?} {}", column.name);
            }
        }
    }
}
