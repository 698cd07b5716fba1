//! What the archive says about itself beside the records: who was asked, what was decided and why.
//!
//! Plain data, filled in by `fulfil`; the statement, the report and the Data Package are three ways of writing it.

use crate::records::uid::Namespace;
use crate::records::{Bilingual, Code, Kind, LegalBasis, Text, Uid};
use crate::scope::Replaced;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The version of the records' format, named in the statement.
pub const RECORDS_FORMAT: &str = "art20-records/1";

/// Everything that is said about the archive as a whole.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The operator's reference, if one was given (a made-up one would make equal archives differ).
    pub reference: Option<String>,
    /// `gdpr` or `pipl`.
    pub regime: &'static str,
    /// When the request was received.
    pub received: Option<Timestamp>,
    /// The time that the export counts as made at.
    pub as_of: Timestamp,
    /// BCP 47 tags of the report's languages, in order.
    pub languages: Vec<String>,
    /// Who answers.
    pub controller: ControllerFacts,
    /// Every processing activity that the policy announces.
    pub activities: Vec<ActivityFacts>,
    /// What processors hold and was not queried.
    pub elsewhere: Vec<ElsewhereFacts>,
    /// Every collection, in order.
    pub collections: Vec<CollectionFacts>,
    /// The account of every row, one line per collection.
    pub ledger: Vec<LedgerLine>,
    /// What the person should know.
    pub findings: Vec<Finding>,
    /// Header fields of stored e-mails that go (contract 6); a final `*` stands for any ending.
    pub dropped_headers: Vec<String>,
    /// What became of other people: `keep`, `pseudonymise` or `omit`.
    pub third_parties: &'static str,
    /// Who was replaced, unless other people were kept.
    pub replaced: Option<Replaced>,
    /// Stores that could not be read, where a partial archive was asked for.
    pub missing: Vec<String>,
    /// The collections that were asked for; all if none is named.
    pub only: Vec<String>,
    /// The law under which the data of a person who has died are given.
    pub deceased: Option<String>,
    /// By what is on record, the person is a child, and reads simple words first.
    pub child: bool,
}

impl Facts {
    /// The archive's own name: the same for the same request at the same time.
    pub fn id(&self) -> Uid {
        let name = serde_json::json!(["archive", self.reference, self.regime, self.as_of.to_string()]).to_string();
        Namespace::of_controller(&self.controller.id).other(&name)
    }
}

/// The controller (GDPR 4(7)).
#[derive(Debug, Clone)]
pub struct ControllerFacts {
    /// Its name.
    pub name: String,
    /// Its lasting identifier, a URL.
    pub id: String,
    /// Where it can be written to.
    pub email: Option<String>,
    /// ISO 3166-1 code.
    pub country: Option<String>,
    /// The time zone in which times are shown to the person, an IANA name.
    pub time_zone: String,
    /// The title of its privacy policy.
    pub policy_title: Option<Text>,
    /// The day from which the policy applies.
    pub policy_effective: Option<String>,
    /// The language whose text prevails.
    pub prevailing_language: Option<String>,
    /// The authority named for the regime of the request.
    pub supervisory_authority: Option<Text>,
    /// The data protection officer.
    pub dpo: Option<Text>,
    /// The representative (GDPR 27).
    pub representative: Option<Text>,
}

/// A processing activity (Art. 30).
#[derive(Debug, Clone)]
pub struct ActivityFacts {
    /// Its key in the configuration.
    pub key: String,
    /// Its title.
    pub title: Text,
    /// The section of the policy that announces it.
    pub policy: Option<String>,
    /// Its basis; none where nothing is held.
    pub legal_basis: Option<LegalBasis>,
    /// Its purpose.
    pub purpose: Option<Text>,
    /// Who receives the data.
    pub recipients: Vec<Text>,
    /// ISO 8601 duration.
    pub retention: Option<String>,
    /// Announced as never stored if false.
    pub held: bool,
    /// Given although Art. 20 does not ask for it.
    pub voluntary: bool,
    /// Carried out by automated means.
    pub automated: bool,
}

/// Data that a processor holds and that was not queried (requirement C25).
#[derive(Debug, Clone)]
pub struct ElsewhereFacts {
    /// Its key in the configuration.
    pub key: String,
    /// Its title.
    pub title: Text,
    /// Why it was not queried.
    pub reason: Text,
}

/// A collection, as far as the archive speaks of it.
#[derive(Debug, Clone)]
pub struct CollectionFacts {
    /// Its name.
    pub name: String,
    /// Its store.
    pub store: String,
    /// Its kind.
    pub kind: Kind,
    /// The keys of the activities that its rows may belong to.
    pub activities: Vec<String>,
    /// The origin of its rows, if all have the same.
    pub origin: Option<crate::records::Origin>,
    /// Its mapped columns.
    pub fields: Vec<FieldFacts>,
    /// The values kept out by configuration, each with its reason: (column, reason).
    pub omitted: Vec<(String, String)>,
}

/// A mapped column, as the field dictionary describes it.
#[derive(Debug, Clone)]
pub struct FieldFacts {
    /// The path of the field.
    pub path: String,
    /// The configured description.
    pub description: Option<Text>,
    /// Labels of codes: (code, label).
    pub labels: Vec<(String, Text)>,
    /// The configured origin, if it differs from the row's.
    pub origin: Option<crate::records::Origin>,
    /// The activity of its own, if it has one.
    pub activity: Option<String>,
}

/// What became of the rows and values of one collection (contract 7).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct LedgerLine {
    /// The collection.
    pub collection: String,
    /// Its store.
    pub store: String,
    /// Its kind, as a word.
    pub kind: &'static str,
    /// Rows that a match found.
    pub matched: u64,
    /// Rows that the archive's writer wrote.
    pub portable: u64,
    /// Rows that stayed out, by reason.
    pub excluded: BTreeMap<Code, u64>,
    /// Values of portable rows that were held back, by reason.
    pub withheld: BTreeMap<Code, u64>,
    /// Values of portable rows that could not be normalised.
    pub verbatim: u64,
}

/// Something that a person should look at (contract 7). Never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Finding {
    /// A permanent code.
    pub code: &'static str,
    /// The collection it concerns, if one.
    pub collection: Option<String>,
    /// How many rows or values.
    pub count: u64,
    /// What it means.
    pub message: String,
    /// What the person reads, in both languages, if it is for the person.
    #[serde(skip)]
    pub told: Option<Bilingual>,
}
