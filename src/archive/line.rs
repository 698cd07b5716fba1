//! Records as lines of JSON (RFC 7493): whatever a reader takes for the end of a line stands inside a value as an escape.
//!
//! JSON lets U+0085, U+2028 and U+2029 stand as they are; readers that split text into lines by Unicode's rules would
//! cut a record in two there.

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use std::io::{self, Write};

/// The ends of lines that JSON does not escape by itself.
const ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// How much is handed on together at most.
const PIECE: usize = 16 * 1024;

/// Writes a value and a line end. `room` is memory for a piece of it, used again for the next line.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write_line(out: &mut impl Write, value: &impl Serialize, room: &mut Vec<u8>) -> io::Result<()> {
    room.clear();
    let mut pieces = Pieces { out, gathered: room };
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut pieces, OneLine))?;
    pieces.write_all(b"\n")?;
    pieces.flush()
}

/// JSON is written in very small pieces; they are gathered, up to a size.
struct Pieces<'a, W> {
    out: &'a mut W,
    gathered: &'a mut Vec<u8>,
}

impl<W: Write> Write for Pieces<'_, W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.gathered.len() + data.len() > PIECE {
            self.flush()?;
        }
        if data.len() >= PIECE {
            return self.out.write(data);
        }
        self.gathered.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(self.gathered)?;
        self.gathered.clear();
        Ok(())
    }
}

/// Compact JSON on one line by anybody's rules.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() {
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
    fn a_line_of_any_length_comes_out_whole_and_takes_little_memory() {
        for length in [0, PIECE - 4, PIECE - 3, PIECE, 3 * PIECE + 1] {
            let texts = ["é".repeat(length / 2), "x".repeat(length), "y".repeat(40)];
            let (mut out, mut room) = (Vec::new(), b"what stood there before".to_vec());
            write_line(&mut out, &texts, &mut room).unwrap();
            assert_eq!(out, [serde_json::to_vec(&texts).unwrap(), b"\n".to_vec()].concat(), "{length}");
            assert!(room.is_empty() && room.capacity() <= 2 * PIECE, "{}", room.capacity());
        }
    }

    #[test]
    fn no_reader_finds_the_end_of_a_line_inside_a_record() {
        let text = "a\u{85}b\u{2028}\u{2029}é\n\u{b}\u{c}\u{1c}\u{1e}欧\"\\";
        let mut line = Vec::new();
        write_line(&mut line, &[text], &mut b"what stood there before".to_vec()).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line, "[\"a\\u0085b\\u2028\\u2029é\\n\\u000b\\f\\u001c\\u001e欧\\\"\\\\\"]\n");
        assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), [text]);
    }
}
