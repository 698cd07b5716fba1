//! Contacts as vCard 4.0 (RFC 6350).
//!
//! Written here rather than by the crate calcard: what is needed are forty lines without its dependencies, and so
//! calcard can be the independent reader in the tests.

use super::{contact_name, is_language_tag, shown, time, uri};
use crate::records::value::PostalAddress;
use crate::records::{FieldValue, Record, Time};

/// The longest line in octets, without its line break (RFC 6350, section 3.2).
const LINE: usize = 75;
/// Labels that TYPE may hold, by property (RFC 6350, sections 5.6 and 6.4.1; RFC 9554, section 5.1).
const TYPES: [(&str, &[&str]); 3] = [
    ("EMAIL", &["home", "work"]),
    ("TEL", &["home", "work", "cell", "voice", "fax", "text", "video", "pager", "textphone"]),
    ("ADR", &["home", "work", "billing", "delivery"]),
];

/// The card of one contact record.
///
/// Single values that no vCard property can hold (a language that is no language tag) go into an `X-` property; fields
/// that only this controller has stay in the record.
pub fn vcard(record: &Record) -> String {
    let mut card = Card { out: String::from("BEGIN:VCARD\r\nVERSION:4.0\r\n"), groups: 0 };
    card.line("PRODID:-//art20//art20//EN");
    card.line(&format!("UID:{}", record.uid.as_str()));
    card.line(&format!("FN:{}", text(&contact_name(record))));
    let (given, surname) = (shown(record, "name.given"), shown(record, "name.surname"));
    if given.is_some() || surname.is_some() {
        card.line(&format!("N:{};{};;;", component(surname.unwrap_or("")), component(given.unwrap_or(""))));
    }
    if let Some(organization) = shown(record, "organization") {
        card.line(&format!("ORG:{}", component(organization)));
    }
    if let Some(role) = shown(record, "role") {
        card.line(&format!("TITLE:{}", text(role)));
    }
    for (field, property) in [("emails", "EMAIL"), ("phones", "TEL")] {
        if let Some(FieldValue::List(_, entries)) = record.get(field) {
            for entry in entries.iter().filter(|entry| !entry.value.is_empty()) {
                card.labelled(property, entry.label.as_deref(), &text(&entry.value));
            }
        }
    }
    if let Some(FieldValue::Addresses(addresses)) = record.get("addresses") {
        for address in addresses.iter().filter(|address| address.parts.iter().any(|(_, part)| part.is_some())) {
            card.labelled("ADR", address.label.as_deref(), &postal(address));
        }
    }
    match record.get("birthday") {
        Some(FieldValue::Time(time)) => card.line(&format!("BDAY:{}", basic(time.as_str().get(..10).unwrap_or("")))),
        _ => card.text(record, "birthday", "BDAY;VALUE=text"),
    }
    match shown(record, "language") {
        Some(tag) if is_language_tag(tag) => card.line(&format!("LANG:{tag}")),
        _ => card.text(record, "language", "X-LANGUAGE"),
    }
    if let Some(url) = shown(record, "url") {
        // A URI is not escaped, but some readers take a comma or semicolon in it for the end of the value.
        card.line(&format!("URL:{}", uri(url).replace(',', "%2C").replace(';', "%3B")));
    }
    card.text(record, "notes", "NOTE");
    match time(record, "updated") {
        Some(Time::Instant(_, instant)) => card.line(&format!("REV:{}", instant.strftime("%Y%m%dT%H%M%SZ"))),
        Some(Time::Day(day, _)) => card.line(&format!("REV:{}T000000Z", basic(day))),
        None => {}
    }
    card.line("END:VCARD");
    card.out
}

/// A card under construction.
struct Card {
    out: String,
    groups: usize,
}

impl Card {
    /// One content line, folded between characters.
    fn line(&mut self, content: &str) {
        let mut width = 0;
        for c in content.chars() {
            if width + c.len_utf8() > LINE {
                self.out.push_str("\r\n ");
                width = 1;
            }
            self.out.push(c);
            width += c.len_utf8();
        }
        self.out.push_str("\r\n");
    }

    /// A property whose value is the text of a field.
    fn text(&mut self, record: &Record, field: &str, property: &str) {
        if let Some(value) = shown(record, field) {
            self.line(&format!("{property}:{}", text(value)));
        }
    }

    /// A property with its label: a registered word as TYPE, free text as a property beside it in the same group, the
    /// form that address books read. Parameters have no escape that all readers know.
    fn labelled(&mut self, property: &str, label: Option<&str>, value: &str) {
        match label.filter(|label| !label.is_empty()) {
            None => self.line(&format!("{property}:{value}")),
            Some(word) if TYPES.iter().any(|(of, words)| *of == property && words.contains(&word)) => {
                self.line(&format!("{property};TYPE={word}:{value}"));
            }
            Some(label) => {
                self.groups += 1;
                let group = self.groups;
                self.line(&format!("item{group}.{property}:{value}"));
                self.line(&format!("item{group}.X-ABLabel:{}", text(label)));
            }
        }
    }
}

/// ADR: post-office box and extension are deprecated and stay empty (RFC 6350, section 6.3.1).
fn postal(address: &PostalAddress) -> String {
    let part = |name| component(address.part(name).unwrap_or(""));
    let (street, locality, region) = (part("street"), part("locality"), part("region"));
    format!(";;{street};{locality};{region};{};{}", part("postcode"), part("country"))
}

/// A text value (RFC 6350, section 3.4). Every kind of line break becomes `\n`, because some readers end a line at
/// U+0085 or U+2028 too; other control characters cannot stand in a vCard.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut after_return = false;
    for c in value.chars() {
        match c {
            '\n' if after_return => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\\' => escaped.push_str("\\\\"),
            ',' => escaped.push_str("\\,"),
            '\t' => escaped.push('\t'),
            c if c.is_ascii_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
        after_return = c == '\r';
    }
    escaped
}

/// A component of a structured value, where semicolons separate.
fn component(value: &str) -> String {
    text(value).replace(';', "\\;")
}

/// A day in the basic format of ISO 8601.
fn basic(day: &str) -> String {
    day.replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::records::Kind;
    use crate::records::value::ListOf;
    use calcard::vcard::{VCard, VCardEntry, VCardProperty, VCardValue};
    use proptest::prelude::*;

    fn entries<'a>(card: &'a VCard, name: &str) -> Vec<&'a VCardEntry> {
        card.entries.iter().filter(|entry| entry.name.as_str().eq_ignore_ascii_case(name)).collect()
    }

    fn values(card: &VCard, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        for entry in entries(card, name) {
            for value in &entry.values {
                match value {
                    VCardValue::Text(text) => values.push(text.clone()),
                    VCardValue::Component(texts) => values.push(texts.join(",")),
                    other => values.push(format!("{other:?}")),
                }
            }
        }
        values
    }

    fn assert_form(card: &str) {
        assert!(card.starts_with("BEGIN:VCARD\r\nVERSION:4.0\r\n") && card.ends_with("END:VCARD\r\n"));
        for line in card.split("\r\n") {
            assert!(line.len() <= 75, "{line:?}");
            assert!(!line.contains(|c: char| c.is_ascii_control() && c != '\t'), "{line:?}");
        }
    }

    #[test]
    fn an_independent_reader_finds_every_value_of_a_contact() {
        let card = vcard(&sample::contact());
        assert_form(&card);
        let read = VCard::parse(&card).unwrap();
        assert_eq!(values(&read, "FN"), ["Zoë Ångström-O’Neil, \"Zo\"; PhD"]);
        assert_eq!(values(&read, "N")[..2], ["Ångström-O’Neil", "Zoë"]);
        assert_eq!(values(&read, "ORG"), ["R;D, Example\\AB"]);
        assert_eq!(values(&read, "EMAIL"), ["zoe@example.com", "李@例子.中国"]);
        assert_eq!(values(&read, "TEL"), ["+4670123456", "+86 10 1234"]);
        assert_eq!(values(&read, "X-ABLabel"), ["Büro; \"x\"^", "前台\nBcc: x", "工厂"]);
        assert_eq!(values(&read, "ADR")[2..4], ["Storgatan 1, lgh 2; c/o", "Stockholm"]);
        assert_eq!(values(&read, "NOTE"), ["Line one\nLine two\nthree\nשלום 👩‍👩‍👧‍👦\u{fffd}\u{fffd}\nend\\n"]);
        assert_eq!(values(&read, "URL"), ["https://%E4%BE%8B%E5%AD%90.%E4%B8%AD%E5%9B%BD/a%2Cb%3Bc?x=1%202"]);
        assert_eq!(values(&read, "UID"), [sample::contact().uid.as_str()]);
        assert!(card.contains("\r\nBDAY:19840229\r\n") && card.contains("\r\nREV:20240302T010000Z\r\n"));
        assert!(card.contains("\r\nADR;TYPE=billing:") && card.contains("\r\nTEL;TYPE=cell:+4670123456\r\n"));
        assert_eq!(read.entries.iter().filter(|e| matches!(e.name, VCardProperty::Fn)).count(), 1);
    }

    #[test]
    fn a_contact_always_has_a_name_to_be_found_by() {
        let name = |entries| {
            let card = vcard(&sample::record(Kind::Contact, "2", entries));
            assert_form(&card);
            card.lines().find_map(|line| line.strip_prefix("FN:").map(str::to_owned)).unwrap()
        };
        use sample::{list, text};
        assert_eq!(name(vec![("name.given", text("Ann")), ("name.surname", text("Lee"))]), "Ann Lee");
        assert_eq!(name(vec![("name.given", text("雷")), ("name.surname", text("李"))]), "李雷");
        assert_eq!(name(vec![("name.full", text("")), ("organization", text("Acme"))]), "Acme");
        assert_eq!(name(vec![("emails", list(ListOf::Emails, &[("", ""), ("a@x.org", "")]))]), "a@x.org");
        assert_eq!(name(vec![("name.full", FieldValue::Null)]), "-");
        assert_eq!(name(vec![("name.full", text(" \t"))]), "-");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_equal(name in "\\PC{1,80}", label in "\\PC{1,40}", note in "(\\PC|\n){1,400}") {
            let record = sample::record(Kind::Contact, "3", vec![
                ("name.full", sample::text(&format!("x{name}x"))),
                ("phones", sample::list(ListOf::Phones, &[("+1", &format!("x{label}x"))])),
                ("notes", sample::text(&format!("x{note}x"))),
            ]);
            let card = vcard(&record);
            assert_form(&card);
            let read = VCard::parse(&card).unwrap();
            let lines = |text: &str| format!("x{text}x").replace(['\u{2028}', '\u{2029}'], "\n");
            prop_assert_eq!(values(&read, "FN"), [lines(&name)]);
            prop_assert_eq!(values(&read, "X-ABLabel").concat(), lines(&label));
            prop_assert_eq!(values(&read, "NOTE"), [lines(&note)]);
        }
    }
}
