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
    /// Its place in the zip or folder, in which nothing is sorted.
    pub(super) place: usize,
}

/// All files.
#[derive(Debug, Default)]
pub(super) struct List {
    names: String,
    files: Vec<Listed>,
}

#[derive(Debug, Clone, Copy)]
struct Listed {
    /// Where its name begins.
    name: usize,
    length: u32,
    place: u32,
    bytes: u64,
    readable: bool,
}

impl List {
    /// Adds a file behind those that are there.
    pub(super) fn push(&mut self, entry: Entry<'_>) {
        let Entry { name, bytes, readable, place } = entry;
        // A name is at most three times the 64 KiB that a zip allows, or what a system takes for a path; the places of
        // more files than a number has do not fit into any memory.
        let number = |size| u32::try_from(size).unwrap_or(u32::MAX);
        let (length, place) = (number(name.len()), number(place));
        self.files.push(Listed { name: self.names.len(), length, place, bytes, readable });
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

    /// The name of the file with this place, as long as they are in the order of their places.
    pub(super) fn name_of_place(&self, place: usize) -> Option<&str> {
        let at = self.files.binary_search_by(|file| (file.place as usize).cmp(&place)).ok()?;
        self.get(at).map(|entry| entry.name)
    }

    /// Of all, whether they can be opened, as long as what is known of them says so.
    pub(super) fn keep_readable(&mut self, readable: impl Fn(usize) -> bool) {
        for file in &mut self.files {
            file.readable &= readable(file.place as usize);
        }
    }

    /// Sorts them by the bytes of their names, then by their places.
    pub(super) fn sort(&mut self) {
        let names = self.names.as_bytes();
        let name = |file: &Listed| &names[file.name..file.name + file.length as usize];
        self.files.sort_by(|a, b| name(a).cmp(name(b)).then(a.place.cmp(&b.place)));
    }

    /// When they are sorted: the first whose name is this text or comes after it.
    pub(super) fn not_before(&self, name: &str) -> usize {
        self.files.partition_point(|file| self.entry(file).name.as_bytes() < name.as_bytes())
    }

    fn entry(&self, file: &Listed) -> Entry<'_> {
        let Listed { name, length, place, bytes, readable } = *file;
        let name = self.names.get(name..name + length as usize).unwrap_or_default();
        Entry { name, bytes, readable, place: place as usize }
    }
}
