//! Tables against their Table Schema: header, rows, primary and foreign keys.
//!
//! Keys are kept as 16 bytes of a SHA-256 each, so that a table of millions of rows needs little memory.

use super::csv::{Row, Rows};
use super::fault::{FaultCode, Faults};
use super::package::{ForeignKey, OneOrMany, Package, Resource, SchemaOrPath, TableSchema};
use super::reading::Files;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

/// The folder of the tables.
pub(super) const FOLDER: &str = "data/tables/";

/// The digest of the cells of a key.
type KeyDigest = [u8; 16];
/// A table (by its place in the package) and those of its columns that something points to.
type Referenced = (usize, Vec<usize>);

/// A table of the package.
struct Table<'p> {
    resource: usize,
    path: &'p str,
    schema: &'p TableSchema,
    primary: Option<Vec<usize>>,
    foreign: Vec<(Vec<usize>, Referenced)>,
}

/// The keys seen so far, and those that pointed to a row that had not been seen.
#[derive(Default)]
struct Keys {
    targets: HashMap<Referenced, HashSet<KeyDigest>>,
    pending: Vec<(usize, Referenced, KeyDigest, u64)>,
}

/// Reads every table that the package describes. Gives the number of rows of each by its path.
pub fn check(package: &Package, limit: u64, files: &Files<'_>, faults: &mut Faults) -> BTreeMap<String, u64> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    for (at, resource) in package.resources.iter().enumerate() {
        if let [path] = resource.paths()
            && path.starts_with(FOLDER)
            && path.ends_with(".csv")
        {
            match &resource.schema {
                Some(SchemaOrPath::Schema(schema)) => tables.push(table(package, at, path, schema, faults)),
                _ => faults.add(FaultCode::PackageResource, "datapackage.json", format!("resource {at} has no schema")),
            }
        }
    }
    let mut keys = Keys::default();
    for (_, target) in tables.iter().flat_map(|table| &table.foreign) {
        keys.targets.entry(target.clone()).or_default();
    }
    let mut rows = BTreeMap::new();
    for table in referenced_first(&tables) {
        let count =
            files.read(table.path, faults, |reader, _, faults| table.read(Rows::new(reader, limit), &mut keys, faults));
        if let Some(Some(count)) = count {
            rows.insert(table.path.to_owned(), count);
        }
    }
    // A table that broke off would leave every pointer into it dangling.
    let whole = |resource: usize| tables.iter().any(|t| t.resource == resource && rows.contains_key(t.path));
    for (from, target, key, line) in &keys.pending {
        if whole(target.0) && !keys.targets.get(target).is_some_and(|seen| seen.contains(key)) {
            let path = tables.iter().find(|table| table.resource == *from).map_or("", |table| table.path);
            faults.add(FaultCode::TableForeignKey, path, format!("row {line}"));
        }
    }
    rows
}

/// A table with its keys as places of columns. Keys that name nothing are faults and left out.
fn table<'p>(
    package: &'p Package,
    resource: usize,
    path: &'p str,
    schema: &'p TableSchema,
    faults: &mut Faults,
) -> Table<'p> {
    let mut unknown =
        |what: &str| faults.add(FaultCode::PackageKey, "datapackage.json", format!("resource {resource}: {what}"));
    let primary = schema.primary_key.as_ref().and_then(|key| {
        let places = columns(schema, key);
        places.is_none().then(|| unknown("its primary key names an unknown field"));
        places
    });
    let mut foreign = Vec::new();
    for key in &schema.foreign_keys {
        match columns(schema, &key.fields).zip(target(package, resource, schema, key)) {
            Some((from, target)) if from.len() == target.1.len() => foreign.push((from, target)),
            _ => unknown("a foreign key names an unknown field or table"),
        }
    }
    Table { resource, path, schema, primary, foreign }
}

fn target(package: &Package, resource: usize, schema: &TableSchema, key: &ForeignKey) -> Option<Referenced> {
    let reference = &key.reference;
    if reference.resource.is_empty() {
        return Some((resource, columns(schema, &reference.fields)?));
    }
    let named = |other: &Resource| other.name.as_deref() == Some(reference.resource.as_str());
    let at = package.resources.iter().position(named)?;
    match &package.resources.get(at)?.schema {
        Some(SchemaOrPath::Schema(schema)) => Some((at, columns(schema, &reference.fields)?)),
        _ => None,
    }
}

fn columns(schema: &TableSchema, key: &OneOrMany) -> Option<Vec<usize>> {
    key.as_slice().iter().map(|name| schema.fields.iter().position(|field| field.name == *name)).collect()
}

/// The tables, each after those that it points to, as far as they do not point at each other.
fn referenced_first<'t, 'p>(tables: &'t [Table<'p>]) -> Vec<&'t Table<'p>> {
    let mut left: Vec<&Table<'_>> = tables.iter().collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |table: &Table<'_>| {
            table
                .foreign
                .iter()
                .any(|(_, (target, _))| *target != table.resource && left.iter().any(|other| other.resource == *target))
        };
        let at = left.iter().position(|table| !waits(table)).unwrap_or(0);
        ordered.push(left.remove(at));
    }
    ordered
}

impl Table<'_> {
    /// Reads all rows and gives their number without the header, none if the reading broke off.
    fn read(&self, mut rows: Rows<'_>, keys: &mut Keys, faults: &mut Faults) -> io::Result<Option<u64>> {
        if !rows.skip_bom()? {
            faults.add(FaultCode::TableBom, self.path, "no EF BB BF");
        }
        let mut row = Row::default();
        let mut seen: HashSet<KeyDigest> = HashSet::new();
        let width = self.schema.fields.len();
        loop {
            let found = rows.next(&mut row)?;
            let line = rows.line();
            match found {
                Ok(true) => {}
                Ok(false) if line == 1 => {
                    faults.add(FaultCode::TableSyntax, self.path, "empty");
                    return Ok(None);
                }
                Ok(false) => return Ok(Some(line - 2)),
                Err(reason) => {
                    faults.add(FaultCode::TableSyntax, self.path, format!("row {line}: {reason}"));
                    return Ok(None);
                }
            }
            if line == 1 {
                let same = |(at, field): (usize, &super::package::Field)| row.cell(at) == field.name.as_bytes();
                if row.len() != width || !self.schema.fields.iter().enumerate().all(same) {
                    faults.add(FaultCode::TableHeader, self.path, "not the fields of the schema, in their order");
                }
                continue;
            }
            if row.len() != width {
                let detail = format!("row {line}: {} cells instead of {width}", row.len());
                faults.add(FaultCode::TableSyntax, self.path, detail);
                continue;
            }
            if let Some(primary) = &self.primary
                && !digest(&row, primary).is_some_and(|key| seen.insert(key))
            {
                faults.add(FaultCode::TablePrimaryKey, self.path, format!("row {line}"));
            }
            self.references(&row, line, keys);
        }
    }

    /// Remembers what the row can be pointed to by, and what it points to.
    fn references(&self, row: &Row, line: u64, keys: &mut Keys) {
        for (target, known) in keys.targets.iter_mut().filter(|(target, _)| target.0 == self.resource) {
            known.extend(digest(row, &target.1));
        }
        for (from, target) in &self.foreign {
            // A key with an empty part points nowhere (Table Schema v2, "foreignKeys"; SQL's MATCH SIMPLE).
            if let Some(key) = digest(row, from)
                && !keys.targets.get(target).is_some_and(|seen| seen.contains(&key))
            {
                keys.pending.push((self.resource, target.clone(), key, line));
            }
        }
    }
}

/// The digest of the cells of a key, none if one of them is empty.
fn digest(row: &Row, columns: &[usize]) -> Option<KeyDigest> {
    let mut hasher = Sha256::new();
    for at in columns {
        let cell = row.cell(*at);
        if cell.is_empty() {
            return None;
        }
        hasher.update(cell.len().to_le_bytes());
        hasher.update(cell);
    }
    hasher.finalize().first_chunk::<16>().copied()
}
