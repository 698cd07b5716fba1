//! Secrets inside values (requirement C23): keys of JSON, and parameters of URLs. A column that is a secret as a whole
//! is never read; these stand in columns that hold other things too, so they are taken out before anybody else looks.

use super::value::Reading;
use crate::controller::Mapping;
use crate::records::{FieldValue, Json, Verbatim};

/// What stands in the place of a secret.
const MARK: &str = "[withheld]";
/// JSON inside a text inside JSON is looked into so many times.
const NESTED: usize = 8;

/// Takes out what the mapping calls secret, and says how many there were.
pub(super) fn take_out(mapping: &Mapping, reading: &mut Reading) -> u64 {
    if mapping.secret_keys.is_empty() && mapping.secret_parameters.is_empty() {
        return 0;
    }
    let mut count = 0;
    match &mut reading.value {
        FieldValue::Json(json) if !mapping.secret_keys.is_empty() => count += keys(json, &mapping.secret_keys, 0),
        FieldValue::Json(json) => count += texts(json, &mapping.secret_parameters),
        FieldValue::Text(text) => count += parameters(text, &mapping.secret_parameters),
        _ => {}
    }
    count + verbatim(mapping, reading)
}

/// A value that goes in as it stands. JSON that nobody can read may hold the secret anywhere, so it stays out.
fn verbatim(mapping: &Mapping, reading: &mut Reading) -> u64 {
    let all_out = match &mut reading.verbatim {
        None => return 0,
        Some(_) if !mapping.secret_keys.is_empty() => true,
        Some(Verbatim::Json(Json::String(text))) => return parameters(text, &mapping.secret_parameters),
        Some(Verbatim::Json(_)) => return 0,
        Some(Verbatim::Bytes(bytes)) => {
            let mut text = String::from_utf8_lossy(bytes).into_owned();
            parameters(&mut text, &mapping.secret_parameters) > 0
        }
    };
    if all_out {
        reading.verbatim = None;
    }
    u64::from(all_out)
}

/// Takes these keys out of every object, also of JSON that stands in a text.
fn keys(json: &mut Json, secret: &[String], depth: usize) -> u64 {
    match json {
        Json::Object(members) => {
            let before = members.len();
            members.retain(|(key, _)| !secret.iter().any(|name| name.eq_ignore_ascii_case(key)));
            let taken = (before - members.len()) as u64;
            taken + members.iter_mut().map(|(_, value)| keys(value, secret, depth)).sum::<u64>()
        }
        Json::Array(items) => items.iter_mut().map(|item| keys(item, secret, depth)).sum(),
        Json::String(text) if text.trim_start().starts_with(['{', '[']) => match Json::parse(text) {
            Ok(mut inner) if depth < NESTED => {
                let taken = keys(&mut inner, secret, depth + 1);
                if taken > 0 {
                    *text = serde_json::to_string(&inner).unwrap_or_else(|_| MARK.to_owned());
                }
                taken
            }
            // What looks like JSON and cannot be read whole goes if it names the secret.
            _ if secret.iter().any(|name| text.to_ascii_lowercase().contains(&name.to_ascii_lowercase())) => {
                MARK.clone_into(text);
                1
            }
            _ => 0,
        },
        _ => 0,
    }
}

fn texts(json: &mut Json, secret: &[String]) -> u64 {
    match json {
        Json::String(text) => parameters(text, secret),
        Json::Array(items) => items.iter_mut().map(|item| texts(item, secret)).sum(),
        Json::Object(members) => members.iter_mut().map(|(_, value)| texts(value, secret)).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    }
}

/// Takes the values of these parameters, and the password before a host, out of every URL in a text.
fn parameters(text: &mut String, secret: &[String]) -> u64 {
    if secret.is_empty() {
        return 0;
    }
    let (mut out, mut count, mut at) = (String::with_capacity(text.len()), 0, 0);
    while let Some(c) = text[at..].chars().next() {
        let end = at + c.len_utf8();
        out.push_str(&text[at..end]);
        at = end;
        let value = match c {
            '?' | '&' | ';' | '#' => parameter(&text[at..], secret),
            '/' if text[..at].ends_with("://") => password(&text[at..]),
            _ => None,
        };
        if let Some((before, length)) = value {
            out.push_str(&text[at..at + before]);
            out.push_str(MARK);
            at += before + length;
            count += 1;
        }
    }
    if count > 0 {
        *text = out;
    }
    count
}

/// What begins here is `NAME=VALUE` of a secret: (length up to the value, length of the value).
fn parameter(text: &str, secret: &[String]) -> Option<(usize, usize)> {
    let text_amp = text.strip_prefix("amp;").unwrap_or(text);
    let skipped = text.len() - text_amp.len();
    let (name, rest) = text_amp.split_once('=')?;
    let decoded = percent_decoded(name);
    let known = secret.iter().any(|known| known.eq_ignore_ascii_case(&decoded));
    let length = rest.find(|c: char| c.is_whitespace() || "&;#\"'<>".contains(c)).unwrap_or(rest.len());
    (known && length > 0).then_some((skipped + name.len() + 1, length))
}

/// `user:password@` begins here: (length up to the password, length of the password).
fn password(text: &str) -> Option<(usize, usize)> {
    let authority = &text[..text.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).unwrap_or(text.len())];
    let (user, _) = authority.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    (!password.is_empty()).then_some((name.len() + 1, password.len()))
}

fn percent_decoded(name: &str) -> String {
    let bytes = name.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.extend(u8::try_from(high * 16 + low));
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::Field;

    fn mapping(keys: &[&str], parameters: &[&str]) -> Mapping {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Mapping {
            secret_keys: owned(keys),
            secret_parameters: owned(parameters),
            ..Mapping::plain(Field::Additional("x".into()))
        }
    }

    fn reading(value: FieldValue) -> Reading {
        Reading { value, verbatim: None, ambiguous: false }
    }

    #[test]
    fn the_values_of_secret_parameters_go_however_the_url_is_written() {
        let mapping = mapping(&[], &["token", "X-Amz-Signature"]);
        for (before, after, count) in [
            ("/reset?token=abc&x=1", "/reset?token=[withheld]&x=1", 1),
            ("/reset?x=1&amp;TOKEN=abc#top", "/reset?x=1&amp;TOKEN=[withheld]#top", 1),
            ("https://f.example/a?%74oken=abc", "https://f.example/a?%74oken=[withheld]", 1),
            ("#access=1&token=abc see ?token=def", "#access=1&token=[withheld] see ?token=[withheld]", 2),
            (
                "https://u:hunter2@h.example/?X-Amz-Signature=ff",
                "https://u:[withheld]@h.example/?X-Amz-Signature=[withheld]",
                2,
            ),
            ("?tokens=abc&token=", "?tokens=abc&token=", 0),
            ("token=abc", "token=abc", 0),
            ("", "", 0),
        ] {
            let mut changed = reading(FieldValue::Text(before.into()));
            assert_eq!(take_out(&mapping, &mut changed), count, "{before}");
            assert_eq!(changed.value, FieldValue::Text(after.into()));
        }
    }

    #[test]
    fn secret_keys_go_at_any_depth_also_inside_texts() {
        let mapping = mapping(&["token"], &[]);
        let text = r#"{"theme":"dark","auth":{"Token":"S","n":[{"token":1}]},"raw":"{\"token\":\"S\",\"a\":1}","broken":"{token: S"}"#;
        let mut changed = reading(FieldValue::Json(Json::parse(text).unwrap()));
        assert_eq!(take_out(&mapping, &mut changed), 4);
        let FieldValue::Json(json) = changed.value else { panic!() };
        let left = serde_json::to_string(&json).unwrap();
        assert_eq!(left, r#"{"theme":"dark","auth":{"n":[{}]},"raw":"{\"a\":1}","broken":"[withheld]"}"#);
    }

    #[test]
    fn what_cannot_be_read_and_may_hold_a_secret_stays_out() {
        let verbatim = |value| Reading { value: FieldValue::Null, verbatim: Some(value), ambiguous: false };
        let mut json = verbatim(Verbatim::Json(Json::String("{\"token\":\"S\"".into())));
        assert_eq!(take_out(&mapping(&["token"], &[]), &mut json), 1);
        assert!(json.is_empty());
        let mut bytes = verbatim(Verbatim::Bytes(b"/a?token=S\xff".to_vec()));
        assert_eq!(take_out(&mapping(&[], &["token"]), &mut bytes), 1);
        assert!(bytes.is_empty());
        let mut harmless = verbatim(Verbatim::Bytes(b"/a?b=S\xff".to_vec()));
        assert_eq!(take_out(&mapping(&[], &["token"]), &mut harmless), 0);
        assert!(!harmless.is_empty());
    }
}
