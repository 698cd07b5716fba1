//! What the records say, counted in the way in which the ledger counts it.

use super::ijson::{Member, Value};
use super::keys::{Hashes, Hashing};
use super::shape;
use crate::records::{Kind, Shape};
use std::collections::BTreeMap;

/// Everything that was counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// By collection.
    pub collections: BTreeMap<String, CollectionTally>,
    /// Records of each kind, children too.
    pub kinds: BTreeMap<Kind, u64>,
    /// The UUID of every record.
    pub(super) uids: Uids,
    /// A line could not be read, so that counts cannot be compared.
    pub broken: bool,
}

/// The UUIDs of records and where they stand.
#[derive(Debug, Default)]
pub(super) struct Uids {
    hashing: Hashing,
    names: Hashes,
}

/// The bits of a line; as many files as there are kinds fit above them.
const LINE: u32 = 35;

impl Uids {
    /// Notes one in a line of a file.
    pub(super) fn note(&mut self, uid: &[u8; 16], file: usize, line: u64) {
        let place = u64::try_from(file).unwrap_or(u64::MAX) << LINE | line.min((1 << LINE) - 1);
        self.names.note(self.hashing.of([&uid[..]].into_iter()), place);
    }

    /// When all are noted: the files and lines in which one stands again.
    pub(super) fn again(&mut self) -> impl Iterator<Item = (usize, u64)> + use<> {
        let mut names = std::mem::take(&mut self.names);
        let place = |place: u64| (usize::try_from(place >> LINE).unwrap_or(usize::MAX), place % (1 << LINE));
        names.sort().into_iter().map(place)
    }
}

/// The records of one collection.
#[derive(Debug, Default)]
pub struct CollectionTally {
    /// How many there are.
    pub records: u64,
    /// Withheld values by code.
    pub withheld: BTreeMap<String, Listed>,
    /// Values that are exported verbatim.
    pub verbatim: Listed,
}

/// A count of values that records list.
#[derive(Debug, Default, Clone, Copy)]
pub struct Listed {
    /// At least this many.
    pub count: u64,
    /// Some stand in a list to which several columns go, where equal ones are listed once: there may be more.
    pub merged: bool,
}

impl Listed {
    /// Whether a ledger may say this number.
    pub fn fits(self, number: u64) -> bool {
        if self.merged { number >= self.count } else { number == self.count }
    }
}

impl Tally {
    /// Counts a record, without its children. Whether it names its collection.
    pub(super) fn add(&mut self, record: &[Member<'_>], kind: Kind) -> bool {
        *self.kinds.entry(kind).or_default() += 1;
        let Some(Value::Object(source)) = shape::get(record, "source") else { return false };
        let Some(collection) = shape::get(source, "collection").and_then(Value::as_str) else { return false };
        if !self.collections.contains_key(collection) {
            self.collections.insert(collection.to_owned(), CollectionTally::default());
        }
        let Some(tally) = self.collections.get_mut(collection) else { return false };
        tally.records += 1;
        for (path, codes) in members(record, "withheld") {
            for code in one_or_many(codes).iter().filter_map(Value::as_str) {
                match tally.withheld.get_mut(code) {
                    Some(listed) => listed.add(kind, path),
                    None => tally.withheld.entry(code.to_owned()).or_default().add(kind, path),
                }
            }
        }
        for (path, values) in members(record, "verbatim") {
            for _ in one_or_many(values) {
                tally.verbatim.add(kind, path);
            }
        }
        true
    }

    /// All records, without lines and attachments.
    pub fn records(&self) -> u64 {
        self.kinds.iter().filter(|(kind, _)| kind.parent().is_none()).map(|(_, count)| count).sum()
    }
}

impl Listed {
    fn add(&mut self, kind: Kind, path: &str) {
        self.count += 1;
        self.merged |= is_list(kind, path);
    }
}

/// Whether several columns can go to the field.
fn is_list(kind: Kind, path: &str) -> bool {
    let many = |shape| matches!(shape, Shape::Emails | Shape::Phones | Shape::Postal | Shape::Parties);
    kind.field(path).is_some_and(|(_, spec)| many(spec.shape)) || path.starts_with("address")
}

fn members<'r, 't>(record: &'r [Member<'t>], key: &str) -> &'r [Member<'t>] {
    match shape::get(record, key) {
        Some(Value::Object(members)) => members,
        _ => &[],
    }
}

fn one_or_many<'r, 't>(value: &'r Value<'t>) -> &'r [Value<'t>] {
    match value {
        Value::Array(many) => many,
        one => std::slice::from_ref(one),
    }
}
