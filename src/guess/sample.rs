//! The shape of a column, from a sample of its values: what nearly all of them look like. No value is kept.

use crate::records::{Cell, Json};
use std::collections::{BTreeSet, HashSet};

/// How many keys of JSON objects are taken for names of columns; more of them are data.
const KEYS: usize = 40;

/// What the values of a column look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// How many values were looked at that are not NULL.
    pub seen: usize,
    /// How many were NULL.
    pub nulls: usize,
    /// Whether no two are the same.
    pub unique: bool,
    /// E-mail addresses.
    pub email: bool,
    /// Lists of addresses, or addresses with names.
    pub addresses: bool,
    /// Telephone numbers.
    pub phone: bool,
    /// The unit of whole numbers that are instants.
    pub unix: Option<&'static str>,
    /// The pattern of days and times that are not written by ISO 8601.
    pub pattern: Option<&'static str>,
    /// Decimal numbers with a comma.
    pub decimal_comma: bool,
    /// JSON objects or lists of them.
    pub json: bool,
    /// The keys of the objects, if they look like names.
    pub keys: Option<Vec<String>>,
    /// Some text in JSON is an e-mail address.
    pub json_addresses: bool,
    /// Some value has an e-mail address in it.
    pub some_address: bool,
    /// Some value is large, or no text.
    pub bytes: bool,
}

impl Sample {
    /// What these values look like.
    pub fn of<'c>(cells: impl Iterator<Item = &'c Cell>) -> Sample {
        let mut sample = Sample { unique: true, ..Sample::default() };
        let mut distinct: HashSet<Vec<u8>> = HashSet::new();
        let mut texts: Vec<String> = Vec::new();
        let mut whole = true;
        for cell in cells {
            if cell.is_null() {
                sample.nulls += 1;
                continue;
            }
            sample.seen += 1;
            sample.unique &= cell.text().is_none_or(|text| distinct.insert(text.into_owned()));
            match (cell, cell.utf8()) {
                (Cell::Blob(_) | Cell::Large(_), _) | (_, None) => sample.bytes = true,
                (_, Some(text)) if text.trim().is_empty() => {}
                (cell, Some(text)) => {
                    whole &= matches!(cell, Cell::Integer(_)) || text.bytes().all(|byte| byte.is_ascii_digit());
                    texts.push(text);
                }
            }
        }
        if texts.is_empty() {
            return sample;
        }
        let nearly =
            |fits: &dyn Fn(&str) -> bool| texts.iter().filter(|text| fits(text.trim())).count() * 10 >= texts.len() * 9;
        sample.email = nearly(&is_email);
        sample.addresses =
            !sample.email && nearly(&|text| text.contains('@') && (text.contains(['<', ',', '"']) || is_email(text)));
        sample.phone = !whole && nearly(&is_phone);
        sample.unix = if whole { unix(&texts) } else { None };
        sample.pattern = pattern(&texts);
        sample.decimal_comma = nearly(&is_decimal) && texts.iter().any(|text| text.contains(','));
        sample.some_address = texts.iter().any(|text| text.split_whitespace().any(is_email));
        json(&mut sample, &texts);
        sample
    }
}

/// Whether a text looks like an e-mail address.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let fine = |c: char| !c.is_whitespace() && !"<>(),;:\"".contains(c);
    !local.is_empty() && domain.contains('.') && domain.len() > 3 && text.chars().all(fine)
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let signs = text.chars().all(|c| c.is_ascii_digit() || "+-()/. ".contains(c));
    (7..=17).contains(&digits) && signs && text.starts_with(['+', '0', '('])
}

fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(',') {
        Some((whole, fraction)) => whole.split('.').all(digits) && digits(fraction) && fraction.len() != 3,
        None => digits(text),
    }
}

/// Seconds, milliseconds or microseconds since 1970, between 1990 and 2060.
fn unix(texts: &[String]) -> Option<&'static str> {
    let units = [("unix_s", 1_i64), ("unix_ms", 1_000), ("unix_us", 1_000_000)];
    units.into_iter().find_map(|(name, unit)| {
        let within = |text: &&String| {
            text.trim().parse::<i64>().is_ok_and(|number| (631_152_000 * unit..2_840_140_800 * unit).contains(&number))
        };
        (texts.iter().filter(within).count() * 10 >= texts.len() * 8).then_some(name)
    })
}

/// The one pattern that fits nearly every value.
fn pattern(texts: &[String]) -> Option<&'static str> {
    const PATTERNS: [&str; 7] =
        ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M"];
    let parses = |pattern: &str, text: &str| match pattern.contains("%H") {
        true => jiff::civil::DateTime::strptime(pattern, text).is_ok(),
        false => jiff::civil::Date::strptime(pattern, text).is_ok(),
    };
    let fitting = |pattern: &str| texts.iter().filter(|text| parses(pattern, text.trim())).count();
    let (count, best) = PATTERNS.into_iter().rev().map(|pattern| (fitting(pattern), pattern)).max()?;
    let best = PATTERNS.into_iter().find(|pattern| fitting(pattern) == count).unwrap_or(best);
    (count * 10 >= texts.len() * 8).then_some(best)
}

fn json(sample: &mut Sample, texts: &[String]) {
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let (mut objects, mut broken) = (0, false);
    for text in texts {
        let Some(found) = Json::top_keys(text) else {
            broken |= text.trim_start().starts_with(['{', '[']);
            continue;
        };
        objects += usize::from(text.trim_start().starts_with(['{', '[']));
        keys.extend(found);
        sample.json_addresses |= Json::parse(text).is_ok_and(|json| has_address(&json));
    }
    sample.json = objects > 0 && objects * 10 >= texts.len() * 9;
    let name = |key: &String| {
        key.len() <= 40
            && key.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    // What is no JSON has no keys that could be listed.
    if sample.json && !broken && keys.len() <= KEYS && keys.iter().all(name) {
        sample.keys = Some(keys.into_iter().collect());
    }
}

fn has_address(json: &Json) -> bool {
    match json {
        Json::String(text) => is_email(text),
        Json::Array(items) => items.iter().any(has_address),
        Json::Object(members) => members.iter().any(|(_, member)| has_address(member)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Sample {
        let cells: Vec<Cell> = texts.iter().map(|text| Cell::Text(text.as_bytes().to_vec())).collect();
        Sample::of(cells.iter())
    }

    #[test]
    fn shapes_are_those_of_nearly_all_values() {
        assert!(of(&["ann@example.org", "李@例子.cn", ""]).email);
        assert!(of(&["\"Ann\" <ann@example.org>", "a@x.org, b@y.org"]).addresses);
        assert!(of(&["+49 30 123456", "030/123456"]).phone && !of(&["20240101", "7"]).phone);
        assert_eq!(of(&["1700000000", "1710000000"]).unix, Some("unix_s"));
        assert_eq!(of(&["1700000000123"]).unix, Some("unix_ms"));
        assert_eq!(of(&["17", "1990"]).unix, None);
        assert_eq!(of(&["29/01/2025", "18/02/2026"]).pattern, Some("%d/%m/%Y"));
        assert_eq!(of(&["01/29/2025"]).pattern, Some("%m/%d/%Y"));
        assert_eq!(of(&["2025-01-29"]).pattern, None);
        assert!(of(&["19,90", "3"]).decimal_comma && !of(&["1990"]).decimal_comma);
    }

    #[test]
    fn keys_of_objects_are_names_unless_they_look_like_data() {
        let sample = of(&[r#"{"a": 1, "b_c": {"x@y.org": 1}}"#, r#"{"a": null}"#]);
        assert!(sample.json && !sample.json_addresses);
        assert_eq!(sample.keys.unwrap(), ["a", "b_c"]);
        assert_eq!(of(&[r#"{"ann@example.org": 1}"#]).keys, None);
        assert!(of(&[r#"[{"to": "ann@example.org"}]"#]).json_addresses);
        assert!(!of(&["plain", "text"]).json);
    }
}
