//! Looking for people in an archive as somebody would who wants to find them: every file as it stands, unfolded, with
//! entities, percent signs and escapes undone, with and without tags, in several encodings; every part of every e-mail
//! decoded, every string of every JSON file; names in any case and without signs that may be left out, numbers by
//! their digits.

use crate::world::Files;
use encoding_rs::{Encoding, GB18030, KOI8_R, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};
use mail_parser::{HeaderValue, Message, MessageParser, PartType};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const ENCODINGS: [&Encoding; 6] = [GB18030, KOI8_R, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252];

/// Where somebody is found: (file, who).
pub fn traces(files: &Files, people: &[&str]) -> Vec<(String, String)> {
    let found = |(path, bytes): (&String, &Vec<u8>)| -> Vec<(String, String)> {
        let mut texts = readings(path.ends_with(".eml"), bytes);
        texts.push(path.clone());
        let named = named(&texts, people).into_iter();
        named.map(|who| (path.clone(), who.to_owned())).collect()
    };
    files.iter().flat_map(found).collect()
}

/// Who is found in a file.
pub fn found<'p>(is_mail: bool, bytes: &[u8], people: &[&'p str]) -> Vec<&'p str> {
    named(&readings(is_mail, bytes), people)
}

fn named<'p>(texts: &[String], people: &[&'p str]) -> Vec<&'p str> {
    let undone: Vec<String> = texts
        .iter()
        .flat_map(|text| [folded(text), plain(text, ""), plain(text, " "), plain(&without_values(text), "")])
        .collect();
    let numbers: Vec<String> = undone.iter().map(|text| grouped(text)).collect();
    let is_named = |who: &&&str| match who.starts_with('+') {
        // Numbers within the country, and without what stands between the digits.
        true => numbers.iter().any(|text| runs(text).any(|run| run.ends_with(&digits(who)[2..]))),
        false => undone.iter().any(|text| text.contains(&folded(who))),
    };
    people.iter().filter(is_named).copied().collect()
}

/// The ways in which a file can be read.
fn readings(is_mail: bool, bytes: &[u8]) -> Vec<String> {
    let mut readings = vec![String::from_utf8_lossy(bytes).into_owned()];
    if is_mail {
        // A name that is cut within a character, and its halves encoded each for itself.
        let joined = readings[0].replace("?=\r\n =?UTF-8?B?", "");
        for raw in [bytes, joined.as_bytes()] {
            parser().parse(raw).iter().for_each(|message| decoded(message, &mut readings));
        }
        // What stands in the header without saying how it is written.
        let header = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0);
        readings.extend(ENCODINGS.map(|encoding| encoding.decode(&bytes[..header]).0.into_owned()));
    } else {
        for line in readings[0].clone().lines().filter(|line| line.starts_with(['{', '"'])) {
            serde_json::from_str(line).map(|json: Value| strings(&json, &mut readings)).unwrap_or_default();
        }
        serde_json::from_slice(bytes).map(|json: Value| strings(&json, &mut readings)).unwrap_or_default();
        others(bytes, &mut readings);
    }
    readings
}

/// Bytes that are no UTF-8 in other encodings.
fn others(bytes: &[u8], readings: &mut Vec<String>) {
    if std::str::from_utf8(bytes).is_err() || bytes.contains(&0) {
        readings.extend(ENCODINGS.map(|encoding| encoding.decode(bytes).0.into_owned()));
    }
}

fn decoded(message: &Message<'_>, readings: &mut Vec<String>) {
    for part in &message.parts {
        for header in &part.headers {
            readings.push(format!("{:?}", header.value()));
            if let HeaderValue::ContentType(kind) = header.value() {
                readings.extend(kind.attributes().unwrap_or_default().iter().map(|one| one.value.to_string()));
            }
        }
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => readings.push(text.clone().into_owned()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                readings.push(String::from_utf8_lossy(bytes).into_owned());
                others(bytes, readings);
            }
            PartType::Message(nested) => decoded(nested, readings),
            PartType::Multipart(_) => {}
        }
        let stored = message.raw_message().get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
        let text = mail_parser::decoders::base64::base64_decode(stored);
        let is_text = matches!(part.body, PartType::Text(_) | PartType::Html(_));
        if is_text && stored.len() < 10_000 {
            others(stored, readings);
            text.iter().for_each(|text| others(text, readings));
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

/// Without case and signs above or below letters, every white space one.
fn folded(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !is_combining_mark(*c) && !"\u{640}\u{61c}\u{ad}".contains(*c));
    let bare: String = bare.filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{2069}')).collect();
    let text = bare.replace('。', ".").to_lowercase().to_uppercase().to_lowercase();
    text.split(|c: char| c.is_whitespace() || c == '_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Lines unfolded, escapes undone, and markup, with something in its place.
fn plain(text: &str, instead_of_tags: &str) -> String {
    let joined = ["\r\n ", "\n ", "\n> "].iter().fold(text.to_owned(), |text, mark| text.replace(mark, " "));
    let mut shown = String::new();
    for (nth, piece) in joined.split('<').enumerate() {
        match piece.split_once('>').filter(|_| nth > 0) {
            Some((_, rest)) => shown.extend([instead_of_tags, rest]),
            None => shown.push_str(piece),
        }
    }
    let shown = mail_parser::decoders::html::html_to_text(&format!("{shown} {joined}"));
    let once = percent_undone(&shown);
    folded(&(percent_undone(&once) + " " + &escapes_undone(text)))
}

/// Without what stands in the quotation marks of attributes, which may hold what ends a tag.
fn without_values(text: &str) -> String {
    let (mut bare, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('=') {
        bare.push_str(before);
        let mark = behind.chars().next().filter(|mark| "\"'".contains(*mark));
        let value = mark.and_then(|mark| behind[1..].split_once(mark));
        rest = value.map_or(behind, |(_, behind)| behind);
    }
    bare + rest
}

fn percent_undone(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        let code = (*first == b'%').then(|| more.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &more[2..] } else { more };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `\u4e2d`, and a backslash before any other character gone.
fn escapes_undone(text: &str) -> String {
    let mut pieces = text.split('\\');
    let mut undone = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(1..5).filter(|_| piece.starts_with('u'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(c) => undone.extend([&c.to_string(), &piece[5..]]),
            None => undone.push_str(piece),
        }
    }
    undone
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Digits without what people put between them.
fn grouped(text: &str) -> String {
    text.chars().filter(|c| !" +()-./·".contains(*c)).collect()
}

/// Every run of digits, Arabic ones as well.
fn runs(text: &str) -> impl Iterator<Item = String> {
    let western = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10).unwrap_or(c),
        c => c,
    };
    let text: String = text.chars().map(western).collect();
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() >= 7)
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Reads fields that it does not know as text.
fn parser() -> MessageParser {
    let parser = MessageParser::new().with_mime_headers().with_date_headers().with_address_headers();
    parser.with_message_ids().default_header_text()
}
