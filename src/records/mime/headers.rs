//! Header fields that every reader reads back as they were meant (RFC 5322, 2047, 2231, 6532).
//!
//! Not by the crate mail-builder: it leaves `=?` in plain text and white space at its start to be misread, does not look
//! into addresses and message ids, and writes every date in UTC.

use crate::records::{Party, Time};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Date, Weekday};
use std::borrow::Cow;

/// The longest line that holds an encoded word, and the longest word (RFC 2047, section 2).
const LINE: usize = 76;
const WORD: usize = 75;
/// The address of a correspondent of whom no e-mail address is known: RFC 5322 demands one, RFC 2606 keeps this one
/// from ever existing.
const UNKNOWN: &str = "unknown@address.invalid";

/// A field of free text.
pub fn text(name: &str, value: &str) -> String {
    let value = one_line(value);
    let plain = is_plain(&value) && value.len() <= LINE - name.len() - 2 && value.trim_matches(' ') == value;
    let value = if plain { value } else { Cow::Owned(encoded_words(&value, name.len() + 2)) };
    [name, ": ", &value, "\r\n"].concat()
}

/// A field of correspondents, one on a line; nothing if there are none.
pub fn parties(name: &str, parties: &[Party]) -> String {
    if parties.is_empty() {
        return String::new();
    }
    let mut field = [name, ": "].concat();
    for (nth, party) in parties.iter().enumerate() {
        field.push_str(if nth == 0 { "" } else { ",\r\n " });
        field.push_str(&mailbox(party, name.len() + 2));
    }
    field.push_str("\r\n");
    field
}

/// A sender of whom nothing is known.
pub fn unknown_sender() -> String {
    format!("From: <{UNKNOWN}>\r\n")
}

/// A field of message ids.
pub fn ids(name: &str, ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!("{name}: {}\r\n", ids.join("\r\n ")) }
}

/// `Date` (RFC 5322, section 3.3). Of a day only midnight can be said, with the offset `-0000` that claims nothing.
pub fn date(time: &Time) -> Option<String> {
    let text = time.as_str();
    let (clock, zone) = match time {
        Time::Instant(..) => (text.get(11..19)?, text.get(19..)?),
        Time::Day(..) => ("00:00:00", "-00:00"),
    };
    let zone = zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let zone = if zone == "Z" { "+0000".to_owned() } else { zone.replace(':', "") };
    let day: Date = text.get(..10)?.parse().ok()?;
    let weekday = match day.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get(usize::try_from(day.month()).ok()?.checked_sub(1)?)?;
    Some(format!("Date: {weekday}, {:02} {month} {:04} {clock} {zone}\r\n", day.day(), day.year()))
}

/// The message ids in a text, each `<…>`; a text without angle brackets is one id if it can be.
pub fn message_ids(text: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let inner: Vec<&str> = match text.contains('<') {
        true => text.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or("")).collect(),
        false => text.split_ascii_whitespace().collect(),
    };
    for id in inner.into_iter().map(str::trim) {
        let fits = (1..=250).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
        let id = format!("<{id}>");
        if fits && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// `; filename=…`: quoted if it is short plain text, else by RFC 2231, in sections that fit a line. Path separators
/// would tempt a reader to write elsewhere; control characters have no place in a name.
pub fn filename(name: &str) -> String {
    let unfit = |c: char| matches!(c, '/' | '\\') || c.is_control();
    let name: String = name.chars().map(|c| if unfit(c) { '_' } else { c }).collect();
    if is_plain(&name) && name.len() <= 60 && !name.contains(['"', '%']) {
        return format!(";\r\n filename=\"{name}\"");
    }
    let (mut sections, mut section) = (Vec::new(), String::from("UTF-8''"));
    // Some readers decode each section for itself, so no character is split.
    for piece in name.chars().map(percent) {
        if section.len() + piece.len() > 55 {
            sections.push(std::mem::take(&mut section));
        }
        section.push_str(&piece);
    }
    sections.push(section);
    match sections.as_slice() {
        [only] => format!(";\r\n filename*={only}"),
        many => many.iter().enumerate().map(|(at, section)| format!(";\r\n filename*{at}*={section}")).collect(),
    }
}

/// One correspondent. An address that is none (a number, a handle) is shown in the name.
fn mailbox(party: &Party, column: usize) -> String {
    let (name, address) = (given(party.name.as_deref()), given(party.address.as_deref()));
    let unknown = Cow::Borrowed(UNKNOWN);
    let (name, address) = match (name, address) {
        (name, Some(address)) if is_address(&address) => (name, address),
        (Some(name), Some(handle)) if name == handle => (Some(name), unknown),
        (Some(name), Some(handle)) => (Some(Cow::Owned(format!("{name} ({handle})"))), unknown),
        (name, handle) => (name.or(handle), unknown),
    };
    match name {
        None => ["<", &address, ">"].concat(),
        Some(name) if is_plain(&name) && name.len() <= 60 => {
            let quoted = match name.contains(['\\', '"']) {
                true => Cow::Owned(name.replace('\\', "\\\\").replace('"', "\\\"")),
                false => name,
            };
            ["\"", &quoted, "\"\r\n <", &address, ">"].concat()
        }
        Some(name) => [&encoded_words(&name, column), "\r\n <", &address, ">"].concat(),
    }
}

/// What is given, if it is more than white space.
fn given(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(one_line).filter(|text| !text.trim().is_empty())
}

/// An address that needs no quoting; other scripts are allowed (RFC 6532).
fn is_address(text: &str) -> bool {
    let special = |c: char| c.is_whitespace() || c.is_control() || "()<>[]:;,\\\"".contains(c);
    text.len() <= 320
        && !text.contains(special)
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
        })
}

/// Line breaks, which would start another header field, become spaces; the record holds the exact text.
fn one_line(text: &str) -> Cow<'_, str> {
    let breaks = |c| matches!(c, '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", " ").replace(breaks, " "))
}

/// Text that no reader decodes or folds.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| (0x20..0x7f).contains(&b)) && !text.contains("=?")
}

/// Encoded words (RFC 2047), one on a line. White space stands inside them, because what is between two of them is
/// dropped, and no character is split.
fn encoded_words(text: &str, column: usize) -> String {
    let as_q: usize = text.chars().map(|c| q(c).len()).sum();
    let use_q = as_q <= text.len().div_ceil(3) * 4;
    let (open, close) = (if use_q { "=?UTF-8?Q?" } else { "=?UTF-8?B?" }, "?=");
    let (mut words, mut word, mut length) = (Vec::new(), String::new(), 0);
    let room =
        |first: bool| (if first { LINE.saturating_sub(column) } else { WORD }).min(WORD) - open.len() - close.len();
    for c in text.chars() {
        let with = if use_q { length + q(c).len() } else { (word.len() + c.len_utf8()).div_ceil(3) * 4 };
        if with > room(words.is_empty()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
            length = 0;
        }
        word.push(c);
        length += q(c).len();
    }
    words.push(word);
    let encode = |word: &String| {
        let payload = if use_q { word.chars().map(q).collect() } else { STANDARD.encode(word) };
        format!("{open}{payload}{close}")
    };
    words.iter().map(encode).collect::<Vec<_>>().join("\r\n ")
}

/// A character as RFC 2231 writes it.
fn percent(c: char) -> String {
    match c {
        c if c.is_ascii_alphanumeric() || "-._".contains(c) => c.to_string(),
        c => c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("%{b:02X}")).collect(),
    }
}

/// A character in the Q encoding, with the few that are safe in names too left as they are.
fn q(c: char) -> String {
    match c {
        ' ' => "_".to_owned(),
        c if c.is_ascii_alphanumeric() || "!*+-/".contains(c) => c.to_string(),
        c => c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("={b:02X}")).collect(),
    }
}
