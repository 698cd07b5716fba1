//! Tables against their Table Schema: header, rows, primary and foreign keys.

use super::csv::{Row, Rows};
use super::fault::{FaultCode, Faults};
use super::keys::{Hashed, Hashes, Hashing};
use super::package::{ForeignKey, OneOrMany, Package, Resource, SchemaOrPath, TableSchema};
use super::reading::Files;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;

/// The folder of the tables.
pub(super) const FOLDER: &str = "data/tables/";

/// Foreign keys of all tables together that are followed: of each, something is kept for every row. art20 writes one for a
/// table at most.
const MOST_FOREIGN_KEYS: usize = 100;

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
    targets: HashMap<&'t Referenced, Hashes>,
    pending: Vec<(&'t str, &'t Referenced, Hashes)>,
}

/// Reads every table that the package describes. Gives the number of rows of each by its path.
pub fn check(package: &Package, limit: u64, files: &Files<'_>, faults: &mut Faults) -> BTreeMap<String, u64> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    let (mut paths, mut foreign_keys) = (HashSet::new(), 0);
    for (at, resource) in package.resources.iter().enumerate() {
        if let [path] = resource.paths()
            && path.starts_with(FOLDER)
            && path.ends_with(".csv")
        {
            match &resource.schema {
                Some(SchemaOrPath::Schema(schema)) => {
                    let table = table(package, at, path, schema, &mut foreign_keys, faults);
                    // A path that stands twice is a fault already, as is a file that is absent.
                    if files.tree().contains(path) && paths.insert(path) {
                        tables.push(table);
                    }
                }
                _ => faults.add(FaultCode::PackageResource, "datapackage.json", format!("resource {at} has no schema")),
            }
        }
    }
    if foreign_keys > MOST_FOREIGN_KEYS {
        let detail = format!("{foreign_keys} foreign keys, of which only {MOST_FOREIGN_KEYS} are followed");
        faults.add(FaultCode::PackageKey, "datapackage.json", detail);
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
    let whole: HashSet<usize> =
        tables.iter().filter(|table| rows.contains_key(table.path)).map(|table| table.resource).collect();
    let dangling = |target: &Referenced, key| !keys.targets.get(target).is_some_and(|seen| seen.contains(key));
    for pointing in keys.pending.chunk_by(|(one, ..), (other, ..)| std::ptr::eq(*one, *other)) {
        let mut lines: Vec<u64> = Vec::new();
        for (_, target, pending) in pointing.iter().filter(|(_, target, _)| whole.contains(&target.0)) {
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

/// A table with its keys as places of columns. Keys that name nothing are faults and left out; foreign keys are counted.
fn table<'p>(
    package: &'p Package,
    resource: usize,
    path: &'p str,
    schema: &'p TableSchema,
    foreign_keys: &mut usize,
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
    let followed = MOST_FOREIGN_KEYS.saturating_sub(*foreign_keys);
    *foreign_keys += schema.foreign_keys.len();
    for key in schema.foreign_keys.iter().take(followed) {
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
    let places: HashMap<usize, usize> = tables.iter().enumerate().map(|(at, table)| (table.resource, at)).collect();
    let mut waiting: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut waits_for = vec![0usize; tables.len()];
    for (at, table) in tables.iter().enumerate() {
        for target in table.foreign.iter().filter_map(|(_, (resource, _))| places.get(resource)) {
            if *target != at {
                waiting.entry(*target).or_default().push(at);
                waits_for[at] += 1;
            }
        }
    }
    let mut left: BTreeSet<usize> = (0..tables.len()).collect();
    let mut ready: BTreeSet<usize> = left.iter().copied().filter(|at| waits_for[*at] == 0).collect();
    let mut ordered = Vec::with_capacity(tables.len());
    while let Some(at) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&at);
        ordered.push(&tables[at]);
        for next in waiting.remove(&at).unwrap_or_default() {
            waits_for[next] -= 1;
            if waits_for[next] == 0 && left.contains(&next) {
                ready.insert(next);
            }
        }
    }
    ordered
}

/// The keys of one table.
struct OwnKeys<'t> {
    primary: Hashes,
    /// Rows whose primary key has an empty part.
    lacking: Vec<u64>,
    /// What the table is pointed to by, unless it is the primary key.
    others: Vec<(&'t Referenced, Hashes)>,
    /// What each foreign key points to that is not known, and what was found last.
    pointing: Vec<(Hashes, Option<Hashed>)>,
}

impl<'p> Table<'p> {
    /// Reads all rows and gives their number without the header, none if the reading broke off.
    fn read<'t>(&'t self, rows: Rows<'_>, keys: &mut Keys<'t>, faults: &mut Faults) -> io::Result<Option<u64>> {
        let targets = keys.targets.keys().filter(|(resource, _)| *resource == self.resource).copied();
        let (same, others): (Vec<_>, Vec<_>) = targets.partition(|(_, columns)| Some(columns) == self.primary.as_ref());
        let mut own = OwnKeys {
            primary: Hashes::default(),
            lacking: Vec::new(),
            others: others.into_iter().map(|target| (target, Hashes::default())).collect(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn order(pointers: &[Vec<usize>]) -> Vec<usize> {
        let schema = TableSchema { fields: Vec::new(), primary_key: None, foreign_keys: Vec::new() };
        let table = |(resource, targets): (usize, &Vec<usize>)| {
            let foreign = targets.iter().map(|target| (vec![0], (*target, vec![0]))).collect();
            Table { resource, path: "", schema: &schema, primary: None, foreign }
        };
        let tables: Vec<Table<'_>> = pointers.iter().enumerate().map(table).collect();
        referenced_first(&tables).iter().map(|table| table.resource).collect()
    }

    #[test]
    fn a_table_comes_after_those_that_it_points_to_where_that_is_possible() {
        assert_eq!(order(&[vec![], vec![], vec![]]), [0, 1, 2]);
        assert_eq!(order(&[vec![2, 2], vec![0, 7], vec![2]]), [2, 0, 1]);
        assert_eq!(order(&[vec![1], vec![0], vec![3], vec![]]), [3, 2, 0, 1]);
        assert_eq!(order(&[vec![3], vec![0], vec![1, 3], vec![2]]), [0, 1, 2, 3]);
    }

    #[test]
    fn many_tables_that_point_to_the_next_are_ordered_at_once() {
        let pointers: Vec<Vec<usize>> = (1..=20_000).map(|next| vec![next]).collect();
        let began = Instant::now();
        assert!(order(&pointers).into_iter().eq((0..20_000).rev()));
        assert!(began.elapsed() < Duration::from_secs(10), "a second is much");
    }
}
