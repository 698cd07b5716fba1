//! The form of a record by contract 4: its keys, their order, and what every record has.

use super::fault::{FaultCode, Faults};
use super::ijson::{Member, Value};
use super::reading::Files;
use super::values;
use crate::records::{Code, Kind, LegalBasis, Origin, Shape};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// Where a record stands: what a fault may say of it.
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) line: u64,
}

impl Place<'_> {
    pub(super) fn fault(&self, code: FaultCode, detail: &str, faults: &mut Faults) {
        faults.add(code, self.file, format!("line {}: {detail}", self.line));
    }
}

/// The keys that every record begins with.
const REQUIRED: [&str; 6] = ["uid", "kind", "activity", "legal_basis", "origin", "source"];

/// The value of a key.
pub(super) fn get<'r, 't>(object: &'r [Member<'t>], key: &str) -> Option<&'r Value<'t>> {
    object.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// The bytes of a uid of contract 4: a URN of a version 5 UUID.
pub(super) fn uuid5(text: &str) -> Option<[u8; 16]> {
    let uuid = uuid::Uuid::try_parse(text).ok()?;
    let as_written = *uuid.urn().encode_lower(&mut uuid::Uuid::encode_buffer()) == *text;
    let right = as_written && uuid.get_version_num() == 5 && uuid.get_variant() == uuid::Variant::RFC4122;
    right.then(|| uuid.into_bytes())
}

/// The children of a record, with their kind.
pub(super) fn children<'r, 't>(record: &'r [Member<'t>], kind: Kind) -> impl Iterator<Item = (Kind, &'r [Member<'t>])> {
    let child = Kind::ALL.into_iter().find(|child| child.parent() == Some(kind));
    let key = child.and_then(Kind::nested_as);
    let list = match key.and_then(|key| get(record, key)) {
        Some(Value::Array(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(move |item| match item {
        Value::Object(members) => child.map(|child| (child, members.as_slice())),
        _ => None,
    })
}

/// Checks a record and its children.
pub(super) fn check(record: &[Member<'_>], kind: Kind, place: &Place<'_>, files: &Files<'_>, faults: &mut Faults) {
    identity(record, kind, place, faults);
    order(record, kind, place, faults);
    values::check(record, kind, place, files, faults);
    verbatim_and_withheld(record, kind, place, faults);
    if let Some(key) = Kind::ALL.into_iter().find(|child| child.parent() == Some(kind)).and_then(Kind::nested_as)
        && let Some(value) = get(record, key)
        && !matches!(value, Value::Array(items) if items.iter().all(|item| matches!(item, Value::Object(_))))
    {
        place.fault(FaultCode::RecordValue, &format!("`{key}` is not a list of records"), faults);
    }
    for (child_kind, child) in children(record, kind) {
        check(child, child_kind, place, files, faults);
    }
}

/// What every record has.
fn identity(record: &[Member<'_>], kind: Kind, place: &Place<'_>, faults: &mut Faults) {
    for key in REQUIRED {
        if get(record, key).is_none() {
            place.fault(FaultCode::RecordKey, &format!("no `{key}`"), faults);
        }
    }
    let text = |key: &str| get(record, key).map(Value::as_str);
    if text("uid").is_some_and(|uid| uid.and_then(uuid5).is_none()) {
        place.fault(FaultCode::RecordUid, "not `urn:uuid:` and a version 5 UUID", faults);
    }
    if text("kind").is_some_and(|found| found != Some(kind.name())) {
        place.fault(FaultCode::RecordKind, &format!("not `{}`", kind.name()), faults);
    }
    let mut value = |key: &str, fits: bool| {
        if !fits {
            place.fault(FaultCode::RecordValue, &format!("`{key}` is not one of its words"), faults);
        }
    };
    value("activity", text("activity").is_none_or(|found| found.is_some_and(|activity| !activity.is_empty())));
    value("legal_basis", text("legal_basis").is_none_or(|found| found.and_then(LegalBasis::named).is_some()));
    value("origin", text("origin").is_none_or(|found| found.and_then(Origin::named).is_some()));
    if let Some(source) = get(record, "source") {
        let named =
            |key| matches!(source, Value::Object(members) if get(members, key).and_then(Value::as_str).is_some());
        if !named("store") || !named("collection") {
            place.fault(FaultCode::RecordKey, "no `source.store` or `source.collection`", faults);
        }
    }
}

/// The keys of a kind in the order of the catalogue, each once.
fn ranks(kind: Kind) -> Vec<&'static str> {
    let fields = kind.fields().flat_map(|spec| match (spec.shape, kind) {
        // A contact has a list of addresses, and the content of an attachment spreads its own entries.
        (Shape::Postal, Kind::Contact) => vec!["addresses"],
        (Shape::Content, Kind::Attachment) => vec!["content", "path", "bytes", "sha256"],
        _ => vec![spec.path.split('.').next().unwrap_or(spec.path)],
    });
    let nested = Kind::ALL.into_iter().filter(|child| child.parent() == Some(kind)).filter_map(Kind::nested_as);
    let all = REQUIRED.into_iter().chain(["voluntary", "restricted"]).chain(fields).chain(nested).chain([
        "additional",
        "withheld",
        "verbatim",
    ]);
    let mut ranks = Vec::new();
    for key in all {
        if !ranks.contains(&key) {
            ranks.push(key);
        }
    }
    ranks
}

/// Known keys follow the order of the catalogue; unknown ones may stand anywhere.
fn order(record: &[Member<'_>], kind: Kind, place: &Place<'_>, faults: &mut Faults) {
    static RANKS: LazyLock<Vec<(Kind, Vec<&str>)>> =
        LazyLock::new(|| Kind::ALL.into_iter().map(|kind| (kind, ranks(kind))).collect());
    let mut ahead = RANKS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, ranks)| ranks);
    let all = ahead;
    for (key, _) in record {
        // The next one is nearly always near.
        if let Some(at) = ahead.iter().position(|known| known == key) {
            ahead = &ahead[at..];
        } else if let Some(late) = all.iter().find(|known| *known == key) {
            return place.fault(FaultCode::RecordOrder, &format!("`{late}` comes too late"), faults);
        }
    }
}

/// `withheld` and `verbatim` name fields that are null, with a code or with what stood there.
fn verbatim_and_withheld(record: &[Member<'_>], kind: Kind, place: &Place<'_>, faults: &mut Faults) {
    let (mut checked, mut indexes) = (BTreeSet::new(), Indexes::default());
    for key in ["withheld", "verbatim"] {
        let members = match get(record, key) {
            None => continue,
            Some(Value::Object(members)) => members,
            Some(_) => {
                place.fault(FaultCode::RecordValue, &format!("`{key}` is not an object"), faults);
                continue;
            }
        };
        for (path, value) in members {
            if key == "withheld" && !codes(value) {
                place.fault(FaultCode::RecordValue, "`withheld` has an unknown code", faults);
            }
            if checked.insert(path) && is_single(kind, path) && !indexes.is_null(record, path) {
                // The path can be the name that a controller gave to its own field, which says nothing of a person.
                place.fault(FaultCode::RecordNotNull, &format!("`{}`", path.escape_debug()), faults);
            }
        }
    }
}

fn codes(value: &Value<'_>) -> bool {
    let known =
        |value: &Value<'_>| value.as_str().is_some_and(|text| Code::ALL.iter().any(|code| code.as_str() == text));
    match value {
        Value::Array(many) => many.iter().all(known),
        one => known(one),
    }
}

/// Whether one column at most goes to the field, so that the field is null if that column is kept back.
fn is_single(kind: Kind, path: &str) -> bool {
    let several = [Shape::Emails, Shape::Phones, Shape::Postal, Shape::Parties, Shape::Content, Shape::Party];
    path.starts_with("additional.") || kind.field(path).is_some_and(|(_, spec)| !several.contains(&spec.shape))
}

/// Up to so many members are looked at one after the other.
const FEW: usize = 40;

/// The members of large objects by their keys, so that a record that lists as many paths does not cost the square.
#[derive(Default)]
struct Indexes<'r, 't>(HashMap<*const Member<'t>, HashMap<&'r str, &'r Value<'t>>>);

impl<'r, 't> Indexes<'r, 't> {
    /// Whether a dotted path leads to null or to nothing.
    fn is_null(&mut self, record: &'r [Member<'t>], path: &str) -> bool {
        let value = match path.split_once('.') {
            None => self.get(record, path),
            Some((group, name)) => match self.get(record, group) {
                Some(Value::Object(members)) => self.get(members, name),
                other => other,
            },
        };
        value.is_none_or(|value| *value == Value::Null)
    }

    fn get(&mut self, object: &'r [Member<'t>], key: &str) -> Option<&'r Value<'t>> {
        if object.len() <= FEW {
            return get(object, key);
        }
        let index = || object.iter().map(|(name, value)| (&**name, value)).collect();
        self.0.entry(object.as_ptr()).or_insert_with(index).get(key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::verify::ijson;
    use std::time::{Duration, Instant};

    #[test]
    fn as_many_paths_as_members_do_not_cost_the_square() {
        let members = |prefix: &str, value: &str| {
            let members: Vec<String> = (0..100_000).map(|at| format!("\"{prefix}k{at}\":{value}")).collect();
            members.join(",")
        };
        let line = format!(
            r#"{{"additional":{{{},"late":1}},"withheld":{{{},"additional.late":"omitted"}},"verbatim":{{"subject":"x"}},"subject":"y"}}"#,
            members("", "null"),
            members("additional.", "\"omitted\""),
        );
        let record = ijson::object(&line).unwrap();
        let (mut faults, began) = (Faults::new(10), Instant::now());
        verbatim_and_withheld(&record, Kind::Message, &Place { file: "x", line: 7 }, &mut faults);
        assert!(began.elapsed() < Duration::from_secs(10), "a second is much");
        let (kept, _) = faults.into_parts();
        let details: Vec<_> = kept.iter().map(|fault| (fault.code, fault.detail.as_str())).collect();
        let not_null = FaultCode::RecordNotNull;
        assert_eq!(details, [(not_null, "line 7: `additional.late`"), (not_null, "line 7: `subject`")]);
    }
}
