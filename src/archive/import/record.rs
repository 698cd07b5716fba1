//! A line of a record file taken apart: its head, its fields by their paths, its files, its children.

use crate::records::record::ADDITIONAL;
use crate::records::{FileRef, Json, Kind};

/// A record as an archive holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedRecord {
    /// Its name.
    pub uid: String,
    /// Its kind.
    pub kind: Kind,
    /// The key of its processing activity.
    pub activity: String,
    /// The word for the basis of that activity.
    pub legal_basis: String,
    /// The word for where the data came from.
    pub origin: String,
    /// The store that it stood in.
    pub store: String,
    /// The collection that it belonged to.
    pub collection: String,
    /// Given although Art. 20 does not ask for it.
    pub voluntary: bool,
    /// Its processing is restricted (Art. 18).
    pub restricted: bool,
    /// Its fields by their paths, additional ones too, in their order.
    pub fields: Vec<(String, ArchivedValue)>,
    /// Lines or attachments; none if the record does not say that there could be any.
    pub children: Option<Vec<ArchivedRecord>>,
    /// The codes of withheld fields, an object.
    pub withheld: Option<Json>,
    /// What stood in fields that could not be normalised, an object.
    pub verbatim: Option<Json>,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchivedValue {
    /// What stands in the record.
    Json(Json),
    /// A file of the archive.
    File(FileRef),
}

impl ArchivedRecord {
    /// The value of the field with this path, unless it is a file.
    pub fn get(&self, path: &str) -> Option<&Json> {
        self.fields.iter().find(|(known, _)| known == path).and_then(|(_, value)| match value {
            ArchivedValue::Json(json) => Some(json),
            ArchivedValue::File(_) => None,
        })
    }

    /// The text of the field with this path; of a code the code.
    pub fn text(&self, path: &str) -> Option<&str> {
        match self.get(path)? {
            Json::Object(members) => member(members, "code").and_then(Json::as_str),
            other => other.as_str(),
        }
    }
}

/// The value of a key.
pub(super) fn member<'j>(members: &'j [(String, Json)], key: &str) -> Option<&'j Json> {
    members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// Takes a record apart. The error is the key that is not known: nothing may vanish.
pub(super) fn read(members: Vec<(String, Json)>, kind: Kind) -> Result<ArchivedRecord, String> {
    let mut record = ArchivedRecord {
        uid: String::new(),
        kind,
        activity: String::new(),
        legal_basis: String::new(),
        origin: String::new(),
        store: String::new(),
        collection: String::new(),
        voluntary: false,
        restricted: false,
        fields: Vec::new(),
        children: None,
        withheld: None,
        verbatim: None,
    };
    // The content of an attachment spreads its parts over the record.
    let own_file = if kind == Kind::Attachment { file(&members) } else { None };
    for (key, value) in members {
        match (key.as_str(), value) {
            ("uid", Json::String(text)) => record.uid = text,
            ("kind", Json::String(text)) if text == kind.name() => {}
            ("activity", Json::String(text)) => record.activity = text,
            ("legal_basis", Json::String(text)) => record.legal_basis = text,
            ("origin", Json::String(text)) => record.origin = text,
            ("source", Json::Object(source)) => {
                for (key, value) in source {
                    match (key.as_str(), value) {
                        ("store", Json::String(text)) => record.store = text,
                        ("collection", Json::String(text)) => record.collection = text,
                        _ => return Err(format!("source.{key}")),
                    }
                }
            }
            ("voluntary", Json::Bool(yes)) => record.voluntary = yes,
            ("restricted", Json::Bool(yes)) => record.restricted = yes,
            ("withheld", value @ Json::Object(_)) => record.withheld = Some(value),
            ("verbatim", value @ Json::Object(_)) => record.verbatim = Some(value),
            ("additional", Json::Object(additional)) => {
                let named = |(name, value)| (format!("{ADDITIONAL}{name}"), ArchivedValue::Json(value));
                record.fields.extend(additional.into_iter().map(named));
            }
            (key, Json::Array(items)) if Some(key) == kind.nests_as() => {
                record.children = Some(children(items, kind, key)?);
            }
            ("path", Json::String(_)) if own_file.is_some() => {
                record.fields.extend(own_file.clone().map(|file| ("content".to_owned(), ArchivedValue::File(file))));
            }
            ("bytes" | "sha256", _) if own_file.is_some() => {}
            (_, value) => field(&mut record.fields, kind, key, value)?,
        }
    }
    Ok(record)
}

fn children(items: Vec<Json>, kind: Kind, key: &str) -> Result<Vec<ArchivedRecord>, String> {
    let child = kind.child().ok_or(key)?;
    let one = |item| match item {
        Json::Object(members) => read(members, child),
        _ => Err(key.to_owned()),
    };
    items.into_iter().map(one).collect()
}

/// A field of the catalogue, or an object of such fields.
fn field(fields: &mut Vec<(String, ArchivedValue)>, kind: Kind, key: String, value: Json) -> Result<(), String> {
    if kind == Kind::Contact && key == "addresses" {
        fields.push((key, ArchivedValue::Json(value)));
        return Ok(());
    }
    let prefix = format!("{key}.");
    // What a configuration calls `address.*` of a contact is one of its `addresses`.
    let is_group =
        kind.fields().any(|spec| spec.path.starts_with(&prefix)) && !(kind == Kind::Contact && key == "address");
    match value {
        Json::Object(members) if is_group => {
            let own = file(&members);
            for (name, value) in members {
                let path = format!("{prefix}{name}");
                match (name.as_str(), &own) {
                    ("path", Some(file)) => fields.push((key.clone(), ArchivedValue::File(file.clone()))),
                    ("bytes" | "sha256", Some(_)) => {}
                    ("path", None) if value == Json::Null && kind.field(&key).is_some() => {
                        fields.push((key.clone(), ArchivedValue::Json(Json::Null)));
                    }
                    _ if kind.field(&path).is_some() => fields.push((path, ArchivedValue::Json(value))),
                    _ => return Err(path),
                }
            }
            Ok(())
        }
        Json::Object(members) if matches!(kind.field(&key), Some((_, spec)) if spec.shape == crate::records::Shape::Content) =>
        {
            let file = file(&members).filter(|_| members.len() == 3).ok_or_else(|| key.clone())?;
            fields.push((key, ArchivedValue::File(file)));
            Ok(())
        }
        // An attachment's `path` without a file would be a field that no archive of this version has.
        value if kind.field(&key).is_some() && !(kind == Kind::Attachment && key == "path") => {
            fields.push((key, ArchivedValue::Json(value)));
            Ok(())
        }
        _ => Err(key),
    }
}

/// `path`, `bytes` and `sha256` of a file.
fn file(members: &[(String, Json)]) -> Option<FileRef> {
    let text = |key| member(members, key).and_then(Json::as_str).map(str::to_owned);
    let Some(Json::Number(bytes)) = member(members, "bytes") else { return None };
    Some(FileRef { path: text("path")?, bytes: bytes.parse().ok()?, sha256: text("sha256")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(kind: Kind, text: &str) -> Result<ArchivedRecord, String> {
        let Ok(Json::Object(members)) = Json::parse(text) else { panic!("no object") };
        read(members, kind)
    }

    #[test]
    fn fields_keep_their_paths_and_their_order_and_files_are_told_from_values() {
        let record = parsed(
            Kind::Message,
            r#"{"uid":"u","channel":"phone","recording":{"path":"a.wav","bytes":3,"sha256":"00","duration":1.50},
                "attachments":[{"name":null,"path":"b.bin","bytes":0,"sha256":"11"},{"content":null}],
                "additional":{"z":1,"a":null}}"#,
        )
        .unwrap();
        let paths: Vec<&str> = record.fields.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["channel", "recording", "recording.duration", "additional.z", "additional.a"]);
        assert!(matches!(&record.fields[1].1, ArchivedValue::File(file) if file.bytes == 3));
        let children = record.children.unwrap();
        assert!(matches!(&children[0].fields[1], (path, ArchivedValue::File(_)) if path == "content"));
        assert_eq!(children[1].fields, [("content".to_owned(), ArchivedValue::Json(Json::Null))]);
    }

    #[test]
    fn what_is_not_known_is_named() {
        for (text, what) in [
            (r#"{"colour":"red"}"#, "colour"),
            (r#"{"name":{"full":"A","middle":"B"}}"#, "name.middle"),
            (r#"{"source":{"store":"a","table":"b"}}"#, "source.table"),
            (r#"{"address":{"street":"A"}}"#, "address"),
        ] {
            let error = parsed(Kind::Contact, text).unwrap_err();
            assert!(error.starts_with(what), "{text}: {error}");
        }
    }
}
