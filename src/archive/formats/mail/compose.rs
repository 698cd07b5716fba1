//! A message made from a record of which no bytes are stored.
//!
//! Only what the record says: hidden recipients never, a date only if there is one. A `From` that is not known gets an
//! address that cannot exist, because readers refuse messages without one. The record stays the exact account.

use super::super::{shown, time};
use crate::records::mime::{body, headers};
use crate::records::{FieldValue, Party, Record};
use std::borrow::Cow;
use std::io::{self, Read, Write};
use uuid::Uuid;

/// A file of the message, its bytes still to be read.
pub struct Attachment<'a> {
    /// Its name as it was sent.
    pub name: Option<&'a str>,
    /// Its media type as it was stored.
    pub media_type: Option<&'a str>,
    /// Its bytes.
    pub content: Box<dyn Read + 'a>,
}

/// Writes the message of a record with these files, each opened only when its turn comes and copied in pieces.
/// The same record gives the same bytes.
///
/// # Errors
/// When a file cannot be opened or read, or `out` cannot be written.
pub fn compose<'a>(
    record: &Record,
    attachments: impl IntoIterator<Item = io::Result<Attachment<'a>>>,
    out: &mut impl Write,
) -> io::Result<()> {
    out.write_all(fields(record).as_bytes())?;
    let mut attachments = attachments.into_iter().peekable();
    if attachments.peek().is_none() {
        return texts(record, out);
    }
    let boundary = boundary(record, "mixed");
    write!(out, "Content-Type: multipart/mixed;\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")?;
    texts(record, out)?;
    for attachment in attachments {
        let mut attachment = attachment?;
        let filename = attachment.name.filter(|name| !name.is_empty()).map(headers::filename).unwrap_or_default();
        write!(out, "\r\n--{boundary}\r\nContent-Type: {}\r\n", media_type(attachment.media_type))?;
        write!(out, "Content-Disposition: attachment{filename}\r\nContent-Transfer-Encoding: base64\r\n\r\n")?;
        body::base64(&mut attachment.content, out)?;
    }
    write!(out, "\r\n--{boundary}--\r\n")
}

/// The header section without `Content-…` and without the blank line.
fn fields(record: &Record) -> String {
    let mut fields = String::with_capacity(1024);
    if let Some(time) = time(record, "sent_at") {
        headers::date(&mut fields, time);
    }
    match parties(record, "from") {
        [] => headers::unknown_sender(&mut fields),
        from => headers::parties(&mut fields, "From", from),
    }
    headers::parties(&mut fields, "To", parties(record, "to"));
    headers::parties(&mut fields, "Cc", parties(record, "cc"));
    if let Some(subject) = record.text("subject") {
        headers::text(&mut fields, "Subject", subject);
    }
    let mut own = shown(record, "message_id").map(headers::message_ids).unwrap_or_default();
    own.truncate(1);
    if own.is_empty() {
        own.push(["<", record.uid.uuid(), "@record.invalid>"].concat().into());
    }
    headers::ids(&mut fields, "Message-ID", &own);
    let answered = shown(record, "in_reply_to").map(headers::message_ids).unwrap_or_default();
    headers::ids(&mut fields, "In-Reply-To", &answered);
    headers::ids(&mut fields, "References", &references(record, answered, &own));
    for piece in ["X-Art20-Record-Id: ", record.uid.as_str(), "\r\nMIME-Version: 1.0\r\n"] {
        fields.push_str(piece);
    }
    fields
}

/// What the messages of a conversation have in common comes first, so that mail programs show them together.
fn references<'r>(record: &'r Record, answered: Vec<Cow<'r, str>>, own: &[Cow<'_, str>]) -> Vec<Cow<'r, str>> {
    let mut references = match shown(record, "thread") {
        Some(thread) if thread.contains('@') => headers::message_ids(thread),
        Some(thread) => {
            let of = format!("{}\n{thread}", record.source.store);
            vec![format!("<{}@thread.invalid>", Uuid::new_v5(&Uuid::NAMESPACE_OID, of.as_bytes())).into()]
        }
        None => Vec::new(),
    };
    references.extend(answered);
    references.retain(|id| !own.contains(id));
    headers::once_each(&mut references);
    references
}

fn parties<'a>(record: &'a Record, path: &str) -> &'a [Party] {
    match record.get(path) {
        Some(FieldValue::Party(party)) => std::slice::from_ref(party),
        Some(FieldValue::Parties(parties)) => parties,
        _ => &[],
    }
}

/// The text, the HTML text, or both as alternatives, the better one last (RFC 2046, section 5.1.4).
fn texts(record: &Record, out: &mut impl Write) -> io::Result<()> {
    match (record.text("text"), record.text("html")) {
        (Some(text), Some(html)) => {
            let boundary = boundary(record, "alternative");
            write!(out, "Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")?;
            part("plain", text, out)?;
            write!(out, "\r\n--{boundary}\r\n")?;
            part("html", html, out)?;
            write!(out, "\r\n--{boundary}--\r\n")
        }
        (None, Some(html)) => part("html", html, out),
        (text, None) => part("plain", text.unwrap_or(""), out),
    }
}

fn part(subtype: &str, text: &str, out: &mut impl Write) -> io::Result<()> {
    write!(out, "Content-Type: text/{subtype}; charset=utf-8\r\n")?;
    out.write_all(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n")?;
    body::quoted_printable(text, out)
}

/// A boundary that stands in no part: neither encoding writes `=_` (RFC 2045, section 6.7).
fn boundary(record: &Record, kind: &str) -> String {
    format!("=_{kind}_{}", record.uid.uuid())
}

/// The media type, with its character set, if it is one that base64 may carry (RFC 2045, section 6.4, forbids it for
/// parts with parts).
fn media_type(stored: Option<&str>) -> String {
    let token = |part: &str| {
        (1..=60).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let mut parameters = stored.unwrap_or("").split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parameters
        .next()
        .filter(|essence| !essence.starts_with("multipart/") && !essence.starts_with("message/"))
        .filter(|essence| essence.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype)));
    let charset = parameters
        .filter_map(|parameter| parameter.strip_prefix("charset=").map(|name| name.trim_matches('"').to_owned()))
        .find(|name| token(name));
    match (essence, charset) {
        (Some(essence), Some(charset)) => format!("{essence}; charset={charset}"),
        (Some(essence), None) => essence,
        (None, _) => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
