//! A record as rows of the database: made once, compared by a digest of all that it says, written with its files as
//! streams.

use super::cells::{column_value, text_of};
use super::error::{ImportError, LARGEST};
use super::names::Names;
use super::tables::{columns, quoted, table};
use crate::archive::import::{ArchivedRecord, ArchivedValue, VerifiedArchive};
use crate::records::record::ADDITIONAL;
use crate::records::{Cell, FileRef, Json, Kind};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, MAIN_DB};
use sha2::{Digest, Sha256};

/// A record with its children, ready to be written.
#[derive(Debug)]
pub struct Row {
    kind: Kind,
    /// The columns that every table has, but for those that place it, then the fields.
    cells: Vec<(String, Cell)>,
    files: Vec<(String, FileRef)>,
    children: Vec<Row>,
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// A record of its own.
    Record {
        /// Its number where it replaces another, else none.
        id: Option<i64>,
        /// The data subject.
        data_subject: i64,
        /// The archive.
        archive: i64,
        /// Its line.
        position: i64,
        /// The digest of all that it says.
        digest: &'a str,
    },
    /// A child.
    Child {
        /// The number of the parent.
        parent: i64,
        /// Its place among its parent's children, from 1.
        position: i64,
    },
}

impl Row {
    /// The row of a record.
    ///
    /// # Errors
    /// When a file is larger than a value can be.
    pub fn of(record: &ArchivedRecord, names: &Names) -> Result<Row, ImportError> {
        let text = |text: &str| Cell::Text(text.as_bytes().to_vec());
        let json = |json: &Option<Json>| json.as_ref().map_or(Cell::Null, |json| text(&text_of(json)));
        let mut row = Row { kind: record.kind, cells: Vec::new(), files: Vec::new(), children: Vec::new() };
        let mut put = |name: &str, cell| row.cells.push((name.to_owned(), cell));
        put("uid", text(&record.uid));
        put("collection", text(names.collection(record)));
        put("activity", text(names.activity(&record.activity)));
        put("origin", text(&record.origin));
        put("restricted", Cell::Integer(record.restricted.into()));
        put("withheld", json(&record.withheld));
        put("verbatim", json(&record.verbatim));
        let known = columns(record.kind);
        let (mut fields, mut labels, mut as_json) = (Vec::new(), Vec::new(), Vec::new());
        for (path, value) in &record.fields {
            fields.push(Json::String(path.clone()));
            let column = match path.strip_prefix(ADDITIONAL) {
                Some(field) => names.additional(record.kind, field).cloned(),
                None => known.iter().find(|column| column.path == *path).cloned(),
            };
            // Every field has its column: those of the catalogue by the layout, the others since the archive was surveyed.
            let Some(column) = column else { return Err(ImportError::Invalid("a field has no column".into())) };
            match value {
                ArchivedValue::File(file) if file.bytes > LARGEST => return Err(ImportError::TooLarge(file.bytes)),
                ArchivedValue::File(file) => row.files.push((column.name, file.clone())),
                ArchivedValue::Json(value) => {
                    let held = column_value(&column, value);
                    labels.extend(held.label.map(|label| (path.clone(), Json::String(label))));
                    as_json.extend(held.is_json.then(|| Json::String(path.clone())));
                    row.cells.push((column.name, held.cell));
                }
            }
        }
        if let (Some(_), Some(key)) = (&record.children, record.kind.nests_as()) {
            fields.push(Json::String(key.to_owned()));
        }
        let mut form = vec![("fields".to_owned(), Json::Array(fields))];
        form.extend((!labels.is_empty()).then(|| ("labels".to_owned(), Json::Object(labels))));
        form.extend((!as_json.is_empty()).then(|| ("json".to_owned(), Json::Array(as_json))));
        row.cells.push(("form".to_owned(), text(&text_of(&Json::Object(form)))));
        for child in record.children.iter().flatten() {
            row.children.push(Row::of(child, names)?);
        }
        Ok(row)
    }

    /// The SHA-256 of everything that the record and its children say, their files by what they hold, in hexadecimal
    /// digits. Where a file stood in its archive does not count.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        self.hash(&mut hasher);
        crate::archive::container::hex(&hasher.finalize())
    }

    fn hash(&self, hasher: &mut Sha256) {
        let mut piece = |tag: u8, bytes: &[u8]| {
            hasher.update([tag]);
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        piece(b'k', self.kind.name().as_bytes());
        for (name, cell) in &self.cells {
            piece(b'n', name.as_bytes());
            match cell {
                Cell::Integer(number) => piece(b'i', &number.to_be_bytes()),
                Cell::Exact(bytes) | Cell::Text(bytes) | Cell::Blob(bytes) => piece(b't', bytes),
                Cell::Real(_) | Cell::Null | Cell::Large(_) => piece(b'0', &[]),
            }
        }
        for (name, file) in &self.files {
            piece(b'f', name.as_bytes());
            piece(b's', file.sha256.as_bytes());
        }
        for child in &self.children {
            child.hash(hasher);
        }
    }

    /// Writes the row, its files and its children.
    ///
    /// # Errors
    /// When the database cannot be written or a file cannot be read.
    pub fn write(
        &self,
        connection: &Connection,
        archive: &VerifiedArchive,
        place: Place<'_>,
    ) -> Result<(), ImportError> {
        let own: Vec<(&str, Cell)> = match place {
            Place::Record { id, data_subject, archive, position, digest } => vec![
                ("id", id.map_or(Cell::Null, Cell::Integer)),
                ("data_subject", Cell::Integer(data_subject)),
                ("archive", Cell::Integer(archive)),
                ("position", Cell::Integer(position)),
                ("digest", Cell::Text(digest.as_bytes().to_vec())),
            ],
            Place::Child { parent, position } => {
                vec![("parent", Cell::Integer(parent)), ("position", Cell::Integer(position))]
            }
        };
        let name = table(self.kind);
        let mut named: Vec<(String, Bound<'_>)> = Vec::new();
        named.extend(own.iter().map(|(name, cell)| (quoted(name), Bound::Cell(cell))));
        named.extend(self.cells.iter().map(|(name, cell)| (quoted(name), Bound::Cell(cell))));
        named.extend(self.files.iter().map(|(name, file)| (quoted(name), Bound::Room(file.bytes))));
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<String> = (1..=named.len()).map(|nth| format!("?{nth}")).collect();
        let sql = format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), places.join(", "));
        let values: Vec<&dyn ToSql> = named.iter().map(|(_, bound)| bound as &dyn ToSql).collect();
        connection.prepare_cached(&sql)?.execute(values.as_slice())?;
        let id = connection.last_insert_rowid();
        for (column, file) in self.files.iter().filter(|(_, file)| file.bytes > 0) {
            let mut blob = connection.blob_open(MAIN_DB, name.as_str(), column.as_str(), id, false)?;
            archive.copy(file, &mut blob).map_err(ImportError::doing("copying a file of the archive"))?;
        }
        for (child, position) in self.children.iter().zip(1..) {
            child.write(connection, archive, Place::Child { parent: id, position })?;
        }
        Ok(())
    }

    /// How many files it has, its children's too, and their bytes.
    pub fn files(&self) -> (u64, u64) {
        let own = (self.files.len() as u64, self.files.iter().map(|(_, file)| file.bytes).sum());
        self.children.iter().map(Row::files).fold(own, |(files, bytes), (more, larger)| (files + more, bytes + larger))
    }
}

/// A value to be written, or room for a file of so many bytes.
enum Bound<'c> {
    Cell(&'c Cell),
    Room(u64),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Bound::Cell(Cell::Integer(number)) => ToSqlOutput::from(*number),
            Bound::Cell(Cell::Real(number)) => ToSqlOutput::from(*number),
            Bound::Cell(Cell::Exact(bytes) | Cell::Text(bytes)) => ToSqlOutput::Borrowed(ValueRef::Text(bytes)),
            Bound::Cell(Cell::Blob(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Bound::Cell(Cell::Null | Cell::Large(_)) => ToSqlOutput::Borrowed(ValueRef::Null),
            Bound::Room(bytes) => ToSqlOutput::ZeroBlob(*bytes),
        })
    }
}
