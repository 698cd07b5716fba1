//! JSON that people open too: near the top every member has a line of its own, further down each has one line with all
//! that is in it. A dictionary of fields stays readable so, and a third smaller than with everything indented.

use serde::Serialize;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Writes JSON whose members stand on lines of their own down to the depth `spread`; deeper ones share a line. The value
/// itself is at the depth `depth` of a larger one, and indented accordingly from its second line on.
///
/// # Errors
/// When `out` fails.
pub(super) fn write(out: &mut impl Write, value: &impl Serialize, depth: usize, spread: usize) -> io::Result<()> {
    let formatter = Spread { depth, spread, is_empty: false };
    value.serialize(&mut serde_json::Serializer::with_formatter(out, formatter)).map_err(io::Error::from)
}

/// A JSON file: its members on lines of their own down to this depth, a newline at its end.
pub(super) fn file(value: &impl Serialize, spread: usize) -> String {
    let mut bytes = Vec::new();
    // Memory does not fail, and what is written is UTF-8.
    let _ = write(&mut bytes, value, 0, spread);
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

struct Spread {
    depth: usize,
    spread: usize,
    /// Whether the list or object that just ended has no members.
    is_empty: bool,
}

impl Spread {
    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        writer.write_all(bracket)
    }

    fn member<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.is_empty = false;
        if self.depth > self.spread {
            return if first { Ok(()) } else { writer.write_all(b", ") };
        }
        writer.write_all(if first { b"\n" } else { b",\n" })?;
        indent(writer, self.depth)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if !self.is_empty && self.depth < self.spread {
            writer.write_all(b"\n")?;
            indent(writer, self.depth)?;
        }
        self.is_empty = false;
        writer.write_all(bracket)
    }
}

fn indent<W: ?Sized + Write>(writer: &mut W, depth: usize) -> io::Result<()> {
    (0..depth).try_for_each(|_| writer.write_all(b"  "))
}

impl Formatter for Spread {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.member(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.member(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_have_lines_down_to_a_depth_and_share_one_below() {
        let value = json!({"a": [{"b": [1, {"c": []}], "d": {}}, []], "e": "x: {\n"});
        assert_eq!(file(&value, 9), format!("{value:#}\n"));
        assert_eq!(
            file(&value, 2),
            "{\n  \"a\": [\n    {\"b\": [1, {\"c\": []}], \"d\": {}},\n    []\n  ],\n  \"e\": \"x: {\\n\"\n}\n"
        );
        assert_eq!(file(&json!([1, 2]), 0), "[1, 2]\n");
        assert_eq!(file(&json!({}), 3), "{}\n");
    }

    #[test]
    fn what_stands_inside_something_larger_is_indented_as_if_it_had_been_written_with_it() {
        let inner = json!({"a": [1, {"b": 2}]});
        let mut out = b"[\n  ".to_vec();
        write(&mut out, &inner, 1, 3).unwrap();
        out.extend_from_slice(b"\n]\n");
        assert_eq!(String::from_utf8(out).unwrap(), file(&json!([inner]), 3));
    }
}
