//! What a line of the journal says. Codes, counts, hashes and references; no value of anybody's data.

use super::super::{ArchiveProof, LetterProof, Receipt};
use crate::records::Code;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the format.
pub(super) const FORMAT: &str = "art20-journal/1";

/// What the first line has as the hash of the line before.
pub(super) const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A line as it is written.
#[derive(Serialize, JsonSchema)]
pub struct Line<'a> {
    /// `art20-journal/1`.
    pub format: &'static str,
    /// Its number, from 1; 0 of a checkpoint.
    pub number: u64,
    /// SHA-256 of the line before with its end, in lower-case hexadecimal digits.
    pub previous: &'a str,
    /// When it was written, RFC 3339.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub event: &'a Event,
}

/// What happened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A run of `export`, for one request.
    Export(Box<Run>),
    /// A run of `refuse`: a letter that takes no action.
    Refusal(Box<Letter>),
    /// A run of `extend`: a letter that takes two more months.
    Extension(Box<Letter>),
    /// An archive was handed over.
    Delivered(Delivery),
    /// The line before was found torn, after a crash while it was written, and was taken away.
    Recovered {
        /// How many bytes of it there were.
        torn_bytes: u64,
        /// Their SHA-256.
        torn_sha256: String,
    },
    /// Lines older than the retention were dropped.
    Expired(Dropped),
    /// Stands first where lines were dropped; the chain vouches for it by the line `expired` that says the same.
    Checkpoint(Dropped),
}

/// The lines that were dropped from the beginning of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dropped {
    /// The number of the last of them.
    pub through: u64,
    /// Its hash.
    pub last: String,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The archive or the letter is whole; it gets its name after this line is durable.
    Done,
    /// The same, but stores were missing, as was allowed.
    Partial,
    /// There is none.
    Failed,
    /// The line before says done, but the archive or the letter could not get its name.
    Withdrawn,
}

/// One run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Run {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// The reference of the request.
    pub reference: String,
    /// Who ran art20.
    pub operator: Option<String>,
    /// How the person was identified, without the note.
    pub identity_check: Option<String>,
    /// The legal regime.
    pub regime: &'static str,
    /// Whether rows found through shared identifiers were accepted.
    pub accept_shared: bool,
    /// Whether several persons were taken as one.
    pub same_person: bool,
    /// The time that the export counts as made at.
    pub as_of: String,
    /// SHA-256 of the configuration: the rules that decided.
    pub configuration_sha256: String,
    /// The version of art20.
    pub art20_version: &'static str,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Rows>,
    /// The delivered file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveProof>,
    /// SHA-256 of the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_sha256: Option<String>,
    /// The letter to the person, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<LetterFile>,
}

/// One letter without an archive, and what it answered.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Letter {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// The reference of the request.
    pub reference: String,
    /// Who ran art20.
    pub operator: Option<String>,
    /// The legal regime.
    pub regime: &'static str,
    /// The code of the reason that the letter gives.
    pub reason: &'static str,
    /// The time that the letter counts as written at.
    pub as_of: String,
    /// SHA-256 of the configuration.
    pub configuration_sha256: String,
    /// The version of art20.
    pub art20_version: &'static str,
    /// The letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<LetterFile>,
    /// SHA-256 of the record beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_sha256: Option<String>,
}

/// A letter by its size and hash; its name is the operator's and might say whose it is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LetterFile {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl From<&LetterProof> for LetterFile {
    fn from(letter: &LetterProof) -> LetterFile {
        LetterFile { bytes: letter.bytes, sha256: letter.sha256.clone() }
    }
}

/// The ledger in sum.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Rows {
    /// Rows that were the subject's.
    pub matched: u64,
    /// Rows that went in.
    pub portable: u64,
    /// Rows that stayed out, by reason.
    pub excluded: BTreeMap<Code, u64>,
    /// Values that were held back, by reason.
    pub withheld: BTreeMap<Code, u64>,
}

impl Rows {
    /// The sums of a receipt's ledger.
    pub fn of(receipt: &Receipt) -> Rows {
        let mut rows = Rows::default();
        for line in &receipt.ledger {
            rows.matched += line.matched;
            rows.portable += line.portable;
            for (code, count) in &line.excluded {
                *rows.excluded.entry(*code).or_default() += count;
            }
            for (code, count) in &line.withheld {
                *rows.withheld.entry(*code).or_default() += count;
            }
        }
        rows
    }
}

/// A handing over (requirement G6).
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Delivery {
    /// The reference of the request.
    pub reference: String,
    /// By which way, where it is noted.
    pub channel: Option<String>,
    /// Who handed it over.
    pub operator: Option<String>,
    /// The file that was handed over, if it is an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<DeliveredFile>,
    /// The file that was handed over, if it is a letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<DeliveredFile>,
}

impl Delivery {
    /// The SHA-256 of the file that was handed over.
    pub fn sha256(&self) -> &str {
        self.archive.as_ref().or(self.letter.as_ref()).map_or("", |file| &file.sha256)
    }
}

/// A file by its hash.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeliveredFile {
    /// SHA-256 of the file.
    pub sha256: String,
    /// SHA-256 of the file that the run made, where another was made of it, such as one encrypted anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_from: Option<String>,
}

/// A line as it is read: what every line has, and what one looks for.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    /// Its number in the journal, from 1.
    pub number: u64,
    /// The hash of the line before.
    pub previous: String,
    /// When it was written.
    pub at: String,
    /// What happened.
    pub event: String,
    /// The reference of the request.
    pub reference: Option<String>,
    /// How a run ended.
    pub outcome: Option<String>,
    /// Why it failed.
    pub why: Option<String>,
    /// Who did it.
    pub operator: Option<String>,
    /// The way of a delivery.
    pub channel: Option<String>,
    /// The archive.
    pub archive: Option<NamedFile>,
    /// The letter.
    pub letter: Option<NamedFile>,
    /// SHA-256 of the receipt.
    pub receipt_sha256: Option<String>,
    /// SHA-256 of the record of a letter.
    pub record_sha256: Option<String>,
    /// The code of the reason that a letter gives.
    pub reason: Option<String>,
    /// Of an expiry, the number of the last line that was dropped.
    pub(super) through: Option<u64>,
    /// And its hash.
    pub(super) last: Option<String>,
}

/// The archive or the letter of a line that is read.
#[derive(Debug, Clone, Deserialize)]
pub struct NamedFile {
    /// Its name, in the line of the run that made it.
    pub name: Option<String>,
    /// Its SHA-256.
    pub sha256: String,
    /// SHA-256 of the file that it was made from.
    pub made_from: Option<String>,
}

impl Entry {
    /// Whether the line is about a file with this SHA-256: archive or letter, one made from it, receipt or record.
    pub fn is_about(&self, sha256: &str) -> bool {
        let papers = [&self.receipt_sha256, &self.record_sha256].into_iter().flatten();
        self.files().any(|file| file.sha256 == sha256 || file.made_from.as_deref() == Some(sha256))
            || papers.into_iter().any(|paper| paper == sha256)
    }

    /// The archive and the letter of the line.
    pub fn files(&self) -> impl Iterator<Item = &NamedFile> {
        self.archive.iter().chain(&self.letter)
    }

    /// What the line says of dropped lines.
    pub(super) fn dropped(&self) -> Option<Dropped> {
        Some(Dropped { through: self.through?, last: self.last.clone()? })
    }
}
