//! A value of a record becomes the value of a column such that reading the column gives the same value again. Where the
//! field's own form cannot do that, the column holds JSON, and the record's form says so.

use super::tables::FieldColumn;
use crate::controller::Field;
use crate::normalize::{Settings, read_value};
use crate::records::{Cell, FieldValue, Json, Shape};
use jiff::tz::TimeZone;

/// A value of a column, and what of the record's value it does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnValue {
    /// The value.
    pub cell: Cell,
    /// The label of a code.
    pub label: Option<String>,
    /// It is JSON, whatever its field is.
    pub is_json: bool,
}

/// The value of a column for a value of a record.
pub fn column_value(column: &FieldColumn, value: &Json) -> ColumnValue {
    let plain = |cell| ColumnValue { cell, label: None, is_json: false };
    if *value == Json::Null {
        return plain(Cell::Null);
    }
    if let Some((code, label)) = code(value)
        && is_exact(column, &Cell::Text(code.clone().into_bytes()), &Json::String(code.clone()), true)
    {
        return ColumnValue { cell: Cell::Text(code.into_bytes()), label: Some(label), is_json: false };
    }
    if let Some(cell) = natural(column, value)
        && is_exact(column, &cell, value, false)
    {
        return plain(cell);
    }
    ColumnValue { cell: Cell::Text(text_of(value).into_bytes()), label: None, is_json: true }
}

/// How SQL would hold the value.
fn natural(column: &FieldColumn, value: &Json) -> Option<Cell> {
    let text = |text: &str| Cell::Text(text.as_bytes().to_vec());
    let shape = match &column.mapping.field {
        Field::Known { spec, .. } => spec.shape,
        Field::Additional(_) => Shape::Any,
        _ => return Some(text(&text_of(value))),
    };
    match (shape, value) {
        (Shape::Emails | Shape::Phones | Shape::Party | Shape::Parties, _) => Some(text(&text_of(value))),
        (Shape::Integer, Json::Number(number) | Json::String(number)) => number.parse().ok().map(Cell::Integer),
        (Shape::Any, Json::Number(number)) => number.parse().ok().map(Cell::Integer),
        (Shape::Seconds, Json::Number(number)) => Some(text(number)),
        (_, Json::String(string)) => Some(text(string)),
        _ => None,
    }
}

/// Whether the configuration reads the same value from the column.
fn is_exact(column: &FieldColumn, cell: &Cell, value: &Json, as_text: bool) -> bool {
    let reading = read_value(&column.mapping, cell, Settings { zone: &TimeZone::UTC, currency: None, address: None });
    let same_kind = !as_text || matches!(reading.value, FieldValue::Text(_));
    same_kind && reading.verbatim.is_none() && text_of(&reading.value) == text_of(value)
}

/// A code with its label, and nothing else.
fn code(value: &Json) -> Option<(String, String)> {
    match value {
        Json::Object(members) => match members.as_slice() {
            [(code_key, Json::String(code)), (label_key, Json::String(label))]
                if code_key == "code" && label_key == "label" =>
            {
                Some((code.clone(), label.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// JSON text.
pub fn text_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tables::{additional, columns};
    use super::*;
    use crate::records::Kind;

    fn column(kind: Kind, path: &str) -> FieldColumn {
        columns(kind).into_iter().find(|column| column.path == path).unwrap()
    }

    fn held(column: &FieldColumn, json: &str) -> (Cell, Option<String>, bool) {
        let value = column_value(column, &Json::parse(json).unwrap());
        (value.cell, value.label, value.is_json)
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.as_bytes().to_vec())
    }

    #[test]
    fn values_are_held_as_sql_would_hold_them() {
        let additional = additional("additional_x".into(), "x");
        assert_eq!(held(&additional, "5"), (Cell::Integer(5), None, false));
        assert_eq!(held(&additional, "\"5\""), (text("5"), None, false));
        assert_eq!(
            held(&column(Kind::AccessLog, "bytes"), "\"9007199254740993\"").0,
            Cell::Integer(9_007_199_254_740_993)
        );
        assert_eq!(held(&column(Kind::Transaction, "amount.value"), "\"19.90\"").0, text("19.90"));
        assert_eq!(held(&column(Kind::Message, "recording.duration"), "1.50"), (text("1.50"), None, false));
        let code = r#"{"code":"O","label":"open"}"#;
        assert_eq!(held(&column(Kind::Transaction, "status"), code), (text("O"), Some("open".into()), false));
    }

    #[test]
    fn what_would_not_come_back_the_same_is_held_as_json() {
        let additional = additional("additional_x".into(), "x");
        for json in ["1.50", "true", "[1,null]", "{}", "\"\""] {
            let (cell, _, is_json) = held(&additional, json);
            assert_eq!(cell, text(if json == "\"\"" { "" } else { json }), "{json}");
            assert_eq!(is_json, json != "\"\"", "{json}");
        }
        for (path, json) in [("amount.value", "\"019.90\""), ("occurred_at", "\"2024-03-01 09:00:00Z\"")] {
            assert_eq!(held(&column(Kind::Transaction, path), json), (text(json), None, true));
        }
    }
}
