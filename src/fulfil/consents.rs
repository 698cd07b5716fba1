//! Reading what proves consents (contract 6).

use super::FulfilError;
use super::failures::{back, from_normalize, through};
use crate::controller::{Collection, Controller};
use crate::normalize::{Normalized, RowReader, SubjectNames};
use crate::records::{FieldValue, Kind, Time};
use crate::request::PortabilityRequest;
use crate::scope::{ConsentBook, Withdrawal};
use crate::stores::Stores;
use crate::subject::{Identification, MatchedRow, RowFate, RowId};
use jiff::Timestamp;

/// Reads them before anything that depends on them is decided.
pub(super) fn consents(
    controller: &Controller,
    request: &PortabilityRequest,
    as_of: Timestamp,
    stores: &Stores,
    identification: &Identification,
    subject: &SubjectNames,
) -> Result<ConsentBook, FulfilError> {
    let mut book = ConsentBook::new(request.received.unwrap_or(as_of), controller.time_zone.clone());
    for (at, collection) in controller.collections.iter().enumerate().filter(|(_, c)| c.kind == Kind::Consent) {
        let reader = RowReader::new(collection);
        let wishes = reader.wishes(false);
        // A row that may be somebody else's proves nothing, also where the operator accepted it.
        let proves = |row: &&MatchedRow| matches!(row.fate, RowFate::Subject | RowFate::NotSelected);
        let rows = identification.matched[at].rows.iter().filter(proves);
        let ids: Vec<&RowId> = rows.map(|row| &row.row).collect();
        stores
            .read_rows(collection, &ids, &wishes, &mut |nth, mut cells| {
                let row = reader
                    .row(controller, subject, ids[nth], nth + 1, &mut cells, None)
                    .map_err(from_normalize)
                    .map_err(through)?;
                enter(&mut book, collection, &row);
                Ok(())
            })
            .map_err(back)?;
    }
    Ok(book)
}

fn enter(book: &mut ConsentBook, collection: &Collection, row: &Normalized) {
    // After `values`, the label is the activity's key.
    let activity = match row.get("for_activity") {
        Some(FieldValue::Code { label, .. }) => label.as_str(),
        Some(FieldValue::Text(text)) => text.as_str(),
        _ => return,
    };
    let time = |path: &str| -> Option<&Time> {
        match row.get(path) {
            Some(FieldValue::Time(time)) => Some(time),
            _ => None,
        }
    };
    let unreadable = row.values.iter().any(|value| value.path == "withdrawn_at" && value.reading.verbatim.is_some());
    let withdrawn = match time("withdrawn_at") {
        Some(at) => Withdrawal::At(at),
        None if unreadable => Withdrawal::SomeTime,
        None => Withdrawal::None,
    };
    book.enter(&collection.name, activity, time("given_at"), withdrawn);
}
