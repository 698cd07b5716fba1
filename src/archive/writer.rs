//! Takes portable records and nothing else, and writes each to every file that it belongs to, in one pass (law 2).

use super::container::{Container, Part, hex};
use super::error::ArchiveError;
use super::facts::Facts;
use super::files::{Files, HeldBack, held_back};
use super::line::write_line;
use super::secrecy::Secrecy;
use super::signature::{SignatureError, SigningKey};
use super::table::{Table, TimesSeen};
use super::unnamed::temporary;
use super::{bag, datapackage, statement};
use crate::records::{Contents, FieldValue, Kind, Record};
use crate::scope::PortableRecord;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use tempfile::TempPath;

/// The byte order mark by which spreadsheets recognise UTF-8 (requirement E8).
const BOM: &[u8] = "\u{feff}".as_bytes();

/// Where portable records go.
pub trait Destination {
    /// Takes a record with its children. What it keeps back of stored files is told, for the ledger.
    ///
    /// # Errors
    /// When it cannot be written, or a file of it cannot be read.
    fn take(&mut self, record: PortableRecord, contents: &dyn Contents) -> Result<Vec<HeldBack>, ArchiveError>;

    /// How many records of each collection were taken.
    fn taken(&self) -> &BTreeMap<String, u64>;
}

/// A destination that keeps only the count, and the contacts where they are asked for: for looking without writing.
#[derive(Debug)]
pub struct Nowhere {
    taken: BTreeMap<String, u64>,
    dropped: Vec<String>,
    contacts: Option<Vec<Record>>,
}

impl Nowhere {
    /// A destination for an archive with these facts, which keeps `contacts` or not.
    pub fn new(facts: &Facts, contacts: bool) -> Nowhere {
        let contacts = contacts.then(Vec::new);
        Nowhere { taken: BTreeMap::new(), dropped: facts.dropped_headers.clone(), contacts }
    }

    /// The contacts that were kept.
    pub fn into_contacts(self) -> Vec<Record> {
        self.contacts.unwrap_or_default()
    }
}

impl Destination for Nowhere {
    fn take(&mut self, record: PortableRecord, contents: &dyn Contents) -> Result<Vec<HeldBack>, ArchiveError> {
        let record = record.into_record();
        count(&mut self.taken, &record);
        let held = held_back(&record, &self.dropped, contents)?;
        if let Some(contacts) = self.contacts.as_mut().filter(|_| record.kind == Kind::Contact) {
            contacts.push(record);
        }
        Ok(held)
    }

    fn taken(&self) -> &BTreeMap<String, u64> {
        &self.taken
    }
}

fn count(taken: &mut BTreeMap<String, u64>, record: &Record) {
    match taken.get_mut(&record.source.collection) {
        Some(count) => *count += 1,
        None => drop(taken.insert(record.source.collection.clone(), 1)),
    }
    record.children().iter().for_each(|child| count(taken, child));
}

/// An archive under way: a file of mode 0600 with a temporary name beside its later place.
pub struct ArchiveWriter {
    container: Container,
    place: TempPath,
    files: Files,
    tables: Vec<Table>,
    records: BTreeMap<Kind, BufWriter<Part>>,
    sheets: BTreeMap<Kind, Sheet>,
    parties: Option<csv::Writer<Part>>,
    taken: BTreeMap<String, u64>,
    digest: super::report::Digest,
}

/// A table under way.
struct Sheet {
    writer: csv::Writer<Part>,
    rows: u64,
    times: Vec<TimesSeen>,
}

/// A table as it was written.
pub struct WrittenTable {
    /// Its columns.
    pub table: Table,
    /// Its rows.
    pub rows: u64,
    /// What its times are like.
    pub times: Vec<TimesSeen>,
}

/// A sealed archive that has no name yet and is not durable yet.
pub struct Sealed {
    /// Where it is.
    pub place: TempPath,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

impl ArchiveWriter {
    /// Begins an archive under a temporary name in this folder. `facts` tells which fields the tables have, `secrecy` how
    /// the delivered file is encrypted.
    ///
    /// # Errors
    /// When the folder is not there or cannot be written.
    pub fn create(folder: &Path, facts: &Facts, level: u32, secrecy: &Secrecy) -> Result<ArchiveWriter, ArchiveError> {
        let (file, place) = temporary(folder)?.into_parts();
        ArchiveWriter::over(super::eager::Eager::new(file), place, folder, facts, level, secrecy)
    }

    /// Begins an archive that `file` takes in, at this place.
    pub(crate) fn over(
        file: impl Write + Send + 'static,
        place: TempPath,
        folder: &Path,
        facts: &Facts,
        level: u32,
        secrecy: &Secrecy,
    ) -> Result<ArchiveWriter, ArchiveError> {
        Ok(ArchiveWriter {
            container: Container::new(file, folder, level, secrecy, None)?,
            place,
            files: Files::new(facts),
            tables: Kind::ALL.into_iter().map(|kind| Table::of(kind, facts)).collect(),
            records: BTreeMap::new(),
            sheets: BTreeMap::new(),
            parties: None,
            taken: BTreeMap::new(),
            digest: super::report::Digest::new(&facts.controller.time_zone),
        })
    }

    fn row(&mut self, record: &Record, parent: Option<&Record>) -> Result<(), ArchiveError> {
        let doing = ArchiveError::doing("writing a table");
        let Some(table) = self.tables.iter().find(|table| table.kind == record.kind) else { return Ok(()) };
        let sheet = match self.sheets.entry(record.kind) {
            std::collections::btree_map::Entry::Occupied(sheet) => sheet.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let part = self.container.part(table_path(record.kind));
                let headings: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
                let writer = sheet_writer(part, &headings)?;
                place.insert(Sheet { writer, rows: 0, times: vec![TimesSeen::default(); table.columns.len()] })
            }
        };
        sheet.rows += 1;
        let cells = table.cells(record, parent, &mut sheet.times);
        sheet.writer.write_record(cells.iter().map(|cell| cell.as_bytes())).map_err(|error| doing(error.into()))
    }

    fn parties(&mut self, record: &Record) -> Result<(), ArchiveError> {
        for role in ["from", "to", "cc"] {
            let parties = match record.get(role) {
                Some(FieldValue::Party(party)) => std::slice::from_ref(party),
                Some(FieldValue::Parties(parties)) => parties.as_slice(),
                _ => continue,
            };
            for (nth, party) in parties.iter().enumerate() {
                let writer = match &mut self.parties {
                    Some(writer) => writer,
                    none => none.insert(sheet_writer(self.container.part(PARTIES), &PARTY_COLUMNS)?),
                };
                let text = |text: &Option<String>| {
                    super::table::harmless(text.clone().unwrap_or_default().into()).into_owned()
                };
                let position = (nth + 1).to_string();
                writer
                    .write_record([record.uid.as_str(), role, &position, &text(&party.name), &text(&party.address)])
                    .map_err(|error| ArchiveError::doing("writing a table")(error.into()))?;
            }
        }
        Ok(())
    }

    /// Writes everything that is said about the records and seals the archive.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn seal(mut self, facts: &Facts) -> Result<Sealed, ArchiveError> {
        self.files.finish(&mut self.container, facts, &mut self.digest)?;
        for (_, records) in std::mem::take(&mut self.records) {
            let part =
                records.into_inner().map_err(|error| ArchiveError::doing("writing a record")(error.into_error()))?;
            let written = self.container.append(part)?;
            self.digest.file(&written.path, written.bytes);
        }
        let mut tables = Vec::new();
        for (kind, sheet) in std::mem::take(&mut self.sheets) {
            let part = finish_sheet(sheet.writer)?;
            let written = self.container.append(part)?;
            self.digest.file(&written.path, written.bytes);
            if let Some(table) = self.tables.iter().find(|table| table.kind == kind) {
                tables.push(WrittenTable { table: table.clone(), rows: sheet.rows, times: sheet.times });
            }
        }
        if let Some(writer) = self.parties.take() {
            let written = self.container.append(finish_sheet(writer)?)?;
            self.digest.file(&written.path, written.bytes);
        }
        ledger_rules(&mut self.container, &mut self.digest, &tables)?;
        let written = self.container.document("data/statement.jsonld", &statement::statement(facts))?;
        self.digest.file(&written.path, written.bytes);
        let payload = self.container.payload();
        let (manifest, described) = self.container.end_payload()?;
        let mut written = vec![self.container.document("README.html", &super::report::render(facts, &self.digest))?];
        let mut package = self.container.part("datapackage.json");
        datapackage::write(facts, &tables, described, &mut package)
            .map_err(ArchiveError::doing("describing the files of the archive"))?;
        written.push(self.container.append(package)?);
        for (path, bytes) in bag::tag_files(facts, payload) {
            written.push(self.container.bytes(path, &bytes)?);
        }
        written.push(self.container.append(manifest)?);
        self.container.bytes("tagmanifest-sha256.txt", bag::tag_manifest(written).as_bytes())?;
        let (bytes, sha256) = self.container.finish()?;
        Ok(Sealed { place: self.place, bytes, sha256: hex(&sha256) })
    }
}

/// The rules by which hledger and ledger read the table of transactions.
fn ledger_rules(
    container: &mut Container,
    digest: &mut super::report::Digest,
    tables: &[WrittenTable],
) -> Result<(), ArchiveError> {
    let Some(table) = tables.iter().find(|table| table.table.kind == Kind::Transaction) else { return Ok(()) };
    let columns: Vec<&str> = table.table.columns.iter().map(|column| column.name.as_str()).collect();
    if let Some(rules) = super::formats::hledger::rules(&columns) {
        let written = container.bytes(format!("{}.rules", table_path(Kind::Transaction)), rules.as_bytes())?;
        digest.file(&written.path, written.bytes);
    }
    Ok(())
}

const PARTIES: &str = "data/tables/message-parties.csv";

/// The columns of `message-parties`.
pub(super) const PARTY_COLUMNS: [&str; 5] = ["message_uid", "role", "position", "name", "address"];

/// The path of the table of a kind.
pub(super) fn table_path(kind: Kind) -> String {
    format!("data/tables/{}.csv", kind.file_stem())
}

/// The path of the records of a kind; children stand in their parents.
pub(super) fn records_path(kind: Kind) -> String {
    format!("data/records/{}.ndjson", kind.file_stem())
}

fn sheet_writer(mut part: Part, headings: &[&str]) -> Result<csv::Writer<Part>, ArchiveError> {
    part.write_all(BOM).map_err(ArchiveError::doing("writing a table"))?;
    // Every cell is quoted: a lone CR or NUL outside quotes is refused by readers.
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(part);
    writer.write_record(headings).map_err(|error| ArchiveError::doing("writing a table")(error.into()))?;
    Ok(writer)
}

fn finish_sheet(writer: csv::Writer<Part>) -> Result<Part, ArchiveError> {
    writer
        .into_inner()
        .map_err(|error| ArchiveError::doing("writing a table")(std::io::Error::other(error.to_string())))
}

impl Destination for ArchiveWriter {
    fn take(&mut self, record: PortableRecord, contents: &dyn Contents) -> Result<Vec<HeldBack>, ArchiveError> {
        let mut record = record.into_record();
        let held = self.files.write(&mut self.container, &mut record, contents, &mut self.digest)?;
        let begin = || BufWriter::new(self.container.part(records_path(record.kind)));
        let part = self.records.entry(record.kind).or_insert_with(begin);
        write_line(part, &record).map_err(ArchiveError::doing("writing a record"))?;
        self.row(&record, None)?;
        for child in record.children() {
            self.row(child, Some(&record))?;
        }
        self.parties(&record)?;
        self.digest.take(&record);
        count(&mut self.taken, &record);
        Ok(held)
    }

    fn taken(&self) -> &BTreeMap<String, u64> {
        &self.taken
    }
}

impl Sealed {
    /// A signature over the file as it will be delivered.
    ///
    /// # Errors
    /// When it cannot be read again.
    pub fn sign(&self, key: &SigningKey, trusted_comment: &str) -> Result<String, SignatureError> {
        key.sign(File::open(&self.place).map_err(SignatureError::Unreadable)?, trusted_comment)
    }
}
