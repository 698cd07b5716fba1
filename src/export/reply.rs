//! Letters without an archive: `art20 refuse` and `art20 extend`. Each leaves its letter and, beside it, a record that
//! proves it to the controller; the journal has a line for it. No store is opened.

use super::facts::about;
use super::papers::Papers;
use crate::archive::ArchiveError;
use crate::archive::container::hex;
use crate::archive::unnamed::{folder_for, folder_of, make_names_durable};
use crate::controller::Controller;
use crate::controller::holidays::Calendar;
use crate::letter::{Extension, ExtensionFault, Occasion, Refusal, RefusalFault, extension, refusal};
use crate::receipt::journal::{Event, Journal, JournalError, Letter, LetterFile, Outcome};
use crate::receipt::{IdentityPause, LetterProof};
use crate::request::ReplyRequest;
use crate::request::deadlines::{Deadlines, elapsed_days, paused_deadlines};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// The version of the record's format.
const FORMAT: &str = "art20-letter/1";

/// What the letter says.
#[derive(Debug, Clone, Copy)]
pub enum Reply<'a> {
    /// No action, with the reason.
    Refuse(Refusal<'a>),
    /// Two more months, with the reasons.
    Extend(Extension<'a>),
}

/// Why no letter was written.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The law does not let this be refused in this way.
    #[error(transparent)]
    Refusal(#[from] RefusalFault),
    /// The law does not let the time be extended in this way.
    #[error(transparent)]
    Extension(#[from] ExtensionFault),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] ArchiveError),
    /// It cannot be entered in the journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It failed, and that cannot be entered in the journal.
    #[error("{0}")]
    Unlogged(Box<ReplyError>, JournalError),
}

impl ReplyError {
    /// The cause as a code for the journal.
    fn why(&self) -> &'static str {
        match self {
            ReplyError::Refusal(_) | ReplyError::Extension(_) => "reason",
            ReplyError::Write(ArchiveError::Exists(_) | ArchiveError::NoFolder(_)) => "output",
            ReplyError::Write(_) => "letter",
            ReplyError::Journal(_) | ReplyError::Unlogged(..) => "journal",
        }
    }
}

/// Everything that a letter without an archive needs.
pub struct ReplyOrder<'a> {
    /// The controller.
    pub controller: &'a Controller,
    /// The request.
    pub request: &'a ReplyRequest,
    /// What the letter says.
    pub said: Reply<'a>,
    /// The time that the letter counts as written at.
    pub as_of: Timestamp,
    /// Who runs art20.
    pub operator: Option<&'a str>,
    /// The time now, for the journal.
    pub now: fn() -> Timestamp,
}

/// Proof of one letter: what was answered and why. Nothing personal is in it but what the operator wrote.
#[derive(Debug, Clone, Serialize)]
pub struct Replied {
    /// `art20-letter/1`.
    pub format: &'static str,
    /// `refusal` or `extension`.
    pub kind: &'static str,
    /// The reference of the request.
    pub reference: String,
    /// The regime.
    pub regime: &'static str,
    /// The languages of the letter, as they were asked for.
    pub languages: Vec<String>,
    /// When the request was received.
    pub received: Option<String>,
    /// By when it is to be answered; none where the time of receipt is not known.
    pub deadlines: Option<Deadlines>,
    /// The pause for the person's identity, and the dates with it (requirement B5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_pause: Option<IdentityPause>,
    /// Days from receipt to the letter.
    pub elapsed_days: Option<i64>,
    /// The code of the reason.
    pub reason: &'static str,
    /// The provision that it rests on.
    pub provision: &'static str,
    /// The operator's words.
    pub explanation: Option<String>,
    /// What shows the reason (requirement B8).
    pub evidence: Option<String>,
    /// What the person may pay instead, under the PIPL alone (requirement B10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// How many requests there were, where a fee is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// Who ran art20.
    pub operator: Option<String>,
    /// The time that the letter counts as written at.
    pub as_of: String,
    /// SHA-256 of the configuration.
    pub configuration_sha256: String,
    /// The version of art20.
    pub art20_version: &'static str,
    /// The letter.
    pub letter: LetterProof,
}

impl Replied {
    /// As it is written beside the letter.
    pub fn text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}

/// The place of the record: `X.txt` has `X.json` beside it. An archive of the same name keeps room for its receipt.
pub fn record_path(letter: &Path) -> PathBuf {
    let name = letter.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.strip_suffix(".txt").unwrap_or(&name);
    letter.with_file_name(format!("{stem}.json"))
}

/// Writes the letter and its record, both or neither, and enters it in the journal.
///
/// # Errors
/// When the law does not let it be, or it cannot be written; then neither is there, but a line in the journal.
pub fn reply(order: &ReplyOrder<'_>, output: &Path) -> Result<Replied, ReplyError> {
    let Some(journal) = order.controller.journal.as_ref().map(Journal::new) else {
        let (papers, replied) = written(order, output)?;
        papers.publish(|| make_names_durable(&folder_of(output)))?;
        return Ok(replied);
    };
    let log =
        |outcome, why, replied: Option<&Replied>| journal.append((order.now)(), &event(order, outcome, why, replied));
    let logged = |error: ReplyError, outcome, replied: Option<&Replied>| match log(outcome, Some(error.why()), replied)
    {
        Ok(()) => error,
        Err(unlogged) => ReplyError::Unlogged(Box::new(error), unlogged),
    };
    let (papers, replied) = written(order, output).map_err(|error| logged(error, Outcome::Failed, None))?;
    // Durable before the letter appears: no letter is without its line.
    log(Outcome::Done, None, Some(&replied))?;
    let published = papers.publish(|| make_names_durable(&folder_of(output)));
    published.map_err(|error| logged(error.into(), Outcome::Withdrawn, Some(&replied)))?;
    Ok(replied)
}

/// The letter and its record, whole and durable, before either has a name.
fn written(order: &ReplyOrder<'_>, output: &Path) -> Result<(Papers, Replied), ReplyError> {
    let &ReplyOrder { controller, request, said, as_of, operator, .. } = order;
    let calendar = controller.holidays.as_deref().and_then(Calendar::named);
    let zone = &controller.time_zone;
    let due_after = |days| request.received.map(|at| paused_deadlines(at, days, zone, calendar.as_ref()));
    let identity_pause = request.pause.and_then(|pause| {
        let days = pause.days(as_of, zone);
        let confirmed = pause.confirmed.map(|at| at.to_string());
        Some(IdentityPause { asked: pause.asked.to_string(), confirmed, days, deadlines: due_after(days)? })
    });
    let due = due_after(0);
    let regime = request.regime.name();
    let sender = about(controller, regime);
    let occasion = Occasion {
        controller: &sender,
        regime,
        languages: &request.languages,
        reference: request.reference_given.then_some(request.reference.as_str()),
        received: request.received,
        deadlines: identity_pause.as_ref().map(|pause| &pause.deadlines).or(due.as_ref()),
        pause: request.pause,
        as_of,
    };
    let text = match &said {
        Reply::Refuse(said) => {
            said.check(regime == "pipl")?;
            refusal(&occasion, said)
        }
        Reply::Extend(said) => extension(&occasion, said)?,
    };
    let beside = record_path(output);
    let folder = folder_for(output)?;
    folder_for(&beside)?;
    let mut papers = Papers::default();
    let letter = papers.add(&folder, output, text.as_bytes())?;
    let (kind, reason, provision, explanation, evidence, fee) = match said {
        Reply::Refuse(said) => {
            let reason = said.reason;
            ("refusal", reason.as_str(), reason.provision(), said.explanation, said.evidence, said.fee)
        }
        Reply::Extend(said) => {
            ("extension", said.cause.as_str(), "GDPR Art. 12(3)", Some(said.explanation), None, None)
        }
    };
    let replied = Replied {
        format: FORMAT,
        kind,
        reference: request.reference.clone(),
        regime,
        languages: request.languages.clone(),
        received: request.received.map(|at| at.to_string()),
        elapsed_days: request.received.map(|at| elapsed_days(at, as_of, &controller.time_zone)),
        deadlines: due.clone(),
        identity_pause: identity_pause.clone(),
        reason,
        provision,
        explanation: explanation.map(str::to_owned),
        evidence: evidence.map(str::to_owned),
        fee: fee.map(|(fee, _)| fee.to_owned()),
        requests: fee.map(|(_, requests)| requests),
        operator: operator.map(str::to_owned),
        as_of: as_of.to_string(),
        configuration_sha256: hex(&Sha256::digest(controller.source.as_bytes())),
        art20_version: env!("CARGO_PKG_VERSION"),
        letter,
    };
    papers.add(&folder, &beside, &replied.text())?;
    papers.make_durable()?;
    Ok((papers, replied))
}

/// What the journal says of a letter.
fn event(order: &ReplyOrder<'_>, outcome: Outcome, why: Option<&'static str>, replied: Option<&Replied>) -> Event {
    let (reason, make): (_, fn(Box<Letter>) -> Event) = match &order.said {
        Reply::Refuse(said) => (said.reason.as_str(), Event::Refusal),
        Reply::Extend(said) => (said.cause.as_str(), Event::Extension),
    };
    make(Box::new(Letter {
        outcome,
        why,
        reference: order.request.reference.clone(),
        operator: order.operator.map(str::to_owned),
        regime: order.request.regime.name(),
        reason,
        as_of: order.as_of.to_string(),
        configuration_sha256: hex(&Sha256::digest(order.controller.source.as_bytes())),
        art20_version: env!("CARGO_PKG_VERSION"),
        letter: replied.map(|replied| LetterFile::from(&replied.letter)),
        record_sha256: replied.map(|replied| hex(&Sha256::digest(replied.text()))),
    }))
}
