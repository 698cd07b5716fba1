//! The columns of one stored e-mail, read from its bytes in bounded memory.

use super::addresses::{AddressScan, decoded};
use super::header::{Fields, Header};
use crate::records::mime::words;
use crate::records::{Cell, Party, party};
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, HeaderValue};
use std::io::{self, Read};

/// The longest value of a header field that becomes a value of a record; longer ones stand in the e-mail itself alone.
const LONGEST: usize = 1024 * 1024;

/// The fields that columns are made of.
const FIELDS: [&str; 9] = ["from", "to", "cc", "bcc", "date", "subject", "message-id", "in-reply-to", "references"];

/// The header fields of one e-mail.
#[derive(Debug, Default)]
pub(super) struct HeaderValues {
    /// By their places in [`FIELDS`]: one value for each time that the field stands there.
    values: [Vec<Vec<u8>>; 9],
    /// The first `Received`: when the mailbox's own server took the message.
    received: Option<Vec<u8>>,
    current: Option<usize>,
    in_received: bool,
}

impl Fields for HeaderValues {
    fn begin(&mut self, name: &[u8]) {
        self.current = FIELDS.iter().position(|field| field.as_bytes() == name);
        if let Some(at) = self.current {
            self.values[at].push(Vec::new());
        }
        self.in_received = name == b"received" && self.received.is_none();
        if self.in_received {
            self.received = Some(Vec::new());
        }
    }

    fn value(&mut self, bytes: &[u8]) {
        let value = match self.current {
            Some(at) => self.values[at].last_mut(),
            None => self.received.as_mut().filter(|_| self.in_received),
        };
        if let Some(value) = value.filter(|value| value.len() <= LONGEST) {
            value.extend_from_slice(&bytes[..bytes.len().min(LONGEST + 1 - value.len())]);
        }
    }

    fn end(&mut self) {}
}

impl HeaderValues {
    /// Reads the header section; what follows stays unread but for what is read ahead.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub(super) fn read(mut source: impl Read) -> io::Result<HeaderValues> {
        let (mut header, mut values) = (Header::new(), HeaderValues::default());
        let mut held = vec![0; 16 * 1024];
        while !header.is_over() {
            match source.read(&mut held) {
                Ok(0) => break,
                Ok(read) => header.take(&held[..read], &mut values),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        header.finish(&mut values);
        Ok(values)
    }

    /// The value of a column that the header section tells; `None` if it is none of those.
    pub(super) fn column(&self, name: &str) -> Option<Cell> {
        Some(match name {
            "from" => self.parties(0, true),
            "to" => self.parties(1, false),
            "cc" => self.parties(2, false),
            "bcc" => self.parties(3, false),
            "date" => self.date(),
            "subject" => self.first(5).map_or(Cell::Null, text),
            "message_id" => self.first(6).map_or(Cell::Null, |value| first_id(value).unwrap_or_else(|| text(value))),
            "in_reply_to" => self.first(7).map_or(Cell::Null, |value| ids(value).unwrap_or_else(|| text(value))),
            "thread" => {
                let first = |field: usize| self.first(field).and_then(first_id);
                first(8).or_else(|| first(7)).or_else(|| first(6)).unwrap_or(Cell::Null)
            }
            _ => return None,
        })
    }

    /// The first value of a field, if it is not too long.
    fn first(&self, field: usize) -> Option<&[u8]> {
        self.values[field].first().map(Vec::as_slice).filter(|value| value.len() <= LONGEST)
    }

    /// The correspondents of a field that may stand there more than once; of the sender's only the first counts.
    fn parties(&self, field: usize, first_only: bool) -> Cell {
        let values = self.values[field].iter().take(if first_only { 1 } else { usize::MAX });
        let values: Vec<&Vec<u8>> = values.collect();
        if values.is_empty() || values.iter().any(|value| value.len() > LONGEST) {
            return Cell::Null;
        }
        let parties: Vec<Party> = values.iter().flat_map(|value| correspondents(value)).collect();
        Cell::Text(list_text(&parties).into_bytes())
    }

    /// When it was sent: RFC 3339 where the field says a time, else what stands there; without the field, when it came.
    fn date(&self) -> Cell {
        match self.first(4) {
            Some(value) => time(value).map_or_else(|| text(value), |time| Cell::Text(time.into_bytes())),
            None => {
                let stamp = self.received.as_deref().and_then(|value| value.rsplit(|byte| *byte == b';').next());
                stamp.and_then(time).map_or(Cell::Null, |time| Cell::Text(time.into_bytes()))
            }
        }
    }
}

/// The correspondents in a value, none lost: what is no list of addresses is one name.
fn correspondents(value: &[u8]) -> Vec<Party> {
    let line = [&one_line(value)[..], b"\n"].concat();
    let mut parties: Vec<Party> = Vec::new();
    let mut add = |address: &Addr<'_>| {
        let some = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let party = Party { name: some(address.name()), address: some(address.address()) };
        if party.name.is_some() || party.address.is_some() {
            parties.push(party);
        }
    };
    match MessageStream::new(&line).parse_address() {
        HeaderValue::Address(Address::List(list)) => list.iter().for_each(&mut add),
        HeaderValue::Address(Address::Group(groups)) => {
            for group in groups {
                group.addresses.iter().for_each(&mut add);
                // Of a group without members only the name says anything.
                if let Some(name) = group.name.filter(|_| group.addresses.is_empty()) {
                    add(&Addr { name: Some(name), address: None });
                }
            }
        }
        _ => {}
    }
    // What the message is found by must be among them.
    let mut scan = AddressScan::default();
    scan.take(value);
    for address in scan.finish() {
        let known = |party: &Party| party.address.as_ref().is_some_and(|known| known.contains(&address));
        if !parties.iter().any(known) {
            parties.push(Party::address(address));
        }
    }
    if parties.is_empty() {
        let name = decoded(value);
        if !name.trim().is_empty() {
            parties.push(Party { name: Some(name), address: None });
        }
    }
    parties
}

/// A list of correspondents as text that is read back as the same list: as people write it where that is possible, else
/// as JSON.
fn list_text(parties: &[Party]) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let written: Vec<String> = parties
        .iter()
        .map(|party| match (&party.name, &party.address) {
            (Some(name), Some(address)) => format!("{} <{address}>", quoted(name)),
            (Some(name), None) => quoted(name),
            (None, address) => address.clone().unwrap_or_default(),
        })
        .collect();
    let text = written.join(", ");
    let alone = parties.len() != 1 || party::parse_one(&text) == parties[0];
    if alone && !text.starts_with(['[', '{']) && party::parse_list(&text) == parties {
        return text;
    }
    let json = |text: &Option<String>| text.clone().map_or(serde_json::Value::Null, serde_json::Value::String);
    let list =
        parties.iter().map(|party| serde_json::json!({"name": json(&party.name), "address": json(&party.address)}));
    serde_json::Value::Array(list.collect()).to_string()
}

/// A value on one line, without white space around it.
fn one_line(value: &[u8]) -> Vec<u8> {
    let line: Vec<u8> = value.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect();
    words::joined(line.trim_ascii()).into_owned()
}

/// Free text with its encoded words decoded; bytes that are no UTF-8 stay as they are where nothing says what they are.
fn text(value: &[u8]) -> Cell {
    let line = one_line(value);
    if std::str::from_utf8(&line).is_err() && !line.windows(2).any(|pair| pair == b"=?") {
        return Cell::Text(line);
    }
    Cell::Text(decoded(&line).into_bytes())
}

/// The message ids in a value, with their angle brackets.
fn bracketed(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value);
    let inner = text.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(id, _)| id.trim()));
    inner.filter(|id| !id.is_empty() && !id.contains(char::is_whitespace)).map(|id| format!("<{id}>")).collect()
}

fn first_id(value: &[u8]) -> Option<Cell> {
    bracketed(value).into_iter().next().map(|id| Cell::Text(id.into_bytes()))
}

fn ids(value: &[u8]) -> Option<Cell> {
    let ids = bracketed(value);
    (!ids.is_empty()).then(|| Cell::Text(ids.join(" ").into_bytes()))
}

/// A date of RFC 5322 as RFC 3339.
fn time(value: &[u8]) -> Option<String> {
    let line = one_line(value);
    let strict = std::str::from_utf8(&line).ok().and_then(|text| {
        let zoned = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_zoned_datetime(text).ok()?;
        Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    });
    strict.or_else(|| match MessageStream::new(&[&line[..], b"\n"].concat()).parse_date() {
        // It takes any day for one of any month.
        HeaderValue::DateTime(date) => {
            let text = date.to_rfc3339();
            text.parse::<jiff::Timestamp>().is_ok().then_some(text)
        }
        _ => None,
    })
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
