//! The JSON Schemas (2020-12) of everything that art20 reads or writes, by name. Each is made where the thing itself is
//! made: records from the catalogue of fields, results from their types, the configuration beside its reader.

use crate::archive::formats::schema::record_schema;
use crate::archive::verify::Verification;
use crate::batch::Summary;
use crate::check::Verdict;
use crate::import::Imported;
use crate::receipt::Receipt;
use crate::receipt::journal::Line;
use crate::records::Kind;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// What is not a record: its name, and what it is.
const OTHERS: [(&str, &str); 8] = [
    ("receipt", "the receipt beside an archive; also what export and plan print with --json"),
    ("journal", "one line of the journal"),
    ("configuration", "art20.toml, as JSON"),
    ("request", "one request of --request FILE, as JSON"),
    ("batch", "what batch prints with --json"),
    ("check", "what check prints with --json"),
    ("verify", "what verify prints with --json"),
    ("import", "what import prints with --json"),
];

/// The names of all schemas, each with what it describes.
pub fn names() -> impl Iterator<Item = (String, String)> {
    let records = Kind::ALL.into_iter().map(|kind| {
        let what = format!("one record of the kind {}, as in data/schemas of an archive", kind.name());
        (kind.file_stem().to_owned(), what)
    });
    records.chain(OTHERS.map(|(name, what)| (name.to_owned(), what.to_owned())))
}

/// The schema of this name. A kind has also the name that it has in a configuration.
pub fn schema(name: &str) -> Option<Value> {
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.file_stem() == name || kind.name() == name) {
        return Some(record_schema(kind));
    }
    match name {
        "receipt" => Some(of::<Receipt>("receipt/1")),
        "journal" => Some(of::<Line<'_>>("journal/1")),
        "configuration" => Some(crate::controller::schema::configuration()),
        "request" => Some(crate::request::schema::request()),
        "batch" => Some(of::<Summary>("batch/1")),
        "check" => Some(of::<Verdict>("check/1")),
        "verify" => Some(of::<Verification>("verify/1")),
        "import" => Some(of::<Imported>("import/1")),
        _ => None,
    }
}

/// The schema of what a type is written as.
fn of<T: JsonSchema>(id: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), json!(format!("urn:art20:schema:{id}")));
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_schema_of_its_own() {
        let mut ids = std::collections::BTreeSet::new();
        for (name, what) in names() {
            let schema = schema(&name).unwrap();
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
            assert!(ids.insert(schema["$id"].as_str().unwrap().to_owned()) && !what.is_empty(), "{name}");
        }
        assert!(schema("contact").is_some() && schema("nothing").is_none());
    }
}
