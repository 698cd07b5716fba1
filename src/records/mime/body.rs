//! Bodies that survive every mail program and every mailbox format: quoted-printable text and base64 files (RFC 2045).

use crate::records::together;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, ErrorKind, Read, Write};

/// The longest line, without its line break.
const LINE: usize = 76;
/// Bytes that make a line of base64.
const TRIPLES: usize = LINE / 4 * 3;

/// Writes text as quoted-printable with CRLF line breaks. A line that a mailbox reader would take for the start of
/// another message (`From `, also behind `>`) and a dot that a mail server would take for the end get their first
/// character escaped, so that the bytes can be put into an mbox or sent as they are.
pub fn quoted_printable(text: &str, out: &mut impl Write) -> io::Result<()> {
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        let line = if is_last { line } else { line.strip_suffix('\r').unwrap_or(line) };
        quoted_line(line.as_bytes(), out)?;
        if !is_last {
            out.write_all(b"\r\n")?;
        }
    }
    Ok(())
}

fn quoted_line(line: &[u8], out: &mut impl Write) -> io::Result<()> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    // Most lines are short, and stand for themselves as they are.
    if line.len() < LINE
        && !line.ends_with(b" ")
        && !line.ends_with(b"\t")
        && !line.starts_with(b".")
        && plain(line) == line.len()
        && !starts_a_message(line)
    {
        return out.write_all(line);
    }
    // A line of the message at a time: whoever takes single bytes is slow.
    let (mut written, mut width, mut at) = ([0; LINE + 2], 0, 0);
    while at < line.len() {
        if width > 0 {
            // Between the first and the last byte of a line a byte stands for itself whatever is around it.
            let end = line.len().min(at + LINE - width) - 1;
            let run = plain(&line[at..end.max(at)]);
            written[width..width + run].copy_from_slice(&line[at..at + run]);
            width += run;
            at += run;
        }
        let (byte, is_last) = (line[at], at + 1 == line.len());
        let literal = |width| match byte {
            b' ' | b'\t' => !is_last,
            _ if width == 0 && (byte == b'.' || starts_a_message(&line[at..])) => false,
            _ => stands_for_itself(byte),
        };
        let needed = if literal(width) { 1 } else { 3 };
        if width + needed > LINE - usize::from(!is_last) {
            written[width..width + 3].copy_from_slice(b"=\r\n");
            out.write_all(&written[..width + 3])?;
            width = 0;
        }
        if literal(width) {
            written[width] = byte;
            width += 1;
        } else {
            let digits = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
            written[width..width + 3].copy_from_slice(&[b'=', digits[0], digits[1]]);
            width += 3;
        }
        at += 1;
    }
    out.write_all(&written[..width])
}

/// How many bytes at the beginning stand for themselves. Most texts are nothing else.
fn plain(bytes: &[u8]) -> usize {
    together::first(bytes, stands_for_itself)
}

const fn stands_for_itself(byte: u8) -> bool {
    (byte >= b' ' && byte <= b'~' && byte != b'=') || byte == b'\t'
}

/// `From `, `>From `, `>>From ` …
fn starts_a_message(line: &[u8]) -> bool {
    let marks = line.iter().take_while(|b| **b == b'>').count();
    line[marks..].starts_with(b"From ")
}

/// Copies a file as base64 in lines, without ever holding more than a piece of it.
pub fn base64(content: &mut dyn Read, out: &mut impl Write) -> io::Result<()> {
    let mut piece = vec![0; TRIPLES * 256];
    let mut line = String::with_capacity(LINE);
    loop {
        let length = fill(content, &mut piece)?;
        for triples in piece[..length].chunks(TRIPLES) {
            line.clear();
            STANDARD.encode_string(triples, &mut line);
            out.write_all(line.as_bytes())?;
            out.write_all(b"\r\n")?;
        }
        if length < piece.len() {
            return Ok(());
        }
    }
}

/// Reads until the buffer is full or the content ends, so that only the last line is short.
fn fill(content: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match content.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
