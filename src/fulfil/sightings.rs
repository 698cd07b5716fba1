//! The first pass over the snapshot, for requests that ask for more than to keep other people: who is named where.

use super::failures::{back, from_normalize, through, unreadable};
use super::{FulfilError, Watcher};
use crate::controller::Controller;
use crate::normalize::{RowReader, SubjectNames};
use crate::records::{FieldValue, Kind};
use crate::request::{PortabilityRequest, ThirdParties};
use crate::scope::{Replacer, Sightings};
use crate::stores::Stores;
use crate::subject::{Identification, RowId};
use jiff::Timestamp;
use std::io::Read;

/// How many rows are asked of a store at once.
const ROWS: usize = 1_000;
/// So much of a stored e-mail is looked at.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Who takes other people out of the records, where the request asks for it.
pub(super) fn replacer<'c>(
    controller: &'c Controller,
    request: &PortabilityRequest,
    as_of: Timestamp,
    stores: &Stores,
    identification: &Identification,
    subject: &SubjectNames,
    watcher: &mut dyn Watcher,
) -> Result<Option<Replacer<'c>>, FulfilError> {
    if request.third_parties == ThirdParties::Keep {
        return Ok(None);
    }
    let sightings = sightings(controller, stores, identification, subject, watcher)?;
    let shared = identification.identifiers.iter().filter(|k| k.shared && request.accept_shared.is_none());
    let shared = SubjectNames::new(shared.map(|known| &known.identifier), controller.country.as_deref());
    let replacer = Replacer::new(request.third_parties, sightings, &occasion(controller, request, as_of))?;
    Ok(Some(replacer.with_shared(shared)))
}

/// Visits every matched row, whatever will be decided about it, and keeps distinct names and addresses only.
fn sightings<'c>(
    controller: &'c Controller,
    stores: &Stores,
    identification: &Identification,
    subject: &SubjectNames,
    watcher: &mut dyn Watcher,
) -> Result<Sightings<'c>, FulfilError> {
    let known = identification.identifiers.iter().map(|known| &known.identifier);
    let mut sightings = Sightings::new(controller, known);
    for (at, collection) in controller.collections.iter().enumerate() {
        let reader = RowReader::new(collection);
        let wishes = reader.wishes(false);
        for rows in identification.matched[at].rows.chunks(ROWS) {
            let ids: Vec<&RowId> = rows.iter().map(|row| &row.row).collect();
            stores
                .read_rows(collection, &ids, &wishes, &mut |nth, mut cells| {
                    let row = reader
                        .row(controller, subject, ids[nth], nth + 1, &mut cells, None)
                        .map_err(from_normalize)
                        .map_err(through)?;
                    sightings.row(&row, rows[nth].fate);
                    if let (Kind::Message, Some(FieldValue::Content(raw))) = (row.kind, row.get("raw")) {
                        let mut bytes = Vec::new();
                        let reader = raw.reader(stores).map(|reader| reader.take(LARGEST));
                        let read = reader.and_then(|mut reader| reader.read_to_end(&mut bytes));
                        read.map_err(unreadable).map_err(through)?;
                        sightings.raw(&bytes);
                    }
                    watcher.row();
                    if watcher.interrupted() { Err(through(FulfilError::Interrupted)) } else { Ok(()) }
                })
                .map_err(back)?;
        }
    }
    Ok(sightings)
}

/// What makes an archive another than the next. A made-up reference is left out, as it is of the archive (law 5).
fn occasion(controller: &Controller, request: &PortabilityRequest, as_of: Timestamp) -> Vec<String> {
    let reference = if request.reference_given { request.reference.clone() } else { String::new() };
    let received = request.received.map(|at| at.to_string()).unwrap_or_default();
    let (regime, mode) = (request.regime.name(), request.third_parties.name());
    vec![controller.id.clone(), mode.into(), regime.into(), as_of.to_string(), received, reference]
}
