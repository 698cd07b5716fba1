//! One file that is a table.

use super::csv::{Row, RowFault, Rows, Signs};
use super::json_lines::{self, Columns};
use super::text::{TextLines, encoding};
use crate::controller::CsvForm;
use crate::records::Cell;
use crate::stores::error::StoreError;
use crate::stores::snapshot::Table;
use crate::stores::watched::{Pieces, WatchedFile};
use encoding_rs::{Encoding, UTF_8};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many bytes are read at once where all rows are wanted.
const FILE: usize = 256 * 1024;
/// How many bytes are read at once where one row is wanted.
const ROW: usize = 8 * 1024;

/// How the files of a folder are written.
pub(super) enum Format {
    Csv(CsvForm),
    JsonLines,
}

/// A file and what is known of it.
pub(super) struct TableFile {
    pub table: Table,
    file: WatchedFile,
    content: Content,
}

enum Content {
    /// Nobody reads it.
    Unread,
    Csv {
        signs: Signs,
        encoding: &'static Encoding,
        rows_start: u64,
        rows_line: u64,
        columns: HashMap<String, usize>,
    },
    JsonLines {
        rows_start: u64,
    },
}

impl TableFile {
    /// A file that is only there: its table is ignored.
    pub(super) fn unread(store: &str, name: String, path: &Path) -> Result<TableFile, StoreError> {
        let file = WatchedFile::open(store, path)?;
        Ok(TableFile { table: table(name, Vec::new()), file, content: Content::Unread })
    }

    /// Opens a file and learns its columns: those of the heading, or those of every line and the `known` ones.
    ///
    /// # Errors
    /// When it cannot be read, or is not written as its format demands.
    pub(super) fn open<'k>(
        store: &str,
        name: String,
        path: &Path,
        format: &Format,
        known: impl Iterator<Item = &'k str>,
        interrupted: &AtomicBool,
    ) -> Result<TableFile, StoreError> {
        let file = WatchedFile::open(store, path)?;
        let mut start = Vec::new();
        let read = file.stretch(0, 3).read_to_end(&mut start);
        read.map_err(|cause| file.failure(store, &cause))?;
        let fault = |line, cause| StoreError::Malformed { store: store.to_owned(), table: name.clone(), line, cause };
        match format {
            Format::Csv(form) => {
                let (encoding, mark) = encoding(&start, form.encoding);
                let null = form.null.clone().map(String::into_bytes);
                let signs = Signs { delimiter: form.delimiter, quote: form.quote, null };
                let heading = heading(&file, encoding, mark, &signs).map_err(|found| match found {
                    RowFault::Line(line, cause) => fault(line, cause),
                    RowFault::File(cause) => file.failure(store, &cause),
                })?;
                let columns = heading.names.iter().cloned().zip(0..).collect();
                let (rows_start, rows_line) = (heading.rows_start, heading.rows_line);
                let content = Content::Csv { signs, encoding, rows_start, rows_line, columns };
                Ok(TableFile { table: table(name, heading.names), file, content })
            }
            Format::JsonLines => {
                let (found, rows_start) = encoding(&start, None);
                if found != UTF_8 {
                    return Err(fault(1, "JSON is UTF-8, and the file is UTF-16".to_owned()));
                }
                let known: HashSet<Vec<String>> = known.map(json_lines::path_of).collect();
                let mut columns = Columns::new(&known);
                json_rows(&file, store, &name, rows_start, &mut |_, text| {
                    if interrupted.load(Ordering::Relaxed) {
                        return Err(RowEnd::Store(StoreError::Interrupted));
                    }
                    columns.line(text).map_err(RowEnd::Fault)
                })?;
                let names = columns.names();
                Ok(TableFile { table: table(name, names), file, content: Content::JsonLines { rows_start } })
            }
        }
    }

    /// Makes sure that the file is as it was.
    pub(super) fn confirm(&self, store: &str) -> Result<(), StoreError> {
        self.file.confirm(store)
    }

    /// Whether it can say numbers only as text.
    pub(super) fn is_untyped(&self) -> bool {
        matches!(self.content, Content::Csv { .. })
    }

    /// Visits every row, with its place and these columns.
    pub(super) fn scan(
        &self,
        store: &str,
        wanted: &[&str],
        visit: &mut dyn FnMut(i64, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let reader = self.reader(wanted);
        let place = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        match &self.content {
            Content::Unread => Ok(()),
            Content::Csv { signs, encoding, rows_start, rows_line, columns } => {
                let stretch = self.file.stretch(*rows_start, u64::MAX);
                let mut rows = Rows::new(TextLines::new(stretch, encoding, *rows_start, FILE), signs);
                loop {
                    let (at, cells) = match rows.next() {
                        Ok(None) => return Ok(()),
                        Ok(Some((at, line, row))) => {
                            self.same_length(store, row, columns.len(), rows_line + line)?;
                            (at, reader.csv(row, signs))
                        }
                        Err(RowFault::Line(line, cause)) => return Err(self.fault(store, rows_line + line, cause)),
                        Err(RowFault::File(cause)) => return Err(self.file.failure(store, &cause)),
                    };
                    visit(place(at), cells)?;
                }
            }
            Content::JsonLines { rows_start } => {
                json_rows(&self.file, store, &self.table.name, *rows_start, &mut |at, text| {
                    let cells = json_lines::cells(text, &reader.paths).map_err(RowEnd::Fault)?;
                    visit(place(at), cells).map_err(RowEnd::Store)
                })
            }
        }
    }

    /// A reader of single rows, with these columns.
    pub(super) fn reader(&self, wanted: &[&str]) -> RowReader<'_> {
        let places = match &self.content {
            Content::Csv { columns, .. } => wanted.iter().map(|name| columns.get(*name).copied()).collect(),
            _ => Vec::new(),
        };
        RowReader { file: self, places, paths: wanted.iter().map(|name| json_lines::path_of(name)).collect() }
    }

    fn same_length(&self, store: &str, row: &Row, columns: usize, line: u64) -> Result<(), StoreError> {
        if row.len() == columns {
            return Ok(());
        }
        Err(self.fault(store, line, format!("the row has {} cells, and the heading has {columns}", row.len())))
    }

    /// What is wrong with the file, unless somebody is writing to it.
    fn fault(&self, store: &str, line: u64, cause: String) -> StoreError {
        let table = self.table.name.clone();
        self.confirm(store).err().unwrap_or(StoreError::Malformed { store: store.to_owned(), table, line, cause })
    }
}

/// Reads some columns of rows.
pub(super) struct RowReader<'f> {
    file: &'f TableFile,
    places: Vec<Option<usize>>,
    paths: Vec<Vec<String>>,
}

impl RowReader<'_> {
    fn csv(&self, row: &Row, signs: &Signs) -> Vec<Cell> {
        self.places.iter().map(|place| place.map_or(Cell::Null, |at| row.cell(at, signs))).collect()
    }

    /// The row at a place where one was found before.
    pub(super) fn row_at(&self, store: &str, place: i64) -> Result<Vec<Cell>, StoreError> {
        let file = self.file;
        let start = place.unsigned_abs();
        // A row was here: if there is none, the file is another one now.
        let gone = || StoreError::Changed { store: store.to_owned() };
        let stretch = file.file.stretch(start, u64::MAX);
        match &file.content {
            Content::Unread => Err(gone()),
            Content::Csv { signs, encoding, columns, .. } => {
                let mut rows = Rows::new(TextLines::new(stretch, encoding, start, ROW), signs);
                match rows.next() {
                    Ok(Some((_, _, row))) if row.len() == columns.len() => Ok(self.csv(row, signs)),
                    Err(RowFault::File(cause)) => Err(file.file.failure(store, &cause)),
                    _ => Err(gone()),
                }
            }
            Content::JsonLines { .. } => {
                let mut line = Vec::new();
                let mut reader = BufReader::with_capacity(ROW, stretch.take(json_lines::LONGEST as u64));
                reader.read_until(b'\n', &mut line).map_err(|cause| file.file.failure(store, &cause))?;
                let text = std::str::from_utf8(&line).map_err(|_| gone())?;
                json_lines::cells(text.trim_ascii(), &self.paths).map_err(|_| gone())
            }
        }
    }
}

fn table(name: String, columns: Vec<String>) -> Table {
    // A file has no index and cannot be given one.
    let indexed = columns.clone();
    Table {
        name,
        columns,
        further: &[],
        is_view: false,
        row_name: Some("place"),
        row_number: None,
        indexed,
        in_pieces: false,
    }
}

struct Heading {
    names: Vec<String>,
    rows_start: u64,
    rows_line: u64,
}

/// The heading of a CSV file: every column has a name, and only one has it.
fn heading(file: &WatchedFile, encoding: &'static Encoding, mark: u64, signs: &Signs) -> Result<Heading, RowFault> {
    let mut rows = Rows::new(TextLines::new(file.stretch(mark, u64::MAX), encoding, mark, ROW), signs);
    let Some((_, line, row)) = rows.next()? else {
        return Err(RowFault::Line(1, "it is empty, and its first row must name the columns".into()));
    };
    let mut names: Vec<String> = Vec::with_capacity(row.len());
    for at in 0..row.len() {
        let name = String::from_utf8(row.bytes(at).to_vec());
        let name = name.map_err(|_| {
            RowFault::Line(line, format!("the heading of column {} is not in {}", at + 1, encoding.name()))
        })?;
        if name.trim().is_empty() {
            return Err(RowFault::Line(line, format!("column {} has no heading", at + 1)));
        }
        if let Some(first) = names.iter().position(|other| *other == name) {
            return Err(RowFault::Line(
                line,
                format!("the columns {} and {} have the same heading", first + 1, at + 1),
            ));
        }
        names.push(name);
    }
    Ok(Heading { names, rows_start: rows.place(), rows_line: rows.lines() })
}

/// Why the rows of a file end before the file does.
enum RowEnd {
    /// The line is wrong.
    Fault(String),
    /// Somebody else's failure.
    Store(StoreError),
}

/// Visits every line that is not blank, with its place.
fn json_rows(
    file: &WatchedFile,
    store: &str,
    table: &str,
    start: u64,
    visit: &mut dyn FnMut(u64, &str) -> Result<(), RowEnd>,
) -> Result<(), StoreError> {
    let mut pieces = Pieces::new(file.stretch(start, u64::MAX));
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        let at = match next_line(&mut pieces, &mut line) {
            Ok(Some(at)) => at,
            Ok(None) => return Ok(()),
            Err(cause) => return Err(file.failure(store, &cause)),
        };
        number += 1;
        let result = match std::str::from_utf8(line.trim_ascii()) {
            _ if line.len() > json_lines::LONGEST => Err(RowEnd::Fault("the line is too long".into())),
            Ok("") => Ok(()),
            Ok(text) => visit(start + at, text),
            Err(_) => Err(RowEnd::Fault("it is not UTF-8".into())),
        };
        result.map_err(|end| match end {
            RowEnd::Store(error) => error,
            RowEnd::Fault(cause) => file.confirm(store).err().unwrap_or_else(|| StoreError::Malformed {
                store: store.to_owned(),
                table: table.to_owned(),
                line: number,
                cause,
            }),
        })?;
    }
}

/// The next whole line, and where it stands; of one that is too long only so much that this shows.
fn next_line<R: Read>(pieces: &mut Pieces<R>, line: &mut Vec<u8>) -> std::io::Result<Option<u64>> {
    line.clear();
    let mut place = None;
    while let Some(piece) = pieces.next()? {
        place.get_or_insert(piece.at);
        line.extend_from_slice(piece.bytes);
        if piece.ends || line.len() > json_lines::LONGEST {
            break;
        }
    }
    Ok(place)
}
