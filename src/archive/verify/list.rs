//! The files of an archive as they were listed. There may be millions, so their names stand side by side in one text.

/// One file of the archive. Names are as the zip or the file system has them and may be hostile.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'l> {
    /// The path from the archive's root, with `/`.
    pub name: &'l str,
    /// The declared size.
    pub bytes: u64,
    /// Whether it can be opened; if not, a fault says why.
    pub readable: bool,
    /// Where it is found.
    pub(super) found: Found,
}

/// Where a file is found, and what is said of it there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    /// Where its packed bytes begin in the zip; of a folder, which of the paths found in it.
    pub(super) start: u64,
    /// How many packed bytes there are.
    pub(super) packed: u64,
    /// The CRC-32 of its bytes.
    pub(super) crc: u32,
    /// Whether it is compressed.
    pub(super) deflated: bool,
}

/// The bits of [`Listed::length`] that are its length: a name is at most three times the 64 KiB that a zip allows, or what
/// a system takes for a path.
const LENGTH: u32 = (1 << 30) - 1;
const READABLE: u32 = 1 << 31;
const DEFLATED: u32 = 1 << 30;

/// All files.
#[derive(Debug, Default)]
pub(super) struct List {
    names: String,
    files: Vec<Listed>,
}

/// Forty bytes for each file.
#[derive(Debug, Clone, Copy)]
struct Listed {
    /// Where its name begins.
    name: usize,
    bytes: u64,
    start: u64,
    packed: u64,
    crc: u32,
    /// The length of its name, and above it what can be true of it.
    length: u32,
}

impl List {
    /// Adds a file behind those that are there.
    pub(super) fn push(&mut self, entry: Entry<'_>) {
        let Entry { name, bytes, readable, found: Found { start, packed, crc, deflated } } = entry;
        let flag = |flag, is: bool| if is { flag } else { 0 };
        let length = u32::try_from(name.len()).unwrap_or(LENGTH).min(LENGTH);
        let length = length | flag(READABLE, readable) | flag(DEFLATED, deflated);
        self.files.push(Listed { name: self.names.len(), bytes, start, packed, crc, length });
        self.names.push_str(name);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// All, in their order.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Entry<'_>> + Clone {
        self.files.iter().map(|file| self.entry(file))
    }

    /// Those from one on.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = Entry<'_>> {
        self.files.iter().skip(at).map(|file| self.entry(file))
    }

    /// One of them.
    pub(super) fn get(&self, at: usize) -> Option<Entry<'_>> {
        self.files.get(at).map(|file| self.entry(file))
    }

    /// Says of one of them that it cannot be opened.
    pub(super) fn set_unreadable(&mut self, at: usize) {
        if let Some(file) = self.files.get_mut(at) {
            file.length &= !READABLE;
        }
    }

    /// Sorts them by the bytes of their names; those of one name stay in their order.
    pub(super) fn sort(&mut self) {
        self.files.shrink_to_fit();
        self.names.shrink_to_fit();
        let names = self.names.as_bytes();
        let name = |file: &Listed| &names[file.name..file.name + (file.length & LENGTH) as usize];
        self.files.sort_by(|a, b| name(a).cmp(name(b)));
    }

    /// When they are sorted: the first whose name is this text or comes after it.
    pub(super) fn not_before(&self, name: &str) -> usize {
        self.files.partition_point(|file| self.entry(file).name.as_bytes() < name.as_bytes())
    }

    fn entry(&self, file: &Listed) -> Entry<'_> {
        let Listed { name, bytes, start, packed, crc, length } = *file;
        let name = self.names.get(name..name + (length & LENGTH) as usize).unwrap_or_default();
        let found = Found { start, packed, crc, deflated: length & DEFLATED != 0 };
        Entry { name, bytes, readable: length & READABLE != 0, found }
    }
}
