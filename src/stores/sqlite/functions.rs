//! SQL functions that let SQLite leave out rows which cannot match, by the very code that decides in the end.

use crate::records::Cell;
use crate::subject::{canonical_in, list_has};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// The values that a column is compared with.
type Values = Arc<Vec<Vec<u8>>>;

/// Lists of values, by numbers that are bound to statements in their stead.
#[derive(Clone, Default)]
pub(super) struct Lists(Arc<Mutex<HashMap<i64, Values>>>);

impl Lists {
    /// Keeps a list for the time of a statement.
    pub(super) fn keep(&self, values: &[Vec<u8>]) -> i64 {
        let mut lists = self.locked();
        let number = lists.keys().max().map_or(0, |last| last + 1);
        lists.insert(number, Arc::new(values.to_vec()));
        number
    }

    /// Forgets lists.
    pub(super) fn forget(&self, numbers: &[i64]) {
        let mut lists = self.locked();
        for number in numbers {
            lists.remove(number);
        }
    }

    fn get(&self, number: i64) -> Values {
        self.locked().get(&number).cloned().unwrap_or_default()
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<i64, Values>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Registers `art20_canonical_in(kind, value, list)` and `art20_list_has(kind, value, list)`.
pub(super) fn register(connection: &Connection, lists: &Lists, region: Option<&str>) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    let (kept, code) = (lists.clone(), region.map(str::to_owned));
    connection.create_scalar_function("art20_canonical_in", 3, flags, move |context| {
        let (kind, cell, values) = arguments(context, &kept)?;
        Ok(canonical_in(&cell, &kind, code.as_deref(), &values).is_some())
    })?;
    let (kept, code) = (lists.clone(), region.map(str::to_owned));
    connection.create_scalar_function("art20_list_has", 3, flags, move |context| {
        let (kind, cell, values) = arguments(context, &kept)?;
        Ok(!list_has(&cell, &kind, code.as_deref(), &values).is_empty())
    })
}

fn arguments(context: &Context<'_>, lists: &Lists) -> rusqlite::Result<(String, Cell, Values)> {
    Ok((context.get(0)?, cell(context.get_raw(1)), lists.get(context.get(2)?)))
}

/// A value as SQLite gives it.
pub(super) fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(bytes) => Cell::Text(bytes.to_vec()),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
    }
}
