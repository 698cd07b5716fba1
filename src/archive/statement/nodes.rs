//! The nodes of the statement, as they are written: each knows its members and nothing of how they came about.

use super::super::facts::{Finding, LedgerLine};
use crate::records::{Bilingual, Text};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// The request and the answer to it (`dpv:RightExerciseRecord`).
#[derive(serde::Serialize)]
pub(super) struct Statement<'f> {
    #[serde(rename = "@context", skip_serializing_if = "Option::is_none")]
    pub context: Option<&'static RawValue>,
    #[serde(rename = "@id")]
    pub id: &'f str,
    #[serde(rename = "@type")]
    pub class: &'static str,
    pub format: &'static str,
    #[serde(rename = "dct:created")]
    pub created: DateTime,
    pub as_of: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    pub regime: &'static str,
    #[serde(rename = "dpv:hasRight")]
    pub right: Reference<&'static str>,
    #[serde(rename = "dpv:hasRequestStatus")]
    pub status: Reference<&'static str>,
    #[serde(rename = "dpv:hasDataController")]
    pub controller: Controller<'f>,
    #[serde(rename = "dpv:hasDataSubject")]
    pub subject: Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law_for_the_deceased: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supervisory_authority: Option<&'f str>,
    pub languages: &'f [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub only: &'f [String],
    pub partial: bool,
    pub missing_stores: &'f [String],
    pub third_parties: ThirdParties<'f>,
    #[serde(rename = "dct:hasPart")]
    pub activities: Vec<Process<'f>>,
    pub not_covered: Vec<NotCovered<'f>>,
    pub not_held: Vec<NotHeld<'f>>,
    pub elsewhere: Vec<Elsewhere<'f>>,
    pub excluded: Vec<Reason<'f>>,
    pub withheld: Vec<Reason<'f>>,
    pub ledger: &'f [LedgerLine],
    pub findings: &'f [Finding],
}

/// A time of RFC 3339.
#[derive(serde::Serialize)]
pub(super) struct DateTime {
    #[serde(rename = "@value")]
    pub value: String,
    #[serde(rename = "@type")]
    pub class: &'static str,
}

/// A node that is described elsewhere.
#[derive(serde::Serialize)]
pub(super) struct Reference<T> {
    #[serde(rename = "@id")]
    pub id: T,
}

/// Who answers.
#[derive(serde::Serialize)]
pub(super) struct Controller<'f> {
    #[serde(rename = "@id")]
    pub id: String,
    #[serde(rename = "@type")]
    pub class: &'static str,
    #[serde(rename = "dct:title")]
    pub title: &'f str,
    #[serde(rename = "dpv:hasName")]
    pub name: &'f str,
    #[serde(rename = "dpv:hasContact", skip_serializing_if = "Option::is_none")]
    pub contact: Option<&'f str>,
}

/// Who asked; by name only in the records.
#[derive(serde::Serialize)]
pub(super) struct Subject {
    #[serde(rename = "@id")]
    pub id: String,
    #[serde(rename = "@type")]
    pub class: &'static str,
}

/// An activity whose data are in the archive.
#[derive(serde::Serialize)]
pub(super) struct Process<'f> {
    #[serde(rename = "@id")]
    pub id: String,
    #[serde(rename = "@type")]
    pub class: &'static str,
    pub activity: &'f str,
    #[serde(rename = "dct:title")]
    pub title: Literals<'f>,
    #[serde(rename = "dpv:hasLegalBasis")]
    pub legal_basis: Vec<Reference<String>>,
    #[serde(rename = "dpv:hasPurpose", skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Titled<Literals<'f>>>,
    #[serde(rename = "dpv:hasRecipient", skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Titled<Literals<'f>>>,
    #[serde(rename = "dpv:hasStorageCondition", skip_serializing_if = "Option::is_none")]
    pub retention: Option<Titled<&'f str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_section: Option<&'f str>,
    #[serde(rename = "dpv:hasPersonalData")]
    pub data: Vec<PersonalData>,
}

/// A node that is nothing but its title.
#[derive(serde::Serialize)]
pub(super) struct Titled<T> {
    #[serde(rename = "@type")]
    pub class: &'static str,
    #[serde(rename = "dct:title")]
    pub title: T,
}

/// A kind of data that is in the archive.
#[derive(serde::Serialize)]
pub(super) struct PersonalData {
    #[serde(rename = "@id")]
    pub id: String,
    #[serde(rename = "@type")]
    pub classes: [String; 2],
    #[serde(rename = "dct:title")]
    pub title: String,
    #[serde(rename = "dpv:hasDataSource")]
    pub origin: Reference<&'static str>,
}

/// An activity whose data Art. 20 does not cover.
#[derive(serde::Serialize)]
pub(super) struct NotCovered<'f> {
    pub activity: &'f str,
    pub title: Texts<'f>,
    pub legal_basis: &'static str,
    pub legal_basis_terms: Vec<String>,
    pub automated: bool,
    pub voluntary: bool,
    pub collections: Vec<&'f str>,
}

/// An activity whose data are never stored.
#[derive(serde::Serialize)]
pub(super) struct NotHeld<'f> {
    pub activity: &'f str,
    pub title: Texts<'f>,
    pub policy_section: Option<&'f str>,
}

/// Data that a processor holds.
#[derive(serde::Serialize)]
pub(super) struct Elsewhere<'f> {
    pub key: &'f str,
    pub title: Texts<'f>,
    pub reason: Texts<'f>,
    pub queried: bool,
}

/// How many rows or values of a collection stayed out, and why.
#[derive(serde::Serialize)]
pub(super) struct Reason<'f> {
    pub collection: &'f str,
    pub code: &'static str,
    pub count: u64,
    pub provision: &'static str,
    pub sentence: InLanguages<'f>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// The controller's own words, where it is its configuration that leaves values out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<&'f str>>,
}

/// What became of other people.
#[derive(serde::Serialize)]
pub(super) struct ThirdParties<'f> {
    pub mode: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Replaced<'f>>,
}

/// Who was replaced.
#[derive(serde::Serialize)]
pub(super) struct Replaced<'f> {
    pub people: u64,
    pub replaced: Vec<Count<'f>>,
    pub provision: &'static str,
    pub justification: &'static str,
    pub sentence: InLanguages<'f>,
}

/// How many values of a collection.
#[derive(serde::Serialize)]
pub(super) struct Count<'f> {
    pub collection: &'f str,
    pub count: u64,
}

/// A configured text: alone, or by its languages.
pub(super) struct Texts<'f>(pub &'f Text);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.variants.as_slice() {
            [(tag, only)] if tag.is_empty() => serializer.serialize_str(only),
            variants => serializer.collect_map(variants.iter().map(|(tag, text)| (tag, text))),
        }
    }
}

/// A configured text as literals of the graph, each with its language.
pub(super) struct Literals<'f>(pub &'f Text);

#[derive(serde::Serialize)]
struct Literal<'f> {
    #[serde(rename = "@value")]
    value: &'f str,
    #[serde(rename = "@language")]
    language: &'f str,
}

impl Serialize for Literals<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let variants = &self.0.variants;
        let mut list = serializer.serialize_seq(Some(variants.len()))?;
        for (tag, text) in variants {
            if tag.is_empty() {
                list.serialize_element(text)?;
            } else {
                list.serialize_element(&Literal { value: text, language: tag })?;
            }
        }
        list.end()
    }
}

/// A fixed text in every language of the report, by its tag.
pub(super) struct InLanguages<'f> {
    pub tags: &'f [String],
    pub text: Bilingual,
}

impl Serialize for InLanguages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.tags.len()))?;
        for tag in self.tags {
            map.serialize_entry(tag, self.text.in_language(tag))?;
        }
        map.end()
    }
}
