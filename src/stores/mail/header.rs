//! The header section of an e-mail, however it is damaged: its fields as they come, in bounded memory.

/// A line whose name would be longer is no header field.
const LONGEST_NAME: usize = 256;

/// Who listens to the fields of a header section.
pub(super) trait Fields {
    /// A field of this name begins; the name is in lower case.
    fn begin(&mut self, name: &[u8]);
    /// A part of the value of the field, line ends included.
    fn value(&mut self, bytes: &[u8]);
    /// The header section ends.
    fn end(&mut self);
}

/// Where in the header section the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a name, or at the start of a line.
    Name,
    /// Behind the colon of a field, or on a line that goes on with it.
    Value,
    /// On a line that belongs to no field.
    Stray,
    /// Behind this many CR, which may belong to one line end or be line ends of their own.
    Returns(u32),
    /// Behind the blank line.
    Body,
}

/// Reads a header section that comes in pieces of any size. Lines end with LF, CR LF or, where a field follows, with CR
/// alone, as in the room that takes fields out of e-mails.
#[derive(Debug)]
pub(super) struct Header {
    state: State,
    /// The start of the line, while it is not known whether it is a name.
    pending: Vec<u8>,
    /// The line began behind a lone CR: if it is no field, it belongs to the line before.
    soft: bool,
    line_feeds: bool,
    in_field: bool,
    /// The last byte of the value that says something.
    last: u8,
}

impl Header {
    pub(super) fn new() -> Header {
        let pending = Vec::new();
        Header { state: State::Name, pending, soft: false, line_feeds: false, in_field: false, last: 0 }
    }

    /// Whether the blank line was reached.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Body
    }

    /// The message ends, with or without a blank line.
    pub(super) fn finish(&mut self, fields: &mut impl Fields) {
        if self.state != State::Body {
            self.no_field(fields);
            self.over(fields);
        }
    }

    fn over(&mut self, fields: &mut impl Fields) {
        self.state = State::Body;
        fields.end();
    }

    /// Takes a piece; what stands behind the header section is not looked at.
    pub(super) fn take(&mut self, bytes: &[u8], fields: &mut impl Fields) {
        let mut at = 0;
        while at < bytes.len() && self.state != State::Body {
            match self.state {
                State::Value | State::Stray => {
                    let rest = &bytes[at..];
                    let length = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                    self.put(&rest[..length], fields);
                    at += length;
                    if let Some(end) = rest.get(length) {
                        self.line_end(*end);
                        at += 1;
                    }
                }
                State::Name => at += usize::from(self.name(bytes[at], fields)),
                State::Returns(count) => at += usize::from(self.after_returns(count, bytes[at], fields)),
                State::Body => {}
            }
        }
    }

    fn put(&mut self, bytes: &[u8], fields: &mut impl Fields) {
        if self.in_field && self.state == State::Value && !bytes.is_empty() {
            fields.value(bytes);
            self.last = bytes.iter().rev().copied().find(|byte| !byte.is_ascii_whitespace()).unwrap_or(self.last);
        }
    }

    /// One byte at the start of a line; false if it is still to be looked at.
    fn name(&mut self, byte: u8, fields: &mut impl Fields) -> bool {
        match byte {
            b'\n' if self.pending.is_empty() => {
                self.over(fields);
                true
            }
            b'\r' if self.pending.is_empty() => {
                self.state = State::Returns(if self.soft { 2 } else { 1 });
                self.soft = true;
                true
            }
            b' ' | b'\t' if self.pending.is_empty() => {
                self.state = State::Value;
                self.soft = false;
                false
            }
            b':' => {
                let name = self.pending.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.pending);
                fields.begin(&name.trim_ascii_end().to_ascii_lowercase());
                self.pending.clear();
                (self.in_field, self.soft, self.last) = (true, false, 0);
                self.state = State::Value;
                true
            }
            _ => {
                let behind_space = matches!(self.pending.last(), Some(b' ' | b'\t'));
                let fits = match byte {
                    b' ' | b'\t' => true,
                    _ => !behind_space && byte > b' ' && byte != 0x7f,
                };
                if fits && self.pending.len() < LONGEST_NAME {
                    self.pending.push(byte);
                    return true;
                }
                self.no_field(fields);
                false
            }
        }
    }

    /// The line is no field. It goes on with the field before if that is not finished: behind a lone CR or a comma.
    fn no_field(&mut self, fields: &mut impl Fields) {
        let pending = std::mem::take(&mut self.pending);
        let goes_on = self.soft || self.last == b',';
        self.state = if goes_on { State::Value } else { State::Stray };
        self.soft = false;
        if goes_on {
            self.put(b" ", fields);
            self.put(&pending, fields);
        }
    }

    fn line_end(&mut self, byte: u8) {
        self.soft = false;
        self.line_feeds |= byte == b'\n';
        self.state = if byte == b'\n' { State::Name } else { State::Returns(1) };
    }

    /// One byte behind CRs; false if it is still to be looked at. `\r\r\n` is one line end, as damaged mails have it;
    /// two lone CR end the header section only of a message that has no other line ends.
    fn after_returns(&mut self, count: u32, byte: u8, fields: &mut impl Fields) -> bool {
        match byte {
            b'\r' => {
                self.state = State::Returns(count.saturating_add(1));
                true
            }
            // An empty line that ends with CR LF.
            b'\n' if self.soft => {
                self.over(fields);
                true
            }
            b'\n' => {
                self.line_end(b'\n');
                true
            }
            _ if count > 1 && !self.line_feeds => {
                self.over(fields);
                false
            }
            _ => {
                self.soft = true;
                self.state = State::Name;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct All(Vec<(String, String)>, bool);

    impl Fields for All {
        fn begin(&mut self, name: &[u8]) {
            self.0.push((String::from_utf8(name.to_vec()).unwrap(), String::new()));
        }
        fn value(&mut self, bytes: &[u8]) {
            self.0.last_mut().unwrap().1.push_str(std::str::from_utf8(bytes).unwrap());
        }
        fn end(&mut self) {
            assert!(!std::mem::replace(&mut self.1, true));
        }
    }

    fn fields(text: &str) -> Vec<(String, String)> {
        let mut all: Vec<Vec<(String, String)>> = Vec::new();
        for size in [1, 2, 7, 1_000_000] {
            let (mut header, mut found) = (Header::new(), All::default());
            text.as_bytes().chunks(size).for_each(|piece| header.take(piece, &mut found));
            header.finish(&mut found);
            assert!(found.1);
            all.push(found.0);
        }
        // However the text is cut.
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{text:?}: {all:?}");
        all.remove(0)
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fields_end_with_the_blank_line_whatever_the_line_ends_are() {
        for end in ["\n", "\r\n", "\r\r\n"] {
            let text = ["From: a@x", "TO : b@y,", "\tc@z", "", "Cc: body"].join(end);
            assert_eq!(fields(&text), pairs(&[("from", " a@x"), ("to", " b@y,\tc@z")]), "{end:?}");
        }
        assert_eq!(fields("From: a@x\rTo: b@y\r\rCc: body"), pairs(&[("from", " a@x"), ("to", " b@y")]));
        assert_eq!(fields("From: a@x\rTo: b@y\n\nCc: body"), pairs(&[("from", " a@x"), ("to", " b@y")]));
    }

    #[test]
    fn a_line_that_is_no_field_goes_on_only_with_a_list_that_waits_for_more() {
        assert_eq!(fields("To: a@x,\nb@y\nCc: c@z"), pairs(&[("to", " a@x, b@y"), ("cc", " c@z")]));
        assert_eq!(fields("To: a@x\nHello b@y\nand c@z"), pairs(&[("to", " a@x")]));
        assert_eq!(fields("no header: at all\n"), pairs(&[]));
        assert_eq!(fields(""), pairs(&[]));
        assert_eq!(fields("\n\nTo: body"), pairs(&[]));
        let long = "x".repeat(1_000);
        assert_eq!(fields(&format!("{long}: a\nTo: b@y")), pairs(&[("to", " b@y")]));
    }
}
