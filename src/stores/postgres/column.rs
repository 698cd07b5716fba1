//! The types of columns: how a value is read so that nothing of it is lost and the same data give the same records as
//! from SQLite, and how it is compared so that an index can serve.
//!
//! | type | becomes |
//! |---|---|
//! | `smallint`, `integer`, `bigint`, `oid` | a whole number |
//! | `boolean` | 1 or 0 |
//! | `real`, `double precision` | a binary fraction |
//! | `numeric`, `money` | a whole number if it is written as one, else its exact digits |
//! | `bytea` | bytes |
//! | `timestamp with time zone` | text, RFC 3339 in UTC |
//! | arrays, composite types | text, JSON |
//! | any other | text as PostgreSQL writes it: days and times by ISO 8601, intervals by its durations |

use crate::records::Cell;
use postgres::types::{FromSql, Type};
use std::error::Error;

/// A name as SQL writes it, whatever it is made of.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A type as the catalogue describes it, domains resolved to what they are over.
#[derive(Debug, Clone)]
pub(super) struct Described {
    /// Its schema.
    pub(super) schema: String,
    /// Its name there.
    pub(super) name: String,
    /// `typtype`: `c` is composite.
    pub(super) sort: String,
    /// Whether it is an array of others.
    pub(super) is_array: bool,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// What comes over the wire.
    form: Form,
    /// How it is compared.
    pub(super) compared: Compared,
}

/// What comes over the wire for a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    Truth,
    Real,
    /// `real`: as text, because its shortest text is what was meant.
    Single,
    Bytes,
    /// Digits.
    Exact,
    /// `money`: digits, but only as `numeric`.
    Money,
    /// As it is shown, which is not what a cast to text gives: times by RFC 3339, addresses without a mask of all bits.
    Shown,
    Json,
    Text,
}

/// How a column is compared with values that are given as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compared {
    /// As a whole number.
    Whole,
    /// As a truth value.
    Truth,
    /// As a binary fraction, of half the size if so.
    Real { single: bool },
    /// As an exact number.
    Exact,
    /// As bytes.
    Bytes,
    /// As text; the SQL type whose order its indexes have.
    Text { like: String },
    /// As a UUID.
    Uuid,
    /// As an address of the internet, of one computer or of a network.
    Internet,
    /// By the text that is read, which no index serves. A value that the column itself gave can be given back as this
    /// type.
    Written { like: Option<String> },
}

impl Column {
    /// A column of this type; one that is not known is read as text.
    pub(super) fn new(name: String, of: Option<&Described>) -> Column {
        let Some(of) = of else {
            return Column { name, form: Form::Text, compared: Compared::Written { like: None } };
        };
        let like = || format!("{}.{}", quoted(&of.schema), quoted(&of.name));
        let text = || Compared::Text { like: like() };
        let written = || Compared::Written { like: Some(like()) };
        let known = if of.schema == "pg_catalog" { of.name.as_str() } else { "" };
        let (form, compared) = match known {
            _ if of.is_array || of.sort == "c" => (Form::Json, Compared::Written { like: None }),
            "int2" | "int4" | "int8" | "oid" => (Form::Whole, Compared::Whole),
            "bool" => (Form::Truth, Compared::Truth),
            "float8" => (Form::Real, Compared::Real { single: false }),
            "float4" => (Form::Single, Compared::Real { single: true }),
            "numeric" => (Form::Exact, Compared::Exact),
            "money" => (Form::Money, Compared::Written { like: None }),
            "bytea" => (Form::Bytes, Compared::Bytes),
            "timestamptz" => (Form::Shown, written()),
            "inet" => (Form::Shown, Compared::Internet),
            "text" | "varchar" | "bpchar" => (Form::Text, text()),
            "uuid" => (Form::Text, Compared::Uuid),
            "date" | "timestamp" | "time" | "timetz" | "cidr" | "macaddr" | "macaddr8" | "bit" | "varbit" => {
                (Form::Text, written())
            }
            _ if of.name == "citext" => (Form::Text, text()),
            _ if of.sort == "e" => (Form::Text, written()),
            _ => (Form::Text, Compared::Written { like: None }),
        };
        Column { name, form, compared }
    }

    /// The column as it is read.
    pub(super) fn reading(&self) -> String {
        let column = quoted(&self.name);
        match self.form {
            Form::Whole => format!("{column}::int8"),
            Form::Truth => format!("{column}::bool"),
            Form::Real => format!("{column}::float8"),
            Form::Bytes => format!("{column}::bytea"),
            Form::Money => format!("{column}::numeric::text"),
            Form::Shown => format!("(to_json({column}) #>> '{{}}')"),
            Form::Json => format!("to_json({column})::text"),
            Form::Single | Form::Exact | Form::Text => format!("{column}::text"),
        }
    }

    /// The column's text, if it is one to search in; `None` if its values are numbers or bytes.
    pub(super) fn searchable(&self) -> Option<String> {
        matches!(self.form, Form::Text | Form::Json | Form::Shown).then(|| self.reading())
    }

    /// The column's bytes, to be read in pieces, where a value of it can be large.
    pub(super) fn in_bytes(&self) -> Option<String> {
        let column = quoted(&self.name);
        match (self.form, &self.compared) {
            (Form::Bytes, _) => Some(format!("{column}::bytea")),
            (Form::Text, Compared::Text { .. }) => Some(format!("convert_to({column}::text, 'UTF8')")),
            _ => None,
        }
    }

    /// A value as it came.
    ///
    /// # Errors
    /// When the server sent something else than was asked for.
    pub(super) fn cell(&self, raw: Option<&[u8]>) -> Result<Cell, &'static str> {
        let Some(raw) = raw else { return Ok(Cell::Null) };
        const WRONG: &str = "it sent a value of another size than its type has";
        let number = || raw.try_into().map(i64::from_be_bytes).map_err(|_| WRONG);
        Ok(match self.form {
            Form::Whole => Cell::Integer(number()?),
            Form::Truth => Cell::Integer(i64::from(raw.first().is_some_and(|byte| *byte != 0))),
            Form::Real => Cell::Real(f64::from_be_bytes(raw.try_into().map_err(|_| WRONG)?)),
            Form::Single => match std::str::from_utf8(raw).ok().and_then(|text| text.parse().ok()) {
                Some(number) => Cell::Real(number),
                None => Cell::Text(raw.to_vec()),
            },
            Form::Bytes => Cell::Blob(raw.to_vec()),
            Form::Exact | Form::Money => exact(raw),
            Form::Shown | Form::Json | Form::Text => Cell::Text(raw.to_vec()),
        })
    }
}

/// A whole number where it is written as one and is not too great; else its digits, of which none may be lost.
fn exact(raw: &[u8]) -> Cell {
    match std::str::from_utf8(raw).ok().and_then(|text| text.parse().ok()) {
        Some(number) => Cell::Integer(number),
        None => Cell::Exact(raw.to_vec()),
    }
}

/// A value's bytes, whatever its type: text is not UTF-8 in every database.
pub(super) struct Stored<'a>(pub(super) &'a [u8]);

impl<'a> FromSql<'a> for Stored<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Stored<'a>, Box<dyn Error + Sync + Send>> {
        Ok(Stored(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Column {
        let described = Described { schema: "pg_catalog".into(), name: name.into(), sort: "b".into(), is_array: false };
        Column::new("a \"b\"".into(), Some(&described))
    }

    #[test]
    fn a_numeric_keeps_every_digit_and_a_whole_one_is_a_number() {
        let numeric = |text: &str| column("numeric").cell(Some(text.as_bytes())).unwrap();
        assert_eq!(numeric("42"), Cell::Integer(42));
        assert_eq!(numeric("-9223372036854775808"), Cell::Integer(i64::MIN));
        for text in ["19.90", "9223372036854775808", "0.1234567890123456789012345678901234567890", "NaN"] {
            assert_eq!(numeric(text), Cell::Exact(text.into()), "{text}");
        }
    }

    #[test]
    fn a_single_fraction_is_what_was_written() {
        assert_eq!(column("float4").cell(Some(b"0.1")).unwrap(), Cell::Real(0.1));
        assert!(matches!(column("float4").cell(Some(b"NaN")).unwrap(), Cell::Real(number) if number.is_nan()));
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(column("int4").reading(), "\"a \"\"b\"\"\"::int8");
        assert_eq!(column("int4").cell(Some(b"1")), Err("it sent a value of another size than its type has"));
        assert_eq!(column("text").cell(Some(&[0xff])).unwrap(), Cell::Text(vec![0xff]));
        assert_eq!(column("bool").cell(Some(&[1])).unwrap(), Cell::Integer(1));
    }
}
