//! Looking for people in an archive as somebody would who wants to find them: every file as it stands, unfolded, with
//! entities, percent signs and escapes undone, every part of every e-mail decoded, every string of every JSON file.

use crate::world::Files;
use mail_parser::{Message, MessageParser, PartType};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// Where somebody is found: (file, who).
pub fn traces(files: &Files, people: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, bytes) in files {
        let mut readings = vec![path.clone(), String::from_utf8_lossy(bytes).into_owned()];
        match MessageParser::default().parse(bytes.as_slice()).filter(|_| path.ends_with(".eml")) {
            Some(message) => decoded(&message, &mut readings),
            None => {
                for line in String::from_utf8_lossy(bytes).lines().filter(|line| line.starts_with(['{', '"'])) {
                    serde_json::from_str(line).map(|json: Value| strings(&json, &mut readings)).unwrap_or_default();
                }
                serde_json::from_slice(bytes).map(|json: Value| strings(&json, &mut readings)).unwrap_or_default();
            }
        }
        let undone: Vec<String> = readings.iter().flat_map(|text| [folded(text), plain(text)]).collect();
        for who in people {
            if undone.iter().any(|text| text.contains(&folded(who))) {
                found.push((path.clone(), (*who).to_owned()));
            }
        }
    }
    found
}

fn decoded(message: &Message<'_>, readings: &mut Vec<String>) {
    readings.extend(message.headers().iter().map(|header| format!("{:?}", header.value())));
    for part in &message.parts {
        readings.extend(part.headers.iter().map(|header| format!("{:?}", header.value())));
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => readings.push(text.clone().into_owned()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                readings.push(String::from_utf8_lossy(bytes).into_owned());
            }
            PartType::Message(nested) => decoded(nested, readings),
            PartType::Multipart(_) => {}
        }
    }
}

fn strings(json: &Value, readings: &mut Vec<String>) {
    match json {
        Value::String(text) => readings.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, readings)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            readings.push(key.clone());
            strings(value, readings);
        }),
        _ => {}
    }
}

/// Small letters, decomposed, every white space one.
fn folded(text: &str) -> String {
    let text: String = text.nfkd().collect::<String>().to_lowercase();
    text.split(|c: char| c.is_whitespace() || c == '_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Lines unfolded, markup and escapes undone.
fn plain(text: &str) -> String {
    let joined = ["\r\n ", "\n ", "\n> ", "\\"].iter().fold(text.to_owned(), |text, mark| text.replace(mark, ""));
    let shown = mail_parser::decoders::html::html_to_text(&joined);
    let (mut bytes, mut rest) = (Vec::new(), shown.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        let code = (*first == b'%').then(|| more.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &more[2..] } else { more };
    }
    folded(&String::from_utf8_lossy(&bytes))
}
