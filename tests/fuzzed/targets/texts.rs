//! Texts that operators and stores give: a configuration, identifiers, conditions, numbers, times, JSON.

use art20::controller::condition::{Comparison, Condition, Term, TermSource};
use art20::controller::{ConfigurationError, Controller};
use art20::records::time::UnixUnit;
use art20::records::{Cell, Decimal, Json, Time};
use art20::subject::identifier::canonical;
use art20::subject::{Identifier, canonical_in, list_has};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::path::Path;

/// Any text is a configuration or has faults, each on a line that there is; the same text is judged the same way twice.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parse = || Controller::parse(Path::new("folder/art20.toml"), text.to_owned());
    match (parse(), parse()) {
        (Ok(controller), Ok(_)) => assert_eq!(controller.source, text),
        (Err(one), Err(other)) => {
            assert_eq!(one.to_string(), other.to_string());
            let ConfigurationError::Faults { faults, .. } = one else { panic!("nothing was read from a disk: {one}") };
            assert!(!faults.is_empty());
            let lines = text.split('\n').count();
            assert!(faults.iter().all(|fault| fault.line <= lines.max(1)), "{faults:?} in {lines} lines");
        }
        _ => panic!("one text, two verdicts"),
    }
}

/// `TYPE:VALUE`: what is canonical stays canonical, and an identifier is found in the text that it was read from.
pub fn identifiers(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for region in [None, Some("DE"), Some("CN")] {
        let Ok(identifier) = Identifier::parse(text, region) else { continue };
        let (kind, value) = (identifier.kind(), text.split_once(':').unwrap().1);
        let form = identifier.canonical();
        assert_eq!(format!("{identifier:?}"), format!("Identifier({kind}:…)"), "it shows itself");
        // What is dialled by letters may be read otherwise a second time.
        assert!(kind == "phone" || canonical(kind, form, region) == form, "{text:?}: {form:?}");
        let values = [form.as_bytes().to_vec()];
        let cell = Cell::Text(value.as_bytes().to_vec());
        assert_eq!(canonical_in(&cell, kind, region, &values), Some(0), "{text:?}");
        // Looking into it as a list never fails.
        let _ = list_has(&cell, kind, region, &values);
    }
}

/// A condition means what it says: written anew from its parts it is the same condition.
pub fn conditions(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(condition) = Condition::parse(text) else { return };
    assert!(condition.terms.iter().any(|term| !matches!(term.source, TermSource::Literal(_))), "it finds everybody");
    let anew = condition.terms.iter().map(term).collect::<Vec<_>>().join(" and ");
    assert_eq!(Condition::parse(&anew).as_ref(), Ok(&condition), "{text:?} became {anew:?}");
}

fn term(term: &Term) -> String {
    let name = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let comparison = match term.comparison {
        Comparison::Canonical => "=",
        Comparison::Bytes => "==",
        Comparison::Has => "has",
    };
    let source = match &term.source {
        TermSource::Subject(kind) => format!("subject.{}", name(kind)),
        TermSource::Link { collection, column } => format!("{}.{}", name(collection), name(column)),
        TermSource::Literal(value) => format!("'{}'", value.replace('\'', "''")),
    };
    format!("{} {comparison} {source}", name(&term.column))
}

/// Decimal numbers are exact, and times name one instant: what was written is read back as the same.
pub fn numbers(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for decimal in [Decimal::parse(text), Decimal::parse_decimal_comma(text)].into_iter().flatten() {
        plain(decimal.as_str());
        assert_eq!(Decimal::parse(decimal.as_str()).as_ref(), Some(&decimal), "{text:?}");
    }
    if let (Some(read), Ok(number)) = (Decimal::parse(text), text.trim_matches(' ').parse::<f64>()) {
        assert_eq!(read.as_str().parse::<f64>().ok(), Some(number), "{text:?} is another number");
    }
    let units = [UnixUnit::Seconds, UnixUnit::Milliseconds, UnixUnit::Microseconds];
    let counted = units.into_iter().filter_map(|unit| Time::from_unix(text, unit));
    for zone in ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns"].map(|name| TimeZone::get(name).unwrap()) {
        let (pattern, value) = text.split_once('\n').unwrap_or(("%d.%m.%Y %H:%M", text));
        let read = [Time::parse(text, &zone), Time::parse_pattern(pattern, value, &zone)];
        for reading in read.into_iter().flatten().chain(counted.clone()) {
            let again = Time::parse(reading.time.as_str(), &zone).map(|again| again.time);
            assert_eq!(again.as_ref(), Some(&reading.time), "{text:?}");
        }
    }
}

/// `-?digits(.digits)?`.
fn plain(number: &str) {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    assert!(digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(fraction), "{number:?}");
}

/// JSON is read as serde_json reads it, and written so that it is read back as the same.
pub fn json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (Json::top_keys(text), Json::members(text), Json::string_bytes(text));
    let Ok(read) = Json::parse(text) else { return };
    let written = serde_json::to_string(&read).unwrap();
    assert_eq!(Json::parse(&written).as_ref(), Ok(&read), "{text:?}");
    // serde_json takes an object with the name of its own private type for the value in it, where art20 does not.
    if text.contains("serde_json::private") {
        return;
    }
    // A number beyond every double has no value there.
    if let Ok(theirs) = serde_json::from_str(text) {
        assert!(is_same(&read, &theirs), "{text:?}: {written}");
    }
}

/// The same value; a number that not every reader keeps is its text.
fn is_same(ours: &Json, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Json::String(ours), Value::String(theirs)) => ours == theirs,
        (Json::Number(ours) | Json::String(ours), Value::Number(theirs)) => {
            let (ours, theirs): (f64, f64) = (ours.parse().unwrap(), theirs.as_f64().unwrap());
            // serde_json reads long numbers to the last bit but one.
            (ours - theirs).abs() <= ours.abs() * 1e-15
        }
        (Json::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Json::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, ours)| theirs.get(key).is_some_and(|theirs| is_same(ours, theirs)))
        }
        _ => false,
    }
}
