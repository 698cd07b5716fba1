//! Stored e-mails: who stands in their headers, and a message made anew without other people.
//!
//! What is known to hold no person stays; what names one is replaced part by part, header by header, decoded and
//! encoded again. A header that may say anything about anybody, and that a reader can do without, goes.

use super::fold::Markup;
use super::parts::Parts;
use super::replacer::Replacer;
use crate::records::headers::matches;
use crate::records::mime::{headers, words};
use crate::records::{Code, Party, Uid};
use mail_parser::{Header, HeaderValue, Message, MessageParser, PartType};
use std::borrow::Cow;

/// Fields of correspondents (RFC 5322, section 3.6.2, 3.6.3 and 3.6.6).
const ADDRESSES: [&str; 10] =
    ["From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc"];
/// Fields of envelopes and receipts, which tell of people too.
const TELLING: [&str; 12] = [
    "Resent-Bcc",
    "Delivered-To",
    "X-Original-To",
    "Return-Path",
    "Disposition-Notification-To",
    "Mail-Followup-To",
    "Mail-Reply-To",
    "Return-Receipt-To",
    "Errors-To",
    "Apparently-To",
    "X-Bcc",
    "Author",
];
/// Fields of message ids.
const IDS: [&str; 4] = ["Message-ID", "In-Reply-To", "References", "Resent-Message-ID"];
/// Fields of text that a reader misses.
const TEXTS: [&str; 13] = [
    "Subject",
    "Comments",
    "Keywords",
    "Organization",
    "Importance",
    "Priority",
    "X-Priority",
    "Sensitivity",
    "Precedence",
    "Auto-Submitted",
    "User-Agent",
    "X-Mailer",
    "List-Id",
];

/// More levels of parts than any mail program makes; an e-mail with more is not followed.
const DEEPEST: usize = 100;

/// What became of a stored e-mail.
pub(super) enum Remade {
    /// It names nobody else and holds nothing that has to be withheld.
    Same,
    /// It is no e-mail that can be read.
    Unreadable,
    /// It was made anew.
    New(Made),
}

/// An e-mail made anew.
pub(super) struct Made {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The header fields and parts that are not in it.
    pub withheld: Vec<(String, Code)>,
}

fn parser() -> MessageParser {
    TELLING
        .iter()
        .fold(MessageParser::new(), |parser, name| parser.header_address(*name))
        .with_mime_headers()
        .with_date_headers()
        .with_address_headers()
        .with_message_ids()
        .default_header_text()
}

/// Visits every correspondent in the headers of an e-mail, and of the e-mails in it.
pub(super) fn correspondents(raw: &[u8], visit: &mut dyn FnMut(&str, Party)) {
    if let Some(message) = parser().parse(&whole_words(raw)) {
        visit_message(&message, visit);
    }
}

fn visit_message(message: &Message<'_>, visit: &mut dyn FnMut(&str, Party)) {
    for header in message.headers() {
        let name = header.name();
        if is_one_of(name, &ADDRESSES) || is_one_of(name, &TELLING) {
            parties(header.value()).into_iter().for_each(|party| visit(name, party));
        }
    }
    for part in &message.parts {
        if let PartType::Message(nested) = &part.body {
            visit_message(nested, visit);
        }
    }
}

/// The Message-ID of an e-mail.
pub(super) fn own_id(raw: &[u8]) -> Option<String> {
    parser().parse(raw).and_then(|message| message.message_id().map(str::to_owned))
}

/// Makes an e-mail anew without other people, if it names any or holds what must be withheld.
pub(super) fn remake(replacer: &mut Replacer<'_>, raw: &[u8], sent: bool, uid: &Uid) -> Remade {
    let raw = whole_words(raw);
    let readable = |message: &Message<'_>| !message.headers().is_empty() && !is_too_deep(message, DEEPEST);
    let Some(message) = parser().parse(&*raw).filter(readable) else {
        return Remade::Unreadable;
    };
    // Not by the record's lasting uid, which other archives may have.
    let parts = Parts::new(&replacer.uid(uid));
    let mut making = Making { replacer, sent, changed: false, withheld: Vec::new(), parts };
    let mut bytes = Vec::new();
    making.message(&message, &mut bytes);
    let Making { changed, withheld, replacer, .. } = making;
    if changed || replacer.is_named_in(&message, &raw) { Remade::New(Made { bytes, withheld }) } else { Remade::Same }
}

/// Whether parts within parts, or e-mails within e-mails, go further than `left` levels. Whoever follows them takes room
/// on the stack for each.
fn is_too_deep(message: &Message<'_>, left: usize) -> bool {
    let mut levels = vec![left; message.parts.len()];
    message.parts.iter().enumerate().any(|(at, part)| match &part.body {
        PartType::Multipart(ids) => ids.iter().any(|id| {
            let (id, below) = (*id as usize, levels[at].checked_sub(1));
            // A part stands behind the one that it is in.
            let known = levels.get_mut(id).filter(|_| id > at).zip(below);
            known.map(|(level, below)| *level = below).is_none()
        }),
        PartType::Message(nested) => levels[at].checked_sub(1).is_none_or(|below| is_too_deep(nested, below)),
        _ => false,
    })
}

/// The message with the encoded words of its header made whole.
fn whole_words(raw: &[u8]) -> Cow<'_, [u8]> {
    let blank = |mark: &[u8]| raw.windows(mark.len()).position(|window| window == mark);
    let end = blank(b"\n\r\n").into_iter().chain(blank(b"\n\n")).min().unwrap_or(raw.len());
    match words::joined(&raw[..end]) {
        Cow::Borrowed(_) => Cow::Borrowed(raw),
        Cow::Owned(header) => Cow::Owned([&header[..], &raw[end..]].concat()),
    }
}

/// A message under way.
pub(super) struct Making<'m, 'c> {
    pub(super) replacer: &'m mut Replacer<'c>,
    /// The subject sent it, and with it whatever is attached.
    pub(super) sent: bool,
    /// Something was replaced or withheld that the stored bytes hold.
    pub(super) changed: bool,
    pub(super) withheld: Vec<(String, Code)>,
    pub(super) parts: Parts,
}

impl Making<'_, '_> {
    /// A message with its headers; also one that is attached to another.
    pub(super) fn message(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        for header in message.headers().iter().filter(|header| !header.name.is_mime_header()) {
            let line = self.header(header);
            out.extend_from_slice(line.as_bytes());
        }
        out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        self.part(message, 0, out);
    }

    fn header(&mut self, header: &Header<'_>) -> String {
        let name = header.name();
        let dropped = &self.replacer.controller.dropped_headers;
        if dropped.iter().any(|pattern| matches(pattern, name)) {
            return self.drop_header(name, Code::ThirdParty);
        }
        if is_one_of(name, &ADDRESSES) {
            let mut all = parties(header.value());
            for party in &mut all {
                self.changed |= self.replacer.party(party);
            }
            return one_field(|field| headers::parties(field, name, &all));
        }
        if is_one_of(name, &IDS) {
            let ids = texts(header.value()).into_iter().map(|id| {
                let mut id = format!("<{}>", id.trim_matches(['<', '>']));
                self.changed |= self.replacer.message_ids(&mut id);
                id
            });
            let ids: Vec<String> = ids.collect();
            let ids: Vec<Cow<'_, str>> = ids.iter().flat_map(|id| headers::message_ids(id)).collect();
            return one_field(|field| headers::ids(field, name, &ids));
        }
        if let HeaderValue::DateTime(date) = header.value() {
            return format!("{name}: {}\r\n", date.to_rfc822());
        }
        let mut text = texts(header.value()).join(", ");
        let named = self.replacer.text(&mut text, Markup::Plain);
        if is_one_of(name, &TEXTS) {
            self.changed |= named;
            return one_field(|field| headers::text(field, name, &text));
        }
        self.changed |= named;
        self.drop_header(name, Code::Unsearchable)
    }

    /// A field that goes is named in the record, each name once.
    fn drop_header(&mut self, name: &str, code: Code) -> String {
        let known = |(other, _): &(String, Code)| other.eq_ignore_ascii_case(name);
        let mut shown = name.replace('-', " ");
        let telling = name.len() > 60 || self.replacer.text(&mut shown, Markup::Plain);
        if !telling && !self.withheld.iter().any(known) {
            self.withheld.push((name.to_owned(), code));
        }
        String::new()
    }
}

fn one_field(write: impl FnOnce(&mut String)) -> String {
    let mut field = String::new();
    write(&mut field);
    field
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn parties(value: &HeaderValue<'_>) -> Vec<Party> {
    match value {
        HeaderValue::Address(addresses) => addresses
            .iter()
            .map(|one| Party { name: one.name().map(str::to_owned), address: one.address().map(str::to_owned) })
            .filter(|party| party.name.is_some() || party.address.is_some())
            .collect(),
        HeaderValue::Text(text) => crate::records::party::parse_list(text),
        _ => Vec::new(),
    }
}

fn texts<'v>(value: &'v HeaderValue<'_>) -> Vec<&'v str> {
    match value {
        HeaderValue::Text(text) => vec![text],
        HeaderValue::TextList(texts) => texts.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    }
}

/// A calendar or card has its long lines broken anywhere (RFC 5545, section 3.1; RFC 6350, section 3.2), also inside
/// an address.
pub(super) fn unfolded(kind: &str, text: String) -> String {
    if !["calendar", "vcard", "directory"].iter().any(|known| kind.contains(known)) {
        return text;
    }
    ["\r\n ", "\r\n\t", "\n ", "\n\t"].iter().fold(text, |text, fold| text.replace(fold, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts in parts, or e-mails in e-mails.
    fn levels(count: usize, mails: bool) -> bool {
        let mut raw = "From: x@example.org\r\n".to_owned();
        for level in 0..count {
            raw.push_str(&if mails {
                "Content-Type: message/rfc822\r\n\r\nFrom: x@example.org\r\n".to_owned()
            } else {
                format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n")
            });
        }
        raw.push_str("Subject: x\r\n\r\ntext\r\n");
        is_too_deep(&parser().parse(raw.as_bytes()).unwrap(), DEEPEST)
    }

    #[test]
    fn only_what_no_mail_program_makes_is_too_deep() {
        for mails in [false, true] {
            for count in [0, 1, 5, 90] {
                assert!(!levels(count, mails), "{count}");
            }
            for count in [120, 1_000] {
                assert!(levels(count, mails), "{count}");
            }
        }
        let forwarded = "From: x@example.org\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\ntext\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>text\r\n--b--\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\ntext\r\n--a--\r\n";
        assert!(!is_too_deep(&parser().parse(forwarded.as_bytes()).unwrap(), DEEPEST));
    }
}
