//! Header fields that every reader reads back as they were meant (RFC 5322, 2047, 2231, 6532).
//!
//! Not by the crate mail-builder: it leaves `=?` in plain text and white space at its start to be misread, does not look
//! into addresses and message ids, and writes every date in UTC.

use crate::records::{Party, Time, together};
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

/// Appends a field of free text.
pub fn text(out: &mut String, name: &str, value: &str) {
    let value = one_line(value);
    let plain = is_plain(&value) && value.len() <= LINE - name.len() - 2 && value.trim_matches(' ') == value;
    append(out, &[name, ": "]);
    if plain {
        out.push_str(&value);
    } else {
        encoded_words(out, &value, name.len() + 2);
    }
    out.push_str("\r\n");
}

/// Appends a field of correspondents, one on a line; nothing if there are none.
pub fn parties(out: &mut String, name: &str, parties: &[Party]) {
    for (nth, party) in parties.iter().enumerate() {
        let (first, then) = if nth == 0 { (name, ": ") } else { (",\r\n", " ") };
        append(out, &[first, then]);
        mailbox(out, party, name.len() + 2);
    }
    out.push_str(if parties.is_empty() { "" } else { "\r\n" });
}

/// Texts one after the other: every message has a dozen fields, and none is worth a text of its own.
fn append(out: &mut String, texts: &[&str]) {
    texts.iter().for_each(|text| out.push_str(text));
}

/// Appends a sender of whom nothing is known.
pub fn unknown_sender(out: &mut String) {
    append(out, &["From: <", UNKNOWN, ">\r\n"]);
}

/// Appends a field of message ids; nothing if there are none.
pub fn ids(out: &mut String, name: &str, ids: &[Cow<'_, str>]) {
    for (nth, id) in ids.iter().enumerate() {
        let (first, then) = if nth == 0 { (name, ": ") } else { ("\r\n", " ") };
        append(out, &[first, then, id]);
    }
    out.push_str(if ids.is_empty() { "" } else { "\r\n" });
}

/// Appends `Date` (RFC 5322, section 3.3). Of a day only midnight can be said, with the offset `-0000` that claims
/// nothing.
pub fn date(out: &mut String, time: &Time) {
    if let Some([weekday, day, month, year, clock, zone]) = date_parts(time) {
        append(out, &["Date: ", weekday, ", ", day, " ", month, " ", year, " ", clock, " "]);
        match zone {
            "Z" => out.push_str("+0000"),
            zone => zone.split(':').for_each(|part| out.push_str(part)),
        }
        out.push_str("\r\n");
    }
}

/// Weekday, day, month, year, clock and offset of a time.
fn date_parts(time: &Time) -> Option<[&str; 6]> {
    let text = time.as_str();
    let (clock, zone) = match time {
        Time::Instant(..) => (text.get(11..19)?, text.get(19..)?),
        Time::Day(..) => ("00:00:00", "-00:00"),
    };
    let zone = zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let date: Date = text.get(..10)?.parse().ok()?;
    let weekday = match date.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get(usize::try_from(date.month()).ok()?.checked_sub(1)?)?;
    Some([weekday, text.get(8..10)?, month, text.get(..4)?, clock, zone])
}

/// The message ids in a text, each `<…>`; a text without angle brackets is one id if it can be.
pub fn message_ids(text: &str) -> Vec<Cow<'_, str>> {
    let mut ids = Vec::new();
    if !text.contains('<') {
        text.split_ascii_whitespace().for_each(|id| ids.extend(message_id(id, None)));
    }
    for (at, _) in text.match_indices('<') {
        let rest = text[at + 1..].split('<').next().unwrap_or("");
        let inner = rest.split('>').next().unwrap_or("");
        // With its brackets as it stands, where they are there.
        ids.extend(message_id(inner, text.get(at..at + inner.len() + 2).filter(|whole| whole.ends_with('>'))));
    }
    once_each(&mut ids);
    ids
}

/// What stands between two brackets, with them, if it can be an id.
fn message_id<'t>(inner: &'t str, whole: Option<&'t str>) -> Option<Cow<'t, str>> {
    let id = inner.trim();
    let fits = (1..=250).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
    fits.then(|| match whole.filter(|_| id.len() == inner.len()) {
        Some(whole) => Cow::Borrowed(whole),
        None => Cow::Owned(["<", id, ">"].concat()),
    })
}

/// Leaves of each id the first. There are seldom more than a few, but nobody says how many there may be.
pub fn once_each(ids: &mut Vec<Cow<'_, str>>) {
    if ids.len() > 16 {
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        return;
    }
    let mut nth = 1;
    while nth < ids.len() {
        match ids[..nth].contains(&ids[nth]) {
            true => drop(ids.remove(nth)),
            false => nth += 1,
        }
    }
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

/// Appends one correspondent. An address that is none (a number, a handle) is shown in the name.
fn mailbox(out: &mut String, party: &Party, column: usize) {
    let (name, address) = (given(party.name.as_deref()), given(party.address.as_deref()));
    let unknown = Cow::Borrowed(UNKNOWN);
    let (name, address) = match (name, address) {
        (name, Some(address)) if is_address(&address) => (name, address),
        (Some(name), Some(handle)) if name == handle => (Some(name), unknown),
        (Some(name), Some(handle)) => (Some(Cow::Owned(format!("{name} ({handle})"))), unknown),
        (name, handle) => (name.or(handle), unknown),
    };
    match name {
        None => append(out, &["<", &address, ">"]),
        Some(name) if is_plain(&name) && name.len() <= 60 => {
            let quoted = match name.contains(['\\', '"']) {
                true => Cow::Owned(name.replace('\\', "\\\\").replace('"', "\\\"")),
                false => name,
            };
            append(out, &["\"", &quoted, "\"\r\n <", &address, ">"]);
        }
        Some(name) => {
            encoded_words(out, &name, column);
            append(out, &["\r\n <", &address, ">"]);
        }
    }
}

/// What is given, if it is more than white space.
fn given(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(one_line).filter(|text| !text.trim().is_empty())
}

/// An address that needs no quoting; other scripts are allowed (RFC 6532).
fn is_address(text: &str) -> bool {
    let special = |c: char| match c {
        '!'..='~' => matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | ':' | ';' | ',' | '\\' | '"'),
        c => c.is_whitespace() || c.is_control(),
    };
    text.len() <= 320
        && !text.contains(special)
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
        })
}

/// Line breaks, which would start another header field, become spaces; the record holds the exact text.
fn one_line(text: &str) -> Cow<'_, str> {
    let breaks = |c| matches!(c, '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    // The first bytes of the last three, which few texts have, are looked at before they are decoded.
    let suspicious = |b: u8| matches!(b, b'\n'..=b'\r' | 0xC2 | 0xE2);
    if !together::any(text.as_bytes(), suspicious) || !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", " ").replace(breaks, " "))
}

/// Text that no reader decodes or folds.
fn is_plain(text: &str) -> bool {
    !together::any(text.as_bytes(), |b| !(0x20..0x7f).contains(&b)) && !text.contains("=?")
}

/// Appends encoded words (RFC 2047), one on a line. White space stands inside them, because what is between two of them is
/// dropped, and no character is split.
fn encoded_words(out: &mut String, text: &str, column: usize) {
    let as_q: usize = text.chars().map(q_length).sum();
    let use_q = as_q <= text.len().div_ceil(3) * 4;
    let (open, close) = (if use_q { "=?UTF-8?Q?" } else { "=?UTF-8?B?" }, "?=");
    let (mut words, mut word, mut length) = (Vec::new(), String::new(), 0);
    let room =
        |first: bool| (if first { LINE.saturating_sub(column) } else { WORD }).min(WORD) - open.len() - close.len();
    for c in text.chars() {
        let with = if use_q { length + q_length(c) } else { (word.len() + c.len_utf8()).div_ceil(3) * 4 };
        if with > room(words.is_empty()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
            length = 0;
        }
        word.push(c);
        length += q_length(c);
    }
    words.push(word);
    for (nth, word) in words.iter().enumerate() {
        append(out, &[if nth == 0 { "" } else { "\r\n " }, open]);
        if use_q {
            word.chars().for_each(|c| q(c, out));
        } else {
            STANDARD.encode_string(word, out);
        }
        out.push_str(close);
    }
}

/// A character as RFC 2231 writes it.
fn percent(c: char) -> String {
    match c {
        c if c.is_ascii_alphanumeric() || "-._".contains(c) => c.to_string(),
        c => c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("%{b:02X}")).collect(),
    }
}

/// Whether the Q encoding leaves a character as it is: those few that are safe in names too.
fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '!' | '*' | '+' | '-' | '/')
}

/// Appends a character in the Q encoding.
fn q(c: char, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    match c {
        ' ' => out.push('_'),
        c if is_safe(c) => out.push(c),
        c => {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push('=');
                [byte >> 4, byte & 15].into_iter().for_each(|digit| out.push(char::from(DIGITS[usize::from(digit)])));
            }
        }
    }
}

/// How long a character is in the Q encoding.
fn q_length(c: char) -> usize {
    if c == ' ' || is_safe(c) { 1 } else { 3 * c.len_utf8() }
}
