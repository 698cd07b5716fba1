//! A large value, read in pieces, so that it never stands in memory as a whole.

use super::PostgresSnapshot;
use super::column::{Column, Stored};
use super::condition::Values;
use super::names::{name_of, named, names_of_rows, row_id};
use super::query::{cells, columns_of};
use super::session::Value;
use crate::records::{BlobAddress, Cell, RowAddress};
use crate::stores::error::StoreError;
use crate::stores::snapshot::Table;
use crate::subject::RowId;
use std::io::{self, Read};

/// Bytes of one piece: the server may unpack the whole value for each of them.
const PIECE: i64 = 4 * 1024 * 1024;

/// A reader over one value.
pub(super) struct Pieces<'a> {
    snapshot: &'a PostgresSnapshot,
    table: &'a Table,
    /// The columns that name its row.
    ids: Vec<&'a Column>,
    /// The name of its row.
    name: Vec<u8>,
    sql: String,
    /// The values that are sent before the place and the length of a piece.
    sent: Vec<Value>,
    bytes: i64,
    next: i64,
    piece: io::Cursor<Vec<u8>>,
}

impl<'a> Pieces<'a> {
    /// A reader over the value at this address.
    pub(super) fn new(snapshot: &'a PostgresSnapshot, address: &BlobAddress) -> Result<Pieces<'a>, StoreError> {
        let relation = snapshot.relation(&address.table)?;
        let none = || StoreError::NoTable { store: snapshot.name.clone(), table: address.table.clone() };
        let table = snapshot.tables.iter().find(|table| table.name == address.table).ok_or_else(none)?;
        let (row, key) = match &address.row {
            RowAddress::Number(number) => (RowId::Number(*number), Vec::new()),
            RowAddress::Key(parts) => {
                let cells = parts.iter().map(|(_, text)| Cell::Text(text.clone()));
                (RowId::Key(Box::new(cells.collect())), parts.iter().map(|(column, _)| column.clone()).collect())
            }
        };
        let ids = columns_of(snapshot, table, relation, names_of_rows(table, &key).iter())?;
        let bytes = relation.column(&address.column).and_then(|column| column.in_bytes()).ok_or_else(none)?;
        let list: Vec<String> = ids.iter().map(|column| column.reading()).collect();
        let mut sent = Values::default();
        let condition = named(&ids, &[&row], &mut sent);
        let at = sent.0.len() + 1;
        let sql = format!(
            "SELECT {}, substring({bytes} FROM ${at}::int8::int4 FOR ${}::int8::int4) FROM {} WHERE {condition}",
            list.join(", "),
            at + 1,
            relation.from,
        );
        Ok(Pieces {
            snapshot,
            table,
            ids,
            name: name_of(&row),
            sql,
            sent: sent.0,
            bytes: i64::try_from(address.bytes).unwrap_or(i64::MAX),
            next: 0,
            piece: io::Cursor::default(),
        })
    }

    fn load(&mut self) -> Result<(), StoreError> {
        let length = PIECE.min(self.bytes - self.next);
        let mut sent = self.sent.clone();
        sent.extend([Value::Whole(self.next + 1), Value::Whole(length)]);
        let rows = self.snapshot.session.all(&self.sql, sent);
        let rows = rows.map_err(|trouble| self.snapshot.error(&self.table.name, false, &trouble))?;
        let mut piece = None;
        for row in &rows {
            // What the server takes for equal is not always the same.
            if name_of(&row_id(self.table, cells(self.snapshot, row, 0, &self.ids)?)) == self.name {
                let raw = row.try_get::<_, Option<Stored<'_>>>(self.ids.len()).ok().flatten();
                piece = raw.map(|raw| raw.0.to_vec());
            }
        }
        let short = || self.snapshot.not_understood("a large value is not as long as it was");
        let piece = piece.filter(|piece| i64::try_from(piece.len()) == Ok(length));
        self.piece = io::Cursor::new(piece.ok_or_else(short)?);
        self.next += length;
        Ok(())
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at_end = usize::try_from(self.piece.position()).unwrap_or(usize::MAX) >= self.piece.get_ref().len();
        if at_end && self.next < self.bytes {
            self.load().map_err(io::Error::other)?;
        }
        self.piece.read(buffer)
    }
}
