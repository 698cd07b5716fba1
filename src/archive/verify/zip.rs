//! Reading a zip file that nobody vouches for: the directory is listed raw, so that duplicates show, and compared with
//! what stands in front of each entry (APPNOTE 6.3.10, sections 4.3 and 4.4).

use super::beside;
use super::fault::{FaultCode, Faults};
use super::inflate::{self, Inflate};
use super::limits::Limits;
use super::list::{Entry, Found, List};
use super::reading::{SMALL, buffer_size};
use super::source::Source;
use super::tree::Broken;
use super::zip_layout::{Layout, Span};
use rawzip::{CompressionMethod, EntryFlags, ErrorKind, RangeReader, ReaderAt};
use rawzip::{ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord, ZipLocalFileHeader};
use std::io::{self, BufReader, Read};

/// How many entries of the directory are held while their own headers are looked at.
const TOGETHER: usize = 4096;

/// An open zip file.
#[derive(Debug)]
pub(super) struct Zip {
    archive: Option<ZipArchive<Source>>,
    /// Why not even the directory could be read, where the system says so.
    failure: Option<io::Error>,
}

impl Zip {
    /// Lists the entries of a zip file, files and folders, and checks how they lie in it.
    pub(super) fn open(file: Source, limits: &Limits, faults: &mut Faults) -> (Zip, List, Vec<String>) {
        let size = file.size();
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let archive = match rawzip::ZipLocator::new().locate_in_reader(file, &mut buffer, size) {
            Ok(archive) => archive,
            Err((file, error)) => {
                faults.add_global(FaultCode::ZipUnreadable, error.to_string());
                let (zip, list, folders) = Zip::unread();
                return (Zip { failure: file.failure(), ..zip }, list, folders);
            }
        };
        let (list, folders) = (List::default(), Vec::new());
        let mut listing = Listing { limits, faults, list, folders, layout: Layout::new(size) };
        listing.read(&archive, &mut buffer);
        let Listing { list, folders, .. } = listing;
        let folders = folders.into_iter().map(|(_, name)| name.strip_suffix('/').unwrap_or(&name).to_owned()).collect();
        (Zip { archive: Some(archive), failure: None }, list, folders)
    }

    /// A file that cannot be looked into, for a fault that was added.
    pub(super) fn unread() -> (Zip, List, Vec<String>) {
        (Zip { archive: None, failure: None }, List::default(), Vec::new())
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
    pub(super) fn reader(&self, entry: &Entry<'_>) -> io::Result<Box<dyn Read + '_>> {
        let archive = self.archive.as_ref().ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        let Found { start, packed: packed_size, crc: expected, deflated } = entry.found;
        let packed = RangeReader::new(archive.get_ref(), start..start.saturating_add(packed_size));
        let inner: Unpacked<_> = if deflated {
            Unpacked::Deflated(Inflate::new(BufReader::with_capacity(buffer_size(packed_size), packed)))
        } else {
            Unpacked::Stored(packed)
        };
        let crc = crc32fast::Hasher::new();
        Ok(Box::new(Checked { inner, crc, expected, declared: entry.bytes, packed_size, read: 0 }))
    }

    /// What `look` makes of a small entry that is what the directory declares; about any other, [`Zip::reader`] knows
    /// what is wrong.
    pub(super) fn whole<T>(&self, entry: &Entry<'_>, look: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let archive = self.archive.as_ref()?;
        let Found { start, packed, crc, deflated } = entry.found;
        let small = |bytes: u64| usize::try_from(bytes).ok().filter(|_| bytes <= SMALL);
        let (declared, packed) = (small(entry.bytes)?, small(packed)?);
        inflate::with_buffers(|buffers| {
            let packed = buffers.packed(packed);
            archive.get_ref().read_exact_at(packed, start).ok()?;
            let bytes = if deflated { buffers.unpack(declared)? } else { packed };
            (bytes.len() == declared && crc32fast::hash(bytes) == crc).then(|| look(bytes))
        })
    }
}

/// The state of listing.
struct Listing<'a> {
    limits: &'a Limits,
    faults: &'a mut Faults,
    list: List,
    /// With their places in the directory.
    folders: Vec<(usize, String)>,
    layout: Layout,
}

impl Listing<'_> {
    fn read(&mut self, archive: &ZipArchive<Source>, buffer: &mut [u8]) {
        let mut directory = archive.entries(buffer);
        let mut claims = Vec::new();
        let (mut count, mut total) = (0u64, 0u64);
        let mut directory_end = archive.directory_offset();
        loop {
            let header = match directory.next_entry() {
                Ok(Some(header)) => header,
                Ok(None) => break,
                Err(error) => {
                    self.members(archive, &mut claims);
                    return self.faults.add_global(FaultCode::ZipUnreadable, error.to_string());
                }
            };
            count += 1;
            if count > self.limits.entries {
                self.members(archive, &mut claims);
                return self.faults.add_global(FaultCode::TooManyEntries, format!("more than {}", self.limits.entries));
            }
            total = total.saturating_add(header.uncompressed_size_hint());
            directory_end = header.central_directory_offset() + central_size(&header);
            claims.push(Claim::of(&header));
            if claims.len() == TOGETHER {
                self.members(archive, &mut claims);
            }
        }
        self.members(archive, &mut claims);
        if count != archive.entries_hint() {
            let detail = format!("the directory has {count} entries, its end says {}", archive.entries_hint());
            self.faults.add_global(FaultCode::ZipUnreadable, detail);
        }
        if total > self.limits.total_bytes {
            let detail = format!("{total} bytes, at most {} are allowed", self.limits.total_bytes);
            self.faults.add_global(FaultCode::TooLarge, detail);
        }
        let end = (directory_end, archive.eocd_offset(), archive.end_offset());
        let Listing { list, folders, layout, faults, .. } = self;
        // Which folder stands at a place, or which file: those that are no folders, in their order.
        let find = |place| folders.binary_search_by_key(&place, |(at, _)| *at).map_err(|before| place - before);
        let name = |place| match find(place) {
            Ok(at) => folders[at].1.clone(),
            Err(at) => list.get(at).map(|entry| entry.name.to_owned()).unwrap_or_default(),
        };
        let overlapping = layout.check(archive.directory_offset(), end, archive.get_ref(), &name, faults);
        for at in overlapping.into_iter().filter_map(|place| find(place).err()) {
            list.set_unreadable(at);
        }
    }

    /// Takes entries of the directory, in their order, when their own headers have been looked at.
    fn members(&mut self, archive: &ZipArchive<Source>, claims: &mut Vec<Claim>) {
        let threads = if archive.get_ref().is_decrypted() { 1 } else { beside::most() };
        let headers = beside::each(claims, threads, |claim| claim.local_header(archive));
        for (claim, header) in claims.drain(..).zip(headers) {
            self.member(&claim, header);
        }
    }

    fn member(&mut self, claim: &Claim, header: Result<Header, String>) {
        let name = String::from_utf8_lossy(&claim.name);
        if std::str::from_utf8(&claim.name).is_err() {
            self.faults.add(FaultCode::NameNotPortable, &name, "not UTF-8");
        }
        let Claim { packed, bytes, method, .. } = *claim;
        let mut readable = true;
        let mut refuse = |faults: &mut Faults, code, detail: String| {
            faults.add(code, &name, detail);
            readable = false;
        };
        if claim.flags.is_encrypted() || claim.flags.has_strong_encryption() {
            refuse(self.faults, FaultCode::Encrypted, "the entry is encrypted".into());
        } else if method != CompressionMethod::STORE && method != CompressionMethod::DEFLATE {
            refuse(self.faults, FaultCode::ZipMethod, format!("method {}", method.as_u16()));
        } else if bytes >= self.limits.ratio_from && bytes / packed.max(1) > self.limits.ratio {
            let detail = format!("{packed} bytes unpack to {bytes}; at most {} times are allowed", self.limits.ratio);
            refuse(self.faults, FaultCode::CompressionRatio, detail);
        }
        // S_IFLNK in the upper half; FAT systems have no links. rawzip reads the mode by the system that made the entry,
        // but unpackers differ, so the bits count whoever claims to have set them.
        let file_type = claim.attributes >> 16 & 0o170_000;
        if file_type == 0o120_000 {
            refuse(self.faults, FaultCode::SymbolicLink, "in the external attributes".into());
        } else if !matches!(file_type, 0 | 0o100_000 | 0o040_000) {
            refuse(self.faults, FaultCode::NotAFile, format!("type {file_type:o} in the external attributes"));
        }
        let (place, mut start) = (self.list.len() + self.folders.len(), 0);
        match header {
            Ok(header) => {
                if let Some((code, detail)) = header.mismatch {
                    self.faults.add(code, &name, detail);
                }
                start = header.data;
                let descriptor = header.described.then_some((claim.crc, packed, bytes));
                let end = header.data.saturating_add(packed);
                self.layout.spans.push(Span { place, start: claim.start, end, descriptor });
            }
            Err(detail) => refuse(self.faults, FaultCode::ZipEntryUnreadable, detail),
        }
        if claim.is_dir {
            if bytes > 0 {
                self.faults.add(FaultCode::NotAFile, &name, "a folder with content");
            }
            self.folders.push((place, name.into_owned()));
        } else {
            let found = Found { start, packed, crc: claim.crc, deflated: method == CompressionMethod::DEFLATE };
            self.list.push(Entry { name: &name, bytes, readable, found });
        }
    }
}

/// The size of a record of the directory.
fn central_size(header: &ZipFileHeaderRecord<'_>) -> u64 {
    let variable =
        header.file_path().len() + header.extra_fields().remaining_bytes().len() + header.comment().as_bytes().len();
    46 + u64::try_from(variable).unwrap_or(0)
}

/// What the directory says of an entry.
struct Claim {
    wayfinder: ZipArchiveEntryWayfinder,
    name: Vec<u8>,
    flags: EntryFlags,
    method: CompressionMethod,
    crc: u32,
    packed: u64,
    bytes: u64,
    /// Where its own header begins.
    start: u64,
    attributes: u32,
    is_dir: bool,
}

/// What its own header says.
struct Header {
    /// Where the packed bytes begin.
    data: u64,
    /// Whether a data descriptor follows.
    described: bool,
    /// What it says otherwise than the directory.
    mismatch: Option<(FaultCode, String)>,
}

impl Claim {
    fn of(header: &ZipFileHeaderRecord<'_>) -> Claim {
        Claim {
            wayfinder: header.wayfinder(),
            name: header.file_path().as_bytes().to_owned(),
            flags: header.flags(),
            method: header.compression_method(),
            crc: header.crc32(),
            packed: header.compressed_size_hint(),
            bytes: header.uncompressed_size_hint(),
            start: header.local_header_offset(),
            attributes: header.external_attributes(),
            is_dir: header.is_dir(),
        }
    }

    fn local_header(&self, archive: &ZipArchive<Source>) -> Result<Header, String> {
        let entry = archive.get_entry(self.wayfinder).map_err(|error| error.to_string())?;
        let (data, _) = entry.compressed_data_range();
        let mut buffer = [0; 512];
        match entry.local_header(&mut buffer) {
            Ok(local) => Ok(self.compare(data, &local)),
            Err(error) if matches!(error.kind(), ErrorKind::BufferTooSmall { .. }) => {
                let mut buffer = vec![0; 2 * usize::from(u16::MAX)];
                let local = entry.local_header(&mut buffer).map_err(|error| error.to_string())?;
                Ok(self.compare(data, &local))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn compare(&self, data: u64, local: &ZipLocalFileHeader<'_>) -> Header {
        let described = local.flags().has_data_descriptor();
        let sizes = |hint: u64, size: u64| hint == size || (described && hint == 0);
        let mismatch = if local.file_path().as_bytes() != self.name {
            Some((FaultCode::ZipNameMismatch, "the name before the data is another".to_owned()))
        } else {
            let differs = [
                ("method", local.compression_method() != self.method),
                ("flags", local.flags() != self.flags),
                ("CRC-32", !sizes(local.crc32().into(), self.crc.into())),
                ("packed size", !sizes(local.compressed_size_hint(), self.packed)),
                ("size", !sizes(local.uncompressed_size_hint(), self.bytes)),
            ];
            let differs = differs.iter().find(|(_, differs)| *differs);
            differs.map(|(what, _)| (FaultCode::ZipHeaderMismatch, format!("the {what} before the data is another")))
        };
        Header { data, described, mismatch }
    }
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
