//! The canonical records, line by line: each one I-JSON object of its kind, under a name that occurs once.

use super::fault::{FaultCode, Faults};
use super::ijson::{self, Member};
use super::reading::Files;
use super::shape::{self, Place};
use super::tally::Tally;
use crate::records::Kind;
use std::io::{self, BufRead, Read};

/// The folder of the record files.
pub(super) const FOLDER: &str = "data/records/";

/// Checks every record file and counts what the ledger must have counted. All files that records can point to have
/// been read before.
pub fn check(limit: u64, files: &Files<'_>, faults: &mut Faults) -> Tally {
    let mut tally = Tally::default();
    let tree = files.tree();
    let mut read_so_far: Vec<&str> = Vec::new();
    for entry in tree.below(FOLDER) {
        let name = entry.name;
        let kind = Kind::ALL
            .into_iter()
            .filter(|kind| kind.parent().is_none())
            .find(|kind| name[FOLDER.len()..].strip_suffix(".ndjson") == Some(kind.file_stem()));
        let Some(kind) = kind else {
            faults.add(FaultCode::RecordFile, name, "no kind of record has a file of this name");
            continue;
        };
        if read_so_far.last() != Some(&name) {
            read_so_far.push(name);
        }
        let file = read_so_far.len() - 1;
        let whole = files.read(name, faults, |reader, files, faults| {
            let lines = Lines { reader, limit, number: 0, lost: false };
            read(lines, kind, (name, file), &mut tally, files, faults)
        });
        tally.broken |= whole != Some(true);
    }
    for (file, line) in tally.uids.again() {
        let file = read_so_far.get(file).copied().unwrap_or_default();
        Place { file, line }.fault(FaultCode::RecordDuplicate, "the uid of another record", faults);
    }
    tally
}

/// Reads one file; whether every line could be counted.
fn read(
    mut lines: Lines<'_>,
    kind: Kind,
    (name, file): (&str, usize),
    tally: &mut Tally,
    files: &Files<'_>,
    faults: &mut Faults,
) -> io::Result<bool> {
    let mut whole = true;
    let mut buffer = Vec::new();
    while let Some(line) = lines.next(&mut buffer)? {
        let number = lines.number;
        let mut syntax = |detail: &str| faults.add(FaultCode::RecordSyntax, name, format!("line {number}: {detail}"));
        let record = match line.and_then(ijson::object) {
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
        count(&record, kind, &place, file, tally, faults);
    }
    if lines.number == 0 {
        faults.add(FaultCode::RecordFile, name, "empty");
    }
    Ok(whole)
}

/// Counts a record and its children.
fn count(record: &[Member<'_>], kind: Kind, place: &Place<'_>, file: usize, tally: &mut Tally, faults: &mut Faults) {
    if let Some(uid) = shape::get(record, "uid").and_then(ijson::Value::as_str).and_then(shape::uuid5) {
        tally.uids.note(&uid, file, place.line);
    }
    if !tally.add(record, kind) {
        place.fault(FaultCode::RecordKey, "no source.collection", faults);
    }
    for (child_kind, child) in shape::children(record, kind) {
        count(child, child_kind, place, file, tally, faults);
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
    fn next<'b>(&mut self, line: &'b mut Vec<u8>) -> io::Result<Option<Result<&'b str, &'static str>>> {
        line.clear();
        if (&mut *self.reader).take(self.limit).read_until(b'\n', line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.pop() != Some(b'\n') {
            self.lost = true;
            return Ok(Some(Err("no line end, or a line that is too long")));
        }
        Ok(Some(std::str::from_utf8(line).map_err(|_| "not UTF-8")))
    }
}
