//! Records in the formats that address books, mail programs, accounting and conversation tools read.
//!
//! Pure functions from a [`Record`] to text or bytes: no store, no configuration, no zip. The records themselves
//! (contract 4) are authoritative; what a format has no place for stays there.

pub mod hledger;
pub mod jscontact;
pub mod mail;
pub mod names;
pub mod pdparchive;
pub mod schema;
pub mod vcard;
pub mod vcon;

#[cfg(test)]
pub(crate) mod sample;

use crate::records::{FieldValue, Record, Time};
use serde_json::Value;

/// Down to this depth every member has a line: a property of a schema, a telephone number of a card.
const SPREAD: usize = 4;

/// A JSON file: its upper members on lines of their own, a final newline, keys in the same order every time.
pub fn json_file(value: &Value) -> String {
    super::json::file(value, SPREAD)
}

/// The text that people read in this field: of a code its label. Nothing if it is absent, NULL or empty.
fn shown<'a>(record: &'a Record, path: &str) -> Option<&'a str> {
    let text = match record.get(path)? {
        FieldValue::Code { label, .. } => label,
        other => other.as_text()?,
    };
    (!text.is_empty()).then_some(text)
}

/// The time in this field.
fn time<'a>(record: &'a Record, path: &str) -> Option<&'a Time> {
    match record.get(path)? {
        FieldValue::Time(time) => Some(time),
        _ => None,
    }
}

/// RFC 3339 in UTC; a day counts from midnight UTC, because these formats have no days here.
fn utc(time: &Time) -> String {
    match time {
        Time::Instant(_, instant) => instant.to_string(),
        Time::Day(day, _) => format!("{day}T00:00:00Z"),
    }
}

/// A URI with every character that RFC 3986 does not allow percent-encoded; anything else as it stands.
fn uri(text: &str) -> String {
    let mut uri = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | ..=0x20 | 0x7f.. => {
                uri.push_str(&format!("%{byte:02X}"));
            }
            _ => uri.push(char::from(byte)),
        }
    }
    uri
}

/// Whether a text looks like a BCP 47 language tag.
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or("");
    (2..=8).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// What a person is called: as given, else from its parts. In Chinese the family name comes first.
pub fn person_name(record: &Record) -> Option<String> {
    let full = shown(record, "name.full").filter(|name| !name.trim().is_empty());
    let parts = || match (shown(record, "name.given"), shown(record, "name.surname")) {
        (Some(given), Some(surname)) if is_han(given) && is_han(surname) => Some(format!("{surname}{given}")),
        (Some(given), Some(surname)) => Some(format!("{given} {surname}")),
        (given, surname) => given.or(surname).map(str::to_owned),
    };
    full.map(str::to_owned).or_else(parts)
}

/// The name under which people look for a contact: the person's, else the organization, else an address or number; `-`
/// if the record holds none of them.
fn contact_name(record: &Record) -> String {
    let first_of = |path| match record.get(path) {
        Some(FieldValue::List(_, entries)) => {
            entries.iter().map(|entry| entry.value.clone()).find(|value| !value.trim().is_empty())
        }
        _ => None,
    };
    person_name(record)
        .or_else(|| shown(record, "organization").map(str::to_owned))
        .or_else(|| first_of("emails"))
        .or_else(|| first_of("phones"))
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "-".to_owned())
}

/// Chinese characters only: the family name comes first and no space stands between.
fn is_han(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'))
}
