//! The tables: which columns each has, and how a record becomes a row of cells (contract 5, `tables/`).

use super::facts::{CollectionFacts, Facts};
use crate::records::{FieldSpec, FieldValue, Kind, Party, PostalAddress, Record, Shape, Time};
use std::borrow::Cow;

/// Where the cells of a column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A part of the record's head: `uid`, `collection`, `activity`, `legal_basis`, `origin`, `restricted`, `voluntary`, `withheld`.
    Head(&'static str),
    /// The uid of the record that it is nested in.
    Parent,
    /// A field of the catalogue; of parties and postal addresses one part.
    Field(&'static FieldSpec, Option<&'static str>),
    /// An additional field, its path.
    Additional(String),
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct TableColumn {
    /// Its heading.
    pub name: String,
    /// Where its cells come from.
    pub source: Source,
}

/// A table of one kind.
#[derive(Debug, Clone)]
pub struct Table {
    /// The kind of its records.
    pub kind: Kind,
    /// Its columns.
    pub columns: Vec<TableColumn>,
}

/// What is seen of the times of a column, to declare a type that every cell has.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimesSeen {
    /// Points in time.
    pub instants: bool,
    /// Days.
    pub days: bool,
    /// Fractions finer than readers of tables take.
    pub fine: bool,
}

impl Table {
    /// The table of a kind: columns for every field that some collection of the kind maps.
    pub fn of(kind: Kind, facts: &Facts) -> Table {
        let collections: Vec<&CollectionFacts> = facts.collections.iter().filter(|c| c.kind == kind).collect();
        let mapped = |path: &str| collections.iter().any(|c| c.fields.iter().any(|field| field.path == path));
        let mut columns: Vec<TableColumn> = Vec::new();
        let mut add = |name: &str, source: Source| columns.push(TableColumn { name: name.to_owned(), source });
        add("uid", Source::Head("uid"));
        if let Some(parent) = kind.parent() {
            add(&format!("{}_uid", parent.name()), Source::Parent);
        }
        for head in ["collection", "activity", "legal_basis", "origin"] {
            add(head, Source::Head(head));
        }
        for spec in kind.fields().filter(|spec| mapped(spec.path)) {
            let name = spec.path.replace('.', "_");
            match spec.shape {
                Shape::Party => {
                    add(&format!("{name}_name"), Source::Field(spec, Some("name")));
                    add(&format!("{name}_address"), Source::Field(spec, Some("address")));
                }
                Shape::Content if spec.path == "content" => add("path", Source::Field(spec, None)),
                Shape::Content => add(&format!("{name}_path"), Source::Field(spec, None)),
                // Hidden recipients are always withheld, and formatted text is for the records.
                _ if spec.path == "bcc" || spec.path == "html" => {}
                _ => add(&name, Source::Field(spec, None)),
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        for field in collections.iter().flat_map(|c| &c.fields).filter(|field| field.path.starts_with("additional.")) {
            if !seen.contains(&field.path.as_str()) {
                seen.push(&field.path);
                add(&field.path, Source::Additional(field.path.clone()));
            }
        }
        for head in ["restricted", "voluntary", "withheld"] {
            add(head, Source::Head(head));
        }
        Table { kind, columns }
    }

    /// The cells of a record. What its times are like is noted for every column.
    pub fn cells<'r>(
        &self,
        record: &'r Record,
        parent: Option<&'r Record>,
        seen: &mut [TimesSeen],
    ) -> Vec<Cow<'r, str>> {
        let columns = self.columns.iter().zip(seen);
        let mut at = 0;
        columns.map(|(column, seen)| cell(column, record, parent, (seen, &mut at))).collect()
    }
}

/// The value of a field, looked for from where the last one was found: columns and fields are mostly in one order.
fn value<'r>(record: &'r Record, path: &str, at: &mut usize) -> Option<&'r FieldValue> {
    let entries = &record.entries;
    *at = (*at..entries.len()).chain(0..*at).find(|nth| entries[*nth].path == path)?;
    Some(&entries[*at].value)
}

impl TimesSeen {
    fn note(&mut self, time: &Time) {
        match time {
            Time::Instant(text, _) => {
                self.instants = true;
                let fraction =
                    text.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
                self.fine |= fraction > 6;
            }
            Time::Day(..) => self.days = true,
        }
    }
}

fn cell<'r>(
    column: &TableColumn,
    record: &'r Record,
    parent: Option<&'r Record>,
    (seen, at): (&mut TimesSeen, &mut usize),
) -> Cow<'r, str> {
    match &column.source {
        Source::Head("uid") => Cow::Borrowed(record.uid.as_str()),
        Source::Head("collection") => Cow::Borrowed(&record.source.collection),
        Source::Head("activity") => Cow::Borrowed(&record.activity),
        Source::Head("legal_basis") => Cow::Borrowed(record.legal_basis.name()),
        Source::Head("origin") => Cow::Borrowed(record.origin.name()),
        Source::Head("restricted") => Cow::Borrowed(if record.restricted { "true" } else { "false" }),
        Source::Head("voluntary") => Cow::Borrowed(if record.voluntary { "true" } else { "false" }),
        Source::Head(_) => {
            let held: Vec<String> =
                record.withheld.iter().map(|(path, code)| format!("{path}: {}", code.as_str())).collect();
            Cow::Owned(held.join("; "))
        }
        Source::Parent => parent.map_or(Cow::Borrowed(""), |parent| Cow::Borrowed(parent.uid.as_str())),
        Source::Additional(path) => value(record, path, at).map_or(Cow::Borrowed(""), |value| text(value, None)),
        Source::Field(spec, part) => {
            if let Some(part) = spec.path.strip_prefix("address.")
                && let Some(FieldValue::Addresses(addresses)) = record.get("addresses")
            {
                return Cow::Owned(parts(addresses, part));
            }
            let value = value(record, spec.path, at);
            if let (Some(FieldValue::Time(time)), None) = (value, part) {
                seen.note(time);
            }
            value.map_or(Cow::Borrowed(""), |value| text(value, *part))
        }
    }
}

/// The text of a value in a cell; harmless in a spreadsheet where it is free text (requirement E9).
fn text<'r>(value: &'r FieldValue, part: Option<&str>) -> Cow<'r, str> {
    match value {
        FieldValue::Null | FieldValue::Content(_) => Cow::Borrowed(""),
        FieldValue::Text(text) | FieldValue::Code { code: text, .. } => harmless(Cow::Borrowed(text)),
        FieldValue::Integer(number) => Cow::Owned(number.to_string()),
        FieldValue::Decimal(number) | FieldValue::Seconds(number) => Cow::Borrowed(number.as_str()),
        FieldValue::Time(time) => Cow::Borrowed(time.as_str()),
        FieldValue::List(_, entries) => {
            let values: Vec<&str> = entries.iter().map(|entry| entry.value.as_str()).collect();
            harmless(Cow::Owned(values.join("; ")))
        }
        FieldValue::Party(party) => {
            let text = if part == Some("name") { &party.name } else { &party.address };
            text.as_deref().map_or(Cow::Borrowed(""), |text| harmless(Cow::Borrowed(text)))
        }
        FieldValue::Parties(parties) => harmless(Cow::Owned(parties.iter().map(party).collect::<Vec<_>>().join("; "))),
        FieldValue::Addresses(_) => Cow::Borrowed(""),
        FieldValue::Json(json) => match json.as_str() {
            Some(text) => harmless(Cow::Borrowed(text)),
            None => harmless(Cow::Owned(serde_json::to_string(json).unwrap_or_default())),
        },
        FieldValue::File(file) => Cow::Borrowed(&file.path),
    }
}

fn parts(addresses: &[PostalAddress], part: &str) -> String {
    let texts: Vec<&str> = addresses.iter().filter_map(|address| address.part(part)).collect();
    harmless(Cow::Owned(texts.join("; "))).into_owned()
}

/// A correspondent on one line.
pub fn party(party: &Party) -> String {
    match (&party.name, &party.address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    }
}

/// A spreadsheet would run a free text that begins like a formula; an apostrophe stops it. Numbers and phone numbers
/// begin so too and stay as they are.
pub fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula && !is_number(&text) && !is_phone_number(&text) { Cow::Owned(format!("'{text}")) } else { text }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}

/// `+` and then digits with what people put between them, as in `+49 (30) 123-45`.
fn is_phone_number(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('+') else { return false };
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    rest.starts_with(|c: char| c.is_ascii_digit())
        && (5..=20).contains(&digits)
        && rest.bytes().all(|b| b.is_ascii_digit() || b" ()./-".contains(&b))
        && !looks_like_arithmetic(rest)
}

/// `+1-2` is arithmetic; a phone number has longer groups of digits.
fn looks_like_arithmetic(text: &str) -> bool {
    text.contains(['/', '-']) && text.split(|c: char| !c.is_ascii_digit()).all(|group| group.len() <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_that_begins_like_a_formula_gets_an_apostrophe() {
        for text in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\r=1", "+", "-", "+49 30 12 =1"] {
            assert_eq!(harmless(Cow::Borrowed(text)), format!("'{text}"), "{text}");
        }
        for text in ["-19.90", "+5", "+49 (30) 123-456", "+86 10 6552 9988", "a=1", "", "12-3", "'=1"] {
            assert_eq!(harmless(Cow::Borrowed(text)), text, "{text}");
        }
    }
}
