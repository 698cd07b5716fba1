//! What the records say, counted in the way in which the ledger counts it.

use super::shape;
use crate::records::{Json, Kind, Shape};
use std::collections::{BTreeMap, HashSet};

/// Everything that was counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// By collection.
    pub collections: BTreeMap<String, CollectionTally>,
    /// Records of each kind, children too.
    pub kinds: BTreeMap<Kind, u64>,
    /// The UUID of every record.
    pub(super) uids: HashSet<[u8; 16]>,
    /// A line could not be read, so that counts cannot be compared.
    pub broken: bool,
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
    pub(super) fn add(&mut self, record: &[(String, Json)], kind: Kind) -> bool {
        *self.kinds.entry(kind).or_default() += 1;
        let Some(Json::Object(source)) = shape::get(record, "source") else { return false };
        let Some(collection) = shape::get(source, "collection").and_then(Json::as_str) else { return false };
        let tally = self.collections.entry(collection.to_owned()).or_default();
        tally.records += 1;
        for (path, codes) in members(record, "withheld") {
            for code in one_or_many(codes).iter().filter_map(Json::as_str) {
                tally.withheld.entry(code.to_owned()).or_default().add(kind, path);
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

fn members<'r>(record: &'r [(String, Json)], key: &str) -> &'r [(String, Json)] {
    match shape::get(record, key) {
        Some(Json::Object(members)) => members,
        _ => &[],
    }
}

fn one_or_many(value: &Json) -> &[Json] {
    match value {
        Json::Array(many) => many,
        one => std::slice::from_ref(one),
    }
}
