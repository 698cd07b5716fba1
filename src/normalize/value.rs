//! One stored value becomes a value of its field's shape, or stays what it was (contract 3, `format`; E7, E10-E16).

use crate::controller::{Field, Format, Mapping};
use crate::records::time::{Reading as TimeReading, UnixUnit};
use crate::records::value::ListOf;
use crate::records::{
    BlobAddress, Cell, Content, Decimal, FieldValue, Json, Labelled, Party, Shape, Time, Verbatim, party,
};
use base64::Engine as _;
use jiff::tz::TimeZone;

/// What a value became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The normalised value; null where it could not be normalised.
    pub value: FieldValue,
    /// What stood there, if it could not be normalised.
    pub verbatim: Option<Verbatim>,
    /// A local time that occurs twice; the earlier was taken.
    pub ambiguous: bool,
}

/// What values of a row need to know beside themselves.
pub struct Settings<'a> {
    /// The zone of times that carry no offset.
    pub zone: &'a TimeZone,
    /// The row's currency, an ISO 4217 code.
    pub currency: Option<&'a str>,
    /// Where a value that was left in the store can be opened.
    pub address: Option<BlobAddress>,
}

impl Reading {
    fn of(value: FieldValue) -> Reading {
        Reading { value, verbatim: None, ambiguous: false }
    }

    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        self.value.is_null() && self.verbatim.is_none()
    }

    /// What stood there, where it is not what the field says.
    pub(super) fn verbatim(cell: &Cell) -> Reading {
        let verbatim = match cell {
            Cell::Exact(bytes) | Cell::Text(bytes) | Cell::Blob(bytes) => match String::from_utf8(bytes.clone()) {
                Ok(text) => Verbatim::Json(Json::String(text)),
                Err(error) => Verbatim::Bytes(error.into_bytes()),
            },
            Cell::Integer(number) => Verbatim::Json(Json::integer(*number)),
            Cell::Real(number) => Verbatim::Json(Json::String(number.to_string())),
            Cell::Null | Cell::Large(_) => Verbatim::Json(Json::Null),
        };
        Reading { value: FieldValue::Null, verbatim: Some(verbatim), ambiguous: false }
    }
}

/// Takes a text out of its cell, for a mapping that takes it as it stands; none where no text stands.
pub(super) fn take_text(cell: &mut Cell) -> Option<Reading> {
    let (Cell::Text(bytes) | Cell::Blob(bytes)) = cell else { return None };
    Some(match String::from_utf8(std::mem::take(bytes)) {
        Ok(text) => Reading::of(FieldValue::Text(text)),
        Err(error) => Reading { verbatim: Some(Verbatim::Bytes(error.into_bytes())), ..Reading::of(FieldValue::Null) },
    })
}

/// Reads a value for the field of its mapping.
pub fn read_value(mapping: &Mapping, cell: &Cell, settings: Settings<'_>) -> Reading {
    if cell.is_null() {
        return Reading::of(FieldValue::Null);
    }
    if mapping.field == Field::Addresses {
        let addresses = cell.utf8().and_then(|text| super::imported::addresses(&text));
        return addresses.map_or_else(|| Reading::verbatim(cell), Reading::of);
    }
    let shape = match &mapping.field {
        Field::Known { spec, .. } => spec.shape,
        Field::Additional(_) => Shape::Any,
        Field::Uid | Field::Withheld | Field::Verbatim | Field::Form | Field::Addresses => Shape::Text,
    };
    if !mapping.values.is_empty() {
        return code(mapping, shape, cell).map_or_else(|| Reading::verbatim(cell), Reading::of);
    }
    if let Some(reading) = time(mapping, shape, cell, settings.zone) {
        return match reading {
            Some(reading) => {
                Reading { value: FieldValue::Time(reading.time), verbatim: None, ambiguous: reading.ambiguous }
            }
            None => Reading::verbatim(cell),
        };
    }
    let decoded = match cell {
        Cell::Text(bytes) | Cell::Blob(bytes) if mapping.format == Some(Format::Base64) && shape != Shape::Content => {
            match decode(bytes) {
                Some(text) => Some(Cell::Text(text)),
                None => return Reading::verbatim(cell),
            }
        }
        _ => None,
    };
    let value = by_shape(mapping, shape, decoded.as_ref().unwrap_or(cell), &settings);
    value.map_or_else(|| Reading::verbatim(cell), Reading::of)
}

/// What base64 text holds, which is often broken into lines.
fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let compact: Vec<u8> = bytes.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(compact).ok()
}

fn by_shape(mapping: &Mapping, shape: Shape, cell: &Cell, settings: &Settings<'_>) -> Option<FieldValue> {
    match shape {
        Shape::Text | Shape::Reference | Shape::Postal => cell.utf8().map(FieldValue::Text),
        Shape::Word(words) => cell.utf8().filter(|text| words.contains(&text.as_str())).map(FieldValue::Text),
        Shape::Currency => {
            let code = cell.utf8()?.trim().to_ascii_uppercase();
            iso_currency::Currency::from_code(&code).map(|_| FieldValue::Text(code))
        }
        Shape::Money if mapping.format == Some(Format::MinorUnits) => minor_units(cell, settings.currency),
        Shape::Money | Shape::Decimal => number(mapping, cell).map(FieldValue::Decimal),
        // Written as a number of JSON, so only one that every reader keeps (RFC 7493).
        Shape::Seconds => seconds(mapping, cell)
            .filter(|number| matches!(Json::parse(number.as_str()), Ok(Json::Number(_))))
            .map(FieldValue::Seconds),
        Shape::Integer => integer(cell),
        Shape::Emails => list(mapping, cell, ListOf::Emails),
        Shape::Phones => list(mapping, cell, ListOf::Phones),
        Shape::Party => parties(mapping, cell)?.into_iter().next().map(FieldValue::Party).or_else(|| {
            cell.utf8().filter(|text| text.trim().is_empty()).map(|text| FieldValue::Party(Party::address(text)))
        }),
        Shape::Parties => parties(mapping, cell).map(FieldValue::Parties),
        Shape::Content => {
            content(mapping, cell, settings.address.as_ref()).map(|content| FieldValue::Content(Box::new(content)))
        }
        Shape::Any => any(mapping, cell),
        Shape::Time | Shape::Day => None,
    }
}

/// A code with its label; for a fixed set of words, the word that the label is.
fn code(mapping: &Mapping, shape: Shape, cell: &Cell) -> Option<FieldValue> {
    let code = cell.utf8()?;
    let label = mapping.values.iter().find(|(known, _)| *known == code).map(|(_, label)| label.first().to_owned())?;
    Some(match shape {
        Shape::Word(_) | Shape::Currency => FieldValue::Text(label),
        _ => FieldValue::Code { code, label },
    })
}

/// A time where the field or the format asks for one: `Some(None)` if the value is none.
fn time(mapping: &Mapping, shape: Shape, cell: &Cell, zone: &TimeZone) -> Option<Option<TimeReading>> {
    let zone = mapping.time_zone.as_ref().unwrap_or(zone);
    let reading = match (&mapping.format, shape) {
        (Some(Format::Unix(unit)), _) => unix(cell, *unit),
        (Some(Format::Pattern(pattern)), _) => {
            cell.utf8().and_then(|text| Time::parse_pattern(pattern, text.trim(), zone))
        }
        (_, Shape::Time | Shape::Day) => match cell {
            Cell::Text(_) | Cell::Blob(_) => cell.utf8().and_then(|text| Time::parse(&text, zone)),
            _ => None,
        },
        _ => return None,
    };
    if shape != Shape::Day {
        return Some(reading);
    }
    // A day may be stored with a clock that says midnight; any other clock would be lost.
    Some(reading.and_then(|reading| match &reading.time {
        Time::Day(..) => Some(reading),
        Time::Instant(text, _) => {
            let (day, clock) = text.split_once('T')?;
            let midnight = clock.starts_with("00:00:00")
                && !clock[8..].trim_start_matches(['.', '0']).starts_with(|c: char| c.is_ascii_digit());
            let day = midnight.then(|| Time::parse(day, zone)).flatten()?;
            Some(TimeReading { time: day.time, ambiguous: false })
        }
    }))
}

fn unix(cell: &Cell, unit: UnixUnit) -> Option<TimeReading> {
    let count = match cell {
        Cell::Real(number) => Decimal::from_f64(*number)?.as_str().to_owned(),
        _ => cell.utf8()?.trim().to_owned(),
    };
    Time::from_unix(&count, unit)
}

fn number(mapping: &Mapping, cell: &Cell) -> Option<Decimal> {
    match cell {
        Cell::Integer(number) => Some(Decimal::from_i64(*number)),
        Cell::Real(number) => Decimal::from_f64(*number),
        Cell::Exact(_) => Decimal::parse(&cell.utf8()?),
        _ if mapping.format == Some(Format::DecimalComma) => Decimal::parse_decimal_comma(&cell.utf8()?),
        _ => Decimal::parse(&cell.utf8()?),
    }
}

/// A whole number of minor units, by the exponent of the row's currency; without a currency nobody knows the amount.
fn minor_units(cell: &Cell, currency: Option<&str>) -> Option<FieldValue> {
    let currency = iso_currency::Currency::from_code(currency?)?;
    let units = match cell {
        Cell::Integer(number) => *number,
        Cell::Real(_) => return None,
        _ => cell.utf8()?.trim().parse().ok()?,
    };
    // Gold and the like have no minor unit: the amount is the number itself.
    Decimal::from_minor_units(units, currency.exponent().unwrap_or(0)).map(FieldValue::Decimal)
}

/// Seconds as a number, as `[hours:]minutes:seconds`, or as an ISO 8601 duration.
fn seconds(mapping: &Mapping, cell: &Cell) -> Option<Decimal> {
    if let Some(number) = number(mapping, cell) {
        return Some(number);
    }
    let text = cell.utf8()?;
    let text = text.trim();
    if text.contains(':') {
        let mut total: i64 = 0;
        let parts: Vec<&str> = text.split(':').collect();
        let (last, first) = parts.split_last()?;
        for part in first {
            total = total.checked_mul(60)?.checked_add(part.parse::<u32>().ok()?.into())?;
        }
        let (whole, fraction) = last.split_once('.').unwrap_or((last, ""));
        total = total.checked_mul(60)?.checked_add(whole.parse::<u32>().ok()?.into())?;
        let point = if fraction.is_empty() { "" } else { "." };
        return Decimal::parse(&format!("{total}{point}{fraction}"));
    }
    let duration: jiff::SignedDuration = text.parse().ok()?;
    let nanos = duration.subsec_nanos();
    if nanos == 0 {
        return Some(Decimal::from_i64(duration.as_secs()));
    }
    Decimal::parse(format!("{}.{:09}", duration.as_secs(), nanos.abs()).trim_end_matches('0'))
}

fn integer(cell: &Cell) -> Option<FieldValue> {
    let number = match cell {
        Cell::Integer(number) => *number,
        Cell::Real(_) => return None,
        _ => {
            let text = cell.utf8()?;
            match text.trim().parse() {
                Ok(number) => number,
                // Longer than any machine word, but a whole number all the same: as a text, like all long ones.
                Err(_) => return whole(text.trim()).then(|| FieldValue::Json(Json::String(text.trim().to_owned()))),
            }
        }
    };
    Some(match Json::integer(number) {
        Json::Number(_) => FieldValue::Integer(number),
        text => FieldValue::Json(text),
    })
}

/// Digits that do not begin with zero, perhaps with a minus.
fn whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

fn list(mapping: &Mapping, cell: &Cell, of: ListOf) -> Option<FieldValue> {
    let label = |own: Option<String>| own.or_else(|| mapping.label.clone());
    let entry = |value: String, own| Labelled { value, label: label(own) };
    let text = cell.utf8()?;
    let entries = match &mapping.format {
        Some(Format::Json) => {
            let items = match Json::parse(&text).ok()? {
                Json::Array(items) => items,
                single => vec![single],
            };
            items
                .into_iter()
                .map(|item| match item {
                    Json::String(text) => Some(entry(text, None)),
                    Json::Object(members) => {
                        let of_key = |key: &str| {
                            members.iter().find(|(k, _)| k == key).and_then(|(_, v)| v.as_str()).map(str::to_owned)
                        };
                        let known = members.iter().all(|(k, v)| {
                            (k == of.key() || k == "label") && (v.as_str().is_some() || *v == Json::Null)
                        });
                        known.then(|| of_key(of.key()).map(|value| entry(value, of_key("label")))).flatten()
                    }
                    _ => None,
                })
                .collect::<Option<Vec<_>>>()?
        }
        Some(Format::Addresses) => party::parse_list(&text)
            .into_iter()
            .map(|party| match (party.address, party.name) {
                (Some(address), name) => Labelled { value: address, label: label(name) },
                (None, name) => entry(name.unwrap_or_default(), None),
            })
            .collect(),
        _ => vec![entry(text, None)],
    };
    Some(FieldValue::List(of, entries))
}

fn parties(mapping: &Mapping, cell: &Cell) -> Option<Vec<Party>> {
    let text = cell.utf8()?;
    let looks_like_json = text.trim_start().starts_with(['[', '{']);
    if mapping.format == Some(Format::Json) || looks_like_json {
        let json = Json::parse(&text).ok();
        if json.is_none() && mapping.format != Some(Format::Json) {
            return Some(party::parse_list(&text));
        }
        let items = match json? {
            Json::Array(items) => items,
            single => vec![single],
        };
        return items.into_iter().map(party_from_json).collect();
    }
    let single = matches!(&mapping.field, Field::Known { spec, .. } if spec.shape == Shape::Party);
    if single && !text.trim().is_empty() && mapping.format.is_none() {
        return Some(vec![party::parse_one(&text)]);
    }
    Some(party::parse_list(&text))
}

fn party_from_json(json: Json) -> Option<Party> {
    match json {
        Json::String(text) => Some(party::parse_one(&text)),
        Json::Object(members) => {
            let mut party = Party { name: None, address: None };
            for (key, value) in members {
                let text = match value {
                    Json::Null => None,
                    Json::String(text) => Some(text),
                    _ => return None,
                };
                match key.as_str() {
                    "name" => party.name = text,
                    "address" | "email" | "number" => party.address = text,
                    _ => return None,
                }
            }
            Some(party)
        }
        _ => None,
    }
}

fn content(mapping: &Mapping, cell: &Cell, address: Option<&BlobAddress>) -> Option<Content> {
    let base64 = mapping.format == Some(Format::Base64);
    match cell {
        Cell::Large(bytes) => {
            address.map(|address| Content::Stored(BlobAddress { bytes: *bytes, base64, ..address.clone() }))
        }
        Cell::Text(bytes) | Cell::Blob(bytes) if base64 => decode(bytes).map(Content::Inline),
        Cell::Text(bytes) | Cell::Blob(bytes) => Some(Content::Inline(bytes.clone())),
        _ => cell.text().map(|text| Content::Inline(text.into_owned())),
    }
}

fn any(mapping: &Mapping, cell: &Cell) -> Option<FieldValue> {
    match (&mapping.format, cell) {
        (Some(Format::Json), _) => Json::parse(&cell.utf8()?).ok().map(FieldValue::Json),
        (Some(Format::DecimalComma), _) => number(mapping, cell).map(FieldValue::Decimal),
        (_, Cell::Integer(number)) => Some(FieldValue::Json(Json::integer(*number))),
        (_, Cell::Real(number)) => {
            // As a text where a reader would change it: the archive's own rule for numbers.
            Decimal::from_f64(*number).and_then(|d| Json::parse(d.as_str()).ok()).map(FieldValue::Json)
        }
        _ => cell.utf8().map(FieldValue::Text),
    }
}
