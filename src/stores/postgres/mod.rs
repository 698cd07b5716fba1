//! PostgreSQL, and databases that speak its protocol and keep its catalogues (CockroachDB, YugabyteDB, Citus): each
//! store one connection in one transaction, REPEATABLE READ and READ ONLY.
//!
//! A policy of row-level security is respected by failing: a role to which one applies would see fewer rows than there
//! are, and nobody would notice (law 1). So `row_security` is off, which turns the silent filter into an error, and the
//! error says what to do.

mod catalog;
mod column;
mod condition;
mod failure;
mod layout;
mod names;
mod open;
mod passwords;
mod pieces;
mod query;
mod session;
mod settings;
mod tls;

use super::Surroundings;
use super::error::StoreError;
use super::server::ServerProblem;
use super::snapshot::{Layout, Snapshot, Table, Wish};
use crate::controller::PostgresUrl;
use crate::records::{BlobAddress, Cell};
use crate::subject::{ColumnTest, FoundRow, RowId};
use catalog::Relation;
use failure::Place;
use jiff::Timestamp;
use session::{Session, Trouble};
use std::collections::{HashMap, HashSet};
use std::io::Read;

/// A PostgreSQL database at one instant.
pub(super) struct PostgresSnapshot {
    name: String,
    session: Session,
    taken_at: Timestamp,
    tables: Vec<Table>,
    relations: HashMap<String, Relation>,
    utf8: bool,
}

/// Connects and takes the snapshot; the tables that are `wanted` stay as they are until it is let go.
pub(super) fn open(
    store: &str,
    url: &PostgresUrl,
    wanted: HashSet<String>,
    surroundings: &Surroundings,
) -> Result<PostgresSnapshot, StoreError> {
    let settings = settings::settings(url, surroundings.variable)
        .map_err(|what| failure::server(store, ServerProblem::Settings(what)))?;
    let (session, opened) = Session::begin(store, settings, wanted, surroundings)?;
    let (mut tables, mut relations) = (Vec::new(), HashMap::new());
    for (table, relation) in opened.answers.tables() {
        relations.insert(table.name.clone(), relation);
        tables.push(table);
    }
    Ok(PostgresSnapshot {
        name: store.to_owned(),
        session,
        taken_at: opened.taken_at,
        tables,
        relations,
        utf8: opened.utf8,
    })
}

impl PostgresSnapshot {
    fn relation(&self, table: &str) -> Result<&Relation, StoreError> {
        let none = || StoreError::NoTable { store: self.name.clone(), table: table.to_owned() };
        self.relations.get(table).ok_or_else(none)
    }

    /// The failure in art20's words, without any value of the store.
    fn error(&self, table: &str, selection: bool, trouble: &Trouble) -> StoreError {
        let row_security = self.relations.get(table).is_some_and(|relation| relation.row_security);
        failure::reading(&Place { store: &self.name, table, row_security, selection }, trouble)
    }

    /// What the server sent is not what was asked for.
    fn not_understood(&self, what: &str) -> StoreError {
        failure::server(&self.name, ServerProblem::NotUnderstood(what.to_owned()))
    }
}

impl Snapshot for PostgresSnapshot {
    fn tables(&self) -> Result<Vec<Table>, StoreError> {
        Ok(self.tables.clone())
    }

    fn layout(&self, table: &Table) -> Result<Layout, StoreError> {
        layout::layout(self, table)
    }

    fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    fn confirm(&self) -> Result<(), StoreError> {
        // Nobody can change what a snapshot shows.
        Ok(())
    }

    fn count(&self, table: &Table) -> Result<u64, StoreError> {
        query::count(self, table)
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
        query::find(self, table, key, selection, tests, columns, visit)
    }

    fn read(
        &self,
        table: &Table,
        key: &[String],
        rows: &[&RowId],
        wishes: &[Wish<'_>],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        query::read(self, table, key, rows, wishes, visit)
    }

    fn open_value<'a>(&'a self, address: &BlobAddress) -> Result<Box<dyn Read + 'a>, StoreError> {
        Ok(Box::new(pieces::Pieces::new(self, address)?))
    }
}
