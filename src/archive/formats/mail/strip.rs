//! A stored e-mail byte for byte, less the header fields that are not the person's (contract 6).
//!
//! Only the header section of the message itself is touched: a message attached to it keeps its own, because they are
//! part of what the person sent or received. What is no header field is kept as it is.

pub use crate::records::headers::DROPPED;
use crate::records::headers::matches;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

/// A line whose name would be longer is no header field.
const LONGEST_NAME: usize = 256;
/// More different names than this are reported by the pattern that matched them.
const MOST_NAMES: usize = 200;

/// What was taken out of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stripped {
    /// The names of the dropped fields as they were first written, sorted and each once without regard to case.
    pub names: Vec<String>,
}

/// Copies a message without the fields of these names and without their continuation lines, in bounded memory.
///
/// Lines may end in any way, also in ways that only some readers take for a line end (a lone CR), so that nothing
/// hides there.
///
/// # Errors
/// When `raw` cannot be read or `out` cannot be written.
pub fn strip_headers(raw: impl Read, out: &mut impl Write, drop: &[&str]) -> io::Result<Stripped> {
    let mut reader = BufReader::with_capacity(64 * 1024, raw);
    let mut section = Section {
        drop,
        names: BTreeMap::new(),
        state: State::Name,
        pending: Vec::new(),
        keep: true,
        soft: false,
        cut: false,
        line_feeds: false,
    };
    while section.state != State::Body {
        let chunk = match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            break;
        }
        let used = section.feed(chunk, out)?;
        reader.consume(used);
    }
    section.no_field(out)?;
    io::copy(&mut reader, out)?;
    Ok(Stripped { names: section.names.into_values().collect() })
}

/// Where in the header section the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a name, or at the start of a line.
    Name,
    /// Behind the colon, or in a line that is no field.
    Value,
    /// Behind this many CR, which may belong to one line end or be line ends of their own.
    Returns(u32),
    /// Behind CR on an empty line.
    Blank,
    /// Behind two lone CR, which end the header section for some readers and not for those that want an LF.
    HalfBody,
    /// Behind the blank line.
    Body,
}

/// The header section while it is read.
struct Section<'a> {
    drop: &'a [&'a str],
    /// Dropped names, by their lower-case form.
    names: BTreeMap<String, String>,
    state: State,
    /// The start of the line, while it is not known whether it is a name.
    pending: Vec<u8>,
    /// Whether the current line is kept.
    keep: bool,
    /// The line began behind a lone CR: if it is no field, it belongs to the line before.
    soft: bool,
    /// What was last written is the lone CR before a dropped field. The LF at the end of that field stays, because for
    /// some readers it ends the line that is kept.
    cut: bool,
    line_feeds: bool,
}

impl Section<'_> {
    /// Takes bytes up to the end of the chunk or of the header section; gives how many.
    fn feed(&mut self, chunk: &[u8], out: &mut impl Write) -> io::Result<usize> {
        let mut at = 0;
        while at < chunk.len() && self.state != State::Body {
            match self.state {
                State::Value => {
                    let rest = &chunk[at..];
                    let length = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
                    self.put(&rest[..length], out)?;
                    at += length;
                    if length < rest.len() {
                        self.line_end(rest[length], out)?;
                        at += 1;
                    }
                }
                State::Name => at += usize::from(self.name(chunk[at], out)?),
                State::Returns(count) => at += usize::from(self.after_returns(count, chunk[at], out)?),
                State::Blank => at += usize::from(self.after_blank(chunk[at], out)?),
                State::HalfBody => at += self.half_body(&chunk[at..], out)?,
                State::Body => {}
            }
        }
        Ok(at)
    }

    /// One byte at the start of a line; false if it is still to be looked at.
    fn name(&mut self, byte: u8, out: &mut impl Write) -> io::Result<bool> {
        match byte {
            b'\n' if self.pending.is_empty() => {
                out.write_all(b"\n")?;
                self.state = State::Body;
                Ok(true)
            }
            b'\r' if self.pending.is_empty() => {
                out.write_all(b"\r")?;
                self.state = State::Blank;
                Ok(true)
            }
            b' ' | b'\t' if self.pending.is_empty() => {
                // A continuation line shares the fate of its field.
                self.state = State::Value;
                Ok(false)
            }
            b':' => {
                self.decide(out)?;
                Ok(true)
            }
            _ => {
                let behind_space = matches!(self.pending.last(), Some(b' ' | b'\t'));
                let fits = match byte {
                    b' ' | b'\t' => true,
                    b'\r' | b'\n' => false,
                    // Readers pass over control characters, so that a name with some in it is still that name.
                    _ => !behind_space,
                };
                if fits && self.pending.len() < LONGEST_NAME {
                    self.pending.push(byte);
                    return Ok(true);
                }
                self.no_field(out)?;
                self.state = State::Value;
                Ok(false)
            }
        }
    }

    /// The line is no field: it is kept, unless it belongs to a dropped one.
    fn no_field(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.keep |= !self.soft;
        self.cut &= !self.keep;
        let pending = std::mem::take(&mut self.pending);
        self.put(&pending, out)
    }

    /// The line is a field with the pending name.
    fn decide(&mut self, out: &mut impl Write) -> io::Result<()> {
        let name = self.pending.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.pending).trim_ascii_end();
        let name: Vec<u8> = name.iter().copied().filter(|byte| !byte.is_ascii_control()).collect();
        let name = String::from_utf8_lossy(&name).into_owned();
        let pattern = self.drop.iter().find(|pattern| matches(pattern, &name));
        self.cut = pattern.is_some() && (self.cut || (self.soft && self.keep));
        self.keep = pattern.is_none();
        if let Some(pattern) = pattern {
            let known = self.names.contains_key(&name.to_ascii_lowercase());
            let name = if known || self.names.len() < MOST_NAMES { name } else { (*pattern).to_owned() };
            self.names.entry(name.to_ascii_lowercase()).or_insert(name);
        } else {
            out.write_all(&self.pending)?;
            out.write_all(b":")?;
        }
        self.pending.clear();
        self.state = State::Value;
        Ok(())
    }

    /// The first byte of a line end.
    fn line_end(&mut self, byte: u8, out: &mut impl Write) -> io::Result<()> {
        self.put(&[byte], out)?;
        if byte == b'\n' && std::mem::take(&mut self.cut) {
            out.write_all(b"\n")?;
        }
        self.soft = false;
        self.line_feeds |= byte == b'\n';
        self.state = if byte == b'\n' { State::Name } else { State::Returns(1) };
        Ok(())
    }

    /// One byte behind CRs; false if it is still to be looked at. `\r\r\n` is one line end, as damaged mails have it.
    fn after_returns(&mut self, count: u32, byte: u8, out: &mut impl Write) -> io::Result<bool> {
        match byte {
            b'\r' => {
                self.put(b"\r", out)?;
                self.state = State::Returns(count.saturating_add(1));
                Ok(true)
            }
            b'\n' => {
                self.line_end(b'\n', out)?;
                Ok(true)
            }
            // Two lone CR end the header section only of a message that has no other line ends.
            _ if count > 1 && !self.line_feeds => {
                if !self.keep {
                    out.write_all(b"\r")?;
                }
                self.cut = false;
                self.state = State::HalfBody;
                Ok(false)
            }
            _ => {
                self.soft = true;
                self.state = State::Name;
                Ok(false)
            }
        }
    }

    /// One byte behind CR on an empty line: the blank line if LF follows.
    fn after_blank(&mut self, byte: u8, out: &mut impl Write) -> io::Result<bool> {
        self.state = match byte {
            b'\n' => State::Body,
            b'\r' => State::Blank,
            _ => State::Name,
        };
        let taken = matches!(byte, b'\r' | b'\n');
        if taken {
            out.write_all(&[byte])?;
        }
        Ok(taken)
    }

    /// Bytes behind two lone CR, up to the LF that begins a line of the header section for readers that want one.
    fn half_body(&mut self, bytes: &[u8], out: &mut impl Write) -> io::Result<usize> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(bytes.len(), |at| at + 1);
        out.write_all(&bytes[..taken])?;
        if end.is_some() {
            (self.keep, self.soft, self.line_feeds, self.state) = (true, false, true, State::Name);
        }
        Ok(taken)
    }

    fn put(&self, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
        if self.keep { out.write_all(bytes) } else { Ok(()) }
    }
}

#[cfg(test)]
#[path = "strip_tests.rs"]
mod tests;
