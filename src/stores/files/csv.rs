//! Rows of a CSV file (RFC 4180), read as leniently as other readers do where nothing can be misunderstood.

use super::text::TextLines;
use crate::records::Cell;
use std::io::{self, Read};

/// No row is longer than this, so that a quotation mark that is never closed does not fill the memory.
const LONGEST: usize = 64 * 1024 * 1024;

/// Why the rows cannot be read on: the line and what is wrong there, or a failure of the file.
#[derive(Debug)]
pub(super) enum RowFault {
    /// Line, cause.
    Line(u64, String),
    /// A failure of the file.
    File(io::Error),
}

/// The signs that make cells of a text.
#[derive(Debug, Clone)]
pub(super) struct Signs {
    pub delimiter: u8,
    pub quote: Option<u8>,
    pub null: Option<Vec<u8>>,
}

/// A row: its cells, one after the other.
#[derive(Debug, Default)]
pub(super) struct Row {
    text: Vec<u8>,
    /// Where each ends, and whether it stood in quotation marks.
    ends: Vec<(usize, bool)>,
}

impl Row {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a cell.
    pub(super) fn bytes(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].0);
        &self.text[start..self.ends[at].0]
    }

    /// A cell as a value: text, or nothing where nothing stands, not even quotation marks.
    pub(super) fn cell(&self, at: usize, signs: &Signs) -> Cell {
        let (bytes, quoted) = (self.bytes(at), self.ends[at].1);
        if (bytes.is_empty() && !quoted) || signs.null.as_deref() == Some(bytes) {
            Cell::Null
        } else {
            Cell::Text(bytes.to_vec())
        }
    }
}

/// Where in a row the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a cell.
    Start,
    /// In a cell, outside quotation marks.
    Plain,
    /// Inside quotation marks.
    Quoted,
    /// Behind a quotation mark that closes, or is the first of two that mean one.
    Closed,
}

/// Reads the rows of a file.
pub(super) struct Rows<'s, R> {
    lines: TextLines<R>,
    signs: &'s Signs,
    /// How many lines were read.
    line: u64,
    line_text: Vec<u8>,
    row: Row,
}

impl<'s, R: Read> Rows<'s, R> {
    pub(super) fn new(lines: TextLines<R>, signs: &'s Signs) -> Rows<'s, R> {
        Rows { lines, signs, line: 0, line_text: Vec::new(), row: Row::default() }
    }

    /// The next row, with its place in the file and the line where it begins; none at the end. Empty lines are no rows.
    pub(super) fn next(&mut self) -> Result<Option<(u64, u64, &Row)>, RowFault> {
        let place = loop {
            match self.line()? {
                None => return Ok(None),
                Some(_) if matches!(self.line_text.as_slice(), b"\n" | b"\r" | b"\r\n") => {}
                Some(place) => break place,
            }
        };
        let first = self.line;
        self.row.text.clear();
        self.row.ends.clear();
        let mut state = State::Start;
        // Only inside quotation marks does a row go on behind the end of a line.
        while self.cells(&mut state) {
            if self.row.text.len() > LONGEST {
                return Err(RowFault::Line(
                    first,
                    "the row is too long, perhaps because a quotation mark is not closed".into(),
                ));
            }
            if self.line()?.is_none() {
                return Err(RowFault::Line(first, "a quotation mark that opens in this row is never closed".into()));
            }
        }
        Ok(Some((place, first, &self.row)))
    }

    /// Where the next row would be looked for.
    pub(super) fn place(&self) -> u64 {
        self.lines.place()
    }

    /// How many lines were read.
    pub(super) fn lines(&self) -> u64 {
        self.line
    }

    fn line(&mut self) -> Result<Option<u64>, RowFault> {
        self.line_text.clear();
        let place = self.lines.next(&mut self.line_text, LONGEST).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => RowFault::Line(self.line + 1, error.to_string()),
            _ => RowFault::File(error),
        })?;
        self.line += u64::from(place.is_some());
        Ok(place)
    }

    /// Takes the cells of a line; true if the row goes on in the next one.
    fn cells(&mut self, state: &mut State) -> bool {
        let (quote, delimiter) = (self.signs.quote, self.signs.delimiter);
        let mut quoted = *state == State::Quoted;
        for byte in self.line_text.iter().copied() {
            let is_quote = Some(byte) == quote;
            match (*state, byte) {
                (State::Quoted, _) if is_quote => *state = State::Closed,
                (State::Quoted, _) => self.row.text.push(byte),
                (State::Start, _) if is_quote => {
                    quoted = true;
                    *state = State::Quoted;
                }
                (State::Closed, _) if is_quote => {
                    self.row.text.push(byte);
                    *state = State::Quoted;
                }
                (_, b'\r' | b'\n') => break,
                (_, byte) if byte == delimiter => {
                    self.row.ends.push((self.row.text.len(), quoted));
                    quoted = false;
                    *state = State::Start;
                }
                // Behind a closing quotation mark, and in the middle of a cell, everything counts as it stands.
                (_, byte) => {
                    self.row.text.push(byte);
                    *state = State::Plain;
                }
            }
        }
        if *state == State::Quoted {
            return true;
        }
        self.row.ends.push((self.row.text.len(), quoted));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::UTF_8;
    use proptest::prelude::*;

    fn signs() -> Signs {
        Signs { delimiter: b',', quote: Some(b'"'), null: Some(b"\\N".to_vec()) }
    }

    fn read(bytes: &[u8]) -> Result<Vec<Vec<Vec<u8>>>, RowFault> {
        let signs = signs();
        let mut rows = Rows::new(TextLines::new(bytes, UTF_8, 0, 64), &signs);
        let mut all = Vec::new();
        while let Some((_, _, row)) = rows.next()? {
            all.push((0..row.len()).map(|at| row.bytes(at).to_vec()).collect());
        }
        Ok(all)
    }

    #[test]
    fn nothing_is_told_from_an_empty_text() {
        let signs = signs();
        let mut rows = Rows::new(TextLines::new(&b",\"\",\\N,\"\\N\",0\n"[..], UTF_8, 0, 64), &signs);
        let (_, _, row) = rows.next().unwrap().unwrap();
        let cells: Vec<Cell> = (0..row.len()).map(|at| row.cell(at, &signs)).collect();
        assert_eq!(cells, [Cell::Null, Cell::Text(vec![]), Cell::Null, Cell::Null, Cell::Text(b"0".to_vec())]);
    }

    #[test]
    fn a_row_knows_its_line_and_its_place() {
        let text = b"\n\r\na,\"x\r\ny\"\n\nb,c";
        let signs = signs();
        let mut rows = Rows::new(TextLines::new(&text[..], UTF_8, 0, 64), &signs);
        assert!(matches!(rows.next().unwrap(), Some((3, 3, _))));
        assert!(matches!(rows.next().unwrap(), Some((13, 6, _))));
        assert!(rows.next().unwrap().is_none());
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_a_fault_and_swallows_nothing() {
        assert!(matches!(read(b"a,b\n1,\"2\n3,4\n"), Err(RowFault::Line(2, _))));
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(rows in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(prop::sample::select(&b"a,\"\r\n \xe6\0"[..]), 0..6), 3), 0..6))
        {
            let mut writer = csv::Writer::from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            prop_assert_eq!(read(&writer.into_inner().unwrap()).unwrap(), rows);
        }

        #[test]
        fn any_bytes_are_read_as_the_csv_crate_reads_them(
            bytes in prop::collection::vec(prop::sample::select(&b"ab,,\"\"\r\n"[..]), 0..40))
        {
            // But for quotation marks that are never closed, which are refused.
            if let Ok(ours) = read(&bytes) {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
                let theirs: Vec<Vec<Vec<u8>>> = reader
                    .byte_records()
                    .map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect())
                    .collect();
                prop_assert_eq!(ours, theirs);
            }
        }
    }
}
