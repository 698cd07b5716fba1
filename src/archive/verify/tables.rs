//! Tables against their Table Schema: header, rows, primary and foreign keys.

use super::csv::{Row, Rows};
use super::fault::{FaultCode, Faults};
use super::keys::{Hashed, Hashing, Names};
use super::package::{ForeignKey, OneOrMany, Package, Resource, SchemaOrPath, TableSchema};
use super::reading::Files;
use std::collections::{BTreeMap, HashMap};
use std::io;

/// The folder of the tables.
pub(super) const FOLDER: &str = "data/tables/";

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

/// The keys seen so far, and those that point to a row of a table that has not been read, with their rows.
#[derive(Default)]
struct Keys<'t> {
    hashing: Hashing,
    targets: HashMap<&'t Referenced, Names>,
    pending: Vec<(&'t str, &'t Referenced, Names)>,
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
        keys.targets.entry(target).or_default();
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
    let dangling = |target: &Referenced, key| !keys.targets.get(target).is_some_and(|seen| seen.contains(key));
    for pointing in keys.pending.chunk_by(|(one, ..), (other, ..)| std::ptr::eq(*one, *other)) {
        let mut lines: Vec<u64> = Vec::new();
        for (_, target, pending) in pointing.iter().filter(|(_, target, _)| whole(target.0)) {
            lines.extend(pending.iter().filter(|(key, _)| dangling(target, *key)).map(|(_, line)| line));
        }
        lines.sort_unstable();
        let path = pointing.first().map_or("", |(path, ..)| *path);
        for line in lines {
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

/// The keys of one table.
struct OwnKeys<'t> {
    primary: Names,
    /// Rows whose primary key has an empty part.
    lacking: Vec<u64>,
    /// What the table is pointed to by, unless it is the primary key.
    others: Vec<(&'t Referenced, Names)>,
    /// What each foreign key points to that is not known, and what was found last.
    pointing: Vec<(Names, Option<Hashed>)>,
}

impl<'p> Table<'p> {
    /// Reads all rows and gives their number without the header, none if the reading broke off.
    fn read<'t>(&'t self, rows: Rows<'_>, keys: &mut Keys<'t>, faults: &mut Faults) -> io::Result<Option<u64>> {
        let targets = keys.targets.keys().filter(|(resource, _)| *resource == self.resource).copied();
        let (same, others): (Vec<_>, Vec<_>) = targets.partition(|(_, columns)| Some(columns) == self.primary.as_ref());
        let mut own = OwnKeys {
            primary: Names::default(),
            lacking: Vec::new(),
            others: others.into_iter().map(|target| (target, Names::default())).collect(),
            pointing: self.foreign.iter().map(|_| Default::default()).collect(),
        };
        let result = self.read_rows(rows, keys, &mut own, faults);
        // Of what broke off, too: the rows so far are known.
        let mut wrong = own.primary.sort();
        wrong.append(&mut own.lacking);
        wrong.sort_unstable();
        for line in wrong {
            faults.add(FaultCode::TablePrimaryKey, self.path, format!("row {line}"));
        }
        for (target, mut names) in
            same.into_iter().map(|target| (target, std::mem::take(&mut own.primary))).chain(own.others)
        {
            names.sort();
            names.index();
            keys.targets.insert(target, names);
        }
        for ((_, target), (pending, _)) in self.foreign.iter().zip(own.pointing) {
            keys.pending.push((self.path, target, pending));
        }
        result
    }

    fn read_rows<'t>(
        &'t self,
        mut rows: Rows<'_>,
        keys: &Keys<'t>,
        own: &mut OwnKeys<'t>,
        faults: &mut Faults,
    ) -> io::Result<Option<u64>> {
        if !rows.skip_bom()? {
            faults.add(FaultCode::TableBom, self.path, "no EF BB BF");
        }
        let mut row = Row::default();
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
            if let Some(primary) = &self.primary {
                match hashed(&row, primary, &keys.hashing) {
                    Some(key) => own.primary.note(key, line),
                    None => own.lacking.push(line),
                }
            }
            self.references(&row, line, keys, own);
        }
    }

    /// Remembers what the row can be pointed to by, and what it points to.
    fn references<'t>(&'t self, row: &Row, line: u64, keys: &Keys<'t>, own: &mut OwnKeys<'t>) {
        for (target, names) in &mut own.others {
            if let Some(key) = hashed(row, &target.1, &keys.hashing) {
                names.note(key, line);
            }
        }
        for ((from, target), (pending, last)) in self.foreign.iter().zip(&mut own.pointing) {
            // A key with an empty part points nowhere (Table Schema v2, "foreignKeys"; SQL's MATCH SIMPLE).
            let Some(key) = hashed(row, from, &keys.hashing).filter(|key| Some(*key) != *last) else { continue };
            // Rows that point to the same row often follow each other.
            if keys.targets.get(target).is_some_and(|seen| seen.contains(key)) {
                *last = Some(key);
            } else {
                pending.note(key, line);
            }
        }
    }
}

/// The hash of the cells of a key, none if one of them is empty.
fn hashed(row: &Row, columns: &[usize], hashing: &Hashing) -> Option<Hashed> {
    let cells = || columns.iter().map(|at| row.cell(*at));
    cells().all(|cell| !cell.is_empty()).then(|| hashing.of(cells()))
}
