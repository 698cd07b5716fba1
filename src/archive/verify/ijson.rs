//! I-JSON (RFC 7493): no key twice, no lone surrogate, no number that a reader with binary fractions would change.

use crate::records::Json;
use crate::records::json::NotJson;

/// Reads a line as one object.
pub(super) fn object(line: &str) -> Result<Vec<(String, Json)>, &'static str> {
    // `Json` turns numbers that would change into strings, which is right for what comes from a store, not here.
    let Json::Object(members) = value(line)? else { return Err("not an object") };
    Ok(members)
}

/// Reads a text as one value.
pub(super) fn value(text: &str) -> Result<Json, &'static str> {
    let value = Json::parse(text).map_err(|error| match error {
        NotJson::Invalid => "not JSON, or a lone surrogate",
        NotJson::RepeatedKey => "a key that stands twice in one object",
        NotJson::TooDeep => "nested too deep",
    })?;
    if numbers(text).any(|number| !is_kept(number)) { Err("a number that not every reader keeps") } else { Ok(value) }
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
}
