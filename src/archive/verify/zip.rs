//! Reading a zip file that nobody vouches for: the directory is listed raw, so that duplicates show, and compared with
//! what stands in front of each entry (APPNOTE 6.3.10, sections 4.3 and 4.4).

use super::fault::{FaultCode, Faults};
use super::inflate::Inflate;
use super::limits::Limits;
use super::reading::buffer_size;
use super::source::Source;
use super::tree::{Broken, Entry};
use super::zip_layout::{Layout, Span};
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord};
use std::io::{self, BufReader, Read};

/// An open zip file and what its directory says of each entry.
#[derive(Debug)]
pub(super) struct Zip {
    archive: Option<ZipArchive<Source>>,
    members: Vec<Member>,
    /// Why not even the directory could be read, where the system says so.
    failure: Option<io::Error>,
}

/// An entry of the directory.
#[derive(Debug)]
struct Member {
    wayfinder: ZipArchiveEntryWayfinder,
    deflated: bool,
    crc: u32,
}

impl Zip {
    /// Lists the entries of a zip file, files and folders, and checks how they lie in it.
    pub(super) fn open(file: Source, limits: &Limits, faults: &mut Faults) -> (Zip, Vec<Entry>, Vec<String>) {
        let size = file.size();
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let archive = match rawzip::ZipLocator::new().locate_in_reader(file, &mut buffer, size) {
            Ok(archive) => archive,
            Err((file, error)) => {
                faults.add_global(FaultCode::ZipUnreadable, error.to_string());
                let (zip, entries, folders) = Zip::unread();
                return (Zip { failure: file.failure(), ..zip }, entries, folders);
            }
        };
        let (members, entries, folders) = (Vec::new(), Vec::new(), Vec::new());
        let mut listing = Listing { limits, faults, members, entries, folders, layout: Layout::new(size) };
        listing.read(&archive, &mut buffer);
        let Listing { members, entries, folders, .. } = listing;
        let folders = folders.into_iter().map(|(_, name)| name.strip_suffix('/').unwrap_or(&name).to_owned()).collect();
        (Zip { archive: Some(archive), members, failure: None }, entries, folders)
    }

    /// A file that cannot be looked into, for a fault that was added.
    pub(super) fn unread() -> (Zip, Vec<Entry>, Vec<String>) {
        (Zip { archive: None, members: Vec::new(), failure: None }, Vec::new(), Vec::new())
    }

    /// Whether a part of it did not decrypt.
    pub(super) fn is_broken(&self) -> bool {
        self.archive.as_ref().is_some_and(|archive| archive.get_ref().is_broken())
    }

    /// What the system said when it could not read a part of it.
    pub(super) fn failure(&self) -> Option<io::Error> {
        let seen = self.archive.as_ref().and_then(|archive| archive.get_ref().failure());
        seen.or_else(|| self.failure.as_ref().map(|error| io::Error::new(error.kind(), error.to_string())))
    }

    /// A reader over the unpacked bytes of an entry, which checks them against the directory.
    pub(super) fn reader(&self, place: usize) -> io::Result<Box<dyn Read + '_>> {
        let (archive, member) =
            self.archive.as_ref().zip(self.members.get(place)).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        let entry = archive.get_entry(member.wayfinder).map_err(|error| unpacking(&error.to_string()))?;
        let packed = entry.reader();
        let buffer = buffer_size(member.wayfinder.compressed_size_hint());
        let inner: Unpacked<_> = if member.deflated {
            Unpacked::Deflated(Inflate::new(BufReader::with_capacity(buffer, packed)))
        } else {
            Unpacked::Stored(packed)
        };
        let declared = member.wayfinder.uncompressed_size_hint();
        let packed_size = member.wayfinder.compressed_size_hint();
        Ok(Box::new(Checked {
            inner,
            crc: crc32fast::Hasher::new(),
            expected: member.crc,
            declared,
            packed_size,
            read: 0,
        }))
    }
}

/// The state of listing.
struct Listing<'a> {
    limits: &'a Limits,
    faults: &'a mut Faults,
    members: Vec<Member>,
    entries: Vec<Entry>,
    /// With their places.
    folders: Vec<(usize, String)>,
    layout: Layout,
}

impl Listing<'_> {
    fn read(&mut self, archive: &ZipArchive<Source>, buffer: &mut [u8]) {
        let mut directory = archive.entries(buffer);
        let mut local = vec![0; 2 * usize::from(u16::MAX)];
        let (mut count, mut total) = (0u64, 0u64);
        let mut directory_end = archive.directory_offset();
        loop {
            let header = match directory.next_entry() {
                Ok(Some(header)) => header,
                Ok(None) => break,
                Err(error) => return self.faults.add_global(FaultCode::ZipUnreadable, error.to_string()),
            };
            count += 1;
            if count > self.limits.entries {
                return self.faults.add_global(FaultCode::TooManyEntries, format!("more than {}", self.limits.entries));
            }
            total = total.saturating_add(header.uncompressed_size_hint());
            directory_end = header.central_directory_offset() + central_size(&header);
            self.member(archive, &header, &mut local);
        }
        if count != archive.entries_hint() {
            let detail = format!("the directory has {count} entries, its end says {}", archive.entries_hint());
            self.faults.add_global(FaultCode::ZipUnreadable, detail);
        }
        if total > self.limits.total_bytes {
            let detail = format!("{total} bytes, at most {} are allowed", self.limits.total_bytes);
            self.faults.add_global(FaultCode::TooLarge, detail);
        }
        let end = (directory_end, archive.eocd_offset(), archive.end_offset());
        let Listing { entries, folders, layout, faults, .. } = self;
        let name = |place| match entries.binary_search_by_key(&place, |entry| entry.place) {
            Ok(at) => entries[at].name.clone(),
            Err(_) => match folders.binary_search_by_key(&place, |(at, _)| *at) {
                Ok(at) => folders[at].1.clone(),
                Err(_) => String::new(),
            },
        };
        let overlapping = layout.check(archive.directory_offset(), end, archive.get_ref(), &name, faults);
        for entry in &mut self.entries {
            entry.readable &= !overlapping.contains(&entry.place);
        }
    }

    fn member(&mut self, archive: &ZipArchive<Source>, header: &ZipFileHeaderRecord<'_>, local: &mut [u8]) {
        let raw = header.file_path();
        let name = String::from_utf8_lossy(raw.as_bytes()).into_owned();
        if std::str::from_utf8(raw.as_bytes()).is_err() {
            self.faults.add(FaultCode::NameNotPortable, &name, "not UTF-8");
        }
        let (packed, bytes) = (header.compressed_size_hint(), header.uncompressed_size_hint());
        let method = header.compression_method();
        let mut readable = true;
        let mut refuse = |faults: &mut Faults, code, detail: String| {
            faults.add(code, &name, detail);
            readable = false;
        };
        if header.flags().is_encrypted() || header.flags().has_strong_encryption() {
            refuse(self.faults, FaultCode::Encrypted, "the entry is encrypted".into());
        } else if method != CompressionMethod::STORE && method != CompressionMethod::DEFLATE {
            refuse(self.faults, FaultCode::ZipMethod, format!("method {}", method.as_u16()));
        } else if bytes >= self.limits.ratio_from && bytes / packed.max(1) > self.limits.ratio {
            let detail = format!("{packed} bytes unpack to {bytes}; at most {} times are allowed", self.limits.ratio);
            refuse(self.faults, FaultCode::CompressionRatio, detail);
        }
        // S_IFLNK in the upper half; FAT systems have no links. rawzip reads the mode by the system that made the entry,
        // but unpackers differ, so the bits count whoever claims to have set them.
        let file_type = header.external_attributes() >> 16 & 0o170_000;
        if file_type == 0o120_000 {
            refuse(self.faults, FaultCode::SymbolicLink, "in the external attributes".into());
        } else if !matches!(file_type, 0 | 0o100_000 | 0o040_000) {
            refuse(self.faults, FaultCode::NotAFile, format!("type {file_type:o} in the external attributes"));
        }
        match local_header(archive, header, local) {
            Ok((span, mismatch)) => {
                if let Some((code, detail)) = mismatch {
                    self.faults.add(code, &name, detail);
                }
                self.layout.spans.push(Span { place: self.members.len(), ..span });
            }
            Err(detail) => refuse(self.faults, FaultCode::ZipEntryUnreadable, detail),
        }
        if header.is_dir() {
            if bytes > 0 {
                self.faults.add(FaultCode::NotAFile, &name, "a folder with content");
            }
            self.folders.push((self.members.len(), name));
        } else {
            self.entries.push(Entry { name, bytes, readable, place: self.members.len() });
        }
        let deflated = method == CompressionMethod::DEFLATE;
        self.members.push(Member { wayfinder: header.wayfinder(), deflated, crc: header.crc32() });
    }
}

/// The size of a record of the directory.
fn central_size(header: &ZipFileHeaderRecord<'_>) -> u64 {
    let variable =
        header.file_path().len() + header.extra_fields().remaining_bytes().len() + header.comment().as_bytes().len();
    46 + u64::try_from(variable).unwrap_or(0)
}

/// Where an entry lies, and what its own header says otherwise than the directory.
fn local_header(
    archive: &ZipArchive<Source>,
    header: &ZipFileHeaderRecord<'_>,
    buffer: &mut [u8],
) -> Result<(Span, Option<(FaultCode, String)>), String> {
    let entry = archive.get_entry(header.wayfinder()).map_err(|error| error.to_string())?;
    let (_, end) = entry.compressed_data_range();
    let local = entry.local_header(buffer).map_err(|error| error.to_string())?;
    let described = local.flags().has_data_descriptor();
    let sizes = |hint: u64, size: u64| hint == size || (described && hint == 0);
    let mismatch = if local.file_path().as_bytes() != header.file_path().as_bytes() {
        Some((FaultCode::ZipNameMismatch, "the name before the data is another".to_owned()))
    } else {
        let differs = [
            ("method", local.compression_method() != header.compression_method()),
            ("flags", local.flags() != header.flags()),
            ("CRC-32", !sizes(local.crc32().into(), header.crc32().into())),
            ("packed size", !sizes(local.compressed_size_hint(), header.compressed_size_hint())),
            ("size", !sizes(local.uncompressed_size_hint(), header.uncompressed_size_hint())),
        ];
        let differs = differs.iter().find(|(_, differs)| *differs);
        differs.map(|(what, _)| (FaultCode::ZipHeaderMismatch, format!("the {what} before the data is another")))
    };
    let descriptor =
        described.then(|| (header.crc32(), header.compressed_size_hint(), header.uncompressed_size_hint()));
    let start = header.local_header_offset();
    Ok((Span { place: 0, start, end, descriptor }, mismatch))
}

fn unpacking(detail: &str) -> io::Error {
    Broken::error(FaultCode::ZipEntryUnreadable, detail)
}

/// The data of an entry as they are unpacked.
enum Unpacked<R> {
    Stored(R),
    Deflated(Inflate<BufReader<R>>),
}

/// Stops where an entry gives more than was declared, and compares size and CRC-32 at its end.
struct Checked<R> {
    inner: Unpacked<R>,
    crc: crc32fast::Hasher,
    expected: u32,
    declared: u64,
    packed_size: u64,
    read: u64,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.inner {
            Unpacked::Stored(reader) => reader.read(buffer),
            Unpacked::Deflated(reader) => reader.read(buffer),
        };
        let read = read.map_err(|error| unpacking(&format!("after {} bytes: {}", self.read, error.kind())))?;
        self.read += u64::try_from(read).unwrap_or(u64::MAX);
        self.crc.update(&buffer[..read]);
        let size = |detail: String| Broken::error(FaultCode::ZipSize, detail);
        if self.read > self.declared {
            return Err(size(format!("more than the declared {} bytes", self.declared)));
        }
        if read > 0 {
            return Ok(read);
        }
        if self.read < self.declared {
            return Err(size(format!("{} bytes, declared are {}", self.read, self.declared)));
        }
        if let Unpacked::Deflated(reader) = &self.inner
            && reader.total_in() != self.packed_size
        {
            return Err(size(format!("only {} of {} packed bytes are data", reader.total_in(), self.packed_size)));
        }
        let crc = self.crc.clone().finalize();
        if crc != self.expected {
            return Err(Broken::error(FaultCode::ZipCrc, format!("{crc:08x}, declared is {:08x}", self.expected)));
        }
        Ok(0)
    }
}
