//! How the entries lie in a zip file: each byte belongs to exactly one of them, or to the directory.
//!
//! Programs disagree about bytes that nobody claims, and a bomb claims the same bytes many times.

use super::fault::{FaultCode, Faults};
use rawzip::ReaderAt;
use std::collections::HashSet;

/// The bytes of one entry: its header and its data, without the data descriptor.
#[derive(Debug)]
pub(super) struct Span {
    /// Which entry of the directory it is.
    pub(super) place: usize,
    pub(super) start: u64,
    pub(super) end: u64,
    /// CRC-32, packed and unpacked size, if a data descriptor must follow (APPNOTE 4.3.9).
    pub(super) descriptor: Option<(u32, u64, u64)>,
}

/// All entries of a zip file of this size.
#[derive(Debug)]
pub(super) struct Layout {
    size: u64,
    pub(super) spans: Vec<Span>,
}

impl Layout {
    pub(super) fn new(size: u64) -> Layout {
        Layout { size, spans: Vec::new() }
    }

    /// Checks that entries follow each other without gap or overlap up to the directory, and nothing else is there.
    /// `ends` are the ends of the directory's records, the offset of the end record and the end of the zip; `name`
    /// knows what the entry of a place is called. Gives the places of the entries that overlap.
    pub(super) fn check(
        &mut self,
        directory: u64,
        (records_end, end_record, end): (u64, u64, u64),
        file: &impl ReaderAt,
        name: &dyn Fn(usize) -> String,
        faults: &mut Faults,
    ) -> HashSet<usize> {
        self.spans.sort_by_key(|span| (span.start, span.place));
        let mut overlapping = HashSet::new();
        let mut at = 0;
        let mut before: Option<&Span> = None;
        for span in &self.spans {
            if span.start < at || span.end > directory {
                let what = if span.start < at { "the entry before it" } else { "the directory" };
                faults.add(FaultCode::ZipOverlap, &name(span.place), format!("shares bytes with {what}"));
                overlapping.insert(span.place);
            } else {
                between(before, at, span.start, file, name, faults);
            }
            at = at.max(span.end);
            before = Some(span);
        }
        if at <= directory {
            between(before, at, directory, file, name, faults);
        }
        // The zip64 end record and its locator (APPNOTE 4.3.14, 4.3.15) are 56 and 20 bytes.
        let gap = end_record.saturating_sub(records_end);
        if !matches!(gap, 0 | 76) {
            stray(faults, format!("{gap} bytes between the directory and its end record"));
        }
        match self.size.saturating_sub(end) {
            0 if end > end_record + 22 => stray(faults, format!("a comment of {} bytes", end - end_record - 22)),
            0 => {}
            after => stray(faults, format!("{after} bytes after the end")),
        }
        overlapping
    }
}

/// Checks the bytes between an entry and what follows: nothing, or a data descriptor that fits.
fn between(
    before: Option<&Span>,
    from: u64,
    to: u64,
    file: &impl ReaderAt,
    name: &dyn Fn(usize) -> String,
    faults: &mut Faults,
) {
    let gap = to - from;
    let Some(span) = before else {
        if gap > 0 {
            stray(faults, format!("{gap} bytes before the first entry"));
        }
        return;
    };
    match span.descriptor {
        None if gap == 0 => {}
        Some(declared) if matches!(gap, 12 | 16 | 20 | 24) => {
            if read_descriptor(file, from, gap) != Some(declared) {
                faults.add(FaultCode::ZipHeaderMismatch, &name(span.place), "the data descriptor says something else");
            }
        }
        Some(_) if gap < 12 => {
            faults.add(FaultCode::ZipHeaderMismatch, &name(span.place), "there is no data descriptor");
        }
        _ => faults.add(FaultCode::ZipStrayData, &name(span.place), format!("{gap} bytes after this entry")),
    }
}

/// A data descriptor of 12 or 20 bytes, or with its signature of 16 or 24.
fn read_descriptor(file: &impl ReaderAt, at: u64, size: u64) -> Option<(u32, u64, u64)> {
    let mut buffer = [0; 24];
    let bytes = buffer.get_mut(..usize::try_from(size).ok()?)?;
    let mut read = 0;
    while read < bytes.len() {
        match file.read_at(&mut bytes[read..], at + u64::try_from(read).ok()?).ok()? {
            0 => return None,
            n => read += n,
        }
    }
    let body = if size.is_multiple_of(8) { bytes.strip_prefix(b"PK\x07\x08")? } else { bytes };
    let (crc, sizes) = body.split_first_chunk::<4>()?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let (packed, unpacked) = sizes.split_at(sizes.len() / 2);
    Some((u32::from_le_bytes(*crc), number(packed), number(unpacked)))
}

fn stray(faults: &mut Faults, detail: String) {
    faults.add_global(FaultCode::ZipStrayData, detail);
}
