//! Contacts as JSContact cards (RFC 9553) in the form that a Personal Data Portability Archive asks for
//! (draft-ietf-mailmaint-pdparchive-02, section 6.3.2.1): with `uid`, `updated` and `addressBookIds`.
//!
//! Labels of postal addresses that are no context of JSContact have no place in it; the vCard and the record hold them.

use super::{contact_name, is_language_tag, shown, time, uri, utc};
use crate::records::value::{ListOf, PostalAddress};
use crate::records::{FieldValue, Record, Time, Uid};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The card of one contact record in this address book. A record that does not say when it was changed counts as
/// changed when it was created, else at `as_of`, because the archive format demands a time.
pub fn card(record: &Record, address_book: &Uid, as_of: Timestamp) -> Value {
    let mut card = Map::new();
    let mut set = |key: &str, value: Value| card.insert(key.to_owned(), value);
    set("$schema", json!("https://id.schemas.pub/o/DTI/PDPArchive/pdpa-contact"));
    set("@type", json!("Card"));
    set("version", json!("1.0"));
    set("uid", json!(record.uid.as_str()));
    set("addressBookIds", json!({ address_book.as_str(): true }));
    let created = time(record, "created").map(utc);
    let updated = time(record, "updated").map(utc).or_else(|| created.clone());
    set("updated", json!(updated.unwrap_or_else(|| as_of.to_string())));
    if let Some(created) = created {
        set("created", json!(created));
    }
    set("name", name(record));
    if let Some(organization) = shown(record, "organization") {
        set("organizations", json!({ "o1": { "name": organization } }));
    }
    if let Some(role) = shown(record, "role") {
        set("titles", json!({ "t1": { "name": role, "kind": "title" } }));
    }
    for (field, prefix) in [("emails", "e"), ("phones", "p")] {
        if let Some(FieldValue::List(of, entries)) = record.get(field) {
            let entries = entries.iter().filter(|entry| !entry.value.is_empty());
            let entries = numbered(prefix, entries.map(|entry| labelled(*of, &entry.value, entry.label.as_deref())));
            if !entries.is_empty() {
                set(field, Value::Object(entries));
            }
        }
    }
    if let Some(FieldValue::Addresses(addresses)) = record.get("addresses") {
        let addresses =
            numbered("a", addresses.iter().map(postal).filter(|address| address.get("components").is_some()));
        if !addresses.is_empty() {
            set("addresses", Value::Object(addresses));
        }
    }
    if let Some(day) = time(record, "birthday").and_then(partial_date) {
        set("anniversaries", json!({ "b1": { "kind": "birth", "date": day } }));
    }
    if let Some(tag) = shown(record, "language").filter(|tag| is_language_tag(tag)) {
        set("preferredLanguages", json!({ "l1": { "language": tag } }));
    }
    if let Some(url) = shown(record, "url") {
        set("links", json!({ "u1": { "uri": uri(url) } }));
    }
    if let Some(note) = shown(record, "notes") {
        set("notes", json!({ "n1": { "note": note } }));
    }
    Value::Object(card)
}

fn name(record: &Record) -> Value {
    let parts = [("given", shown(record, "name.given")), ("surname", shown(record, "name.surname"))];
    let components: Vec<Value> = parts
        .into_iter()
        .filter_map(|(kind, value)| value.map(|value| json!({ "kind": kind, "value": value })))
        .collect();
    let mut name = json!({ "full": contact_name(record) });
    if !components.is_empty() {
        name["components"] = Value::Array(components);
        name["isOrdered"] = json!(false);
    }
    name
}

/// `e1`, `e2`, … : the keys say nothing, but stay the same.
fn numbered(prefix: &str, values: impl Iterator<Item = Value>) -> Map<String, Value> {
    values.enumerate().map(|(at, value)| (format!("{prefix}{}", at + 1), value)).collect()
}

/// An e-mail address or number; `home` and `work` are contexts, a phone's type is a feature, all else is a label.
fn labelled(of: ListOf, value: &str, label: Option<&str>) -> Value {
    let mut entry = json!({ of.key(): value });
    match (of, label.filter(|label| !label.is_empty())) {
        (_, None) => {}
        (_, Some("home")) => entry["contexts"] = json!({ "private": true }),
        (_, Some("work")) => entry["contexts"] = json!({ "work": true }),
        (ListOf::Phones, Some("cell")) => entry["features"] = json!({ "mobile": true }),
        (ListOf::Phones, Some(feature @ ("voice" | "fax" | "text" | "video" | "pager" | "textphone"))) => {
            entry["features"] = json!({ feature: true });
        }
        (_, Some(label)) => entry["label"] = json!(label),
    }
    entry
}

/// The components of a postal address (RFC 9553, section 2.5.1); the street is kept whole as `name`.
fn postal(address: &PostalAddress) -> Value {
    let kinds = [("street", "name"), ("locality", "locality"), ("region", "region"), ("postcode", "postcode")];
    let components: Vec<Value> = kinds
        .into_iter()
        .chain([("country", "country")])
        .filter_map(|(part, kind)| {
            let text = address.part(part).filter(|text| !text.is_empty())?;
            Some(json!({ "kind": kind, "value": text }))
        })
        .collect();
    let mut value = Map::new();
    if !components.is_empty() {
        value.insert("components".into(), Value::Array(components));
        value.insert("isOrdered".into(), json!(false));
    }
    let context = match address.label.as_deref() {
        Some("home") => Some("private"),
        Some(context @ ("work" | "billing" | "delivery")) => Some(context),
        _ => None,
    };
    if let Some(context) = context {
        value.insert("contexts".into(), json!({ context: true }));
    }
    Value::Object(value)
}

/// The day of a time as a PartialDate (RFC 9553, section 2.8.1).
fn partial_date(time: &Time) -> Option<Value> {
    let mut parts = time.as_str().get(..10)?.split('-').map(str::parse::<u16>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    Some(json!({ "@type": "PartialDate", "year": year, "month": month, "day": day }))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::records::Kind;

    fn book() -> Uid {
        Uid::parse("urn:uuid:9dd49a17-5789-528a-8089-5db3d428737c").unwrap()
    }

    #[test]
    fn a_card_holds_what_the_contact_holds() {
        let card = card(&sample::contact(), &book(), Timestamp::UNIX_EPOCH);
        assert_eq!(card["updated"], "2024-03-02T01:00:00.5Z");
        assert_eq!(card["created"], "2024-03-01T08:00:00.25Z");
        assert_eq!(card["addressBookIds"], json!({ book().as_str(): true }));
        assert_eq!(card["name"]["full"], "Zoë Ångström-O’Neil, \"Zo\"; PhD");
        assert_eq!(card["emails"]["e1"], json!({ "address": "zoe@example.com", "contexts": { "private": true } }));
        assert_eq!(card["emails"]["e2"]["label"], "Büro; \"x\"^");
        assert_eq!(card["phones"]["p1"]["features"], json!({ "mobile": true }));
        assert_eq!(card["addresses"]["a1"]["contexts"], json!({ "billing": true }));
        assert_eq!(card["addresses"]["a2"]["components"][0], json!({ "kind": "name", "value": "中关村大街1号" }));
        assert_eq!(card["anniversaries"]["b1"]["date"]["day"], 29);
        assert_eq!(card["preferredLanguages"]["l1"]["language"], "zh-CN");
        assert!(card["notes"]["n1"]["note"].as_str().unwrap().contains("👩‍👩‍👧‍👦\0\u{7}"));
    }

    #[test]
    fn an_independent_reader_takes_the_card() {
        let written = card(&sample::contact(), &book(), Timestamp::UNIX_EPOCH).to_string();
        let read = calcard::jscontact::JSContact::<String, String>::parse(&written).unwrap();
        let vcard = read.into_vcard().unwrap().to_string();
        for text in ["zoe@example.com", "+86 10 1234", "Ingenjör", "北京", "19840229"] {
            assert!(vcard.contains(text), "{text} in {vcard}");
        }
    }

    #[test]
    fn an_empty_contact_still_has_all_that_the_archive_format_demands() {
        let empty = sample::record(Kind::Contact, "2", vec![("emails", sample::list(ListOf::Emails, &[("", "x")]))]);
        let card = card(&empty, &book(), Timestamp::UNIX_EPOCH);
        assert_eq!(card["updated"], "1970-01-01T00:00:00Z");
        assert_eq!(card["name"], json!({ "full": "-" }));
        assert!(card.get("emails").is_none());
    }
}
