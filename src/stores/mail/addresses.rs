//! The addresses in a header field that lists correspondents (RFC 5322, section 3.4, leniently), in bounded memory.
//!
//! Names, comments and quoted texts are free text that anybody may choose, so an address in them counts only where the
//! field has no other: what cannot be read as a list is searched literally, so that nobody's mail is overlooked.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

/// No address is longer (RFC 5321, section 4.5.3.1 allows 254).
const LONGEST: usize = 1_000;
/// So many addresses wait for the end of their entry or field; more are taken as they come.
const WAITING: usize = 2_000;
/// So much of a field is kept to be decoded.
const KEPT: usize = 64 * 1024;

/// Takes the value of a field piece by piece.
#[derive(Debug, Default)]
pub(super) struct AddressScan {
    token: Vec<u8>,
    /// The token has become too long to be an address.
    overlong: bool,
    quoted: bool,
    /// A quoted text has just ended, and may be the local part of an address.
    quoted_part: Option<Vec<u8>>,
    quote: Vec<u8>,
    escaped: bool,
    comment: u32,
    angle: bool,
    /// The entry has an address in angle brackets.
    entry_has_angle: bool,
    gap: bool,
    /// Of the entry, outside angle brackets.
    plain: Vec<Vec<u8>>,
    /// In names, comments and quoted texts.
    literal: Literal,
    found: Vec<Vec<u8>>,
    any: bool,
    kept: Vec<u8>,
}

/// Finds what looks like an address in free text.
#[derive(Debug, Default)]
struct Literal {
    token: Vec<u8>,
    found: Vec<Vec<u8>>,
}

impl Literal {
    fn byte(&mut self, byte: u8) {
        let fits = byte.is_ascii_alphanumeric() || byte >= 0x80 || b".!#$%&'*+/=?^_`{|}~-@".contains(&byte);
        if !fits {
            self.end();
        } else if self.token.len() < LONGEST {
            self.token.push(byte);
        }
    }

    fn end(&mut self) {
        let token = std::mem::take(&mut self.token);
        if is_address(&token) && self.found.len() < WAITING {
            self.found.push(token);
        }
    }
}

fn is_address(token: &[u8]) -> bool {
    token.len() < LONGEST
        && token.iter().rposition(|byte| *byte == b'@').is_some_and(|at| at > 0 && at + 1 < token.len())
}

impl AddressScan {
    /// Takes a piece of the value.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        bytes.iter().for_each(|byte| self.byte(*byte));
    }

    /// Ends the field and gives the addresses that it has, as they are written, in order.
    pub(super) fn finish(mut self) -> Vec<String> {
        // What was never closed hides nothing.
        let open = self.quoted || self.comment > 0;
        if self.quoted {
            let quote = std::mem::take(&mut self.quote);
            quote.iter().for_each(|byte| self.literal.byte(*byte));
        }
        self.end_token();
        self.end_entry();
        self.literal.end();
        if open || !self.any {
            let literal = std::mem::take(&mut self.literal.found);
            literal.into_iter().for_each(|address| self.emit(address));
        }
        let mut found = self.drain();
        if !self.any && self.kept.windows(2).any(|pair| pair == b"=?") {
            let decoded = decoded(&self.kept);
            if decoded.as_bytes() != self.kept {
                let mut scan = AddressScan::default();
                scan.take(decoded.replace("=?", "= ?").as_bytes());
                found = scan.finish();
            }
        }
        found
    }

    /// Takes out the addresses that were found so far.
    pub(super) fn drain(&mut self) -> Vec<String> {
        std::mem::take(&mut self.found).iter().map(|address| readable(address)).collect()
    }

    fn byte(&mut self, byte: u8) {
        if self.quoted {
            return self.in_quotes(byte);
        }
        if self.comment > 0 {
            return self.in_comment(byte);
        }
        if let Some(part) = self.quoted_part.take() {
            if byte == b'@' {
                self.token.push(b'"');
                self.token.extend(part);
                self.token.push(b'"');
            } else {
                part.iter().for_each(|byte| self.literal.byte(*byte));
                self.literal.end();
            }
        }
        match byte {
            b'"' => {
                // In angle brackets it may be the beginning of an address.
                if !self.angle || !self.token.is_empty() {
                    self.end_token();
                }
                self.quoted = true;
            }
            b'(' => self.comment = 1,
            b'<' => {
                self.end_token();
                self.angle = true;
            }
            b'>' if self.angle => self.end_token(),
            // Also where an angle bracket is never closed; in a route the first sign is `@`.
            b',' | b';' if !self.angle || (!self.token.starts_with(b"@") && self.token.contains(&b'@')) => {
                self.end_token();
                self.end_entry();
            }
            // The name of a group, a route, `mailto:`; but not within `[IPv6:2001:db8::1]`.
            b':' if !self.token.windows(2).any(|pair| pair == b"@[") => self.token.clear(),
            b' ' | b'\t' | b'\r' | b'\n' => self.gap = true,
            _ => {
                let joins = self.angle || byte == b'@' || self.token.ends_with(b"@");
                if std::mem::take(&mut self.gap) && !joins {
                    self.end_token();
                }
                if self.token.len() < LONGEST {
                    self.token.push(byte);
                } else {
                    self.overlong = true;
                }
            }
        }
    }

    fn in_quotes(&mut self, byte: u8) {
        match byte {
            _ if std::mem::take(&mut self.escaped) => {}
            b'\\' => {
                self.escaped = true;
                return;
            }
            b'"' => {
                self.quoted = false;
                self.quoted_part = Some(std::mem::take(&mut self.quote));
                return;
            }
            _ => {}
        }
        if self.quote.len() < LONGEST {
            self.quote.push(byte);
        } else {
            let quote = std::mem::take(&mut self.quote);
            quote.iter().for_each(|byte| self.literal.byte(*byte));
            self.quote.push(byte);
        }
    }

    fn in_comment(&mut self, byte: u8) {
        match byte {
            _ if std::mem::take(&mut self.escaped) => {}
            b'\\' => self.escaped = true,
            b'(' => self.comment += 1,
            b')' => self.comment -= 1,
            _ => {}
        }
        self.literal.byte(byte);
    }

    fn end_token(&mut self) {
        if let Some(part) = self.quoted_part.take() {
            part.iter().for_each(|byte| self.literal.byte(*byte));
        }
        self.literal.end();
        self.gap = false;
        let token = std::mem::take(&mut self.token);
        let was_angle = std::mem::take(&mut self.angle);
        if std::mem::take(&mut self.overlong) {
            return;
        }
        if was_angle && is_address(&token) {
            self.entry_has_angle = true;
            self.emit(token);
        } else if was_angle && token.starts_with(b"=?") {
            let decoded = decoded(&token).into_bytes();
            if is_address(&decoded) {
                self.entry_has_angle = true;
                self.emit(decoded);
            }
        } else if is_address(&token) {
            if self.plain.len() < WAITING { self.plain.push(token) } else { self.emit(token) }
        }
    }

    /// Words outside angle brackets are a name if the entry has an address in them.
    fn end_entry(&mut self) {
        let plain = std::mem::take(&mut self.plain);
        if std::mem::take(&mut self.entry_has_angle) {
            let room = WAITING.saturating_sub(self.literal.found.len());
            self.literal.found.extend(plain.into_iter().take(room));
        } else {
            plain.into_iter().for_each(|address| self.emit(address));
        }
    }

    fn emit(&mut self, address: Vec<u8>) {
        self.any = true;
        // Some programs write 'ann@x.org' or [ann@x.org], as no standard does.
        let bare = [(b"'", b"'"), (b"[", b"]")]
            .into_iter()
            .find_map(|(open, close)| address.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)));
        self.found.extend(bare.map(<[u8]>::to_vec));
        self.found.push(address);
    }
}

/// Bytes that are no UTF-8 are read as Latin-1, so that no byte is lost.
fn readable(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

/// A value with its encoded words (RFC 2047) decoded, on one line.
pub(super) fn decoded(value: &[u8]) -> String {
    let mut line: Vec<u8> = value.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect();
    line.push(b'\n');
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str) -> Vec<String> {
        let mut scan = AddressScan::default();
        scan.take(value.as_bytes());
        let whole = scan.finish();
        let mut scan = AddressScan::default();
        value.as_bytes().chunks(1).for_each(|piece| scan.take(piece));
        assert_eq!(scan.finish(), whole, "{value}");
        whole
    }

    #[test]
    fn every_address_of_a_list_is_found() {
        for (value, expected) in [
            ("ann@x.org", &["ann@x.org"][..]),
            ("\"Lee, Ann\" <ann@x.org>, b@y (Bob), <c@z>", &["ann@x.org", "b@y", "c@z"]),
            ("Team: ann@x.org, Bob <b@y>;, c@z", &["ann@x.org", "b@y", "c@z"]),
            ("ann@x.org; b@y", &["ann@x.org", "b@y"]),
            ("ann @ x.org,\r\n\tb@y", &["ann@x.org", "b@y"]),
            ("<@a.org,@b.org:ann@x.org>", &["ann@x.org"]),
            ("\"ann lee\"@x.org", &["\"ann lee\"@x.org"]),
            ("Ann <\"ann lee\"@x.org>, b@y", &["\"ann lee\"@x.org", "b@y"]),
            ("Ann <ann@[IPv6:2001:db8::1]>, b@y", &["ann@[IPv6:2001:db8::1]", "b@y"]),
            ("ann(boss)@(our)x.org (Ann (the) \\) boss)", &["ann@x.org"]),
            ("Team: ann@x.org;, Others:;, b@y", &["ann@x.org", "b@y"]),
            ("=?gb18030?B?wO4=?= <ann@x.org>, =?utf-8?B?5p2O?= <b@y>", &["ann@x.org", "b@y"]),
            ("ann@\r\n x.org,\r\n\t<b\r\n @y>", &["ann@x.org", "b@y"]),
            ("李 <李@例子.测试>", &["李@例子.测试"]),
            ("=?utf-8?Q?Ann=2C_A?= <ann@x.org>", &["ann@x.org"]),
            ("<mailto:ann@x.org>", &["ann@x.org"]),
            ("'ann@x.org'", &["ann@x.org", "'ann@x.org'"]),
            ("undisclosed-recipients:;", &[]),
            ("", &[]),
        ] {
            assert_eq!(found(value), expected, "{value}");
        }
    }

    #[test]
    fn damaged_lists_still_show_their_addresses() {
        for (value, expected) in [
            ("Ann <ann@x.org", &["ann@x.org"][..]),
            ("Ann <ann@x.org, b@y", &["ann@x.org", "b@y"]),
            ("ann@x.org b@y", &["ann@x.org", "b@y"]),
            ("\"Ann <ann@x.org>", &["ann@x.org"]),
            ("(Ann ann@x.org", &["ann@x.org"]),
            ("\"ann@x.org\"", &["ann@x.org"]),
            ("=?utf-8?Q?Ann_<ann=40x.org>?=", &["ann@x.org"]),
            ("<=?utf-8?Q?ann=40x.org?=>", &["ann@x.org"]),
            ("[ann@x.org]", &["ann@x.org", "[ann@x.org]"]),
        ] {
            assert_eq!(found(value), expected, "{value}");
        }
    }

    #[test]
    fn a_name_that_looks_like_an_address_is_a_name() {
        for value in ["\"ann@x.org\" <m@y>", "ann@x.org <m@y>", "m@y (ann@x.org)", "=?utf-8?Q?ann=40x.org?= <m@y>"] {
            assert_eq!(found(value), ["m@y"], "{value}");
        }
    }

    #[test]
    fn a_field_of_any_length_is_taken_in_bounded_memory() {
        let mut scan = AddressScan::default();
        scan.take(&vec![b'a'; 10_000_000]);
        scan.take(b"@x.org (");
        scan.take(&vec![b'b'; 10_000_000]);
        scan.take(b"), ann@x.org, \"");
        scan.take(&vec![b'c'; 10_000_000]);
        assert!(scan.token.len() + scan.quote.len() + scan.kept.len() + scan.literal.token.len() < 200_000);
        scan.take(b"\" <b@y>");
        assert_eq!(scan.finish(), ["ann@x.org", "b@y"]);
    }
}
