//! JSON values kept exactly: numbers as they were written, keys in their order, repeated keys refused.
//!
//! serde_json's own value would round numbers and keep only the last of two equal keys, which loses data in silence.

use serde::de::{self, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Nesting deeper than this is not read: readers of the archive would refuse it too.
const MAX_DEPTH: usize = 100;
/// The largest whole number that every JSON reader keeps (RFC 7493, section 2.2).
const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// A JSON value. `Number` holds text that is known to be a JSON number every reader keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number that a binary fraction holds exactly as written.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// An object, its keys in order and each only once.
    Object(Vec<(String, Json)>),
}

/// Why a text is not taken as JSON. It is then exported verbatim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotJson {
    /// Not JSON, or JSON with lone surrogates, or with trailing text.
    #[error("not valid JSON")]
    Invalid,
    /// The same key stands twice in one object.
    #[error("a key stands twice in one object")]
    RepeatedKey,
    /// Nested deeper than readers accept.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl Json {
    /// Reads a JSON text (RFC 8259) exactly.
    pub fn parse(text: &str) -> Result<Json, NotJson> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|_| NotJson::Invalid)?;
        from_raw(raw.get(), 0)
    }

    /// The keys of an object, or of the objects of a list, repeated ones included; also where some value in it cannot
    /// be read. `None` if the text has not even the form of JSON.
    pub fn top_keys(text: &str) -> Option<Vec<String>> {
        let raw: &RawValue = serde_json::from_str(text).ok()?;
        let objects: Vec<&RawValue> = match raw.get().as_bytes().first() {
            Some(b'[') => serde_json::from_str(raw.get()).ok()?,
            _ => vec![raw],
        };
        let mut keys = Vec::new();
        for object in objects.into_iter().filter(|value| value.get().starts_with('{')) {
            let members: Members = serde_json::from_str(object.get()).ok()?;
            keys.extend(members.0.into_iter().map(|(key, _)| key));
        }
        Some(keys)
    }

    /// The members of one object, each with its value as it is written.
    ///
    /// # Errors
    /// When the text is no object, or a key stands in it twice.
    pub fn members(text: &str) -> Result<Vec<(String, &str)>, NotJson> {
        let members: Members<'_> = serde_json::from_str(text).map_err(|_| NotJson::Invalid)?;
        let mut seen = std::collections::HashSet::new();
        if !members.0.iter().all(|(key, _)| seen.insert(key.as_str())) {
            return Err(NotJson::RepeatedKey);
        }
        Ok(members.0.into_iter().map(|(key, value)| (key, value.get())).collect())
    }

    /// The values of one array, each as its text.
    ///
    /// # Errors
    /// When the text is no array.
    pub fn items(text: &str) -> Result<Vec<&str>, NotJson> {
        let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| NotJson::Invalid)?;
        Ok(items.into_iter().map(RawValue::get).collect())
    }

    /// The bytes of a JSON string, decoded; a lone surrogate becomes the three bytes that UTF-8 would have for it, so
    /// that it is not lost. `None` if the text is no JSON string.
    pub fn string_bytes(text: &str) -> Option<Vec<u8>> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }
        serde_json::Deserializer::from_str(text).deserialize_bytes(Bytes).ok()
    }

    /// A whole number: as a number where every reader keeps it, else as a string (requirement E14).
    pub fn integer(number: i64) -> Json {
        if number.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs() {
            Json::Number(number.to_string())
        } else {
            Json::String(number.to_string())
        }
    }

    /// A text, borrowed if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }
}

fn from_raw(text: &str, depth: usize) -> Result<Json, NotJson> {
    if depth > MAX_DEPTH {
        return Err(NotJson::TooDeep);
    }
    match text.as_bytes().first() {
        Some(b'{') => {
            let members: Members = serde_json::from_str(text).map_err(|_| NotJson::Invalid)?;
            let mut object: Vec<(String, Json)> = Vec::with_capacity(members.0.len());
            let mut seen = std::collections::HashSet::new();
            for (key, value) in members.0 {
                if !seen.insert(key.clone()) {
                    return Err(NotJson::RepeatedKey);
                }
                object.push((key, from_raw(value.get(), depth + 1)?));
            }
            Ok(Json::Object(object))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| NotJson::Invalid)?;
            items.into_iter().map(|item| from_raw(item.get(), depth + 1)).collect::<Result<_, _>>().map(Json::Array)
        }
        Some(b'"') => serde_json::from_str(text).map(Json::String).map_err(|_| NotJson::Invalid),
        Some(b't') => Ok(Json::Bool(true)),
        Some(b'f') => Ok(Json::Bool(false)),
        Some(b'n') => Ok(Json::Null),
        Some(_) => Ok(number(text)),
        None => Err(NotJson::Invalid),
    }
}

/// A number as written where a reader that uses binary fractions keeps every digit, else its text.
fn number(text: &str) -> Json {
    if let Ok(integer) = text.parse::<i64>() {
        return if text == "-0" { Json::Number("0".into()) } else { Json::integer(integer) };
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.parse::<f64>() {
        // Fifteen significant digits always survive a double (IEEE 754, DBL_DIG), and so does the shortest form of a
        // fraction that was one.
        Ok(float)
            if float.is_finite()
                && !text.contains(['e', 'E'])
                && (digits <= 15 || (text.contains('.') && float.to_string() == text)) =>
        {
            Json::Number(text.to_owned())
        }
        _ => Json::String(text.to_owned()),
    }
}

/// The members of one object, repeated keys included, with their values unread.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    members.push((key, map.next_value::<&RawValue>()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect).map_err(de::Error::custom)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(text) => RawValue::from_string(text.clone()).map_err(S::Error::custom)?.serialize(serializer),
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> String {
        serde_json::to_string(&Json::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn json_comes_back_with_its_keys_in_order_and_its_numbers_exact() {
        assert_eq!(
            round(r#"{"b": 1, "a": [1.10, null, true, "é\u0000"]}"#),
            r#"{"b":1,"a":[1.10,null,true,"é\u0000"]}"#
        );
    }

    #[test]
    fn numbers_that_a_double_cannot_hold_become_strings() {
        assert_eq!(
            round("[9007199254740991, 9007199254740993, 0.12345678901234567, 1e400]"),
            r#"[9007199254740991,"9007199254740993","0.12345678901234567","1e400"]"#
        );
    }

    #[test]
    fn the_members_of_an_object_come_as_they_are_written() {
        assert_eq!(
            Json::members(r#"{"a": 1.10, "b": {"c":[ ]}}"#).unwrap(),
            [("a".to_owned(), "1.10"), ("b".to_owned(), r#"{"c":[ ]}"#)]
        );
        assert_eq!(Json::members(r#"{"a":1,"a":1}"#), Err(NotJson::RepeatedKey));
        assert_eq!(Json::members("[1]"), Err(NotJson::Invalid));
        assert_eq!(Json::string_bytes(r#""a\ud800b\u00e9\u0000""#).unwrap(), b"a\xed\xa0\x80b\xc3\xa9\0");
        assert_eq!(Json::string_bytes("1"), None);
    }

    #[test]
    fn what_would_be_lost_in_silence_is_refused() {
        assert_eq!(Json::parse(r#"{"a":1,"a":2}"#), Err(NotJson::RepeatedKey));
        assert_eq!(Json::parse(r#""\ud800""#), Err(NotJson::Invalid));
        assert_eq!(Json::parse("{} x"), Err(NotJson::Invalid));
        assert_eq!(Json::parse(&"[".repeat(10_000)), Err(NotJson::Invalid));
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Json::parse(&deep).is_err());
    }
}
