//! Records as lines of JSON (RFC 7493): whatever a reader takes for the end of a line stands inside a value as an escape.
//!
//! JSON lets U+0085, U+2028 and U+2029 stand as they are; readers that split text into lines by Unicode's rules would
//! cut a record in two there.

use crate::records::together;
use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use std::io::{self, Write};

/// The ends of lines that JSON does not escape by itself.
const ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Writes a value and a line end, in very small pieces.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, OneLine))?;
    out.write_all(b"\n")
}

/// Compact JSON on one line by anybody's rules.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // The first bytes of the ends, which few texts have, are looked at before anything is decoded.
        if !together::any(fragment.as_bytes(), |byte| matches!(byte, 0xC2 | 0xE2)) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(ENDS) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let end = rest[at..].chars().next().unwrap_or_default();
            write!(writer, "\\u{:04x}", u32::from(end))?;
            rest = &rest[at + end.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reader_finds_the_end_of_a_line_inside_a_record() {
        let text = "a\u{85}b\u{2028}\u{2029}é\n\u{b}\u{c}\u{1c}\u{1e}欧\"\\";
        let mut line = Vec::new();
        write_line(&mut line, &[text]).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line, "[\"a\\u0085b\\u2028\\u2029é\\n\\u000b\\f\\u001c\\u001e欧\\\"\\\\\"]\n");
        assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), [text]);
    }
}
