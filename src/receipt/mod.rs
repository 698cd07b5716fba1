//! The account of every row, and the proof for the controller (contract 7). Nothing personal is in either.

pub mod journal;
mod ledger;

pub use ledger::{Ledger, Undisclosed};

use crate::archive::facts::{Finding, LedgerLine};
use crate::request::deadlines::Deadlines;
use crate::request::{IdentityCheck, ThirdParties, Transmission};
use crate::scope::Replaced;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the receipt's format.
pub const FORMAT: &str = "art20-receipt/1";

/// Proof of one run: what was asked, read, decided and written.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Receipt {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The reference of the request.
    pub reference: String,
    /// When the request was received.
    pub received: Option<String>,
    /// By when it is to be answered; none where the time of receipt is not known.
    pub deadlines: Option<Deadlines>,
    /// Why there are no deadlines, where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadlines_unknown: Option<&'static str>,
    /// Days of the controller's calendar from receipt to the as-of (requirement B6); the day of receipt is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed_days: Option<i64>,
    /// The pause for the person's identity, and by when the request is to be answered with it (requirement B5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_pause: Option<IdentityPause>,
    /// How the person was identified.
    pub identity_check: Option<IdentityCheck>,
    /// Who ran art20.
    pub operator: Option<String>,
    /// The regime.
    pub regime: &'static str,
    /// What was found about sending the data directly to another controller, if the person asked for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_transmission: Option<Transmission>,
    /// The conditions of a transfer under the PIPL, if that is the regime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_conditions: Option<TransferConditions>,
    /// What became of other people.
    pub third_parties: ThirdParties,
    /// Who was replaced, unless other people were kept: how many people, and how many values by collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Replaced>,
    /// Why rows found through shared identifiers were accepted.
    pub accept_shared: Option<String>,
    /// Why several persons were taken as one.
    pub same_person: Option<String>,
    /// The collections that were asked for, by the person or by a mandate; all if none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// The law under which the data of a person who has died were given (requirement A11).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deceased: Option<String>,
    /// The time that the export counts as made at.
    pub as_of: String,
    /// When the run began.
    pub started_at: String,
    /// When the run ended.
    pub ended_at: String,
    /// The instant of each store's snapshot.
    pub snapshots: Vec<SnapshotInstant>,
    /// SHA-256 of the configuration.
    pub configuration_sha256: String,
    /// The version of art20.
    pub art20_version: &'static str,
    /// The archive; none where nothing was written.
    pub archive: Option<ArchiveProof>,
    /// The letter to the person, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<LetterProof>,
    /// Stores that could not be read, where a partial archive was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_stores: Vec<String>,
    /// By which types of identifier the subject was recognised: how many the request named, how many rows taught.
    pub identifiers: BTreeMap<String, IdentifierCount>,
    /// What became of every row.
    pub ledger: Vec<LedgerLine>,
    /// What a statute forbids to tell the person: named here alone, never in the archive or the letter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undisclosed: Vec<Undisclosed>,
    /// What somebody should look at.
    pub findings: Vec<Finding>,
}

/// The days on which the month paused, because the person was asked who they are.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct IdentityPause {
    /// When more was asked for.
    pub asked: String,
    /// When it came.
    pub confirmed: Option<String>,
    /// The days between, by the controller's calendar; until the as-of while nothing has come.
    pub days: i64,
    /// By when the request is to be answered with them.
    pub deadlines: Deadlines,
}

/// The four conditions under which Chinese law has personal information transferred (Regulations on Network Data
/// Security Management, Art. 25; requirement J3), each as far as this run can tell.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct TransferConditions {
    /// The requester's identity was verified, in this way.
    pub identity_verified: Option<String>,
    /// Everything that went in rests on consent or a contract: nothing was given voluntarily.
    pub on_consent_or_contract: bool,
    /// It is technically feasible; unknown where no direct transmission was asked for.
    pub technically_feasible: Option<bool>,
    /// How the rights of others are kept.
    pub rights_of_others: ThirdParties,
}

/// The instant of one snapshot.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SnapshotInstant {
    /// The store.
    pub store: String,
    /// The instant.
    pub at: String,
}

/// The delivered file.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ArchiveProof {
    /// Its name, without its folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Whether it is signed.
    pub signed: bool,
}

/// A letter to the person.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct LetterProof {
    /// Its name, without its folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// How many identifiers of a type there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct IdentifierCount {
    /// Named by the request.
    pub requested: u64,
    /// Taught by rows.
    pub learned: u64,
    /// Shared with someone else.
    pub shared: u64,
}
