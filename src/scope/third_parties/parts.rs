//! The parts of an e-mail that is made anew (RFC 2046): texts searched, files of the subject kept, others' files withheld.

use super::fold::Markup;
use super::foreign::{SHIFT, Written};
use super::message::{Making, unfolded};
use crate::records::mime::{body, headers};
use crate::records::{Code, Uid};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

/// What stands in the place of a file that is withheld.
const WITHHELD: &str = "[withheld: unsearchable]";

/// Gives out the boundaries of one message.
pub(super) struct Parts {
    uuid: String,
    count: u32,
}

impl Parts {
    pub(super) fn new(uid: &Uid) -> Parts {
        Parts { uuid: uid.uuid().to_owned(), count: 0 }
    }

    /// A boundary that stands in no part: neither encoding writes `=_` (RFC 2045, section 6.7).
    fn boundary(&mut self) -> String {
        self.count += 1;
        format!("=_part{}_{}", self.count, self.uuid)
    }
}

impl Making<'_, '_> {
    /// One part, from its `Content-Type` on.
    pub(super) fn part(&mut self, message: &Message<'_>, id: u32, out: &mut Vec<u8>) {
        let Some(part) = message.parts.get(id as usize) else { return };
        let mut text = |line: String| out.extend_from_slice(line.as_bytes());
        match &part.body {
            PartType::Multipart(ids) => {
                let boundary = self.parts.boundary();
                let subtype = part.content_type().and_then(|kind| kind.subtype()).map(str::to_ascii_lowercase);
                // A changed message has lost its signature.
                let subtype = subtype.filter(|s| ["alternative", "related", "digest"].contains(&s.as_str()));
                let subtype = subtype.as_deref().unwrap_or("mixed");
                text(format!("Content-Type: multipart/{subtype};\r\n boundary=\"{boundary}\"\r\n\r\n"));
                for id in ids {
                    out.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
                    self.part(message, *id, out);
                }
                out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
            }
            PartType::Text(body) | PartType::Html(body) if self.sent || !is_file(part) => {
                let html = matches!(part.body, PartType::Html(_));
                match self.read_otherwise(message, part, body, html) {
                    Some(body) => self.text_part(part, &body, html, out),
                    None => self.text_part(part, body, html, out),
                }
            }
            _ if !self.sent => self.withhold(out),
            PartType::Message(nested) => {
                text("Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n".to_owned());
                self.message(nested, out);
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => self.file_part(part, bytes, out),
            PartType::Text(_) | PartType::Html(_) => {}
        }
    }

    /// A file of the subject's.
    fn file_part(&mut self, part: &MessagePart<'_>, bytes: &[u8], out: &mut Vec<u8>) {
        let kind = media_type(part);
        let markup = kind.as_deref().map_or(Markup::Plain, markup);
        let new = match Written::of(bytes) {
            Written::Text(body) => return self.text_part(part, body, false, out),
            Written::Foreign => self.replacer.foreign(bytes, markup),
            Written::Mixed if self.replacer.names(bytes, markup) => return self.withhold(out),
            Written::Mixed | Written::Binary => None,
        };
        let kind = kind.unwrap_or_else(|| "application/octet-stream".to_owned());
        let head = format!("Content-Type: {kind}\r\n{}", self.description(part, "base64"));
        out.extend_from_slice(head.as_bytes());
        self.changed |= new.is_some();
        // Writing to memory does not fail.
        _ = body::base64(&mut new.as_deref().unwrap_or(bytes), out);
    }

    /// A file that goes.
    fn withhold(&mut self, out: &mut Vec<u8>) {
        self.changed = true;
        self.withheld.push(("attachment".to_owned(), Code::Unsearchable));
        let head = "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: inline\r\n\r\n";
        out.extend_from_slice(format!("{head}{WITHHELD}\r\n").as_bytes());
    }

    /// A text whose charset is wrong or missing, if it names more people in another.
    fn read_otherwise(&self, message: &Message<'_>, part: &MessagePart<'_>, body: &str, html: bool) -> Option<String> {
        let markup = if html { Markup::Html } else { Markup::Plain };
        if body.is_ascii() && !body.contains('\0') && !body.contains(SHIFT) {
            return None;
        }
        let stored = message.raw_message().get(part.offset_body as usize..part.offset_end as usize)?;
        let decoded = match part.encoding {
            Encoding::None => None,
            Encoding::QuotedPrintable => quoted_printable_decode(stored),
            Encoding::Base64 => base64_decode(stored),
        };
        let known = self.replacer.search.hits(body, markup).len();
        self.replacer.foreign_text(decoded.as_deref().unwrap_or(stored), markup, known)
    }

    fn text_part(&mut self, part: &MessagePart<'_>, body: &str, html: bool, out: &mut Vec<u8>) {
        let kind = media_type(part).unwrap_or_else(|| "text/plain".to_owned());
        let mut text = unfolded(&kind, body.to_owned());
        let markup = if html { Markup::Html } else { markup(&kind) };
        let changed = self.replacer.text(&mut text, markup);
        self.changed |= changed;
        let text = if changed { &text } else { body };
        let parameters = ["format", "delsp", "method"].into_iter().filter_map(|name| {
            let value = part.content_type()?.attribute(name).filter(|value| is_token(value))?;
            Some(format!("; {name}={value}"))
        });
        let parameters: String = parameters.collect();
        // Only e-mail itself may not be written as quoted-printable (RFC 2046, section 5.2.1).
        let kind = if kind.starts_with("message/") { "text/plain".to_owned() } else { kind };
        let head = format!("Content-Type: {kind}; charset=utf-8{parameters}\r\n");
        let description = self.description(part, "quoted-printable");
        out.extend_from_slice(format!("{head}{description}").as_bytes());
        _ = body::quoted_printable(text, out);
    }

    /// The other fields of a part, and the blank line.
    fn description(&mut self, part: &MessagePart<'_>, encoding: &str) -> String {
        let mut fields = String::new();
        if let Some(name) = part.attachment_name() {
            let mut name = name.to_owned();
            self.changed |= self.replacer.text(&mut name, Markup::Plain);
            let inline = part.content_disposition().is_some_and(|disposition| disposition.is_inline());
            let disposition = if inline { "inline" } else { "attachment" };
            fields.push_str(&format!("Content-Disposition: {disposition}{}\r\n", headers::filename(&name)));
        }
        if let Some(id) = part.content_id() {
            let mut id = format!("<{id}>");
            self.changed |= self.replacer.text(&mut id, Markup::Plain);
            headers::ids(&mut fields, "Content-ID", &headers::message_ids(&id));
        }
        if let Some(text) = part.content_description() {
            let mut text = text.to_owned();
            self.changed |= self.replacer.text(&mut text, Markup::Plain);
            headers::text(&mut fields, "Content-Description", &text);
        }
        format!("{fields}Content-Transfer-Encoding: {encoding}\r\n\r\n")
    }
}

/// Whether a text part is a file, not what the message says.
fn is_file(part: &MessagePart<'_>) -> bool {
    part.attachment_name().is_some()
        || part.content_disposition().is_some_and(|disposition| disposition.is_attachment())
}

/// How a text of this media type is written.
pub(super) fn markup(kind: &str) -> Markup {
    if kind.contains("html") || kind.contains("xml") { Markup::Html } else { Markup::Plain }
}

fn media_type(part: &MessagePart<'_>) -> Option<String> {
    let kind = part.content_type()?;
    let (kind, subtype) = (kind.ctype(), kind.subtype()?);
    (is_token(kind) && is_token(subtype)).then(|| format!("{kind}/{subtype}").to_ascii_lowercase())
}

fn is_token(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::super::message::{Remade, remake};
    use super::super::tests::{controller, replacer};
    use super::*;
    use crate::request::ThirdParties;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    /// What becomes of a mail of the subject with this file attached.
    fn remade(file: &[u8]) -> Option<String> {
        let controller = controller();
        let people = ["From: Kim Novak <kim.novak@k.example>"];
        let mut replacer = replacer(&controller, ThirdParties::Pseudonymise, &people);
        let head = "From: x@example.org\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        let raw = format!("{head}{}\r\n", STANDARD.encode(file));
        let uid = crate::records::uid::Namespace::of_controller("https://k.example").other("a");
        match remake(&mut replacer, raw.as_bytes(), true, &uid) {
            Remade::New(made) => Some(String::from_utf8(made.bytes).unwrap()),
            _ => None,
        }
    }

    #[test]
    fn a_file_that_is_text_only_at_first_is_withheld_if_it_names_somebody() {
        let file =
            |line: &str| [line.as_bytes(), "x".repeat(9_000).as_bytes(), b"\0\x01\xff\xfe\x02".as_slice()].concat();
        assert!(remade(&file("# Kim Novak\n")).is_some_and(|text| text.contains(WITHHELD)));
        assert!(remade(&file("# nobody\n")).is_none());
    }

    #[test]
    fn a_file_that_does_not_say_how_it_is_written_is_searched_as_japanese_too() {
        let written = |text: &str| encoding_rs::ISO_2022_JP.encode(text).0.into_owned();
        let made = remade(&written("本Kim Novak本")).unwrap();
        assert!(made.contains(&STANDARD.encode(written("本Person 1本"))), "{made}");
        assert!(remade(&written("本本")).is_none());
    }
}
