//! Values that nobody expects: whatever stands in a store, reading it neither fails nor loses it.

use art20::controller::collection::JsonKeys;
use art20::controller::{Field, Format, Mapping};
use art20::normalize::{Settings, read_value};
use art20::records::time::UnixUnit;
use art20::records::{Cell, FieldValue, Kind};
use art20::subject::identifier::canonical;
use art20::subject::{Identifier, canonical_in, list_has};
use proptest::prelude::*;

/// Bytes of every sort: noise, text, and pieces of what the readers look for, put together wrongly.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "+",
        "00",
        "49",
        "(",
        ")",
        ";ext=",
        "ext. 5",
        "@",
        "<",
        ">",
        "\"",
        "\\",
        ",",
        ";",
        ":",
        "a@x.org",
        "xn--",
        "[",
        "]",
        "{",
        "}",
        "\"a\":",
        "null",
        "-",
        ".",
        "e",
        "9",
        "1970-01-01",
        "T",
        "25:61:61",
        "Z",
        "P3Y",
        "0000-00-00",
        "\u{0}",
        "\u{feff}",
        "\u{202e}",
        "٣",
        "İ",
        "ß",
        "\r\n",
        " ",
        "=",
        "1,5",
        "%",
        "'",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        any::<String>().prop_map(String::into_bytes),
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        1 => Just(Cell::Null),
        2 => any::<i64>().prop_map(Cell::Integer),
        2 => any::<f64>().prop_filter("SQLite has no NaN", |n| !n.is_nan()).prop_map(Cell::Real),
        6 => bytes().prop_map(Cell::Text),
        1 => bytes().prop_map(Cell::Blob),
    ]
}

fn format() -> impl Strategy<Value = Option<Format>> {
    prop_oneof![
        4 => Just(None),
        1 => prop::sample::select(vec![UnixUnit::Seconds, UnixUnit::Milliseconds, UnixUnit::Microseconds])
            .prop_map(|unit| Some(Format::Unix(unit))),
        1 => prop::sample::select(vec![
            Format::MinorUnits,
            Format::DecimalComma,
            Format::Json,
            Format::Base64,
            Format::Addresses,
            Format::Pattern("%d/%m/%Y".into()),
            Format::Pattern("%Q%".into()),
        ])
        .prop_map(Some),
    ]
}

/// Every field that there is, and one of the controller's own.
fn field() -> impl Strategy<Value = Field> {
    let known = Kind::ALL
        .into_iter()
        .flat_map(|kind| kind.fields().enumerate().map(|(place, spec)| Field::Known { place, spec }));
    let all: Vec<Field> = known.chain([Field::Additional("x".into())]).collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_stored_becomes_a_value_or_stays_verbatim(
        cell in cell(),
        field in field(),
        format in format(),
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Shanghai"]),
        currency in prop::sample::select(vec![None, Some("EUR"), Some("JPY"), Some("XAU"), Some("nonsense")]),
    ) {
        let mapping = Mapping { format, keys: JsonKeys::All, ..Mapping::plain(field) };
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let reading = read_value(&mapping, &cell, Settings { zone: &zone, currency, address: None });
        // The JSON text `null` is nothing where JSON is read, and a text where a field holds text.
        if !is_json_null(&mapping, &cell) {
            prop_assert_eq!(reading.is_empty(), cell.is_null(), "{:?}", reading);
        }
        // Exact text stays exact.
        if let (FieldValue::Text(text), Cell::Text(bytes), None) = (&reading.value, &cell, &mapping.format)
            && !matches!(&mapping.field, Field::Known { spec, .. } if spec.path.ends_with("currency"))
        {
            prop_assert_eq!(text.as_bytes(), bytes.as_slice());
        }
    }

    #[test]
    fn every_identifier_has_one_form_and_its_form_is_the_form_of_itself(value in bytes(), kind in kind()) {
        let value = String::from_utf8_lossy(&value).into_owned();
        for region in [None, Some("DE"), Some("CN")] {
            let form = canonical(kind, &value, region);
            // What is dialled by letters or hardly a number at all may be read otherwise a second time.
            prop_assert!(kind == "phone" || canonical(kind, &form, region) == form);
            if let Ok(identifier) = Identifier::new(kind, &value, region) {
                prop_assert_eq!(identifier.canonical(), form);
            }
        }
    }

    #[test]
    fn an_identifier_is_found_where_it_stands_and_matching_never_fails(
        cell in cell(),
        value in bytes(),
        kind in kind(),
    ) {
        let value = String::from_utf8_lossy(&value).into_owned();
        if let Ok(identifier) = Identifier::new(kind, &value, Some("DE")) {
            let values = [identifier.canonical().as_bytes().to_vec()];
            let stored = Cell::Text(value.into_bytes());
            prop_assert_eq!(canonical_in(&stored, kind, Some("DE"), &values), Some(0));
            let _ = (canonical_in(&cell, kind, Some("DE"), &values), list_has(&cell, kind, Some("DE"), &values));
        }
    }
}

fn kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["email", "phone", "customer"])
}

/// Whether a column said to hold JSON holds the text `null`.
fn is_json_null(mapping: &Mapping, cell: &Cell) -> bool {
    mapping.format == Some(Format::Json) && cell.utf8().is_some_and(|text| text.trim() == "null")
}

fn cases() -> u32 {
    std::env::var("ART20_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}
