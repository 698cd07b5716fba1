//! What the report remembers of the records that pass by: counts, the first few of each kind, when things happened.
//!
//! Its size depends on the configuration and on the span of time, never on the number of records.

use super::cells::Row;
use super::periods::Periods;
use crate::records::{FieldValue, Kind, Record, Time};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// How many records of a kind the report shows.
pub const FIRST: usize = 10;
/// Files that the report can link to by name; the layout of the archive has far fewer outside its many-file folders.
const NAMED_FILES: usize = 200;

/// Collects, while records stream, what the report says about them.
#[derive(Debug, Clone)]
pub struct Digest {
    pub(super) zone: TimeZone,
    pub(super) kinds: BTreeMap<Kind, OfKind>,
    pub(super) activities: BTreeMap<String, u64>,
    pub(super) collections: BTreeMap<String, u64>,
    pub(super) restricted: u64,
    pub(super) voluntary: u64,
    pub(super) messages: Periods,
    pub(super) transactions: Periods,
    folders: BTreeMap<String, Files>,
    named: BTreeSet<String>,
}

/// The records of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct OfKind {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<Row>,
}

/// Files of one folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Files {
    /// How many there are.
    pub count: u64,
    /// Their size together.
    pub bytes: u64,
}

impl Digest {
    /// An empty digest that shows times in the zone with this IANA name, in UTC if there is no such zone.
    pub fn new(time_zone: &str) -> Digest {
        Digest {
            zone: TimeZone::get(time_zone).unwrap_or(TimeZone::UTC),
            kinds: BTreeMap::new(),
            activities: BTreeMap::new(),
            collections: BTreeMap::new(),
            restricted: 0,
            voluntary: 0,
            messages: Periods::default(),
            transactions: Periods::default(),
            folders: BTreeMap::new(),
            named: BTreeSet::new(),
        }
    }

    /// Takes note of a record that was written, and of its children.
    pub fn take(&mut self, record: &Record) {
        count(&mut self.activities, &record.activity);
        count(&mut self.collections, &record.source.collection);
        self.restricted += u64::from(record.restricted);
        self.voluntary += u64::from(record.voluntary);
        match record.kind {
            Kind::Message => self.messages.add(self.month(record.get("sent_at"))),
            Kind::Transaction => self.transactions.add(self.month(record.get("occurred_at"))),
            _ => {}
        }
        let kind = self.kinds.entry(record.kind).or_default();
        kind.count += 1;
        if kind.first.len() < FIRST {
            kind.first.push(Row::of(record, &self.zone));
        }
        for child in record.children() {
            self.take(child);
        }
    }

    /// Takes note of a payload file that was written, by its path from the archive's root. The report links only to
    /// files that it was told of.
    pub fn file(&mut self, path: &str, bytes: u64) {
        let Some(inside) = path.strip_prefix("data/") else { return };
        let folder = inside.split_once('/').map_or("", |(folder, _)| folder);
        let files = self.folders.entry(folder.to_owned()).or_default();
        files.count += 1;
        files.bytes += bytes;
        // The folders with a file for each record are linked to as folders.
        let many = ["mail", "conversations", "attachments"].contains(&folder);
        if !many && self.named.len() < NAMED_FILES && (folder != "contacts" || inside == "contacts/contacts.vcf") {
            self.named.insert(path.to_owned());
        }
    }

    /// The number of records of a kind.
    pub fn count(&self, kind: Kind) -> u64 {
        self.kinds.get(&kind).map_or(0, |of| of.count)
    }

    /// The number of all records, children too.
    pub fn total(&self) -> u64 {
        self.kinds.values().map(|of| of.count).sum()
    }

    /// The files of a folder of `data/`, those directly in it for the empty name.
    pub(super) fn folder(&self, name: &str) -> Option<Files> {
        self.folders.get(name).copied()
    }

    /// All files together.
    pub(super) fn files(&self) -> Files {
        self.folders.values().fold(Files::default(), |sum, files| Files {
            count: sum.count + files.count,
            bytes: sum.bytes + files.bytes,
        })
    }

    /// Whether the archive has a file with this path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.named.contains(path)
    }

    /// The zone in which times are shown.
    pub(super) fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Months since the year 0, as clocks in the zone showed them.
    fn month(&self, value: Option<&FieldValue>) -> Option<i32> {
        let Some(FieldValue::Time(time)) = value else { return None };
        let day = match time {
            Time::Day(_, day) => *day,
            Time::Instant(_, instant) => self.zone.to_datetime(*instant).date(),
        };
        Some(i32::from(day.year()) * 12 + i32::from(day.month()) - 1)
    }
}

/// One more for this key; a name is copied only the first time that it is seen.
fn count(counts: &mut BTreeMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => {
            counts.insert(key.to_owned(), 1);
        }
    }
}
