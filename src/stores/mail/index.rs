//! What is kept of every message to match by: the addresses of its header fields, each different one once.

use super::addresses::AddressScan;
use super::header::Fields;
use crate::subject::identifier::email;
use std::collections::HashMap;
use std::rc::Rc;

/// The fields by whose addresses a message is somebody's (contract 3).
const FIELDS: [&str; 10] =
    ["from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-to", "resent-cc", "delivered-to"];

/// The addresses of all messages, in canonical form.
#[derive(Debug, Default)]
pub(super) struct AddressIndex {
    numbers: HashMap<Rc<str>, u32>,
    addresses: Vec<Rc<str>>,
    /// The addresses of one message after the other.
    of_messages: Vec<u32>,
    /// Where those of each message end.
    ends: Vec<u32>,
}

impl AddressIndex {
    fn number(&mut self, address: &str) -> u32 {
        let canonical = email(address);
        if let Some(number) = self.numbers.get(canonical.as_str()) {
            return *number;
        }
        let number = u32::try_from(self.addresses.len()).unwrap_or(u32::MAX);
        let address: Rc<str> = canonical.into();
        self.numbers.insert(address.clone(), number);
        self.addresses.push(address);
        number
    }

    /// Takes the addresses of the next message.
    pub(super) fn push(&mut self, mut numbers: Vec<u32>) {
        numbers.sort_unstable();
        numbers.dedup();
        self.of_messages.extend(numbers);
        self.ends.push(u32::try_from(self.of_messages.len()).unwrap_or(u32::MAX));
    }

    /// The addresses of the message at this position.
    pub(super) fn of(&self, at: usize) -> impl Iterator<Item = &str> {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        self.of_messages[start..self.ends[at] as usize].iter().map(|number| self.addresses[*number as usize].as_ref())
    }

    /// The positions of the messages that have one of these addresses.
    pub(super) fn with(&self, values: &[Vec<u8>]) -> Vec<usize> {
        let numbers = values.iter().filter_map(|value| self.numbers.get(std::str::from_utf8(value).ok()?).copied());
        let mut numbers: Vec<u32> = numbers.collect();
        numbers.sort_unstable();
        let mut start = 0;
        let mut messages = Vec::new();
        for (at, end) in self.ends.iter().enumerate() {
            let own = &self.of_messages[start..*end as usize];
            start = *end as usize;
            if own.iter().any(|number| numbers.binary_search(number).is_ok()) {
                messages.push(at);
            }
        }
        messages
    }
}

/// Listens to the header sections of messages, one after the other.
#[derive(Debug, Default)]
pub(super) struct Indexing {
    index: AddressIndex,
    scan: Option<AddressScan>,
    numbers: Vec<u32>,
    /// The value of Content-Length while it is read.
    length_text: Option<String>,
    content_length: Option<u64>,
}

impl Indexing {
    /// What the Content-Length of the message says, if it is a number.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// The message is over; the next one may come.
    pub(super) fn next_message(&mut self) {
        self.index.push(std::mem::take(&mut self.numbers));
        self.content_length = None;
    }

    /// The addresses of all messages.
    pub(super) fn finish(self) -> AddressIndex {
        self.index
    }

    fn end_field(&mut self) {
        if let Some(scan) = self.scan.take() {
            self.enter(&scan.finish());
        }
        if let Some(text) = self.length_text.take() {
            self.content_length = self.content_length.or(text.trim().parse().ok());
        }
    }

    fn enter(&mut self, found: &[String]) {
        self.numbers.extend(found.iter().map(|address| self.index.number(address)));
        // A list may be longer than memory, and name few people.
        if self.numbers.len() > 10_000 {
            self.numbers.sort_unstable();
            self.numbers.dedup();
        }
    }
}

impl Fields for Indexing {
    fn begin(&mut self, name: &[u8]) {
        self.end_field();
        self.scan = FIELDS.iter().any(|field| field.as_bytes() == name).then(AddressScan::default);
        self.length_text = (name == b"content-length").then(String::new);
    }

    fn value(&mut self, bytes: &[u8]) {
        if let Some(scan) = &mut self.scan {
            scan.take(bytes);
            let found = scan.drain();
            self.enter(&found);
        }
        if let Some(text) = self.length_text.as_mut().filter(|text| text.len() < 40) {
            text.push_str(&String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
        }
    }

    fn end(&mut self) {
        self.end_field();
    }
}
