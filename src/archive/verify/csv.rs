//! CSV by the letter of RFC 4180, read cell by cell: the usual readers forgive what other programs do not.

use std::io::{self, BufRead};

/// One row: its cells one after the other, without allocation for each.
#[derive(Debug, Default)]
pub(super) struct Row {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Row {
    /// The number of cells.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The content of a cell, quotes removed.
    pub(super) fn cell(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// What it takes in memory: a row can be nothing but commas.
    fn bytes(&self) -> u64 {
        u64::try_from(self.text.len().saturating_add(size_of_val(&*self.ends))).unwrap_or(u64::MAX)
    }
}

/// Reads rows that end with CR LF.
pub(super) struct Rows<'r> {
    reader: &'r mut dyn BufRead,
    limit: u64,
    line: u64,
}

/// Where in a cell the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before its first byte.
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that ends the cell or, doubled, stands for itself.
    Quote,
    /// After the CR that ends a row.
    Return,
}

impl<'r> Rows<'r> {
    /// Rows of at most `limit` bytes, the end of a cell counted as what it takes in memory.
    pub(super) fn new(reader: &'r mut dyn BufRead, limit: u64) -> Rows<'r> {
        Rows { reader, limit, line: 0 }
    }

    /// The number of the row last read, the header being 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Skips a byte order mark; whether there was one.
    pub(super) fn skip_bom(&mut self) -> io::Result<bool> {
        for expected in "\u{feff}".bytes() {
            if self.reader.fill_buf()?.first() != Some(&expected) {
                return Ok(false);
            }
            self.reader.consume(1);
        }
        Ok(true)
    }

    /// Reads a row: whether there was one, or why what stands there is none.
    pub(super) fn next(&mut self, row: &mut Row) -> io::Result<Result<bool, &'static str>> {
        row.text.clear();
        row.ends.clear();
        self.line += 1;
        let mut state = State::Start;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(match state {
                    State::Start if row.ends.is_empty() => Ok(false),
                    State::Quoted => Err("a quote that is not closed"),
                    State::Return => Err("a CR without LF"),
                    _ => finish(row).map(|()| true),
                });
            }
            let mut used = 0;
            let mut done = None;
            while used < buffer.len() {
                let text = run(state, &buffer[used..]);
                if !text.is_empty() {
                    row.text.extend_from_slice(text);
                    state = if state == State::Quoted { state } else { State::Plain };
                    used += text.len();
                    continue;
                }
                used += 1;
                match step(state, buffer[used - 1], row) {
                    Ok(Some(next)) => state = next,
                    Ok(None) => {
                        done = Some(finish(row).map(|()| true));
                        break;
                    }
                    Err(reason) => {
                        done = Some(Err(reason));
                        break;
                    }
                }
            }
            self.reader.consume(used);
            if let Some(done) = done {
                return Ok(done);
            }
            if row.bytes() > self.limit {
                return Ok(Err("a row longer than the limit"));
            }
        }
    }
}

/// The bytes that are text of a cell and change nothing else.
fn run(state: State, rest: &[u8]) -> &[u8] {
    let end = match state {
        State::Quoted => memchr::memchr(b'"', rest),
        State::Start | State::Plain => rest.iter().position(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')),
        State::Quote | State::Return => Some(0),
    };
    &rest[..end.unwrap_or(rest.len())]
}

/// The state after a byte; `None` where the row ends.
fn step(state: State, byte: u8, row: &mut Row) -> Result<Option<State>, &'static str> {
    let next = match (state, byte) {
        (State::Return, b'\n') => return Ok(None),
        (State::Return, _) => return Err("a CR without LF"),
        (State::Start | State::Quote, b'"') => {
            if state == State::Quote {
                row.text.push(b'"');
            }
            State::Quoted
        }
        (State::Quoted, b'"') => State::Quote,
        (State::Quoted, _) => {
            row.text.push(byte);
            State::Quoted
        }
        (_, b',') => {
            row.ends.push(row.text.len());
            State::Start
        }
        (_, b'\r') => State::Return,
        (_, b'\n') => return Err("an LF without CR"),
        (State::Quote, _) => return Err("text after a closing quote"),
        (_, b'"') => return Err("a quote inside a cell without quotes"),
        (State::Start | State::Plain, _) => {
            row.text.push(byte);
            State::Plain
        }
    };
    Ok(Some(next))
}

/// Ends the last cell.
fn finish(row: &mut Row) -> Result<(), &'static str> {
    row.ends.push(row.text.len());
    std::str::from_utf8(&row.text).map(|_| ()).map_err(|_| "not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Vec<Vec<String>>, &'static str> {
        // A tiny buffer, so that every state is entered at its edge.
        let mut reader = io::BufReader::with_capacity(3, text);
        let mut rows = Rows::new(&mut reader, 1 << 10);
        let (mut row, mut all) = (Row::default(), Vec::new());
        while rows.next(&mut row).unwrap()? {
            all.push((0..row.len()).map(|at| String::from_utf8_lossy(row.cell(at)).into_owned()).collect());
        }
        Ok(all)
    }

    #[test]
    fn cells_with_commas_quotes_and_line_ends_come_back_as_they_were() {
        let rows = read("a,b\r\n\"x, \"\"y\"\"\r\n\",\r\n,\"\"\r\n".as_bytes()).unwrap();
        assert_eq!(rows, [vec!["a", "b"], vec!["x, \"y\"\r\n", ""], vec!["", ""]]);
        assert_eq!(read(b"a\r\n1").unwrap(), [["a"], ["1"]], "the last row may lack its end");
        assert_eq!(read(b"").unwrap(), Vec::<Vec<String>>::new());
    }

    #[test]
    fn what_is_not_rfc_4180_is_refused() {
        for text in [&b"a\nb\r\n"[..], b"a\rb", b"\"a", b"\"a\"b\r\n", b"a\"b\r\n", b"\xff\r\n", b"a\r"] {
            assert!(read(text).is_err(), "{}", text.escape_ascii());
        }
        for row in ["x".repeat(1100), ",".repeat(200)] {
            assert_eq!(read(row.as_bytes()), Err("a row longer than the limit"));
        }
    }
}
