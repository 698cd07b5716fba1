//! The canonical records, line by line: each one I-JSON object of its kind, under a name that occurs once.

use super::fault::{FaultCode, Faults};
use super::ijson;
use super::reading::Files;
use super::shape::{self, Place};
use super::tally::Tally;
use crate::records::{Json, Kind};
use std::io::{self, BufRead, Read};

/// The folder of the record files.
pub(super) const FOLDER: &str = "data/records/";

/// Checks every record file and counts what the ledger must have counted. All files that records can point to have
/// been read before.
pub fn check(limit: u64, files: &Files<'_>, faults: &mut Faults) -> Tally {
    let mut tally = Tally::default();
    let tree = files.tree();
    for entry in tree.below(FOLDER) {
        let name = entry.name.as_str();
        let kind = Kind::ALL
            .into_iter()
            .filter(|kind| kind.parent().is_none())
            .find(|kind| name[FOLDER.len()..].strip_suffix(".ndjson") == Some(kind.file_stem()));
        let Some(kind) = kind else {
            faults.add(FaultCode::RecordFile, name, "no kind of record has a file of this name");
            continue;
        };
        let whole = files.read(name, faults, |reader, files, faults| {
            let lines = Lines { reader, limit, number: 0, lost: false };
            read(lines, kind, name, &mut tally, files, faults)
        });
        tally.broken |= whole != Some(true);
    }
    tally
}

/// Reads one file; whether every line could be counted.
fn read(
    mut lines: Lines<'_>,
    kind: Kind,
    name: &str,
    tally: &mut Tally,
    files: &Files<'_>,
    faults: &mut Faults,
) -> io::Result<bool> {
    let mut whole = true;
    while let Some(line) = lines.next()? {
        let number = lines.number;
        let mut syntax = |detail: &str| faults.add(FaultCode::RecordSyntax, name, format!("line {number}: {detail}"));
        let record = match line.and_then(|line| ijson::object(&line)) {
            Ok(record) => record,
            Err(reason) => {
                syntax(reason);
                whole = false;
                if lines.lost {
                    break;
                }
                continue;
            }
        };
        let place = Place { file: name, line: number };
        shape::check(&record, kind, &place, files, faults);
        count(&record, kind, &place, tally, faults);
    }
    if lines.number == 0 {
        faults.add(FaultCode::RecordFile, name, "empty");
    }
    Ok(whole)
}

/// Counts a record and its children.
fn count(record: &[(String, Json)], kind: Kind, place: &Place<'_>, tally: &mut Tally, faults: &mut Faults) {
    if let Some(uid) = shape::get(record, "uid").and_then(Json::as_str).and_then(shape::uuid5)
        && !tally.uids.insert(uid)
    {
        place.fault(FaultCode::RecordDuplicate, "the uid of another record", faults);
    }
    if !tally.add(record, kind) {
        place.fault(FaultCode::RecordKey, "no source.collection", faults);
    }
    for (child_kind, child) in shape::children(record, kind) {
        count(child, child_kind, place, tally, faults);
    }
}

/// Lines of bounded length.
struct Lines<'r> {
    reader: &'r mut dyn BufRead,
    limit: u64,
    number: u64,
    /// Whether a line was too long, so that the others cannot be found.
    lost: bool,
}

impl Lines<'_> {
    /// The next line without its end, or why it is none.
    fn next(&mut self) -> io::Result<Option<Result<String, &'static str>>> {
        let mut line = Vec::new();
        if (&mut *self.reader).take(self.limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.pop() != Some(b'\n') {
            self.lost = true;
            return Ok(Some(Err("no line end, or a line that is too long")));
        }
        Ok(Some(String::from_utf8(line).map_err(|_| "not UTF-8")))
    }
}
