//! I-JSON (RFC 7493): no key twice, no lone surrogate, no number that a reader with binary fractions would change.
//!
//! Hundreds of megabytes are read so: once, their texts borrowed where no escape stands in them. What that one pass does
//! not take is read again by [`Json`], which says why it is none, or keeps the digits of its numbers.

use crate::records::Json;
use crate::records::json::NotJson;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// The levels below the first that [`Json`] reads.
const MAX_DEPTH: usize = 100;
/// The largest whole number that every reader keeps.
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;
/// Up to so many keys are compared each with each.
const FEW: usize = 40;

/// A value. `Number` holds its text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'t> {
    Null,
    Bool(bool),
    Number(Cow<'t, str>),
    String(Cow<'t, str>),
    Array(Vec<Value<'t>>),
    Object(Vec<Member<'t>>),
}

/// A key and its value.
pub(super) type Member<'t> = (Cow<'t, str>, Value<'t>);

impl Value<'_> {
    /// The text, if it is one.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads a line as one object.
pub(super) fn object(line: &str) -> Result<Vec<Member<'_>>, &'static str> {
    let Value::Object(members) = value(line)? else { return Err("not an object") };
    Ok(members)
}

/// Reads a text as one value.
pub(super) fn value(text: &str) -> Result<Value<'_>, &'static str> {
    plain(text).map_or_else(|_| exact(text), Ok)
}

/// Reads a text whose numbers are all whole and kept by every reader; an error says nothing.
fn plain(text: &str) -> serde_json::Result<Value<'_>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Plain(MAX_DEPTH).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn exact(text: &str) -> Result<Value<'static>, &'static str> {
    // `Json` turns numbers that would change into strings, which is right for what comes from a store, not here.
    let value = Json::parse(text).map_err(|error| match error {
        NotJson::Invalid => "not JSON, or a lone surrogate",
        NotJson::RepeatedKey => "a key that stands twice in one object",
        NotJson::TooDeep => "nested too deep",
    })?;
    if numbers(text).all(is_kept) { Ok(owned(value)) } else { Err("a number that not every reader keeps") }
}

fn owned(value: Json) -> Value<'static> {
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(text) => Value::Number(text.into()),
        Json::String(text) => Value::String(text.into()),
        Json::Array(items) => Value::Array(items.into_iter().map(owned).collect()),
        Json::Object(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (key.into(), owned(value))).collect())
        }
    }
}

/// Reads a value that may hold so many levels of others.
#[derive(Clone, Copy)]
struct Plain(usize);

impl Plain {
    fn below<E: Error>(self) -> Result<Plain, E> {
        self.0.checked_sub(1).map(Plain).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Plain {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without fractions")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value<'de>, E> {
        let kept = (number <= MAX_SAFE_INTEGER).then(|| Value::Number(number.to_string().into()));
        kept.ok_or_else(|| E::custom("too large"))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value<'de>, E> {
        let kept = (number.unsigned_abs() <= MAX_SAFE_INTEGER).then(|| Value::Number(number.to_string().into()));
        kept.ok_or_else(|| E::custom("too large"))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let below = self.below()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(below)? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let below = self.below()?;
        let mut members: Vec<Member<'de>> = Vec::new();
        while let Some(key) = map.next_key_seed(MemberName)? {
            if members.len() < FEW && members.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom("a key twice"));
            }
            members.push((key, map.next_value_seed(below)?));
        }
        let mut seen = HashSet::new();
        if members.len() > FEW && !members.iter().all(|(key, _)| seen.insert(key)) {
            return Err(A::Error::custom("a key twice"));
        }
        // Of one member, room for four was made, which counts where a line is nothing but small objects.
        members.shrink_to_fit();
        Ok(Value::Object(members))
    }
}

/// Reads a key.
struct MemberName;

impl<'de> DeserializeSeed<'de> for MemberName {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for MemberName {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(text.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(text.to_owned().into())
    }
}

/// Whether a number comes back from a double as it is written. An exponent changes the notation, not the number.
fn is_kept(number: &str) -> bool {
    match Json::parse(number) {
        Ok(Json::Number(_)) => true,
        _ => number.contains(['e', 'E']) && number.len() <= 15 && number.parse::<f64>().is_ok_and(f64::is_finite),
    }
}

/// The numbers of a JSON text.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit())?;
            rest = &rest[at..];
            if rest.starts_with('"') {
                rest = &rest[string_end(rest)..];
                continue;
            }
            let length = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
            let (number, after) = rest.split_at(length);
            rest = after;
            return Some(number);
        }
    })
}

/// The length of the string that a text begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_could_change_is_refused() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"a":"\ud800"}"#, r#"{"a":9007199254740993}"#, r#"{"a":[1e999]}"#, "[]", ""]
        {
            assert!(object(text).is_err(), "{text}");
        }
        for text in [r#"{"a":-1.25,"b":"9007199254740993 \" 1e999","c":[1e3,0]}"#, "{}"] {
            assert!(object(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn small_lists_and_objects_keep_no_room_for_more() {
        let Ok(Value::Array(items)) = plain(r#"[{"":0},{"a":{"b":1}},[2],[],[1,2,3,4,5]]"#) else { panic!("none") };
        assert_eq!(items.len(), items.capacity());
        for item in &items {
            match item {
                Value::Object(members) => assert_eq!(members.len(), members.capacity(), "{item:?}"),
                Value::Array(items) => assert_eq!(items.len(), items.capacity(), "{item:?}"),
                _ => panic!("{item:?}"),
            }
        }
    }

    #[test]
    fn what_one_pass_takes_is_what_the_exact_reader_takes() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let wide = |last: &str| {
            let members: Vec<String> = (0..60).map(|at| format!("\"k{at}\":{at}")).collect();
            format!("{{{},\"{last}\":null}}", members.join(","))
        };
        let texts = [
            r#" {"a" : [ 0, -0, 12, -9007199254740991, 9007199254740991, true, false, null ], "\u0061b": "\n\u00e9é" } "#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":-9007199254740992}"#,
            r#"{"a":1.10,"b":[1e3]}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":"\ud83d\ude00","b":"\ud83d"}"#,
            r#"{"a":01}"#,
            r#"{"a":1}{"#,
            "\"a\u{1}\"",
            &deep(101),
            &deep(102),
            &deep(200),
            &wide("k60"),
            &wide("k3"),
            &wide("k59"),
        ];
        for text in texts {
            if let Ok(read) = plain(text) {
                assert_eq!(Ok(read), exact(text), "{text}");
            }
            assert_eq!(value(text), exact(text), "{text}");
        }
        assert!(plain(texts[0]).is_err() && plain(&texts[0].replace("-0", "-1")).is_ok() && plain(&deep(100)).is_ok());
    }
}
