//! The JSON Schema of a request in a file: the long names of the options, and a field for each type of identifier.

use super::METHODS;
use serde_json::{Value, json};

/// The schema. An identifier is a text or number, or a list of them.
pub fn request() -> Value {
    let text = |description: &str| json!({ "type": ["string", "null"], "description": description });
    let names = |description: &str| {
        json!({
            "description": description,
            "anyOf": [{ "type": ["string", "null"] }, { "type": "array", "items": { "type": "string" } }],
        })
    };
    let one = json!({ "type": ["string", "number"] });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:art20:schema:request/1",
        "title": "A request under Art. 20",
        "type": "object",
        "properties": {
            "identity_check": {
                "type": ["string", "null"],
                "pattern": format!("^({}|failed)(:.*)?$", METHODS.join("|")),
                "description": "How the person was identified, perhaps with a note after a colon",
            },
            "reference": { "type": ["string", "null"], "pattern": "^[A-Za-z0-9._-]+$", "description": "Your reference" },
            "received": text("When the request was received; without it no deadline is computed"),
            "accept_shared": text("Why rows found only through shared identifiers are taken as the subject's"),
            "same_person": text("Why several persons are taken as one"),
            "third_parties": text("What becomes of other people"),
            "language": names("Languages of the report: BCP 47 tags between commas, or a list of them"),
            "only": names("The collections that are asked for, as by a mandate: names between commas, or a list of them"),
            "deceased": text("If the person has died: the law under which the data may be given"),
            "identity_asked": text("When the person was asked for more to identify them: the month pauses"),
            "identity_confirmed": text("When that came"),
            "direct_transmission": text("Whether the data can go directly to another controller: feasible, or not-feasible:REASON"),
            "regime": { "enum": ["gdpr", "pipl", null], "description": "The legal regime; gdpr if absent" },
        },
        "additionalProperties": {
            "description": "Identifiers of the type that the field is named after",
            "anyOf": [{ "type": ["string", "number", "null"] }, { "type": "array", "items": one }],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::read::OPTIONS;
    use super::*;

    #[test]
    fn the_schema_has_the_fields_that_the_reader_takes() {
        let schema = request();
        let mut fields: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = OPTIONS.to_vec();
        fields.sort_unstable();
        known.sort_unstable();
        assert_eq!(fields, known);
    }
}
