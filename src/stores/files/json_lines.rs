//! Rows of JSON Lines: one object a line; what is nested has columns of its own, named by JSON pointers (RFC 6901).

use crate::records::{Cell, Decimal, Json, NotJson};
use std::collections::{BTreeSet, HashSet};

/// No line is longer than this.
pub(super) const LONGEST: usize = 64 * 1024 * 1024;

/// The name of the column at these keys: the key alone at the top, a JSON pointer below it. A key at the top that could
/// be taken for a pointer is written as one.
fn column_name(path: &[String]) -> String {
    match path {
        [key] if !key.is_empty() && !key.starts_with('/') => key.clone(),
        keys => keys.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect(),
    }
}

/// The keys that a column's name stands for.
pub(super) fn path_of(column: &str) -> Vec<String> {
    match column.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|key| key.replace("~1", "/").replace("~0", "~")).collect(),
        None => vec![column.to_owned()],
    }
}

/// The columns of a table, as they come up in its lines.
pub(super) struct Columns<'k> {
    /// Columns that the configuration knows: what stands below one of them belongs to it.
    known: &'k HashSet<Vec<String>>,
    found: BTreeSet<Vec<String>>,
    /// Where only null or an empty object stood: columns only if nothing is ever below them.
    hollow: BTreeSet<Vec<String>>,
}

impl<'k> Columns<'k> {
    pub(super) fn new(known: &'k HashSet<Vec<String>>) -> Columns<'k> {
        Columns { known, found: BTreeSet::new(), hollow: BTreeSet::new() }
    }

    /// Takes up the columns of one line.
    ///
    /// # Errors
    /// When it is no JSON object, or a key stands in one object twice.
    pub(super) fn line(&mut self, text: &str) -> Result<(), String> {
        self.object(text, &mut Vec::new())
    }

    fn object(&mut self, text: &str, path: &mut Vec<String>) -> Result<(), String> {
        for (key, value) in Json::members(text).map_err(|error| fault(&error))? {
            path.push(key);
            let is_hollow = value == "null" || value.starts_with('{') && value[1..].trim_ascii_start() == "}";
            if self.known.contains(path.as_slice()) {
                // What stands below a column belongs to it.
            } else if value.starts_with('{') && !is_hollow {
                self.object(value, path)?;
            } else {
                let columns = if is_hollow { &mut self.hollow } else { &mut self.found };
                if !columns.contains(path.as_slice()) {
                    columns.insert(path.clone());
                }
            }
            path.pop();
        }
        Ok(())
    }

    /// The names of those that the configuration knows and of those that were found.
    pub(super) fn names(self) -> Vec<String> {
        let below = |path: &&Vec<String>| {
            let begins = |other: &&Vec<String>| other.starts_with(path) && *other != *path;
            self.known.iter().chain(&self.found).chain(&self.hollow).any(|other| begins(&other))
        };
        let hollow = self.hollow.iter().filter(|path| !below(path));
        let names: BTreeSet<String> =
            self.known.iter().chain(&self.found).chain(hollow).map(|path| column_name(path)).collect();
        names.into_iter().collect()
    }
}

fn fault(error: &NotJson) -> String {
    match error {
        NotJson::Invalid => "it is no JSON object".to_owned(),
        other => other.to_string(),
    }
}

/// The values at these paths. What is not there is nothing, as null is.
///
/// # Errors
/// When it is no JSON object, or a key stands in one object twice.
pub(super) fn cells(text: &str, paths: &[Vec<String>]) -> Result<Vec<Cell>, String> {
    let top = Json::members(text).map_err(|error| fault(&error))?;
    paths
        .iter()
        .map(|path| {
            let Some((first, rest)) = path.split_first() else { return Ok(Cell::Null) };
            let mut value = member(&top, first);
            for key in rest {
                value = match value {
                    Some(text) if text.starts_with('{') => {
                        member(&Json::members(text).map_err(|error| fault(&error))?, key)
                    }
                    Some(text) if text.starts_with('[') => {
                        place_in(key).and_then(|place| Json::items(text).ok()?.get(place).copied())
                    }
                    _ => None,
                };
            }
            Ok(value.map_or(Cell::Null, cell))
        })
        .collect()
}

/// The place in a list that a part of a pointer means: digits without a zero before them.
fn place_in(key: &str) -> Option<usize> {
    key.parse().ok().filter(|place: &usize| place.to_string() == key)
}

fn member<'t>(members: &[(String, &'t str)], key: &str) -> Option<&'t str> {
    members.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
}

/// A JSON value as a stored one: numbers keep every digit, arrays and objects are their JSON text.
fn cell(text: &str) -> Cell {
    match text.as_bytes().first() {
        Some(b'n') | None => Cell::Null,
        Some(b'"') => Json::string_bytes(text).map_or_else(|| Cell::Text(text.into()), Cell::Text),
        Some(b'-' | b'0'..=b'9') => number(text),
        _ => Cell::Text(text.into()),
    }
}

fn number(text: &str) -> Cell {
    if let Ok(whole) = text.parse::<i64>()
        && whole.to_string() == text
    {
        return Cell::Integer(whole);
    }
    // Only where a binary fraction says the very same.
    let fraction = text.parse::<f64>().ok().filter(|number| number.is_finite());
    match fraction.filter(|number| Decimal::from_f64(*number).is_some_and(|decimal| decimal.as_str() == text)) {
        Some(number) => Cell::Real(number),
        None if text.contains(['e', 'E']) => Cell::Text(text.into()),
        None => Cell::Exact(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(known: &[&str], lines: &[&str]) -> Vec<String> {
        let known: HashSet<Vec<String>> = known.iter().map(|name| path_of(name)).collect();
        let mut columns = Columns::new(&known);
        lines.iter().for_each(|line| columns.line(line).unwrap());
        columns.names()
    }

    #[test]
    fn what_is_nested_has_columns_of_its_own_unless_the_whole_has_one() {
        let lines = [r#"{"id":1,"a":{"city":"x","geo":{"lat":1}},"tags":["x"],"e":{}}"#, r#"{"id":2,"a":{"zip":"1"}}"#];
        assert_eq!(columns(&[], &lines), ["/a/city", "/a/geo/lat", "/a/zip", "e", "id", "tags"]);
        assert_eq!(columns(&["a", "id", "absent"], &lines), ["a", "absent", "e", "id", "tags"]);
        assert_eq!(
            columns(&[], &[r#"{"a":null,"b":{ },"c":null}"#, r#"{"a":{"x":1},"b":{"y":2}}"#]),
            ["/a/x", "/b/y", "c"]
        );
        assert_eq!(columns(&["/a/geo"], &lines), ["/a/city", "/a/geo", "/a/zip", "e", "id", "tags"]);
        assert_eq!(columns(&[], &[r#"{"/x":1,"a/b":2,"":3,"c":{"d/e~":4}}"#]), ["/", "/c/d~1e~0", "/~1x", "a/b"]);
        for name in ["/", "/c/d~1e~0", "/~1x", "a/b", "id"] {
            assert_eq!(column_name(&path_of(name)), name);
        }
    }

    #[test]
    fn values_come_exactly_as_they_are_written() {
        let line = r#"{"n":null,"i":7,"big":12345678901234567890123,"f":1.5,"exact":1.10,"s":"é\u0000\ud800",
            "o":{"x": [1, 2]},"t":true,"e":"","z":-0}"#;
        let names = [
            "n", "i", "big", "f", "exact", "s", "o", "/o/x", "t", "e", "z", "none", "/i/x", "/o/x/1", "/o/x/01",
            "/o/x/2",
        ];
        let paths: Vec<Vec<String>> = names.iter().map(|name| path_of(name)).collect();
        let text = |text: &[u8]| Cell::Text(text.to_vec());
        assert_eq!(
            cells(line, &paths).unwrap(),
            [
                Cell::Null,
                Cell::Integer(7),
                Cell::Exact(b"12345678901234567890123".to_vec()),
                Cell::Real(1.5),
                Cell::Exact(b"1.10".to_vec()),
                text(b"\xc3\xa9\0\xed\xa0\x80"),
                text(br#"{"x": [1, 2]}"#),
                text(b"[1, 2]"),
                text(b"true"),
                text(b""),
                Cell::Real(-0.0),
                Cell::Null,
                Cell::Null,
                Cell::Integer(2),
                Cell::Null,
                Cell::Null,
            ]
        );
    }

    #[test]
    fn a_line_that_is_no_object_or_says_two_things_is_refused() {
        for line in ["[1]", "7", "{", r#"{"a":1,"a":2}"#, r#"{"a":1} {"b":2}"#] {
            assert!(cells(line, &[vec!["a".into()]]).is_err(), "{line}");
        }
        let nested = r#"{"a":{"b":1,"b":2}}"#;
        assert!(Columns::new(&HashSet::new()).line(nested).is_err());
    }
}
