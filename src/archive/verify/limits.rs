//! How much a stranger's archive may ask of the reader.

/// What is too much. The defaults let the largest archive through that a person can be expected to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most files in an archive.
    pub entries: u64,
    /// Most bytes of all files together, unpacked.
    pub total_bytes: u64,
    /// Most bytes that one packed byte may become, in entries of at least [`Limits::ratio_from`] bytes. Deflate reaches
    /// 1032, as an honest archive with an empty disk image does; who declares more has lied.
    pub ratio: u64,
    /// Entries smaller than this do no harm, however well they compress.
    pub ratio_from: u64,
    /// Most bytes of a line of a record file, of a cell of a table and of a document that is read as a whole.
    pub piece_bytes: u64,
    /// Most bytes of datapackage.json, which describes every file.
    pub index_bytes: u64,
    /// Faults of each code that are kept; the others are counted.
    pub faults: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            entries: 5_000_000,
            total_bytes: 1 << 40,
            ratio: 1_032,
            ratio_from: 64 << 20,
            piece_bytes: 256 << 20,
            index_bytes: 4 << 30,
            faults: 1_000,
        }
    }
}
