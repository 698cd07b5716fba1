//! A large value, read in pieces, so that it never stands in memory as a whole.

use super::PostgresSnapshot;
use super::column::{Stored, quoted};
use super::session::Value;
use crate::records::BlobAddress;
use crate::stores::error::StoreError;
use std::io::{self, Read};

/// Bytes of one piece: the server may unpack the whole value for each of them.
const PIECE: i64 = 4 * 1024 * 1024;

/// A reader over one value.
pub(super) struct Pieces<'a> {
    snapshot: &'a PostgresSnapshot,
    table: String,
    sql: String,
    row: i64,
    bytes: i64,
    next: i64,
    piece: io::Cursor<Vec<u8>>,
}

impl<'a> Pieces<'a> {
    /// A reader over the value at this address, whose row is a whole-number key.
    pub(super) fn new(snapshot: &'a PostgresSnapshot, address: &BlobAddress) -> Result<Pieces<'a>, StoreError> {
        let relation = snapshot.relation(&address.table)?;
        let none = || StoreError::NoTable { store: snapshot.name.clone(), table: address.table.clone() };
        let table = snapshot.tables.iter().find(|table| table.name == address.table).ok_or_else(none)?;
        let key = table.row_number.as_deref().ok_or_else(none)?;
        let bytes = relation.column(&address.column).and_then(|column| column.in_bytes()).ok_or_else(none)?;
        let sql = format!(
            "SELECT substring({bytes} FROM $1::int8::int4 FOR $2::int8::int4) FROM {} WHERE {} = $3::int8",
            relation.from,
            quoted(key)
        );
        Ok(Pieces {
            snapshot,
            table: address.table.clone(),
            sql,
            row: address.row,
            bytes: i64::try_from(address.bytes).unwrap_or(i64::MAX),
            next: 0,
            piece: io::Cursor::default(),
        })
    }

    fn load(&mut self) -> Result<(), StoreError> {
        let length = PIECE.min(self.bytes - self.next);
        let values = vec![Value::Whole(self.next + 1), Value::Whole(length), Value::Whole(self.row)];
        let rows = self.snapshot.session.all(&self.sql, values);
        let rows = rows.map_err(|trouble| self.snapshot.error(&self.table, false, &trouble))?;
        let short = || self.snapshot.not_understood("a large value is not as long as it was");
        let piece = rows.first().and_then(|row| row.try_get::<_, Option<Stored<'_>>>(0).ok().flatten());
        let piece = piece.map(|raw| raw.0.to_vec()).filter(|piece| i64::try_from(piece.len()) == Ok(length));
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
