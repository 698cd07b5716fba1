//! The JSON Schema of `art20.toml`, for editors and for whoever writes one by program. A test holds it to the reader:
//! every key that is read is in it, and no other.

use crate::records::{Kind, LegalBasis, Origin};
use serde_json::{Map, Value, json};

/// The schema of the configuration as JSON.
pub fn configuration() -> Value {
    let mut schema = object(&[
        ("version", json!({ "const": 1 }), "The version of the format"),
        ("controller", controller(), "Who answers, GDPR 4(7)"),
        ("archive", archive(), "What archives are like"),
        ("journal", journal(), "The log of its runs"),
        ("activity", named(activity()), "The record of processing activities (Art. 30)"),
        ("elsewhere", named(elsewhere()), "What processors hold and is not queried"),
        ("store", named(store()), "Where the data are"),
        ("collection", named(collection()), "Rows of a table that become records of a kind"),
    ]);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!("urn:art20:schema:configuration/1");
    schema["title"] = json!("The configuration of art20");
    schema["required"] = json!(["version", "controller"]);
    schema
}

fn controller() -> Value {
    let policy = object(&[
        ("title", texts(), "Its title"),
        ("effective", json!({ "type": "string", "format": "date" }), "The day from which it applies"),
        ("prevailing_language", text(), "The language whose text prevails, BCP 47"),
        ("sections", list(), "Its sections that announce processing; `check` holds the activities to them"),
    ]);
    let authority = object(&[("gdpr", texts(), "Under the GDPR"), ("pipl", texts(), "Under the PIPL")]);
    let mut schema = object(&[
        ("name", text(), "Its name"),
        ("id", text(), "A URL that names it for ever: the root of every uid"),
        ("email", text(), "Where the person can write to"),
        (
            "country",
            json!({ "type": "string", "pattern": "^[A-Z]{2}$" }),
            "ISO 3166-1; region of phone numbers that carry none",
        ),
        ("time_zone", text(), "IANA name; for times that carry no offset"),
        ("languages", list(), "Languages of the report, BCP 47"),
        ("policy", policy, "The privacy policy"),
        ("supervisory_authority", json!({ "anyOf": [text(), authority] }), "One, or one for each regime"),
        ("holidays", text(), "The calendar for the latest answering date"),
        ("dpo", texts(), "The data protection officer"),
        ("representative", texts(), "The representative (GDPR 27)"),
        ("own_addresses", list(), "Of the staff: addresses, domains that begin with @, numbers that begin with +"),
        ("review", review(), REVIEW),
    ]);
    schema["required"] = json!(["name", "id"]);
    schema
}

fn archive() -> Value {
    object(&[
        ("encrypt", json!({ "const": "required" }), "Refuses to write plaintext"),
        ("drop_headers", list(), "Header fields of stored e-mails that go; a final * stands for any ending"),
    ])
}

fn journal() -> Value {
    let mut schema = object(&[
        ("file", text(), "The file, relative to this one"),
        (
            "retention",
            json!({ "type": "string", "pattern": "^P" }),
            "How long its lines are kept, ISO 8601; days or more",
        ),
        ("two_people", json!({ "type": "boolean" }), "Whether somebody else than who made a file has to hand it over"),
    ]);
    schema["required"] = json!(["file"]);
    schema
}

fn activity() -> Value {
    let basis = words(LegalBasis::ALL.map(LegalBasis::name));
    let bases = object(&[("gdpr", basis.clone(), "Under the GDPR"), ("pipl", basis.clone(), "Under the PIPL")]);
    object(&[
        ("title", texts(), "What people call it"),
        ("policy", text(), "The section of the policy that announces it"),
        ("legal_basis", json!({ "anyOf": [basis, bases] }), "One, or one for each regime"),
        ("purpose", texts(), "Its purpose"),
        ("consent", text(), "The collection of kind consent that proves the consent"),
        ("retention", json!({ "type": "string", "pattern": "^P" }), "How long the data are kept, ISO 8601"),
        ("means", words(["automated", "manual"]), "By which means it is carried out, Art. 20(1)(b)"),
        ("recipients", list(), "Who receives the data"),
        ("voluntary", json!({ "type": "boolean" }), "Given although Art. 20 does not ask for it"),
        ("disclose", json!({ "type": "boolean" }), "False if a statute forbids to tell the person"),
        ("statute", text(), "That statute"),
        ("held", json!({ "type": "boolean" }), "False if it is announced as never stored"),
        ("review", review(), REVIEW),
    ])
}

fn elsewhere() -> Value {
    let mut schema = object(&[("title", texts(), "What people call it"), ("reason", texts(), "Why it is not queried")]);
    schema["required"] = json!(["reason"]);
    schema
}

fn store() -> Value {
    let mut ignored = object(&[("reason", text(), "Why it holds no personal data"), ("review", review(), REVIEW)]);
    ignored["required"] = json!(["reason"]);
    object(&[
        ("url", text(), "Where it is, such as sqlite:FILE"),
        ("url_env", text(), "The environment variable that says where it is"),
        ("encoding", text(), "The encoding of CSV files, if not UTF-8"),
        ("delimiter", text(), "What stands between the cells of CSV files, if no comma"),
        ("quote", text(), "What stands around the cells of CSV files, if no quotation mark; empty for nothing"),
        ("null", text(), "The text that stands for NULL in CSV files"),
        ("variant", words(["mboxo", "mboxrd", "mboxcl2"]), "How an mbox file marks lines that begin with From"),
        ("ignore", named(json!({ "anyOf": [text(), ignored] })), "Tables without personal data, each with the reason"),
        ("review", review(), REVIEW),
    ])
}

fn collection() -> Value {
    let by_column = |what| object(&[("column", text(), what)]);
    let mut activity = object(&[
        ("column", text(), "The column that tells the activity"),
        ("values", named(text()), "Which text of the column means which activity"),
    ]);
    activity["required"] = json!(["column", "values"]);
    let mut about_choice = object(&[
        ("column", text(), "The column that tells whom a row is about"),
        ("values", named(about()), "Which text of the column means whom"),
    ]);
    about_choice["required"] = json!(["column", "values"]);
    let mut joint = object(&[
        ("column", text(), "The column that marks rows held together with somebody else"),
        ("agreed", text(), "The column that says that the other has agreed"),
    ]);
    joint["required"] = json!(["column"]);
    let origins = words(Origin::ALL.map(Origin::name));
    let identifiers = named(json!({ "anyOf": [text(), list()] }));
    let mut schema = object(&[
        ("store", text(), "Its store"),
        ("table", text(), "Its table"),
        ("kind", words(Kind::ALL.map(Kind::name)), "What its rows are"),
        ("parent", text(), "The collection that its records are nested in"),
        ("key", list(), "The columns that name a row and order the records"),
        ("match", list(), "The conditions by which a row is the data subject's; one must hold"),
        ("where", text(), "An SQL condition that rows must fulfil"),
        ("activity", json!({ "anyOf": [text(), activity] }), "The processing activity"),
        (
            "origin",
            json!({ "anyOf": [origins, by_column("The column that tells the origin")] }),
            "Where the data came from",
        ),
        ("about", json!({ "anyOf": [about(), about_choice] }), "Whom the rows are about"),
        ("joint", json!({ "anyOf": [text(), joint] }), "The column that marks rows held together with somebody else"),
        ("deceased", text(), "The column that says that the person has died"),
        ("changed", list(), "The columns that say when contact data or a password were last changed"),
        ("person", text(), "The column in which different people differ"),
        ("learn", identifiers.clone(), "Identifiers that a row of the data subject teaches, and their columns"),
        ("suggest", identifiers, "Identifiers that somebody merely typed in: never followed"),
        ("restricted", text(), "The column that marks a restriction (Art. 18)"),
        ("legal_hold", text(), "The column that marks a legal hold"),
        ("retention_from", text(), "The column that the retention period counts from"),
        (
            "columns",
            named(json!({ "anyOf": [text(), column()] })),
            "Every column: its field, or the reason why it stays out",
        ),
        ("set", named(text()), "Constants"),
        ("review", review(), REVIEW),
    ]);
    // What else is needed depends on the store: one of e-mails needs no more.
    schema["required"] = json!(["store", "activity"]);
    schema
}

fn column() -> Value {
    let keys = json!({ "anyOf": [{ "const": "all" }, list()] });
    let mut schema = object(&[
        ("field", text(), "The field that it goes to"),
        ("label", text(), "The label of a list entry, such as work"),
        ("origin", words(Origin::ALL.map(Origin::name)), "Where its values came from, if not as the row"),
        ("about", about(), "Whom its values are about"),
        ("activity", text(), "A processing activity of its own"),
        ("format", text(), "How the value is stored: a word such as unix_s or json, or a strptime pattern"),
        ("keys", keys, "The classified keys of a JSON column"),
        ("secret_keys", list(), "Keys of a JSON column, at any depth, that never go out"),
        ("secret_parameters", list(), "Parameters of URLs whose values never go out"),
        ("time_zone", text(), "IANA name; for its times that carry no offset"),
        ("values", named(texts()), "Labels of codes"),
        ("description", texts(), "What it means"),
        ("omit", text(), "Why it stays out"),
        ("secret", json!({ "type": "boolean" }), "Never even read"),
        ("review", review(), REVIEW),
    ]);
    schema["anyOf"] = json!([{ "required": ["field"] }, { "required": ["omit"] }, { "required": ["secret"] }]);
    schema
}

const REVIEW: &str = "A guess that a person still has to look at; it stops an export";

fn review() -> Value {
    json!({ "type": "boolean" })
}

fn about() -> Value {
    words(["subject", "third_party", "staff"])
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn list() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

/// One string, or one for each language.
fn texts() -> Value {
    json!({ "anyOf": [{ "type": "string" }, { "type": "object", "additionalProperties": { "type": "string" } }] })
}

fn words<const N: usize>(words: [&str; N]) -> Value {
    json!({ "enum": words.as_slice() })
}

/// A table whose keys the writer chooses.
fn named(member: Value) -> Value {
    json!({ "type": "object", "additionalProperties": member })
}

/// A table with these keys and no other.
fn object(keys: &[(&str, Value, &str)]) -> Value {
    let mut properties = Map::new();
    for (key, schema, description) in keys {
        let mut schema = schema.clone();
        schema["description"] = json!(description);
        properties.insert((*key).to_owned(), schema);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::super::document::ASKED;
    use super::*;
    use crate::controller::Controller;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Every section in each of its forms.
    const WHOLE: &str = r#"
version = 1
[controller]
name = "A"
id = "https://a.example"
policy = { title = "P" }
supervisory_authority = { gdpr = "S" }
[archive]
[journal]
file = "J"
[activity.a]
title = "A"
legal_basis = { gdpr = "contract" }
[elsewhere.e]
reason = "R"
[store.s]
url = "sqlite:s.db"
[store.s.ignore]
t = { reason = "R" }
[collection.c]
store = "s"
table = "t"
kind = "contact"
key = ["id"]
match = ["id = subject.id"]
activity = { column = "a", values = { x = "a" } }
origin = { column = "o" }
about = { column = "o", values = { x = "subject" } }
joint = { column = "o" }
[collection.c.columns]
id = "additional.id"
a = { omit = "R" }
o = { field = "notes", values = { x = { en = "y" } } }
[collection.c.set]
role = "R"
"#;

    /// The part of the schema for a section, whose own name the writer chose or not.
    fn part<'s>(schema: &'s Value, section: &str) -> &'s Value {
        section.split('.').filter(|name| !name.is_empty()).fold(schema, |schema, name| {
            let found =
                forms(schema).find_map(|form| form["properties"].get(name).or(form.get("additionalProperties")));
            found.unwrap_or_else(|| panic!("[{section}] is not in the schema"))
        })
    }

    /// A schema, or its alternatives.
    fn forms(schema: &Value) -> impl Iterator<Item = &Value> {
        let alternatives = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let own = alternatives.iter().all(|form| form.get("required").is_some() && form.get("type").is_none());
        std::iter::once(schema).filter(move |_| own).chain(alternatives)
    }

    fn properties(schema: &Value) -> BTreeSet<String> {
        let objects = forms(schema).filter_map(|form| form.get("properties").and_then(Value::as_object));
        objects.flat_map(|properties| properties.keys().cloned()).collect()
    }

    #[test]
    fn the_schema_has_every_key_that_the_reader_asks_for_and_no_other() {
        ASKED.with(|asked| asked.borrow_mut().clear());
        Controller::parse(Path::new("art20.toml"), WHOLE.to_owned()).unwrap();
        let asked = ASKED.with(|asked| asked.borrow().clone());
        assert_eq!(asked.len(), 17, "every kind of section was read: {:?}", asked.keys());
        let schema = configuration();
        // Both a column that is kept out and one that is mapped are columns.
        let mut columns = BTreeSet::new();
        for (section, keys) in asked {
            let keys: BTreeSet<String> = keys.into_iter().map(str::to_owned).collect();
            let known = properties(part(&schema, &section));
            match section.starts_with("collection.c.columns.") {
                true => columns.extend(keys),
                false => assert_eq!(keys, known, "[{section}]"),
            }
        }
        assert_eq!(columns, properties(part(&schema, "collection.c.columns.a")));
    }
}
