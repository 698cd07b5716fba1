//! File stores: a folder in which each file is a table, as CSV or as JSON Lines. A file is read from its start to its end
//! whenever rows are looked for, so it may be larger than memory; a row is named by its place in the file, from which it
//! is read again.

mod csv;
mod json_lines;
mod table;
mod text;

use super::Surroundings;
use super::error::StoreError;
use super::passing::passes;
use super::snapshot::{Snapshot, Table, Wish};
use super::watched::unreadable;
use crate::controller::{Collection, Controller, CsvForm, Store};
use crate::records::{BlobAddress, Cell};
use crate::subject::{ColumnTest, FoundRow, RowId};
use jiff::Timestamp;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use table::{Format, TableFile};

/// The files of a folder, as they were when they were opened.
pub(super) struct FileSnapshot {
    name: String,
    tables: Vec<TableFile>,
    region: Option<String>,
    taken_at: Timestamp,
    interrupted: Arc<AtomicBool>,
}

/// Opens a folder of CSV files.
pub(super) fn open_csv(
    controller: &Controller,
    store: &Store,
    folder: &Path,
    form: &CsvForm,
    surroundings: &Surroundings,
) -> Result<FileSnapshot, StoreError> {
    open(controller, store, folder, &["csv"], &Format::Csv(form.clone()), surroundings)
}

/// Opens a folder of files of JSON Lines.
pub(super) fn open_json_lines(
    controller: &Controller,
    store: &Store,
    folder: &Path,
    surroundings: &Surroundings,
) -> Result<FileSnapshot, StoreError> {
    open(controller, store, folder, &["jsonl", "ndjson"], &Format::JsonLines, surroundings)
}

fn open(
    controller: &Controller,
    store: &Store,
    folder: &Path,
    endings: &[&str],
    format: &Format,
    surroundings: &Surroundings,
) -> Result<FileSnapshot, StoreError> {
    let taken_at = (surroundings.now)();
    let mut tables: Vec<TableFile> = Vec::new();
    for (name, path) in listed(&store.name, folder, endings)? {
        if tables.iter().any(|table| table.table.name == name) {
            let cause = std::io::Error::other("two files in it are the same table, with different endings");
            return Err(unreadable(&store.name, folder, &cause));
        }
        let collections: Vec<&Collection> =
            controller.collections.iter().filter(|c| c.store == store.name && c.table == name).collect();
        // Nobody reads what is ignored, so nothing in it can be wrong.
        let ignored = store.ignore.iter().any(|(table, _)| *table == name) && collections.is_empty();
        tables.push(if ignored {
            TableFile::unread(&store.name, name, &path)?
        } else {
            let known =
                collections.iter().flat_map(|collection| &collection.columns).map(|column| column.name.as_str());
            TableFile::open(&store.name, name, &path, format, known, &surroundings.interrupted)?
        });
    }
    Ok(FileSnapshot {
        name: store.name.clone(),
        tables,
        region: controller.country.clone(),
        taken_at,
        interrupted: surroundings.interrupted.clone(),
    })
}

/// The files with these endings, by the names of their tables, in order. Hidden files are not tables.
fn listed(store: &str, folder: &Path, endings: &[&str]) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let failure = |cause: std::io::Error| unreadable(store, folder, &cause);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        let name = entry.file_name();
        let path = entry.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if !endings.iter().any(|known| known.eq_ignore_ascii_case(ending)) || name.as_encoded_bytes().starts_with(b".")
        {
            continue;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let stem = stem.ok_or_else(|| failure(std::io::Error::other("the name of a file in it is not UTF-8")))?;
        files.push((stem.to_owned(), path.clone()));
    }
    files.sort();
    Ok(files)
}

impl FileSnapshot {
    fn file(&self, table: &Table) -> Result<&TableFile, StoreError> {
        let file = self.tables.iter().find(|file| file.table.name == table.name);
        file.ok_or_else(|| StoreError::NoTable { store: self.name.clone(), table: table.name.clone() })
    }

    fn go_on(&self) -> Result<(), StoreError> {
        if self.interrupted.load(Ordering::Relaxed) { Err(StoreError::Interrupted) } else { Ok(()) }
    }
}

impl Snapshot for FileSnapshot {
    fn tables(&self) -> Result<Vec<Table>, StoreError> {
        Ok(self.tables.iter().map(|file| file.table.clone()).collect())
    }

    fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    fn confirm(&self) -> Result<(), StoreError> {
        self.tables.iter().try_for_each(|file| file.confirm(&self.name))
    }

    fn count(&self, table: &Table) -> Result<u64, StoreError> {
        let mut count = 0;
        self.file(table)?.scan(&self.name, &[], &mut |_, _| {
            count += 1;
            self.go_on()
        })?;
        Ok(count)
    }

    fn find(
        &self,
        table: &Table,
        key: &[String],
        _: Option<&str>,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let wanted: Vec<&str> = tests.iter().map(|test| test.column).chain(columns.iter().copied()).collect();
        let file = self.file(table)?;
        file.scan(&self.name, &wanted, &mut |place, cells| {
            self.go_on()?;
            let passed = tests.iter().zip(&cells).all(|(test, cell)| passes(&test.test, cell, self.region.as_deref()));
            if !passed {
                return Ok(());
            }
            let mut cells: Vec<Cell> = cells.into_iter().skip(tests.len()).collect();
            if !file.is_untyped() {
                return visit(FoundRow { row: RowId::Number(place), cells, selected: true });
            }
            let keys = columns.iter().zip(&mut cells).filter(|(column, _)| key.iter().any(|name| name == *column));
            keys.for_each(|(_, cell)| as_number(cell));
            visit(FoundRow { row: RowId::Number(place), cells, selected: true })
        })
    }

    fn read(
        &self,
        table: &Table,
        _: &[String],
        rows: &[&RowId],
        wishes: &[Wish<'_>],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let file = self.file(table)?;
        let wanted: Vec<&str> = wishes.iter().map(|wish| wish.column).collect();
        let reader = file.reader(&wanted);
        for (nth, row) in rows.iter().enumerate() {
            self.go_on()?;
            let RowId::Number(place) = row else {
                return Err(StoreError::KeyNotUnique { store: self.name.clone(), table: table.name.clone(), rows: 0 });
            };
            visit(nth, reader.row_at(&self.name, *place)?)?;
        }
        Ok(())
    }

    fn open_value<'a>(&'a self, address: &BlobAddress) -> Result<Box<dyn Read + 'a>, StoreError> {
        // Every value is given whole, so none has an address.
        Err(StoreError::NoTable { store: self.name.clone(), table: address.table.clone() })
    }
}

/// A whole number in a key is ordered as one (law 5), also in a file that can only say it as text.
fn as_number(cell: &mut Cell) {
    let number = cell.utf8().and_then(|text| text.parse::<i64>().ok().filter(|number| number.to_string() == text));
    if let Some(number) = number {
        *cell = Cell::Integer(number);
    }
}
