//! The value of one field of a record: a small closed set of shapes, each written to JSON in one way.

use super::content::{Content, FileRef};
use super::decimal::Decimal;
use super::json::Json;
use super::party::Party;
use super::time::Time;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// A normalised value. What could not be normalised is `Null` here and stands in the record's `verbatim`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// The column is NULL, or the value is withheld or verbatim.
    Null,
    /// Exact text.
    Text(String),
    /// A code of the controller with its label.
    Code {
        /// The stored code.
        code: String,
        /// Its configured meaning.
        label: String,
    },
    /// A whole number within the range that every JSON reader keeps.
    Integer(i64),
    /// An exact decimal number: money, a quantity.
    Decimal(Decimal),
    /// A duration in seconds, exact.
    Seconds(Decimal),
    /// A point in time or a day.
    Time(Time),
    /// E-mail addresses or phone numbers, each perhaps with a label.
    List(ListOf, Vec<Labelled>),
    /// A sender.
    Party(Party),
    /// Recipients.
    Parties(Vec<Party>),
    /// Postal addresses of a contact.
    Addresses(Vec<PostalAddress>),
    /// A structured additional value.
    Json(Json),
    /// A file that still has to be written.
    Content(Box<Content>),
    /// A file of the archive.
    File(FileRef),
}

/// What a list holds, and so what its entries are called in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOf {
    /// `{address, label}`.
    Emails,
    /// `{number, label}`.
    Phones,
}

impl ListOf {
    /// The JSON key of the value of an entry.
    pub fn key(self) -> &'static str {
        match self {
            ListOf::Emails => "address",
            ListOf::Phones => "number",
        }
    }
}

/// An e-mail address or phone number as stored, with the configured label of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The address or number.
    pub value: String,
    /// For example `work`.
    pub label: Option<String>,
}

/// A postal address: its mapped parts in the order of the catalogue, NULL ones as `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostalAddress {
    /// (`street`, `locality`, `region`, `postcode` or `country`, text).
    pub parts: Vec<(String, Option<String>)>,
    /// For example `billing`.
    pub label: Option<String>,
}

impl PostalAddress {
    /// The text of one part.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|(part, _)| part == name).and_then(|(_, text)| text.as_deref())
    }
}

impl FieldValue {
    /// Whether there is nothing in it that could be withheld.
    pub fn is_null(&self) -> bool {
        matches!(self, FieldValue::Null)
    }

    /// The text of a text, code or decimal.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            FieldValue::Text(text) => Some(text),
            FieldValue::Code { code, .. } => Some(code),
            FieldValue::Decimal(decimal) | FieldValue::Seconds(decimal) => Some(decimal.as_str()),
            FieldValue::Time(time) => Some(time.as_str()),
            _ => None,
        }
    }
}

impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            FieldValue::Null | FieldValue::Content(_) => serializer.serialize_unit(),
            FieldValue::Text(text) => serializer.serialize_str(text),
            FieldValue::Code { code, label } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("code", code)?;
                map.serialize_entry("label", label)?;
                map.end()
            }
            FieldValue::Integer(number) => serializer.serialize_i64(*number),
            FieldValue::Decimal(decimal) => serializer.serialize_str(decimal.as_str()),
            FieldValue::Seconds(decimal) => Json::Number(decimal.as_str().to_owned()).serialize(serializer),
            FieldValue::Time(time) => serializer.serialize_str(time.as_str()),
            FieldValue::List(of, entries) => {
                let mut seq = serializer.serialize_seq(Some(entries.len()))?;
                for entry in entries {
                    seq.serialize_element(&Pairs(
                        &[(of.key(), Some(&entry.value)), ("label", entry.label.as_ref())],
                        true,
                    ))?;
                }
                seq.end()
            }
            FieldValue::Party(party) => party.serialize(serializer),
            FieldValue::Parties(parties) => parties.serialize(serializer),
            FieldValue::Addresses(addresses) => addresses.serialize(serializer),
            FieldValue::Json(json) => json.serialize(serializer),
            FieldValue::File(file) => file.serialize(serializer),
        }
    }
}

impl Serialize for Party {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Pairs(&[("name", self.name.as_ref()), ("address", self.address.as_ref())], false).serialize(serializer)
    }
}

impl Serialize for PostalAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, text) in &self.parts {
            map.serialize_entry(name, text)?;
        }
        if let Some(label) = &self.label {
            map.serialize_entry("label", label)?;
        }
        map.end()
    }
}

/// An object of texts; with `true`, absent ones are left out instead of null.
struct Pairs<'a>(&'a [(&'a str, Option<&'a String>)], bool);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0 {
            if value.is_some() || !self.1 {
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }
}
