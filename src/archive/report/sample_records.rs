//! The records of the example archive, as its writer passes them on.

use super::Digest;
use super::sample::{HOSTILE, facts};
use crate::records::uid::Namespace;
use crate::records::{
    Code, Decimal, Entry, FieldValue, FileRef, Json, Kind, Labelled, LegalBasis, Origin, Party, PostalAddress, Record,
    Source, Time, Verbatim, value::ListOf,
};
use jiff::tz::TimeZone;
use std::borrow::Cow;

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.into())
}

fn time(text: &str) -> FieldValue {
    FieldValue::Time(Time::parse(text, &TimeZone::UTC).unwrap().time)
}

fn money(amount: &str) -> FieldValue {
    FieldValue::Decimal(Decimal::parse(amount).unwrap())
}

/// A record with these fields.
fn record(kind: Kind, collection: &str, key: u64, entries: Vec<(&'static str, FieldValue)>) -> Record {
    let facts = facts();
    let activity = facts.collections.iter().find(|c| c.name == collection).map(|c| c.activities[0].clone());
    Record {
        uid: Namespace::of_controller("https://www.trexlabel.com").uid("crm", collection, &[key.to_string()]),
        kind,
        activity: activity.unwrap_or_default(),
        legal_basis: LegalBasis::Contract,
        origin: Origin::Provided,
        source: Source { store: "crm".into(), collection: collection.into() },
        voluntary: false,
        restricted: false,
        entries: entries.into_iter().map(|(path, value)| Entry { path: Cow::Borrowed(path), value }).collect(),
        children: None,
        withheld: vec![],
        verbatim: vec![],
    }
}

fn contacts() -> Vec<Record> {
    let emails = |all: &[&str]| {
        let entry = |address: &&str| Labelled { value: (*address).into(), label: None };
        FieldValue::List(ListOf::Emails, all.iter().map(entry).collect())
    };
    let parts = [("street", "海淀区中关村大街1号"), ("locality", "北京"), ("country", "CN")];
    let address = PostalAddress { parts: parts.map(|(n, t)| (n.into(), Some(t.into()))).to_vec(), label: None };
    let mut first = record(
        Kind::Contact,
        "contacts",
        1,
        vec![
            ("name.full", text("李雷")),
            ("organization", text("Beispiel GmbH")),
            ("emails", emails(&["li.lei@example.org", "work@example.org", "a@example.org", "b@example.org"])),
            (
                "phones",
                FieldValue::List(
                    ListOf::Phones,
                    vec![Labelled { value: "+49 30 901820".into(), label: Some("mobile".into()) }],
                ),
            ),
            ("addresses", FieldValue::Addresses(vec![address])),
            ("additional.customer_number", text("C-1007")),
            ("additional.agent", FieldValue::Null),
        ],
    );
    first.withheld.push(("additional.agent".into(), Code::Staff));
    first.restricted = true;
    let second = record(
        Kind::Contact,
        "contacts",
        2,
        vec![("name.full", text(HOSTILE)), ("notes", text(&"很长的备注。".repeat(90)))],
    );
    vec![first, second]
}

fn invoice(key: u64) -> Record {
    let day = format!("{}-{:02}-{:02}", 2024 + key / 8, 1 + (key * 5) % 12, 1 + key);
    let mut invoice = record(
        Kind::Transaction,
        "invoices",
        key,
        vec![
            ("reference", text(&format!("INV-{:04}", 100 + key))),
            ("status", FieldValue::Code { code: "P".into(), label: "paid".into() }),
            ("occurred_at", time(&day)),
            ("amount.value", money(if key == 3 { "12345678901234.56" } else { "119.00" })),
            ("amount.currency", text("EUR")),
            ("description", text("Annotation credits / 标注额度")),
        ],
    );
    if key == 2 {
        invoice.entries[2].value = FieldValue::Null;
        invoice.verbatim.push(("occurred_at".into(), Verbatim::Json(Json::String("2024-02-31".into()))));
    }
    let lines = (0..2).map(|n| {
        let entries = vec![
            ("description", text("Credits")),
            ("quantity", money("2")),
            ("amount.value", money("59.50")),
            ("amount.currency", text("EUR")),
        ];
        record(Kind::Line, "invoice-lines", key * 10 + n, entries)
    });
    invoice.children = Some(lines.collect());
    invoice
}

fn message(key: u64) -> Record {
    let at = format!(
        "{}-{:02}-{:02}T09:{:02}:00+01:00",
        2024 + (key * key) % 3,
        1 + (key * 7 + key / 9) % 12,
        1 + key % 28,
        key % 60
    );
    let ours = Party { name: Some("T-Rex Label Support".into()), address: Some("support@trexlabel.com".into()) };
    let theirs = Party { name: Some("李雷".into()), address: Some("li.lei@example.org".into()) };
    let (direction, from, to) =
        if key.is_multiple_of(2) { ("from_subject", theirs, ours) } else { ("to_subject", ours, theirs) };
    let subject = match key {
        1 => HOSTILE.to_owned(),
        2 => "x".repeat(1_000_000),
        _ => format!("Re: Question about an order, 关于订单的问题 ({key})"),
    };
    let file =
        FileRef { path: format!("data/mail/support-mail/{key:06}.eml"), bytes: 4_210 + key, sha256: String::new() };
    record(
        Kind::Message,
        "support-mail",
        key,
        vec![
            ("channel", text("email")),
            ("direction", text(direction)),
            ("sent_at", time(&at)),
            ("from", FieldValue::Party(from)),
            ("to", FieldValue::Parties(vec![to])),
            ("subject", FieldValue::Text(subject)),
            ("raw", FieldValue::File(file)),
        ],
    )
}

/// Every record of the example archive, as the writer passes them on.
pub(super) fn digest() -> Digest {
    let mut digest = Digest::new("Asia/Shanghai");
    let consent = vec![
        ("for_activity", text("newsletter")),
        ("given_at", time("2024-02-01T10:00:00+08:00")),
        ("withdrawn_at", time("2026-10-05T10:00:00+08:00")),
        ("method", text("web form")),
    ];
    contacts().iter().for_each(|record| digest.take(record));
    (0..14).for_each(|key| digest.take(&invoice(key)));
    (0..1_240).for_each(|key| digest.take(&message(key)));
    digest.take(&record(Kind::Consent, "consents", 1, consent));
    for stem in ["contacts", "transactions", "transaction-lines", "messages", "message-parties", "consents"] {
        digest.file(&format!("data/tables/{stem}.csv"), 4_000);
    }
    for stem in ["contacts", "transactions", "messages", "consents"] {
        digest.file(&format!("data/records/{stem}.ndjson"), 9_000);
        digest.file(&format!("data/schemas/{stem}.schema.json"), 3_000);
    }
    digest.file("data/tables/transactions.csv.rules", 300);
    ["data/archive.json", "data/statement.jsonld", "data/contacts/contacts.vcf", "data/contacts/c1.vcf"]
        .iter()
        .for_each(|path| digest.file(path, 2_000));
    (0..1_240).for_each(|key| digest.file(&format!("data/mail/support-mail/{key:06}.eml"), 4_210));
    digest.file("data/conversations/call-1.vcon.json", 2_100);
    digest.file("data/conversations/call-1.wav", 1_900_000);
    digest
}
