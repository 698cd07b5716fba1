//! What the journal says of a run: how it ended and by which rules it was decided, without a value of anybody's data.

use super::{ExportError, Order, receipt_text};
use crate::archive::ArchiveError;
use crate::archive::container::hex;
use crate::fulfil::FulfilError;
use crate::receipt::Receipt;
use crate::receipt::journal::{Event, Journal, JournalError, LetterFile, Outcome, Rows, Run};
use crate::stores::Surroundings;
use sha2::{Digest as _, Sha256};

/// How a run ended.
#[derive(Clone, Copy)]
pub enum Logged<'r> {
    /// The archive is whole and is about to appear.
    Done(&'r Receipt),
    /// The archive of the line before could not get its name.
    Withdrawn(&'r Receipt),
    /// There is no archive.
    Failed(&'r ExportError),
}

impl Logged<'_> {
    /// What the journal says of it.
    pub fn event(self, order: &Order<'_>) -> Event {
        Event::Export(Box::new(match self {
            Logged::Done(receipt) => {
                let outcome = if receipt.missing_stores.is_empty() { Outcome::Done } else { Outcome::Partial };
                with_receipt(run(order, outcome, None), receipt)
            }
            Logged::Withdrawn(receipt) => with_receipt(run(order, Outcome::Withdrawn, Some("archive")), receipt),
            Logged::Failed(error) => run(order, Outcome::Failed, Some(why(error))),
        }))
    }
}

/// Enters a run in the journal, durably.
///
/// # Errors
/// When the journal cannot be written, or is not as art20 left it.
pub fn log(journal: &Journal, order: &Order<'_>, logged: Logged<'_>) -> Result<(), JournalError> {
    log_all(journal, order.surroundings, &[logged.event(order)])
}

/// Enters several runs in the journal, durably, at once.
///
/// # Errors
/// When the journal cannot be written, or is not as art20 left it.
pub fn log_all(journal: &Journal, surroundings: &Surroundings, events: &[Event]) -> Result<(), JournalError> {
    journal.append_all((surroundings.now)(), events)
}

fn run(order: &Order<'_>, outcome: Outcome, why: Option<&'static str>) -> Run {
    let request = order.request;
    Run {
        outcome,
        why,
        reference: request.reference.clone(),
        operator: order.operator.map(str::to_owned),
        identity_check: request.identity_check.as_ref().map(|check| check.method.clone()),
        regime: request.regime.name(),
        accept_shared: request.accept_shared.is_some(),
        same_person: request.same_person.is_some(),
        as_of: order.as_of.to_string(),
        configuration_sha256: hex(&Sha256::digest(order.controller.source.as_bytes())),
        art20_version: env!("CARGO_PKG_VERSION"),
        rows: None,
        archive: None,
        receipt_sha256: None,
        letter: None,
    }
}

fn with_receipt(run: Run, receipt: &Receipt) -> Run {
    Run {
        rows: Some(Rows::of(receipt)),
        archive: receipt.archive.clone(),
        receipt_sha256: Some(hex(&Sha256::digest(receipt_text(receipt)))),
        letter: receipt.letter.as_ref().map(LetterFile::from),
        ..run
    }
}

/// The cause of a failure as a code: what the operator reads may name rows, and the journal is kept for years.
fn why(error: &ExportError) -> &'static str {
    match error {
        ExportError::Review(_) => "review",
        ExportError::Disagreement(_) => "disagreement",
        ExportError::NotEncrypted => "not-encrypted",
        ExportError::SameName => "output",
        ExportError::NoIdentityCheck => "no-identity-check",
        ExportError::NoMandate => "no-mandate",
        ExportError::Signature(_) => "signature",
        ExportError::Journal(_) | ExportError::Unlogged(..) => "journal",
        ExportError::Archive(error) | ExportError::Fulfil(FulfilError::Archive(error)) => match error {
            ArchiveError::Exists(_) | ArchiveError::NoFolder(_) => "output",
            _ => "archive",
        },
        ExportError::Fulfil(FulfilError::Store(_)) => "store",
        ExportError::UnknownInPart(_) | ExportError::Fulfil(FulfilError::Unknown) => "unknown-subject",
        ExportError::Fulfil(FulfilError::Ambiguous { .. }) => "ambiguous-subject",
        ExportError::Fulfil(FulfilError::Deceased { .. }) => "deceased",
        ExportError::Fulfil(FulfilError::Configuration(..)) => "configuration",
        ExportError::Fulfil(FulfilError::Scope(_)) => "too-many-names",
        ExportError::Fulfil(FulfilError::Interrupted) => "interrupted",
    }
}
