//! JSON Schemas (2020-12) of the canonical records, made from the catalogue of fields: exactly what records are written
//! as (contract 4).
//!
//! Every field may be absent (no column is mapped to it) or null (nothing stands there, or it is withheld or verbatim);
//! only `additional` is open. Validators seldom check formats, so a pattern stands beside each. What many fields have in
//! common stands once, in `$defs`.

use crate::records::{Code, FieldSpec, Kind, LegalBasis, Origin, Shape};
use serde_json::{Map, Value, json};

/// A whole number that every JSON reader keeps (RFC 7493, section 2.2).
const MAX_INTEGER: i64 = 9_007_199_254_740_991;
const DECIMAL: &str = "^-?[0-9]+(\\.[0-9]+)?$";
const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
const INSTANT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$";
const UID: &str = "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

/// The name of the schema of records of this kind.
pub fn schema_id(kind: Kind) -> String {
    format!("urn:art20:schema:records/1:{}", kind.name())
}

/// The schema as the file of an archive: the text of [`record_schema`], kept so that no archive takes the time to
/// make it. A test holds both against each other and writes the files anew on `ART20_BLESS=1`. Children have no file of
/// their own, as they have no records of their own: they stand in their parents, and so do their schemas.
pub fn schema_file(kind: Kind) -> &'static str {
    match kind {
        Kind::Contact => include_str!("schemas/contacts.schema.json"),
        Kind::Transaction | Kind::Line => include_str!("schemas/transactions.schema.json"),
        Kind::Message | Kind::Attachment => include_str!("schemas/messages.schema.json"),
        Kind::Consent => include_str!("schemas/consents.schema.json"),
        Kind::Cookie => include_str!("schemas/cookies.schema.json"),
        Kind::AccessLog => include_str!("schemas/access-logs.schema.json"),
        Kind::Other => include_str!("schemas/other.schema.json"),
    }
}

/// The schema of one record (one line) of this kind.
pub fn record_schema(kind: Kind) -> Value {
    let mut schema = body(kind);
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("$id".into(), json!(schema_id(kind)));
    let mut shared = Map::new();
    if let Some(child) = child_of(kind) {
        shared.insert(child.name().into(), Value::Object(body(child)));
    }
    schema.insert("$defs".into(), Value::Object(shared));
    let mut schema = Value::Object(schema);
    for (name, definition) in definitions() {
        if schema.to_string().contains(&format!("\"#/$defs/{name}\"")) {
            schema["$defs"][name] = definition;
        }
    }
    schema
}

/// What many fields have in common, by name; one that another refers to stands after it.
fn definitions() -> [(&'static str, Value); 7] {
    let text = json!({ "type": "string" });
    let nothing = json!({ "type": "null" });
    let day = json!({ "type": "string", "format": "date", "pattern": DAY });
    let instant = json!({ "type": "string", "format": "date-time", "pattern": INSTANT });
    let codes: Vec<&str> = Code::ALL.into_iter().map(Code::as_str).collect();
    [
        // Text may be a stored code with its label.
        ("text", json!({ "anyOf": [text, reference("code"), nothing] })),
        ("code", object(json!({ "code": text, "label": text }), &["code", "label"])),
        ("decimal", json!({ "anyOf": [{ "type": "string", "pattern": DECIMAL }, nothing] })),
        ("currency", json!({ "anyOf": [{ "type": "string", "pattern": "^[A-Z]{3}$" }, nothing] })),
        ("time", json!({ "anyOf": [instant, day, nothing] })),
        (
            "party",
            object(
                json!({ "name": { "type": ["string", "null"] }, "address": { "type": ["string", "null"] } }),
                &["name", "address"],
            ),
        ),
        ("reason", json!({ "enum": codes })),
    ]
}

/// What stands in `$defs` under this name.
fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// An object with these properties and no others.
fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn child_of(kind: Kind) -> Option<Kind> {
    Kind::ALL.into_iter().find(|child| child.parent() == Some(kind))
}

/// The object without the keywords of a whole document.
fn body(kind: Kind) -> Map<String, Value> {
    let mut properties = header(kind);
    let fields: Vec<&FieldSpec> = kind.fields().collect();
    for run in fields.chunk_by(|a, b| segment(a.path) == segment(b.path)) {
        match run {
            [content] if content.shape == Shape::Content && content.path == "content" => {
                // Where the file is in the archive, its parts stand in the record itself.
                properties.insert("content".into(), described(content, json!({ "type": "null" })));
                properties.extend(file_parts());
            }
            [only] if !only.path.contains('.') => {
                // An attachment's `path` is one of those parts too.
                properties.insert(only.path.into(), described(only, value(only.shape)));
            }
            _ if kind == Kind::Contact && run[0].shape == Shape::Postal => {
                properties.insert("addresses".into(), nullable_list(postal(run)));
            }
            _ => {
                properties.insert(segment(run[0].path).into(), group(run));
            }
        }
    }
    if let Some(child) = child_of(kind)
        && let Some(key) = child.nested_as()
    {
        let title = child.title();
        let list = json!({ "type": "array", "items": reference(child.name()), "title": title.en, "x-title": { "zh": title.zh } });
        properties.insert(key.into(), list);
    }
    properties.insert(
        "additional".into(),
        json!({
            "type": "object",
            "description": "Fields that only this controller has; of a stored code its label too",
            "x-description": { "zh": "仅此控制者拥有的字段;存储的代码附带其标签" },
        }),
    );
    let reason = reference("reason");
    properties.insert(
        "withheld".into(),
        json!({
            "type": "object",
            "description": "Fields that are held back, each with the code of the reason",
            "x-description": { "zh": "不予提供的字段及其原因代码" },
            "additionalProperties": { "anyOf": [reason, { "type": "array", "items": reason }] },
        }),
    );
    properties.insert(
        "verbatim".into(),
        json!({
            "type": "object",
            "description": "What stood in fields whose value could not be normalised; bytes that are no text as base64",
            "x-description": { "zh": "无法规范化的字段的原样内容;非文本字节以 base64 表示" },
        }),
    );
    let title = kind.title();
    let mut body = Map::new();
    body.insert("title".into(), json!(title.en));
    body.insert("x-title".into(), json!({ "zh": title.zh }));
    body.insert("type".into(), json!("object"));
    body.insert("required".into(), json!(["uid", "kind", "activity", "legal_basis", "origin", "source"]));
    body.insert("properties".into(), Value::Object(properties));
    body.insert("additionalProperties".into(), json!(false));
    body
}

/// What every record has.
fn header(kind: Kind) -> Map<String, Value> {
    let bases: Vec<&str> = LegalBasis::ALL.into_iter().map(LegalBasis::name).collect();
    let origins: Vec<&str> = Origin::ALL.into_iter().map(Origin::name).collect();
    let text = |pattern: Option<&str>, description: (&str, &str)| {
        let mut value = json!({
            "type": "string", "description": description.0, "x-description": { "zh": description.1 },
        });
        if let Some(pattern) = pattern {
            value["pattern"] = json!(pattern);
        }
        value
    };
    let word = |words: &[&str], description: (&str, &str)| json!({ "enum": words, "description": description.0, "x-description": { "zh": description.1 } });
    let flag = |description: (&str, &str)| json!({ "const": true, "description": description.0, "x-description": { "zh": description.1 } });
    let store = text(None, ("The store that it stands in", "所在的存储"));
    let collection = text(None, ("The collection that it belongs to", "所属的集合"));
    let source = object(json!({ "store": store, "collection": collection }), &["store", "collection"]);
    [
        (
            "uid",
            text(
                Some(UID),
                ("The name of the record, the same in every later export", "记录的名称,以后每次导出都相同"),
            ),
        ),
        ("kind", json!({ "const": kind.name() })),
        ("activity", text(None, ("The processing activity that it belongs to", "所属的处理活动"))),
        ("legal_basis", word(&bases, ("The legal basis of the activity", "处理活动的法律依据"))),
        ("origin", word(&origins, ("Where the data came from", "数据的来源"))),
        ("source", source),
        ("voluntary", flag(("Given although Art. 20 does not ask for it", "第20条并不要求,但仍予提供"))),
        ("restricted", flag(("Its processing is restricted (Art. 18)", "其处理受到限制(第18条)"))),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// The object that a dotted path is nested in, or the whole path.
fn segment(path: &str) -> &str {
    path.split_once('.').map_or(path, |(name, _)| name)
}

/// A nested object, or null. A file among its fields (`recording` beside `recording.duration`) spreads its own parts.
fn group(run: &[&FieldSpec]) -> Value {
    let mut properties = Map::new();
    for spec in run {
        match spec.path.split_once('.') {
            Some((_, name)) => {
                properties.insert(name.into(), described(spec, value(spec.shape)));
            }
            None => properties.extend(file_parts()),
        }
    }
    let mut schema = json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false });
    if let Some(whole) = run.iter().find(|spec| !spec.path.contains('.')) {
        schema = described(whole, schema);
    }
    schema
}

/// One postal address of a contact.
fn postal(run: &[&FieldSpec]) -> Value {
    let mut schema = group(run);
    schema["type"] = json!("object");
    schema["properties"]["label"] = json!({ "type": "string" });
    schema
}

/// Path, size and digest of a file of the archive.
fn file_parts() -> Map<String, Value> {
    [
        ("path", json!({ "type": ["string", "null"] })),
        ("bytes", json!({ "type": "integer", "minimum": 0 })),
        ("sha256", json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// Title and description of the catalogue around a schema.
fn described(spec: &FieldSpec, mut schema: Value) -> Value {
    schema["title"] = json!(spec.title.en);
    schema["x-title"] = json!({ "zh": spec.title.zh });
    schema["description"] = json!(spec.description.en);
    schema["x-description"] = json!({ "zh": spec.description.zh });
    schema
}

/// What a field of this shape is written as.
fn value(shape: Shape) -> Value {
    let nothing = json!({ "type": "null" });
    match shape {
        Shape::Text | Shape::Reference | Shape::Postal => reference("text"),
        Shape::Currency => reference("currency"),
        Shape::Word(words) => json!({ "anyOf": [{ "enum": words }, reference("code"), nothing] }),
        Shape::Money | Shape::Decimal => reference("decimal"),
        Shape::Seconds => json!({ "type": ["number", "null"] }),
        Shape::Integer => {
            let number = json!({ "type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER });
            json!({ "anyOf": [number, { "type": "string", "pattern": "^-?[0-9]+$" }, reference("code"), nothing] })
        }
        Shape::Day => json!({ "anyOf": [{ "type": "string", "format": "date", "pattern": DAY }, nothing] }),
        Shape::Time => reference("time"),
        Shape::Emails => nullable_list(labelled("address")),
        Shape::Phones => nullable_list(labelled("number")),
        Shape::Party => json!({ "anyOf": [reference("party"), nothing] }),
        Shape::Parties => nullable_list(reference("party")),
        Shape::Content => {
            let file = object(Value::Object(file_parts()), &["path", "bytes", "sha256"]);
            json!({ "anyOf": [file, nothing] })
        }
        Shape::Any => json!({}),
    }
}

fn nullable_list(items: Value) -> Value {
    json!({ "type": ["array", "null"], "items": items })
}

fn labelled(key: &str) -> Value {
    object(json!({ key: { "type": "string" }, "label": { "type": "string" } }), &[key])
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
