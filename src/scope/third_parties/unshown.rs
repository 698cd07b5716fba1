//! What no mail program shows of an e-mail, but the stored bytes hold: comments and groups in header fields, halves of
//! names, the names of parts, what stands before the first part and behind the last. What names somebody there is not
//! carried over into a message made anew; here it is only found.

use super::fold::Markup;
use super::replacer::Replacer;
use crate::records::headers::matches;
use crate::records::mime::words;
use mail_parser::parsers::MessageStream;
use mail_parser::{HeaderValue, Message, PartType};

impl Replacer<'_> {
    /// Whether anything in the bytes of a message names somebody, the fields apart that go from every message.
    pub(super) fn is_named_in(&self, message: &Message<'_>, raw: &[u8]) -> bool {
        let body = raw.get(message.root_part().offset_body as usize..).unwrap_or_default();
        self.names(body, Markup::Plain) || self.is_named_in_fields(message, raw, true)
    }

    fn is_named_in_fields(&self, message: &Message<'_>, raw: &[u8], root: bool) -> bool {
        message.parts.iter().enumerate().any(|(nth, part)| {
            let section = raw.get(part.offset_header as usize..part.offset_body as usize).unwrap_or_default();
            let dropped = |field: &[u8]| {
                let name = field.split(|byte| *byte == b':').next().unwrap_or_default();
                let name = String::from_utf8_lossy(name);
                self.controller.dropped_headers.iter().any(|pattern| matches(pattern, name.trim()))
            };
            let parameters = part.headers.iter().filter_map(|header| match header.value() {
                HeaderValue::ContentType(kind) => kind.attributes(),
                _ => None,
            });
            fields(section).iter().any(|field| !(root && nth == 0 && dropped(field)) && self.names_in_field(field))
                || parameters.flatten().any(|parameter| self.names(parameter.value.as_bytes(), Markup::Plain))
                || matches!(&part.body, PartType::Message(nested)
                    if self.is_named_in_fields(nested, nested.raw_message(), false))
        })
    }

    fn names_in_field(&self, field: &[u8]) -> bool {
        let mut line = words::joined(field).into_owned();
        line.iter_mut().filter(|byte| matches!(byte, b'\r' | b'\n')).for_each(|byte| *byte = b' ');
        line.push(b'\n');
        let decoded = MessageStream::new(&line).parse_unstructured();
        self.names(field, Markup::Plain)
            || matches!(&decoded, HeaderValue::Text(text) if self.names(text.as_bytes(), Markup::Plain))
    }

    /// Whether bytes name somebody, in whatever encoding.
    pub(super) fn names(&self, bytes: &[u8], markup: Markup) -> bool {
        !self.search.hits(&String::from_utf8_lossy(bytes), markup).is_empty()
            || self.foreign_text(bytes, markup, 0).is_some()
    }
}

/// The fields of a header section, each with its further lines.
fn fields(section: &[u8]) -> Vec<Vec<u8>> {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for line in section.split_inclusive(|byte| *byte == b'\n') {
        match fields.last_mut().filter(|_| line.starts_with(b" ") || line.starts_with(b"\t")) {
            Some(field) => field.extend_from_slice(line),
            None => fields.push(line.to_vec()),
        }
    }
    fields
}
