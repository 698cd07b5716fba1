//! The form of each value by the catalogue of fields, and the files that records point to.

use super::fault::{FaultCode, Faults};
use super::ijson::{Member, Value};
use super::reading::Files;
use super::shape::{Place, get};
use super::{records, tables};
use crate::records::{FieldSpec, Kind, Shape, Time};
use jiff::tz::TimeZone;

/// What is wrong with a value.
type Wrong = &'static str;

/// Checks the fields of a record; children are checked by themselves.
pub(super) fn check(record: &[Member<'_>], kind: Kind, place: &Place<'_>, files: &Files<'_>, faults: &mut Faults) {
    for spec in kind.fields() {
        let Some(value) = field(record, kind, spec) else { continue };
        if *value == Value::Null {
            continue;
        }
        if let Err(wrong) = fits(value, spec.shape, kind) {
            place.fault(FaultCode::RecordValue, &format!("`{}` is {wrong}", spec.path), faults);
        }
        if spec.shape == Shape::Content
            && let Value::Object(members) = value
        {
            file(members, spec.path, place, files, faults);
        }
    }
    if kind == Kind::Attachment {
        file(record, "content", place, files, faults);
    }
    if get(record, "additional").is_some_and(|value| !matches!(value, Value::Object(_))) {
        place.fault(FaultCode::RecordValue, "`additional` is not an object", faults);
    }
}

/// The value of a field, which may stand in a nested object.
fn field<'r, 't>(record: &'r [Member<'t>], kind: Kind, spec: &FieldSpec) -> Option<&'r Value<'t>> {
    match (spec.path.split_once('.'), spec.shape) {
        (Some(_), Shape::Postal) if kind == Kind::Contact => get(record, "addresses"),
        (Some((group, name)), _) => match get(record, group)? {
            Value::Object(members) => get(members, name),
            Value::Null => None,
            other => Some(other),
        },
        (None, _) => get(record, spec.path),
    }
}

/// Whether a value that is not null has the form of its field.
fn fits(value: &Value<'_>, shape: Shape, kind: Kind) -> Result<(), Wrong> {
    let yes = |fits: bool, wrong: Wrong| if fits { Ok(()) } else { Err(wrong) };
    match shape {
        Shape::Any => Ok(()),
        // The place of a postal address differs, the parts do not.
        Shape::Postal if kind == Kind::Contact => yes(list(value, |item| texts(item, POSTAL)), "no list of addresses"),
        Shape::Text | Shape::Reference | Shape::Postal => yes(is_text(value), "no text and no code with its label"),
        Shape::Word(words) => {
            yes(is_code(value) || value.as_str().is_some_and(|text| words.contains(&text)), "not one of its words")
        }
        Shape::Time | Shape::Day => yes(value.as_str().is_some_and(is_time), "no RFC 3339 time with offset and no day"),
        Shape::Money | Shape::Decimal => {
            yes(value.as_str().is_some_and(is_decimal), "no exact decimal number as a string")
        }
        Shape::Currency => yes(
            value.as_str().is_some_and(|text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())),
            "no ISO 4217 code",
        ),
        Shape::Integer => yes(is_code(value) || is_integer(value), "no whole number"),
        Shape::Seconds => yes(matches!(value, Value::Number(_) | Value::String(_)), "no number"),
        Shape::Emails => yes(list(value, |item| texts(item, &["address", "label"])), "no list of {address, label}"),
        Shape::Phones => yes(list(value, |item| texts(item, &["number", "label"])), "no list of {number, label}"),
        Shape::Party => yes(texts(value, &["name", "address"]), "no {name, address}"),
        Shape::Parties => yes(list(value, |item| texts(item, &["name", "address"])), "no list of {name, address}"),
        Shape::Content => yes(matches!(value, Value::Object(_)), "no {path, bytes, sha256}"),
    }
}

/// The parts of an address of a contact.
const POSTAL: &[&str] = &["street", "locality", "region", "postcode", "country", "label"];

fn list(value: &Value<'_>, item: impl Fn(&Value<'_>) -> bool) -> bool {
    matches!(value, Value::Array(items) if items.iter().all(item))
}

/// An object whose values under these keys are texts or null.
fn texts(value: &Value<'_>, keys: &[&str]) -> bool {
    let Value::Object(members) = value else { return false };
    members.iter().all(|(key, value)| !keys.contains(&&**key) || *value == Value::Null || is_text(value))
}

fn is_text(value: &Value<'_>) -> bool {
    matches!(value, Value::String(_)) || is_code(value)
}

/// A code with its label (requirement E5).
fn is_code(value: &Value<'_>) -> bool {
    let Value::Object(members) = value else { return false };
    ["code", "label"].iter().all(|key| get(members, key).and_then(Value::as_str).is_some())
}

/// As a number, or as a string where it is too large for one (requirement E14).
fn is_integer(value: &Value<'_>) -> bool {
    let (Value::Number(text) | Value::String(text)) = value else { return false };
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    text.split_once('.').map_or(digits(text), |(whole, fraction)| digits(whole) && digits(fraction))
}

/// `2024-03-01` or `2024-03-01T09:00:00.250+08:00`: only what [`Time`] reads without having to guess anything.
fn is_time(text: &str) -> bool {
    let Some((day, clock)) = text.split_at_checked(10) else { return false };
    let exists = || Time::parse(text, &TimeZone::UTC).is_some();
    if clock.is_empty() {
        return day.is_ascii() && exists();
    }
    let bytes = clock.as_bytes();
    let clock_like = bytes.len() >= 10 && bytes[0] == b'T' && bytes[3] == b':' && bytes[6] == b':';
    let offset = clock.strip_suffix('Z').or_else(|| {
        let at = clock.len().checked_sub(6)?;
        let (rest, offset) = clock.split_at_checked(at)?;
        (offset.starts_with(['+', '-']) && offset.as_bytes()[3] == b':').then_some(rest)
    });
    clock_like && offset.is_some_and(|rest| rest.len() >= 9 && !rest.contains([' ', ','])) && exists()
}

/// A file that a record points to: there, and the same.
fn file(members: &[Member<'_>], field: &str, place: &Place<'_>, files: &Files<'_>, faults: &mut Faults) {
    let Some(path) = get(members, "path").and_then(Value::as_str) else { return };
    if !files.tree().contains(path) {
        return place.fault(FaultCode::RecordFileMissing, &format!("`{field}` points to no file"), faults);
    }
    if [records::FOLDER, tables::FOLDER].into_iter().any(|folder| path.starts_with(folder)) {
        return place.fault(FaultCode::RecordFileMismatch, &format!("`{field}` points to records or a table"), faults);
    }
    // One that cannot be read has its fault already.
    let Some(known) = files.known(path) else { return };
    let bytes = match get(members, "bytes") {
        None | Some(Value::Null) => true,
        Some(bytes) => matches!(bytes, Value::Number(text) if *text == known.bytes.to_string()),
    };
    let sha256 = match get(members, "sha256") {
        None | Some(Value::Null) => true,
        Some(digest) => digest.as_str().is_some_and(|hex| files.is_sha256(&known, hex)),
    };
    if !bytes || !sha256 {
        let what = if bytes { "SHA-256" } else { "size" };
        place.fault(FaultCode::RecordFileMismatch, &format!("`{field}`: another {what}"), faults);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_an_offset_and_a_day_has_none() {
        for text in ["2024-03-01", "2024-03-01T09:00:00Z", "2024-03-01T09:00:00.1234567890+08:00"] {
            assert!(is_time(text), "{text}");
        }
        for text in [
            "2024-03-01T09:00:00",
            "2024-03-01 09:00:00Z",
            "2024-03-01T09:00Z",
            "2024-02-30",
            "01.03.2024",
            "2024-03-01T09:00:00+0800",
            "",
            "Fri, 01 Mar 2024 09:00:00 +0100",
        ] {
            assert!(!is_time(text), "{text}");
        }
    }

    #[test]
    fn a_decimal_is_plain_and_exact() {
        assert!(is_decimal("-19.90") && is_decimal("0"));
        assert!(!["1e3", "1.", ".5", "1,0", "", "NaN"].into_iter().any(is_decimal));
    }
}
