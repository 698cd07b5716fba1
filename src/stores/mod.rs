//! The stores: one file per engine behind one trait; SQL stays here. Read-only, one snapshot each (laws 3 and 4).
//!
//! [`Stores::open`] takes a snapshot of every store at once; [`agreement`] holds the configuration against them before
//! anything is read; then [`crate::subject`] looks for rows and [`crate::normalize`] reads them.

pub mod agreement;
mod error;
#[cfg(test)]
pub(crate) mod failing;
mod files;
mod mail;
mod passing;
mod postgres;
mod server;
mod snapshot;
mod sqlite;
mod watched;

pub use error::StoreError;
pub use server::ServerProblem;
pub use snapshot::{Layout, Reference, Snapshot, Table, Wish};

use crate::controller::{Collection, Controller, StoreUrl};
use crate::records::{BlobAddress, Cell, Contents};
use crate::subject::{ColumnTest, Finder, FoundRow, RowId};
use jiff::Timestamp;
use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a run needs from outside while it reads: the clock, the environment, and whether somebody wants it to stop.
#[derive(Clone)]
pub struct Surroundings {
    /// The time now.
    pub now: fn() -> Timestamp,
    /// A variable of the environment, such as `PGPASSWORD`.
    pub variable: fn(&str) -> Option<String>,
    /// Set when the run is to end.
    pub interrupted: Arc<AtomicBool>,
}

/// Every store of a controller, each in one snapshot.
pub struct Stores {
    snapshots: Vec<(String, Box<dyn Snapshot>)>,
    tables: HashMap<(String, String), Table>,
    region: Option<String>,
    missing: Vec<String>,
}

impl Stores {
    /// Opens every store but the missing ones, and takes their snapshots, one right after the other.
    ///
    /// # Errors
    /// When a store cannot be opened or read.
    pub fn open(
        controller: &Controller,
        surroundings: &Surroundings,
        missing: &[String],
    ) -> Result<Stores, StoreError> {
        let mut stores = Stores {
            snapshots: Vec::new(),
            tables: HashMap::new(),
            region: controller.country.clone(),
            missing: missing.to_vec(),
        };
        for store in controller.stores.iter().filter(|store| !missing.contains(&store.name)) {
            let snapshot: Box<dyn Snapshot> = match &store.url {
                StoreUrl::Sqlite(path) => {
                    Box::new(sqlite::open_file(&store.name, path, stores.region.as_deref(), surroundings)?)
                }
                StoreUrl::SqlScript(path) => {
                    Box::new(sqlite::open_script(&store.name, path, stores.region.as_deref(), surroundings)?)
                }
                StoreUrl::Postgres(url) => {
                    let collections = controller.collections.iter().filter(|c| c.store == store.name);
                    let wanted = collections.map(|collection| collection.table.clone()).collect();
                    Box::new(postgres::open(&store.name, url, wanted, surroundings)?)
                }
                StoreUrl::Csv(folder, form) => {
                    Box::new(files::open_csv(controller, store, folder, form, surroundings)?)
                }
                StoreUrl::JsonLines(folder) => {
                    Box::new(files::open_json_lines(controller, store, folder, surroundings)?)
                }
                StoreUrl::Maildir(folder) => {
                    Box::new(mail::open_maildir(&store.name, folder, stores.region.as_deref(), surroundings)?)
                }
                StoreUrl::Mbox(path, variant) => {
                    Box::new(mail::open_mbox(&store.name, path, *variant, stores.region.as_deref(), surroundings)?)
                }
            };
            for table in snapshot.tables()? {
                stores.tables.insert((store.name.clone(), table.name.clone()), table);
            }
            stores.snapshots.push((store.name.clone(), snapshot));
        }
        Ok(stores)
    }

    /// Whether a store is knowingly left out.
    pub fn is_missing(&self, store: &str) -> bool {
        self.missing.iter().any(|missing| missing == store)
    }

    /// The tables of a store, by name.
    pub fn tables_of(&self, store: &str) -> Vec<&Table> {
        let mut tables: Vec<&Table> =
            self.tables.iter().filter(|((s, _), _)| s == store).map(|(_, table)| table).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        tables
    }

    /// The table that a collection is on.
    pub fn table(&self, collection: &Collection) -> Option<&Table> {
        self.tables.get(&(collection.store.clone(), collection.table.clone()))
    }

    /// The instant of each store's snapshot.
    pub fn instants(&self) -> Vec<(String, Timestamp)> {
        self.snapshots.iter().map(|(name, snapshot)| (name.clone(), snapshot.taken_at())).collect()
    }

    /// Makes sure that every snapshot held until now.
    ///
    /// # Errors
    /// When a store that cannot lock out writers was changed under the run.
    pub fn confirm(&self) -> Result<(), StoreError> {
        self.snapshots.iter().try_for_each(|(_, snapshot)| snapshot.confirm())
    }

    /// Whether reading rows of this store means waiting for a disk.
    pub fn is_cold(&self, store: &str) -> bool {
        self.snapshots.iter().any(|(name, snapshot)| name == store && snapshot.is_cold())
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn count(&self, collection: &Collection) -> Result<u64, StoreError> {
        let (snapshot, table) = self.of(collection)?;
        snapshot.count(table)
    }

    /// Visits rows in the order given, large values left in the store where a wish allows it.
    ///
    /// # Errors
    /// When the store cannot be read, a row is not there, or the visitor fails.
    pub fn read_rows(
        &self,
        collection: &Collection,
        rows: &[&RowId],
        wishes: &[Wish<'_>],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (snapshot, table) = self.of(collection)?;
        snapshot.read(table, &collection.key, rows, wishes, visit)
    }

    /// Whether every test of the columns can use an index of the store; else the columns that lack one.
    pub fn columns_without_index<'c>(&self, collection: &Collection, columns: &[&'c str]) -> Vec<&'c str> {
        let Some(table) = self.table(collection) else { return Vec::new() };
        columns.iter().filter(|column| !table.is_view && !table.indexed.iter().any(|i| i == *column)).copied().collect()
    }

    /// What a store says of a table besides its columns, with the names of tables and columns as they are written there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn layout(&self, store: &str, table: &Table) -> Result<Layout, StoreError> {
        let mut layout = self.snapshot(store, &table.name)?.layout(table)?;
        let tables = self.tables_of(store);
        for reference in &mut layout.references {
            // SQL takes names for equal whose letters differ in size only.
            let alike = |other: &&&Table| other.name.eq_ignore_ascii_case(&reference.table);
            let exact = tables.iter().find(|other| other.name == reference.table);
            let Some(other) = exact.or_else(|| tables.iter().find(alike)) else { continue };
            reference.table.clone_from(&other.name);
            for (names, columns) in [(&mut reference.columns, &table.columns), (&mut reference.targets, &other.columns)]
            {
                for name in names.iter_mut().filter(|name| !columns.contains(name)) {
                    if let Some(written) = columns.iter().find(|column| column.eq_ignore_ascii_case(name)) {
                        name.clone_from(written);
                    }
                }
            }
        }
        Ok(layout)
    }

    /// The cells of these columns in the first rows of a table, in no particular order and never more than `most` rows.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn sample(
        &self,
        store: &str,
        table: &Table,
        key: &[String],
        columns: &[&str],
        most: usize,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        if most == 0 {
            return Ok(rows);
        }
        let found = self.snapshot(store, &table.name)?.find(table, key, None, &[], columns, &mut |row| {
            rows.push(row.cells);
            // A visitor that fails is how a store is told to stop.
            if rows.len() < most { Ok(()) } else { Err(StoreError::Interrupted) }
        });
        match found {
            Err(StoreError::Interrupted) if rows.len() >= most => Ok(rows),
            other => other.map(|()| rows),
        }
    }

    fn snapshot(&self, store: &str, table: &str) -> Result<&dyn Snapshot, StoreError> {
        let snapshot = self.snapshots.iter().find(|(name, _)| name == store).map(|(_, snapshot)| snapshot.as_ref());
        snapshot.ok_or_else(|| StoreError::NoTable { store: store.to_owned(), table: table.to_owned() })
    }

    fn of(&self, collection: &Collection) -> Result<(&dyn Snapshot, &Table), StoreError> {
        let snapshot =
            self.snapshots.iter().find(|(name, _)| *name == collection.store).map(|(_, snapshot)| snapshot.as_ref());
        match (snapshot, self.table(collection)) {
            (Some(snapshot), Some(table)) => Ok((snapshot, table)),
            _ => Err(StoreError::NoTable { store: collection.store.clone(), table: collection.table.clone() }),
        }
    }
}

impl Finder for Stores {
    type Error = StoreError;

    fn find(
        &self,
        collection: &Collection,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.is_missing(&collection.store) {
            return Ok(());
        }
        let (snapshot, table) = self.of(collection)?;
        snapshot.find(table, &collection.key, collection.selection.as_deref(), tests, columns, visit)
    }

    fn find_whether_selected_or_not(
        &self,
        collection: &Collection,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        if let (Some(condition), false) = (&collection.selection, self.is_missing(&collection.store)) {
            let (snapshot, table) = self.of(collection)?;
            if snapshot.tells(table, condition) {
                return snapshot.find(table, &collection.key, None, tests, columns, visit).map(|()| true);
            }
        }
        self.find(collection, tests, columns, visit).map(|()| false)
    }

    fn read(
        &self,
        collection: &Collection,
        rows: &[&RowId],
        columns: &[&str],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let wishes: Vec<Wish<'_>> =
            columns.iter().map(|column| Wish { column, in_pieces: false, is_condition: false }).collect();
        self.read_rows(collection, rows, &wishes, visit)
    }

    fn key_names_rows(&self, collection: &Collection) -> bool {
        self.table(collection).is_some_and(|table| match (&table.row_number, table.row_name) {
            (Some(number), _) => collection.key.len() == 1 && *number == collection.key[0],
            // The store itself has no other name for them.
            (None, name) => name.is_none(),
        })
    }
}

impl Contents for Stores {
    fn open<'a>(&'a self, address: &BlobAddress) -> io::Result<Box<dyn Read + 'a>> {
        let snapshot = self.snapshots.iter().find(|(name, _)| *name == address.store);
        let (_, snapshot) = snapshot.ok_or_else(|| io::Error::other("the store is not open"))?;
        snapshot.open_value(address).map_err(io::Error::other)
    }
}
