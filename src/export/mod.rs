//! A run as a whole: snapshots, default deny, the road, sealing, the receipt, and the one moment in which archive and
//! receipt appear (laws 2 to 5).

mod facts;
mod logged;
mod papers;
mod ready;
mod reply;
mod session;
#[cfg(test)]
mod tests;

pub use logged::{Logged, log, log_all};
pub use ready::{Place, Ready};
pub use reply::{Replied, Reply, ReplyError, ReplyOrder, record_path, reply};
pub use session::Session;

use crate::archive::container::hex;
use crate::archive::facts::{Facts, LedgerLine};
use crate::archive::secrecy::Secrecy;
use crate::archive::signature::{SignatureError, SigningKey, signature_path};
use crate::archive::unnamed::{folder_for, folder_of};
use crate::archive::{ArchiveError, ArchiveWriter, Nowhere};
use crate::controller::Controller;
use crate::fulfil::{Account, FulfilError, Watcher, complete, fulfil};
use crate::letter::{Answer, Delivered, Encryption, answer};
use crate::receipt::journal::{Journal, JournalError};
use crate::receipt::{
    ArchiveProof, FORMAT, IdentifierCount, IdentityPause, Receipt, SnapshotInstant, TransferConditions,
};
use crate::records::Record;
use crate::request::PortabilityRequest;
use crate::request::deadlines::{Deadlines, elapsed_days, paused_deadlines};
use crate::stores::agreement::Disagreement;
use crate::stores::{Stores, Surroundings};
use crate::subject::Identification;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Everything that a run needs.
pub struct Order<'a> {
    /// The controller.
    pub controller: &'a Controller,
    /// The request.
    pub request: &'a PortabilityRequest,
    /// The time that the export counts as made at.
    pub as_of: Timestamp,
    /// Who runs art20.
    pub operator: Option<&'a str>,
    /// Nothing found is an answer too.
    pub allow_empty: bool,
    /// Stores that cannot be read may be left out.
    pub allow_partial: bool,
    /// Of deflate, 0 to 9.
    pub level: u32,
    /// How the archive leaves the house.
    pub protection: &'a Protection,
    /// Where the letter to the person goes, if one is wanted.
    pub letter: Option<&'a Path>,
    /// The clock, and the wish to stop.
    pub surroundings: &'a Surroundings,
}

/// How a delivered file is protected: against readers, and against doubt about its sender.
#[derive(Default)]
pub struct Protection {
    /// How it is encrypted.
    pub secrecy: Secrecy,
    /// What it is signed with.
    pub signing: Option<SigningKey>,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The configuration still has marks for review, each with file and line.
    #[error("the configuration is still marked for review")]
    Review(Vec<String>),
    /// The configuration and the stores disagree.
    #[error("the configuration and the stores disagree")]
    Disagreement(Vec<Disagreement>),
    /// The configuration refuses to write plaintext.
    #[error("the configuration refuses to write an archive that is not encrypted")]
    NotEncrypted,
    /// Nobody was found where not every store could be read: that is no answer yet.
    #[error("no such data subject in the stores that could be read; not read: {}", .0.join(", "))]
    UnknownInPart(Vec<String>),
    /// Two of the files to write have the same name.
    #[error("the letter has the name of the archive or of its receipt")]
    SameName,
    /// A request without an identity check.
    #[error("no identity check is recorded for the request")]
    NoIdentityCheck,
    /// A representative asks, and nobody has noted the mandate (requirement A9).
    #[error("a representative asks, and the identity check notes no mandate")]
    NoMandate,
    /// The road failed.
    #[error(transparent)]
    Fulfil(#[from] FulfilError),
    /// The archive cannot be written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The archive cannot be signed.
    #[error("the archive cannot be signed: {0}")]
    Signature(#[from] SignatureError),
    /// The run cannot be entered in the journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The run failed, and that cannot be entered in the journal.
    #[error("{0}")]
    Unlogged(Box<ExportError>, JournalError),
}

/// What a run without writing came to.
pub struct Fulfilled {
    /// The receipt.
    pub receipt: Receipt,
    /// Who the subject is.
    pub identification: Identification,
    /// The contacts that a plan is to show.
    pub contacts: Vec<Record>,
}

/// Writes the archive, its receipt and its signature, all or none, and enters the run in the journal.
///
/// # Errors
/// When anything fails; then nothing is there but a line in the journal.
pub fn export(order: &Order<'_>, output: &Path, watcher: &mut dyn Watcher) -> Result<Receipt, ExportError> {
    let journal = order.controller.journal.as_ref().map(Journal::new);
    let result = attempt(order, output, journal.as_ref(), watcher);
    match (result, journal) {
        (Err(error), Some(journal)) if !matches!(error, ExportError::Journal(_)) => {
            match log(&journal, order, Logged::Failed(&error)) {
                Ok(()) => Err(error),
                Err(unlogged) => Err(ExportError::Unlogged(Box::new(error), unlogged)),
            }
        }
        (result, _) => result,
    }
}

/// Seals, enters the run in the journal, and lets archive, receipt and signature appear.
fn attempt(
    order: &Order<'_>,
    output: &Path,
    journal: Option<&Journal>,
    watcher: &mut dyn Watcher,
) -> Result<Receipt, ExportError> {
    let mut session = Session::new(order.controller, order.surroundings, order.allow_partial).once();
    let ready = seal(order, &mut session, Place { output, workroom: &folder_of(output) }, watcher)?;
    ready.make_durable()?;
    let Some(journal) = journal else { return Ok(ready.publish_durably()?) };
    // Durable before the archive appears: no archive is without its line.
    log(journal, order, Logged::Done(ready.receipt()))?;
    let receipt = ready.receipt().clone();
    ready.publish_durably().map_err(|error| match log(journal, order, Logged::Withdrawn(&receipt)) {
        Ok(()) => ExportError::Archive(error),
        Err(unlogged) => ExportError::Unlogged(Box::new(error.into()), unlogged),
    })
}

/// Does everything but publishing, on the stores of the session.
///
/// # Errors
/// When anything fails; then nothing is left.
pub fn seal(
    order: &Order<'_>,
    session: &mut Session<'_>,
    place: Place<'_>,
    watcher: &mut dyn Watcher,
) -> Result<Ready, ExportError> {
    let Protection { secrecy, signing } = order.protection;
    if order.controller.encryption_required && secrecy.is_open() {
        return Err(ExportError::NotEncrypted);
    }
    match &order.request.identity_check {
        None => return Err(ExportError::NoIdentityCheck),
        Some(check) if check.method == "representative" && check.note.is_none() => return Err(ExportError::NoMandate),
        Some(_) => {}
    }
    let output = secrecy.place(place.output);
    let beside = receipt_path(&output);
    let signature = signing.as_ref().map(|_| signature_path(&output));
    let places: Vec<&Path> = [&output, &beside].into_iter().chain(&signature).map(PathBuf::as_path).collect();
    for one in &places {
        folder_for(one)?;
    }
    if let Some(letter) = order.letter {
        let folder = folder_for(letter)?;
        if places.iter().any(|other| papers::is_same(&folder, letter, other)) {
            return Err(ExportError::SameName);
        }
    }
    let started = (order.surroundings.now)();
    let (read, writer) = session.read(|stores, missing| {
        let mut facts = facts::facts(order, missing);
        let mut writer = ArchiveWriter::create(place.workroom, &facts, order.level, secrecy)?;
        let account = road(order, (stores, missing), &mut writer, watcher)?;
        let ledger = account.ledger.balanced(crate::archive::Destination::taken(&writer))?;
        stores.confirm().map_err(FulfilError::Store)?;
        complete(&mut facts, &account, order.controller);
        Ok((Reading { facts, account, ledger, snapshots: stores.instants(), missing: missing.to_vec() }, writer))
    })?;
    let sealed = writer.seal(&read.facts)?;
    if watcher.interrupted() {
        return Err(FulfilError::Interrupted.into());
    }
    let name = output.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let encryption = match secrecy {
        Secrecy::Open => Encryption::None,
        Secrecy::Recipients(_) => Encryption::AgeKey,
        Secrecy::Passphrase(_) => Encryption::AgePassphrase,
        Secrecy::ZipPassphrase(_) => Encryption::ZipPassphrase,
    };
    let (encrypted, signed) = (!secrecy.is_open(), signing.is_some());
    let delivered = Delivered { name: &name, bytes: sealed.bytes, encryption, signed };
    let letter = order.letter.map(|_| letter(order, &read.facts, delivered));
    let proof = ArchiveProof { bytes: sealed.bytes, sha256: sealed.sha256.clone(), encrypted, signed, name };
    let mut receipt = receipt(order, started, &read, Some(proof));
    let mut papers = papers::Papers::default();
    if let (Some(path), Some(text)) = (order.letter, &letter) {
        receipt.letter = Some(papers.add(&folder_of(path), path, text.as_bytes())?);
    }
    papers.add(place.workroom, &beside, &receipt_text(&receipt))?;
    if let Some(key) = signing {
        let now = (order.surroundings.now)();
        // What minisign itself writes there, and the reference.
        let comment = format!("timestamp:{}\treference:{}\thashed", now.as_second(), receipt.reference);
        papers.add(place.workroom, &signature_path(&output), sealed.sign(key, &comment)?.as_bytes())?;
    }
    Ok(Ready::new(sealed.place, papers, &output, receipt))
}

/// What is known when the stores have been read.
struct Reading {
    facts: Facts,
    account: Account,
    ledger: Vec<LedgerLine>,
    snapshots: Vec<(String, Timestamp)>,
    missing: Vec<String>,
}

/// The letter that goes with the archive.
fn letter(order: &Order<'_>, facts: &Facts, delivered: Delivered<'_>) -> String {
    let check = order.request.identity_check.as_ref().filter(|check| check.method == "representative");
    answer(&Answer {
        facts,
        deadlines: due(order, true).as_ref(),
        delivered,
        representative: check.map(|check| check.note.as_deref()),
        transmission: order.request.transmission.as_ref(),
        pause: order.request.pause,
    })
}

/// By when the request is to be answered, counted from receipt; with the pause for the person's identity, if one is
/// meant.
fn due(order: &Order<'_>, paused: bool) -> Option<Deadlines> {
    let zone = &order.controller.time_zone;
    let calendar = order.controller.holidays.as_deref().and_then(crate::controller::holidays::Calendar::named);
    let days = order.request.pause.filter(|_| paused).map_or(0, |pause| pause.days(order.as_of, zone));
    order.request.received.map(|at| paused_deadlines(at, days, zone, calendar.as_ref()))
}

/// The pause for the person's identity, as the receipt keeps it.
fn identity_pause(order: &Order<'_>) -> Option<IdentityPause> {
    let pause = order.request.pause?;
    Some(IdentityPause {
        asked: pause.asked.to_string(),
        confirmed: pause.confirmed.map(|at| at.to_string()),
        days: pause.days(order.as_of, &order.controller.time_zone),
        deadlines: due(order, true)?,
    })
}

/// The conditions of a transfer under the PIPL (requirement J3), each as far as this run can tell.
fn transfer_conditions(order: &Order<'_>, ledger: &[LedgerLine]) -> Option<TransferConditions> {
    let (controller, request) = (order.controller, order.request);
    if request.regime != crate::controller::activity::Regime::Pipl {
        return None;
    }
    let voluntary = |key: &str| controller.activity(key).is_some_and(|activity| activity.voluntary);
    let given = controller
        .collections
        .iter()
        .zip(ledger)
        .any(|(collection, line)| line.portable > 0 && collection.activity.keys().into_iter().any(voluntary));
    Some(TransferConditions {
        identity_verified: request.identity_check.as_ref().map(|check| check.method.clone()),
        on_consent_or_contract: !given,
        technically_feasible: request
            .transmission
            .as_ref()
            .map(|found| *found == crate::request::Transmission::Feasible),
        rights_of_others: request.third_parties,
    })
}

/// Does the same up to the decisions, and writes nothing; `contacts` that would go in are kept to be shown.
///
/// # Errors
/// When anything fails.
pub fn plan(order: &Order<'_>, contacts: bool, watcher: &mut dyn Watcher) -> Result<Fulfilled, ExportError> {
    let started = (order.surroundings.now)();
    Session::new(order.controller, order.surroundings, order.allow_partial).read(|stores, missing| {
        let facts = facts::facts(order, missing);
        let mut nowhere = Nowhere::new(&facts, contacts);
        let account = road(order, (stores, missing), &mut nowhere, watcher)?;
        let ledger = account.ledger.balanced(crate::archive::Destination::taken(&nowhere))?;
        let read = Reading { facts, account, ledger, snapshots: stores.instants(), missing: missing.to_vec() };
        let receipt = receipt(order, started, &read, None);
        Ok(Fulfilled { receipt, identification: read.account.identification, contacts: nowhere.into_contacts() })
    })
}

fn road(
    order: &Order<'_>,
    (stores, missing): (&Stores, &[String]),
    destination: &mut dyn crate::archive::Destination,
    watcher: &mut dyn Watcher,
) -> Result<Account, ExportError> {
    let account = fulfil(order.controller, order.request, order.as_of, order.allow_empty, stores, destination, watcher);
    account.map_err(|error| match error {
        FulfilError::Unknown if !missing.is_empty() => ExportError::UnknownInPart(missing.to_vec()),
        error => error.into(),
    })
}

fn receipt(order: &Order<'_>, started: Timestamp, read: &Reading, archive: Option<ArchiveProof>) -> Receipt {
    let Reading { account, ledger, snapshots, missing, .. } = read;
    let instant = |(store, at): &(String, Timestamp)| SnapshotInstant { store: store.clone(), at: at.to_string() };
    let request = order.request;
    Receipt {
        format: FORMAT,
        reference: request.reference.clone(),
        received: request.received.map(|at| at.to_string()),
        deadlines: due(order, false),
        deadlines_unknown: request
            .received
            .is_none()
            .then_some("the time of receipt is not known, so no deadline is computed"),
        elapsed_days: request.received.map(|at| elapsed_days(at, order.as_of, &order.controller.time_zone)),
        identity_pause: identity_pause(order),
        identity_check: request.identity_check.clone(),
        operator: order.operator.map(str::to_owned),
        regime: request.regime.name(),
        direct_transmission: request.transmission.clone(),
        transfer_conditions: transfer_conditions(order, ledger),
        third_parties: request.third_parties,
        replaced: account.replaced.clone(),
        accept_shared: request.accept_shared.clone(),
        same_person: request.same_person.clone(),
        only: request.only.clone(),
        deceased: request.deceased.clone(),
        as_of: order.as_of.to_string(),
        started_at: started.to_string(),
        ended_at: (order.surroundings.now)().to_string(),
        snapshots: snapshots.iter().map(instant).collect(),
        configuration_sha256: hex(&Sha256::digest(order.controller.source.as_bytes())),
        art20_version: env!("CARGO_PKG_VERSION"),
        archive,
        letter: None,
        missing_stores: missing.clone(),
        identifiers: identifier_counts(&account.identification),
        ledger: ledger.clone(),
        undisclosed: account.ledger.undisclosed(order.controller),
        findings: account.findings.clone(),
    }
}

fn identifier_counts(identification: &Identification) -> BTreeMap<String, IdentifierCount> {
    let mut counts: BTreeMap<String, IdentifierCount> = BTreeMap::new();
    for known in &identification.identifiers {
        let count = counts.entry(known.identifier.kind().to_owned()).or_default();
        match known.taught_by {
            Some(_) => count.learned += 1,
            None => count.requested += 1,
        }
        count.shared += u64::from(known.shared);
    }
    counts
}

/// The receipt as it is written.
pub fn receipt_text(receipt: &Receipt) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(receipt).unwrap_or_default();
    text.push(b'\n');
    text
}

/// The receipt's place: `X.zip` and `X.zip.age` have `X.receipt.json` beside them.
pub fn receipt_path(output: &Path) -> PathBuf {
    let name = output.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".age").unwrap_or(&name);
    let stem = name.strip_suffix(".zip").unwrap_or(name);
    output.with_file_name(format!("{stem}.receipt.json"))
}
