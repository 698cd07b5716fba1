//! The schemas against what records are really written as.

use super::super::super::json;
use super::super::sample;
use super::*;
use crate::records::{FieldValue, Record};

/// The keys of a written record that its schema does not know, in nested objects too.
fn unknown(schema: &Value, written: &Value, path: &str, root: &Value, found: &mut Vec<String>) {
    let meant = |schema: &Value| match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap().clone(),
        None => schema.clone(),
    };
    let schema = meant(schema);
    let alternatives: Vec<Value> = match schema["anyOf"].as_array() {
        Some(alternatives) => alternatives.iter().map(meant).collect(),
        None => vec![schema],
    };
    match written {
        Value::Object(members) => {
            for (key, value) in members {
                let path = format!("{path}/{key}");
                match alternatives.iter().find_map(|schema| schema["properties"].get(key)) {
                    Some(inner) => unknown(inner, value, &path, root, found),
                    None if alternatives.iter().all(|s| s["additionalProperties"] == json!(false)) => found.push(path),
                    None => {}
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                unknown(&alternatives[0]["items"], item, path, root, found);
            }
        }
        _ => {}
    }
}

fn assert_described(record: &Record) {
    let schema = record_schema(record.kind);
    let mut found = Vec::new();
    unknown(&schema, &serde_json::to_value(record).unwrap(), "", &schema, &mut found);
    assert_eq!(found, [""; 0], "{}", record.kind.name());
}

#[test]
fn a_schema_knows_every_key_that_a_record_is_written_with() {
    for record in sample::every_kind() {
        assert_described(&record);
    }
}

#[test]
fn the_files_of_the_archive_are_these_schemas() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/archive/formats/schemas");
    let bless = std::env::var_os("ART20_BLESS").is_some_and(|value| value == "1");
    for kind in Kind::ALL {
        if kind.parent().is_some() {
            continue;
        }
        // Each property has a line, those of a child, which stand deeper, too.
        let spread = if child_of(kind).is_some() { 4 } else { 2 };
        let text = json::file(&record_schema(kind), spread);
        if bless {
            std::fs::write(folder.join(format!("{}.schema.json", kind.file_stem())), &text).unwrap();
        } else {
            let renew = "ART20_BLESS=1 cargo test --lib schemas";
            assert!(text == schema_file(kind), "{}: {renew}", kind.file_stem());
        }
    }
}

#[test]
fn every_field_of_the_catalogue_is_described_in_both_languages() {
    for kind in Kind::ALL {
        let schema = record_schema(kind);
        for spec in kind.fields() {
            let path = spec.path.replace('.', "/properties/");
            let found = match spec.path.strip_prefix("address.") {
                Some(part) if kind == Kind::Contact => {
                    schema.pointer(&format!("/properties/addresses/items/properties/{part}"))
                }
                _ => schema.pointer(&format!("/properties/{path}")),
            };
            let found = found.unwrap_or_else(|| panic!("{kind:?} {path}"));
            assert_eq!(found["title"], spec.title.en, "{path}");
            assert_eq!(found["x-description"]["zh"], spec.description.zh, "{path}");
        }
        assert_eq!(schema["$id"], schema_id(kind));
    }
}

#[test]
fn a_key_that_no_field_has_is_found() {
    let mut record = sample::contact();
    record.entries.push(crate::records::Entry { path: "shoe_size".into(), value: FieldValue::Null });
    let schema = record_schema(Kind::Contact);
    let mut found = Vec::new();
    unknown(&schema, &serde_json::to_value(&record).unwrap(), "", &schema, &mut found);
    assert_eq!(found, ["/shoe_size"]);
}

#[test]
fn what_a_schema_refers_to_stands_in_it_once() {
    for kind in Kind::ALL {
        let schema = record_schema(kind);
        let text = schema.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(schema.pointer(reference).is_some(), "{kind:?} {reference}");
        }
        for name in schema["$defs"].as_object().unwrap().keys() {
            assert!(text.contains(&format!("\"#/$defs/{name}\"")), "{kind:?} {name}");
        }
    }
}

#[test]
fn the_schema_of_children_stands_in_their_parents() {
    for kind in Kind::ALL {
        if let Some(parent) = kind.parent() {
            assert_eq!(schema_file(kind), schema_file(parent));
            let own = record_schema(kind);
            let embedded = &record_schema(parent)["$defs"][kind.name()];
            assert!(["properties", "required"].iter().all(|key| own[key] == embedded[key]), "{kind:?}");
        }
    }
}
