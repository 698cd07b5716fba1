//! A record as one row of a table: few columns, each short.

use super::shown::{CELL, visible};
use crate::records::record::ADDITIONAL;
use crate::records::{Code, FieldValue, Kind, Party, PostalAddress, Record, Time, Verbatim};
use jiff::tz::TimeZone;

/// Entries of a list that a cell shows before it counts the rest.
const ENTRIES: usize = 3;
/// Fields of one record that are kept.
const FIELDS: usize = 24;
/// The column that holds a whole postal address.
pub(super) const ADDRESS: &str = "address";

/// What a cell holds, already short and safe to show once it is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// Texts, one a line, and how many more there are.
    Lines(Vec<String>, usize),
    /// An amount or a count.
    Number(String),
    /// A day, or a day and the time of day in the zone of the report.
    Time(String),
    /// A file of the archive and its size.
    File(String, u64),
    /// Held back, and why.
    Withheld(Code),
    /// What stood there and could not be normalised.
    Verbatim(String),
}

/// One record, as far as a table shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// (path of the column, cell), only those that hold something.
    pub cells: Vec<(String, Cell)>,
    /// Its processing is restricted.
    pub restricted: bool,
    /// Given although Art. 20 does not ask for it.
    pub voluntary: bool,
}

impl Row {
    /// The row of a record.
    pub(super) fn of(record: &Record, zone: &TimeZone) -> Row {
        let additional = record.entries.iter().map(|entry| entry.path.as_ref()).filter(|p| p.starts_with(ADDITIONAL));
        let cells = columns(record.kind)
            .iter()
            .copied()
            .chain(additional)
            .filter_map(|path| Some((path.to_owned(), cell(record, path, zone)?)))
            .take(FIELDS)
            .collect();
        Row { cells, restricted: record.restricted, voluntary: record.voluntary }
    }

    /// The cell of the column with this path.
    pub(super) fn cell(&self, path: &str) -> Option<&Cell> {
        self.cells.iter().find(|(own, _)| own == path).map(|(_, cell)| cell)
    }
}

/// The fields that say most about a record of this kind, the most telling first. Additional ones follow.
pub(super) fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Contact => {
            &["name.full", "organization", "role", "emails", "phones", ADDRESS, "birthday", "language", "url", "notes"]
        }
        Kind::Transaction => &[
            "occurred_at",
            "reference",
            "type",
            "description",
            "amount.value",
            "status",
            "counterparty.name",
            "payment.method",
            "due_at",
            ADDRESS,
        ],
        Kind::Line => &["reference", "description", "quantity", "unit_price.value", "amount.value"],
        Kind::Message => {
            &["sent_at", "channel", "direction", "from", "to", "subject", "recording", "recording.duration", "raw"]
        }
        Kind::Attachment => &["name", "media_type", "content"],
        Kind::Consent => &["for_activity", "given_at", "withdrawn_at", "method", "wording"],
        Kind::Cookie => &["name", "domain", "purpose", "set_at", "expires_at", "value"],
        Kind::AccessLog => &["at", "ip", "method", "url", "status", "bytes", "user_agent", "referrer"],
        Kind::Other => &["created", "updated"],
    }
}

/// The cell for one column, nothing if the record says nothing there.
fn cell(record: &Record, path: &str, zone: &TimeZone) -> Option<Cell> {
    if path == ADDRESS {
        return address(record);
    }
    if let Some(found) = record.get(path).and_then(|value| of_value(value, zone)) {
        return Some(with_currency(record, path, found));
    }
    if let Some((_, verbatim)) = record.verbatim.iter().find(|(field, _)| field == path) {
        return Some(Cell::Verbatim(visible(&verbatim_text(verbatim), CELL)));
    }
    if let Some((_, code)) = record.withheld.iter().find(|(field, _)| field == path) {
        return Some(Cell::Withheld(*code));
    }
    match path {
        "name.full" => {
            let parts: Vec<&str> = ["name.given", "name.surname"].iter().filter_map(|part| record.text(part)).collect();
            lines([parts.join(" ")])
        }
        // Calls and chats have no subject line; their words say as much.
        "subject" => lines([record.text("text").or_else(|| record.text("transcript"))?]),
        _ => None,
    }
}

fn of_value(value: &FieldValue, zone: &TimeZone) -> Option<Cell> {
    match value {
        FieldValue::Null | FieldValue::Content(_) => None,
        FieldValue::Text(text) => lines([text]),
        FieldValue::Code { code, label } if code == label => lines([label]),
        FieldValue::Code { code, label } => lines([format!("{} ({})", visible(label, CELL), visible(code, CELL))]),
        FieldValue::Integer(number) => Some(Cell::Number(number.to_string())),
        FieldValue::Decimal(decimal) => Some(Cell::Number(visible(decimal.as_str(), CELL))),
        FieldValue::Seconds(decimal) => Some(Cell::Number(format!("{} s", visible(decimal.as_str(), CELL)))),
        FieldValue::Time(time) => Some(Cell::Time(local(time, zone))),
        FieldValue::List(_, entries) => lines(entries.iter().map(|entry| match &entry.label {
            Some(label) => format!("{} ({})", visible(&entry.value, CELL), visible(label, CELL)),
            None => visible(&entry.value, CELL),
        })),
        FieldValue::Party(party) => lines([correspondent(party)]),
        FieldValue::Parties(parties) => lines(parties.iter().map(correspondent)),
        FieldValue::Addresses(addresses) => lines(addresses.iter().map(postal)),
        FieldValue::Json(json) => lines([serde_json::to_string(json).unwrap_or_default()]),
        FieldValue::File(file) => Some(Cell::File(file.path.clone(), file.bytes)),
    }
}

/// Lines that hold something, the first few of them.
fn lines<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Option<Cell> {
    let mut all = texts.into_iter().filter(|text| !text.as_ref().is_empty());
    let first: Vec<String> = all.by_ref().take(ENTRIES).map(|text| visible(text.as_ref(), CELL)).collect();
    (!first.is_empty()).then(|| Cell::Lines(first, all.count()))
}

/// An amount with the currency that stands beside it.
fn with_currency(record: &Record, path: &str, cell: Cell) -> Cell {
    let Cell::Number(amount) = &cell else { return cell };
    let currency = path.strip_suffix(".value").and_then(|group| record.text(&format!("{group}.currency")));
    match currency {
        Some(currency) => Cell::Number(format!("{amount} {}", visible(currency, CELL))),
        None => cell,
    }
}

/// The addresses of a contact, or the one of a transaction.
fn address(record: &Record) -> Option<Cell> {
    if let Some(FieldValue::Addresses(addresses)) = record.get("addresses") {
        return lines(addresses.iter().map(postal));
    }
    let parts = record.entries.iter().filter(|entry| entry.path.starts_with("address."));
    let parts: Vec<&str> = parts.filter_map(|entry| entry.value.as_text()).filter(|text| !text.is_empty()).collect();
    lines([parts.join(", ")])
}

fn postal(address: &PostalAddress) -> String {
    let parts = address.parts.iter().filter_map(|(_, text)| text.as_deref()).filter(|text| !text.is_empty());
    parts.map(|part| visible(part, CELL)).collect::<Vec<_>>().join(", ")
}

fn correspondent(party: &Party) -> String {
    match (&party.name, &party.address) {
        (Some(name), Some(address)) => format!("{} <{}>", visible(name, CELL / 2), visible(address, CELL / 2)),
        (Some(one), None) | (None, Some(one)) => visible(one, CELL),
        (None, None) => String::new(),
    }
}

fn verbatim_text(verbatim: &Verbatim) -> String {
    match verbatim {
        Verbatim::Json(crate::records::Json::String(text)) => text.clone(),
        Verbatim::Json(json) => serde_json::to_string(json).unwrap_or_default(),
        Verbatim::Bytes(bytes) => String::from_utf8_lossy(&bytes[..bytes.len().min(4 * CELL)]).into_owned(),
    }
}

/// The day, or the day and minute in this zone.
fn local(time: &Time, zone: &TimeZone) -> String {
    match time {
        Time::Day(day, _) => day.clone(),
        Time::Instant(_, instant) => minute(*instant, zone),
    }
}

/// An instant to the minute, as clocks in this zone showed it.
pub(super) fn minute(instant: jiff::Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(instant);
    format!("{:04}-{:02}-{:02} {:02}:{:02}", local.year(), local.month(), local.day(), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_a_kind_is_a_field_of_its_catalogue() {
        for kind in Kind::ALL {
            for path in columns(kind).iter().filter(|path| **path != ADDRESS) {
                assert!(kind.field(path).is_some(), "{kind:?} {path}");
            }
        }
    }

    #[test]
    fn a_long_list_is_counted_and_an_empty_one_says_nothing() {
        assert_eq!(
            lines(["a", "", "b", "c", "d", "e"]),
            Some(Cell::Lines(vec!["a".into(), "b".into(), "c".into()], 2))
        );
        assert_eq!(lines([""]), None);
    }
}
