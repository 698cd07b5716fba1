//! Records for the tests of the formats.

use crate::records::uid::Namespace;
use crate::records::value::{Labelled, ListOf, PostalAddress};
use crate::records::{
    Code, Decimal, Entry, FieldValue, FileRef, Json, Kind, LegalBasis, Origin, Party, Record, Source, Time, Verbatim,
};
use jiff::tz::TimeZone;

/// A record of this kind with these entries.
pub(crate) fn record(kind: Kind, key: &str, entries: Vec<(&'static str, FieldValue)>) -> Record {
    Record {
        uid: Namespace::of_controller("https://example.org").uid("crm", kind.file_stem(), &[key.to_owned()]),
        kind,
        activity: "contacting-us".into(),
        legal_basis: LegalBasis::Contract,
        origin: Origin::Provided,
        source: Source { store: "crm".into(), collection: kind.file_stem().into() },
        voluntary: false,
        restricted: false,
        entries: entries.into_iter().map(|(path, value)| Entry { path: path.into(), value }).collect(),
        children: None,
        withheld: Vec::new(),
        verbatim: Vec::new(),
    }
}

pub(crate) fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

pub(super) fn time(text: &str) -> FieldValue {
    FieldValue::Time(Time::parse(text, &TimeZone::UTC).unwrap().time)
}

pub(super) fn list(of: ListOf, entries: &[(&str, &str)]) -> FieldValue {
    let label = |label: &str| (!label.is_empty()).then(|| label.to_owned());
    FieldValue::List(
        of,
        entries.iter().map(|(value, l)| Labelled { value: (*value).to_owned(), label: label(l) }).collect(),
    )
}

pub(super) fn party(name: &str, address: &str) -> Party {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Party { name: some(name), address: some(address) }
}

pub(super) fn postal(parts: &[(&str, &str)], label: &str) -> PostalAddress {
    PostalAddress {
        parts: parts.iter().map(|(part, text)| ((*part).to_owned(), Some((*text).to_owned()))).collect(),
        label: (!label.is_empty()).then(|| label.to_owned()),
    }
}

/// A contact with everything that a contact can have.
pub(super) fn contact() -> Record {
    record(
        Kind::Contact,
        "1",
        vec![
            ("name.full", text("Zoë Ångström-O’Neil, \"Zo\"; PhD")),
            ("name.given", text("Zoë")),
            ("name.surname", text("Ångström-O’Neil")),
            ("organization", text("R;D, Example\\AB")),
            ("role", text("Ingenjör")),
            ("emails", list(ListOf::Emails, &[("zoe@example.com", "home"), ("李@例子.中国", "Büro; \"x\"^")])),
            ("phones", list(ListOf::Phones, &[("+4670123456", "cell"), ("+86 10 1234", "前台\r\nBcc: x")])),
            (
                "addresses",
                FieldValue::Addresses(vec![
                    postal(
                        &[
                            ("street", "Storgatan 1, lgh 2; c/o"),
                            ("locality", "Stockholm"),
                            ("postcode", "111 22"),
                            ("country", "Sweden"),
                        ],
                        "billing",
                    ),
                    postal(&[("street", "中关村大街1号"), ("region", "北京")], "工厂"),
                ]),
            ),
            ("birthday", time("1984-02-29")),
            ("language", text("zh-CN")),
            ("url", text("https://例子.中国/a,b;c?x=1 2")),
            ("notes", text("Line one\r\nLine two\rthree\nשלום 👩‍👩‍👧‍👦\0\u{7}\u{2028}end\\n")),
            ("created", time("2024-03-01 09:00:00.250+01:00")),
            ("updated", time("2024-03-02T09:00:00.5+08:00")),
        ],
    )
}

pub(super) fn file(path: &str) -> FieldValue {
    let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".into();
    FieldValue::File(FileRef { path: path.into(), bytes: 0, sha256 })
}

/// Records of every kind with every field, each value once as it is meant and once null.
pub(super) fn every_kind() -> Vec<Record> {
    use crate::records::Shape;
    let value = |shape: Shape| match shape {
        Shape::Text | Shape::Reference => text("李雷\0 \"x\""),
        Shape::Time => time("2024-03-01T09:00:00.123456789012+05:30"),
        Shape::Day => time("2024-02-29"),
        Shape::Money | Shape::Decimal => FieldValue::Decimal(Decimal::parse("-19.90").unwrap()),
        Shape::Currency => text("EUR"),
        Shape::Integer => FieldValue::Integer(404),
        Shape::Seconds => FieldValue::Seconds(Decimal::parse("12.50").unwrap()),
        Shape::Emails => list(ListOf::Emails, &[("a@x", "work"), ("b@x", "")]),
        Shape::Phones => list(ListOf::Phones, &[("+1", "")]),
        Shape::Postal => text("x"),
        Shape::Party => FieldValue::Party(party("", "a@x")),
        Shape::Parties => FieldValue::Parties(vec![party("A", "")]),
        Shape::Word(words) => text(words[0]),
        Shape::Content => file("data/attachments/attachment-000001.bin"),
        Shape::Any => FieldValue::Json(Json::parse("[1, {}]").unwrap()),
    };
    let make = |kind: Kind, full: bool| {
        let mut made = record(kind, if full { "1" } else { "2" }, Vec::new());
        // An attachment's own path stands in its file; a contact's address is one value.
        let skipped = |path: &str| match kind {
            Kind::Attachment => path == "path",
            Kind::Contact => path.starts_with("address."),
            _ => false,
        };
        let fields = kind.fields().filter(|spec| !skipped(spec.path));
        made.entries = fields
            .map(|spec| Entry {
                path: spec.path.into(),
                value: if full { value(spec.shape) } else { FieldValue::Null },
            })
            .collect();
        if kind == Kind::Contact {
            let addresses = FieldValue::Addresses(vec![postal(&[("street", "x"), ("country", "y")], "z")]);
            made.entries
                .push(Entry { path: "addresses".into(), value: if full { addresses } else { FieldValue::Null } });
        }
        if full {
            (made.voluntary, made.restricted) = (true, true);
            let code = FieldValue::Code { code: "A".into(), label: "active".into() };
            made.entries.push(Entry { path: "additional.a.b".into(), value: code });
            made.withheld = vec![("x".into(), Code::Staff), ("x".into(), Code::Derived), ("y".into(), Code::Secret)];
            made.verbatim = vec![
                ("at".into(), Verbatim::Json(Json::String("0000-00-00".into()))),
                ("z".into(), Verbatim::Bytes(vec![0xff])),
            ];
        }
        made
    };
    let mut records = Vec::new();
    for kind in Kind::ALL {
        for full in [true, false] {
            let mut made = make(kind, full);
            if let Some(child) = Kind::ALL.into_iter().find(|child| child.parent() == Some(kind)) {
                made.children = Some(if full { vec![make(child, true), make(child, false)] } else { Vec::new() });
            }
            records.push(made);
        }
    }
    records
}
