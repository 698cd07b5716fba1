//! Mail stores: a Maildir or a mailbox in one file, as one table (contract 3, "A mail store"). The messages are listed
//! once, at the start, with what is needed to match them; everything else is read from them when it is asked for.

mod addresses;
mod body;
mod header;
mod index;
mod maildir;
mod mbox;
mod message;

use super::Surroundings;
use super::error::StoreError;
use super::passing::passes;
use super::snapshot::{Snapshot, Table, Wish};
use super::watched::WatchedFile;
use crate::controller::{MboxVariant, mail};
use crate::records::{BlobAddress, Cell, RowAddress};
use crate::subject::{ColumnTest, FoundRow, RowId, Test};
use index::{AddressIndex, Indexing};
use jiff::Timestamp;
use maildir::Maildir;
use mbox::Mbox;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Messages up to this size are read at once, larger ones in pieces.
const IN_ONE_PIECE: u64 = 64 * 1024;

/// The messages of a mailbox, as they were listed.
pub(super) struct MailSnapshot {
    name: String,
    messages: Messages,
    index: AddressIndex,
    region: Option<String>,
    taken_at: Timestamp,
    interrupted: Arc<AtomicBool>,
}

/// Where the messages are.
enum Messages {
    Maildir(Maildir),
    Mbox(WatchedFile, Mbox),
}

/// Opens a Maildir.
pub(super) fn open_maildir(
    store: &str,
    folder: &Path,
    region: Option<&str>,
    surroundings: &Surroundings,
) -> Result<MailSnapshot, StoreError> {
    let taken_at = (surroundings.now)();
    let maildir = Maildir::list(store, folder)?;
    let mut indexing = Indexing::default();
    if !maildir.index(store, &mut indexing, &surroundings.interrupted)? {
        return Err(StoreError::Interrupted);
    }
    Ok(snapshot(store, Messages::Maildir(maildir), indexing, region, taken_at, surroundings))
}

/// Opens a mailbox in one file.
pub(super) fn open_mbox(
    store: &str,
    path: &Path,
    variant: Option<MboxVariant>,
    region: Option<&str>,
    surroundings: &Surroundings,
) -> Result<MailSnapshot, StoreError> {
    let taken_at = (surroundings.now)();
    let file = WatchedFile::open(store, path)?;
    let mut indexing = Indexing::default();
    let listed = mbox::list(&file, variant, &mut indexing, &surroundings.interrupted);
    let mbox = listed.map_err(|cause| file.failure(store, &cause))?.ok_or(StoreError::Interrupted)?;
    Ok(snapshot(store, Messages::Mbox(file, mbox), indexing, region, taken_at, surroundings))
}

fn snapshot(
    store: &str,
    messages: Messages,
    indexing: Indexing,
    region: Option<&str>,
    taken_at: Timestamp,
    surroundings: &Surroundings,
) -> MailSnapshot {
    MailSnapshot {
        name: store.to_owned(),
        messages,
        index: indexing.finish(),
        region: region.map(str::to_owned),
        taken_at,
        interrupted: surroundings.interrupted.clone(),
    }
}

impl MailSnapshot {
    fn len(&self) -> usize {
        match &self.messages {
            Messages::Maildir(maildir) => maildir.len(),
            Messages::Mbox(_, mbox) => mbox.places.len(),
        }
    }

    /// The message at this position.
    fn message(&self, at: usize) -> Message<'_> {
        Message { snapshot: self, at, values: None, texts: None }
    }

    fn bytes(&self, at: usize) -> u64 {
        match &self.messages {
            Messages::Maildir(maildir) => maildir.bytes(at),
            Messages::Mbox(_, mbox) => mbox.places[at].bytes(),
        }
    }

    fn open(&self, at: usize) -> Result<Box<dyn Read + '_>, StoreError> {
        match &self.messages {
            Messages::Maildir(maildir) => Ok(Box::new(maildir.open(&self.name, at)?)),
            Messages::Mbox(file, mbox) => Ok(mbox.open(file, &mbox.places[at])),
        }
    }

    fn key(&self, at: usize) -> Cell {
        match &self.messages {
            Messages::Maildir(maildir) => Cell::Text(maildir.key(at).to_vec()),
            Messages::Mbox(..) => Cell::Integer(number(at)),
        }
    }

    fn failure(&self, cause: &std::io::Error) -> StoreError {
        match &self.messages {
            Messages::Mbox(file, _) => file.failure(&self.name, cause),
            Messages::Maildir(_) => {
                StoreError::Query { store: self.name.clone(), table: mail::TABLE.to_owned(), cause: cause.to_string() }
            }
        }
    }

    fn position(&self, row: &RowId) -> Result<usize, StoreError> {
        let RowId::Number(row) = row else { return Err(self.no_such_row()) };
        let at = usize::try_from(*row).ok().and_then(|row| row.checked_sub(1)).filter(|at| *at < self.len());
        at.ok_or_else(|| self.no_such_row())
    }

    fn no_such_row(&self) -> StoreError {
        StoreError::KeyNotUnique { store: self.name.clone(), table: mail::TABLE.to_owned(), rows: 0 }
    }

    fn go_on(&self) -> Result<(), StoreError> {
        if self.interrupted.load(Ordering::Relaxed) { Err(StoreError::Interrupted) } else { Ok(()) }
    }

    /// The messages that the tests on their addresses leave; the address index serves those.
    fn candidates(&self, tests: &[ColumnTest<'_>]) -> Vec<usize> {
        let by_address = tests.iter().find_map(|test| match &test.test {
            Test::ListHas { kind: "email", values } if test.column == mail::ADDRESSES => Some(*values),
            _ => None,
        });
        by_address.map_or_else(|| (0..self.len()).collect(), |values| self.index.with(values))
    }
}

/// The number of the row of the message at this position.
fn number(at: usize) -> i64 {
    i64::try_from(at + 1).unwrap_or(i64::MAX)
}

/// One message, of which each part is read once, when a column asks for it.
struct Message<'s> {
    snapshot: &'s MailSnapshot,
    at: usize,
    values: Option<message::HeaderValues>,
    texts: Option<body::Texts>,
}

impl Message<'_> {
    fn cell(&mut self, wish: &Wish<'_>) -> Result<Cell, StoreError> {
        let (snapshot, at) = (self.snapshot, self.at);
        let failure = |cause: std::io::Error| snapshot.failure(&cause);
        match wish.column {
            mail::KEY => Ok(snapshot.key(at)),
            mail::ADDRESSES => {
                let addresses: Vec<&str> = snapshot.index.of(at).collect();
                Ok(Cell::Text(serde_json::to_vec(&addresses).unwrap_or_default()))
            }
            "raw" => {
                let bytes = snapshot.bytes(at);
                if wish.in_pieces && bytes > IN_ONE_PIECE {
                    return Ok(Cell::Large(bytes));
                }
                let mut raw = Vec::new();
                snapshot.open(at)?.read_to_end(&mut raw).map_err(failure)?;
                Ok(Cell::Blob(raw))
            }
            "text" | "html" => {
                if self.texts.is_none() {
                    self.texts = Some(body::texts(snapshot.open(at)?, snapshot.bytes(at)).map_err(failure)?);
                }
                let texts = self.texts.as_ref();
                let text =
                    texts.and_then(|texts| if wish.column == "text" { &texts.plain } else { &texts.html }.clone());
                Ok(text.map_or(Cell::Null, |text| Cell::Text(text.into_bytes())))
            }
            column => {
                if self.values.is_none() {
                    self.values = Some(message::HeaderValues::read(snapshot.open(at)?).map_err(failure)?);
                }
                Ok(self.values.as_ref().and_then(|values| values.column(column)).unwrap_or(Cell::Null))
            }
        }
    }
}

impl Snapshot for MailSnapshot {
    fn tables(&self) -> Result<Vec<Table>, StoreError> {
        let columns: Vec<String> = mail::COLUMNS.iter().map(|column| (*column).to_owned()).collect();
        let is_mbox = matches!(self.messages, Messages::Mbox(..));
        // A mailbox has no index and cannot be given one.
        let indexed = columns.iter().cloned().chain([mail::ADDRESSES.to_owned()]).collect();
        Ok(vec![Table {
            name: mail::TABLE.to_owned(),
            columns,
            further: &mail::FURTHER,
            is_view: false,
            row_name: Some("position"),
            row_number: is_mbox.then(|| mail::KEY.to_owned()),
            indexed,
            in_pieces: true,
        }])
    }

    fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    fn confirm(&self) -> Result<(), StoreError> {
        match &self.messages {
            // Each file was looked at when it was read.
            Messages::Maildir(_) => Ok(()),
            Messages::Mbox(file, _) => file.confirm(&self.name),
        }
    }

    fn count(&self, _: &Table) -> Result<u64, StoreError> {
        Ok(self.len() as u64)
    }

    fn find(
        &self,
        _: &Table,
        _: &[String],
        _: Option<&str>,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        'messages: for at in self.candidates(tests) {
            self.go_on()?;
            let mut message = self.message(at);
            for test in tests {
                let cell = message.cell(&Wish { column: test.column, in_pieces: false, is_condition: false })?;
                if !passes(&test.test, &cell, self.region.as_deref()) {
                    continue 'messages;
                }
            }
            let wish = |column: &&str| message.cell(&Wish { column, in_pieces: false, is_condition: false });
            let cells = columns.iter().map(wish).collect::<Result<_, _>>()?;
            visit(FoundRow { row: RowId::Number(number(at)), cells, selected: true })?;
        }
        Ok(())
    }

    fn read(
        &self,
        _: &Table,
        _: &[String],
        rows: &[&RowId],
        wishes: &[Wish<'_>],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for (nth, row) in rows.iter().enumerate() {
            self.go_on()?;
            let at = self.position(row)?;
            let mut message = self.message(at);
            let cells = wishes.iter().map(|wish| message.cell(wish)).collect::<Result<_, _>>()?;
            visit(nth, cells)?;
        }
        Ok(())
    }

    fn open_value<'a>(&'a self, address: &BlobAddress) -> Result<Box<dyn Read + 'a>, StoreError> {
        let RowAddress::Number(row) = address.row else { return Err(self.no_such_row()) };
        self.open(self.position(&RowId::Number(row))?)
    }
}
