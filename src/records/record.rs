//! The record: one row of a store in its canonical form, and the one way in which it is written to JSON (contract 4).

use super::codes::Code;
use super::content::FileRef;
use super::json::Json;
use super::kind::Kind;
use super::legal_basis::{LegalBasis, Origin};
use super::uid::Uid;
use super::value::FieldValue;
use base64::Engine as _;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// The prefix of fields that only this controller knows.
pub const ADDITIONAL: &str = "additional.";

/// One row in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name, the same in every later export.
    pub uid: Uid,
    /// Its kind.
    pub kind: Kind,
    /// The key of its processing activity.
    pub activity: String,
    /// The basis of that activity.
    pub legal_basis: LegalBasis,
    /// Where the data came from.
    pub origin: Origin,
    /// Where it stands at the controller.
    pub source: Source,
    /// Given although Art. 20 does not ask for it.
    pub voluntary: bool,
    /// Its processing is restricted (Art. 18).
    pub restricted: bool,
    /// The mapped fields in the order of the catalogue, then the additional ones.
    pub entries: Vec<Entry>,
    /// Lines or attachments, if the configuration has a collection of them.
    pub children: Option<Vec<Record>>,
    /// Fields whose value is held back, with the reason.
    pub withheld: Vec<(String, Code)>,
    /// What stood in fields that could not be normalised.
    pub verbatim: Vec<(String, Verbatim)>,
}

/// The store and collection of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The configured name of the store.
    pub store: String,
    /// The configured name of the collection.
    pub collection: String,
}

/// One mapped field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path of the catalogue (`amount.value`) or `additional.NAME`.
    pub path: Cow<'static, str>,
    /// Its value.
    pub value: FieldValue,
}

/// What stood where no value of the field's type could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verbatim {
    /// A text or number.
    Json(Json),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

impl Record {
    /// The value of the field with this path.
    pub fn get(&self, path: &str) -> Option<&FieldValue> {
        self.entries.iter().find(|entry| entry.path == path).map(|entry| &entry.value)
    }

    /// The text of the field with this path, if it has one.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path).and_then(FieldValue::as_text)
    }

    /// The children, none if no collection of them is configured.
    pub fn children(&self) -> &[Record] {
        self.children.as_deref().unwrap_or(&[])
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("uid", self.uid.as_str())?;
        map.serialize_entry("kind", self.kind.name())?;
        map.serialize_entry("activity", &self.activity)?;
        map.serialize_entry("legal_basis", self.legal_basis.name())?;
        map.serialize_entry("origin", self.origin.name())?;
        map.serialize_entry("source", &self.source)?;
        if self.voluntary {
            map.serialize_entry("voluntary", &true)?;
        }
        if self.restricted {
            map.serialize_entry("restricted", &true)?;
        }
        let additional = self.entries.partition_point(|entry| !entry.path.starts_with(ADDITIONAL));
        let (fields, additional) = self.entries.split_at(additional);
        for run in fields.chunk_by(|a, b| segment(&a.path) == segment(&b.path)) {
            match run {
                [Entry { value: FieldValue::File(file), path }] if path == "content" => file_entries(&mut map, file)?,
                [only] if !only.path.contains('.') => map.serialize_entry(only.path.as_ref(), &only.value)?,
                _ => map.serialize_entry(segment(&run[0].path), &Group(run))?,
            }
        }
        if let (Some(children), Some(key)) = (&self.children, self.kind.nests_as()) {
            map.serialize_entry(key, children)?;
        }
        if !additional.is_empty() {
            map.serialize_entry("additional", &Group(additional))?;
        }
        if !self.withheld.is_empty() {
            map.serialize_entry("withheld", &Merged(&self.withheld))?;
        }
        if !self.verbatim.is_empty() {
            map.serialize_entry("verbatim", &Merged(&self.verbatim))?;
        }
        map.end()
    }
}

/// The object that a dotted path is nested in, or the whole path.
fn segment(path: &str) -> &str {
    // Paths are short: a search that is made for long texts takes longer than the path.
    path.bytes().position(|byte| byte == b'.').map_or(path, |at| &path[..at])
}

/// Fields of one nested object. A file among them (`recording` beside `recording.duration`) spreads its own entries.
struct Group<'a>(&'a [Entry]);

impl Serialize for Group<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for entry in self.0 {
            match (entry.path.split_once('.'), &entry.value) {
                (Some((_, name)), value) => map.serialize_entry(name, value)?,
                (None, FieldValue::File(file)) => file_entries(&mut map, file)?,
                (None, value) => map.serialize_entry("path", value)?,
            }
        }
        map.end()
    }
}

/// `path`, `bytes` and `sha256` of a file.
fn file_entries<M: SerializeMap>(map: &mut M, file: &FileRef) -> Result<(), M::Error> {
    map.serialize_entry("path", &file.path)?;
    map.serialize_entry("bytes", &file.bytes)?;
    map.serialize_entry("sha256", &file.sha256)
}

/// An object from pairs; the values of a key that occurs more than once (two columns of one list) become a list.
struct Merged<'a, T>(&'a [(String, T)]);

impl<T: Serialize> Serialize for Merged<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (at, (key, value)) in self.0.iter().enumerate() {
            if self.0[..at].iter().any(|(earlier, _)| earlier == key) {
                continue;
            }
            let all: Vec<&T> = self.0[at..].iter().filter(|(other, _)| other == key).map(|(_, value)| value).collect();
            if all.len() == 1 {
                map.serialize_entry(key, value)?;
            } else {
                map.serialize_entry(key, &all)?;
            }
        }
        map.end()
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("store", &self.store)?;
        map.serialize_entry("collection", &self.collection)?;
        map.end()
    }
}

impl Serialize for Verbatim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Verbatim::Json(json) => json.serialize(serializer),
            Verbatim::Bytes(bytes) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("base64", &base64::engine::general_purpose::STANDARD.encode(bytes))?;
                map.end()
            }
        }
    }
}
