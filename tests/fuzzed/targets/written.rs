//! What art20 writes of anybody's words, as independent readers see it: a contact as a vCard, a message as an e-mail.

use art20::archive::formats::mail::{Attachment, compose};
use art20::archive::formats::vcard::vcard;
use art20::records::uid::Namespace;
use art20::records::value::ListOf;
use art20::records::{Entry, FieldValue, Kind, Labelled, LegalBasis, Origin, Party, Record, Source};
use calcard::vcard::{VCard, VCardValue};
use mail_parser::{MessageParser, MimeHeaders as _};
use std::borrow::Cow;

/// Lines `FIELD=TEXT`, in TEXT `\n`, `\r`, `\0` and `\\`, are the fields of a contact and of a message; what two readers
/// find in card and e-mail are these texts and nothing else.
pub fn written(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines = || text.lines().filter_map(|line| line.split_once('=')).map(|(field, text)| (field, unescaped(text)));
    let first = |field: &str| lines().find(|(name, _)| *name == field).map(|(_, text)| text);
    let each = |field: &str| -> Vec<String> { lines().filter(|(n, _)| *n == field).map(|(_, text)| text).collect() };
    a_contact(&first, &each);
    a_message(&first, &each);
}

fn a_contact(first: &dyn Fn(&str) -> Option<String>, each: &dyn Fn(&str) -> Vec<String>) {
    let mut entries = Vec::new();
    for path in ["name.full", "name.given", "name.surname", "organization", "role", "language", "url", "notes"] {
        entries.extend(first(path).map(|text| entry(path, FieldValue::Text(text))));
    }
    let label = first("label");
    let labelled = |field: &str| -> Vec<Labelled> {
        each(field).into_iter().map(|value| Labelled { value, label: label.clone() }).collect()
    };
    for (field, of) in [("emails", ListOf::Emails), ("phones", ListOf::Phones)] {
        entries.push(entry(field, FieldValue::List(of, labelled(field))));
    }
    let card = vcard(&record(Kind::Contact, entries));
    for line in card.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(|c: char| c.is_ascii_control() && c != '\t'), "{line:?}");
    }
    let read = VCard::parse(&card).unwrap_or_else(|entry| panic!("{entry:?}\n{card}"));
    let values = |name: &str| -> Vec<String> {
        let entries = read.entries.iter().filter(|entry| entry.name.as_str().eq_ignore_ascii_case(name));
        let values = entries.flat_map(|entry| &entry.values).map(|value| match value {
            VCardValue::Text(text) => text.clone(),
            VCardValue::Component(texts) => texts.join(","),
            other => format!("{other:?}"),
        });
        values.map(|value| value.trim().to_owned()).collect()
    };
    let known = ["BEGIN", "VERSION", "PRODID", "UID", "FN", "N", "ORG", "TITLE", "EMAIL", "TEL", "LANG", "URL", "NOTE"];
    for entry in &read.entries {
        let name = entry.name.as_str().to_uppercase();
        assert!(
            known.contains(&name.as_str()) || ["X-LANGUAGE", "X-ABLABEL", "END"].contains(&name.as_str()),
            "{name}"
        );
    }
    let given = |texts: Vec<String>| -> Vec<String> {
        texts.iter().filter(|text| !text.is_empty()).map(|text| in_card(text)).collect()
    };
    for (property, field) in [("NOTE", "notes"), ("TITLE", "role"), ("ORG", "organization")] {
        assert_eq!(values(property), given(first(field).into_iter().collect()), "{property}\n{card}");
    }
    for (property, field) in [("EMAIL", "emails"), ("TEL", "phones")] {
        assert_eq!(values(property), given(each(field)), "{property}\n{card}");
    }
    assert_eq!(values("FN").len(), 1, "{card}");
    if let Some(name) = first("name.full").filter(|name| !name.trim().is_empty()) {
        assert_eq!(values("FN"), [in_card(&name)], "{card}");
    }
}

/// A text as a card can hold it: every line break is one, other control characters are marked.
fn in_card(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let text: String = text
        .chars()
        .map(|c| if c.is_ascii_control() && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    text.trim().to_owned()
}

/// Every header field that art20 writes; whoever gets another one in has injected it.
const FIELDS: [&str; 13] = [
    "Date",
    "From",
    "To",
    "Cc",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "X-Art20-Record-Id",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
];

fn a_message(first: &dyn Fn(&str) -> Option<String>, each: &dyn Fn(&str) -> Vec<String>) {
    let mut entries = Vec::new();
    let party = |text: String| match text.rsplit_once(' ') {
        Some((name, address)) => Party { name: Some(name.to_owned()), address: Some(address.to_owned()) },
        None => Party { name: None, address: Some(text) },
    };
    entries.extend(first("from").map(|from| entry("from", FieldValue::Party(party(from)))));
    for field in ["to", "cc", "bcc"] {
        entries.push(entry(field, FieldValue::Parties(each(field).into_iter().map(party).collect())));
    }
    for path in ["subject", "text", "html", "thread", "message_id", "in_reply_to"] {
        entries.extend(first(path).map(|text| entry(path, FieldValue::Text(text))));
    }
    let (name, media_type) = (first("name"), first("media_type"));
    let content = first("content").unwrap_or_default();
    let file = name.as_deref().map(|name| {
        let (name, media_type) = (Some(name), media_type.as_deref());
        Ok(Attachment { name, media_type, content: Box::new(content.as_bytes()) })
    });
    let mut out = Vec::new();
    compose(&record(Kind::Message, entries), file, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    for line in out.split("\r\n") {
        assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    let read = MessageParser::default().parse(out.as_bytes()).unwrap();
    for header in read.headers() {
        let name = header.name.as_str();
        assert!(FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name)), "{name} was injected\n{out}");
    }
    assert_eq!(read.to().map_or(0, |to| to.iter().count()), each("to").len(), "{out}");
    assert_eq!(read.cc().map_or(0, |cc| cc.iter().count()), each("cc").len(), "{out}");
    if let Some(subject) = first("subject") {
        let subject = subject.replace("\r\n", " ").replace(BREAKS, " ");
        assert_eq!(read.subject().unwrap_or(""), subject, "{out}");
    }
    if let Some(text) = first("text").filter(|text| !text.is_empty()) {
        let part = read.text_body.first().and_then(|part| read.part(*part));
        let read = part.and_then(|part| part.text_contents()).unwrap_or_default();
        assert_eq!(read.replace("\r\n", "\n"), text.replace("\r\n", "\n"), "{out}");
    }
    if name.is_some() {
        let file = read.attachments().last().unwrap_or_else(|| panic!("the file is not there\n{out}"));
        assert_eq!(file.contents(), content.as_bytes(), "{out}");
        assert!(!file.attachment_name().unwrap_or("").contains(['/', '\\']), "{out}");
    }
}

/// What would start another header field for one reader or the other.
const BREAKS: [char; 7] = ['\r', '\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

fn entry(path: &'static str, value: FieldValue) -> Entry {
    Entry { path: Cow::Borrowed(path), value }
}

fn record(kind: Kind, entries: Vec<Entry>) -> Record {
    Record {
        uid: Namespace::of_controller("https://example.org").uid("crm", "rows", &["1".to_owned()]),
        kind,
        activity: "contacting-us".into(),
        legal_basis: LegalBasis::Contract,
        origin: Origin::Provided,
        source: Source { store: "crm".into(), collection: "rows".into() },
        voluntary: false,
        restricted: false,
        entries,
        children: None,
        withheld: Vec::new(),
        verbatim: Vec::new(),
    }
}

/// `\n`, `\r`, `\0`, `\\`, and any other backslash as it stands.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let known = [('n', '\n'), ('r', '\r'), ('0', '\0'), ('\\', '\\')];
        let meant = known.iter().find(|(letter, _)| c == '\\' && chars.peek() == Some(letter));
        match meant {
            Some((_, meant)) => {
                chars.next();
                out.push(*meant);
            }
            None => out.push(c),
        }
    }
    out
}
