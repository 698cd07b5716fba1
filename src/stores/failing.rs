//! A store that fails at the nth time that something is asked of it, for tests: every answer, every row and every piece
//! of a value counts.

use super::{Snapshot, StoreError, Stores, Table, Wish};
use crate::records::{BlobAddress, Cell};
use crate::subject::{ColumnTest, FoundRow, RowId};
use jiff::Timestamp;
use std::cell::Cell as Slot;
use std::io::{self, Read};
use std::rc::Rc;

/// How many answers are still given; shared by the stores of a run.
pub(crate) type Left = Rc<Slot<usize>>;

/// The stores, each failing as soon as nothing is left.
pub(crate) fn failing(stores: Stores, left: &Left) -> Stores {
    let wrap = |(name, inner): (String, Box<dyn Snapshot>)| {
        let snapshot = Failing { store: name.clone(), inner, left: left.clone() };
        (name, Box::new(snapshot) as Box<dyn Snapshot>)
    };
    Stores { snapshots: stores.snapshots.into_iter().map(wrap).collect(), ..stores }
}

struct Failing {
    store: String,
    inner: Box<dyn Snapshot>,
    left: Left,
}

/// Takes one answer away; false if there was none.
fn answers(left: &Left) -> bool {
    let there = left.get();
    left.set(there.saturating_sub(1));
    there > 0
}

impl Failing {
    fn answer(&self, table: &str) -> Result<(), StoreError> {
        match answers(&self.left) {
            true => Ok(()),
            false => Err(StoreError::Query {
                store: self.store.clone(),
                table: table.to_owned(),
                cause: "disk I/O error".into(),
            }),
        }
    }
}

impl Snapshot for Failing {
    fn tables(&self) -> Result<Vec<Table>, StoreError> {
        self.answer("")?;
        self.inner.tables()
    }

    fn taken_at(&self) -> Timestamp {
        self.inner.taken_at()
    }

    fn confirm(&self) -> Result<(), StoreError> {
        self.answer("")?;
        self.inner.confirm()
    }

    fn count(&self, table: &Table) -> Result<u64, StoreError> {
        self.answer(&table.name)?;
        self.inner.count(table)
    }

    fn find(
        &self,
        table: &Table,
        key: &[String],
        selection: Option<&str>,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.answer(&table.name)?;
        self.inner.find(table, key, selection, tests, columns, &mut |row| {
            self.answer(&table.name)?;
            visit(row)
        })
    }

    fn read(
        &self,
        table: &Table,
        key: &[String],
        rows: &[&RowId],
        wishes: &[Wish<'_>],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.answer(&table.name)?;
        self.inner.read(table, key, rows, wishes, &mut |nth, cells| {
            self.answer(&table.name)?;
            visit(nth, cells)
        })
    }

    fn open_value<'a>(&'a self, address: &BlobAddress) -> Result<Box<dyn Read + 'a>, StoreError> {
        self.answer(&address.table)?;
        Ok(Box::new(FailingReader { inner: self.inner.open_value(address)?, left: self.left.clone(), waits: true }))
    }
}

struct FailingReader<'a> {
    inner: Box<dyn Read + 'a>,
    left: Left,
    /// Whether the next read is interrupted, which is no failure.
    waits: bool,
}

impl Read for FailingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.waits = !self.waits;
        if !self.waits {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if !answers(&self.left) {
            return Err(io::Error::other("disk I/O error"));
        }
        // Small pieces, so that there are many of them.
        let most = buffer.len().min(8 * 1024);
        self.inner.read(&mut buffer[..most])
    }
}
